"""The command line: what it prints, where it writes, and its exit status."""

from __future__ import annotations

import importlib
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from policyloom.cli import main
from policyloom.cli.run import LINK_UNITS
from policyloom.network.counting import UNITS
from policyloom.records import Finding


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


def test_help_names_every_command_and_the_exit_status(cli) -> None:
    done: Result = cli("--help")
    assert done.exit_code == 0
    listed = re.findall(r"^  ([a-z]+)  +\S", done.output.partition("Commands:")[2], re.MULTILINE)
    assert listed == [
        "agreement",
        "check",
        "coder",
        "compare",
        "demo",
        "estimate",
        "evaluate",
        "export",
        "extract",
        "figure",
        "framework",
        "label",
        "mark",
        "pmc",
        "review",
        "run",
        "sentences",
        "tag",
        "train",
    ]
    assert "Exit status: 0 all well; 1 some document failed" in done.output


def commands(command: click.Command, path: str = "policyloom") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, f"{path} {name}")


COMMANDS = dict(commands(main))


def test_units_of_links_are_those_of_the_network() -> None:
    assert LINK_UNITS == UNITS


def test_a_run_without_links_says_why(cli, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("The vocational college set up apprenticeships with employers.")
    done = cli("run", folder, "-o", tmp_path / "out", "-j", "0", "--unit", "paragraph")
    assert "  no links: no document names any of the outcomes\n" in done.output


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_has_help(path: str) -> None:
    command = COMMANDS[path]
    assert (command.help or "").strip().endswith("."), path
    for option in command.params:
        if isinstance(option, click.Option):
            assert (option.help or "").endswith("."), f"{path} {option.opts[0]}"


def test_run_then_check_against_it(cli, corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("c-industrial-college-case.pdf", "d-work-based-learning-paper.pdf"):
        shutil.copy(corpus / name, folder)
    done: Result = cli("run", folder, "-o", "out", "-j", "0")
    assert done.exit_code == 0
    assert re.search(r"^documents +2$", done.output, re.MULTILINE)
    assert "report.html" in done.output
    checked: Result = cli("check", corpus / "b-national-action-plan.pdf", "--against", "out", "-o", "checked")
    assert checked.exit_code == 0
    assert re.search(r"^warning claim-unknown +", checked.output, re.MULTILINE)
    assert "out (2 documents)" in (tmp_path / "checked" / "check.html").read_text("utf-8")
    for name in ("findings.csv", "coverage.csv", "mentions.csv", "entities.csv", "claims.csv"):
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
        (
            ["run", ".", "-o", "out", "-j", "0", "--timeout", "5"],
            "--timeout and --memory need a worker process",
        ),
        (["run", ".", "-o", "out", "--classifier", "nowhere:coder"], "No module named 'nowhere'"),
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


def test_a_check_that_finds_an_error_gives_status_1(
    cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("policyloom.check")
    (tmp_path / "a.txt").write_text("Vocational students took up apprenticeships.")
    error = Finding("a", "made-up", "error", "T2", "Something is wrong.")
    checked = module.Checked("a", (), (error,), ())
    monkeypatch.setattr(module, "check", lambda *_, **__: checked)
    done: Result = cli("check", "a.txt", "--classifier", "none")
    assert done.exit_code == 1
    assert done.output.splitlines()[0] == "error   made-up                    Something is wrong."


@pytest.mark.parametrize("command", ["check", "tag"])
def test_a_document_that_cannot_be_read_gives_status_1_and_its_reason(
    cli, tmp_path: Path, command: str
) -> None:
    (tmp_path / "x.pdf").write_bytes(b"")
    done: Result = cli(command, "x.pdf")
    assert done.exit_code == 1
    assert done.stderr == "policyloom: x.pdf: the file is empty (0 bytes)\n"


def test_extract_tells_what_it_cannot_read_and_goes_on(cli, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"")
    (tmp_path / "b.txt").write_text("Vocational students took up apprenticeships.")
    done: Result = cli("extract", ".")
    assert done.exit_code == 1
    assert done.stdout == "Vocational students took up apprenticeships.\n"
    assert done.stderr == "policyloom: a.pdf: the file is empty (0 bytes)\n"


def test_a_coder_of_ones_own_is_found_in_the_current_folder(
    cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", list(sys.path))
    (tmp_path / "silent_coder.py").write_text(
        "from policyloom.records import Coding\n"
        "class Silent:\n"
        "    def code(self, passages):\n"
        "        return [Coding() for passage in passages for _ in passage.sentences]\n"
        "silent = Silent()\n"
    )
    (tmp_path / "a.txt").write_text("A firm stands here.")
    assert cli("tag", "a.txt", "--classifier", "silent_coder:silent").exit_code == 0


def test_framework_validate_notes_what_is_never_found(cli, tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text(
        '[framework]\nid = "f"\ntitle = "F"\nversion = "1"\n'
        '[[element]]\nid = "T1"\nkind = "mechanism"\nlabel = "Grant"\ndefinition = "d"\n'
    )
    done: Result = cli("framework", "validate", "f.toml")
    assert done.output.splitlines() == [
        "note: element T1 has no terms, patterns or parts, so it is never found",
        "f 1: 1 elements, 0 terms, 0 links; all well",
    ]


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
