"""Read where each letter of a page stands, by which words that were read before are found again."""

from __future__ import annotations

import ctypes
import unicodedata
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as c

from policyloom.extract.pdf.characters import PageBox, read_text
from policyloom.extract.pdf.direct_calls import address_of, direct
from policyloom.extract.pdf.read_page import place_on_page, shown_box

__all__ = ["Letter", "PageLetters", "fold", "read_letters"]

_box_of = direct(c.FPDFText_GetCharBox)


@dataclass(slots=True)
class Letter:
    """A letter or digit in its folded form, in points from the top left of the page as it is shown."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PageLetters:
    """The letters and digits of a page, in the order of the file.

    Attributes:
        box: the part of the page that is shown, in its own coordinates.
        turns: by how many quarters the page is turned to the right.
        letters: a ligature as one of several letters.
    """

    box: PageBox
    turns: int
    letters: tuple[Letter, ...]


def fold(text: str) -> str:
    """The letters and digits of a text in the form in which two writings of one word are equal.

    Example:
        >>> fold("“Eﬃcient” co-operation")
        'efficientcooperation'
    """
    return "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())


def read_letters(page: pdfium.PdfPage) -> PageLetters:
    """The letters and digits of one of PDFium's pages; none where its text cannot be read."""
    box, turns = shown_box(page), page.get_rotation() // 90 % 4
    try:
        textpage = page.get_textpage()
    except pdfium.PdfiumError:
        return PageLetters(box, turns, ())
    try:
        place = place_on_page(box, turns)
        address = address_of(textpage.raw)
        numbers = [ctypes.c_double() for _ in range(4)]
        left, right, bottom, top = numbers
        places = [ctypes.byref(number) for number in numbers]
        found = []
        for i, character in enumerate(read_text(textpage)):
            text = fold(character)
            if text:
                _box_of(address, i, *places)
                a, b = place(left.value, bottom.value), place(right.value, top.value)
                x0, x1 = sorted((a[0], b[0]))
                upper, lower = sorted((a[1], b[1]))
                found.append(Letter(text, x0, upper, x1, lower))
        return PageLetters(box, turns, tuple(found))
    finally:
        textpage.close()
