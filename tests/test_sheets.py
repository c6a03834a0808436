"""Sheets as they come back from spreadsheets, and the framework that labels belong to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policyloom.errors import LabelsError
from policyloom.framework import Element, Framework
from policyloom.learn.labels import Label, Labelled, check_labels_path, read_labels, write_labels


def element(id: str, kind: str, label: str) -> Element:
    return Element(id=id, kind=kind, label=label, definition="d")  # type: ignore[arg-type]


MEALS = Framework(
    id="meals",
    title="Meals",
    version="2",
    elements=(
        element("S1", "outcome", "Attendance"),
        element("C1", "challenge", "Too few kitchens"),
        element("T1", "mechanism", "Public money for meals"),
    ),
)
HEAD = "id,doc,text,S1 Attendance,C1 Too few kitchens,T1 Public money for meals,links,answers,none,note,framework"


def read(tmp_path: Path, text: str | bytes, name: str = "x.csv") -> tuple[Labelled, ...]:
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return read_labels(tmp_path / name, MEALS)


FULL = "1,d,The state pays.,,,x,,,,,meals 2"


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD},,\n{FULL},,\n",
        f"{HEAD}\n{FULL}\n,,,,,,,,,,\n",
        f"\n{HEAD}\n\n{FULL}\n",
        f"{HEAD}\n{FULL}\n".replace(",", ";"),
        f"{HEAD}\n{FULL}\n".replace(",", "\t"),
        f"sep=;\n{HEAD}\n{FULL}\n".replace(",", ";"),
        f"{HEAD}\r\n{FULL}\r\n",
        f"\ufeff{HEAD}\n{FULL}\n",
        f"{HEAD}\n{FULL}\n".replace("id,doc", "ID, Doc "),
        f"{HEAD},extra\n{FULL},\n",
        f"{HEAD}\n{FULL.removesuffix(',,,,,meals 2')}\n",
        f"{HEAD}\n{FULL.replace(',x,', ',X ,')}\n",
        f"{HEAD}\n{FULL.replace(',x,', ',Aff.,')}\n",
        "framework,T1 Public money for meals,text,S1 Attendance,note,C1 Too few kitchens,doc,id\n"
        "meals 2,x,The state pays.,,,,d,1\n",
    ],
)
def test_a_sheet_that_is_only_arranged_otherwise_is_read(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == (Labelled("1", "d", "The state pays.", (Label("T1"),)),)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_sheet_in_a_local_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    said = "“Größere Schulen bezahlen für ihre Schüler das Mittagessen”"
    text = f'{HEAD}\n1,d,"{said}",,,x,,,,,meals 2\n'
    (row,) = read(tmp_path, text.encode(encoding))
    assert row.text == said


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x1c"])
def test_a_line_of_json_ends_at_a_line_feed_alone(tmp_path: Path, sign: str) -> None:
    line = json.dumps({"id": "1", "doc": "d", "text": f"a{sign}b", "elements": []}, ensure_ascii=False)
    if sign == "\x1c":  # JSON allows no control character as it is
        line = line.replace("\x1c", "\\u001c")
    assert [row.text for row in read(tmp_path, line + "\r\n" + line.replace('"1"', '"2"'), "x.jsonl")] == [
        f"a{sign}b"
    ] * 2


@pytest.mark.parametrize(
    "text",
    [
        "'Tis the state that pays.",
        "=1+1",
        "-5 % of pupils",
        "@home",
        "x, “y”; z\nw",
        "a\rb",
        "a;=1+1",
        "a\n-1",
    ],
)
def test_a_text_is_the_same_after_writing_and_reading(tmp_path: Path, text: str) -> None:
    row = Labelled("1", "d", text, (Label("T1", "lacking"),), note=text)
    for name in ("x.csv", "x.jsonl"):
        write_labels([row], tmp_path / name, MEALS)
        assert read_labels(tmp_path / name, MEALS) == (row,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}\n{FULL},more", "line 2: 'more' stands in column 12, which has no name"),
        (f"{HEAD},Money\n{FULL},x", "line 2: no element 'Money' in the framework for column 'Money'"),
        (f"{HEAD},T1\n{FULL},x", "two columns for T1"),
        (f"{HEAD},note\n{FULL},x", "column 'note' twice"),
        (f"{HEAD}\n{FULL.replace(',x,', ',no,')}", "'no' is no status; write affirmed"),
        (f"{HEAD}\n{FULL.replace(',x,', ',0,')}", "'0' is no status"),
        (f"{HEAD}\n1,d,A.,,,,T1 > S1,,,,", "entry under links or answers, but no status"),
        (f"{HEAD}\n,d,A.,x,,,,,,,", "is coded, but has nothing under id"),
        ("Nummer;doc;text\n1;d;A.", r"no column id \(its first row has 'Nummer', 'doc', 'text'\)"),
        ("", "no column id, doc, text"),
        (b"PK\x03\x04 and so on", "is a workbook, and tables are read from text; .*“CSV UTF-8”"),
        (f"{HEAD}\n{FULL}\0", "is no text"),
        (f"{HEAD}\n1,d,{'a' * 200_000},x", "line 2: is no row of a table"),
    ],
)  # fmt: skip
def test_what_would_lose_an_entry_is_refused_with_its_place(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    with pytest.raises(LabelsError, match=said):
        read(tmp_path, text)


def test_a_sheet_without_a_column_was_not_coded_for_its_element(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "id,doc,text,T1,none\n1,d,A.,,x")
    assert (row.elements, row.coded_for) == ((), ("T1",))


OTHER = Framework(id="other", title="Other", version="2", elements=MEALS.elements)
LATER = MEALS.model_copy(update={"version": "3"})


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl"])
@pytest.mark.parametrize(
    ("framework", "said"),
    [
        (OTHER, "was coded with framework meals 2, not other 2; name the file of meals with -f"),
        (LATER, "was coded with version 2 of framework meals, and the framework is now version 3"),
    ],
)
def test_labels_of_another_framework_are_refused(
    tmp_path: Path, name: str, framework: Framework, said: str
) -> None:
    write_labels([Labelled("1", "d", "A.", (Label("T1"),))], tmp_path / name, MEALS)
    with pytest.raises(LabelsError, match=said):
        read_labels(tmp_path / name, framework)


def test_without_id_and_version_the_names_of_the_columns_tell(tmp_path: Path, framework: Framework) -> None:
    (tmp_path / "x.csv").write_text("id,doc,text,T1 Public money for meals\n1,d,A.,x")
    with pytest.raises(
        LabelsError, match=r"column 'T1 Public money for meals' is not T1 .* name its file with -f"
    ):
        read_labels(tmp_path / "x.csv", framework)


@pytest.mark.parametrize(
    ("name", "said"),
    [("x.csv", "is there already"), ("y.xlsx", "ends in .csv"), ("no/y.csv", "no such folder")],
)
def test_labels_are_written_to_a_new_sheet_alone(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "x.csv").write_text("mine")
    with pytest.raises(LabelsError, match=said):
        check_labels_path(tmp_path / name)


def test_a_table_beyond_all_measure_is_refused(
    tmp_path: Path, framework: Framework, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("policyloom.learn.rows.MAX_BYTES", 1_000_000)
    (tmp_path / "a.csv").write_bytes(b"text\n" + b"x" * 1_000_000)
    with pytest.raises(
        LabelsError, match=r"a\.csv: is larger than 1 MB, and cannot be a table that people made"
    ):
        read_labels(tmp_path / "a.csv", framework)
