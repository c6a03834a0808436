"""`Document`s to `Tagged`s: sentences, mentions with status and actor, and claims.

Rules name candidates; a classifier, where one is given, keeps or drops them and adds what no rule has found. Then
each mention gets its status, and each sentence its claims, whoever found them.

cues      what decides status and states claims, read from cues/*.toml
status    affirmed, planned, lacking or negated
facets    for whom, with what, how much, by when, how watched
claims    mechanism to outcome, strategy to challenge, where the text says so
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from spacy.language import Language
from spacy.tokens import Doc, Span

from policyloom.framework import Framework
from policyloom.language.aliases import name_entities
from policyloom.language.pipeline import MENTIONS, NAME, OUT, SCOPE, MentionFinder, forms_of
from policyloom.records import (
    Block,
    BlockKind,
    Claim,
    Document,
    Facet,
    Judgement,
    Mention,
    Reading,
    Sentence,
    Status,
    Tagged,
)
from policyloom.tag.claims import Tagging, find_claims
from policyloom.tag.cues import Cues, load_cues
from policyloom.tag.facets import FacetMatch, find_facets, pick_facets
from policyloom.tag.status import Clause, TokenSpan, decide_status

__all__ = ["PROSE", "Classifier", "read_sentences", "tag", "tag_all"]

PROSE: tuple[BlockKind, ...] = ("heading", "paragraph", "list_item", "footnote")
"""The blocks that are read; besides them, front matter that is a text of its own, such as an abstract."""

ABSTRACT = 200
"""Characters from which front matter counts as a text of its own."""


SHORT = 150
"""Words; a text with fewer is too short to tell its field by how often the field's words come."""


WINDOW = 600
"""Words around a block by which its field is judged in a document that is mostly of another."""

DENSER = 2.5
"""How many times as often the field's words must come there as in a whole document."""


class Classifier(Protocol):
    """Something that judges sentences; `policyloom.classifier.SentenceClassifier` is one."""

    def judge(self, readings: Sequence[Reading]) -> Sequence[Mapping[str, Judgement]]:
        """For each sentence, its judgement of each outermost element that it knows."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A possible mention, in tokens of its sentence."""

    start: int
    end: int
    label: str
    source: str
    score: float = 1.0


@dataclass(slots=True)
class _Part:
    """A sentence on its way to being tagged."""

    span: Span
    block: Block
    index: int
    candidates: list[_Candidate]
    heading: Status | None
    judged: bool
    reading: Reading = field(init=False)


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
    parts = _read(document, nlp, framework, cues)
    if classifier:
        judged = [part for part in parts if part.judged]
        judgements = classifier.judge([part.reading for part in judged])
        for part, judgement in zip(judged, judgements, strict=True):
            part.candidates = _settle(part, judgement, framework)
    sentences: list[Sentence] = []
    mentions: list[Mention] = []
    claims: list[Claim] = []
    for part in parts:
        _tag_sentence(part, framework, cues, sentences, mentions, claims)
    return Tagged(document, tuple(sentences), tuple(mentions), tuple(claims))


def tag_all(
    documents: Iterable[Document], nlp: Language, classifier: Classifier | None = None
) -> Iterator[Tagged]:
    """Many documents, one at a time, so that no more than one is held."""
    return (tag(document, nlp, classifier) for document in documents)


def read_sentences(document: Document, nlp: Language) -> tuple[Reading, ...]:
    """A document's sentences as a classifier reads them, in order; what `tag` gives it and what it learns from."""
    framework = _framework(nlp)
    return tuple(part.reading for part in _read(document, nlp, framework, load_cues(framework.language)))


def _framework(nlp: Language) -> Framework:
    component = nlp.get_pipe(NAME) if nlp.has_pipe(NAME) else None
    if not isinstance(component, MentionFinder):
        raise ValueError(f"the pipeline has no component {NAME!r}; make one with load_pipeline(framework)")
    return component.framework


