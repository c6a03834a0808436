"""HTML and Word files to `Document`s.

HTML is read with the standard library's parser: it fetches nothing, knows no entities beyond characters,
and takes damaged markup. Word files are read with python-docx, whose XML parser resolves no entities.
"""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path

from policyloom.errors import DocumentError
from policyloom.extract.plain import Piece, to_document
from policyloom.files import decode
from policyloom.records import BlockKind, Document

__all__ = ["read_docx", "read_html"]

MAX_UNPACKED = 200_000_000
"""Bytes that a Word file may unpack to; a bomb of 40 kB can claim gigabytes."""

_LEFT_OUT = frozenset("script style nav footer noscript template svg aside form button select iframe".split())
_ENDS_BLOCK = frozenset(
    "p div section article main header ul ol li dl dt dd blockquote pre table tr br hr figure figcaption body".split()
)
_AUTHORS = ("author", "citation_author", "dc.creator")
_DATES = ("date", "citation_publication_date", "dc.date", "article:published_time")


def read_html(path: Path, data: bytes, *, id: str, sha256: str) -> Document:
    """The document in an HTML file; scripts, navigation and footers are left out.

    Raises:
        DocumentError: the file is no text, or has none.
    """
    reader = _Reader()
    reader.feed(_decode(path, data))
    reader.close()
    reader.end_block()
    return to_document(path, reader.pieces, id=id, sha256=sha256, info=reader.info)


def _decode(path: Path, data: bytes) -> str:
    """The text of an HTML file: as UTF-8, in the charset that it declares, or in the encoding it looks like."""
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8-sig")
    declared = re.search(rb"charset\s*=\s*[\"']?([\w-]+)", data[:2048])
    if declared:
        with suppress(LookupError):
            return data.decode(declared[1].decode("ascii"), "replace")
    try:
        return decode(data)
    except ValueError as error:
        raise DocumentError(path, "not-text", str(error)) from error


class _Reader(HTMLParser):
    """A parser that collects blocks; `pieces` and `info` are the result."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[Piece] = []
        self.info: dict[str, str] = {}
        self._words: list[str] = []
        self._rows: list[list[str]] = []
        self._kind: BlockKind = "paragraph"
        self._level = self._skipped = self._tables = 0
        self._skipping, self._in_title = "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipping:
            self._skipped += tag == self._skipping
        elif tag in _LEFT_OUT:
            self.end_block()
            self._skipping, self._skipped = tag, 1
        elif tag == "title":
            self._in_title = True
        elif tag == "meta":
            self._meta(dict(attrs))
        elif tag == "table":
            self.end_block()
            self._tables += 1
        elif self._tables:
            if tag == "tr":
                self._rows.append([])
            elif tag in ("td", "th"):
                self._words = []
        elif re.fullmatch("h[1-6]", tag):
            self.end_block()
            self._kind, self._level = "heading", int(tag[1])
        elif tag in _ENDS_BLOCK:
            self.end_block()
            if tag == "li":
                self._kind = "list_item"
            elif tag == "figcaption":
                self._kind = "caption"

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            self._skipped -= tag == self._skipping
            if not self._skipped:
                self._skipping = ""
        elif tag == "title":
            self._in_title = False
        elif tag == "table" and self._tables:
            self._tables -= 1
            if not self._tables:
                self._end_table()
        elif self._tables:
            if tag in ("td", "th") and self._rows:
                self._rows[-1].append(" ".join("".join(self._words).split()))
                self._words = []
        elif tag in _ENDS_BLOCK or re.fullmatch("h[1-6]", tag):
            self.end_block()

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.info["Title"] = self.info.get("Title", "") + " ".join(data.split())
        elif not self._skipping:
            self._words.append(data)

    def end_block(self) -> None:
        """Makes a block of the words collected so far."""
        words = " ".join("".join(self._words).split())
        if words:
            self.pieces.append(
                (self._kind, self._level, f"• {words}" if self._kind == "list_item" else words)
            )
        self._words, self._kind, self._level = [], "paragraph", 0

    def _end_table(self) -> None:
        rows = ["\t".join(row) for row in self._rows if any(row)]
        if rows:
            self.pieces.append(("table", 0, "\n".join(rows)))
        self._rows, self._words = [], []

    def _meta(self, attrs: dict[str, str | None]) -> None:
        name = (attrs.get("name") or attrs.get("property") or "").lower()
        content = " ".join((attrs.get("content") or "").split())
        if content and name in _AUTHORS:
            self.info["Author"] = "; ".join(filter(None, [self.info.get("Author", ""), content]))
        elif content and name in _DATES:
            self.info.setdefault("Date", content)


def read_docx(path: Path, data: bytes, *, id: str, sha256: str) -> Document:
    """The document in a Word file.

    Raises:
        DocumentError: the file is damaged, no Word file, unpacks to too much, or has no text.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
    except zipfile.BadZipFile as error:
        raise DocumentError(path, "damaged", "is not a Word file (.docx), or is damaged") from error
    if size > MAX_UNPACKED:
        raise DocumentError(
            path, "too-large", f"unpacks to {size:,} bytes; the most that is read is {MAX_UNPACKED:,}"
        )
    import docx
    from docx.table import Table

    try:
        file = docx.Document(io.BytesIO(data))
        pieces: list[Piece] = []
        for item in file.iter_inner_content():
            if isinstance(item, Table):
                rows = ["\t".join(" ".join(cell.text.split()) for cell in row.cells) for row in item.rows]
                pieces.append(("table", 0, "\n".join(row for row in rows if row.strip())))
                continue
            words = " ".join(item.text.split())
            style = (item.style.name or "") if item.style else ""
            heading = re.fullmatch(r"[Hh]eading (\d)", style)
            if heading:
                pieces.append(("heading", int(heading[1]), words))
            elif style == "Title":
                pieces.append(("title", 0, words))
            elif style.startswith("List"):
                pieces.append(("list_item", 0, f"• {words}" if words else ""))
            else:
                pieces.append(("caption" if style == "Caption" else "paragraph", 0, words))
        core = file.core_properties
        info = {"Title": core.title or "", "Author": core.author or ""}
    except (KeyError, ValueError, SyntaxError, zipfile.BadZipFile) as error:  # lxml's errors are SyntaxErrors
        raise DocumentError(path, "damaged", "is not a Word file (.docx), or is damaged") from error
    return to_document(path, [p for p in pieces if p[2]], id=id, sha256=sha256, info=info)
