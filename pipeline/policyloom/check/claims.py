"""The claims of a document, held against the other documents of a corpus."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, Protocol

from policyloom.check.coverage import N_QUOTES
from policyloom.framework import Framework
from policyloom.network.counting import DEFAULT_STATUSES, Statuses, claim_counts, counted_claims
from policyloom.records import Claim, Evidence, Tagged

__all__ = ["ClaimCheck", "Knowledge", "Known", "PairKnowledge", "check_claims"]

Known = Literal["claimed", "denied", "co-occurs", "unknown"]


class PairKnowledge(Protocol):
    """The ids of the documents that speak of a pair; `policyloom.network.PairDocuments` is one."""

    @property
    def together(self) -> Collection[str]:
        """Those in which both stand in one unit."""

    @property
    def claims(self) -> Collection[str]:
        """Those that claim that one leads to the other."""

    @property
    def denials(self) -> Collection[str]:
        """Those that deny it."""


class Knowledge(Protocol):
    """A corpus to hold claims against; `policyloom.network.Network` is one."""

    @property
    def statuses(self) -> Statuses:
        """By kind of element, the statuses that count for a link."""

    def pair_documents(self, mechanism: str, outcome: str) -> PairKnowledge:
        """The documents that speak of two outermost elements."""


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """A pair that the document claims, and what the corpus's other documents say of it.

    Attributes:
        mechanism, outcome: outermost elements.
        known: `claimed` where another document claims it, `denied` where others only deny it, `co-occurs` where one
            names both together, `unknown` where none speaks of it.
        n_documents: how many others do.
        evidence: the document's own sentences.
        is_hedged: each of the document's claims of the pair is weakened or doubted in its sentence.
    """

    mechanism: str
    outcome: str
    known: Known
    n_documents: int
    evidence: tuple[Evidence, ...]
    is_hedged: bool = False


def check_claims(tagged: Tagged, framework: Framework, network: Knowledge | None) -> tuple[ClaimCheck, ...]:
    """The document's claims that a mechanism leads to an outcome, by pair of outermost elements, in order.

    The same claims count as in a network. Where the document is one of the network's own, it is left out of every
    count: what it says is what the network took from it.
    """
    statuses = network.statuses if network is not None else DEFAULT_STATUSES
    pairs: dict[tuple[str, str], list[Claim]] = {}
    for claim in counted_claims(tagged):
        mechanism, target = tagged.mentions[claim.mechanism], tagged.mentions[claim.target]
        source, aim = ((framework[m.label].kind, m.status) for m in (mechanism, target))
        if claim.kind != "leads_to" or claim.polarity != "positive":
            continue
        if claim_counts(claim.polarity, source, aim, statuses):
            pair = framework.top(mechanism.label), framework.top(target.label)
            pairs.setdefault(pair, []).append(claim)
    found = []
    for (cause, outcome), claims in sorted(pairs.items()):
        one_each = {claim.sentence: claim for claim in claims}
        quotes = tuple(tagged.evidence(claim) for claim in list(one_each.values())[:N_QUOTES])
        known, n = _look_up(network, cause, outcome, tagged.document.id)
        is_hedged = all(claim.hedged for claim in claims)
        found.append(ClaimCheck(cause, outcome, known, n, quotes, is_hedged))
    return tuple(found)


def _look_up(network: Knowledge | None, mechanism: str, outcome: str, own: str) -> tuple[Known, int]:
    """What the documents but `own` say of a pair, and how many do; a claim outweighs a denial."""
    if network is None:
        return "unknown", 0
    pair = network.pair_documents(mechanism, outcome)
    said: tuple[tuple[Known, Collection[str]], ...] = (
        ("claimed", pair.claims),
        ("denied", pair.denials),
        ("co-occurs", pair.together),
    )
    for known, documents in said:
        n = len(set(documents) - {own})
        if n:
            return known, n
    return "unknown", 0
