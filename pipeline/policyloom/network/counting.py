"""What counts: the one place that decides it, for the network, its evidence, the coverage of a document and the checks.

place     a mention counts in its sentence, its section or its document, by the kind of block it stands in
status    which statuses of a mention count for a link, and which state that something is done
claim     a claim counts where it stands in a sentence and its two ends have a status that counts
repeats   a sentence counts once for an element and a status, however often it names the element
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from policyloom.framework import ElementKind, Framework
from policyloom.records import Block, BlockKind, Claim, Document, Mention, Polarity, Sentence, Status, Tagged

__all__ = [
    "DEFAULT_STATUSES",
    "SMALLEST_UNITS",
    "STATED",
    "STATUSES",
    "UNITS",
    "DocumentUnits",
    "SmallestUnit",
    "Statuses",
    "Unit",
    "claim_counts",
    "count_units",
    "counted_claims",
    "counted_mentions",
    "counts_within",
    "smallest_unit",
]

Unit = Literal["sentence", "paragraph", "section", "document"]
UNITS: tuple[Unit, ...] = get_args(Unit)

SmallestUnit = Literal["sentence", "section", "document"]

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

STATED: tuple[Status, ...] = ("affirmed", "planned")
"""The statuses in which a text says that something is there, is done or is intended."""

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


def counted_claims(tagged: Tagged) -> Iterator[Claim]:
    """The claims that are made in a sentence; whether the statuses of their ends count, `claim_counts` says."""
    for claim in tagged.claims:
        if smallest_unit(_block(tagged, claim.sentence)) == "sentence":
            yield claim


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


@dataclass(frozen=True, slots=True)
class DocumentUnits:
    """The units of a document in which something could be found.

    Attributes:
        n_sentences, n_paragraphs: those of running text.
        sections: a number from 0 for each path of headings, in order; a title and front matter are in none.
    """

    n_sentences: int
    n_paragraphs: int
    sections: dict[tuple[str, ...], int]


def count_units(document: Document, sentences: Collection[Sentence]) -> DocumentUnits:
    """The sentences, paragraphs and sections of a document in which something could be found."""
    n_sentences = 0
    paragraphs: set[int] = set()
    sections: dict[tuple[str, ...], int] = {}
    for sentence in sentences:
        block = document.blocks[sentence.block]
        smallest = smallest_unit(block)
        if smallest is None or smallest == "document":
            continue
        sections.setdefault(block.section, len(sections))
        if smallest == "sentence":
            n_sentences += 1
            paragraphs.add(sentence.block)
    return DocumentUnits(n_sentences, len(paragraphs), sections)


def _block(tagged: Tagged, sentence: int) -> Block:
    return tagged.document.blocks[tagged.sentences[sentence].block]
