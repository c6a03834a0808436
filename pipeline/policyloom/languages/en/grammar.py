"""What English grammar tells of a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from policyloom.languages.grammar import WordListGrammar
from policyloom.languages.protocol import TokenSpan

__all__ = ["EnglishGrammar"]

_DOUBLED = ("set", "cut")
"""Verbs whose last letter doubles before -ing."""


@dataclass(frozen=True)
class EnglishGrammar(WordListGrammar):
    """Word lists, -ing forms that instruct, and adverbs in infinitives ("to rapidly expand")."""

    @cached_property
    def gerunds(self) -> frozenset[str]:
        """The -ing forms of the verbs that open an instruction."""
        return frozenset(
            (verb[:-1] if verb.endswith("e") else verb + verb[-1] if verb in _DOUBLED else verb) + "ing"
            for verb in self.verbs
        )

    def instruction(self, forms: Sequence[str], first: int, *, is_list_item: bool) -> TokenSpan | None:
        """The bare verb, or in a list the -ing form, that opens the sentence as an instruction or aim."""
        bare = super().instruction(forms, first, is_list_item=is_list_item)
        if bare or first >= len(forms) or forms[first] not in self.gerunds:
            return bare
        aims = is_list_item or not (self.is_past(forms) or self.is_finite(forms))
        return (first, first + 1) if aims else None

    def purposes(self, forms: Sequence[str], first: int) -> Sequence[TokenSpan]:
        """The infinitives of purpose: "to raise quality", "to rapidly raise quality"."""
        found = []
        for i in self._purpose_words(forms):
            following = forms[i + 1]
            after_adverb = following.endswith("ly") and i + 2 < len(forms) and forms[i + 2] in self.verbs
            if i == first or following in self.verbs or after_adverb:
                found.append((i, i + 2))
        return found
