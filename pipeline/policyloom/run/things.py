"""What of a sentence has a share: an element, in any status or in one, and pairs of elements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from policyloom.framework import Framework
from policyloom.network.counting import DEFAULT_STATUSES, STATUSES, joint_pairs, named_in_sentences
from policyloom.records import Status, Tagged
from policyloom.run.manifest import read_tagged

__all__ = ["ANY_PAIR", "LINKABLE", "Flags", "Thing", "find_things", "flag_things", "read_sentences"]

Thing = tuple[str, ...]
"""(element,), (element, status), (element, LINKABLE), (mechanism, ">", outcome), or any pair."""

ANY_PAIR: Thing = (">",)
LINKABLE = "linkable"
"""In a status that counts for a link."""

Flags = npt.NDArray[np.bool_]


def read_sentences(
    run: str | Path, framework: Framework
) -> Iterator[tuple[Tagged, Mapping[int, frozenset[tuple[str, Status]]]]]:
    """Each document of a run that has sentences of running text, with what the coder found in each of these."""
    # As the coder left them: people's decisions would make it look better in the sample than it is elsewhere.
    for tagged in read_tagged(run, decided=False):
        if tagged.is_judged and (sentences := named_in_sentences(tagged, framework)):
            yield tagged, sentences


def find_things(framework: Framework, ids: set[str]) -> list[Thing]:
    """Whatever has a share, for elements of these ids."""
    elements: list[Thing] = []
    for id in sorted(ids):
        elements += [(id,), (id, LINKABLE), *((id, status) for status in STATUSES)]
    mechanisms, outcomes = framework.ids("mechanism", top=True), framework.ids("outcome", top=True)
    pairs: list[Thing] = [(m, ">", o) for m in mechanisms for o in outcomes if {m, o} <= ids]
    return [*elements, *pairs, *([ANY_PAIR] if ids.issuperset([*mechanisms, *outcomes]) else [])]


def flag_things(
    named: Iterable[Iterable[tuple[str, Status]]], things: Sequence[Thing], framework: Framework
) -> Flags:
    """Which things each sentence names, a row a sentence."""
    column = {thing: i for i, thing in enumerate(things)}
    rows = list(named)
    flags = np.zeros((len(rows), len(things)), dtype=bool)
    for i, row in enumerate(rows):
        pairs = joint_pairs(row, framework)
        hits: set[Thing] = {(id,) for id, _ in row} | set(row) | {(m, ">", o) for m, o in pairs}
        hits |= {(id, LINKABLE) for id, status in row if status in DEFAULT_STATUSES[framework[id].kind]}
        if pairs:
            hits.add(ANY_PAIR)
        flags[i, [column[hit] for hit in hits if hit in column]] = True
    return flags
