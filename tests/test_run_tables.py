"""A run's tables described, and as an Excel workbook and Parquet."""

from __future__ import annotations

import builtins
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet
from pyarrow import parquet

from policyloom.cli import main
from policyloom.cli.export import FORMATS
from policyloom.errors import PolicyloomError, RunError
from policyloom.export import workbook, write_data_package, write_parquet, write_workbook
from policyloom.export.run_tables import RUN_TABLES, USER_COLUMN, RunTable, read_fields, read_rows
from policyloom.files import MAX_CELL, open_table
from policyloom.framework import Framework

TABLES = {table.name: table for table in RUN_TABLES}

HOSTILE = (
    "=1+1", "+1", "-1", "@SUM(A1)", "'=1+1", "{=SUM(A1)}", "https://example.org", "mailto:a@example.org", "internal:A1",
    "007", "1e5", "TRUE", "#N/A", "＝1+1", "two\nlines", "职业教育", "\U0001f393", '=HYPERLINK("http://x.org")',
)  # fmt: skip
"""Texts that a spreadsheet would take for something else."""

VALUES: Mapping[str, Any] = {"string": "text", "integer": 3, "number": 0.25, "boolean": True}


def row(table: RunTable, **cells: Any) -> dict[str, Any]:
    return {f.name: VALUES[f.type] for f in table.fields} | cells


def make_run(
    folder: Path, framework: Framework, *, extra: tuple[str, ...] = (), **rows: list[dict[str, Any]]
) -> Path:
    """A run folder with these rows; tables that are not named have one row."""
    folder.mkdir()
    (folder / "framework.json").write_bytes(framework.model_dump_json().encode())
    for table in RUN_TABLES:
        with open_table(table.path(folder), [*(f.name for f in table.fields), *extra]) as add:
            add(one | dict.fromkeys(extra, "Lanhe") for one in rows.get(table.name, [row(table)]))
    return folder


@pytest.fixture
def hostile(tmp_path: Path, framework: Framework) -> Path:
    """A run whose mentions have a hostile quote each."""
    mentions = [row(TABLES["mentions"], quote=text, start=n, end=n + 1) for n, text in enumerate(HOSTILE)]
    return make_run(tmp_path / "run", framework, mentions=mentions)


def cells(sheet: Worksheet) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def column(sheet: Worksheet, name: str) -> list[Any]:
    head, *rows = cells(sheet)
    return [row[head.index(name)] for row in rows]


def call(*words: object) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, words)], catch_exceptions=False)


# Reading


def test_rows_come_back_as_they_were_written(hostile: Path) -> None:
    names = [f.name for f in TABLES["mentions"].fields]
    read = [dict(zip(names, cells, strict=True)) for cells in read_rows(hostile, TABLES["mentions"])]
    assert [one["quote"] for one in read] == list(HOSTILE)
    assert (read[3]["start"], read[3]["probability"]) == (3, 0.25)
    assert [cells[9] for cells in read_rows(hostile, TABLES["claims"])] == [True]


def test_a_missing_number_is_none_and_a_missing_text_is_empty(tmp_path: Path, framework: Framework) -> None:
    table = TABLES["links_evidence"]
    folder = make_run(
        tmp_path / "run", framework, links_evidence=[row(table, page=None, hedged=None, cue="", quote=None)]
    )
    (cells,) = read_rows(folder, table)
    found = dict(zip((f.name for f in table.fields), cells, strict=True))
    assert [found[name] for name in ("page", "hedged", "cue", "quote")] == [None, None, "", ""]


def test_columns_of_the_users_own_are_texts_behind_the_others(tmp_path: Path, framework: Framework) -> None:
    folder = make_run(tmp_path / "run", framework, extra=("country",))
    *_, last = read_fields(folder, TABLES["claims"])
    assert (last.name, last.type, last.description) == ("country", "string", USER_COLUMN)
    assert [cells[-1] for cells in read_rows(folder, TABLES["claims"])] == ["Lanhe"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id;label\n", "elements.csv: does not have the columns of this version of policyloom"),
        ("", "elements.csv: does not have the columns of this version of policyloom"),
        ("HEAD\nT1,a,b,x,1,1,1,1,1,1,1\n", "elements.csv, line 2, column n_sentences: 'x' is no integer"),
        ("HEAD\nT1,a,b\n", "elements.csv, line 2: has 3 cells, and the table 11 columns"),
        ("HEAD\n\xff", "elements.csv: is no table in UTF-8"),
    ],
)
def test_a_table_that_was_changed_is_refused_with_its_place(
    tmp_path: Path, framework: Framework, text: str, message: str
) -> None:
    folder = make_run(tmp_path / "run", framework)
    head = ",".join(f.name for f in TABLES["elements"].fields)
    (folder / "elements.csv").write_bytes(text.replace("HEAD", head).encode("latin-1"))
    with pytest.raises(RunError) as caught:
        list(read_rows(folder, TABLES["elements"]))
    assert message in str(caught.value)
    assert "rename or delete it, then run again to make it anew" in str(caught.value)


