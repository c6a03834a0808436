"""The counts of a corpus as matrices: documents by elements, and documents by pairs of elements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from policyloom.framework import Framework
from policyloom.network.counting import (
    DEFAULT_STATUSES,
    STATUSES,
    UNITS,
    Statuses,
    Unit,
    claim_counts,
    counts_within,
)
from policyloom.network.counts import (
    ACT,
    CLAIM,
    CLAIM_KINDS,
    EVENT,
    PARAGRAPH,
    POLARITIES,
    SMALLEST_UNIT_CODES,
    Counts,
)
from policyloom.records import ClaimKind, Polarity

if TYPE_CHECKING:
    from scipy.sparse import csc_array, csr_array

__all__ = ["Boilerplate", "CorpusArrays", "Incidence", "Level", "nodes_at"]

Level = Literal["top", "own"]
Boilerplate = Literal["each", "once"]
Array = np.ndarray[Any, np.dtype[Any]]

_EVENT = np.dtype(
    {
        "names": ["sentence", "paragraph", "section", "element", "status", "smallest_unit", "head", "tail"],
        "formats": ["<u4", "<u4", "<u4", "<u2", "u1", "u1", "<u8", "<u8"],
    }
)
_CLAIM = np.dtype(
    {
        "names": [
            "sentence",
            "mechanism",
            "target",
            "kind",
            "polarity",
            "hedged",
            "source_status",
            "target_status",
        ],
        "formats": ["<u4", "<u2", "<u2", "u1", "u1", "u1", "u1", "u1"],
    }
)
_PARAGRAPH = np.dtype([(name, "<u4") for name in ("paragraph", "section", "first", "n_sentences")])
_ACT = np.dtype({"names": ["sentence", "actor", "element", "status"], "formats": ["<u4", "<u2", "<u2", "u1"]})
# The packed rows of `counts` and these types describe the same bytes.
if [_EVENT.itemsize, _CLAIM.itemsize, _ACT.itemsize, _PARAGRAPH.itemsize] != [
    form.size for form in (EVENT, CLAIM, ACT, PARAGRAPH)
]:
    raise ImportError(
        "the packed rows of policyloom.network.counts and the types of .incidence differ in size"
    )


def nodes_at(framework: Framework, level: Level) -> tuple[str, ...]:
    """The ids of the elements that are reported at a level, in the framework's order."""
    return tuple(e.id for e in framework if level == "own" or not e.parent)


@dataclass(frozen=True, slots=True)
class Incidence:
    """In how many units of each document each node, and each pair of nodes, is named.

    Attributes:
        n_units: units of each document, (documents,).
        by_node: units of each document with each node, (documents, nodes).
        cells: (units, nodes), 1 where the node stands in the unit; only units with some node.
        unit_document: the document of each row of `cells`.
        unit_number: its number within the document; 0 where the unit is the document.
    """

    n_units: Array
    by_node: csc_array
    cells: csr_array
    unit_document: Array
    unit_number: Array

    def pairs(self, sources: Sequence[int], targets: Sequence[int]) -> csc_array:
        """How many units of each document have both, (documents, sources x targets), with targets running fastest.

        A node that is both source and target counts as together with itself in each of its units.
        """
        from scipy.sparse import coo_array, csc_array, hstack

        by_source = self.cells.tocsc()
        at_target = self.cells[:, list(targets)].tocsr()
        blocks = []
        for source in sources:
            rows = by_source.indices[by_source.indptr[source] : by_source.indptr[source + 1]]
            both = at_target[rows].tocoo()
            document = self.unit_document[rows][both.row]
            shape = (len(self.n_units), len(targets))
            blocks.append(coo_array((both.data, (document, both.col)), shape=shape).tocsc())
        if not blocks:
            return csc_array((len(self.n_units), 0), dtype=np.int64)
        return csc_array(hstack(blocks, format="csc"))


