"""A fitted classifier: what it says of sentences, why, and how sure it must be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from policyloom.coders.classifier.answers import Answerer
from policyloom.coders.classifier.encoder import SentenceEncoder
from policyloom.coders.classifier.features import TOKEN, Features, tokens_of
from policyloom.coders.classifier.questions import QuestionKind
from policyloom.coders.classifier.tfidf import Row, Rows, expit
from policyloom.records import Accuracy, Measured, SentenceDraft
from policyloom.records.show import cut

__all__ = ["Judgement", "SentenceClassifier", "find_ruled", "min_probabilities"]

RULED_SHARE = 1 / 2
"""The share of the threshold that is enough where a rule has found the element: a rule is overruled only by a classifier
that is rather sure, as it names the very words and a claim can rest on them."""

_N_WORDS = 4
"""Words named as the reason for a mention."""
_TOKEN_COST = 1.0
"""The share of the mean token's weight that a token must have to lengthen the span that is shown."""

Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]


def find_ruled(sentences: Sequence[SentenceDraft], labels: Sequence[str], tops: Mapping[str, str]) -> Truth:
    """For each sentence, in rows, whether a rule has found each of the labels, or a part of it."""
    found = [{tops.get(c.element, c.element) for c in sentence.candidates} for sentence in sentences]
    return np.array([[label in ids for label in labels] for ids in found]).reshape(
        len(sentences), len(labels)
    )


