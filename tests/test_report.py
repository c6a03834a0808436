"""The report's contract: what is on the page, in which order, and that nothing on it can run or call out."""

from __future__ import annotations

import base64
import hashlib
import os
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from policyloom.check import ClaimCheck, ClaimState
from policyloom.framework import Framework
from policyloom.network import Network, find_links
from policyloom.records import (
    Accuracy,
    Block,
    Claim,
    Coverage,
    Document,
    Evidence,
    Failure,
    Finding,
    Measured,
    Mention,
    Metadata,
    Promise,
    Sentence,
    Tagged,
)
from policyloom.report import (
    LinkQuote,
    ReportedDocument,
    ReportedLink,
    arrange,
    figure,
    report_links,
    write_check_report,
    write_run_report,
)
from policyloom.report.inputs import NO_PAGES, SidePages
from policyloom.report.links import spread_quotes

ATTACK = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>&amp;"
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Page(HTMLParser):
    """A page taken apart: its words, elements, links and targets; tags that do not match are noted."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.unmatched: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.unmatched += self._open
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.unmatched.append(tag)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            self.scripts.append(data)
        elif not self._open or self._open[-1] != "style":
            self.words.append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, n, value in self.attributes if n == name]


def element(id: str, kind: str, label: str, parent: str | None = None) -> dict[str, str | None]:
    return {"id": id, "kind": kind, "label": label, "definition": f"Definition of {id}.", "parent": parent}


FRAMEWORK = Framework.model_validate(
    {
        "id": "small",
        "title": "A small framework",
        "version": "2",
        "elements": [
            element("S1", "outcome", "Better training"),
            element("S2", "outcome", "Stronger industry"),
            element("C1", "challenge", "Rules without effect"),
            element("C2", "challenge", "Shallow cooperation"),
            element("T1", "mechanism", "Policy support"),
            element("T1.1", "mechanism", "Tax relief", "T1"),
            element("T2", "mechanism", "Joint teaching"),
            element("K1", "case", "The harbour college"),
        ],
        "links": [
            {"kind": "answers", "source": "T1", "target": "C1"},
            {"kind": "answers", "source": "T2", "target": "C2"},
        ],
    }
)


def quote(document: str, page: int, words: str) -> Evidence:
    return Evidence(document, page, 0, len(words), words)


def covered(document: str, element: str, *, evidence: Sequence[Evidence] = (), **by_status: int) -> Coverage:
    """Coverage by sentences of one status each."""
    n = sum(by_status.values())
    return Coverage(document, element, n_sentences=n, **by_status, evidence=tuple(evidence))


DOCUMENTS = (
    ReportedDocument("b", "b.pdf", "Plan of the North", ("M. Adeyemi",), "2024", "en", 12, 4000, 300, 20, 2),
    ReportedDocument(
        "a", "a.pdf", "Act of the South", n_pages=3, n_words=900,
        outline=((1, "Part One", 1), (2, "Chapter on funds", 2)), warnings=("Page 3 holds no text.",),
    ),
)  # fmt: skip
COVERAGE = (
    covered("a", "T1", affirmed=1, planned=2, evidence=(quote("a", 2, "A fund is set up."),)),
    covered("b", "T1", negated=1, evidence=(quote("b", 11, "There is no tax relief."),)),
    covered("b", "C1", lacking=4, evidence=(quote("b", 5, "Procedures are missing."),)),
)
LINKS = (
    ReportedLink("T2", "S1", "co_occurs", 9, 2, -0.004, 0.0004),
    ReportedLink("T1", "S1", "claims", 2, 1, note="one document only"),
    ReportedLink("T1", "S2", "claims", 5, 2),
    ReportedLink("T1", "S2", "claims_negative", 1, 1),
    ReportedLink("T1", "C1", "answers", 1, 1, 0.253, 0.04),
)
LINK_EVIDENCE = {("T1", "S2", "claims"): (quote("b", 7, "Relief made the mills modern."),)}
FINDINGS = (
    Finding("a", "gap", "warning", "T2", "Nothing on joint teaching."),
    Finding(
        "b", "new-claim", "info", "T1>S2", "A new claim.", (quote("b", 7, "Relief made the mills modern."),)
    ),
    Finding("b", "off-topic", "error", "small", "Hardly about the field."),
)
FAILURES = (
    Failure("z.pdf", "encrypted", "It is locked; save it without a password."),
    Failure("y.pdf", "damaged", "It breaks off; fetch it again."),
)


def run_page(
    tmp_path: Path,
    *,
    title: str = "Two texts",
    documents: Sequence[ReportedDocument] = DOCUMENTS,
    coverage: Sequence[Coverage] = COVERAGE,
    links: Sequence[ReportedLink] = LINKS,
    findings: Sequence[Finding] = FINDINGS,
    failures: Sequence[Failure] = FAILURES,
    evidence: Mapping[tuple[str, str, str], Sequence[Evidence]] = LINK_EVIDENCE,
    settings: Mapping[str, str] | None = None,
    framework: Framework = FRAMEWORK,
    measured: Measured | None = None,
    pages: SidePages = NO_PAGES,
) -> str:
    path = tmp_path / "report.html"
    write_run_report(
        path,
        title=title,
        framework=framework,
        documents=documents,
        coverage=coverage,
        links=links,
        findings=findings,
        failures=failures,
        evidence=evidence,
        measured=measured,
        settings={"model": "rules", "caution": "Rules miss things."} if settings is None else settings,
        pages=pages,
    )
    return path.read_text("utf-8")


def check_page(
    tmp_path: Path,
    *,
    document: ReportedDocument = DOCUMENTS[1],
    coverage: Sequence[Coverage] = (),
    findings: Sequence[Finding] = (),
    claims: Sequence[ClaimCheck] = (),
    promises: Sequence[Promise] = (),
    against: str = "the run of 2024",
    measured: Measured | None = None,
) -> str:
    path = tmp_path / "check.html"
    write_check_report(
        path,
        framework=FRAMEWORK,
        document=document,
        coverage=coverage,
        findings=findings,
        claims=claims,
        promises=promises,
        against=against,
        measured=measured,
    )
    return path.read_text("utf-8")


def in_order(text: str, *words: str) -> bool:
    places = [text.find(word) for word in words]
    return -1 not in places and places == sorted(places)


def section(html: str, id: str) -> str:
    start = html.index(f'<section id="{id}">')
    following = re.compile(r'<section id="(?:links|findings|documents|failures|settings|claims|left-out)">')
    found = following.search(html, start + 1)
    return html[start : found.start() if found else len(html)]


def test_every_quote_stands_there_with_its_page(tmp_path: Path) -> None:
    text = Page(run_page(tmp_path)).text
    for page, words in (
        (2, "A fund is set up."),
        (11, "There is no tax relief."),
        (5, "Procedures are missing."),
        (7, "Relief made the mills modern."),
    ):
        assert re.search(re.escape(words) + rf"[^.]*?p\. {page}\b", text), words


def test_a_document_without_pages_has_none_at_its_quotes(tmp_path: Path) -> None:
    row = ReportedDocument("t", "t.txt")
    page = Page(run_page(tmp_path, documents=[row], coverage=[
        covered("t", "T1", planned=1, evidence=(quote("t", 0, "Funds follow."),))
    ], links=[], findings=[]))  # fmt: skip
    assert "Funds follow." in page.text
    assert "p. 0" not in page.text


@pytest.mark.parametrize("place", ["title", "document", "quote", "link", "finding", "failure", "setting"])
def test_nothing_from_outside_becomes_markup(tmp_path: Path, place: str) -> None:
    evil = {
        "title": {"title": ATTACK},
        "document": {
            "documents": [ReportedDocument("a", ATTACK, ATTACK, (ATTACK,), ATTACK, ATTACK, 1, 1, 1, 1, 1, ((1, ATTACK, 1),), (ATTACK,))],
            "coverage": [covered("a", "T1", affirmed=1, evidence=(quote("a", 1, "x"),))],
            "findings": [Finding("a", "r", "info", "", "m")],
            "evidence": {("T1", "S2", "claims"): [quote("a", 1, "x")]},
        },
        "quote": {"coverage": [covered("a", "T1", affirmed=1, evidence=(quote("a", 1, ATTACK),))]},
        "link": {
            "links": [ReportedLink(ATTACK, ATTACK, "answers", 1, 1, note=ATTACK)],
            "evidence": {(ATTACK, ATTACK, "answers"): [quote(ATTACK, 1, ATTACK)]},
        },
        "finding": {"findings": [Finding(ATTACK, ATTACK, "error", ATTACK, ATTACK, (quote("a", 1, ATTACK),))]},
        "failure": {"failures": [Failure(ATTACK, ATTACK, ATTACK)]},
        "setting": {"settings": {ATTACK: ATTACK, "caution": ATTACK}},
    }[place]  # fmt: skip
    plain = Page(run_page(tmp_path))
    html = run_page(tmp_path, **evil)  # type: ignore[arg-type]
    page = Page(html)
    assert page.tags["script"] == 1
    assert page.tags["img"] == 0
    assert page.scripts == plain.scripts
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert page.unmatched == []
    assert " ".join(ATTACK.split()) in page.text


def test_check_page_escapes_too(tmp_path: Path) -> None:
    html = check_page(
        tmp_path,
        document=ReportedDocument("a", ATTACK, ATTACK),
        coverage=[covered("a", "T1", planned=1, evidence=(quote("a", 1, ATTACK),))],
        findings=[Finding("a", ATTACK, "info", ATTACK, ATTACK)],
        claims=[
            ClaimCheck(ATTACK, ATTACK, "contested", 1, 1, 1, *[(quote("a", 1, ATTACK),)] * 3),
        ],
        promises=[Promise("a", ATTACK, quote("a", 1, ATTACK), *[ATTACK] * 5)],
        against=ATTACK,
    )
    page = Page(html)
    assert page.tags["script"] == 1
    assert page.tags["img"] == 0
    assert page.unmatched == []
    assert page.text.count("onerror=alert(1)") >= 14


def test_only_the_pages_own_script_may_run(tmp_path: Path) -> None:
    html = run_page(tmp_path)
    page = Page(html)
    digest = base64.b64encode(hashlib.sha256("".join(page.scripts).encode()).digest()).decode()
    policy = next(value for value in page.values("content") if "default-src" in value)
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("kind", ["run", "check"])
def test_page_asks_for_nothing_from_outside(tmp_path: Path, kind: str) -> None:
    html = run_page(tmp_path) if kind == "run" else check_page(tmp_path, coverage=COVERAGE[:1])
    page = Page(html)
    assert "://" not in html
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|import\(", html)
    assert page.values("src") == []
    assert all(link.startswith(("#", "data:,")) for link in page.values("href"))


@pytest.mark.parametrize("kind", ["run", "check", "empty"])
def test_links_lead_somewhere_and_ids_are_unique(tmp_path: Path, kind: str) -> None:
    html = {
        "run": lambda: run_page(tmp_path),
        "check": lambda: check_page(tmp_path, coverage=COVERAGE[:1], findings=FINDINGS[:1]),
        "empty": lambda: run_page(tmp_path, documents=[], coverage=[], links=[], findings=[], failures=[]),
    }[kind]()
    page = Page(html)
    ids = Counter(page.values("id"))
    assert [id for id, n in ids.items() if n > 1] == []
    targets = {link[1:] for link in page.values("href") if link.startswith("#")}
    assert targets <= set(ids)
    assert page.unmatched == []


def test_same_input_in_any_order_gives_the_same_bytes(tmp_path: Path) -> None:
    one = run_page(tmp_path)
    shuffle = random.Random(7).sample
    two = run_page(
        tmp_path,
        documents=shuffle(DOCUMENTS, len(DOCUMENTS)),
        coverage=shuffle(COVERAGE, len(COVERAGE)),
        links=shuffle(LINKS, len(LINKS)),
        findings=shuffle(FINDINGS, len(FINDINGS)),
        failures=shuffle(FAILURES, len(FAILURES)),
    )
    assert one == two


def test_documents_stand_by_id(tmp_path: Path) -> None:
    assert in_order(section(run_page(tmp_path), "documents"), "Act of the South", "Plan of the North")


def test_links_stand_by_kind_then_documents(tmp_path: Path) -> None:
    table = section(run_page(tmp_path), "links").partition("<table")[2]
    rows = re.findall(r'<tr class="k-(\w+)"><th scope="row"><b>(\S+?)</b>.*?<td><b>(\S+?)</b>', table)
    assert rows == [
        ("claims", "T1", "S2"),
        ("claims", "T1", "S1"),
        ("claims_negative", "T1", "S2"),
        ("co_occurs", "T2", "S1"),
        ("answers", "T1", "C1"),
    ]


def test_findings_stand_gravest_document_and_finding_first(tmp_path: Path) -> None:
    words = section(run_page(tmp_path), "findings")
    assert in_order(
        words, "Plan of the North", "Hardly about the field.", "A new claim.",
        "Act of the South", "Nothing on joint teaching.",
    )  # fmt: skip


def test_a_pair_as_subject_is_shown_as_a_pair(tmp_path: Path) -> None:
    page = Page(run_page(tmp_path))
    assert "T1 → S2" in page.text
    assert "T1 Policy support → S2 Stronger industry" in page.values("title")


def test_a_cell_gives_count_and_statuses_in_words(tmp_path: Path) -> None:
    page = Page(run_page(tmp_path))
    names = page.values("aria-label")
    assert "T1, 3 sentences: 1 affirmed, 2 planned" in names
    assert "C1, 4 sentences: 4 lacking" in names


def test_statuses_differ_by_letter(tmp_path: Path) -> None:
    cell = re.search(r'aria-label="T1, 3 sentences.*?</a>', run_page(tmp_path))
    assert cell
    assert re.findall(r">([APLN])</i>", cell.group()) == ["A", "P"]


def test_an_element_is_counted_over_documents(tmp_path: Path) -> None:
    row = re.search(r"<b>T1</b> Policy support</th>.*?</tr>", section(run_page(tmp_path), "coverage"))
    assert row
    # Documents with and without it, then sentences: in all, affirmed, planned, lacking, negated; and headings.
    assert re.findall(r">(\d+|·)<", row.group()) == ["2", "·", "4", "1", "2", "·", "1", "·"]


def test_measured_recall_stands_beside_its_element(tmp_path: Path) -> None:
    measured = Measured("40 s", recall={"T1": 0.65}, precision={"T1": 0.81}, n={"T1": 48})
    text = Page(run_page(tmp_path, measured=measured)).text
    assert "65 % of 48" in text
    assert "81 % of 39" in text  # 31 of 48 found, which are 81 % of what was found
    assert "not measured" in text
    assert "“Recall”" not in Page(run_page(tmp_path)).text


def test_links_and_claims_state_how_sure_they_are(tmp_path: Path) -> None:
    measured = Measured(
        pairs=Accuracy(0.456, 0.51, 82, 96, "660 sentences"), claims=Accuracy(0.4, 0.25, 64, 40, "660 sentences"),
        answers=Accuracy(0.0, 0.0, 2, 3, "660 sentences"),
    )  # fmt: skip
    text = " ".join(Page(section(run_page(tmp_path, measured=measured), "links")).text.split())
    assert (
        "About 46% of this coder’s joint sentences are right, and it finds about 51% of those there are "
        "(measured on 96 found and 82 labelled)." in text
    )
    claims_words = "About 40% of this coder’s claims that a mechanism leads to an outcome are right"
    assert claims_words in text
    assert "How many of this coder’s claims that a mechanism answers a challenge are right" in text
    assert text.count("Measured on 660 sentences.") == 1
    unknown = " ".join(Page(section(run_page(tmp_path), "links")).text.split())
    assert unknown.count("has not been measured.") == 3
    assert "Measured on" not in unknown
    claims = [ClaimCheck("T1", "S1", "unknown", 0, 0, 0, ())]
    page = section(check_page(tmp_path, claims=claims, measured=measured), "claims")
    assert claims_words in " ".join(Page(page).text.split())


def test_five_quotes_a_cell_and_how_many_more(tmp_path: Path) -> None:
    evidence = tuple(quote("a", n, f"Sentence number {n}.") for n in range(1, 9))
    coverage = [covered("a", "T1", planned=11, evidence=evidence)]
    text = Page(run_page(tmp_path, coverage=coverage, links=[], findings=[])).text
    assert [n for n in range(1, 9) if f"Sentence number {n}." in text] == [1, 2, 3, 4, 5]
    assert "and 6 more" in text


@pytest.mark.parametrize(
    ("npmi", "q", "expected", "shown"),
    [
        (None, None, None, ["–", "–", "–"]),
        (-0.004, 0.0004, 1.25, ["1.2", "< 0.001 ★", "0.00"]),
        (-0.25, 0.04, 3.5, ["3.5", "0.040", "−0.25"]),  # less than by chance bears no star
        (0.25, 0.06, 0.5, ["0.5", "0.060", "0.25"]),
    ],
)
def test_npmi_and_q_are_rounded_for_reading(
    tmp_path: Path, npmi: float | None, q: float | None, expected: float | None, shown: list[str]
) -> None:
    link = ReportedLink("T1", "S1", "co_occurs", 3, 2, npmi, q, "odd", n_expected_within=expected)
    html = run_page(tmp_path, links=[link], evidence={})
    cells = re.findall(r'<td class="num"[^>]*>([^<]*)</td>', section(html, "links"))
    assert [cell.replace("&lt;", "<") for cell in cells[-3:]] == shown
    assert ("★ together more than by chance within sections" in html) == ("★" in shown[1])


def test_the_report_says_what_npmi_and_q_answer(tmp_path: Path) -> None:
    text = Page(section(run_page(tmp_path), "links")).text
    assert in_order(
        text, "NPMI says whether two elements go together in the corpus", "q says whether they stand together"
    )


def test_failures_stand_with_their_reasons_by_file(tmp_path: Path) -> None:
    html = section(run_page(tmp_path), "failures")
    assert in_order(
        html, "y.pdf", "damaged", "fetch it again", "z.pdf", "encrypted", "save it without a password"
    )


def test_caution_is_set_apart_from_the_settings(tmp_path: Path) -> None:
    html = section(run_page(tmp_path), "settings")
    assert '<p class="caution">Rules miss things.</p>' in html
    assert "<dt>model</dt><dd>rules</dd>" in html
    assert "<dt>caution</dt>" not in html


def test_outline_and_warnings_are_shown(tmp_path: Path) -> None:
    text = Page(section(run_page(tmp_path), "documents")).text
    assert "Page 3 holds no text." in text
    assert in_order(text, "Part One", "Chapter on funds")


def test_headline_says_how_many_were_read_and_failed(tmp_path: Path) -> None:
    text = Page(run_page(tmp_path)).text
    assert "2 documents read, 2 files not read" in text
    assert "1 document read, none failed" in Page(
        run_page(tmp_path, documents=DOCUMENTS[1:], coverage=[], failures=[])
    ).text  # fmt: skip


def test_an_empty_run_says_so_everywhere(tmp_path: Path) -> None:
    html = run_page(tmp_path, documents=[], coverage=[], links=[], findings=[], evidence={})
    text = Page(html).text
    for words in ("No document could be read", "No links", "No findings.", "None was read."):
        assert words in text
    assert "<svg viewBox" not in html


def test_figure_draws_each_link_of_mechanism_and_outcome_once(tmp_path: Path) -> None:
    drawing = section(run_page(tmp_path), "links").partition("<figcaption")[0]
    lines = re.findall(r'class="q (\w+)" data-from="(\w+)" data-to="(\w+)"', drawing)
    assert sorted(lines) == sorted((k.kind, k.source, k.target) for k in LINKS if k.kind != "answers")


def test_figure_draws_parts_where_only_parts_are_linked(tmp_path: Path) -> None:
    html = run_page(tmp_path, links=[ReportedLink("T1.1", "S1", "claims", 1, 1)], evidence={})
    assert re.findall(r'data-from="([\w.]+)" data-to="(\w+)"', html) == [("T1.1", "S1")]


def test_figure_lines_are_as_wide_as_they_have_documents() -> None:
    links = [
        (0, ReportedLink("T1", "S1", "claims", 9, 8)),
        (1, ReportedLink("T2", "S1", "co_occurs", 9, 4)),
        (2, ReportedLink("T2", "S9", "claims", 9, 9)),
    ]
    drawn = figure.lay_out(links, left=["T1", "T2"], right=["S1"], labels={})
    assert [(line.number, line.width) for line in drawn.lines] == [(0, 11.0), (1, 5.5)]
    assert drawn.most == 8


def test_figure_nodes_do_not_overlap_and_fit() -> None:
    links = [(n, ReportedLink(f"T{n % 5}", f"S{n % 3}", "claims", 1, 1 + n)) for n in range(15)]
    labels = {f"T{n}": "A label of many words " * (n + 1) for n in range(5)}
    drawn = figure.lay_out(
        links, left=[f"T{n}" for n in range(5)], right=[f"S{n}" for n in range(3)], labels=labels
    )
    for side in (drawn.left, drawn.right):
        for above, below in zip(side, side[1:], strict=False):
            assert above.y + above.height < below.y
        assert side[0].y >= 0
        assert side[-1].y + side[-1].height <= drawn.height


def test_a_large_run_stays_small_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    words = (
        "The ministry shall fund training centres that firms and colleges run together in each district. " * 2
    )
    rows = [ReportedDocument(f"d{n:03}", f"d{n:03}.pdf", f"Policy number {n}") for n in range(500)]
    tops = [e.id for e in FRAMEWORK if not e.parent]
    coverage = [
        covered(row.id, id, planned=9, evidence=tuple(quote(row.id, p, words + str(p)) for p in range(1, 8)))
        for row in rows
        for id in tops
    ]
    html = run_page(tmp_path, documents=rows, coverage=coverage, links=[], findings=[], evidence={})
    assert len(html.encode()) < 5_000_000
    assert Page(html).text.count("Policy number 499") >= 2
    shown = int(re.search(r"At most (\d) quotes? ", Page(html).text).group(1))  # type: ignore[union-attr]
    assert 1 <= shown < 5
    assert html.count(f"and {9 - shown} more") == len(coverage)


def test_of_very_many_documents_the_first_are_shown_and_the_others_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrange, "MAX_SHOWN", 3)
    monkeypatch.setattr(arrange, "MAX_WITHOUT", 2)
    rows = [ReportedDocument(f"d{n}", f"d{n}.pdf", f"Policy number {n}") for n in range(5)]
    coverage = [covered(row.id, "T1", planned=1) for row in rows]
    html = run_page(tmp_path, documents=rows, coverage=coverage, links=[], findings=[], evidence={})
    text = Page(html).text
    assert "5 documents" in text
    assert "The first 3 of 5 are shown" in text
    assert "Policy number 2" in text
    assert "Policy number 4" not in text
    assert "and 3 more: coverage.csv has all" in text  # of the five that lack an element two are listed


@pytest.mark.parametrize(("n", "told"), [(60, True), (40, False)])
def test_of_very_many_documents_with_findings_the_gravest_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n: int, told: bool
) -> None:
    monkeypatch.setattr(arrange, "MAX_SHOWN", 50)
    rows = [ReportedDocument(f"d{i}", f"d{i}.pdf", f"Policy number {i}") for i in range(70)]
    pages = replace(NO_PAGES, documents={row.id: f"report/{row.id}.html" for row in rows})
    found = [Finding(f"d{i}", "strategy-absent", "warning", "T1", "None.") for i in range(n)]
    html = run_page(tmp_path, documents=rows, coverage=[], links=[], findings=found, evidence={}, pages=pages)
    assert (f"Of {n} documents with findings the 50 with the gravest are listed" in Page(html).text) == told


def test_text_that_html_forbids_is_dropped(tmp_path: Path) -> None:
    html = run_page(tmp_path, title="A\x00B\x1fC\ud800D")
    assert "<h1>ABC?D</h1>" in html


def test_coverage_of_an_unknown_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"document 'x': no such document"):
        run_page(tmp_path, coverage=[covered("x", "T1", affirmed=1)])


def test_coverage_of_an_unknown_element_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"element 'T9': not in framework small"):
        run_page(tmp_path, coverage=[covered("a", "T9", affirmed=1)])


def test_two_documents_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"id 'a' stands twice"):
        run_page(tmp_path, documents=[*DOCUMENTS, ReportedDocument("a", "c.pdf")])


def test_rows_refuse_unknown_words() -> None:
    with pytest.raises(ValueError, match="link kind 'causes': use one of co_occurs"):
        ReportedLink("T1", "S1", "causes", 1, 1)  # type: ignore[arg-type]


def test_a_failed_write_leaves_the_old_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run_page(tmp_path)

    def refuse(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        run_page(tmp_path, title="Another")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text("utf-8") == before


@pytest.mark.parametrize(
    ("coverage", "words"),
    [
        (
            [covered("a", "C1", affirmed=1)],
            "Of the 1 challenge it names, no sentence was found that says what answers it; against 1 no mechanism",
        ),
        ([covered("a", "C1", affirmed=1), covered("a", "T1", lacking=2)], "against 1 no mechanism"),
        (
            [covered("a", "C1", affirmed=1), covered("a", "T1", planned=1)],
            "no sentence was found that says what answers it. ",
        ),
        ([covered("a", "C1", negated=1)], "It affirms no challenge"),
        ([], "Names 0 of 6 elements: 0 of 2 outcomes, 0 of 2 challenges, 0 of 2 mechanisms"),
    ],
)
def test_check_verdict_says_which_challenges_are_met(
    tmp_path: Path, coverage: list[Coverage], words: str
) -> None:
    assert words in Page(check_page(tmp_path, coverage=coverage)).text


def test_check_verdict_does_not_count_what_a_finding_says_is_missing(tmp_path: Path) -> None:
    coverage = [covered("a", "T1", planned=1), covered("a", "T2", planned=1)]
    doubtful = Finding("a", "strategy-absent", "warning", "T2", "…", ())
    text = Page(check_page(tmp_path, coverage=coverage, findings=[doubtful])).text
    assert "Names 1 of 6 elements: 0 of 2 outcomes, 0 of 2 challenges, 1 of 2 mechanisms" in text
    assert "T2 only in sentences that are probably misread." in text
    text = Page(check_page(tmp_path, coverage=coverage)).text
    assert "2 of 2 mechanisms" in text
    assert "misread" not in text


@pytest.mark.parametrize(("share", "words"), [(0.002, "less than 1 %"), (0.824, "82 %")])
def test_a_part_that_was_not_judged_is_never_none(tmp_path: Path, share: float, words: str) -> None:
    partly = replace(DOCUMENTS[0], not_judged=share, unread="a table")
    text = Page(run_page(tmp_path, documents=(partly, *DOCUMENTS[1:]))).text
    assert f"{words} a table" in text


def test_a_challenge_counts_as_answered_only_where_a_sentence_says_so(tmp_path: Path) -> None:
    coverage = [covered("a", "C1", affirmed=1), covered("a", "T1", planned=1)]
    beside = Page(check_page(tmp_path, coverage=coverage)).text
    assert "named elsewhere" in beside
    tied = Finding("a", "challenge-answered", "info", "C1", "…", ())
    page = Page(check_page(tmp_path, coverage=coverage, findings=[tied])).text
    assert "a sentence reads as saying what answers 1." in page
    assert "in a sentence" in page
    assert "named elsewhere" not in page


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ([], "It claims nothing"),
        (
            ["supported", "co-occurring"],
            "Of its 2 claims, none is denied in the corpus, and all are known to it.",
        ),
        (["unknown", "supported"], "Of its 2 claims, 1 is unknown to the corpus and 0 are denied there."),
        (["contradicted"], "Of its 1 claim, 0 are unknown to the corpus and 1 is denied there."),
        (["contested", "unknown"], "Of its 2 claims, 1 is unknown to the corpus and 1 is denied there."),
    ],
)
def test_check_verdict_says_what_the_corpus_knows(
    tmp_path: Path, states: list[ClaimState], words: str
) -> None:
    claims = [ClaimCheck("T1", "S1", s, 0, int(s in ("contradicted", "contested")), 0, ()) for s in states]
    assert words in Page(check_page(tmp_path, claims=claims)).text


def test_check_shows_promises_vague_ones_first(tmp_path: Path) -> None:
    kept = Promise("a", "T1", quote("a", 1, "The Board shall …"), actor="The Board", deadline="by 2030")
    vague = Promise("a", "T2", quote("a", 2, "We will support firms."), is_vague=True)
    html = section(check_page(tmp_path, promises=[kept, vague]), "promises")
    assert html.index("We will support firms.") < html.index("The Board shall …")
    text = Page(html).text
    assert "T2 vague" in text
    assert "by 2030" in text
    assert (
        "It makes 2 promises, 1 of them vague and 0 complete."
        in Page(check_page(tmp_path, promises=[kept, vague])).text
    )


def test_check_lists_every_element_and_what_is_left_out(tmp_path: Path) -> None:
    html = check_page(
        tmp_path, coverage=[covered("a", "T1", planned=1, evidence=(quote("a", 2, "A fund."),))]
    )
    shown = section(html, "coverage").partition('<section id="challenges">')[0]
    assert re.findall(r'title="Definition of (\S+?)\."', shown) == [
        "S1",
        "S2",
        "C1",
        "C2",
        "T1",
        "T1.1",
        "T2",
    ]
    left_out = section(html, "left-out")
    assert re.findall(r"<dt><b>(\S+?)</b>", left_out) == ["S1", "S2", "C1", "C2", "T1.1", "T2"]


def test_check_shows_quotes_beyond_the_first(tmp_path: Path) -> None:
    evidence = tuple(quote("a", n, f"Sentence number {n}.") for n in range(1, 9))
    html = check_page(tmp_path, coverage=[covered("a", "T1", planned=10, evidence=evidence)])
    assert [n for n in range(1, 9) if f"Sentence number {n}." in html] == [1, 2, 3, 4, 5]
    assert "5 not quoted here" in html


def test_check_claims_stand_with_what_needs_a_look_first(tmp_path: Path) -> None:
    claims = [
        ClaimCheck("T1", "S1", "supported", 1, 0, 0, ()),
        ClaimCheck("T2", "S2", "supported", 6, 0, 0, ()),
        ClaimCheck("T2", "S1", "unknown", 0, 0, 0, (quote("a", 3, "We say so."),)),
        ClaimCheck("T1", "S2", "contradicted", 0, 2, 0, (), (), (quote("b", 4, "It did not."),)),
    ]
    html = section(check_page(tmp_path, claims=claims), "claims")
    pairs = re.findall(r'<tr><th scope="row"><b>(\w+)</b>.*?<td><b>(\w+)</b>', html)
    assert pairs == [("T1", "S2"), ("T2", "S1"), ("T2", "S2"), ("T1", "S1")]
    assert re.search(r"We say so\..*?p\. 3", html)
    assert re.search(r"Against:.*?It did not\..*?b, p\. 4", html, re.DOTALL)


def test_check_names_what_it_was_held_against(tmp_path: Path) -> None:
    assert "A small framework (2) and the run of 2024" in Page(check_page(tmp_path)).text


# ---------------------------------------------------------------- what a network gives to a report


def linked_network() -> Network:
    """Document `a` joins T1 and S1 in three sentences, `b` and `c` in one each; `c` claims it."""
    documents = []
    for id, n in (("a", 3), ("b", 1), ("c", 1)):
        words = [f"Relief {number} raises skill." for number in range(n)]
        text = " ".join(words)
        starts = [text.index(word) for word in words]
        mentions = []
        for number, start in enumerate(starts):
            mentions.append(Mention(start, start + 6, "mechanism", "T1", number))
            mentions.append(Mention(start + 16, start + 21, "outcome", "S1", number))
        claims = (Claim("leads_to", 0, 1, (9, 15), 0),) if id == "c" else ()
        documents.append(
            Tagged(
                Document(id, f"{id}.pdf", "", 0, "en", Metadata(), text, (Block("paragraph", 0, len(text)),)),
                tuple(Sentence(start, start + len(words[0]), 0) for start in starts),
                tuple(mentions),
                claims,
            )
        )
    return find_links(documents, FRAMEWORK)


def test_a_link_has_the_numbers_of_the_network() -> None:
    links, evidence = report_links(linked_network())
    assert [(k.source, k.target, k.kind, k.n, k.n_documents, k.unit) for k in links] == [
        ("T1", "S1", "co_occurs", 5, 3, "sentence"),
        ("T1", "S1", "claims", 1, 1, "sentence"),
    ]
    assert links[0].npmi == 0.0
    assert links[1].npmi is None
    assert links[0].q_within is None
    # Each document is one stretch, in which every sentence has both.
    assert links[0].n_expected_within == 5
    assert links[0].note == "too few documents to test (3 documents; 5 are needed)"
    assert [q.evidence.document for q in evidence["T1", "S1", "claims"]] == ["c"]
    assert evidence["T1", "S1", "claims"][0].statuses == ("affirmed",)


def test_quotes_come_from_every_document_before_a_second_of_one() -> None:
    _, evidence = report_links(linked_network())
    quotes = [one.evidence for one in evidence["T1", "S1", "co_occurs"]]
    assert [e.document for e in quotes] == ["a", "b", "c", "a", "a"]
    assert [e.quote for e in quotes[3:]] == ["Relief 1 raises skill.", "Relief 2 raises skill."]


def test_all_quotes_of_a_link_are_kept() -> None:
    quotes = [LinkQuote(quote(name, 1, "x")) for name in "aaaaaaaaabcc"]
    assert [q.evidence.document for q in spread_quotes(quotes)] == list("abcacaaaaaaa")


def test_a_link_of_paragraphs_says_so(tmp_path: Path) -> None:
    html = run_page(
        tmp_path, links=[ReportedLink("K1", "T1", "exemplifies", 2, 1, unit="paragraph")], evidence={}
    )
    assert "2 paragraphs" in Page(html).text


def test_an_element_named_in_a_heading_alone_is_shown_as_that(tmp_path: Path) -> None:
    page = Page(check_page(tmp_path, coverage=[Coverage("a", "T1", n_elsewhere=1)]))
    assert "in no sentence; in 1 heading or the like" in page.text
    assert "Names 1 of 6 elements" in page.text
    names = Page(run_page(tmp_path, coverage=[Coverage("a", "T1", n_elsewhere=2)], findings=[])).values(
        "aria-label"
    )
    assert "T1, no sentence; 2 headings or the like" in names


def test_sentences_with_two_statuses_are_counted_once(tmp_path: Path) -> None:
    coverage = [Coverage("a", "T1", n_sentences=3, affirmed=2, planned=2)]
    row = re.search(
        r"<b>T1</b> Policy support</th>.*?</tr>", section(run_page(tmp_path, coverage=coverage), "coverage")
    )
    assert row
    assert re.findall(r">(\d+|·)<", row.group()) == ["1", "1", "3", "2", "2", "·", "·", "·"]


@pytest.mark.parametrize("wrong", [{"affirmed": 2}, {"n_sentences": 1}, {"n_sentences": 3, "affirmed": 2}])
def test_coverage_whose_numbers_do_not_fit_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"coverage of T1: \d sentences cannot have"):
        Coverage("a", "T1", **wrong)
