"""PDF files to `Document`s."""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from policyloom.errors import DocumentError
from policyloom.extract.blocks.article_matter import split_off_article_matter
from policyloom.extract.blocks.assemble import find_groups, tags_as_bookmarks
from policyloom.extract.blocks.document_text import build_text
from policyloom.extract.blocks.groups import Group
from policyloom.extract.blocks.metadata import find_metadata
from policyloom.extract.layout.contents import take_out_contents
from policyloom.extract.layout.furniture import MARGIN_SHARE, PageLines, set_furniture_aside
from policyloom.extract.layout.grids import Rectangle, bounds, find_grids
from policyloom.extract.layout.lines import find_lines
from policyloom.extract.layout.spacing import mend_spacing
from policyloom.extract.layout.tables import Table, find_tables
from policyloom.extract.layout.text_line import TextLine
from policyloom.extract.pdf.file import open_pdf
from policyloom.extract.pdf.ocr import OcrResult, read_scans
from policyloom.extract.pdf.page import Page
from policyloom.extract.pdf.sheets import Sheet, make_sheets, on_sheets
from policyloom.extract.pdf.tesseract import PAGE_SECONDS
from policyloom.extract.text import clean, mend_ligatures
from policyloom.extract.words import load_known_words
from policyloom.files import show_name
from policyloom.languages.detect import SAMPLE, find_language
from policyloom.languages.layout import LayoutWords, load_layout
from policyloom.records import Document, OcrUse

__all__ = ["read_pdf"]

MAX_UNMAPPED_SHARE = 0.02
"""Share of a page's characters without a known letter from which the page is named in a warning."""


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
        own_pages = list(pdf.pages())
        language = _find_language(own_pages)
        known_words = load_known_words(language)
        info, bookmarks = pdf.info(), pdf.bookmarks()
        scans = read_scans(pdf, own_pages, load_layout(language), known_words, use=ocr, before=before_ocr)
        bookmarks = bookmarks or tags_as_bookmarks(own_pages)
    if scans.read:
        language = _find_language(scans.pages)
        known_words = load_known_words(language)
    words = load_layout(language)
    pages = _mend_ligatures(scans.pages, known_words)
    leaves, sheets = make_sheets(pages)
    bookmarks = on_sheets(bookmarks, sheets)
    sorted_pages, tables = _sort_lines(leaves, words, known_words)
    lines, contents = take_out_contents([page.text for page in sorted_pages], words)
    tables += [Group(entries, kind="contents") for entries in contents]
    tables.sort(key=lambda group: (group.page, group.lines[0].baseline))
    groups, article_matter = split_off_article_matter(find_groups(lines, bookmarks, tables, words), words)
    text, blocks, printed = build_text(groups, known_words, sheets)
    if not text.strip():
        raise DocumentError(path, "no-text", _why_no_text(scans))
    furniture = _list_furniture(sorted_pages, article_matter, pages, sheets)
    return Document(
        id=id or show_name(path.stem),
        source=show_name(path.name),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        n_pages=len(pages),
        language=language,
        metadata=find_metadata(text, blocks, furniture, info, words),
        text=text,
        blocks=blocks,
        lines=printed,
        furniture=furniture,
        warnings=_warnings(pages, scans),
        ocr=scans.read,
    )


def _find_language(pages: Iterable[Page]) -> str:
    """The language of the first pages' words; they are parted by spaces, whatever the language."""
    words: list[str] = []
    n = 0
    for page in pages:
        words += [word.text for word in page.words]
        n += page.n_chars
        if n > SAMPLE:
            break
    return find_language(clean(" ".join(words)))


def _mend_ligatures(pages: Sequence[Page], known_words: frozenset[str]) -> list[Page]:
    """The pages with the words whole in which a font gives a wrong character for a ligature."""
    if not known_words:
        return list(pages)
    mended = mend_ligatures(
        {(word.font, word.text) for page in pages for word in page.words if not word.text.isalnum()},
        known_words,
    )
    if not mended:
        return list(pages)
    return [
        replace(
            page,
            words=tuple(
                replace(word, text=mended[word.font, word.text]) if (word.font, word.text) in mended else word
                for word in page.words
            ),
        )
        for page in pages
    ]


