"""Plain and Markdown text to `Document`s."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from policyloom.errors import DocumentError
from policyloom.extract.pieces import Piece, is_date_line, tidy, to_document
from policyloom.extract.plain_pages import set_pages_aside
from policyloom.extract.text import is_cjk
from policyloom.files import decode, is_unicode
from policyloom.languages.detect import find_language
from policyloom.languages.layout import LayoutWords, load_layout
from policyloom.records import BlockKind, Document

__all__ = ["decode_document", "find_pieces", "read_text_file"]

MAX_HEADING = 110
"""Characters of a heading."""

MAX_HEADING_CJK = 30
"""Characters of a heading in a script without spaces."""

MIN_WRAPPED = 40
"""Characters of a line from which on it may have been broken for want of room."""

GUESSED = "is not Unicode; its encoding was guessed, so accents and quotes may be wrong"

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[A-Z][^.;:]{2,120}$")
_ITEM = re.compile(r"\s*(?:[•●▪■◦*–-]\s+|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})\)\s+)")
_RULE = re.compile(r"\s*(?:([=_*#~-])\s*)(?:\1\s*){2,}")
_ADDRESS = re.compile(r"@|://|\bwww\.")
_TERMINAL = (".", "!", "?", ";", ":", ",", "。", "；", "，", "：", "！", "？", "、", "—")


def read_text_file(path: Path, data: bytes, *, id: str, sha256: str) -> Document:
    """The document in a text file: paragraphs at empty lines, headings, list items; page numbers and heads apart.

    Raises:
        DocumentError: the file is empty or not text.
    """
    text, warnings = decode_document(path, data)
    words = load_layout(find_language(text))
    sorted_text = set_pages_aside(text, words)
    pieces = find_pieces(sorted_text.lines, words)
    return to_document(path, pieces, id=id, sha256=sha256, furniture=sorted_text.furniture, warnings=warnings)


def decode_document(path: Path, data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a file, and a warning where its encoding was guessed.

    Raises:
        DocumentError: the bytes are no text.
    """
    try:
        text = decode(data)
    except ValueError as error:
        raise DocumentError(path, "not-text", str(error)) from error
    if "\x00" in text[:4096]:
        raise DocumentError(path, "not-text", "is not a text file, whatever its name says")
    return text, () if is_unicode(data) else (GUESSED,)


@dataclass(slots=True)
class _Lines:
    """The lines of a block to be."""

    kind: BlockKind
    lines: list[str]
    level: int = 0


def find_pieces(lines: Sequence[str], words: LayoutWords) -> list[Piece]:
    """The blocks in the lines of a text; their own line breaks are kept, for `to_document` to join."""
    found: list[_Lines] = []
    parts = _parts(lines)
    for at, part in enumerate(parts):
        first = tidy(part[0])
        following = parts[at + 1][0] if at + 1 < len(parts) else ""
        if _goes_on(found, first):
            found[-1].lines += part
        else:
            found += _find_part(part, words, is_cut=_starts_small(following))
    return [Piece(block.kind, "\n".join(block.lines), block.level) for block in found]


def _parts(lines: Sequence[str]) -> list[list[str]]:
    """The stretches between empty lines."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            parts[-1].append(line)
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]


def _goes_on(found: Sequence[_Lines], line: str) -> bool:
    """Whether a line goes on with the sentence that an empty line or the end of a page has broken."""
    if not found or found[-1].kind not in ("paragraph", "list_item") or not _starts_small(line):
        return False
    before = found[-1].lines[-1].strip()
    return (len(before) >= MIN_WRAPPED and not before.endswith(_TERMINAL)) or _ends_cut(before)


def _ends_cut(line: str) -> bool:
    return len(line) > 2 and line[-1] in "-\u2010\u00ad" and line[-2].isalpha()


def _starts_small(line: str) -> bool:
    """Whether a line goes on with a sentence: it begins with a small letter, and is no list item."""
    return line.strip()[:1].islower() and not _ITEM.match(line)


def _find_part(part: Sequence[str], words: LayoutWords, *, is_cut: bool = False) -> list[_Lines]:
    """The blocks of one stretch between empty lines; with `is_cut`, the next goes on with its sentence."""
    found: list[_Lines] = []
    plain = [tidy(line) for line in part]
    if 1 < len(plain) <= 4 and all(_is_capitals(line) and _is_heading(line, words) for line in plain):
        return [_Lines("heading", list(part), 1)]
    for at, (raw, line) in enumerate(zip(part, plain, strict=True)):
        heading = _HEADING.match(line)
        following = plain[at + 1] if at + 1 < len(plain) else ""
        if _RULE.fullmatch(line):
            # A line below a single line of words makes it a heading, as in Markdown.
            if found and found[-1].kind in ("paragraph", "heading") and _is_underline(line, found[-1].lines):
                found[-1] = _Lines("heading", found[-1].lines, 1 if line[0] == "=" else 2)
        elif heading:
            found.append(_Lines("heading", [heading[2]], len(heading[1])))
        elif _ITEM.match(line + " "):
            found.append(_Lines("list_item", [re.sub(r"^[*-]\s+", "• ", line)]))
        elif (len(plain) == 1 and not (is_cut and len(line) >= MIN_WRAPPED) and _is_heading(line, words)) or (
            (not found or found[-1].kind == "heading") and _heads(line, following, words)
        ):
            found.append(_Lines("heading", [line], _level(line, words)))
        elif found and found[-1].kind in ("paragraph", "list_item"):
            found[-1].lines.append(raw)
        else:
            found.append(_Lines("paragraph", [raw]))
    return found


def _is_underline(rule: str, above: Sequence[str]) -> bool:
    text = above[0].strip()
    return rule[0] in "=-" and len(above) == 1 and len(text) <= MAX_HEADING and not text.endswith(".")


def _heads(line: str, following: str, words: LayoutWords) -> bool:
    """Whether a line is the heading of the lines right below it: numbered, or in capitals."""
    if not following or following[0].islower() or not _is_heading(line, words) or _RULE.fullmatch(following):
        return False
    legal = words.legal.match(line)
    if legal:
        return len(line) <= MAX_HEADING / 2 or line[legal.end() :].strip()[:1] in "–—-:."
    if _is_capitals(line):
        return not _is_capitals(following)
    return bool(_NUMBERED.match(line)) and len(line) < 0.8 * len(following)


def _level(line: str, words: LayoutWords) -> int:
    """The level of a heading, by its number or its word for a part of an act."""
    legal = words.legal.match(line)
    if legal:
        return words.legal_ranks.get(legal["word"].lower(), 1)
    numbered = _NUMBERED.match(line)
    return numbered[1].count(".") + 1 if numbered else 1


def _is_capitals(line: str) -> bool:
    letters = [ch for ch in line if ch.isalpha()]
    return len(letters) > 3 and all(ch.isupper() for ch in letters)


def _is_heading(line: str, words: LayoutWords) -> bool:
    """Whether a line that stands alone is a heading: short, without a stop, with a capital or number first.

    A date, a greeting and an address are none.
    """
    if sum(map(str.isalpha, line)) < 2 or line.endswith(_TERMINAL) or _ADDRESS.search(line):
        return False
    if words.greeting.match(line) or is_date_line(line, words):
        return False
    if is_cjk(line[0]):
        return len(line) <= MAX_HEADING_CJK
    return len(line) <= MAX_HEADING and len(line.split()) <= 16 and (line[0].isupper() or line[0].isdigit())
