"""The sample documents and the command that runs over them, wherever policyloom is installed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

import policyloom as pl
from policyloom.cli import main
from policyloom.errors import RunError
from tests.conftest import ROOT

PDFS = sorted(path.name for path in (ROOT / "corpus").glob("*.pdf"))


def test_the_sample_documents_are_those_of_the_corpus(tmp_path: Path) -> None:
    written = pl.write_demo_documents(tmp_path / "new" / "corpus")
    assert [path.name for path in written] == PDFS
    for path in (*written, tmp_path / "new" / "corpus" / "gold.jsonl"):
        assert path.read_bytes() == (ROOT / "corpus" / path.name).read_bytes()


def test_documents_that_are_there_are_left_as_they_are(tmp_path: Path) -> None:
    (first, *_) = pl.write_demo_documents(tmp_path)
    before = first.stat().st_mtime_ns
    (tmp_path / "notes.md").write_text("mine")
    pl.write_demo_documents(tmp_path)
    assert first.stat().st_mtime_ns == before
    assert (tmp_path / "notes.md").read_text() == "mine"


@pytest.mark.parametrize("name", ["plan.pdf", "c-industrial-college-case.pdf", "gold.jsonl"])
def test_a_folder_with_other_documents_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(RunError, match=rf"holds documents that are not the samples \({name}\); give another"):
        pl.write_demo_documents(tmp_path)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "mine")]


def test_the_wheel_is_told_to_hold_every_sample() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packed = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert packed == {f"corpus/{name}": f"policyloom/demo/{name}" for name in (*PDFS, "gold.jsonl")}


def test_demo_runs_over_the_samples_as_run_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["demo"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "10 sample documents in corpus; now: policyloom run corpus -o outputs/demo" in done.output
    assert "documents  10" in done.output
    assert (tmp_path / "outputs" / "demo" / "report.html").is_file()
    again = CliRunner().invoke(main, ["demo"], catch_exceptions=False)
    assert "10 from the run before" in again.output


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "policyloom", "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, f"policyloom, version {pl.__version__}\n")
