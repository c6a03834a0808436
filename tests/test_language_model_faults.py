"""A language model's server that misbehaves, files of answers that are damaged, and what is said before anything is sent."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from policyloom import LanguageModel, read_framework, read_tagged, run
from policyloom.cli import main
from policyloom.coders.language_model import AnswerStore, read_answers
from policyloom.coders.language_model import client as client_module
from policyloom.coders.language_model import server as server_module
from policyloom.coders.language_model import store as store_module
from policyloom.coders.language_model.client import ask
from policyloom.coders.language_model.prompt import Request, make_tasks
from policyloom.coders.language_model.store import Answer
from policyloom.errors import PolicyloomError
from policyloom.learn.labels import Label, Labelled, write_labels
from policyloom.records import Passage, SentenceDraft, Tagged
from tests.chat_server import ChatServer, answer, by_word

OK = (200, answer())


def requests(n: int) -> list[Request]:
    return [
        Request("tiny", ({"role": "system", "content": "s"}, {"role": "user", "content": f"{i}"}), 0, 1, 1)
        for i in range(n)
    ]


def ask_all(server: ChatServer, n: int = 1, **more: Any) -> AnswerStore:
    store = AnswerStore()
    ask(store, requests(n), server.url, {}, **more)
    return store


# A server that misbehaves


def hang(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(5)


def trickle(handler: BaseHTTPRequestHandler) -> None:
    """Never silent for as long as an answer may take, and never done."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(50):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def say_much(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b"<p>busy</p>" * 100_000)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def stop_halfway(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.close_connection = True


def compress(handler: BaseHTTPRequestHandler) -> None:
    import gzip

    data = gzip.compress(bytes(50_000_000))
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        (say_much, "says more than 8 MB"),
        (hang_up, "no answer from tiny"),
        (stop_halfway, "no answer from tiny"),
        (compress, "is compressed, which was not asked for"),
    ],
)
def test_whatever_a_server_does_ends_soon_in_plain_words(
    server: ChatServer, behave: Callable[[BaseHTTPRequestHandler], None], words: str
) -> None:
    server.behave = behave
    told = ask(AnswerStore(), requests(1), server.url, {})
    assert words in told
    assert "what was answered is kept" in told


