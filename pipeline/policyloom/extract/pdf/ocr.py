"""Read the pages that are pictures, with Tesseract, where the extra `ocr` is installed.

The only importer of the OCR library. Words come as PDFium's do, so that layout, kinds and boxes do not
know the difference.
"""

from __future__ import annotations

import logging
import os
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from policyloom.extract.pdf.characters import MAX_STAMP_WORDS
from policyloom.extract.pdf.page import Page, Word
from policyloom.extract.text import clean, is_cjk
from policyloom.languages.detect import DEFAULT_LANGUAGE
from policyloom.languages.folders import language_folders
from policyloom.languages.layout import LayoutWords, OcrModel, load_layout
from policyloom.records import OcrUse

if TYPE_CHECKING:
    from PIL.Image import Image

    from policyloom.extract.pdf.file import PdfFile

__all__ = ["OcrResult", "explain_missing", "is_doubtful", "ocr_version", "read_scans"]

log = logging.getLogger(__name__)

DPI = 300
"""Pixels an inch that a page is rendered at; Tesseract's models were trained near it."""

MAX_SIDE = 5_000
"""Pixels of the longer side of a rendered page: a poster at 300 an inch would fill the memory."""

PAGE_SECONDS = 45
"""The most time for one reading of one page; an ordinary page takes one to three."""

MAX_UNMAPPED_SHARE = 0.2
"""Share of characters that are no known letter (U+FFFD, private use) above which a page's text is doubtful.

The worst of 812 good pages (nine policies, 24 articles, one paper, ten samples) has 0.004.
"""

MAX_UNKNOWN_SHARE = 0.5
"""Share of unknown words above which a text with too few vowels comes from a font that gives wrong letters.

Unknown words alone tell nothing: a page of names has 0.96, Polish read as English 0.91.
"""

MAX_UNKNOWN_SHARE_OF_SCAN = 0.07
"""Share of unknown words above which the text under a scanned page is read anew.

A gazette with a bad old text layer has 0.08 to 0.38 a page; born-digital acts have 0.01, policies 0.02 to 0.08.
"""

MIN_GAIN = 1.05
"""A new reading takes the place of a doubtful text when it has so many times its known words.

The gazette's pages gain 6 to 96 %.
"""

MIN_SAMPLE = 20
"""Words, or characters, below which shares say nothing."""

MIN_SURE_CONFIDENCE = 70.0
"""Mean confidence (0 to 100) below which a page is read as the other languages too.

Chinese read as English has 18 and as Chinese 80 to 92; a clean English scan has 93, the gazette 70 to 86.
"""

MIN_CONFIDENCE = 40.0
"""Mean confidence below which a reading is thrown away: dirt and pictures, or a script that was not tried."""

MIN_SIGN_CONFIDENCE = 70.0
"""Confidence below which a sign without a letter or digit is dirt on the paper.

On the gazette nearly all such lines of three words and more are; on a clean scan there are none.
"""

MIN_LINE_CONFIDENCE = 30.0
"""Mean confidence below which a line with few known words is dirt on the paper."""

SIZE_TO_X_HEIGHT = 2.05
"""Size of a font to the height of its small letters: 2.0 to 2.2 on rendered pages of known sizes."""

SAME_SIZE_SHARE = 0.1
"""Lines whose size differs by no more than this share have one size, as measured heights waver."""

DATA_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata",
    "/usr/local/share/tessdata", "/opt/homebrew/share/tessdata", "C:/Program Files/Tesseract-OCR/tessdata",
)  # fmt: skip
"""Where systems keep Tesseract's models; the library's wheel has none and does not look there."""


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


class _ReadWord(NamedTuple):
    """A word that Tesseract found, and its confidence from 0 to 100."""

    word: Word
    confidence: float


class _Reading(NamedTuple):
    """The words that Tesseract found on a page, and their mean confidence from 0 to 100."""

    words: tuple[Word, ...]
    confidence: float


def ocr_version() -> str:
    """The OCR library with its version, and the models it can read with; empty where it is not installed."""
    if not _models():
        return ""
    import tesserocr

    return f"tesserocr {tesserocr.__version__}: {' '.join(sorted(_models()))}"


