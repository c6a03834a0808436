"""What people decided about a run's mentions and links.

A file of decisions is a file of labels (`policyloom.learn.labels`), a sentence a line, whose lines have two keys more:
`coder`, who decided, and `decisions`. `policyloom.learn.decided` applies decisions to a document.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from policyloom.errors import LabelsError
from policyloom.files import decode
from policyloom.framework import Framework
from policyloom.learn.labels import check_framework
from policyloom.records import Status, from_json

__all__ = [
    "Action",
    "Decision",
    "Place",
    "merge_decisions",
    "read_decisions",
]

MAX_NAME = 80
"""Characters of a person's name."""

Action = Literal["accept", "reject", "change", "add", "withdraw"]


@dataclass(frozen=True, slots=True)
class Place:
    """Words of a document and the element that they were found, or said, to name; `[start, end)` as in `Document.text`."""

    start: int
    end: int
    element: str
    quote: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"[{self.start}, {self.end}) is empty or not a span")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a mention, or about the link between two.

    Attributes:
        document: its id.
        sentence: the sentence, verbatim.
        at: where the sentence began in the document's text.
        action: `accept` keeps what was found, `reject` removes it, `change` gives a mention another element or status,
            `add` states what was not found, `withdraw` takes an earlier decision back.
        mention: the mention, with the element that was found; of a link, its mechanism.
        target: of a link, its outcome or challenge; None for a decision about a mention.
        element: the element that the mention names; empty where it is that of `mention`.
        status: its status; None for a link, and where the mention is rejected.
        by: the person's name.
    """

    document: str
    sentence: str
    at: int
    action: Action
    mention: Place
    target: Place | None = None
    element: str = ""
    status: Status | None = None
    by: str = ""

    @property
    def subject(self) -> tuple[object, ...]:
        """What it is about; of two decisions about the same, the later one holds."""
        return self.document, self.mention, self.target

    @property
    def decided_element(self) -> str:
        """The element that the mention names by this decision."""
        return self.element or self.mention.element

    @property
    def words(self) -> str:
        """The decision in words."""
        about = f"{self.mention.element} “{self.mention.quote}”"
        if self.target is not None:
            return f"{self.action} link {about} > {self.target.element} “{self.target.quote}”"
        new = f" to {self.decided_element} {self.status}" if self.action == "change" else ""
        return f"{self.action} {about}{new}"


@dataclass(frozen=True, slots=True)
class _Said:
    """A decision as a line of the file has it."""

    action: Action
    mention: Place
    target: Place | None = None
    element: str = ""
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    id: str
    doc: str
    text: str
    at: int = -1
    coder: str = ""
    framework: str = ""
    decisions: tuple[_Said, ...] = ()


def read_decisions(path: str | Path, framework: Framework) -> tuple[Decision, ...]:
    """The decisions of a file that the review page wrote, in the file's order.

    Raises:
        LabelsError: the file cannot be read, holds no decision, is of another framework, or a line is wrong; the text
            names the line.
    """
    path = Path(path)
    try:
        text = decode(path.read_bytes())
    except OSError as error:
        raise LabelsError(f"{path}: cannot be opened ({error.strerror or error})") from error
    except ValueError as error:
        raise LabelsError(f"{path}: {error}") from error
    found: list[Decision] = []
    # Not splitlines: JSON may hold U+2028 and the like as they are.
    for number, row in enumerate(text.split("\n"), 1):
        where = f"{path}, line {number}"
        if not row.strip():
            continue
        try:
            line = from_json(_Line, row)
        except ValueError as error:
            raise LabelsError(f"{where}: is no line of a review page's file ({error})") from error
        check_framework(line.framework, framework, where)
        name = " ".join(line.coder.split())
        if line.decisions and not 0 < len(name) <= MAX_NAME:
            raise LabelsError(
                f"{where}: “coder” must say who decided, in at most {MAX_NAME} characters; write your name into the "
                "review page and save again"
            )
        found += [_checked(line, said, name, where) for said in line.decisions]
    if not found:
        raise LabelsError(
            f"{path}: holds no decision about a mention or link; labels alone, as from blind coding, go to `policyloom "
            "agreement`, `estimate` or `train`"
        )
    return tuple(found)


def _checked(line: _Line, said: _Said, by: str, where: str) -> Decision:
    if said.target is None and said.action in ("accept", "change", "add") and said.status is None:
        raise LabelsError(f"{where}: the decision to {said.action} {said.mention.quote!r} has no status")
    if said.target is not None and said.action == "change":
        raise LabelsError(f"{where}: a link is accepted, rejected, added or withdrawn, not changed")
    return Decision(
        line.doc, line.text, line.at, said.action, said.mention, said.target, said.element, said.status, by
    )


def merge_decisions(
    earlier: Iterable[Decision], later: Iterable[Decision]
) -> tuple[tuple[Decision, ...], tuple[tuple[Decision, Decision], ...]]:
    """The decisions that hold, by document and place, and those of another person that were overruled.

    Of two decisions about the same, the later one holds; `withdraw` takes one away.

    Returns:
        the decisions, and pairs of an earlier decision and the later one of another person that differs.
    """
    held = {decision.subject: decision for decision in earlier}
    overruled = []
    for decision in later:
        before = held.pop(decision.subject, None)
        if before is not None and before.by != decision.by and _says(before) != _says(decision):
            overruled.append((before, decision))
        if decision.action != "withdraw":
            held[decision.subject] = decision
    return tuple(sorted(held.values(), key=_order)), tuple(overruled)


def _says(decision: Decision) -> tuple[object, ...]:
    return decision.action == "reject", decision.decided_element, decision.status


def _order(decision: Decision) -> tuple[object, ...]:
    target = decision.target
    ends = (target.start, target.end, target.element) if target is not None else (-1, -1, "")
    mention = decision.mention
    return decision.document, target is not None, mention.start, mention.end, mention.element, ends
