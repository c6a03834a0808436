"""Read the pages that are pictures, with Tesseract, where the extra `ocr` is installed.

The only importer of the OCR library. Words come as `chars` gives them, so that layout, kinds and boxes do not
know the difference.
"""

from __future__ import annotations

import logging
import os
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from policyloom.extract.chars import STAMP, Page, PdfFile, Word
from policyloom.extract.text import clean, english_words, is_cjk
from policyloom.records import OcrUse

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Scans", "engine", "is_doubtful", "missing", "read_scans"]

log = logging.getLogger(__name__)

DPI = 300
"""Pixels an inch that a page is rendered at; Tesseract's models were trained near it."""

MAX_SIDE = 5_000
"""Pixels of the longer side of a rendered page: a poster at 300 an inch would fill the memory."""

PAGE_SECONDS = 45
"""The most time for one reading of one page; an ordinary page takes one to three."""

ODD = 0.2
"""Share of characters that are no known letter (U+FFFD, private use) from which a page's text is doubtful.

The worst of 812 good pages (nine policies, 24 articles, one paper, ten samples) has 0.004.
"""

FEW_VOWELS, STRANGE = 0.3, 0.5
"""Shares of vowels among letters, and of words in no English list, of a font that gives wrong letters.

The poorest good page has 0.33 vowels, and texts of 23 European and Asian languages 0.35 and more; English with
its letters shifted has 0.12 to 0.32. Unknown words alone tell nothing: a page of names has 0.96, Polish 0.91.
"""

OLD_OCR = 0.07
"""Share of words in no English list from which the text under a scanned page is read anew.

A gazette with a bad old text layer has 0.08 to 0.38 a page; born-digital acts have 0.01, policies 0.02 to 0.08.
"""

BETTER = 1.05
"""A new reading takes the place of a doubtful text when it has so many times its known words.

The gazette's pages gain 6 to 96 %.
"""

ENOUGH = 20
"""Words, or characters, below which shares say nothing."""

SURE = 70.0
"""Mean confidence (0 to 100) below which a page read as English is read as Chinese too.

Chinese read as English has 18 and as Chinese 80 to 92; a clean English scan has 93, the gazette 70 to 86.
"""

READABLE = 40.0
"""Mean confidence below which a reading is thrown away: dirt and pictures, or a script that was not tried."""

SPECK, NOISE = 70.0, 30.0
"""Confidence below which a sign without a letter or digit, or a line with few known words, is dirt on the paper.

On the gazette nearly all such lines of three words and more are; on a clean scan there are none.
"""

EM = 2.05
"""Size of a font to the height of its small letters: 2.0 to 2.2 on rendered pages of known sizes."""

SAME_SIZE = 0.1
"""Lines whose size differs by no more than this share have one size, as measured heights waver."""

DATA_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata",
    "/usr/local/share/tessdata", "/opt/homebrew/share/tessdata", "C:/Program Files/Tesseract-OCR/tessdata",
)  # fmt: skip
"""Where systems keep Tesseract's models; the library's wheel has none and does not look there."""


@dataclass(slots=True)
class Scans:
    """What became of the pages that are pictures.

    Attributes:
        read: (page, mean confidence from 0 to 100) of those whose words are now Tesseract's.
        doubtful: pages whose text looks wrong and was not read anew.
        slow: pages that Tesseract did not finish in time.
        why: what to install so that pages without text are read, or why they were not, in words.
        hint: what else to install where OCR finds no words.
    """

    read: list[tuple[int, float]] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)
    slow: list[int] = field(default_factory=list)
    why: str = ""
    hint: str = ""


def engine() -> str:
    """The OCR library with its version, and the languages it can read; empty where it is not installed."""
    if not _languages():
        return ""
    import tesserocr

    return f"tesserocr {tesserocr.__version__}: {' '.join(sorted(_languages()))}"


def missing() -> str:
    """What to install so that pages can be read by OCR, in words; empty where all is there."""
    if "eng" in _languages():
        return ""
    data = "Tesseract's English data (apt install tesseract-ocr, brew install tesseract, or name its folder in TESSDATA_PREFIX)"
    try:
        import tesserocr  # noqa: F401
    except ImportError:
        return f"to have it read, install the extra `ocr` (pip install tesserocr) and {data}"
    return f"to have it read, install {data}"


