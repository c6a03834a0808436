"""A classifier as a coder: rules name candidates and read cues, and a fitted classifier has the last word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from policyloom.coders.classifier.judge import Judgement, SentenceClassifier
from policyloom.coders.classifier.questions import ask_about_claims, ask_about_statuses
from policyloom.coders.rules import RulesCoder, context_of, leave_out_questions, set_rule_statuses
from policyloom.coders.rules.claims import find_claims
from policyloom.framework import Framework
from policyloom.languages.context import SentenceContext
from policyloom.records import Candidate, ClaimDraft, Coding, Measured, Passage, SentenceDraft

__all__ = ["ClassifierCoder", "apply_judgements"]


class ClassifierCoder:
    """A classifier beside the rules.

    It keeps or drops the candidates that rules name, adds what no rule has found, and has the last word on statuses and
    claims, as far as it has learned to.

    Attributes:
        framework: whose elements are coded.
        classifier: fitted for this framework.
        rules: the coder whose candidates, statuses and claims it weighs.
    """

    def __init__(self, framework: Framework, classifier: SentenceClassifier) -> None:
        self.framework, self.classifier, self.rules = framework, classifier, RulesCoder(framework)

    def __repr__(self) -> str:
        return f"<ClassifierCoder: {self.classifier!r}>"

    @property
    def description(self) -> str:
        """What it learned from, and how sure it must be."""
        return self.classifier.description

    @property
    def measured(self) -> Measured:
        """How well it finds each element, on documents from which it has not learned."""
        return self.classifier.measured()

    def code(self, passages: Sequence[Passage]) -> list[Coding]:
        """A coding for each sentence of the passages, one after the other."""
        every = [sentence for passage in passages for sentence in passage.sentences]
        sentences = self._judge([leave_out_questions(sentence, self.rules.cues) for sentence in every])
        contexts = [context_of(sentence, self.rules.cues) for sentence in sentences]
        sentences = self._set_statuses(sentences, contexts)
        claims = self._choose_claims(sentences, contexts)
        return [Coding(s.candidates, c) for s, c in zip(sentences, claims, strict=True)]

    def _judge(self, sentences: list[SentenceDraft]) -> list[SentenceDraft]:
        """The sentences with the candidates that the classifier confirms or adds; headings are left to the rules."""
        judged = [i for i, s in enumerate(sentences) if s.is_on_topic and s.block_kind != "heading"]
        judgements = self.classifier.judge([sentences[i] for i in judged])
        found = dict(zip(judged, judgements, strict=True))
        return [
            apply_judgements(sentence, found[i], self.framework) if i in found else sentence
            for i, sentence in enumerate(sentences)
        ]

    def _set_statuses(
        self, sentences: list[SentenceDraft], contexts: list[SentenceContext | None]
    ) -> list[SentenceDraft]:
        """The sentences with each candidate's status: the rules' one, unless the classifier answers otherwise."""
        ruled = [
            set_rule_statuses(sentence, context) if context else sentence
            for sentence, context in zip(sentences, contexts, strict=True)
        ]
        asked = [
            (number, place, question)
            for number, (sentence, context) in enumerate(zip(ruled, contexts, strict=True))
            for place, question in ask_about_statuses(sentence, context, self.framework)
        ]
        answers = self.classifier.answer([question for *_, question in asked])
        candidates = [list(sentence.candidates) for sentence in ruled]
        for (number, place, question), answer in zip(asked, answers, strict=True):
            old = candidates[number][place]
            new = replace(old, status_probability=answer.probability)
            if answer.value != question.given:
                new = replace(new, status=answer.value, cue=answer.at)  # type: ignore[arg-type]
            candidates[number][place] = new
        return [
            replace(sentence, candidates=tuple(found))
            for sentence, found in zip(ruled, candidates, strict=True)
        ]

    def _choose_claims(
        self, sentences: list[SentenceDraft], contexts: list[SentenceContext | None]
    ) -> list[tuple[ClaimDraft, ...]]:
        """For each sentence, the claims that the classifier confirms among those that it may make."""
        kept: list[list[ClaimDraft]] = [[] for _ in sentences]
        asked = []
        for number, (sentence, context) in enumerate(zip(sentences, contexts, strict=True)):
            if context:
                ruled = replace(sentence, claims=find_claims(sentence.candidates, context))
                asked += [(number, *pair) for pair in ask_about_claims(ruled, context, self.framework)]
        answers = self.classifier.answer([question for *_, question in asked])
        for (number, claim, _), answer in zip(asked, answers, strict=True):
            if answer.value == "yes":
                kept[number].append(replace(claim, cue=answer.at or claim.cue))
        return [tuple(claims) for claims in kept]


def apply_judgements(
    sentence: SentenceDraft, judgements: Mapping[str, Judgement], framework: Framework
) -> SentenceDraft:
    """The sentence with the candidates that the classifier confirms, and those that it adds.

    It has seen what the rules found, so its word is the last one on the elements that it knows; parts of an element
    go with the element.
    """
    kept = []
    for candidate in sentence.candidates:
        judgement = judgements.get(framework.top(candidate.element))
        if judgement is None:
            kept.append(candidate)
        elif judgement.named:
            kept.append(replace(candidate, probability=judgement.probability))
    there = {framework.top(candidate.element) for candidate in kept}
    for id, judgement in judgements.items():
        if judgement.named and id not in there:
            tokens = sentence.tokens_at(judgement.start, judgement.end)
            if tokens is not None:
                source = f"classifier: {', '.join(judgement.words) or 'the whole sentence'}"
                kept.append(Candidate(*tokens, id, framework[id].kind, source, judgement.probability))
    return replace(sentence, candidates=tuple(sorted(kept, key=lambda c: (c.start, c.end, c.element))))
