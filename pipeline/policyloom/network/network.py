"""The network of a corpus: its tables, its graph, and the sentences behind each link."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from heapq import merge
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from policyloom.framework import ElementKind, Framework
from policyloom.network import structure
from policyloom.network.counting import UNITS, Statuses
from policyloom.network.counts import Counts
from policyloom.network.elements import build_elements
from policyloom.network.evidence import (
    CaseSentence,
    SentenceEvidence,
    case_sentences,
    claim_evidence,
    evidence_frame,
    names_in_order,
    node_evidence,
    pair_evidence,
)
from policyloom.network.incidence import CorpusArrays
from policyloom.network.links import CLAIMED, KINDS, EdgeKind, LinkOptions, build_links, edge_documents
from policyloom.network.pairs import PAIR_EDGES, PairCounts, PairDocuments, PairKind, count_pair
from policyloom.network.signed import (
    Normalization,
    OneModeAggregation,
    Stances,
    TwoModeAggregation,
    combine_signs,
    count_stances,
    project,
)
from policyloom.records import Evidence
from policyloom.records.show import counted
from policyloom.records.spool import Picked, Spool

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

__all__ = ["Network"]

QUOTES_IN_MEMORY = 1_000
"""Sentences behind a pair that stay in memory; a check shows the first ones."""


class Network:
    """Elements of a framework, and how a corpus links them.

    Attributes:
        counts: of the documents.
        framework: with which they were counted.
        options: the choices behind the links.
        sentences: the evidence; empty where none was kept.
        arrays: the counts as arrays, from which every table is made.
    """

    def __init__(
        self,
        counts: Counts,
        framework: Framework,
        options: LinkOptions | None = None,
        sentences: Iterable[SentenceEvidence] = (),
    ) -> None:
        self.counts, self.framework, self.options = counts, framework, options or LinkOptions()
        # What is spooled is in order.
        self.sentences: Sequence[SentenceEvidence] = (
            sentences if isinstance(sentences, Spool) else tuple(sorted(sentences, key=_place_of))
        )
        self.arrays = CorpusArrays(counts, framework)
        self._quotes: dict[tuple[str, str, PairKind], Sequence[Evidence]] = {}

    @classmethod
    def from_counts(
        cls,
        counts: Counts,
        framework: Framework,
        *,
        options: LinkOptions | None = None,
        evidence: Iterable[SentenceEvidence] = (),
    ) -> Network:
        """The network of counts that were made earlier, or elsewhere, and added.

        Args:
            counts: of all documents.
            framework: with which they were made.
            options: unit, level, statuses and so on; the defaults are those of `find_links`.
            evidence: what `find_evidence` found in the same documents.

        Raises:
            ValueError: the counts were made with another framework.
        """
        return cls(counts, framework, options, evidence)

    @property
    def documents(self) -> tuple[str, ...]:
        """The ids of the documents, sorted."""
        return self.arrays.ids

    @cached_property
    def links(self) -> pd.DataFrame:
        """One row an edge: counts, strength, sureness, and a note on what to beware of.

        Sorted by kind, then by documents and units, most first. `n` counts units (for claims, sentences);
        `n_source` and `n_target` count units with either end; expected units, p, q, intervals and leave-one-out are
        missing for claims, which are read and not inferred. `q_within` says whether two elements stand together within
        sections, `q` whether they go together in the corpus, which a common topic alone can bring about.
        """
        return build_links(self.arrays, self.options)

    @cached_property
    def elements(self) -> pd.DataFrame:
        """One row a node, with the columns of `ELEMENT_COLUMNS`: how many sentences and documents name it."""
        return build_elements(self.arrays, self.options)

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The network as a networkx graph: nodes by id, edges keyed by kind.

        Edges of a kind that begins with `framework_` come from the framework, not from the corpus.
        """
        return structure.build_graph(self.arrays, self.options, nodes=self.elements, edges=self.links)

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """A copy of `graph`, to change at will."""
        return self.graph.copy()

    def pair(self, source: str, target: str) -> PairCounts | None:
        """The counts of two elements; None where they never meet and no sentence claims or denies a link.

        At level `top` the elements may be parts of a node: they are looked up as that node.

        Raises:
            KeyError: the framework has no such element.
        """
        source, target = self._ends(source, target)
        found = self._links_by_pair.get((source, target))
        return None if found is None else count_pair(source, target, found)

    def pair_documents(self, mechanism: str, outcome: str) -> PairDocuments:
        """The documents that name a mechanism and an outcome together, or claim or deny that it leads there.

        Elements are rolled up to the outermost, whatever the level of this network; units and statuses are its own.
        """
        ends = self.framework.top(mechanism), self.framework.top(outcome)
        return PairDocuments(
            *(self._documents_by_edge.get((*ends, kind), frozenset()) for kind in PAIR_EDGES)
        )

    def pair_quotes(self, mechanism: str, outcome: str, kind: PairKind) -> Sequence[Evidence]:
        """The sentences behind one part of `pair_documents`: those that claim a pair, deny it, or name either in a unit with both.

        Returns:
            In the order of documents and their text; of claims those first that name the mechanism before the outcome, as they
            are right more often.
        """
        ends = self.framework.top(mechanism), self.framework.top(outcome)
        # Each document that claims a pair asks for it, so that without this the time would grow with the square of their number.
        if (*ends, kind) not in self._quotes:
            found = map(_evidence_of, self._find_quotes(ends, kind))
            self._quotes[*ends, kind] = Spool(Evidence, found, in_memory=QUOTES_IN_MEMORY)
        return self._quotes[*ends, kind]

    def _find_quotes(self, ends: tuple[str, str], kind: PairKind) -> Iterable[dict[str, object]]:
        node_of = self._tops.__getitem__
        of_each = [self._sentences_by_top.get(end, []) for end in ends]
        if kind == "together":
            return pair_evidence(
                _merge(*of_each), self.framework, *ends, unit=self.options.unit_of("co_occurs"),
                statuses=self.options.counting, node_of=node_of,
            )  # fmt: skip
        claiming = [s for s in of_each[0] if s.claims]
        rows = list(claim_evidence(
            claiming, self.framework, *ends, kind="leads_to", polarity="positive" if kind == "claims" else "negative",
            statuses=self.options.counting, node_of=node_of,
        ))  # fmt: skip
        if kind == "claims":
            in_order = {
                (s.document, s.sentence) for s in claiming if names_in_order(s, *ends, node_of=node_of)
            }
            rows.sort(key=lambda row: (row["document"], row["sentence"]) not in in_order)
        return rows

    @cached_property
    def _tops(self) -> dict[str, str]:
        return {element.id: self.framework.top(element.id) for element in self.framework}

    def case_sentences(self, case: str) -> list[CaseSentence]:
        """The mechanisms that sentences on one of the framework's outermost cases name, in the order of documents and their text."""
        return self._sentences_by_case.get(case, [])

    @property
    def statuses(self) -> Statuses:
        """By kind of element, the statuses that count for a link."""
        return self.options.counting

    def evidence(self, source: str, target: str, kind: EdgeKind | None = None) -> pd.DataFrame:
        """The sentences behind an edge, in the order of documents and their text.

        For an edge of co-occurrence these are the sentences with either end, from the units with both.

        Args:
            source: the node the edge leaves.
            target: the node it enters.
            kind: one kind of edge; all kinds by default.

        Raises:
            KeyError: the framework has no such element.
            ValueError: no such kind of edge.
        """
        if kind is not None and kind not in KINDS:
            raise ValueError(f"kind {kind!r}: use one of {', '.join(KINDS)}")
        source, target = self._ends(source, target)
        found = self._links_by_pair.get((source, target), {})
        kinds = [each for each in KINDS if each in found and kind in (None, each)]
        return evidence_frame(
            row | {"kind": each} for each in kinds for row in self._edge_evidence(source, target, each)
        )

    def node_evidence(self, id: str) -> pd.DataFrame:
        """Every sentence that mentions an element or, at level `top`, its parts; whatever the status."""
        return evidence_frame(node_evidence(self.sentences, self._node(id), self._node)).drop(
            columns=["target", "kind"]
        )

    def all_evidence(self) -> pd.DataFrame:
        """The evidence of every edge and, as kind `mentions` and without a target, of every node."""
        return evidence_frame(self.evidence_rows())

    def evidence_rows(self) -> Iterator[dict[str, object]]:
        """The rows of `all_evidence` in its order, one at a time, so that a table of any length can be written."""
        rows: dict[tuple[str, str, str], Iterable[dict[str, object]]] = {
            (node, "", "mentions"): node_evidence(sentences, node, self._node)
            for node, sentences in self._sentences_of.items()
        }
        for (source, target), found in self._links_by_pair.items():
            rows |= {
                (source, target, kind): self._edge_evidence(source, target, kind)
                for kind in KINDS
                if kind in found
            }
        for key in sorted(rows):
            yield from (row | {"kind": key[2]} for row in rows[key])

    def backbone(self, alpha: float = 0.05) -> nx.DiGraph[str]:
        """The co-occurrence edges with a larger share of a node's weight than chance would give; see `structure.backbone`."""
        return structure.backbone(self.graph, alpha)

    def communities(self, seed: int = 0) -> dict[str, int]:
        """The number of each linked node's community; 1 is the largest community."""
        return structure.communities(self.graph, seed)

    def centralities(self) -> pd.DataFrame:
        """Degree, strength, betweenness, closeness and PageRank of each linked node."""
        return structure.centralities(self.graph)

    def actors(
        self,
        kind: ElementKind = "mechanism",
        *,
        aggregation: TwoModeAggregation = "ignore",
        stated: bool = True,
    ) -> pd.DataFrame:
        """The two-mode network of actors and elements, actors down and elements across, in documents.

        Args:
            kind: of the elements.
            aggregation: `ignore` the sign, `subtract` negative from positive, or `combine` into 0
                for nothing, 1 for positive, 2 for negative and 3 for both.
            stated: whether the text must make the actor the one who acts; otherwise standing in one sentence
                is enough.
        """
        return combine_signs(self._stances("actor", kind, aggregation, stated), aggregation)

    def stances(
        self, kind: ElementKind = "mechanism", *, aggregation: TwoModeAggregation = "subtract"
    ) -> pd.DataFrame:
        """The two-mode network of documents and elements; see `actors`."""
        return combine_signs(self._stances("document", kind, aggregation), aggregation)

    def agreement(
        self,
        of: Literal["document", "actor"] = "document",
        kind: ElementKind = "mechanism",
        *,
        aggregation: OneModeAggregation = "subtract",
        normalization: Normalization = "no",
        stated: bool = True,
    ) -> pd.DataFrame:
        """How documents, or actors, agree over elements: a square table; see `signed.project`."""
        stances = self._stances(of, kind, aggregation, stated)
        return project(stances, aggregation=aggregation, normalization=normalization)

    def _stances(
        self,
        of: Literal["document", "actor"],
        kind: ElementKind,
        aggregation: OneModeAggregation | TwoModeAggregation,
        stated: bool = True,
    ) -> Stances:
        return count_stances(
            self.arrays, self.options, of=of, kind=kind, aggregation=aggregation, stated=stated
        )

    def slices(self, by: Mapping[str, str] | None = None) -> dict[str, Network]:
        """A network for each group of documents, sorted by the group's name.

        Args:
            by: the group of each document's id; a document without a group is in no slice. By default a document's
                group is the year in its date; documents without a year are in no slice.
        """
        groups: dict[str, list[str]] = {}
        for id, date in zip(self.arrays.ids, self.arrays.dates, strict=True):
            group = structure.find_year(date) if by is None else by.get(id)
            if group:
                groups.setdefault(group, []).append(id)
        return {group: self.select(groups[group]) for group in sorted(groups)}

    def select(self, documents: Collection[str]) -> Network:
        """The network of some of the documents, with the same options."""
        chosen = frozenset(documents)
        kept = (s for s in self.sentences if s.document in chosen)
        return Network(self.counts.select(documents), self.framework, self.options, kept)

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks on the corpus that affect every number: files that are copies, sentences that repeat."""
        notes = []
        hashes: dict[str, list[str]] = {}
        for id in self.documents:
            hashes.setdefault(self.counts.documents[id].sha256, []).append(id)
        for same in (ids for sha256, ids in hashes.items() if sha256 and len(ids) > 1):
            notes.append(f"{', '.join(same)} are the same file, and count as {len(same)} documents")
        repeated = len(self.arrays.repeated_sentences)
        if repeated:
            how = "count once" if self.options.boilerplate == "once" else "count each time"
            what = "sentence repeats one" if repeated == 1 else "sentences repeat those"
            how = how.replace("count", "counts") if repeated == 1 else how
            notes.append(f"{repeated} {what} of another document; {'it' if repeated == 1 else 'they'} {how}")
        return tuple(notes)

    def explain_no_links(self) -> str:
        """Why there are no links, and what would find some, in plain words; empty where there are links."""
        if len(self.links):
            return ""
        if not self.documents:
            return "no document was read and judged"
        unit, kinds = self.options.unit, self.options.kinds
        words = [self.framework.plural(kind).lower() for kind in kinds]
        named = self.elements.groupby("kind")[["n_documents", "n_documents_linkable"]].sum()
        for kind, word in zip(kinds, words, strict=True):
            if kind not in named.index or not named.loc[kind, "n_documents"]:
                return f"no document names any of the {word}"
            if not named.loc[kind, "n_documents_linkable"]:
                return f"the {word} are named only as lacking or denied, which makes no link"
        apart = f"{words[0]} and {words[1]} are named, but never in the same {unit}"
        if unit == "document":
            return apart
        return f"{apart}; with the unit {UNITS[UNITS.index(unit) + 1]} there may be some"

    def __repr__(self) -> str:
        # Links take long to find, so they are counted only once something has asked for them.
        links = f", {counted(len(self.links), 'link')}" if "links" in vars(self) else ""
        return f"<Network: {counted(len(self.documents), 'document')}{links} by {self.options.unit}>"

    def _repr_html_(self) -> str:
        shown = self.links.head(20)[
            [
                "source_label",
                "target_label",
                "kind",
                "n",
                "n_documents",
                "npmi",
                "ci_low",
                "ci_high",
                "n_expected_within",
                "q_within",
                "note",
            ]
        ]
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        table = shown.to_html(index=False, float_format=lambda x: f"{x:.3f}", na_rep="", border=0)
        more = (
            ""
            if len(self.links) <= len(shown)
            else f"<p>{len(self.links) - len(shown)} more in <code>.links</code></p>"
        )
        return f"<p>{escape(repr(self)[1:-1])}</p>{notes}{table}{more}"

    @cached_property
    def _documents_by_edge(self) -> dict[tuple[str, str, str], frozenset[str]]:
        options = replace(self.options, level="top", kinds=("mechanism", "outcome"))
        return {
            edge: frozenset(self.documents[place] for place in places.tolist())
            for edge, places in edge_documents(self.arrays, options).items()
        }

    @cached_property
    def _links_by_pair(self) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
        found: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
        for row in self.links.to_dict("records"):
            if row["n"]:
                record = {str(key): value for key, value in row.items()}
                found.setdefault((row["source"], row["target"]), {})[row["kind"]] = record
        return found

    def _node(self, id: str) -> str:
        return self.framework.top(id) if self.options.level == "top" else self.framework[id].id

    def _ends(self, source: str, target: str) -> tuple[str, str]:
        """The nodes of two elements, in the order in which they are linked."""
        ends = self._node(source), self._node(target)
        return ends if ends in self._links_by_pair or ends[::-1] not in self._links_by_pair else ends[::-1]

    def _edge_evidence(self, source: str, target: str, kind: EdgeKind) -> Iterator[dict[str, object]]:
        options = self.options
        if kind not in CLAIMED:
            return pair_evidence(
                _merge(self._sentences_of.get(source, []), self._sentences_of.get(target, [])),
                self.framework,
                source,
                target,
                unit=options.unit_of(kind),
                statuses=options.counting,
                node_of=self._node,
            )
        claim_kind, polarity = CLAIMED[kind]
        return claim_evidence(
            self._sentences_of.get(source, []),
            self.framework,
            source,
            target,
            kind=claim_kind,
            polarity=polarity,
            statuses=options.counting,
            node_of=self._node,
        )

    @cached_property
    def _sentences_by_case(self) -> dict[str, list[CaseSentence]]:
        return case_sentences(self.sentences, self.framework)

    @cached_property
    def _sentences_by_top(self) -> dict[str, Sequence[SentenceEvidence]]:
        """By outermost element, the sentences that count."""
        return self._index_sentences(self.framework.top)

    @cached_property
    def _sentences_of(self) -> dict[str, Sequence[SentenceEvidence]]:
        """By node, the sentences that count."""
        return self._index_sentences(self._node)

    def _index_sentences(self, node_of: Callable[[str], str]) -> dict[str, Sequence[SentenceEvidence]]:
        found: dict[str, array[int]] = {}
        repeated = set()
        if self.options.boilerplate == "once":
            repeated = {
                (self.documents[key >> 32], key & 0xFFFFFFFF)
                for key in self.arrays.repeated_sentences.tolist()
            }
        for place, sentence in enumerate(self.sentences):
            if (sentence.document, sentence.sentence) not in repeated:
                for node in dict.fromkeys(node_of(m.element) for m in sentence.mentions):
                    found.setdefault(node, array("Q")).append(place)
        return {node: Picked(self.sentences, places, _itself) for node, places in found.items()}


def _itself(sentence: SentenceEvidence) -> SentenceEvidence:
    return sentence


def _place_of(sentence: SentenceEvidence) -> tuple[str, int]:
    return sentence.document, sentence.sentence


def _merge(*sides: Sequence[SentenceEvidence]) -> Iterator[SentenceEvidence]:
    """Sentences in order, each once; each side is in order."""
    return (next(same) for _, same in groupby(merge(*sides, key=_place_of), key=_place_of))


def _evidence_of(row: Mapping[str, Any]) -> Evidence:
    return Evidence(
        str(row["document"]), int(row["page"]), int(row["start"]), int(row["end"]), str(row["quote"])
    )
