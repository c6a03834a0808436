"""Labelled sentences: the two file forms, and what is said of a wrong line."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from policyloom.coders import load_coder
from policyloom.errors import LabelsError
from policyloom.framework import Framework, read_framework
from policyloom.learn.evaluation import run_examples
from policyloom.learn.labels import Label, Labelled, as_document, from_tagged, read_labels, write_labels
from policyloom.records import Block, Document, Metadata
from policyloom.tag import tag

ROWS = (
    Labelled("1", "d", "Grants raise skills.", (Label("S1", "planned"), Label("T1")), (("T1", "S1"),)),
    Labelled("2", "d", "Nothing here.", ()),
    Labelled("3", "e", "=HYPERLINK(1) for colleges.", None, heading="Aims", page=4),
)


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv"])
def test_what_is_written_is_read_and_uncoded_rows_are_left_out(
    name: str, tmp_path: Path, framework: Framework
) -> None:
    write_labels(ROWS, tmp_path / name, framework)
    assert read_labels(tmp_path / name, framework) == ROWS[:2]


def test_a_sheet_has_a_column_for_each_element_and_no_formula(tmp_path: Path, framework: Framework) -> None:
    write_labels(ROWS, tmp_path / "x.csv", framework)
    with (tmp_path / "x.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert sum(name.startswith(("S", "C", "T")) for name in rows[0]) == 12
    assert rows[0]["S1 " + framework["S1"].label] == "planned"
    assert rows[1]["none"] == "x"
    assert rows[2]["text"].startswith("'=")
    assert (rows[2]["heading"], rows[2]["page"]) == ("Aims", "4")


def test_a_coder_may_write_short_and_with_semicolons(tmp_path: Path, framework: Framework) -> None:
    lines = ["id;doc;text;T2 joint;S1;links;none", "1;d;A;P;x;T2 > S1;", "2;d;B;;;;x", "3;d;C;;;;"]
    (tmp_path / "x.csv").write_text("\n".join(lines), "utf-8")
    first, second = read_labels(tmp_path / "x.csv", framework)
    assert first.statuses == {"T2": "planned", "S1": "affirmed"}
    assert first.links == (("T2", "S1"),)
    assert second.elements == ()


def test_parts_count_as_their_outermost_element(tmp_path: Path, framework: Framework) -> None:
    row = {
        "id": "1",
        "doc": "d",
        "text": "x",
        "elements": [{"id": "T1.4", "status": "planned"}, {"id": "T1"}],
        "links": [],
    }
    (tmp_path / "x.jsonl").write_text(json.dumps(row))
    assert read_labels(tmp_path / "x.jsonl", framework)[0].elements == (Label("T1", "planned"),)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.jsonl", '{"id": "1", "doc": "d", "text": "x", "elements": [{"id": "T9"}]}', "line 1: no element 'T9'"),
        ("x.jsonl", '{"id": "1", "doc": "d", "text": "x", "elements": [{"id": "K1"}]}', "K1 is a case"),
        ("x.jsonl", '\n{"id": "1"', "line 2"),
        ("x.jsonl", '{"id": "1", "doc": "d", "text": "x", "elements": [{"id": "T1", "status": "maybe"}]}', "line 1"),
        ("x.jsonl", '{"id": "1", "doc": "d", "text": "x", "elements": [], "links": [["S1", "T1"]]}', "expected a mechanism"),
        ("x.jsonl", '{"id": "1", "doc": "d", "text": "x"}', "no coded sentence"),
        ("x.csv", "id,text\n1,x", "no column doc"),
        ("x.csv", "id,doc,text,T1\n1,d,x,?", "write affirmed"),
        ("x.csv", "id,doc,text,T1,none\n1,d,x,a,x", "both elements"),
        ("x.csv", "id,doc,text,T1,links\n1,d,x,a,T1 S1", "write it as T2 > S1"),
        ("x.csv", "id,doc,text,T1\n1,d,x,a\n1,d,y,a", "stands twice"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(name: str, text: str, said: str, tmp_path: Path, framework: Framework) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(LabelsError, match=said):
        read_labels(tmp_path / name, framework)


def test_found_labels_carry_place_neighbours_and_heading(framework: Framework, nlp) -> None:
    text = "Grants were paid for apprenticeships. They will raise the quality of training."
    block = Block("paragraph", 0, len(text), section=("Part", "Funds"))
    first, second = from_tagged(
        tag(Document("d", "d", "", 0, "en", Metadata(), text, (block,)), nlp, load_coder(framework, "none")),
        framework,
    )
    assert (first.before, first.after, second.heading) == ("", second.text, "Funds")
    assert second.statuses["S1"] == "planned"
    assert as_document(second).text == second.text


@pytest.mark.shared
def test_the_real_sentences_are_joined_with_their_text_and_none_is_of_the_gold(
    shared: Path, tmp_path: Path, framework: Framework
) -> None:
    command = [sys.executable, "benchmarks/real_sentences.py", "--shared", shared, "-o", tmp_path]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[1])
    gold = read_labels(shared / "gold" / "gold_dev.jsonl", framework)
    found = {
        part: read_labels(tmp_path / f"{part}.jsonl", framework) for part in ("random", "chosen", "official")
    }
    assert all(len(sentences) > 500 for sentences in found.values())
    texts = [sentence.text for sentences in found.values() for sentence in sentences]
    assert all(text.strip() for text in texts)
    assert not set(texts) & {s.text for s in gold}
    learned = {s.text for part in ("random", "chosen") for s in found[part]}
    assert not learned & {s.text for s in found["official"]}


@pytest.mark.shared
def test_the_sentences_of_another_field_are_joined_with_their_text(shared: Path) -> None:
    command = [sys.executable, "benchmarks/other_field.py", "--shared", shared, "--splits", "0"]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, check=True, cwd=root, capture_output=True, text=True)
    assert done.stdout.startswith("431 sentences; the text of 0 is not there any more\n")


def test_the_framework_of_another_field_finds_its_own_examples() -> None:
    framework = read_framework(Path(__file__).parents[1] / "benchmarks" / "other_field.toml")
    assert [e.text for e in run_examples(framework, coder=load_coder(framework)) if e.found != e.wanted] == []
