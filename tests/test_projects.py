"""Labels from projects of programs for qualitative analysis."""

from __future__ import annotations

import logging
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from click.testing import CliRunner

import policyloom as pl
from policyloom.cli import main
from policyloom.coders import load_coder
from policyloom.errors import LabelsError
from policyloom.export.refi_project import write_project
from policyloom.framework import Element, Framework
from policyloom.learn.labels import Label, from_tagged, read_labels
from policyloom.learn.projects import read_project_coders, read_project_labels
from policyloom.records import Block, Document, Mention, Metadata, Sentence, Tagged

TEXT = (
    "School lunches\n\nThe state funds school lunches. Attendance will rise as a result.\n"
    "Most schools lack a kitchen. Nobody knows why."
)
FUNDS, RISE, LACK = (
    "The state funds school lunches.",
    "Attendance will rise as a result.",
    "Most schools lack a kitchen.",
)

MEALS = Framework(
    id="meals",
    title="Meals",
    version="1",
    elements=(
        Element(id="T1", kind="mechanism", label="Public money", definition="The state pays.", terms=("state fund",)),
        Element(id="T1.1", kind="mechanism", label="Grants", definition="Grants.", parent="T1"),
        Element(id="S1", kind="outcome", label="Attendance", definition="Children come.", terms=("attendance",)),
        Element(id="C1", kind="challenge", label="No kitchens", definition="No kitchens.", terms=("lack kitchen",)),
        Element(id="A1", kind="actor", label="State", definition="The state.", terms=("state",)),
    ),
)  # fmt: skip


