"""Read a framework's terms: the notation of docs/frameworks.md, and what people write in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

__all__ = ["MAX_GAP", "Inflect", "Part", "TermError", "TermNotation", "Tokenize", "refuse_many_ways"]

Inflect = Callable[[str], frozenset[str]]
"""The forms that a word may take, itself among them."""

Tokenize = Callable[[str], Sequence[str]]
"""Cuts a text into tokens."""

MAX_GAP = 5
"""Words that `...` may stand for."""

MAX_GAPS = 3
"""How many `...` may stand one after the other, each for as many words."""

MAX_SIDES = 4
"""Sides of a term that `&` may join: with each, the ways to combine what is found multiply."""

MAX_PLACES = 50
"""Words of a side of a term."""

MAX_WAYS = 20_000
"""Ways of writing a term; "cooperation" has two, and fourteen such words in a term 16,000."""

_HYPHENS = re.compile("[-‐‑]")
_JOINS = frozenset("-‐‑–—\"'“”‘’«»/")
"""Tokens that a term leaves out, as the text's are read over."""
_PLAIN = re.compile(r"[^\W\d_]+")
_LETTERS_AND_NUMBER = re.compile(r"([^\W\d_]+)-?(\d+)")
_SHORTEST_STEM = 4
"""Letters after a prefix from which a word may have a hyphen between: "co-operate", not "co-al"."""


class TermError(ValueError):
    """A term is not in the notation."""


@dataclass(frozen=True, slots=True)
class Part:
    """One place of a term: the forms and beginnings of words that may stand there, after at most `gap` other words."""

    forms: frozenset[str]
    prefixes: tuple[str, ...]
    optional: bool
    gap: int


