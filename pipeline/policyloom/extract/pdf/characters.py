"""Read words with font and position from a page, with PDFium.

PDFium reads characters about nine times as fast as pdfplumber and gets the order of the text right on
nearly every page; finding the cells of tables is left to `layout.tables`.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as c

from policyloom.extract.pdf.annotations import read_entries
from policyloom.extract.pdf.hidden_text import NEAR_WHITE, Paint, keep_visible
from policyloom.extract.pdf.page import Page, Word
from policyloom.extract.pdf.ruled_lines import Place, read_ruled_lines
from policyloom.extract.pdf.structure_tags import find_tagged_headings

__all__ = ["MAX_STAMP_WORDS", "read_page"]

MAX_CHARS = 400_000
"""Characters of one page that are read; the densest honest page seen has about 20 000."""

MIN_SCAN_SHARE = 0.9
"""Share of a page that a picture covers where the page is a scan; the largest on another page seen is 0.6."""

MAX_STAMP_WORDS = 40
"""A page with fewer words and a picture all over it is a scan that was stamped, or has a title over a photograph."""

MAX_PICTURE_OBJECTS = 50
"""Objects of a page that are looked at for its picture, which comes first or right after a stamp."""

MIN_SIZE, MAX_SIZE = 3.0, 200.0
"""Points; a font of another size is measured by its letters."""

CAPITAL_HEIGHT = 0.7
"""Of a size, in most fonts."""

N_MEASURED = 8
"""Characters by which a font is measured."""

MIN_TURNED_LINES = 3
"""Lines set sideways beside upright text from which they are text, and no stamp in a margin or label of an axis."""

MIN_TURNED_WORDS = 8
"""Words of such lines."""

MAX_ANGLE = 0.1
"""Radians; words that are set more aslant, but not sideways, are a watermark or a stamp, and are left out."""

# PDFium gives U+FFFE or U+0002 for a hyphen at a line's end, and swallows the break.
_TOKEN = re.compile(r"(?P<eol>[\r\n]+|[\ufffe\x02]\s*)|(?P<word>[^\s\x00-\x1f\ufffe]+)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LONE_CONTROL = re.compile(r"[\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f]")
_BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi|[-.,](?:b|bd|bi|bx)$|^cmbx|cmssbx", re.IGNORECASE)
_ITALIC_NAME = re.compile(r"ital|obli|[-.,](?:it?|bi)$|^cmti", re.IGNORECASE)


class _Look(NamedTuple):
    """How a text object is set: the size and angle (in radians) that it is shown at, and its font."""

    size: float
    angle: float
    font: str
    bold: bool
    italic: bool
    paint: Paint


def _plain(function: Any, *arguments: type) -> Any:
    """One of PDFium's functions with addresses as plain numbers, which takes half the time to call."""
    prototype = ctypes.CFUNCTYPE(ctypes.c_void_p, *arguments)
    return prototype(ctypes.cast(function, ctypes.c_void_p).value or 0)


_ADDRESS, _INDEX = ctypes.c_void_p, ctypes.c_int
_object_of = _plain(c.FPDFText_GetTextObject, _ADDRESS, _INDEX)
_origin_of = _plain(c.FPDFText_GetCharOrigin, _ADDRESS, _INDEX, _ADDRESS, _ADDRESS)
_font_of = _plain(c.FPDFTextObj_GetFont, _ADDRESS)
_mode_of = _plain(c.FPDFTextObj_GetTextRenderMode, _ADDRESS)
_colour_of = _plain(c.FPDFPageObj_GetFillColor, *[_ADDRESS] * 5)
_COLOUR = [ctypes.c_uint() for _ in range(3)]
_ALPHA = ctypes.c_uint()
_COLOUR_PLACES = [ctypes.addressof(part) for part in (*_COLOUR, _ALPHA)]
_box_of = _plain(c.FPDFText_GetCharBox, _ADDRESS, _INDEX, *[_ADDRESS] * 4)


