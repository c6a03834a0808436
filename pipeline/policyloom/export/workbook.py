"""A run's tables as one Excel workbook, with a codebook that explains every column and every element.

Texts come from documents that nobody vouches for: each cell is written as a text or as a number, and none as a formula
or a link.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from policyloom.export.run_tables import RUN_TABLES, Cell, Field, RunTable, read_fields, read_rows
from policyloom.files import FORMULA_STARTS, cut_cell, open_atomic
from policyloom.framework import Framework

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

__all__ = ["CODEBOOK", "CODEBOOK_FIELDS", "MAX_ROWS", "write_workbook"]

MAX_ROWS = 1_048_576
"""Rows that Excel takes in a sheet, the head among them."""

MAX_BYTES_IN_MEMORY = 50_000_000
"""Size of all tables above which rows are written as they come, to save memory.

Texts then stand in the rows and not in a list of their own, which Apple Numbers does not show.
"""

WIDTHS = (8, 60)
"""The narrowest and widest column, in characters; longer text is wrapped."""

ROWS_LOOKED_AT = 1000
"""Rows from which a column's width is taken."""

CREATED = datetime(2000, 1, 1)
"""The date that every workbook bears, so that the same run gives the same bytes."""

MAX_EXAMPLES = 3
"""Example sentences of an element in the codebook, and as many that only look like it."""

CODEBOOK = "codebook"
CODEBOOK_FIELDS = (
    Field("what", "about, table, column or element"),
    Field("of", "the table of a column, the element over an element"),
    Field("name", "as it stands in the tables"),
    Field("kind", "the size of a table, the type of a column, the kind of an element"),
    Field("label", "of an element"),
    Field("meaning", "what it says"),
    Field("examples", "sentences that name an element"),
    Field("counterexamples", "sentences that do not, though they look like it"),
)

CAUTION = (
    "A program found what stands in these tables. Some of it is wrong and some is missing, so read the quotes; report.html of "
    "the run says how much. “Not found” means that nothing was found, not that nothing is there."
)


@dataclass(frozen=True, slots=True)
class _Formats:
    """How cells look; a `guarded` text stays a text when somebody edits it."""

    head: Format
    text: Format
    guarded: Format
    number: Format


