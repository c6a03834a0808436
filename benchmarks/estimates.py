"""How near corrected shares come to the truth, and a sheet coded from the gold labels of the sample documents.

python benchmarks/estimates.py simulate            # bias and coverage in simulated corpora; docs/estimates.md
python benchmarks/estimates.py simulate --uniform  # the same with one inclusion probability for all sentences
python benchmarks/estimates.py contrasts           # the same of differences, trends and pairs
python benchmarks/estimates.py code SHEET          # fills in a sheet drawn from a run over corpus/
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from policyloom.framework import read_framework
from policyloom.learn.drawing import draw_systematically, inclusion_probabilities, weigh
from policyloom.learn.labels import Label, Labelled, read_labels, read_sampled, write_labels
from policyloom.network.contrasts import (
    Estimate,
    estimate_association,
    estimate_differences,
    estimate_trends,
)
from policyloom.network.estimate import Share, Survey, estimate_shares, expected_half_widths
from policyloom.network.measures import measure

ROOT = Path(__file__).parents[1]
RECALL, PRECISION = 0.75, 0.66
MECHANISMS = (0.12, 0.06, 0.03, 0.03)
OUTCOMES = (0.12, 0.05, 0.03)
"""The shares of sentences that name each element."""

TARGETS = ("12 % element", "6 % element", "3 % element", "any pair")
SUBSTANTIVE, DENSITY = 0.3, 2.5
"""The share of sentences that say something of the field, and how many times denser these are, which makes pairs."""

CLUSTERING = 2.0
"""Shape of the gamma distribution of an element's rate over documents: the standard deviation is 0.7 of the mean."""

MEAN_SENTENCES, SPREAD_OF_LENGTHS = 75, 0.6
"""Sentences of a document: their median is less than the mean, as lengths are log-normal."""

NEARLY_FOUND = 0.4
"""The share of the coder's misses that a classifier holds doubtful; 3 in 100 other sentences are so too."""

GROUPS = (1.4, 0.6)
"""How dense the elements are in the documents of either group."""

N_YEARS, FIRST, LAST = 10, 0.6, 1.4
"""Years of the documents, and how dense the elements are in the first and the last of them."""

