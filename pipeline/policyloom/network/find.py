"""The network of tagged documents, in one call."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from policyloom.framework import ElementKind, Framework
from policyloom.network.counting import Unit
from policyloom.network.counts import Counts, count, sum_counts
from policyloom.network.evidence import SentenceEvidence, find_evidence
from policyloom.network.incidence import Boilerplate, Level
from policyloom.network.links import LinkOptions, Test
from policyloom.network.network import Network
from policyloom.records import Status, Tagged
from policyloom.records.spool import Spool

__all__ = ["find_links"]


def find_links(
    tagged: Iterable[Tagged],
    framework: Framework,
    *,
    unit: Unit = "sentence",
    level: Level = "top",
    kinds: tuple[ElementKind, ElementKind] = ("mechanism", "outcome"),
    statuses: Mapping[ElementKind, Collection[Status]] | None = None,
    boilerplate: Boilerplate = "each",
    test: Test = "documents",
    interval: str = "npmi",
    bootstrap: int = 1000,
    seed: int = 0,
    min_n: int = 1,
    evidence: bool = True,
) -> Network:
    """The network of tagged documents; `LinkOptions` says what each choice means.

    Args:
        tagged: the documents; they are read once, one at a time.
        framework: with which they were tagged.
        unit: the unit in which two elements must stand together.
        level: `top` reports an element's parts with it, `own` each by itself.
        kinds: the kinds joined by co-occurrence, source and target.
        statuses: by kind, the statuses that count.
        boilerplate: `once` counts a sentence that several documents share in the first of them alone.
        test: `documents`, `fisher` or `g2`.
        interval: the measure that has intervals.
        bootstrap: samples for intervals; 0 for none.
        seed: of the samples.
        min_n: the fewest units in which a listed pair meets.
        evidence: whether to keep the sentences; where documents come in the order of their ids, those of a large corpus are kept in a
            temporary file.

    Raises:
        ValueError: a document comes twice, or names an element that the framework does not have.
    """
    options = LinkOptions(
        unit=unit,
        level=level,
        kinds=kinds,
        statuses={kind: tuple(chosen) for kind, chosen in (statuses or {}).items()},
        boilerplate=boilerplate,
        test=test,
        interval=interval,
        bootstrap=bootstrap,
        seed=seed,
        min_n=min_n,
    )
    sentences, ids = Spool(SentenceEvidence), []

    def counted() -> Iterable[Counts]:
        for document in tagged:
            if evidence and document.is_judged:
                ids.append(document.document.id)
                sentences.extend(find_evidence(document, framework))
            yield count(document, framework)

    counts = sum_counts(counted())
    return Network(counts, framework, options, sentences if ids == sorted(ids) else list(sentences))
