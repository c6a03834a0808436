"""Find the cells of a table without ruled lines, from the gaps between its columns and rows."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from statistics import median

from policyloom.extract.layout.heads import mark_heads
from policyloom.extract.layout.table_cell import TableCell, gather_lines
from policyloom.extract.layout.text_line import TextLine, make_line

__all__ = ["cells_without_rules"]

ROW_GAP = 1.25
"""A gap between two baselines of so many usual ones begins a new row."""

WORD_GAP = 0.7
"""Sizes; a wider gap between words may part two cells."""

MIN_GAP = 2.0
"""Points between two columns."""

MAX_CROSSING_SHARE = 0.1
"""Share of a table's lines that may cross the gap between two columns, as cells over both do."""


def cells_without_rules(lines: Sequence[TextLine]) -> tuple[TableCell, ...]:
    """The cells of a table that these lines of one page make, row by row, heads marked.

    A line goes on with the cell above it where it stands at the usual distance and begins no new row: a row begins with
    words in the first column, unless every one of its lines begins with a small letter or follows a cut word.
    """
    if not lines:
        return ()
    lines = [piece for line in lines for piece in _split_at_gaps(line)]
    columns = _find_columns(lines)
    rows: list[list[list[TextLine]]] = []
    levels = _levels(lines)
    gaps = [b[0].baseline - a[0].baseline for a, b in zip(levels, levels[1:], strict=False)]
    largest = max(line.size for line in lines)
    small = [gap for gap in gaps if gap < 2 * largest]
    usual = min(small, default=0.0)
    if small:
        usual = max(usual, min(median(small), 1.15 * usual))
    for level, gap in zip(levels, [0.0, *gaps], strict=True):
        if rows and gap <= ROW_GAP * usual and _goes_on(rows[-1], level, columns):
            rows[-1].append(level)
        else:
            rows.append([level])
    cells = [cell for number, row in enumerate(rows) for cell in _cells_of_row(row, number, columns)]
    n_columns = len({cell.column for cell in cells})
    if n_columns < 2:
        return tuple(cells)
    return mark_heads(cells)


def _split_at_gaps(line: TextLine) -> list[TextLine]:
    """The parts of a line between gaps wider than a space: figures of narrow columns stand close together."""
    parts = [[line.words[0]]]
    for last, word in zip(line.words, line.words[1:], strict=False):
        if word.space and word.x0 - last.x1 > WORD_GAP * line.size:
            parts.append([word])
        else:
            parts[-1].append(word)
    if len(parts) == 1:
        return [line]
    return [make_line(part, line.page, line.page_height) for part in parts]


def _levels(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """The lines by baseline, from the top down."""
    levels: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: (line.baseline, line.x0)):
        if levels and abs(line.baseline - levels[-1][0].baseline) < 0.5 * line.size:
            levels[-1].append(line)
        else:
            levels.append([line])
    return levels


def _find_columns(lines: Sequence[TextLine]) -> list[float]:
    """The left edges of columns: the middle of each strip down the table that (nearly) no line crosses."""
    allowed = int(MAX_CROSSING_SHARE * len(lines))
    events = sorted([(line.x0, 1) for line in lines] + [(line.x1, -1) for line in lines])
    columns = [events[0][0]]
    n_open = 0
    gap_from: float | None = None
    for x, step in events:
        n_open += step
        if step < 0 and n_open == allowed:
            gap_from = x
        elif step > 0 and n_open == allowed + 1:
            if gap_from is not None and x - gap_from > MIN_GAP:
                columns.append((gap_from + x) / 2)
            gap_from = None
    return columns


def _column_of(line: TextLine, columns: Sequence[float]) -> int:
    return max(0, bisect.bisect_right(columns, line.x0 + 2) - 1)


def _goes_on(row: Sequence[Sequence[TextLine]], level: Sequence[TextLine], columns: Sequence[float]) -> bool:
    """Whether the lines on one baseline go on with the cells of the row above."""
    filled = {_column_of(line, columns) for lines in row for line in lines}
    here = {_column_of(line, columns) for line in level}
    if len(columns) < 2 or not here <= filled:
        return False
    last = [line for lines in row for line in lines]
    if 0 not in here:
        return 0 in filled and not any(line.text[:1].isdigit() for line in level)
    before = {_column_of(line, columns): line for line in last}
    return all(line.text[:1].islower() or before[_column_of(line, columns)].hyphen for line in level) and any(
        ch.isalpha() for line in level for ch in line.text
    )


def _cells_of_row(
    row: Sequence[Sequence[TextLine]], number: int, columns: Sequence[float]
) -> list[TableCell]:
    found: dict[int, list[TextLine]] = {}
    for level in row:
        for line in level:
            found.setdefault(_column_of(line, columns), []).append(line)
    cells = []
    for column, lines in sorted(found.items()):
        right = max(line.x1 for line in lines)
        taken = [c for c in found if c > column]
        limit = min(taken, default=len(columns))
        span = sum(right > columns[c] + 2 for c in range(column + 1, limit))
        cells.append(TableCell(gather_lines(lines), number, column, column_span=1 + span))
    return cells
