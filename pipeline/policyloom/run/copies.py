"""Documents that hold the same text in another layout or format, so that they are counted once.

Two documents are compared by runs of words, first by a sketch that finds likely pairs among any number, then exactly. They are
copies where, beyond that, each sentence that names anything of the framework, or a number, in the one stands in the other as it
is, letter by letter; otherwise they are versions of one text, such as a draft and an amended law, and both count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from pathlib import Path

import numpy as np
import numpy.typing as npt

from policyloom.files import write_bytes
from policyloom.records import Tagged

__all__ = ["MIN_COPY", "MIN_VERSION", "Copy", "find_copies", "find_same_text", "make_sketch"]

SHINGLE = 5
"""Words of a run; of a text without spaces, characters."""
MIN_WORDS = 12
"""Words from which a text is compared; shorter ones, such as empty forms, are alike by chance."""
N_PERMUTATIONS = 128
"""Of the sketches; those made in another way cannot be compared."""
N_BANDS = 32
"""Parts of a sketch of which one must be the same for two to be compared: of texts that share half of their runs nine of ten are, of those
that share a tenth one of 300."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
SKETCH_SIZE = 8 * N_PERMUTATIONS
"""Bytes of a sketch that is kept."""
MIN_VERSION = 0.5
"""The share of the runs of both texts that stands in both, from which they are versions of one text."""
MIN_COPY = 0.8
"""The same for copies. One paper in one and in two columns has 0.996; documents of one office on one matter have 0.1."""

AT_ONCE = 1_000
"""Runs that are permuted at once, so that a long text takes no more memory than a short one."""

SLACK = 0.1
"""How far below the share a sketch may estimate it; its standard error is 0.04 (Broder 1997, 128 permutations)."""

_NAMING = ("mechanism", "outcome", "challenge", "case")

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
"""A word, or a character of a script without spaces."""
_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Copy:
    """A document that has its text in common with another.

    Attributes:
        id: of the document.
        of: the id of the other, which counts.
        share: of the runs of words of both that stand in both.
        is_version: whether they differ in a sentence that names something of the framework or a number, so that both count.
    """

    id: str
    of: str
    share: float
    is_version: bool


def find_copies(
    ids: Sequence[str], read: Callable[[str], Tagged], sketch_path: Callable[[str], Path]
) -> list[Copy]:
    """The documents that have most of their text in common with one before them, in order.

    Args:
        ids: of the documents; those that come first count.
        read: gives a document; all are read once, and the likely pairs again.
        sketch_path: where the sketch of a document is kept, so that it is made once.
    """
    numbers, sketches = [], []
    for number, id in enumerate(ids):
        sketch = _read_sketch(id, read, sketch_path(id))
        if sketch is not None:
            numbers.append(number)
            sketches.append(sketch)
    if not sketches:
        return []
    index = _Index(np.stack(sketches))
    found: list[Copy] = []
    copies: set[str] = set()
    for place, number in enumerate(numbers):
        id = ids[number]
        likely = sorted(ids[numbers[other]] for other in index.likely(place))
        compared = (_compare(read(id), read(other)) for other in likely if other not in copies)
        best = max(compared, key=lambda c: c.share, default=None)
        if best is not None and best.share >= MIN_VERSION:
            found.append(best)
            if not best.is_version:
                copies.add(id)
    return found


class _Index:
    """Finds the sketches that are likely to be of texts alike, among any number: those that have a band of values in common.

    Source: Leskovec, Rajaraman and Ullman 2014, Mining of Massive Datasets, 3.4.
    """

    def __init__(self, sketches: npt.NDArray[np.uint32]) -> None:
        self._sketches = sketches
        bands = sketches.reshape(len(sketches), N_BANDS, -1).astype(np.uint64)
        keys = np.zeros(bands.shape[:2], np.uint64)
        for value in range(bands.shape[2]):
            keys = (
                keys * _FACTOR + bands[:, :, value]
            )  # modulo 2 ** 64; what meets by chance is told apart below
        self._orders = [np.argsort(keys[:, band], kind="stable") for band in range(N_BANDS)]
        ranked = [keys[order, band] for band, order in enumerate(self._orders)]
        self._begins = np.stack([np.searchsorted(ranked[b], keys[:, b], "left") for b in range(N_BANDS)])
        self._ends = np.stack([np.searchsorted(ranked[b], keys[:, b], "right") for b in range(N_BANDS)])

    def likely(self, place: int) -> list[int]:
        """The sketches before one that have enough in common with it."""
        near: set[int] = set()
        for order, begin, end in zip(self._orders, self._begins[:, place], self._ends[:, place], strict=True):
            if end - begin > 1:
                near.update(order[begin:end].tolist())
        before = np.array(sorted(other for other in near if other < place), dtype=np.intp)
        shares = (self._sketches[before] == self._sketches[place]).mean(axis=1)
        return before[shares >= MIN_VERSION - SLACK].tolist()  # type: ignore[no-any-return]


