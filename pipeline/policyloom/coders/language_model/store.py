"""Keep what was asked of a language model and what it answered, so that a run can be stopped, resumed and replayed.

An SQLite file holds each answer from the moment it comes. `answers.jsonl` holds the same for people and for colleagues
without the model; requests and answers also go through files in the batch form of the chat-completions protocol.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policyloom.coders.language_model.prompt import Request
from policyloom.errors import PolicyloomError
from policyloom.files import decode_unicode, write_bytes

__all__ = ["REQUESTS_START", "Answer", "AnswerStore", "read_answers", "write_answers", "write_requests"]

REQUESTS_START = b'{"method": "POST", "url": "/v1/chat/completions", "custom_id": '
"""How a file of requests begins."""

_TABLES = """
CREATE TABLE IF NOT EXISTS answers (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, text TEXT, n_in INTEGER, n_out INTEGER);
CREATE TABLE IF NOT EXISTS wanted (id TEXT PRIMARY KEY, request TEXT);
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """A model's answer to one request.

    Attributes:
        request: the id of the request.
        model: that answered, as its server calls it.
        prompt: a hash of the system message.
        text: the raw answer.
        n_in, n_out: tokens read and written, as the server counts them; 0 where it does not say.
    """

    request: str
    model: str
    prompt: str
    text: str
    n_in: int = 0
    n_out: int = 0


