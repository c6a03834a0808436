"""How many stretches of words are found again, letter by letter, in the PDFs they were read from.

    python benchmarks/places.py ../shared/pdf_bench/jats/*.pdf

Of each PDF 400 stretches of one to three words are drawn, a form's fields left out; a PDF without text has none.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from policyloom.errors import DocumentError
from policyloom.extract import read_pdf
from policyloom.extract.pdf.places import find_places
from policyloom.records import Document

N_DRAWN = 400
"""Stretches of a document."""


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of words."""

    start: int
    end: int


def draw_words(document: Document, n: int, seed: int = 1) -> list[Words]:
    """Stretches of one to three words, in any block but a form's fields."""
    fields = [block for block in document.blocks if block.kind == "form_field"]
    words = [match.span() for match in re.finditer(r"\w+", document.text)]
    words = [(a, b) for a, b in words if not any(field.start <= a < field.end for field in fields)]
    generator = random.Random(seed)
    if len(words) < 4:
        return []
    firsts = [generator.randrange(len(words) - 3) for _ in range(n)]
    return [Words(words[i][0], words[i + generator.randrange(3)][1]) for i in firsts]


def main(paths: list[str]) -> None:
    """Prints the share of each PDF, and of all."""
    total: Counter[str] = Counter()
    for path in map(Path, paths):
        try:
            document = read_pdf(path, ocr="never")
        except DocumentError as error:
            print(f"{path.name}: {error.kind}")
            continue
        found = Counter(each.exactness for each in find_places(document, path, draw_words(document, N_DRAWN)))
        total += found
        print(f"{path.name}: {dict(found)}")
    print(f"{total['letters']:,} of {total.total():,} ({total['letters'] / total.total():.2%}) to the letter")


if __name__ == "__main__":
    main(sys.argv[1:])
