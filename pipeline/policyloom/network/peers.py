"""Each document of a run against the others: which elements it stresses more, or less, than its peers do.

A document's share of an element is that of its sentences of running text that name it, whatever the status: the counts of
coverage.csv. The peers' share is that of the sentences of the other documents together. The log odds ratio of the two is
taken with half a sentence added to each cell, and its interval allows for sentences that hang together: the document's own
by paragraphs, the peers' by their documents. It tells whether the document says more than its peers do together, not whether
it is odd among them: documents differ anyway, and `n_peers_below` shows how much.

Source: Dunning 1993, Computational Linguistics 19(1) (keyness by log-likelihood); Haldane 1956 and Anscombe 1956 (half
a unit in each cell, which is also the median of the posterior under Jeffreys' prior); Cochran 1977, Sampling
Techniques, section 6.3 (variance of a ratio over clusters).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from policyloom.framework import Framework
from policyloom.network import measures
from policyloom.network.columns import in_columns
from policyloom.network.counting import DEFAULT_STATUSES, STATUSES, UNITS, Statuses
from policyloom.network.counts import Counts, sum_counts
from policyloom.network.incidence import CorpusArrays, nodes_at
from policyloom.network.links import MIN_DOCUMENTS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MAX_Q", "MIN_PEERS", "PEER_COLUMNS", "compare_with_peers", "held_against_peers", "tell_stress"]

Array = np.ndarray[Any, np.dtype[Any]]

MIN_PEERS = MIN_DOCUMENTS
"""Other documents from which intervals are given: with fewer, how much documents differ is not known."""

MIN_SENTENCES = 3
"""Sentences of a document from which it can be said to stress an element more: one or two may be misread."""

MAX_Q = 0.05
"""The false discovery rate among the elements of a document below which it stresses one more, or less."""

PEER_COLUMNS = {
    "document": "the document's id",
    "element": "an outermost element; its parts count for it",
    "label": "its label",
    "kind": "its kind",
    "n": "sentences of the document that name it, whatever the status, as in coverage.csv",
    "n_sentences": "sentences of running text of the document",
    "share": "`n` in `n_sentences`",
    "n_peers": "the other documents of the run; copies and other versions of its text are left out, as is what was not judged",
    "share_peers": "the share of the sentences of these documents that name it",
    "n_peers_below": "how many of these documents have a smaller share of it",
    "log_odds": "log odds ratio of the two shares, half a sentence added to each count; above 0 the document says more of it",
    "ci_low": "lower end of its 95 % interval, for sentences that hang together by paragraphs and documents",
    "ci_high": "upper end",
    "g2": "log-likelihood ratio (keyness), negative where the document says less of it; takes sentences as independent",
    "q": "Benjamini-Hochberg q over the elements of the document, of the p that belongs to the interval",
    "stress": "more (of three sentences at least) or less, where q is below 0.05",
    "note": "why there is no interval",
}
"""The columns of the table of peers, in order, each with what it says."""

_ANY: Statuses = dict.fromkeys(DEFAULT_STATUSES, STATUSES)


def compare_with_peers(
    counts: Counts, framework: Framework, *, same_text: Mapping[str, Collection[str]] | None = None
) -> pd.DataFrame:
    """One row for each document and outermost element but actors, with the columns of `PEER_COLUMNS`.

    An element that neither the document nor its peers name has no row. Rows are in the order of documents and framework.

    Args:
        counts: of all documents.
        framework: with which they were made.
        same_text: by document, those that hold another version of its text; they are no peers of it.
    """
    return _compare(CorpusArrays(counts, framework), list(range(len(counts.documents))), same_text or {})


def held_against_peers(
    own: Counts, peers: Counts, framework: Framework, *, same_text: Collection[str] = ()
) -> pd.DataFrame:
    """The rows of one document, which may be none of the run's, against the documents of a run.

    Args:
        own: the counts of the document alone.
        peers: of the other documents; one with the document's id, or with its file's hash, is left out.
        framework: with which both were made.
        same_text: further documents that are no peers, such as other versions of it.

    Raises:
        ValueError: `own` is not one document.
    """
    if len(own.documents) != 1:
        raise ValueError(f"own: has the counts of {len(own.documents)} documents; give those of one")
    ((id, document),) = own.documents.items()
    copies = (
        i for i, other in peers.documents.items() if document.sha256 and other.sha256 == document.sha256
    )
    left_out = {id, *copies, *same_text} & peers.documents.keys()
    arrays = CorpusArrays(sum_counts((own, peers.without(*left_out))), framework)
    return _compare(arrays, [arrays.ids.index(id)], {})


def tell_stress(rows: pd.DataFrame) -> str:
    """What one document stresses more and less than its peers, in words, the largest difference first; "" where nothing stands out.

    Args:
        rows: of one document.
    """
    told = []
    for word, ascending in (("more", False), ("less", True)):
        own = rows[rows["stress"] == word].sort_values("log_odds", ascending=ascending)
        named = "; ".join(
            f"{row['element']} {row['label']} ({row['share']:.1%} of its sentences, {row['share_peers']:.1%} of theirs)"
            for row in own.to_dict("records")
        )
        if named:
            told.append(f"It stresses {word} than the other documents: {named}.")
    return " ".join(told)


def _compare(
    arrays: CorpusArrays, wanted: list[int], same_text: Mapping[str, Collection[str]]
) -> pd.DataFrame:
    import pandas as pd

    framework = arrays.framework
    nodes = [n for n, id in enumerate(nodes_at(framework, "top")) if framework[id].kind != "actor"]
    ids = [nodes_at(framework, "top")[n] for n in nodes]
    by_document = arrays.incidence(unit="sentence", level="top", statuses=_ANY).by_node
    named = by_document.toarray()[:, nodes].astype(float)
    sizes = arrays.sizes[:, UNITS.index("sentence")].astype(float)
    effects = _paragraph_effects(arrays, nodes, named, sizes)
    place = {id: n for n, id in enumerate(arrays.ids)}
    parts = []
    for at in wanted:
        other = np.ones(len(sizes), dtype=bool)
        other[[at, *(place[id] for id in same_text.get(arrays.ids[at], ()) if id in place)]] = False
        other &= sizes > 0
        if sizes[at]:
            row = _keyness(named[at], float(sizes[at]), effects, named[other], sizes[other])
            frame = pd.DataFrame({"document": arrays.ids[at], "element": ids, **row})
            parts.append(frame[(frame["n"] > 0) | (frame["share_peers"] > 0)])
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(PEER_COLUMNS))
    frame["label"] = [framework[id].label for id in frame["element"]]
    frame["kind"] = [framework[id].kind for id in frame["element"]]
    return in_columns(frame, PEER_COLUMNS)


def _keyness(own: Array, size: float, effects: Array, others: Array, sizes: Array) -> dict[str, Any]:
    """The columns of one document, from its sentences with each element and those of each of its peers."""
    from scipy.stats import norm

    n_peers, total, rest = len(sizes), float(sizes.sum()), others.sum(axis=0)
    both = own, np.asarray(size), own + rest, np.asarray(size + total)
    log_odds = measures.measure("log_odds", *both) if total else np.full(len(own), np.nan)
    g2 = np.where(log_odds < 0, -1.0, 1.0) * measures.measure("g2", *both)
    note = (
        ""
        if n_peers >= MIN_PEERS
        else f"too few other documents for an interval ({n_peers}; {MIN_PEERS} are needed)"
    )
    error = np.full(len(own), np.nan)
    if not note:
        error = np.sqrt(effects * _independent_variance(own, size) + _peer_variance(others, sizes))
    p = 2 * norm.sf(np.abs(log_odds) / error)
    q = measures.adjust(np.where((own > 0) | (rest > 0), p, np.nan))
    known = (q < MAX_Q) & ((log_odds < 0) | (own >= MIN_SENTENCES))
    reach = norm.ppf(0.975) * error
    return {
        "n": own.astype(int),
        "n_sentences": int(size),
        "share": own / size,
        "n_peers": n_peers,
        "share_peers": rest / total if total else np.zeros(len(own)),
        "n_peers_below": (others / sizes[:, None] < own / size).sum(axis=0),
        "log_odds": log_odds,
        "ci_low": log_odds - reach,
        "ci_high": log_odds + reach,
        "g2": g2,
        "q": q,
        "stress": np.where(known, np.where(log_odds > 0, "more", "less"), ""),
        "note": note,
    }  # fmt: skip


def _independent_variance(named: Array, total: Array | float) -> Array:
    """The variance of the log odds of each share, were sentences independent."""
    return np.asarray(1 / (named + 0.5) + 1 / (total - named + 0.5))


def _peer_variance(named: Array, sizes: Array) -> Array:
    """The variance of the log odds of each share over all sentences of the peers, by documents; at least that of sentences."""
    n, total, sums = len(sizes), float(sizes.sum()), named.sum(axis=0)
    share = (sums + 0.5) / (total + 1)
    residuals = named - np.outer(sizes, share)
    of_share = n / (n - 1) * (residuals**2).sum(axis=0) / total**2
    variance: Array = np.maximum(_independent_variance(sums, total), of_share / (share * (1 - share)) ** 2)
    return variance


def _paragraph_effects(arrays: CorpusArrays, nodes: list[int], named: Array, sizes: Array) -> Array:
    """For each node, by how much paragraphs widen the variance of a document's share, over all documents; at least 1.

    A single document has too few paragraphs that name an element to tell, so all documents tell together.

    Source: Kish 1965, Survey Sampling, section 5.4 (design effect).
    """
    at = arrays.incidence(unit="sentence", level="top", statuses=_ANY)
    document, first = arrays.paragraph_document.astype(np.int64), arrays.paragraphs["first"].astype(np.int64)
    in_run = arrays.paragraphs["n_sentences"].astype(float)
    # The run of sentences that a sentence stands in is the last that begins at or before it.
    run = np.searchsorted(document << 32 | first, at.unit_document << 32 | at.unit_number, side="right") - 1
    cells = at.cells[:, nodes].tocoo()
    in_runs = np.zeros((len(in_run), len(nodes)))
    np.add.at(in_runs, (run[cells.row], cells.col), 1.0)
    share = named / np.maximum(sizes, 1)[:, None]
    n_runs = np.bincount(document, minlength=len(sizes)).astype(float)
    few = n_runs / np.maximum(n_runs - 1, 1)
    squares = few[document][:, None] * (in_runs - share[document] * in_run[:, None]) ** 2
    independent = (sizes[:, None] * share * (1 - share)).sum(axis=0)
    effects: Array = np.maximum(1.0, squares.sum(axis=0) / np.where(independent > 0, independent, np.inf))
    return effects
