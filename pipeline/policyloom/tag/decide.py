"""Decide what a sentence names, in what status, and what it claims: rules first, then a classifier where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from policyloom.framework import Framework
from policyloom.records import Answer, ClaimKind, Judgement, Question, Reading
from policyloom.tag.claims import ClaimMatch, Tagging, find_claims, pair
from policyloom.tag.cues import Cues
from policyloom.tag.parts import Candidate, Part
from policyloom.tag.pipeline import forms_of
from policyloom.tag.questions import ask_claim, ask_status
from policyloom.tag.status import Clause, decide_status

__all__ = ["Classifier", "ask_claims", "ask_statuses", "assert_by_rule", "decide", "settle"]


class Classifier(Protocol):
    """Something that judges sentences and answers questions; `policyloom.coders.classifier.SentenceClassifier` is one."""

    def judge(self, readings: Sequence[Reading]) -> Sequence[Mapping[str, Judgement]]:
        """For each sentence, its judgement of each outermost element that it knows."""

    def answer(self, questions: Sequence[Question]) -> Sequence[Answer]:
        """Its answer to each question; the rules' own where it has not learned to answer."""


def decide(parts: Sequence[Part], framework: Framework, cues: Cues, classifier: Classifier | None) -> None:
    """Fills in each part's candidates, statuses and claims."""
    if classifier:
        judged = [part for part in parts if part.judged]
        judgements = classifier.judge([part.reading for part in judged])
        for part, judgement in zip(judged, judgements, strict=True):
            settle(part, judgement, framework)
    for part in parts:
        assert_by_rule(part, framework, cues)
    if classifier:
        asked = [(part, i, question) for part in parts for i, question in ask_statuses(part, framework)]
        answers = classifier.answer([question for *_, question in asked])
        for (part, i, question), answer in zip(asked, answers, strict=True):
            part.sure[i] = answer.probability
            if answer.value != question.given:
                part.taggings[i] = replace(part.taggings[i], status=answer.value)  # type: ignore[arg-type]
                part.reasons[i] = answer.at
    for part in parts:
        part.claims = find_claims(part.taggings, part.clause) if part.clause else []
    if classifier:
        wanted = [
            (part, match, question) for part in parts for match, question in ask_claims(part, framework)
        ]
        kept: dict[int, list[ClaimMatch]] = {}
        for (part, match, _), answer in zip(
            wanted, classifier.answer([question for *_, question in wanted]), strict=True
        ):
            if answer.value == "yes":
                kept.setdefault(id(part), []).append(replace(match, cue=answer.at or match.cue))
        for part in parts:
            part.claims = kept.get(id(part), [])


def settle(part: Part, judgements: Mapping[str, Judgement], framework: Framework) -> None:
    """Keeps the candidates that the classifier confirms, and adds those that it names.

    It has seen what the rules found, so its word is the last one on the elements that it knows; parts of an element
    go with the element.
    """
    kept = []
    for candidate in part.candidates:
        judgement = judgements.get(framework.top(candidate.label))
        if judgement is None:
            kept.append(candidate)
        elif judgement.named:
            kept.append(replace(candidate, score=judgement.probability))
    there = {framework.top(candidate.label) for candidate in kept}
    offset = part.span.start_char + len(part.span.text) - len(part.span.text.lstrip())
    for id, judgement in judgements.items():
        if judgement.named and id not in there:
            found = part.span.doc.char_span(
                offset + judgement.start, offset + judgement.end, alignment_mode="expand"
            )
            if found is not None:
                start = max(0, found.start - part.span.start)
                end = min(len(part.span), found.end - part.span.start)
                source = f"classifier: {', '.join(judgement.words) or 'the whole sentence'}"
                kept.append(Candidate(start, end, id, source, judgement.probability))
    part.candidates = sorted(kept, key=lambda c: (c.start, c.end, c.label))


def assert_by_rule(part: Part, framework: Framework, cues: Cues) -> None:
    """Gives each candidate the status that the rules see, with the cue that decided it."""
    kinds = [framework[c.label].kind for c in part.candidates]
    if any(kind not in ("case", "actor") for kind in kinds):
        part.clause = Clause(forms_of(part.span), cues, part.block.kind, part.heading)
    part.taggings, part.reasons, part.sure = [], [], []
    for candidate, kind in zip(part.candidates, kinds, strict=True):
        tokens = (candidate.start, candidate.end)
        status, cue = decide_status(tokens, kind, part.clause) if part.clause else ("affirmed", None)
        part.taggings.append(Tagging(kind, candidate.label, tokens, status))
        part.reasons.append(cue)
        part.sure.append(1.0)


def ask_statuses(part: Part, framework: Framework) -> Iterable[tuple[int, Question]]:
    """Of each mention whose status is in question, its place in the list and the question.

    Where nothing but a heading decides, it stands: sentences are labelled without their headings.
    """
    for i, (tagging, cue) in enumerate(zip(part.taggings, part.reasons, strict=True)):
        by_heading = cue is None and tagging.status != "affirmed"
        if part.clause and tagging.kind in ("outcome", "challenge", "mechanism") and not by_heading:
            yield i, ask_status(tagging, framework.top(tagging.label), cue, part.clause)


def ask_claims(part: Part, framework: Framework) -> Iterable[tuple[ClaimMatch, Question]]:
    """Each claim that the sentence may make, those that the rules find among them, and the question whether it does."""
    if part.clause is None:
        return
    by_rule: dict[tuple[ClaimKind, str, str], ClaimMatch] = {}
    for match in part.claims:
        labels = part.taggings[match.mechanism].label, part.taggings[match.target].label
        by_rule[match.kind, *labels] = match
    for kind, m, t in pair(part.taggings):
        mechanism, target = part.taggings[m], part.taggings[t]
        found = by_rule.get((kind, mechanism.label, target.label))
        match = found or ClaimMatch.of(kind, m, t, mechanism, target, part.clause)
        tops = framework.top(mechanism.label), framework.top(target.label)
        ends = part.candidates[match.mechanism], part.candidates[match.target]
        question = ask_claim(
            kind,
            part.taggings[match.mechanism],
            part.taggings[match.target],
            tops,
            found is not None,
            part.clause,
        )
        yield match, replace(question, prior=ends[0].score * ends[1].score)
