"""What a language brings to policyloom.

Everything that holds for one language alone stands in its folder, `languages/<code>/`: data files, and a little code
where data cannot say it. The other packages ask for a `LanguagePack` and know no language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from policyloom.languages.layout import LayoutWords
    from policyloom.records import Status

__all__ = ["EffectDenial", "Grammar", "LanguagePack", "StatusMark", "TokenSpan"]

TokenSpan = tuple[int, int]
"""`[start, end)` in tokens of a sentence."""


class StatusMark(NamedTuple):
    """Words by which the grammar of a sentence, and no listed cue, decides a status.

    Attributes:
        start, end: its tokens.
        status: affirmed, planned, lacking or negated.
        direction: where the mentions stand that it decides, "forward" or "backward".
        reach: the most tokens between it and such a mention.
        crosses: whether it reaches over one end of a clause, as the value of a label does: "Grants: none".
    """

    start: int
    end: int
    status: Status
    direction: Literal["forward", "backward"]
    reach: int
    crosses: bool = False


class EffectDenial(NamedTuple):
    """Words that deny an effect: "had no effect", "did not raise".

    Attributes:
        start, end: their tokens.
        side: where the outcome stands, "after" them, "before" them, or "either".
        is_open: whether the cause stands after them too: "no evidence that grants raise wages".
        refers_back: whether they take up an effect that an earlier clause tells: "it did not", "no such effect".
    """

    start: int
    end: int
    side: Literal["after", "before", "either"]
    is_open: bool = False
    refers_back: bool = False


class Grammar(Protocol):
    """What grammar tells of a sentence, given as its tokens in lower case (`forms`)."""

    @property
    def negators(self) -> frozenset[str]:
        """Words that deny what stands beside them: "no", "not", "without"."""

    @property
    def joining(self) -> frozenset[str]:
        """Words that join two things of one kind: "and", "or"."""

    def first_word(self, forms: Sequence[str]) -> int:
        """The token at which the sentence begins, after list marks, numbers and the like: "(a)", "•", "Thirdly,"."""

    def instruction(self, forms: Sequence[str], first: int, *, is_list_item: bool) -> TokenSpan | None:
        """The verb that makes the sentence an instruction or an aim: "Expand apprenticeships", "Raising quality"."""

    def purposes(self, forms: Sequence[str], first: int) -> Sequence[TokenSpan]:
        """The words that open a purpose: "to raise" in "funds to raise quality"."""

    def is_past(self, forms: Sequence[str]) -> bool:
        """Whether the sentence speaks of what has been."""

    def is_fragment(self, forms: Sequence[str], first: int) -> bool:
        """Whether the sentence has no verb that states something, as the item of a list often has none."""

    def is_question(self, forms: Sequence[str], first: int) -> bool:
        """Whether the sentence asks, and so states nothing."""

    def status_marks(self, forms: Sequence[str]) -> Sequence[StatusMark]:
        """What decides statuses besides the cues of `cues.toml`, in order."""

    def void_spans(self, forms: Sequence[str]) -> Sequence[TokenSpan]:
        """Words in which no cue of status counts, as one takes back another: "no plans to end"."""

    def effect_denials(self, forms: Sequence[str]) -> Sequence[EffectDenial] | None:
        """The words that say that something had no effect, in order: "did not raise"; None where statuses alone tell it."""

    def clause_starts(self, forms: Sequence[str]) -> Sequence[int]:
        """The marks after which a clause with a subject of its own begins: the comma in "…, and it offers"."""

    def duty_bearers(self, forms: Sequence[str]) -> Sequence[TokenSpan]:
        """The noun phrases that are to act: "the Director of the Fund" in "the Director of the Fund shall report"."""

    def head(self, forms: Sequence[str], span: TokenSpan) -> int | None:
        """The token that tells what a noun phrase is about: "Director" in "the Director of the Fund"; None where none does, or where the language does not tell."""


class LanguagePack(Protocol):
    """A language: how its text is read, and the words by which statuses, claims and entities are found."""

    @property
    def code(self) -> str:
        """ISO 639-1, such as `en`."""

    @property
    def name(self) -> str:
        """As people say it, such as "English"."""

    @property
    def model(self) -> str:
        """The trained spaCy pipeline that policyloom offers for the language, such as `en_policyloom`; may be empty."""

    @property
    def stop_words(self) -> frozenset[str]:
        """Words that tell nothing of a text's subject; also how the language is recognised."""

    @property
    def cues(self) -> Mapping[str, Any]:
        """The content of `cues.toml`: assertion cues, claim cues, heading words, hedges, facet words."""

    @property
    def grammar(self) -> Grammar:
        """What grammar tells of a sentence."""

    @property
    def layout(self) -> LayoutWords:
        """The words by which a document's parts are recognised: captions, references, notices, months."""

    def __hash__(self) -> int:
        """Packs are kept by identity, so that what is made of one is made once."""

    def inflections(self, word: str) -> frozenset[str]:
        """The forms that a word may take, itself among them; some may not exist."""

    def known_words(self) -> frozenset[str]:
        """The words of the language in small letters, for mending damaged text; empty where there is no list."""

    def blank_pipeline(self) -> Language:
        """A spaCy pipeline with this language's tokenizer alone."""

    def add_components(self, nlp: Language, entities: Mapping[str, Any] | None = None) -> None:
        """Adds sentence boundaries, first, and entities, last, to a spaCy pipeline.

        Args:
            nlp: the pipeline.
            entities: the words of a field by which names are found, as a framework's table [entities] has them.
        """

    def name_entities(self, docs: Sequence[Doc]) -> None:
        """Gives the entities of a document's blocks their full names, and adds the short forms that it defines.

        The docs come from a pipeline with this language's components.
        """
