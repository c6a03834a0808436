"""Decide in what status a mention stands: affirmed, planned, lacking or negated.

The method is ConText's (Harkema et al. 2009, doi 10.1016/j.jbi.2009.05.002): a cue has a direction and a
scope that clause boundaries cut, and the strongest cue whose scope holds the mention decides. Instructions,
infinitives of purpose and headings come after the cues.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from policyloom.records import BlockKind, MentionKind, Status
from policyloom.tag.cues import Cue, Cues

__all__ = ["Clause", "decide_status"]

TokenSpan = tuple[int, int]

_RANK: dict[Status, int] = {"negated": 0, "lacking": 1, "planned": 2, "affirmed": 3}
_DONE = frozenset("has have had was were did been".split())
_OPENERS = frozenset("•-–—*()[].,:;▪●")
_ORDINALS = frozenset(
    "first second third firstly secondly thirdly fourthly fifthly finally lastly next also further furthermore".split()
)
_NO_OBJECT = frozenset("of for from in is are was were to by at with and or , has have can may".split())
_TO_REACH = 18
"""Words that an infinitive of purpose reaches over."""


@dataclass(slots=True)
class Clause:
    """A sentence ready for deciding: its lower-case tokens, cues, and where it stands.

    `ends` are the tokens at which a clause ends, `first` the one after list marks and the like.
    """

    forms: Sequence[str]
    cues: Cues
    kind: BlockKind = "paragraph"
    heading: Status | None = None
    found: list[Cue] = field(init=False)
    hedged: bool = field(init=False)
    ends: list[int] = field(init=False)
    first: int = field(init=False)

    def __post_init__(self) -> None:
        self.found, self.hedged = self.cues.find(self.forms)
        self.ends = [i for i, form in enumerate(self.forms) if form in self.cues.ends]
        self.first = 0
        for i, form in enumerate(self.forms[:6]):
            following = self.forms[i + 1] if i + 1 < len(self.forms) else ""
            # "(a)", "1.", "•", "Thirdly,", "Recommendation 4:" stand before the first word.
            if (
                form in _OPENERS
                or form.isdigit()
                or (len(form) <= 3 and following == ")")
                or (form in _ORDINALS and following == ",")
                or following == ":"
                or (following.isdigit() and self.forms[i + 2 : i + 3] == [":"])
            ):
                self.first = i + 1
            else:
                break

    def parted(self, left: int, right: int) -> bool:
        """Whether a clause ends between tokens `left` and `right`."""
        return any(left <= end < right for end in self.ends)

    def opens_with_instruction(self) -> Cue | None:
        """The bare verb, or in a list the -ing form, that opens the sentence as an instruction or aim."""
        at = self.first
        if at >= len(self.forms):
            return None
        form, following = self.forms[at], self.forms[at + 1] if at + 1 < len(self.forms) else ""
        bare = form in self.cues.verbs and following not in _NO_OBJECT
        listed = form in self.cues.gerunds and (
            self.kind == "list_item" or (not self.is_done() and not self._finite())
        )
        return Cue(at, at + 1, "forward", 1_000, "planned") if bare or listed else None

    def purposes(self) -> list[Cue]:
        """The infinitives of purpose ("to raise quality")."""
        found = []
        for i, form in enumerate(self.forms[:-1]):
            if form != "to" or (i and self.forms[i - 1] in self.cues.fact_before_to):
                continue
            following = self.forms[i + 1]
            if (
                i == self.first
                or following in self.cues.verbs
                or (
                    following.endswith("ly")
                    and self.forms[i + 2 : i + 3]
                    and self.forms[i + 2] in self.cues.verbs
                )
            ):
                found.append(Cue(i, i + 2, "forward", _TO_REACH, "planned"))
        return found

    def is_done(self) -> bool:
        """Whether the sentence speaks of what has been."""
        return any(form in _DONE for form in self.forms)

    def is_item(self) -> bool:
        """Whether it is an item of a list, or words without a verb, and leaves to its heading what it is an item of.

        A whole sentence says itself what is planned.
        """
        if self.kind == "heading" or self.is_done():
            return False
        return self.kind == "list_item" or not (
            self._finite()
            or any(
                form in self.cues.verbs and self.forms[i - 1] != "to"
                for i, form in enumerate(self.forms)
                if i > self.first
            )
        )

    def _finite(self) -> bool:
        return any(
            form in ("is", "are", "can", "may", "will", "should", "must", "helps", "leads", "improves")
            for form in self.forms
        )


def decide_status(span: TokenSpan, kind: MentionKind, clause: Clause) -> tuple[Status, TokenSpan | None]:
    """The status of the mention at these tokens, and the tokens of the cue that decided it.

    A challenge names a lack itself, so it is affirmed unless it is denied or expected; cases and actors are
    always affirmed.
    """
    if kind in ("case", "actor", "entity"):
        return "affirmed", None
    hits = [
        (cue, _distance(cue, span))
        for cue in clause.found
        if cue.status and cue.only in (None, kind) and _reaches(cue, span, clause)
    ]
    if kind == "challenge":
        # Its own words may hold a "not" that makes it a challenge.
        hits = [
            (c, n)
            for c, n in hits
            if c.only == kind and not _touches(c, span) and not _answered(c, span, clause)
        ]
        return _best(hits) if hits else ("affirmed", None)
    start = span[0]
    hits += [
        (cue, _distance(cue, span))
        for cue in clause.purposes()
        # The verb may open the mention itself: "to [raise skills]".
        if cue.start < start + 1 and start - cue.end <= cue.reach and not clause.parted(cue.end, start)
    ]
    instruction = clause.opens_with_instruction()
    if instruction and not clause.parted(instruction.end, start):
        hits.append((instruction, 1_000))
    if hits:
        return _best(hits)
    lacks = [cue for cue in clause.found if cue.status == "lacking"]
    if clause.heading == "lacking" and lacks:
        return "lacking", (lacks[0].start, lacks[0].end)
    if clause.heading == "planned" and clause.is_item():
        return "planned", None
    return "affirmed", None


def _answered(cue: Cue, span: TokenSpan, clause: Clause) -> bool:
    """Whether the sentence does something about a challenge after the cue: "will [address] the shortage"."""
    return any(
        c.claim == "answers" and c.direction == "forward" and cue.end <= c.start < span[1]
        for c in clause.found
    )


def _best(hits: Sequence[tuple[Cue, int]]) -> tuple[Status, TokenSpan]:
    cue, _ = min(hits, key=lambda hit: (_RANK[hit[0].status or "affirmed"], hit[1], hit[0].start))
    return cue.status or "affirmed", (cue.start, cue.end)


def _distance(cue: Cue, span: TokenSpan) -> int:
    return max(0, span[0] - cue.end, cue.start - span[1])


def _touches(cue: Cue, span: TokenSpan) -> bool:
    return cue.start < span[1] and span[0] < cue.end


def _reaches(cue: Cue, span: TokenSpan, clause: Clause) -> bool:
    start, end = span
    if _touches(cue, span):
        # A cue within the mention's own words decides as one before it: "teachers [shall] go to enterprises".
        return True
    if cue.direction == "forward" and cue.end <= start:
        return start - cue.end <= cue.reach and not clause.parted(cue.end, start)
    if cue.direction == "backward" and end <= cue.start:
        return cue.start - end <= cue.reach and not clause.parted(end, cue.start)
    return False
