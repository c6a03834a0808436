"""Build the one text of a document from its groups, with the blocks and lines that point into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from policyloom.extract.blocks.groups import Group
from policyloom.extract.layout.text_line import TextLine
from policyloom.extract.pdf.page import Word
from policyloom.extract.text import Vocabulary, clean, is_cjk
from policyloom.records import Block, Box, Line

__all__ = ["build_text"]


def _vocabulary(groups: Sequence[Group], known_words: frozenset[str]) -> Vocabulary:
    """The words of a document that no line's end has cut."""
    words = (
        word
        for group in groups
        for line in group.lines
        for word in _whole_words(line.words[: -1 if line.hyphen else None])
    )
    return Vocabulary(words, known_words)


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
    groups: Sequence[Group], known_words: frozenset[str]
) -> tuple[str, tuple[Block, ...], tuple[Line, ...]]:
    """The text of all groups with an empty line between two, its blocks, and its printed lines.

    Args:
        groups: with kinds and levels, in reading order.
        known_words: of the document's language, to decide about hyphens at line ends.
    """
    words = _vocabulary(groups, known_words)
    parts: list[str] = []
    blocks: list[Block] = []
    lines: list[Line] = []
    at = 0
    for group in groups:
        text, printed = _table_text(group, at) if group.rows else _prose_text(group, at, words)
        if not text.strip():
            continue
        if parts:
            parts.append("\n\n")
            text_at = at + 2
            printed = [
                Line(x.start + 2, x.end + 2, x.box, tuple((s + 2, a, b) for s, a, b in x.words))
                for x in printed
            ]
        else:
            text_at = at
        parts.append(text)
        pages = tuple(sorted({line.page for line in group.lines}))
        blocks.append(
            Block(group.kind, text_at, text_at + len(text), group.level, (), pages, _boxes(group.lines))
        )
        lines.extend(printed)
        at = text_at + len(text)
    text = "".join(parts)
    return text, _with_sections(blocks, text), tuple(lines)


def _with_sections(blocks: Sequence[Block], text: str) -> tuple[Block, ...]:
    """The blocks with the headings they stand under; title and front matter stand under none."""
    path: list[str] = []
    placed = []
    for block in blocks:
        if block.kind == "heading":
            del path[block.level - 1 :]
            path.append(text[block.start : block.end])
        placed.append(
            block if block.kind in ("title", "front_matter") else replace(block, section=tuple(path))
        )
    return tuple(placed)


def _prose_text(group: Group, at: int, vocabulary: Vocabulary) -> tuple[str, list[Line]]:
    """A group's lines joined, with words whole that a line's end has cut, and the place of every word."""
    out: list[str] = []
    lines: list[Line] = []
    n = 0
    last = ""
    is_cut = False
    for number, line in enumerate(group.lines):
        following = group.lines[number + 1] if number + 1 < len(group.lines) else None
        last_word = line.words[-1]
        placed: list[tuple[int, float, float]] = []
        start = n
        for i, word in enumerate(line.words):
            text, x0, x1 = word.text, word.x0, word.x1
            if not text.isascii():
                text = clean(text)
            if not text:
                continue
            if n and not is_cut and (word.space or i == 0) and (text.isascii() or not _are_cjk(last, text)):
                out.append(" ")
                n += 1
            if i == 0:
                start = n
            is_cut = bool(following) and word is last_word and (word.eol == "-" or _ends_hyphen(text))
            if is_cut and following:
                stem = text.rstrip("-‐‑\u00ad")
                rest = clean(following.words[0].text)
                text = stem + "-" if vocabulary.keeps_hyphen(stem, rest) else stem
            placed.append((at + n, round(x0, 1), round(x1, 1)))
            out.append(text)
            n += len(text)
            last = text
        if placed:
            lines.append(Line(at + start, at + n, _box(line), tuple(placed)))
    return "".join(out), lines


def _ends_hyphen(text: str) -> bool:
    return len(text) > 2 and text.endswith(("-", "\u2010", "\u2011", "\u00ad")) and text[-2].isalpha()


def _are_cjk(last: str, text: str) -> bool:
    """Whether two words meet with characters that are set without a space between them."""
    return is_cjk(text[:1]) and is_cjk(last[-1:])


def _table_text(group: Group, at: int) -> tuple[str, list[Line]]:
    """Rows of a table as lines, cells parted by tabs; `group.rows` holds a row's cells as lines."""
    out: list[str] = []
    n = 0
    lines: list[Line] = []
    for row_number, row in enumerate(group.rows):
        if row_number:
            out.append("\n")
            n += 1
        for i, cell in enumerate(row):
            if i:
                out.append("\t")
                n += 1
            start = n
            placed = []
            for k, word in enumerate(cell.words):
                text = clean(word.text)
                if k and (word.space or _raised_after_digit(cell.words[k - 1], word)):
                    out.append(" ")
                    n += 1
                placed.append((at + n, round(word.x0, 1), round(word.x1, 1)))
                out.append(text)
                n += len(text)
            if placed:
                lines.append(Line(at + start, at + n, _box(cell), tuple(placed)))
    return "".join(out), lines


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
