"""Put the blocks of a document together: tables in place, paragraphs over breaks, levels of headings."""

from __future__ import annotations

from collections.abc import Sequence

from policyloom.extract.chars import Bookmark, Page
from policyloom.extract.groups import Body, Group, Outline, look_of, measure_body, split_run
from policyloom.extract.kinds import classify, is_prose
from policyloom.extract.layout import TextLine, find_runs
from policyloom.extract.marks import ENDED, LEGAL, LEGAL_RANK, NUMBER, REFERENCE, key_of
from policyloom.extract.run_in import part_run_in

__all__ = ["find_groups", "tags_as_bookmarks"]

MIN_TAGS = 3
"""Fewer headings are the title and its like, from which no outline can be made."""

MAX_TAGGED = 0.15
"""The share of a text's letters that tagged headings may have; where it is more, whole paragraphs are tagged as such."""


def tags_as_bookmarks(pages: Sequence[Page]) -> list[Bookmark]:
    """The headings that a file's tags name, as if they were its outline; none where they cannot be meant."""
    found = [Bookmark(text, level, page.number) for page in pages for text, level in page.headings]
    n_tagged, n_letters = sum(len(mark.title) for mark in found), sum(page.n_chars for page in pages)
    return found if len(found) >= MIN_TAGS and n_tagged <= MAX_TAGGED * n_letters else []


def find_groups(
    pages: Sequence[Sequence[TextLine]], bookmarks: Sequence[Bookmark], tables: Sequence[Group] = ()
) -> list[Group]:
    """The blocks of a document in reading order, with kind, level and section.

    Args:
        pages: each page's lines in reading order, without furniture.
        bookmarks: the file's own outline, or none.
        tables: tables already found; their lines must not stand in `pages`.
    """
    lines = [line for page in pages for line in page]
    if not lines:
        return list(tables)
    body = measure_body(lines)
    outline = Outline(bookmarks)
    groups = [
        g
        for page in pages
        for run in find_runs(page)
        for group in split_run(run, body, outline)
        for g in part_run_in(group, body)
    ]
    groups = _insert_tables(groups, tables)
    classify(groups, body, outline)
    groups = _gather_tables(groups, body)
    groups = _join(groups, body)
    _number_levels(groups, bookmarks)
    return groups


def _insert_tables(groups: list[Group], tables: Sequence[Group]) -> list[Group]:
    """The tables put where they stand: before the first group below them in the same part of the page."""
    merged = list(groups)
    for table in tables:
        first = table.lines[0]
        at = len(merged)
        for i, group in enumerate(merged):
            line = group.lines[0]
            if line.page > first.page or (
                line.page == first.page
                and line.baseline > first.baseline
                and min(line.x1, max(t.x1 for t in table.lines))
                - max(line.x0, min(t.x0 for t in table.lines))
                > 0
            ):
                at = i
                break
        merged.insert(at, table)
    return merged


# Kinds


def _gather_tables(groups: list[Group], body: Body) -> list[Group]:
    """Under a table's caption, all that is not prose put into one table, row by row; figures' labels dropped in.

    Tables without rules have no edges to find; what shows them is a caption and, under it, words that are set
    small or stand beside one another.
    """
    out: list[Group] = []
    i = 0
    while i < len(groups):
        group = groups[i]
        out.append(group)
        i += 1
        is_table = group.kind == "caption" and group.text.lower().lstrip().startswith(("table", "tab."))
        if not (is_table or (group.kind == "table" and not group.parts)):
            continue
        if not is_table:
            out.pop()
            i -= 1
        page = group.lines[0].page
        inside: list[Group] = []
        while i < len(groups):
            nxt = groups[i]
            if nxt.lines[0].page != page or nxt.parts or nxt.kind in ("heading", "caption", "title"):
                break
            if nxt.kind != "table" and (
                not is_table or is_prose(nxt, body) or nxt.kind in ("front_matter", "reference")
            ):
                break
            inside.append(nxt)
            i += 1
        if inside:
            out.append(_table_of(inside))
        elif not is_table:
            out.append(groups[i])
            i += 1
    return out


def _table_of(groups: Sequence[Group]) -> Group:
    """One table of all the lines of these groups: lines on one baseline make a row."""
    lines = sorted(
        (line for group in groups for line in group.lines), key=lambda line: (line.baseline, line.x0)
    )
    rows: list[list[TextLine]] = []
    for line in lines:
        if rows and abs(line.baseline - rows[-1][0].baseline) < 0.5 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        row.sort(key=lambda line: line.x0)
    return Group(lines, kind="table", parts=rows)


