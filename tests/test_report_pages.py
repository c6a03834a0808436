"""The pages beside a report: every quote in one of them, one number for one thing, and the text of each document."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from policyloom.network import find_links
from policyloom.network.acts import NOBODY, OTHER, find_acts
from policyloom.network.gaps import find_gaps, split_by_status
from policyloom.records import (
    Block,
    Cell,
    Document,
    Evidence,
    Mention,
    Metadata,
    Sentence,
    Tagged,
    UnreadPart,
)
from policyloom.report import ReportedDocument, rendering
from policyloom.report.document_page import write_document_page
from policyloom.report.side_pages import PAGE_SIZE, Group, Noted, PlannedPage
from tests.made_run import ATTACK, make_documents, write_made_run
from tests.test_network import FRAMEWORK, make_tagged
from tests.test_report import Page


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of twenty documents, so that there are quotes in the report itself, and pages of evidence of several parts."""
    folder = tmp_path_factory.mktemp("made") / "run"
    write_made_run(folder, make_documents(20))
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def parts(run: Path, link: str) -> list[Path]:
    """The pages of evidence that begin with the one that a link leads to."""
    first = run / unquote(link.partition("#")[0])
    return [
        first,
        *sorted(first.parent.glob(f"{first.stem}.[0-9]*.html"), key=lambda p: int(p.name.split(".")[-2])),
    ]


def quotes(path: Path, group: str = "") -> list[str]:
    """The quotes of a page, or of the sections whose heading begins with some words."""
    sections = re.findall(r"<section.*?</section>", path.read_text("utf-8"), re.DOTALL)
    return [
        unescape(re.sub("</?mark>", "", found))
        for section in sections
        if re.search(rf"<h2>{group}", section)
        for found in re.findall(r"<li><q[^>]*>(.*?)</q>", section, re.DOTALL)
    ]


def test_an_elements_sentences_are_one_number_wherever_they_stand(made: Path) -> None:
    report = (made / "report.html").read_text("utf-8")
    viewer = {
        i["id"]: i["weights"]["Sentences"]
        for i in json.loads((made / "vosviewer.json").read_text("utf-8"))["network"]["items"]
    }
    gexf = ElementTree.parse(made / "network.gexf").getroot()
    nodes = {
        node.get("id"): {v.get("for"): v.get("value") for v in node[0]}
        for node in gexf.iter("{http://gexf.net/1.3}node")
    }
    coverage, elements = table(made / "coverage.csv"), table(made / "elements.csv")
    assert max(int(row["n_sentences"]) for row in elements) > PAGE_SIZE
    for row in elements:
        if row["kind"] == "actor":
            continue
        id, n = row["id"], int(row["n_sentences"])
        assert sum(int(c["n_sentences"]) for c in coverage if c["element"] == id) == n
        assert nodes[id]["n_sentences"] == str(n)
        assert viewer.get(id, n) == n
        if not n:
            continue
        shown = re.search(
            rf'<th scope="row"><b>{id}</b>.*?data-label="sentences"><a href="(.*?)">([\d,]+)</a>', report
        )
        assert shown
        assert int(shown.group(2).replace(",", "")) == n
        matrix = report[report.index('<table class="matrix') :]
        cells = re.findall(
            rf'data-id="{id}" aria-label="{id}, (\d+) sentences?:', matrix[: matrix.index("</table>")]
        )
        assert sum(map(int, cells)) == n
        assert n <= PAGE_SIZE or len(parts(made, shown.group(1))) > 1
        for status in ("affirmed", "planned", "lacking", "negated"):
            told = [q for path in parts(made, shown.group(1)) for q in quotes(path, status.capitalize())]
            assert len(told) == int(row[status]), (id, status)


