"""Put coded sentences together into a `Tagged`: mentions with agents and facets, entities, claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import get_args

from policyloom.languages.cues import Cues
from policyloom.records import (
    Claim,
    Document,
    Facet,
    FacetKind,
    Mention,
    Sentence,
    SentenceDraft,
    Span,
    Tagged,
    TokenSpan,
    UnreadPart,
)
from policyloom.tag.particulars import GOING_ON, Particulars, find_particulars, pick_facets
from policyloom.tag.reading import EntityDraft

__all__ = ["CodedSentence", "assemble"]


@dataclass(frozen=True, slots=True)
class CodedSentence:
    """A coded sentence, with where it stands in its document.

    Attributes:
        draft: as the coder left it.
        start: where its text begins, in characters of the document.
        block: the place of its block.
        entities: in it.
    """

    draft: SentenceDraft
    start: int
    block: int
    entities: tuple[EntityDraft, ...]

    def characters(self, tokens: TokenSpan) -> Span:
        """Some of its tokens as characters of the document."""
        last = min(tokens[1], len(self.draft.tokens)) - 1
        return self.start + self.draft.tokens[tokens[0]][0], self.start + self.draft.tokens[last][1]


def assemble(
    document: Document, sentences: Sequence[CodedSentence], unread: tuple[UnreadPart, ...], cues: Cues
) -> Tagged:
    """The tagged document."""

    @cache
    def read(number: int) -> Particulars:
        sentence = sentences[number]
        entities = [(entity.label, entity.start, entity.end) for entity in sentence.entities]
        return find_particulars(sentence.draft, entities, cues)

    mentions: list[Mention] = []
    claims: list[Claim] = []
    for number, sentence in enumerate(sentences):
        coded = [(mention, place) for place, mention in enumerate(_make_mentions(sentences, number, read))]
        found: list[tuple[Mention, int | None]] = [
            *coded,
            *((_make_entity(entity, number), None) for entity in sentence.entities),
        ]
        found.sort(key=lambda pair: (pair[0].start, pair[0].end, pair[0].label))
        place_of = {old: len(mentions) + new for new, (_, old) in enumerate(found)}
        mentions.extend(mention for mention, _ in found)
        claims += [
            Claim(
                claim.kind,
                place_of[claim.mechanism],
                place_of[claim.target],
                sentence.characters(claim.cue),
                number,
                claim.polarity,
                claim.hedged,
            )
            for claim in sentence.draft.claims
        ]
    spans = tuple(Sentence(s.start, s.start + len(s.draft.text), s.block) for s in sentences)
    return Tagged(document, spans, tuple(mentions), tuple(claims), unread)


def _make_mentions(
    sentences: Sequence[CodedSentence], number: int, read: Callable[[int], Particulars]
) -> list[Mention]:
    """The mentions of a sentence's candidates, in their order."""
    sentence = sentences[number]
    found = []
    for candidate in sentence.draft.candidates:
        agent: Span | None = None
        facets: dict[FacetKind, Facet] = {}
        if candidate.kind == "mechanism":
            agent, facets = _read_particulars(sentences, number, candidate.span, read)
        elif candidate.kind != "actor":
            tokens = read(number).agent_of(candidate.span)
            agent = sentence.characters(tokens) if tokens else None
        found.append(
            Mention(
                *sentence.characters(candidate.span),
                candidate.kind,
                candidate.element,
                number,
                candidate.status,
                candidate.probability,
                candidate.source,
                cue=sentence.characters(candidate.cue) if candidate.cue else None,
                agent=agent,
                facets=tuple(facets[kind] for kind in get_args(FacetKind) if kind in facets),
                status_probability=candidate.status_probability,
            )
        )
    return found


def _read_particulars(
    sentences: Sequence[CodedSentence], number: int, mention: TokenSpan, read: Callable[[int], Particulars]
) -> tuple[Span | None, dict[FacetKind, Facet]]:
    """Who acts and the facets of a mention: of its sentence, of the lines that introduce it, of the one that goes on."""
    sentence, own = sentences[number], read(number)
    tokens = own.agent_of(mention)
    agent = sentence.characters(tokens) if tokens else None
    facets = {kind: Facet(kind, *sentence.characters((a, b))) for kind, a, b in pick_facets(mention, own)}
    lenders = [(n, get_args(FacetKind)) for n in _find_lead_ins(sentences, number)]
    if _goes_on(sentences, number, read):
        lenders.append((number + 1, GOING_ON))
    for n, kinds in lenders:
        lent = read(n)
        if agent is None and kinds is not GOING_ON and lent.bearer:
            agent = sentences[n].characters(lent.bearer)
        for kind, a, b in lent.facets:
            if kind in kinds and kind not in facets:
                facets[kind] = Facet(kind, *sentences[n].characters((a, b)))
    return agent, facets


def _find_lead_ins(sentences: Sequence[CodedSentence], number: int) -> Iterator[int]:
    """The sentences that introduce the lists of which one is an item, innermost first."""
    at = number
    for lead_in in sentences[number].draft.lead_ins():
        text = lead_in.text
        at = next((n for n in range(at - 1, -1, -1) if sentences[n].draft.text == text), -1)
        if at < 0:
            return
        yield at


def _goes_on(sentences: Sequence[CodedSentence], number: int, read: Callable[[int], Particulars]) -> bool:
    """Whether the next sentence of the block goes on about the same thing: it says so, or names no mechanism."""
    if number + 1 >= len(sentences) or sentences[number + 1].block != sentences[number].block:
        return False
    following = sentences[number + 1].draft
    if not any(candidate.kind == "mechanism" for candidate in following.candidates):
        return True
    context = read(number + 1).context
    return not context.cues.continuing.isdisjoint(context.forms[context.first : context.first + 1])


def _make_entity(entity: EntityDraft, number: int) -> Mention:
    return Mention(*entity.span, "entity", entity.label, number, source=entity.source, name=entity.name)
