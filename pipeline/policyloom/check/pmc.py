"""The PMC index of a policy: which sub-variables of a list it has, and what that adds up to.

The policy modelling consistency (PMC) index scores a policy on main variables X_i, each with sub-variables X_ij that are 0
or 1. A main variable is the share of its sub-variables that are 1, and the index is the sum over main variables:

    PMC = sum over i of (sum over j of X_ij / T(X_i)),    T(X_i): how many sub-variables X_i has

The PMC surface is the 3 x 3 matrix of the first nine main variables, row by row.

Source: Ruiz Estrada, M. A. (2011): Policy modeling: Definition, classification and evaluation. Journal of Policy Modeling
33(4), 523-536, doi 10.1016/j.jpolmod.2011.02.003 (table of variables, index, surface). On policies of this field: Chen, Lan
and Chen (2023), Journal of Guangxi Vocational and Technical College 2023(4); Qu and He (2024), Continuing Education Research
2024(3), 105-112.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from policyloom.check.case import MIN_TOLD_SHARE
from policyloom.check.nearest import find_nearest
from policyloom.framework import Framework
from policyloom.framework.variables import Variable, VariableList
from policyloom.network.counting import MIN_OTHER_FIELD_SHARE, SmallestUnit, counted_mentions
from policyloom.records import Evidence, Mention, Tagged

__all__ = [
    "PASSAGES",
    "Passage",
    "PmcCell",
    "PmcEdit",
    "PmcPolicy",
    "PmcScore",
    "edit_cells",
    "find_cells",
    "pmc_surface",
    "score_policy",
]

Passage = Literal["shows", "other status", "nearest", ""]
PASSAGES: tuple[Passage, ...] = ("shows", "other status", "nearest", "")
"""What a cell's quote is: it shows the variable; it names it in a status that does not count, such as denied; it only comes
nearest; there is none."""

SURFACE_SIDE = 3
"""Rows and columns of the surface."""

DECIMALS = 2
"""To which an index is published, and therefore rated."""


@dataclass(frozen=True, slots=True)
class PmcCell:
    """Whether a policy has one sub-variable.

    Attributes:
        variable: its id.
        found: 1 or 0 as the text was read; None where it was not judged.
        value: what counts: `found`, or what a person put in its place; None where it is open.
        is_edited: whether a person decided the value.
        passage: what the quote is.
        evidence: a verbatim sentence; None where there is none.
        n_sentences: sentences, headings or cells of tables that show it.
        note: a person's remark.
    """

    variable: str
    found: int | None
    value: int | None
    is_edited: bool = False
    passage: Passage = ""
    evidence: Evidence | None = None
    n_sentences: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        for value in (self.found, self.value):
            if value not in (0, 1, None):
                raise ValueError(f"variable {self.variable}: {value!r} is not 0, 1 or None")


@dataclass(frozen=True, slots=True)
class PmcPolicy:
    """A policy's row of the matrix: a cell for each sub-variable, in the list's order.

    Attributes:
        document: its id.
        cells: one for each sub-variable.
        not_judged: share of the document that could not be read.
        other_field: share of the text that is of another field.
    """

    document: str
    cells: tuple[PmcCell, ...]
    not_judged: float = 0.0
    other_field: float = 0.0

    @property
    def remark(self) -> str:
        """What to beware of, in words; "" where there is nothing."""
        told = []
        if self.not_judged >= MIN_TOLD_SHARE:
            told.append(f"about {self.not_judged:.0%} of the document was not judged")
        if self.other_field >= MIN_OTHER_FIELD_SHARE:
            told.append("the text is of another field")
        return "; ".join(told)


@dataclass(frozen=True, slots=True)
class PmcEdit:
    """What a person decided of one cell; a value of None leaves it open."""

    document: str
    variable: str
    value: int | None
    note: str = ""
    is_edited: bool = True


@dataclass(frozen=True, slots=True)
class PmcScore:
    """The index of a policy.

    Attributes:
        document: its id.
        mains: by main variable, the share of its sub-variables that are 1; None where one of them is open.
        index: the sum of these, from 0 to the number of main variables; None where one is open.
        rating: the band of the index; "" where there is no index.
        n_open, n_edited: how many cells have no value, and how many values are a person's.
        remark: what to beware of, in words.
    """

    document: str
    mains: dict[str, float | None]
    index: float | None
    rating: str
    n_open: int = 0
    n_edited: int = 0
    remark: str = ""


def find_cells(
    found: Tagged,
    variables: VariableList,
    own: Framework,
    tagged: Tagged | None = None,
    framework: Framework | None = None,
) -> PmcPolicy:
    """A document's row of the matrix, as its text was read.

    A cell is 1 where a mention counts somewhere and has one of the variable's statuses. Nothing is said of a document of
    which too little could be read, nor of one of another field.

    Args:
        found: the document, tagged with `own`.
        variables: the list.
        own: the framework of the list's terms, from `make_framework`.
        tagged: the same document, tagged with `framework`; needed where variables name elements.
        framework: whose elements the variables name.
    """
    shares = found.unreadable_share, found.other_field_share
    if not found.is_judged or shares[1] >= MIN_OTHER_FIELD_SHARE:
        return PmcPolicy(
            found.document.id, tuple(PmcCell(v.id, None, None) for v in variables.scored), *shares
        )
    by_term = _by_element(found, own)
    by_element = _by_element(tagged, framework) if tagged is not None and framework is not None else {}
    cells = {}
    for variable in variables.scored:
        mentions = [(found, *pair) for pair in by_term.get(variable.id, ())]
        if tagged is not None:
            mentions += [(tagged, *pair) for id in variable.elements for pair in by_element.get(id, ())]
        cells[variable.id] = _make_cell(variable, mentions)
    nearest = find_nearest(found, own, [id for id, cell in cells.items() if cell.evidence is None])
    for id, quotes in nearest.items():
        if quotes:
            cells[id] = replace(cells[id], passage="nearest", evidence=quotes[0])
    return PmcPolicy(found.document.id, tuple(cells.values()), *shares)


def edit_cells(policy: PmcPolicy, edits: Collection[PmcEdit]) -> PmcPolicy:
    """The row with a person's values in place of those that were read; they stay the person's where both agree."""
    by_variable = {edit.variable: edit for edit in edits if edit.document == policy.document}

    def edited(cell: PmcCell) -> PmcCell:
        edit = by_variable.get(cell.variable)
        if edit is None:
            return cell
        if not edit.is_edited:
            return replace(cell, note=edit.note)
        return replace(cell, value=edit.value, is_edited=True, note=edit.note)

    return replace(policy, cells=tuple(map(edited, policy.cells)))


def score_policy(policy: PmcPolicy, variables: VariableList) -> PmcScore:
    """The index of a policy and its rating.

    Bands are for ten main variables. With another number of them the index is rated as it would be on a scale of ten.

    Example:
        >>> from policyloom.framework.variables import Variable, VariableList
        >>> two = [Variable(id=id, label=id, definition=id, terms=("x",)) for id in ("A", "B")]
        >>> policy = PmcPolicy("plan", (PmcCell("A", 1, 1), PmcCell("B", 0, 0)))
        >>> score_policy(policy, VariableList(id="two", title="Two", version="1", variables=tuple(two))).index
        1.0
    """
    values = {cell.variable: cell.value for cell in policy.cells}
    mains = {main.id: _share([values[part.id] for part in variables.parts(main)]) for main in variables.mains}
    shares = [share for share in mains.values() if share is not None]
    index = sum(shares, Fraction(0)) if len(shares) == len(mains) else None
    return PmcScore(
        policy.document,
        {id: None if share is None else float(share) for id, share in mains.items()},
        None if index is None else float(index),
        "" if index is None else _rate(index * 10 / len(mains), variables),
        n_open=sum(cell.value is None for cell in policy.cells),
        n_edited=sum(cell.is_edited for cell in policy.cells),
        remark=policy.remark,
    )


def pmc_surface(score: PmcScore, variables: VariableList) -> tuple[tuple[tuple[str, float], ...], ...]:
    """The surface's rows, of (main variable, value); empty with fewer than nine main variables, or where one is open."""
    first = [(main.id, score.mains[main.id]) for main in variables.mains[: SURFACE_SIDE**2]]
    values = [(id, value) for id, value in first if value is not None]
    if len(values) < SURFACE_SIDE**2:
        return ()
    return tuple(tuple(values[i : i + SURFACE_SIDE]) for i in range(0, len(values), SURFACE_SIDE))


