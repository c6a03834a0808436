"""Word files to `Document`s: the text as it reads with all tracked changes accepted.

The parts are walked with the standard library. python-docx reads the runs of a paragraph alone, and misses what other
elements hold; mammoth and docx2python lose or double some of it as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from policyloom.extract.grid import MAX_SPAN, GridCell, to_pieces
from policyloom.extract.pieces import Piece, tidy, to_document
from policyloom.extract.word_package import local, read_parts, value
from policyloom.extract.word_styles import Style, Styles, child, is_on
from policyloom.records import Document

__all__ = ["read_docx"]

MAX_HEADING = 300
"""Characters; what is longer is no heading: some acts set their numbered paragraphs in styles of headings."""

_WRAPPERS = frozenset(
    "w:ins w:moveTo w:smartTag w:customXml w:hyperlink w:fldSimple w:dir w:bdo w:sdtContent w:rubyBase Choice Fallback".split()
)
_LEFT_OUT = frozenset(
    "w:del w:moveFrom w:pPr w:rPr w:rt w:delText w:instrText w:delInstrText w:sdtPr w:sdtEndPr".split()
)
_CONTENTS = re.compile(r"toc (?:\d|heading)|table of figures")
_SIGNS = {"w:tab": " ", "w:ptab": " ", "w:cr": "\n", "w:noBreakHyphen": "-", "w:softHyphen": ""}


def read_docx(path: Path, data: bytes, *, id: str, sha256: str) -> Document:
    """The document in a Word file.

    Deleted, hidden and struck text is left out, and so are headers, footers and comments; notes come after their paragraph.

    Raises:
        DocumentError: the file is encrypted, damaged, no Word file, too large, or has no text.
    """
    parts = read_parts(path, data)
    reader = _Reader(Styles(parts.styles, parts.numbering), _find_notes(parts.footnotes, parts.endnotes))
    pieces = [
        piece for body in parts.document if local(body) == "w:body" for piece in reader.read_blocks(body)
    ]
    pieces += reader.take_rest()
    info = {}
    for element in parts.core if parts.core is not None else ():
        if local(element) in ("title", "creator"):
            info["Title" if local(element) == "title" else "Author"] = tidy(element.text or "")
    furniture = [(0, line) for line in reader.contents]
    warnings = (
        ("holds another document as an embedded part, which is not read",) if reader.has_embedded else ()
    )
    return to_document(path, pieces, id=id, sha256=sha256, info=info, furniture=furniture, warnings=warnings)


def _find_notes(*parts: Element | None) -> dict[tuple[str, str], Element]:
    """The footnotes and endnotes by kind and id, without the lines that part them from the text."""
    return {
        (local(note), value(note, "id") or ""): note
        for part in parts
        for note in (part if part is not None else ())
        if value(note, "type") in (None, "normal")
    }


@dataclass(slots=True)
class _Words:
    """The words of a paragraph so far, and what follows it: notes and boxes."""

    parts: list[str] = field(default_factory=list)
    following: list[Piece] = field(default_factory=list)


class _Reader:
    """Walks the elements of a document.

    `contents` holds the lines of its tables of contents, `has_embedded` whether it holds another document.
    """

    def __init__(self, styles: Styles, notes: dict[tuple[str, str], Element]) -> None:
        self._styles = styles
        self._notes = notes
        self._fields: list[str] = []
        self._carried: list[str] = []
        self._in_note = False
        self.contents: list[str] = []
        self.has_embedded = False

    def read_blocks(self, container: Element) -> Iterator[Piece]:
        """The pieces of a body, a cell, a note or a text box."""
        for element in container:
            name = local(element)
            if name == "w:p":
                yield from self._read_paragraph(element)
            elif name == "w:tbl":
                yield from self._read_table(element)
            elif name == "w:sdt":
                content = child(element, "sdtContent")
                if content is not None and not _is_placeholder(element):
                    yield from self.read_blocks(content)
            elif name in _WRAPPERS:
                yield from self.read_blocks(element)
            elif name == "AlternateContent":
                yield from self.read_blocks(_choose(element))
            elif name == "w:altChunk":
                self.has_embedded = True

    def take_rest(self) -> list[Piece]:
        """The words of a last paragraph whose end is deleted."""
        text, self._carried = "".join(self._carried), []
        return [Piece("paragraph", text)] if text.strip() else []

    def _read_paragraph(self, paragraph: Element) -> Iterator[Piece]:
        properties = child(paragraph, "pPr")
        style = self._styles.paragraph(properties)
        words = _Words(self._carried)
        self._carried = []
        self._read_inline(paragraph, style, words)
        # A field without an end would swallow the rest of the document.
        self._fields = [state for state in self._fields if state != "code"]
        mark = child(properties, "rPr")
        if child(mark, "del") is not None or child(mark, "moveFrom") is not None:
            self._carried = words.parts  # with its end deleted, a paragraph goes on in the next
            yield from words.following
            return
        text = "".join(words.parts)
        if text.strip():
            yield from self._name_role(text, style)
        yield from words.following

    def _name_role(self, text: str, style: Style) -> Iterator[Piece]:
        level = self._styles.heading_level(style)
        if any(_CONTENTS.fullmatch(name) for name in style.names):
            self.contents.append(tidy(text))
        elif "title" in style.names:
            yield Piece("title", text.replace("\n", " "))
        elif level and len(text) <= MAX_HEADING:
            yield Piece("heading", text.replace("\n", " "), level)
        elif "caption" in style.names:
            yield Piece("caption", text)
        elif self._styles.is_list_item(style):
            yield Piece("list_item", f"• {text.strip()}")
        else:
            yield Piece("paragraph", text)

    def _read_inline(self, container: Element, style: Style, words: _Words) -> None:
        """Adds the words of runs, and of what runs stand in."""
        for element in container:
            name = local(element)
            if name == "w:r":
                self._read_run(element, style, words)
            elif name == "w:sdt":
                content = child(element, "sdtContent")
                if content is not None and not _is_placeholder(element):
                    self._read_inline(content, style, words)
            elif name == "AlternateContent":
                self._read_inline(_choose(element), style, words)
            elif name in ("oMath", "oMathPara"):
                words.parts += [each.text or "" for each in element.iter() if local(each) == "t"]
            elif name in _WRAPPERS:
                self._read_inline(element, style, words)

    def _read_run(self, run: Element, style: Style, words: _Words) -> None:
        """Adds the words of a run; the code of a field is none, and what is hidden or struck is left out."""
        left_out = self._styles.leaves_out(style, child(run, "rPr"))
        for element in run:
            name = local(element)
            if name == "w:fldChar":
                self._read_field(value(element, "fldCharType"))
            elif left_out or "code" in self._fields or name in _LEFT_OUT:
                continue
            elif name == "w:t":
                words.parts.append(element.text or "")
            elif name in _SIGNS:
                words.parts.append(_SIGNS[name])
            elif name == "w:br":
                words.parts.append("\n" if value(element, "type") in (None, "textWrapping") else " ")
            elif name == "w:sym":
                words.parts.append(_sign(value(element, "char")))
            elif name in ("w:footnoteReference", "w:endnoteReference"):
                words.following += self._read_note(
                    name[2:].removesuffix("Reference"), value(element, "id") or ""
                )
            elif name == "w:ruby":
                base = child(element, "rubyBase")
                if base is not None:
                    self._read_inline(base, style, words)
            else:
                words.following += self._read_boxes(element)

    def _read_field(self, kind: str | None) -> None:
        """A field holds its code, then its result: of these, the result is text."""
        if kind == "begin":
            self._fields.append("code")
        elif kind == "separate" and self._fields:
            self._fields[-1] = "result"
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _read_note(self, kind: str, id: str) -> list[Piece]:
        if self._in_note:
            return []
        note = self._notes.pop((f"w:{kind}", id), None)  # a note that is pointed at again is not read again
        if note is None:
            return []
        self._in_note, fields, carried = True, self._fields, self._carried
        self._fields, self._carried = [], []
        text = " ".join(piece.text for piece in [*self.read_blocks(note), *self.take_rest()])
        self._in_note, self._fields, self._carried = False, fields, carried
        return [Piece("footnote", tidy(text))] if text.strip() else []

    def _read_boxes(self, element: Element) -> list[Piece]:
        """The pieces of the text boxes in a drawing; one that is there in two forms is read once."""
        if local(element) == "w:txbxContent":
            fields, self._fields = self._fields, []
            carried, self._carried = self._carried, []
            found = [*self.read_blocks(element), *self.take_rest()]
            self._fields, self._carried = fields, carried
            return found
        inner = _choose(element) if local(element) == "AlternateContent" else element
        return [piece for each in inner for piece in self._read_boxes(each)]

    def _read_table(self, table: Element) -> list[Piece]:
        rows: list[list[GridCell]] = []
        above: dict[int, GridCell] = {}
        for row in _find(table, "w:tr"):
            properties = child(row, "trPr")
            if child(properties, "del") is not None or is_on(child(properties, "hidden")):
                continue
            is_head = is_on(child(properties, "tblHeader"))
            at = _number(value(child(properties, "gridBefore")), 0)
            cells: list[GridCell] = []
            for element in _find(row, "w:tc"):
                set_as = child(element, "tcPr")
                width = max(1, _number(value(child(set_as, "gridSpan")), 1))
                down, across = child(set_as, "vMerge"), child(set_as, "hMerge")
                if child(set_as, "cellDel") is not None:
                    continue
                if down is not None and value(down) != "restart" and at in above:
                    above[at].row_span += 1
                elif across is not None and value(across) != "restart" and cells:
                    cells[-1].column_span += width
                else:
                    cells.append(
                        GridCell([*self.read_blocks(element), *self.take_rest()], 1, width, at, is_head)
                    )
                    above.pop(at, None)
                    if down is not None:
                        above[at] = cells[-1]
                at += width
            rows.append(cells)
        return to_pieces(rows, is_data=True if any(cell.is_head for row in rows for cell in row) else None)


def _find(container: Element, name: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, also where other elements hold them."""
    for element in container:
        if local(element) == name:
            yield element
        elif local(element) == "w:sdt":
            content = child(element, "sdtContent")
            if content is not None:
                yield from _find(content, name)
        elif local(element) in _WRAPPERS:
            yield from _find(element, name)


def _choose(element: Element) -> Element:
    """The form of some content to be read: the first that has anything, of those for newer and older programs."""
    return next((each for each in element if len(each)), element)


def _is_placeholder(control: Element) -> bool:
    """Whether a content control shows only a prompt to fill it in."""
    return is_on(child(control, "sdtPr", "showingPlcHdr"))


def _number(text: str | None, default: int) -> int:
    """A number of columns; a file can claim millions."""
    return (
        min(int(text), MAX_SPAN)
        if text and text.isdigit() and len(text) < 10
        else default
        if not text
        else MAX_SPAN
    )


def _sign(code: str | None) -> str:
    """A character of a symbol font, which `clean` makes a bullet or a sign that is not known."""
    try:
        return chr(int(code or "", 16))
    except (ValueError, OverflowError):
        return ""
