"""Learn from labelled sentences which elements a sentence names, in what status, and what it ties to what.

features   sentences as sparse numbers
answers    questions about mentions: their status, and whether one leads to another

scikit-learn lives here and nowhere else. One logistic regression for each outermost element over the same features: words and word pairs; the letters within
words, which carry over to words not seen before; the framework's word lists that a sentence draws on; and what the
framework's rules found, so that a rule counts for as much as it proved right. Probabilities are calibrated, and
thresholds chosen, on documents held out in turn.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.special import expit
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from policyloom.classifier.answers import Answerer, fit_answerer, restore_answerer
from policyloom.classifier.features import TOKEN, Features, tokens_of
from policyloom.errors import LabelsError, PolicyloomError
from policyloom.framework import Framework
from policyloom.labels import CODED, Labelled
from policyloom.records import Answer, Judgement, Question, QuestionKind, Reading
from policyloom.tables import write_bytes

__all__ = [
    "SentenceClassifier",
    "dump_classifier",
    "load_classifier",
    "read_classifier",
    "train",
    "train_answers",
    "write_classifier",
]

FORMAT = "policyloom-classifier 2"
"""The first thing in a file; a file of another format is refused."""

FOLDS = 5

LEAST = 8
"""Labelled sentences that an element needs to be learned; below, rules alone decide about it."""

STRENGTH = 0.5
"""Inverse of the regularisation; 0.3 was worse on the held-out sentences of other writers, 3 on real documents."""

SAMPLE_WEIGHT = 3
"""How much a sentence of the sample counts beside another."""

KEEP = 1 / 2
"""The share of the threshold that is enough where a rule has found the element: a rule is overruled only by a classifier
that is rather sure, as it names the very words and a claim can rest on them."""

SHRINKAGE = 50
"""Labelled sentences at which an element's own threshold counts as much as the one chosen for all."""

_N_WORDS = 4
"""Words named as the reason for a mention."""
_DULL = 1.0
"""The share of the mean token's weight that a token must have to lengthen the span that is shown."""

Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SentenceClassifier:
    """A fitted classifier for one framework.

    Attributes:
        framework: the framework's id.
        labels: the outermost elements that it knows; about others it says nothing.
        thresholds: the probability from which a sentence names each of them.
        card: what it was trained on and how it scored on held-out documents.
        answerers: for each kind of question that it has learned to answer.
    """

    framework: str
    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    card: Mapping[str, Any]
    _features: Features
    _weights: npt.NDArray[np.float32]
    _offsets: Floats
    answerers: Mapping[QuestionKind, Answerer] = field(default_factory=dict)

    def probabilities(self, readings: Sequence[Reading]) -> Floats:
        """For each sentence, in rows, the probability that it names each of `labels`."""
        if not readings:
            return np.zeros((0, len(self.labels)))
        return self._probabilities(self._matrix(readings))

    def judge(self, readings: Sequence[Reading]) -> list[dict[str, Judgement]]:
        """For each sentence, the judgement of each of `labels`, with the words that speak for it where no rule does."""
        return self._judge(readings, None)

    def locate(
        self, readings: Sequence[Reading], named: Sequence[Collection[str]]
    ) -> list[dict[str, Judgement]]:
        """For each sentence, a judgement that it names just these elements, with the words that speak for each."""
        return self._judge(readings, named)

    def _judge(
        self, readings: Sequence[Reading], named: Sequence[Collection[str]] | None
    ) -> list[dict[str, Judgement]]:
        if not readings:
            return []
        matrix = self._matrix(readings)
        found = []
        for number, (reading, row) in enumerate(zip(readings, self._probabilities(matrix), strict=True)):
            by_rule = {self._features.tops.get(id, id) for id, _ in reading.rules}
            judged = {}
            for j, (label, p) in enumerate(zip(self.labels, row.tolist(), strict=True)):
                if named is None:
                    names = p >= self.thresholds[j] * (KEEP if label in by_rule else 1)
                else:
                    names = label in named[number]
                explained = names and label not in by_rule
                judged[label] = (
                    self._explain(reading, matrix[number], j, p) if explained else Judgement(p, names)
                )
            found.append(judged)
        return found

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        """The answer to each question; the rules' own where this kind has not been learned."""
        answers = [Answer(question.given, 1.0) for question in questions]
        for about, answerer in self.answerers.items():
            of_kind = [i for i, question in enumerate(questions) if question.about == about]
            for i, answer in zip(of_kind, answerer.answer([questions[i] for i in of_kind]), strict=True):
                answers[i] = answer
        return answers

    def _matrix(self, readings: Sequence[Reading]) -> csr_matrix:
        return self._features.transform([self._features.take_apart(reading) for reading in readings])

    def _probabilities(self, matrix: csr_matrix) -> Floats:
        return expit(matrix @ self._weights + self._offsets)  # type: ignore[no-any-return]

    def _explain(self, reading: Reading, row: csr_matrix, label: int, probability: float) -> Judgement:
        """The stretch of words that speaks for a label most, and the heaviest words in it."""
        matches = list(TOKEN.finditer(reading.text))
        tokens = tokens_of(reading.text)
        if not tokens:
            return Judgement(probability, False)
        score = self._features.weigh(reading, row, self._weights[:, label])
        # Words such as "of" lend their weight to a stretch, but neither open it nor count as a reason.
        telling = [token not in ENGLISH_STOP_WORDS for token in tokens]
        start, end = _heaviest(score)
        while start < end - 1 and not telling[start]:
            start += 1
        while end - 1 > start and not telling[end - 1]:
            end -= 1
        best = sorted(range(start, end), key=lambda i: -score[i])
        named = [matches[i][0] for i in best if score[i] > 0 and telling[i]][:_N_WORDS]
        return Judgement(
            probability, True, matches[start].start(), matches[end - 1].end(), tuple(dict.fromkeys(named))
        )


