"""A run, or a check, in the order in which its page shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from policyloom.framework import Element, ElementKind, Framework
from policyloom.records import Coverage, Evidence, Failure, Finding, Severity
from policyloom.report.figure import Figure, lay_out
from policyloom.report.rows import ClaimRow, DocumentRow, LinkRow, RowKind

__all__ = ["LIMITS", "Limits", "check_view", "run_view", "statuses"]

STATUSES = (("A", "affirmed"), ("P", "planned"), ("L", "lacking"), ("N", "negated"))
GROUPS: tuple[tuple[ElementKind, str], ...] = (
    ("outcome", "Outcomes"),
    ("challenge", "Challenges"),
    ("mechanism", "Strategies"),
    ("case", "Cases"),
    ("actor", "Actors"),
)
ALWAYS_SHOWN = ("outcome", "challenge", "mechanism")
KIND_WORDS: dict[RowKind, str] = {
    "claims": "is claimed to lead to",
    "claims_negative": "is denied to lead to",
    "co_occurs": "is named with",
    "answers": "answers",
    "exemplifies": "exemplifies",
}
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
FIGURE_LINES = 90


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of each list a page shows: quotes in one place, characters of a quote, headings."""

    n_quotes: int
    quote_length: int
    n_headings: int


LIMITS = (
    Limits(5, 4000, 200),
    Limits(3, 800, 60),
    Limits(2, 500, 40),
    Limits(1, 400, 25),
    Limits(1, 200, 12),
    Limits(0, 0, 0),
)
"""From generous to sparse: a page takes the first that keeps it small enough to open quickly."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote as shown; `number` is its document's place on the page, or None where it has none."""

    text: str
    page: int
    language: str
    document: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Quotes:
    """The quotes shown of one place, and in how many sentences it stands in all."""

    shown: tuple[Quote, ...]
    n: int

    @property
    def rest(self) -> int:
        """How many more there are."""
        return max(0, self.n - len(self.shown))


@dataclass(frozen=True, slots=True)
class Cell:
    """What one document says of one element."""

    anchor: str
    element: Element
    depth: int
    coverage: Coverage
    quotes: Quotes


@dataclass(frozen=True, slots=True)
class Column:
    """One element over all documents: in how many it stands, in all and with each status."""

    element: Element
    n_documents: int
    n_sentences: int
    by_status: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link with its words and quotes."""

    number: int
    row: LinkRow
    source: str
    target: str
    verb: str
    quotes: Quotes


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding with the label of what it is about."""

    finding: Finding
    subject: str
    quotes: Quotes


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """A document's findings, gravest first, and how many of each severity."""

    name: str
    number: int | None
    findings: tuple[FindingView, ...]
    counts: dict[Severity, int]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document with its row of the matrix and all that it says."""

    number: int
    row: DocumentRow
    cells: tuple[Cell | None, ...]
    sayings: tuple[Cell, ...]
    outline: tuple[tuple[int, str, int], ...]
    n_headings_left: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A challenge that a document names, and the strategies that the framework holds against it."""

    challenge: Cell
    strategies: tuple[tuple[Element, Coverage], ...]

    @property
    def answered(self) -> bool:
        """Whether the document affirms or plans one of them."""
        return any(coverage.affirmed + coverage.planned for _, coverage in self.strategies)


def statuses(coverage: Coverage) -> tuple[tuple[str, str, int], ...]:
    """The statuses that occur, as (letter, word, sentences)."""
    found = ((letter, word, int(getattr(coverage, word))) for letter, word in STATUSES)
    return tuple(status for status in found if status[2])


def run_view(
    *,
    framework: Framework,
    documents: Sequence[DocumentRow],
    coverage: Sequence[Coverage],
    links: Sequence[LinkRow],
    evidence: Mapping[tuple[str, str, str], Sequence[Evidence]],
    findings: Sequence[Finding],
    failures: Sequence[Failure],
    limits: Limits,
) -> dict[str, object]:
    """What the page of a run shows, sorted: documents by id, links and findings by weight."""
    rows = sorted(documents, key=lambda row: row.id)
    quoter = _Quoter(rows, limits)
    places = _places(coverage, framework, quoter.numbers)
    groups = _groups(framework, coverage)
    columns = [element for _, elements in groups for element in elements]
    views = tuple(_document_view(row, n, framework, places, columns, quoter) for n, row in enumerate(rows))
    link_views = _link_views(links, framework, evidence, quoter)
    return {
        "groups": [(name, [_column(e, rows, places) for e in elements]) for name, elements in groups],
        "documents": views,
        "links": link_views,
        "figure": _figure(link_views, framework),
        "findings": _finding_groups(findings, framework, quoter),
        "failures": sorted(failures, key=lambda failure: (failure.source, failure.kind)),
        "n": {
            what: sum(int(getattr(row, what)) for row in rows)
            for what in ("n_pages", "n_words", "n_sentences", "n_mentions", "n_claims")
        },
    }


