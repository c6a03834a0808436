"""Reports: one self-contained HTML page of a run, and one of a single check.

The pages load nothing from anywhere, work without JavaScript, and escape every word that comes from a
document. The same input gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

import jinja2
from markupsafe import Markup

from policyloom.framework import Framework
from policyloom.records import Coverage, Evidence, Failure, Finding
from policyloom.report.arrange import LIMITS, check_view, run_view
from policyloom.report.rows import ClaimRow, DocumentRow, Known, LinkRow, RowKind
from policyloom.report.views import STATUSES, Limits, statuses

__all__ = [
    "ClaimRow",
    "DocumentRow",
    "Known",
    "LinkRow",
    "RowKind",
    "write_check_report",
    "write_run_report",
]

MAX_BYTES = 4_500_000
"""A larger page is written again with fewer and shorter quotes: browsers on a laptop get slow."""

# What PDFs leave in text and HTML forbids; tab and newline stay.
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160), 0xFFFE, 0xFFFF])


def write_run_report(
    path: str | Path,
    *,
    title: str,
    framework: Framework,
    documents: Sequence[DocumentRow],
    coverage: Sequence[Coverage],
    links: Sequence[LinkRow],
    findings: Sequence[Finding],
    failures: Sequence[Failure],
    evidence: Mapping[tuple[str, str, str], Sequence[Evidence]],
    settings: Mapping[str, str],
) -> None:
    """Write the page of a run, replacing `path` only when it is whole.

    Args:
        path: the HTML file; its folder must exist.
        title: what the page is called.
        framework: what was looked for.
        documents: those that were read, in any order.
        coverage: at most one for each document and element; those of outermost elements fill the matrix,
            the others are listed under their document.
        links: over all documents, in any order.
        findings: of all documents, in any order.
        failures: the files that could not be read.
        evidence: for (source, target, kind) of a link, its quotes, best first.
        settings: shown as given; the entry `caution`, if there is one, is shown as a remark.

    Raises:
        ValueError: coverage names a document or element that is not there, or two documents share an id.
    """

    def view(limits: Limits) -> dict[str, object]:
        return {
            "title": title,
            "framework": framework,
            "settings": {k: v for k, v in settings.items() if k.lower() != "caution"},
            "cautions": [v for k, v in settings.items() if k.lower() == "caution"],
            "limits": limits,
            **run_view(
                framework=framework,
                documents=documents,
                coverage=coverage,
                links=links,
                evidence=evidence,
                findings=findings,
                failures=failures,
                limits=limits,
            ),
        }

    _write_page(Path(path), "run.html.j2", view)


def write_check_report(
    path: str | Path,
    *,
    framework: Framework,
    document: DocumentRow,
    coverage: Sequence[Coverage],
    findings: Sequence[Finding],
    claims: Sequence[ClaimRow],
    against: str,
) -> None:
    """Write the page of one document's check, replacing `path` only when it is whole.

    Args:
        path: the HTML file; its folder must exist.
        framework: what the document was held against.
        document: the document.
        coverage: of its elements, outermost and parts; those that are missing count as not found.
        findings: what the check has to say.
        claims: the document's claims and what the network knows of each.
        against: the network it was held against, in words.

    Raises:
        ValueError: coverage is of another document, or of an element that the framework does not have.
    """

    def view(limits: Limits) -> dict[str, object]:
        return {
            "framework": framework,
            "against": against,
            "limits": limits,
            **check_view(
                framework=framework,
                document=document,
                coverage=coverage,
                findings=findings,
                claims=claims,
                limits=limits,
            ),
        }

    _write_page(Path(path), "check.html.j2", view)


def _write_page(path: Path, template: str, view: Callable[[Limits], dict[str, object]]) -> None:
    data = b""
    for limits in LIMITS:
        page = _environment().get_template(template).render(view(limits))
        data = page.translate(_CONTROL).encode("utf-8", "replace")
        if len(data) <= MAX_BYTES:
            break
    half = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        half.write_bytes(data)
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


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
        grouped=lambda n: f"{n:,}", count=_count, npmi=_npmi, q=_q, statuses=statuses, words=_words
    )
    return environment


def _count(n: int, noun: str, plural: str = "") -> str:
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def _npmi(value: float | None) -> str:
    if value is None:
        return "–"
    # The hyphen is not a minus sign, and -0.00 is 0.00.
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def _q(value: float | None) -> str:
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _words(coverage: Coverage) -> str:
    """The counts in words, as a screen reader should say them."""
    parts = ", ".join(f"{n} {word}" for _, word, n in statuses(coverage))
    return f"{_count(coverage.n, 'sentence')}: {parts}" if parts else "not found"
