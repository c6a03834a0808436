"""Decide in what status a candidate stands: affirmed, planned, lacking or negated.

The method is ConText's (Harkema et al. 2009, doi 10.1016/j.jbi.2009.05.002): a cue has a direction and a
scope that clause boundaries cut, and the strongest cue whose scope holds the mention decides. Instructions,
infinitives of purpose and headings come after the cues.
"""

from __future__ import annotations

from collections.abc import Sequence

from policyloom.languages.context import SentenceContext
from policyloom.languages.cues import NO_LIMIT, Cue
from policyloom.records import MentionKind, Status, TokenSpan

__all__ = ["WITHOUT_STATUS", "decide_status"]

WITHOUT_STATUS: frozenset[MentionKind] = frozenset(("case", "actor", "entity"))
"""Kinds that are names, and so always affirmed."""

_RANK: dict[Status, int] = {"negated": 0, "lacking": 1, "planned": 2, "affirmed": 3}
"""Of several cues that reach a candidate, the one with the lowest rank decides."""


def decide_status(
    span: TokenSpan, kind: MentionKind, context: SentenceContext, lead_in: Status | None = None
) -> tuple[Status, TokenSpan | None]:
    """The status of the candidate at these tokens, and the tokens of the cue that decided it.

    A challenge names a lack itself, so it is affirmed unless it is denied or expected; cases and actors are
    always affirmed.

    Args:
        span: the candidate's tokens.
        kind: the kind of its element.
        context: of the sentence.
        lead_in: the status that the sentence introducing a list gives its items.
    """
    if kind in WITHOUT_STATUS:
        return "affirmed", None
    reaching = [
        (cue, _distance(cue, span))
        for cue in context.found
        if cue.status and cue.only in (None, kind) and _reaches(cue, span, context)
    ]
    if kind == "challenge":
        # Its own words may hold a "not" that makes it a challenge.
        reaching = [
            (cue, distance)
            for cue, distance in reaching
            if cue.only == kind and not _touches(cue, span) and not _is_answered(cue, span, context)
        ]
        return _strongest(reaching) if reaching else ("affirmed", None)
    start = span[0]
    reaching += [
        (cue, _distance(cue, span))
        for cue in context.purposes
        # The verb may open the mention itself: "to [raise skills]".
        if cue.start <= start and start - cue.end <= cue.reach and not context.n_clause_ends(cue.end, start)
    ]
    instruction = context.instruction
    if instruction and not context.n_clause_ends(instruction.end, start):
        reaching.append((instruction, NO_LIMIT))
    if reaching:
        status, cue = _strongest(reaching)
        return (lead_in, None) if lead_in and _RANK[lead_in] < _RANK[status] else (status, cue)
    if lead_in:
        return ("affirmed" if context.cues.grammar.is_past(context.forms) else lead_in), None
    lacks = [cue for cue in context.found if cue.status == "lacking"]
    if context.heading == "lacking" and lacks:
        return "lacking", (lacks[0].start, lacks[0].end)
    if context.heading == "planned" and context.leaves_status_to_heading:
        return "planned", None
    return "affirmed", None


def _is_answered(cue: Cue, span: TokenSpan, context: SentenceContext) -> bool:
    """Whether the sentence does something about a challenge after the cue: "will [address] the shortage"."""
    return any(
        c.claim == "answers" and c.direction == "forward" and cue.end <= c.start < span[1]
        for c in context.found
    )


def _strongest(reaching: Sequence[tuple[Cue, int]]) -> tuple[Status, TokenSpan]:
    cue, _ = min(reaching, key=lambda hit: (_RANK[hit[0].status or "affirmed"], hit[1], hit[0].start))
    return cue.status or "affirmed", (cue.start, cue.end)


def _distance(cue: Cue, span: TokenSpan) -> int:
    return max(0, span[0] - cue.end, cue.start - span[1])


def _touches(cue: Cue, span: TokenSpan) -> bool:
    return cue.start < span[1] and span[0] < cue.end


def _reaches(cue: Cue, span: TokenSpan, context: SentenceContext) -> bool:
    start, end = span
    if _touches(cue, span):
        # A cue within the mention's own words decides as one before it: "teachers [shall] go to enterprises".
        return True
    if cue.direction == "forward" and cue.end <= start:
        return start - cue.end <= cue.reach and context.n_clause_ends(cue.end, start) <= cue.crosses
    if cue.direction == "backward" and end <= cue.start:
        return cue.start - end <= cue.reach and context.n_clause_ends(end, cue.start) <= cue.crosses
    return False