def _read(document: Document, nlp: Language, framework: Framework, cues: Cues) -> list[_Part]:
    """The sentences of a document, each with the candidates that rules name in it."""
    read = [(i, block) for i, block in enumerate(document.blocks) if _is_read(block)]
    docs = list(nlp.pipe(document.text[block.start : block.end].replace("\n", " ") for _, block in read))
    name_entities(docs)
    in_field = _find_field(framework, docs)
    parts: list[_Part] = []
    for (index, block), doc, of_field in zip(read, docs, in_field, strict=True):
        # A case tells what was done, whatever the section it stands in proposes.
        tells = any(framework[s.label_].kind == "case" for s in doc.spans[MENTIONS])
        heading = None if tells else cues.heading_status(block.section)
        spans = [span for span in doc.sents if span.text.strip()]
        texts = [span.text.strip() for span in spans]
        for n, span in enumerate(spans):
            candidates, judged = _candidates(span, framework, of_field)
            part = _Part(span, block, index, candidates, heading, judged and block.kind != "heading")
            part.reading = Reading(
                texts[n],
                tuple((c.label, c.source) for c in candidates),
                block.section[-1] if block.section else "",
                texts[n - 1] if n else "",
                texts[n + 1] if n + 1 < len(texts) else "",
            )
            parts.append(part)
    return parts


def _is_read(block: Block) -> bool:
    return block.kind in PROSE or (block.kind == "front_matter" and block.end - block.start > ABSTRACT)


def _find_field(framework: Framework, docs: Sequence[Doc]) -> list[bool]:
    """For each block, whether it is of the framework's field, or in a text too short to tell.

    The field's words come often enough, and oftener than the words of other fields: in the whole document, or,
    where the document is mostly about something else, in the `WINDOW` words around the block. So a chapter on
    the field is read in a plan about everything.
    """
    sizes = [len(doc) for doc in docs]
    if not framework.scope.terms or sum(sizes) < SHORT:
        return [True] * len(docs)
    field, other = [], []
    for doc in docs:
        labels = [span.label_ for span in doc.spans[f"{MENTIONS}_scope"]]
        field.append(labels.count(SCOPE))
        other.append(labels.count(OUT))

    def holds(first: int, last: int, least: float) -> bool:
        n_words, n_field = sum(sizes[first:last]), sum(field[first:last])
        return n_field * 1_000 >= least * n_words and n_field > sum(other[first:last])

    if holds(0, len(docs), framework.scope.per_1000_words):
        return [True] * len(docs)
    found = []
    for i in range(len(docs)):
        first, last = i, i + 1
        while sum(sizes[first:last]) < WINDOW and (first > 0 or last < len(docs)):
            first, last = max(0, first - 1), min(len(docs), last + 1)
        found.append(holds(first, last, DENSER * framework.scope.per_1000_words))
    return found


def _candidates(span: Span, framework: Framework, in_field: bool) -> tuple[list[_Candidate], bool]:
    """What rules name in a sentence, and whether the sentence is of the field; cases are named anywhere."""
    doc = span.doc
    scope = [s.label_ for s in doc.spans[f"{MENTIONS}_scope"] if span.start <= s.start < span.end]
    here = [s for s in doc.spans[MENTIONS] if span.start <= s.start < span.end]
    of_field = OUT not in scope and (in_field or scope.count(SCOPE) >= 2)
    if not of_field:
        here = [s for s in here if framework[s.label_].kind == "case"]
    return [_Candidate(s.start - span.start, s.end - span.start, s.label_, s.id_) for s in here], of_field


