"""Find contents pages and lists of tables, figures or sections, with or without leaders."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policyloom.extract.layout.text_line import TextLine
from policyloom.extract.text import key_of
from policyloom.languages.layout import LayoutWords

__all__ = ["take_out_contents"]

MIN_ENTRIES = 4
"""Entries of a list that has no heading and does not go on from the page before."""

MIN_ENTRIES_UNDER_HEADING = 2
"""Entries of a list under a heading such as "Contents"."""

MAX_OTHER_LINES = 3
"""Lines in a row within a list that are no entries: titles over two lines, parts without a page number."""

MAX_LIST_HEADING = 60
"""Characters of the heading of a list."""

MAX_ENTRY = 250
"""Characters of an entry."""

MIN_RISING_SHARE = 0.85
"""Share of neighbouring entries whose page numbers do not fall."""

MIN_GAP = 1.5
"""Sizes between a title and its page number where there is no leader."""

NUMBER = r"(?P<number>[A-Z]{0,2}-?\d{1,4}|[ivxlc]{1,7})"
_LEADER = re.compile(
    r"(?P<title>.*?\S)?\s*(?:[.·…_‥․•-]\s?){4,}\s*"
    + NUMBER
    + r"?$|(?P<title2>.*\S)\s*…\s*"
    + NUMBER.replace("number", "number2")
    + "$"
)
_BARE_NUMBER = re.compile(NUMBER + "$")
_ENDS = frozenset("ivxlc.·…_‥․•-")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True, slots=True)
class _Row:
    """The pieces on one baseline within one column of a page; `number` is the page number that an entry ends with."""

    lines: tuple[TextLine, ...]
    number: int | None
    has_leader: bool = False
    is_weak: bool = False

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


def take_out_contents(
    pages: Sequence[Sequence[TextLine]], words: LayoutWords
) -> tuple[list[list[TextLine]], list[tuple[TextLine, ...]]]:
    """Each page's lines without its contents lists, and the lines of each list on each page.

    A list is entries that end with page numbers, after a leader or a gap, which do not fall; under a heading such as
    "Contents" two are enough, and on the page after a list as well.
    """
    rests: list[list[TextLine]] = []
    found: list[tuple[TextLine, ...]] = []
    open_at_end = False
    all_rows = [_rows_of(page) if _may_have_list(page, words) else None for page in pages]
    keys: list[str] | None = None
    for page, found_rows in zip(pages, all_rows, strict=True):
        rows = _rows_of(page) if found_rows is None and open_at_end else found_rows or []
        if keys is None and any(_is_heading(row.text, words) for row in rows):
            keys = sorted(key_of(row.text) for each in pages for row in _rows_of(each))
        spans = list(_find_spans(rows, words, keys or [], goes_on=open_at_end))
        if page:
            open_at_end = bool(spans) and spans[-1][1] >= len(rows) - 1
        taken: set[int] = set()
        for start, end in spans:
            lines = tuple(line for row in rows[start:end] for line in row.lines)
            found.append(lines)
            taken.update(map(id, lines))
        rests.append([line for line in page if id(line) not in taken])
    return rests, found


def _is_heading(text: str, words: LayoutWords) -> bool:
    return len(text) < MAX_LIST_HEADING and bool(words.contents.fullmatch(text.strip()))


def _may_have_list(page: Sequence[TextLine], words: LayoutWords) -> bool:
    """Whether a page has the heading of a list, a leader, or numbers that stand apart at the ends of lines."""
    n_apart = 0
    for line in page:
        if _is_heading(line.text, words) or "...." in line.text or ". . . ." in line.text or "…" in line.text:
            return True
        last = line.words[-1]
        if _BARE_NUMBER.fullmatch(last.text) and (
            len(line.words) == 1 or last.x0 - line.words[-2].x1 >= MIN_GAP * last.size
        ):
            n_apart += 1
    return n_apart >= MIN_ENTRIES or any("··" in line.text or "_____" in line.text for line in page)


def _rows_of(page: Sequence[TextLine]) -> list[_Row]:
    """The page's lines as rows from the top down, column after column, each ended by a page number of its own."""
    levels: list[list[TextLine]] = []
    for line in sorted(page, key=lambda line: (line.baseline, line.x0)):
        if levels and line.baseline - levels[-1][0].baseline < 0.35 * line.size:
            levels[-1].append(line)
        else:
            levels.append([line])
    rows: list[_Row] = []
    for level in levels:
        n_before = len(rows)
        part: list[TextLine] = []
        for line in sorted(level, key=lambda line: line.x0):
            part.append(line)
            row = _read_row(part)
            if row.number is not None and not row.is_weak:
                rows.append(row)
                part = []
        if part and len(rows) > n_before and not any(row.has_leader for row in rows[n_before:]):
            # A number with other words to its right is no page number.
            rows[n_before:] = [_Row(tuple(sorted(level, key=lambda line: line.x0)), None)]
        elif part:
            rows.append(_read_row(part))
    return rows


