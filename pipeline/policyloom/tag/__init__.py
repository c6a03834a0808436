"""`Document`s to `Tagged`s: sentences, mentions with status and agent, and claims.

pipeline   a spaCy pipeline that finds sentences, entities and what the framework's rules name
field      which blocks are of the framework's field
reading    blocks to sentences with their candidates, as a coder reads them
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
from policyloom.tag.reading import read_blocks, read_sentences

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
    blocks = read_blocks(document, nlp)
    codings = coder.code([block.passage for block in blocks])
    places = [(block, n) for block in blocks for n in range(len(block.starts))]
    if len(codings) != len(places):
        raise ValueError(
            f"the coder gave {len(codings)} codings for {len(places)} sentences; one for each is needed"
        )
    coded = [
        CodedSentence(
            replace(block.passage.sentences[n], candidates=coding.candidates, claims=coding.claims),
            block.starts[n],
            block.index,
            block.entities[n],
        )
        for (block, n), coding in zip(places, codings, strict=True)
    ]
    return assemble(document, coded, compile_cues(load_language(framework.language), framework.facets))


def tag_all(documents: Iterable[Document], nlp: Language, coder: Coder) -> Iterator[Tagged]:
    """Many documents, one at a time, so that no more than one is held."""
    return (tag(document, nlp, coder) for document in documents)
