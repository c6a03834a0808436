"""Hold what was found against what a coder labelled, and two coders against each other.

An element counts once a sentence, and only in sentences that were coded for it. Status is judged where the element is
rightly found. Intervals come from resampling documents, as sentences of one document are not independent. A figure that
is not defined, such as the precision of what was never found, is None, and never 0 or 1.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from policyloom.errors import LabelsError
from policyloom.framework import Framework
from policyloom.learn.labels import Labelled, coded_ids
from policyloom.records import Status

__all__ = ["Agreement", "ElementScore", "Scores", "agreement", "evaluate", "f1"]

Interval = tuple[float, float]
Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class ElementScore:
    """How well one element is found.

    Attributes:
        precision, recall, f1: 0 to 1; None where nothing was found, where nothing is labelled, where neither.
        labelled, found, hits: in how many sentences it is labelled, was found, and both.
        status_accuracy: the share of the hits whose status is right; None without a hit.
        f1_interval: 95 % interval.
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

    A figure is None where it is not defined, as link F1 is where no link is labelled and none was found. `status_table` counts hits by (labelled status, found status). `instead` counts, for each element that was
    missed, what was wrongly found in the same sentence.
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
    intervals: Mapping[str, Interval | None]
    by_element: Mapping[str, ElementScore]
    status_table: Mapping[Status, Mapping[Status, int]]
    instead: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two coders agree over the sentences that both have coded; None stands for a figure that is not defined.

    Kappa and alpha compare agreement with chance. Where both always say the same one thing, as where neither names
    anything, chance alone explains all, and neither is defined.

    Attributes:
        sentences: how many those are.
        kappa: Cohen's kappa over all decisions "this sentence names this element" for which both have coded.
        alpha: Krippendorff's alpha (nominal) over the same decisions.
        f1: of one coder's elements against the other's.
        status_kappa: Cohen's kappa of the status, where both name the element.
        by_element: Cohen's kappa for each element that either names.
    """

    sentences: int
    kappa: float | None
    alpha: float | None
    f1: float | None
    status_kappa: float | None
    by_element: Mapping[str, float | None]


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
    # For each document: labelled, found, hits and right statuses of each element, then of links and answers.
    counts = np.zeros((len(docs), len(ids) + 2, 4), dtype=np.int64)
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
        for i, (a, b) in enumerate(((want.links, got.links), (want.answers, got.answers)), len(ids)):
            found_pairs = {pair for pair in b if asked.issuperset(pair)}
            row[i] += (len(set(a)), len(found_pairs), len(set(a) & found_pairs), 0)
    total = counts.sum(axis=0)
    samples = _resample(counts, seed)
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
                _interval(_f1(samples[:, i])),
            )
    return Scores(
        len(labelled), len(docs), **{name: _figure(values[0]) for name, values in figures.items()},
        intervals={name: _interval(values) for name, values in spread.items()},
        by_element=by_element,
        status_table={status: dict(sorted(row.items())) for status, row in table.items() if row},
        instead={id: dict(row.most_common()) for id, row in instead.items() if row},
    )  # fmt: skip


def agreement(first: Sequence[Labelled], second: Sequence[Labelled], framework: Framework) -> Agreement:
    """How far two coders agree, over the sentences of the same id and text.

    Cohen 1960, doi 10.1177/001316446002000104; Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability".

    Raises:
        LabelsError: they have no sentence in common, or none that both coded for the same elements.
    """
    other = {_key(s): s for s in second}
    pairs = [(s, other[_key(s)]) for s in first if _key(s) in other]
    if not pairs:
        same_ids = len({s.id for s in first} & {s.id for s in second})
        hint = f"; {same_ids} have the same id, but another text" if same_ids else ""
        raise LabelsError(f"the two files have no sentence in common (same id and text){hint}")
    ids = coded_ids(framework)
    votes: dict[str, list[tuple[bool, bool]]] = {id: [] for id in ids}
    status: list[tuple[Status, Status]] = []
    for a, b in pairs:
        named, others = a.statuses, b.statuses
        for id in ids:
            if all(s.coded_for is None or id in s.coded_for for s in (a, b)):
                votes[id].append((id in named, id in others))
                if id in named and id in others:
                    status.append((named[id], others[id]))
    every = [vote for column in votes.values() for vote in column]
    if not every:
        raise LabelsError("the two files have no element in common for which both were coded")
    hits = sum(a and b for a, b in every)
    n_first, n_second = sum(a for a, _ in every), sum(b for _, b in every)
    return Agreement(
        len(pairs), _kappa(every), _alpha(every),
        f1(hits, n_second, n_first)[2] if n_first + n_second else None,
        _kappa(status),
        {id: _kappa(column) for id, column in votes.items() if any(a or b for a, b in column)},
    )  # fmt: skip


def _key(sentence: Labelled) -> tuple[str, str]:
    """Id and text; space and the composition of letters, which programs change, do not count."""
    return sentence.id, " ".join(unicodedata.normalize("NFC", sentence.text).split())


def _resample(counts: Counts, seed: int) -> Counts:
    """Totals of `RESAMPLES` draws of the documents, with replacement."""
    draws = np.random.default_rng(seed).multinomial(len(counts), [1 / len(counts)] * len(counts), RESAMPLES)
    return np.tensordot(draws, counts, axes=1)


def _figures(totals: Counts) -> dict[str, Floats]:
    """The headline figures of each row of totals; nan where one is not defined."""
    elements = totals[:, :-2].sum(axis=1)
    each = np.stack([_f1(totals[:, i]) for i in range(totals.shape[1] - 2)], axis=1)
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


def _interval(values: Floats) -> Interval | None:
    """The middle 95 % of the draws in which the figure is defined; None where it never is."""
    values = values[~np.isnan(values)]
    if not len(values):
        return None
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def _kappa(votes: Sequence[tuple[Any, Any]]) -> float | None:
    """Cohen's kappa; None without a vote, and where both always say the same one thing."""
    n = len(votes)
    if not n:
        return None
    observed = sum(a == b for a, b in votes) / n
    left, right = Counter(a for a, _ in votes), Counter(b for _, b in votes)
    chance = sum(left[value] * right[value] for value in left) / n**2
    return (observed - chance) / (1 - chance) if chance < 1 else None


def _alpha(votes: Sequence[tuple[Any, Any]]) -> float | None:
    """Krippendorff's alpha for two coders, nominal values and no gaps; None where all say the same one thing."""
    n = 2 * len(votes)
    values = Counter(value for vote in votes for value in vote)
    expected = sum(c * (n - c) for c in values.values()) / (n * (n - 1))
    disagreed = sum(a != b for a, b in votes) / len(votes)
    return 1 - disagreed / expected if expected else None
