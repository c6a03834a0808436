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
from policyloom.export.run_tables import RUN_TABLES
from policyloom.export.workbook import CODEBOOK
from policyloom.framework import read_framework
from policyloom.framework.variables import make_framework, read_variables
from policyloom.tag.pipeline import load_pipeline
from tests.conftest import ROOT, load_script

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


def test_the_commands_and_lines_of_the_page_on_metadata_run(workplace: Path) -> None:
    page = ROOT / "docs" / "metadata.md"
    (table,) = blocks(page, "csv")
    (workplace / "table.csv").write_text(table, "utf-8")
    ((words,),) = (commands(block) for block in blocks(page, ""))
    assert call(words).exit_code == 0
    (code,) = blocks(page, "python")
    names: dict[str, object] = {}
    exec(code, names)
    assert sorted(names["groups"]) == ["college", "state"]  # type: ignore[call-overload]
    with (workplace / "outputs" / "mine" / "documents.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["type"] == "regulation"


def test_the_lines_on_the_report_run_and_its_pages_are_there(workplace: Path) -> None:
    page = ROOT / "docs" / "report.md"
    assert call(["run", "corpus", "--out", "outputs/demo"]).exit_code == 0
    for name in re.findall(r"^\| `([a-z_/.]+)` \|", page.read_text("utf-8").partition("##")[0], re.MULTILINE):
        assert (workplace / "outputs" / "demo" / name).exists(), name
    (code,) = blocks(page, "python")
    names: dict[str, object] = {}
    exec(code, names)
    assert set(names["own"]["document"]) == {"b-national-action-plan"}  # type: ignore[index]
    assert set(names["own"]["n_peers"]) == {9}  # type: ignore[index]


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


def test_the_worked_example_of_the_page_on_estimates_gives_its_tables(workplace: Path) -> None:
    page = ROOT / "docs" / "estimates.md"
    steps, table = (block for block in blocks(page, "") if "policyloom " in block)
    (shown_there,), (metadata,) = blocks(page, "text"), blocks(page, "csv")
    (workplace / "corpus.csv").write_text(metadata, "utf-8")
    run, label, estimate = commands(steps)
    for words in (run, label):
        assert call(words).exit_code == 0, words
    code = [sys.executable, str(ROOT / "benchmarks" / "estimates.py"), "code", "sheet.csv"]
    subprocess.run(code, check=True, capture_output=True)
    shown = call(estimate).output.splitlines()
    assert [line for line in shown_there.splitlines() if line not in shown] == []
    (lines,) = blocks(page, "python")
    exec(lines, {})
    with (workplace / "estimates.csv").open(encoding="utf-8-sig", newline="") as file:
        figures = {
            (row["figure"], row["label"], row["group"]): row
            for row in csv.DictReader(file)
            if not row["status"] and not row["outcome"]
        }
    n_rows = 0
    for row in re.findall(r"^\| [A-Z]\d (.*) \|$", page.read_text("utf-8"), re.MULTILINE):
        name, naive, *cells = row.split(" | ")
        given = [
            figures["share", name, ""], figures["share", name, "policy"], figures["share", name, "account"],
            figures["difference", name, "account"],
        ]  # fmt: skip
        assert naive == percent(given[0]["naive"])
        for cell, figure in zip(cells, given, strict=True):
            low, high = percent(figure["low"]), percent(figure["high"])
            assert cell in [f"{percent(figure['corrected'])} ({low}{to}{high})" for to in ("–", " to ")]
        n_rows += 1
    assert n_rows == 4
    ((words,),) = [commands(table)]
    assert "394 sentences of 10 documents, 200 of them coded by people" in call(words).output
    with (workplace / "sentences.csv").open(encoding="utf-8-sig", newline="") as file:
        columns = set(next(csv.reader(file)))
    (r,) = blocks(page, "r")
    assert set(re.findall(r"\b(?:T2\w*|year|document|group)\b", r)) <= columns


def percent(share: str) -> str:
    """A share as the tables of a paper give it."""
    return f"{100 * float(share):.1f}".replace("-", "−")


def test_the_worked_example_of_the_page_on_the_pmc_index_gives_its_tables(workplace: Path) -> None:
    page = ROOT / "docs" / "pmc.md"
    read, anew = (words for block in blocks(page, "") for words in commands(block))
    before, after = blocks(page, "text")
    assert [line for line in before.splitlines() if line not in call(read).output.splitlines()] == []
    told = re.findall(
        r"^\| ([\w-]+) \| (X[\d.]+) [^|]+\| [01] → ([01]) \| (.+) \|$", page.read_text("utf-8"), re.MULTILINE
    )
    assert len(told) == 3
    decided = {(document, variable): (value, note) for document, variable, value, note in told}
    with (workplace / "outputs" / "pmc" / "pmc_matrix.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        old = row["value"], row["note"]
        row["value"], row["note"] = decided.get((row["document"], row["variable"]), old)
    with (workplace / "my_matrix.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert [line for line in after.splitlines() if line not in call(anew).output.splitlines()] == []
    (example,) = blocks(page, "toml")
    (workplace / "list.toml").write_text(example, "utf-8")
    load_pipeline(make_framework(read_variables("list.toml"), read_framework()))


def test_the_commands_and_lines_of_the_pages_on_tables_and_excel_run(workplace: Path) -> None:
    for name in ("excel", "tables"):
        shutil.rmtree(workplace / "outputs", ignore_errors=True)
        (steps,) = (block for block in blocks(ROOT / "docs" / f"{name}.md", "") if "policyloom " in block)
        for words in commands(steps):
            assert call(words).exit_code == 0, words
        assert (workplace / "outputs" / "mine.xlsx").exists()
    names: dict[str, object] = {}
    (code,) = blocks(ROOT / "docs" / "tables.md", "python")
    exec(code, names)
    assert list(names["mentions"]) == list(names["typed"])  # type: ignore[call-overload]
    assert dict(names["planned"])  # type: ignore[call-overload]


def test_the_page_on_tables_has_every_table_and_column() -> None:
    page = (ROOT / "docs" / "tables.md").read_text("utf-8")
    assert page == load_script("docs/tables.py").build(page), "write it anew: python docs/tables.py"
    for table in RUN_TABLES:
        section = page.partition(f"## {table.name}.csv\n")[2].partition("\n## ")[0]
        assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [f.name for f in table.fields]


def test_the_page_on_excel_names_every_sheet() -> None:
    page = (ROOT / "docs" / "excel.md").read_text("utf-8")
    named = {
        name for row in re.findall(r"^\| ([a-z_, ]+) \| ", page, re.MULTILINE) for name in row.split(", ")
    }
    assert named == {"sheet", CODEBOOK, *(table.name for table in RUN_TABLES)}


def test_the_commands_of_the_page_on_exchange_run(workplace: Path) -> None:
    page = ROOT / "docs" / "exchange.md"
    (exports,) = (block for block in blocks(page, "") if "policyloom " in block)
    run, *others = commands(exports)
    for words in (["run", "my-folder", *run[2:]], *others):
        assert call(words).exit_code == 0, words
    options = {option for command in main.commands.values() for p in command.params for option in p.opts}
    back, codebooks = (commands(block) for block in blocks(page, "sh"))
    assert {word for words in back for word in words if word.startswith("-")} <= options
    first, _ = codebooks
    assert call([*first[:-1], "begun.toml"]).exit_code == 0
    (code,) = blocks(page, "python")
    *lines, last = code.strip().split("\n")
    names: dict[str, object] = {}
    exec("\n".join(lines), names)
    assert eval(last, names)


def test_the_commands_of_the_page_on_marks_run(workplace: Path) -> None:
    (workplace / "my-folder").rename(workplace / "policies")
    (steps,) = (block for block in blocks(ROOT / "docs" / "marks.md", "") if "policyloom " in block)
    for words in commands(steps):
        assert call(words).exit_code == 0, words
    assert list((workplace / "outputs" / "marked").glob("*.pdf"))


def test_the_commands_and_lines_of_the_page_on_figures_run(workplace: Path) -> None:
    (workplace / "my-folder").rename(workplace / "policies")
    page = ROOT / "docs" / "figures.md"
    (steps,) = (block for block in blocks(page, "") if "policyloom " in block)
    for words in commands(steps):
        assert call(words).exit_code == 0, words
    assert len(list(workplace.glob("*.svg"))) == 1
    (code,) = blocks(page, "python")
    names: dict[str, object] = {}
    exec(code, names)
    assert names["figure"].get_size_inches()[0] * 2.54 == pytest.approx(12)  # type: ignore[attr-defined]


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
    assert len(served) == 7
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
