"""A stopped command leaves no process and no temporary folder behind, and one that is too slow ends by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from policyloom import check_file, extract_files, tag_file
from policyloom.errors import DocumentError
from policyloom.records import Document, Failure
from policyloom.run import Limits
from tests.test_hostile_files import write_pdf

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows ends processes otherwise")

TEXT = "The vocational college set up apprenticeships with employers.\n"

SLOW_CODER = """
import pathlib, time

class Slow:
    def code(self, passages):
        pathlib.Path("at-work").touch()
        time.sleep(100)

slow = Slow()
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a document, a coder that takes its time, and an own folder for temporary files."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "slow_coder.py").write_text(SLOW_CODER)
    return tmp_path


def start(place: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "policyloom", *words, "--coder", "slow_coder:slow"],
        cwd=place, env=os.environ | {"TMPDIR": str(place / "tmp")}, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_for(path: Path, command: subprocess.Popen[str]) -> list[psutil.Process]:
    """Waits until a worker is at work; gives all processes of the command."""
    until = time.monotonic() + 60
    while not path.exists():
        assert command.poll() is None, command.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)
    own = psutil.Process(command.pid)
    return [own, *own.children(recursive=True)]


def assert_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert not alive


COMMANDS = {
    "run": ("run", "in", "-o", "out", "-j", "2"),
    "check": ("check", "in/a.txt"),
}


@pytest.mark.parametrize(
    ("command", "number"),
    [
        ("run", signal.SIGINT),
        ("run", signal.SIGTERM),
        ("check", signal.SIGTERM),
    ],  # `tag` works as `check` does
)
def test_a_stopped_command_ends_its_workers_and_cleans_up(
    place: Path, command: str, number: signal.Signals
) -> None:
    begun = start(place, *COMMANDS[command])
    processes = wait_for(place / "at-work", begun)
    began = time.monotonic()
    begun.send_signal(number)
    _, said = begun.communicate(timeout=30)
    assert time.monotonic() - began < 20  # a second on an idle machine
    assert_gone(processes)
    assert begun.returncode == 128 + number
    assert said.startswith("policyloom: stopped")
    assert "Traceback" not in said
    assert list((place / "tmp").iterdir()) == []
    assert not (place / "out" / ".policyloom" / "lock.json").exists()


def test_a_command_that_is_stopped_twice_is_gone_at_once(place: Path) -> None:
    begun = start(place, *COMMANDS["run"])
    processes = wait_for(place / "at-work", begun)
    for _ in range(3):
        os.killpg(begun.pid, signal.SIGINT)
        time.sleep(0.02)
    _, said = begun.communicate(timeout=30)
    assert_gone(processes)
    # Python gives a signal its own way back while it ends; one that comes then kills, which a shell calls 130 too.
    assert begun.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in said


@pytest.mark.parametrize("seconds", [0.0, 0.3])
def test_ctrl_c_while_workers_start_leaves_no_traceback(place: Path, seconds: float) -> None:
    begun = start(place, *COMMANDS["run"])
    until = time.monotonic() + 60
    while len(psutil.Process(begun.pid).children()) < 2 and time.monotonic() < until:
        time.sleep(0.01)  # for the tracker of resources, and a worker
    time.sleep(seconds)
    os.killpg(begun.pid, signal.SIGINT)
    _, said = begun.communicate(timeout=60)
    assert "Traceback" not in said


# The limits of one document, without a run


def test_a_single_document_is_held_to_its_limits(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", b"0 0 10 10 re f\n" * 2_000_000)
    (tmp_path / "b.txt").write_text(TEXT)
    limits = Limits(seconds=4)
    with pytest.raises(
        DocumentError, match=r"a\.pdf: took longer than 4 s; give it more with --timeout"
    ) as caught:
        tag_file(path, coder="rules", limits=limits)
    assert caught.value.kind == "too-slow"
    first, second = extract_files(tmp_path, limits=limits)
    assert isinstance(first, Failure)
    assert (first.source, first.kind) == ("a.pdf", "too-slow")
    assert isinstance(second, Document)


def test_limits_are_refused_for_a_single_document_in_this_process(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text(TEXT)
    with pytest.raises(ValueError, match="cannot be kept for work done in this process"):
        check_file(tmp_path / "b.txt", coder="rules", workers=0, limits=Limits(seconds=4))


def test_a_worker_reads_as_this_process_does(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text(TEXT)
    assert tag_file(tmp_path / "b.txt", coder="rules") == tag_file(
        tmp_path / "b.txt", coder="rules", workers=0
    )
    assert list(extract_files(tmp_path)) == list(extract_files(tmp_path, workers=0))


def test_documents_are_extracted_in_the_order_of_their_names(tmp_path: Path) -> None:
    for n in range(12):
        (tmp_path / f"{n:02}.txt").write_text(TEXT * (12 - n) ** 3)
    assert [one.id for one in extract_files(tmp_path) if isinstance(one, Document)] == [
        f"{n:02}" for n in range(12)
    ]