def test_all_sentences_behind_a_link_stand_in_its_pages(made: Path) -> None:
    report = (made / "report.html").read_text("utf-8")
    pages = {}
    for body in re.findall(r'<tbody id="l\d+">.*?</tbody>', report, re.DOTALL):
        kind = re.search(r'class="k-(\w+)"', body)
        ends = re.findall(r"<b>(\w+)</b> label of", body)
        all_of_them = re.search(r'<a href="([^"]*)">All (\d+) sentences</a>', body)
        assert kind
        assert all_of_them
        pages[ends[0], ends[1], kind.group(1)] = all_of_them.group(1)
    evidence = table(made / "links_evidence.csv")
    links = table(made / "links.csv")
    assert {(row["source"], row["target"], row["kind"]) for row in links} == set(pages)
    for row in links:
        key = row["source"], row["target"], row["kind"]
        told = [" ".join(q.split()) for path in parts(made, pages[key]) for q in quotes(path)]
        assert Counter(told) == Counter(
            " ".join(e["quote"].split()) for e in evidence if (e["source"], e["target"], e["kind"]) == key
        )
        assert len(told) == int(row["n"])


def test_the_words_that_name_an_element_are_marked_in_its_sentences(made: Path) -> None:
    words = {
        row["quote"]
        for row in table(made / "mentions.csv")
        if row["element"] == "T1" or row["part_of"] == "T1"
    }
    page = next((made / "report" / "elements").glob("*-T1.html")).read_text("utf-8")
    marked = {unescape(text) for text in re.findall("<mark>(.*?)</mark>", page)}
    assert marked
    assert marked <= words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("grants", "nd grants", "none"), "<mark>grants</mark> &lt;b&gt; a<mark>nd grants</mark>"),
        ((), "grants &lt;b&gt; and grants"),
        (("grants <b>", "grants"), "<mark>grants &lt;b&gt;</mark> and grants"),
    ],
)
def test_marked_words_are_escaped_and_the_quote_stays_whole(words: tuple[str, ...], expected: str) -> None:
    assert rendering._marked("grants <b> and grants", words) == expected


def test_every_link_of_every_page_leads_somewhere(made: Path) -> None:
    pages = [made / "report.html", made / "gap_map.html", *sorted((made / "report").rglob("*.html"))]
    ids = {page: set(re.findall(r'\bid="([^"]*)"', page.read_text("utf-8"))) for page in pages}
    for page in pages:
        for link in set(re.findall(r'href="([^"]*)"', page.read_text("utf-8"))) - {"data:,", ""}:
            path, _, place = unescape(link).partition("#")
            target = (page.parent / unquote(path)).resolve() if path else page
            assert target in ids, f"{page.name}: {link}"
            assert not place or place in ids[target], f"{page.name}: {link}"


def test_pages_have_no_script_but_their_own_and_hostile_text_as_text(made: Path) -> None:
    for path in [made / "report.html", made / "gap_map.html", *sorted((made / "report").rglob("*.html"))]:
        page = Page(path.read_text("utf-8"))
        assert page.unmatched == [], path
        assert page.tags["script"] == {"report.html": 1, "gap_map.html": 2}.get(path.name, 0)
        assert page.tags["img"] == 0
        assert not [name for _, name, _ in page.attributes if name.startswith("on")]
        assert "://" not in path.read_text("utf-8")
    document = Page((made / "report" / "documents" / "d0000.html").read_text("utf-8"))
    assert " ".join(ATTACK.split()) in document.text


def test_files_are_announced_before_they_are_written_and_no_other_is_there(tmp_path: Path) -> None:
    written, announced = write_made_run(tmp_path / "run", make_documents(3, sentences=5))
    there = {
        str(p.relative_to(tmp_path / "run")) for p in (tmp_path / "run" / "report").rglob("*") if p.is_file()
    }
    assert set(written.pages) == set(announced) == there


def test_the_same_documents_give_the_same_pages(made: Path, tmp_path: Path) -> None:
    write_made_run(tmp_path / "run", make_documents(20))
    for path in [made / "report.html", made / "gap_map.html", *sorted((made / "report").rglob("*.html"))]:
        assert (tmp_path / "run" / path.relative_to(made)).read_bytes() == path.read_bytes()


def test_which_documents_lack_an_element_is_said_by_name_and_file(made: Path) -> None:
    report = (made / "report.html").read_text("utf-8")
    lacking = re.search(r'<div id="w-T2">.*?</div>', report, re.DOTALL)
    assert lacking
    assert re.findall(r"<code>(.*?)</code>", lacking.group()) == ["north/d0000.pdf", "north/d0010.pdf"]
    assert "2 of 20" in Page(lacking.group()).text


