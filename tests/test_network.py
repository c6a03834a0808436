"""What the network counts, how it weighs it, and what it writes; every number here can be counted by hand."""

from __future__ import annotations

import importlib
import io
import json
import math
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.sparse import csc_array

from policyloom.errors import RunError
from policyloom.export import STATEMENTS, statement_rows, write_network
from policyloom.export.graphs import to_cytoscape, to_gexf, to_graphml, to_pajek
from policyloom.files import safe_cell, write_csv
from policyloom.framework import Framework
from policyloom.network import (
    Counts,
    LinkOptions,
    Network,
    PairCounts,
    compare,
    count,
    find_evidence,
    find_links,
    load_network,
    measures,
    save_network,
    sum_counts,
)
from policyloom.network.counts import ACT, CLAIM, EVENT, DocumentCounts
from policyloom.network.incidence import CorpusArrays
from policyloom.network.measures import (
    adjust,
    associate,
    bootstrap_interval,
    document_test,
    fisher_test,
    g2_test,
)
from policyloom.network.repeats import sentence_keys
from policyloom.network.signed import Stances, combine_signs, project
from policyloom.records import Block, Claim, Document, Mention, Metadata, Sentence, Tagged

compare_module = importlib.import_module(
    "policyloom.network.compare"
)  # the package's `compare` is the function

MARK = re.compile(r"\[([A-Z]\w*(?:\.\d+)*)(?: (\w+))?\|([^\]]+)\]")
"""`[T1.1 planned|tax relief]`: a mention of T1.1, planned, in the words "tax relief"."""

KINDS = {"O": "outcome", "C": "challenge", "T": "mechanism", "K": "case", "A": "actor"}


def make_framework(*ids: str, links: list[dict[str, str]] | None = None) -> Framework:
    elements = [
        {
            "id": id,
            "kind": KINDS[id[0]],
            "label": f"label of {id}",
            "definition": f"when it is {id}",
            "parent": id.rsplit(".", 1)[0] if "." in id else None,
        }
        for id in ids
    ]
    return Framework.model_validate(
        {
            "id": "small",
            "title": "A small framework",
            "version": "1",
            "elements": elements,
            "links": links or [],
        }
    )


FRAMEWORK = make_framework(
    "O1",
    "O2",
    "C1",
    "T1",
    "T1.1",
    "T1.2",
    "T2",
    "K1",
    "A1",
    "A2",
    links=[
        {"kind": "answers", "source": "T1", "target": "C1"},
        {"kind": "exemplifies", "source": "K1", "target": "T2"},
    ],
)


def make_tagged(
    id: str,
    *blocks: str | tuple[str, str] | tuple[str, str, tuple[str, ...]],
    claims: list[tuple[str, str, str]] | None = None,
    acts: dict[str, str] | None = None,
    date: str = "",
    sha256: str = "",
) -> Tagged:
    """A document of blocks, each `text`, `(kind, text)` or `(kind, text, section)`; sentences end in `. `.

    `claims` are (mechanism, target, polarity) between mentions of the first sentence that has both; `acts`
    gives, for an element's id, the id of the actor that acts wherever both stand in one sentence.
    """
    text, made, sentences, mentions = "", [], [], []
    for number, block in enumerate(blocks):
        kind, marked, section = ("paragraph", block, ()) if isinstance(block, str) else (*block, ())[:3]
        start = len(text)
        for part in re.split(r"(?<=\.) ", marked):
            if text and len(text) > start:
                text += " "
            begin, last = len(text), 0
            for mark in MARK.finditer(part):
                text += part[last : mark.start()]
                label, status, words = mark.groups()
                mentions.append(
                    Mention(
                        len(text),
                        len(text) + len(words),
                        KINDS.get(label[0], "entity") if label != "ORG" else "entity",
                        label,
                        len(sentences),
                        status or "affirmed",
                    )
                )
                text += words
                last = mark.end()
            text += part[last:]
            sentences.append(Sentence(begin, len(text), number))
        made.append(Block(kind, start, len(text), 1 if kind == "heading" else 0, section))
        text += "\n"
    if acts:
        for at, m in enumerate(mentions):
            for actor in mentions:
                if actor.label == acts.get(m.label) and actor.sentence == m.sentence:
                    fields = {
                        f: getattr(m, f) for f in ("start", "end", "kind", "label", "sentence", "status")
                    }
                    mentions[at] = Mention(**fields, agent=(actor.start, actor.end))
    found = []
    for mechanism, target, polarity in claims or ():
        i, j = next(
            (i, j)
            for i, m in enumerate(mentions)
            for j, t in enumerate(mentions)
            if (m.label, t.label) == (mechanism, target) and m.sentence == t.sentence
        )
        kind = "answers" if target.startswith("C") else "leads_to"
        sentence = mentions[i].sentence
        cue = (mentions[i].end, mentions[i].end + 2)
        found.append(Claim(kind, i, j, cue, sentence, polarity))
    document = Document(id, f"{id}.pdf", sha256, 0, "en", Metadata(date=date), text, tuple(made))
    return Tagged(document, tuple(sentences), tuple(mentions), tuple(found))


def link(network: Network, source: str, target: str, kind: str = "co_occurs") -> dict[str, object]:
    rows = network.links.query("source == @source and target == @target and kind == @kind").to_dict("records")
    assert len(rows) == 1, f"{len(rows)} links {source}-{target} {kind}"
    return rows[0]


# ---------------------------------------------------------------- published values


def test_associate_gives_the_published_chi2_and_g2() -> None:
    found = associate(3, 10, 10, 19)
    assert float(found["chi2"]) == pytest.approx(4.337160, abs=5e-7)
    assert float(found["chi2_yates"]) == pytest.approx(2.632438, abs=5e-7)
    assert float(found["g2"]) == pytest.approx(4.534939, abs=5e-7)


def test_associate_gives_the_published_lambda_and_z() -> None:
    words = ["a", "b", "c", "a", "b", "d", "e", "b", "d", "a", "b"]
    pairs = list(pairwise(words))
    n = pairs.count(("a", "b"))
    n_first = sum(first == "a" for first, _ in pairs)
    n_second = sum(second == "b" for _, second in pairs)
    found = associate(n, n_first, n_second, len(pairs))
    assert float(found["log_odds"]) == pytest.approx(3.412247, abs=5e-7)
    assert float(found["z"]) == pytest.approx(1.936083, abs=5e-7)


def test_associate_gives_hand_counted_shares() -> None:
    found = associate(2, 4, 5, 20)
    assert float(found["jaccard"]) == pytest.approx(2 / 7)
    assert float(found["p_target_given_source"]) == 0.5
    assert float(found["p_source_given_target"]) == 0.4
    assert float(found["pmi"]) == pytest.approx(1.0)  # observed 2, expected 1
    assert float(found["npmi"]) == pytest.approx(1 / math.log2(10))


@pytest.mark.parametrize(
    ("counts", "npmi"),
    [((3, 3, 3, 10), 1.0), ((10, 10, 10, 10), 0.0), ((2, 4, 5, 10), 0.0)],
)
def test_npmi_at_its_limits(counts: tuple[int, int, int, int], npmi: float) -> None:
    assert float(associate(*counts)["npmi"]) == pytest.approx(npmi)


@pytest.mark.filterwarnings("error")  # a warning would stand on the console of a run
def test_measures_of_an_element_that_never_occurs_are_missing() -> None:
    for counts in ((0, 0, 3, 10), (0, 3, 0, 10)):
        assert math.isnan(float(associate(*counts)["npmi"]))


def test_pmi_and_npmi_of_a_pair_that_never_meets_are_missing() -> None:
    found = associate(0, 3, 4, 10)
    assert math.isnan(float(found["pmi"]))
    assert math.isnan(float(found["npmi"]))


def test_associate_agrees_with_scipy() -> None:
    rng = np.random.default_rng(1)
    for table in rng.integers(1, 9, size=(50, 2, 2)):
        (a, b), (c, _) = table
        found = associate(a, a + b, a + c, table.sum())
        g2 = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
        yates = stats.chi2_contingency(table, correction=True)
        assert float(found["g2"]) == pytest.approx(g2.statistic)
        assert float(found["chi2_yates"]) == pytest.approx(yates.statistic)
        n, n_source, n_target = (np.array([x]) for x in (a, a + b, a + c))
        assert g2_test(n, n_source, n_target, int(table.sum()))[0] == pytest.approx(g2.pvalue)
        assert fisher_test(n, n_source, n_target, int(table.sum()))[0] == pytest.approx(
            stats.fisher_exact(table).pvalue
        )


