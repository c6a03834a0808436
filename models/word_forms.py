"""Make the English word lists of `languages/en` from the SPECIALIST Lexicon.

    pip install lemminflect==0.2.3 symspellpy==6.10.1
    python models/word_forms.py pipeline/policyloom/languages/en

`irregular.txt` has the nouns and verbs with a form that `regular_forms` does not make, each with all its forms.
`words.txt` has the words that the list of symspellpy lacks, which is British: "labor", "center", "airplane".

The lexicon (United States National Library of Medicine, free to use with acknowledgement) comes with LemmInflect (MIT) as
a table of base forms and inflections. The words of symspellpy (MIT) keep rare and medical words out of `irregular.txt`.
"""

from __future__ import annotations

import csv
import gzip
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from policyloom.languages.en.forms import regular_forms

WORD = re.compile("[a-z]+")
MIN_LENGTH = 4
"""Letters; shorter words of the lexicon are mostly abbreviations."""

HEADER = """\
# {what}
# Source: the SPECIALIST Lexicon of the United States National Library of Medicine, by way of LemmInflect 0.2.3 (MIT
# licence, Copyright 2019 Brad Jascob). Made by: python models/word_forms.py pipeline/policyloom/languages/en
"""


def read_forms() -> dict[str, set[str]]:
    """The inflections of each noun and verb, of which the lexicon gives alternatives as "criteria/criterions"."""
    folder = resources.files("lemminflect") / "resources"
    found: dict[str, set[str]] = defaultdict(set)
    lines = gzip.decompress((folder / "infl_lu.csv.gz").read_bytes()).decode("utf-8").split("\n")
    for row in csv.reader(lines):
        if row and row[1] in ("noun", "verb") and WORD.fullmatch(row[0]):
            forms = {form for cell in row[2:] for form in cell.split("/") if WORD.fullmatch(form)}
            found[row[0]] |= forms - {row[0]}
    return found


def read_common() -> frozenset[str]:
    """The words of symspellpy's frequency list."""
    path = resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    return frozenset(line.partition(" ")[0] for line in path.read_text("utf-8-sig").split("\n"))


def write_lines(path: Path, what: str, lines: Iterable[str]) -> None:
    """Writes a list with its header."""
    path.write_text(HEADER.format(what=what) + "".join(f"{line}\n" for line in lines), "utf-8")


def main() -> None:
    """Write both files into the folder given."""
    folder = Path(sys.argv[1])
    forms, common = read_forms(), read_common()
    irregular = [
        " ".join((word, *sorted(forms[word])))
        for word in sorted(forms.keys() & common)
        if forms[word] - regular_forms(word)
    ]
    write_lines(
        folder / "irregular.txt", "Nouns and verbs with an irregular form, and all their forms.", irregular
    )
    words = {word for base, inflected in forms.items() for word in (base, *inflected)} - common
    write_lines(
        folder / "words.txt",
        "Words that the list of symspellpy lacks, American spellings among them.",
        sorted(word for word in words if len(word) >= MIN_LENGTH),
    )


if __name__ == "__main__":
    main()
