"""Counts that add: each document's mentions and claims, packed so small that a corpus fits in memory.

A document's counts are its distinct triples of sentence, element and status, with their paragraph and section, its
claims, who is said to act, and the sentences of each paragraph. Pairs are formed later, from the elements of each unit: so the unit, the level and the
statuses can still be chosen, and a pair is never counted twice in a unit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from struct import Struct
from typing import get_args

from policyloom.framework import Framework
from policyloom.network.counting import (
    STATUSES,
    SmallestUnit,
    count_units,
    counted_acts,
    counted_claims,
    counted_mentions,
    is_off_field,
)
from policyloom.network.repeats import sentence_keys
from policyloom.records import ClaimKind, Polarity, Status, Tagged, from_json, to_json
from policyloom.records.show import counted

__all__ = ["CLAIM_KINDS", "POLARITIES", "Counts", "DocumentCounts", "count", "sum_counts"]

CLAIM_KINDS: tuple[ClaimKind, ...] = get_args(ClaimKind)
POLARITIES: tuple[Polarity, ...] = get_args(Polarity)

SMALLEST_UNIT_CODES: dict[SmallestUnit, int] = {"sentence": 0, "section": 1, "document": 2}
"""How the packed rows write the smallest unit in which a mention counts."""

EVENT = Struct("<IIIHBBQQ")
"""Sentence, paragraph, section, element, status, smallest unit, and two keys of the sentence's wording."""

CLAIM = Struct("<IHHBBBBB")
"""Sentence, mechanism, target, kind, polarity, hedged, the mechanism's status, the target's status."""

ACT = Struct("<IHHB")
"""Sentence, actor, element, the element's status."""

PARAGRAPH = Struct("<IIII")
"""Paragraph, section, first sentence and number of sentences: a run of sentences of running text in one block."""

_STATUS_CODES: dict[Status, int] = {status: code for code, status in enumerate(STATUSES)}