def make(
    path: Path, codings: list[tuple[str, ...]], *, codes: str = "", text: str = TEXT, links: str = ""
) -> Path:
    """A project of which each coding is the words, the name of a code, and a user; those of the same words share a stretch."""
    names = dict.fromkeys(name for _, name, *_ in codings)
    book = codes or "".join(f'<Code guid="{name}" name="{name}" isCodable="true"/>' for name in names)
    users = dict.fromkeys(user for *_, user in codings)
    stretches = []
    for words in dict.fromkeys(words for words, *_ in codings):
        start = text.index(words)
        inside = "".join(
            f'<Coding guid="x" creatingUser="{user}"><CodeRef targetGUID="{name}"/></Coding>'
            for other, name, user in codings
            if other == words
        )
        stretches.append(
            f'<PlainTextSelection guid="at {start}" startPosition="{start}" endPosition="{start + len(words)}">{inside}'
            "</PlainTextSelection>"
        )
    xml = (
        '<Project xmlns="urn:QDA-XML:project:1.0" name="p"><Users>'
        + "".join(f'<User guid="{user}" name="{user}"/>' for user in users)
        + f"</Users><CodeBook><Codes>{book}</Codes></CodeBook><Sources>"
        + f'<TextSource guid="s" name="plan"><PlainTextContent>{escape(text)}</PlainTextContent>{"".join(stretches)}'
        + '</TextSource><TextSource guid="u" name="unread"><PlainTextContent>Nothing coded.</PlainTextContent></TextSource>'
        + f"</Sources>{links}</Project>"
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("study.qde", xml)
    return path


def labels(path: Path, **more: str) -> dict[str, dict[str, str]]:
    return {row.text: dict(row.statuses) for row in read_project_labels(path, MEALS, **more)}


def test_what_a_run_found_comes_back_through_a_project(
    corpus: Path, framework: Framework, nlp, tmp_path: Path
) -> None:
    document = pl.read_pdf(corpus / "b-national-action-plan.pdf", id="b-national-action-plan")
    tagged = pl.tag(document, nlp, load_coder(framework, "none"))
    expected = {row.id: row for row in from_tagged(tagged, framework)}
    assert sum(bool(row.elements) for row in expected.values()) > 30
    assert sum(bool(row.links or row.answers) for row in expected.values()) > 3
    for for_nvivo in (False, True):
        path = tmp_path / f"{for_nvivo}.qdpx"
        write_project([tagged], framework, path, name="run", coder="c", for_nvivo=for_nvivo)
        found = {row.id: row for row in read_labels(path, framework)}
        for id, row in expected.items():
            if row.elements:
                assert replace(found[id], before="", after="") == replace(
                    row, before="", after="", heading="", page=0
                )
        assert not [id for id, row in found.items() if row.elements and id not in expected]


def test_codes_are_known_by_id_label_or_both_and_parts_count_for_the_whole(tmp_path: Path) -> None:
    path = make(
        tmp_path / "a.qdpx",
        [(FUNDS, "T1.1: Grants", "ann"), (RISE, "attendance", "ann"), (LACK, "C1", "ann")],
    )
    assert labels(path) == {
        "School lunches": {}, FUNDS: {"T1": "affirmed"}, RISE: {"S1": "affirmed"}, LACK: {"C1": "affirmed"},
        "Nobody knows why.": {},
    }  # fmt: skip


def test_a_code_of_ones_own_counts_for_the_element_it_stands_in(tmp_path: Path) -> None:
    codes = (
        '<Code guid="t" name="T1" isCodable="true"><Code guid="own" name="Lottery" isCodable="true"/></Code>'
    )
    assert labels(make(tmp_path / "a.qdpx", [(FUNDS, "own", "ann")], codes=codes))[FUNDS] == {
        "T1": "affirmed"
    }


def test_a_status_is_a_second_code_on_the_stretch(tmp_path: Path) -> None:
    path = make(tmp_path / "a.qdpx", [(RISE, "S1", "ann"), (RISE, "Planned", "ann"), (FUNDS, "T1", "ann")])
    assert labels(path)[RISE] == {"S1": "planned"}
    assert labels(path)[FUNDS] == {"T1": "affirmed"}


def test_a_status_is_first_of_all_that_of_the_same_coder(tmp_path: Path) -> None:
    codings = [(RISE, "S1", "ann"), (RISE, "planned", "ann"), (RISE, "lacking", "ben"), (FUNDS, "T1", "ann")]
    path = make(tmp_path / "a.qdpx", [*codings, (FUNDS, "negated", "ben")])
    assert labels(path)[RISE] == {"S1": "planned"}
    assert labels(path)[FUNDS] == {"T1": "negated"}


def test_two_statuses_of_one_stretch_are_refused_with_its_place(tmp_path: Path) -> None:
    path = make(tmp_path / "a.qdpx", [(RISE, name, "ann") for name in ("S1", "planned", "lacking")])
    with pytest.raises(LabelsError, match=r"'plan': 'Attendance will rise as a result\.' has the statuses"):
        read_labels(path, MEALS)


def test_stretches_that_a_program_has_merged_keep_the_status_of_their_descriptions(
    tmp_path: Path, framework: Framework
) -> None:
    text = "Grants will raise skills."
    document = Document("d", "d", "", 0, "en", Metadata(), text, (Block("paragraph", 0, len(text)),))
    mentions = (
        Mention(0, 6, "mechanism", "T1", 0, "planned"),
        Mention(0, 6, "outcome", "S1", 0, "lacking"),
    )
    tagged = Tagged(document, (Sentence(0, len(text), 0),), mentions)
    write_project([tagged], framework, tmp_path / "a.qdpx", name="r", coder="c")
    with zipfile.ZipFile(tmp_path / "a.qdpx") as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    # One code a stretch, as QualCoder writes them.
    qde = members["project.qde"].decode()
    parts = re.split(r"(<PlainTextSelection .*?</PlainTextSelection>)", qde)
    for at in range(1, len(parts), 2):
        head, *codings = re.split(r"(?=<Coding )", parts[at].removesuffix("</PlainTextSelection>"))
        parts[at] = "".join(
            re.sub('guid="[^"]+"', f'guid="{at}-{n}"', head, count=1) + coding + "</PlainTextSelection>"
            for n, coding in enumerate(codings)
        )
    members["project.qde"] = "".join(parts).encode()
    with zipfile.ZipFile(tmp_path / "b.qdpx", "w") as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    (row,) = read_labels(tmp_path / "b.qdpx", framework)
    assert row.statuses == {"S1": "lacking", "T1": "planned"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("funds school", [FUNDS]),
        ("school lunches. Attendance", [FUNDS]),
        (f"{FUNDS} {RISE}", [FUNDS, RISE]),
        (f"funds school lunches. {RISE}", [FUNDS, RISE]),
    ],
)
def test_a_coding_counts_for_the_sentences_that_it_mostly_covers(
    words: str, expected: list[str], tmp_path: Path
) -> None:
    found = labels(make(tmp_path / "a.qdpx", [(words, "T1", "ann")]))
    assert [text for text, named in found.items() if named] == expected


def test_a_link_between_stretches_of_a_sentence_is_one_of_the_labels(tmp_path: Path) -> None:
    first, second = TEXT.index("funds"), TEXT.index("lunches.")

    def link(name: str) -> str:
        return (
            f'<Links><Link guid="l" name="{name}" originGUID="at {first}" targetGUID="at {second}"/></Links>'
        )

    codings = [("funds", "T1", "ann"), ("lunches.", "S1", "ann")]
    (row,) = (
        row
        for row in read_labels(make(tmp_path / "a.qdpx", codings, links=link("leads to")), MEALS)
        if row.elements
    )
    assert row.links == (("T1", "S1"),)
    rows = read_labels(make(tmp_path / "b.qdpx", codings, links=link("leads_to, denied")), MEALS)
    assert not any(row.links for row in rows)