def test_adjust_leaves_missing_p_missing() -> None:
    q = adjust(np.array([0.01, np.nan, 0.04]))
    assert q[[0, 2]] == pytest.approx([0.02, 0.04])
    assert np.isnan(q[1])


# ---------------------------------------------------------------- units and places


def test_a_pair_counts_once_a_unit() -> None:
    tagged = make_tagged(
        "d",
        "[T1|Relief] and [T1|relief] raise [O1|wages] and [O1|pay]. [T1|Relief] helps [O1|wages].",
        "[T1|Relief] is given. So [O1|wages] rise.",
    )
    for unit, n, n_units in (("sentence", 2, 4), ("paragraph", 2, 2), ("section", 1, 1), ("document", 1, 1)):
        row = link(find_links([tagged], FRAMEWORK, unit=unit), "T1", "O1")
        assert (row["n"], row["n_units"]) == (n, n_units), unit


def test_parts_of_one_element_in_a_sentence_count_once_for_it() -> None:
    tagged = make_tagged("d", "[T1.1|Rebates] and [T1.2|grants] raise [O1|wages].")
    assert link(find_links([tagged], FRAMEWORK), "T1", "O1")["n"] == 1
    own = find_links([tagged], FRAMEWORK, level="own")
    assert [(r.source, r.n) for r in own.links.itertuples()] == [("T1.1", 1), ("T1.2", 1)]


@pytest.mark.parametrize(
    ("kind", "counts_in"),
    [
        ("paragraph", {"sentence", "paragraph", "section", "document"}),
        ("list_item", {"sentence", "paragraph", "section", "document"}),
        ("footnote", {"sentence", "paragraph", "section", "document"}),
        ("heading", {"section", "document"}),
        ("table", {"section", "document"}),
        ("caption", {"section", "document"}),
        ("title", {"document"}),
        ("front_matter", {"document"}),
        ("reference", set()),
    ],
)
def test_what_stands_in_a_block_counts_in_these_units(kind: str, counts_in: set[str]) -> None:
    tagged = make_tagged("d", (kind, "[T1|Relief] for [O1|wages]", ("Aims",)), "Nothing here.")
    for unit in ("sentence", "paragraph", "section", "document"):
        links = find_links([tagged], FRAMEWORK, unit=unit).links
        assert len(links) == (unit in counts_in), unit


def test_a_heading_joins_its_section_and_no_other() -> None:
    tagged = make_tagged(
        "d",
        ("heading", "[T1|Relief]", ("Relief",)),
        ("paragraph", "It raises [O1|wages].", ("Relief",)),
        ("paragraph", "It raises [O2|skills].", ("Other",)),
    )
    links = find_links([tagged], FRAMEWORK, unit="section").links
    assert list(links["target"]) == ["O1"]
    for unit, n_units in (("sentence", 2), ("paragraph", 2), ("section", 2), ("document", 1)):
        found = CorpusArrays(count(tagged, FRAMEWORK), FRAMEWORK).incidence(unit=unit, level="top")
        assert found.n_units.tolist() == [n_units]


def test_entities_do_not_count() -> None:
    tagged = make_tagged("d", "[ORG|Ministry] gives [T1|relief].")
    assert len(count(tagged, FRAMEWORK).documents["d"].events) == EVENT.size


def test_an_element_unknown_to_the_framework_is_named() -> None:
    tagged = make_tagged("d", "[T9|Relief].")
    with pytest.raises(
        ValueError, match=r"document d: a mention of 'T9', which framework small does not have"
    ):
        count(tagged, FRAMEWORK)


# ---------------------------------------------------------------- statuses


@pytest.mark.parametrize(("status", "n"), [("affirmed", 1), ("planned", 1), ("lacking", 0), ("negated", 0)])
def test_a_negated_or_lacking_mechanism_supports_no_outcome(status: str, n: int) -> None:
    tagged = make_tagged("d", f"[T1 {status}|Relief] and [O1|wages].")
    assert len(find_links([tagged], FRAMEWORK).links) == n


def test_statuses_that_count_are_a_choice() -> None:
    tagged = make_tagged("d", "No [T1 lacking|relief], no [O1 negated|wages].")
    chosen = {"mechanism": ["lacking"], "outcome": ["negated"]}
    assert link(find_links([tagged], FRAMEWORK, statuses=chosen), "T1", "O1")["n"] == 1


def test_elements_shows_every_node_by_status() -> None:
    tagged = make_tagged("d", "[T1.1 lacking|Relief]. [T1 planned|Relief] and [T1.2 planned|grants].")
    elements = find_links([tagged], FRAMEWORK).elements.set_index("id")
    assert elements.loc["T1", ["n_sentences", "n_documents", "planned", "lacking"]].tolist() == [2, 1, 1, 1]
    assert elements.loc["T1", ["n_sentences_linkable", "n_documents_linkable"]].tolist() == [1, 1]
    assert elements.loc["T2", "n_documents"] == 0


@pytest.mark.parametrize(
    ("text", "unit", "why"),
    [
        ("Nothing.", "sentence", "no document names any of the mechanisms"),
        ("[T1|Relief].", "sentence", "no document names any of the outcomes"),
        (
            "[T1 lacking|Relief] and [O1|wages].",
            "sentence",
            "the mechanisms are named only as lacking or denied, which makes no link",
        ),
        (
            "[T1|Relief]. [O1|Wages].",
            "sentence",
            "mechanisms and outcomes are named, but never in the same sentence; with the unit paragraph there may be some",
        ),
        ("[T1|Relief] and [O1|wages].", "sentence", ""),
    ],
)
def test_a_network_without_links_says_why(text: str, unit: str, why: str) -> None:
    assert find_links([make_tagged("d", text)], FRAMEWORK, unit=unit).explain_no_links() == why
    assert find_links([], FRAMEWORK).explain_no_links() == "no document was read and judged"


# ---------------------------------------------------------------- other edges


def test_claims_stand_apart_from_co_occurrence() -> None:
    tagged = make_tagged(
        "d",
        "[T1.1|Relief] raises [O1|wages]. [T2|Boards] do not raise [O1 negated|wages].",
        "[T1|Relief] meets [C1|cost].",
        claims=[("T1.1", "O1", "positive"), ("T2", "O1", "negative"), ("T1", "C1", "positive")],
    )
    network = find_links([tagged], FRAMEWORK)
    assert link(network, "T1", "O1", "claims")["n"] == 1
    assert link(network, "T2", "O1", "claims_negative")["n"] == 1
    assert link(network, "T1", "C1", "answers")["n"] == 1
    assert list(network.links["kind"]) == ["co_occurs", "claims", "claims_negative", "answers"]
    assert network.pair("T2", "O1") == PairCounts("T2", "O1", claims_negative=1, claims_negative_documents=1)
    assert network.pair("T2", "O2") is None


def test_a_claim_of_what_is_lacking_is_no_support() -> None:
    tagged = make_tagged("d", "No [T1 lacking|relief] for [O1|wages].", claims=[("T1", "O1", "positive")])
    assert find_links([tagged], FRAMEWORK).links.empty


def test_a_pair_that_only_meets_has_no_claims() -> None:
    pair = find_links([make_tagged("d", "[T1|Relief] and [O1|wages].")], FRAMEWORK).pair("T1", "O1")
    assert pair is not None
    assert asdict(pair) == {
        "source": "T1",
        "target": "O1",
        "n": 1,
        "n_documents": 1,
        "npmi": 0.0,
        "q": None,
        "n_expected_within": 1.0,
        "q_within": None,
        "claims": 0,
        "claims_documents": 0,
        "claims_hedged": 0,
        "claims_negative": 0,
        "claims_negative_documents": 0,
    }