def explain_missing() -> str:
    """What to install so that pages can be read by OCR, in words; empty where all is there."""
    default = load_layout(DEFAULT_LANGUAGE).ocr
    if default.model in _models():
        return ""
    data = (
        f"Tesseract's {default.name} data (apt install {default.package}, brew install tesseract, "
        "or name its folder in TESSDATA_PREFIX)"
    )
    try:
        import tesserocr  # noqa: F401
    except ImportError:
        return f"to have it read, install the extra `ocr` (pip install tesserocr) and {data}"
    return f"to have it read, install {data}"


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
    why = "OCR is switched off" if use == "never" else explain_missing()
    models = _order_models(words)
    readings: dict[int, _Reading] = {}
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
        if model.model not in _models() and model != default
    )


def _put_words(pages: Sequence[Page], readings: dict[int, _Reading]) -> tuple[Page, ...]:
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


def is_doubtful(page: Page, words: LayoutWords, known_words: frozenset[str]) -> bool:
    """Whether a page has text that is most likely not what its reader sees.

    So is text of unknown characters, text of wrong letters, an old OCR with many unknown words, and a few words
    stamped on a picture of a page.

    Args:
        page: as PDFium reads it.
        words: of the language that the file's text is in.
        known_words: of that language; without them unknown words tell nothing.
    """
    text = "".join(word.text for word in page.words).lower()
    if page.is_scan and len(page.words) < MAX_STAMP_WORDS:
        return bool(text)
    if len(text) < MIN_SAMPLE:
        return False
    if sum(text.count(char) for char in set(text) if _is_unmapped(char)) > MAX_UNMAPPED_SHARE * len(text):
        return True
    n_vowels, n_letters = (sum(map(text.count, letters)) for letters in (words.vowels, words.letters))
    wrong_letters = n_letters > 3 * MIN_SAMPLE and n_vowels < words.min_vowel_share * n_letters
    if not (page.is_scan or wrong_letters):
        return False
    n_known, n = _count_known(page.words, known_words)
    return n >= MIN_SAMPLE and n - n_known > n * (
        MAX_UNKNOWN_SHARE if wrong_letters else MAX_UNKNOWN_SHARE_OF_SCAN
    )


def _is_unmapped(char: str) -> bool:
    return char == "\ufffd" or "\ue000" <= char <= "\uf8ff"


def _count_known(words: Iterable[Word], known_words: frozenset[str]) -> tuple[int, int]:
    """How many words are known, and of how many; each Chinese character is a known word.

    Without a list of words, those without unknown characters are known.
    """
    n_known = n = 0
    for word in words:
        text = clean(word.text).lower().replace("’", "'")
        n_chinese = sum(map(is_cjk, text))
        core = text.strip(".,;:()[]{}\"'“”‘*-–—•/").removesuffix("'s")
        if n_chinese:
            n_known, n = n_known + n_chinese, n + n_chinese
        elif len(core) > 1 and any(char.isalpha() or _is_unmapped(char) for char in core):
            known = core in known_words if known_words else not any(map(_is_unmapped, core))
            n_known, n = n_known + known, n + 1
    return n_known, n


def _is_better(reading: _Reading, page: Page, known_words: frozenset[str]) -> bool:
    """Whether a reading has enough more known words than the page's own text."""
    return not page.words or (
        _count_known(reading.words, known_words)[0] >= MIN_GAIN * _count_known(page.words, known_words)[0]
    )


def _read_page(
    pdf: PdfFile, page: Page, models: Sequence[OcrModel], known_words: frozenset[str]
) -> _Reading | None:
    """A page's reading; none where the page is blank or cannot be read.

    Raises:
        TimeoutError: it takes too long.
    """
    scale = min(DPI / 72, MAX_SIDE / max(page.width, page.height))
    image = pdf.render(page.number, scale).convert("L")
    darkest, lightest = image.getextrema()
    if darkest == lightest:
        return None
    reading = _read_image(image, scale, models, known_words)
    log.info(
        "page %d read by OCR: %d words, mean confidence %.0f",
        page.number,
        len(reading.words),
        reading.confidence,
    )
    return reading if reading.confidence >= MIN_CONFIDENCE else None


def _read_image(
    image: Image, scale: float, models: Sequence[OcrModel], known_words: frozenset[str]
) -> _Reading:
    """The reading of a picture of a page with `scale` pixels a point: the first that is sure, else the surest."""
    best = _Reading((), 0.0)
    for model in models:
        if model.model in _models() and best.confidence < MIN_SURE_CONFIDENCE:
            reading = _read_as(model, image, scale, known_words)
            best = max(best, reading, key=lambda one: one.confidence)
    return best


