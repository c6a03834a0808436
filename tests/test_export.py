"""Records as tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from policyloom.export import (
    BLOCKS,
    CLAIMS,
    COVERAGE,
    ENTITIES,
    FAILURES,
    FINDINGS,
    MENTIONS,
    PROMISES,
    STATEMENTS,
    Column,
    Table,
    entity_rows,
    finding_rows,
    mention_rows,
    to_frame,
)
from policyloom.files import open_table, safe_cell, write_csv
from policyloom.framework import Framework
from policyloom.network import find_links
from policyloom.network.columns import in_columns
from policyloom.network.links import LINK_COLUMNS
from policyloom.network.measures import MEASURES
from policyloom.records import Coverage, Evidence, Failure, Finding, Mention
from tests.test_records import make_document, make_tagged


def test_mentions_have_a_row_each_with_quote_page_and_sentence() -> None:
    frame = to_frame(make_tagged())
    assert list(frame.columns) == list(MENTIONS.names)
    assert list(frame["quote"]) == ["train apprentices", "Wages rise"]
    assert list(frame["page"]) == [1, 2]
    assert frame["cue"][1] == "Wages"
    assert frame["section"][0] == "1 Facts"


def test_an_entity_stands_among_the_entities_and_not_among_the_mentions() -> None:
    tagged = make_tagged()
    first = tagged.mentions[0]
    entity = Mention(first.start, first.end, "entity", "ORG", first.sentence, source="acronym", name="TA")
    tagged = replace(tagged, mentions=(*tagged.mentions, entity))
    assert [row["kind"] for row in mention_rows(tagged)] == ["mechanism", "outcome"]
    (row,) = entity_rows(tagged)
    assert (row["entity_type"], row["name"], row["quote"], row["page"], row["rule"]) == (
        "ORG", "TA", "train apprentices", 1, "acronym",
    )  # fmt: skip
    assert to_frame(tagged, entities=True)["name"].tolist() == ["TA"]


def test_two_tables_at_a_time_are_refused() -> None:
    with pytest.raises(ValueError, match="claims and entities are two tables"):
        to_frame(make_tagged(), claims=True, entities=True)


def test_claims_have_a_row_each_with_both_ends() -> None:
    frame = to_frame([make_tagged()], claims=True)
    assert list(frame.columns) == list(CLAIMS.names)
    assert frame.loc[0, ["mechanism", "target", "mechanism_quote"]].tolist() == [
        "T2",
        "S3",
        "train apprentices",
    ]


def test_every_kind_of_record_has_a_table() -> None:
    evidence = (Evidence("a", 3, 0, 5, "Firms"), Evidence("a", 4, 6, 11, "train"))
    finding = to_frame(Finding("a", "r", "warning", "T1", "m", evidence))
    assert finding.loc[0, ["page", "quote", "other_quotes"]].tolist() == [3, "Firms", "p. 4: train"]
    assert to_frame([Coverage("a", "T1", n_sentences=2, planned=2)]).loc[0, "planned"] == 2
    assert to_frame(Failure("x.pdf", "empty", "is empty")).loc[0, "reason"] == "is empty"
    assert to_frame(make_document()).loc[0, "text"] == make_document().text


def test_no_records_make_an_empty_frame_with_columns() -> None:
    assert list(to_frame([]).columns) == list(MENTIONS.names)


def test_an_unknown_record_is_refused() -> None:
    with pytest.raises(TypeError, match="no table for int"):
        to_frame([3])


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("a;=1", "a;'=1"),
    ],
)
def test_no_cell_becomes_a_formula(text: str, cell: str, tmp_path: Path) -> None:
    assert safe_cell(text) == cell
    write_csv(pd.DataFrame({"quote": [text]}), tmp_path / "t.csv")
    assert pd.read_csv(tmp_path / "t.csv")["quote"][0] == cell


def test_csv_opens_in_a_spreadsheet_with_its_accents(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"quote": ["Bénin"], "x": [1 / 3]}), tmp_path / "t.csv")
    data = (tmp_path / "t.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == "quote,x\nBénin,0.333333\n"


@pytest.mark.parametrize(
    "table", [MENTIONS, ENTITIES, CLAIMS, FINDINGS, COVERAGE, PROMISES, FAILURES, BLOCKS, STATEMENTS]
)
def test_every_column_is_declared_once_and_described(table: Table) -> None:
    assert len(set(table.names)) == len(table.names)
    assert all(column.description for column in table.columns)


def test_a_row_has_a_value_for_every_column_of_its_table() -> None:
    rows = mention_rows(make_tagged())
    assert [tuple(row) for row in rows] == [MENTIONS.names] * 2


def test_a_column_added_to_a_table_is_in_its_rows_and_frames() -> None:
    longer = Table((*FAILURES.columns, Column("length", "letters of the reason", lambda f: len(f.reason))))
    rows = longer.rows([Failure("x.pdf", "empty", "is empty")])
    assert rows == [{"source": "x.pdf", "kind": "empty", "reason": "is empty", "length": 8}]
    assert list(longer.frame(rows).columns) == ["source", "kind", "reason", "length"]


def test_a_page_stays_a_whole_number_where_another_is_missing(tmp_path: Path) -> None:
    findings = [
        Finding("a", "r", "info", "T1", "m", (Evidence("a", 3, 0, 5, "Firms"),)),
        Finding("b", "r", "info", "T1", "m"),
    ]
    write_csv(to_frame(findings), tmp_path / "frame.csv")
    with open_table(tmp_path / "rows.csv", FINDINGS.names) as add:
        add(finding_rows(findings))
    assert (tmp_path / "frame.csv").read_bytes() == (tmp_path / "rows.csv").read_bytes()
    assert b"m,1,3,Firms,,\n" in (tmp_path / "rows.csv").read_bytes()


@pytest.mark.parametrize(("columns", "wrong"), [({"a": "x", "b": "y"}, "b"), ({}, "a"), ({"a": "x"}, None)])
def test_a_frame_has_the_declared_columns_and_no_other(columns: dict[str, str], wrong: str | None) -> None:
    frame = pd.DataFrame({"a": [1]})
    if wrong is None:
        assert list(in_columns(frame, columns).columns) == ["a"]
    else:
        with pytest.raises(ValueError, match=f"declared columns differ in {wrong}"):
            in_columns(frame, columns)


def test_every_measure_is_a_column_of_the_links_and_an_attribute_of_the_graph(framework: Framework) -> None:
    assert set(MEASURES) < set(LINK_COLUMNS)
    network = find_links([make_tagged()], framework, unit="paragraph")
    attributes = network.graph.edges["T2", "S3", "co_occurs"]
    defined = {name for name in MEASURES if pd.notna(network.links.loc[0, name])}
    assert {"npmi", "g2"} < defined
    assert defined <= attributes.keys()
    assert attributes["weight"] == 1
