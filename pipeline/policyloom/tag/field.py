"""Which parts of a document are of the framework's field, by how often the field's own words come."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from spacy.tokens import Doc

from policyloom.framework import Scope
from policyloom.tag.pipeline import MENTIONS, OUT, SCOPE

__all__ = ["find_field_blocks"]

MIN_WORDS = 150
"""A text with fewer words is too short to tell its field by how often the field's words come."""

WINDOW = 600
"""Words around a block by which its field is judged in a document that is mostly of another."""

WINDOW_DENSITY = 2.5
"""How many times as often the field's words must come there as in a whole document."""


MIN_PART_WORDS = 150
"""Words of a section from which it is judged by itself in a document of the field."""

MIN_EXPECTED = 5
"""Words of the field that such a section would have, were it like the rest of the document, from which it is of another field if it
has next to none: by chance it has none with a probability of 0.7 % (Poisson)."""

MAX_SHARE_OF_EXPECTED = 0.1


def find_field_blocks(
    docs: Sequence[Doc], scope: Scope, sections: Sequence[tuple[str, ...]] = ()
) -> list[bool]:
    """For each block, whether it is of the framework's field, or in a text too short to tell.

    The field's words come often enough, and oftener than the words of other fields: in the whole document, or,
    where the document is mostly about something else, in the `WINDOW` words around the block. So a chapter on
    the field is read in a plan about everything. In a document of the field, a long section with next to none of the
    field's words is of another.

    Args:
        docs: the blocks.
        scope: the field's words, and those of others.
        sections: the headings over each block, outermost first.
    """
    labels = [[span.label_ for span in doc.spans[f"{MENTIONS}_scope"]] for doc in docs]
    # How many words, words of the field and words of other fields stand before each block.
    words = [0, *accumulate(len(doc) for doc in docs)]
    field = [0, *accumulate(found.count(SCOPE) for found in labels)]
    other = [0, *accumulate(found.count(OUT) for found in labels)]
    if not scope.terms or words[-1] < MIN_WORDS:
        return [True] * len(docs)

    def is_of_field(first: int, last: int, per_1000_words: float) -> bool:
        n_words, n_field, n_other = (count[last] - count[first] for count in (words, field, other))
        return n_field * 1_000 >= per_1000_words * n_words and n_field > n_other

    if is_of_field(0, len(docs), scope.per_1000_words):
        found = [True] * len(docs)
        for first, last in _parts(sections):
            n_words, n_field = words[last] - words[first], field[last] - field[first]
            if n_words < MIN_PART_WORDS or n_words == words[-1]:
                continue
            expected = (field[-1] - n_field) / (words[-1] - n_words) * n_words
            if expected >= MIN_EXPECTED and n_field <= MAX_SHARE_OF_EXPECTED * expected:
                found[first:last] = [False] * (last - first)
        return found
    found = []
    for i in range(len(docs)):
        first, last = i, i + 1
        while words[last] - words[first] < WINDOW and (first > 0 or last < len(docs)):
            first, last = max(0, first - 1), min(len(docs), last + 1)
        found.append(is_of_field(first, last, WINDOW_DENSITY * scope.per_1000_words))
    return found


def _parts(sections: Sequence[tuple[str, ...]]) -> list[tuple[int, int]]:
    """The stretches of blocks under one outermost heading that not the whole document stands under."""
    depth = 0
    while sections and len({s[: depth + 1] for s in sections}) == 1 and len(sections[0]) > depth:
        depth += 1
    found, first = [], 0
    for i in range(1, len(sections) + 1):
        if i == len(sections) or sections[i][: depth + 1] != sections[first][: depth + 1]:
            found.append((first, i))
            first = i
    return found
