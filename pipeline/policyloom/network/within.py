"""Whether two elements stand together more often than by chance within the sections where both stand.

A topic that runs through a document or a section makes all its elements frequent there, so that they meet without any
tie between them. Here each stretch of text is compared with itself alone: given how many of its units name the source
and how many the target, so many would name both by chance. Sums over all stretches make the measure and the test, so
that they add up over documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from policyloom.network.incidence import sentence_key
from policyloom.network.strata import Strata

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["MIN_TESTED_DOCUMENTS", "SharedStrata", "WithinSections", "share_strata", "within_sections"]

Array = np.ndarray[Any, np.dtype[Any]]

MIN_TESTED_DOCUMENTS = 2
"""Documents that could show a link within their sections; below this there is no test, as one is no corpus."""

MAX_EXACT_STRATA = 2_000
"""Stretches up to which the exact distribution is worked out; beyond, the normal one differs in the fourth decimal."""

DECIDED = 0.05
"""p below which it is asked whether one document alone makes it so."""


class SharedStrata(NamedTuple):
    """The stretches in which both elements of a pair stand, an array each.

    Attributes:
        n: units with both.
        n_source, n_target: units with either.
        size: units.
        document: the document.
        same_lag: for each stretch and each distance, from a unit with the source on to one with the target and going
            round at the end, how many pairs of units have it; distances that no pair has are left out.
        lag_stratum: the stretch of each of these numbers, ascending.
    """

    n: Array
    n_source: Array
    n_target: Array
    size: Array
    document: Array
    same_lag: Array
    lag_stratum: Array

    def expected(self) -> Array:
        """Units with both, were the units of each stretch in any order."""
        return np.asarray(self.n_source * self.n_target / self.size)

    def variance(self) -> Array:
        """The variance of `n` in that case, which is hypergeometric."""
        apart = (self.size - self.n_source) * (self.size - self.n_target)
        return np.asarray(self.expected() * apart / (self.size * np.maximum(self.size - 1, 1)))

    def variance_of_turns(self) -> Array:
        """The variance of `n` if the order of the units stays, and the target's begins anywhere."""
        squares = np.bincount(self.lag_stratum, weights=self.same_lag**2.0, minlength=len(self.n))
        return np.asarray(squares / self.size - self.expected() ** 2)

    def select(self, kept: Array) -> SharedStrata:
        """Some of the stretches, given as a mask."""
        renumbered = np.cumsum(kept) - 1
        lags = kept[self.lag_stratum]
        return SharedStrata(
            self.n[kept],
            self.n_source[kept],
            self.n_target[kept],
            self.size[kept],
            self.document[kept],
            self.same_lag[lags],
            renumbered[self.lag_stratum[lags]],
        )


@dataclass(frozen=True, slots=True)
class WithinSections:
    """What stretches of text say of each pair.

    Attributes:
        n_expected: units with both by chance, over all stretches.
        log_odds: the Mantel-Haenszel log odds ratio; not a number where the pair never, or always, meets where it can.
        p: two-sided; not a number where fewer than two documents could show a link.
        one_document: whether p is below 0.05 by one document alone.
    """

    n_expected: Array
    log_odds: Array
    p: Array
    one_document: Array


def within_sections(cells: csr_array, strata: Strata, i: Array, j: Array) -> WithinSections:
    """The measure and the test of each pair of nodes.

    p is the larger of two. The one is the exact Cochran-Mantel-Haenszel test: in each stretch any order of its units is
    as likely as any other. The other keeps the order, for neighbouring sentences are alike, and lets each element's
    sequence begin anywhere in the stretch, going round at the end. Both count half of what is as likely as the observed
    (mid-p). Where no neighbours are alike they say the same. Levels and power: docs/network.md.

    Args:
        cells: units by nodes, as in `Incidence`.
        strata: the stretches of these units.
        i, j: the nodes of each pair.

    Source: Cochran 1954, Biometrics 10(4), 417-451; Mantel and Haenszel 1959, Journal of the National Cancer Institute
    22(4), 719-748; the exact distribution: Agresti 2013, Categorical Data Analysis, 3rd ed., section 7.3.5; mid-p:
    Lancaster 1961, JASA 56(294); turning: Harris 2020, A shift test for independence in generic time series,
    arXiv:2012.06862.
    """
    found = [
        _judge(shared) for shared in share_strata(cells, strata, zip(i.tolist(), j.tolist(), strict=True))
    ]
    n_expected, log_odds, p, one_document = zip(*found, strict=True) if found else ((), (), (), ())
    return WithinSections(
        np.array(n_expected, dtype=float),
        np.array(log_odds, dtype=float),
        np.array(p, dtype=float),
        np.array(one_document, dtype=bool),
    )