def test_a_pair_has_its_claims_by_sentence_and_document() -> None:
    sentence = "[T1|Relief] may raise [O1|wages]."
    said = make_tagged("a", f"{sentence} {sentence}", claims=[("T1", "O1", "positive")])
    hedged = replace(said, claims=tuple(replace(c, hedged=True) for c in said.claims))
    more = make_tagged("b", sentence, claims=[("T1", "O1", "positive"), ("T1", "O1", "negative")])
    pair = find_links([hedged, more], FRAMEWORK).pair("T1", "O1")
    assert pair is not None
    assert (pair.n, pair.n_documents) == (3, 2)
    assert (pair.claims, pair.claims_documents, pair.claims_hedged) == (2, 2, 1)
    assert (pair.claims_negative, pair.claims_negative_documents) == (1, 1)


def test_pair_finds_the_node_of_a_part() -> None:
    network = find_links([make_tagged("d", "[T1.2|Grants] raise [O1|wages].")], FRAMEWORK)
    known = PairCounts("T1", "O1", n=1, n_documents=1, npmi=0.0, n_expected_within=1.0)
    assert network.pair("T1.1", "O1") == known
    with pytest.raises(KeyError, match="no element 'T7'"):
        network.pair("T7", "O1")


def test_elements_of_one_kind_are_linked_once_and_found_either_way() -> None:
    tagged = make_tagged("d", "[T2|Boards] give [T1.1|rebates] and [T1.2|grants].")
    network = find_links([tagged], FRAMEWORK, kinds=("mechanism", "mechanism"))
    assert list(zip(network.links["source"], network.links["target"], strict=True)) == [("T1", "T2")]
    known = PairCounts("T1", "T2", n=1, n_documents=1, npmi=0.0, n_expected_within=1.0)
    assert network.pair("T2", "T1") == network.pair("T1", "T2") == known
    assert len(network.evidence("T2", "T1")) == 1


def test_a_case_exemplifies_within_its_paragraph() -> None:
    tagged = make_tagged("d", "[K1|Foxwell] did this. It gave [T2|boards].", "And [T1|relief].")
    network = find_links([tagged], FRAMEWORK)
    row = link(network, "K1", "T2", "exemplifies")
    assert (row["n"], row["unit"], row["n_units"]) == (1, "paragraph", 2)
    assert len(network.links) == 1


def test_cases_chosen_as_sources_are_linked_as_co_occurrence_alone() -> None:
    tagged = make_tagged("d", "[K1|Foxwell] has [T2|boards].")
    network = find_links([tagged], FRAMEWORK, kinds=("case", "mechanism"))
    assert [tuple(row) for row in network.links[["source", "target", "kind"]].to_numpy()] == [
        ("K1", "T2", "co_occurs")
    ]


def test_the_graph_keeps_what_the_framework_says_apart() -> None:
    graph = find_links([make_tagged("d", "[T1|Relief] and [O1|wages].")], FRAMEWORK).graph
    kinds = sorted((u, v, key) for u, v, key in graph.edges(keys=True))
    assert kinds == [
        ("K1", "T2", "framework_exemplifies"),
        ("T1", "C1", "framework_answers"),
        ("T1", "O1", "co_occurs"),
    ]
    assert graph.nodes["T1"] | {} == graph.nodes["T1"]
    assert graph.nodes["T1"]["label"] == "label of T1"
    assert "T1.1" not in graph
    answers = graph.edges["T1", "C1", "framework_answers"]
    assert (answers["kind"], answers["weight"]) == ("framework_answers", 1)


# ---------------------------------------------------------------- adding


def test_a_document_counted_twice_is_named() -> None:
    once = count(make_tagged("guide-2021", "[T1|Relief]."), FRAMEWORK)
    with pytest.raises(ValueError, match="document 'guide-2021' is counted twice"):
        once + once


def test_counts_of_two_frameworks_do_not_add() -> None:
    a = count(make_tagged("a", "[T1|Relief]."), FRAMEWORK)
    b = count(make_tagged("b", "[T1|Relief]."), make_framework("O1", "T1", "T5"))
    with pytest.raises(ValueError, match="different frameworks do not add"):
        a + b
    with pytest.raises(
        ValueError, match=r"made with framework 'small', not with this 'small'; they differ in A1"
    ):
        Network.from_counts(b, FRAMEWORK)


def test_no_documents_give_an_empty_network() -> None:
    network = find_links([], FRAMEWORK)
    assert network.links.empty
    assert len(network.elements) == 8
    assert "0 documents" in network._repr_html_()


def test_empty_counts_add_nothing() -> None:
    once = count(make_tagged("a", "[T1|Relief]."), FRAMEWORK)
    assert sum_counts([Counts(), once, Counts()]) == once
    assert sum_counts([]) == Counts()


def test_without_then_add_replaces_a_document() -> None:
    old = count(make_tagged("a", "[T1|Relief]."), FRAMEWORK) + count(make_tagged("b", "Nothing."), FRAMEWORK)
    new = old.without("a") + count(make_tagged("a", "[T2|Boards]."), FRAMEWORK)
    elements = Network.from_counts(new, FRAMEWORK).elements.set_index("id")["n_documents"]
    assert (elements["T1"], elements["T2"], len(new)) == (0, 1, 2)


def test_counts_survive_json() -> None:
    tagged = make_tagged(
        "d",
        "[A1|Ministry] gives [T1|relief] for [O1|wages].",
        claims=[("T1", "O1", "positive")],
        acts={"T1": "A1"},
    )
    counts = count(tagged, FRAMEWORK)
    document = counts.documents["d"]
    assert (len(document.events), len(document.claims), len(document.acts)) == (
        3 * EVENT.size,
        CLAIM.size,
        ACT.size,
    )
    assert Counts.from_json(counts.to_json()) == counts


def test_damaged_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="events: 7 bytes are not whole rows of 32"):
        DocumentCounts("", "", 1, 1, 1, b"1234567")
    with pytest.raises(ValueError, match="not a Counts"):
        Counts.from_json('{"framework": 3}')


# ---------------------------------------------------------------- boilerplate

CLAUSE = (
    "All enterprises that take [T1|tax relief] shall report the [O1|wages] of apprentices by 1 March 2021."
)


@pytest.mark.parametrize(
    "other",
    [
        CLAUSE,
        CLAUSE.replace("2021", "2024").replace("1 March", "30 March"),
        CLAUSE.replace("All enterprises", "ALL ENTERPRISES"),
        CLAUSE.replace("apprentices by", "apprentices and trainees by"),
        CLAUSE.replace("All enterprises that take", "Every firm and company that takes"),
    ],
)
def test_a_clause_repeated_in_another_document_can_count_once(other: str) -> None:
    documents = [make_tagged("a", CLAUSE), make_tagged("b", other + " [T2|Boards] meet.")]
    each, once = (find_links(documents, FRAMEWORK, boilerplate=rule) for rule in ("each", "once"))
    assert link(each, "T1", "O1")["n"] == 2
    row = link(once, "T1", "O1")
    assert (row["n"], row["n_documents"], row["n_units"]) == (1, 1, 2)
    assert once.notes == ("1 sentence repeats one of another document; it counts once",)
    assert set(once.evidence("T1", "O1")["document"]) == {"a"}


@pytest.mark.parametrize(
    "other",
    [
        "Firms with [T1|tax relief] saw the [O1|wages] of young people rise faster than other firms.",
        CLAUSE.replace("[T1|tax relief]", "[T2|board seats]"),
    ],
)
def test_sentences_that_say_something_else_are_no_repeats(other: str) -> None:
    documents = [make_tagged("a", CLAUSE), make_tagged("b", other)]
    assert CorpusArrays(sum_counts(count(d, FRAMEWORK) for d in documents), FRAMEWORK).repeats.sum() == 0


def test_short_sentences_and_repeats_within_a_document_are_no_boilerplate() -> None:
    assert sentence_keys("Tax relief raises wages.", [1]) == (0, 0)
    assert (
        find_links([make_tagged("a", f"{CLAUSE} {CLAUSE}")], FRAMEWORK, boilerplate="once").links["n"].item()
        == 2
    )


def test_copies_of_a_file_are_pointed_out() -> None:
    documents = [make_tagged(id, "[T1|Relief].", sha256="f00d") for id in ("a", "b")]
    assert find_links(documents, FRAMEWORK).notes == ("a, b are the same file, and count as 2 documents",)


