"""What a report is made from besides the records: the documents and the links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from policyloom.network.counting import Unit

__all__ = ["LinkKind", "ReportedDocument", "ReportedLink"]

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
        npmi: normalised pointwise mutual information, -1 to 1; None where it is not computed.
        q: the false discovery rate at which the link counts as more than chance; None where it is not tested.
        note: what to beware of, in plain words.
    """

    source: str
    target: str
    kind: LinkKind
    n: int
    n_documents: int
    npmi: float | None = None
    q: float | None = None
    note: str = ""
    unit: Unit = "sentence"

    def __post_init__(self) -> None:
        if self.kind not in get_args(LinkKind):
            raise ValueError(f"link kind {self.kind!r}: use one of {', '.join(get_args(LinkKind))}")
