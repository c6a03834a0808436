"""A tagged document as people decided it.

A decision holds as long as the words that it is about stand in the document, wherever they stand; one that no longer
fits is told with its reason.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from policyloom.framework import Framework
from policyloom.learn.decisions import Decision, Place
from policyloom.records import Claim, ClaimKind, FacetKind, Mention, Tagged

__all__ = ["PERSON", "DecisionResult", "apply_decisions", "place_decision"]

PERSON = "person: "
"""How the source of a mention or link begins that a person decided."""

TIES: dict[str, ClaimKind] = {"outcome": "leads_to", "challenge": "answers"}
"""The kind of claim by the kind of its target."""


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """A decision and what became of it; `problem` says why it no longer fits, and is empty where it was applied."""

    decision: Decision
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A mention while decisions are applied.

    Attributes:
        mention: as it now stands; None where it was removed.
        found: the element that the coder found.
    """

    mention: Mention | None
    found: str


def apply_decisions(
    tagged: Tagged, decisions: Sequence[Decision], framework: Framework
) -> tuple[Tagged, tuple[DecisionResult, ...]]:
    """The document as people decided it, and what became of each decision.

    A mention or link that a person decided has `person: NAME` in its source, before the rule or model that found it, and
    the probability 1. A link goes with its ends. A mechanism that a person adds has the agent that its sentence names
    before it, and the particulars that were found for the other mechanisms of the sentence.

    Args:
        tagged: as the coder left it.
        decisions: about this document.
        framework: with which it was tagged.
    """
    if not decisions:
        return tagged, ()
    work = _Work(tagged, framework)
    results = []
    # What is rejected is the coder's, and goes first; links come last, as they are between mentions that hold.
    for decision in sorted(decisions, key=lambda d: (d.target is not None, d.action != "reject")):
        placed = place_decision(decision, tagged)
        problem = placed if isinstance(placed, str) else work.apply(placed)
        results.append(DecisionResult(decision, problem))
    return work.result(), tuple(results)


def place_decision(decision: Decision, tagged: Tagged) -> Decision | str:
    """The decision with its places as the document now has them, or why it does not fit any more.

    Looked for are the same words at the same place, and else the same sentence, the nearest one where it stands twice.
    """
    text = tagged.document.text
    ends = [end for end in (decision.mention, decision.target) if end is not None]
    moved = 0
    if any(text[end.start : end.end] != end.quote for end in ends):
        same = _plain(decision.sentence)
        starts = [s.start for s in tagged.sentences if _plain(tagged.quote(s)) == same]
        if not starts:
            return "its sentence does not stand in the document any more"
        moved = min(starts, key=lambda start: abs(start - decision.at)) - decision.at
        if any(text[max(0, end.start + moved) : end.end + moved] != end.quote for end in ends):
            return "its words do not stand in the sentence any more"
    places = [replace(end, start=end.start + moved, end=end.end + moved) for end in ends]
    sentences = {_sentence_of(tagged, place) for place in places}
    if len(sentences) > 1 or None in sentences:
        return "its words do not stand in one sentence that is read"
    return replace(
        decision,
        at=decision.at + moved,
        mention=places[0],
        target=places[1] if decision.target is not None else None,
    )


def _sentence_of(tagged: Tagged, place: Place) -> int | None:
    """The index of the sentence that holds a place; None where there is none."""
    for index, sentence in enumerate(tagged.sentences):
        if sentence.start <= place.start and place.end <= sentence.end:
            return index
    return None


def _plain(text: str) -> str:
    """The text without what programs change: space, and the composition of letters."""
    return " ".join(unicodedata.normalize("NFC", text).split())


