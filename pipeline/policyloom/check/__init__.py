"""Hold a document against a framework, and against what a corpus says.

Every rule is a plain function over the same `_Case`, and gives findings with their quotes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from policyloom.framework import Framework
from policyloom.records import Claim, Coverage, Evidence, Finding, Mention, Status, Tagged

__all__ = ["Checked", "ClaimCheck", "Knowledge", "PairKnowledge", "check", "cover"]

N_QUOTES = 5
"""Quotes kept for one element or finding."""

SEVERAL = 2
"""Documents that must deny a claim for it to be an error; one alone may have been read wrongly."""

VAGUE = 1
"""The most particulars, of six, with which a plan still counts as having none to hold anybody to."""

STATED: tuple[Status, ...] = ("affirmed", "planned")
"""The statuses in which a document does or intends something."""


class PairKnowledge(Protocol):
    """What a corpus says of a pair; `policyloom.network.PairCounts` is one."""

    @property
    def n_documents(self) -> int:
        """Documents in which both stand in one unit."""

    @property
    def claims_documents(self) -> int:
        """Documents that claim that one leads to the other."""

    @property
    def claims_negative_documents(self) -> int:
        """Documents that deny it."""


class Knowledge(Protocol):
    """A corpus to hold claims against; `policyloom.network.Network` is one."""

    @property
    def documents(self) -> Collection[str]:
        """The ids of its documents."""

    def pair(self, source: str, target: str) -> PairKnowledge | None:
        """What the corpus says of two elements."""


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """A pair that the document claims, and what the corpus's other documents say of it.

    Attributes:
        mechanism, outcome: outermost elements.
        known: `claimed` where another document claims it, `co-occurs` where one names both together,
            `denied` where others only deny it, `unknown` where none speaks of it.
        n_documents: how many others do.
        evidence: the document's own sentences.
    """

    mechanism: str
    outcome: str
    known: Literal["claimed", "co-occurs", "denied", "unknown"]
    n_documents: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: coverage of every element, findings by severity, and the claims."""

    document: str
    coverage: tuple[Coverage, ...]
    findings: tuple[Finding, ...]
    claims: tuple[ClaimCheck, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    tagged: Tagged
    framework: Framework
    coverage: dict[str, Coverage]
    claims: Sequence[ClaimCheck]
    has_corpus: bool

    def finding(
        self, rule: str, severity: str, subject: str, message: str, evidence: Iterable[Evidence] = ()
    ) -> Finding:
        # A sentence that speaks for a challenge and for its answer is quoted once.
        quotes = tuple(dict.fromkeys(evidence))[:N_QUOTES]
        return Finding(self.tagged.document.id, rule, severity, subject, message, quotes)  # type: ignore[arg-type]

    def name(self, id: str) -> str:
        return f"{id} {self.framework[id].label}"

    def not_found(self, id: str) -> str:
        """That an element was not found, with how much of it is found at all."""
        recall = self.framework.measured.recall.get(id)
        known = "how many such sentences are found has not been measured"
        if recall is not None:
            n = self.framework.measured.n.get(id, 0)
            known = f"about {recall:.0%} of such sentences are found ({n} labelled), so look once more before you rely on it"
        return f"No mention of {self.name(id)} was found; {known}."

    def stated(self, id: str) -> int:
        return self.coverage[id].affirmed + self.coverage[id].planned


def check(tagged: Tagged, framework: Framework, network: Knowledge | None = None) -> Checked:
    """A document held against a framework and, where given, a corpus.

    Args:
        tagged: the document.
        framework: with which it was tagged.
        network: a corpus's network; where the document is one of its own, only the others count.

    Returns:
        Coverage of every outcome, challenge, mechanism and case in the framework's order; findings, worst
        first; claims in order of their elements.
    """
    coverage = {c.element: c for c in cover(tagged, framework)}
    claims = _check_claims(tagged, framework, network)
    case = _Case(tagged, framework, coverage, claims, network is not None)
    if not any(c.n for c in coverage.values()):
        findings = [
            case.finding(
                "off-topic",
                "info",
                framework.id,
                f"No element of the framework “{framework.title}” was found.",
            )
        ]
    else:
        findings = [finding for rule in _RULES for finding in rule(case)]
    findings.sort(key=lambda f: ("error", "warning", "info").index(f.severity))
    return Checked(tagged.document.id, tuple(coverage.values()), tuple(findings), tuple(claims))


def cover(tagged: Tagged, framework: Framework) -> tuple[Coverage, ...]:
    """How a document covers each element but actors, an element's parts included.

    A sentence counts once an element and status. Headings count only for an element that no sentence names.
    The best quotes come first: those that state the element, then the more concrete, then by place.
    """
    within: dict[str, list[Mention]] = {e.id: [] for e in framework if e.kind != "actor"}
    for mention in tagged.mentions:
        id: str | None = mention.label if mention.kind not in ("entity", "actor") else None
        while id is not None:
            within[id].append(mention)
            id = framework[id].parent
    blocks = tagged.document.blocks
    rows = []
    for id, mentions in within.items():
        prose = [m for m in mentions if blocks[tagged.sentences[m.sentence].block].kind != "heading"]
        used = prose or mentions
        sentences: dict[Status, set[int]] = {
            "affirmed": set(),
            "planned": set(),
            "lacking": set(),
            "negated": set(),
        }
        for mention in used:
            sentences[mention.status].add(mention.sentence)
        best: dict[int, Mention] = {}
        for mention in sorted(used, key=lambda m: (m.status not in STATED, -m.concreteness, m.start)):
            best.setdefault(mention.sentence, mention)
        quotes = tuple(tagged.evidence(m) for m in list(best.values())[:N_QUOTES])
        rows.append(
            Coverage(
                tagged.document.id,
                id,
                **{status: len(found) for status, found in sentences.items()},
                concreteness=max((m.concreteness for m in used if m.status in STATED), default=0),
                evidence=quotes,
            )
        )
    return tuple(rows)


def _check_claims(tagged: Tagged, framework: Framework, network: Knowledge | None) -> list[ClaimCheck]:
    pairs: dict[tuple[str, str], list[Claim]] = {}
    denied: set[tuple[str, str]] = set()
    together = _together(tagged, framework)
    for claim in tagged.claims:
        if claim.kind == "leads_to":
            key = (
                framework.top(tagged.mentions[claim.mechanism].label),
                framework.top(tagged.mentions[claim.target].label),
            )
            if claim.polarity == "negative":
                denied.add(key)
            else:
                pairs.setdefault(key, []).append(claim)
    own = network is not None and tagged.document.id in network.documents
    found = []
    for (mechanism, outcome), claims in sorted(pairs.items()):
        quotes = tuple(tagged.evidence(c) for c in {c.sentence: c for c in claims}.values())[:N_QUOTES]
        known, n = "unknown", 0
        pair = network.pair(mechanism, outcome) if network is not None else None
        if pair is not None:
            n_claims = pair.claims_documents - (1 if own else 0)
            n_denied = pair.claims_negative_documents - (1 if own and (mechanism, outcome) in denied else 0)
            n_together = pair.n_documents - (1 if own and (mechanism, outcome) in together else 0)
            known, n = next(
                (word, n)
                for word, n in (
                    ("claimed", n_claims),
                    ("denied", n_denied),
                    ("co-occurs", n_together),
                    ("unknown", 0),
                )
                if n > 0 or word == "unknown"
            )
        found.append(ClaimCheck(mechanism, outcome, known, n, quotes))  # type: ignore[arg-type]
    return found


def _together(tagged: Tagged, framework: Framework) -> set[tuple[str, str]]:
    """The pairs of mechanism and outcome that stand in one sentence, both stated."""
    by_sentence: dict[int, tuple[set[str], set[str]]] = {}
    for m in tagged.mentions:
        if m.kind in ("mechanism", "outcome") and m.status in STATED:
            by_sentence.setdefault(m.sentence, (set(), set()))[m.kind == "outcome"].add(
                framework.top(m.label)
            )
    return {(a, b) for mechanisms, outcomes in by_sentence.values() for a in mechanisms for b in outcomes}


# Rules


def _unanswered_challenges(case: _Case) -> Iterator[Finding]:
    for id in case.framework.ids("challenge", top=True):
        row = case.coverage[id]
        if not row.affirmed:
            continue
        answers = [link.source for link in case.framework.linked("answers", target=id)]
        answering = [a for a in answers if case.stated(a)]
        if not answers:
            continue
        if answering:
            names = ", ".join(f"{case.name(a)} ({case.stated(a)})" for a in answering)
            yield case.finding(
                "answered-challenge", "info", id,
                f"Names the challenge {case.name(id)} and states what answers it: {names}.",
                (*row.evidence[:2], *(quote for a in answering for quote in case.coverage[a].evidence[:2])),
            )  # fmt: skip
        else:
            names = " or ".join(case.name(a) for a in answers)
            yield case.finding(
                "unanswered-challenge", "warning", id,
                f"Names the challenge {case.name(id)} in {_sentences(row.affirmed)}, but nothing done or planned of {names}.",
                row.evidence,
            )  # fmt: skip


def _gaps(case: _Case) -> Iterator[Finding]:
    for id in case.framework.ids("mechanism", top=True):
        row = case.coverage[id]
        if not row.n:
            yield case.finding("not-covered", "warning", id, case.not_found(id))
        elif not case.stated(id):
            yield case.finding(
                "only-lacking", "warning", id,
                f"{case.name(id)} is named only as lacking or denied, in {_sentences(row.n)}.", row.evidence,
            )  # fmt: skip


def _without_particulars(case: _Case) -> Iterator[Finding]:
    for id in case.framework.ids("mechanism", top=True):
        row = case.coverage[id]
        if row.planned and not row.affirmed and row.concreteness <= VAGUE:
            yield case.finding(
                "no-particulars", "warning", id,
                f"{case.name(id)} is planned in {_sentences(row.planned)}, none of which says more than one of these: "
                "who acts, for whom, with what instrument, how much, by when, how it is watched.",
                row.evidence[: row.planned],  # the quotes of what is planned come first
            )  # fmt: skip


def _outcomes(case: _Case) -> Iterator[Finding]:
    claimed = {claim.outcome for claim in case.claims}
    for id in case.framework.ids("outcome", top=True):
        row = case.coverage[id]
        if not row.n:
            yield case.finding("outcome-not-named", "info", id, case.not_found(id))
        elif case.stated(id) and id not in claimed:
            yield case.finding(
                "outcome-without-means", "info", id,
                f"Speaks of {case.name(id)} in {_sentences(case.stated(id))}, but none was found that says by which "
                "mechanism; the rules miss many claims, so read the quotes.",
                row.evidence,
            )  # fmt: skip


def _claims(case: _Case) -> Iterator[Finding]:
    words = {
        "claimed": ("claim-known", "info", "also claimed by {n} of the corpus"),
        "co-occurs": ("claim-plausible", "info", "named together, but not claimed, by {n} of the corpus"),
        "denied": ("claim-contradicted", "error", "denied by {n} of the corpus and claimed by no other"),
        "unknown": ("claim-unknown", "warning", "not known from any other document of the corpus"),
    }
    for claim in case.claims if case.has_corpus else ():
        rule, severity, text = words[claim.known]
        n = f"{claim.n_documents} other document{'s' if claim.n_documents != 1 else ''}"
        if severity == "error" and claim.n_documents < SEVERAL:
            severity = "warning"
        yield case.finding(
            rule, severity, f"{claim.mechanism}>{claim.outcome}",
            f"Claims that {case.name(claim.mechanism)} leads to {case.name(claim.outcome)}: {text.format(n=n)}.",
            claim.evidence,
        )  # fmt: skip


def _sentences(n: int) -> str:
    return f"{n} sentence{'s' if n != 1 else ''}"


_RULES: tuple[Callable[[_Case], Iterator[Finding]], ...] = (
    _unanswered_challenges,
    _gaps,
    _without_particulars,
    _outcomes,
    _claims,
)
