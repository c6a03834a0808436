"""The data of a page on which coders are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policyloom.framework import Framework
from policyloom.report.views import Detail

if TYPE_CHECKING:
    from policyloom.learn.agreement import Agreement, ElementAgreement

__all__ = ["agreement_view"]

Pair = tuple[str, str]
MAX_TEXT = 400
"""Characters of a sentence that the page shows."""


@dataclass(frozen=True, slots=True)
class Against:
    """How a coder does on one element, or on all together, by a person's labels."""

    id: str
    label: str
    precision: float | None
    recall: float | None
    f1: float | None
    f1_interval: tuple[float, float] | None
    n_person: int
    n_coder: int


@dataclass(frozen=True, slots=True)
class AgainstView:
    """A coder by a person's labels, all elements together in the first row."""

    person: str
    coder: str
    rows: tuple[Against, ...]


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """A sentence in which two coders part ways, and what each says of it."""

    document: str
    text: str
    first: str
    second: str
    n_links: int


@dataclass(frozen=True, slots=True)
class PairView:
    """Two coders, and the sentences in which they part ways; `n_left` of these are not shown."""

    number: int
    first: str
    second: str
    result: Agreement
    rows: tuple[tuple[str, str, ElementAgreement], ...]
    differences: tuple[DifferenceView, ...]
    n_left: int


def agreement_view(
    *,
    framework: Framework,
    pairs: Mapping[Pair, Agreement],
    alpha: Mapping[str, float | None],
    people: Sequence[str],
    described: Mapping[str, str],
    detail: Detail,
) -> dict[str, object]:
    """The data of the page: pairs in the order given, each coder against each person, and where two part ways."""
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    return {
        "coders": [(name, described.get(name, "labels of a person")) for name in names],
        "pairs": [
            _pair(number, pair, result, framework, detail)
            for number, (pair, result) in enumerate(pairs.items(), 1)
        ],
        "against": [
            _against(person, coder, result, framework, is_first=person == first)
            for (first, second), result in pairs.items()
            for person, coder in ((first, second), (second, first))
            if person in people and coder not in people
        ],
        "alpha": [(id, framework[id].label, value) for id, value in alpha.items()] if len(names) > 2 else [],
    }


def _pair(number: int, pair: Pair, result: Agreement, framework: Framework, detail: Detail) -> PairView:
    shown = result.differences[: detail.n_headings]
    return PairView(
        number,
        *pair,
        result,
        tuple((id, framework[id].label, figures) for id, figures in result.by_element.items()),
        tuple(
            DifferenceView(
                d.first.doc, _cut(d.first.text), d.first.in_words(), d.second.in_words(), d.n_links
            )
            for d in shown
        ),
        len(result.differences) - len(shown),
    )


def _against(
    person: str, coder: str, result: Agreement, framework: Framework, *, is_first: bool
) -> AgainstView:
    """A coder by a person's labels, whichever of the two stands first in their agreement."""
    rows = []
    for id, figures in result.by_element.items():
        n_person, n_coder = figures.n_first, figures.n_second
        if not is_first:
            n_person, n_coder = n_coder, n_person
        rows.append(
            Against(
                id, framework[id].label, _share(figures.n_both, n_coder), _share(figures.n_both, n_person), figures.f1,
                figures.f1_interval, n_person, n_coder,
            )
        )  # fmt: skip
    n_both = sum(figures.n_both for figures in result.by_element.values())
    n_person, n_coder = sum(row.n_person for row in rows), sum(row.n_coder for row in rows)
    every = Against(
        "", "all elements", _share(n_both, n_coder), _share(n_both, n_person), result.f1, result.intervals["f1"],
        n_person, n_coder,
    )  # fmt: skip
    return AgainstView(person, coder, (every, *rows))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
