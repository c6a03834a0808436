"""Two groups of documents compared: which elements and links are typical of the one or the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from policyloom.framework import Framework
from policyloom.network import measures
from policyloom.network.counting import UNITS, Unit
from policyloom.network.counts import Counts
from policyloom.network.incidence import CorpusArrays, nodes_at
from policyloom.network.links import MIN_DOCUMENTS, LinkOptions
from policyloom.network.network import Network

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The keyness of elements and of links: two frames, each with the largest difference first.

    Columns: `n_a`, `n_b` of `total_a`, `total_b` units; `share_a`, `share_b`; `log_ratio`, the binary
    logarithm of the ratio of the shares, with half a unit added to each count; `g2`, `chi2` and `chi2_yates`,
    positive where the share is larger in group a and negative where it is smaller; `p` (Fisher's exact test) and
    `q`, adjusted over the rows of the frame; `note`.
    """

    elements: pd.DataFrame
    links: pd.DataFrame


def compare(
    a: Network | Counts,
    b: Network | Counts,
    *,
    framework: Framework | None = None,
    unit: Unit = "document",
    options: LinkOptions | None = None,
) -> Comparison:
    """The keyness of every element and link in group `a` against group `b`.

    Args:
        a, b: networks, or counts together with a framework.
        framework: needed for counts.
        unit: what is counted; documents by default, for the test needs independent units. For a smaller unit
            there is no p. A link counts in a document if its ends meet there within the unit of the options.
        options: level, statuses and the unit within which links meet; those of `a` by default.

    Raises:
        ValueError: counts without a framework, a document in both groups, or no such unit.

    Source: Dunning 1993; Rayson and Garside 2000 (keyness by log-likelihood); Hardie 2014 (log ratio).
    """
    if unit not in UNITS:
        raise ValueError(f"unit {unit!r}: use one of {', '.join(UNITS)}")
    if options is None:
        options = a.options if isinstance(a, Network) else LinkOptions()
    for group in (a, b):
        if isinstance(group, Network):
            framework = framework or group.framework
    if framework is None:
        raise ValueError("counts alone do not say what their elements are: give a framework")
    counts = [group.counts if isinstance(group, Network) else group for group in (a, b)]
    shared = sorted(counts[0].documents.keys() & counts[1].documents.keys())
    if shared:
        raise ValueError(f"document {shared[0]!r} is in both groups")
    tables = [_occurrence(CorpusArrays(each, framework), options, unit) for each in counts]
    nodes = nodes_at(framework, options.level)
    labels = {id: framework[id].label for id in nodes}
    totals = (tables[0][0], tables[1][0])
    enough = min(len(each) for each in counts) >= MIN_DOCUMENTS
    elements = _keyness(tables[0][1], tables[1][1], totals, exact=unit == "document", enough=enough)
    elements.insert(0, "id", nodes)
    elements.insert(1, "label", [labels[id] for id in nodes])
    pairs = tables[0][3]
    links = _keyness(tables[0][2], tables[1][2], totals, exact=unit == "document", enough=enough)
    links.insert(0, "source", [nodes[i] for i, _ in pairs])
    links.insert(1, "source_label", [labels[nodes[i]] for i, _ in pairs])
    links.insert(2, "target", [nodes[j] for _, j in pairs])
    links.insert(3, "target_label", [labels[nodes[j]] for _, j in pairs])
    return Comparison(_sorted(elements), _sorted(links))


def _occurrence(
    arrays: CorpusArrays, options: LinkOptions, unit: Unit
) -> tuple[int, np.ndarray[Any, Any], np.ndarray[Any, Any], list[tuple[int, int]]]:
    """Units in all, with each node, and with each pair."""
    chosen = {"level": options.level, "statuses": options.counting, "boilerplate": options.boilerplate}
    by_unit = arrays.incidence(unit=unit, **chosen)  # type: ignore[arg-type]
    meeting = arrays.incidence(unit=options.unit if unit == "document" else unit, **chosen)  # type: ignore[arg-type]
    nodes = nodes_at(arrays.framework, options.level)
    ends = [[n for n, id in enumerate(nodes) if arrays.framework[id].kind == kind] for kind in options.kinds]
    joint = meeting.pairs(*ends)
    pairs = [(i, j) for i in ends[0] for j in ends[1]]
    n_pairs = np.diff(joint.indptr) if unit == "document" else np.asarray(joint.sum(axis=0)).ravel()
    n_nodes = np.asarray(by_unit.by_node.sum(axis=0)).ravel()
    if options.kinds[0] == options.kinds[1]:
        once = [place for place, (i, j) in enumerate(pairs) if i < j]
        pairs, n_pairs = [pairs[place] for place in once], n_pairs[once]
    return int(by_unit.n_units.sum()), n_nodes, n_pairs, pairs


def _keyness(
    n_a: np.ndarray[Any, Any],
    n_b: np.ndarray[Any, Any],
    totals: tuple[int, int],
    *,
    exact: bool,
    enough: bool,
) -> pd.DataFrame:
    import pandas as pd

    total_a, total_b = totals
    found = measures.associate(n_a, np.full(len(n_a), total_a), n_a + n_b, total_a + total_b)
    with np.errstate(divide="ignore", invalid="ignore"):
        share_a, share_b = np.asarray(n_a / total_a), np.asarray(n_b / total_b)
        log_ratio = np.log2((n_a + 0.5) / (total_a + 0.5)) - np.log2((n_b + 0.5) / (total_b + 0.5))
    sign = np.where(share_a < share_b, -1.0, 1.0)
    p = np.full(len(n_a), np.nan)
    tested = (n_a + n_b > 0) & exact & enough
    if tested.any():
        n = n_a[tested]
        p[tested] = measures.fisher_test(n, np.full(len(n), total_a), (n_a + n_b)[tested], total_a + total_b)
    note = "" if enough else f"too few documents to test ({MIN_DOCUMENTS} are needed in each group)"
    if enough and not exact:
        note = "units of one document are not independent: no p"
    return pd.DataFrame(
        {
            "n_a": n_a,
            "n_b": n_b,
            "total_a": total_a,
            "total_b": total_b,
            "share_a": share_a,
            "share_b": share_b,
            "log_ratio": log_ratio,
            "g2": sign * found["g2"],
            "chi2": sign * found["chi2"],
            "chi2_yates": sign * found["chi2_yates"],
            "p": p,
            "q": measures.adjust(p),
            "note": note,
        }
    )


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of what occurs at all, the most telling for either group first."""
    frame = frame[frame["n_a"] + frame["n_b"] > 0]
    order = frame["g2"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)