def read_scans(
    pdf: PdfFile, pages: list[Page], *, use: OcrUse = "auto", before: Callable[[int], None] | None = None
) -> Scans:
    """Give the pages that are pictures, or whose text is doubtful, their words by OCR.

    Args:
        pdf: the file, open.
        pages: its pages; `words` of those read is replaced.
        use: which pages are read.
        before: called with the number of a page before it is read.

    Raises:
        ValueError: `use` is none of its values.
    """
    if use not in get_args(OcrUse):
        raise ValueError(f"ocr {use!r}: use one of {', '.join(get_args(OcrUse))}")
    scans = Scans(why="OCR is switched off" if use == "never" else missing())
    if "chi_sim" not in _languages():
        scans.hint = "; Tesseract's Chinese data is not installed (apt install tesseract-ocr-chi-sim)"
    for page in pages:
        doubtful = is_doubtful(page)
        if page.width and not scans.why and (doubtful or use == "always" or not page.words):
            if before:
                before(page.number)
            better = _read_page(pdf, page, scans, keep=use == "auto")
            # Few words over a picture are all there is where OCR sees no more, as on a cover.
            doubtful = doubtful and not better and len(page.words) >= STAMP
        if doubtful:
            scans.doubtful.append(page.number)
    numbers = {number for number, _ in scans.read}
    if numbers:
        _level_sizes([page for page in pages if page.number in numbers])
    return scans


def is_doubtful(page: Page) -> bool:
    """Whether a page has text that is most likely not what its reader sees.

    So is text of unknown characters, text of wrong letters, an old OCR with many unknown words, and a few words
    stamped on a picture of a page.
    """
    text = "".join(word.text for word in page.words).lower()
    if page.is_scan and len(page.words) < STAMP:
        return bool(text)
    if len(text) < ENOUGH:
        return False
    if sum(text.count(char) for char in set(text) if _is_odd(char)) > ODD * len(text):
        return True
    n_vowels, n_letters = (
        sum(map(text.count, letters)) for letters in ("aeiouy", "abcdefghijklmnopqrstuvwxyz")
    )
    wrong_letters = n_letters > 3 * ENOUGH and n_vowels < FEW_VOWELS * n_letters
    if not (page.is_scan or wrong_letters):
        return False
    known, n = _count_known(page.words)
    return n >= ENOUGH and n - known > (STRANGE if wrong_letters else OLD_OCR) * n


def _is_odd(char: str) -> bool:
    return char == "\ufffd" or "\ue000" <= char <= "\uf8ff"


def _count_known(words: list[Word]) -> tuple[int, int]:
    """How many words are English, and of how many; each Chinese character is a known word."""
    english = english_words()
    known = n = 0
    for word in words:
        text = clean(word.text).lower().replace("’", "'")
        n_chinese = sum(map(is_cjk, text))
        core = text.strip(".,;:()[]{}\"'“”‘*-–—•/").removesuffix("'s")
        if n_chinese:
            known, n = known + n_chinese, n + n_chinese
        elif len(core) > 1 and any(char.isalpha() or _is_odd(char) for char in core):
            known, n = known + (core in english), n + 1
    return known, n


def _read_page(pdf: PdfFile, page: Page, scans: Scans, *, keep: bool) -> bool:
    """Give a page Tesseract's words, with `keep` only where they are more than its own; whether it has them."""
    scale = min(DPI / 72, MAX_SIDE / max(page.width, page.height))
    image = pdf.render(page.number, scale).convert("L")
    darkest, lightest = image.getextrema()
    if darkest == lightest:
        return False
    try:
        words, sure = _read_image(image, scale)
    except TimeoutError:
        scans.slow.append(page.number)
        return False
    log.info("page %d read by OCR: %d words, mean confidence %.0f", page.number, len(words), sure)
    if sure < READABLE:
        return False
    if keep and page.words and _count_known(words)[0] < BETTER * _count_known(page.words)[0]:
        return False
    page.words = words
    page.n_chars, page.n_unmapped = sum(len(word.text) for word in words), 0
    scans.read.append((page.number, round(sure, 1)))
    return True


def _read_image(image: Image, scale: float) -> tuple[list[Word], float]:
    """The words in a picture of a page with `scale` pixels a point, and their mean confidence."""
    words, sure = _read_as("eng", image, scale)
    if sure < SURE and "chi_sim" in _languages():
        chinese, chinese_sure = _read_as("chi_sim", image, scale)
        if chinese_sure > sure:
            return chinese, chinese_sure
    return words, sure


