"""A language model as a coder: it says what sentences name, and only what holds of its answers is taken."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from policyloom.coders.classifier import SentenceClassifier
from policyloom.coders.language_model.answers import (
    CheckedAnswer,
    CheckedMention,
    SentenceAnswer,
    check_answer,
)
from policyloom.coders.language_model.client import TIMEOUT
from policyloom.coders.language_model.prompt import (
    Request,
    Task,
    make_request,
    make_second_request,
    make_tasks,
)
from policyloom.coders.language_model.store import GivenAnswers
from policyloom.coders.rules.status import WITHOUT_STATUS
from policyloom.errors import UnansweredError
from policyloom.framework import Framework
from policyloom.records import Candidate, ClaimDraft, Coder, Coding, Measured, Passage, SentenceDraft

__all__ = ["LIKELY", "LanguageModel", "LanguageModelCoder", "Reads", "is_likely"]

Reads = Literal["likely", "all"]
"""Which passages the model reads: those in which rules and classifier cannot rule out a mention, or all."""

LIKELY = 0.08
"""The probability, by the classifier, from which an element may be named in a sentence."""
LIKELY_ELSEWHERE = 0.5
"""The same for a sentence that does not seem to be of the framework's field.

With both, 0.99 of what is labelled in 187 and 660 sentences read alone is read, and 0.97 on six whole documents, of which
0.16 of the text is read. Both were chosen with these figures in view, so expect a little less elsewhere.
"""


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """Which language model codes, and how.

    Attributes:
        name: as its server calls it.
        url: of a server that speaks the OpenAI chat-completions protocol; without one nothing is sent, and only stored
            answers are used.
        votes: how many answers to each request; what more than half of them name is taken, with the share as its
            probability.
        reads: which passages it reads.
        concurrency: how many requests are on their way at once.
        answers: a file of answers, such as a run's answers.jsonl or a batch's output, besides those that are kept.
        store: an SQLite file in which answers are kept, where there is no run folder to keep them in.
        confirms: a coder whose mentions it confirms, as "rules", "classifier" or the file of a classifier: it reads only
            passages in which that one names something, and only what both name is kept, with the model's status.
        timeout: seconds for one answer.
    """

    name: str
    url: str = ""
    votes: int = 1
    reads: Reads = "likely"
    concurrency: int = 4
    answers: str | Path | None = None
    store: str | Path | None = None
    confirms: str | Path | None = None
    timeout: float = TIMEOUT

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("the language model has no name; give one, such as llama3.1")
        if self.votes < 1 or self.concurrency < 1:
            raise ValueError(f"{self.votes} votes, {self.concurrency} at once: give 1 or more")
        if not 0 < self.timeout < math.inf:
            raise ValueError(f"a time-out of {self.timeout:g} s: give seconds above 0")
        if self.reads not in get_args(Reads):
            raise ValueError(f"reads {self.reads!r}: use one of {', '.join(get_args(Reads))}")


class LanguageModelCoder:
    """A language model decides what sentences name; names of cases and actors are left to the rules.

    Headings are not coded, but shown with the sentences beneath them.

    Attributes:
        framework: whose elements are coded.
        model: which model, and how.
        classifier: by which passages are ruled out; without one, what is not of the framework's field.
        first: the coder whose mentions it confirms, if it confirms any.
        given: the file of answers that it was given, if any.
        n_read, n_seen: sentences that the model has read, and those that it was given.
        measured: empty, as how well a model does is known of none beforehand; `evaluate` tells.
    """

    measured = Measured()

    def __init__(
        self,
        framework: Framework,
        model: LanguageModel,
        look_up: Callable[[str], str | None],
        ask: Callable[[Iterable[Request]], None] | None = None,
        *,
        classifier: SentenceClassifier | None = None,
        first: Coder | None = None,
        given: GivenAnswers | None = None,
    ) -> None:
        self.given, self._used = given, set[str]()
        self.n_read = self.n_seen = 0
        self.framework, self.model, self.classifier, self.first = framework, model, classifier, first
        self._find, self._ask = look_up, ask

    def _look_up(self, id: str) -> str | None:
        raw = self._find(id)
        if raw is not None:
            self._used.add(id)
        return raw

    def explain_given(self) -> str:
        """How many answers of the file that it was given fit a request, in words; "" without a file."""
        if self.given is None:
            return ""
        n = len({answer.request for answer in self.given.answers} & self._used)
        return f"{self.given.in_words()}; {n:,} fit a request"

    @property
    def description(self) -> str:
        """What it is, in words for a report."""
        votes = f", the majority of {self.model.votes} answers" if self.model.votes > 1 else ""
        reads = (
            "passages that may name something"
            if self.model.reads == "likely"
            else "all passages but headings"
        )
        if self.first is not None:
            reads = f"only what this coder names too: {self.first.description}"
        return f"language model {self.model.name}{votes}; {reads}"

    def code(self, passages: Sequence[Passage]) -> list[Coding]:
        """A coding for each sentence of the passages, one after the other.

        Raises:
            UnansweredError: there is no answer to some requests, and nobody to ask.
            PolicyloomError: the server cannot be reached.
        """
        firsts = self.first.code(passages) if self.first else None
        tasks = self.plan(passages, firsts)
        while unanswered := [request for task in tasks for request in self._unanswered(task)]:
            if self._ask is None:
                raise self._unanswered_error(unanswered, tasks)
            self._ask(unanswered)
            still = {request.id for request in unanswered if self._look_up(request.id) is None}
            if still:
                raise self._unanswered_error([r for r in unanswered if r.id in still], tasks)
        sentences = [sentence for passage in passages for sentence in passage.sentences]
        self.n_read += sum(len(task.sentences) for task in tasks)
        self.n_seen += len(sentences)
        answers = [[self._answer(task, vote) for vote in range(self.model.votes)] for task in tasks]
        # Without one usable answer nothing can be said, of what was asked about and of what was ruled out beforehand.
        is_answered = not tasks or any(vote.is_readable for votes in answers for vote in votes)
        codings = [Coding(_names(sentence), is_judged=is_answered) for sentence in sentences]
        for task, votes in zip(tasks, answers, strict=True):
            for number, (place, sentence) in enumerate(zip(task.places, task.sentences, strict=True), 1):
                codings[place] = self._merge(sentence, number, votes)
        if firsts is not None:
            return [
                self._confirm(first, second, sentence)
                for first, second, sentence in zip(firsts, codings, sentences, strict=True)
            ]
        return codings

    def plan(self, passages: Sequence[Passage], firsts: Sequence[Coding] | None = None) -> list[Task]:
        """The sentences that the model reads, as they are put together in requests.

        Args:
            passages: of a document.
            firsts: what the coder says of each sentence whose mentions are to be confirmed.
        """
        placed, at = [], 0
        for passage in passages:
            placed.append((at, passage))
            at += len(passage.sentences)
        placed = [
            (first, passage)
            for first, passage in placed
            if passage.sentences and passage.sentences[0].block_kind != "heading"
        ]
        if firsts is not None:
            return make_tasks(
                [(at, p) for at, p in placed if any(_coded(firsts[at + n]) for n in range(len(p.sentences)))]
            )
        if self.model.reads == "likely":
            likely = is_likely([passage for _, passage in placed], self.classifier)
            placed = [pair for pair, holds in zip(placed, likely, strict=True) if holds]
        return make_tasks(placed)

    def _confirm(self, first: Coding, second: Coding, sentence: SentenceDraft) -> Coding:
        """What both coders name in a sentence: in the first one's words, with the second one's status; headings stay."""
        if not second.is_judged:
            return Coding(_names(sentence), is_judged=False)
        if sentence.block_kind == "heading":
            return first
        statuses = {self.framework.top(c.element): c for c in _coded(second)}
        kept: dict[int, int] = {}
        candidates: list[Candidate] = []
        for place, candidate in enumerate(first.candidates):
            said = statuses.get(self.framework.top(candidate.element))
            if candidate.kind in WITHOUT_STATUS:
                confirmed = candidate
            elif said is None:
                continue
            else:
                cue = candidate.cue if said.status == candidate.status else None
                source = f"{candidate.source}; {said.source}"
                confirmed = replace(candidate, status=said.status, cue=cue, source=source)
            kept[place] = len(candidates)
            candidates.append(confirmed)
        ties = {self._ends(claim, second.candidates) for claim in second.claims}
        claims = tuple(
            replace(claim, mechanism=kept[claim.mechanism], target=kept[claim.target])
            for claim in first.claims
            if self._ends(claim, first.candidates) in ties
        )
        return Coding(tuple(candidates), claims, second.n_dropped)

    def _ends(self, claim: ClaimDraft, candidates: Sequence[Candidate]) -> tuple[str, str]:
        """The outermost elements that a claim joins."""
        mechanism, target = candidates[claim.mechanism], candidates[claim.target]
        return self.framework.top(mechanism.element), self.framework.top(target.element)

    def _unanswered(self, task: Task) -> list[Request]:
        """The requests of a task without an answer: the first ones, and second ones where an answer fails the check."""
        missing = []
        for vote in range(self.model.votes):
            request = make_request(self.model.name, self.framework, task, vote)
            raw = self._look_up(request.id)
            if raw is None:
                missing.append(request)
                continue
            checked = check_answer(raw, task.sentences, self.framework)
            if checked.problems:
                second = make_second_request(request, raw, checked.problems)
                if self._look_up(second.id) is None:
                    missing.append(second)
        return missing

    def _unanswered_error(self, requests: Sequence[Request], tasks: Sequence[Task]) -> UnansweredError:
        n_all = sum(map(self._count_requests, tasks))
        return UnansweredError(tuple(requests), n_all, self.explain_given())

    def _count_requests(self, task: Task) -> int:
        """The requests of a task as far as they are known: one a vote, and a second one where an answer fails the check."""
        n = self.model.votes
        for vote in range(self.model.votes):
            raw = self._look_up(make_request(self.model.name, self.framework, task, vote).id)
            n += raw is not None and bool(check_answer(raw, task.sentences, self.framework).problems)
        return n

    def _answer(self, task: Task, vote: int) -> CheckedAnswer:
        """What holds of the answers to a task: of the second where the first failed and the second can be read."""
        request = make_request(self.model.name, self.framework, task, vote)
        raw = self._look_up(request.id) or ""
        first = check_answer(raw, task.sentences, self.framework)
        if not first.problems:
            return first
        second_raw = self._look_up(make_second_request(request, raw, first.problems).id) or ""
        second = check_answer(second_raw, task.sentences, self.framework)
        return second if second.is_readable else first

    def _merge(self, sentence: SentenceDraft, number: int, votes: Sequence[CheckedAnswer]) -> Coding:
        """A sentence's coding by the majority of the readable answers."""
        names = _names(sentence)
        readable = [vote for vote in votes if vote.is_readable]
        if not readable:
            return Coding(names, is_judged=False)
        said = [vote.sentences.get(number, SentenceAnswer()) for vote in readable]
        n_dropped = sum(answer.n_dropped for answer in said)
        if number == 1:  # what belongs to no sentence is counted with the first
            n_dropped += sum(vote.n_lost for vote in readable)
        by_element: dict[str, list[CheckedMention]] = {}
        for answer in said:
            for mention in answer.mentions:
                by_element.setdefault(self.framework.top(mention.element), []).append(mention)
        kept = {top: found for top, found in by_element.items() if 2 * len(found) > len(said)}
        candidates = [
            *names,
            *(self._candidate(found, len(said)) for found in kept.values()),
        ]
        candidates.sort(key=lambda c: (c.start, c.end, c.element))
        claims = self._claims(said, candidates)
        return Coding(tuple(candidates), tuple(claims), n_dropped=n_dropped)

    def _candidate(self, found: Sequence[CheckedMention], n_votes: int) -> Candidate:
        """One element's mentions by the votes as one: the commonest status, element and words."""
        status, n_alike = Counter(mention.status for mention in found).most_common(1)[0]
        chosen = next(mention for mention in found if mention.status == status)
        return Candidate(
            *chosen.span, chosen.element, self.framework[chosen.element].kind,
            f"language model: {self.model.name}", len(found) / n_votes, status, None, n_alike / len(found),
        )  # fmt: skip

    def _claims(
        self, said: Sequence[SentenceAnswer], candidates: Sequence[Candidate]
    ) -> Iterable[ClaimDraft]:
        """The links that more than half of the votes state, between mentions that were kept."""
        places = {
            self.framework.top(candidate.element): place
            for place, candidate in enumerate(candidates)
            if candidate.kind not in WITHOUT_STATUS
        }
        votes = Counter((link.mechanism, link.target) for answer in said for link in answer.links)
        for pair, n in sorted(votes.items()):
            if 2 * n <= len(said) or pair[0] not in places or pair[1] not in places:
                continue
            mechanism, target = places[pair[0]], places[pair[1]]
            first, second = candidates[mechanism].span, candidates[target].span
            if first[0] < second[1] and second[0] < first[1]:
                continue  # of several votes, one's words for one end overlap another's for the other
            link = next(
                link for answer in said for link in answer.links if (link.mechanism, link.target) == pair
            )
            kind: Literal["answers", "leads_to"] = (
                "answers" if candidates[target].kind == "challenge" else "leads_to"
            )
            yield ClaimDraft(
                kind,
                mechanism,
                target,
                link.cue,
                "negative" if link.is_denied else "positive",
                link.is_hedged,
            )


