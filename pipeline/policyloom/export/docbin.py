"""A run as spaCy documents in one file (`.spacy`), for training and for analysis in spaCy."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span, SpanGroup
from spacy.util import filter_spans

from policyloom.files import write_bytes
from policyloom.framework import Framework
from policyloom.languages import load_language
from policyloom.records import Tagged

__all__ = ["to_doc", "write_docbin"]

ELEMENTS, STATUSES = "sc", "status"
"""The groups of spans: elements under the key that spaCy's span categorizer takes, and the statuses of the same spans."""


def write_docbin(tagged: Iterable[Tagged], framework: Framework, out: str | Path) -> None:
    """Writes tagged documents as spaCy documents.

    Each has `spans["sc"]`, with an element's id as the label; `spans["status"]`, with the status of the span of the same
    place in the list; `ents`, with the entities; sentence starts; and `user_data["document"]`, its id.

    Args:
        tagged: the documents.
        framework: with which they were tagged.
        out: the file.
    """
    nlp = load_language(framework.language).blank_pipeline()
    packed = DocBin(store_user_data=True)
    for one in tagged:
        packed.add(to_doc(one, nlp))
    write_bytes(packed.to_bytes(), out)


def to_doc(tagged: Tagged, nlp: Language) -> Doc:
    """A document as spaCy has it; a span that cuts a token takes all of it, and of entities that overlap the longest stays."""
    doc = nlp.tokenizer(tagged.document.text)
    doc.user_data["document"] = tagged.document.id
    doc.user_data["source"] = tagged.document.source
    starts = {span.start for at in tagged.sentences if (span := _span(doc, at.start, at.end, "")) is not None}
    for token in doc:
        token.is_sent_start = token.i in starts or token.i == 0
    elements: list[Span] = []
    statuses: list[Span] = []
    entities: list[Span] = []
    for mention in tagged.mentions:
        span = _span(doc, mention.start, mention.end, mention.label)
        if span is None:
            continue
        if mention.kind == "entity":
            entities.append(span)
        else:
            elements.append(span)
            statuses.append(Span(doc, span.start, span.end, mention.status))
    doc.spans[ELEMENTS] = SpanGroup(doc, name=ELEMENTS, spans=elements)
    doc.spans[STATUSES] = SpanGroup(doc, name=STATUSES, spans=statuses)
    doc.ents = filter_spans(entities)
    return doc


def _span(doc: Doc, start: int, end: int, label: str) -> Span | None:
    return doc.char_span(start, end, label, alignment_mode="expand")
