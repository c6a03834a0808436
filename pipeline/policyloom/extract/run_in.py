"""Part headings from the paragraphs that follow them on the same line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policyloom.extract.chars import Word
from policyloom.extract.groups import Body, Group
from policyloom.extract.layout import make_line
from policyloom.extract.marks import ABSTRACT_PART, CAPTION, LABELLED, NUMBER, REFERENCE, TERMINAL

__all__ = ["part_run_in"]

MAX_WORDS = 30
"""The longest run-in heading; more words set apart are emphasis."""

MAX_LABEL = 5
"""Words of a label within a structured abstract ("Materials and methods:")."""


def part_run_in(group: Group, body: Body) -> list[Group]:
    """The group cut at run-in headings, heading and text apart; the group alone where it has none.

    A run-in heading opens a paragraph in bold, or in italics with a number or where the body's italics are
    few, and ends with a full stop or colon. The labels of a structured abstract may also follow one another
    within a paragraph.
    """
    first = group.lines[0]
    if group.n_chars < 60 or abs(first.size - body.size) > 0.2 * body.size:
        return [group]
    words = [(n, word) for n, line in enumerate(group.lines) for word in line.words]
    if len(words) < 3:
        return [group]
    opening = _opening(group, words, body)
    cuts = [(0, opening)] if opening else []
    cuts += _labels(words, opening, labelled=bool(ABSTRACT_PART.match(first.text)), body=body)
    if not cuts:
        return [group]
    parts: list[Group] = []
    ends = [*(start for start, _ in cuts[1:]), len(words)]
    if cuts[0][0]:
        parts.append(_piece(group, words[: cuts[0][0]]))
    for (start, end), stop in zip(cuts, ends, strict=True):
        heading = _piece(group, words[start:end])
        heading.run_in = True
        parts += [heading, _piece(group, words[end:stop])]
    parts[0].gap, parts[0].indented = group.gap, group.indented
    return parts


def _opening(group: Group, words: Sequence[tuple[int, Word]], body: Body) -> int:
    """How many words of a heading open the group; 0 for none."""
    first = group.lines[0]
    numbered = NUMBER.match(first.text)
    part = ABSTRACT_PART.match(first.text)

    def marked(word: Word) -> bool:
        return (word.bold and not body.bold) or word.italic

    start = 1 if numbered and not marked(words[0][1]) else 0
    n = start
    while n < min(len(words), MAX_WORDS) and marked(words[n][1]):
        n += 1
    if part and n == 0:
        return next(i + 1 for i, (_, word) in enumerate(words) if word.text.endswith(":"))
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
    if CAPTION.match(text) or LABELLED.match(text) or (REFERENCE.match(text) and not numbered):
        return 0
    return n


def _labels(
    words: Sequence[tuple[int, Word]], after: int, *, labelled: bool, body: Body
) -> Iterator[tuple[int, int]]:
    """The spans of words that label a part of a structured abstract within the paragraph."""
    if not labelled and not any(word.bold and not body.bold for _, word in words[after + 1 :]):
        return
    for i in range(max(1, after + 1), len(words) - 2):
        if not words[i - 1][1].text.endswith(TERMINAL) or not words[i][1].text[:1].isupper():
            continue
        for j in range(i, min(i + MAX_LABEL, len(words) - 1)):
            if words[j][1].text.endswith(":"):
                label = " ".join(word.text for _, word in words[i : j + 1])
                bold = all(word.bold for _, word in words[i : j + 1]) and not body.bold
                if ABSTRACT_PART.match(label + " x") and (bold or labelled):
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
    return Group(lines, left=group.left, right=group.right)
