"""How far a run is, for whoever follows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Progress", "Tell", "tell_nobody"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: `done` of `total` documents; `source` is the file just done; `stage` in words."""

    stage: str
    done: int
    total: int
    source: str = ""


Tell = Callable[[Progress], None]


def tell_nobody(progress: Progress) -> None:
    """Stands in where nobody follows the run."""