class _Probe:
    """PDFium's per-character calls on one text page, with the buffers they write to.

    Places come in points from the top left of the page as it is shown, whatever its rotation.
    """

    def __init__(self, raw: Any, box: tuple[float, float, float, float], turns: int) -> None:
        self.raw, self.turns = raw, turns
        self.left, self.bottom, self.right, self.top = box
        self.page = ctypes.cast(raw, ctypes.c_void_p).value
        self._numbers = [ctypes.c_double() for _ in range(4)]
        self._places = [ctypes.addressof(number) for number in self._numbers]
        self._matrix = c.FS_MATRIX()
        self._styles: dict[int | None, tuple[str, bool, bool]] = {}
        self._name, self._flags = ctypes.create_string_buffer(160), ctypes.c_int()

    def origin(self, i: int) -> tuple[float, float]:
        """Where the character's baseline begins."""
        _origin_of(self.page, i, self._places[0], self._places[1])
        x, y = self._numbers[0].value, self._numbers[1].value
        if self.turns == 0:
            return x - self.left, self.top - y
        if self.turns == 1:
            return y - self.bottom, x - self.left
        if self.turns == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x

    def end(self, i: int) -> float:
        """The character's right edge."""
        _box_of(self.page, i, *self._places)
        if self.turns == 0:
            return float(self._numbers[1].value) - self.left
        left, _, bottom, top = (number.value for number in self._numbers)
        return (top - self.bottom, self.right - left, self.top - bottom)[self.turns - 1]

    def size(self, i: int) -> float:
        """The size that the character is shown at; leaves its matrix behind.

        The size of a Type 3 font says nothing without the font's own matrix; then the height of the letter tells.
        """
        size = c.FPDFText_GetFontSize(self.raw, i)
        if not c.FPDFText_GetMatrix(self.raw, i, self._matrix):
            self._matrix = c.FS_MATRIX(1, 0, 0, 1, 0, 0)
        if size < 0:
            # A negative size turns the letters round, which the matrix mostly turns back.
            self._matrix = c.FS_MATRIX(
                *(-v for v in (self._matrix.a, self._matrix.b, self._matrix.c, self._matrix.d))
            )
        shown = float(abs(size) * (math.hypot(self._matrix.c, self._matrix.d) or 1.0))
        if shown < MIN_SIZE or shown > MAX_SIZE:
            height = self._height(i)
            if height > 1.5 * shown or 0 < height < 0.2 * shown:
                return round(height / CAPITAL_HEIGHT, 1)
        return shown

    def _height(self, i: int) -> float:
        """The height of the tallest of a few characters from one on."""
        tallest = 0.0
        for k in range(i, i + N_MEASURED):
            if _object_of(self.page, k) != _object_of(self.page, i):
                break
            _box_of(self.page, k, *self._places)
            left, right, bottom, top = (number.value for number in self._numbers)
            tallest = max(tallest, (right - left) if self.turns % 2 else (top - bottom))
        return tallest

    def look(self, i: int, thing: int | None) -> _Look:
        """How the text object `thing` is set, to which the character belongs."""
        size = self.size(i)
        angle = 0.0
        if self.turns or self._matrix.b or self._matrix.a < 0:
            angle = math.atan2(self._matrix.b, self._matrix.a) - self.turns * math.pi / 2
        font = _font_of(thing) if thing else None
        if font not in self._styles or font is None:
            n = c.FPDFText_GetFontInfo(self.raw, i, self._name, 160, self._flags)
            self._styles[font] = _style(self._name.raw[: max(0, min(n, 160) - 1)], self._flags.value)
        return _Look(size, math.remainder(angle, 2 * math.pi), *self._styles[font], _paint_of(thing))

    def like_until(self, i: int, j: int, text: str, size: float) -> int:
        """Where, in the characters `[i, j)`, their size first differs, as at a superscript mark; `j` if nowhere.

        Small capitals after a capital are no mark, and neither is a full stop, in whatever size it is set.
        """
        thing = _object_of(self.page, i)
        for k in range(i + 1, j):
            other = _object_of(self.page, k)
            if other and other != thing:
                thing = other
                if (
                    abs(self.size(k) - size) > 0.15 * size
                    and not (text[k - 1].isupper() and text[k].isupper())
                    and (j - k > 1 or text[k] not in ".,:;")
                ):
                    return k
        return j


def _paint_of(thing: int | None) -> Paint:
    """How a text object is painted (text rendering modes: ISO 32000-1, 9.3.6)."""
    if not thing:
        return Paint(None)
    mode = _mode_of(thing) or 0  # An address of 0 comes as None.
    if mode in (c.FPDF_TEXTRENDERMODE_INVISIBLE, c.FPDF_TEXTRENDERMODE_CLIP):
        return Paint(thing, is_invisible=True)
    if mode != c.FPDF_TEXTRENDERMODE_FILL:
        return Paint(thing)
    _colour_of(thing, *_COLOUR_PLACES)
    return Paint(thing, is_white=all(part.value >= NEAR_WHITE for part in _COLOUR))


@lru_cache(maxsize=1024)
def _style(font: bytes, flags: int) -> tuple[str, bool, bool]:
    """The font's name, whether it is bold, whether italic; by the flags of a font descriptor (ISO 32000-1, 9.8.2)."""
    name = font.decode("utf-8", "replace").rpartition("+")[2]
    bold = bool(_BOLD_NAME.search(name)) or bool(flags & 1 << 18)
    return name, bold, bool(_ITALIC_NAME.search(name)) or bool(flags & 1 << 6)


