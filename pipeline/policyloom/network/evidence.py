"""The sentences behind every node and edge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from sys import intern
from typing import TYPE_CHECKING

from policyloom.framework import Framework
from policyloom.network.columns import in_columns
from policyloom.network.counting import (
    DEFAULT_STATUSES,
    SmallestUnit,
    Statuses,
    Unit,
    claim_counts,
    counted_claims,
    counted_mentions,
    counts_within,
)
from policyloom.records import ClaimKind, Evidence, Polarity, Span, Status, Tagged

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ClaimEvidence", "MentionEvidence", "SentenceEvidence", "find_evidence"]

EVIDENCE_COLUMNS = {
    "source": "id of the node the edge leaves; of a mention, the node",
    "target": "id of the node the edge enters; empty for a mention",
    "kind": "kind of edge, as in the table of links, or `mentions`",
    "document": "the document's id",
    "page": "counted from 1; 0 where the format has no pages",
    "section": "the headings over the sentence, outermost first",
    "sentence": "number of the sentence in its document, from 0",
    "status_source": "statuses of the source in the sentence",
    "status_target": "statuses of the target in the sentence",
    "polarity": "of a claim: positive or negative",
    "hedged": "of a claim: whether the text weakens it",
    "cue": "the words that make the claim, or set a status",
    "quote": "the sentence, verbatim",
    "start": "first character in the document's text",
    "end": "the character after the last",
}
"""The columns of the table of evidence, in order, each with what it says."""


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
        smallest_unit: the smallest unit in which its mentions count.
        page: counted from 1; 0 where the format has no pages.
        start, end: in the document's text.
        quote: the sentence, verbatim.
    """

    document: str
    sentence: int
    paragraph: int
    section: tuple[str, ...]
    smallest_unit: SmallestUnit
    page: int
    start: int
    end: int
    quote: str
    mentions: tuple[MentionEvidence, ...]
    claims: tuple[ClaimEvidence, ...] = ()

    def unit(self, unit: Unit) -> tuple[object, ...] | None:
        """Which unit of its kind the sentence stands in; None where it counts in none."""
        if not counts_within(self.smallest_unit, unit):
            return None
        within: object = {
            "sentence": self.sentence,
            "paragraph": self.paragraph,
            "section": self.section,
            "document": 0,
        }[unit]
        return self.document, within


@dataclass(frozen=True, slots=True)
class CaseSentence:
    """A mechanism that a sentence on a case names, with its status."""

    mechanism: str
    status: Status
    evidence: Evidence


