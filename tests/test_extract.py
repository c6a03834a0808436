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
from policyloom.extract import read_document, read_pdf
from policyloom.extract.text import Vocabulary, broken_ligatures, clean
from policyloom.records import Document, to_json

MakePdf = Callable[..., Path]


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


# Cleaning


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
    assert Vocabulary(words).keeps_hyphen(left, right) is keeps


def test_clean_makes_ligatures_and_radicals_plain() -> None:
    assert clean("e\ufb03cient") == "efficient"
    assert clean("\u2f00") == "一"
    assert clean("soft\u00adware") == "software"
    assert clean("２０２５") == "2025"


def test_broken_ligatures_are_mended_from_the_lexicon() -> None:
    words = [("F", w) for w in ("*e", "*is", "*ese", "*ey", "*erefore", "note*", "*")]
    mended = broken_ligatures(words)
    assert mended["F", "*ese"] == "These"
    assert mended["F", "*e"] == "The"
    assert ("F", "note*") not in mended


def test_footnote_stars_are_no_broken_ligatures() -> None:
    assert broken_ligatures([("F", w) for w in ("*see", "*data", "*from", "*with", "*not")]) == {}


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
    assert document.warnings == (
        "no text on page 2: blank, or a picture that needs OCR; OCR is switched off",
    )
    with pytest.raises(DocumentError, match="needs OCR"):
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
    assert "UTF-8" in document.warnings[0]


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
    assert scores["verbatim"] >= 96.5
    assert scores["paragraph"] >= 94.5
    assert scores["heading_f1"] >= 88
    assert scores["title"] >= 95
