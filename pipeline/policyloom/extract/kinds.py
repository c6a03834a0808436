"""Say what a group is: title, heading, paragraph, list item, caption, table, footnote, reference, front matter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from policyloom.extract.groups import Body, Group, Outline, look_of, one_font
from policyloom.extract.marks import (
    ABSTRACT,
    ARTICLE_TYPE,
    BULLET,
    CAPTION,
    FOOTNOTE,
    JOURNAL,
    KEYWORDS,
    LEGAL,
    MAX_HEADING,
    NUMBER,
    OPENING,
    REFERENCES,
)

__all__ = ["classify", "is_prose"]


def classify(groups: list[Group], body: Body, outline: Outline) -> None:
    """Set the kind of every group; `outline` has the headings that the file names itself."""
    title = _find_title(groups, body)
    first_page = groups[min(title)].lines[0].page if title else 0
    looks: Counter[tuple[float, bool, bool, bool]] = Counter()
    in_references = False
    started = not title
    for i, group in enumerate(groups):
        if group.kind == "table":
            continue
        text, page = group.text.strip(), group.lines[0].page
        if i in title:
            group.kind = "title"
            continue
        follows = next((g for g in groups[i + 1 : i + 4] if g.kind != "table"), None)
        if _is_caption(group, body):
            group.kind = "caption"
        elif (
            REFERENCES.fullmatch(text)
            and len(text) < 40
            and (group.size > 0.9 * body.size or (group.lines[0].bold and not body.bold))
            and not _beside(groups, i)
        ):
            group.kind, in_references, started = "heading", True, True
        elif not group.run_in and not outline.names(text, page) and _is_cells(groups, i):
            group.kind = "table"
        elif _is_heading(group, body, outline, follows):
            before_body = not started and group.lines[0].page == first_page
            if (
                ABSTRACT.fullmatch(text)
                or ARTICLE_TYPE.fullmatch(text)
                or (
                    before_body and (i < min(title) or not _opens_body(group, groups[i + 1 :], body, outline))
                )
            ):
                group.kind = "front_matter"
            elif in_references and not outline.names(text, page) and looks[look_of(group.lines[0])] < 2:
                group.kind = "reference"
            elif not (
                group.run_in
                or outline.names(text, page)
                or follows is None
                or _holds_prose(groups[i + 1 :], body)
            ):
                group.kind = "table" if group.size < 0.95 * body.size or _beside(groups, i) else "paragraph"
            else:
                group.kind = "heading"
                looks[look_of(group.lines[0])] += 1
                started, in_references = True, False
        elif in_references:
            group.kind = "reference"
        elif _is_footnote(group, body):
            group.kind = "footnote"
        elif group.marker and (not NUMBER.match(text) or BULLET.match(text) or _neighbour_marker(groups, i)):
            group.kind = "list_item"
    _mark_front(groups, title)


def _opens_body(group: Group, later: Sequence[Group], body: Body, outline: Outline) -> bool:
    """Whether a heading on the first page opens the body: it is numbered, marked, or has a paragraph under it."""
    text = group.text.strip()
    if (
        group.run_in
        or outline.names(text, group.lines[0].page)
        or OPENING.fullmatch(text)
        or (NUMBER.match(text) and len(text) < 120)
    ):
        return True
    under = [g for g in later[:4] if g.kind != "table" and abs(g.size - body.size) < 0.06 * body.size]
    return bool(under) and sum(g.n_chars for g in under if is_prose(g, body)) > 150 and not _marks_names(text)


def _marks_names(text: str) -> bool:
    """Whether a line looks like a list of names rather than a heading."""
    return (
        text.count(",") > 1
        or bool(re.search(r"[a-z]\d(?:,\d)*(?=\s|,|$)|[*†‡]", text))
        or (" and " in text and "," in text)
    )


def _holds_prose(later: Sequence[Group], body: Body) -> bool:
    """Whether text follows a heading: a paragraph or list among the next groups, perhaps under more headings."""
    for group in later[:4]:
        if is_prose(group, body) or group.kind in ("list_item", "table"):
            return True
        heads = group.lines[0].bold and not body.bold  # headings may be set smaller than the body, too
        if group.size < 0.9 * body.size and group.n_chars < 60 and not heads:
            return False
    return len(later) < 4


def is_prose(group: Group, body: Body) -> bool:
    """Whether a group is set like the body, and long enough to be a sentence or the end of one."""
    if (
        group.kind not in ("paragraph", "list_item", "front_matter")
        or abs(group.size - body.size) > 0.06 * body.size
    ):
        return False
    return group.n_chars >= 70 or len(group.lines) >= 3 or (
        group.n_chars >= 12 and group.text.rstrip().endswith((".", ";", ":", "?", "!", ",", "]")) and " " in group.text.strip()
    )  # fmt: skip


def _find_title(groups: Sequence[Group], body: Body) -> set[int]:
    """The groups of the title: the largest type in the upper part of the first page that is no journal's name."""
    page = groups[0].lines[0].page
    here = [
        (i, g)
        for i, g in enumerate(groups)
        if g.lines[0].page == page and g.lines[0].baseline < 0.7 * g.lines[0].page_height and g.kind != "table"
        and 10 <= g.n_chars <= 400 and len(g.text.split()) >= 2 and not ARTICLE_TYPE.fullmatch(g.text.strip())
    ]  # fmt: skip
    large = [(i, g) for i, g in here if g.size > 1.05 * body.size and not JOURNAL.search(g.text)]
    if not large:
        return set()
    size = (
        max(g.size for _, g in large if len(g.text.split()) >= 3)
        if any(len(g.text.split()) >= 3 for _, g in large)
        else max(g.size for _, g in large)
    )
    found = [i for i, g in large if g.size >= 0.93 * size]
    ids = {found[0]}
    for i in found[1:]:
        last, line = groups[max(ids)].lines[-1], groups[i].lines[0]
        if i == max(ids) + 1 and line.baseline - last.baseline < 2.4 * size and line.bold == last.bold:
            ids.add(i)
    if size < 1.07 * body.size and not groups[found[0]].lines[0].bold:
        return set()
    return ids


