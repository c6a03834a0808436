"""Turn sentences into sparse numbers: words, letters within words, word lists, and what the rules found."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from policyloom.coders.classifier.tfidf import Row, Rows, Weighing, join
from policyloom.records import SentenceDraft

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

__all__ = ["BLOCKS", "TOKEN", "Features", "Parts", "tokens_of"]

Parts = Mapping[str, Sequence[str]]
"""A sentence taken apart: its features, block by block."""

BLOCKS = {"words": 1.0, "letters": 1.0, "lists": 1.0, "rules": 0.08}
"""The blocks of features and their weights beside each other.

The lighter the rules, the more the regularisation holds them back. With 0.25 the classifier trusted them more than they
deserve on texts that say things in their own way (by 0.01 in F1 on sentences of writers held out).
"""

TOKEN = re.compile(r"[^\W_]+(?:[’'][^\W_]+)?|[$£€%]")
_DIGIT = re.compile(r"\d")
_LETTERS = (3, 4, 5)
_NEAR = 6
"""Words within which two lists count as standing near each other."""

_MIN_SHARE = 25
"""How many times less than the heaviest feature of a sentence one must add to be passed over."""

_ALWAYS = "<sentence>"
"""A feature that every sentence has, so that no block is ever empty."""

_REMEMBERED = 50_000
"""Words whose parts are kept; a bound on memory for texts full of noise."""


def tokens_of(text: str) -> list[str]:
    """Lower-case words, every digit as 0, so that all years are one word and sums differ by their length alone."""
    return [_DIGIT.sub("0", token.lower()) for token in TOKEN.findall(text)]


@lru_cache(maxsize=_REMEMBERED)
def letters_of(token: str) -> tuple[str, ...]:
    """The runs of three to five letters in a word whose edges are marked."""
    edged = f"<{token}>"
    return tuple(edged[i : i + n] for n in _LETTERS for i in range(len(edged) - n + 1))


class Features:
    """How sentences become a sparse matrix: blocks of columns side by side, in the order of `BLOCKS`.

    Args:
        tops: the outermost element of every element of the framework.
        lists: the framework's word lists, each as `one|two|three`.
        inflect: gives the forms of a word.

    Attributes:
        vocabulary: of each block, its features in the order of their columns.
        idf: of each block, the weights of its columns by rarity.
    """

    def __init__(
        self, tops: Mapping[str, str], lists: Mapping[str, str], inflect: Callable[[str], frozenset[str]]
    ) -> None:
        self.tops, self.lists = dict(tops), dict(lists)
        self.vocabulary: dict[str, list[str]] = {}
        self.idf: dict[str, npt.NDArray[np.float64]] = {}
        self._by_form: dict[str, set[str]] = {}
        self._by_prefix: dict[str, set[str]] = {}
        for name, line in lists.items():
            for word in line.lower().replace(" ", "").split("|"):
                if word.endswith("*"):
                    self._by_prefix.setdefault(word[:-1], set()).add(name)
                else:
                    for form in (word[1:],) if word.startswith("=") else inflect(word):
                        self._by_form.setdefault(form, set()).add(name)
        self._lists_of: dict[str, tuple[str, ...]] = {}

    def take_apart(self, sentence: SentenceDraft) -> Parts:
        """The features of a sentence; the vocabulary is not needed for it."""
        tokens = tokens_of(sentence.text)
        return {
            "words": [_ALWAYS, *tokens, *(f"{a} {b}" for a, b in itertools.pairwise(tokens))],
            "letters": [_ALWAYS, *(part for token in tokens for part in letters_of(token))],
            "lists": self._list_features(tokens),
            "rules": self._rule_features(sentence),
        }

    def fit(self, sentences: Sequence[Parts]) -> csr_matrix:
        """Learns the vocabulary from sentences that were taken apart, and gives their matrix."""
        from scipy.sparse import hstack

        columns = []
        for name, vectorizer in self._make().items():
            columns.append(vectorizer.fit_transform(sentences) * BLOCKS[name])
            self.vocabulary[name] = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
            self.idf[name] = vectorizer.idf_
        self.__dict__.pop("_weighings", None)
        return hstack(columns).tocsr()

    def restore(
        self, vocabulary: Mapping[str, Sequence[str]], idf: Mapping[str, npt.NDArray[np.float64]]
    ) -> Features:
        """These features with a vocabulary that was learned before."""
        for name in BLOCKS:
            self.vocabulary[name], self.idf[name] = list(vocabulary[name]), idf[name]
        return self

    @cached_property
    def _weighings(self) -> dict[str, Weighing]:
        """How each block is weighed: as `_make` says, by the vocabulary that was learned."""
        return {
            name: Weighing(
                {feature: i for i, feature in enumerate(self.vocabulary[name])}, self.idf[name],
                is_binary=name in ("lists", "rules"), is_scaled=name != "rules", share=share,
            )
            for name, share in BLOCKS.items()
        }  # fmt: skip

    def transform(self, sentences: Sequence[Parts]) -> Rows:
        """The matrix of sentences that were taken apart, one a row."""
        blocks = self._weighings
        sizes = [len(weighing.columns) for weighing in blocks.values()]
        return join(
            [weighing.weigh(parts[name] for parts in sentences) for name, weighing in blocks.items()], sizes
        )

    def weigh(self, sentence: SentenceDraft, row: Row, weights: npt.NDArray[np.float32]) -> list[float]:
        """How much each token of a sentence adds to a label's score: what a feature adds is shared by its tokens.

        Args:
            sentence: the sentence.
            row: its row of the matrix.
            weights: of the label, one a column.
        """
        tokens = tokens_of(sentence.text)
        where: dict[str, dict[str, list[int]]] = {block: {} for block in BLOCKS}
        for i, token in enumerate(tokens):
            where["words"].setdefault(token, []).append(i)
            if i + 1 < len(tokens):
                where["words"].setdefault(f"{token} {tokens[i + 1]}", []).extend((i, i + 1))
            for part in letters_of(token):
                where["letters"].setdefault(part, []).append(i)
            for name in self._holding(token):
                where["lists"].setdefault(name, []).append(i)
        score = [0.0] * len(tokens)
        values = row.values * weights[row.columns]
        # Most features add next to nothing, and are left out.
        heavy = np.abs(values) >= np.abs(values).max(initial=0.0) / _MIN_SHARE
        for column, value in zip(row.columns[heavy].tolist(), values[heavy].tolist(), strict=True):
            block, name = self._name(column)
            parts = name.replace(" near ", " with ").split(" with ") if block == "lists" else (name,)
            at = [i for part in parts for i in where[block].get(part, ())]
            for i in at:
                score[i] += value / len(at)
        return score

    def _name(self, column: int) -> tuple[str, str]:
        """The block and the feature of a column."""
        for block, names in self.vocabulary.items():
            if column < len(names):
                return block, names[column]
            column -= len(names)
        raise IndexError(column)

    def _make(self) -> dict[str, TfidfVectorizer]:
        from sklearn.feature_extraction.text import TfidfVectorizer

        rules = sorted({*self.tops, *(f"{top} or part" for top in self.tops.values())})
        return {
            "words": TfidfVectorizer(
                analyzer=itemgetter("words"), lowercase=False, sublinear_tf=True, min_df=2
            ),
            "letters": TfidfVectorizer(analyzer=itemgetter("letters"), lowercase=False, sublinear_tf=True, min_df=3),
            "lists": TfidfVectorizer(
                analyzer=itemgetter("lists"), lowercase=False, binary=True, min_df=3
            ),
            # Its features are known beforehand, and each tells by itself, so rows are not scaled to one length.
            "rules": TfidfVectorizer(
                analyzer=itemgetter("rules"), lowercase=False, binary=True, norm=None,
                vocabulary={feature: i for i, feature in enumerate(rules)},
            ),
        }  # fmt: skip

    def _rule_features(self, sentence: SentenceDraft) -> list[str]:
        """The elements that rules found, and the outermost elements of those, so that T1.2 counts as a T1 as well."""
        found = {candidate.element for candidate in sentence.candidates}
        return sorted(found | {f"{self.tops.get(id, id)} or part" for id in found})

    def _list_features(self, tokens: Sequence[str]) -> list[str]:
        """The lists that a sentence draws on, each pair of them, and once more each pair that stands near together."""
        at = [(name, i) for i, token in enumerate(tokens) for name in self._holding(token)]
        names = sorted({name for name, _ in at})
        near: set[str] = set()
        for k, (a, i) in enumerate(at):
            for b, j in at[k + 1 :]:
                if j - i > _NEAR:
                    break
                if a != b and i != j:
                    near.add(f"{a} near {b}" if a < b else f"{b} near {a}")
        return [
            _ALWAYS,
            *names,
            *(f"{a} with {b}" for a, b in itertools.combinations(names, 2)),
            *sorted(near),
        ]

    def _holding(self, token: str) -> tuple[str, ...]:
        """The lists that hold a word."""
        found = self._lists_of.get(token)
        if found is None:
            names = set(self._by_form.get(token, ()))
            for n in range(1, len(token) + 1):
                names |= self._by_prefix.get(token[:n], set())
            found = tuple(sorted(names))
            if len(self._lists_of) < _REMEMBERED:
                self._lists_of[token] = found
        return found
