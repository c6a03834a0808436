"""Mechanisms by outcomes with the documents that name both, also where there are none: the table behind an evidence gap map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from policyloom.network.columns import in_columns
from policyloom.network.incidence import nodes_at
from policyloom.network.links import EdgeKind
from policyloom.network.network import Network
from policyloom.records import Status

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GAP_COLUMNS", "find_gaps", "split_by_status"]

GAP_COLUMNS = {
    "mechanism": "id of a mechanism",
    "mechanism_label": "its label",
    "outcome": "id of an outcome",
    "outcome_label": "its label",
    "n_documents": "documents that name both together, as in links.csv; 0 is a gap in what these documents were found to say",
    "n_documents_affirmed": "of these, documents that affirm the mechanism there at least once",
    "n_documents_planned": "of these, documents that only plan it there",
    "n_documents_claim": "documents that claim that the mechanism leads to the outcome",
    "n_documents_deny": "documents that deny it",
}
"""The columns of the table of gaps, in order, each with what it says."""


def find_gaps(network: Network) -> pd.DataFrame:
    """One row for each mechanism and outcome at the network's level, with the columns of `GAP_COLUMNS`."""
    import pandas as pd

    framework = network.framework
    nodes = [framework[id] for id in nodes_at(framework, network.options.level)]
    linked = {(row["source"], row["target"]) for row in network.links.to_dict("records")}
    rows = []
    for mechanism in (node for node in nodes if node.kind == "mechanism"):
        for outcome in (node for node in nodes if node.kind == "outcome"):
            ends = mechanism.id, outcome.id
            documents: dict[EdgeKind, list[str]] = {"claims": [], "claims_negative": []}
            named: Counter[str] = Counter()
            if ends in linked:
                for kind in documents:
                    documents[kind] = network.evidence(*ends, kind)["document"].tolist()
                both = network.evidence(*ends, "co_occurs")
                statuses = (str(cell).split("; ") for cell in both["status_source"])
                named.update(split_by_status(zip(both["document"], statuses, strict=True)).values())
            rows.append(
                {
                    "mechanism": mechanism.id,
                    "mechanism_label": mechanism.label,
                    "outcome": outcome.id,
                    "outcome_label": outcome.label,
                    "n_documents": named.total(),
                    "n_documents_affirmed": named["affirmed"],
                    "n_documents_planned": named["planned"],
                    "n_documents_claim": len(set(documents["claims"])),
                    "n_documents_deny": len(set(documents["claims_negative"])),
                }
            )
    return in_columns(pd.DataFrame(rows, columns=list(GAP_COLUMNS)), GAP_COLUMNS)


def split_by_status(named: Iterable[tuple[str, Collection[str]]]) -> dict[str, Status]:
    """Documents as `affirmed`, where a sentence affirms the mechanism, or else as `planned`.

    Args:
        named: for each sentence that names the pair, its document and the mechanism's statuses in it.
    """
    found: dict[str, Status] = {}
    for document, statuses in named:
        if "affirmed" in statuses:
            found[document] = "affirmed"
        else:
            found.setdefault(document, "planned")
    return found
