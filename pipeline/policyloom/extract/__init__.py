"""Files to `Document`s.

chars       PDFium: words with font and position, bookmarks
rules       the ruled lines of a page
tagged      the headings that a file's tags name
layout      words to lines in reading order; furniture aside
spacing     letter-spaced words joined
tables      ruled tables to cells, with pdfplumber's table finder
structure   lines to headings, paragraphs, lists, captions, tables, footnotes, references
apart       an article's statements about itself, notices and reviews set aside
text        words cleaned, hyphens at line ends and broken ligatures mended
document    the one text with its blocks, lines and metadata
ocr         words from the pictures of scanned pages
plain       text files
markup      HTML and Word files
"""

from __future__ import annotations

import hashlib
import statistics
from builtins import id as identity
from collections.abc import Callable
from pathlib import Path

from policyloom.errors import DocumentError
from policyloom.extract.apart import part_article
from policyloom.extract.chars import Page, open_pdf
from policyloom.extract.document import build_text, find_metadata
from policyloom.extract.furniture import find_furniture
from policyloom.extract.groups import Group
from policyloom.extract.layout import TextLine, find_lines
from policyloom.extract.markup import read_docx, read_html
from policyloom.extract.ocr import PAGE_SECONDS, Scans, read_scans
from policyloom.extract.plain import read_text_file
from policyloom.extract.spacing import mend_spacing
from policyloom.extract.structure import find_groups, tags_as_bookmarks
from policyloom.extract.tables import find_tables
from policyloom.extract.text import broken_ligatures, find_language, shown_name
from policyloom.records import Document, OcrUse

__all__ = ["SUFFIXES", "read_document", "read_pdf"]

SUFFIXES = (".pdf", ".txt", ".md", ".html", ".htm", ".docx")
"""The endings of files that `read_document` takes."""

_READERS = {".html": read_html, ".htm": read_html, ".docx": read_docx}


