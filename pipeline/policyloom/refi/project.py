"""The texts of a REFI-QDA project, and what is coded in them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from policyloom.packages import PACKAGE_ERRORS, local_name, parse_xml, read_members
from policyloom.refi.codebook import Codebook, find_codes, find_project_member
from policyloom.refi.names import plain_guid
from policyloom.refi.positions import CountedText, find_count

__all__ = ["Coding", "Project", "ProjectLink", "Source", "read_project"]

INTERNAL = "internal://"
"""How the path of a text within the project begins."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text of a project: its name, and the text with line feeds alone at the ends of lines."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Coding:
    """One code on one stretch of a text.

    Attributes:
        source: the place of the text among those of the project.
        start, end: in characters of the text.
        code: the code's id.
        coder: the name of who coded it; empty where the project does not say.
        selection: the id of the stretch; codings of one stretch share it.
        note: the description of the stretch.
    """

    source: int
    start: int
    end: int
    code: str
    coder: str
    selection: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProjectLink:
    """A link from one thing to another, by their ids."""

    name: str
    origin: str
    target: str


@dataclass(frozen=True, slots=True)
class Project:
    """A project, as far as it is about texts.

    Attributes:
        codebook: its codes.
        sources: its texts.
        codings: what is coded in them, in the file's order.
        links: between whatever is linked.
        without_text: the names of sources whose text is not in the file, or that are no texts.
    """

    codebook: Codebook
    sources: tuple[Source, ...]
    codings: tuple[Coding, ...]
    links: tuple[ProjectLink, ...] = ()
    without_text: tuple[str, ...] = ()

    @property
    def coders(self) -> tuple[str, ...]:
        """Who has coded something, in the order of their first coding."""
        return tuple(dict.fromkeys(coding.coder for coding in self.codings))


def read_project(path: Path) -> Project:
    """The texts of a `.qdpx` file and what is coded in them; pictures, sound and film are passed over.

    Raises:
        ValueError: the file is no project, is damaged, or too large.
        OSError: it cannot be opened.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            return _read_project(packed)
    except PACKAGE_ERRORS as error:
        raise ValueError(f"is no REFI-QDA project, or is damaged ({error})") from error


def _read_project(packed: zipfile.ZipFile) -> Project:
    name = find_project_member(packed)
    root = parse_xml(read_members(packed, [name])[name])
    if local_name(root) != "Project":
        raise ValueError(f"its root is {local_name(root)}, and Project is expected")
    elements = list(_find_texts(root))
    stored = _read_texts(packed, [element for _, element in elements])
    count = find_count(root.get("origin") or "")
    users = {
        plain_guid(user.get("guid")): user.get("name") or user.get("id") or ""
        for user in root.iter()
        if local_name(user) == "User"
    }
    sources: list[Source] = []
    codings: list[Coding] = []
    without: list[str] = []
    for label, element in elements:
        text = stored.get(_inner_name(element), element.findtext("{*}PlainTextContent"))
        if text is None:
            without.append(label)
            continue
        counted = count(text)
        codings += _find_codings(element, counted, len(sources), users)
        sources.append(Source(label, counted.text))
    links = tuple(
        ProjectLink(each.get("name") or "", plain_guid(each.get("originGUID")), plain_guid(each.get("targetGUID")))
        for each in root.iter()
        if local_name(each) == "Link"
    )  # fmt: skip
    return Project(find_codes(root), tuple(sources), tuple(codings), links, tuple(without))


def _find_texts(root: ET.Element) -> Iterator[tuple[str, ET.Element]]:
    """The elements that hold a text and its codings, with the names of their sources."""
    for sources in root:
        if local_name(sources) != "Sources":
            continue
        for element in sources:
            name = element.get("name") or element.get("guid") or ""
            inner = next((each for each in element if local_name(each) == "Representation"), None)
            yield name, element if inner is None else inner


def _inner_name(element: ET.Element) -> str:
    """The name of the file within the project that holds a source's text; empty where there is none."""
    path = element.get("plainTextPath") or ""
    return path[len(INTERNAL) :].rpartition("/")[2].lower() if path.startswith(INTERNAL) else ""


def _read_texts(packed: zipfile.ZipFile, elements: list[ET.Element]) -> dict[str, str]:
    """The texts that sources name, by the last part of their names in small letters; the folder's name varies."""
    wanted = {name for element in elements if (name := _inner_name(element))}
    members = {name: key for name in packed.namelist() if (key := name.rpartition("/")[2].lower()) in wanted}
    return {
        members[name]: data.decode("utf-8-sig", "replace")
        for name, data in read_members(packed, list(members)).items()
    }


def _find_codings(
    element: ET.Element, counted: CountedText, source: int, users: Mapping[str, str]
) -> Iterator[Coding]:
    for selection in element:
        if local_name(selection) != "PlainTextSelection":
            continue
        start, end = (
            counted.place(int(selection.get(name) or 0)) for name in ("startPosition", "endPosition")
        )
        note = next((each.text or "" for each in selection if local_name(each) == "Description"), "")
        for coding in selection:
            if local_name(coding) != "Coding" or start >= end:
                continue
            code = next((each.get("targetGUID") for each in coding if local_name(each) == "CodeRef"), "")
            user = plain_guid(coding.get("creatingUser") or selection.get("creatingUser"))
            selected = plain_guid(selection.get("guid"))
            yield Coding(source, start, end, plain_guid(code), users.get(user, user), selected, note)
