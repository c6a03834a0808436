"""Find the effects that a sentence denies: that a mechanism led to an outcome.

The words that deny come from the language's grammar; which candidates are the cause and the outcome is told by where they stand.
Statuses play no part, for it is often the denial itself that makes either end look lacking or negated.
"""

from __future__ import annotations

from collections.abc import Sequence

from policyloom.languages.context import SentenceContext
from policyloom.languages.protocol import EffectDenial
from policyloom.records import Candidate, ClaimDraft, TokenSpan

__all__ = ["deny_effects", "find_denied_pairs"]

OUTCOME_REACH = 12
"""Tokens between the words that deny and the outcome."""

JOINED = 5
"""Tokens between two mechanisms that "and" joins."""

DENIAL_REACH = 4
"""Tokens before a mechanism in which a word may deny the mechanism itself: "without any grant"."""


def deny_effects(
    claims: Sequence[ClaimDraft], candidates: Sequence[Candidate], context: SentenceContext
) -> tuple[ClaimDraft, ...]:
    """The claims of a sentence, and the effects that it denies, which take the place of claims of the same elements.

    Where the language tells of words that deny an effect, a negated end alone makes no denial: "should not be used to raise wages".
    """
    if context.effect_denials is None:
        return tuple(claims)
    denied = find_denied_pairs(candidates, context)

    def ends(mechanism: int, target: int) -> tuple[str, str]:
        return candidates[mechanism].element, candidates[target].element

    gone = {ends(m, t) for m, t, _ in denied}
    kept = [
        claim
        for claim in claims
        if claim.kind != "leads_to"
        or (claim.polarity == "positive" and ends(claim.mechanism, claim.target) not in gone)
    ]
    kept += [ClaimDraft("leads_to", m, t, at, "negative", context.hedged) for m, t, at in denied]
    return tuple(sorted(kept, key=lambda c: (c.mechanism, c.target, c.kind)))


def find_denied_pairs(
    candidates: Sequence[Candidate], context: SentenceContext
) -> list[tuple[int, int, TokenSpan]]:
    """The mechanism and the outcome, by their places, of each effect that a sentence denies, and the words that do."""
    best: dict[tuple[str, str], tuple[int, int, int, TokenSpan]] = {}
    for denial in context.effect_denials or ():
        target = _find_outcome(denial, candidates, context)
        if target is None:
            continue
        for m in _find_causes(denial, target, candidates, context):
            key = candidates[m].element, candidates[target].element
            distance = abs(candidates[m].start - candidates[target].start)
            found = distance, m, target, (denial.start, denial.end)
            best[key] = min(best.get(key, found), found)
    return sorted((m, t, at) for _, m, t, at in best.values())


def _find_outcome(
    denial: EffectDenial, candidates: Sequence[Candidate], context: SentenceContext
) -> int | None:
    """The outcome that is denied: the nearest on the side where the denial has it."""
    after, before = [], []
    for t, one in enumerate(candidates):
        if one.kind != "outcome":
            continue
        if one.end > denial.end and not context.is_divided(denial.end, max(denial.end, one.start)):
            after.append((max(0, one.start - denial.end), t))
        if one.start < denial.start:
            reach = context.n_clause_ends(min(one.end, denial.start), denial.start)
            if reach <= (2 if denial.refers_back else 0):
                before.append((max(0, denial.start - one.end), t))
    chosen = {"after": after, "before": before, "either": before or after}[denial.side]
    # An outcome whose words hold the denial stands on both sides.
    chosen = chosen or [(d, t) for d, t in (*after, *before) if _touches(candidates[t].span, denial)]
    near = [(distance, t) for distance, t in chosen if distance <= OUTCOME_REACH * (1 + denial.refers_back)]
    return min(near)[1] if near else None


def _find_causes(
    denial: EffectDenial, target: int, candidates: Sequence[Candidate], context: SentenceContext
) -> list[int]:
    """The mechanisms to which the denied effect is put down.

    Those before the denial and its outcome, in their clause or in the one before; else those after both.
    """
    outcome = candidates[target]
    first, last = min(denial.start, outcome.start), max(denial.end, outcome.end)
    mechanisms = [
        m
        for m, one in enumerate(candidates)
        if one.kind == "mechanism" and not _is_itself_denied(one.span, denial, context)
    ]

    def far(m: int) -> int:
        span = candidates[m].span
        left, right = (span[1], first) if span[0] < first else (last, span[0])
        return _n_boundaries(left, right, context) if left < right else 0

    if denial.is_open:
        inside = [m for m in mechanisms if candidates[m].start >= denial.start and far(m) == 0]
        return [m for m in inside if candidates[m].start < outcome.start] or inside
    early = [m for m in mechanisms if candidates[m].start < last and far(m) == 0]
    late = [m for m in mechanisms if candidates[m].start >= last and far(m) == 0]
    previous = [m for m in mechanisms if candidates[m].start < first and 0 < far(m) <= 1 + denial.refers_back]
    return _nearest_with_coordinated(early or late or previous, first, candidates, context)


def _nearest_with_coordinated(
    places: Sequence[int], to: int, candidates: Sequence[Candidate], context: SentenceContext
) -> list[int]:
    """Of some candidates the nearest to a token, and those that are joined to it, as in "workshops and grants"."""
    order = sorted(places, key=lambda m: (abs(candidates[m].start - to), m))
    kept = order[:1]
    for m in order[1:]:
        start, end = candidates[m].span
        for other in kept:
            first, last = candidates[other].span
            between = context.forms[min(end, last) : max(start, first)]
            is_joined = len(between) <= JOINED and not context.cues.grammar.joining.isdisjoint(between)
            if (start < last and first < end) or is_joined:
                kept.append(m)
                break
    return kept


def _n_boundaries(left: int, right: int, context: SentenceContext) -> int:
    """How many clauses end between two tokens; a comma and the word after it, as in ", but", are one end."""
    ends = sorted({end for end in (*context.ends, *context.clause_starts) if left <= end < right})
    return sum(n == 0 or end - ends[n - 1] > 1 for n, end in enumerate(ends))


def _is_itself_denied(span: TokenSpan, denial: EffectDenial, context: SentenceContext) -> bool:
    """Whether words other than the denial deny the mechanism: "firms without a grant", "courses that were not offered"."""
    negators = context.cues.grammar.negators
    around = [
        *range(max(0, span[0] - DENIAL_REACH), span[0]), *range(*span), *range(span[1], min(span[1] + 3, len(context.forms))),
    ]  # fmt: skip
    for at in around:
        if denial.start <= at < denial.end or context.forms[at] not in negators:
            continue
        inner = min(at, span[1]), max(at, span[0])
        if at >= span[1] and context.forms[at] == "without":
            continue
        if not context.is_divided(inner[0], inner[1]):
            return True
    return False


def _touches(span: TokenSpan, denial: EffectDenial) -> bool:
    return span[0] < denial.end and denial.start < span[1]
