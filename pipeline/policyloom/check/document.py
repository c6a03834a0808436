"""Hold a document against a framework, and against the documents of a corpus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policyloom.check.claims import ClaimCheck, Knowledge, check_claims
from policyloom.check.coverage import cover
from policyloom.check.rules import RULES, Case, Rule, find_nothing_found, find_unread_parts
from policyloom.framework import Framework
from policyloom.records import Coverage, Finding, Measured, Severity, Tagged
from policyloom.records.show import counted, cut, html_table

__all__ = ["Checked", "check"]

WORST_FIRST: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Checked:
    """The results of a check: coverage of every element, findings by severity, and the claims."""

    document: str
    coverage: tuple[Coverage, ...]
    findings: tuple[Finding, ...]
    claims: tuple[ClaimCheck, ...]

    def __repr__(self) -> str:
        counts = [counted(len(self.findings), "finding"), f"{sum(c.is_named for c in self.coverage):,} of "]
        counts[1] += f"{counted(len(self.coverage), 'element')} named"
        return f"<Checked {cut(self.document)}: {', '.join([*counts, counted(len(self.claims), 'claim')])}>"

    def _repr_html_(self) -> str:
        rows = ((f.severity, f.rule, f.subject, cut(f.message, 300)) for f in self.findings)
        return html_table(repr(self), ("severity", "rule", "subject", "message"), rows, len(self.findings))


def check(
    tagged: Tagged,
    framework: Framework,
    network: Knowledge | None = None,
    *,
    measured: Measured | None = None,
) -> Checked:
    """A document held against a framework and, where given, a corpus.

    Args:
        tagged: the document.
        framework: with which it was tagged.
        network: a corpus's network; where the document is one of its own, only the others count.
        measured: how well the coder finds each element, as `Coder.measured` says; findings of absence state it.

    Returns:
        Coverage of every outcome, challenge, mechanism and case in the framework's order; findings, worst first;
        claims in order of their elements.

    Raises:
        ValueError: a mention names an element that the framework does not have.
    """
    coverage = cover(tagged, framework)
    claims = check_claims(tagged, framework, network)
    case = Case(
        tagged,
        framework,
        {row.element: row for row in coverage},
        claims,
        network is not None,
        measured or Measured(),
    )
    if not tagged.is_judged:
        rules: Sequence[Rule] = (find_unread_parts,)
    elif any(row.is_named for row in coverage):
        rules = (find_unread_parts, *RULES)
    else:
        # Each element would get a finding of its own.
        rules = (find_unread_parts, find_nothing_found)
    findings = [finding for rule in rules for finding in rule(case)]
    findings.sort(key=lambda finding: WORST_FIRST.index(finding.severity))
    return Checked(tagged.document.id, coverage, tuple(findings), claims)
