"""Hold what was found against what a coder labelled, and two coders against each other.

An element counts once a sentence. Status is judged where the element is rightly found. Intervals come from
resampling documents, as sentences of one document are not independent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from policyloom.errors import LabelsError
from policyloom.framework import Framework
from policyloom.learn.labels import CODED, Labelled
from policyloom.records import Status

__all__ = ["Agreement", "ElementScore", "Scores", "agreement", "evaluate", "f1"]

Interval = tuple[float, float]
Counts = npt.NDArray[np.int64]

RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class ElementScore:
    """How well one element is found.

    Attributes:
        precision, recall, f1: 0 to 1.
        labelled, found, hits: in how many sentences it is labelled, was found, and both.
        status_accuracy: the share of the hits whose status is right.
        f1_interval: 95 % interval.
    """

    precision: float
    recall: float
    f1: float
    labelled: int
    found: int
    hits: int
    status_accuracy: float
    f1_interval: Interval


@dataclass(frozen=True, slots=True)
class Scores:
    """How well a set of labels was met; `intervals` holds the 95 % intervals of the figures before it.

    `status_table` counts hits by (labelled status, found status). `instead` counts, for each element that was
    missed, what was wrongly found in the same sentence.
    """

    sentences: int
    documents: int
    element_micro_f1: float
    element_precision: float
    element_recall: float
    element_macro_f1: float
    status_accuracy: float
    link_f1: float
    answer_f1: float
    intervals: Mapping[str, Interval]
    by_element: Mapping[str, ElementScore]
    status_table: Mapping[Status, Mapping[Status, int]]
    instead: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two coders agree over the sentences that both have coded.

    Attributes:
        sentences: how many those are.
        kappa: Cohen's kappa over all decisions "this sentence names this element".
        alpha: Krippendorff's alpha (nominal) over the same decisions.
        f1: of one coder's elements against the other's.
        status_kappa: Cohen's kappa of the status, where both name the element.
        by_element: Cohen's kappa for each element that either names.
    """

    sentences: int
    kappa: float
    alpha: float
    f1: float
    status_kappa: float
    by_element: Mapping[str, float]


def f1(hits: float, found: float, wanted: float) -> tuple[float, float, float]:
    """Precision, recall and F1; 0 where they are not defined."""
    p, r = hits / found if found else 0.0, hits / wanted if wanted else 0.0
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def evaluate(
    labelled: Sequence[Labelled], found: Sequence[Labelled], framework: Framework, *, seed: int = 0
) -> Scores:
    """The scores of what was found against the labels.

    Args:
        labelled: the coder's.
        found: one for each of them, in the same order.
        framework: its outermost outcomes, challenges and mechanisms are scored.
        seed: of the resampling.

    Raises:
        ValueError: the two do not match.
    """
    if [s.id for s in labelled] != [s.id for s in found]:
        raise ValueError("labelled and found sentences do not match")
    ids = _ids(framework)
    docs = {doc: i for i, doc in enumerate(dict.fromkeys(s.doc for s in labelled))}
    # For each document: labelled, found, hits and right statuses of each element, then of links and answers.
    counts = np.zeros((len(docs), len(ids) + 2, 4), dtype=np.int64)
    table: dict[Status, Counter[Status]] = {status: Counter() for status in get_args(Status)}
    instead: dict[str, Counter[str]] = {id: Counter() for id in ids}
    for want, got in zip(labelled, found, strict=True):
        row = counts[docs[want.doc]]
        wanted, given = want.statuses, got.statuses
        for i, id in enumerate(ids):
            both = id in wanted and id in given
            row[i] += (id in wanted, id in given, both, both and wanted[id] == given[id])
            if both:
                table[wanted[id]][given[id]] += 1
        for id in set(wanted) - set(given):
            instead[id].update(set(given) - set(wanted))
        for i, (a, b) in enumerate(((want.links, got.links), (want.answers, got.answers)), len(ids)):
            row[i] += (len(set(a)), len(set(b)), len(set(a) & set(b)), 0)
    total = counts.sum(axis=0)
    samples = _resample(counts, seed)
    figures = _figures(total[None])
    spread = _figures(samples)
    by_element = {}
    for i, id in enumerate(ids):
        n_labelled, n_found, hits, right = (int(n) for n in total[i])
        if n_labelled or n_found:
            p, r, f = f1(hits, n_found, n_labelled)
            by_element[id] = ElementScore(
                p,
                r,
                f,
                n_labelled,
                n_found,
                hits,
                right / hits if hits else 0.0,
                _interval(_f1(samples[:, i])),
            )
    return Scores(
        len(labelled), len(docs), **{name: float(values[0]) for name, values in figures.items()},
        intervals={name: _interval(values) for name, values in spread.items()},
        by_element=by_element,
        status_table={status: dict(sorted(row.items())) for status, row in table.items() if row},
        instead={id: dict(row.most_common()) for id, row in instead.items() if row},
    )  # fmt: skip


