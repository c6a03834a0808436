"""From lines to the groups of a document: tables in place, paragraphs over breaks, levels of headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from policyloom.extract.blocks.classify import classify, is_prose
from policyloom.extract.blocks.groups import BodyStyle, Context, Group, Outline, measure_body
from policyloom.extract.blocks.levels import with_levels
from policyloom.extract.blocks.run_in import split_off_run_in_headings
from policyloom.extract.blocks.signs import ENDED, REFERENCE
from policyloom.extract.blocks.split import split_run
from policyloom.extract.layout.open_tables import cells_without_rules
from policyloom.extract.layout.order import find_runs
from policyloom.extract.layout.text_line import TextLine
from policyloom.extract.pdf.page import Bookmark, Page
from policyloom.languages.layout import LayoutWords

__all__ = ["find_groups", "tags_as_bookmarks"]

MIN_WORDS = 4
"""Words of a single cell from which it is read as text."""

MIN_TAGGED_HEADINGS = 3
"""Tagged headings from which an outline is made; fewer are the title and the like."""

MAX_TAGGED_SHARE = 0.15
"""The share of a text's letters that tagged headings may have; where it is more, whole paragraphs are tagged as such."""


def tags_as_bookmarks(pages: Sequence[Page]) -> list[Bookmark]:
    """The headings that a file's tags name, as if they were its outline; none where they cannot be meant."""
    found = [Bookmark(text, level, page.number) for page in pages for text, level in page.headings]
    n_tagged, n_letters = sum(len(mark.title) for mark in found), sum(page.n_chars for page in pages)
    return found if len(found) >= MIN_TAGGED_HEADINGS and n_tagged <= MAX_TAGGED_SHARE * n_letters else []


def find_groups(
    pages: Sequence[Sequence[TextLine]],
    bookmarks: Sequence[Bookmark],
    tables: Sequence[Group],
    words: LayoutWords,
) -> list[Group]:
    """The blocks of a document in reading order, with kind and level.

    Args:
        pages: each page's lines in reading order, without furniture and without the lines of `tables`.
        bookmarks: the file's own outline, or none.
        tables: tables already found.
        words: of the document's language.
    """
    lines = [line for page in pages for line in page]
    if not lines:
        return with_levels(_gather_contents(tables), bookmarks, words)
    context = Context(measure_body(lines, words), Outline(bookmarks), words)
    groups = [
        piece
        for page in pages
        for run in find_runs(page)
        for group in split_run(run, context)
        for piece in split_off_run_in_headings(group, context)
    ]
    classified = classify(_insert_tables(groups, tables), context)
    joined = _join_paragraphs(_gather_contents(_gather_tables(classified, context)), context.body)
    return with_levels(joined, bookmarks, words)


def _insert_tables(groups: Sequence[Group], tables: Sequence[Group]) -> list[Group]:
    """The groups with each table before the first group below it in the same part of its page."""
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


def _gather_contents(groups: Sequence[Group]) -> list[Group]:
    """The groups, with contents lists whole that go over several pages."""
    gathered: list[Group] = []
    for group in groups:
        if group.kind == "contents" and gathered and gathered[-1].kind == "contents":
            gathered[-1] = replace(gathered[-1], lines=gathered[-1].lines + group.lines)
        else:
            gathered.append(group)
    return gathered


def _gather_tables(groups: Sequence[Group], context: Context) -> list[Group]:
    """The groups; under a table's caption, all that is not prose is one table, row by row, a figure's labels too.

    Tables without ruled lines have no edges to find; what shows them is a caption and, under it, words that are set
    small or stand beside one another.
    """
    gathered: list[Group] = []
    i = 0
    while i < len(groups):
        group = groups[i]
        is_caption = group.kind == "caption" and bool(context.words.table_caption.match(group.text))
        if is_caption:
            gathered.append(group)
            i += 1
        elif group.kind != "table" or group.cells:
            gathered.append(group)
            i += 1
            continue
        end = _end_of_table(groups, i, context.body, page=group.page, has_caption=is_caption)
        if end > i:
            table = _table_of(groups[i:end])
            if is_caption or len({cell.column for cell in table.cells}) > 1:
                gathered.append(table)
            else:
                # One column is no table: a line beside others by chance, or a label of a drawing.
                gathered += [
                    replace(each, kind="paragraph") if _is_worded(each) else _table_of([each])
                    for each in groups[i:end]
                ]
            i = end
    return gathered


def _is_worded(group: Group) -> bool:
    words = group.text.split()
    return sum(any(map(str.isalpha, word)) for word in words) >= max(MIN_WORDS, 0.6 * len(words))


def _end_of_table(
    groups: Sequence[Group], start: int, body: BodyStyle, *, page: int, has_caption: bool
) -> int:
    """The position after the last of the groups from `start` on that make one table."""
    for i in range(start, len(groups)):
        group = groups[i]
        if group.page != page or group.cells or group.kind in ("heading", "caption", "title"):
            return i
        is_text = is_prose(group, body) or group.kind in ("front_matter", "reference")
        if group.kind != "table" and (not has_caption or is_text):
            return i
    return len(groups)


def _table_of(groups: Sequence[Group]) -> Group:
    """One table of all the lines of these groups."""
    cells = cells_without_rules([line for group in groups for line in group.lines])
    return Group(tuple(line for cell in cells for line in cell.lines), kind="table", cells=cells)


def _join_paragraphs(groups: Sequence[Group], body: BodyStyle) -> list[Group]:
    """The groups, with paragraphs whole that a column, page, figure or table had cut."""
    joined: list[Group] = []
    open_at: int | None = None
    for group in groups:
        if group.kind in ("heading", "title", "contents", "form_field"):
            open_at = None
        elif group.kind == "reference":
            if joined and _is_rest_of_reference(joined[-1], group, body):
                joined[-1] = replace(joined[-1], lines=joined[-1].lines + group.lines)
                continue
        elif group.kind in ("paragraph", "list_item", "front_matter"):
            if group.kind == "list_item" and open_at is not None and joined[open_at].kind == "list_item":
                open_at = None  # The next item of a list ends the one before.
            earlier = joined[open_at] if open_at is not None else None
            if open_at is not None and earlier and _is_rest_of_paragraph(earlier, group, body):
                joined[open_at] = replace(earlier, lines=earlier.lines + group.lines, right=group.right)
                continue
            if is_prose(group, body) or group.n_chars > 200:
                open_at = len(joined)
        joined.append(group)
    return joined


def _is_rest_of_reference(earlier: Group, group: Group, body: BodyStyle) -> bool:
    return earlier.kind == "reference" and not REFERENCE.match(group.text) and _goes_on(earlier, group, body)


def _is_rest_of_paragraph(earlier: Group, group: Group, body: BodyStyle) -> bool:
    tail = group.text[:1].islower() and abs(group.size - body.size) < 0.06 * body.size
    return group.kind != "list_item" and (is_prose(group, body) or tail) and _goes_on(earlier, group, body)


def _goes_on(earlier: Group, later: Group, body: BodyStyle) -> bool:
    """Whether `later` continues the paragraph that `earlier` began, in another column or on another page."""
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
    if earlier.kind == "list_item" and last.x1 < earlier.right - 1.2 * last.size:
        return False  # Items often end without a full stop.
    if not ended:
        return earlier.n_chars > 40 or later.n_chars > 40
    # A paragraph seldom ends with a full line, so one that does at a column's end most likely goes on.
    full = last.x1 > earlier.right - 1.2 * last.size
    return full and not later.indented and later.n_chars > 40 and earlier.n_chars > 80
