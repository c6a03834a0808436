"""The parts of a page, as its templates read them."""

from __future__ import annotations

from dataclasses import dataclass

from policyloom.check import ClaimCheck
from policyloom.framework import Element
from policyloom.records import Coverage, Finding, Severity
from policyloom.report.inputs import ReportedDocument, ReportedLink

__all__ = [
    "STATUSES",
    "ActCell",
    "ActorView",
    "Cell",
    "ChallengeView",
    "ClaimView",
    "Detail",
    "DocumentView",
    "ElementSummary",
    "FindingGroup",
    "FindingView",
    "LinkView",
    "PromiseView",
    "Quote",
    "Quotes",
    "WithoutView",
    "statuses",
]

STATUSES = (("A", "affirmed"), ("P", "planned"), ("L", "lacking"), ("N", "negated"))
"""Letter and word of each status, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of each list a page shows: quotes in one place, characters of a quote, headings of a document, findings."""

    n_quotes: int
    quote_length: int
    n_headings: int
    has_findings: bool = True


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote as shown: its document's name and file, and where a link leads that opens it, or ""."""

    text: str
    page: int
    language: str
    document: str
    file: str
    href: str


@dataclass(frozen=True, slots=True)
class Quotes:
    """The quotes that one place of the page shows, of `n` sentences in all; `href` is the page that has all, or ""."""

    shown: tuple[Quote, ...]
    n: int
    href: str = ""

    @property
    def rest(self) -> int:
        """How many sentences are not shown."""
        return max(0, self.n - len(self.shown))


@dataclass(frozen=True, slots=True)
class Cell:
    """What one document says of one element; `href` is where its page lists the sentences, or ""."""

    anchor: str
    element: Element
    depth: int
    coverage: Coverage
    quotes: Quotes
    href: str = ""


@dataclass(frozen=True, slots=True)
class ElementSummary:
    """One element over all documents.

    Attributes:
        element, depth: the element, and how deep it stands.
        n_documents: documents that name it, be it in a heading alone.
        n_sentences, n_elsewhere: sentences of running text that name it, and headings and the like.
        by_status: sentences with each status, as (letter, word, sentences, the page that has them or "").
        href: the page that has all of them, or "".
        recall, precision: as measured, on `n_labelled` mentions and on `n_found`, from 0 to 1; None where they were not.
    """

    element: Element
    depth: int
    n_documents: int
    n_sentences: int
    n_elsewhere: int
    by_status: tuple[tuple[str, str, int, str], ...]
    href: str
    recall: float | None
    precision: float | None
    n_labelled: int
    n_found: int


@dataclass(frozen=True, slots=True)
class WithoutView:
    """An element with the documents in which it was not found, those of which a part was not judged apart, and those of another field.

    Attributes:
        n: how many there are; of many, the first are listed.
    """

    element: Element
    documents: tuple[ReportedDocument, ...]
    in_part: tuple[ReportedDocument, ...]
    off_field: tuple[ReportedDocument, ...]
    n: int

    @property
    def n_left(self) -> int:
        """How many are not listed."""
        return self.n - len(self.documents) - len(self.in_part) - len(self.off_field)


@dataclass(frozen=True, slots=True)
class ActCell:
    """How often one actor is named as doing one mechanism: sentences by status letter, and where they stand."""

    by_status: tuple[tuple[str, str, int], ...]
    href: str


@dataclass(frozen=True, slots=True)
class ActorView:
    """A row of the table of who does what: the actor's id or "", its name, the words for it, and a cell a mechanism."""

    id: str
    name: str
    words: tuple[tuple[str, int], ...]
    cells: tuple[ActCell | None, ...]
    n: int


@dataclass(frozen=True, slots=True)
class PromiseView:
    """A mechanism with its sentences that plan it and that affirm it, and who is to act in the most of the former.

    Attributes:
        element: the mechanism.
        planned, affirmed, lacking, negated: sentences.
        n_planning: documents that plan it.
        n_only_planning: those of them that nowhere affirm it.
        actors: names with planning sentences, most first; actors of the framework and other bodies.
        n_nobody: planning sentences that name nobody who acts.
        hrefs: by status, where the sentences stand, or "".
    """

    element: Element
    planned: int
    affirmed: int
    lacking: int
    negated: int
    n_planning: int
    n_only_planning: int
    actors: tuple[tuple[str, int], ...]
    n_nobody: int
    hrefs: dict[str, str]

    @property
    def share(self) -> float:
        """The share of planning sentences among those that plan or affirm; -1 without any."""
        n = self.planned + self.affirmed
        return self.planned / n if n else -1.0


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link with its words and quotes."""

    number: int
    row: ReportedLink
    source: str
    target: str
    verb: str
    quotes: Quotes


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding, with its subject as ids and in words."""

    finding: Finding
    subject: str
    words: str
    quotes: Quotes
    others: Quotes
    nearest: Quotes


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim of a checked document, with its sentences and those of other documents for and against it."""

    claim: ClaimCheck
    mechanism: str
    outcome: str
    quotes: Quotes
    others_for: Quotes
    others_against: Quotes


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """A document's findings, gravest first, how many of each severity, and the page that has them, or ""."""

    name: str
    file: str
    number: int | None
    findings: tuple[FindingView, ...]
    counts: dict[Severity, int]
    href: str = ""


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document with its row of the matrix and a cell for every element that it names."""

    number: int
    row: ReportedDocument
    cells: tuple[Cell | None, ...]
    sayings: tuple[Cell, ...]
    outline: tuple[tuple[int, str, int], ...]
    n_headings_left: int
    href: str = ""


@dataclass(frozen=True, slots=True)
class ChallengeView:
    """A challenge that a document names, and how it covers the mechanisms that answer it in the framework.

    Attributes:
        is_tied: a sentence of the document says that something done or planned answers the challenge.
    """

    challenge: Cell
    mechanisms: tuple[tuple[Element, Coverage], ...]
    is_tied: bool

    @property
    def named(self) -> bool:
        """Whether the document affirms the challenge, and the framework has an answer to it."""
        return self.challenge.coverage.affirmed > 0 and bool(self.mechanisms)

    @property
    def is_met(self) -> bool:
        """Whether the document ties an answer to the challenge, or at least names one of the mechanisms."""
        return self.is_tied or any(coverage.is_stated for _, coverage in self.mechanisms)


def statuses(coverage: Coverage) -> tuple[tuple[str, str, int], ...]:
    """The statuses that occur, as (letter, word, sentences)."""
    found = ((letter, word, int(getattr(coverage, word))) for letter, word in STATUSES)
    return tuple(status for status in found if status[2])
