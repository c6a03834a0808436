"""Read the ruled lines and coloured areas that a page draws, with PDFium."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator

import pypdfium2.raw as c

from policyloom.extract.pdf.direct_calls import direct
from policyloom.extract.pdf.page_objects import PageObjects, list_form_objects

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

_count_segments = direct(c.FPDFPath_CountSegments, ctypes.c_int)
_segment_of = direct(c.FPDFPath_GetPathSegment, ctypes.c_void_p)
_point_of = direct(c.FPDFPathSegment_GetPoint, ctypes.c_int)
_kind_of = direct(c.FPDFPathSegment_GetType, ctypes.c_int)
_is_closed = direct(c.FPDFPathSegment_GetClose, ctypes.c_int)
_matrix_of = direct(c.FPDFPageObj_GetMatrix, ctypes.c_int)
_draw_mode_of = direct(c.FPDFPath_GetDrawMode, ctypes.c_int)
_fill_colour_of = direct(c.FPDFPageObj_GetFillColor, ctypes.c_int)


def read_ruled_lines(objects: PageObjects, place: Place) -> tuple[tuple[RuledLine, ...], tuple[Fill, ...]]:
    """The horizontal and vertical lines that a page draws, and its filled rectangles; none of a drawing.

    The edge of a filled area is no line: word processors shade a cell in strips, one for each line of text.

    Args:
        objects: of the page.
        place: from the page's coordinates to places on the page as it is shown.
    """
    lines: list[RuledLine] = []
    fills: list[Fill] = []
    for item in _paths(objects, depth=0):
        n = _count_segments(item)
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


def _paint(item: ctypes.c_void_p) -> tuple[int | None, bool]:
    """The colour that a path is filled with, none if it is not filled, and whether its outline is drawn."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not _draw_mode_of(item, ctypes.byref(mode), ctypes.byref(stroke)):
        return 0, True
    if mode.value == c.FPDF_FILLMODE_NONE:
        return None, bool(stroke.value)
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not _fill_colour_of(item, *map(ctypes.byref, (red, green, blue, alpha))):
        return 0, bool(stroke.value)
    return red.value << 16 | green.value << 8 | blue.value, bool(stroke.value)


def _segments(
    item: ctypes.c_void_p, n: int, place: Place
) -> tuple[list[RuledLine], list[tuple[float, float]]]:
    """The upright and level lines of a path, and its corners; no corners where a part of it is a curve."""
    m = c.FS_MATRIX()
    if not _matrix_of(item, ctypes.byref(m)):
        return [], []
    lines: list[RuledLine] = []
    corners: list[tuple[float, float]] = []
    is_straight = True
    x, y = ctypes.c_float(), ctypes.c_float()
    x_place, y_place = ctypes.byref(x), ctypes.byref(y)
    last: tuple[float, float] | None = None
    start: tuple[float, float] | None = None
    for k in range(n):
        segment = ctypes.c_void_p(_segment_of(item, k))
        if not _point_of(segment, x_place, y_place):
            break
        point = place(m.a * x.value + m.c * y.value + m.e, m.b * x.value + m.d * y.value + m.f)
        kind = _kind_of(segment)
        if kind == c.FPDF_SEGMENT_LINETO and last:
            _add(lines, last, point)
        elif kind == c.FPDF_SEGMENT_MOVETO:
            start = point
        else:
            is_straight = False
        corners.append(point)
        last = point
        if start and _is_closed(segment):
            _add(lines, point, start)
            last = start
    return lines, corners if is_straight else []


def _paths(objects: PageObjects, *, depth: int) -> Iterator[ctypes.c_void_p]:
    """The drawn paths of a page or form, and of the forms within it."""
    for address, kind in zip(*objects, strict=True):
        if kind == c.FPDF_PAGEOBJ_PATH:
            yield ctypes.c_void_p(address)
        elif kind == c.FPDF_PAGEOBJ_FORM and depth < MAX_FORM_DEPTH:
            yield from _paths(list_form_objects(address), depth=depth + 1)


def _add(lines: list[RuledLine], a: tuple[float, float], b: tuple[float, float]) -> None:
    x0, x1 = (a[0], b[0]) if a[0] <= b[0] else (b[0], a[0])
    y0, y1 = (a[1], b[1]) if a[1] <= b[1] else (b[1], a[1])
    if (x1 - x0 < MAX_THICKNESS) != (y1 - y0 < MAX_THICKNESS) and max(x1 - x0, y1 - y0) > MIN_LENGTH:
        lines.append((x0, y0, x1, y1))
