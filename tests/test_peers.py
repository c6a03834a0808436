"""Each document against the others of its run; every number here can be counted by hand."""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

import numpy as np
import pandas as pd
import pytest

from policyloom.framework import Framework
from policyloom.network import Counts, count, sum_counts
from policyloom.network.counts import DocumentCounts
from policyloom.network.peers import PEER_COLUMNS, compare_with_peers, held_against_peers, tell_stress
from policyloom.records import Tagged, UnreadPart
from tests.conftest import load_script
from tests.test_network import FRAMEWORK, make_tagged


def document(id: str, *, relief: int, other: int, per_paragraph: int = 1) -> Tagged:
    """A document with so many sentences that name T1.1, and others that name nothing, so many a paragraph."""
    sentences = ["[T1.1 planned|relief] comes."] * relief + ["Nothing is said."] * other
    paragraphs = [" ".join(sentences[n : n + per_paragraph]) for n in range(0, len(sentences), per_paragraph)]
    return make_tagged(id, *paragraphs)


def counts_of(*documents: Tagged) -> Counts:
    return sum_counts(count(one, FRAMEWORK) for one in documents)


def one(frame: pd.DataFrame, document: str, element: str = "T1") -> pd.Series:  # type: ignore[type-arg]
    return frame[(frame["document"] == document) & (frame["element"] == element)].iloc[0]


ALIKE = [document(f"p{n}", relief=1, other=9) for n in range(6)]


def test_a_share_is_of_sentences_and_that_of_peers_of_all_others_together() -> None:
    frame = compare_with_peers(counts_of(document("a", relief=5, other=5), *ALIKE), FRAMEWORK)
    row = one(frame, "a")
    assert list(frame.columns) == list(PEER_COLUMNS)
    assert (row["n"], row["n_sentences"], row["share"]) == (5, 10, 0.5)
    assert (row["n_peers"], row["share_peers"], row["n_peers_below"]) == (6, 0.1, 6)
    assert row["log_odds"] == pytest.approx(log(5.5 / 5.5) - log(6.5 / 54.5))
    assert one(frame, "p0")["share_peers"] == pytest.approx(10 / 60)


def test_an_interval_is_that_of_independent_sentences_where_they_are() -> None:
    row = one(compare_with_peers(counts_of(document("a", relief=5, other=5), *ALIKE), FRAMEWORK), "a")
    # Each sentence is a paragraph, so that paragraphs widen nothing but by 10/9, as ten of them are counted, not known.
    error = sqrt(10 / 9 * (1 / 5.5 + 1 / 5.5) + 1 / 6.5 + 1 / 54.5)
    assert row["ci_high"] - row["log_odds"] == pytest.approx(1.959964 * error, rel=1e-5)
    assert row["ci_low"] == pytest.approx(2 * row["log_odds"] - row["ci_high"])
    assert row["stress"] == "more"


def test_sentences_that_hang_together_make_an_interval_wider() -> None:
    def width(per_paragraph: int) -> float:
        own = document("a", relief=10, other=30, per_paragraph=per_paragraph)
        row = one(compare_with_peers(counts_of(own, *ALIKE), FRAMEWORK), "a")
        return float(row["ci_high"] - row["ci_low"])

    assert width(10) > 1.2 * width(1)


def test_peers_that_differ_make_an_interval_wider() -> None:
    def width(peers: list[Tagged]) -> float:
        row = one(compare_with_peers(counts_of(document("a", relief=5, other=5), *peers), FRAMEWORK), "a")
        return float(row["ci_high"] - row["ci_low"])

    differing = [document(f"p{n}", relief=6 if n == 0 else 0, other=4 if n == 0 else 10) for n in range(6)]
    assert width(differing) > 1.2 * width(ALIKE)


@pytest.mark.parametrize(("relief", "stress"), [(2, ""), (3, "more")])
def test_one_or_two_sentences_are_no_stress(relief: int, stress: str) -> None:
    """Even where nobody else says a word of it."""
    silent = [document(f"p{n}", relief=0, other=60) for n in range(6)]
    row = one(compare_with_peers(counts_of(document("a", relief=relief, other=0), *silent), FRAMEWORK), "a")
    assert row["q"] < 0.05
    assert row["stress"] == stress


