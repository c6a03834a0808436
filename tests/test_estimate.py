"""Sentences drawn with known probabilities, and shares corrected with them, against examples that can be counted."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from math import exp, log, sqrt
from pathlib import Path
from statistics import stdev

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

import policyloom as pl
from policyloom.cli import main
from policyloom.errors import LabelsError, RunError
from policyloom.framework import Framework, read_framework
from policyloom.learn.drawing import draw_systematically, inclusion_probabilities, sentence_weights
from policyloom.learn.labels import Label, Labelled, read_labels, read_sampled, write_labels
from policyloom.network.counting import joint_pairs
from policyloom.network.estimate import MIN_NAMED, Survey, estimate_shares, expected_half_widths
from policyloom.run import copies, write_sample_sheet


def flags(*values: int) -> np.ndarray:
    return np.array(values, dtype=bool)[:, None]


# ---------------------------------------------------------------- the statistics


def test_estimate_shares_adds_what_people_changed_over_the_inclusion_probability() -> None:
    # Of two documents with two sentences each the coder finds one; that was drawn with 1/2 and is wrong. In the other
    # document one was drawn with 1/4, and the coder has missed it: (1 - 1/0.5 + 1/0.25) / 4 = 3/4.
    (share,) = estimate_shares(Survey(
        np.array([2, 2]), np.array([[1.0], [0.0]]), np.array([0, 1]), flags(1, 0), flags(0, 1), np.array([0.5, 0.25])
    ))  # fmt: skip
    assert (share.naive, share.corrected) == (0.25, 0.75)
    assert (share.n_found, share.n_coded, share.n_both, share.n_named) == (1, 1, 0, 2)
    assert share.interval is None


def test_estimate_shares_is_prediction_powered_inference_where_all_are_as_likely() -> None:
    generator = np.random.default_rng(0)
    documents = np.repeat(np.arange(20), 30)
    found, coded = generator.random(600) < 0.3, generator.random(600) < 0.2
    drawn = draw_systematically(np.full(600, 1 / 6), [str(d) for d in documents])
    totals = np.bincount(documents, found)[:, None]
    (share,) = estimate_shares(
        Survey(
            np.full(20, 30),
            totals,
            documents[drawn],
            found[drawn, None],
            coded[drawn, None],
            np.full(100, 1 / 6),
        )
    )
    rectifier = coded[drawn].mean() - found[drawn].mean()
    assert share.corrected == pytest.approx(found.mean() + rectifier)


def test_estimate_shares_has_the_error_of_a_mean_over_documents_of_one_length() -> None:
    # Everything is coded, so the shares of the five documents are known: 2, 4, 4, 6 and 9 of 10.
    counts = [2, 4, 4, 6, 9]
    documents = np.repeat(np.arange(5), 10)
    coded = np.concatenate([np.arange(10) < n for n in counts])[:, None]
    (share,) = estimate_shares(
        Survey(np.full(5, 10), np.zeros((5, 1)), documents, np.zeros((50, 1), dtype=bool), coded, np.ones(50))
    )
    error = stdev(n / 10 for n in counts) / sqrt(5)
    assert share.corrected == pytest.approx(0.5)
    # Leaving out one of five documents, its weight of 1/5 counts for a quarter: errors are 5/4 of the usual ones,
    # times 4/5 for their number.
    assert share.standard_error == pytest.approx(error)
    half = 2.7764 * error / 0.25  # Student's t of four degrees of freedom, on the logit's scale around 0
    assert share.interval == pytest.approx((1 / (1 + exp(half)), 1 / (1 + exp(-half))), abs=1e-4)
    assert log(share.interval[1] / (1 - share.interval[1])) == pytest.approx(half, abs=1e-3)


@pytest.mark.parametrize(
    ("n_named", "n_documents", "has_interval"),
    [(MIN_NAMED, 10, True), (MIN_NAMED - 1, 10, False), (12, 4, False)],
)
def test_estimate_shares_gives_no_interval_for_few_labels_or_documents(
    n_named: int, n_documents: int, has_interval: bool
) -> None:
    documents = np.arange(n_named) % n_documents
    everything = np.ones((n_named, 1), dtype=bool)
    (share,) = estimate_shares(Survey(
        np.full(n_documents, 100), np.zeros((n_documents, 1)), documents, ~everything, everything, np.ones(n_named)
    ))  # fmt: skip
    assert (share.interval is not None) is has_interval


def test_estimate_shares_gives_no_interval_where_the_error_is_over_half_the_share() -> None:
    # All twelve stand in one of ten documents: leaving it out leaves nothing, so the error is as large as the share.
    everything = np.ones((12, 1), dtype=bool)
    (share,) = estimate_shares(
        Survey(
            np.full(10, 100), np.zeros((10, 1)), np.zeros(12, dtype=int), ~everything, everything, np.ones(12)
        )
    )
    assert share.standard_error == pytest.approx(share.corrected)
    assert share.interval is None


def test_estimate_shares_takes_no_account_of_documents_without_sentences() -> None:
    def share(sizes: list[int]) -> object:
        totals = np.array([[float(min(n, 4))] for n in sizes])
        drawn = np.array([i for i, n in enumerate(sizes) if n])
        ones = np.ones((len(drawn), 1), dtype=bool)
        return estimate_shares(Survey(np.array(sizes), totals, drawn, ones, ones, np.full(len(drawn), 0.1)))

    assert share([10, 20, 0, 30]) == share([10, 20, 30])


def test_estimate_shares_is_sure_of_the_run_where_all_of_it_is_coded() -> None:
    documents = np.repeat(np.arange(10), 10)
    coded = (np.arange(100) % 10 <= documents)[:, None]
    (share,) = estimate_shares(
        Survey(
            np.full(10, 10), np.zeros((10, 1)), documents, np.zeros((100, 1), dtype=bool), coded, np.ones(100)
        )
    )
    assert share.interval_in_run == pytest.approx((0.55, 0.55))
    assert share.interval is not None
    assert share.interval[0] < 0.4
    assert share.interval[1] > 0.7


def test_estimate_shares_has_the_error_of_a_simple_random_sample_in_the_run() -> None:
    # 40 of 400 sentences, all as likely; in ten the coder has missed it: the variance of their mean is that of ten ones
    # and thirty zeros, times the nine tenths of the sentences that were not drawn.
    coded = (np.arange(40) < 10)[:, None]
    (share,) = estimate_shares(
        Survey(
            np.full(4, 100),
            np.full((4, 1), 10.0),
            np.arange(40) % 4,
            ~np.ones_like(coded),
            coded,
            np.full(40, 0.1),
        )
    )
    assert share.corrected == pytest.approx(0.1 + 0.25)
    assert share.interval is None
    half = 2.0227 * stdev([1] * 10 + [0] * 30) / sqrt(40) * sqrt(0.9) / (0.35 * 0.65)
    low, high = share.interval_in_run  # type: ignore[misc]
    assert log(low / (1 - low)) == pytest.approx(log(0.35 / 0.65) - half, abs=1e-4)
    assert log(high / (1 - high)) == pytest.approx(log(0.35 / 0.65) + half, abs=1e-4)


@pytest.mark.parametrize(("n_changed", "has_interval"), [(0, False), (1, False), (2, True)])
def test_estimate_shares_gives_no_interval_for_the_run_where_people_changed_nothing(
    n_changed: int, has_interval: bool
) -> None:
    # Of 200 sentences 40 are coded, and in 20 of these the coder finds it; people change so many answers.
    found = (np.arange(40) < 20)[:, None]
    coded = found ^ (np.arange(40) >= 40 - n_changed)[:, None]
    (share,) = estimate_shares(
        Survey(np.full(10, 20), np.full((10, 1), 10.0), np.arange(40) % 10, found, coded, np.full(40, 0.2))
    )
    assert (share.interval_in_run is not None) is has_interval
    assert share.interval is not None


@pytest.mark.parametrize("wrong", [0.0, -0.1, 1.5])
def test_a_survey_refuses_what_is_no_probability(wrong: float) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        Survey(np.array([1]), np.zeros((1, 1)), np.array([0]), flags(1), flags(1), np.array([wrong]))


def test_the_totals_of_two_surveys_add_to_those_of_both() -> None:
    found, coded, inclusion = flags(1, 0, 1), flags(1, 1, 0), np.array([0.5, 0.2, 0.1])
    totals = np.array([[3.0], [1.0]])
    sizes = np.array([4, 4])
    both = Survey(sizes, totals, np.array([0, 1, 1]), found, coded, inclusion).totals
    first = Survey(sizes[:1], totals[:1], np.array([0]), found[:1], coded[:1], inclusion[:1]).totals
    second = Survey(sizes[1:], totals[1:], np.array([0, 0]), found[1:], coded[1:], inclusion[1:]).totals
    assert np.array_equal(both, np.concatenate([first, second]))


def test_expected_half_widths_fall_with_more_labels_and_are_those_of_documents_when_all_is_drawn() -> None:
    documents = np.repeat(np.arange(10), 50)
    found = (np.arange(500) % 50 < documents + 1)[:, None]
    totals = np.bincount(documents, found[:, 0])[:, None]
    sizes = np.full(10, 50)

    def width(inclusion: float) -> float:
        given = np.full(500, inclusion)
        half = np.array([0.5])
        return float(expected_half_widths(sizes, totals, found, given, precision=half, recall=half)[0])

    assert width(0.1) > width(0.5) > width(1.0)
    assert width(1.0) == pytest.approx(2.2622 * stdev((n + 1) / 50 for n in range(10)) / sqrt(10), rel=1e-4)


# ---------------------------------------------------------------- drawing


def test_inclusion_probabilities_go_by_weight_and_never_above_one() -> None:
    assert inclusion_probabilities(np.array([1.0, 1, 2, 4]), 2).tolist() == [0.25, 0.25, 0.5, 1.0]
    # A weight of 100 would give more than 1; what it leaves goes to the others.
    assert inclusion_probabilities(np.array([1.0, 1, 2, 100]), 2).tolist() == [0.25, 0.25, 0.5, 1.0]
    assert inclusion_probabilities(np.array([1.0, 3]), 5).tolist() == [1.0, 1.0]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([1.0, 3.0, 6.0])), min_size=1, max_size=60),
    st.integers(1, 40),
    st.integers(0, 1000),
)
def test_draw_systematically_draws_so_many_and_of_each_document_its_share(
    rows: list[tuple[str, float]], n: int, seed: int
) -> None:
    documents = [doc for doc, _ in rows]
    inclusion = inclusion_probabilities(np.array([weight for _, weight in rows]), n)
    drawn = draw_systematically(inclusion, documents, seed)
    assert len(drawn) == len(set(drawn)) == min(n, len(rows))
    for doc in "abc":
        share = sum(p for p, other in zip(inclusion, documents, strict=True) if other == doc)
        assert abs(sum(documents[i] == doc for i in drawn) - share) < 1 + 1e-9


def test_draw_systematically_draws_each_as_often_as_its_probability_says() -> None:
    inclusion = inclusion_probabilities(np.array([1.0, 3, 6, 1, 1, 3, 6, 1]), 3)
    counts = np.zeros(8)
    for seed in range(4000):
        counts[draw_systematically(inclusion, ["a"] * 4 + ["b"] * 4, seed)] += 1
    assert counts / 4000 == pytest.approx(inclusion, abs=0.03)


def test_sentence_weights_are_highest_for_a_mechanism_with_an_outcome(framework: Framework) -> None:
    named = [("T1", "S1"), ("T1", "C1"), (), ()]
    rows = [Labelled(str(i), "d", "x", tuple(map(Label, ids))) for i, ids in enumerate(named)]
    assert sentence_weights(rows, framework, [3]).tolist() == [6.0, 3.0, 1.0, 3.0]


# ---------------------------------------------------------------- labels


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv"])
def test_write_labels_keeps_the_inclusion_probability(
    name: str, tmp_path: Path, framework: Framework
) -> None:
    rows = (Labelled("1", "d", "A.", (), inclusion=0.0312345), Labelled("2", "d", "B.", (Label("T1"),)))
    write_labels(rows, tmp_path / name, framework)
    assert read_labels(tmp_path / name, framework) == rows


def test_read_labels_takes_a_decimal_comma(tmp_path: Path, framework: Framework) -> None:
    (tmp_path / "x.csv").write_text("id;doc;text;T1;inclusion\n1;d;A.;x;0,25\n", "utf-8")
    assert read_labels(tmp_path / "x.csv", framework)[0].inclusion == 0.25


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("0", "line 2: inclusion 0 is no probability above 0 and at most 1; leave the column as it was written"),
        ("3", "inclusion 3 is no probability"),
        ("high", "line 2, column 'inclusion': 'high' is no number; leave the column as `policyloom label` wrote it"),
    ],
)  # fmt: skip
def test_read_labels_refuses_what_is_no_probability(
    cell: str, said: str, tmp_path: Path, framework: Framework
) -> None:
    (tmp_path / "x.csv").write_text(f"id,doc,text,T1,inclusion\n1,d,A.,x,{cell}\n", "utf-8")
    with pytest.raises(LabelsError, match=said):
        read_labels(tmp_path / "x.csv", framework)


# ---------------------------------------------------------------- a run, a sample and its estimates

FRAMEWORK = """
[framework]
id = "meals"
title = "Meals"
version = "1"
language = "en"
"""
ELEMENTS = (
    ("S1", "outcome", "Attendance", "attendance"),
    ("T1", "mechanism", "Public money", "public money"),
    ("T2", "mechanism", "Kitchens", "kitchen"),
)
PLAN = (
    "The state gives public money to every school in the north.",
    "Public money has raised attendance in all districts.",
    "A kitchen was built in each town of the province.",
    "The minister opened the new road to the coast yesterday.",
    "The minister opened the new road to the coast yesterday.",
    "Pupils come to class more often since lunches are cooked.",
)
"""The coder finds T1 in two sentences, S1 in one, T2 in one; the last says S1 in other words, with T2 in the third."""


def cli(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("estimate")
    (folder / "in").mkdir()
    (folder / "meals.toml").write_text(
        FRAMEWORK
        + "".join(
            f'[[element]]\nid = "{id}"\nkind = "{kind}"\nlabel = "{label}"\ndefinition = "d"\nterms = ["{term}"]\n'
            for id, kind, label, term in ELEMENTS
        ),
        "utf-8",
    )
    table = ["file,date,group"]
    for n in range(6):
        (folder / "in" / f"plan-{n}.txt").write_text("\n\n".join(PLAN) + "\n" * n, "utf-8")
        table.append(f"plan-{n}.txt,{2001 + n},{'north' if n < 3 else 'south' if n < 5 else ''}")
    (folder / "table.csv").write_text("\n".join(table))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copies, "MIN_WORDS", 10**9)  # six texts alike, each of which counts here
        pl.run(
            folder / "in",
            folder / "out",
            framework=folder / "meals.toml",
            workers=0,
            metadata=folder / "table.csv",
        )
    return folder / "out"


def code(path: Path, framework: Framework) -> None:
    """Codes a sheet as a person would, who also sees that pupils who come to class are attendance."""
    words = {"S1": ("attendance", "come to class"), "T1": ("ublic money",), "T2": ("kitchen", "cooked")}
    rows = [
        replace(row, elements=tuple(Label(id) for id, any_of in words.items() if any(w in row.text for w in any_of)))
        for row in read_sampled(path, framework)
    ]  # fmt: skip
    write_labels(rows, path, framework)


@pytest.fixture
def meals(finished: Path) -> Framework:
    return read_framework(finished.parent / "meals.toml")


def test_estimate_gives_what_people_coded_where_every_sentence_is_drawn(
    finished: Path, meals: Framework, tmp_path: Path
) -> None:
    drawn = write_sample_sheet(finished, tmp_path / "x.csv", 100)
    assert (len(drawn.sentences), drawn.n_sentences, drawn.n_documents, drawn.n_joint) == (36, 36, 6, 6)
    assert {sentence.inclusion for sentence in drawn.sentences} == {1.0}
    code(tmp_path / "x.csv", meals)
    found = pl.estimate(finished, tmp_path / "x.csv")
    shares = {element.id: element.share for element in found.elements}
    assert {id: (s.naive, s.corrected) for id, s in shares.items()} == {
        "S1": (pytest.approx(1 / 6), pytest.approx(2 / 6)),
        "T1": (pytest.approx(2 / 6), pytest.approx(2 / 6)),
        "T2": (pytest.approx(1 / 6), pytest.approx(2 / 6)),
    }
    assert (shares["S1"].n_found, shares["S1"].n_coded, shares["S1"].n_both) == (6, 12, 6)
    assert (found.any_pair.naive, found.any_pair.corrected) == (pytest.approx(1 / 6), pytest.approx(2 / 6))  # type: ignore[union-attr]
    assert {(p.mechanism, p.outcome): round(6 * p.share.corrected, 6) for p in found.pairs} == {
        ("T1", "S1"): 1.0,
        ("T2", "S1"): 1.0,
    }
    assert (found.n_sentences, found.n_documents, found.n_labelled, found.n_labelled_documents) == (36, 6, 36, 6)  # fmt: skip


def test_estimate_counts_what_the_tables_of_the_run_count(
    finished: Path, meals: Framework, tmp_path: Path
) -> None:
    write_sample_sheet(finished, tmp_path / "x.csv", 12)
    code(tmp_path / "x.csv", meals)
    found = pl.estimate(finished, tmp_path / "x.csv")
    with (finished / "elements.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    for element in found.elements:
        assert round(element.share.naive * found.n_sentences) == int(rows[element.id]["n_sentences"])
        for status, share in element.statuses.items():
            assert round(share.naive * found.n_sentences) == int(rows[element.id][status])
    with (finished / "links.csv").open(encoding="utf-8-sig", newline="") as file:
        links = {(row["source"], row["target"]): row["n"] for row in csv.DictReader(file) if row["kind"] == "co_occurs"}  # fmt: skip
    for pair in found.pairs:
        assert round(pair.share.naive * found.n_sentences) == int(links[pair.mechanism, pair.outcome])


def test_joint_pairs_are_those_in_a_status_that_counts_for_links(framework: Framework) -> None:
    named = [("T1", "planned"), ("T2", "negated"), ("S1", "affirmed"), ("C1", "affirmed")]
    assert joint_pairs(named, framework) == {("T1", "S1")}  # type: ignore[arg-type]


def test_write_sample_sheet_draws_pairs_more_often_and_the_same_again(finished: Path, tmp_path: Path) -> None:
    first = write_sample_sheet(finished, tmp_path / "a.jsonl", 12)
    again = write_sample_sheet(finished, tmp_path / "b.jsonl", 12)
    other = write_sample_sheet(finished, tmp_path / "c.jsonl", 12, seed=1)
    assert first.sentences == again.sentences != other.sentences
    assert len(first.sentences) == 12
    assert {sentence.doc for sentence in first.sentences} == {f"plan-{n}" for n in range(6)}
    by_text = {s.text: s.inclusion for one in (first, other) for s in one.sentences}
    pair, single, nothing = (by_text[PLAN[i]] for i in (1, 0, 3))
    assert pair == pytest.approx(2 * single, rel=1e-4)  # type: ignore[operator]
    assert pair == pytest.approx(6 * nothing, rel=1e-4)  # type: ignore[operator]
    assert all(s.elements is None for s in first.sentences)
    assert [e.id for e in first.expected] == ["", "T1", "S1", "T2"]


def test_estimate_leaves_out_what_the_sample_was_not_coded_for(
    finished: Path, meals: Framework, tmp_path: Path
) -> None:
    write_sample_sheet(finished, tmp_path / "x.csv", 100)
    code(tmp_path / "x.csv", meals)
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    gone = next(i for i, name in enumerate(rows[0]) if name.startswith("T2"))
    none = rows[0].index("none") - 1
    kept = [[cell for i, cell in enumerate(row) if i != gone] for row in rows]
    for row in kept[1:]:
        if not any(row[i] for i, name in enumerate(kept[0]) if name[:2] in ("S1", "T1")):
            row[none] = "x"
    with (tmp_path / "y.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(kept)
    found = pl.estimate(finished, tmp_path / "y.csv")
    assert [element.id for element in found.elements] == ["S1", "T1"]
    assert found.any_pair is None
    assert [(pair.mechanism, pair.outcome) for pair in found.pairs] == [("T1", "S1")]


def test_estimate_finds_sentences_by_their_text_where_places_have_changed(
    finished: Path, meals: Framework, tmp_path: Path
) -> None:
    write_sample_sheet(finished, tmp_path / "x.jsonl", 100)
    code(tmp_path / "x.jsonl", meals)
    rows = read_labels(tmp_path / "x.jsonl", meals)
    moved = [replace(row, id=f"moved {i}", text=row.text.replace(" ", "  ")) for i, row in enumerate(rows)]
    write_labels(moved, tmp_path / "y.jsonl", meals)
    assert pl.estimate(finished, tmp_path / "y.jsonl") == pl.estimate(finished, tmp_path / "x.jsonl")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"inclusion": None}, "1 of 36 sentences have no inclusion probability, such as plan-0:0; only a sheet of `policyloom label --sample`"),
        ({"elements": None}, "1 of 36 sentences are not coded, such as plan-0:0; code every row"),
        ({"text": "Another."}, r"1 of 36 sentences are not in .*out, such as plan-0:0 \('Another.'\); give the run"),
        ({"doc": "plan-9"}, "1 of 36 sentences are not in .*out, such as plan-0:0"),
    ],
)  # fmt: skip
def test_estimate_refuses_a_sample_with_gaps(
    change: dict[str, object], said: str, finished: Path, meals: Framework, tmp_path: Path
) -> None:
    write_sample_sheet(finished, tmp_path / "x.jsonl", 100)
    code(tmp_path / "x.jsonl", meals)
    first, *others = read_labels(tmp_path / "x.jsonl", meals)
    write_labels([replace(first, **change), *others], tmp_path / "y.jsonl", meals)  # type: ignore[arg-type]
    with pytest.raises(LabelsError, match=said):
        pl.estimate(finished, tmp_path / "y.jsonl")


def test_estimate_by_group_gives_each_group_s_shares_and_the_difference_of_two(
    finished: Path, meals: Framework, tmp_path: Path
) -> None:
    write_sample_sheet(finished, tmp_path / "x.csv", 100)
    code(tmp_path / "x.csv", meals)
    found = pl.estimate(finished, tmp_path / "x.csv", by="group")
    assert found.groups is not None
    assert {name: (g.n_sentences, g.n_documents, g.n_labelled) for name, g in found.groups.items()} == {
        "north": (18, 3, 18),
        "south": (12, 2, 12),
    }
    for group in found.groups.values():
        assert [(e.id, round(6 * e.share.naive), round(6 * e.share.corrected)) for e in group.elements] == [
            ("S1", 1, 2), ("T1", 2, 2), ("T2", 1, 2),
        ]  # fmt: skip
    assert found.between == ("north", "south")
    differences = {(d.element, d.outcome, d.status): d.figure.corrected for d in found.differences}
    assert differences["S1", "", ""] == pytest.approx(0)
    assert {key for key in differences if key[1]} == {("T1", "S1", ""), ("T2", "S1", "")}
    assert ("S1", "", "planned") in differences


def test_estimate_by_year_and_group_makes_a_group_of_each_two_values(
    finished: Path, meals: Framework, tmp_path: Path
) -> None:
    write_sample_sheet(finished, tmp_path / "x.csv", 100)
    code(tmp_path / "x.csv", meals)
    found = pl.estimate(
        finished, tmp_path / "x.csv", by=["group", "year"], between=("north, 2001", "south, 2004")
    )
    assert list(found.groups or ()) == [
        "north, 2001",
        "north, 2002",
        "north, 2003",
        "south, 2004",
        "south, 2005",
    ]
    assert found.between == ("north, 2001", "south, 2004")
    assert found.differences
    assert found.years == (2001, 2006)
    assert found.n_dated == 6
    assert [
        round(t.figure.corrected or 0, 9) for t in found.trends if t.element == "T1" and not t.outcome
    ] == [0] * 5


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"by": "county"}, "has no column 'county' of its documents; there are date, group"),
        ({"by": "group", "between": ("north", "west")}, "has no group 'west' by group; there are north, south"),
        ({"by": "group", "between": ("north", "north")}, "'north' and itself cannot be compared"),
    ],
)  # fmt: skip
def test_estimate_refuses_groups_that_are_not_there(
    options: dict[str, object], said: str, finished: Path, meals: Framework, tmp_path: Path
) -> None:
    write_sample_sheet(finished, tmp_path / "x.csv", 100)
    code(tmp_path / "x.csv", meals)
    with pytest.raises(RunError, match=said):
        pl.estimate(finished, tmp_path / "x.csv", **options)  # type: ignore[arg-type]


def test_the_strength_of_pairs_is_that_of_the_links_for_the_coder_s_own_answers(
    finished: Path, meals: Framework, tmp_path: Path
) -> None:
    write_sample_sheet(finished, tmp_path / "x.csv", 100)
    code(tmp_path / "x.csv", meals)
    with (finished / "links.csv").open(encoding="utf-8-sig", newline="") as file:
        links = {(row["source"], row["target"]): row for row in csv.DictReader(file) if row["kind"] == "co_occurs"}  # fmt: skip
    first, other = pl.estimate(finished, tmp_path / "x.csv").pairs
    assert (other.mechanism, other.npmi.naive) == ("T2", None)  # the coder never finds these two together
    row = links["T1", "S1"]
    assert first.log_odds.naive == pytest.approx(float(row["log_odds"]), abs=1e-6)
    assert first.npmi.naive == pytest.approx(float(row["npmi"]), abs=1e-6)


def test_the_parts_of_a_sheet_give_what_the_sheet_gives(
    finished: Path, meals: Framework, tmp_path: Path
) -> None:
    drawn = write_sample_sheet(finished, tmp_path / "x.jsonl", 20)
    assert {sentence.draw for sentence in drawn.sentences} == {"20 of 36, seed 0"}
    code(tmp_path / "x.jsonl", meals)
    rows = read_labels(tmp_path / "x.jsonl", meals)
    parts = [tmp_path / "a.csv", tmp_path / "b.jsonl"]
    write_labels(rows[:7], parts[0], meals)
    write_labels(rows[7:], parts[1], meals)
    assert pl.estimate(finished, parts) == pl.estimate(finished, tmp_path / "x.jsonl")
    with pytest.raises(LabelsError, match="has 7 of the 20 sentences of the sample “20 of 36, seed 0”; give all its parts"):  # fmt: skip
        pl.estimate(finished, parts[0])
    with pytest.raises(LabelsError, match=r"b.jsonl: sentence plan-\d:\d+ stands in .*x.jsonl too; settle which of the two"):  # fmt: skip
        pl.estimate(finished, [tmp_path / "x.jsonl", parts[1]])


def test_two_samples_of_a_run_count_by_their_labels(finished: Path, meals: Framework, tmp_path: Path) -> None:
    sheets = []
    for seed, n in ((0, 24), (1, 12)):
        sheets.append(tmp_path / f"{seed}.csv")
        write_sample_sheet(finished, sheets[-1], n, seed=seed)
        code(sheets[-1], meals)
    both = pl.estimate(finished, sheets)
    first, second = (pl.estimate(finished, sheet) for sheet in sheets)
    assert both.n_labelled == 36
    for one, a, b in zip(both.elements, first.elements, second.elements, strict=True):
        assert one.share.corrected == pytest.approx((2 * a.share.corrected + b.share.corrected) / 3)


def test_estimates_are_written_as_a_table_with_a_row_a_figure(
    finished: Path, meals: Framework, tmp_path: Path
) -> None:
    write_sample_sheet(finished, tmp_path / "x.csv", 100)
    code(tmp_path / "x.csv", meals)
    words = ("estimate", finished, "--labels", tmp_path / "x.csv", "--by", "group", "-o", tmp_path / "e.csv")
    shown = cli(*words).output
    assert "By group, in percent; differences in percentage points" in shown
    assert "  north: 18 sentences of 3 documents, 18 labels" in shown
    assert "  in no group: 1 document" in shown
    assert "  north less south" in shown
    assert "Change in a year, 2001 to 2006" in shown
    assert shown.splitlines()[-1] == f"All figures: {tmp_path / 'e.csv'}"
    with (tmp_path / "e.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["figure"] for row in rows} == {"share", "difference", "trend", "log_odds", "npmi"}
    (share,) = (
        r
        for r in rows
        if (r["figure"], r["element"], r["status"], r["group"]) == ("share", "S1", "", "north")
    )
    assert (share["naive"], share["corrected"], share["low"]) == ("0.166667", "0.333333", "")
    (pair,) = (
        r for r in rows if (r["figure"], r["element"], r["outcome"], r["group"]) == ("share", "T1", "S1", "")
    )
    assert (pair["label"], pair["n_found"], pair["n_both"]) == ("Public money with Attendance", "6", "6")
    assert {r["less"] for r in rows if r["figure"] == "difference"} == {"south"}
    cli(*words)  # its own table is replaced
    (tmp_path / "e.csv").write_text("mine")
    refused = cli(*words)
    assert refused.exit_code == 2
    assert "e.csv: is there already, and is not a table of estimates; give another name" in refused.output


def test_between_goes_with_by(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").touch()
    done = cli("estimate", finished, "--labels", tmp_path / "x.csv", "--between", "a", "b")
    assert (done.exit_code, done.output) == (
        2,
        "policyloom: --between names two groups of a column, and goes with --by\n",
    )


def test_the_commands_tell_what_to_expect_and_correct_shares(
    finished: Path, meals: Framework, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.csv"
    done = cli("label", finished, "--sample", "-o", sheet, "-n", 30)
    assert "30 sentences of 6 documents written to" in done.output
    assert "in 6 of those drawn the coder finds a mechanism and an outcome" in done.output
    assert "if 0.56 of what the coder finds is right and it finds 0.65 of what is there" in done.output
    assert "T1 Public money" in done.output
    assert f"policyloom estimate {finished} --labels {sheet}" in done.output
    code(sheet, meals)
    shown = cli("estimate", finished, "--labels", sheet).output
    assert shown.startswith("36 sentences of 6 documents; 30 labels in 6 documents.")
    assert "T1 and S1" in shown
    assert "too few" in shown
    figures = json.loads(cli("estimate", finished, "--labels", sheet, "--json").output)
    assert figures["elements"][1]["share"]["naive"] == pytest.approx(1 / 3)
    assert set(figures["elements"][0]["statuses"]) == {"affirmed", "planned", "lacking", "negated"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sample", "--coded", "x.csv"), "--sample draws from all sentences of the run, and does not go with --coded"),
        (("--seed", "3"), "--seed goes with --sample"),
    ],
)  # fmt: skip
def test_label_refuses_options_that_do_not_go_together(
    words: tuple[str, ...], said: str, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.csv").touch()
    done = cli("label", finished, "-o", "sheet.csv", *words)
    assert done.exit_code == 2
    assert said in done.output
