"""Stances and agreement as in discourse network analysis: who is for, who is against, who agrees with whom.

Source: Leifeld 2017, Discourse network analysis: policy debates as dynamic networks, Oxford Handbook of
Political Networks, ch. 12; the names follow the manual of the Discourse Network Analyzer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from policyloom.framework import ElementKind
from policyloom.network.counting import STATUSES
from policyloom.network.counts import SMALLEST_UNIT_CODES
from policyloom.network.incidence import CorpusArrays, nodes_at, sentence_key
from policyloom.network.links import LinkOptions
from policyloom.records import Status

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Aggregation", "Normalization", "combine_signs", "project", "two_mode"]

Aggregation = Literal["ignore", "congruence", "conflict", "subtract", "combine", "positive", "negative"]
Normalization = Literal["no", "average", "jaccard", "cosine"]
Array = np.ndarray[Any, np.dtype[Any]]

SIGNS: dict[Status, int] = {"affirmed": 1, "planned": 1, "lacking": -1, "negated": -1}
"""The stance behind a status: 1 for, -1 against. A text that calls something lacking says that it is not there."""


def two_mode(
    arrays: CorpusArrays,
    options: LinkOptions,
    *,
    of: Literal["actor", "document"],
    kind: ElementKind,
    aggregation: Aggregation,
    stated: bool = True,
) -> pd.DataFrame:
    """Actors, or documents, by elements: in how many documents each holds each stance.

    A stance counts once a document, however often the document repeats it. Rows and columns without any
    stance are left out.
    """
    import pandas as pd

    framework, nodes = arrays.framework, nodes_at(arrays.framework, options.level)
    node_of = arrays.node_of(options.level)
    if of == "actor" and stated:
        keep = arrays.kept(arrays.act_document, arrays.acts["sentence"], options.boilerplate)
        document, acts = arrays.act_document[keep], arrays.acts[keep]
        holder, element, status = node_of[acts["actor"]], acts["element"], acts["status"]
    else:
        events = arrays.events
        keep = arrays.kept(arrays.event_document, events["sentence"], options.boilerplate)
        if of == "actor":
            keep &= events["smallest_unit"] == SMALLEST_UNIT_CODES["sentence"]
        events, document = events[keep], arrays.event_document[keep]
        holder, element, status = document, events["element"], events["status"]
        if of == "actor":
            is_actor = np.array([e.kind == "actor" for e in framework])
            at = _joined(sentence_key(document, events["sentence"]), is_actor[element])
            document, status = document[at[1]], status[at[1]]
            holder, element = node_of[element[at[0]]], element[at[1]]
    holders = nodes if of == "actor" else arrays.ids
    right = np.array([e.kind == kind for e in framework])[element]
    sign = np.array([SIGNS[s] for s in STATUSES])[status]
    column = node_of[element]
    counts = []
    for wanted in (1, -1):
        use = right & (sign == wanted)
        once = np.unique(np.stack([document[use], holder[use], column[use]]).astype(np.int64), axis=1)
        table = np.zeros((len(holders), len(nodes)), dtype=np.int64)
        np.add.at(table, (once[1], once[2]), 1)
        counts.append(table)
    value = combine_signs(counts[0], counts[1], aggregation)
    any_stance = counts[0] + counts[1]
    seen_rows: Array = np.asarray(any_stance.any(axis=1))
    seen_columns: Array = np.asarray(any_stance.any(axis=0))
    return pd.DataFrame(
        value[np.ix_(seen_rows, seen_columns)],
        index=[id for id, seen in zip(holders, seen_rows, strict=True) if seen],
        columns=[id for id, seen in zip(nodes, seen_columns, strict=True) if seen],
    )


def combine_signs(positive: Array, negative: Array, aggregation: Aggregation) -> Array:
    """The two-mode table of positive and negative counts, combined."""
    match aggregation:
        case "ignore":
            return positive + negative
        case "subtract":
            return positive - negative
        case "combine":
            return (positive > 0).astype(np.int64) + 2 * (negative > 0)
        case "positive":
            return positive
        case "negative":
            return negative
    raise ValueError(f"aggregation {aggregation!r}: for two modes use one of ignore, subtract, combine")


def project(
    positive: pd.DataFrame,
    negative: pd.DataFrame,
    *,
    aggregation: Aggregation,
    normalization: Normalization = "no",
) -> pd.DataFrame:
    """The one-mode network of the rows of two tables of two modes.

    `congruence` sums, over the columns, both for and both against; `conflict` one for and one against;
    `ignore` is their sum and `subtract` their difference. The diagonal is 0.

    Args:
        positive, negative: counts, with the same rows and columns.
        aggregation: `ignore`, `congruence`, `conflict` or `subtract`.
        normalization: `average` divides by the mean activity of the two, `jaccard` by the number of columns
            that either takes up, `cosine` by the lengths of their profiles.
    """
    import pandas as pd

    if normalization not in get_args(Normalization):
        raise ValueError(f"normalization {normalization!r}: use one of {', '.join(get_args(Normalization))}")
    for_, against = positive.to_numpy(dtype=float), negative.to_numpy(dtype=float)
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
    whole = for_ + against
    if normalization != "no":
        value = value / _scale(whole, normalization)
    np.fill_diagonal(value, 0.0)
    return pd.DataFrame(value, index=positive.index, columns=positive.index)


def _scale(whole: Array, normalization: Normalization) -> Array:
    taken = (whole > 0).astype(float)
    if normalization == "average":
        activity = taken.sum(axis=1)
        scale = (activity[:, None] + activity[None, :]) / 2
    elif normalization == "jaccard":
        either = taken.sum(axis=1)
        scale = either[:, None] + either[None, :] - taken @ taken.T
    else:
        length = np.sqrt((whole**2).sum(axis=1))
        scale = np.outer(length, length)
    return np.where(scale > 0, scale, 1.0)


def _joined(key: Array, left: Array) -> tuple[Array, Array]:
    """The indexes of all pairs of a left row and another row with the same key; `left` marks the left rows."""
    lefts, rights = np.flatnonzero(left), np.flatnonzero(~left)
    lefts = lefts[np.argsort(key[lefts], kind="stable")]
    first = np.searchsorted(key[lefts], key[rights], side="left")
    n = np.searchsorted(key[lefts], key[rights], side="right") - first
    right = np.repeat(rights, n)
    offset = np.arange(len(right)) - np.repeat(np.cumsum(n) - n, n)
    return lefts[np.repeat(first, n) + offset], right