def _is_caption(group: Group, body: Body) -> bool:
    match = CAPTION.match(group.text)
    if not match:
        return False
    first = group.lines[0]
    plain = abs(first.size - body.size) < 0.3 and first.font == body.font and not first.words[0].bold
    return bool(match["mark"]) if plain else True


def _is_cells(groups: Sequence[Group], i: int) -> bool:
    """Whether a group is a row or a cell of a table without rules: others stand beside it on its baseline."""
    group = groups[i]
    if group.n_chars > 60 or len(group.lines) > 2:
        return False
    return _beside(groups, i) >= 2


def _beside(groups: Sequence[Group], i: int) -> int:
    """How many short groups stand on the baseline of group `i`."""
    group = groups[i]
    y = group.lines[0].baseline
    beside = 0
    for other in groups[max(0, i - 8) : i + 9]:
        if other is group or other.lines[0].page != group.lines[0].page:
            continue
        if (
            any(abs(line.baseline - y) < 2 for line in other.lines)
            and other.n_chars < 200
            and len(other.lines) <= 3
        ):
            beside += 1
    return beside


def _is_heading(group: Group, body: Body, outline: Outline, following: Group | None) -> bool:
    if group.n_chars > MAX_HEADING or len(group.lines) > 4:
        return False
    text = group.text.strip()
    n_letters = sum(ch.isalpha() for ch in text)
    if n_letters < 3 or n_letters < 0.5 * len(text.replace(" ", "")):
        return False
    if outline.names(text, group.lines[0].page):
        return True
    first = group.lines[0]
    numbered = bool(NUMBER.match(text)) or bool(LEGAL.match(text))
    if text.endswith((",", ";", "-")) or (text.endswith(".") and not numbered and len(text) > 60):
        return False
    if text[:1].islower() or KEYWORDS.match(text) or BULLET.match(text):
        return False
    _, bold, italic, caps = look_of(first)
    if not all(
        line.bold == first.bold and abs(line.size - first.size) < 0.1 * first.size for line in group.lines
    ):
        return False
    larger = first.size >= 1.07 * body.size
    smaller = first.size < 0.9 * body.size
    bolder = bold and not body.bold
    if smaller and not (bolder or caps):
        return False
    if group.run_in:
        return True
    if larger or bolder:
        return len(text) < 200
    if caps and n_letters > 3:
        return len(text) < 120
    other_font = first.font != body.font
    if numbered and (italic or other_font) and len(text) < 150:
        return True
    if (
        other_font
        and len(group.lines) <= 2
        and len(text) < 110
        and not text.endswith((".", ":", ",", ")"))
        and one_font(group.lines)
        and abs(first.size - body.size) < 0.12 * body.size
        and following is not None
        and following.lines[0].font == body.font
        and following.n_chars > 60
    ):
        return True
    return (
        italic
        and all(line.italic for line in group.lines)
        and len(group.lines) <= 2
        and len(text) < 110
        and not text.endswith((".", ":", ")"))
        and following is not None
        and not following.lines[0].italic
    )


def _is_footnote(group: Group, body: Body) -> bool:
    first = group.lines[0]
    if first.size > 0.93 * body.size or first.baseline < 0.55 * first.page_height:
        return False
    return bool(FOOTNOTE.match(group.text)) and group.n_chars > 8


def _neighbour_marker(groups: Sequence[Group], i: int) -> bool:
    return any(0 <= j < len(groups) and groups[j].marker for j in (i - 1, i + 1))


def _is_sentences(group: Group) -> bool:
    """Whether a group is running text rather than names and addresses."""
    words = group.text.split()
    lower = sum(word[:1].islower() for word in words)
    return (
        len(words) >= 12
        and lower > 0.6 * len(words)
        and group.text.rstrip().endswith((".", "!", "?", ":", "”", '"'))
    )


def _mark_front(groups: Sequence[Group], title: set[int]) -> None:
    """What stands before the first heading or long paragraph after the title is front matter."""
    abstract = next((i for i, g in enumerate(groups[:60]) if ABSTRACT.match(g.text.strip())), None)
    start = max(title) + 1 if title else 0
    first = groups[0].lines[0].page
    end = next((i for i, g in enumerate(groups) if g.kind == "heading" and i >= start), len(groups))
    if not title and abstract is None:
        end = 0
    for i, group in enumerate(groups[:end]):
        if group.kind in ("paragraph", "list_item", "footnote") and group.lines[0].page <= first + 1:
            if _is_sentences(group) and (abstract is None or i < abstract) and i >= start:
                break
            group.kind = "front_matter"
    for group in groups[:80]:
        if group.kind in ("paragraph", "list_item") and KEYWORDS.match(group.text.strip()):
            group.kind = "front_matter"
