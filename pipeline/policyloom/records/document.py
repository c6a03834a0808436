"""Documents: one text, and what points into it."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from policyloom.records.show import counted, cut, html_table

__all__ = [
    "Block",
    "BlockKind",
    "Box",
    "Cell",
    "Document",
    "HasSpan",
    "Line",
    "Metadata",
    "OcrUse",
    "Span",
    "UnreadPart",
    "UnreadReason",
]

BlockKind = Literal[
    "title",
    "heading",
    "paragraph",
    "list_item",
    "table",
    "caption",
    "footnote",
    "reference",
    "front_matter",
    "contents",
    "form_field",
]
OcrUse = Literal["auto", "never", "always"]
"""Which pages of a PDF are read by OCR: those without usable text, none, or all."""

UnreadReason = Literal["scan", "font", "page", "hidden", "language", "field", "answer"]
"""Why a part of a document was not judged: a picture without OCR, letters without a known character, a page that cannot
be loaded, hidden text, another language than the framework's, another field, no usable answer of a language model."""

Span = tuple[int, int]
"""`[start, end)` in characters of a document's text."""


class HasSpan(Protocol):
    """Anything that points into a text."""

    @property
    def start(self) -> int:
        """Its first character."""

    @property
    def end(self) -> int:
        """The character after its last."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in PDF points from the page's top left corner."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float

    def __post_init__(self) -> None:
        if self.page < 1:
            raise ValueError(f"page {self.page}: pages count from 1")
        if self.x1 < self.x0 or self.bottom < self.top:
            raise ValueError(f"box {(self.x0, self.top, self.x1, self.bottom)}: right and bottom come last")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line of a document: where it stands in the text and where on the page.

    `words` holds, for each word in order, `(start in the text, left edge, right edge)`.
    """

    start: int
    end: int
    box: Box
    words: tuple[tuple[int, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table that has words.

    Attributes:
        start, end: the span in `Document.text`, inside that of its block.
        row, column: counted from 0, of its upper left corner.
        row_span, column_span: how many rows and columns it covers.
        is_head: whether it names its row or column, or the rows below it.
    """

    start: int
    end: int
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    is_head: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"cell span [{self.start}, {self.end}) holds no words")
        if self.row < 0 or self.column < 0 or self.row_span < 1 or self.column_span < 1:
            raise ValueError(
                f"cell at row {self.row}, column {self.column}, over {self.row_span} rows and "
                f"{self.column_span} columns: rows and columns count from 0, and spans from 1"
            )


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text with one role.

    Attributes:
        kind: the role.
        start, end: the span in `Document.text`.
        level: 1 for the outermost heading and so on; 0 for what is not a heading.
        section: the headings that enclose the block, outermost first; for a heading, itself last.
        pages: the pages it stands on.
        boxes: one a page, or one a column where a block runs over several.
        cells: of a table, those with words, in order of `start`; empty where its cells are not known.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    section: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()
    boxes: tuple[Box, ...] = ()
    cells: tuple[Cell, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in get_args(BlockKind):
            raise ValueError(f"block kind {self.kind!r}: use one of {', '.join(get_args(BlockKind))}")
        if not 0 <= self.start <= self.end:
            raise ValueError(f"block span [{self.start}, {self.end}) is not a span")
        if self.cells and self.kind != "table":
            raise ValueError(f"block [{self.start}, {self.end}) is a {self.kind}: only tables have cells")
        last = self.start
        for cell in self.cells:
            if cell.start < last or cell.end > self.end:
                raise ValueError(
                    f"cell [{cell.start}, {cell.end}) overlaps another or leaves its block [{self.start}, {self.end})"
                )
            last = cell.end


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a document says of itself; empty where it says nothing."""

    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    doi: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnreadPart:
    """A part of a document that was not read.

    Attributes:
        reason: why.
        pages: the pages it stands on; empty where the format has none.
        n_characters: how many characters it has; 0 where that is not known, as in a picture. Those in another language
            or of another field are in `Document.text`, the others are not.
        message: the same in plain words.
    """

    reason: UnreadReason
    pages: tuple[int, ...]
    n_characters: int
    message: str

    def __post_init__(self) -> None:
        if self.reason not in get_args(UnreadReason):
            raise ValueError(f"unread reason {self.reason!r}: use one of {', '.join(get_args(UnreadReason))}")
        if self.n_characters < 0:
            raise ValueError(f"{self.n_characters} characters unread: a number cannot be below 0")


@dataclass(frozen=True, slots=True)
class Document:
    """A document as one immutable text, with everything else pointing into it.

    Attributes:
        id: the name it goes by in a run, unique there.
        source: the file it came from, relative to the folder of the run.
        sha256: of the file's bytes.
        n_pages: 0 where the format has no pages.
        language: an ISO 639-1 code.
        metadata: title, authors and so on, as the document states them.
        text: the cleaned text, in reading order.
        blocks: in order of `start`, not overlapping.
        lines: the printed lines, in order of `start`; empty where the format has none.
        furniture: running heads, page numbers, notices: what was printed but is not text, as (page, words).
        warnings: what could not be read well, in plain words.
        ocr: the pages whose words OCR has read, as (page, mean confidence from 0 to 100).
        unread: the parts that were not read, and why.
    """

    id: str
    source: str
    sha256: str
    n_pages: int
    language: str
    metadata: Metadata
    text: str
    blocks: tuple[Block, ...]
    lines: tuple[Line, ...] = ()
    furniture: tuple[tuple[int, str], ...] = ()
    warnings: tuple[str, ...] = ()
    ocr: tuple[tuple[int, float], ...] = ()
    unread: tuple[UnreadPart, ...] = ()

    def __post_init__(self) -> None:
        last = 0
        for block in self.blocks:
            if block.start < last or block.end > len(self.text):
                raise ValueError(
                    f"document {self.id}: block [{block.start}, {block.end}) overlaps or runs out"
                )
            last = block.end

    def __repr__(self) -> str:
        pages = f"{counted(self.n_pages, 'page')}, " if self.n_pages else ""
        words = f"{counted(len(self.text), 'character')} in {counted(len(self.blocks), 'block')}"
        return f"<Document {cut(self.id)}: {pages}{words}, language {self.language}>"

    def _repr_html_(self) -> str:
        title = f"{cut(self.metadata.title, 120)} {self!r}".strip()
        rows = ((b.kind, b.pages[0] if b.pages else "", cut(self.quote(b), 120)) for b in self.blocks)
        return html_table(title, ("block", "page", "text"), rows, len(self.blocks))

    def quote(self, x: HasSpan) -> str:
        """The words that `x` points at, verbatim."""
        return self.text[x.start : x.end]

    def lines_at(self, start: int, end: int) -> tuple[Line, ...]:
        """The printed lines that `[start, end)` touches."""
        first = bisect.bisect_right(self.lines, start, key=lambda line: line.end)
        last = bisect.bisect_left(self.lines, end, lo=first, key=lambda line: line.start)
        return self.lines[first:last]

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """Where `[start, end)` is printed: one box a line it touches, to the width of its words.

        Empty for a format without pages. A word that the span cuts counts whole.
        """
        found = []
        for line in self.lines_at(start, end):
            starts = [word[0] for word in line.words]
            lo = max(0, bisect.bisect_right(starts, start) - 1)
            hit = line.words[lo : bisect.bisect_left(starts, end)]
            if hit:
                box = line.box
                found.append(
                    Box(box.page, min(w[1] for w in hit), box.top, max(w[2] for w in hit), box.bottom)
                )
        return tuple(found)

    def page(self, x: HasSpan) -> int:
        """The page on which `x` begins; 0 where the format has no pages."""
        at = bisect.bisect_right(self.lines, x.start, key=lambda line: line.end)
        if at < len(self.lines):
            return self.lines[at].box.page
        return 0
