"""A framework begun from a codebook that others made."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from policyloom.cli import main
from policyloom.errors import FrameworkError
from policyloom.export.refi_codes import write_codebook
from policyloom.framework import Framework, read_framework
from policyloom.framework.descriptions import describe_element, split_description
from policyloom.framework.from_codebook import NO_DEFINITION, write_framework_from

QDC = '<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes>{}</Codes>{}</CodeBook>'


def code(name: str, inside: str = "", *, guid: str = "", codable: str = "true") -> str:
    return f'<Code guid="{guid or name}" name="{name}" isCodable="{codable}">{inside}</Code>'


def begin(tmp_path: Path, name: str, content: str | bytes) -> tuple[Framework, list[str]]:
    """The framework begun from a codebook of this content, and what is noted."""
    path, out = tmp_path / name, tmp_path / "my.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    notes = write_framework_from(path, out)
    return read_framework(out), list(notes)


def shown(framework: Framework) -> list[tuple[str, str, str, str | None]]:
    return [(e.id, e.kind, e.label, e.parent) for e in framework]


def test_a_framework_comes_back_from_its_own_codebook_without_terms(
    tmp_path: Path, framework: Framework
) -> None:
    write_codebook(framework, tmp_path / "book.qdc")
    (note,) = write_framework_from(tmp_path / "book.qdc", tmp_path / "my.toml")
    assert note.startswith("no terms, so rules do not find them yet: S1, S2")
    found = read_framework(tmp_path / "my.toml")
    for before, after in zip(framework, found, strict=True):
        for key in ("id", "kind", "label", "parent", "examples", "counterexamples", "not_when"):
            assert getattr(after, key) == getattr(before, key), (before.id, key)
        assert after.definition == " ".join(before.definition.split())


def test_descriptions_are_taken_apart_as_they_were_put_together(framework: Framework) -> None:
    for element in framework:
        definition, parts = split_description(describe_element(element))
        assert definition == " ".join(element.definition.split())
        for key in ("examples", "counterexamples", "not_when"):
            assert parts.get(key, ()) == getattr(element, key)


def test_codes_without_a_kind_are_noted_and_have_ids_of_their_own(tmp_path: Path) -> None:
    found, notes = begin(
        tmp_path, "My Study.qdc", QDC.format(code("Money", code("Grants")) + code("Trust"), "")
    )
    assert (found.id, found.title, found.source) == ("my_study", "My Study", "My Study.qdc")
    assert shown(found) == [
        ("M1", "mechanism", "Money", None),
        ("M1.1", "mechanism", "Grants", "M1"),
        ("M2", "mechanism", "Trust", None),
    ]
    assert found["M1"].definition == NO_DEFINITION
    assert notes == [
        "kind not known, so “mechanism” for now: M1, M1.1, M2; write outcome, challenge, case or actor where it is one",
        "no definition: M1, M1.1, M2; write one for each",
        "no terms, so rules do not find them yet: M1, M1.1, M2; write terms for each",
    ]
    text = (tmp_path / "my.toml").read_text("utf-8")
    assert text.count("# not in the codebook: outcome, challenge, mechanism, case or actor") == 3
    assert text.count("terms = []  # words by which a text shows it") == 3


def test_a_group_that_is_called_as_a_kind_gives_it(tmp_path: Path) -> None:
    codes = code("Outcomes", code("Jobs") + code("Skills"), codable="false") + code(
        "Challenge", code("No money")
    )
    found, _ = begin(tmp_path, "a.qdc", QDC.format(codes, ""))
    assert shown(found) == [
        ("O1", "outcome", "Jobs", None),
        ("O2", "outcome", "Skills", None),
        ("C1", "challenge", "No money", None),
    ]


def test_a_set_that_is_called_as_a_kind_gives_it(tmp_path: Path) -> None:
    sets = '<Sets><Set guid="s" name="actor"><MemberCode guid="{M}"/></Set></Sets>'
    found, _ = begin(tmp_path, "a.qdc", QDC.format(code("Ministry", guid="m"), sets))
    assert shown(found) == [("A1", "actor", "Ministry", None)]


def test_ids_in_names_are_kept_where_most_names_have_one(tmp_path: Path) -> None:
    found, _ = begin(
        tmp_path, "a.qdc", QDC.format(code("T1 Money", code("T1.2: Grants")) + code("Trust"), "")
    )
    assert [(e.id, e.label) for e in found] == [("T1", "Money"), ("T1.2", "Grants"), ("M1", "Trust")]
    (tmp_path / "my.toml").unlink()
    found, _ = begin(tmp_path, "a.qdc", QDC.format(code("G20 summit") + code("Trust") + code("Hope"), ""))
    assert next((e.id, e.label) for e in found) == ("M1", "G20 summit")


def test_a_given_id_is_not_given_to_another(tmp_path: Path) -> None:
    codes = code("Trust") + code("M1 Money") + code("M1 Again") + code("M3 Hope")
    found, _ = begin(tmp_path, "a.qdc", QDC.format(codes, ""))
    assert [(e.id, e.label) for e in found] == [
        ("M2", "Trust"),
        ("M1", "Money"),
        ("M4", "Again"),
        ("M3", "Hope"),
    ]


def test_a_project_is_a_codebook_too(tmp_path: Path) -> None:
    path = tmp_path / "a.qdpx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("x.qde", f"<Project><CodeBook><Codes>{code('Money')}</Codes></CodeBook></Project>")
    write_framework_from(path, tmp_path / "my.toml")
    assert shown(read_framework(tmp_path / "my.toml")) == [("M1", "mechanism", "Money", None)]


CSV = (
    "Code;Label;Kind;Description;Parent code;Keywords;Examples;Colour\n"
    'S1;Jobs;Outcome;"Work ""and"" pay\nafterwards";;job|work;"They found jobs.\nPay rose.";red\n'
    "S1.1;Pay;;Pay;S1;wage; ;\n"
    "X9;Luck;fate;Luck;Nowhere;'=luck;;\n"
    ";;;;;;;\n"
)


@pytest.mark.parametrize("cell", ["job;wage", "job, wage", "job\nwage", "job,\nwage;"])
def test_terms_stand_beside_one_another_in_a_cell_as_people_write_them(tmp_path: Path, cell: str) -> None:
    found, _ = begin(tmp_path, "a.csv", f'id,label,kind,terms\nS1,Jobs,outcome,"{cell}"\n')
    assert found["S1"].terms == ("job", "wage")


def test_a_table_gives_what_its_columns_say(tmp_path: Path) -> None:
    found, notes = begin(tmp_path, "a.csv", "\ufeff" + CSV)
    assert shown(found) == [
        ("S1", "outcome", "Jobs", None),
        ("S1.1", "outcome", "Pay", "S1"),
        ("X9", "mechanism", "Luck", None),
    ]
    assert found["S1"].definition == 'Work "and" pay\nafterwards'
    assert found["S1"].examples == ("They found jobs.", "Pay rose.")
    assert [e.terms for e in found] == [("job|work",), ("wage",), ("=luck",)]
    assert notes == [
        "not used: the columns 'Colour'",
        "no code 'Nowhere', which others name as their parent; they stand alone",
        "kind not known, so “mechanism” for now: X9; write outcome, challenge, case or actor where it is one",
    ]


SHEET = (
    '<worksheet xmlns="urn:x"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>kind</t></is></c></row>'
    '<row r="2"><c r="A2" t="s"><v>1</v></c><c r="C2" t="str"><v>case</v></c></row></sheetData></worksheet>'
)


def make_workbook(path: Path, sheet: str = SHEET) -> Path:
    other = sheet.replace("<v>1</v>", "<v>2</v>")
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(
            "xl/workbook.xml",
            '<workbook xmlns:r="urn:r"><sheets><sheet name="First" r:id="r1"/><sheet name="Codebook" r:id="r2"/></sheets></workbook>',
        )
        packed.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/>'
            '<Relationship Id="r2" Target="/xl/worksheets/sheet2.xml"/></Relationships>',
        )
        packed.writestr(
            "xl/sharedStrings.xml",
            "<sst><si><t>name</t></si><si><r><t>Ji</t></r><r><t>nan</t></r></si><si><t>Wrong</t></si></sst>",
        )
        packed.writestr("xl/worksheets/sheet1.xml", other)
        packed.writestr("xl/worksheets/sheet2.xml", sheet)
    return path


def test_a_workbook_is_read_by_its_sheet_codebook(tmp_path: Path) -> None:
    write_framework_from(make_workbook(tmp_path / "a.xlsx"), tmp_path / "my.toml")
    assert shown(read_framework(tmp_path / "my.toml")) == [("K1", "case", "Jinan", None)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.docx", "x", "give a codebook that ends in .qdc, .qdpx, .csv or .xlsx"),
        ("a.qdc", "<CodeBook><Codes/></CodeBook>", "has no code"),
        ("a.qdc", "<Other/>", "its root is Other, and CodeBook is expected"),
        ("a.qdc", '<!DOCTYPE a [<!ENTITY b "c">]><CodeBook/>', "a document type is declared"),
        ("a.csv", "foo,bar\n1,2", "has no column for the codes' names (its first row has 'foo', 'bar'); call one “label”"),
        ("a.xlsx", "no zip", "is no workbook (.xlsx), or is damaged"),
    ],
)  # fmt: skip
def test_what_is_no_codebook_is_refused(name: str, content: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(FrameworkError) as caught:
        begin(tmp_path, name, content)
    assert said in str(caught.value)
    assert not (tmp_path / "my.toml").exists()


def test_no_framework_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text("mine")
    with pytest.raises(FrameworkError, match=r"my\.toml: is there already; give another name"):
        begin(tmp_path, "a.qdc", QDC.format(code("Money"), ""))
    assert (tmp_path / "my.toml").read_text() == "mine"


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    name = "&quot;&#10;[framework]&#10;&#127;\\u0041 '''"
    found, _ = begin(tmp_path, "a.qdc", QDC.format(code(name, guid="g"), ""))
    assert found["M1"].label == "\" [framework] \x7f\\u0041 '''"


def test_the_command_says_what_is_left_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.qdc").write_text(QDC.format(code("Money"), ""))
    done = CliRunner().invoke(
        main, ["framework", "from", str(tmp_path / "a.qdc"), "-o", str(tmp_path / "m.toml")]
    )
    assert done.exit_code == 0
    assert "note: no definition: M1; write one for each" in done.output
    assert f"Go on with it, then: policyloom framework validate {tmp_path / 'm.toml'}" in done.output