# ---------------------------------------------------------------- sureness


def corpus(n: int, *, both: int) -> list[Tagged]:
    """`n` documents of ten sentences; in the first `both`, one sentence holds T1 and O1."""
    filler = " ".join(["Nothing is said."] * 8)
    return [
        make_tagged(
            f"d{i:03}",
            f"[T1|Relief] and [O1|wages]. Nothing. {filler}"
            if i < both
            else f"[T1|Relief]. [O1|Wages]. {filler}",
        )
        for i in range(n)
    ]


def test_too_few_documents_are_said_and_not_tested() -> None:
    row = link(find_links(corpus(4, both=4), FRAMEWORK), "T1", "O1")
    assert row["note"] == "too few documents to test (4 documents; 5 are needed)"
    assert all(math.isnan(row[name]) for name in ("p", "q", "ci_low", "ci_high", "loo_min", "loo_max"))
    assert row["npmi"] == 1.0


def test_an_edge_of_one_document_says_so() -> None:
    row = link(find_links(corpus(12, both=1), FRAMEWORK), "T1", "O1")
    assert row["note"] == "in 1 document only"
    assert math.isnan(row["ci_low"])
    assert row["p"] > 0.3


def test_many_sentences_of_one_document_are_one_document() -> None:
    loud = make_tagged("loud", " ".join(["[T1|Relief] and [O1|wages]."] * 20))
    quiet = [make_tagged(f"q{i}", " ".join(["[T2|Boards] meet."] * 20)) for i in range(9)]
    by_documents = link(find_links([loud, *quiet], FRAMEWORK), "T1", "O1")
    by_sentences = link(find_links([loud, *quiet], FRAMEWORK, test="fisher"), "T1", "O1")
    assert by_sentences["p"] < 1e-20
    assert by_documents["p"] == 1


def test_document_test_is_the_jackknife_of_the_log_odds() -> None:
    # Documents of ten sentences, as (both, T1, O1): three join the pair
    # once, one twice, eight never; one mentions T1 alone, one O1 alone. Twelve have both, so there are 11 degrees of
    # freedom.
    counts = [(1, 1, 1)] * 3 + [(2, 2, 2)] + [(0, 1, 1)] * 8 + [(0, 1, 0), (0, 0, 1)]
    documents = []
    for i, (both, with_t, with_o) in enumerate(counts):
        sentences = ["[T1|Relief] and [O1|wages]."] * both
        sentences += ["[T1|Relief]."] * (with_t - both) + ["[O1|Wages]."] * (with_o - both)
        documents.append(make_tagged(f"d{i}", " ".join(sentences + ["Nothing."] * (10 - len(sentences)))))

    def log_odds(kept: list[tuple[int, int, int]]) -> float:
        a, s, t = (sum(column) for column in zip(*kept, strict=True))
        return math.log((a + 0.5) * (10 * len(kept) - s - t + a + 0.5) / ((s - a + 0.5) * (t - a + 0.5)))

    without = np.array([log_odds(counts[:i] + counts[i + 1 :]) for i in range(14)])
    spread = math.sqrt(13 / 14 * ((without - without.mean()) ** 2).sum())
    expected = 2 * stats.t.sf(log_odds(counts) / spread, 11)
    assert link(find_links(documents, FRAMEWORK), "T1", "O1")["p"] == pytest.approx(expected)
    assert expected > stats.fisher_exact([[5, 9], [9, 117]]).pvalue


@pytest.mark.parametrize("unit", ["paragraph", "section", "document"])
def test_beyond_sentences_no_p_says_that_elements_go_together(unit: str) -> None:
    documents = [make_tagged(f"b{i}", "[T1|Relief]. [O1|Wages]. Nothing.") for i in range(6)]
    documents += [make_tagged(f"n{i}", "[T2|Boards].") for i in range(6)]
    row = link(find_links(documents, FRAMEWORK, unit=unit), "T1", "O1")
    assert row["n"] == 6
    assert math.isnan(row["p"])
    assert math.isnan(row["q"])


def test_documents_that_name_no_element_of_either_kind_do_not_count_in_tests() -> None:
    documents = corpus(8, both=3)
    others = [make_tagged(f"x{i}", "[A1|Ministry] speaks. Nothing is said.") for i in range(20)]
    alone, among = (link(find_links(some, FRAMEWORK), "T1", "O1") for some in (documents, documents + others))
    assert among["p"] == alone["p"]
    assert among["p_within"] == alone["p_within"]
    assert (among["n_units"], alone["n_units"]) == (120, 80)
    few = link(find_links(corpus(4, both=4) + others, FRAMEWORK), "T1", "O1")
    assert few["note"] == "too few documents to test (4 documents; 5 are needed)"
    assert math.isnan(few["p"])


def test_yates_correction_stands_where_units_are_independent() -> None:
    found = {
        unit: link(find_links(corpus(8, both=3), FRAMEWORK, unit=unit), "T1", "O1")["chi2_yates"]
        for unit in ("sentence", "document")
    }
    assert math.isnan(found["sentence"])
    assert found["document"] == 0.0


def test_leave_one_out_shows_what_rests_on_one_document() -> None:
    row = link(find_links(corpus(12, both=2), FRAMEWORK), "T1", "O1")
    # Each document has T1 and O1 once in its ten sentences.
    one_left = math.log2(1 * 110 / 11**2) / -math.log2(1 / 110)
    two_left = math.log2(2 * 110 / 11**2) / -math.log2(2 / 110)
    assert (row["loo_min"], row["loo_max"]) == (pytest.approx(one_left), pytest.approx(two_left))
    assert row["note"] == "one document decides its sign; in 2 documents only"


def test_pairs_that_never_meet_are_listed_on_request() -> None:
    network = find_links(corpus(6, both=0), FRAMEWORK, min_n=0)
    row = link(network, "T1", "O1")
    assert (row["n"], row["n_documents"], row["note"]) == (0, 0, "not seen (expected 0.60)")
    assert row["n_expected"] == pytest.approx(6 * 6 / 60)
    assert all(math.isnan(row[name]) for name in ("npmi", "pmi", "loo_min", "loo_max", "ci_low"))
    assert network.pair("T1", "O1") is None


def test_intervals_hold_the_estimate_and_depend_on_the_seed_alone() -> None:
    documents = corpus(30, both=10)
    rows = [link(find_links(documents, FRAMEWORK, seed=seed), "T1", "O1") for seed in (0, 0, 1, 2, 3)]
    assert rows[0]["ci_low"] < rows[0]["npmi"] < rows[0]["ci_high"]
    pd.testing.assert_series_equal(pd.Series(rows[0]), pd.Series(rows[1]))
    assert len({(row["ci_low"], row["ci_high"]) for row in rows}) > 1


def test_intervals_are_expanded_for_few_documents() -> None:
    # Six documents of ten sentences, as (both, T1, O1). A t interval of 95 % with 5 degrees of freedom reaches
    # 2.571 * sqrt(6 / 5) = 2.816 standard errors, below which 0.243 % of a normal distribution lie.
    counts = np.array([(1, 2, 3), (2, 4, 3), (1, 5, 2), (3, 4, 4), (1, 1, 6), (2, 3, 3)])
    columns = [csc_array(counts[:, [end]]) for end in range(3)]
    low, high = bootstrap_interval(*columns, np.full(6, 10), samples=400, seed=3)
    weights = np.random.default_rng(3).multinomial(6, np.full(6, 1 / 6), size=400)
    values = []
    for drawn in weights:
        both, source, target = (drawn @ counts).tolist()
        values.append(math.log2(both * 60 / (source * target)) / -math.log2(both / 60))
    expected = np.quantile(values, [0.00243, 1 - 0.00243])
    assert [low[0], high[0]] == pytest.approx(expected.tolist(), abs=1e-3)
    plain = np.quantile(values, [0.025, 0.975])
    assert low[0] < plain[0] - 0.01
    assert high[0] > plain[1] + 0.01


