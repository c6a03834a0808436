"""Build the one text of a document from its groups, with the blocks and lines that point into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from policyloom.extract.blocks.groups import Group
from policyloom.extract.layout.table_cell import TableCell
from policyloom.extract.layout.text_line import TextLine
from policyloom.extract.pdf.page import Word
from policyloom.extract.pdf.sheets import Sheet, place_box, place_line
from policyloom.extract.text import Vocabulary, clean, is_cjk
from policyloom.records import Block, Box, Cell, Line

__all__ = ["build_text"]


def _vocabulary(groups: Sequence[Group], known_words: frozenset[str]) -> Vocabulary:
    """The words of a document that no line's end has cut."""
    lines = (
        line.words[:-1] if line.words[-1].eol == "-" else line.words
        for group in groups
        for line in group.lines
    )
    return Vocabulary(chain.from_iterable(map(_whole_words, lines)), known_words)


def _whole_words(words: Sequence[Word]) -> Iterator[str]:
    """The words of a line without raised numbers; pieces that were parted by their size, as small capitals are, joined."""
    whole = ""
    for word in words:
        text = word.text
        if not text.isascii():
            text = clean(text)
        if word.space:
            yield whole
            whole = text
        elif not text.isdigit():
            whole += text
    yield whole


def build_text(
    groups: Sequence[Group], known_words: frozenset[str], sheets: Sequence[Sheet] = ()
) -> tuple[str, tuple[Block, ...], tuple[Line, ...]]:
    """The text of all groups with an empty line between two, its blocks, and its printed lines.

    Args:
        groups: with kinds and levels, in reading order.
        known_words: of the document's language, to decide about hyphens at line ends.
        sheets: where the sheets lie that the lines are numbered by; none where they are pages.
    """
    words = _vocabulary(groups, known_words)
    parts: list[str] = []
    blocks: list[Block] = []
    lines: list[Line] = []
    headings: list[str] = []  # that the block stands under, the highest first
    at = 0
    for group in groups:
        cells: tuple[Cell, ...] = ()
        text_at = at + 2 if parts else at  # after an empty line
        if group.cells:
            text, printed, cells = _table_text(group.cells, text_at, words)
        else:
            text, printed = _prose_text(group.lines, text_at, words, in_rows=group.kind == "contents")
        if not text.strip():
            continue
        parts.append(text)
        if group.kind == "heading":
            del headings[group.level - 1 :]
            headings.append(text)
        section = () if group.kind in ("title", "front_matter") else tuple(headings)
        pages = tuple(sorted({sheets[line.page - 1].page if sheets else line.page for line in group.lines}))
        boxes = _table_boxes(group.lines) if cells else _boxes(group.lines)
        if sheets:
            boxes = tuple(place_box(box, sheets) for box in boxes)
            printed = [place_line(line, sheets) for line in printed]
        blocks.append(
            Block(
                group.kind,
                text_at,
                text_at + len(text),
                group.level,
                section,
                pages,
                boxes,
                cells,
            )
        )
        lines.extend(printed)
        at = text_at + len(text)
    text = "\n\n".join(parts)
    return text, tuple(blocks), tuple(lines)


def _prose_text(
    group_lines: Sequence[TextLine],
    at: int,
    vocabulary: Vocabulary,
    *,
    in_table: bool = False,
    in_rows: bool = False,
) -> tuple[str, list[Line]]:
    """Lines joined, with words whole that a line's end has cut, and the place of every word."""
    out: list[str] = []
    lines: list[Line] = []
    n = 0
    last = ""
    is_cut = False
    for number, line in enumerate(group_lines):
        following = group_lines[number + 1] if number + 1 < len(group_lines) else None
        last_word = line.words[-1]
        placed: list[tuple[int, float, float]] = []
        start = n
        for i, word in enumerate(line.words):
            text = word.text
            if not text.isascii():
                text = clean(text)
            if not text:
                continue
            space = word.space or i == 0 or (in_table and _raised_after_digit(line.words[i - 1], word))
            if n and space and not is_cut and (text.isascii() or not _are_cjk(last, text)):
                new_row = in_rows and i == 0 and _is_on_new_row(group_lines, number)
                out.append("\n" if new_row else " ")
                n += 1
            if i == 0:
                start = n
            is_cut = False
            if word is last_word and following and (word.eol == "-" or _ends_hyphen(text)):
                is_cut = True
                stem = text.rstrip("-‐‑\u00ad")
                rest = clean(following.words[0].text)
                text = stem + "-" if vocabulary.keeps_hyphen(stem, rest) else stem
            placed.append((at + n, round(word.x0, 1), round(word.x1, 1)))
            out.append(text)
            n += len(text)
            last = text
        if placed:
            lines.append(Line(at + start, at + n, _box(line), tuple(placed)))
    return "".join(out), lines


