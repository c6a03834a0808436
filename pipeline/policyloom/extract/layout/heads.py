"""Tell the cells of a table that name its rows and columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median

from policyloom.extract.layout.table_cell import TableCell

__all__ = ["mark_heads"]

MAX_LABEL = 60
"""Characters; a longer cell states something rather than naming its row or column."""

MAX_HEAD = 250
"""Characters; a longer cell is no head, however it is set."""

MIN_SHARE = 0.75
"""Share of a row's or column's cells that are set as heads, where they are."""

SENTENCE_ENDS = (".", ";", "。", "；")


def mark_heads(cells: Sequence[TableCell]) -> tuple[TableCell, ...]:
    """The cells of one table in order, heads marked.

    Heads are bold or shaded where the other cells are not. Where neither tells, the first row is a row of heads if it
    has short labels in every column and longer text stands below; the first column if its cells are short labels
    beside longer text. A cell across all columns with a short text is a head of the rows below it.
    """
    n_columns = max(cell.column + cell.column_span for cell in cells)
    heads = _head_rows(cells, n_columns) | _spanning(cells, n_columns)
    body = [cell for i, cell in enumerate(cells) if i not in heads]
    column = [i for i, cell in enumerate(cells) if i not in heads and cell.column == 0]
    if _is_head_column([cells[i] for i in column], [cell for cell in body if cell.column > 0]):
        heads |= {i for i in column if len(cells[i].text) <= MAX_HEAD}
    return tuple(
        cell if cell.is_head == (i in heads) else replace(cell, is_head=i in heads)
        for i, cell in enumerate(cells)
    )


def _stands_out(some: Sequence[TableCell], others: Sequence[TableCell]) -> bool:
    """Whether some cells are bold, or shaded in a colour of their own, and most others are not."""
    if not some or not others:
        return False
    for is_set in (_is_bold, _has_colour_of(some)):
        share = sum(map(is_set, some)) / len(some)
        if share >= MIN_SHARE and sum(map(is_set, others)) < 0.5 * len(others):
            return True
    return False


def _is_bold(cell: TableCell) -> bool:
    return cell.is_bold


def _has_colour_of(some: Sequence[TableCell]) -> Callable[[TableCell], bool]:
    """Whether a cell is shaded as most of these cells are."""
    colours = Counter(cell.colour for cell in some if cell.colour is not None)
    usual = colours.most_common(1)[0][0] if colours else None
    return lambda cell: usual is not None and cell.colour == usual


def _head_rows(cells: Sequence[TableCell], n_columns: int) -> set[int]:
    """The positions of the cells in the rows of heads at the table's top."""
    heads: set[int] = set()
    end = 0
    last_row = max(cell.row for cell in cells)
    while end < min(3, last_row):
        row = [i for i, cell in enumerate(cells) if cell.row == end]
        below = [cell for cell in cells if cell.row > end]
        here = [cells[i] for i in row]
        if any(len(cell.text) > MAX_HEAD for cell in here):
            break
        is_wide = len(here) == 1 and here[0].column_span >= n_columns
        if is_wide or not (_stands_out(here, below) or (end == 0 and _has_labels(here, below, n_columns))):
            # A title across the table may stand over its heads.
            if not is_wide:
                break
        else:
            heads.update(row)
            end = max(end, *(cell.row + cell.row_span - 1 for cell in here))
        end += 1
    return heads


def _has_labels(row: Sequence[TableCell], below: Sequence[TableCell], n_columns: int) -> bool:
    """Whether a first row names every column in a few words, and longer text or figures stand below."""
    covered = sum(cell.column_span for cell in row)
    if covered < n_columns or any(
        len(cell.text) > MAX_LABEL or cell.text.endswith(SENTENCE_ENDS) or not _has_letters(cell)
        for cell in row
    ):
        return False
    lengths = [len(cell.text) for cell in below]
    figures = sum(not _has_letters(cell) for cell in below)
    return (
        figures > 0.3 * len(below)
        or median(lengths) > median(len(cell.text) for cell in row)
        or max(lengths) > 2 * max(len(cell.text) for cell in row)
    )


def _has_letters(cell: TableCell) -> bool:
    return any(ch.isalpha() for ch in cell.text)


def _spanning(cells: Sequence[TableCell], n_columns: int) -> set[int]:
    """The positions of cells across all columns that head the rows below them."""
    last_row = max(cell.row for cell in cells)
    return {
        i
        for i, cell in enumerate(cells)
        if n_columns > 1
        and cell.column_span >= n_columns
        and cell.row < last_row
        and len(cell.text) <= MAX_HEAD
        and (cell.is_bold or len(cell.text) <= MAX_LABEL)
        and not cell.text.rstrip().endswith(SENTENCE_ENDS)
    }


def _is_head_column(column: Sequence[TableCell], others: Sequence[TableCell]) -> bool:
    if len(column) < 2 or not others:
        return False
    if _stands_out(column, others):
        return True
    long = [len(cell.text) for cell in others if _has_letters(cell)]
    labels = [
        cell for cell in column if len(cell.text) <= MAX_LABEL and not cell.text.endswith(SENTENCE_ENDS)
    ]
    figures = sum(not _has_letters(cell) for cell in others) > 0.5 * len(others)
    return len(labels) >= MIN_SHARE * len(column) and (
        figures or (bool(long) and median(long) >= 2 * median(len(cell.text) for cell in column))
    )
