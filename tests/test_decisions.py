"""Decisions of people: what they change in a document and a run, that a run keeps them, and what no longer fits."""

from __future__ import annotations

import csv
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from policyloom import check_file, estimate, read_labels, read_tagged, run
from policyloom.cli import main
from policyloom.errors import LabelsError, RunError
from policyloom.framework import Element, Framework
from policyloom.learn.decided import apply_decisions
from policyloom.learn.decisions import Action, Decision, Place, merge_decisions, read_decisions
from policyloom.learn.labels import version_of
from policyloom.network import load_network
from policyloom.records import Block, Claim, Document, Facet, Mention, Metadata, Sentence, Tagged
from policyloom.run import apply_review, write_review, write_sample_sheet

FRAMEWORK = Framework(
    id="meals",
    title="Meals",
    version="2",
    elements=tuple(
        Element(id=id, kind=kind, label=id, definition="d")
        for id, kind in (
            ("T1", "mechanism"),
            ("T2", "mechanism"),
            ("S1", "outcome"),
            ("C1", "challenge"),
            ("A1", "actor"),
        )
    ),
)
FIRST = "The state funds school lunches, so more children attend."
SECOND = "Kitchens are lacking."
TEXT = f"{FIRST} {SECOND}"


def tagged(text: str = TEXT, *, mentions: bool = True) -> Tagged:
    """Two sentences: T1 leads to S1 in the first, C1 in the second."""
    at = text.index(FIRST)
    sentences = (
        Sentence(at, at + len(FIRST), 0),
        *((Sentence(at + len(FIRST) + 1, len(text), 0),) if SECOND in text else ()),
    )
    document = Document("d", "d.txt", "", 0, "en", Metadata(), text, (Block("paragraph", 0, len(text)),))
    found = [
        (find(text, "The state"), "actor", "A1", 0),
        (find(text, "funds"), "mechanism", "T1", 0),
        (find(text, "attend"), "outcome", "S1", 0),
    ]  # fmt: skip
    return Tagged(
        document,
        sentences,
        tuple(
            Mention(*span, kind, label, sentence, probability=0.6, status_probability=0.7, source=f"term: {label}",
                    facets=(Facet("target", *find(text, "children")),) if kind == "mechanism" else ())
            for span, kind, label, sentence in found
        ) if mentions else (),
        (Claim("leads_to", 1, 2, find(text, "so"), 0),) if mentions else (),
    )  # fmt: skip


def find(text: str, words: str) -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


def place(words: str, element: str) -> Place:
    return Place(*find(TEXT, words), element, words)


def decide(action: Action, words: str, found: str, **more: Any) -> Decision:
    sentence = FIRST if words in FIRST else SECOND
    if action not in ("reject", "withdraw") and "target" not in more:
        more = {"status": "affirmed", **more}
    return Decision("d", sentence, TEXT.index(sentence), action, place(words, found), by="Ann", **more)


def apply(*decisions: Decision, to: Tagged | None = None) -> Tagged:
    """The document with decisions, all of which fit."""
    done, results = apply_decisions(to or tagged(), decisions, FRAMEWORK)
    assert [result.problem for result in results] == [""] * len(decisions)
    return done


def by_label(document: Tagged) -> dict[str, Mention]:
    return {mention.label: mention for mention in document.mentions}


def test_without_decisions_a_document_stays_as_it_is() -> None:
    assert apply() == tagged()


def test_what_is_accepted_is_sure_and_says_who_accepted_it_and_what_found_it() -> None:
    done = by_label(apply(decide("accept", "funds", "T1")))["T1"]
    assert done == replace(
        by_label(tagged())["T1"], probability=1.0, status_probability=1.0, source="person: Ann; term: T1"
    )


def test_what_is_rejected_goes_with_its_links() -> None:
    done = apply(decide("reject", "funds", "T1"))
    assert (set(by_label(done)), done.claims) == ({"A1", "S1"}, ())


def test_a_changed_status_loses_the_cue_that_decided_it() -> None:
    before = tagged()
    cued = replace(before, mentions=tuple(replace(m, cue=find(TEXT, "so")) for m in before.mentions))
    done = by_label(apply(decide("change", "attend", "S1", status="planned"), to=cued))["S1"]
    assert (done.status, done.cue) == ("planned", None)


