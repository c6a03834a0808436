"""Two groups of documents compared: which elements and links are typical of the one or the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from policyloom.framework import Framework
from policyloom.network import measures
from policyloom.network.counting import UNITS, Unit
from policyloom.network.counts import Counts
from policyloom.network.incidence import CorpusArrays, nodes_at
from policyloom.network.links import MIN_DOCUMENTS, LinkOptions
from policyloom.network.network import Network

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "compare"]

Array = np.ndarray[Any, np.dtype[Any]]

MAX_EXACT_DOCUMENTS = 2_000
"""Documents up to which the exact distribution is worked out; beyond, the normal one with a continuity correction."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The keyness of elements and of links: two frames, each with the largest difference first.

    Columns: `n_a`, `n_b` of `total_a`, `total_b` units; `share_a`, `share_b`; `n_expected_a`, the units of group a if
    both groups named it as densely: of documents, given how long each is; `log_ratio`, the binary logarithm of the
    ratio of the shares, with half a unit added to each count, less that of the expected shares; `g2` with Williams's
    correction and `chi2`, positive where group a has more than expected and negative where it has less; `chi2_yates`
    likewise, missing where the unit is no document, as Yates's correction is for independent units; `p` (exact, given
    how many documents name it in all and how long each is) and `q`, adjusted over the rows of the frame; `note`.
    """

    elements: pd.DataFrame
    links: pd.DataFrame


def compare(
    a: Network | Counts,
    b: Network | Counts,
    *,
    framework: Framework | None = None,
    unit: Unit = "document",
    options: LinkOptions | None = None,
) -> Comparison:
    """The keyness of every element and link in group `a` against group `b`.

    Args:
        a, b: networks, or counts together with a framework.
        framework: needed for counts.
        unit: what is counted; documents by default, for the test needs independent units. For a smaller unit
            there is no p. A link counts in a document if its ends meet there within the unit of the options.
        options: level, statuses and the unit within which links meet; those of `a` by default.

    Raises:
        ValueError: counts without a framework, a document in both groups, or no such unit.

    Source: Dunning 1993; Rayson and Garside 2000 (keyness by log-likelihood); Hardie 2014 (log ratio); Williams 1976,
    Improved likelihood ratio tests for complete contingency tables, Biometrika 63(1).
    """
    if unit not in UNITS:
        raise ValueError(f"unit {unit!r}: use one of {', '.join(UNITS)}")
    if options is None:
        options = a.options if isinstance(a, Network) else LinkOptions()
    for group in (a, b):
        if isinstance(group, Network):
            framework = framework or group.framework
    if framework is None:
        raise ValueError("counts alone do not say what their elements are: give a framework")
    counts = [group.counts if isinstance(group, Network) else group for group in (a, b)]
    shared = sorted(counts[0].documents.keys() & counts[1].documents.keys())
    if shared:
        raise ValueError(f"document {shared[0]!r} is in both groups")
    a_units, b_units = (_occurrence(CorpusArrays(each, framework), options, unit) for each in counts)
    nodes = nodes_at(framework, options.level)
    labels = {id: framework[id].label for id in nodes}
    enough = min(len(each) for each in counts) >= MIN_DOCUMENTS
    sizes = a_units.sizes, b_units.sizes
    elements = _keyness(a_units.n_nodes, b_units.n_nodes, sizes, exact=unit == "document", enough=enough)
    elements.insert(0, "id", nodes)
    elements.insert(1, "label", [labels[id] for id in nodes])
    pairs = a_units.pairs
    links = _keyness(a_units.n_pairs, b_units.n_pairs, sizes, exact=unit == "document", enough=enough)
    links.insert(0, "source", [nodes[i] for i, _ in pairs])
    links.insert(1, "source_label", [labels[nodes[i]] for i, _ in pairs])
    links.insert(2, "target", [nodes[j] for _, j in pairs])
    links.insert(3, "target_label", [labels[nodes[j]] for _, j in pairs])
    return Comparison(_sorted(elements), _sorted(links))


class _Occurrence(NamedTuple):
    """How many units of a group name each node, and each pair.

    Attributes:
        sizes: the sentences of each document where the unit is the document; else ones, one for each unit in all.
        n_nodes, n_pairs: units with each node, and with each pair.
        pairs: the nodes of each pair.
    """

    sizes: Array
    n_nodes: Array
    n_pairs: Array
    pairs: list[tuple[int, int]]


def _occurrence(arrays: CorpusArrays, options: LinkOptions, unit: Unit) -> _Occurrence:
    chosen = {"level": options.level, "statuses": options.counting, "boilerplate": options.boilerplate}
    by_unit = arrays.incidence(unit=unit, **chosen)  # type: ignore[arg-type]
    meeting = arrays.incidence(unit=options.unit if unit == "document" else unit, **chosen)  # type: ignore[arg-type]
    nodes = nodes_at(arrays.framework, options.level)
    ends = [[n for n, id in enumerate(nodes) if arrays.framework[id].kind == kind] for kind in options.kinds]
    joint = meeting.pairs(*ends)
    pairs = [(i, j) for i in ends[0] for j in ends[1]]
    n_pairs = np.diff(joint.indptr) if unit == "document" else np.asarray(joint.sum(axis=0)).ravel()
    n_nodes = np.asarray(by_unit.by_node.sum(axis=0)).ravel()
    if options.kinds[0] == options.kinds[1]:
        once = [place for place, (i, j) in enumerate(pairs) if i < j]
        pairs, n_pairs = [pairs[place] for place in once], n_pairs[once]
    sizes = np.ones(int(by_unit.n_units.sum()))
    if unit == "document":
        # A document that is all headings or tables is as long as one sentence.
        sizes = np.maximum(arrays.sizes[:, UNITS.index("sentence")], 1).astype(float)
    return _Occurrence(sizes, n_nodes, n_pairs, pairs)


def _keyness(
    n_a: Array, n_b: Array, sizes: tuple[Array, Array], *, exact: bool, enough: bool
) -> pd.DataFrame:
    import pandas as pd

    total_a, total_b = len(sizes[0]), len(sizes[1])
    total, named = total_a + total_b, n_a + n_b
    chances = [_chances(int(n), sizes) if exact else None for n in named.tolist()]
    with np.errstate(divide="ignore", invalid="ignore"):
        expected_a = np.asarray(named * total_a / total)
        if exact:
            expected_a = np.array([chance[0].sum() for chance in chances if chance is not None])
        expected_b = named - expected_a
        share_a, share_b = np.asarray(n_a / total_a), np.asarray(n_b / total_b)
        by_length = np.log2(expected_a / total_a) - np.log2(expected_b / total_b)
        log_ratio = (
            np.log2((n_a + 0.5) / (total_a + 0.5)) - np.log2((n_b + 0.5) / (total_b + 0.5)) - by_length
        )
    observed = np.array([n_a, total_a - n_a, n_b, total_b - n_b], dtype=float)
    expected = np.array([expected_a, total_a - expected_a, expected_b, total_b - expected_b])
    sign = np.where(n_a < expected_a, -1.0, 1.0)
    p = np.full(len(n_a), np.nan)
    if enough:
        for place, chance in enumerate(chances):
            if chance is not None and named[place]:
                p[place] = _length_test(int(n_a[place]), int(n_b[place]), *chance)
    note = "" if enough else f"too few documents to test ({MIN_DOCUMENTS} are needed in each group)"
    if enough and not exact:
        note = "units of one document are not independent: no p"
    yates = sign * measures.chi2_of_cells(observed, expected, correction=0.5)
    return pd.DataFrame(
        {
            "n_a": n_a,
            "n_b": n_b,
            "total_a": total_a,
            "total_b": total_b,
            "share_a": share_a,
            "share_b": share_b,
            "n_expected_a": expected_a,
            "log_ratio": log_ratio,
            "g2": sign * measures.g2_of_cells(observed, expected) / _williams(named, total_a, total_b),
            "chi2": sign * measures.chi2_of_cells(observed, expected),
            "chi2_yates": yates if exact else np.full(len(n_a), np.nan),
            "p": p,
            "q": measures.adjust(p),
            "note": note,
        }
    )


def _williams(named: Array, total_a: int, total_b: int) -> Array:
    """Williams's correction, by which G2 is divided; 1 where a margin is empty, for then G2 is 0."""
    total = total_a + total_b
    with np.errstate(divide="ignore", invalid="ignore"):
        rows, columns = total / total_a + total / total_b - 1, total / named + total / (total - named) - 1
        divisor = 1 + rows * columns / (6 * total)
    return np.where(np.isfinite(divisor), divisor, 1.0) if total_a and total_b else np.ones(len(named))


