"""Measure extraction beside other engines, over PDFs with their publisher's JATS as truth.

    python benchmarks/extraction.py [FOLDER] [--python-for pymupdf4llm=/path/to/python] [-o benchmarks/extraction.md]

Each engine reads the documents one after the other in a process of its own, bound to one core, after one document
to warm up. Seconds are CPU seconds of that process and its children. An engine that is not there is skipped.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

Blocks = list[tuple[str, str]]
"""Kind and text of each block."""

ENGINES = {
    "policyloom": "policyloom",
    "pdfplumber": "pdfplumber",
    "pdftotext": "",
    "pypdfium2": "pypdfium2",
    "pymupdf4llm": "pymupdf4llm",
    "opendataloader-pdf": "opendataloader-pdf",
}
"""Engines that are scored, with the package that states their version."""

FLOORS = ("bare characters of policyloom", "bare text of pypdfium2")
FIGURES = ("order", "verbatim", "paragraph", "heading_f1", "title", "clean", "words")


def paragraphs(text: str) -> Blocks:
    """Plain text as paragraphs: cut at empty lines and page breaks, lines joined with a space."""
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n|\f", text))
    return [("paragraph", part) for part in parts if part]


def markdown(text: str) -> Blocks:
    """Markdown as blocks; the first heading of any level is taken for the title."""
    blocks: Blocks = []
    for part in re.split(r"\n\s*\n|\n(?=#)|(?<=\n)(?=#)", text):
        hashes = re.match(r"\s*#+ ", part)
        kind = "paragraph" if not hashes else "heading" if any(k == "title" for k, _ in blocks) else "title"
        clean = re.sub(
            r"!\[[^\]]*\]\([^)]*\)|<[^>]+>|^\s*(#+|[-*>]) |[*_`|\\]", " ", part, flags=re.MULTILINE
        )
        clean = " ".join(clean.split())
        if clean:
            blocks.append((kind, clean))
    return blocks


def read_policyloom(path: Path) -> tuple[str, Blocks]:
    """The text and the blocks' own, as policyloom has them."""
    from policyloom.extract import read_pdf

    document = read_pdf(path)
    return document.text, [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def read_pdfplumber(path: Path) -> Blocks:
    """Each page's `extract_text()`; it has no empty lines, so a page is a block."""
    import pdfplumber

    blocks: Blocks = []
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            blocks += paragraphs(page.extract_text())
            page.close()
    return blocks


def read_pdftotext(path: Path) -> Blocks:
    """The output of `pdftotext`, cut at empty lines."""
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True)
    return paragraphs(done.stdout.decode("utf-8", "replace"))


def bare_text(path: Path) -> list[str]:
    """PDFium's text of each page as it comes."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(path)
    texts = []
    for page in pdf:
        textpage = page.get_textpage()
        texts.append(textpage.get_text_bounded())
        textpage.close()
        page.close()
    pdf.close()
    return texts


def read_pypdfium2(path: Path) -> Blocks:
    """PDFium's text, hyphens at line ends cut and lines joined; it has no empty lines, so a page is a block."""
    return [b for text in bare_text(path) for b in paragraphs(re.sub(r"[\x02\ufffe]\s*", "", text))]


def read_pymupdf4llm(path: Path) -> Blocks:
    """The Markdown of pymupdf4llm, with its layout model where that is installed."""
    with suppress(ImportError):
        import pymupdf.layout  # type: ignore[import-not-found]  # noqa: F401
    import pymupdf4llm  # type: ignore[import-not-found]

    return markdown(pymupdf4llm.to_markdown(str(path)))


def bare_characters(path: Path) -> None:
    """policyloom's words with font and position, and nothing made of them."""
    from policyloom.extract.pdf.file import open_pdf

    with open_pdf(path) as pdf:
        for _ in pdf.pages():
            pass


READERS: dict[str, Callable[[Path], Any]] = {
    "policyloom": read_policyloom,
    "pdfplumber": read_pdfplumber,
    "pdftotext": read_pdftotext,
    "pypdfium2": read_pypdfium2,
    "pymupdf4llm": read_pymupdf4llm,
    FLOORS[0]: bare_characters,
    FLOORS[1]: bare_text,
}


def cpu_seconds() -> float:
    """CPU seconds of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def memory(name: str) -> float:
    """MB of this process: `VmRSS` now, `VmHWM` at its highest."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def write_blocks(path: Path, found: Blocks | tuple[str, Blocks]) -> None:
    """One document as the scorer takes it."""
    text, blocks = found if isinstance(found, tuple) else ("\n\n".join(text for _, text in found), found)
    spans, at = [], 0
    for kind, part in blocks:
        start = max(0, text.find(part, at))
        spans.append({"kind": kind, "start": start, "end": start + len(part)})
        at = start + len(part)
    path.write_text(json.dumps({"text": text, "blocks": spans}), "utf-8")


