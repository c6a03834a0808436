"""Who is said to do, or to have to do, which mechanism: actors of the framework, other bodies, and nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policyloom.framework import Framework
from policyloom.network.counting import counted_acts, counted_mentions
from policyloom.records import Evidence, Mention, Status, Tagged

__all__ = ["NOBODY", "OTHER", "Act", "find_acts"]

OTHER = "other"
"""Stands for a body that the text names as acting and that is no actor of the framework."""

NOBODY = "nobody"
"""Stands where the text does not say who acts."""


MAX_NAME_WORDS = 8


@dataclass(frozen=True, slots=True)
class Act:
    """A sentence that names a mechanism, with who acts in it.

    Attributes:
        actor: the outermost actor's id, `OTHER` or `NOBODY`.
        words: the words for whoever acts; of another body its normalised name; empty where that is not known.
        mechanism: the outermost mechanism's id.
        status: in which status the sentence names it.
        evidence: the sentence.
    """

    actor: str
    words: str
    mechanism: str
    status: Status
    evidence: Evidence


def find_acts(tagged: Tagged, framework: Framework) -> list[Act]:
    """The acts of a document, in its order: a sentence has one for an actor, an outermost mechanism and a status.

    Sentences of running text count, as for coverage; so the acts of a mechanism, each sentence once, are its `n_sentences`.
    """
    acting: dict[int, list[Mention]] = {}
    for one, mention in counted_acts(tagged, framework):
        acting.setdefault(id(mention), []).append(one)
    found: dict[tuple[int, str, str, Status], Act] = {}
    for mention, smallest in counted_mentions(tagged, framework):
        if smallest != "sentence" or mention.kind != "mechanism":
            continue
        mechanism = framework.top(mention.label)
        for actor, words in _who(mention, acting.get(id(mention), []), tagged, framework):
            key = mention.sentence, actor, mechanism, mention.status
            found.setdefault(key, Act(actor, words, mechanism, mention.status, tagged.evidence(mention)))
    named = {(n, mechanism, status) for n, actor, mechanism, status in found if actor != NOBODY}
    return [found[key] for key in sorted(found) if key[1] != NOBODY or (key[0], key[2], key[3]) not in named]


def _who(
    mention: Mention, actors: list[Mention], tagged: Tagged, framework: Framework
) -> Iterator[tuple[str, str]]:
    """Whoever acts in a mention, as ids and words."""
    for actor in actors:
        yield framework.top(actor.label), _plain(tagged.quote(actor))
    if actors:
        return
    if mention.agent is None:
        yield NOBODY, ""
        return
    start, end = mention.agent
    names = (
        m.name or tagged.quote(m)
        for m in tagged.mentions
        if m.kind == "entity" and m.label.startswith("ORG") and m.start < end and start < m.end
    )
    name = _plain(next(names, tagged.document.text[start:end]))
    # Longer words for whoever acts are seldom a name.
    yield OTHER, name if len(name.split()) <= MAX_NAME_WORDS else ""


def _plain(words: str) -> str:
    return " ".join(words.split())
