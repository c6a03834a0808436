"""Learn from labelled sentences which elements a sentence names, in what status, and what it ties to what.

features   sentences as sparse numbers
answers    questions about mentions: their status, and whether one leads to another
judge      a fitted classifier: what it says of sentences, and how sure it must be
files      a classifier as a file

scikit-learn lives here and nowhere else. One logistic regression for each outermost element over the same features: words and word pairs; the letters within
words, which carry over to words not seen before; the framework's word lists that a sentence draws on; and what the
framework's rules found, so that a rule counts for as much as it proved right. Probabilities are calibrated, and
thresholds chosen, on documents held out in turn.
"""

from policyloom.coders.classifier.files import (
    as_measured,
    dump_classifier,
    load_classifier,
    read_classifier,
    write_classifier,
)
from policyloom.coders.classifier.judge import SentenceClassifier

__all__ = [
    "SentenceClassifier",
    "as_measured",
    "dump_classifier",
    "load_classifier",
    "read_classifier",
    "write_classifier",
]
