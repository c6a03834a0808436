"""How positions in a text are counted in REFI-QDA files.

The standard counts Unicode code points of the file as it is stored. NVivo counts UTF-16 units of a text whose lines end
in a carriage return and a line feed; ATLAS.ti stores such a text and counts the end of a line once. In policyloom lines
end in a line feed, and positions are code points.

Source: REFI-QDA standard 1.5, section 10.2; for ATLAS.ti, what the import of QualCoder 3.8 notes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

__all__ = ["CountedText", "count_code_points", "count_nvivo", "find_count", "positions_for_nvivo"]


@dataclass(frozen=True, slots=True)
class CountedText:
    """A text, and where each of its characters stands in the count of another program.

    Attributes:
        text: with line feeds alone at the ends of lines.
        positions: for each character of `text`, and its end, the position in the other count.
    """

    text: str
    positions: tuple[int, ...]

    def place(self, position: int) -> int:
        """The character of `text` at a position of the other count; the end of the text for one beyond it."""
        return min(bisect_left(self.positions, position), len(self.text))


def find_count(origin: str) -> Callable[[str], CountedText]:
    """How the program of this name counts positions in a stored text."""
    name = origin.casefold()
    if "nvivo" in name:
        return count_nvivo
    return _count_lines_once if "atlas" in name else count_code_points


def positions_for_nvivo(text: str) -> tuple[int, ...]:
    """Where each character of a text, and its end, stands as NVivo counts.

    Example:
        >>> positions_for_nvivo("a\\nb")
        (0, 1, 3, 4)
    """
    return tuple(accumulate((2 if ch == "\n" or ch > "\uffff" else 1 for ch in text), initial=0))


def count_nvivo(stored: str) -> CountedText:
    """A text as NVivo counts it, however the ends of its lines are stored."""
    text = stored.replace("\r\n", "\n").replace("\r", "\n")
    return CountedText(text, positions_for_nvivo(text))


def _count_lines_once(stored: str) -> CountedText:
    return count_code_points(stored.replace("\r\n", "\n"))


def count_code_points(stored: str) -> CountedText:
    """A text as the standard counts it."""
    if "\r" not in stored:
        return CountedText(stored, tuple(range(len(stored) + 1)))
    kept = [at for at, ch in enumerate(stored) if not (ch == "\n" and stored[at - 1 : at] == "\r")]
    text = "".join("\n" if stored[at] == "\r" else stored[at] for at in kept)
    return CountedText(text, (*kept, len(stored)))