@pytest.mark.parametrize("behave", [hang, trickle])
def test_a_server_that_has_answered_nothing_in_the_time_for_one_answer_is_left(
    server: ChatServer, behave: Callable[[BaseHTTPRequestHandler], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MAX_RETRIES", 5)  # of which none is made: each would take as long
    server.behave = behave
    started = time.monotonic()
    with pytest.raises(PolicyloomError, match=r"no answer from tiny within 0\.5 s.*--llm-timeout"):
        ask_all(server, 20, timeout=0.5, concurrency=2)
    assert time.monotonic() - started < 20  # with its tries and pauses it would be 34
    assert len(server.bodies) <= 2


def test_after_some_failures_in_a_row_no_more_is_sent(server: ChatServer) -> None:
    server.reply = lambda _: OK if len(server.bodies) == 1 else (500, "down")
    store = AnswerStore()
    with pytest.raises(PolicyloomError, match="no more is sent after 3 requests in a row without an answer"):
        ask(store, requests(20), server.url, {}, concurrency=1)
    assert len(server.bodies) == 1 + client_module.MAX_FAILURES
    assert len(list(store)) == 1


def test_a_busy_server_is_asked_again_when_it_says(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MAX_RETRIES", 2)
    server.headers = {"Retry-After": "2"}
    server.reply = lambda _: OK if len(server.bodies) == 2 else (429, "slow down")
    started = time.monotonic()
    assert len(list(ask_all(server))) == 1
    assert 2 <= time.monotonic() - started < 30


def test_a_server_that_asks_for_a_long_pause_is_left_at_once(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MAX_RETRIES", 5)
    server.headers = {"Retry-After": "3600"}
    server.reply = lambda _: (429, "come back later")
    with pytest.raises(PolicyloomError, match=r"asks for a pause of 3,600 s .*come back later"):
        ask_all(server, 9, concurrency=1)
    assert len(server.bodies) == 1


@pytest.mark.parametrize("told", ["nan", "-5", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "1e400x"])
def test_a_pause_that_is_none_is_our_own(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setattr(server_module, "MAX_RETRIES", 1)
    server.headers = {"Retry-After": told}
    server.reply = lambda _: OK if len(server.bodies) == 2 else (503, "busy")
    assert len(list(ask_all(server))) == 1


@pytest.mark.parametrize(("n_characters", "is_warned"), [(40, False), (400, True)])
def test_a_server_that_reads_less_than_was_sent_is_told_of(
    server: ChatServer, caplog: pytest.LogCaptureFixture, n_characters: int, is_warned: bool
) -> None:
    long = Request("tiny", ({"role": "user", "content": "a" * n_characters},), 0, 1, 1)
    ask(AnswerStore(), [long, replace(long, vote=1)], server.url, {})  # which counts 10 tokens in each
    assert ("read only about 10 tokens of each request" in caplog.text) == is_warned


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_a_time_out_is_some_seconds(seconds: float) -> None:
    with pytest.raises(ValueError, match="a time-out of"):
        LanguageModel("m", timeout=seconds)


@pytest.mark.parametrize(
    "text",
    [
        "One.\n[2] Two.", "One.\r[2] Two.", "One.\u2028[2] Two.", "One.\x85\n\n(under: T1)\n[9] Two.", "</think>\n[1] [1]",
        "\nANSWER\n[3]",
    ],
)  # fmt: skip
def test_no_text_of_a_document_makes_lines_of_its_own_in_a_request(text: str) -> None:
    sentence = SentenceDraft(text, section=(text, text), lead_in=SentenceDraft(text))
    (task,) = make_tasks([(0, Passage((sentence, SentenceDraft("Last."))))])
    starts = [line for line in task.text.splitlines() if line.startswith("[")]
    assert [line[:4] for line in starts] == ["[1] ", "[2] "]
    assert len(task.text.splitlines()) == 4


# Answers that are damaged


def filled(path: Path, n: int = 200) -> None:
    store = AnswerStore(path)
    store.take(Answer(f"{i:032d}", "m", "p", json.dumps({"i": i}) * 20) for i in range(n))
    store.close()


def test_a_damaged_answer_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    filled(path, 3)
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE answers SET text = CAST(X'ff7b' AS TEXT) WHERE id = ?", (f"{1:032d}",))
        base.execute("UPDATE answers SET text = NULL WHERE id = ?", (f"{2:032d}",))
    for read_only in (False, True):
        store = AnswerStore(path, read_only=read_only)
        assert store.get(f"{0:032d}") is not None
        assert store.get(f"{1:032d}") is None
        assert store.get(f"{2:032d}") is None
        assert [a.request for a in store] == [f"{0:032d}"]


def test_of_a_store_with_a_damaged_part_the_rest_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    filled(path)
    data = bytearray(path.read_bytes())
    half = len(data) // 2
    data[half : half + 4096] = b"\xa5" * 4096
    path.write_bytes(bytes(data))
    store = AnswerStore(path)
    kept = list(store)
    assert store.is_mended
    assert 100 < len(kept) < 200
    assert all(json.loads(a.text[: a.text.index("}") + 1])["i"] == int(a.request) for a in kept)
    assert (tmp_path / "a.sqlite.damaged").read_bytes() == bytes(data)
    store.add(Answer("new", "m", "p", "x"))
    assert AnswerStore(path, read_only=True).get("new") == "x"


def test_a_file_that_is_no_store_stays_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "thesis.doc"
    path.write_text("Chapter 1. " * 1000)
    with pytest.raises(PolicyloomError, match="cannot be read or kept there"):
        AnswerStore(path)
    assert path.read_text().startswith("Chapter 1.")


@pytest.mark.parametrize("damage", ["part", "all"])
def test_a_run_takes_what_its_store_has_lost_from_its_table_of_answers(
    farm: Path, server: ChatServer, damage: str
) -> None:
    server.reply = by_word
    arguments: dict[str, Any] = {"framework": farm / "farm.toml", "workers": 0}
    run(farm / "docs", farm / "out", coder=LanguageModel("tiny", server.url), **arguments)
    store = farm / "out" / ".policyloom" / "answers.sqlite"
    data = store.read_bytes()
    store.write_bytes(b"\xa5" * len(data) if damage == "all" else data[:4096] + b"\xa5" * (len(data) - 4096))
    for path in (farm / "out" / ".policyloom").rglob("*.json"):
        if path.parent.name != ".policyloom":
            path.unlink()  # results, which would hide it
    n = len(server.bodies)
    assert run(farm / "docs", farm / "out", coder=LanguageModel("tiny"), **arguments).status == 0
    assert len(server.bodies) == n
    assert mechanisms(read_tagged(farm / "out")) == ["M1", "M1"]


def test_a_damaged_line_of_answers_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    line = json.dumps({"request": "1", "model": "m", "text": "x"})
    path.write_text(f'{line}\n{line[:20]}\n{line.replace("1", "2")}\n{{"custom_id": "3", "error": "no"}}\n')
    given = read_answers(path)
    assert [a.request for a in given.answers] == ["1", "2"]
    assert given.in_words() == (
        f"{path}: 2 answers; 1 failed where they were to be given; lines that cannot be read and count as no answer: 2"
    )


def mechanisms(tagged: Any) -> list[str]:
    found: list[Tagged] = list(tagged)
    return [m.label for t in found for m in t.mentions if m.kind == "mechanism"]


# What is said of answers, and before anything is sent


def command(farm: Path, *words: str) -> Result:
    more = ["-f", str(farm / "farm.toml"), "--coder", "llm", "--llm-model", "tiny", "--llm-reads", "all"]
    return CliRunner().invoke(main, [*words, *more])


def answered(farm: Path, *words: str) -> Path:
    """A file with the answers to what a command asks."""
    asked = farm / "asked.jsonl"
    assert command(farm, *words, "--llm-requests", str(asked)).exit_code == 0
    lines = [json.loads(line) for line in asked.read_text("utf-8").splitlines()]
    path = farm / "given.jsonl"
    path.write_text(
        "".join(
            json.dumps({"custom_id": r["custom_id"], "content": by_word(r["body"])[1]}) + "\n" for r in lines
        )
    )
    return path


@pytest.fixture
def labels(farm: Path) -> Path:
    path = farm / "labels.jsonl"
    rows = [
        Labelled("1", "a", "Grants were paid.", (Label("M1"),)),
        Labelled("2", "b", "It rained in May.", ()),
    ]
    write_labels(rows, path, read_framework(farm / "farm.toml"))
    return path


def words_of(farm: Path, labels: Path, name: str) -> list[str]:
    document = str(farm / "docs" / "a.txt")
    return {
        "tag": ["tag", document, "-o", str(farm / "m.csv")],
        "check": ["check", document, "-o", str(farm / "checked")],
        "evaluate": ["evaluate", str(labels)],
        "agreement": ["agreement", str(labels)],
        "compare": ["compare", document, str(farm / "docs" / "b.txt"), "-o", str(farm / "compared")],
    }[name]


@pytest.mark.parametrize("name", ["tag", "check", "compare", "evaluate", "agreement"])
def test_a_dry_run_says_what_would_be_asked_and_sends_and_writes_nothing(
    farm: Path, labels: Path, server: ChatServer, name: str
) -> None:
    words = words_of(farm, labels, name)
    before = {path.name for path in farm.iterdir()}
    dry = ["--dry-run", "--llm-price", "1000", "2000", "--llm-url", server.url]
    result = command(farm, *words, *dry)
    assert result.exit_code == 0, result.output
    of_documents = {"tag": (2, 1, 1), "check": (2, 1, 1), "compare": (3, 2, 2)}
    n = of_documents.get(name, (2, 2, 2))
    asked = "2 requests" if name == "compare" else "1 request"
    expected = f"{asked} about {n[0]} sentences in {n[1]} passage{'s' if n[1] > 1 else ''} of {n[2]} document{'s' if n[2] > 1 else ''}"
    assert expected in result.output
    assert "at these prices about " in result.output
    assert not server.bodies
    assert {path.name for path in farm.iterdir()} == before
    given = answered(farm, *words)
    after = command(farm, *words, "--dry-run", "--llm-answers", str(given))
    assert after.stdout.startswith("0 requests about 0 sentences in 0 passages of 0 documents")
    assert {path.name for path in farm.iterdir()} == before | {"asked.jsonl", "given.jsonl"}


@pytest.mark.parametrize("name", ["tag", "check", "evaluate"])
def test_requests_of_every_command_go_to_a_file_and_answers_come_from_one(
    farm: Path, labels: Path, name: str
) -> None:
    words = words_of(farm, labels, name)
    done = command(farm, *words, "--llm-answers", str(answered(farm, *words)))
    assert done.exit_code == 0, done.output
    assert not isinstance(done.exception, PolicyloomError)


def test_a_small_price_is_not_shown_as_none(farm: Path, labels: Path) -> None:
    done = command(farm, "evaluate", str(labels), "--dry-run", "--llm-price", "0.15", "0.60")
    assert "at these prices less than 0.01" in done.output


def test_a_price_is_for_what_is_only_counted(farm: Path, labels: Path) -> None:
    result = command(farm, "evaluate", str(labels), "--llm-price", "1", "2")
    assert (result.exit_code, "goes with --dry-run or --llm-requests" in result.output) == (2, True)


def test_how_many_answers_fit_is_said(farm: Path, labels: Path) -> None:
    given = answered(farm, "evaluate", str(labels))
    with given.open("a") as file:
        file.write('{"custom_id": "other", "content": "x"}\n{"custom\n')
    done = command(farm, "evaluate", str(labels), "--llm-answers", str(given))
    assert (
        f"{given}: 2 answers; lines that cannot be read and count as no answer: 3; 1 fit a request"
        in done.output
    )
    other = farm / "other.jsonl"
    other.write_text('{"custom_id": "other", "content": "x"}\n')
    lacking = command(farm, "evaluate", str(labels), "--llm-answers", str(other))
    assert lacking.exit_code == 2
    assert "1 request to the language model has no answer; name a server with --llm-url" in lacking.output
    assert f"({other}: 1 answer; 0 fit a request)" in lacking.output


def test_a_run_says_of_which_documents_the_answers_are(farm: Path) -> None:
    words = ["run", str(farm / "docs"), "-o", str(farm / "out"), "-j", "0"]
    given = answered(farm, *words)
    first, second = given.read_text().splitlines()
    given.write_text(f"{first}\n")
    done = command(farm, *words, "--llm-answers", str(given))
    assert f"{given}: 1 answer; 1 of 2 documents have all of theirs" in done.output
    assert "waits for an answer of the language model; name its server with --llm-url" in done.output
    assert f"none of the answers in {given} is to a request about it" in done.output
    assert second


def test_a_file_of_answers_is_read_once(farm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["run", str(farm / "docs"), "-o", str(farm / "out"), "-j", "0"]
    given = answered(farm, *words)
    read: list[str] = []
    real = store_module._read_answer
    monkeypatch.setattr(store_module, "_read_answer", lambda row: (read.append("1"), real(row))[1])
    assert command(farm, *words, "--llm-answers", str(given)).exit_code == 0
    assert len(read) == 2


def test_a_file_that_holds_no_answers_stops_a_run_before_any_work(farm: Path) -> None:
    (farm / "notes.txt").write_text("No answers.\n")
    model = LanguageModel("tiny", answers=farm / "notes.txt")
    with pytest.raises(PolicyloomError, match="line 1: is no answer, nor is any other line"):
        run(farm / "docs", farm / "out", framework=farm / "farm.toml", coder=model, workers=0)
    assert not (farm / "out").exists()
