"""Records without end: of a long list only the places are in memory, and the records lie in a temporary file."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Generic, TypeVar, overload

from policyloom.records.serial import from_json, to_json

__all__ = ["IN_MEMORY", "Picked", "Spool"]

T = TypeVar("T")
U = TypeVar("U")

IN_MEMORY = 50_000
"""Records of a list that stay in memory, some 50 MB of sentences; what comes after them is read from a file each time."""


class Spool(Sequence[T], Generic[T]):
    """A list that grows at its end, of which what comes after the first `IN_MEMORY` records lies in a file without a name.

    The file is gone when the list is, or its process.
    """

    def __init__(self, kind: type[T], records: Iterable[T] = (), *, in_memory: int | None = None) -> None:
        """Begins a list.

        Args:
            kind: of its records.
            records: the first ones.
            in_memory: how many stay in memory; `IN_MEMORY` unless given.
        """
        self._kind, self._n_first = kind, IN_MEMORY if in_memory is None else in_memory
        self._first: list[T] = []
        self._ends = array("Q", [0])
        self._file: IO[bytes] | None = None
        self.extend(records)

    def __reduce__(self) -> tuple[type[Spool[T]], tuple[type[T], list[T]]]:
        return Spool, (self._kind, list(self))  # a file does not travel with a copy

    def __len__(self) -> int:
        return len(self._first) + len(self._ends) - 1

    def append(self, record: T) -> None:
        """Adds a record at the end."""
        if len(self._first) < self._n_first:
            self._first.append(record)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="policyloom-")  # noqa: SIM115 -- open as long as the list
        data = to_json(record)
        self._file.seek(self._ends[-1])
        self._file.write(data)
        self._ends.append(self._ends[-1] + len(data))

    def extend(self, records: Iterable[T]) -> None:
        """Adds records at the end."""
        for record in records:
            self.append(record)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        if place < len(self._first):
            return self._first[place]
        at = place - len(self._first)
        if self._file is None:
            raise IndexError(place)
        self._file.seek(self._ends[at])
        return from_json(self._kind, self._file.read(self._ends[at + 1] - self._ends[at]))


class Picked(Sequence[U], Generic[U]):
    """Some records of a list, each made into something when it is asked for.

    Attributes:
        places: in the list, in the order of these.
    """

    def __init__(self, records: Sequence[T], places: Iterable[int], make: Callable[[T], U]) -> None:
        self.places = places if isinstance(places, array) else array("Q", places)
        self._records, self._make = records, make

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[U]:
        return (self._make(self._records[place]) for place in self.places)

    @overload
    def __getitem__(self, place: int) -> U: ...
    @overload
    def __getitem__(self, place: slice) -> list[U]: ...
    def __getitem__(self, place: int | slice) -> U | list[U]:
        if isinstance(place, slice):
            return [self._make(self._records[each]) for each in self.places[place]]
        return self._make(self._records[self.places[place]])
