"""Say which parts of a PDF were not read, and why."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from policyloom.extract.pdf.ocr import OcrResult
from policyloom.extract.pdf.page import Page
from policyloom.extract.pdf.tesseract import PAGE_SECONDS
from policyloom.records import UnreadPart, UnreadReason

__all__ = ["find_unread", "list_warnings", "why_no_text"]

MAX_UNMAPPED_SHARE = 0.02
"""Share of a page's characters without a known letter from which the page is named in a warning."""


MIN_HIDDEN = 20
"""Characters of a page that no reader sees from which it is named; fewer are spaces, signs and marks for the printer."""


def _reason(page: Page) -> UnreadReason | None:
    """Why a page without words has none; nothing where it is blank."""
    if not page.is_loaded:
        return "page"
    if page.n_hidden + page.n_struck:
        return "hidden"
    if page.n_unmapped:
        return "font"
    return "scan" if page.has_picture else None


def _has_text(page: Page) -> bool:
    return bool(page.words or page.entries or page.parts)


def why_no_text(pages: Sequence[Page], scans: OcrResult) -> str:
    """Why a document has no text at all."""
    reasons = {_reason(page) for page in pages if not _has_text(page)}
    if "scan" in reasons or (reasons <= {None} and scans.slow):
        if scans.why:
            return f"has no text: it is a scan or a drawing, and needs OCR; {scans.why}"
        if scans.slow:
            return f"has no text, and OCR took longer than {PAGE_SECONDS} s a page"
        return f"has no text, and OCR can read no words in its pictures{scans.hint}"
    if "page" in reasons:
        numbers = [page.number for page in pages if not page.is_loaded]
        return f"has no text: page {_ranges(numbers)} cannot be loaded, as the file is damaged"
    if "font" in reasons:
        return "has no text that can be read: its fonts do not say which letters they show" + (
            f"; OCR would read them; {scans.why}" if scans.why else ""
        )
    if "hidden" in reasons:
        return "has no text that its reader sees: all of it is invisible, white, covered or struck through"
    if any(map(_has_text, pages)):
        return "has no text but what stands in its margins on every page"
    return "has no text: its pages are blank"


def find_unread(pages: Sequence[Page], scans: OcrResult) -> tuple[UnreadPart, ...]:
    """The parts that were not read, reason by reason."""
    ocr = f"; {scans.why}" if scans.why else ""
    parts = (
        _part("page", _find_damaged(pages), "cannot be loaded, as the file is damaged"),
        _part("scan", _find_pictures(pages, scans), f"a picture that was not read{ocr}"),
        _part("scan", _find_doubtful_scans(pages, scans), f"a scan whose text is doubtful{ocr}"),
        _part("font", _find_unmapped(pages, scans), "letters that the font does not name, or names wrongly"),
        _part("hidden", _find_hidden(pages, scans), "text that is invisible, white or covered was left out"),
        _part("hidden", _find_struck(pages, scans), "text that is struck through was left out"),
    )
    return tuple(part for part in parts if part)


_Found = dict[int, int]
"""Pages that were not read, in order, with the number of characters of each that is known to be missing."""


def _find_damaged(pages: Sequence[Page]) -> _Found:
    return {page.number: 0 for page in pages if not _has_text(page) and _reason(page) == "page"}


def _find_pictures(pages: Sequence[Page], scans: OcrResult) -> _Found:
    pictures = {page.number for page in pages if not _has_text(page) and _reason(page) == "scan"}
    return dict.fromkeys(sorted(pictures | set(scans.slow)), 0)


def _find_doubtful_scans(pages: Sequence[Page], scans: OcrResult) -> _Found:
    return {page.number: 0 for page in pages if page.is_scan and page.number in scans.doubtful}


def _find_unmapped(pages: Sequence[Page], scans: OcrResult) -> _Found:
    return {
        page.number: page.n_unmapped or page.n_chars
        for page in pages
        if not page.is_scan and (_is_unmapped(page) or page.number in scans.doubtful)
    }


def _find_hidden(pages: Sequence[Page], scans: OcrResult) -> _Found:
    read = dict(scans.read)
    return {
        page.number: page.n_hidden
        for page in pages
        if page.n_hidden >= MIN_HIDDEN and page.number not in read
    }


def _find_struck(pages: Sequence[Page], scans: OcrResult) -> _Found:
    read = dict(scans.read)
    return {page.number: page.n_struck for page in pages if page.n_struck and page.number not in read}


def _part(reason: UnreadReason, found: _Found, words: str) -> UnreadPart | None:
    if not found:
        return None
    return UnreadPart(reason, tuple(found), sum(found.values()), f"page {_ranges(tuple(found))}: {words}")


def _is_unmapped(page: Page) -> bool:
    return page.n_unmapped > MAX_UNMAPPED_SHARE * max(1, page.n_chars)


def list_warnings(pages: Sequence[Page], scans: OcrResult) -> tuple[str, ...]:
    """What a reader should know of the pages: those without text, read by OCR, or whose letters are not known."""
    warnings = []
    missing = [page.number for page in pages if not page.is_loaded]
    if missing:
        warnings.append(f"page {_ranges(missing)} cannot be loaded, as the file is damaged")
    empty = [page for page in pages if not _has_text(page) and page.number not in scans.slow]
    pictures = [page.number for page in empty if _reason(page) == "scan"]
    blank = [page.number for page in empty if _reason(page) is None]
    if blank:
        warnings.append(f"no text on page {_ranges(blank)}: blank")
    if pictures and scans.why:
        warnings.append(
            f"no text on page {_ranges(pictures)}: blank, or a picture that needs OCR; {scans.why}"
        )
    elif pictures:
        warnings.append(
            f"no text on page {_ranges(pictures)}: blank, or a picture in which OCR can read no words{scans.hint}"
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
    unmapped = [page.number for page in pages if _is_unmapped(page)]
    if unmapped:
        warnings.append(f"letters without a known character on page {_ranges(unmapped)}")
    warnings += [part.message for part in find_unread(pages, scans) if part.reason == "hidden"]
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