def agreement(first: Sequence[Labelled], second: Sequence[Labelled], framework: Framework) -> Agreement:
    """How far two coders agree, over the sentences of the same id and text.

    Cohen 1960, doi 10.1177/001316446002000104; Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability".

    Raises:
        LabelsError: they have no sentence in common.
    """
    other = {(s.id, s.text): s for s in second}
    pairs = [(s.statuses, other[s.id, s.text].statuses) for s in first if (s.id, s.text) in other]
    if not pairs:
        raise LabelsError("the two files have no sentence in common (same id and text)")
    votes = {id: [(id in a, id in b) for a, b in pairs] for id in _ids(framework)}
    every = [vote for column in votes.values() for vote in column]
    status = [(a[id], b[id]) for a, b in pairs for id in a if id in b]
    hits = sum(a and b for a, b in every)
    return Agreement(
        len(pairs), _kappa(every), _alpha(every),
        f1(hits, sum(b for _, b in every), sum(a for a, _ in every))[2],
        _kappa(status),
        {id: _kappa(column) for id, column in votes.items() if any(a or b for a, b in column)},
    )  # fmt: skip


def _ids(framework: Framework) -> list[str]:
    return [id for kind in CODED for id in framework.ids(kind, top=True)]  # type: ignore[arg-type]


def _resample(counts: Counts, seed: int) -> Counts:
    """Totals of `RESAMPLES` draws of the documents, with replacement."""
    draws = np.random.default_rng(seed).multinomial(len(counts), [1 / len(counts)] * len(counts), RESAMPLES)
    return np.tensordot(draws, counts, axes=1)


def _figures(totals: Counts) -> dict[str, npt.NDArray[np.float64]]:
    """The headline figures of each row of totals."""
    elements = totals[:, :-2].sum(axis=1)
    named = (totals[:, :-2, 0] + totals[:, :-2, 1]) > 0
    each = np.stack([_f1(totals[:, i]) for i in range(totals.shape[1] - 2)], axis=1)
    return {
        "element_micro_f1": _f1(elements),
        "element_precision": elements[:, 2] / np.maximum(1, elements[:, 1]),
        "element_recall": elements[:, 2] / np.maximum(1, elements[:, 0]),
        "element_macro_f1": each.sum(axis=1) / np.maximum(1, named.sum(axis=1)),
        "status_accuracy": elements[:, 3] / np.maximum(1, elements[:, 2]),
        "link_f1": _f1(totals[:, -2]),
        "answer_f1": _f1(totals[:, -1]),
    }


def _f1(counts: Counts) -> npt.NDArray[np.float64]:
    share: npt.NDArray[np.float64] = 2 * counts[:, 2] / np.maximum(1, counts[:, 0] + counts[:, 1])
    return share


def _interval(values: npt.NDArray[np.float64]) -> Interval:
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def _kappa(votes: Sequence[tuple[Any, Any]]) -> float:
    """Cohen's kappa; 1 where both always say the same one thing."""
    n = len(votes)
    if not n:
        return 0.0
    observed = sum(a == b for a, b in votes) / n
    left, right = Counter(a for a, _ in votes), Counter(b for _, b in votes)
    chance = sum(left[value] * right[value] for value in left) / n**2
    return (observed - chance) / (1 - chance) if chance < 1 else 1.0


def _alpha(votes: Sequence[tuple[Any, Any]]) -> float:
    """Krippendorff's alpha for two coders, nominal values and no gaps."""
    n = 2 * len(votes)
    values = Counter(value for vote in votes for value in vote)
    expected = sum(c * (n - c) for c in values.values()) / (n * (n - 1))
    disagreed = sum(a != b for a, b in votes) / len(votes)
    return 1 - disagreed / expected if expected else 1.0
