"""Read the picture of a page with Tesseract, where the extra `ocr` is installed; the only importer of its library."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from policyloom.extract.pdf.doubtful_text import count_known
from policyloom.extract.pdf.page import Word
from policyloom.languages.detect import DEFAULT_LANGUAGE
from policyloom.languages.layout import OcrModel, load_layout

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["PAGE_SECONDS", "Reading", "explain_missing", "installed_models", "ocr_version", "read_image"]

PAGE_SECONDS = 45
"""The most time for one reading of one page; an ordinary page takes one to three."""

MIN_SURE_CONFIDENCE = 70.0
"""Mean confidence (0 to 100) below which a page is read as the other languages too.

Chinese read as English has 18 and as Chinese 80 to 92; a clean English scan has 93, the gazette 70 to 86.
"""

MIN_SIGN_CONFIDENCE = 70.0
"""Confidence below which a sign without a letter or digit is dirt on the paper."""

MIN_LINE_CONFIDENCE = 30.0
"""Mean confidence below which a line with few known words is dirt on the paper.

On the gazette nearly all such lines of three words and more are; on a clean scan there are none.
"""

SIZE_TO_X_HEIGHT = 2.05
"""Size of a font to the height of its small letters: 2.0 to 2.2 on rendered pages of known sizes."""

DATA_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata",
    "/usr/local/share/tessdata", "/opt/homebrew/share/tessdata", "C:/Program Files/Tesseract-OCR/tessdata",
)  # fmt: skip
"""Where systems keep Tesseract's models; the library's wheel has none and does not look there."""


class Reading(NamedTuple):
    """The words that Tesseract found on a page, and their mean confidence from 0 to 100."""

    words: tuple[Word, ...]
    confidence: float


class _ReadWord(NamedTuple):
    """A word that Tesseract found, and its confidence from 0 to 100."""

    word: Word
    confidence: float


def ocr_version() -> str:
    """The OCR library with its version, and the models it can read with; empty where it is not installed."""
    if not installed_models():
        return ""
    import tesserocr

    return f"tesserocr {tesserocr.__version__}: {' '.join(sorted(installed_models()))}"


def explain_missing() -> str:
    """What to install so that pages can be read by OCR, in words; empty where all is there."""
    default = load_layout(DEFAULT_LANGUAGE).ocr
    if default.model in installed_models():
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


def read_image(
    image: Image, scale: float, models: Sequence[OcrModel], known_words: frozenset[str]
) -> Reading:
    """The reading of a picture of a page with `scale` pixels a point: the first that is sure, else the surest."""
    best = Reading((), 0.0)
    for model in models:
        if model.model in installed_models() and best.confidence < MIN_SURE_CONFIDENCE:
            reading = _read_as(model, image, scale, known_words)
            best = max(best, reading, key=lambda one: one.confidence)
    return best


@lru_cache(maxsize=1)
def _data_folder() -> str:
    """The folder of Tesseract's models; empty where there is none."""
    places = (os.environ.get("TESSDATA_PREFIX", ""), *DATA_FOLDERS)
    return next((place for place in places if place and any(Path(place).glob("*.traineddata"))), "")


@lru_cache(maxsize=1)
def installed_models() -> frozenset[str]:
    """The models that are installed; none where the library or its data is not."""
    try:
        import tesserocr
    except ImportError:
        return frozenset()
    return frozenset(tesserocr.get_languages(_data_folder())[1]) if _data_folder() else frozenset()


def _read_as(model: OcrModel, image: Image, scale: float, known_words: frozenset[str]) -> Reading:
    import tesserocr

    mode = tesserocr.PSM.SINGLE_BLOCK if model.one_block else tesserocr.PSM.AUTO
    with tesserocr.PyTessBaseAPI(path=_data_folder(), lang=model.model, psm=mode) as api:
        api.SetImage(image)
        api.SetSourceResolution(round(72 * scale))
        if not api.Recognize(PAGE_SECONDS * 1000):
            raise TimeoutError
        lines = [line for line in _lines(api.GetIterator(), scale) if not _is_noise(line, known_words)]
    if not lines:
        return Reading((), 0.0)
    confidence = statistics.fmean(each.confidence for line in lines for each in line)
    whole = _with_labels([tuple(each.word for each in line) for line in lines])
    return Reading(tuple(word for line in whole for word in line), confidence)


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


def _is_noise(line: Sequence[_ReadWord], known_words: frozenset[str]) -> bool:
    # Words that stand alone are kept: labels such as "(xxvi)" often have no confidence at all.
    n_known, _ = count_known([each.word for each in line], known_words)
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
