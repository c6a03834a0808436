"""`Document`s to `Tagged`s: sentences, mentions with status and actor, and claims.

Rules name candidates, give them statuses and find claims; a classifier, where one is given, keeps or drops candidates and
adds what no rule has found, and has the last word on statuses and claims.

parts      sentences, and what rules name in them
cues       what decides status and states claims, read from cues/*.toml
status     affirmed, planned, lacking or negated, by rules
claims     mechanism to outcome, strategy to challenge, where the text says so, by rules
questions  what a classifier is asked about statuses and claims
decide     rules and classifier together
facets     for whom, with what, how much, by when, how watched
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Span

from policyloom.framework import Framework
from policyloom.records import (
    Claim,
    Document,
    Facet,
    Mention,
    Reading,
    Sentence,
    Tagged,
)
from policyloom.tag.cues import load_cues
from policyloom.tag.decide import Classifier, decide
from policyloom.tag.facets import FacetMatch, find_facets, pick_facets
from policyloom.tag.parts import PROSE, Part, read_parts
from policyloom.tag.pipeline import NAME, MentionFinder
from policyloom.tag.status import TokenSpan

__all__ = ["PROSE", "Classifier", "framework_of", "read_sentences", "tag", "tag_all"]


def tag(document: Document, nlp: Language, classifier: Classifier | None = None) -> Tagged:
    """A document with its sentences, mentions and claims.

    Args:
        document: from `read_pdf` or one of its kin.
        nlp: from `load_pipeline`; its framework says what is found.
        classifier: from `read_classifier` or `train`; rules alone decide without one.

    Raises:
        ValueError: `nlp` does not come from `load_pipeline`.
    """
    framework = framework_of(nlp)
    cues = load_cues(framework.language)
    parts = read_parts(document, nlp, framework, cues)
    decide(parts, framework, cues, classifier)
    sentences: list[Sentence] = []
    mentions: list[Mention] = []
    claims: list[Claim] = []
    for part in parts:
        _tag_sentence(part, sentences, mentions, claims)
    return Tagged(document, tuple(sentences), tuple(mentions), tuple(claims))


def tag_all(
    documents: Iterable[Document], nlp: Language, classifier: Classifier | None = None
) -> Iterator[Tagged]:
    """Many documents, one at a time, so that no more than one is held."""
    return (tag(document, nlp, classifier) for document in documents)


def read_sentences(document: Document, nlp: Language) -> tuple[Reading, ...]:
    """A document's sentences as a classifier reads them, in order; what `tag` gives it and what it learns from."""
    framework = framework_of(nlp)
    return tuple(part.reading for part in read_parts(document, nlp, framework, load_cues(framework.language)))


def framework_of(nlp: Language) -> Framework:
    """The framework that a pipeline looks for.

    Raises:
        ValueError: it does not come from `load_pipeline`.
    """
    component = nlp.get_pipe(NAME) if nlp.has_pipe(NAME) else None
    if not isinstance(component, MentionFinder):
        raise ValueError(f"the pipeline has no component {NAME!r}; make one with load_pipeline(framework)")
    return component.framework


def _tag_sentence(
    part: Part,
    sentences: list[Sentence],
    mentions: list[Mention],
    claims: list[Claim],
) -> None:
    """Add one sentence, its mentions and its claims to the lists."""
    span, at = part.span, part.block.start
    number = len(sentences)
    sentences.append(
        Sentence(at + span.start_char, at + span.start_char + len(span.text.rstrip()), part.index)
    )
    entities = [e for e in span.doc.ents if span.start <= e.start < span.end]
    actors = _find_actors(
        [t.span for t in part.taggings if t.kind == "actor"],
        [(e.start - span.start, e.end - span.start) for e in entities if e.label_.startswith("ORG")],
    )
    facets: list[FacetMatch] = []
    if part.clause and any(t.kind == "mechanism" for t in part.taggings):
        facets = find_facets(
            part.clause, [(e.label_, e.start - span.start, e.end - span.start) for e in entities]
        )
    found: list[tuple[Mention, int]] = []
    for i, (c, tagging, cue) in enumerate(zip(part.candidates, part.taggings, part.reasons, strict=True)):
        actor = max((a for a in actors if a[1] <= c.start), key=lambda a: a[1], default=None)
        start, end = _chars(tagging.span, span, at)
        mention = Mention(
            start,
            end,
            tagging.kind,
            c.label,
            number,
            tagging.status,
            c.score,
            c.source,
            cue=_chars(cue, span, at) if cue else None,
            actor=_chars(actor, span, at) if actor and tagging.kind != "actor" else None,
            facets=tuple(
                Facet(facet, *_chars((first, last), span, at))
                for facet, first, last in pick_facets(tagging.span, facets, part.clause)
            )
            if part.clause and tagging.kind == "mechanism"
            else (),
            status_score=part.sure[i],
        )
        found.append((mention, i))
    for entity in entities:
        start, end = at + entity.start_char, at + entity.end_char
        named = Mention(
            start, end, "entity", entity.label_, number, source=entity.ent_id_, name=entity.kb_id_
        )
        found.append((named, -1))
    found.sort(key=lambda pair: (pair[0].start, pair[0].end, pair[0].label))
    place = {old: len(mentions) + new for new, (_, old) in enumerate(found)}
    mentions.extend(mention for mention, _ in found)
    for match in part.claims:
        ends = place[match.mechanism], place[match.target]
        words = _chars(match.cue, span, at)
        claims.append(Claim(match.kind, *ends, words, number, match.polarity, match.hedged))


def _find_actors(named: Sequence[TokenSpan], institutions: Sequence[TokenSpan]) -> list[TokenSpan]:
    """Those who may act in a sentence: the framework's actors, by their full name where it is one, and institutions."""
    alone = [(start, end) for start, end in named if not any(s < end and start < e for s, e in institutions)]
    return [*institutions, *alone]


def _chars(tokens: TokenSpan, sentence: Span, at: int) -> tuple[int, int]:
    """A sentence's tokens as characters of the document's text."""
    start = sentence.start + tokens[0]
    last = sentence.doc[min(sentence.start + tokens[1], sentence.end) - 1]
    return at + sentence.doc[start].idx, at + last.idx + len(last)
