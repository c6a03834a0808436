"""Say what a group is: title, heading, paragraph, list item, caption, table, footnote, reference, front matter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from policyloom.extract.blocks.groups import BodyStyle, Context, Group, Look, look_of
from policyloom.extract.blocks.headings import is_heading
from policyloom.extract.blocks.signs import BULLET, FOOTNOTE, NUMBER, REFERENCE_SIGN
from policyloom.extract.layout.text_line import TextLine
from policyloom.languages.layout import LayoutWords
from policyloom.records import BlockKind

__all__ = ["classify", "is_prose"]

MAX_REFERENCES_HEADING = 40
"""Characters of the heading of a list of references."""

N_REFERENCES = 8
"""Groups under a heading of references in which they must show."""

MIN_TEXT = 150
"""Characters of a paragraph by which a list of references is known to have ended."""

MAX_FRONT_GROUPS = 60
"""Groups at the beginning of a document among which its abstract stands."""

MAX_KEYWORD_GROUPS = 80
"""Groups at the beginning of a document among which its keywords stand."""

MIN_PROSE = 70
"""Characters from which a group set like the body is a sentence, whatever its end."""


KNOWN_KINDS = ("table", "contents", "form_field")
"""Kinds that are known before the groups are looked at."""


class _Place(NamedTuple):
    """A group among the groups of its document, and what stands before it.

    Attributes:
        groups: all groups, none but tables with its kind.
        i: the group's position.
        title: the positions of the title's groups.
        started: whether the body has begun.
        list_kind: the kind of the entries of a list of references or notes that stands before it, with no heading in
            between; empty where there is none.
        looks: how many headings of each style stand before it.
        context: how the document is set.
    """

    groups: Sequence[Group]
    i: int
    title: frozenset[int]
    started: bool
    list_kind: Literal["", "reference", "footnote"]
    looks: Counter[Look]
    context: Context

    @property
    def group(self) -> Group:
        """The group itself."""
        return self.groups[self.i]

    @property
    def later(self) -> Sequence[Group]:
        """The few groups after it."""
        return self.groups[self.i + 1 : self.i + 5]

    @property
    def following(self) -> Group | None:
        """The next group that is no table, if it is near."""
        return next((group for group in self.later[:3] if group.kind not in KNOWN_KINDS), None)

    @property
    def is_outlined(self) -> bool:
        """Whether the file's outline names it as a heading."""
        return self.context.outline.names(self.group.text.strip(), self.group.page)


def classify(groups: Sequence[Group], context: Context) -> list[Group]:
    """The groups, each with its kind; tables that are known keep theirs."""
    title = _find_title(groups, context)
    looks: Counter[Look] = Counter()
    started = not title
    list_kind: Literal["", "reference", "footnote"] = ""
    classified: list[Group] = []
    for i, group in enumerate(groups):
        place = _Place(groups, i, title, started, list_kind, looks, context)
        if list_kind and _is_text_again(place):
            list_kind = ""
            place = place._replace(list_kind="")
        if group.kind in KNOWN_KINDS:
            kind: BlockKind = group.kind
        elif i in title:
            kind = "title"
        elif _is_caption(group, context):
            kind = "caption"
        elif _is_references_heading(place):
            kind, list_kind, started = "heading", "reference", True
        elif _is_notes_heading(place):
            kind, list_kind, started = "heading", "footnote", True
        else:
            kind = _kind_of(place)
            if kind == "heading":
                looks[look_of(group.lines[0])] += 1
                list_kind, started = "", True
        classified.append(group if kind == group.kind else replace(group, kind=kind))
    return _mark_front_matter(classified, title, context.words)


def _kind_of(place: _Place) -> BlockKind:
    """The kind of a group that is no caption."""
    group, context = place.group, place.context
    if not group.run_in and not place.is_outlined and _is_cell(place.groups, place.i):
        return "table"
    if is_heading(group, place.following, context):
        return _kind_of_heading(place)
    if place.list_kind:
        return (
            "reference" if place.list_kind == "reference" or REFERENCE_SIGN.search(group.text) else "footnote"
        )
    if _is_footnote(group, context.body):
        return "footnote"
    text = group.text.strip()
    if group.marker and (not NUMBER.match(text) or BULLET.match(text) or _neighbour_has_marker(place)):
        return "list_item"
    return group.kind


def _kind_of_heading(place: _Place) -> BlockKind:
    """The kind of a group that looks like a heading: before and after the body it may be something else."""
    group, words, body = place.group, place.context.words, place.context.body
    text = group.text.strip()
    if words.abstract.fullmatch(text) or words.article_type.fullmatch(text) or _stands_before_body(place):
        return "front_matter"
    if place.list_kind and not (
        place.is_outlined or place.looks[look_of(group.lines[0])] >= 2 or _has_text_under(place)
    ):
        return place.list_kind
    if (
        group.run_in
        or place.is_outlined
        or place.following is None
        or _holds_prose(place.later, body, is_end=place.i + 5 > len(place.groups))
    ):
        return "heading"
    return "table" if group.size < 0.95 * body.size or _count_beside(place.groups, place.i) else "paragraph"


