"""Running heads and page numbers of plain text that was printed in pages, set aside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from policyloom.languages.layout import LayoutWords

__all__ = ["SortedText", "set_pages_aside"]

EDGE = 2
"""Lines at the top and the bottom of a page among which running heads and page numbers stand."""

REPEAT_SHARE = 0.25
"""Share of the pages on which a running head comes back; two pages at least, and never more than four needed."""

MIN_REPEATS = 3
"""Times that a line comes back to be a running head without a page number beside it."""

MIN_AMID_SHARE = 0.25
"""Share of these times that it must stand in the middle of a sentence; twice is enough."""

_YEAR = re.compile(r"(?:19|20)\d\d")
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029\v]")


@dataclass(frozen=True, slots=True)
class SortedText:
    """The lines of a text, and those set aside as furniture, as (page, words); pages are 0 where none are marked."""

    lines: tuple[str, ...]
    furniture: tuple[tuple[int, str], ...] = ()


def set_pages_aside(text: str, words: LayoutWords) -> SortedText:
    """The lines of a text without running heads and page numbers.

    Pages end at form feeds. Where there are none, a number that stands alone is a page number, and the line alone
    beside it is a running head if it comes back.
    """
    pages = [page.split("\n") for page in _LINE_ENDS.sub("\n", text).split("\f")]
    pages = [page for page in pages if any(line.strip() for line in page)]
    if len(pages) > 1:
        return _set_edges_aside(pages, words)
    return _set_numbers_aside(pages[0] if pages else [], words)


def _set_edges_aside(pages: Sequence[Sequence[str]], words: LayoutWords) -> SortedText:
    """The pages one after the other, without what comes back at their edges."""
    edges = [_edges(page) for page in pages]
    seen = Counter(key for page, at in zip(pages, edges, strict=True) for key in {_key(page[i]) for i in at})
    quorum = max(2, min(4, round(REPEAT_SHARE * len(pages))))
    lines: list[str] = []
    furniture: list[tuple[int, str]] = []
    for number, (page, at) in enumerate(zip(pages, edges, strict=True), 1):
        first = next(i for i, line in enumerate(page) if line.strip())
        aside = {
            i
            for i in at
            if _is_page_number(page[i], words)
            or (seen[_key(page[i])] >= quorum and not (number == 1 and i == first))
        }
        furniture += [(number, " ".join(page[i].split())) for i in sorted(aside)]
        kept = [line for i, line in enumerate(page) if i not in aside]
        lines += ["", *kept]
    return SortedText(tuple(lines), tuple(furniture))


def _edges(page: Sequence[str]) -> list[int]:
    """The places of a page's outermost lines; of a short page its first and last alone."""
    full = [i for i, line in enumerate(page) if line.strip()]
    n = EDGE if len(full) > 3 * EDGE else 1
    return sorted({*full[:n], *full[-n:]})


def _set_numbers_aside(page: Sequence[str], words: LayoutWords) -> SortedText:
    """The lines without page numbers that stand alone, and the running heads beside them."""
    alone = [i for i, line in enumerate(page) if line.strip() and _stands_alone(page, i)]
    seen = Counter(_key(page[i]) for i in alone)
    numbers = {i for i in alone if _is_page_number(page[i], words)}
    # A head that has the page's number in it comes back with other numbers.
    exact = Counter(page[i].strip() for i in alone)
    aside = numbers | {
        i
        for i in alone[1:]
        if re.search(r"\d", page[i])
        and seen[_key(page[i])] > 2
        and exact[page[i].strip()] == 1
        and _has_page_number(page[i])
    }
    aside |= _interrupting(page, alone[1:])
    for before, after in zip(alone, alone[1:], strict=False):
        for head, number in ((before, after), (after, before)):
            if (
                number in numbers
                and head != alone[0]
                and seen[_key(page[head])] > 1
                and _is_next(page, before, after)
            ):
                aside.add(head)
    return SortedText(
        tuple("" if i in aside else line for i, line in enumerate(page)),
        tuple((0, " ".join(page[i].split())) for i in sorted(aside)),
    )


def _interrupting(page: Sequence[str], alone: Sequence[int]) -> set[int]:
    """The places of lines that come back and stand amid sentences, as running heads do and headings do not."""
    full = [i for i, line in enumerate(page) if line.strip()]
    order = {i: n for n, i in enumerate(full)}
    places: dict[str, list[int]] = {}
    for i in alone:
        places.setdefault(_key(page[i]), []).append(i)
    found: set[int] = set()
    for same in places.values():
        amid = [
            i
            for i in same
            if 0 < order[i] < len(full) - 1
            and page[full[order[i] - 1]].strip()[-1].isalnum()
            and page[full[order[i] + 1]].strip()[0].islower()
        ]
        if len(same) >= MIN_REPEATS and len(amid) >= min(2, MIN_AMID_SHARE * len(same)):
            found.update(same)
    return found


def _is_next(page: Sequence[str], before: int, after: int) -> bool:
    """Whether nothing stands between two lines."""
    return not any(line.strip() for line in page[before + 1 : after])


def _stands_alone(page: Sequence[str], i: int) -> bool:
    above = i == 0 or not page[i - 1].strip()
    below = i + 1 == len(page) or not page[i + 1].strip()
    return above and below


def _has_page_number(line: str) -> bool:
    """Whether a number stands at the end of a line or, parted by wide space or a line, at its beginning."""
    return bool(re.search(r"(?:\s{2}|[|–—-]\s*)\d{1,4}$|^\d{1,4}(?:\s{2}|\s*[|–—])", line.strip()))


def _is_page_number(line: str, words: LayoutWords) -> bool:
    """Whether a line is a page number; a year alone is a date, and capital letters alone number a part."""
    stripped = line.strip()
    return (
        bool(words.page_number.fullmatch(stripped))
        and not _YEAR.fullmatch(stripped)
        and not stripped.isupper()
    )


def _key(line: str) -> str:
    """The words of a line, whatever the numbers in them."""
    return " ".join(re.sub(r"\d+", "#", line.lower()).split())
