"""`Document`s to `Tagged`s: sentences, mentions with status and actor, and claims.

cues      what decides status and states claims, read from cues/*.toml
status    affirmed, planned, lacking or negated
claims    mechanism to outcome, strategy to challenge, where the text says so
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc, Span

from policyloom.framework import Framework
from policyloom.language.aliases import name_entities
from policyloom.language.pipeline import MENTIONS, NAME, OUT, SCOPE, MentionFinder, forms_of
from policyloom.records import Block, BlockKind, Claim, Document, Mention, Sentence, Status, Tagged
from policyloom.tag.claims import Tagging, find_claims
from policyloom.tag.cues import Cues, load_cues
from policyloom.tag.status import Clause, TokenSpan, decide_status

__all__ = ["PROSE", "tag", "tag_all"]

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


def tag(document: Document, nlp: Language) -> Tagged:
    """A document with its sentences, mentions and claims.

    Args:
        document: from `read_pdf` or one of its kin.
        nlp: from `load_pipeline`; its framework says what is found.

    Raises:
        ValueError: `nlp` does not come from `load_pipeline`.
    """
    framework = _framework(nlp)
    cues = load_cues(framework.language)
    read = [(i, block) for i, block in enumerate(document.blocks) if _is_read(block)]
    docs = list(nlp.pipe(document.text[block.start : block.end].replace("\n", " ") for _, block in read))
    name_entities(docs)
    in_field = _find_field(framework, docs)
    sentences: list[Sentence] = []
    mentions: list[Mention] = []
    claims: list[Claim] = []
    for (index, block), doc, of_field in zip(read, docs, in_field, strict=True):
        # A case tells what was done, whatever the section it stands in proposes.
        tells = any(framework[s.label_].kind == "case" for s in doc.spans[MENTIONS])
        heading = None if tells else cues.heading_status(block.section)
        for span in doc.sents:
            if span.text.strip():
                _tag_sentence(
                    span, block, index, heading, framework, cues, of_field, sentences, mentions, claims
                )
    return Tagged(document, tuple(sentences), tuple(mentions), tuple(claims))


def tag_all(documents: Iterable[Document], nlp: Language) -> Iterator[Tagged]:
    """Many documents, one at a time, so that no more than one is held."""
    return (tag(document, nlp) for document in documents)


def _framework(nlp: Language) -> Framework:
    component = nlp.get_pipe(NAME) if nlp.has_pipe(NAME) else None
    if not isinstance(component, MentionFinder):
        raise ValueError(f"the pipeline has no component {NAME!r}; make one with load_pipeline(framework)")
    return component.framework


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


def _tag_sentence(
    span: Span,
    block: Block,
    index: int,
    heading: Status | None,
    framework: Framework,
    cues: Cues,
    in_field: bool,
    sentences: list[Sentence],
    mentions: list[Mention],
    claims: list[Claim],
) -> None:
    """Add one sentence, its mentions and its claims to the lists."""
    doc, at = span.doc, block.start
    number = len(sentences)
    text = span.text.rstrip()
    sentences.append(Sentence(at + span.start_char, at + span.start_char + len(text), index))
    scope = [s.label_ for s in doc.spans[f"{MENTIONS}_scope"] if span.start <= s.start < span.end]
    here = [s for s in doc.spans[MENTIONS] if span.start <= s.start < span.end]
    if OUT in scope or (not in_field and scope.count(SCOPE) < 2):
        here = [s for s in here if framework[s.label_].kind == "case"]
    kinds = [framework[s.label_].kind for s in here]
    needs_clause = any(kind not in ("case", "actor") for kind in kinds)
    clause = Clause(forms_of(span), cues, block.kind, heading) if needs_clause else None
    actors = [s for s, kind in zip(here, kinds, strict=True) if kind == "actor"]
    taggings: list[Tagging] = []
    found: list[tuple[Mention, int]] = []
    for s, kind in zip(here, kinds, strict=True):
        tokens = (s.start - span.start, s.end - span.start)
        status, cue = decide_status(tokens, kind, clause) if clause else ("affirmed", None)
        actor = max((a for a in actors if a.end <= s.start), key=lambda a: a.end, default=None)
        mention = Mention(
            at + s.start_char,
            at + s.end_char,
            kind,
            s.label_,
            number,
            status,
            source=s.id_,
            cue=_chars(cue, span, at),
            actor=(at + actor.start_char, at + actor.end_char)
            if actor is not None and kind != "actor"
            else None,
        )
        found.append((mention, len(taggings)))
        taggings.append(Tagging(kind, s.label_, tokens, status))
    for entity in doc.ents:
        if span.start <= entity.start < span.end:
            start, end = at + entity.start_char, at + entity.end_char
            found.append(
                (
                    Mention(
                        start, end, "entity", entity.label_, number, source=entity.ent_id_, name=entity.kb_id_
                    ),
                    -1,
                )
            )
    found.sort(key=lambda pair: (pair[0].start, pair[0].end, pair[0].label))
    place = {old: len(mentions) + new for new, (_, old) in enumerate(found)}
    mentions.extend(mention for mention, _ in found)
    for match in find_claims(taggings, clause) if clause else ():
        words = _chars(match.cue, span, at)
        if words:
            ends = place[match.mechanism], place[match.target]
            claims.append(Claim(match.kind, *ends, words, number, match.polarity, match.hedged))


def _chars(tokens: TokenSpan | None, sentence: Span, at: int) -> tuple[int, int] | None:
    if tokens is None:
        return None
    start = sentence.start + tokens[0]
    last = sentence.doc[min(sentence.start + tokens[1], sentence.end) - 1]
    return at + sentence.doc[start].idx, at + last.idx + len(last)
