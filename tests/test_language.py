"""Terms, sentences and entities."""

from __future__ import annotations

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from policyloom.errors import FrameworkError, PolicyloomError
from policyloom.framework import Element, Framework
from policyloom.language import MENTIONS, load_pipeline
from policyloom.language.terms import TermError, TermMatcher, inflections


def found(term: str, text: str, **lists: str) -> list[str]:
    words = text.lower().split()
    return [" ".join(words[m.start : m.end]) for m in TermMatcher({"X": [term]}, words=lists).find(words)]


@pytest.mark.parametrize(
    ("term", "text", "hits"),
    [
        ("training base", "two training bases were built", ["training bases"]),
        (
            "tax|fiscal incentive",
            "fiscal incentives and tax incentives",
            ["fiscal incentives", "tax incentives"],
        ),
        ("apprentic*", "apprenticeships for apprentices", ["apprenticeships", "apprentices"]),
        ("=training", "trainings and training", ["training"]),
        (
            "modern? apprenticeship",
            "a modern apprenticeship or apprenticeship",
            ["modern apprenticeship", "apprenticeship"],
        ),
        ("teacher ... enterprise", "teachers go to the enterprise", ["teachers go to the enterprise"]),
        ("teacher ... enterprise", "teachers a b c d e f enterprise", []),
        ("shortage & teacher", "teachers remain in shortage", ["teachers remain in shortage"]),
        ("school-enterprise tie", "school - enterprise ties", ["school - enterprise ties"]),
        ("double qualified", "“ double - qualified ” staff", ["double - qualified"]),
        ("policy", "policies", ["policies"]),
        ("build", "they built it", ["built"]),
    ],
)
def test_a_term_finds_its_forms(term: str, text: str, hits: list[str]) -> None:
    assert found(term, text) == hits


def test_a_word_list_stands_for_its_words() -> None:
    assert found("{staff} training", "instructors training", staff="teacher|instructor") == [
        "instructors training"
    ]


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("", "no word"),
        ("a? b?", "no word that must be there"),
        ("... a", "stands between"),
        ("{none} a", "no word list"),
        ("a||b", "not a word"),
    ],
)
def test_a_wrong_term_is_named(term: str, words: str) -> None:
    with pytest.raises(TermError, match=words):
        TermMatcher({"X": [term]})


def test_of_matches_that_overlap_the_longest_stays() -> None:
    matches = TermMatcher({"X": ["tax", "tax incentive"], "Y": ["tax"]}).find("a tax incentive".split())
    assert [(m.label, m.start, m.end) for m in matches] == [("Y", 1, 2), ("X", 1, 3)]


def test_lemmas_are_found_where_the_pipeline_has_them() -> None:
    assert TermMatcher({"X": ["lehrer"]}, inflect=False).find(["lehrern"], ["lehrer"])


@given(st.lists(st.sampled_from("tax incentive a b teacher in enterprise shortage".split()), max_size=20))
def test_matches_lie_inside_the_sentence(words: list[str]) -> None:
    matcher = TermMatcher({"X": ["tax incentive", "teacher ... enterprise", "shortage & teacher"]})
    for match in matcher.find(words):
        assert 0 <= match.start < match.end <= len(words)


def test_inflections_double_the_consonant() -> None:
    assert {"plan", "plans", "planned", "planning"} <= inflections("plan")


# Sentences


@pytest.fixture(scope="module")
def split() -> spacy.language.Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("policyloom_sentences")
    return nlp


