"""The stretches of a document that are read: blocks of text, and cells of tables with the heads over and beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policyloom.languages.detect import find_language, language_name
from policyloom.records import Block, BlockKind, Cell, Document, UnreadPart

__all__ = ["READ_KINDS", "Unit", "find_foreign_units", "find_units"]

READ_KINDS: tuple[BlockKind, ...] = ("heading", "paragraph", "list_item", "footnote", "caption", "form_field")
"""The blocks that are read; besides them tables, cell by cell, and front matter that is a text of its own, such as an
abstract."""

MIN_ABSTRACT = 200
"""Characters from which front matter counts as a text of its own."""

MIN_CELL_WORDS = 2
"""Words of a cell that says something; a single word is a name or a category."""

MIN_FOREIGN_WORDS = 25
"""Words of a block in the midst of a document whose language is looked at by itself."""

_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of text that is read by itself.

    Attributes:
        block: the place of its block in the document.
        start, end: in the document's text.
        kind: of its block.
        section: the headings over it, outermost first; for a cell, the heads of its row and column last.
        pages: where it stands.
    """

    block: int
    start: int
    end: int
    kind: BlockKind
    section: tuple[str, ...]
    pages: tuple[int, ...]


def find_units(document: Document) -> list[Unit]:
    """The stretches of a document that are read, in order."""
    return [unit for index, block in enumerate(document.blocks) for unit in _units_of(document, index, block)]


def _units_of(document: Document, index: int, block: Block) -> Iterator[Unit]:
    if block.kind == "table":
        yield from _cell_units(document, index, block)
    elif block.kind in READ_KINDS or (
        block.kind == "front_matter" and block.end - block.start > MIN_ABSTRACT
    ):
        yield Unit(index, block.start, block.end, block.kind, block.section, block.pages)


def _cell_units(document: Document, index: int, block: Block) -> Iterator[Unit]:
    for cell in block.cells:
        if not cell.is_head and len(_WORD.findall(document.quote(cell))) >= MIN_CELL_WORDS:
            heads = tuple(head for head in _heads_of(document, block, cell) if head)
            yield Unit(index, cell.start, cell.end, block.kind, (*block.section, *heads), block.pages)


def _heads_of(document: Document, block: Block, cell: Cell) -> tuple[str, str]:
    """The head of a cell's row and the head of its column; "" where it has none."""
    rows = range(cell.row, cell.row + cell.row_span)
    columns = range(cell.column, cell.column + cell.column_span)

    def words(head: Cell | None) -> str:
        return " ".join(document.quote(head).split()) if head is not None else ""

    beside = [c for c in block.cells if c.is_head and c.column < cell.column and _covers(c, row=rows[0])]
    over = [c for c in block.cells if c.is_head and c.row < cell.row and _covers(c, column=columns[0])]
    return words(beside[-1] if beside else None), words(over[-1] if over else None)


def _covers(cell: Cell, *, row: int | None = None, column: int | None = None) -> bool:
    if row is not None:
        return cell.row <= row < cell.row + cell.row_span
    return column is not None and cell.column <= column < cell.column + cell.column_span


def find_foreign_units(
    document: Document, units: list[Unit], language: str
) -> tuple[list[Unit], tuple[UnreadPart, ...]]:
    """The units in the framework's language, and what is left unread as it is in another one.

    Args:
        document: whose units they are.
        units: of the document.
        language: the code of the framework's language.
    """
    whole = document.language not in ("", language)
    kept: list[Unit] = []
    foreign: dict[str, list[Unit]] = {}
    for unit in units:
        words = _WORD.findall(document.quote(unit))
        # In a document of the framework's language, only a long stretch is worth asking.
        if len(words) < MIN_FOREIGN_WORDS:
            code = document.language if whole else language
        else:
            code = find_language(document.quote(unit))
        if code == language:
            kept.append(unit)
        else:
            foreign.setdefault(code, []).append(unit)
    parts = []
    for code, left_out in sorted(foreign.items()):
        pages = tuple(sorted({page for unit in left_out for page in unit.pages}))
        n_characters = sum(unit.end - unit.start for unit in left_out)
        message = f"{language_name(code)} text, {language_name(language)} framework"
        parts.append(UnreadPart("language", pages, n_characters, message))
    return kept, tuple(parts)
