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

Hyphens and quotation marks between words do not matter. Words inflect when a framework is compiled, not
when a text is read, so that terms find their inflections with any pipeline or none; a pipeline that sets
lemmas adds those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

__all__ = ["TermError", "TermMatch", "TermMatcher", "inflections"]

MAX_GAP = 5
"""Words that `...` may stand for."""

MAX_APART = 12
"""Words that may stand between the two sides of `&`."""

SKIPPED = frozenset("-‐‑–—\"'“”‘’«»/")
"""Tokens that a term reads over."""

_IRREGULAR = {
    "be": "is are was were been being am",
    "begin": "begins began begun beginning",
    "bring": "brings brought bringing",
    "build": "builds built building",
    "buy": "buys bought buying",
    "child": "children",
    "choose": "chooses chose chosen choosing",
    "cut": "cuts cutting",
    "do": "does did done doing",
    "fall": "falls fell fallen falling",
    "find": "finds found finding",
    "get": "gets got gotten getting",
    "give": "gives gave given giving",
    "grow": "grows grew grown growing",
    "have": "has had having",
    "hold": "holds held holding",
    "keep": "keeps kept keeping",
    "leave": "leaves left leaving",
    "lose": "loses lost losing",
    "make": "makes made making",
    "man": "men",
    "meet": "meets met meeting",
    "pay": "pays paid paying",
    "person": "persons people",
    "put": "puts putting",
    "rise": "rises rose risen rising",
    "run": "runs ran running",
    "seek": "seeks sought seeking",
    "send": "sends sent sending",
    "set": "sets setting",
    "spend": "spends spent spending",
    "take": "takes took taken taking",
    "teach": "teaches taught teaching",
    "win": "wins won winning",
    "woman": "women",
    "write": "writes wrote written writing",
}


class TermError(ValueError):
    """A term is not in the notation."""


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A term found in tokens: `[start, end)` counts tokens."""

    label: str
    start: int
    end: int
    term: str


@dataclass(frozen=True, slots=True)
class _Part:
    forms: frozenset[str]
    prefixes: tuple[str, ...]
    optional: bool
    gap: int

    def fits(self, form: str) -> bool:
        return form in self.forms or (bool(self.prefixes) and form.startswith(self.prefixes))


def inflections(word: str) -> frozenset[str]:
    """The forms that an English word may take, as noun or verb; some may not exist.

    Example:
        >>> sorted(inflections("policy"))
        ['policied', 'policies', 'policy', 'policying']
    """
    if not word.isascii() or not word.isalpha() or len(word) < 3:
        return frozenset((word, *_IRREGULAR.get(word, "").split()))
    if word in _IRREGULAR:
        return frozenset((word, *_IRREGULAR[word].split()))
    stem, consonant = word, word[-1] not in "aeiou"
    forms = {word}
    if word.endswith("y") and word[-2] not in "aeiou":
        forms |= {word[:-1] + "ies", word[:-1] + "ied", word + "ing"}
    elif word.endswith(("s", "x", "z", "ch", "sh")):
        forms |= {word + "es", word + "ed", word + "ing"}
    elif word.endswith("e"):
        stem = word[:-1]
        forms |= {word + "s", word + "d", stem + "ing"}
    else:
        forms |= {word + "s", word + "ed", word + "ing"}
    if consonant and word[-1] not in "wxy" and word[-2] in "aeiou" and word[-3] not in "aeiou":
        forms |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    return frozenset(forms)


class TermMatcher:
    """Terms of many labels, compiled once and found in one pass.

    Args:
        terms: the terms of each label.
        words: the word lists that `{name}` stands for, each as `one|two|three`.
        inflect: whether English inflections of the words are found as well.

    Raises:
        TermError: a term is not in the notation; the text names it and its label.
    """

    def __init__(
        self,
        terms: Mapping[str, Iterable[str]],
        *,
        words: Mapping[str, str] | None = None,
        inflect: bool = True,
    ) -> None:
        self._sequences: list[tuple[_Part, ...]] = []
        self._terms: list[tuple[str, str, tuple[int, ...]]] = []
        self._terms_of: dict[int, list[int]] = {}
        known: dict[str, int] = {}
        for label, lines in terms.items():
            for line in lines:
                try:
                    sides = [_parse(side, words or {}, inflect) for side in line.split("&")]
                except TermError as error:
                    raise TermError(f"{label}, term {line!r}: {error}") from None
                ids = []
                for text, side in zip(line.split("&"), sides, strict=True):
                    key = " ".join(text.split())
                    if key not in known:
                        known[key] = len(self._sequences)
                        self._sequences.append(side)
                    ids.append(known[key])
                for id in ids:
                    self._terms_of.setdefault(id, []).append(len(self._terms))
                self._terms.append((label, line, tuple(ids)))
        self._by_form: dict[str, list[int]] = {}
        self._by_prefix: dict[str, list[int]] = {}
        for id, parts in enumerate(self._sequences):
            for part in parts:
                for form in part.forms:
                    self._by_form.setdefault(form, []).append(id)
                for prefix in part.prefixes:
                    self._by_prefix.setdefault(prefix, []).append(id)
                if not part.optional:
                    break
        self._starts: dict[str, tuple[int, ...]] = {}

    def find(self, forms: Sequence[str], lemmas: Sequence[str] | None = None) -> list[TermMatch]:
        """The matches in one sentence, by position; the longest at each place for each label.

        Args:
            forms: the sentence's tokens in lower case.
            lemmas: their lemmas in lower case, where the pipeline has them.
        """
        at = [i for i, form in enumerate(forms) if form not in SKIPPED]
        keys = [(forms[i],) if lemmas is None or lemmas[i] == forms[i] else (forms[i], lemmas[i]) for i in at]
        hits: dict[int, list[tuple[int, int]]] = {}
        for i, key in enumerate(keys):
            for form in key:
                for id in self._starting(form):
                    end = self._end(self._sequences[id], keys, i)
                    if end is not None and (i, end) not in hits.setdefault(id, []):
                        hits[id].append((i, end))
        found: dict[tuple[str, int], TermMatch] = {}
        for number in sorted({term for id, spans in hits.items() if spans for term in self._terms_of[id]}):
            label, line, ids = self._terms[number]
            if not all(hits.get(id) for id in ids):
                continue
            for start, end in hits[ids[0]] if len(ids) == 1 else _near([hits[id] for id in ids]):
                match = TermMatch(label, at[start], at[end - 1] + 1, line)
                old = found.get((label, match.start))
                if old is None or old.end < match.end:
                    found[label, match.start] = match
        return sorted(_longest(found.values()), key=lambda m: (m.start, m.end, m.label))

    def _starting(self, form: str) -> tuple[int, ...]:
        """The sequences that may begin with a form."""
        ids = self._starts.get(form)
        if ids is None:
            found = set(self._by_form.get(form, ()))
            for n in range(1, len(form) + 1):
                found.update(self._by_prefix.get(form[:n], ()))
            ids = tuple(sorted(found))
            if len(self._starts) < 200_000:  # bounds memory on texts full of noise
                self._starts[form] = ids
        return ids

    def _end(self, parts: tuple[_Part, ...], keys: Sequence[tuple[str, ...]], start: int) -> int | None:
        """Where the sequence ends that begins at `start`, or None; the nearest end wins."""

        def walk(part: int, at: int) -> int | None:
            if part == len(parts):
                return at
            here = parts[part]
            for skip in range(here.gap + 1):
                if at + skip < len(keys) and any(here.fits(form) for form in keys[at + skip]):
                    end = walk(part + 1, at + skip + 1)
                    if end is not None:
                        return end
            return walk(part + 1, at) if here.optional else None

        return walk(0, start)


def _near(sides: list[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Spans that cover one hit of each side, no two neighbours further apart than allowed or overlapping."""
    spans = []
    for combination in product(*(side[:8] for side in sides)):
        ordered = sorted(combination)
        if all(a[1] <= b[0] <= a[1] + MAX_APART for a, b in zip(ordered, ordered[1:], strict=False)):
            spans.append((ordered[0][0], ordered[-1][1]))
    spans.sort(key=lambda span: span[1] - span[0])
    return spans[:1]


