"""Find where words of a document's text stand in its PDF, letter by letter."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from policyloom.extract.pdf.characters import PageBox
from policyloom.extract.pdf.file import PdfFile, open_pdf
from policyloom.extract.pdf.letters import Letter, PageLetters, fold
from policyloom.records import Box, Document, Line
from policyloom.records.document import HasSpan

__all__ = ["Exactness", "PlacedSpan", "find_places"]

Exactness = Literal["letters", "words", "block"]
"""How exactly a span is placed: by its own letters in the file, by the words that were read, as by OCR, or by its block."""

SLACK = 1.5
"""Points by which a letter's middle may stand outside its line's box."""

MAX_SHIFT = 3.0
"""Points by which the letters of a line may stand outside the words they belong to."""


@dataclass(frozen=True, slots=True)
class PlacedSpan:
    """Where a span of a document's text is printed.

    Attributes:
        rectangles: a page's number and a rectangle in the page's own coordinates, one a line; none where the span is
            printed nowhere.
        exactness: how exactly.
    """

    rectangles: tuple[tuple[int, PageBox], ...]
    exactness: Exactness


def find_places(
    document: Document, path: str | Path, spans: Sequence[HasSpan], *, password: str | None = None
) -> list[PlacedSpan]:
    """Where each span of a document's text stands in the PDF that it was read from.

    The letters of each printed line are looked up in the file. Where they are not found, as on a scan, the words' places
    as they were read are taken; where these are not known either, the boxes of the block.

    Args:
        document: as read from `path`.
        path: the PDF.
        spans: in any order.
        password: for an encrypted file.

    Raises:
        DocumentError: the file cannot be read.
    """
    with open_pdf(path, password=password) as pdf:
        pages = _Pages(pdf, frozenset(page for page, _ in document.ocr))
        in_order = sorted(range(len(spans)), key=lambda i: spans[i].start)  # so that each page is read once
        found = {i: _place(document, pages, spans[i].start, spans[i].end) for i in in_order}
    return [found[i] for i in range(len(spans))]


class _Pages:
    """The letters of the pages that were asked for last; those that OCR has read have none."""

    def __init__(self, pdf: PdfFile, by_ocr: frozenset[int]) -> None:
        self._pdf, self._by_ocr = pdf, by_ocr
        self._read: dict[int, PageLetters] = {}
        self._heights: dict[int, list[tuple[float, int]]] = {}

    def page(self, number: int) -> PageLetters:
        if number not in self._read:
            if len(self._read) > 4:
                self._read.clear()
                self._heights.clear()
            page = self._pdf.letters(number)
            self._read[number] = page
            letters = () if number in self._by_ocr else page.letters
            self._heights[number] = sorted(((a.top + a.bottom) / 2, i) for i, a in enumerate(letters))
        return self._read[number]

    def within(self, box: Box) -> list[Letter]:
        """The letters whose middle stands in a box, in the order of the file."""
        letters = self.page(box.page).letters
        heights = self._heights[box.page]
        first = bisect.bisect_left(heights, (box.top - SLACK, 0))
        last = bisect.bisect_right(heights, (box.bottom + SLACK, len(letters)))
        return [
            letters[i]
            for i in sorted(i for _, i in heights[first:last])
            if box.x0 - SLACK <= (letters[i].x0 + letters[i].x1) / 2 <= box.x1 + SLACK
        ]


def _place(document: Document, pages: _Pages, start: int, end: int) -> PlacedSpan:
    boxes: list[Box] = []
    is_by_letters = True
    for line in document.lines_at(start, end):
        first, last = max(start, line.start), min(end, line.end)
        if not fold(document.text[first:last]):
            continue
        box = _box_of_letters(document.text, line, first, last, pages.within(line.box))
        if box is None:
            is_by_letters = False
            break
        boxes.append(box)
    exactness: Exactness = "letters"
    if not is_by_letters or not boxes:
        boxes, exactness = list(document.boxes(start, end)), "words"
        block = next((block for block in document.blocks if block.start <= start < block.end), None)
        is_vague = any(_is_sideways(line) for line in document.lines_at(start, end))
        if block and (not boxes or is_vague or block.kind == "form_field"):
            boxes, exactness = list(block.boxes), "block"
    return PlacedSpan(tuple((box.page, _in_file(box, pages.page(box.page))) for box in boxes), exactness)


def _box_of_letters(text: str, line: Line, start: int, end: int, letters: Sequence[Letter]) -> Box | None:
    """The box of `[start, end)`, which lies in a line, by the letters that stand in the line's box.

    None where they are other letters, or stand elsewhere than the line's words.
    """
    printed = "".join(letter.text for letter in letters)
    wanted = fold(text[start:end])
    expected = len(fold(text[line.start : start]))
    owners = [letter for letter in letters for _ in letter.text]
    for at in sorted(_find_all(printed, wanted), key=lambda at: abs(at - expected)):
        hit = owners[at : at + len(wanted)]
        x0, x1 = min(letter.x0 for letter in hit), max(letter.x1 for letter in hit)
        if _is_sideways(line):
            top, bottom = min(letter.top for letter in hit), max(letter.bottom for letter in hit)
            return Box(line.box.page, line.box.x0, top, line.box.x1, bottom)
        left, right = _reach(line, start, end)
        if left - MAX_SHIFT <= x0 and x1 <= right + MAX_SHIFT:
            return Box(line.box.page, x0, line.box.top, x1, line.box.bottom)
    return None


def _find_all(text: str, wanted: str) -> Iterable[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _reach(line: Line, start: int, end: int) -> tuple[float, float]:
    """From where to where the words of a line stand that `[start, end)` touches."""
    starts = [word[0] for word in line.words]
    first = max(0, bisect.bisect_right(starts, start) - 1)
    touched = line.words[first : bisect.bisect_left(starts, end)]
    return min(word[1] for word in touched), max(word[2] for word in touched)


def _is_sideways(line: Line) -> bool:
    """Whether a line is set sideways, so that only its whole width is known of its words."""
    box = line.box
    if len(line.words) > 1:
        return all(left == box.x0 and right == box.x1 for _, left, right in line.words)
    return box.bottom - box.top > box.x1 - box.x0 and line.end - line.start > 2


def _in_file(box: Box, page: PageLetters) -> PageBox:
    """A box on a page as it is shown, in the page's own coordinates."""
    left, bottom, right, top = page.box
    match page.turns:
        case 0:
            return left + box.x0, top - box.bottom, left + box.x1, top - box.top
        case 1:
            return left + box.top, bottom + box.x0, left + box.bottom, bottom + box.x1
        case 2:
            return right - box.x1, bottom + box.top, right - box.x0, bottom + box.bottom
    return right - box.bottom, top - box.x1, right - box.top, top - box.x0
