"""Cut lines into groups: paragraphs, headings, list items, cells, each as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from policyloom.extract.chars import Bookmark
from policyloom.extract.layout import TextLine, body_size
from policyloom.extract.marks import (
    ABSTRACT_PART,
    BULLET,
    CAPTION,
    ENUM,
    LABELLED,
    NUMBER,
    REFERENCE,
    REFERENCES,
    TERMINAL,
    key_of,
)
from policyloom.records import BlockKind

__all__ = ["Body", "Group", "Outline", "look_of", "measure_body", "one_font", "split_run"]


@dataclass(slots=True)
class Group:
    """Lines that make one block; `broken` marks one that the end of a column or page cut off."""

    lines: list[TextLine]
    kind: BlockKind = "paragraph"
    level: int = 0
    left: float = 0.0
    right: float = 0.0
    gap: float = 0.0
    indented: bool = False
    marker: bool = False
    run_in: bool = False
    parts: list[list[TextLine]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The lines with hyphens left as printed: for looking at, not for keeping."""
        return " ".join(line.text for line in self.lines)

    @property
    def size(self) -> float:
        """The size of its first line."""
        return self.lines[0].size

    @property
    def n_chars(self) -> int:
        """Its characters, spaces left out."""
        return sum(line.n_chars for line in self.lines)


@dataclass(frozen=True, slots=True)
class Body:
    """How the body is set, from counts over the whole document."""

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
        """Whether it has this text as a heading on this page: a table of contents has it on another."""
        if not self._pages:
            return False
        pages = self._pages.get(key_of(text), ())
        return page in pages or 0 in pages


def measure_body(lines: Sequence[TextLine]) -> Body:
    """How the body of a document is set."""
    size, font = body_size(_before_references(lines))
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
    return Body(size, font, bold, leading, _share_of_italic_openings(like))


def _before_references(lines: Sequence[TextLine]) -> Sequence[TextLine]:
    """The lines before the list of references, which may be longer than the text itself."""
    starts = [
        i for i, line in enumerate(lines) if REFERENCES.fullmatch(line.text.strip()) and i > 0.25 * len(lines)
    ]
    return lines[: starts[-1]] if starts else lines


