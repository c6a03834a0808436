"""A language model as a coder: asked through any server that speaks the OpenAI chat-completions protocol, or by files.

    sentences --prompt--> requests --store, client--> raw answers --answers--> what holds of them --coder--> codings

prompt     the codebook and the sentences, as a request
store      requests and answers, kept from the moment they come
client     the only place from which anything is sent; server, one server and its ways
answers    an answer against the sentences it is about: what does not stand there is not taken
coder      who is asked what, and codings from what holds
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from policyloom.coders.classifier import read_classifier
from policyloom.coders.language_model.client import TIMEOUT, Asked, ask
from policyloom.coders.language_model.coder import LanguageModel, LanguageModelCoder, Reads
from policyloom.coders.language_model.prompt import Request, answer_schema, system_prompt
from policyloom.coders.language_model.server import body_of
from policyloom.coders.language_model.store import (
    REQUESTS_START,
    STORE_START,
    AnswerStore,
    GivenAnswers,
    read_answers,
    set_aside,
    write_answers,
    write_requests,
)
from policyloom.errors import PolicyloomError
from policyloom.framework import Framework
from policyloom.records import Coder

__all__ = [
    "REQUESTS_START",
    "STORE_START",
    "TIMEOUT",
    "AnswerStore",
    "Asked",
    "GivenAnswers",
    "LanguageModel",
    "LanguageModelCoder",
    "Reads",
    "Request",
    "answer_wanted",
    "coder_with_store",
    "language_model_coder",
    "read_answers",
    "set_aside",
    "system_prompt",
    "write_answers",
    "write_unanswered",
]


def language_model_coder(
    framework: Framework,
    name: str,
    *,
    url: str = "",
    votes: int = 1,
    reads: Reads = "likely",
    concurrency: int = 4,
    timeout: float = TIMEOUT,
    answers: str | Path | None = None,
    store: str | Path = ":memory:",
) -> LanguageModelCoder:
    """A language model as a coder, for `tag` and `evaluate_labels`.

    Args:
        framework: whose elements are coded.
        name: the model, as its server calls it.
        url: of a server that speaks the OpenAI chat-completions protocol, such as `http://localhost:11434/v1`; nothing
            is sent anywhere without it. A key is taken from the environment, as POLICYLOOM_LLM_KEY.
        votes: how many answers to each request; the majority holds.
        reads: "likely" passages, or "all".
        concurrency: how many requests are on their way at once.
        timeout: seconds for one answer.
        answers: a file of answers, such as a run's answers.jsonl or a batch's output.
        store: an SQLite file in which answers are kept; in memory unless given.

    Raises:
        PolicyloomError: a file cannot be read. When it codes, and there is no answer to be had, it raises
            `policyloom.errors.UnansweredError`.

    Example:
        `language_model_coder(read_framework(), "llama3.1", url="http://localhost:11434/v1")`
    """
    model = LanguageModel(name, url, votes, reads, concurrency, answers, store, timeout=timeout)
    return coder_with_store(framework, model, AnswerStore(store))


def coder_with_store(
    framework: Framework,
    model: LanguageModel,
    store: AnswerStore,
    *,
    first: Coder | None = None,
    tell: Callable[[Asked], None] | None = None,
) -> LanguageModelCoder:
    """The coder that looks answers up in a store and, where the model has a server, asks for those that are missing.

    Args:
        framework: whose elements are coded.
        model: that is asked.
        store: with the answers.
        first: the coder whose mentions it confirms, if any.
        tell: called after every answer.

    Raises:
        PolicyloomError: the model's file of answers cannot be read.
    """
    given = read_answers(model.answers) if model.answers is not None else None
    if given is not None:
        store.take(given.answers)

    def ask_for(requests: Iterable[Request]) -> None:
        asked = list(requests)
        failed = ask(
            store, asked, model.url, answer_schema(framework), n_total=len(asked), concurrency=model.concurrency,
            is_voting=model.votes > 1, timeout=model.timeout, tell=tell,
        )  # fmt: skip
        if failed:
            raise PolicyloomError(failed)

    return LanguageModelCoder(
        framework,
        model,
        store.get,
        ask_for if model.url else None,
        classifier=read_classifier(framework, None),
        first=first,
        given=given,
    )


def answer_wanted(
    framework: Framework,
    model: LanguageModel,
    store: AnswerStore,
    *,
    tell: Callable[[Asked], None] | None = None,
) -> str:
    """Asks the model's server for the answers to all requests that wait in a store.

    Gives the reason why the last request without an answer got none; "" where all were answered.

    Raises:
        PolicyloomError: the server cannot be reached or does not answer; what it has answered is kept.
    """
    return ask(
        store, store.wanted(), model.url, answer_schema(framework), n_total=store.count_wanted(),
        concurrency=model.concurrency, is_voting=model.votes > 1, timeout=model.timeout, tell=tell,
    )  # fmt: skip


def write_unanswered(
    requests: Iterable[Request], path: str | Path, framework: Framework, *, n_votes: int = 1
) -> int:
    """Writes requests, such as those of an `UnansweredError`, to a file for a batch service, and gives their number."""
    schema = answer_schema(framework)
    return write_requests(requests, path, lambda r: body_of(r, schema, is_voting=n_votes > 1))
