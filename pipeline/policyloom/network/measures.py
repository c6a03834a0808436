"""Strength and sureness of association, on arrays: many pairs, or many bootstrap samples, at once.

Every function takes the same four counts: units with both (`n`), with the source, with the target, and all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from scipy.sparse import csc_array

__all__ = [
    "MEASURES",
    "Association",
    "Measure",
    "adjust",
    "associate",
    "bootstrap_interval",
    "document_test",
    "fisher_test",
    "g2_test",
    "leave_one_out",
    "measure",
]

Array = np.ndarray[Any, np.dtype[Any]]
Measure = Literal["npmi", "jaccard", "log_odds", "p_target_given_source", "p_source_given_target"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

DENSE_CELLS = 1_000_000
"""Cells of a dense block of documents by pairs, or documents by samples: 8 MB of floats."""


class Association(NamedTuple):
    """Measures of association, each an array over pairs.

    Attributes:
        jaccard: units with both, of the units with either.
        p_target_given_source, p_source_given_target: shares.
        pmi: log2 of observed over expected; minus infinity for pairs that never meet.
        npmi: PMI divided by its largest possible value: -1 never together, 0 independent, 1 only together.
        chi2, chi2_yates: Pearson's statistic, without and with Yates's correction.
        g2: the log-likelihood ratio.
        odds_ratio: with 0.5 added to each cell, so that it is finite.
        log_odds: its natural logarithm, the lambda of collocation research.
        z: `log_odds` by its standard error.
    """

    jaccard: Array
    p_target_given_source: Array
    p_source_given_target: Array
    pmi: Array
    npmi: Array
    chi2: Array
    chi2_yates: Array
    g2: Array
    odds_ratio: Array
    log_odds: Array
    z: Array


def associate(n: ArrayLike, n_source: ArrayLike, n_target: ArrayLike, n_units: ArrayLike) -> Association:
    """Every measure for each pair; where a count makes one undefined it is not a number.

    Source: Church and Hanks 1990 (PMI), Bouma 2009 (NPMI), Dunning 1993 (G2), Haldane 1955 and Anscombe 1956
    (odds ratio), Blaheta and Johnson 2001 (lambda and z).

    Example:
        >>> round(float(associate(3, 10, 10, 19).g2), 4), round(float(associate(3, 3, 4, 10).log_odds), 4)
        (4.5349, 3.4122)
    """
    from scipy.special import xlogy

    n, n_source, n_target, n_units = (np.asarray(x, dtype=float) for x in (n, n_source, n_target, n_units))
    cells = np.array(
        np.broadcast_arrays(n, n_source - n, n_target - n, n_units - n_source - n_target + n), dtype=float
    )
    rows = (n_source, n_source, n_units - n_source, n_units - n_source)
    columns = (n_target, n_units - n_target, n_target, n_units - n_target)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.array(
            np.broadcast_arrays(*(r * c / n_units for r, c in zip(rows, columns, strict=True)))
        )
        off = cells - expected
        # An empty row or column leaves nothing to compare: its cells are as expected, and add nothing.
        safe = np.where(expected > 0, expected, 1.0)
        g2 = 2 * xlogy(cells, np.where(cells > 0, cells, 1.0) / safe).sum(axis=0)
        corrected = np.maximum(np.abs(off) - 0.5, 0.0)
        half = cells + 0.5
        log_odds = np.log(half[0] * half[3] / (half[1] * half[2]))
        return Association(
            jaccard=n / (n_source + n_target - n),
            p_target_given_source=n / n_source,
            p_source_given_target=n / n_target,
            pmi=np.asarray(np.log2(n * n_units / (n_source * n_target))),
            npmi=_npmi(n, n_source, n_target, n_units),
            chi2=(off**2 / safe).sum(axis=0),
            chi2_yates=(corrected**2 / safe).sum(axis=0),
            g2=np.maximum(g2, 0.0),
            odds_ratio=np.exp(log_odds),
            log_odds=log_odds,
            z=log_odds / np.sqrt((1 / half).sum(axis=0)),
        )


def measure(name: Measure, n: Array, n_source: Array, n_target: Array, n_units: Array) -> Array:
    """One measure for each pair, for the many calls of a bootstrap."""
    with np.errstate(divide="ignore", invalid="ignore"):
        match name:
            case "npmi":
                return _npmi(n, n_source, n_target, n_units)
            case "jaccard":
                return np.asarray(n / (n_source + n_target - n))
            case "p_target_given_source":
                return np.asarray(n / n_source)
            case "p_source_given_target":
                return np.asarray(n / n_target)
            case "log_odds":
                only_source, only_target = n_source - n, n_target - n
                neither = n_units - n_source - only_target
                return np.asarray(
                    np.log((n + 0.5) * (neither + 0.5) / ((only_source + 0.5) * (only_target + 0.5)))
                )


def _npmi(n: Array, n_source: Array, n_target: Array, n_units: Array) -> Array:
    """-1 where a pair never meets though both occur; 0 where both are in every unit, which tells nothing."""
    value = np.log2(n * n_units / (n_source * n_target)) / -np.log2(n / n_units)
    value = np.where(n == 0, -1.0, np.where(n == n_units, 0.0, np.clip(value, -1.0, 1.0)))
    return np.where((n_source > 0) & (n_target > 0), value, np.nan)


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

    return np.asarray(chi2.sf(associate(n, n_source, n_target, n_units).g2, df=1))


def document_test(pairs: csc_array, sources: csc_array, targets: csc_array, n_units: Array) -> Array:
    """Two-sided p for each pair, with documents as the sampling unit.

    Sentences of one document resemble each other, so a test that takes them for independent finds too much.
    Here the log odds are judged by how much they change when each document in turn is left out (the
    jackknife), by a t distribution with as many degrees of freedom as documents have both elements, less one:
    what stands in one document alone has p = 1. Where a pair is so rare that it was bound to meet seldom, the
    exact test is the more careful; the larger p holds. False positives and power: docs/network.md.

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
    name: Measure = "npmi",
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
        values[:, start:stop] = measure(name, n, n_source, n_target, n_units @ weights)
    expanded = np.sqrt(n_documents / (n_documents - 1)) * t.ppf((1 - coverage) / 2, n_documents - 1)
    tail = float(norm.cdf(expanded))
    known = ~np.isnan(values).all(axis=1)
    low[known], high[known] = np.nanquantile(values[known], [tail, 1 - tail], axis=1)
    return low, high


def leave_one_out(
    pairs: csc_array, sources: csc_array, targets: csc_array, n_units: Array, *, name: Measure = "npmi"
) -> tuple[Array, Array]:
    """The lowest and highest value of each pair's measure when any one document is left out."""
    n_documents, n_pairs = pairs.shape
    low, high = np.full(n_pairs, np.nan), np.full(n_pairs, np.nan)
    if n_documents < 2:
        return low, high
    units = (n_units.sum() - n_units)[:, None]
    for chunk, *counts in _dense(pairs, sources, targets):
        n, n_source, n_target = (c.sum(axis=0) - c for c in counts)
        values = measure(name, n, n_source, n_target, units)
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
