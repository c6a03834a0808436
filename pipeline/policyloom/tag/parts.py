"""Read a document for tagging: its sentences, which of them are of the framework's field, and what rules name in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from spacy.language import Language
from spacy.tokens import Doc, Span

from policyloom.framework import Framework
from policyloom.languages.en.aliases import name_entities
from policyloom.records import Block, BlockKind, Document, Reading, Status
from policyloom.tag.claims import ClaimMatch, Tagging
from policyloom.tag.cues import Cues
from policyloom.tag.pipeline import MENTIONS, OUT, SCOPE
from policyloom.tag.status import Clause, TokenSpan

__all__ = ["PROSE", "Candidate", "Part", "read_parts"]

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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible mention, in tokens of its sentence."""

    start: int
    end: int
    label: str
    source: str
    score: float = 1.0


@dataclass(slots=True)
class Part:
    """A sentence on its way to being tagged.

    `taggings` are its candidates with their statuses, in the same order, `reasons` the cues that decided those, and
    `sure` the classifier's probability of them.
    """

    span: Span
    block: Block
    index: int
    candidates: list[Candidate]
    heading: Status | None
    judged: bool
    reading: Reading = field(init=False)
    clause: Clause | None = None
    taggings: list[Tagging] = field(default_factory=list)
    reasons: list[TokenSpan | None] = field(default_factory=list)
    sure: list[float] = field(default_factory=list)
    claims: list[ClaimMatch] = field(default_factory=list)


def read_parts(document: Document, nlp: Language, framework: Framework, cues: Cues) -> list[Part]:
    """The sentences of a document, each with the candidates that rules name in it."""
    read = [(i, block) for i, block in enumerate(document.blocks) if _is_read(block)]
    # Nothing here reads dependencies but a framework's relations, and they take a fifth of a trained pipeline's time.
    unread = [] if any(element.relations for element in framework) else ["parser"]
    blocks = (document.text[block.start : block.end].replace("\n", " ") for _, block in read)
    docs = list(nlp.pipe(blocks, disable=[name for name in unread if nlp.has_pipe(name)]))
    name_entities(docs)
    in_field = _find_field(framework, docs)
    parts: list[Part] = []
    for (index, block), doc, of_field in zip(read, docs, in_field, strict=True):
        # A case tells what was done, whatever the section it stands in proposes.
        tells = any(framework[s.label_].kind == "case" for s in doc.spans[MENTIONS])
        heading = None if tells else cues.heading_status(block.section)
        spans = [span for span in doc.sents if span.text.strip()]
        texts = [span.text.strip() for span in spans]
        for n, span in enumerate(spans):
            candidates, judged = _candidates(span, framework, of_field)
            part = Part(span, block, index, candidates, heading, judged and block.kind != "heading")
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
    words, field, other = [0], [0], [0]  # how many there are before each block
    for doc in docs:
        labels = [span.label_ for span in doc.spans[f"{MENTIONS}_scope"]]
        words.append(words[-1] + len(doc))
        field.append(field[-1] + labels.count(SCOPE))
        other.append(other[-1] + labels.count(OUT))
    if not framework.scope.terms or words[-1] < SHORT:
        return [True] * len(docs)

    def holds(first: int, last: int, least: float) -> bool:
        n_words, n_field, n_other = (count[last] - count[first] for count in (words, field, other))
        return n_field * 1_000 >= least * n_words and n_field > n_other

    if holds(0, len(docs), framework.scope.per_1000_words):
        return [True] * len(docs)
    found = []
    for i in range(len(docs)):
        first, last = i, i + 1
        while words[last] - words[first] < WINDOW and (first > 0 or last < len(docs)):
            first, last = max(0, first - 1), min(len(docs), last + 1)
        found.append(holds(first, last, DENSER * framework.scope.per_1000_words))
    return found


def _candidates(span: Span, framework: Framework, in_field: bool) -> tuple[list[Candidate], bool]:
    """What rules name in a sentence, and whether the sentence is of the field; cases are named anywhere."""
    doc = span.doc
    scope = [s.label_ for s in doc.spans[f"{MENTIONS}_scope"] if span.start <= s.start < span.end]
    here = [s for s in doc.spans[MENTIONS] if span.start <= s.start < span.end]
    of_field = OUT not in scope and (in_field or scope.count(SCOPE) >= 2)
    if not of_field:
        here = [s for s in here if framework[s.label_].kind == "case"]
    return [Candidate(s.start - span.start, s.end - span.start, s.label_, s.id_) for s in here], of_field
