"""Send requests to a server that speaks the OpenAI chat-completions protocol. The only place from which anything is sent.

Keys come from the environment alone: `POLICYLOOM_LLM_KEY`, else `OPENAI_API_KEY`; local servers need none.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policyloom.coders.language_model.prompt import Request
from policyloom.coders.language_model.store import Answer, AnswerStore
from policyloom.errors import PolicyloomError

if TYPE_CHECKING:
    from openai import OpenAI

__all__ = ["Asked", "ask", "body_of"]

MAX_RETRIES = 6
"""Tries after the first, with growing pauses, or as long as the server says; the client library's work."""
TIMEOUT = 600.0
"""Seconds for one answer; a local model on a laptop is slow."""
TOKENS_AN_ANSWER, TOKENS_A_SENTENCE = 500, 250
"""Tokens that an answer may have, and those for each sentence besides, so that no model writes without end."""
MAX_FAILURES = 3
"""Requests in a row that fail before the rest is given up; a server that is down would be asked thousands of times."""
VOTE_TEMPERATURE = 0.7
"""Of several votes; equal answers would tell nothing."""

_OPTIONAL = ("response_format", "seed", "temperature", "max_completion_tokens")
"""What some servers do not take; it is left out, in this order unless they name one, when they refuse."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How far the asking is: answers of all, and the tokens read and written so far."""

    n_done: int
    n_total: int
    n_in: int
    n_out: int


def body_of(request: Request, schema: dict[str, Any], *, is_voting: bool) -> dict[str, Any]:
    """What is sent for a request."""
    return {
        "model": request.model,
        "messages": list(request.messages),
        "temperature": VOTE_TEMPERATURE if is_voting else 0,
        "seed": request.vote,
        "max_completion_tokens": TOKENS_AN_ANSWER + TOKENS_A_SENTENCE * request.n_sentences,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "coding", "strict": True, "schema": schema},
        },
    }


def ask(
    store: AnswerStore,
    url: str,
    schema: dict[str, Any],
    *,
    concurrency: int = 4,
    is_voting: bool = False,
    tell: Callable[[Asked], None] | None = None,
) -> str:
    """Asks a server for the answers to all requests that wait in a store; each is kept as it comes.

    Gives the reason why the last request without an answer got none; "" where all were answered.

    Args:
        store: with the requests.
        url: of the server, such as `http://localhost:11434/v1`.
        schema: of an answer.
        concurrency: how many requests are on their way at once.
        is_voting: several answers to the same messages are wanted.
        tell: called after every answer.

    Raises:
        PolicyloomError: the extra `llm` is not installed, or the server cannot be reached or does not answer several
            requests in a row; what it has answered is kept.
    """
    server, failed = _Server(url, schema, is_voting), ""
    n_total, n_done, n_in, n_out, n_failed = store.count_wanted()[0], 0, 0, 0, 0
    waiting = store.wanted()
    running: set[Future[Answer]] = set()
    pool = ThreadPoolExecutor(max_workers=concurrency)
    try:
        while True:
            while len(running) < concurrency and (request := next(waiting, None)) is not None:
                running.add(pool.submit(server.answer, request))
            if not running:
                return failed
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                error = future.exception()
                if error is not None:
                    if not isinstance(error, _NoAnswerError):
                        raise error
                    n_failed, failed = n_failed + 1, str(error)
                    if n_failed >= MAX_FAILURES or error.is_final:
                        raise PolicyloomError(failed) from error
                    continue
                n_failed = 0
                answer = future.result()
                store.add(answer)
                n_done, n_in, n_out = n_done + 1, n_in + answer.n_in, n_out + answer.n_out
                if tell:
                    tell(Asked(n_done, n_total, n_in, n_out))
    finally:
        server.close()  # what is on its way is given up, so that nobody waits for it
        pool.shutdown(wait=False, cancel_futures=True)


class _NoAnswerError(Exception):
    """A request got no answer; `is_final` where no other will get one."""

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


class _Server:
    """A server, and which options it takes."""

    def __init__(self, url: str, schema: dict[str, Any], is_voting: bool) -> None:
        self.url, self._schema, self._is_voting = url, schema, is_voting
        self._client = _connect(url)
        self._left_out: set[str] = set()
        self._lock = threading.Lock()

    def close(self) -> None:
        """Ends the connections."""
        self._client.close()

    def answer(self, request: Request) -> Answer:
        """The answer to a request."""
        import openai

        body = body_of(request, self._schema, is_voting=self._is_voting)
        while True:
            left_out = frozenset(self._left_out)
            try:
                found = self._client.chat.completions.create(
                    **{k: v for k, v in body.items() if k not in left_out}
                )
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if not self._leave_out_one(left_out, str(error)):
                    raise _NoAnswerError(f"{self.url}: refused a request ({_short(error)})") from error
            except (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError) as error:
                hint = (
                    "is the model's name right?"
                    if isinstance(error, openai.NotFoundError)
                    else "set the key in the environment as POLICYLOOM_LLM_KEY"
                )
                raise _NoAnswerError(f"{self.url}: {_short(error)}; {hint}", is_final=True) from error
            except openai.OpenAIError as error:
                raise _NoAnswerError(
                    f"{self.url}: no answer from {request.model} ({_short(error)}); what was answered is kept, "
                    "so run it again to go on"
                ) from error
            else:
                break
        if not getattr(found, "choices", None):
            raise _NoAnswerError(f"{self.url}: answered without a choice; is it a chat-completions server?")
        usage = found.usage
        return Answer(
            request.id, found.model or request.model, request.prompt_sha256, found.choices[0].message.content or "",
            usage.prompt_tokens if usage else 0, usage.completion_tokens if usage else 0,
        )  # fmt: skip

    def _leave_out_one(self, tried_without: frozenset[str], message: str) -> bool:
        """Leaves out what the server seems not to take; false where nothing is left to leave out."""
        with self._lock:
            if self._left_out - tried_without:
                return True  # another thread has found it meanwhile
            there = [name for name in _OPTIONAL if name not in self._left_out]
            named = [name for name in there if name in message]
            if not there:
                return False
            self._left_out.add((named or there)[0])
            return True


def _connect(url: str) -> OpenAI:
    try:
        from openai import OpenAI
    except ImportError as error:
        raise PolicyloomError(
            'asking a language model needs the extra llm: pip install "policyloom[llm]"'
        ) from error
    if not url.startswith(("http://", "https://")):
        raise PolicyloomError(f"{url}: is no address of a server; give one such as http://localhost:11434/v1")
    key = os.environ.get("POLICYLOOM_LLM_KEY") or os.environ.get("OPENAI_API_KEY") or "none"
    return OpenAI(base_url=url, api_key=key, max_retries=MAX_RETRIES, timeout=TIMEOUT)


def _short(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 200 else text[:199] + "…"
