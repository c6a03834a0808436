"""Join words that a file parts: letter-spaced headings, and words cut in two without a visible gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from policyloom.extract.layout.text_line import TextLine, make_line
from policyloom.extract.pdf.page import Word

__all__ = ["mend_spacing"]

MAX_PIECE = 2.5
"""Characters that the pieces of a letter-spaced line have on average; kerned pairs stay together ("R E S EAR CH")."""

MIN_PIECES = 4
"""Fewer letters beside one another are initials, labels or formulas."""

NO_GAP = 0.1
"""A space narrower than so many sizes is hardly one; those between words start at 0.15 even in tight lines."""


def mend_spacing(lines: Sequence[TextLine], known_words: frozenset[str]) -> list[TextLine]:
    """The lines with letter-spaced and needlessly cut words whole.

    Only known words come of joining, so initials, codes and the heads of columns stay as they are.

    Args:
        lines: of one page.
        known_words: the words of the document's language in small letters; without them nothing is joined.
    """
    return [_mend(line, known_words) for line in lines] if known_words else list(lines)


def _mend(line: TextLine, known_words: frozenset[str]) -> TextLine:
    words = line.words
    if len(words) >= MIN_PIECES and line.n_chars <= MAX_PIECE * len(words):
        parts = _join_letter_spaced(words, known_words)
    else:
        parts = _join_cut(words, known_words)
    if len(parts) == len(words):
        return line
    return make_line([_join(part) for part in parts], line.page, line.page_height)


def _join_letter_spaced(words: Sequence[Word], known_words: frozenset[str]) -> list[list[Word]]:
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
    known = all(text.isdigit() or len(text) == 1 or text.lower() in known_words for text in whole)
    return parts if known and max(map(len, whole)) >= MIN_PIECES else alone


def _join_cut(words: Sequence[Word], known_words: frozenset[str]) -> list[list[Word]]:
    """The pieces of each word of a line: two that touch, and are a word together but not each by itself."""
    parts = [[words[0]]]
    last = words[0]
    for word in words[1:]:
        touch = word.space and word.x0 - last.x1 < NO_GAP * last.size and word.x0 > last.x0 and not last.eol
        if touch and _is_cut(
            last.text.lower(), word.text.lower().partition("-")[0].rstrip(".,;:)"), known_words
        ):
            parts[-1].append(word)
        else:
            parts.append([word])
        last = word
    return parts


def _is_cut(left: str, right: str, known_words: frozenset[str]) -> bool:
    if not (left.isalpha() and right.isalpha()):
        return False
    return left + right in known_words and not (left in known_words and right in known_words)


def _join(words: Sequence[Word]) -> Word:
    first, last = words[0], words[-1]
    return replace(first, text="".join(word.text for word in words), x1=last.x1, eol=last.eol)
