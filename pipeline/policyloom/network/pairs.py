"""What a network says of one pair of elements."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

__all__ = ["PAIR_EDGES", "PairCounts", "PairDocuments", "PairKind", "count_pair"]

PAIR_EDGES = ("co_occurs", "claims", "claims_negative")
"""The kinds of edges that `PairDocuments` holds, in the order of its fields."""


@dataclass(frozen=True, slots=True)
class PairCounts:
    """The counts of a pair: in how many units it meets, and in how many sentences it is claimed.

    Attributes:
        source, target: the nodes' ids.
        n, n_documents: units and documents in which both stand.
        n_expected_within: units in which they would meet by chance, section by section.
        npmi: of their co-occurrence; None where they never meet.
        q: that they go together in the corpus, be it by topic alone; None where documents are too few.
        q_within: that they stand together more, or less, than by chance within sections; None where that cannot be told.
        claims, claims_documents, claims_hedged: sentences (documents) that say one leads to the other (or
            answers it), and how many of these sentences hedge.
        claims_negative, claims_negative_documents: sentences (documents) that deny it.
    """

    source: str
    target: str
    n: int = 0
    n_documents: int = 0
    npmi: float | None = None
    q: float | None = None
    n_expected_within: float | None = None
    q_within: float | None = None
    claims: int = 0
    claims_documents: int = 0
    claims_hedged: int = 0
    claims_negative: int = 0
    claims_negative_documents: int = 0


PairKind = Literal["claims", "denials", "together"]
"""What a document says of a pair: that one leads to the other, that it does not, or no more than both."""


@dataclass(frozen=True, slots=True)
class PairDocuments:
    """The ids of the documents that speak of a pair of outermost elements.

    Attributes:
        together: those in which both stand in one unit.
        claims: those that say that one leads to the other.
        denials: those that deny it.
    """

    together: frozenset[str] = frozenset()
    claims: frozenset[str] = frozenset()
    denials: frozenset[str] = frozenset()


def count_pair(source: str, target: str, links: Mapping[str, Mapping[str, Any]]) -> PairCounts:
    """The counts of a pair, from its rows in the table of links by kind of edge."""
    met = links.get("co_occurs", links.get("exemplifies"))
    said = links.get("claims", links.get("answers"))
    denied = links.get("claims_negative", links.get("answers_negative"))
    known = PairCounts(source, target)
    if met is not None:
        npmi, q, n_expected_within, q_within = (
            None if math.isnan(met[name]) else float(met[name])
            for name in ("npmi", "q", "n_expected_within", "q_within")
        )
        known = replace(
            known,
            n=met["n"],
            n_documents=met["n_documents"],
            npmi=npmi,
            q=q,
            n_expected_within=n_expected_within,
            q_within=q_within,
        )
    if said is not None:
        n, documents, hedged = said["n"], said["n_documents"], said["n_hedged"]
        known = replace(known, claims=n, claims_documents=documents, claims_hedged=hedged)
    if denied is not None:
        n, documents = denied["n"], denied["n_documents"]
        known = replace(known, claims_negative=n, claims_negative_documents=documents)
    return known
