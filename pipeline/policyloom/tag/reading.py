"""Read a document for coding: its sentences, each with what the framework's rules name in it, and its entities."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from spacy.attrs import IDX, LENGTH
from spacy.language import Language
from spacy.tokens import Doc, Span

from policyloom.framework import Framework
from policyloom.languages import load_language
from policyloom.records import (
    BlockKind,
    Candidate,
    Document,
    Passage,
    Sentence,
    SentenceDraft,
    TokenSpan,
    UnreadPart,
)
from policyloom.records import Span as CharSpan
from policyloom.tag.field import find_field_blocks
from policyloom.tag.pipeline import MENTIONS, OUT, SCOPE, forms_of, framework_of
from policyloom.tag.units import Unit, find_foreign_units, find_units

__all__ = ["EntityDraft", "ReadDocument", "ReadUnit", "find_sentences", "read_sentences", "read_units"]

MIN_SCOPE_TERMS = 2
"""Words of the field that make a sentence one of the field in a text of another."""


_ITEM = re.compile(r"\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})[).]\s|[•●▪–-]\s", re.IGNORECASE)
_JOINING = (":", "：", ";", "；", "; and", "; or")


@dataclass(frozen=True, slots=True)
class EntityDraft:
    """An entity in a sentence.

    Attributes:
        label: its type.
        start, end: its tokens, as far as the sentence goes.
        span: in characters of the document.
        source: the rule that found it.
        name: as it is written in every document.
    """

    label: str
    start: int
    end: int
    span: CharSpan
    source: str
    name: str


@dataclass(frozen=True, slots=True)
class ReadUnit:
    """A unit of a document that has been read.

    Attributes:
        block: the place of its block among the document's blocks.
        starts: where each sentence's text begins, in characters of the document.
        passage: its sentences.
        entities: of each sentence.
    """

    block: int
    starts: tuple[int, ...]
    passage: Passage
    entities: tuple[tuple[EntityDraft, ...], ...]


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document that has been read: its units, and the parts of it that were not judged."""

    units: tuple[ReadUnit, ...]
    unread: tuple[UnreadPart, ...]


def read_sentences(document: Document, nlp: Language) -> tuple[SentenceDraft, ...]:
    """A document's sentences as a coder reads them, in order; what `tag` gives it and what it learns from."""
    return tuple(sentence for unit in read_units(document, nlp).units for sentence in unit.passage.sentences)


def find_sentences(document: Document, nlp: Language) -> tuple[Sentence, ...]:
    """Where a document's sentences stand, in order; the same that `tag` finds."""
    return tuple(
        Sentence(start, start + len(sentence.text), unit.block)
        for unit in read_units(document, nlp).units
        for start, sentence in zip(unit.starts, unit.passage.sentences, strict=True)
    )


def read_units(document: Document, nlp: Language) -> ReadDocument:
    """The stretches of a document that are read, with the candidates that rules name in each sentence."""
    framework = framework_of(nlp)
    units, foreign = find_foreign_units(document, find_units(document), framework.language)
    # Nothing here reads dependencies but a framework's relations, and they take a fifth of a trained pipeline's time.
    unneeded = [] if any(element.relations for element in framework) else ["parser"]
    texts = (document.quote(unit).replace("\n", " ") for unit in units)
    docs = list(nlp.pipe(texts, disable=[name for name in unneeded if nlp.has_pipe(name)]))
    load_language(framework.language).name_entities(docs)
    in_field = find_field_blocks(docs, framework.scope, [unit.section for unit in units])
    read: list[ReadUnit] = []
    lead_in: SentenceDraft | None = None
    for unit, doc, of_field in zip(units, docs, in_field, strict=True):
        found = _read_unit(unit, doc, framework, is_of_field=of_field)
        sentences = add_lead_ins(found.passage.sentences, lead_in if unit.kind == "list_item" else None)
        read.append(replace(found, passage=Passage(sentences)))
        lead_in = _next_lead_in(sentences, unit.kind, lead_in)
    return ReadDocument(tuple(read), (*document.unread, *foreign, *_find_other_field(units, read, in_field)))


