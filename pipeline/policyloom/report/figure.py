"""The figure of mechanisms and outcomes: the places of its bars, lines and labels; a template draws it."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policyloom.report.inputs import ReportedLink

__all__ = ["Figure", "Line", "Node", "lay_out"]

# All lengths are SVG user units; at the page's full width one unit is about one CSS pixel.
WIDTH = 1120
CHARACTER = 7.3  # width of a letter of 14 px text, rather too wide than too narrow
LABEL_GAP = 10
BAR = 5
MAX_LINE_WIDTH, MIN_LINE_WIDTH = 11.0, 1.4
LINE_GAP = 3.5
LINE_HEIGHT = 18
PADDING = 20
LABEL_CHARACTERS = 46
LABEL_LINES = 3
KINDS = ("claims", "claims_negative", "co_occurs")


@dataclass(frozen=True, slots=True)
class Node:
    """An element's bar and label; `lines` are the label's first lines, `top` where its text begins."""

    id: str
    x: float
    y: float
    height: float
    label_x: float
    label_y: float
    anchor: str
    lines: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One link as a curve; `number` is the link's place in the sequence given."""

    number: int
    link: ReportedLink
    path: str
    width: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Figure:
    """Everything to draw, where the two columns of labels end, and the widest line's documents."""

    width: int
    height: float
    label_end: float
    label_start: float
    left: tuple[Node, ...]
    right: tuple[Node, ...]
    lines: tuple[Line, ...]
    most: int


def lay_out(
    links: Sequence[tuple[int, ReportedLink]],
    *,
    left: Sequence[str],
    right: Sequence[str],
    labels: Mapping[str, str],
) -> Figure:
    """The figure of `links`, each with the number it goes by elsewhere on the page.

    Args:
        links: only those of which `left` has the source and `right` the target are drawn.
        left, right: element ids from top to bottom.
        labels: the words for each id.

    Note:
        A line's width is proportional to its documents, but never below what can be seen.
    """
    drawn = [
        (number, link)
        for number, link in links
        if link.kind in KINDS and link.source in left and link.target in right
    ]
    most = max((link.n_documents for _, link in drawn), default=0)
    width = {
        number: max(MIN_LINE_WIDTH, MAX_LINE_WIDTH * link.n_documents / max(most, 1))
        for number, link in drawn
    }

    def rank(item: tuple[int, ReportedLink]) -> tuple[int, int, int]:
        link = item[1]
        return left.index(link.source), right.index(link.target), KINDS.index(link.kind)

    ports: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, link in sorted(drawn, key=rank):
        ports["left", link.source].append(number)
        ports["right", link.target].append(number)

    ends = [("left", id) for id in left] + [("right", id) for id in right]
    lines = {end: _wrap(end[1], labels.get(end[1], end[1])) for end in ends}
    stacks = {end: sum(width[number] + LINE_GAP for number in ports.get(end, ())) for end in ends}
    heights = {end: max(stacks[end], len(lines[end]) * LINE_HEIGHT) for end in ends}
    columns = {side: [end for end in ends if end[0] == side] for side in ("left", "right")}
    height = max(sum(heights[end] + PADDING for end in column) for column in columns.values())
    x = {
        side: LABEL_GAP + CHARACTER * max((len(line) for end in column for line in lines[end]), default=0)
        for side, column in columns.items()
    }
    x0, x1 = round(x["left"]), round(WIDTH - x["right"])

    leaves: dict[tuple[str, int], float] = {}
    nodes: dict[str, list[Node]] = {"left": [], "right": []}
    for side, column in columns.items():
        space = (height - sum(heights[end] for end in column)) / max(len(column), 1)
        y = space / 2
        for end in column:
            at = y + (heights[end] - stacks[end]) / 2
            for number in ports.get(end, ()):
                leaves[side, number] = at + (width[number] + LINE_GAP) / 2
                at += width[number] + LINE_GAP
            nodes[side].append(
                Node(
                    id=end[1],
                    x=x0 if side == "left" else x1 - BAR,
                    y=round(y, 1),
                    height=round(heights[end], 1),
                    label_x=x0 - LABEL_GAP if side == "left" else x1 + LABEL_GAP,
                    label_y=round(y + heights[end] / 2 - (len(lines[end]) - 1) * LINE_HEIGHT / 2, 1),
                    anchor="end" if side == "left" else "start",
                    lines=lines[end],
                    label=f"{end[1]} {labels.get(end[1], end[1])}",
                )
            )
            y += heights[end] + space
    curves = tuple(
        _curve(
            number, link, width[number], x0 + BAR, leaves["left", number], x1 - BAR, leaves["right", number]
        )
        for number, link in drawn
    )
    return Figure(
        width=WIDTH,
        height=round(height, 1),
        label_end=x0 - LABEL_GAP,
        label_start=x1 + LABEL_GAP,
        left=tuple(nodes["left"]),
        right=tuple(nodes["right"]),
        lines=curves,
        most=most,
    )


def _curve(number: int, link: ReportedLink, width: float, *ends: float) -> Line:
    """The line between two ends, given as x, y, x, y; level where it meets the bars."""
    x0, y0, x1, y1 = ends
    middle = (x0 + x1) / 2
    path = f"M{x0:.0f} {y0:.1f}C{middle:.0f} {y0:.1f} {middle:.0f} {y1:.1f} {x1:.0f} {y1:.1f}"
    return Line(number, link, path, round(width, 1), round(middle), round((y0 + y1) / 2, 1))


def _wrap(id: str, label: str) -> tuple[str, ...]:
    lines = textwrap.wrap(f"{id} {label}", LABEL_CHARACTERS, max_lines=LABEL_LINES, placeholder=" …")
    return tuple(lines) or (id,)
