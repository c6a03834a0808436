"""The data of a run's or a check's page, in the order in which the page shows them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from policyloom.check import CaseLikeness, ClaimCheck, ClaimState
from policyloom.framework import Element, ElementKind, Framework
from policyloom.network.acts import Act
from policyloom.records import Coverage, Evidence, Failure, Finding, Measured, Promise, Severity
from policyloom.report.doers import actor_views, promise_views
from policyloom.report.figure import Figure, lay_out
from policyloom.report.inputs import NO_PAGES, LinkKind, ReportedDocument, ReportedLink, SidePages
from policyloom.report.views import (
    STATUSES,
    Cell,
    ChallengeView,
    ClaimView,
    Detail,
    DocumentView,
    ElementSummary,
    FindingGroup,
    FindingView,
    LinkView,
    Quote,
    Quotes,
    WithoutView,
)

__all__ = ["DETAILS", "FEW_DOCUMENTS", "KINDS_SHOWN", "KIND_WORDS", "SPARSE", "check_view", "run_view"]

KINDS_SHOWN: tuple[ElementKind, ...] = ("outcome", "challenge", "mechanism", "case", "actor")
"""The kinds of elements, in the order in which a page shows them."""

ALWAYS_SHOWN = ("outcome", "challenge", "mechanism")
KIND_WORDS: dict[LinkKind, str] = {
    "claims": "is claimed to lead to",
    "claims_negative": "is denied to lead to",
    "co_occurs": "is named with",
    "answers": "answers",
    "exemplifies": "exemplifies",
}
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
CLAIM_STATES: tuple[ClaimState, ...] = ("contradicted", "contested", "unknown", "co-occurring", "supported")
"""What needs a look first."""
MAX_OWN, MAX_OTHERS = 2, 4
"""Quotes beside a finding, of the document and of others; the rest stands further down and in the tables."""

BULLETS = "•·▪*– "
"""Marks of a list, which say nothing before a quote."""

FIGURE_LINES = 90
NAME_LENGTH = 90  # characters of a title beside a quote

DETAILS = (
    Detail(5, 4000, 200),
    Detail(3, 800, 60),
    Detail(2, 500, 40),
    Detail(1, 400, 25),
    Detail(1, 200, 12),
    Detail(0, 0, 0),
)
"""From generous to sparse: a page takes the first that keeps it small enough to open quickly."""

FEW_DOCUMENTS = 50
"""Above so many documents, quotes and findings stand in the side pages alone."""

MAX_SHOWN = 1_000
"""Documents that the page of a run shows one by one; the tables and their own pages have all."""

MAX_WITHOUT = 300
"""Documents that are listed as lacking one element."""

SPARSE = (Detail(0, 0, 0, has_findings=False),)


def run_view(
    *,
    framework: Framework,
    documents: Sequence[ReportedDocument],
    coverage: Sequence[Coverage],
    links: Sequence[ReportedLink],
    evidence: Mapping[tuple[str, str, str], Sequence[Evidence]],
    findings: Sequence[Finding],
    failures: Sequence[Failure],
    measured: Measured,
    detail: Detail,
    acts: Sequence[Act] = (),
    pages: SidePages = NO_PAGES,
) -> dict[str, object]:
    """The data of a run's page: documents by id, links with the most documents first, findings gravest first."""
    source = _Source(framework, documents, coverage, detail, measured, pages)
    groups = source.groups()
    columns = [element for _, elements in groups for element in elements]
    link_views = source.links(links, evidence)
    kinds = {element.kind for element in columns}
    parts = [
        (framework.plural(kind), [source.column(e, depth) for e, depth in _tree(framework, kind)])
        for kind in KINDS_SHOWN
        if kind in kinds and any(framework.children(id) for id in framework.ids(kind))
    ]
    not_judged = [failure for failure in failures if failure.kind == "not-judged"]
    return {
        "groups": [(name, [source.column(element) for element in elements]) for name, elements in groups],
        "parts_of": parts,
        "without": [source.without(element) for element in columns],
        "promises": promise_views(framework, source.rows, source.coverage, acts, pages),
        "actors": actor_views(framework, acts, pages),
        "mechanisms": [framework[id] for id in framework.ids("mechanism", top=True)],
        "n_acts": _count_acts(acts),
        "pages": pages,
        "not_judged": not_judged,
        "in_part": [row for row in source.rows if row.not_judged][:MAX_SHOWN],
        "documents": [source.document(row, columns) for row in source.rows[:MAX_SHOWN]],
        "n_documents": len(source.rows),
        "links": link_views,
        "figure": _figure(link_views, framework),
        "findings": source.findings(findings),
        "n_with_findings": len({finding.document for finding in findings}),
        "failures": sorted(
            (failure for failure in failures if failure.kind != "not-judged"),
            key=lambda failure: (failure.source, failure.kind, failure.reason),
        ),
        "measured": measured,
        "n": {
            what: sum(int(getattr(row, what)) for row in documents)
            for what in ("n_pages", "n_words", "n_sentences", "n_mentions", "n_claims")
        },
    }