def _is_on_new_row(lines: Sequence[TextLine], number: int) -> bool:
    """Whether a line stands on another baseline than the line before it."""
    line, earlier = lines[number], lines[max(0, number - 1)]
    return abs(line.baseline - earlier.baseline) > 0.35 * line.size


def _ends_hyphen(text: str) -> bool:
    return len(text) > 2 and text.endswith(("-", "\u2010", "\u2011", "\u00ad")) and text[-2].isalpha()


def _are_cjk(last: str, text: str) -> bool:
    """Whether two words meet with characters that are set without a space between them."""
    return is_cjk(text[:1]) and is_cjk(last[-1:])


def _table_text(
    cells: Sequence[TableCell], at: int, vocabulary: Vocabulary
) -> tuple[str, list[Line], tuple[Cell, ...]]:
    """Rows of a table as lines, cells parted by tabs, the lines of a cell joined; with the places of lines and cells."""
    out: list[str] = []
    lines: list[Line] = []
    placed: list[Cell] = []
    n = 0
    last: TableCell | None = None
    for cell in cells:
        at_column = last.column + last.column_span - 1 if last and last.row == cell.row else 0
        part = "\n" if last and last.row != cell.row else ""
        part += "\t" * (cell.column - at_column)
        out.append(part)
        n += len(part)
        text, printed = _prose_text(cell.lines, at + n, vocabulary, in_table=True)
        if text.strip():
            placed.append(
                Cell(
                    at + n,
                    at + n + len(text),
                    cell.row,
                    cell.column,
                    cell.row_span,
                    cell.column_span,
                    cell.is_head,
                )
            )
        out.append(text)
        lines += printed
        n += len(text)
        last = cell
    return "".join(out), lines, tuple(placed)


def _table_boxes(lines: Sequence[TextLine]) -> tuple[Box, ...]:
    """One box a page around all of a table's words."""
    pages: dict[int, list[Box]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(_box(line))
    return tuple(
        Box(
            page,
            min(box.x0 for box in boxes),
            min(box.top for box in boxes),
            max(box.x1 for box in boxes),
            max(box.bottom for box in boxes),
        )
        for page, boxes in sorted(pages.items())
    )


def _raised_after_digit(number: Word, mark: Word) -> bool:
    """Whether a small mark follows a digit, as the number of a note does; joined to it, it would change the number."""
    return mark.size < 0.85 * number.size and number.text[-1:].isdigit()


def _box(line: TextLine) -> Box:
    return Box(
        line.page,
        round(line.x0, 1),
        round(line.top, 1),
        round(max(line.x1, line.x0), 1),
        round(line.bottom, 1),
    )


def _boxes(lines: Sequence[TextLine]) -> tuple[Box, ...]:
    """One box a page and column: a new one wherever the lines jump up or to another page."""
    boxes: list[Box] = []
    page, x0, top, x1, bottom = 0, 0.0, 0.0, 0.0, 0.0
    for line in lines:
        left, right = round(line.x0, 1), round(max(line.x1, line.x0), 1)
        upper, lower = round(line.top, 1), round(line.bottom, 1)
        if line.page == page and upper > top - 2 and left < x1 and right > x0:
            x0, x1 = min(x0, left), max(x1, right)
            top, bottom = min(top, upper), max(bottom, lower)
        else:
            if page:
                boxes.append(Box(page, x0, top, x1, bottom))
            page, x0, top, x1, bottom = line.page, left, upper, right, lower
    if page:
        boxes.append(Box(page, x0, top, x1, bottom))
    return tuple(boxes)
