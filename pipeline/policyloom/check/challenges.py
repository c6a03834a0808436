"""The challenges that a document names, and whether it answers them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from policyloom.check.commitment import MIN_PROBABILITY, to_forms
from policyloom.check.nearest import content_words
from policyloom.framework import Framework
from policyloom.languages import load_language
from policyloom.languages.cues import Cues, compile_cues
from policyloom.network.counting import STATED, counted_claims, counted_mentions
from policyloom.records import Evidence, Mention, Tagged

__all__ = ["Challenge", "find_challenges"]

MIN_NAMED = 0.5
"""How probable it must be that a sentence names a challenge; the classifier takes much for one that is none."""

REACH = 14
"""Tokens after a word of remedy within which the challenge is told: "to end this scatter of schemes over five ministries"."""

MAX_FRAGMENT = 10
"""Words and marks of a line without a verb that names a subject and tells nothing: "Transfer of funds from one vote to another."."""

_CLOSING_QUOTES = frozenset("”’\"'»")

MIN_SHARED = 2
"""Words that the sentence of a remedy must share with one that names the challenge."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge that a document affirms, and what it sets against it.

    Attributes:
        id: the outermost challenge.
        named: the sentences that affirm it, the surest first.
        answers: by outermost mechanism, the sentences that tie it to the challenge.
        elsewhere: by outermost mechanism of those that answer it in the framework, the sentences that affirm or plan it, those that
            share most words with the challenge's first.
        linked: the outermost mechanisms that answer it in the framework.
        is_unanswered: no sentence affirms or plans any of these with some probability, besides those that affirm the challenge itself.
    """

    id: str
    named: tuple[Evidence, ...]
    answers: dict[str, tuple[Evidence, ...]]
    elsewhere: dict[str, tuple[Evidence, ...]]
    linked: tuple[str, ...]
    is_unanswered: bool


def find_challenges(tagged: Tagged, framework: Framework) -> tuple[Challenge, ...]:
    """The challenges that running text affirms, in the framework's order, with their answers.

    A sentence answers a challenge where the coder reads it so and it plans a mechanism or has a word of remedy ("to overcome"), or
    where it states a mechanism and, after a word of remedy, says again what a sentence that names the challenge says. What is only
    affirmed in the sentence that affirms the challenge is part of the complaint, and no answer.

    Raises:
        ValueError: a mention names an element that the framework does not have.
    """
    pack = load_language(framework.language)
    cues = compile_cues(pack, framework.facets)
    named: dict[str, list[Mention]] = {}
    stated: dict[str, list[Mention]] = {}
    for mention, smallest in counted_mentions(tagged, framework):
        if smallest == "sentence":
            if (
                mention.kind == "challenge"
                and mention.status == "affirmed"
                and _is_told(tagged, mention, cues)
            ):
                named.setdefault(framework.top(mention.label), []).append(mention)
            elif mention.kind == "mechanism" and mention.status in STATED:
                stated.setdefault(framework.top(mention.label), []).append(mention)
    words = [content_words(tagged.quote(sentence), pack.stop_words) for sentence in tagged.sentences]
    remedies = _find_remedies(tagged, stated, cues, pack.stop_words)
    read = _read_answers(tagged, framework, remedies.keys())
    found = []
    for id in framework.ids("challenge", top=True):
        own = sorted(named.get(id, ()), key=lambda m: (-m.probability, m.start))
        sure = [mention for mention in own if mention.probability >= MIN_NAMED]
        answers = read.get(id, {})
        linked = tuple(
            dict.fromkeys(framework.top(link.source) for link in framework.linked("answers", target=id))
        )
        for sentence, told in remedies.items():
            shared = max((len(told & words[m.sentence]) for m in sure if m.sentence != sentence), default=0)
            for mechanism, mentions in stated.items():
                here = [mention for mention in mentions if mention.sentence == sentence]
                # Of a mechanism that answers the challenge in the framework, one word of the challenge is enough.
                is_plan = mechanism in linked and any(mention.status == "planned" for mention in here)
                if here and shared >= (1 if is_plan else MIN_SHARED):
                    answers.setdefault(mechanism, []).append(sentence)
        if not sure and not (own and answers):
            continue
        complaints = {mention.sentence for mention in own}
        others = {
            mechanism: [
                m
                for m in stated.get(mechanism, ())
                if m.probability >= MIN_PROBABILITY
                and (m.status == "planned" or m.sentence not in complaints)
            ]
            for mechanism in linked
        }
        about = frozenset(word for mention in sure for word in words[mention.sentence])
        nearest = {
            mechanism: _nearest(tagged, mentions, words, about, cues)
            for mechanism, mentions in others.items()
        }
        found.append(
            Challenge(
                id,
                _quotes(tagged, [mention.sentence for mention in sure or own]),
                {mechanism: _quotes(tagged, sentences) for mechanism, sentences in answers.items()},
                {mechanism: quotes for mechanism, quotes in nearest.items() if quotes},
                linked,
                is_unanswered=bool(linked) and not any(others.values()),
            )
        )
    return tuple(found)


def _is_told(tagged: Tagged, mention: Mention, cues: Cues) -> bool:
    """Whether a mention stands in the item of a list or in a statement, and not in a few words without a verb, as a note in the margin."""
    forms = to_forms(tagged.sentence(mention))
    is_item = tagged.document.blocks[tagged.sentences[mention.sentence].block].kind == "list_item"
    is_fragment = cues.grammar.is_fragment(forms, cues.grammar.first_word(forms))
    return is_item or not is_fragment or len(forms) > MAX_FRAGMENT


def _read_answers(
    tagged: Tagged, framework: Framework, remedies: Collection[int]
) -> dict[str, dict[str, list[int]]]:
    """By challenge and mechanism, the sentences that the coder reads as saying that one answers the other."""
    found: dict[str, dict[str, list[int]]] = {}
    for claim in counted_claims(tagged):
        mechanism, target = tagged.mentions[claim.mechanism], tagged.mentions[claim.target]
        is_answer = mechanism.status == "planned" or (
            mechanism.status == "affirmed" and claim.sentence in remedies
        )
        if claim.kind == "answers" and claim.polarity == "positive" and is_answer:
            of_challenge = found.setdefault(framework.top(target.label), {})
            of_challenge.setdefault(framework.top(mechanism.label), []).append(claim.sentence)
    return found


def _find_remedies(
    tagged: Tagged, stated: dict[str, list[Mention]], cues: Cues, stop_words: frozenset[str]
) -> dict[int, frozenset[str]]:
    """The sentences that state a mechanism and have a word of remedy, by index, with the words of what is remedied, in order."""
    found = {}
    for number in sorted({mention.sentence for mentions in stated.values() for mention in mentions}):
        forms = to_forms(tagged.quote(tagged.sentences[number]))
        if spans := cues.find_remedies(forms):
            told = (content_words(" ".join(forms[end : end + REACH]), stop_words) for _, end in spans)
            found[number] = frozenset[str]().union(*told)
    return found


def _is_formal(sentence: str, cues: Cues) -> bool:
    """Whether a sentence defines words, or is a title in capitals; it shows nothing of what is done."""
    forms = to_forms(sentence)
    defines = any(a in _CLOSING_QUOTES and b in cues.defining for a, b in pairwise(forms))
    letters = [letter for letter in sentence if letter.isalpha()]
    return defines or sum(map(str.isupper, letters)) > len(letters) / 2


def _nearest(
    tagged: Tagged,
    mentions: Sequence[Mention],
    words: Sequence[frozenset[str]],
    about: frozenset[str],
    cues: Cues,
) -> tuple[Evidence, ...]:
    """The sentences of mentions that are sure enough, those that share most words with what is asked about first."""
    sure = [mention for mention in mentions if mention.probability >= MIN_PROBABILITY]
    sure = [mention for mention in sure if not _is_formal(tagged.sentence(mention), cues)] or sure
    sure.sort(key=lambda m: (-len(words[m.sentence] & about), -m.concreteness, -m.probability, m.start))
    return _quotes(tagged, [mention.sentence for mention in sure])


def _quotes(tagged: Tagged, sentences: Sequence[int]) -> tuple[Evidence, ...]:
    return tuple(tagged.evidence_at(sentence) for sentence in dict.fromkeys(sentences))
