"""Figures of a network for papers, drawn with matplotlib: in shades that stay apart in grey print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from policyloom.errors import PolicyloomError
from policyloom.export.figure_files import new_figure
from policyloom.export.figure_parts import (
    DARK,
    FAINT,
    INK,
    LIGHT,
    MAX_HEIGHT_CM,
    RULE,
    label_elements,
    wrap,
    write_below,
)
from policyloom.framework import ElementKind

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from policyloom.network import Network

__all__ = ["draw_gap_map", "draw_network"]

LINKS: Mapping[str, tuple[str, str, Any]] = {
    "claims": ("the texts say that it leads there", DARK, "-"),
    "claims_negative": ("the texts deny it", INK, (0, (1.5, 1))),
    "co_occurs": ("named in one {unit}", RULE, "-"),
}
"""The links of the network that are drawn: their words, colour and dashes."""

WIDEST = 7.0
"""Points of the widest line."""

GAP = 1.6
"""Between two elements, in lines."""


def draw_network(network: Network, *, width_cm: float = 16.0, height_cm: float | None = None) -> Figure:
    """Which mechanisms go with which outcomes: lines as wide as documents are many.

    Dark lines are claimed by the texts, broken ones denied, pale ones stand together in one unit of text. A star marks
    pairs that stand together more often than by chance within sections (q < 0.05).

    Args:
        network: of a corpus.
        width_cm, height_cm: as for `draw_coverage`.

    Raises:
        PolicyloomError: the network has no links.
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Curve

    framework = network.framework
    sides = _nodes(network, "mechanism"), _nodes(network, "outcome")
    links = _drawn_links(network, *sides)
    ends = [
        [id for id in ids if id in set(links[end])]
        for ids, end in zip(sides, ("source", "target"), strict=True)
    ]
    names = [label_elements(framework, ids, width_cm * 0.3) for ids in ends]
    n_lines = max(sum(name.count("\n") + 2 for name in side) for side in names)
    height = max(5.5, 0.36 * n_lines + 1.5, 0.26 * len(links) + 1.5)
    figure = new_figure(width_cm, height_cm or min(height, MAX_HEIGHT_CM))
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(1, 0)
    left, right = _ports(links, ends[0], "source", ends[1]), _ports(links, ends[1], "target", ends[0])
    most = int(links["n_documents"].max())
    has_star = False
    for row in links.to_dict("records"):
        pair = (row["source"], row["target"], row["kind"])
        y0, y1 = left[pair], right[pair]
        _, colour, dashes = LINKS[row["kind"]]
        curve = Curve([(0.34, y0), (0.5, y0), (0.5, y1), (0.66, y1)], [Curve.MOVETO, *[Curve.CURVE4] * 3])
        width = max(0.6, WIDEST * row["n_documents"] / most)
        axes.add_patch(
            PathPatch(
                curve, fill=False, edgecolor=colour, linewidth=width, linestyle=dashes, capstyle="butt",
                zorder=1 if row["kind"] == "co_occurs" else 2,
            )
        )  # fmt: skip
        if row["kind"] == "co_occurs" and row["q_within"] < 0.05 and row["n"] > row["n_expected_within"]:
            axes.text(0.355, y0, "*", ha="center", va="center", fontsize=11, fontweight="bold", zorder=3)
            has_star = True
    for ids, labels, ports, end, x, bar, align in (
        (ends[0], names[0], left, 0, 0.325, 0.335, "right"),
        (ends[1], names[1], right, 1, 0.675, 0.665, "left"),
    ):
        for id, label in zip(ids, labels, strict=True):
            own = [y for pair, y in ports.items() if pair[end] == id]
            reach = [min(own) - 0.012, max(own) + 0.012]
            axes.plot([bar, bar], reach, color=INK, linewidth=2, solid_capstyle="butt")
            axes.text(x, sum(reach) / 2, label, ha=align, va="center")
    handles = [
        Line2D(
            [], [], color=colour, linewidth=3, linestyle=dashes, label=words.format(unit=network.options.unit)
        )
        for kind, (words, colour, dashes) in LINKS.items()
        if kind in set(links["kind"])
    ]
    documents = f"{most:,} {'document' if most == 1 else 'documents'}"
    handles.append(Line2D([], [], color=INK, linewidth=WIDEST, label=documents))
    n_columns = 2 if width_cm < 14 else 4
    axes.legend(
        handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=n_columns, handlelength=2.2
    )
    if has_star:
        words = "*: stand together more often than by chance within sections (q < 0.05)."
        write_below(figure, wrap(words, width_cm))
    return figure


