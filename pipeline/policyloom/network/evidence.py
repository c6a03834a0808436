"""The sentences behind every node and edge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policyloom.framework import Framework
from policyloom.network.counts import PLACES
from policyloom.network.incidence import UNITS, Statuses, Unit
from policyloom.records import ClaimKind, Polarity, Span, Status, Tagged

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ClaimEvidence", "MentionEvidence", "SentenceEvidence", "find_evidence"]

COLUMNS = [
    "source",
    "target",
    "kind",
    "document",
    "page",
    "section",
    "sentence",
    "status_source",
    "status_target",
    "polarity",
    "hedged",
    "cue",
    "quote",
    "start",
    "end",
]


@dataclass(frozen=True, slots=True)
class MentionEvidence:
    """One mention in a sentence: the element's id, its status, its words and those that set the status."""

    element: str
    status: Status
    words: str
    cue: str = ""


@dataclass(frozen=True, slots=True)
class ClaimEvidence:
    """One claim in a sentence, with the words that make it."""

    kind: ClaimKind
    mechanism: str
    target: str
    polarity: Polarity
    hedged: bool
    cue: str
    mechanism_status: Status
    target_status: Status


@dataclass(frozen=True, slots=True)
class SentenceEvidence:
    """A sentence that mentions elements of the framework.

    Attributes:
        document: its id.
        sentence, paragraph: indexes among the document's sentences and blocks.
        section: the headings over it.
        place: the narrowest unit in which its mentions count: 0 sentence, 1 section, 2 document.
        page: counted from 1; 0 where the format has no pages.
        start, end: in the document's text.
        quote: the sentence, verbatim.
    """

    document: str
    sentence: int
    paragraph: int
    section: tuple[str, ...]
    place: int
    page: int
    start: int
    end: int
    quote: str
    mentions: tuple[MentionEvidence, ...]
    claims: tuple[ClaimEvidence, ...] = ()

    def unit(self, unit: Unit) -> tuple[object, ...] | None:
        """Which unit of its kind the sentence stands in; None where it counts in none."""
        if self.place > (0, 0, 1, 2)[UNITS.index(unit)]:
            return None
        within: object = {
            "sentence": self.sentence,
            "paragraph": self.paragraph,
            "section": self.section,
            "document": 0,
        }[unit]
        return self.document, within


def find_evidence(tagged: Tagged, framework: Framework) -> list[SentenceEvidence]:
    """The sentences of a document that count for the network, with what they mention and claim."""

    def words(span: Span | None) -> str:
        return "" if span is None else tagged.document.text[span[0] : span[1]]

    mentions: dict[int, list[MentionEvidence]] = {}
    for m in tagged.mentions:
        if m.kind != "entity" and m.label in framework:
            marked = MentionEvidence(m.label, m.status, words((m.start, m.end)), words(m.cue))
            mentions.setdefault(m.sentence, []).append(marked)
    claims: dict[int, list[ClaimEvidence]] = {}
    for c in tagged.claims:
        mechanism, target = tagged.mentions[c.mechanism], tagged.mentions[c.target]
        claims.setdefault(c.sentence, []).append(
            ClaimEvidence(
                c.kind,
                mechanism.label,
                target.label,
                c.polarity,
                c.hedged,
                words(c.cue),
                mechanism.status,
                target.status,
            )
        )
    found = []
    for index in sorted(mentions):
        sentence = tagged.sentences[index]
        block = tagged.document.blocks[sentence.block]
        place = PLACES.get(block.kind)
        if place is None:
            continue
        found.append(
            SentenceEvidence(
                tagged.document.id,
                index,
                sentence.block,
                block.section,
                place,
                tagged.page(sentence),
                sentence.start,
                sentence.end,
                tagged.quote(sentence),
                tuple(mentions[index]),
                tuple(claims.get(index, ())) if place == 0 else (),
            )
        )
    return found


def pair_evidence(
    sentences: Iterable[SentenceEvidence],
    framework: Framework,
    source: str,
    target: str,
    *,
    unit: Unit,
    statuses: Statuses,
    node_of: Callable[[str], str],
) -> list[dict[str, object]]:
    """The sentences that mention either node, from the units that hold both with a status that counts."""
    near: dict[tuple[object, ...], tuple[list[SentenceEvidence], set[str]]] = {}
    for sentence in sentences:
        place = sentence.unit(unit)
        nodes = {
            node_of(m.element)
            for m in sentence.mentions
            if m.status in statuses.get(framework[m.element].kind, ())
            and node_of(m.element) in (source, target)
        }
        if place is not None and nodes:
            inside, seen = near.setdefault(place, ([], set()))
            inside.append(sentence)
            seen |= nodes
    return [
        _row(sentence, source, target, sentence.mentions, node_of)
        for inside, seen in near.values()
        if seen == {source, target}
        for sentence in inside
    ]


def claim_evidence(
    sentences: Iterable[SentenceEvidence],
    framework: Framework,
    source: str,
    target: str,
    *,
    kind: ClaimKind,
    polarity: Polarity,
    statuses: Statuses | None,
    node_of: Callable[[str], str],
) -> list[dict[str, object]]:
    """The sentences that claim the pair; with `statuses`, only where both ends have one that counts."""
    rows = []
    for sentence in sentences:
        hits = [
            c
            for c in sentence.claims
            if (c.kind, c.polarity) == (kind, polarity)
            and (node_of(c.mechanism), node_of(c.target)) == (source, target)
            and (
                statuses is None
                or (
                    c.mechanism_status in statuses.get(framework[c.mechanism].kind, ())
                    and c.target_status in statuses.get(framework[c.target].kind, ())
                )
            )
        ]
        if hits:
            row = _row(sentence, source, target, sentence.mentions, node_of)
            row |= {"polarity": polarity, "hedged": all(c.hedged for c in hits)}
            row["cue"] = "; ".join(dict.fromkeys(c.cue for c in hits))
            rows.append(row)
    return rows


def node_evidence(
    sentences: Iterable[SentenceEvidence], node: str, node_of: Callable[[str], str]
) -> list[dict[str, object]]:
    """The sentences that mention a node, whatever the status."""
    return [
        _row(sentence, node, "", sentence.mentions, node_of)
        for sentence in sentences
        if any(node_of(m.element) == node for m in sentence.mentions)
    ]


def evidence_frame(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Rows as a frame, in the order of documents and their text."""
    import pandas as pd

    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["hedged"] = frame["hedged"].astype("boolean")
    return frame.sort_values(
        ["source", "target", "kind", "document", "start"], kind="stable", ignore_index=True
    )


def _row(
    sentence: SentenceEvidence,
    source: str,
    target: str,
    mentions: Sequence[MentionEvidence],
    node_of: Callable[[str], str],
) -> dict[str, object]:
    def statuses(node: str) -> str:
        return "; ".join(dict.fromkeys(m.status for m in mentions if node_of(m.element) == node))

    cues = dict.fromkeys(m.cue for m in mentions if m.cue and node_of(m.element) in (source, target))
    return {
        "source": source,
        "target": target,
        "kind": "",
        "document": sentence.document,
        "page": sentence.page,
        "section": " > ".join(sentence.section),
        "sentence": sentence.sentence,
        "status_source": statuses(source),
        "status_target": statuses(target) if target else "",
        "polarity": "",
        "hedged": None,
        "cue": "; ".join(cues),
        "quote": sentence.quote,
        "start": sentence.start,
        "end": sentence.end,
    }
