"""How well and how fast scans are read: `python benchmarks/ocr.py SCAN.pdf …`.

First each scan: seconds a page, mean confidence, words, and the most memory that the process has had. Then the
sample corpus printed to pictures and read by OCR, against its own text.
"""

from __future__ import annotations

import difflib
import resource
import statistics
import sys
import time
from pathlib import Path

from policyloom import read_pdf
from policyloom.records import Document

CORPUS = Path(__file__).resolve().parent.parent / "corpus"


def headings(document: Document) -> list[str]:
    """The words of every heading, in order."""
    return [document.quote(block) for block in document.blocks if block.kind == "heading"]


def measure(path: Path) -> None:
    """Print one scan's figures."""
    started = time.perf_counter()
    document = read_pdf(path)
    seconds = time.perf_counter() - started
    if not document.ocr:
        sys.exit(f"{path}: no page was read by OCR")
    print(
        f"{path.name}: {len(document.ocr)} of {document.n_pages} pages by OCR, "
        f"{seconds / len(document.ocr):.2f} s a page, "
        f"mean confidence {statistics.fmean(sure for _, sure in document.ocr):.1f}, "
        f"{len(document.text.split()):,} words, "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB"
    )


def compare() -> None:
    """Print how much of each sample comes back from its pictures."""
    n_found = n_headings = 0
    for path in sorted(CORPUS.glob("*.pdf")):
        printed, read = read_pdf(path), read_pdf(path, ocr="always")
        same = difflib.SequenceMatcher(None, printed.text.split(), read.text.split(), autojunk=False).ratio()
        found = len(set(headings(printed)) & set(headings(read)))
        n_found, n_headings = n_found + found, n_headings + len(headings(printed))
        print(
            f"{path.name}: words {same:.1%}, headings {found} of {len(headings(printed))} ({len(headings(read))} read)"
        )
    print(f"corpus: headings {n_found} of {n_headings}")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        measure(Path(name))
    compare()
