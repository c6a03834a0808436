"""Learn to answer questions about mentions: their status, and whether a sentence ties one to another."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from policyloom.coders.classifier.questions import Answer, Question, QuestionKind
from policyloom.coders.classifier.tfidf import Row, Weighing, expit

__all__ = ["MIN_QUESTIONS", "MIN_QUESTIONS_OF_OWN", "Answerer", "fit_answerer", "restore_answerer"]

MIN_QUESTIONS = 100
"""Questions with a known answer that are needed to learn; below, the rules' answers stand."""

MIN_QUESTIONS_OF_OWN: Mapping[QuestionKind, int] = {"status": 1_200, "leads_to": 1_200, "answers": 100}
"""The same by what is asked, where policyloom has learned to answer for the language. Of statuses, 1,600 mentions of a
framework's own are right in 0.79, 800 in 0.76, and what was learned with other elements in 0.77 (3,794 mentions, documents held
out in turn)."""

INVERSE_REGULARISATION = 10.0
"""Inverse of the regularisation; 3 and 30 were a little worse on held-out documents."""

SIGN_WEIGHT = 3
"""How many words a sign counts as much as: cues and grammar tell more than any one word."""

MIN_YES = 0.25
"""How probable it must be that a tie is stated, and that both its ends are there: what gives the best F1."""

MIN_OVERRULING = 0.8
"""How probable another status must be to overrule the one that the rules see: 0.80 of the statuses in six whole documents are
then right, with any other share from 0 to 1 between 0.75 and 0.80 (`benchmarks/whole_documents.py --part work`). On documents held
out of the sentences that it learned from, 0.55 is better by 0.02, and on sentences of other sources worse by 0.05: there it is too
sure of itself."""

MIN_UNDENYING = 0.95
"""How probable another status must be to overrule that a mechanism is refused or denied: from 30 such labels one cannot learn how."""

_LETTER = re.compile(r"[^\W\d_]")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Answerer:
    """One regression for each answer to one kind of question, over the same features.

    Attributes:
        options: the answers it knows.
        vocabulary: the features in the order of their columns.
        idf: the weights of the columns by rarity.
        weights: features by options.
        offsets: of each option.
    """

    options: tuple[str, ...]
    vocabulary: Sequence[str]
    idf: Floats
    weights: npt.NDArray[np.float32]
    offsets: Floats

    def __repr__(self) -> str:
        return f"<Answerer {' | '.join(self.options)}: {len(self.vocabulary):,} features>"

    @cached_property
    def _weighing(self) -> Weighing:
        return Weighing({name: i for i, name in enumerate(self.vocabulary)}, self.idf)

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        """The most likely answer to each question, among its options."""
        if not questions:
            return []
        matrix = self._weighing.weigh(_features(question) for question in questions)
        odds = expit(matrix @ self.weights + self.offsets)
        found = []
        for number, (question, row) in enumerate(zip(questions, odds, strict=True)):
            allowed = [j for j, option in enumerate(self.options) if option in question.options]
            sure = {self.options[j]: float(row[j] / sum(row[k] for k in allowed)) for j in allowed}
            if "yes" in sure:
                sure["yes"] *= question.prior
                value = "yes" if sure["yes"] >= MIN_YES else "no"
            else:
                best = max(sure, key=sure.__getitem__)
                needed = MIN_UNDENYING if question.is_firm else MIN_OVERRULING
                is_sure = sure[best] >= needed or question.given not in sure
                value = best if is_sure else question.given
            at = None if value == question.given else self._reason(question, matrix[number], value)
            found.append(Answer(value, sure[value], at))
        return found

    def _reason(self, question: Question, row: Row, value: str) -> tuple[int, int] | None:
        """Where the clue stands that spoke for an answer most."""
        option = self.options.index(value)
        adds = {
            self.vocabulary[column]: float(times * self.weights[column, option])
            for column, times in zip(row.columns, row.values, strict=True)
        }
        # A cue is a better reason than a word that happens to weigh more, and a full stop is none.
        for clues in (question.signs, question.words):
            weight, at = max(
                (
                    (adds.get(name, 0.0), at)
                    for name, at in clues
                    if at and _LETTER.search(name.rpartition(": ")[2])
                ),
                key=lambda pair: pair[0],
                default=(0.0, None),
            )
            if weight > 0:
                return at
        return None

    @property
    def version(self) -> str:
        """A hash of what was learned."""
        data = b"".join(array.tobytes() for array in self.arrays().values())
        return hashlib.sha256(data + "\n".join(self.vocabulary).encode()).hexdigest()

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The numbers to keep, by name."""
        return {
            "idf": self.idf.astype(np.float32),
            "weights": self.weights.astype(np.float16),
            "offsets": self.offsets,
        }


def restore_answerer(head: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Answerer:
    """An answerer from what was kept: its options and vocabulary, and its arrays."""
    return Answerer(
        tuple(head["options"]), head["vocabulary"], arrays["idf"].astype(np.float64),
        arrays["weights"].astype(np.float32), arrays["offsets"],
    )  # fmt: skip


def fit_answerer(
    questions: Sequence[Question], answers: Sequence[str], weights: Floats, *, least: int = MIN_QUESTIONS
) -> Answerer | None:
    """Learns from questions with known answers; None where they are fewer than `least`, or the answers all the same."""
    options = tuple(sorted(set(answers)))
    if len(questions) < least or len(options) < 2:
        return None
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(analyzer=_features, lowercase=False, sublinear_tf=True, min_df=2)
    matrix = vectorizer.fit_transform(questions)
    truth = np.array([[answer == option for option in options] for answer in answers])
    learned = np.zeros((matrix.shape[1], len(options)), dtype=np.float32)
    offsets = np.zeros(len(options))
    for j in range(len(options)):
        model = LogisticRegression(
            C=INVERSE_REGULARISATION, solver="liblinear", dual=True, max_iter=5_000, random_state=0
        ).fit(matrix, truth[:, j], sample_weight=weights)
        learned[:, j], offsets[j] = model.coef_[0], model.intercept_[0]
    names = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
    return Answerer(options, names, vectorizer.idf_, learned, offsets)


def _features(question: Question) -> Iterable[str]:
    yield "<question>"  # so that none is empty
    for name, _ in question.words:
        yield name
    for name, _ in question.signs:
        for _ in range(SIGN_WEIGHT):
            yield name
