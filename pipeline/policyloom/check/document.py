"""Hold a document against a framework, and against the documents of a corpus."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from policyloom.check.case import Case
from policyloom.check.cases import CaseLikeness, compare_cases
from policyloom.check.challenges import find_challenges
from policyloom.check.claims import ClaimCheck, Knowledge, check_claims
from policyloom.check.coverage import cover
from policyloom.check.nearest import find_nearest
from policyloom.check.promises import find_promises
from policyloom.check.rules import RULE_NAMES, RULES, Rule, find_off_field, find_unread_parts
from policyloom.errors import FrameworkError
from policyloom.framework import Framework
from policyloom.records import Coverage, Finding, Measured, Promise, Severity, Tagged
from policyloom.records.show import counted, cut, html_table

__all__ = ["Checked", "check"]

WORST_FIRST: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Checked:
    """The results of a check: coverage of every element, findings by severity, the promises, the claims and the cases it resembles."""

    document: str
    coverage: tuple[Coverage, ...]
    findings: tuple[Finding, ...]
    claims: tuple[ClaimCheck, ...]
    promises: tuple[Promise, ...] = ()
    cases: tuple[CaseLikeness, ...] = ()

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
    same_text: Collection[str] = (),
    rules: Sequence[Rule] = (),
) -> Checked:
    """A document held against a framework and, where given, a corpus.

    Args:
        tagged: the document.
        framework: with which it was tagged; its `checks` switch rules off and say what a promise needs.
        network: a corpus's network; where the document is one of its own, only the others count.
        measured: how well the coder finds each element, as `Coder.measured` says; findings of absence state it.
        same_text: the ids of the corpus's copies and versions of the document, which do not count either.
        rules: rules of your own, besides `RULES`; `policyloom.check.rules` shows how one looks.

    Returns:
        Coverage of every outcome, challenge, mechanism and case in the framework's order; findings, worst first;
        claims in order of their elements; promises in order of the text; the cases that it resembles, best first.

    Raises:
        ValueError: a mention names an element that the framework does not have.
        FrameworkError: the framework switches off a rule that there is not.
    """
    unknown = [name for name in framework.checks.off if name not in RULE_NAMES]
    if unknown and not rules:
        raise FrameworkError(
            f"checks, off: there is no rule {unknown[0]!r}; the rules are {', '.join(RULE_NAMES)}"
        )
    promises = find_promises(tagged, framework)
    coverage = cover(tagged, framework, promises)
    claims = check_claims(tagged, framework, network, same_text=same_text)
    absent = [
        row.element for row in coverage if not row.is_named and framework.top(row.element) == row.element
    ]
    case = Case(
        tagged,
        framework,
        {row.element: row for row in coverage},
        promises,
        claims,
        network is not None,
        find_nearest(tagged, framework, absent),
        find_challenges(tagged, framework),
        measured or Measured(),
    )
    if not tagged.is_judged:
        chosen: Sequence[Rule] = (find_unread_parts,)
    elif case.is_off_field:
        # Each element would get a finding of its own.
        chosen = (find_unread_parts, find_off_field)
    else:
        chosen = (find_unread_parts, find_off_field, *RULES, *rules)
    findings = [f for rule in chosen for f in rule(case) if f.rule not in framework.checks.off]
    findings.sort(key=lambda finding: WORST_FIRST.index(finding.severity))
    cases = (
        compare_cases(tagged, framework, coverage, network, same_text=same_text) if len(chosen) > 2 else ()
    )
    return Checked(tagged.document.id, coverage, tuple(findings), claims, promises, cases)
