"""Which of a framework's cases a document resembles, and why: the mechanisms that both have, with the words of both."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from policyloom.check.claims import Knowledge
from policyloom.framework import Framework
from policyloom.network.counting import STATED
from policyloom.network.evidence import CaseSentence
from policyloom.records import Coverage, Evidence, Tagged

__all__ = ["CaseLikeness", "SharedMechanism", "compare_cases"]

MAX_CASES = 2
"""Cases that are told."""

MIN_SHARED = 2
"""Mechanisms that both must have; one alone is no resemblance."""


@dataclass(frozen=True, slots=True)
class SharedMechanism:
    """A mechanism that a document states and a case has.

    Attributes:
        element: its id.
        affirmed, planned: in how many sentences of the document.
        own: the best of these sentences.
        other: a sentence on the case.
    """

    element: str
    affirmed: int
    planned: int
    own: Evidence
    other: Evidence


@dataclass(frozen=True, slots=True)
class CaseLikeness:
    """How a document resembles a case.

    Attributes:
        case: its id.
        shared: the mechanisms that both have, in the framework's order.
        lacking: those that the case has and the document does not state.
        documents: the ids of the corpus's documents that tell the case.
    """

    case: str
    shared: tuple[SharedMechanism, ...]
    lacking: tuple[str, ...]
    documents: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share of the case's mechanisms that the document states, 0 to 1."""
        return len(self.shared) / (len(self.shared) + len(self.lacking))


def compare_cases(
    tagged: Tagged,
    framework: Framework,
    coverage: Collection[Coverage],
    network: Knowledge | None,
    *,
    same_text: Collection[str] = (),
) -> tuple[CaseLikeness, ...]:
    """The cases whose mechanisms the document states most of, best first; at most `MAX_CASES`, with `MIN_SHARED` mechanisms or more.

    What a case has, the corpus's sentences on it say; the smallest parts of mechanisms count, and the whole only where no part is
    named. A case that no other document tells is left out.

    Args:
        tagged: the document.
        framework: with which it was tagged.
        coverage: of the document.
        network: the corpus.
        same_text: the ids of the corpus's copies and versions of the document, which tell nothing.
    """
    rows = {row.element: row for row in coverage if row.affirmed + row.planned}
    own = {tagged.document.id, *same_text}
    found = []
    for case in framework.ids("case", top=True):
        told = network.case_sentences(case) if network is not None else ()
        profile = _profile(framework, [s for s in told if s.evidence.document not in own])
        order = [element.id for element in framework if element.id in profile]
        shared = tuple(
            SharedMechanism(id, rows[id].affirmed, rows[id].planned, rows[id].evidence[0], profile[id])
            for id in order
            if id in rows
        )
        if len(shared) >= MIN_SHARED:
            documents = tuple(dict.fromkeys(quote.document for quote in profile.values()))
            lacking = tuple(id for id in order if id not in rows)
            found.append(CaseLikeness(case, shared, lacking, documents))
    found.sort(key=lambda likeness: (-likeness.share, -len(likeness.shared), likeness.case))
    return tuple(found[:MAX_CASES])


def _profile(framework: Framework, told: Collection[CaseSentence]) -> dict[str, Evidence]:
    """The mechanisms of a case, by id, each with the first sentence that states it; no whole beside its parts."""
    first: dict[str, Evidence] = {}
    for sentence in told:
        if sentence.status in STATED:
            first.setdefault(sentence.mechanism, sentence.evidence)
    with_parts = {framework[id].parent for id in first}
    return {id: evidence for id, evidence in first.items() if id not in with_parts}
