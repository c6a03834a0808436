"""A brief of a check: what a decision-maker reads in one or two pages, as Markdown or for a Word file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policyloom.check import CaseLikeness, Checked
from policyloom.framework import Framework
from policyloom.records import Evidence, Finding, Tagged

__all__ = ["Brief", "BriefPart", "Point", "Table", "as_plain", "as_quote", "draft_brief", "make_brief"]

MAX_QUOTE = 220
"""Characters of a quote."""

MAX_ITEMS = 5
"""Points of one part; the others are counted."""

MAX_QUESTIONS = 8

_MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>#|"})


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that the brief says, with its quotes."""

    text: str
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the brief: its heads and its rows."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class BriefPart:
    """A part of the brief: a heading, a line under it, points or a table, and how many points are left out."""

    heading: str
    lead: str = ""
    points: tuple[Point, ...] = ()
    table: Table | None = None
    n_left_out: int = 0
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief, in plain text: its title, what the document was held against, and its parts."""

    title: str
    about: str
    parts: tuple[BriefPart, ...]


def draft_brief(
    tagged: Tagged, checked: Checked, framework: Framework, *, against: str, stress: str = ""
) -> Brief:
    """The brief of a document's check: what is there, missing and promised, what the evidence says, and what to ask.

    Args:
        tagged: the document.
        checked: its check.
        framework: against which it was held.
        against: the corpus it was held against, in words.
        stress: what it stresses more and less than the corpus's documents, in words.
    """
    document = tagged.document
    about = (
        f"Held against “{framework.title}” and {against}. Every quote stands in the document as it is here; what was not found may "
        "still be there."
    )
    parts = (
        _list("What could not be judged", _of(checked, "not-judged", "off-field", "off-field-part")),
        _there(checked, framework),
        _missing(checked, framework),
        _vague(checked, framework),
        _list("What can be held to account", _of(checked, "complete-promise")),
        BriefPart("What it stresses", points=(Point(_in_one_line(stress)),) if stress else ()),
        _evidence(checked),
        _cases(checked.cases, framework),
        _questions(checked, framework),
    )
    kept = tuple(part for part in parts if part.points or part.table)
    return Brief(_in_one_line(document.metadata.title or document.source), _in_one_line(about), kept)


def make_brief(brief: Brief) -> str:
    """A brief as Markdown."""
    lines = [f"# {as_plain(brief.title)}", "", as_plain(brief.about), ""]
    for part in brief.parts:
        lines += [f"## {part.heading}", ""]
        if part.lead:
            lines += [as_plain(part.lead), ""]
        if part.table:
            lines += [f"| {' | '.join(part.table.heads)} |", "|---" * len(part.table.heads) + "|"]
            lines += [f"| {' | '.join(map(as_plain, row))} |" for row in part.table.rows]
        for n, point in enumerate(part.points, 1):
            lines.append(f"{f'{n}.' if part.is_numbered else '-'} {as_plain(point.text)}")
            lines += [f"    - {as_plain(quote)}" for quote in point.quotes]
        if part.n_left_out:
            lines.append(f"- and {part.n_left_out} more, in findings.csv")
        lines.append("")
    return "\n".join(lines)


def _of(checked: Checked, *rules: str) -> list[Finding]:
    return [f for f in checked.findings if f.rule.startswith(rules)]


def _list(heading: str, findings: Sequence[Finding]) -> BriefPart:
    points = tuple(Point(_in_one_line(f.message), _quotes(f)) for f in findings[:MAX_ITEMS])
    return BriefPart(heading, points=points, n_left_out=len(findings) - len(points))


def _quotes(finding: Finding) -> tuple[str, ...]:
    """The first quote of the document and the first two of others."""
    own = [_quote(e) for e in finding.evidence if e.document == finding.document]
    others = [f"{e.document}: {_quote(e)}" for e in finding.evidence if e.document != finding.document]
    return (*own[:1], *others[:2])


def _there(checked: Checked, framework: Framework) -> BriefPart:
    heading = "What is there"
    rows = [
        row
        for row in checked.coverage
        if framework[row.element].kind == "mechanism" and not framework[row.element].parent
    ]
    if not any(row.is_named for row in rows):
        return BriefPart(heading)
    # What stands only in sentences that are probably misread is said to be absent by a finding.
    absent = {finding.subject: finding.evidence for finding in _of(checked, "strategy-absent")}
    score = sum(row.score for row in rows if row.element not in absent)
    lead = (
        f"Coverage {score} of {3 * len(rows)} (each strategy 0 absent or in doubt, 1 named, 2 affirmed or planned, 3 promised "
        "with all that makes it accountable)."
    )
    table = Table(
        ("strategy", "level", "sentences", "best quote"),
        tuple(
            (
                f"{row.element} {framework[row.element].label}",
                "in doubt"
                if absent.get(row.element) or (row.is_named and row.element in absent)
                else row.level,
                str(row.n_sentences),
                next((_quote(best, 120) for best in (*row.evidence, *absent.get(row.element, ()))), ""),
            )
            for row in rows
        ),
    )
    return BriefPart(heading, lead, table=table)


def _missing(checked: Checked, framework: Framework) -> BriefPart:
    """Strategies and outcomes that were not found in one point, and each that is named only as lacking or refused."""
    absent = [
        f"{f.subject} {framework[f.subject].label}" for f in _of(checked, "strategy-absent", "outcome-absent")
    ]
    named = _of(checked, "strategy-only", "challenge-unanswered")
    points = [Point(f"No sure mention was found of {'; '.join(absent)}.")] if absent else []
    points += [Point(_in_one_line(f.message), _quotes(f)) for f in named[:MAX_ITEMS]]
    return BriefPart("What is missing", points=tuple(points), n_left_out=max(0, len(named) - MAX_ITEMS))


def _vague(checked: Checked, framework: Framework) -> BriefPart:
    """The vague promises of each strategy in one point."""
    by_element: dict[str, list[Finding]] = {}
    for finding in _of(checked, "vague-promise"):
        by_element.setdefault(finding.subject, []).append(finding)
    points = tuple(
        Point(
            f"{id} {framework[id].label}: {len(found)} promise{'s' if len(found) > 1 else ''} without a means, a sum or number, a date or "
            "monitoring.",
            tuple(_quote(f.evidence[0]) for f in found[:2] if f.evidence),
        )
        for id, found in sorted(by_element.items(), key=lambda item: (-len(item[1]), item[0]))
    )
    return BriefPart("What is promised without substance", points=points)


def _evidence(checked: Checked) -> BriefPart:
    """What others say of the document's claims; those that are in doubt first, and how sure that is once."""
    findings = _of(checked, "claim-")
    points = []
    for finding in findings[:MAX_ITEMS]:
        said, _, sure = finding.message.partition("; about ")
        points.append(Point(_in_one_line(f"{said.rstrip('.')}."), _quotes(finding)))
    sure = next((f.message.partition("; about ")[2] for f in findings if "; about " in f.message), "")
    lead = f"About {_in_one_line(sure)}" if sure else ""
    return BriefPart(
        "What the evidence says of its claims",
        lead,
        tuple(points),
        n_left_out=max(0, len(findings) - MAX_ITEMS),
    )


