"""A sentence on its way to being tagged, and what a coder says of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from policyloom.records.document import BlockKind

__all__ = [
    "MIN_MEASURED",
    "STATED",
    "Accuracy",
    "Candidate",
    "ClaimDraft",
    "ClaimKind",
    "Coder",
    "Coding",
    "Measured",
    "MentionKind",
    "Passage",
    "Polarity",
    "SentenceDraft",
    "Status",
    "TokenSpan",
]

MentionKind = Literal["mechanism", "outcome", "challenge", "case", "actor", "entity"]
Status = Literal["affirmed", "planned", "lacking", "negated"]
ClaimKind = Literal["leads_to", "answers"]
Polarity = Literal["positive", "negative"]

STATED: tuple[Status, ...] = ("affirmed", "planned")
"""The statuses in which a text says that something is there, is done or is intended."""

MIN_MEASURED = 10
"""Labelled pairs or claims from which it is stated how well they are found; fewer say next to nothing."""

TokenSpan = tuple[int, int]
"""`[start, end)` in tokens of a sentence."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible mention of an element in a sentence, with all that is decided about it so far.

    Attributes:
        start, end: the words that name it, in tokens of the sentence.
        element: the element's id.
        kind: the element's kind.
        source: the rule or coder that found it, such as `term: tax incentive`.
        probability: that the sentence names the element; 1 where rules alone decide.
        status: how it stands in the sentence.
        cue: the tokens that decided the status, or None where nothing did.
        status_probability: that the status is right; 1 where rules alone decide.
    """

    start: int
    end: int
    element: str
    kind: MentionKind
    source: str
    probability: float = 1.0
    status: Status = "affirmed"
    cue: TokenSpan | None = None
    status_probability: float = 1.0

    @property
    def span(self) -> TokenSpan:
        """The tokens that name the element."""
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class ClaimDraft:
    """A claim between two of a sentence's candidates, by their places in its list.

    Attributes:
        kind: `leads_to` (the target is an outcome) or `answers` (it is a challenge).
        mechanism, target: places among the candidates.
        cue: the tokens that say so.
        polarity: `negative` where the text denies it.
        hedged: whether the text weakens it.
    """

    kind: ClaimKind
    mechanism: int
    target: int
    cue: TokenSpan
    polarity: Polarity = "positive"
    hedged: bool = False


MAX_LEAD_INS = 3
"""How many lists within lists are followed outwards."""


@dataclass(frozen=True, slots=True)
class SentenceDraft:
    """A sentence as every coder reads it, and what has been found in it so far; each step returns it anew.

    Attributes:
        text: the sentence, verbatim but for line ends.
        tokens: its tokens, as `[start, end)` in characters of `text`.
        forms: the tokens in small letters, without reference marks, apostrophes straight.
        candidates: what the framework's rules name in it and, once it is coded, what it names.
        claims: what it claims, once it is coded.
        block_kind: the kind of its block.
        section: the headings over it, outermost first.
        before, after: the sentences around it, in its block.
        lead_in: the sentence that introduces the list of which this is an item: "The Ministry will:".
        is_on_topic: whether it is of the framework's field, so that a coder may add what no rule has found.
        is_retold: whether its block tells a case, so that the headings over it say nothing of its status.
    """

    text: str
    tokens: tuple[TokenSpan, ...] = ()
    forms: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    claims: tuple[ClaimDraft, ...] = ()
    block_kind: BlockKind = "paragraph"
    section: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    lead_in: SentenceDraft | None = None
    is_on_topic: bool = True
    is_retold: bool = False

    def lead_ins(self) -> Iterator[SentenceDraft]:
        """What introduces the list of which this is an item, then the list of which that is one, `MAX_LEAD_INS` at most."""
        lead_in = self.lead_in
        for _ in range(MAX_LEAD_INS):
            if lead_in is None:
                return
            yield lead_in
            lead_in = lead_in.lead_in

    def tokens_at(self, start: int, end: int) -> TokenSpan | None:
        """The tokens that touch characters `[start, end)` of the sentence; None where there are none."""
        touched = [i for i, (first, last) in enumerate(self.tokens) if first < end and start < last]
        return (touched[0], touched[-1] + 1) if touched else None

    def words(self, span: TokenSpan) -> str:
        """The words of some tokens, verbatim."""
        return self.text[self.tokens[span[0]][0] : self.tokens[span[1] - 1][1]]


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of sentences that stand together, such as a paragraph."""

    sentences: tuple[SentenceDraft, ...]


@dataclass(frozen=True, slots=True)
class Coding:
    """What a coder says of one sentence.

    Attributes:
        candidates: what it names.
        claims: what it claims of these.
        n_dropped: statements of the coder about it that could not be used, as they do not fit the sentence.
        is_judged: whether the coder could say anything of it at all.
        near: the outermost elements that the coder does not name and nearly would, each with how near it came: its probability as
            a share, 0 to 1, of the one that is needed.
    """

    candidates: tuple[Candidate, ...] = ()
    claims: tuple[ClaimDraft, ...] = ()
    n_dropped: int = 0
    is_judged: bool = True
    near: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well a coder finds pairs or claims, on labelled text that it has not learned from.

    Attributes:
        precision: the share of what it finds that is right, 0 to 1; None where that is not known.
        recall: the share of what is labelled that it finds, 0 to 1; None where that is not known.
        n: how many are labelled.
        n_found: how many it finds in the labelled text.
        source: which labels.
    """

    precision: float | None = None
    recall: float | None = None
    n: int = 0
    n_found: int = 0
    source: str = ""

    @property
    def is_measured(self) -> bool:
        """Whether enough are labelled to state both shares."""
        return self.n >= MIN_MEASURED and self.precision is not None and self.recall is not None

    def in_words(self, things: str) -> str:
        """Both shares in words, or that they were not measured; `things` are what is found, such as "claims"."""
        if not self.is_measured:
            return (
                f"how many of this coder’s {things} are right, and how many it finds, has not been measured"
            )
        return (
            f"about {self.precision:.0%} of this coder’s {things} are right, and it finds about {self.recall:.0%} of those "
            f"there are (measured on {self.n_found} found and {self.n} labelled)"
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """How well a coder finds each element, and pairs and claims, on labelled text that it has not learned from.

    Attributes:
        source: which labels, and how they were kept apart.
        recall: by element, the share of the labelled mentions that is found, 0 to 1.
        precision: by element, the share of what is found that is right, 0 to 1.
        n: by element, how many labelled mentions that rests on.
        pairs: of a mechanism and an outcome that a sentence names together, each in a status of `STATED`.
        claims: that a mechanism leads to an outcome.
        answers: that a mechanism answers a challenge.
    """

    source: str = ""
    recall: dict[str, float] = field(default_factory=dict)
    precision: dict[str, float] = field(default_factory=dict)
    n: dict[str, int] = field(default_factory=dict)
    pairs: Accuracy = Accuracy()
    claims: Accuracy = Accuracy()
    answers: Accuracy = Accuracy()


class Coder(Protocol):
    """Someone or something that decides what sentences name; rules, a classifier and a language model are coders."""

    @property
    def description(self) -> str:
        """What it is, in words for a report."""

    @property
    def measured(self) -> Measured:
        """How well it finds each element; empty where that has not been measured."""

    def code(self, passages: Sequence[Passage]) -> Sequence[Coding]:
        """A coding for each sentence of the passages, one after the other."""
