"""Leave out words that a page draws and no reader sees, or sees struck through, and words that it draws twice."""

from __future__ import annotations

import bisect
import ctypes
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import pypdfium2.raw as c

from policyloom.extract.pdf.direct_calls import direct
from policyloom.extract.pdf.page import Word
from policyloom.extract.pdf.page_objects import PageObjects
from policyloom.extract.pdf.ruled_lines import Place, RuledLine

__all__ = ["NEAR_WHITE", "Paint", "Visible", "keep_visible"]

Rectangle = tuple[float, float, float, float]

MIN_COVER_SIDE = 3.0
"""Points; a smaller filled area covers no word."""

MAX_CORNERS = 6
"""Segments of a path up to which it can be a rectangle."""

MAX_OBJECTS = 5_000
"""Objects of a page that are looked at; a page with more is a drawing."""

NEAR_WHITE = 250
"""Value of each of red, green and blue from which a colour is white."""

STRIKE_ZONE = (0.12, 0.5)
"""How far above the baseline, in sizes, a line goes through letters rather than under or over them."""

MIN_STRUCK_SHARE = 0.8
"""Share of a word's width that a line goes through."""

MAX_STRIKE = 40.0
"""Points above a baseline up to which a line may go through the letters of the largest words."""

LEVEL = 4.0
"""Points; words on baselines further apart are not the same word drawn twice."""

MAX_SHIFT = 0.3
"""Sizes by which the second drawing of a word may miss the first."""

_count_segments = direct(c.FPDFPath_CountSegments, ctypes.c_int)
_bounds_of = direct(c.FPDFPageObj_GetBounds, ctypes.c_int)
_clip_path_of = direct(c.FPDFPageObj_GetClipPath, ctypes.c_void_p)
_count_paths = direct(c.FPDFClipPath_CountPaths, ctypes.c_int)
_count_segments_of_clip = direct(c.FPDFClipPath_CountPathSegments, ctypes.c_int)
_segment_of_clip = direct(c.FPDFClipPath_GetPathSegment, ctypes.c_void_p)
_point_of = direct(c.FPDFPathSegment_GetPoint, ctypes.c_int)
_draw_mode_of = direct(c.FPDFPath_GetDrawMode, ctypes.c_int)
_fill_colour_of = direct(c.FPDFPageObj_GetFillColor, ctypes.c_int)
_has_transparency = direct(c.FPDFPageObj_HasTransparency, ctypes.c_int)


class Paint(NamedTuple):
    """How a text object is painted: its address, and whether its letters are drawn not at all or in white."""

    thing: int
    is_invisible: bool = False
    is_white: bool = False


@dataclass(frozen=True, slots=True)
class Visible:
    """A page's words that a reader sees, and the number of characters of the others."""

    words: tuple[Word, ...]
    n_hidden: int = 0
    n_struck: int = 0


@dataclass(frozen=True, slots=True)
class _Layer:
    """What a page draws beside text: opaque areas with their position in the order of drawing, and pictures."""

    covers: tuple[tuple[int, Rectangle], ...]
    backgrounds: tuple[Rectangle, ...]
    pictures: tuple[Rectangle, ...]
    order: dict[int, int]


def keep_visible(
    objects: PageObjects,
    words: Sequence[Word],
    paints: Sequence[Paint],
    place: Place,
    *,
    rules: Iterable[RuledLine],
    has_fills: bool,
) -> Visible:
    """The words that a reader sees once each.

    Letters that are not drawn over a picture are the text of a scan, and stay.

    Args:
        objects: of the page.
        words: in the order of the file.
        paints: how each word is painted.
        place: from the page's coordinates to places on the page as it is shown.
        rules: the lines of the page.
        has_fills: whether the page fills areas, which may cover words.
    """
    is_any_unseen = any([paint.is_invisible or paint.is_white for paint in paints])
    hidden: set[int] = set()
    if has_fills or is_any_unseen:
        layer = _read_layer(objects, place, all_objects=is_any_unseen)
        hidden = _find_hidden(words, paints, layer)
    struck = _find_struck(words, [rule for rule in rules if rule[3] - rule[1] < 0.8]) - hidden
    left_out = hidden | struck | _find_repeated(words)
    if not left_out:
        return Visible(tuple(words))
    kept: list[Word] = []
    for i, word in enumerate(words):
        if i not in left_out:
            kept.append(word)
        elif word.eol and kept and not kept[-1].eol:
            kept[-1] = replace(kept[-1], eol="\n")
    n_hidden, n_struck = (sum(len(words[i].text) for i in found) for found in (hidden, struck))
    return Visible(tuple(kept), n_hidden, n_struck)


