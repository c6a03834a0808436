"""What makes a mechanism operable: who acts, for whom, with what instrument, how much, by when, how it is watched.

An item of a list has besides its own particulars those of the line that introduces the list, and a sentence those by which
the next one of its block goes on about it: "A report goes to Parliament each year."
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from policyloom.languages.context import SentenceContext, read_context
from policyloom.languages.cues import Cues
from policyloom.records import FacetKind, SentenceDraft, TokenSpan

__all__ = ["GOING_ON", "FacetMatch", "Particulars", "find_particulars", "pick_facets"]

FacetMatch = tuple[FacetKind, int, int]
"""A facet and its tokens `[start, end)` in the sentence."""

_ENTITIES: dict[str, FacetKind] = {
    "MONEY": "amount",
    "PERCENT": "amount",
    "LAW": "instrument",
    "POLICY": "instrument",
}

MAX_BEFORE_DATE = 3
"""Tokens before a date in which a word such as "by" must stand to make it a deadline: "by the end of 2027"."""

GOING_ON: tuple[FacetKind, ...] = ("amount", "deadline", "monitoring")
"""The particulars that a sentence takes from the next one of its block."""


_YEAR = re.compile(r"(?:1[89]|20)\d\d(?:[/–-]\d+)?")
_SECTION = re.compile(r"\d+(?:\.\d+)+\.?")
_ORDINAL = re.compile(r"[a-z]\Z")
_POSSESSIVE = frozenset(("'s", "’s", "s'"))
_INITIALS = re.compile(r"[A-Z]{2,6}s?")


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a sentence says that makes a mechanism operable, in its tokens.

    Attributes:
        agents: institutions, and the framework's actors by their full names where they are such.
        bearer: who is to act by the verb of duty, where that is somebody who can answer for it.
        facets: all there are.
        context: the sentence.
    """

    agents: tuple[TokenSpan, ...]
    bearer: TokenSpan | None
    facets: tuple[FacetMatch, ...]
    context: SentenceContext

    def agent_of(self, mention: TokenSpan) -> TokenSpan | None:
        """Who acts, for one mention: the bearer of the duty, or else the nearest before it."""
        before = (agent for agent in self.agents if agent[1] <= mention[0])
        return self.bearer or max(before, key=lambda agent: agent[1], default=None)


def find_particulars(
    draft: SentenceDraft, entities: Sequence[tuple[str, int, int]], cues: Cues
) -> Particulars:
    """The particulars of a sentence.

    Args:
        draft: the sentence.
        entities: its entities, as (type, start, end) in tokens.
        cues: of its language.
    """
    context = read_context(draft, cues)
    agents = _find_agents(draft, entities)
    bearers = cues.grammar.duty_bearers(draft.forms)
    bearer = next((span for span in bearers if _is_somebody(span, agents, draft, cues)), None)
    return Particulars(tuple(agents), bearer, tuple(_find_facets(context, entities)), context)


def _is_somebody(span: TokenSpan, agents: Sequence[TokenSpan], draft: SentenceDraft, cues: Cues) -> bool:
    """Whether a noun phrase names somebody who can answer for a duty: an institution, an actor, an office, a name."""
    start, end = span
    owned = [i + 1 for i in range(start, end) if draft.forms[i] in _POSSESSIVE]
    start = max(owned, default=start)  # "the Minister's order" is an order
    if any(first < end and start < last for first, last in agents):
        return True
    words = [draft.text[slice(*draft.tokens[i])] for i in range(start, end)]
    return not cues.offices.isdisjoint(draft.forms[start:end]) or any(
        _INITIALS.fullmatch(word) for word in words
    )


def _find_agents(draft: SentenceDraft, entities: Sequence[tuple[str, int, int]]) -> list[TokenSpan]:
    institutions = [(start, end) for label, start, end in entities if label.startswith("ORG")]
    actors = [c.span for c in draft.candidates if c.kind == "actor"]
    alone = [(start, end) for start, end in actors if not any(s < end and start < e for s, e in institutions)]
    return [*institutions, *alone]


def _find_facets(context: SentenceContext, entities: Sequence[tuple[str, int, int]]) -> list[FacetMatch]:
    found = [
        facet
        for facet in context.cues.find_facets(context.forms)
        if facet[0] != "amount"
        or (
            not _YEAR.fullmatch(context.forms[facet[1]])
            and not _numbers_a_section(context, facet[1])
            and context.cues.numbered_words.isdisjoint(context.forms[facet[1] - 1 : facet[1]])
        )
    ]
    # A date counts nothing, and a sum or a share is found whole: "EUR 5 million", not "million for".
    whole = [(start, end) for label, start, end in entities if label in ("DATE", "MONEY", "PERCENT")]
    found += [("amount", *span) for span in _numbers(context) if not _overlaps(span, whole)]
    for label, start, end in entities:
        if label in ("DATE", "QUANTITY"):
            before = context.forms[max(0, start - MAX_BEFORE_DATE) : start]
            opening = next((i for i, form in enumerate(before) if form in context.cues.deadline_words), None)
            if opening is not None:
                found.append(("deadline", start - len(before) + opening, end))
        elif label in _ENTITIES:
            found.append((_ENTITIES[label], start, end))
    limits = [(start, end) for kind, start, end in found if kind == "deadline"]
    return [f for f in found if f[0] != "amount" or not any(s <= f[1] and f[2] <= e for s, e in limits)]


def _numbers(context: SentenceContext) -> list[TokenSpan]:
    """Numbers that count something, each with the word after it: "60 lathes"; not years, numbered things, list marks."""
    forms, cues = context.forms, context.cues
    found = []
    for i in range(context.first, len(forms) - 1):
        is_number = forms[i][:1].isdigit() and not _YEAR.fullmatch(forms[i]) and not _ORDINAL.search(forms[i])
        if not (is_number or forms[i] in cues.number_words) or not forms[i + 1][:1].isalpha():
            continue
        if i and (forms[i - 1] in cues.numbered_words or forms[i - 1] in cues.frequency_words):
            continue
        if _numbers_a_section(context, i):
            continue
        if i + 1 < len(forms) and forms[i + 1] not in cues.months:
            found.append((i, i + 2))
    return found


def _numbers_a_section(context: SentenceContext, i: int) -> bool:
    """Whether a number is that of the section which the sentence begins, as in "6.1 Colleges will"."""
    form = context.forms[i]
    return bool(_SECTION.fullmatch(form)) and (i <= context.first or form.count(".") > 1)


def _overlaps(span: TokenSpan, others: Sequence[TokenSpan]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def pick_facets(mention: TokenSpan, particulars: Particulars) -> list[FacetMatch]:
    """The facets of one mention: of each kind the nearest in its clause, or else in its sentence; of two as near the longer."""
    best: dict[FacetKind, tuple[bool, int, int, FacetMatch]] = {}
    for facet in particulars.facets:
        kind, start, end = facet
        gap = max(start - mention[1], mention[0] - end, 0)
        parted = gap > 0 and particulars.context.is_divided(min(end, mention[1]), max(start, mention[0]))
        if kind not in best or (parted, gap, start - end) < best[kind][:3]:
            best[kind] = (parted, gap, start - end, facet)
    return [best[kind][3] for kind in get_args(FacetKind) if kind in best]
