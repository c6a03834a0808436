"""The evidence gap map: documents by elements and mechanisms by outcomes, with bubbles, filters and their sentences.

Source: Snilstveit, Vojtkova, Bhavsar, Stevenson and Gaarder 2016, Evidence & gap maps, Journal of Clinical Epidemiology 79.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from policyloom.framework import Element, Framework
from policyloom.network.gaps import split_by_status
from policyloom.network.structure import find_year
from policyloom.records import Coverage
from policyloom.report.inputs import LinkKey, LinkKind, LinkQuote, ReportedDocument, SidePages
from policyloom.report.views import STATUSES, Detail

__all__ = ["DETAILS", "gap_view"]

DETAILS = (Detail(1, 300, 0), Detail(1, 120, 0), Detail(0, 0, 0))
"""How long the sentences are that open in the page; without any, links lead to them."""

MAX_ROWS = 1000
"""Documents that the page shows; gap_map.csv and coverage.csv have all."""

MAX_VALUES = 30
"""Values of a column of the user's table up to which it is a filter."""

SMALLEST, LARGEST = 9, 34
"""The diameters of bubbles, in CSS pixels; their areas grow with what they count."""


@dataclass(frozen=True, slots=True)
class _Bubble:
    """A disc: its status letter and word, how much it counts, and its diameter."""

    letter: str
    word: str
    n: int
    size: int


@dataclass(frozen=True, slots=True)
class _GapCell:
    """A cell of a map: its place in the data, its bubbles, what they say in words, and the page with its sentences."""

    key: str
    bubbles: tuple[_Bubble, ...]
    words: str
    href: str


def gap_view(
    framework: Framework,
    documents: Sequence[ReportedDocument],
    coverage: Iterable[Coverage],
    quotes: Mapping[LinkKey, Sequence[LinkQuote]],
    *,
    title: str,
    pages: SidePages,
    quote_length: int,
) -> dict[str, object]:
    """The data of the page.

    Args:
        framework: with which the run was made.
        documents: those that were judged.
        coverage: of elements that were found.
        quotes: all sentences behind each link.
        title: of the run.
        pages: the pages with sentences.
        quote_length: characters of a sentence that opens in the page; 0 for none.
    """
    rows = sorted(documents, key=lambda row: row.id)
    numbers = {row.id: n for n, row in enumerate(rows)}
    mechanisms, outcomes = _tops(framework, "mechanism"), _tops(framework, "outcome")
    pairs = {
        (m.id, o.id): _pair(quotes, m.id, o.id, numbers, quote_length) for m in mechanisms for o in outcomes
    }
    most = max((n for pair in pairs.values() for _, n in _sums(pair)), default=1)
    found = {(c.document, c.element): c for c in coverage}
    elements = [e for kind in ("outcome", "challenge", "mechanism") for e in _tops(framework, kind)]
    most_sentences = max(
        (
            getattr(c, word)
            for (_, id), c in found.items()
            if not framework[id].parent
            for _, word in STATUSES
        ),
        default=1,
    )
    years = {row.id: int(year) for row in rows if (year := find_year(row.date))}
    return {
        "title": title,
        "framework": framework,
        "groups": [(framework.plural(kind), _tops(framework, kind)) for kind in ("outcome", "challenge", "mechanism") if _tops(framework, kind)],
        "mechanisms": mechanisms,
        "outcomes": outcomes,
        "pairs": [
            (m, [_pair_cell(m, o, pairs[m.id, o.id], most, pages) for o in outcomes]) for m in mechanisms
        ],
        "documents": [
            (row, [_document_cell(row, e, found.get((row.id, e.id)), most_sentences, pages) for e in elements])
            for row in rows[:MAX_ROWS]
        ],
        "n_documents": len(rows),
        "years": sorted(set(years.values())),
        "filters": list(_filters(rows)),
        "data": {
            "documents": [
                {
                    "name": row.name, "file": row.file, "page": pages.documents.get(row.id, ""), "year": years.get(row.id),
                    "beside": _beside(row),
                }
                for row in rows
            ],
            "pairs": {f"{m}>{o}": pair for (m, o), pair in pairs.items()},
            "labels": {e.id: e.label for e in framework if e.parent is None},
            "most": most, "smallest": SMALLEST, "largest": LARGEST,
        },
        "pages": pages,
    }  # fmt: skip


