"""Tables on disk: frames as CSV files that spreadsheets open rightly and cannot be made to run."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["safe_cell", "write_bytes", "write_csv"]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the start of a formula, with the full-width forms that some accept.

Source: OWASP, CSV Injection.
"""

DECIMALS = 6


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula.

    Example:
        >>> safe_cell("=1+1"), safe_cell("tax relief")
        ("'=1+1", 'tax relief')
    """
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def write_csv(frame: pd.DataFrame, path: str | Path) -> None:
    """Writes a frame without its index: UTF-8 with BOM, Unix line ends, floats to six decimals.

    Text cells are made safe, a missing value is an empty cell, and the file appears whole or not at all.
    """
    frame = frame.copy()
    for column in frame.columns:
        values = frame[column]
        if values.dtype.kind == "f":
            # Adding zero turns -0.0, which depends on the order of a sum, into 0.0.
            frame[column] = values.round(DECIMALS) + 0.0
        elif values.dtype.kind not in "iub":
            frame[column] = values.map(lambda cell: safe_cell(cell) if isinstance(cell, str) else cell)
    text = frame.to_csv(index=False, lineterminator="\n")
    write_bytes(text.encode("utf-8-sig"), path)


def write_bytes(data: bytes, path: str | Path) -> None:
    """Writes a file that appears whole or not at all."""
    path = Path(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        # mkstemp gives 0600; a result is as readable as any other file of its folder.
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
