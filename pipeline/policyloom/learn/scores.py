"""Hold what was found against what a coder labelled.

An element counts once a sentence, and only in sentences that were coded for it. Status is judged where the element is
rightly found. Intervals come from resampling documents, as sentences of one document are not independent. A figure that
is not defined, such as the precision of what was never found, is None, and never 0 or 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, t

from policyloom.framework import Framework
from policyloom.learn.labels import Labelled, coded_ids
from policyloom.records import STATED, Accuracy, Status

__all__ = ["MIN_DOCUMENTS", "ElementScore", "Interval", "Scores", "evaluate", "f1", "interval", "resample"]

Interval = tuple[float, float]
Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

RESAMPLES = 1_000

N_TIES = 3
"""Pairs, claims and answers, which are counted after the elements."""

MIN_DOCUMENTS = 5
"""Documents from which an interval over documents is given, as for the network."""


@dataclass(frozen=True, slots=True)
class ElementScore:
    """How well one element is found.

    Attributes:
        precision, recall, f1: 0 to 1; None where nothing was found, where nothing is labelled, where neither.
        labelled, found, hits: in how many sentences it is labelled, was found, and both.
        status_accuracy: the share of the hits whose status is right; None without a hit.
        f1_interval: 95 % interval; None for few documents.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    labelled: int
    found: int
    hits: int
    status_accuracy: float | None
    f1_interval: Interval | None


@dataclass(frozen=True, slots=True)
class Scores:
    """How well a set of labels was met; `intervals` holds the 95 % intervals of the figures before it.

    A figure is None where it is not defined, as link F1 is where no link is labelled and none was found. `pairs` are of a
    mechanism and an outcome that a sentence names, each affirmed or planned; `claims` say that one leads to the other;
    `answers` that a mechanism answers a challenge. `status_table` counts hits by (labelled status, found status).
    `instead` counts, for each element that was missed, what was wrongly found in the same sentence.
    """

    sentences: int
    documents: int
    element_micro_f1: float | None
    element_precision: float | None
    element_recall: float | None
    element_macro_f1: float | None
    status_accuracy: float | None
    link_f1: float | None
    answer_f1: float | None
    pairs: Accuracy
    claims: Accuracy
    answers: Accuracy
    intervals: Mapping[str, Interval | None]
    by_element: Mapping[str, ElementScore]
    status_table: Mapping[Status, Mapping[Status, int]]
    instead: Mapping[str, Mapping[str, int]]


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
    ids = coded_ids(framework)
    docs = {doc: i for i, doc in enumerate(dict.fromkeys(s.doc for s in labelled))}
    # For each document: labelled, found, hits and right statuses of each element, then of pairs, claims and answers.
    counts = np.zeros((len(docs), len(ids) + N_TIES, 4), dtype=np.int64)
    table: dict[Status, Counter[Status]] = {status: Counter() for status in get_args(Status)}
    instead: dict[str, Counter[str]] = {id: Counter() for id in ids}
    for want, got in zip(labelled, found, strict=True):
        row = counts[docs[want.doc]]
        asked = set(ids if want.coded_for is None else want.coded_for)
        wanted = want.statuses
        given = {id: status for id, status in got.statuses.items() if id in asked}
        for i, id in enumerate(ids):
            both = id in wanted and id in given
            row[i] += (id in wanted, id in given, both, both and wanted[id] == given[id])
            if both:
                table[wanted[id]][given[id]] += 1
        for id in set(wanted) - set(given):
            instead[id].update(set(given) - set(wanted))
        for i, (a, b) in enumerate(zip(_ties(want, framework), _ties(got, framework), strict=True), len(ids)):
            found_pairs = {pair for pair in b if asked.issuperset(pair)}
            row[i] += (len(a), len(found_pairs), len(a & found_pairs), 0)
    total = counts.sum(axis=0)
    samples = resample(counts, seed)
    figures = _figures(total[None])
    spread = _figures(samples)
    by_element = {}
    for i, id in enumerate(ids):
        n_labelled, n_found, hits, right = (int(n) for n in total[i])
        if n_labelled or n_found:
            by_element[id] = ElementScore(
                hits / n_found if n_found else None,
                hits / n_labelled if n_labelled else None,
                f1(hits, n_found, n_labelled)[2],
                n_labelled,
                n_found,
                hits,
                right / hits if hits else None,
                interval(_f1(samples[:, i]), len(docs)),
            )
    return Scores(
        len(labelled), len(docs), **{name: _figure(values[0]) for name, values in figures.items()},
        pairs=_accuracy(total[-3]), claims=_accuracy(total[-2]), answers=_accuracy(total[-1]),
        intervals={name: interval(values, len(docs)) for name, values in spread.items()},
        by_element=by_element,
        status_table={status: dict(sorted(row.items())) for status, row in table.items() if row},
        instead={id: dict(row.most_common()) for id, row in instead.items() if row},
    )  # fmt: skip


