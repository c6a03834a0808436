"""A user's table of the documents: a row a file, with its date, group, country or whatever else is known of it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, repeat
from pathlib import Path, PurePosixPath

from policyloom.errors import RunError
from policyloom.export import DOCUMENTS, OTHERWISE
from policyloom.files import FORMULA_STARTS, show_name
from policyloom.learn.rows import read_rows, read_table_text
from policyloom.network.structure import YEAR
from policyloom.records import Tagged

__all__ = ["NO_METADATA", "MetadataTable", "describe", "read_metadata"]

FILE, DATE, TITLE = "file", "date", "title"
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_SHOWN = 3
"""How many files or rows a note names."""


@dataclass(frozen=True, slots=True)
class MetadataTable:
    """What a user's table says of the documents of a run.

    Attributes:
        columns: its columns in order, without that of the file.
        rows: the cells of each file's row, by the file as the run lists it.
        notes: files without a row and rows without a file, in words.
    """

    columns: tuple[str, ...] = ()
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def of(self, source: str) -> dict[str, str]:
        """The cells of a file's row; empty ones where it has no row."""
        row = self.rows.get(source, {})
        return {column: row.get(column, "") for column in self.columns}


NO_METADATA = MetadataTable()


def read_metadata(path: str | Path, folder: str | Path, files: Iterable[Path]) -> MetadataTable:
    """The table of the documents in a CSV file, held against the files of a folder.

    It has a column `file`, with each file's name as the run lists it (`a.pdf`, `north/b.pdf`), and any others. A cell of
    `date` has one year in it; `date` and `title` go before those that a document states. Columns by which documents.csv
    itself tells of a document are passed over, so that documents.csv can be filled in and given again.

    Args:
        path: of the table.
        folder: of the documents, or one file.
        files: of the run.

    Raises:
        RunError: the table cannot be read, a column cannot be used, a file stands twice, a date has no year or two, or
            no row is of any of the files.
    """
    path, folder = Path(path), Path(folder)
    root = folder if folder.is_dir() else folder.parent
    sources = [show_name(file.relative_to(root)) for file in files]
    try:
        table = list(read_rows(read_table_text(path), {FILE, DATE, TITLE}))
    except ValueError as error:
        raise RunError(f"{path}: {error}") from error
    names = _find_columns(table[0][1] if table else [], path)
    by_name = _Names(sources)
    rows: dict[str, dict[str, str]] = {}
    lines: dict[str, int] = {}
    strangers: list[str] = []
    for line, cells in table[1:]:
        where = f"{path}, line {line}"
        row = _by_name(names, cells, where)
        told = row.pop(FILE, "")
        if not told:
            raise RunError(f"{where}: names no file; write the file's name under “file”, or remove the row")
        _check_date(row.get(DATE, ""), where)
        source = by_name.find(told)
        if source is None:
            strangers.append(told)
            continue
        if source in lines:
            raise RunError(
                f"{where}: {source} has a row already, in line {lines[source]}; remove one of them"
            )
        lines[source], rows[source] = line, row
    if not rows:
        raise RunError(f"{path}: {_explain_strangers(strangers, sources) or 'has no row'}; {_ADVICE}")
    without = [source for source in sources if source not in rows]
    notes = []
    if strangers:
        notes.append(f"{path}: {_explain_strangers(strangers, sources)}; passed over")
    if without:
        notes.append(f"{path}: has no row for {_list(without)}; the cells of such files are left empty")
    return MetadataTable(tuple(name for name in names if name and name != FILE), rows, tuple(notes))


_ADVICE = "under “file” stand the names of the files, with their folders where there are any, such as north/plan.pdf"


def describe(tagged: Tagged, row: Mapping[str, str]) -> Tagged:
    """A document with the date and the title of its row, where that has any."""
    document = tagged.document
    stated = document.metadata
    told = replace(stated, date=row.get(DATE) or stated.date, title=row.get(TITLE) or stated.title)
    return tagged if told == stated else replace(tagged, document=replace(document, metadata=told))


class _Names:
    """Files by their names as people write them: with either slash, and whatever the capitals where that is no matter."""

    def __init__(self, sources: Sequence[str]) -> None:
        self._exact = {_plain(source): source for source in sources}
        n_alike = Counter(name.casefold() for name in self._exact)
        self._folded = {
            name.casefold(): source for name, source in self._exact.items() if n_alike[name.casefold()] == 1
        }

    def find(self, told: str) -> str | None:
        name = _plain(told)
        return self._exact.get(name) or self._folded.get(name.casefold())


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).replace("\\", "/").removeprefix("./")


def _find_columns(header: Sequence[str], path: Path) -> list[str | None]:
    """The names of the columns; None for those that are passed over."""
    names = [" ".join(name.split()) for name in header]
    names = [name.lower() if name.lower() in (FILE, DATE, TITLE) else name for name in names]
    if FILE not in names:
        seen = ", ".join(repr(name) for name in names[:12] if name) or "no names"
        raise RunError(f"{path}: has no column “file” (its first row has {seen}); {_ADVICE}")
    folded = {name.casefold() for name in names}
    if "year" in folded and DATE not in names:
        raise RunError(f"{path}: call the column “year” date; a year alone is a date")
    own = {name.casefold() for name in DOCUMENTS.names} - {FILE, DATE, TITLE}
    for name in names:
        if f"{OTHERWISE}{name}".casefold() in folded:
            raise RunError(
                f"{path}: has the columns {name!r} and {OTHERWISE + name!r}; a table that has a column {name!r} itself calls "
                "yours so, so name one of them otherwise"
            )
        if name.startswith(FORMULA_STARTS):
            raise RunError(
                f"{path}: a spreadsheet takes the name of the column {name!r} for a formula; call it otherwise"
            )
    twice = [name for name, n in Counter(name.casefold() for name in names if name).items() if n > 1]
    if twice:
        raise RunError(f"{path}: has the column {twice[0]!r} twice; remove one of them")
    return [None if name.casefold() in own else name for name in names]


def _by_name(names: Sequence[str | None], cells: Sequence[str], where: str) -> dict[str, str]:
    row = {}
    for name, cell in zip(chain(names, repeat("", len(cells))), cells, strict=False):
        if name == "" and cell:
            raise RunError(
                f"{where}: {cell[:40]!r} stands in a column without a name; name it in the first row, or put the text "
                "of a cell with a comma in quotation marks"
            )
        if name:
            row[name] = cell
    return row


def _check_date(cell: str, where: str) -> None:
    """Refuses a date in which no year can be found, or two, or that is no day of the calendar."""
    if not cell:
        return
    advice = "write it as 2024, 2024-05 or 2024-05-17"
    years = sorted(set(YEAR.findall(cell)))
    if len(years) != 1:
        found = f"has {' and '.join(years)}" if years else "has no year of four digits"
        raise RunError(f"{where}: the date {cell!r} {found}; {advice}")
    if _DAY.fullmatch(cell):
        try:
            date(*map(int, cell.split("-")))
        except ValueError as error:
            raise RunError(f"{where}: there is no day {cell!r}; {advice}") from error


def _explain_strangers(strangers: Sequence[str], sources: Sequence[str]) -> str:
    if not strangers:
        return ""
    n = len(strangers)
    words = f"{_list(strangers)} {'is' if n == 1 else 'are'} not among the files of this run"
    near = next((source for source in sources if _stem(source) == _stem(strangers[0])), None)
    return words + (f" (is {near} meant?)" if near else "")


def _stem(name: str) -> str:
    """A file's name without its folder and its ending, which people forget or get wrong."""
    return PurePosixPath(_plain(name)).stem.casefold()


def _list(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
