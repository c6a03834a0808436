"""The records in which every stage meets: documents, mentions, claims and findings.

All are frozen dataclasses, checked when made, and turn into JSON and back with `to_json` and `from_json`.
Offsets are Python characters into `Document.text`, as `[start, end)`; pages count from 1; boxes are in
PDF points with the origin at the top left of the page.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar, get_args

import msgspec

__all__ = [
    "Block",
    "BlockKind",
    "Box",
    "Claim",
    "ClaimKind",
    "Coverage",
    "Document",
    "Evidence",
    "Facet",
    "FacetKind",
    "Failure",
    "Finding",
    "Judgement",
    "Line",
    "Mention",
    "MentionKind",
    "Metadata",
    "OcrUse",
    "Polarity",
    "Reading",
    "Sentence",
    "Severity",
    "Span",
    "Status",
    "Tagged",
    "from_json",
    "to_json",
]

BlockKind = Literal[
    "title", "heading", "paragraph", "list_item", "table", "caption", "footnote", "reference", "front_matter"
]
MentionKind = Literal["mechanism", "outcome", "challenge", "case", "actor", "entity"]
Status = Literal["affirmed", "planned", "lacking", "negated"]
ClaimKind = Literal["leads_to", "answers"]
FacetKind = Literal["target", "instrument", "amount", "deadline", "monitoring"]
Polarity = Literal["positive", "negative"]
Severity = Literal["info", "warning", "error"]
OcrUse = Literal["auto", "never", "always"]
"""Which pages of a PDF are read by OCR: those without usable text, none, or all."""

Span = tuple[int, int]
"""`[start, end)` in characters of a document's text."""


class _HasSpan(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in PDF points from the page's top left corner."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float

    def __post_init__(self) -> None:
        if self.page < 1:
            raise ValueError(f"page {self.page}: pages count from 1")
        if self.x1 < self.x0 or self.bottom < self.top:
            raise ValueError(f"box {(self.x0, self.top, self.x1, self.bottom)}: right and bottom come last")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line of a document: where it stands in the text and where on the page.

    `words` holds, for each word in order, `(start in the text, left edge, right edge)`.
    """

    start: int
    end: int
    box: Box
    words: tuple[tuple[int, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text with one role.

    Attributes:
        kind: the role.
        start, end: the span in `Document.text`.
        level: 1 for the outermost heading and so on; 0 for what is not a heading.
        section: the headings that enclose the block, outermost first; for a heading, itself last.
        pages: the pages it stands on.
        boxes: one a page, or one a column where a block runs over several.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    section: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()
    boxes: tuple[Box, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in get_args(BlockKind):
            raise ValueError(f"block kind {self.kind!r}: use one of {', '.join(get_args(BlockKind))}")
        if not 0 <= self.start <= self.end:
            raise ValueError(f"block span [{self.start}, {self.end}) is not a span")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a document says of itself; empty where it says nothing."""

    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    doi: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document as one immutable text, with everything else pointing into it.

    Attributes:
        id: the name it goes by in a run, unique there.
        source: the file it came from, relative to the folder of the run.
        sha256: of the file's bytes.
        n_pages: 0 where the format has no pages.
        language: an ISO 639-1 code.
        metadata: title, authors and so on, as the document states them.
        text: the cleaned text, in reading order.
        blocks: in order of `start`, not overlapping.
        lines: the printed lines, in order of `start`; empty where the format has none.
        furniture: running heads, page numbers, notices: what was printed but is not text, as (page, words).
        warnings: what could not be read well, in plain words.
        ocr: the pages whose words OCR has read, as (page, mean confidence from 0 to 100).
    """

    id: str
    source: str
    sha256: str
    n_pages: int
    language: str
    metadata: Metadata
    text: str
    blocks: tuple[Block, ...]
    lines: tuple[Line, ...] = ()
    furniture: tuple[tuple[int, str], ...] = ()
    warnings: tuple[str, ...] = ()
    ocr: tuple[tuple[int, float], ...] = ()

    def __post_init__(self) -> None:
        last = 0
        for block in self.blocks:
            if block.start < last or block.end > len(self.text):
                raise ValueError(
                    f"document {self.id}: block [{block.start}, {block.end}) overlaps or runs out"
                )
            last = block.end

    def quote(self, x: _HasSpan) -> str:
        """The words that `x` points at, verbatim."""
        return self.text[x.start : x.end]

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """Where `[start, end)` is printed: one box a line it touches, to the width of its words.

        Empty for a format without pages. A word that the span cuts counts whole.
        """
        found = []
        first = bisect.bisect_right(self.lines, start, key=lambda line: line.end)
        for line in self.lines[first:]:
            if line.start >= end:
                break
            starts = [word[0] for word in line.words]
            lo = max(0, bisect.bisect_right(starts, start) - 1)
            hit = line.words[lo : bisect.bisect_left(starts, end)]
            if hit:
                box = line.box
                found.append(
                    Box(box.page, min(w[1] for w in hit), box.top, max(w[2] for w in hit), box.bottom)
                )
        return tuple(found)

    def page(self, x: _HasSpan) -> int:
        """The page on which `x` begins; 0 where the format has no pages."""
        at = bisect.bisect_right(self.lines, x.start, key=lambda line: line.end)
        if at < len(self.lines):
            return self.lines[at].box.page
        return 0


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or a heading or list item without one; `block` is the index of its block."""

    start: int
    end: int
    block: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as a classifier reads it.

    Attributes:
        text: the sentence.
        rules: what the framework's rules find in it, as (element's id, rule), in order.
        heading: the innermost heading over it.
        before, after: the sentences around it, in its block.
    """

    text: str
    rules: tuple[tuple[str, str], ...] = ()
    heading: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a classifier says of one element in one sentence.

    Attributes:
        probability: that the sentence names the element.
        named: whether that is enough.
        start, end: the words of the sentence that speak for it most, in characters of the sentence.
        words: the features that weighed most, heaviest first.
    """

    probability: float
    named: bool
    start: int = 0
    end: int = 0
    words: tuple[str, ...] = ()


