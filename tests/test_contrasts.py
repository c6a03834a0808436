"""Differences, trends and pairs, corrected: against sums that can be counted, and against plain regressions."""

from __future__ import annotations

from math import log, sqrt
from statistics import stdev

import numpy as np
import pytest

from policyloom.network.contrasts import estimate_association, estimate_differences, estimate_trends
from policyloom.network.estimate import MIN_NAMED, Survey, estimate_shares
from policyloom.network.measures import measure


def coded_all(counts: list[int], size: int = 10) -> Survey:
    """Documents of one length, all of whose sentences are coded; so many of each name the one thing."""
    documents = np.repeat(np.arange(len(counts)), size)
    coded = np.concatenate([np.arange(size) < n for n in counts])[:, None]
    nothing = np.zeros((len(counts), 1))
    return Survey(
        np.full(len(counts), size), nothing, documents, np.zeros_like(coded), coded, np.ones(len(coded))
    )


def random_survey(seed: int, n_things: int = 1, n_documents: int = 12, n_labels: int = 90) -> Survey:
    """Documents of different lengths with a sample, in which the coder errs."""
    generator = np.random.default_rng(seed)
    sizes = generator.integers(20, 60, n_documents)
    documents = np.repeat(np.arange(n_documents), sizes)
    coded = generator.random((len(documents), n_things)) < 0.3
    found = np.where(generator.random(coded.shape) < 0.8, coded, generator.random(coded.shape) < 0.2)
    inclusion = np.where(found.any(axis=1), 0.5, 0.2)
    drawn = np.flatnonzero(generator.random(len(documents)) < inclusion)[:n_labels]
    totals = np.zeros((n_documents, n_things))
    np.add.at(totals, documents, found)
    return Survey(sizes, totals, documents[drawn], found[drawn], coded[drawn], inclusion[drawn])


# ---------------------------------------------------------------- differences


def test_estimate_differences_is_welch_s_interval_over_documents_of_one_length() -> None:
    a, b = [2, 4, 4, 6, 9], [1, 1, 2, 3, 3, 2]
    (found,) = estimate_differences(coded_all(a), coded_all(b))
    errors = [stdev(n / 10 for n in group) / sqrt(len(group)) for group in (a, b)]
    assert found.naive == 0
    assert found.corrected == pytest.approx(0.5 - 0.2)
    assert found.standard_error == pytest.approx(sqrt(errors[0] ** 2 + errors[1] ** 2))
    # Welch: (0.11832^2 + 0.03651^2)^2 / (0.11832^4 / 4 + 0.03651^4 / 5) = 4.76 degrees, of which Student's t is 2.61.
    assert found.interval is not None
    low, high = found.interval
    assert (low + high) / 2 == pytest.approx(0.3)
    assert (high - low) / 2 == pytest.approx(2.611 * found.standard_error, rel=2e-3)
    assert found.interval_in_run == pytest.approx((0.3, 0.3))  # all of it is coded


def test_estimate_differences_corrects_a_coder_that_finds_more_in_one_group() -> None:
    # In each of five documents of ten sentences people see it in four. The coder finds all of them in group a, and half
    # of them in group b. Coded are all sentences.
    documents, coded = np.repeat(np.arange(5), 10), np.tile(np.arange(10) < 4, 5)[:, None]
    half = np.tile(np.arange(10) < 2, 5)[:, None]
    a, b = (
        Survey(np.full(5, 10), np.full((5, 1), n), documents, found, coded, np.ones(50))
        for n, found in ((4.0, coded), (2.0, half))
    )
    (found,) = estimate_differences(a, b)
    assert (found.naive, found.corrected) == (pytest.approx(0.2), pytest.approx(0.0))
    assert found.n_named == 40


def test_estimate_differences_of_a_group_with_itself_is_nothing_with_an_interval_around_it() -> None:
    survey = random_survey(1)
    (found,) = estimate_differences(survey, survey)
    assert found.corrected == 0
    assert found.interval is not None
    assert found.interval[0] == pytest.approx(-found.interval[1])
    (share,) = estimate_shares(survey)
    assert found.standard_error == pytest.approx(sqrt(2) * share.standard_error)
    assert found.standard_error_in_run == pytest.approx(sqrt(2) * share.standard_error_in_run)


@pytest.mark.parametrize(
    ("a", "b", "has_interval"),
    [([2] * 5, [1] * 5, True), ([2] * 4, [2] * 5, False), ([1] * 5, [0, 1, 1, 1, 1], False)],
    ids=["enough", "four documents", "nine sentences"],
)
def test_estimate_differences_gives_no_interval_for_few_labels_or_documents(
    a: list[int], b: list[int], has_interval: bool
) -> None:
    (found,) = estimate_differences(coded_all(a), coded_all(b))
    assert (found.interval is not None) is has_interval