def is_likely(passages: Sequence[Passage], classifier: SentenceClassifier | None) -> list[bool]:
    """Whether each passage may name something: a rule finds it, or the classifier does not rule it out.

    Without a classifier every passage of the framework's field may.
    """
    found = [_has_candidates(passage) for passage in passages]
    if classifier is None:
        return [
            holds or any(s.is_on_topic for s in passage.sentences)
            for holds, passage in zip(found, passages, strict=True)
        ]
    open_ones = [
        (place, sentence)
        for place, passage in enumerate(passages)
        if not found[place]
        for sentence in passage.sentences
    ]
    highest = classifier.probabilities([sentence for _, sentence in open_ones]).max(axis=1, initial=0.0)
    for (place, sentence), probability in zip(open_ones, highest.tolist(), strict=True):
        if probability >= (LIKELY if sentence.is_on_topic else LIKELY_ELSEWHERE):
            found[place] = True
    return found


def _has_candidates(passage: Passage) -> bool:
    return any(c.kind not in WITHOUT_STATUS for sentence in passage.sentences for c in sentence.candidates)


def _coded(coding: Coding) -> list[Candidate]:
    """What a coding names, but for names."""
    return [candidate for candidate in coding.candidates if candidate.kind not in WITHOUT_STATUS]


def _names(sentence: SentenceDraft) -> tuple[Candidate, ...]:
    """The cases and actors that rules name in a sentence."""
    return tuple(candidate for candidate in sentence.candidates if candidate.kind in WITHOUT_STATUS)
