"""What figures have in common: shades, lines that fit a width, words below."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from policyloom.export.figure_files import FONT_SIZE
from policyloom.framework import Framework

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["DARK", "FAINT", "INK", "LIGHT", "MAX_HEIGHT_CM", "RULE", "label_elements", "wrap", "write_below"]

DARK, LIGHT = "#1f4e79", "#d5e0ea"
"""Shades whose lightness is far apart."""

INK, FAINT, RULE = "#222222", "#777777", "#bbbbbb"

MAX_HEIGHT_CM = 23.0
"""What a page of a journal has room for."""

CHARACTERS_PER_CM = 6.6
"""Of the figures' font size, rather too few than too many."""


def label_elements(framework: Framework, ids: Sequence[str], width_cm: float) -> list[str]:
    """The id and label of each element, in lines that fit a width."""
    return [wrap(f"{id} {framework[id].label}", max(2.0, width_cm)) for id in ids]


def wrap(words: str, width_cm: float) -> str:
    """Words in lines that fit a width."""
    width = round(width_cm * CHARACTERS_PER_CM)
    if any(unicodedata.east_asian_width(letter) in "WF" for letter in words):
        width //= 2  # letters as wide as high
    return "\n".join(textwrap.wrap(words, width))


def write_below(figure: Figure, words: str) -> None:
    """Writes lines under a figure, over its whole width."""
    figure.supxlabel(words, x=0.01, ha="left", fontsize=FONT_SIZE, linespacing=1.4)
