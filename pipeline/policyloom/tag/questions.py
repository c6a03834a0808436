"""Put questions to a classifier: in what status a mention stands, and whether a sentence ties one mention to another.

A question holds the words of the sentence and of its parts, and signs: what the rules answer, which cues stand where,
how the sentence opens. The classifier weighs them; what they are is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from policyloom.records import ClaimKind, Clue, MentionKind, Question, Status
from policyloom.tag.claims import Tagging
from policyloom.tag.status import Clause, TokenSpan

__all__ = ["ask_claim", "ask_status"]

_DIGIT = re.compile(r"\d")
_NEAR = 8
"""Words within which a cue counts as near."""

_BEFORE = 4
"""Words before a mention that are told apart from the others."""


def ask_status(mention: Tagging, top: str, cue: TokenSpan | None, clause: Clause) -> Question:
    """In what status a mention stands.

    Args:
        mention: with the status that the rules give it.
        top: its outermost element.
        cue: the rules' reason.
        clause: the sentence.
    """
    forms = _forms(clause)
    start, end = mention.span
    first = max((at + 1 for at in clause.ends if at < start), default=0)
    last = min((at for at in clause.ends if at >= end), default=len(forms))
    words = [*_sentence(forms, clause.first), *_pairs(forms, first, last, "clause: ")]
    signs: list[Clue] = [
        (f"rule: {mention.status}", cue), (f"rule: {mention.status}, {mention.kind}", cue),
        (f"element: {top}", None), (f"kind: {mention.kind}", None),
    ]  # fmt: skip
    for found in clause.found:
        if found.status is None:
            continue
        at = (found.start, found.end)
        side = _side(at, mention.span)
        parted = "parted" if clause.parted(min(found.end, end), max(start, found.start)) else "joined"
        near = "near" if max(start - found.end, found.start - end) <= _NEAR else "far"
        signs += [
            (f"{found.status} {side}, {parted}", at), (f"{found.status} {side}, {near}, {mention.kind}", at),
            (f"{' '.join(forms[slice(*at)])}, {side}, {parted}", at),
        ]  # fmt: skip
    for purpose in clause.purposes():
        side = "before" if purpose.start <= start else "after"
        near = "near" if 0 <= start - purpose.end <= _NEAR else "far"
        signs.append((f"purpose {side}, {near}", (purpose.start, purpose.end)))
    if instruction := clause.opens_with_instruction():
        at = (instruction.start, instruction.end)
        signs += [("instruction", at), (f"instruction, {mention.kind}", at)]
    if start <= clause.first + 1:
        signs.append(("opens the sentence", None))
    return Question(
        "status", _statuses(mention.kind), mention.status, tuple(words), tuple(dict.fromkeys(signs))
    )


def ask_claim(
    kind: ClaimKind, mechanism: Tagging, target: Tagging, tops: tuple[str, str], by_rule: bool, clause: Clause
) -> Question:
    """Whether the sentence says that a mechanism leads to an outcome, or answers a challenge.

    Args:
        kind: which of the two.
        mechanism, target: the mentions, with their statuses.
        tops: their outermost elements.
        by_rule: whether the rules say so.
        clause: the sentence.
    """
    forms = _forms(clause)
    a, b = mechanism.span, target.span
    order = "mechanism first" if a[0] <= b[0] else "target first"
    left, right = (a[1], b[0]) if a[0] <= b[0] else (b[1], a[0])
    words = [
        *_sentence(forms, clause.first),
        *_pairs(forms, left, min(right + 2, len(forms)), f"between, {order}: "),
        *_pairs(forms, max(0, b[0] - _BEFORE), b[0], "before target: "),
        *_pairs(forms, max(0, a[0] - _BEFORE), a[0], "before mechanism: "),
        *_pairs(forms, b[0], b[1], "target: "),
    ]  # fmt: skip
    distance = "overlap" if right < left else "near" if right - left <= _NEAR else "far"
    parted = "parted" if left < right and clause.parted(left, right) else "joined"
    signs: list[Clue] = [
        (f"rule: {by_rule}", None), (order, None), (f"{order}, {distance}, {parted}", None),
        (f"mechanism {mechanism.status}", None), (f"target {target.status}", None),
        (f"{mechanism.status} to {target.status}, {order}", None),
        (f"{tops[0]} to {tops[1]}", None), (f"from {tops[0]}", None), (f"to {tops[1]}", None),
    ]  # fmt: skip
    both = (min(a[0], b[0]), max(a[1], b[1]))
    for found in clause.found:
        if found.claim != kind:
            continue
        at = (found.start, found.end)
        side = "between" if both[0] <= found.start and found.end <= both[1] else _side(at, both)
        signs += [
            (f"{found.direction} {side}, {order}", at), (f"{' '.join(forms[slice(*at)])} {side}, {order}", at),
        ]  # fmt: skip
    for purpose in clause.purposes():
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


def _forms(clause: Clause) -> tuple[str, ...]:
    return tuple(_DIGIT.sub("0", form) for form in clause.forms)


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
