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

MAX_BEFORE_DATE = 4
"""Tokens before a date in which a word such as "by" must stand to make it a deadline: "by the end of 2027"."""

MAX_BEFORE_PLAN = 2
"""The same for a word such as "in", which limits only what is planned: "in early 2027"."""

GOING_ON: tuple[FacetKind, ...] = ("amount", "deadline", "monitoring")
"""The particulars that a sentence takes from the next one of its block."""


_YEAR = re.compile(r"(?:1[89]|20)\d\d(?:[/–-]\d+)?")
_SECTION = re.compile(r"\d+(?:\.\d+)+\.?")
_ORDINAL = re.compile(r"[a-z]\Z")
_DIGITS, _GROUP = re.compile(r"\d{1,3}"), re.compile(r"\d{3}")
_IN_CITATION = re.compile(r"[\d.]*\d[a-z]?|[()\[\]]|[a-z]|[ivx]+")
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
    bearers = (_whole(span, agents) for span in cues.grammar.duty_bearers(draft.forms))
    places = [(start, end) for label, start, end in entities if label == "GPE"]
    bearer = next((span for span in bearers if _is_somebody(span, agents, places, draft, cues)), None)
    return Particulars(tuple(agents), bearer, tuple(_find_facets(context, entities)), context)


def _whole(span: TokenSpan, agents: Sequence[TokenSpan]) -> TokenSpan:
    """A noun phrase with the rest of the institution that it ends in: "the Department of Science | and Technology"."""
    start, end = span
    return start, max([end, *(last for first, last in agents if start <= first < end < last)])


def _is_somebody(
    span: TokenSpan,
    agents: Sequence[TokenSpan],
    places: Sequence[TokenSpan],
    draft: SentenceDraft,
    cues: Cues,
) -> bool:
    """Whether a noun phrase names somebody who can answer for a duty: an institution, an actor, an office, a name, a state.

    What counts is what the phrase is about, where the language tells it: "the State plan" and "the title of the institution" are nobody.
    """
    start, end = span
    owned = [i + 1 for i in range(start, end) if draft.forms[i] in _POSSESSIVE]
    start = max(owned, default=start)  # "the Minister's order" is an order
    head = cues.grammar.head(draft.forms, (start, end))
    if head is None:
        is_agent = any(first < end and start < last for first, last in (*agents, *places))
        return is_agent or not cues.offices.isdisjoint(draft.forms[start:end])
    if draft.forms[head] in cues.deeds:
        return False
    if draft.forms[head] in cues.offices or any(first <= head < last for first, last in (*agents, *places)):
        return True
    words = [draft.text[slice(*draft.tokens[i])] for i in range(start, head + 1)]
    offices = (i for i in range(start, head) if draft.forms[i] in cues.offices)
    is_titled = any(all(word[:1].isupper() for word in words[i - start :]) for i in offices)
    named = [word for word in words if word.lower() not in cues.articles]
    is_name = len(named) > 1 and all(word[:1].isupper() for word in named)
    return is_titled or is_name or any(map(_INITIALS.fullmatch, words[-1:]))


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
            and not _is_numbered(context.forms, facet[1], context.cues)
        )
    ]
    owned = context.cues.owned
    found = [f for f in found if f[0] != "instrument" or owned.isdisjoint(context.forms[f[1] : f[2] - 1])]
    # A date counts nothing, and a sum or a share is found whole: "EUR 5 million", not "million for".
    whole = [(start, end) for label, start, end in entities if label in ("DATE", "MONEY", "PERCENT")]
    found += [("amount", *span) for span in _numbers(context) if not _overlaps(span, whole)]
    for label, start, end in entities:
        if label in ("DATE", "QUANTITY"):
            opening = _opening_of_limit(context, start)
            if opening is None and label == "DATE":
                opening = _opening_of_plan(context, start)
            if opening is not None:
                found.append(("deadline", opening, end))
        elif label in _ENTITIES:
            found.append((_ENTITIES[label], start, end))
    limits = [(start, end) for kind, start, end in found if kind == "deadline"]
    return [f for f in found if f[0] != "amount" or not any(s <= f[1] and f[2] <= e for s, e in limits)]


