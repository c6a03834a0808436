"""Checks: what a document covers, leaves unanswered, and claims."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from policyloom.check import Checked, check, cover
from policyloom.framework import Element, Framework, Link
from policyloom.network.counting import DEFAULT_STATUSES, Statuses
from policyloom.records import (
    Block,
    BlockKind,
    Claim,
    Coverage,
    Document,
    Facet,
    Measured,
    Mention,
    Metadata,
    Polarity,
    Sentence,
    Tagged,
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
    known: Pair
    statuses: Statuses = field(default_factory=lambda: DEFAULT_STATUSES)

    def pair_documents(self, mechanism: str, outcome: str) -> Pair:
        return self.known if (mechanism, outcome) == ("T2", "S1") else Pair()


def spans() -> list[tuple[int, int]]:
    found, at = [], 0
    for sentence in SENTENCES:
        found.append((at, at + len(sentence)))
        at += len(sentence) + 1
    return found


def make(
    *mentions: tuple[int, str, str, str],
    claims: tuple[Claim, ...] = (),
    concrete: tuple[int, ...] = (),
    acting: tuple[int, ...] = (),
    kinds: tuple[BlockKind, ...] = ("paragraph",) * 4,
) -> Tagged:
    """A document of four sentences, each a block of its own, with mentions as (sentence, kind, element, status).

    The mentions of the sentences in `concrete` say how much by when, those in `acting` who acts.
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
            facets=(Facet("amount", *at[s]), Facet("deadline", *at[s])) if s in concrete else (),
        )
        for s, kind, id, status in mentions
    ]
    sentences = tuple(Sentence(a, b, block) for block, (a, b) in enumerate(at))
    return Tagged(document, sentences, tuple(made), claims)


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
    tagged = make((1, "mechanism", "T1", "planned"), (2, "mechanism", "T1", "planned"), concrete=(2,))
    rows = {c.element: c for c in cover(tagged, FRAMEWORK)}
    assert rows["T1"].evidence[0].quote == SENTENCES[2]
    assert rows["T1"].concreteness == 2


def test_a_challenge_without_its_strategy_is_unanswered() -> None:
    found = rules(
        check(make((0, "challenge", "C1", "affirmed"), (2, "mechanism", "T2", "affirmed")), FRAMEWORK)
    )
    assert ("unanswered-challenge", "C1") in found
    assert ("unanswered-challenge", "C2") not in found


def test_a_strategy_that_is_lacking_answers_no_challenge() -> None:
    challenge = (0, "challenge", "C1", "affirmed")
    assert ("unanswered-challenge", "C1") in rules(
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
    assert (finding.rule, finding.severity) == ("answered-challenge", "info")
    assert (
        finding.message == "Names the challenge C1 label C1, and a sentence reads as saying what answers it: "
        "T2 label T2 (1 planned); such readings are often wrong, so read the quotes."
    )
    assert [e.quote for e in finding.evidence] == [SENTENCES[1]]


@pytest.mark.parametrize("tagged", [answering("lacking"), answering(polarity="negative")])
def test_what_is_lacking_or_denied_answers_no_challenge(tagged: Tagged) -> None:
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.subject == "C1")
    assert finding.rule == "unanswered-challenge"


