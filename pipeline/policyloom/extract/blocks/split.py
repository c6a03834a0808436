"""Cut runs of lines into groups: paragraphs, headings, list items, cells, each as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from policyloom.extract.blocks.groups import BodyStyle, Context, Group, has_one_font
from policyloom.extract.blocks.signs import BULLET, ENUMERATION, NUMBER, REFERENCE, TERMINAL
from policyloom.extract.layout.text_line import TextLine

__all__ = ["split_run"]

RIGHT_EDGE_SHARE = 0.35
"""Share of a run's lines that end at one place where the text is justified."""

INDENT = 0.6
"""Sizes by which a line must stand in from its column to count as indented."""

MAX_INDENT = 6
"""Sizes; a line that stands further in is not the first of a paragraph."""

WIDE_GAP = 1.32
"""A gap of so many leadings above a line parts it from the lines before."""


class _Step(NamedTuple):
    """A line, the group that it may go on with, and their surroundings.

    Attributes:
        group: the lines of the group so far.
        line: the line.
        following: the line after it in the run.
        left: the left edge of the run's text.
        right: where full lines of the run end.
        leading: the gap that is usual between two baselines here.
        context: how the document is set.
        last: the line before.
        drop: the gap between the baselines of the line before and the line.
        is_lower: whether the line begins with a small letter.
        last_ends: whether the line before ends a sentence or clause.
    """

    group: Sequence[TextLine]
    line: TextLine
    following: TextLine | None
    left: float
    right: float
    leading: float
    context: Context
    last: TextLine
    drop: float
    is_lower: bool
    last_ends: bool


def _size_differs(step: _Step) -> bool | None:
    alike = abs(step.line.size - step.last.size) <= 0.07 * step.last.size
    return True if not alike and min(step.line.n_chars, step.last.n_chars) > 3 else None


def _goes_on_after_hyphen(step: _Step) -> bool | None:
    return False if step.last.hyphen and step.drop < 1.8 * step.leading else None


def _weight_differs(step: _Step) -> bool | None:
    return True if step.line.bold != step.last.bold and not step.is_lower else None


def _gap_is_wide(step: _Step) -> bool | None:
    return True if step.drop > WIDE_GAP * step.leading else None


def _has_label(step: _Step) -> bool | None:
    """A label of an abstract or keywords begins a block, and one within an abstract after the end of a sentence."""
    words = step.context.words
    if not step.is_lower and words.label.match(step.line.text):
        return True
    inside = step.last_ends and (
        words.abstract_part.match(step.line.text) or _has_bold_label(step.line, step.context.body)
    )
    return True if inside else None


def _follows_heading_in_other_font(step: _Step) -> bool | None:
    font = step.context.body.font
    return (
        True
        if not step.is_lower
        and len(step.group) <= 3
        and step.line.font == font != step.last.font
        and has_one_font(step.group)
        and has_one_font([step.line])
        else None
    )


def _has_list_mark(step: _Step) -> bool | None:
    ends = (*TERMINAL, ",", *step.context.words.list_joins)
    marked = BULLET.match(step.line.text) or (
        ENUMERATION.match(step.line.text) and step.last.text.endswith(ends)
    )
    return True if marked else None


def _is_bold_caption(step: _Step) -> bool | None:
    caption = step.line.bold and step.last_ends and step.context.words.caption.match(step.line.text)
    return True if caption else None


def _follows_italic_heading(step: _Step) -> bool | None:
    return (
        True
        if step.last.italic
        and not step.line.italic
        and not step.is_lower
        and len(step.group) == 1
        and not step.last.text.endswith(".")
        and step.last.x1 < step.right - 2 * step.line.size  # a full line that is mostly italic goes on
        else None
    )


def _is_indented_or_hangs(step: _Step) -> bool | None:
    """A paragraph's indented first line begins a block; under a hanging one, a line at its edge may."""
    first, last, line = step.group[0], step.last, step.line
    marker = BULLET.match(first.text) or ENUMERATION.match(first.text) or REFERENCE.match(first.text)
    if marker or (len(step.group) > 1 and step.group[1].x0 - first.x0 > 0.7 * line.size):
        at_edge = line.x0 <= first.x0 + 0.3 * line.size
        if at_edge and (len(step.group) == 1 or last.x0 > first.x0 + 0.5 * line.size):
            return (
                last.text.endswith((*TERMINAL, ")", "]"))
                or _had_room(last, line, step.right)
                or bool(NUMBER.match(line.text))
            )
        return None
    following = step.following
    indented = (
        INDENT * line.size < line.x0 - step.left < MAX_INDENT * line.size
        and line.x0 - last.x0 > INDENT * line.size
        and not step.is_lower
        and (following is None or following.x0 < line.x0 - 0.4 * line.size or step.last_ends)
    )
    return True if indented else None


