"""The colours of a framework's elements: a hue for each kind, a shade of it for each outermost element."""

from __future__ import annotations

import colorsys

from policyloom.framework import Framework
from policyloom.records import MentionKind

__all__ = ["KIND_COLOURS", "STATUS_COLOURS", "Colour", "element_colours", "hex_colours", "kind_colour"]

Colour = tuple[float, float, float]
"""Red, green and blue, each from 0 to 1."""

KIND_COLOURS: dict[MentionKind, str] = {
    "mechanism": "blue",
    "outcome": "green",
    "challenge": "orange",
    "case": "violet",
    "actor": "brown",
    "entity": "grey",
}
"""The name of each kind's colour."""

STATUS_COLOURS = {"affirmed": "#1f5673", "planned": "#6fa3bf", "lacking": "#84450a", "negated": "#8a1c34"}
"""Those of the report, where planned has the colour of affirmed in outline."""

HEX_LIGHTNESS = 0.4
"""Of colours that stand behind nothing, as in a list of codes: dark enough on white."""

_HUES: dict[MentionKind, float] = {
    "mechanism": 0.58,
    "outcome": 0.34,
    "challenge": 0.085,
    "case": 0.79,
    "actor": 0.05,
    "entity": 0.0,
}
"""The middle of each kind's hues, from 0 to 1 round the circle."""

_SATURATION: dict[MentionKind, float] = {"actor": 0.35, "entity": 0.0}
SATURATION = 0.85
"""Of the other kinds."""

SPREAD = 0.05
"""From the middle to the outermost hues of a kind: far enough to tell neighbours, too near to meet another kind."""


def kind_colour(kind: MentionKind, lightness: float) -> Colour:
    """The colour of a kind, 0 for black to 1 for white."""
    return _rgb(kind, _HUES[kind], lightness)


def element_colours(framework: Framework, lightness: float) -> dict[str, Colour]:
    """The colour of each element, by id; the parts of an element have its colour."""
    colours: dict[str, Colour] = {}
    for kind in dict.fromkeys(element.kind for element in framework):
        tops = framework.ids(kind, top=True)
        for n, top in enumerate(tops):
            offset = 2 * n / (len(tops) - 1) - 1 if len(tops) > 1 else 0.0
            colours[top] = _rgb(kind, _HUES[kind] + SPREAD * offset, lightness)
    return {element.id: colours[framework.top(element.id)] for element in framework}


def hex_colours(framework: Framework) -> dict[str, str]:
    """The colour of each element as `#rrggbb`, for programs that show codes in colour.

    Example:
        >>> from policyloom.framework import read_framework
        >>> hex_colours(read_framework())["T1"] == hex_colours(read_framework())["T1.1"]
        True
    """
    colours = element_colours(framework, HEX_LIGHTNESS)
    return {id: "#" + "".join(f"{round(255 * part):02x}" for part in rgb) for id, rgb in colours.items()}


def _rgb(kind: MentionKind, hue: float, lightness: float) -> Colour:
    red, green, blue = colorsys.hls_to_rgb(hue % 1, lightness, _SATURATION.get(kind, SATURATION))
    return round(red, 3), round(green, 3), round(blue, 3)
