"""The data of a PMC index's page: policies by index, each with its cells and the quotes behind them."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policyloom.check.pmc import PmcCell, PmcPolicy, PmcScore
from policyloom.framework.variables import Variable, VariableList
from policyloom.records import Failure
from policyloom.report.views import Detail

__all__ = ["pmc_view"]

MIN_QUOTES_WITH_SURFACES = 3
"""A page so large that it shows fewer quotes in one place leaves the surfaces out."""


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell with its variable and its quote as shown."""

    cell: PmcCell
    variable: Variable
    quote: str
    page: int


@dataclass(frozen=True, slots=True)
class MainView:
    """A main variable of a policy, its value, and its cells."""

    main: Variable
    value: float | None
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A policy with its index; `surface` is a figure as a data address, "" where there is none."""

    number: int
    score: PmcScore
    mains: tuple[MainView, ...]
    surface: str


def pmc_view(
    *,
    variables: VariableList,
    policies: Sequence[PmcPolicy],
    scores: Sequence[PmcScore],
    failures: Sequence[Failure],
    surfaces: Mapping[str, bytes],
    detail: Detail,
) -> dict[str, object]:
    """The data of the page: policies with the highest index first, those without one last."""
    by_id = {policy.document: policy for policy in policies}
    ordered = sorted(scores, key=lambda s: (s.index is None, -(s.index or 0.0), s.document))
    shown = surfaces if detail.n_quotes >= MIN_QUOTES_WITH_SURFACES else {}
    views = [
        PolicyView(
            number,
            score,
            tuple(_main(main, score, by_id[score.document], variables, detail) for main in variables.mains),
            _address(shown.get(score.document)),
        )
        for number, score in enumerate(ordered)
    ]
    return {
        "variables": variables,
        "policies": views,
        "failures": sorted(failures, key=lambda failure: failure.source),
        "limits": _limits(variables),
        "n_edited": sum(score.n_edited for score in scores),
        "surfaces_left_out": bool(surfaces) and not shown,
    }


def _main(
    main: Variable, score: PmcScore, policy: PmcPolicy, variables: VariableList, detail: Detail
) -> MainView:
    cells = {cell.variable: cell for cell in policy.cells}
    views = []
    for part in variables.parts(main):
        cell = cells[part.id]
        words = " ".join(cell.evidence.quote.split()) if cell.evidence else ""
        if len(words) > detail.quote_length:
            words = words[: detail.quote_length].rstrip() + " […]" if detail.quote_length else ""
        views.append(CellView(cell, part, words, cell.evidence.page if cell.evidence else 0))
    return MainView(main, score.mains[main.id], tuple(views))


def _address(picture: bytes | None) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(picture).decode() if picture else ""


def _limits(variables: VariableList) -> str:
    """The bands in words, from the highest."""
    told = [f"{band.label} from {band.at_least:g}" for band in variables.bands[:-1]]
    return ", ".join((*told, f"{variables.bands[-1].label} below"))
