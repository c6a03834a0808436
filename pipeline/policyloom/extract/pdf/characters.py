"""Read words with font and position from a page, with PDFium.

PDFium reads characters about nine times as fast as pdfplumber and gets the order of the text right on
nearly every page; finding the cells of tables is left to `layout.tables`.
"""

from __future__ import annotations

import ctypes
import math
import re
from functools import lru_cache
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as c

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

MAX_ANGLE = 0.1
"""Radians; words that are set more aslant are a watermark or a stamp, and are left out."""

# PDFium gives U+FFFE or U+0002 for a hyphen at a line's end, and swallows the break.
_TOKEN = re.compile(r"(?P<eol>[\r\n]+|[\ufffe\x02]\s*)|(?P<word>[^\s\x00-\x1f\ufffe]+)")
_BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi|[-.,](?:b|bd|bi|bx)$|^cmbx|cmssbx", re.IGNORECASE)
_ITALIC_NAME = re.compile(r"ital|obli|[-.,](?:it?|bi)$|^cmti", re.IGNORECASE)


class _Look(NamedTuple):
    """How a text object is set: the size and angle (in radians) that it is shown at, and its font."""

    size: float
    angle: float
    font: str
    bold: bool
    italic: bool


def _plain(function: Any, *arguments: type) -> Any:
    """One of PDFium's functions with addresses as plain numbers, which takes half the time to call."""
    prototype = ctypes.CFUNCTYPE(ctypes.c_void_p, *arguments)
    return prototype(ctypes.cast(function, ctypes.c_void_p).value or 0)


_ADDRESS, _INDEX = ctypes.c_void_p, ctypes.c_int
_object_of = _plain(c.FPDFText_GetTextObject, _ADDRESS, _INDEX)
_origin_of = _plain(c.FPDFText_GetCharOrigin, _ADDRESS, _INDEX, _ADDRESS, _ADDRESS)
_font_of = _plain(c.FPDFTextObj_GetFont, _ADDRESS)
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
        """The size that the character is shown at; leaves its matrix behind."""
        size = c.FPDFText_GetFontSize(self.raw, i)
        if not c.FPDFText_GetMatrix(self.raw, i, self._matrix):
            self._matrix = c.FS_MATRIX(1, 0, 0, 1, 0, 0)
        return float(size * (math.hypot(self._matrix.c, self._matrix.d) or 1.0))

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
        return _Look(size, math.remainder(angle, 2 * math.pi), *self._styles[font])

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


def read_page(page: pdfium.PdfPage, number: int, *, tagged: bool) -> Page:
    """Page `number` with its words; without any where PDFium cannot read its text.

    Args:
        page: PDFium's page.
        number: counted from 1.
        tagged: whether the file says that it is tagged, so that its headings are looked for.
    """
    box = page.get_cropbox()
    left, bottom, right, top = box
    turns = page.get_rotation() // 90 % 4
    width, height = (top - bottom, right - left) if turns % 2 else (right - left, top - bottom)
    try:
        textpage = page.get_textpage()
    except pdfium.PdfiumError:
        return Page(number, width, height)
    try:
        raw = textpage.raw
        n = min(textpage.count_chars(), MAX_CHARS)
        text = _text(raw, n) if n > 0 else ""
        words = _read_words(_Probe(raw, box, turns), text)
        ruled_lines, fills = read_ruled_lines(page.raw, _place_on_page(box, turns))
        headings = find_tagged_headings(page.raw, raw) if tagged else ()
        is_scan = _is_scan(page, width * height, few=len(words) < MAX_STAMP_WORDS)
        n_unmapped = _join_surrogates(text).count("\ufffd")
        return Page(number, width, height, words, ruled_lines, fills, n, n_unmapped, is_scan, headings)
    finally:
        textpage.close()


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


def _read_words(probe: _Probe, text: str) -> tuple[Word, ...]:
    """The page's words, cut also where the size changes within one, as at a superscript mark.

    Within a text object, font, size and angle stay the same, and most words are in that of the word before.
    """
    page = probe.page
    halves = _join_surrogates(text) != text
    words: list[Word] = []
    last_end = 0
    thing: int | None = None
    look = _Look(0.0, 0.0, "", False, False)
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
                break
            end = j
            if j - i > 1 and _object_of(page, j - 1) != thing:
                end = probe.like_until(i, j, text, look.size)
            x0, baseline = probe.origin(i)
            x1 = max(probe.end(end - 1), x0)
            letters = _join_surrogates(text[i:end]) if halves else text[i:end]
            style = (look.size, look.font, look.bold, look.italic)
            words.append(Word(letters, x0, x1, baseline, *style, space))
            i, space = end, False
    return tuple(words)
