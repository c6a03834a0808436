"""Read words with font and position from a PDF, with PDFium.

PDFium reads characters about nine times as fast as pdfplumber and gets the order of the text right on
nearly every page; what it cannot do (tables as cells) is left to `tables`. It is not thread-safe, so work
in processes.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
import pypdfium2.raw as c

from policyloom.errors import DocumentError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Bookmark", "Page", "PdfFile", "Rule", "Word", "open_pdf"]

MAX_PAGES = 5_000
"""Documents with more pages are refused: page trees can claim millions."""

MAX_CHARS = 400_000
"""Characters of one page that are read; the densest honest page seen has about 20 000."""

Rule = tuple[float, float, float, float]
"""A straight line on a page as x0, top, x1, bottom; one of its sides is (nearly) zero."""

MAX_RULES = 3_000
"""A page with more is a drawing."""

COVER = 0.9
"""Share of a page that a picture covers where the page is a scan; the largest on another page seen is 0.6."""

STAMP = 40
"""A page with fewer words and a picture all over it is a scan that was stamped, or has a title over a photograph."""

FIRST = 50
"""Objects of a page that are looked at for its picture, which comes first or right after a stamp."""

THIN = 3.0
"""Points; a filled rectangle no thicker is a ruled line."""

# PDFium gives U+FFFE or U+0002 for a hyphen at a line's end, and swallows the break.
_TOKEN = re.compile(r"(?P<eol>[\r\n]+|[\ufffe\x02]\s*)|(?P<word>[^\s\x00-\x1f\ufffe]+)")
_BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi|[-.,](?:b|bd|bi|bx)$|^cmbx|cmssbx", re.IGNORECASE)
_ITALIC_NAME = re.compile(r"ital|obli|[-.,](?:it?|bi)$|^cmti", re.IGNORECASE)


@dataclass(slots=True)
class Word:
    """A run of characters without a space, in points; `baseline` counts from the top.

    `eol` is "" inside a line, "\\n" before a line break and "-" before one that a hyphen was cut at.
    """

    text: str
    x0: float
    x1: float
    baseline: float
    size: float
    font: str
    bold: bool
    italic: bool
    space: bool = True
    eol: str = ""


@dataclass(slots=True)
class Page:
    """A page's words in the order of the file, its ruled lines, and how many characters have no known letter.

    `is_scan` says that a picture covers the page and hides its words, if it has more than a stamp.
    """

    number: int
    width: float
    height: float
    words: list[Word]
    rules: list[Rule]
    n_chars: int
    n_unmapped: int
    is_scan: bool = False


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the file's own outline; `level` counts from 1, `page` is 1-based or 0."""

    title: str
    level: int
    page: int


class PdfFile:
    """An open PDF. Use as a context manager."""

    def __init__(self, pdf: pdfium.PdfDocument) -> None:
        self._pdf = pdf
        self.n_pages = len(pdf)

    def __enter__(self) -> PdfFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._pdf.close()

    def info(self) -> dict[str, str]:
        """The file's own metadata (`Title`, `Author` …), often missing and sometimes wrong."""
        try:
            fields = self._pdf.get_metadata_dict()
        except (pdfium.PdfiumError, UnicodeDecodeError):
            return {}
        return {key: value.strip("\x00 ") for key, value in fields.items() if value}

    def bookmarks(self) -> list[Bookmark]:
        """The file's outline, in its order."""
        found = []
        try:
            for entry in self._pdf.get_toc(max_depth=6):
                dest = entry.get_dest()
                index = dest.get_index() if dest else None
                title = " ".join(entry.get_title().replace("\x00", "").split())
                if title:
                    found.append(Bookmark(title, entry.level + 1, 0 if index is None else index + 1))
                if len(found) >= 2_000:
                    break
        except (pdfium.PdfiumError, UnicodeDecodeError):
            return []
        return found

    def pages(self) -> Iterator[Page]:
        """The pages, one at a time; a page that PDFium cannot load comes back without words."""
        for index in range(self.n_pages):
            try:
                page = self._pdf[index]
            except pdfium.PdfiumError:
                yield Page(index + 1, 0.0, 0.0, [], [], 0, 0)
                continue
            try:
                yield _read_page(page, index + 1)
            finally:
                page.close()

    def render(self, number: int, scale: float) -> Image:
        """Page `number` as a picture, `scale` pixels a point."""
        page = self._pdf[number - 1]
        try:
            image: Image = page.render(scale=scale).to_pil().convert("RGB")
            return image
        finally:
            page.close()


