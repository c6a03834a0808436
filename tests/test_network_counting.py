"""What counts, and that coverage, elements, links and checks never contradict each other."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given

from policyloom.check import check, cover
from policyloom.network import LinkOptions, Network, count, find_links, sum_counts
from policyloom.network.counting import (
    DEFAULT_STATUSES,
    SMALLEST_UNITS,
    STATED,
    UNITS,
    claim_counts,
    count_units,
    counted_mentions,
    counts_within,
)
from policyloom.records import BlockKind, Polarity, Status, Tagged
from tests.test_network_laws import FRAMEWORK, build, build_all, corpora, draft, few

TOPS = [element.id for element in FRAMEWORK if not element.parent]


def network_of(*documents: Tagged) -> Network:
    counts = sum_counts(count(tagged, FRAMEWORK) for tagged in documents)
    return Network.from_counts(counts, FRAMEWORK, options=LinkOptions(bootstrap=0))


# ---------------------------------------------------------------- decisions


@pytest.mark.parametrize(
    ("smallest", "units"),
    [
        ("sentence", ["sentence", "paragraph", "section", "document"]),
        ("section", ["section", "document"]),
        ("document", ["document"]),
    ],
)
def test_a_mention_counts_from_its_smallest_unit_upwards(smallest: str, units: list[str]) -> None:
    assert [unit for unit in UNITS if counts_within(smallest, unit)] == units  # type: ignore[arg-type]


def test_every_kind_of_block_has_a_decision() -> None:
    assert set(get_args(BlockKind)) - set(SMALLEST_UNITS) == {"contents", "reference"}
    assert {kind for kind, unit in SMALLEST_UNITS.items() if unit == "sentence"} == {
        "paragraph",
        "list_item",
        "footnote",
    }


@pytest.mark.parametrize(
    ("polarity", "mechanism", "target", "counts"),
    [
        ("positive", "affirmed", "planned", True),
        ("positive", "lacking", "affirmed", False),
        ("positive", "affirmed", "negated", False),
        ("negative", "lacking", "negated", True),
    ],
)
def test_a_claim_needs_two_ends_that_count_and_a_denial_none(
    polarity: Polarity, mechanism: Status, target: Status, counts: bool
) -> None:
    assert claim_counts(polarity, ("mechanism", mechanism), ("outcome", target)) is counts


def test_lacking_counts_for_a_challenge_alone_of_what_is_not_an_actor() -> None:
    assert {kind for kind, statuses in DEFAULT_STATUSES.items() if "lacking" in statuses} == {
        "challenge",
        "actor",
    }
    assert STATED == ("affirmed", "planned")


def test_units_are_those_of_running_text() -> None:
    tagged = build(
        "d",
        (
            ("title", "", ((),)),
            ("front_matter", "", ((), ())),
            ("heading", "a", ((),)),
            ("paragraph", "a", ((), ())),
            ("list_item", "a", ((),)),
            ("table", "b", ((),)),
            ("reference", "c", ((),)),
        ),
    )
    units = count_units(tagged.document, tagged.sentences)
    assert (units.n_sentences, units.n_paragraphs, list(units.sections)) == (3, 2, [("a",), ("b",)])


# ---------------------------------------------------------------- laws


@few
@given(draft)
def test_coverage_and_elements_give_the_same_numbers(blocks: tuple) -> None:
    tagged = build("d", blocks)
    elements = network_of(tagged).elements.set_index("id")
    coverage = {row.element: row for row in cover(tagged, FRAMEWORK)}
    for id in TOPS:
        row, columns = coverage[id], elements.loc[id]
        for name in ("n_sentences", *get_args(Status)):
            assert getattr(row, name) == columns[name], (id, name)
        assert row.is_named == bool(columns["n_documents"])
        stated = {
            m.sentence
            for m, smallest in counted_mentions(tagged, FRAMEWORK)
            if smallest == "sentence" and m.status in STATED and FRAMEWORK.top(m.label) == id
        }
        assert columns["n_sentences_linkable"] == len(stated)


@few
@given(corpora)
def test_elements_are_the_sum_of_coverage(drafts: list) -> None:
    documents = build_all(drafts)
    elements = network_of(*documents).elements.set_index("id")
    rows = [row for tagged in documents for row in cover(tagged, FRAMEWORK)]
    for id in TOPS:
        own = [row for row in rows if row.element == id]
        assert sum(row.n_sentences for row in own) == elements.loc[id, "n_sentences"]
        assert sum(row.is_named for row in own) == elements.loc[id, "n_documents"]


@few
@given(corpora)
def test_the_ends_of_a_link_have_the_numbers_of_their_elements(drafts: list) -> None:
    network = network_of(*build_all(drafts))
    elements = network.elements.set_index("id")["n_sentences_linkable"]
    for link in network.links.itertuples():
        assert (link.n_source, link.n_target) == (elements[link.source], elements[link.target])


@few
@given(draft)
def test_a_check_finds_the_claims_that_the_network_counts(blocks: tuple) -> None:
    tagged = build("d", blocks)
    links = network_of(tagged).links.query("kind == 'claims'")
    claims = check(tagged, FRAMEWORK).claims
    assert {(c.mechanism, c.outcome) for c in claims} == set(
        zip(links["source"], links["target"], strict=True)
    )


@few
@given(corpora)
def test_a_document_is_held_against_the_others_alone(drafts: list) -> None:
    documents = build_all(drafts)
    whole = network_of(*documents)
    for tagged in documents:
        others = network_of(*(other for other in documents if other is not tagged))
        found, expected = check(tagged, FRAMEWORK, whole), check(tagged, FRAMEWORK, others)
        assert found.claims == expected.claims
        assert found.findings == expected.findings


@few
@given(corpora)
def test_a_pair_is_together_where_the_network_of_that_document_has_it(drafts: list) -> None:
    documents = build_all(drafts)
    whole = network_of(*documents)
    for mechanism, outcome in (("T1", "O1"), ("T1.2", "O2"), ("T2", "O1.1")):
        together, claims = set(), set()
        for tagged in documents:
            pair = network_of(tagged).pair(mechanism, outcome)
            together |= {tagged.document.id} if pair is not None and pair.n else set()
            claims |= {tagged.document.id} if pair is not None and pair.claims else set()
        known = whole.pair_documents(mechanism, outcome)
        assert (known.together, known.claims) == (together, claims)


@few
@given(draft)
def test_what_is_mentioned_is_never_said_to_be_missing(blocks: tuple) -> None:
    tagged = build("d", blocks)
    mentioned = {FRAMEWORK.top(m.label) for m, _ in counted_mentions(tagged, FRAMEWORK)}
    for finding in check(tagged, FRAMEWORK).findings:
        if finding.rule in ("strategy-absent", "outcome-absent"):
            assert finding.subject not in mentioned


# ---------------------------------------------------------------- cases that went wrong


def test_a_claim_in_a_heading_is_neither_counted_nor_taken_off() -> None:
    claim = (("T1", "affirmed"), ("O1", "affirmed"))
    heading = build("a", (("heading", "a", (claim,)), ("paragraph", "a", (claim,))))
    other = build("b", (("paragraph", "", (claim,)),))
    (found,) = check(heading, FRAMEWORK, network_of(heading, other)).claims
    assert (found.state, found.n_for, found.n_against) == ("supported", 1, 0)
    only_heading = build("c", (("heading", "a", (claim,)),))
    assert not check(only_heading, FRAMEWORK, network_of(only_heading, other)).claims


def test_a_lacking_mechanism_stands_together_with_no_outcome() -> None:
    tagged = build("a", (("paragraph", "", ((("T1", "lacking"), ("O1", "affirmed")),)),))
    network = network_of(tagged)
    assert network.pair("T1", "O1") is None
    assert not network.pair_documents("T1", "O1").together
    chosen = find_links([tagged], FRAMEWORK, statuses={"mechanism": ["lacking"]}, bootstrap=0)
    assert chosen.pair_documents("T1", "O1").together == {"a"}


def test_pair_documents_are_of_outermost_elements_at_every_level() -> None:
    tagged = build("a", (("paragraph", "", ((("T1.1", "affirmed"), ("O1.1", "planned")),)),))
    own = find_links([tagged], FRAMEWORK, level="own", kinds=("outcome", "mechanism"), bootstrap=0)
    assert own.pair_documents("T1", "O1").together == {"a"}
    assert own.pair_documents("T1.2", "O1").claims == {"a"}
    denied = build("b", (("paragraph", "", ((("T1", "affirmed"), ("O1", "negated")),)),))
    assert network_of(denied).pair_documents("T1", "O1").denials == {"b"}
