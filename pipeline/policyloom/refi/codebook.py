"""The codes of a REFI-QDA codebook or project, as they stand in one another."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from policyloom.packages import MAX_UNPACKED, PACKAGE_ERRORS, local_name, parse_xml, read_members
from policyloom.refi.names import plain_guid

__all__ = ["Code", "Codebook", "find_codes", "find_project_member", "read_codebook"]


@dataclass(frozen=True, slots=True)
class Code:
    """One code.

    Attributes:
        guid: its id, in small letters without braces.
        name: as its makers call it.
        description: what they say of it.
        parent: the id of the code it stands in; empty for an outermost one.
        is_codable: false for one that only holds others.
    """

    guid: str
    name: str
    description: str = ""
    parent: str = ""
    is_codable: bool = True


@dataclass(frozen=True, slots=True)
class Codebook:
    """Codes, each after the one it stands in, and sets of them.

    Attributes:
        codes: in the file's order.
        sets: for each set, its name and the ids of its codes.
    """

    codes: tuple[Code, ...]
    sets: tuple[tuple[str, tuple[str, ...]], ...] = ()


def read_codebook(path: Path) -> Codebook:
    """The codes of a `.qdc` file, or of the project in a `.qdpx` file.

    Raises:
        ValueError: the file is no codebook, is damaged, or too large.
        OSError: it cannot be opened.
    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                name = find_project_member(packed)
                data = read_members(packed, [name])[name]
        else:
            size = path.stat().st_size
            if size > MAX_UNPACKED:
                raise ValueError(f"has {size:,} bytes; the most that is read is {MAX_UNPACKED:,}")
            data = path.read_bytes()
        root = parse_xml(data)
    except PACKAGE_ERRORS as error:
        raise ValueError(f"is no REFI-QDA codebook, or is damaged ({error})") from error
    if local_name(root) not in ("CodeBook", "Project"):
        raise ValueError(f"is no REFI-QDA codebook: its root is {local_name(root)}, and CodeBook is expected")
    return find_codes(root)


def find_project_member(packed: zipfile.ZipFile) -> str:
    """The name of the one `.qde` file in a zip file; programs give it different names.

    Raises:
        ValueError: there is none, or several.
    """
    names = [name for name in packed.namelist() if name.lower().endswith(".qde")]
    if len(names) != 1:
        raise ValueError(f"holds {len(names)} files that end in .qde, and one is expected")
    return names[0]


def find_codes(root: ET.Element) -> Codebook:
    """The codes and sets beneath the root of a codebook or a project."""
    codes = tuple(
        code
        for element in root.iter()
        if local_name(element) == "Codes"
        for each in element
        for code in _walk(each, "")
    )
    sets = []
    for element in root.iter():
        if local_name(element) == "Set":
            members = (each for each in element if local_name(each) == "MemberCode")
            guids = (plain_guid(each.get("targetGUID") or each.get("guid")) for each in members)
            sets.append((" ".join((element.get("name") or "").split()), tuple(guids)))
    return Codebook(codes, tuple(sets))


def _walk(element: ET.Element, parent: str) -> Iterator[Code]:
    if local_name(element) != "Code":
        return
    guid = plain_guid(element.get("guid"))
    description = next((each.text or "" for each in element if local_name(each) == "Description"), "")
    is_codable = (element.get("isCodable") or "true").strip() not in ("false", "0")
    yield Code(guid, " ".join((element.get("name") or "").split()), description.strip(), parent, is_codable)
    for each in element:
        yield from _walk(each, guid)
