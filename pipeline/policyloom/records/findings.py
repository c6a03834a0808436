"""What a check says of a document, and files that could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from policyloom.records.show import counted, cut
from policyloom.records.tagged import Evidence

__all__ = [
    "Change",
    "ChangeKind",
    "ChangedPart",
    "Coverage",
    "CoverageLevel",
    "Failure",
    "Finding",
    "Promise",
    "Severity",
]

Severity = Literal["info", "warning", "error"]

CoverageLevel = Literal["off-field", "absent", "mentioned", "lacking", "refused", "stated", "operational"]
"""How a document covers an element, least first: not named, as the document is of another field; not named; named where nothing is stated, as in a heading; only as missing; only
as refused or denied; affirmed or planned; and, of a mechanism, planned in a promise that can be held to account."""

ChangeKind = Literal["dropped", "weakened", "changed", "strengthened", "added"]

ChangedPart = Literal[
    "promise", "mention", "mechanism", "status", "strength", "actor", "amount", "deadline", "monitoring"
]
"""What differs between two versions: a sentence that promises a mechanism, or only names it; in a sentence that stands in both, which
mechanisms it names, how they stand, how firmly it binds, who acts, how much, by when, or how it is watched."""

_SCORES: dict[CoverageLevel, int] = {
    "off-field": 0, "absent": 0, "mentioned": 1, "lacking": 1, "refused": 1, "stated": 2, "operational": 3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check has to say about a document.

    Attributes:
        document: the document's id.
        rule: the check's name, such as `challenge-unanswered`.
        severity: `info`, `warning` or `error`.
        subject: the element (or pair) it is about.
        message: in plain words.
        evidence: the quotes it rests on.
        nearest: where something was not found, the passages that come nearest to it.
    """

    document: str
    rule: str
    severity: Severity
    subject: str
    message: str
    evidence: tuple[Evidence, ...] = field(default=())
    nearest: tuple[Evidence, ...] = field(default=())

    def __repr__(self) -> str:
        return f"<Finding {cut(self.document)} {self.severity} {self.rule}: {cut(self.message, 240)}>"


@dataclass(frozen=True, slots=True)
class Promise:
    """A sentence, or an item of a list with what introduces it, that plans a mechanism.

    Attributes:
        document: the document's id.
        element: the outermost mechanism that is promised.
        evidence: the sentence.
        actor: who is to act, verbatim; "" where nobody is named, as in all of these.
        instrument, amount, deadline, monitoring: with what, how much, by when, how it is watched.
        is_vague: whether it names none of what the framework asks of a promise that is more than words.
        is_complete: whether it names all of what the framework asks of one that can be held to account.
    """

    document: str
    element: str
    evidence: Evidence
    actor: str = ""
    instrument: str = ""
    amount: str = ""
    deadline: str = ""
    monitoring: str = ""
    is_vague: bool = False
    is_complete: bool = False

    def __repr__(self) -> str:
        how = " vague" if self.is_vague else " complete" if self.is_complete else ""
        return f"<Promise {cut(self.document)} {self.element}{how}: {cut(self.evidence.quote, 240)}>"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between an earlier and a later version of a document.

    Attributes:
        document: the id of the later version.
        kind: how it differs.
        part: what differs.
        elements: the outermost mechanisms that it is about, the most probable first.
        old, new: the words or the status that differ; "" where a version has none.
        message: in plain words.
        old_evidence, new_evidence: the sentences of both; None where a version has none.
    """

    document: str
    kind: ChangeKind
    part: ChangedPart
    elements: tuple[str, ...]
    old: str
    new: str
    message: str
    old_evidence: Evidence | None = None
    new_evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How a document covers one element, its parts included.

    Attributes:
        document, element: the ids.
        n_sentences: in how many sentences of running text it is named, whatever the status.
        affirmed, planned, lacking, negated: in how many of these with each status; a sentence that names the element
            with two statuses stands under both.
        n_elsewhere: in how many headings, tables, captions, titles and abstracts it is named. They state nothing, and
            are in no other count.
        concreteness: of a mechanism, the most of six particulars that a sentence which states it gives: who, for
            whom, with what, how much, by when, how watched.
        n_operational: in how many sentences it is promised with all that the framework asks of a promise.
        not_judged: the share of the document, 0 to 1, that could not be read; what is there is not absent.
        is_off_field: whether the document is of another field than the framework; what it does not name it does not lack.
        n_near: of an element that is not named, sentences that may well name it, in the coder's eyes; three at most.
        evidence: the best quotes, best first; where no sentence names it, those from elsewhere.
    """

    document: str
    element: str
    n_sentences: int = 0
    affirmed: int = 0
    planned: int = 0
    lacking: int = 0
    negated: int = 0
    n_elsewhere: int = 0
    concreteness: int = 0
    n_operational: int = 0
    not_judged: float = 0.0
    is_off_field: bool = False
    n_near: int = 0
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        by_status = (self.affirmed, self.planned, self.lacking, self.negated)
        if not max(by_status) <= self.n_sentences <= sum(by_status):
            raise ValueError(
                f"coverage of {self.element}: {self.n_sentences} sentences cannot have {by_status} by status"
            )

    def __repr__(self) -> str:
        counts = (
            (n, word) for word in ("affirmed", "planned", "lacking", "negated") if (n := getattr(self, word))
        )
        by_status = ", ".join(f"{n:,} {word}" for n, word in counts)
        return (
            f"<Coverage {cut(self.document)} {self.element}: {counted(self.n_sentences, 'sentence')}"
            + (f" ({by_status})" if by_status else "")
            + (f", {self.n_elsewhere:,} elsewhere" if self.n_elsewhere else "")
            + (f", {self.not_judged:.0%} not judged" if self.not_judged else "")
            + ">"
        )

    @property
    def level(self) -> CoverageLevel:
        """How the document covers the element."""
        if self.n_operational:
            return "operational"
        if self.affirmed + self.planned:
            return "stated"
        if self.negated:
            return "refused"
        if self.lacking:
            return "lacking"
        if self.n_elsewhere:
            return "mentioned"
        return "off-field" if self.is_off_field else "absent"

    @property
    def score(self) -> int:
        """The level as a number: 0 absent or off-field, 1 named and not stated, 2 stated, 3 operational."""
        return _SCORES[self.level]

    @property
    def is_named(self) -> bool:
        """Whether the document names the element at all."""
        return self.n_sentences > 0 or self.n_elsewhere > 0

    @property
    def is_stated(self) -> bool:
        """Whether the document affirms or plans the element, or names it in a heading, a cell or the like.

        What stands outside running text states nothing that is counted; but no warning is made against it.
        """
        return self.affirmed + self.planned + self.n_elsewhere > 0


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read: `kind` in one word, `reason` in plain words with what to do."""

    source: str
    kind: str
    reason: str
