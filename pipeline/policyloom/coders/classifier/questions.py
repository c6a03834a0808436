"""Put questions to a classifier: in what status a candidate stands, and whether a sentence ties one to another.

A question holds the words of the sentence and of its parts, and signs: what the rules answer, which cues stand where,
how the sentence opens. The classifier weighs them; what they are is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from policyloom.coders.rules.claims import draft_claim, pair_candidates
from policyloom.coders.rules.status import WITHOUT_STATUS
from policyloom.languages.context import SentenceContext
from policyloom.records import Candidate, ClaimDraft, ClaimKind, MentionKind, SentenceDraft, Status, TokenSpan

__all__ = ["Answer", "Clue", "Question", "QuestionKind", "ask_about_claims", "ask_about_statuses"]

QuestionKind = Literal["status", "leads_to", "answers"]
"""What a classifier can be asked besides which elements a sentence names: the status of a candidate, or whether the
sentence says that a mechanism leads to an outcome or answers a challenge (yes or no)."""

Clue = tuple[str, TokenSpan | None]
"""A feature of a sentence, and the tokens of the sentence where it stands, if at some place."""

_DIGIT = re.compile(r"\d")
_NEAR = 8
"""Tokens within which a cue counts as near."""

_BEFORE = 4
"""Tokens before a candidate that are told apart from the others."""


RULE_PRECISION = 0.55
"""How many mentions that rules alone find are right, on whole documents (`benchmarks/whole_documents.py`)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a candidate, or about a pair of them, and what may help to answer.

    Attributes:
        about: what is asked.
        options: the answers that are possible.
        given: the rules' answer.
        words: words of the sentence, and of parts of it.
        signs: what cues and grammar tell.
        prior: how probable it is that what is asked about is there at all.
        is_firm: whether another answer than the rules' one has to be very sure.
    """

    about: QuestionKind
    options: tuple[str, ...]
    given: str
    words: tuple[Clue, ...]
    signs: tuple[Clue, ...]
    prior: float = 1.0
    is_firm: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A classifier's answer; `at` are the tokens that spoke for it most, where it is not the one that the rules gave."""

    value: str
    probability: float
    at: TokenSpan | None = None


def ask_about_statuses(
    sentence: SentenceDraft, context: SentenceContext | None
) -> Iterator[tuple[int, Question]]:
    """For each candidate whose status is in question, its place in the list and the question.

    Where nothing but a heading decides, it stands: sentences are labelled without their headings.
    """
    if context is None:
        return
    for place, candidate in enumerate(sentence.candidates):
        by_heading = candidate.cue is None and candidate.status != "affirmed"
        if candidate.kind not in WITHOUT_STATUS and not by_heading:
            yield place, ask_status(candidate, context)


def ask_about_claims(
    sentence: SentenceDraft, context: SentenceContext | None
) -> Iterator[tuple[ClaimDraft, Question]]:
    """Each claim that the sentence may make, those that the rules find among them, and the question whether it does."""
    if context is None:
        return
    candidates = sentence.candidates
    by_rule = {
        (claim.kind, candidates[claim.mechanism].element, candidates[claim.target].element): claim
        for claim in sentence.claims
    }
    for kind, m, t in pair_candidates(candidates):
        found = by_rule.get((kind, candidates[m].element, candidates[t].element))
        claim = found or draft_claim(kind, m, t, candidates, context)
        mechanism, target = candidates[claim.mechanism], candidates[claim.target]
        question = ask_claim(kind, mechanism, target, found is not None, context)
        yield claim, replace(question, prior=_chance(mechanism) * _chance(target))


def _chance(candidate: Candidate) -> float:
    """How probable it is that a candidate is right; by rules alone, with a probability of 1, that is not told."""
    return RULE_PRECISION if candidate.probability == 1 else candidate.probability


