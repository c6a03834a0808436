"""Reports: one self-contained HTML page of a run, one of a single check, and one of a PMC index.

The pages load nothing from anywhere, work without JavaScript, and escape every word that comes from a
document. The same input gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

from policyloom.check import CaseLikeness, ClaimCheck, Comparison
from policyloom.check.pmc import PmcPolicy, PmcScore
from policyloom.files import write_bytes
from policyloom.framework import Framework
from policyloom.framework.variables import VariableList
from policyloom.records import Coverage, Evidence, Failure, Finding, Measured, Promise
from policyloom.report.agreement import agreement_view
from policyloom.report.arrange import DETAILS, check_view, run_view
from policyloom.report.brief import draft_brief, make_brief
from policyloom.report.brief_word import can_write_word, write_word_brief
from policyloom.report.comparison import comparison_view, make_comparison_brief, tell_sentences
from policyloom.report.inputs import LinkKind, ReportedDocument, ReportedLink
from policyloom.report.links import report_links
from policyloom.report.pmc import pmc_view
from policyloom.report.views import STATUSES, Detail, statuses

if TYPE_CHECKING:
    from policyloom.learn.agreement import Agreement

__all__ = [
    "LinkKind",
    "ReportedDocument",
    "ReportedLink",
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

MAX_BYTES = 4_500_000
"""A larger page is written again with fewer and shorter quotes: browsers on a laptop get slow."""

# Characters that occur in text from PDFs and that HTML forbids; tab and newline stay.
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160), 0xFFFE, 0xFFFF])


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
) -> None:
    """Writes the page of a run; the file appears whole or not at all.

    Args:
        path: the HTML file; its folder must exist.
        title: what the page is called.
        framework: with which the documents were tagged.
        documents: those that were read, in any order.
        coverage: at most one for each document and element; those of outermost elements fill the matrix,
            the others are listed under their document.
        links: over all documents, in any order.
        findings: of all documents, in any order.
        failures: the files that could not be read.
        evidence: for (source, target, kind) of a link, its quotes, best first.
        measured: how well the coder finds each element, pairs and claims.
        no_links: why there are none, in words; shown where there are none.
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
            ),
        }

    _write_page(Path(path), "run.html.j2", view)


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
        against: the network it was held against, in words.
        measured: how well the coder finds claims.

    Raises:
        ValueError: coverage is of another document, or of an element that the framework does not have.
    """

    def view(detail: Detail) -> dict[str, object]:
        return {
            "framework": framework,
            "against": against,
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

    _write_page(Path(path), "check.html.j2", view)


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

    _write_page(Path(path), "compare.html.j2", view)


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

    _write_page(Path(path), "pmc.html.j2", view)


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

    _write_page(Path(path), "agreement.html.j2", view)


def _write_page(path: Path, template: str, view: Callable[[Detail], dict[str, object]]) -> None:
    data = b""
    for detail in DETAILS:
        page = _environment().get_template(template).render(view(detail))
        data = page.translate(_CONTROL).encode("utf-8", "replace")
        if len(data) <= MAX_BYTES:
            break
    write_bytes(data, path)


@cache
def _environment() -> jinja2.Environment:
    here = resources.files(__name__)
    script = (here / "script.js").read_text("utf-8")
    # `</` would end the element early; nothing of a user is in here, but a comment could be.
    if "</" in script:
        raise ValueError("script.js: must not contain '</'")
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("policyloom.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        style=Markup((here / "style.css").read_text("utf-8")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        STATUSES=STATUSES,
    )
    environment.filters.update(
        grouped=lambda n: f"{n:,}",
        count=_count,
        npmi=_two_places,
        expected=_expected,
        figure=_two_places,
        span=_span,
        q=_q,
        statuses=statuses,
        words=_words,
    )
    return environment


def _count(n: int, noun: str, plural: str = "") -> str:
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def _two_places(value: float | None) -> str:
    # The hyphen is not a minus sign, and -0.00 is 0.00.
    return "–" if value is None else f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def _expected(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _span(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{_two_places(interval[0])} to {_two_places(interval[1])}"


def _q(value: float | None) -> str:
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _words(coverage: Coverage) -> str:
    """The counts in words, as a screen reader should say them."""
    if not coverage.is_named:
        return "not found"
    if not coverage.n_sentences:
        return f"no sentence; {_count(coverage.n_elsewhere, 'heading or the like', 'headings or the like')}"
    parts = ", ".join(f"{n} {word}" for _, word, n in statuses(coverage))
    return f"{_count(coverage.n_sentences, 'sentence')}: {parts}"
