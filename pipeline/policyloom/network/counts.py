"""Counts that add: what each document says, packed so small that a corpus fits in memory.

A document's counts are its distinct (sentence, element, status) triples with their paragraph and section,
its claims, and who is said to act. Pairs are formed later, from sets a unit, so that the unit, the level and
the statuses stay a choice and rolling up never counts a pair twice in a unit.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from struct import Struct
from typing import Literal, get_args

from policyloom.framework import Framework
from policyloom.records import BlockKind, ClaimKind, Polarity, Status, Tagged, from_json, to_json

__all__ = ["CLAIM_KINDS", "POLARITIES", "STATUSES", "Counts", "DocumentCounts", "count", "sum_counts"]

STATUSES: tuple[Status, ...] = get_args(Status)
CLAIM_KINDS: tuple[ClaimKind, ...] = get_args(ClaimKind)
POLARITIES: tuple[Polarity, ...] = get_args(Polarity)

Place = Literal[0, 1, 2]
PLACES: dict[BlockKind, Place] = {
    "paragraph": 0,
    "list_item": 0,
    "footnote": 0,
    "heading": 1,
    "table": 1,
    "caption": 1,
    "title": 2,
}
"""The narrowest unit in which a block's mentions count: 0 sentence, 1 section, 2 document.

A heading or a table's cell is not a statement, so it joins nothing within a sentence or paragraph, but a
heading is about its section. Front matter and references are other people's words and count nowhere.
"""

EVENT = Struct("<IIIHBBQQ")
"""Sentence, paragraph, section, element, status, place, and two keys of the sentence's wording."""

CLAIM = Struct("<IHHBBBBB")
"""Sentence, mechanism, target, kind, polarity, hedged, the mechanism's status, the target's status."""

ACT = Struct("<IHHB")
"""Sentence, actor, element, the element's status."""

KEY_WORDS = 6
"""Words at the start or the end of a sentence that, with the same elements, make it a repeat of another."""

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]{4,}")
_ASCII_GAPS = {code: " " for code in range(128) if not chr(code).isalpha()}
_STATUS_CODES: dict[Status, int] = {status: code for code, status in enumerate(STATUSES)}


@dataclass(frozen=True, slots=True)
class DocumentCounts:
    """One document's contribution.

    Attributes:
        sha256: of the file, to tell copies.
        date: as the document states it.
        n_sentences, n_paragraphs, n_sections: units in which something could have been found.
        events, claims, acts: packed rows, in the forms `EVENT`, `CLAIM` and `ACT`.
    """

    sha256: str
    date: str
    n_sentences: int
    n_paragraphs: int
    n_sections: int
    events: bytes = b""
    claims: bytes = b""
    acts: bytes = b""

    def __post_init__(self) -> None:
        for name, rows, form in (
            ("events", self.events, EVENT),
            ("claims", self.claims, CLAIM),
            ("acts", self.acts, ACT),
        ):
            if len(rows) % form.size:
                raise ValueError(f"{name}: {len(rows)} bytes are not whole rows of {form.size}")


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of any number of documents; `a + b` is the counts of both.

    Attributes:
        framework: the framework's id; empty only where there are no documents.
        elements: its elements' ids; rows refer to them by their place here.
        documents: by the document's id.
    """

    framework: str = ""
    elements: tuple[str, ...] = ()
    documents: dict[str, DocumentCounts] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.documents)

    def __add__(self, other: Counts) -> Counts:
        return sum_counts((self, other))

    def select(self, ids: Collection[str]) -> Counts:
        """The counts of these documents alone.

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
    """One document's counts.

    Entities do not count. Mentions in front matter and references do not count; those in headings, tables and
    captions count for their section and document, those in the title for the document.

    Raises:
        ValueError: a mention names an element that the framework does not have.
    """
    document = tagged.document
    elements = tuple(element.id for element in framework.elements)
    codes = {id: code for code, id in enumerate(elements)}
    places = [PLACES.get(block.kind) for block in document.blocks]
    sections: dict[tuple[str, ...], int] = {}
    paragraphs: set[int] = set()
    n_sentences = 0
    last = -1
    for sentence in tagged.sentences:
        place = places[sentence.block]
        if place is None or place == 2:
            continue
        n_sentences += place == 0
        if sentence.block != last:
            last = sentence.block
            sections.setdefault(document.blocks[last].section, len(sections))
            if place == 0:
                paragraphs.add(last)

    found: dict[int, set[tuple[int, int]]] = {}
    for mention in tagged.mentions:
        if mention.kind == "entity":
            continue
        code = codes.get(mention.label)
        if code is None:
            raise ValueError(
                f"document {document.id}: a mention of {mention.label!r}, which framework {framework.id} "
                "does not have; tag the document with this framework"
            )
        if places[tagged.sentences[mention.sentence].block] is not None:
            found.setdefault(mention.sentence, set()).add((code, _STATUS_CODES[mention.status]))

    events = []
    for index in sorted(found):
        sentence = tagged.sentences[index]
        place = places[sentence.block]
        section = sections.get(document.blocks[sentence.block].section, 0)
        rows = sorted(found[index])
        head, tail = sentence_keys(document.text[sentence.start : sentence.end], [code for code, _ in rows])
        events += [EVENT.pack(index, sentence.block, section, c, s, place, head, tail) for c, s in rows]
    return Counts(
        framework.id,
        elements,
        {
            document.id: DocumentCounts(
                document.sha256,
                document.metadata.date,
                n_sentences,
                len(paragraphs),
                len(sections),
                b"".join(events),
                _pack_claims(tagged, codes, places),
                _pack_acts(tagged, codes, places),
            )
        },
    )


