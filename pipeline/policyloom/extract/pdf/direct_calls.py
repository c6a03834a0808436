"""PDFium's functions, called in half the time that they take through pypdfium2: some are called for every word.

Without declared types of arguments, ctypes converts none: a number goes over as C's `int`, and an address must come as
`address_of`, `ctypes.byref` or `ctypes.c_void_p`. Python's lock is held, as each call takes less than a microsecond.
"""

from __future__ import annotations

import ctypes
from typing import Any

__all__ = ["address_of", "direct"]


def direct(function: Any, result: type | None = None) -> Any:
    """A function of PDFium that returns a `result`; `c_void_p` comes as a number, and as None where it is 0."""
    return ctypes.PYFUNCTYPE(result)(ctypes.cast(function, ctypes.c_void_p).value or 0)


def address_of(handle: Any) -> Any:
    """PDFium's handle of a page or a page's text as the argument that is passed fastest."""
    return ctypes.byref(handle.contents)