@lru_cache(maxsize=1)
def _data_folder() -> str:
    """The folder of Tesseract's models; empty where there is none."""
    places = (os.environ.get("TESSDATA_PREFIX", ""), *DATA_FOLDERS)
    return next((place for place in places if place and any(Path(place).glob("*.traineddata"))), "")


@lru_cache(maxsize=1)
def _languages() -> frozenset[str]:
    """The languages that can be read; none where the library or its data is not installed."""
    try:
        import tesserocr
    except ImportError:
        return frozenset()
    return frozenset(tesserocr.get_languages(_data_folder())[1]) if _data_folder() else frozenset()


def _read_as(language: str, image: Image, scale: float) -> tuple[list[Word], float]:
    import tesserocr

    # The default mode can read a horizontal Chinese page as columns; taken as one block, it does not.
    mode = tesserocr.PSM.SINGLE_BLOCK if language == "chi_sim" else tesserocr.PSM.AUTO
    with tesserocr.PyTessBaseAPI(path=_data_folder(), lang=language, psm=mode) as api:
        api.SetImage(image)
        api.SetSourceResolution(round(72 * scale))
        if not api.Recognize(PAGE_SECONDS * 1000):
            raise TimeoutError
        lines = [line for line in _lines(api.GetIterator(), scale) if not _is_noise(line)]
    if not lines:
        return [], 0.0
    sure = statistics.fmean(confidence for line in lines for _, confidence in line)
    words = [word for line in _with_labels([[word for word, _ in line] for line in lines]) for word in line]
    return words, sure


def _lines(iterator: Any, scale: float) -> Iterator[list[tuple[Word, float]]]:
    """The lines that Tesseract found, as words with their confidence."""
    from tesserocr import RIL, iterate_level

    line: list[tuple[Word, float]] = []
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
            size = max(1.0, EM * (row["row_height"] - row["ascenders"] + row["descenders"]) / scale)
            ground = item.Baseline(RIL.TEXTLINE) or ((0, item.BoundingBox(RIL.TEXTLINE)[3]),)
            baseline = statistics.fmean(y for _, y in ground) / scale
        box, text = item.BoundingBox(RIL.WORD), "".join(item.GetUTF8Text(RIL.WORD).split())
        confidence = item.Confidence(RIL.WORD)
        if box and text and (confidence >= SPECK or any(map(str.isalnum, text))):
            word = Word(text, box[0] / scale, box[2] / scale, baseline, size, "ocr", False, False)
            line.append((word, confidence))
    if line:
        yield line


def _level_sizes(pages: list[Page]) -> None:
    """Give words of nearly one size the same, and all pages of nearly one size that of most words."""
    body = statistics.median(word.size for page in pages for word in page.words)
    for page in pages:
        usual = statistics.median(word.size for word in page.words)
        stretch = body / usual if abs(body - usual) <= 2 * SAME_SIZE * body else 1.0
        sizes = [usual]
        for word in page.words:
            near = [size for size in sizes if abs(word.size - size) <= SAME_SIZE * size]
            if not near:
                sizes.append(word.size)
            word.size = stretch * (near[0] if near else word.size)


def _is_noise(line: list[tuple[Word, float]]) -> bool:
    # Words that stand alone are kept: labels such as "(xxvi)" often have no confidence at all.
    known, _ = _count_known([word for word, _ in line])
    sure = statistics.fmean(confidence for _, confidence in line)
    return len(line) > 2 and sure < NOISE and 2 * known < len(line)


def _with_labels(lines: list[list[Word]]) -> list[list[Word]]:
    """The lines, with labels such as "(a)" that Tesseract took for a column of their own before their lines."""
    joined = list(lines)
    for label in lines:
        if len(label) > 1 or len(label[0].text) > 8:
            continue
        beside = [
            line
            for line in joined
            if 0 <= line[0].x0 - label[0].x1 < 4 * line[0].size
            and abs(line[0].baseline - label[0].baseline) < 0.5 * line[0].size
        ]
        if beside:
            line = min(beside, key=lambda line: line[0].x0)
            label[0].baseline, label[0].size = line[0].baseline, line[0].size
            joined = [label + line if one is line else one for one in joined if one is not label]
    for line in joined:
        line[-1].eol = "\n"
    return joined