def _share(values: Sequence[int | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return Fraction(sum(known), len(known)) if len(known) == len(values) else None


def _rate(index: Fraction, variables: VariableList) -> str:
    shown = float(round(index, DECIMALS))  # so that no index of 9.00 is rated below 9
    return next(band.label for band in variables.bands if shown >= band.at_least)


def _by_element(tagged: Tagged, framework: Framework) -> Mapping[str, list[tuple[Mention, SmallestUnit]]]:
    """The mentions that count, by element; those of its parts count for it too."""
    found: dict[str, list[tuple[Mention, SmallestUnit]]] = {}
    for mention, smallest in counted_mentions(tagged, framework):
        id: str | None = mention.label
        while id is not None:
            found.setdefault(id, []).append((mention, smallest))
            id = framework[id].parent
    return found


def _make_cell(variable: Variable, mentions: Sequence[tuple[Tagged, Mention, SmallestUnit]]) -> PmcCell:
    """The cell of one variable, with the best of its quotes: in a sentence, then more probable, then first."""
    showing = [one for one in mentions if one[1].status in variable.statuses]
    if not mentions:
        return PmcCell(variable.id, 0, 0)
    tagged, mention, _ = min(
        showing or mentions, key=lambda one: (one[2] != "sentence", -one[1].probability, one[1].start)
    )
    value = int(bool(showing))
    return PmcCell(
        variable.id, value, value,
        passage="shows" if showing else "other status",
        evidence=tagged.evidence(mention),
        n_sentences=len({one[0].sentences[one[1].sentence].start for one in showing}),
    )  # fmt: skip