def test_a_missing_table_is_told(tmp_path: Path, framework: Framework) -> None:
    folder = make_run(tmp_path / "run", framework)
    (folder / "claims.csv").unlink()
    for write in (lambda: write_parquet(folder, tmp_path / "p"), lambda: write_data_package(folder, "x")):
        with pytest.raises(RunError, match=r"claims\.csv: is missing; run again to make it"):
            write()
    assert not (tmp_path / "p").exists()


# Data package


def test_the_data_package_describes_every_table_and_column(tmp_path: Path, framework: Framework) -> None:
    folder = make_run(tmp_path / "run", framework, extra=("country",))
    write_data_package(folder, "Plans of Lanhe")
    package = json.loads((folder / "datapackage.json").read_bytes())
    assert (package["profile"], package["title"]) == ("tabular-data-package", "Plans of Lanhe")
    assert [resource["path"] for resource in package["resources"]] == [f"{name}.csv" for name in TABLES]
    for resource in package["resources"]:
        head = resource_path(folder, resource).read_text("utf-8-sig").splitlines()[0].split(",")
        schema = resource["schema"]
        assert [f["name"] for f in schema["fields"]] == head
        assert all(f["description"] and f["type"] in VALUES for f in schema["fields"])
        assert set(schema.get("primaryKey", ())) <= set(head)
        for key in schema.get("foreignKeys", ()):
            assert set(key["fields"]) <= set(head)
            other = TABLES[key["reference"]["resource"]]
            assert key["reference"]["fields"] == list(other.key)


def resource_path(folder: Path, resource: dict[str, Any]) -> Path:
    return folder / str(resource["path"])


# Workbook


def test_the_workbook_has_the_rows_of_the_tables(hostile: Path, tmp_path: Path, framework: Framework) -> None:
    assert write_workbook(hostile, tmp_path / "w.xlsx", framework) == []
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    assert book.sheetnames == ["codebook", *TABLES]
    for table in RUN_TABLES:
        head, *rows = cells(book[table.name])
        assert head == [f.name for f in table.fields]
        assert rows == [[None if cell == "" else cell for cell in one] for one in read_rows(hostile, table)]


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(
    hostile: Path, tmp_path: Path, framework: Framework
) -> None:
    write_workbook(hostile, tmp_path / "w.xlsx", framework)
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["mentions"]
    quotes = {cell.value: cell for (cell,) in sheet.iter_rows(2, None, 9, 9)}
    assert list(quotes) == list(HOSTILE)
    for cell in quotes.values():
        assert (cell.data_type, cell.hyperlink) == ("s", None), cell.value
    # Typed anew, as by F2 and Enter, these would become formulas were they not marked as text.
    assert {text for text, cell in quotes.items() if cell.quotePrefix} == {
        text for text in HOSTILE if text.lstrip("'")[:1] in "=+-@＝"
    }


def test_a_sheet_has_a_frozen_head_filters_and_widths(tmp_path: Path, framework: Framework) -> None:
    claims = [
        row(TABLES["claims"], sentence="word " * 40, document=f"a-long-name-of-a-plan-{n}") for n in range(3)
    ]
    folder = make_run(tmp_path / "run", framework, claims=claims)
    write_workbook(folder, tmp_path / "w.xlsx", framework)
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["claims"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:Q4"
    widths = {cell.value: sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]}
    assert 24 <= widths["document"] <= 27
    assert 8 <= widths["page"] <= 10
    assert 59 <= widths["sentence"] <= 62
    sentence = sheet.cell(2, list(widths).index("sentence") + 1)
    assert (sentence.alignment.wrap_text, sentence.alignment.vertical) == (True, "top")


