"""A tagged document: sentences, mentions and claims."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from sys import intern
from typing import Literal, get_args

from policyloom.records.coding import ClaimKind, MentionKind, Polarity, Status
from policyloom.records.document import Document, HasSpan, Span, UnreadPart
from policyloom.records.show import counted, cut, html_table

__all__ = [
    "N_NEAR",
    "Claim",
    "Evidence",
    "Facet",
    "FacetKind",
    "Mention",
    "NearMiss",
    "Sentence",
    "Tagged",
    "format_ranges",
]

MAX_UNREADABLE_SHARE = 0.9
"""Share of a document that could not be read above which nothing is said of it."""

N_NEAR = 3
"""Sentences that are kept as coming near an element."""

FacetKind = Literal["target", "instrument", "amount", "deadline", "monitoring"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or a heading or list item without one; `block` is the index of its block."""

    start: int
    end: int
    block: int


@dataclass(frozen=True, slots=True)
class Facet:
    """Something that makes a mechanism operable, and the words that say it.

    `target` is for whom, `instrument` with what, `amount` how much or how many, `deadline` by when, `monitoring` how
    it is watched. Who is to do it is `Mention.agent`.
    """

    kind: FacetKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mention:
    """An entity, or one mention of a framework's element.

    Attributes:
        start, end: the span in the document's text.
        kind: the element's kind, or `entity`.
        label: the element's id, or the entity's type, with a subtype after a full stop (ORG.college).
        sentence: the index of its sentence in `Tagged.sentences`.
        status: how it stands in the text; entities are always `affirmed`.
        probability: that the sentence names the element; 1 where rules alone decide.
        source: the rule or model that found it, such as `term: tax incentive` or `classifier: skills, firms`; where a
            person decided it, first `person: NAME`.
        cue: the span that decided the status, or None where nothing did.
        agent: the span of whoever acts: who has the duty, or else the nearest institution or `actor` before it.
        name: for entities, the normalised form.
        facets: for mechanisms, what makes them operable, at most one of each kind, in the order of `FacetKind`. They, and the
            agent, may stand in the line that introduces the list of which the sentence is an item, or facets in the next sentence.
        status_probability: that the status is right; 1 where rules alone decide.
    """

    start: int
    end: int
    kind: MentionKind
    label: str
    sentence: int
    status: Status = "affirmed"
    probability: float = 1.0
    source: str = ""
    cue: Span | None = None
    agent: Span | None = None
    name: str = ""
    facets: tuple[Facet, ...] = ()
    status_probability: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"mention span [{self.start}, {self.end}) is empty or not a span")
        if self.status not in get_args(Status):
            raise ValueError(f"status {self.status!r}: use one of {', '.join(get_args(Status))}")
        if self.kind not in get_args(MentionKind):
            raise ValueError(f"mention kind {self.kind!r}: use one of {', '.join(get_args(MentionKind))}")

    def __repr__(self) -> str:
        sureness = f", {self.probability:.2f}" if self.probability < 1 else ""
        words = f" {self.status}" if self.kind != "entity" else ""
        facets = f", {', '.join(facet.kind for facet in self.facets)}" if self.facets else ""
        name = f" {cut(self.name, 40)}" if self.name else ""
        source = f", {cut(self.source)}" if self.source else ""
        return f"<Mention {self.kind} {self.label}{name}{words} [{self.start}, {self.end}){sureness}{source}{facets}>"

    @property
    def concreteness(self) -> int:
        """How many of six things the text says of a mechanism: who, for whom, with what, how much, by when, how watched."""
        return len(self.facets) + (self.agent is not None)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A sentence that the coder nearly took for one that names an element.

    Attributes:
        element: the outermost element's id.
        sentence: the index of the sentence in `Tagged.sentences`.
        share: its probability as a share, 0 to 1, of the one that is needed.
    """

    element: str
    sentence: int
    share: float


@dataclass(frozen=True, slots=True)
class Claim:
    """The text itself says that a mechanism leads to an outcome, or answers a challenge.

    Attributes:
        kind: `leads_to` (target is an outcome) or `answers` (target is a challenge).
        mechanism, target: indexes into `Tagged.mentions`.
        cue: the span of the words that say so.
        sentence: index into `Tagged.sentences`.
        polarity: `negative` where the text denies it.
        hedged: whether the text weakens it ("may", "could").
        source: the person who decided it, as `person: NAME`; empty where a coder alone did.
    """

    kind: ClaimKind
    mechanism: int
    target: int
    cue: Span
    sentence: int
    polarity: Polarity = "positive"
    hedged: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A document with its sentences, mentions and claims, each in order of `start`.

    `unread` holds the parts of the document that were not judged, and why; what was not judged is not absent. `n_dropped`
    counts statements of the coder that were left out, as they do not fit the text. `near` holds the sentences that come nearest to
    each outermost element without naming it, as far as the coder tells, at most `N_NEAR` for each, nearest first.
    """

    document: Document
    sentences: tuple[Sentence, ...]
    mentions: tuple[Mention, ...]
    claims: tuple[Claim, ...] = ()
    unread: tuple[UnreadPart, ...] = ()
    n_dropped: int = 0
    near: tuple[NearMiss, ...] = ()

    def __repr__(self) -> str:
        counts = (
            counted(len(self.sentences), "sentence"), counted(len(self.mentions), "mention"), counted(len(self.claims), "claim"),
        )  # fmt: skip
        unread = f", {self.unreadable_share:.0%} not judged" if self.unreadable_share else ""
        return f"<Tagged {cut(self.document.id)}: {', '.join(counts)}{unread}>"

    def _repr_html_(self) -> str:
        found = [mention for mention in self.mentions if mention.kind != "entity"]
        rows = (
            (
                m.label,
                m.status,
                f"{m.probability:.2f}",
                self.page(m) or "",
                cut(self.quote(m)),
                cut(self.sentence(m), 160),
            )
            for m in found
        )
        head = ("element", "status", "probability", "page", "words", "sentence")
        return html_table(repr(self), head, rows, len(found))

    @property
    def unreadable_share(self) -> float:
        """The share of the document, 0 to 1, that was not judged: for its language, its font, as a scan, for want of an answer.

        Text of another field could be read, and hidden text is nobody's to read; they are not in it.
        """
        lost = sum(part.n_characters for part in self.unread if part.reason == "font")
        foreign = sum(part.n_characters for part in self.unread if part.reason in ("language", "answer"))
        pages = {page for part in self.unread if part.reason in ("scan", "page") for page in part.pages}
        n_characters = len(self.document.text) + lost
        by_text = (lost + foreign) / n_characters if n_characters else 0.0
        by_page = len(pages) / self.document.n_pages if self.document.n_pages else 0.0
        return min(1.0, by_page + (1 - by_page) * by_text)

    @property
    def is_judged(self) -> bool:
        """Whether enough of the document could be read to say anything of it."""
        return self.unreadable_share <= MAX_UNREADABLE_SHARE

    @property
    def other_field_share(self) -> float:
        """The share of the text, 0 to 1, that was read and is of another field."""
        n_characters = sum(part.n_characters for part in self.unread if part.reason == "field")
        return min(1.0, n_characters / len(self.document.text)) if self.document.text else 0.0

    def explain_unread(self) -> str:
        """Why parts of the document could not be read, and where, in words; "" where all could be."""
        told = []
        for part in self.unread:
            if part.reason not in ("field", "hidden"):
                pages = f" (page {format_ranges(part.pages)})" if part.pages else ""
                told.append(part.message + ("" if "page" in part.message else pages))
        return "; ".join(dict.fromkeys(told))

    def explain_other_field(self) -> str:
        """The pages that are mostly of another field, or else in part, as " (pages 3-5)"; "" where the format has no pages."""
        pages = {page for part in self.unread if part.reason == "field" for page in part.pages}
        return f" (page{'s' if len(pages) > 1 else ''} {format_ranges(pages)})" if pages else ""

    def quote(self, x: HasSpan) -> str:
        """The words that `x` points at, verbatim."""
        return self.document.quote(x)

    def page(self, x: HasSpan) -> int:
        """The page on which `x` begins; 0 where the format has no pages."""
        return self.document.page(x)

    def sentence(self, x: Mention | Claim) -> str:
        """The sentence in which `x` stands, verbatim."""
        return self.document.quote(self.sentences[x.sentence])

    def section(self, x: Mention | Claim) -> tuple[str, ...]:
        """The headings over `x`, outermost first."""
        return self.document.blocks[self.sentences[x.sentence].block].section

    def evidence(self, x: Mention | Claim) -> Evidence:
        """`x`'s sentence as something that a finding or an edge can carry."""
        return self.evidence_at(x.sentence)

    def evidence_at(self, sentence: int) -> Evidence:
        """A sentence, by its index, as something that a finding or an edge can carry."""
        at = self.sentences[sentence]
        # A sentence is the evidence of much: its words are kept once, however many documents there are.
        return Evidence(intern(self.document.id), self.page(at), at.start, at.end, intern(self.quote(at)))


def format_ranges(numbers: Iterable[int]) -> str:
    """Numbers as "1, 3-5".

    Example:
        >>> format_ranges([1, 3, 4, 5])
        '1, 3-5'
    """
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim quote and where it stands."""

    document: str
    page: int
    start: int
    end: int
    quote: str

    def __repr__(self) -> str:
        page = f" p. {self.page}" if self.page else ""
        return f"<Evidence {cut(self.document)}{page} [{self.start}, {self.end}): {cut(self.quote, 160)}>"
