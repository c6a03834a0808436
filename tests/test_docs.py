"""The documentation says what is so: each block of code runs, commands and links exist, the site has every page."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import policyloom as pl
from policyloom.cli import main
from policyloom.export.run_tables import RUN_TABLES
from policyloom.export.workbook import CODEBOOK
from policyloom.framework import read_framework
from policyloom.framework.variables import make_framework, read_variables
from policyloom.tag.pipeline import load_pipeline
from tests.conftest import ROOT, load_script
from tests.reader import DIRECTIVES, Read, call, find_blocks, read_page

PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
)


def blocks(page: Path, language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [text for name, text in found if name == language]


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's folder, in which the commands of the docs are given: corpus/, my-folder, policies and mine.toml."""
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus", ignore=shutil.ignore_patterns("sources"))
    (tmp_path / "my-folder").mkdir()
    shutil.copy(ROOT / "corpus" / "e-trades-fact-sheet.pdf", tmp_path / "my-folder")
    shutil.copytree(tmp_path / "my-folder", tmp_path / "policies")
    for name in ("new-policy.pdf", "policy.pdf", "draft.pdf"):
        shutil.copy(ROOT / "corpus" / "c-industrial-college-case.pdf", tmp_path / name)
    shutil.copy(ROOT / "corpus" / "f-employer-guidance.pdf", tmp_path / "act.pdf")
    (example,) = (text for text in blocks(ROOT / "docs" / "frameworks.md", "toml") if "[framework]" in text)
    (tmp_path / "mine.toml").write_text(example, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_block_of_every_page_is_tried() -> None:
    """Each page with code has a test below that goes through it with `read_page`, which passes over no block."""
    kinds = {page.name: {language for language, _ in find_blocks(page)} - set(DIRECTIVES) for page in PAGES}
    with_code = {name for name, found in kinds.items() if found} - {
        "commands.md"
    }  # tests/test_site.py holds that
    own = set(re.findall(r'\bread\(\s*"([\w-]+\.md)"', Path(__file__).read_text("utf-8")))
    assert with_code - own - set(PLAIN) == set()
    assert set(PLAIN) <= with_code


PLAIN: dict[str, tuple[str, ...]] = {
    "CONTRIBUTING.md": (),
    "accuracy.md": ("extract", "evaluate"),  # need the research data
    "bad-pdf.md": (),
    "cluster.md": ("run", "from dask"),  # needs a scheduler; tests/test_cluster.py has one
    "entities.md": (),
    "excel.md": (),
    "frameworks.md": (),
    "index.md": ("demo",),  # tests/test_demo.py runs it
    "languages.md": ("framework",),  # needs a reader's own language; tests/test_language_packs.py makes one
    "marks.md": (),
    "windows.md": ("demo",),
}
"""Pages that are gone through without more, and how their commands begin that are only parsed."""


@pytest.mark.parametrize("name", PLAIN)
def test_every_block_of_a_plain_page_runs(workplace: Path, name: str) -> None:
    read(name, parsed=PLAIN[name])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```\npolicyloom extract policy.pdf --no-such\n```", "No such option"),
        ("```\nfrobnicate policy.pdf\n```", "nobody knows how to try 'frobnicate policy.pdf'"),
        ("    frobnicate policy.pdf\n", "nobody knows how to try 'frobnicate policy.pdf'"),
        ("```\npip install leftpad\n```", "nobody knows how to try 'pip install leftpad'"),
        ("```\nmake everything\n```", "nobody knows how to try 'make everything'"),
        ("```\npython benchmarks/pmc.py --no-such\n```", "nobody knows how to try"),
        ("```\nexport POLICYLOOM_NOTHING=1\n```", "nobody knows how to try"),
        ("```python\nimport policyloom as pl\npl.no_such_name\n```", "no_such_name"),
        ("```text\nAll is well.\n```", "shows what no command prints"),
        ('```r\nd <- read.csv("none.csv")\n```', "R reads a table that is not there"),
        ("```perl\nprint 1\n```", "nobody knows how to try a block of 'perl'"),
    ],
)
def test_a_block_that_does_not_hold_is_a_failure(workplace: Path, text: str, said: str) -> None:
    (workplace / "page.md").write_text(text, "utf-8")
    with pytest.raises((AssertionError, AttributeError), match=said):
        read_page(workplace / "page.md")