def write_workbook(run: str | Path, out: str | Path, framework: Framework) -> list[str]:
    """Writes the tables of a run to an .xlsx file, a sheet each; the same run gives the same bytes.

    A table of more rows than a sheet takes goes on in further sheets.

    Args:
        run: a run folder.
        out: the file; one that is there is replaced.
        framework: of the run.

    Returns:
        What the user should know, a line each: which tables take several sheets.

    Raises:
        RunError: a table of the run is missing or wrong.
    """
    import xlsxwriter

    fields = {table.name: read_fields(run, table) for table in RUN_TABLES}
    is_large = sum(table.path(run).stat().st_size for table in RUN_TABLES) > MAX_BYTES_IN_MEMORY
    options = {
        "constant_memory": is_large,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with open_atomic(out) as file, xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": f"policyloom: {Path(run).resolve().name}", "created": CREATED})
        formats = _add_formats(book)
        codebook = book.add_worksheet(CODEBOOK)
        sizes = {
            table.name: _write_table(book, table, fields[table.name], read_rows(run, table), formats)
            for table in RUN_TABLES
        }
        _write_sheet(codebook, CODEBOOK_FIELDS, _codebook(framework, fields, sizes), formats)
    return [
        f"{name}: its {n_rows:,} rows stand on {n_sheets} sheets, as Excel takes {MAX_ROWS - 1:,} in one"
        for name, (n_rows, n_sheets) in sizes.items()
        if n_sheets > 1
    ]


def _add_formats(book: Workbook) -> _Formats:
    cell = {"valign": "top"}
    return _Formats(
        head=book.add_format({"bold": True, "valign": "top", "bg_color": "#E7ECEF", "bottom": 1}),
        text=book.add_format(cell | {"text_wrap": True}),
        guarded=book.add_format(cell | {"text_wrap": True, "quote_prefix": True}),
        number=book.add_format(cell),
    )


def _write_table(
    book: Workbook,
    table: RunTable,
    fields: Sequence[Field],
    rows: Iterator[Sequence[Cell]],
    formats: _Formats,
) -> tuple[int, int]:
    """Writes a table, in as many sheets as it takes; returns how many rows and sheets there are."""
    n_rows, n_sheets = 0, 0
    first = next(rows, None)
    while first is not None or not n_sheets:
        n_sheets += 1
        sheet = book.add_worksheet(table.name if n_sheets == 1 else f"{table.name} {n_sheets}")
        here = () if first is None else chain([first], islice(rows, MAX_ROWS - 2))
        n_rows += _write_sheet(sheet, fields, here, formats)
        first = next(rows, None)
    return n_rows, n_sheets


def _write_sheet(
    sheet: Worksheet, fields: Sequence[Field], rows: Iterable[Sequence[Cell]], formats: _Formats
) -> int:
    """Writes a head and rows, with frozen head, filters and widths; returns how many rows there are."""
    sheet.freeze_panes(1, 0)
    for column, one in enumerate(fields):
        sheet.write_string(0, column, one.name, formats.head)
    lengths: list[list[int]] = [[] for _ in fields]
    n = 0
    for n, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            _write_cell(sheet, n, column, cell, formats)
            if n <= ROWS_LOOKED_AT and cell not in (None, ""):
                lengths[column].append(_length(str(cell)))
    for column, one in enumerate(fields):
        sheet.set_column(column, column, _choose_width(one.name, lengths[column]))
    sheet.autofilter(0, 0, n, len(fields) - 1)
    return n


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, formats: _Formats) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, formats.number)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell, formats.number)
    elif cell:
        style = formats.guarded if cell.startswith(("'", *FORMULA_STARTS)) else formats.text
        sheet.write_string(row, column, cut_cell(cell), style)


def _choose_width(head: str, lengths: Sequence[int]) -> int:
    """A width in characters that nine of ten cells fit in, and the head with the arrow of its filter."""
    usual = sorted(lengths)[(len(lengths) - 1) * 9 // 10] if lengths else 0
    low, high = WIDTHS
    return min(max(low, usual + 1, len(head) + 4), high)


def _length(text: str) -> int:
    """The width of a text's longest line in characters; those of East Asia are twice as wide."""
    if text.isascii():
        return max(map(len, text.split("\n")))
    return max(sum(1 + (east_asian_width(ch) in "WF") for ch in line) for line in text.split("\n"))


def _codebook(
    framework: Framework, fields: Mapping[str, Sequence[Field]], sizes: Mapping[str, tuple[int, int]]
) -> Iterator[list[Cell]]:
    yield _entry(
        "about",
        "",
        framework.id,
        "framework",
        f"{framework.title}, version {framework.version}",
        framework.source,
    )
    yield _entry("about", "", "caution", "", "", CAUTION)
    for table in RUN_TABLES:
        n_rows, n_sheets = sizes[table.name]
        size = f"{n_rows:,} rows" + (f" on {n_sheets} sheets" if n_sheets > 1 else "")
        yield _entry("table", "", table.name, size, "", f"A row is {table.description}.")
        for one in fields[table.name]:
            yield _entry("column", table.name, one.name, one.type, "", one.description)
    for element in framework:
        yield _entry(
            "element", element.parent or "", element.id, element.kind, element.label, element.definition,
            "\n".join(element.examples[:MAX_EXAMPLES]), "\n".join(element.counterexamples[:MAX_EXAMPLES]),
        )  # fmt: skip


def _entry(*cells: str) -> list[Cell]:
    """A row of the codebook; cells that are not given are empty."""
    return [*cells, *[""] * (len(CODEBOOK_FIELDS) - len(cells))]