def test_the_codebook_explains_every_column_and_every_element(
    hostile: Path, tmp_path: Path, framework: Framework
) -> None:
    write_workbook(hostile, tmp_path / "w.xlsx", framework)
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    assert book.active.title == "codebook"
    head, *rows = cells(book["codebook"])
    found = [dict(zip(head, one, strict=True)) for one in rows]
    assert [(one["of"], one["name"]) for one in found if one["what"] == "column"] == [
        (table.name, f.name) for table in RUN_TABLES for f in table.fields
    ]
    assert [one["name"] for one in found if one["what"] == "element"] == [element.id for element in framework]
    assert all(one["meaning"] for one in found)
    (t11,) = [one for one in found if one["name"] == "T1.1"]
    assert (t11["of"], t11["kind"], t11["label"]) == ("T1", "mechanism", framework["T1.1"].label)
    assert t11["meaning"] == framework["T1.1"].definition
    assert t11["examples"].split("\n") == list(framework["T1.1"].examples[:3])
    (mentions,) = [one for one in found if (one["what"], one["name"]) == ("table", "mentions")]
    assert mentions["kind"] == f"{len(HOSTILE)} rows"


@pytest.mark.parametrize("in_memory", [True, False])
def test_a_run_gives_the_same_workbook_each_time(
    hostile: Path, tmp_path: Path, framework: Framework, monkeypatch: pytest.MonkeyPatch, in_memory: bool
) -> None:
    if not in_memory:
        monkeypatch.setattr(workbook, "MAX_BYTES_IN_MEMORY", 0)
    written = []
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(hostile, tmp_path / name, framework)
        written.append((tmp_path / name).read_bytes())
        book = openpyxl.load_workbook(tmp_path / name)
        assert column(book["mentions"], "quote") == list(HOSTILE)
    assert written[0] == written[1]
    assert book.properties.created.year == 2000


def test_a_table_of_more_rows_than_a_sheet_takes_goes_on_in_the_next(
    hostile: Path, tmp_path: Path, framework: Framework, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 8)
    notes = write_workbook(hostile, tmp_path / "w.xlsx", framework)
    assert notes == [f"mentions: its {len(HOSTILE)} rows stand on 3 sheets, as Excel takes 7 in one"]
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    assert book.sheetnames[:6] == [
        "codebook",
        "documents",
        "mentions",
        "mentions 2",
        "mentions 3",
        "entities",
    ]
    parts = [column(book[name], "quote") for name in book.sheetnames[2:5]]
    assert [len(part) for part in parts] == [7, 7, len(HOSTILE) - 14]
    assert [quote for part in parts for quote in part] == list(HOSTILE)
    assert f"{len(HOSTILE)} rows on 3 sheets" in column(book["codebook"], "kind")


