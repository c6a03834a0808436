"""Find tables with ruled lines, as cells, with pdfplumber's table finder.

The finder is given the lines that PDFium sees on the page and the words are PDFium's too, so that a page
need not be read a second time by pdfplumber, which costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pdfplumber import table as finder

from policyloom.extract.layout import TextLine, make_line
from policyloom.extract.rules import Rule

__all__ = ["find_tables"]


def find_tables(
    rules: Sequence[Rule], lines: Sequence[TextLine]
) -> list[tuple[list[list[TextLine]], set[int]]]:
    """The page's ruled tables: rows of cells (a cell's words as one line), and the `id`s of the lines inside.

    A table has at least two rows and two columns, and words in half its cells.
    """
    if len(rules) < 4 or not lines:
        return []
    edges = [_edge(rule) for rule in rules]
    try:
        edges = finder.merge_edges(
            edges, snap_x_tolerance=3, snap_y_tolerance=3, join_x_tolerance=3, join_y_tolerance=3
        )
        cells = finder.intersections_to_cells(finder.edges_to_intersections(edges, 3, 3))
        grids = finder.cells_to_tables(cells)
    except (ValueError, IndexError, KeyError):
        return []
    found = []
    for grid in grids:
        x0, x1 = min(cell[0] for cell in grid), max(cell[2] for cell in grid)
        top, bottom = min(cell[1] for cell in grid), max(cell[3] for cell in grid)
        inside = [
            line
            for line in lines
            if top - 1 < line.baseline < bottom + 2 and x0 - 3 < line.x0 and line.x1 < x1 + 3
        ]
        rows = _fill(grid, inside)
        if rows:
            found.append((rows, {id(line) for line in inside}))
    return found


def _edge(rule: Rule) -> dict[str, Any]:
    x0, top, x1, bottom = rule
    flat = bottom - top < 0.8
    return {
        "x0": x0, "x1": x1, "top": top, "bottom": top if flat else bottom, "width": x1 - x0, "height": bottom - top,
        "orientation": "h" if flat else "v", "object_type": "line",
    }  # fmt: skip


def _fill(
    grid: Sequence[tuple[float, float, float, float]], inside: Sequence[TextLine]
) -> list[list[TextLine]]:
    """The grid's rows, each with the words of its cells; nothing where it is no table."""
    tops = sorted({cell[1] for cell in grid})
    if len(tops) < 2 or len({cell[0] for cell in grid}) < 2 or not inside:
        return []
    words = [(word, line) for line in inside for word in line.words]
    rows: list[list[TextLine]] = []
    n_filled = n_cells = 0
    for y in tops:
        row: list[TextLine] = []
        for x0, top, x1, bottom in sorted(cell for cell in grid if cell[1] == y):
            here = []
            for word, _ in words:
                middle = (word.x0 + word.x1) / 2
                if x0 <= middle < x1 and top <= word.baseline - 0.3 * word.size < bottom:
                    here.append(word)
            n_cells += 1
            if here:
                n_filled += 1
                for word in here[1:]:
                    word.space = True
                row.append(make_line(here, inside[0].page, inside[0].page_height))
            else:
                row.append(
                    TextLine(inside[0].page, [], x0, x1, bottom, inside[0].size, False, False, "", 0, 0.0)
                )
        if any(cell.words for cell in row):
            rows.append(row)
    if (
        len(rows) < 2
        or n_filled < 0.4 * n_cells
        or sum(sum(bool(cell.words) for cell in row) > 1 for row in rows) < 2
    ):
        return []
    return rows
