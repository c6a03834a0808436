"""Records as tables: one row a mention, entity, claim, finding, element covered, failure or block.

A column is declared once, in the list of its table: its name, what it says, and how its value is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from policyloom.framework import Framework
from policyloom.records import (
    Block,
    Claim,
    Coverage,
    Document,
    Evidence,
    FacetKind,
    Failure,
    Finding,
    Mention,
    Promise,
    Span,
    Tagged,
)
from policyloom.records.tagged import MAX_UNREADABLE_SHARE

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BLOCKS",
    "CLAIMS",
    "COVERAGE",
    "ENTITIES",
    "FAILURES",
    "FINDINGS",
    "MENTIONS",
    "PROMISES",
    "Column",
    "Table",
    "TableRow",
    "block_rows",
    "claim_rows",
    "coverage_rows",
    "entity_rows",
    "failure_rows",
    "finding_rows",
    "mention_rows",
    "promise_rows",
    "to_frame",
]

TableRow = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column of a table: its name, what it says, how its value is made, and the dtype of what is no text."""

    name: str
    description: str
    value: Callable[[T], object]
    dtype: str = ""


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """The columns of a table, in order."""

    columns: tuple[Column[T], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(column.name for column in self.columns)

    def rows(self, items: Iterable[T]) -> list[TableRow]:
        """A row for each item."""
        return [{column.name: column.value(item) for column in self.columns} for item in items]

    def frame(self, rows: Sequence[TableRow]) -> pd.DataFrame:
        """Rows of this table as a pandas frame; without rows, its columns alone."""
        import pandas as pd

        frame = pd.DataFrame(rows, columns=list(self.names))
        return frame.astype({column.name: column.dtype for column in self.columns if column.dtype})


@dataclass(frozen=True, slots=True)
class _MentionIn:
    mention: Mention
    tagged: Tagged
    framework: Framework | None

    def words(self, span: Span | None) -> str:
        return self.tagged.document.text[span[0] : span[1]] if span else ""

    def facet(self, kind: FacetKind) -> str:
        return next((self.words((f.start, f.end)) for f in self.mention.facets if f.kind == kind), "")


MENTIONS: Table[_MentionIn] = Table(
    (
        Column("document", "the document's id", lambda x: x.tagged.document.id),
        Column(
            "page", "counted from 1; empty without pages", lambda x: x.tagged.page(x.mention) or None, "Int64"
        ),
        Column("section", "the headings over it", lambda x: " > ".join(x.tagged.section(x.mention))),
        Column("kind", "outcome, challenge, mechanism, case or actor", lambda x: x.mention.kind),
        Column("element", "the element's id", lambda x: x.mention.label),
        Column("label", "the element's label", lambda x: _label(x.mention.label, x.framework)),
        Column("part_of", "the outermost element over it", lambda x: _top(x.mention.label, x.framework)),
        Column("status", "affirmed, planned, lacking or negated", lambda x: x.mention.status),
        Column("quote", "its words", lambda x: x.tagged.quote(x.mention)),
        Column("sentence", "its sentence", lambda x: x.tagged.sentence(x.mention)),
        Column("cue", "the words that decided the status", lambda x: x.words(x.mention.cue)),
        Column("agent", "who acts, in the text's words", lambda x: x.words(x.mention.agent)),
        Column("for_whom", "a mechanism's target group", lambda x: x.facet("target")),
        Column("instrument", "with what it works", lambda x: x.facet("instrument")),
        Column("how_much", "the amount it names", lambda x: x.facet("amount")),
        Column("by_when", "the date it names", lambda x: x.facet("deadline")),
        Column("monitoring", "how it is watched", lambda x: x.facet("monitoring")),
        Column("rule", "the rule or model that found it", lambda x: x.mention.source),
        Column("probability", "that the sentence names it", lambda x: x.mention.probability, "float64"),
        Column(
            "status_probability",
            "that the status is right",
            lambda x: x.mention.status_probability,
            "float64",
        ),
        Column("block", "the kind of block it stands in", lambda x: _block(x.tagged, x.mention).kind),
        Column("start", "first character in the document's text", lambda x: x.mention.start, "int64"),
        Column("end", "the character after the last", lambda x: x.mention.end, "int64"),
    )
)

ENTITIES: Table[_MentionIn] = Table(
    (
        Column("document", "the document's id", lambda x: x.tagged.document.id),
        Column(
            "page", "counted from 1; empty without pages", lambda x: x.tagged.page(x.mention) or None, "Int64"
        ),
        Column("section", "the headings over it", lambda x: " > ".join(x.tagged.section(x.mention))),
        Column(
            "entity_type",
            "person, organisation, place and so on, such as ORG.college",
            lambda x: x.mention.label,
        ),
        Column("quote", "its words", lambda x: x.tagged.quote(x.mention)),
        Column("name", "the name under which the same thing stands elsewhere", lambda x: x.mention.name),
        Column("sentence", "its sentence", lambda x: x.tagged.sentence(x.mention)),
        Column("rule", "the rule that found it, or `model`", lambda x: x.mention.source),
        Column("block", "the kind of block it stands in", lambda x: _block(x.tagged, x.mention).kind),
        Column("start", "first character in the document's text", lambda x: x.mention.start, "int64"),
        Column("end", "the character after the last", lambda x: x.mention.end, "int64"),
    )
)


@dataclass(frozen=True, slots=True)
class _ClaimIn:
    claim: Claim
    tagged: Tagged
    framework: Framework | None

    @property
    def mechanism(self) -> Mention:
        return self.tagged.mentions[self.claim.mechanism]

    @property
    def target(self) -> Mention:
        return self.tagged.mentions[self.claim.target]

    @property
    def page(self) -> int:
        return self.tagged.page(self.tagged.sentences[self.claim.sentence])


CLAIMS: Table[_ClaimIn] = Table(
    (
        Column("document", "the document's id", lambda x: x.tagged.document.id),
        Column("page", "counted from 1; empty without pages", lambda x: x.page or None, "Int64"),
        Column("section", "the headings over it", lambda x: " > ".join(x.tagged.section(x.claim))),
        Column("kind", "`leads_to` (an outcome) or `answers` (a challenge)", lambda x: x.claim.kind),
        Column("mechanism", "id of the mechanism", lambda x: x.mechanism.label),
        Column(
            "mechanism_part_of",
            "the outermost element over it",
            lambda x: _top(x.mechanism.label, x.framework),
        ),
        Column("target", "id of the outcome or challenge", lambda x: x.target.label),
        Column(
            "target_part_of", "the outermost element over it", lambda x: _top(x.target.label, x.framework)
        ),
        Column("polarity", "`negative` where the text denies it", lambda x: x.claim.polarity),
        Column("hedged", "whether the text weakens it", lambda x: x.claim.hedged, "bool"),
        Column("cue", "the words that make the claim", lambda x: x.tagged.document.text[slice(*x.claim.cue)]),
        Column("mechanism_quote", "the words for the mechanism", lambda x: x.tagged.quote(x.mechanism)),
        Column("target_quote", "the words for the target", lambda x: x.tagged.quote(x.target)),
        Column("sentence", "the sentence", lambda x: x.tagged.sentence(x.claim)),
        Column("rule", "the person who decided it; empty for the coder", lambda x: x.claim.source),
        Column(
            "start",
            "first character of the sentence in the document's text",
            lambda x: x.tagged.sentences[x.claim.sentence].start,
            "int64",
        ),
        Column(
            "end",
            "the character after its last",
            lambda x: x.tagged.sentences[x.claim.sentence].end,
            "int64",
        ),
    )
)


def _other_quotes(finding: Finding) -> str:
    return _join_quotes(finding.evidence[1:], finding.document)


def _join_quotes(quotes: Sequence[Evidence], own: str) -> str:
    """Quotes in one cell, each with its page, and with its document where that is another."""
    told = []
    for e in quotes:
        place = ", ".join(
            filter(None, (e.document if e.document != own else "", f"p. {e.page}" if e.page else ""))
        )
        told.append(f"{place}: {e.quote}" if place else e.quote)
    return " | ".join(told)


FINDINGS: Table[Finding] = Table(
    (
        Column("document", "the document's id", lambda f: f.document),
        Column("severity", "info, warning or error", lambda f: f.severity),
        Column("rule", "the rule's name", lambda f: f.rule),
        Column("subject", "the element, or the pair, it is about", lambda f: f.subject),
        Column("message", "the finding in words", lambda f: f.message),
        Column("n_quotes", "how many quotes it rests on", lambda f: len(f.evidence), "int64"),
        Column(
            "page", "page of the best quote", lambda f: f.evidence[0].page if f.evidence else None, "Int64"
        ),
        Column("quote", "the best quote", lambda f: f.evidence[0].quote if f.evidence else ""),
        Column(
            "other_quotes",
            "the other quotes, with their pages, and of other documents with their ids",
            _other_quotes,
        ),
        Column(
            "nearest",
            "of what was not found, the passages that come nearest",
            lambda f: _join_quotes(f.nearest, f.document),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class _CoverageIn:
    coverage: Coverage
    framework: Framework | None

    def count(self, name: str) -> int | None:
        """One of the counts; None where the document was not judged, as it is then no 0."""
        if self.coverage.not_judged > MAX_UNREADABLE_SHARE:
            return None
        return int(getattr(self.coverage, name))

    @property
    def page(self) -> int | None:
        return self.coverage.evidence[0].page if self.coverage.evidence else None

    @property
    def quote(self) -> str:
        return self.coverage.evidence[0].quote if self.coverage.evidence else ""


COVERAGE: Table[_CoverageIn] = Table(
    (
        Column("document", "the document's id", lambda x: x.coverage.document),
        Column("element", "the element's id; its parts count for it", lambda x: x.coverage.element),
        Column("label", "its label", lambda x: _label(x.coverage.element, x.framework)),
        Column(
            "level",
            "off-field (not named, as the document is of another field), absent, mentioned (where nothing is stated), lacking, refused, "
            "stated, or operational: promised with all that the framework asks of a promise; empty where the document was not judged",
            lambda x: "" if x.coverage.not_judged > MAX_UNREADABLE_SHARE else x.coverage.level,
        ),
        Column(
            "score",
            "the level as a number: 0 absent, 1 named, 2 stated, 3 operational; empty where it is off-field, or not judged",
            lambda x: None if x.coverage.level == "off-field" else x.count("score"),
            "Int64",
        ),
        Column(
            "n_sentences",
            "sentences that name it, whatever the status",
            lambda x: x.count("n_sentences"),
            "Int64",
        ),
        Column("affirmed", "sentences that affirm it", lambda x: x.count("affirmed"), "Int64"),
        Column("planned", "sentences that plan it", lambda x: x.count("planned"), "Int64"),
        Column("lacking", "sentences that say it is lacking", lambda x: x.count("lacking"), "Int64"),
        Column("negated", "sentences that deny it", lambda x: x.count("negated"), "Int64"),
        Column(
            "n_elsewhere",
            "headings, tables, titles and abstracts that name it",
            lambda x: x.count("n_elsewhere"),
            "Int64",
        ),
        Column(
            "n_operational",
            "sentences that promise it completely",
            lambda x: x.count("n_operational"),
            "Int64",
        ),
        Column(
            "concreteness",
            "most particulars, of six, in one sentence",
            lambda x: x.count("concreteness"),
            "Int64",
        ),
        Column(
            "not_judged",
            "share of the document that could not be read; counts are empty where nearly all of it was",
            lambda x: x.coverage.not_judged,
            "float64",
        ),
        Column(
            "n_near",
            "where nothing names it, sentences that may well do, in the coder's eyes: three at most",
            lambda x: x.count("n_near"),
            "Int64",
        ),
        Column("page", "page of the best quote", lambda x: x.page, "Int64"),
        Column("quote", "the best quote", lambda x: x.quote),
    )
)

PROMISES: Table[Promise] = Table(
    (
        Column("document", "the document's id", lambda p: p.document),
        Column("element", "the outermost mechanism that is promised", lambda p: p.element),
        Column(
            "actor",
            "who is to act, as it stands; empty where nobody is named, as in the next four",
            lambda p: p.actor,
        ),
        Column("instrument", "with what instrument", lambda p: p.instrument),
        Column("amount", "how much or how many", lambda p: p.amount),
        Column("deadline", "by when", lambda p: p.deadline),
        Column("monitoring", "how it is watched", lambda p: p.monitoring),
        Column(
            "is_vague", "names nothing of what makes a promise more than words", lambda p: p.is_vague, "bool"
        ),
        Column(
            "is_complete", "names all that the framework asks of a promise", lambda p: p.is_complete, "bool"
        ),
        Column("page", "page of the sentence", lambda p: p.evidence.page, "Int64"),
        Column("quote", "the sentence, verbatim", lambda p: p.evidence.quote),
        Column("start", "its first character in the document's text", lambda p: p.evidence.start, "Int64"),
        Column("end", "the character after its last", lambda p: p.evidence.end, "Int64"),
    )
)

FAILURES: Table[Failure] = Table(
    (
        Column("source", "the file", lambda f: f.source),
        Column("kind", "the reason in one word", lambda f: f.kind),
        Column("reason", "the reason in words, with what to do", lambda f: f.reason),
    )
)


@dataclass(frozen=True, slots=True)
class _BlockIn:
    block: Block
    document: Document


BLOCKS: Table[_BlockIn] = Table(
    (
        Column("document", "the document's id", lambda x: x.document.id),
        Column("kind", "heading, paragraph and so on", lambda x: x.block.kind),
        Column("level", "of a heading, from 1; 0 for others", lambda x: x.block.level, "int64"),
        Column("section", "the headings over it", lambda x: " > ".join(x.block.section)),
        Column(
            "page",
            "its first page; 0 without pages",
            lambda x: x.block.pages[0] if x.block.pages else 0,
            "int64",
        ),
        Column("text", "its text", lambda x: x.document.quote(x.block)),
        Column("start", "first character in the document's text", lambda x: x.block.start, "int64"),
        Column("end", "the character after the last", lambda x: x.block.end, "int64"),
    )
)


def mention_rows(tagged: Tagged, framework: Framework | None = None) -> list[TableRow]:
    """The mentions of elements in a document, in its order; with a framework, labelled and rolled up."""
    return MENTIONS.rows(
        _MentionIn(mention, tagged, framework) for mention in tagged.mentions if mention.kind != "entity"
    )


def entity_rows(tagged: Tagged) -> list[TableRow]:
    """The entities of a document, in its order."""
    return ENTITIES.rows(
        _MentionIn(mention, tagged, None) for mention in tagged.mentions if mention.kind == "entity"
    )


def claim_rows(tagged: Tagged, framework: Framework | None = None) -> list[TableRow]:
    """The claims of a document, in its order."""
    return CLAIMS.rows(_ClaimIn(claim, tagged, framework) for claim in tagged.claims)


def finding_rows(findings: Iterable[Finding]) -> list[TableRow]:
    """Findings, with their best quote in cells of its own and the others in one."""
    return FINDINGS.rows(findings)


def promise_rows(promises: Iterable[Promise]) -> list[TableRow]:
    """Promises, each with its particulars."""
    return PROMISES.rows(promises)


def coverage_rows(coverage: Iterable[Coverage], framework: Framework | None = None) -> list[TableRow]:
    """How documents cover elements, with the best quote of each."""
    return COVERAGE.rows(_CoverageIn(row, framework) for row in coverage)


def failure_rows(failures: Iterable[Failure]) -> list[TableRow]:
    """The files that could not be read, with the reason."""
    return FAILURES.rows(failures)


def block_rows(document: Document) -> list[TableRow]:
    """The blocks of a document, in order."""
    return BLOCKS.rows(_BlockIn(block, document) for block in document.blocks)


def to_frame(
    records: object, framework: Framework | None = None, *, claims: bool = False, entities: bool = False
) -> pd.DataFrame:
    """Records as a pandas frame.

    Args:
        records: one record or several: `Tagged` (its mentions), `Document` (its blocks), `Finding`, `Coverage`,
            `Promise` or `Failure`; what `check` returns gives its findings, and what `compare` returns its changes.
        framework: adds labels and the outermost element.
        claims: of `Tagged`, the claims instead of the mentions.
        entities: of `Tagged`, the entities instead of the mentions.

    Raises:
        TypeError: no table is known for the record.
        ValueError: both claims and entities are asked for.
    """
    if claims and entities:
        raise ValueError("claims and entities are two tables; ask for one of them at a time")
    several: list[Any]
    if isinstance(records, Iterable) and not isinstance(records, (str, bytes)):
        several = list(records)
    elif hasattr(records, "findings"):
        return FINDINGS.frame(finding_rows(records.findings))
    elif hasattr(records, "changes"):
        from policyloom.export.changes import CHANGES, change_rows  # which takes its columns from here

        return CHANGES.frame(change_rows(records.changes))
    else:
        several = [records]
    kinds = {type(record) for record in several}
    if kinds <= {Tagged}:
        if claims:
            return CLAIMS.frame([row for tagged in several for row in claim_rows(tagged, framework)])
        if entities:
            return ENTITIES.frame([row for tagged in several for row in entity_rows(tagged)])
        return MENTIONS.frame([row for tagged in several for row in mention_rows(tagged, framework)])
    if kinds == {Document}:
        return BLOCKS.frame([row for document in several for row in block_rows(document)])
    if kinds == {Finding}:
        return FINDINGS.frame(finding_rows(several))
    if kinds == {Coverage}:
        return COVERAGE.frame(coverage_rows(several, framework))
    if kinds == {Promise}:
        return PROMISES.frame(promise_rows(several))
    if kinds == {Failure}:
        return FAILURES.frame(failure_rows(several))
    names = ", ".join(sorted(kind.__name__ for kind in kinds))
    raise TypeError(
        f"no table for {names}; give Tagged, Document, Finding, Coverage, Promise or Failure records of one kind"
    )


def _block(tagged: Tagged, mention: Mention) -> Block:
    return tagged.document.blocks[tagged.sentences[mention.sentence].block]


def _label(id: str, framework: Framework | None) -> str:
    return framework[id].label if framework is not None and id in framework else ""


def _top(id: str, framework: Framework | None) -> str:
    return framework.top(id) if framework is not None and id in framework else ""
