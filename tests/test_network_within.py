"""Links within sections: stretches, expected units, log odds and p, against published and enumerated values."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from policyloom.network import Counts, LinkOptions, Network, count, find_links, sum_counts
from policyloom.network import within as within_module
from policyloom.network.counts import DocumentCounts
from policyloom.network.incidence import CorpusArrays
from policyloom.network.strata import find_strata, number_stretches
from policyloom.network.within import SharedStrata, share_strata, within_sections
from policyloom.records import Tagged
from tests.conftest import load_script
from tests.test_network import FRAMEWORK, link, make_tagged
from tests.test_network_laws import FRAMEWORK as LAW_FRAMEWORK
from tests.test_network_laws import build_all, corpora, counted, few

BOTH, SOURCE, TARGET, NOTHING = "[T1|Relief] raises [O1|wages].", "[T1|Relief].", "[O1|Wages].", "Nothing."


def shared_by(*tables: tuple[int, int, int, int]) -> SharedStrata:
    """Strata by their cells (both, source alone, target alone, neither), one document each, in that order of units."""
    cells = np.array(tables)
    n, only_source, only_target, _ = cells.T
    lags, places = [], []
    for place, (a, b, c, d) in enumerate(tables):
        units = [(1, 1)] * a + [(1, 0)] * b + [(0, 1)] * c + [(0, 0)] * d
        size = len(units)
        sources, targets = ([k for k, unit in enumerate(units) if unit[end]] for end in (0, 1))
        found = Counter((t - s) % size for s in sources for t in targets)
        lags += [found[lag] for lag in sorted(found)]
        places += [place] * len(found)
    return SharedStrata(
        n,
        n + only_source,
        n + only_target,
        cells.sum(axis=1),
        np.arange(len(tables)),
        np.array(lags, dtype=np.int64),
        np.array(places, dtype=np.int64),
    )


BERKELEY = (
    (512, 313, 89, 19), (353, 207, 17, 8), (120, 205, 202, 391),
    (138, 279, 131, 244), (53, 138, 94, 299), (22, 351, 24, 317),
)  # fmt: skip
"""Admissions to Berkeley by department: (men admitted, men rejected, women admitted, women rejected)."""

RABBITS = ((3, 3, 0, 6), (6, 0, 2, 4), (5, 1, 6, 0))
"""Penicillin at once or late, cured or dead, by dose (Mantel 1963); two more doses have an empty margin."""


# ---------------------------------------------------------------- published values


def test_log_odds_and_variance_have_the_published_values() -> None:
    # R's mantelhaen.test(UCBAdmissions): common odds ratio 0.9046968, X-squared 1.4269 with continuity correction.
    shared = shared_by(*BERKELEY)
    _, log_odds, _, _ = within_module._judge(shared)
    assert math.exp(log_odds) == pytest.approx(0.9046968, abs=5e-8)
    excess = abs(shared.n.sum() - shared.expected().sum())
    assert (excess - 0.5) ** 2 / shared.variance().sum() == pytest.approx(1.4269, abs=5e-5)
    # statsmodels 0.15, StratifiedTable(...).logodds_pooled and .test_null_odds(False).statistic
    assert log_odds == pytest.approx(-0.1001553878, abs=5e-11)
    assert excess**2 / shared.variance().sum() == pytest.approx(1.5246066604, abs=5e-11)


def test_few_stretches_have_the_published_values() -> None:
    # R's mantelhaen.test(Rabbits): X-squared 3.9286, and statsmodels' pooled odds ratio, 7.
    rabbits = shared_by(*RABBITS)
    assert within_module._judge(rabbits)[1] == pytest.approx(math.log(7))
    excess = rabbits.n.sum() - rabbits.expected().sum()
    assert (excess - 0.5) ** 2 / rabbits.variance().sum() == pytest.approx(3.9286, abs=5e-5)


def test_the_exact_distribution_is_that_of_the_published_example() -> None:
    # R's mantelhaen.test(Rabbits, exact = TRUE): S = 16, two-sided p = 0.03994.
    rabbits = shared_by(*RABBITS, (0, 6, 0, 5), (2, 0, 5, 0))
    assert rabbits.n.sum() == 16
    parts = [
        stats.hypergeom(n, s, t) for n, s, t in zip(*(rabbits[k].tolist() for k in (3, 1, 2)), strict=True)
    ]
    chance: dict[int, float] = {}
    for values in itertools.product(*(range(7) for _ in parts)):
        weight = math.prod(float(part.pmf(value)) for part, value in zip(parts, values, strict=True))
        chance[sum(values)] = chance.get(sum(values), 0.0) + weight
    as_far = sum(p for p in chance.values() if p <= chance[16] * (1 + 1e-7))
    assert as_far == pytest.approx(0.03994, abs=5e-6)
    mid = 2 * (sum(p for n, p in chance.items() if n >= 16) - chance[16] / 2)
    orders = [
        within_module._hypergeometric(n, s, t)
        for n, s, t in zip(*(rabbits[k].tolist() for k in (3, 1, 2)), strict=True)
    ]
    assert within_module._mid_p(16, orders) == pytest.approx(mid)


def test_p_is_the_larger_of_all_orders_and_all_turns() -> None:
    # Two stretches of five and of four sentences, as (source, target) in order.
    stretches = (((1, 1), (1, 1), (0, 0), (0, 0), (0, 0)), ((0, 0), (1, 1), (1, 1), (0, 0)))

    def counts(ways: list[list[tuple[int, ...]]]) -> list[int]:
        sources = [[s for s, _ in stretch] for stretch in stretches]
        return [
            sum(
                s * t
                for source, target in zip(sources, chosen, strict=True)
                for s, t in zip(source, target, strict=True)
            )
            for chosen in itertools.product(*ways)
        ]

    targets = [tuple(t for _, t in stretch) for stretch in stretches]
    orders = counts([list(itertools.permutations(target)) for target in targets])
    turns = counts([[target[k:] + target[:k] for k in range(len(target))] for target in targets])

    def mid_p(found: list[int]) -> float:
        more, same = sum(n > 4 for n in found) / len(found), found.count(4) / len(found)
        return min(1.0, 2 * (more + same / 2))

    assert (mid_p(orders), mid_p(turns)) == (pytest.approx(1 / 60), pytest.approx(1 / 20))
    words = {(1, 1): BOTH, (1, 0): SOURCE, (0, 1): TARGET, (0, 0): NOTHING}
    documents = [
        make_tagged(f"d{k}", " ".join(words[unit] for unit in stretch)) for k, stretch in enumerate(stretches)
    ]
    documents += [make_tagged(f"e{k}", "[T2|Boards].") for k in range(3)]
    row = link(find_links(documents, FRAMEWORK), "T1", "O1")
    assert row["p_within"] == pytest.approx(1 / 20)
    assert row["n_expected_within"] == pytest.approx(4 / 5 + 4 / 4)
    assert math.isnan(row["log_odds_within"])  # it always meets where it can
    assert row["note"].startswith("one document decides its sign") or "in 2 documents only" in row["note"]


def test_the_normal_distribution_takes_over_where_stretches_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    tables = []
    while len(tables) < 1500:
        a, b, c, d = np.bincount(rng.integers(0, 4, 8), minlength=4).tolist()
        tables.append((a, b, c, d))
    shared = shared_by(*tables)
    telling = shared.select(shared.variance() > 0)
    exact = within_module._test(telling)
    monkeypatch.setattr(within_module, "MAX_EXACT_STRATA", 100)
    assert within_module._test(telling) == pytest.approx(exact, abs=2e-3)


# ---------------------------------------------------------------- by hand


def sections(*texts: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """A paragraph for each text, under a heading of its own."""
    return [("paragraph", text, (f"Section {k}",)) for k, text in enumerate(texts)]


def test_expected_units_and_log_odds_can_be_counted_by_hand() -> None:
    documents = [
        make_tagged("a", *sections(f"{BOTH} {SOURCE} {TARGET} {NOTHING}", f"{SOURCE} {NOTHING}")),
        make_tagged("b", *sections(f"{BOTH} {NOTHING} {NOTHING} {TARGET} {NOTHING}", f"{TARGET} {NOTHING}")),
        *(make_tagged(f"c{k}", *sections(NOTHING, SOURCE)) for k in range(3)),
    ]
    row = link(find_links(documents, FRAMEWORK), "T1", "O1")
    # Both stand in two sections: 2 and 2 of 4 sentences, 1 and 2 of 5.
    assert row["n_expected_within"] == pytest.approx(2 * 2 / 4 + 1 * 2 / 5)
    # a d / n over b c / n: (1 * 1 / 4 + 1 * 3 / 5) / (1 * 1 / 4 + 0 * 1 / 5).
    assert row["log_odds_within"] == pytest.approx(math.log((1 / 4 + 3 / 5) / (1 / 4)))
    assert row["n_expected"] == pytest.approx(7 * 5 / 19)


def test_elements_of_different_sections_have_no_test_within_them() -> None:
    documents = [
        make_tagged(f"d{k}", *sections(f"{SOURCE} {NOTHING}", f"{TARGET} {NOTHING}")) for k in range(6)
    ]
    row = link(find_links(documents, FRAMEWORK, min_n=0), "T1", "O1")
    assert row["n_expected_within"] == 0
    assert math.isnan(row["p_within"])
    assert not math.isnan(row["p"])


def test_one_document_alone_is_no_test() -> None:
    uneven = " ".join([BOTH, NOTHING, BOTH, BOTH, NOTHING, NOTHING, NOTHING, BOTH, NOTHING, NOTHING])
    loud = make_tagged("loud", *sections(uneven, uneven, NOTHING))
    quiet = [make_tagged(f"q{k}", *sections(f"{SOURCE} {NOTHING}", NOTHING)) for k in range(5)]
    assert math.isnan(link(find_links([loud, *quiet], FRAMEWORK), "T1", "O1")["p_within"])
    second = make_tagged("second", *sections(f"{SOURCE} {TARGET} {NOTHING}", NOTHING))
    row = link(find_links([loud, second, *quiet], FRAMEWORK), "T1", "O1")
    assert row["p_within"] < 0.05
    assert "one document decides p within sections" in row["note"]


def test_q_within_is_adjusted_over_the_tested_pairs() -> None:
    text = f"{BOTH} {BOTH} {NOTHING} {NOTHING} [T2|Boards] and [O2|skills]. {NOTHING}"
    documents = [make_tagged(f"d{k}", *sections(text, f"{NOTHING} [O2|Skills].")) for k in range(6)]
    links = find_links(documents, FRAMEWORK, min_n=0).links.query("kind == 'co_occurs'")
    p = links["p_within"].to_numpy()
    assert links["q_within"].to_numpy() == pytest.approx(stats.false_discovery_control(p))
    assert len(p) == 4


@pytest.mark.parametrize("unit", ["section", "document"])
def test_sections_and_documents_have_no_test_within_sections(unit: str) -> None:
    documents = [make_tagged(f"d{k}", *sections(f"{BOTH} {NOTHING}", f"{SOURCE} {TARGET}")) for k in range(6)]
    row = link(find_links(documents, FRAMEWORK, unit=unit), "T1", "O1")
    for name in ("n_expected_within", "log_odds_within", "p_within", "q_within"):
        assert math.isnan(row[name]), name


def test_paragraphs_are_compared_with_paragraphs_of_their_length() -> None:
    long, short = f"{SOURCE} {TARGET} {NOTHING}", NOTHING
    blocks = [("paragraph", text, ("A",)) for text in (long, long, short, short)]
    documents = [make_tagged(f"d{k}", *blocks) for k in range(6)]
    row = link(find_links(documents, FRAMEWORK, unit="paragraph"), "T1", "O1")
    # Of the two paragraphs of three sentences both have both; that the short ones have neither tells nothing.
    assert (row["n"], row["n_expected_within"]) == (12, 12)
    assert math.isnan(row["p_within"])
    assert row["log_odds"] > 0


def test_headings_and_tables_are_in_no_stretch() -> None:
    documents = [
        make_tagged(
            f"d{k}",
            ("heading", "[T1|Relief] and [O1|wages]", ("A",)),
            ("paragraph", f"{BOTH} {NOTHING}", ("A",)),
            ("table", "[T1|Relief] [O1|wages]", ("A",)),
            ("paragraph", NOTHING, ("B",)),
        )
        for k in range(6)
    ]
    row = link(find_links(documents, FRAMEWORK), "T1", "O1")
    assert (row["n"], row["n_expected_within"]) == (6, pytest.approx(6 * 1 / 2))


def test_a_sentence_that_counts_once_leaves_its_stretch() -> None:
    clause = (
        "All enterprises that take [T1|tax relief] shall report the [O1|wages] of apprentices by next March."
    )
    documents = [make_tagged(id, *sections(f"{clause} {TARGET} {NOTHING}", NOTHING)) for id in ("a", "b")]
    each, once = (
        link(find_links(documents, FRAMEWORK, boilerplate=rule), "T1", "O1") for rule in ("each", "once")
    )
    assert each["n_expected_within"] == pytest.approx(2 * 1 * 2 / 3)
    assert once["n_expected_within"] == pytest.approx(1 * 2 / 3)
    counts = sum_counts(count(d, FRAMEWORK) for d in documents)
    arrays = CorpusArrays(counts, FRAMEWORK)
    incidence = arrays.incidence(unit="sentence", level="top", boilerplate="once")
    strata = find_strata(arrays, incidence, unit="sentence", boilerplate="once")
    assert strata.size.tolist() == [3, 1, 2, 1]
    assert list(zip(strata.stratum.tolist(), strata.place.tolist(), strict=True)) == [(0, 0), (0, 1), (2, 0)]


# ---------------------------------------------------------------- stretches


@pytest.mark.parametrize(
    ("paragraphs", "stretches"),
    [
        # (document, section, sentences) of each paragraph, and the number of its stretch.
        ([(0, 0, 3), (0, 0, 2), (0, 0, 4), (0, 0, 3), (0, 1, 1)], [0, 0, 0, 1, 2]),
        ([(0, 0, 7), (0, 0, 2), (0, 1, 1)], [0, 0, 1]),  # two sentences more join the stretch before
        ([(0, 0, 2), (0, 1, 3), (0, 0, 2), (0, 1, 3)], [0, 1, 0, 1]),  # a section that is taken up again
        ([(0, 0, 2), (0, 0, 1), (0, 0, 2)], [0, 1, 2]),  # without headings, each paragraph
        ([(0, 0, 2), (0, 1, 1), (1, 0, 2), (1, 0, 2)], [0, 1, 2, 3]),
        ([], []),
    ],
)
def test_stretches_end_with_a_paragraph(paragraphs: list[tuple[int, int, int]], stretches: list[int]) -> None:
    columns = np.array(paragraphs, dtype=np.uint32).reshape(-1, 3).T
    assert number_stretches(*columns).tolist() == stretches


def test_other_units_have_no_stretches() -> None:
    arrays = CorpusArrays(count(make_tagged("d", BOTH), FRAMEWORK), FRAMEWORK)
    incidence = arrays.incidence(unit="section", level="top")
    with pytest.raises(ValueError, match="unit 'section': use one of sentence, paragraph"):
        find_strata(arrays, incidence, unit="section")


# ---------------------------------------------------------------- laws


def totals(documents: list[Tagged], unit: str) -> dict[tuple[str, str], float]:
    options = LinkOptions(unit=unit, bootstrap=0, min_n=0)
    links = Network.from_counts(counted(documents), LAW_FRAMEWORK, options=options).links
    links = links[links["kind"] == "co_occurs"]
    pairs = zip(links["source"], links["target"], strict=True)
    return dict(zip(pairs, links["n_expected_within"].tolist(), strict=True))


@few
@given(corpora, corpora, st.sampled_from(["sentence", "paragraph"]))
def test_expected_units_add(a: list, b: list, unit: str) -> None:
    first, second = build_all(a, "a"), build_all(b, "b")
    parts, whole = [totals(first, unit), totals(second, unit)], totals(first + second, unit)
    for pair, expected in whole.items():
        assert expected == pytest.approx(sum(part.get(pair, 0.0) for part in parts))


@few
@given(corpora)
def test_turns_and_orders_expect_the_same(drafts: list) -> None:
    arrays = CorpusArrays(counted(build_all(drafts)), LAW_FRAMEWORK)
    incidence = arrays.incidence(unit="sentence", level="own")
    strata = find_strata(arrays, incidence, unit="sentence")
    n_nodes = incidence.cells.shape[1]
    pairs = list(itertools.product(range(n_nodes), repeat=2))
    assert (strata.place < strata.size[strata.stratum]).all()
    for shared, (i, j) in zip(share_strata(incidence.cells, strata, pairs), pairs, strict=True):
        by_turn = (
            np.bincount(shared.lag_stratum, weights=shared.same_lag, minlength=len(shared.n)) / shared.size
        )
        assert by_turn == pytest.approx(shared.expected())
        assert (shared.n <= np.minimum(shared.n_source, shared.n_target)).all()
        if i == j:
            assert (shared.n == shared.n_source).all()


@few
@given(corpora)
def test_p_within_is_a_probability(drafts: list) -> None:
    arrays = CorpusArrays(counted(build_all(drafts)), LAW_FRAMEWORK)
    incidence = arrays.incidence(unit="sentence", level="top")
    strata = find_strata(arrays, incidence, unit="sentence")
    i, j = np.triu_indices(incidence.cells.shape[1], k=1)
    found = within_sections(incidence.cells, strata, i, j)
    tested = found.p[~np.isnan(found.p)]
    assert ((tested >= 0) & (tested <= 1)).all()
    assert not found.one_document[np.isnan(found.p)].any()


# ---------------------------------------------------------------- counts


def test_counts_keep_the_sentences_of_each_section() -> None:
    tagged = make_tagged("d", *sections(f"{BOTH} {NOTHING}", NOTHING), ("heading", "Aims", ("Aims",)), TARGET)
    counts = count(tagged, FRAMEWORK)
    arrays = CorpusArrays(Counts.from_json(counts.to_json()), FRAMEWORK)
    assert [tuple(map(int, row)) for row in arrays.paragraphs] == [(0, 0, 0, 2), (1, 1, 2, 1), (3, 3, 4, 1)]


def test_counts_of_an_earlier_version_are_refused() -> None:
    with pytest.raises(ValueError, match="paragraphs: their rows hold 0 sentences, not 3"):
        DocumentCounts("", "", 3, 1, 1)


# ---------------------------------------------------------------- simulations


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    return load_script("benchmarks/null_links.py")


@pytest.mark.parametrize("name", ["a topic of the section", "a topic of the section, no headings"])
def test_a_topic_makes_no_link_within_sections(simulation: ModuleType, name: str) -> None:
    corpora = (simulation.simulate(seed, 40, simulation.SIMULATIONS[name]) for seed in range(4))
    pooled, _, within, _ = simulation.measure_levels(corpora, simulation.make_framework())
    assert pooled > 90
    assert within < 8  # 5 of 100 are meant


def test_a_link_within_sections_is_found(simulation: ModuleType) -> None:
    how = simulation.Simulation(section_topic=True, odds_ratio=5.0)
    assert all(
        simulation.is_found(simulation.simulate(seed, 60, how), simulation.make_framework())
        for seed in range(3)
    )
