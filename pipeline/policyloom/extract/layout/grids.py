"""Find the grids that ruled lines and coloured areas make, as cells, with pdfplumber's table finder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pdfplumber import table as finder

from policyloom.extract.pdf.ruled_lines import WHITE, Fill, RuledLine

__all__ = ["Rectangle", "bounds", "find_grids"]

Rectangle = tuple[float, float, float, float]
"""x0, top, x1, bottom."""

TOLERANCE = 3
"""Points by which ruled lines that belong together may miss one another."""

MIN_CELL_SIDE = 5.0
"""Points; a smaller cell is the gap of a double line."""

MIN_OPEN_WIDTH = 15.0
"""Points by which level lines reach past the last upright one where a table has no outer line."""

MAX_COMPARED = 600
"""Lines, or areas, up to which each is compared with each."""

MIN_RULED_SHARE = 0.6
"""Share of a grid of lines and coloured areas that grids of lines alone cover where the lines alone tell the cells."""


def find_grids(ruled_lines: Sequence[RuledLine], fills: Sequence[Fill] = ()) -> list[list[Rectangle]]:
    """The cells of each grid on a page.

    Ruled lines tell the cells where there are any; the edges of coloured areas only where they are the edges there are.
    """
    ruled = _grids_of(ruled_lines)
    edges = _edges_of_fills(fills)
    if not edges:
        return ruled
    grids = []
    used: set[int] = set()
    for grid in _grids_of([*ruled_lines, *edges]):
        box = bounds(grid)
        inside = [i for i, other in enumerate(ruled) if _share_inside(bounds(other), box) > 0.5]
        if sum(_area(bounds(ruled[i])) for i in inside) >= MIN_RULED_SHARE * _area(box):
            continue
        grids.append(grid)
        used.update(inside)
    return [grid for i, grid in enumerate(ruled) if i not in used] + grids


def bounds(cells: Iterable[Rectangle]) -> Rectangle:
    """The rectangle around cells."""
    x0, top, x1, bottom = zip(*cells, strict=True)
    return min(x0), min(top), max(x1), max(bottom)


def _area(box: Rectangle) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _share_inside(box: Rectangle, other: Rectangle) -> float:
    shared = (max(box[0], other[0]), max(box[1], other[1]), min(box[2], other[2]), min(box[3], other[3]))
    return _area(shared) / max(1e-6, _area(box)) if shared[0] < shared[2] and shared[1] < shared[3] else 0.0


def _grids_of(lines: Sequence[RuledLine]) -> list[list[Rectangle]]:
    if len(lines) < 4:
        return []
    try:
        edges = _merge([_edge(line) for line in lines])
        if len(edges) <= MAX_COMPARED:
            edges = _merge(edges + _outer_edges(edges))
        crossings = finder.edges_to_intersections(edges, TOLERANCE, TOLERANCE)
        tables = finder.cells_to_tables(finder.intersections_to_cells(crossings))
    except (ValueError, IndexError, KeyError):
        return []
    grids = (
        [cell for cell in table if min(cell[2] - cell[0], cell[3] - cell[1]) >= MIN_CELL_SIDE]
        for table in tables
    )
    return [grid for grid in grids if grid]


def _merge(edges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list(
        finder.merge_edges(
            edges,
            snap_x_tolerance=TOLERANCE,
            snap_y_tolerance=TOLERANCE,
            join_x_tolerance=TOLERANCE,
            join_y_tolerance=TOLERANCE,
        )
    )


def _edge(line: RuledLine) -> dict[str, Any]:
    """A ruled line as the finder takes it."""
    x0, top, x1, bottom = line
    flat = bottom - top < 0.8
    return {
        "x0": x0, "x1": x1, "top": top, "bottom": top if flat else bottom, "width": x1 - x0, "height": bottom - top,
        "orientation": "h" if flat else "v", "object_type": "line",
    }  # fmt: skip


def _outer_edges(edges: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The upright sides that a table without outer lines would have: at the ends of its level lines."""
    added = []
    for group in _connected(edges):
        level = [edge for edge in group if edge["orientation"] == "h"]
        upright = [edge for edge in group if edge["orientation"] == "v"]
        if len(level) < 3 or not upright:
            continue
        x0, x1 = min(edge["x0"] for edge in level), max(edge["x1"] for edge in level)
        for x, side in ((x0, "x0"), (x1, "x1")):
            ends = [edge for edge in level if abs(edge[side] - x) <= TOLERANCE]
            near = [edge for edge in upright if abs(edge["x0"] - x) < MIN_OPEN_WIDTH]
            top, bottom = (min(edge["top"] for edge in ends), max(edge["top"] for edge in ends))
            drawn = sum(edge["bottom"] - edge["top"] for edge in near)
            if len(ends) >= 3 and drawn < 0.9 * (bottom - top):
                added.append(_edge((x, top, x, bottom)))
    return added


