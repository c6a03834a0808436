"""Figures of coverage for papers, drawn with matplotlib: in shades that stay apart in grey print.

Each function draws one figure of the table that a run has written, or of the same made in a notebook.
"""

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
from policyloom.framework import ElementKind, Framework
from policyloom.records.show import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_coverage", "draw_planned_done", "draw_trends"]

COVERED: tuple[ElementKind, ...] = ("outcome", "challenge", "mechanism")
MAX_NAMED_ROWS = 60
"""Documents from which they are drawn without their names."""

MAX_ROW_CM, MIN_ROW_CM = 0.52, 0.12
CM_PER_YEAR = 1.1
"""Room that the name of a year takes."""

MAX_LISTED_YEARS = 15
"""Years up to which the documents of each are told."""

MIN_PANEL_CM = 4.2
"""Width of the small panel of an element's trend."""


def draw_coverage(
    coverage: pd.DataFrame, framework: Framework, *, width_cm: float = 16.0, height_cm: float | None = None
) -> Figure:
    """In how many sentences each document names each outermost element; hatched where a document was not judged.

    Documents of another field are left out, and their number is told.

    Args:
        coverage: the rows of `coverage.csv`, or of `to_frame` of coverage.
        framework: with which the documents were tagged.
        width_cm, height_cm: of the figure; as high as it needs to be unless given.
    """
    ids = [id for kind in COVERED for id in framework.ids(kind, top=True)]
    coverage, n_left_out = _of_field(coverage)
    counts = coverage[coverage["element"].isin(ids)].pivot_table(
        index="document", columns="element", values="n_sentences", aggfunc="sum", min_count=1
    )
    documents = sorted(coverage["document"].unique())
    counts = counts.reindex(index=documents, columns=ids)
    values = counts.to_numpy(dtype=float, na_value=float("nan"))
    remarks = " Hatched: not judged." if _is_missing(values).any() else ""
    if n_left_out:
        remarks += f" Left out: {counted(n_left_out, 'document')} of another field."
    key = _key(framework, ids, width_cm, remarks)
    row = max(MIN_ROW_CM, min(MAX_ROW_CM, (MAX_HEIGHT_CM - 4) / max(len(documents), 1)))
    figure = new_figure(width_cm, height_cm or row * len(documents) + 2.2 + 0.36 * (key.count("\n") + 1))
    axes = figure.subplots()
    most = float(max(1.0, counts.max().max() if counts.size else 1.0))
    image = axes.pcolormesh(
        _root(values), cmap="Greys", vmin=0, vmax=1.25 * most**0.5, edgecolors=RULE, linewidth=0.4
    )
    image.set_rasterized(False)
    _hatch_missing(axes, values)
    is_named = len(documents) <= MAX_NAMED_ROWS
    for y, x in ((y, x) for y in range(len(documents)) for x in range(len(ids)) if is_named):
        if values[y, x] >= 0:
            colour = FAINT if values[y, x] == 0 else "white" if values[y, x] > 0.36 * most else INK
            axes.text(
                x + 0.5, y + 0.5, f"{values[y, x]:.0f}", ha="center", va="center_baseline", color=colour
            )
    axes.invert_yaxis()
    names = [_cut(document, round(width_cm * 2.2)) for document in documents] if is_named else []
    axes.set_yticks([y + 0.5 for y in range(len(names))], names)
    axes.set_xticks([x + 0.5 for x in range(len(ids))], ids)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    for x in range(1, len(ids)):
        if framework[ids[x]].kind != framework[ids[x - 1]].kind:
            axes.axvline(x, color=INK, linewidth=0.8)
    if not is_named:
        axes.set_ylabel(f"{len(documents):,} documents")
    write_below(figure, key)
    return figure


def draw_planned_done(
    coverage: pd.DataFrame, framework: Framework, *, width_cm: float = 16.0, height_cm: float | None = None
) -> Figure:
    """For each outermost mechanism, how many sentences plan it and how many say that it is done.

    Args:
        coverage, framework, width_cm, height_cm: as for `draw_coverage`.
    """
    ids = framework.ids("mechanism", top=True)
    sums = coverage.groupby("element")[["planned", "affirmed"]].sum().reindex(ids).fillna(0).astype(int)
    labels = label_elements(framework, ids, width_cm * 0.36)
    n_lines = sum(label.count("\n") + 1 for label in labels)
    figure = new_figure(width_cm, height_cm or 2.0 + max(0.42 * n_lines, 0.85 * len(ids)))
    axes = figure.subplots()
    ys = list(range(len(ids)))
    axes.barh(
        ys,
        -sums["planned"],
        height=0.62,
        color=LIGHT,
        edgecolor=INK,
        linewidth=0.6,
        hatch="////",
        label="planned",
    )
    axes.barh(ys, sums["affirmed"], height=0.62, color=DARK, edgecolor=INK, linewidth=0.6, label="done")
    most = max(1, int(sums.to_numpy().max()))
    for y, (planned, done) in zip(ys, sums.itertuples(index=False), strict=True):
        axes.text(-planned - 0.02 * most, y, f"{planned:,}", ha="right", va="center_baseline")
        axes.text(done + 0.02 * most, y, f"{done:,}", ha="left", va="center_baseline")
    axes.set_yticks(ys, labels)
    axes.invert_yaxis()
    axes.axvline(0, color=INK, linewidth=0.8)
    reach = (1.05 + 0.6 * len(f"{most:,}") / width_cm) * most  # room for the numbers
    axes.set_xlim(-reach, reach)
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
    axes.xaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg]
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("sentences")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return figure


