"""Find what the text itself claims: that a mechanism leads to an outcome, or answers a challenge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policyloom.records import ClaimKind, MentionKind, Polarity, Status
from policyloom.tag.cues import Cue
from policyloom.tag.status import Clause, TokenSpan

__all__ = ["ClaimMatch", "Tagging", "find_claims", "pair"]

_CUE_TO_TARGET = 14
"""Words between a forward cue and what it leads to; an outcome further off belongs to another verb."""

_TARGETS: dict[ClaimKind, MentionKind] = {"leads_to": "outcome", "answers": "challenge"}


@dataclass(frozen=True, slots=True)
class Tagging:
    """A mention in its sentence, by tokens."""

    kind: MentionKind
    label: str
    span: TokenSpan
    status: Status


@dataclass(frozen=True, slots=True)
class ClaimMatch:
    """A claim between two of a sentence's mentions, by their places in the list given."""

    kind: ClaimKind
    mechanism: int
    target: int
    cue: TokenSpan
    polarity: Polarity
    hedged: bool

    @classmethod
    def of(
        cls,
        kind: ClaimKind,
        m: int,
        t: int,
        mechanism: Tagging,
        target: Tagging,
        clause: Clause,
        cue: TokenSpan | None = None,
    ) -> ClaimMatch:
        """The claim between mentions `m` and `t` of a sentence; a denied end makes it negative.

        Without a cue, the target's first word stands for it.
        """
        negative = mechanism.status == "negated" or (target.kind == "outcome" and target.status == "negated")
        at = cue or (target.span[0], target.span[0] + 1)
        return cls(kind, m, t, at, "negative" if negative else "positive", clause.hedged)


def pair(mentions: Sequence[Tagging]) -> list[tuple[ClaimKind, int, int]]:
    """The pairs of which a sentence may say that one leads to, or answers, the other: of each two labels the nearest.

    What is lacking leads nowhere, and is nowhere led to.
    """
    best: dict[tuple[ClaimKind, str, str], tuple[int, int, int]] = {}
    for kind, target_kind in _TARGETS.items():
        for t, target in enumerate(mentions):
            if target.kind != target_kind or target.status == "lacking":
                continue
            for m, mechanism in enumerate(mentions):
                if mechanism.kind != "mechanism" or mechanism.status == "lacking":
                    continue
                key = (kind, mechanism.label, target.label)
                distance = (abs(mechanism.span[0] - target.span[0]), m, t)
                best[key] = min(best.get(key, distance), distance)
    return sorted((kind, m, t) for (kind, _, _), (_, m, t) in best.items())


def find_claims(mentions: Sequence[Tagging], clause: Clause) -> list[ClaimMatch]:
    """The claims that a sentence makes between its mentions, at most one a pair of labels and kind.

    A lacking mechanism claims nothing; a negated outcome makes the claim negative.
    """
    mechanisms = [i for i, m in enumerate(mentions) if m.kind == "mechanism" and m.status != "lacking"]
    best: dict[tuple[ClaimKind, str, str], tuple[int, ClaimMatch]] = {}
    for kind, target_kind in _TARGETS.items():
        cues = [cue for cue in clause.found if cue.claim == kind]
        if not cues:
            continue
        for o, target in enumerate(mentions):
            if target.kind != target_kind or target.status == "lacking":
                continue
            for m in mechanisms:
                cue = _joins(mentions[m].span, target.span, cues, clause)
                if cue is None:
                    continue
                match = ClaimMatch.of(kind, m, o, mentions[m], target, clause, (cue.start, cue.end))
                key = (kind, mentions[m].label, target.label)
                distance = abs(mentions[m].span[0] - target.span[0])
                if key not in best or distance < best[key][0]:
                    best[key] = (distance, match)
    return sorted((match for _, match in best.values()), key=lambda c: (c.mechanism, c.target, c.kind))


def _joins(mechanism: TokenSpan, target: TokenSpan, cues: Sequence[Cue], clause: Clause) -> Cue | None:
    """The cue that ties a mechanism to its target: the nearest to the target on the way to it, or one that opens.

    The words of the two may overlap, for a term often takes in the verb: "[workshops [that raise skills]]".
    """
    if mechanism[0] <= target[0]:
        if clause.parted(mechanism[1], target[0]):
            return None
        # The target's own words may hold the verb: "apprenticeships [raise skills]".
        last = target[1] - 1 if target[0] < mechanism[1] < target[1] else target[0] + 1
        on_the_way = [c for c in cues if c.direction == "forward" and mechanism[0] < c.start <= last]
        near = [c for c in on_the_way if target[0] - c.end <= _CUE_TO_TARGET]
        if near:
            return max(near, key=lambda c: c.start)
        opening = [c for c in cues if c.direction == "opening" and c.end <= mechanism[0]]
        return next((c for c in reversed(opening) if _opens(c, mechanism, target, clause)), None)
    if clause.parted(target[1], mechanism[0]):
        return None
    back = [c for c in cues if c.direction == "backward" and target[0] < c.start < mechanism[0] + 1]
    return next((c for c in sorted(back, key=lambda c: c.start) if mechanism[0] - c.end <= c.reach), None)


def _opens(cue: Cue, mechanism: TokenSpan, target: TokenSpan, clause: Clause) -> bool:
    """Whether a cue opens its clause with the mechanism near it, and the target comes after a comma."""
    opens = cue.start == 0 or clause.forms[cue.start - 1] in (",", ";", "and", ".", ")", "•", "that")
    near = mechanism[0] - cue.end <= cue.reach
    return opens and near and "," in clause.forms[mechanism[1] : target[0] + 1]