def test_a_command_that_is_only_parsed_is_parsed(workplace: Path) -> None:
    (workplace / "page.md").write_text("```\npolicyloom run a -o b --no-such\n```", "utf-8")
    with pytest.raises(
        (AssertionError, click.UsageError), match=r"[Nn]o .*option.*--no-such|there is no option"
    ):
        read_page(workplace / "page.md", parsed=("run",))


def read(name: str, **how: Any) -> Read:
    """What came of a page of the docs, or of the repository."""
    return read_page(next(page for page in PAGES if page.name == name), **how)


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_readme_runs(workplace: Path) -> None:
    done = read("README.md", parsed=("demo",))
    assert (workplace / "outputs" / "demo" / "report.html").exists()
    assert "<table" in done.names["network"]._repr_html_()
    assert (workplace / "outputs" / "mine" / "report.html").exists()


def test_the_page_on_networks_runs(workplace: Path) -> None:
    done = read("network.md")
    assert (workplace / "outputs" / "network" / "links.csv").exists()
    assert len(done.names["counts"].documents) == len(done.names["tagged"])


def test_the_page_on_metadata_runs(workplace: Path) -> None:
    done = read("metadata.md", save={"csv": "table.csv"})
    assert sorted(done.names["groups"]) == ["college", "state"]
    assert read_table(workplace / "outputs" / "mine" / "documents.csv")[0]["type"] == "regulation"


def test_the_page_on_entities_gives_one_name() -> None:
    assert ("JVC", "ORG.college", "Jinan Vocational College") in read("entities.md").names["_"]


def test_the_page_on_the_report_runs_and_its_pages_are_there(workplace: Path) -> None:
    assert call(["run", "corpus", "--out", "outputs/demo"]).exit_code == 0
    text = (ROOT / "docs" / "report.md").read_text("utf-8")
    for name in re.findall(r"^\| `([a-z_/.]+)` \|", text.partition("##")[0], re.MULTILINE):
        assert (workplace / "outputs" / "demo" / name).exists(), name
    own = read("report.md").names["own"]
    assert set(own["document"]) == {"b-national-action-plan"}
    assert set(own["n_peers"]) == {7}  # two of the ten samples are of another field


def test_the_page_on_r_runs(workplace: Path) -> None:
    keep_one(workplace / "corpus")
    assert "sentences of 1 document" in read("r.md").outputs[-1]


def test_the_page_on_gephi_runs(workplace: Path) -> None:
    keep_one(workplace / "corpus")
    assert read("gephi.md").names["graph"].number_of_edges() > 0


def test_the_page_on_checks_runs(workplace: Path) -> None:
    (toml,) = blocks(ROOT / "docs" / "check.md", "toml")
    done = read("check.md")
    assert (workplace / "outputs" / "plan" / "brief.md").exists()
    assert (workplace / "outputs" / "act-changes" / "changes.csv").exists()
    assert done.names["checked"].coverage
    own = (workplace / "mine.toml").read_text("utf-8") + "\n" + toml
    (workplace / "checks.toml").write_text(own, "utf-8")
    assert read_framework("checks.toml").checks.vague_without == (
        "instrument",
        "amount",
        "deadline",
        "monitoring",
    )


def test_the_page_on_reviewing_runs(workplace: Path) -> None:
    call(["run", "my-folder", "-o", "outputs/demo", "-j", "0", "--coder", "rules"])

    def code() -> None:  # two people code the sheet on its page, and save
        script, framework = load_script("benchmarks/estimates.py"), read_framework()
        gold = {script.letters(row.text): row for row in pl.read_labels("corpus/gold.jsonl", framework)}
        rows = [script.fill_in(row, gold) for row in script.read_sampled(Path("sheet.csv"), framework)]
        for name in ("Ann", "Ben"):
            pl.write_labels(rows, f"review-{name}.jsonl", framework)

    read(
        "review.md", after={"label": code}, parsed=("review outputs/demo --apply",)
    )  # its file comes from a browser
    assert (workplace / "outputs" / "demo-review.html").exists()
    assert (workplace / "coding.html").exists()


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
    for n in range(30):
        sentences = [sentence.replace(".", f" in year {n}.") for sentence in MEALS]
        (workplace / "my-folder" / f"plan-{n}.txt").write_text("\n\n".join(sentences), "utf-8")

    def label() -> None:
        fill_in(workplace / "sheet.csv")
        shutil.copy("sheet.csv", "other.csv")

    done = read("learning.md", after={"label": label})
    assert set(done.names["classifier"].labels) == {"S1", "C1", "T1"}


