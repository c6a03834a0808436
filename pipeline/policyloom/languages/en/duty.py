"""Who is to act: the subject of a duty, "the Director of the Foundation" in "the Director of the Foundation shall"."""

from __future__ import annotations

from collections.abc import Sequence

from policyloom.languages.en.verbs import MODALS, is_adverb, is_past_form
from policyloom.languages.protocol import TokenSpan

__all__ = ["find_duty_bearers"]

_DUTIES = (MODALS | {"intends", "intend", "plans", "plan", "undertakes", "undertake", "commits", "committed",
    "aims", "aim", "agrees", "agree", "agreed", "proposes", "propose", "pledged", "pledges"}) - {
    "may", "might", "would",
}  # fmt: skip
_DIRECTING = frozenset("directs direct directed directing asks ask asked asking requires require required requiring instructs instruct instructed"
    " tasks tasked orders ordered obliges oblige obliged mandates".split())  # fmt: skip
"""Verbs that lay a duty on their object: "directs the Secretary to review"."""
_OPENERS = frozenset(
    "within by in to on from after before until where when if as under pursuant for with at during through not no once upon"
    " subject following between over until till since unless while although acting notwithstanding having using"
    " building based drawing and or then also finally first second third fourth".split()
)
"""Words that open what stands before the subject: "Within 120 days, …"."""

_BESIDE = frozenset(
    "in with through acting together jointly after where as including subject following under working via".split()
)
"""Words that open what stands between the subject and its verb: "the Board, in consultation with firms, shall"."""

_BREAKS = frozenset('; : . that which who what because so but ( ) “ ” " — – •'.split())
_PRONOUNS = frozenset(
    "it this that these those they we i you he she there which who what one each all both such".split()
)
_ENDS = frozenset(",.;:()") | {
    "and",
    "to",
    "in",
    "on",
    "at",
    "from",
    "before",
    "within",
    "for",
    "with",
    "which",
    "that",
    "not",
    "no",
    "under",
    "shall",
    "will",
    "must",
}
_DETERMINERS = frozenset(("the", "each", "every", "all"))
_HEADINGS = frozenset(("article", "section", "chapter", "annex", "paragraph", "clause", "recital"))
"""Words that with a number head a provision: "Article 12 Before selling, the provider shall"."""
_TASKS = frozenset(
    "function functions duty duties responsibility responsibilities task tasks role roles power powers object objects objective"
    " objectives mandate mission remit".split()
)
"""What a body is told to have, in place of telling what it shall do: "The functions of the Board shall be"."""
_LISTING = frozenset((":", "—", "–", "-", "as"))
"""What goes on after "are" where tasks are listed: "The functions of the Board are: (a) to", "are as follows"."""
_MAX_TOKENS = 20
"""Tokens of the longest name of somebody who is to act."""


def find_duty_bearers(forms: Sequence[str]) -> list[TokenSpan]:
    """The tokens of the noun phrases that are to act, by the verbs of duty, in order.

    In the passive it is what "by" adds: "shall be set up by the Ministry". Where a sentence lists somebody's tasks, it is that
    somebody: "The functions of the Board shall be".
    """
    found = [_bearer_at(forms, i) for i in range(len(forms))]
    return [span for span in found if span is not None]


def _bearer_at(forms: Sequence[str], i: int) -> TokenSpan | None:
    form, following = forms[i], list(forms[i + 1 : i + 2])
    if form in _DIRECTING and (i == 0 or forms[i - 1] not in ("is", "are", "be", "been")):
        return _directed(forms, i + 1)
    before = tuple(forms[max(0, i - 2) : i])
    if form in _TASKS and following == ["of"] and before in (("be", "the"), ("is", "the")):
        return _directed(forms, i + 2)  # "It shall be the duty of every college to"
    is_due = form in ("is", "are") and following == ["to"]
    is_listing = form in ("is", "are") and not is_due and not _LISTING.isdisjoint(following)
    if form not in _DUTIES and not is_due and not is_listing:
        return None
    if form == "need" and following != ["to"]:
        return None
    if _is_passive(forms, i + 1):
        return _agent(forms, i + 1)
    span = _subject(forms, i)
    if span is None:
        return None
    return _whose_tasks(forms, span) or (None if is_listing else span)


