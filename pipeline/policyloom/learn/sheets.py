"""The sheet in which people code sentences: a table with a column for each outermost element.

A sheet comes back from a spreadsheet in many forms: with semicolons or tabs, with columns moved, with empty columns at
its end. What is only arranged otherwise is read; what would lose an entry is refused with its place.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import get_args

from policyloom.errors import LabelsError
from policyloom.files import UnixLines, safe_cell
from policyloom.framework import Framework
from policyloom.learn.labels import Label, Labelled, check_framework, coded_ids
from policyloom.learn.rows import read_rows
from policyloom.records import Status

__all__ = ["format_sheet", "read_sheet"]

_CROSSES = ("x", "✓", "✔", "☒", "☑")
"""A cross or tick means affirmed."""

_NONE = "none"
_FIXED = ("id", "doc", "page", "heading", "before", "text", "after")
_INCLUSION = "inclusion"
_DRAW = "draw"
_LAST = ("links", "answers", _NONE, "note", "framework", _INCLUSION, _DRAW)
_NEEDED = ("id", "doc", "text")


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a sheet: their names in order, and the element of each column that is one's."""

    names: tuple[str, ...]
    elements: dict[str, str]

    def coded_for(self, framework: Framework) -> tuple[str, ...] | None:
        """The elements that the sheet has a column for; None where it has all."""
        found = {framework.top(id) for id in self.elements.values()}
        ids = coded_ids(framework)
        return None if found >= set(ids) else tuple(id for id in ids if id in found)


def format_sheet(sentences: Iterable[Labelled], framework: Framework) -> str:
    """The sheet as CSV text."""
    tops = [framework[id] for id in coded_ids(framework)]
    file = io.StringIO()
    sheet = csv.writer(UnixLines(file))
    sheet.writerow([*_FIXED, *(safe_cell(f"{e.id} {' '.join(e.label.split())}") for e in tops), *_LAST])
    for s in sentences:
        statuses = s.statuses
        cells = [
            *(str(getattr(s, name)) for name in _FIXED),
            *(statuses.get(e.id, "") for e in tops),
            *("; ".join(f"{a} > {b}" for a, b in pairs) for pairs in (s.links, s.answers)),
            "x" if s.elements == () else "",
            s.note,
            s.framework,
            "" if s.inclusion is None else f"{s.inclusion:.12g}",
            s.draw,
        ]
        sheet.writerow([safe_cell(cell) for cell in cells])
    return file.getvalue()


def read_sheet(text: str, path: Path, framework: Framework) -> Iterator[tuple[int, Labelled]]:
    """The rows of a sheet with their line numbers; those that nobody has coded are without elements.

    Raises:
        LabelsError: the sheet or a row is wrong.
    """
    rows = _rows(text, path)
    _, header = next(rows, (1, []))
    columns = _find_columns(header, path, framework)
    coded_for = columns.coded_for(framework)
    for line, cells in rows:
        where = f"{path}, line {line}"
        coded_with = dict(zip(columns.names, cells, strict=False)).get("framework", "")
        check_framework(coded_with, framework, where)
        _check_names(columns, path, framework)  # a copy of a framework that was changed may have kept its id
        yield line, _labelled(_by_name(columns, cells, where), columns, coded_for, where)


