"""Find tables with ruled lines or coloured areas, as whole cells.

The lines and areas are those that PDFium sees on the page and the words are PDFium's too, so that a page need not be
read a second time by pdfplumber, which costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from policyloom.extract.layout.grids import Rectangle, bounds
from policyloom.extract.layout.heads import mark_heads
from policyloom.extract.layout.table_cell import TableCell, gather_lines
from policyloom.extract.layout.text_line import TextLine, make_line
from policyloom.extract.pdf.page import Word
from policyloom.extract.pdf.ruled_lines import WHITE, Fill

__all__ = ["Table", "find_tables"]

MIN_FILLED_SHARE = 0.3
"""Share of a table's cells that have words; a grid with fewer is a drawing or a form."""

SAME_EDGE = 4.0
"""Points within which the edges of cells belong to one row or column."""


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table: its cells that have words, row by row, and its box."""

    cells: tuple[TableCell, ...]
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def lines(self) -> tuple[TextLine, ...]:
        """The lines of all cells, cell by cell."""
        return tuple(line for cell in self.cells for line in cell.lines)


def find_tables(
    grids: Sequence[Sequence[Rectangle]], lines: Sequence[TextLine], fills: Sequence[Fill] = ()
) -> tuple[list[Table], list[TextLine]]:
    """The page's ruled tables, and the lines that stand in none.

    Args:
        grids: the cells of each grid on the page.
        lines: of the page, in reading order.
        fills: the coloured areas of the page.

    A table has at least two rows with words in more than one cell; a frame around text, or a column of boxes, is none.
    Where grids overlap, the smaller one has the words; each word is in one cell of one table, or in the other lines.
    """
    tables: list[Table] = []
    rest = list(lines)
    for grid in sorted(grids, key=lambda cells: (_area(bounds(cells)), bounds(cells))):
        box = bounds(grid)
        inside = [line for line in rest if _is_inside(line, box)]
        cells = _fill_cells(grid, inside, fills) if inside else ()
        if cells:
            tables.append(Table(cells, *box))
            taken = set(map(id, inside))
            rest = [line for line in rest if id(line) not in taken]
    return sorted(tables, key=lambda table: (table.top, table.x0)), rest


def _area(box: Rectangle) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _is_inside(line: TextLine, box: Rectangle) -> bool:
    x0, top, x1, bottom = box
    return top - 1 < line.baseline < bottom + 2 and x0 - 3 < line.x0 and line.x1 < x1 + 6


def _fill_cells(
    grid: Sequence[Rectangle], inside: Sequence[TextLine], fills: Sequence[Fill]
) -> tuple[TableCell, ...]:
    """The cells of a grid that have words, row by row; none where the grid is no table."""
    columns = _bands([x for cell in grid for x in (cell[0], cell[2])])
    rows = _bands([y for cell in grid for y in (cell[1], cell[3])])
    if len(columns) < 3 or len(rows) < 3:
        return ()
    pieces: dict[Rectangle, list[TextLine]] = {}
    strays: dict[Rectangle, list[TextLine]] = {}
    for line in inside:
        for cell, words in _cut_at_cells(line, grid):
            piece = make_line(words, line.page, line.page_height)
            if cell:
                pieces.setdefault(cell, []).append(piece)
            else:
                strays.setdefault(_band_cell(piece, columns, rows), []).append(piece)
    cells = [
        _place(box, gather_lines(found), columns, rows, fills)
        for box, found in [*pieces.items(), *strays.items()]
    ]
    n_open = sum(cell not in pieces for cell in grid)
    if len(cells) < MIN_FILLED_SHARE * (len(cells) + n_open):
        return ()
    n_in_row = [sum(cell.row == row for cell in cells) for row in range(len(rows))]
    if sum(n > 1 for n in n_in_row) < 2 or len({cell.column for cell in cells}) < 2:
        return ()
    return mark_heads(_renumber(sorted(cells, key=lambda cell: (cell.row, cell.column))))


def _bands(edges: Sequence[float]) -> list[float]:
    """The edges of rows or columns, those that nearly meet as one."""
    bands: list[float] = []
    for edge in sorted(edges):
        if not bands or edge - bands[-1] > SAME_EDGE:
            bands.append(edge)
    return bands


def _cut_at_cells(line: TextLine, grid: Sequence[Rectangle]) -> list[tuple[Rectangle | None, list[Word]]]:
    """The words of a line, cut where they stand in another cell; a word in no cell has none."""
    y = line.baseline - 0.3 * line.size
    level = [cell for cell in grid if cell[1] <= y < cell[3]]
    parts: list[tuple[Rectangle | None, list[Word]]] = []
    for word in line.words:
        x = (word.x0 + word.x1) / 2
        cell = next((cell for cell in level if cell[0] <= x < cell[2]), None)
        if parts and (parts[-1][0] == cell or not word.space):
            last = parts[-1][1][-1]
            is_mark = not word.space and word.baseline < last.baseline - 0.1 * last.size
            parts[-1][1].append(replace(word, space=True) if is_mark else word)
        else:
            parts.append((cell, [word]))
    return parts


def _band_cell(line: TextLine, columns: Sequence[float], rows: Sequence[float]) -> Rectangle:
    """The place in rows and columns where a line stands that no cell holds."""
    x, y = (line.x0 + line.x1) / 2, line.baseline - 0.3 * line.size
    column = max(0, min(sum(edge <= x for edge in columns), len(columns) - 1) - 1)
    row = max(0, min(sum(edge <= y for edge in rows), len(rows) - 1) - 1)
    return columns[column], rows[row], columns[column + 1], rows[row + 1]


def _place(
    box: Rectangle,
    lines: tuple[TextLine, ...],
    columns: Sequence[float],
    rows: Sequence[float],
    fills: Sequence[Fill],
) -> TableCell:
    """A cell with its rows and columns, and its colour."""
    x0, top, x1, bottom = box
    column, row = _nearest(columns, x0), _nearest(rows, top)
    middle_x, middle_y = (x0 + x1) / 2, (top + bottom) / 2
    colours = [
        fill[4] for fill in fills if fill[0] <= middle_x <= fill[2] and fill[1] - 1 <= middle_y <= fill[3] + 1
    ]
    return TableCell(
        lines,
        row,
        column,
        max(1, _nearest(rows, bottom) - row),
        max(1, _nearest(columns, x1) - column),
        colour=colours[-1] if colours and colours[-1] != WHITE else None,
    )


def _nearest(edges: Sequence[float], edge: float) -> int:
    return min(range(len(edges)), key=lambda i: (abs(edges[i] - edge), i))


def _renumber(cells: Sequence[TableCell]) -> list[TableCell]:
    """The cells, with rows and columns counted without those in which no cell with words begins."""
    rows = sorted({cell.row for cell in cells})
    columns = sorted({cell.column for cell in cells})
    return [
        replace(
            cell,
            row=rows.index(cell.row),
            column=columns.index(cell.column),
            row_span=sum(cell.row <= row < cell.row + cell.row_span for row in rows),
            column_span=sum(cell.column <= column < cell.column + cell.column_span for column in columns),
        )
        for cell in cells
    ]
