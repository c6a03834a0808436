"""What counts: the one place that decides it, for the network, its evidence, the coverage of a document and the checks.

field     a document of another field says nothing of the framework, and lacks nothing
place     a mention counts in its sentence, its section or its document, by the kind of block it stands in
status    which statuses of a mention count for a link, and which state that something is done
act       an actor counts as acting where the words that act are its mention, in one sentence with what it does
claim     a claim counts where it stands in a sentence and its two ends have a status that counts
repeats   a sentence counts once for an element and a status, however often it names the element
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from policyloom.framework import ElementKind, Framework
from policyloom.records import (
    STATED,
    Block,
    BlockKind,
    Claim,
    Document,
    Mention,
    Polarity,
    Sentence,
    Span,
    Status,
    Tagged,
)

__all__ = [
    "DEFAULT_STATUSES",
    "MIN_OTHER_FIELD_SHARE",
    "SMALLEST_UNITS",
    "STATED",
    "STATUSES",
    "UNITS",
    "DocumentUnits",
    "ParagraphUnit",
    "SmallestUnit",
    "Statuses",
    "Unit",
    "claim_counts",
    "count_units",
    "counted_acts",
    "counted_claims",
    "counted_mentions",
    "counts_within",
    "is_off_field",
    "joint_pairs",
    "named_in_sentences",
    "smallest_unit",
]

Unit = Literal["sentence", "paragraph", "section", "document"]
UNITS: tuple[Unit, ...] = get_args(Unit)

SmallestUnit = Literal["sentence", "section", "document"]

MIN_OTHER_FIELD_SHARE = 0.5
"""Share of the text that is of another field from which a document with next to no element is off-field as a whole."""

MAX_OFF_FIELD_SENTENCES = 2
"""Sentences that name an element in such a document; a forest policy has one on trainers' centres."""

SMALLEST_UNITS: dict[BlockKind, SmallestUnit] = {
    "paragraph": "sentence",
    "list_item": "sentence",
    "footnote": "sentence",
    "heading": "section",
    "table": "section",
    "caption": "section",
    "title": "document",
    "form_field": "section",
    "front_matter": "document",
}
"""The smallest unit in which a mention counts, by the kind of its block; in a kind left out it counts nowhere.

Only a sentence of running text is a statement. A heading, a table's cell and a caption state nothing, but they are
about their section. A title and an abstract are about the whole document. References are other people's words.
"""

Statuses = Mapping[ElementKind, Collection[Status]]
STATUSES: tuple[Status, ...] = get_args(Status)

DEFAULT_STATUSES: dict[ElementKind, tuple[Status, ...]] = {
    "mechanism": STATED,
    "outcome": STATED,
    "challenge": (*STATED, "lacking"),
    "case": STATED,
    "actor": STATUSES,
}
"""The statuses that count for a link: what is negated or lacking supports no outcome. A challenge often is a lack."""


def smallest_unit(block: Block) -> SmallestUnit | None:
    """The smallest unit in which a mention in this block counts; None where it counts nowhere."""
    return SMALLEST_UNITS.get(block.kind)


def counts_within(smallest: SmallestUnit, unit: Unit) -> bool:
    """Whether a mention that counts from `smallest` upwards counts in a unit."""
    return UNITS.index(smallest) <= UNITS.index(unit)


def counted_mentions(tagged: Tagged, framework: Framework) -> Iterator[tuple[Mention, SmallestUnit]]:
    """The mentions of elements that count somewhere, each with the smallest unit in which it does.

    Raises:
        ValueError: a mention names an element that the framework does not have.
    """
    for mention in tagged.mentions:
        if mention.kind == "entity":
            continue
        if mention.label not in framework:
            raise ValueError(
                f"document {tagged.document.id}: a mention of {mention.label!r}, which framework {framework.id} "
                "does not have; tag the document with this framework"
            )
        smallest = smallest_unit(_block(tagged, mention.sentence))
        if smallest is not None:
            yield mention, smallest


def is_off_field(tagged: Tagged, framework: Framework) -> bool:
    """Whether a document is of another field than the framework: most of its text is, and hardly a sentence names an element."""
    if tagged.other_field_share < MIN_OTHER_FIELD_SHARE:
        return False
    counted = counted_mentions(tagged, framework)
    naming = {mention.sentence for mention, _ in counted if mention.kind != "actor"}
    return len(naming) <= MAX_OFF_FIELD_SENTENCES


def counted_claims(tagged: Tagged) -> Iterator[Claim]:
    """The claims that are made in a sentence; whether the statuses of their ends count, `claim_counts` says."""
    for claim in tagged.claims:
        if smallest_unit(_block(tagged, claim.sentence)) == "sentence":
            yield claim