def train(
    sentences: Sequence[Labelled],
    readings: Sequence[Reading],
    framework: Framework,
    *,
    sample: Collection[str] = (),
) -> SentenceClassifier:
    """A classifier fitted to labelled sentences.

    Args:
        sentences: the labels; documents are held out in turn, so there must be several.
        readings: the same sentences as `policyloom.tag.read_sentences` reads them.
        framework: whose outermost outcomes, challenges and mechanisms are learned.
        sample: the documents that are a fair sample of what will be tagged. Their sentences alone choose the
            thresholds, and count `SAMPLE_WEIGHT` times; all sentences that were coded in full do without one.

    Raises:
        LabelsError: fewer than `FOLDS` documents, or no element with `LEAST` labelled sentences.
    """
    docs = [s.doc for s in sentences]
    if len(set(docs)) < FOLDS:
        raise LabelsError(
            f"labels of at least {FOLDS} documents are needed to learn; there are {len(set(docs))}"
        )
    ids = [id for kind in CODED for id in framework.ids(kind, top=True)]  # type: ignore[arg-type]
    named = [s.statuses for s in sentences]
    labels = tuple(id for id in ids if sum(id in n for n in named) >= LEAST)
    if not labels:
        raise LabelsError(f"no element has {LEAST} labelled sentences, so there is nothing to learn from")
    truth = np.array([[id in n for id in labels] for n in named])
    known = np.array([[s.looked_for is None or id in s.looked_for for id in labels] for s in sentences])
    fair = np.array([doc in sample for doc in docs])
    weight = np.where(fair, float(SAMPLE_WEIGHT), 1.0)
    tops = {element.id: framework.top(element.id) for element in framework}
    held_out = np.zeros(truth.shape)
    features = Features(tops, framework.words)
    apart = [features.take_apart(reading) for reading in readings]
    for learn, score in GroupKFold(FOLDS).split(truth, groups=docs):
        matrix = features.fit([apart[i] for i in learn])
        weights, offsets = _fit(matrix, truth[learn], known[learn], weight[learn])
        held_out[score] = features.transform([apart[i] for i in score]) @ weights + offsets
    # Examples made for one element are no sample of what texts say, so they choose no threshold where there is one.
    whole = known.all(axis=1)
    chosen = fair if fair.any() else whole if whole.any() else whole | True
    slopes, shifts = _calibrate(held_out, truth, known)
    probabilities = expit(held_out * slopes + shifts)
    thresholds = _choose_thresholds(probabilities[chosen], truth[chosen])
    weights, offsets = _fit(features.fit(apart), truth, known, weight)
    named_held_out = probabilities[chosen] >= thresholds
    card = {
        "sentences": len(sentences),
        "documents": len(set(docs)),
        "labelled": {id: int(n) for id, n in zip(labels, truth.sum(axis=0), strict=True)},
        "scored": int(chosen.sum()),
        "held_out_f1": {
            id: round(_f1(named_held_out[:, j], truth[chosen][:, j]), 3) for j, id in enumerate(labels)
        },
        "held_out_micro_f1": round(_f1(named_held_out, truth[chosen]), 3),
    }
    return SentenceClassifier(
        framework.id, labels, tuple(float(t) for t in thresholds), card, features,
        (weights * slopes).astype(np.float32), offsets * slopes + shifts,
    )  # fmt: skip


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
        learned = fit_answerer(
            [question for question, *_ in asked], [answer for _, answer, _ in asked], weights
        )
        if learned:
            answerers[about] = learned
    return replace(classifier, answerers=answerers)


