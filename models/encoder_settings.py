"""Choose how an encoder is mixed with the classifier of words: calibration and thresholds, from documents held out.

    python models/encoder_settings.py --real build/real --folds build/encoder/folds.npz --out settings.json

`folds.npz` comes from `train_encoder.py`: what an encoder says of each real sentence that it has not learned from. The
classifier of words is fitted in the same three parts here, as what it says of its own sentences would be too sure. The weight
of the mean and the share for rules were chosen once by the F1 of such held-out means (models/encoder/README.md).
"""

from __future__ import annotations

import argparse
import hashlib
import json
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from sklearn.model_selection import GroupKFold

from policyloom import load_pipeline, read_framework
from policyloom.coders.classifier.encoder import CERTAIN, FORMAT
from policyloom.coders.classifier.features import Features
from policyloom.framework import Framework
from policyloom.languages import load_language
from policyloom.learn.fit import calibrate, choose_thresholds, fit_regressions
from policyloom.learn.labels import Labelled, coded_ids, read_labels
from policyloom.learn.training import examples, read_labelled

WEIGHT, RULED_SHARE = 0.6, 0.75
N_FOLDS = 3
SAMPLE_WEIGHT = 3.0
"""How much more a sentence of a document drawn at random counts, as when the shipped classifier is trained."""

MAX_PIECES = 96
INVENTED = (Path("corpus/gold.jsonl"), Path("corpus/sentences.jsonl"))

Floats = npt.NDArray[np.float64]


def judge_held_out(
    real: list[Labelled], n_random: int, framework: Framework
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """What the classifier of words says of each real sentence when it has not learned from its document, and the truth."""
    invented = [s for path in INVENTED for s in read_labels(path, framework)] + examples(framework)
    every = real + invented
    drafts = read_labelled(every, load_pipeline(framework))
    labels = coded_ids(framework)
    truth = np.array([[id in s.statuses for id in labels] for s in every])
    known = np.array([[s.coded_for is None or id in s.coded_for for id in labels] for s in every])
    sampled = {s.doc for s in real[:n_random]}
    weights = np.array([SAMPLE_WEIGHT if s.doc in sampled else 1.0 for s in every])
    pack = load_language(framework.language)
    tops = {element.id: framework.top(element.id) for element in framework}
    features = Features(tops, framework.words, pack.inflections)
    parts = [features.take_apart(draft) for draft in drafts]
    scores = np.zeros((len(real), len(labels)))
    for learn, held_out in GroupKFold(N_FOLDS).split(truth[: len(real)], groups=[s.doc for s in real]):
        rows = np.concatenate([learn, np.arange(len(real), len(every))])
        matrix = features.fit([parts[i] for i in rows])
        slopes, offsets = fit_regressions(matrix, truth[rows], known[rows], weights[rows])
        scores[held_out] = features.transform([parts[i] for i in held_out]) @ slopes + offsets
    slope, shift = calibrate(scores, truth[: len(real)], known[: len(real)])
    return expit(scores * slope + shift), truth[: len(real)]


def main() -> None:
    """Choose and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--real", type=Path, required=True, help="folder with random.jsonl and chosen.jsonl")
    parser.add_argument("--folds", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    framework = read_framework()
    random = list(read_labels(options.real / "random.jsonl", framework))
    real = random + list(read_labels(options.real / "chosen.jsonl", framework))
    words, truth = judge_held_out(real, len(random), framework)
    raw = np.load(options.folds)["found"][-1].astype(float)  # of the last epoch
    odds = logit(np.clip(raw, CERTAIN, 1 - CERTAIN))
    slope, shift = calibrate(odds, truth, np.ones_like(truth))
    mean = WEIGHT * expit(odds * slope + shift) + (1 - WEIGHT) * words
    thresholds = choose_thresholds(mean[: len(random)], truth[: len(random)])
    classifier = resources.files("policyloom") / "frameworks" / f"{framework.id}.classifier"
    settings = {
        "format": FORMAT,
        "framework": framework.id,
        "labels": coded_ids(framework),
        "max_pieces": MAX_PIECES,
        "classifier_sha256": hashlib.sha256(classifier.read_bytes()).hexdigest(),
        "slope": [round(value, 6) for value in slope.tolist()],
        "shift": [round(value, 6) for value in shift.tolist()],
        "weight": WEIGHT,
        "ruled_share": RULED_SHARE,
        "thresholds": [round(value, 6) for value in thresholds.tolist()],
    }
    options.out.write_text(json.dumps(settings, indent=1), "utf-8")


if __name__ == "__main__":
    main()