def test_elements_without_a_code_were_not_coded_for(tmp_path: Path) -> None:
    rows = read_labels(make(tmp_path / "a.qdpx", [(FUNDS, "T1", "ann"), (RISE, "S1", "ann")]), MEALS)
    assert {row.coded_for for row in rows} == {("S1", "T1")}


def test_each_coder_of_a_project_is_one(tmp_path: Path) -> None:
    path = make(tmp_path / "a.qdpx", [(FUNDS, "T1", "ann"), (FUNDS, "S1", "ben"), (LACK, "C1", "ben")])
    by_coder = read_project_coders(path, MEALS)
    assert {coder: [row.statuses for row in rows if row.elements] for coder, rows in by_coder.items()} == {
        "ann": [{"T1": "affirmed"}],
        "ben": [{"S1": "affirmed"}, {"C1": "affirmed"}],
    }
    assert labels(path, coder="ann")[LACK] == {}
    assert labels(path)[FUNDS] == {"S1": "affirmed", "T1": "affirmed"}


def test_codes_that_are_no_elements_are_left_out_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = make(tmp_path / "a.qdpx", [(FUNDS, "T1", "ann"), (RISE, "nice quote", "ann")])
    with caplog.at_level(logging.WARNING):
        assert labels(path)[RISE] == {}
    assert (
        "codings left out, as their codes are no elements of the framework: 'nice quote (1)'" in caplog.text
    )


def test_a_project_of_another_framework_is_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "a.qdpx", [(FUNDS, "Poverty", "ann")])
    with pytest.raises(
        LabelsError, match=r"none of its codes is an element of framework meals: 'Poverty'; call"
    ):
        read_labels(path, MEALS)


def test_a_damaged_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.qdpx").write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(LabelsError, match=r"a\.qdpx: is no REFI-QDA project, or is damaged"):
        read_labels(tmp_path / "a.qdpx", MEALS)


def test_agreement_compares_the_coders_of_one_project(tmp_path: Path) -> None:
    lines = ['[framework]\nid = "meals"\ntitle = "Meals"\nversion = "1"']
    lines += (
        f'[[element]]\nid = "{e.id}"\nkind = "{e.kind}"\nlabel = "{e.label}"\ndefinition = "{e.definition}"' for e in MEALS if not e.parent
    )  # fmt: skip
    (tmp_path / "meals.toml").write_text("\n".join(lines))
    path = make(
        tmp_path / "a.qdpx",
        [(FUNDS, "T1", "ann"), (FUNDS, "T1", "ben"), (LACK, "C1", "ben"), (LACK, "C1", "cy")],
    )
    shown = CliRunner().invoke(main, ["agreement", str(path), "-f", str(tmp_path / "meals.toml")])
    assert shown.exit_code == 0, shown.output
    for pair in ("ann and ", "ben and "):
        assert f"a.qdpx: {pair}" in shown.output


def test_evaluate_takes_a_project(tmp_path: Path, framework: Framework) -> None:
    text = "The state pays grants for apprenticeships.\nThe road was opened."
    path = make(tmp_path / "a.qdpx", [("The state pays grants for apprenticeships.", "T1", "ann")], text=text)
    shown = CliRunner().invoke(main, ["evaluate", str(path), "--coder", "rules"])
    assert "2 sentences of 1 documents" in shown.output


def test_texts_of_one_name_are_told_apart(tmp_path: Path) -> None:
    path = make(tmp_path / "a.qdpx", [(LACK, "C1", "ann")])
    with zipfile.ZipFile(path) as packed:
        xml = packed.read("study.qde").decode()
    source = xml[xml.index("<TextSource") : xml.index("</TextSource>") + len("</TextSource>")]
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("study.qde", xml.replace(source, source + source))
    assert {row.doc for row in read_labels(path, MEALS)} == {"plan", "plan (2)"}


def test_labels_keep_their_places(tmp_path: Path) -> None:
    for row in read_labels(make(tmp_path / "a.qdpx", [(LACK, "C1", "ann")]), MEALS):
        doc, _, start = row.id.rpartition(":")
        assert (doc, row.doc) == ("plan", "plan")
        assert TEXT[int(start) :].startswith(row.text)
        assert row.elements == ((Label("C1"),) if row.text == LACK else ())
