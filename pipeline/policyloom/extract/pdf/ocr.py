"""Give the pages that are pictures, or whose text is doubtful, their words by OCR.

Words come as PDFium's do, so that layout, kinds and boxes do not know the difference.
"""

from __future__ import annotations

import logging
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

from policyloom.extract.pdf import tesseract
from policyloom.extract.pdf.doubtful_text import count_known, is_doubtful
from policyloom.extract.pdf.page import Page, Word
from policyloom.extract.pdf.read_page import MAX_STAMP_WORDS
from policyloom.extract.pdf.tesseract import Reading
from policyloom.languages.detect import DEFAULT_LANGUAGE
from policyloom.languages.folders import language_folders
from policyloom.languages.layout import LayoutWords, OcrModel, load_layout
from policyloom.records import OcrUse

if TYPE_CHECKING:
    from policyloom.extract.pdf.file import PdfFile

__all__ = ["OcrResult", "read_scans"]

log = logging.getLogger(__name__)

DPI = 300
"""Pixels an inch that a page is rendered at; Tesseract's models were trained near it."""

MAX_SIDE = 5_000
"""Pixels of the longer side of a rendered page: a poster at 300 an inch would fill the memory."""

MIN_GAIN = 1.05
"""A new reading takes the place of a doubtful text when it has so many times its known words.

The gazette's pages gain 6 to 96 %.
"""

MIN_CONFIDENCE = 40.0
"""Mean confidence below which a reading is thrown away: dirt and pictures, or a script that was not tried."""

SAME_SIZE_SHARE = 0.1
"""Lines whose size differs by no more than this share have one size, as measured heights waver."""


@dataclass(frozen=True, slots=True)
class OcrResult:
    """What became of the pages that are pictures.

    Attributes:
        pages: all pages, those that were read with their new words.
        read: (page, mean confidence from 0 to 100) of those whose words are now Tesseract's.
        doubtful: pages whose text looks wrong and was not read anew.
        slow: pages that Tesseract did not finish in time.
        why: what to install so that pages without text are read, or why they were not, in words.
        hint: what else to install where OCR finds no words.
    """

    pages: tuple[Page, ...]
    read: tuple[tuple[int, float], ...] = ()
    doubtful: tuple[int, ...] = ()
    slow: tuple[int, ...] = ()
    why: str = ""
    hint: str = ""


def read_scans(
    pdf: PdfFile,
    pages: Sequence[Page],
    words: LayoutWords,
    known_words: frozenset[str],
    *,
    use: OcrUse = "auto",
    before: Callable[[int], None] | None = None,
) -> OcrResult:
    """The pages, where those that are pictures or whose text is doubtful have their words from OCR.

    Args:
        pdf: the file, open.
        pages: its pages.
        words: of the language that the file's own text is in.
        known_words: of that language.
        use: which pages are read.
        before: called with the number of a page before it is read.

    Raises:
        ValueError: `use` is none of its values.
    """
    if use not in get_args(OcrUse):
        raise ValueError(f"ocr {use!r}: use one of {', '.join(get_args(OcrUse))}")
    why = "OCR is switched off" if use == "never" else tesseract.explain_missing()
    models = _order_models(words)
    readings: dict[int, Reading] = {}
    doubtful_pages: list[int] = []
    slow: list[int] = []
    for page in pages:
        doubtful = is_doubtful(page, words, known_words)
        if page.width and not why and (doubtful or use == "always" or not page.words):
            if before:
                before(page.number)
            try:
                reading = _read_page(pdf, page, models, known_words)
            except TimeoutError:
                slow.append(page.number)
                reading = None
            if reading and (use == "always" or _is_better(reading, page, known_words)):
                readings[page.number] = reading
            # Few words over a picture are all there is where OCR sees no more, as on a cover.
            doubtful = doubtful and page.number not in readings and len(page.words) >= MAX_STAMP_WORDS
        if doubtful:
            doubtful_pages.append(page.number)
    return OcrResult(
        _put_words(pages, readings),
        tuple((number, round(reading.confidence, 1)) for number, reading in readings.items()),
        tuple(doubtful_pages),
        tuple(slow),
        why,
        _hint(models),
    )


def _order_models(words: LayoutWords) -> list[OcrModel]:
    """The models of all languages, the document's own first."""
    own = words.code
    layouts = [load_layout(code) for code in sorted(language_folders(), key=lambda code: (code != own, code))]
    return [layout.ocr for layout in layouts if layout.ocr.model]


def _hint(models: Iterable[OcrModel]) -> str:
    """The models that are not installed, as the end of a sentence."""
    default = load_layout(DEFAULT_LANGUAGE).ocr
    return "".join(
        f"; Tesseract's {model.name} data is not installed (apt install {model.package})"
        for model in models
        if model.model not in tesseract.installed_models() and model != default
    )


def _put_words(pages: Sequence[Page], readings: dict[int, Reading]) -> tuple[Page, ...]:
    """The pages, with the words of their readings where they have one."""
    levelled = _level_sizes({number: reading.words for number, reading in readings.items()})
    return tuple(
        replace(
            page,
            words=levelled[page.number],
            n_chars=sum(len(word.text) for word in levelled[page.number]),
            n_unmapped=0,
        )
        if page.number in levelled
        else page
        for page in pages
    )


def _is_better(reading: Reading, page: Page, known_words: frozenset[str]) -> bool:
    """Whether a reading has enough more known words than the page's own text."""
    return not page.words or (
        count_known(reading.words, known_words)[0] >= MIN_GAIN * count_known(page.words, known_words)[0]
    )


def _read_page(
    pdf: PdfFile, page: Page, models: Sequence[OcrModel], known_words: frozenset[str]
) -> Reading | None:
    """A page's reading; none where the page is blank or cannot be read.

    Raises:
        TimeoutError: it takes too long.
    """
    scale = min(DPI / 72, MAX_SIDE / max(page.width, page.height))
    image = pdf.render(page.number, scale).convert("L")
    darkest, lightest = image.getextrema()
    if darkest == lightest:
        return None
    reading = tesseract.read_image(image, scale, models, known_words)
    log.info(
        "page %d read by OCR: %d words, mean confidence %.0f",
        page.number,
        len(reading.words),
        reading.confidence,
    )
    return reading if reading.confidence >= MIN_CONFIDENCE else None


def _level_sizes(pages: dict[int, tuple[Word, ...]]) -> dict[int, tuple[Word, ...]]:
    """The words of each page, those of nearly one size with the same, and such pages with that of most words."""
    if not pages:
        return {}
    body = statistics.median(word.size for words in pages.values() for word in words)
    levelled = {}
    for number, words in pages.items():
        usual = statistics.median(word.size for word in words)
        stretch = body / usual if abs(body - usual) <= 2 * SAME_SIZE_SHARE * body else 1.0
        sizes = [usual]
        new = []
        for word in words:
            near = [size for size in sizes if abs(word.size - size) <= SAME_SIZE_SHARE * size]
            if not near:
                sizes.append(word.size)
            new.append(replace(word, size=stretch * (near[0] if near else word.size)))
        levelled[number] = tuple(new)
    return levelled
