"""Records as JSON and back."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

__all__ = ["from_json", "to_json"]

T = TypeVar("T")


def to_json(record: object) -> bytes:
    """A record, or a list of records, as UTF-8 JSON with keys in the order of the fields."""
    return msgspec.json.encode(record)


def from_json(cls: type[T], data: bytes | str) -> T:
    """The record that `to_json` wrote.

    Raises:
        ValueError: the JSON is damaged or does not fit the record; the text names the place.
    """
    try:
        return _decoder(cls).decode(data)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"not a {cls.__name__}: {error}") from error


_DECODERS: dict[type[Any], msgspec.json.Decoder[Any]] = {}


def _decoder(cls: type[T]) -> msgspec.json.Decoder[T]:
    if cls not in _DECODERS:
        _DECODERS[cls] = msgspec.json.Decoder(cls)
    return _DECODERS[cls]