def test_a_mention_with_another_element_keeps_its_links_where_they_still_make_sense() -> None:
    done = apply(decide("change", "funds", "T1", element="T2"))
    (claim,) = done.claims
    assert done.mentions[claim.mechanism].label == "T2"
    assert apply(decide("change", "funds", "T1", element="S1")).claims == ()


def test_a_mechanism_that_is_added_has_agent_and_particulars_of_its_sentence() -> None:
    done = by_label(apply(decide("add", "school lunches", "T2", status="planned")))["T2"]
    assert (done.start, done.end, done.kind, done.status) == (
        *find(TEXT, "school lunches"),
        "mechanism",
        "planned",
    )
    assert (done.source, done.probability, done.sentence) == ("person: Ann", 1.0, 0)
    assert (done.agent, done.facets) == (find(TEXT, "The state"), (Facet("target", *find(TEXT, "children")),))


def test_what_is_added_stands_in_the_order_of_the_text_and_links_still_lead_to_their_ends() -> None:
    done = apply(decide("add", "Kitchens", "C1"), decide("add", "state", "T2"))
    assert [m.label for m in done.mentions] == ["A1", "T2", "T1", "S1", "C1"]
    (claim,) = done.claims
    assert (done.mentions[claim.mechanism].label, done.mentions[claim.target].label) == ("T1", "S1")


def test_what_is_added_and_found_by_the_coder_too_counts_once() -> None:
    done = apply(decide("add", "funds school", "T1"))
    assert [m.label for m in done.mentions] == ["A1", "T1", "S1"]
    assert by_label(done)["T1"].source == "person: Ann; term: T1"


@pytest.mark.parametrize("words", ["children attend", "tend"])
def test_words_are_mended_by_rejecting_and_adding_in_any_order(words: str) -> None:
    done = apply(decide("add", words, "S1"), decide("reject", "attend", "S1"))
    assert done.quote(by_label(done)["S1"]) == words


def test_what_is_accepted_holds_where_the_coder_finds_it_no_more() -> None:
    assert set(by_label(apply(decide("accept", "funds", "T1"), to=tagged(mentions=False)))) == {"T1"}


def test_a_link_is_added_between_what_was_found_and_what_was_added() -> None:
    link = decide("add", "school lunches", "T2", target=place("attend", "S1"))
    done = apply(link, decide("add", "school lunches", "T2"))
    assert [(done.mentions[c.mechanism].label, c.kind, c.source) for c in done.claims] == [
        ("T1", "leads_to", ""), ("T2", "leads_to", "person: Ann"),
    ]  # fmt: skip
    assert done.document.text[slice(*done.claims[1].cue)] == FIRST


@pytest.mark.parametrize(("action", "sources"), [("accept", ["person: Ann"]), ("reject", [])])
def test_a_link_is_accepted_or_rejected(action: Action, sources: list[str]) -> None:
    done = apply(decide(action, "funds", "T1", target=place("attend", "S1")))
    assert [claim.source for claim in done.claims] == sources
    assert len(done.mentions) == 3


def test_decisions_move_with_their_sentence() -> None:
    done = apply(
        decide("reject", "funds", "T1"), decide("add", "lunches", "T2"), to=tagged(f"A new foreword. {TEXT}")
    )
    assert set(by_label(done)) == {"A1", "S1", "T2"}
    assert done.quote(by_label(done)["T2"]) == "lunches"


@pytest.mark.parametrize(
    ("decision", "to", "problem"),
    [
        (decide("accept", "Kitchens", "C1"), tagged(FIRST), "its sentence does not stand in the document any more"),
        (
            replace(decide("accept", "funds", "T1"), mention=replace(place("funds", "T1"), quote="pays")),
            tagged(), "its words do not stand in the sentence any more",
        ),
        (decide("change", "funds", "T1", element="T9"), tagged(), "the framework has no element T9"),
        (
            decide("add", "funds", "T1", target=place("The state", "C1")),
            tagged(), "one of its ends is not a mention any more",
        ),
        (
            decide("add", "funds", "T1", target=place("The state", "A1")),
            tagged(), "it does not lead from a mechanism to an outcome or challenge",
        ),
        (
            decide("add", "funds", "T1", target=place("Kitchens", "C1")),
            tagged(), "its words do not stand in one sentence that is read",
        ),
    ],
)  # fmt: skip
def test_what_no_longer_fits_is_told_and_changes_nothing(
    decision: Decision, to: Tagged, problem: str
) -> None:
    done, (result,) = apply_decisions(to, [decision], FRAMEWORK)
    assert (result.problem, done) == (problem, to)