Pair = dict[int, dict[str, Any]]
"""What each document, by its number, says of a pair: `status` letter of the mechanism where both stand together, or "";
`claims` and `denies`; and its `sentences`, each as [start, page, what it is, words]."""


def _pair(
    quotes: Mapping[LinkKey, Sequence[LinkQuote]],
    mechanism: str,
    outcome: str,
    numbers: Mapping[str, int],
    quote_length: int,
) -> Pair:
    together = quotes.get((mechanism, outcome, "co_occurs"), ())
    by_status = split_by_status((q.evidence.document, q.statuses) for q in together)
    letters = {word: letter for letter, word in STATUSES}
    found: Pair = {}
    kinds: tuple[tuple[LinkKind, str], ...] = (
        ("claims", "claims it"),
        ("claims_negative", "denies it"),
        ("co_occurs", ""),
    )
    told: dict[tuple[str, int], list[Any]] = {}
    for kind, words in kinds:
        for one in sorted(
            quotes.get((mechanism, outcome, kind), ()), key=lambda q: (q.evidence.document, q.evidence.start)
        ):
            e = one.evidence
            if e.document not in numbers:
                continue
            own = found.setdefault(
                numbers[e.document],
                {
                    "status": letters.get(by_status.get(e.document, ""), ""),
                    "claims": 0,
                    "denies": 0,
                    "sentences": [],
                },
            )
            own["claims"] += kind == "claims"
            own["denies"] += kind == "claims_negative"
            if (e.document, e.start) not in told:
                text = " ".join(e.quote.split())
                cut = text if len(text) <= quote_length else text[:quote_length].rstrip() + " […]"
                told[e.document, e.start] = row = [e.start, e.page, words or " and ".join(one.statuses)]
                if quote_length:
                    row.append(cut)
                own["sentences"].append(row)
    return found


def _sums(pair: Pair) -> Iterator[tuple[str, int]]:
    """How many documents each bubble of a pair counts, by its letter."""
    counts = Counter(own["status"] for own in pair.values())
    yield "A", counts["A"]
    yield "P", counts["P"]
    yield "N", sum(own["denies"] > 0 for own in pair.values())


def _pair_cell(mechanism: Element, outcome: Element, pair: Pair, most: int, pages: SidePages) -> _GapCell:
    words = {"A": "affirmed", "P": "only planned", "N": "denied"}
    bubbles = tuple(_Bubble(letter, words[letter], n, _size(n, most)) for letter, n in _sums(pair) if n)
    told = ", ".join(f"{b.n} {b.word}" for b in bubbles) or "no document"
    keys = ((mechanism.id, outcome.id, kind) for kind in ("co_occurs", "claims", "claims_negative"))
    href = next((pages.links[key] for key in keys if key in pages.links), "")
    return _GapCell(f"{mechanism.id}>{outcome.id}", bubbles, told, href)


def _document_cell(
    row: ReportedDocument, element: Element, coverage: Coverage | None, most: int, pages: SidePages
) -> _GapCell:
    counts = [(letter, word, getattr(coverage, word)) for letter, word in STATUSES] if coverage else []
    bubbles = tuple(_Bubble(letter, word, n, _size(n, most)) for letter, word, n in counts if n)
    told = ", ".join(f"{b.n} {b.word}" for b in bubbles)
    if coverage and not told:
        told = "in headings and the like alone"
    return _GapCell(element.id, bubbles, told, pages.saying(row.id, element.id) if coverage else "")


def _size(n: int, most: int) -> int:
    return round(SMALLEST + (LARGEST - SMALLEST) * sqrt(n / most))


def _filters(rows: Sequence[ReportedDocument]) -> Iterator[tuple[str, list[str]]]:
    """The columns by which documents can be chosen, each with its values."""
    told = [_beside(row) for row in rows]
    for name in dict.fromkeys(column for cells in told for column in cells):
        values = sorted({cells.get(name, "") for cells in told} - {""})
        if 2 <= len(values) <= MAX_VALUES and name not in ("date", "title"):
            yield name, values


def _beside(row: ReportedDocument) -> dict[str, str]:
    """What is known of a document by which it can be chosen."""
    return {"language": row.language, **row.beside}


def _tops(framework: Framework, kind: Any) -> list[Element]:
    return [framework[id] for id in framework.ids(kind, top=True)]
