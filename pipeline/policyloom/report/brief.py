"""A brief of a check, in Markdown: what a decision-maker reads in two pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policyloom.check import Checked
from policyloom.framework import Framework
from policyloom.records import Evidence, Finding, Tagged

__all__ = ["as_plain", "as_quote", "make_brief"]

MAX_QUOTE = 220
"""Characters of a quote."""

MAX_ITEMS = 8
"""Findings of one kind; the others are counted."""

_MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>#|"})


def make_brief(tagged: Tagged, checked: Checked, framework: Framework, *, against: str) -> str:
    """The brief of a document's check: what is there, what is missing, what is promised, what the evidence says, what to ask.

    Args:
        tagged: the document.
        checked: its check.
        framework: against which it was held.
        against: the corpus it was held against, in words.
    """
    document = tagged.document
    lines = [
        f"# {as_plain(document.metadata.title or document.source)}", "",
        f"Held against “{as_plain(framework.title)}” and {as_plain(against)}. Every quote stands in the document as it is here; what was "
        "not found may still be there.", "",
    ]  # fmt: skip
    for title, body in (
        (
            "What could not be judged",
            _list(_of(checked, "not-judged", "off-field", "off-field-part")),
        ),
        ("What is there", _there(checked, framework)),
        (
            "What is missing",
            _list(_of(checked, "strategy-", "challenge-unanswered", "outcome-absent")),
        ),
        ("What is promised without substance", _list(_of(checked, "vague-promise"))),
        ("What can be held to account", _list(_of(checked, "complete-promise"))),
        ("What the evidence says of its claims", _list(_of(checked, "claim-"))),
        ("What to ask the authors", _questions(checked, framework)),
    ):
        told = list(body)
        if told:
            lines += [f"## {title}", "", *told, ""]
    return "\n".join(lines)


def _of(checked: Checked, *rules: str) -> list[Finding]:
    return [f for f in checked.findings if f.rule.startswith(rules)]


def _there(checked: Checked, framework: Framework) -> Iterator[str]:
    rows = [
        row
        for row in checked.coverage
        if framework[row.element].kind == "mechanism" and not framework[row.element].parent
    ]
    if not any(row.is_named for row in rows):
        return
    total, best = sum(row.score for row in rows), 3 * len(rows)
    yield f"Coverage {total} of {best} (each strategy 0 absent, 1 named, 2 affirmed or planned, 3 promised with all that makes it accountable)."
    yield ""
    yield "| strategy | level | sentences | best quote |"
    yield "|---|---|---|---|"
    for row in rows:
        quote = as_quote(row.evidence[0]) if row.evidence else ""
        yield f"| {row.element} {as_plain(framework[row.element].label)} | {row.level} | {row.n_sentences} | {quote} |"


def _list(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings[:MAX_ITEMS]:
        yield f"- {as_plain(finding.message)}"
        own = [e for e in finding.evidence if e.document == finding.document]
        others = [e for e in finding.evidence if e.document != finding.document]
        yield from (f"    - {as_quote(quote)}" for quote in own[:2])
        yield from (f"    - {as_plain(quote.document)}: {as_quote(quote)}" for quote in others[:2])
    if len(findings) > MAX_ITEMS:
        yield f"- and {len(findings) - MAX_ITEMS} more, in findings.csv"


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


def _questions(checked: Checked, framework: Framework) -> Iterator[str]:
    asked = []
    for finding in checked.findings:
        if finding.rule in _ASK:
            names = [f"{id} {framework[id].label}" for id in finding.subject.split(">")]
            quote = as_quote(finding.evidence[0]) if finding.evidence else ""
            asked.append(_ASK[finding.rule].format(name=as_plain(" leads to ".join(names)), quote=quote))
    yield from _numbered(dict.fromkeys(asked))


def _numbered(items: Iterable[str]) -> Iterator[str]:
    every = list(items)
    yield from (f"{n}. {item}" for n, item in enumerate(every[: 2 * MAX_ITEMS], 1))


def as_quote(evidence: Evidence) -> str:
    """A quote with its page, cut to `MAX_QUOTE`."""
    words = " ".join(evidence.quote.split())
    if len(words) > MAX_QUOTE:
        words = words[:MAX_QUOTE].rstrip() + " […]"
    page = f" (p. {evidence.page})" if evidence.page else ""
    return f"“{as_plain(words)}”{page}"


def as_plain(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    return " ".join(text.split()).translate(_MARKUP)
