"""Namespaces and stable ids of REFI-QDA files, and the names that policyloom gives its codes there."""

from __future__ import annotations

import re
import uuid

__all__ = [
    "CODEBOOK_NAMESPACE",
    "DENIED",
    "ENTITIES",
    "ORIGIN",
    "ORIGIN_NVIVO",
    "PROJECT_NAMESPACE",
    "STATUSES",
    "code_guid",
    "code_name",
    "entity_guid",
    "make_guid",
    "plain_guid",
    "status_guid",
    "xml_text",
]

PROJECT_NAMESPACE = "urn:QDA-XML:project:1.0"
CODEBOOK_NAMESPACE = "urn:QDA-XML:codebook:1.0"

ORIGIN = "policyloom"
"""The program that wrote a file, in its attribute `origin`."""

ORIGIN_NVIVO = "policyloom, positions as in NVivo"
"""The same, for a project whose positions are counted as NVivo counts them."""

STATUSES = "Status"
"""The name of the code over the four statuses."""

ENTITIES = "Names"
"""The name of the code over the types of entity."""

DENIED = "denied"
"""The word in a link's name that says that the text denies it."""

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "policyloom")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def make_guid(*parts: object) -> str:
    """An id that is the same wherever the same parts are given.

    Example:
        >>> make_guid("code", "school_meals", "T1") == make_guid("code", "school_meals", "T1")
        True
    """
    return str(uuid.uuid5(_NAMESPACE, "\0".join(map(str, parts))))


def plain_guid(guid: str | None) -> str:
    """An id as it can be compared: some programs write it in capitals, some in braces."""
    return (guid or "").strip().strip("{}").lower()


def code_guid(framework: str, element: str) -> str:
    """The id of an element's code: of a framework's id and the element's, whatever the framework's version."""
    return make_guid("code", framework, element)


def status_guid(status: str) -> str:
    """The id of a status's code."""
    return make_guid("status", status)


def entity_guid(label: str) -> str:
    """The id of the code of a type of entity."""
    return make_guid("entity", label)


def code_name(element: str, label: str) -> str:
    """The name of an element's code: "T1 Tax incentives"."""
    return f"{element} {' '.join(label.split())}"


def xml_text(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
