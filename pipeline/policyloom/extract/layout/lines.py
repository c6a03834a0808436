"""Put a page's words together to lines, each within one column."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from policyloom.extract.layout.order import in_reading_order, untangle
from policyloom.extract.layout.text_line import TextLine, make_line
from policyloom.extract.pdf.page import Page, Word

__all__ = ["body_size", "find_lines"]

COLUMN_GAP = 2.2
"""A gap of so many sizes between words on one baseline parts two columns or cells."""

MIN_SIZE = 4.0
"""Points; gaps between smaller words are measured by this size."""

BULLETS = frozenset("•●▪■◦‣∙○□◆➢✓\uf0b7\uf0a7\uf0d8")
BULLET_GAP = 5
"""A bullet belongs to the words that stand no more than so many sizes to its right."""


def find_lines(page: Page) -> tuple[TextLine, ...]:
    """The page's lines in reading order, each within one column."""
    groups: list[list[Word]] = []
    group: list[Word] = []
    right, bottom = page.width + 5, page.height + 5
    for word in page.words:
        if word.x1 < -5 or word.x0 > right or not -5 < word.baseline < bottom:
            continue
        if group and _follows(group[-1], word, group):
            group.append(word)
        else:
            group = [word]
            groups.append(group)
    groups = _join_stretched(groups)
    lines = _join_pieces([make_line(group, page.number, page.height) for group in groups])
    return tuple(in_reading_order(untangle(lines)))


def _follows(last: Word, word: Word, line: list[Word]) -> bool:
    """Whether a word goes on the line that ends with `last`."""
    if last.eol == "-":
        return False
    size = last.size if last.size > word.size else word.size
    size = size if size > MIN_SIZE else MIN_SIZE
    rise = abs(word.baseline - last.baseline)
    gap = word.x0 - last.x1
    if last.eol:
        # PDFium breaks lines at super- and subscripts too; the place decides.
        small = min(last.size, word.size) < 0.85 * size
        return (
            (small or rise < 0.1 * size)
            and rise < 0.6 * size
            and -0.3 * size < gap < (0.5 if small else 0.9) * size
        )
    if rise > 0.6 * size and (gap < -size or rise > size):
        return False
    if len(line) == 1 and last.text in BULLETS:
        limit = BULLET_GAP * size
    else:
        limit = COLUMN_GAP * size if len(line) > 1 or not last.text[:1].isdigit() else 3 * size
    return -3 * size < gap < limit


def _join_stretched(groups: list[list[Word]]) -> list[list[Word]]:
    """The words of justified lines whole again where wide but even spaces had parted them."""
    out: list[list[Word]] = []
    i = 0
    while i < len(groups):
        row = [groups[i]]
        while (
            i + len(row) < len(groups)
            and not row[-1][-1].eol
            and abs(groups[i + len(row)][0].baseline - row[-1][-1].baseline) < 0.1
        ):
            row.append(groups[i + len(row)])
        words = [word for group in row for word in group]
        gaps = [b.x0 - a.x1 for a, b in zip(words, words[1:], strict=False) if b.space]
        even = (
            len(row) > 1
            and len(gaps) > 1
            and 0 < max(gaps) < 1.25 * min(gaps)
            and max(gaps) < 8 * words[0].size
        )
        if even and sum(word.text.replace("-", "").isalpha() for word in words) > 0.6 * len(words):
            out.append(words)
        else:
            out.extend(row)
        i += len(row)
    return out


def _join_pieces(lines: list[TextLine]) -> list[TextLine]:
    """The lines, with neighbours in the file joined that stand on one baseline with no more than a space between."""
    joined: list[TextLine] = []
    for line in lines:
        if joined:
            last = joined[-1]
            size = max(last.size, line.size)
            gap = line.x0 - last.x1
            level = abs(line.baseline - last.baseline)
            mark = min(last.n_chars, line.n_chars) <= 4 and min(last.size, line.size) < 0.85 * size
            if (
                not last.hyphen
                and -0.3 * size < gap < 0.9 * size
                and (level < 0.12 * size or (mark and level < 0.55 * size and gap < 0.4 * size))
            ):
                end = replace(last.words[-1], eol="")
                start = replace(line.words[0], space=line.words[0].space or gap > 0.15 * size)
                words = [*last.words[:-1], end, start, *line.words[1:]]
                joined[-1] = make_line(words, line.page, line.page_height)
                continue
        joined.append(line)
    return joined


def body_size(lines: Iterable[TextLine]) -> tuple[float, str]:
    """The size and font in which most characters are set."""
    sizes: Counter[float] = Counter()
    fonts: dict[float, Counter[str]] = defaultdict(Counter)
    for line in lines:
        sizes[line.size] += line.n_chars
        fonts[line.size][line.font] += line.n_chars
    if not sizes:
        return 10.0, ""
    size = max(sizes, key=lambda s: (sum(n for t, n in sizes.items() if abs(t - s) <= 0.25), sizes[s], s))
    font = max(fonts[size], key=lambda f: (fonts[size][f], f))
    return size, font