def draw_trends(
    coverage: pd.DataFrame,
    framework: Framework,
    years: Mapping[str, int],
    *,
    width_cm: float = 16.0,
    height_cm: float | None = None,
) -> Figure:
    """The share of each year's documents that name each outermost element.

    Args:
        coverage, framework, width_cm, height_cm: as for `draw_coverage`. Documents that were not judged, and those of
            another field, are left out.
        years: by the id of a document; documents without a year are left out.

    Raises:
        PolicyloomError: the documents are of fewer than two years.
    """
    coverage, _ = _of_field(coverage)
    rows = coverage[coverage["n_sentences"].notna()]
    rows = rows.assign(year=rows["document"].map(years)).dropna(subset="year").astype({"year": int})
    n_by_year = rows.groupby("year")["document"].nunique()
    if len(n_by_year) < 2:
        raise PolicyloomError(
            f"trends need documents of two years or more, and the documents are of {len(n_by_year)}; a document's year is "
            "that of the date which it states"
        )
    named = rows[rows["n_sentences"] > 0].groupby(["element", "year"])["document"].nunique().unstack("year")
    shares = 100 * named.reindex(columns=n_by_year.index).fillna(0) / n_by_year
    ids = [id for kind in COVERED for id in framework.ids(kind, top=True)]
    n_columns = max(1, min(len(ids), int(width_cm / MIN_PANEL_CM)))
    n_rows = -(-len(ids) // n_columns)
    titles = label_elements(framework, ids, 0.85 * width_cm / n_columns)
    listed = ", ".join(f"{year}: {n:,}" for year, n in n_by_year.items())
    if len(n_by_year) > MAX_LISTED_YEARS:
        listed = f"{n_by_year.min():,} to {n_by_year.max():,} a year"
    counts = wrap(f"Share of each year's documents that name it. Documents: {listed}.", width_cm)
    n_lines = max(title.count("\n") + 1 for title in titles)
    row = min(1.9 + 0.34 * n_lines, (MAX_HEIGHT_CM - 1.5) / n_rows)
    figure = new_figure(width_cm, height_cm or row * n_rows + 1.0 + 0.36 * (counts.count("\n") + 1))
    panels = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False)
    years_drawn = [int(year) for year in n_by_year.index]
    for n, axes in enumerate(panels.flat):
        if n >= len(ids):
            axes.set_axis_off()
            continue
        values = shares.loc[ids[n]] if ids[n] in shares.index else [0.0] * len(years_drawn)
        axes.plot(years_drawn, values, color=DARK, marker="o", markersize=3, linewidth=1.1, clip_on=False)
        axes.set_title(titles[n], loc="left")
        axes.grid(axis="y", color=RULE, linewidth=0.4)
        axes.tick_params(labelbottom=n + n_columns >= len(ids))
    axes = panels[0, 0]
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 50, 100], ["0 %", "50 %", "100 %"])
    axes.set_xticks(*_year_ticks(years_drawn, width_cm / n_columns))
    write_below(figure, counts)
    return figure


def _of_field(coverage: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The rows of documents of the framework's field, and how many documents are of another."""
    others = set(coverage.loc[coverage["level"] == "off-field", "document"])
    return coverage[~coverage["document"].isin(others)], len(others)


def _key(framework: Framework, ids: Sequence[str], width_cm: float, remarks: str) -> str:
    """What ids stand for, in lines that fit a figure's width."""
    # Spaces that do not break keep an id with the first word of its label.
    words = "; ".join(f"{id}\u00a0{framework[id].label}" for id in ids)
    return wrap(f"Sentences that name each element. {words}.{remarks}", width_cm)


def _root(values: Any) -> Any:
    """Square roots, by which small counts differ more than large ones; missing ones stay so."""
    import numpy as np

    return np.ma.masked_invalid(np.sqrt(values))


def _is_missing(values: Any) -> Any:
    import numpy as np

    return np.isnan(values)


def _hatch_missing(axes: Axes, values: Any) -> None:
    from matplotlib.patches import Rectangle

    for y, x in zip(*_is_missing(values).nonzero(), strict=True):
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor="white", edgecolor=RULE, hatch="xxx", linewidth=0))


def _year_ticks(years: Sequence[int], width_cm: float) -> tuple[list[int], list[str]]:
    """The years that have room for their names: all, or the even ones, fifth, tenth and so on."""
    room = max(1.0, width_cm / CM_PER_YEAR)
    each = next(step for step in (1, 2, 5, 10, 20, 50, 1000) if (years[-1] - years[0]) / step <= room)
    shown = [year for year in range(years[0], years[-1] + 1) if year % each == 0] or [years[0]]
    return shown, [str(year) for year in shown]


def _cut(text: str, n: int) -> str:
    return text if len(text) <= n else text[: n - 1] + "…"
