"""The tables of a run folder: each with its columns, their types, its key, and what other table it refers to.

Everything that describes or converts a run's tables goes by `RUN_TABLES`: the data package, the workbook, Parquet, and
the page docs/tables.md.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from policyloom.errors import RunError
from policyloom.export.documents import DOCUMENTS
from policyloom.export.statements import STATEMENTS
from policyloom.export.tables import (
    CLAIMS,
    COVERAGE,
    ENTITIES,
    FAILURES,
    FINDINGS,
    MENTIONS,
    PROMISES,
    Table,
)
from policyloom.files import plain_cell
from policyloom.network.elements import ELEMENT_COLUMNS
from policyloom.network.evidence import EVIDENCE_COLUMNS
from policyloom.network.gaps import GAP_COLUMNS
from policyloom.network.links import COUNTS, LINK_COLUMNS, STRENGTHS
from policyloom.network.peers import PEER_COLUMNS

if TYPE_CHECKING:
    from _csv import Reader

__all__ = ["RUN_TABLES", "Cell", "Field", "FieldType", "RunTable", "read_fields", "read_rows"]

FieldType = Literal["string", "integer", "number", "boolean"]
"""The types of columns, under the names that the Table Schema standard gives them."""

Cell = str | int | float | bool | None

USER_COLUMN = "a column of your own table of the documents"
"""What is said of a column that policyloom does not know."""

_FIELD_TYPES: dict[str, FieldType] = {
    "": "string",
    "int64": "integer",
    "Int64": "integer",
    "float64": "number",
    "bool": "boolean",
}
"""The types by the dtype that a column declares."""

_TRUTH = {"True": True, "False": False}

_AGAIN = "if you changed the file, rename or delete it, then run again to make it anew"

_PARSERS: dict[FieldType, Callable[[str], Cell]] = {
    "string": plain_cell,
    "integer": lambda cell: int(cell) if cell else None,
    "number": lambda cell: float(cell) if cell else None,
    "boolean": lambda cell: _TRUTH[cell] if cell else None,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a run's table: its name, what it says, and its type."""

    name: str
    description: str
    type: FieldType = "string"


@dataclass(frozen=True, slots=True)
class RunTable:
    """A table of a run folder.

    Attributes:
        name: of its file, without `.csv`.
        description: what a row is.
        fields: its columns, in order; a run may have columns of the user's own behind them.
        key: the columns that tell its rows apart; empty where two rows may be alike.
        refers: by column, the table and the column in which its values stand.
    """

    name: str
    description: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    refers: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def path(self, folder: str | Path) -> Path:
        """Its file in a run folder."""
        return Path(folder) / f"{self.name}.csv"


def _fields(table: Table[Any]) -> tuple[Field, ...]:
    return tuple(Field(c.name, c.description, _FIELD_TYPES[c.dtype]) for c in table.columns)


def _described(columns: Mapping[str, str], types: Mapping[str, FieldType]) -> tuple[Field, ...]:
    return tuple(Field(name, text, types.get(name, "string")) for name, text in columns.items())


_NODE = ("elements", "id")

_DOCUMENT = ("documents", "document")

