"""Two versions of a document: what is aligned, and what counts as a change."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from policyloom import compare, from_json, to_frame, to_json
from policyloom.check import Comparison
from policyloom.check.alignment import Reworded, align, read_sentence
from policyloom.cli import main
from policyloom.framework import Element, Framework
from policyloom.languages import load_language
from policyloom.languages.cues import compile_cues
from policyloom.records import (
    Block,
    BlockKind,
    Change,
    Document,
    Facet,
    FacetKind,
    Mention,
    Metadata,
    Sentence,
    Status,
    Tagged,
    UnreadPart,
)


def element(id: str, **more: object) -> Element:
    return Element(id=id, kind="mechanism", label=f"label {id}", definition="d", **more)  # type: ignore[arg-type]


FRAMEWORK = Framework(
    id="f",
    title="F",
    version="1",
    elements=(element("T1"), element("T1.1", parent="T1"), element("T2"), element("T3")),
)


@dataclass(frozen=True)
class Said:
    """A sentence in a block of its own: its words, and those of the mechanism, the actor and the particulars that it names.

    `beside` names particulars whose words stand in the sentence after it or before it, in the same block or list.
    """

    text: str
    named: str = ""
    id: str = "T1"
    status: Status = "planned"
    actor: str = ""
    amount: str = ""
    deadline: str = ""
    monitoring: str = ""
    cue: str = ""
    kind: BlockKind = "paragraph"
    goes_on: bool = False
    probability: float = 1.0


def version(*said: Said, id: str = "plan") -> Tagged:
    """A document of these sentences; one that `goes_on` stands in the block of the sentence before it."""
    text = " ".join(one.text for one in said)
    blocks: list[Block] = []
    sentences: list[Sentence] = []
    mentions: list[Mention] = []
    at = 0
    for one in said:
        end = at + len(one.text)
        if one.goes_on:
            blocks[-1] = replace(blocks[-1], end=end)
        else:
            blocks.append(Block(one.kind, at, end))
        sentences.append(Sentence(at, end, len(blocks) - 1))
        at = end + 1
    for number, one in enumerate(said):
        if one.named:
            mentions.append(_mention(text, sentences[number], number, one))
    document = Document(id, f"{id}.txt", "", 0, "en", Metadata(), text, tuple(blocks))
    return Tagged(document, tuple(sentences), tuple(mentions))


def _mention(text: str, sentence: Sentence, number: int, one: Said) -> Mention:
    def find(words: str) -> tuple[int, int]:
        start = text.find(words, sentence.start)
        if start < 0 or start >= sentence.end:
            start = text.index(words)
        return start, start + len(words)

    kinds: tuple[FacetKind, ...] = ("amount", "deadline", "monitoring")
    return Mention(
        *find(one.named),
        "mechanism",
        one.id,
        number,
        one.status,
        one.probability,
        cue=find(one.cue) if one.cue else None,
        agent=find(one.actor) if one.actor else None,
        facets=tuple(Facet(kind, *find(getattr(one, kind))) for kind in kinds if getattr(one, kind)),
    )


GRANTS = Said("The state shall pay grants to firms.", "grants", cue="shall")
BASES = Said("Colleges shall open workshops to their region.", "workshops", "T2", cue="shall")


def told(old: Tagged, new: Tagged) -> list[tuple[str, str, str, str]]:
    return [(c.kind, c.part, c.old, c.new) for c in compare(old, new, FRAMEWORK).changes]


def change(old: Said, new: Said) -> list[tuple[str, str, str, str]]:
    return told(version(old), version(new))


def test_the_same_text_has_no_changes() -> None:
    assert told(version(GRANTS, BASES), version(GRANTS, BASES)) == []


def test_moved_and_renumbered_sentences_are_no_change() -> None:
    old = version(replace(GRANTS, text="3. " + GRANTS.text), replace(BASES, text="(a) " + BASES.text))
    assert told(old, version(replace(BASES, text="4.1 " + BASES.text), GRANTS)) == []


def test_the_number_of_an_article_is_no_change_and_nobody_who_acts() -> None:
    old = Said("Article 9. The Board shall pay grants to firms.", "grants", actor="Article 9. The Board")
    new = Said(
        "Article 10. The Board shall pay grants to firms soon.", "grants", actor="Article 10. The Board"
    )
    assert change(old, replace(new, text=old.text.replace("9", "10"))) == []
    assert change(old, new) == []


def test_how_often_something_is_watched_counts() -> None:
    old = Said(
        "The state shall pay grants, and review them every six months.",
        "grants",
        monitoring="review them every",
    )
    new = replace(old, text=old.text.replace("six months", "two years"))
    assert change(old, new) == [
        ("changed", "monitoring", "review them every six months", "review them every two years")
    ]


def test_a_sum_does_not_name_a_mechanism() -> None:
    old = Said(
        "The state shall pay firms 10 million crowns.", "10 million crowns", amount="10 million crowns"
    )
    new = Said("The state shall pay firms.", "pay", "T2")
    assert ("dropped", "mechanism") not in [(c[0], c[1]) for c in change(old, new)]


def test_words_that_bind_less_are_a_weakening() -> None:
    new = replace(GRANTS, text="The state may pay grants to firms.", cue="may")
    (found,) = compare(version(GRANTS), version(new), FRAMEWORK).changes
    assert (found.kind, found.part, found.elements) == ("weakened", "strength", ("T1",))
    assert found.message == "T1 label T1: “shall” became “may”."
    assert found.old_evidence is not None
    assert found.new_evidence is not None
    assert (found.old_evidence.quote, found.new_evidence.quote) == (GRANTS.text, new.text)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("shall", "should", [("weakened", "strength", "shall", "should")]),
        ("should", "may", [("weakened", "strength", "should", "may")]),
        ("must", "shall endeavour to", [("weakened", "strength", "must", "shall endeavour")]),
        ("may", "is to", [("strengthened", "strength", "may", "is to")]),
        ("shall", "must", []),
        ("shall", "will", []),
    ],
)
def test_strength_has_three_levels(before: str, after: str, expected: list[object]) -> None:
    old, new = (
        replace(GRANTS, text=f"The state {word} pay grants to firms.", cue=word) for word in (before, after)
    )
    assert change(old, new) == expected


def test_a_mechanism_that_is_refused_is_weakened() -> None:
    new = replace(GRANTS, text="The state shall not pay grants to firms.", status="negated", cue="shall not")
    assert change(GRANTS, new) == [("weakened", "status", "planned", "negated")]
    assert change(new, GRANTS) == [("strengthened", "status", "negated", "planned")]


def test_a_status_that_no_words_of_either_version_explain_is_no_change() -> None:
    assert change(GRANTS, replace(GRANTS, text=GRANTS.text[:-1] + " too.", status="lacking")) == []


@pytest.mark.parametrize("part", ["amount", "deadline", "monitoring", "actor"])
def test_particulars_change_are_dropped_and_are_added(part: str) -> None:
    text = "The Ministry of Labour shall pay grants of 40 crowns by 2027 and report each year to the firms."
    values = {
        "actor": "Ministry of Labour",
        "amount": "40 crowns",
        "deadline": "by 2027",
        "monitoring": "each year",
    }
    others = {
        "actor": "Chamber of Trade",
        "amount": "25 crowns",
        "deadline": "by 2029",
        "monitoring": "every decade",
    }
    old = Said(text, "grants", cue="shall", **{part: values[part]})  # type: ignore[arg-type]
    new = replace(old, text=text.replace(values[part], others[part]), **{part: others[part]})  # type: ignore[arg-type]
    assert change(old, new) == [("changed", part, values[part], others[part])]
    without = replace(old, text=text.replace(values[part], "so"), **{part: ""})  # type: ignore[arg-type]
    assert change(old, without) == [("dropped", part, values[part], "")]
    assert change(without, old) == [("added", part, "", values[part])]


def test_particulars_whose_words_stand_in_both_versions_are_no_change() -> None:
    old = Said("By 2027 the state shall pay grants to firms.", "grants", deadline="By 2027")
    new = Said("The state shall pay grants to firms, not later than 2027.", "grants", deadline="")
    assert change(old, new) == []


def test_a_promise_without_a_partner_is_dropped_or_added() -> None:
    old, new = version(GRANTS, BASES), version(GRANTS)
    (dropped,) = compare(old, new, FRAMEWORK).changes
    assert (dropped.kind, dropped.part, dropped.elements) == ("dropped", "promise", ("T2",))
    assert (
        dropped.message == "A promise of T2 label T2 was dropped; T2 is named nowhere in the later version."
    )
    assert dropped.new_evidence is None
    (added,) = compare(new, old, FRAMEWORK).changes
    assert (added.kind, added.part, added.old_evidence) == ("added", "promise", None)


def test_a_sentence_that_promises_nothing_is_a_mention() -> None:
    lacking = replace(
        BASES, text="Workshops are lacking in all colleges.", named="Workshops", status="lacking"
    )
    assert told(version(GRANTS), version(GRANTS, lacking)) == [("added", "mention", "", "lacking")]


def test_a_heading_in_a_line_with_what_follows_is_no_promise() -> None:
    assert told(version(GRANTS), version(GRANTS, Said("6. Workshops.", "Workshops", "T2"))) == []


def test_a_reworded_sentence_that_names_another_mechanism_says_so() -> None:
    new = Said("The state shall pay wages to firms.", "wages", "T2", cue="shall")
    assert change(GRANTS, new) == [("changed", "mechanism", "T1 label T1", "T2 label T2")]


def test_a_part_of_a_mechanism_is_not_another_mechanism() -> None:
    new = replace(GRANTS, text="The state shall pay bursaries to firms.", named="bursaries", id="T1.1")
    assert change(GRANTS, new) == []


def test_what_introduces_a_list_counts_for_its_items() -> None:
    item = Said("(a) pay grants to all firms;", "grants", kind="list_item", deadline="within 90 days")
    old = version(Said("The Director shall, within 90 days:"), item)
    new = version(Said("The Director may, within 120 days:"), replace(item, deadline="within 120 days"))
    found = compare(old, new, FRAMEWORK).changes
    assert [(c.kind, c.part, c.old, c.new) for c in found] == [
        ("weakened", "strength", "shall", "may"),
        ("changed", "deadline", "within 90 days", "within 120 days"),
    ]
    assert found[0].message.endswith(
        "became “may” (before “The Director shall, within 90 days:”, now “The Director may, within 120 days:”)."
    )


def test_what_is_lent_by_the_next_sentence_is_missed_when_that_goes() -> None:
    old = version(
        replace(GRANTS, monitoring="report each year"), Said("It shall report each year.", goes_on=True)
    )
    assert told(old, version(GRANTS)) == [("dropped", "monitoring", "report each year", "")]


def test_a_sentence_cut_in_two_is_no_change() -> None:
    whole = Said(
        "The state shall pay grants to small firms, and colleges shall open workshops to their region.",
        "grants",
    )
    old = version(whole)
    new = version(
        Said("The state shall pay grants to small firms.", "grants"),
        Said("Colleges shall open workshops to their region.", "workshops", "T1"),
    )
    found = compare(old, new, FRAMEWORK)
    assert (found.changes, found.n_reworded, found.n_only_new) == ((), 1, 0)
    assert told(new, old) == []


def test_nothing_is_said_of_a_version_that_was_not_judged() -> None:
    scan = replace(version(BASES), unread=(UnreadPart("font", (1,), 10_000, "letters without meaning"),))
    found = compare(version(GRANTS), scan, FRAMEWORK)
    assert found.changes == ()
    assert (
        found.not_judged
        == "about 100% of the later version was not judged (letters without meaning (page 1))"
    )


def test_texts_with_little_in_common_are_hardly_versions() -> None:
    others = [Said(f"Nothing {word} like it.") for word in ("here", "there", "now", "then", "else")]
    assert not compare(version(GRANTS), version(*others), FRAMEWORK).are_versions
    assert compare(version(GRANTS), version(GRANTS, *others), FRAMEWORK).are_versions


def test_a_comparison_goes_through_json_and_into_a_table() -> None:
    found = compare(version(GRANTS, BASES), version(GRANTS, id="later"), FRAMEWORK)
    assert from_json(Comparison, to_json(found)) == found
    frame = to_frame(found)
    assert frame.loc[0, ["document", "kind", "elements", "old_quote", "new_quote"]].tolist() == [
        "later",
        "dropped",
        "T2",
        BASES.text,
        "",
    ]
    assert found.count() == {"dropped": 1, "weakened": 0, "changed": 0, "strengthened": 0, "added": 0}


def test_align_pairs_the_most_alike_first() -> None:
    old = ["The fund pays grants to small firms.", "The fund pays grants to large firms in the north."]
    new = [
        "The fund pays grants to large firms in the north and south.",
        "The fund pays loans to small firms.",
    ]
    found = align(old, new, stop_words={"the", "to", "in", "and"})
    assert found.reworded == (Reworded((0,), (1,)), Reworded((1,), (0,)))
    assert (found.same, found.only_old, found.only_new) == ((), (), ())


def test_align_pairs_repeated_sentences_in_order() -> None:
    found = align(["A b c.", "(a) x y z;", "D e f.", "(a) x y z;"], ["A b c.", "D e f.", "(b) x y z;"])
    assert found.same == ((0, 0), (2, 1), (3, 2))
    assert found.only_old == (1,)


def test_a_number_at_the_start_of_a_sentence_is_no_list_mark() -> None:
    assert read_sentence("1.5 million crowns are paid.") == ("1.5", "million", "crowns", "are", "paid")
    assert read_sentence("1.5 Crowns are paid.") == ("crowns", "are", "paid")


def test_the_longer_of_overlapping_words_of_strength_counts() -> None:
    cues = compile_cues(load_language("en"), {})
    forms = "the state shall endeavour to pay , and it must report".split()
    assert cues.find_strengths(forms) == [("weak", 2, 4), ("strong", 9, 10)]


def test_a_language_without_words_of_strength_has_none() -> None:
    class Bare:
        def __getattr__(self, name: str) -> object:
            return getattr(load_language("en"), name)

        @property
        def cues(self) -> dict[str, object]:
            return {key: value for key, value in load_language("en").cues.items() if key != "strength"}

    assert compile_cues(Bare(), {}).find_strengths(["shall", "may"]) == []  # type: ignore[arg-type]


OLD = """The Ministry shall provide grants to firms that train apprentices.

