"""The rows of a table that somebody made in a spreadsheet and saved as text: a label sheet, or a table of documents."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from policyloom.files import decode, plain_cell

__all__ = ["read_rows", "read_table_text"]

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How workbooks of spreadsheet programs begin: zip files, and the compound files of before."""

MAX_BYTES = 200_000_000
"""Of a table that is read: a million sentences and more."""

ADVICE = "in the spreadsheet choose “Save as” and “CSV UTF-8”, and give that file"

_DELIMITERS = (",", ";", "\t")
_DELIMITER_LINE = re.compile(r'\A"?sep=(.)"?\r?\n', re.IGNORECASE)
"""A first line that tells Excel the delimiter."""


def read_table_text(path: Path) -> str:
    """The text of a file with a table, in whatever encoding it came.

    Raises:
        ValueError: the file cannot be opened, or holds no text; the message is in words, without the path.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(
                f"is larger than {MAX_BYTES // 1_000_000:,} MB, and cannot be a table that people made"
            )
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"cannot be opened ({error.strerror or error})") from error
    if data.startswith(WORKBOOKS):
        raise ValueError(f"is a workbook, and tables are read from text; {ADVICE}")
    try:
        text = decode(data)
    except ValueError as error:
        raise ValueError(f"{error}; {ADVICE}") from error
    if "\0" in text:
        raise ValueError(f"is no text; {ADVICE}")
    return text


def read_rows(text: str, known: Collection[str]) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table that are not empty, with the numbers of their lines, whatever separates the cells.

    Args:
        text: of the table.
        known: names of columns, in small letters, that a first row may have; by these the delimiter is known.

    Raises:
        ValueError: a line is no row of a table; the message names it.
    """
    told = _DELIMITER_LINE.match(text)
    body = text[told.end() :] if told else text
    delimiter = told[1] if told else _find_delimiter(body, known)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            cells = [_cell(cell) for cell in row]
            if any(cells):
                yield reader.line_num + bool(told), cells
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num + bool(told)}: is no row of a table ({error})") from error


def _find_delimiter(text: str, known: Collection[str]) -> str:
    """What separates the names of the columns; spreadsheets of many countries write semicolons for commas."""
    first = next((line for line in text.split("\n") if line.strip()), "")

    def n_known(delimiter: str) -> int:
        names = {name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter), [])}
        return len(names.intersection(known))

    return max(_DELIMITERS, key=lambda delimiter: (n_known(delimiter), first.count(delimiter)))


def _cell(text: str) -> str:
    """A cell without the space around it, and without the apostrophe by which `safe_cell` keeps it from being a formula."""
    return plain_cell(text.strip())