def _find_other_field(
    units: Sequence[Unit], read: Sequence[ReadUnit], in_field: Sequence[bool]
) -> tuple[UnreadPart, ...]:
    """What was read but is of another field, so that nothing but cases is looked for in it; with the pages that are mostly so, or else in part."""
    on_page: Counter[int] = Counter()
    off_on_page: Counter[int] = Counter()
    n_characters = 0
    for unit, found, of_field in zip(units, read, in_field, strict=True):
        sentences = found.passage.sentences
        off = sum(len(s.text) for s in sentences if not s.is_on_topic) if not of_field else 0
        n_characters += off
        for page in unit.pages:
            on_page[page] += sum(len(s.text) for s in sentences)
            off_on_page[page] += off
    if not n_characters:
        return ()
    mostly = [page for page, n in off_on_page.items() if 2 * n > on_page[page]]
    pages = mostly or [page for page, n in off_on_page.items() if n]
    return (UnreadPart("field", tuple(sorted(pages)), n_characters, "text of another field"),)


def _read_unit(unit: Unit, doc: Doc, framework: Framework, *, is_of_field: bool) -> ReadUnit:
    is_retold = any(framework[s.label_].kind == "case" for s in doc.spans[MENTIONS])
    spans = [span for span in doc.sents if span.text.strip()]
    texts = [span.text.strip() for span in spans]
    begins, lengths = doc.to_array([IDX, LENGTH]).astype("int64").T
    ends = begins + lengths
    starts, sentences, entities = [], [], []
    for n, (span, text) in enumerate(zip(spans, texts, strict=True)):
        lead = span.start_char + len(span.text) - len(span.text.lstrip())
        candidates, is_on_topic = _find_candidates(span, framework, is_of_field=is_of_field)
        starts.append(unit.start + lead)
        sentences.append(
            SentenceDraft(
                text,
                tuple(
                    zip(
                        *(np.maximum(at[span.start : span.end] - lead, 0).tolist() for at in (begins, ends)),
                        strict=True,
                    )
                ),
                tuple(forms_of(span)),
                candidates,
                block_kind=unit.kind,
                section=unit.section,
                before=texts[n - 1] if n else "",
                after=texts[n + 1] if n + 1 < len(texts) else "",
                is_on_topic=is_on_topic,
                is_retold=is_retold,
            )
        )
        entities.append(tuple(_entities_in(span, unit.start)))
    return ReadUnit(unit.block, tuple(starts), Passage(tuple(sentences)), tuple(entities))


def add_lead_ins(
    sentences: Sequence[SentenceDraft], lead_in: SentenceDraft | None
) -> tuple[SentenceDraft, ...]:
    """The sentences of a unit, each item of a list with the sentence that introduces the list.

    Args:
        sentences: of the unit, in order.
        lead_in: what introduces the first of them, where the unit is itself an item.
    """
    found: list[SentenceDraft] = []
    for sentence in sentences:
        goes_on = not found or found[-1].text.endswith(_JOINING) or _ITEM.match(sentence.text)
        lead_in = lead_in if goes_on else None
        found.append(replace(sentence, lead_in=lead_in))
        if _introduces(sentence):
            lead_in = found[-1]
    return tuple(found)


def _next_lead_in(
    sentences: Sequence[SentenceDraft], kind: BlockKind, lead_in: SentenceDraft | None
) -> SentenceDraft | None:
    """What introduces the unit after this one, if that is an item of a list."""
    if sentences and kind != "table" and _introduces(sentences[-1]):
        return sentences[-1]
    return lead_in if kind == "list_item" else None


def _introduces(sentence: SentenceDraft) -> bool:
    return sentence.text.rstrip(" –—-").endswith((":", "："))


def _find_candidates(
    span: Span, framework: Framework, *, is_of_field: bool
) -> tuple[tuple[Candidate, ...], bool]:
    """What rules name in a sentence, and whether the sentence is of the field; cases are named anywhere."""
    doc = span.doc
    scope = [s.label_ for s in doc.spans[f"{MENTIONS}_scope"] if span.start <= s.start < span.end]
    here = [s for s in doc.spans[MENTIONS] if span.start <= s.start < span.end]
    is_on_topic = OUT not in scope and (is_of_field or scope.count(SCOPE) >= MIN_SCOPE_TERMS)
    return tuple(
        Candidate(*_tokens_in(s, span), s.label_, kind, s.id_)
        for s in here
        for kind in [framework[s.label_].kind]
        if is_on_topic or kind == "case"
    ), is_on_topic


def _entities_in(span: Span, block_start: int) -> Iterator[EntityDraft]:
    for entity in span.doc.ents:
        if span.start <= entity.start < span.end:
            at = block_start + entity.start_char, block_start + entity.end_char
            yield EntityDraft(entity.label_, *_tokens_in(entity, span), at, entity.ent_id_, entity.kb_id_)


def _tokens_in(inner: Span, sentence: Span) -> TokenSpan:
    """A span's tokens counted from the start of its sentence, and cut at its end."""
    return inner.start - sentence.start, min(inner.end, sentence.end) - sentence.start
