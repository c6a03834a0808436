"""Rules as a coder: nothing learned; cues decide statuses and claims.

status   affirmed, planned, lacking or negated
claims   mechanism to outcome, mechanism to challenge, where the sentence says so
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from policyloom.coders.rules.claims import find_claims
from policyloom.coders.rules.denied import deny_effects
from policyloom.coders.rules.status import WITHOUT_STATUS, decide_status
from policyloom.framework import Framework
from policyloom.languages import load_language
from policyloom.languages.context import SentenceContext, read_context
from policyloom.languages.cues import Cues, compile_cues
from policyloom.records import Coding, Measured, Passage, SentenceDraft, Status

__all__ = ["RulesCoder", "context_of", "leave_out_questions", "set_rule_statuses"]


class RulesCoder:
    """The framework's rules alone: each candidate is named, with the status and the claims that cues give it.

    Attributes:
        framework: whose elements are coded.
        cues: the language's, with the framework's words.
        measured: empty, as how well rules do is known of no framework beforehand.
    """

    description = "rules alone"
    measured = Measured()

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        self.cues: Cues = compile_cues(load_language(framework.language), framework.facets)

    def __repr__(self) -> str:
        return f"<RulesCoder for {self.framework.id}>"

    def code(self, passages: Sequence[Passage]) -> list[Coding]:
        """A coding for each sentence of the passages, one after the other."""
        return [self._code(sentence) for passage in passages for sentence in passage.sentences]

    def _code(self, sentence: SentenceDraft) -> Coding:
        sentence = leave_out_questions(sentence, self.cues)
        context = context_of(sentence, self.cues)
        if context is None:
            return Coding(sentence.candidates)
        coded = set_rule_statuses(sentence, context)
        claims = deny_effects(find_claims(coded.candidates, context), coded.candidates, context)
        return Coding(coded.candidates, claims)


def context_of(sentence: SentenceDraft, cues: Cues) -> SentenceContext | None:
    """A sentence's context; None where it names nothing that has a status."""
    if all(candidate.kind in WITHOUT_STATUS for candidate in sentence.candidates):
        return None
    return read_context(sentence, cues)


def leave_out_questions(sentence: SentenceDraft, cues: Cues) -> SentenceDraft:
    """The sentence, and where it asks, its names alone: a question states nothing of what a framework looks for."""
    if not cues.grammar.is_question(sentence.forms, cues.grammar.first_word(sentence.forms)):
        return sentence
    names = tuple(c for c in sentence.candidates if c.kind in WITHOUT_STATUS)
    return replace(sentence, candidates=names, is_on_topic=False)


def set_rule_statuses(sentence: SentenceDraft, context: SentenceContext) -> SentenceDraft:
    """The sentence with the status that cues give each candidate, and the cue that decided it."""
    found = []
    lead_in = _status_of_lead_in(sentence, context.cues)
    for candidate in sentence.candidates:
        status, cue = decide_status(candidate.span, candidate.kind, context, lead_in)
        found.append(replace(candidate, status=status, cue=cue, status_probability=1.0))
    return replace(sentence, candidates=tuple(found))


def _status_of_lead_in(sentence: SentenceDraft, cues: Cues) -> Status | None:
    """The status that the sentence introducing a list gives its items; None where none does, or it says nothing of it."""
    for lead_in in sentence.lead_ins():
        end = max((i + 1 for i, form in enumerate(lead_in.forms) if form.isalnum()), default=0)
        context = read_context(replace(lead_in, candidates=()), cues)
        status, _cue = decide_status((end, end), "mechanism", context)
        if status != "affirmed":
            return status
        if cues.grammar.is_past(lead_in.forms):
            return "affirmed"
    return None
