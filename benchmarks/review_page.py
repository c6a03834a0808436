"""How large a review page of many documents is, and how quick in a browser.

    python benchmarks/review_page.py 500

Needs playwright and a Chromium, which are not among the dependencies.
"""

from __future__ import annotations

import random
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from policyloom.framework import Framework, read_framework
from policyloom.records import Block, Document, Mention, Metadata, Sentence, Tagged
from policyloom.report.review import write_review_page

N_PARAGRAPHS, N_SENTENCES, N_WORDS = 75, 4, 24
SHARE_NAMING = 0.35
"""Share of the sentences that name an element."""

WORDS = (
    "the province colleges firms training practice bases support funds teachers students plan quality skills industry build "
    "establish between of and to in"
).split()

PRESS = """(key) => {
  const started = performance.now();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  document.body.offsetHeight;
  return performance.now() - started;
}"""


def make_document(n: int, framework: Framework, rng: random.Random) -> Tagged:
    """A document of words drawn at random."""
    ids = [e.id for e in framework if e.kind in ("mechanism", "outcome", "challenge")]
    text = ""
    blocks, sentences, mentions = [], [], []
    for block in range(N_PARAGRAPHS):
        start = len(text)
        for _ in range(N_SENTENCES):
            words = " ".join(rng.choice(WORDS) for _ in range(N_WORDS)).capitalize() + "."
            sentences.append(Sentence(len(text), len(text) + len(words), block))
            if rng.random() < SHARE_NAMING:
                at, id = len(text) + words.index(" ") + 1, rng.choice(ids)
                kind, probability = framework[id].kind, round(rng.uniform(0.3, 1), 3)
                mentions.append(
                    Mention(
                        at,
                        at + 15,
                        kind,
                        id,
                        len(sentences) - 1,
                        "affirmed",
                        probability,
                        "classifier: words",
                    )
                )
            text += words + " "
        blocks.append(Block("paragraph", start, len(text) - 1, pages=(block // 8 + 1,)))
        text = text[:-1] + "\n\n"
    metadata = Metadata(title=f"Plan {n} of the province")
    document = Document(f"doc-{n}", f"doc-{n}.pdf", "", 10, "en", metadata, text, tuple(blocks))
    return Tagged(document, tuple(sentences), tuple(mentions))


def main(n: int) -> None:
    """Writes the page and measures it."""
    from playwright.sync_api import sync_playwright

    framework, rng = read_framework(), random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        started = time.monotonic()
        documents = (make_document(i, framework, rng) for i in range(n))
        _, n_mentions = write_review_page(
            path,
            title="many",
            key="many",
            framework=framework,
            documents=documents,
            sheet=None,
            kept=(),
            blind=False,
        )
        print(f"{n} documents, {n_mentions:,} mentions: {path.stat().st_size / 1e6:.0f} MB")
        print(f"written in {time.monotonic() - started:.1f} s, with the time to make the documents")
        with sync_playwright() as playwright:
            browser: Any = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            page = browser.new_page()
            started = time.monotonic()
            page.goto(path.as_uri())
            print(f"open in {time.monotonic() - started:.1f} s")
            took: dict[str, list[float]] = {"d": [], "a": [], "]": []}
            for _ in range(15):
                for key, times in took.items():
                    times.append(page.evaluate(PRESS, key))
            for key, words in (("d", "next doubtful mention"), ("a", "a decision"), ("]", "next document")):
                print(f"{words}: {statistics.median(took[key]):.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