def _is_centred_and_longer(step: _Step) -> bool | None:
    """Centred text that wraps has its longest line first."""
    last, line = step.last, step.line
    longer = last.x1 - last.x0 < 0.8 * (line.x1 - line.x0)
    return True if longer and not step.is_lower and _is_centred(last, line) else None


def _last_line_is_short(step: _Step) -> bool | None:
    """A line that leaves room for the next word ends a paragraph, if a sentence ends there or it is rather short."""
    last, line = step.last, step.line
    if step.is_lower or line.text[:1] in ",;)":
        return None
    had_room = _had_room(last, line, step.right)
    if step.last_ends and had_room:
        return True
    if last.x1 < step.right - 0.35 * (step.right - step.left) and not last.text.endswith(","):
        return had_room and (line.n_chars > 12 or len(step.group) > 2)
    return None


CONDITIONS: tuple[Callable[[_Step], bool | None], ...] = (
    _size_differs,
    _goes_on_after_hyphen,
    _weight_differs,
    _gap_is_wide,
    _has_label,
    _follows_heading_in_other_font,
    _has_list_mark,
    _is_bold_caption,
    _follows_italic_heading,
    _is_indented_or_hangs,
    _is_centred_and_longer,
    _last_line_is_short,
)
"""Whether a line begins a new block: the first condition that says yes or no decides; if none does, the block goes on."""


def split_run(run: Sequence[TextLine], context: Context) -> list[Group]:
    """One run of lines cut where a new block begins."""
    counts = Counter(round(line.x0) for line in run if line.n_chars > 10)
    left = min((x for x, n in counts.items() if n >= 2), default=min(line.x0 for line in run))
    right = _right_edge(run)
    parts: list[list[TextLine]] = []
    for i, line in enumerate(run):
        following = run[i + 1] if i + 1 < len(run) else None
        if parts and not (
            _begins(parts[-1], line, following, left, right, context)
            or _is_at_outlined_heading(parts[-1], line, context)
        ):
            parts[-1].append(line)
        else:
            parts.append([line])
    return [_make_group(part, left, right) for part in parts]


def _make_group(lines: Sequence[TextLine], left: float, right: float) -> Group:
    first = lines[0]
    return Group(
        tuple(lines),
        right=right,
        indented=first.x0 - left > 0.7 * first.size,
        marker=bool(BULLET.match(first.text) or ENUMERATION.match(first.text)),
    )


def _right_edge(run: Sequence[TextLine]) -> float:
    """Where full lines end: the edge that a third of them share if the text is justified, else the furthest."""
    ends = Counter(round(line.x1 / 2) for line in run if line.n_chars > 10)
    if ends:
        edge = max(ends, key=lambda x: (ends[x - 1] + ends[x] + ends[x + 1], x))
        if ends[edge - 1] + ends[edge] + ends[edge + 1] >= max(3, RIGHT_EDGE_SHARE * len(run)):
            return 2.0 * edge + 1
    return max(line.x1 for line in run)


def _begins(
    group: Sequence[TextLine],
    line: TextLine,
    following: TextLine | None,
    left: float,
    right: float,
    context: Context,
) -> bool:
    """Whether `line` begins a new block rather than going on with `group`."""
    body, last = context.body, group[-1]
    leading = body.leading if abs(line.size - body.size) < 0.3 else 1.25 * max(line.size, last.size)
    if len(group) > 1:
        leading = max(leading * 0.85, min(last.baseline - group[-2].baseline, 2.2 * line.size))
    step = _Step(
        group,
        line,
        following,
        left,
        right,
        leading,
        context,
        last,
        line.baseline - last.baseline,
        line.text[:1].islower(),
        last.text.endswith(TERMINAL),
    )
    for condition in CONDITIONS:
        begins = condition(step)
        if begins is not None:
            return begins
    return False


def _is_at_outlined_heading(group: Sequence[TextLine], line: TextLine, context: Context) -> bool:
    """Whether the file's outline names the line, or the few lines before it, as a heading."""
    outline = context.outline
    return bool(outline) and (
        outline.names(line.text, line.page)
        or (len(group) < 5 and outline.names(" ".join(each.text for each in group), line.page))
    )


def _has_bold_label(line: TextLine, body: BodyStyle) -> bool:
    """Whether a line opens with a bold label ("Aim:") and goes on in the body's weight."""
    if body.bold or not line.words[0].bold or line.words[-1].bold:
        return False
    last = next(a for a, b in zip(line.words, line.words[1:], strict=False) if not b.bold)
    return last.text.endswith((":", "."))


def _is_centred(last: TextLine, line: TextLine) -> bool:
    """Whether two lines of different length have the same middle."""
    return abs(line.x0 - last.x0) > line.size and abs((last.x0 + last.x1) - (line.x0 + line.x1)) < 4


def _had_room(last: TextLine, line: TextLine, right: float) -> bool:
    """Whether the line's first word would have fitted on the line before, so that the break was meant."""
    first = line.words[0]
    return last.x1 + 0.35 * line.size + (first.x1 - first.x0) < right - 0.6 * line.size
