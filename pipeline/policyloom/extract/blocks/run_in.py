"""Split headings from the paragraphs that follow them on the same line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from policyloom.extract.blocks.groups import Context, Group
from policyloom.extract.blocks.signs import NUMBER, REFERENCE, TERMINAL
from policyloom.extract.layout.text_line import make_line
from policyloom.extract.pdf.page import Word
from policyloom.languages.layout import LayoutWords

__all__ = ["split_off_run_in_headings"]

MIN_CHARS = 60
"""Characters; a shorter group is no heading with text on the same line."""

MAX_WORDS = 30
"""The longest run-in heading; more words set apart are emphasis."""

MAX_LABEL = 5
"""Words of a label within a structured abstract ("Materials and methods:")."""


def split_off_run_in_headings(group: Group, context: Context) -> list[Group]:
    """The group cut at run-in headings, each a group before its text; the group alone where it has none.

    A run-in heading opens a paragraph in bold, or in italics with a number or where the body's italics are
    few, and ends with a full stop or colon. The labels of a structured abstract may also follow one another
    within a paragraph.
    """
    body, first = context.body, group.lines[0]
    if group.n_chars < MIN_CHARS or abs(first.size - body.size) > 0.2 * body.size:
        return [group]
    words = [(n, word) for n, line in enumerate(group.lines) for word in line.words]
    if len(words) < 3:
        return [group]
    opening = _opening(group, words, context)
    cuts = [(0, opening)] if opening else []
    labelled = bool(context.words.abstract_part.match(first.text))
    cuts += _labels(words, opening, context, labelled=labelled)
    if not cuts:
        return [group]
    parts: list[Group] = []
    ends = [*(start for start, _ in cuts[1:]), len(words)]
    if cuts[0][0]:
        parts.append(_piece(group, words[: cuts[0][0]]))
    for (start, end), stop in zip(cuts, ends, strict=True):
        parts += [replace(_piece(group, words[start:end]), run_in=True), _piece(group, words[end:stop])]
    return [replace(parts[0], indented=group.indented), *parts[1:]]


def _opening(group: Group, words: Sequence[tuple[int, Word]], context: Context) -> int:
    """The number of words of the heading that opens the group; 0 for none."""
    body, first = context.body, group.lines[0]
    numbered = NUMBER.match(first.text)
    part = context.words.abstract_part.match(first.text)

    def marked(word: Word) -> bool:
        return (word.bold and not body.bold) or word.italic

    start = 1 if numbered and not marked(words[0][1]) else 0
    n = start
    while n < min(len(words), MAX_WORDS) and marked(words[n][1]):
        n += 1
    if part and n == 0:
        return next((i + 1 for i, (_, word) in enumerate(words) if word.text.endswith(":")), 0)
    if numbered:
        # What follows may be marked too, as the name of a species is.
        stops = (
            i + 1
            for i in range(start + 1, n)
            if words[i][1].text.endswith((".", ":")) and len(words[i][1].text) > 3
        )
        n = next(stops, n)
    if not start < n < len(words):
        return 0
    text = " ".join(word.text for _, word in words[:n])
    bold = words[start][1].bold
    ended = text.endswith((".", ":")) or (bold and numbered is not None)
    if not ended or not (text[:1].isupper() or numbered) or sum(ch.isalpha() for ch in text) < 3:
        return 0
    if not bold and not numbered and (not text.endswith(".") or n < 2 or body.italics > 0.02):
        return 0
    return 0 if _is_other_label(text, context.words) or (REFERENCE.match(text) and not numbered) else n


def _is_other_label(text: str, words: LayoutWords) -> bool:
    """Whether a text opens with the label of a caption, an abstract or keywords."""
    return bool(words.caption.match(text) or words.label.match(text))


def _labels(
    words: Sequence[tuple[int, Word]], after: int, context: Context, *, labelled: bool
) -> Iterator[tuple[int, int]]:
    """The spans of words that label a part of a structured abstract within the paragraph."""
    body, part = context.body, context.words.abstract_part
    if not labelled and not any(word.bold and not body.bold for _, word in words[after + 1 :]):
        return
    for i in range(max(1, after + 1), len(words) - 2):
        if not words[i - 1][1].text.endswith(TERMINAL) or not words[i][1].text[:1].isupper():
            continue
        for j in range(i, min(i + MAX_LABEL, len(words) - 1)):
            if words[j][1].text.endswith(":"):
                label = " ".join(word.text for _, word in words[i : j + 1])
                bold = all(word.bold for _, word in words[i : j + 1]) and not body.bold
                if part.match(label + " x") and (bold or labelled):
                    yield i, j + 1
                break


def _piece(group: Group, words: Sequence[tuple[int, Word]]) -> Group:
    """A group of some of another's words, on their lines."""
    by_line: dict[int, list[Word]] = {}
    for n, word in words:
        by_line.setdefault(n, []).append(word)
    lines = [
        group.lines[n]
        if len(part) == len(group.lines[n].words)
        else make_line(part, group.lines[n].page, group.lines[n].page_height)
        for n, part in by_line.items()
    ]
    return Group(tuple(lines), right=group.right)