def counted_acts(tagged: Tagged, framework: Framework) -> Iterator[tuple[Mention, Mention]]:
    """Who is said to act: pairs of an actor's mention and the mention of an element in the same sentence.

    The actor's mention overlaps the words that the other names as acting.
    """
    acting: list[tuple[Mention, Span]] = []
    actors: dict[int, list[Mention]] = {}
    for mention, smallest in counted_mentions(tagged, framework):
        if smallest == "sentence" and mention.kind == "actor":
            actors.setdefault(mention.sentence, []).append(mention)
        elif smallest == "sentence" and mention.agent is not None:
            acting.append((mention, mention.agent))
    for mention, (start, end) in acting:
        for actor in actors.get(mention.sentence, ()):
            if actor.start < end and start < actor.end:
                yield actor, mention


def claim_counts(
    polarity: Polarity,
    mechanism: tuple[ElementKind, Status],
    target: tuple[ElementKind, Status],
    statuses: Statuses = DEFAULT_STATUSES,
) -> bool:
    """Whether a claim counts, given the kind and the status of either end.

    A denial counts whatever the statuses of its ends: often it is the denial itself that makes them negated.
    """
    return polarity == "negative" or all(
        status in statuses.get(kind, ()) for kind, status in (mechanism, target)
    )


Named = frozenset[tuple[str, Status]]
"""Outermost elements that a sentence names, each with a status."""


def named_in_sentences(tagged: Tagged, framework: Framework) -> dict[int, Named]:
    """The outermost elements that each sentence of running text names, by the sentence's index, in order."""
    found: dict[int, set[tuple[str, Status]]] = {
        paragraph.first + i: set()
        for paragraph in count_units(tagged.document, tagged.sentences).paragraphs
        for i in range(paragraph.n_sentences)
    }
    for mention, smallest in counted_mentions(tagged, framework):
        if smallest == "sentence":
            found[mention.sentence].add((framework.top(mention.label), mention.status))
    return {sentence: frozenset(named) for sentence, named in found.items()}


def joint_pairs(
    named: Iterable[tuple[str, Status]], framework: Framework, statuses: Statuses = DEFAULT_STATUSES
) -> set[tuple[str, str]]:
    """The pairs of a mechanism and an outcome that a sentence names together, both in a status that counts for a link."""
    counted = [(id, framework[id].kind) for id, status in named if status in statuses[framework[id].kind]]
    return {
        (m, o) for m, kind in counted if kind == "mechanism" for o, other in counted if other == "outcome"
    }


class ParagraphUnit(NamedTuple):
    """Sentences of running text that follow each other in one block.

    Attributes:
        paragraph: the block's index.
        section: the number of its section.
        first: the first sentence's index.
        n_sentences: how many there are.
    """

    paragraph: int
    section: int
    first: int
    n_sentences: int


@dataclass(frozen=True, slots=True)
class DocumentUnits:
    """The units of a document in which something could be found.

    Attributes:
        paragraphs: those of running text, in order.
        sections: a number from 0 for each path of headings, in order; a title and front matter are in none.
    """

    paragraphs: tuple[ParagraphUnit, ...]
    sections: dict[tuple[str, ...], int]

    @property
    def n_sentences(self) -> int:
        """Sentences of running text."""
        return sum(paragraph.n_sentences for paragraph in self.paragraphs)

    @property
    def n_paragraphs(self) -> int:
        """Blocks of running text."""
        return len({paragraph.paragraph for paragraph in self.paragraphs})


def count_units(document: Document, sentences: Collection[Sentence]) -> DocumentUnits:
    """The sentences, paragraphs and sections of a document in which something could be found."""
    runs: list[list[int]] = []  # the values of each paragraph, while it grows
    sections: dict[tuple[str, ...], int] = {}
    block, end = -1, -1
    for index, sentence in enumerate(sentences):
        if sentence.block == block and index == end:
            runs[-1][-1] += 1
            end += 1
            continue
        own = document.blocks[sentence.block]
        smallest = smallest_unit(own)
        if smallest is None or smallest == "document":
            continue
        section = sections.setdefault(own.section, len(sections))
        if smallest == "sentence":
            runs.append([sentence.block, section, index, 1])
            block, end = sentence.block, index + 1
    return DocumentUnits(tuple(ParagraphUnit(*run) for run in runs), sections)


def _block(tagged: Tagged, sentence: int) -> Block:
    return tagged.document.blocks[tagged.sentences[sentence].block]
