"""Set aside what a page carries that is not its text.

Furniture is running heads, page numbers, line numbers, licence and download notices.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from policyloom.extract.layout.lines import body_size
from policyloom.extract.layout.text_line import TextLine
from policyloom.languages.layout import LayoutWords

__all__ = ["MARGIN_SHARE", "PageLines", "set_furniture_aside"]

MARGIN_SHARE = 0.14
"""Share of a page's height, at its top and its bottom, in which running heads and page numbers stand."""

REPEAT_SHARE = 0.25
"""Share of the pages on which a running head comes back, two pages at least and never more than four needed."""

SLOT_SHARE = 0.4
"""Share of the pages that have a line of one look at one height, whatever it says, where it is a running head."""

SMALL_SHARE = 0.97
"""Size, as a share of the body's, up to which a line is set smaller than the body."""

MAX_NOTICE = 1_500
"""Characters; longer small print is text."""

NOTICE_START = 300
"""Characters at the beginning of small print in which a notice shows."""

MIN_SENTENCE = 8
"""Words of a line that may be a sentence of its own."""

MIN_LINE_NUMBERS = 8
"""Numbers down a margin, from which on they are line numbers."""

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class PageLines:
    """A page's lines in reading order: those of its text, and those set aside as furniture."""

    text: tuple[TextLine, ...]
    furniture: tuple[TextLine, ...] = ()


class _Placed(NamedTuple):
    """A line with its position in the page's order, and whether it stands in the zones where furniture stands."""

    at: int
    line: TextLine
    in_margin: bool


