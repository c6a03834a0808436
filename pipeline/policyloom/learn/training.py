"""Learn a classifier from files of labels and from a framework's own examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from spacy.language import Language

from policyloom.coders.classifier import SentenceClassifier
from policyloom.framework import Framework
from policyloom.learn.answers import known_answers
from policyloom.learn.fit import train, train_answers
from policyloom.learn.held_out import measure_ties
from policyloom.learn.labels import CODED, Label, Labelled, as_document, read_labels
from policyloom.records import SentenceDraft
from policyloom.tag import load_pipeline, read_sentences

__all__ = ["examples", "learn", "read_labelled", "train_classifier"]


def read_labelled(sentences: Iterable[Labelled], nlp: Language) -> list[SentenceDraft]:
    """Labelled sentences as a coder reads them, each alone but for the heading and neighbours it is given with."""
    found = []
    for sentence in sentences:
        # The pipeline may take for several sentences what was labelled as one.
        parts = read_sentences(as_document(sentence), nlp)
        found.append(
            SentenceDraft(
                sentence.text,
                candidates=tuple(candidate for part in parts for candidate in part.candidates),
                section=(sentence.heading,) if sentence.heading else (),
                before=sentence.before,
                after=sentence.after,
            )
        )
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
    sentences = [sentence for path in paths for sentence in read_labels(path, framework)] + examples(
        framework
    )
    fair = [sentence for path in sample for sentence in read_labels(path, framework)]
    return learn(sentences, fair, framework, load_pipeline(framework, model=model))


def learn(
    sentences: Sequence[Labelled], fair: Sequence[Labelled], framework: Framework, nlp: Language
) -> SentenceClassifier:
    """A classifier for elements, statuses and claims, learned from labels of which `fair` are the sample."""
    every = [*sentences, *fair]
    docs = {sentence.doc for sentence in fair}
    trained = train(every, read_labelled(every, nlp), framework, sample=docs)
    known = known_answers(every, nlp, trained.classifier.locate)
    asked = [
        [(question, answer, sentence.doc in docs) for question, answer in of_sentence]
        for sentence, of_sentence in zip(every, known, strict=True)
    ]
    classifier = train_answers(trained.classifier, list(chain.from_iterable(asked)))
    ties = measure_ties(every, trained, asked, framework, nlp)
    return replace(classifier, card={**classifier.card, "ties": ties})


def examples(framework: Framework) -> list[Labelled]:
    """The framework's examples as labels of their outermost element alone; each is a document of its own."""
    found = []
    for element in framework:
        if element.kind in CODED:
            top = framework.top(element.id)
            for n, text in enumerate(element.examples, 1):
                id = f"{element.id} example {n}"
                found.append(Labelled(id, id, text, (Label(top),), coded_for=(top,)))
            # What is no case of a part may well be one of the whole.
            for n, text in enumerate(element.counterexamples if top == element.id else (), 1):
                id = f"{element.id} counterexample {n}"
                found.append(Labelled(id, id, text, (), coded_for=(top,)))
    return found
