"""Tables whose columns are declared once: a frame must have all of them and no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["in_columns"]


def in_columns(frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """The frame with its columns in the declared order.

    Raises:
        ValueError: the frame lacks a declared column, or has one that is not declared; it would not be written.
    """
    differ = sorted(set(map(str, frame.columns)) ^ columns.keys())
    if differ:
        raise ValueError(f"a table and its declared columns differ in {', '.join(differ)}")
    return frame[list(columns)]