def _sort_lines(
    pages: Sequence[Page], words: LayoutWords, known_words: frozenset[str]
) -> tuple[list[PageLines], list[Group]]:
    """Each page's lines of text and furniture, and the ruled tables, whose lines are in neither.

    A line in a table that reaches out of the page's margins is no furniture, though it may stand on every page; a table
    within a margin is a running head.
    """
    rests: list[list[TextLine]] = []
    tables: list[list[Table]] = []
    left_out: list[list[list[Rectangle]]] = []
    for page in pages:
        grids = find_grids(page.ruled_lines, page.fills) if page.words else []
        in_margin = [grid for grid in grids if _is_in_margin(bounds(grid), page.height)]
        inner = [grid for grid in grids if grid not in in_margin]
        found, rest = find_tables(inner, mend_spacing(find_lines(page), known_words), page.fills)
        tables.append(found)
        rests.append(rest)
        left_out.append(in_margin)
    sorted_pages = []
    groups = []
    for page, page_lines, found, grids in zip(
        pages, set_furniture_aside(rests, words), tables, left_out, strict=True
    ):
        more, text = find_tables(grids, page_lines.text, page.fills) if grids else ([], page_lines.text)
        sorted_pages.append(replace(page_lines, text=tuple(text)))
        for table in sorted([*found, *more], key=lambda table: (table.top, table.x0)):
            groups.append(Group(table.lines, kind="table", cells=table.cells))
    return sorted_pages, groups


def _is_in_margin(box: Rectangle, height: float) -> bool:
    return box[3] < MARGIN_SHARE * height or box[1] > (1 - MARGIN_SHARE) * height


def _list_furniture(
    sorted_pages: Sequence[PageLines],
    article_matter: Sequence[Group],
    pages: Sequence[Page],
    sheets: Sequence[Sheet],
) -> tuple[tuple[int, str], ...]:
    """The lines set aside, page by page: running heads and the like, statements and notices, then stamps."""
    lines = [line for page in sorted_pages for line in page.furniture]
    lines += [line for group in article_matter for line in group.lines]
    found = [(sheets[line.page - 1].page, line.text) for line in lines]
    found += [(page.number, text) for page in pages for text in page.asides]
    return tuple(sorted(found, key=lambda each: each[0]))


def _why_no_text(scans: OcrResult) -> str:
    if scans.why:
        return f"has no text: it is a scan or a drawing, and needs OCR; {scans.why}"
    if scans.slow:
        return f"has no text, and OCR took longer than {PAGE_SECONDS} s a page"
    return f"has no text, and OCR can read no words in its pictures{scans.hint}"


def _warnings(pages: Sequence[Page], scans: OcrResult) -> tuple[str, ...]:
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
        page, lowest = min(scans.read, key=lambda one: one[1])
        mean = statistics.fmean(confidence for _, confidence in scans.read)
        warnings.append(
            f"page {_ranges([page for page, _ in scans.read])} read by OCR, with a mean confidence of {mean:.0f} of 100"
            + (f" (least {lowest:.0f}, on page {page})" if len(scans.read) > 1 else "")
            + ": look at the page before you quote"
        )
    unmapped = [page.number for page in pages if page.n_unmapped > MAX_UNMAPPED_SHARE * max(1, page.n_chars)]
    if unmapped:
        warnings.append(f"letters without a known character on page {_ranges(unmapped)}")
    return tuple(warnings)


def _ranges(numbers: Sequence[int]) -> str:
    """Numbers as "1, 3-5".

    Example:
        >>> _ranges([1, 3, 4, 5])
        '1, 3-5'
    """
    parts: list[tuple[int, int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1] = (parts[-1][0], number)
        else:
            parts.append((number, number))
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)
