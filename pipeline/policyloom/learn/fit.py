"""Learn a classifier from labelled sentences, and score it on documents held out in turn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from policyloom.coders.classifier.answers import (
    MIN_QUESTIONS,
    MIN_QUESTIONS_OF_OWN,
    Answerer,
    fit_answerer,
)
from policyloom.coders.classifier.features import Features
from policyloom.coders.classifier.files import read_shared_answerers
from policyloom.coders.classifier.judge import SentenceClassifier, find_ruled, min_probabilities
from policyloom.coders.classifier.questions import Question, QuestionKind
from policyloom.errors import LabelsError
from policyloom.framework import Framework
from policyloom.languages import load_language
from policyloom.learn.labels import Labelled, coded_ids
from policyloom.records import SentenceDraft

__all__ = [
    "FOLDS",
    "LEVELS",
    "MIN_LABELS",
    "Fold",
    "Trained",
    "calibrate",
    "choose_thresholds",
    "fit_regressions",
    "train",
    "train_answers",
]

FOLDS = 5
"""Parts in which documents are held out in turn, and thus the fewest documents to learn from."""

MIN_LABELS = 25
"""Labelled sentences that must name an element, and that must not, for it to be learned; below, rules alone decide. With 8, a
classifier of 100 labels had an F1 of 0.41 where the rules had 0.46 (`benchmarks/other_field.py`)."""

INVERSE_REGULARISATION = 0.5
"""Inverse of the regularisation; 0.3 was worse on the held-out sentences of other writers, 3 on real documents."""

SAMPLE_WEIGHT = 3
"""How much a sentence of the sample counts beside another."""

SHRINKAGE = 50
"""Labelled sentences at which an element's own threshold counts as much as the one chosen for all."""

