"""Read the characters of a page as words with font and position, with PDFium.

PDFium reads characters about nine times as fast as pdfplumber and gets the order of the text right on
nearly every page; finding the cells of tables is left to `layout.tables`.
"""

from __future__ import annotations

import ctypes
import math
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import pypdfium2.raw as c

from policyloom.extract.pdf.direct_calls import address_of, direct
from policyloom.extract.pdf.hidden_text import NEAR_WHITE, Paint
from policyloom.extract.pdf.page import Word

__all__ = ["PageBox", "Reading", "count_unmapped", "read_text", "read_words"]

PageBox = tuple[float, float, float, float]
"""The part of a page that is shown, in its own coordinates: left, bottom, right, top."""

MAX_CHARS = 400_000
"""Characters of one page that are read; the densest honest page seen has about 20 000."""

MIN_SIZE, MAX_SIZE = 3.0, 200.0
"""Points; a font of another size is measured by its letters."""

CAPITAL_HEIGHT = 0.7
"""Of a size, in most fonts."""

N_MEASURED = 8
"""Characters by which a font is measured."""

MAX_ANGLE = 0.1
"""Radians; words that are set more aslant, but not sideways, are a watermark or a stamp, and are left out."""

# PDFium gives U+FFFE or U+0002 for a hyphen at a line's end, and swallows the break.
_TOKEN = re.compile(r"(?P<eol>[\r\n]+|[\ufffe\x02]\s*)|(?P<word>[^\s\x00-\x1f\ufffe]+)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LONE_CONTROL = re.compile(r"[\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f]")
_BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi|[-.,](?:b|bd|bi|bx)$|^cmbx|cmssbx", re.IGNORECASE)
_ITALIC_NAME = re.compile(r"ital|obli|[-.,](?:it?|bi)$|^cmti", re.IGNORECASE)


_Style = tuple[str, bool, bool]
"""A font's name, whether it is bold, and whether it is italic."""


class _Look(NamedTuple):
    """How a text object is set: the size and angle (in radians) that it is shown at, and its font."""

    size: float
    angle: float
    font: str
    bold: bool
    italic: bool
    paint: Paint


_object_of = direct(c.FPDFText_GetTextObject, ctypes.c_void_p)
_origin_of = direct(c.FPDFText_GetCharOrigin)
_box_of = direct(c.FPDFText_GetCharBox)
_size_of = direct(c.FPDFText_GetFontSize, ctypes.c_double)
_matrix_of = direct(c.FPDFText_GetMatrix, ctypes.c_int)
_font_of = direct(c.FPDFTextObj_GetFont, ctypes.c_void_p)
_mode_of = direct(c.FPDFTextObj_GetTextRenderMode, ctypes.c_int)
_colour_of = direct(c.FPDFPageObj_GetFillColor, ctypes.c_int)


class _Probe:
    """PDFium's per-character calls on one text page, with the buffers they write to.

    Places come in points from the top left of the page as it is shown, whatever its rotation.
    """

    def __init__(self, raw: Any, box: PageBox, turns: int) -> None:
        self.raw, self.turns = raw, turns
        self.left, self.bottom, self.right, self.top = box
        self.page = address_of(raw)
        self._numbers = [ctypes.c_double() for _ in range(4)]
        self._places = [ctypes.byref(number) for number in self._numbers]
        self._matrix = c.FS_MATRIX()
        self._matrix_place = ctypes.byref(self._matrix)
        self._styles: dict[int | None, _Style] = {}
        self._name, self._flags = ctypes.create_string_buffer(160), ctypes.c_int()
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._colour_places = [ctypes.byref(part) for part in self._colour]

    def place(self, first: int, last: int) -> tuple[float, float, float]:
        """Where a word stands: the left edge of its first character, the right edge of its last, and its baseline."""
        first_x, first_y = self._numbers[:2]
        a, b, c_, d = self._places
        _origin_of(self.page, first, a, b)
        x, y = first_x.value, first_y.value
        _box_of(self.page, last, a, b, c_, d)
        if self.turns == 0:
            return x - self.left, first_y.value - self.left, self.top - y
        left, _, bottom, top = (number.value for number in self._numbers)
        if self.turns == 1:
            return y - self.bottom, top - self.bottom, x - self.left
        if self.turns == 2:
            return self.right - x, self.right - left, y - self.bottom
        return self.top - y, self.top - bottom, self.right - x

    def size_and_angle(self, i: int) -> tuple[float, float]:
        """The size that the character is shown at, and its angle against the page.

        The size of a Type 3 font says nothing without the font's own matrix; then the height of the letter tells.
        """
        size = _size_of(self.page, i)
        m = self._matrix
        a, b, height = 1.0, 0.0, 1.0
        if _matrix_of(self.page, i, self._matrix_place):
            a, b, height = m.a, m.b, math.hypot(m.c, m.d) or 1.0
        if size < 0:
            # A negative size turns the letters round, which the matrix mostly turns back.
            size, a, b = -size, -a, -b
        angle = 0.0
        if self.turns or b or a < 0:
            angle = math.remainder(math.atan2(b, a) - self.turns * math.pi / 2, 2 * math.pi)
        shown = size * height
        if shown < MIN_SIZE or shown > MAX_SIZE:
            height = self._height(i)
            if height > 1.5 * shown or 0 < height < 0.2 * shown:
                return round(height / CAPITAL_HEIGHT, 1), angle
        return shown, angle

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

    def look(self, i: int, thing: int) -> _Look:
        """How the text object `thing` is set, to which the character belongs; 0 for none."""
        size, angle = self.size_and_angle(i)
        if not thing:
            return _Look(size, angle, *self._style_of(i), Paint(0))
        item = ctypes.c_void_p(thing)
        font = _font_of(item)
        style = self._styles.get(font)
        if style is None:
            style = self._style_of(i)
            if font:
                self._styles[font] = style
        return _Look(size, angle, *style, self._paint_of(item, thing))

    def _style_of(self, i: int) -> _Style:
        """The character's font, and whether it is bold and italic."""
        n = c.FPDFText_GetFontInfo(self.raw, i, self._name, 160, self._flags)
        return _read_style(self._name.raw[: max(0, min(n, 160) - 1)], self._flags.value)

    def _paint_of(self, item: ctypes.c_void_p, thing: int) -> Paint:
        """How a text object is painted (text rendering modes: ISO 32000-1, 9.3.6)."""
        mode = _mode_of(item)
        if mode in (c.FPDF_TEXTRENDERMODE_INVISIBLE, c.FPDF_TEXTRENDERMODE_CLIP):
            return Paint(thing, is_invisible=True)
        if mode != c.FPDF_TEXTRENDERMODE_FILL or not _colour_of(item, *self._colour_places):
            return Paint(thing)
        red, green, blue, _ = self._colour
        is_white = red.value >= NEAR_WHITE and green.value >= NEAR_WHITE and blue.value >= NEAR_WHITE
        return Paint(thing, is_white=is_white)

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
                    abs(self.size_and_angle(k)[0] - size) > 0.15 * size
                    and not (text[k - 1].isupper() and text[k].isupper())
                    and (j - k > 1 or text[k] not in ".,:;")
                ):
                    return k
        return j