def test_of_two_decisions_about_the_same_the_later_holds_and_another_person_is_named() -> None:
    first, second = decide("accept", "funds", "T1"), replace(decide("reject", "funds", "T1"), by="Ben")
    assert merge_decisions([first], [second]) == ((second,), ((first, second),))
    assert merge_decisions([first], [replace(first, by="Ben")])[1] == ()  # they agree
    assert merge_decisions([first], [replace(second, by="Ann")]) == ((replace(second, by="Ann"),), ())
    assert merge_decisions([first], [decide("withdraw", "funds", "T1")]) == ((), ())


def line(**more: Any) -> dict[str, Any]:
    """A line of a review page's file."""
    return {
        "id": "d:0", "doc": "d", "text": FIRST, "elements": None, "framework": version_of(FRAMEWORK), "coder": "Ann", "at": 0,
        "decisions": [said("accept", status="affirmed")], **more,
    }  # fmt: skip


def said(action: str, **more: Any) -> dict[str, Any]:
    start, end = find(TEXT, "funds")
    return {
        "action": action,
        "mention": {"start": start, "end": end, "element": "T1", "quote": "funds"},
        **more,
    }


def write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_a_file_of_decisions_is_a_file_of_labels_too(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", line(), line(id="d:57", elements=[{"id": "C1"}], decisions=[]))
    (decision,) = read_decisions(file, FRAMEWORK)
    assert decision == decide("accept", "funds", "T1")
    assert [s.id for s in read_labels(file, FRAMEWORK)] == ["d:57"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (line(coder=" "), "line 1: “coder” must say who decided, in at most 80 characters"),
        (line(framework="other 1"), "line 1: was coded with framework other 1, not meals 2"),
        (line(decisions=[said("keep")]), "line 1: is no line of a review page's file"),
        (line(decisions=[said("accept")]), "line 1: the decision to accept 'funds' has no status"),
        (line(decisions=[said("change", target=said("x")["mention"])]), "a link is accepted, rejected, added or withdrawn"),
        (line(decisions=[]), "holds no decision about a mention or link; labels alone, as from blind coding, go to"),
        ([1], "line 1: is no line of a review page's file"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, row: Any, problem: str) -> None:
    with pytest.raises(LabelsError) as caught:
        read_decisions(write(tmp_path / "a.jsonl", row), FRAMEWORK)
    assert problem in str(caught.value)


SENTENCES = (
    "Tax credits for employers in the {n} district raised employment among graduates.",
    "The college and local firms run joint training with real equipment in workshop {n}.",
    "The minister visited the harbour on day {n} and praised the new road.",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over eight short documents, by rules, beside them."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "in").mkdir()
    for n in range(8):
        text = "\n\n".join(sentence.format(n=n) for sentence in SENTENCES)
        (folder / "in" / f"d{n}.txt").write_text(text, "utf-8")
    run(folder / "in", folder / "out", coder="rules", workers=0)
    return folder


@pytest.fixture
def finished(made: Path, tmp_path: Path) -> Path:
    """A copy of the run that a test may change, beside a copy of its documents."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "out"


def reject_all(run_folder: Path, path: Path, framework: Framework, kind: str, *, by: str = "Ann") -> Path:
    """A file that rejects every mention of a kind."""
    rows = []
    for t in read_tagged(run_folder, decided=False):
        for m in t.mentions:
            if m.kind == kind:
                at = t.sentences[m.sentence]
                mention = {"start": m.start, "end": m.end, "element": m.label, "quote": t.quote(m)}
                rows.append(
                    {"id": f"{t.document.id}:{at.start}:{m.start}", "doc": t.document.id, "text": t.quote(at), "at": at.start,
                     "elements": None, "framework": version_of(framework), "coder": by,
                     "decisions": [{"action": "reject", "mention": mention}]}
                )  # fmt: skip
    assert rows
    return write(path, *rows)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def stamps(folder: Path) -> dict[str, int]:
    return {p.name: p.stat().st_mtime_ns for p in (folder / ".policyloom" / "cache").iterdir()}


def test_a_run_follows_decisions_without_reading_anything_again(
    finished: Path, tmp_path: Path, framework: Framework
) -> None:
    before = stamps(finished)
    assert len(load_network(finished, framework).links)
    assert list((finished / "report" / "links").iterdir())
    linked = {
        (row["source"], row["target"], row["kind"]): int(row["n"]) for row in table(finished / "links.csv")
    }
    done = apply_review(finished, reject_all(finished, tmp_path / "a.jsonl", framework, "outcome"))
    assert {link[:3]: link[3:] for link in done.links} == {key: (n, 0) for key, n in linked.items() if n}
    assert (done.counts["links"], done.counts_before["links"] > 0) == (0, True)
    assert stamps(finished) == before
    assert {row["kind"] for row in table(finished / "mentions.csv")} & {"outcome"} == set()
    assert not len(load_network(finished, framework).links)  # to which a check is held
    assert "Ann" in (finished / "report.html").read_text("utf-8")
    assert not list((finished / "report" / "links").iterdir())  # nor pages of links that are no more
    rows = table(finished / "decisions.csv")
    assert {(row["person"], row["action"], row["problem"]) for row in rows} == {("Ann", "reject", "")}
    assert json.loads((finished / "run.json").read_text())["counts"]["links"] == 0
    assert check_file(tmp_path / "in" / "d0.txt", against=finished, coder="rules").checked


def test_a_rerun_keeps_decisions_and_does_nothing_where_nothing_changed(
    finished: Path, tmp_path: Path, framework: Framework
) -> None:
    apply_review(finished, reject_all(finished, tmp_path / "a.jsonl", framework, "outcome"))
    written = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in finished.glob("*.csv")}
    again = run(tmp_path / "in", finished, coder="rules", workers=0)
    assert (again.n_reused, again.counts["links"], again.unfit) == (8, 0, ())
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in finished.glob("*.csv")} == written


def test_decisions_give_the_same_tables_whether_before_or_after_a_rerun(
    finished: Path, tmp_path: Path, framework: Framework
) -> None:
    apply_review(finished, reject_all(finished, tmp_path / "a.jsonl", framework, "outcome"))
    written = {p.name: p.read_bytes() for p in finished.iterdir() if p.is_file() and p.name != "run.json"}
    (finished / "links.csv").unlink()  # so that the run writes all of them again
    run(tmp_path / "in", finished, coder="rules", workers=0)
    assert {
        p.name: p.read_bytes() for p in finished.iterdir() if p.is_file() and p.name != "run.json"
    } == written


def test_decisions_outlive_an_edit_of_the_document_and_the_lost_ones_are_named(
    finished: Path, tmp_path: Path, framework: Framework
) -> None:
    n = apply_review(finished, reject_all(finished, tmp_path / "a.jsonl", framework, "outcome")).n_held
    path = tmp_path / "in" / "d0.txt"
    path.write_text("A foreword of the mayor stands first.\n\n" + path.read_text(), "utf-8")
    (tmp_path / "in" / "d1.txt").write_text(SENTENCES[1].format(n=1), "utf-8")
    os.remove(tmp_path / "in" / "d2.txt")
    again = CliRunner().invoke(
        main, ["run", str(tmp_path / "in"), "-o", str(finished), "--coder", "rules", "-j", "0"]
    )
    lost = [row for row in table(finished / "decisions.csv") if row["problem"]]
    assert {(row["document"], row["problem"]) for row in lost} == {
        ("d1", "its sentence does not stand in the document any more"), ("d2", "its document is not in the run"),
    }  # fmt: skip
    assert f"{len(lost)} decisions of people no longer fit:" in again.output
    assert "d2: Ann: reject" in again.output
    assert len(table(finished / "decisions.csv")) == n
    assert [m for t in read_tagged(finished) for m in t.mentions if m.kind == "outcome"] == []


def test_a_decision_is_taken_back_after_its_sentence_has_moved(
    finished: Path, tmp_path: Path, framework: Framework
) -> None:
    apply_review(finished, reject_all(finished, tmp_path / "a.jsonl", framework, "outcome"))
    for path in (tmp_path / "in").iterdir():
        path.write_text("A foreword of the mayor stands first.\n\n" + path.read_text(), "utf-8")
    run(tmp_path / "in", finished, coder="rules", workers=0)
    file = reject_all(finished, tmp_path / "b.jsonl", framework, "outcome")  # at the new places
    file.write_text(file.read_text().replace('"reject"', '"withdraw"'))
    assert apply_review(finished, file).n_held == 0


def test_corrected_shares_go_by_what_the_coder_found_and_not_by_what_people_mended(
    finished: Path, tmp_path: Path, framework: Framework
) -> None:
    sheet = write_sample_sheet(finished, tmp_path / "sheet.jsonl", 8)
    rows = [
        {"id": s.id, "doc": s.doc, "text": s.text, "elements": [], "inclusion": s.inclusion}
        for s in sheet.sentences
    ]
    labels = write(tmp_path / "labels.jsonl", *rows)
    before = estimate(finished, labels)
    assert before.any_pair is not None
    assert before.any_pair.naive > 0
    apply_review(finished, reject_all(finished, tmp_path / "a.jsonl", framework, "outcome"))
    assert estimate(finished, labels) == before


def test_without_decisions_the_tables_are_as_the_coder_left_them_again(
    finished: Path, tmp_path: Path, framework: Framework
) -> None:
    before = (finished / "mentions.csv").read_bytes()
    file = reject_all(finished, tmp_path / "a.jsonl", framework, "outcome")
    apply_review(finished, file)
    assert (finished / "mentions.csv").read_bytes() != before
    file.write_text(file.read_text().replace('"reject"', '"withdraw"'))
    done = apply_review(finished, file)
    assert (done.n_held, done.counts) == (0, done.counts | {"links": done.counts["links"]})
    assert (finished / "mentions.csv").read_bytes() == before
    assert not (finished / "decisions.csv").exists()


def test_a_table_that_somebody_changed_is_not_written_over(
    finished: Path, tmp_path: Path, framework: Framework
) -> None:
    (finished / "links.csv").write_text("mine", "utf-8")
    with pytest.raises(RunError, match=r"links\.csv: was changed after policyloom wrote it"):
        apply_review(finished, reject_all(finished, tmp_path / "a.jsonl", framework, "outcome"))
    assert list(read_tagged(finished)) == list(read_tagged(finished, decided=False))


def test_two_people_who_disagree_are_both_named(finished: Path, tmp_path: Path, framework: Framework) -> None:
    file = reject_all(finished, tmp_path / "a.jsonl", framework, "outcome")
    apply_review(finished, file)
    other = (
        file.read_text()
        .replace('"Ann"', '"Ben"')
        .replace('"action": "reject"', '"action": "accept", "status": "affirmed"')
    )
    (tmp_path / "b.jsonl").write_text(other)
    shown = CliRunner().invoke(main, ["review", str(finished), "--apply", str(tmp_path / "b.jsonl")])
    assert shown.exit_code == 0, shown.output
    assert "decisions of other people overruled:" in shown.output
    assert "Ben: accept" in shown.output
    assert "instead of Ann: reject" in shown.output
    assert "counted otherwise:\n" in shown.output
    assert "\n  T1 with S3: 8 (before: 0)\n" in shown.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--blind"], "--blind goes with --sheet"),
        (["--apply", "FILE", "--blind"], "--apply brings decisions back, and does not go with"),
        (["-o", "FILE"], "is there already, and is not a review page; give another name"),
        (["--sheet", "FILE"], "1 of 1 sentences are not in"),
    ],
)  # fmt: skip
def test_wrong_usage_is_said(
    finished: Path, tmp_path: Path, framework: Framework, words: list[str], said: str
) -> None:
    row = {"id": "d0:7", "doc": "d0", "text": "Not there.", "elements": []}
    file = str(write(tmp_path / "file.jsonl", row))
    shown = CliRunner().invoke(main, ["review", str(finished), *(file if w == "FILE" else w for w in words)])
    assert (shown.exit_code, said in shown.output) == (2, True), shown.output


def test_the_page_is_the_same_for_the_same_run_and_replaces_itself_alone(
    finished: Path, tmp_path: Path
) -> None:
    shown = CliRunner().invoke(main, ["review", str(finished)])
    page = tmp_path / "out-review.html"
    assert (shown.exit_code, str(page) in shown.output) == (0, True), shown.output
    before = page.read_bytes()
    done = write_review(finished, page)
    assert page.read_bytes() == before
    n = sum(m.kind not in ("entity", "actor") for t in read_tagged(finished) for m in t.mentions)
    assert (done.n_documents, done.n_mentions) == (8, n)


def test_no_text_of_a_document_can_end_the_pages_data(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(
        "</script><!-- <script> Colleges & firms\u2028 train apprentices.", "utf-8"
    )
    run(tmp_path / "in", tmp_path / "out", coder="rules", workers=0)
    write_review(tmp_path / "out", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert page.count("</script>") == page.count("<script") == 3  # a document, the index, the script
    assert "Colleges & firms" not in page
    assert "http" not in page.replace("http-equiv", "")
