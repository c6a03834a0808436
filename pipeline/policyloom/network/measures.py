"""Measures of association, tests and intervals, on arrays: for many pairs, or many bootstrap samples, at once.

Every function takes the same four counts: units with both (`n`), with the source, with the target, and all.
A new measure is one function and one line of `MEASURES`; tables and graphs then have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from scipy.sparse import csc_array

__all__ = [
    "INTERVAL_MEASURES",
    "MEASURES",
    "Contingency",
    "Measure",
    "adjust",
    "associate",
    "bootstrap_interval",
    "chi2_of_cells",
    "document_test",
    "fisher_test",
    "g2_of_cells",
    "g2_test",
    "leave_one_out",
    "measure",
]

Array = np.ndarray[Any, np.dtype[Any]]
DENSE_CELLS = 1_000_000
"""Cells of a dense block of documents by pairs, or documents by samples: 8 MB of floats."""


class Contingency(NamedTuple):
    """The 2 x 2 table of a pair, or of many pairs: units with both, with the source, with the target, and all."""

    n: Array
    n_source: Array
    n_target: Array
    n_units: Array

    def cells(self) -> Array:
        """The four cells: both, source alone, target alone, neither."""
        only_source, only_target = self.n_source - self.n, self.n_target - self.n
        neither = self.n_units - self.n_source - only_target
        return np.array(np.broadcast_arrays(self.n, only_source, only_target, neither), dtype=float)

    def expected(self) -> Array:
        """The four cells as they would be if source and target were independent."""
        without_source, without_target = self.n_units - self.n_source, self.n_units - self.n_target
        rows = (self.n_source, self.n_source, without_source, without_source)
        columns = (self.n_target, without_target, self.n_target, without_target)
        products = [row * column / self.n_units for row, column in zip(rows, columns, strict=True)]
        return np.array(np.broadcast_arrays(*products))


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of association.

    Attributes:
        description: in one line, for the tables' documentation.
        value: not a number where the counts leave the measure undefined.
        has_interval: whether it is offered for bootstrap intervals and leave-one-out.
        unseen: what stands in for an undefined value in samples in which the pair never meets, though both occur: the
            value to which the measure falls.
    """

    description: str
    value: Callable[[Contingency], Array]
    has_interval: bool = False
    unseen: float = np.nan


def associate(n: ArrayLike, n_source: ArrayLike, n_target: ArrayLike, n_units: ArrayLike) -> dict[str, Array]:
    """Every measure of `MEASURES` for each pair; where a count makes one undefined it is not a number.

    Example:
        >>> found = associate(3, 10, 10, 19)
        >>> round(float(found["g2"]), 4), round(float(found["chi2"]), 4)
        (4.5349, 4.3372)
    """
    return {name: measure(name, n, n_source, n_target, n_units) for name in MEASURES}


def measure(name: str, n: ArrayLike, n_source: ArrayLike, n_target: ArrayLike, n_units: ArrayLike) -> Array:
    """One measure for each pair."""
    counts = (np.asarray(x, dtype=float) for x in (n, n_source, n_target, n_units))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(MEASURES[name].value(Contingency(*counts)))


def _measure_sample(
    name: str, n: ArrayLike, n_source: ArrayLike, n_target: ArrayLike, n_units: ArrayLike
) -> Array:
    """One measure for each pair in a sample of the documents, which may leave out all in which a pair meets."""
    n, n_source, n_target = (np.asarray(x) for x in (n, n_source, n_target))
    value = measure(name, n, n_source, n_target, n_units)
    unseen = (n == 0) & (n_source > 0) & (n_target > 0) & np.isnan(value)
    return np.where(unseen, MEASURES[name].unseen, value)


def _jaccard(table: Contingency) -> Array:
    return np.asarray(table.n / (table.n_source + table.n_target - table.n))


def _target_given_source(table: Contingency) -> Array:
    return np.asarray(table.n / table.n_source)


def _source_given_target(table: Contingency) -> Array:
    return np.asarray(table.n / table.n_target)


def _pmi(table: Contingency) -> Array:
    value = np.log2(table.n * table.n_units / (table.n_source * table.n_target))
    # Not minus infinity, which a spreadsheet takes for a formula.
    return np.where(table.n > 0, value, np.nan)


def _npmi(table: Contingency) -> Array:
    """0 where both are in every unit, which tells nothing. Not -1 where a pair never meets: one unit is never a law."""
    n, n_source, n_target, n_units = table
    value = np.log2(n * n_units / (n_source * n_target)) / -np.log2(n / n_units)
    return np.where(n == 0, np.nan, np.where(n == n_units, 0.0, np.clip(value, -1.0, 1.0)))


