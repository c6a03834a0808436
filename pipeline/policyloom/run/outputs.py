"""Write a run folder: tables, network, report."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import isnan
from pathlib import Path
from typing import Any

from policyloom.check import Checked, check
from policyloom.coders.classifier import SentenceClassifier
from policyloom.export import tables as export
from policyloom.files import open_table, write_bytes
from policyloom.framework import Framework
from policyloom.network import Network, find_links, write_network
from policyloom.records import Coverage, Document, Evidence, Failure, Finding, Tagged, to_json
from policyloom.report import ClaimRow, DocumentRow, LinkRow, write_check_report, write_run_report
from policyloom.run.coder import ChosenCoder, with_scores
from policyloom.run.folder import claim, open_folder, seal

__all__ = ["document_row", "write_check", "write_outputs"]

CHECK_OUTPUTS = ("findings.csv", "coverage.csv", "mentions.csv", "claims.csv", "check.html")

N_QUOTES = 8
"""Quotes for one link in the report; all of them stand in links_evidence.csv."""

Tell = Callable[[str, int], None]
"""Is told the stage and how many documents are through it."""


@dataclass
class _Totals:
    """What adds up while the documents go by."""

    rows: list[DocumentRow] = field(default_factory=list)
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("sentences", "mentions", "claims", "links", "findings"), 0)
    )

    def add(self, tagged: Tagged) -> None:
        self.rows.append(document_row(tagged))
        self.counts["sentences"] += len(tagged.sentences)
        self.counts["mentions"] += n_elements(tagged)
        self.counts["claims"] += len(tagged.claims)
        if tagged.document.ocr:
            pages = "pages read by OCR"
            self.counts[pages] = self.counts.get(pages, 0) + len(tagged.document.ocr)


def write_outputs(
    out: Path,
    tagged: Callable[[], Iterator[Tagged]],
    framework: Framework,
    failures: Sequence[Failure],
    *,
    model: str | None,
    coder: ChosenCoder,
    name: str,
    tell: Tell,
) -> tuple[dict[str, int], int]:
    """Write all but the manifest; every file appears whole or not at all.

    Args:
        out: the run folder.
        tagged: gives the documents, by id, each time it is called; no more than one is held.
        framework: with which they were tagged.
        failures: the files that could not be read.
        model: the language model, or None for rules.
        coder: with which they were tagged.
        name: what the run is called.
        tell: is told the stage and how many documents are through it.

    Returns:
        How many sentences, mentions, claims, links and findings there are, and how many findings are errors.
    """
    totals = _Totals()
    network = find_links(_write_documents(out, tagged(), framework, totals, tell), framework)
    write_network(network, out)
    write_bytes(framework.model_dump_json(indent=1).encode("utf-8"), out / "framework.json")
    with open_table(out / "failures.csv", export.FAILURE_COLUMNS) as add:
        add(export.failure_rows(failures))
    framework = with_scores(framework, coder)
    findings, coverage = _write_checks(out, tagged(), framework, network, tell)
    tell("writing the report", len(totals.rows))
    links, evidence = _links(network)
    write_run_report(
        out / "report.html",
        title=name,
        framework=framework,
        documents=totals.rows,
        coverage=coverage,
        links=links,
        findings=findings,
        failures=failures,
        evidence=evidence,
        settings=_settings(framework, model, coder),
    )
    counts = totals.counts | {"links": len(network.links), "findings": len(findings)}
    return counts, sum(finding.severity == "error" for finding in findings)


def _write_documents(
    out: Path, tagged: Iterator[Tagged], framework: Framework, totals: _Totals, tell: Tell
) -> Iterator[Tagged]:
    """Writes each document and its mentions and claims, adds it up, and hands it on to the network."""
    documents = out / "documents"
    documents.mkdir(exist_ok=True)
    with ExitStack() as tables:
        mentions = tables.enter_context(open_table(out / "mentions.csv", export.MENTION_COLUMNS))
        claims = tables.enter_context(open_table(out / "claims.csv", export.CLAIM_COLUMNS))
        for n, one in enumerate(tagged, 1):
            write_bytes(to_json(one.document), documents / f"{one.document.id}.json")
            mentions(export.mention_rows(one, framework))
            claims(export.claim_rows(one, framework))
            totals.add(one)
            tell("linking", n)
            yield one


def _write_checks(
    out: Path, tagged: Iterator[Tagged], framework: Framework, network: Network, tell: Tell
) -> tuple[list[Finding], list[Coverage]]:
    """Checks each document, and writes coverage and findings; the coverage returned is of outermost elements found."""
    findings: list[Finding] = []
    coverage: list[Coverage] = []
    with open_table(out / "coverage.csv", export.COVERAGE_COLUMNS) as covered:
        for n, one in enumerate(tagged, 1):
            checked = check(one, framework, network)
            findings.extend(checked.findings)
            covered(export.coverage_rows(checked.coverage, framework))
            coverage.extend(c for c in checked.coverage if c.n and framework[c.element].parent is None)
            tell("checking", n)
    with open_table(out / "findings.csv", export.FINDING_COLUMNS) as add:
        add(export.finding_rows(findings))
    return findings, coverage


def write_check(out: Path, tagged: Tagged, checked: Checked, framework: Framework, *, against: str) -> None:
    """Write one document's check: findings.csv, coverage.csv, mentions.csv, claims.csv and check.html.

    Raises:
        RunError: `out` cannot be written without losing somebody's files.
    """
    folder = open_folder(out, "check")
    claim(folder, CHECK_OUTPUTS)
    for name, columns, rows in (
        ("findings.csv", export.FINDING_COLUMNS, export.finding_rows(checked.findings)),
        ("coverage.csv", export.COVERAGE_COLUMNS, export.coverage_rows(checked.coverage, framework)),
        ("mentions.csv", export.MENTION_COLUMNS, export.mention_rows(tagged, framework)),
        ("claims.csv", export.CLAIM_COLUMNS, export.claim_rows(tagged, framework)),
    ):
        with open_table(out / name, columns) as add:
            add(rows)
    write_check_report(
        out / "check.html",
        framework=framework,
        document=document_row(tagged),
        coverage=[c for c in checked.coverage if c.n],
        findings=checked.findings,
        claims=[ClaimRow(c.mechanism, c.outcome, c.known, c.n_documents, c.evidence) for c in checked.claims],
        against=against,
    )
    seal(folder, CHECK_OUTPUTS)


def n_elements(tagged: Tagged) -> int:
    """How many mentions of the framework's elements a document has; entities and actors do not count."""
    return sum(mention.kind not in ("entity", "actor") for mention in tagged.mentions)


