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
    "MIN_DOCUMENTS",
    "MIN_NAMED",
    "Share",
    "estimate_shares",
    "expected_half_widths",
    "pseudo_totals",
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


def pseudo_totals(
    found_totals: Floats, documents: Numbers, found: Flags, coded: Flags, inclusion: Floats
) -> Floats:
    """The sum of the pseudo-outcomes of each document's sentences; those of several runs can be put together.

    Args:
        found_totals: (documents, things) sentences in which the coder finds each thing.
        documents: the document of each coded sentence, as a row of `found_totals`.
        found, coded: (coded sentences, things) whether the coder finds it, and whether people see it.
        inclusion: the probability with which each coded sentence was drawn, above 0 and at most 1.
    """
    if len(inclusion) and not (inclusion.min() > 0 and inclusion.max() <= 1):
        raise ValueError("inclusion probabilities must be above 0 and at most 1")
    totals = found_totals.astype(np.float64)
    np.add.at(totals, documents, (coded.astype(float) - found) / inclusion[:, None])
    return totals


def estimate_shares(
    sizes: Numbers, found_totals: Floats, documents: Numbers, found: Flags, coded: Flags, inclusion: Floats
) -> list[Share]:
    """The share of sentences of each thing, corrected, with its intervals.

    The one interval says in what share of the sentences of such documents a thing stands: documents count as drawn from
    many like them. Its variance is that of leaving out one document at a time; the fewer the documents, and the more a
    few long ones weigh, the fewer degrees of freedom it has. The other says in what share of the sentences of these
    documents it stands, of which the sample leaves open what was not drawn. Both are Student's t intervals of the
    logit, as estimates of small shares are skewed.

    Args:
        sizes: the sentences of each document.
        found_totals, documents, found, coded, inclusion: as in `pseudo_totals`.

    Source: Egami et al. 2023, section 3; for the variance by leaving out clusters, Särndal, Swensson and Wretman 1992,
    Model Assisted Survey Sampling, section 11.5; for that of drawing, Hájek 1964, Annals of Mathematical Statistics
    35(4), 1491; for the logit, Korn and Graubard 1998, Survey Methodology 24(2), 193.
    """
    n, n_documents = int(sizes.sum()), int((sizes > 0).sum())
    if not n:
        raise ValueError("there are no sentences of which to take a share")
    totals = pseudo_totals(found_totals, documents, found, coded, inclusion)
    naive, corrected = found_totals.sum(axis=0) / n, totals.sum(axis=0) / n
    errors = _cluster_errors(sizes, totals)
    errors_in_run = _drawing_errors(n, (coded.astype(float) - found) / inclusion[:, None], inclusion)
    n_found, n_coded, n_both = found.sum(axis=0), coded.sum(axis=0), (found & coded).sum(axis=0)
    shares = []
    for i, share in enumerate(corrected):
        error, error_in_run = (None if e is None else float(e[i]) for e in (errors, errors_in_run))
        interval = interval_in_run = None
        if n_found[i] + n_coded[i] - n_both[i] >= MIN_NAMED:
            interval_in_run = _interval(float(share), error_in_run, float(stdtrit(len(inclusion) - 1, 0.975)))
            if n_documents >= MIN_DOCUMENTS:
                interval = _interval(float(share), error, _quantile(sizes))
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
        sizes, found_totals: as in `estimate_shares`.
        found, inclusion: of every sentence, whether the coder finds each thing, and its inclusion probability.
        precision, recall: of the coder for each thing, each above 0.
    """
    n = int(sizes.sum())
    named = found.sum(axis=0)
    missed = np.minimum(1, named * precision * (1 / recall - 1) / np.maximum(1, n - named))
    weights = 1 / inclusion - 1
    drawing = (weights @ found) * (1 - precision) + (weights @ ~found) * missed
    errors = _cluster_errors(sizes, found_totals)
    between = np.zeros(len(named)) if errors is None else errors**2
    width: Floats = _quantile(sizes) * np.sqrt(between + drawing / n**2)
    return width


def _cluster_errors(sizes: Numbers, totals: Floats) -> Floats | None:
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


def _drawing_errors(n: int, expanded: Floats, inclusion: Floats) -> Floats | None:
    """The standard error of each mean over `n` sentences that drawing brings; None for fewer than two drawn.

    Args:
        n: all sentences.
        expanded: what people changed in each drawn sentence, over its inclusion probability.
        inclusion: these probabilities.
    """
    n_drawn = len(inclusion)
    if n_drawn < 2:
        return None
    open_shares = (1 - inclusion)[:, None]
    if not open_shares.any():
        return np.zeros(expanded.shape[1])
    mean = (open_shares * expanded).sum(axis=0) / open_shares.sum()
    errors: Floats = np.sqrt(n_drawn / (n_drawn - 1) * (open_shares * (expanded - mean) ** 2).sum(axis=0)) / n
    return errors


def _interval(share: float, error: float | None, quantile: float) -> Interval | None:
    """The interval around a share, symmetrical on the scale of the logit; None where the error is too large for one."""
    if error is None or not 0 < share < 1 or error > MAX_RELATIVE_ERROR * share:
        return None
    centre, half = np.log(share / (1 - share)), quantile * error / (share * (1 - share))
    return float(1 / (1 + np.exp(half - centre))), float(1 / (1 + np.exp(-half - centre)))


def _quantile(sizes: Numbers) -> float:
    """Student's t for 95 %, by the effective number of documents, which is their number where all are as long.

    Source: Carter, Schnepel and Steigerwald 2017, Asymptotic behavior of a t-test robust to cluster heterogeneity,
    Review of Economics and Statistics 99(4), 698, for means of clusters that are alike.
    """
    n_documents = sizes.sum() ** 2 / (sizes.astype(float) ** 2).sum()
    return float(stdtrit(max(1.0, n_documents - 1), 0.975))
