"""A fine-tuned sentence encoder beside a classifier of words: the mean of both judges which elements a sentence names.

An encoder is a package of its own that names itself in the entry points `policyloom.encoders`, under its framework's id. It
holds `encoder.int8.onnx`, `tokenizer.json` and `settings.json`, and no code that is run.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from policyloom.coders.classifier.tfidf import expit
from policyloom.errors import PolicyloomError
from policyloom.framework import Framework
from policyloom.records import Measured, from_json

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

__all__ = ["FORMAT", "GROUP", "SentenceEncoder", "find_encoder", "read_encoder"]

Floats = npt.NDArray[np.float64]

GROUP = "policyloom.encoders"
"""The entry points by which packages with encoders are found."""

FORMAT = "policyloom-encoder 1"
"""The first thing in the settings; others are refused."""

CERTAIN = 1e-4
"""Probabilities are kept so far from 0 and 1 before they are calibrated."""


@dataclass(frozen=True)
class SentenceEncoder:
    """A fine-tuned encoder for one framework.

    Attributes:
        framework: the framework's id.
        labels: the outermost elements that it knows, in the order of its answers.
        thresholds: the mean probability, of encoder and classifier, from which a sentence names each of them.
        weight: the encoder's share of that mean, 0 to 1.
        ruled_share: the share of the threshold that is enough where a rule has found the element.
        classifier_sha256: of the file of the classifier beside which the thresholds were chosen.
        version: of its package, and a hash of its files.
        measured: how well both together find each element.
    """

    framework: str
    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    weight: float
    ruled_share: float
    classifier_sha256: str
    version: str
    measured: Measured | None
    _slope: Floats = field(repr=False)
    _shift: Floats = field(repr=False)
    _tokenizer: Tokenizer = field(repr=False)
    _session: InferenceSession = field(repr=False)

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """For each sentence, in rows, the probability that it names each of `labels`.

        Sentences go one at a time: in a batch, the rounding to whole numbers would let one sentence's figures depend on
        the others.
        """
        odds = np.zeros((len(texts), len(self.labels)))
        for row, encoding in enumerate(self._tokenizer.encode_batch(list(texts))):
            pieces = np.array([encoding.ids], dtype=np.int64)
            odds[row] = self._session.run(None, {"pieces": pieces, "mask": np.ones_like(pieces)})[0][0]
        limit = math.log((1 - CERTAIN) / CERTAIN)
        return expit(np.clip(odds, -limit, limit) * self._slope + self._shift)


def find_encoder(framework: Framework) -> SentenceEncoder | None:
    """The installed encoder for a framework; None where there is none, or what runs it is not installed.

    Raises:
        PolicyloomError: there is one, and it is damaged.
    """
    found = importlib.metadata.entry_points(group=GROUP, name=framework.id)
    for point in found:
        spec = importlib.util.find_spec(point.value)
        if spec is not None and spec.origin is not None and _can_run():
            return read_encoder(Path(spec.origin).parent)
    return None


def _can_run() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in ("onnxruntime", "tokenizers"))


@lru_cache(maxsize=2)
def read_encoder(folder: Path) -> SentenceEncoder:
    """The encoder in a folder.

    Raises:
        PolicyloomError: a file is missing or damaged.
    """
    import onnxruntime
    from tokenizers import Tokenizer

    try:
        raw = (folder / "settings.json").read_bytes()
        head = json.loads(raw)
        if head["format"] != FORMAT:
            raise ValueError(f"its format is {head['format']!r}, expected {FORMAT!r}")
        weights = (folder / "encoder.int8.onnx").read_bytes()
        tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text("utf-8"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # documents are read side by side
        session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        tokenizer.enable_truncation(int(head["max_pieces"]))
        tokenizer.no_padding()
        scores = folder / "measured.json"
        return SentenceEncoder(
            head["framework"], tuple(head["labels"]), tuple(head["thresholds"]), float(head["weight"]),
            float(head["ruled_share"]), head["classifier_sha256"], hashlib.sha256(raw + weights).hexdigest()[:16],
            from_json(Measured, scores.read_bytes()) if scores.is_file() else None,
            *_calibration(head), tokenizer, session,
        )  # fmt: skip
    except Exception as error:  # onnxruntime and tokenizers raise classes of their own, and bare ones
        raise PolicyloomError(f"{folder}: is no encoder, or damaged ({error}); install it anew") from error


def _calibration(head: dict[str, Any]) -> tuple[Floats, Floats]:
    slope, shift = np.array(head["slope"], dtype=float), np.array(head["shift"], dtype=float)
    if not slope.shape == shift.shape == (len(head["labels"]),) == (len(head["thresholds"]),):
        raise ValueError("labels, thresholds and calibration are not of one length")
    return slope, shift
