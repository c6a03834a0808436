"""Sheets: a page, or the part of one that is set sideways, each laid out upright; and where their places are on pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from policyloom.extract.pdf.page import Bookmark, Page
from policyloom.records import Box, Line

__all__ = ["Sheet", "make_sheets", "on_sheets", "place_box", "place_line"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where a sheet lies: its page, and by how many quarters it is turned to the left against it."""

    page: int
    turn: int
    width: float
    height: float


def make_sheets(pages: Iterable[Page]) -> tuple[list[Page], list[Sheet]]:
    """The pages and their parts in order, numbered as sheets from 1, and where each lies."""
    parts = [part for page in pages for part in (page, *page.parts)]
    sheets = [Sheet(part.number, part.turn, part.width, part.height) for part in parts]
    return [replace(part, number=number, parts=()) for number, part in enumerate(parts, 1)], sheets


def on_sheets(bookmarks: Iterable[Bookmark], sheets: Sequence[Sheet]) -> list[Bookmark]:
    """The bookmarks, with the sheet in place of the page."""
    first: dict[int, int] = {}
    for number, sheet in enumerate(sheets, 1):
        first.setdefault(sheet.page, number)
    return [replace(bookmark, page=first.get(bookmark.page, 0)) for bookmark in bookmarks]


def place_box(box: Box, sheets: Sequence[Sheet]) -> Box:
    """A box of a sheet on its page as it is shown."""
    sheet = sheets[box.page - 1]
    if not sheet.turn:
        return box if box.page == sheet.page else replace(box, page=sheet.page)
    if sheet.turn == 1:
        x0, top, x1, bottom = box.top, sheet.width - box.x1, box.bottom, sheet.width - box.x0
    elif sheet.turn == 2:
        x0, top, x1, bottom = (
            sheet.width - box.x1, sheet.height - box.bottom, sheet.width - box.x0, sheet.height - box.top,
        )  # fmt: skip
    else:
        x0, top, x1, bottom = sheet.height - box.bottom, box.x0, sheet.height - box.top, box.x1
    return Box(sheet.page, *(round(side, 1) for side in (x0, top, x1, bottom)))


def place_line(line: Line, sheets: Sequence[Sheet]) -> Line:
    """A line of a sheet on its page; the words of one set sideways are as wide as the line."""
    sheet = sheets[line.box.page - 1]
    box = place_box(line.box, sheets)
    if not sheet.turn:
        return line if box is line.box else replace(line, box=box)
    if sheet.turn == 2:
        words = tuple(
            (at, round(sheet.width - right, 1), round(sheet.width - left, 1))
            for at, left, right in line.words
        )
    else:
        words = tuple((at, box.x0, box.x1) for at, _, _ in line.words)
    return Line(line.start, line.end, box, words)
