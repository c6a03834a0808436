"""HTML files to `Document`s.

Nothing is fetched, no entities are known beyond characters, and damaged markup is taken. Elements that a file leaves open
are closed as browsers do it; a tag costs the same however many are open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from policyloom.extract.grid import GridCell
from policyloom.extract.limits import too_large
from policyloom.extract.pieces import Piece, tidy, to_document
from policyloom.extract.plain import find_pieces
from policyloom.extract.web_decode import decode_html
from policyloom.extract.web_flow import BREAK, HEADINGS, Element, Flow, Table
from policyloom.extract.web_tokens import find_tokens
from policyloom.languages.detect import find_language
from policyloom.languages.layout import load_layout
from policyloom.records import Document

__all__ = ["read_html"]

ALL_HIDDEN = "all of its text is marked as hidden or as standing beside the text; it was read nevertheless"

MAX_TAGS = 2_000_000
"""Of a page; an act of 600 pages has 100,000."""

_LEFT_OUT = frozenset(
    "script style nav footer noscript template svg math aside button select textarea datalist label iframe object canvas "
    "audio video del s strike rt rp".split()
)
_ROLES_LEFT_OUT = frozenset(
    "navigation search contentinfo complementary menu menubar dialog alertdialog".split()
)
_BLOCKS = frozenset(
    "p div section article main header footer nav aside ul ol menu dir li dl dt dd blockquote pre figure figcaption body "
    "html form fieldset legend address details summary dialog center hgroup search select option".split()
) | frozenset(HEADINGS)  # fmt: skip
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr frame keygen".split())
_INSIDE_HEADINGS = frozenset(("div", "section", "header", "hgroup", "center"))
_LISTS = ("ul", "ol", "menu", "dir")
_ROWS = frozenset(("thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup"))
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|text-decoration[\w-]*\s*:[^;]*line-through)"
)
_NOTE_MARK = re.compile(r"[\[(]?\s*(?:\d{1,3}|[a-z*†‡§]{1,2})\s*[\])]?")
_AUTHORS = ("author", "citation_author", "dc.creator", "dcterms.creator")
_DATES = (
    "date", "citation_publication_date", "citation_date", "dc.date", "dc.date.issued", "dcterms.date", "dcterms.issued",
    "article:published_time", "datepublished", "pubdate",
)  # fmt: skip
_TITLES = ("citation_title", "dc.title", "dcterms.title", "og:title")


def read_html(path: Path, data: bytes, *, id: str, sha256: str) -> Document:
    """The document in an HTML file; scripts, navigation, controls, and deleted or hidden text are left out.

    Raises:
        DocumentError: the file is no text, has none, or is too large.
    """
    text, warnings = decode_html(path, data)
    n_tags = text.count("<")
    if n_tags > MAX_TAGS:
        raise too_large(path, n_tags, "tags", MAX_TAGS)
    reader = _read(text, hides=True)
    if not reader.pieces and reader.has_hidden:
        # Some pages hide their body until a script shows it.
        reader = _read(text, hides=False)
        warnings += (ALL_HIDDEN,) if reader.pieces else ()
    pieces = _read_preformatted(reader.pieces)
    return to_document(path, pieces, id=id, sha256=sha256, info=reader.info(), warnings=warnings)


def _read(text: str, *, hides: bool) -> _Reader:
    reader = _Reader(hides=hides)
    for token in find_tokens(text):
        if token.kind == "start":
            reader.start_tag(token.value, token.attributes)
        elif token.kind == "end":
            reader.end_tag(token.value)
        else:
            reader.add_text(token.value)
    reader.finish()
    return reader


def _read_preformatted(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, with the blocks of preformatted text found as in a text file."""
    if not any(piece.is_preformatted for piece in pieces):
        return list(pieces)
    words = load_layout(find_language("\n".join(piece.text for piece in pieces)))
    return [
        found
        for piece in pieces
        for found in (find_pieces(piece.text.split("\n"), words) if piece.is_preformatted else (piece,))
    ]


