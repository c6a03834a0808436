"""The documentation says what is so: its code runs, its commands and links exist."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policyloom.cli import main
from policyloom.framework import read_framework
from policyloom.tag.pipeline import load_pipeline
from tests.conftest import ROOT

PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
)


def blocks(page: Path, language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [text for name, text in found if name == language]


def commands(text: str) -> list[list[str]]:
    """The words of each policyloom command in a block, without comments."""
    found = [line.removeprefix("$ ") for line in text.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in found if line.startswith("policyloom ")]


def call(words: list[str]) -> Result:
    """A command's result; it must not be refused as wrong usage."""
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code in (0, 1), f"{' '.join(words)}: {done.output}"
    return done


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's folder, in which the commands of the docs are given: corpus/, my-folder, policies and mine.toml."""
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus", ignore=shutil.ignore_patterns("sources"))
    (tmp_path / "my-folder").mkdir()
    shutil.copy(ROOT / "corpus" / "e-trades-fact-sheet.pdf", tmp_path / "my-folder")
    for name in ("new-policy.pdf", "policy.pdf"):
        shutil.copy(ROOT / "corpus" / "c-industrial-college-case.pdf", tmp_path / name)
    (example,) = (text for text in blocks(ROOT / "docs" / "frameworks.md", "toml") if "[framework]" in text)
    (tmp_path / "mine.toml").write_text(example, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commands_and_lines_of_the_readme_and_the_page_on_networks_run(workplace: Path) -> None:
    plain = [block for block in blocks(ROOT / "README.md", "") if "policyloom " in block]
    (code,) = blocks(ROOT / "README.md", "python")
    names: dict[str, object] = {}
    exec(code, names)
    assert (workplace / "outputs" / "demo" / "report.html").exists()
    assert "<table" in names["network"]._repr_html_()  # type: ignore[attr-defined]
    for block in plain:
        output = "".join(call(words).output for words in commands(block))
        for finding in re.findall(r"^(?:info|warning|error) +[a-z-]+", block, re.MULTILINE):
            assert re.search(rf"^{finding} ", output, re.MULTILINE), finding
    assert (workplace / "outputs" / "mine" / "report.html").exists()
    for code in blocks(ROOT / "docs" / "network.md", "python"):  # on the run that is there now
        exec(code, names)
    assert (workplace / "outputs" / "network" / "links.csv").exists()
    assert len(names["counts"].documents) == len(names["tagged"])  # type: ignore[arg-type, attr-defined]


def test_the_lines_on_entities_run() -> None:
    (code,) = blocks(ROOT / "docs" / "entities.md", "python")
    *lines, last = code.strip().split("\n")
    names: dict[str, object] = {}
    exec("\n".join(lines), names)
    assert ("JVC", "ORG.college", "Jinan Vocational College") in eval(last, names)


MEALS = (
    "The state funds school lunches in every district of the north.",
    "Better attendance was seen in all districts by the end.",
    "Most rural schools lack a kitchen of their own today.",
    "The minister opened the new road to the coast yesterday.",
)


def fill_in(sheet: Path) -> None:
    """Codes a sheet as a person would, who looks for the words of `MEALS`."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        columns, rows = list(reader.fieldnames or ()), list(reader)
    for row in rows:
        for word, element in (("funds", "T1"), ("attendance", "S1"), ("lack", "C1"), ("road", "none")):
            if word in row["text"]:
                row[next(column for column in columns if column.split()[0] == element)] = "x"
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def test_the_learning_loop_of_the_docs_runs(workplace: Path) -> None:
    page = ROOT / "docs" / "learning.md"
    for n in range(10):
        sentences = [sentence.replace(".", f" in year {n}.") for sentence in MEALS]
        (workplace / "my-folder" / f"plan-{n}.txt").write_text("\n\n".join(sentences))
    (loop,) = (block for block in blocks(page, "") if "policyloom " in block)
    given = []
    for words in commands(loop):
        given.append(words[0])
        assert call(words).exit_code == 0, words
        if words[0] == "label":
            fill_in(workplace / "sheet.csv")
            shutil.copy("sheet.csv", "other.csv")
    assert given == ["run", "label", "train", "evaluate", "run"]
    (code,) = blocks(page, "python")
    names: dict[str, object] = {}
    exec(code, names)
    assert set(names["classifier"].labels) == {"S1", "C1", "T1"}  # type: ignore[attr-defined]


def test_the_worked_example_of_the_page_on_estimates_gives_its_table(workplace: Path) -> None:
    page = ROOT / "docs" / "estimates.md"
    (steps,) = (block for block in blocks(page, "") if "policyloom " in block)
    (table,) = blocks(page, "text")
    run, label, estimate = commands(steps)
    for words in (run, label):
        assert call(words).exit_code == 0, words
    code = [sys.executable, str(ROOT / "benchmarks" / "estimates.py"), "code", "sheet.csv"]
    subprocess.run(code, check=True, capture_output=True)
    shown = call(estimate).output.splitlines()
    assert [line for line in table.splitlines() if line not in shown] == []
    (lines,) = blocks(page, "python")
    exec(lines, {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_named_in_the_docs_exist(page: Path) -> None:
    for command in set(re.findall(r"`policyloom ([a-z]+)(?: ([a-z]+))?", page.read_text("utf-8"))):
        words = command if command[0] == "framework" else command[:1]
        assert CliRunner().invoke(main, [*filter(None, words), "--help"]).exit_code == 0, command


def test_the_worked_framework_of_the_docs_is_valid(tmp_path: Path) -> None:
    examples = [block for block in blocks(ROOT / "docs" / "frameworks.md", "toml") if "[framework]" in block]
    assert examples
    for text in examples:
        path = tmp_path / "example.toml"
        path.write_text(text, "utf-8")
        load_pipeline(read_framework(path))


def test_the_commands_of_the_page_on_language_models_run_without_a_server(workplace: Path) -> None:
    (plain,) = [block for block in blocks(ROOT / "docs" / "language-models.md", "") if "policyloom " in block]
    (words,) = commands(plain)
    assert "without an answer; about" in call([*words, "-j", "0"]).output
    served = [c for block in blocks(ROOT / "docs" / "language-models.md", "sh") for c in commands(block)]
    assert len(served) == 5
    options = {option for command in main.commands.values() for p in command.params for option in p.opts}
    assert {word for words in served for word in words if word.startswith("--")} <= options


def test_each_line_of_the_page_on_security_names_tests_that_are_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    there = {
        name
        for path in (ROOT / "tests").glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    named = re.findall(r"`(test_\w+)`", page)
    assert len(named) > 40
    assert set(named) <= there
    table = page.partition("## What each kind of file can do")[2].partition("## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("|")][2:]
    assert all("`test_" in row for row in rows)
