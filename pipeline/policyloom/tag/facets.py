"""Find what makes a mechanism operable: for whom, with what instrument, how much, by when, how it is watched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from policyloom.records import FacetKind
from policyloom.tag.status import Clause, TokenSpan

__all__ = ["FacetMatch", "find_facets", "pick_facets"]

FacetMatch = tuple[FacetKind, int, int]
"""A facet and its tokens `[start, end)` in the sentence."""

_ENTITIES: dict[str, FacetKind] = {
    "MONEY": "amount",
    "PERCENT": "amount",
    "LAW": "instrument",
    "POLICY": "instrument",
}

_UNTIL = frozenset("by before until till from within over after next end than".split())
"""Words that make a date or duration after them a time limit; "in 2019" is a date only."""

_NUMBERED = tuple([word] for word in "article art art. section clause chapter no. no paragraph".split())
"""What stands before a number that counts nothing: "Article 7 Schools and enterprises"."""

_BEFORE_DATE = 3
"""Tokens before a date in which such a word must stand: "by the end of 2027"."""


def find_facets(clause: Clause, entities: Sequence[tuple[str, int, int]]) -> list[FacetMatch]:
    """All facets of a sentence.

    Args:
        clause: the sentence.
        entities: its entities, as (type, start, end) in tokens.
    """
    found = [
        facet
        for facet in clause.cues.find_facets(clause.forms)
        if facet[0] != "amount" or clause.forms[facet[1] - 1 : facet[1]] not in _NUMBERED
    ]
    for label, start, end in entities:
        if label in ("DATE", "QUANTITY"):
            if not _UNTIL.isdisjoint(clause.forms[max(0, start - _BEFORE_DATE) : start]):
                found.append(("deadline", start, end))
        elif label in _ENTITIES:
            found.append((_ENTITIES[label], start, end))
    limits = {(start, end) for kind, start, end in found if kind == "deadline"}
    return [f for f in found if f[0] != "amount" or f[1:] not in limits]


def pick_facets(mention: TokenSpan, found: Sequence[FacetMatch], clause: Clause) -> list[FacetMatch]:
    """The facets of one mention: of each kind the nearest in its clause."""
    best: dict[FacetKind, tuple[int, FacetMatch]] = {}
    for facet in found:
        kind, start, end = facet
        gap = max(start - mention[1], mention[0] - end, 0)
        if gap and clause.parted(min(end, mention[1]), max(start, mention[0])):
            continue
        if kind not in best or gap < best[kind][0]:
            best[kind] = (gap, facet)
    return [best[kind][1] for kind in get_args(FacetKind) if kind in best]
