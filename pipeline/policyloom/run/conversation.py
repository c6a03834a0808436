"""What a run asks a language model: the parent process asks, the workers look the answers up.

Workers read documents as usual. A document whose answers are all there is done; for any other the worker says what must
be asked. The run then asks, keeps each answer as it comes, and gives those documents to the workers again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from policyloom.coders.language_model import (
    AnswerStore,
    Asked,
    LanguageModel,
    Request,
    answer_wanted,
    read_answers,
    write_answers,
    write_wanted,
)
from policyloom.framework import Framework
from policyloom.run.folder import ResultFolder

__all__ = ["Conversation", "RequestPlan", "open_conversation"]

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
        n_sentences: sentences that these ask about.
        n_tokens_in, n_tokens_out: an estimate of what is read and written.
        path: the file to which the requests were written.
    """

    n_documents: int
    n_requests: int
    n_sentences: int
    n_tokens_in: int
    n_tokens_out: int
    path: Path | None = None

    def cost(self, price_in: float, price_out: float) -> float:
        """What it would cost, at prices for a million tokens read and written."""
        return (self.n_tokens_in * price_in + self.n_tokens_out * price_out) / 1_000_000


@dataclass(frozen=True, slots=True)
class Conversation:
    """A language model and what it has been asked so far."""

    framework: Framework
    model: LanguageModel
    store: AnswerStore

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
        n_requests, n_characters = self.store.count_wanted()
        n_sentences = sum(request.n_sentences for request in self.store.wanted())
        if path is not None:
            write_wanted(self.framework, self.model, self.store, path)
        return RequestPlan(
            n_documents, n_requests, n_sentences, n_characters // CHARACTERS_A_TOKEN, n_sentences * TOKENS_OUT,
            Path(path) if path is not None else None,
        )  # fmt: skip

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
    results: ResultFolder, framework: Framework, model: LanguageModel, *, told: Path
) -> Conversation:
    """The conversation of a run folder, with the answers that it holds.

    Args:
        results: the run folder.
        framework: whose elements are coded.
        model: that is asked.
        told: the file of answers that a run writes for people; it serves where the folder came without what is hidden.

    Raises:
        PolicyloomError: the answers cannot be read.
    """
    is_new = not results.answers.exists() or not results.answers.stat().st_size
    store = AnswerStore(results.answers)
    store.forget_wanted()
    if is_new and told.is_file():
        read_answers(told, store)
    n_changed = read_answers(model.answers, store)[2] if model.answers is not None else 0
    if is_new or n_changed:  # results that rest on other answers
        for path in results.cache.glob("*.json"):
            path.unlink()
    return Conversation(framework, model, store)