def test_a_document_of_another_field_stands_apart_from_those_that_lack_an_element(tmp_path: Path) -> None:
    rivers = make_tagged("rivers", *["Nothing of the field is said."] * 9)
    part = UnreadPart("field", (), len(rivers.document.text), "text of another field")
    write_made_run(tmp_path / "run", [*make_documents(11), replace(rivers, unread=(part,))])
    report = (tmp_path / "run" / "report.html").read_text("utf-8")
    lacking = re.search(r'<div id="w-T2">.*?</div>', report, re.DOTALL)
    assert lacking
    items = [Page(item).text.strip() for item in re.findall(r"<li>(.*?)</li>", lacking.group(), re.DOTALL)]
    assert [item.endswith("of another field") for item in items] == [False, False, True]
    assert items[-1].startswith("rivers")
    rows = {row["document"]: row["other_field"] for row in table(tmp_path / "run" / "documents.csv")}
    assert (rows["rivers"], rows["d0000"]) == ("1.0", "0.0")


def test_planned_and_done_stand_side_by_side_with_who_is_to_act(made: Path) -> None:
    coverage = [row for row in table(made / "coverage.csv") if row["element"] == "T1"]
    planned, affirmed = (sum(int(row[name]) for row in coverage) for name in ("planned", "affirmed"))
    text = Page((made / "report.html").read_text("utf-8")).text
    row = re.search(r"of these, affirm it nowhere .*?T1 label of T1 (\d+) (\d+) ", text)
    assert row
    assert (int(row.group(1)), int(row.group(2))) == (planned, affirmed)
    assert re.search(r"A1 label of A1 ministry \d+", text)


def test_who_acts_is_an_actor_another_body_or_nobody() -> None:
    tagged = make_tagged(
        "d",
        "The [A1|ministry] gives [T1.1 planned|relief]. Then [T2|boards] meet. The [ORG|Bank of Lanhe] gives [T1 planned|loans].",
        acts={"T1.1": "A1"},
    )
    bank = next(m for m in tagged.mentions if m.label == "ORG")
    mentions = tuple(
        Mention(m.start, m.end, m.kind, m.label, m.sentence, m.status, agent=(bank.start, bank.end))
        if m.label == "T1"
        else m
        for m in tagged.mentions
    )
    acts = find_acts(type(tagged)(tagged.document, tagged.sentences, mentions), FRAMEWORK)
    assert [(a.actor, a.words, a.mechanism, a.status) for a in acts] == [
        ("A1", "ministry", "T1", "planned"),
        (NOBODY, "", "T2", "affirmed"),
        (OTHER, "Bank of Lanhe", "T1", "planned"),
    ]


def test_the_acts_of_a_mechanism_are_its_sentences() -> None:
    for tagged in make_documents(5):
        acts = find_acts(tagged, FRAMEWORK)
        named = {m.sentence for m in tagged.mentions if FRAMEWORK.top(m.label) == "T1"} - {
            0
        }  # 0 is the heading
        assert {a.evidence.start for a in acts if a.mechanism == "T1"} == {
            tagged.sentences[n].start for n in named
        }


def test_pages_of_evidence_are_parted_and_say_where_groups_begin() -> None:
    rows = [Noted(Evidence("d", 1, n, n + 1, "x")) for n in range(PAGE_SIZE + 50)]
    page = PlannedPage(
        "elements/00-T1", "T1", "", (Group("a", "A", rows), Group("b", "B", rows[:1]), Group("c", "C", ()))
    )
    assert page.files == ["report/elements/00-T1.html", "report/elements/00-T1.2.html"]
    assert page.places == {"a": "report/elements/00-T1.html#a", "b": "report/elements/00-T1.2.html#b"}
    assert PlannedPage("x", "", "", ()).files == ["report/x.html"]


