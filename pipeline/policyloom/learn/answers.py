"""What a classifier would be asked about labelled sentences, with the answers that the labels give."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from spacy.language import Language

from policyloom.coders.classifier.coder import apply_judgements
from policyloom.coders.classifier.judge import Judgement
from policyloom.coders.classifier.questions import Question, ask_about_claims, ask_about_statuses
from policyloom.coders.rules import RulesCoder, context_of, set_rule_statuses
from policyloom.coders.rules.claims import find_claims
from policyloom.framework import Framework
from policyloom.languages.context import SentenceContext
from policyloom.learn.labels import Labelled, as_document
from policyloom.records import SentenceDraft
from policyloom.tag import read_sentences
from policyloom.tag.pipeline import framework_of

__all__ = ["Locate", "known_answers"]

Locate = Callable[[Sequence[SentenceDraft], Sequence[Collection[str]]], Sequence[Mapping[str, Judgement]]]
"""What finds the words for elements that sentences are known to name; `SentenceClassifier.locate` does."""


def known_answers(
    sentences: Sequence[Labelled], nlp: Language, locate: Locate
) -> list[list[tuple[Question, str]]]:
    """For each labelled sentence, what a classifier would be asked about it, with the answers that the labels give.

    Args:
        sentences: the labels; each sentence is read alone.
        nlp: from `load_pipeline`.
        locate: finds the words that speak for an element in a sentence that is known to name it.
    """
    framework = framework_of(nlp)
    cues = RulesCoder(framework).cues
    drafts = [
        (draft, sentence)
        for sentence in sentences
        for draft in read_sentences(as_document(sentence), nlp)
        if draft.block_kind != "heading"
    ]
    located = locate([draft for draft, _ in drafts], [sentence.statuses for _, sentence in drafts])
    found: dict[str, list[tuple[Question, str]]] = {sentence.id: [] for sentence in sentences}
    for (draft, sentence), judgements in zip(drafts, located, strict=True):
        judged = apply_judgements(draft, judgements, framework)
        found[sentence.id] += _known(judged, context_of(judged, cues), sentence, framework)
    return [found[sentence.id] for sentence in sentences]


def _known(
    draft: SentenceDraft, context: SentenceContext | None, sentence: Labelled, framework: Framework
) -> Iterator[tuple[Question, str]]:
    if context is None or sentence.coded_for is not None:  # an example tells an element, not a status
        return
    statuses = sentence.statuses
    ruled = set_rule_statuses(draft, context)
    candidates = list(ruled.candidates)
    for place, question in ask_about_statuses(ruled, context):
        status = statuses.get(framework.top(candidates[place].element))
        if status:
            yield question, status
            # Claims are asked of mentions as they should be, not as the rules see them.
            candidates[place] = replace(candidates[place], status=status)
    labelled = replace(ruled, candidates=tuple(candidates), claims=find_claims(candidates, context))
    for claim, question in ask_about_claims(labelled, context):
        ends = candidates[claim.mechanism].element, candidates[claim.target].element
        told = sentence.links if claim.kind == "leads_to" else sentence.answers
        yield question, "yes" if (framework.top(ends[0]), framework.top(ends[1])) in told else "no"
