"""Records as tables: one row a mention, claim, finding, element covered, failure or block.

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
    FacetKind,
    Failure,
    Finding,
    Mention,
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
    "FAILURES",
    "FINDINGS",
    "MENTIONS",
    "Column",
    "Table",
    "TableRow",
    "block_rows",
    "claim_rows",
    "coverage_rows",
    "failure_rows",
    "finding_rows",
    "mention_rows",
    "to_frame",
]

TableRow = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column of a table: its name, what it says, how its value is made, and, where it can be missing, its dtype."""

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
        Column("kind", "the element's kind, or `entity`", lambda x: x.mention.kind),
        Column("element", "the element's id, or the entity's type", lambda x: x.mention.label),
        Column("label", "the element's label", lambda x: _label(x.mention.label, x.framework)),
        Column("part_of", "the outermost element over it", lambda x: _top(x.mention.label, x.framework)),
        Column(
            "status", "empty for entities", lambda x: x.mention.status if x.mention.kind != "entity" else ""
        ),
        Column("quote", "its words", lambda x: x.tagged.quote(x.mention)),
        Column("sentence", "its sentence", lambda x: x.tagged.sentence(x.mention)),
        Column("cue", "the words that decided the status", lambda x: x.words(x.mention.cue)),
        Column("agent", "who acts, in the text's words", lambda x: x.words(x.mention.agent)),
        Column("for_whom", "a mechanism's target group", lambda x: x.facet("target")),
        Column("instrument", "with what it works", lambda x: x.facet("instrument")),
        Column("how_much", "the amount it names", lambda x: x.facet("amount")),
        Column("by_when", "the date it names", lambda x: x.facet("deadline")),
        Column("monitoring", "how it is watched", lambda x: x.facet("monitoring")),
        Column("name", "of entities, the normalised form", lambda x: x.mention.name),
        Column("rule", "the rule or model that found it", lambda x: x.mention.source),
        Column("probability", "that the sentence names it", lambda x: x.mention.probability),
        Column("status_probability", "that the status is right", lambda x: x.mention.status_probability),
        Column("block", "the kind of block it stands in", lambda x: _block(x.tagged, x.mention).kind),
        Column("start", "first character in the document's text", lambda x: x.mention.start),
        Column("end", "the character after the last", lambda x: x.mention.end),
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
        Column("hedged", "whether the text weakens it", lambda x: x.claim.hedged),
        Column("cue", "the words that make the claim", lambda x: x.tagged.document.text[slice(*x.claim.cue)]),
        Column("mechanism_quote", "the words for the mechanism", lambda x: x.tagged.quote(x.mechanism)),
        Column("target_quote", "the words for the target", lambda x: x.tagged.quote(x.target)),
        Column("sentence", "the sentence", lambda x: x.tagged.sentence(x.claim)),
        Column("rule", "the person who decided it; empty for the coder", lambda x: x.claim.source),
        Column(
            "start", "first character of the sentence", lambda x: x.tagged.sentences[x.claim.sentence].start
        ),
        Column("end", "the character after its last", lambda x: x.tagged.sentences[x.claim.sentence].end),
    )
)


def _other_quotes(finding: Finding) -> str:
    return " | ".join(f"p. {e.page}: {e.quote}" if e.page else e.quote for e in finding.evidence[1:])