Array = np.ndarray[Any, np.dtype[Any]]
Errors = Literal["independent", "correlated"]
ERRORS: tuple[Errors, ...] = get_args(Errors)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Sentences with their documents, what they name and what the coder finds."""

    documents: Array
    sizes: Array
    coded: Array
    found: Array
    weights: Array


def make_corpus(
    generator: np.random.Generator, n_documents: int, errors: Errors, factors: Array | None = None
) -> Corpus:
    """A corpus in which elements crowd into documents, with a coder of the given recall and precision.

    Independent errors have the same chance in all sentences. Correlated ones do not: where a document names an element
    more than others do, more of it is missed, and false finds crowd there too.

    Args:
        generator: of chance.
        n_documents: documents.
        errors: independent or correlated.
        factors: how dense the elements are in each document, for groups and years; 1 unless given.
    """
    rates = np.array((*MECHANISMS, *OUTCOMES))
    sizes = np.maximum(5, generator.lognormal(0, SPREAD_OF_LENGTHS, n_documents) * MEAN_SENTENCES / np.exp(SPREAD_OF_LENGTHS**2 / 2)).astype(int)  # fmt: skip
    documents = np.repeat(np.arange(n_documents), sizes)
    relative = generator.gamma(CLUSTERING, 1 / CLUSTERING, (n_documents, len(rates)))
    if factors is not None:
        relative = relative * factors[:, None]
    dense = np.where(
        generator.random(len(documents)) < SUBSTANTIVE, DENSITY, (1 - SUBSTANTIVE * DENSITY) / (1 - SUBSTANTIVE)
    )  # fmt: skip
    p = np.minimum(0.9, rates * relative[documents] * dense[:, None])
    coded = generator.random(p.shape) < p
    recall, false = np.full(p.shape, RECALL), np.broadcast_to(rates * RECALL * (1 / PRECISION - 1), p.shape)
    if errors == "correlated":
        # The mean over what is there to be found is RECALL: of a gamma distribution, 59 % stands in the upper 41 %.
        many = relative[documents] > 1.0
        share = (coded & many).sum() / coded.sum()
        high = min(0.95, RECALL + 0.15 * share / (1 - share))
        recall = np.where(many, RECALL - 0.15, high)
        false = false * relative[documents]
    found = np.where(coded, generator.random(p.shape) < recall, generator.random(p.shape) < false)
    k = len(MECHANISMS)
    naming, joint = found.any(axis=1), found[:, :k].any(axis=1) & found[:, k:].any(axis=1)
    missed = (coded & ~found).any(axis=1)
    doubtful = generator.random(len(documents)) < np.where(missed, NEARLY_FOUND, 0.03)
    return Corpus(documents, sizes, coded, found, weigh(naming, joint, doubtful))


def targets(names: Array) -> Array:
    """Three elements, and any pair of a mechanism and an outcome, of each sentence."""
    k = len(MECHANISMS)
    return np.column_stack([names[:, :3], names[:, :k].any(axis=1) & names[:, k:].any(axis=1)])


def find_values(errors: Errors) -> Array:
    """The shares in a corpus so large that it has all that is to be known."""
    return targets(make_corpus(np.random.default_rng(1), 40_000, errors).coded).mean(axis=0)


def simulate(draws: int, uniform: bool) -> None:
    """Prints the table of docs/estimates.md."""
    print(
        "| errors | documents | labels | share of | value | naive | corrected | bias, % | covered, % | half-width | told before | in the run: covered, % | half-width | coded | too few, % |"
    )
    print("|---|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for errors in ERRORS:
        values = find_values(errors)
        for n_documents in (40, 80):
            for n_labels in (200, 400):
                drawn = [draw(n_documents, n_labels, errors, seed, uniform) for seed in range(draws)]
                for i, target in enumerate(TARGETS):
                    shares, told = [one[0][i] for one in drawn], np.mean([one[1][i] for one in drawn])
                    n_given = sum(s.interval is not None for s in shares)
                    covered, width = tell_intervals([(s.interval, values[i]) for s in shares])
                    covered_run, width_run = tell_intervals(
                        [(one[0][i].interval_in_run, one[2][i]) for one in drawn]
                    )
                    naive, corrected = (
                        np.mean([getattr(s, name) for s in shares]) for name in ("naive", "corrected")
                    )
                    print(
                        f"| {errors} | {n_documents} | {n_labels} | {target} | {values[i]:.4f} | {naive:.4f} | {corrected:.4f} | "
                        f"{100 * (corrected / values[i] - 1):.1f} | {100 * covered:.1f} | {width:.4f} | {told:.4f} | {100 * covered_run:.1f} | {width_run:.4f} | "
                        f"{np.mean([s.n_coded for s in shares]):.0f} | {100 * (1 - n_given / draws):.1f} |",
                        flush=True,
                    )


def draw(
    n_documents: int, n_labels: int, errors: Errors, seed: int, uniform: bool
) -> tuple[list[Share], Array, Array]:
    """The shares in a simulated corpus, corrected, the half-widths told before, and the corpus's own shares."""
    corpus = make_corpus(np.random.default_rng((n_documents, n_labels, seed)), n_documents, errors)
    weights = np.ones_like(corpus.weights) if uniform else corpus.weights
    inclusion = inclusion_probabilities(weights, n_labels)
    drawn = draw_systematically(inclusion, corpus.documents.tolist(), seed)
    coded, found = targets(corpus.coded), targets(corpus.found)
    totals = np.zeros((n_documents, found.shape[1]))
    np.add.at(totals, corpus.documents, found)
    is_pair = np.arange(found.shape[1]) == found.shape[1] - 1
    told = expected_half_widths(
        corpus.sizes, totals, found, inclusion,
        precision=np.where(is_pair, PRECISION**2, PRECISION), recall=np.where(is_pair, RECALL**2, RECALL),
    )  # fmt: skip
    shares = estimate_shares(
        Survey(corpus.sizes, totals, corpus.documents[drawn], found[drawn], coded[drawn], inclusion[drawn])
    )
    return shares, told, coded.mean(axis=0)


FIGURES = (
    *(f"difference, {target}" for target in TARGETS),
    *(f"trend, {target}" for target in TARGETS),
    "log odds, 12 % and 12 %",
    "NPMI, 12 % and 12 %",
)
"""Differences between two groups and trends a year are in shares."""


def place(n_documents: int) -> tuple[Array, Array]:
    """The group and the year of each document: all years in both groups, as far as there are documents."""
    order = np.arange(n_documents)
    return order % 2, order // 2 % N_YEARS


def factors_of(groups: Array, years: Array) -> Array:
    """How dense the elements are in documents of these groups and years."""
    return np.array(GROUPS)[groups] * (FIRST + (LAST - FIRST) * years / (N_YEARS - 1))


def things(names: Array) -> Array:
    """The targets, and of the commonest mechanism and outcome both together and each."""
    k = len(MECHANISMS)
    first, other = names[:, 0], names[:, k]
    return np.column_stack([targets(names), first & other, first, other])


def figures_of(corpus: Corpus, groups: Array, years: Array) -> Array:
    """The figures in a corpus itself."""
    coded = things(corpus.coded)
    in_a, x = groups[corpus.documents] == 0, years[corpus.documents]
    differences = coded[in_a, :4].mean(axis=0) - coded[~in_a, :4].mean(axis=0)
    trends = [np.polyfit(x, coded[:, i], 1)[0] for i in range(4)]
    counts = coded[:, 4:].sum(axis=0)
    pair = [float(measure(name, *counts, len(coded))) for name in ("log_odds", "npmi")]
    return np.array([*differences, *trends, *pair])


def find_figures(errors: Errors) -> Array:
    """The figures in documents of this kind: the mean over corpora so large that it is known to some thousandths."""
    groups, years = place(40_000)
    factors = factors_of(groups, years)
    corpora = (make_corpus(np.random.default_rng(seed), 40_000, errors, factors) for seed in range(25))
    return np.mean([figures_of(corpus, groups, years) for corpus in corpora], axis=0)


