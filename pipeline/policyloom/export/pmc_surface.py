"""The PMC surface as a figure, drawn with matplotlib: three rows and columns of main variables, in shades of grey.

A height is read from the number at its point, so that the figure can be printed without colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["can_draw_surfaces", "draw_surface"]

SIZE = (4.2, 3.5)
"""Inches."""

SIDE, STEPS = 3, 8
"""Points of a side of the surface, and steps between two of them that are shaded apart."""

SIDE_FINE = (SIDE - 1) * STEPS + 1

DARK, LIGHT = 0.5, 0.95
"""The greys of the lowest and the highest point, from 0 (black) to 1 (white)."""


def can_draw_surfaces() -> bool:
    """Whether matplotlib is installed, as the extra `figures` brings it."""
    return find_spec("matplotlib") is not None


def draw_surface(rows: Sequence[Sequence[tuple[str, float]]]) -> Figure:
    """The figure of a surface, for `save_figure`.

    Args:
        rows: from `pmc_surface`: three rows of (main variable, value from 0 to 1).

    Raises:
        ValueError: the surface is empty.
    """
    if not rows:
        raise ValueError("the surface is empty: a main variable is open, or there are fewer than nine")
    import numpy as np
    from matplotlib.figure import Figure

    heights = np.array([[value for _, value in row] for row in rows])
    fine = np.linspace(0, SIDE - 1, SIDE_FINE)
    between = np.array([np.interp(fine, range(SIDE), column) for column in heights.T]).T
    between = np.array([np.interp(fine, range(SIDE), row) for row in between])
    across, down = np.meshgrid(fine, fine)
    middle = (between[:-1, :-1] + between[1:, :-1] + between[:-1, 1:] + between[1:, 1:]) / 4
    shades = np.repeat((DARK + (LIGHT - DARK) * middle)[:, :, np.newaxis], 3, axis=2)
    figure = Figure(figsize=SIZE)
    axes: Any = figure.add_axes((0.0, 0.04, 0.93, 1.0), projection="3d", computed_zorder=False)
    faces = axes.plot_surface(
        across, down, between, facecolors=shades, rstride=1, cstride=1, linewidth=0.3, shade=False, zorder=1
    )
    faces.set_edgecolor(shades.reshape(-1, 3))  # no gaps between faces
    for k in range(SIDE):
        level = np.full(SIDE_FINE, k)
        axes.plot(fine, level, between[k * STEPS], color="#222222", linewidth=0.8, zorder=2)
        axes.plot(level, fine, between[:, k * STEPS], color="#222222", linewidth=0.8, zorder=2)
    for y, row in enumerate(rows):
        for x, (name, value) in enumerate(row):
            axes.plot([x, x], [y, y], [0, value], color="#777777", linewidth=0.5, linestyle=":", zorder=0)
            axes.text(
                x, y, value + 0.05, f"{name}  {value:.2f}", ha="center", va="bottom", zorder=3,
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
            )  # fmt: skip
    axes.set(xlim=(0, 2), ylim=(2, 0), zlim=(0, 1), xticks=range(3), yticks=range(3), zticks=(0, 0.5, 1))
    axes.set_xticklabels(["column 1", "2", "3"])
    axes.set_yticklabels(["row 1", "2", "3"])
    axes.tick_params(axis="z", pad=10)
    axes.view_init(elev=38, azim=-62)  # so steep that labels seldom overlap
    axes.set_box_aspect((1, 1, 0.62), zoom=0.95)
    return figure
