"""Whether a classifier's file holds what it should: a file may come from anybody, and wrong numbers would give wrong results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from policyloom.coders.classifier.features import BLOCKS
from policyloom.coders.classifier.questions import QuestionKind
from policyloom.records import Status

__all__ = ["check_arrays", "check_head"]

_YES_OR_NO = ("no", "yes")


def check_head(head: Mapping[str, Any]) -> None:
    """Refuses a head whose values cannot be.

    Raises:
        ValueError: the text names the value.
        KeyError, TypeError, AttributeError: a value is missing or of another kind.
    """
    _check_names("labels", head["labels"])
    thresholds = head["thresholds"]
    if len(thresholds) != len(head["labels"]):
        raise ValueError(f"it has {len(thresholds)} thresholds for {len(head['labels'])} labels")
    for name, value in (
        *(("threshold", each) for each in thresholds),
        ("min_probability", head["min_probability"]),
    ):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise ValueError(f"its {name} {value!r} is no probability")
    for name in ("tops", "lists"):
        if not all(isinstance(each, str) for pair in head[name].items() for each in pair):
            raise ValueError(f"its {name} are not all text")
    if set(head["vocabulary"]) != set(BLOCKS):
        raise ValueError(f"its vocabulary has not the blocks {', '.join(BLOCKS)}")
    for name, words in head["vocabulary"].items():
        _check_names(f"vocabulary of {name}", words)
    for about, kept in head["answerers"].items():
        if about not in get_args(QuestionKind):
            raise ValueError(f"it answers {about!r}, which nobody asks")
        _check_names(f"vocabulary of {about}", kept["vocabulary"])
        known = get_args(Status) if about == "status" else _YES_OR_NO
        if len(kept["options"]) < 2 or not set(kept["options"]) <= set(known):
            raise ValueError(
                f"its options for {about} are {kept['options']!r}, expected some of {', '.join(known)}"
            )


def check_arrays(head: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Refuses arrays of another shape than the head asks for, and numbers that are none.

    Raises:
        ValueError: the text names the array.
        KeyError: an array is missing.
    """
    n_labels, sizes = len(head["labels"]), {name: len(words) for name, words in head["vocabulary"].items()}
    shapes: dict[str, tuple[int, ...]] = {f"idf_{name}": (n,) for name, n in sizes.items()}
    shapes |= {"weights": (sum(sizes.values()), n_labels), "offsets": (n_labels,)}
    for about, kept in head["answerers"].items():
        n, n_options = len(kept["vocabulary"]), len(kept["options"])
        shapes |= {f"{about}_idf": (n,), f"{about}_weights": (n, n_options), f"{about}_offsets": (n_options,)}
    for name, shape in shapes.items():
        found = arrays[name]
        if found.shape != shape:
            raise ValueError(f"its {name} have the shape {found.shape}, expected {shape}")
        if found.dtype.kind not in "fiu" or not np.isfinite(found).all():
            raise ValueError(f"its {name} are not all numbers")


def _check_names(name: str, words: Sequence[str]) -> None:
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"its {name} are no list of words")
    if len(set(words)) < len(words):
        raise ValueError(f"its {name} hold a word twice")
