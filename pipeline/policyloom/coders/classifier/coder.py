"""A classifier as a coder: rules name candidates and read cues, and a fitted classifier has the last word."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from policyloom.coders.classifier.answers import Answerer
from policyloom.coders.classifier.files import read_shared_answerers
from policyloom.coders.classifier.judge import Judgement, SentenceClassifier
from policyloom.coders.classifier.questions import (
    Answer,
    Question,
    QuestionKind,
    ask_about_claims,
    ask_about_statuses,
)
from policyloom.coders.rules import RulesCoder, context_of, leave_out_questions, set_rule_statuses
from policyloom.coders.rules.claims import denies_effect, find_claims
from policyloom.coders.rules.denied import deny_effects, find_denied_pairs
from policyloom.framework import Framework
from policyloom.languages.context import SentenceContext
from policyloom.languages.cues import Cues
from policyloom.records import Candidate, ClaimDraft, Coding, Measured, Passage, SentenceDraft

__all__ = ["ClassifierCoder", "LearnedRulesCoder", "apply_judgements"]


MIN_NEAR = 0.3
"""The share of the needed probability from which a sentence is kept as one that comes near an element; it serves to show where to look."""


class LearnedRulesCoder(RulesCoder):
    """The framework's rules, with statuses and claims as policyloom has learned them in other frameworks of the language.

    Attributes:
        framework: whose elements are coded.
        answerers: what has learned about statuses, and about claims.
    """

    description = "rules, with learned statuses and claims"

    def __init__(self, framework: Framework, answerers: Mapping[QuestionKind, Answerer]) -> None:
        super().__init__(framework)
        self.answerers = answerers

    @property
    def version(self) -> str:
        """A hash of what was learned."""
        return _version(self.answerers)

    def code(self, passages: Sequence[Passage]) -> list[Coding]:
        """A coding for each sentence of the passages, one after the other."""
        every = [sentence for passage in passages for sentence in passage.sentences]
        sentences = [leave_out_questions(sentence, self.cues) for sentence in every]
        return _answer_all(sentences, self.cues, self.answerers)


class ClassifierCoder:
    """A classifier beside the rules.

    It keeps or drops the candidates that rules name, adds what no rule has found, and has the last word on statuses and
    claims; where it has not learned enough about these, what policyloom has learned for the language has it.

    Attributes:
        framework: whose elements are coded.
        classifier: fitted for this framework.
        rules: the coder whose candidates, statuses and claims it weighs.
    """

    def __init__(self, framework: Framework, classifier: SentenceClassifier) -> None:
        self.framework, self.classifier, self.rules = framework, classifier, RulesCoder(framework)
        shared = read_shared_answerers(framework.language)
        self._shared = {
            about: answerer for about, answerer in shared.items() if about not in classifier.answerers
        }

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

    @property
    def shared_version(self) -> str:
        """A hash of what it takes from policyloom's own classifier; empty if nothing."""
        return _version(self._shared) if self._shared else ""

    def code(self, passages: Sequence[Passage]) -> list[Coding]:
        """A coding for each sentence of the passages, one after the other."""
        every = [sentence for passage in passages for sentence in passage.sentences]
        sentences = [leave_out_questions(sentence, self.rules.cues) for sentence in every]
        judgements = self._judge(sentences)
        kept = [
            self._keep_denied_ends(sentence, apply_judgements(sentence, judged, self.framework), judged)
            if judged
            else sentence
            for sentence, judged in zip(sentences, judgements, strict=True)
        ]
        answerers = {**self.classifier.answerers, **self._shared}
        codings = _answer_all(kept, self.rules.cues, answerers, shared=self._shared)
        return [
            replace(coding, near=self._find_near(coding, judged))
            for coding, judged in zip(codings, judgements, strict=True)
        ]

    def _judge(self, sentences: Sequence[SentenceDraft]) -> list[dict[str, Judgement]]:
        """The judgements of each sentence; none of headings, which are left to the rules, and of other fields."""
        judged = [i for i, s in enumerate(sentences) if s.is_on_topic and s.block_kind != "heading"]
        judgements = self.classifier.judge([sentences[i] for i in judged])
        found = dict(zip(judged, judgements, strict=True))
        return [found.get(i, {}) for i in range(len(sentences))]

    def _find_near(
        self, coding: Coding, judgements: Mapping[str, Judgement]
    ) -> tuple[tuple[str, float], ...]:
        """The elements that a sentence does not name and nearly would."""
        near = [
            (id, min(1.0, j.share)) for id, j in judgements.items() if not j.named and j.share >= MIN_NEAR
        ]
        there = {self.framework.top(candidate.element) for candidate in coding.candidates} if near else ()
        return tuple((id, round(share, 3)) for id, share in near if id not in there)

    def _keep_denied_ends(
        self, ruled: SentenceDraft, judged: SentenceDraft, judgements: Mapping[str, Judgement]
    ) -> SentenceDraft:
        """The judged sentence, with the candidates of the rules that are an end of an effect it denies.

        Sentences that deny an effect are too rare among labels for a classifier to know what they name; what is asked to be
        probable has to be so all the same.
        """
        context = context_of(ruled, self.rules.cues)
        if context is None or not context.effect_denials:
            return judged
        there = {self.framework.top(candidate.element) for candidate in judged.candidates}
        dropped = [
            replace(c, probability=judgements[top].probability)
            for c in ruled.candidates
            if (top := self.framework.top(c.element)) not in there
            and top in judgements
            and judgements[top].probability >= self.classifier.min_probability
        ]
        every = sorted((*judged.candidates, *dropped), key=lambda c: (c.start, c.end, c.element))
        ends = {place for m, t, _ in find_denied_pairs(every, context) for place in (m, t)}
        kept = [c for place, c in enumerate(every) if place in ends or c not in dropped]
        return replace(judged, candidates=tuple(kept))


