"""One server that speaks the OpenAI chat-completions protocol: what is sent to it, and how long it is waited for.

Keys come from the environment alone: `POLICYLOOM_LLM_KEY`, and `OPENAI_API_KEY` for OpenAI's own server; local servers need none.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from policyloom.coders.language_model.prompt import Request
from policyloom.coders.language_model.store import Answer
from policyloom.errors import PolicyloomError

if TYPE_CHECKING:
    from openai import OpenAI

__all__ = ["NoAnswerError", "Server", "body_of"]

MAX_RETRIES = 5
"""Tries after the first where a server is busy or out of order, with growing pauses, or as long as it says."""
MAX_PAUSE = 120.0
"""Seconds that are waited before another try; a server that asks for more is left."""
CONNECT_TIMEOUT = 20.0
"""Seconds for a server to take a connection."""
MAX_BYTES = 8_000_000
"""Bytes of what a server says; more is no answer."""
TOKENS_AN_ANSWER, TOKENS_A_SENTENCE = 500, 250
"""Tokens that an answer may have, and those for each sentence besides, so that no model writes without end."""
GO_ON = "what was answered is kept, so run it again to go on"

VOTE_TEMPERATURE = 0.7
"""Of several votes; equal answers would tell nothing."""

_OPTIONAL = ("response_format", "seed", "temperature", "max_completion_tokens")
"""What some servers do not take: it is left out from then on where a refusal names it."""


class NoAnswerError(Exception):
    """A request got no answer.

    Attributes:
        is_final: no other request will get one either.
        is_late: the server did not answer in time.
    """

    def __init__(self, message: str, *, is_final: bool = False, is_late: bool = False) -> None:
        super().__init__(message)
        self.is_final, self.is_late = is_final, is_late


class _TooMuchError(Exception):
    """A server says more than any answer, or says it too slowly."""

    def __init__(self, message: str, *, is_late: bool = False) -> None:
        super().__init__(message)
        self.is_late = is_late


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


class Server:
    """A server, and which options it takes.

    Args:
        url: such as `http://localhost:11434/v1`.
        schema: of an answer.
        is_voting: several answers to the same messages are wanted.
        timeout: seconds for one answer.

    Raises:
        PolicyloomError: the extra `llm` is not installed, or `url` is no address.
    """

    def __init__(self, url: str, schema: dict[str, Any], *, is_voting: bool, timeout: float) -> None:
        address = _check_address(url)
        host = f"[{address.hostname}]" if ":" in (address.hostname or "") else address.hostname
        port = f":{address.port}" if address.port else ""
        self._shown = f"{address.scheme}://{host}{port}{address.path}"
        key = _find_key(address.hostname or "")
        self._secrets = [secret for secret in (key, address.password, address.query) if secret]
        self._schema, self._is_voting, self._timeout = schema, is_voting, timeout
        self._client = _connect(url, key, timeout)
        self._left_out: set[str] = set()
        self._is_closed = threading.Event()

    def close(self) -> None:
        """Ends the connections."""
        self._is_closed.set()
        self._client.close()

    def answer(self, request: Request) -> Answer:
        """The answer to a request.

        Raises:
            NoAnswerError: there is none that can be read.
        """
        try:
            return self._read(request, self._send(request))
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
            # The client library hands on what a server says, of whatever kind it is.
            raise self._no_answer(f"its answer cannot be read ({_short(error)})") from error

    def describe_silence(self) -> NoAnswerError:
        """The error where nothing was heard of any request."""
        return self._no_answer(f"no answer within {self._timeout:g} s; {GO_ON}", is_final=True, is_late=True)

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
                found = self._try(
                    request, {name: value for name, value in body.items() if name not in without}
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

    def _try(self, request: Request, body: dict[str, Any]) -> Any:
        """What the server says to one body, asked again where it is busy or out of order.

        A server that does not answer in time is not asked again: each further try would take as long.
        """
        import openai

        started, waited = time.monotonic(), 0.0
        for n in range(MAX_RETRIES + 1):
            try:
                return self._client.chat.completions.create(**body)
            except openai.APITimeoutError as error:
                raise self._late(request) from error
            except _TooMuchError as error:
                raise self._too_much(request, error) from error
            except (openai.RateLimitError, openai.InternalServerError, openai.APIConnectionError) as error:
                if isinstance(error.__cause__, _TooMuchError):  # as openai 2 wraps it
                    raise self._too_much(request, error.__cause__) from error
                pause = _pause_after(error, n)
                if pause > MAX_PAUSE:
                    raise self._no_answer(
                        f"asks for a pause of {pause:,.0f} s ({_short(error)}); {GO_ON}", is_final=True
                    ) from error
                is_spent = time.monotonic() - started - waited > self._timeout
                if n == MAX_RETRIES or is_spent or self._is_closed.wait(pause):
                    raise
                waited += pause
        raise AssertionError("the last try returns or raises")

    def _too_much(self, request: Request, error: _TooMuchError) -> NoAnswerError:
        if error.is_late:
            return self._late(request)
        return self._no_answer(f"no answer from {request.model} ({error}); {GO_ON}")

    def _late(self, request: Request) -> NoAnswerError:
        return self._no_answer(
            f"no answer from {request.model} within {self._timeout:g} s; a slow server may need a longer --llm-timeout; {GO_ON}",
            is_late=True,
        )

    def _no_answer(self, message: str, *, is_final: bool = False, is_late: bool = False) -> NoAnswerError:
        """The error with a message from which key and password have been taken out."""
        for secret in self._secrets:
            message = message.replace(secret, "…")
        return NoAnswerError(f"{self._shown}: {message}", is_final=is_final, is_late=is_late)


def _pause_after(error: Any, n: int) -> float:
    """Seconds to wait after the nth try: as the server says, or twice as long each time."""
    response = getattr(error, "response", None)
    told = response.headers.get("retry-after", "") if response is not None else ""
    try:
        seconds = float(told)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(told).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            seconds = 0.0
    return max(float(2**n), seconds)  # in this order, which leaves "nan" out


def _connect(url: str, key: str, timeout: float) -> OpenAI:
    try:
        import openai
    except ImportError as error:
        raise PolicyloomError(
            'asking a language model needs the extra llm: pip install "policyloom[llm]"'
        ) from error
    host = urlsplit(url).hostname or ""
    is_here = host in ("localhost", "127.0.0.1", "::1")

    def bound(response: Any) -> None:
        _bound(response, timeout)

    # Passages go to the server that was named and to no other: no redirect, and no proxy on this machine.
    http = openai.DefaultHttpxClient(
        follow_redirects=False, trust_env=not is_here, event_hooks={"response": [bound]}
    )
    return openai.OpenAI(
        base_url=url,
        api_key=key or "none",
        max_retries=0,  # `Server` tries again, and minds the whole time
        timeout=openai.Timeout(timeout, connect=min(timeout, CONNECT_TIMEOUT)),
        http_client=http,
        default_headers={
            "Accept-Encoding": "identity"
        },  # compressed, little may become more than memory holds
    )


def _bound(response: Any, timeout: float) -> None:
    """Makes a response end with an error that is longer, or takes longer, than any answer.

    The client library reads every response through its own `iter_raw`, and waits for each piece of it as long as for a whole one.
    """
    until = time.monotonic() + timeout
    read_pieces = response.iter_raw
    if response.headers.get("content-encoding", "identity") != "identity":
        raise _TooMuchError("it is compressed, which was not asked for")

    def iter_raw(*args: Any, **more: Any) -> Iterator[bytes]:
        size = 0
        for piece in read_pieces(*args, **more):
            size += len(piece)
            if size > MAX_BYTES:
                raise _TooMuchError(f"it says more than {MAX_BYTES // 1_000_000} MB")
            if time.monotonic() > until:
                raise _TooMuchError("it is too slow", is_late=True)
            yield piece

    response.iter_raw = iter_raw


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
