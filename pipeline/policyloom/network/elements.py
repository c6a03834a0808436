"""The table of elements: one row a node, with the sentences and documents that name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from policyloom.network.columns import in_columns
from policyloom.network.counting import STATUSES, Statuses, Unit
from policyloom.network.incidence import CorpusArrays, nodes_at
from policyloom.network.links import LinkOptions

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ELEMENT_COLUMNS", "build_elements"]

ELEMENT_COLUMNS = {
    "id": "the element's id",
    "label": "its label",
    "kind": "its kind",
    "n_sentences": "sentences that name it, whatever the status",
    "n_documents": "documents that name it, be it only in a heading, a title, a table or an abstract",
    "n_sentences_linkable": "sentences that name it in a status that counts for links",
    "n_documents_linkable": "documents that name it in a status that counts for links",
    "affirmed": "sentences that affirm it; one that names it with two statuses stands under both",
    "planned": "sentences that plan it",
    "lacking": "sentences that say it is lacking",
    "negated": "sentences that deny it",
}
"""The columns of the table of elements, in order, each with what it says."""


def build_elements(arrays: CorpusArrays, options: LinkOptions) -> pd.DataFrame:
    """The elements that are reported at the level of the options, in the framework's order."""
    import pandas as pd

    nodes = [arrays.framework[id] for id in nodes_at(arrays.framework, options.level)]
    any_status: Statuses = dict.fromkeys(options.counting, STATUSES)
    frame = pd.DataFrame(
        {
            "id": [element.id for element in nodes],
            "label": [element.label for element in nodes],
            "kind": [element.kind for element in nodes],
            "n_sentences": _per_node(arrays, options, "sentence", any_status),
            "n_documents": _per_node(arrays, options, "document", any_status),
            "n_sentences_linkable": _per_node(arrays, options, "sentence", options.counting),
            "n_documents_linkable": _per_node(arrays, options, "document", options.counting),
        }
    )
    for status in STATUSES:
        frame[status] = _per_node(arrays, options, "sentence", dict.fromkeys(any_status, (status,)))
    return in_columns(frame, ELEMENT_COLUMNS)


def _per_node(
    arrays: CorpusArrays, options: LinkOptions, unit: Unit, statuses: Statuses
) -> np.ndarray[Any, Any]:
    """How many units name each node; there is one unit `document` a document."""
    incidence = arrays.incidence(
        unit=unit, level=options.level, statuses=statuses, boilerplate=options.boilerplate
    )
    return np.asarray(incidence.by_node.sum(axis=0)).ravel()