def ask_status(candidate: Candidate, context: SentenceContext) -> Question:
    """The question in what status a candidate stands.

    It holds nothing of the element, so that what is learned with one framework answers for any other.

    Args:
        candidate: with the status that the rules give it, and their cue.
        context: of the sentence.
    """
    forms = _forms(context)
    start, end = candidate.span
    first = max((at + 1 for at in context.ends if at < start), default=0)
    last = min((at for at in context.ends if at >= end), default=len(forms))
    words = [*_sentence(forms, context.first), *_pairs(forms, first, last, "clause: ")]
    signs: list[Clue] = [
        (f"rule: {candidate.status}", candidate.cue), (f"rule: {candidate.status}, {candidate.kind}", candidate.cue),
        (f"kind: {candidate.kind}", None),
    ]  # fmt: skip
    for found in context.found:
        if found.status is None:
            continue
        at = (found.start, found.end)
        side = _side(at, candidate.span)
        parted = "parted" if context.is_divided(min(found.end, end), max(start, found.start)) else "joined"
        near = "near" if max(start - found.end, found.start - end) <= _NEAR else "far"
        signs += [
            (f"{found.status} {side}, {parted}", at), (f"{found.status} {side}, {near}, {candidate.kind}", at),
            (f"{' '.join(forms[slice(*at)])}, {side}, {parted}", at),
        ]  # fmt: skip
    for purpose in context.purposes:
        side = "before" if purpose.start <= start else "after"
        near = "near" if 0 <= start - purpose.end <= _NEAR else "far"
        signs.append((f"purpose {side}, {near}", (purpose.start, purpose.end)))
    if instruction := context.instruction:
        at = (instruction.start, instruction.end)
        signs += [("instruction", at), (f"instruction, {candidate.kind}", at)]
    if start <= context.first + 1:
        signs.append(("opens the sentence", None))
    return Question(
        "status", _statuses(candidate.kind), candidate.status, tuple(words), tuple(dict.fromkeys(signs)),
        is_firm=candidate.kind == "mechanism" and candidate.status == "negated",
    )  # fmt: skip


def ask_claim(
    kind: ClaimKind,
    mechanism: Candidate,
    target: Candidate,
    by_rule: bool,
    context: SentenceContext,
) -> Question:
    """The question whether the sentence says that a mechanism leads to an outcome, or answers a challenge.

    It holds nothing of the elements, so that what is learned with one framework answers for any other.

    Args:
        kind: which of the two.
        mechanism, target: the candidates, with their statuses.
        by_rule: whether the rules say so.
        context: of the sentence.
    """
    forms = _forms(context)
    a, b = mechanism.span, target.span
    order = "mechanism first" if a[0] <= b[0] else "target first"
    left, right = (a[1], b[0]) if a[0] <= b[0] else (b[1], a[0])
    words = [
        *_sentence(forms, context.first),
        *_pairs(forms, left, min(right + 2, len(forms)), f"between, {order}: "),
        *_pairs(forms, max(0, b[0] - _BEFORE), b[0], "before target: "),
        *_pairs(forms, max(0, a[0] - _BEFORE), a[0], "before mechanism: "),
        *_pairs(forms, b[0], b[1], "target: "),
    ]  # fmt: skip
    distance = "overlap" if right < left else "near" if right - left <= _NEAR else "far"
    parted = "parted" if left < right and context.is_divided(left, right) else "joined"
    signs: list[Clue] = [
        (f"rule: {by_rule}", None), (order, None), (f"{order}, {distance}, {parted}", None),
        (f"mechanism {mechanism.status}", None), (f"target {target.status}", None),
        (f"{mechanism.status} to {target.status}, {order}", None),
    ]  # fmt: skip
    both = (min(a[0], b[0]), max(a[1], b[1]))
    for found in context.found:
        if found.claim != kind:
            continue
        at = (found.start, found.end)
        side = "between" if both[0] <= found.start and found.end <= both[1] else _side(at, both)
        signs += [
            (f"{found.direction} {side}, {order}", at), (f"{' '.join(forms[slice(*at)])} {side}, {order}", at),
        ]  # fmt: skip
    for purpose in context.purposes:
        signs.append((f"purpose {_side((purpose.start, purpose.end), b)}", (purpose.start, purpose.end)))
    return Question(
        kind, ("no", "yes"), "yes" if by_rule else "no", tuple(words), tuple(dict.fromkeys(signs))
    )


def _statuses(kind: MentionKind) -> tuple[Status, ...]:
    """A challenge is a lack itself, and so never lacking."""
    return (
        ("affirmed", "planned", "negated")
        if kind == "challenge"
        else ("affirmed", "planned", "lacking", "negated")
    )


def _forms(context: SentenceContext) -> tuple[str, ...]:
    return tuple(_DIGIT.sub("0", form) for form in context.forms)


@lru_cache(maxsize=8)  # a sentence's questions come one after the other
def _sentence(forms: tuple[str, ...], first: int) -> tuple[Clue, ...]:
    """How a sentence opens, and all its words."""
    opening = [(f"opening: {forms[first]}", (first, first + 1))] if first < len(forms) else []
    return (*opening, *_pairs(forms, 0, len(forms)))


def _pairs(forms: Sequence[str], first: int, last: int, of: str = "") -> Iterator[Clue]:
    """The words from `first` to `last`, and each with the next."""
    for i in range(max(0, first), last):
        yield f"{of}{forms[i]}", (i, i + 1)
        if i + 1 < last:
            yield f"{of}{forms[i]} {forms[i + 1]}", (i, i + 2)


def _side(at: TokenSpan, mention: TokenSpan) -> str:
    return "before" if at[1] <= mention[0] else "after" if at[0] >= mention[1] else "within"