A training fund of EUR 5 million is to be set up by 2028.

Teachers shall practise in enterprises every year."""
NEW = """Act as amended <b>today</b>

The Ministry may provide grants to firms that train apprentices.

A training fund of EUR 3 million is to be set up by 2028."""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for folder, text in (("old", OLD), ("new", NEW)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "act.txt").write_text(text, "utf-8")
    return tmp_path


def test_the_command_writes_page_table_and_words(files: Path) -> None:
    words = ["compare", "old/act.txt", "new/act.txt"]
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "“shall” became “may”" in done.output
    assert done.output.endswith("changes; see outputs/compare-act/compare.html\n")
    out = files / "outputs" / "compare-act"
    page = (out / "compare.html").read_text("utf-8")
    assert "<del>shall</del>" in page
    assert "<ins>may</ins>" in page
    assert "<b>today</b>" not in page
    brief = (out / "changes.md").read_text("utf-8")
    assert "    - before: “The Ministry shall provide grants to firms that train apprentices.”" in brief
    assert "## What was dropped" in brief
    table = (out / "changes.csv").read_text("utf-8-sig")
    assert table.startswith("document,kind,part,elements,old,new,message,")
    assert "EUR 5 million,EUR 3 million" in table
    before = {path.name: path.read_bytes() for path in out.glob("[!.]*")}
    assert CliRunner().invoke(main, words).exit_code == 0
    assert {path.name: path.read_bytes() for path in out.glob("[!.]*")} == before


def test_the_command_overwrites_nothing_that_a_person_changed(files: Path) -> None:
    words = ["compare", "old/act.txt", "new/act.txt", "-o", "mine"]
    (files / "mine").mkdir()
    (files / "mine" / "notes.txt").write_text("mine")
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "mine: is not empty, and policyloom did not make it" in done.stderr
    assert list((files / "mine").iterdir()) == [files / "mine" / "notes.txt"]


def test_a_version_that_cannot_be_read_gives_status_1_and_its_reason(files: Path) -> None:
    (files / "old" / "act.pdf").write_bytes(b"")
    done = CliRunner().invoke(main, ["compare", "old/act.pdf", "new/act.txt"])
    assert done.exit_code == 1
    assert "act.pdf: the file is empty (0 bytes)" in done.stderr


def test_the_words_of_the_written_pairs_stand_in_their_texts() -> None:
    folder = Path(__file__).parent.parent / "benchmarks" / "versions"
    for expected in folder.glob("*/expected.json"):
        rows = json.loads(expected.read_text("utf-8"))["changes"]
        texts = {side: (expected.parent / f"{side}.txt").read_text("utf-8") for side in ("old", "new")}
        assert all(row[side] in texts[side] for row in rows for side in ("old", "new") if side in row), (
            expected
        )


def test_changes_are_records() -> None:
    one = Change("d", "added", "promise", ("T1",), "", "planned", "m")
    assert from_json(Change, to_json(one)) == one


@pytest.mark.parametrize(
    ("sentence", "permits"),
    [
        ("the sum was paid in may for workshops", False),
        ("by may 2027 the college reports", False),
        ("from 3 may on firms pay", False),
        ("persons under 18 may apply", True),
        ("the bodies referred to may open workshops", True),
        ("the minister may pay grants", True),
    ],
)
def test_the_month_of_may_permits_nothing(sentence: str, permits: bool) -> None:
    found = compile_cues(load_language("en"), {}).find_strengths(sentence.split())
    assert bool(found) == permits
