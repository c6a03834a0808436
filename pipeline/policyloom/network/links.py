"""The table of links: one row an edge, with its counts, its strength, how certain it is, and what to beware of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from policyloom.framework import ElementKind, Framework
from policyloom.network import measures
from policyloom.network.columns import in_columns
from policyloom.network.counting import DEFAULT_STATUSES, UNITS, Unit
from policyloom.network.incidence import Boilerplate, CorpusArrays, Incidence, Level, nodes_at
from policyloom.network.measures import INTERVAL_MEASURES, MEASURES
from policyloom.network.strata import TESTED_UNITS, find_strata
from policyloom.network.within import within_sections
from policyloom.records import ClaimKind, Polarity, Status

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csc_array

__all__ = [
    "CLAIMED",
    "COUNTS",
    "KINDS",
    "LINK_COLUMNS",
    "MIN_DOCUMENTS",
    "STRENGTHS",
    "EdgeKind",
    "LinkOptions",
    "Test",
    "build_links",
    "edge_documents",
]

EdgeKind = Literal["co_occurs", "claims", "claims_negative", "answers", "answers_negative", "exemplifies"]
KINDS: tuple[EdgeKind, ...] = get_args(EdgeKind)
Test = Literal["documents", "fisher", "g2"]

CLAIMED: dict[EdgeKind, tuple[ClaimKind, Polarity]] = {
    "claims": ("leads_to", "positive"),
    "claims_negative": ("leads_to", "negative"),
    "answers": ("answers", "positive"),
    "answers_negative": ("answers", "negative"),
}

MIN_DOCUMENTS = 5
"""Below this, p, q, intervals and leave-one-out are withheld; only documents that name an element of either kind count.

With fewer, resampling documents has too few different samples (126 at five) to place a 95 % interval's ends.
"""

MIN_PAIR_DOCUMENTS = 3
"""Below this, a pair's interval is withheld.

