"""The XML parts of a Word file, parsed without entities and not too deep."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from policyloom.errors import DocumentError
from policyloom.extract.limits import too_large
from policyloom.packages import parse_xml

__all__ = ["WordParts", "local", "read_parts", "value"]

MAX_UNPACKED = 100_000_000
"""Bytes that the parts of a Word file that are read may unpack to; a bomb of 40 kB can claim gigabytes. Pictures are not read."""

MAX_MARKS = 5_000_000
"""Tags and attributes of a part; a report of 1,000 pages has a million."""

OLE = b"\xd0\xcf\x11\xe0"
"""How old Word files begin, and encrypted new ones."""

DAMAGED = "is not a Word file (.docx), or is damaged"

WORD = (
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
"""The namespaces of Word's own elements: transitional and strict."""


@dataclass(frozen=True, slots=True)
class WordParts:
    """The parts of a Word file that hold text, or say how it is set; None where there is no such part."""

    document: ET.Element
    styles: ET.Element | None
    numbering: ET.Element | None
    footnotes: ET.Element | None
    endnotes: ET.Element | None
    core: ET.Element | None


def local(element: ET.Element) -> str:
    """The name of an element; with "w:" where it is Word's own, as other languages use the same names."""
    tag = element.tag
    name = tag.rpartition("}")[2]
    return f"w:{name}" if tag.startswith(WORD) else name


def value(element: ET.Element | None, name: str = "val") -> str | None:
    """The value of an element's attribute, whatever its namespace; None where it has none."""
    if element is None:
        return None
    return next((found for key, found in element.items() if key.rpartition("}")[2] == name), None)


def read_parts(path: Path, data: bytes) -> WordParts:
    """The parts of a Word file.

    Raises:
        DocumentError: the file is encrypted, damaged, no Word file, or unpacks to too much.
    """
    if data.startswith(OLE):
        raise DocumentError(
            path, "damaged", "is encrypted, or an old Word file (.doc); save it as .docx without a password"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return _read_parts(path, packed)
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ValueError,
        EOFError,
        RuntimeError,
        ET.ParseError,
    ) as error:
        raise DocumentError(path, "damaged", DAMAGED) from error


def _read_parts(path: Path, packed: zipfile.ZipFile) -> WordParts:
    entries = {entry.filename.lstrip("/").lower(): entry for entry in packed.infolist()}
    size = 0

    def read(name: str) -> ET.Element | None:
        nonlocal size
        found = entries.get(name.lstrip("/").lower())
        if not found:
            return None
        size += found.file_size
        if size > MAX_UNPACKED:
            raise too_large(path, size, "bytes of text when unpacked", MAX_UNPACKED)
        xml = packed.read(found)
        n_marks = xml.count(b"<") + xml.count(b"=")
        if n_marks > MAX_MARKS:
            raise too_large(path, n_marks, "tags and attributes", MAX_MARKS)
        return parse_xml(xml)

    package = _relations(read("_rels/.rels"), "")
    main = package.get("officeDocument", "word/document.xml")
    document = read(main)
    if document is None or local(document) != "w:document":
        raise ValueError("no document")
    folder, name = posixpath.split(main)
    own = _relations(read(f"{folder}/_rels/{name}.rels"), folder)

    def read_own(kind: str) -> ET.Element | None:
        return read(own.get(kind, f"{folder}/{kind}.xml"))

    return WordParts(
        document,
        styles=read_own("styles"),
        numbering=read_own("numbering"),
        footnotes=read_own("footnotes"),
        endnotes=read_own("endnotes"),
        core=read(package.get("core-properties", "docProps/core.xml")),
    )


def _relations(element: ET.Element | None, folder: str) -> dict[str, str]:
    """The part for each kind of relation, as a path in the package."""
    return {
        (each.get("Type") or "").rpartition("/")[2]: posixpath.normpath(
            posixpath.join(folder, each.get("Target") or "")
        ).lstrip("/")
        for each in (element if element is not None else ())
        if each.get("TargetMode") != "External"
    }