FINDINGS: Table[Finding] = Table(
    (
        Column("document", "the document's id", lambda f: f.document),
        Column("severity", "info, warning or error", lambda f: f.severity),
        Column("rule", "the rule's name", lambda f: f.rule),
        Column("subject", "the element, or the pair, it is about", lambda f: f.subject),
        Column("message", "the finding in words", lambda f: f.message),
        Column("n_quotes", "how many quotes it rests on", lambda f: len(f.evidence)),
        Column(
            "page", "page of the best quote", lambda f: f.evidence[0].page if f.evidence else None, "Int64"
        ),
        Column("quote", "the best quote", lambda f: f.evidence[0].quote if f.evidence else ""),
        Column("other_quotes", "the other quotes with their pages", _other_quotes),
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
            "concreteness",
            "most particulars, of six, in one sentence",
            lambda x: x.count("concreteness"),
            "Int64",
        ),
        Column(
            "not_judged",
            "share of the document that could not be read; counts are empty where nearly all of it was",
            lambda x: x.coverage.not_judged,
        ),
        Column("page", "page of the best quote", lambda x: x.page, "Int64"),
        Column("quote", "the best quote", lambda x: x.quote),
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
        Column("level", "of a heading, from 1; 0 for others", lambda x: x.block.level),
        Column("section", "the headings over it", lambda x: " > ".join(x.block.section)),
        Column("page", "its first page; 0 without pages", lambda x: x.block.pages[0] if x.block.pages else 0),
        Column("text", "its text", lambda x: x.document.quote(x.block)),
        Column("start", "first character in the document's text", lambda x: x.block.start),
        Column("end", "the character after the last", lambda x: x.block.end),
    )
)


def mention_rows(tagged: Tagged, framework: Framework | None = None) -> list[TableRow]:
    """The mentions of a document, in its order; with a framework, labelled and rolled up."""
    return MENTIONS.rows(_MentionIn(mention, tagged, framework) for mention in tagged.mentions)


def claim_rows(tagged: Tagged, framework: Framework | None = None) -> list[TableRow]:
    """The claims of a document, in its order."""
    return CLAIMS.rows(_ClaimIn(claim, tagged, framework) for claim in tagged.claims)


def finding_rows(findings: Iterable[Finding]) -> list[TableRow]:
    """Findings, with their best quote in cells of its own and the others in one."""
    return FINDINGS.rows(findings)


def coverage_rows(coverage: Iterable[Coverage], framework: Framework | None = None) -> list[TableRow]:
    """How documents cover elements, with the best quote of each."""
    return COVERAGE.rows(_CoverageIn(row, framework) for row in coverage)


def failure_rows(failures: Iterable[Failure]) -> list[TableRow]:
    """The files that could not be read, with the reason."""
    return FAILURES.rows(failures)


def block_rows(document: Document) -> list[TableRow]:
    """The blocks of a document, in order."""
    return BLOCKS.rows(_BlockIn(block, document) for block in document.blocks)


def to_frame(records: object, framework: Framework | None = None, *, claims: bool = False) -> pd.DataFrame:
    """Records as a pandas frame.

    Args:
        records: one record or several: `Tagged` (its mentions), `Document` (its blocks), `Finding`, `Coverage` or
            `Failure`; something with `findings` and `coverage`, such as what `check` returns, gives its findings.
        framework: adds labels and the outermost element.
        claims: of `Tagged`, the claims instead of the mentions.

    Raises:
        TypeError: no table is known for the record.
    """
    several: list[Any]
    if isinstance(records, Iterable) and not isinstance(records, (str, bytes)):
        several = list(records)
    elif hasattr(records, "findings"):
        return FINDINGS.frame(finding_rows(records.findings))
    else:
        several = [records]
    kinds = {type(record) for record in several}
    if kinds <= {Tagged}:
        if claims:
            return CLAIMS.frame([row for tagged in several for row in claim_rows(tagged, framework)])
        return MENTIONS.frame([row for tagged in several for row in mention_rows(tagged, framework)])
    if kinds == {Document}:
        return BLOCKS.frame([row for document in several for row in block_rows(document)])
    if kinds == {Finding}:
        return FINDINGS.frame(finding_rows(several))
    if kinds == {Coverage}:
        return COVERAGE.frame(coverage_rows(several, framework))
    if kinds == {Failure}:
        return FAILURES.frame(failure_rows(several))
    names = ", ".join(sorted(kind.__name__ for kind in kinds))
    raise TypeError(
        f"no table for {names}; give Tagged, Document, Finding, Coverage or Failure records of one kind"
    )


def _block(tagged: Tagged, mention: Mention) -> Block:
    return tagged.document.blocks[tagged.sentences[mention.sentence].block]


def _label(id: str, framework: Framework | None) -> str:
    return framework[id].label if framework is not None and id in framework else ""


def _top(id: str, framework: Framework | None) -> str:
    return framework.top(id) if framework is not None and id in framework else ""