class AnswerStore:
    """Answers by the id of their request, and requests that wait for one.

    Args:
        path: the SQLite file, which is made; ":memory:" for none.
        read_only: for a process that only looks answers up.
    """

    def __init__(self, path: str | Path = ":memory:", *, read_only: bool = False) -> None:
        self.path = str(path)
        try:
            if read_only:
                self._base = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True, timeout=60)
            else:
                self._base = sqlite3.connect(self.path, timeout=60)
                self._base.executescript(_TABLES)
            self._base.execute("SELECT count(*) FROM answers")
        except sqlite3.Error as error:
            raise PolicyloomError(self._explain(error)) from error

    def _explain(self, error: sqlite3.Error) -> str:
        return (
            f"{self.path}: the answers of the language model cannot be read or kept there ({error}); is there room, and may "
            "it be written? If it is damaged, delete it to ask again"
        )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Faults of the file in plain words."""
        try:
            yield
        except sqlite3.Error as error:
            raise PolicyloomError(self._explain(error)) from error

    def close(self) -> None:
        """Gives the file back."""
        self._base.close()

    def get(self, id: str) -> str | None:
        """The raw answer to a request; None where there is none yet."""
        with self._told():
            row = self._base.execute("SELECT text FROM answers WHERE id = ?", (id,)).fetchone()
        return None if row is None else str(row[0])

    def add(self, answer: Answer) -> bool:
        """Keeps an answer at once, in place of another to the same request; gives whether such a one was different."""
        before = self.get(answer.request)
        with self._told(), self._base:
            self._base.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)",
                (answer.request, answer.model, answer.prompt, answer.text, answer.n_in, answer.n_out),
            )
            self._base.execute("DELETE FROM wanted WHERE id = ?", (answer.request,))
        return before is not None and before != answer.text

    def want(self, requests: Iterable[Request]) -> None:
        """Notes requests that wait for an answer."""
        rows = [
            (r.id, json.dumps([r.model, r.messages, r.vote, r.n_sentences], ensure_ascii=False))
            for r in requests
        ]
        with self._told(), self._base:
            self._base.executemany("INSERT OR IGNORE INTO wanted VALUES (?, ?)", rows)

    def forget_wanted(self) -> None:
        """Forgets what waits, such as the requests of a run that was stopped."""
        with self._told(), self._base:
            self._base.execute("DELETE FROM wanted")

    def count_wanted(self) -> tuple[int, int]:
        """How many requests wait, and how many characters their messages have."""
        row = self._base.execute("SELECT count(*), coalesce(sum(length(request)), 0) FROM wanted").fetchone()
        return int(row[0]), int(row[1])

    def wanted(self) -> Iterator[Request]:
        """The requests that wait, by their ids; one at a time."""
        ids = [row[0] for row in self._base.execute("SELECT id FROM wanted ORDER BY id")]
        for id in ids:
            row = self._base.execute("SELECT request FROM wanted WHERE id = ?", (id,)).fetchone()
            if row is not None:
                model, messages, vote, n = json.loads(row[0])
                yield Request(model, tuple(messages), vote, n)

    def __iter__(self) -> Iterator[Answer]:
        """The answers, by the ids of their requests."""
        query = "SELECT id, model, prompt, text, n_in, n_out FROM answers ORDER BY id"
        with self._told(), closing(self._base.cursor()) as cursor:
            for row in cursor.execute(query):
                yield Answer(*row)


def write_answers(store: AnswerStore, path: str | Path) -> int:
    """Writes all answers by the ids of their requests, one JSON object a line; gives their number."""
    lines = [
        json.dumps(
            {"request": a.request, "model": a.model, "prompt_sha256": a.prompt, "text": a.text,
             "tokens_in": a.n_in, "tokens_out": a.n_out},
            ensure_ascii=False,
        )
        for a in store
    ]  # fmt: skip
    write_bytes("".join(line + "\n" for line in lines).encode("utf-8"), Path(path))
    return len(lines)


def write_requests(
    requests: Iterable[Request], path: str | Path, body: Callable[[Request], dict[str, Any]]
) -> int:
    """Writes requests in the batch form of the chat-completions protocol, and gives their number.

    Args:
        requests: to be answered.
        path: a .jsonl file; it is replaced.
        body: what is sent for a request.
    """
    lines = [
        json.dumps(
            {"method": "POST", "url": "/v1/chat/completions", "custom_id": r.id, "body": body(r)},
            ensure_ascii=False,
        )
        for r in requests
    ]
    write_bytes("".join(line + "\n" for line in lines).encode("utf-8"), Path(path))
    return len(lines)


def read_answers(path: str | Path, store: AnswerStore) -> tuple[int, int, int]:
    """Takes the answers of a file into a store.

    Gives how many were taken, how many lines hold a failure, and how many took the place of a different answer.

    The file is a batch's output, the `answers.jsonl` of a run, or has `custom_id` and `content` a line.

    Raises:
        PolicyloomError: the file cannot be read, or a line is none of these; the text names the line.
    """
    path = Path(path)
    try:
        text = decode_unicode(path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyloomError(f"{path}: cannot be read as UTF-8 text ({error})") from error
    n_taken = n_failed = n_changed = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            answer = _read_answer(json.loads(line))
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
            raise PolicyloomError(
                f"{path}, line {number}: is no answer; expected is a line of a batch's output, of a run's "
                'answers.jsonl, or {"custom_id": "…", "content": "…"}'
            ) from error
        if answer is None:
            n_failed += 1
        else:
            n_changed += store.add(answer)
            n_taken += 1
    return n_taken, n_failed, n_changed


def _read_answer(row: dict[str, Any]) -> Answer | None:
    """One line's answer; None where the batch says that it failed."""
    if "request" in row:
        return Answer(
            str(row["request"]), str(row.get("model", "")), str(row.get("prompt_sha256", "")), _text(row["text"]),
            _count(row.get("tokens_in")), _count(row.get("tokens_out")),
        )  # fmt: skip
    id = str(row["custom_id"])
    if "content" in row:
        return Answer(id, str(row.get("model", "")), "", _text(row["content"]))
    response = row.get("response")
    if row.get("error") or not response or response.get("status_code", 200) != 200:
        return None
    body = response["body"]
    usage = body.get("usage") or {}
    choices = body["choices"]
    return Answer(
        id, str(body.get("model", "")), "", _text(choices[0]["message"]["content"] or "") if choices else "",
        _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")),
    )  # fmt: skip


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("an answer is text")
    return value.encode("utf-8", "replace").decode("utf-8")


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 1_000_000_000 else 0