def _ties(sentence: Labelled, framework: Framework) -> tuple[set[tuple[str, str]], ...]:
    """The pairs, the claims and the answers of a sentence; `network.counting.joint_pairs` counts pairs likewise."""
    stated = [id for id, status in sentence.statuses.items() if status in STATED]
    ends = [[id for id in stated if framework[id].kind == kind] for kind in ("mechanism", "outcome")]
    return {(m, o) for m in ends[0] for o in ends[1]}, set(sentence.links), set(sentence.answers)


def _accuracy(counts: Counts) -> Accuracy:
    labelled, found, hits, _ = (int(n) for n in counts)
    return Accuracy(hits / found if found else None, hits / labelled if labelled else None, labelled, found)


def resample(counts: Counts, seed: int) -> Counts:
    """Totals of `RESAMPLES` draws of the documents, with replacement."""
    draws = np.random.default_rng(seed).multinomial(len(counts), [1 / len(counts)] * len(counts), RESAMPLES)
    return np.tensordot(draws, counts, axes=1)


def _figures(totals: Counts) -> dict[str, Floats]:
    """The headline figures of each row of totals; nan where one is not defined."""
    elements = totals[:, :-N_TIES].sum(axis=1)
    each = np.stack([_f1(totals[:, i]) for i in range(totals.shape[1] - N_TIES)], axis=1)
    n_named = np.sum(~np.isnan(each), axis=1)
    return {
        "element_micro_f1": _f1(elements),
        "element_precision": _share(elements[:, 2], elements[:, 1]),
        "element_recall": _share(elements[:, 2], elements[:, 0]),
        "element_macro_f1": _share(np.nansum(each, axis=1), n_named),
        "status_accuracy": _share(elements[:, 3], elements[:, 2]),
        "link_f1": _f1(totals[:, -2]),
        "answer_f1": _f1(totals[:, -1]),
    }


def _f1(counts: Counts) -> Floats:
    return _share(2 * counts[:, 2], counts[:, 0] + counts[:, 1])


def _share(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Floats:
    """One by the other, nan where there is nothing."""
    share: Floats = np.where(whole > 0, part / np.maximum(1, whole), np.nan)
    return share


def _figure(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def interval(values: Floats, n_documents: int) -> Interval | None:
    """The middle 95 % of the draws in which a figure is defined; None where it never is, and for fewer documents than 5.

    It is widened as a t interval is for few documents, as plain percentiles hold too little then (docs/network.md).

    Source: Hesterberg 2015, What teachers should know about the bootstrap, The American Statistician 69(4), section 3.3.
    """
    values = values[~np.isnan(values)]
    if not len(values) or n_documents < MIN_DOCUMENTS:
        return None
    spread = np.sqrt(n_documents / (n_documents - 1)) * t.ppf(0.025, n_documents - 1)
    tail = float(norm.cdf(spread))
    low, high = np.quantile(values, (tail, 1 - tail))
    return float(low), float(high)
