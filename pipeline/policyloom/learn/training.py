"""From labels to a classifier and back: choose what to label, learn from it, score, test a framework's examples."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from policyloom.framework import Framework
from policyloom.learn.answers import known_answers
from policyloom.learn.labels import CODED, Label, Labelled, as_document, from_tagged, read_labels
from policyloom.learn.scores import Scores, evaluate
from policyloom.records import Reading, Tagged
from policyloom.tag import read_sentences, tag

if TYPE_CHECKING:
    from spacy.language import Language

    from policyloom.coders.classifier import SentenceClassifier

__all__ = [
    "Example",
    "Mistake",
    "choose_sentences",
    "evaluate_labels",
    "examples",
    "join_found",
    "learn",
    "read_labelled",
    "run_examples",
    "train_classifier",
]

LEAST_WORDS = 5
"""Of a sentence that is worth labelling."""

SHARE = 3
"""How many times its equal part of the sheet one document may give."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Where the labels and what was found part ways.

    Attributes:
        sentence: with its labels.
        element: the element in question.
        kind: `missed`, `false` or `status`.
        reason: why it was or was not found, in words.
        weight: how sure the tool was of its mistake, 0 to 1.
    """

    sentence: Labelled
    element: str
    kind: Literal["missed", "false", "status"]
    reason: str
    weight: float


@dataclass(frozen=True, slots=True)
class Example:
    """An example of a framework's own: whether `element` should be found in `text`, and was."""

    element: str
    text: str
    wanted: bool
    found: bool


def read_labelled(sentences: Iterable[Labelled], nlp: Language) -> list[Reading]:
    """Labelled sentences as a classifier reads them, each alone but for the heading and neighbours it is given with."""
    found = []
    for sentence in sentences:
        parts = read_sentences(as_document(sentence), nlp)
        rules = tuple(rule for part in parts for rule in part.rules)
        found.append(Reading(sentence.text, rules, sentence.heading, sentence.before, sentence.after))
    return found


def train_classifier(
    paths: Sequence[str | Path],
    framework: Framework,
    *,
    sample: Sequence[str | Path] = (),
    model: str | None = None,
) -> SentenceClassifier:
    """A classifier learned from files of labels and from the framework's own examples.

    Args:
        paths: the labels.
        framework: whose elements are learned.
        sample: further labels that are a fair sample of what will be tagged; these choose the thresholds.
        model: an installed spaCy pipeline that reads the sentences.

    Raises:
        LabelsError: a file is wrong, or they are too few.
    """
    from policyloom.tag.pipeline import load_pipeline

    sentences = [sentence for path in paths for sentence in read_labels(path, framework)] + examples(
        framework
    )
    fair = [sentence for path in sample for sentence in read_labels(path, framework)]
    return learn(sentences, fair, framework, load_pipeline(framework, model=model))


def learn(
    sentences: Sequence[Labelled], fair: Sequence[Labelled], framework: Framework, nlp: Language
) -> SentenceClassifier:
    """A classifier for elements, statuses and claims, learned from labels of which `fair` are the sample."""
    from policyloom.learn.fit import train, train_answers

    every = [*sentences, *fair]
    docs = {sentence.doc for sentence in fair}
    classifier = train(every, read_labelled(every, nlp), framework, sample=docs)
    known = known_answers(every, nlp, classifier.locate)
    asked = [
        (question, answer, sentence.doc in docs)
        for sentence, of_sentence in zip(every, known, strict=True)
        for question, answer in of_sentence
    ]
    return train_answers(classifier, asked)


def evaluate_labels(
    path: str | Path,
    framework: Framework,
    *,
    classifier: SentenceClassifier | None = None,
    model: str | None = None,
) -> tuple[Scores, list[Mistake]]:
    """The scores on a file of labels, each sentence read alone, and the mistakes, the surest first.

    Raises:
        LabelsError: the file is wrong.
    """
    from policyloom.tag.pipeline import load_pipeline

    nlp = load_pipeline(framework, model=model)
    labelled = read_labels(path, framework)
    tagged = [tag(as_document(sentence), nlp, classifier) for sentence in labelled]
    found = [join_found(sentence, t, framework) for sentence, t in zip(labelled, tagged, strict=True)]
    mistakes = _mistakes(labelled, found, tagged, read_labelled(labelled, nlp), framework, classifier)
    return evaluate(labelled, found, framework), mistakes


def run_examples(
    framework: Framework, *, classifier: SentenceClassifier | None = None, model: str | None = None
) -> list[Example]:
    """Each element's own examples and counterexamples, with whether it was found in them, its parts included."""
    from policyloom.tag.pipeline import load_pipeline

    nlp = load_pipeline(framework, model=model)
    results = []
    for element in framework:
        for wanted, texts in ((True, element.examples), (False, element.counterexamples)):
            for text in texts:
                tagged = tag(as_document(Labelled(element.id, "", text)), nlp, classifier)
                found = any(_is_part(m.label, element.id, framework) for m in tagged.mentions)
                results.append(Example(element.id, text, wanted, found))
    return results


