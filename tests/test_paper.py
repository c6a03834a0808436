"""The main job on the paper behind the built-in framework, in both of its settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from spacy.language import Language

from policyloom import check, find_links, read_pdf, tag
from policyloom.coders import load_coder
from policyloom.framework import Framework
from policyloom.records import Mention, Tagged

pytestmark = pytest.mark.shared

SECTIONS = {
    "S1": "1.1", "S2": "1.2", "S3": "1.3",
    "C1": "2.1", "C2": "2.2", "C3": "2.3", "C4": "2.4",
    "T1": "3.1", "T2": "3.2", "T3": "3.3", "T4": "3.4", "T5": "3.5",
}  # fmt: skip
CASES = {
    "Jinan Vocational College": "T1",
    "Beijing College of Information Vocational Technology": "T2",
    "Meishan Vocational and Technical College": "T3",
    "Changshu Modern Industrial Skills Training Center": "T4",
    "Chongqing": "T5",
}
STRATEGY_OF = {"C1": "T1", "C2": "T2", "C3": "T3", "C4": "T5"}


@pytest.fixture(scope="module", params=["meng-2025.pdf", "meng-2025-two-column.pdf"])
def paper(request: pytest.FixtureRequest, shared: Path, framework: Framework, nlp: Language) -> Tagged:
    return tag(read_pdf(shared / "papers" / request.param), nlp, load_coder(framework, "none"))


def mentions_in(tagged: Tagged, section: str, framework: Framework, element: str) -> list[Mention]:
    """The mentions of an element or its parts in the paragraphs under a numbered heading."""
    return [
        m
        for m in tagged.mentions
        if m.kind not in ("entity", "actor")
        and framework.top(m.label) == element
        and tagged.section(m)[-1:]
        and tagged.section(m)[-1].startswith(section + " ")
        and tagged.document.blocks[tagged.sentences[m.sentence].block].kind == "paragraph"
    ]


@pytest.mark.parametrize("element", SECTIONS)
def test_element_is_found_in_its_own_section(paper: Tagged, framework: Framework, element: str) -> None:
    found = mentions_in(paper, SECTIONS[element], framework, element)
    assert found
    wanted = {"S": {"affirmed", "planned"}, "C": {"affirmed"}, "T": {"planned"}}[element[0]]
    assert wanted & {m.status for m in found}
    if element[0] == "C":
        assert {m.status for m in found} == {"affirmed"}


@pytest.mark.parametrize("challenge", STRATEGY_OF)
def test_what_a_challenge_lacks_is_lacking(paper: Tagged, framework: Framework, challenge: str) -> None:
    found = mentions_in(paper, SECTIONS[challenge], framework, STRATEGY_OF[challenge])
    assert "lacking" in {m.status for m in found}
    assert "planned" not in {m.status for m in found} or challenge == "C1"


@pytest.mark.parametrize("institution", CASES)
def test_case_is_found_with_its_institution_and_strategy(
    paper: Tagged, framework: Framework, institution: str
) -> None:
    named = [m for m in paper.mentions if m.kind == "case" and institution in paper.quote(m)]
    assert named
    (link,) = framework.linked("exemplifies", source=framework.top(named[0].label))
    strategy = framework.top(link.target)
    assert strategy == CASES[institution]
    block = paper.sentences[named[-1].sentence].block
    deeds = [
        m
        for m in paper.mentions
        if m.kind == "mechanism"
        and paper.sentences[m.sentence].block == block
        and framework.top(m.label) == strategy
    ]
    assert "affirmed" in {m.status for m in deeds}


def test_the_network_ties_cases_to_strategies_and_strategies_to_outcomes(
    paper: Tagged, framework: Framework
) -> None:
    network = find_links([paper], framework)
    kinds = {
        (row.source, row.target): row.kind for row in network.links.itertuples() if row.kind == "exemplifies"
    }
    assert {pair[1] for pair in kinds} >= {"T1", "T3", "T4", "T5"}
    claimed = network.links[network.links["kind"] == "claims"]
    assert len(claimed) >= 4
    for row in claimed.itertuples():
        assert len(network.evidence(row.source, row.target, "claims")) >= row.n


def test_the_paper_answers_its_own_challenges(paper: Tagged, framework: Framework) -> None:
    checked = check(paper, framework)
    rules = {(f.rule, f.subject) for f in checked.findings}
    answered = {c for rule, c in rules if rule in ("challenge-answered", "challenge-answer-elsewhere")}
    assert answered >= set(STRATEGY_OF)
    assert not [f for f in checked.findings if f.rule == "strategy-absent"]
