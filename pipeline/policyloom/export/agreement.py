"""How far coders agree, as tables: a row a pair of coders and element, and a row a sentence in which two part ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policyloom.export.tables import Column, Table, TableRow
from policyloom.framework import Framework

if TYPE_CHECKING:
    from policyloom.learn.agreement import Agreement, Difference, ElementAgreement

__all__ = ["AGREEMENT", "DIFFERENCES", "agreement_rows", "difference_rows"]

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _ElementIn:
    pair: Pair
    result: Agreement
    element: str
    label: str
    figures: ElementAgreement


@dataclass(frozen=True, slots=True)
class _DifferenceIn:
    pair: Pair
    difference: Difference


def _end(interval: tuple[float, float] | None, at: int) -> float | None:
    return None if interval is None else interval[at]


AGREEMENT: Table[_ElementIn] = Table(
    (
        Column("first", "the first coder", lambda x: x.pair[0]),
        Column("second", "the second coder", lambda x: x.pair[1]),
        Column("element", "the element's id", lambda x: x.element),
        Column("label", "its label", lambda x: x.label),
        Column("sentences", "that both have coded", lambda x: x.result.sentences, "int64"),
        Column("documents", "of which these are", lambda x: x.result.documents, "int64"),
        Column("kappa", "Cohen's kappa; empty where not defined", lambda x: x.figures.kappa, "Float64"),
        Column("kappa_low", "its 95 % interval over documents", lambda x: _end(x.figures.kappa_interval, 0), "Float64"),
        Column("kappa_high", "the same", lambda x: _end(x.figures.kappa_interval, 1), "Float64"),
        Column("f1", "F1 of one by the other", lambda x: x.figures.f1, "Float64"),
        Column("f1_low", "its 95 % interval over documents", lambda x: _end(x.figures.f1_interval, 0), "Float64"),
        Column("f1_high", "the same", lambda x: _end(x.figures.f1_interval, 1), "Float64"),
        Column("precision", "the share of what the second names that the first names", lambda x: x.figures.precision, "Float64"),
        Column("recall", "the share of what the first names that the second names", lambda x: x.figures.recall, "Float64"),
        Column("n_both", "sentences in which both name it", lambda x: x.figures.n_both, "int64"),
        Column("n_first", "in which the first does", lambda x: x.figures.n_first, "int64"),
        Column("n_second", "in which the second does", lambda x: x.figures.n_second, "int64"),
    )
)  # fmt: skip

DIFFERENCES: Table[_DifferenceIn] = Table(
    (
        Column("first", "the first coder", lambda x: x.pair[0]),
        Column("second", "the second coder", lambda x: x.pair[1]),
        Column("document", "the document's id", lambda x: x.difference.first.doc),
        Column("sentence_id", "the sentence's id", lambda x: x.difference.first.id),
        Column("n_links", "pairs of a mechanism and a target that only one of the two brings together", lambda x: x.difference.n_links, "int64"),
        Column("first_says", "elements with status, and links, by the first", lambda x: x.difference.first.in_words()),
        Column("second_says", "the same by the second", lambda x: x.difference.second.in_words()),
        Column("sentence", "verbatim", lambda x: x.difference.first.text),
    )
)  # fmt: skip


def agreement_rows(pairs: Mapping[Pair, Agreement], framework: Framework) -> list[TableRow]:
    """A row for each two coders and each element that either names."""
    return AGREEMENT.rows(
        _ElementIn(pair, result, id, framework[id].label, figures)
        for pair, result in pairs.items()
        for id, figures in result.by_element.items()
    )


def difference_rows(pairs: Mapping[Pair, Agreement]) -> list[TableRow]:
    """A row for each sentence in which two coders part ways, those first on which most links hang."""
    return DIFFERENCES.rows(
        _DifferenceIn(pair, difference) for pair, result in pairs.items() for difference in result.differences
    )
