"""English as a `LanguagePack`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policyloom.languages.data import DataPack
from policyloom.languages.en.forms import inflections
from policyloom.languages.en.grammar import EnglishGrammar
from policyloom.languages.protocol import Grammar

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

__all__ = ["EnglishPack", "make_pack"]


class EnglishPack(DataPack):
    """English: data files, and rules for sentences, word forms and names.

    Attributes:
        prefixes: beginnings that are written with and without a hyphen: "co-operation", "nonprofit".
    """

    prefixes = ("by", "co", "non", "pre", "multi", "micro", "anti", "semi")

    @cached_property
    def grammar(self) -> Grammar:
        """The word lists, with what is particular to English verbs."""
        return EnglishGrammar.of(self.lists, self.cues)

    def inflections(self, word: str) -> frozenset[str]:
        """The forms that a word may take, as noun or verb."""
        return inflections(word)

    def known_words(self) -> frozenset[str]:
        """About 93,000 words in British and American spelling."""
        return _known_words()

    def add_components(self, nlp: Language, entities: Mapping[str, Any] | None = None) -> None:
        """Adds sentence boundaries, first, and entities, last, to a spaCy pipeline."""
        from policyloom.languages.en import sentences
        from policyloom.languages.en.entities import NAME

        sentences.cut_glued_ends(nlp)
        nlp.add_pipe(sentences.NAME, first=True)
        nlp.add_pipe(NAME, last=True, config={"words": dict(entities or {})})

    def name_entities(self, docs: Sequence[Doc]) -> None:
        """Gives the entities of a document's blocks their full names, and adds the short forms that it defines."""
        from policyloom.languages.en.aliases import name_entities

        name_entities(docs)


def make_pack(folder: Path) -> EnglishPack:
    """The English pack."""
    return EnglishPack(folder)


@cache
def _known_words() -> frozenset[str]:
    # The list of symspellpy is British; words.txt adds American spellings. Reading both takes 0.1 s.
    listed = resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    words = {line.partition(" ")[0] for line in listed.read_text("utf-8-sig").split("\n")}
    added = resources.files("policyloom") / "languages" / "en" / "words.txt"
    words.update(line for line in added.read_text("utf-8").split("\n") if not line.startswith("#"))
    return frozenset(words - {""})
