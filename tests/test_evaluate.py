"""Scores against labels, and the agreement of coders against published values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policyloom.errors import LabelsError
from policyloom.framework import Framework
from policyloom.learn.labels import Label, Labelled
from policyloom.learn.scores import agreement, evaluate


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
    low, high = scores.intervals["element_micro_f1"]
    assert 0 <= low <= scores.element_micro_f1 <= high <= 1


def test_intervals_come_from_documents_not_sentences(framework: Framework) -> None:
    labelled = [row(str(n), "T1", doc="same") for n in range(50)]
    found = [row(str(n), "T1" if n % 2 else "", doc="same") for n in range(50)]
    low, high = evaluate(labelled, found, framework).intervals["element_recall"]
    assert low == high == 0.5


def test_sentences_must_match(framework: Framework) -> None:
    with pytest.raises(ValueError, match="do not match"):
        evaluate([row("1", "")], [row("2", "")], framework)


def test_agreement_of_the_same_coder_is_whole(framework: Framework) -> None:
    rows = [row("1", "T1 S1:planned"), row("2", "")]
    result = agreement(rows, rows, framework)
    assert (result.kappa, result.alpha, result.f1, result.status_kappa) == (1, 1, 1, 1)


def test_kappa_and_alpha_are_the_published_ones() -> None:
    from policyloom.learn.scores import _alpha, _kappa

    # Two readers on fifty proposals: both yes 20, both no 15, 5 and 10 apart; kappa 0.40 in the textbooks.
    assert _kappa([(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15) == pytest.approx(0.4)
    # Krippendorff 2011, section B: two observers, twelve nominal values, alpha 0.095 for the binary data of section A.
    a = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    b = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert _alpha(list(zip(a, b, strict=True))) == pytest.approx(0.095, abs=5e-4)


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
    assert agreement(rows, rows, framework).by_element == {"S1": 1, "T1": None}


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
