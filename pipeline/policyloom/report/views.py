"""The parts of a page, as its templates read them."""

from __future__ import annotations

from dataclasses import dataclass

from policyloom.check import ClaimCheck
from policyloom.framework import Element
from policyloom.records import Coverage, Finding, Severity
from policyloom.report.inputs import ReportedDocument, ReportedLink

__all__ = [
    "STATUSES",
    "Cell",
    "ChallengeView",
    "ClaimView",
    "Detail",
    "DocumentView",
    "ElementSummary",
    "FindingGroup",
    "FindingView",
    "LinkView",
    "Quote",
    "Quotes",
    "statuses",
]

STATUSES = (("A", "affirmed"), ("P", "planned"), ("L", "lacking"), ("N", "negated"))
"""Letter and word of each status, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of each list a page shows: quotes in one place, characters of a quote, headings of a document."""

    n_quotes: int
    quote_length: int
    n_headings: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote as shown; `number` is its document's place on the page, or None where it has none."""

    text: str
    page: int
    language: str
    document: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Quotes:
    """The quotes that one place of the page shows, of `n` sentences in all."""

    shown: tuple[Quote, ...]
    n: int

    @property
    def rest(self) -> int:
        """How many sentences are not shown."""
        return max(0, self.n - len(self.shown))


@dataclass(frozen=True, slots=True)
class Cell:
    """What one document says of one element."""

    anchor: str
    element: Element
    depth: int
    coverage: Coverage
    quotes: Quotes


@dataclass(frozen=True, slots=True)
class ElementSummary:
    """One element over all documents: how many name it, in all and with each status.

    `recall` was measured on `n_labelled` mentions and `precision` on `n_found`, both from 0 to 1; None where neither was.
    """

    element: Element
    n_documents: int
    n_sentences: int
    by_status: tuple[tuple[str, str, int], ...]
    recall: float | None
    precision: float | None
    n_labelled: int
    n_found: int


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
    """A document's findings, gravest first, and how many of each severity."""

    name: str
    number: int | None
    findings: tuple[FindingView, ...]
    counts: dict[Severity, int]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document with its row of the matrix and a cell for every element that it names."""

    number: int
    row: ReportedDocument
    cells: tuple[Cell | None, ...]
    sayings: tuple[Cell, ...]
    outline: tuple[tuple[int, str, int], ...]
    n_headings_left: int


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
