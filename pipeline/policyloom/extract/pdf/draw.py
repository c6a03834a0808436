"""Draw a document's blocks, or a quote, on the pages they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from policyloom.extract.pdf.file import open_pdf
from policyloom.records import Box, Document

__all__ = ["draw_blocks", "draw_quote"]

SCALE = 1.5
"""Pixels a point."""

COLOURS = {
    "title": "#7a0177", "heading": "#c51b8a", "paragraph": "#2166ac", "list_item": "#1b7837", "table": "#b35806",
    "caption": "#8c510a", "footnote": "#666666", "reference": "#999999", "front_matter": "#542788",
    "contents": "#4d4d4d", "form_field": "#01665e",
}  # fmt: skip


def draw_blocks(
    document: Document, path: str | Path, folder: str | Path, *, password: str | None = None
) -> list[Path]:
    """Write one PNG a page with every block framed in the colour of its kind and numbered in reading order.

    Args:
        document: as read from `path`.
        path: the PDF.
        folder: where the pictures go, as ID-page.png.
        password: for an encrypted file.

    Returns:
        The files written, by page.
    """
    marks: list[tuple[Box, str, str]] = []
    for number, block in enumerate(document.blocks, 1):
        label = f"{number} {block.kind}" + (f" {block.level}" if block.level else "")
        marks += [(box, COLOURS[block.kind], label) for box in block.boxes]
    return _draw(document, Path(path), Path(folder), marks, range(1, document.n_pages + 1), password)


def draw_quote(
    document: Document,
    path: str | Path,
    folder: str | Path,
    start: int,
    end: int,
    *,
    password: str | None = None,
) -> list[Path]:
    """Write the pages on which `[start, end)` of the text stands, with its words marked.

    Raises:
        ValueError: the span is printed nowhere.
    """
    boxes = document.boxes(start, end)
    if not boxes:
        raise ValueError(f"[{start}, {end}) of {document.id} stands on no page")
    marks = [(box, "#d7301f", "") for box in boxes]
    return _draw(document, Path(path), Path(folder), marks, sorted({box.page for box in boxes}), password)


def _draw(
    document: Document,
    path: Path,
    folder: Path,
    marks: Sequence[tuple[Box, str, str]],
    pages: Iterable[int],
    password: str | None,
) -> list[Path]:
    from PIL import ImageDraw

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with open_pdf(path, password=password) as pdf:
        for number in pages:
            image = pdf.render(number, SCALE)
            pen = ImageDraw.Draw(image, "RGBA")
            for box, colour, label in marks:
                if box.page == number:
                    corners = [
                        box.x0 * SCALE - 2,
                        box.top * SCALE - 2,
                        box.x1 * SCALE + 2,
                        box.bottom * SCALE + 2,
                    ]
                    pen.rectangle(corners, outline=colour, width=2, fill=colour + "18")
                    pen.text((corners[0] + 2, corners[1] - 11), label, fill=colour)
            file = folder / f"{document.id}-{number:03}.png"
            image.save(file)
            written.append(file)
    return written