def _read_layer(objects: PageObjects, place: Place, *, all_objects: bool) -> _Layer:
    """A page's layer; of areas that cannot cover words only where `all_objects` are asked for."""
    covers, backgrounds, pictures = [], [], []
    order: dict[int, int] = {}
    first = zip(objects.addresses[:MAX_OBJECTS], objects.kinds[:MAX_OBJECTS], strict=True)
    for i, (address, kind) in enumerate(first):
        if kind == c.FPDF_PAGEOBJ_TEXT:
            order[address] = i
            continue
        item = ctypes.c_void_p(address)
        is_path = kind == c.FPDF_PAGEOBJ_PATH
        may_cover = is_path and _count_segments(item) <= MAX_CORNERS
        if not (may_cover or all_objects):
            continue
        colour = _fill_colour(item) if is_path else None
        if is_path and colour is None:
            continue
        box = _bounds(item, place)
        if box is None or min(box[2] - box[0], box[3] - box[1]) < MIN_COVER_SIDE:
            continue
        if may_cover and not _has_transparency(item):
            covers.append((i, box))
        if kind == c.FPDF_PAGEOBJ_IMAGE:
            pictures.append(box)
        elif colour is None or not _is_white(colour):
            backgrounds.append(box)
    return _Layer(tuple(covers), tuple(backgrounds), tuple(pictures), order)


def _bounds(item: ctypes.c_void_p, place: Place) -> Rectangle | None:
    """The rectangle of an object on the page as it is shown, cut to what its clip path leaves."""
    sides = [ctypes.c_float() for _ in range(4)]
    if not _bounds_of(item, *map(ctypes.byref, sides)):
        return None
    left, bottom, right, top = (side.value for side in sides)
    clip = ctypes.c_void_p(_clip_path_of(item))
    x, y = ctypes.c_float(), ctypes.c_float()
    x_place, y_place = ctypes.byref(x), ctypes.byref(y)
    for i in range(max(0, _count_paths(clip)) if clip else 0):
        points = []
        for k in range(min(100, max(0, _count_segments_of_clip(clip, i)))):
            if _point_of(ctypes.c_void_p(_segment_of_clip(clip, i, k)), x_place, y_place):
                points.append((x.value, y.value))
        if points:
            left, right = max(left, min(p[0] for p in points)), min(right, max(p[0] for p in points))
            bottom, top = max(bottom, min(p[1] for p in points)), min(top, max(p[1] for p in points))
    if left >= right or bottom >= top:
        return None
    a, b = place(left, bottom), place(right, top)
    return min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])


def _fill_colour(item: ctypes.c_void_p) -> tuple[int, int, int] | None:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not _draw_mode_of(item, ctypes.byref(mode), ctypes.byref(stroke)):
        return None
    if mode.value == c.FPDF_FILLMODE_NONE:
        return None
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not _fill_colour_of(item, *map(ctypes.byref, (red, green, blue, alpha))) or alpha.value < 255:
        return None
    return red.value, green.value, blue.value


def _is_white(colour: tuple[int, int, int]) -> bool:
    return min(colour) >= NEAR_WHITE