def _share_of_italic_openings(lines: Sequence[TextLine]) -> float:
    """How many of the body's lines open with two italic words and go on upright.

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


def split_run(run: list[TextLine], body: Body, outline: Outline) -> list[Group]:
    """One run of lines cut where a new block begins."""
    left = Counter(round(line.x0) for line in run if line.n_chars > 10)
    edge = min((x for x, n in left.items() if n >= 2), default=min(line.x0 for line in run))
    right = _right_edge(run)
    groups: list[Group] = []
    for i, line in enumerate(run):
        following = run[i + 1] if i + 1 < len(run) else None
        if groups and not (
            _begins(groups[-1].lines, line, following, edge, right, body)
            or (
                outline
                and (
                    outline.names(line.text, line.page)
                    or (len(groups[-1].lines) < 5 and outline.names(groups[-1].text, line.page))
                )
            )
        ):
            groups[-1].lines.append(line)
            continue
        gap = line.baseline - groups[-1].lines[-1].baseline if groups else 0.0
        group = Group([line], left=edge, right=right, gap=gap)
        group.indented = line.x0 - edge > 0.7 * line.size
        group.marker = bool(BULLET.match(line.text) or ENUM.match(line.text))
        groups.append(group)
    return groups


def _right_edge(run: Sequence[TextLine]) -> float:
    """Where full lines end: the edge that a third of them share if the text is justified, else the furthest."""
    ends = Counter(round(line.x1 / 2) for line in run if line.n_chars > 10)
    if ends:
        edge = max(ends, key=lambda x: (ends[x - 1] + ends[x] + ends[x + 1], x))
        if ends[edge - 1] + ends[edge] + ends[edge + 1] >= max(3, 0.35 * len(run)):
            return 2.0 * edge + 1
    return max(line.x1 for line in run)


def _begins(
    group: list[TextLine], line: TextLine, following: TextLine | None, left: float, right: float, body: Body
) -> bool:
    """Whether `line` begins a new block rather than going on with `group`."""
    last = group[-1]
    drop = line.baseline - last.baseline
    alike = abs(line.size - last.size) <= 0.07 * last.size
    leading = body.leading if abs(line.size - body.size) < 0.3 else 1.25 * max(line.size, last.size)
    if len(group) > 1:
        leading = max(leading * 0.85, min(group[-1].baseline - group[-2].baseline, 2.2 * line.size))
    lower = line.text[:1].islower()
    if not alike and not (min(line.n_chars, last.n_chars) <= 3):
        return True
    if last.hyphen and drop < 1.8 * leading:
        return False
    if line.bold != last.bold and not lower:
        return True
    if drop > 1.32 * leading:
        return True
    if (not lower and LABELLED.match(line.text)) or (
        last.text.endswith(TERMINAL) and (ABSTRACT_PART.match(line.text) or _bold_label(line, body))
    ):
        return True
    if (
        not lower
        and len(group) <= 3
        and line.font == body.font != last.font
        and one_font(group)
        and one_font([line])
    ):
        return True
    if BULLET.match(line.text) or (
        ENUM.match(line.text) and last.text.endswith((*TERMINAL, ",", "and", "or"))
    ):
        return True
    if CAPTION.match(line.text) and last.text.endswith(TERMINAL) and line.bold:
        return True
    if (
        last.italic
        and not line.italic
        and not lower
        and len(group) == 1
        and not last.text.endswith(".")
        and last.x1 < right - 2 * line.size  # a full line that is mostly italic goes on
    ):
        return True
    marker = BULLET.match(group[0].text) or ENUM.match(group[0].text) or REFERENCE.match(group[0].text)
    hanging = marker or (len(group) > 1 and group[1].x0 - group[0].x0 > 0.7 * line.size)
    indent = line.x0 - left
    if hanging:
        if line.x0 <= group[0].x0 + 0.3 * line.size and (
            len(group) == 1 or last.x0 > group[0].x0 + 0.5 * line.size
        ):
            return (
                last.text.endswith((*TERMINAL, ")", "]"))
                or _fits(last, line, right)
                or bool(NUMBER.match(line.text))
            )
    elif (
        0.6 * line.size < indent < 6 * line.size
        and line.x0 - last.x0 > 0.6 * line.size
        and not lower
        and (following is None or following.x0 < line.x0 - 0.4 * line.size or last.text.endswith(TERMINAL))
    ):
        return True
    if _centred(last, line) and not lower and last.x1 - last.x0 < 0.8 * (line.x1 - line.x0):
        # Centred text that wraps has its longest line first.
        return True
    first_upper = not lower and line.text[:1] not in ",;)"
    if first_upper and last.text.endswith(TERMINAL) and _fits(last, line, right):
        return True
    if first_upper and last.x1 < right - 0.35 * (right - left) and not last.text.endswith(","):
        return _fits(last, line, right) and (line.n_chars > 12 or len(group) > 2)
    return False


def one_font(lines: Sequence[TextLine]) -> bool:
    """Whether all words are set in one font."""
    return len({word.font for line in lines for word in line.words}) == 1


def _bold_label(line: TextLine, body: Body) -> bool:
    """Whether a line opens with a bold label ("Aim:") and goes on in the body's weight."""
    if body.bold or not line.words[0].bold or line.words[-1].bold:
        return False
    last = next(a for a, b in zip(line.words, line.words[1:], strict=False) if not b.bold)
    return last.text.endswith((":", "."))


def _centred(last: TextLine, line: TextLine) -> bool:
    shift = line.x0 - last.x0
    return abs(shift) > line.size and abs((last.x0 + last.x1) - (line.x0 + line.x1)) < 4


def _fits(last: TextLine, line: TextLine, right: float) -> bool:
    """Whether the line's first word would have had room on the line before: then the break was meant."""
    first = line.words[0]
    return last.x1 + 0.35 * line.size + (first.x1 - first.x0) < right - 0.6 * line.size


def look_of(line: TextLine) -> tuple[float, bool, bool, bool]:
    """What tells a style of heading: size, bold, italic, capitals."""
    letters = [ch for ch in line.text if ch.isalpha()]
    caps = len(letters) > 3 and sum(ch.isupper() for ch in letters) > 0.8 * len(letters)
    return round(line.size * 2) / 2, line.bold, line.italic, caps
