"""Lines, columns, furniture and paragraphs, each rule with the smallest page that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from policyloom.extract import read_pdf
from policyloom.extract.blocks.document_text import build_text
from policyloom.extract.blocks.groups import Group
from policyloom.extract.layout.furniture import set_furniture_aside
from policyloom.extract.layout.grids import find_grids
from policyloom.extract.layout.lines import find_lines
from policyloom.extract.layout.table_cell import TableCell
from policyloom.extract.layout.tables import find_tables
from policyloom.extract.layout.text_line import TextLine, make_line
from policyloom.extract.pdf.page import Page, Word
from policyloom.languages.layout import load_layout

NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
)


def word(
    text: str,
    x0: float,
    baseline: float = 100.0,
    *,
    size: float = 10.0,
    space: bool = True,
    eol: str = "",
) -> Word:
    """A word whose letters are half as wide as they are high."""
    width = 0.5 * size * len(text)
    return Word(text, x0, x0 + width, baseline, size, "F", False, False, space, eol)


def line(text: str, baseline: float, page: int) -> TextLine:
    words, x = [], 70.0
    for part in text.split():
        words.append(word(part, x, baseline))
        x = words[-1].x1 + 3
    return make_line(words, page, 842.0)


def texts_of(words: Sequence[Word]) -> list[str]:
    return [found.text for found in find_lines(Page(1, 595, 842, tuple(words)))]


# Lines


@pytest.mark.parametrize(
    ("gap", "lines"),
    [
        (20, ["Places grow"]),  # two sizes: a wide space
        (24, ["Places", "grow"]),
        (30, ["Places", "grow"]),  # three sizes: another column
    ],
)
def test_a_gap_of_more_than_two_sizes_parts_columns(gap: float, lines: list[str]) -> None:
    assert texts_of([word("Places", 70), word("grow", 100 + gap)]) == lines


@pytest.mark.parametrize(("gap", "text"), [(0, "levy3 pays"), (4.5, "levy3 pays")])
def test_a_raised_mark_stays_in_its_line(gap: float, text: str) -> None:
    words = [
        word("levy", 70, eol="\n"),  # PDFium breaks the line at the mark, and after it
        word("3", 90 + gap, 96, size=6, space=False, eol="\n"),
        word("pays", 96 + gap),
    ]
    assert texts_of(words) == [text]


def test_a_line_below_is_no_raised_mark() -> None:
    assert texts_of([word("levy", 70, eol="\n"), word("3", 90, 96, space=False)]) == ["levy", "3"]


@pytest.mark.parametrize(("degrees", "is_read"), [(0, True), (4, True), (8, False), (45, False)])
def test_words_set_aslant_are_a_watermark(tmp_path: Path, degrees: float, is_read: bool) -> None:
    path = tmp_path / "draft.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.drawString(70, 700, "The levy pays for places.")
    canvas.translate(200, 400)
    canvas.rotate(degrees)
    canvas.drawString(0, 0, "DRAFT")
    canvas.save()
    assert ("DRAFT" in read_pdf(path).text) is is_read


# Furniture


def pages_with_head(n_pages: int, n_heads: int) -> list[list[TextLine]]:
    """Pages of ten lines that differ in words, the first `n_heads` of them with a line at the top."""
    pages = []
    for page in range(n_pages):
        head = [line("The training plan", 40, page + 1)] if page < n_heads else []
        body = [
            line(f"Page {NUMBERS[page]} has in line {NUMBERS[i]} some words", 150 + 50 * i, page + 1)
            for i in range(10)
        ]
        pages.append([*head, *body])
    return pages


@pytest.mark.parametrize(
    ("n_pages", "n_heads", "n_aside"),
    [(2, 1, 0), (2, 2, 2), (8, 1, 0), (8, 2, 2), (12, 2, 0), (12, 3, 3), (16, 3, 0), (16, 4, 4)],
)
def test_a_running_head_comes_back_on_a_quarter_of_the_pages(
    n_pages: int, n_heads: int, n_aside: int
) -> None:
    pages = set_furniture_aside(pages_with_head(n_pages, n_heads), load_layout("en"))
    assert [found.text for page in pages for found in page.furniture] == ["The training plan"] * n_aside
    assert sum(len(page.text) for page in pages) == 10 * n_pages + n_heads - n_aside


def test_more_than_four_pages_are_never_needed_for_a_running_head() -> None:
    pages = set_furniture_aside(pages_with_head(16, 4) + pages_with_head(16, 0), load_layout("en"))
    assert sum(len(page.furniture) for page in pages) == 4


def test_page_numbers_are_known_by_the_words_of_the_language() -> None:
    pages = [[*pages_with_head(1, 0)[0], line("page 7 of 9", 800, 1)]]
    assert [len(page.furniture) for page in set_furniture_aside(pages, load_layout("en"))] == [1]


# Paragraphs over columns and pages

SENTENCE = "The council pays for one more place in every school of the town each year."


@pytest.mark.parametrize(
    ("last", "n_paragraphs"),
    [
        (SENTENCE, 1),  # a full line: the paragraph goes on over the page
        ("So the council pays.", 2),  # a short one: it has ended
    ],
)
def test_a_paragraph_goes_on_after_a_full_line_alone(tmp_path: Path, last: str, n_paragraphs: int) -> None:
    path = tmp_path / "pages.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for lines in ([SENTENCE, SENTENCE, SENTENCE, last], [SENTENCE, SENTENCE]):
        for i, text in enumerate(lines):
            canvas.drawString(70, 500 - 14 * i, text)
        canvas.showPage()
    canvas.save()
    document = read_pdf(path)
    assert [block.kind for block in document.blocks] == ["paragraph"] * n_paragraphs


# Tables


def test_lines_of_a_table_are_taken_out_of_the_text() -> None:
    sides = [(x, 80.0, x, 140.0) for x in (60.0, 160.0, 260.0)]
    rules = [*sides, *((60.0, y, 260.0, y) for y in (80.0, 110.0, 140.0))]
    cells = [
        make_line([word(text, x, y)], 1, 842.0)
        for text, x, y in (("Year", 70, 100), ("Places", 170, 100), ("2012", 70, 130), ("160", 170, 130))
    ]
    below = line("The places have grown.", 200, 1)
    (table,), rest = find_tables(find_grids(rules), [*cells, below])
    assert [(cell.row, cell.column, cell.text) for cell in table.cells] == [
        (0, 0, "Year"),
        (0, 1, "Places"),
        (1, 0, "2012"),
        (1, 1, "160"),
    ]
    assert rest == [below]


@pytest.mark.parametrize(
    ("cell", "mark", "size", "text"),
    [
        ("2012", "4", 6, "2012 4"),  # a note's number would change the year
        ("160.5", "a", 6, "160.5 a"),
        ("Year", "b", 6, "Yearb"),
        ("2012", "4", 9, "20124"),  # of nearly the same size: a digit
    ],
)
def test_small_mark_at_a_number_in_a_table_is_no_digit_of_it(
    cell: str, mark: str, size: float, text: str
) -> None:
    line = make_line([word(cell, 70), word(mark, 100, 97, size=size, space=False)], 1, 842.0)
    assert (
        build_text([Group((line,), kind="table", cells=(TableCell((line,), 0, 0),))], frozenset())[0] == text
    )


def test_a_grid_that_is_no_table_leaves_its_words_alone() -> None:
    sides = [(x, 80.0, x, 140.0) for x in (60.0, 160.0, 260.0)]
    rules = [*sides, *((60.0, y, 260.0, y) for y in (80.0, 110.0, 140.0))]
    formula = make_line([word("(", 70, 100), word("%", 75, 100, space=False)], 1, 842.0)
    assert find_tables(find_grids(rules), [formula]) == ([], [formula])
    assert [each.space for each in formula.words] == [True, False]
