"""Keep what was asked of a language model and what it answered, so that a run can be stopped, resumed and replayed.

An SQLite file holds each answer from the moment it comes. `answers.jsonl` holds the same for people and for colleagues
without the model; requests and answers also go through files in the batch form of the chat-completions protocol.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policyloom.coders.language_model.prompt import Request
from policyloom.errors import PolicyloomError
from policyloom.files import decode_unicode, write_bytes

__all__ = [
    "REQUESTS_START",
    "STORE_START",
    "Answer",
    "AnswerStore",
    "GivenAnswers",
    "read_answers",
    "set_aside",
    "write_answers",
    "write_requests",
]

REQUESTS_START = b'{"method": "POST", "url": "/v1/chat/completions", "custom_id": '
"""How a file of requests begins."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")

STORE_START = b"SQLite format 3\0"
"""How a store's file begins."""

_TABLES = """
CREATE TABLE IF NOT EXISTS answers (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, text TEXT, n_in INTEGER, n_out INTEGER);
CREATE TABLE IF NOT EXISTS wanted (id TEXT PRIMARY KEY, request TEXT);
"""
_ALL_ANSWERS = "SELECT id, model, prompt, text, n_in, n_out FROM answers"
_INSERT = "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)"


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


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """What a file of answers holds.

    Attributes:
        path: the file.
        answers: those that can be read.
        n_failed: lines that say that a request failed where it was to be answered.
        damaged: the numbers of the lines that cannot be read.
    """

    path: str
    answers: tuple[Answer, ...] = ()
    n_failed: int = 0
    damaged: tuple[int, ...] = ()

    def in_words(self) -> str:
        """How many answers it holds, and which lines hold none."""
        told = [f"{self.path}: {len(self.answers):,} answer{'s' if len(self.answers) != 1 else ''}"]
        if self.n_failed:
            told.append(f"{self.n_failed:,} failed where they were to be given")
        if self.damaged:
            first = ", ".join(f"{number}" for number in self.damaged[:5])
            more = f" and {len(self.damaged) - 5:,} more" if len(self.damaged) > 5 else ""
            told.append(f"lines that cannot be read and count as no answer: {first}{more}")
        return "; ".join(told)


