"""People, finished runs and machines compared as coders."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policyloom import LanguageModel, read_framework, run
from policyloom.cli import main
from policyloom.framework import Framework
from policyloom.learn.labels import Label, Labelled, write_labels
from policyloom.run import compare_sources, write_compared_coders
from policyloom.run.coder import resolve_coder
from tests.chat_server import ChatServer, by_word

TEXTS = {
    "a": "Farm plan\n\nThe ministry pays grants to farms. It rained in May.\n",
    "b": "Farm report\n\nGrants raised the harvest in 2020. Loans were repaid.\n",
}


@pytest.fixture
def framework(farm: Path) -> Framework:
    return read_framework(farm / "farm.toml")


@pytest.fixture
def rules_run(farm: Path, framework: Framework) -> Path:
    for name, text in TEXTS.items():
        (farm / "docs" / f"{name}.txt").write_text(text)
    run(farm / "docs", farm / "rules", framework=framework, coder="rules", workers=0)
    return farm / "rules"


@pytest.fixture
def labels(farm: Path, framework: Framework) -> Path:
    """What a person says of four sentences of the run, by their places: no grant in the first, a loan as one in the last."""
    rows = [
        Labelled("a:11", "a", "The ministry pays grants to farms.", ()),
        Labelled("a:46", "a", "It rained in May.", ()),
        Labelled(
            "b:13", "b", "Grants raised the harvest in 2020.", (Label("M1"), Label("O1")), (("M1", "O1"),)
        ),
        Labelled("elsewhere", "b", "Loans were repaid.", (Label("M1", "negated"),)),
    ]
    path = farm / "person.jsonl"
    write_labels(rows, path, framework)
    return path


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_is_held_against_a_persons_labels(rules_run: Path, labels: Path, framework: Framework) -> None:
    compared = compare_sources([labels, rules_run], framework)
    (result,) = compared.comparison.pairs.values()
    assert (result.sentences, result.documents) == (4, 2)  # the last one by its text, as its id is another
    grants = result.by_element["M1"]
    assert (grants.n_both, grants.n_first, grants.n_second) == (1, 2, 2)
    assert (grants.precision, grants.recall) == (0.5, 0.5)
    assert compared.people == (str(labels),)
    assert [d.first.id for d in result.differences] == ["a:11", "elsewhere"]


def test_a_run_comes_first_with_all_its_sentences(
    rules_run: Path, labels: Path, framework: Framework
) -> None:
    machine = {"mine": resolve_coder("rules", framework)}
    compared = compare_sources([rules_run, labels], framework, coders=machine)
    by_pair = compared.comparison.pairs
    assert by_pair[str(rules_run), "mine"].f1 == 1.0
    assert by_pair[str(rules_run), "mine"].sentences == 4
    assert by_pair[str(rules_run), str(labels)].sentences == 4
    assert by_pair[str(labels), "mine"].by_element["M1"].n_both == 1


def test_the_tables_and_the_page_say_the_same(
    farm: Path, rules_run: Path, labels: Path, framework: Framework
) -> None:
    compared = compare_sources([labels, rules_run], framework)
    write_compared_coders(compared, farm / "out", framework, title="Two <coders>")
    rows = {row["element"]: row for row in table(farm / "out" / "agreement.csv")}
    assert (rows["M1"]["precision"], rows["M1"]["recall"], rows["M1"]["n_both"]) == ("0.5", "0.5", "1")
    first, second = table(farm / "out" / "differences.csv")
    assert (first["sentence"], first["first_says"], first["second_says"]) == (
        "The ministry pays grants to farms.", "nothing", "M1 affirmed",
    )  # fmt: skip
    assert second["first_says"] == "M1 negated"
    page = (farm / "out" / "agreement.html").read_text("utf-8")
    assert "Two &lt;coders&gt;" in page
    assert f"<h3>{rules_run}, by {labels}</h3>" in page
    assert "The ministry pays grants to farms." in page
    before = {path.name: path.read_bytes() for path in (farm / "out").iterdir() if path.is_file()}
    write_compared_coders(compared, farm / "out", framework, title="Two <coders>")
    assert before == {path.name: path.read_bytes() for path in (farm / "out").iterdir() if path.is_file()}


def test_a_run_without_usable_answers_says_nothing_of_its_documents(
    farm: Path, server: ChatServer, rules_run: Path, framework: Framework
) -> None:
    server.reply = lambda body: (200, "I cannot.") if "rained" in str(body) else by_word(body)
    model = LanguageModel("tiny", server.url, reads="all")
    run(farm / "docs", farm / "llm", framework=framework, coder=model, workers=0)
    compared = compare_sources([rules_run, farm / "llm"], framework)
    assert {row.doc for row in compared.codings[str(farm / "llm")]} == {"b"}
    (result,) = compared.comparison.pairs.values()
    assert result.sentences == 2


def command(farm: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["agreement", *words, "-f", str(farm / "farm.toml")])


def test_a_coder_that_a_model_confirms_is_a_coder_and_what_it_spares_is_said(
    farm: Path, server: ChatServer, labels: Path
) -> None:
    server.reply = by_word
    llm = ["--llm-model", "tiny", "--llm-url", server.url, "--llm-reads", "all"]
    done = command(
        farm, str(labels), "--coder", "rules", "--coder", "rules+llm", "--coder", "llm", *llm, "--json"
    )
    assert done.exit_code == 0, done.output
    assert "rules+llm: the model read 2 of 4 sentences" in done.stderr
    assert "llm: the model read 4 of 4 sentences" in done.stderr
    pairs = {(p["first"], p["second"]): p for p in json.loads(done.stdout)["pairs"]}
    assert pairs["rules+llm", "llm"]["f1"] == 1.0
    assert pairs[str(labels), "rules"]["by_element"]["O1"]["n_both"] == 1
    assert pairs[str(labels), "rules+llm"]["by_element"]["O1"]["n_both"] == 0  # the model does not confirm it


def test_a_folder_that_is_no_run_is_refused(farm: Path, labels: Path) -> None:
    done = command(farm, str(labels), str(farm / "docs"))
    assert done.exit_code == 2
    assert str(farm / "docs") in done.output


def test_one_coder_alone_is_refused(farm: Path, labels: Path) -> None:
    done = command(farm, str(labels))
    assert (done.exit_code, "one coder alone agrees with itself" in done.output) == (2, True)