def check_view(
    *,
    framework: Framework,
    document: DocumentRow,
    coverage: Sequence[Coverage],
    findings: Sequence[Finding],
    claims: Sequence[ClaimRow],
    limits: Limits,
) -> dict[str, object]:
    """What the page of a check shows; elements in the framework's order, each above its parts."""
    quoter = _Quoter([document], limits)
    places = _places(coverage, framework, quoter.numbers)
    groups = []
    for kind, name in GROUPS:
        cells = [
            _cell(element, depth, 0, places.get((document.id, element.id)), document.id, quoter)
            for element, depth in _tree(framework, kind)
        ]
        if cells and (kind in ALWAYS_SHOWN or any(cell.coverage.n for cell in cells)):
            groups.append((kind, name, cells))
    answers = []
    for _, _, cells in groups:
        for cell in cells:
            if cell.element.kind == "challenge" and cell.depth == 0 and cell.coverage.n:
                against = [
                    framework[link.source] for link in framework.linked("answers", target=cell.element.id)
                ]
                named = [(e, places.get((document.id, e.id), Coverage(document.id, e.id))) for e in against]
                answers.append(Answer(cell, tuple(named)))
    known = {"claimed": 0, "co-occurs": 1, "unknown": 2}
    ordered = sorted(claims, key=lambda c: (known[c.known], -c.n_documents, c.mechanism, c.outcome))
    grouped = _finding_groups(findings, framework, quoter)
    tops = [cell for kind, _, cells in groups if kind in ALWAYS_SHOWN for cell in cells if cell.depth == 0]
    return {
        "groups": groups,
        "tops": tops,
        "answers": answers,
        "claims": [
            (
                claim,
                _label(claim.mechanism, framework),
                _label(claim.outcome, framework),
                quoter.quotes(claim.evidence, len(claim.evidence)),
            )
            for claim in ordered
        ],
        "left_out": [
            (name, [cell for cell in cells if not cell.coverage.n])
            for kind, name, cells in groups
            if kind in ALWAYS_SHOWN and any(not cell.coverage.n for cell in cells)
        ],
        "findings": grouped,
        "document": _document_view(document, 0, framework, places, [], quoter),
    }


class _Quoter:
    """Turns evidence into quotes to show, with the titles of the documents it comes from."""

    def __init__(self, rows: Sequence[DocumentRow], limits: Limits) -> None:
        self.limits = limits
        self.rows = {row.id: row for row in rows}
        self.numbers = {row.id: number for number, row in enumerate(rows)}
        if len(self.rows) < len(rows):
            ids = [row.id for row in rows]
            twice = next(id for id in ids if ids.count(id) > 1)
            raise ValueError(f"document id {twice!r} stands twice; ids must be unique")

    def quotes(self, evidence: Sequence[Evidence], n: int) -> Quotes:
        """The first quotes of `evidence`, which is best first, of `n` sentences in all."""
        shown = []
        for item in evidence[: self.limits.n_quotes]:
            row = self.rows.get(item.document)
            words = " ".join(item.quote.split())
            if len(words) > self.limits.quote_length:
                words = words[: self.limits.quote_length].rstrip() + " […]"
            name, language = (row.name, row.language) if row else (item.document, "")
            shown.append(Quote(words, item.page, language, name, self.numbers.get(item.document)))
        return Quotes(tuple(shown), max(n, len(evidence)))


def _places(
    coverage: Iterable[Coverage], framework: Framework, numbers: Mapping[str, int]
) -> dict[tuple[str, str], Coverage]:
    places = {}
    for item in coverage:
        if item.document not in numbers:
            raise ValueError(
                f"coverage of document {item.document!r}: there is no such document in the report"
            )
        if item.element not in framework:
            raise ValueError(
                f"coverage of element {item.element!r}: framework {framework.id} has no such element"
            )
        places[item.document, item.element] = item
    return places


def _groups(framework: Framework, coverage: Iterable[Coverage]) -> list[tuple[str, list[Element]]]:
    """The matrix's columns: top elements by kind; cases and actors only where coverage names them."""
    named = {item.element for item in coverage if item.n}
    groups = []
    for kind, name in GROUPS:
        elements = [framework[id] for id in framework.ids(kind, top=True)]
        if elements and (kind in ALWAYS_SHOWN or any(element.id in named for element in elements)):
            groups.append((name, elements))
    return groups


