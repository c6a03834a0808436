"""The figure of mechanisms and outcomes: where every bar, line and label stands, without drawing it."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policyloom.report.rows import LinkRow

__all__ = ["WIDTH", "Figure", "Line", "Node", "lay_out"]

# All lengths are SVG user units; at the page's full width one unit is about one CSS pixel.
WIDTH = 1120
LEFT, RIGHT = 400, 760
BAR = 5
WIDEST, THINNEST = 11.0, 1.4
GAP = 3.5
LINE_HEIGHT = 18
PADDING = 14
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
    link: LinkRow
    path: str
    width: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Figure:
    """Everything to draw, and the widest line's documents for the legend."""

    width: int
    height: float
    left: tuple[Node, ...]
    right: tuple[Node, ...]
    lines: tuple[Line, ...]
    most: int


def lay_out(
    links: Sequence[tuple[int, LinkRow]],
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
    width = {number: max(THINNEST, WIDEST * link.n_documents / max(most, 1)) for number, link in drawn}

    def rank(item: tuple[int, LinkRow]) -> tuple[int, int, int]:
        link = item[1]
        return left.index(link.source), right.index(link.target), KINDS.index(link.kind)

    ports: dict[str, list[int]] = defaultdict(list)
    for number, link in sorted(drawn, key=rank):
        ports[f"left {link.source}"].append(number)
        ports[f"right {link.target}"].append(number)

    heights = {}
    for side, ids in (("left", left), ("right", right)):
        for id in ids:
            stack = sum(width[n] + GAP for n in ports[f"{side} {id}"])
            lines = _wrap(id, labels.get(id, id))
            heights[f"{side} {id}"] = max(stack, len(lines) * LINE_HEIGHT)
    height = max(
        sum(heights[f"left {id}"] + PADDING for id in left),
        sum(heights[f"right {id}"] + PADDING for id in right),
        LINE_HEIGHT,
    )
    start: dict[tuple[str, int], float] = {}
    nodes = {
        side: _stack(
            side, ids, height=height, heights=heights, ports=ports, width=width, labels=labels, start=start
        )
        for side, ids in (("left", left), ("right", right))
    }
    x0, x1 = LEFT + BAR, RIGHT - BAR
    lines_drawn = []
    for number, link in drawn:
        y0, y1 = start["left", number], start["right", number]
        middle = (x0 + x1) / 2
        path = f"M{x0} {y0:.1f}C{middle:.0f} {y0:.1f} {middle:.0f} {y1:.1f} {x1} {y1:.1f}"
        lines_drawn.append(Line(number, link, path, round(width[number], 1), middle, round((y0 + y1) / 2, 1)))
    return Figure(WIDTH, round(height, 1), nodes["left"], nodes["right"], tuple(lines_drawn), most)


def _stack(
    side: str,
    ids: Sequence[str],
    *,
    height: float,
    heights: Mapping[str, float],
    ports: Mapping[str, Sequence[int]],
    width: Mapping[int, float],
    labels: Mapping[str, str],
    start: dict[tuple[str, int], float],
) -> tuple[Node, ...]:
    """One side's nodes, spread evenly over the height; notes in `start` where each line leaves."""
    spare = height - sum(heights[f"{side} {id}"] for id in ids)
    space = spare / max(len(ids), 1)
    y, nodes = space / 2, []
    for id in ids:
        own = heights[f"{side} {id}"]
        numbers = ports[f"{side} {id}"] if f"{side} {id}" in ports else ()
        at = y + (own - sum(width[n] + GAP for n in numbers)) / 2
        for number in numbers:
            start[side, number] = at + (width[number] + GAP) / 2
            at += width[number] + GAP
        lines = _wrap(id, labels.get(id, id))
        left = side == "left"
        nodes.append(
            Node(
                id=id,
                x=LEFT if left else RIGHT - BAR,
                y=round(y, 1),
                height=round(own, 1),
                label_x=LEFT - 10 if left else RIGHT + 10,
                label_y=round(y + own / 2 - (len(lines) - 1) * LINE_HEIGHT / 2, 1),
                anchor="end" if left else "start",
                lines=lines,
                label=f"{id} {labels.get(id, id)}",
            )
        )
        y += own + space
    return tuple(nodes)


def _wrap(id: str, label: str) -> tuple[str, ...]:
    lines = textwrap.wrap(f"{id} {label}", LABEL_CHARACTERS, max_lines=LABEL_LINES, placeholder=" …")
    return tuple(lines) or (id,)
