"""A run for other programs: Web Annotations, Label Studio, spaCy, and the command that writes them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import spacy
from click.testing import CliRunner, Result
from spacy.tokens import DocBin

import policyloom as pl
from policyloom.cli import main
from policyloom.export.docbin import write_docbin
from policyloom.export.label_studio import write_tasks
from policyloom.export.web_annotation import write_annotations
from policyloom.framework import Framework
from tests.test_refi import make_texts


def test_web_annotations_find_their_words_by_quote_and_by_position(
    tmp_path: Path, framework: Framework
) -> None:
    write_annotations(make_texts(), framework, tmp_path / "a.jsonld", name="run", coder="rules")
    found = json.loads((tmp_path / "a.jsonld").read_text("utf-8"))
    assert (found["@context"], found["type"]) == ("http://www.w3.org/ns/anno.jsonld", "AnnotationCollection")
    items = found["first"]["items"]
    assert found["total"] == len(items) == 4
    text = make_texts()[0].document.text
    for item in items:
        quote, position = item["target"]["selector"]
        start, end = position["start"], position["end"]
        assert text[start:end] == quote["exact"]
        assert text[:start].endswith(quote["prefix"])
        assert text[end:].startswith(quote["suffix"])
    assert [body["value"] for body in items[2]["body"]] == [f"T1 {framework['T1'].label}", "planned"]
    assert items[0]["target"]["source"] == "plan.pdf"
    assert len({item["id"] for item in items}) == 4


def test_an_empty_collection_of_annotations_is_json(tmp_path: Path, framework: Framework) -> None:
    write_annotations([], framework, tmp_path / "a.jsonld", name='a "run"', coder="rules")
    found = json.loads((tmp_path / "a.jsonld").read_text("utf-8"))
    assert (found["label"], found["total"], found["first"]["items"]) == ('a "run"', 0, [])


def test_label_studio_tasks_fit_their_settings(tmp_path: Path, framework: Framework) -> None:
    write_tasks(make_texts(), framework, tmp_path / "a.json", coder="rules")
    first, other = json.loads((tmp_path / "a.json").read_text("utf-8"))
    settings = ET.parse(tmp_path / "a.labels.xml").getroot()
    labels = {label.get("value") for label in settings.iter("Label")}
    choices = {choice.get("value") for choice in settings.iter("Choice")}
    names = {(each.get("name"), each.tag.lower()) for each in settings}
    assert other["predictions"][0]["result"] == []
    regions = [each for each in first["predictions"][0]["result"] if each["type"] != "relation"]
    for region in regions:
        value = region["value"]
        assert first["data"]["text"][value["start"] : value["end"]] == value["text"]
        assert (region["from_name"], region["type"]) in names
        assert set(value.get("labels", ())) <= labels
        assert set(value.get("choices", ())) <= choices
    marks = [region["id"] for region in regions if region["type"] == "labels"]
    assert len(set(marks)) == 4
    assert [each["id"] for each in regions if each["type"] == "choices"] == marks[:3]
    relations = [each for each in first["predictions"][0]["result"] if each["type"] == "relation"]
    assert [(r["from_id"], r["to_id"], r["labels"]) for r in relations] == [
        (marks[0], marks[1], ["leads_to"]),
        (marks[2], marks[1], ["leads_to denied"]),
    ]


def test_spacy_documents_hold_elements_statuses_and_entities(tmp_path: Path, framework: Framework) -> None:
    write_docbin(make_texts(), framework, tmp_path / "a.spacy")
    first, other = DocBin().from_disk(tmp_path / "a.spacy").get_docs(spacy.blank("en").vocab)
    assert first.text == make_texts()[0].document.text
    assert [(span.text, span.label_) for span in first.spans["sc"]] == [
        ("Grants", "T1.4"),
        ("raise skills", "S1"),
        ("Grants & <loans>", "T1"),
    ]
    assert [span.label_ for span in first.spans["status"]] == ["affirmed", "affirmed", "planned"]
    assert [(ent.text, ent.label_) for ent in first.ents] == [("firms", "ORG.enterprise")]
    assert "Grants raise skills.\n" in [sentence.text for sentence in first.sents]
    assert (first.user_data["document"], len(other.spans["sc"])) == ("plan", 0)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exchange")
    (folder / "in").mkdir()
    (folder / "in" / "plan.txt").write_text(
        "Skills plan\n\nThe state pays grants to firms that train apprentices. Colleges will work with employers.\n"
    )
    (folder / "in" / "empty.txt").write_text("")
    pl.run(folder / "in", folder / "run", coder="rules", workers=0)
    return folder / "run"


def export(run: Path, *words: object) -> Result:
    return CliRunner().invoke(main, ["export", str(run), *map(str, words)])


@pytest.mark.parametrize(
    ("form", "ending"),
    [("qdpx", ".qdpx"), ("qdc", ".qdc"), ("web-annotation", ".jsonld"), ("label-studio", ".json"), ("docbin", ".spacy")],
)  # fmt: skip
def test_export_writes_each_form_beside_the_run(form: str, ending: str, finished: Path) -> None:
    done = export(finished, "--to", form)
    assert done.exit_code == 0, done.output
    assert finished.with_suffix(ending).stat().st_size > 100
    again = export(finished, "--to", form)
    assert again.exit_code == 2
    assert "is there already" in again.output
    if form != "qdc":  # the framework alone, which is whole
        assert "1 of the run's files are not in it" in done.output


def test_what_is_exported_is_what_was_found(finished: Path, tmp_path: Path, framework: Framework) -> None:
    assert export(finished, "--to", "qdpx", "-o", tmp_path / "a.qdpx").exit_code == 0
    rows = pl.read_labels(tmp_path / "a.qdpx", framework)
    assert any(label.id == "T1" for row in rows for label in row.elements or ())
    with zipfile.ZipFile(tmp_path / "a.qdpx") as packed:
        assert b'name="policyloom (rules)"' in packed.read("project.qde")


def test_for_nvivo_goes_with_projects_alone(finished: Path, tmp_path: Path) -> None:
    assert export(finished, "--to", "qdpx", "--for", "nvivo", "-o", tmp_path / "a.qdpx").exit_code == 0
    with zipfile.ZipFile(tmp_path / "a.qdpx") as packed:
        assert b"positions as in NVivo" in packed.read("project.qde")
    refused = export(finished, "--to", "qdc", "--for", "nvivo", "-o", tmp_path / "a.qdc")
    assert refused.exit_code == 2
    assert "--for nvivo does not go with --to qdc" in refused.output


def test_settings_beside_the_tasks_are_not_replaced(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "a.labels.xml").write_text("mine")
    refused = export(finished, "--to", "label-studio", "-o", tmp_path / "a.json")
    assert refused.exit_code == 2
    assert "a.labels.xml: is there already" in refused.output
    assert (tmp_path / "a.labels.xml").read_text() == "mine"
