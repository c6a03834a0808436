"""GEXF 1.3, the form that Gephi reads, in which parallel edges are told apart.

networkx writes GEXF 1.2, which has no place for the kind of an edge; Gephi then adds up the parallel edges of a pair.

Source: https://gexf.net/1.3/gexf.xsd and https://gexf.net/1.3/dynamics.xsd
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

__all__ = ["write_gexf"]

NAMESPACE = "http://gexf.net/1.3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

Item = tuple[Mapping[str, str], Mapping[str, Any]]
"""A node or an edge: its attributes in XML, and its further values by title."""


def write_gexf(
    nodes: Sequence[Item], edges: Sequence[Item], *, description: str = "", has_times: bool = False
) -> bytes:
    """A directed graph as a GEXF file.

    Args:
        nodes: with `id` and `label` among their attributes.
        edges: with `id`, `source`, `target` and `kind` among theirs.
        description: of the graph.
        has_times: nodes and edges have `start` and `end`, as dates.
    """
    root = ElementTree.Element(
        "gexf",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": XSI,
            "xsi:schemaLocation": f"{NAMESPACE} {NAMESPACE}/gexf.xsd",
            "version": "1.3",
        },
    )
    meta = ElementTree.SubElement(root, "meta")
    ElementTree.SubElement(meta, "creator").text = "policyloom"
    ElementTree.SubElement(meta, "description").text = description
    times = {"mode": "dynamic", "timeformat": "date"} if has_times else {"mode": "static"}
    graph = ElementTree.SubElement(root, "graph", {"defaultedgetype": "directed", **times})
    for name, items in (("node", nodes), ("edge", edges)):
        _declare(graph, name, items)
    for name, items in (("node", nodes), ("edge", edges)):
        group = ElementTree.SubElement(graph, f"{name}s")
        for attributes, values in items:
            element = ElementTree.SubElement(group, name, dict(attributes))
            held = ElementTree.SubElement(element, "attvalues")
            for title, value in values.items():
                ElementTree.SubElement(held, "attvalue", {"for": title, "value": _text(value)})
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _declare(graph: ElementTree.Element, name: str, items: Iterable[Item]) -> None:
    """Declares the titles of the values with their types, in the order in which they first come."""
    types: dict[str, str] = {}
    for _, values in items:
        for title, value in values.items():
            if types.setdefault(title, _type(value)) != _type(value):
                types[title] = "double" if {types[title], _type(value)} == {"double", "long"} else "string"
    declared = ElementTree.SubElement(graph, "attributes", {"class": name, "mode": "static"})
    for title, kind in types.items():
        ElementTree.SubElement(declared, "attribute", {"id": title, "title": title, "type": kind})


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "long" if isinstance(value, int) else "double" if isinstance(value, float) else "string"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
