"""Pictures of pages with what was read from them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from policyloom import extract_files
from policyloom.extract import read_document, read_pdf
from policyloom.extract.pdf.draw import SCALE, draw_blocks, draw_quote
from policyloom.records import Document


def test_a_quote_is_marked_where_it_stands(corpus: Path, tmp_path: Path) -> None:
    path = corpus / "d-work-based-learning-paper.pdf"
    document = read_pdf(path)
    start = document.text.index("Contrary to expectation")
    (picture,) = draw_quote(document, path, tmp_path, start, start + 80)
    boxes = document.boxes(start, start + 80)
    assert picture.name == f"{document.id}-{boxes[0].page:03}.png"
    image = Image.open(picture).convert("RGB")
    plain = image.getpixel((5, 5))
    for box in boxes:
        inside = image.getpixel((round((box.x0 + 1) * SCALE), round((box.top + 1) * SCALE)))
        assert isinstance(inside, tuple)
        assert inside != plain
        assert inside[0] > inside[2]  # reddish


def test_blocks_are_drawn_on_every_page(corpus: Path, tmp_path: Path) -> None:
    path = corpus / "g-audit-report.pdf"
    document = read_pdf(path)
    assert len(draw_blocks(document, path, tmp_path)) == document.n_pages


def test_a_quote_without_a_page_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("No pages here.")
    document = read_document(path)
    with pytest.raises(ValueError, match="stands on no page"):
        draw_quote(document, path, tmp_path, 0, 5)


def test_the_worker_that_reads_draws_so_that_its_limits_hold(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("drawn by the process that asked")

    monkeypatch.setattr("policyloom.extract.pdf.draw.draw_blocks", refuse)
    path = corpus / "e-trades-fact-sheet.pdf"
    (document,) = extract_files(path, draw=tmp_path / "pictures")
    assert isinstance(document, Document)
    assert len(list((tmp_path / "pictures").iterdir())) == document.n_pages