def _is_references_heading(place: _Place) -> bool:
    group, body = place.group, place.context.body
    text = group.text.strip()
    return bool(
        len(text) < MAX_REFERENCES_HEADING
        and place.context.words.references.fullmatch(text)
        and _holds_references(place)
        and (group.size > 0.9 * body.size or (group.lines[0].bold and not body.bold))
        and not _count_beside(place.groups, place.i)
    )


def _is_notes_heading(place: _Place) -> bool:
    """Whether a list of numbered notes stands under a group."""
    text = place.group.text.strip()
    if len(text) >= MAX_REFERENCES_HEADING or not place.context.words.endnotes.fullmatch(text):
        return False
    after = [group for group in place.groups[place.i + 1 : place.i + 6] if group.kind != "table"]
    return sum(bool(FOOTNOTE.match(group.text)) for group in after) >= min(2, max(1, len(after)))


def _holds_references(place: _Place) -> bool:
    """Whether references stand under a group, as they do not under an entry of a contents list."""
    after = [
        group
        for group in place.groups[place.i + 1 : place.i + 1 + N_REFERENCES]
        if group.kind != "table" and group.n_chars > 15
    ]
    return not after or 3 * sum(bool(REFERENCE_SIGN.search(group.text)) for group in after) >= len(after)


def _is_text(group: Group, body: BodyStyle) -> bool:
    """Whether a group is running text without the signs of a reference."""
    return (
        is_prose(group, body)
        and group.n_chars >= MIN_TEXT
        and not REFERENCE_SIGN.search(group.text)
        and not FOOTNOTE.match(group.text)
    )


def _has_text_under(place: _Place) -> bool:
    """Whether running text follows a heading within or after a list of references."""
    after = [group for group in place.later if group.kind not in KNOWN_KINDS][:2]
    return bool(after) and all(_is_text(group, place.context.body) for group in after)


def _is_text_again(place: _Place) -> bool:
    """Whether a list of references has ended, though no heading says so: two paragraphs have no sign of one."""
    return _is_text(place.group, place.context.body) and _has_text_under(place)


def _stands_before_body(place: _Place) -> bool:
    """Whether a heading stands on the title's page before the body: over the title, or among names and notices."""
    return (
        not place.started
        and place.group.page == place.groups[min(place.title)].page
        and (place.i < min(place.title) or not _opens_body(place))
    )


def _opens_body(place: _Place) -> bool:
    """Whether a heading on the first page opens the body: it is numbered, marked, or has a paragraph under it."""
    group, body = place.group, place.context.body
    text = group.text.strip()
    if (
        group.run_in
        or place.is_outlined
        or place.context.words.opening.fullmatch(text)
        or (NUMBER.match(text) and len(text) < 120)
    ):
        return True
    under = [
        each for each in place.later if each.kind != "table" and abs(each.size - body.size) < 0.06 * body.size
    ]
    n_prose = sum(each.n_chars for each in under if is_prose(each, body))
    return n_prose > 150 and not _looks_like_names(text, place.context.words)


def _looks_like_names(text: str, words: LayoutWords) -> bool:
    """Whether a line looks like a list of names rather than a heading."""
    return (
        text.count(",") > 1
        or bool(re.search(r"[a-z]\d(?:,\d)*(?=\s|,|$)|[*†‡]", text))
        or ("," in text and bool(words.name_join.search(text)))
    )


def _holds_prose(later: Sequence[Group], body: BodyStyle, *, is_end: bool) -> bool:
    """Whether text follows a heading: a paragraph or list among the next groups, perhaps under more headings.

    Args:
        later: the next four groups, or those that there are.
        body: how the body is set.
        is_end: whether the document has no four groups more; then it need not follow.
    """
    for group in later:
        if is_prose(group, body) or group.kind in ("list_item", "table"):
            return True
        heads = group.lines[0].bold and not body.bold  # headings may be set smaller than the body, too
        if group.size < 0.9 * body.size and group.n_chars < 60 and not heads:
            return False
    return is_end


def is_prose(group: Group, body: BodyStyle) -> bool:
    """Whether a group is set like the body, and long enough to be a sentence or the end of one."""
    if (
        group.kind not in ("paragraph", "list_item", "front_matter")
        or abs(group.size - body.size) > 0.06 * body.size
    ):
        return False
    return group.n_chars >= MIN_PROSE or len(group.lines) >= 3 or (
        group.n_chars >= 12 and group.text.rstrip().endswith((".", ";", ":", "?", "!", ",", "]")) and " " in group.text.strip()
    )  # fmt: skip