def _text(raw: object, n: int) -> str:
    """The page's characters, one code unit of UTF-16 a character index; see `_join_surrogates`."""
    buffer = (ctypes.c_ushort * (n + 1))()
    if c.FPDFText_GetText(raw, 0, n, buffer) == n + 1:
        text = bytes(buffer)[: 2 * n].decode("utf-16-le", "replace")
        return text if len(text) == n else "".join(map(chr, buffer[:n]))
    # Characters without Unicode are left out of the bulk text and shift it: ask one by one.
    units = (c.FPDFText_GetUnicode(raw, i) for i in range(n))
    return "".join(chr(u) if u < 0x110000 else "\ufffd" for u in units)


def _join_surrogates(units: str) -> str:
    """A text with the halves of characters outside the basic plane (mathematical letters) put together."""
    return (
        units
        if units.isascii()
        else units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    )


def _place_on_page(box: tuple[float, float, float, float], turns: int) -> Place:
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
    box = _shown_box(page)
    turns = page.get_rotation() // 90 % 4
    try:
        textpage = page.get_textpage()
    except pdfium.PdfiumError:
        return Page(number, *_size(box, turns), is_loaded=False)
    try:
        raw = textpage.raw
        n = min(textpage.count_chars(), MAX_CHARS)
        text = _with_unmapped(_text(raw, n), raw) if n > 0 else ""
        upright = _read_words(_Probe(raw, box, turns), text)
        readings = {0: upright}
        asides = list(upright.aslant)
        for turn, sideways in sorted(upright.turned.items()):
            if len(sideways) < MIN_TURNED_WORDS:
                asides.append(" ".join(sideways))
                continue
            readings[turn] = _read_words(_Probe(raw, box, (turns + turn) % 4), text)
        main = max(readings, key=lambda turn: (sum(len(word.text) for word in readings[turn].words), -turn))
        parts = []
        for turn, reading in readings.items():
            if turn == main:
                continue
            if _is_text(reading.words):
                parts.append(_make_sheet(page, number, box, turns, turn, reading))
            elif reading.words:
                asides.append(" ".join(word.text for word in reading.words))
        sheet = _make_sheet(page, number, box, turns, main, readings[main])
        area = sheet.width * sheet.height
        return replace(
            sheet,
            n_chars=n,
            n_unmapped=_join_surrogates(text).count("\ufffd") + len(_LONE_CONTROL.findall(text)),
            is_scan=_is_scan(page, area, few=len(sheet.words) < MAX_STAMP_WORDS),
            headings=find_tagged_headings(page.raw, raw) if tagged else (),
            parts=tuple(parts),
            asides=tuple(asides),
            entries=read_entries(
                page.raw, form.raw if form else None, _place_on_page(box, (turns + main) % 4)
            ),
            n_hidden=sheet.n_hidden + sum(part.n_hidden for part in parts),
            n_struck=sheet.n_struck + sum(part.n_struck for part in parts),
            has_picture=bool(sheet.words) or _has_picture(page),
        )
    finally:
        textpage.close()


def _shown_box(page: pdfium.PdfPage) -> tuple[float, float, float, float]:
    """The part of a page that is shown, as left, bottom, right, top: its boxes, inherited or not, cut to one another."""
    rectangle = c.FS_RECTF()
    if c.FPDF_GetPageBoundingBox(page.raw, rectangle):
        left, right = sorted((rectangle.left, rectangle.right))
        bottom, top = sorted((rectangle.bottom, rectangle.top))
        if right > left and top > bottom:
            return left, bottom, right, top
    box = page.get_cropbox()
    return box[0], box[1], box[2], box[3]


def _size(box: tuple[float, float, float, float], turns: int) -> tuple[float, float]:
    """Width and height of a page with this box, turned so many times."""
    left, bottom, right, top = box
    return (top - bottom, right - left) if turns % 2 else (right - left, top - bottom)


def _make_sheet(
    page: pdfium.PdfPage,
    number: int,
    box: tuple[float, float, float, float],
    turns: int,
    turn: int,
    reading: _Reading,
) -> Page:
    """The words of a page that are turned so many quarters, with the lines and areas as they stand to them."""
    all_turns = (turns + turn) % 4
    place = _place_on_page(box, all_turns)
    ruled_lines, fills = read_ruled_lines(page.raw, place)
    visible = keep_visible(
        page.raw,
        reading.words,
        reading.paints,
        place,
        rules=ruled_lines,
        has_fills=bool(fills),
    )
    return Page(
        number,
        *_size(box, all_turns),
        visible.words,
        ruled_lines,
        fills,
        n_chars=sum(len(word.text) for word in visible.words),
        turn=turn,
        n_hidden=visible.n_hidden,
        n_struck=visible.n_struck,
    )


