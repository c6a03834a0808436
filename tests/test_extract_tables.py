"""Tables of PDFs as whole cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from policyloom.extract import read_pdf
from policyloom.records import Block, Cell, Document, from_json, to_json

Draw = Callable[[Canvas], None]

XS = (60.0, 200.0, 400.0)
YS = (100.0, 130.0, 190.0, 250.0)


def write(path: Path, *draw: Draw) -> Path:
    """A PDF with one page for each function that draws one."""
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    for page in draw:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return path


def text(canvas: Canvas, x: float, top: float, lines: str | Sequence[str], *, bold: bool = False) -> None:
    canvas.setFont("Helvetica-Bold" if bold else "Helvetica", 10)
    for i, words in enumerate([lines] if isinstance(lines, str) else lines):
        canvas.drawString(x, A4[1] - top - 12 * i, words)


def rules(canvas: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    for y in ys:
        canvas.line(xs[0], A4[1] - y, xs[-1], A4[1] - y)
    for x in xs:
        canvas.line(x, A4[1] - ys[0], x, A4[1] - ys[-1])


def prose(canvas: Canvas, top: float) -> None:
    words = "The council of each district pays for the training of its apprentices in every year."
    text(canvas, 60, top, [words] * 4)


def action_plan(canvas: Canvas) -> None:
    prose(canvas, 400)
    text(canvas, 65, 115, "Goal", bold=True)
    text(canvas, 205, 115, "Action", bold=True)
    text(canvas, 65, 145, ["More training", "places"])
    text(canvas, 205, 145, ["Promote early feed-", "ing and stimulation", "in all centres"])
    text(canvas, 65, 205, "Better schools")
    text(canvas, 205, 205, ["Build new class-", "rooms"])


def tables(document: Document) -> list[Block]:
    return [block for block in document.blocks if block.kind == "table"]


def cells(document: Document) -> list[tuple[int, int, str]]:
    return [
        (cell.row, cell.column, document.quote(cell)) for block in tables(document) for cell in block.cells
    ]


WHOLE = [
    (0, 0, "Goal"),
    (0, 1, "Action"),
    (1, 0, "More training places"),
    (1, 1, "Promote early feeding and stimulation in all centres"),
    (2, 0, "Better schools"),
    (2, 1, "Build new classrooms"),
]


def test_the_lines_of_a_cell_are_joined(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        rules(canvas, XS, YS)
        action_plan(canvas)

    document = read_pdf(write(tmp_path / "plan.pdf", page))
    assert cells(document) == WHOLE
    assert document.quote(tables(document)[0]) == (
        "Goal\tAction\nMore training places\tPromote early feeding and stimulation in all centres\n"
        "Better schools\tBuild new classrooms"
    )


def test_cells_shaded_line_by_line_are_whole(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFillColorRGB(0.8, 0.9, 0.8)
        for i in range(5):
            canvas.rect(205, A4[1] - 142 - 10 * i, 190, 10, stroke=0, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        rules(canvas, XS, YS)
        action_plan(canvas)

    assert cells(read_pdf(write(tmp_path / "plan.pdf", page))) == WHOLE


def test_coloured_areas_make_cells_where_there_are_no_lines(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        for row, (top, bottom) in enumerate(zip(YS, YS[1:], strict=False)):
            canvas.setFillColorRGB(0.9, 0.9 - 0.1 * (row % 2), 0.8)
            for x0, x1 in zip(XS, XS[1:], strict=False):
                canvas.rect(x0, A4[1] - bottom, x1 - x0, bottom - top, stroke=0, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        action_plan(canvas)

    assert cells(read_pdf(write(tmp_path / "plan.pdf", page))) == WHOLE


@pytest.mark.parametrize("missing", ["left", "right", "both"])
def test_a_table_without_outer_lines_keeps_all_words(tmp_path: Path, missing: str) -> None:
    def page(canvas: Canvas) -> None:
        for y in YS:
            canvas.line(XS[0], A4[1] - y, XS[-1], A4[1] - y)
        for x, side in zip(XS, ("left", "inner", "right"), strict=True):
            if side == "inner" or missing not in (side, "both"):
                canvas.line(x, A4[1] - YS[0], x, A4[1] - YS[-1])
        action_plan(canvas)

    assert cells(read_pdf(write(tmp_path / "plan.pdf", page))) == WHOLE


def test_a_merged_cell_comes_once_with_its_spans(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        prose(canvas, 400)
        canvas.rect(60, A4[1] - 250, 340, 150)
        canvas.line(60, A4[1] - 130, 400, A4[1] - 130)
        canvas.line(200, A4[1] - 190, 400, A4[1] - 190)
        canvas.line(200, A4[1] - 130, 200, A4[1] - 250)
        canvas.line(300, A4[1] - 130, 300, A4[1] - 250)
        for x, top, words in (
            (65, 115, "Water"), (65, 145, "Wells"), (205, 145, "Dig more wells"), (305, 145, "District"),
            (205, 205, "Mend old wells"), (305, 205, "Ministry"),
        ):  # fmt: skip
            text(canvas, x, top, words)

    document = read_pdf(write(tmp_path / "merged.pdf", page))
    (block,) = tables(document)
    spans = {document.quote(cell): (cell.row_span, cell.column_span) for cell in block.cells}
    assert spans == {
        "Water": (1, 3), "Wells": (2, 1), "Dig more wells": (1, 1), "District": (1, 1), "Mend old wells": (1, 1),
        "Ministry": (1, 1),
    }  # fmt: skip


def test_words_in_overlapping_grids_come_once(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        rules(canvas, XS, YS)
        rules(canvas, [x + 4 * (1 if x > 300 else -1) for x in XS], [95, 130, 190, 255])
        action_plan(canvas)

    document = read_pdf(write(tmp_path / "double.pdf", page))
    assert document.text.count("Build new classrooms") == 1
    assert cells(document) == WHOLE


@pytest.mark.parametrize("xs", [(55.0, 500.0), (40.0, 55.0, 500.0)])
def test_a_box_of_prose_is_text(tmp_path: Path, xs: tuple[float, ...]) -> None:
    def page(canvas: Canvas) -> None:
        rules(canvas, xs, (180, 290, 420))
        prose(canvas, 200)
        prose(canvas, 310)
        prose(canvas, 500)

    document = read_pdf(write(tmp_path / "box.pdf", page))
    assert tables(document) == []
    assert document.text.count("The council of each district") == 12


def test_a_bold_first_row_and_short_labels_before_longer_text_are_heads(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        rules(canvas, XS, YS)
        action_plan(canvas)

    document = read_pdf(write(tmp_path / "plan.pdf", page))
    heads = [document.quote(cell) for cell in tables(document)[0].cells if cell.is_head]
    assert heads == ["Goal", "Action", "More training places", "Better schools"]


def test_a_table_over_a_running_head_keeps_its_first_row(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        rules(canvas, XS, (60, 90, 190, 250))
        text(canvas, 65, 75, "Project name")
        text(canvas, 205, 75, "Project output")
        text(canvas, 65, 145, "Roads")
        text(canvas, 205, 145, "New roads in the north")
        text(canvas, 65, 205, "Wells")
        text(canvas, 205, 205, "New wells in the south")
        prose(canvas, 400)

    document = read_pdf(write(tmp_path / "plan.pdf", page, page, page))
    assert document.text.count("Project output") == 3


def test_cells_survive_json(tmp_path: Path) -> None:
    block = Block("table", 0, 9, cells=(Cell(0, 4, 0, 0), Cell(5, 9, 0, 1, 2, 3, True)))
    assert from_json(Block, to_json(block)) == block


@pytest.mark.parametrize(
    ("kind", "cells", "message"),
    [
        ("table", (Cell(0, 4, 0, 0), Cell(3, 6, 0, 1)), "overlaps"),
        ("table", (Cell(0, 40, 0, 0),), "leaves its block"),
        ("paragraph", (Cell(0, 4, 0, 0),), "only tables"),
    ],
)
def test_cells_outside_their_block_are_refused(kind: str, cells: tuple[Cell, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Block(kind, 0, 9, cells=cells)  # type: ignore[arg-type]


@pytest.mark.parametrize("places", [(-1, 0, 1, 1), (0, -1, 1, 1), (0, 0, 0, 1), (0, 0, 1, 0)])
def test_a_cell_has_a_place_and_a_span(places: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="rows and columns"):
        Cell(0, 4, *places)


def test_columns_without_rules_are_parted_where_figures_end_at_one_edge(tmp_path: Path) -> None:
    rows = [("Outcome", "Estimate", "Firms"), ("Left early", "-4.8", "4,318"), ("First job", "-15.1", "377")]

    def page(canvas: Canvas) -> None:
        prose(canvas, 400)
        text(canvas, 60, 100, "Table 1. Estimates for young workers", bold=True)
        canvas.setFont("Helvetica", 8)
        for i, (name, estimate, n) in enumerate(rows):
            canvas.drawString(60, A4[1] - 120 - 11 * i, name)
            canvas.drawRightString(200, A4[1] - 120 - 11 * i, estimate)
            canvas.drawRightString(260, A4[1] - 120 - 11 * i, n)

    document = read_pdf(write(tmp_path / "figures.pdf", page))
    assert [words for _, _, words in cells(document)] == [each for row in rows for each in row]
    assert [column for _, column, _ in cells(document)] == [0, 1, 2] * 3