def _opening_of_limit(context: SentenceContext, date: int) -> int | None:
    """The first word before a date that makes it a time limit, and no number between: "by the end of 2027"."""
    first = max(0, date - MAX_BEFORE_DATE)
    before = context.forms[first:date]
    counted = max((i + 1 for i, form in enumerate(before) if form[:1].isdigit()), default=0)
    return next(
        (first + i for i in range(counted, len(before)) if before[i] in context.cues.deadline_words), None
    )


def _opening_of_plan(context: SentenceContext, date: int) -> int | None:
    """The word before a date that limits what the sentence lays down before it: "shall open in 2027", "In 2027 it shall open"."""
    forms, words = context.forms, context.cues.planned_time_words
    openings = [i for i in range(max(0, date - MAX_BEFORE_DATE), date) if forms[i] in words]
    bindings = context.cues.find_strengths(forms) if openings else ()
    if not bindings:
        return None
    if openings[0] <= context.first:
        return openings[0]
    near = openings[-1]
    is_laid_down = any(end <= near and not context.is_divided(end, near) for _, _, end in bindings)
    return near if is_laid_down and date - near <= MAX_BEFORE_PLAN else None


def _numbers(context: SentenceContext) -> list[TokenSpan]:
    """Numbers that count something, with what they count: "60 lathes", "10 000 to 12 000 places", "half of the towns".

    Years, numbers of things ("Articles 3 and 14") and marks of lists count nothing.
    """
    forms, cues = context.forms, context.cues
    found: list[TokenSpan] = []
    i = context.first
    while i < len(forms) - 1:
        end = _end_of_number(forms, i, cues)
        if end is None:
            i += 1
            continue
        start, i = i, end
        while i + 1 < len(forms) and forms[i] in cues.range_words:
            further = _end_of_number(forms, i + 1, cues)
            if further is None:
                break
            i = further
        if i < len(forms) and _counts(context, start, i):
            of_a_whole = forms[i] in cues.uncounted_words  # "half of the towns"
            found.append((start, min(len(forms), i + (3 if of_a_whole else 1))))
    return found


def _end_of_number(forms: Sequence[str], i: int, cues: Cues) -> int | None:
    """Where the number ends that begins at a token, groups of three digits with it: "80 000"; None where none begins."""
    form, end = forms[i], i
    while end < len(forms) and forms[end] in cues.number_words:
        end += 1
    if end > i:
        return end
    if not form[:1].isdigit() or _YEAR.fullmatch(form) or _ORDINAL.search(form):
        return None
    end = i + 1
    while _DIGITS.fullmatch(form) and end < len(forms) and _GROUP.fullmatch(forms[end]):
        end += 1
    return end


def _counts(context: SentenceContext, start: int, end: int) -> bool:
    """Whether the number of some tokens counts what the next one names."""
    forms, cues = context.forms, context.cues
    if forms[end - 1] in cues.share_words and forms[end] in cues.uncounted_words - cues.range_words:
        return True  # "half of what it costs"
    if forms[end] in cues.uncounted_words - cues.range_words and not cues.owned.isdisjoint(
        forms[end + 1 : end + 2]
    ):
        return True  # "90 of their technicians"
    if not forms[end][:1].isalpha() or forms[end] in cues.uncounted_words or forms[end] in cues.months:
        return False
    if start and forms[start - 1] in cues.known_words:
        return False  # "the two colleges" have been told of before
    return not (_is_numbered(forms, start, cues) or _numbers_a_section(context, start))


def _is_numbered(forms: Sequence[str], i: int, cues: Cues) -> bool:
    """Whether a number is that of a thing, or tells how often: "Article 7", "sections 106(c) and 108", "every two years"."""
    while i:
        i -= 1
        if forms[i] in cues.numbered_words or forms[i] in cues.frequency_words:
            return True
        if forms[i] not in cues.range_words and not _IN_CITATION.fullmatch(forms[i]):
            return False
    return False


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