def test_with_few_other_documents_there_is_no_interval_and_the_note_says_so() -> None:
    row = one(compare_with_peers(counts_of(document("a", relief=5, other=5), *ALIKE[:4]), FRAMEWORK), "a")
    assert np.isnan(row["ci_low"])
    assert np.isnan(row["q"])
    assert row["stress"] == ""
    assert row["note"] == "too few other documents for an interval (4; 5 are needed)"


def test_a_document_alone_has_no_peers() -> None:
    row = one(compare_with_peers(counts_of(document("a", relief=5, other=5)), FRAMEWORK), "a")
    assert (row["n_peers"], row["share_peers"], row["stress"]) == (0, 0, "")
    assert np.isnan(row["log_odds"])


def test_other_versions_of_a_text_are_no_peers() -> None:
    counts = counts_of(document("a", relief=5, other=5), *ALIKE)
    row = one(compare_with_peers(counts, FRAMEWORK, same_text={"a": ["p1", "gone"]}), "a")
    assert row["n_peers"] == 5


def test_a_document_of_another_field_is_nobodys_peer_and_stresses_nothing() -> None:
    rivers = document("rivers", relief=0, other=40)
    part = UnreadPart("field", (), len(rivers.document.text) * 3 // 4, "text of another field")
    rivers = replace(rivers, unread=(part,))
    frame = compare_with_peers(counts_of(document("a", relief=5, other=5), rivers, *ALIKE), FRAMEWORK)
    assert "rivers" not in set(frame["document"])
    assert (one(frame, "a")["n_peers"], one(frame, "a")["share_peers"]) == (6, 0.1)
    alone = held_against_peers(
        counts_of(document("a", relief=5, other=5)), counts_of(rivers, *ALIKE), FRAMEWORK
    )
    assert one(alone, "a")["n_peers"] == 6


def test_what_nobody_names_has_no_row() -> None:
    frame = compare_with_peers(counts_of(document("a", relief=1, other=1), *ALIKE), FRAMEWORK)
    assert set(frame["element"]) == {"T1"}
    assert compare_with_peers(Counts(), FRAMEWORK).empty


def test_a_draft_is_held_against_a_run_without_its_own_copy() -> None:
    own = counts_of(document("draft", relief=5, other=5))
    same = own.documents["draft"]
    marked = DocumentCounts("f" * 64, *(getattr(same, name) for name in same.__slots__[1:]))
    peers = sum_counts((counts_of(*ALIKE), Counts("small", own.elements, {"copy": marked})))
    draft = Counts("small", own.elements, {"draft": marked})
    row = one(held_against_peers(draft, peers, FRAMEWORK), "draft")
    assert (row["n_peers"], row["share_peers"]) == (6, 0.1)
    with pytest.raises(ValueError, match="has the counts of 6 documents; give those of one"):
        held_against_peers(counts_of(*ALIKE), peers, FRAMEWORK)


def test_documents_drawn_from_one_and_the_same_source_are_seldom_said_to_differ(framework: Framework) -> None:
    peers = load_script("benchmarks/peers.py")
    assert 0 < peers.share_said(framework, 0.25, 10, 12, draws=40, seed=1) < 0.05


def test_what_a_document_stresses_is_told_in_words_the_largest_difference_first() -> None:
    named = ["[T1|Relief] comes. [O1|Wages] rise. [O1|Pay] grows."] * 12
    own = make_tagged("a", *named, *["Nothing is said."] * 6)
    peers = [make_tagged(f"p{n}", *["[T2|Boards] meet. Nothing is said."] * 20) for n in range(6)]
    frame = compare_with_peers(counts_of(own, *peers), FRAMEWORK)
    assert tell_stress(frame[frame["document"] == "a"]) == (
        "It stresses more than the other documents: O1 label of O1 (57.1% of its sentences, 0.0% of theirs); "
        "T1 label of T1 (28.6% of its sentences, 0.0% of theirs). "
        "It stresses less than the other documents: T2 label of T2 (0.0% of its sentences, 50.0% of theirs)."
    )
    assert tell_stress(frame[frame["document"] == "gone"]) == ""
