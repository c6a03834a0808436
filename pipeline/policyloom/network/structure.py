"""The graph of a network, with its backbone, communities and centralities."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from policyloom.network.incidence import CorpusArrays, nodes_at
from policyloom.network.links import LinkOptions, edge_documents

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

__all__ = ["backbone", "build_graph", "centralities", "communities", "find_year", "find_years"]

_NOT_EDGE_ATTRIBUTES = ["source_label", "target_label", "n_source", "n_target", "n_units"]
"""Columns of the links that the graph has at its nodes, or once for all edges."""

YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")


def build_graph(
    arrays: CorpusArrays, options: LinkOptions, *, nodes: pd.DataFrame, edges: pd.DataFrame
) -> nx.MultiDiGraph[str]:
    """A graph of the tables of elements and links, with plain attributes: text, whole numbers, finite floats.

    The attributes are the tables' columns; `n`, the number of units (for claims, sentences), is called `weight`. Where
    documents have years, nodes and edges carry `first_year` and `last_year`.
    """
    import networkx as nx

    framework = arrays.framework
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(
        name=framework.title,
        framework=framework.id,
        framework_version=framework.version,
        unit=options.unit,
        level=options.level,
        n_documents=len(arrays.ids),
    )
    years = find_years(arrays, options)
    for row in nodes.to_dict("records"):
        id = str(row.pop("id"))
        graph.add_node(id, **_plain(row), **_span(years.get((id,))))
    for row in edges.drop(columns=_NOT_EDGE_ATTRIBUTES).rename(columns={"n": "weight"}).to_dict("records"):
        source, target, kind = str(row.pop("source")), str(row.pop("target")), str(row["kind"])
        span = _span(years.get((source, target, kind)))
        graph.add_edge(source, target, key=kind, **_plain(row), **span)
    top = framework.top if options.level == "top" else str
    for link in framework.links:
        kind = f"framework_{link.kind}"
        graph.add_edge(top(link.source), top(link.target), key=kind, kind=kind, weight=1, note=link.section)
    return graph


def backbone(graph: nx.MultiDiGraph[str], alpha: float = 0.05) -> nx.DiGraph[str]:
    """The co-occurrence edges that the disparity filter keeps, each with its `alpha`.

    Suppose a node's weight were split at random over its edges. An edge is kept if, at either end, so large a share
    would come up with a probability below `alpha`; the lower of the two probabilities is the edge's `alpha`. A node
    with one edge alone is no evidence for it. Nodes without a kept edge are left out.

    Source: Serrano, Boguna and Vespignani 2009, Extracting the multiscale backbone of complex weighted
    networks, PNAS 106(16), equation 2: (1 - share) to the power of (degree - 1).
    """
    import networkx as nx

    if not 0 < alpha <= 1:
        raise ValueError(f"alpha {alpha}: give a number above 0 and at most 1")
    weighted = _co_occurrence(graph)
    kept: nx.DiGraph[str] = nx.DiGraph(**graph.graph)
    for u, v, data in weighted.edges(data=True):
        values = [1.0]
        for node in (u, v):
            degree = weighted.degree(node)
            if degree > 1:
                share = data["weight"] / weighted.degree(node, weight="weight")
                values.append((1 - share) ** (degree - 1))
        if min(values) < alpha:
            source, target = (u, v) if graph.has_edge(u, v, key="co_occurs") else (v, u)
            for node in (source, target):
                kept.add_node(node, **graph.nodes[node])
            kept.add_edge(source, target, **graph.edges[source, target, "co_occurs"], alpha=min(values))
    return kept


def communities(graph: nx.MultiDiGraph[str], seed: int = 0) -> dict[str, int]:
    """The community of each node with co-occurrence, by Louvain's method; 1 is the largest.

    Source: Blondel, Guillaume, Lambiotte and Lefebvre 2008, as networkx has it.
    """
    import networkx as nx

    weighted = _co_occurrence(graph)
    names = sorted(weighted)
    # Numbers, not names: the order of a set of names changes from run to run.
    plain: nx.Graph[int] = nx.Graph()
    plain.add_nodes_from(range(len(names)))
    place = {name: number for number, name in enumerate(names)}
    edges = [(place[u], place[v], data["weight"]) for u, v, data in weighted.edges(data=True)]
    plain.add_weighted_edges_from(sorted((min(u, v), max(u, v), weight) for u, v, weight in edges))
    found = nx.community.louvain_communities(plain, weight="weight", seed=seed) if names else []
    ordered = sorted((sorted(group) for group in found), key=lambda group: (-len(group), group))
    return {names[n]: number for number, group in enumerate(ordered, 1) for n in group}


def centralities(graph: nx.MultiDiGraph[str]) -> pd.DataFrame:
    """One row for each node with co-occurrence, the strongest first.

    Edges count without direction; for betweenness and closeness an edge is as long as its weight is small.
    """
    import networkx as nx
    import pandas as pd

    weighted = _co_occurrence(graph)
    for _, _, data in weighted.edges(data=True):
        data["distance"] = 1 / data["weight"]
    columns: dict[str, dict[Any, Any]] = {
        "label": {n: graph.nodes[n]["label"] for n in weighted},
        "kind": {n: graph.nodes[n]["kind"] for n in weighted},
        "degree": dict(weighted.degree()),
        "strength": dict(weighted.degree(weight="weight")),
        "betweenness": nx.betweenness_centrality(weighted, weight="distance"),
        "closeness": nx.closeness_centrality(weighted, distance="distance"),
        "pagerank": nx.pagerank(weighted, weight="weight") if len(weighted) else {},
    }
    frame = pd.DataFrame({"id": list(weighted)} | {k: [v[n] for n in weighted] for k, v in columns.items()})
    return frame.sort_values(["strength", "id"], ascending=[False, True], ignore_index=True)


def find_year(date: str) -> str | None:
    """The first year that stands in a date, as four digits."""
    found = YEAR.search(date)
    return found.group() if found else None


def find_years(arrays: CorpusArrays, options: LinkOptions) -> dict[tuple[str, ...], tuple[int, int]]:
    """The first and last year of each node, as (id,), and each edge, as (source, target, kind).

    Taken from the dates of the documents that mention the node or make the edge; what stands in undated
    documents alone is left out.
    """
    years = np.array([int(find_year(date) or 0) for date in arrays.dates])
    if not years.any():
        return {}
    by_node = arrays.incidence(unit="document", level=options.level, statuses=options.counting).by_node
    documents: dict[tuple[str, ...], np.ndarray[Any, Any]] = {
        (id,): by_node.indices[by_node.indptr[n] : by_node.indptr[n + 1]]
        for n, id in enumerate(nodes_at(arrays.framework, options.level))
    }
    documents.update(edge_documents(arrays, options).items())
    dated = {key: years[at][years[at] > 0] for key, at in documents.items()}
    return {key: (int(found.min()), int(found.max())) for key, found in dated.items() if len(found)}


def _co_occurrence(graph: nx.MultiDiGraph[str]) -> nx.Graph[str]:
    """The co-occurrence edges alone, without direction."""
    import networkx as nx

    plain: nx.Graph[str] = nx.Graph()
    for u, v, key, data in graph.edges(keys=True, data=True):
        if key == "co_occurs" and data["weight"] > 0:
            plain.add_edge(u, v, weight=data["weight"])
    return plain


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The cells that a graph file can hold: text, whole numbers, finite floats."""
    return {
        str(key): value for key, value in row.items() if not isinstance(value, float) or math.isfinite(value)
    }


def _span(years: tuple[int, int] | None) -> dict[str, int]:
    return {} if years is None else {"first_year": years[0], "last_year": years[1]}
