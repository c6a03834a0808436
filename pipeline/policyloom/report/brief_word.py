"""A brief as a Word file."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from policyloom.files import write_bytes
from policyloom.report.brief import Brief, BriefPart

if TYPE_CHECKING:
    from docx.document import Document

__all__ = ["can_write_word", "write_word_brief"]

CREATED = datetime(2000, 1, 1)
"""The date that every file bears, so that the same check gives the same bytes."""

MARGIN, BODY, SMALL = 2.0, 10.5, 9.5
"""Centimetres around the page; points of the text, and of quotes and tables."""

WIDTHS = (4.2, 2.0, 1.8, 9.0)
"""Centimetres of the columns of a table with four."""

_FORBIDDEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
"""Characters that occur in text from PDFs and that XML forbids."""


def can_write_word() -> bool:
    """Whether python-docx is installed, which comes with `policyloom[word]`."""
    return importlib.util.find_spec("docx") is not None


def write_word_brief(brief: Brief, path: str | Path) -> None:
    """Writes a brief as a Word file of one or two A4 pages; the same brief gives the same bytes.

    Raises:
        ImportError: python-docx is not installed.
    """
    import docx
    from docx.shared import Cm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(MARGIN)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(BODY)
    normal.paragraph_format.space_after = Pt(3)
    for name, size in (("Heading 1", 16), ("Heading 2", 12)):
        style = document.styles[name]
        style.font.name, style.font.size = "Calibri", Pt(size)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(9), Pt(3)
    document.add_heading(_clean(brief.title), level=1)
    document.add_paragraph(_clean(brief.about)).runs[0].italic = True
    for part in brief.parts:
        _add_part(document, part)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = _clean(brief.title)[:255], "policyloom", ""
    properties.created = properties.modified = CREATED
    file = io.BytesIO()
    document.save(file)
    write_bytes(_with_fixed_dates(file.getvalue()), path)


def _add_part(document: Document, part: BriefPart) -> None:
    from docx.shared import Cm, Pt

    document.add_heading(part.heading, level=2)
    if part.lead:
        document.add_paragraph(_clean(part.lead))
    if part.table:
        table = document.add_table(rows=1, cols=len(part.table.heads), style="Light Grid Accent 1")
        table.autofit = False
        for row, texts in enumerate((part.table.heads, *part.table.rows)):
            cells = table.rows[0].cells if row == 0 else table.add_row().cells
            for cell, text, width in zip(cells, texts, WIDTHS, strict=False):
                cell.width = Cm(width)
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(0)
                paragraph.add_run(_clean(text)).font.size = Pt(SMALL)
    for point in part.points:
        document.add_paragraph(_clean(point.text), style="List Number" if part.is_numbered else "List Bullet")
        for quote in point.quotes:
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.left_indent = Cm(1.2)
            paragraph.add_run(_clean(quote)).font.size = Pt(SMALL)
    if part.n_left_out:
        document.add_paragraph(f"and {part.n_left_out} more, in findings.csv")


def _clean(text: str) -> str:
    return text.translate(_FORBIDDEN)


def _with_fixed_dates(data: bytes) -> bytes:
    """The same package with one date for all its parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, CREATED.timetuple()[:6]), old.read(name), zipfile.ZIP_DEFLATED)
    return file.getvalue()
