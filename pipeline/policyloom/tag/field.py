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


def find_field_blocks(docs: Sequence[Doc], scope: Scope) -> list[bool]:
    """For each block, whether it is of the framework's field, or in a text too short to tell.

    The field's words come often enough, and oftener than the words of other fields: in the whole document, or,
    where the document is mostly about something else, in the `WINDOW` words around the block. So a chapter on
    the field is read in a plan about everything.
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
        return [True] * len(docs)
    found = []
    for i in range(len(docs)):
        first, last = i, i + 1
        while words[last] - words[first] < WINDOW and (first > 0 or last < len(docs)):
            first, last = max(0, first - 1), min(len(docs), last + 1)
        found.append(is_of_field(first, last, WINDOW_DENSITY * scope.per_1000_words))
    return found