def _read_row(lines: Sequence[TextLine]) -> _Row:
    text = " ".join(line.text for line in lines).strip()
    if len(text) > MAX_ENTRY or not (text[-1:].isdigit() or text[-1:] in _ENDS):
        return _Row(tuple(lines), None)
    leader = _LEADER.match(text)
    if leader:
        number = leader["number"] or leader["number2"]
        return _Row(tuple(lines), _value(number) if number else None, has_leader=True)
    words = [word for line in lines for word in line.words]
    bare = _BARE_NUMBER.fullmatch(words[-1].text)
    title = " ".join(word.text for word in words[:-1])
    if bare and any(ch.isalpha() for ch in title):
        gap = words[-1].x0 - words[-2].x1
        return _Row(tuple(lines), _value(bare["number"]), is_weak=gap < MIN_GAP * words[-1].size)
    return _Row(tuple(lines), None)


def _value(number: str) -> int:
    digits = re.sub(r"\D", "", number)
    if digits:
        return int(digits)
    values = [_ROMAN[letter] for letter in number]
    return (
        sum(-value if value < max(values[i + 1 :], default=0) else value for i, value in enumerate(values))
        - 1000
    )  # Roman pages come before the others.


def _find_spans(
    rows: Sequence[_Row], words: LayoutWords, keys: Sequence[str], *, goes_on: bool
) -> Iterator[tuple[int, int]]:
    """The stretches of a page's rows that are contents lists, their headings included."""
    i = 0
    while i < len(rows):
        headed = _is_heading(rows[i].text, words)
        is_rest = goes_on and i <= MAX_OTHER_LINES
        if not (headed or _is_entry(rows[i], words, under_heading=is_rest)):
            i += 1
            continue
        end, entries = _end_of_list(rows, i, words, under_heading=headed or is_rest)
        needed = MIN_ENTRIES_UNDER_HEADING if headed else 1 if is_rest else MIN_ENTRIES
        is_dense = len(entries) >= 0.5 * (end - i - headed)
        if (
            len(entries) >= needed
            and _rise(entries)
            and ((headed and is_dense) or (is_rest and is_dense) or _is_list(entries))
        ):
            start = 0 if is_rest else i
            if len(rows) - end <= 2 and len(entries) >= MIN_ENTRIES and all(map(_may_be_entry, rows[end:])):
                end = len(rows)  # The page number of the last entry was taken for that of the page.
            while not headed and start and i - start < 2 and _is_start_of_entry(rows[start - 1], rows[i]):
                start -= 1
            yield start, end
            i = end
        elif headed and (end := _end_of_repeated(rows, i + 1, keys)) > i + MIN_ENTRIES_UNDER_HEADING:
            yield i, end
            i = end
        else:
            i += 1


def _is_entry(row: _Row, words: LayoutWords, *, under_heading: bool) -> bool:
    if row.has_leader:
        return True
    return (
        row.number is not None
        and (under_heading or not row.is_weak)
        and not words.legal.fullmatch(row.text.strip())
        and not words.caption.fullmatch(row.text.strip())
    )


