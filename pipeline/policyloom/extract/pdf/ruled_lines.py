"""Read the ruled lines that a page draws, with PDFium."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as c

__all__ = ["RuledLine", "read_ruled_lines"]

RuledLine = tuple[float, float, float, float]
"""A straight line on a page as x0, top, x1, bottom; one of its sides is (nearly) zero."""

MAX_LINES = 3_000
"""A page with more is a drawing."""

MAX_FORM_DEPTH = 2
"""Forms within forms that are looked into."""

MAX_THICKNESS = 0.8
"""Points; a side of a rectangle that is no thicker is a line of its own."""

MIN_LENGTH = 6.0
"""Points; what is shorter is a dot or a part of a drawing."""


def read_ruled_lines(page: Any, left: float, top: float) -> tuple[RuledLine, ...]:
    """The horizontal and vertical lines that a page draws, none where it draws too many for a table.

    Args:
        page: PDFium's page.
        left: where the page as it is shown begins, in points.
        top: its upper edge.
    """
    lines: list[RuledLine] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    m = c.FS_MATRIX()
    for item in _paths(page, c.FPDFPage_CountObjects, c.FPDFPage_GetObject, depth=0):
        n = c.FPDFPath_CountSegments(item)
        if n < 2 or n > 400 or not c.FPDFPageObj_GetMatrix(item, m):
            continue
        last: tuple[float, float] | None = None
        start: tuple[float, float] | None = None
        for k in range(n):
            segment = c.FPDFPath_GetPathSegment(item, k)
            if not c.FPDFPathSegment_GetPoint(segment, x, y):
                break
            point = (
                m.a * x.value + m.c * y.value + m.e - left,
                top - (m.b * x.value + m.d * y.value + m.f),
            )
            kind = c.FPDFPathSegment_GetType(segment)
            if kind == c.FPDF_SEGMENT_LINETO and last:
                _add(lines, last, point)
            elif kind == c.FPDF_SEGMENT_MOVETO:
                start = point
            last = point
            if c.FPDFPathSegment_GetClose(segment) and start:
                _add(lines, point, start)
                last = start
        if len(lines) > MAX_LINES:
            return ()
    return tuple(lines)


def _paths(parent: Any, count: Any, get: Any, *, depth: int) -> Iterator[Any]:
    """The drawn paths of a page or form, and of the forms within it."""
    for i in range(count(parent)):
        item = get(parent, i)
        kind = c.FPDFPageObj_GetType(item)
        if kind == c.FPDF_PAGEOBJ_PATH:
            yield item
        elif kind == c.FPDF_PAGEOBJ_FORM and depth < MAX_FORM_DEPTH:
            yield from _paths(item, c.FPDFFormObj_CountObjects, c.FPDFFormObj_GetObject, depth=depth + 1)


def _add(lines: list[RuledLine], a: tuple[float, float], b: tuple[float, float]) -> None:
    x0, x1 = sorted((a[0], b[0]))
    y0, y1 = sorted((a[1], b[1]))
    if (x1 - x0 < MAX_THICKNESS) != (y1 - y0 < MAX_THICKNESS) and max(x1 - x0, y1 - y0) > MIN_LENGTH:
        lines.append((x0, y0, x1, y1))
