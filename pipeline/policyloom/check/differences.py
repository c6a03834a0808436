"""What differs in sentences of two versions of a document that belong together, and in those without a partner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policyloom.check.alignment import Reworded, read_sentence, read_words
from policyloom.check.statements import PARTICULARS, Statement, Version
from policyloom.framework import Framework
from policyloom.languages.cues import Strength
from policyloom.records import STATED, Change, ChangedPart, ChangeKind, Evidence

__all__ = ["Differences"]

MIN_MISSING = 0.5
"""Share of a mention's words that a reworded sentence lacks, from which it is taken not to name the mechanism any more."""

MIN_WORDS = 4
"""Words of a sentence that can be dropped or added; shorter ones are headings that stand in a line with what follows."""

_ORDER: dict[Strength, int] = {"weak": 0, "medium": 1, "strong": 2}


@dataclass(frozen=True, eq=False)
class Differences:
    """Two versions, and the words by which they are compared.

    Attributes:
        old, new: the earlier and the later version.
        framework: with which both were tagged.
        empty_words: words that tell nothing.
        numbered_words: words before a number of the text itself, such as "article".
    """

    old: Version
    new: Version
    framework: Framework
    empty_words: frozenset[str]
    numbered_words: frozenset[str]

    def compare_same(self, pair: Reworded) -> Iterator[Change]:
        """What the sentences around one that stands in both change in its promise."""
        yield from self._strengths(pair)
        yield from self._particulars(pair)

    def compare_reworded(self, pair: Reworded) -> Iterator[Change]:
        """What differs in sentences that belong together."""
        yield from self._mechanisms(pair)
        strengths = list(self._strengths(pair))
        yield from strengths
        yield from self._statuses(pair, is_told=bool(strengths))
        yield from self._particulars(pair)

    def gone(self, numbers: Iterable[int]) -> Iterator[Change]:
        """The sentences of the earlier version that name a mechanism and have no partner."""
        for number in numbers:
            said = self.old.said_in((number,))
            best = self._best(said)
            if best is not None and len(read_sentence(self.old.texts[number])) >= MIN_WORDS:
                element, part, words = self._describe(self.old, number, best)
                rest = (
                    "is still named" if element in self.new.named else "is named nowhere in the later version"
                )
                message = f"{words} was dropped; {element} {rest}."
                elements = self._tops(said, first=element)
                yield self._change("dropped", part, elements, best.mention.status, "", message, old=number)

    def come(self, numbers: Iterable[int]) -> Iterator[Change]:
        """The sentences of the later version that name a mechanism and have no partner."""
        for number in numbers:
            said = self.new.said_in((number,))
            best = self._best(said)
            if best is not None and len(read_sentence(self.new.texts[number])) >= MIN_WORDS:
                element, part, words = self._describe(self.new, number, best)
                rest = (
                    "was named before"
                    if element in self.old.named
                    else "was named nowhere in the earlier version"
                )
                message = f"{words} was added; {element} {rest}."
                elements = self._tops(said, first=element)
                yield self._change("added", part, elements, "", best.mention.status, message, new=number)

    def _describe(self, version: Version, number: int, best: Statement) -> tuple[str, ChangedPart, str]:
        """The outermost mechanism of a sentence, what the sentence is to it, and both in words."""
        name = self._name(best.mention.label)
        promise = version.promises.get(number)
        if promise is not None:
            return promise.element, "promise", f"A promise of {name}"
        verb = {"lacking": "finds lacking", "negated": "refuses or denies"}.get(best.mention.status, "names")
        return self.framework.top(best.mention.label), "mention", f"A sentence that {verb} {name}"

    def _mechanisms(self, pair: Reworded) -> Iterator[Change]:
        """The mechanisms that only one version of a sentence names, in words that the other lacks."""
        old, new = self.old.said_in(pair.old), self.new.said_in(pair.new)
        gone = self._unmatched(self.old, old, new, self.new.words_around(pair.new))
        come = self._unmatched(self.new, new, old, self.old.words_around(pair.old))
        if not gone and not come:
            return
        elements = self._tops(gone) + self._tops(come)
        names = [
            ", ".join(self._name(id) for id in dict.fromkeys(s.mention.label for s in side))
            for side in (gone, come)
        ]
        kind: ChangeKind
        if gone and come:
            kind, message = "changed", f"Where {names[0]} stood, {names[1]} stands."
        elif gone:
            kind, message = "dropped", f"The sentence does not name {names[0]} any more."
        else:
            kind, message = "added", f"The sentence now names {names[1]} too."
        yield self._change(
            kind,
            "mechanism",
            tuple(dict.fromkeys(elements)),
            names[0],
            names[1],
            message,
            pair.old[0],
            pair.new[0],
        )

    def _unmatched(
        self, version: Version, own: Sequence[Statement], others: Sequence[Statement], words: frozenset[str]
    ) -> list[Statement]:
        there = {s.mention.label for s in others}
        return [
            s
            for s in own
            if not any(self._are_related(s.mention.label, id) for id in there)
            and self._missing(version.quote(s.mention), words | version.words_of_limits(s.mention))
            >= MIN_MISSING
        ]

    def _are_related(self, a: str, b: str) -> bool:
        return a in self._line(b) or b in self._line(a)

    def _line(self, id: str) -> list[str]:
        """An element and those that it is part of."""
        found, above = [id], self.framework[id].parent
        while above is not None:
            found.append(above)
            above = self.framework[above].parent
        return found

    def _missing(self, text: str, words: frozenset[str]) -> float:
        """The share of a text's words that are not among `words`; those that tell nothing do not count."""
        own = [word for word in read_sentence(text, self.numbered_words) if word not in self.empty_words]
        return sum(word not in words for word in own) / len(own) if own else 0.0

    def _matched(self, pair: Reworded) -> list[tuple[Statement, Statement]]:
        """What both versions of a sentence say of one element, in order."""
        found = []
        old, new = self.old.said_in(pair.old), self.new.said_in(pair.new)
        for label in dict.fromkeys(s.mention.label for s in old):
            sides = [[s for s in side if s.mention.label == label] for side in (old, new)]
            found += list(zip(*sides, strict=False))
        return found

    def _strengths(self, pair: Reworded) -> Iterator[Change]:
        told: dict[tuple[str, str], list[tuple[Statement, Statement]]] = {}
        for old, new in self._matched(pair):
            stated = old.is_stated and new.is_stated
            if not stated or "planned" not in (old.mention.status, new.mention.status):
                continue
            if old.strength and new.strength and old.strength != new.strength:
                told.setdefault((old.words.lower(), new.words.lower()), []).append((old, new))
        for (before, after), found in told.items():
            best = max(found, key=lambda both: both[0].mention.probability)
            elements = self._tops([old for old, _ in found])
            places = self._of(pair, best)
            beside = self._tell_beside(places, before, after)
            message = f"{self._name(best[0].mention.label)}: “{before}” became “{after}”{beside}."
            kind: ChangeKind = "weakened" if _is_weaker(best[1], best[0]) else "strengthened"
            yield self._change(kind, "strength", elements, before, after, message, *places)

    def _statuses(self, pair: Reworded, *, is_told: bool) -> Iterator[Change]:
        """Mechanisms that stand otherwise than before, by words that only one version has."""
        old, new = self.old.said_in(pair.old), self.new.said_in(pair.new)
        told: dict[tuple[str, str], list[tuple[Statement, Statement]]] = {}
        for before, after in self._matched(pair):
            statuses = [
                {s.mention.status for s in side if s.mention.label == before.mention.label}
                for side in (old, new)
            ]
            both_stated = before.is_stated and after.is_stated
            if not statuses[0].isdisjoint(statuses[1]) or (both_stated and is_told):
                continue
            if self._cue_differs(pair, before, after):
                told.setdefault((before.mention.status, after.mention.status), []).append((before, after))
        for (was, now), found in told.items():
            best = max(found, key=lambda both: both[0].mention.probability)
            elements = self._tops([before for before, _ in found])
            kind: ChangeKind = "changed"
            if (was in STATED) != (now in STATED):
                kind = "weakened" if was in STATED else "strengthened"
            message = f"{self._name(best[0].mention.label)} was {was} and is now {now}."
            yield self._change(kind, "status", elements, was, now, message, *self._of(pair, best))

    def _cue_differs(self, pair: Reworded, before: Statement, after: Statement) -> bool:
        for version, statement, words in (
            (self.old, before, self.new.words_around(pair.new)),
            (self.new, after, self.old.words_around(pair.old)),
        ):
            cue = statement.mention.cue
            if cue is not None and not words.issuperset(
                read_words(version.tagged.document.text[slice(*cue)])
            ):
                return True
        return False

    def _particulars(self, pair: Reworded) -> Iterator[Change]:
        said = self.old.said_in(pair.old), self.new.said_in(pair.new)
        best = [self._best([s for s in side if s.is_stated]) for side in said]
        if best[0] is None or best[1] is None:
            return
        are_planned = all(any(s.mention.status == "planned" for s in side) for side in said)
        around = self.old.words_around(pair.old), self.new.words_around(pair.new)
        elements = self._tops([s for side in said for s in side if s.is_stated])
        places = self._of(pair, (best[0], best[1]))
        for part in PARTICULARS:
            if part == "actor" and not are_planned:
                continue
            values = [
                version.particulars(numbers, part, planned_only=are_planned)
                for version, numbers in ((self.old, pair.old), (self.new, pair.new))
            ]
            gone = "; ".join(v for v in values[0] if self._missing(v, around[1]))
            come = "; ".join(v for v in values[1] if self._missing(v, around[0]))
            kind: ChangeKind
            if gone and come:
                kind, told = "changed", f"“{gone}” became “{come}”"
            elif gone:
                kind, told = "dropped", f"“{gone}” was dropped"
            elif come:
                kind, told = "added", f"“{come}” was added"
            else:
                continue
            beside = self._tell_beside(places, gone, come)
            message = f"{self._name(best[0].mention.label)}, {_IN_WORDS[part]}: {told}{beside}."
            yield self._change(kind, part, elements, gone, come, message, *places)

    def _tell_beside(self, places: tuple[int, int], gone: str, come: str) -> str:
        """Where words stand that are not in the sentences themselves: in what introduces or follows them; "" where they are."""
        told = [
            f"{word} “{' '.join(version.texts[at].split())}”"
            for word, version, number, words in (
                ("before", self.old, places[0], gone),
                ("now", self.new, places[1], come),
            )
            if (at := version.find_beside(number, words)) is not None
        ]
        return f" ({', '.join(told)})" if told else ""

    def _best(self, statements: Sequence[Statement]) -> Statement | None:
        """The statement by which a sentence is known: one that plans, the most probable, the first."""
        return max(
            statements,
            key=lambda s: (s.mention.status == "planned", s.mention.probability, -s.mention.start),
            default=None,
        )

    def _tops(self, statements: Iterable[Statement], *, first: str = "") -> tuple[str, ...]:
        """The outermost mechanisms of some statements, the most probable first."""
        ordered = sorted(statements, key=lambda s: (-s.mention.probability, s.mention.start))
        tops = (self.framework.top(s.mention.label) for s in ordered)
        return tuple(dict.fromkeys((*([first] if first else ()), *tops)))

    def _name(self, id: str) -> str:
        return f"{id} {self.framework[id].label}"

    def _of(self, pair: Reworded, both: tuple[Statement, Statement]) -> tuple[int, int]:
        """The sentences of a pair in which two statements stand."""
        places = (self.old.places, pair.old, both[0]), (self.new.places, pair.new, both[1])
        old, new = (
            next(number for number in numbers if of[number] == s.mention.sentence)
            for of, numbers, s in places
        )
        return old, new

    def _change(
        self,
        kind: ChangeKind,
        part: ChangedPart,
        elements: tuple[str, ...],
        before: str,
        after: str,
        message: str,
        old: int | None = None,
        new: int | None = None,
    ) -> Change:
        quotes: list[Evidence | None] = [
            version.evidence(number) if number is not None else None
            for version, number in ((self.old, old), (self.new, new))
        ]
        return Change(self.new.tagged.document.id, kind, part, elements, before, after, message, *quotes)


_IN_WORDS: dict[ChangedPart, str] = {
    "actor": "who acts",
    "amount": "how much",
    "deadline": "by when",
    "monitoring": "how it is watched",
}


def _is_weaker(a: Statement, b: Statement) -> bool:
    return a.strength is not None and b.strength is not None and _ORDER[a.strength] < _ORDER[b.strength]