def test_certainty_is_the_same_however_many_pairs_are_taken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = (
        "[T1|x] and [O1|y].",
        "[T1|x] and [O2|y].",
        "[T2|x] and [O1|y].",
        "[T2|x].",
        "[O2|y].",
        "None.",
    )
    documents = [
        make_tagged(f"d{i}", " ".join(s for n, s in enumerate(sentences) for _ in range((i + n) % 3 + 1)))
        for i in range(7)
    ]
    at_once = find_links(documents, FRAMEWORK, bootstrap=60, min_n=0).links
    monkeypatch.setattr(measures, "DENSE_CELLS", 14)  # two pairs of the four
    by_two = find_links(documents, FRAMEWORK, bootstrap=60, min_n=0).links
    assert at_once["loo_min"].notna().sum() == 3  # one pair never meets
    pd.testing.assert_frame_equal(by_two, at_once)


# ---------------------------------------------------------------- evidence


def test_every_edge_opens_to_its_sentences() -> None:
    tagged = make_tagged(
        "d",
        ("heading", "Aims", ("Aims",)),
        ("paragraph", "First. [T1.1 planned|Relief] raises [O1|wages]. [T1|Relief] alone.", ("Aims",)),
        claims=[("T1.1", "O1", "positive")],
    )
    network = find_links([tagged], FRAMEWORK)
    found = network.evidence("T1", "O1")
    assert list(found["kind"]) == ["claims", "co_occurs"]
    row = found.iloc[1]
    assert row["quote"] == "Relief raises wages."
    assert tagged.document.text[row["start"] : row["end"]] == row["quote"]
    assert (row["document"], row["section"], row["status_source"], row["status_target"]) == (
        "d",
        "Aims",
        "planned",
        "affirmed",
    )
    assert len(network.evidence("T1", "O1", "claims")) == 1
    assert len(network.node_evidence("T1")) == 2
    assert network.evidence("T2", "O1").empty
    with pytest.raises(ValueError, match="kind 'causes': use one of co_occurs, claims"):
        network.evidence("T1", "O1", "causes")


@pytest.mark.parametrize("unit", ["sentence", "paragraph", "section", "document"])
def test_evidence_has_a_sentence_from_each_unit_counted(unit: str) -> None:
    documents = [
        make_tagged(
            "a", "[T1|Relief]. [O1|Wages]. [T1|Relief] and [O1|wages].", "[T1|Relief]. [O1 negated|Wages]."
        ),
        make_tagged("b", ("heading", "[T1|Relief]", ("R",)), ("paragraph", "[O1|Wages].", ("R",))),
    ]
    network = find_links(documents, FRAMEWORK, unit=unit)
    found = network.evidence("T1", "O1")
    n = {"sentence": (1, 1), "paragraph": (1, 3), "section": (2, 6), "document": (2, 6)}[unit]
    assert (link(network, "T1", "O1")["n"], len(found)) == n


@pytest.mark.parametrize("unit", ["sentence", "paragraph", "section", "document"])
def test_evidence_comes_row_by_row_in_the_order_of_its_table(unit: str) -> None:
    documents = [
        make_tagged(
            "b",
            ("paragraph", "[T1|Relief] raises [O1|wages]. [O1|Wages]. [T2|Work].", ("R",)),
            ("paragraph", "[O1|Wages] and [T2|work].", ("S",)),
            ("paragraph", "[T1|Relief]. [T2|Work].", ("R",)),
        ),
        make_tagged("a", "[O1|Wages]. [T1|Relief] and [O1|wages].", "[T1|Relief]. [O1 negated|Wages]."),
    ]
    network = find_links(documents, FRAMEWORK, unit=unit)
    rows = list(network.evidence_rows())
    order = ["source", "target", "kind", "document", "start"]
    assert [[row[name] for name in order] for row in rows] == network.all_evidence()[order].values.tolist()
    assert len(rows) > 8
    keys = [tuple(row[name] for name in order) for row in rows]
    assert keys == sorted(set(keys))


def test_a_network_can_be_copied_after_its_evidence_was_asked_for() -> None:
    network = find_links(corpus(3, both=2), FRAMEWORK)
    evidence = network.all_evidence()
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(network)).all_evidence(), evidence)


def test_counts_made_apart_have_the_same_evidence() -> None:
    documents = corpus(3, both=2)
    whole = find_links(documents, FRAMEWORK)
    apart = Network.from_counts(
        sum_counts(count(d, FRAMEWORK) for d in reversed(documents)),
        FRAMEWORK,
        evidence=[s for d in reversed(documents) for s in find_evidence(d, FRAMEWORK)],
    )
    pd.testing.assert_frame_equal(whole.all_evidence(), apart.all_evidence())


# ---------------------------------------------------------------- signs

# Two actors, three elements; counts by hand.
STANCES = Stances(
    pd.DataFrame([[2, 0, 1], [1, 1, 0]], index=["a", "b"], columns=["x", "y", "z"]),
    pd.DataFrame([[0, 1, 0], [0, 2, 1]], index=["a", "b"], columns=["x", "y", "z"]),
)


@pytest.mark.parametrize(
    ("aggregation", "value"),
    [
        ("congruence", 2 * 1 + 1 * 2),  # both for x; both against y
        ("conflict", 1 * 1 + 1 * 1),  # y: a against, b for; z: a for, b against
        ("subtract", 4 - 2),
        ("ignore", 2 * 1 + 1 * 3 + 1 * 1),  # x, y and z, of either sign
    ],
)
def test_agreement_has_hand_counted_sums(aggregation: str, value: int) -> None:
    found = project(STANCES, aggregation=aggregation)
    assert found.to_numpy().tolist() == [[0, value], [value, 0]]


@pytest.mark.parametrize(
    ("aggregation", "value"),
    [
        ("ignore", [[2, 1, 1], [1, 3, 1]]),
        ("subtract", [[2, -1, 1], [1, -1, -1]]),
        ("combine", [[1, 2, 1], [1, 3, 2]]),
    ],
)
def test_two_modes_have_hand_counted_sums(aggregation: str, value: list[list[int]]) -> None:
    found = combine_signs(STANCES, aggregation)
    assert found.to_numpy().tolist() == value
    assert (list(found.index), list(found.columns)) == (["a", "b"], ["x", "y", "z"])


@pytest.mark.parametrize(
    ("normalization", "divisor"),
    [
        ("average", (4 + 5) / 2),  # a makes 4 statements, b 5
        # a alone: one for z; b alone: one for y, one against z; both: 2 * 1 for x, 1 * 2 against y
        ("jaccard", 1 + 2 + 4),
        ("cosine", 4 * 5),
    ],
)
@pytest.mark.parametrize(
    ("aggregation", "value"), [("congruence", 4), ("conflict", 2), ("subtract", 2), ("ignore", 6)]
)
def test_agreement_is_normalised_as_in_dna(
    normalization: str, divisor: float, aggregation: str, value: int
) -> None:
    found = project(STANCES, aggregation=aggregation, normalization=normalization)
    assert found.loc["a", "b"] == found.loc["b", "a"] == pytest.approx(value / divisor)


def test_rows_without_a_statement_agree_with_none_when_normalised() -> None:
    empty = Stances(*(pd.DataFrame([[0], [0]]) for _ in range(2)))
    for normalization in ("average", "jaccard", "cosine"):
        found = project(empty, aggregation="congruence", normalization=normalization)
        assert found.to_numpy().tolist() == [[0, 0], [0, 0]]


def test_unknown_aggregations_name_the_known() -> None:
    with pytest.raises(ValueError, match="for one mode use one of ignore, congruence, conflict, subtract"):
        project(STANCES, aggregation="combine")
    with pytest.raises(ValueError, match="for two modes use one of ignore, subtract, combine"):
        combine_signs(STANCES, "congruence")
    with pytest.raises(ValueError, match="normalization 'dice': use one of no, average, jaccard, cosine"):
        project(STANCES, aggregation="congruence", normalization="dice")


def signed_corpus() -> list[Tagged]:
    return [
        make_tagged(
            "a",
            "[A1|Ministry] gives [T1|relief] and [T2|boards]. [A1|Ministry] gives [T1|relief].",
            acts={"T1": "A1"},
        ),
        make_tagged(
            "b",
            "[A1|Ministry] refuses [T1.1 negated|relief]. [A2|Guilds] want [T2|boards].",
            acts={"T1.1": "A1", "T2": "A2"},
        ),
    ]


