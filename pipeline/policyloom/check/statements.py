"""What the sentences of one version of a document state: each mechanism, how firmly it is promised, with which particulars."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from policyloom.check.alignment import read_words
from policyloom.check.commitment import find_lead_in, find_strength
from policyloom.check.promises import find_promises, join_words
from policyloom.framework import Framework
from policyloom.languages.cues import Cues, Strength
from policyloom.network.counting import STATED, counted_mentions, smallest_unit
from policyloom.records import ChangedPart, Evidence, Facet, Mention, Promise, Tagged

__all__ = ["PARTICULARS", "Statement", "Version", "read_version"]

PARTICULARS: tuple[ChangedPart, ...] = ("actor", "amount", "deadline", "monitoring")

_AMOUNTS = ("MONEY", "PERCENT", "QUANTITY")
"""Types of entities that say how much."""
_TWO_WORDS = re.compile(r"\s+(\w+)(?:\s+(\w+))?")


@dataclass(frozen=True, slots=True)
class Statement:
    """A mention of a mechanism in running text, and the words that tell how firmly it binds; `strength` is None without such."""

    mention: Mention
    strength: Strength | None
    words: str

    @property
    def is_stated(self) -> bool:
        """Whether the mechanism is affirmed or planned."""
        return self.mention.status in STATED


@dataclass(frozen=True, eq=False)
class Version:
    """One version of a document, with its sentences of running text by number.

    Attributes:
        tagged: the document.
        places: of each sentence, its index in `Tagged.sentences`.
        texts: of each sentence, its words.
        statements: by sentence, what it says of mechanisms.
        promises: by sentence.
        named: the outermost mechanisms that are named anywhere, headings and tables too.
        entities: by sentence, its sums, shares and quantities.
        cues: of its language.
    """

    tagged: Tagged
    places: tuple[int, ...]
    texts: tuple[str, ...]
    statements: dict[int, tuple[Statement, ...]]
    promises: dict[int, Promise]
    named: frozenset[str]
    entities: dict[int, tuple[Mention, ...]]
    cues: Cues

    def evidence(self, number: int) -> Evidence:
        """A sentence as something that a change can carry."""
        return self.tagged.evidence_at(self.places[number])

    def quote(self, mention: Mention) -> str:
        """The words of a mention, in one line."""
        return join_words(self.tagged, mention.start, mention.end)

    def words_of_limits(self, mention: Mention) -> frozenset[str]:
        """The words of a mention's amount and deadline, by which no mechanism is named."""
        spans = [(f.start, f.end) for f in mention.facets if f.kind in ("amount", "deadline")]
        spans += [
            (e.start, e.end)
            for found in self.entities.values()
            for e in found
            if e.sentence == mention.sentence
        ]
        return frozenset(
            word for span in spans for word in read_words(self.tagged.document.text[slice(*span)])
        )

    def said_in(self, numbers: Iterable[int]) -> list[Statement]:
        """What some sentences say of mechanisms, in order."""
        return [statement for number in numbers for statement in self.statements.get(number, ())]

    def words_around(self, numbers: Sequence[int]) -> frozenset[str]:
        """The words of some sentences, of those that introduce them, and of those that may go on about the same thing."""
        found = {*numbers, *(beside for number in numbers for beside in self._beside(number))}
        return frozenset(word for number in found for word in read_words(self.texts[number]))

    def find_beside(self, number: int, words: str) -> int | None:
        """The sentence that introduces or follows another, where it and not the other has some words."""
        wanted = set(read_words(words))
        if not wanted or wanted.issubset(read_words(self.texts[number])):
            return None
        return next((n for n in self._beside(number) if wanted.issubset(read_words(self.texts[n]))), None)

    def _beside(self, number: int) -> list[int]:
        following = number + 1
        goes_on = following < len(self.places) and self._block(following) == self._block(number)
        return [*self.lead_ins(number), *([following] if goes_on else [])]

    def lead_ins(self, number: int) -> list[int]:
        """The sentence that introduces the list of which a sentence is an item, if there is one."""
        place = find_lead_in(self.tagged, self.places[number])
        before = bisect_left(self.places, -1 if place is None else place)
        return [before] if self.places[before] == place else []

    def particulars(self, numbers: Sequence[int], part: ChangedPart, *, planned_only: bool) -> list[str]:
        """The words of some sentences that say who acts, how much, by when, or how it is watched, without repeats."""
        mentions = [
            statement.mention
            for statement in self.said_in(numbers)
            if (statement.mention.status == "planned" if planned_only else statement.is_stated)
        ]
        spans: list[tuple[int, int]] = []
        if part == "actor":
            spans = [m.agent for m in mentions if m.agent is not None and m.status == "planned"]
        else:
            spans = [(f.start, self._end_of(f)) for m in mentions for f in m.facets if f.kind == part]
        if part == "amount":
            limits = [(f.start, f.end) for m in mentions for f in m.facets if f.kind == "deadline"]
            sentences = {m.sentence for m in mentions}
            amounts = [
                (e.start, e.end)
                for number in numbers
                if self.places[number] in sentences
                for e in self.entities.get(number, ())
            ]
            amounts = [span for span in amounts if not _overlaps(span, limits)]
            spans = [*(span for span in spans if not _overlaps(span, amounts)), *amounts]
        return list(dict.fromkeys(join_words(self.tagged, *span) for span in sorted(spans)))

    def _end_of(self, facet: Facet) -> int:
        """Where a particular ends, with how often after "every": "every six months"."""
        text = self.tagged.document.text
        last = read_words(text[facet.start : facet.end])[-1:]
        following = _TWO_WORDS.match(text, facet.end)
        if not last or last[0] not in self.cues.frequency_words or following is None:
            return facet.end
        counts = following[1].isdigit() or following[1].lower() in self.cues.number_words
        return following.end() if counts and following[2] else following.end(1)

    def _block(self, number: int) -> int:
        return self.tagged.sentences[self.places[number]].block


