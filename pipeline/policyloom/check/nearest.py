"""The passages of a document that come nearest to an element that was not found, for a reader to look at."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from policyloom.framework import Framework
from policyloom.languages import load_language
from policyloom.records import Evidence, Tagged

__all__ = ["find_nearest"]

N_NEAREST = 3

_WORD = re.compile(r"[^\W\d_]{3,}")


def find_nearest(
    tagged: Tagged, framework: Framework, elements: Sequence[str]
) -> dict[str, tuple[Evidence, ...]]:
    """For each element, the sentences that share most words with its definition, label and examples, best first.

    Words that stand in few sentences of the document weigh more (inverse document frequency); at most `N_NEAREST` sentences, and
    none that shares no word.
    """
    if not elements:
        return {}
    stop_words = load_language(framework.language).stop_words
    sentences = [_words(tagged.quote(sentence), stop_words) for sentence in tagged.sentences]
    spread = Counter(word for words in sentences for word in words)
    found = {}
    for id in elements:
        wanted = _words(_describe(framework, id), stop_words)
        scores = []
        for n, words in enumerate(sentences):
            # `fsum` is exact: a plain sum would depend on the order of the words, which Python changes with each start.
            score = math.fsum(math.log(1 + len(sentences) / spread[word]) for word in words & wanted)
            if score > 0:
                scores.append((-score / math.sqrt(len(words)), n))
        found[id] = tuple(_evidence(tagged, n) for _, n in sorted(scores)[:N_NEAREST])
    return found


def _describe(framework: Framework, id: str) -> str:
    elements = (framework[id], *(framework[child] for child in framework.children(id)))
    return " ".join(" ".join((e.label, e.definition, *e.examples)) for e in elements)


def _words(text: str, stop_words: frozenset[str]) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text)) - stop_words


def _evidence(tagged: Tagged, n: int) -> Evidence:
    at = tagged.sentences[n]
    return Evidence(tagged.document.id, tagged.page(at), at.start, at.end, tagged.quote(at))