def test_a_strategy_of_the_framework_that_is_stated_elsewhere_is_a_possible_answer_alone() -> None:
    tagged = make(
        (0, "challenge", "C1", "affirmed"),
        (1, "mechanism", "T1", "planned"),
        (2, "mechanism", "T1.1", "affirmed"),
        (3, "mechanism", "T1", "lacking"),
    )
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.subject == "C1")
    assert (finding.rule, finding.severity) == ("possible-answer", "info")
    assert finding.message == (
        "Names the challenge C1 label C1 and, of what the framework holds against it, states T1 label T1 "
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
    assert {"C1", "T1", "S1"} <= subjects
    assert not {"C1.1", "T1.1", "S1.1"} & subjects
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
        ((), (), "unanswered-challenge", "nothing done or planned of T1 label T1 or T2 label T2."),
        (
            ((1, "mechanism", "T1", "planned"), (2, "mechanism", "T2", "affirmed")),
            (),
            "possible-answer",
            "states T1 label T1 (1 planned), T2 label T2 (1 affirmed); no sentence was found that ties the two.",
        ),
        (
            ((1, "mechanism", "T1", "planned"), (2, "mechanism", "T2", "affirmed")),
            (Claim("answers", 1, 0, (30, 33), 1), Claim("answers", 2, 0, (50, 53), 2)),
            "answered-challenge",
            "what answers it: T1 label T1 (1 planned), T2 label T2 (1 affirmed); such readings are often wrong, so read "
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
    second = (3, "challenge", "C2", "affirmed")
    assert ("unanswered-challenge", "C2") in rules(check(make(second), FRAMEWORK))
    answered = answering()
    both = replace(answered, mentions=(*answered.mentions, *make(second).mentions))
    assert ("unanswered-challenge", "C2") in rules(check(both, FRAMEWORK))


def test_a_vague_plan_is_named_whatever_the_one_before_it_tells() -> None:
    told, vague = (0, "mechanism", "T1", "planned"), (3, "mechanism", "T2", "planned")
    for more in ((0, "mechanism", "T1", "affirmed"), (0, "entity", "DATE", "affirmed")):
        found = {
            subject
            for rule, subject in rules(check(make(told, more, vague), FRAMEWORK))
            if rule == "no-particulars"
        }
        assert found == {"T2"}


def test_not_covered_states_the_measured_recall() -> None:
    checked = check(make((1, "mechanism", "T1", "planned")), FRAMEWORK, measured=MEASURED)
    messages = {f.subject: f.message for f in checked.findings if f.rule == "not-covered"}
    assert "75% of such sentences are found (8 labelled)" in messages["T3"]
    assert "has not been measured" in messages["T2"]
    assert "T1" not in messages


def test_an_outcome_not_found_states_the_recall_too() -> None:
    checked = check(make((1, "mechanism", "T1", "planned")), FRAMEWORK)
    (message,) = (f.message for f in checked.findings if (f.rule, f.subject) == ("outcome-not-named", "S1"))
    assert "has not been measured" in message


def test_a_plan_without_particulars_is_named() -> None:
    tagged = make((0, "mechanism", "T1", "lacking"), (1, "mechanism", "T1.1", "planned"))
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.rule == "no-particulars")
    assert finding.subject == "T1"
    assert len(finding.evidence) == 1  # not of the sentence that speaks of a lack
    assert finding.evidence[0].start > 0


PLAN = (1, "mechanism", "T1", "planned")


@pytest.mark.parametrize(
    "tagged",
    [
        make(PLAN, concrete=(1,)),
        make(PLAN, acting=(1,)),
        make(PLAN, (1, "entity", "QUANTITY", "affirmed")),
        make(PLAN, (1, "actor", "A1", "affirmed")),
        make(PLAN, (0, "entity", "DATE", "affirmed")),  # the sentence before
        make(PLAN, (2, "entity", "ORG", "affirmed")),  # the sentence after
        make(PLAN, (2, "mechanism", "T1", "affirmed")),  # it is there already
    ],
)
def test_a_plan_with_anything_particular_in_or_beside_it_is_not_called_vague(tagged: Tagged) -> None:
    assert ("no-particulars", "T1") not in rules(check(tagged, FRAMEWORK))


def test_what_opens_a_list_tells_particulars_of_its_items() -> None:
    kinds: tuple[BlockKind, ...] = ("paragraph", "list_item", "list_item", "list_item")
    plan, date = (3, "mechanism", "T1", "planned"), (0, "entity", "DATE", "affirmed")
    assert ("no-particulars", "T1") in rules(check(make(plan, date), FRAMEWORK))
    assert ("no-particulars", "T1") not in rules(check(make(plan, date, kinds=kinds), FRAMEWORK))


CLAIMING = make(
    (2, "mechanism", "T2", "affirmed"),
    (2, "outcome", "S1", "affirmed"),
    claims=(Claim("leads_to", 0, 1, (56, 61), 2),),
)


@pytest.mark.parametrize(
    ("pair", "rule", "n"),
    [
        (Pair(together=("x", "y", "z"), claims=("x", "y")), "claim-known", 2),
        (Pair(together=("d", "y", "z"), claims=("d",)), "claim-plausible", 2),  # its own claim does not count
        (Pair(together=("d",), claims=("d",)), "claim-unknown", 0),
        (Pair(together=("x",), denials=("x",)), "claim-contradicted", 1),
        (Pair(claims=("x",), denials=("y", "z")), "claim-known", 1),  # a claim outweighs denials
        (Pair(), "claim-unknown", 0),
    ],
)
def test_a_claim_is_held_against_the_other_documents(pair: Pair, rule: str, n: int) -> None:
    checked = check(CLAIMING, FRAMEWORK, Corpus(pair))
    (finding,) = (f for f in checked.findings if f.rule.startswith("claim-"))
    assert (finding.rule, finding.subject) == (rule, "T2>S1")
    assert checked.claims[0].n_documents == n
    assert [e.quote for e in finding.evidence] == [SENTENCES[2]]


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (Pair(claims=("x",)), "label S1: also claimed by 1 other document of the corpus."),
        (Pair(together=("x", "y")), "named together, but not claimed, by 2 other documents of the corpus."),
        (Pair(denials=("x", "y")), "denied by 2 other documents of the corpus and claimed by no other."),
        (Pair(), "not known from any other document of the corpus."),
    ],
)
def test_a_claim_says_what_the_others_say(known: Pair, words: str) -> None:
    checked = check(CLAIMING, FRAMEWORK, Corpus(known))
    (finding,) = (f for f in checked.findings if f.rule.startswith("claim-"))
    assert finding.message.startswith("Claims that T2 label T2 leads to S1 label S1: ")
    assert finding.message.endswith(words)


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


