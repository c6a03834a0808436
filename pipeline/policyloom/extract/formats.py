"""The formats that are read: one table, which `read_document` and a run over folders both use."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from policyloom.errors import DocumentError
from policyloom.extract.limits import read_file
from policyloom.extract.pdf_document import read_pdf
from policyloom.extract.plain import read_text_file
from policyloom.extract.web import read_html
from policyloom.extract.word import read_docx
from policyloom.files import MAX_NAME, show_name
from policyloom.records import Document, OcrUse

__all__ = ["FOLDER_SUFFIXES", "LOCK_START", "READERS", "SUFFIXES", "Format", "read_document", "read_text"]


class ReadData(Protocol):
    """Reads a document from the bytes of its file."""

    def __call__(self, path: Path, data: bytes, *, id: str, sha256: str) -> Document:
        """The document.

        Raises:
            DocumentError: the file cannot be read, or has no text.
        """


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files.

    Attributes:
        read: reads its files; none for PDFs, which `read_pdf` reads from the disk.
        in_folders: whether a run over a folder takes such files up. Markdown files in a folder are mostly notes on
            the documents, so they are read only where they are named.
    """

    read: ReadData | None
    in_folders: bool = True


READERS: dict[str, Format] = {
    ".pdf": Format(None),
    ".txt": Format(read_text_file),
    ".md": Format(read_text_file, in_folders=False),
    ".html": Format(read_html),
    ".htm": Format(read_html),
    ".docx": Format(read_docx),
}
"""The format of each ending, in small letters. A new format is one line here."""

SUFFIXES = tuple(READERS)
"""The endings of files that `read_document` takes."""

FOLDER_SUFFIXES = tuple(suffix for suffix, format in READERS.items() if format.in_folders)
"""The endings of files that a run over a folder takes up."""


LOCK_START = "~$"
"""How the files begin by which Word marks a document as open; they hold a name and no text."""


def read_document(
    path: str | Path,
    *,
    password: str | None = None,
    id: str | None = None,
    ocr: OcrUse = "auto",
    before_ocr: Callable[[int], None] | None = None,
) -> Document:
    """The document in a file of any kind that `SUFFIXES` names.

    Args:
        path: the file.
        password: for an encrypted PDF.
        id: the name it goes by; the file's name without ending unless given.
        ocr: which pages of a PDF are read by OCR, as in `read_pdf`.
        before_ocr: called with the number of each such page before it is read, which takes seconds.

    Raises:
        DocumentError: the file cannot be read, or has no text.
        ValueError: `ocr` is none of its values.
    """
    path = Path(path)
    if path.name.startswith(LOCK_START):
        raise DocumentError(
            path, "lock-file", "only marks a document as open in Word; give the document, without ~$"
        )
    format = READERS.get(path.suffix.lower())
    if format is None:
        raise DocumentError(
            path, "unknown-format", f"has an ending that is not read; use one of {', '.join(SUFFIXES)}"
        )
    if format.read is None:
        return read_pdf(path, password=password, id=id, ocr=ocr, before_ocr=before_ocr)
    data = read_file(path)
    return format.read(path, data, id=id or show_name(path.stem), sha256=hashlib.sha256(data).hexdigest())


def read_text(text: str, *, id: str = "text") -> Document:
    """The document in a text that is not in a file, read as a text file is.

    Args:
        text: plain text or Markdown, with empty lines between paragraphs.
        id: the name it goes by.

    Raises:
        DocumentError: there is no text.
        ValueError: the text is the name of a file.

    Example:
        >>> read_text("The state gives tax relief to firms.").text
        'The state gives tax relief to firms.'
    """
    if len(text) <= MAX_NAME and "\n" not in text and Path(text).suffix.lower() in SUFFIXES:
        raise ValueError(f"{text!r} is the name of a file; give what read_document reads from it")
    data = text.encode("utf-8", "replace")
    return read_text_file(Path(id), data, id=id, sha256=hashlib.sha256(data).hexdigest())
