"""Records as tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from policyloom.export.tables import CLAIMS, MENTIONS, to_frame
from policyloom.files import safe_cell, write_csv
from policyloom.records import Coverage, Evidence, Failure, Finding
from tests.test_records import make_document, make_tagged


def test_mentions_have_a_row_each_with_quote_page_and_sentence() -> None:
    frame = to_frame(make_tagged())
    assert list(frame.columns) == list(MENTIONS.names)
    assert list(frame["quote"]) == ["train apprentices", "Wages rise"]
    assert list(frame["page"]) == [1, 2]
    assert frame["cue"][1] == "Wages"
    assert frame["section"][0] == "1 Facts"


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


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_cell_becomes_a_formula(text: str, tmp_path: Path) -> None:
    assert safe_cell(text) == "'" + text
    write_csv(pd.DataFrame({"quote": [text]}), tmp_path / "t.csv")
    assert pd.read_csv(tmp_path / "t.csv")["quote"][0] == "'" + text


def test_csv_opens_in_a_spreadsheet_with_its_accents(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"quote": ["Bénin"], "x": [1 / 3]}), tmp_path / "t.csv")
    data = (tmp_path / "t.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == "quote,x\nBénin,0.333333\n"
