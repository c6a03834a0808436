"""A network as files for people and for other programs."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policyloom.export.documents import UserColumns
from policyloom.export.gexf import write_gexf
from policyloom.files import DECIMALS, open_table, write_bytes, write_csv
from policyloom.network import Network, save_network
from policyloom.network.evidence import EVIDENCE_COLUMNS

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["to_cytoscape", "to_gexf", "to_graphml", "to_pajek", "to_vosviewer", "write_network"]

_NOT_ONE_LINE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
"""Line breaks, control characters, and what XML cannot hold."""


def write_network(network: Network, folder: str | Path, *, user_columns: UserColumns | None = None) -> None:
    """Writes a network into a folder, which is made if need be; the same network gives the same bytes.

    For people: `links.csv`, `elements.csv`, `links_evidence.csv`. For other programs: `network.graphml`,
    `network.gexf` (Gephi), `network.json` (Cytoscape), `network.net` (Pajek), each with every edge, and `vosviewer.json`
    with co-occurrence alone. For `load_network`: `counts.json`, `options.json` and `evidence.jsonl`.

    Args:
        network: the network.
        folder: where.
        user_columns: a user's columns of documents, for `links_evidence.csv`.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    save_network(network, folder)
    write_csv(network.links, folder / "links.csv")
    write_csv(network.elements, folder / "elements.csv")
    columns = user_columns or UserColumns()
    with open_table(folder / "links_evidence.csv", columns.after(list(EVIDENCE_COLUMNS))) as add:
        add(columns.add(network.evidence_rows()))
    graph = _rounded(network.graph)
    write_bytes(to_graphml(graph), folder / "network.graphml")
    write_bytes(to_gexf(graph), folder / "network.gexf")
    write_bytes(to_cytoscape(graph), folder / "network.json")
    write_bytes(to_vosviewer(network), folder / "vosviewer.json")
    write_bytes(to_pajek(graph), folder / "network.net")


def to_graphml(graph: nx.MultiDiGraph[str]) -> bytes:
    """As GraphML, for Gephi, Cytoscape, igraph, visone and others; each edge has an id of its own."""
    import networkx as nx

    # networkx writes an edge's key as its id. Here the key is the kind, which many edges share, and programs keep one
    # edge of each id.
    unique: nx.MultiDiGraph[str] = nx.MultiDiGraph(**_printable(graph.graph))
    unique.add_nodes_from((node, _printable(data)) for node, data in graph.nodes(data=True))
    for u, v, _, id, data in _edges(graph):
        unique.add_edge(u, v, key=id, **_printable(data))
    buffer = io.BytesIO()
    # Attributes are declared under numbers: by their names, one of nodes and one of edges would share an id.
    nx.write_graphml_xml(unique, buffer, named_key_ids=False, infer_numeric_types=True)
    return buffer.getvalue() + b"\n"


def to_gexf(graph: nx.MultiDiGraph[str], *, lifetimes: bool = False) -> bytes:
    """As GEXF 1.3 for Gephi, in which parallel edges are told apart by their kind.

    Args:
        graph: nodes with a `label`, edges with a `kind` and a `weight`.
        lifetimes: let a node or edge exist in Gephi's timeline only from its `first_year` to its `last_year`. A year in
            which a document was printed is no beginning of what it speaks of, so this is left out unless asked for.
    """
    nodes, edges = [], []
    for node, data in graph.nodes(data=True):
        attributes = {"id": str(node), "label": str(data.get("label", node)), **_span(data, lifetimes)}
        nodes.append((_printable(attributes), _printable(_without(data, "label"))))
    for u, v, key, id, data in _edges(graph):
        kind = str(data.get("kind", key))
        attributes = {
            "id": id, "source": str(u), "target": str(v), "kind": kind, "label": kind,
            "weight": str(float(data.get("weight", 1))), **_span(data, lifetimes),
        }  # fmt: skip
        # Gephi reads the attribute `kind` as the edge's type; under this title it can be filtered and coloured too.
        edges.append(
            (_printable(attributes), _printable({"relation": kind, **_without(data, "kind", "weight")}))
        )
    timed = any("start" in attributes for attributes, _ in (*nodes, *edges))
    return write_gexf(nodes, edges, description=_one_line(str(graph.graph.get("name", ""))), has_times=timed)


