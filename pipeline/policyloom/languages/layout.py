"""The words by which the parts of a printed document are recognised, for one language."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LayoutWords"]


@dataclass(frozen=True, slots=True)
class LayoutWords:
    """What `extract` asks of a language."""