def read_document(
    path: str | Path,
    *,
    password: str | None = None,
    id: str | None = None,
    ocr: OcrUse = "auto",
    before_ocr: Callable[[int], None] | None = None,
) -> Document:
    """The document in a file of any kind that `SUFFIXES` names.

    Args:
        path: the file.
        password: for an encrypted PDF.
        id: the name it goes by; the file's name without ending unless given.
        ocr: which pages of a PDF are read by OCR, as in `read_pdf`.
        before_ocr: called with the number of each such page before it is read, which takes seconds.

    Raises:
        DocumentError: the file cannot be read, or has no text.
        ValueError: `ocr` is none of its values.
    """
    path = Path(path)
    if path.suffix.lower() == ".pdf":
        return read_pdf(path, password=password, id=id, ocr=ocr, before_ocr=before_ocr)
    if path.suffix.lower() not in SUFFIXES:
        raise DocumentError(
            path, "unknown-format", f"has an ending that is not read; use one of {', '.join(SUFFIXES)}"
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(path, "missing", f"cannot be opened ({error.strerror or error})") from error
    read = _READERS.get(path.suffix.lower(), read_text_file)
    return read(path, data, id=id or shown_name(path.stem), sha256=hashlib.sha256(data).hexdigest())


def read_pdf(
    path: str | Path,
    *,
    password: str | None = None,
    id: str | None = None,
    ocr: OcrUse = "auto",
    before_ocr: Callable[[int], None] | None = None,
) -> Document:
    """The document in a PDF file.

    Args:
        path: the file.
        password: for an encrypted file.
        id: the name it goes by; the file's name without ending unless given.
        ocr: `auto` reads pages without usable text by OCR where it is installed, `always` reads every page so,
            `never` none.
        before_ocr: called with the number of each such page before it is read, which takes seconds.

    Raises:
        DocumentError: the file cannot be read, or has no text.
        ValueError: `ocr` is none of its values.
    """
    path = Path(path)
    with open_pdf(path, password=password) as pdf:
        pages = list(pdf.pages())
        info, bookmarks = pdf.info(), pdf.bookmarks()
        scans = read_scans(pdf, pages, use=ocr, before=before_ocr)
        bookmarks = bookmarks or tags_as_bookmarks(pages)
    _mend_ligatures(pages)
    lines = [mend_spacing(find_lines(page)) for page in pages]
    aside = find_furniture(lines)
    body = [[line for line in page if identity(line) not in aside] for page in lines]
    tables = []
    for number, page in enumerate(pages):
        for rows, inside in find_tables(page.rules, body[number]):
            tables.append(
                Group([cell for row in rows for cell in row if cell.words], kind="table", parts=rows)
            )
            body[number] = [line for line in body[number] if identity(line) not in inside]
    groups, apart = part_article(find_groups(body, bookmarks, tables))
    text, blocks, printed = build_text(groups)
    if not text.strip():
        raise DocumentError(path, "no-text", _why_no_text(scans))
    furniture = _list_furniture([line for page in lines for line in page if identity(line) in aside], apart)
    return Document(
        id=id or shown_name(path.stem),
        source=shown_name(path.name),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        n_pages=len(pages),
        language=find_language(text),
        metadata=find_metadata(text, blocks, furniture, info),
        text=text,
        blocks=blocks,
        lines=printed,
        furniture=furniture,
        warnings=_warnings(pages, scans),
        ocr=tuple(scans.read),
    )


def _list_furniture(aside: list[TextLine], apart: list[Group]) -> tuple[tuple[int, str], ...]:
    """What was set aside, page by page: running heads and the like, then statements and notices."""
    lines = [*aside, *(line for group in apart for line in group.lines)]
    return tuple((line.page, line.text) for line in sorted(lines, key=lambda line: line.page))


def _mend_ligatures(pages: list[Page]) -> None:
    mended = broken_ligatures(
        {(word.font, word.text) for page in pages for word in page.words if not word.text.isalnum()}
    )
    for page in pages if mended else ():
        for word in page.words:
            word.text = mended.get((word.font, word.text), word.text)


def _why_no_text(scans: Scans) -> str:
    if scans.why:
        return f"has no text: it is a scan or a drawing, and needs OCR; {scans.why}"
    if scans.slow:
        return f"has no text, and OCR took longer than {PAGE_SECONDS} s a page"
    return f"has no text, and OCR can read no words in its pictures{scans.hint}"


def _warnings(pages: list[Page], scans: Scans) -> tuple[str, ...]:
    """What a reader should know of the pages: those without text, read by OCR, or whose letters are not known."""
    warnings = []
    blank = [page.number for page in pages if not page.words and page.number not in scans.slow]
    if blank and scans.why:
        warnings.append(f"no text on page {_ranges(blank)}: blank, or a picture that needs OCR; {scans.why}")
    elif blank:
        warnings.append(
            f"no text on page {_ranges(blank)}: blank, or a picture in which OCR can read no words{scans.hint}"
        )
    if scans.slow:
        warnings.append(
            f"OCR took longer than {PAGE_SECONDS} s on page {_ranges(scans.slow)}, and was given up"
        )
    if scans.doubtful:
        warnings.append(
            f"doubtful text on page {_ranges(scans.doubtful)}: unknown words, or few words over a picture; "
            + (f"it needs OCR; {scans.why}" if scans.why else "OCR reads no more of it")
        )
    if scans.read:
        page, least = min(scans.read, key=lambda one: one[1])
        mean = statistics.fmean(confidence for _, confidence in scans.read)
        warnings.append(
            f"page {_ranges([page for page, _ in scans.read])} read by OCR, with a mean confidence of {mean:.0f} of 100"
            + (f" (least {least:.0f}, on page {page})" if len(scans.read) > 1 else "")
            + ": look at the page before you quote"
        )
    unmapped = [page.number for page in pages if page.n_unmapped > 0.02 * max(1, page.n_chars)]
    if unmapped:
        warnings.append(f"letters without a known character on page {_ranges(unmapped)}")
    return tuple(warnings)


def _ranges(numbers: list[int]) -> str:
    """Numbers as "1, 3-5".

    Example:
        >>> _ranges([1, 3, 4, 5])
        '1, 3-5'
    """
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1] = [parts[-1][0], number]
        else:
            parts.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)