def _longest(matches: Iterable[TermMatch]) -> list[TermMatch]:
    """Of matches of one label that overlap, the longest (the first among equals)."""
    kept: dict[str, list[TermMatch]] = {}
    for match in sorted(matches, key=lambda m: (m.start - m.end, m.start)):
        others = kept.setdefault(match.label, [])
        if all(match.end <= other.start or other.end <= match.start for other in others):
            others.append(match)
    return [match for matches in kept.values() for match in matches]


def _parse(text: str, words: Mapping[str, str], inflect: bool) -> tuple[_Part, ...]:
    parts: list[_Part] = []
    gap = 0
    for raw in _expand(text, words).replace("-", " ").split():
        if raw == "...":
            gap = MAX_GAP
            continue
        optional = raw.endswith("?")
        forms: set[str] = set()
        prefixes: list[str] = []
        for word in raw.removesuffix("?").lower().split("|"):
            if not re.fullmatch(r"=?[^\s=*?|{}]+\*?", word):
                raise TermError(f"{raw!r} is not a word")
            if word.startswith("="):
                forms.add(word[1:])
            elif word.endswith("*"):
                prefixes.append(word[:-1])
            else:
                forms |= inflections(word) if inflect else {word}
        parts.append(_Part(frozenset(forms), tuple(prefixes), optional, gap))
        gap = 0
    if not parts or all(part.optional for part in parts):
        raise TermError("has no word that must be there")
    if gap or parts[0].gap:
        raise TermError("'...' stands between words, not at an end")
    return tuple(parts)


def _expand(text: str, words: Mapping[str, str]) -> str:
    def of(match: re.Match[str]) -> str:
        name = match[1]
        if name not in words:
            raise TermError(f"no word list {{{name}}}; there are {', '.join(sorted(words)) or 'none'}")
        return words[name].replace(" ", "")

    return re.sub(r"\{(\w+)\}", of, text)
