"""The rules of a check, in one list: each is a function from a case to its findings, with their quotes.

A new rule is a function and one entry of `RULES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from policyloom.check.claims import ClaimCheck, Known
from policyloom.check.coverage import N_QUOTES
from policyloom.framework import Framework
from policyloom.network.counting import STATED, counted_claims, counted_mentions
from policyloom.records import Claim, Coverage, Evidence, Finding, Measured, Severity, Tagged

__all__ = ["RULES", "Case", "Rule", "find_nothing_found", "find_unread_parts"]

MIN_DENYING_DOCUMENTS = 2
"""Documents that must deny a claim for it to be an error; one alone may have been read wrongly."""

_ENUMERATOR = re.compile(r"\A\W*\w{1,4}(?:\.\w{1,3})*[.)]\s+")
"""The number of a list's item or a paragraph, which is no number in what it says."""

MIN_TOLD_SHARE = 0.02
"""Share of a document that could not be read from which findings state it."""

MAX_SHARE_WITH_RECALL = 0.2
"""Share of a document that could not be read from which no recall is stated: it was measured on text that was read."""

MIN_OTHER_FIELD_SHARE = 0.5
"""Share of the text that is of another field from which a document without any element is called off-topic."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule looks at: a document, its coverage by element, its claims, whether there is a corpus, and how
    well its coder finds each element.
    """

    tagged: Tagged
    framework: Framework
    coverage: dict[str, Coverage]
    claims: Sequence[ClaimCheck]
    has_corpus: bool
    measured: Measured = field(default_factory=Measured)

    def finding(
        self, rule: str, severity: Severity, subject: str, message: str, evidence: Iterable[Evidence] = ()
    ) -> Finding:
        """A finding on this document, with at most `N_QUOTES` quotes."""
        # A sentence that names a challenge and its answer is quoted once.
        quotes = tuple(dict.fromkeys(evidence))[:N_QUOTES]
        return Finding(self.tagged.document.id, rule, severity, subject, message, quotes)

    def name(self, id: str) -> str:
        """An element's id and label."""
        return f"{id} {self.framework[id].label}"

    def not_found(self, id: str) -> str:
        """That an element was not found, and what share of its mentions is found at all."""
        share = self.tagged.unreadable_share
        if share >= MAX_SHARE_WITH_RECALL:
            return (
                f"No mention of {self.name(id)} was found in what was read; about {share:.0%} of the document was not "
                "judged, so nothing can be said of the whole."
            )
        recall = self.measured.recall.get(id)
        known = "how many such sentences are found has not been measured"
        if recall is not None:
            n = self.measured.n.get(id, 0)
            known = f"about {recall:.0%} of such sentences are found ({n} labelled), so look once more before you rely on it"
        unread = f"; about {share:.0%} of the document was not judged" if share >= MIN_TOLD_SHARE else ""
        return f"No mention of {self.name(id)} was found; {known}{unread}."

    def how_stated(self, id: str) -> str:
        """How the document states an element, as words and numbers of sentences."""
        row = self.coverage[id]
        by_status = ((row.affirmed, "affirmed"), (row.planned, "planned"))
        return ", ".join(f"{n} {word}" for n, word in by_status if n)


Rule = Callable[[Case], Iterator[Finding]]
"""A rule gives findings on a document, none where all is well."""


def find_unread_parts(case: Case) -> Iterator[Finding]:
    """That a part of the document could not be read, or all of it; what stands there is not absent."""
    tagged = case.tagged
    share, why = tagged.unreadable_share, tagged.explain_unread()
    if not tagged.is_judged:
        yield case.finding("not-judged", "warning", case.framework.id, f"The document was not judged: {why}.")
    elif share >= MIN_TOLD_SHARE:
        message = (
            f"About {share:.0%} of the document was not judged, and what stands there is not absent: {why}."
        )
        yield case.finding("not-judged", "warning", case.framework.id, message)