RUN_TABLES = (
    RunTable(
        "documents",
        "a document that was read, with what you say of it in a table of your own",
        _fields(DOCUMENTS),
        ("document",),
    ),
    RunTable(
        "mentions",
        "a mention of an element of the framework, with its status and quote",
        _fields(MENTIONS),
        ("document", "start", "end", "element"),
        {"document": _DOCUMENT, "part_of": _NODE},
    ),
    RunTable(
        "entities",
        "an institution, person, place, date, sum, law or plan that a document names",
        _fields(ENTITIES),
        ("document", "start", "end"),
        {"document": _DOCUMENT},
    ),
    RunTable(
        "claims",
        "a sentence that itself says that a mechanism leads to an outcome, or answers a challenge",
        _fields(CLAIMS),
        refers={"document": _DOCUMENT, "mechanism_part_of": _NODE, "target_part_of": _NODE},
    ),
    RunTable(
        "statements",
        "what an actor of the framework says of an element: a signed edge of a network of discourse",
        _fields(STATEMENTS),
        refers={"document": _DOCUMENT},
    ),
    RunTable(
        "links",
        "a link between two elements: how often, how strongly, how surely",
        _described(LINK_COLUMNS, {**dict.fromkeys(COUNTS, "integer"), **dict.fromkeys(STRENGTHS, "number")}),
        ("source", "target", "kind"),
        {"source": _NODE, "target": _NODE},
    ),
    RunTable(
        "links_evidence",
        "a sentence behind a link or, as kind `mentions`, behind an element",
        _described(
            EVIDENCE_COLUMNS,
            {**dict.fromkeys(("page", "sentence", "start", "end"), "integer"), "hedged": "boolean"},
        ),
        ("source", "target", "kind", "document", "sentence"),
        {"document": _DOCUMENT, "source": _NODE, "target": _NODE},
    ),
    RunTable(
        "gap_map",
        "a mechanism and an outcome, with the documents that name both, also where there are none",
        _described(GAP_COLUMNS, {name: "integer" for name in GAP_COLUMNS if name.startswith("n_")}),
        ("mechanism", "outcome"),
        {"mechanism": _NODE, "outcome": _NODE},
    ),
    RunTable(
        "elements",
        "an outermost element of the framework, its parts counted with it, and how often it is named",
        _described(
            ELEMENT_COLUMNS,
            {name: "integer" for name in ELEMENT_COLUMNS if name not in ("id", "label", "kind")},
        ),
        ("id",),
    ),
    RunTable(
        "coverage",
        "how a document covers an element, also where it does not name it",
        _fields(COVERAGE),
        ("document", "element"),
        {"document": _DOCUMENT},
    ),
    RunTable(
        "peers",
        "an element in a document, held against the other documents of the run: what it stresses more, or less, than they do",
        _described(
            PEER_COLUMNS,
            {
                **dict.fromkeys(("n", "n_sentences", "n_peers", "n_peers_below"), "integer"),
                **dict.fromkeys(
                    ("share", "share_peers", "log_odds", "ci_low", "ci_high", "g2", "q"), "number"
                ),
            },
        ),
        ("document", "element"),
        {"document": _DOCUMENT, "element": _NODE},
    ),
    RunTable(
        "promises",
        "a sentence that plans a mechanism, with who is to act, with what, how much, by when, and how it is watched",
        _fields(PROMISES),
        ("document", "start", "end"),
        {"document": _DOCUMENT, "element": _NODE},
    ),
    RunTable(
        "findings",
        "a finding of the checks on a document, with its best quotes",
        _fields(FINDINGS),
        refers={"document": _DOCUMENT},
    ),
    RunTable(
        "failures", "a file that could not be read or was not judged, and why", _fields(FAILURES), ("source",)
    ),
)
"""The tables of a run, in the order in which people read them."""


def read_fields(folder: str | Path, table: RunTable) -> tuple[Field, ...]:
    """The columns that a table has in a run folder: the declared ones, and the user's own behind them.

    Raises:
        RunError: the file is missing, or does not have the declared columns.
    """
    with _open(folder, table) as reader:
        names = next(reader, [])
    declared = table.fields
    if tuple(names[: len(declared)]) != tuple(f.name for f in declared):
        raise RunError(
            f"{table.path(folder)}: does not have the columns of this version of policyloom; {_AGAIN}"
        )
    return (*declared, *(Field(name, USER_COLUMN) for name in names[len(declared) :]))


def read_rows(folder: str | Path, table: RunTable) -> Iterator[list[Cell]]:
    """The rows of a table in a run folder, one at a time: texts as they were, numbers as numbers, None where one is missing.

    Raises:
        RunError: the file is missing, or a row does not fit its columns.
    """
    fields = read_fields(folder, table)
    parse = [_PARSERS[f.type] for f in fields]
    with _open(folder, table) as reader:
        next(reader)
        for cells in reader:
            where = f"{table.path(folder)}, line {reader.line_num}"
            if len(cells) != len(fields):
                raise RunError(
                    f"{where}: has {len(cells)} cells, and the table {len(fields)} columns; {_AGAIN}"
                )
            row = []
            for one, read, cell in zip(fields, parse, cells, strict=True):
                try:
                    row.append(read(cell))
                except (ValueError, KeyError) as error:
                    raise RunError(
                        f"{where}, column {one.name}: {cell!r} is no {one.type}; {_AGAIN}"
                    ) from error
            yield row


@contextmanager
def _open(folder: str | Path, table: RunTable) -> Iterator[Reader]:
    path = table.path(folder)
    try:
        file = path.open(encoding="utf-8-sig", newline="")
    except FileNotFoundError as error:
        raise RunError(f"{path}: is missing; run again to make it") from error
    with file:
        try:
            yield csv.reader(file)
        except (UnicodeDecodeError, csv.Error) as error:
            raise RunError(f"{path}: is no table in UTF-8 ({error}); {_AGAIN}") from error
