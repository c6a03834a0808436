"""Stretches of an HTML page in which blocks follow one another, and the tables that hold such stretches."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from policyloom.extract.grid import MAX_SPAN, GridCell, to_pieces
from policyloom.extract.pieces import Piece, tidy
from policyloom.records import BlockKind

__all__ = ["BREAK", "HEADINGS", "Element", "Flow", "Table"]

BREAK = "\u2028"
"""What a `<br>` leaves in the words; line breaks of the file itself mean nothing."""

MAX_HEADING = 300
"""Characters; what is longer is no heading, whatever its tag."""

MIN_LINE = 50
"""Characters that lines parted by `<br>` are taken to have room for, at least."""

SHORT_SHARE = 0.6
"""Share of the longest line's length below which a line ends a paragraph, if a capital follows."""

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

_ITEM = re.compile(r"[•●▪■◦*–—-]\s+|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})[.)]\s+")
_SENTENCE_END = (".", "!", "?", ":", ";", "。", "！", "？", "：", "；")


@dataclass(slots=True)
class Element:
    """An open element; `is_fresh` until it has given its first block."""

    tag: str
    is_hidden: bool = False
    is_fresh: bool = True


@dataclass(slots=True)
class Flow:
    """A page, a cell or a caption: its pieces so far, the words of the next, and the elements that are open."""

    pieces: list[Piece] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)
    places: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def place(self, *tags: str) -> int:
        """The place of the innermost open element with one of these tags, or -1."""
        return max((self.places[tag][-1] for tag in tags if self.places.get(tag)), default=-1)

    def push(self, element: Element) -> None:
        """Opens an element."""
        self.places[element.tag].append(len(self.open))
        self.open.append(element)

    def pop(self) -> Element:
        """Closes the innermost element."""
        element = self.open.pop()
        self.places[element.tag].pop()
        return element

    def end_block(self) -> None:
        """Makes pieces of the words collected so far, of the kind that the open elements give them."""
        text, self.words = "".join(self.words), []
        if not text.strip(" \t\r\n\f" + BREAK):
            return
        if self.place("pre") >= 0:
            self.pieces.append(Piece("paragraph", text.replace(BREAK, "\n"), is_preformatted=True))
            return
        lines = [tidy(line) for line in text.split(BREAK)]
        heading = self.place(*HEADINGS)
        if heading >= 0 and len(text) <= MAX_HEADING:
            words = " ".join(filter(None, lines))
            if words:
                self.pieces.append(Piece("heading", words, int(self.open[heading].tag[1])))
            return
        kind = self._kind()
        for group in _paragraphs(lines):
            item = _ITEM.match(group[0])
            if kind == "list_item" or (kind == "paragraph" and item and len(lines) > 1):
                words = re.sub(r"^[*-]\s+", "• ", "\n".join(group))
                self.pieces.append(Piece("list_item", words if item else f"• {words}"))
                kind = "paragraph"
            else:
                self.pieces.append(Piece(kind, "\n".join(group)))

    def _kind(self) -> BlockKind:
        """The kind of a block that is no heading; the first block of a list item is one."""
        if self.place("figcaption", "caption") >= 0:
            return "caption"
        item = self.place("li")
        if item >= 0 and self.open[item].is_fresh:
            self.open[item].is_fresh = False
            return "list_item"
        return "paragraph"


def _paragraphs(lines: Sequence[str]) -> list[list[str]]:
    """Lines parted by `<br>`, those of one paragraph together.

    An empty line ends a paragraph; so does the end of a sentence or a short line, if a capital or a number follows, and
    a list item begins one.
    """
    longest = max(MIN_LINE, *map(len, lines))
    groups: list[list[str]] = [[]]
    for line in lines:
        last = groups[-1][-1] if groups[-1] else ""
        if not line:
            if groups[-1]:
                groups.append([])
            continue
        starts = line[0].isupper() or line[0].isdigit() or not line[0].isascii()
        ends = last.endswith(_SENTENCE_END) or len(last) < SHORT_SHARE * longest
        if last and (_ITEM.match(line) or (starts and ends)):
            groups.append([])
        groups[-1].append(line)
    return [group for group in groups if group]


@dataclass(slots=True)
class Table:
    """An open table.

    Attributes:
        is_data: what its markup says of it; None while it says nothing.
        is_hidden: whether the table or the row that is open is left out.
        rows: the cells so far.
        captions: the pieces of its captions.
        in_head: whether its head is open.
    """

    is_data: bool | None = None
    is_hidden: bool = False
    row_is_hidden: bool = False
    rows: list[list[GridCell]] = field(default_factory=list)
    captions: list[Piece] = field(default_factory=list)
    in_head: bool = False

    def add_cell(self, tag: str, attrs: dict[str, str | None]) -> GridCell:
        """A new cell at the end of the last row."""
        if not self.rows:
            self.rows.append([])
        cell = GridCell(
            row_span=_span(attrs.get("rowspan")),
            column_span=_span(attrs.get("colspan")),
            is_head=tag == "th" or self.in_head,
        )
        if (tag == "th" or attrs.get("scope") or attrs.get("headers")) and self.is_data is None:
            self.is_data = True
        self.rows[-1].append(cell)
        return cell

    def to_pieces(self) -> list[Piece]:
        """Its captions, and the table or its text."""
        return [*self.captions, *to_pieces(self.rows, is_data=self.is_data)]


def _span(value: str | None) -> int:
    found = re.match(r"\s*(\d{1,9})", value or "")
    if not found:
        return 1
    number = int(found[1])
    return min(number, MAX_SPAN) if number else MAX_SPAN  # 0 reaches to the end of the table