def share_strata(
    cells: csr_array, strata: Strata, pairs: Iterable[tuple[int, int]]
) -> Iterator[SharedStrata]:
    """For each pair of nodes, the stretches in which both stand; one pair is held at a time."""
    by_node = cells.tocsc()
    units = sentence_key(strata.stratum, strata.place)
    known: dict[int, tuple[Array, Array, Array]] = {}

    def stand(node: int) -> tuple[Array, Array, Array]:
        """The units that name a node, its stretches, and in how many of their units it stands."""
        if node not in known:
            own = np.sort(units[by_node.indices[by_node.indptr[node] : by_node.indptr[node + 1]]])
            known[node] = (own, *np.unique(own >> np.uint64(32), return_counts=True))
        return known[node]

    for source, target in pairs:
        (source_units, *of_source), (target_units, *of_target) = stand(source), stand(target)
        both, at_source, at_target = np.intersect1d(
            of_source[0], of_target[0], assume_unique=True, return_indices=True
        )
        n_source, n_target = of_source[1][at_source], of_target[1][at_target]
        meeting = np.intersect1d(source_units, target_units, assume_unique=True) >> np.uint64(32)
        n = np.bincount(np.searchsorted(both, meeting), minlength=len(both))
        size = strata.size[both.astype(np.int64)]
        lags, stretch = _distances(source_units, target_units, both, n_source, n_target, size)
        yield SharedStrata(n, n_source, n_target, size, strata.document[both.astype(np.int64)], lags, stretch)


def _distances(
    source_units: Array, target_units: Array, both: Array, n_source: Array, n_target: Array, size: Array
) -> tuple[Array, Array]:
    """How many pairs of units have each distance, and the place of their stretch among `both`."""
    source_units = source_units[np.isin(source_units >> np.uint64(32), both)]
    target_units = target_units[np.isin(target_units >> np.uint64(32), both)]
    # Each unit with the source, once for each unit with the target in its stretch.
    times = np.repeat(n_target, n_source)
    left = np.repeat(source_units & np.uint64(0xFFFFFFFF), times).astype(np.int64)
    stretch = np.repeat(np.arange(len(both)), n_source * n_target)
    first_target = np.repeat(np.repeat(np.cumsum(n_target) - n_target, n_source), times)
    turn = np.arange(len(left)) - np.repeat(np.cumsum(times) - times, times)
    right = (target_units & np.uint64(0xFFFFFFFF)).astype(np.int64)[first_target + turn]
    distance = (right - left) % size[stretch]
    keys, counts = np.unique(sentence_key(stretch, distance), return_counts=True)
    return counts, (keys >> np.uint64(32)).astype(np.int64)


def _judge(shared: SharedStrata) -> tuple[float, float, float, bool]:
    """Expected units, log odds, p, and whether one document decides it."""
    n_expected = float(shared.expected().sum())
    only_source, only_target = shared.n_source - shared.n, shared.n_target - shared.n
    neither = shared.size - shared.n_source - only_target
    r, s = (shared.n * neither / shared.size).sum(), (only_source * only_target / shared.size).sum()
    log_odds = float(np.log(r / s)) if r > 0 and s > 0 else np.nan
    telling = shared.select(shared.variance() > 0)
    p = _test(telling)
    if not p < DECIDED:
        return n_expected, log_odds, p, False
    excess = telling.n - telling.expected()
    by_document = np.bincount(telling.document, weights=excess * np.sign(excess.sum()))
    without = _test(telling.select(telling.document != int(by_document.argmax())))
    return n_expected, log_odds, p, not without < DECIDED


def _test(telling: SharedStrata) -> float:
    """The larger two-sided p of the two tests, over stretches in which `n` could be another."""
    if len(np.unique(telling.document)) < MIN_TESTED_DOCUMENTS:
        return np.nan
    n = int(telling.n.sum())
    if len(telling.n) > MAX_EXACT_STRATA:
        from scipy.stats import norm

        spread = max(telling.variance().sum(), telling.variance_of_turns().sum())
        return float(2 * norm.sf(abs(n - telling.expected().sum()) / np.sqrt(spread)))
    sizes = zip(telling.size.tolist(), telling.n_source.tolist(), telling.n_target.tolist(), strict=True)
    orders = [_hypergeometric(*size) for size in sizes]
    return max(_mid_p(n, orders), _mid_p(n, _turns(telling)))


def _turns(telling: SharedStrata) -> Iterator[tuple[int, Array]]:
    """For each stretch, the fewest units with both that a turn gives, and the share of turns with so many and more."""
    ends = np.searchsorted(telling.lag_stratum, np.arange(len(telling.n)), side="right").tolist()
    start = 0
    for end, size in zip(ends, telling.size.tolist(), strict=True):
        counts = telling.same_lag[start:end]
        shares = np.bincount(counts)
        shares[0] = size - len(counts)  # distances that no pair of units has
        lowest = int(np.flatnonzero(shares)[0])
        yield lowest, shares[lowest:] / size
        start = end


def _mid_p(n: int, parts: Iterable[tuple[int, Array]]) -> float:
    """Two-sided mid-p of a sum of independent counts, each given by its lowest value and its probabilities."""
    lowest, probabilities = 0, np.ones(1)
    for low, own in parts:
        lowest += low
        probabilities = np.convolve(probabilities, own)
    at = n - lowest
    half = probabilities[at] / 2
    tail = min(probabilities[at:].sum() - half, probabilities[: at + 1].sum() - half)
    return float(min(2 * tail, 1.0))


@lru_cache(maxsize=100_000)
def _hypergeometric(size: int, n_source: int, n_target: int) -> tuple[int, Array]:
    """The fewest units that can have both, and the probability of so many and more."""
    from scipy.special import gammaln

    low, high = max(0, n_source + n_target - size), min(n_source, n_target)
    n = np.arange(low, high + 1)

    def choose(total: int, chosen: Array) -> Array:
        return np.asarray(gammaln(total + 1) - gammaln(chosen + 1) - gammaln(total - chosen + 1))

    logs = choose(n_source, n) + choose(size - n_source, n_target - n)
    weights = np.exp(logs - logs.max())
    return low, weights / weights.sum()
