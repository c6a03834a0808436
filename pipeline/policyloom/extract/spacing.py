"""Join words that a file sets apart: letter-spaced headings, and words that it cuts without a gap to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from policyloom.extract.chars import Word
from policyloom.extract.layout import TextLine, make_line
from policyloom.extract.text import english_words

__all__ = ["mend_spacing"]

MAX_PIECE = 2.5
"""Characters that the pieces of a letter-spaced line have on average; kerned pairs stay together ("R E S EAR CH")."""

MIN_PIECES = 4
"""Fewer letters beside one another are initials, labels or formulas."""

NO_GAP = 0.1
"""A space narrower than so many sizes is hardly one; those between words start at 0.15 even in tight lines."""


def mend_spacing(lines: Sequence[TextLine]) -> list[TextLine]:
    """The lines with letter-spaced and needlessly cut words whole.

    What comes of joining must be English words, so initials, codes and the heads of columns stay as they are.
    """
    return [_mend(line) for line in lines]


def _mend(line: TextLine) -> TextLine:
    words = line.words
    if len(words) >= MIN_PIECES and line.n_chars <= MAX_PIECE * len(words):
        parts = _letter_spaced(words)
    else:
        parts = _cut(words)
    if len(parts) == len(words):
        return line
    return make_line([_join(part) for part in parts], line.page, line.page_height)


def _letter_spaced(words: list[Word]) -> list[list[Word]]:
    """The pieces of each word of a letter-spaced line: those no further apart than most pieces are."""
    alone = [[word] for word in words]
    gaps = [b.x0 - a.x1 for a, b in zip(words, words[1:], strict=False)]
    limit = 1.5 * median(gaps)
    parts = [[words[0]]]
    for gap, word in zip(gaps, words[1:], strict=True):
        if gap > limit:
            parts.append([word])
        else:
            parts[-1].append(word)
    whole = ["".join(word.text for word in part) for part in parts]
    known = all(text.isdigit() or len(text) == 1 or text.lower() in english_words() for text in whole)
    return parts if known and max(map(len, whole)) >= MIN_PIECES else alone


def _cut(words: list[Word]) -> list[list[Word]]:
    """The words of a line, in pieces where two touch that are a word together and not each by itself."""
    parts = [[words[0]]]
    last = words[0]
    for word in words[1:]:
        touch = word.space and word.x0 - last.x1 < NO_GAP * last.size and word.x0 > last.x0 and not last.eol
        if touch and _is_cut(last.text.lower(), word.text.lower().partition("-")[0].rstrip(".,;:)")):
            parts[-1].append(word)
        else:
            parts.append([word])
        last = word
    return parts


def _is_cut(left: str, right: str) -> bool:
    if not (left.isalpha() and right.isalpha()):
        return False
    english = english_words()
    return left + right in english and not (left in english and right in english)


def _join(words: list[Word]) -> Word:
    first, last = words[0], words[-1]
    return replace(first, text="".join(word.text for word in words), x1=last.x1, eol=last.eol)