# ---------------------------------------------------------------- trends


def test_estimate_trends_is_the_slope_of_a_line_through_counts() -> None:
    # One document of ten sentences a year names it in 1, 2, 3, 4, 5 of them: 10 points more a year, exactly.
    (found,) = estimate_trends(coded_all([1, 2, 3, 4, 5]), np.arange(2001, 2006))
    assert found.corrected == pytest.approx(0.1)
    assert found.standard_error == pytest.approx(0, abs=1e-12)
    assert found.naive == 0


def pseudo_sentences(survey: Survey) -> tuple[np.ndarray, np.ndarray]:
    """The document and the pseudo-outcome of every sentence, told one by one."""
    documents = np.repeat(np.arange(len(survey.sizes)), survey.sizes)
    outcome = np.zeros(len(documents))
    starts = np.cumsum([0, *survey.sizes[:-1]])
    for document, n in enumerate(survey.found_totals[:, 0].astype(int)):
        outcome[starts[document] : starts[document] + n] = 1
    for document, found, coded, p in zip(
        survey.documents, survey.found[:, 0], survey.coded[:, 0], survey.inclusion, strict=True
    ):
        outcome[starts[document]] += (float(coded) - float(found)) / p  # which of its sentences, is no matter
    return documents, outcome


def test_estimate_trends_is_least_squares_over_sentences_with_a_jackknife_over_documents() -> None:
    survey = random_survey(2)
    years = np.array([2010, 2011, 2011, 2013, 2014, 2016, 2016, 2017, 2018, 2019, 2019, 2021])
    documents, outcome = pseudo_sentences(survey)
    x = years[documents].astype(float)
    slope = np.polyfit(x, outcome, 1)[0]
    without = [np.polyfit(x[documents != d], outcome[documents != d], 1)[0] for d in range(12)]
    error = sqrt(11 / 12 * sum((each - slope) ** 2 for each in without))
    (found,) = estimate_trends(survey, years)
    assert found.corrected == pytest.approx(slope)
    assert found.standard_error == pytest.approx(error)
    coder = np.repeat(survey.found_totals[:, 0] / survey.sizes, survey.sizes)
    assert found.naive == pytest.approx(np.polyfit(x, coder, 1)[0])


def test_estimate_trends_in_the_run_has_the_error_of_what_was_drawn() -> None:
    survey = random_survey(7)
    years = np.arange(12) % 6 + 2001
    centre = np.average(years, weights=survey.sizes)
    spread = (survey.sizes * (years - centre) ** 2).sum()
    # What each drawn sentence adds to the slope; the variance is that of Hajek, with the sentences' parts still open.
    z = (survey.coded[:, 0].astype(float) - survey.found[:, 0]) / survey.inclusion
    z = z * (years[survey.documents] - centre) / spread
    rest = 1 - survey.inclusion
    middle, k = (rest * z).sum() / rest.sum(), len(z)
    (found,) = estimate_trends(survey, years)
    assert found.standard_error_in_run == pytest.approx(sqrt(k / (k - 1) * (rest * (z - middle) ** 2).sum()))
    assert found.interval_in_run is not None
    low, high = found.interval_in_run
    assert (high - low) / 2 == pytest.approx(1.987 * found.standard_error_in_run, rel=2e-3)  # 89 degrees


def test_estimate_trends_refuses_fewer_than_three_years() -> None:
    with pytest.raises(ValueError, match="a trend takes documents of 3 years"):
        estimate_trends(coded_all([1, 2, 3, 4]), np.array([2001, 2001, 2002, 2002]))


# ---------------------------------------------------------------- pairs


def pair_survey(seed: int) -> Survey:
    """A survey whose columns are a pair and its two ends."""
    ends = random_survey(seed, n_things=2, n_documents=15, n_labels=200)
    both = [each[:, :1] & each[:, 1:] for each in (ends.found, ends.coded)]
    # Of the sentences not coded, the totals of the pair are as if its ends were independent.
    joint = np.round(ends.found_totals[:, :1] * ends.found_totals[:, 1:] / ends.sizes[:, None])
    return Survey(
        ends.sizes,
        np.hstack([joint, ends.found_totals]),
        ends.documents,
        np.hstack([both[0], ends.found]),
        np.hstack([both[1], ends.coded]),
        ends.inclusion,
    )


