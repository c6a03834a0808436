"""The promises of a document, one by one: which mechanism, who is to act, with what, how much, by when, how it is watched."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from policyloom.check.commitment import (
    MIN_PROBABILITY,
    commits,
    find_lead_in,
    find_strengths,
    is_for_readers,
    to_forms,
)
from policyloom.check.plan_tables import find_plan_rows
from policyloom.framework import Framework, Particular
from policyloom.languages import load_language
from policyloom.languages.cues import Cues, compile_cues
from policyloom.network.counting import counted_mentions
from policyloom.records import STATED, Mention, Promise, Tagged

__all__ = ["find_promises", "join_words"]


_MEASURES = ("MONEY", "PERCENT", "QUANTITY")
"""Types of entities that say how much, though they may be no amount of the mechanism; a date often limits nothing."""

MAX_BEFORE_LIMIT = 4
"""Words before a date in which a word such as "by" must stand to make it a time limit."""

MAX_BEFORE_EFFECT = 2
"""Words between "will" and the word for an effect that is only foretold: "will soon also raise"."""


def find_promises(tagged: Tagged, framework: Framework) -> tuple[Promise, ...]:
    """The sentences of running text that plan a mechanism, each of them one promise, in order.

    A sentence that plans several is a promise of the one that it names most probably, or else first. What an item of a list is
    promised with may stand in the line that introduces the list, or in the sentence after it. A row of a plan's table is a promise
    too, with what the other cells of the row say.
    """
    found: dict[int, list[Mention]] = {}
    for mention, smallest in counted_mentions(tagged, framework):
        if smallest == "sentence" and mention.status == "planned" and mention.kind == "mechanism":
            found.setdefault(mention.sentence, []).append(mention)
    cues = compile_cues(load_language(framework.language), framework.facets)
    for_readers = bool(found) and is_for_readers(tagged, cues)
    measured = _find_measured(tagged, found)
    lending = {m.sentence for m in tagged.mentions if m.kind == "entity" and _is_definite(tagged, m, cues)}
    in_sentences = [
        _make(
            tagged,
            framework,
            found[sentence],
            cues,
            commits=lambda best: (
                (not for_readers or bool(_find_writer(tagged, best.sentence, cues)))
                and best.sentence not in measured
                and find_lead_in(tagged, best.sentence) not in lending
                and not _foretells(tagged, best, cues)
                and commits(tagged, best, cues)
            ),
        )
        for sentence in sorted(found)
    ]
    promises = [*in_sentences, *_in_tables(tagged, framework, cues)]
    return tuple(sorted(promises, key=lambda promise: (promise.evidence.start, promise.element)))


def _find_measured(tagged: Tagged, promising: Collection[int]) -> set[int]:
    """The sentences that say how much, by index, and those beside them in the paragraph: what is promised there is not vague.

    A sum in a sentence that promises something itself says nothing of the one beside it.
    """
    found: set[int] = set()
    for mention in tagged.mentions:
        if mention.kind == "entity" and mention.label in _MEASURES:
            block = tagged.sentences[mention.sentence].block
            near = 0 if mention.sentence in promising else 1
            beside = range(
                max(0, mention.sentence - near), min(len(tagged.sentences), mention.sentence + near + 1)
            )
            found.update(n for n in beside if tagged.sentences[n].block == block)
    return found


def _is_definite(tagged: Tagged, entity: Mention, cues: Cues) -> bool:
    """Whether an entity says something definite of all that stands under its sentence: a sum, a share, or a time limit."""
    if entity.label != "DATE":
        return entity.label in _MEASURES
    before = to_forms(tagged.document.text[tagged.sentences[entity.sentence].start : entity.start])
    return not cues.deadline_words.isdisjoint(before[-MAX_BEFORE_LIMIT:])


def _foretells(tagged: Tagged, mention: Mention, cues: Cues) -> bool:
    """Whether a sentence foretells what a mechanism will do, and tells nobody to act: "New workshops will draw young people".

    The words for the effect then follow those of duty or will: what "shall be preferred, so that" gives an order.
    """
    start = tagged.sentences[mention.sentence].start
    bindings = find_strengths(tagged.sentence(mention), cues)
    if not bindings or mention.agent is not None or mention.start >= start + bindings[0][2]:
        return False
    after = start + bindings[0][2] + len(bindings[0][1])
    return any(
        claim.sentence == mention.sentence
        and tagged.mentions[claim.mechanism].start <= mention.start < claim.cue[0]
        and len(tagged.document.text[after : claim.cue[0]].split()) <= MAX_BEFORE_EFFECT
        for claim in tagged.claims
    )


def _in_tables(tagged: Tagged, framework: Framework, cues: Cues) -> Iterator[Promise]:
    """The promises of plans' tables."""
    rows = find_plan_rows(tagged, cues)
    planned = [
        mention
        for mention, _ in (counted_mentions(tagged, framework) if rows else ())
        if mention.kind == "mechanism" and mention.status in STATED
    ]
    for row in rows:
        mentions = [m for m in planned if any(cell.start <= m.start < cell.end for cell in row.actions)]
        if not mentions:
            continue
        said = {about: join_words(tagged, cell.start, cell.end) for about, cell in row.others.items()}
        yield _make(
            tagged,
            framework,
            mentions,
            cues,
            commits=lambda best: best.probability >= MIN_PROBABILITY,
            said=said,
        )


def _make(
    tagged: Tagged,
    framework: Framework,
    mentions: list[Mention],
    cues: Cues,
    commits: Callable[[Mention], bool],
    said: Mapping[Particular, str] | None = None,
) -> Promise:
    """The promise of a sentence's mentions, with the particulars that are said elsewhere, which come first."""
    best = max(_main(mentions), key=lambda mention: (mention.probability, -mention.start))
    words: dict[Particular, str] = dict(said or {})
    for mention in mentions:
        if mention.agent is not None:
            words.setdefault("actor", join_words(tagged, *mention.agent))
        for facet in mention.facets:
            if facet.kind != "target":
                words.setdefault(facet.kind, join_words(tagged, facet.start, facet.end))
    if writer := _find_writer(tagged, best.sentence, cues):
        words.setdefault("actor", writer)
    settings = framework.checks
    return Promise(
        tagged.document.id, framework.top(best.label), tagged.evidence(best), **words,
        is_vague=words.keys().isdisjoint(settings.vague_without) and commits(best),
        is_complete=all(not words.keys().isdisjoint(group) for group in settings.complete_with),
    )  # fmt: skip


def _main(mentions: list[Mention]) -> list[Mention]:
    """The mentions without those that only say how another is watched ("and report to Parliament"), where others are left."""
    watching = [
        (facet.start, facet.end) for m in mentions for facet in m.facets if facet.kind == "monitoring"
    ]
    others = [m for m in mentions if not any(start < m.end and m.start < end for start, end in watching)]
    return others or mentions


def _find_writer(tagged: Tagged, sentence: int, cues: Cues) -> str:
    """The word by which a document's writers bind themselves, in a sentence or what introduces its list: "We will"; or nothing."""
    for number in (sentence, find_lead_in(tagged, sentence)):
        forms = to_forms(tagged.quote(tagged.sentences[number])) if number is not None else []
        for _, start, _ in cues.find_strengths(forms):
            if start and forms[start - 1] in cues.writers:
                return forms[start - 1]
    return ""


def join_words(tagged: Tagged, start: int, end: int) -> str:
    """Some of a document's words in one line."""
    return " ".join(tagged.document.text[start:end].split())
