"""How far coders agree about the same sentences, people and machines alike, and where they part ways.

Element by element first: a kappa pooled over elements credits coders with how much rarer some elements are than others.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from policyloom.errors import LabelsError
from policyloom.framework import Framework
from policyloom.learn.labels import Labelled, coded_ids
from policyloom.learn.scores import Interval, interval, resample

__all__ = ["Agreement", "Comparison", "Difference", "ElementAgreement", "agreement", "compare_coders"]

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Pair = tuple[str, str]

BOTH, FIRST, SECOND, NEITHER = range(4)
"""Who names an element in a sentence, as places in a table of counts."""


@dataclass(frozen=True, slots=True)
class ElementAgreement:
    """How far two coders agree on one element; None stands for a figure that is not defined.

    Attributes:
        kappa: Cohen's; None where chance alone explains all, as where both name it everywhere or nowhere.
        f1: of one coder against the other.
        kappa_interval, f1_interval: 95 % intervals over documents.
        n_both, n_first, n_second: sentences in which both, the first and the second coder name it.
    """

    kappa: float | None
    f1: float | None
    kappa_interval: Interval | None
    f1_interval: Interval | None
    n_both: int
    n_first: int
    n_second: int

    @property
    def precision(self) -> float | None:
        """The share of what the second coder names that the first names too."""
        return self.n_both / self.n_second if self.n_second else None

    @property
    def recall(self) -> float | None:
        """The share of what the first coder names that the second names too."""
        return self.n_both / self.n_first if self.n_first else None


@dataclass(frozen=True, slots=True)
class Difference:
    """A sentence in which two coders part ways.

    Attributes:
        first, second: with the codings of each.
        n_links: pairs of a mechanism and an outcome or challenge that stand in the one coding and not in the other; so
            much hangs on the sentence.
    """

    first: Labelled
    second: Labelled
    n_links: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two coders agree over the sentences that both have coded; None stands for a figure that is not defined.

    Attributes:
        sentences, documents: how many those are.
        mean_kappa: the mean of the elements' kappas, where they are defined.
        kappa: Cohen's kappa over all decisions "this sentence names this element" together.
        alpha: Krippendorff's alpha (nominal) over the same decisions.
        f1: of one coder's elements against the other's.
        status_kappa: Cohen's kappa of the status, where both name the element.
        status_share: the share of these in which the status is the same.
        link_f1: of one coder's links and answers against the other's.
        intervals: 95 % intervals over documents of `mean_kappa`, `kappa`, `f1`, `status_share` and `link_f1`.
        by_element: of each element that either names.
        differences: the sentences in which they part ways, those first on which most hangs.
    """

    sentences: int
    documents: int
    mean_kappa: float | None
    kappa: float | None
    alpha: float | None
    f1: float | None
    status_kappa: float | None
    status_share: float | None
    link_f1: float | None
    intervals: Mapping[str, Interval | None]
    by_element: Mapping[str, ElementAgreement]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far several coders agree.

    Attributes:
        pairs: each two of them, by their names, in the order given.
        alpha: Krippendorff's alpha of all of them together, by element; None where all always say the same one thing.
    """

    pairs: Mapping[Pair, Agreement]
    alpha: Mapping[str, float | None]


def agreement(
    first: Sequence[Labelled], second: Sequence[Labelled], framework: Framework, *, seed: int = 0
) -> Agreement:
    """How far two coders agree, over the sentences of the same id and text, and the elements for which both have coded.

    Args:
        first, second: what each says.
        framework: whose outermost outcomes, challenges and mechanisms are compared.
        seed: of the resampling.

    Raises:
        LabelsError: they have no sentence in common, or none that both coded for the same elements.

    Source: Cohen 1960, doi 10.1177/001316446002000104; Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability".
    """
    pairs = _match(first, second)
    ids = coded_ids(framework)
    docs = {doc: i for i, doc in enumerate(dict.fromkeys(a.doc for a, _ in pairs))}
    votes = np.zeros((len(docs), len(ids), 4), dtype=np.int64)
    # For each document: statuses compared, statuses alike; links of both, of the first, of the second.
    rest = np.zeros((len(docs), 5), dtype=np.int64)
    statuses: list[tuple[str, str]] = []
    differences = []
    for a, b in pairs:
        doc = docs[a.doc]
        asked = {id for id in ids if _is_coded_for(a, id) and _is_coded_for(b, id)}
        named, others = a.statuses, b.statuses
        for i, id in enumerate(ids):
            if id in asked:
                votes[doc, i, _who(id in named, id in others)] += 1
        shared = [id for id in asked if id in named and id in others]
        statuses += [(named[id], others[id]) for id in shared]
        ties, other_ties = (
            {pair for pair in (*s.links, *s.answers) if asked.issuperset(pair)} for s in (a, b)
        )
        alike = sum(named[id] == others[id] for id in shared)
        rest[doc] += (len(shared), alike, len(ties & other_ties), len(ties), len(other_ties))
        if any(named.get(id) != others.get(id) for id in asked) or ties != other_ties:
            n_links = len(_hanging(a, asked, framework) ^ _hanging(b, asked, framework))
            differences.append(Difference(a, b, n_links))
    total = votes.sum(axis=0)
    if not total.sum():
        raise LabelsError("the two files have no element in common for which both were coded")
    drawn = resample(np.concatenate([votes.reshape(len(docs), -1), rest], axis=1), seed)
    drawn_votes = drawn[:, : votes[0].size].reshape(-1, *votes.shape[1:])
    figures = _figures(total[None], rest.sum(axis=0)[None])
    spread = _figures(drawn_votes, drawn[:, votes[0].size :])
    everything = total.sum(axis=0)
    return Agreement(
        len(pairs), len(docs),
        **{name: _figure(values[0]) for name, values in figures.items()},
        alpha=krippendorff_alpha(_as_ratings(everything)),
        status_kappa=_kappa(statuses),
        intervals={name: interval(values, len(docs)) for name, values in spread.items()},
        by_element={
            id: _of_element(total[i], drawn_votes[:, i], len(docs))
            for i, id in enumerate(ids)
            if total[i, :NEITHER].any()
        },
        differences=tuple(sorted(differences, key=lambda d: (-d.n_links, d.first.doc, d.first.id))),
    )  # fmt: skip


def compare_coders(codings: Mapping[str, Sequence[Labelled]], framework: Framework) -> Comparison:
    """How far several coders agree, each two of them, and all together on each element.

    Args:
        codings: by the coder's name, what it says.
        framework: whose elements are compared.

    Raises:
        LabelsError: two of them have nothing in common.
        ValueError: there are fewer than two.
    """
    if len(codings) < 2:
        raise ValueError(f"{len(codings)} coder: two or more can be compared")
    pairs = {
        (a, b): agreement(codings[a], codings[b], framework) for a, b in itertools.combinations(codings, 2)
    }
    by_key = [{_key(s): s for s in rows} for rows in codings.values()]
    keys = sorted(set.union(*(set(rows) for rows in by_key)))
    alpha = {}
    for id in coded_ids(framework):
        ratings = [
            [
                id in rows[key].statuses
                for rows in by_key
                if key in rows and _is_coded_for(rows[key], id)
            ]
            for key in keys
        ]  # fmt: skip
        if any(any(unit) for unit in ratings):
            alpha[id] = krippendorff_alpha(ratings)
    return Comparison(pairs, alpha)


def krippendorff_alpha(ratings: Sequence[Sequence[Any]]) -> float | None:
    """Krippendorff's alpha for nominal values.

    Args:
        ratings: for each unit, the values that coders gave it; those who gave none are left out.

    Returns:
        None where all values are the same, and where no unit has two.

    Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C.
    """
    paired = [unit for unit in ratings if len(unit) > 1]
    values = sorted({value for unit in paired for value in unit})
    within = np.array([[unit.count(value) for value in values] for unit in map(list, paired)], dtype=float)
    if not len(within):
        return None
    n_coders, totals = within.sum(axis=1), within.sum(axis=0)
    n = totals.sum()
    observed = float(((n_coders**2 - (within**2).sum(axis=1)) / (n_coders - 1)).sum())
    expected = float((n**2 - (totals**2).sum()) / (n - 1))
    return 1 - observed / expected if expected else None


def _match(first: Sequence[Labelled], second: Sequence[Labelled]) -> list[tuple[Labelled, Labelled]]:
    other = {_key(s): s for s in second}
    pairs = [(s, other[_key(s)]) for s in first if _key(s) in other]
    if not pairs:
        same_ids = len({s.id for s in first} & {s.id for s in second})
        hint = f"; {same_ids} have the same id, but another text" if same_ids else ""
        raise LabelsError(f"the two files have no sentence in common (same id and text){hint}")
    return pairs


def _key(sentence: Labelled) -> Pair:
    """Id and text; space and the composition of letters, which programs change, do not count."""
    return sentence.id, " ".join(unicodedata.normalize("NFC", sentence.text).split())


def _is_coded_for(sentence: Labelled, id: str) -> bool:
    return sentence.coded_for is None or id in sentence.coded_for


def _who(first: bool, second: bool) -> int:
    if first:
        return BOTH if second else FIRST
    return SECOND if second else NEITHER


def _hanging(sentence: Labelled, asked: set[str], framework: Framework) -> set[Pair]:
    """The pairs of a mechanism and an outcome or challenge that a coding brings together."""
    named = [id for id in sentence.statuses if id in asked]
    mechanisms = [id for id in named if framework[id].kind == "mechanism"]
    return {(m, t) for m in mechanisms for t in named if framework[t].kind != "mechanism"}


def _of_element(total: Counts, drawn: Counts, n_documents: int) -> ElementAgreement:
    kappas, f1s = _kappas(drawn), _f1s(drawn)
    return ElementAgreement(
        _figure(_kappas(total[None])[0]), _figure(_f1s(total[None])[0]),
        interval(kappas, n_documents), interval(f1s, n_documents),
        int(total[BOTH]), int(total[BOTH] + total[FIRST]), int(total[BOTH] + total[SECOND]),
    )  # fmt: skip


def _figures(votes: Counts, rest: Counts) -> dict[str, Floats]:
    """The headline figures of each row of totals, (rows, elements, 4) and (rows, 5); nan where one is not defined."""
    each = np.stack([_kappas(votes[:, i]) for i in range(votes.shape[1])], axis=1)
    defined = (~np.isnan(each)).sum(axis=1)
    pooled = votes.sum(axis=1)
    n_shared, alike, both, first, second = rest.T
    return {
        "mean_kappa": _share(np.nansum(each, axis=1), defined),
        "kappa": _kappas(pooled),
        "f1": _f1s(pooled),
        "status_share": _share(alike, n_shared),
        "link_f1": _share(2 * both, first + second),
    }


def _kappas(votes: Counts) -> Floats:
    """Cohen's kappa of each row of (both, first, second, neither); nan where chance explains all."""
    n = votes.sum(axis=1)
    first, second = votes[:, BOTH] + votes[:, FIRST], votes[:, BOTH] + votes[:, SECOND]
    observed = votes[:, BOTH] + votes[:, NEITHER]
    chance = first * second + (n - first) * (n - second)  # times n
    return _share(observed * n - chance, n * n - chance)


def _f1s(votes: Counts) -> Floats:
    return _share(2 * votes[:, BOTH], 2 * votes[:, BOTH] + votes[:, FIRST] + votes[:, SECOND])


def _share(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Floats:
    """One by the other, nan where there is nothing to divide by."""
    found: Floats = np.where(whole != 0, part / np.where(whole == 0, 1, whole), np.nan)
    return found


def _figure(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _as_ratings(counts: Counts) -> list[tuple[bool, bool]]:
    """Counts of who names an element as pairs of ratings."""
    both, first, second, neither = (int(n) for n in counts)
    return (
        [(True, True)] * both + [(True, False)] * first + [(False, True)] * second + [(False, False)] * neither
    )  # fmt: skip


def _kappa(votes: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa for values of any number; None without a vote, and where both always say the same one thing."""
    n = len(votes)
    if not n:
        return None
    observed = sum(a == b for a, b in votes) / n
    values = {value for vote in votes for value in vote}
    chance = sum(sum(a == v for a, _ in votes) * sum(b == v for _, b in votes) for v in values) / n**2
    return (observed - chance) / (1 - chance) if chance < 1 else None
