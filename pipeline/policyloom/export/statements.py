"""Who says what: a row for each actor, element and sentence, with its sign and date.

The table is a signed two-mode edge list. Counted once a document, actor, element and agreement, its rows are the edges of
`Network.actors`.
"""

from __future__ import annotations

from dataclasses import dataclass

from policyloom.export.documents import year_of
from policyloom.export.tables import Column, Table, TableRow
from policyloom.framework import Framework
from policyloom.network.counting import counted_acts
from policyloom.network.signed import SIGNS
from policyloom.records import Mention, Sentence, Tagged

__all__ = ["STATEMENTS", "statement_rows"]


@dataclass(frozen=True, slots=True)
class _StatementIn:
    actor: Mention
    mention: Mention
    tagged: Tagged
    framework: Framework

    @property
    def sentence(self) -> Sentence:
        return self.tagged.sentences[self.mention.sentence]

    @property
    def date(self) -> str:
        return self.tagged.document.metadata.date


STATEMENTS: Table[_StatementIn] = Table(
    (
        Column("document", "the document's id", lambda x: x.tagged.document.id),
        Column("date", "as the document states it", lambda x: x.date),
        Column("year", "the first year in the date; empty without one", lambda x: year_of(x.tagged), "Int64"),
        Column(
            "page",
            "counted from 1; empty without pages",
            lambda x: x.tagged.page(x.sentence) or None,
            "Int64",
        ),
        Column("section", "the headings over it", lambda x: " > ".join(x.tagged.section(x.mention))),
        Column("actor", "id of the actor who acts", lambda x: x.actor.label),
        Column("actor_label", "the actor's label", lambda x: x.framework[x.actor.label].label),
        Column("actor_part_of", "the outermost actor over it", lambda x: x.framework.top(x.actor.label)),
        Column("kind", "the element's kind", lambda x: x.mention.kind),
        Column("element", "the element's id", lambda x: x.mention.label),
        Column("label", "the element's label", lambda x: x.framework[x.mention.label].label),
        Column("part_of", "the outermost element over it", lambda x: x.framework.top(x.mention.label)),
        Column(
            "agreement",
            "1 where it is affirmed or planned, 0 where it is lacking or negated",
            lambda x: int(SIGNS[x.mention.status] > 0),
            "int64",
        ),
        Column("status", "the status behind the agreement", lambda x: x.mention.status),
        Column("actor_quote", "the words for the actor", lambda x: x.tagged.quote(x.actor)),
        Column("quote", "the words for the element", lambda x: x.tagged.quote(x.mention)),
        Column("sentence", "the sentence", lambda x: x.tagged.quote(x.sentence)),
        Column("start", "first character of the sentence", lambda x: x.sentence.start, "int64"),
        Column("end", "the character after its last", lambda x: x.sentence.end, "int64"),
    )
)


def statement_rows(tagged: Tagged, framework: Framework) -> list[TableRow]:
    """The statements of a document, in its order: a sentence has one for an actor, an element and a status."""
    found: dict[tuple[int, str, str, str], _StatementIn] = {}
    for actor, mention in counted_acts(tagged, framework):
        key = mention.sentence, actor.label, mention.label, mention.status
        found.setdefault(key, _StatementIn(actor, mention, tagged, framework))
    return STATEMENTS.rows(found[key] for key in sorted(found))