def test_gaps_are_rows_too_and_documents_are_split_by_status() -> None:
    documents = [
        make_tagged(
            "a",
            "[T1 planned|Relief] and [O1|wages]. [T1|Relief] and [O1|pay].",
            claims=[("T1", "O1", "positive")],
        ),
        make_tagged("b", "[T1 planned|Relief] and [O1|wages]."),
    ]
    frame = find_gaps(find_links(documents, FRAMEWORK)).set_index(["mechanism", "outcome"])
    assert list(frame.index) == [(t, o) for t in ("T1", "T2") for o in ("O1", "O2")]
    counts = [
        "n_documents",
        "n_documents_affirmed",
        "n_documents_planned",
        "n_documents_claim",
        "n_documents_deny",
    ]
    assert frame.loc[("T1", "O1"), counts].tolist() == [2, 1, 1, 1, 0]
    assert frame.loc[("T2", "O2"), counts].tolist() == [0, 0, 0, 0, 0]
    assert split_by_status([("a", ["planned"]), ("a", ["affirmed"]), ("b", [])]) == {
        "a": "affirmed",
        "b": "planned",
    }


def test_the_gap_map_has_the_numbers_of_its_table(made: Path) -> None:
    page = (made / "gap_map.html").read_text("utf-8")
    for row in table(made / "gap_map.csv"):
        cell = re.search(rf'data-pair="{row["mechanism"]}&gt;{row["outcome"]}">(.*?)</td>', page, re.DOTALL)
        assert cell
        told = Counter(
            {
                letter: int(n)
                for letter, n in re.findall(r'bubble (\w)" style="[^"]*"></i>(\d+)', cell.group(1))
            }
        )
        assert (told["A"], told["P"], told["N"]) == (
            int(row["n_documents_affirmed"]), int(row["n_documents_planned"]), int(row["n_documents_deny"])
        )  # fmt: skip
        assert told["A"] + told["P"] == int(row["n_documents"])


def page_of(tagged: Tagged, tmp_path: Path) -> str:
    path = tmp_path / "page.html"
    about = ReportedDocument(tagged.document.id, tagged.document.source)
    write_document_page(
        path, tagged, FRAMEWORK, about=about, findings=[], elements={}, stress="", run="a run"
    )
    return path.read_text("utf-8")


def test_words_of_two_mentions_have_both_and_the_text_is_whole(tmp_path: Path) -> None:
    text = "Tax relief for firms <now>."
    tagged = Tagged(
        Document("d", "d.txt", "", 0, "en", Metadata(), text, (Block("paragraph", 0, len(text)),)),
        (Sentence(0, len(text), 0),),
        (Mention(0, 10, "mechanism", "T1.1", 0, "planned"), Mention(4, 20, "outcome", "O1", 0)),
    )
    html = page_of(tagged, tmp_path)
    marks = re.findall(r'<mark class="(\w+)" title="(.*?)">(.*?)</mark>', html)
    assert marks == [
        ("mechanism", "T1.1 label of T1.1, planned", "Tax "),
        ("mechanism", "T1.1 label of T1.1, planned; O1 label of O1, affirmed", "relief"),
        ("outcome", "O1 label of O1, affirmed", " for firms"),
    ]
    sentence = re.search(r'<span id="s0">(.*?)</span>', html)
    assert sentence
    assert unescape(re.sub("<.*?>", "", sentence.group(1))) == text


def test_the_cells_of_a_table_stand_in_their_columns(tmp_path: Path) -> None:
    text = "Head\nA\nRelief\nB\nC"
    cells = (
        Cell(0, 4, 0, 0, column_span=3, is_head=True), Cell(5, 6, 1, 0, row_span=2), Cell(7, 13, 1, 2), Cell(14, 15, 2, 1),
        Cell(16, 17, 2, 2),
    )  # fmt: skip
    tagged = Tagged(
        Document("d", "d.txt", "", 0, "en", Metadata(), text, (Block("table", 0, len(text), cells=cells),)),
        (Sentence(7, 13, 0),),
        (Mention(7, 13, "mechanism", "T1", 0),),
    )
    table = re.search(
        r"<table>.*?</table>", page_of(tagged, tmp_path)[5000:].partition('id="text"')[2], re.DOTALL
    )
    assert table
    rows = [
        re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in re.findall("<tr>.*?</tr>", table.group())
    ]
    assert [[re.sub("<.*?>", "", cell) for cell in row] for row in rows] == [
        ["Head"],
        ["A", "", "Relief T1 A"],
        ["B", "C"],
    ]
