"""What a report shows, a row at a time: documents, links and claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from policyloom.records import Evidence

__all__ = ["ClaimRow", "DocumentRow", "Known", "LinkRow", "RowKind"]

RowKind = Literal["co_occurs", "claims", "claims_negative", "answers", "exemplifies"]
Known = Literal["claimed", "denied", "co-occurs", "unknown"]


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document that was read.

    Attributes:
        id: its id in the run; coverage, findings and evidence name it.
        source: the file.
        title: empty where the document states none; the file's name is shown instead.
        authors, date, language: as the document states them; may be empty.
        n_pages: 0 where the format has no pages.
        n_words, n_sentences, n_mentions, n_claims: its size and what was found.
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
class LinkRow:
    """One link between two elements, over all documents.

    Attributes:
        source, target: the elements' ids.
        kind: how the texts link them; `claims_negative` where they deny that one leads to the other.
        n_sentences, n_documents: in how many it stands.
        npmi: normalised pointwise mutual information, -1 to 1; None where it is not computed.
        q: the false discovery rate at which the link would count; None where it is not tested.
        note: what a reader should know of this row, in plain words.
    """

    source: str
    target: str
    kind: RowKind
    n_sentences: int
    n_documents: int
    npmi: float | None = None
    q: float | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(RowKind):
            raise ValueError(f"link kind {self.kind!r}: use one of {', '.join(get_args(RowKind))}")


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim of a checked document, held against a network.

    Attributes:
        mechanism, outcome: the elements' ids.
        known: `claimed` where other documents claim it too, `denied` where they only deny it, `co-occurs`
            where they only name both together, `unknown` where none does.
        n_documents: how many documents of the network do.
        evidence: the checked document's own words.
    """

    mechanism: str
    outcome: str
    known: Known
    n_documents: int = 0
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        if self.known not in get_args(Known):
            raise ValueError(f"known {self.known!r}: use one of {', '.join(get_args(Known))}")
