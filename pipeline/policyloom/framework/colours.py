"""A colour for each element and status, the same wherever policyloom shows them in colour."""

from __future__ import annotations

import colorsys

from policyloom.framework import ElementKind, Framework

__all__ = ["STATUS_COLOURS", "element_colours"]

_HUES: dict[ElementKind, float] = {
    "mechanism": 0.58, "outcome": 0.36, "challenge": 0.08, "case": 0.78, "actor": 0.95,
}  # fmt: skip
"""Of each kind, as a share of the circle: blue, green, orange, violet, red."""

_LIGHTEST, _DARKEST = 0.66, 0.30
_SATURATION = 0.55

STATUS_COLOURS = {"affirmed": "#1f5673", "planned": "#6fa3bf", "lacking": "#84450a", "negated": "#8a1c34"}
"""Those of the report, where planned has the colour of affirmed in outline."""


def element_colours(framework: Framework) -> dict[str, str]:
    """A colour as `#rrggbb` for each element: a hue for its kind, and of that a shade for each outermost element.

    Example:
        >>> from policyloom.framework import read_framework
        >>> element_colours(read_framework())["T1"] == element_colours(read_framework())["T1.1"]
        True
    """
    shades: dict[str, str] = {}
    for kind, hue in _HUES.items():
        tops = framework.ids(kind, top=True)
        for number, id in enumerate(tops):
            lightness = _DARKEST + (_LIGHTEST - _DARKEST) * number / max(1, len(tops) - 1)
            red, green, blue = colorsys.hls_to_rgb(hue, lightness, _SATURATION)
            shades[id] = f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"
    return {element.id: shades[framework.top(element.id)] for element in framework}
