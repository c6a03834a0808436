"""Documents read by a Dask cluster: the same bytes, also where a worker is lost; and plain words where it cannot be."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from policyloom import run
from policyloom.cli import main
from policyloom.errors import RunError
from policyloom.run import Limits, Progress

pytest.importorskip("distributed")
cluster_module = importlib.import_module("policyloom.run.cluster")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows ends processes otherwise")

TEXT = "Plan {n} of the office\n\nThe college {n} set up apprenticeships with {n} employers. There is a shortage of trainers.\n"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("run.json", "ledger.json")
    }


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    for n in range(12):
        (folder / f"{n:02}.txt").write_text(TEXT.format(n=n))
    (folder / "damaged.pdf").write_bytes(b"%PDF-1.4\nnothing")
    return folder


@pytest.fixture(scope="module")
def expected(documents: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("expected") / "out"
    run(documents, out, coder="rules", workers=0)
    return contents(out)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and all that it started, at once."""
    own = psutil.Process(process.pid)
    for each in (own, *own.children(recursive=True)):
        try:
            each.kill()
        except psutil.NoSuchProcess:
            continue
    process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each in a process of its own."""
    file = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli.dask_"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}

    def begin(kind: str, *words: str) -> subprocess.Popen[bytes]:
        command = [*dask[:2], dask[2] + kind, "--scheduler-file", str(file), "--no-dashboard", *words]
        return subprocess.Popen(command, **quiet)  # type: ignore[call-overload, no-any-return]

    started = [begin("scheduler", "--host", "127.0.0.1", "--port", "0")]
    started += [begin("worker", "--host", "127.0.0.1", "--nthreads", "1") for _ in range(2)]
    until = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    yield json.loads(file.read_text())["address"], started[1:]
    for each in reversed(started):
        if each.poll() is None:
            end(each)


def test_a_cluster_gives_the_bytes_of_one_process_though_a_worker_is_killed(
    documents: Path,
    expected: dict[str, bytes],
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    tmp_path: Path,
) -> None:
    address, workers = cluster
    killed = []

    def kill_one(step: Progress) -> None:
        if step.stage == "reading" and step.done == 3 and not killed:
            killed.append(step)
            end(workers[0])

    done = run(documents, tmp_path / "out", coder="rules", dask=address, progress=kill_one)
    assert killed
    assert len(done.documents) == 12
    assert [failure.source for failure in done.failures] == ["damaged.pdf"]
    assert contents(tmp_path / "out") == expected
    assert workers[1].poll() is None


def test_a_cluster_of_this_computer_keeps_to_limits(tmp_path: Path, documents: Path) -> None:
    from tests.test_hostile_files import write_pdf

    (tmp_path / "in").mkdir()
    shutil.copy(documents / "00.txt", tmp_path / "in")
    write_pdf(tmp_path / "in" / "a.pdf", b"0 0 10 10 re f\n" * 2_000_000)
    done = run(
        tmp_path / "in", tmp_path / "out", coder="rules", dask="local", workers=2, limits=Limits(seconds=3)
    )
    assert done.documents == ("00",)
    assert [(failure.source, failure.kind) for failure in done.failures] == [("a.pdf", "too-slow")]


def test_a_scheduler_that_does_not_answer_is_told(
    documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "CONNECT", 1)
    words = ["run", str(documents), "-o", str(tmp_path / "out"), "--dask", "tcp://127.0.0.1:9"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "tcp://127.0.0.1:9: no Dask scheduler answers there" in done.stderr


@pytest.mark.parametrize(
    "given", [{"workers": 2, "dask": "tcp://127.0.0.1:9"}, {"workers": 0, "dask": "local"}]
)
def test_a_cluster_and_another_place_to_work_are_refused(
    documents: Path, tmp_path: Path, given: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match="a Dask cluster reads the documents with the workers that it has"):
        run(documents, tmp_path / "out", coder="rules", **given)  # type: ignore[arg-type]


def test_files_that_the_cluster_does_not_see_end_the_run_in_plain_words(
    documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module.Reader, "sees", lambda *_: False)
    with pytest.raises(RunError, match=r"does not see .*; all must see the documents under the same path"):
        run(documents, tmp_path / "out", coder="rules", dask="local", workers=1)


def test_a_cluster_with_another_version_is_refused(
    documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = iter([("a", ""), ("b", "")])
    monkeypatch.setattr(cluster_module, "_fingerprint", lambda _: next(versions, ("b", "")))
    with pytest.raises(RunError, match=r"has another version of policyloom, .*install the same on all"):
        run(documents, tmp_path / "out", coder="rules", dask="local", workers=1)


def test_without_its_package_the_extra_is_named(
    documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "policyloom.run.cluster", raising=False)
    with pytest.raises(RunError, match=r"pip install \"policyloom\[dask\]\""):
        run(documents, tmp_path / "out", coder="rules", dask="local")