def find_evidence(tagged: Tagged, framework: Framework) -> list[SentenceEvidence]:
    """The sentences of a document that count for the network, with what they mention and claim."""

    def words(span: Span | None) -> str:
        return tagged.document.text[span[0] : span[1]] if span else ""

    mentions: dict[int, list[MentionEvidence]] = {}
    smallest_units: dict[int, SmallestUnit] = {}
    for m, smallest in counted_mentions(tagged, framework):
        mentions.setdefault(m.sentence, []).append(
            MentionEvidence(intern(m.label), m.status, intern(tagged.quote(m)), intern(words(m.cue)))
        )
        smallest_units[m.sentence] = smallest
    claims: dict[int, list[ClaimEvidence]] = {}
    for c in counted_claims(tagged):
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
        found.append(
            SentenceEvidence(
                intern(tagged.document.id),
                index,
                sentence.block,
                tagged.document.blocks[sentence.block].section,
                smallest_units[index],
                tagged.page(sentence),
                sentence.start,
                sentence.end,
                intern(tagged.quote(sentence)),
                tuple(mentions[index]),
                tuple(claims.get(index, ())),
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
) -> Iterator[dict[str, object]]:
    """The sentences that mention either node, from the units that hold both with a status that counts; in their order.

    Args:
        sentences: in the order of documents and their text.
        framework, source, target, unit, statuses: of the edge.
        node_of: an element's node.
    """
    ends = {source, target}
    for _, own in groupby(sentences, key=attrgetter("document")):
        inside: list[tuple[tuple[object, ...], SentenceEvidence]] = []
        seen: dict[tuple[object, ...], set[str]] = {}
        for sentence in own:
            where = sentence.unit(unit)
            nodes = {
                node
                for m in sentence.mentions
                if (node := node_of(m.element)) in ends
                and m.status in statuses.get(framework[m.element].kind, ())
            }
            if where is not None and nodes:
                inside.append((where, sentence))
                seen.setdefault(where, set()).update(nodes)
        for where, sentence in inside:
            if seen[where] == ends:
                yield _row(sentence, source, target, sentence.mentions, node_of)


def claim_evidence(
    sentences: Iterable[SentenceEvidence],
    framework: Framework,
    source: str,
    target: str,
    *,
    kind: ClaimKind,
    polarity: Polarity,
    statuses: Statuses = DEFAULT_STATUSES,
    node_of: Callable[[str], str],
) -> Iterator[dict[str, object]]:
    """The sentences with a claim of the pair that counts."""
    for sentence in sentences:
        hits = [
            c
            for c in sentence.claims
            if (c.kind, c.polarity) == (kind, polarity)
            and (node_of(c.mechanism), node_of(c.target)) == (source, target)
            and claim_counts(
                polarity,
                (framework[c.mechanism].kind, c.mechanism_status),
                (framework[c.target].kind, c.target_status),
                statuses,
            )
        ]
        if hits:
            row = _row(sentence, source, target, sentence.mentions, node_of)
            row |= {"polarity": polarity, "hedged": all(c.hedged for c in hits)}
            row["cue"] = "; ".join(dict.fromkeys(c.cue for c in hits))
            yield row


def names_in_order(
    sentence: SentenceEvidence, source: str, target: str, *, node_of: Callable[[str], str]
) -> bool:
    """Whether the words of a sentence that name one node stand before those that name the other."""
    at = {
        node: [sentence.quote.find(m.words) for m in sentence.mentions if node_of(m.element) == node]
        for node in (source, target)
    }
    return bool(at[source] and at[target]) and min(at[source]) < max(at[target])


def case_sentences(
    sentences: Iterable[SentenceEvidence], framework: Framework
) -> dict[str, list[CaseSentence]]:
    """By outermost case, the mechanisms that sentences on it name, in order.

    A sentence is on a case where it names it, and so are those after it in its paragraph until one names another case.
    """
    found: dict[str, list[CaseSentence]] = {}
    current: tuple[str, int] | None = None
    cases: set[str] = set()
    for s in sentences:
        named = {framework.top(m.element) for m in s.mentions if framework[m.element].kind == "case"}
        if named:
            current, cases = (s.document, s.paragraph), named
        if current == (s.document, s.paragraph):
            quote = Evidence(s.document, s.page, s.start, s.end, s.quote)
            told = [
                CaseSentence(m.element, m.status, quote)
                for m in s.mentions
                if framework[m.element].kind == "mechanism"
            ]
            for case in cases:
                found.setdefault(case, []).extend(told)
    return found


def node_evidence(
    sentences: Iterable[SentenceEvidence], node: str, node_of: Callable[[str], str]
) -> Iterator[dict[str, object]]:
    """The sentences that mention a node, whatever the status."""
    return (
        _row(sentence, node, "", sentence.mentions, node_of)
        for sentence in sentences
        if any(node_of(m.element) == node for m in sentence.mentions)
    )


def evidence_frame(rows: Iterable[dict[str, object]]) -> pd.DataFrame:
    """Rows as a frame, in the order of documents and their text."""
    import pandas as pd

    frame = pd.DataFrame(list(rows), columns=list(EVIDENCE_COLUMNS))
    frame = in_columns(frame, EVIDENCE_COLUMNS)
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
