"""Reports: one self-contained HTML page of a run, one of a single check, and one of a PMC index.

The pages load nothing from anywhere, work without JavaScript, and escape every word that comes from a
document. The same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policyloom.check import CaseLikeness, ClaimCheck, Comparison
from policyloom.check.pmc import PmcPolicy, PmcScore
from policyloom.framework import Framework
from policyloom.framework.variables import VariableList
from policyloom.network.acts import Act
from policyloom.records import Coverage, Evidence, Failure, Finding, Measured, Promise
from policyloom.report.agreement import agreement_view
from policyloom.report.arrange import DETAILS, FEW_DOCUMENTS, SPARSE, check_view, run_view
from policyloom.report.brief import draft_brief, make_brief
from policyloom.report.brief_word import can_write_word, write_word_brief
from policyloom.report.comparison import comparison_view, make_comparison_brief, tell_sentences
from policyloom.report.inputs import (
    NO_PAGES,
    LinkKind,
    LinkQuote,
    ReportedDocument,
    ReportedLink,
    SidePages,
)
from policyloom.report.links import report_links
from policyloom.report.pages import ReportPages
from policyloom.report.pmc import pmc_view
from policyloom.report.rendering import write_page
from policyloom.report.views import Detail

if TYPE_CHECKING:
    from policyloom.learn.agreement import Agreement

__all__ = [
    "LinkKind",
    "LinkQuote",
    "ReportPages",
    "ReportedDocument",
    "ReportedLink",
    "SidePages",
    "can_write_word",
    "draft_brief",
    "make_brief",
    "make_comparison_brief",
    "report_links",
    "write_agreement_report",
    "write_check_report",
    "write_comparison_report",
    "write_pmc_report",
    "write_run_report",
    "write_word_brief",
]


def write_run_report(
    path: str | Path,
    *,
    title: str,
    framework: Framework,
    documents: Sequence[ReportedDocument],
    coverage: Sequence[Coverage],
    links: Sequence[ReportedLink],
    findings: Sequence[Finding],
    failures: Sequence[Failure],
    evidence: Mapping[tuple[str, str, str], Sequence[Evidence]],
    settings: Mapping[str, str],
    measured: Measured | None = None,
    no_links: str = "",
    acts: Sequence[Act] = (),
    pages: SidePages = NO_PAGES,
) -> None:
    """Writes the page of a run; the file appears whole or not at all.

    Above 50 documents it has no quotes and findings if there are side pages that have them.

    Args:
        path: the HTML file; its folder must exist.
        title: what the page is called.
        framework: with which the documents were tagged.
        documents: those that were read, in any order.
        coverage: at most one for each document and element, parts of elements included.
        links: over all documents, in any order.
        findings: of all documents, in any order.
        failures: the files that could not be read.
        evidence: for (source, target, kind) of a link, its quotes, best first.
        measured: how well the coder finds each element, pairs and claims.
        no_links: why there are none, in words; shown where there are none.
        acts: who does which mechanism, in all documents.
        pages: the pages beside it, to which it links.
        settings: shown as given; the entry `caution`, if there is one, is shown as a remark.

    Raises:
        ValueError: coverage names a document or element that is not there, or two documents share an id.
    """

    def view(detail: Detail) -> dict[str, object]:
        return {
            "title": title,
            "framework": framework,
            "settings": {k: v for k, v in settings.items() if k.lower() != "caution"},
            "cautions": [v for k, v in settings.items() if k.lower() == "caution"],
            "detail": detail,
            "no_links": no_links,
            **run_view(
                framework=framework,
                documents=documents,
                coverage=coverage,
                links=links,
                evidence=evidence,
                findings=findings,
                failures=failures,
                measured=measured or Measured(),
                detail=detail,
                acts=acts,
                pages=pages,
            ),
        }

    details = SPARSE if pages.documents and len(documents) > FEW_DOCUMENTS else DETAILS
    write_page(Path(path), "run.html.j2", view, details)


def write_check_report(
    path: str | Path,
    *,
    framework: Framework,
    document: ReportedDocument,
    coverage: Sequence[Coverage],
    findings: Sequence[Finding],
    claims: Sequence[ClaimCheck],
    promises: Sequence[Promise] = (),
    cases: Sequence[CaseLikeness] = (),
    peers: Sequence[Mapping[str, Any]] = (),
    stress: str = "",
    against: str,
    measured: Measured | None = None,
) -> None:
    """Writes the page of one document's check; the file appears whole or not at all.

    Args:
        path: the HTML file; its folder must exist.
        framework: what the document was held against.
        document: the document.
        coverage: of its elements, outermost and parts; elements without coverage count as not found.
        findings: of the check.
        claims: the document's claims and what the network knows of each.
        promises: of the document.
        cases: those that it resembles, best first.
        peers: the document against those of the network, rows with the columns of peers.csv.
        stress: what it stresses more and less than they do, in words.
        against: the network it was held against, in words.
        measured: how well the coder finds claims.

    Raises:
        ValueError: coverage is of another document, or of an element that the framework does not have.
    """

    def view(detail: Detail) -> dict[str, object]:
        return {
            "framework": framework,
            "against": against,
            "peers": peers,
            "stress": stress,
            "detail": detail,
            **check_view(
                framework=framework,
                document=document,
                coverage=coverage,
                findings=findings,
                claims=claims,
                promises=promises,
                cases=cases,
                measured=measured or Measured(),
                detail=detail,
            ),
        }

    write_page(Path(path), "check.html.j2", view, DETAILS)


def write_comparison_report(
    path: str | Path,
    comparison: Comparison,
    *,
    framework: Framework,
    old: ReportedDocument,
    new: ReportedDocument,
) -> None:
    """Writes the page on two versions of a document; the file appears whole or not at all.

    Args:
        path: the HTML file; its folder must exist.
        comparison: of the two.
        framework: with which they were tagged.
        old, new: the earlier and the later version.
    """

    def view(detail: Detail) -> dict[str, object]:
        told = tell_sentences(comparison)
        return {
            "framework": framework,
            "old": old,
            "new": new,
            "told": told,
            **comparison_view(comparison, detail),
        }

    write_page(Path(path), "compare.html.j2", view, DETAILS)


def write_pmc_report(
    path: str | Path,
    *,
    variables: VariableList,
    policies: Sequence[PmcPolicy],
    scores: Sequence[PmcScore],
    failures: Sequence[Failure] = (),
    surfaces: Mapping[str, bytes] | None = None,
) -> None:
    """Writes the page of a PMC index; the file appears whole or not at all.

    Args:
        path: the HTML file; its folder must exist.
        variables: the list of variables.
        policies: the rows of the matrix.
        scores: of the same policies.
        failures: the files that could not be read or judged.
        surfaces: by document, its surface as SVG; a page that would be too large leaves them out.
    """

    def view(detail: Detail) -> dict[str, object]:
        return pmc_view(
            variables=variables, policies=policies, scores=scores, failures=failures, surfaces=surfaces or {}, detail=detail
        )  # fmt: skip

    write_page(Path(path), "pmc.html.j2", view, DETAILS)


def write_agreement_report(
    path: str | Path,
    *,
    title: str,
    framework: Framework,
    pairs: Mapping[tuple[str, str], Agreement],
    alpha: Mapping[str, float | None],
    people: Sequence[str],
    described: Mapping[str, str],
) -> None:
    """Writes the page on which coders are compared; the file appears whole or not at all.

    Args:
        path: the HTML file; its folder must exist.
        title: what the page is called.
        framework: with which they coded.
        pairs: each two of them, by their names.
        alpha: Krippendorff's alpha of all of them together, by element.
        people: the names of those that are people.
        described: what each of the others is, in words.
    """

    def view(detail: Detail) -> dict[str, object]:
        more = agreement_view(
            framework=framework, pairs=pairs, alpha=alpha, people=people, described=described, detail=detail
        )
        return {"title": title, "framework": framework, **more}

    write_page(Path(path), "agreement.html.j2", view, DETAILS)
