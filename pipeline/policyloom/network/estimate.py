"""Shares of sentences, corrected for the coder's errors with a sample that people coded.

The coder's answers are known for every sentence, and people's for those of a sample with known inclusion probabilities.
Each sentence then has a pseudo-outcome, the coder's answer plus, in the sample, what people changed in it divided by the
inclusion probability. Its mean over all sentences is right on average, however the coder errs. The variance is taken
over documents, since the sentences of a document are alike.

Source: Egami, Hinck, Stewart and Wei 2023, Using imperfect surrogates for downstream inference: design-based supervised
learning for social science applications of large language models, NeurIPS 36, section 3. With one inclusion probability
for all sentences it is the mean of prediction-powered inference: Angelopoulos, Bates, Fannjiang, Jordan and Zrnic 2023,
Science 382(6671), 669.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

__all__ = [
    "MIN_CHANGED",
    "MIN_DOCUMENTS",
    "MIN_NAMED",
    "Share",
    "Survey",
    "cluster_errors",
    "drawing_errors",
    "drawing_quantile",
    "effective_number",
    "estimate_shares",
    "expected_half_widths",
    "quantile",
]

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.integer[Any]]
Flags = npt.NDArray[np.bool_]
Interval = tuple[float, float]

MIN_DOCUMENTS = 5
"""Documents from which an interval is given, as elsewhere."""

MIN_NAMED = 10
"""Sentences of the sample in which the coder or people name a thing, from which an interval is given.

In simulations intervals hold with five as well, but such a share rests on a handful of sentences, each with the fortune
of one coder's reading.
"""

MIN_CHANGED = 2
"""Sentences of the sample in which people changed the coder's answer, from which an interval for the run alone is given.

Where they changed none, nothing seems to be left open: of 100 such intervals of a coder with precision and recall 0.95, 5 held the
share in the run; with one change 90 did, with two 93 (200 labels, 40 documents as in docs/estimates.md).
"""

MAX_RELATIVE_ERROR = 0.5
"""The largest standard error, as a part of the corrected share, with which an interval is given.

With larger ones nothing can be said but that the share is small, as in official statistics.
"""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of sentences, as the coder has it and corrected.

    Attributes:
        naive: the share of all sentences in which the coder finds it.
        corrected: the share after correction; few labels can bring it below 0.
        interval: 95 %, for documents such as these; None where labels or documents are too few for one.
        interval_in_run: 95 %, for the sentences of these documents alone; None where labels are too few for one.
        standard_error: over documents; None for fewer than two.
        standard_error_in_run: of the drawing of sentences alone; None for fewer than two labels.
        n_found: sentences of the sample in which the coder finds it.
        n_coded: sentences of the sample in which people see it.
        n_both: sentences of the sample in which both do.
    """

    naive: float
    corrected: float
    interval: Interval | None
    interval_in_run: Interval | None
    standard_error: float | None
    standard_error_in_run: float | None
    n_found: int
    n_coded: int
    n_both: int

    @property
    def n_named(self) -> int:
        """Sentences of the sample in which the coder finds it or people see it."""
        return self.n_found + self.n_coded - self.n_both


