"""The figures of a finished run, for papers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from policyloom.errors import RunError
from policyloom.run.manifest import read_run_framework

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["FIGURES", "FigureName", "write_figure"]

FigureName = Literal["coverage", "network", "planned-done", "trends", "gap-map"]
FIGURES: tuple[FigureName, ...] = get_args(FigureName)


def write_figure(
    run: str | Path,
    name: FigureName,
    path: str | Path,
    *,
    width_cm: float = 16.0,
    height_cm: float | None = None,
) -> None:
    """Writes a figure of a run as PDF, SVG or PNG, by the ending of its name; the same run gives the same bytes.

    Args:
        run: a run folder.
        name: `coverage` (documents by elements), `network` (mechanisms and outcomes), `planned-done` (sentences that plan
            each mechanism, and that say it is done), `trends` (shares of documents by year) or `gap-map` (mechanisms by
            outcomes, with the number of documents).
        path: the file, which is replaced.
        width_cm: the figure's width.
        height_cm: its height; as high as it needs to be unless given.

    Raises:
        RunError: `run` is no run folder.
        ValueError: there is no such figure, size or ending.
        PolicyloomError: the extra `figures` or a font is not installed, or the run has nothing to draw.
    """
    from policyloom.export.figure_files import MAX_WIDTH_CM, MIN_WIDTH_CM, save_figure

    if name not in FIGURES:
        raise ValueError(f"figure {name!r}: use one of {', '.join(FIGURES)}")
    for words, size in (("width", width_cm), ("height", height_cm)):
        if size is not None and not MIN_WIDTH_CM / 2 <= size <= MAX_WIDTH_CM:
            raise ValueError(f"{words} of {size:g} cm: give {MIN_WIDTH_CM / 2:g} to {MAX_WIDTH_CM:g}")
    save_figure(_draw(Path(run), name, width_cm, height_cm), path)


def _draw(run: Path, name: FigureName, width_cm: float, height_cm: float | None) -> Callable[[], Figure]:
    from policyloom.export import figures, network_figures
    from policyloom.network import load_network
    from policyloom.network.structure import find_year

    framework = read_run_framework(run)
    match name:
        case "coverage":
            return lambda: figures.draw_coverage(
                _read_coverage(run), framework, width_cm=width_cm, height_cm=height_cm
            )
        case "planned-done":
            return lambda: figures.draw_planned_done(
                _read_coverage(run), framework, width_cm=width_cm, height_cm=height_cm
            )
    network = load_network(run, framework)
    match name:
        case "network":
            return lambda: network_figures.draw_network(network, width_cm=width_cm, height_cm=height_cm)
        case "gap-map":
            return lambda: network_figures.draw_gap_map(network, width_cm=width_cm, height_cm=height_cm)
    dates = zip(network.documents, network.arrays.dates, strict=True)
    years = {id: int(year) for id, date in dates if (year := find_year(date))}
    return lambda: figures.draw_trends(
        _read_coverage(run), framework, years, width_cm=width_cm, height_cm=height_cm
    )


def _read_coverage(run: Path) -> pd.DataFrame:
    import pandas as pd

    path = run / "coverage.csv"
    counts = ("n_sentences", "affirmed", "planned")
    try:
        return pd.read_csv(
            path, encoding="utf-8-sig", usecols=["document", "element", "level", *counts], keep_default_na=False,
            na_values=dict.fromkeys(counts, ""), dtype={"document": str, "element": str, "level": str} | dict.fromkeys(counts, "Int64"),
        )  # fmt: skip
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: cannot be read ({error}); give a folder that a run has written") from error