def _join(groups: list[Group], body: Body) -> list[Group]:
    """Paragraphs cut by a column, page, figure or table put together again."""
    joined: list[Group] = []
    open_prose: Group | None = None
    for group in groups:
        if group.kind in ("heading", "title"):
            open_prose = None
        elif group.kind == "reference":
            last = joined[-1] if joined else None
            if (
                last is not None
                and last.kind == "reference"
                and not REFERENCE.match(group.text)
                and _goes_on(last, group, body)
            ):
                last.lines.extend(group.lines)
                continue
        elif group.kind in ("paragraph", "list_item", "front_matter"):
            tail = group.text[:1].islower() and abs(group.size - body.size) < 0.06 * body.size
            fits = open_prose is not None and group.kind != "list_item" and (is_prose(group, body) or tail)
            if fits and open_prose is not None and _goes_on(open_prose, group, body):
                open_prose.lines.extend(group.lines)
                open_prose.right = group.right
                continue
            if is_prose(group, body) or group.n_chars > 200:
                open_prose = group
        joined.append(group)
    return joined


def _goes_on(earlier: Group, later: Group, body: Body) -> bool:
    """Whether `later` goes on with the paragraph that `earlier` began, in another column or on another page."""
    last, first = earlier.lines[-1], later.lines[0]
    if abs(last.size - first.size) > 0.07 * last.size or first.page - last.page > 2:
        return False
    if last.bold != first.bold and len(later.lines) < 2:
        return False
    moved = (
        first.page != last.page or first.baseline < last.baseline or first.x0 > last.x1 or first.x1 < last.x0
    )
    floated = not moved and first.baseline - last.baseline > 3.5 * body.leading
    if not moved and not floated:
        return first.text[:1].islower() and last.hyphen
    if last.hyphen:
        return True
    if "front_matter" in (earlier.kind, later.kind) and (earlier.kind != later.kind or earlier.n_chars < 200):
        return False
    if later.marker and not first.text[:1].islower():
        return False
    ended = bool(ENDED.search(last.text.rstrip()))
    if first.text[:1].islower():
        return True  # after a full stop too, as of an abbreviation
    if not ended:
        return earlier.n_chars > 40 or later.n_chars > 40
    # A paragraph seldom ends with a full line, so one that does at a column's end most likely goes on.
    full = last.x1 > earlier.right - 1.2 * last.size
    return full and not later.indented and later.n_chars > 40 and earlier.n_chars > 80


def _number_levels(groups: Sequence[Group], bookmarks: Sequence[Bookmark]) -> None:
    headings = [group for group in groups if group.kind == "heading"]
    title_key = key_of(" ".join(g.text for g in groups if g.kind == "title"))
    by_mark: dict[str, int] = {}
    for bookmark in bookmarks:
        by_mark.setdefault(key_of(bookmark.title), bookmark.level)
    known = [
        by_mark[key_of(g.text)] for g in headings if key_of(g.text) in by_mark and key_of(g.text) != title_key
    ]
    use_marks = bool(known) and len(known) >= 0.5 * len(headings)
    lowest = min(known, default=1)
    looks: dict[tuple[float, bool, bool, bool], int] = {}
    order = sorted({look_of(g.lines[0]) for g in headings}, key=lambda k: (-k[0], not k[3], not k[1], k[2]))
    for look in order:
        looks[look] = len(looks) + 1
    rank_of: dict[tuple[float, bool, bool, bool], int] = {}
    for group in headings:
        text, look = group.text.strip(), look_of(group.lines[0])
        key = key_of(text)
        legal, number = LEGAL.match(text), NUMBER.match(text)
        if use_marks and key in by_mark:
            group.level = by_mark[key] - lowest + 1
        elif number:
            group.level = number["n"].count(".") + 1
            rank_of.setdefault(look, group.level)
        elif legal:
            group.level = -LEGAL_RANK[legal["word"].lower()]
    ranks = sorted({-g.level for g in headings if g.level < 0})
    for group in headings:
        if group.level < 0:
            group.level = ranks.index(-group.level) + 1
    for group in headings:
        if group.level == 0:
            look = look_of(group.lines[0])
            group.level = rank_of.get(look) or min(looks[look], 6)
    # No level is skipped on the way down.
    stack: list[int] = []
    for group in headings:
        while stack and stack[-1] >= group.level:
            stack.pop()
        stack.append(group.level)
        group.level = len(stack)
