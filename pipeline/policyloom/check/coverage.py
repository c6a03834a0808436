"""How a document covers the elements of a framework; `policyloom.network.counting` says what counts."""

from __future__ import annotations

from collections.abc import Sequence

from policyloom.check.nearest import find_near
from policyloom.framework import Framework
from policyloom.network.counting import STATED, STATUSES, SmallestUnit, counted_mentions, is_off_field
from policyloom.records import Coverage, Mention, Promise, Status, Tagged

__all__ = ["N_QUOTES", "cover"]

N_QUOTES = 5
"""Quotes kept for one element or finding."""


def cover(tagged: Tagged, framework: Framework, promises: Sequence[Promise] = ()) -> tuple[Coverage, ...]:
    """How a document covers each element but actors, in the framework's order; an element's parts count for it too.

    The best quotes come first: those that state the element, then the more concrete, then the more probable, then by place.

    Args:
        tagged: the document.
        framework: with which it was tagged.
        promises: of the document; the complete ones make a mechanism operational, and its parts that stand in them.

    Raises:
        ValueError: a mention names an element that the framework does not have.
    """
    found: dict[str, list[tuple[Mention, SmallestUnit]]] = {e.id: [] for e in framework if e.kind != "actor"}
    for mention, smallest in counted_mentions(tagged, framework):
        id: str | None = mention.label if mention.kind != "actor" else None
        while id is not None:
            found[id].append((mention, smallest))
            id = framework[id].parent
    off_field, near = is_off_field(tagged, framework), find_near(tagged)
    complete = {(promise.element, promise.evidence.start) for promise in promises if promise.is_complete}
    return tuple(
        _cover_element(
            tagged,
            id,
            mentions,
            {start for element, start in complete if element == framework.top(id)},
            off_field=off_field,
            n_near=0 if mentions else len(near.get(id, ())),
        )
        for id, mentions in found.items()
    )


def _cover_element(
    tagged: Tagged,
    id: str,
    mentions: list[tuple[Mention, SmallestUnit]],
    complete: set[int],
    *,
    off_field: bool,
    n_near: int,
) -> Coverage:
    stating = [mention for mention, smallest in mentions if smallest == "sentence"]
    elsewhere = [mention for mention, smallest in mentions if smallest != "sentence"]
    by_status: dict[Status, set[int]] = {status: set() for status in STATUSES}
    for mention in stating:
        by_status[mention.status].add(mention.sentence)
    best: dict[int, Mention] = {}
    ordered = sorted(
        stating or elsewhere, key=lambda m: (m.status not in STATED, -m.concreteness, -m.probability, m.start)
    )
    for mention in ordered:
        best.setdefault(mention.sentence, mention)
    return Coverage(
        tagged.document.id,
        id,
        n_sentences=len({mention.sentence for mention in stating}),
        **{status: len(sentences) for status, sentences in by_status.items()},
        n_elsewhere=len({mention.sentence for mention in elsewhere}),
        concreteness=max((m.concreteness for m in stating if m.status in STATED), default=0),
        n_operational=len({n for n in by_status["planned"] if tagged.sentences[n].start in complete}),
        not_judged=tagged.unreadable_share,
        is_off_field=off_field,
        n_near=n_near,
        evidence=tuple(tagged.evidence(mention) for mention in list(best.values())[:N_QUOTES]),
    )
