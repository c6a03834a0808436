"""Contents lists and reference lists of PDFs, set apart from the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from policyloom.extract import read_pdf
from policyloom.records import Document

TITLES = ["1 Introduction", "2 Grants for firms", "3 Schools and colleges", "4 Costs", "Annex A Figures"]
PROSE = [
    "The district runs three colleges and has done so for a very long time indeed.",
    "It keeps a register of firms and renews it in spring, when the council meets.",
    "Visits take place twice a year and are led by the inspectorate of the region.",
]


class Writer:
    """Sets lines from the top of a page down."""

    def __init__(self, path: Path) -> None:
        self.canvas = Canvas(str(path), pagesize=A4, invariant=1)
        self.top = 0.0
        self.new_page()

    def new_page(self) -> None:
        if self.top:
            self.canvas.showPage()
        self.top = 130.0

    def line(self, text: str, *, number: str = "", font: str = "Helvetica", skip: float = 14) -> None:
        self.canvas.setFont(font, 10)
        self.canvas.drawString(70, A4[1] - self.top, text)
        self.canvas.drawRightString(520, A4[1] - self.top, number)
        self.top += skip

    def section(self, heading: str, n_paragraphs: int = 2) -> None:
        self.top += 12
        self.line(heading, font="Helvetica-Bold", skip=22)
        for _ in range(n_paragraphs):
            for text in PROSE:
                self.line(text)
            self.top += 10


def read(writer: Writer, path: Path) -> Document:
    writer.canvas.save()
    return read_pdf(path)


def texts(document: Document, kind: str) -> list[str]:
    return [document.quote(block) for block in document.blocks if block.kind == kind]


@pytest.mark.parametrize("leader", ["", " ", " " + "." * 60, " " + ". " * 30])
@pytest.mark.parametrize("heading", ["Contents", ""])
def test_contents_are_a_block_of_their_own(tmp_path: Path, leader: str, heading: str) -> None:
    path = tmp_path / "contents.pdf"
    writer = Writer(path)
    if heading:
        writer.line(heading, font="Helvetica-Bold", skip=24)
    for i, title in enumerate(TITLES):
        writer.line(title + leader, number=str(3 + 4 * i))
    writer.new_page()
    for title in TITLES:
        writer.section(title, 1)
    document = read(writer, path)
    assert len(texts(document, "contents")) == 1
    assert texts(document, "heading") == TITLES
    assert texts(document, "contents")[0].count("\n") == len(TITLES) - (not heading)


def test_contents_over_two_pages_are_one_block(tmp_path: Path) -> None:
    path = tmp_path / "contents.pdf"
    writer = Writer(path)
    writer.line("Table of contents", font="Helvetica-Bold", skip=24)
    for i in range(40):
        writer.line(f"{i + 1} Part {chr(65 + i % 26)} of the plan", number=str(3 + i))
    writer.new_page()
    for title in ("41 Costs", "42 Figures"):
        writer.line(title, number="50")
    for title in TITLES:
        writer.section(title, 1)
    document = read(writer, path)
    assert [block.pages for block in document.blocks if block.kind == "contents"] == [(1, 2)]


def test_a_contents_list_without_page_numbers_ends_where_the_text_begins(tmp_path: Path) -> None:
    path = tmp_path / "contents.pdf"
    writer = Writer(path)
    writer.line("Contents", font="Helvetica-Bold", skip=24)
    for title in (*TITLES, "References"):
        writer.line(title)
    for title in TITLES:
        writer.section(title, 1)
    document = read(writer, path)
    assert texts(document, "contents") == ["\n".join(("Contents", *TITLES, "References"))]
    assert texts(document, "heading") == TITLES
    assert texts(document, "reference") == []


def test_a_column_of_rising_figures_is_no_contents_list(tmp_path: Path) -> None:
    path = tmp_path / "figures.pdf"
    writer = Writer(path)
    writer.section("Schools by district")
    for name, a, b in (
        ("North", 12, 40),
        ("South", 14, 50),
        ("East", 15, 60),
        ("West", 18, 70),
        ("Centre", 19, 80),
    ):
        writer.line(f"{name} {a}", number=str(b))
    writer.section("Costs")
    assert texts(read(writer, path), "contents") == []


REFERENCES = [
    "Adams, J. (2010). Schools of the coast. Harbour Press, London.",
    "Brown, K. (2012). Work and learning. Journal of Work, 3(2), pp. 14-20.",
    "Clark, M. (2015). Apprentices in towns. https://example.org/towns",
]


def test_a_heading_called_references_without_references_under_it_makes_none(tmp_path: Path) -> None:
    path = tmp_path / "terms.pdf"
    writer = Writer(path)
    for heading in ("Background", "References", "Measures"):
        writer.section(heading)
    assert texts(read(writer, path), "reference") == []


def test_references_end_where_the_text_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "annex.pdf"
    writer = Writer(path)
    writer.section("Background")
    writer.line("References", font="Helvetica-Bold", skip=22)
    for reference in REFERENCES:
        writer.line(reference, skip=20)
    writer.section("Annex of measures")
    document = read(writer, path)
    assert texts(document, "reference") == REFERENCES
    assert texts(document, "heading")[-1] == "Annex of measures"


def test_endnotes_are_set_apart(tmp_path: Path) -> None:
    path = tmp_path / "notes.pdf"
    writer = Writer(path)
    writer.section("Background")
    writer.line("Notes", font="Helvetica-Bold", skip=22)
    for i, reference in enumerate(REFERENCES, 1):
        writer.line(f"{i}. {reference}", skip=20)
    writer.line("4. The figures were given to us by the council of the district.")
    document = read(writer, path)
    kinds = [block.kind for block in document.blocks]
    assert kinds[-4:] == ["reference", "reference", "reference", "footnote"]