def work(engine: str, folder: Path, out: Path) -> dict[str, float]:
    """Seconds and MB of one engine over a folder, measured in this process."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    paths = sorted(folder.glob("*.pdf"))
    if engine == "opendataloader-pdf":
        return work_opendataloader(paths, out)
    read = READERS[engine]
    read(paths[0])
    seconds = 0.0
    for path in paths:
        start = cpu_seconds()
        found = read(path)
        seconds += cpu_seconds() - start
        if engine not in FLOORS:
            write_blocks(out / f"{path.stem}.json", found)
    result = {"seconds": seconds, "once": memory("VmRSS")}
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    result["peak"] = child if engine == "pdftotext" else memory("VmHWM")
    if engine == "policyloom":
        for path in paths * 2:
            read(path)
        result |= {"thrice": memory("VmRSS"), "peak": memory("VmHWM")}
    return result


def work_opendataloader(paths: list[Path], out: Path) -> dict[str, float]:
    """All documents in one Java process, whose start is counted: nothing stays warm between calls."""
    import opendataloader_pdf  # type: ignore[import-not-found]

    start = cpu_seconds()
    opendataloader_pdf.convert(
        input_path=[str(path) for path in paths], output_dir=str(out / "md"), format="markdown", quiet=True
    )
    seconds = cpu_seconds() - start
    for path in paths:
        file = out / "md" / f"{path.stem}.md"
        if file.exists():
            write_blocks(out / f"{path.stem}.json", markdown(file.read_text("utf-8")))
    return {"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}


def version(engine: str, python: str) -> str:
    """The engine's version, or "" where it is not installed."""
    if engine == "pdftotext":
        if not shutil.which("pdftotext"):
            return ""
        return subprocess.run(
            ["pdftotext", "-v"], check=False, capture_output=True, text=True
        ).stderr.split()[2]
    code = f"import importlib.metadata as m; print(m.version({ENGINES[engine]!r}))"
    return subprocess.run([python, "-c", code], check=False, capture_output=True, text=True).stdout.strip()


def measure(engine: str, python: str, folder: Path, scorer: Path, *, limit: int) -> dict[str, Any]:
    """Speed, memory and, but for the floors, the scorer's figures."""
    with tempfile.TemporaryDirectory() as out:
        command = [python, __file__, str(folder), "--work", engine, "--out", out]
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return {"error": f"not done within {limit} s"}
        if done.returncode:
            return {"error": (done.stderr.strip().splitlines() or ["no reason given"])[-1]}
        result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        if engine not in FLOORS:
            command = [sys.executable, str(scorer), out, str(folder), "--json"]
            result |= json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return result


def table(results: dict[str, dict[str, Any]], n_pages: int) -> str:
    """The results as Markdown: engines, then the floor, then memory."""
    base = results["policyloom"]["seconds"]
    head = ["engine", *FIGURES, "pages/s", "speed to policyloom", "peak MB"]
    rows = ["| " + " | ".join(head).replace("_f1", " F1") + " |", "|---|" + "---:|" * (len(head) - 1)]
    for engine, r in results.items():
        if "error" in r:
            rows.append(f"| {engine} | failed: {r['error']} |" + " |" * (len(head) - 2))
            continue
        structured = engine in ("policyloom", "pymupdf4llm", "opendataloader-pdf")
        figures = [
            f"{r[f]:.1f}" if f in r and (structured or f not in ("heading_f1", "title")) else "–"
            for f in FIGURES
        ]
        speed = [f"{n_pages / r['seconds']:.1f}", f"{base / r['seconds']:.2f}", f"{r['peak']:.0f}"]
        rows.append("| " + " | ".join([engine, *figures, *speed]) + " |")
    return "\n".join(rows)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=Path("../shared/pdf_bench/jats"))
    parser.add_argument("--scorer", type=Path, default=Path("../shared/pdf_bench/score.py"))
    parser.add_argument("--python-for", action="append", default=[], metavar="ENGINE=PYTHON")
    parser.add_argument("--limit", type=int, default=900, help="seconds that an engine may take")
    parser.add_argument("-o", "--output", type=Path, help="a Markdown file, overwritten")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        print(json.dumps(work(options.work, options.folder, options.out)))
        return
    pythons = dict(item.split("=", 1) for item in options.python_for)
    import pypdfium2

    paths = sorted(options.folder.glob("*.pdf"))
    n_pages = sum(len(pypdfium2.PdfDocument(path)) for path in paths)
    results, versions, skipped = {}, [], []
    for engine in (*ENGINES, *FLOORS):
        python = pythons.get(engine, sys.executable)
        if engine in ENGINES:
            number = version(engine, python)
            if not number:
                skipped.append(f"{engine} is not installed: skipped.")
                print(skipped[-1])
                continue
            versions.append(f"{engine} {number}")
        results[engine] = measure(engine, python, options.folder, options.scorer, limit=options.limit)
        print(engine, results[engine], flush=True)
    ours = results["policyloom"]
    shown = ["python benchmarks/extraction.py", *(f"--python-for {e}=PYTHON" for e in sorted(pythons))]
    text = f"""# Extraction beside other engines

`{" ".join(shown)}`: {len(paths)} articles, {n_pages} pages, all in one run.

{table(results, n_pages)}

Memory of policyloom: {ours["once"]:.0f} MB after the set once, {ours["thrice"]:.0f} MB after it three times.

Versions: {", ".join(versions)}; Python {sys.version.split()[0]}. Machine: {os.cpu_count()} cores, each engine bound to one.
""" + "".join(f"\n{line}\n" for line in skipped)
    print(text)
    if options.output:
        options.output.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
