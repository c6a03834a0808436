"""Who decides what a sentence names: interchangeable coders behind the protocol `policyloom.records.Coder`.

rules        nothing learned: cues decide statuses and claims
classifier   a fitted classifier beside the rules, with a fine-tuned encoder where one is installed
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from policyloom.errors import PolicyloomError
from policyloom.framework import Framework
from policyloom.records import Coder

if TYPE_CHECKING:
    from policyloom.coders.classifier import SentenceClassifier

__all__ = ["load_coder"]


def load_coder(
    framework: Framework,
    classifier: str | Path | SentenceClassifier | None = None,
    *,
    min_probability: float = 0.0,
) -> Coder:
    """The coder for a framework: its classifier beside its rules, or its rules with learned statuses and claims.

    Args:
        framework: whose elements are coded.
        classifier: a classifier or its file; by default the one that comes with a built-in framework, if there is one, with
            the encoder for the framework where one is installed, or else rules with the statuses and claims that policyloom
            has learned for the language; "classifier" for the same without an encoder; "rules" or "none" for rules alone.
        min_probability: the probability, 0 to 1, that the classifier must give every mention.

    Raises:
        PolicyloomError: the file cannot be read, is none, or was made for another framework; or `min_probability` is
            given and there is no classifier.
        ValueError: `min_probability` is no probability.
    """
    from policyloom.coders.classifier import (
        ClassifierCoder,
        LearnedRulesCoder,
        SentenceClassifier,
        find_encoder,
        read_classifier,
        read_shared_answerers,
    )
    from policyloom.coders.rules import RulesCoder

    if isinstance(classifier, SentenceClassifier):
        if classifier.framework != framework.id:
            raise PolicyloomError(
                f"the classifier was trained for framework {classifier.framework!r}, and this is {framework.id!r}"
            )
        lowest = min_probability or classifier.min_probability
        return ClassifierCoder(framework, replace(classifier, min_probability=lowest))
    names = {"classifier": None, "rules": "none"}
    path = names.get(classifier, classifier) if isinstance(classifier, str) else classifier
    found = read_classifier(framework, path, min_probability=min_probability)
    if found is not None and classifier is None:
        found = replace(found, encoder=find_encoder(framework))
    if found is not None:
        return ClassifierCoder(framework, found)
    shared = read_shared_answerers(framework.language) if path != "none" else {}
    return LearnedRulesCoder(framework, shared) if shared else RulesCoder(framework)
