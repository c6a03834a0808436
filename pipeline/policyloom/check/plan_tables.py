"""Tables of plans, such as an implementation matrix: each row says what is to be done, by whom, by when, how it is watched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policyloom.check.commitment import to_forms
from policyloom.framework import Particular
from policyloom.languages.cues import Cues, PlanColumn
from policyloom.records import Block, Cell, Tagged

__all__ = ["PlanRow", "find_plan_rows"]

ANSWERING: tuple[PlanColumn, ...] = ("actor", "deadline", "monitoring")
"""The columns of which a table must have one, beside what is to be done, to be that of a plan."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A row of a plan's table.

    Attributes:
        actions: the cells that say what is to be done.
        others: the cells that say by whom, by when, how watched or how much.
    """

    actions: tuple[Cell, ...]
    others: dict[Particular, Cell]


def find_plan_rows(tagged: Tagged, cues: Cues) -> list[PlanRow]:
    """The rows of all tables whose heads name what is to be done, and who does it, by when, or how it is watched."""
    return [row for block in tagged.document.blocks if block.cells for row in _rows_of(tagged, block, cues)]


def _rows_of(tagged: Tagged, block: Block, cues: Cues) -> Iterator[PlanRow]:
    first = min(cell.row for cell in block.cells)
    heads = [cell for cell in block.cells if cell.row == first]
    columns: dict[int, PlanColumn] = {}
    for head in heads:
        column = cues.plan_column(to_forms(tagged.document.quote(head)))
        if column is not None:
            columns |= dict.fromkeys(range(head.column, head.column + head.column_span), column)
    held = set(columns.values())
    if "action" not in held or held.isdisjoint(ANSWERING):
        return
    end = max(head.row + head.row_span for head in heads)
    for row in range(end, max(cell.row + cell.row_span for cell in block.cells)):
        actions: list[Cell] = []
        others: dict[Particular, Cell] = {}
        for cell in block.cells:
            column = columns.get(cell.column)
            if (
                column is None
                or (cell.is_head and column != "action")
                or not cell.row <= row < cell.row + cell.row_span
            ):
                continue
            if column == "action":
                actions += [cell] if cell.row == row else []
            elif _says_something(tagged.document.quote(cell), cues):
                others.setdefault(column, cell)
        if actions:
            yield PlanRow(tuple(actions), others)


def _says_something(words: str, cues: Cues) -> bool:
    return " ".join(words.lower().split()).strip(".") not in cues.empty_cells
