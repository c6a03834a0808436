"""Find what the text itself claims: that a mechanism leads to an outcome, or answers a challenge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policyloom.records import ClaimKind, MentionKind, Polarity, Status
from policyloom.tag.cues import Cue
from policyloom.tag.status import Clause, TokenSpan

__all__ = ["ClaimMatch", "Tagging", "find_claims"]

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
                mechanism = mentions[m]
                if mechanism.span[0] < target.span[1] and target.span[0] < mechanism.span[1]:
                    continue
                cue = _joins(mechanism.span, target.span, cues, clause)
                if cue is None:
                    continue
                negative = "negated" in (target.status if target.kind == "outcome" else "", mechanism.status)
                match = ClaimMatch(
                    kind, m, o, (cue.start, cue.end), "negative" if negative else "positive", clause.hedged
                )
                key = (kind, mechanism.label, target.label)
                distance = abs(mechanism.span[0] - target.span[0])
                if key not in best or distance < best[key][0]:
                    best[key] = (distance, match)
    return sorted((match for _, match in best.values()), key=lambda c: (c.mechanism, c.target, c.kind))


def _joins(mechanism: TokenSpan, target: TokenSpan, cues: Sequence[Cue], clause: Clause) -> Cue | None:
    """The cue that ties a mechanism to its target, the nearest to the target first."""
    if mechanism[1] <= target[0]:
        if clause.parted(mechanism[1], target[0]):
            return None
        for cue in sorted(cues, key=lambda c: -c.start):
            # The target's own words may hold the verb: "apprenticeships [raise skills]".
            if cue.direction == "forward" and mechanism[1] <= cue.start <= target[0] + 1:
                if target[0] - cue.end <= _CUE_TO_TARGET:
                    return cue
            elif (
                cue.direction == "opening"
                and cue.end <= mechanism[0]
                and _opens(cue, mechanism, target, clause)
            ):
                return cue
        return None
    if clause.parted(target[1], mechanism[0]):
        return None
    for cue in sorted(cues, key=lambda c: c.start):
        if (
            cue.direction == "backward"
            and target[1] <= cue.start < mechanism[0] + 1
            and mechanism[0] - cue.end <= cue.reach
        ):
            return cue
    return None


def _opens(cue: Cue, mechanism: TokenSpan, target: TokenSpan, clause: Clause) -> bool:
    """Whether a cue opens its clause with the mechanism near it, and the target comes after a comma."""
    opens = cue.start == 0 or clause.forms[cue.start - 1] in (",", ";", "and", ".", ")", "•", "that")
    near = mechanism[0] - cue.end <= cue.reach
    return opens and near and "," in clause.forms[mechanism[1] : target[0] + 1]
