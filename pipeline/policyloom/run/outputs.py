"""Write a run folder: tables, network, report."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from policyloom.check import check
from policyloom.export import (
    CLAIMS,
    COVERAGE,
    DOCUMENTS,
    ENTITIES,
    FAILURES,
    FINDINGS,
    MENTIONS,
    PROMISES,
    STATEMENTS,
    UserColumns,
    claim_rows,
    coverage_rows,
    document_row,
    entity_rows,
    failure_rows,
    finding_rows,
    mention_rows,
    promise_rows,
    statement_rows,
    write_data_package,
    write_network,
)
from policyloom.files import open_table, write_bytes, write_csv
from policyloom.framework import Framework
from policyloom.network import Network, compare_with_peers, find_links
from policyloom.network.acts import Act, find_acts
from policyloom.network.counting import Unit, count_units, is_off_field
from policyloom.network.gaps import find_gaps
from policyloom.records import Coverage, Document, Failure, Finding, Measured, Tagged, to_json
from policyloom.records.spool import Picked, Spool
from policyloom.report import (
    ReportedDocument,
    ReportPages,
    report_links,
    write_run_report,
)
from policyloom.report.arrange import FEW_DOCUMENTS
from policyloom.report.rendering import load_templates
from policyloom.run.coder import ChosenCoder
from policyloom.run.metadata import MetadataTable, describe

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PEERS", "Written", "load_libraries", "reported_document", "write_outputs", "write_peers"]

PEERS = "peers.csv"

Tell = Callable[[str, int], None]
"""Is told the stage and how many documents are through it."""

Take = Callable[[Collection[str]], None]
"""Is told files of the run folder before they are written."""

LEFT_OUT = "statements left out"
"""How a run's summary calls statements of a language model that do not fit the text."""


class Written(NamedTuple):
    """What a run found.

    Attributes:
        counts: how many sentences, mentions, claims, links and findings there are.
        errors: how many findings are errors.
        not_judged: the documents that were not judged.
        no_links: why there are no links; empty where there are some.
        pages: the files of the pages beside the report, within the run folder.
    """

    counts: dict[str, int]
    errors: int
    not_judged: list[Failure]
    no_links: str
    pages: tuple[str, ...]


@dataclass
class _Totals:
    """What adds up while the documents go by."""

    rows: list[ReportedDocument] = field(default_factory=list)
    acts: Spool[Act] = field(default_factory=lambda: Spool(Act))
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("sentences", "mentions", "claims", "links", "findings"), 0)
    )

    not_judged: list[Failure] = field(default_factory=list)

    def add(self, tagged: Tagged, framework: Framework, beside: Mapping[str, str]) -> None:
        """Adds a document, with what the user's table says of it."""
        if not tagged.is_judged:
            reason = f"was not judged: {tagged.explain_unread()}"
            self.not_judged.append(Failure(tagged.document.source, "not-judged", reason))
            return
        self.rows.append(replace(reported_document(tagged, framework), beside=beside))
        self.acts.extend(find_acts(tagged, framework))
        self.counts["sentences"] += self.rows[-1].n_sentences
        self.counts["mentions"] += n_elements(tagged)
        self.counts["claims"] += len(tagged.claims)
        if tagged.document.ocr:
            pages = "pages read by OCR"
            self.counts[pages] = self.counts.get(pages, 0) + len(tagged.document.ocr)
        if tagged.n_dropped:
            self.counts[LEFT_OUT] = self.counts.get(LEFT_OUT, 0) + tagged.n_dropped


def load_libraries() -> None:
    """Loads what is imported only where it is used, and the pages' templates."""
    for name in ("pandas", "scipy.stats", "networkx"):
        importlib.import_module(name)
    load_templates()


