"""Two versions of a document compared: the data of the page, and the same in Markdown."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from policyloom.check import Comparison
from policyloom.framework import Framework
from policyloom.records import Change, ChangeKind, Evidence
from policyloom.report.brief import as_plain, as_quote
from policyloom.report.views import Detail

__all__ = ["ChangeView", "comparison_view", "make_comparison_brief", "tell_sentences"]

HEADINGS: dict[ChangeKind, str] = {
    "dropped": "What was dropped",
    "weakened": "What was weakened",
    "changed": "What was changed otherwise",
    "strengthened": "What was strengthened",
    "added": "What was added",
}

_WORD = re.compile(r"\S+")

Stretch = tuple[bool, str]
"""Words of a sentence, and whether the other version lacks them."""


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change, with the words of its sentences that the other version lacks marked.

    Attributes:
        change: the change.
        old, new: the sentences, in stretches; empty where a version has none, or the page has no room.
    """

    change: Change
    old: tuple[Stretch, ...]
    new: tuple[Stretch, ...]


def comparison_view(comparison: Comparison, detail: Detail) -> dict[str, object]:
    """The data of the page on two versions: the changes by kind."""
    groups = [
        (
            kind,
            heading,
            [_view(change, detail.quote_length) for change in comparison.changes if change.kind == kind],
        )
        for kind, heading in HEADINGS.items()
    ]
    return {"comparison": comparison, "groups": [group for group in groups if group[2]]}


def _view(change: Change, length: int) -> ChangeView:
    old, new = _cut(change.old_evidence, length), _cut(change.new_evidence, length)
    if not old or not new:
        return ChangeView(change, ((False, old),) if old else (), ((False, new),) if new else ())
    sides: tuple[list[Stretch], list[Stretch]] = ([], [])
    words = _WORD.findall(old), _WORD.findall(new)
    for kind, *places in difflib.SequenceMatcher(None, *words, autojunk=False).get_opcodes():
        for side, own, start, end in zip(sides, words, places[::2], places[1::2], strict=True):
            if start < end:
                side.append((kind != "equal", " ".join(own[start:end])))
    return ChangeView(change, tuple(sides[0]), tuple(sides[1]))


def _cut(evidence: Evidence | None, length: int) -> str:
    words = " ".join(evidence.quote.split()) if evidence else ""
    if not length:
        return ""
    return words if len(words) <= length else words[:length].rstrip() + " […]"


def make_comparison_brief(
    comparison: Comparison, framework: Framework, *, old_name: str, new_name: str
) -> str:
    """What differs between two versions, in Markdown, with the sentences of both.

    Args:
        comparison: of the two.
        framework: with which they were tagged.
        old_name, new_name: what the versions are called.
    """
    lines = [
        f"# {as_plain(new_name)}, compared with {as_plain(old_name)}", "",
        f"Compared by the mechanisms of “{as_plain(framework.title)}”. {tell_sentences(comparison)} What was not found may still "
        "have changed.", "",
    ]  # fmt: skip
    if comparison.not_judged:
        lines += [f"Not all could be judged: {as_plain(comparison.not_judged)}.", ""]
    if not comparison.changes:
        lines += ["No change was found.", ""]
    for kind, heading in HEADINGS.items():
        told = [change for change in comparison.changes if change.kind == kind]
        if told:
            lines += [f"## {heading}", "", *(line for change in told for line in _tell(change)), ""]
    return "\n".join(lines)


def _tell(change: Change) -> Iterator[str]:
    yield f"- {as_plain(change.message)}"
    for word, evidence in (("before", change.old_evidence), ("now", change.new_evidence)):
        if evidence is not None:
            yield f"    - {word}: {as_quote(evidence)}"


def tell_sentences(comparison: Comparison) -> str:
    """How many sentences the two versions have in common, in words."""
    told = (
        f"Sentences: {comparison.n_same:,} stand in both as they are, {comparison.n_reworded:,} were reworded, "
        f"{comparison.n_only_old:,} stand in the earlier version alone and {comparison.n_only_new:,} in the later one alone."
    )
    if not comparison.are_versions:
        told += " The two have little in common; they may be no versions of one text."
    return told
