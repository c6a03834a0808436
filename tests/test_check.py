"""Checks: what a document covers, leaves unanswered, and claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from policyloom.check import Case, Checked, check, cover, find_promises
from policyloom.check.nearest import find_nearest
from policyloom.check.rules import RULE_NAMES
from policyloom.errors import FrameworkError
from policyloom.framework import CheckSettings, Element, Framework, Link
from policyloom.network.counting import DEFAULT_STATUSES, Statuses
from policyloom.network.evidence import CaseSentence
from policyloom.network.pairs import PairKind
from policyloom.records import (
    Accuracy,
    Block,
    BlockKind,
    Claim,
    Coverage,
    CoverageLevel,
    Document,
    Evidence,
    Facet,
    FacetKind,
    Finding,
    Measured,
    Mention,
    Metadata,
    NearMiss,
    Polarity,
    Sentence,
    Tagged,
    UnreadPart,
)

SENTENCES = ["Teachers are short.", "The state shall pay grants.", "Courses raise skill.", "Skill matters."]
TEXT = " ".join(SENTENCES)


def element(id: str, kind: str, **more: object) -> Element:
    return Element(id=id, kind=kind, label=f"label {id}", definition="d", **more)  # type: ignore[arg-type]


FRAMEWORK = Framework(
    id="f",
    title="F",
    version="1",
    elements=(
        element("S1", "outcome"),
        element("S2", "outcome"),
        element("C1", "challenge"),
        element("C2", "challenge"),
        element("T1", "mechanism"),
        element("T1.1", "mechanism", parent="T1"),
        element("T2", "mechanism"),
        element("T3", "mechanism"),
        element("A1", "actor"),
    ),
    links=(
        Link(kind="answers", source="T1", target="C1"),
        Link(kind="answers", source="T3", target="C2"),
    ),
)

MEASURED = Measured(source="labels", recall={"T3": 0.75}, n={"T3": 8})


@dataclass(frozen=True)
class Pair:
    together: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()


@dataclass(frozen=True)
class Corpus:
    """One in which only T2 and S1 are known together, with a sentence of each document that speaks of them."""

    known: Pair
    statuses: Statuses = field(default_factory=lambda: DEFAULT_STATUSES)

    def pair_documents(self, mechanism: str, outcome: str) -> Pair:
        return self.known if (mechanism, outcome) == ("T2", "S1") else Pair()

    def pair_quotes(self, mechanism: str, outcome: str, kind: PairKind) -> tuple[Evidence, ...]:
        documents: tuple[str, ...] = getattr(self.pair_documents(mechanism, outcome), kind)
        return tuple(Evidence(id, 1, n, n + 1, f"{id} {n}") for id in documents for n in (1, 2))

    def case_sentences(self, case: str) -> list[CaseSentence]:
        return []


def spans() -> list[tuple[int, int]]:
    found, at = [], 0
    for sentence in SENTENCES:
        found.append((at, at + len(sentence)))
        at += len(sentence) + 1
    return found


def make(
    *mentions: tuple[int, str, str, str],
    claims: tuple[Claim, ...] = (),
    facets: dict[int, tuple[FacetKind, ...]] | None = None,
    acting: tuple[int, ...] = (),
    kinds: tuple[BlockKind, ...] = ("paragraph",) * 4,
    unread: tuple[UnreadPart, ...] = (),
) -> Tagged:
    """A document of four sentences, each a block of its own, with mentions as (sentence, kind, element, status).

    `facets` are those of a sentence's mentions, and the mentions of the sentences in `acting` say who acts; the words for each
    are the whole sentence.
    """
    at = spans()
    blocks = tuple(Block(kind, a, b) for kind, (a, b) in zip(kinds, at, strict=True))
    document = Document("d", "d.txt", "", 0, "en", Metadata(), TEXT, blocks)
    made = [
        Mention(
            *at[s],
            kind,  # type: ignore[arg-type]
            id,
            s,
            status,  # type: ignore[arg-type]
            agent=at[s] if s in acting else None,
            facets=tuple(Facet(kind, *at[s]) for kind in (facets or {}).get(s, ())),
        )
        for s, kind, id, status in mentions
    ]
    sentences = tuple(Sentence(a, b, block) for block, (a, b) in enumerate(at))
    return Tagged(document, sentences, tuple(made), claims, unread)


COMPLETE: tuple[FacetKind, ...] = ("amount", "deadline", "monitoring")
"""With who acts, all that a promise needs."""


def rules(checked: Checked) -> set[tuple[str, str]]:
    return {(f.rule, f.subject) for f in checked.findings}


def test_cover_counts_sentences_by_status_and_rolls_parts_up() -> None:
    tagged = make(
        (1, "mechanism", "T1.1", "planned"),
        (1, "mechanism", "T1", "planned"),
        (2, "mechanism", "T1", "affirmed"),
    )
    rows = {c.element: c for c in cover(tagged, FRAMEWORK)}
    assert (rows["T1"].planned, rows["T1"].affirmed, rows["T1"].n_sentences) == (1, 1, 2)
    assert (rows["T1.1"].planned, rows["T1.1"].n_sentences) == (1, 1)
    assert rows["T2"].n_sentences == 0
    assert [e.quote for e in rows["T1"].evidence] == [SENTENCES[1], SENTENCES[2]]


def test_quotes_with_particulars_come_first() -> None:
    tagged = make(
        (1, "mechanism", "T1", "planned"),
        (2, "mechanism", "T1", "planned"),
        facets={2: ("amount", "deadline")},
    )
    rows = {c.element: c for c in cover(tagged, FRAMEWORK)}
    assert rows["T1"].evidence[0].quote == SENTENCES[2]
    assert rows["T1"].concreteness == 2


def test_a_challenge_without_its_strategy_is_unanswered() -> None:
    found = rules(
        check(make((0, "challenge", "C1", "affirmed"), (2, "mechanism", "T2", "affirmed")), FRAMEWORK)
    )
    assert ("challenge-unanswered", "C1") in found
    assert ("challenge-unanswered", "C2") not in found


def test_a_strategy_that_is_lacking_answers_no_challenge() -> None:
    challenge = (0, "challenge", "C1", "affirmed")
    assert ("challenge-unanswered", "C1") in rules(
        check(make(challenge, (1, "mechanism", "T1", "lacking")), FRAMEWORK)
    )


def answering(status: str = "planned", polarity: Polarity = "positive") -> Tagged:
    """The second sentence says that T2, which the framework does not name as an answer, answers C1."""
    return make(
        (0, "challenge", "C1", "affirmed"),
        (1, "mechanism", "T2", status),
        (1, "challenge", "C1", "affirmed"),
        claims=(Claim("answers", 1, 2, (30, 33), 1, polarity),),
    )


def test_a_challenge_is_answered_where_a_sentence_says_so() -> None:
    (finding,) = (f for f in check(answering(), FRAMEWORK).findings if f.subject == "C1")
    assert (finding.rule, finding.severity) == ("challenge-answered", "info")
    assert (
        finding.message == "Names the challenge C1 label C1, and a sentence reads as saying what answers it: "
        "T2 label T2 (1 planned); such readings are often wrong, so read the quotes."
    )
    assert [e.quote for e in finding.evidence] == [SENTENCES[1]]


@pytest.mark.parametrize("tagged", [answering("lacking"), answering(polarity="negative")])
def test_what_is_lacking_or_denied_answers_no_challenge(tagged: Tagged) -> None:
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.subject == "C1")
    assert finding.rule == "challenge-unanswered"


def test_a_strategy_of_the_framework_that_is_stated_elsewhere_may_be_the_answer() -> None:
    tagged = make(
        (0, "challenge", "C1", "affirmed"),
        (1, "mechanism", "T1", "planned"),
        (2, "mechanism", "T1.1", "affirmed"),
        (3, "mechanism", "T1", "lacking"),
    )
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.subject == "C1")
    assert (finding.rule, finding.severity) == ("challenge-answer-elsewhere", "info")
    assert finding.message == (
        "Names the challenge C1 label C1 and, elsewhere, of what the framework holds against it, states T1 label T1 "
        "(1 affirmed, 1 planned); no sentence was found that ties the two."
    )
    assert [e.quote for e in finding.evidence] == [SENTENCES[0], SENTENCES[1], SENTENCES[2]]


def test_findings_are_on_outermost_elements_alone() -> None:
    parts = tuple(
        element(f"{id}.1", kind, parent=id) for id, kind in (("S1", "outcome"), ("C1", "challenge"))
    )
    links = (*FRAMEWORK.links, Link(kind="answers", source="T1", target="C1.1"))
    framework = Framework(id="f", title="F", version="1", elements=(*FRAMEWORK.elements, *parts), links=links)
    tagged = make(
        (0, "challenge", "C1.1", "affirmed"),
        (1, "mechanism", "T1.1", "planned"),
        (3, "outcome", "S1.1", "affirmed"),
    )
    subjects = {subject for _, subject in rules(check(tagged, framework))}
    assert {"C1", "T1", "S2"} <= subjects
    assert not {"C1.1", "T1.1", "S1.1", "S1"} & subjects  # S1 is named by its part
    without_parts = make((1, "mechanism", "T1", "planned"), (3, "outcome", "S1", "affirmed"))
    assert not {"T1.1", "S1.1"} & {subject for _, subject in rules(check(without_parts, framework))}


TWO_ANSWERS = Framework(
    id="f",
    title="F",
    version="1",
    elements=FRAMEWORK.elements,
    links=(*FRAMEWORK.links, Link(kind="answers", source="T2", target="C1")),
)


@pytest.mark.parametrize(
    ("mentions", "claims", "rule", "words"),
    [
        ((), (), "challenge-unanswered", "nothing done or planned of T1 label T1 or T2 label T2."),
        (
            ((1, "mechanism", "T1", "planned"), (2, "mechanism", "T2", "affirmed")),
            (),
            "challenge-answer-elsewhere",
            "states T1 label T1 (1 planned), T2 label T2 (1 affirmed); no sentence was found that ties the two.",
        ),
        (
            ((1, "mechanism", "T1", "planned"), (2, "mechanism", "T2", "planned")),
            (Claim("answers", 1, 0, (30, 33), 1), Claim("answers", 2, 0, (50, 53), 2)),
            "challenge-answered",
            "what answers it: T1 label T1 (1 planned), T2 label T2 (1 planned); such readings are often wrong, so read "
            "the quotes.",
        ),
    ],
)
def test_several_answers_are_named_one_after_another(
    mentions: tuple[tuple[int, str, str, str], ...], claims: tuple[Claim, ...], rule: str, words: str
) -> None:
    tagged = make((0, "challenge", "C1", "affirmed"), *mentions, claims=claims)
    (finding,) = (f for f in check(tagged, TWO_ANSWERS).findings if f.subject == "C1")
    assert finding.rule == rule
    assert finding.message.endswith(words)


def test_a_challenge_is_looked_at_whatever_the_one_before_it_gave() -> None:
    second = (2, "challenge", "C2", "affirmed")
    assert ("challenge-unanswered", "C2") in rules(check(make(second), FRAMEWORK))
    answered = answering()
    both = replace(answered, mentions=(*answered.mentions, *make(second).mentions))
    assert ("challenge-unanswered", "C2") in rules(check(both, FRAMEWORK))


def test_an_absent_strategy_states_the_measured_recall() -> None:
    checked = check(make((1, "mechanism", "T1", "planned")), FRAMEWORK, measured=MEASURED)
    messages = {f.subject: f.message for f in checked.findings if f.rule == "strategy-absent"}
    assert "75% of such sentences are found (8 labelled)" in messages["T3"]
    assert "has not been measured" in messages["T2"]
    assert "T1" not in messages


def test_an_outcome_not_found_states_the_recall_too() -> None:
    checked = check(make((1, "mechanism", "T1", "planned")), FRAMEWORK)
    (message,) = (f.message for f in checked.findings if (f.rule, f.subject) == ("outcome-absent", "S1"))
    assert "has not been measured" in message


CLAIMING = make(
    (2, "mechanism", "T2", "affirmed"),
    (2, "outcome", "S1", "affirmed"),
    claims=(Claim("leads_to", 0, 1, (56, 61), 2),),
)


def test_a_claim_that_is_everywhere_doubted_is_said_to_be_so() -> None:
    (claim,) = CLAIMING.claims
    doubted = replace(claim, hedged=True)

    def message(*claims: Claim) -> str:
        checked = check(replace(CLAIMING, claims=claims), FRAMEWORK, Corpus(Pair()))
        return next(f.message for f in checked.findings if f.rule == "claim-unknown")

    assert message(doubted).startswith("Says, weakened or in doubt, that T2 label T2 leads to S1")
    assert message(doubted, claim).startswith("Claims that")


def test_without_a_corpus_claims_are_listed_but_not_judged() -> None:
    checked = check(CLAIMING, FRAMEWORK)
    assert len(checked.claims) == 1
    assert not [f for f in checked.findings if f.rule.startswith("claim-")]


def test_findings_come_worst_first() -> None:
    found = check(CLAIMING, FRAMEWORK, Corpus(Pair(denials=("x", "y")))).findings
    severities = [f.severity for f in found]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert severities[0] == "error"


@pytest.mark.parametrize(("n", "severity"), [(1, "warning"), (2, "error")])
def test_a_claim_that_one_document_alone_denies_is_no_error(n: int, severity: str) -> None:
    checked = check(CLAIMING, FRAMEWORK, Corpus(Pair(denials=("x", "y")[:n])))
    (finding,) = (f for f in checked.findings if f.rule == "claim-contradicted")
    assert finding.severity == severity


def coverage(tagged: Tagged, id: str) -> Coverage:
    (row,) = (c for c in cover(tagged, FRAMEWORK) if c.element == id)
    return row


def test_a_sentence_with_two_statuses_is_one_sentence_under_both() -> None:
    row = coverage(make((1, "mechanism", "T1", "planned"), (1, "mechanism", "T1.1", "lacking")), "T1")
    assert (row.n_sentences, row.planned, row.lacking) == (1, 1, 1)


@pytest.mark.parametrize("kind", ["heading", "table", "caption", "title", "front_matter"])
def test_outside_running_text_an_element_is_named_and_in_no_sentence(kind: BlockKind) -> None:
    kinds: tuple[BlockKind, ...] = (kind, "paragraph", "paragraph", "paragraph")
    heading = (0, "mechanism", "T1", "affirmed")
    row = coverage(make(heading, kinds=kinds), "T1")
    assert (row.n_sentences, row.affirmed, row.n_elsewhere) == (0, 0, 1)
    assert [e.quote for e in row.evidence] == [SENTENCES[0]]
    both = coverage(make(heading, (1, "mechanism", "T1", "planned"), kinds=kinds), "T1")
    assert (both.n_sentences, both.planned, both.n_elsewhere) == (1, 1, 1)
    assert [e.quote for e in both.evidence] == [SENTENCES[1]]


def test_no_warning_is_made_against_what_a_cell_says() -> None:
    kinds: tuple[BlockKind, ...] = ("table", "paragraph", "paragraph", "paragraph")
    tagged = make(
        (0, "mechanism", "T1", "planned"), (1, "mechanism", "T1", "lacking"), (2, "challenge", "C1", "affirmed"), kinds=kinds
    )  # fmt: skip
    found = rules(check(tagged, FRAMEWORK))
    assert not {("strategy-only-lacking", "T1"), ("challenge-unanswered", "C1")} & set(found)


def test_a_mechanism_in_a_heading_alone_is_neither_missing_nor_lacking() -> None:
    kinds: tuple[BlockKind, ...] = ("heading", "paragraph", "paragraph", "paragraph")
    found = rules(check(make((0, "mechanism", "T1", "planned"), kinds=kinds), FRAMEWORK))
    assert not {rule for rule, subject in found if subject == "T1"}
    assert ("strategy-absent", "T2") in found


def test_a_mechanism_in_a_heading_alone_says_nothing_of_a_challenge() -> None:
    kinds: tuple[BlockKind, ...] = ("heading", "paragraph", "paragraph", "paragraph")
    tagged = make((0, "mechanism", "T1", "planned"), (1, "challenge", "C1", "affirmed"), kinds=kinds)
    assert not [f for f in check(tagged, FRAMEWORK).findings if f.subject == "C1"]


def test_an_unanswered_challenge_names_what_would_answer_it() -> None:
    tagged = make((0, "challenge", "C1", "affirmed"), (1, "challenge", "C1", "affirmed"))
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.rule == "challenge-unanswered")
    assert finding.severity == "warning"
    assert finding.message == (
        "Names the challenge C1 label C1 in 2 sentences, but nothing done or planned of T1 label T1."
    )


@pytest.mark.parametrize("status", ["planned", "lacking", "negated"])
def test_only_a_challenge_that_is_affirmed_wants_an_answer(status: str) -> None:
    found = rules(check(make((0, "challenge", "C1", status)), FRAMEWORK))
    assert not [rule for rule, subject in found if subject == "C1"]


def test_a_challenge_without_a_link_in_the_framework_wants_none() -> None:
    framework = FRAMEWORK.model_copy(update={"links": ()})
    assert not [
        f
        for f in check(make((0, "challenge", "C1", "affirmed")), framework).findings
        if "challenge" in f.rule
    ]


def claim(*, statuses: tuple[str, str] = ("affirmed", "affirmed"), polarity: Polarity = "positive") -> Tagged:
    return make(
        (2, "mechanism", "T2", statuses[0]),
        (2, "outcome", "S1", statuses[1]),
        claims=(Claim("leads_to", 0, 1, (56, 61), 2, polarity),),
    )


@pytest.mark.parametrize(
    ("statuses", "n"),
    [
        (("affirmed", "affirmed"), 1),
        (("planned", "planned"), 1),
        (("lacking", "affirmed"), 0),
        (("affirmed", "negated"), 0),
    ],
)
def test_a_claim_of_what_is_lacking_or_negated_is_none(statuses: tuple[str, str], n: int) -> None:
    assert len(check(claim(statuses=statuses), FRAMEWORK).claims) == n


def test_the_statuses_of_a_claim_that_count_are_those_of_the_network() -> None:
    network = Corpus(Pair(), {"mechanism": ("lacking",), "outcome": ("affirmed",)})
    assert len(check(claim(statuses=("lacking", "affirmed")), FRAMEWORK, network).claims) == 1
    assert not check(claim(), FRAMEWORK, network).claims


def test_a_denial_is_no_claim() -> None:
    assert not check(claim(polarity="negative"), FRAMEWORK).claims


def test_a_claim_in_a_heading_is_none() -> None:
    tagged = make(
        (2, "mechanism", "T2", "affirmed"),
        (2, "outcome", "S1", "affirmed"),
        claims=(Claim("leads_to", 0, 1, (56, 61), 2),),
        kinds=("paragraph", "paragraph", "heading", "paragraph"),
    )
    assert not check(tagged, FRAMEWORK).claims


def test_that_a_challenge_is_answered_is_no_claim_about_an_outcome() -> None:
    tagged = make(
        (2, "mechanism", "T1", "affirmed"),
        (2, "challenge", "C1", "affirmed"),
        claims=(Claim("answers", 0, 1, (56, 61), 2),),
    )
    assert not check(tagged, FRAMEWORK).claims


def test_a_pair_claimed_in_parts_is_one_claim_with_a_quote_a_sentence() -> None:
    tagged = make(
        (1, "mechanism", "T1.1", "affirmed"),
        (1, "outcome", "S1", "affirmed"),
        (2, "mechanism", "T1", "affirmed"),
        (2, "outcome", "S1", "affirmed"),
        claims=(
            Claim("leads_to", 0, 1, (22, 25), 1),
            Claim("leads_to", 0, 1, (26, 28), 1),
            Claim("leads_to", 2, 3, (56, 61), 2),
        ),
    )
    (found,) = check(tagged, FRAMEWORK).claims
    assert (found.mechanism, found.outcome) == ("T1", "S1")
    assert [e.quote for e in found.evidence] == [SENTENCES[1], SENTENCES[2]]


def test_an_element_unknown_to_the_framework_is_named() -> None:
    with pytest.raises(ValueError, match=r"document d: a mention of 'T9', which framework f does not have"):
        check(make((1, "mechanism", "T9", "planned")), FRAMEWORK)


def test_five_quotes_at_most_stand_with_a_finding() -> None:
    words = [f"Grants {number} are paid." for number in range(8)]
    text = " ".join(words)
    starts = [text.index(word) for word in words]
    tagged = Tagged(
        Document("d", "d.txt", "", 0, "en", Metadata(), text, (Block("paragraph", 0, len(text)),)),
        tuple(Sentence(start, start + len(word), 0) for start, word in zip(starts, words, strict=True)),
        tuple(Mention(start, start + 6, "mechanism", "T1", n, "lacking") for n, start in enumerate(starts)),
    )
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.rule == "strategy-only-lacking")
    assert [e.quote for e in finding.evidence] == words[:5]
    assert "in 8 sentences" in finding.message


# Levels of coverage


def level(row: Coverage) -> tuple[CoverageLevel, int]:
    return row.level, row.score


T1 = "mechanism", "T1"


@pytest.mark.parametrize(
    ("tagged", "expected"),
    [
        (make(), ("absent", 0)),
        (make((0, *T1, "planned"), kinds=("heading", "paragraph", "paragraph", "paragraph")), ("mentioned", 1)),
        (make((0, *T1, "lacking")), ("lacking", 1)),
        (make((0, *T1, "negated")), ("refused", 1)),
        (make((0, *T1, "lacking"), (1, *T1, "negated")), ("refused", 1)),
        (make((0, *T1, "affirmed"), (1, *T1, "lacking"), (2, *T1, "negated")), ("stated", 2)),
        (make((1, *T1, "planned")), ("stated", 2)),
        (make((1, *T1, "planned"), acting=(1,), facets={1: ("amount", "deadline")}), ("stated", 2)),
        (make((1, *T1, "planned"), acting=(1,), facets={1: COMPLETE}), ("operational", 3)),
        # what is there already is no promise
        (make((1, *T1, "affirmed"), acting=(1,), facets={1: COMPLETE}), ("stated", 2)),
    ],
)  # fmt: skip
def test_the_level_of_coverage(tagged: Tagged, expected: tuple[CoverageLevel, int]) -> None:
    checked = check(tagged, FRAMEWORK)
    (row,) = (row for row in checked.coverage if row.element == "T1")
    assert level(row) == expected
    assert row.n_operational == (expected[0] == "operational")


def test_what_may_well_be_named_is_counted_where_nothing_is() -> None:
    near = (NearMiss("T1", 0, 0.9), NearMiss("T1", 1, 0.4), NearMiss("T2", 0, 0.9))
    tagged = replace(make((1, "mechanism", "T2", "planned")), near=near)
    rows = {row.element: (row.level, row.n_near) for row in check(tagged, FRAMEWORK).coverage}
    assert rows["T1"] == ("absent", 1)  # of two sentences one comes near enough
    assert rows["T2"] == ("stated", 0)


def test_a_part_is_operational_where_it_stands_in_the_promise_itself() -> None:
    tagged = make(
        (1, "mechanism", "T1.1", "planned"), (2, "mechanism", "T1", "planned"), (3, "mechanism", "T2", "planned"),
        acting=(1,), facets={1: COMPLETE},
    )  # fmt: skip
    rows = {row.element: level(row) for row in check(tagged, FRAMEWORK).coverage}
    assert rows["T1.1"] == rows["T1"] == ("operational", 3)
    assert rows["T2"] == ("stated", 2)
    elsewhere = make(
        (1, *T1, "planned"), (2, "mechanism", "T1.1", "planned"), acting=(1,), facets={1: COMPLETE}
    )
    rows = {row.element: level(row) for row in check(elsewhere, FRAMEWORK).coverage}
    assert rows["T1.1"] == ("stated", 2)


def test_only_the_sentences_of_complete_promises_are_operational() -> None:
    tagged = make((1, *T1, "planned"), (2, *T1, "planned"), acting=(1, 2), facets={1: COMPLETE})
    (row,) = (row for row in check(tagged, FRAMEWORK).coverage if row.element == "T1")
    assert (row.planned, row.n_operational) == (2, 1)


@pytest.mark.parametrize(
    ("mentions", "rule", "message"),
    [
        (((0, *T1, "lacking"), (1, *T1, "lacking")), "strategy-only-lacking",
         "T1 label T1 is named only as missing, too little or weak, in 2 sentences."),
        (((1, *T1, "negated"),), "strategy-only-refused",
         "T1 label T1 is named only as refused, ended or denied, in 1 sentence."),
        (((0, *T1, "lacking"), (1, *T1, "negated")), "strategy-only-refused",
         "T1 label T1 is named only as refused, ended or denied, or as missing, in 2 sentences."),
    ],
)  # fmt: skip
def test_a_strategy_that_is_only_lacking_or_refused_is_pointed_out(
    mentions: tuple[tuple[int, str, str, str], ...], rule: str, message: str
) -> None:
    (finding,) = (f for f in check(make(*mentions), FRAMEWORK).findings if f.subject == "T1")
    assert (finding.rule, finding.severity, finding.message) == (rule, "warning", message)
    assert len(finding.evidence) == len(mentions)


# Promises


@pytest.mark.parametrize("facet", ["instrument", "amount", "deadline", "monitoring"])
def test_a_promise_with_one_particular_is_neither_vague_nor_complete(facet: FacetKind) -> None:
    (promise,) = find_promises(make((1, *T1, "planned"), facets={1: (facet,)}), FRAMEWORK)
    assert getattr(promise, facet) == SENTENCES[1]
    assert not promise.is_vague
    assert not promise.is_complete


@pytest.mark.parametrize(
    "tagged",
    [
        make((1, *T1, "planned")),
        make((1, *T1, "planned"), facets={1: ("target",)}),  # for whom is no particular of a promise
        make((1, *T1, "planned"), acting=(1,)),  # naming who acts does not save it
        make((1, *T1, "planned"), (2, *T1, "affirmed"), facets={2: COMPLETE}),  # nor what is there already
        make((1, *T1, "planned"), (1, "entity", "DATE", "affirmed")),  # nor a date that limits nothing
    ],
)
def test_a_promise_without_particulars_is_vague(tagged: Tagged) -> None:
    (promise,) = find_promises(tagged, FRAMEWORK)
    assert promise.is_vague
    assert ("vague-promise", "T1") in rules(check(tagged, FRAMEWORK))


@pytest.mark.parametrize("means", ["instrument", "amount"])
def test_a_promise_is_complete_with_somebody_means_a_deadline_and_monitoring(means: FacetKind) -> None:
    plan = (1, *T1, "planned")
    all_of_it: tuple[FacetKind, ...] = (means, "deadline", "monitoring")
    (promise,) = find_promises(make(plan, acting=(1,), facets={1: all_of_it}), FRAMEWORK)
    assert promise.is_complete
    (nobody,) = find_promises(make(plan, facets={1: all_of_it}), FRAMEWORK)
    assert not nobody.is_complete
    for left_out in all_of_it:
        rest = tuple(kind for kind in all_of_it if kind != left_out)
        (promise,) = find_promises(make(plan, acting=(1,), facets={1: rest}), FRAMEWORK)
        assert not promise.is_complete


def test_each_vague_promise_is_a_finding_with_its_sentence() -> None:
    items: tuple[BlockKind, ...] = ("paragraph", "paragraph", "list_item", "list_item")
    tagged = make((1, *T1, "planned"), (2, "mechanism", "T1.1", "planned"), (3, "mechanism", "T2", "planned"),
                  acting=(2,), facets={3: ("deadline",)}, kinds=items)  # fmt: skip
    found = [f for f in check(tagged, FRAMEWORK).findings if f.rule == "vague-promise"]
    missing = "an instrument, a sum or number, a date or how it is watched."
    assert [(f.subject, f.severity, [e.quote for e in f.evidence]) for f in found] == [
        ("T1", "warning", [SENTENCES[1]]), ("T1", "warning", [SENTENCES[2]]),
    ]  # fmt: skip
    assert found[0].message == f"T1 label T1 is promised, and nothing was found there of {missing}"
    assert (
        found[1].message
        == f"T1 label T1 is promised, by {SENTENCES[2]}, and nothing was found there of {missing}"
    )


def test_a_complete_promise_is_a_finding_that_tells_its_particulars() -> None:
    tagged = make((1, *T1, "planned"), acting=(1,), facets={1: COMPLETE})
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.rule == "complete-promise")
    assert (finding.subject, finding.severity) == ("T1", "info")
    words = f"(“{SENTENCES[1]}”)"
    assert finding.message.endswith(
        f": who acts {words}, how much {words}, by when {words}, how it is watched {words}."
    )
    assert [e.quote for e in finding.evidence] == [SENTENCES[1]]


@pytest.mark.parametrize("status", ["affirmed", "lacking", "negated"])
def test_only_what_is_planned_is_promised(status: str) -> None:
    assert not find_promises(make((1, *T1, status)), FRAMEWORK)


def test_only_mechanisms_in_running_text_are_promised() -> None:
    assert not find_promises(
        make((1, "outcome", "S1", "planned"), (2, "challenge", "C1", "planned")), FRAMEWORK
    )
    heading: tuple[BlockKind, ...] = ("paragraph", "heading", "paragraph", "paragraph")
    assert not find_promises(make((1, *T1, "planned"), kinds=heading), FRAMEWORK)
    item: tuple[BlockKind, ...] = ("paragraph", "list_item", "paragraph", "paragraph")
    assert len(find_promises(make((1, *T1, "planned"), kinds=item), FRAMEWORK)) == 1


def test_a_sentence_that_plans_several_is_a_promise_of_the_most_probable_or_the_first() -> None:
    tagged = make((1, *T1, "planned"), (1, "mechanism", "T2", "planned"), facets={1: ("amount",)})
    (promise,) = find_promises(tagged, FRAMEWORK)
    assert promise.element == "T1"
    surer = replace(tagged, mentions=(replace(tagged.mentions[0], probability=0.5), tagged.mentions[1]))
    (promise,) = find_promises(surer, FRAMEWORK)
    assert (promise.element, promise.amount) == ("T2", SENTENCES[1])


def test_promises_stand_in_order_of_the_text_under_outermost_elements() -> None:
    tagged = make((2, *T1, "planned"), (1, "mechanism", "T1.1", "planned"))
    checked = check(tagged, FRAMEWORK)
    assert [(p.element, p.evidence.quote) for p in checked.promises] == [
        ("T1", SENTENCES[1]), ("T1", SENTENCES[2]),
    ]  # fmt: skip
    assert checked.promises == find_promises(tagged, FRAMEWORK)


def with_checks(**settings: object) -> Framework:
    return FRAMEWORK.model_copy(update={"checks": CheckSettings(**settings)})  # type: ignore[arg-type]


def test_a_framework_says_what_a_promise_needs() -> None:
    framework = with_checks(vague_without=("actor", "deadline"), complete_with=(("deadline",),))
    plan = (1, *T1, "planned")
    (dated,) = find_promises(make(plan, facets={1: ("deadline",)}), framework)
    assert (dated.is_vague, dated.is_complete) == (False, True)
    (acting,) = find_promises(make(plan, acting=(1,)), framework)
    assert (acting.is_vague, acting.is_complete) == (False, False)
    (finding,) = (
        f for f in check(make(plan, facets={1: ("amount",)}), framework).findings if f.rule == "vague-promise"
    )
    assert finding.message.endswith("nothing was found there of who acts or a date.")


# Claims


@pytest.mark.parametrize(
    ("pair", "state", "counts"),
    [
        (Pair(together=("x", "y", "z"), claims=("x", "y")), "supported", (2, 0, 3)),
        (Pair(claims=("x",), denials=("y", "z")), "contested", (1, 2, 0)),
        (Pair(claims=("x",), denials=("x",)), "contested", (1, 1, 0)),  # one document that says both
        (Pair(together=("x",), denials=("x",)), "contradicted", (0, 1, 1)),
        (Pair(together=("x", "y")), "co-occurring", (0, 0, 2)),
        (Pair(), "unknown", (0, 0, 0)),
        # what the document says itself does not count
        (Pair(together=("d", "y", "z"), claims=("d",)), "co-occurring", (0, 0, 2)),
        (Pair(together=("d", "x"), claims=("d", "x"), denials=("d",)), "supported", (1, 0, 1)),
        (Pair(together=("d",), claims=("d",), denials=("d",)), "unknown", (0, 0, 0)),
    ],
)
def test_a_claim_is_held_against_the_other_documents(
    pair: Pair, state: str, counts: tuple[int, int, int]
) -> None:
    checked = check(CLAIMING, FRAMEWORK, Corpus(pair))
    (found,) = checked.claims
    assert (found.mechanism, found.outcome, found.state) == ("T2", "S1", state)
    assert (found.n_for, found.n_against, found.n_together) == counts
    assert [e.quote for e in found.evidence] == [SENTENCES[2]]
    (finding,) = (f for f in checked.findings if f.rule.startswith("claim-"))
    assert (finding.rule, finding.subject) == (f"claim-{state}", "T2>S1")


@pytest.mark.parametrize(
    ("pair", "severity", "words"),
    [
        (Pair(claims=("x",)), "info", "1 other document of the corpus claims it too, and none denies it"),
        (Pair(claims=("x", "y")), "info", "2 other documents of the corpus claim it too, and none denies it"),
        (Pair(claims=("x", "y"), denials=("z",)), "warning",
         "2 other documents of the corpus claim it too, and 1 other document denies it"),
        (Pair(denials=("x",)), "warning", "1 other document of the corpus denies it, and none claims it"),
        (Pair(denials=("x", "y")), "error", "2 other documents of the corpus deny it, and none claims it"),
        (Pair(together=("x",)), "info",
         "1 other document of the corpus names both together, and none claims or denies it"),
        (Pair(), "warning", "no other document of the corpus speaks of it."),
    ],
)  # fmt: skip
def test_a_claim_says_what_the_others_say(pair: Pair, severity: str, words: str) -> None:
    checked = check(CLAIMING, FRAMEWORK, Corpus(pair))
    (finding,) = (f for f in checked.findings if f.rule.startswith("claim-"))
    said, _, sure = finding.message.partition("; ")
    assert said == f"Claims that T2 label T2 leads to S1 label S1: {words}"
    assert finding.severity == severity
    # How sure the others' claims are, or that both stand in one sentence, depends on the coder.
    things = "" if checked.claims[0].state == "unknown" else "joint sentences" if pair.together else "claims"
    assert sure == (
        f"how many of this coder’s {things} are right, and how many it finds, has not been measured."
        if things
        else ""
    )


def test_a_claim_states_how_well_the_others_claims_are_found() -> None:
    measured = Measured(claims=Accuracy(0.75, 0.5, 40, 30), pairs=Accuracy(0.8, 0.9, 50, 60))

    def message(pair: Pair) -> str:
        checked = check(CLAIMING, FRAMEWORK, Corpus(pair), measured=measured)
        return next(f.message for f in checked.findings if f.rule.startswith("claim-"))

    assert message(Pair(claims=("x",))).endswith(
        "; about 75% of this coder’s claims are right, and it finds about 50% of those there are "
        "(measured on 30 found and 40 labelled)."
    )
    assert "about 80% of this coder’s joint sentences are right" in message(Pair(together=("x",)))
    assert message(Pair()).endswith("speaks of it.")


@pytest.mark.parametrize(
    ("pair", "quotes"),
    [
        (
            Pair(together=("x", "y"), claims=("x",)),
            ["x 1"],
        ),  # who names both is not quoted where somebody claims it
        (
            Pair(claims=("x", "d"), denials=("y", "z")),
            ["y 1", "z 1", "x 1"],
        ),  # denials first; nothing of its own
        (Pair(together=("x", "y"), denials=("y",)), ["y 1"]),
        (Pair(together=("x", "y")), ["x 1", "y 1"]),
        (Pair(), []),
    ],
)
def test_a_claim_quotes_one_sentence_of_each_of_the_others(pair: Pair, quotes: list[str]) -> None:
    checked = check(CLAIMING, FRAMEWORK, Corpus(pair))
    (finding,) = (f for f in checked.findings if f.rule.startswith("claim-"))
    assert [e.quote for e in finding.evidence] == [SENTENCES[2], *quotes]


def test_a_claim_quotes_five_of_the_others_on_each_side() -> None:
    pair = Pair(claims=tuple("abcefgh"), denials=tuple("ijklmno"))
    (found,) = check(CLAIMING, FRAMEWORK, Corpus(pair)).claims
    assert (found.n_for, found.n_against) == (7, 7)
    assert [e.document for e in found.others_for] == list("abcef")
    assert [e.document for e in found.others_against] == list("ijklm")


def test_versions_of_the_document_speak_neither_for_a_claim_nor_against_it() -> None:
    pair = Pair(together=("copy", "x"), claims=("copy", "x"), denials=("draft",))
    (found,) = check(CLAIMING, FRAMEWORK, Corpus(pair), same_text=("copy", "draft")).claims
    assert (found.state, found.n_for, found.n_against, found.n_together) == ("supported", 1, 0, 1)
    assert [e.document for e in (*found.others_for, *found.others_against)] == ["x"]
    (found,) = check(CLAIMING, FRAMEWORK, Corpus(pair), same_text=("copy", "draft", "x")).claims
    assert found.state == "unknown"


# Rules that are switched off, and rules of one's own


def test_a_framework_switches_rules_off() -> None:
    tagged = make((1, *T1, "planned"))
    everything = rules(check(tagged, FRAMEWORK))
    assert {"vague-promise", "strategy-absent", "outcome-absent"} <= {rule for rule, _ in everything}
    fewer = rules(check(tagged, with_checks(off=("vague-promise", "outcome-absent"))))
    assert fewer == {
        (rule, subject) for rule, subject in everything if rule not in ("vague-promise", "outcome-absent")
    }
    foreign = make(unread=other_field(0.6))
    assert not rules(check(foreign, with_checks(off=("off-field",))))


def test_a_rule_that_there_is_not_cannot_be_switched_off() -> None:
    with pytest.raises(FrameworkError) as caught:
        check(make(), with_checks(off=("vague-promise", "no-particulars")))
    assert str(caught.value) == (
        f"checks, off: there is no rule 'no-particulars'; the rules are {', '.join(RULE_NAMES)}"
    )


def own_rule(case: Case) -> Iterator[Finding]:
    """That each promise but the first is one too many."""
    for promise in case.promises[1:]:
        yield case.finding("too-many", "error", promise.element, "One too many.", (promise.evidence,))


def test_rules_of_ones_own_stand_beside_the_others() -> None:
    tagged = make((1, *T1, "planned"), (2, *T1, "planned"))
    checked = check(tagged, FRAMEWORK, rules=(own_rule,))
    assert checked.findings[0] == Finding(
        "d", "too-many", "error", "T1", "One too many.", (tagged.evidence(tagged.mentions[1]),)
    )
    assert checked.findings[1:] == check(tagged, FRAMEWORK).findings
    off = check(tagged, with_checks(off=("too-many",)), rules=(own_rule,))
    assert off.findings == checked.findings[1:]


def test_every_finding_bears_a_name_that_can_be_switched_off() -> None:
    unread = (UnreadPart("font", (1,), 20, "garbled"), UnreadPart("field", (1,), 20, "other"))
    answered = answering()
    cases = [
        make(unread=unread), make(unread=other_field(0.6)), make((0, *T1, "lacking"), (1, "mechanism", "T2", "negated"), unread=unread), answered,
        make((0, "challenge", "C1", "affirmed"), (1, *T1, "planned"), acting=(1,), facets={1: COMPLETE}),
        make((0, "challenge", "C1", "affirmed"), (1, "mechanism", "T2", "planned")),
    ]  # fmt: skip
    found = {f.rule for tagged in cases for f in check(tagged, FRAMEWORK).findings}
    pairs = [
        Pair(), Pair(claims=("x",)), Pair(denials=("x",)), Pair(together=("x",)), Pair(claims=("x",), denials=("x",)),
    ]  # fmt: skip
    found |= {f.rule for pair in pairs for f in check(CLAIMING, FRAMEWORK, Corpus(pair)).findings}
    assert found == set(RULE_NAMES)


# Passages nearest to what was not found


def described(**definitions: str) -> Framework:
    elements = [
        element(id, "mechanism").model_copy(update={"label": "", "definition": definition})
        for id, definition in definitions.items()
    ]
    return Framework(id="f", title="F", version="1", elements=(*elements, element("T2", "mechanism")))


PASSAGES = [
    "Teachers are short in all provinces.",
    "The state shall pay grants to firms.",
    "Courses raise skill in all firms.",
    "Skill matters to firms and state.",
    "Firms and grants",
]


def passages(kinds: tuple[BlockKind, ...] = ("paragraph",) * 5) -> Tagged:
    """A document of five passages, each a block of its own; the last is too short to be one."""
    starts = [sum(len(p) + 1 for p in PASSAGES[:n]) for n in range(len(PASSAGES))]
    at = [(start, start + len(p)) for start, p in zip(starts, PASSAGES, strict=True)]
    blocks = tuple(Block(kind, a, b) for kind, (a, b) in zip(kinds, at, strict=True))
    document = Document("d", "d.txt", "", 0, "en", Metadata(), " ".join(PASSAGES), blocks)
    return Tagged(document, tuple(Sentence(a, b, n) for n, (a, b) in enumerate(at)), ())


def test_the_nearest_passages_share_most_words_with_the_definition() -> None:
    framework = described(T3="The state pays grants to firms so that skill matters.", T4="Skill alone.")
    found = find_nearest(passages(), framework, ["T3", "T4"])
    assert [e.quote for e in found["T3"]] == [PASSAGES[3], PASSAGES[1], PASSAGES[2]]
    assert found["T4"] == ()  # one word in common says nothing
    at = passages().sentences[3]
    assert (found["T3"][0].document, found["T3"][0].start, found["T3"][0].end) == ("d", at.start, at.end)


def test_words_of_few_sentences_weigh_more() -> None:
    # "firms" stands in three passages, "provinces" in one.
    found = find_nearest(passages(), described(T3="teachers provinces; skill firms"), ["T3"])
    assert found["T3"][0].quote == PASSAGES[0]


def test_three_nearest_passages_at_most_are_given() -> None:
    framework = described(T3="teachers provinces grants courses skill matters firms state")
    assert len(find_nearest(passages(), framework, ["T3"])["T3"]) == 3


def test_examples_and_parts_describe_an_element_too() -> None:
    parent = element("T3", "mechanism", examples=("Grants of a state.",))
    part = element("T3.1", "mechanism", parent="T3").model_copy(update={"definition": "Courses of a skill."})
    framework = Framework(id="f", title="F", version="1", elements=(parent, part))
    found = find_nearest(passages(), framework, ["T3"])
    assert {e.quote for e in found["T3"]} == {PASSAGES[1], PASSAGES[2], PASSAGES[3]}


def test_headings_and_references_are_no_passages() -> None:
    kinds: tuple[BlockKind, ...] = ("paragraph", "heading", "reference", "table", "paragraph")
    framework = described(T3="The state pays grants to firms so that skill matters and courses raise it.")
    assert [e.quote for e in find_nearest(passages(kinds), framework, ["T3"])["T3"]] == [PASSAGES[3]]


def test_a_long_passage_must_share_more_than_two_words() -> None:
    long = described(T3="teachers provinces")
    (found,) = find_nearest(passages(), long, ["T3"])["T3"]
    assert found.quote == PASSAGES[0]
    words = " ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(40))
    text = f"Teachers in all provinces {words}."
    document = replace(passages().document, text=text, blocks=(Block("paragraph", 0, len(text)),))
    assert find_nearest(Tagged(document, (Sentence(0, len(text), 0),), ()), long, ["T3"])["T3"] == ()


def test_what_is_absent_stands_with_the_passages_nearest_to_it() -> None:
    framework = described(T3="Teachers of all provinces are trained.")
    findings = check(passages(), framework).findings
    (finding, other) = (f for f in findings if f.rule == "strategy-absent")
    assert (finding.subject, finding.evidence, other.subject, other.nearest) == ("T3", (), "T2", ())
    assert [e.quote for e in finding.nearest] == [PASSAGES[0]]
    assert all(not f.nearest for f in findings if "absent" not in f.rule)


# What is of another field, and what was not judged


def other_field(share: float, pages: tuple[int, ...] = ()) -> tuple[UnreadPart, ...]:
    return (UnreadPart("field", pages, round(share * len(TEXT)), "text of another field"),)


def test_a_document_of_another_field_gets_one_finding() -> None:
    (finding,) = check(make(unread=other_field(0.6)), FRAMEWORK).findings
    assert (finding.rule, finding.severity, finding.subject) == ("off-field", "info", "")
    assert finding.message == "The text was read, and is of another field: no element of “F” was found."
    rows = check(make((1, *T1, "planned"), unread=other_field(0.6)), FRAMEWORK).coverage
    assert {row.element: row.level for row in rows if row.element in ("T1", "T2")} == {
        "T1": "stated",
        "T2": "off-field",  # which lacks nothing
    }


@pytest.mark.parametrize(
    ("mentions", "only"),
    [
        (((1, *T1, "planned"), (1, *T1, "affirmed")), "1 sentence names"),
        (((1, *T1, "planned"), (2, *T1, "planned"), (3, "actor", "A1", "affirmed")), "2 sentences name"),
    ],
)
def test_one_or_two_sentences_make_no_document_of_the_field(
    mentions: tuple[tuple[int, str, str, str], ...], only: str
) -> None:
    (finding,) = check(make(*mentions, unread=other_field(0.6)), FRAMEWORK).findings
    assert finding.rule == "off-field"
    assert finding.message == f"The text was read, and is of another field: only {only} an element of “F”."
    assert [e.quote for e in finding.evidence] == SENTENCES[1 : 1 + int(only[0])]
    third = (*mentions, (0, *T1, "planned"), (3, *T1, "planned"))
    assert "off-field" not in {
        rule for rule, _ in rules(check(make(*third, unread=other_field(0.6)), FRAMEWORK))
    }


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_a_document_that_names_nothing_is_not_said_to_be_of_another_field(share: float) -> None:
    found = rules(check(make(unread=other_field(share)), FRAMEWORK))
    assert {("strategy-absent", "T1"), ("strategy-absent", "T2"), ("outcome-absent", "S1")} <= found
    assert "off-field" not in {rule for rule, _ in found}


@pytest.mark.parametrize(
    ("share", "pages", "where"), [(0.2, (), ""), (0.2, (3, 4, 5), " (pages 3-5)"), (0.6, (2,), " (page 2)")]
)
def test_a_part_of_another_field_is_told_where_the_rest_is_of_the_field(
    share: float, pages: tuple[int, ...], where: str
) -> None:
    named = ((n, *T1, "planned") for n in range(3))
    tagged = make(*named, unread=other_field(share, pages))
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.rule == "off-field-part")
    assert (finding.severity, finding.subject) == ("info", "")
    told = tagged.other_field_share
    assert finding.message == (
        f"About {told:.0%} of the text does not speak of the field of “F”, and nothing is said of it{where}."
    )


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.05, ""), (0.4, "; about 40% of its text is of another field, and none is looked for there")],
)
def test_an_absent_strategy_tells_what_part_of_the_text_is_of_another_field(share: float, told: str) -> None:
    tagged = make((1, *T1, "planned"), unread=other_field(share))
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.subject == "T2")
    assert finding.message.endswith(f"has not been measured{told}.")


def test_a_small_part_of_another_field_is_not_told() -> None:
    tagged = make((1, *T1, "planned"), unread=other_field(0.05))
    assert "off-field-part" not in {rule for rule, _ in rules(check(tagged, FRAMEWORK))}


def test_a_document_that_was_not_judged_gets_that_finding_alone() -> None:
    tagged = make((1, *T1, "planned"), unread=(UnreadPart("font", (1,), 10_000, "a garbled font"),))
    (finding,) = check(tagged, FRAMEWORK).findings
    assert (finding.rule, finding.severity, finding.subject) == ("not-judged", "warning", "")
    assert finding.message == "The document was not judged: a garbled font (page 1)."