@dataclass(frozen=True, slots=True)
class Survey:
    """Sentences of which the coder's answers are all known, and people's for a sample.

    Attributes:
        sizes: (documents) sentences of each document.
        found_totals: (documents, things) sentences in which the coder finds each thing.
        documents: (coded sentences) the document of each, as a row of `sizes`.
        found, coded: (coded sentences, things) whether the coder finds it, and whether people see it.
        inclusion: (coded sentences) the probability with which each was drawn, above 0 and at most 1.
        draws: (coded sentences) the number of the draw that each comes from; one draw unless given.
        parts: (draws) the weight of each draw, which add up to 1; by its part of all labels unless given.
    """

    sizes: Numbers
    found_totals: Floats
    documents: Numbers
    found: Flags
    coded: Flags
    inclusion: Floats
    draws: Numbers | None = None
    parts: Floats | None = None

    def __post_init__(self) -> None:
        if len(self.inclusion) and not (self.inclusion.min() > 0 and self.inclusion.max() <= 1):
            raise ValueError("inclusion probabilities must be above 0 and at most 1")

    @property
    def n_sentences(self) -> int:
        """All sentences."""
        return int(self.sizes.sum())

    @property
    def n_documents(self) -> int:
        """Documents that have a sentence."""
        return int((self.sizes > 0).sum())

    @property
    def draw_numbers(self) -> Numbers:
        """The number of each coded sentence's draw."""
        return np.zeros(len(self.inclusion), dtype=np.int64) if self.draws is None else self.draws

    @property
    def draw_parts(self) -> Floats:
        """The weight of each draw. With any fixed weights the mean is right; more labels tell more."""
        if self.parts is not None:
            return self.parts
        counts = np.bincount(self.draw_numbers, minlength=1)
        return np.asarray(counts / max(1, counts.sum()))

    @property
    def changed(self) -> Floats:
        """(coded sentences, things) what people changed in the coder's answer, expanded to the sentences it stands for."""
        weights = self.draw_parts[self.draw_numbers] / self.inclusion
        return np.asarray((self.coded.astype(float) - self.found) * weights[:, None])

    @property
    def totals(self) -> Floats:
        """(documents, things) the sum of the pseudo-outcomes of each document's sentences."""
        totals = self.found_totals.astype(np.float64)
        np.add.at(totals, self.documents, self.changed)
        return totals

    @property
    def n_named(self) -> Numbers:
        """Coded sentences in which the coder finds each thing or people see it."""
        return np.asarray((self.found | self.coded).sum(axis=0))

    @property
    def tells_run(self) -> Flags:
        """Of each thing, whether the sample tells how sure its correction is for the run alone; surely where all is coded."""
        is_open = self.inclusion < 1
        n_changed = ((self.found != self.coded) & is_open[:, None]).sum(axis=0)
        return np.asarray((n_changed >= MIN_CHANGED) | (not is_open.any()))

    def select(self, chosen: Flags) -> Survey:
        """Some of the documents with their sentences; draws keep their weights."""
        places = np.cumsum(chosen) - 1
        rows = chosen[self.documents]
        return Survey(
            self.sizes[chosen],
            self.found_totals[chosen],
            places[self.documents[rows]],
            self.found[rows],
            self.coded[rows],
            self.inclusion[rows],
            self.draw_numbers[rows],
            self.draw_parts,
        )


def estimate_shares(survey: Survey) -> list[Share]:
    """The share of sentences of each thing, corrected, with its intervals.

    The one interval says in what share of the sentences of such documents a thing stands: documents count as drawn from
    many like them. Its variance is that of leaving out one document at a time; the fewer the documents, and the more a
    few long ones weigh, the fewer degrees of freedom it has. The other says in what share of the sentences of these
    documents it stands, of which the sample leaves open what was not drawn. Both are Student's t intervals of the
    logit, as estimates of small shares are skewed. Of several draws the mean is taken, each by its part of the labels.

    Source: Egami et al. 2023, section 3; for the variance by leaving out clusters, Särndal, Swensson and Wretman 1992,
    Model Assisted Survey Sampling, section 11.5; for that of drawing, Hájek 1964, Annals of Mathematical Statistics
    35(4), 1491; for the logit, Korn and Graubard 1998, Survey Methodology 24(2), 193.
    """
    n = survey.n_sentences
    if not n:
        raise ValueError("there are no sentences of which to take a share")
    totals = survey.totals
    naive, corrected = survey.found_totals.sum(axis=0) / n, totals.sum(axis=0) / n
    errors = cluster_errors(survey.sizes, totals)
    errors_in_run = drawing_errors(survey, survey.changed / n)
    n_found, n_coded = survey.found.sum(axis=0), survey.coded.sum(axis=0)
    n_both = (survey.found & survey.coded).sum(axis=0)
    shares = []
    for i, share in enumerate(corrected):
        error, error_in_run = (None if e is None else float(e[i]) for e in (errors, errors_in_run))
        interval = interval_in_run = None
        if survey.n_named[i] >= MIN_NAMED:
            if survey.tells_run[i]:
                interval_in_run = _interval(float(share), error_in_run, drawing_quantile(survey))
            if survey.n_documents >= MIN_DOCUMENTS:
                interval = _interval(float(share), error, quantile(effective_number(survey.sizes) - 1))
        shares.append(
            Share(
                float(naive[i]), float(share), interval, interval_in_run, error, error_in_run,
                int(n_found[i]), int(n_coded[i]), int(n_both[i]),
            )
        )  # fmt: skip
    return shares


