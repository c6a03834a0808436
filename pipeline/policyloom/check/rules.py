"""The rules of a check, in one list: each is a function from a case to its findings, with their quotes.

A new rule is a function and one entry of `RULES`. A framework switches one off by its name, in `[checks] off`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from policyloom.check.case import MIN_OFF_FIELD_PART, MIN_TOLD_SHARE, Case, count_sentences
from policyloom.check.claims import ClaimState
from policyloom.records import Finding, Promise, Severity

__all__ = ["RULES", "RULE_NAMES", "Rule", "find_off_field", "find_unread_parts"]

MIN_DENYING_DOCUMENTS = 2
"""Documents that must deny a claim for it to be an error; one alone may have been read wrongly."""

RULE_NAMES = (
    "strategy-absent", "strategy-only-lacking", "strategy-only-refused", "challenge-unanswered", "challenge-answered",
    "challenge-answer-elsewhere", "claim-supported", "claim-contested", "claim-contradicted", "claim-co-occurring",
    "claim-unknown", "vague-promise", "complete-promise", "outcome-absent", "off-field", "off-field-part", "not-judged",
)  # fmt: skip
"""The names of all findings that these rules give."""

Rule = Callable[[Case], Iterator[Finding]]
"""A rule gives findings on a document, none where there is nothing to say."""


def find_unread_parts(case: Case) -> Iterator[Finding]:
    """That a part of the document could not be read, or all of it; what stands there is not absent."""
    tagged = case.tagged
    share, why = tagged.unreadable_share, tagged.explain_unread()
    if not tagged.is_judged:
        yield case.finding("not-judged", "warning", "", f"The document was not judged: {why}.")
    elif share >= MIN_TOLD_SHARE:
        message = (
            f"About {share:.0%} of the document was not judged, and what stands there is not absent: {why}."
        )
        yield case.finding("not-judged", "warning", "", message)


def find_off_field(case: Case) -> Iterator[Finding]:
    """That the document, or a part of it, is of another field; of such text nothing is said."""
    tagged, title = case.tagged, case.framework.title
    share = tagged.other_field_share
    if case.is_off_field:
        n = len(case.naming)
        only = f"only {count_sentences(n)} name{'s' if n == 1 else ''} an element of “{title}”"
        message = f"The text was read, and is of another field: {only if n else f'no element of “{title}” was found'}."
        yield case.finding("off-field", "info", "", message, map(tagged.evidence_at, case.naming))
    elif share >= MIN_OFF_FIELD_PART:
        pages = tagged.explain_other_field()
        message = f"About {share:.0%} of the text does not speak of the field of “{title}”, and nothing is said of it{pages}."
        yield case.finding("off-field-part", "info", "", message)


def _strategies(case: Case) -> Iterator[Finding]:
    for id in case.framework.ids("mechanism", top=True):
        if case.coverage[id].level == "absent":
            near = case.near(id)
            if near:
                yield case.nearly_named("strategy-absent", id, near)
            else:
                yield case.absent("strategy-absent", "warning", id)
            continue
        named = case.naming_of(id)
        found = sorted(named.lacking | named.refused)
        if named.stated or named.n_elsewhere:
            continue
        if not found:
            yield case.doubtful("strategy-absent", "warning", id, named.doubtful)
            continue
        words = "missing, too little or weak"
        if named.refused:
            words = "refused, ended or denied" + (", or as missing" if named.lacking else "")
        also = f"; {count_sentences(len(named.doubtful))} more may name it" if named.doubtful else ""
        yield case.finding(
            f"strategy-only-{'refused' if named.refused else 'lacking'}", "warning", id,
            f"{case.name(id)} is named only as {words}, in {count_sentences(len(found))}{also}{case.unread}.",
            map(case.tagged.evidence_at, found),
        )  # fmt: skip


def _challenges(case: Case) -> Iterator[Finding]:
    for challenge in case.challenges:
        id = challenge.id
        if challenge.answers:
            names = ", ".join(f"{case.name(a)} ({case.how_stated(a)})" for a in challenge.answers)
            yield case.finding(
                "challenge-answered", "info", id,
                f"Names the challenge {case.name(id)}, and a sentence reads as saying what answers it: {names}; such readings are often wrong, so read the quotes.",
                (quote for quotes in challenge.answers.values() for quote in quotes),
            )  # fmt: skip
        elif challenge.elsewhere:
            names = ", ".join(f"{case.name(a)} ({case.how_stated(a)})" for a in challenge.elsewhere)
            yield case.finding(
                "challenge-answer-elsewhere", "info", id,
                f"Names the challenge {case.name(id)} and, elsewhere, of what the framework holds against it, states {names}; "
                "no sentence was found that ties the two.",
                (*challenge.named[:2], *(quote for quotes in challenge.elsewhere.values() for quote in quotes[:2])),
            )  # fmt: skip
        elif challenge.is_unanswered and not any(case.coverage[a].n_elsewhere for a in challenge.linked):
            names = " or ".join(case.name(a) for a in challenge.linked)
            yield case.finding(
                "challenge-unanswered", "warning", id,
                f"Names the challenge {case.name(id)} in {count_sentences(len(challenge.named))}, but nothing done or planned of "
                f"{names}{case.unread}.",
                challenge.named,
            )  # fmt: skip


def _promises(case: Case) -> Iterator[Finding]:
    told = set()
    for promise in case.promises:
        words = " ".join(promise.evidence.quote.lower().split())
        if words in told:
            continue
        told.add(words)
        if promise.is_vague:
            by = f", by {promise.actor}" if promise.actor else ""
            yield case.finding(
                "vague-promise", "warning", promise.element,
                f"{case.name(promise.element)} is promised{by}, and nothing was found there of {_missing(case)}.", (promise.evidence,),
            )  # fmt: skip
        elif promise.is_complete:
            yield case.finding(
                "complete-promise", "info", promise.element,
                f"{case.name(promise.element)} is promised with all that makes it possible to hold somebody to it: {_told(promise)}.",
                (promise.evidence,),
            )  # fmt: skip


_WORDS = {
    "actor": "who acts", "instrument": "with what instrument", "amount": "how much", "deadline": "by when",
    "monitoring": "how it is watched",
}  # fmt: skip


_NOUNS = {
    "actor": "who acts", "instrument": "an instrument", "amount": "a sum or number", "deadline": "a date",
    "monitoring": "how it is watched",
}  # fmt: skip


def _missing(case: Case) -> str:
    *first, last = [_NOUNS[particular] for particular in case.framework.checks.vague_without]
    return f"{', '.join(first)} or {last}" if first else last


def _told(promise: Promise) -> str:
    told = ((words, getattr(promise, particular)) for particular, words in _WORDS.items())
    return ", ".join(f"{words} (“{quote}”)" for words, quote in told if quote)


def _outcomes(case: Case) -> Iterator[Finding]:
    for id in case.framework.ids("outcome", top=True):
        if not case.coverage[id].is_named and not case.near(id):
            yield case.absent("outcome-absent", "info", id)


def _claims(case: Case) -> Iterator[Finding]:
    words: dict[ClaimState, tuple[Severity, str]] = {
        "supported": ("info", "{n_for} of the corpus claim{s_for} it too, and none denies it"),
        "contested": (
            "warning",
            "{n_for} of the corpus claim{s_for} it too, and {n_against} den{y_against} it",
        ),
        "contradicted": ("error", "{n_against} of the corpus den{y_against} it, and none claims it"),
        "co-occurring": (
            "info",
            "{n_together} of the corpus name{s_together} both together, and none claims or denies it",
        ),
        "unknown": ("warning", "no other document of the corpus speaks of it"),
    }
    claims, pairs = case.measured.claims.in_words("claims"), case.measured.pairs.in_words("joint sentences")
    sure = dict.fromkeys(("supported", "contested", "contradicted"), f"; {claims}") | {
        "co-occurring": f"; {pairs}"
    }
    for claim in case.claims if case.has_corpus else ():
        if not claim.is_clear:
            continue
        severity, text = words[claim.state]
        if severity == "error" and claim.n_against < MIN_DENYING_DOCUMENTS:
            severity = "warning"
        counted = {}
        for name, n in (("for", claim.n_for), ("against", claim.n_against), ("together", claim.n_together)):
            counted[f"n_{name}"] = f"{n} other document{'s' if n != 1 else ''}"
            counted[f"s_{name}"], counted[f"y_{name}"] = ("s", "ies") if n == 1 else ("", "y")
        says = "Says, weakened or in doubt, that" if claim.is_hedged else "Claims that"
        yield case.finding(
            f"claim-{claim.state}", severity, f"{claim.mechanism}>{claim.outcome}",
            f"{says} {case.name(claim.mechanism)} leads to {case.name(claim.outcome)}: {text.format(**counted)}{sure.get(claim.state, '')}.",
            (*claim.evidence, *claim.others_against, *claim.others_for),
        )  # fmt: skip


RULES: tuple[Rule, ...] = (
    _challenges,
    _strategies,
    _promises,
    _outcomes,
    _claims,
)