def _answer_all(
    sentences: Sequence[SentenceDraft],
    cues: Cues,
    answerers: Mapping[QuestionKind, Answerer],
    *,
    shared: Collection[QuestionKind] = (),
) -> list[Coding]:
    """The codings of sentences whose candidates stand: their statuses and claims by what has learned about them.

    What is shared by all frameworks has not learned how far this one's probabilities go, and takes the ends of a claim as given.
    """
    contexts = [context_of(sentence, cues) for sentence in sentences]

    def answer(questions: Sequence[Question]) -> list[Answer]:
        answers = [Answer(question.given, 1.0) for question in questions]
        for about, answerer in answerers.items():
            of_kind = [i for i, question in enumerate(questions) if question.about == about]
            asked = [replace(questions[i], prior=1.0) if about in shared else questions[i] for i in of_kind]
            for i, found in zip(of_kind, answerer.answer(asked), strict=True):
                answers[i] = found
        return answers

    sentences = set_statuses(sentences, contexts, answer)
    claims = choose_claims(sentences, contexts, answer)
    return [
        Coding(s.candidates, deny_effects(found, s.candidates, context) if context else found)
        for s, found, context in zip(sentences, claims, contexts, strict=True)
    ]


def choose_claims(
    sentences: Sequence[SentenceDraft],
    contexts: Sequence[SentenceContext | None],
    answer: Callable[[Sequence[Question]], Sequence[Answer]],
) -> list[tuple[ClaimDraft, ...]]:
    """For each sentence, those of the claims that it may make to which the answer is yes, and denied effects."""
    kept: list[list[ClaimDraft]] = [[] for _ in sentences]
    asked = []
    for number, (sentence, context) in enumerate(zip(sentences, contexts, strict=True)):
        if context:
            ruled = replace(sentence, claims=find_claims(sentence.candidates, context))
            asked += [(number, *pair) for pair in ask_about_claims(ruled, context)]
    answers = answer([question for *_, question in asked])
    for (number, claim, _), given in zip(asked, answers, strict=True):
        # Denied effects are too rare among labels to be learned.
        if given.value == "yes" or _denies(claim, sentences[number], contexts[number]):
            kept[number].append(replace(claim, cue=given.at or claim.cue))
    return [tuple(claims) for claims in kept]


def _denies(claim: ClaimDraft, sentence: SentenceDraft, context: SentenceContext | None) -> bool:
    mechanism, target = sentence.candidates[claim.mechanism], sentence.candidates[claim.target]
    return context is not None and denies_effect(mechanism, target, context)


def _version(answerers: Mapping[QuestionKind, Answerer]) -> str:
    known = [f"{about} {answerer.version}" for about, answerer in sorted(answerers.items())]
    return hashlib.sha256("\n".join(known).encode()).hexdigest()


def set_statuses(
    sentences: Sequence[SentenceDraft],
    contexts: Sequence[SentenceContext | None],
    answer: Callable[[Sequence[Question]], Sequence[Answer]],
) -> list[SentenceDraft]:
    """The sentences with each candidate's status: the rules' one, unless the answer is another."""
    ruled = [
        set_rule_statuses(sentence, context) if context else sentence
        for sentence, context in zip(sentences, contexts, strict=True)
    ]
    asked = [
        (number, place, question)
        for number, (sentence, context) in enumerate(zip(ruled, contexts, strict=True))
        for place, question in ask_about_statuses(sentence, context)
    ]
    candidates = [list(sentence.candidates) for sentence in ruled]
    answers = answer([question for *_, question in asked])
    for (number, place, question), given in zip(asked, answers, strict=True):
        new = replace(candidates[number][place], status_probability=given.probability)
        if given.value != question.given:
            new = replace(new, status=given.value, cue=given.at)  # type: ignore[arg-type]
        candidates[number][place] = new
    return [
        replace(sentence, candidates=tuple(found)) for sentence, found in zip(ruled, candidates, strict=True)
    ]


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