def choose_sentences(
    tagged: Iterable[Tagged],
    framework: Framework,
    n: int,
    *,
    classifier: SentenceClassifier | None = None,
    nlp: Language | None = None,
    coded: Iterable[Labelled] = (),
) -> list[Labelled]:
    """The sentences of documents that are most worth labelling, uncoded, in the documents' order.

    Elements take turns: each asks about the sentence that the classifier is least sure of, or, without one, about one
    in which rules found it. Sentences in which nothing was found have their turn as well, as what is missed can be
    learned from those alone. No document gives more than `SHARE` times its part.

    Args:
        tagged: the documents.
        framework: with which they were tagged.
        n: how many at most.
        classifier: whose doubts count; needs `nlp`.
        nlp: the pipeline that reads the sentences for it.
        coded: sentences that need no labelling any more.
    """
    known = {_key(sentence.text) for sentence in coded}
    pool: list[Labelled] = []
    for t in tagged:
        for sentence in from_tagged(t, framework):
            key = _key(sentence.text)
            if len(sentence.text.split()) >= LEAST_WORDS and key not in known:
                known.add(key)
                pool.append(sentence)
    most = max(5, SHARE * n // max(1, len({s.doc for s in pool})))
    queues = _queues(pool, framework, classifier, nlp)
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
    classifier: SentenceClassifier | None,
    nlp: Language | None,
) -> list[list[int]]:
    """For each element, and for none, the sentences to ask about by their places in the pool, the best last."""
    # An order that is fixed but has nothing to do with the text, so that ties do not favour early pages.
    shuffled = sorted(range(len(pool)), key=lambda i: hashlib.sha256(pool[i].id.encode()).digest())
    queues = []
    ids = [id for kind in CODED for id in framework.ids(kind, top=True)]  # type: ignore[arg-type]
    doubts = {}
    if classifier and nlp and pool:
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


def examples(framework: Framework) -> list[Labelled]:
    """The framework's examples as labels of their outermost element alone; each is a document of its own."""
    found = []
    for element in framework:
        if element.kind in CODED:
            top = framework.top(element.id)
            for n, text in enumerate(element.examples, 1):
                id = f"{element.id} example {n}"
                found.append(Labelled(id, id, text, (Label(top),), looked_for=(top,)))
            # What is no case of a part may well be one of the whole.
            for n, text in enumerate(element.counterexamples if top == element.id else (), 1):
                id = f"{element.id} counterexample {n}"
                found.append(Labelled(id, id, text, (), looked_for=(top,)))
    return found


def join_found(sentence: Labelled, tagged: Tagged, framework: Framework) -> Labelled:
    """What was found in a labelled sentence, which the pipeline may have taken for several."""
    parts = from_tagged(tagged, framework)
    statuses: dict[str, Label] = {}
    for label in (label for part in parts for label in part.elements or ()):
        statuses.setdefault(label.id, label)
    return Labelled(
        sentence.id, sentence.doc, sentence.text, tuple(statuses.values()),
        tuple(sorted({pair for part in parts for pair in part.links})),
        tuple(sorted({pair for part in parts for pair in part.answers})),
    )  # fmt: skip


def _mistakes(
    labelled: Sequence[Labelled],
    found: Sequence[Labelled],
    tagged: Sequence[Tagged],
    readings: Sequence[Reading],
    framework: Framework,
    classifier: SentenceClassifier | None,
) -> list[Mistake]:
    judgements = classifier.judge(readings) if classifier else [{} for _ in readings]
    mistakes = []
    for want, got, t, judged in zip(labelled, found, tagged, judgements, strict=True):
        wanted, given = want.statuses, got.statuses
        for id in sorted(set(wanted) | set(given)):
            mentions = [m for m in t.mentions if m.kind in CODED and framework.top(m.label) == id]
            if id not in given:
                p = judged[id].probability if id in judged else 0.0
                reason = f"the classifier gives it {p:.2f}" if id in judged else "no rule fits"
                mistakes.append(Mistake(want, id, "missed", reason, 1 - p))
            elif id not in wanted:
                best = max(mentions, key=lambda m: m.score)
                reason = f"“{t.quote(best)}” by {best.source}"
                mistakes.append(Mistake(want, id, "false", reason, best.score))
            elif wanted[id] != given[id]:
                first = mentions[0]
                cue = f"“{t.document.text[slice(*first.cue)]}”" if first.cue else "no cue"
                mistakes.append(Mistake(want, id, "status", f"{wanted[id]}, found {given[id]} by {cue}", 0.5))
    return sorted(mistakes, key=lambda m: (-m.weight, m.sentence.id, m.element))


def _is_part(id: str, of: str, framework: Framework) -> bool:
    """Whether an element is another or beneath it; entities are neither."""
    at = id if id in framework else None
    while at not in (None, of):
        at = framework[at].parent if at else None
    return at == of
