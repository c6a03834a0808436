"""Stances and agreement as in discourse network analysis: who is for, who is against, who agrees with whom.

All is counted as by the Discourse Network Analyzer (DNA) with its setting "remove duplicates per document": an actor
who says the same of an element several times in a document counts once there.

Source: Leifeld 2017, Discourse network analysis: policy debates as dynamic networks, Oxford Handbook of Political
Networks, ch. 12. The formulas are those of the chapter "Algorithms" of DNA's manual and of
`Exporter.computeOneModeMatrix` and `computeTwoModeMatrix` of DNA 3.0.11.5 (5 February 2025), where agreement is binary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np

from policyloom.framework import ElementKind
from policyloom.network.counting import STATUSES
from policyloom.network.counts import SMALLEST_UNIT_CODES
from policyloom.network.incidence import CorpusArrays, nodes_at, sentence_key
from policyloom.network.links import LinkOptions
from policyloom.records import Status

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "SIGNS",
    "Normalization",
    "OneModeAggregation",
    "Stances",
    "TwoModeAggregation",
    "combine_signs",
    "count_stances",
    "project",
]

TwoModeAggregation = Literal["ignore", "subtract", "combine"]
OneModeAggregation = Literal["ignore", "congruence", "conflict", "subtract"]
Normalization = Literal["no", "average", "jaccard", "cosine"]
Array = np.ndarray[Any, np.dtype[Any]]

SIGNS: dict[Status, int] = {"affirmed": 1, "planned": 1, "lacking": -1, "negated": -1}
"""The stance behind a status: 1 for, -1 against. A text that calls something lacking says that it is not there."""


class Stances(NamedTuple):
    """Two tables with the same rows (actors, or documents) and columns (elements): documents with each stance."""

    positive: pd.DataFrame
    negative: pd.DataFrame


def count_stances(
    arrays: CorpusArrays,
    options: LinkOptions,
    *,
    of: Literal["actor", "document"],
    kind: ElementKind,
    aggregation: OneModeAggregation | TwoModeAggregation,
    stated: bool = True,
) -> Stances:
    """Actors, or documents, by elements: in how many documents each holds each stance.

    A stance counts once a document, however often the document repeats it. Where the aggregation ignores the sign,
    the first stance in a document counts alone, whatever comes later, as DNA drops duplicates of any sign then.
    Within one sentence for comes before against. Rows and columns without any stance are left out.
    """
    import pandas as pd

    framework, nodes = arrays.framework, nodes_at(arrays.framework, options.level)
    node_of = arrays.node_of(options.level)
    if of == "actor" and stated:
        keep = arrays.kept(arrays.act_document, arrays.acts["sentence"], options.boilerplate)
        document, acts = arrays.act_document[keep], arrays.acts[keep]
        sentence, status = acts["sentence"], acts["status"]
        holder, element = node_of[acts["actor"]], acts["element"]
    else:
        events = arrays.events
        keep = arrays.kept(arrays.event_document, events["sentence"], options.boilerplate)
        if of == "actor":
            keep &= events["smallest_unit"] == SMALLEST_UNIT_CODES["sentence"]
        events, document = events[keep], arrays.event_document[keep]
        sentence, status = events["sentence"], events["status"]
        holder, element = document, events["element"]
        if of == "actor":
            is_actor = np.array([e.kind == "actor" for e in framework])
            at = _joined(sentence_key(document, sentence), is_actor[element])
            document, sentence, status = document[at[1]], sentence[at[1]], status[at[1]]
            holder, element = node_of[element[at[0]]], element[at[1]]
    holders = nodes if of == "actor" else arrays.ids
    against = np.array([SIGNS[s] for s in STATUSES])[status] < 0
    rows = np.stack([document, holder, node_of[element], against, sentence]).astype(np.int64)
    rows = rows[:, np.array([e.kind == kind for e in framework])[element]]
    rows = rows[:, np.lexsort((rows[3], rows[4]))]
    _, first = np.unique(rows[: 3 if aggregation == "ignore" else 4], axis=1, return_index=True)
    rows = rows[:, first]
    tables = np.zeros((2, len(holders), len(nodes)), dtype=np.int64)
    np.add.at(tables, (rows[3], rows[1], rows[2]), 1)
    seen = tables.sum(axis=0) > 0
    seen_rows, seen_columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    index, columns = [holders[i] for i in seen_rows], [nodes[j] for j in seen_columns]
    return Stances(
        *(
            pd.DataFrame(table[np.ix_(seen_rows, seen_columns)], index=index, columns=columns)
            for table in tables
        )
    )


def combine_signs(stances: Stances, aggregation: TwoModeAggregation) -> pd.DataFrame:
    """The two-mode network of stances.

    `ignore` adds both counts, `subtract` takes the negative from the positive one, and `combine` writes 0 for nothing, 1
    for positive, 2 for negative and 3 for both.
    """
    positive, negative = stances
    match aggregation:
        case "ignore":
            return positive + negative
        case "subtract":
            return positive - negative
        case "combine":
            return (positive > 0).astype(np.int64) + 2 * (negative > 0)
    raise ValueError(f"aggregation {aggregation!r}: for two modes use one of ignore, subtract, combine")


def project(
    stances: Stances, *, aggregation: OneModeAggregation, normalization: Normalization = "no"
) -> pd.DataFrame:
    """The one-mode network of the rows of two tables of two modes; its diagonal is 0.

    With x(i, j, k) the count of row i for column j with sign k, for two rows i and i':
    `congruence` sums x(i, j, k) x(i', j, k) over all j and k, `conflict` the same for opposite signs, `subtract` is
    congruence less conflict, and `ignore` sums, over all j, the product of what both have there of either sign.

    Args:
        stances: the two tables.
        aggregation: what makes an edge.
        normalization: the number that divides an edge; where it is 0, the edge is 0. The activity of a row is the sum
            of its counts.
            `average`: the mean activity of the two rows.
            `jaccard`: the counts that one row has where the other has none of this column and sign, and the products
            of the counts that both have.
            `cosine`: the product of the two activities, as DNA has it; not of the lengths of the two profiles.
    """
    import pandas as pd

    if normalization not in get_args(Normalization):
        raise ValueError(f"normalization {normalization!r}: use one of {', '.join(get_args(Normalization))}")
    for_, against = (table.to_numpy(dtype=float) for table in stances)
    congruence = for_ @ for_.T + against @ against.T
    conflict = for_ @ against.T + against @ for_.T
    match aggregation:
        case "ignore":
            value = congruence + conflict
        case "congruence":
            value = congruence
        case "conflict":
            value = conflict
        case "subtract":
            value = congruence - conflict
        case _:
            raise ValueError(
                f"aggregation {aggregation!r}: for one mode use one of ignore, congruence, conflict, subtract"
            )
    if normalization != "no":
        divisor = _divisor(np.hstack([for_, against]), normalization)
        value = np.divide(value, divisor, out=np.zeros_like(value), where=divisor > 0)
    np.fill_diagonal(value, 0.0)
    index = stances.positive.index
    return pd.DataFrame(value, index=index, columns=index)


def _divisor(counts: Array, normalization: Normalization) -> Array:
    """By what each edge is divided; a column of `counts` is an element with a sign."""
    activity = counts.sum(axis=1)
    if normalization == "average":
        return np.asarray((activity[:, None] + activity[None, :]) / 2)
    if normalization == "cosine":
        return np.outer(activity, activity)
    alone = counts @ (counts == 0).astype(float).T
    return np.asarray(alone + alone.T + counts @ counts.T)


def _joined(key: Array, left: Array) -> tuple[Array, Array]:
    """The indexes of all pairs of a left row and another row with the same key; `left` marks the left rows."""
    lefts, rights = np.flatnonzero(left), np.flatnonzero(~left)
    lefts = lefts[np.argsort(key[lefts], kind="stable")]
    first = np.searchsorted(key[lefts], key[rights], side="left")
    n = np.searchsorted(key[lefts], key[rights], side="right") - first
    right = np.repeat(rights, n)
    offset = np.arange(len(right)) - np.repeat(np.cumsum(n) - n, n)
    return lefts[np.repeat(first, n) + offset], right
