"""Checks: what a document covers, leaves unanswered, and claims."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from policyloom.check import Checked, check, cover
from policyloom.framework import Element, Framework, Link, Measured
from policyloom.records import Block, Claim, Document, Facet, Mention, Metadata, Sentence, Tagged

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
    ),
    links=(
        Link(kind="answers", source="T1", target="C1"),
        Link(kind="answers", source="T3", target="C2"),
    ),
    measured=Measured(source="labels", recall={"T3": 0.75}, n={"T3": 8}),
)


@dataclass(frozen=True)
class Pair:
    n_documents: int = 0
    claims_documents: int = 0
    claims_negative_documents: int = 0


@dataclass(frozen=True)
class Corpus:
    documents: tuple[str, ...]
    known: Pair | None

    def pair(self, source: str, target: str) -> Pair | None:
        return self.known if (source, target) == ("T2", "S1") else None


def spans() -> list[tuple[int, int]]:
    found, at = [], 0
    for sentence in SENTENCES:
        found.append((at, at + len(sentence)))
        at += len(sentence) + 1
    return found


def make(
    *mentions: tuple[int, str, str, str], claims: tuple[Claim, ...] = (), concrete: tuple[int, ...] = ()
) -> Tagged:
    """A document of four sentences, with mentions as (sentence, kind, element, status); some say how much by when."""
    at = spans()
    document = Document("d", "d.txt", "", 0, "en", Metadata(), TEXT, (Block("paragraph", 0, len(TEXT)),))
    facets = {
        s: (Facet("amount", at[s][0], at[s][1]), Facet("deadline", at[s][0], at[s][1])) for s in concrete
    }
    made = [
        Mention(at[s][0], at[s][1], kind, id, s, status, facets=facets.get(s, ()))  # type: ignore[arg-type]
        for s, kind, id, status in mentions
    ]
    return Tagged(document, tuple(Sentence(a, b, 0) for a, b in at), tuple(made), claims)


def rules(checked: Checked) -> set[tuple[str, str]]:
    return {(f.rule, f.subject) for f in checked.findings}


def test_cover_counts_sentences_by_status_and_rolls_parts_up() -> None:
    tagged = make(
        (1, "mechanism", "T1.1", "planned"),
        (1, "mechanism", "T1", "planned"),
        (2, "mechanism", "T1", "affirmed"),
    )
    rows = {c.element: c for c in cover(tagged, FRAMEWORK)}
    assert (rows["T1"].planned, rows["T1"].affirmed, rows["T1"].n) == (1, 1, 2)
    assert (rows["T1.1"].planned, rows["T1.1"].n) == (1, 1)
    assert rows["T2"].n == 0
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


def test_a_strategy_planned_answers_its_challenge_but_one_lacking_does_not() -> None:
    challenge = (0, "challenge", "C1", "affirmed")
    assert ("answered-challenge", "C1") in rules(
        check(make(challenge, (1, "mechanism", "T1.1", "planned")), FRAMEWORK)
    )
    assert ("unanswered-challenge", "C1") in rules(
        check(make(challenge, (1, "mechanism", "T1", "lacking")), FRAMEWORK)
    )


def test_not_covered_states_the_measured_recall() -> None:
    checked = check(make((1, "mechanism", "T1", "planned")), FRAMEWORK)
    messages = {f.subject: f.message for f in checked.findings if f.rule == "not-covered"}
    assert "75% of such sentences are found (8 labelled)" in messages["T3"]
    assert "has not been measured" in messages["T2"]
    assert "T1" not in messages


def test_an_outcome_not_found_states_the_recall_too() -> None:
    checked = check(make((1, "mechanism", "T1", "planned")), FRAMEWORK)
    (message,) = (f.message for f in checked.findings if (f.rule, f.subject) == ("outcome-not-named", "S1"))
    assert "has not been measured" in message


def test_a_plan_without_particulars_is_named() -> None:
    plan = (1, "mechanism", "T1", "planned")
    assert ("no-particulars", "T1") in rules(check(make(plan), FRAMEWORK))
    assert ("no-particulars", "T1") not in rules(check(make(plan, concrete=(1,)), FRAMEWORK))
    checked = check(make((0, "mechanism", "T1", "lacking"), plan), FRAMEWORK)
    (finding,) = (f for f in checked.findings if f.rule == "no-particulars")
    assert len(finding.evidence) == 1  # not of the sentence that speaks of a lack
    assert finding.evidence[0].start > 0


CLAIMING = make(
    (2, "mechanism", "T2", "affirmed"),
    (2, "outcome", "S1", "affirmed"),
    claims=(Claim("leads_to", 0, 1, (56, 61), 2),),
)


@pytest.mark.parametrize(
    ("pair", "documents", "rule", "n"),
    [
        (Pair(3, 2, 0), ("x", "y", "z"), "claim-known", 2),
        (Pair(3, 1, 0), ("d", "y", "z"), "claim-plausible", 2),  # its own claim does not count
        (Pair(1, 1, 0), ("d",), "claim-unknown", 0),
        (Pair(1, 0, 1), ("x",), "claim-contradicted", 1),
        (None, ("x",), "claim-unknown", 0),
    ],
)
def test_a_claim_is_held_against_the_other_documents(
    pair: Pair | None, documents: tuple[str, ...], rule: str, n: int
) -> None:
    checked = check(CLAIMING, FRAMEWORK, Corpus(documents, pair))
    (finding,) = (f for f in checked.findings if f.rule.startswith("claim-"))
    assert (finding.rule, finding.subject) == (rule, "T2>S1")
    assert checked.claims[0].n_documents == n
    assert [e.quote for e in finding.evidence] == [SENTENCES[2]]


def test_without_a_corpus_claims_are_listed_but_not_judged() -> None:
    checked = check(CLAIMING, FRAMEWORK)
    assert len(checked.claims) == 1
    assert not [f for f in checked.findings if f.rule.startswith("claim-")]


def test_an_outcome_without_means_is_named() -> None:
    assert ("outcome-without-means", "S1") in rules(check(make((3, "outcome", "S1", "affirmed")), FRAMEWORK))
    assert ("outcome-without-means", "S1") not in rules(check(CLAIMING, FRAMEWORK))


def test_a_document_of_another_field_gets_one_finding() -> None:
    assert rules(check(make(), FRAMEWORK)) == {("off-topic", "f")}


def test_findings_come_worst_first() -> None:
    found = check(CLAIMING, FRAMEWORK, Corpus(("x", "y"), Pair(2, 0, 2))).findings
    severities = [f.severity for f in found]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert severities[0] == "error"


@pytest.mark.parametrize(("n", "severity"), [(1, "warning"), (2, "error")])
def test_a_claim_that_one_document_alone_denies_is_no_error(n: int, severity: str) -> None:
    checked = check(CLAIMING, FRAMEWORK, Corpus(("x", "y"), Pair(n, 0, n)))
    (finding,) = (f for f in checked.findings if f.rule == "claim-contradicted")
    assert finding.severity == severity
