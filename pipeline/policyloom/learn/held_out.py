"""Measure pairs and claims on documents that were held out while a classifier learned.

Each part of the documents is coded as in a run, by a classifier that has learned from the other parts: which elements a
sentence names, in what status, and what it claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from spacy.language import Language

from policyloom.coders.classifier import ClassifierCoder
from policyloom.coders.classifier.questions import Question
from policyloom.framework import Framework
from policyloom.learn.fit import LEVELS, Trained, train_answers
from policyloom.learn.labels import CODED, Labelled, as_document, join_found
from policyloom.learn.scores import evaluate
from policyloom.records import Accuracy, Tagged
from policyloom.tag import tag_together

__all__ = ["at_least", "measure_ties"]

TIES = ("pairs", "claims", "answers")


def measure_ties(
    sentences: Sequence[Labelled],
    trained: Trained,
    asked: Sequence[Sequence[tuple[Question, str, bool]]],
    framework: Framework,
    nlp: Language,
) -> dict[str, dict[str, dict[str, float | int | None]]]:
    """How well pairs, claims and answers are found held out: for each of `LEVELS`, the figures of each, as a card keeps them.

    Only sentences that were coded in full are measured on. What is learned of statuses and claims leaves the held-out
    documents out as well; only the words that stand for an element there were found by the whole classifier.

    Args:
        sentences: the labels.
        trained: what `train` made of them.
        asked: for each sentence, the questions with known answers, as for `train_answers`.
        framework: whose elements they are.
        nlp: from `load_pipeline`.
    """
    wanted: list[Labelled] = []
    found: list[Tagged] = []
    for fold in trained.folds:
        held_out = set(fold.held_out)
        rows = [sentences[i] for i in fold.held_out if trained.scored[i] and sentences[i].coded_for is None]
        others = chain.from_iterable(row for i, row in enumerate(asked) if i not in held_out)
        coder = ClassifierCoder(framework, train_answers(fold.classifier, list(others)))
        wanted += rows
        found += tag_together([as_document(row) for row in rows], nlp, coder)
    ties = {}
    for level in LEVELS:
        kept = [join_found(row, at_least(t, level), framework) for row, t in zip(wanted, found, strict=True)]
        scores = evaluate(wanted, kept, framework)
        ties[str(level)] = {name: _on_card(getattr(scores, name)) for name in TIES}
    return ties


def at_least(tagged: Tagged, probability: float) -> Tagged:
    """A tagged document with the mentions of at least this probability, and the claims both of whose ends are kept."""
    kept = [m.kind not in CODED or m.probability >= probability for m in tagged.mentions]
    numbers = {old: new for new, old in enumerate(i for i, is_kept in enumerate(kept) if is_kept)}
    return replace(
        tagged,
        mentions=tuple(tagged.mentions[i] for i in numbers),
        claims=tuple(
            replace(claim, mechanism=numbers[claim.mechanism], target=numbers[claim.target])
            for claim in tagged.claims
            if kept[claim.mechanism] and kept[claim.target]
        ),
    )


def _on_card(measured: Accuracy) -> dict[str, float | int | None]:
    shares = {"precision": measured.precision, "recall": measured.recall}
    rounded = {name: None if share is None else round(share, 3) for name, share in shares.items()}
    return {**rounded, "n": measured.n, "n_found": measured.n_found}
