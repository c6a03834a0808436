"""Files on disk: written whole or not at all, tables in one form, text in whatever encoding it came.

Every file of this package is written by `write_bytes`, `open_atomic`, `open_table` or `write_csv`, and every text that
somebody else made is decoded by `decode`.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isnan
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DECIMALS",
    "decode",
    "format_cell",
    "open_atomic",
    "open_table",
    "safe_cell",
    "show_name",
    "write_bytes",
    "write_csv",
]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the start of a formula, with the full-width forms that some accept.

Source: OWASP, CSV Injection.
"""

DECIMALS = 6
"""Decimals of every number in a table."""

BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
"""Byte order marks and the encodings that they tell; the longer come first."""

PREFERRED = "cp1252"
"""The encoding of old Windows files in western Europe; of several that fit as well, it is the likeliest.

Without it charset-normalizer 3.4 takes the first by name, and a French "collège" becomes "collčge".
"""


@contextmanager
def open_atomic(path: str | Path) -> Iterator[IO[bytes]]:
    """A new file to write to, which takes its name when all is written; nothing appears if that fails."""
    path = Path(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        # mkstemp gives 0600; a result is as readable as any other file of its folder.
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_bytes(data: bytes, path: str | Path) -> None:
    """Writes a file that appears whole or not at all."""
    with open_atomic(path) as file:
        file.write(data)


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula.

    Example:
        >>> safe_cell("=1+1"), safe_cell("tax relief")
        ("'=1+1", 'tax relief')
    """
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def format_cell(value: Any) -> str:
    """A cell's text: numbers to six decimals, nothing for a missing value, text that cannot become a formula.

    Example:
        >>> format_cell(1 / 3), format_cell(None), format_cell(True), format_cell("=1+1")
        ('0.333333', '', 'True', "'=1+1")
    """
    if isinstance(value, str):
        return safe_cell(value)
    if value is None:
        return ""
    if isinstance(value, float):
        # Adding zero turns -0.0, which depends on the order of a sum, into 0.0.
        return "" if isnan(value) else repr(round(float(value), DECIMALS) + 0.0)
    text = str(value)
    return "" if text in ("<NA>", "NaT") else text


class _UnixLines:
    """Takes lines from a CSV writer and ends them as Unix does.

    Python before 3.13 quotes a carriage return in a cell only where lines end in one; unquoted it breaks the row.
    """

    def __init__(self, text: IO[str]) -> None:
        self._text = text

    def write(self, line: str) -> int:
        """Writes one line."""
        return self._text.write(line.removesuffix("\r\n") + "\n")


@contextmanager
def open_table(
    path: str | Path, columns: Sequence[str]
) -> Iterator[Callable[[Iterable[Mapping[str, Any]]], None]]:
    """A CSV file that takes rows as they come, and appears when all are in: UTF-8 with BOM, Unix line ends.

    Raises:
        ValueError: a row lacks a column, or has one that the table does not have.
    """
    with open_atomic(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(_UnixLines(text))
        writer.writerow(columns)
        expected = set(columns)

        def add(rows: Iterable[Mapping[str, Any]]) -> None:
            for row in rows:
                if row.keys() != expected:
                    differ = ", ".join(sorted(row.keys() ^ expected))
                    raise ValueError(f"{Path(path).name}: a row and the table's columns differ in {differ}")
                writer.writerow([format_cell(row[column]) for column in columns])

        yield add
        text.flush()
        text.detach()


def write_csv(frame: pd.DataFrame, path: str | Path) -> None:
    """Writes a frame without its index, in the form of `open_table`."""
    columns = [str(column) for column in frame.columns]
    with open_table(path, columns) as add:
        add(dict(zip(columns, row, strict=True)) for row in frame.itertuples(index=False, name=None))


def decode(data: bytes) -> str:
    """The text of a file that somebody made: by its byte order mark, as UTF-8, or in the encoding it looks like.

    Raises:
        ValueError: the bytes are no text in any known encoding.
    """
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        matches = from_bytes(data)
        best = matches.best()
        if best is None:
            raise ValueError("is no text in a known encoding; save it as UTF-8") from None
        return str(
            next(
                (
                    match
                    for match in matches
                    if match.encoding == PREFERRED
                    and (match.chaos, match.coherence) == (best.chaos, best.coherence)
                ),
                best,
            )
        )


def show_name(name: str | Path) -> str:
    """A file's name or path in Unicode: one that is not is shown as well as can be."""
    text = name.as_posix() if isinstance(name, Path) else name
    return text.encode("utf-8", "replace").decode("utf-8")
