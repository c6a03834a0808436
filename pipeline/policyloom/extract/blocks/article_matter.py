"""Set aside what a journal's article prints about itself: statements, notices, reviews.

Statements on funding, contributions and interests, addresses and reviews are about the article and no part of its
argument; if they were read as its text, they would yield actors and measures that the article does not write about.
Policies and reports are left whole: only a document with an abstract, keywords or a DOI on its first page, and with a
list of references, is taken for an article.
"""

from __future__ import annotations

from collections.abc import Sequence

from policyloom.extract.blocks.groups import Group
from policyloom.extract.text import key_of
from policyloom.languages.layout import LayoutWords

__all__ = ["split_off_article_matter"]

MAX_STATEMENT = 2_500
"""Characters; a section that is longer is a chapter of its own, whatever its heading."""

MAX_NOTICE = 600
"""Characters; a longer paragraph that begins like a notice, or has an e-mail address in it, is about something else."""

MIN_TITLE = 20
"""Letters; a shorter title may well stand in a sentence of the text."""

FRONT_PAGES = 2
"""Pages on which notices and labelled statements stand; where a first page is full, they go on on the second."""

_PROSE = ("paragraph", "list_item", "footnote", "front_matter")


def split_off_article_matter(groups: Sequence[Group], words: LayoutWords) -> tuple[list[Group], list[Group]]:
    """The groups of an article's text, and those of its statements, notices and reviews.

    Args:
        groups: the groups of a document with their kinds, in reading order.
        words: of the document's language.
    """
    references = [i for i, group in enumerate(groups) if words.references.fullmatch(group.text.strip())]
    if not references or not _is_article(groups, words):
        return list(groups), []
    last_section = min(_last_section(groups, i, words) for i in references)
    title = key_of(" ".join(group.text for group in groups if group.kind == "title"))
    apart: set[int] = set()
    for i, group in enumerate(groups):
        text = group.text.strip()
        if i > references[0] and words.reviews.fullmatch(text) and _opens_page(groups, i):
            apart.update(range(i, len(groups)))
            break
        on_front = group.page < groups[0].page + FRONT_PAGES
        if on_front or i > last_section:
            if i > last_section or group.run_in or group.kind != "heading":
                apart.update(_statement(groups, i, words))
            if _is_notice(group, text, words):
                apart.update(_section(groups, i) if group.kind == "heading" else [i])
        if on_front and _is_note_to_names(group, text, title, words):
            apart.add(i)
        if words.page_link.fullmatch(text) and (i > references[0] or not on_front):
            apart.add(i)
    kept = [group for i, group in enumerate(groups) if i not in apart]
    return kept, [groups[i] for i in sorted(apart)]


def _is_article(groups: Sequence[Group], words: LayoutWords) -> bool:
    """Whether the first page has an abstract, keywords, or a mark that only articles have."""
    first = groups[0].page
    texts = [group.text.strip() for group in groups if group.page == first]
    return any(
        words.abstract.fullmatch(text)
        or words.keywords.match(text)
        or words.label.match(text)
        or words.article_mark.search(text)
        for text in texts
    )


def _last_section(groups: Sequence[Group], references: int, words: LayoutWords) -> int:
    """The heading of the last section before a list of references that is no statement; -1 if there is none."""
    for i in range(references - 1, -1, -1):
        text = groups[i].text.strip()
        if groups[i].kind == "heading" and not (
            words.contributions.fullmatch(text) or words.statement_heading.fullmatch(text)
        ):
            return i
    return -1


def _opens_page(groups: Sequence[Group], i: int) -> bool:
    """Whether nothing but a few marks stands before a group on its page."""
    page = groups[i].page
    return all(group.n_chars < 20 for group in groups[:i] if group.lines[-1].page == page)


def _statement(groups: Sequence[Group], i: int, words: LayoutWords) -> list[int]:
    """The groups of the statement that group `i` opens; none where it opens none."""
    text = groups[i].text.strip()
    if groups[i].kind == "heading" and words.statement_heading.fullmatch(text):
        inside = _section(groups, i)
    elif groups[i].kind in _PROSE and words.statement_label.match(text):
        inside = [i]
    else:
        return []
    if words.statement.match(text) or any(words.about_the_work.search(groups[k].text) for k in inside):
        return inside
    return []


def _section(groups: Sequence[Group], heading: int) -> list[int]:
    """A statement's heading and what stands under it; nothing where that is too long for a statement."""
    inside = [heading]
    for i in range(heading + 1, len(groups)):
        if groups[i].kind not in _PROSE:
            break
        inside.append(i)
        if groups[heading].run_in:
            break
    return inside if sum(groups[i].n_chars for i in inside) <= MAX_STATEMENT else []


def _is_notice(group: Group, text: str, words: LayoutWords) -> bool:
    """Whether a group says when the article was received, where to write to, or under which licence it is."""
    if group.kind == "heading":
        return group.run_in and bool(words.article_notice.match(text))
    return (
        group.kind in _PROSE
        and len(text) < MAX_NOTICE
        and ("@" in text or bool(words.article_notice.match(text)))
    )


def _is_note_to_names(group: Group, text: str, title: str, words: LayoutWords) -> bool:
    """Whether a group says where an author works, or how to cite the article: with its whole title."""
    if group.kind == "front_matter" and words.affiliation.match(text):
        return True
    return group.kind in _PROSE and len(title) > MIN_TITLE and title in key_of(text)