def _chances(n: int, sizes: tuple[Array, Array]) -> tuple[Array, Array]:
    """For each document of either group, the chance that it names an element which `n` of all documents name.

    Each sentence of each document is as likely to name it as any other, so that a document of L sentences names it with
    1 - exp(-rate L): the complementary log-log model with the logarithm of the length as its offset. The rate is the
    one by which `n` documents would name it.

    Source: McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed., section 4.3.1 (dilution assay).
    """
    both = np.concatenate(sizes)
    if n in (0, len(both)):
        chance = np.full(len(both), float(n > 0))
    else:
        from scipy.optimize import brentq

        def surplus(log_rate: float) -> float:
            return float(-np.expm1(-np.exp(log_rate) * both).sum() - n)

        # At these ends at most half a document, or all but half of one, would name it.
        low, high = np.log(0.5 / both.sum()), np.log(np.log(2.0 * len(both)) / both.min())
        chance = -np.expm1(-np.exp(brentq(surplus, low, high, xtol=1e-12)) * both)
    return chance[: len(sizes[0])], chance[len(sizes[0]) :]


def _length_test(n_a: int, n_b: int, chance_a: Array, chance_b: Array) -> float:
    """Two-sided p of so many naming documents in group a, given those in both: Fisher's where all are as long."""
    if len(chance_a) + len(chance_b) > MAX_EXACT_DOCUMENTS:
        from scipy.stats import norm

        spread_a, spread_b = (float((chance * (1 - chance)).sum()) for chance in (chance_a, chance_b))
        excess = max(abs(n_a - chance_a.sum()) - 0.5, 0.0)
        return float(2 * norm.sf(excess / np.sqrt(spread_a * spread_b / (spread_a + spread_b))))
    in_a, in_b = (_sum_of_chances(chance) for chance in (chance_a, chance_b))
    n = n_a + n_b
    low, high = max(0, n - len(chance_b)), min(n, len(chance_a))
    k = np.arange(low, high + 1)
    weights = in_a[k] * in_b[n - k]
    weights /= weights.sum()
    # As in Fisher's test of SciPy: what is less likely, or as likely but for rounding.
    return float(min(weights[weights <= weights[n_a - low] * (1 + 1e-7)].sum(), 1.0))


def _sum_of_chances(chances: Array) -> Array:
    """The probability of 0, 1, ... documents that name an element (the Poisson-binomial distribution)."""
    probabilities = np.ones(1)
    for chance in chances.tolist():
        probabilities = np.convolve(probabilities, (1 - chance, chance))
    return probabilities


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of what occurs at all, the most telling for either group first."""
    frame = frame[frame["n_a"] + frame["n_b"] > 0]
    order = frame["g2"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)
