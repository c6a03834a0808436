"""The decisions of people that a run keeps, so that they hold after each rerun.

They lie in the run's mark, beside the results that coders made, and are applied whenever results are read back. So a
decision never makes a document be read or coded anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policyloom.errors import RunError
from policyloom.files import open_table, write_bytes
from policyloom.framework import Framework
from policyloom.learn.decided import DecisionResult, apply_decisions
from policyloom.learn.decisions import Decision
from policyloom.records import Tagged, from_json, to_json
from policyloom.run.folder import MARK

__all__ = [
    "DECISIONS_TABLE",
    "Decisions",
    "read_decisions_of",
    "unfit_in_words",
    "write_decisions_of",
    "write_decisions_table",
]

DECISIONS_FILE = "decisions.jsonl"
DECISIONS_TABLE = "decisions.csv"
"""What a run with decisions writes besides: a row a decision, with what became of it."""

COLUMNS = (
    "document", "person", "action", "element", "decided_element", "status", "quote", "target", "target_quote", "sentence",
    "problem",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions that a run keeps, by the document's id, with the framework of the run."""

    by_document: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)
    framework: Framework | None = None

    @property
    def n_decisions(self) -> int:
        """How many there are."""
        return sum(map(len, self.by_document.values()))

    @property
    def people(self) -> list[str]:
        """Who decided."""
        return sorted({decision.by for rows in self.by_document.values() for decision in rows})

    def __iter__(self) -> Iterator[Decision]:
        for id in sorted(self.by_document):
            yield from self.by_document[id]

    def sign(self) -> str:
        """A hash of the decisions; empty where there are none."""
        data = b"\n".join(to_json(decision) for decision in self)
        return hashlib.sha256(data).hexdigest() if data else ""

    def decide(self, tagged: Tagged) -> Tagged:
        """A document as people decided it."""
        return self._apply(tagged)[0]

    def results(self, documents: Iterable[Tagged]) -> list[DecisionResult]:
        """What becomes of each decision, given the documents as coders left them; some documents may be missing."""
        found = {one.document.id: self._apply(one)[1] for one in documents}
        lost = "its document is not in the run"
        return [
            result
            for id in sorted(self.by_document)
            for result in found.get(id, [DecisionResult(decision, lost) for decision in self.by_document[id]])
        ]

    def _apply(self, tagged: Tagged) -> tuple[Tagged, tuple[DecisionResult, ...]]:
        rows = self.by_document.get(tagged.document.id, ())
        if not rows or self.framework is None:
            return tagged, ()
        return apply_decisions(tagged, rows, self.framework)


def read_decisions_of(folder: str | Path, framework: Framework) -> Decisions:
    """The decisions that a run keeps.

    Raises:
        RunError: they cannot be read.
    """
    path = Path(folder) / MARK / DECISIONS_FILE
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Decisions(framework=framework)
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: cannot be read ({error}); give the decisions again with --apply") from error
    by_document: dict[str, list[Decision]] = {}
    for number, line in enumerate(filter(None, text.split("\n")), 1):
        try:
            decision = from_json(Decision, line)
        except ValueError as error:
            raise RunError(
                f"{path}, line {number}: is no decision ({error}); remove the file and give the decisions again with --apply"
            ) from error
        by_document.setdefault(decision.document, []).append(decision)
    return Decisions({id: tuple(rows) for id, rows in sorted(by_document.items())}, framework)


def write_decisions_of(folder: str | Path, decisions: Iterable[Decision]) -> None:
    """Keeps decisions with a run, instead of those that were kept before."""
    lines = b"".join(to_json(decision) + b"\n" for decision in decisions)
    write_bytes(lines, Path(folder) / MARK / DECISIONS_FILE)


def unfit_in_words(results: Iterable[DecisionResult]) -> list[str]:
    """The decisions that no longer fit, each with who decided, what, and why it does not fit."""
    return [
        f"{result.decision.document}: {result.decision.by}: {result.decision.words}: {result.problem}"
        for result in results
        if result.problem
    ]


def write_decisions_table(results: Iterable[DecisionResult], path: str | Path) -> None:
    """Writes who decided what, and what of it no longer fits."""
    with open_table(path, COLUMNS) as add:
        add(_row(result) for result in results)


def _row(result: DecisionResult) -> dict[str, object]:
    decision = result.decision
    target = decision.target
    is_kept = decision.action != "reject" and target is None
    return {
        "document": decision.document,
        "person": decision.by,
        "action": decision.action,
        "element": decision.mention.element,
        "decided_element": decision.decided_element if is_kept else "",
        "status": decision.status if is_kept else "",
        "quote": decision.mention.quote,
        "target": target.element if target else "",
        "target_quote": target.quote if target else "",
        "sentence": decision.sentence,
        "problem": result.problem,
    }
