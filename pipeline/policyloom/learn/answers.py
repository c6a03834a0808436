"""What `tag` would ask a classifier about labelled sentences, with the answers that the labels give."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from spacy.language import Language

from policyloom.framework import Framework
from policyloom.learn.labels import Labelled, as_document
from policyloom.records import Judgement, Question, Reading
from policyloom.tag import framework_of
from policyloom.tag.claims import find_claims
from policyloom.tag.cues import load_cues
from policyloom.tag.decide import ask_claims, ask_statuses, assert_by_rule, settle
from policyloom.tag.parts import Part, read_parts

__all__ = ["known_answers"]

Locate = Callable[[Sequence[Reading], Sequence[Collection[str]]], Sequence[Mapping[str, Judgement]]]
"""What finds the words for elements that sentences are known to name; `SentenceClassifier.locate` does."""


def known_answers(
    sentences: Sequence[Labelled], nlp: Language, locate: Locate
) -> list[list[tuple[Question, str]]]:
    """For each labelled sentence, what `tag` would ask a classifier about it, with the answers that the labels give.

    Args:
        sentences: the labels; each sentence is read alone.
        nlp: from `load_pipeline`.
        locate: finds the words that speak for an element in a sentence that is known to name it.
    """
    framework = framework_of(nlp)
    cues = load_cues(framework.language)
    read = [
        [
            part
            for part in read_parts(as_document(sentence), nlp, framework, cues)
            if part.block.kind != "heading"
        ]
        for sentence in sentences
    ]
    flat = [(part, sentence) for sentence, parts in zip(sentences, read, strict=True) for part in parts]
    located = locate([part.reading for part, _ in flat], [sentence.statuses for _, sentence in flat])
    for (part, _), judgement in zip(flat, located, strict=True):
        settle(part, judgement, framework)
        assert_by_rule(part, framework, cues)
    return [
        [known for part in parts for known in _known(part, sentence, framework)]
        for sentence, parts in zip(sentences, read, strict=True)
    ]


def _known(part: Part, sentence: Labelled, framework: Framework) -> Iterator[tuple[Question, str]]:
    if sentence.looked_for is not None:  # an example tells an element, not a status
        return
    statuses = sentence.statuses
    for i, question in ask_statuses(part, framework):
        top = framework.top(part.taggings[i].label)
        if top in statuses:
            yield question, statuses[top]
            # Claims are asked of mentions as they should be, not as the rules see them.
            part.taggings[i] = replace(part.taggings[i], status=statuses[top])
    if part.clause:
        part.claims = find_claims(part.taggings, part.clause)
        for match, question in ask_claims(part, framework):
            tops = (
                framework.top(part.taggings[match.mechanism].label),
                framework.top(part.taggings[match.target].label),
            )
            told = sentence.links if match.kind == "leads_to" else sentence.answers
            yield question, "yes" if tops in told else "no"
