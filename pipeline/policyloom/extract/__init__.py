"""Files to `Document`s.

formats        which endings are read, by whom, and which of them are taken up from folders
pdf_document   PDF files, through pdf/, layout/ and blocks/ below
plain          text files, with the running heads and page numbers of printed ones apart (plain_pages)
web            HTML files: their tokens (web_tokens), encoding (web_decode), and stretches of blocks (web_flow)
word           Word files: their XML (word_package) and styles (word_styles)
pieces, grid   what these three find, and the document it makes; tables with cells, told from layout
pdf/           words and ruled lines of pages with PDFium, tags, OCR of scans, pictures of pages
layout/        words to lines in reading order; furniture and ruled tables apart
blocks/        lines to headings, paragraphs, lists, captions, tables, notes, references; the one text of a document
text, words    words cleaned, hyphens at line ends and broken ligatures mended; the words of a language

The words by which parts of a document are recognised belong to its language: `languages/<code>/layout.toml`.
"""

from __future__ import annotations

from policyloom.extract.formats import (
    FOLDER_SUFFIXES,
    LOCK_START,
    READERS,
    SUFFIXES,
    Format,
    read_document,
    read_text,
)
from policyloom.extract.pdf.tesseract import ocr_version
from policyloom.extract.pdf_document import read_pdf

__all__ = [
    "FOLDER_SUFFIXES",
    "LOCK_START",
    "READERS",
    "SUFFIXES",
    "Format",
    "ocr_version",
    "read_document",
    "read_pdf",
    "read_text",
]
