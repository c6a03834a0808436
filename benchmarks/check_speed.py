"""How long a check of a 50-page PDF takes from a cold start, against a stored run of 1,000 documents.

    python benchmarks/check_speed.py FOLDER [--documents 1000] [--pages 50] [--repeats 3]

The documents are made of the sentences of `corpus/sources`, drawn with a seed and each made its own by a number, so that each
counts. The run stays in FOLDER, and is made once (some ten minutes on two cores). What is timed is the whole process
`policyloom check`: seconds by the clock, and those of the processor, its worker's included.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

SOURCES = Path(__file__).parent.parent / "corpus" / "sources"
N_SENTENCES = 40
"""Of each document of the run."""
PER_PAGE = 25
"""Sentences on a page of the PDF."""
_MARKUP = re.compile(r"[#*_|`>]|^- ", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def read_sentences() -> list[str]:
    """The sentences of the samples, without headings and tables."""
    found = []
    for path in sorted(SOURCES.glob("*.md")):
        for paragraph in path.read_text("utf-8").split("\n\n"):
            if not paragraph.startswith(("#", "|", "<")):
                text = " ".join(_MARKUP.sub(" ", paragraph).split())
                found += [s for s in _SENTENCE.split(text) if s.endswith(".") and len(s.split()) > 6]
    return found


def draw(sentences: list[str], n: int, seed: int) -> list[str]:
    """Some sentences, each of which stands nowhere else."""
    chance = random.Random(seed)
    return [f"{s[:-1]} in district {chance.randrange(10**6)}." for s in chance.choices(sentences, k=n)]


def make_run(folder: Path, n: int, sentences: list[str]) -> Path:
    """A run of so many documents; one that is there already stays."""
    texts, run = folder / f"documents-{n}", folder / f"run-{n}"
    if not (run / "run.json").exists():
        texts.mkdir(parents=True, exist_ok=True)
        for i in range(n):
            drawn = draw(sentences, N_SENTENCES, i)
            paragraphs = [" ".join(drawn[k : k + 5]) for k in range(0, len(drawn), 5)]
            (texts / f"d{i:05}.txt").write_text("\n\n".join(paragraphs), "utf-8")
        subprocess.run([sys.executable, "-m", "policyloom", "run", str(texts), "-o", str(run)], check=False)
    return run


def make_pdf(path: Path, n_pages: int, sentences: list[str]) -> None:
    """A PDF of so many pages."""
    style = getSampleStyleSheet()["BodyText"]
    flow: list[object] = []
    for page in range(n_pages):
        drawn = draw(sentences, PER_PAGE, 10**6 + page)
        flow += [Paragraph(" ".join(drawn[k : k + 5]), style) for k in range(0, len(drawn), 5)]
        flow.append(PageBreak())
    SimpleDocTemplate(str(path), invariant=1).build(flow)


def main() -> None:
    """Make what is needed, time, and print."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # modules are compiled once, as on a user's machine
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    sentences = read_sentences()
    run = make_run(options.folder, options.documents, sentences)
    pdf = options.folder / f"policy-{options.pages}.pdf"
    make_pdf(pdf, options.pages, sentences)
    evidence = (run / "evidence.jsonl").stat().st_size / 1e6
    print(f"{options.documents} documents, {evidence:.0f} MB of evidence; {options.pages} pages")
    command = [sys.executable, "-m", "policyloom", "check", str(pdf), "--against", str(run)]
    for n in range(options.repeats):
        before, start = os.times(), time.perf_counter()
        subprocess.run(
            [*command, "-o", str(options.folder / "check")], check=False, stdout=subprocess.DEVNULL
        )
        wall, after = time.perf_counter() - start, os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        print(f"{n + 1}: {wall:.1f} s, {used:.1f} s of processor")


if __name__ == "__main__":
    main()