def write_outputs(
    out: Path,
    tagged: Callable[[], Iterator[Tagged]],
    framework: Framework,
    failures: Sequence[Failure],
    *,
    model: str | None,
    coder: ChosenCoder,
    name: str,
    unit: Unit,
    files: Mapping[str, str],
    versions: Sequence[tuple[str, str, float]],
    metadata: MetadataTable,
    tell: Tell,
    take: Take,
    decided: str = "",
) -> Written:
    """Write all but the manifest; every file appears whole or not at all.

    Args:
        out: the run folder.
        tagged: gives the documents, by id, each time it is called; no more than one is held.
        framework: with which they were tagged.
        failures: the files that could not be read.
        model: the language model, or None for rules.
        coder: with which they were tagged.
        name: what the run is called.
        unit: the unit in which two elements must stand together for a link.
        files: each document's file, as the run lists it, by the document's id.
        versions: pairs of these files that hold versions of one text; neither supports the claims of the other.
        metadata: the user's table of the documents.
        tell: is told the stage and how many documents are through it.
        take: is told the files of the report's side pages before they are written.
        decided: how much people decided, in words.
    """
    totals, columns = _Totals(), UserColumns(metadata.columns)
    documents = _write_documents(out, tagged(), framework, files, metadata, columns, totals, tell)
    network = find_links(documents, framework, unit=unit)
    no_links = network.explain_no_links()
    write_network(network, out, user_columns=columns)
    write_bytes(framework.model_dump_json(indent=1).encode("utf-8"), out / "framework.json")
    failures = sorted((*failures, *totals.not_judged), key=lambda failure: failure.source)
    with open_table(out / "failures.csv", FAILURES.names) as add:
        add(failure_rows(failures))
    same_text = _same_text(files, versions)
    peers = compare_with_peers(network.counts, framework, same_text=same_text)
    write_peers(peers, out, columns)
    write_csv(find_gaps(network), out / "gap_map.csv")
    links, quotes = report_links(network)
    pages = ReportPages(
        out, name, framework, totals.rows, quotes=quotes, sentences=network.sentences, acts=totals.acts, peers=peers, take=take
    )  # fmt: skip
    findings, coverage = _write_checks(
        out, tagged(), framework, network, coder.measured, columns, same_text, pages, tell
    )
    write_data_package(out, name)
    tell("writing the report", len(totals.rows))
    pages.write_evidence()
    pages.write_gap_map(coverage)
    write_run_report(
        out / "report.html",
        title=name,
        framework=framework,
        documents=totals.rows,
        coverage=coverage,
        links=links,
        findings=findings,
        failures=failures,
        evidence={key: Picked(own, range(len(own)), lambda one: one.evidence) for key, own in quotes.items()},
        measured=coder.measured,
        settings=_settings(framework, model, coder, unit, totals.counts.get(LEFT_OUT), decided),
        no_links=no_links,
        acts=totals.acts,
        pages=pages.links,
    )
    counts = totals.counts | {"links": len(network.links), "findings": len(findings)}
    errors = sum(finding.severity == "error" for finding in findings)
    return Written(counts, errors, totals.not_judged, no_links, pages.files)


def _write_documents(
    out: Path,
    tagged: Iterator[Tagged],
    framework: Framework,
    files: Mapping[str, str],
    metadata: MetadataTable,
    columns: UserColumns,
    totals: _Totals,
    tell: Tell,
) -> Iterator[Tagged]:
    """Writes each document, its mentions, entities, claims and statements, adds it up, and hands it on to the network."""
    folder = out / "documents"
    folder.mkdir(exist_ok=True)
    with ExitStack() as tables:
        documents, mentions, entities, claims, statements = (
            tables.enter_context(open_table(out / f"{name}.csv", columns.after(table.names)))
            for name, table in (
                ("documents", DOCUMENTS),
                ("mentions", MENTIONS),
                ("entities", ENTITIES),
                ("claims", CLAIMS),
                ("statements", STATEMENTS),
            )
        )
        for n, plain in enumerate(tagged, 1):
            file = files[plain.document.id]
            row = metadata.of(file)
            one = describe(plain, row)
            stated = one.document.metadata
            columns.cells[one.document.id] = row | {"date": stated.date, "title": stated.title}
            write_bytes(to_json(one.document), folder / f"{one.document.id}.json")
            totals.add(one, framework, row)
            documents(columns.add([document_row(one, file, plain.document.metadata.date)]))
            if one.is_judged:
                mentions(columns.add(mention_rows(one, framework)))
                entities(columns.add(entity_rows(one)))
                claims(columns.add(claim_rows(one, framework)))
                statements(columns.add(statement_rows(one, framework)))
            tell("linking", n)
            yield one


