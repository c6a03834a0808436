"""What a run asks a language model: the parent process asks, the workers look the answers up.

Workers read documents as usual. A document whose answers are all there is done; for any other the worker says what must
be asked. The run then asks, keeps each answer as it comes, and gives those documents to the workers again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from policyloom.coders.language_model import (
    STORE_START,
    AnswerStore,
    Asked,
    GivenAnswers,
    LanguageModel,
    Request,
    answer_wanted,
    read_answers,
    set_aside,
    write_answers,
    write_unanswered,
)
from policyloom.errors import PolicyloomError
from policyloom.framework import Framework
from policyloom.run.coder import CoderChoice
from policyloom.run.folder import ResultFolder

__all__ = ["Conversation", "RequestPlan", "open_conversation", "plan_unanswered", "take_given"]

CHARACTERS_A_TOKEN = 4
"""For an estimate before anything is sent; about right for English, too many for other scripts."""
TOKENS_OUT = 30
"""Tokens that a model writes for each sentence, for an estimate; most sentences name nothing."""


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """What would be asked of a language model.

    Attributes:
        n_documents: documents that wait for an answer.
        n_requests: requests without an answer.
        n_passages: passages in these.
        n_sentences: sentences that these ask about.
        n_tokens_in, n_tokens_out: an estimate of what is read and written.
        path: the file to which the requests were written.
    """

    n_documents: int
    n_requests: int
    n_passages: int
    n_sentences: int
    n_tokens_in: int
    n_tokens_out: int
    path: Path | None = None

    def cost(self, price_in: float, price_out: float) -> float:
        """What it would cost, at prices for a million tokens read and written."""
        return (self.n_tokens_in * price_in + self.n_tokens_out * price_out) / 1_000_000


def plan_unanswered(
    requests: Callable[[], Iterable[Request]],
    framework: Framework,
    *,
    n_votes: int = 1,
    n_documents: int = 1,
    path: str | Path | None = None,
) -> RequestPlan:
    """What requests would cost, which are written to a file if one is given.

    Args:
        requests: gives those without an answer each time it is called.
        framework: whose elements are coded.
        n_votes: how many answers to each are wanted.
        n_documents: which they are about.
        path: a .jsonl file; it is replaced.
    """
    n_requests = n_sentences = n_passages = n_characters = 0
    for request in requests():
        n_requests += 1
        n_sentences += request.n_sentences
        n_passages += request.n_passages
        n_characters += sum(len(message["content"]) for message in request.messages)
    if path is not None:
        write_unanswered(requests(), path, framework, n_votes=n_votes)
    return RequestPlan(
        n_documents, n_requests, n_passages, n_sentences, n_characters // CHARACTERS_A_TOKEN,
        n_sentences * TOKENS_OUT, Path(path) if path is not None else None,
    )  # fmt: skip


def take_given(coder: CoderChoice) -> tuple[CoderChoice, GivenAnswers | None]:
    """A coder, and the answers that a language model was given in a file."""
    if not isinstance(coder, LanguageModel) or coder.answers is None:
        return coder, None
    return replace(coder, answers=None), read_answers(coder.answers)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A language model and what it has been asked so far; `given` is the file of answers that came with it."""

    framework: Framework
    model: LanguageModel
    store: AnswerStore
    given: GivenAnswers | None = None

    @property
    def can_ask(self) -> bool:
        """Whether there is a server to ask."""
        return bool(self.model.url)

    def want(self, requests: tuple[Request, ...]) -> None:
        """Notes what a document needs answered."""
        self.store.want(requests)

    def ask(self, tell: Callable[[Asked], None]) -> str:
        """Asks all that is wanted, and gives the reason why the last request without an answer got none, if any.

        Raises:
            PolicyloomError: the server cannot be reached or does not answer; what it has answered is kept.
        """
        return answer_wanted(self.framework, self.model, self.store, tell=tell)

    def plan(self, n_documents: int, path: str | Path | None) -> RequestPlan:
        """What is wanted, which is written to a file if one is given."""
        return plan_unanswered(
            self.store.wanted, self.framework, n_votes=self.model.votes, n_documents=n_documents, path=path
        )

    def notes(self, n_done: int, n_waiting: int) -> tuple[str, ...]:
        """What the file of answers holds and how far it went, in words; nothing where none was given."""
        if self.given is None:
            return ()
        n = n_done + n_waiting
        return (
            f"{self.given.in_words()}; {n_done} of {n} document{'s' if n != 1 else ''} have all of theirs",
        )

    def sign(self) -> str:
        """A hash of all answers."""
        digest = hashlib.sha256()
        for answer in self.store:
            digest.update(f"{answer.request} {answer.text}".encode("utf-8", "backslashreplace"))
        return digest.hexdigest()

    def write(self, path: Path) -> None:
        """Writes all answers, for people to read and for colleagues who have not the model."""
        write_answers(self.store, path)


def open_conversation(
    results: ResultFolder,
    framework: Framework,
    model: LanguageModel,
    *,
    told: Path,
    given: GivenAnswers | None = None,
) -> Conversation:
    """The conversation of a run folder, with the answers that it holds.

    Args:
        results: the run folder.
        framework: whose elements are coded.
        model: that is asked.
        told: the file of answers that a run writes for people; it serves where the folder came without what is hidden, or
            what is hidden is damaged.
        given: a file of answers besides.

    Raises:
        PolicyloomError: the answers cannot be read.
    """
    is_new = not results.answers.exists() or not results.answers.stat().st_size
    store = _open_store(results.answers)
    store.forget_wanted()
    if (is_new or store.is_mended) and told.is_file():
        store.take(answer for answer in read_answers(told).answers if store.get(answer.request) is None)
    n_changed = store.take(given.answers) if given is not None else 0
    if is_new or n_changed:  # results that rest on other answers
        for path in results.cache.glob("*.json"):
            path.unlink()
    return Conversation(framework, model, store, given)


def _open_store(path: Path) -> AnswerStore:
    """The store of a run folder; a file there that is none any more is set aside."""
    try:
        return AnswerStore(path)
    except PolicyloomError:
        if not path.is_file() or path.read_bytes()[: len(STORE_START)] == STORE_START:
            raise  # it cannot be opened, for want of room or the right to
        set_aside(path)
        store = AnswerStore(path)
        store.is_mended = True
        return store
