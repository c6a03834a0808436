"""`Document`s to `Tagged`s: sentences, mentions with status and agent, and claims.

pipeline   a spaCy pipeline that finds sentences, entities and what the framework's rules name
field      which blocks are of the framework's field
units      blocks of text and cells of tables, those in another language apart
reading    units to sentences with their candidates, as a coder reads them
facets     for whom, with what, how much, by when, how watched
assemble   coded sentences to mentions and claims

Between reading and assembling, a coder (`policyloom.coders`, or one of your own) decides what each sentence names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from spacy.language import Language

from policyloom.languages import load_language
from policyloom.languages.cues import compile_cues
from policyloom.records import Coder, Document, Tagged
from policyloom.tag.assemble import CodedSentence, assemble
from policyloom.tag.pipeline import framework_of, load_pipeline
from policyloom.tag.reading import read_sentences, read_units

__all__ = ["load_pipeline", "read_sentences", "tag", "tag_all"]


def tag(document: Document, nlp: Language, coder: Coder) -> Tagged:
    """A document with its sentences, mentions and claims.

    Args:
        document: from `read_pdf` or one of its kin.
        nlp: from `load_pipeline`; its framework says what is found.
        coder: decides what each sentence names; `load_coder(framework)` gives one.

    Raises:
        ValueError: `nlp` does not come from `load_pipeline`, or the coder does not give one coding a sentence.
    """
    framework = framework_of(nlp)
    read = read_units(document, nlp)
    codings = coder.code([unit.passage for unit in read.units])
    places = [(unit, n) for unit in read.units for n in range(len(unit.starts))]
    if len(codings) != len(places):
        raise ValueError(
            f"the coder gave {len(codings)} codings for {len(places)} sentences; one for each is needed"
        )
    coded = [
        CodedSentence(
            replace(unit.passage.sentences[n], candidates=coding.candidates, claims=coding.claims),
            unit.starts[n],
            unit.block,
            unit.entities[n],
        )
        for (unit, n), coding in zip(places, codings, strict=True)
    ]
    cues = compile_cues(load_language(framework.language), framework.facets)
    return assemble(document, coded, read.unread, cues)


def tag_all(documents: Iterable[Document], nlp: Language, coder: Coder) -> Iterator[Tagged]:
    """Many documents, one at a time, so that no more than one is held."""
    return (tag(document, nlp, coder) for document in documents)