LEVELS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Lowest probabilities for which the card tells how many mentions are right and how many are found."""

Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Fold:
    """A part of the documents that was held out, and a classifier that has learned from the others.

    Attributes:
        held_out: the places of its sentences, in order.
        classifier: with the calibration and thresholds that were chosen on all parts together.
    """

    held_out: tuple[int, ...]
    classifier: SentenceClassifier


@dataclass(frozen=True)
class Trained:
    """A classifier with what is needed to measure it on documents held out.

    Attributes:
        classifier: fitted to all sentences.
        folds: the parts in which documents were held out.
        scored: for each sentence, whether the card's figures rest on it.
    """

    classifier: SentenceClassifier
    folds: tuple[Fold, ...]
    scored: tuple[bool, ...]


def train(
    sentences: Sequence[Labelled],
    drafts: Sequence[SentenceDraft],
    framework: Framework,
    *,
    sample: Collection[str] = (),
) -> Trained:
    """A classifier fitted to labelled sentences, and one for each part of the documents that has not learned from it.

    Args:
        sentences: the labels; documents are held out in turn, so there must be several.
        drafts: the same sentences as `policyloom.tag.read_sentences` reads them.
        framework: whose outermost outcomes, challenges and mechanisms are learned.
        sample: the documents that are a fair sample of what will be tagged. Their sentences alone choose the
            thresholds, and count `SAMPLE_WEIGHT` times; all sentences that were coded in full do without one.

    Raises:
        LabelsError: fewer than `FOLDS` documents, or no element with `MIN_LABELS` sentences that name it and as many
            that do not.
    """
    docs = [s.doc for s in sentences]
    named = [s.statuses for s in sentences]
    labels = _choose_labels(sentences, framework)
    truth = np.array([[id in n for id in labels] for n in named])
    known = np.array([[s.coded_for is None or id in s.coded_for for id in labels] for s in sentences])
    fair = np.array([doc in sample for doc in docs])
    weight = np.where(fair, float(SAMPLE_WEIGHT), 1.0)
    tops = {element.id: framework.top(element.id) for element in framework}
    held_out = np.zeros(truth.shape)
    pack = load_language(framework.language)
    features = Features(tops, framework.words, pack.inflections)
    apart = [features.take_apart(draft) for draft in drafts]
    fitted: list[tuple[npt.NDArray[np.int64], Features, npt.NDArray[np.float32], Floats]] = []
    for learn, score in GroupKFold(FOLDS).split(truth, groups=docs):
        own = Features(tops, framework.words, pack.inflections)
        matrix = own.fit([apart[i] for i in learn])
        weights, offsets = fit_regressions(matrix, truth[learn], known[learn], weight[learn])
        held_out[score] = own.transform([apart[i] for i in score]) @ weights + offsets
        fitted.append((score, own, weights, offsets))
    # Examples made for one element are no sample of what texts say, so they choose no threshold where there is one.
    whole: Truth = np.asarray(known.all(axis=1))
    chosen = fair if fair.any() else whole if whole.any() else np.ones_like(whole)
    slopes, shifts = calibrate(held_out, truth, known)
    probabilities = expit(held_out * slopes + shifts)
    thresholds = choose_thresholds(probabilities[chosen], truth[chosen])
    weights, offsets = fit_regressions(features.fit(apart), truth, known, weight)
    ruled = find_ruled(drafts, labels, tops)
    card = {
        "sentences": len(sentences),
        "documents": len(set(docs)),
        "labelled": {id: int(n) for id, n in zip(labels, truth.sum(axis=0), strict=True)},
        "scored": int(chosen.sum()),
        "named": {id: int(n) for id, n in zip(labels, truth[chosen].sum(axis=0), strict=True)},
        "rules": _score(ruled[chosen], truth[chosen], labels),
        "held_out": {
            str(level): _score(
                (probabilities >= min_probabilities(thresholds.tolist(), ruled, level))[chosen],
                truth[chosen],
                labels,
            )
            for level in LEVELS
        },
    }
    classifier = SentenceClassifier(
        framework.id, labels, tuple(float(t) for t in thresholds), card, features,
        (weights * slopes).astype(np.float32), offsets * slopes + shifts,
        language=framework.language, stop_words=pack.stop_words,
    )  # fmt: skip
    folds = tuple(
        Fold(
            tuple(score.tolist()),
            replace(
                classifier,
                card={},
                _features=own,
                _weights=(weights * slopes).astype(np.float32),
                _offsets=offsets * slopes + shifts,
            ),
        )
        for score, own, weights, offsets in fitted
    )
    return Trained(classifier, folds, tuple(chosen.tolist()))


def _choose_labels(sentences: Sequence[Labelled], framework: Framework) -> tuple[str, ...]:
    """The elements that enough sentences name, and enough do not.

    Raises:
        LabelsError: there is none, or there are too few documents; the text says how many there are of how many.
    """
    n_docs = len({s.doc for s in sentences})
    counts = {}
    for id in coded_ids(framework):
        known = [s for s in sentences if s.coded_for is None or id in s.coded_for]
        n_named = sum(id in s.statuses for s in known)
        counts[id] = n_named, len(known) - n_named
    labels = tuple(id for id, pair in counts.items() if min(pair) >= MIN_LABELS)
    if n_docs >= FOLDS and labels:
        return labels
    short = ", ".join(f"{id} {n_named} and {n_other}" for id, (n_named, n_other) in counts.items())
    raise LabelsError(
        f"there are too few labels to learn from. Needed are sentences of at least {FOLDS} documents (there are {n_docs}) "
        f"and, for an element to be learned, {MIN_LABELS} sentences that name it and {MIN_LABELS} that do not (there are: "
        f"{short}). Label more sentences with `policyloom label`; the framework's own examples count too"
    )


def train_answers(
    classifier: SentenceClassifier, known: Sequence[tuple[Question, str, bool]]
) -> SentenceClassifier:
    """The classifier with what it learns from questions whose answers are known.

    Args:
        classifier: to be added to.
        known: each question with its answer, and whether it comes from the sample, whose documents count
            `SAMPLE_WEIGHT` times.
    """
    answerers: dict[QuestionKind, Answerer] = {}
    for about in get_args(QuestionKind):
        asked = [(question, answer, fair) for question, answer, fair in known if question.about == about]
        weights = np.array([SAMPLE_WEIGHT if fair else 1.0 for *_, fair in asked])
        is_shared = about in read_shared_answerers(classifier.language)
        learned = fit_answerer(
            [question for question, *_ in asked],
            [answer for _, answer, _ in asked],
            weights,
            least=MIN_QUESTIONS_OF_OWN[about] if is_shared else MIN_QUESTIONS,
        )
        if learned:
            answerers[about] = learned
    return replace(classifier, answerers=answerers)


def fit_regressions(
    features: csr_matrix, truth: Truth, known: Truth, weight: Floats
) -> tuple[npt.NDArray[np.float32], Floats]:
    """Weights (features by labels) and offsets, one regression a label over the sentences where it is known."""
    weights = np.zeros((features.shape[1], truth.shape[1]), dtype=np.float32)
    offsets = np.full(truth.shape[1], -10.0)
    for j in range(truth.shape[1]):
        rows = known[:, j]
        if len(set(truth[rows, j])) == 2:
            model = LogisticRegression(
                C=INVERSE_REGULARISATION,
                class_weight="balanced",
                solver="liblinear",
                dual=True,
                max_iter=5_000,
                random_state=0,
            )
            model.fit(features[rows], truth[rows, j], sample_weight=weight[rows])
            weights[:, j], offsets[j] = model.coef_[0], model.intercept_[0]
    return weights, offsets


def calibrate(scores: Floats, truth: Truth, known: Truth) -> tuple[Floats, Floats]:
    """Slope and shift for each label that turn held-out scores into probabilities (Platt 1999)."""
    fitted = [
        LogisticRegression(C=1e3).fit(scores[known[:, j]][:, [j]], truth[known[:, j], j])
        for j in range(truth.shape[1])
    ]
    slopes = np.array([model.coef_[0, 0] for model in fitted])
    return slopes, np.array([model.intercept_[0] for model in fitted])


def choose_thresholds(probabilities: Floats, truth: Truth) -> Floats:
    """For each label the probability with the best F1 held out, drawn towards the best for all where labels are few."""
    grid = np.arange(0.15, 0.75, 0.01)

    def best(p: Floats, y: Truth) -> float:
        return float(grid[int(np.argmax([_f1(p >= t, y) for t in grid]))])

    every = best(probabilities, truth)
    n = truth.sum(axis=0)
    own = np.array([best(probabilities[:, j], truth[:, j]) for j in range(truth.shape[1])])
    return (n * own + SHRINKAGE * every) / (n + SHRINKAGE)  # type: ignore[no-any-return]


def _score(named: Truth, truth: Truth, labels: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Precision, recall and F1 of each label and, under "all", of all together, and how many were found."""
    columns = {"all": (named, truth)} | {id: (named[:, j], truth[:, j]) for j, id in enumerate(labels)}
    return {
        id: {
            "precision": round(float((n & t).sum() / max(1, n.sum())), 3),
            "recall": round(float((n & t).sum() / max(1, t.sum())), 3),
            "f1": round(_f1(n, t), 3),
            "found": int(n.sum()),
        }
        for id, (n, t) in columns.items()
    }


def _f1(found: Truth, truth: Truth) -> float:
    return float(2 * (found & truth).sum() / max(1, found.sum() + truth.sum()))