def check_view(
    *,
    framework: Framework,
    document: ReportedDocument,
    coverage: Sequence[Coverage],
    findings: Sequence[Finding],
    claims: Sequence[ClaimCheck],
    promises: Sequence[Promise],
    cases: Sequence[CaseLikeness],
    measured: Measured,
    detail: Detail,
) -> dict[str, object]:
    """The data of a check's page; elements in the framework's order, each above its parts."""
    source = _Source(framework, [document], coverage, detail)
    groups = []
    for kind in KINDS_SHOWN:
        cells = [source.cell(document, element, depth) for element, depth in _tree(framework, kind)]
        if cells and (kind in ALWAYS_SHOWN or any(cell.coverage.is_named for cell in cells)):
            groups.append((kind, framework.plural(kind), cells))
    main = [(name, cells) for kind, name, cells in groups if kind in ALWAYS_SHOWN]
    left_out = [(name, [cell for cell in cells if not cell.coverage.is_named]) for name, cells in main]
    ordered = sorted(claims, key=lambda c: (CLAIM_STATES.index(c.state), -c.n_for, c.mechanism, c.outcome))
    return {
        "groups": groups,
        "tops": [cell for _, cells in main for cell in cells if cell.depth == 0],
        "challenges": source.challenges(document, findings),
        "claims": [
            ClaimView(
                claim,
                source.label(claim.mechanism),
                source.label(claim.outcome),
                source.quotes(claim.evidence),
                source.quotes(claim.others_for),
                source.quotes(claim.others_against),
            )
            for claim in ordered
        ],
        "promises": [
            (promise, source.label(promise.element), source.quotes((promise.evidence,)))
            for promise in sorted(promises, key=lambda p: (not p.is_vague, p.is_complete, p.evidence.start))
        ],
        "cases": [
            (
                likeness,
                source.label(likeness.case),
                [
                    (
                        shared,
                        source.label(shared.element),
                        source.quotes((shared.own,)),
                        source.quotes((shared.other,)),
                    )
                    for shared in likeness.shared
                ],
                [(id, source.label(id)) for id in likeness.lacking],
            )
            for likeness in cases
        ],
        "left_out": [(name, cells) for name, cells in left_out if cells],
        "findings": source.findings(findings),
        "measured": measured,
        "document": source.document(document, []),
    }