def test_the_worked_example_of_the_page_on_estimates_gives_its_tables(workplace: Path) -> None:
    code = [sys.executable, str(ROOT / "benchmarks" / "estimates.py"), "code", "sheet.csv"]
    label = lambda: subprocess.run(code, check=True, capture_output=True)  # noqa: E731
    done = read("estimates.md", after={"label": label}, save={"csv": "corpus.csv"})
    assert "391 sentences of 10 documents, 200 of them coded by people" in done.outputs[-1]
    figures = {
        (row["figure"], row["label"], row["group"]): row
        for row in read_table(workplace / "estimates.csv")
        if not row["status"] and not row["outcome"]
    }
    n_rows = 0
    page = (ROOT / "docs" / "estimates.md").read_text("utf-8")
    for row in re.findall(r"^\| [A-Z]\d (.*) \|$", page, re.MULTILINE):
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


def percent(share: str) -> str:
    """A share as the tables of a paper give it."""
    return f"{100 * float(share):.1f}".replace("-", "−")


def test_the_worked_example_of_the_page_on_the_pmc_index_gives_its_tables(workplace: Path) -> None:
    page = (ROOT / "docs" / "pmc.md").read_text("utf-8")
    told = re.findall(r"^\| ([\w-]+) \| (X[\d.]+) [^|]+\| [01] → ([01]) \| (.+) \|$", page, re.MULTILINE)
    assert len(told) == 3
    decided = {(document, variable): (value, note) for document, variable, value, note in told}

    def decide() -> None:
        rows = read_table(workplace / "outputs" / "pmc" / "pmc_matrix.csv")
        for row in rows:
            old = row["value"], row["note"]
            row["value"], row["note"] = decided.get((row["document"], row["variable"]), old)
        with (workplace / "my_matrix.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    read("pmc.md", after={"pmc corpus/a-": decide})
    (example,) = blocks(ROOT / "docs" / "pmc.md", "toml")
    (workplace / "list.toml").write_text(example, "utf-8")
    load_pipeline(make_framework(read_variables("list.toml"), read_framework()))


def test_the_page_on_tables_runs(workplace: Path) -> None:
    done = read("tables.md")
    assert (workplace / "outputs" / "mine.xlsx").exists()
    assert list(done.names["mentions"]) == list(done.names["typed"])
    assert dict(done.names["planned"])


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


def test_the_page_on_exchange_runs(workplace: Path) -> None:
    keep_one(workplace / "corpus")
    needs_another_program = ("agreement", "evaluate", "train", "framework from")
    done = read("exchange.md", parsed=needs_another_program)
    assert done.names["_"]
    assert call(["framework", "from", "codebook.qdc", "-o", "begun.toml"]).exit_code == 0


def keep_one(folder: Path) -> None:
    """Leaves one short document in a folder, where a page needs no more."""
    for path in folder.glob("*.pdf"):
        if path.name != "e-trades-fact-sheet.pdf":
            path.unlink()


def test_the_page_on_figures_runs(workplace: Path) -> None:
    done = read("figures.md")
    assert len(list(workplace.glob("*.svg"))) == 1
    assert done.names["figure"].get_size_inches()[0] * 2.54 == pytest.approx(12)


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


def test_the_page_on_language_models_runs_without_a_server(workplace: Path) -> None:
    served = (
        "run my-folder -o outputs/model --coder llm --llm-model llama3.1 --llm-url", "run my-folder -o outputs/model --coder llm --llm-model NAME --llm-answers",
        "run my-folder -o outputs/again", "evaluate", "agreement",
    )  # fmt: skip
    assert "without an answer; about" in read("language-models.md", parsed=served).outputs[0]


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
