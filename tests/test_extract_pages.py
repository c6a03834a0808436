"""How pages of PDFs are set and drawn: sideways, cut, twice, hidden, filled in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib.colors import black, white
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from policyloom.errors import DocumentError
from policyloom.extract import read_pdf
from policyloom.extract.text import clean
from policyloom.records import Document, UnreadPart

Draw = Callable[[Canvas], None]

LINES = [
    "The council of the district pays for the training of young workers.",
    "It keeps a register of firms and renews it in the spring of a year.",
    "Visits take place twice a year and are led by the inspectorate here.",
    "Each college reports its figures to the board in autumn and winter.",
]


def write(path: Path, *draw: Draw) -> Path:
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    for page in draw:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return path


def prose(canvas: Canvas, top: float = 200, x: float = 70) -> None:
    canvas.setFont("Helvetica", 10)
    for i, words in enumerate(LINES):
        canvas.drawString(x, A4[1] - top - 13 * i, words)


def text_of(document: Document) -> str:
    return " ".join(document.text.split())


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_set_sideways_is_read_with_boxes_on_its_words(tmp_path: Path, degrees: int) -> None:
    def page(canvas: Canvas) -> None:
        canvas.translate(A4[0] / 2, A4[1] / 2)
        canvas.rotate(degrees)
        canvas.setFont("Helvetica", 10)
        for i, words in enumerate(LINES):
            canvas.drawString(-150, 100 - 13 * i, words)

    document = read_pdf(write(tmp_path / "turned.pdf", page))
    assert text_of(document) == " ".join(LINES)
    start = document.text.index("The council")
    (box,) = document.boxes(start, start + 11)
    middle = A4[0] / 2, A4[1] / 2
    x, y = {90: (-100, 150), 180: (150, 100), 270: (100, -150)}[degrees]
    assert box.x0 - 12 < middle[0] + x < box.x1 + 12
    assert box.top - 12 < middle[1] + y < box.bottom + 12


def test_sideways_text_beside_upright_text_is_read_after_it(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        prose(canvas)
        canvas.translate(300, 100)
        canvas.rotate(90)
        for i in range(4):
            canvas.drawString(0, -14 * i, f"Row {i} of the table that stands on its side")

    document = read_pdf(write(tmp_path / "part.pdf", page))
    assert text_of(document).startswith(" ".join(LINES))
    assert all(f"Row {i} of the table" in document.text for i in range(4))
    assert {page for block in document.blocks for page in block.pages} == {1}


def test_a_stamp_up_the_margin_is_furniture(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        prose(canvas)
        canvas.translate(20, 100)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Downloaded from the archive on 1 May 2020 by a reader")

    document = read_pdf(write(tmp_path / "stamp.pdf", page))
    assert "Downloaded" not in document.text
    assert any("Downloaded" in words for _, words in document.furniture)


def test_text_of_negative_size_is_read(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        prose(canvas)
        canvas._code.append("BT /F1 -10 Tf -1 0 0 -1 70 500 Tm (A line of negative size is read.) Tj ET")

    assert "A line of negative size is read." in read_pdf(write(tmp_path / "negative.pdf", page)).text


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (0.4, 0), (1, 1), (0, 2)])
def test_text_drawn_again_comes_once(tmp_path: Path, dx: float, dy: float) -> None:
    def page(canvas: Canvas) -> None:
        for i in range(3):
            prose(canvas, 200 + dy * i / 2, 70 + dx * i / 2)

    assert text_of(read_pdf(write(tmp_path / "again.pdf", page))) == " ".join(LINES)


def hide_white(canvas: Canvas) -> None:
    canvas.setFillColor(white)
    canvas.drawString(70, 500, "Nobody reads these words.")
    canvas.setFillColor(black)


def hide_invisible(canvas: Canvas) -> None:
    text = canvas.beginText(70, 500)
    text.setTextRenderMode(3)
    text.textOut("Nobody reads these words.")
    text.setTextRenderMode(0)
    canvas.drawText(text)


def hide_covered(canvas: Canvas) -> None:
    canvas.drawString(70, 500, "Nobody reads these words.")
    canvas.rect(60, 490, 300, 25, stroke=0, fill=1)


def strike(canvas: Canvas) -> None:
    canvas.drawString(70, 500, "Nobody reads these words.")
    canvas.line(70, 503, 70 + canvas.stringWidth("Nobody reads these words.", "Helvetica", 10), 503)


@pytest.mark.parametrize("hide", [hide_white, hide_invisible, hide_covered, strike])
def test_text_that_is_not_seen_or_struck_is_left_out_and_said_so(tmp_path: Path, hide: Draw) -> None:
    def page(canvas: Canvas) -> None:
        prose(canvas)
        hide(canvas)

    document = read_pdf(write(tmp_path / "hidden.pdf", page))
    assert text_of(document) == " ".join(LINES)
    ((reason, pages, n_characters),) = [
        (part.reason, part.pages, part.n_characters) for part in document.unread
    ]
    assert (reason, pages, n_characters) == ("hidden", (1,), len("Nobodyreadsthesewords."))
    assert "left out" in document.warnings[0]


def show_on_dark(canvas: Canvas) -> None:
    canvas.rect(60, 490, 300, 25, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.drawString(70, 500, "Everybody reads these words.")


def show_underlined(canvas: Canvas) -> None:
    canvas.drawString(70, 500, "Everybody reads these words.")
    canvas.line(70, 498, 200, 498)


def show_on_colour(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 0)
    canvas.rect(60, 490, 300, 25, stroke=0, fill=1)
    canvas.setFillColor(black)
    canvas.drawString(70, 500, "Everybody reads these words.")


@pytest.mark.parametrize("show", [show_on_dark, show_underlined, show_on_colour])
def test_text_that_is_seen_stays(tmp_path: Path, show: Draw) -> None:
    def page(canvas: Canvas) -> None:
        prose(canvas)
        show(canvas)

    document = read_pdf(write(tmp_path / "seen.pdf", page))
    assert "Everybody reads these words." in document.text
    assert document.unread == ()


@pytest.mark.parametrize(
    ("initial", "first", "start"),
    [
        ("T", "raining bases raise employment here.", "Training bases"),
        ("A", "district raises employment here.", "A district"),
    ],
)
def test_an_initial_stands_at_its_word(tmp_path: Path, initial: str, first: str, start: str) -> None:
    def page(canvas: Canvas) -> None:
        prose(canvas, 400)
        canvas.setFont("Helvetica", 34)
        canvas.drawString(70, A4[1] - 213, initial)
        canvas.setFont("Helvetica", 10)
        x = 72 + canvas.stringWidth(initial, "Helvetica", 34)
        for i, words in enumerate([first, LINES[0]]):
            canvas.drawString(x, A4[1] - 200 - 13 * i, words)
        canvas.drawString(70, A4[1] - 226, LINES[1])

    assert start in read_pdf(write(tmp_path / "initial.pdf", page)).text


@pytest.mark.parametrize("gap", [12, 18, 24])
def test_a_long_item_does_not_swallow_the_paragraph_after_its_list(tmp_path: Path, gap: float) -> None:
    items = [
        [
            "grants for firms that take young people and keep them for all",
            "the time that was agreed with them",
        ],
        ["new bases in six towns"],
        ["a wage subsidy"],
    ]

    def page(canvas: Canvas) -> None:
        prose(canvas, 100)
        top = 180.0
        for lines in items:
            canvas.drawString(75, A4[1] - top, "\N{BULLET}")
            for words in lines:
                canvas.drawString(75 + gap, A4[1] - top, words)
                top += 13
        prose(canvas, top + 13)

    document = read_pdf(write(tmp_path / "list.pdf", page))
    blocks = [(block.kind, document.quote(block)) for block in document.blocks]
    assert [kind for kind, _ in blocks] == ["paragraph", "list_item", "list_item", "list_item", "paragraph"]
    assert blocks[1][1].endswith("agreed with them")


def test_form_fields_are_read_where_they_stand(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        prose(canvas, 100)
        canvas.acroForm.textfield(name="answer", value="Grants for firms.", x=70, y=600, width=300, height=20)
        prose(canvas, 400)

    document = read_pdf(write(tmp_path / "form.pdf", page))
    fields = [document.quote(block) for block in document.blocks if block.kind == "form_field"]
    assert fields == ["Grants for firms."]
    assert [block.kind for block in document.blocks] == ["paragraph", "form_field", "paragraph"]


def test_blank_pages_are_not_called_scans(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="its pages are blank"):
        read_pdf(write(tmp_path / "blank.pdf", lambda canvas: None), ocr="never")


@pytest.mark.parametrize(
    ("printed", "letters"),
    [
        ("caf\u00b4e", "café"),  # before its letter, as TeX draws it
        ("cafe\u00b4", "café"),
        ("Universit\u00a8at", "Universität"),
        ("Fe\u00b4lix", "Félix"),
        ("don\u00b4t", "don\u00b4t"),
        ("e\u0301t", "ét"),
    ],
)
def test_clean_composes_accents(printed: str, letters: str) -> None:
    assert clean(printed) == letters


def test_an_unread_part_has_a_known_reason() -> None:
    with pytest.raises(ValueError, match="use one of scan, font, page, hidden"):
        UnreadPart("torn", (1,), 0, "page 1")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="cannot be below 0"):
        UnreadPart("scan", (1,), -1, "page 1")
