"""Plain and Markdown text files to `Document`s."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from policyloom.errors import DocumentError
from policyloom.extract.blocks.metadata import find_metadata
from policyloom.extract.text import clean
from policyloom.files import decode, show_name
from policyloom.languages.detect import find_language
from policyloom.languages.layout import load_layout
from policyloom.records import Block, BlockKind, Document

__all__ = ["Piece", "read_text_file", "to_document"]

Piece = tuple[BlockKind, int, str]
"""A block to be: its kind, its level where it is a heading, its words."""

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[A-Z][^.;:]{2,120}$")
_ITEM = re.compile(r"\s*(?:[•●▪■◦*–-]\s+|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})\)\s+)")
_TERMINAL = (".", "!", "?", ";", ":", ",", "。", "；")


def read_text_file(path: Path, data: bytes, *, id: str, sha256: str) -> Document:
    """The document in a text file: paragraphs at empty lines, headings, list items.

    Raises:
        DocumentError: the file is empty or not text.
    """
    raw, warnings = _decode(path, data)
    pieces = [
        piece
        for part in re.split(r"\n\s*\n", raw.replace("\r\n", "\n").replace("\r", "\n"))
        for piece in _pieces(part)
    ]
    return to_document(path, pieces, id=id, sha256=sha256, warnings=warnings)


def _decode(path: Path, data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a file, and a warning where its encoding was guessed."""
    marked = data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not marked and b"\x00" in data[:4096]:
        raise DocumentError(path, "not-text", "is not a text file, whatever its name says")
    try:
        text = decode(data)
    except ValueError as error:
        raise DocumentError(path, "not-text", str(error)) from error
    if marked or text.encode("utf-8", "replace") == data:
        return text, ()
    return text, ("is not UTF-8; its encoding was guessed, so accents and quotes may be wrong",)


def to_document(
    path: Path,
    pieces: Sequence[Piece],
    *,
    id: str,
    sha256: str,
    info: Mapping[str, str] | None = None,
    warnings: tuple[str, ...] = (),
) -> Document:
    """The document of these pieces; a heading of level 1 that comes first is its title.

    Args:
        path: the file.
        pieces: in order.
        id: the name the document goes by.
        sha256: of the file's bytes.
        info: the file's own metadata, `Title`, `Author` and `Date`.
        warnings: what could not be read well.

    Raises:
        DocumentError: there are no pieces.
    """
    pieces = list(pieces)
    if not pieces:
        raise DocumentError(path, "empty", "the file has no text")
    parts: list[str] = []
    blocks: list[Block] = []
    section: list[str] = []
    at = 0
    if pieces[0][0] == "heading" and pieces[0][1] <= 1:
        pieces[0] = ("title", 0, pieces[0][2])
    for kind, level, words in pieces:
        if kind == "heading":
            del section[level - 1 :]
            section.append(words)
        if parts:
            parts.append("\n\n")
            at += 2
        parts.append(words)
        blocks.append(
            Block(
                kind,
                at,
                at + len(words),
                len(section) if kind == "heading" else 0,
                () if kind == "title" else tuple(section),
            )
        )
        at += len(words)
    text = "".join(parts)
    info = dict(info or {})
    language = find_language(text)
    metadata = find_metadata(text, blocks, (), info, load_layout(language))
    if not metadata.date:
        metadata = replace(metadata, date=info.get("Date", ""))
    return Document(
        id,
        show_name(path.name),
        sha256,
        0,
        language,
        metadata,
        text,
        tuple(blocks),
        warnings=warnings,
    )


def _pieces(part: str) -> Sequence[tuple[BlockKind, int, str]]:
    """The blocks of one stretch between empty lines, as kind, level and words."""
    lines = [" ".join(clean(word) for word in line.split()) for line in part.split("\n")]
    lines = [line for line in lines if line]
    found: list[tuple[BlockKind, int, str]] = []
    for line in lines:
        heading = _HEADING.match(line)
        if heading:
            found.append(("heading", len(heading[1]), heading[2]))
        elif _ITEM.match(line + " "):
            found.append(("list_item", 0, re.sub(r"^[*-]\s+", "• ", line)))
        elif len(lines) == 1 and _is_heading(line):
            numbered = _NUMBERED.match(line)
            found.append(("heading", numbered[1].count(".") + 1 if numbered else 1, line))
        elif found and found[-1][0] in ("paragraph", "list_item"):
            kind, level, words = found[-1]
            found[-1] = (kind, level, f"{words} {line}")
        else:
            found.append(("paragraph", 0, line))
    return found


def _is_heading(line: str) -> bool:
    """Whether a line that stands alone is a heading: short, without a stop, with a capital or number first."""
    words = line.split()
    return (
        len(line) <= 110
        and len(words) <= 16
        and not line.endswith(_TERMINAL)
        and (line[0].isupper() or line[0].isdigit())
    )