def _whose_tasks(forms: Sequence[str], span: TokenSpan) -> TokenSpan | None:
    """Whose tasks a noun phrase names: "the functions of the Board", "the Board's functions"; None where it names none."""
    start, end = span
    for i in range(start, end - 1):
        if forms[i] in _TASKS and forms[i + 1] == "of" and i + 2 < end:
            return i + 2, end
    if forms[end - 1] in _TASKS:
        for i in range(end - 2, start, -1):
            if forms[i] in ("'s", "’s", "'", "’"):
                return start, i
    return None


def _directed(forms: Sequence[str], start: int) -> TokenSpan | None:
    """The noun phrase before "to" after a verb that lays a duty on it."""
    for end in range(start, min(start + _MAX_TOKENS, len(forms))):
        if forms[end] in ("to", "that") or forms[end] in _BREAKS:
            return (start, end) if end > start and forms[end] == "to" else None
    return None


def _is_passive(forms: Sequence[str], after: int) -> bool:
    at = after
    while at < len(forms) and (is_adverb(forms[at]) or forms[at] in ("not", "to", ",")):
        at += 1
    if at >= len(forms) or forms[at] not in ("be", "being", "get"):
        return False
    at += 1
    while at < len(forms) and (is_adverb(forms[at]) or forms[at] in ("responsible", "required", "not")):
        if forms[at] in ("responsible", "required"):
            return False
        at += 1
    return at < len(forms) and is_past_form(forms[at])


def _agent(forms: Sequence[str], after: int) -> TokenSpan | None:
    """The noun phrase after "by" in the passive."""
    for i in range(after, len(forms) - 1):
        if forms[i] in (";", ":"):
            return None
        if forms[i] == "by" and (
            forms[i + 1] in ("the", "a", "an", "each", "every") or forms[i + 1].isalpha()
        ):
            end = i + 1
            while end < len(forms) and forms[end] not in _ENDS and not forms[end].isdigit():
                end += 1
            if end > i + 1:
                return i + 1, end
    return None


def _subject(forms: Sequence[str], verb: int) -> TokenSpan | None:
    start = max((i + 1 for i in range(verb) if forms[i] in _BREAKS), default=0)
    if forms[start] in _HEADINGS and forms[start + 1][:1].isdigit():
        start += 2  # a heading run into its text names nobody
        if forms[start] == "of":
            return None
    before = tuple(forms[max(0, start - 2) : start])
    is_purpose = before[-1:] == ("that",) and before[0] in ("so", "order", "end")
    parts: list[TokenSpan] = []
    first = start
    for i in range(start, verb + 1):
        if i == verb or forms[i] == ",":
            if i > first:
                parts.append((first, i))
            first = i + 1
    if is_purpose:
        parts = parts[1:]  # "So that firms take part, the Board shall"
    while parts and (forms[parts[0][0]] in _OPENERS or not any(f.isalpha() for f in forms[slice(*parts[0])])):
        opening = parts.pop(0)
        if not parts and (at := _after_opening(forms, *opening)) is not None:
            parts = [(at, opening[1])]
            break
    if not parts:
        return None
    # "the Secretary of Labor, the Secretary of Education, and the Director" is one; what stands beside is not.
    kept = [parts[0]]
    for part in parts[1:]:
        if forms[part[0]] in _BESIDE:
            break
        kept.append(part)
    if len(kept) > 1 and kept[-1] == parts[-1] and _is_pronoun(forms[slice(*kept[-1])]):
        return None  # "the ministry met, and it shall"
    begin, end = kept[0][0], kept[-1][1]
    while begin < end and not forms[begin].isalpha():
        begin += 1
    while begin < end and forms[begin] in ("and", "or", "then"):
        begin += 1
    if begin >= end or end - begin > _MAX_TOKENS or _is_pronoun(forms[begin:end]):
        return None
    if not {"shall", "must", "should"}.isdisjoint(forms[begin:end]):
        return None  # "plan" is a noun in "the Ministry shall publish a plan"
    return begin, end


def _after_opening(forms: Sequence[str], start: int, end: int) -> int | None:
    """Where the subject begins that no comma parts from what stands before it: "By 2030 | the Ministry of the Sea"."""
    begins = (
        i
        for i in range(start + 1, end)
        if forms[i] in _DETERMINERS and forms[i - 1] != "of" and forms[i - 1] not in _OPENERS
    )
    return max(begins, default=None)


def _is_pronoun(forms: Sequence[str]) -> bool:
    """Whether a phrase is a pronoun alone, with or without "and" before it."""
    words = [form for form in forms if form not in ("and", "or", "then")]
    return len(words) == 1 and words[0] in _PRONOUNS