def chi2_of_cells(observed: Array, expected: Array, *, correction: float = 0.0) -> Array:
    """Pearson's statistic of the four cells, (4, pairs); with `correction=0.5`, Yates's."""
    difference = np.maximum(np.abs(observed - expected) - correction, 0.0)
    # An empty row or column leaves nothing to compare: its cells are as expected, and add nothing.
    return np.asarray((difference**2 / np.where(expected > 0, expected, 1.0)).sum(axis=0))


def g2_of_cells(observed: Array, expected: Array) -> Array:
    """The log-likelihood ratio of the four cells, (4, pairs)."""
    from scipy.special import xlogy

    ratio = np.where(observed > 0, observed, 1.0) / np.where(expected > 0, expected, 1.0)
    return np.asarray(np.maximum(2 * xlogy(observed, ratio).sum(axis=0), 0.0))


def _chi2(table: Contingency) -> Array:
    return chi2_of_cells(table.cells(), table.expected())


def _chi2_yates(table: Contingency) -> Array:
    return chi2_of_cells(table.cells(), table.expected(), correction=0.5)


def _g2(table: Contingency) -> Array:
    return g2_of_cells(table.cells(), table.expected())


def _log_odds(table: Contingency) -> Array:
    both, only_source, only_target, neither = table.cells() + 0.5
    return np.asarray(np.log(both * neither / (only_source * only_target)))


def _odds_ratio(table: Contingency) -> Array:
    return np.exp(_log_odds(table))


def _z(table: Contingency) -> Array:
    return np.asarray(_log_odds(table) / np.sqrt((1 / (table.cells() + 0.5)).sum(axis=0)))


MEASURES: dict[str, Measure] = {
    "jaccard": Measure("units with both, of the units with either", _jaccard, True),
    "p_target_given_source": Measure("units with both, of those with the source", _target_given_source, True),
    "p_source_given_target": Measure("units with both, of those with the target", _source_given_target, True),
    "pmi": Measure("log2 of observed over expected units; missing where a pair never meets", _pmi),
    "npmi": Measure(
        "PMI by its largest possible value: 0 as by chance, 1 always together; missing where a pair never meets",
        _npmi,
        True,
        unseen=-1.0,
    ),
    "chi2": Measure("Pearson's statistic", _chi2),
    "chi2_yates": Measure(
        "Pearson's statistic with Yates's correction, for independent units: missing where the unit is no document",
        _chi2_yates,
    ),
    "g2": Measure("the log-likelihood ratio", _g2),
    "odds_ratio": Measure("the odds ratio, with 0.5 added to each cell, so that it is finite", _odds_ratio),
    "log_odds": Measure("its natural logarithm, the lambda of collocation research", _log_odds, True),
    "z": Measure("`log_odds` by its standard error", _z),
}
"""Every measure of association; those of a pair stand in links.csv, in this order.

Source: Church and Hanks 1990 (PMI), Bouma 2009 (NPMI), Dunning 1993 (G2), Haldane 1955 and Anscombe 1956 (odds ratio),
Blaheta and Johnson 2001 (lambda and z).
"""

INTERVAL_MEASURES = tuple(name for name, known in MEASURES.items() if known.has_interval)
"""The measures that bootstrap intervals and leave-one-out are offered for."""


def fisher_test(n: Array, n_source: Array, n_target: Array, n_units: int) -> Array:
    """Two-sided exact p for each pair. Right where units are independent, as documents are."""
    from scipy.stats import fisher_exact

    tables = zip(n.tolist(), n_source.tolist(), n_target.tolist(), strict=True)
    return np.array(
        [float(fisher_exact([[a, s - a], [t - a, n_units - s - t + a]]).pvalue) for a, s, t in tables],
        dtype=float,
    )


def g2_test(n: Array, n_source: Array, n_target: Array, n_units: int) -> Array:
    """p of G2 for each pair, by chi2 with one degree of freedom; right where units are independent."""
    from scipy.stats import chi2

    return np.asarray(chi2.sf(measure("g2", n, n_source, n_target, n_units), df=1))


