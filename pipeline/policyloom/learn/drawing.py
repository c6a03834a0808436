"""Draw sentences with known probabilities, so that what is coded in them tells of all sentences."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from spacy.language import Language

from policyloom.coders.classifier import ClassifierCoder
from policyloom.framework import Framework
from policyloom.learn.labels import Labelled
from policyloom.learn.training import read_labelled
from policyloom.records import Coder

__all__ = [
    "draw_sentences",
    "draw_systematically",
    "find_doubtful",
    "inclusion_probabilities",
    "sentence_weights",
    "weigh",
]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NAMING, DOUBTFUL, JOINT = 3.0, 3.0, 6.0
"""How many times as likely a sentence is drawn as one in which nothing was found and nothing is doubtful.

Those that name an element, those in which a classifier nearly found one, and those with a mechanism and an outcome.
Errors stand mostly in these. Larger numbers make the errors in other sentences weigh too much (docs/estimates.md).
"""

DOUBT = 0.5
"""The share of its threshold from which a probability makes a sentence doubtful."""

DIGITS = 6
"""Significant digits of an inclusion probability in a file."""


def weigh(naming: Flags, joint: Flags, doubtful: Flags) -> Floats:
    """How likely sentences are drawn, each against one in which nothing was found and nothing is doubtful."""
    return np.select([joint, naming, doubtful], [JOINT, NAMING, DOUBTFUL], default=1.0)


def sentence_weights(
    sentences: Sequence[Labelled], framework: Framework, doubtful: Collection[int] = ()
) -> Floats:
    """How likely each sentence is drawn, by what was found in it.

    Args:
        sentences: with what the coder found.
        framework: with which it was found.
        doubtful: the places of sentences in which the coder is doubtful, from `find_doubtful`.
    """
    kinds = [{str(framework[id].kind) for id in sentence.statuses} for sentence in sentences]
    return weigh(
        np.array([bool(found) for found in kinds], dtype=bool),
        np.array([found >= {"mechanism", "outcome"} for found in kinds], dtype=bool),
        np.isin(np.arange(len(sentences)), list(doubtful)),
    )


def find_doubtful(sentences: Sequence[Labelled], coder: Coder | None, nlp: Language) -> list[int]:
    """The places of sentences in which nothing was found, and a classifier gives an element half of what it needs.

    Without a classifier there are none.
    """
    empty = [i for i, sentence in enumerate(sentences) if not sentence.elements]
    if not isinstance(coder, ClassifierCoder) or not empty:
        return []
    classifier = coder.classifier
    p = classifier.probabilities(read_labelled([sentences[i] for i in empty], nlp))
    near = p >= DOUBT * np.asarray(classifier.thresholds)
    return [empty[i] for i in np.unique(np.nonzero(near)[0]).tolist()]


def inclusion_probabilities(weights: Floats, n: int) -> Floats:
    """Probabilities in proportion to weights, of which none is above 1 and the sum is `n`; all 1 where there are no more.

    Source: Särndal, Swensson and Wretman 1992, Model Assisted Survey Sampling, section 3.6.2.
    """
    found = np.ones(len(weights))
    certain = np.zeros(len(weights), dtype=bool)
    while n < len(weights):
        rest = ~certain
        found[rest] = (n - certain.sum()) * weights[rest] / weights[rest].sum()
        over = rest & (found >= 1)
        if not over.any():
            break
        found[over] = 1.0
        certain |= over
    return found


def draw_systematically(inclusion: Floats, documents: Sequence[str], seed: int = 0) -> list[int]:
    """The places of drawn sentences: as many as the probabilities add up to, and from each document its share of these.

    Sentences are put in the order of documents and, within one, of probability and chance; then every one is drawn in
    which the sum of the probabilities so far passes a random start plus a whole number. So the draws of two documents
    hardly depend on each other, and a variance over documents holds.

    Source: Madow 1949, On the theory of systematic sampling II, Annals of Mathematical Statistics 20(3).
    """
    generator = np.random.default_rng(seed)
    chance = generator.random(len(inclusion))
    _, numbers = np.unique(np.asarray(documents), return_inverse=True)
    order = np.lexsort((chance, inclusion, numbers))
    reached = np.cumsum(inclusion[order])
    if len(reached):
        reached[-1] = round(reached[-1])
    steps = np.floor(reached - generator.random())
    drawn = np.diff(steps, prepend=-1.0) > 0
    return sorted(int(i) for i in order[drawn])


def draw_sentences(
    sentences: Sequence[Labelled], weights: Floats, n: int, *, seed: int = 0
) -> tuple[list[Labelled], Floats]:
    """Sentences drawn with known probabilities, uncoded, in the given order; and the probability of every sentence.

    Each bears the name of the draw, by which the parts of a sheet are put together again.

    Args:
        sentences: all sentences of which something is to be said.
        weights: how likely each is drawn, from `sentence_weights`.
        n: how many are drawn; all where there are no more.
        seed: another one draws other sentences.
    """
    inclusion = inclusion_probabilities(weights, n)
    drawn = draw_systematically(inclusion, [sentence.doc for sentence in sentences], seed)
    name = f"{len(drawn)} of {len(sentences)}, seed {seed}"
    chosen = [
        replace(
            sentences[i], elements=None, links=(), answers=(), inclusion=float(f"{inclusion[i]:.{DIGITS}g}"), draw=name
        )
        for i in drawn
    ]  # fmt: skip
    return chosen, inclusion