def _is_text(words: Sequence[Word]) -> bool:
    """Whether words set sideways are text: a stamp in a margin, or the label of an axis, has a line or two."""
    baselines = {round(word.baseline / (0.6 * max(word.size, 1.0))) for word in words}
    return len(baselines) >= MIN_TURNED_LINES and len(words) >= MIN_TURNED_WORDS


def _with_unmapped(text: str, raw: Any) -> str:
    """A page's text, with U+FFFD for each code that stands for no letter: control codes, and a code 2 that is no hyphen."""
    if not _CONTROL.search(text):
        return text
    return _CONTROL.sub(lambda match: _unmapped(match, raw), text)


def _unmapped(match: re.Match[str], raw: Any) -> str:
    """What a control code stands for: a hyphen, a sign of its own such as a bullet, which is left out, or an unknown letter."""
    before, after = (
        match.string[max(0, match.start() - 1) : match.start()],
        match.string[match.end() : match.end() + 1],
    )
    is_hyphen = match[0] == "\x02" and c.FPDFText_IsHyphen(raw, match.start()) == 1
    return match[0] if is_hyphen or (not (before + after).strip() and match[0] != "\x02") else "\ufffd"


def _has_picture(page: pdfium.PdfPage) -> bool:
    """Whether a page draws anything but text."""
    return any(
        c.FPDFPageObj_GetType(c.FPDFPage_GetObject(page.raw, i)) != c.FPDF_PAGEOBJ_TEXT
        for i in range(min(MAX_PICTURE_OBJECTS, c.FPDFPage_CountObjects(page.raw)))
    )


def _is_scan(page: pdfium.PdfPage, area: float, *, few: bool) -> bool:
    """Whether a picture covers the page, and the words with it are not to be seen or too few to be its own."""
    hidden = few
    covered = 0.0
    sides = [ctypes.c_float() for _ in range(4)]
    for i in range(min(MAX_PICTURE_OBJECTS, c.FPDFPage_CountObjects(page.raw))):
        item = c.FPDFPage_GetObject(page.raw, i)
        kind = c.FPDFPageObj_GetType(item)
        if kind == c.FPDF_PAGEOBJ_TEXT:
            # Text is hidden by its mode, or by a picture drawn over it.
            hidden |= c.FPDFTextObj_GetTextRenderMode(item) == c.FPDF_TEXTRENDERMODE_INVISIBLE
            hidden |= covered < MIN_SCAN_SHARE * area
        elif kind == c.FPDF_PAGEOBJ_IMAGE and c.FPDFPageObj_GetBounds(item, *sides):
            left, bottom, right, top = (side.value for side in sides)
            covered += (right - left) * (top - bottom)
    return hidden and covered >= MIN_SCAN_SHARE * area


@dataclass(slots=True)
class _Reading:
    """The words of a page that stand upright in one of its turns, how each is painted, and what else there is."""

    words: list[Word] = field(default_factory=list)
    paints: list[Paint] = field(default_factory=list)
    turned: dict[int, list[str]] = field(default_factory=dict)
    aslant: list[str] = field(default_factory=list)


def _read_words(probe: _Probe, text: str) -> _Reading:
    """The page's words, cut also where the size changes within one, as at a superscript mark.

    Within a text object, font, size and angle stay the same, and most words are in that of the word before.
    """
    page = probe.page
    halves = _join_surrogates(text) != text
    reading = _Reading()
    words = reading.words
    last_end = 0
    thing: int | None = None
    look = _Look(0.0, 0.0, "", False, False, Paint(None))
    for match in _TOKEN.finditer(text):
        i, j = match.span()
        if match.lastgroup == "eol":
            if words:
                eol = "-" if match[0][0] in "\ufffe\x02" else words[-1].eol or "\n"
                words[-1].eol = eol
            last_end = j
            continue
        space = i > last_end or not words
        last_end = j
        while i < j:
            found = _object_of(page, i)
            if found != thing or not found:
                thing, look = found, probe.look(i, found)
            if abs(look.angle) > MAX_ANGLE:
                quarters = look.angle / (math.pi / 2)
                if abs(quarters - round(quarters)) < MAX_ANGLE:
                    reading.turned.setdefault(round(quarters) % 4, []).append(text[i:j])
                else:
                    reading.aslant.append(text[i:j])
                break
            end = j
            if j - i > 1 and _object_of(page, j - 1) != thing:
                end = probe.like_until(i, j, text, look.size)
            x0, baseline = probe.origin(i)
            x1 = max(probe.end(end - 1), x0)
            letters = _join_surrogates(text[i:end]) if halves else text[i:end]
            style = (look.size, look.font, look.bold, look.italic)
            words.append(Word(letters, x0, x1, baseline, *style, space))
            reading.paints.append(look.paint)
            i, space = end, False
    return reading
