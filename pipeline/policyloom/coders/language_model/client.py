"""Send requests to a server, several at once, and keep each answer as it comes. The only place from which anything is sent."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from policyloom.coders.language_model.prompt import Request
from policyloom.coders.language_model.server import MAX_PAUSE, MAX_RETRIES, NoAnswerError, Server
from policyloom.coders.language_model.store import Answer, AnswerStore
from policyloom.errors import PolicyloomError

__all__ = ["TIMEOUT", "Asked", "ask"]

log = logging.getLogger(__name__)

MAX_CHARACTERS_A_TOKEN = 10
"""A server that counts fewer tokens than this gives has not read the whole of a request; in English a token has about four."""
TIMEOUT = 300.0
"""Seconds for one answer unless told otherwise; a local model on a laptop is slow."""
MAX_FAILURES = 3
"""Requests in a row that fail before the rest is given up; a server that is down would be asked thousands of times."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How far the asking is: answers of all, and the tokens read and written so far."""

    n_done: int
    n_total: int
    n_in: int
    n_out: int


def ask(
    store: AnswerStore,
    requests: Iterable[Request],
    url: str,
    schema: dict[str, Any],
    *,
    n_total: int = 0,
    concurrency: int = 4,
    is_voting: bool = False,
    timeout: float = TIMEOUT,
    tell: Callable[[Asked], None] | None = None,
) -> str:
    """Asks a server for the answers to requests; each is kept as it comes.

    Gives the reason why the last request without an answer got none; "" where all were answered.

    Args:
        store: where answers are kept.
        requests: these and no others are sent; they are taken as they can be sent.
        url: of the server, such as `http://localhost:11434/v1`.
        schema: of an answer.
        n_total: how many requests there are, for whoever follows.
        concurrency: how many requests are on their way at once.
        is_voting: several answers to the same messages are wanted.
        timeout: seconds for one answer.
        tell: called after every answer.

    Raises:
        PolicyloomError: the extra `llm` is not installed, or the server cannot be reached, does not answer several
            requests in a row, or has answered none in the time for one; what it has answered is kept.
    """
    server, failed = Server(url, schema, is_voting=is_voting, timeout=timeout), ""
    n_done, n_in, n_out, n_failed, n_running = 0, 0, 0, 0, 0
    sizes: dict[str, int] = {}
    is_read = False  # whether a request was read wholly, as far as the server says
    waiting = iter(requests)
    told: queue.Queue[Answer | Exception] = queue.Queue()
    # Beyond all tries and pauses of one request: nothing more will be heard.
    longest = 2 * timeout + (MAX_RETRIES + 1) * MAX_PAUSE
    try:
        while True:
            while n_running < concurrency and (request := next(waiting, None)) is not None:
                # A daemon, as nobody can end a thread that waits for a server which never answers.
                threading.Thread(target=_put_answer, args=(server, request, told), daemon=True).start()
                n_running += 1
                sizes[request.id] = sum(len(message["content"]) for message in request.messages)
            if not n_running:
                if n_in and not is_read:
                    log.warning(_explain_context(n_in, n_done))
                return failed
            try:
                answer = told.get(timeout=longest)
            except queue.Empty:
                answer = server.describe_silence()
            n_running -= 1
            if isinstance(answer, Exception):
                if not isinstance(answer, NoAnswerError):
                    raise answer
                n_failed, failed = n_failed + 1, str(answer)
                if answer.is_final or (answer.is_late and not n_done):
                    raise PolicyloomError(failed) from answer
                if n_failed >= MAX_FAILURES:
                    raise PolicyloomError(
                        f"{failed} (no more is sent after {n_failed} requests in a row without an answer)"
                    ) from answer
                continue
            n_failed = 0
            is_read |= answer.n_in * MAX_CHARACTERS_A_TOKEN >= sizes.pop(answer.request)
            store.add(answer)
            n_done, n_in, n_out = n_done + 1, n_in + answer.n_in, n_out + answer.n_out
            if tell:
                tell(Asked(n_done, max(n_total, n_done), n_in, n_out))
    finally:
        server.close()  # what is on its way is given up


def _explain_context(n_in: int, n_done: int) -> str:
    return (
        f"the server says that it has read only about {n_in // n_done:,} tokens of each request, which is less than was sent: its "
        "context may be too small, so that the model never saw the codebook; give it 16,000 tokens (in Ollama, "
        "OLLAMA_CONTEXT_LENGTH=16000 ollama serve), and ask again with another --llm-store or run folder"
    )


def _put_answer(server: Server, request: Request, told: queue.Queue[Answer | Exception]) -> None:
    try:
        told.put(server.answer(request))
    except Exception as error:  # handed over to the thread that waits, which raises it
        told.put(error)
