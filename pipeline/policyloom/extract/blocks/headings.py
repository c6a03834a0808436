"""Tell headings from other short groups of lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from policyloom.extract.blocks.groups import Context, Group, has_one_font, look_of
from policyloom.extract.blocks.signs import BULLET, MAX_HEADING, NUMBER
from policyloom.extract.layout.text_line import TextLine

__all__ = ["is_heading"]

LARGER, SMALLER = 1.07, 0.9
"""Sizes, as shares of the body's, from which a line is set larger and up to which it is set smaller."""

MAX_LINES = 4
"""Lines of a heading."""

MAX_MARKED = 200
"""Characters of a heading that is set larger or bolder."""

MAX_NUMBERED = 150
"""Characters of a heading that is numbered and set in italics or another font."""

MAX_CAPITALS = 120
"""Characters of a heading in capitals."""

MAX_PLAIN = 110
"""Characters, on two lines at most, of a heading that is set in italics or another font alone."""


class _Candidate(NamedTuple):
    """A group that may be a heading, the group after it, and how it is set beside the body."""

    group: Group
    text: str
    n_letters: int
    following: Group | None
    context: Context
    is_numbered: bool
    is_bolder: bool
    is_italic: bool
    is_capitals: bool

    @property
    def first(self) -> TextLine:
        """The group's first line."""
        return self.group.lines[0]

    @property
    def is_short(self) -> bool:
        """Whether it is as short as a heading that little marks as one."""
        return len(self.group.lines) <= 2 and len(self.text) < MAX_PLAIN


def _has_few_letters(one: _Candidate) -> bool | None:
    few = one.n_letters < 3 or one.n_letters < 0.5 * len(one.text.replace(" ", ""))
    return False if few else None


def _is_outlined(one: _Candidate) -> bool | None:
    return True if one.context.outline.names(one.text, one.group.page) else None


def _ends_like_text(one: _Candidate) -> bool | None:
    stops = one.text.endswith(".") and not one.is_numbered and len(one.text) > 60
    return False if stops or one.text.endswith((",", ";", "-")) else None


def _begins_like_text(one: _Candidate) -> bool | None:
    text = one.text
    return (
        False if text[:1].islower() or one.context.words.keywords.match(text) or BULLET.match(text) else None
    )


def _changes_style(one: _Candidate) -> bool | None:
    first = one.first
    same = all(
        line.bold == first.bold and abs(line.size - first.size) < 0.1 * first.size for line in one.group.lines
    )
    return None if same else False


def _is_small_and_plain(one: _Candidate) -> bool | None:
    small = one.first.size < SMALLER * one.context.body.size
    return False if small and not (one.is_bolder or one.is_capitals) else None


def _is_run_in(one: _Candidate) -> bool | None:
    return True if one.group.run_in else None


def _is_larger_or_bolder(one: _Candidate) -> bool | None:
    larger = one.first.size >= LARGER * one.context.body.size
    return len(one.text) < MAX_MARKED if larger or one.is_bolder else None


def _is_in_capitals(one: _Candidate) -> bool | None:
    return len(one.text) < MAX_CAPITALS if one.is_capitals and one.n_letters > 3 else None


def _is_numbered_and_marked(one: _Candidate) -> bool | None:
    marked = one.is_italic or one.first.font != one.context.body.font
    return True if one.is_numbered and marked and len(one.text) < MAX_NUMBERED else None


def _is_in_other_font(one: _Candidate) -> bool | None:
    body, following = one.context.body, one.following
    return (
        True
        if one.first.font != body.font
        and one.is_short
        and not one.text.endswith((".", ":", ",", ")"))
        and has_one_font(one.group.lines)
        and abs(one.first.size - body.size) < 0.12 * body.size
        and following is not None
        and following.lines[0].font == body.font
        and following.n_chars > 60
        else None
    )


def _is_in_italics(one: _Candidate) -> bool | None:
    return (
        True
        if one.is_italic
        and all(line.italic for line in one.group.lines)
        and one.is_short
        and not one.text.endswith((".", ":", ")"))
        and one.following is not None
        and not one.following.lines[0].italic
        else None
    )


CONDITIONS: tuple[Callable[[_Candidate], bool | None], ...] = (
    _has_few_letters,
    _is_outlined,
    _ends_like_text,
    _begins_like_text,
    _changes_style,
    _is_small_and_plain,
    _is_run_in,
    _is_larger_or_bolder,
    _is_in_capitals,
    _is_numbered_and_marked,
    _is_in_other_font,
    _is_in_italics,
)
"""Whether a group is a heading: the first condition that says yes or no decides; if none does, it is not."""


def is_heading(group: Group, following: Group | None, context: Context) -> bool:
    """Whether a group is a heading.

    Args:
        group: any but a table.
        following: the next group that is no table.
        context: how the document is set, and the headings that the file names itself.
    """
    if group.n_chars > MAX_HEADING or len(group.lines) > MAX_LINES:
        return False
    text = group.text.strip()
    _, bold, italic, capitals = look_of(group.lines[0])
    candidate = _Candidate(
        group,
        text,
        sum(map(str.isalpha, text)),
        following,
        context,
        is_numbered=bool(NUMBER.match(text) or context.words.legal.match(text)),
        is_bolder=bold and not context.body.bold,
        is_italic=italic,
        is_capitals=capitals,
    )
    for condition in CONDITIONS:
        decided = condition(candidate)
        if decided is not None:
            return decided
    return False
