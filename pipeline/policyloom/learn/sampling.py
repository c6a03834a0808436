"""Choose the sentences that are most worth labelling."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from spacy.language import Language

from policyloom.coders.classifier import ClassifierCoder
from policyloom.framework import Framework
from policyloom.learn.labels import Labelled, coded_ids, from_tagged
from policyloom.learn.training import read_labelled
from policyloom.records import Coder, Tagged

__all__ = ["choose_sentences"]

MIN_WORDS = 5
"""Words of a sentence that is worth labelling."""

MAX_SHARE = 3
"""How many times its equal part of the sheet one document may give."""


def choose_sentences(
    tagged: Iterable[Tagged],
    framework: Framework,
    n: int,
    *,
    coder: Coder | None = None,
    nlp: Language | None = None,
    coded: Iterable[Labelled] = (),
) -> list[Labelled]:
    """The sentences of documents that are most worth labelling, uncoded, in the documents' order.

    Elements take turns: each asks about the sentence that a classifier is least sure of, or, without one, about one
    in which rules found it. Sentences in which nothing was found have their turn as well, as what is missed can be
    learned from those alone. No document gives more than `MAX_SHARE` times its part.

    Args:
        tagged: the documents.
        framework: with which they were tagged.
        n: how many at most.
        coder: whose doubts count, if it has a classifier; needs `nlp`.
        nlp: the pipeline that reads the sentences for it.
        coded: sentences that need no labelling any more.
    """
    known = {_key(sentence.text) for sentence in coded}
    pool: list[Labelled] = []
    for t in tagged:
        for sentence in from_tagged(t, framework):
            key = _key(sentence.text)
            if len(sentence.text.split()) >= MIN_WORDS and key not in known:
                known.add(key)
                pool.append(sentence)
    most = max(5, MAX_SHARE * n // max(1, len({s.doc for s in pool})))
    queues = _queues(pool, framework, coder, nlp)
    taken: set[int] = set()
    counts: Counter[str] = Counter()
    while len(taken) < n and any(queues):
        for queue in queues:
            while queue and (queue[-1] in taken or counts[pool[queue[-1]].doc] >= most):
                queue.pop()
            if queue and len(taken) < n:
                taken.add(queue[-1])
                counts[pool[queue.pop()].doc] += 1
    return [replace(pool[i], elements=None, links=(), answers=()) for i in sorted(taken)]


def _queues(
    pool: Sequence[Labelled],
    framework: Framework,
    coder: Coder | None,
    nlp: Language | None,
) -> list[list[int]]:
    """For each element, and for none, the sentences to ask about by their places in the pool, the best last."""
    # An order that is fixed but has nothing to do with the text, so that ties do not favour early pages.
    shuffled = sorted(range(len(pool)), key=lambda i: hashlib.sha256(pool[i].id.encode()).digest())
    queues = []
    ids = coded_ids(framework)
    doubts = {}
    if isinstance(coder, ClassifierCoder) and nlp and pool:
        classifier = coder.classifier
        p = classifier.probabilities(read_labelled(pool, nlp))
        doubts = {id: abs(p[:, j] - classifier.thresholds[j]) for j, id in enumerate(classifier.labels)}
    for id in ids:
        if id in doubts:
            queues.append(sorted(shuffled, key=lambda i: -float(doubts[id][i])))
        else:
            queues.append([i for i in shuffled if id in pool[i].statuses])
    queues.append([i for i in shuffled if not pool[i].elements])
    return queues


def _key(text: str) -> str:
    return " ".join(text.lower().split())
