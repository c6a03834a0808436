"""What was not judged is said to be so, and never counts as absent."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from policyloom.check import check
from policyloom.coders.rules import RulesCoder
from policyloom.framework import Element, Framework, Scope
from policyloom.languages.detect import UNKNOWN, find_language, language_name
from policyloom.network import find_links
from policyloom.records import Block, Cell, Document, Metadata, Tagged, UnreadPart
from policyloom.run import run
from policyloom.tag import load_pipeline, tag
from policyloom.tag.units import find_units

ENGLISH = "The ministry will pay grants to the employers that take on apprentices in each of the districts. "
HUNGARIAN = "A minisztérium támogatást fizet a cégeknek, hogy a fiatalok munkát találjanak és a képzés minősége javuljon. "
GARBLED = "Uif njojtusz xjmm qbz hsbout up uif gjsnt uibu usbjo bqqsfoujdft jo fbdi pg uif ejtusjdut. "
CHINESE = "国家鼓励企业举办职业学校，推进产教融合。"

FRAMEWORK = Framework(
    id="f",
    title="Grants",
    version="1",
    scope=Scope(terms=("apprentice", "employer"), per_1000_words=5),
    elements=(
        Element(id="T1", kind="mechanism", label="Grants", definition="d", terms=("grant",)),
        Element(id="T2", kind="mechanism", label="Places", definition="d", terms=("workshop",)),
        Element(id="S1", kind="outcome", label="Work", definition="d", terms=("employment",)),
    ),
)
NLP, CODER = load_pipeline(FRAMEWORK), RulesCoder(FRAMEWORK)


def document(*paragraphs: str, id: str = "d", language: str = "en") -> Document:
    blocks, at = [], 0
    for text in paragraphs:
        blocks.append(Block("paragraph", at, at + len(text), pages=(len(blocks) + 1,)))
        at += len(text) + 2
    text = "\n\n".join(paragraphs)
    return Document(id, f"{id}.txt", id, len(blocks), language, Metadata(), text, tuple(blocks))


def read(*paragraphs: str, id: str = "d", language: str = "en") -> Tagged:
    return tag(document(*paragraphs, id=id, language=language), NLP, CODER)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ENGLISH * 3, "en"),
        (HUNGARIAN * 3, "hu"),  # "a" is frequent in it, and an English stop word
        (
            "Die Ministerien zahlen den Betrieben Zuschüsse, damit sie junge Leute ausbilden und einstellen. "
            * 2,
            "de",
        ),
        (CHINESE, "zh"),
        (GARBLED * 5, UNKNOWN),
        ("Grants", "en"),  # too short to tell
        ("2019 12.5 % 13.7 %", "en"),
    ],
)
def test_find_language_knows_languages_without_a_folder(text: str, code: str) -> None:
    assert find_language(text) == code


def test_language_name_is_the_english_one() -> None:
    assert [language_name(code) for code in ("hu", "und", "xx")] == ["Hungarian", "unreadable", "“xx”"]


def test_a_document_in_another_language_is_not_judged() -> None:
    tagged = read(HUNGARIAN * 3, language="hu")
    assert not tagged.is_judged
    assert tagged.sentences == ()
    assert tagged.explain_unread() == "Hungarian text, English framework (page 1)"


def test_a_passage_in_another_language_is_left_unread() -> None:
    tagged = read(ENGLISH, HUNGARIAN * 3, ENGLISH)
    assert [tagged.sentences[m.sentence].block for m in tagged.mentions if m.label == "T1"] == [0, 2]
    assert [(part.reason, part.pages) for part in tagged.unread] == [("language", (2,))]
    assert tagged.is_judged
    assert 0.5 < tagged.unreadable_share < 0.7


@pytest.mark.parametrize(("language", "labels"), [("en", ["T1"]), ("", ["T1"]), ("hu", [])])
def test_a_few_words_are_in_the_language_of_their_document(language: str, labels: list[str]) -> None:
    tagged = read(HUNGARIAN * 3, "Grants for apprentices", language=language)
    assert [m.label for m in tagged.mentions if m.kind == "mechanism"] == labels
    assert [part.pages for part in tagged.unread] == [(1,) if labels else (1, 2)]


def test_an_english_abstract_of_a_chinese_paper_is_read() -> None:
    tagged = read(ENGLISH * 2, CHINESE * 3, language="zh")
    assert [m.label for m in tagged.mentions if m.kind == "mechanism"] == ["T1", "T1"]
    assert tagged.is_judged


def test_pages_that_could_not_be_read_count_as_a_share_of_the_pages() -> None:
    scanned = UnreadPart("scan", (2, 3, 4), 0, "no text: pictures that need OCR")
    of_four = document(ENGLISH)
    tagged = Tagged(
        Document("d", "d.pdf", "", 4, "en", Metadata(), of_four.text, of_four.blocks), (), (), (), (scanned,)
    )
    assert tagged.unreadable_share == 0.75
    assert tagged.explain_unread() == "no text: pictures that need OCR (page 2-4)"


def test_text_of_another_field_was_read() -> None:
    tagged = read("The river was dredged and the birds came back to the marsh in spring. " * 20)
    assert tagged.is_judged
    assert tagged.unreadable_share == 0
    assert tagged.other_field_share > 0.9


def test_only_pages_that_are_mostly_of_another_field_are_told_as_such() -> None:
    river = "The river was dredged and the birds came back to the marsh in spring. "
    whole = document(ENGLISH * 12, river, river * 30, ENGLISH, ENGLISH * 12)
    sections = (("Grants",), ("Rivers",), ("Rivers",), ("Places",), ("Places",))

    def told(*pages: int) -> tuple[int, ...]:
        blocks = tuple(
            replace(block, pages=(page,), section=section)
            for block, page, section in zip(whole.blocks, pages, sections, strict=True)
        )
        tagged = tag(replace(whole, blocks=blocks, n_pages=max(pages)), NLP, CODER)
        assert tagged.other_field_share > 0.3
        (part,) = tagged.unread
        return part.pages

    assert told(1, 1, 2, 2, 3) == (2,)
    assert told(1, 1, 1, 1, 1) == (1,)  # where no page is mostly so, those that are in part


def test_what_was_not_judged_is_in_no_denominator() -> None:
    judged = [read(ENGLISH, id="a"), read(ENGLISH + "Workshops raise employment.", id="b")]
    with_other = [*judged, read(HUNGARIAN * 3, id="c", language="hu")]
    network = find_links(with_other, FRAMEWORK)
    assert network.documents == ("a", "b")
    assert network.links.equals(find_links(judged, FRAMEWORK).links)


def findings(tagged: Tagged) -> dict[str, str]:
    return {finding.rule: finding.message for finding in check(tagged, FRAMEWORK).findings}


def test_a_check_of_what_was_not_judged_finds_nothing_absent() -> None:
    assert findings(read(HUNGARIAN * 3, language="hu")) == {
        "not-judged": "The document was not judged: Hungarian text, English framework (page 1)."
    }


def test_off_field_is_said_of_readable_text_alone() -> None:
    assert (
        "is of another field"
        in findings(read("The river was dredged and the birds came back. " * 40))["off-field"]
    )
    found = findings(read("The employers met. They went home."))
    assert "strategy-absent" in found
    assert "off-field" not in found  # too short a text to tell its field


def test_a_part_that_was_not_judged_is_said_first() -> None:
    tagged = read(ENGLISH, HUNGARIAN * 3)
    first = check(tagged, FRAMEWORK).findings[0]
    assert (first.rule, first.severity, first.subject, first.evidence) == ("not-judged", "warning", "", ())
    assert first.message == (
        f"About {tagged.unreadable_share:.0%} of the document was not judged, and what stands there is not absent: "
        "Hungarian text, English framework (page 2)."
    )


def test_absence_states_what_was_not_judged_and_no_recall() -> None:
    message = findings(read(ENGLISH, HUNGARIAN * 3))["strategy-absent"]
    assert "about" in message
    assert "of the document was not judged, so nothing can be said of the whole" in message
    assert "has not been measured" not in message


def table(head: str, *cells: str) -> Document:
    """A table of one column with a head."""
    text, places = head, [Cell(0, len(head), 0, 0, is_head=True)]
    for row, cell in enumerate(cells, 1):
        places.append(Cell(len(text) + 1, len(text) + 1 + len(cell), row, 0))
        text += "\n" + cell
    block = Block("table", 0, len(text), section=("3 Results",), cells=tuple(places))
    return Document("t", "t.pdf", "", 1, "en", Metadata(), text, (block,))


def grid(*rows: tuple[str, ...], heads: tuple[str, ...], spans: dict[str, tuple[int, int]]) -> Document:
    """A table whose cells in `heads` are heads; `spans` has the rows and columns of those that cover several."""
    text, places = "", []
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell:
                down, across = spans.get(cell, (1, 1))
                start = len(text)
                text += cell + "\n"
                places.append(Cell(start, start + len(cell), row, column, down, across, cell in heads))
    block = Block("table", 0, len(text), section=("3 Results",), pages=(4,), cells=tuple(places))
    return Document("t", "t.pdf", "", 1, "en", Metadata(), text, (block,))


def test_find_units_puts_each_cell_under_the_heads_of_its_row_and_column() -> None:
    document = grid(
        ("", "Done", "Planned", ""),
        ("North", "Grants for firms", "A new college", "A long note"),
        ("", "Loans for firms", "Two", "Some more words"),
        ("South", "Aid for firms", "", "Last few words"),
        heads=("Done", "Planned", "North", "South"),
        spans={"North": (2, 1), "Planned": (1, 2)},
    )
    units = find_units(document)
    assert {document.quote(unit): unit.section for unit in units} == {
        "Grants for firms": ("3 Results", "North", "Done"),
        "A new college": ("3 Results", "North", "Planned"),
        "A long note": ("3 Results", "North", "Planned"),
        "Loans for firms": ("3 Results", "North", "Done"),
        "Some more words": ("3 Results", "North", "Planned"),
        "Aid for firms": ("3 Results", "South", "Done"),
        "Last few words": ("3 Results", "South", "Planned"),
    }
    assert {(unit.block, unit.kind, unit.pages) for unit in units} == {(0, "table", (4,))}


def test_find_units_takes_the_nearest_head() -> None:
    document = grid(
        ("Year", "Aims", "Means"),
        ("Later on", "Near term", "Grants for firms"),
        heads=("Year", "Aims", "Means", "Later on", "Near term"),
        spans={},
    )
    assert [unit.section for unit in find_units(document)] == [("3 Results", "Near term", "Means")]


def test_cells_are_read_as_sentences_under_their_heads() -> None:
    tagged = tag(table("Planned measures", "Grants for apprentices", "Employers"), NLP, CODER)
    (grants,) = (m for m in tagged.mentions if m.label == "T1")
    assert tagged.sentence(grants) == "Grants for apprentices"
    assert grants.status == "planned"  # by the head of its column
    assert tag(table("Facts", "Grants for apprentices"), NLP, CODER).mentions[0].status == "affirmed"


def test_cells_count_in_their_section_and_document_but_state_nothing() -> None:
    elements = find_links([tag(table("Facts", "Grants for apprentices"), NLP, CODER)], FRAMEWORK).elements
    row = elements.set_index("id").loc["T1"]
    assert (row["n_sentences"], row["n_documents"]) == (0, 1)


def test_a_run_says_what_was_not_judged(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "english.txt").write_text(ENGLISH * 3)
    (folder / "magyar.txt").write_text(HUNGARIAN * 5)
    done = run(folder, tmp_path / "out", framework=FRAMEWORK, workers=0)
    assert done.status == 1
    assert done.counts["documents"] == done.counts["not judged"] == 1
    assert [(f.source, f.kind, f.reason) for f in done.failures] == [
        ("magyar.txt", "not-judged", "was not judged: Hungarian text, English framework")
    ]
    with (tmp_path / "out" / "coverage.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["element"] == "T1"]
    assert [(row["document"], row["n_sentences"], row["not_judged"]) for row in rows] == [
        ("english", "3", "0.0"),
        ("magyar", "", "1.0"),
    ]
    again = run(folder, tmp_path / "out", framework=FRAMEWORK, workers=0)
    assert (again.status, again.failures, again.counts) == (done.status, done.failures, done.counts)