class _Source:
    """The data of a page, looked up by document and element, and cut to the page's detail."""

    def __init__(
        self,
        framework: Framework,
        documents: Iterable[ReportedDocument],
        coverage: Iterable[Coverage],
        detail: Detail,
        measured: Measured | None = None,
        pages: SidePages = NO_PAGES,
    ) -> None:
        self.framework, self.detail, self.measured = framework, detail, measured or Measured()
        self.pages = pages
        self.rows = sorted(documents, key=lambda row: row.id)
        self.numbers = {row.id: number for number, row in enumerate(self.rows)}
        ids = [row.id for row in self.rows]
        for id, following in zip(ids, ids[1:], strict=False):
            if id == following:
                raise ValueError(f"document id {id!r} stands twice; ids must be unique")
        self.coverage: dict[tuple[str, str], Coverage] = {}
        for item in coverage:
            if item.document not in self.numbers:
                raise ValueError(f"coverage of document {item.document!r}: no such document in the report")
            if item.element not in framework:
                raise ValueError(f"coverage of element {item.element!r}: not in framework {framework.id}")
            self.coverage[item.document, item.element] = item

    def label(self, id: str) -> str:
        """An element's label; for what is no element, its id."""
        return self.framework[id].label if id in self.framework else id

    def quotes(self, evidence: Sequence[Evidence], n: int = 0, href: str = "") -> Quotes:
        """The first quotes of `evidence`, which is best first, of `n` sentences or more; `href` leads to all."""
        shown = []
        for item in evidence[: self.detail.n_quotes]:
            number = self.numbers.get(item.document)
            row = None if number is None else self.rows[number]
            words = " ".join(item.quote.split()).lstrip(BULLETS)
            if len(words) > self.detail.quote_length:
                words = words[: self.detail.quote_length].rstrip() + " […]"
            name, language = (row.name, row.language) if row else (item.document, "")
            short = name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1].rstrip() + "…"
            link = self.pages.sentence(item.document, item.start) or (
                f"#d{number}"
                if row and len(self.rows) > 1 and number is not None and number < MAX_SHOWN
                else ""
            )
            shown.append(Quote(words, item.page, language, short, row.file if row else "", link))
        return Quotes(tuple(shown), max(n, len(evidence)), href)

    def at(self, document: ReportedDocument, element: Element) -> Coverage:
        """How a document covers an element, which may be not at all."""
        return self.coverage.get((document.id, element.id)) or Coverage(document.id, element.id)

    def cell(self, document: ReportedDocument, element: Element, depth: int) -> Cell:
        """What a document says of an element."""
        own = self.at(document, element)
        anchor = f"c{self.numbers[document.id]}-{element.id}"
        href = self.pages.saying(document.id, element.id)
        quotes = self.quotes(own.evidence, own.n_sentences or own.n_elsewhere, href)
        return Cell(anchor, element, depth, own, quotes, href)

    def groups(self) -> list[tuple[str, list[Element]]]:
        """The matrix's columns: top elements by kind; cases and actors only where a document names one."""
        named = {element for (_, element), item in self.coverage.items() if item.is_named}
        groups = []
        for kind in KINDS_SHOWN:
            elements = [self.framework[id] for id in self.framework.ids(kind, top=True)]
            if elements and (kind in ALWAYS_SHOWN or any(element.id in named for element in elements)):
                groups.append((self.framework.plural(kind), elements))
        return groups

    def column(self, element: Element, depth: int = 0) -> ElementSummary:
        """An element over all documents."""
        found = [item for row in self.rows if (item := self.at(row, element)).is_named]
        elements = self.pages.elements
        by_status = tuple(
            (a, word, sum(getattr(item, word) for item in found), elements.get((element.id, word), ""))
            for a, word in STATUSES
        )
        measured = self.measured
        recall, precision = measured.recall.get(element.id), measured.precision.get(element.id)
        n_labelled = measured.n.get(element.id, 0)
        return ElementSummary(
            element,
            depth,
            n_documents=len(found),
            n_sentences=sum(item.n_sentences for item in found),
            n_elsewhere=sum(item.n_elsewhere for item in found),
            by_status=by_status,
            href=elements.get((element.id, ""), ""),
            recall=recall,
            precision=precision,
            n_labelled=n_labelled,
            # Both shares are of the same mentions: those that were found and right.
            n_found=round((recall or 0) * n_labelled / precision) if precision else 0,
        )

    def without(self, element: Element) -> WithoutView:
        """The documents in which an element was not found."""
        every = [row for row in self.rows if not self.at(row, element).is_named]
        every.sort(key=lambda row: (row.is_off_field, row.not_judged > 0))
        rows = every[:MAX_WITHOUT]
        return WithoutView(
            element,
            tuple(row for row in rows if not row.not_judged and not row.is_off_field),
            tuple(row for row in rows if row.not_judged and not row.is_off_field),
            tuple(row for row in rows if row.is_off_field),
            len(every),
        )

    def document(self, row: ReportedDocument, columns: Iterable[Element]) -> DocumentView:
        """A document with its cell, or None, for each column, and all that it says."""
        sayings = tuple(
            self.cell(row, element, depth)
            for kind in KINDS_SHOWN
            for element, depth in _tree(self.framework, kind)
            if self.at(row, element).is_named
        )
        by_id = {cell.element.id: cell for cell in sayings}
        return DocumentView(
            number=self.numbers[row.id],
            row=row,
            cells=tuple(by_id.get(element.id) for element in columns),
            sayings=sayings,
            outline=row.outline[: self.detail.n_headings],
            n_headings_left=max(0, len(row.outline) - self.detail.n_headings),
            href=self.pages.documents.get(row.id, ""),
        )

    def challenges(self, row: ReportedDocument, findings: Iterable[Finding]) -> list[ChallengeView]:
        """The outermost challenges that a document names, with the mechanisms that answer each."""
        tied = {finding.subject for finding in findings if finding.rule == "challenge-answered"}
        challenges = []
        for id in self.framework.ids("challenge", top=True):
            cell = self.cell(row, self.framework[id], 0)
            if cell.coverage.is_named:
                against = [
                    self.framework[link.source] for link in self.framework.linked("answers", target=id)
                ]
                challenges.append(
                    ChallengeView(
                        cell, tuple((element, self.at(row, element)) for element in against), id in tied
                    )
                )
        return challenges

    def links(
        self, links: Iterable[ReportedLink], evidence: Mapping[tuple[str, str, str], Sequence[Evidence]]
    ) -> tuple[LinkView, ...]:
        """Claims before co-occurrences before the rest; within each, most documents first."""
        kinds = list(KIND_WORDS)
        ordered = sorted(links, key=lambda k: (kinds.index(k.kind), -k.n_documents, -k.n, k.source, k.target))
        return tuple(
            LinkView(
                number=number,
                row=row,
                source=self.label(row.source),
                target=self.label(row.target),
                verb=KIND_WORDS[row.kind],
                quotes=self.quotes(
                    evidence.get((row.source, row.target, row.kind), ()),
                    row.n,
                    self.pages.links.get((row.source, row.target, row.kind), ""),
                ),
            )
            for number, row in enumerate(ordered)
        )

    def subject(self, subject: str) -> tuple[str, str]:
        """What a finding is about, an element or a pair such as `T1>S1`, as ids and in words."""
        ids = [part.strip() for part in subject.split(">")]
        if all(id in self.framework for id in ids):
            return " → ".join(ids), " → ".join(f"{id} {self.label(id)}" for id in ids)
        return subject, ""

    def _finding(self, finding: Finding) -> FindingView:
        own = [quote for quote in finding.evidence if quote.document == finding.document]
        others = [quote for quote in finding.evidence if quote.document != finding.document]
        return FindingView(
            finding,
            *self.subject(finding.subject),
            self.quotes(own[:MAX_OWN], len(own)),
            self.quotes(others[:MAX_OTHERS], len(others)),
            self.quotes(finding.nearest),
        )

    def findings(self, findings: Iterable[Finding]) -> tuple[FindingGroup, ...]:
        """Documents with the most errors first, then warnings, `MAX_SHOWN` at most; within each, gravest first."""
        by_document: dict[str, list[Finding]] = defaultdict(list)
        counted: dict[str, Counter[Severity]] = defaultdict(Counter)
        for finding in findings:
            counted[finding.document][finding.severity] += 1
            if self.detail.has_findings:
                by_document[finding.document].append(finding)
        groups = []
        for id, of_each in sorted(counted.items()):
            own = by_document[id]
            own.sort(key=lambda f: (SEVERITIES.index(f.severity), f.rule, f.subject, f.message))
            views = tuple(self._finding(f) for f in own)
            counts = {severity: of_each[severity] for severity in SEVERITIES}
            number = self.numbers.get(id)
            name, file = (id, "") if number is None else (self.rows[number].name, self.rows[number].file)
            page = self.pages.documents.get(id, "")
            shown = number if number is not None and number < MAX_SHOWN else None
            groups.append(FindingGroup(name, file, shown, views, counts, f"{page}#findings" if page else ""))
        groups.sort(key=lambda group: [-group.counts[severity] for severity in SEVERITIES])
        return tuple(groups[:MAX_SHOWN])