def min_probabilities(
    thresholds: Sequence[float], ruled: Truth, min_probability: float, *, ruled_share: float = RULED_SHARE
) -> Floats:
    """The probability from which each sentence names each label."""
    return np.maximum(np.array(thresholds) * np.where(ruled, ruled_share, 1.0), min_probability)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a classifier says of one element in one sentence.

    Attributes:
        probability: that the sentence names the element.
        named: whether that is enough.
        start, end: the words of the sentence that speak for it most, in characters of the sentence.
        words: the features that weighed most, heaviest first.
        share: the probability as a share of the one that is enough.
    """

    probability: float
    named: bool
    start: int = 0
    end: int = 0
    words: tuple[str, ...] = ()
    share: float = 0.0


@dataclass(frozen=True)
class SentenceClassifier:
    """A fitted classifier for one framework.

    Attributes:
        framework: the framework's id.
        labels: the outermost elements that it knows; about others it says nothing.
        thresholds: the probability from which a sentence names each of them.
        card: what it was trained on and how it scored on held-out documents.
        answerers: for each kind of question that it has learned to answer.
        language: the code of the language that it reads.
        min_probability: the probability that every mention needs besides, those among them that rules find.
        stop_words: words that are no reason for a mention by themselves.
        measured_elsewhere: how well it finds each element on labels of another kind, where that was measured.
        encoder: a fine-tuned encoder; probabilities are then the mean of both, and the thresholds the encoder's.
    """

    framework: str
    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    card: Mapping[str, Any]
    _features: Features
    _weights: npt.NDArray[np.float32]
    _offsets: Floats
    answerers: Mapping[QuestionKind, Answerer] = field(default_factory=dict)
    language: str = "en"
    min_probability: float = 0.0
    stop_words: frozenset[str] = frozenset()
    measured_elsewhere: Measured | None = None
    encoder: SentenceEncoder | None = None

    def __repr__(self) -> str:
        encoder = ", with an encoder" if self.encoder is not None else ""
        return f"<SentenceClassifier for {self.framework}: {cut(', '.join(self.labels), 200)}{encoder}>"

    def probabilities(self, sentences: Sequence[SentenceDraft]) -> Floats:
        """For each sentence, in rows, the probability that it names each of `labels`."""
        if not sentences:
            return np.zeros((0, len(self.labels)))
        return self._probabilities(self._matrix(sentences))

    def judge(self, sentences: Sequence[SentenceDraft]) -> list[dict[str, Judgement]]:
        """For each sentence, the judgement of each of `labels`, with the words that speak for it where no rule does."""
        return self._judge(sentences, None)

    def locate(
        self, sentences: Sequence[SentenceDraft], named: Sequence[Collection[str]]
    ) -> list[dict[str, Judgement]]:
        """For each sentence, a judgement that it names just these elements, with the words that speak for each."""
        return self._judge(sentences, named)

    def _judge(
        self, sentences: Sequence[SentenceDraft], named: Sequence[Collection[str]] | None
    ) -> list[dict[str, Judgement]]:
        if not sentences:
            return []
        matrix = self._matrix(sentences)
        probabilities = self._probabilities(matrix)
        ruled = find_ruled(sentences, self.labels, self._features.tops)
        needed = min_probabilities(self.thresholds, ruled, self.min_probability)
        if self.encoder is not None:
            probabilities = self._with_encoder(self.encoder, sentences, probabilities)
            needed = min_probabilities(
                self.encoder.thresholds, ruled, self.min_probability, ruled_share=self.encoder.ruled_share
            )
        names = probabilities >= needed
        if named is not None:
            names = np.array([[label in ids for label in self.labels] for ids in named])
        found = []
        shares = probabilities / needed
        columns = (probabilities, names, ruled, shares)
        for i, rows in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            judged = {}
            for j, (label, p, named_here, by_a_rule, share) in enumerate(
                zip(self.labels, *rows, strict=True)
            ):
                judgement = Judgement(p, named_here, share=share)
                if named_here and not by_a_rule:
                    judgement = self._explain(sentences[i], matrix[i], j, judgement)
                judged[label] = judgement
            found.append(judged)
        return found

    @property
    def description(self) -> str:
        """What it learned from, and how sure it must be."""
        learned = f"learned from {self.card['sentences']:,} sentences"
        if self.encoder is not None:
            learned += ", with a fine-tuned encoder"
        if not self.min_probability:
            return learned
        return f"{learned}; mentions of probability {self.min_probability:g} or more"

    def measured(self) -> Measured:
        """How often it is right and how much it finds on the documents that were held out; empty where that is not known.

        Where `min_probability` lies between two levels of the card, the upper one's figures are given, so less is promised.
        """
        if self.encoder is not None:  # the card tells of the classifier alone
            return (self.encoder.measured or Measured()) if not self.min_probability else Measured()
        if self.measured_elsewhere is not None and not self.min_probability:
            return self.measured_elsewhere
        levels = self.card.get("held_out", {})
        level = min(
            (level for level in levels if float(level) >= self.min_probability), key=float, default=None
        )
        if level is None:
            return Measured()
        source = f"{self.card['scored']:,} labelled sentences, each read alone, of documents held out in turn"
        if self.min_probability:
            source += f"; mentions with a probability below {self.min_probability:g} are left out"
        of = {id: figures for id, figures in levels[level].items() if self.card["named"].get(id)}
        ties = {
            name: Accuracy(**figures, source=source)
            for name, figures in self.card.get("ties", {}).get(level, {}).items()
        }
        return Measured(
            source=source,
            recall={id: figures["recall"] for id, figures in of.items()},
            precision={id: figures["precision"] for id, figures in of.items() if figures["found"]},
            n={id: self.card["named"][id] for id in of},
            **ties,
        )

    def _with_encoder(
        self, encoder: SentenceEncoder, sentences: Sequence[SentenceDraft], probabilities: Floats
    ) -> Floats:
        """The mean of this classifier's probabilities and an encoder's."""
        encoded = encoder.probabilities([sentence.text for sentence in sentences])
        return encoder.weight * encoded + (1 - encoder.weight) * probabilities

    def _matrix(self, sentences: Sequence[SentenceDraft]) -> Rows:
        return self._features.transform([self._features.take_apart(sentence) for sentence in sentences])

    def _probabilities(self, matrix: Rows) -> Floats:
        return expit(matrix @ self._weights + self._offsets)

    def _explain(self, sentence: SentenceDraft, row: Row, label: int, judgement: Judgement) -> Judgement:
        """A judgement with the stretch of words that speaks for a label most, and the heaviest words in it."""
        matches = list(TOKEN.finditer(sentence.text))
        tokens = tokens_of(sentence.text)
        if not tokens:
            return replace(judgement, named=False)
        score = self._features.weigh(sentence, row, self._weights[:, label])
        # Words such as "of" lend their weight to a stretch, but neither open it nor count as a reason.
        telling = [token not in self.stop_words for token in tokens]
        start, end = _heaviest(score)
        while start < end - 1 and not telling[start]:
            start += 1
        while end - 1 > start and not telling[end - 1]:
            end -= 1
        best = sorted(range(start, end), key=lambda i: -score[i])
        named = [matches[i][0] for i in best if score[i] > 0 and telling[i]][:_N_WORDS]
        return replace(
            judgement, start=matches[start].start(), end=matches[end - 1].end(), words=tuple(dict.fromkeys(named))
        )  # fmt: skip


def _heaviest(score: Sequence[float]) -> tuple[int, int]:
    """The stretch of tokens with the most weight, each token costing a share of what a mean one weighs."""
    positive = [s for s in score if s > 0]
    cost = _TOKEN_COST * sum(positive) / len(positive) if positive else 0.0
    best, first, last, total, begun = -np.inf, 0, 1, 0.0, 0
    for i, s in enumerate(score):
        if total <= 0:
            total, begun = 0.0, i
        total += s - cost
        if total > best:
            best, first, last = total, begun, i + 1
    return first, last
