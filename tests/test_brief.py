"""The brief of a check: its parts, and the same as Markdown and as a Word file."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from policyloom.check import CaseLikeness, Checked
from policyloom.check.cases import SharedMechanism
from policyloom.framework import Element, Framework
from policyloom.records import Coverage, Document, Evidence, Finding, Metadata, Tagged
from policyloom.report import draft_brief, make_brief, write_word_brief
from policyloom.report.brief import MAX_ITEMS, MAX_QUESTIONS, Brief


def element(id: str, kind: str) -> Element:
    return Element(id=id, kind=kind, label=f"label {id}", definition="d")  # type: ignore[arg-type]


FRAMEWORK = Framework(
    id="f", title="F", version="1",
    elements=(
        element("S1", "outcome"), element("T1", "mechanism"), element("T2", "mechanism"), element("T3", "mechanism"),
        element("K1", "case"),
    ),
)  # fmt: skip


def quote(words: str, document: str = "d", page: int = 2) -> Evidence:
    return Evidence(document, page, 0, 1, words)


def finding(rule: str, subject: str, message: str = "", *evidence: Evidence) -> Finding:
    return Finding("d", rule, "warning", subject, message or f"message {subject}", evidence)


CASE = CaseLikeness(
    "K1", (SharedMechanism("T1", 1, 0, quote("own"), quote("told", "paper", 3)),), ("T3",), ("paper",)
)


def brief(*findings: Finding, cases: tuple[CaseLikeness, ...] = (), stress: str = "") -> Brief:
    rows = (
        Coverage("d", "T1", n_sentences=2, affirmed=1, planned=1, evidence=(quote("• best words"),)),
        Coverage("d", "T2"),
    )
    checked = Checked("d", rows, findings, (), (), cases)
    return draft_brief(tagged(), checked, FRAMEWORK, against="a corpus", stress=stress)


def tagged() -> Tagged:
    return Tagged(Document("d", "d.txt", "", 0, "en", Metadata(title="A *draft*"), "", ()), (), ())


def part(brief: Brief, heading: str) -> list[tuple[str, ...]]:
    (found,) = (p for p in brief.parts if p.heading == heading)
    return [(point.text, *point.quotes) for point in found.points]


def test_what_is_there_is_a_table_with_the_best_quotes() -> None:
    (found,) = brief().parts
    assert found.heading == "What is there"
    assert found.lead.startswith("Coverage 2 of 6 ")
    assert found.table is not None
    assert found.table.rows == (
        ("T1 label T1", "stated", "2", "“best words” (p. 2)"), ("T2 label T2", "absent", "0", ""),
    )  # fmt: skip


def test_what_is_said_to_be_missing_counts_for_nothing_where_it_is_in_doubt() -> None:
    (found, *_) = brief(finding("strategy-absent", "T1")).parts
    assert found.lead.startswith("Coverage 0 of 6 ")
    assert found.table is not None
    assert [row[:2] for row in found.table.rows] == [("T1 label T1", "in doubt"), ("T2 label T2", "absent")]


def test_what_a_sentence_may_well_name_is_in_doubt_and_asked_about() -> None:
    near = replace(finding("strategy-absent", "T2", "", quote("Trainees are paid.")), severity="info")
    there, *_, asked = brief(near).parts
    assert there.table is not None
    assert there.table.rows[1] == ("T2 label T2", "in doubt", "0", "“Trainees are paid.” (p. 2)")
    assert [point.text for point in asked.points] == [
        "Does “Trainees are paid.” (p. 2) mean T2 label T2, or is it left out on purpose?"
    ]


def test_what_was_not_found_is_told_in_one_point() -> None:
    found = brief(
        finding("strategy-absent", "T2"), finding("strategy-only-lacking", "T3", "", quote("a lack")), finding("outcome-absent", "S1")
    )  # fmt: skip
    assert part(found, "What is missing") == [
        ("No sure mention was found of T2 label T2; S1 label S1.",), ("message T3", "“a lack” (p. 2)"),
    ]  # fmt: skip


def test_the_vague_promises_of_a_strategy_are_one_point_most_first() -> None:
    found = brief(
        finding("vague-promise", "T1", "", quote("one")),
        *(finding("vague-promise", "T2", "", quote(f"two {n}")) for n in range(3)),
    )
    rest = "without a means, a sum or number, a date or monitoring."
    assert part(found, "What is promised without substance") == [
        (f"T2 label T2: 3 promises {rest}", "“two 0” (p. 2)", "“two 1” (p. 2)"),
        (f"T1 label T1: 1 promise {rest}", "“one” (p. 2)"),
    ]


def test_how_sure_claims_are_is_told_once() -> None:
    sure = "; about 33% of this coder’s claims are right."
    others = (quote("own"), *(quote(f"o{n}", f"x{n}") for n in range(4)))
    findings = [
        finding("claim-supported", "T1>S1", f"Claims {n}{sure}", *others) for n in range(MAX_ITEMS + 2)
    ]
    (found,) = (p for p in brief(*findings).parts if "evidence" in p.heading)
    assert found.lead == "About 33% of this coder’s claims are right."
    assert [point.text for point in found.points] == [f"Claims {n}." for n in range(MAX_ITEMS)]
    assert found.points[0].quotes == ("“own” (p. 2)", "x0: “o0” (p. 2)", "x1: “o1” (p. 2)")
    assert found.n_left_out == 2


def test_the_case_is_told_with_what_is_shared_and_lacking() -> None:
    ((text, *quotes),) = part(brief(cases=(CASE,)), "Which case it resembles")
    assert text == (
        "K1 label K1: of the 2 mechanisms told of it, the document states 1 (T1 label T1); it does not state T3 label T3."
    )
    assert quotes == ["“own” (p. 2)", "paper: “told” (p. 3)"]


def test_a_question_is_asked_once_for_a_rule_and_an_element() -> None:
    found = brief(
        finding("vague-promise", "T1", "", quote("one")), finding("vague-promise", "T1", "", quote("two")),
        finding("claim-contested", "T1>S1"), finding("complete-promise", "T2"),
    )  # fmt: skip
    assert part(found, "What to ask the authors") == [
        ("On what evidence is it said that T1 label T1 leads to S1 label S1?",),
        ("Who does what for T1 label T1, with what means, by when, and how is it watched? (“one” (p. 2))",),
    ]
    many = brief(*(finding("strategy-absent", id) for id in ("T1", "T2", "T3")))
    assert len(part(many, "What to ask the authors")) == 3 <= MAX_QUESTIONS


def test_what_it_stresses_is_one_point() -> None:
    assert part(brief(stress="It stresses more than the other documents: T1."), "What it stresses") == [
        ("It stresses more than the other documents: T1.",)
    ]
    assert [p.heading for p in brief().parts] == ["What is there"]


def test_markdown_shows_words_of_the_document_as_they_are() -> None:
    checked = Checked("d", (), (finding("not-judged", "", "Not *all* [was] read."),), ())
    told = make_brief(draft_brief(tagged(), checked, FRAMEWORK, against="a corpus"))
    assert told.startswith("# A \\*draft\\*\n")
    assert "## What could not be judged\n\n- Not \\*all\\* \\[was\\] read.\n" in told


def test_the_word_file_has_the_same_words_and_the_same_bytes(tmp_path: Path) -> None:
    told = brief(
        finding("vague-promise", "T1", "", quote("a\x02b c")), finding("strategy-absent", "T2"), cases=(CASE,)
    )
    paths = [tmp_path / name for name in ("a.docx", "b.docx")]
    for path in paths:
        write_word_brief(told, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    document = docx.Document(str(paths[0]))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[0] == "A *draft*"
    for heading in (p.heading for p in told.parts):
        assert heading in texts
    assert "“ab c” (p. 2)" in texts  # without the control character
    assert [cell.text for cell in document.tables[0].rows[1].cells] == [
        "T1 label T1",
        "stated",
        "2",
        "“best words” (p. 2)",
    ]
    assert {info.date_time for info in zipfile.ZipFile(paths[0]).infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_without_python_docx_no_word_file_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    from policyloom.report import brief_word

    assert brief_word.can_write_word()
    monkeypatch.setattr(brief_word.importlib.util, "find_spec", lambda _name: None)
    assert not brief_word.can_write_word()
