"""Read the ruled lines and coloured areas that a page draws, with PDFium."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2.raw as c

__all__ = ["WHITE", "Fill", "Place", "RuledLine", "read_ruled_lines"]

RuledLine = tuple[float, float, float, float]
"""A straight line on a page as x0, top, x1, bottom; one of its sides is (nearly) zero."""

Fill = tuple[float, float, float, float, int]
"""A rectangle filled with one colour, as x0, top, x1, bottom and the colour as one number."""

Place = Callable[[float, float], tuple[float, float]]
"""Where a point of the page's own coordinates lies, from the top left of the page as it is shown."""

MAX_LINES = 3_000
"""A page with more is a drawing."""

MAX_FORM_DEPTH = 2
"""Forms within forms that are looked into."""

MAX_THICKNESS = 0.8
"""Points; a side of a rectangle that is no thicker is a line of its own."""

MIN_FILL_SIDE = 3.0
"""Points; a filled rectangle with a shorter side is a thick line."""

MIN_LENGTH = 6.0
"""Points; what is shorter is a dot or a part of a drawing."""

WHITE = 0xFFFFFF
"""The colour of paper: an area filled with it may cover words, and makes no cell."""


def read_ruled_lines(page: Any, place: Place) -> tuple[tuple[RuledLine, ...], tuple[Fill, ...]]:
    """The horizontal and vertical lines that a page draws, and its filled rectangles; none of a drawing.

    The edge of a filled area is no line: word processors shade a cell in strips, one for each line of text.

    Args:
        page: PDFium's page.
        place: from the page's coordinates to places on the page as it is shown.
    """
    lines: list[RuledLine] = []
    fills: list[Fill] = []
    for item in _paths(page, c.FPDFPage_CountObjects, c.FPDFPage_GetObject, depth=0):
        n = c.FPDFPath_CountSegments(item)
        if n < 2 or n > 400:
            continue
        colour, is_stroked = _paint(item)
        if colour is None and not is_stroked:
            continue
        found, corners = _segments(item, n, place)
        if not is_stroked and n <= 6 and len(corners) >= 4:
            x0, x1 = min(x for x, _ in corners), max(x for x, _ in corners)
            top, bottom = min(y for _, y in corners), max(y for _, y in corners)
            if min(x1 - x0, bottom - top) >= MIN_FILL_SIDE:
                if colour is not None:
                    fills.append((x0, top, x1, bottom, colour))
                continue
        lines += found
        if len(lines) > MAX_LINES or len(fills) > MAX_LINES:
            return (), ()
    return tuple(lines), tuple(fills)


def _paint(item: Any) -> tuple[int | None, bool]:
    """The colour that a path is filled with, none if it is not filled, and whether its outline is drawn."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not c.FPDFPath_GetDrawMode(item, mode, stroke):
        return 0, True
    if mode.value == c.FPDF_FILLMODE_NONE:
        return None, bool(stroke.value)
    parts = [ctypes.c_uint() for _ in range(4)]
    if not c.FPDFPageObj_GetFillColor(item, *parts):
        return 0, bool(stroke.value)
    red, green, blue, _ = (part.value for part in parts)
    return red << 16 | green << 8 | blue, bool(stroke.value)


def _segments(item: Any, n: int, place: Place) -> tuple[list[RuledLine], list[tuple[float, float]]]:
    """The upright and level lines of a path, and its corners; no corners where a part of it is a curve."""
    m = c.FS_MATRIX()
    if not c.FPDFPageObj_GetMatrix(item, m):
        return [], []
    lines: list[RuledLine] = []
    corners: list[tuple[float, float]] = []
    is_straight = True
    x, y = ctypes.c_float(), ctypes.c_float()
    last: tuple[float, float] | None = None
    start: tuple[float, float] | None = None
    for k in range(n):
        segment = c.FPDFPath_GetPathSegment(item, k)
        if not c.FPDFPathSegment_GetPoint(segment, x, y):
            break
        point = place(m.a * x.value + m.c * y.value + m.e, m.b * x.value + m.d * y.value + m.f)
        kind = c.FPDFPathSegment_GetType(segment)
        if kind == c.FPDF_SEGMENT_LINETO and last:
            _add(lines, last, point)
        elif kind == c.FPDF_SEGMENT_MOVETO:
            start = point
        else:
            is_straight = False
        corners.append(point)
        last = point
        if c.FPDFPathSegment_GetClose(segment) and start:
            _add(lines, point, start)
            last = start
    return lines, corners if is_straight else []


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