class AnswerStore:
    """Answers by the id of their request, and requests that wait for one.

    A file of which a part is damaged is set aside as FILE.damaged, and all that can be read of it is kept in a new one.

    Args:
        path: the SQLite file, which is made; ":memory:" for none.
        read_only: for a process that only looks answers up.

    Attributes:
        is_mended: the file was damaged, so that answers may be missing.

    Raises:
        PolicyloomError: the file is no such store, or there is no room.
    """

    is_mended = False

    def __init__(self, path: str | Path = ":memory:", *, read_only: bool = False) -> None:
        self.path = str(path)
        try:
            if read_only:
                self._base = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True, timeout=60)
            else:
                self._open()
            self._base.text_factory = _decode
            self._base.execute("SELECT count(*) FROM answers")
        except sqlite3.Error as error:
            raise PolicyloomError(self._explain(error)) from error

    def _open(self) -> None:
        self._base = sqlite3.connect(self.path, timeout=60)
        try:
            is_whole = self._base.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
        except sqlite3.DatabaseError:
            # A file that is no store at all is not ours to move.
            if Path(self.path).read_bytes()[: len(STORE_START)] != STORE_START:
                raise
            is_whole = False
        if not is_whole:
            self._mend()
        self._base.executescript(_TABLES)

    def _mend(self) -> None:
        """Sets a damaged file aside, and keeps in a new one what can be read of it."""
        self._base.text_factory = _decode
        rows: dict[str, tuple[Any, ...]] = {}
        for order in ("ASC", "DESC"):  # from both ends up to the damaged part
            with suppress(sqlite3.Error):
                for row in self._base.execute(f"{_ALL_ANSWERS} ORDER BY rowid {order}"):
                    rows[row[0]] = row
        self._base.close()
        set_aside(Path(self.path))
        self._base, self.is_mended = sqlite3.connect(self.path, timeout=60), True
        self._base.executescript(_TABLES)
        with self._base:
            self._base.executemany(_INSERT, [row for row in rows.values() if _is_whole(row)])

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
            row = self._base.execute("SELECT id, text FROM answers WHERE id = ?", (id,)).fetchone()
        return row[1] if row is not None and _is_whole(row) else None  # a damaged answer is asked for again

    def add(self, answer: Answer) -> bool:
        """Keeps an answer at once, in place of another to the same request; gives whether such a one was different."""
        before = self.get(answer.request)
        with self._told(), self._base:
            self._base.execute(
                _INSERT, (answer.request, answer.model, answer.prompt, answer.text, answer.n_in, answer.n_out)
            )
            self._base.execute("DELETE FROM wanted WHERE id = ?", (answer.request,))
        return before is not None and before != answer.text

    def take(self, answers: Iterable[Answer]) -> int:
        """Keeps answers in place of others to the same requests; gives how many of those were different."""
        return sum(self.add(answer) for answer in answers)

    def want(self, requests: Iterable[Request]) -> None:
        """Notes requests that wait for an answer."""
        rows = [
            (r.id, json.dumps([r.model, r.messages, r.vote, r.n_sentences, r.n_passages], ensure_ascii=False))
            for r in requests
        ]
        with self._told(), self._base:
            self._base.executemany("INSERT OR IGNORE INTO wanted VALUES (?, ?)", rows)

    def forget_wanted(self) -> None:
        """Forgets what waits, such as the requests of a run that was stopped."""
        with self._told(), self._base:
            self._base.execute("DELETE FROM wanted")

    def count_wanted(self) -> int:
        """How many requests wait."""
        return int(self._base.execute("SELECT count(*) FROM wanted").fetchone()[0])

    def wanted(self) -> Iterator[Request]:
        """The requests that wait, by their ids; one at a time."""
        ids = [row[0] for row in self._base.execute("SELECT id FROM wanted ORDER BY id")]
        for id in ids:
            row = self._base.execute("SELECT request FROM wanted WHERE id = ?", (id,)).fetchone()
            if row is not None:
                try:
                    model, messages, *numbers = json.loads(row[0])
                    request = Request(model, tuple(messages), *numbers)
                except (ValueError, TypeError, RecursionError) as error:
                    raise PolicyloomError(
                        f"{self.path}: a request that is kept there was changed and cannot be read; delete the file to ask again"
                    ) from error
                yield request

    def __iter__(self) -> Iterator[Answer]:
        """The answers, by the ids of their requests."""
        with self._told(), closing(self._base.cursor()) as cursor:
            for row in cursor.execute(f"{_ALL_ANSWERS} ORDER BY id"):
                if _is_whole(row):
                    yield Answer(*row)


def set_aside(path: Path) -> None:
    """Renames a damaged store to FILE.damaged; what SQLite keeps beside it to undo a change goes, as it fits no other file."""
    path.replace(path.with_name(f"{path.name}.damaged"))
    path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


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


def read_answers(path: str | Path) -> GivenAnswers:
    """The answers of a file: a batch's output, the `answers.jsonl` of a run, or `custom_id` and `content` a line.

    A damaged line costs its answer alone, unless none of the lines holds an answer.

    Raises:
        PolicyloomError: the file cannot be read, or is none of these.
    """
    path = Path(path)
    try:
        text = decode_unicode(path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyloomError(f"{path}: cannot be read as UTF-8 text ({error})") from error
    answers: list[Answer] = []
    damaged: list[int] = []
    n_failed = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            answer = _read_answer(json.loads(line))
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            damaged.append(number)
            continue
        if answer is None:
            n_failed += 1
        else:
            answers.append(answer)
    if damaged and not answers and not n_failed:
        raise PolicyloomError(
            f"{path}, line {damaged[0]}: is no answer, nor is any other line; expected is a line of a batch's output, of a "
            'run\'s answers.jsonl, or {"custom_id": "…", "content": "…"}'
        )
    return GivenAnswers(str(path), tuple(answers), n_failed, tuple(damaged))


def _decode(data: bytes) -> str:
    """A text of the store; what is damaged in it stays to be seen, and costs no other answer."""
    return data.decode("utf-8", "surrogateescape")


def _is_whole(row: tuple[Any, ...]) -> bool:
    """Whether the texts of a row can be used."""
    texts = [value for value in row if not isinstance(value, int)]
    return all(isinstance(text, str) and not _SURROGATE.search(text) for text in texts)


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