def test_actors_are_counted_in_documents() -> None:
    network = find_links(signed_corpus(), FRAMEWORK)
    stated = network.actors()
    assert stated.to_dict("index") == {"A1": {"T1": 2, "T2": 0}, "A2": {"T1": 0, "T2": 1}}
    assert network.actors(aggregation="subtract").loc["A1", "T1"] == 0
    assert network.actors(aggregation="combine").loc["A1", "T1"] == 3
    assert network.actors(stated=False).loc["A1", "T2"] == 1
    assert {str(dtype) for dtype in stated.dtypes} == {"int64"}


def test_documents_agree_and_conflict() -> None:
    network = find_links(signed_corpus(), FRAMEWORK)
    assert network.stances().to_dict("index") == {"a": {"T1": 1, "T2": 1}, "b": {"T1": -1, "T2": 1}}
    values = {
        a: network.agreement(aggregation=a).loc["a", "b"] for a in ("congruence", "conflict", "subtract")
    }
    assert values == {"congruence": 1, "conflict": 1, "subtract": 0}
    assert network.agreement(of="actor", aggregation="ignore").loc["A1", "A2"] == 0


def test_a_document_that_changes_its_stance_counts_once_where_the_sign_is_ignored() -> None:
    turns = make_tagged("a", "[T1 negated|Relief] is refused. [T1|Relief] is given. [T1|Relief] is given.")
    keeps = make_tagged("b", "[T1|Relief] is given.")
    network = find_links([turns, keeps], FRAMEWORK)
    assert network.stances(aggregation="ignore").loc["a", "T1"] == 1
    assert network.stances(aggregation="combine").loc["a", "T1"] == 3
    assert network.agreement(aggregation="ignore").loc["a", "b"] == 1
    # The first statement of a counts, which is against; b is for: nothing is shared.
    assert network.agreement(aggregation="ignore", normalization="jaccard").loc["a", "b"] == 1 / 2


def test_a_corpus_without_stances_has_empty_tables() -> None:
    network = find_links([make_tagged("a", "Nothing.")], FRAMEWORK)
    assert network.actors().empty
    assert network.agreement(normalization="jaccard").empty


def test_statements_are_the_edges_of_actors_and_elements() -> None:
    documents = signed_corpus()
    rows = [row for document in documents for row in statement_rows(document, FRAMEWORK)]
    assert [(r["document"], r["actor"], r["element"], r["agreement"], r["status"]) for r in rows] == [
        ("a", "A1", "T1", 1, "affirmed"),
        ("a", "A1", "T1", 1, "affirmed"),
        ("b", "A1", "T1.1", 0, "negated"),
        ("b", "A2", "T2", 1, "affirmed"),
    ]
    assert rows[2]["sentence"] == "Ministry refuses relief."
    assert (rows[2]["actor_quote"], rows[2]["quote"]) == ("Ministry", "relief")
    edges = STATEMENTS.frame(rows).drop_duplicates(["document", "actor_part_of", "part_of", "agreement"])
    edges["sign"] = 2 * edges["agreement"] - 1
    network = find_links(documents, FRAMEWORK)
    by_hand = edges.pivot_table(
        index="actor_part_of", columns="part_of", values="sign", aggfunc="sum", fill_value=0
    )
    assert by_hand.to_dict("index") == network.actors(aggregation="subtract").to_dict("index")


def test_a_sentence_makes_one_statement_of_an_actor_and_an_element() -> None:
    twice = make_tagged(
        "a", "[A1|Ministry] gives [T1|relief] and [T1|rebates].", acts={"T1": "A1"}, date="May 2019"
    )
    (row,) = statement_rows(twice, FRAMEWORK)
    assert (row["quote"], row["date"], row["year"], row["page"]) == ("relief", "May 2019", 2019, None)


# ---------------------------------------------------------------- slices and comparison


def test_slices_go_by_the_year_in_the_date() -> None:
    documents = [
        make_tagged("a", "[T1|Relief] and [O1|wages].", date="12 May 2019"),
        make_tagged("b", "[T1|Relief] and [O1|wages].", date="2021-03"),
        make_tagged("c", "[T1|Relief] and [O1|wages].", date="undated"),
    ]
    network = find_links(documents, FRAMEWORK)
    assert {year: part.documents for year, part in network.slices().items()} == {
        "2019": ("a",),
        "2021": ("b",),
    }
    assert list(network.slices({"a": "north", "c": "south"})) == ["north", "south"]
    assert network.graph.edges["T1", "O1", "co_occurs"]["first_year"] == 2019
    assert network.graph.nodes["O1"]["last_year"] == 2021


def test_years_of_an_edge_are_those_of_the_documents_that_make_it() -> None:
    documents = [
        make_tagged(
            "a", "[T1.1|Relief] raises [O1|wages].", claims=[("T1.1", "O1", "positive")], date="2019"
        ),
        make_tagged("b", "[K1|Foxwell] gives [T1.2|grants] for [O1|wages].", date="2021"),
        make_tagged("c", "[T1.2|Grants] and [O1|wages].", date="2023"),
        make_tagged("d", "[T1.1|Relief] and [O1|wages]."),
    ]

    def years(network: Network) -> dict[tuple[str, str, str], tuple[int, int]]:
        edges = network.graph.edges(keys=True, data=True)
        return {(u, v, k): (d["first_year"], d["last_year"]) for u, v, k, d in edges if "first_year" in d}

    assert years(find_links(documents, FRAMEWORK)) == {
        ("T1", "O1", "co_occurs"): (2019, 2023),
        ("T1", "O1", "claims"): (2019, 2019),
        ("K1", "T1", "exemplifies"): (2021, 2021),
    }
    assert years(find_links(documents, FRAMEWORK, level="own")) == {
        ("T1.1", "O1", "co_occurs"): (2019, 2019),
        ("T1.1", "O1", "claims"): (2019, 2019),
        ("T1.2", "O1", "co_occurs"): (2021, 2023),
        ("K1", "T1.2", "exemplifies"): (2021, 2021),
    }
    by_case = find_links(documents, FRAMEWORK, kinds=("case", "mechanism"))
    assert years(by_case) == {
        ("K1", "T1", "co_occurs"): (2021, 2021),
        ("T1", "O1", "claims"): (2019, 2019),
    }


def test_keyness_has_the_published_values() -> None:
    a = [make_tagged(f"a{i}", "[T1|Relief]." if i < 3 else "Nothing.") for i in range(10)]
    b = [make_tagged(f"b{i}", "[T1|Relief]." if i < 7 else "Nothing.") for i in range(9)]
    found = compare(find_links(a, FRAMEWORK), find_links(b, FRAMEWORK)).elements.iloc[0]
    # T1 in 3 of 10 documents against 7 of 9: the table [[3, 7], [7, 2]].
    assert (found["n_a"], found["n_b"], found["total_a"], found["total_b"]) == (3, 7, 10, 9)
    assert found["chi2"] == pytest.approx(-4.337160, abs=5e-7)
    assert found["chi2_yates"] == pytest.approx(-2.632438, abs=5e-7)
    # Williams's correction of the table: 1 + (19/10 + 19/9 - 1) (19/10 + 19/9 - 1) / (6 * 19).
    williams = 1 + (19 / 10 + 19 / 9 - 1) ** 2 / (6 * 19)
    assert found["g2"] * williams == pytest.approx(-4.534939, abs=5e-7)
    assert found["n_expected_a"] == pytest.approx(10 * 10 / 19)
    assert found["p"] == pytest.approx(stats.fisher_exact([[3, 7], [7, 2]]).pvalue)
    assert (found["share_a"], found["share_b"]) == (pytest.approx(3 / 10), pytest.approx(7 / 9))
    assert found["log_ratio"] == pytest.approx(math.log2((3.5 / 10.5) / (7.5 / 9.5)))


