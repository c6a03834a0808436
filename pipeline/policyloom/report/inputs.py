"""What a report is made from besides the records: the documents, the links, the quotes behind these, and its side pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from policyloom.network.counting import Unit
from policyloom.records import Evidence, Status

__all__ = ["NO_PAGES", "LinkKey", "LinkKind", "LinkQuote", "ReportedDocument", "ReportedLink", "SidePages"]

MAX_Q = 0.05
"""The false discovery rate below which a link bears a star."""

LinkKind = Literal["co_occurs", "claims", "claims_negative", "answers", "exemplifies"]

LinkKey = tuple[str, str, str]
"""Source, target and kind."""


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
        not_judged: the share of it, 0 to 1, that was not judged; what stands there is not absent.
        unread: why, in words.
        is_off_field: whether it is of another field than the framework; then it lacks nothing.
        beside: what the user's own table says of it, by column.
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
    not_judged: float = 0.0
    unread: str = ""
    is_off_field: bool = False
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The file, where its name is not shown already; else empty."""
        return self.source if self.source and self.source != self.name else ""

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


@dataclass(frozen=True, slots=True)
class LinkQuote:
    """A sentence behind a link, with the statuses in which it names the link's source."""

    evidence: Evidence
    statuses: tuple[Status, ...] = ()


@dataclass(frozen=True, slots=True)
class SidePages:
    """The pages beside a report, as paths from it: documents, and all sentences behind its figures.

    Attributes:
        documents: by document.
        elements: by element and status; the status `elsewhere` is of headings and the like, and "" of all.
        links: by link.
        acts: by mechanism and actor.
        gap_map: the evidence gap map; empty where there is none.
    """

    documents: Mapping[str, str] = field(default_factory=dict)
    elements: Mapping[tuple[str, str], str] = field(default_factory=dict)
    links: Mapping[LinkKey, str] = field(default_factory=dict)
    acts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    gap_map: str = ""

    def sentence(self, document: str, start: int) -> str:
        """Where a sentence stands in the page of its document; empty without one."""
        page = self.documents.get(document, "")
        return f"{page}#s{start}" if page else ""

    def saying(self, document: str, element: str) -> str:
        """Where the page of a document lists the sentences that name an element; empty without one."""
        page = self.documents.get(document, "")
        return f"{page}#e-{element}" if page else ""


NO_PAGES = SidePages()
"""A report that stands alone."""
