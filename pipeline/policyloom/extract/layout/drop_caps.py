"""Join an initial that is set over two lines or more to the word that it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from policyloom.extract.layout.text_line import TextLine, make_line

__all__ = ["join_drop_caps"]

MIN_RATIO = 1.6
"""Size of an initial beside that of the line it begins."""

MAX_GAP = 1.5
"""Sizes of the line between an initial and the line."""

QUOTES = "\"'“‘«„"


def join_drop_caps(lines: Sequence[TextLine], known_words: frozenset[str]) -> list[TextLine]:
    """The lines of a page, with each initial at the beginning of its word.

    An initial is a word of its own, such as "A", where the rest of the line's first word is a word and both are none.
    """
    joined = list(lines)
    for cap in [line for line in lines if _is_cap(line)]:
        beside = [line for line in joined if line is not cap and _stands_beside(line, cap)]
        if not beside:
            continue
        first = min(beside, key=lambda line: line.baseline)
        at = next(i for i, line in enumerate(joined) if line is first)
        joined[at] = _begin_with(cap, first, known_words)
        joined = [line for line in joined if line is not cap]
    return [_mend(line, known_words) for line in joined]


def _is_cap(line: TextLine) -> bool:
    letters = line.text.strip(QUOTES)
    return len(line.words) == 1 and len(letters) == 1 and letters.isupper()


def _stands_beside(line: TextLine, cap: TextLine) -> bool:
    return (
        cap.size >= MIN_RATIO * line.size
        and line.n_chars > 1
        and -0.3 * line.size < line.x0 - cap.x1 < MAX_GAP * line.size
        and cap.top - 0.6 * line.size < line.baseline - 0.7 * line.size
        and line.baseline < cap.baseline + 0.2 * line.size
    )


def _begin_with(cap: TextLine, line: TextLine, known_words: frozenset[str]) -> TextLine:
    """A line that begins with an initial; its edge stays where it was, as that of the lines under it."""
    initial = replace(
        cap.words[0], size=line.words[0].size, font=line.words[0].font, baseline=line.baseline, eol="",
        bold=line.words[0].bold, italic=line.words[0].italic,
    )  # fmt: skip
    rest = replace(line.words[0], space=_is_word(initial.text, line.words[0].text, known_words))
    return replace(make_line([initial, rest, *line.words[1:]], line.page, line.page_height), x0=line.x0)


def _mend(line: TextLine, known_words: frozenset[str]) -> TextLine:
    """A line whose initial is on it already, with the initial at its word."""
    if len(line.words) < 2:
        return line
    cap, rest = line.words[0], line.words[1]
    letters = cap.text.strip(QUOTES)
    if not (
        len(letters) == 1
        and letters.isupper()
        and cap.size >= MIN_RATIO * rest.size
        and rest.text[:1].isalpha()
    ):
        return line
    initial = replace(
        cap, size=rest.size, font=rest.font, baseline=rest.baseline, bold=rest.bold, italic=rest.italic
    )
    rest = replace(rest, space=_is_word(cap.text, rest.text, known_words))
    return replace(make_line([initial, rest, *line.words[2:]], line.page, line.page_height), x0=rest.x0)


def _is_word(initial: str, rest: str, known_words: frozenset[str]) -> bool:
    """Whether an initial is a word by itself rather than the beginning of the next."""
    letter, core = initial.strip(QUOTES).lower(), rest.lower().rstrip(".,;:!?")
    if not rest[:1].isalpha():
        return False
    return core in known_words and letter + core not in known_words and letter in known_words | {"a"}