def expected_half_widths(
    sizes: Numbers,
    found_totals: Floats,
    found: Flags,
    inclusion: Floats,
    *,
    precision: Floats,
    recall: Floats,
) -> Floats:
    """Half the width of the interval to be expected of each thing, before anything is coded.

    The variance over documents of what the coder found, and that of drawing, where the coder is right in `precision` of
    the sentences in which it finds a thing, and misses the rest of it evenly in the others.

    Args:
        sizes, found_totals: as in `Survey`.
        found, inclusion: of every sentence, whether the coder finds each thing, and its inclusion probability.
        precision, recall: of the coder for each thing, each above 0.
    """
    n = int(sizes.sum())
    named = found.sum(axis=0)
    missed = np.minimum(1, named * precision * (1 / recall - 1) / np.maximum(1, n - named))
    weights = 1 / inclusion - 1
    drawing = (weights @ found) * (1 - precision) + (weights @ ~found) * missed
    errors = cluster_errors(sizes, found_totals)
    between = np.zeros(len(named)) if errors is None else errors**2
    width: Floats = quantile(effective_number(sizes) - 1) * np.sqrt(between + drawing / n**2)
    return width


def cluster_errors(sizes: Numbers, totals: Floats) -> Floats | None:
    """The standard error of each mean over sentences, by leaving out one document at a time; None for one document."""
    used = sizes > 0
    sizes, totals = sizes[used], totals[used]
    n_documents, n = len(sizes), sizes.sum()
    if n_documents < 2:
        return None
    residuals = totals - np.outer(sizes, totals.sum(axis=0) / n)
    left_out = residuals / (n - sizes)[:, None]
    errors: Floats = np.sqrt((n_documents - 1) / n_documents * (left_out**2).sum(axis=0))
    return errors


def drawing_errors(survey: Survey, values: Floats) -> Floats | None:
    """The standard error of each sum of `values` that drawing brings; None where a draw has fewer than two.

    Args:
        survey: whose draws they are.
        values: (coded sentences, sums) what each drawn sentence adds.
    """
    draws, variance = survey.draw_numbers, np.zeros(values.shape[1])
    for draw in range(len(survey.draw_parts)):
        rows = draws == draw
        n_drawn = int(rows.sum())
        if n_drawn < 2:
            return None
        open_shares = (1 - survey.inclusion[rows])[:, None]
        if open_shares.any():
            mean = (open_shares * values[rows]).sum(axis=0) / open_shares.sum()
            variance += n_drawn / (n_drawn - 1) * (open_shares * (values[rows] - mean) ** 2).sum(axis=0)
    errors: Floats = np.sqrt(variance)
    return errors


def drawing_quantile(survey: Survey) -> float:
    """Student's t for 95 %, by the number of labels."""
    return quantile(len(survey.inclusion) - len(survey.draw_parts))


def _interval(share: float, error: float | None, t_quantile: float) -> Interval | None:
    """The interval around a share, symmetrical on the scale of the logit; None where the error is too large for one."""
    if error is None or not 0 < share < 1 or error > MAX_RELATIVE_ERROR * share:
        return None
    centre, half = np.log(share / (1 - share)), t_quantile * error / (share * (1 - share))
    return float(1 / (1 + np.exp(half - centre))), float(1 / (1 + np.exp(-half - centre)))


def quantile(degrees: float) -> float:
    """Student's t for 95 %."""
    return float(stdtrit(max(1.0, degrees), 0.975))


def effective_number(weights: Floats | Numbers) -> float:
    """How many documents of one weight would tell as much; their number where all weigh as much.

    Source: Carter, Schnepel and Steigerwald 2017, Asymptotic behavior of a t-test robust to cluster heterogeneity,
    Review of Economics and Statistics 99(4), 698, for clusters that are alike.
    """
    return float(weights.sum() ** 2 / (weights.astype(float) ** 2).sum())