def find_nothing_found(case: Case) -> Iterator[Finding]:
    """That the document names no element; the only finding, besides unread parts, of such a document."""
    framework, tagged = case.framework, case.tagged
    if tagged.other_field_share >= MIN_OTHER_FIELD_SHARE:
        message = f"The text was read, and is of another field: no element of “{framework.title}” was found."
        yield case.finding("off-topic", "info", framework.id, message)
    else:
        n = len(tagged.sentences)
        message = f"No element of “{framework.title}” was found in the {_sentences(n)} that {'were' if n != 1 else 'was'} read."
        yield case.finding("nothing-found", "info", framework.id, message)


def _challenges(case: Case) -> Iterator[Finding]:
    answers = _claimed_answers(case)
    for id in case.framework.ids("challenge", top=True):
        row = case.coverage[id]
        if not row.affirmed:
            continue
        if id in answers:
            yield _answered(case, id, answers[id])
            continue
        linked = [link.source for link in case.framework.linked("answers", target=id)]
        linked = list(dict.fromkeys(case.framework.top(source) for source in linked))
        stated = [a for a in linked if case.coverage[a].affirmed + case.coverage[a].planned]
        if stated:
            names = ", ".join(f"{case.name(a)} ({case.how_stated(a)})" for a in stated)
            yield case.finding(
                "possible-answer", "info", id,
                f"Names the challenge {case.name(id)} and, of what the framework holds against it, states {names}; no "
                "sentence was found that ties the two.",
                (*row.evidence[:2], *(quote for a in stated for quote in case.coverage[a].evidence[:2])),
            )  # fmt: skip
        elif linked and not any(case.coverage[a].is_stated for a in linked):
            names = " or ".join(case.name(a) for a in linked)
            share = case.tagged.unreadable_share
            unread = f"; about {share:.0%} of the document was not judged" if share >= MIN_TOLD_SHARE else ""
            yield case.finding(
                "unanswered-challenge", "warning", id,
                f"Names the challenge {case.name(id)} in {_sentences(row.affirmed)}, but nothing done or planned of "
                f"{names}{unread}.",
                row.evidence,
            )  # fmt: skip


def _answered(case: Case, challenge: str, claims: Sequence[Claim]) -> Finding:
    mentions = case.tagged.mentions
    mechanisms = dict.fromkeys(case.framework.top(mentions[claim.mechanism].label) for claim in claims)
    names = ", ".join(f"{case.name(a)} ({case.how_stated(a)})" for a in mechanisms)
    return case.finding(
        "answered-challenge", "info", challenge,
        f"Names the challenge {case.name(challenge)}, and a sentence reads as saying what answers it: {names}; such readings are often wrong, so read the quotes.",
        (case.tagged.evidence(claim) for claim in claims),
    )  # fmt: skip


def _claimed_answers(case: Case) -> dict[str, list[Claim]]:
    """By challenge, the sentences that say that something done or planned answers it."""
    found: dict[str, list[Claim]] = {}
    mentions = case.tagged.mentions
    for claim in counted_claims(case.tagged):
        mechanism, challenge = mentions[claim.mechanism], mentions[claim.target]
        if claim.kind == "answers" and claim.polarity == "positive" and mechanism.status in STATED:
            found.setdefault(case.framework.top(challenge.label), []).append(claim)
    return found


def _gaps(case: Case) -> Iterator[Finding]:
    for id in case.framework.ids("mechanism", top=True):
        row = case.coverage[id]
        if not row.is_named:
            yield case.finding("not-covered", "warning", id, case.not_found(id))
        elif not row.is_stated:
            yield case.finding(
                "only-lacking", "warning", id,
                f"{case.name(id)} is named only as lacking or denied, in {_sentences(row.n_sentences)}.", row.evidence,
            )  # fmt: skip


