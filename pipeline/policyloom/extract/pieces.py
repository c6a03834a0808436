"""Pieces of text from formats without pages, and the `Document` that they make."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from policyloom.errors import DocumentError
from policyloom.extract.blocks.metadata import find_metadata
from policyloom.extract.limits import check_size
from policyloom.extract.text import Vocabulary, clean, is_cjk
from policyloom.extract.words import load_known_words
from policyloom.files import show_name
from policyloom.languages.detect import find_language
from policyloom.languages.layout import LayoutWords, load_layout
from policyloom.records import Block, BlockKind, Document, Metadata
from policyloom.records.document import Cell

__all__ = ["Piece", "find_date_line", "is_date_line", "join_lines", "make_vocabulary", "tidy", "to_document"]

MAX_BEFORE_TITLE = 5
"""Pieces that may stand before a title, such as the path of a web page or a letter's date."""

MAX_LINE = 200
"""Characters; a longer piece is prose, and no title comes after it."""

MAX_WORD = 300
"""Characters of a word that is cut at a line's end; a longer one is none."""

FRONT = 12
"""Pieces at the beginning among which a printed date is looked for."""

MIN_DATE_SHARE = 0.6
"""Share of a line's letters and digits that its date takes up where the line is a date with its weekday or place."""

_BREAK = re.compile(r"[ \t\r\f\v]*\n\s*")
_CUT = re.compile(r"[^\W\d_][-\u2010\u2011\u00ad]$")
_PLACE = re.compile(r"[\w .]{1,30}[,:]\s*")
_NUMERIC_DATE = re.compile(r"(?:[0-3]?\d([./-])[01]?\d\1(?:19|20)\d\d|(?:19|20)\d\d([./-])[01]?\d\2[0-3]?\d)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A block to be.

    Attributes:
        kind: the block's role.
        text: its words; a line break in it is the end of a printed line, except in a table, whose text is final.
        level: of a heading, 1 for the outermost.
        cells: of a table, with spans in `text`.
        is_preformatted: whether its lines are yet to be read as plain text, by `plain.find_pieces`.
    """

    kind: BlockKind
    text: str
    level: int = 0
    cells: tuple[Cell, ...] = ()
    is_preformatted: bool = False


def tidy(text: str) -> str:
    """The text cleaned like that of a PDF, with one space for any white space and none between Chinese characters.

    Example:
        >>> tidy("appren\\u00adtices  at\\n work")
        'apprentices at work'
    """
    if "\n" in text:
        text = _BREAK.sub("\n", text)
        text = re.sub(
            r"(?<=[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef])\n(?=[\u3000-\u30ff\u3400-\u9fff])", "", text
        )
    return " ".join(word for part in text.split() if (word := clean(part)))


def make_vocabulary(text: str, language: str) -> Vocabulary:
    """The words of a text, to decide about hyphens at its line ends; the language's words only where there are any."""
    lines = text.split("\n")
    is_cut = any(_CUT.search(line.rstrip()) for line in lines)
    words = (
        word for line in lines for word in (line.split()[:-1] if _CUT.search(line.rstrip()) else line.split())
    )
    return (
        Vocabulary(map(clean, words), load_known_words(language)) if is_cut else Vocabulary((), frozenset())
    )


def join_lines(lines: Sequence[str], vocabulary: Vocabulary) -> str:
    """Printed lines as running text, with words whole that a line's end has cut."""
    parts: list[str] = []
    end = ""  # the last of what is joined so far, as much of it as a word can have
    for raw in lines:
        line = raw.strip() if "\u00ad" in raw else tidy(raw)
        if not line:
            continue
        if _CUT.search(end):
            left, following = (end[:-1].split() or [""])[-1], line.split()[0]
            keeps = end[-1] != "\u00ad" and vocabulary.keeps_hyphen(clean(left), clean(following))
            hyphen = "-" if keeps else ""
            parts[-1], end = parts[-1][:-1] + hyphen, end[:-1] + hyphen
        elif end and not (is_cjk(end[-1]) and is_cjk(line[0])):
            parts.append(" ")
            end = ""
        parts.append(line)
        end = (end + line[-MAX_WORD:])[-MAX_WORD:]
    return tidy("".join(parts))


def is_date_line(line: str, words: LayoutWords) -> bool:
    """Whether a line is a date, alone or with its weekday, place or label."""
    found = words.date.search(line) or _NUMERIC_DATE.search(line)
    if not found:
        return False
    rest = (line[: found.start()] + " " + line[found.end() :]).strip(" .,()|–—-")
    if not rest or (
        _PLACE.fullmatch(line[: found.start()].lstrip() or ":") and not line[found.end() :].strip(" .)")
    ):
        return True
    return len(found[0]) / (len(found[0]) + len(rest)) >= MIN_DATE_SHARE


def find_date_line(lines: Sequence[str], words: LayoutWords) -> str:
    """The date of the first line that is one; empty where there is none."""
    for line in lines:
        if len(line) <= MAX_LINE and is_date_line(line, words):
            found = words.date.search(line) or _NUMERIC_DATE.search(line)
            return found[0] if found else ""
    return ""


def to_document(
    path: Path,
    pieces: Sequence[Piece],
    *,
    id: str,
    sha256: str,
    info: Mapping[str, str] | None = None,
    furniture: Sequence[tuple[int, str]] = (),
    warnings: tuple[str, ...] = (),
) -> Document:
    """The document of these pieces; a heading of level 1 that comes first is its title.

    Args:
        path: the file.
        pieces: in order.
        id: the name the document goes by.
        sha256: of the file's bytes.
        info: the file's own metadata, `Title`, `Author` and `Date`.
        furniture: what is printed but no text, as (page, words).
        warnings: what could not be read well.

    Raises:
        DocumentError: there are no pieces, or too many.
    """
    check_size(
        path,
        n_characters=sum(len(piece.text) for piece in pieces),
        n_blocks=sum(max(1, len(piece.cells)) for piece in pieces),
    )
    raw = "\n".join(piece.text for piece in pieces)
    language = find_language(raw)
    words = load_layout(language)
    pieces = _name_roles(_join_pieces(pieces, raw, language), words)
    if not pieces:
        raise DocumentError(path, "empty", "the file has no text")
    text, blocks = _build_text(pieces)
    return Document(
        id,
        show_name(path.name),
        sha256,
        0,
        language,
        _metadata(text, blocks, furniture, dict(info or {}), words),
        text,
        blocks,
        furniture=tuple(furniture),
        warnings=warnings,
    )


def _join_pieces(pieces: Sequence[Piece], raw: str, language: str) -> list[Piece]:
    """The pieces with words, each with its lines joined."""
    vocabulary = make_vocabulary(raw, language)
    joined = [
        piece
        if piece.kind == "table"
        else replace(piece, text=join_lines(piece.text.split("\n"), vocabulary))
        for piece in pieces
    ]
    return [piece for piece in joined if piece.text.strip()]


def _name_roles(pieces: list[Piece], words: LayoutWords) -> list[Piece]:
    """The pieces with their title and their lists of references told."""
    if not any(piece.kind == "title" for piece in pieces):
        first = next((i for i, piece in enumerate(pieces) if piece.kind == "heading"), len(pieces))
        before = pieces[:first]
        if (
            first < len(pieces)
            and pieces[first].level <= 1
            and len(before) <= MAX_BEFORE_TITLE
            and all(len(piece.text) <= MAX_LINE and piece.kind != "table" for piece in before)
        ):
            pieces[first] = replace(pieces[first], kind="title", level=0)
    level = 0
    for i, piece in enumerate(pieces):
        if piece.kind == "heading" and (not level or piece.level <= level):
            level = piece.level if words.references.fullmatch(piece.text) else 0
        elif level and piece.kind in ("paragraph", "list_item"):
            pieces[i] = replace(piece, kind="reference")
    return pieces


def _build_text(pieces: Sequence[Piece]) -> tuple[str, tuple[Block, ...]]:
    """The one text, with an empty line between two pieces, and its blocks with the headings they stand under."""
    parts: list[str] = []
    blocks: list[Block] = []
    path: list[tuple[int, str]] = []
    at = 0
    for piece in pieces:
        if piece.kind == "heading":
            while path and path[-1][0] >= piece.level:
                path.pop()
            path.append((piece.level, piece.text))
        if parts:
            parts.append("\n\n")
            at += 2
        parts.append(piece.text)
        blocks.append(
            Block(
                piece.kind,
                at,
                at + len(piece.text),
                len(path) if piece.kind == "heading" else 0,
                () if piece.kind == "title" else tuple(words for _, words in path),
                cells=tuple(replace(cell, start=cell.start + at, end=cell.end + at) for cell in piece.cells),
            )
        )
        at += len(piece.text)
    return "".join(parts), tuple(blocks)


def _metadata(
    text: str,
    blocks: Sequence[Block],
    furniture: Sequence[tuple[int, str]],
    info: dict[str, str],
    words: LayoutWords,
) -> Metadata:
    """The metadata; a date that stands alone or with its place goes before the file's own, which goes before any other."""
    found = find_metadata(text, blocks, furniture, info, words)
    front = [text[block.start : block.end] for block in blocks[:FRONT]]
    margin = [line for _, line in furniture[:FRONT]]
    printed = find_date_line([*front, *margin], words) or info.get("Date", "") or found.date
    if not printed:
        short = [line for line in front if len(line) <= MAX_LINE]
        printed = next((match[0] for line in short if (match := words.date.search(line))), "")
    return replace(found, date=printed)