def write_classifier(classifier: SentenceClassifier, path: str | Path) -> None:
    """Writes a classifier to a file, for `read_classifier`."""
    write_bytes(dump_classifier(classifier), path)


def dump_classifier(classifier: SentenceClassifier) -> bytes:
    """A classifier as numbers and words, without code; the same one gives the same bytes."""
    features = classifier._features
    head = {
        "format": FORMAT,
        "framework": classifier.framework,
        "labels": classifier.labels,
        "thresholds": classifier.thresholds,
        "card": dict(classifier.card),
        "tops": features.tops,
        "lists": features.lists,
        "vocabulary": features.vocabulary,
        "answerers": {
            about: {"options": answerer.options, "vocabulary": answerer.vocabulary}
            for about, answerer in classifier.answerers.items()
        },
    }
    kept = {f"idf_{name}": idf.astype(np.float32) for name, idf in features.idf.items()}
    for about, answerer in classifier.answerers.items():
        kept |= {f"{about}_{name}": array for name, array in answerer.arrays().items()}
    file = io.BytesIO()
    np.savez_compressed(
        file,
        head=np.frombuffer(json.dumps(head, ensure_ascii=False).encode("utf-8"), dtype=np.uint8),
        weights=classifier._weights.astype(np.float16),
        offsets=classifier._offsets,
        **kept,  # type: ignore[arg-type]
    )
    return file.getvalue()


def read_classifier(framework: Framework, path: str | Path | None = None) -> SentenceClassifier | None:
    """The classifier in a file, or the one that comes with a built-in framework; None where there is none.

    Args:
        framework: for which it was trained.
        path: a file of `write_classifier`; "none" to do without.

    Raises:
        PolicyloomError: the file cannot be read, is none, or was made for another framework.
    """
    if path == "none":
        return None
    if path is None:
        file = resources.files("policyloom") / "frameworks" / f"{framework.id}.classifier"
        found = load_classifier(file.read_bytes()) if file.is_file() else None
        # Somebody's own framework may bear a built-in one's name.
        return found if found and _fits(found, framework) else None
    try:
        found = load_classifier(Path(path).read_bytes())
    except OSError as error:
        raise PolicyloomError(f"{path}: cannot be opened ({error.strerror or error})") from error
    except ValueError as error:
        raise PolicyloomError(
            f"{path}: is no classifier ({error}); make one with `policyloom train`"
        ) from error
    if not _fits(found, framework):
        raise PolicyloomError(
            f"{path}: was trained for framework {found.framework!r} with other elements than {framework.id!r} has"
        )
    return found