def _cases(cases: Sequence[CaseLikeness], framework: Framework) -> BriefPart:
    points = []
    for likeness in cases[:1]:
        shared = ", ".join(f"{s.element} {framework[s.element].label}" for s in likeness.shared)
        lacking = ", ".join(f"{id} {framework[id].label}" for id in likeness.lacking)
        text = (
            f"{likeness.case} {framework[likeness.case].label}: of the {len(likeness.shared) + len(likeness.lacking)} mechanisms told of it, "
            f"the document states {len(likeness.shared)} ({shared})"
            + (f"; it does not state {lacking}." if lacking else ".")
        )
        best = likeness.shared[0]
        quotes = (_quote(best.own), f"{best.other.document}: {_quote(best.other)}")
        points.append(Point(text, quotes))
    return BriefPart("Which case it resembles", points=tuple(points))


_ASK = {
    "strategy-absent": "Is {name} left out on purpose?",
    "strategy-only-lacking": "{name} is said to be missing: what is planned for it?",
    "strategy-only-refused": "{name} is refused: what takes its place?",
    "challenge-unanswered": "What answers {name}?",
    "vague-promise": "Who does what for {name}, with what means, by when, and how is it watched? ({quote})",
    "claim-contested": "On what evidence is it said that {name}?",
    "claim-contradicted": "On what evidence is it said that {name}?",
    "claim-unknown": "On what evidence is it said that {name}?",
}


_ASK_NEAR = "Does {quote} mean {name}, or is it left out on purpose?"
"""What is asked of a strategy that a sentence may well name."""


def _questions(checked: Checked, framework: Framework) -> BriefPart:
    """One question a finding that asks for an answer, of each rule and element one; errors and doubtful claims come first."""
    asked: dict[tuple[str, str], str] = {}
    for finding in sorted(checked.findings, key=lambda f: not f.rule.startswith(("claim-", "challenge-"))):
        if finding.rule in _ASK:
            names = [f"{id} {framework[id].label}" for id in finding.subject.split(">")]
            quote = _quote(finding.evidence[0], 120) if finding.evidence else ""
            is_near = finding.rule == "strategy-absent" and finding.severity == "info"
            ask = _ASK_NEAR if is_near else _ASK[finding.rule]
            question = ask.format(name=" leads to ".join(names), quote=quote)
            asked.setdefault((finding.rule, finding.subject), question)
    questions = list(dict.fromkeys(asked.values()))[:MAX_QUESTIONS]
    return BriefPart("What to ask the authors", points=tuple(map(Point, questions)), is_numbered=True)


def as_quote(evidence: Evidence) -> str:
    """A quote with its page, cut to `MAX_QUOTE`, as Markdown."""
    return as_plain(_quote(evidence))


def as_plain(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    return _in_one_line(text).translate(_MARKUP)


def _quote(evidence: Evidence, length: int = MAX_QUOTE) -> str:
    words = _in_one_line(evidence.quote).lstrip("•·*– ")
    if len(words) > length:
        words = words[:length].rstrip() + " […]"
    page = f" (p. {evidence.page})" if evidence.page else ""
    return f"“{words}”{page}"


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