A pair that meets in one document alone has the same NPMI in every sample with that document, so that its interval has no
width.
"""

_ENDS = {
    "source": "id of the node the edge leaves",
    "source_label": "its label",
    "target": "id of the node the edge enters",
    "target_label": "its label",
    "kind": "`co_occurs`, `claims`, `claims_negative`, `answers`, `answers_negative` or `exemplifies`",
    "unit": "unit in which its ends meet; claims are made in sentences",
}
COUNTS = {
    "n": "units with both ends; of a claim, the sentences that make it",
    "n_hedged": "of a claim, the sentences that weaken it",
    "n_source": "units with the source, in a status that counts",
    "n_target": "units with the target, in a status that counts",
    "n_units": "all units",
    "n_documents": "documents with such a unit",
}
"""The whole numbers of a link."""

_WITHIN = {
    "n_expected_within": "units with both by chance, given in how many units of each stretch of a section either stands",
    "log_odds_within": "Mantel-Haenszel log odds ratio over these stretches; missing where the pair never, or always, "
    "meets where it could",
    "p_within": "two-sided p that they stand together more, or less, than by chance within sections",
    "q_within": "Benjamini-Hochberg q of `p_within` over the tested pairs of a kind",
}
"""The test within sections; missing where the unit is a section or a document."""

_CERTAINTY = {
    "p": "two-sided p that they go together in the corpus, be it by topic alone; missing for units beyond sentences",
    "q": "Benjamini-Hochberg q of `p` over the tested pairs of a kind",
    "ci_low": "lower end of the 95 % bootstrap interval",
    "ci_high": "upper end of the 95 % bootstrap interval",
    "loo_min": "lowest value when one document is left out",
    "loo_max": "highest value when one document is left out",
}
STRENGTHS = {
    "n_expected": "units with both by chance, given in how many units of the corpus either stands",
    **{name: measure.description for name, measure in MEASURES.items()},
    **_WITHIN,
    **_CERTAINTY,
}
"""The decimal numbers of a link; missing for claims, which are read and not inferred."""

LINK_COLUMNS = {**_ENDS, **COUNTS, **STRENGTHS, "note": "what to beware of, in plain words"}
"""The columns of the table of links, in order, each with what it says."""


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """The choices that make a network.

    Attributes:
        unit: the unit in which two elements must stand together.
        level: `top` reports an element's parts with it; `own` reports each element by itself.
        kinds: the kinds whose elements are joined by co-occurrence, source and target.
        statuses: by kind, the statuses that count; kinds left out have their defaults.
        boilerplate: `once` counts a sentence that several documents share in the first of them alone.
        test: of `p`, by which two elements go together in the corpus: `documents` takes documents as independent;
            `fisher` and `g2` take sentences as independent, and find too many links where those of a document
            resemble each other. The test within sections, `p_within`, does not depend on it.
        interval: the measure for bootstrap intervals and leave-one-out.
        bootstrap: samples; 0 for no intervals.
        seed: of the samples.
        min_n: pairs that meet in fewer units are tested, but not listed.
    """

    unit: Unit = "sentence"
    level: Level = "top"
    kinds: tuple[ElementKind, ElementKind] = ("mechanism", "outcome")
    statuses: Mapping[ElementKind, tuple[Status, ...]] = field(default_factory=dict)
    boilerplate: Boilerplate = "each"
    test: Test = "documents"
    interval: str = "npmi"
    bootstrap: int = 1000
    seed: int = 0
    min_n: int = 1

    def __post_init__(self) -> None:
        for name, allowed in (
            ("unit", UNITS),
            ("level", get_args(Level)),
            ("boilerplate", get_args(Boilerplate)),
            ("test", get_args(Test)),
            ("interval", INTERVAL_MEASURES),
        ):
            _require(name, getattr(self, name), allowed)
        if len(self.kinds) != 2:
            raise ValueError(f"kinds {self.kinds!r}: give two, source and target")
        for kind in (*self.kinds, *self.statuses):
            _require("kind", kind, get_args(ElementKind))
        for chosen in self.statuses.values():
            if isinstance(chosen, str):
                raise ValueError(f"statuses {chosen!r}: give a list of statuses")
            for status in chosen:
                _require("status", status, get_args(Status))
        if self.bootstrap < 0 or self.min_n < 0:
            raise ValueError(f"bootstrap {self.bootstrap} and min_n {self.min_n} must not be negative")

    @property
    def counting(self) -> Mapping[ElementKind, tuple[Status, ...]]:
        """The statuses that count, for every kind."""
        return {kind: tuple(self.statuses.get(kind, chosen)) for kind, chosen in DEFAULT_STATUSES.items()}

    def unit_of(self, kind: EdgeKind) -> Unit:
        """The unit of an edge: claims are made in sentences, and a case takes a paragraph to tell."""
        if kind in CLAIMED:
            return "sentence"
        if kind == "exemplifies" and self.unit == "sentence":
            return "paragraph"
        return self.unit


def build_links(arrays: CorpusArrays, options: LinkOptions) -> pd.DataFrame:
    """The links of a corpus, strongest first within each kind."""
    import pandas as pd

    framework = arrays.framework
    nodes = nodes_at(framework, options.level)
    exemplified = bool(framework.ids("case")) and options.kinds != ("case", "mechanism")
    wanted: set[Unit] = {"sentence", options.unit_of("co_occurs")}
    if exemplified:
        wanted.add(options.unit_of("exemplifies"))
    units = {unit: _count_units(arrays, options, unit) for unit in UNITS if unit in wanted}
    parts = [
        _co_occurrence(arrays, options, units[options.unit_of("co_occurs")], "co_occurs", *options.kinds),
        *(_claims(arrays, options, units["sentence"], kind) for kind in CLAIMED),
    ]
    if exemplified:
        unit = options.unit_of("exemplifies")
        parts.append(_co_occurrence(arrays, options, units[unit], "exemplifies", "case", "mechanism"))
    kinds: list[EdgeKind] = [part.pop("kind") for part in parts]
    remarks = [remark for part in parts for remark in part.pop("remarks")]
    frame = pd.concat([pd.DataFrame(part) for part in parts], ignore_index=True)
    each = [kind for kind, part in zip(kinds, parts, strict=True) for _ in part["i"]]
    frame["kind"] = pd.Series(each, dtype=object)
    frame["unit"] = pd.Series([options.unit_of(kind) for kind in each], dtype=object)
    for end, at in (("source", "i"), ("target", "j")):
        frame[end] = pd.Series([nodes[i] for i in frame[at]], dtype=object)
        frame[f"{end}_label"] = pd.Series([framework[nodes[i]].label for i in frame[at]], dtype=object)
    frame[list(COUNTS)] = frame[list(COUNTS)].astype("int64")
    frame["note"] = [
        _note(row, remark) for row, remark in zip(frame.to_dict("records"), remarks, strict=True)
    ]
    frame["order"] = [KINDS.index(kind) for kind in each]
    frame = frame.sort_values(
        ["order", "n_documents", "n", "i", "j"], ascending=[True, False, False, True, True], ignore_index=True
    )
    return in_columns(frame.drop(columns=["order", "i", "j"]), LINK_COLUMNS)


def edge_documents(
    arrays: CorpusArrays, options: LinkOptions
) -> dict[tuple[str, str, str], np.ndarray[Any, Any]]:
    """For each edge, as (source, target, kind), the documents that make it, as places among `arrays.ids`."""
    nodes = nodes_at(arrays.framework, options.level)
    found: dict[tuple[str, str, str], np.ndarray[Any, Any]] = {}
    by_unit: dict[EdgeKind, tuple[ElementKind, ElementKind]] = {
        "co_occurs": options.kinds,
        "exemplifies": ("case", "mechanism"),
    }
    for kind, ends in by_unit.items():
        if kind == "exemplifies" and options.kinds == ends:
            continue
        incidence = _count_units(arrays, options, options.unit_of(kind))
        joint, i, j = _tested_pairs(arrays.framework, options, incidence, *ends)
        for column, (a, b) in enumerate(zip(i.tolist(), j.tolist(), strict=True)):
            documents = joint.indices[joint.indptr[column] : joint.indptr[column + 1]]
            found[nodes[a], nodes[b], kind] = np.sort(documents)
    for kind in CLAIMED:
        for (a, b), (documents, _) in _claimed_pairs(arrays, options, kind).items():
            found[nodes[a], nodes[b], kind] = np.unique(documents)
    return found


def _count_units(arrays: CorpusArrays, options: LinkOptions, unit: Unit) -> Incidence:
    return arrays.incidence(
        unit=unit, level=options.level, statuses=options.counting, boilerplate=options.boilerplate
    )


def _tested_pairs(
    framework: Framework,
    options: LinkOptions,
    incidence: Incidence,
    source_kind: ElementKind,
    target_kind: ElementKind,
) -> tuple[csc_array, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The pairs whose ends both occur (once, where the ends are of one kind), by document."""
    nodes = nodes_at(framework, options.level)
    sources = [i for i, id in enumerate(nodes) if framework[id].kind == source_kind]
    targets = [j for j, id in enumerate(nodes) if framework[id].kind == target_kind]
    joint = incidence.pairs(sources, targets)
    i, j = np.repeat(sources, len(targets)).astype(int), np.tile(targets, len(sources)).astype(int)
    per_node = np.asarray(incidence.by_node.sum(axis=0))
    tested = (per_node[i] > 0) & (per_node[j] > 0) & ((source_kind != target_kind) | (i < j))
    return joint[:, np.flatnonzero(tested)], i[tested], j[tested]