def _count_acts(acts: Iterable[Act]) -> int:
    """How many sentences name a mechanism, a sentence once for each; those of a document come one after the other."""
    by_document = groupby(acts, key=lambda act: act.evidence.document)
    return sum(len({(act.evidence.start, act.mechanism) for act in own}) for _, own in by_document)


def _tree(framework: Framework, kind: ElementKind) -> list[tuple[Element, int]]:
    """The elements of a kind, each above its parts, with how deep it stands."""

    def walk(ids: Iterable[str], depth: int) -> Iterator[tuple[Element, int]]:
        for id in ids:
            yield framework[id], depth
            yield from walk(framework.children(id), depth + 1)

    return list(walk(framework.ids(kind, top=True), 0))


def _figure(links: Sequence[LinkView], framework: Framework) -> Figure | None:
    """The figure of mechanisms and outcomes; where only their parts are linked, of those parts."""
    rows = [(view.number, view.row) for view in links]
    rows.sort(key=lambda item: -item[1].n_documents)
    for top in (True, False):
        left = framework.ids("mechanism", top=top)
        right = framework.ids("outcome", top=top)
        drawn = [(n, row) for n, row in rows if row.source in left and row.target in right][:FIGURE_LINES]
        if drawn and not top:
            left = tuple(id for id in left if any(row.source == id for _, row in drawn))
            right = tuple(id for id in right if any(row.target == id for _, row in drawn))
        if drawn:
            labels = {element.id: element.label for element in framework}
            return lay_out(drawn, left=left, right=right, labels=labels)
    return None
