"""Find tables with ruled lines, as cells, with pdfplumber's table finder.

The finder is given the lines that PDFium sees on the page and the words are PDFium's too, so that a page
need not be read a second time by pdfplumber, which costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pdfplumber import table as finder

from policyloom.extract.layout.text_line import TextLine, make_line
from policyloom.extract.pdf.page import Word
from policyloom.extract.pdf.ruled_lines import RuledLine

__all__ = ["Table", "find_tables"]

TOLERANCE = 3
"""Points by which ruled lines that belong together may miss one another."""

MIN_FILLED_SHARE = 0.4
"""Share of a table's cells that have words; a grid with fewer is a drawing or a form."""


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table: its rows of cells, the words of each as one line, and its box."""

    rows: tuple[tuple[TextLine, ...], ...]
    x0: float
    top: float
    x1: float
    bottom: float


def find_tables(
    ruled_lines: Sequence[RuledLine], lines: Sequence[TextLine]
) -> tuple[list[Table], list[TextLine]]:
    """The page's ruled tables, and the lines that stand in none.

    A table has at least two rows and two columns, and words in two fifths of its cells.
    """
    tables = []
    for grid in _find_grids(ruled_lines) if lines else ():
        x0, x1 = min(cell[0] for cell in grid), max(cell[2] for cell in grid)
        top, bottom = min(cell[1] for cell in grid), max(cell[3] for cell in grid)
        table = Table((), x0, top, x1, bottom)
        rows = _fill(grid, [line for line in lines if _is_inside(line, table)])
        if rows:
            tables.append(replace(table, rows=rows))
    return tables, [line for line in lines if not any(_is_inside(line, table) for table in tables)]


def _find_grids(ruled_lines: Sequence[RuledLine]) -> list[list[tuple[float, float, float, float]]]:
    """The cells of each grid that ruled lines make, as x0, top, x1, bottom."""
    if len(ruled_lines) < 4:
        return []
    try:
        edges = finder.merge_edges(
            [_edge(line) for line in ruled_lines],
            snap_x_tolerance=TOLERANCE,
            snap_y_tolerance=TOLERANCE,
            join_x_tolerance=TOLERANCE,
            join_y_tolerance=TOLERANCE,
        )
        crossings = finder.edges_to_intersections(edges, TOLERANCE, TOLERANCE)
        return list(finder.cells_to_tables(finder.intersections_to_cells(crossings)))
    except (ValueError, IndexError, KeyError):
        return []


def _is_inside(line: TextLine, table: Table) -> bool:
    return (
        table.top - 1 < line.baseline < table.bottom + 2 and table.x0 - 3 < line.x0 and line.x1 < table.x1 + 3
    )


def _edge(line: RuledLine) -> dict[str, Any]:
    """A ruled line as the finder takes it."""
    x0, top, x1, bottom = line
    flat = bottom - top < 0.8
    return {
        "x0": x0, "x1": x1, "top": top, "bottom": top if flat else bottom, "width": x1 - x0, "height": bottom - top,
        "orientation": "h" if flat else "v", "object_type": "line",
    }  # fmt: skip


def _fill(
    grid: Sequence[tuple[float, float, float, float]], inside: Sequence[TextLine]
) -> tuple[tuple[TextLine, ...], ...]:
    """The grid's rows, each with the words of its cells; none where it is no table."""
    tops = sorted({cell[1] for cell in grid})
    if len(tops) < 2 or len({cell[0] for cell in grid}) < 2 or not inside:
        return ()
    words = [word for line in inside for word in line.words]
    rows = [
        tuple(_fill_cell(cell, words, inside[0]) for cell in sorted(cell for cell in grid if cell[1] == y))
        for y in tops
    ]
    n_cells = sum(len(row) for row in rows)
    filled = [sum(bool(cell.words) for cell in row) for row in rows]
    if sum(filled) < MIN_FILLED_SHARE * n_cells or sum(n > 1 for n in filled) < 2:
        return ()
    return tuple(row for row in rows if any(cell.words for cell in row))


def _fill_cell(cell: tuple[float, float, float, float], words: Sequence[Word], near: TextLine) -> TextLine:
    """A cell's words as one line; `near` is a line of its page."""
    x0, top, x1, bottom = cell
    here = [
        word
        for word in words
        if x0 <= (word.x0 + word.x1) / 2 < x1 and top <= word.baseline - 0.3 * word.size < bottom
    ]
    if not here:
        return TextLine(near.page, (), x0, x1, bottom, near.size, False, False, "", 0, 0.0)
    spaced = [here[0], *(word if word.space else replace(word, space=True) for word in here[1:])]
    return make_line(spaced, near.page, near.page_height)
