"""A network as files for people and for other programs."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policyloom.files import DECIMALS, write_bytes, write_csv
from policyloom.network import Network, save_network

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["to_cytoscape", "to_gexf", "to_graphml", "to_pajek", "to_vosviewer", "write_network"]

_GEXF_META = re.compile(r'<meta lastmodifieddate="[^"]*">\s*<creator>[^<]*</creator>')
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_network(network: Network, folder: str | Path) -> None:
    """Writes a network into a folder; the same network gives the same bytes.

    For people: `links.csv`, `elements.csv`, `links_evidence.csv`. For other programs: `network.graphml`,
    `network.gexf` (Gephi, with years where documents have them), `network.json` (Cytoscape), `vosviewer.json`
    and `network.net` (Pajek), the last two with co-occurrence alone. For `load_network`: `counts.json`,
    `options.json` and `evidence.jsonl`.
    """
    folder = Path(folder)
    save_network(network, folder)
    write_csv(network.links, folder / "links.csv")
    write_csv(network.elements, folder / "elements.csv")
    write_csv(network.all_evidence(), folder / "links_evidence.csv")
    graph = _rounded(network.graph)
    write_bytes(to_graphml(graph), folder / "network.graphml")
    write_bytes(to_gexf(graph), folder / "network.gexf")
    write_bytes(to_cytoscape(graph), folder / "network.json")
    write_bytes(to_vosviewer(network), folder / "vosviewer.json")
    write_bytes(to_pajek(graph), folder / "network.net")


def to_graphml(graph: nx.MultiDiGraph[str]) -> bytes:
    """As GraphML, for Gephi, Cytoscape, igraph, visone and others."""
    import networkx as nx

    buffer = io.BytesIO()
    nx.write_graphml_xml(_printable(graph), buffer, named_key_ids=True)
    return buffer.getvalue() + b"\n"


def to_gexf(graph: nx.MultiDiGraph[str]) -> bytes:
    """As GEXF for Gephi; years become the times from which and to which a node or edge exists."""
    import networkx as nx

    timed = _printable(graph)
    for _, _, data in timed.edges(data=True):
        _set_span(data)
        data["label"] = data["kind"]
    for _, data in timed.nodes(data=True):
        _set_span(data)
    buffer = io.BytesIO()
    nx.write_gexf(timed, buffer)
    # networkx writes the day and its own version, which have no place in a result.
    text = _GEXF_META.sub("<meta><creator>policyloom</creator>", buffer.getvalue().decode())
    return text.encode() + b"\n"


def to_cytoscape(graph: nx.MultiDiGraph[str]) -> bytes:
    """As the JSON that Cytoscape and cytoscape.js read. Sigma reads the GEXF."""
    import networkx as nx

    data = nx.cytoscape_data(graph)
    data["data"] = dict(data["data"])
    return _dump(data)


def to_vosviewer(network: Network) -> bytes:
    """As VOSviewer JSON, with communities as clusters and co-occurrence as links.

    Source: https://app.vosviewer.com/docs/file-types/json-file-type/
    """
    clusters = network.communities()
    items = [
        {
            "id": row["id"],
            "label": row["label"],
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
    """As a Pajek network of the co-occurrence edges, with their weights, and labels for names."""
    import networkx as nx

    plain: nx.DiGraph[str] = nx.DiGraph(name="co_occurs")
    names = {id: f"{id} {data['label']}".replace('"', "'") for id, data in graph.nodes(data=True)}
    plain.add_nodes_from(names.values())
    for u, v, key, data in graph.edges(keys=True, data=True):
        if key == "co_occurs" and data["weight"]:
            plain.add_edge(names[u], names[v], weight=float(data["weight"]))
    return ("\n".join(nx.generate_pajek(plain)) + "\n").encode()


def _rounded(graph: nx.MultiDiGraph[str]) -> nx.MultiDiGraph[str]:
    """A copy with every finite number rounded as in the tables."""
    copy = graph.copy()
    for _, _, data in copy.edges(data=True):
        for key, value in data.items():
            if isinstance(value, float) and math.isfinite(value):
                data[key] = round(value, DECIMALS) + 0.0
    return copy


def _printable(graph: nx.MultiDiGraph[str]) -> nx.MultiDiGraph[str]:
    """A copy without the characters that XML cannot hold."""
    copy = graph.copy()
    for _, data in copy.nodes(data=True):
        data.update(_printable_text(data))
    for _, _, data in copy.edges(data=True):
        data.update(_printable_text(data))
    return copy


def _printable_text(data: Mapping[str, Any]) -> dict[str, str]:
    return {k: _NOT_XML.sub(" ", v) for k, v in data.items() if isinstance(v, str)}


def _set_span(data: dict[str, Any]) -> None:
    if "first_year" in data:
        data["start"] = f"{data['first_year']}-01-01"
        data["end"] = f"{data['last_year']}-12-31"


def _dump(data: object) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
