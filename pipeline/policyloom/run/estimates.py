"""A run's shares, their differences and trends, and the strength of pairs, corrected with sentences that people coded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from policyloom.errors import LabelsError, RunError
from policyloom.framework import ElementKind, Framework
from policyloom.network.contrasts import (
    MIN_YEARS,
    Estimate,
    estimate_association,
    estimate_differences,
    estimate_trends,
)
from policyloom.network.counting import STATUSES
from policyloom.network.estimate import (
    MAX_RELATIVE_ERROR,
    MIN_CHANGED,
    MIN_DOCUMENTS,
    MIN_NAMED,
    Share,
    Survey,
    estimate_shares,
)
from policyloom.network.structure import find_year
from policyloom.records import Status
from policyloom.run.manifest import read_groups, read_run_framework
from policyloom.run.samples import Sample, match_labels, read_samples
from policyloom.run.things import ANY_PAIR, LINKABLE, Flags, Thing, find_things, flag_things, read_sentences

if TYPE_CHECKING:
    from policyloom.learn.labels import Labelled

__all__ = [
    "MAX_RELATIVE_ERROR",
    "MIN_CHANGED",
    "MIN_DOCUMENTS",
    "MIN_NAMED",
    "MIN_YEARS",
    "Contrast",
    "ElementEstimate",
    "Estimates",
    "PairEstimate",
    "Shares",
    "estimate",
]

YEAR = "year"
"""The column by which documents are grouped by the years of their dates."""


@dataclass(frozen=True, slots=True)
class ElementEstimate:
    """In what share of the sentences an element is named.

    Attributes:
        id, label, kind: the element's.
        share: in any status.
        statuses: in each status; a sentence in which the coder finds two counts under both.
    """

    id: str
    label: str
    kind: ElementKind
    share: Share
    statuses: Mapping[Status, Share]


@dataclass(frozen=True, slots=True)
class PairEstimate:
    """In what share of the sentences a mechanism and an outcome stand together, in statuses that count for a link.

    Attributes:
        mechanism, outcome: their ids.
        share: of the sentences.
        log_odds, npmi: how strongly they stand together, as in links.csv.
    """

    mechanism: str
    outcome: str
    share: Share
    log_odds: Estimate
    npmi: Estimate


@dataclass(frozen=True, slots=True)
class Contrast:
    """A difference or a trend of one share.

    Attributes:
        element: the id; of a pair, the mechanism's; empty for any pair.
        outcome: of a pair, the outcome's id.
        status: the status; empty for any.
        figure: the difference, or the change in a year, in shares.
    """

    element: str
    outcome: str
    status: str
    figure: Estimate


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of the sentences of some documents, corrected with a coded sample.

    Attributes:
        n_sentences, n_documents: sentences of running text, and documents that have any.
        n_labelled, n_labelled_documents: sentences of the sample, and the documents they come from.
        elements: outermost outcomes, challenges and mechanisms that the sample was coded for.
        any_pair: sentences that name any mechanism together with any outcome; None where not all of them were coded for.
        pairs: each mechanism with each outcome, where the coder or people see them together.
    """

    n_sentences: int
    n_documents: int
    n_labelled: int
    n_labelled_documents: int
    elements: tuple[ElementEstimate, ...]
    any_pair: Share | None
    pairs: tuple[PairEstimate, ...]


@dataclass(frozen=True, slots=True)
class Estimates(Shares):
    """Shares of the sentences of a run, corrected with a coded sample.

    Attributes:
        by: the columns that make the groups.
        groups: the shares of each group's documents, by its name; documents without a group are in none.
        between: the two groups that are compared, if any.
        differences: how much larger the shares of the first of them are.
        years: the first and the last year of the documents; None where they have no years.
        n_dated: documents that have a year.
        trends: by how much shares grow in a year; empty for fewer than three years.
    """

    by: tuple[str, ...] = ()
    groups: Mapping[str, Shares] | None = None
    between: tuple[str, str] | None = None
    differences: tuple[Contrast, ...] = ()
    years: tuple[int, int] | None = None
    n_dated: int = 0
    trends: tuple[Contrast, ...] = ()