@pytest.mark.parametrize("name", ["log_odds", "npmi"])
def test_estimate_association_is_the_measure_of_corrected_counts_with_a_jackknife(name: str) -> None:
    survey = pair_survey(3)
    totals, n = survey.totals, survey.sizes.sum()
    sums = totals.sum(axis=0)
    without = [
        float(measure(name, *(sums - own), n - size)) for own, size in zip(totals, survey.sizes, strict=True)
    ]
    value = float(measure(name, *sums, n))
    error = sqrt(14 / 15 * sum((each - value) ** 2 for each in without))
    found = estimate_association(survey, name, 0, 1, 2)
    assert found.corrected == pytest.approx(value)
    assert found.standard_error == pytest.approx(error)
    assert found.naive == pytest.approx(float(measure(name, *survey.found_totals.sum(axis=0), n)))
    assert found.interval is not None
    assert found.interval[0] < value < found.interval[1]


def test_estimate_association_has_log_odds_that_can_be_counted() -> None:
    # Of 100 sentences, all coded, 12 name both, 18 the first alone, 8 the second alone, 62 neither.
    documents = np.arange(100) % 10
    first, second = (
        np.arange(100) < 30,
        (np.arange(100) < 12) | ((np.arange(100) >= 30) & (np.arange(100) < 38)),
    )
    coded = np.column_stack([first & second, first, second])
    survey = Survey(np.full(10, 10), np.zeros((10, 3)), documents, np.zeros_like(coded), coded, np.ones(100))
    found = estimate_association(survey, "log_odds", 0, 1, 2)
    assert found.corrected == pytest.approx(log(12.5 * 62.5 / (18.5 * 8.5)))
    assert found.standard_error_in_run == 0


def test_estimate_association_in_the_run_has_the_error_of_linearised_counts() -> None:
    survey = pair_survey(4)
    found = estimate_association(survey, "log_odds", 0, 1, 2)
    both, first, second = survey.totals.sum(axis=0)
    n = survey.sizes.sum()
    # log((a + .5)(d + .5) / ((b + .5)(c + .5))) with a = both, b = first - both, c = second - both, d the rest.
    a, b, c, d = (cell + 0.5 for cell in (both, first - both, second - both, n - first - second + both))
    slopes = np.array([1 / a + 1 / b + 1 / c + 1 / d, -1 / b - 1 / d, -1 / c - 1 / d])
    z = ((survey.coded.astype(float) - survey.found) / survey.inclusion[:, None]) @ slopes
    rest = 1 - survey.inclusion
    centre = (rest * z).sum() / rest.sum()
    k = len(z)
    assert found.standard_error_in_run == pytest.approx(
        sqrt(k / (k - 1) * (rest * (z - centre) ** 2).sum()), rel=1e-4
    )


def test_estimate_association_gives_none_where_a_cell_is_empty_or_labels_are_few() -> None:
    always = np.ones((MIN_NAMED, 3), dtype=bool)
    survey = Survey(
        np.full(5, 10), np.zeros((5, 3)), np.arange(MIN_NAMED) % 5, ~always, always, np.ones(MIN_NAMED)
    )
    found = estimate_association(survey, "npmi", 0, 1, 2)
    assert (found.naive, found.corrected, found.interval) == (None, None, None)
    few = survey.select(np.array([True, True, True, False, False]))
    assert estimate_association(few, "log_odds", 0, 1, 2).interval is None


# ---------------------------------------------------------------- several draws


def test_several_draws_give_the_mean_of_their_estimates_by_their_labels() -> None:
    one, two = random_survey(5, n_labels=60), random_survey(5, n_labels=30)
    both = Survey(
        one.sizes,
        one.found_totals,
        np.concatenate([one.documents, two.documents]),
        np.vstack([one.found, two.found]),
        np.vstack([one.coded, two.coded]),
        np.concatenate([one.inclusion, two.inclusion]),
        np.repeat([0, 1], [60, 30]),
    )
    (first,), (second,), (found,) = (estimate_shares(each) for each in (one, two, both))
    assert found.corrected == pytest.approx((60 * first.corrected + 30 * second.corrected) / 90)
    assert found.standard_error_in_run == pytest.approx(
        sqrt((60 * first.standard_error_in_run) ** 2 + (30 * second.standard_error_in_run) ** 2) / 90  # type: ignore[operator]
    )


def test_select_keeps_the_weights_of_draws_and_splits_the_totals() -> None:
    survey = random_survey(6)
    chosen = np.arange(12) < 5
    parts = survey.select(chosen), survey.select(~chosen)
    assert np.concatenate([part.totals for part in parts]) == pytest.approx(survey.totals)
    assert sum(len(part.inclusion) for part in parts) == len(survey.inclusion)
