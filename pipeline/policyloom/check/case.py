"""What the rules of a check look at, and how they word what was not found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from policyloom.check.challenges import Challenge
from policyloom.check.claims import ClaimCheck
from policyloom.check.commitment import MIN_PROBABILITY
from policyloom.check.coverage import N_QUOTES
from policyloom.check.nearest import find_near
from policyloom.framework import Framework
from policyloom.network.counting import counted_mentions, is_off_field
from policyloom.records import Coverage, Evidence, Finding, Measured, Promise, Severity, Tagged

__all__ = [
    "MIN_OFF_FIELD_PART",
    "MIN_TOLD_SHARE",
    "Case",
    "Naming",
    "count_sentences",
]

MIN_TOLD_SHARE = 0.02
"""Share of a document that could not be read from which findings state it."""

MIN_OFF_FIELD_PART = 0.1
"""Share of the text that is of another field from which a document of the field is said to have such a part."""

MAX_SHARE_WITH_RECALL = 0.2
"""Share of a document that could not be read from which no recall is stated: it was measured on text that was read."""


@dataclass(frozen=True, slots=True)
class Naming:
    """The sentences that name a mechanism, by index.

    Attributes:
        stated: that affirm or plan it.
        lacking: that say it is missing or weak, or affirm a challenge that it answers and the mechanism with it.
        refused: that refuse, end or deny it.
        doubtful: of which it is less probable than `MIN_PROBABILITY` that they name it.
        n_elsewhere: surer mentions in headings and the like.
    """

    stated: frozenset[int]
    lacking: frozenset[int]
    refused: frozenset[int]
    doubtful: frozenset[int]
    n_elsewhere: int


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule looks at: a document, its coverage by element, its promises, its claims, whether there is a corpus, the
    passages nearest to each element that was not found, its challenges, and how well its coder finds each.
    """

    tagged: Tagged
    framework: Framework
    coverage: dict[str, Coverage]
    promises: Sequence[Promise]
    claims: Sequence[ClaimCheck]
    has_corpus: bool
    nearest: dict[str, tuple[Evidence, ...]]
    challenges: Sequence[Challenge] = ()
    measured: Measured = field(default_factory=Measured)

    @property
    def is_off_field(self) -> bool:
        """Whether the document is of another field, so that nothing is said of it."""
        return is_off_field(self.tagged, self.framework)

    @property
    def naming(self) -> list[int]:
        """The sentences, headings and cells that name an element other than an actor, by index, in order."""
        counted = counted_mentions(self.tagged, self.framework)
        return sorted({mention.sentence for mention, _ in counted if mention.kind != "actor"})

    def naming_of(self, id: str) -> Naming:
        """How sentences name an outermost mechanism, as far as their readings can be relied on."""
        complaints = {
            quote.start
            for challenge in self.challenges
            if id in challenge.linked
            for quote in challenge.named
        }
        lacking, refused, stated, doubtful = set(), set(), set(), set()
        n_elsewhere = 0
        for mention, smallest in counted_mentions(self.tagged, self.framework):
            if mention.kind == "actor" or self.framework.top(mention.label) != id:
                continue
            start = self.tagged.sentences[mention.sentence].start
            if mention.probability < MIN_PROBABILITY:
                doubtful.add(mention.sentence)
            elif smallest != "sentence":
                n_elsewhere += 1
            elif mention.status == "negated":
                refused.add(mention.sentence)
            elif mention.status == "lacking" or (mention.status == "affirmed" and start in complaints):
                lacking.add(mention.sentence)
            else:
                stated.add(mention.sentence)
        return Naming(
            frozenset(stated), frozenset(lacking), frozenset(refused), frozenset(doubtful), n_elsewhere
        )

    def finding(
        self,
        rule: str,
        severity: Severity,
        subject: str,
        message: str,
        evidence: Iterable[Evidence] = (),
        nearest: tuple[Evidence, ...] = (),
    ) -> Finding:
        """A finding on this document, with at most `N_QUOTES` quotes of its own and twice as many of others."""
        # A sentence that names a challenge and its answer is quoted once.
        every = tuple(dict.fromkeys(evidence))
        own = [quote for quote in every if quote.document == self.tagged.document.id]
        others = [quote for quote in every if quote.document != self.tagged.document.id]
        quotes = (*own[:N_QUOTES], *others[: 2 * N_QUOTES])
        return Finding(self.tagged.document.id, rule, severity, subject, message, quotes, nearest)

    def absent(self, rule: str, severity: Severity, id: str) -> Finding:
        """The finding that an element was not found, with the passages that come nearest to it."""
        return self.finding(rule, severity, id, self._not_found(id), nearest=self.nearest.get(id, ()))

    def nearly_named(self, rule: str, id: str, sentences: Iterable[int]) -> Finding:
        """The note that an element was not surely found, with the sentences that may well name it."""
        message = f"No sure mention of {self.name(id)} was found; what is quoted may well name it{self.unread}{self._other_field}."
        quotes = map(self.tagged.evidence_at, sentences)
        return self.finding(rule, "info", id, message, quotes, self.nearest.get(id, ()))

    def near(self, id: str) -> list[int]:
        """The sentences that may well name an element that was not found, by index."""
        return find_near(self.tagged).get(id, [])

    def doubtful(self, rule: str, severity: Severity, id: str, sentences: Iterable[int]) -> Finding:
        """The finding that no sentence surely names an element, with those that may."""
        message = (
            f"No sure mention of {self.name(id)} was found; the sentences quoted may name it, and for most such readings that is wrong"
            f"{self.unread}{self._other_field}."
        )
        quotes = map(self.tagged.evidence_at, sorted(sentences))
        return self.finding(rule, severity, id, message, quotes, self.nearest.get(id, ()))

    def name(self, id: str) -> str:
        """An element's id and label."""
        return f"{id} {self.framework[id].label}"

    def how_stated(self, id: str) -> str:
        """How the document states an element, as words and numbers of sentences."""
        row = self.coverage[id]
        by_status = ((row.affirmed, "affirmed"), (row.planned, "planned"))
        return ", ".join(f"{n} {word}" for n, word in by_status if n)

    @property
    def unread(self) -> str:
        """What share was not judged, as the end of a sentence; "" where that is next to nothing."""
        share = self.tagged.unreadable_share
        return f"; about {share:.0%} of the document was not judged" if share >= MIN_TOLD_SHARE else ""

    def _not_found(self, id: str) -> str:
        share = self.tagged.unreadable_share
        if share >= MAX_SHARE_WITH_RECALL:
            return (
                f"No mention of {self.name(id)} was found in what was read; about {share:.0%} of the document was not "
                "judged, so nothing can be said of the whole."
            )
        recall = self.measured.recall.get(id)
        known = "how many such sentences are found has not been measured"
        if recall is not None:
            n = self.measured.n.get(id, 0)
            known = f"about {recall:.0%} of such sentences are found ({n} labelled), so look once more before you rely on it"
        return f"No mention of {self.name(id)} was found; {known}{self.unread}{self._other_field}."

    @property
    def _other_field(self) -> str:
        share = self.tagged.other_field_share
        is_told = share >= MIN_OFF_FIELD_PART
        return (
            f"; about {share:.0%} of its text is of another field, and none is looked for there"
            if is_told
            else ""
        )


def count_sentences(n: int) -> str:
    """A number of sentences in words."""
    return f"{n} sentence{'s' if n != 1 else ''}"