def _find_hidden(words: Sequence[Word], paints: Sequence[Paint], layer: _Layer) -> set[int]:
    """The positions of words that are not drawn, white on white, or covered by what is drawn later."""
    return {
        i
        for i, (word, paint) in enumerate(zip(words, paints, strict=True))
        if (layer.covers or paint.is_invisible or paint.is_white) and _is_hidden(word, paint, layer)
    }


def _is_hidden(word: Word, paint: Paint, layer: _Layer) -> bool:
    x, y = (word.x0 + word.x1) / 2, word.baseline - 0.3 * word.size
    if paint.is_invisible:
        return not any(_holds(box, x, y) for box in layer.pictures)
    if paint.is_white and not any(_holds(box, x, y) for box in (*layer.backgrounds, *layer.pictures)):
        return True
    at = layer.order.get(paint.thing)
    return at is not None and any(
        i > at
        and box[0] <= word.x0 + 0.5
        and box[2] >= word.x1 - 0.5
        and box[1] <= word.baseline - 0.5 * word.size
        and box[3] >= word.baseline - 0.5
        for i, box in layer.covers
    )


def _holds(box: Rectangle, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _find_struck(words: Sequence[Word], rules: Sequence[RuledLine]) -> set[int]:
    """The positions of words that a level line goes through, which is no longer than the words it goes through."""
    struck: set[int] = set()
    if not rules:
        return struck
    by_height = sorted(range(len(words)), key=lambda i: words[i].baseline)
    heights = [words[i].baseline for i in by_height]
    for x0, top, x1, _ in rules:
        near = by_height[bisect.bisect_left(heights, top) : bisect.bisect_right(heights, top + MAX_STRIKE)]
        hit = [
            i
            for i in near
            if STRIKE_ZONE[0] * words[i].size < words[i].baseline - top < STRIKE_ZONE[1] * words[i].size
            and min(x1, words[i].x1) - max(x0, words[i].x0) >= MIN_STRUCK_SHARE * (words[i].x1 - words[i].x0)
        ]
        if hit:
            size = words[hit[0]].size
            left, right = min(words[i].x0 for i in hit), max(words[i].x1 for i in hit)
            if left - x0 < size and x1 - right < size:
                struck.update(hit)
    return struck


def _find_repeated(words: Sequence[Word]) -> set[int]:
    """The positions of words that are drawn a second time where they already stand."""
    levels: dict[int, list[int]] = {}
    ends: dict[int, float] = {}
    again: set[int] = set()
    level, here, baseline, end = 0, [0], math.nan, 0.0
    for i, word in enumerate(words):
        if word.baseline != baseline:
            baseline = word.baseline
            level = int(baseline // LEVEL)
            here = levels.setdefault(level, [])
            end = max(ends.get(level - 1, 0.0), ends.get(level, 0.0), ends.get(level + 1, 0.0))
        # Words follow one another to the right, so one that begins before the last has ended may be drawn again.
        if end > word.x0 + 0.1 and any(
            _is_again(word, words[k]) for each in (level - 1, level, level + 1) for k in levels.get(each, ())
        ):
            again.add(i)
            continue
        here.append(i)
        if word.x1 > ends.get(level, 0.0):
            ends[level] = word.x1
            end = max(end, word.x1)
    return again


def _is_again(word: Word, other: Word) -> bool:
    """Whether a word is another drawn again, or some of its letters."""
    shift = MAX_SHIFT * word.size
    if abs(other.baseline - word.baseline) >= shift:
        return False
    if other.text == word.text:
        return abs(other.x0 - word.x0) < min(shift, 0.5 * (word.x1 - word.x0) + 0.1)
    return len(word.text) > 1 and abs(other.baseline - word.baseline) < 1 and _is_part_of(word, other)


def _is_part_of(word: Word, other: Word) -> bool:
    """Whether a word is drawn over letters of another that are the same."""
    return (
        other.x0 < word.x0 + 0.1
        and word.x1 < other.x1 + 0.5
        and len(word.text) < len(other.text)
        and word.text in other.text
    )