@pytest.mark.parametrize(
    "sentences",
    [
        ["The college works with Lingong Heavy Machine Co., Ltd. on a base.", "It opened in 2024."],
        ["Art. 3 of Act No. 4 applies.", "Sec. 2 does not."],
        ["Firms gain (e.g. Bosch).", "Others, i.e. small ones, do not."],
        ["He spoke with J. A. Smith.", "She did not."],
        ["“It works.”", "Nobody doubts it."],
        ["The U.S. Department of Labor pays.", "States add to it."],
        ["Growth was 3.5 percent.", "It fell to 2.1 percent."],
        ["One gain is skill;", "On the other hand, costs rise."],
        ["It lifts skills and cuts costs; it also helps firms."],
        ["The results are clear.[3]", "Nothing else is."],
        ["Training pays.12", "Firms know it."],
        ["Is it enough?", "No!", "We need more."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(split: spacy.language.Language, sentences: list[str]) -> None:
    assert [s.text for s in split(" ".join(sentences)).sents] == sentences


# Entities


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("Funds go to Jinan Vocational College first.", ("Jinan Vocational College", "INSTITUTION")),
        ("The Management Committee of Jinan High-tech Industrial Development Zone agreed.",
         ("Management Committee of Jinan High-tech Industrial Development Zone", "GOVERNMENT")),
        ("It joined hands with Lingong Heavy Machine Co., Ltd. last year.", ("Lingong Heavy Machine Co., Ltd.", "ENTERPRISE")),
        ("The Ministry of Education pays.", ("Ministry of Education", "GOVERNMENT")),
        ("Grants of $3.5 million were paid.", ("$3.5 million", "MONEY")),
        ("Grants of 20 million yuan were paid.", ("20 million yuan", "MONEY")),
        ("Pay rises to 75 per cent in year three.", ("75 per cent", "PERCENT")),
        ("Teachers spend thirty days in a firm.", ("thirty days", "DURATION")),
        ("It takes effect on 1 March 2026 at the latest.", ("1 March 2026", "DATE")),
        ("Under the National Apprenticeship Act 2021 it must.", ("National Apprenticeship Act 2021", "LAW")),
        ("Colleges in Sri Lanka agreed.", ("Sri Lanka", "PLACE")),
        ("Firms in Shandong Province agreed.", ("Shandong Province", "PLACE")),
    ],
)  # fmt: skip
def test_an_entity_comes_out_whole(text: str, entity: tuple[str, str]) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("policyloom_entities")
    assert entity in [(e.text, e.label_) for e in nlp(text).ents]


# The pipeline


def small_framework() -> Framework:
    def element(id: str, kind: str, *terms: str, **more: object) -> Element:
        return Element(id=id, kind=kind, label=id, definition=id, terms=terms, **more)  # type: ignore[arg-type]

    return Framework(
        id="small",
        title="Small",
        version="1",
        elements=(
            element("T1", "mechanism", "grant", exclude=("granted asylum", "grant permission")),
            element("T1.1", "mechanism", "training grant", parent="T1"),
            element("S1", "outcome", patterns=(({"LOWER": "skills"}, {"LOWER": "rise"}),)),
        ),
    )


def test_the_pipeline_finds_terms_patterns_and_the_narrower_element() -> None:
    doc = load_pipeline(small_framework())("A training grant was paid. Each grant helps when skills rise.")
    assert [(s.label_, s.text) for s in doc.spans[MENTIONS]] == [
        ("T1.1", "training grant"),
        ("T1", "grant"),
        ("S1", "skills rise"),
    ]


def test_an_exclusion_cancels_what_it_overlaps() -> None:
    doc = load_pipeline(small_framework())("They grant permission to enter. The grant stays.")
    assert [s.start for s in doc.spans[MENTIONS]] == [7]


def test_a_pipeline_can_be_saved_and_loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("nlp")
    load_pipeline(small_framework()).to_disk(path)
    assert len(spacy.load(path)("A training grant.").spans[MENTIONS]) == 1


def test_a_missing_model_names_those_there_are() -> None:
    with pytest.raises(PolicyloomError, match="installed are"):
        load_pipeline(small_framework(), model="en_no_such_model")


def test_a_wrong_term_stops_before_any_work() -> None:
    framework = small_framework()
    broken = framework.elements[0].model_copy(update={"terms": ("...",)})
    with pytest.raises(FrameworkError, match=r"small: element T1, term '\.\.\.'"):
        load_pipeline(framework.model_copy(update={"elements": (broken,)}))
