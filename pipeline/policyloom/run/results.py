"""The result of each document, as a run keeps it: a SHA-256 of the rest, a line feed, and the `Tagged` as JSON.

A file that was cut or changed is told by its hash, and its document read again. A run folder may come from somebody else, so
that what is read back must also fit its place and its own text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from policyloom.files import write_bytes
from policyloom.records import Tagged, from_json
from policyloom.records.document import HasSpan

__all__ = ["SKETCH_SUFFIX", "Result", "is_whole", "read_result", "write_result"]

_HASH_LENGTH = 64

SKETCH_SUFFIX = ".sketch"
"""Of the file beside a result by which copies of its document are found."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a worker has made of a document.

    Attributes:
        data: its `Tagged` as JSON, or its `Document` where nothing was tagged.
        sketch: of its text, from `policyloom.run.copies.make_sketch`; None where it was only read.
    """

    data: bytes
    sketch: bytes | None = None


def write_result(result: Result, path: Path) -> None:
    """Writes the result of a document that was tagged, and its sketch beside it."""
    if result.sketch is not None:
        write_bytes(result.sketch, path.with_suffix(SKETCH_SUFFIX))
    write_bytes(_sha256(result.data) + b"\n" + result.data, path)


def is_whole(path: Path) -> bool:
    """Whether a result is there as it was written."""
    try:
        data = path.read_bytes()
    except OSError:
        return False
    return data[:_HASH_LENGTH] == _sha256(data[_HASH_LENGTH + 1 :])


def read_result(path: Path, id: str) -> Tagged:
    """The `Tagged` of the document that goes by this id.

    Raises:
        OSError: it is not there.
        ValueError: it is damaged, or of another document.
    """
    data = path.read_bytes()
    if data[:_HASH_LENGTH] != _sha256(data[_HASH_LENGTH + 1 :]):
        raise ValueError("it was cut or changed")
    tagged = from_json(Tagged, data[_HASH_LENGTH + 1 :])
    if tagged.document.id != id:
        raise ValueError(f"it holds the document {tagged.document.id!r}, not {id!r}")
    if not _fits(tagged):
        raise ValueError("it points out of its own text")
    return tagged


def _fits(tagged: Tagged) -> bool:
    """Whether all that points into the text or a list stays within it."""
    mentions, sentences, n_sentences = tagged.mentions, tagged.sentences, len(tagged.sentences)
    pointing: tuple[Iterable[HasSpan], ...] = (
        sentences, mentions, tagged.document.lines, (facet for mention in mentions for facet in mention.facets),
    )  # fmt: skip
    spans = chain(
        ((one.start, one.end) for each in pointing for one in each),
        (span for mention in mentions for span in (mention.cue, mention.agent) if span is not None),
        (claim.cue for claim in tagged.claims),
    )
    n_characters, n_blocks, n_mentions = len(tagged.document.text), len(tagged.document.blocks), len(mentions)
    return (
        all(0 <= start <= end <= n_characters for start, end in spans)
        and all(0 <= sentence.block < n_blocks for sentence in sentences)
        and all(0 <= mention.sentence < n_sentences for mention in mentions)
        and all(0 <= miss.sentence < n_sentences for miss in tagged.near)
        and all(0 <= claim.sentence < n_sentences for claim in tagged.claims)
        and all(0 <= at < n_mentions for claim in tagged.claims for at in (claim.mechanism, claim.target))
    )


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()
