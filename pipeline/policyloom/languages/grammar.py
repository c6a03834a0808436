"""What word lists tell of a sentence's grammar; enough for many languages, and a start for the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from policyloom.languages.protocol import EffectDenial, StatusMark, TokenSpan

__all__ = ["GRAMMAR_LISTS", "WordListGrammar"]

_MARKS = frozenset("•-–—*()[].,:;▪●")
"""List marks of any language."""

_CLOSING = frozenset("\"'”’»)]」』") | {"''"}
"""Marks that may stand after the end of a sentence."""

_LONGEST_OPENING = 6
"""Tokens that may stand before the first word of a sentence."""

_ITEM_LETTERS = 3
"""Characters of an item's number or letter, as in "(iii)"."""


@dataclass(frozen=True)
class WordListGrammar:
    """A `Grammar` from word lists, all in small letters.

    Attributes:
        ordinals: words that only count sentences, where a comma follows: "Thirdly,".
        past: words that show what has been.
        finite: words that make a sentence of words, such as "is" and "should".
        purpose: words before a verb that make it a purpose, such as "to".
        no_object: words that cannot follow a verb that instructs.
        verbs: verbs that open an instruction, in the form in which they do.
        fact_before: words after which a purpose word opens no purpose.
    """

    ordinals: frozenset[str] = frozenset()
    past: frozenset[str] = frozenset()
    finite: frozenset[str] = frozenset()
    purpose: frozenset[str] = frozenset()
    no_object: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    fact_before: frozenset[str] = frozenset()

    @property
    def negators(self) -> frozenset[str]:
        """None."""
        return frozenset()

    @property
    def joining(self) -> frozenset[str]:
        """None."""
        return frozenset()

    @classmethod
    def of(cls, lists: Mapping[str, Iterable[str]], cues: Mapping[str, Any]) -> WordListGrammar:
        """The grammar of a language: `[grammar]` of its `language.toml`, verbs of instructions from its `cues.toml`."""
        return cls(
            verbs=frozenset(cues.get("instruction", {}).get("verbs", ())),
            fact_before=frozenset(cues.get("infinitive", {}).get("except_after", ())),
            **{name: frozenset(words) for name, words in lists.items()},
        )

    def first_word(self, forms: Sequence[str]) -> int:
        """The token at which the sentence begins: "(a)", "1.", "•", "Thirdly,", "Recommendation 4:" stand before it."""
        first = 0
        for i, form in enumerate(forms[:_LONGEST_OPENING]):
            following = forms[i + 1] if i + 1 < len(forms) else ""
            if (
                form in _MARKS
                or form.isdigit()
                or (len(form) <= _ITEM_LETTERS and following == ")")
                or (form in self.ordinals and following == ",")
                or following == ":"
                or (following.isdigit() and forms[i + 2 : i + 3] == [":"])
            ):
                first = i + 1
            else:
                break
        return first

    def instruction(self, forms: Sequence[str], first: int, *, is_list_item: bool) -> TokenSpan | None:  # noqa: ARG002 -- other languages need to know
        """The verb that opens the sentence as an instruction, unless a word follows that no instruction has."""
        following = forms[first + 1] if first + 1 < len(forms) else ""
        opens = first < len(forms) and forms[first] in self.verbs and following not in self.no_object
        return (first, first + 1) if opens else None

    def purposes(self, forms: Sequence[str], first: int) -> Sequence[TokenSpan]:
        """A word of purpose with the verb after it; the first word of a sentence is a purpose before any word."""
        return [
            (i, i + 2)
            for i in self._purpose_words(forms)
            if i == first or forms[i + 1] in self.verbs
        ]  # fmt: skip

    def is_past(self, forms: Sequence[str]) -> bool:
        """Whether the sentence speaks of what has been."""
        return any(form in self.past for form in forms)

    def is_fragment(self, forms: Sequence[str], first: int) -> bool:
        """Whether the sentence has no word that makes a statement of it, and no verb but in a purpose."""
        stated = any(
            form in self.verbs and forms[i - 1] not in self.purpose
            for i, form in enumerate(forms)
            if i > first
        )
        return not (self.is_finite(forms) or stated)

    def is_question(self, forms: Sequence[str], first: int) -> bool:  # noqa: ARG002 -- other languages need to know
        """Whether the sentence ends with a question mark."""
        last = next((form for form in reversed(forms) if form not in _CLOSING), "")
        return last[-1:] in ("?", "？", "؟")

    def status_marks(self, forms: Sequence[str]) -> Sequence[StatusMark]:  # noqa: ARG002 -- word lists tell none
        """None."""
        return ()

    def void_spans(self, forms: Sequence[str]) -> Sequence[TokenSpan]:  # noqa: ARG002 -- word lists tell none
        """None."""
        return ()

    def effect_denials(self, forms: Sequence[str]) -> Sequence[EffectDenial] | None:  # noqa: ARG002 -- word lists tell none
        """None: a negated outcome tells it."""
        return None

    def clause_starts(self, forms: Sequence[str]) -> Sequence[int]:  # noqa: ARG002 -- word lists tell none
        """None."""
        return ()

    def duty_bearers(self, forms: Sequence[str]) -> Sequence[TokenSpan]:  # noqa: ARG002 -- word lists tell none
        """None."""
        return ()

    def head(self, forms: Sequence[str], span: TokenSpan) -> int | None:  # noqa: ARG002 -- word lists tell none
        """None."""
        return None

    def is_finite(self, forms: Sequence[str]) -> bool:
        """Whether the sentence has a word that makes a statement of it."""
        return any(form in self.finite for form in forms)

    def _purpose_words(self, forms: Sequence[str]) -> list[int]:
        """Where a word of purpose stands, and not after a word that makes it a fact."""
        return [
            i
            for i, form in enumerate(forms[:-1])
            if form in self.purpose and not (i and forms[i - 1] in self.fact_before)
        ]


GRAMMAR_LISTS = tuple(
    field.name for field in fields(WordListGrammar) if field.name not in ("verbs", "fact_before")
)
"""The lists that `language.toml` may hold; the two others stand in `cues.toml`."""
