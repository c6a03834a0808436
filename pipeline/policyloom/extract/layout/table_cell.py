"""A cell of a table: its lines, and its place among the rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from policyloom.extract.layout.text_line import TextLine, make_line
from policyloom.extract.pdf.page import Word

__all__ = ["TableCell", "gather_lines"]


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell that has words.

    Attributes:
        lines: in reading order.
        row, column: counted from 0.
        row_span, column_span: how many rows and columns it covers.
        is_head: whether it names its row or column, or the rows below it.
        colour: that it is shaded with; none where it is not.
    """

    lines: tuple[TextLine, ...]
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    is_head: bool = False
    colour: int | None = None

    @property
    def text(self) -> str:
        """The lines with hyphens left as printed: for looking at, not for keeping."""
        return " ".join(line.text for line in self.lines)

    @property
    def is_bold(self) -> bool:
        """Whether most of its letters are bold."""
        return 2 * sum(line.n_chars for line in self.lines if line.bold) > sum(
            line.n_chars for line in self.lines
        )


def gather_lines(pieces: Sequence[TextLine]) -> tuple[TextLine, ...]:
    """The lines of a cell from the top down; pieces on one baseline are one line."""
    rows: list[list[TextLine]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.baseline, piece.x0)):
        if rows and piece.baseline - rows[-1][0].baseline < 0.5 * max(piece.size, rows[-1][0].size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return tuple(_join(sorted(row, key=lambda piece: piece.x0)) for row in rows)


def _join(row: Sequence[TextLine]) -> TextLine:
    if len(row) == 1:
        return row[0]
    words: list[Word] = []
    for piece in row:
        first = piece.words[0]
        words += [first if first.space or not words else replace(first, space=True), *piece.words[1:]]
    words = [replace(word, eol="") if word.eol else word for word in words[:-1]] + words[-1:]
    return make_line(words, row[0].page, row[0].page_height)
