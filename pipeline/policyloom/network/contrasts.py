"""Differences between groups, trends and the strength of pairs, corrected for the coder's errors as shares are.

Each is a function of the sums of pseudo-outcomes over documents (`policyloom.network.estimate`), and its variance that of
leaving out one document at a time: a difference of two means, the slope of a regression of the pseudo-outcomes on the
year, a measure of association of corrected counts.

Source: Egami, Hinck, Stewart and Wei 2023, NeurIPS 36, sections 3 and 4 (any estimating equation in which the
pseudo-outcome takes the place of the outcome); Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 11
(jackknife).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any

import numpy as np
import numpy.typing as npt

from policyloom.network.estimate import (
    MAX_RELATIVE_ERROR,
    MIN_DOCUMENTS,
    MIN_NAMED,
    Survey,
    cluster_errors,
    drawing_errors,
    drawing_quantile,
    effective_number,
    quantile,
)
from policyloom.network.measures import measure

__all__ = ["MIN_YEARS", "Estimate", "estimate_association", "estimate_differences", "estimate_trends"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.integer[Any]]
Interval = tuple[float, float]

MIN_YEARS = 3
"""Years from which a trend is given; two make a difference."""

STEP = 1e-4
"""The step, as a part of all sentences, by which slopes of a measure of association are found."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure other than a share, as the coder has it and corrected.

    Attributes:
        naive: from the coder's answers.
        corrected: after correction; None where the labels are too few for a figure.
        interval: 95 %, for documents such as these; None where labels or documents are too few for one.
        interval_in_run: 95 %, for the sentences of these documents alone; None where labels are too few for one.
        standard_error: over documents.
        standard_error_in_run: of the drawing of sentences alone.
        n_named: sentences of the sample in which the coder finds it or people see it.
    """

    naive: float | None
    corrected: float | None
    interval: Interval | None
    interval_in_run: Interval | None
    standard_error: float | None
    standard_error_in_run: float | None
    n_named: int


def estimate_differences(a: Survey, b: Survey) -> list[Estimate]:
    """How much larger the share of sentences of each thing is in group `a` than in group `b`.

    The groups have no document in common. Student's t intervals, with Welch's degrees of freedom from the effective
    numbers of documents; none where fewer than 10 sentences of both samples together name the thing, or a group has fewer than 5
    documents.

    Source: Welch 1947, Biometrika 34(1/2), 28.
    """
    naive, corrected = (
        [totals.sum(axis=0) / max(1, group.n_sentences) for group, totals in zip((a, b), both, strict=True)]
        for both in ((a.found_totals, b.found_totals), (a.totals, b.totals))
    )
    errors = [cluster_errors(group.sizes, group.totals) for group in (a, b)]
    in_run = [drawing_errors(group, group.changed / max(1, group.n_sentences)) for group in (a, b)]
    degrees = [effective_number(group.sizes) - 1 for group in (a, b)]
    enough = min(a.n_documents, b.n_documents) >= MIN_DOCUMENTS
    n_named = a.n_named + b.n_named
    told = a.tells_run & b.tells_run
    t_in_run = quantile(len(a.inclusion) + len(b.inclusion) - len(a.draw_parts) - len(b.draw_parts))
    found = []
    for i in range(a.found.shape[1]):
        difference = float(corrected[0][i] - corrected[1][i])
        pair, pair_in_run = ([None if e is None else float(e[i]) for e in each] for each in (errors, in_run))
        error, error_in_run = _root_of_squares(pair), _root_of_squares(pair_in_run)
        is_named = n_named[i] >= MIN_NAMED
        found.append(
            Estimate(
                float(naive[0][i] - naive[1][i]),
                difference,
                _around(difference, error, quantile(_welch(pair, degrees))) if is_named and enough else None,
                _around(difference, error_in_run, t_in_run) if is_named and told[i] else None,
                error,
                error_in_run,
                int(n_named[i]),
            )
        )
    return found


def estimate_trends(survey: Survey, years: Numbers) -> list[Estimate]:
    """By how much the share of sentences of each thing grows in a year.

    The slope of the least-squares line of the pseudo-outcomes of all sentences on their documents' years. The effective
    number of documents goes by their weight in the slope: their sentences times the square of how far their year is
    from the mean.

    Args:
        survey: of documents that have a year.
        years: of each document.
    """
    used = survey.sizes > 0
    sizes = survey.sizes.astype(float)
    n = sizes.sum()
    x = years - (sizes @ years) / n
    spread = float(sizes @ x**2)
    if len(np.unique(years[used])) < MIN_YEARS or not spread:
        raise ValueError(f"a trend takes documents of {MIN_YEARS} years")
    naive, totals = x @ survey.found_totals / spread, survey.totals
    corrected = x @ totals / spread
    # Without each document in turn: sums of weights, of x, of x squared, of y and of x times y.
    rest = [float(sum_) - part for sum_, part in ((n, sizes), (sizes @ x, sizes * x), (spread, sizes * x**2))]
    y, xy = totals.sum(axis=0) - totals, (x @ totals) - x[:, None] * totals
    with np.errstate(divide="ignore", invalid="ignore"):
        without = (rest[0][:, None] * xy - rest[1][:, None] * y) / (rest[0] * rest[2] - rest[1] ** 2)[:, None]
    errors = _jackknife(without[used], corrected)
    in_run = drawing_errors(survey, survey.changed * (x / spread)[survey.documents][:, None])
    degrees, told = effective_number(sizes * x**2) - 1, survey.tells_run
    found = []
    for i, slope in enumerate(corrected.tolist()):
        error, error_in_run = errors[i], None if in_run is None else float(in_run[i])
        is_named = survey.n_named[i] >= MIN_NAMED
        enough = is_named and survey.n_documents >= MIN_DOCUMENTS
        found.append(
            Estimate(
                float(naive[i]),
                slope,
                _around(slope, error, quantile(degrees)) if enough else None,
                _around(slope, error_in_run, drawing_quantile(survey)) if is_named and told[i] else None,
                error,
                error_in_run,
                int(survey.n_named[i]),
            )
        )
    return found


def estimate_association(survey: Survey, name: str, joint: int, source: int, target: int) -> Estimate:
    """How strongly two things stand together in sentences, by a measure of `policyloom.network.measures`.

    No interval is given where the corrected share of the pair would have none (fewer than 10 sentences of the sample
    name the pair, or its standard error is above half of it), or leaving out one document leaves none of it.

    Args:
        survey: the sentences.
        name: of the measure, such as `log_odds` or `npmi`.
        joint, source, target: the columns of the pair, and of either thing in a status that counts for it.
    """
    columns = [joint, source, target]
    n = float(survey.n_sentences)
    totals = survey.totals[:, columns]

    def value(sums: Floats, n_sentences: Floats | float = n) -> Floats:
        return measure(name, sums[..., 0], sums[..., 1], sums[..., 2], n_sentences)

    naive = _or_none(value(survey.found_totals[:, columns].sum(axis=0)))
    sums = totals.sum(axis=0)
    corrected = _or_none(value(sums)) if _has_cells(sums, n) else None
    n_named = int(survey.n_named[joint])
    if corrected is None or n_named < MIN_NAMED:
        return Estimate(naive, corrected, None, None, None, None, n_named)
    used = survey.sizes > 0
    rest, n_rest = sums - totals[used], n - survey.sizes[used].astype(float)
    without = np.where(_has_cells(rest, n_rest), value(rest, n_rest), np.nan)
    error = _jackknife(without[:, None], np.array([corrected]))[0]
    steps = np.eye(3) * STEP * n
    slopes = np.array([(value(sums + step) - value(sums - step)) / (2 * STEP * n) for step in steps])
    in_run = drawing_errors(survey, survey.changed[:, columns] @ slopes[:, None])
    error_in_run = None if in_run is None or not np.isfinite(in_run[0]) else float(in_run[0])
    share = sums[0] / n
    shares_error = cluster_errors(survey.sizes, totals[:, :1])
    sure = shares_error is not None and shares_error[0] <= MAX_RELATIVE_ERROR * share
    enough = sure and survey.n_documents >= MIN_DOCUMENTS
    return Estimate(
        naive,
        corrected,
        _around(corrected, error, quantile(effective_number(survey.sizes) - 1)) if enough else None,
        _around(corrected, error_in_run, drawing_quantile(survey)) if survey.tells_run[joint] else None,
        error,
        error_in_run,
        n_named,
    )


def _has_cells(sums: Floats, n: Floats | float) -> Flags:
    """Whether all four cells of a corrected table, or of each of many, hold something."""
    both, source, target = sums[..., 0], sums[..., 1], sums[..., 2]
    return np.asarray(np.minimum.reduce([both, source - both, target - both, n - source - target + both]) > 0)


def _or_none(value: Floats) -> float | None:
    return float(value) if np.isfinite(value) else None


def _jackknife(without: Floats, value: Floats) -> list[float | None]:
    """The standard errors of values by those without one document each; None where one of these is not defined."""
    n = len(without)
    errors = np.sqrt((n - 1) / n * ((without - value) ** 2).sum(axis=0))
    return [float(error) if np.isfinite(error) and n > 1 else None for error in errors]


def _around(value: float, error: float | None, t_quantile: float) -> Interval | None:
    return None if error is None else (value - t_quantile * error, value + t_quantile * error)


def _root_of_squares(errors: Sequence[float | None]) -> float | None:
    known = [error for error in errors if error is not None]
    return hypot(*known) if len(known) == len(errors) else None


def _welch(errors: Sequence[float | None], degrees: Sequence[float]) -> float:
    """The degrees of freedom of a difference."""
    squares = [(error or 0.0) ** 2 for error in errors]
    divisor = sum(square**2 / max(1.0, df) for square, df in zip(squares, degrees, strict=True))
    return sum(squares) ** 2 / divisor if divisor else max(1.0, min(degrees))