def open_pdf(path: str | Path, *, password: str | None = None) -> PdfFile:
    """An open PDF.

    Raises:
        DocumentError: the file is missing, empty, no PDF, damaged, encrypted, or has no or too many pages.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise DocumentError(path, "missing", f"cannot be opened ({error.strerror or error})") from error
    if size == 0:
        raise DocumentError(path, "empty", "the file is empty (0 bytes)")
    try:
        pdf = pdfium.PdfDocument(path, password=password)
        n_pages = len(pdf)
    except pdfium.PdfiumError as error:
        raise _why(path, head, str(error), password) from error
    except OSError as error:
        raise DocumentError(path, "missing", f"cannot be opened ({error.strerror or error})") from error
    if not 0 < n_pages <= MAX_PAGES:
        pdf.close()
        if n_pages:
            raise DocumentError(
                path, "too-large", f"claims {n_pages:,} pages; the most that is read is {MAX_PAGES:,}"
            )
        raise DocumentError(path, "empty", "the PDF has no pages")
    return PdfFile(pdf)


def _why(path: Path, head: bytes, error: str, password: str | None) -> DocumentError:
    if "password" in error.lower():
        if password:
            return DocumentError(path, "encrypted", "is encrypted, and the password given does not open it")
        return DocumentError(
            path, "encrypted", "is encrypted; give its password (--password, or password= in Python)"
        )
    if "security" in error.lower():
        return DocumentError(path, "encrypted", "is encrypted in a way that cannot be opened")
    if b"%PDF" not in head:
        return DocumentError(path, "not-pdf", "is not a PDF, whatever its name says")
    return DocumentError(
        path, "damaged", "is damaged and cannot be opened; try to download or export it again"
    )


class _Probe:
    """PDFium's per-character calls on one text page, with the buffers they write to.

    Places come in points from the top left of the page as it is shown, whatever its rotation.
    """

    def __init__(self, raw: object, box: tuple[float, float, float, float], turns: int) -> None:
        self.raw, self.turns = raw, turns
        self.left, self.bottom, self.right, self.top = box
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._sides = [ctypes.c_double() for _ in range(4)]
        self._refs = [ctypes.byref(side) for side in self._sides]
        self._matrix = c.FS_MATRIX()
        self._name, self._flags = ctypes.create_string_buffer(160), ctypes.c_int()
        self._styles: dict[tuple[bytes, int], tuple[str, bool, bool]] = {}

    def origin(self, i: int) -> tuple[float, float]:
        """Where the character's baseline begins."""
        c.FPDFText_GetCharOrigin(self.raw, i, self._x, self._y)
        x, y = self._x.value, self._y.value
        if self.turns == 0:
            return x - self.left, self.top - y
        if self.turns == 1:
            return y - self.bottom, x - self.left
        if self.turns == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x

    def end(self, i: int) -> float:
        """The character's right edge."""
        c.FPDFText_GetCharBox(self.raw, i, *self._refs)
        left, right, bottom, top = (side.value for side in self._sides)
        return (right - self.left, top - self.bottom, self.right - left, self.top - bottom)[self.turns]

    def size(self, i: int) -> float:
        """The font's size before scaling."""
        return float(c.FPDFText_GetFontSize(self.raw, i))

    def matrix(self, i: int) -> tuple[float, float]:
        """The scale of the text's height, and its angle on the page as shown, in radians."""
        if not c.FPDFText_GetMatrix(self.raw, i, self._matrix):
            return 1.0, 0.0
        m = self._matrix
        angle = math.atan2(m.b, m.a) - self.turns * math.pi / 2
        return math.hypot(m.c, m.d) or 1.0, math.remainder(angle, 2 * math.pi)

    def style(self, i: int) -> tuple[str, bool, bool]:
        """The font's name, whether it is bold, whether italic."""
        n = c.FPDFText_GetFontInfo(self.raw, i, self._name, 160, self._flags)
        key = (self._name.raw[: max(0, min(n, 160) - 1)], self._flags.value)
        if key not in self._styles:
            name = key[0].decode("utf-8", "replace").rpartition("+")[2]
            bold = bool(_BOLD_NAME.search(name)) or bool(key[1] & 1 << 18)
            self._styles[key] = (name, bold, bool(_ITALIC_NAME.search(name)) or bool(key[1] & 1 << 6))
        return self._styles[key]


def _text(raw: object, n: int) -> str:
    """The page's characters, one code unit a character index."""
    buffer = (ctypes.c_ushort * (n + 1))()
    got = c.FPDFText_GetText(raw, 0, n, buffer)
    if got == n + 1:
        text = bytes(buffer)[: 2 * n].decode("utf-16-le", "replace")
        if len(text) == n:
            return text
    # Characters outside the basic plane, or without Unicode, shift the bulk text: ask one by one.
    units = (c.FPDFText_GetUnicode(raw, i) for i in range(n))
    return "".join(chr(u) if u < 0x110000 and not 0xD800 <= u < 0xE000 else "\ufffd" for u in units)


