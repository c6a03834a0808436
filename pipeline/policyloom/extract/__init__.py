"""Files to `Document`s.

    chars       PDFium: words with font and position
    layout      words to lines in reading order; furniture aside
    structure   lines to headings, paragraphs, lists, captions, tables, footnotes, references
    text        words cleaned, hyphens at line ends mended
    document    the one text with its blocks, lines and metadata
"""

from __future__ import annotations

import hashlib
from builtins import id as identity
from pathlib import Path

from policyloom.errors import DocumentError
from policyloom.extract.chars import open_pdf
from policyloom.extract.document import build_text, find_metadata
from policyloom.extract.layout import find_furniture, find_lines
from policyloom.extract.structure import Group, find_groups
from policyloom.extract.tables import find_tables
from policyloom.extract.text import broken_ligatures
from policyloom.records import Document

__all__ = ["read_pdf"]


def read_pdf(path: str | Path, *, password: str | None = None, id: str | None = None) -> Document:
    """The document in a PDF file.

    Args:
        path: the file.
        password: for an encrypted file.
        id: the name it goes by; the file's name without ending unless given.

    Raises:
        DocumentError: the file cannot be read, or has no text.
    """
    path = Path(path)
    with open_pdf(path, password=password) as pdf:
        pages = list(pdf.pages())
        n_pages, info, bookmarks = pdf.n_pages, pdf.info(), pdf.bookmarks()
    mended = broken_ligatures({(word.font, word.text) for page in pages for word in page.words if not word.text.isalnum()})
    if mended:
        for page in pages:
            for word in page.words:
                word.text = mended.get((word.font, word.text), word.text)
    lines = [find_lines(page) for page in pages]
    aside = find_furniture(lines)
    body = [[line for line in page if identity(line) not in aside] for page in lines]
    tables = []
    for number, page in enumerate(pages):
        for rows, inside in find_tables(page.rules, body[number]):
            tables.append(Group([cell for row in rows for cell in row if cell.words], kind="table", parts=rows))
            body[number] = [line for line in body[number] if identity(line) not in inside]
    groups = find_groups(body, bookmarks, tables)
    text, blocks, printed = build_text(groups)
    if not text.strip():
        raise DocumentError(path, "no-text", "has no text: it is a scan or a drawing, and needs OCR first")
    furniture = tuple((line.page, line.text) for page in lines for line in page if identity(line) in aside)
    return Document(
        id=id or path.stem,
        source=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        n_pages=n_pages,
        language="en",
        metadata=find_metadata(text, blocks, furniture, info),
        text=text,
        blocks=blocks,
        lines=printed,
        furniture=furniture,
    )