def to_cytoscape(graph: nx.MultiDiGraph[str]) -> bytes:
    """As the JSON that Cytoscape and cytoscape.js read, each edge with an id of its own. Sigma reads the GEXF."""
    import networkx as nx

    data = nx.cytoscape_data(graph)
    data["data"] = dict(data["data"])
    ids = {(u, v, key): id for u, v, key, id, _ in _edges(graph)}
    for edge in data["elements"]["edges"]:
        inner = edge["data"]
        inner["id"] = ids[inner["source"], inner["target"], inner["key"]]
    return _dump(data)


def to_vosviewer(network: Network) -> bytes:
    """As VOSviewer JSON, with communities as clusters and co-occurrence as links.

    Source: https://app.vosviewer.com/docs/file-types/json-file-type/
    """
    clusters = network.communities()
    items = [
        {
            "id": row["id"],
            "label": _one_line(row["label"]),
            "description": f"{row['id']} ({row['kind']})",
            "cluster": clusters[row["id"]],
            "weights": {"Sentences": row["n_sentences"], "Documents": row["n_documents"]},
        }
        for row in network.elements.to_dict("records")
        if row["id"] in clusters
    ]
    links = [
        {"source_id": row["source"], "target_id": row["target"], "strength": row["n"]}
        for row in network.links.to_dict("records")
        if row["kind"] == "co_occurs" and row["n"]
    ]
    return _dump({"network": {"items": items, "links": links}})


def to_pajek(graph: nx.MultiDiGraph[str]) -> bytes:
    """As a Pajek network of every edge: a vertex has its id and label as its name, an arc its weight, and its kind as its label.

    Relations of their own (`*Arcs :1 "claims"`) would tell the kinds apart too, but igraph and networkx do not read them.
    """
    numbers = {node: number for number, node in enumerate(graph, 1)}
    lines = [f"*vertices {len(numbers)}"]
    for node, data in graph.nodes(data=True):
        name = _in_pajek(f"{node} {data.get('label', '')}")
        lines.append(f"{numbers[node]} {name}")
    lines.append("*arcs")
    for u, v, key, _, data in _edges(graph):
        kind = _in_pajek(str(data.get("kind", key)))
        lines.append(f"{numbers[u]} {numbers[v]} {float(data.get('weight', 1))} l {kind}")
    return ("\n".join(lines) + "\n").encode()


def _in_pajek(text: str) -> str:
    """A text in the quotes of Pajek, which can hold neither quotes nor line breaks."""
    return '"' + _one_line(text).replace('"', "'") + '"'


def _edges(graph: nx.MultiDiGraph[str]) -> Iterable[tuple[str, str, str, str, dict[str, Any]]]:
    """Each edge's ends, its key, an id that no other edge has, and its attributes."""
    taken: set[str] = set()
    for u, v, key, data in graph.edges(keys=True, data=True):
        id = wanted = _one_line(f"{u}:{v}:{key}")
        n = 1
        while id in taken:
            n += 1
            id = f"{wanted}:{n}"
        taken.add(id)
        yield u, v, key, id, data


def _rounded(graph: nx.MultiDiGraph[str]) -> nx.MultiDiGraph[str]:
    """A copy with every finite number rounded as in the tables."""
    copy = graph.copy()
    for _, _, data in copy.edges(data=True):
        for key, value in data.items():
            if isinstance(value, float) and math.isfinite(value):
                data[key] = round(value, DECIMALS) + 0.0
    return copy


def _printable(data: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with each text on one line and without control characters, which XML and programs stumble over."""
    return {key: _one_line(value) if isinstance(value, str) else value for key, value in data.items()}


def _one_line(text: str) -> str:
    return _NOT_ONE_LINE.sub(" ", text).strip()


def _without(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in names}


def _span(data: Mapping[str, Any], lifetimes: bool) -> dict[str, str]:
    if not lifetimes or "first_year" not in data:
        return {}
    return {"start": f"{data['first_year']}-01-01", "end": f"{data['last_year']}-12-31"}


def _dump(data: object) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
