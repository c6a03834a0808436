"""Groups of lines, each to be one block, and how the document that they belong to is set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policyloom.extract.layout.lines import body_size
from policyloom.extract.layout.table_cell import TableCell
from policyloom.extract.layout.text_line import TextLine
from policyloom.extract.pdf.page import Bookmark
from policyloom.extract.text import key_of
from policyloom.languages.layout import LayoutWords
from policyloom.records import BlockKind

__all__ = ["BodyStyle", "Context", "Group", "Outline", "has_one_font", "look_of", "measure_body"]

Look = tuple[float, bool, bool, bool]
"""A style of heading: size, bold, italic, capitals."""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that make one block.

    Attributes:
        lines: in reading order; of a table, those of all its cells.
        kind: what the block is.
        level: of a heading, 1 the highest; 0 for anything else.
        right: where the full lines of its column end.
        indented: whether its first line is indented.
        marker: whether it begins with a list mark.
        run_in: whether it is a heading with text on the same line.
        cells: of a table, those that have words, row by row.
    """

    lines: tuple[TextLine, ...]
    kind: BlockKind = "paragraph"
    level: int = 0
    right: float = 0.0
    indented: bool = False
    marker: bool = False
    run_in: bool = False
    cells: tuple[TableCell, ...] = ()

    @property
    def text(self) -> str:
        """The lines with hyphens left as printed: for looking at, not for keeping."""
        return " ".join([line.text for line in self.lines])

    @property
    def size(self) -> float:
        """The size of its first line."""
        return self.lines[0].size

    @property
    def page(self) -> int:
        """The page of its first line."""
        return self.lines[0].page

    @property
    def n_chars(self) -> int:
        """Its characters, spaces left out."""
        return sum([line.n_chars for line in self.lines])


@dataclass(frozen=True, slots=True)
class BodyStyle:
    """How the body is set, from counts over the whole document.

    Attributes:
        size: in points.
        font: its name.
        bold: whether most of it is bold.
        leading: from one baseline to the next, in points.
        italics: share of lines that open in italics and go on upright.
    """

    size: float
    font: str
    bold: bool
    leading: float
    italics: float


class Outline:
    """The headings that a file names itself, in bookmarks or tags, and the pages it has them on."""

    def __init__(self, bookmarks: Iterable[Bookmark]) -> None:
        self._pages: dict[str, set[int]] = {}
        for bookmark in bookmarks:
            if len(bookmark.title) > 2:
                self._pages.setdefault(key_of(bookmark.title), set()).add(bookmark.page)

    def __bool__(self) -> bool:
        return bool(self._pages)

    def names(self, text: str, page: int) -> bool:
        """Whether the outline has this text as a heading on this page; in a table of contents it stands on another page."""
        if not self._pages:
            return False
        pages = self._pages.get(key_of(text), ())
        return page in pages or 0 in pages


@dataclass(frozen=True, slots=True)
class Context:
    """What a document's blocks are judged by: how its body is set, its own outline, and the words of its language."""

    body: BodyStyle
    outline: Outline
    words: LayoutWords


def measure_body(lines: Sequence[TextLine], words: LayoutWords) -> BodyStyle:
    """How the body of a document is set."""
    size, font = body_size(_before_references(lines, words))
    drops = Counter(
        round(b.baseline - a.baseline, 1)
        for a, b in zip(lines, lines[1:], strict=False)
        if abs(a.size - size) < 0.3
        and abs(b.size - size) < 0.3
        and 0.8 * size < b.baseline - a.baseline < 2.5 * size
    )
    leading = max(drops, key=lambda d: (drops[d], -d)) if drops else 1.2 * size
    like = [line for line in lines if abs(line.size - size) < 0.3]
    bold = sum(line.n_chars for line in like if line.bold) > 0.5 * sum(line.n_chars for line in like)
    return BodyStyle(size, font, bold, leading, _share_of_italic_openings(like))


def _before_references(lines: Sequence[TextLine], words: LayoutWords) -> Sequence[TextLine]:
    """The lines before the list of references, which may be longer than the text itself."""
    starts = [
        i
        for i, line in enumerate(lines)
        if i > 0.25 * len(lines) and words.references.fullmatch(line.text.strip())
    ]
    return lines[: starts[-1]] if starts else lines


def _share_of_italic_openings(lines: Sequence[TextLine]) -> float:
    """The share of the body's lines that open with two italic words and go on upright.

    Where that is common it is emphasis (species, titles), and not a style of headings.
    """
    n = sum(
        1
        for line in lines
        if len(line.words) > 3 and line.words[0].italic and line.words[1].italic and not line.words[-1].italic
        and line.words[0].text[:1].isupper() and not _ends_sentence_italic(line)
    )  # fmt: skip
    return n / max(1, len(lines))


def _ends_sentence_italic(line: TextLine) -> bool:
    """Whether the line's italic opening ends with a full stop, as a run-in heading does."""
    last = next(
        (
            w
            for w, following in zip(line.words, line.words[1:], strict=False)
            if w.italic and not following.italic
        ),
        None,
    )
    return last is not None and last.text.endswith(".")


def has_one_font(lines: Sequence[TextLine]) -> bool:
    """Whether all words are set in one font."""
    return len({word.font for line in lines for word in line.words}) == 1


def look_of(line: TextLine) -> Look:
    """The style of a heading that begins with this line."""
    letters = [ch for ch in line.text if ch.isalpha()]
    caps = len(letters) > 3 and sum(ch.isupper() for ch in letters) > 0.8 * len(letters)
    return round(line.size * 2) / 2, line.bold, line.italic, caps
