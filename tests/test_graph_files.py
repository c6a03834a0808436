"""Graph files as other programs read them: igraph for GraphML and Pajek, networkx for GEXF, and the schema of GEXF 1.3.

The tests with igraph are skipped where it is not installed; `.ci/run` installs it. GEXF is held against what
https://gexf.net/1.3/gexf.xsd and dynamics.xsd demand of such a file: order, required attributes, types, references.
"""

from __future__ import annotations

import importlib
import io
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pytest

from policyloom.export.graphs import to_gexf, to_graphml, to_pajek

if not os.environ.get("IGRAPH_EXPECTED"):  # where it is expected, a skip would hide a fault
    pytest.importorskip("igraph")
igraph = importlib.import_module("igraph")

GEXF = "{http://gexf.net/1.3}"
LABELS = ["plain", 'a "b"\nc', "tab\tand\x00nul\x0b\x7f", "增加 & <more>", "  "]


def graph_of(labels: list[str]) -> nx.MultiDiGraph[str]:
    """A node for each label, joined in a ring by two kinds of edge, and one edge of another kind with other attributes."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name="a\nname", n_documents=2)
    for n, label in enumerate(labels):
        graph.add_node(f"T{n}", label=label, kind="mechanism", n_documents=n, first_year=2020, last_year=2020)
    for n in range(len(labels)):
        ends = f"T{n}", f"T{(n + 1) % len(labels)}"
        graph.add_edge(*ends, key="co_occurs", kind="co_occurs", weight=n + 2, npmi=0.5, n_documents=n)
        graph.add_edge(*ends, key="claims", kind="claims", weight=1, n_documents=1)
    graph.add_edge("T0", "T2", key="framework_answers", kind="framework_answers", weight=1, note="line\none")
    return graph


GRAPH = graph_of(LABELS)
EDGES = Counter((u, v, d["kind"], float(d["weight"])) for u, v, d in GRAPH.edges(data=True))


def test_igraph_reads_every_edge_of_graphml(tmp_path: Path) -> None:
    path = tmp_path / "network.graphml"
    path.write_bytes(to_graphml(GRAPH))
    read = igraph.Graph.Read_GraphML(str(path))
    names = read.vs["id"]
    edges = Counter((names[e.source], names[e.target], e["kind"], e["weight"]) for e in read.es)
    assert edges == EDGES
    assert read.vs["n_documents"] == [0, 1, 2, 3, 4]
    assert read.vs["label"][1:4] == ['a "b" c', "tab and nul", "增加 & <more>"]


def test_igraph_reads_every_edge_of_pajek(tmp_path: Path) -> None:
    path = tmp_path / "network.net"
    path.write_bytes(to_pajek(GRAPH))
    read = igraph.Graph.Read_Pajek(str(path))
    names = [name.split()[0] for name in read.vs["name"]]
    edges = Counter((names[e.source], names[e.target], e["label"], e["weight"]) for e in read.es)
    assert edges == EDGES
    assert read.vs["name"][1:4] == ["T1 a 'b' c", "T2 tab and nul", "T3 增加 & <more>"]


def test_networkx_reads_every_edge_of_pajek() -> None:
    read = nx.parse_pajek(to_pajek(GRAPH).decode("utf-8").split("\n"))
    edges = Counter((u.split()[0], v.split()[0], d["l"], d["weight"]) for u, v, d in read.edges(data=True))
    assert edges == EDGES


def test_networkx_reads_every_edge_of_gexf() -> None:
    read = nx.read_gexf(io.BytesIO(to_gexf(GRAPH)))
    edges = Counter((u, v, d["relation"], d["weight"]) for u, v, d in read.edges(data=True))
    assert edges == EDGES
    assert [read.nodes[f"T{n}"]["label"] for n in (1, 2, 3)] == ['a "b" c', "tab and nul", "增加 & <more>"]


def test_no_two_attributes_of_graphml_share_an_id() -> None:
    root = ElementTree.fromstring(to_graphml(GRAPH))
    keys = [key.get("id") for key in root.iter() if key.tag.endswith("}key")]
    assert len(set(keys)) == len(keys)
    named = [(key.get("for"), key.get("attr.name")) for key in root.iter() if key.tag.endswith("}key")]
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("lifetimes", [False, True])
def test_gexf_is_as_its_schema_demands(lifetimes: bool) -> None:
    root = ElementTree.fromstring(to_gexf(GRAPH, lifetimes=lifetimes))
    assert (root.tag, root.get("version")) == (f"{GEXF}gexf", "1.3")
    assert [child.tag for child in root] == [f"{GEXF}meta", f"{GEXF}graph"]
    graph = root[1]
    assert [child.tag.removeprefix(GEXF) for child in graph] == ["attributes", "attributes", "nodes", "edges"]
    assert set(graph.attrib) <= {"defaultedgetype", "mode", "timeformat"}
    types: dict[str, dict[str, str]] = {}
    for declared in graph[:2]:
        assert declared.get("mode") in ("static", "dynamic")
        assert all(set(one.attrib) == {"id", "title", "type"} for one in declared)
        types[str(declared.get("class"))] = {str(one.get("id")): str(one.get("type")) for one in declared}
        assert set(types[str(declared.get("class"))].values()) <= {"string", "long", "double", "boolean"}
    ids = {node.get("id") for node in graph[2]}
    assert len(ids) == len(graph[2])
    assert len({edge.get("id") for edge in graph[3]}) == len(graph[3])
    for edge in graph[3]:
        assert {edge.get("source"), edge.get("target")} <= ids
        assert edge.get("kind")
        assert float(str(edge.get("weight"))) > 0
    for name, group in (("node", graph[2]), ("edge", graph[3])):
        for item in group:
            _fits(item, name, types[name], lifetimes=lifetimes)


def _fits(item: ElementTree.Element, name: str, types: dict[str, str], *, lifetimes: bool) -> None:
    """Whether a node or an edge has the attributes, children and types of values that the schema allows."""
    allowed = {"node": {"id", "label"}, "edge": {"id", "label", "source", "target", "kind", "weight"}}[name]
    assert set(item.attrib) <= (allowed | {"start", "end"} if lifetimes else allowed)
    for label in filter(None, (item.get("label"), item.get("kind"))):
        assert label == " ".join(label.split())  # an xs:token
    for day in filter(None, (item.get("start"), item.get("end"))):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", day)
    assert [child.tag for child in item] == [f"{GEXF}attvalues"]
    for value in item[0]:
        assert set(value.attrib) == {"for", "value"}
        kind, text = types[str(value.get("for"))], str(value.get("value"))
        parse: dict[str, Any] = {"long": int, "double": float, "string": str}
        parse[kind](text)


def test_a_graph_of_one_dated_document_has_no_span_of_time() -> None:
    root = ElementTree.fromstring(to_gexf(GRAPH))
    assert root[1].get("mode") == "static"
    assert not [item for item in root.iter() if {"start", "end", "timestamp"} & set(item.attrib)]
