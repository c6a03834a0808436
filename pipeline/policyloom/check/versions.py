"""Compare two versions of a document: what the later one promises less, more or otherwise than the earlier one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import get_args

from policyloom.check.alignment import Reworded, align
from policyloom.check.case import MIN_TOLD_SHARE
from policyloom.check.differences import Differences
from policyloom.check.statements import read_version
from policyloom.framework import Framework
from policyloom.languages import load_language
from policyloom.languages.cues import compile_cues
from policyloom.records import Change, ChangedPart, ChangeKind, Tagged

__all__ = ["Comparison", "compare"]

MIN_ALIKE = 0.2
"""Share of the shorter version's sentences that the other has, below which the two are hardly versions of one text."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two versions of a document.

    Attributes:
        document, earlier: the ids of the later and the earlier version.
        changes: what was dropped, weakened, changed, strengthened and added, in this order; within it by place.
        n_same: how many sentences stand in both, wherever.
        n_reworded: how many pairs of sentences belong together and differ.
        n_only_old, n_only_new: how many sentences have no partner.
        not_judged: what could not be read of either version, in words; "" where that is next to nothing.
    """

    document: str
    earlier: str
    changes: tuple[Change, ...]
    n_same: int
    n_reworded: int
    n_only_old: int
    n_only_new: int
    not_judged: str = ""

    @property
    def are_versions(self) -> bool:
        """Whether the two have enough in common to be versions of one text."""
        both = self.n_same + self.n_reworded
        shorter = both + min(self.n_only_old, self.n_only_new)
        return both >= MIN_ALIKE * shorter

    def count(self) -> dict[ChangeKind, int]:
        """How many changes there are of each kind, in the order of the kinds."""
        found = Counter(change.kind for change in self.changes)
        return {kind: found[kind] for kind in get_args(ChangeKind)}


def compare(old: Tagged, new: Tagged, framework: Framework) -> Comparison:
    """What a later version of a document promises less, more or otherwise than an earlier one.

    The sentences of running text are aligned first. Those with the same words are no change, wherever they stand, unless
    what introduces or follows them changes what they promise. In the others the mechanisms are compared: which are named, how
    they stand, how firmly they bind, who acts, how much, by when, and how it is watched.

    Args:
        old: the earlier version.
        new: the later one.
        framework: with which both were tagged, by one coder.

    Returns:
        The changes; none where one of the two was not judged.

    Raises:
        ValueError: a mention names an element that the framework does not have.
    """
    pack = load_language(framework.language)
    cues = compile_cues(pack, framework.facets)
    versions = read_version(old, framework, cues), read_version(new, framework, cues)
    topics = [
        {
            number: {framework.top(s.mention.label) for s in said}
            for number, said in version.statements.items()
        }
        for version in versions
    ]
    found = align(
        versions[0].texts, versions[1].texts, stop_words=pack.stop_words, old_topics=topics[0], new_topics=topics[1]
    )  # fmt: skip
    differences = Differences(*versions, framework, pack.stop_words - cues.number_words, cues.numbered_words)
    changes: list[Change] = []
    if old.is_judged and new.is_judged:
        for i, j in found.same:
            changes += differences.compare_same(Reworded((i,), (j,)))
        for pair in found.reworded:
            changes += differences.compare_reworded(pair)
        changes += differences.gone(found.only_old)
        changes += differences.come(found.only_new)
    kinds = get_args(ChangeKind)
    changes.sort(key=lambda change: (kinds.index(change.kind), _place(change)))
    return Comparison(
        new.document.id,
        old.document.id,
        tuple(changes),
        len(found.same),
        len(found.reworded),
        len(found.only_old),
        len(found.only_new),
        _explain_unread(old, new),
    )


def _place(change: Change) -> tuple[int, int]:
    old, new = change.old_evidence, change.new_evidence
    return (new.start if new else old.start if old else 0), get_args(ChangedPart).index(change.part)


def _explain_unread(old: Tagged, new: Tagged) -> str:
    told = [
        f"about {tagged.unreadable_share:.0%} of the {word} version was not judged ({tagged.explain_unread()})"
        for word, tagged in (("earlier", old), ("later", new))
        if tagged.unreadable_share >= MIN_TOLD_SHARE
    ]
    return "; ".join(told)
