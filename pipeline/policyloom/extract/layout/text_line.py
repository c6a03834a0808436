"""A line of a page, or the part of one that stands in one column or cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from policyloom.extract.pdf.page import Word

__all__ = ["TextLine", "make_line"]

_Value = TypeVar("_Value", float, tuple[float, str])


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line, or the part of one that stands in one column or cell; `style` is the look of most of it."""

    page: int
    words: tuple[Word, ...]
    x0: float
    x1: float
    baseline: float
    size: float
    bold: bool
    italic: bool
    font: str
    n_chars: int
    page_height: float
    text: str = ""

    @property
    def top(self) -> float:
        """About where its tallest letters end."""
        return self.baseline - 0.8 * self.size

    @property
    def bottom(self) -> float:
        """About where its descenders end."""
        return self.baseline + 0.22 * self.size

    @property
    def hyphen(self) -> bool:
        """Whether its last word is cut."""
        return self.words[-1].eol == "-"


def make_line(words: Sequence[Word], page: int, page_height: float) -> TextLine:
    """A line of these words, with the size and look of most of its characters."""
    first = words[0]
    n_chars = sum([len(word.text) for word in words])
    n_bold = sum([len(word.text) for word in words if word.bold])
    n_italic = sum([len(word.text) for word in words if word.italic])
    text = "".join([" " + word.text if word.space else word.text for word in words])
    size, font = _most([(word.size, word.font) for word in words], words)
    baseline = _most([word.baseline for word in words], words)
    x0, x1 = min([word.x0 for word in words]), max([word.x1 for word in words])
    return TextLine(
        page, tuple(words), x0, x1, baseline, round(size, 1), 2 * n_bold > n_chars, 2 * n_italic > n_chars, font, n_chars,
        page_height, text[1:] if first.space else text,
    )  # fmt: skip


def _most(values: Sequence[_Value], words: Sequence[Word]) -> _Value:
    """The value that words with the most characters have, the highest of several."""
    if len(set(values)) == 1:
        return values[0]
    counts: dict[_Value, int] = {}
    for value, word in zip(values, words, strict=True):
        counts[value] = counts.get(value, 0) + len(word.text)
    return max(counts, key=lambda value: (counts[value], value))
