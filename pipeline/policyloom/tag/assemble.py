"""Put coded sentences together into a `Tagged`: mentions with agents and facets, entities, claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policyloom.languages.context import SentenceContext, read_context
from policyloom.languages.cues import Cues
from policyloom.records import (
    Candidate,
    Claim,
    Document,
    Facet,
    Mention,
    Sentence,
    SentenceDraft,
    Span,
    Tagged,
    TokenSpan,
    UnreadPart,
)
from policyloom.tag.facets import FacetMatch, find_facets, pick_facets
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
    mentions: list[Mention] = []
    claims: list[Claim] = []
    for number, sentence in enumerate(sentences):
        coded = [(mention, place) for place, mention in enumerate(_make_mentions(sentence, number, cues))]
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


def _make_mentions(sentence: CodedSentence, number: int, cues: Cues) -> list[Mention]:
    """The mentions of a sentence's candidates, in their order."""
    candidates = sentence.draft.candidates
    agents = _find_agents(candidates, sentence.entities)
    context: SentenceContext | None = None
    facets: list[FacetMatch] = []
    if any(candidate.kind == "mechanism" for candidate in candidates):
        context = read_context(sentence.draft, cues)
        facets = find_facets(context, [(e.label, e.start, e.end) for e in sentence.entities])
    found = []
    for candidate in candidates:
        agent = max((a for a in agents if a[1] <= candidate.start), key=lambda a: a[1], default=None)
        picked = (
            pick_facets(candidate.span, facets, context) if context and candidate.kind == "mechanism" else []
        )
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
                agent=sentence.characters(agent) if agent and candidate.kind != "actor" else None,
                facets=tuple(
                    Facet(kind, *sentence.characters((first, last))) for kind, first, last in picked
                ),
                status_probability=candidate.status_probability,
            )
        )
    return found


def _make_entity(entity: EntityDraft, number: int) -> Mention:
    return Mention(*entity.span, "entity", entity.label, number, source=entity.source, name=entity.name)


def _find_agents(candidates: Sequence[Candidate], entities: Sequence[EntityDraft]) -> list[TokenSpan]:
    """Those who may act in a sentence: the framework's actors, by their full name where it is one, and institutions."""
    institutions = [(e.start, e.end) for e in entities if e.label.startswith("ORG")]
    actors = [c.span for c in candidates if c.kind == "actor"]
    alone = [(start, end) for start, end in actors if not any(s < end and start < e for s, e in institutions)]
    return [*institutions, *alone]
