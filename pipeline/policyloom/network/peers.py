"""Each document of a run against the others: which elements it stresses more, or less, than its peers do.

A document's share of an element is that of its sentences of running text that name it, whatever the status: the counts of
coverage.csv. The peers' share is that of the sentences of the other documents together. The log odds ratio of the two is
taken with half a sentence added to each cell, and its interval allows for sentences that hang together: the document's own
by paragraphs, the peers' by their documents. It tells whether the document says more than its peers do together, not whether
it is odd among them: documents differ anyway, and `n_peers_below` shows how much. A document of another field than the framework
is nobody's peer.

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
    "n_peers": "the other documents of the run; copies and other versions of its text are left out, as is what was not judged or is of another field",
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
    return _compare(counts, framework, None, same_text or {})


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
    return _compare(sum_counts((own, peers.without(*left_out))), framework, (id,), {})


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
    counts: Counts,
    framework: Framework,
    wanted: Collection[str] | None,
    same_text: Mapping[str, Collection[str]],
) -> pd.DataFrame:
    """The rows of the documents that are wanted, or of all."""
    import pandas as pd

    arrays = CorpusArrays(counts, framework)
    nodes = [n for n, id in enumerate(nodes_at(framework, "top")) if framework[id].kind != "actor"]
    ids = [nodes_at(framework, "top")[n] for n in nodes]
    by_document = arrays.incidence(unit="sentence", level="top", statuses=_ANY).by_node
    named = by_document.toarray()[:, nodes].astype(float)
    sizes = arrays.sizes[:, UNITS.index("sentence")].astype(float)
    effects = _paragraph_effects(arrays, nodes, named, sizes)
    of_field = np.array([not counts.documents[id].is_off_field for id in arrays.ids], dtype=bool)
    named, sizes = named * of_field[:, None], sizes * of_field
    place = {id: n for n, id in enumerate(arrays.ids)}
    at = [n for n, id in enumerate(arrays.ids) if sizes[n] and (wanted is None or id in wanted)]
    no_peers = [[n, *(place[id] for id in same_text.get(arrays.ids[n], ()) if id in place)] for n in at]
    table = _keyness(named, sizes, effects, at, no_peers)
    is_named = (table["n"] > 0) | (table["share_peers"] > 0)
    row, column = np.nonzero(is_named)
    frame = pd.DataFrame(
        {
            "document": np.array(arrays.ids, dtype=object)[np.array(at, dtype=int)][row],
            "element": np.array(ids, dtype=object)[column],
            "label": np.array([framework[id].label for id in ids], dtype=object)[column],
            "kind": np.array([framework[id].kind for id in ids], dtype=object)[column],
            **{name: values[is_named] for name, values in table.items()},
        }
    )
    return in_columns(frame, PEER_COLUMNS)


def _keyness(
    named: Array, sizes: Array, effects: Array, at: list[int], no_peers: list[list[int]]
) -> dict[str, Array]:
    """The columns, each a matrix of documents by nodes, from the sentences of all documents.

    Args:
        named: the sentences of each document, in rows, that name each node.
        sizes: the sentences of each document.
        effects: of paragraphs, of each node.
        at: the documents that are told of.
        no_peers: for each of them, the documents that are not among its peers: itself, and other versions of it.
    """
    from scipy.stats import norm

    def of_peers(values: Array) -> Array:
        """What the peers of each document sum up to, in a column or in one for each node."""
        left_out = np.array([values[places].sum(axis=0) for places in no_peers])
        sums = values.sum(axis=0) - left_out.reshape(len(at), *values.shape[1:])
        return np.asarray(sums if values.ndim > 1 else sums[:, None])

    own, size = named[at], sizes[at][:, None]
    n_peers, total, rest = of_peers((sizes > 0).astype(float)), of_peers(sizes), of_peers(named)
    both = own, size, own + rest, size + total
    log_odds = np.where(total > 0, measures.measure("log_odds", *both), np.nan)
    g2 = np.where(log_odds < 0, -1.0, 1.0) * measures.measure("g2", *both)
    enough = n_peers >= MIN_PEERS
    squares = of_peers(named**2), of_peers(named * sizes[:, None]), of_peers(sizes**2)
    variance = _peer_variance(rest, total, n_peers, squares)
    error = np.where(enough, np.sqrt(effects * _independent_variance(own, size) + variance), np.nan)
    p = 2 * norm.sf(np.abs(log_odds) / error)
    q = _adjust_rows(np.where((own > 0) | (rest > 0), p, np.nan))
    known = (q < MAX_Q) & ((log_odds < 0) | (own >= MIN_SENTENCES))
    reach = norm.ppf(0.975) * error
    notes = np.array(
        [f"too few other documents for an interval ({n:.0f}; {MIN_PEERS} are needed)" for n in n_peers[:, 0]],
        dtype=object,
    )
    columns = {
        "n": own.astype(int),
        "n_sentences": size.astype(int),
        "share": own / size,
        "n_peers": n_peers.astype(int),
        "share_peers": rest / np.where(total > 0, total, 1),
        "n_peers_below": _count_below(named, sizes, at, no_peers),
        "log_odds": log_odds,
        "ci_low": log_odds - reach,
        "ci_high": log_odds + reach,
        "g2": g2,
        "q": q,
        "stress": np.where(known, np.where(log_odds > 0, "more", "less"), ""),
        "note": np.where(enough, "", notes.reshape(-1, 1)),
    }
    return {name: np.broadcast_to(values, own.shape) for name, values in columns.items()}


def _independent_variance(named: Array, total: Array) -> Array:
    """The variance of the log odds of each share, were sentences independent."""
    return np.asarray(1 / (named + 0.5) + 1 / (total - named + 0.5))


def _peer_variance(named: Array, total: Array, n: Array, squares: tuple[Array, Array, Array]) -> Array:
    """The variance of the log odds of each share over all sentences of the peers, by documents; at least that of sentences.

    Args:
        named, total, n: sentences of the peers that name each node, all their sentences, and their number.
        squares: the sums over the peers of `named` squared, of `named` times a document's sentences, and of these squared.
    """
    share = (named + 0.5) / (total + 1)
    residuals = np.maximum(squares[0] - 2 * share * squares[1] + share**2 * squares[2], 0.0)
    of_share = n / np.maximum(n - 1, 1) * residuals / np.maximum(total, 1) ** 2
    by_documents = of_share / (share * (1 - share)) ** 2
    return np.asarray(np.maximum(_independent_variance(named, total), by_documents))


def _count_below(named: Array, sizes: Array, at: list[int], no_peers: list[list[int]]) -> Array:
    """How many peers of each document have a smaller share of each node."""
    share = np.where(sizes[:, None] > 0, named / np.maximum(sizes, 1)[:, None], np.inf)
    ordered, own = np.sort(share, axis=0), share[at]
    below = np.empty(own.shape, dtype=int)
    for node in range(own.shape[1]):
        below[:, node] = np.searchsorted(ordered[:, node], own[:, node], side="left")
    for row, places in enumerate(no_peers):
        below[row] -= (share[places] < own[row]).sum(axis=0)
    return below


def _adjust_rows(p: Array) -> Array:
    """Benjamini-Hochberg q within each row."""
    return np.array([measures.adjust(row) for row in p]).reshape(p.shape)


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