def test_an_outcome_without_means_is_named() -> None:
    assert ("outcome-without-means", "S1") in rules(check(make((3, "outcome", "S1", "affirmed")), FRAMEWORK))
    assert ("outcome-without-means", "S1") not in rules(check(CLAIMING, FRAMEWORK))


def test_a_document_that_names_nothing_gets_one_finding() -> None:
    assert rules(check(make(), FRAMEWORK)) == {("nothing-found", "f")}


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
    assert not {("only-lacking", "T1"), ("unanswered-challenge", "C1")} & set(found)


def test_a_mechanism_in_a_heading_alone_is_neither_missing_nor_lacking() -> None:
    kinds: tuple[BlockKind, ...] = ("heading", "paragraph", "paragraph", "paragraph")
    found = rules(check(make((0, "mechanism", "T1", "planned"), kinds=kinds), FRAMEWORK))
    assert not {rule for rule, subject in found if subject == "T1"}
    assert ("not-covered", "T2") in found


def test_a_mechanism_in_a_heading_alone_says_nothing_of_a_challenge() -> None:
    kinds: tuple[BlockKind, ...] = ("heading", "paragraph", "paragraph", "paragraph")
    tagged = make((0, "mechanism", "T1", "planned"), (1, "challenge", "C1", "affirmed"), kinds=kinds)
    assert not [f for f in check(tagged, FRAMEWORK).findings if f.subject == "C1"]


def test_an_unanswered_challenge_names_what_would_answer_it() -> None:
    tagged = make((0, "challenge", "C1", "affirmed"), (1, "challenge", "C1", "affirmed"))
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.rule == "unanswered-challenge")
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


def test_a_mechanism_named_only_as_lacking_is_pointed_out() -> None:
    tagged = make((0, "mechanism", "T1", "lacking"), (1, "mechanism", "T1", "negated"))
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.rule == "only-lacking")
    assert (finding.subject, finding.severity) == ("T1", "warning")
    assert finding.message == "T1 label T1 is named only as lacking or denied, in 2 sentences."


def test_an_outcome_without_means_says_in_how_many_sentences_it_stands() -> None:
    tagged = make((2, "outcome", "S1", "planned"), (3, "outcome", "S1", "lacking"))
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.rule == "outcome-without-means")
    assert finding.severity == "info"
    assert "Speaks of S1 label S1 in 2 sentences," in finding.message


def test_an_outcome_only_lacking_is_not_said_to_be_without_means() -> None:
    found = rules(check(make((3, "outcome", "S1", "lacking")), FRAMEWORK))
    assert not [rule for rule, subject in found if subject == "S1"]


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
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.rule == "only-lacking")
    assert [e.quote for e in finding.evidence] == words[:5]
    assert "in 8 sentences" in finding.message
