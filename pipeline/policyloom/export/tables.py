"""Records as tables: one row a mention, claim, finding, element covered or failure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from policyloom.framework import Framework
from policyloom.records import Coverage, Document, FacetKind, Failure, Finding, Tagged

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CLAIM_COLUMNS",
    "COVERAGE_COLUMNS",
    "FAILURE_COLUMNS",
    "FINDING_COLUMNS",
    "MENTION_COLUMNS",
    "claim_rows",
    "coverage_rows",
    "failure_rows",
    "finding_rows",
    "mention_rows",
    "to_frame",
]

Row = dict[str, Any]

MENTION_COLUMNS = (
    "document", "page", "section", "kind", "element", "label", "part_of", "status", "quote", "sentence", "cue", "actor",
    "for_whom", "instrument", "how_much", "by_when", "monitoring", "name", "rule", "score", "status_score", "block", "start", "end",
)  # fmt: skip
_FACETS: dict[FacetKind, str] = {
    "target": "for_whom",
    "instrument": "instrument",
    "amount": "how_much",
    "deadline": "by_when",
    "monitoring": "monitoring",
}
CLAIM_COLUMNS = (
    "document", "page", "section", "kind", "mechanism", "mechanism_part_of", "target", "target_part_of", "polarity",
    "hedged", "cue", "mechanism_quote", "target_quote", "sentence", "start", "end",
)  # fmt: skip
FINDING_COLUMNS = (
    "document",
    "severity",
    "rule",
    "subject",
    "message",
    "n_quotes",
    "page",
    "quote",
    "other_quotes",
)
COVERAGE_COLUMNS = (
    "document",
    "element",
    "label",
    "affirmed",
    "planned",
    "lacking",
    "negated",
    "concreteness",
    "page",
    "quote",
)
FAILURE_COLUMNS = ("source", "kind", "reason")


def mention_rows(tagged: Tagged, framework: Framework | None = None) -> list[Row]:
    """The mentions of a document, in its order; with a framework, labelled and rolled up."""
    document = tagged.document

    def words(span: tuple[int, int] | None) -> str:
        return document.text[span[0] : span[1]] if span else ""

    return [
        {
            "document": document.id,
            "page": tagged.page(m) or None,
            "section": " > ".join(tagged.section(m)),
            "kind": m.kind,
            "element": m.label,
            "label": _label(m.label, framework),
            "part_of": _top(m.label, framework),
            "status": m.status if m.kind != "entity" else "",
            "quote": tagged.quote(m),
            "sentence": tagged.sentence(m),
            "cue": words(m.cue),
            "actor": words(m.actor),
            **{column: words(spans.get(kind)) for kind, column in _FACETS.items()},
            "name": m.name,
            "rule": m.source,
            "score": m.score,
            "status_score": m.status_score,
            "block": document.blocks[tagged.sentences[m.sentence].block].kind,
            "start": m.start,
            "end": m.end,
        }
        for m in tagged.mentions
        for spans in [{facet.kind: (facet.start, facet.end) for facet in m.facets}]
    ]


def claim_rows(tagged: Tagged, framework: Framework | None = None) -> list[Row]:
    """The claims of a document, in its order."""
    document = tagged.document
    rows = []
    for claim in tagged.claims:
        mechanism, target = tagged.mentions[claim.mechanism], tagged.mentions[claim.target]
        sentence = tagged.sentences[claim.sentence]
        rows.append(
            {
                "document": document.id,
                "page": tagged.page(sentence) or None,
                "section": " > ".join(tagged.section(claim)),
                "kind": claim.kind,
                "mechanism": mechanism.label,
                "mechanism_part_of": _top(mechanism.label, framework),
                "target": target.label,
                "target_part_of": _top(target.label, framework),
                "polarity": claim.polarity,
                "hedged": claim.hedged,
                "cue": document.text[claim.cue[0] : claim.cue[1]],
                "mechanism_quote": tagged.quote(mechanism),
                "target_quote": tagged.quote(target),
                "sentence": tagged.quote(sentence),
                "start": sentence.start,
                "end": sentence.end,
            }
        )
    return rows


def finding_rows(findings: Iterable[Finding]) -> list[Row]:
    """Findings with their best quote in cells of its own and the others in one."""
    return [
        {
            "document": f.document,
            "severity": f.severity,
            "rule": f.rule,
            "subject": f.subject,
            "message": f.message,
            "n_quotes": len(f.evidence),
            "page": f.evidence[0].page if f.evidence else None,
            "quote": f.evidence[0].quote if f.evidence else "",
            "other_quotes": " | ".join(
                f"p. {e.page}: {e.quote}" if e.page else e.quote for e in f.evidence[1:]
            ),
        }
        for f in findings
    ]


def coverage_rows(coverage: Iterable[Coverage], framework: Framework | None = None) -> list[Row]:
    """How documents cover elements, with the best quote of each."""
    return [
        {
            "document": c.document,
            "element": c.element,
            "label": _label(c.element, framework),
            "affirmed": c.affirmed,
            "planned": c.planned,
            "lacking": c.lacking,
            "negated": c.negated,
            "concreteness": c.concreteness,
            "page": c.evidence[0].page if c.evidence else None,
            "quote": c.evidence[0].quote if c.evidence else "",
        }
        for c in coverage
    ]


def failure_rows(failures: Iterable[Failure]) -> list[Row]:
    """The files that could not be read, with the reason."""
    return [{"source": f.source, "kind": f.kind, "reason": f.reason} for f in failures]


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
    import pandas as pd

    several: Sequence[object]
    if isinstance(records, Iterable) and not isinstance(records, (str, bytes)):
        several = list(records)
    elif hasattr(records, "findings"):
        several = list(records.findings)
        return pd.DataFrame(finding_rows(several), columns=list(FINDING_COLUMNS))  # type: ignore[arg-type]
    else:
        several = [records]
    kinds = {type(record) for record in several}
    if kinds <= {Tagged}:
        rows = [
            row
            for t in several
            if isinstance(t, Tagged)
            for row in (claim_rows if claims else mention_rows)(t, framework)
        ]
        return pd.DataFrame(rows, columns=list(CLAIM_COLUMNS if claims else MENTION_COLUMNS))
    if kinds <= {Document}:
        return pd.DataFrame([row for d in several if isinstance(d, Document) for row in _block_rows(d)])
    if kinds <= {Finding}:
        return pd.DataFrame(finding_rows(several), columns=list(FINDING_COLUMNS))  # type: ignore[arg-type]
    if kinds <= {Coverage}:
        return pd.DataFrame(coverage_rows(several, framework), columns=list(COVERAGE_COLUMNS))  # type: ignore[arg-type]
    if kinds <= {Failure}:
        return pd.DataFrame(failure_rows(several), columns=list(FAILURE_COLUMNS))  # type: ignore[arg-type]
    names = ", ".join(sorted(kind.__name__ for kind in kinds))
    raise TypeError(
        f"no table for {names}; give Tagged, Document, Finding, Coverage or Failure records of one kind"
    )


def _block_rows(document: Document) -> list[Row]:
    return [
        {
            "document": document.id,
            "kind": block.kind,
            "level": block.level,
            "section": " > ".join(block.section),
            "page": block.pages[0] if block.pages else 0,
            "text": document.quote(block),
            "start": block.start,
            "end": block.end,
        }
        for block in document.blocks
    ]


def _label(id: str, framework: Framework | None) -> str:
    return framework[id].label if framework is not None and id in framework else ""


def _top(id: str, framework: Framework | None) -> str:
    return framework.top(id) if framework is not None and id in framework else ""
