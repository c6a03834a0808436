"""What a report is made from besides the records: the documents and the links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from policyloom.network.counting import Unit

__all__ = ["LinkKind", "ReportedDocument", "ReportedLink"]

MAX_Q = 0.05
"""The false discovery rate below which a link bears a star."""

LinkKind = Literal["co_occurs", "claims", "claims_negative", "answers", "exemplifies"]


@dataclass(frozen=True, slots=True)
class ReportedDocument:
    """One document that was read.

    Attributes:
        id: its id in the run; coverage, findings and evidence name it.
        source: the file.
        title: empty where the document states none; the file's name is shown instead.
        authors, date, language: as the document states them; may be empty.
        n_pages: 0 where the format has no pages.
        n_words: words of its text.
        n_sentences: sentences of running text, as the network counts them.
        n_mentions, n_claims: mentions of elements, and claims, that were found.
        outline: the headings in order, as (level from 1, words, page or 0).
        warnings: what could not be read well, in plain words.
    """

    id: str
    source: str
    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    language: str = ""
    n_pages: int = 0
    n_words: int = 0
    n_sentences: int = 0
    n_mentions: int = 0
    n_claims: int = 0
    outline: tuple[tuple[int, str, int], ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The title, or the file where there is none."""
        return self.title.strip() or self.source or self.id


@dataclass(frozen=True, slots=True)
class ReportedLink:
    """One link between two elements, over all documents.

    Attributes:
        source, target: the elements' ids.
        kind: how the texts link them; `claims_negative` where they deny that one leads to the other.
        n, unit: in how many units it stands, and which.
        n_documents: in how many documents.
        npmi: normalised pointwise mutual information in the corpus, up to 1; None where it is not computed.
        q_within: the false discovery rate at which its ends stand together more, or less, than by chance within the
            sections of documents; None where it is not tested.
        note: what to beware of, in plain words.
        n_expected_within: in how many units it would stand by chance within sections; None where that is not counted.
    """

    source: str
    target: str
    kind: LinkKind
    n: int
    n_documents: int
    npmi: float | None = None
    q_within: float | None = None
    note: str = ""
    unit: Unit = "sentence"
    n_expected_within: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(LinkKind):
            raise ValueError(f"link kind {self.kind!r}: use one of {', '.join(get_args(LinkKind))}")

    @property
    def is_starred(self) -> bool:
        """Whether its ends stand together more than by chance within sections."""
        if self.q_within is None or self.n_expected_within is None:
            return False
        return self.q_within < MAX_Q and self.n > self.n_expected_within