def _read_page(page: pdfium.PdfPage, number: int) -> Page:
    box = page.get_cropbox()
    left, bottom, right, top = box
    turns = page.get_rotation() // 90 % 4
    width, height = (top - bottom, right - left) if turns % 2 else (right - left, top - bottom)
    try:
        textpage = page.get_textpage()
    except pdfium.PdfiumError:
        return Page(number, width, height, [], [], 0, 0)
    try:
        raw = textpage.raw
        n = min(textpage.count_chars(), MAX_CHARS)
        text = _text(raw, n) if n > 0 else ""
        probe = _Probe(raw, box, turns)
        words: list[Word] = []
        last_end = 0
        size = scale = angle = 0.0
        fresh = True
        for match in _TOKEN.finditer(text):
            i, j = match.span()
            if match.lastgroup == "eol":
                if words:
                    words[-1].eol = "-" if match[0][0] in "\ufffe\x02" else words[-1].eol or "\n"
                last_end, fresh = j, True
                continue
            # Within a line, text is turned or scaled anew only where its size changes too, unless the file gives
            # all its text one size and scales it.
            now = probe.size(i)
            if fresh or now != size or now <= 2:
                scale, angle = probe.matrix(i)
                size, fresh = now, False
            if abs(angle) <= 0.1:  # what is set aslant is a watermark or a stamp
                words.extend(_words(probe, text, i, j, size, scale, space=i > last_end or not words))
            last_end = j
        rules = _read_rules(page, left, top) if turns == 0 else []
        is_scan = _is_scan(page, width * height, few=len(words) < STAMP)
        return Page(number, width, height, words, rules, n, text.count("\ufffd"), is_scan)
    finally:
        textpage.close()


def _is_scan(page: pdfium.PdfPage, area: float, *, few: bool) -> bool:
    """Whether a picture covers the page, and the words with it are not to be seen or too few to be its own."""
    hidden = few
    covered = 0.0
    sides = [ctypes.c_float() for _ in range(4)]
    for i in range(min(FIRST, c.FPDFPage_CountObjects(page.raw))):
        item = c.FPDFPage_GetObject(page.raw, i)
        kind = c.FPDFPageObj_GetType(item)
        if kind == c.FPDF_PAGEOBJ_TEXT:
            # Text is hidden by its mode, or by a picture drawn over it.
            hidden |= c.FPDFTextObj_GetTextRenderMode(item) == c.FPDF_TEXTRENDERMODE_INVISIBLE
            hidden |= covered < COVER * area
        elif kind == c.FPDF_PAGEOBJ_IMAGE and c.FPDFPageObj_GetBounds(item, *sides):
            left, bottom, right, top = (side.value for side in sides)
            covered += (right - left) * (top - bottom)
    return hidden and covered >= COVER * area


def _words(
    probe: _Probe, text: str, i: int, j: int, size: float, scale: float, *, space: bool
) -> Iterator[Word]:
    """The word at characters `[i, j)`, cut where the size changes, as at a superscript mark."""
    while i < j:
        end = j
        # Marks are figures, signs or single letters, so most words need no look at their last character.
        if (
            j - i > 1
            and not (j - i > 3 and "a" <= text[j - 1] <= "z")
            and abs(probe.size(j - 1) - size) > 0.15 * size
        ):
            end = i + 1
            while end < j and abs(probe.size(end) - size) <= 0.15 * size:
                end += 1
        x0, baseline = probe.origin(i)
        name, bold, italic = probe.style(i)
        x1 = max(probe.end(end - 1), x0)
        yield Word(text[i:end], x0, x1, baseline, size * scale, name, bold, italic, space=space)
        i, space = end, False
        if i < j:
            size = probe.size(i)


def _read_rules(page: pdfium.PdfPage, left: float, top: float) -> list[Rule]:
    """The horizontal and vertical lines that a page draws, none where it draws too many for a table."""
    rules: list[Rule] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    try:
        for item in page.get_objects(filter=[c.FPDF_PAGEOBJ_PATH], max_depth=3):
            n = c.FPDFPath_CountSegments(item.raw)
            if n < 2 or n > 400:
                continue
            matrix = item.get_matrix()
            last: tuple[float, float] | None = None
            start: tuple[float, float] | None = None
            for k in range(n):
                segment = c.FPDFPath_GetPathSegment(item.raw, k)
                if not c.FPDFPathSegment_GetPoint(segment, x, y):
                    break
                px, py = matrix.on_point(x.value, y.value)
                point = (px - left, top - py)
                kind = c.FPDFPathSegment_GetType(segment)
                if kind == c.FPDF_SEGMENT_LINETO and last:
                    _add(rules, last, point)
                elif kind == c.FPDF_SEGMENT_MOVETO:
                    start = point
                last = point
                if c.FPDFPathSegment_GetClose(segment) and start:
                    _add(rules, point, start)
                    last = start
            if len(rules) > MAX_RULES:
                return []
    except pdfium.PdfiumError:
        return []
    return rules


def _add(rules: list[Rule], a: tuple[float, float], b: tuple[float, float]) -> None:
    x0, x1 = sorted((a[0], b[0]))
    y0, y1 = sorted((a[1], b[1]))
    if (x1 - x0 < 0.8) != (y1 - y0 < 0.8) and max(x1 - x0, y1 - y0) > 2 * THIN:
        rules.append((x0, y0, x1, y1))
