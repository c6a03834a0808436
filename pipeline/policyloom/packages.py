"""Zip files and XML that somebody else made: no entities, not too deep, and no more than can be held.

Word files, projects of programs for qualitative analysis and workbooks are all read through here.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from xml.etree import ElementTree as ET

__all__ = ["PACKAGE_ERRORS", "local_name", "parse_xml", "read_members"]

MAX_DEPTH = 250
"""Elements that may stand in one another; tables in tables of a Word file need about 10 for each."""

MAX_UNPACKED = 200_000_000
"""Bytes that the parts that are read may unpack to; a bomb of 40 kB can claim gigabytes."""

PACKAGE_ERRORS = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, RuntimeError, NotImplementedError, ET.ParseError,
)  # fmt: skip
"""What is raised for a damaged package; `RuntimeError` for an encrypted one."""


def parse_xml(data: bytes) -> ET.Element:
    """The root element of an XML file.

    Raises:
        ValueError: a document type is declared, as entities need one, or elements stand too deep in one another.
        xml.etree.ElementTree.ParseError: the file is no XML.
    """
    parser = ET.XMLParser(target=_Builder())
    parser.feed(data)
    root = parser.close()
    if not isinstance(root, ET.Element):
        raise ValueError("no element")
    return root


def local_name(element: ET.Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def read_members(packed: zipfile.ZipFile, names: Sequence[str]) -> dict[str, bytes]:
    """The content of some members of a zip file, by their names; no member is read past the size that it states.

    Raises:
        ValueError: together they unpack to more than is read.
    """
    size = sum(packed.getinfo(name).file_size for name in names)
    if size > MAX_UNPACKED:
        raise ValueError(f"unpacks to {size:,} bytes; the most that is read is {MAX_UNPACKED:,}")
    return {name: packed.read(name) for name in names}


class _Builder(ET.TreeBuilder):
    """Builds a tree, and refuses declarations of entities and elements that stand too deep in one another."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def doctype(self, *_: str | None) -> None:
        """Refuses what no file that is read here needs."""
        raise ValueError("a document type is declared")

    def start(self, tag: str, attrs: dict[str, str]) -> ET.Element:
        """Opens an element."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ValueError(f"more than {MAX_DEPTH} elements stand in one another")
        return super().start(tag, attrs)

    def end(self, tag: str) -> ET.Element:
        """Closes an element."""
        self._depth -= 1
        return super().end(tag)
