"""Find what makes a mechanism operable: for whom, with what instrument, how much, by when, how it is watched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from policyloom.languages.context import SentenceContext
from policyloom.records import FacetKind, TokenSpan

__all__ = ["FacetMatch", "find_facets", "pick_facets"]

FacetMatch = tuple[FacetKind, int, int]
"""A facet and its tokens `[start, end)` in the sentence."""

_ENTITIES: dict[str, FacetKind] = {
    "MONEY": "amount",
    "PERCENT": "amount",
    "LAW": "instrument",
    "POLICY": "instrument",
}

MAX_BEFORE_DATE = 3
"""Tokens before a date in which a word such as "by" must stand to make it a deadline: "by the end of 2027"."""


def find_facets(context: SentenceContext, entities: Sequence[tuple[str, int, int]]) -> list[FacetMatch]:
    """All facets of a sentence.

    Args:
        context: of the sentence.
        entities: its entities, as (type, start, end) in tokens.
    """
    found = [
        facet
        for facet in context.cues.find_facets(context.forms)
        if facet[0] != "amount"
        or context.cues.numbered_words.isdisjoint(context.forms[facet[1] - 1 : facet[1]])
    ]
    for label, start, end in entities:
        if label in ("DATE", "QUANTITY"):
            if not context.cues.deadline_words.isdisjoint(
                context.forms[max(0, start - MAX_BEFORE_DATE) : start]
            ):
                found.append(("deadline", start, end))
        elif label in _ENTITIES:
            found.append((_ENTITIES[label], start, end))
    limits = {(start, end) for kind, start, end in found if kind == "deadline"}
    return [f for f in found if f[0] != "amount" or f[1:] not in limits]


def pick_facets(
    mention: TokenSpan, found: Sequence[FacetMatch], context: SentenceContext
) -> list[FacetMatch]:
    """The facets of one mention: of each kind the nearest in its clause."""
    best: dict[FacetKind, tuple[int, FacetMatch]] = {}
    for facet in found:
        kind, start, end = facet
        gap = max(start - mention[1], mention[0] - end, 0)
        if gap and context.is_divided(min(end, mention[1]), max(start, mention[0])):
            continue
        if kind not in best or gap < best[kind][0]:
            best[kind] = (gap, facet)
    return [best[kind][1] for kind in get_args(FacetKind) if kind in best]
