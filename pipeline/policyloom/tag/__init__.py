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

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from spacy.language import Language

from policyloom.languages import load_language
from policyloom.languages.cues import compile_cues
from policyloom.records import N_NEAR, Coder, Coding, Document, NearMiss, Tagged, UnreadPart
from policyloom.tag.assemble import CodedSentence, assemble
from policyloom.tag.pipeline import framework_of, load_pipeline
from policyloom.tag.reading import ReadDocument, ReadUnit, find_sentences, read_sentences, read_units

__all__ = ["find_sentences", "load_pipeline", "read_sentences", "tag", "tag_all", "tag_together"]


def tag(document: Document, nlp: Language, coder: Coder) -> Tagged:
    """A document with its sentences, mentions and claims.

    Args:
        document: from `read_pdf` or one of its kin.
        nlp: from `load_pipeline`; its framework says what is found.
        coder: decides what each sentence names; `load_coder(framework)` gives one.

    Raises:
        ValueError: `nlp` does not come from `load_pipeline`, or the coder does not give one coding a sentence.
    """
    return tag_together([document], nlp, coder)[0]


def tag_together(documents: Sequence[Document], nlp: Language, coder: Coder) -> list[Tagged]:
    """Documents that are coded in one go, as many short ones are read faster so; all of them are held at once.

    Args:
        documents, nlp, coder: as for `tag`.

    Raises:
        ValueError: as for `tag`.
    """
    reads = [read_units(document, nlp) for document in documents]
    codings = coder.code([unit.passage for read in reads for unit in read.units])
    sizes = [sum(len(unit.starts) for unit in read.units) for read in reads]
    if len(codings) != sum(sizes):
        raise ValueError(
            f"the coder gave {len(codings)} codings for {sum(sizes)} sentences; one for each is needed"
        )
    tagged, at = [], 0
    for document, read, size in zip(documents, reads, sizes, strict=True):
        tagged.append(_put_together(document, read, codings[at : at + size], nlp))
        at += size
    return tagged


def _put_together(document: Document, read: ReadDocument, codings: Sequence[Coding], nlp: Language) -> Tagged:
    framework = framework_of(nlp)
    places = [(unit, n) for unit in read.units for n in range(len(unit.starts))]
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
    unread = (*read.unread, *_find_unanswered(document, read.units, codings))
    tagged = assemble(document, coded, unread, cues)
    return replace(tagged, n_dropped=sum(coding.n_dropped for coding in codings), near=_find_near(codings))


def _find_near(codings: Sequence[Coding]) -> tuple[NearMiss, ...]:
    """The sentences that come nearest to each element without naming it."""
    found: dict[str, list[NearMiss]] = {}
    for number, coding in enumerate(codings):
        for id, share in coding.near:
            found.setdefault(id, []).append(NearMiss(id, number, share))
    nearest = {id: sorted(found[id], key=lambda one: (-one.share, one.sentence)) for id in sorted(found)}
    return tuple(one for misses in nearest.values() for one in misses[:N_NEAR])


def _find_unanswered(
    document: Document, units: Sequence[ReadUnit], codings: Sequence[Coding]
) -> tuple[UnreadPart, ...]:
    """The sentences that a coder could not judge."""
    places = [(unit, sentence) for unit in units for sentence in unit.passage.sentences]
    lost = [(unit, s) for (unit, s), coding in zip(places, codings, strict=True) if not coding.is_judged]
    if not lost:
        return ()
    pages = tuple(sorted({page for unit, _ in lost for page in document.blocks[unit.block].pages}))
    n_characters = sum(len(sentence.text) for _, sentence in lost)
    words = "1 sentence" if len(lost) == 1 else f"{len(lost)} sentences"
    return (UnreadPart("answer", pages, n_characters, f"{words} without a usable answer"),)


def tag_all(documents: Iterable[Document], nlp: Language, coder: Coder) -> Iterator[Tagged]:
    """Many documents, one at a time, so that no more than one is held."""
    return (tag(document, nlp, coder) for document in documents)