def _find_title(groups: Sequence[Group], context: Context) -> frozenset[int]:
    """The groups of the title: the largest type in the upper part of the first page that is no journal's name."""
    body, words = context.body, context.words
    here = [
        (i, group)
        for i, group in enumerate(groups)
        if group.page == groups[0].page
        and group.lines[0].baseline < 0.7 * group.lines[0].page_height
        and group.kind not in KNOWN_KINDS
        and 10 <= group.n_chars <= 400
        and len(group.text.split()) >= 2
        and not words.article_type.fullmatch(group.text.strip())
    ]
    large = [
        (i, group)
        for i, group in here
        if group.size > 1.05 * body.size and not words.journal.search(group.text)
    ]
    if not large:
        return frozenset()
    of_some_words = [group.size for _, group in large if len(group.text.split()) >= 3]
    size = max(of_some_words or [group.size for _, group in large])
    found = [i for i, group in large if group.size >= 0.93 * size]
    if size < 1.07 * body.size and not groups[found[0]].lines[0].bold:
        return frozenset()
    title = [found[0]]
    for i in found[1:]:
        last, line = groups[title[-1]].lines[-1], groups[i].lines[0]
        if i == title[-1] + 1 and line.baseline - last.baseline < 2.4 * size and line.bold == last.bold:
            title.append(i)
    return frozenset(title)


def _is_caption(group: Group, context: Context) -> bool:
    match = context.words.caption.match(group.text)
    if not match:
        return False
    first, body = group.lines[0], context.body
    plain = abs(first.size - body.size) < 0.3 and first.font == body.font and not first.words[0].bold
    return bool(match["mark"]) if plain else True


def _is_cell(groups: Sequence[Group], i: int) -> bool:
    """Whether a group is a row or a cell of a table without rules: others stand beside it on its baseline."""
    group = groups[i]
    return group.n_chars <= 60 and len(group.lines) <= 2 and _count_beside(groups, i) >= 2


def _count_beside(groups: Sequence[Group], i: int) -> int:
    """The number of short groups that stand on the baseline of group `i`."""
    first = groups[i].lines[0]
    near = (*groups[max(0, i - 8) : i], *groups[i + 1 : i + 9])
    return sum([_is_short_beside(group, first) for group in near])


def _is_short_beside(group: Group, first: TextLine) -> bool:
    """Whether a group is short, and stands on the page and the baseline of a line."""
    lines = group.lines
    return (
        len(lines) <= 3
        and lines[0].page == first.page
        and any([_is_level(line, first) for line in lines])
        and group.n_chars < 200
    )


def _is_level(line: TextLine, other: TextLine) -> bool:
    return abs(line.baseline - other.baseline) < 2


def _is_footnote(group: Group, body: BodyStyle) -> bool:
    first = group.lines[0]
    if first.size > 0.93 * body.size or first.baseline < 0.55 * first.page_height:
        return False
    return bool(FOOTNOTE.match(group.text)) and group.n_chars > 8


def _neighbour_has_marker(place: _Place) -> bool:
    near = (place.i - 1, place.i + 1)
    return any(0 <= j < len(place.groups) and place.groups[j].marker for j in near)


def _is_sentences(group: Group) -> bool:
    """Whether a group is running text rather than names and addresses."""
    words = group.text.split()
    lower = sum(word[:1].islower() for word in words)
    return (
        len(words) >= 12
        and lower > 0.6 * len(words)
        and group.text.rstrip().endswith((".", "!", "?", ":", "”", '"'))
    )


def _mark_front_matter(groups: Sequence[Group], title: frozenset[int], words: LayoutWords) -> list[Group]:
    """The groups; what stands before the first heading or long paragraph after the title is front matter."""
    abstract = next(
        (i for i, group in enumerate(groups[:MAX_FRONT_GROUPS]) if words.abstract.match(group.text.strip())),
        None,
    )
    start = max(title) + 1 if title else 0
    end = next((i for i, group in enumerate(groups) if group.kind == "heading" and i >= start), len(groups))
    if not title and abstract is None:
        end = 0
    marked = list(groups)
    for i, group in enumerate(groups[:end]):
        if group.kind in ("paragraph", "list_item", "footnote") and group.page <= groups[0].page + 1:
            if _is_sentences(group) and (abstract is None or i < abstract) and i >= start:
                break
            marked[i] = replace(group, kind="front_matter")
    for i, group in enumerate(marked[:MAX_KEYWORD_GROUPS]):
        if group.kind in ("paragraph", "list_item") and words.keywords.match(group.text.strip()):
            marked[i] = replace(group, kind="front_matter")
    return marked