def find_same_text(tagged: Tagged, sketches: Mapping[str, Path]) -> frozenset[str]:
    """The ids of the documents that are copies or versions of one, as far as sketches tell.

    Args:
        tagged: the document.
        sketches: by id, the file with the sketch of a document; what is not there is not compared.
    """
    own = _load_sketch(make_sketch(tagged.document.text))
    if own is None:
        return frozenset()
    found = set()
    for id, path in sketches.items():
        data = path.read_bytes() if path.exists() else b""
        other = _load_sketch(data) if len(data) == SKETCH_SIZE else None
        if other is not None and (own == other).mean() >= MIN_VERSION:
            found.add(id)
    return frozenset(found)


def make_sketch(text: str) -> bytes:
    """The sketch of a text, by which texts that have much in common are found; empty where it is too short to be compared.

    It holds, for each of a number of random orders of all runs, the first one of the text's (Broder 1997), and is the one that
    datasketch's `MinHash` makes, which would bring scipy into each worker and ten kilobytes a document into memory.
    """
    runs = _runs_of(text)
    if not runs:
        return b""
    hashes = _mix(
        np.array([int.from_bytes(sha1(run.encode()).digest()[:4], "little") for run in runs], np.uint32)
    )
    factors, terms = _permutations()
    least = np.full(N_PERMUTATIONS, np.iinfo(np.uint32).max, np.uint32)
    for i in range(0, len(hashes), AT_ONCE):
        permuted = hashes[i : i + AT_ONCE, None] * factors + terms  # modulo 2 ** 32
        np.minimum(least, permuted.min(axis=0), out=least)
    return least.astype("<u8").tobytes()


def _mix(hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Each bit of a hash made to depend on all of them, as MurmurHash3 ends."""
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        hashes = (hashes ^ (hashes >> np.uint32(shift))) * np.uint32(factor)
    return hashes ^ (hashes >> np.uint32(16))


@cache
def _permutations() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """The odd factors and the terms of the permutations of 32-bit hashes, as datasketch draws them."""
    draw = np.random.RandomState(1)
    halves = draw.randint(0, 1 << 31, N_PERMUTATIONS, dtype=np.uint32)
    return halves * np.uint32(2) + np.uint32(1), draw.randint(0, 1 << 32, N_PERMUTATIONS, dtype=np.uint32)


def _load_sketch(data: bytes) -> npt.NDArray[np.uint32] | None:
    return np.frombuffer(data, dtype="<u8").astype(np.uint32) if data else None


def _read_sketch(id: str, read: Callable[[str], Tagged], path: Path) -> npt.NDArray[np.uint32] | None:
    """The sketch of a document, made if it is not there; None where its text is too short."""
    data = path.read_bytes() if path.exists() else None
    if data is None or len(data) not in (0, SKETCH_SIZE):
        data = make_sketch(read(id).document.text)
        write_bytes(data, path)
    return _load_sketch(data)


def _runs_of(text: str) -> set[str]:
    words = _WORD.findall(text.casefold())
    if len(words) < MIN_WORDS:
        return set()
    return {" ".join(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}


def _compare(one: Tagged, other: Tagged) -> Copy:
    first, second = _runs_of(one.document.text), _runs_of(other.document.text)
    share = len(first & second) / max(1, len(first | second))
    is_same = share >= MIN_COPY and _says_nothing_else(one, other) and _says_nothing_else(other, one)
    return Copy(one.document.id, other.document.id, share, not is_same)


def _says_nothing_else(one: Tagged, other: Tagged) -> bool:
    """Whether each sentence of one document that names an element, or a number, stands in the other, letter by letter."""
    text = _letters(other.document.text)
    named = {mention.sentence for mention in one.mentions if mention.kind in _NAMING}
    quotes = (one.document.quote(sentence) for sentence in one.sentences)
    return all(
        _letters(quote) in text
        for n, quote in enumerate(quotes)
        if n in named or any(char.isdigit() for char in quote)
    )


def _letters(text: str) -> str:
    return _LETTERS.sub("", text.casefold())
