"""The word lists by which English names are found: general ones, and those of a framework's field."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from importlib import resources
from typing import Any

__all__ = ["MONTHS", "EntityWords", "entity_words", "one_of", "places"]

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"

_ABSTRACT = re.compile(
    r"(?:tion|sion|ment|ing|ics|ogy|ity|ure|ance|ence|ism|ship|ery|try|al|ies|ade|ergy|[^aiou]s)$"
)


class EntityWords:
    """The lists of `entity_words.toml`, with what a framework adds to them.

    Args:
        added: a framework's table [entities].

    Attributes:
        labels: the label that each head word decides.
        weak: heads that name nothing without two words around them.
        alone: heads that may name a body by themselves.
        known: names that are written the same everywhere, by label, as "short = full".
        owners: a pattern of words that carry 's inside a name.
        units: a pattern of words that may stand before a unit of time: "working" days.
        programmes: a pattern of nouns that make words in quotation marks a name.
        numbers: patterns of amounts.
        titles: a pattern of titles of persons.
    """

    def __init__(self, added: Mapping[str, Any]) -> None:
        data = tomllib.loads(_data("entity_words.toml"))
        heads, known = (
            _joined(data["heads"], added.get("heads", {})),
            _joined(data["known"], added.get("known", {})),
        )
        self.labels: dict[str, str] = {head: label for label, heads_of in heads.items() for head in heads_of}
        self.weak = frozenset((*data["weak"]["words"], *added.get("weak", ())))
        self.alone = frozenset(data["alone"]["words"])
        self.known: dict[str, list[str]] = known
        words = data["words"]
        self.owners = _pattern(words["owners"], added.get("owners", ()))
        self.units = _pattern(data["numbers"]["before_units"], added.get("units", ()))
        self.programmes = _pattern(data["programmes"]["nouns"], added.get("programmes", ()))
        self.numbers: dict[str, str] = {
            name: text.replace("\n", "") for name, text in data["numbers"].items()
        }
        self.titles: str = data["titles"]["words"].replace("\n", "")
        self.ing = frozenset(words["ing"].split())
        self._kinds = frozenset(
            (*(kind.strip() for kind in words["kinds"].split("|")), *added.get("kinds", ()))
        )
        self.fields = frozenset((*words["fields"].split(), *added.get("fields", ())))
        self._openers = frozenset(words["openers"].split())
        self._breaks = frozenset(words["breaks"].split())

    @cached_property
    def bare_heads(self) -> tuple[str, ...]:
        """Heads that may stand for a name: "Ministry", "Executive Order"."""
        return tuple(head for head in self.labels if self.head_label([head.split()[-1]]))

    def head_label(self, words: list[str]) -> str:
        """The label that the last words of a name decide, the longest head first; "" where none is a head."""
        lower = [word.lower() for word in words]
        for n in (3, 2, 1):
            if len(lower) >= n and (label := self.labels.get(" ".join(lower[-n:]))):
                return label
        return ""

    def is_kind(self, text: str) -> bool:
        """Whether capitalised words name a kind of thing, not one thing: "State Government"."""
        return text.lower() in self._kinds

    def is_field(self, word: str) -> bool:
        """Whether a word can be what a body is for: "Education", "Skills"; no head word such as "Commission"."""
        lower = word.lower()
        if lower in self.fields:
            return True
        return word not in places() and not self.head_label([word]) and bool(_ABSTRACT.search(lower))

    def is_opener(self, word: str) -> bool:
        """Whether a word with a capital begins a sentence, not a name: "The", "Under", "Strengthen"."""
        return word.lower() in self._openers

    def is_break(self, word: str) -> bool:
        """Whether a word is a verb over which no name goes, as headlines have them: "Announces"."""
        return word.lower() in self._breaks


def entity_words(added: Mapping[str, Any] | None = None) -> EntityWords:
    """The word lists with a framework's additions; the same object for the same additions."""
    return _entity_words(json.dumps(added or {}, sort_keys=True))


@cache
def _entity_words(added: str) -> EntityWords:
    return EntityWords(json.loads(added))


@cache
def places() -> frozenset[str]:
    """Countries, regions and cities."""
    lines = (_data("countries.txt") + _data("places.txt")).splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and line[0] != "#")


def one_of(names: Iterable[str]) -> str:
    """A pattern of these names verbatim: no shorter one hides a longer, and only those with the right letter are tried."""
    by_letter: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        by_letter.setdefault(name[0], []).append(re.escape(name[1:]))
    return "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in sorted(by_letter.items()))


def _data(name: str) -> str:
    return (resources.files("policyloom") / "languages" / "en" / name).read_text("utf-8")


def _joined(lists: Mapping[str, list[str]], added: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Lists by label, with what is added to each."""
    labels = dict.fromkeys((*lists, *added))
    return {label: [*lists.get(label, ()), *added.get(label, ())] for label in labels}


def _pattern(pattern: str, added: Iterable[str]) -> str:
    return "|".join((pattern.replace("\n", ""), *map(re.escape, added)))