def _settle(part: _Part, judgements: Mapping[str, Judgement], framework: Framework) -> list[_Candidate]:
    """The candidates that the classifier keeps, and those that it adds.

    It has seen what the rules found, so its word is the last one on the elements that it knows; parts of an element
    go with the element.
    """
    kept = []
    for candidate in part.candidates:
        judgement = judgements.get(framework.top(candidate.label))
        if judgement is None:
            kept.append(candidate)
        elif judgement.named:
            kept.append(replace(candidate, score=judgement.probability))
    there = {framework.top(candidate.label) for candidate in kept}
    offset = part.span.start_char + len(part.span.text) - len(part.span.text.lstrip())
    for id, judgement in judgements.items():
        if judgement.named and id not in there:
            found = part.span.doc.char_span(
                offset + judgement.start, offset + judgement.end, alignment_mode="expand"
            )
            if found is not None:
                start = max(0, found.start - part.span.start)
                end = min(len(part.span), found.end - part.span.start)
                source = f"classifier: {', '.join(judgement.words) or 'the whole sentence'}"
                kept.append(_Candidate(start, end, id, source, judgement.probability))
    return sorted(kept, key=lambda c: (c.start, c.end, c.label))


def _tag_sentence(
    part: _Part,
    framework: Framework,
    cues: Cues,
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
    kinds = [framework[c.label].kind for c in part.candidates]
    needs_clause = any(kind not in ("case", "actor") for kind in kinds)
    clause = Clause(forms_of(span), cues, part.block.kind, part.heading) if needs_clause else None
    entities = [e for e in span.doc.ents if span.start <= e.start < span.end]
    actors = _find_actors(
        [(c.start, c.end) for c, kind in zip(part.candidates, kinds, strict=True) if kind == "actor"],
        [(e.start - span.start, e.end - span.start) for e in entities if e.label_.startswith("ORG")],
    )
    facets: list[FacetMatch] = []
    if clause and "mechanism" in kinds:
        facets = find_facets(clause, [(e.label_, e.start - span.start, e.end - span.start) for e in entities])
    taggings: list[Tagging] = []
    found: list[tuple[Mention, int]] = []
    for c, kind in zip(part.candidates, kinds, strict=True):
        tokens = (c.start, c.end)
        status, cue = decide_status(tokens, kind, clause) if clause else ("affirmed", None)
        actor = max((a for a in actors if a[1] <= c.start), key=lambda a: a[1], default=None)
        start, end = _chars(tokens, span, at)
        mention = Mention(
            start,
            end,
            kind,
            c.label,
            number,
            status,
            c.score,
            c.source,
            cue=_chars(cue, span, at) if cue else None,
            actor=_chars(actor, span, at) if actor and kind != "actor" else None,
            facets=tuple(
                Facet(facet, *_chars((first, last), span, at))
                for facet, first, last in pick_facets(tokens, facets, clause)
            )
            if clause and kind == "mechanism"
            else (),
        )
        found.append((mention, len(taggings)))
        taggings.append(Tagging(kind, c.label, tokens, status))
    for entity in entities:
        start, end = at + entity.start_char, at + entity.end_char
        named = Mention(
            start, end, "entity", entity.label_, number, source=entity.ent_id_, name=entity.kb_id_
        )
        found.append((named, -1))
    found.sort(key=lambda pair: (pair[0].start, pair[0].end, pair[0].label))
    place = {old: len(mentions) + new for new, (_, old) in enumerate(found)}
    mentions.extend(mention for mention, _ in found)
    for match in find_claims(taggings, clause) if clause else ():
        ends = place[match.mechanism], place[match.target]
        words = _chars(match.cue, span, at)
        claims.append(Claim(match.kind, *ends, words, number, match.polarity, match.hedged))


def _find_actors(named: Sequence[TokenSpan], institutions: Sequence[TokenSpan]) -> list[TokenSpan]:
    """Those who may act in a sentence: the framework's actors, by their full name where it is one, and institutions."""
    alone = [
        (start, end) for start, end in named if not any(s < end and start < e for s, e in institutions)
    ]
    return [*institutions, *alone]


def _chars(tokens: TokenSpan, sentence: Span, at: int) -> tuple[int, int]:
    """A sentence's tokens as characters of the document's text."""
    start = sentence.start + tokens[0]
    last = sentence.doc[min(sentence.start + tokens[1], sentence.end) - 1]
    return at + sentence.doc[start].idx, at + last.idx + len(last)
