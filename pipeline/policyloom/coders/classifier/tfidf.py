"""Weigh the features of texts by how rare they are, with a vocabulary that was learned before.

The numbers are those of scikit-learn's `TfidfVectorizer`, which learns the vocabulary. A worker only ever weighs, and loading
scikit-learn and scipy for that would cost each of them two seconds and a hundred megabytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Row", "Rows", "Weighing", "expit", "join"]

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Row:
    """The features of one text.

    Attributes:
        columns: where they stand, in ascending order.
        values: how much each counts.
    """

    columns: Whole
    values: Floats


@dataclass(frozen=True, slots=True)
class Rows:
    """A sparse matrix, texts by features, row by row.

    Attributes:
        starts: where each row begins in the arrays below, and at last where they end.
        columns: the columns of all rows, ascending in each.
        values: how much each counts.
    """

    starts: Whole
    columns: Whole
    values: Floats

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> Row:
        part = slice(self.starts[row], self.starts[row + 1])
        return Row(self.columns[part], self.values[part])

    def __matmul__(self, weights: npt.NDArray[np.floating]) -> Floats:
        """Texts by labels, where the weights are features by labels; each sum is made in the order of the columns."""
        found = np.zeros((len(self), weights.shape[1]))
        for number in range(len(self)):
            row = self[number]
            found[number] = (row.values[:, None] * weights[row.columns]).sum(axis=0)
        return found


@dataclass(frozen=True, slots=True)
class Weighing:
    """How features become numbers.

    Attributes:
        columns: the column of each feature that is known; others are passed over.
        idf: the weight of each column by rarity.
        is_binary: whether a feature counts once, however often it stands in a text; otherwise its number counts by its logarithm.
        is_scaled: whether all rows are scaled to one length.
        share: by what all numbers are multiplied in the end.
    """

    columns: Mapping[str, int]
    idf: Floats
    is_binary: bool = False
    is_scaled: bool = True
    share: float = 1.0

    def weigh(self, texts: Iterable[Iterable[str]]) -> Rows:
        """The features of each text as numbers."""
        known = self.columns
        found = [[known[name] for name in features if name in known] for features in texts]
        size = len(known)
        rows = np.repeat(np.arange(len(found)), [len(columns) for columns in found])
        flat = np.fromiter((column for columns in found for column in columns), np.int64, len(rows))
        places, times = np.unique(rows * size + flat, return_counts=True)
        rows, columns = np.divmod(places, max(1, size))
        values = self.idf[columns]
        if not self.is_binary:
            values = (np.log(times) + 1.0) * values
        if self.is_scaled:
            values = values / np.sqrt(np.bincount(rows, values * values, len(found)))[rows]
        return Rows(_starts(rows, len(found)), columns, values * self.share)


def join(blocks: Sequence[Rows], sizes: Sequence[int]) -> Rows:
    """The same texts' blocks of columns side by side, each block with as many columns as its size says."""
    n = len(blocks[0])
    rows = np.concatenate([np.repeat(np.arange(n), np.diff(block.starts)) for block in blocks])
    offsets = np.cumsum([0, *sizes[:-1]])
    columns = np.concatenate([block.columns + offset for block, offset in zip(blocks, offsets, strict=True)])
    order = np.argsort(rows, kind="stable")
    values = np.concatenate([block.values for block in blocks])
    return Rows(_starts(rows, n), columns[order], values[order])


def expit(odds: Floats) -> Floats:
    """Log odds as probabilities."""
    with np.errstate(over="ignore"):  # what is that unlikely is 0
        return 1.0 / (1.0 + np.exp(-odds))


def _starts(rows: Whole, n: int) -> Whole:
    return np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))])