def _write_checks(
    out: Path,
    tagged: Iterator[Tagged],
    framework: Framework,
    network: Network,
    measured: Measured,
    columns: UserColumns,
    same_text: Mapping[str, Collection[str]],
    pages: ReportPages,
    tell: Tell,
) -> tuple[Spool[Finding], list[Coverage]]:
    """Checks each document, and writes coverage, promises, findings and its page; the coverage returned is of what was found."""
    findings = Spool(Finding)
    coverage: list[Coverage] = []
    with (
        open_table(out / "coverage.csv", columns.after(COVERAGE.names)) as covered,
        open_table(out / "promises.csv", columns.after(PROMISES.names)) as promised,
    ):
        for n, one in enumerate(tagged, 1):
            others = same_text.get(one.document.id, ())
            checked = check(one, framework, network, measured=measured, same_text=others)
            findings.extend(checked.findings)
            covered(columns.add(coverage_rows(checked.coverage, framework)))
            promised(columns.add(promise_rows(checked.promises)))
            if one.is_judged:
                named = (c for c in checked.coverage if c.is_named)
                # Of many documents the report shows no quotes, and these would be what it needs most memory for.
                is_quoted = pages.n_documents <= FEW_DOCUMENTS
                coverage.extend(c if is_quoted else replace(c, evidence=()) for c in named)
                pages.write_document(one, checked.findings)
            tell("checking", n)
    with open_table(out / "findings.csv", columns.after(FINDINGS.names)) as add:
        add(columns.add(finding_rows(findings)))
    return findings, coverage


def write_peers(peers: pd.DataFrame, out: Path, columns: UserColumns) -> None:
    """Writes peers.csv into a folder."""
    names = list(peers.columns)
    with open_table(out / PEERS, columns.after(names)) as add:
        rows = peers.itertuples(index=False, name=None)
        add(columns.add(dict(zip(names, row, strict=True)) for row in rows))


def _same_text(files: Mapping[str, str], versions: Sequence[tuple[str, str, float]]) -> dict[str, set[str]]:
    """By the id of a document, those that hold another version of its text."""
    ids = {file: id for id, file in files.items()}
    found: dict[str, set[str]] = {}
    for one, other, _ in versions:
        found.setdefault(ids[one], set()).add(ids[other])
        found.setdefault(ids[other], set()).add(ids[one])
    return found


def n_elements(tagged: Tagged) -> int:
    """How many mentions of the framework's elements a document has; entities and actors do not count."""
    return sum(mention.kind not in ("entity", "actor") for mention in tagged.mentions)


def reported_document(tagged: Tagged, framework: Framework) -> ReportedDocument:
    """What a report says of a document."""
    document = tagged.document
    return ReportedDocument(
        id=document.id,
        source=document.source,
        title=document.metadata.title,
        authors=document.metadata.authors,
        date=document.metadata.date,
        language=document.language,
        n_pages=document.n_pages,
        n_words=len(document.text.split()),
        n_sentences=count_units(document, tagged.sentences).n_sentences,
        n_mentions=n_elements(tagged),
        n_claims=len(tagged.claims),
        outline=_outline(document),
        warnings=document.warnings,
        not_judged=tagged.unreadable_share,
        unread=tagged.explain_unread() if tagged.unreadable_share else "",
        is_off_field=is_off_field(tagged, framework),
    )


def _outline(document: Document) -> tuple[tuple[int, str, int], ...]:
    return tuple(
        (block.level, document.quote(block), block.pages[0] if block.pages else 0)
        for block in document.blocks
        if block.kind == "heading"
    )


def _settings(
    framework: Framework,
    model: str | None,
    coder: ChosenCoder,
    unit: Unit,
    n_left_out: int | None,
    decided: str,
) -> dict[str, str]:
    recall = coder.measured.recall
    found_by = {
        "rules": "rules",
        "learned_rules": "rules, with learned statuses and claims",
        "classifier": "rules and a classifier",
        "own": f"rules and the coder {coder.form.name}",
        "language_model": f"the language model {coder.form.name}, and names by rules",
    }
    left_out = (
        f"{n_left_out:,} of its statements were left out, as they do not fit the text. " if n_left_out else ""
    )
    caution = (
        f"Mentions are found by {found_by[coder.form.kind]}. {left_out}"
        + (f"{decided} instead of what was found (decisions.csv). " if decided else "")
        + (
            f"On labelled sentences {min(recall.values()):.0%} to {max(recall.values()):.0%} of what was there was found, "
            f"by element ({coder.measured.source}). "
            if recall
            else "How much is found has not been measured. "
        )
        + "“Not found” means that nothing was found, not that nothing is there."
    )
    return {
        "framework": f"{framework.title} ({framework.id} {framework.version})",
        "source": framework.source,
        "names and sentences": model or "rules",
        "coder": coder.description,
        "unit of co-occurrence": f"{unit}, each pair once",
        "caution": caution,
    }