def estimate(
    run: str | Path,
    labels: str | Path | Sequence[str | Path],
    *,
    by: str | Sequence[str] = (),
    between: tuple[str, str] | None = None,
) -> Estimates:
    """Shares of the sentences of a run that name each element, and each pair, corrected for the coder's errors.

    Args:
        run: a run folder.
        labels: a sheet of `write_sample_sheet`, or several: parts of one, or further draws; every row is coded.
        by: columns of the run's table of documents, or `year`, whose values make groups; with several, all that occur
            together.
        between: two groups whose shares are compared; with two in all, these.

    Raises:
        RunError: `run` is no run folder, has no such column, or no such group.
        LabelsError: the file of labels is wrong, a row of it was not drawn with a known probability, is not coded, or is
            not a sentence of the run.
        ValueError: `between` without `by`.

    Source: `policyloom.network.estimate`, `policyloom.network.contrasts`.
    """
    if between and not by:
        raise ValueError("two groups are compared by a column: give its name as `by`")
    columns = (by,) if isinstance(by, str) else tuple(by)
    cells = [read_groups(run, column) for column in columns if column != YEAR]
    framework = read_run_framework(run)
    sample = read_samples([labels] if isinstance(labels, (str, Path)) else labels, framework)
    read = _survey(run, sample, framework)
    survey, things = read.survey, read.things
    groups: dict[str, Flags] = {}
    if columns:
        names = _name_groups(columns, cells, read)
        groups = {name: np.array([name == other for other in names]) for name in sorted({*names} - {""})}
        if not groups:
            raise RunError(
                f"{run}: no document has {' and '.join(columns)}; give them with `policyloom run --metadata`"
            )
        between = _choose_two(between, groups, columns, run)
    dated = read.years > 0
    has_trend = len(set(read.years[dated])) >= MIN_YEARS
    all_shares = _shares(survey, things, framework)
    return Estimates(
        *_fields(all_shares),
        columns,
        {name: _shares(survey.select(chosen), things, framework) for name, chosen in groups.items()} or None,
        between,
        _contrasts(
            estimate_differences(*(survey.select(groups[name]) for name in between)), things, all_shares
        ) if between else (),
        (int(read.years[dated].min()), int(read.years.max())) if dated.any() else None,
        int(dated.sum()),
        _contrasts(estimate_trends(survey.select(dated), read.years[dated]), things, all_shares) if has_trend else (),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Read:
    """A run and a sample of it: the survey, the things in its columns, and each document's id and year, or 0."""

    survey: Survey
    things: list[Thing]
    ids: list[str]
    years: npt.NDArray[np.int64]


def _survey(run: str | Path, sample: Sample, framework: Framework) -> _Read:
    from policyloom.learn.labels import coded_ids

    coded_for = set(coded_ids(framework)).intersection(
        *(s.coded_for for s in sample.rows if s.coded_for is not None)
    )
    things = find_things(framework, coded_for)
    waiting: dict[str, dict[int, list[Labelled]]] = {}
    for labelled, draw in zip(sample.rows, sample.draws, strict=True):
        waiting.setdefault(labelled.doc, {}).setdefault(draw, []).append(labelled)
    ids, years, sizes, totals = [], [], [], []
    documents, draws, matched = [], [], []
    found: list[Flags] = []
    for number, (tagged, sentences) in enumerate(read_sentences(run, framework)):
        rows = flag_things(sentences.values(), things, framework)
        ids.append(tagged.document.id)
        years.append(int(find_year(tagged.document.metadata.date) or 0))
        sizes.append(len(sentences))
        totals.append(rows.sum(axis=0, dtype=float))
        places = {sentence: place for place, sentence in enumerate(sentences)}
        for draw, labels in waiting.pop(tagged.document.id, {}).items():
            for labelled, sentence in match_labels(labels, tagged, sentences):
                documents.append(number)
                draws.append(draw)
                matched.append(labelled)
                found.append(rows[places[sentence]])
    if len(matched) < len(sample.rows):
        known = {(draw, labelled.id) for draw, labelled in zip(draws, matched, strict=True)}
        lost = [
            row for row, draw in zip(sample.rows, sample.draws, strict=True) if (draw, row.id) not in known
        ]
        raise LabelsError(
            f"{sample.names}: {len(lost)} of {len(sample.rows)} sentences are not in {run}, such as {lost[0].id} "
            f"({lost[0].text[:60]!r}); give the run that the sheet was drawn from, and leave doc and text as they were written"
        )
    coded = flag_things([tuple(labelled.statuses.items()) for labelled in matched], things, framework)
    survey = Survey(
        np.array(sizes), np.array(totals), np.array(documents), np.array(found), coded,
        np.array([labelled.inclusion for labelled in matched], dtype=float), np.array(draws),
    )  # fmt: skip
    return _Read(survey, things, ids, np.array(years))


def _name_groups(columns: Sequence[str], cells: Sequence[Mapping[str, str]], read: _Read) -> list[str]:
    """The group of each document: its values of all columns; empty where one is missing."""
    others = iter(cells)
    values: list[list[str]] = []
    for column in columns:
        if column == YEAR:
            values.append([str(year) if year else "" for year in read.years.tolist()])
        else:
            known = next(others)
            values.append([known.get(id, "") for id in read.ids])
    return [", ".join(each) if all(each) else "" for each in zip(*values, strict=True)]


def _choose_two(
    between: tuple[str, str] | None, groups: Mapping[str, Flags], columns: Sequence[str], run: str | Path
) -> tuple[str, str] | None:
    if between is None:
        return tuple(groups) if len(groups) == 2 else None  # type: ignore[return-value]
    for name in between:
        if name not in groups:
            raise RunError(
                f"{run}: has no group {name!r} by {' and '.join(columns)}; there are {', '.join(groups)}"
            )
    if between[0] == between[1]:
        raise RunError(f"{between[0]!r} and itself cannot be compared; give two groups")
    return between


def _shares(survey: Survey, things: Sequence[Thing], framework: Framework) -> Shares:
    from policyloom.learn.labels import coded_ids

    shares = dict(zip(things, estimate_shares(survey), strict=True))
    column = {thing: i for i, thing in enumerate(things)}
    elements = [
        ElementEstimate(
            id, framework[id].label, framework[id].kind, shares[(id,)],
            {status: shares[(id, status)] for status in STATUSES},
        )
        for id in coded_ids(framework)
        if (id,) in shares
    ]  # fmt: skip
    pairs = [
        PairEstimate(
            m, o, share,
            *(
                estimate_association(survey, name, column[thing], column[(m, LINKABLE)], column[(o, LINKABLE)])
                for name in ("log_odds", "npmi")
            ),
        )
        for thing, share in shares.items()
        if _is_pair(thing) and (share.naive or share.n_coded)
        for m, _, o in [thing]
    ]  # fmt: skip
    return Shares(
        survey.n_sentences, survey.n_documents, len(survey.inclusion), len(set(survey.documents.tolist())),
        tuple(elements), shares.get(ANY_PAIR), tuple(pairs),
    )  # fmt: skip


def _fields(
    shares: Shares,
) -> tuple[int, int, int, int, tuple[ElementEstimate, ...], Share | None, tuple[PairEstimate, ...]]:
    return (
        shares.n_sentences, shares.n_documents, shares.n_labelled, shares.n_labelled_documents,
        shares.elements, shares.any_pair, shares.pairs,
    )  # fmt: skip


def _is_pair(thing: Thing) -> bool:
    return len(thing) == 3


def _contrasts(figures: Sequence[Estimate], things: Sequence[Thing], shares: Shares) -> tuple[Contrast, ...]:
    """The figures of elements, of their statuses, and of the pairs that are seen at all."""
    seen = {(pair.mechanism, pair.outcome) for pair in shares.pairs}

    def told() -> Iterator[Contrast]:
        for thing, figure in zip(things, figures, strict=True):
            if thing == ANY_PAIR:
                yield Contrast("", "", "", figure)
            elif _is_pair(thing):
                if (thing[0], thing[2]) in seen:
                    yield Contrast(thing[0], thing[2], "", figure)
            elif thing[1:] != (LINKABLE,):
                yield Contrast(thing[0], "", "".join(thing[1:]), figure)

    return tuple(told())
