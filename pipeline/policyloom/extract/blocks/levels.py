"""Give headings their levels: by the file's own outline, by number, by the parts of an act, or by style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from policyloom.extract.blocks.groups import Group, Look, look_of
from policyloom.extract.blocks.signs import NUMBER
from policyloom.extract.pdf.page import Bookmark
from policyloom.extract.text import key_of
from policyloom.languages.layout import LayoutWords

__all__ = ["with_levels"]

MAX_LEVEL = 6
"""The lowest level that a style alone gives."""

MIN_OUTLINED_SHARE = 0.5
"""Share of a document's headings that the file's outline names where its levels are used."""


class _Heading(NamedTuple):
    """A heading's position among the groups, its style, and its level by outline or number, or rank in an act; or 0."""

    at: int
    look: Look
    numbered: int
    level: int
    rank: int


def with_levels(groups: Sequence[Group], bookmarks: Sequence[Bookmark], words: LayoutWords) -> list[Group]:
    """The groups with the level of every heading; on the way down none is skipped.

    Args:
        groups: with their kinds.
        bookmarks: the file's own outline, or none.
        words: of the document's language.
    """
    outlined = _outlined_levels(groups, bookmarks)
    headings = [
        _read_heading(at, group, outlined, words)
        for at, group in enumerate(groups)
        if group.kind == "heading"
    ]
    by_look = _levels_by_look(headings)
    ranks = sorted({heading.rank for heading in headings if heading.rank})
    levels: dict[int, int] = {}
    above: list[int] = []
    for heading in headings:
        level = heading.level or (ranks.index(heading.rank) + 1 if heading.rank else by_look[heading.look])
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        levels[heading.at] = len(above)
    return [replace(group, level=levels[at]) if at in levels else group for at, group in enumerate(groups)]


def _outlined_levels(groups: Sequence[Group], bookmarks: Sequence[Bookmark]) -> dict[str, int]:
    """The level of each heading that the outline names, by its key; none where it names too few."""
    levels: dict[str, int] = {}
    for bookmark in bookmarks:
        levels.setdefault(key_of(bookmark.title), bookmark.level)
    keys = [key_of(group.text) for group in groups if group.kind == "heading"]
    title = key_of(" ".join(group.text for group in groups if group.kind == "title"))
    known = [levels[key] for key in keys if key in levels and key != title]
    if not known or len(known) < MIN_OUTLINED_SHARE * len(keys):
        return {}
    highest = min(known)
    return {key: level - highest + 1 for key, level in levels.items() if level >= highest}


def _read_heading(at: int, group: Group, outlined: dict[str, int], words: LayoutWords) -> _Heading:
    text, look = group.text.strip(), look_of(group.lines[0])
    legal, number = words.legal.match(text), NUMBER.match(text)
    level = outlined.get(key_of(text), 0)
    if level:
        return _Heading(at, look, 0, level, 0)
    if number:
        depth = number["n"].count(".") + 1
        return _Heading(at, look, depth, depth, 0)
    return _Heading(at, look, 0, 0, words.legal_ranks[legal["word"].lower()] if legal else 0)


def _levels_by_look(headings: Sequence[_Heading]) -> dict[Look, int]:
    """The level of each style: that of its first numbered heading, or its place among the styles by size and weight."""
    looks = sorted(
        {heading.look for heading in headings}, key=lambda look: (-look[0], not look[3], not look[1], look[2])
    )
    levels = {look: min(place, MAX_LEVEL) for place, look in enumerate(looks, 1)}
    for heading in reversed(headings):
        if heading.numbered:
            levels[heading.look] = heading.numbered
    return levels
