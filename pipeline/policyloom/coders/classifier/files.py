"""A classifier as a file: numbers and words, without code."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from pathlib import Path

import numpy as np

from policyloom.coders.classifier.answers import Answerer, restore_answerer
from policyloom.coders.classifier.checks import check_arrays, check_head
from policyloom.coders.classifier.features import Features
from policyloom.coders.classifier.judge import SentenceClassifier
from policyloom.coders.classifier.questions import QuestionKind
from policyloom.errors import PolicyloomError
from policyloom.files import write_bytes
from policyloom.framework import Framework
from policyloom.frameworks import BUILT_IN
from policyloom.languages import load_language
from policyloom.records import Measured, from_json

__all__ = [
    "dump_classifier",
    "load_classifier",
    "read_classifier",
    "read_shared_answerers",
    "write_classifier",
]

MAX_UNPACKED = 200_000_000
"""Bytes that a file may unpack to; the built-in one has 10 million."""

FORMAT = "policyloom-classifier 3"
"""The first thing in a file; a file of another format is refused."""


def write_classifier(classifier: SentenceClassifier, path: str | Path) -> None:
    """Writes a classifier to a file, for `read_classifier`."""
    write_bytes(dump_classifier(classifier), path)


def dump_classifier(classifier: SentenceClassifier) -> bytes:
    """A classifier as numbers and words, without code; the same one gives the same bytes."""
    features = classifier._features
    head = {
        "format": FORMAT,
        "framework": classifier.framework,
        "labels": classifier.labels,
        "thresholds": classifier.thresholds,
        "card": dict(classifier.card),
        "language": classifier.language,
        "min_probability": classifier.min_probability,
        "tops": features.tops,
        "lists": features.lists,
        "vocabulary": features.vocabulary,
        "answerers": {
            about: {"options": answerer.options, "vocabulary": answerer.vocabulary}
            for about, answerer in classifier.answerers.items()
        },
    }
    kept = {f"idf_{name}": idf.astype(np.float32) for name, idf in features.idf.items()}
    for about, answerer in classifier.answerers.items():
        kept |= {f"{about}_{name}": array for name, array in answerer.arrays().items()}
    file = io.BytesIO()
    np.savez_compressed(
        file,
        head=np.frombuffer(json.dumps(head, ensure_ascii=False).encode("utf-8"), dtype=np.uint8),
        weights=classifier._weights.astype(np.float16),
        offsets=classifier._offsets,
        **kept,  # type: ignore[arg-type]
    )
    return file.getvalue()


def read_classifier(
    framework: Framework, path: str | Path | None = None, *, min_probability: float = 0.0
) -> SentenceClassifier | None:
    """The classifier in a file, or the one that comes with a built-in framework; None where there is none.

    Args:
        framework: for which it was trained.
        path: a file of `write_classifier`; "none" to do without.
        min_probability: the probability, 0 to 1, that every mention needs; fewer are found, and more of them are right.

    Raises:
        PolicyloomError: the file cannot be read, is none, or was made for another framework; or `min_probability` is
            given and there is no classifier.
        ValueError: `min_probability` is no probability.
    """
    if not 0 <= min_probability <= 1:
        raise ValueError(f"min_probability {min_probability!r}: use a probability from 0 to 1")
    if path is None:
        found = _read_built_in(framework)
    elif path == "none":
        found = None
    else:
        found = _read_file(framework, path)
    if found is None and min_probability:
        raise PolicyloomError(
            f"rules alone give no probabilities, so there is no mention of at least {min_probability:g}; "
            "make a classifier with `policyloom train`, or leave the least probability out"
        )
    return replace(found, min_probability=min_probability) if found else None


def _read_built_in(framework: Framework) -> SentenceClassifier | None:
    """The classifier that comes with a built-in framework, with what was measured of it on real documents."""
    folder = resources.files("policyloom") / "frameworks"
    file, scores = folder / f"{framework.id}.classifier", folder / f"{framework.id}.measured.json"
    found = load_classifier(file.read_bytes()) if file.is_file() else None
    # Somebody's own framework may bear a built-in one's name.
    if found is None or not _fits(found, framework):
        return None
    if not scores.is_file():
        return found
    return replace(found, measured_elsewhere=from_json(Measured, scores.read_bytes()))


@lru_cache(maxsize=4)
def read_shared_answerers(language: str) -> Mapping[QuestionKind, Answerer]:
    """How a classifier that comes with policyloom answers about statuses and claims, for any framework of a language.

    What it is asked holds nothing of the elements, so it serves a framework that it has not learned from. Empty where none comes
    with policyloom for the language.
    """
    file = resources.files("policyloom") / "frameworks" / f"{BUILT_IN}.classifier"
    data = file.read_bytes() if file.is_file() else b""
    # Another language's classifier is not loaded, for that would load the language too.
    if not data or _language_of(data) != language:
        return {}
    return load_classifier(data).answerers


def _language_of(data: bytes) -> str:
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return str(json.loads(file["head"].tobytes())["language"])


def _read_file(framework: Framework, path: str | Path) -> SentenceClassifier:
    try:
        found = load_classifier(Path(path).read_bytes())
    except OSError as error:
        raise PolicyloomError(f"{path}: cannot be opened ({error.strerror or error})") from error
    except ValueError as error:
        raise PolicyloomError(
            f"{path}: is no classifier ({error}); make one with `policyloom train`"
        ) from error
    if not _fits(found, framework):
        raise PolicyloomError(
            f"{path}: was trained for framework {found.framework!r} with other elements than {framework.id!r} has"
        )
    return found


def _fits(classifier: SentenceClassifier, framework: Framework) -> bool:
    return classifier.framework == framework.id and all(
        id in framework and framework.top(id) == id for id in classifier.labels
    )


def load_classifier(data: bytes) -> SentenceClassifier:
    """A classifier from a file's bytes.

    Raises:
        ValueError: they are none.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            n_bytes = sum(entry.file_size for entry in packed.infolist())
        if n_bytes > MAX_UNPACKED:
            raise ValueError(
                f"it unpacks to {n_bytes:,} bytes, and the most that is read is {MAX_UNPACKED:,}"
            )
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            head = json.loads(file["head"].tobytes())
            if head["format"] != FORMAT:
                raise ValueError(f"its format is {head['format']!r}, expected {FORMAT!r}")
            check_head(head)
            check_arrays(head, file)
            idf = {name: file[f"idf_{name}"].astype(np.float64) for name in head["vocabulary"]}
            pack = load_language(head["language"])
            features = Features(head["tops"], head["lists"], pack.inflections).restore(
                head["vocabulary"], idf
            )
            answerers = {
                about: restore_answerer(
                    kept, {name: file[f"{about}_{name}"] for name in ("idf", "weights", "offsets")}
                )
                for about, kept in head["answerers"].items()
            }
            found = SentenceClassifier(
                head["framework"], tuple(head["labels"]), tuple(head["thresholds"]), head["card"], features,
                file["weights"].astype(np.float32), file["offsets"], answerers,
                head["language"], head["min_probability"], pack.stop_words,
            )  # fmt: skip
            found.measured(), found.description
            return found
    except (
        KeyError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error, OSError, EOFError, MemoryError, RecursionError,
        NotImplementedError, RuntimeError,
    ) as error:  # fmt: skip
        raise ValueError(f"damaged or another kind of file: {error}") from error