def _claimed_pairs(
    arrays: CorpusArrays, options: LinkOptions, kind: EdgeKind
) -> dict[tuple[int, int], tuple[np.ndarray[Any, Any], int]]:
    claim_kind, polarity = CLAIMED[kind]
    return arrays.claim_sentences(
        claim_kind, polarity, level=options.level, statuses=options.counting, boilerplate=options.boilerplate
    )


def _co_occurrence(
    arrays: CorpusArrays,
    options: LinkOptions,
    incidence: Incidence,
    kind: EdgeKind,
    *ends: ElementKind,
) -> dict[str, Any]:
    unit = options.unit_of(kind)
    joint, i, j = _tested_pairs(arrays.framework, options, incidence, *ends)
    sources, targets, n_units = incidence.by_node[:, i], incidence.by_node[:, j], incidence.n_units
    n, n_source, n_target = (np.asarray(m.sum(axis=0)).ravel() for m in (joint, sources, targets))
    total = int(n_units.sum())
    table: dict[str, Any] = dict(measures.associate(n, n_source, n_target, total))
    if unit != "document":
        # Yates's correction is for a table of independent units.
        table["chi2_yates"] = np.full(len(i), np.nan)
    table |= {name: np.full(len(i), np.nan) for name in (*_WITHIN, *_CERTAINTY)}
    table |= {"kind": kind, "i": i, "j": j, "n": n, "n_source": n_source, "n_target": n_target}
    table["n_units"], table["n_hedged"] = np.full(len(i), total), np.zeros(len(i), dtype=int)
    table["n_documents"] = np.diff(joint.tocsc().indptr)
    table["n_expected"] = n_source * n_target / max(total, 1)
    named = _name_any(arrays.framework, options, incidence, *ends)
    n_named = int(named.sum())
    enough = n_named >= MIN_DOCUMENTS
    remarks = [[] if enough else [_too_few(n_named)] for _ in i]
    if unit in TESTED_UNITS and len(i):
        strata = find_strata(arrays, incidence, unit=unit, boilerplate=options.boilerplate)
        within = within_sections(incidence.cells, strata, i, j)
        table["n_expected_within"], table["log_odds_within"] = within.n_expected, within.log_odds
        if enough:
            table["p_within"], table["q_within"] = within.p, measures.adjust(within.p)
            for place in np.flatnonzero(within.one_document).tolist():
                remarks[place].append("one document decides p within sections")
    if enough and len(i):
        if unit == "sentence":
            table["p"] = _test_pooled(options, joint[named], sources[named], targets[named], n_units[named])
            table["q"] = measures.adjust(table["p"])
        name = options.interval
        table["loo_min"], table["loo_max"] = measures.leave_one_out(
            joint, sources, targets, n_units, name=name
        )
        if options.bootstrap:
            table["ci_low"], table["ci_high"] = measures.bootstrap_interval(
                joint, sources, targets, n_units, name=name, samples=options.bootstrap, seed=options.seed
            )
            for end in ("ci_low", "ci_high"):
                table[end][table["n_documents"] < MIN_PAIR_DOCUMENTS] = np.nan
        for end in ("loo_min", "loo_max"):
            table[end][np.isnan(table[name])] = np.nan
    listed = n >= options.min_n
    table["remarks"] = [remark for remark, is_listed in zip(remarks, listed, strict=True) if is_listed]
    return {name: value if name in ("kind", "remarks") else value[listed] for name, value in table.items()}