def draw_gap_map(network: Network, *, width_cm: float = 16.0, height_cm: float | None = None) -> Figure:
    """An evidence gap map: how many documents claim that a mechanism leads to an outcome, and how many name both together.

    The disc is as large as the claiming documents are many, the ring as those that name both in one unit of text; an empty
    cell is a gap in what these documents were found to say.

    Args:
        network: of a corpus.
        width_cm, height_cm: as for `draw_coverage`.
    """
    framework = network.framework
    rows, columns = _nodes(network, "mechanism"), _nodes(network, "outcome")
    counts = {
        (row["source"], row["target"], row["kind"]): int(row["n_documents"])
        for row in network.links.to_dict("records")
    }
    most = max([1, *(n for (_, _, kind), n in counts.items() if kind in ("claims", "co_occurs"))])
    cell_cm = min(2.2, 0.62 * width_cm / max(len(columns), 1))
    heads = label_elements(framework, columns, cell_cm * 1.25)
    figure = new_figure(
        width_cm,
        height_cm or min(MAX_HEIGHT_CM, 1.45 * len(rows) + 0.36 * max(head.count("\n") + 1 for head in heads) + 1.6),
    )  # fmt: skip
    axes = figure.subplots()
    widest = min(0.95, 0.8 * cell_cm) / 2.54 * 72  # points
    for y, source in enumerate(rows):
        for x, target in enumerate(columns):
            claimed, both = (counts.get((source, target, kind), 0) for kind in ("claims", "co_occurs"))
            for n, face, edge in ((both, "none", INK), (claimed, LIGHT, DARK)):
                if n:
                    axes.scatter(
                        x, y - 0.12, s=(widest**2) * n / most, facecolor=face, edgecolor=edge, linewidth=0.9
                    )
            if claimed or both:
                axes.text(x, y + 0.36, f"{claimed} / {both}", ha="center", va="center_baseline")
            else:
                axes.text(x, y, "–", ha="center", va="center_baseline", color=FAINT)
    axes.set_xticks(range(len(columns)), heads)
    axes.set_yticks(range(len(rows)), label_elements(framework, rows, width_cm * 0.3))
    axes.xaxis.tick_top()
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(length=0)
    axes.set_xticks([x - 0.5 for x in range(len(columns) + 1)], minor=True)
    axes.set_yticks([y - 0.5 for y in range(len(rows) + 1)], minor=True)
    axes.grid(which="minor", color=RULE, linewidth=0.5)
    axes.tick_params(which="minor", length=0)
    axes.spines[:].set_visible(False)
    unit = network.options.unit
    words = (
        f"Disc and first number: documents that claim it. Ring and second number: documents that name both in one {unit}. "
        "–: none found."
    )
    write_below(figure, wrap(words, width_cm))
    return figure


def _drawn_links(network: Network, sources: Sequence[str], targets: Sequence[str]) -> pd.DataFrame:
    """The links from mechanisms to outcomes."""
    links = network.links
    links = links[links["kind"].isin(list(LINKS)) & (links["n_documents"] > 0)]
    links = links[links["source"].isin(sources) & links["target"].isin(targets)]
    if links.empty:
        raise PolicyloomError(
            f"there are no links to draw: {network.explain_no_links() or 'none from a mechanism to an outcome'}"
        )
    return links


def _nodes(network: Network, kind: ElementKind) -> list[str]:
    """The nodes of a kind, in the framework's order."""
    return list(network.framework.ids(kind, top=network.options.level == "top"))


def _ports(
    links: pd.DataFrame, ids: Sequence[str], own: str, others: Sequence[str]
) -> dict[tuple[str, str, str], float]:
    """Where each link touches a side, from 0 at the top to 1, in an order in which few cross."""
    other = "target" if own == "source" else "source"
    rows = sorted(
        links.to_dict("records"),
        key=lambda row: (ids.index(row[own]), others.index(row[other]), list(LINKS).index(row["kind"])),
    )
    step = 1 / (len(rows) + GAP * len(ids))
    at, before = GAP / 2 * step, ids[0]
    found = {}
    for row in rows:
        if row[own] != before:
            at, before = at + GAP * step, row[own]
        found[row["source"], row["target"], row["kind"]] = at + step / 2
        at += step
    return found
