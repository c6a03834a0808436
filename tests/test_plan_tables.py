"""Rows of a plan's table are promises, with what their cells say."""

from __future__ import annotations

from pathlib import Path

import pytest

from policyloom.check import check
from policyloom.coders.rules import RulesCoder
from policyloom.extract import read_document
from policyloom.framework import Element, Framework
from policyloom.records import Promise
from policyloom.tag import load_pipeline, tag

FRAMEWORK = Framework(
    id="f",
    title="Boats",
    version="1",
    elements=(
        Element(id="T1", kind="mechanism", label="Moorings", definition="d", terms=("mooring",)),
        Element(id="T2", kind="mechanism", label="Beacons", definition="d", terms=("beacon",)),
    ),
)
NLP, CODER = load_pipeline(FRAMEWORK), RulesCoder(FRAMEWORK)


def promises(tmp_path: Path, heads: list[str], *rows: list[str]) -> list[Promise]:
    """The promises of a page that holds one table."""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    head = "".join(f"<th>{name}</th>" for name in heads)
    path = tmp_path / "plan.html"
    path.write_text(f"<h1>A plan</h1><p>Much is to do.</p><table><tr>{head}</tr>{body}</table>", "utf-8")
    checked = check(tag(read_document(path), NLP, CODER), FRAMEWORK)
    return list(checked.promises)


def test_the_cells_of_a_row_say_who_acts_by_when_and_how_it_is_watched(tmp_path: Path) -> None:
    (found,) = promises(
        tmp_path,
        ["Activity", "Responsible institution", "Time frame", "Indicator", "Estimated cost", "Remarks"],
        ["New moorings in the south basin", "Harbour Office", "by June 2030", "berths counted yearly", "40 crowns", "urgent"],
    )  # fmt: skip
    assert (found.element, found.evidence.quote) == ("T1", "New moorings in the south basin")
    assert (found.actor, found.deadline, found.monitoring, found.amount) == (
        "Harbour Office", "by June 2030", "berths counted yearly", "40 crowns",
    )  # fmt: skip
    assert found.is_complete
    assert not found.is_vague


@pytest.mark.parametrize("nothing", ["open", "n/a", "–", "TBD.", ""])
def test_a_cell_that_says_nothing_says_nothing(tmp_path: Path, nothing: str) -> None:
    (found,) = promises(
        tmp_path,
        ["Measure", "Lead", "When", "Indicators"],
        ["Better beacons everywhere", "Harbour Office", nothing, nothing],
    )
    assert (found.element, found.actor, found.deadline, found.monitoring) == ("T2", "Harbour Office", "", "")
    assert found.is_vague


def test_each_row_is_a_promise_and_a_row_that_names_nothing_is_none(tmp_path: Path) -> None:
    found = promises(
        tmp_path,
        ["Action", "By whom", "By when"],
        ["New moorings in the basin", "Harbour Office", "2030"],
        ["A feast for the guild", "Guild", "2031"],
        ["Old beacons mended at last", "Guild", "2032"],
    )
    assert [(one.element, one.actor, one.deadline) for one in found] == [
        ("T1", "Harbour Office", "2030"),
        ("T2", "Guild", "2032"),
    ]


@pytest.mark.parametrize(
    "heads",
    [
        ["Basin", "Owner", "Year"],  # no column of what is to be done
        ["Action", "Basin", "Colour"],  # nothing that could be held to account
        ["Activity", "Place", "Date"],  # what was done
        ["Moorings", "Beacons", "Year"],
    ],
)
def test_other_tables_hold_no_promises(tmp_path: Path, heads: list[str]) -> None:
    assert promises(tmp_path, heads, ["New moorings in the basin", "Harbour Office", "2030"]) == []


def test_what_stands_over_several_rows_holds_for_each(tmp_path: Path) -> None:
    path = tmp_path / "plan.html"
    path.write_text(
        "<h1>A plan</h1><p>Much is to do.</p><table><tr><th>Action</th><th>Responsible</th></tr>"
        "<tr><td>New moorings in the basin</td><td rowspan=2>Harbour Office</td></tr>"
        "<tr><td>New beacons at the mole</td></tr></table>",
        "utf-8",
    )
    found = check(tag(read_document(path), NLP, CODER), FRAMEWORK).promises
    assert [(one.element, one.actor) for one in found] == [("T1", "Harbour Office"), ("T2", "Harbour Office")]
