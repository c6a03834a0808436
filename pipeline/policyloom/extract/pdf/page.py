"""A page as it is read: words with their places, ruled lines, and the headings that its tags name."""

from __future__ import annotations

from dataclasses import dataclass

from policyloom.extract.pdf.ruled_lines import Fill, RuledLine

__all__ = ["Bookmark", "Entry", "Page", "Word"]


@dataclass(slots=True)
class Word:
    """A run of characters without a space, in points; `baseline` counts from the top.

    Never changed once its page is read; not frozen, as a page has hundreds and they would take five times as long to make.

    Attributes:
        text: its characters.
        x0: its left edge.
        x1: its right edge.
        baseline: where its letters stand.
        size: of its font, as it is shown.
        font: the name of its font.
        bold: whether it is bold.
        italic: whether it is italic.
        space: whether a space stands before it.
        eol: "" inside a line, "\\n" before a line break, and "-" before one that a hyphen was cut at.
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


@dataclass(frozen=True, slots=True)
class Entry:
    """Words that somebody put into a form field or a printed note, with its rectangle in points."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a PDF.

    Attributes:
        number: counted from 1.
        width: in points, as the page is shown.
        height: in points, as the page is shown.
        words: in the order of the file.
        ruled_lines: the straight lines that the page draws.
        fills: the coloured areas that it draws.
        n_chars: the number of characters.
        n_unmapped: the number of characters without a known letter.
        is_scan: whether a picture covers the page and hides its words, if it has more than a stamp.
        headings: those that the file's tags name, with their level.
        turn: by how many quarters its words are turned to the left against the page as it is shown; width, height and
            places are those of the turned page.
        parts: the words of the page that are set sideways beside upright text, as pages of their own.
        asides: words set aslant or up a margin, as stamps and watermarks are.
        entries: what is filled into its form fields, and notes that are printed on it.
        n_hidden: the number of characters left out that no reader sees.
        n_struck: the number of characters left out that are struck through.
        has_picture: whether it shows words, a picture or a drawing, so that it is not blank.
        is_loaded: whether PDFium could load it.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...] = ()
    ruled_lines: tuple[RuledLine, ...] = ()
    fills: tuple[Fill, ...] = ()
    n_chars: int = 0
    n_unmapped: int = 0
    is_scan: bool = False
    headings: tuple[tuple[str, int], ...] = ()
    turn: int = 0
    parts: tuple[Page, ...] = ()
    asides: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    n_hidden: int = 0
    n_struck: int = 0
    has_picture: bool = False
    is_loaded: bool = True


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the file's own outline; `level` counts from 1, `page` is 1-based or 0."""

    title: str
    level: int
    page: int