def _fits(classifier: SentenceClassifier, framework: Framework) -> bool:
    return classifier.framework == framework.id and all(
        id in framework and framework.top(id) == id for id in classifier.labels
    )


def load_classifier(data: bytes) -> SentenceClassifier:
    """A classifier from a file's bytes.

    Raises:
        ValueError: they are none.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            head = json.loads(file["head"].tobytes())
            if head["format"] != FORMAT:
                raise ValueError(f"its format is {head['format']!r}, expected {FORMAT!r}")
            idf = {name: file[f"idf_{name}"].astype(np.float64) for name in head["vocabulary"]}
            features = Features(head["tops"], head["lists"]).restore(head["vocabulary"], idf)
            answerers = {
                about: restore_answerer(
                    kept, {name: file[f"{about}_{name}"] for name in ("idf", "weights", "offsets")}
                )
                for about, kept in head["answerers"].items()
            }
            return SentenceClassifier(
                head["framework"], tuple(head["labels"]), tuple(head["thresholds"]), head["card"], features,
                file["weights"].astype(np.float32), file["offsets"], answerers,
            )  # fmt: skip
    except (KeyError, TypeError, AttributeError, zipfile.BadZipFile, OSError, EOFError) as error:
        raise ValueError(f"damaged or another kind of file: {error}") from error


def _fit(
    features: csr_matrix, truth: Truth, known: Truth, weight: Floats
) -> tuple[npt.NDArray[np.float32], Floats]:
    """Weights (features by labels) and offsets, one regression a label over the sentences where it is known."""
    weights = np.zeros((features.shape[1], truth.shape[1]), dtype=np.float32)
    offsets = np.full(truth.shape[1], -10.0)
    for j in range(truth.shape[1]):
        rows = known[:, j]
        if len(set(truth[rows, j])) == 2:
            model = LogisticRegression(
                C=STRENGTH,
                class_weight="balanced",
                solver="liblinear",
                dual=True,
                max_iter=5_000,
                random_state=0,
            )
            model.fit(features[rows], truth[rows, j], sample_weight=weight[rows])
            weights[:, j], offsets[j] = model.coef_[0], model.intercept_[0]
    return weights, offsets


def _calibrate(scores: Floats, truth: Truth, known: Truth) -> tuple[Floats, Floats]:
    """Slope and shift for each label that turn held-out scores into probabilities (Platt 1999)."""
    fitted = [
        LogisticRegression(C=1e3).fit(scores[known[:, j]][:, [j]], truth[known[:, j], j])
        for j in range(truth.shape[1])
    ]
    slopes = np.array([model.coef_[0, 0] for model in fitted])
    return slopes, np.array([model.intercept_[0] for model in fitted])


def _choose_thresholds(probabilities: Floats, truth: Truth) -> Floats:
    """For each label the probability with the best F1 held out, drawn towards the best for all where labels are few."""
    grid = np.arange(0.15, 0.75, 0.01)

    def best(p: Floats, y: Truth) -> float:
        return float(grid[int(np.argmax([_f1(p >= t, y) for t in grid]))])

    every = best(probabilities, truth)
    n = truth.sum(axis=0)
    own = np.array([best(probabilities[:, j], truth[:, j]) for j in range(truth.shape[1])])
    return (n * own + SHRINKAGE * every) / (n + SHRINKAGE)  # type: ignore[no-any-return]


def _f1(found: Truth, truth: Truth) -> float:
    return float(2 * (found & truth).sum() / max(1, found.sum() + truth.sum()))


def _heaviest(score: Sequence[float]) -> tuple[int, int]:
    """The stretch of tokens with the most weight, each token costing a share of what a mean one weighs."""
    positive = [s for s in score if s > 0]
    cost = _DULL * sum(positive) / len(positive) if positive else 0.0
    best, first, last, total, begun = -np.inf, 0, 1, 0.0, 0
    for i, s in enumerate(score):
        if total <= 0:
            total, begun = 0.0, i
        total += s - cost
        if total > best:
            best, first, last = total, begun, i + 1
    return first, last
