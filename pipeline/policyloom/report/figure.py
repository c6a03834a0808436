"""The figure of mechanisms and outcomes: the places of its bars, lines and labels; a template draws it."""

from __future__ import annotations

import textwrap
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
    """One link as a curve; `number` is the link's place in the sequence given, `star_x` and `star_y` where a star stands."""

    number: int
    link: ReportedLink
    path: str
    width: float
    x: float
    y: float
    star_x: float
    star_y: float


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
    widths = {
        number: max(MIN_LINE_WIDTH, MAX_LINE_WIDTH * link.n_documents / max(most, 1))
        for number, link in drawn
    }
    left_links, right_links = _ports(drawn, left, right)
    columns = {
        side: [_Bar(id, _wrap(id, labels.get(id, id)), ports[id]) for id in ids]
        for side, ids, ports in (("left", left, left_links), ("right", right, right_links))
    }
    height = max(sum(bar.height(widths) + PADDING for bar in column) for column in columns.values())
    label_width = {
        side: LABEL_GAP + CHARACTER * max((len(line) for bar in column for line in bar.lines), default=0)
        for side, column in columns.items()
    }
    x0, x1 = round(label_width["left"]), round(WIDTH - label_width["right"])
    left_nodes, leave = _stack(
        columns["left"], widths, height, labels, x=x0, label_x=x0 - LABEL_GAP, anchor="end"
    )
    right_nodes, arrive = _stack(
        columns["right"], widths, height, labels, x=x1 - BAR, label_x=x1 + LABEL_GAP, anchor="start"
    )
    return Figure(
        width=WIDTH,
        height=round(height, 1),
        label_end=x0 - LABEL_GAP,
        label_start=x1 + LABEL_GAP,
        left=left_nodes,
        right=right_nodes,
        lines=tuple(
            _curve(number, link, widths[number], x0 + BAR, leave[number], x1 - BAR, arrive[number])
            for number, link in drawn
        ),
        most=most,
    )


@dataclass(frozen=True, slots=True)
class _Bar:
    """An element before it has a place: its label, and the numbers of its links from top to bottom."""

    id: str
    lines: tuple[str, ...]
    links: tuple[int, ...]

    def stack(self, widths: Mapping[int, float]) -> float:
        """The height that its links take."""
        return sum(widths[number] + LINE_GAP for number in self.links)

    def height(self, widths: Mapping[int, float]) -> float:
        """The height of its links or of its label, whichever is more."""
        return max(self.stack(widths), len(self.lines) * LINE_HEIGHT)


def _ports(
    drawn: Sequence[tuple[int, ReportedLink]], left: Sequence[str], right: Sequence[str]
) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    """For each element of the left and of the right column, its links from top to bottom, so that few lines cross."""

    def rank(item: tuple[int, ReportedLink]) -> tuple[int, int, int]:
        link = item[1]
        return left.index(link.source), right.index(link.target), KINDS.index(link.kind)

    ordered = sorted(drawn, key=rank)
    return (
        {id: tuple(number for number, link in ordered if link.source == id) for id in left},
        {id: tuple(number for number, link in ordered if link.target == id) for id in right},
    )


def _stack(
    column: Sequence[_Bar],
    widths: Mapping[int, float],
    height: float,
    labels: Mapping[str, str],
    *,
    x: float,
    label_x: float,
    anchor: str,
) -> tuple[tuple[Node, ...], dict[int, float]]:
    """The nodes of a column, spread evenly over the height, and where each link touches the column."""
    nodes: list[Node] = []
    touches: dict[int, float] = {}
    space = (height - sum(bar.height(widths) for bar in column)) / max(len(column), 1)
    y = space / 2
    for bar in column:
        own = bar.height(widths)
        at = y + (own - bar.stack(widths)) / 2
        for number in bar.links:
            touches[number] = at + (widths[number] + LINE_GAP) / 2
            at += widths[number] + LINE_GAP
        nodes.append(
            Node(
                id=bar.id,
                x=x,
                y=round(y, 1),
                height=round(own, 1),
                label_x=label_x,
                label_y=round(y + own / 2 - (len(bar.lines) - 1) * LINE_HEIGHT / 2, 1),
                anchor=anchor,
                lines=bar.lines,
                label=f"{bar.id} {labels.get(bar.id, bar.id)}",
            )
        )
        y += own + space
    return tuple(nodes), touches


def _curve(number: int, link: ReportedLink, width: float, *ends: float) -> Line:
    """The line between two ends, given as x, y, x, y; level where it meets the bars."""
    x0, y0, x1, y1 = ends
    middle = (x0 + x1) / 2
    path = f"M{x0:.0f} {y0:.1f}C{middle:.0f} {y0:.1f} {middle:.0f} {y1:.1f} {x1:.0f} {y1:.1f}"
    # A tenth of the way along the curve, where lines do not cross yet.
    star_x, star_y = 0.729 * x0 + 0.27 * middle + 0.001 * x1, 0.972 * y0 + 0.028 * y1
    return Line(
        number,
        link,
        path,
        round(width, 1),
        round(middle),
        round((y0 + y1) / 2, 1),
        round(star_x),
        round(star_y, 1),
    )


def _wrap(id: str, label: str) -> tuple[str, ...]:
    lines = textwrap.wrap(f"{id} {label}", LABEL_CHARACTERS, max_lines=LABEL_LINES, placeholder=" …")
    return tuple(lines) or (id,)