def document_test(pairs: csc_array, sources: csc_array, targets: csc_array, n_units: Array) -> Array:
    """Two-sided p for each pair, with documents as the sampling unit.

    Sentences of one document resemble each other, so a test that takes them for independent finds too much. Here the
    log odds are divided by their jackknife standard error, which leaves out each document in turn, and the ratio has a
    t distribution. Its degrees of freedom are the documents with both elements, less one: a pair that only one document
    can join has p = 1. For a pair so rare that few meetings were to be expected, the exact test is more careful; the
    larger p of the two is returned. False positives and power: docs/network.md.

    Args:
        pairs, sources, targets: units of each document, (documents, pairs).
        n_units: units of each document.

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, ch. 11. The degrees of freedom are
    ours, in the spirit of the effective number of clusters of Carter, Schnepel and Steigerwald 2017, Review
    of Economics and Statistics 99(4).
    """
    from scipy.stats import t

    n_documents, total = len(n_units), n_units.sum()
    p = np.full(pairs.shape[1], np.nan)
    if n_documents < 2 or not total:
        return p
    units = (total - n_units)[:, None]
    for chunk, a, s, tt in _dense(pairs, sources, targets):
        n, n_source, n_target = a.sum(axis=0), s.sum(axis=0), tt.sum(axis=0)
        value = measure("log_odds", n, n_source, n_target, np.asarray(total))
        without = measure("log_odds", n - a, n_source - s, n_target - tt, units)
        spread = np.sqrt(
            (n_documents - 1) / n_documents * ((without - without.mean(axis=0)) ** 2).sum(axis=0)
        )
        both = ((s > 0) & (tt > 0)).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            judged = 2 * t.sf(np.abs(value) / spread, df=np.maximum(both - 1, 1))
        p[chunk] = np.where(both > 1, judged, 1.0)
    n, n_source, n_target = (np.asarray(matrix.sum(axis=0)).ravel() for matrix in (pairs, sources, targets))
    return np.fmax(p, fisher_test(n, n_source, n_target, int(total)))


def adjust(p: Array) -> Array:
    """Benjamini-Hochberg q for each p; where p is missing, so is q."""
    from scipy.stats import false_discovery_control

    q = np.full(len(p), np.nan)
    known = ~np.isnan(p)
    if known.any():
        q[known] = false_discovery_control(p[known], method="bh")
    return q


def bootstrap_interval(
    pairs: csc_array,
    sources: csc_array,
    targets: csc_array,
    n_units: Array,
    *,
    name: str = "npmi",
    samples: int = 1000,
    seed: int = 0,
    coverage: float = 0.95,
) -> tuple[Array, Array]:
    """The ends of each pair's percentile interval, resampling documents whole.

    The interval is expanded as a t interval is for a small sample: plain percentiles cover 89 of 100 where
    ten documents ought to give 95 (figures in docs/network.md). Samples in which a measure is undefined (an
    element drawn in no document) are left out.

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, ch. 13; documents are resampled whole
    as in Davison and Hinkley 1997, section 3.8; expanded as in Hesterberg 2015, What teachers should know
    about the bootstrap, The American Statistician 69(4), section 3.3.
    """
    from scipy.stats import norm, t

    n_documents, n_pairs = pairs.shape
    low, high = np.full(n_pairs, np.nan), np.full(n_pairs, np.nan)
    if n_documents < 2 or not n_pairs:
        return low, high
    rng = np.random.default_rng(seed)
    share = np.full(n_documents, 1 / n_documents)
    values = np.empty((n_pairs, samples))
    step = max(1, DENSE_CELLS // max(n_documents, n_pairs))
    for start in range(0, samples, step):
        stop = min(start + step, samples)
        weights = rng.multinomial(n_documents, share, size=stop - start).T.astype(float)
        n, n_source, n_target = (matrix.T @ weights for matrix in (pairs, sources, targets))
        values[:, start:stop] = _measure_sample(name, n, n_source, n_target, n_units @ weights)
    expanded = np.sqrt(n_documents / (n_documents - 1)) * t.ppf((1 - coverage) / 2, n_documents - 1)
    tail = float(norm.cdf(expanded))
    known = ~np.isnan(values).all(axis=1)
    low[known], high[known] = np.nanquantile(values[known], [tail, 1 - tail], axis=1)
    return low, high


def leave_one_out(
    pairs: csc_array, sources: csc_array, targets: csc_array, n_units: Array, *, name: str = "npmi"
) -> tuple[Array, Array]:
    """The lowest and highest value of each pair's measure when any one document is left out."""
    n_documents, n_pairs = pairs.shape
    low, high = np.full(n_pairs, np.nan), np.full(n_pairs, np.nan)
    if n_documents < 2:
        return low, high
    units = (n_units.sum() - n_units)[:, None]
    for chunk, *counts in _dense(pairs, sources, targets):
        n, n_source, n_target = (c.sum(axis=0) - c for c in counts)
        values = _measure_sample(name, n, n_source, n_target, units)
        known = ~np.isnan(values).all(axis=0)
        at = np.arange(chunk.start, chunk.stop)[known]
        low[at], high[at] = np.nanmin(values[:, known], axis=0), np.nanmax(values[:, known], axis=0)
    return low, high


def _dense(*matrices: csc_array) -> Iterator[tuple[Any, ...]]:
    """Blocks of columns of matrices of one shape, as (slice, floats, ...)."""
    n_rows, n_columns = matrices[0].shape
    step = max(1, DENSE_CELLS // max(n_rows, 1))
    for start in range(0, n_columns, step):
        chunk = slice(start, min(start + step, n_columns))
        yield chunk, *(matrix[:, chunk].toarray().astype(float) for matrix in matrices)