def document_row(tagged: Tagged) -> DocumentRow:
    """What a report says of a document."""
    document = tagged.document
    return DocumentRow(
        id=document.id,
        source=document.source,
        title=document.metadata.title,
        authors=document.metadata.authors,
        date=document.metadata.date,
        language=document.language,
        n_pages=document.n_pages,
        n_words=len(document.text.split()),
        n_sentences=len(tagged.sentences),
        n_mentions=n_elements(tagged),
        n_claims=len(tagged.claims),
        outline=_outline(document),
        warnings=document.warnings,
    )


def _outline(document: Document) -> tuple[tuple[int, str, int], ...]:
    return tuple(
        (block.level, document.quote(block), block.pages[0] if block.pages else 0)
        for block in document.blocks
        if block.kind == "heading"
    )


def _links(network: Network) -> tuple[list[LinkRow], dict[tuple[str, str, str], list[Evidence]]]:
    rows: list[LinkRow] = []
    evidence: dict[tuple[str, str, str], list[Evidence]] = {}
    for link in network.links.to_dict("records"):
        kind = str(link["kind"])
        if kind not in ("co_occurs", "claims", "claims_negative", "answers", "exemplifies"):
            continue
        npmi, q = (None if isnan(value) else float(value) for value in (link["npmi"], link["q"]))
        key = (str(link["source"]), str(link["target"]), kind)
        rows.append(LinkRow(*key, int(link["n"]), int(link["n_documents"]), npmi, q, str(link["note"] or "")))  # type: ignore[arg-type]
        found = network.evidence(*key)  # type: ignore[arg-type]
        quotes = found.drop_duplicates(["document", "start"]).to_dict("records")
        evidence[key] = [
            Evidence(str(r["document"]), int(r["page"]), int(r["start"]), int(r["end"]), str(r["quote"]))
            for r in _spread(quotes)
        ]
    return rows, evidence


def _spread(quotes: Sequence[dict[Hashable, Any]]) -> list[dict[Hashable, Any]]:
    """A few quotes from as many documents as can be: the first of each, then the second of each."""
    turn: dict[object, int] = {}
    keyed = []
    for quote in quotes:
        turn[quote["document"]] = turn.get(quote["document"], 0) + 1
        keyed.append((turn[quote["document"]], quote))
    return [quote for _, quote in sorted(keyed, key=lambda pair: pair[0])[:N_QUOTES]]


def _settings(framework: Framework, model: str | None, coder: ChosenCoder) -> dict[str, str]:
    recall = framework.measured.recall
    helper = {"rules": "", "classifier": " and a classifier", "own": f" and the coder {coder.form.name}"}
    caution = (
        f"Mentions are found by rules{helper[coder.form.kind]}. "
        + (
            f"On labelled sentences {min(recall.values()):.0%} to {max(recall.values()):.0%} of what was there was found, "
            f"by element ({framework.measured.source}). "
            if recall
            else "How much is found has not been measured. "
        )
        + "“Not found” means that nothing was found, not that nothing is there."
    )
    return {
        "framework": f"{framework.title} ({framework.id} {framework.version})",
        "source": framework.source,
        "language model": model or "none: rules alone",
        "classifier": _describe(coder),
        "unit of co-occurrence": "sentence, each pair once",
        "caution": caution,
    }


def _describe(chosen: ChosenCoder) -> str:
    coder = chosen.coder
    if not isinstance(coder, SentenceClassifier):
        return chosen.form.name or "none: rules alone"
    learned = f"learned from {coder.card['sentences']:,} sentences"
    return learned + (f"; mentions of probability {coder.least:g} or more" if coder.least else "")
