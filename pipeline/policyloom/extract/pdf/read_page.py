"""Read a page with PDFium: its words, lines and areas, whichever way it is turned, and whether it is a scan."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as c

from policyloom.extract.pdf.annotations import read_entries
from policyloom.extract.pdf.characters import PageBox, Reading, count_unmapped, read_text, read_words
from policyloom.extract.pdf.direct_calls import direct
from policyloom.extract.pdf.hidden_text import keep_visible
from policyloom.extract.pdf.page import Page, Word
from policyloom.extract.pdf.page_objects import PageObjects, list_page_objects
from policyloom.extract.pdf.ruled_lines import Place, read_ruled_lines
from policyloom.extract.pdf.structure_tags import find_tagged_headings

__all__ = ["MAX_STAMP_WORDS", "place_on_page", "read_page", "shown_box"]

MIN_SCAN_SHARE = 0.9
"""Share of a page that a picture covers where the page is a scan; the largest on another page seen is 0.6."""

MAX_STAMP_WORDS = 40
"""A page with fewer words and a picture all over it is a scan that was stamped, or has a title over a photograph."""

MAX_PICTURE_OBJECTS = 50
"""Objects of a page that are looked at for its picture, which comes first or right after a stamp."""

MIN_TURNED_LINES = 3
"""Lines set sideways beside upright text from which they are text, and no stamp in a margin or label of an axis."""

MIN_TURNED_WORDS = 8
"""Words of such lines."""

_mode_of = direct(c.FPDFTextObj_GetTextRenderMode, ctypes.c_int)
_bounds_of = direct(c.FPDFPageObj_GetBounds, ctypes.c_int)


def place_on_page(box: PageBox, turns: int) -> Place:
    """From the coordinates of a page with this box to places on it as it is shown, turned so many times to the right."""
    left, bottom, right, top = box
    return (
        lambda x, y: (x - left, top - y),
        lambda x, y: (y - bottom, x - left),
        lambda x, y: (right - x, y - bottom),
        lambda x, y: (top - y, right - x),
    )[turns]


def read_page(page: pdfium.PdfPage, number: int, *, tagged: bool, form: Any = None) -> Page:
    """Page `number` with its words; without any where PDFium cannot read its text.

    Where most words are set sideways, the page is read turned; where some are, they are a part of their own.

    Args:
        page: PDFium's page.
        number: counted from 1.
        tagged: whether the file says that it is tagged, so that its headings are looked for.
        form: PDFium's form environment of the file, if it has a form.
    """
    box = shown_box(page)
    turns = page.get_rotation() // 90 % 4
    try:
        textpage = page.get_textpage()
    except pdfium.PdfiumError:
        return Page(number, *_size(box, turns), is_loaded=False)
    try:
        raw = textpage.raw
        text = read_text(textpage)
        upright = read_words(raw, text, box, turns)
        readings = {0: upright}
        asides = list(upright.aslant)
        for turn, sideways in sorted(upright.turned.items()):
            if len(sideways) < MIN_TURNED_WORDS:
                asides.append(" ".join(sideways))
                continue
            readings[turn] = read_words(raw, text, box, (turns + turn) % 4)
        main = (
            max(readings, key=lambda turn: (_n_chars(readings[turn].words), -turn))
            if len(readings) > 1
            else 0
        )
        objects = list_page_objects(page.raw)
        parts = []
        for turn, reading in readings.items():
            if turn == main:
                continue
            if _is_text(reading.words):
                part = _make_sheet(objects, number, box, turns, turn, reading)
                parts.append(replace(part, n_chars=_n_chars(part.words)))
            elif reading.words:
                asides.append(" ".join(word.text for word in reading.words))
        sheet = _make_sheet(objects, number, box, turns, main, readings[main])
        area = sheet.width * sheet.height
        return replace(
            sheet,
            n_chars=len(text),
            n_unmapped=count_unmapped(text),
            is_scan=_is_scan(objects, area, few=len(sheet.words) < MAX_STAMP_WORDS),
            headings=find_tagged_headings(page.raw, raw) if tagged else (),
            parts=tuple(parts),
            asides=tuple(asides),
            entries=read_entries(
                page.raw, form.raw if form else None, place_on_page(box, (turns + main) % 4)
            ),
            n_hidden=sheet.n_hidden + sum(part.n_hidden for part in parts),
            n_struck=sheet.n_struck + sum(part.n_struck for part in parts),
            has_picture=bool(sheet.words) or _has_picture(objects),
        )
    finally:
        textpage.close()


def shown_box(page: pdfium.PdfPage) -> PageBox:
    """The part of a page that is shown, as left, bottom, right, top: its boxes, inherited or not, cut to one another."""
    rectangle = c.FS_RECTF()
    if c.FPDF_GetPageBoundingBox(page.raw, rectangle):
        left, right = sorted((rectangle.left, rectangle.right))
        bottom, top = sorted((rectangle.bottom, rectangle.top))
        if right > left and top > bottom:
            return left, bottom, right, top
    box = page.get_cropbox()
    return box[0], box[1], box[2], box[3]


def _size(box: PageBox, turns: int) -> tuple[float, float]:
    """Width and height of a page with this box, turned so many times."""
    left, bottom, right, top = box
    return (top - bottom, right - left) if turns % 2 else (right - left, top - bottom)


def _make_sheet(
    objects: PageObjects, number: int, box: PageBox, turns: int, turn: int, reading: Reading
) -> Page:
    """The words of a page that are turned so many quarters, with the lines and areas as they stand to them."""
    all_turns = (turns + turn) % 4
    place = place_on_page(box, all_turns)
    ruled_lines, fills = read_ruled_lines(objects, place)
    visible = keep_visible(
        objects, reading.words, reading.paints, place, rules=ruled_lines, has_fills=bool(fills)
    )
    return Page(
        number,
        *_size(box, all_turns),
        visible.words,
        ruled_lines,
        fills,
        turn=turn,
        n_hidden=visible.n_hidden,
        n_struck=visible.n_struck,
    )


def _n_chars(words: Sequence[Word]) -> int:
    return sum(len(word.text) for word in words)


def _is_text(words: Sequence[Word]) -> bool:
    """Whether words set sideways are text: a stamp in a margin, or the label of an axis, has a line or two."""
    baselines = {round(word.baseline / (0.6 * max(word.size, 1.0))) for word in words}
    return len(baselines) >= MIN_TURNED_LINES and len(words) >= MIN_TURNED_WORDS


def _has_picture(objects: PageObjects) -> bool:
    """Whether a page draws anything but text."""
    return any(kind != c.FPDF_PAGEOBJ_TEXT for kind in objects.kinds[:MAX_PICTURE_OBJECTS])


def _is_scan(objects: PageObjects, area: float, *, few: bool) -> bool:
    """Whether a picture covers the page, and the words with it are not to be seen or too few to be its own."""
    hidden = few
    covered = 0.0
    sides = [ctypes.c_float() for _ in range(4)]
    first = zip(objects.addresses[:MAX_PICTURE_OBJECTS], objects.kinds[:MAX_PICTURE_OBJECTS], strict=True)
    for address, kind in first:
        item = ctypes.c_void_p(address)
        if kind == c.FPDF_PAGEOBJ_TEXT:
            # Text is hidden by its mode, or by a picture drawn over it.
            hidden = (
                hidden or covered < MIN_SCAN_SHARE * area or _mode_of(item) == c.FPDF_TEXTRENDERMODE_INVISIBLE
            )
        elif kind == c.FPDF_PAGEOBJ_IMAGE and _bounds_of(item, *map(ctypes.byref, sides)):
            left, bottom, right, top = (side.value for side in sides)
            covered += (right - left) * (top - bottom)
    return hidden and covered >= MIN_SCAN_SHARE * area
