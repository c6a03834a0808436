"""Find what a sentence itself claims: that a mechanism leads to an outcome, or answers a challenge."""

from __future__ import annotations

from collections.abc import Sequence

from policyloom.languages.context import SentenceContext
from policyloom.languages.cues import Cue
from policyloom.records import Candidate, ClaimDraft, ClaimKind, MentionKind, TokenSpan

__all__ = ["CUE_TO_TARGET", "denies_effect", "draft_claim", "find_claims", "pair_candidates"]

CUE_TO_TARGET = 14
"""Tokens between a forward cue and what it leads to; an outcome further off belongs to another verb."""

_TARGETS: dict[ClaimKind, MentionKind] = {"leads_to": "outcome", "answers": "challenge"}


def draft_claim(
    kind: ClaimKind,
    mechanism: int,
    target: int,
    candidates: Sequence[Candidate],
    context: SentenceContext,
    cue: TokenSpan | None = None,
) -> ClaimDraft:
    """The claim between two of a sentence's candidates, by their places; a denied end makes it negative.

    Without a cue, the target's first word stands for it.
    """
    first, second = candidates[mechanism], candidates[target]
    is_denied = first.status == "negated" or (second.kind == "outcome" and second.status == "negated")
    at = cue or (second.start, second.start + 1)
    return ClaimDraft(kind, mechanism, target, at, "negative" if is_denied else "positive", context.hedged)


def pair_candidates(candidates: Sequence[Candidate]) -> list[tuple[ClaimKind, int, int]]:
    """The pairs, as (kind, mechanism, target), of which a sentence may say that one leads to, or answers, the other.

    Of each two elements, the nearest candidates. What is lacking leads nowhere, and is nowhere led to.
    """
    best: dict[tuple[ClaimKind, str, str], tuple[int, int, int]] = {}
    for kind, m, t in _possible_pairs(candidates):
        key = (kind, candidates[m].element, candidates[t].element)
        distance = (abs(candidates[m].start - candidates[t].start), m, t)
        best[key] = min(best.get(key, distance), distance)
    return sorted((kind, m, t) for (kind, _, _), (_, m, t) in best.items())


def find_claims(candidates: Sequence[Candidate], context: SentenceContext) -> tuple[ClaimDraft, ...]:
    """The claims that a sentence makes between its candidates, at most one a pair of elements and kind.

    A lacking mechanism claims nothing; a negated outcome makes the claim negative.
    """
    best: dict[tuple[ClaimKind, str, str], tuple[int, ClaimDraft]] = {}
    cues = {kind: [cue for cue in context.found if cue.claim == kind] for kind in _TARGETS}
    for kind, m, t in _possible_pairs(candidates):
        mechanism, target = candidates[m], candidates[t]
        cue = _joining_cue(mechanism.span, target.span, cues[kind], context) if cues[kind] else None
        if cue is None and not denies_effect(mechanism, target, context):
            continue
        key = (kind, mechanism.element, target.element)
        distance = abs(mechanism.start - target.start)
        if key not in best or distance < best[key][0]:
            at = (cue.start, cue.end) if cue is not None else target.cue
            best[key] = distance, draft_claim(kind, m, t, candidates, context, at)
    return tuple(sorted((claim for _, claim in best.values()), key=lambda c: (c.mechanism, c.target, c.kind)))


def denies_effect(mechanism: Candidate, target: Candidate, context: SentenceContext) -> bool:
    """Whether a sentence denies that a mechanism leads to an outcome: "the levy had no effect on productivity".

    The outcome is denied, the mechanism comes before it and is not denied itself, and no clause ends between.
    """
    return (
        target.kind == "outcome"
        and target.status == "negated"
        and mechanism.status in ("affirmed", "planned")
        and mechanism.start < target.start
        and not context.is_divided(min(mechanism.end, target.start), target.start)
    )


def _possible_pairs(candidates: Sequence[Candidate]) -> list[tuple[ClaimKind, int, int]]:
    return [
        (kind, m, t)
        for kind, target_kind in _TARGETS.items()
        for t, target in enumerate(candidates)
        if target.kind == target_kind and target.status != "lacking"
        for m, mechanism in enumerate(candidates)
        if mechanism.kind == "mechanism" and mechanism.status != "lacking"
    ]


def _joining_cue(
    mechanism: TokenSpan, target: TokenSpan, cues: Sequence[Cue], context: SentenceContext
) -> Cue | None:
    """The cue that ties a mechanism to its target: the nearest to the target on the way to it, or one that opens.

    The words of the two may overlap, for a term often takes in the verb: "[workshops [that raise skills]]".
    """
    if mechanism[0] <= target[0]:
        if context.is_divided(mechanism[1], target[0]):
            return None
        # The target's own words may hold the verb: "apprenticeships [raise skills]".
        last = target[1] - 1 if target[0] < mechanism[1] < target[1] else target[0] + 1
        on_the_way = [c for c in cues if c.direction == "forward" and mechanism[0] < c.start <= last]
        near = [c for c in on_the_way if target[0] - c.end <= CUE_TO_TARGET]
        if near:
            return max(near, key=lambda c: c.start)
        opening = [c for c in cues if c.direction == "opening" and c.end <= mechanism[0]]
        return next((c for c in reversed(opening) if _opens_clause(c, mechanism, target, context)), None)
    if context.is_divided(target[1], mechanism[0]):
        return None
    back = [c for c in cues if c.direction == "backward" and target[0] < c.start <= mechanism[0]]
    return next((c for c in sorted(back, key=lambda c: c.start) if mechanism[0] - c.end <= c.reach), None)


def _opens_clause(cue: Cue, mechanism: TokenSpan, target: TokenSpan, context: SentenceContext) -> bool:
    """Whether a cue opens its clause with the mechanism near it, and the target comes after a comma."""
    opens = cue.start == 0 or context.forms[cue.start - 1] in context.cues.claim_openers
    near = mechanism[0] - cue.end <= cue.reach
    between = context.forms[mechanism[1] : target[0] + 1]
    return opens and near and not context.cues.commas.isdisjoint(between)