class _Reader:
    """Collects the pieces of a page from its tokens.

    Flows and tables are stacked as they stand in one another; between two cells a table is on top.
    """

    def __init__(self, *, hides: bool) -> None:
        self._hides = hides
        self._page = Flow()
        self._stack: list[Flow | Table] = [self._page]
        self._flows: list[Flow] = [self._page]
        self._cells: list[GridCell | None] = [None]
        self._n_hidden = 0
        self._in_title = False
        self._notes: list[int] = []
        self._authors: list[str] = []
        self._stated: dict[str, str] = {}
        self._title: list[str] = []
        self.has_hidden = False

    @property
    def pieces(self) -> list[Piece]:
        """What was found."""
        return self._page.pieces

    def info(self) -> dict[str, str]:
        """The page's own title, authors and date."""
        title = tidy("".join(self._title)) or self._stated.get("Title", "")
        return {**self._stated, "Title": title, "Author": "; ".join(self._authors)}

    def finish(self) -> None:
        """Closes what is open at the end of the file."""
        while len(self._stack) > 1:
            self._close_top()
        self._pop_to(self._page, 0)
        self._page.end_block()

    def start_tag(self, tag: str, found: dict[str, str | None]) -> None:
        """Takes a start tag with its attributes."""
        self._in_title = tag == "title" and not self._n_hidden
        if tag == "table":
            self._open_table(found)
        elif tag in _ROWS:
            self._open_row_part(tag, found)
        elif tag in _VOID:
            self._void(tag, found)
        elif isinstance(self._stack[-1], Flow):
            self._open(tag, found, self._stack[-1])

    def end_tag(self, tag: str) -> None:
        """Takes an end tag."""
        self._in_title = False
        if tag == "table":
            self._close_table()
        elif tag in _ROWS:
            self._close_row_part(tag)
        elif isinstance(self._stack[-1], Flow):
            flow = self._stack[-1]
            if (tag == "p" and flow.place("p") < 0) or tag == "br":
                self._void("br" if tag == "br" else "hr", {})
            elif tag in HEADINGS and flow.place(*HEADINGS) >= 0:
                self._pop_to(flow, flow.place(*HEADINGS))
            elif flow.place(tag) >= 0:
                if tag == "sup":
                    self._drop_note_mark(flow)
                self._pop_to(flow, flow.place(tag))

    def add_text(self, data: str) -> None:
        """Takes words."""
        if self._in_title:
            self._title.append(data)
        elif not self._n_hidden:
            flow = self._flows[-1]
            is_in_pre = flow.place("pre") >= 0
            flow.words.append(data.replace("\r\n", "\n").replace("\n", BREAK) if is_in_pre else data)

    def _open(self, tag: str, attrs: dict[str, str | None], flow: Flow) -> None:
        """Opens an element within a flow, and closes those that it ends."""
        heading = flow.place(*HEADINGS)
        if tag in _BLOCKS:
            if heading >= 0 and any(word.strip() for word in flow.words):
                if tag in _INSIDE_HEADINGS:
                    flow.words.append(" ")
                    self._push(tag, attrs, flow)
                    return
                self._pop_to(flow, heading)
            elif heading >= 0 and tag in HEADINGS:
                self._pop_to(flow, heading)
            if flow.place("p") >= 0:
                self._pop_to(flow, flow.place("p"))
            flow.end_block()
            if tag == "li" and flow.place("li") > flow.place(*_LISTS):
                self._pop_to(flow, flow.place("li"))
            elif tag in ("dt", "dd") and flow.place("dt", "dd") > flow.place("dl"):
                self._pop_to(flow, flow.place("dt", "dd"))
        elif tag == "sup":
            self._notes.append(len(flow.words))
        elif tag == "a" and (attrs.get("href") or "").startswith("#") and flow.place("sup") >= 0:
            flow.open[flow.place("sup")].is_fresh = False
        self._push(tag, attrs, flow)

    def _push(self, tag: str, attrs: dict[str, str | None], flow: Flow) -> None:
        is_hidden = self._is_hidden(tag, attrs)
        self._n_hidden += is_hidden
        flow.push(Element(tag, is_hidden))

    def _is_hidden(self, tag: str, attrs: dict[str, str | None]) -> bool:
        """Whether an element and all that is in it is left out."""
        hidden = "hidden" in attrs and (attrs["hidden"] or "").lower() != "until-found"
        if not (
            hidden
            or tag in _LEFT_OUT
            or (attrs.get("aria-hidden") or "").strip().lower() == "true"
            or (attrs.get("role") or "").strip().lower() in _ROLES_LEFT_OUT
            or _HIDING.search((attrs.get("style") or "").lower())
        ):
            return False
        self.has_hidden = True
        return self._hides or tag in ("script", "style", "template", "noscript")

    def _pop_to(self, flow: Flow, place: int) -> None:
        """Closes the elements of a flow from a place on."""
        ends = any(element.tag in _BLOCKS for element in flow.open[place:])
        if ends:
            flow.end_block()
        while len(flow.open) > place:
            element = flow.pop()
            self._n_hidden -= element.is_hidden
            if element.tag == "sup" and self._notes:
                self._notes.pop()

    def _drop_note_mark(self, flow: Flow) -> None:
        """Takes off a raised number that is a link within the page: it would be glued to the word before it."""
        element = flow.open[flow.place("sup")]
        at = self._notes[-1] if self._notes else len(flow.words)
        if not element.is_fresh and _NOTE_MARK.fullmatch("".join(flow.words[at:]).strip()):
            del flow.words[at:]

    def _void(self, tag: str, attrs: dict[str, str | None]) -> None:
        """An element without content."""
        flow = self._flows[-1]
        if tag == "meta":
            self._read_meta(attrs)
        elif tag == "br":
            flow.words.append(BREAK)
        elif tag == "hr":
            flow.end_block()

    def _open_table(self, attrs: dict[str, str | None]) -> None:
        if isinstance(self._stack[-1], Table):
            self._close_top()
        flow = self._flows[-1]
        if flow.place("p") >= 0:
            self._pop_to(flow, flow.place("p"))
        flow.end_block()
        role = (attrs.get("role") or "").strip().lower()
        is_data = False if role in ("presentation", "none") or attrs.get("datatable") == "0" else None
        table = Table(is_data, self._is_hidden("table", attrs))
        self._n_hidden += table.is_hidden
        self._stack.append(table)

    def _innermost_table(self) -> Table | None:
        """The innermost table, with the cell or caption closed that is open in it."""
        if len(self._stack) == 1:
            return None
        if isinstance(self._stack[-1], Flow):
            self._close_top()
        table = self._stack[-1]
        return table if isinstance(table, Table) else None

    def _open_row_part(self, tag: str, attrs: dict[str, str | None]) -> None:
        table = self._innermost_table()
        if table is None:
            self._flows[-1].end_block()
            return
        if tag in ("td", "th", "caption"):
            flow = Flow()
            flow.push(Element(tag, self._is_hidden(tag, attrs)))
            self._n_hidden += flow.open[0].is_hidden
            self._stack.append(flow)
            self._flows.append(flow)
            self._cells.append(table.add_cell(tag, attrs) if tag != "caption" else None)
            return
        self._end_row(table)
        if tag == "tr":
            table.rows.append([])
            table.row_is_hidden = self._is_hidden(tag, attrs)
            self._n_hidden += table.row_is_hidden
        elif tag != "colgroup":
            table.in_head = tag == "thead"

    def _close_row_part(self, tag: str) -> None:
        if len(self._stack) == 1:
            return
        if tag in ("td", "th", "caption"):
            if isinstance(self._stack[-1], Flow):
                self._close_top()
            return
        table = self._innermost_table()
        if table is not None:
            self._end_row(table)
            if tag == "thead":
                table.in_head = False

    def _end_row(self, table: Table) -> None:
        self._n_hidden -= table.row_is_hidden
        table.row_is_hidden = False

    def _close_table(self) -> None:
        if self._innermost_table() is not None:
            self._close_top()

    def _close_top(self) -> None:
        """Closes the flow or table on top of the stack, and hands on what it holds."""
        top = self._stack.pop()
        if isinstance(top, Table):
            self._end_row(top)
            self._n_hidden -= top.is_hidden
            self._flows[-1].pieces += top.to_pieces()
            return
        top.end_block()
        self._pop_to(top, 0)
        self._flows.pop()
        cell = self._cells.pop()
        table = self._stack[-1]
        if cell is not None:
            cell.pieces = top.pieces
        elif isinstance(table, Table):
            table.captions += top.pieces
            table.is_data = True if table.is_data is None and top.pieces else table.is_data

    def _read_meta(self, attrs: dict[str, str | None]) -> None:
        name = (attrs.get("name") or attrs.get("property") or attrs.get("itemprop") or "").lower()
        content = tidy(attrs.get("content") or "")
        if content and name in _AUTHORS:
            self._authors.append(content)
        elif content and name in _DATES:
            self._stated.setdefault("Date", content)
        elif content and name in _TITLES:
            self._stated.setdefault("Title", content)
