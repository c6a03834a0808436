"""Files to `Document`s.

formats        which endings are read, by whom, and which of them are taken up from folders
pdf_document   PDF files, through pdf/, layout/ and blocks/ below
plain          text files
markup         HTML and Word files
pdf/           words and ruled lines of pages with PDFium, tags, OCR of scans, pictures of pages
layout/        words to lines in reading order; furniture and ruled tables apart
blocks/        lines to headings, paragraphs, lists, captions, tables, notes, references; the one text of a document
text, words    words cleaned, hyphens at line ends and broken ligatures mended; the words of a language

The words by which parts of a document are recognised belong to its language: `languages/<code>/layout.toml`.
"""

from __future__ import annotations

from policyloom.extract.formats import FOLDER_SUFFIXES, READERS, SUFFIXES, Format, read_document
from policyloom.extract.pdf.tesseract import ocr_version
from policyloom.extract.pdf_document import read_pdf

__all__ = [
    "FOLDER_SUFFIXES",
    "READERS",
    "SUFFIXES",
    "Format",
    "ocr_version",
    "read_document",
    "read_pdf",
]
