"""A line of a page, or the part of one that stands in one column or cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policyloom.extract.pdf.page import Word

__all__ = ["TextLine", "make_line"]


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
    n_chars = n_bold = n_italic = 0
    size, font, baseline = first.size, first.font, first.baseline
    sizes: dict[tuple[float, str], int] = {}
    baselines: dict[float, int] = {}
    parts = []
    for word in words:
        n = len(word.text)
        n_chars += n
        if word.bold:
            n_bold += n
        if word.italic:
            n_italic += n
        key = (word.size, word.font)
        sizes[key] = sizes.get(key, 0) + n
        baselines[word.baseline] = baselines.get(word.baseline, 0) + n
        parts.append(" " + word.text if word.space else word.text)
    x0, x1 = min([word.x0 for word in words]), max([word.x1 for word in words])
    if len(sizes) > 1:
        size, font = max(sizes, key=lambda key: (sizes[key], key))
    if len(baselines) > 1:
        baseline = max(baselines, key=lambda key: (baselines[key], key))
    parts[0] = first.text
    return TextLine(
        page, tuple(words), x0, x1, baseline, round(size, 1), 2 * n_bold > n_chars, 2 * n_italic > n_chars, font, n_chars,
        page_height, "".join(parts),
    )  # fmt: skip
