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

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Span

from policyloom.framework import Framework
from policyloom.labels import Labelled, as_document
from policyloom.language.pipeline import NAME, MentionFinder
from policyloom.records import (
    Claim,
    Document,
    Facet,
    Judgement,
    Mention,
    Question,
    Reading,
    Sentence,
    Tagged,
)
from policyloom.tag.claims import find_claims
from policyloom.tag.cues import load_cues
from policyloom.tag.decide import Classifier, ask_claims, ask_statuses, assert_by_rule, decide, settle
from policyloom.tag.facets import FacetMatch, find_facets, pick_facets
from policyloom.tag.parts import PROSE, Part, read_parts
from policyloom.tag.status import TokenSpan

__all__ = ["PROSE", "Classifier", "known_answers", "read_sentences", "tag", "tag_all"]

Locate = Callable[[Sequence[Reading], Sequence[Collection[str]]], Sequence[Mapping[str, Judgement]]]
"""What finds the words for elements that sentences are known to name; `SentenceClassifier.locate` does."""


def tag(document: Document, nlp: Language, classifier: Classifier | None = None) -> Tagged:
    """A document with its sentences, mentions and claims.

    Args:
        document: from `read_pdf` or one of its kin.
        nlp: from `load_pipeline`; its framework says what is found.
        classifier: from `read_classifier` or `train`; rules alone decide without one.

    Raises:
        ValueError: `nlp` does not come from `load_pipeline`.
    """
    framework = _framework(nlp)
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
    framework = _framework(nlp)
    return tuple(part.reading for part in read_parts(document, nlp, framework, load_cues(framework.language)))


def known_answers(
    sentences: Sequence[Labelled], nlp: Language, locate: Locate
) -> list[list[tuple[Question, str]]]:
    """For each labelled sentence, what `tag` would ask a classifier about it, with the answers that the labels give.

    Args:
        sentences: the labels; each sentence is read alone.
        nlp: from `load_pipeline`.
        locate: finds the words that speak for an element in a sentence that is known to name it.
    """
    framework = _framework(nlp)
    cues = load_cues(framework.language)
    read = [
        [
            part
            for part in read_parts(as_document(sentence), nlp, framework, cues)
            if part.block.kind != "heading"
        ]
        for sentence in sentences
    ]
    flat = [(part, sentence) for sentence, parts in zip(sentences, read, strict=True) for part in parts]
    located = locate([part.reading for part, _ in flat], [sentence.statuses for _, sentence in flat])
    for (part, _), judgement in zip(flat, located, strict=True):
        settle(part, judgement, framework)
        assert_by_rule(part, framework, cues)
    return [
        [known for part in parts for known in _known(part, sentence, framework)]
        for sentence, parts in zip(sentences, read, strict=True)
    ]


def _known(part: Part, sentence: Labelled, framework: Framework) -> Iterator[tuple[Question, str]]:
    if sentence.looked_for is not None:  # an example tells an element, not a status
        return
    statuses = sentence.statuses
    for i, question in ask_statuses(part, framework):
        top = framework.top(part.taggings[i].label)
        if top in statuses:
            yield question, statuses[top]
            # Claims are asked of mentions as they should be, not as the rules see them.
            part.taggings[i] = replace(part.taggings[i], status=statuses[top])
    if part.clause:
        part.claims = find_claims(part.taggings, part.clause)
        for match, question in ask_claims(part, framework):
            tops = (
                framework.top(part.taggings[match.mechanism].label),
                framework.top(part.taggings[match.target].label),
            )
            told = sentence.links if match.kind == "leads_to" else sentence.answers
            yield question, "yes" if tops in told else "no"


def _framework(nlp: Language) -> Framework:
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
