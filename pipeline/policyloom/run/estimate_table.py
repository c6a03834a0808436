"""Estimates as a table with a row a figure, for a paper, a spreadsheet or R."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from policyloom.export import Column, Table
from policyloom.files import open_table
from policyloom.network.contrasts import Estimate
from policyloom.network.estimate import Share
from policyloom.run.estimates import Contrast, Estimates, Shares
from policyloom.run.single import refuse_other_file

__all__ = ["ESTIMATES", "EstimateRow", "estimate_rows", "refuse_other_table", "write_estimates"]


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """A figure and of what it is.

    Attributes:
        figure: share, difference, trend, log_odds or npmi.
        element: an element's id; of a pair, the mechanism's; empty for any pair.
        label: of the element, or of the pair.
        outcome: of a pair.
        status: empty for any.
        group: empty for all documents.
        less: of a difference, the group that is taken away.
        value: the figure.
    """

    figure: str
    element: str
    label: str
    outcome: str
    status: str
    group: str
    less: str
    value: Share | Estimate

    def end(self, i: int, *, in_run: bool) -> float | None:
        """The lower (0) or upper (1) end of an interval; None where none is given."""
        interval = self.value.interval_in_run if in_run else self.value.interval
        return None if interval is None else interval[i]

    def count(self, name: str) -> int | None:
        """How many sentences of the sample; None where the figure does not keep it."""
        return getattr(self.value, name, None)


ESTIMATES: Table[EstimateRow] = Table(
    (
        Column(
            "figure",
            "`share` of sentences, `difference` of two shares, `trend` a year, `log_odds`, `npmi`",
            lambda r: r.figure,
        ),
        Column("element", "its id; of a pair, the mechanism's; empty for any pair", lambda r: r.element),
        Column("outcome", "of a pair, the outcome's id", lambda r: r.outcome),
        Column("label", "in words", lambda r: r.label),
        Column("status", "empty for any", lambda r: r.status),
        Column("group", "empty for all documents", lambda r: r.group),
        Column("less", "of a difference, the group that is taken away", lambda r: r.less),
        Column("naive", "as the coder has it", lambda r: r.value.naive),
        Column("corrected", "with what people changed", lambda r: r.value.corrected),
        Column(
            "low", "of the 95 % interval for such documents; empty: too few", lambda r: r.end(0, in_run=False)
        ),
        Column("high", "its upper end", lambda r: r.end(1, in_run=False)),
        Column(
            "low_in_run",
            "of the interval for this run alone; empty: too few",
            lambda r: r.end(0, in_run=True),
        ),
        Column("high_in_run", "its upper end", lambda r: r.end(1, in_run=True)),
        Column("standard_error", "over documents", lambda r: r.value.standard_error),
        Column(
            "standard_error_in_run", "of drawing sentences alone", lambda r: r.value.standard_error_in_run
        ),
        Column("n_found", "sentences of the sample with it by the coder", lambda r: r.count("n_found")),
        Column("n_coded", "by people", lambda r: r.count("n_coded")),
        Column("n_both", "by both", lambda r: r.count("n_both")),
        Column("n_named", "by either", lambda r: r.count("n_named")),
    )
)


def estimate_rows(found: Estimates) -> list[EstimateRow]:
    """All figures: of all documents, of each group, differences, trends."""
    labels = {element.id: element.label for element in found.elements}

    def contrasts(
        figure: str, which: tuple[Contrast, ...], group: str = "", less: str = ""
    ) -> Iterator[EstimateRow]:
        for one in which:
            label = _label(one.element, one.outcome, labels)
            yield EstimateRow(figure, one.element, label, one.outcome, one.status, group, less, one.figure)

    rows = list(_share_rows(found, "", labels))
    for name, shares in (found.groups or {}).items():
        rows += _share_rows(shares, name, labels)
    rows += contrasts("difference", found.differences, *(found.between or ()))
    rows += contrasts("trend", found.trends)
    return rows


def refuse_other_table(path: str | Path) -> None:
    """Makes sure that writing estimates replaces at most a table of estimates.

    Raises:
        RunError: there is another file of that name.
    """
    start = b"\xef\xbb\xbf" + ",".join(ESTIMATES.names[:5]).encode()
    refuse_other_file(path, start, "a table of estimates")


def write_estimates(found: Estimates, path: str | Path) -> None:
    """Writes a CSV table with a row a figure; a table of estimates of that name is replaced.

    Raises:
        RunError: there is another file of that name.
    """
    refuse_other_table(path)
    with open_table(path, ESTIMATES.names) as add:
        add(ESTIMATES.rows(estimate_rows(found)))


def _share_rows(shares: Shares, group: str, labels: dict[str, str]) -> Iterator[EstimateRow]:
    for element in shares.elements:
        yield EstimateRow("share", element.id, element.label, "", "", group, "", element.share)
        for status, share in element.statuses.items():
            yield EstimateRow("share", element.id, element.label, "", status, group, "", share)
    if shares.any_pair is not None:
        yield EstimateRow("share", "", _label("", "", labels), "", "", group, "", shares.any_pair)
    for pair in shares.pairs:
        label = _label(pair.mechanism, pair.outcome, labels)
        for figure, value in (("share", pair.share), ("log_odds", pair.log_odds), ("npmi", pair.npmi)):
            yield EstimateRow(figure, pair.mechanism, label, pair.outcome, "", group, "", value)


def _label(element: str, outcome: str, labels: dict[str, str]) -> str:
    if not element:
        return "any mechanism with any outcome"
    return f"{labels[element]} with {labels[outcome]}" if outcome else labels[element]