class TermNotation:
    """Reads terms; see `policyloom.languages.terms.TermMatcher` for the arguments."""

    def __init__(
        self,
        words: Mapping[str, str],
        inflect: Inflect | None,
        tokenize: Tokenize | None,
        prefixes: Sequence[str],
    ) -> None:
        self._words = words
        self._inflect = inflect
        self._tokenize = tokenize
        self._prefixes = tuple(prefixes)

    def sides(self, line: str) -> list[str]:
        """The sides of a term that `&` joins; an `&` within a word, as in "M&E", joins none.

        Raises:
            TermError: an `&` stands between two words without spaces.
        """
        for word in line.split():
            if "&" in word.strip("&") and any(len(part) > 2 for part in re.split(r"[&|]", word)):
                raise TermError(f"{word!r}: write a space on both sides of '&'")
        sides = [" ".join(side.split()) for side in re.split(r"(?:^|(?<=\s))&(?:(?=\s)|$)", line)]
        if len(sides) > MAX_SIDES:
            raise TermError(
                f"joins {len(sides)} sides with '&', and the most is {MAX_SIDES}; write fewer words"
            )
        return sides

    def parse(self, side: str) -> list[tuple[Part, ...]]:
        """The sequences of parts that one side of a term stands for; several where a word is written in several ways.

        Raises:
            TermError: it is not in the notation; the text says what to write.
        """
        places: list[list[tuple[Part, ...]]] = []
        gap = 0
        written = self._expand(side).split()
        if len(written) > MAX_PLACES:
            raise TermError(f"has {len(written)} words, and the most is {MAX_PLACES}")
        for raw in written:
            if raw == "...":
                gap += MAX_GAP
                if gap > MAX_GAPS * MAX_GAP:
                    raise TermError(
                        f"'...' stands {MAX_GAPS} times in a row at most; use ' & ' for words that are far apart"
                    )
                continue
            places.append(list(self._ways(raw, gap)))
            gap = 0
        if not places or all(way[0].optional for ways in places for way in ways):
            raise TermError("has no word that must be there")
        if gap or places[0][0][0].gap:
            raise TermError("'...' stands between words, not at an end")
        refuse_many_ways(map(len, places))
        return [tuple(part for way in ways for part in way) for ways in product(*places)]

    def _ways(self, raw: str, gap: int) -> Iterator[tuple[Part, ...]]:
        """The ways in which one place of a term may be filled: by one token, or by several."""
        _refuse(raw)
        optional = raw.endswith("?")
        forms: set[str] = set()
        beginnings: list[str] = []
        several: set[tuple[Part, ...]] = set()
        for word in re.sub(r"\(\w{1,3}\)", "", raw.removesuffix("?").lower().replace("’", "'")).split("|"):
            if not re.fullmatch(r"=?[^\s=*?|{}]+\*?", word):
                raise TermError(f"{raw!r} is not a word")
            for pieces in self._spellings(word.removeprefix("=").removesuffix("*")):
                marked = [*(f"={piece}" for piece in pieces[:-1]), pieces[-1]]
                marked[-1] = (
                    ("=" if word.startswith("=") else "") + marked[-1] + ("*" if word.endswith("*") else "")
                )
                if len(marked) == 1:
                    self._take(marked[0], forms, beginnings)
                else:
                    several.add(
                        tuple(
                            self._part(piece, optional, gap if i == 0 else 0)
                            for i, piece in enumerate(marked)
                        )
                    )
        if forms or beginnings:
            yield (Part(frozenset(forms), tuple(beginnings), optional, gap),)
        yield from sorted(several, key=repr)

    def _part(self, word: str, optional: bool, gap: int) -> Part:
        forms: set[str] = set()
        beginnings: list[str] = []
        self._take(word, forms, beginnings)
        return Part(frozenset(forms), tuple(beginnings), optional, gap)

    def _take(self, word: str, forms: set[str], beginnings: list[str]) -> None:
        """Adds what one word of a term stands for."""
        if word.endswith("*"):
            beginnings.append(word.removeprefix("=").removesuffix("*"))
        elif word.startswith("="):
            forms.add(word[1:])
        else:
            forms |= self._inflect(word) if self._inflect else {word}

    def _spellings(self, word: str) -> list[list[str]]:
        """The tokens of a word in each way in which texts write it: with a hyphen, as two words, as one."""
        if self._tokenize is None:
            return [[piece for piece in word.split("-") if piece]]
        ways = []
        if _PLAIN.fullmatch(word):
            ways.append([word])
            for prefix in self._prefixes:
                if word.startswith(prefix) and len(word) >= len(prefix) + _SHORTEST_STEM:
                    ways.append([prefix, word[len(prefix) :]])
        else:
            ways += [self._cut(word), self._cut(_HYPHENS.sub(" ", word))]
            ways.append(
                [piece.lower() for piece in self._cut(word.upper())]
            )  # "U.S." is one token, "u.s." are two
            if (joined := _LETTERS_AND_NUMBER.fullmatch(word)) is not None:
                ways += [[joined[1] + joined[2]], self._cut(f"{joined[1]}-{joined[2]}")]
            first, _, rest = word.partition("-")
            if first in self._prefixes and rest.isalpha():
                ways.append([first + rest])
            if "&" in word:
                ways.append(self._cut(word.replace("&", " & ")))
        return [list(way) for way in dict.fromkeys(tuple(way) for way in ways if way)]

    def _cut(self, word: str) -> list[str]:
        tokens = self._tokenize(word) if self._tokenize else word.split()
        return [token for token in tokens if token.strip() and token not in _JOINS]

    def _expand(self, text: str) -> str:
        def of(match: re.Match[str]) -> str:
            name = match[1]
            if name not in self._words:
                raise TermError(
                    f"no word list {{{name}}}; there are {', '.join(sorted(self._words)) or 'none'}"
                )
            words = [word.strip() for word in self._words[name].split("|")]
            if phrase := next((word for word in words if " " in word), None):
                raise TermError(
                    f"word list {{{name}}}: {phrase!r} is more than one word, and a list holds single words; "
                    f"write a term with {phrase!r} beside the one with {{{name}}}"
                )
            return "|".join(words)

        return re.sub(r"\{(\w+)\}", of, text)


def refuse_many_ways(numbers: Iterable[int]) -> None:
    """Refuses a term whose parts can each be written in so many ways that together there are too many.

    Raises:
        TermError: there are.
    """
    n = prod(numbers)
    if n > MAX_WAYS:
        raise TermError(
            f"can be written in {n:,} ways, with and without hyphens, and the most is {MAX_WAYS:,}; use shorter terms"
        )


def _refuse(raw: str) -> None:
    """Refuses what other search languages write.

    Raises:
        TermError: the text says what to write.
    """
    if raw in ("AND", "OR", "NOT", "NEAR"):
        raise TermError(
            f"{raw!r} is not in the notation; write 'a & b' for both in one sentence, 'a|b' for either of two words, and "
            "further terms in `exclude` for what must not be there"
        )
    if re.search(r"[()\[\]\\]", re.sub(r"\(\w{1,3}\)$", "", raw)) or ".*" in raw or ".+" in raw:
        raise TermError(
            f"{raw!r} looks like a regular expression, which terms are not; write the plain word for all its forms "
            "('prohibit' finds 'prohibited'), 'a|b' for either of two words, 'prohibit*' for any word that begins so"
        )