def contrasts(draws: int) -> None:
    """Prints the second table of docs/estimates.md."""
    print(
        "| errors | documents | labels | figure | value | naive | corrected | bias, % | covered, % | half-width | in the run: covered, % | half-width | too few, % |"
    )
    print("|---|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for errors in ERRORS:
        values = find_figures(errors)
        for n_documents in (40, 80):
            for n_labels in (200, 400):
                drawn = [draw_contrasts(n_documents, n_labels, errors, seed) for seed in range(draws)]
                for i, figure in enumerate(FIGURES):
                    found = [one[0][i] for one in drawn]
                    covered, width = tell_intervals([(e.interval, values[i]) for e in found])
                    covered_run, width_run = tell_intervals(
                        [(e.interval_in_run, own[i]) for (estimates, own) in drawn for e in [estimates[i]]]
                    )
                    naive, corrected = (
                        np.mean([v for e in found if (v := getattr(e, name)) is not None])
                        for name in ("naive", "corrected")
                    )
                    too_few = np.mean([e.interval is None for e in found])
                    print(
                        f"| {errors} | {n_documents} | {n_labels} | {figure} | {values[i]:.4f} | {naive:.4f} | {corrected:.4f} | "
                        f"{100 * (corrected / values[i] - 1):.1f} | {100 * covered:.1f} | {width:.4f} | {100 * covered_run:.1f} | {width_run:.4f} | {100 * too_few:.1f} |",
                        flush=True,
                    )


def draw_contrasts(
    n_documents: int, n_labels: int, errors: Errors, seed: int
) -> tuple[list[Estimate], Array]:
    """The figures from a sample of a simulated corpus, and those of the corpus itself."""
    groups, years = place(n_documents)
    generator = np.random.default_rng((n_documents, n_labels, seed))
    corpus = make_corpus(generator, n_documents, errors, factors_of(groups, years))
    inclusion = inclusion_probabilities(corpus.weights, n_labels)
    drawn = draw_systematically(inclusion, corpus.documents.tolist(), seed)
    coded, found = things(corpus.coded), things(corpus.found)
    totals = np.zeros((n_documents, found.shape[1]))
    np.add.at(totals, corpus.documents, found)
    survey = Survey(
        corpus.sizes, totals, corpus.documents[drawn], found[drawn], coded[drawn], inclusion[drawn]
    )
    a, b = (survey.select(groups == group) for group in (0, 1))
    pair = [estimate_association(survey, name, 4, 5, 6) for name in ("log_odds", "npmi")]
    estimates = [*estimate_differences(a, b)[:4], *estimate_trends(survey, years)[:4], *pair]
    return estimates, figures_of(corpus, groups, years)


def tell_intervals(pairs: Sequence[tuple[tuple[float, float] | None, float]]) -> tuple[float, float]:
    """The share of intervals that hold their values, and their mean half-width."""
    given = [(*interval, value) for interval, value in pairs if interval is not None]
    if not given:
        return float("nan"), float("nan")
    low, high, value = np.array(given).T
    return float(np.mean((low <= value) & (value <= high))), float(np.mean((high - low) / 2))


def code_sheet(sheet: Path) -> None:
    """Writes SHEET again beside it, as NAME-coded, filled in from the gold labels as a person would fill it in."""
    framework = read_framework()
    gold = {letters(s.text): s for s in read_labels(ROOT / "corpus" / "gold.jsonl", framework)}
    rows = [fill_in(row, gold) for row in read_sampled(sheet, framework)]
    out = sheet.with_stem(f"{sheet.stem}-coded")
    write_labels(rows, out, framework)
    print(f"{len(rows)} sentences coded from the gold labels, written to {out}")


def fill_in(row: Labelled, gold: Mapping[str, Labelled]) -> Labelled:
    """A row with the labels of the gold sentences that it is, holds, or is a part of.

    A run reads a bullet or the mark of a footnote with its sentence, and ends sentences at other places now and then.
    Footnotes have no gold label; they name nothing.
    """
    own = letters(row.text)
    alike = [s for text, s in gold.items() if text in own or (len(own) > 20 and own in text)]
    statuses = {id: status for s in alike for id, status in s.statuses.items()}
    return replace(row, elements=tuple(Label(id, status) for id, status in sorted(statuses.items())))


def letters(text: str) -> str:
    """The letters of a text alone."""
    return re.sub(r"[^a-z]", "", text.lower())


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, dest="command")
    simulated = commands.add_parser("simulate")
    simulated.add_argument("--draws", type=int, default=1_000)
    simulated.add_argument("--uniform", action="store_true")
    commands.add_parser("contrasts").add_argument("--draws", type=int, default=1_000)
    commands.add_parser("code").add_argument("sheet", type=Path)
    told = parser.parse_args()
    if told.command == "simulate":
        simulate(told.draws, told.uniform)
    elif told.command == "contrasts":
        contrasts(told.draws)
    else:
        code_sheet(told.sheet)


if __name__ == "__main__":
    main()
