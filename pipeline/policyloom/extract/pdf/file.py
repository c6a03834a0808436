"""Open a PDF with PDFium, and read its pages, bookmarks and own metadata.

PDFium is not thread-safe, so work in processes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
import pypdfium2.raw as c

from policyloom.errors import DocumentError
from policyloom.extract.limits import find_size
from policyloom.extract.pdf.letters import PageLetters, read_letters
from policyloom.extract.pdf.page import Bookmark, Page
from policyloom.extract.pdf.read_page import read_page
from policyloom.extract.pdf.structure_tags import is_tagged

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["PdfFile", "open_pdf"]

MAX_PAGES = 5_000
"""Documents with more pages are refused: page trees can claim millions."""

MAX_BOOKMARKS = 2_000
"""Entries of an outline that are read."""

MAX_BOOKMARK_DEPTH = 6
"""Levels of an outline that are read."""


class PdfFile:
    """An open PDF. Use as a context manager."""

    def __init__(self, pdf: pdfium.PdfDocument) -> None:
        self._pdf = pdf
        self.n_pages = len(pdf)
        # A form must be known before a page is loaded, or its fields have no values.
        if pdf.get_formtype() != c.FORMTYPE_NONE:
            pdf.init_forms()

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
            for entry in self._pdf.get_toc(max_depth=MAX_BOOKMARK_DEPTH):
                dest = entry.get_dest()
                index = dest.get_index() if dest else None
                title = " ".join(entry.get_title().replace("\x00", "").split())
                if title:
                    found.append(Bookmark(title, entry.level + 1, 0 if index is None else index + 1))
                if len(found) >= MAX_BOOKMARKS:
                    break
        except (pdfium.PdfiumError, UnicodeDecodeError):
            return []
        return found

    def pages(self) -> Iterator[Page]:
        """The pages, one at a time; a page that PDFium cannot load comes back without words."""
        tagged = is_tagged(self._pdf.raw)
        for index in range(self.n_pages):
            try:
                page = self._pdf[index]
            except pdfium.PdfiumError:
                yield Page(index + 1, 0.0, 0.0, is_loaded=False)
                continue
            try:
                yield read_page(page, index + 1, tagged=tagged, form=self._pdf.formenv)
            finally:
                page.close()

    def letters(self, number: int) -> PageLetters:
        """The letters of page `number` with their places; none where PDFium cannot read them."""
        try:
            page = self._pdf[number - 1]
        except pdfium.PdfiumError:
            return PageLetters((0.0, 0.0, 0.0, 0.0), 0, ())
        try:
            return read_letters(page)
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
        size = find_size(path)
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
        raise _explain(path, head, str(error), password) from error
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


def _explain(path: Path, head: bytes, error: str, password: str | None) -> DocumentError:
    """The error for a file that PDFium does not open, with the likely reason."""
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