def read_version(tagged: Tagged, framework: Framework, cues: Cues) -> Version:
    """One version of a document, read for comparing.

    Raises:
        ValueError: a mention names an element that the framework does not have.
    """
    blocks = tagged.document.blocks
    places = [
        place
        for place, sentence in enumerate(tagged.sentences)
        if smallest_unit(blocks[sentence.block]) == "sentence"
    ]
    number_of = {place: number for number, place in enumerate(places)}
    texts = tuple(tagged.quote(tagged.sentences[place]) for place in places)
    mentions: dict[int, list[Mention]] = {}
    named = set()
    for mention, smallest in counted_mentions(tagged, framework):
        if mention.kind == "mechanism":
            named.add(framework.top(mention.label))
            if smallest == "sentence":
                mentions.setdefault(number_of[mention.sentence], []).append(mention)
    entities: dict[int, list[Mention]] = {}
    for mention in tagged.mentions:
        if mention.kind == "entity" and mention.label in _AMOUNTS and mention.sentence in number_of:
            entities.setdefault(number_of[mention.sentence], []).append(mention)
    start_of = {tagged.sentences[place].start: number for place, number in number_of.items()}
    bare = Version(
        tagged,
        tuple(places),
        texts,
        {},
        {start_of[promise.evidence.start]: promise for promise in find_promises(tagged, framework)},
        frozenset(named),
        {number: tuple(found) for number, found in entities.items()},
        cues,
    )
    for number, found in mentions.items():
        bare.statements[number] = tuple(_read_statement(tagged, mention, cues) for mention in found)
    return bare


def _read_statement(tagged: Tagged, mention: Mention, cues: Cues) -> Statement:
    level, words = find_strength(tagged, mention, cues) or (None, "")
    return Statement(mention, level, words)


def _overlaps(span: tuple[int, int], others: Collection[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)