def _column(
    element: Element, rows: Sequence[DocumentRow], places: Mapping[tuple[str, str], Coverage]
) -> Column:
    found = [c for row in rows if (c := places.get((row.id, element.id))) and c.n]
    by_status = tuple((letter, word, sum(1 for c in found if getattr(c, word))) for letter, word in STATUSES)
    return Column(element, len(found), sum(c.n for c in found), by_status)


def _tree(framework: Framework, kind: ElementKind) -> list[tuple[Element, int]]:
    """The elements of a kind, each above its parts, with how deep it stands."""

    def walk(ids: Iterable[str], depth: int) -> Iterable[tuple[Element, int]]:
        for id in ids:
            yield framework[id], depth
            yield from walk(framework.children(id), depth + 1)

    return list(walk(framework.ids(kind, top=True), 0))


def _cell(
    element: Element,
    depth: int,
    number: int,
    coverage: Coverage | None,
    document: str,
    quoter: _Quoter,
) -> Cell:
    own = coverage or Coverage(document, element.id)
    return Cell(f"c{number}-{element.id}", element, depth, own, quoter.quotes(own.evidence, own.n))


def _document_view(
    row: DocumentRow,
    number: int,
    framework: Framework,
    places: Mapping[tuple[str, str], Coverage],
    columns: Sequence[Element],
    quoter: _Quoter,
) -> DocumentView:
    sayings = tuple(
        _cell(element, depth, number, coverage, row.id, quoter)
        for kind, _ in GROUPS
        for element, depth in _tree(framework, kind)
        if (coverage := places.get((row.id, element.id))) and coverage.n
    )
    by_id = {cell.element.id: cell for cell in sayings}
    kept = row.outline[: quoter.limits.n_headings]
    cells = tuple(by_id.get(element.id) for element in columns)
    return DocumentView(number, row, cells, sayings, kept, len(row.outline) - len(kept))


def _label(id: str, framework: Framework) -> str:
    return framework[id].label if id in framework else id


def _link_views(
    links: Sequence[LinkRow],
    framework: Framework,
    evidence: Mapping[tuple[str, str, str], Sequence[Evidence]],
    quoter: _Quoter,
) -> tuple[LinkView, ...]:
    """Claims before co-occurrences before the rest; within each, most documents first."""
    kinds = list(KIND_WORDS)
    ordered = sorted(
        links, key=lambda k: (kinds.index(k.kind), -k.n_documents, -k.n_sentences, k.source, k.target)
    )
    return tuple(
        LinkView(
            number,
            row,
            _label(row.source, framework),
            _label(row.target, framework),
            KIND_WORDS[row.kind],
            quoter.quotes(evidence.get((row.source, row.target, row.kind), ()), row.n_sentences),
        )
        for number, row in enumerate(ordered)
    )


def _figure(links: Sequence[LinkView], framework: Framework) -> Figure | None:
    """Strategies and outcomes; where only their parts are linked, those parts."""
    candidates = sorted(((v.number, v.row) for v in links), key=lambda item: -item[1].n_documents)
    left: Sequence[str] = framework.ids("mechanism", top=True)
    right: Sequence[str] = framework.ids("outcome", top=True)
    drawn = [item for item in candidates if item[1].source in left and item[1].target in right]
    if not drawn:
        left, right = framework.ids("mechanism"), framework.ids("outcome")
        drawn = [item for item in candidates if item[1].source in left and item[1].target in right][
            :FIGURE_LINES
        ]
        left = [id for id in left if any(link.source == id for _, link in drawn)]
        right = [id for id in right if any(link.target == id for _, link in drawn)]
    if not drawn:
        return None
    labels = {element.id: element.label for element in framework}
    return lay_out(drawn[:FIGURE_LINES], left=left, right=right, labels=labels)


def _finding_groups(
    findings: Iterable[Finding], framework: Framework, quoter: _Quoter
) -> tuple[FindingGroup, ...]:
    """Documents with the most errors first, then warnings; within each, gravest first."""
    by_document: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_document[finding.document].append(finding)
    groups = []
    for id, own in by_document.items():
        ordered = sorted(own, key=lambda f: (SEVERITIES.index(f.severity), f.rule, f.subject, f.message))
        views = tuple(
            FindingView(
                f,
                _label(f.subject, framework) if f.subject in framework else "",
                quoter.quotes(f.evidence, len(f.evidence)),
            )
            for f in ordered
        )
        counts = {severity: sum(1 for f in own if f.severity == severity) for severity in SEVERITIES}
        row = quoter.rows.get(id)
        groups.append((id, FindingGroup(row.name if row else id, quoter.numbers.get(id), views, counts)))
    groups.sort(
        key=lambda item: (*(-item[1].counts[severity] for severity in get_args(Severity)[::-1]), item[0])
    )
    return tuple(group for _, group in groups)