def _end_of_list(
    rows: Sequence[_Row], start: int, words: LayoutWords, *, under_heading: bool
) -> tuple[int, list[_Row]]:
    """The end of the list that begins at a row, and its entries."""
    entries: list[_Row] = []
    end = start
    for i in range(start, len(rows)):
        if _is_entry(rows[i], words, under_heading=under_heading):
            entries.append(rows[i])
            end = i + 1
        elif i - end >= MAX_OTHER_LINES or (len(rows[i].text) > MAX_ENTRY):
            break
    return end, entries


def _end_of_repeated(rows: Sequence[_Row], start: int, keys: Sequence[str]) -> int:
    """The end of a list without page numbers: of lines that come again in the document, until the first does.

    Args:
        rows: of the page.
        start: the first row under the list's heading.
        keys: those of all rows of the document, sorted.
    """
    end = start
    seen: set[str] = set()
    for i in range(start, len(rows)):
        key = key_of(rows[i].text)[:40]
        if key in seen:
            end = i
            break
        if len(key) > 3 and _count_like(key, keys) > 1:
            seen.add(key)
            end = i + 1
        elif i - end >= 1 or len(rows[i].text) > MAX_ENTRY:
            break
    return end if len(seen) >= MIN_ENTRIES_UNDER_HEADING else start


def _count_like(key: str, keys: Sequence[str]) -> int:
    """How many keys begin with one."""
    return bisect.bisect_right(keys, key + "\uffff") - bisect.bisect_left(keys, key)


def _rise(entries: Sequence[_Row]) -> bool:
    """Whether the page numbers of a list do not fall; lists of tables after that of contents begin anew."""
    numbers = [entry.number for entry in entries if entry.number is not None]
    if not numbers:
        return len(entries) >= MIN_ENTRIES
    pairs = list(zip(numbers, numbers[1:], strict=False))
    n_rising = sum(a <= b for a, b in pairs)
    return n_rising >= MIN_RISING_SHARE * len(pairs) or len(pairs) - n_rising <= 1 + len(pairs) // 10


def _is_list(entries: Sequence[_Row]) -> bool:
    """Whether entries without a heading are a contents list: leaders, or one right edge for all page numbers."""
    if sum(entry.has_leader for entry in entries) >= 0.5 * len(entries):
        return True
    numbers = {entry.number for entry in entries}
    edges = sorted(entry.lines[-1].x1 for entry in entries)
    middle = edges[len(edges) // 2]
    level = sum(abs(edge - middle) < 3 for edge in edges)
    years = sum(1900 <= (number or 0) <= 2100 for number in numbers)
    return (
        level >= 0.9 * len(entries)
        and len(numbers) >= 0.6 * len(entries)
        and years < 0.5 * len(numbers)
        and all(len(entry.lines) <= 3 and _has_title(entry) for entry in entries)
    )


def _has_title(entry: _Row) -> bool:
    """Whether an entry is words and one number, as a row of figures in a table is not."""
    words = [word.text for line in entry.lines for word in line.words][:-1]
    letters = sum(any(ch.isalpha() for ch in word) for word in words)
    return letters >= 1 and not any(re.fullmatch(r"[\d.,%]+", word) for word in words[1:])


def _may_be_entry(row: _Row) -> bool:
    return len(row.text) <= MAX_ENTRY // 2 and not row.text.rstrip().endswith((".", ";", ":"))


def _is_start_of_entry(row: _Row, entry: _Row) -> bool:
    """Whether a row is the first line of an entry that ends on the next."""
    first, last = row.lines[0], entry.lines[0]
    return (
        row.number is None
        and len(row.text) <= MAX_ENTRY
        and 0 < last.baseline - first.baseline < 1.6 * last.size
        and abs(first.size - last.size) < 0.5
        and entry.lines[0].text[:1].islower()
    )
