"""A classifier as a coder: learned from labelled sentences.

coder      the coder: rules and classifier together
features   sentences as sparse numbers
tfidf      how much each feature counts
questions  what a classifier is asked about statuses and claims
answers    how it answers
encoder    a fine-tuned encoder beside it, from a package of its own
judge      a fitted classifier: what it says of sentences, and how sure it must be
files      a classifier as a file

One logistic regression for each outermost element over the same features: words and word pairs; the letters within
words, which carry over to words not seen before; the framework's word lists that a sentence draws on; and what the
framework's rules found, so that a rule counts for as much as it proved right. Probabilities are calibrated, and
thresholds chosen, on documents held out in turn (`policyloom.learn.fit`).
"""

from policyloom.coders.classifier.coder import ClassifierCoder, LearnedRulesCoder
from policyloom.coders.classifier.encoder import SentenceEncoder, find_encoder, read_encoder
from policyloom.coders.classifier.files import (
    dump_classifier,
    load_classifier,
    read_classifier,
    read_shared_answerers,
    write_classifier,
)
from policyloom.coders.classifier.judge import SentenceClassifier

__all__ = [
    "ClassifierCoder",
    "LearnedRulesCoder",
    "SentenceClassifier",
    "SentenceEncoder",
    "dump_classifier",
    "find_encoder",
    "load_classifier",
    "read_classifier",
    "read_encoder",
    "read_shared_answerers",
    "write_classifier",
]