@dataclass(frozen=True, slots=True)
class _Repeats:
    """The pages of the lines in the margins: by words (digits apart) and height, by exact words, by place and look.

    `quorum` is the number of pages on which words must come back.
    """

    n_pages: int
    quorum: int
    size: float
    font: str
    by_words: dict[tuple[str, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    by_text: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_slot: dict[tuple[int, float, str], set[int]] = field(default_factory=lambda: defaultdict(set))


class _Candidate(NamedTuple):
    """A line in a margin, with the page around it."""

    line: TextLine
    page: Sequence[TextLine]
    is_outermost: bool
    repeats: _Repeats
    words: LayoutWords


def _is_repeated(one: _Candidate) -> bool:
    """Whether the same words, digits apart, stand there on other pages too.

    On one other page alone they may be a heading or a form that comes twice, unless they stand apart at the same height.
    """
    repeats, line = one.repeats, one.line
    if repeats.n_pages == 2 and not (
        one.is_outermost
        and _stands_off(line, one.page)
        and len(repeats.by_slot[round(line.baseline / 4), line.size, line.font]) == 2
    ):
        return False
    if _reads_like_body(line, repeats) and not (one.is_outermost and _stands_off(line, one.page)):
        return False
    return (
        repeats.n_pages > 1
        and any(len(repeats.by_words[key]) >= repeats.quorum for key in _keys(line))
        and (
            len(repeats.by_text[line.text]) >= repeats.quorum
            or one.is_outermost
            or _stands_off(line, one.page)
        )
    )


def _reads_like_body(line: TextLine, repeats: _Repeats) -> bool:
    """Whether a line is set like the body and ends a sentence of some words, as a paragraph that is repeated does."""
    return (
        (line.size, line.font) == (repeats.size, repeats.font)
        and len(line.words) >= MIN_SENTENCE
        and line.text.rstrip().endswith((".", "。"))
    )


def _is_page_number(one: _Candidate) -> bool:
    """Whether a line is a number of its own, and not one of several in a column, as in a list of contents."""
    return (
        one.is_outermost
        and bool(one.words.page_number.fullmatch(one.line.text.strip()))
        and not _is_in_column(one.line, one.page, one.words)
    )


def _is_in_column(line: TextLine, page: Sequence[TextLine], words: LayoutWords) -> bool:
    """Whether three numbers or more end at the place where a line does."""
    n_beside = sum(
        abs(other.x1 - line.x1) < 3 and bool(words.page_number.fullmatch(other.text.strip()))
        for other in page
    )
    return n_beside >= 3


def _is_changing_head(one: _Candidate) -> bool:
    """Whether a line has a running head's place and look, though its words differ from page to page."""
    repeats, line = one.repeats, one.line
    return (
        repeats.n_pages > (3 if line.size > SMALL_SHARE * repeats.size else 1)
        and one.is_outermost
        and (line.size, line.font) != (repeats.size, repeats.font)
        and line.size <= repeats.size * 1.2
        and _stands_off(line, one.page)
        and max(len(repeats.by_slot[round(line.baseline / 4) + d, line.size, line.font]) for d in (-1, 0, 1))
        >= max(2, SLOT_SHARE * repeats.n_pages)
    )


CONDITIONS: tuple[Callable[[_Candidate], bool], ...] = (_is_repeated, _is_page_number, _is_changing_head)
"""Any of them makes a line in a margin furniture."""


def set_furniture_aside(pages: Sequence[Sequence[TextLine]], words: LayoutWords) -> list[PageLines]:
    """Each page's lines, furniture apart.

    A line is furniture when it stands in a page's margin zone and its words (digits apart) come back at the
    same height on other pages, when it is a page number or a line number, or when it belongs to small print that
    opens with a notice.
    """
    placed = _place(pages)
    repeats = _count_repeats(placed)
    first = [_first_round(page, repeats, words) for page in placed]
    # Where one page has a running head, that of the page over from it stands at the same height.
    heights = {
        (round(each.line.baseline), each.line.size)
        for page, found in zip(placed, first, strict=True)
        for each in page
        if each.at in found and each.in_margin
    }
    sorted_pages = []
    for page, found in zip(placed, first, strict=True):
        aside = found | _second_round(page, found, heights, repeats, words)
        sorted_pages.append(
            PageLines(
                tuple(each.line for each in page if each.at not in aside),
                tuple(each.line for each in page if each.at in aside),
            )
        )
    return sorted_pages


def _place(pages: Sequence[Sequence[TextLine]]) -> list[list[_Placed]]:
    """The pages' lines, each with whether it stands in the zones at the top and bottom where furniture stands.

    The zones are a share of the page or of the height that the document's text takes up, whichever reaches
    further: acts printed small stand in the middle of a large page.
    """
    lines = [line for page in pages for line in page]
    baselines = sorted(line.baseline for line in lines)
    if not baselines:
        return [[] for _ in pages]
    top, bottom = baselines[len(baselines) // 200], baselines[-1 - len(baselines) // 200]
    zone = MARGIN_SHARE * (bottom - top)
    if bottom - top < 0.35 * max(line.page_height for line in lines):
        top, bottom, zone = 0.0, float("inf"), 0.0  # too little text to tell where it usually ends

    def in_margin(line: TextLine) -> bool:
        return line.baseline < max(MARGIN_SHARE * line.page_height, top + zone) or line.baseline > min(
            (1 - MARGIN_SHARE) * line.page_height, bottom - zone
        )

    return [[_Placed(at, line, in_margin(line)) for at, line in enumerate(page)] for page in pages]


def _count_repeats(pages: Sequence[Sequence[_Placed]]) -> _Repeats:
    size, font = body_size(each.line for page in pages for each in page)
    n_pages = sum(1 for page in pages if page)
    quorum = max(2, min(4, round(REPEAT_SHARE * n_pages)))
    repeats = _Repeats(n_pages, quorum, size, font)
    for page in pages:
        for _, line, in_margin in page:
            if in_margin:
                repeats.by_text[line.text].add(line.page)
                for key in _keys(line):
                    repeats.by_words[key].add(line.page)
                repeats.by_slot[round(line.baseline / 4), line.size, line.font].add(line.page)
    return repeats


def _first_round(page: Sequence[_Placed], repeats: _Repeats, words: LayoutWords) -> set[int]:
    """The positions of a page's running heads and feet, page numbers and line numbers."""
    outermost = _outermost(page)
    lines = [each.line for each in page]
    found = _line_numbers(page)
    for at, line, in_margin in page:
        if in_margin:
            candidate = _Candidate(line, lines, at in outermost, repeats, words)
            if any(condition(candidate) for condition in CONDITIONS):
                found.add(at)
    return found


def _second_round(
    page: Sequence[_Placed],
    found: set[int],
    heights: set[tuple[int, float]],
    repeats: _Repeats,
    words: LayoutWords,
) -> set[int]:
    """The positions of more furniture: with the outermost lines gone, the next may be a page number or a notice."""
    rest = [each for each in page if each.at not in found]
    outermost = _outermost(rest)
    lines = [each.line for each in page]
    more = {
        at
        for at, line, in_margin in rest
        if in_margin
        and at in outermost
        and (
            (words.page_number.fullmatch(line.text.strip()) and not _is_in_column(line, lines, words))
            or (
                line.size < SMALL_SHARE * repeats.size
                and (round(line.baseline), line.size) in heights
                and _stands_off(line, lines)
            )
        )
    }
    return more | _notices(rest, repeats.size, words)


def _keys(line: TextLine) -> list[tuple[str, int]]:
    words = _DIGITS.sub("#", line.text.lower()).strip()
    y = round(line.baseline / 6)
    return [(words, y - 1), (words, y), (words, y + 1)] if len(words) > 1 else [(words, y)]


def _outermost(page: Sequence[_Placed]) -> set[int]:
    """The positions of the lines on the page's first and last baseline."""
    if not page:
        return set()
    baselines = [each.line.baseline for each in page]
    first, last = min(baselines), max(baselines)
    return {at for at, line, _ in page if line.baseline - first < 4 or last - line.baseline < 4}


def _stands_off(line: TextLine, lines: Sequence[TextLine]) -> bool:
    """Whether the space between a line and its nearest neighbour in its column is more than a line's."""
    near = [
        abs(other.baseline - line.baseline)
        for other in lines
        if other.x0 < line.x1 and other.x1 > line.x0 and abs(other.baseline - line.baseline) > 2
    ]
    return not near or min(near) > 1.6 * line.size


def _line_numbers(page: Sequence[_Placed]) -> set[int]:
    """The positions of the numbers down the margin of a manuscript, one at each line."""
    numbers = [each for each in page if each.line.text.strip().isdigit() and each.line.n_chars <= 4]
    if len(numbers) < MIN_LINE_NUMBERS or len(numbers) < 0.25 * len(page):
        return set()
    left = Counter(round(max(each.line.x1, 0) / 4) for each in numbers)
    edge, n = left.most_common(1)[0]
    text_left = min((each.line.x0 for each in page if each.line.n_chars > 20), default=0.0)
    if n < MIN_LINE_NUMBERS or edge * 4 > text_left:
        return set()
    return {at for at, line, _ in numbers if abs(line.x1 / 4 - edge) <= 1}


def _notices(page: Sequence[_Placed], size: float, words: LayoutWords) -> set[int]:
    """The positions of small print that opens with a licence, copyright or correspondence notice."""
    found: set[int] = set()
    for group in _print_groups(page):
        text = " ".join(each.line.text for each in group)
        if (
            len(text) < MAX_NOTICE
            and not _is_set_like_body(group, size)
            and words.small_print.search(text[:NOTICE_START])
        ):
            found.update(each.at for each in group)
    return found


def _print_groups(page: Sequence[_Placed]) -> Iterator[list[_Placed]]:
    """Lines of one size that follow one another down one column."""
    group: list[_Placed] = []
    for each in page:
        line = each.line
        if group:
            last = group[-1].line
            if not (
                abs(line.size - last.size) < 0.3
                and 0 < line.baseline - last.baseline < 1.7 * line.size
                and line.x0 < last.x1
                and line.x1 > last.x0
            ):
                yield group
                group = []
        group.append(each)
    if group:
        yield group


def _is_set_like_body(group: Sequence[_Placed], size: float) -> bool:
    """Whether a group is set like the body, so that a word such as "copyright" is just a word in it."""
    n = sum(each.line.n_chars for each in group)
    return sum(each.line.n_chars for each in group if each.line.size >= size - 0.3) > 0.5 * n