def _connected(edges: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The edges in groups of those that touch, directly or through others."""
    waiting, groups = list(edges), []
    while waiting:
        group, reach = [waiting.pop()], 0
        while reach < len(group):
            one = group[reach]
            reach += 1
            touching = [other for other in waiting if _touch(one, other)]
            if touching:
                group += touching
                taken = set(map(id, touching))
                waiting = [other for other in waiting if id(other) not in taken]
        groups.append(group)
    return groups


def _touch(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return bool(
        a["x0"] <= b["x1"] + TOLERANCE
        and b["x0"] <= a["x1"] + TOLERANCE
        and a["top"] <= b["bottom"] + TOLERANCE
        and b["top"] <= a["bottom"] + TOLERANCE
    )


def _edges_of_fills(fills: Sequence[Fill]) -> list[RuledLine]:
    """The edges of coloured areas, but not those between strips of one colour that make one area."""
    areas = sorted(
        {fill for fill in fills if fill[4] != WHITE}, key=lambda fill: (fill[1], fill[0], fill[2], fill[3])
    )
    if len(areas) <= MAX_COMPARED:
        areas = _join_strips([area for area in areas if not _is_covered(area, areas)])
    edges: list[RuledLine] = []
    for x0, top, x1, bottom, _ in areas:
        edges += [(x0, top, x1, top), (x0, bottom, x1, bottom), (x0, top, x0, bottom), (x1, top, x1, bottom)]
    return edges


def _is_covered(area: Fill, areas: Sequence[Fill]) -> bool:
    """Whether an area lies within a larger one of its colour."""
    return any(
        other[4] == area[4]
        and other[0] <= area[0] + 0.5
        and other[1] <= area[1] + 0.5
        and other[2] >= area[2] - 0.5
        and other[3] >= area[3] - 0.5
        and _area(other[:4]) > _area(area[:4]) + 1
        for other in areas
    )


def _join_strips(areas: Sequence[Fill]) -> list[Fill]:
    """The areas, with those of one colour and width that stand on one another joined, and margins with their strips."""
    joined: list[Fill] = []
    for area in areas:
        for i, other in enumerate(joined):
            stacked = (
                abs(other[0] - area[0]) < 1 and abs(other[2] - area[2]) < 1 and -1 < area[1] - other[3] < 1
            )
            if other[4] == area[4] and stacked:
                joined[i] = (*other[:3], area[3], area[4])
                break
        else:
            joined.append(area)
    wide = [area for area in joined if area[2] - area[0] >= 8]
    for narrow in (area for area in joined if area[2] - area[0] < 8):
        for i, other in enumerate(wide):
            beside = abs(other[0] - narrow[2]) < 1 or abs(other[2] - narrow[0]) < 1
            if other[4] == narrow[4] and beside and min(other[3], narrow[3]) > max(other[1], narrow[1]):
                wide[i] = (min(other[0], narrow[0]), other[1], max(other[2], narrow[2]), other[3], other[4])
                break
        else:
            wide.append(narrow)
    return wide
