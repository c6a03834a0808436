"""Send requests to a server that speaks the OpenAI chat-completions protocol. The only place from which anything is sent.

Keys come from the environment alone: `POLICYLOOM_LLM_KEY`, and `OPENAI_API_KEY` for OpenAI's own server; local servers need none.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from policyloom.coders.language_model.prompt import Request
from policyloom.coders.language_model.store import Answer, AnswerStore
from policyloom.errors import PolicyloomError

if TYPE_CHECKING:
    from openai import OpenAI

__all__ = ["Asked", "ask", "body_of"]

MAX_RETRIES = 5
"""Tries after the first, with growing pauses, or as long as the server says; the client library's work."""
TIMEOUT = 300.0
"""Seconds for one answer; a local model on a laptop is slow."""
TOKENS_AN_ANSWER, TOKENS_A_SENTENCE = 500, 250
"""Tokens that an answer may have, and those for each sentence besides, so that no model writes without end."""
MAX_FAILURES = 3
"""Requests in a row that fail before the rest is given up; a server that is down would be asked thousands of times."""
GO_ON = "what was answered is kept, so run it again to go on"

VOTE_TEMPERATURE = 0.7
"""Of several votes; equal answers would tell nothing."""

_OPTIONAL = ("response_format", "seed", "temperature", "max_completion_tokens")
"""What some servers do not take: it is left out from then on where a refusal names it."""


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
    requests: Iterable[Request],
    url: str,
    schema: dict[str, Any],
    *,
    n_total: int = 0,
    concurrency: int = 4,
    is_voting: bool = False,
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
        tell: called after every answer.

    Raises:
        PolicyloomError: the extra `llm` is not installed, or the server cannot be reached or does not answer several
            requests in a row; what it has answered is kept.
    """
    server, failed = _Server(url, schema, is_voting), ""
    n_done, n_in, n_out, n_failed, n_running = 0, 0, 0, 0, 0
    waiting = iter(requests)
    told: queue.Queue[Answer | Exception] = queue.Queue()
    try:
        while True:
            while n_running < concurrency and (request := next(waiting, None)) is not None:
                # A daemon, as nobody can end a thread that waits for a server which never answers.
                threading.Thread(target=_put_answer, args=(server, request, told), daemon=True).start()
                n_running += 1
            if not n_running:
                return failed
            answer = told.get()
            n_running -= 1
            if isinstance(answer, Exception):
                if not isinstance(answer, _NoAnswerError):
                    raise answer
                n_failed, failed = n_failed + 1, str(answer)
                if n_failed >= MAX_FAILURES or answer.is_final:
                    raise PolicyloomError(failed) from answer
                continue
            n_failed = 0
            store.add(answer)
            n_done, n_in, n_out = n_done + 1, n_in + answer.n_in, n_out + answer.n_out
            if tell:
                tell(Asked(n_done, max(n_total, n_done), n_in, n_out))
    finally:
        server.close()  # what is on its way is given up


def _put_answer(server: _Server, request: Request, told: queue.Queue[Answer | Exception]) -> None:
    try:
        told.put(server.answer(request))
    except Exception as error:  # handed over to the thread that waits, which raises it
        told.put(error)


class _NoAnswerError(Exception):
    """A request got no answer; `is_final` where no other will get one."""

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


class _Server:
    """A server, and which options it takes."""

    def __init__(self, url: str, schema: dict[str, Any], is_voting: bool) -> None:
        address = _check_address(url)
        host = f"[{address.hostname}]" if ":" in (address.hostname or "") else address.hostname
        port = f":{address.port}" if address.port else ""
        self._shown = f"{address.scheme}://{host}{port}{address.path}"
        key = _find_key(address.hostname or "")
        self._secrets = [secret for secret in (key, address.password, address.query) if secret]
        self._schema, self._is_voting = schema, is_voting
        self._client = _connect(url, key)
        self._left_out: set[str] = set()

    def close(self) -> None:
        """Ends the connections."""
        self._client.close()

    def answer(self, request: Request) -> Answer:
        """The answer to a request.

        Raises:
            _NoAnswerError: there is none that can be read.
        """
        try:
            return self._read(request, self._send(request))
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
            # The client library hands on what a server says, of whatever kind it is.
            raise self._no_answer(f"its answer cannot be read ({_short(error)})") from error

    def _read(self, request: Request, found: Any) -> Answer:
        choices = getattr(found, "choices", None)
        if not choices:
            raise self._no_answer("answered without a choice; is it a chat-completions server?")
        content = choices[0].message.content
        usage = getattr(found, "usage", None)
        return Answer(
            request.id, _text(getattr(found, "model", None)) or request.model, request.prompt_sha256, _text(content),
            _count(getattr(usage, "prompt_tokens", 0)), _count(getattr(usage, "completion_tokens", 0)),
        )  # fmt: skip

    def _send(self, request: Request) -> Any:
        """What the server says, asked without what it does not take."""
        import openai

        body = body_of(request, self._schema, is_voting=self._is_voting)
        without: set[str] = set(self._left_out)
        while True:
            try:
                found = self._client.chat.completions.create(
                    **{name: value for name, value in body.items() if name not in without}
                )
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                named = [name for name in _OPTIONAL if name not in without and name in str(error)]
                # A server that does not know the form of answer may say so in any words; then it goes for this request alone.
                more = named[:1] or [name for name in ("response_format",) if name not in without]
                if not more:
                    raise self._no_answer(f"refused a request ({_short(error)})") from error
                without.update(more)
                if named:
                    self._left_out.update(more)
            except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
                hint = "set the key in the environment as POLICYLOOM_LLM_KEY"
                raise self._no_answer(f"{_short(error)}; {hint}", is_final=True) from error
            except openai.NotFoundError as error:
                raise self._no_answer(
                    f"{_short(error)}; is the model's name right?", is_final=True
                ) from error
            except openai.APIStatusError as error:
                if 300 <= error.status_code < 400:
                    other = error.response.headers.get("location", "another address")
                    raise self._no_answer(
                        f"sends elsewhere, to {other}, which is not followed; give that address if it is right",
                        is_final=True,
                    ) from error
                raise self._no_answer(f"no answer from {request.model} ({_short(error)}); {GO_ON}") from error
            except openai.OpenAIError as error:
                raise self._no_answer(f"no answer from {request.model} ({_short(error)}); {GO_ON}") from error
            else:
                return found

    def _no_answer(self, message: str, *, is_final: bool = False) -> _NoAnswerError:
        """The error with a message from which key and password have been taken out."""
        for secret in self._secrets:
            message = message.replace(secret, "…")
        return _NoAnswerError(f"{self._shown}: {message}", is_final=is_final)


def _connect(url: str, key: str) -> OpenAI:
    try:
        import openai
    except ImportError as error:
        raise PolicyloomError(
            'asking a language model needs the extra llm: pip install "policyloom[llm]"'
        ) from error
    host = urlsplit(url).hostname or ""
    is_here = host in ("localhost", "127.0.0.1", "::1")
    # Passages go to the server that was named and to no other: no redirect, and no proxy on this machine.
    http = openai.DefaultHttpxClient(follow_redirects=False, trust_env=not is_here)
    return openai.OpenAI(
        base_url=url, api_key=key or "none", max_retries=MAX_RETRIES, timeout=TIMEOUT, http_client=http
    )


def _check_address(url: str) -> SplitResult:
    try:
        found = urlsplit(url)
        is_one = found.scheme.lower() in ("http", "https") and bool(found.hostname) and found.port != 0
    except ValueError:
        is_one = False
    if not is_one or any(char.isspace() for char in url):
        raise PolicyloomError(f"{url}: is no address of a server; give one such as http://localhost:11434/v1")
    return found


def _find_key(host: str) -> str:
    """The key for a server: our own variable's, and OpenAI's for OpenAI's server alone."""
    own = os.environ.get("POLICYLOOM_LLM_KEY", "").strip()
    return own or (os.environ.get("OPENAI_API_KEY", "").strip() if host == "api.openai.com" else "")


def _text(value: object) -> str:
    """A text that can be kept; "" for anything else."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def _count(value: object) -> int:
    """A number of tokens; 0 for anything else."""
    return value if isinstance(value, int) and 0 <= value < 1_000_000_000 else 0


def _short(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 200 else text[:199] + "…"