def sentence_keys(text: str, codes: Iterable[int]) -> tuple[int, int]:
    """Two keys of a sentence; sentences that share either, in two documents, say the same thing.

    The keys cover the first and the last six longer words (of Chinese, characters), case folded and without
    numbers, together with the elements that the sentence mentions: a word changed, added or left out in one
    half leaves the other key as it was. Both are 0, and match nothing, where a sentence has fewer such words.

    Source: the filter step of approximate matching by partition (a text with k edits, cut into k + 1 pieces,
    keeps one piece whole): Wu and Manber 1992, Fast text searching allowing errors, CACM 35(10).
    """
    words = find_words(text)
    if len(words) < KEY_WORDS:
        return 0, 0
    about = " ".join(map(str, sorted(set(codes))))
    first, last = " ".join(words[:KEY_WORDS]), " ".join(words[-KEY_WORDS:])
    return _key(f"head {about}|{first}"), _key(f"tail {about}|{last}")


def find_words(text: str) -> list[str]:
    """The runs of four letters or more, and the single Chinese characters, case folded."""
    text = text.casefold()
    if text.isascii():
        # The same words as by the expression, in a third of the time.
        return [word for word in text.translate(_ASCII_GAPS).split() if len(word) > 3]
    return _WORD.findall(text)


def _key(text: str) -> int:
    # 0 is kept for sentences without keys.
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") or 1


def _pack_claims(tagged: Tagged, codes: dict[str, int], places: list[Place | None]) -> bytes:
    rows = set()
    for claim in tagged.claims:
        if places[tagged.sentences[claim.sentence].block] != 0:
            continue
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


def _pack_acts(tagged: Tagged, codes: dict[str, int], places: list[Place | None]) -> bytes:
    """Who is said to act: an element's `actor` span that meets a mention of an actor in its sentence."""
    acting = [m for m in tagged.mentions if m.actor is not None and m.kind not in ("entity", "actor")]
    if not acting:
        return b""
    actors: dict[int, list[tuple[int, int, str]]] = {}
    for m in tagged.mentions:
        if m.kind == "actor":
            actors.setdefault(m.sentence, []).append((m.start, m.end, m.label))
    rows = set()
    for m in acting:
        if m.actor is None or places[tagged.sentences[m.sentence].block] != 0:
            continue
        for start, end, label in actors.get(m.sentence, ()):
            if start < m.actor[1] and m.actor[0] < end:
                rows.add((m.sentence, codes[label], codes[m.label], _STATUS_CODES[m.status]))
    return b"".join(ACT.pack(*row) for row in sorted(rows))
