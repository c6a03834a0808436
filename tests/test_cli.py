"""The command line: what it prints, where it writes, and its exit status."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policyloom.cli import main


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


def test_help_names_every_command_and_the_exit_status(cli) -> None:
    done: Result = cli("--help")
    assert done.exit_code == 0
    for name in ("run", "check", "extract", "tag", "framework"):
        assert f"  {name} " in done.output
    assert "Exit status" in done.output


@pytest.mark.parametrize(
    "command", [["run"], ["check"], ["extract"], ["tag"], ["framework", "show"], ["framework", "validate"]]
)
def test_every_command_explains_itself(cli, command: list[str]) -> None:
    done: Result = cli(*command, "--help")
    assert done.exit_code == 0
    assert len(done.output.splitlines()) > 5


def test_run_then_check_against_it(cli, corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("c-industrial-college-case.pdf", "d-work-based-learning-paper.pdf"):
        shutil.copy(corpus / name, folder)
    done: Result = cli("run", folder, "-o", "out", "-j", "0")
    assert done.exit_code == 0
    assert "documents  2" in done.output
    assert "report.html" in done.output
    checked: Result = cli("check", corpus / "b-national-action-plan.pdf", "--against", "out", "-o", "checked")
    assert checked.exit_code in (0, 1)
    assert "out (2 documents)" in (tmp_path / "checked" / "check.html").read_text("utf-8")
    for name in ("findings.csv", "coverage.csv", "mentions.csv", "claims.csv"):
        assert (tmp_path / "checked" / name).exists()


def test_a_failed_document_gives_status_1_and_its_reason(cli, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "x.pdf").write_bytes(b"")
    (folder / "y.txt").write_text("Vocational students took up apprenticeships.")
    done: Result = cli("run", folder, "-o", "out", "-j", "0")
    assert done.exit_code == 1
    assert "x.pdf: the file is empty" in done.output


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["run", "nowhere", "-o", "out"], "nowhere: no such folder"),
        (["run", ".", "-o", "out", "-f", "none"], "no framework 'none'"),
        (["run", ".", "-o", "out", "--memory", "5"], "at least 500 MB"),
        (["framework", "show", "x.toml"], "x.toml: cannot be opened"),
        (["run", "."], "Missing option"),
        (["fly"], "No such command"),
    ],
)
def test_wrong_usage_gives_status_2_and_plain_words(cli, words: list[str], text: str) -> None:
    done: Result = cli(*words)
    assert done.exit_code == 2
    assert text in done.output
    assert "Traceback" not in done.output


def test_extract_prints_text_or_outline_or_writes_files(cli, corpus: Path, tmp_path: Path) -> None:
    source = corpus / "g-audit-report.pdf"
    assert "Recommendations" in cli("extract", source).output
    outline = cli("extract", source, "--outline").output
    assert len(outline.splitlines()) < 40
    cli("extract", corpus, "-o", "texts")
    assert len(list((tmp_path / "texts").glob("*.json"))) == 10


def test_tag_shows_mentions_with_page_and_status(cli, corpus: Path, tmp_path: Path) -> None:
    done: Result = cli("tag", corpus / "c-industrial-college-case.pdf")
    assert "affirmed" in done.output
    assert "p. 1" in done.output
    cli("tag", corpus / "c-industrial-college-case.pdf", "-o", "m.csv")
    assert (tmp_path / "m.csv").read_text("utf-8-sig").startswith("document,page,section,kind,element")


def test_framework_show_and_validate(cli) -> None:
    shown = cli("framework", "show").output
    assert "OUTCOMES" in shown
    assert "T1" in shown
    assert "all well" in cli("framework", "validate", "production_education").output
