"""Find a framework's terms in tokens.

A term is a line that a researcher can write without Python:

    training base              these words, in any inflection ("training bases")
    tax|fiscal incentive       alternatives for one word
    {teacher} training         a word list of the framework's [words] table
    apprentic*                 any word that begins so
    =training                  this form only
    modern? apprenticeship     an optional word
    teacher ... enterprise     up to five words between
    shortage & teacher         both, in either order, at most twelve words apart

Hyphens and quotation marks between words do not matter, nor whether a word such as "co-operation" or
"G-20" has its hyphen. A term is cut into tokens as the text is. Words inflect when a framework is compiled, not
when a text is read, so that terms find their inflections with any pipeline or none; a pipeline that sets
lemmas adds those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from operator import or_

from policyloom.languages.term_notation import (
    Inflect,
    Part,
    TermError,
    TermNotation,
    Tokenize,
    refuse_many_ways,
)

__all__ = ["Inflect", "TermError", "TermMatch", "TermMatcher", "Tokenize"]

MAX_APART = 12
"""Words that may stand between the two sides of `&`."""

SKIPPED = frozenset("-‐‑–—\"'“”‘’«»/")
"""Tokens that a term reads over."""

_OPTIONAL_ENDING = re.compile(r"(?<=\w)\(\w{1,3}$")
"""An ending in brackets: "employer(s"."""


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A term found in tokens: `[start, end)` counts tokens; `words` are those that the term names.

    It `is_phrase` where those stand side by side, with no other words in the term's gaps.
    """

    label: str
    start: int
    end: int
    term: str
    words: frozenset[int] = frozenset()
    is_phrase: bool = True


@dataclass(frozen=True, slots=True)
class _Step:
    """A part of a sequence, once compiled; `choice` is the bit of the words that may stand there."""

    choice: int
    optional: bool
    gap: int


