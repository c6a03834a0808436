"""What a check says of a document, and files that could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from policyloom.records.tagged import Evidence

__all__ = ["Coverage", "Failure", "Finding", "Severity"]

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check has to say about a document.

    Attributes:
        document: the document's id.
        rule: the check's name, such as `unanswered-challenge`.
        severity: `info`, `warning` or `error`.
        subject: the element (or pair) it is about.
        message: in plain words.
        evidence: the quotes it rests on.
    """

    document: str
    rule: str
    severity: Severity
    subject: str
    message: str
    evidence: tuple[Evidence, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Coverage:
    """How a document covers one element, its parts included.

    Attributes:
        document, element: the ids.
        affirmed, planned, lacking, negated: in how many sentences it stands with each status.
        concreteness: of a mechanism, the most of six particulars that a sentence which states it gives: who, for
            whom, with what, how much, by when, how watched.
        evidence: the best quotes, best first.
    """

    document: str
    element: str
    affirmed: int = 0
    planned: int = 0
    lacking: int = 0
    negated: int = 0
    concreteness: int = 0
    evidence: tuple[Evidence, ...] = ()

    @property
    def n(self) -> int:
        """In how many sentences it stands; a sentence with two statuses counts twice."""
        return self.affirmed + self.planned + self.lacking + self.negated


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read: `kind` in one word, `reason` in plain words with what to do."""

    source: str
    kind: str
    reason: str
