"""Who is to act: the subject of a duty, "the Director of the Foundation" in "the Director of the Foundation shall"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from policyloom.languages.en.verbs import AUXILIARIES, BE, MODALS, all_forms, is_adverb, is_past_form
from policyloom.languages.protocol import TokenSpan

__all__ = ["find_duty_bearers", "find_head"]

_DUTIES = (MODALS | {"intends", "intend", "plans", "plan", "undertakes", "undertake", "commits", "committed",
    "aims", "aim", "agrees", "agree", "agreed", "proposes", "propose", "pledged", "pledges", "commit", "recommits", "seeks", "seek",
    "promises", "needs", "continues", "continue", "resolves", "resolved"}) - {
    "may", "might", "would",
}  # fmt: skip
_DIRECTING = frozenset("directs direct directed directing asks ask asked asking requires require required requiring instructs instruct instructed"
    " tasks tasked orders ordered obliges oblige obliged mandates expect expects".split())  # fmt: skip
"""Verbs that lay a duty on their object: "directs the Secretary to review"."""
_UNDERTAKING = all_forms(
    "commit invest launch announce partner provide propose offer award fund establish create develop expand build introduce implement open pilot"
    " publish prepare recruit allocate dedicate deploy pledge direct finalise finalize sign start design work take set train hire double".split()
)
"""Forms of verbs that with "is" or "are" say what somebody is about to do: "The County is investing"."""
_OPENERS = frozenset(
    "within by in to on from after before until where when if as under pursuant for with at during through not no once upon"
    " subject following between over until till since unless while although acting notwithstanding having using"
    " building based drawing of and or then also finally first second third fourth".split()
)
"""Words that open what stands before the subject: "Within 120 days, …"."""

_BESIDE = frozenset(
    "in with through acting together jointly after where as including subject following under working via".split()
)
"""Words that open what stands between the subject and its verb: "the Board, in consultation with firms, shall"."""

_BREAKS = frozenset('; : . that which who what because so but ( ) （ ） “ ” " — – •'.split())
_PRONOUNS = frozenset(
    "it this that these those they we i you he she there which who what one each all both such".split()
)
_PERSONAL = frozenset("it they we i you he she there we’ll".split())
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
_ARTICLES = frozenset(("the", "a", "an", "each", "every", "all", "both"))
_OWNERS = _ARTICLES | {"my", "our", "their", "its", "your", "such", "this", "these", "those"}
_HEADINGS = frozenset(("article", "section", "chapter", "annex", "paragraph", "clause", "recital"))
"""Words that with a number head a provision: "Article 12 Before selling, the provider shall"."""
_TASKS = frozenset(
    "function functions duty duties responsibility responsibilities task tasks role roles power powers object objects objective"
    " objectives mandate mission remit".split()
)
"""What a body is told to have, in place of telling what it shall do: "The functions of the Board shall be"."""
_LISTING = frozenset((":", "—", "–", "-", "as"))
"""What goes on after "are" where tasks are listed: "The functions of the Board are: (a) to", "are as follows"."""
_BEFORE_CLAUSE = frozenset(("that", "who", "which"))
_IN_CLAUSE = _BEFORE_CLAUSE | {"what", "because"}
_BINDING = frozenset(("shall", "must", "should", "will"))
_VERBS = AUXILIARIES | BE
_JOINTS = frozenset(("and", "or", "then", "also", "finally", "first", "second", "third", "but"))
_BEFORE_TO = frozenset("need needs promises continue continues resolves resolved seek seeks".split())
"""Verbs that tell of a duty before "to" alone: "the sector needs to train", but "the sector needs workshops"."""
_COMMITTED = ("committed", "to")
_TAKING = frozenset(("receive", "get", "benefit", "enjoy", "gain"))
"""Verbs whose subject is given something: "All employers will receive"."""
_ADDRESSES = frozenset("hon honourable honorable mr madam mrs ms deputy".split())
"""Words that open how a speaker addresses the house: "Hon members, the Ministry is"."""
_STATES = frozenset("responsible required compelled obliged obligated expected prohibited directed tasked bound pleased prepared committed permitted allowed".split())  # fmt: skip
"""What follows "shall be" without making it a passive in which somebody else acts."""
_AFTER_HEAD = frozenset(
    "of for in on at to with from by under that which who whose where when as including and or ( , whom within before acting seeking applying"
    " providing receiving offering".split()
)
"""What follows the word that a noun phrase is about: "the council | of the college"."""
_MAX_ASIDE = 8
"""Tokens of the longest aside in brackets after a name: "the Department of Labor (DOL)"."""
_MAX_TOKENS = 30
"""Tokens of the longest name of somebody who is to act."""


def find_duty_bearers(forms: Sequence[str]) -> list[TokenSpan]:
    """The tokens of the noun phrases that are to act, by the verbs of duty, in order.

    In the passive it is what "by" adds: "shall be set up by the Ministry". Where a sentence lists somebody's tasks, it is that
    somebody: "The functions of the Board shall be".
    """
    found = [_bearer_at(forms, i) for i in range(len(forms))]
    return [span for span in found if span is not None]


def find_head(forms: Sequence[str], span: TokenSpan) -> int | None:
    """The token that tells what a noun phrase is about; None where it has no word.

    Example:
        >>> find_head("the college 's state plan for skills".split(), (0, 7))
        4
    """
    start, end = span
    while start < end and forms[start] in _DETERMINERS | _PRONOUNS:
        start += 1
    head = None
    for i in range(start, end):
        if forms[i] in _AFTER_HEAD or (head is not None and _is_modifier(forms, i, end)):
            break
        if forms[i].isalpha() and not is_adverb(forms[i]):
            head = i
    return head


def _is_modifier(forms: Sequence[str], i: int, end: int) -> bool:
    """Whether a participle tells more of the noun before it: "institutions established under", "the institutes selected"."""
    return is_past_form(forms[i]) and (i + 1 >= end or forms[i + 1] in _AFTER_HEAD)


def _bearer_at(forms: Sequence[str], i: int) -> TokenSpan | None:
    form, following = forms[i], list(forms[i + 1 : i + 2])
    if form in _DIRECTING and (i == 0 or forms[i - 1] not in ("is", "are", "be", "been")):
        return _directed(forms, i + 1)
    if form in ("on", "upon") and i and forms[i - 1] in ("calling", "calls", "call"):
        return _directed(forms, i + 1)
    before = tuple(forms[max(0, i - 2) : i])
    if form in _TASKS and following == ["of"] and before in (("be", "the"), ("is", "the")):
        return _directed(forms, i + 2)  # "It shall be the duty of every college to"
    if form in _TASKS and before == ("the", "following") and i > 2 and forms[i - 3] in ("has", "have"):
        return _subject(forms, i - 3)  # "The Authority has the following functions:"
    is_due = (
        form in ("is", "are") and (following == ["to"] or tuple(forms[i + 1 : i + 3]) == _COMMITTED)
    ) or (form == "may" and following == ["not"])
    is_listing = form in ("is", "are") and not is_due and not _LISTING.isdisjoint(following)
    is_begun = form in ("is", "are") and _is_begun(forms, i + 1)
    if form not in _DUTIES and not (is_due or is_listing or is_begun):
        return None
    if (form in _BEFORE_TO and following != ["to"]) or not _TAKING.isdisjoint(forms[i + 1 : i + 3]):
        return None
    if _is_passive(forms, i + 1):
        return _agent(forms, i + 1)
    span = _subject(forms, i)
    if span is None:
        return None
    return _whose_tasks(forms, span) or (None if is_listing else span)


def _is_begun(forms: Sequence[str], after: int) -> bool:
    """Whether a verb of undertaking goes on: "is also investing"."""
    at = after
    while at < len(forms) and is_adverb(forms[at]):
        at += 1
    return at < len(forms) and forms[at].endswith("ing") and forms[at] in _UNDERTAKING


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
    end = start - 1
    while (end := end + 1) < min(start + _MAX_TOKENS, len(forms)):
        if forms[end] == "(" and ")" in forms[end : end + _MAX_ASIDE]:
            end += list(forms[end : end + _MAX_ASIDE]).index(")")
            continue
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
    while at < len(forms) and (is_adverb(forms[at]) or forms[at] == "not"):
        at += 1
    if forms[at : at + 1] and forms[at] in _STATES:
        return False
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
    """The noun phrase that is the subject of a verb; None where that is a pronoun, or there is none."""
    start = _after_break(forms, verb)
    if start and forms[start - 1] in _BEFORE_CLAUSE:
        if start == verb:
            return _antecedent(forms, verb)  # "to the Minister, who must"
        if "," not in forms[start:verb] and (is_past_form(forms[start]) or forms[start] in _VERBS):
            start = _after_break(forms, start - 1)  # "The agencies that signed the agreement shall"
    if forms[start] in _HEADINGS and forms[start + 1][:1].isdigit():
        start += 2  # a heading run into its text names nobody
        if forms[start] == "of":
            return None
    parts = _without_openings(forms, _parts(forms, start, verb), start)
    if not parts:
        return None
    # "the Secretary of Labor, the Secretary of Education, and the Director" is one; what stands beside is not.
    kept = [parts[0], *takewhile(lambda part: forms[part[0]] not in _BESIDE, parts[1:])]
    if len(kept) > 1 and kept[-1] == parts[-1] and _is_pronoun(forms[slice(*kept[-1])]):
        return None  # "the ministry met, and it shall"
    begin, end = kept[0][0], kept[-1][1]
    while begin < end and forms[begin] in ("and", "or", "then"):
        begin += 1
    if begin < end and forms[begin] in _PERSONAL:
        further = (i + 1 for i in range(begin, end - 1) if forms[i] == "and" and forms[i + 1] in _ARTICLES)
        begin = max(further, default=begin)  # "you pay 5 % and the government will"
    if begin >= end or end - begin > _MAX_TOKENS or _is_pronoun(forms[begin:end]):
        return None
    if forms[begin] in _PERSONAL or not _BINDING.isdisjoint(forms[begin:end]):
        return None  # "plan" is a noun in "the Ministry shall publish a plan"
    return begin, end


def _parts(forms: Sequence[str], start: int, end: int) -> list[TokenSpan]:
    """The stretches between commas that have a word, each from its first word on."""
    commas = [i for i in range(start, end) if forms[i] == ","]
    stretches = zip([start, *(i + 1 for i in commas)], [*commas, end], strict=True)
    return [(at, last) for first, last in stretches if (at := _after_joint(forms, first, last)) < last]


def _without_openings(forms: Sequence[str], parts: list[TokenSpan], start: int) -> list[TokenSpan]:
    """The parts from the one on that the subject begins with.

    Args:
        forms: the sentence's tokens.
        parts: between commas.
        start: where the clause begins.
    """
    before = tuple(forms[max(0, start - 2) : start])
    is_purpose = before[-1:] == ("that",) and before[0] in ("so", "order", "end")
    in_clause = before[-1:] and before[-1] in _IN_CLAUSE and forms[start] not in _OWNERS
    if is_purpose or (in_clause and len(parts) > 1):
        parts = parts[
            1:
        ]  # "So that firms take part, the Board shall", "of a firm which trains, such firm shall"
    while len(parts) > 1 and forms[parts[0][0]] in _ADDRESSES:
        parts = parts[1:]
    while parts and forms[parts[0][0]] in _OPENERS:
        opening, *parts = parts
        if not parts and (at := _after_opening(forms, *opening)) is not None:
            return [(at, opening[1])]
    while len(parts) > 1 and parts[0][1] - parts[0][0] == 1 and forms[parts[1][0]] not in ("and", "or"):
        parts = parts[1:]  # "Today, President Kiran", "Moreover, firms"
    if len(parts) > 1 and forms[parts[-1][0]] in _OWNERS:
        is_told = not _VERBS.isdisjoint(forms[slice(*parts[0])])
        if is_told or forms[parts[0][0]] not in _ARTICLES:
            return parts[
                -1:
            ]  # "Notice shall be served, and the licensee shall", "Next year, the ministry shall"
    return parts


def _after_break(forms: Sequence[str], end: int) -> int:
    """Where the stretch begins that ends at a token: after the last mark or word that parts clauses; asides in brackets part none."""
    i = end
    while i:
        i -= 1
        if forms[i] in (")", "）"):
            opening = next(
                (k for k in range(i - 1, max(-1, i - _MAX_ASIDE), -1) if forms[k] in ("(", "（")), None
            )
            if opening:
                i = opening
                continue
        if forms[i] in _BREAKS:
            return i + 1
    return 0


def _antecedent(forms: Sequence[str], who: int) -> TokenSpan | None:
    """The noun phrase before "who" or "which", from its article on."""
    end = who - 1
    while end and forms[end - 1] == ",":
        end -= 1
    begin = next(
        (
            i
            for i in range(end - 1, max(-1, end - 1 - _MAX_TOKENS // 2), -1)
            if forms[i] in ("the", "a", "an")
        ),
        None,
    )
    return (begin, end) if begin is not None and end - begin > 1 else None


def _after_joint(forms: Sequence[str], start: int, end: int) -> int:
    """Where a part begins after its number and what joins it to the one before: "3.1 | By 2030", "And | the Agency"."""
    while start < end and not forms[start].isalpha():
        start += 1
    if start + 1 < end and forms[start] in _JOINTS and forms[start + 1] in _OWNERS:
        return start + 1
    return start


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