class TermMatcher:
    """Terms of many labels, compiled once and found in one pass.

    Args:
        terms: the terms of each label.
        words: the word lists that `{name}` stands for, each as `one|two|three`.
        inflect: gives the other forms of a word that are found as well, as a `LanguagePack` does; None finds a word in
            the form given alone.
        tokenize: cuts words with other signs than letters as the text is cut; None cuts them at hyphens.
        prefixes: beginnings that are written with and without a hyphen: "co" in "co-operation".

    Raises:
        TermError: a term is not in the notation; the text names it and its label.
    """

    def __init__(
        self,
        terms: Mapping[str, Iterable[str]],
        *,
        words: Mapping[str, str] | None = None,
        inflect: Inflect | None,
        tokenize: Tokenize | None = None,
        prefixes: Sequence[str] = (),
    ) -> None:
        self._sequences: list[tuple[_Step, ...]] = []
        self._needs: list[int] = []  # of each sequence, the choices that a sentence must offer
        self._plain: list[tuple[int, ...]] = []  # the choices of those whose words all stand side by side
        self._choices: dict[tuple[frozenset[str], tuple[str, ...]], int] = {}
        self._terms: list[tuple[str, str, tuple[int, ...]]] = []
        self._terms_of: dict[int, list[int]] = {}
        notation = TermNotation(words or {}, inflect, tokenize, prefixes)
        known: dict[str, list[int]] = {}
        for label, lines in terms.items():
            for line in lines:
                try:
                    sides = notation.sides(line)
                    for side in sides:
                        if side not in known:
                            known[side] = [self._add(parts) for parts in notation.parse(side)]
                    refuse_many_ways(len(known[side]) for side in sides)
                except TermError as error:
                    raise TermError(f"{label}, term {line!r}: {error}") from None
                for ids in product(*(known[side] for side in sides)):
                    for id in ids:
                        self._terms_of.setdefault(id, []).append(len(self._terms))
                    self._terms.append((label, line, ids))
        self._openings: dict[int, list[int]] = {}  # the sequences that a choice may open
        for id, steps in enumerate(self._sequences):
            for step in steps:
                self._openings.setdefault(step.choice, []).append(id)
                if not step.optional:
                    break
        self._by_form: dict[str, int] = {}
        self._by_prefix: dict[str, int] = {}
        for (choice_forms, beginnings), choice in self._choices.items():
            for form in choice_forms:
                self._by_form[form] = self._by_form.get(form, 0) | choice
            for prefix in beginnings:
                self._by_prefix[prefix] = self._by_prefix.get(prefix, 0) | choice
        self._read: dict[str, tuple[int, tuple[int, ...]]] = {}

    def _add(self, parts: Sequence[Part]) -> int:
        """The number of a new sequence."""
        self._sequences.append(tuple(map(self._compile, parts)))
        steps = self._sequences[-1]
        self._needs.append(sum({step.choice for step in steps if not step.optional}))
        is_plain = not any(step.optional or step.gap for step in steps)
        self._plain.append(tuple(step.choice for step in steps) if is_plain else ())
        return len(self._sequences) - 1

    def _compile(self, part: Part) -> _Step:
        choice = self._choices.setdefault((part.forms, part.prefixes), 1 << len(self._choices))
        return _Step(choice, part.optional, part.gap)

    def find(self, forms: Sequence[str], lemmas: Sequence[str] | None = None) -> list[TermMatch]:
        """The matches in one sentence, by position; the longest at each place for each label.

        Args:
            forms: the sentence's tokens in lower case.
            lemmas: their lemmas in lower case, where the pipeline has them.
        """
        at = [i for i, form in enumerate(forms) if form not in SKIPPED]
        if ")" in forms:  # of "employer(s)", which tokenizers cut into "employer(s" and ")"
            at = [i for i in at if not (forms[i] == ")" and i and _OPTIONAL_ENDING.search(forms[i - 1]))]
        read = [
            self._look_up(forms[i] if lemmas is None or lemmas[i] == forms[i] else f"{forms[i]}\n{lemmas[i]}")
            for i in at
        ]
        choices = [choice for choice, _ in read]
        # Most sequences that could begin somewhere lack a word later on, which the whole sentence's choices tell.
        missing = ~reduce(or_, choices, 0)
        hits: dict[int, list[_Hit]] = {}
        needs, every_plain = self._needs, self._plain
        for i, (_, ids) in enumerate(read):
            for id in ids:
                if not needs[id] & missing:
                    if plain := every_plain[id]:
                        end = _end_of(plain, choices, i)
                    else:
                        end = _find_end(self._sequences[id], choices, i)
                    if end is not None:
                        hits.setdefault(id, []).append((i, end, id))
        found: dict[tuple[str, int], tuple[TermMatch, Sequence[_Hit]]] = {}
        for number in sorted({term for id, spans in hits.items() if spans for term in self._terms_of[id]}):
            label, line, ids = self._terms[number]
            if not all(hits.get(id) for id in ids):
                continue
            for sides in (
                [(hit,) for hit in hits[ids[0]]] if len(ids) == 1 else _near([hits[id] for id in ids])
            ):
                start, end = at[sides[0][0]], at[sides[-1][1] - 1] + 1
                old = found.get((label, start))
                if old is None or old[0].end < end:
                    found[label, start] = TermMatch(label, start, end, line), sides
        kept = _longest(found.values())
        return sorted(
            (self._with_words(match, sides, choices, at) for match, sides in kept),
            key=lambda m: (m.start, m.end, m.label),
        )

    def _with_words(
        self, match: TermMatch, sides: Sequence[_Hit], choices: Sequence[int], at: Sequence[int]
    ) -> TermMatch:
        """A match with the tokens that its term names."""
        words = [i for start, _, id in sides for i in _find_words(self._sequences[id], choices, start)]
        is_phrase = words[-1] - words[0] + 1 == len(words)
        return TermMatch(
            match.label, match.start, match.end, match.term, frozenset(at[i] for i in words), is_phrase
        )

    def _look_up(self, word: str) -> tuple[int, tuple[int, ...]]:
        """The choices that a word fits, as bits, and the sequences that it may open; a form and its lemma are two lines."""
        known = self._read.get(word)
        if known is None:
            choices = 0
            for form in _OPTIONAL_ENDING.sub("", word).split("\n"):
                choices |= self._by_form.get(form, 0)
                for n in range(1, len(form) + 1):
                    choices |= self._by_prefix.get(form[:n], 0)
            ids: set[int] = set()
            rest = choices
            while rest:
                lowest = rest & -rest
                ids.update(self._openings.get(lowest, ()))
                rest ^= lowest
            known = choices, tuple(sorted(ids))
            if len(self._read) < 200_000:  # bounds memory on texts full of noise
                self._read[word] = known
        return known