def _without_particulars(case: Case) -> Iterator[Finding]:
    particular = _particular_sentences(case.tagged)
    plans: dict[str, set[int]] = {}
    for mention, smallest in counted_mentions(case.tagged, case.framework):
        if smallest == "sentence" and mention.status == "planned" and mention.kind == "mechanism":
            plans.setdefault(case.framework.top(mention.label), set()).add(mention.sentence)
    for id in case.framework.ids("mechanism", top=True):
        row = case.coverage[id]
        sentences = plans.get(id, set())
        if row.affirmed or row.concreteness or not sentences:
            continue
        if any(near in particular for sentence in sentences for near in _near(case.tagged, sentence)):
            continue
        yield case.finding(
            "no-particulars", "warning", id,
            f"{case.name(id)} is planned in {_sentences(row.planned)}, and nothing was found there or beside it of who "
            "acts, for whom, with what instrument, how much, by when, or how it is watched.",
            row.evidence[: row.planned],  # the quotes of what is planned come first
        )  # fmt: skip


def _particular_sentences(tagged: Tagged) -> set[int]:
    """The sentences that hold anything particular: a number, a name, a date, a sum, somebody who acts or a facet."""
    found = {m.sentence for m in tagged.mentions if m.kind in ("entity", "actor") or m.agent or m.facets}
    texts = (_ENUMERATOR.sub("", tagged.quote(at)) for at in tagged.sentences)
    return found.union(n for n, text in enumerate(texts) if any(letter.isnumeric() for letter in text))


def _near(tagged: Tagged, sentence: int) -> Iterator[int]:
    """A sentence, its neighbours under the same headings, and for an item of a list the words that open the list."""
    blocks = tagged.document.blocks
    own = tagged.sentences[sentence].block

    def is_beside(other: int) -> bool:
        return 0 <= other < len(tagged.sentences) and (
            blocks[tagged.sentences[other].block].section == blocks[own].section
        )

    yield from (near for near in (sentence - 1, sentence, sentence + 1) if is_beside(near))
    before = sentence
    while blocks[own].kind == "list_item" and is_beside(before):
        if blocks[tagged.sentences[before].block].kind != "list_item":
            yield before
            return
        before -= 1


def _outcomes(case: Case) -> Iterator[Finding]:
    claimed = {claim.outcome for claim in case.claims}
    for id in case.framework.ids("outcome", top=True):
        row = case.coverage[id]
        if not row.is_named:
            yield case.finding("outcome-not-named", "info", id, case.not_found(id))
        elif row.affirmed + row.planned and id not in claimed:
            yield case.finding(
                "outcome-without-means", "info", id,
                f"Speaks of {case.name(id)} in {_sentences(row.n_sentences)}, but none was found that says by which "
                "mechanism; the rules miss many claims, so read the quotes.",
                row.evidence,
            )  # fmt: skip


def _claims(case: Case) -> Iterator[Finding]:
    words: dict[Known, tuple[str, Severity, str]] = {
        "claimed": ("claim-known", "info", "also claimed by {n} of the corpus"),
        "co-occurs": ("claim-plausible", "info", "named together, but not claimed, by {n} of the corpus"),
        "denied": ("claim-contradicted", "error", "denied by {n} of the corpus and claimed by no other"),
        "unknown": ("claim-unknown", "warning", "not known from any other document of the corpus"),
    }
    for claim in case.claims if case.has_corpus else ():
        rule, severity, text = words[claim.known]
        n = f"{claim.n_documents} other document{'s' if claim.n_documents != 1 else ''}"
        if severity == "error" and claim.n_documents < MIN_DENYING_DOCUMENTS:
            severity = "warning"
        says = "Says, weakened or in doubt, that" if claim.is_hedged else "Claims that"
        yield case.finding(
            rule, severity, f"{claim.mechanism}>{claim.outcome}",
            f"{says} {case.name(claim.mechanism)} leads to {case.name(claim.outcome)}: {text.format(n=n)}.",
            claim.evidence,
        )  # fmt: skip


def _sentences(n: int) -> str:
    return f"{n} sentence{'s' if n != 1 else ''}"


RULES: tuple[Rule, ...] = (
    _challenges,
    _gaps,
    _without_particulars,
    _outcomes,
    _claims,
)