def _name_any(
    framework: Framework, options: LinkOptions, incidence: Incidence, *ends: ElementKind
) -> np.ndarray[Any, Any]:
    """The documents that name any element of either kind; a document of another topic tells nothing of a link."""
    nodes = nodes_at(framework, options.level)
    either = [n for n, id in enumerate(nodes) if framework[id].kind in ends]
    return np.asarray(incidence.by_node[:, either].sum(axis=1)).ravel() > 0


def _test_pooled(
    options: LinkOptions,
    joint: csc_array,
    sources: csc_array,
    targets: csc_array,
    n_units: np.ndarray[Any, Any],
) -> np.ndarray[Any, Any]:
    """p of going together in the corpus, over the documents given."""
    if options.test == "documents":
        return measures.document_test(joint, sources, targets, n_units)
    n, n_source, n_target = (np.asarray(m.sum(axis=0)).ravel() for m in (joint, sources, targets))
    test = measures.g2_test if options.test == "g2" else measures.fisher_test
    return test(n, n_source, n_target, int(n_units.sum()))


def _claims(
    arrays: CorpusArrays, options: LinkOptions, incidence: Incidence, kind: EdgeKind
) -> dict[str, Any]:
    found = _claimed_pairs(arrays, options, kind)
    per_node = np.asarray(incidence.by_node.sum(axis=0))
    pairs: Sequence[tuple[int, int]] = sorted(found)
    i, j = (np.array([pair[end] for pair in pairs], dtype=int) for end in (0, 1))
    table: dict[str, Any] = {name: np.full(len(pairs), np.nan) for name in STRENGTHS}
    return table | {
        "kind": kind,
        "remarks": [[] for _ in pairs],
        "i": i,
        "j": j,
        "n": np.array([len(found[pair][0]) for pair in pairs], dtype=int),
        "n_hedged": np.array([found[pair][1] for pair in pairs], dtype=int),
        "n_documents": np.array([len(np.unique(found[pair][0])) for pair in pairs], dtype=int),
        "n_source": per_node[i],
        "n_target": per_node[j],
        "n_units": np.full(len(pairs), int(incidence.n_units.sum())),
    }


def _too_few(n_documents: int) -> str:
    word = "document" if n_documents == 1 else "documents"
    return f"too few documents to test ({n_documents} {word}; {MIN_DOCUMENTS} are needed)"


def _note(row: Mapping[Any, Any], remarks: Sequence[str]) -> str:
    """What to beware of, in plain words."""
    notes = list(remarks)
    if row["loo_min"] < 0 < row["loo_max"]:
        notes.insert(0, "one document decides its sign")
    if not row["n"]:
        notes.append(f"not seen (expected {row['n_expected']:.2f})")
    if 0 < row["n_documents"] < MIN_PAIR_DOCUMENTS:
        notes.append(f"in {row['n_documents']} document{'s' if row['n_documents'] > 1 else ''} only")
    return "; ".join(notes)


def _require(name: str, value: object, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} {value!r}: use one of {', '.join(allowed)}")
