"""A user's table of the documents: read before any work, joined to every table, used for years and groups."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import policyloom as pl
from policyloom.cli import main
from policyloom.errors import RunError
from policyloom.run import workers

TEXT = (
    "The Ministry of Education set up apprenticeships with employers in March 2019, which raised the skills of graduates. "
    "The government will give tax incentives to firms."
)
TABLE = "file;date;country\na.txt;2019-03-01;Dänemark\nnorth/b.txt;2021;Österreich\n"


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    made = tmp_path / "texts"
    (made / "north").mkdir(parents=True)
    (made / "a.txt").write_text(TEXT)
    (made / "north" / "b.txt").write_text(TEXT + " It grew in every district of the country.")
    (made / "c.txt").write_text("The ministry funds training bases. Firms built a workshop for the pupils.")
    return made


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def run(texts: Path, table: str | bytes | None, **options: object) -> pl.run:  # type: ignore[valid-type]
    path = None
    if table is not None:
        path = texts.parent / "table.csv"
        path.write_bytes(table if isinstance(table, bytes) else table.encode())
    return pl.run(
        texts, texts.parent / "out", coder="rules", workers=0, recursive=True, metadata=path, **options
    )  # type: ignore[arg-type]


def test_every_table_that_names_documents_has_the_columns_of_the_users_table(texts: Path) -> None:
    done = run(texts, TABLE)
    documents = {row["document"]: row for row in rows(done.folder / "documents.csv")}
    assert {id: (row["file"], row["date"], row["year"], row["country"]) for id, row in documents.items()} == {
        "a": ("a.txt", "2019-03-01", "2019", "Dänemark"),
        "c": ("c.txt", "", "", ""),
        "north__b": ("north/b.txt", "2021", "2021", "Österreich"),
    }
    for name in ("mentions", "entities", "claims", "promises", "coverage", "findings", "links_evidence"):
        table = rows(done.folder / f"{name}.csv")
        assert table, name
        assert list(table[0])[-2:] == ["date", "country"]
        for row in table:
            assert row["country"] == documents[row["document"]]["country"], name
            assert row["date"] == documents[row["document"]]["date"], name


def test_a_column_that_a_table_has_itself_is_told_apart_there(texts: Path) -> None:
    out = run(texts, "file,date,type,status\na.txt,2019,law,draft\n").folder
    header = (out / "entities.csv").read_text("utf-8-sig").split("\n")[0].split(",")
    assert header[-3:] == ["date", "type", "status"]
    mention = rows(out / "mentions.csv")[0]
    assert list(mention)[-3:] == ["date", "type", "document_status"]
    assert (mention["type"], mention["status"], mention["document_status"]) == ("law", "affirmed", "draft")
    assert rows(out / "documents.csv")[0]["status"] == "draft"
    header = (out / "statements.csv").read_text("utf-8-sig").split("\n")[0].split(",")
    assert header[1:3] == ["date", "year"]
    assert header[-2:] == ["type", "document_status"]
    assert pl.read_groups(out, "status") == {"a": "draft"}
    described = json.loads((out / "datapackage.json").read_text("utf-8"))
    fields = {
        table["name"]: [field["name"] for field in table["schema"]["fields"]]
        for table in described["resources"]
    }
    assert fields["documents"][-2:] == ["type", "status"]
    assert fields["entities"][-1] == "status"


def test_without_a_table_the_tables_have_their_own_columns_and_documents_are_listed(texts: Path) -> None:
    done = run(texts, None)
    assert "country" not in rows(done.folder / "mentions.csv")[0]
    assert [row["document"] for row in rows(done.folder / "documents.csv")] == ["a", "c", "north__b"]
    assert rows(done.folder / "documents.csv")[0]["n_sentences"] == "2"


def test_another_table_changes_the_tables_and_reads_no_document_again(
    texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(texts, TABLE)

    def refuse(*_: object) -> bytes:
        raise AssertionError("a document was read again")

    monkeypatch.setattr(workers, "process", refuse)
    done = run(texts, TABLE.replace("2021", "2022").replace("country", "group"))
    assert done.n_reused == 3
    assert {row["year"] for row in rows(done.folder / "documents.csv")} == {"2019", "2022", ""}
    assert "group" in rows(done.folder / "mentions.csv")[0]
    again = run(texts, None)
    assert again.n_reused == 3
    assert "group" not in rows(again.folder / "mentions.csv")[0]


def test_the_same_table_gives_the_same_bytes(texts: Path, tmp_path: Path) -> None:
    first = run(texts, TABLE).folder
    other = pl.run(
        texts,
        tmp_path / "other",
        coder="rules",
        workers=0,
        recursive=True,
        metadata=texts.parent / "table.csv",
    ).folder
    for name in ("documents.csv", "mentions.csv", "coverage.csv", "counts.json", "report.html"):
        assert (first / name).read_bytes() == (other / name).read_bytes()


def test_dates_and_groups_of_the_table_make_the_slices_of_the_network(texts: Path) -> None:
    out = run(texts, TABLE).folder
    framework = pl.read_framework()
    network = pl.load_network(out, framework)
    assert {year: part.documents for year, part in network.slices().items()} == {
        "2019": ("a",),
        "2021": ("north__b",),
    }
    groups = pl.read_groups(out, "country")
    assert groups == {"a": "Dänemark", "north__b": "Österreich"}
    assert sorted(network.slices(groups)) == ["Dänemark", "Österreich"]
    assert [t.document.metadata.date for t in pl.read_tagged(out)] == ["2019-03-01", "", "2021"]
    with pytest.raises(RunError, match="has no column 'county' of its documents; there are date, country"):
        pl.read_groups(out, "county")


def test_a_date_of_the_table_goes_before_that_of_the_text_which_is_kept(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    page = f"<html><head><title>Plan</title><meta name='date' content='12 March 2015'></head><body><h1>Plan</h1><p>{TEXT}</p></body></html>"
    (tmp_path / "in" / "a.html").write_text(page)
    (tmp_path / "table.csv").write_text("file,date,title\na.html,2016,Plan of the colleges\n")
    out = pl.run(
        tmp_path / "in", tmp_path / "out", coder="rules", workers=0, metadata=tmp_path / "table.csv"
    ).folder
    (row,) = rows(out / "documents.csv")
    assert (row["date"], row["date_in_text"], row["year"]) == ("2016", "12 March 2015", "2016")
    assert row["title"] == "Plan of the colleges"
    assert "Plan of the colleges" in (out / "report.html").read_text("utf-8")
    (tmp_path / "table.csv").write_text("file,date,title\na.html,,\n")
    out = pl.run(
        tmp_path / "in", tmp_path / "out", coder="rules", workers=0, metadata=tmp_path / "table.csv"
    ).folder
    assert rows(out / "documents.csv")[0]["date"] == "12 March 2015"
    assert {row["date"] for row in rows(out / "mentions.csv")} == {"12 March 2015"}


@pytest.mark.parametrize(
    "table",
    [
        TABLE.encode("cp1252"),
        TABLE.encode("utf-16"),
        TABLE.replace(";", "\t").encode("utf-8-sig"),
        ("sep=;\n" + TABLE).encode(),
        TABLE.replace("file", " File ").replace("north/b", "North\\b").encode(),
    ],
    ids=["cp1252", "utf-16 with semicolons", "utf-8 with tabs", "told delimiter", "backslash and capitals"],
)
def test_a_table_is_read_as_spreadsheets_write_it(texts: Path, table: bytes) -> None:
    out = run(texts, table).folder
    assert pl.read_groups(out, "country") == {"a": "Dänemark", "north__b": "Österreich"}


def test_the_run_s_own_documents_csv_can_be_filled_in_and_given_again(texts: Path) -> None:
    table = rows(run(texts, TABLE).folder / "documents.csv")
    with (texts.parent / "mine.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*table[0], "type"])
        writer.writeheader()
        writer.writerows([row | {"type": "plan"} for row in table])
    out = pl.run(
        texts,
        texts.parent / "out",
        coder="rules",
        workers=0,
        recursive=True,
        metadata=texts.parent / "mine.csv",
    ).folder
    again = rows(out / "documents.csv")
    assert [{k: v for k, v in row.items() if k != "type"} for row in again] == table
    assert {row["type"] for row in again} == {"plan"}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("file,date\na.txt,2019\nA.txt,2020\n", r"table.csv, line 3: a.txt has a row already, in line 2; remove one of them"),
        ("file,date\na.txt,last year\n", r"line 2: the date 'last year' has no year of four digits; write it as 2024, 2024-05 or 2024-05-17"),
        ("file,date\na.txt,45429\n", r"line 2: the date '45429' has no year"),
        ("file,date\na.txt,2019-2021\n", r"line 2: the date '2019-2021' has 2019 and 2021; write it as"),
        ("file,date\na.txt,2019-13-01\n", r"line 2: there is no day '2019-13-01'; write it as"),
        ("name,date\na.txt,2019\n", r"has no column “file” \(its first row has 'name', 'date'\)"),
        ("file,year\na.txt,2019\n", r"call the column “year” date; a year alone is a date"),
        ("file,type,document_type\na.txt,1,2\n", r"has the columns 'type' and 'document_type'; a table that has a column 'type' itself calls yours so"),
        ("file,type,Type\na.txt,1,2\n", r"has the column 'type' twice"),
        ("file,=1+1\na.txt,x\n", r"takes the name of the column '=1\+1' for a formula"),
        ("file,type\na.txt,law,second\n", r"line 2: 'second' stands in a column without a name"),
        ("file,type\n,law\n", r"line 2: names no file"),
        ("file,type\nz.txt,law\n", r"z.txt is not among the files of this run; under “file” stand the names of the files"),
        ("file,type\n", r"table.csv: has no row; under “file”"),
        ("", r"has no column “file” \(its first row has no names\)"),
        (b"PK\x03\x04", r"is a workbook, and tables are read from text; in the spreadsheet choose “Save as”"),
    ],
)  # fmt: skip
def test_a_table_with_a_mistake_stops_the_run_before_any_work(
    texts: Path, table: str | bytes, said: str
) -> None:
    with pytest.raises(RunError, match=said):
        run(texts, table)
    assert not (texts.parent / "out").exists()


def test_rows_and_files_without_the_other_are_told_before_any_work(texts: Path) -> None:
    path = texts.parent / "table.csv"
    path.write_text("file,country\na.txt,Denmark\nnorth/b.pdf,Austria\n")
    words = [
        "run",
        texts,
        "-o",
        texts.parent / "out",
        "-r",
        "-j",
        "0",
        "--coder",
        "rules",
        "--metadata",
        path,
    ]
    done = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
    first, second, *_ = done.output.splitlines()
    assert first == (
        f"policyloom: {path}: north/b.pdf is not among the files of this run (is north/b.txt meant?); passed over"
    )
    assert second == (
        f"policyloom: {path}: has no row for c.txt, north/b.txt; the cells of such files are left empty"
    )
    notes = json.loads((texts.parent / "out" / "run.json").read_text("utf-8"))["notes"]
    assert len(notes) == 2


def test_a_cell_of_the_table_cannot_become_a_formula(texts: Path) -> None:
    out = run(texts, "file,type\na.txt,=cmd()\n").folder
    assert {row["type"] for row in rows(out / "mentions.csv")} == {"'=cmd()", ""}
    assert pl.read_groups(out, "type") == {"a": "=cmd()"}