QuestionKind = Literal["status", "leads_to", "answers"]
"""What a classifier can be asked besides which elements a sentence names: the status of a mention, or whether the
sentence says that a mechanism leads to an outcome or answers a challenge (yes or no)."""

Clue = tuple[str, tuple[int, int] | None]
"""A feature of a sentence, and the tokens of the sentence where it stands, if at some place."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a mention, or about a pair of them, and what may help to answer.

    Attributes:
        about: what is asked.
        options: the answers that are possible.
        given: the rules' answer.
        words: words of the sentence, and of parts of it.
        signs: what cues and grammar tell.
        prior: how probable it is that what is asked about is there at all.
    """

    about: QuestionKind
    options: tuple[str, ...]
    given: str
    words: tuple[Clue, ...]
    signs: tuple[Clue, ...]
    prior: float = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A classifier's answer; `at` are the tokens that spoke for it most, where it is not the one that the rules gave."""

    value: str
    probability: float
    at: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """Something that makes a mechanism operable, and the words that say it.

    `target` is for whom, `instrument` with what, `amount` how much or how many, `deadline` by when, `monitoring` how
    it is watched. Who is to do it is `Mention.actor`.
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
        score: the classifier's probability that the sentence names the element; 1 where rules alone decide.
        source: the rule or model that found it, such as `term: tax incentive` or `classifier: skills, firms`.
        cue: the span that decided the status, or None where nothing did.
        actor: the span of whoever acts, where the sentence says it.
        name: for entities, the normalised form.
        facets: for mechanisms, what makes them operable, at most one of each kind, in the order of `FacetKind`.
        status_score: the classifier's probability of the status; 1 where rules alone decide.
    """

    start: int
    end: int
    kind: MentionKind
    label: str
    sentence: int
    status: Status = "affirmed"
    score: float = 1.0
    source: str = ""
    cue: Span | None = None
    actor: Span | None = None
    name: str = ""
    facets: tuple[Facet, ...] = ()
    status_score: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"mention span [{self.start}, {self.end}) is empty or not a span")
        if self.status not in get_args(Status):
            raise ValueError(f"status {self.status!r}: use one of {', '.join(get_args(Status))}")
        if self.kind not in get_args(MentionKind):
            raise ValueError(f"mention kind {self.kind!r}: use one of {', '.join(get_args(MentionKind))}")

    @property
    def concreteness(self) -> int:
        """How many of six things the text says of a mechanism: who, for whom, with what, how much, by when, how watched."""
        return len(self.facets) + (self.actor is not None)


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
    """

    kind: ClaimKind
    mechanism: int
    target: int
    cue: Span
    sentence: int
    polarity: Polarity = "positive"
    hedged: bool = False


@dataclass(frozen=True, slots=True)
class Tagged:
    """A document with its sentences, mentions and claims, each in order of `start`."""

    document: Document
    sentences: tuple[Sentence, ...]
    mentions: tuple[Mention, ...]
    claims: tuple[Claim, ...] = ()

    def quote(self, x: _HasSpan) -> str:
        """The words that `x` points at, verbatim."""
        return self.document.quote(x)

    def page(self, x: _HasSpan) -> int:
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
        at = self.sentences[x.sentence]
        return Evidence(self.document.id, self.page(at), at.start, at.end, self.quote(at))


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim quote and where it stands."""

    document: str
    page: int
    start: int
    end: int
    quote: str


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
        n_sentences: in how many sentences of running text it is named, whatever the status.
        affirmed, planned, lacking, negated: in how many of these with each status; a sentence that names the element
            with two statuses stands under both.
        n_elsewhere: in how many headings, tables, captions, titles and abstracts it is named. They state nothing, and
            are in no other count.
        concreteness: of a mechanism, the most of six particulars that a sentence which states it gives: who, for
            whom, with what, how much, by when, how watched.
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
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        by_status = (self.affirmed, self.planned, self.lacking, self.negated)
        if not max(by_status) <= self.n_sentences <= sum(by_status):
            raise ValueError(
                f"coverage of {self.element}: {self.n_sentences} sentences cannot have {by_status} by status"
            )

    @property
    def is_named(self) -> bool:
        """Whether the document names the element at all."""
        return self.n_sentences > 0 or self.n_elsewhere > 0

    @property
    def is_stated(self) -> bool:
        """Whether the document affirms or plans the element, or names it in headings and the like alone."""
        return self.affirmed + self.planned > 0 or (self.n_sentences == 0 and self.n_elsewhere > 0)


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read: `kind` in one word, `reason` in plain words with what to do."""

    source: str
    kind: str
    reason: str


T = TypeVar("T")


def to_json(record: object) -> bytes:
    """A record, or a list of records, as UTF-8 JSON with keys in the order of the fields."""
    return msgspec.json.encode(record)


def from_json(cls: type[T], data: bytes | str) -> T:
    """The record that `to_json` wrote.

    Raises:
        ValueError: the JSON is damaged or does not fit the record; the text names the place.
    """
    try:
        return _decoder(cls).decode(data)
    except msgspec.MsgspecError as error:
        raise ValueError(f"not a {cls.__name__}: {error}") from error


_DECODERS: dict[type[Any], msgspec.json.Decoder[Any]] = {}


def _decoder(cls: type[T]) -> msgspec.json.Decoder[T]:
    if cls not in _DECODERS:
        _DECODERS[cls] = msgspec.json.Decoder(cls)
    return _DECODERS[cls]
