"""PDFs and text files to documents."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from policyloom.errors import DocumentError
from policyloom.extract import FOLDER_SUFFIXES, READERS, SUFFIXES, read_document, read_pdf
from policyloom.extract.layout.spacing import mend_spacing
from policyloom.extract.layout.text_line import make_line
from policyloom.extract.pdf.page import Word
from policyloom.extract.text import Vocabulary, clean, mend_ligatures
from policyloom.extract.words import load_known_words
from policyloom.records import Document, to_json

MakePdf = Callable[..., Path]

ENGLISH = load_known_words("en")


@pytest.fixture
def make_pdf(tmp_path: Path) -> MakePdf:
    """A function that sets lines on pages: each line is (x, y from the top, text, size, font)."""

    def make(pages: list[list[tuple[float, float, str, float, str]]], **options: object) -> Path:
        path = tmp_path / "made.pdf"
        canvas = Canvas(str(path), pagesize=A4, invariant=1, **options)
        for lines in pages:
            for x, top, text, size, font in lines:
                canvas.setFont(font, size)
                canvas.drawString(x, A4[1] - top, text)
            canvas.showPage()
        canvas.save()
        return path

    return make


def body(
    lines: list[str], x: float = 70, top: float = 200, size: float = 10
) -> list[tuple[float, float, str, float, str]]:
    return [(x, top + 12 * i, line, size, "Times-Roman") for i, line in enumerate(lines)]


def write_objects(path: Path, objects: list[str]) -> Path:
    """A PDF of these numbered objects, the first of them the catalog: for what reportlab cannot write."""
    out, places = "%PDF-1.7\n", []
    for number, words in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{words}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    out += "".join(f"{place:010} 00000 n \n" for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    path.write_bytes(out.encode("latin-1"))
    return path


def stream(words: str) -> str:
    return f"<< /Length {len(words)} >>\nstream\n{words}\nendstream"


def texts(document: Document, kind: str) -> list[str]:
    return [document.quote(block) for block in document.blocks if block.kind == kind]


def flat(text: str) -> str:
    """Letters and digits only; superscript marks and brackets do not count."""
    return "".join(ch for ch in text.lower() if ch.isalnum())


# The paper behind the built-in framework


@pytest.fixture(scope="module", params=["meng-2025.pdf", "meng-2025-two-column.pdf"])
def paper(request: pytest.FixtureRequest, shared: Path) -> tuple[Document, dict[str, list[dict[str, str]]]]:
    expected = json.loads((shared / "papers" / "meng-2025.expected.json").read_text("utf-8"))
    return read_pdf(shared / "papers" / request.param), expected


@pytest.mark.shared
def test_paper_has_its_metadata(paper: tuple[Document, dict[str, list[dict[str, str]]]]) -> None:
    metadata = paper[0].metadata
    assert metadata.title.startswith("Research on High-quality Development Strategy of Vocational Education")
    assert metadata.authors == ("Xianglin Meng",)
    assert metadata.doi == "10.12238/rerr.v7i4.3872"
    assert metadata.abstract.startswith("In the context of rapid economic development")
    assert len(metadata.keywords) == 4


@pytest.mark.shared
def test_paper_has_its_headings_nested(paper: tuple[Document, dict[str, list[dict[str, str]]]]) -> None:
    document, expected = paper
    headings = [b for b in document.blocks if b.kind == "heading"]
    assert [document.quote(b) for b in headings] == [
        b["text"] for b in expected["blocks"] if b["kind"] == "heading"
    ]
    assert len(headings) == 19
    for block in headings:
        number = re.match(r"(\d+)\.(\d+)? ", document.quote(block))
        assert block.level == (2 if number and number[2] else 1)
        assert len(block.section) == block.level


@pytest.mark.shared
def test_paper_has_its_paragraphs_whole_and_in_their_sections(
    paper: tuple[Document, dict[str, list[dict[str, str]]]],
) -> None:
    document, expected = paper
    got = {flat(document.quote(b)): b for b in document.blocks}
    wanted = [b for b in expected["blocks"] if b["kind"] in ("paragraph", "front", "reference")]
    missing = [b["text"][:60] for b in wanted if flat(b["text"]) not in got]
    assert not missing
    for b in wanted:
        if b["kind"] == "paragraph" and b["section"]:
            assert got[flat(b["text"])].section[-1] == b["section"]
    assert sum(bool(b.get("crosses_page")) for b in wanted) > 0


@pytest.mark.shared
def test_paper_keeps_references_apart_and_furniture_out(
    paper: tuple[Document, dict[str, list[dict[str, str]]]],
) -> None:
    document, expected = paper
    assert len(texts(document, "reference")) == 3
    for words in expected["furniture"]:
        line = words if isinstance(words, str) else words["text"]
        assert line.isdigit() or flat(line) not in flat(document.text)


# Order, paragraphs, furniture


def test_two_columns_are_read_one_after_the_other(make_pdf: MakePdf) -> None:
    left = [f"Left column line {i} goes on and on until the gutter" for i in range(8)]
    right = [f"right column line {i} goes on and on until the edge" for i in range(8)]
    rows = [x for a, b in zip(body(left, 60), body(right, 320), strict=True) for x in (a, b)]
    text = read_pdf(make_pdf([rows])).text
    assert text.index("Left column line 7") < text.index("right column line 0")


def test_a_paragraph_goes_on_over_a_page_break_and_running_heads(make_pdf: MakePdf) -> None:
    pages = []
    for n in range(4):
        lines = body(
            [
                f"Page {n} line {i} carries a sentence that fills the whole line from margin to margin"
                for i in range(38)
            ],
            top=100,
        )
        pages.append(
            [
                (70, 40, "Journal of Made-up Studies", 9, "Times-Italic"),
                (290, 810, str(n + 1), 9, "Times-Roman"),
                *lines,
            ]
        )
    document = read_pdf(make_pdf(pages))
    assert len(texts(document, "paragraph")) == 1
    assert "Journal of Made-up" not in document.text
    assert [words for page, words in document.furniture if page == 3] == ["Journal of Made-up Studies", "3"]


def test_every_line_knows_its_words_and_page(make_pdf: MakePdf) -> None:
    document = read_pdf(
        make_pdf(
            [body(["First page has this line of text.", "And a second one."]), body(["Second page, alone."])]
        )
    )
    assert [line.box.page for line in document.lines] == [1, 1, 2]
    for line in document.lines:
        for start, x0, x1 in line.words:
            assert document.text[start] not in " \n"
            assert line.box.x0 <= x0 <= x1 <= line.box.x1 + 0.1


def test_a_running_head_that_changes_from_page_to_page_is_set_aside(make_pdf: MakePdf) -> None:
    pages = []
    for n in range(3):
        lines = body(
            [f"Chapter {n} {word} fills a line of its own here" for word in ("one", "two", "three")], top=120
        )
        pages.append([(70, 40, "Left head" if n == 1 else "Right head", 8, "Times-Roman"), *lines])
    document = read_pdf(make_pdf(pages))
    assert [words for _, words in document.furniture] == ["Right head", "Left head", "Right head"]


def test_a_page_that_lies_on_its_side_is_read_as_it_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "turned.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setPageRotation(90)
    canvas.rotate(90)
    for i, line in enumerate(("The first line of this page.", "The second line of this page.")):
        canvas.drawString(100, -100 - 14 * i, line)
    canvas.showPage()
    canvas.save()
    document = read_pdf(path)
    assert document.text == "The first line of this page. The second line of this page."
    first, second = document.lines
    assert first.box.x0 == pytest.approx(100, abs=1)
    assert second.box.top - first.box.top == pytest.approx(14, abs=0.5)


def test_ruled_table_becomes_rows_of_cells(tmp_path: Path) -> None:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

    path = tmp_path / "table.pdf"
    cells = [["Measure", "2024", "2025"], ["Places", "120", "160"], ["Grants", "14", "19"]]
    grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")])
    style = getSampleStyleSheet()["Normal"]
    words = Paragraph("The number of places has grown in every year that the survey covers. " * 6, style)
    SimpleDocTemplate(str(path)).build([words, Table(cells, style=grid), words])
    document = read_pdf(path)
    assert texts(document, "table") == ["Measure\t2024\t2025\nPlaces\t120\t160\nGrants\t14\t19"]
    assert all("Places" not in paragraph for paragraph in texts(document, "paragraph"))


def test_small_mark_in_a_ruled_table_is_a_word_of_its_own(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "marks.pdf"), pagesize=A4)
    for x in (70, 200, 330):
        canvas.line(x, 700, x, 760)
    for y in (700, 730, 760):
        canvas.line(70, y, 330, y)
    cells = (
        (80, 740, "Year", "b"),
        (210, 740, "Places", ""),
        (80, 710, "2012", "4"),
        (210, 710, "160.5", "a"),
    )
    for x, y, cell, mark in cells:
        text = canvas.beginText(x, y)
        text.setFont("Times-Roman", 10)
        text.textOut(cell)
        text.setFont("Times-Roman", 6)
        text.setRise(3)  # a mark so close that the file has no space before it
        text.textOut(mark)
        canvas.drawText(text)
    canvas.save()
    document = read_pdf(tmp_path / "marks.pdf")
    assert texts(document, "table") == ["Year b\tPlaces\n2012 4\t160.5 a"]


def test_a_word_is_cut_at_a_mark_and_not_at_small_capitals(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "sizes.pdf"), pagesize=A4)
    text = canvas.beginText(70, 700)
    text.setFont("Times-Roman", 1)  # as files do that give all text one size and scale it
    for scale, word in ((12, "P"), (9, "ART"), (12, " of the plan"), (7, "3"), (12, " ends.")):
        text.setTextTransform(scale, 0, 0, scale, text.getX(), 700)
        text.textOut(word)
        text.setXPos(0)
        text._x0 = text._x = text.getX() + canvas.stringWidth(word, "Times-Roman", scale)
    canvas.drawText(text)
    canvas.save()
    document = read_pdf(tmp_path / "sizes.pdf")
    assert [document.text[start] for start, _, _ in document.lines[0].words] == list("Potp3e")


def test_a_short_last_line_belongs_to_the_indented_line_above(make_pdf: MakePdf) -> None:
    lines = [(95, 200, "The authors declare that they have no competing", 10, "Times-Roman")]
    document = read_pdf(make_pdf([[*lines, (70, 212, "interests.", 10, "Times-Roman")]]))
    assert document.text == "The authors declare that they have no competing interests."


# Headings


def test_headings_set_smaller_than_the_body_are_headings(make_pdf: MakePdf) -> None:
    prose = [f"Line {i} of a body that is set larger than the headings above it are" for i in range(6)]
    page = [
        (70, 80, "A Title in Large Type", 20, "Times-Bold"),
        *body(prose, top=120, size=11),
        (70, 210, "Materials and Methods", 9, "Times-Bold"),
        (70, 224, "Sites and schools", 9, "Times-Bold"),
        *body(prose, top=240, size=11),
    ]
    assert texts(read_pdf(make_pdf([page])), "heading") == ["Materials and Methods", "Sites and schools"]


def test_a_bookmark_makes_a_heading_only_on_its_page(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "marked.pdf"), pagesize=A4)
    for number, name in enumerate(("contents", "chapter")):
        canvas.setFont("Times-Roman", 10)
        canvas.drawString(70, 700, "Training levy")
        for i in range(6):
            canvas.drawString(
                70, 680 - 12 * i, f"Line {i} of page {number} goes on from margin to margin of it."
            )
        canvas.bookmarkPage(name)
        canvas.showPage()
    canvas.addOutlineEntry("Training levy", "chapter", 0)
    canvas.save()
    document = read_pdf(tmp_path / "marked.pdf")
    assert [(block.kind, block.pages) for block in document.blocks if block.kind == "heading"] == [
        ("heading", (2,))
    ]


def test_tagged_headings_are_headings_where_nothing_else_shows_it(tmp_path: Path) -> None:
    names = ["Purpose", "Means", "Costs"]
    drawn, tags = [], []
    for i, name in enumerate(names):
        drawn.append(
            f"/H{1 + (i > 0)} << /MCID {2 * i} >> BDC BT /F1 10 Tf 70 {700 - 60 * i} Td ({name}) Tj ET EMC"
        )
        prose = f"A paragraph of running text under {name} that is long enough to be one."
        drawn.append(f"/P << /MCID {2 * i + 1} >> BDC BT /F1 10 Tf 70 {680 - 60 * i} Td ({prose}) Tj ET EMC")
        tags += [(f"H{1 + (i > 0)}", 2 * i), ("P", 2 * i + 1)]
    elements = [f"<< /Type /StructElem /S /{kind} /P 6 0 R /Pg 3 0 R /K {mark} >>" for kind, mark in tags]
    kids = " ".join(f"{7 + i} 0 R" for i in range(len(tags)))
    path = write_objects(
        tmp_path / "tagged.pdf",
        [
            "<< /Type /Catalog /Pages 2 0 R /MarkInfo << /Marked true >> /StructTreeRoot 6 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /StructParents 0"
            " /Resources << /Font << /F1 5 0 R >> >> >>",
            stream("\n".join(drawn)),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
            f"<< /Type /StructTreeRoot /K [{kids}] /ParentTree << /Nums [0 [{kids}]] >> >>",
            *elements,
        ],
    )
    document = read_pdf(path)
    headings = [(document.quote(b), b.level) for b in document.blocks if b.kind == "heading"]
    assert headings == [("Purpose", 1), ("Means", 2), ("Costs", 2)]


# What an article says about itself

ARTICLE = [
    (70, 60, "Levies and Training Places", 18, "Times-Bold"),
    (70, 90, "Ada Lee1 and Ben Ray2", 10, "Times-Roman"),
    (70, 110, "1 Department of Education, North University, Northtown", 8, "Times-Roman"),
    (70, 130, "Abstract: We ask what levies do for training places in two towns.", 10, "Times-Roman"),
    (70, 160, "Introduction", 12, "Times-Bold"),
    *body(
        [f"Line {i} of an argument about levies that goes on from margin to margin" for i in range(5)],
        top=180,
    ),
]


def ending(sections: list[tuple[str, str]], top: float = 260) -> list[tuple[float, float, str, float, str]]:
    """Headings with a line under each."""
    lines = []
    for i, (heading, words) in enumerate(sections):
        lines += [
            (70, top + 40 * i, heading, 12, "Times-Bold"),
            (70, top + 40 * i + 18, words, 10, "Times-Roman"),
        ]
    return lines


STATEMENTS = [
    ("Author contributions", "Ada Lee planned the survey and Ben Ray wrote the text of it all."),
    ("Funding", "This work was supported by the Ministry of Labour under grant 17."),
    ("Conflicts of interest", "The authors declare no conflict of interest of any kind at all."),
    ("References", "1. Ray B. Levies at work. Journal of Training 2019; 3: 14-20."),
]


def test_statements_of_an_article_are_set_aside(make_pdf: MakePdf) -> None:
    document = read_pdf(make_pdf([[*ARTICLE, *ending(STATEMENTS)]]))
    assert texts(document, "heading") == ["Introduction", "Author contributions", "References"]
    aside = [words for _, words in document.furniture]
    for words in ("Funding", STATEMENTS[1][1], "Conflicts of interest", STATEMENTS[2][1], ARTICLE[2][2]):
        assert words in aside
        assert words not in document.text
    assert "Ada Lee1 and Ben Ray2" in document.text
    assert "We ask what levies do" in document.text


def test_a_chapter_on_funding_stays_in_an_article(make_pdf: MakePdf) -> None:
    chapter = ("Funding", "Each firm pays a levy of one per cent, and the state adds the same again.")
    document = read_pdf(make_pdf([[*ARTICLE, *ending([chapter, STATEMENTS[-1]])]]))
    assert chapter[1] in document.text
    assert "Funding" in texts(document, "heading")


def test_a_long_chapter_under_a_statements_heading_stays_in_an_article(make_pdf: MakePdf) -> None:
    thanks = [f"In year {i} the town thanked its firms for the places that they gave." for i in range(50)]
    heading = (70, 80, "Acknowledgements", 12, "Times-Bold")
    page = [heading, *body(thanks, top=100), *ending([STATEMENTS[-1]], top=720)]
    document = read_pdf(make_pdf([ARTICLE, page]))
    assert sum(len(line.replace(" ", "")) for line in thanks) > 2_500
    assert thanks[20] in document.text
    few = [heading, *body(thanks[:40], top=100), *ending([STATEMENTS[-1]], top=720)]
    assert thanks[20] not in read_pdf(make_pdf([ARTICLE, few])).text


def test_a_policy_keeps_its_acknowledgements_and_its_funding(make_pdf: MakePdf) -> None:
    page = [ARTICLE[0], *ARTICLE[4:], *ending([("Acknowledgements", STATEMENTS[1][1]), *STATEMENTS[1:3]])]
    document = read_pdf(make_pdf([page]))
    assert document.furniture == ()
    assert texts(document, "heading") == [
        "Introduction",
        "Acknowledgements",
        "Funding",
        "Conflicts of interest",
    ]


def test_reviews_printed_after_an_article_are_set_aside(make_pdf: MakePdf) -> None:
    review = body(["The levy should be described in more detail before this is published."], top=120)
    last = [(70, 80, "Open Peer Review", 12, "Times-Bold"), *review]
    document = read_pdf(make_pdf([[*ARTICLE, *ending([STATEMENTS[-1]])], last]))
    assert document.text.endswith("2019; 3: 14-20.")
    assert (2, review[0][2]) in document.furniture


# Cleaning


def word(text: str, x0: float, x1: float) -> Word:
    return Word(text, x0, x1, 100.0, 10.0, "F", bold=False, italic=False)


def spaced(pieces: str, gap: float, wide: float) -> list[Word]:
    """Words at these gaps, in points; a "|" stands where the wide one is."""
    words, x = [], 0.0
    for part in pieces.split(" "):
        if part == "|":
            x += wide - gap
            continue
        words.append(word(part, x, x + 5 * len(part)))
        x += 5 * len(part) + gap
    return words


@pytest.mark.parametrize(
    ("pieces", "joined"),
    [
        ("C H A P T E R | 1", "CHAPTER 1"),
        ("R E S EAR CH | A R TIC L E", "RESEARCH ARTICLE"),
        ("T O | T H E | P O I N T", "TO THE POINT"),
        ("A B C D E", "A B C D E"),  # the heads of columns, initials
        ("x y z w", "x y z w"),
    ],
)
def test_letter_spaced_words_are_joined(pieces: str, joined: str) -> None:
    (line,) = mend_spacing([make_line(spaced(pieces, 1.5, 5.0), 1, 800.0)], ENGLISH)
    assert line.text == joined
    assert line.x1 == line.words[-1].x1


def test_a_word_that_a_space_without_width_cuts_is_joined() -> None:
    words = [
        word("a", 0, 5),
        word("signifi", 8, 40),
        word("cant", 40.5, 60),
        word("of", 63, 70),
        word("the", 70.5, 80),
    ]
    (line,) = mend_spacing([make_line(words, 1, 800.0)], ENGLISH)
    assert line.text == "a significant of the"


def test_letter_spaced_heading_of_a_page_is_whole(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "spaced.pdf"), pagesize=A4)
    text = canvas.beginText(70, 700)
    text.setFont("Times-Bold", 12)
    text.setCharSpace(4)
    text.textLine("SUMMARY AND AIMS")
    canvas.drawText(text)
    canvas.save()
    assert read_pdf(tmp_path / "spaced.pdf").text == "SUMMARY AND AIMS"


def test_letters_of_formulas_are_read_whole_and_made_plain(tmp_path: Path) -> None:
    table = "1 beginbfchar <41> <D835DEFC> endbfchar 1 beginbfrange <42> <7A> <0042> endbfrange"
    spaces = "1 begincodespacerange <00> <FF> endcodespacerange"
    path = write_objects(
        tmp_path / "formula.pdf",
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            " /Resources << /Font << /F1 5 0 R >> >> >>",
            stream("BT /F1 12 Tf 70 700 Td (TNFA) Tj ET"),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /ToUnicode 6 0 R >>",
            stream(f"/CIDInit /ProcSet findresource begin begincmap {spaces} {table} endcmap end"),
        ],
    )
    assert read_pdf(path).text == "TNF\u03b1"
    assert clean("\U0001d6fc") == "\u03b1"


@pytest.mark.parametrize(
    ("left", "right", "words", "keeps"),
    [
        ("train", "ing", [], False),
        ("school", "enterprise", [], True),
        ("in", "depth", ["in-depth"], True),
        ("co", "operation", ["cooperation"], False),
        ("work", "based", ["work-based", "workbased", "work-based"], True),
        ("Anglo", "American", [], True),
    ],
)
def test_keeps_hyphen_only_where_it_belongs_to_the_word(
    left: str, right: str, words: list[str], keeps: bool
) -> None:
    assert Vocabulary(words, ENGLISH).keeps_hyphen(left, right) is keeps


def test_clean_makes_ligatures_and_radicals_plain() -> None:
    assert clean("e\ufb03cient") == "efficient"
    assert clean("\u2f00") == "一"
    assert clean("soft\u00adware") == "software"
    assert clean("２０２５") == "2025"


def test_broken_ligatures_are_mended_from_the_lexicon() -> None:
    words = [("F", w) for w in ("*e", "*is", "*ese", "*ey", "*erefore", "note*", "*")]
    mended = mend_ligatures(words, ENGLISH)
    assert mended["F", "*ese"] == "These"
    assert mended["F", "*e"] == "The"
    assert ("F", "note*") not in mended


def test_footnote_stars_are_no_broken_ligatures() -> None:
    assert mend_ligatures([("F", w) for w in ("*see", "*data", "*from", "*with", "*not")], ENGLISH) == {}


def test_chinese_has_no_spaces_between_characters(tmp_path: Path) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(tmp_path / "zh.pdf"))
    canvas.setFont("STSong-Light", 12)
    for i, line in enumerate(
        ("职业教育应当坚持产教融合和校企合作的办学方", "向并且培养更多高素质的技术技能人才和能工")
    ):
        canvas.drawString(72, 700 - 20 * i, line)
    canvas.save()
    document = read_pdf(tmp_path / "zh.pdf")
    assert (
        document.text == "职业教育应当坚持产教融合和校企合作的办学方向并且培养更多高素质的技术技能人才和能工"
    )
    assert document.language == "zh"


# Bad input


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b"this is a letter", "not-pdf"),
        (b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog", "damaged"),
    ],
)
def test_unreadable_pdf_is_named(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(content)
    with pytest.raises(DocumentError) as caught:
        read_pdf(path)
    assert caught.value.kind == kind
    assert "x.pdf" in str(caught.value)


def test_encrypted_pdf_asks_for_its_password_and_opens_with_it(make_pdf: MakePdf) -> None:
    path = make_pdf([body(["A secret line of text."])], encrypt="open sesame")
    with pytest.raises(DocumentError, match="--password") as caught:
        read_pdf(path)
    assert caught.value.kind == "encrypted"
    with pytest.raises(DocumentError, match="does not open it"):
        read_pdf(path, password="wrong")
    assert "secret" in read_pdf(path, password="open sesame").text


def test_page_without_text_is_reported(make_pdf: MakePdf) -> None:
    document = read_pdf(make_pdf([body(["Some text."]), [], body(["More text."])]), ocr="never")
    assert document.warnings == ("no text on page 2: blank",)
    with pytest.raises(DocumentError, match="its pages are blank"):
        read_pdf(make_pdf([[], []]), ocr="never")


@pytest.mark.shared
def test_nasty_files_end_as_a_document_or_a_named_failure(shared: Path) -> None:
    files = sorted((shared / "pdf_bench" / "nasty").glob("*.pdf"))
    assert len(files) == 70
    for path in files:
        started = time.monotonic()
        try:
            ended = read_pdf(path).text
        except DocumentError as error:
            ended = error.kind and error.reason
        assert ended
        assert time.monotonic() - started < 20


# Text files


def test_text_file_has_headings_paragraphs_and_items(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(
        "Skills Plan\n\n1. Aims\n\nThe state will fund\nnew centres.\n\n- a levy\n- a grant\n", "utf-8"
    )
    document = read_document(path)
    assert document.metadata.title == "Skills Plan"
    assert [(b.kind, document.quote(b), b.section) for b in document.blocks[1:]] == [
        ("heading", "1. Aims", ("1. Aims",)),
        ("paragraph", "The state will fund new centres.", ("1. Aims",)),
        ("list_item", "• a levy", ("1. Aims",)),
        ("list_item", "• a grant", ("1. Aims",)),
    ]


def test_text_file_in_another_encoding_is_read_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_bytes("A café for trainees.".encode("cp1252"))
    document = read_document(path)
    assert "café" in document.text
    assert "its encoding was guessed" in document.warnings[0]


def test_text_file_in_utf_16_is_read_by_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "notepad.txt"
    path.write_bytes("The state pays for places.".encode("utf-16"))
    document = read_document(path)
    assert document.text == "The state pays for places."
    assert document.warnings == ()


def test_markdown_is_read_where_named_and_not_taken_from_folders() -> None:
    assert SUFFIXES == (".pdf", ".txt", ".md", ".html", ".htm", ".docx")
    assert FOLDER_SUFFIXES == (".pdf", ".txt", ".html", ".htm", ".docx")
    assert set(SUFFIXES) == set(READERS)


def test_unknown_format_says_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_text("x")
    with pytest.raises(DocumentError, match=r"\.pdf, \.txt"):
        read_document(path)


# Quality over many documents


@pytest.mark.shared
def test_extraction_holds_its_measured_quality(shared: Path, tmp_path: Path) -> None:
    for path in sorted((shared / "pdf_bench" / "jats").glob("*.pdf")):
        (tmp_path / f"{path.stem}.json").write_bytes(to_json(read_pdf(path)))
    command = [sys.executable, str(shared / "pdf_bench" / "score.py"), str(tmp_path), "--json"]
    scores = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert scores["order"] >= 98.5
    assert scores["verbatim"] >= 97
    assert scores["paragraph"] >= 94.5
    assert scores["heading_f1"] >= 91
    assert scores["clean"] >= 95
    assert scores["title"] >= 95