def test_a_table_that_fills_a_sheet_takes_one(
    hostile: Path, tmp_path: Path, framework: Framework, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", len(HOSTILE) + 1)
    assert write_workbook(hostile, tmp_path / "w.xlsx", framework) == []


def test_a_text_that_no_cell_takes_is_cut_and_says_so(tmp_path: Path, framework: Framework) -> None:
    folder = make_run(
        tmp_path / "run", framework, mentions=[row(TABLES["mentions"], sentence="\U0001f393" * 40_000)]
    )
    write_workbook(folder, tmp_path / "w.xlsx", framework)
    (cell,) = column(openpyxl.load_workbook(tmp_path / "w.xlsx")["mentions"], "sentence")
    assert cell.endswith(" [cut: 40,000 characters]")
    assert MAX_CELL - 2 <= len(cell.encode("utf-16-le")) // 2 <= MAX_CELL


def test_characters_that_no_file_of_excel_takes_are_escaped(tmp_path: Path, framework: Framework) -> None:
    texts = ["a\x01b", "a\ufffeb", "a\rb"]
    folder = make_run(
        tmp_path / "run", framework, failures=[row(TABLES["failures"], reason=text) for text in texts]
    )
    write_workbook(folder, tmp_path / "w.xlsx", framework)
    reasons = column(openpyxl.load_workbook(tmp_path / "w.xlsx")["failures"], "reason")
    assert [unescape(reason) for reason in reasons] == texts


def test_a_table_without_rows_is_a_sheet_with_its_head(tmp_path: Path, framework: Framework) -> None:
    folder = make_run(tmp_path / "run", framework, failures=[])
    write_workbook(folder, tmp_path / "w.xlsx", framework)
    assert cells(openpyxl.load_workbook(tmp_path / "w.xlsx")["failures"]) == [["source", "kind", "reason"]]


# Parquet


def test_parquet_has_the_rows_of_the_tables_with_types_and_descriptions(
    hostile: Path, tmp_path: Path
) -> None:
    write_parquet(hostile, tmp_path / "p")
    assert {path.name for path in (tmp_path / "p").iterdir()} == {f"{name}.parquet" for name in TABLES}
    types = {"string": "string", "integer": "int64", "number": "double", "boolean": "bool"}
    for table in RUN_TABLES:
        read = parquet.read_table(tmp_path / "p" / f"{table.name}.parquet")
        assert [str(one) for one in read.schema.types] == [types[f.type] for f in table.fields]
        assert [one.metadata[b"description"].decode() for one in read.schema] == [
            f.description for f in table.fields
        ]
        assert [list(one.values()) for one in read.to_pylist()] == list(read_rows(hostile, table))


def test_a_run_gives_the_same_parquet_each_time(hostile: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_parquet(hostile, tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_table_without_rows_is_a_parquet_file_with_its_columns(
    tmp_path: Path, framework: Framework
) -> None:
    write_parquet(make_run(tmp_path / "run", framework, failures=[]), tmp_path / "p")
    assert parquet.read_table(tmp_path / "p" / "failures.parquet").column_names == [
        "source",
        "kind",
        "reason",
    ]


def test_parquet_without_its_extra_says_what_to_install(
    hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = builtins.__import__

    def refuse(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return imported(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(PolicyloomError, match=r'pip install "policyloom\[parquet\]"'):
        write_parquet(hostile, tmp_path / "p")
    assert not (tmp_path / "p").exists()


# Command


def test_export_writes_beside_the_run_unless_told_where(hostile: Path, tmp_path: Path) -> None:
    assert call(hostile, "--to", "xlsx").output == f"{tmp_path / 'run.xlsx'} is written\n"
    assert call(hostile, "--to", "parquet").output == f"{tmp_path / 'run-parquet'} is written\n"
    assert call(hostile, "--to", "xlsx", "-o", tmp_path / "for-ada.XLSX").exit_code == 0
    assert (tmp_path / "for-ada.XLSX").read_bytes() == (tmp_path / "run.xlsx").read_bytes()


def test_export_of_the_folder_one_is_in_writes_beside_it(
    hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(hostile)
    assert call(".", "--to", "xlsx").exit_code == 0
    assert (hostile.parent / "run.xlsx").exists()


def test_export_replaces_nothing_unless_told_to(hostile: Path, tmp_path: Path) -> None:
    (tmp_path / "run.xlsx").write_text("mine")
    done = call(hostile, "--to", "xlsx")
    assert done.exit_code == 2
    assert "is there already; give another name with -o, or replace it with --force" in done.output
    assert (tmp_path / "run.xlsx").read_text() == "mine"
    assert call(hostile, "--to", "xlsx", "--force").exit_code == 0
    assert (tmp_path / "run.xlsx").read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--to", "xlsx", "-o", "w.csv"), "w.csv: give a name that ends in .xlsx"),
        (("--to", "xlsx", "-o", "none/w.xlsx"), "none: no such folder; make it first"),
        (("--to", "xlsx", "--force", "-o", "folder.xlsx"), "folder.xlsx: is a folder; give another name"),
        (("--to", "parquet", "--force", "-o", "file"), "file: is a file; give another name"),
        (("--to", "odt"), "'odt' is not one of"),
    ],
)
def test_export_says_why_it_cannot_write(
    hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "file").write_text("mine")
    done = call("run", *words)
    assert (done.exit_code, message in done.output) == (2, True), done.output


@pytest.mark.parametrize("name", FORMATS)
def test_export_of_another_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    done = call(tmp_path / "folder", "--to", name)
    assert done.exit_code == 2
    assert "folder: is no run folder" in done.output


def test_export_tells_what_takes_several_sheets(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 8)
    assert "policyloom: mentions: its 18 rows stand on 3 sheets" in call(hostile, "--to", "xlsx").output