def _rows(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with the numbers of their lines."""
    try:
        yield from read_rows(text, {*_FIXED, *_LAST})
    except ValueError as error:
        raise LabelsError(f"{path}, {error}") from error


def _find_columns(header: Sequence[str], path: Path, framework: Framework) -> _Columns:
    names = tuple(
        name.lower() if name.lower() in (*_FIXED, *_LAST) else " ".join(name.split()) for name in header
    )
    twice = [name for name, n in Counter(filter(None, names)).items() if n > 1]
    if twice:
        raise LabelsError(f"{path}: has the column {twice[0]!r} twice; remove one of them")
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        seen = ", ".join(repr(name) for name in names[:12] if name) or "no names"
        raise LabelsError(
            f"{path}: has no column {', '.join(missing)} (its first row has {seen}); begin from a sheet of `policyloom label`"
        )
    elements = {
        name: name.split()[0]
        for name in names if name and name not in (*_FIXED, *_LAST) and name.split()[0] in framework
    }  # fmt: skip
    ends = Counter(elements.values())
    again = [id for id, n in ends.items() if n > 1]
    if again:
        raise LabelsError(f"{path}: has two columns for {again[0]}; remove one of them")
    return _Columns(names, elements)


def _check_names(columns: _Columns, path: Path, framework: Framework) -> None:
    """Refuses a column whose words are not of its element's label: it belongs to another framework."""
    for name, id in columns.elements.items():
        label = set(re.findall(r"\w+", framework[id].label.casefold()))
        if not label.issuperset(re.findall(r"\w+", name[len(id) :].casefold())):
            raise LabelsError(
                f"{path}: column {name!r} is not {id} {framework[id].label!r} of framework {framework.id}; if the sheet "
                f"is of another framework, name its file with -f; if {id} is meant, call the column {id}"
            )


def _by_name(columns: _Columns, cells: Sequence[str], where: str) -> dict[str, str]:
    """A row's entries by the names of their columns.

    Raises:
        LabelsError: an entry stands in a column without a name, or in one that is neither a sheet's nor an element's.
    """
    row: dict[str, str] = {}
    for number, (name, cell) in enumerate(
        zip(chain(columns.names, [""] * len(cells)), cells, strict=False), 1
    ):
        if not name and cell:
            raise LabelsError(
                f"{where}: {cell[:40]!r} stands in column {number}, which has no name in the first row; "
                "move it, or put the text of a cell with a comma in quotation marks"
            )
        if name and cell and name not in (*_FIXED, *_LAST) and name not in columns.elements:
            raise LabelsError(
                f"{where}: no element {name.split()[0]!r} in the framework for column {name!r}; a column's name begins "
                "with the id of an element. Put remarks under “note”"
            )
        row[name] = cell
    return row


def _labelled(
    row: dict[str, str], columns: _Columns, coded_for: tuple[str, ...] | None, where: str
) -> Labelled:
    labels = tuple(
        Label(id, _status(row[name], where, name)) for name, id in columns.elements.items() if row.get(name)
    )
    none = row.get(_NONE, "")
    pairs = {name: _pairs(row.get(name, ""), where) for name in ("links", "answers")}
    if labels and none:
        raise LabelsError(f"{where}: has both elements and an entry under {_NONE!r}")
    if not labels and any(pairs.values()):
        raise LabelsError(f"{where}: has an entry under links or answers, but no status under any element")
    if (labels or none) and (empty := [name for name in _NEEDED if not row.get(name)]):
        raise LabelsError(f"{where}: is coded, but has nothing under {', '.join(empty)}")
    page = row.get("page", "")
    return Labelled(
        row.get("id", ""), row.get("doc", ""), row.get("text", ""),
        labels if labels or none else None,
        pairs["links"], pairs["answers"],
        row.get("heading", ""), row.get("before", ""), row.get("after", ""),
        int(page) if page.isdecimal() else 0, row.get("note", ""), coded_for, row.get("framework", ""),
        _inclusion(row.get(_INCLUSION, ""), where), row.get(_DRAW, ""),
    )  # fmt: skip


def _status(cell: str, where: str, column: str) -> Status:
    word = cell.casefold().rstrip(".")
    if word in _CROSSES:
        return "affirmed"
    for status in get_args(Status):
        if word and status.startswith(word):
            return status  # type: ignore[no-any-return]
    raise LabelsError(
        f"{where}, column {column!r}: {cell!r} is no status; write affirmed (or x), planned, lacking, negated"
    )


def _inclusion(cell: str, where: str) -> float | None:
    """The probability in a cell; spreadsheets of many countries write a decimal comma."""
    if not cell:
        return None
    try:
        return float(cell.replace(",", "."))
    except ValueError as error:
        raise LabelsError(
            f"{where}, column {_INCLUSION!r}: {cell!r} is no number; leave the column as `policyloom label` wrote it"
        ) from error


def _pairs(cell: str, where: str) -> tuple[tuple[str, str], ...]:
    found = []
    for pair in filter(None, (part.strip() for part in re.split(r"[;,\n]", cell))):
        ends = [end.strip() for end in re.split(r"->|→|>", pair)]
        if len(ends) != 2 or not all(ends):
            raise LabelsError(f"{where}: {pair!r} is no pair; write it as T2 > S1")
        found.append((ends[0], ends[1]))
    return tuple(found)