@lru_cache(maxsize=1)
def _data_folder() -> str:
    """The folder of Tesseract's models; empty where there is none."""
    places = (os.environ.get("TESSDATA_PREFIX", ""), *DATA_FOLDERS)
    return next((place for place in places if place and any(Path(place).glob("*.traineddata"))), "")


@lru_cache(maxsize=1)
def _models() -> frozenset[str]:
    """The models that are installed; none where the library or its data is not."""
    try:
        import tesserocr
    except ImportError:
        return frozenset()
    return frozenset(tesserocr.get_languages(_data_folder())[1]) if _data_folder() else frozenset()


def _read_as(model: OcrModel, image: Image, scale: float, known_words: frozenset[str]) -> _Reading:
    import tesserocr

    mode = tesserocr.PSM.SINGLE_BLOCK if model.one_block else tesserocr.PSM.AUTO
    with tesserocr.PyTessBaseAPI(path=_data_folder(), lang=model.model, psm=mode) as api:
        api.SetImage(image)
        api.SetSourceResolution(round(72 * scale))
        if not api.Recognize(PAGE_SECONDS * 1000):
            raise TimeoutError
        lines = [line for line in _lines(api.GetIterator(), scale) if not _is_noise(line, known_words)]
    if not lines:
        return _Reading((), 0.0)
    confidence = statistics.fmean(each.confidence for line in lines for each in line)
    whole = _with_labels([tuple(each.word for each in line) for line in lines])
    return _Reading(tuple(word for line in whole for word in line), confidence)


def _lines(iterator: Any, scale: float) -> Iterator[list[_ReadWord]]:
    """The lines that Tesseract found."""
    from tesserocr import RIL, iterate_level

    line: list[_ReadWord] = []
    baseline = size = 0.0
    for item in iterate_level(iterator, RIL.WORD) if iterator else ():
        if item.Empty(RIL.WORD):
            continue
        if item.IsAtBeginningOf(RIL.TEXTLINE):
            if line:
                yield line
            line = []
            # A line's box and its ascenders depend on its letters and on specks beside it; small letters do not.
            row = item.RowAttributes()
            x_height = row["row_height"] - row["ascenders"] + row["descenders"]
            size = max(1.0, SIZE_TO_X_HEIGHT * x_height / scale)
            ground = item.Baseline(RIL.TEXTLINE) or ((0, item.BoundingBox(RIL.TEXTLINE)[3]),)
            baseline = statistics.fmean(y for _, y in ground) / scale
        box, text = item.BoundingBox(RIL.WORD), "".join(item.GetUTF8Text(RIL.WORD).split())
        confidence = item.Confidence(RIL.WORD)
        if box and text and (confidence >= MIN_SIGN_CONFIDENCE or any(map(str.isalnum, text))):
            word = Word(text, box[0] / scale, box[2] / scale, baseline, size, "ocr", False, False)
            line.append(_ReadWord(word, confidence))
    if line:
        yield line


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


def _is_noise(line: Sequence[_ReadWord], known_words: frozenset[str]) -> bool:
    # Words that stand alone are kept: labels such as "(xxvi)" often have no confidence at all.
    n_known, _ = _count_known([each.word for each in line], known_words)
    confidence = statistics.fmean(each.confidence for each in line)
    return len(line) > 2 and confidence < MIN_LINE_CONFIDENCE and 2 * n_known < len(line)


def _with_labels(lines: Sequence[tuple[Word, ...]]) -> list[tuple[Word, ...]]:
    """The lines, with labels such as "(a)" that Tesseract took for a column of their own before their lines."""
    joined = list(lines)
    for label in lines:
        if len(label) > 1 or len(label[0].text) > 8 or label not in joined:
            continue
        beside = [i for i, line in enumerate(joined) if _stands_beside(label[0], line[0])]
        if beside:
            i = min(beside, key=lambda i: joined[i][0].x0)
            first = joined[i][0]
            moved = replace(label[0], baseline=first.baseline, size=first.size)
            joined[i] = (moved, *joined[i])
            joined.remove(label)
    return [(*line[:-1], replace(line[-1], eol="\n")) for line in joined]


def _stands_beside(label: Word, word: Word) -> bool:
    return 0 <= word.x0 - label.x1 < 4 * word.size and abs(word.baseline - label.baseline) < 0.5 * word.size
