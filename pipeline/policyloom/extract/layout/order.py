"""Put the lines of a page in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from policyloom.extract.layout.text_line import TextLine

__all__ = ["find_runs", "in_reading_order", "untangle"]

MAX_INDENT = 3
"""A paragraph's first line is indented by no more sizes."""

MAX_RUNS = 200
"""Runs of lines on a page that are put in order; a page with more is a drawing or a table, and costs too much."""

MIN_PAIRS = 5
"""Pairs of lines side by side from which a page is taken to have columns drawn line by line."""

MIN_COLUMN_LINES = 5
"""Lines that a run needs to count as a column."""

MIN_OVERLAP = 8
"""Points by which a run must overlap one below it sideways to come before it."""

Rectangle = tuple[float, float, float, float]
"""x0, top, x1, bottom."""


def find_runs(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Stretches of lines that follow one another down one column of one page."""
    runs: list[list[TextLine]] = []
    for line in lines:
        if runs:
            last = runs[-1][-1]
            drop = line.baseline - last.baseline
            if (
                line.page == last.page
                and 0.3 * line.size < drop < 3.2 * max(line.size, last.size)
                and _overlap(last, line)
            ):
                runs[-1].append(line)
                continue
        runs.append([line])
    return runs


def _overlap(last: TextLine, line: TextLine) -> bool:
    """Whether two lines overlap horizontally; a short last line may overlap less."""
    overlap = min(line.x1, last.x1) - max(line.x0, last.x0)
    ends = line.text[:1].islower() and 0 < last.x0 - line.x0 < MAX_INDENT * line.size
    return overlap > (0 if ends else 0.5 * min(line.x1 - line.x0, last.x1 - last.x0))


def untangle(lines: list[TextLine]) -> list[TextLine]:
    """The lines, with columns that the file draws line by line across the page put one after the other."""
    pairs = [
        i
        for i, (a, b) in enumerate(zip(lines, lines[1:], strict=False))
        if abs(a.baseline - b.baseline) < 1 and b.x0 > a.x1 and min(a.n_chars, b.n_chars) >= 25
    ]
    if len(pairs) < MIN_PAIRS:
        return lines
    first, last = pairs[0], pairs[-1] + 2
    gutter = (max(lines[i].x1 for i in pairs), min(lines[i + 1].x0 for i in pairs))
    part = lines[first:last]
    if gutter[0] >= gutter[1] or any(line.x0 < gutter[0] and line.x1 > gutter[1] for line in part):
        return lines
    left = [line for line in part if line.x0 < gutter[0]]
    return [*lines[:first], *left, *(line for line in part if line.x0 >= gutter[0]), *lines[last:]]


def in_reading_order(lines: list[TextLine]) -> list[TextLine]:
    """The lines in the file's order, except that what stands above comes before what stands below it.

    Runs of lines keep the order in which the file draws them, which is nearly always the order of reading,
    unless a run stands over another that it overlaps sideways and yet is drawn later (a title drawn last), or
    is the left one of two similar columns.
    """
    runs = find_runs(lines)
    if len(runs) < 2 or len(runs) > MAX_RUNS:
        return lines
    boxes = [
        (
            min([line.x0 for line in run]),
            min([line.top for line in run]),
            max([line.x1 for line in run]),
            max([line.bottom for line in run]),
        )
        for run in runs
    ]
    before: list[set[int]] = [set() for _ in runs]
    wide = [(i, box) for i, box in enumerate(boxes) if box[2] - box[0] > MIN_OVERLAP]
    for j, (left, top, right, _) in wide:
        before[j].update(
            i
            for i, a in wide
            if a[1] < top and a[3] <= top + 4 and a[2] - left > MIN_OVERLAP and right - a[0] > MIN_OVERLAP
        )
    columns = [i for i, run in enumerate(runs) if len(run) >= MIN_COLUMN_LINES]
    for i, j in permutations(columns, 2):
        a, b = boxes[i], boxes[j]
        if a[2] <= b[0] + 4 and abs(runs[i][0].size - runs[j][0].size) < 0.5 and _side_by_side(a, b):
            before[j].add(i)
    ordered: list[TextLine] = []
    waiting = list(range(len(runs)))
    done: set[int] = set()
    while waiting:
        nxt = next((i for i in waiting if before[i] <= done), waiting[0])
        waiting.remove(nxt)
        done.add(nxt)
        ordered.extend(runs[nxt])
    return ordered


def _side_by_side(a: Rectangle, b: Rectangle) -> bool:
    """Whether two boxes are about as wide as one another and stand mostly at the same height."""
    wide, narrow = max(a[2] - a[0], b[2] - b[0]), min(a[2] - a[0], b[2] - b[0])
    shared = min(a[3], b[3]) - max(a[1], b[1])
    return narrow > 0.75 * wide and shared > 0.4 * min(a[3] - a[1], b[3] - b[1])