def test_keyness_takes_the_length_of_documents_into_account() -> None:
    def named(group: str, n: int, sentences: int) -> list[Tagged]:
        rest = " ".join(["Nothing is said."] * (sentences - 1))
        return [
            make_tagged(f"{group}{i}", f"{'[T1|Relief].' if i < n else 'Nothing.'} {rest}".strip())
            for i in range(8)
        ]

    a, b = named("a", 8, 2), named("b", 2, 1)
    found = compare(find_links(a, FRAMEWORK), find_links(b, FRAMEWORK)).elements.iloc[0]
    # If every other sentence named it, 3/4 of the documents of two sentences and 1/2 of those of one would: 6 and 4.
    assert found["n_expected_a"] == pytest.approx(6)
    chance = [float(stats.binom.pmf(k, 8, 3 / 4) * stats.binom.pmf(10 - k, 8, 1 / 2)) for k in range(2, 9)]
    expected = sum(p for p in chance if p <= chance[-1] * (1 + 1e-7)) / sum(chance)
    assert found["p"] == pytest.approx(expected)
    assert expected > stats.fisher_exact([[8, 0], [2, 6]]).pvalue
    assert found["log_ratio"] == pytest.approx(math.log2((8.5 / 8.5) / (2.5 / 8.5)) - math.log2(6 / 4))
    chi2 = 4 / 6 + 4 / 2 + 4 / 4 + 4 / 4  # each cell is 2 from its expected 6, 2, 4 and 4
    assert found["chi2"] == pytest.approx(chi2)


def test_keyness_of_many_documents_is_near_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    chance_a, chance_b = np.linspace(0.1, 0.5, 400), np.linspace(0.3, 0.6, 300)
    exact = compare_module._length_test(135, 120, chance_a, chance_b)
    monkeypatch.setattr(compare_module, "MAX_EXACT_DOCUMENTS", 100)
    assert compare_module._length_test(135, 120, chance_a, chance_b) == pytest.approx(exact, abs=0.01)


def test_keyness_of_sentences_has_neither_p_nor_yates() -> None:
    groups = [[make_tagged(f"{name}{i}", "[T1|Relief]. Nothing.") for i in range(6)] for name in "ab"]
    found = compare(*(find_links(group, FRAMEWORK) for group in groups), unit="sentence").elements.iloc[0]
    assert (found["n_a"], found["total_a"], found["n_expected_a"]) == (6, 12, 6)
    assert math.isnan(found["p"])
    assert math.isnan(found["chi2_yates"])
    assert found["chi2"] == 0


def test_keyness_of_links_and_its_limits() -> None:
    a, b = (
        corpus(6, both=6),
        [make_tagged(f"b{i}", f"[T1|Relief]. [O1|Wages]. {'Nothing. ' * 8}") for i in range(6)],
    )
    counts_a, counts_b = (sum_counts(count(d, FRAMEWORK) for d in group) for group in (a, b))
    found = compare(counts_a, counts_b, framework=FRAMEWORK).links.iloc[0]
    assert (found["source"], found["target"], found["n_a"], found["n_b"]) == ("T1", "O1", 6, 0)
    assert found["q"] < 0.05
    assert list(found.index[:6]) == ["source", "source_label", "target", "target_label", "n_a", "n_b"]
    few = compare(counts_a, counts_b.select(["b0"]), framework=FRAMEWORK).links.iloc[0]
    assert math.isnan(few["p"])
    assert few["note"] == "too few documents to test (5 are needed in each group)"
    with pytest.raises(ValueError, match="document 'd000' is in both groups"):
        compare(counts_a, counts_a, framework=FRAMEWORK)
    with pytest.raises(ValueError, match="give a framework"):
        compare(counts_a, counts_b)


# ---------------------------------------------------------------- structure


def structured() -> Network:
    def pairs(source: str, target: str, n: int) -> str:
        return " ".join([f"[{source}|x] and [{target}|y]."] * n)

    framework = make_framework("O1", "O2", "O3", "T1", "T2", "T3")
    text = " ".join(
        [
            pairs("T1", "O1", 18),
            pairs("T1", "O2", 1),
            pairs("T1", "O3", 1),
            pairs("T2", "O2", 5),
            pairs("T3", "O2", 5),
        ]
    )
    return find_links([make_tagged("d", text)], framework)


def test_backbone_keeps_what_outweighs_an_even_split() -> None:
    kept = structured().backbone(alpha=0.05)
    # T1 has 20 over three edges: (1 - 18/20)^2 = 0.01; O2 has 11 over three: (1 - 5/11)^2 = 0.298.
    assert list(kept.edges) == [("T1", "O1")]
    assert kept.edges["T1", "O1"]["alpha"] == pytest.approx(0.01)
    assert set(structured().backbone(alpha=0.3).edges) == {("T1", "O1"), ("T2", "O2"), ("T3", "O2")}


def test_communities_and_centralities() -> None:
    network = structured()
    assert network.communities() == {"O1": 1, "O3": 1, "T1": 1, "O2": 2, "T2": 2, "T3": 2}
    table = network.centralities().set_index("id")
    assert table.index[0] == "T1"
    assert table.loc["T1", ["degree", "strength"]].tolist() == [3, 20]
    assert table.loc["T1", "betweenness"] > table.loc["O1", "betweenness"]


def test_centralities_take_an_edge_for_as_short_as_it_is_heavy() -> None:
    sentences = ["[T1|x] and [O1|y]."] * 4 + ["[T2|x] and [O1|y]."] * 4 + ["[T2|x] and [O2|y]."] * 4
    text = " ".join([*sentences, "[T1|x] and [O2|y]."])  # a ring whose last edge is four times as long
    table = find_links([make_tagged("d", text)], make_framework("O1", "O2", "T1", "T2")).centralities()
    table = table.set_index("id")
    # From T1 to O2 the way round, 3/4, is shorter than the edge itself, 1.
    assert table.loc["T1", "closeness"] == pytest.approx(3 / (1 / 4 + 2 / 4 + 3 / 4))
    assert table.loc["T2", "closeness"] == pytest.approx(3 / (1 / 4 + 1 / 4 + 2 / 4))
    # Of the three pairs without O1, T1-T2 and T1-O2 go by O1, and T2-O2 does not.
    assert table["betweenness"].to_dict() == pytest.approx({"O1": 2 / 3, "T2": 2 / 3, "T1": 0, "O2": 0})
    assert table.loc["O1", "pagerank"] > table.loc["O2", "pagerank"]


def test_structure_of_nothing_is_nothing() -> None:
    network = find_links([], FRAMEWORK)
    assert (len(network.backbone()), network.communities(), len(network.centralities())) == (0, {}, 0)


# ---------------------------------------------------------------- files


def written() -> Network:
    documents = [
        *corpus(6, both=4),
        make_tagged(
            "=cmd",
            '[A1|Ministry] gives [T1|relief] & <more> for "[O1|wages]" – 增加\x0c.',
            "[K1|Foxwell] has [T2|boards].",
            claims=[("T1", "O1", "positive")],
            date="2020",
        ),
    ]
    return find_links(documents, FRAMEWORK, bootstrap=50)


def test_every_file_reads_back(tmp_path: Path) -> None:
    network = written()
    write_network(network, tmp_path)
    graphml, gexf = nx.read_graphml(tmp_path / "network.graphml"), nx.read_gexf(tmp_path / "network.gexf")
    for graph in (graphml, gexf):
        assert set(graph.nodes) == set(network.graph.nodes)
        assert graph.number_of_edges() == network.graph.number_of_edges()
    co_occurrence = graphml.edges["T1", "O1", "T1:O1:co_occurs"]
    assert (co_occurrence["kind"], co_occurrence["weight"]) == ("co_occurs", 5)
    assert co_occurrence["npmi"] == pytest.approx(link(network, "T1", "O1")["npmi"], abs=1e-6)
    cytoscape = json.loads((tmp_path / "network.json").read_text("utf-8"))
    assert nx.cytoscape_graph(cytoscape).number_of_edges() == network.graph.number_of_edges()
    viewer = json.loads((tmp_path / "vosviewer.json").read_text("utf-8"))["network"]
    assert viewer["links"] == [{"source_id": "T1", "target_id": "O1", "strength": 5}]
    assert {item["id"] for item in viewer["items"]} == {"T1", "O1"}
    pajek = nx.read_pajek(tmp_path / "network.net")
    assert pajek.number_of_nodes() == 8
    assert pajek.number_of_edges() == network.graph.number_of_edges()
    ends = [(u, v, d["weight"], d["l"]) for u, v, d in pajek.edges(data=True) if v == "O1 label of O1"]
    assert sorted(ends) == [
        ("T1 label of T1", "O1 label of O1", 1.0, "claims"),
        ("T1 label of T1", "O1 label of O1", 5.0, "co_occurs"),
    ]


