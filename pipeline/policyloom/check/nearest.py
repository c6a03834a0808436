"""The passages of a document that come nearest to an element that was not found, for a reader to look at."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from policyloom.framework import Framework
from policyloom.languages import load_language
from policyloom.network.counting import SMALLEST_UNITS
from policyloom.records import Evidence, Sentence, Tagged

__all__ = ["content_words", "find_near", "find_nearest"]

N_NEAREST = 3

MIN_SHARED = 2
"""Words that a passage must share with what describes an element; one alone says nothing."""

MIN_SHARED_PART = 1 / 8
"""The share of its words, stop words aside, that a long passage must share."""

MIN_WORDS = 5
"""Words of a passage; shorter ones are names, heads of columns and the like."""

MIN_NEAR_SHARE = 0.7
"""The share of the probability needed from which a sentence may well name an element. Chosen on the planted sets a to c and e, where all 6
elements wrongly not found have such a sentence, and 4 of the 24 rightly not found."""

_WORD = re.compile(r"[^\W\d_]{3,}")


def find_nearest(
    tagged: Tagged, framework: Framework, elements: Sequence[str]
) -> dict[str, tuple[Evidence, ...]]:
    """For each element, the passages that the coder nearly took for naming it, best first, and then those that share most words with
    its definition, label and examples.

    Words that stand in few sentences of the document weigh more (inverse document frequency). Only sentences of running text count,
    and of tables those cells that hold a sentence; at most `N_NEAREST`, and none that shares next to nothing.
    """
    if not elements:
        return {}
    stop_words = load_language(framework.language).stop_words
    sentences = {
        n: content_words(tagged.quote(sentence), stop_words)
        for n, sentence in enumerate(tagged.sentences)
        if _is_passage(tagged, sentence)
    }
    spread = Counter(word for words in sentences.values() for word in words)
    found = {}
    for id in elements:
        wanted = content_words(_describe(framework, id), stop_words)
        scores = []
        for n, words in sentences.items():
            shared = words & wanted
            # `fsum` is exact: a plain sum would depend on the order of the words, which Python changes with each start.
            score = math.fsum(math.log(1 + len(sentences) / spread[word]) for word in shared)
            if len(shared) >= max(MIN_SHARED, MIN_SHARED_PART * len(words)):
                scores.append((-score / math.sqrt(len(words)), n))
        near = [miss.sentence for miss in tagged.near if miss.element == id]
        nearest = dict.fromkeys((*near, *(n for _, n in sorted(scores))))
        found[id] = tuple(tagged.evidence_at(n) for n in list(nearest)[:N_NEAREST])
    return found


def find_near(tagged: Tagged) -> dict[str, list[int]]:
    """The sentences that may well name an element that they were not found to name, by index, for each such element."""
    found: dict[str, list[int]] = {}
    for one in tagged.near:
        if one.share >= MIN_NEAR_SHARE:
            found.setdefault(one.element, []).append(one.sentence)
    return {id: sorted(sentences) for id, sentences in found.items()}


def content_words(text: str, stop_words: frozenset[str]) -> frozenset[str]:
    """The words of three letters or more in a text, in small letters, without stop words."""
    return frozenset(word.lower() for word in _WORD.findall(text)) - stop_words


def _is_passage(tagged: Tagged, sentence: Sentence) -> bool:
    kind = tagged.document.blocks[sentence.block].kind
    is_long = len(tagged.quote(sentence).split()) >= MIN_WORDS
    return is_long and (SMALLEST_UNITS.get(kind) == "sentence" or kind == "table")


def _describe(framework: Framework, id: str) -> str:
    elements = (framework[id], *(framework[child] for child in framework.children(id)))
    return " ".join(" ".join((e.label, e.definition, *e.examples)) for e in elements)