_Hit = tuple[int, int, int]
"""Where a sequence was found: `[start, end)`, and the sequence's number."""


def _end_of(plain: tuple[int, ...], choices: Sequence[int], start: int) -> int | None:
    """Where the sequence ends that begins at `start`, or None, if its words stand side by side."""
    end = start + len(plain)
    if end > len(choices):
        return None
    for at in range(start, end):
        if not choices[at] & plain[at - start]:
            return None
    return end


def _find_end(steps: tuple[_Step, ...], choices: Sequence[int], start: int) -> int | None:
    """Where the sequence ends that begins at `start`, or None; the nearest end wins."""
    dead: set[tuple[int, int]] = set()  # where the rest was not found, so that it is looked for once

    def walk(number: int, at: int) -> int | None:
        if number == len(steps):
            return at
        if (number, at) in dead:
            return None
        step = steps[number]
        for here in range(at, min(at + step.gap + 1, len(choices))):
            if choices[here] & step.choice:
                end = walk(number + 1, here + 1)
                if end is not None:
                    return end
        end = walk(number + 1, at) if step.optional else None
        if end is None:
            dead.add((number, at))
        return end

    return walk(0, start)


def _find_words(steps: tuple[_Step, ...], choices: Sequence[int], start: int) -> tuple[int, ...]:
    """The tokens that the sequence names, where `_find_end` has found it at `start`."""
    dead: set[tuple[int, int]] = set()

    def walk(number: int, at: int) -> tuple[int, ...] | None:
        if number == len(steps):
            return ()
        if (number, at) in dead:
            return None
        step = steps[number]
        for here in range(at, min(at + step.gap + 1, len(choices))):
            if choices[here] & step.choice:
                rest = walk(number + 1, here + 1)
                if rest is not None:
                    return (here, *rest)
        rest = walk(number + 1, at) if step.optional else None
        if rest is None:
            dead.add((number, at))
        return rest

    return walk(0, start) or ()


def _near(sides: list[list[_Hit]]) -> list[tuple[_Hit, ...]]:
    """Hits of each side, no two neighbours further apart than allowed or overlapping: those nearest together."""
    found = []
    for combination in product(*(side[:8] for side in sides)):
        ordered = tuple(sorted(combination))
        if all(a[1] <= b[0] <= a[1] + MAX_APART for a, b in zip(ordered, ordered[1:], strict=False)):
            found.append(ordered)
    found.sort(key=lambda hits: hits[-1][1] - hits[0][0])
    return found[:1]


def _longest(found: Iterable[tuple[TermMatch, Sequence[_Hit]]]) -> list[tuple[TermMatch, Sequence[_Hit]]]:
    """Of matches of one label that overlap, the longest (the first among equals)."""
    kept: dict[str, list[tuple[TermMatch, Sequence[_Hit]]]] = {}
    for match, sides in sorted(found, key=lambda f: (f[0].start - f[0].end, f[0].start)):
        others = kept.setdefault(match.label, [])
        if all(match.end <= other.start or other.end <= match.start for other, _ in others):
            others.append((match, sides))
    return [match for matches in kept.values() for match in matches]
