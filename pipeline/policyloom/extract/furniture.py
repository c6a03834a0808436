"""Set aside what a page carries that is not its text.

Furniture is running heads, page numbers, line numbers, licence and download notices.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from policyloom.extract.layout import TextLine, body_size

__all__ = ["find_furniture"]

MARGIN = 0.14
"""The share of a page's height, at its top and its bottom, in which running heads and page numbers stand."""

_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite|-|–|\|)?\s*(?:[a-z]?\d{1,5}|[ivxl]{1,6})\s*(?:(?:of|/|von)\s*\d{1,5})?\s*(?:-|–|\|)?",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"©|\bcopyright\b|creative\s*commons|licen[sc]ed under|\ball rights reserved\b|downloaded (?:from|by|on)"
    r"|this is an open[- ]access article|open access article|terms of the creative"
    r"|\bhow to cite\b|\bcite this (?:article|paper)\b|^correspondence\b|^\*?\s*corresponding author"
    r"|^received\b.{0,60}\b(?:accepted|revised)\b|^e-?mail:",
    re.IGNORECASE,
)


def find_furniture(pages: Sequence[list[TextLine]]) -> set[int]:
    """The `id`s of the lines that are furniture.

    A line is furniture when it stands in a page's margin zone and its words (digits apart) come back at the
    same height on other pages, when it is a page number, or when it opens a small-print notice.
    """
    found: set[int] = set()
    size, font = body_size(line for lines in pages for line in lines)
    n_pages = sum(1 for lines in pages if lines)
    margin = _find_margins(pages)
    same: dict[tuple[str, int], set[int]] = defaultdict(set)
    exact: dict[str, set[int]] = defaultdict(set)
    slots: dict[tuple[int, float, str], set[int]] = defaultdict(set)
    for lines in pages:
        for line in lines:
            if id(line) in margin:
                exact[line.text].add(line.page)
                for key in _keys(line):
                    same[key].add(line.page)
                slots[round(line.baseline / 4), line.size, line.font].add(line.page)
    enough = max(2, min(4, round(0.25 * n_pages)))
    for lines in pages:
        ends = _outermost(lines)
        for line in lines:
            if id(line) not in margin:
                continue
            if (
                (
                    n_pages > 1
                    and any(len(same[key]) >= enough for key in _keys(line))
                    and (len(exact[line.text]) >= enough or id(line) in ends or _stands_off(line, lines))
                )
                or (id(line) in ends and _PAGE_NUMBER.fullmatch(line.text.strip()))
                or (
                    n_pages > (3 if line.size > 0.97 * size else 1)
                    and id(line) in ends
                    and (line.size, line.font) != (size, font)
                    and line.size <= size * 1.2
                    and _stands_off(line, lines)
                    and max(
                        len(slots[round(line.baseline / 4) + d, line.size, line.font]) for d in (-1, 0, 1)
                    )
                    >= max(2, 0.4 * n_pages)
                )
            ):
                found.add(id(line))
        found |= _line_numbers(lines)
    # A second round: with the outermost lines gone, the next may be a page number or a notice; and where one page
    # has a running head, that of the page over from it stands at the same height.
    heights = {
        (round(line.baseline), line.size)
        for lines in pages
        for line in lines
        if id(line) in found and id(line) in margin
    }
    for lines in pages:
        rest = [line for line in lines if id(line) not in found]
        ends = _outermost(rest)
        found |= {
            id(line)
            for line in rest
            if id(line) in ends
            and id(line) in margin
            and (
                _PAGE_NUMBER.fullmatch(line.text.strip())
                or (
                    line.size < 0.97 * size
                    and (round(line.baseline), line.size) in heights
                    and _stands_off(line, lines)
                )
            )
        }
        found |= _notices(rest, size)
    return found


def _keys(line: TextLine) -> list[tuple[str, int]]:
    words = re.sub(r"\d+", "#", line.text.lower()).strip()
    y = round(line.baseline / 6)
    return [(words, y - 1), (words, y), (words, y + 1)] if len(words) > 1 else [(words, y)]


def _find_margins(pages: Sequence[list[TextLine]]) -> set[int]:
    """The `id`s of the lines in the zones at the top and bottom where furniture stands.

    The zones are a share of the page or of the height that the document's text takes up, whichever reaches
    further: acts printed small stand in the middle of a large page.
    """
    baselines = sorted(line.baseline for lines in pages for line in lines)
    if not baselines:
        return set()
    top, bottom = baselines[len(baselines) // 200], baselines[-1 - len(baselines) // 200]
    if bottom - top < 0.35 * max(line.page_height for lines in pages for line in lines):
        top, bottom = 0.0, float("inf")  # too little text to tell where it usually ends
    zone = MARGIN * (bottom - top) if bottom < float("inf") else 0.0
    return {
        id(line)
        for lines in pages
        for line in lines
        if line.baseline < max(MARGIN * line.page_height, top + zone)
        or line.baseline > min((1 - MARGIN) * line.page_height, bottom - zone)
    }


def _outermost(lines: Sequence[TextLine]) -> set[int]:
    """The lines on the page's first and last baseline."""
    if not lines:
        return set()
    first = min(line.baseline for line in lines)
    last = max(line.baseline for line in lines)
    return {id(line) for line in lines if line.baseline - first < 4 or last - line.baseline < 4}


def _stands_off(line: TextLine, lines: Sequence[TextLine]) -> bool:
    """Whether the space between a line and its nearest neighbour in its column is more than a line's."""
    near = [
        abs(other.baseline - line.baseline)
        for other in lines
        if other is not line
        and other.x0 < line.x1
        and other.x1 > line.x0
        and abs(other.baseline - line.baseline) > 2
    ]
    return not near or min(near) > 1.6 * line.size


def _line_numbers(lines: Sequence[TextLine]) -> set[int]:
    """Numbers down the margin of a manuscript, one at each line."""
    numbers = [line for line in lines if line.text.strip().isdigit() and line.n_chars <= 4]
    if len(numbers) < 8 or len(numbers) < 0.25 * len(lines):
        return set()
    left = Counter(round(max(line.x1, 0) / 4) for line in numbers)
    edge, n = left.most_common(1)[0]
    text_left = min((line.x0 for line in lines if line.n_chars > 20), default=0.0)
    if n < 8 or edge * 4 > text_left:
        return set()
    return {id(line) for line in numbers if abs(line.x1 / 4 - edge) <= 1}


def _notices(lines: Sequence[TextLine], size: float) -> set[int]:
    """Small print that opens with a licence, copyright or correspondence notice, to the end of its group."""
    found: set[int] = set()
    group: list[TextLine] = []

    def close() -> None:
        text = " ".join(line.text for line in group)
        if group and len(text) < 1500 and _NOTICE.search(text[:300]) and not _in_prose(group, size):
            found.update(id(line) for line in group)
        group.clear()

    for line in lines:
        if group and not (
            abs(line.size - group[-1].size) < 0.3
            and 0 < line.baseline - group[-1].baseline < 1.7 * line.size
            and line.x0 < group[-1].x1
            and line.x1 > group[-1].x0
        ):
            close()
        group.append(line)
    close()
    return found


def _in_prose(group: Sequence[TextLine], size: float) -> bool:
    """Whether the group is set like the body, so that a word such as "copyright" is just a word in it."""
    n = sum(line.n_chars for line in group)
    return sum(line.n_chars for line in group if line.size >= size - 0.3) > 0.5 * n