def edges_of(data: bytes) -> list[ElementTree.Element]:
    return [element for element in ElementTree.fromstring(data).iter() if element.tag.endswith("}edge")]


@pytest.mark.parametrize("to_file", [to_graphml, to_gexf])
def test_each_edge_of_a_graph_file_has_an_id_of_its_own(
    to_file: Callable[[nx.MultiDiGraph[str]], bytes],
) -> None:
    graph = written().graph
    ids = [edge.get("id") for edge in edges_of(to_file(graph))]
    assert len(set(ids)) == len(ids) == graph.number_of_edges()


def test_gexf_tells_parallel_edges_apart_by_their_kind() -> None:
    graph = written().graph
    edges = [(edge.get("source"), edge.get("target"), edge.get("kind")) for edge in edges_of(to_gexf(graph))]
    assert sorted(edges) == sorted(graph.edges(keys=True))  # type: ignore[type-var]


def test_the_year_of_a_paper_is_no_lifetime_unless_asked_for() -> None:
    graph = written().graph
    root = ElementTree.fromstring(to_gexf(graph))
    assert not [element for element in root.iter() if "start" in element.attrib or "end" in element.attrib]
    timed = nx.read_gexf(io.BytesIO(to_gexf(graph, lifetimes=True)))
    assert (timed.nodes["T1"]["start"], timed.nodes["T1"]["end"]) == ("2020-01-01", "2020-12-31")


@pytest.mark.parametrize("space", ["\n", "\r\n", "\u2028", "\x85", "\x0b", "\t", "\x00"])
def test_a_vertex_of_pajek_is_one_line(space: str) -> None:
    graph = written().graph.copy()
    graph.nodes["T1"]["label"] = f'a "b"{space}c'
    lines = to_pajek(graph).decode("utf-8").split("\n")
    assert (
        len(lines) == 1 + graph.number_of_nodes() + 1 + graph.number_of_edges() + 1
    )  # and the last line end
    assert any(line.startswith("4 \"T1 a 'b' c\"") for line in lines)
    assert len("".join(lines).splitlines()) == 1


def test_each_edge_of_cytoscape_has_an_id_of_its_own() -> None:
    edges = json.loads(to_cytoscape(written().graph))["elements"]["edges"]
    assert len({edge["data"]["id"] for edge in edges}) == len(edges)


def test_links_csv_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    write_network(written(), tmp_path)
    data = (tmp_path / "links.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfsource,source_label,target,")
    assert b"\r" not in data
    evidence = pd.read_csv(tmp_path / "links_evidence.csv")
    assert "'=cmd" in set(evidence["document"])
    mentions = evidence[evidence["kind"] == "mentions"]
    assert set(mentions["source"]) == {"T1", "T2", "O1", "K1", "A1"}
    assert len(mentions[mentions["source"] == "T1"]) == 7


def test_a_loaded_network_is_the_one_written(tmp_path: Path) -> None:
    network = written()
    write_network(network, tmp_path)
    loaded = load_network(tmp_path, FRAMEWORK)
    assert loaded.options == network.options
    assert loaded.counts == network.counts
    pd.testing.assert_frame_equal(loaded.links, network.links)
    pd.testing.assert_frame_equal(loaded.evidence("T1", "O1"), network.evidence("T1", "O1"))
    assert loaded.pair("T1", "O1") == network.pair("T1", "O1")


def test_save_network_makes_the_folders_above_and_replaces_what_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "results" / "2021"
    for words in ("[T1|Relief].", "[T1|Relief] and [O1|wages]."):
        save_network(find_links([make_tagged("d", words)], FRAMEWORK), folder)
    assert len(load_network(folder, FRAMEWORK).links) == 1


def test_loading_from_the_wrong_folder_or_framework_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"counts\.json: cannot be read .*give a folder that a run wrote"):
        load_network(tmp_path, FRAMEWORK)
    write_network(written(), tmp_path)
    with pytest.raises(RunError, match=r"counts\.json: these counts were made with framework 'small'"):
        load_network(tmp_path, make_framework("O1", "T1"))
    (tmp_path / "evidence.jsonl").write_text("{}\n")
    with pytest.raises(RunError, match=r"evidence\.jsonl: not a SentenceEvidence"):
        load_network(tmp_path, FRAMEWORK)


def test_files_have_no_date_and_no_version(tmp_path: Path) -> None:
    write_network(written(), tmp_path)
    for path in tmp_path.iterdir():
        text = path.read_text("utf-8")
        assert "lastmodified" not in text, path.name
        assert nx.__version__ not in text, path.name
    assert sorted(p.name for p in tmp_path.iterdir())[0] == "counts.json", "no temporary file is left"


WRITE = """
import sys, importlib.util
spec = importlib.util.spec_from_file_location("test_network", sys.argv[1])
module = importlib.util.module_from_spec(spec)
sys.modules["test_network"] = module
spec.loader.exec_module(module)
module.write_network(module.written(), sys.argv[2])
"""


def test_bytes_do_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    write_network(written(), here)
    other = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    command = [sys.executable, "-c", WRITE, __file__, str(there)]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": other})
    for path in here.iterdir():
        assert path.read_bytes() == (there / path.name).read_bytes(), path.name


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_safe_cell_disarms_formulas(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"
    assert safe_cell(f"a{start}") == f"a{start}"


def test_write_csv_rounds_and_keeps_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": [1 / 3, -0.0, np.nan], "n": [1, -2, 3], "t": ["-a", "é", None]})
    write_csv(frame, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes().decode("utf-8-sig") == "x,n,t\n0.333333,1,'-a\n0.0,-2,é\n,3,\n"


# ---------------------------------------------------------------- options and display


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"unit": "page"}, "unit 'page': use one of sentence, paragraph, section, document"),
        ({"level": "bottom"}, "level 'bottom': use one of top, own"),
        ({"test": "t"}, "test 't': use one of documents, fisher, g2"),
        ({"interval": "g2"}, "interval 'g2': use one of jaccard"),
        ({"kinds": ("mechanism", "goal")}, "kind 'goal': use one of outcome, challenge"),
        (
            {"statuses": {"mechanism": ("maybe",)}},
            "status 'maybe': use one of affirmed, planned, lacking, negated",
        ),
        ({"bootstrap": -1}, "must not be negative"),
    ],
)
def test_options_name_what_is_allowed(choice: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LinkOptions(**choice)


def test_find_links_has_the_defaults_of_the_options() -> None:
    assert find_links([], FRAMEWORK).options == LinkOptions()


@pytest.mark.parametrize(("n_mechanisms", "more"), [(4, ""), (5, "5 more in <code>.links</code>")])
def test_a_notebook_shows_twenty_links_and_how_many_more(n_mechanisms: int, more: str) -> None:
    mechanisms, outcomes = (
        [f"{letter}{i}" for i in range(n)] for letter, n in (("T", n_mechanisms), ("O", 5))
    )
    sentence = " ".join(f"[{id}|x]" for id in (*mechanisms, *outcomes)) + "."
    shown = find_links([make_tagged("d", sentence)], make_framework(*outcomes, *mechanisms))._repr_html_()
    assert shown.count("<tr") == 21  # and the head
    assert (" more in " in shown) == bool(more)
    assert more in shown


def test_a_notebook_shows_text_as_text() -> None:
    framework = Framework.model_validate(
        {
            "id": "f",
            "title": "t",
            "version": "1",
            "elements": [
                {"id": "T1", "kind": "mechanism", "label": "<script>", "definition": "d"},
                {"id": "O1", "kind": "outcome", "label": "wages", "definition": "d"},
            ],
        }
    )
    shown = find_links([make_tagged("d", "[T1|Relief] and [O1|wages].")], framework)._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_importing_the_network_is_quick() -> None:
    heavy = "('pandas', 'scipy', 'networkx')"
    code = f"import sys, policyloom.network; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"


def test_intervals_of_a_single_document_are_missing() -> None:
    one = csc_array(np.array([[1]]))
    for found in (
        bootstrap_interval(one, one, one, np.array([3])),
        [document_test(one, one, one, np.array([3]))],
    ):
        assert all(np.isnan(x).all() for x in found)
