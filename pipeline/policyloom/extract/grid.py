"""Tables of HTML and Word files: told from tables that only lay out a page, with their cells in rows and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from policyloom.extract.pieces import Piece, tidy
from policyloom.records.document import Cell

__all__ = ["MAX_SPAN", "GridCell", "to_pieces"]

MAX_SPAN = 1000
"""Rows or columns that one cell may cover, as browsers have it; a file can claim millions."""

MAX_REACHING = 1_000_000
"""Cells that reach down into rows, added up over the rows of a table, beyond which they no longer push others aside."""

MAX_CELL_WORDS = 25
"""Words of a cell from which on a single row is a page laid out in columns."""

MIN_MAIN_PIECES = 3
"""Paragraphs of a cell from which on it may hold the text of a page."""

MIN_MAIN_SHARE = 0.6
"""Share of a table's characters in one such cell from which on the table only lays out the page."""

_MARK = re.compile(r"[(\[]?(?:[a-z]{1,2}|[ivxlIVXL]{1,6}|[A-Z]|\d{1,3}(?:\.\d{1,2})*)[.)\]]+|[–—•●▪■◦·*-]")


@dataclass(slots=True)
class GridCell:
    """A cell as its file has it.

    Attributes:
        pieces: its text.
        row_span, column_span: how many rows and columns it covers.
        column: counted from 0, where the file states it.
        is_head: whether it names its row or column.
    """

    pieces: list[Piece] = field(default_factory=list)
    row_span: int = 1
    column_span: int = 1
    column: int | None = None
    is_head: bool = False

    @property
    def text(self) -> str:
        """All of it on one line."""
        return tidy(" ".join(piece.text for piece in self.pieces))


def to_pieces(rows: Sequence[Sequence[GridCell]], *, is_data: bool | None = None) -> list[Piece]:
    """The table as one piece with cells, or its text where it has one column or only lays out the page.

    Args:
        rows: the cells that begin in each row, from left to right.
        is_data: what the file says of it; None where it says nothing.
    """
    filled = [[cell for cell in row if cell.pieces] for row in rows]
    if not any(filled):
        return []
    if all(len(row) == 2 and _MARK.fullmatch(row[0].text) for row in filled if row):
        return [piece for row in filled if row for piece in _marked_item(row[0], row[1])]
    if is_data is False or _has_one_column(rows) or (not is_data and _is_layout(filled)):
        return [piece for row in filled for cell in row for piece in cell.pieces]
    return [_to_table(rows)]


def _marked_item(mark: GridCell, words: GridCell) -> Iterator[Piece]:
    """A list item whose mark stands in a cell of its own, as in the acts of the European Union."""
    first, *rest = words.pieces
    if first.kind in ("paragraph", "list_item"):
        yield Piece("list_item", f"{mark.text} {first.text}")
    else:
        yield from (*mark.pieces, first)
    yield from rest


def _has_one_column(rows: Sequence[Sequence[GridCell]]) -> bool:
    """Whether no row has words in more than one cell, or all cells begin in the same column."""
    return all(sum(bool(cell.pieces) for cell in row) <= 1 for row in rows) or (
        len({column for row in _place(rows) for column, cell in row if cell.pieces}) == 1
    )


def _is_layout(filled: Sequence[Sequence[GridCell]]) -> bool:
    """Whether a table that says nothing of itself only lays out the page.

    It holds headings or another table, or one row with much text, or one cell that holds most of the text.
    """
    cells = [cell for row in filled for cell in row]
    if any(piece.kind in ("heading", "title", "table") for cell in cells for piece in cell.pieces):
        return True
    if sum(map(bool, filled)) == 1:
        return any(len(cell.pieces) > 1 or len(cell.text.split()) > MAX_CELL_WORDS for cell in cells)
    sizes = [sum(len(piece.text) for piece in cell.pieces) for cell in cells]
    largest = max(range(len(cells)), key=lambda i: sizes[i])
    return len(cells[largest].pieces) >= MIN_MAIN_PIECES and sizes[largest] >= MIN_MAIN_SHARE * sum(sizes)


def _place(rows: Sequence[Sequence[GridCell]]) -> list[list[tuple[int, GridCell]]]:
    """The cells of each row with their columns; a cell that reaches down pushes those of the rows below aside.

    Source: HTML Living Standard, 4.9.12, forming a table.
    """
    placed: list[list[tuple[int, GridCell]]] = []
    reaching: list[tuple[int, int, int]] = []  # first column, column after the last, last row
    n_reaching = 0
    for number, row in enumerate(rows):
        n_reaching += len(reaching)
        reaching = sorted(span for span in reaching if span[2] >= number and n_reaching <= MAX_REACHING)
        at = next_span = 0
        found = []
        for cell in row:
            if cell.column is not None:
                at = cell.column
            else:
                while next_span < len(reaching) and reaching[next_span][0] <= at:
                    at = max(at, reaching[next_span][1])
                    next_span += 1
            found.append((at, cell))
            at += max(1, min(cell.column_span, MAX_SPAN))
        placed.append(found)
        reaching += [
            (column, column + min(cell.column_span, MAX_SPAN), number + cell.row_span - 1)
            for column, cell in found
            if cell.row_span > 1 and cell.column is None
        ]
    return placed


def _to_table(rows: Sequence[Sequence[GridCell]]) -> Piece:
    """Rows as lines and cells parted by tabs; rows without words have no line."""
    lines: list[str] = []
    cells: list[Cell] = []
    at = 0
    all_heads = all(cell.is_head for row in rows for cell in row if cell.pieces)
    for number, row in enumerate(_place(rows)):
        texts = [cell.text for _, cell in row]
        if not any(texts):
            continue
        for (column, cell), text in zip(row, texts, strict=True):
            if text:
                cells.append(
                    Cell(
                        at,
                        at + len(text),
                        number,
                        column,
                        max(1, min(cell.row_span, len(rows) - number)),
                        max(1, min(cell.column_span, MAX_SPAN)),
                        cell.is_head and not all_heads,
                    )
                )
            at += len(text) + 1
        lines.append("\t".join(texts))
    return Piece("table", "\n".join(lines), cells=tuple(cells))