@lru_cache(maxsize=1024)
def _read_style(font: bytes, flags: int) -> _Style:
    """The font's name, whether it is bold, whether italic; by the flags of a font descriptor (ISO 32000-1, 9.8.2)."""
    name = font.decode("utf-8", "replace").rpartition("+")[2]
    bold = bool(_BOLD_NAME.search(name)) or bool(flags & 1 << 18)
    return name, bold, bool(_ITALIC_NAME.search(name)) or bool(flags & 1 << 6)


def read_text(textpage: Any) -> str:
    """The page's characters, one code unit of UTF-16 a character index, with U+FFFD for each that stands for no letter.

    Args:
        textpage: PDFium's text of the page, as pypdfium2 has it.
    """
    n = min(textpage.count_chars(), MAX_CHARS)
    return _with_unmapped(_read_units(textpage.raw, n), textpage.raw) if n > 0 else ""


def count_unmapped(text: str) -> int:
    """The number of characters in a page's text whose letter is not known."""
    return _join_surrogates(text).count("\ufffd") + len(_LONE_CONTROL.findall(text))


def _read_units(raw: Any, n: int) -> str:
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


@dataclass(slots=True)
class Reading:
    """The words of a page that stand upright in one of its turns, how each is painted, and what else there is.

    Attributes:
        words: in the order of the file.
        paints: of each word.
        turned: the words set sideways, by the number of quarters that they are turned to the left.
        aslant: the words set at any other angle.
    """

    words: list[Word] = field(default_factory=list)
    paints: list[Paint] = field(default_factory=list)
    turned: dict[int, list[str]] = field(default_factory=dict)
    aslant: list[str] = field(default_factory=list)


def read_words(raw: Any, text: str, box: PageBox, turns: int) -> Reading:
    """The page's words, cut also where the size changes within one, as at a superscript mark.

    Within a text object, font, size and angle stay the same, and most words are in that of the word before.

    Args:
        raw: PDFium's text of the page.
        text: as `read_text` has it.
        box: the part of the page that is shown.
        turns: by how many quarters the page is turned to the right.
    """
    probe = _Probe(raw, box, turns)
    page = probe.page
    halves = _join_surrogates(text) != text
    reading = Reading()
    words, paints = reading.words, reading.paints
    last_end = 0
    thing: int | None = None
    size, angle, font, bold, italic, paint = _Look(0.0, 0.0, "", False, False, Paint(0))
    for match in _TOKEN.finditer(text):
        i, j = match.span()
        if match.lastgroup == "eol":
            if words:
                words[-1].eol = "-" if text[i] in "\ufffe\x02" else words[-1].eol or "\n"
            last_end = j
            continue
        space = i > last_end or not words
        last_end = j
        while i < j:
            found = _object_of(page, i)
            if found != thing or not found:
                thing = found
                size, angle, font, bold, italic, paint = probe.look(i, found or 0)
            if abs(angle) > MAX_ANGLE:
                quarters = angle / (math.pi / 2)
                if abs(quarters - round(quarters)) < MAX_ANGLE:
                    reading.turned.setdefault(round(quarters) % 4, []).append(text[i:j])
                else:
                    reading.aslant.append(text[i:j])
                break
            end = j
            if j - i > 1 and _object_of(page, j - 1) != thing:
                end = probe.like_until(i, j, text, size)
            x0, x1, baseline = probe.place(i, end - 1)
            letters = _join_surrogates(text[i:end]) if halves else text[i:end]
            words.append(Word(letters, x0, x1 if x1 > x0 else x0, baseline, size, font, bold, italic, space))
            paints.append(paint)
            i, space = end, False
    return reading
