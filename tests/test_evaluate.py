"""Scores against labels, and the agreement of coders against published values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from policyloom.errors import LabelsError
from policyloom.framework import Framework
from policyloom.learn.agreement import agreement, compare_coders, krippendorff_alpha
from policyloom.learn.labels import Label, Labelled
from policyloom.learn.scores import evaluate, interval
from policyloom.network.counting import joint_pairs
from policyloom.records import Accuracy


def row(id: str, elements: str, links: tuple[tuple[str, str], ...] = (), doc: str = "") -> Labelled:
    """`elements` as "T1 S1:planned"."""
    labels = tuple(Label(*e.split(":")) for e in elements.split())  # type: ignore[arg-type]
    return Labelled(id, doc or id, f"text {id}", labels, links)


def test_figures_by_hand(framework: Framework) -> None:
    labelled = [row("1", "T1 S1:planned", (("T1", "S1"),)), row("2", "T2"), row("3", "")]
    found = [row("1", "T1 S1", (("T1", "S1"), ("T1", "S2"))), row("2", "T1"), row("3", "T4")]
    scores = evaluate(labelled, found, framework)
    # hits T1, S1; found five; labelled three
    assert scores.element_precision == pytest.approx(2 / 4)
    assert scores.element_recall == pytest.approx(2 / 3)
    assert scores.element_micro_f1 == pytest.approx(4 / 7)
    # T1 2/3, S1 1, T2 0, T4 0
    assert scores.element_macro_f1 == pytest.approx((2 / 3 + 1) / 4)
    assert scores.status_accuracy == 0.5
    assert scores.link_f1 == pytest.approx(2 / 3)
    assert scores.by_element["T1"].precision == 0.5
    assert scores.status_table == {"affirmed": {"affirmed": 1}, "planned": {"affirmed": 1}}
    assert scores.instead == {"T2": {"T1": 1}}
    assert scores.intervals["element_micro_f1"] is None  # of one document


def test_pairs_and_claims_by_hand(framework: Framework) -> None:
    labelled = [
        row("1", "T1 S1 S2:planned", (("T1", "S1"),)),  # two pairs, one claim
        row("2", "T1:lacking S1"),  # what is lacking makes no pair
        row("3", "T2 S1", (("T2", "S1"),)),
    ]
    found = [
        row("1", "T1 S1", (("T1", "S1"),)),
        row("2", "T1 S1"),  # a pair that is not labelled, as the status is wrong
        row("3", "T1 S1", (("T1", "S1"),)),
    ]
    scores = evaluate(labelled, found, framework)
    assert scores.pairs == Accuracy(1 / 3, 1 / 3, n=3, n_found=3)
    assert scores.claims == Accuracy(1 / 2, 1 / 2, n=2, n_found=2)
    assert scores.answers == Accuracy(None, None, n=0, n_found=0)


def test_pairs_are_what_the_network_counts(framework: Framework) -> None:
    for elements in ("T1 T2:planned S1 S2:negated C1", "T1:lacking S1", "S1:planned S3 T5"):
        sentence = row("1", elements)
        counted = joint_pairs(sentence.statuses.items(), framework)
        assert evaluate([sentence], [sentence], framework).pairs.n == len(counted)


def test_accuracy_in_words_says_of_how_many() -> None:
    few, enough = Accuracy(0.5, 0.5, n=9, n_found=9), Accuracy(0.5, 0.25, n=12, n_found=6)
    assert enough.in_words("claims") == (
        "about 50% of this coder’s claims are right, and it finds about 25% of those there are "
        "(measured on 6 found and 12 labelled)"
    )
    unknown = "how many of this coder’s claims are right, and how many it finds, has not been measured"
    assert few.in_words("claims") == Accuracy().in_words("claims") == unknown
    assert Accuracy(None, 0.0, n=12, n_found=0).in_words("claims") == unknown


def test_intervals_come_from_documents_not_sentences(framework: Framework) -> None:
    labelled = [row(str(n), "T1", doc=f"d{n % 5}") for n in range(50)]
    found = [row(str(n), "T1" if n % 10 < 5 else "", doc=f"d{n % 5}") for n in range(50)]
    assert evaluate(labelled, found, framework).intervals["element_recall"] == (0.5, 0.5)


def test_few_documents_give_no_interval(framework: Framework) -> None:
    rows = [row(str(n), "T1", doc=f"d{n % 4}") for n in range(50)]
    scores = evaluate(rows, rows, framework)
    assert scores.intervals["element_recall"] is None
    assert scores.by_element["T1"].f1_interval is None
    assert agreement(rows, rows, framework).intervals["f1"] is None


def test_an_interval_is_wider_than_plain_percentiles_for_few_documents() -> None:
    values = np.linspace(0, 1, 1001)
    low, high = interval(values, 5) or (0.5, 0.5)
    assert low < 0.01
    assert high > 0.99
    low, high = interval(values, 1000) or (0.5, 0.5)
    assert (low, high) == (pytest.approx(0.025, abs=0.001), pytest.approx(0.975, abs=0.001))


def test_sentences_must_match(framework: Framework) -> None:
    with pytest.raises(ValueError, match="do not match"):
        evaluate([row("1", "")], [row("2", "")], framework)


def test_agreement_of_the_same_coder_is_whole(framework: Framework) -> None:
    rows = [row("1", "T1 S1:planned"), row("2", "")]
    result = agreement(rows, rows, framework)
    assert (result.kappa, result.alpha, result.f1, result.status_kappa) == (1, 1, 1, 1)


def test_kappa_is_the_published_one(framework: Framework) -> None:
    # Two readers on fifty proposals: both yes 20, both no 15, 5 and 10 apart; kappa 0.40 in the textbooks.
    votes = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    first, second = ([row(str(n), "T1" * pair[i]) for n, pair in enumerate(votes)] for i in (0, 1))
    found = agreement(first, second, framework).by_element["T1"]
    assert found.kappa == pytest.approx(0.4)
    assert (found.n_both, found.n_first, found.n_second) == (20, 25, 30)
    assert (found.precision, found.recall) == (pytest.approx(20 / 30), pytest.approx(20 / 25))


def test_alpha_is_the_published_one() -> None:
    # Krippendorff 2011: two observers and binary values (A), and four observers, twelve units and gaps (C).
    a = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    b = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert krippendorff_alpha(list(zip(a, b, strict=True))) == pytest.approx(0.095, abs=5e-4)
    units = [
        [1, 1, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4],
        [1, 1, 2, 1], [2, 2, 2, 2], [5, 5, 5], [1, 1], [3],
    ]  # fmt: skip
    assert krippendorff_alpha(units) == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha([[1, 1], [1, 1]]) is None
    assert krippendorff_alpha([[1], [2]]) is None


def test_coders_need_a_common_sentence(framework: Framework) -> None:
    with pytest.raises(LabelsError, match="no sentence in common"):
        agreement([row("1", "")], [row("2", "")], framework)


def test_agreement_about_nothing_is_not_defined(framework: Framework) -> None:
    rows = [row("1", ""), row("2", "")]
    result = agreement(rows, rows, framework)
    assert (result.kappa, result.alpha, result.f1, result.status_kappa) == (None, None, None, None)
    assert result.by_element == {}


def test_the_status_of_elements_that_are_not_shared_is_not_defined(framework: Framework) -> None:
    result = agreement([row("1", "T1"), row("2", "")], [row("1", "T2"), row("2", "")], framework)
    assert result.status_kappa is None
    assert result.f1 == 0


def test_an_element_that_both_name_always_tells_nothing_of_chance(framework: Framework) -> None:
    rows = [row("1", "T1"), row("2", "T1 S1")]
    found = agreement(rows, rows, framework).by_element
    assert {id: element.kappa for id, element in found.items()} == {"S1": 1, "T1": None}


def test_agreement_counts_elements_for_which_both_have_coded(framework: Framework) -> None:
    partly = [replace(row("1", "T1"), coded_for=("T1",)), replace(row("2", ""), coded_for=("T1",))]
    result = agreement(partly, [row("1", "T1 T2 S1"), row("2", "T3")], framework)
    assert (result.kappa, result.f1) == (1, 1)


def test_coders_need_a_common_element(framework: Framework) -> None:
    first, second = (replace(row("1", ""), coded_for=(id,)) for id in ("T1", "T2"))
    with pytest.raises(LabelsError, match="no element in common"):
        agreement([first], [second], framework)


def test_the_same_sentence_is_known_by_its_letters(framework: Framework) -> None:
    first, second = (replace(row("1", "T1"), text=text) for text in ("a\u00a0 caf\u00e9", "a cafe\u0301"))
    assert agreement([first], [second], framework).sentences == 1


def test_a_sentence_is_scored_for_what_it_was_coded_for(framework: Framework) -> None:
    labelled = [replace(row("1", "T1"), coded_for=("T1",))]
    scores = evaluate(labelled, [row("1", "T1 T2 S1", (("T1", "S1"),))], framework)
    assert (scores.element_precision, scores.element_recall, scores.link_f1) == (1, 1, None)


def test_figures_without_anything_to_count_are_not_defined(framework: Framework) -> None:
    scores = evaluate([row("1", ""), row("2", "T1")], [row("1", ""), row("2", "")], framework)
    assert (scores.element_precision, scores.element_recall, scores.status_accuracy) == (None, 0, None)
    assert (scores.answer_f1, scores.intervals["answer_f1"]) == (None, None)
    assert (scores.by_element["T1"].precision, scores.by_element["T1"].recall) == (None, 0)


def test_elements_come_before_a_kappa_that_credits_rarity(framework: Framework) -> None:
    # Both toss a coin for T1 and never name S1: pooled, they seem to agree beyond chance.
    votes = [(1, 1), (1, 0), (0, 1), (0, 0)] * 10
    first, second = ([row(str(n), "T1" * pair[i]) for n, pair in enumerate(votes)] for i in (0, 1))
    found = agreement(first, second, framework)
    assert found.mean_kappa == 0
    assert (found.kappa or 0) > 0.4


def test_links_and_statuses_are_compared(framework: Framework) -> None:
    first = [row("1", "T1 S1", (("T1", "S1"),)), row("2", "T1 S1:planned")]
    second = [row("1", "T1 S1"), row("2", "T1 S1", (("T1", "S1"),))]
    found = agreement(first, second, framework)
    assert (found.link_f1, found.status_share) == (0, 0.75)


def test_the_sentences_on_which_most_hangs_come_first(framework: Framework) -> None:
    first = [row("1", "T1"), row("2", "T1 T2 S1"), row("3", "T1 S1"), row("4", "C1")]
    second = [row("1", "T1:planned"), row("2", ""), row("3", "T1"), row("4", "C1")]
    found = agreement(first, second, framework).differences
    assert [(d.first.id, d.n_links) for d in found] == [("2", 2), ("3", 1), ("1", 0)]


def test_several_coders_are_compared_two_by_two_and_together(framework: Framework) -> None:
    a = [row("1", "T1"), row("2", ""), row("3", "T1")]
    b = [row("1", "T1"), row("2", "")]
    c = [row("1", ""), row("2", ""), row("3", "T1")]
    found = compare_coders({"a": a, "b": b, "c": c}, framework)
    assert {pair: result.sentences for pair, result in found.pairs.items()} == {
        ("a", "b"): 2,
        ("a", "c"): 3,
        ("b", "c"): 2,
    }
    assert found.alpha == {"T1": pytest.approx(krippendorff_alpha([[1, 1, 0], [0, 0, 0], [1, 1]]))}
    with pytest.raises(ValueError, match="1 coder: two or more"):
        compare_coders({"a": a}, framework)
