"""What differs between two versions of a document, as a table: one row a change."""

from __future__ import annotations

from collections.abc import Iterable

from policyloom.export.tables import Column, Table, TableRow
from policyloom.records import Change, Evidence

__all__ = ["CHANGES", "change_rows"]

CHANGES: Table[Change] = Table(
    (
        Column("document", "the id of the later version", lambda c: c.document),
        Column("kind", "dropped, weakened, changed, strengthened or added", lambda c: c.kind),
        Column(
            "part",
            "what differs: a promise; a mention that is no promise; in a sentence of both versions the mechanism, status, strength, "
            "actor, amount, deadline or monitoring",
            lambda c: c.part,
        ),
        Column(
            "elements",
            "the outermost mechanisms that it is about, the most probable first",
            lambda c: "; ".join(c.elements),
        ),
        Column("old", "what the earlier version has; empty without", lambda c: c.old),
        Column("new", "what the later version has; empty without", lambda c: c.new),
        Column("message", "in plain words", lambda c: c.message),
        Column("old_page", "page in the earlier version", lambda c: _page(c.old_evidence), "Int64"),
        Column("old_quote", "the sentence of the earlier version", lambda c: _quote(c.old_evidence)),
        Column("new_page", "page in the later version", lambda c: _page(c.new_evidence), "Int64"),
        Column("new_quote", "the sentence of the later version", lambda c: _quote(c.new_evidence)),
        Column(
            "old_start",
            "the sentence's first character in the earlier version's text",
            lambda c: c.old_evidence.start if c.old_evidence else None,
            "Int64",
        ),
        Column(
            "new_start",
            "the same in the later version's",
            lambda c: c.new_evidence.start if c.new_evidence else None,
            "Int64",
        ),
    )
)


def change_rows(changes: Iterable[Change]) -> list[TableRow]:
    """Changes between two versions, with the sentences of both."""
    return CHANGES.rows(changes)


def _page(evidence: Evidence | None) -> int | None:
    return (evidence.page or None) if evidence else None


def _quote(evidence: Evidence | None) -> str:
    return evidence.quote if evidence else ""