@dataclass(frozen=True, slots=True)
class DocumentCounts:
    """The counts of one document.

    Attributes:
        sha256: of the file, to tell copies.
        date: as the document states it.
        n_sentences, n_paragraphs, n_sections: units in which something could have been found.
        is_off_field: whether it is of another field than the framework.
        events, claims, acts, paragraphs: packed rows, in the forms `EVENT`, `CLAIM`, `ACT` and `PARAGRAPH`.
    """

    sha256: str
    date: str
    n_sentences: int
    n_paragraphs: int
    n_sections: int
    events: bytes = b""
    claims: bytes = b""
    acts: bytes = b""
    paragraphs: bytes = b""
    is_off_field: bool = False

    def __repr__(self) -> str:
        return f"<DocumentCounts: {counted(self.n_sentences, 'sentence')}, {counted(len(self.events) // EVENT.size, 'event')}>"

    def __post_init__(self) -> None:
        for name, rows, form in (
            ("events", self.events, EVENT),
            ("claims", self.claims, CLAIM),
            ("acts", self.acts, ACT),
            ("paragraphs", self.paragraphs, PARAGRAPH),
        ):
            if len(rows) % form.size:
                raise ValueError(f"{name}: {len(rows)} bytes are not whole rows of {form.size}")
        n_sentences = sum(row[-1] for row in PARAGRAPH.iter_unpack(self.paragraphs))
        if n_sentences != self.n_sentences:
            raise ValueError(f"paragraphs: their rows hold {n_sentences} sentences, not {self.n_sentences}")


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of any number of documents; `a + b` are the counts of both together.

    Attributes:
        framework: the framework's id; empty only where there are no documents.
        elements: its elements' ids; rows refer to them by their place here.
        documents: by the document's id.
    """

    framework: str = ""
    elements: tuple[str, ...] = ()
    documents: dict[str, DocumentCounts] = field(default_factory=dict)

    def __repr__(self) -> str:
        return (
            f"<Counts of {counted(len(self.documents), 'document')} for {self.framework or 'any framework'}>"
        )

    def __len__(self) -> int:
        return len(self.documents)

    def __add__(self, other: Counts) -> Counts:
        return sum_counts((self, other))

    def select(self, ids: Collection[str]) -> Counts:
        """The counts of these documents only.

        Raises:
            KeyError: a document is not among the counts.
        """
        return Counts(self.framework, self.elements, {id: self.documents[id] for id in ids})

    def without(self, *ids: str) -> Counts:
        """The counts of all other documents: take a document out, then add its new version."""
        return Counts(
            self.framework, self.elements, {k: v for k, v in self.documents.items() if k not in ids}
        )

    def to_json(self) -> bytes:
        """As UTF-8 JSON, the same bytes whatever the order in which documents came."""
        return to_json(Counts(self.framework, self.elements, dict(sorted(self.documents.items()))))

    @classmethod
    def from_json(cls, data: bytes | str) -> Counts:
        """The counts that `to_json` wrote.

        Raises:
            ValueError: the JSON is damaged or does not hold counts.
        """
        return from_json(cls, data)


def sum_counts(counts: Iterable[Counts]) -> Counts:
    """The counts of all; nothing gives empty counts.

    Raises:
        ValueError: a document stands in two of them, or they were made with different frameworks.
    """
    framework = ""
    elements: tuple[str, ...] = ()
    documents: dict[str, DocumentCounts] = {}
    for part in counts:
        if not part.elements:
            continue
        if not elements:
            framework, elements = part.framework, part.elements
        elif part.elements != elements or part.framework != framework:
            only = sorted(set(part.elements) ^ set(elements))
            raise ValueError(
                f"counts made with different frameworks do not add: {framework} and {part.framework}"
                + (f" differ in {', '.join(only[:5])}" if only else "")
            )
        for id, document in part.documents.items():
            if id in documents:
                raise ValueError(f"document {id!r} is counted twice")
            documents[id] = document
    return Counts(framework, elements, documents)


def count(tagged: Tagged, framework: Framework) -> Counts:
    """One document's counts; `policyloom.network.counting` says what counts. A document that was not judged has none.

    Raises:
        ValueError: a mention names an element that the framework does not have.
    """
    document = tagged.document
    elements = tuple(element.id for element in framework.elements)
    codes = {id: code for code, id in enumerate(elements)}
    if not tagged.is_judged:
        # What was not judged is in no denominator.
        return Counts(framework.id, elements, {})
    units = count_units(document, tagged.sentences)
    counts = DocumentCounts(
        document.sha256,
        document.metadata.date,
        units.n_sentences,
        units.n_paragraphs,
        len(units.sections),
        _pack_events(tagged, framework, codes, units.sections),
        _pack_claims(tagged, codes),
        _pack_acts(tagged, framework, codes),
        b"".join(PARAGRAPH.pack(*paragraph) for paragraph in units.paragraphs),
        is_off_field(tagged, framework),
    )
    return Counts(framework.id, elements, {document.id: counts})


def _pack_events(
    tagged: Tagged, framework: Framework, codes: dict[str, int], sections: dict[tuple[str, ...], int]
) -> bytes:
    document = tagged.document
    found: dict[int, set[tuple[int, int]]] = {}
    smallest_units: dict[int, int] = {}
    for mention, smallest in counted_mentions(tagged, framework):
        # A set: a sentence counts once for an element and a status.
        found.setdefault(mention.sentence, set()).add((codes[mention.label], _STATUS_CODES[mention.status]))
        smallest_units[mention.sentence] = SMALLEST_UNIT_CODES[smallest]
    events = []
    for index in sorted(found):
        sentence = tagged.sentences[index]
        section = sections.get(document.blocks[sentence.block].section, 0)
        rows = sorted(found[index])
        head, tail = sentence_keys(document.quote(sentence), [code for code, _ in rows])
        events += [
            EVENT.pack(index, sentence.block, section, element, status, smallest_units[index], head, tail)
            for element, status in rows
        ]
    return b"".join(events)


def _pack_claims(tagged: Tagged, codes: dict[str, int]) -> bytes:
    rows = set()
    for claim in counted_claims(tagged):
        mechanism, target = tagged.mentions[claim.mechanism], tagged.mentions[claim.target]
        rows.add(
            (
                claim.sentence,
                codes[mechanism.label],
                codes[target.label],
                CLAIM_KINDS.index(claim.kind),
                POLARITIES.index(claim.polarity),
                int(claim.hedged),
                _STATUS_CODES[mechanism.status],
                _STATUS_CODES[target.status],
            )
        )
    return b"".join(CLAIM.pack(*row) for row in sorted(rows))


def _pack_acts(tagged: Tagged, framework: Framework, codes: dict[str, int]) -> bytes:
    rows = {
        (mention.sentence, codes[actor.label], codes[mention.label], _STATUS_CODES[mention.status])
        for actor, mention in counted_acts(tagged, framework)
    }
    return b"".join(ACT.pack(*row) for row in sorted(rows))
