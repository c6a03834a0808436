"""A framework as the codes of a REFI-QDA codebook: a tree by kind, with definitions, examples and colours."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree as ET

from policyloom.files import write_bytes
from policyloom.framework import ElementKind, Framework
from policyloom.framework.colours import STATUS_COLOURS, hex_colours
from policyloom.framework.descriptions import describe_element
from policyloom.records import Status
from policyloom.refi.names import (
    CODEBOOK_NAMESPACE,
    ENTITIES,
    ORIGIN,
    STATUSES,
    code_guid,
    code_name,
    entity_guid,
    make_guid,
    status_guid,
    xml_text,
)

__all__ = ["make_codes", "make_kind_sets", "write_codebook"]

_STATUS_MEANINGS: dict[Status, str] = {
    "affirmed": "The text says that it is there, or is done.",
    "planned": "The text says that it is to come, or is aimed at.",
    "lacking": "The text says that it is missing, weak or too little.",
    "negated": "The text says that it is not so.",
}


def write_codebook(framework: Framework, out: str | Path) -> None:
    """Writes a framework, with the four statuses, as a REFI-QDA codebook (`.qdc`)."""
    root = ET.Element("CodeBook", xmlns=CODEBOOK_NAMESPACE, origin=ORIGIN)
    root.append(make_codes(framework))
    sets = ET.SubElement(root, "Sets")
    for kind, ids in make_kind_sets(framework):
        each = ET.SubElement(sets, "Set", guid=make_guid("set", framework.id, kind), name=kind)
        for id in ids:
            ET.SubElement(each, "MemberCode", guid=code_guid(framework.id, id))
    ET.indent(root, " ")
    write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True), out)


def make_codes(framework: Framework, entity_labels: Iterable[str] = ()) -> ET.Element:
    """The element `Codes`: a code for each kind with its elements beneath it, one for statuses, one for names.

    Args:
        framework: whose elements are codes.
        entity_labels: the types of entity that are codes.
    """
    codes = ET.Element("Codes")
    colours = hex_colours(framework)
    for kind in get_args(ElementKind):
        tops = framework.ids(kind, top=True)
        if tops:
            group = _group(codes, framework.plural(kind), make_guid("kind", framework.id, kind))
            for id in tops:
                _add_element(group, framework, id, colours)
    statuses = _group(codes, STATUSES, make_guid("statuses"))
    for status in get_args(Status):
        code = _code(statuses, status, status_guid(status), STATUS_COLOURS[status])
        ET.SubElement(code, "Description").text = _STATUS_MEANINGS[status]
    labels = sorted(set(entity_labels))
    if labels:
        names = _group(codes, ENTITIES, make_guid("entities"))
        for label in labels:
            _code(names, label, entity_guid(label))
    return codes


def make_kind_sets(framework: Framework) -> list[tuple[str, tuple[str, ...]]]:
    """The ids of the elements of each kind: a codebook knows no kinds, but sets."""
    return [(kind, ids) for kind in get_args(ElementKind) if (ids := framework.ids(kind))]


def _add_element(parent: ET.Element, framework: Framework, id: str, colours: dict[str, str]) -> None:
    element = framework[id]
    code = _code(parent, code_name(id, element.label), code_guid(framework.id, id), colours[id])
    ET.SubElement(code, "Description").text = xml_text(describe_element(element))
    for child in framework.children(id):
        _add_element(code, framework, child, colours)


def _group(parent: ET.Element, name: str, guid: str) -> ET.Element:
    return ET.SubElement(parent, "Code", guid=guid, name=xml_text(name), isCodable="false")


def _code(parent: ET.Element, name: str, guid: str, colour: str = "") -> ET.Element:
    code = ET.SubElement(parent, "Code", guid=guid, name=xml_text(name), isCodable="true")
    if colour:
        code.set("color", colour)
    return code