class _Work:
    """A document to which decisions are applied; claims point into `entries`."""

    def __init__(self, tagged: Tagged, framework: Framework) -> None:
        self.tagged, self.framework = tagged, framework
        self.entries = [_Entry(mention, mention.label) for mention in tagged.mentions]
        self.claims = list(tagged.claims)

    def apply(self, decision: Decision) -> str:
        """Applies a decision whose places are the document's; says why it does not fit, or nothing."""
        if decision.action == "reject":
            self._reject(decision)
            return ""
        ids = [decision.decided_element, *([decision.target.element] if decision.target else [])]
        unknown = [id for id in ids if id not in self.framework]
        if unknown:
            return f"the framework has no element {unknown[0]}"
        if decision.target is not None:
            return self._tie(decision, decision.target)
        hits = self._find(decision.mention) or self._find(
            replace(decision.mention, element=decision.decided_element)
        )
        if hits:
            entry = self.entries[hits[0]]
            self.entries[hits[0]] = replace(entry, mention=self._decide(entry.mention, decision))
        else:
            self.entries.append(_Entry(self._decide(None, decision), decision.mention.element))
        return ""

    def _reject(self, decision: Decision) -> None:
        hits = self._find(decision.mention)
        if decision.target is None:
            for place in hits:
                self.entries[place] = replace(self.entries[place], mention=None)
        else:
            others = self._find(decision.target)
            self.claims = [c for c in self.claims if not (c.mechanism in hits and c.target in others)]

    def _find(self, place: Place) -> list[int]:
        """The mentions that touch a place and were found, or are decided, to name its element; the nearest first."""
        hits = [
            (abs(m.start - place.start) + abs(m.end - place.end), number)
            for number, entry in enumerate(self.entries)
            if (m := entry.mention) is not None
            and m.kind != "entity"
            and place.element in (entry.found, m.label)
            and m.start < place.end
            and place.start < m.end
        ]
        return [number for _, number in sorted(hits)]

    def _decide(self, found: Mention | None, decision: Decision) -> Mention:
        """A mention as a person decided it."""
        element, status = decision.decided_element, decision.status or "affirmed"
        kind = self.framework[element].kind
        source = PERSON + decision.by
        if found is None:
            found = self._make(decision.mention, element)
        elif found.source and not found.source.startswith(PERSON):
            source += f"; {found.source}"
        return replace(
            found,
            kind=kind,
            label=element,
            status=status,
            cue=found.cue if status == found.status else None,
            facets=found.facets if kind == "mechanism" else (),
            probability=1.0,
            status_probability=1.0,
            source=source,
        )

    def _make(self, place: Place, element: str) -> Mention:
        """A mention that a person adds, with the agent and the particulars that its sentence names."""
        sentence = _sentence_of(self.tagged, place) or 0
        kind = self.framework[element].kind
        others = [m for entry in self.entries if (m := entry.mention) is not None and m.sentence == sentence]
        facets = {facet.kind: facet for other in others for facet in other.facets}
        return Mention(
            place.start,
            place.end,
            kind,
            element,
            sentence,
            agent=_agent_before(place.start, others) if kind != "actor" else None,
            facets=tuple(facets[name] for name in get_args(FacetKind) if name in facets),
        )

    def _tie(self, decision: Decision, target: Place) -> str:
        ends = self._find(decision.mention), self._find(target)
        if not ends[0] or not ends[1]:
            return "one of its ends is not a mention any more"
        source = PERSON + decision.by
        for number, claim in enumerate(self.claims):
            if claim.mechanism in ends[0] and claim.target in ends[1]:
                self.claims[number] = replace(claim, source=source)
                return ""
        mention = self.entries[ends[1][0]].mention
        kind = TIES.get(mention.kind) if mention is not None else None
        sentence = _sentence_of(self.tagged, target) or 0
        whole = self.tagged.sentences[sentence]
        claim = Claim(
            kind or "leads_to", ends[0][0], ends[1][0], (whole.start, whole.end), sentence, source=source
        )
        if not self._holds(claim):
            return "it does not lead from a mechanism to an outcome or challenge"
        self.claims.append(claim)
        return ""

    def _holds(self, claim: Claim) -> bool:
        """Whether both ends of a claim are mentions of the kinds that it ties."""
        first, second = self.entries[claim.mechanism].mention, self.entries[claim.target].mention
        if first is None or second is None or first.kind != "mechanism":
            return False
        return TIES.get(second.kind) == claim.kind

    def result(self) -> Tagged:
        """The document with what the decisions left, each in the order of `Tagged`."""
        kept = [(m, number) for number, entry in enumerate(self.entries) if (m := entry.mention) is not None]
        kept.sort(key=lambda pair: (pair[0].sentence, pair[0].start, pair[0].end, pair[0].label))
        place_of = {old: new for new, (_, old) in enumerate(kept)}
        claims = [
            replace(claim, mechanism=place_of[claim.mechanism], target=place_of[claim.target])
            for claim in self.claims
            if self._holds(claim)
        ]
        claims.sort(key=lambda claim: claim.sentence)
        return replace(self.tagged, mentions=tuple(m for m, _ in kept), claims=tuple(claims))


def _agent_before(start: int, mentions: Iterable[Mention]) -> tuple[int, int] | None:
    """The institution or actor of a sentence that stands last before a place."""
    found = [
        (m.end, m.start)
        for m in mentions
        if m.end <= start and (m.kind == "actor" or (m.kind == "entity" and m.label.startswith("ORG")))
    ]
    return (max(found)[1], max(found)[0]) if found else None