class CorpusArrays:
    """The counts of all documents as arrays, with documents in the order of their ids.

    They are made once for a corpus; each choice of unit, statuses and level is then one pass over them.
    """

    def __init__(self, counts: Counts, framework: Framework) -> None:
        ids = tuple(element.id for element in framework.elements)
        if counts.elements and counts.elements != ids:
            differ = sorted(set(counts.elements) ^ set(ids))
            raise ValueError(
                f"these counts were made with framework {counts.framework!r}, not with this {framework.id!r}"
                + (
                    f"; they differ in {', '.join(differ[:5])}"
                    if differ
                    else "; the order of elements differs"
                )
            )
        self.framework = framework
        self.ids = tuple(sorted(counts.documents))
        documents = [counts.documents[id] for id in self.ids]
        self.dates = tuple(document.date for document in documents)
        self.sizes = np.array(
            [(d.n_sentences, d.n_paragraphs, d.n_sections, 1) for d in documents], dtype=np.int64
        ).reshape(-1, 4)
        self.events, self.event_document = _join([d.events for d in documents], _EVENT)
        self.claims, self.claim_document = _join([d.claims for d in documents], _CLAIM)
        self.acts, self.act_document = _join([d.acts for d in documents], _ACT)
        self.paragraphs, self.paragraph_document = _join([d.paragraphs for d in documents], _PARAGRAPH)

    @cached_property
    def repeats(self) -> Array:
        """For each event, whether its sentence repeats one of an earlier document."""
        found = np.zeros(len(self.events), dtype=bool)
        for name in ("head", "tail"):
            keys = self.events[name]
            # Documents ascend along the rows, so the first row with a key has its first document.
            _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
            found |= (keys != 0) & (self.event_document[first][inverse] < self.event_document)
        return found

    @cached_property
    def repeated_sentences(self) -> Array:
        """Keys, as `sentence_key` makes them, of the sentences that repeat one of an earlier document."""
        return np.unique(sentence_key(self.event_document, self.events["sentence"])[self.repeats])

    @cached_property
    def repeated_statements(self) -> Array:
        """Of these keys, those of sentences of running text."""
        is_sentence = self.events["smallest_unit"] == SMALLEST_UNIT_CODES["sentence"]
        return np.unique(
            sentence_key(self.event_document, self.events["sentence"])[self.repeats & is_sentence]
        )

    def kept(self, document: Array, sentence: Array, boilerplate: Boilerplate) -> Array:
        """Which of these sentences count: all of them, or with `once` those that repeat no earlier document."""
        if boilerplate == "each":
            return np.ones(len(sentence), dtype=bool)
        return ~np.isin(sentence_key(document, sentence), self.repeated_sentences)

    def allowed(self, statuses: Statuses) -> Array:
        """Whether a status counts for an element, (elements, statuses)."""
        return np.array([[s in statuses.get(e.kind, ()) for s in STATUSES] for e in self.framework])

    def node_of(self, level: Level) -> Array:
        """For each element, the position of its node among `nodes_at(framework, level)`."""
        places = {id: place for place, id in enumerate(nodes_at(self.framework, level))}
        return np.array(
            [places[e.id if level == "own" else self.framework.top(e.id)] for e in self.framework]
        )

    def incidence(
        self,
        *,
        unit: Unit,
        level: Level,
        statuses: Statuses = DEFAULT_STATUSES,
        boilerplate: Boilerplate = "each",
    ) -> Incidence:
        """The counts of units by document, for one choice of unit, level, statuses and boilerplate."""
        from scipy.sparse import csc_array, csr_array

        events, document = self.events, self.event_document
        here = np.array([counts_within(smallest, unit) for smallest in SMALLEST_UNIT_CODES])
        use = here[events["smallest_unit"]] & self.allowed(statuses)[events["element"], events["status"]]
        n_units = self.sizes[:, UNITS.index(unit)].copy()
        if boilerplate == "once":
            use &= ~self.repeats
            if unit == "sentence":
                dropped = self.repeated_statements >> np.uint64(32)
                n_units -= np.bincount(dropped, minlength=len(n_units)).astype(np.int64)
        at = np.flatnonzero(use)
        within = np.zeros(len(at), dtype=np.uint64) if unit == "document" else events[unit][at]
        keys, row = np.unique(sentence_key(document[at], within), return_inverse=True)
        n_nodes = len(nodes_at(self.framework, level))
        cell = row.astype(np.int64) * n_nodes + self.node_of(level)[events["element"][at]]
        del at, within, row
        # Sorted by hand: np.unique without counts goes by hashing (NumPy 2.4), which is slower here.
        cell.sort()
        cell = cell[np.diff(cell, prepend=-1) > 0]
        row, node = np.divmod(cell, n_nodes)
        unit_document = (keys >> np.uint64(32)).astype(np.int64)
        ones = np.ones(len(cell), dtype=np.int64)
        return Incidence(
            n_units,
            csc_array((ones, (unit_document[row], node)), shape=(len(self.ids), n_nodes)),
            csr_array((ones, (row, node)), shape=(len(keys), n_nodes)),
            unit_document,
            (keys & np.uint64(0xFFFFFFFF)).astype(np.int64),
        )

    def claim_sentences(
        self,
        kind: ClaimKind,
        polarity: Polarity,
        *,
        level: Level,
        statuses: Statuses = DEFAULT_STATUSES,
        boilerplate: Boilerplate = "each",
    ) -> dict[tuple[int, int], tuple[Array, int]]:
        """For each claimed pair of nodes, the document of each sentence that claims it, and how many hedge.

        A sentence that claims a pair twice counts once, and counts as hedged if it hedges each time.
        """
        claims = self.claims
        use = (claims["kind"] == CLAIM_KINDS.index(kind)) & (claims["polarity"] == POLARITIES.index(polarity))
        use &= self.kept(self.claim_document, claims["sentence"], boilerplate)
        kinds = [element.kind for element in self.framework]
        shape = (len(kinds), len(STATUSES), len(kinds), len(STATUSES))
        ends = np.ravel_multi_index(
            tuple(claims[name] for name in ("mechanism", "source_status", "target", "target_status")), shape
        )
        # Many claims have few different ends: each combination is asked once.
        different, inverse = np.unique(ends, return_inverse=True)
        counting = [
            claim_counts(polarity, (kinds[m], STATUSES[s]), (kinds[t], STATUSES[u]), statuses)
            for m, s, t, u in np.stack(np.unravel_index(different, shape), axis=1).tolist()
        ]
        use &= np.array(counting, dtype=bool)[inverse]
        claims, document, node = claims[use], self.claim_document[use], self.node_of(level)
        hedged: dict[tuple[int, int], dict[int, bool]] = {}
        for key, source, target, weak in zip(
            sentence_key(document, claims["sentence"]).tolist(),
            node[claims["mechanism"]].tolist(),
            node[claims["target"]].tolist(),
            claims["hedged"].tolist(),
            strict=True,
        ):
            seen = hedged.setdefault((source, target), {})
            seen[key] = seen.get(key, True) and bool(weak)
        return {
            pair: (np.array([key >> 32 for key in seen], dtype=np.int64), sum(seen.values()))
            for pair, seen in hedged.items()
        }


def sentence_key(document: Array, sentence: Array) -> Array:
    """One number for a document and a unit within it."""
    return (document.astype(np.uint64) << np.uint64(32)) | sentence.astype(np.uint64)


def _join(parts: Iterable[bytes], dtype: np.dtype[Any]) -> tuple[Array, Array]:
    """The rows of all documents as one array, and the document of each row."""
    parts = list(parts)
    lengths = np.array([len(part) // dtype.itemsize for part in parts], dtype=np.int64)
    return np.frombuffer(b"".join(parts), dtype=dtype), np.repeat(
        np.arange(len(parts), dtype=np.uint32), lengths
    )
