"""Terms, sentences and entities."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from benchmarks import entities
from policyloom.errors import FrameworkError, PolicyloomError
from policyloom.framework import Element, Framework
from policyloom.languages import load_language
from policyloom.languages.en.aliases import name_entities, normal_name
from policyloom.languages.en.entities import EntityFinder
from policyloom.languages.terms import MAX_APART, TermError, TermMatcher
from policyloom.tag.pipeline import MENTIONS, find_model, load_pipeline

ENGLISH = load_language("en")


def english(**entities: object) -> spacy.language.Language:
    """A pipeline with the English components alone, and a framework's own words for entities."""
    nlp = ENGLISH.blank_pipeline()
    ENGLISH.add_components(nlp, entities)
    return nlp


def matcher_of(*terms: str, **lists: str) -> TermMatcher:
    return TermMatcher({"X": terms}, words=lists, inflect=ENGLISH.inflections)


def found(term: str, text: str, **lists: str) -> list[str]:
    words = text.lower().split()
    return [" ".join(words[m.start : m.end]) for m in matcher_of(term, **lists).find(words)]


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
        matcher_of(term)


CUT = ENGLISH.blank_pipeline().tokenizer


@pytest.mark.parametrize(
    ("term", "text", "hits"),
    [
        ("COVID-19 grant", "COVID-19 grants and Covid 19 grants", ["covid-19 grants", "covid 19 grants"]),
        ("G-20", "the G-20 , the G20", ["g-20", "g20"]),
        ("K-12 school", "K-12 schools", ["k-12 schools"]),
        ("M&E", "M&E costs", ["m&e"]),
        ("employer's levy", "the employer's levy", ["employer 's levy"]),
        ("employer levy", "the employer(s) levy", ["employer(s ) levy"]),
        ("co-operation", "cooperation or co-operation", ["cooperation", "co - operation"]),
        ("cooperation", "cooperation or co-operation", ["cooperation", "co - operation"]),
        ("by-law|ordinance", "a by-law", ["by - law"]),
        ("U.S. grant", "U.S. grants", ["u.s. grants"]),
    ],
)
def test_a_term_is_cut_as_the_text_is(term: str, text: str, hits: list[str]) -> None:
    def cut(words: str) -> list[str]:
        return [token.text for token in CUT(words)]

    matcher = TermMatcher({"X": [term]}, inflect=ENGLISH.inflections, tokenize=cut, prefixes=("co",))
    words = [word.lower() for word in cut(text)]
    assert [" ".join(words[m.start : m.end]) for m in matcher.find(words)] == hits


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("credit AND farmer", "'AND' is not in the notation; write 'a & b'"),
        ("prohibit(ed|s)?", "looks like a regular expression"),
        ("train.*", "'prohibit\\*' for any word"),
        ("tax&levy", "a space on both sides"),
        ("{little} ... credit", "word list {little}: 'lack of' is more than one word"),
    ],
)
def test_the_notation_of_other_tools_is_explained(term: str, words: str) -> None:
    with pytest.raises(TermError, match=words):
        matcher_of(term, little="lack of|few")


def test_a_term_in_another_script_is_refused() -> None:
    framework = small_framework()
    chinese = framework.elements[0].model_copy(update={"terms": ("税收",)})
    with pytest.raises(FrameworkError, match="'税收' is not written in the letters of English"):
        load_pipeline(framework.model_copy(update={"elements": (chinese,)}))


def test_the_two_sides_of_a_term_stand_at_most_twelve_words_apart() -> None:
    assert MAX_APART == 12
    assert found("shortage & teacher", f"shortage {'a ' * 12}teacher") == [f"shortage {'a ' * 12}teacher"]
    assert found("shortage & teacher", f"shortage {'a ' * 13}teacher") == []


def test_a_side_that_stands_too_far_off_does_not_hide_a_nearer_one() -> None:
    text = f"teacher {'a ' * 20}shortage of one teacher"
    assert found("shortage & teacher", text) == ["shortage of one teacher"]


def test_of_several_pairs_the_nearest_is_found() -> None:
    text = "teacher a a a shortage teacher a a teacher"
    assert found("shortage & teacher", text) == ["shortage teacher"]


def test_of_matches_that_overlap_the_longest_stays() -> None:
    terms = {"X": ["tax", "tax incentive"], "Y": ["tax"]}
    matches = TermMatcher(terms, inflect=None).find("a tax incentive".split())
    assert [(m.label, m.start, m.end) for m in matches] == [("Y", 1, 2), ("X", 1, 3)]


def test_lemmas_are_found_where_the_pipeline_has_them() -> None:
    assert TermMatcher({"X": ["lehrer"]}, inflect=None).find(["lehrern"], ["lehrer"])


@given(st.lists(st.sampled_from("tax incentive a b teacher in enterprise shortage".split()), max_size=20))
def test_matches_lie_inside_the_sentence(words: list[str]) -> None:
    matcher = matcher_of("tax incentive", "teacher ... enterprise", "shortage & teacher")
    for match in matcher.find(words):
        assert 0 <= match.start < match.end <= len(words)


def test_inflections_double_the_consonant() -> None:
    assert {"plan", "plans", "planned", "planning"} <= ENGLISH.inflections("plan")


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("sell", "sold"), ("draw", "drew"), ("analysis", "analyses"), ("criterion", "criteria"), ("life", "lives"),
        ("curriculum", "curricula"), ("equip", "equipped"), ("person", "people"), ("be", "were"), ("go", "went"),
    ],
)  # fmt: skip
def test_irregular_forms_are_known(word: str, form: str) -> None:
    assert {word, form} <= ENGLISH.inflections(word)


def test_an_irregular_verb_has_no_regular_past() -> None:
    assert "selled" not in ENGLISH.inflections("sell")


@pytest.mark.parametrize(
    "word",
    [
        "labour",
        "labor",
        "programme",
        "program",
        "modernisation",
        "modernization",
        "centre",
        "center",
        "curricula",
    ],
)
def test_the_word_list_has_british_and_american_spellings(word: str) -> None:
    assert word in ENGLISH.known_words()


def test_the_word_list_has_no_pieces_of_words() -> None:
    assert ENGLISH.known_words().isdisjoint(("tion", "ment", "ing", "teh", ""))


def test_stop_words_tell_nothing_of_the_subject() -> None:
    assert {"the", "of", "which", "should"} <= ENGLISH.stop_words
    assert ENGLISH.stop_words.isdisjoint(("bill", "fire", "system", "training"))


# Sentences


@pytest.fixture(scope="module")
def split() -> spacy.language.Language:
    return english()


@pytest.mark.parametrize(
    "sentences",
    [
        ["The college works with Lingong Heavy Machine Co., Ltd. on a base.", "It opened in 2024."],
        [
            "Kestrel Tooling Sdn. Bhd. has doubled its places.",
            "It works with Marlin Pte. Ltd. and Orr Pvt. Ltd.",
        ],
        ["It was sold to Kestrel Tooling Sdn. Bhd.", "The college stayed."],
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
        ["It was measured (Li et al. 2011; Casey 2013).", "SDG 3.3.2 Weight follows."],
        ["They trained for 24 h. in all.", "It took 12 h.", "The trainees passed."],
        ["‘1a. The Board meets.’"],
        ["2. Fees are capped under No. 4.", "3. The Board reports in Jan. 2027."],
        ["Sec. 2. Policy.", "Firms shall train."],
        [
            "Three projects were approved:",
            "(a) a base;",
            "(b) a workshop; and",
            "(c) a college with Hanlim Inc.",
        ],
        ["Tasks include:", "i. training;", "ii. research."],
        ["Goals include: raising skills; lowering costs; and paying fees."],
        ["AN ACT TO REGULATE TRAINING; TO PAY FEES; AND TO RAISE LEVIES"],
        ["Grow skills;", "Build bases;", "Pay fees."],
        ['He said: "We welcome it. It helps firms." and left.', "Nobody replied."],
        ["It needs support from farmers", "5.9.1 Regional rules apply."],
        ["The plan was read in the U.S. Senate.", "It passed."],
        ["They met in the U.S.", "The plan passed."],
        ["It stands in Main St.", "The college is near."],
        ["It stands near St. Mary College.", "It is old."],
        ["It opens in Dec.", "This is late."],
        ["They met in the U.S.", "Many firms paid."],
        ["They gave it to group B.", "The others got none."],
        ["Is it “paid?”", "Nobody knows."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(split: spacy.language.Language, sentences: list[str]) -> None:
    assert [s.text for s in split(" ".join(sentences)).sents] == sentences


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("The city closed the bases.The state pays.", 2),
        ("What is a base?A place to learn.", 2),
        ("Stop now!The bases are full.", 2),
        ('"Grants will end."The minister left.', 2),
        ("It opened in 2020.The town paid.", 2),
        ("The U.S.A. pays 3.2 million, e.g. for bases.", 1),
        ("See www.Orsa.com or report.v2.Doc for more.", 1),
        ("Node.js and ASP.NET are taught.", 1),
    ],
)  # fmt: skip
def test_a_sentence_may_end_without_a_space(split: spacy.language.Language, text: str, n: int) -> None:
    assert len(list(split(text).sents)) == n


def test_no_sentence_is_longer_than_a_thousand_words(split: spacy.language.Language) -> None:
    lengths = [len(s) for s in split("we go on and on ; " * 700).sents]
    assert max(lengths) <= 1000
    assert sum(lengths) == 700 * 6


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("Article 5\nOpening of schemes\n1. States shall pay.", [0, 10, 29]),
        ("• Build bases\n• Pay fees\nThese measures help.", [0, 14, 25]),
        ("Students can directly enter well-known enterprises for internship and\nemployment after they graduate.", [0]),
        ("A heading\n\nA paragraph", [0, 11]),
        ("One ends here.\u00a0 Two begins.", [0, 16]),
    ],
)  # fmt: skip
def test_a_line_end_is_an_edge_where_the_page_was_not_just_full(
    split: spacy.language.Language, text: str, starts: list[int]
) -> None:
    doc = split(text)
    assert [next(t.idx for t in s if not t.is_space) for s in doc.sents] == starts


# Entities


@pytest.fixture(scope="module")
def find() -> spacy.language.Language:
    return english()


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("Funds go to Jinan Vocational College first.", ("Jinan Vocational College", "ORG.college")),
        ("The Management Committee of Jinan High-tech Industrial Development Zone agreed.",
         ("Management Committee of Jinan High-tech Industrial Development Zone", "ORG.government")),
        ("The Industry College of Orsa Vocational College of Agricultural Science and Technology opened.",
         ("Industry College of Orsa Vocational College of Agricultural Science and Technology", "ORG.college")),
        ("It joined hands with Lingong Heavy Machine Co., Ltd. last year.", ("Lingong Heavy Machine Co., Ltd.", "ORG.enterprise")),
        ("The Zone and Lingong Heavy Machine Co., Ltd. agreed.", ("Lingong Heavy Machine Co., Ltd.", "ORG.enterprise")),
        ("The Ministry of Education pays.", ("Ministry of Education", "ORG.government")),
        ("The Department of Human Resources and the Development and Reform Commission pay.",
         ("Development and Reform Commission", "ORG.government")),
        ("The Departments of Labor and Energy pay.", ("Departments of Labor and Energy", "ORG.government")),
        ("PARLIAMENT OF THE REPUBLIC OF TALVIA", ("PARLIAMENT OF THE REPUBLIC OF TALVIA", "ORG.government")),
        ("The Orsa Skills Training Center and firms agreed.", ("Orsa Skills Training Center", "ORG")),
        ("The Orsa Valley Industry Alliance met.", ("Orsa Valley Industry Alliance", "ORG.consortium")),
        ("The Federation of Orsa Employers met.", ("Federation of Orsa Employers", "ORG.association")),
        ("Mayor Ada Lindt spoke.", ("Ada Lindt", "PERSON")),
        ("Grants of $3.5 million were paid.", ("$3.5 million", "MONEY")),
        ("Grants of 20 million yuan were paid.", ("20 million yuan", "MONEY")),
        ("It spends USD 6 905 per student.", ("USD 6 905", "MONEY")),
        ("Pay rises to 75 per cent in year three.", ("75 per cent", "PERCENT")),
        ("It rose by two percentage points.", ("two percentage points", "PERCENT")),
        ("Teachers spend thirty days in a firm.", ("thirty days", "QUANTITY")),
        ("It takes effect on 1 March 2026 at the latest.", ("1 March 2026", "DATE")),
        ("From 2021 to 2025 it grew.", ("2021 to 2025", "DATE")),
        ("Under the National Apprenticeship Act 2021 it must.", ("National Apprenticeship Act 2021", "LAW")),
        ("See Article 79 of the Constitution of Talvia.", ("Article 79 of the Constitution of Talvia", "LAW")),
        ("It amends Executive Order 14036 now.", ("Executive Order 14036", "LAW")),
        ("The National Action Plan for Skills names tasks.", ("National Action Plan for Skills", "POLICY")),
        ("They run the “three-three system” together.", ("three-three system", "PROGRAMME")),
        ('The "four-step" model spread.', ("four-step", "PROGRAMME")),
        ("Colleges in Sri Lanka agreed.", ("Sri Lanka", "GPE")),
        ("Colleges in Tuvalu agreed.", ("Tuvalu", "GPE")),
        ("It began on 2021-07-15 here.", ("2021-07-15", "DATE")),
        ("It began on 15/07/2021 here.", ("15/07/2021", "DATE")),
        ("It began on 5.7.2021 here.", ("5.7.2021", "DATE")),
        ("It began on Jul 5, 2021 here.", ("Jul 5, 2021", "DATE")),
        ("It cost KSh 4 million.", ("KSh 4 million", "MONEY")),
        ("It cost R12m in all.", ("R12m", "MONEY")),
        ("It cost R3,2 billion.", ("R3,2 billion", "MONEY")),
        ("It cost ZK 500 a day.", ("ZK 500", "MONEY")),
        ("It cost EUR 3.4 Mio. in all.", ("EUR 3.4 Mio.", "MONEY")),
        ("It cost 2 500 000 FCFA.", ("2 500 000 FCFA", "MONEY")),
        ("It rose by 0,9 % then.", ("0,9 %", "PERCENT")),
        ("The Department for Business, Trade & Industrial Strategy paid.",
         ("Department for Business, Trade & Industrial Strategy", "ORG.government")),
        ("Firms in Shandong Province agreed.", ("Shandong Province", "GPE")),
    ],
)  # fmt: skip
def test_an_entity_comes_out_whole(find: spacy.language.Language, text: str, entity: tuple[str, str]) -> None:
    assert entity in [(e.text, e.label_) for e in find(text).ents]


@pytest.mark.parametrize(
    "text",
    [
        "Any City Council may apply.",
        "The Board of Directors met.",
        "Trainees aged 16 to 24 years old, or 15 years old, may apply.",
        "Teachers should be “double-qualified” persons.",
    ],
)
def test_kinds_of_thing_and_ages_are_no_entities(find: spacy.language.Language, text: str) -> None:
    assert not find(text).ents


def with_words(text: str, **words: object) -> list[tuple[str, str]]:
    """The entities that are found with a framework's own words."""
    nlp = english(**words)
    doc = nlp(text)
    name_entities([doc])
    return [(e.text, e.label_) for e in doc.ents]


@pytest.mark.parametrize(
    ("text", "words", "without", "with_them"),
    [
        ("The Orsa Skills Training Center agreed.", {"heads": {"ORG.training": ["training center"]}},
         [("Orsa Skills Training Center", "ORG")], [("Orsa Skills Training Center", "ORG.training")]),
        ("The Orsa Dairy Herd agreed.", {"heads": {"ORG.farm": ["herd"]}}, [], [("Orsa Dairy Herd", "ORG.farm")]),
        ("The Dairy Herd agreed.", {"heads": {"ORG.farm": ["herd"]}, "weak": ["herd"]}, [], []),
        ("Colleges offer the Orsa Plan.", {"kinds": ["orsa plan"], "weak": []}, [], []),
        ("The Seed and Soil Commission met.", {"fields": ["seed", "soil"]},
         [("Soil Commission", "ORG.government")], [("Seed and Soil Commission", "ORG.government")]),
        ("The Growers’ Trust met.", {"owners": ["Growers"]}, [], [("Growers’ Trust", "ORG")]),
        ("They give 30 seed days.", {"units": ["seed"]}, [], [("30 seed days", "QUANTITY")]),
        ("They use the “three-field” rotation.", {"programmes": ["rotation"]}, [], [("three-field", "PROGRAMME")]),
        ("Agritec grew.", {"known": {"ORG": ["Agritec"]}}, [], [("Agritec", "ORG")]),
    ],
)  # fmt: skip
def test_a_framework_adds_words_by_which_names_are_found(
    text: str, words: dict[str, object], without: list[tuple[str, str]], with_them: list[tuple[str, str]]
) -> None:
    assert with_words(text) == without
    assert with_words(text, **words) == with_them


def test_short_forms_follow_the_words_of_the_framework() -> None:
    nlp = english(heads={"ORG.farm": ["herd"]})
    docs = list(nlp.pipe(["The Orsa Dairy Herd grew.", "The Herd also paid."]))
    name_entities(docs)
    assert [(e.text, e.label_, e.kb_id_) for e in docs[1].ents] == [("Herd", "ORG.farm", "Orsa Dairy Herd")]


def settle(text: str, *model: tuple[str, str]) -> list[tuple[str, str, str]]:
    """What rules make of entities that a model has set."""
    doc = spacy.blank("en")(text)
    doc.set_ents(
        [doc.char_span(text.index(words), text.index(words) + len(words), label) for words, label in model]
    )
    return [(e.text, e.label_, e.ent_id_) for e in EntityFinder({})(doc).ents]


@pytest.mark.parametrize(
    ("text", "model", "entity"),
    [
        ("Grants of RMB 2.5 million were paid.", ("2.5 million", "DATE"), ("RMB 2.5 million", "MONEY", "rule: amount")),
        ("Firms joined the Orsa Skills Alliance.", ("Orsa Skills Alliance", "PERSON"),
         ("Orsa Skills Alliance", "ORG.consortium", "rule: Alliance")),
        ("It met eBay Skills Alliance today.", ("eBay Skills Alliance", "ORG"), ("eBay Skills Alliance", "ORG.consortium", "model")),
        ("They met in Georgia Tech today.", ("Georgia Tech", "ORG"), ("Georgia Tech", "ORG", "model")),
        ("Then President Ada Lindt spoke.", ("President Ada Lindt", "PERSON"), ("Ada Lindt", "PERSON", "rule: title")),
        ("Firms such as Hikvision joined.", ("Hikvision", "ORG"), ("Hikvision", "ORG", "model")),
    ],
)  # fmt: skip
def test_rules_and_model_agree_on_one_entity(
    text: str, model: tuple[str, str], entity: tuple[str, str, str]
) -> None:
    assert settle(text, model) == [entity]


@pytest.mark.parametrize(
    "model",
    [("Today", "DATE"), ("STEM", "ORG"), ("Career and Technical Education", "ORG"), ("Today", "NORP")],
)
def test_a_model_is_not_believed_everything(model: tuple[str, str]) -> None:
    assert settle("Today STEM and Career and Technical Education grow.", model) == []


def names(*blocks: str) -> list[tuple[str, str, str]]:
    """Text, label and name of a document's entities."""
    nlp = english()
    docs = list(nlp.pipe(blocks))
    name_entities(docs)
    return [(e.text, e.label_, e.kb_id_) for doc in docs for e in doc.ents]


@pytest.mark.parametrize(
    ("blocks", "short"),
    [
        (("Jinan Vocational College (JVC) grew.", "Firms joined JVC."), ("JVC", "ORG.college", "Jinan Vocational College")),
        (("The Ministry of Labour pays.", "The Ministry also reports."), ("Ministry", "ORG.government", "Ministry of Labour")),
        (("The Ministry of Labour pays.", "The Ministry of Health pays.", "In 2025 the Ministry reported."),
         ("Ministry", "ORG.government", "Ministry of Health")),
        (("The Council pays.", "The Orsa Training Council met."), ("Council", "ORG.government", "Orsa Training Council")),
        (("In this Act “Board” means the Orsa Skills Board.", "The Wages Board met.", "The Board pays."),
         ("Board", "ORG.government", "Orsa Skills Board")),
        (("CLEAN RIVERS ACT, No. 12 of 2023", "The Water Act applies.", "Under this Act fees fall."),
         ("Act", "LAW", "Clean Rivers Act, No. 12 of 2023")),
        (("The Advisory Board of Orsa College (hereinafter the “Council”) meets.", "The chair of the Council votes."),
         ("Council", "ORG.government", "Advisory Board of Orsa College")),
        (("It opened in Orsa, China.", "Orsa grew."), ("Orsa", "GPE", "Orsa")),
        (("The City of Orsa pays.", "Orsa grew."), ("Orsa", "GPE", "Orsa")),
        (("President Ada Lindt came.", "Then Mayor Lindt left."), ("Lindt", "PERSON", "Ada Lindt")),
    ],
)  # fmt: skip
def test_a_short_form_stands_for_the_name(blocks: tuple[str, ...], short: tuple[str, str, str]) -> None:
    assert short in names(*blocks)


def test_a_short_form_before_several_names_stands_for_none_of_them() -> None:
    found = names("The Council pays.", "The Wages Council met.", "The Film Council met.")
    assert [name for text, _, name in found if text == "Council" and name != "Council"] == []


def test_an_act_and_the_body_that_it_sets_up_share_a_short_form() -> None:
    found = names("The Orsa Skills Act (OSA) set up the Orsa Skills Authority (OSA).", "The OSA pays.")
    assert [name for text, _, name in found if text == "OSA"] == [
        "Orsa Skills Act",
        "Orsa Skills Authority",
        "Orsa Skills Authority",
    ]


@pytest.mark.parametrize("text", ["K-12 schools saw it.", "See 3.2.1 and 10.4.", "R2 and R3 follow."])
def test_numbers_that_are_no_dates_or_sums(find: spacy.language.Language, text: str) -> None:
    assert not find(text).ents


def test_an_abbreviation_explained_by_other_words_is_no_entity() -> None:
    doc = spacy.blank("en")(
        "It measures foreign direct investment (FDI) and FDI by the Orsa Labour Office (OLO)."
    )
    doc.set_ents([doc.char_span(at, at + 3, "ORG") for at in (39, 48)])
    EntityFinder({})(doc)
    name_entities([doc])
    assert [e.text for e in doc.ents] == ["Orsa Labour Office", "OLO"]


def test_what_a_rule_found_has_its_type_wherever_the_model_finds_it() -> None:
    doc = spacy.blank("en")("Mayor Ada Lindt spoke. Lindt left. Mayor Lindt came.")
    doc.set_ents([doc.char_span(23, 28, "GPE")])
    EntityFinder({})(doc)
    name_entities([doc])
    assert [(e.text, e.label_, e.kb_id_) for e in doc.ents] == [
        ("Ada Lindt", "PERSON", "Ada Lindt"),
        ("Lindt", "PERSON", "Ada Lindt"),
        ("Lindt", "PERSON", "Ada Lindt"),
    ]


def test_a_head_without_any_name_is_no_entity() -> None:
    assert names("The Department of the firm pays.", "In May 2025 the Council met.") == [
        ("May 2025", "DATE", "May 2025")
    ]


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("the  Ministry of Education", "ORG.government", "Ministry of Education"),
        ("MINISTRY OF EDUCATION", "ORG.government", "Ministry of Education"),
        ("Lingong Heavy Machine Company Limited", "ORG.enterprise", "Lingong Heavy Machine Co., Ltd."),
        ("Lingong Heavy Machine Co Ltd", "ORG.enterprise", "Lingong Heavy Machine Co., Ltd."),
        ("Department of Labour & Skills", "ORG.government", "Department of Labour and Skills"),
        ("Employees’ Trust Fund Act", "LAW", "Employees' Trust Fund Act"),
        ("U.S.", "GPE", "United States"),
        ("OECD", "ORG.government", "Organisation for Economic Co-operation and Development"),
        ("42 U.S.C. 7", "LAW", "42 U.S.C. 7"),
    ],
)
def test_a_name_is_the_same_in_every_document(text: str, label: str, name: str) -> None:
    assert normal_name(text, label) == name


def test_the_benchmark_counts_exact_and_overlapping_entities() -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    entities.count(
        [(0, 9, "ORG.college"), (20, 24, "GPE"), (30, 34, "DATE")],
        [(0, 9, "ORG.government"), (18, 24, "GPE"), (40, 44, "DATE")],
        counts,
    )
    assert counts["ORG"] == {
        "found": 1,
        "wanted": 1,
        "found overlapping": 1,
        "wanted overlapping": 1,
        "exact": 1,
        "subtype": 0,
    }
    assert counts["GPE"]["found overlapping"] == 1
    assert "exact" not in counts["GPE"]
    assert counts["DATE"] == {"found": 1, "wanted": 1, "found overlapping": 0, "wanted overlapping": 0}


def test_the_benchmark_reads_texts_and_labels(tmp_path: Path) -> None:
    text = "The Ministry of Labour pays.\n\nThe Ministry reports."
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    wanted = [{"start": 34, "end": 42, "label": "ORG", "subtype": "government"}]
    rows = [{"id": "s1", "file": "a.txt", "split": "dev", "start": 30, "end": 51, "entities": wanted}]
    assert text[34:42] == "Ministry"
    assert entities.score(load_pipeline(small_framework()), rows, tmp_path)["ALL"]["subtype"] == 1


def test_the_benchmark_scores_sentence_starts(tmp_path: Path, split: spacy.language.Language) -> None:
    path = tmp_path / "marked.txt"
    path.write_text("### a\nOne ends. \u23d0Two begins; \u23d0it goes on. \u23d0Three.\n", encoding="utf-8")
    precision, recall, _ = entities.score_marked(split, path)
    assert (precision, round(recall, 2)) == (1, 0.67)


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


@pytest.mark.parametrize(
    ("lemmas", "hits"),
    [
        (["the", "grant", "and", "", "help", "."], ["grantjes", "grants"]),  # one word has no lemma
        (None, ["grants"]),
    ],
)
def test_a_term_is_found_by_lemmas_where_the_pipeline_has_them(
    lemmas: list[str] | None, hits: list[str]
) -> None:
    nlp = load_pipeline(small_framework())
    words, starts = ["The", "grantjes", "and", "grants", "helped", "."], [True, *[False] * 5]
    doc = nlp.get_pipe("policyloom_mentions")(Doc(nlp.vocab, words, lemmas=lemmas, sent_starts=starts))
    assert [span.text for span in doc.spans[MENTIONS]] == hits


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


def test_find_model_says_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for names, words in ((["b", "a"], "a, b"), ([], "none")):
        monkeypatch.setattr(spacy.util, "get_installed_models", lambda names=names: names)
        with pytest.raises(PolicyloomError) as error:
            find_model("en_no_such_model")
        assert str(error.value) == f"no spaCy pipeline 'en_no_such_model'; installed are: {words}"


def test_find_model_says_how_to_get_the_model_of_a_language(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty = ModuleSpec("en_policyloom", None)
    empty.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr("importlib.util.find_spec", lambda _: empty)
    module = sys.modules["policyloom.tag.pipeline"]
    monkeypatch.setattr(module, "__file__", str(tmp_path / "a" / "b" / "c" / "d.py"))  # no checkout
    with pytest.raises(PolicyloomError) as error:
        find_model("en_policyloom")
    assert str(error.value) == (
        "the spaCy pipeline 'en_policyloom' is not installed; `make wheels` in a checkout builds it, and "
        "`pip install --find-links dist 'policyloom[model]'` installs it from there"
    )
    (tmp_path / "config.cfg").touch()
    assert find_model("en_policyloom") == tmp_path


def test_find_model_takes_the_model_of_a_checkout_where_none_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert find_model("en_policyloom") == Path(__file__).parents[1] / "models" / "en_policyloom"


def test_a_wrong_term_stops_before_any_work() -> None:
    framework = small_framework()
    broken = framework.elements[0].model_copy(update={"terms": ("...",)})
    with pytest.raises(FrameworkError, match=r"small: element T1, term '\.\.\.'"):
        load_pipeline(framework.model_copy(update={"elements": (broken,)}))


def test_a_letter_with_an_accent_is_of_the_languages_script() -> None:
    doc = load_pipeline(with_patterns(terms=("café",)))("The trainees run a café.")
    assert [span.text for span in doc.spans[MENTIONS]] == ["café"]


TAKES_ON = (
    {"RIGHT_ID": "verb", "RIGHT_ATTRS": {"LEMMA": "take"}},
    {"LEFT_ID": "verb", "REL_OP": ">", "RIGHT_ID": "who", "RIGHT_ATTRS": {"DEP": "nsubj", "LEMMA": "firm"}},
    {
        "LEFT_ID": "verb",
        "REL_OP": ">",
        "RIGHT_ID": "whom",
        "RIGHT_ATTRS": {"DEP": "obj", "LEMMA": "apprentice"},
    },
)


def with_patterns(**patterns: object) -> Framework:
    element = Element(id="T2", kind="mechanism", label="T2", definition="T2", **patterns)  # type: ignore[arg-type]
    return Framework(id="small", title="Small", version="1", elements=(element,))


def test_a_relation_is_found_by_who_does_what() -> None:
    nlp = load_pipeline(with_patterns(relations=(TAKES_ON,)), model="en_policyloom")
    doc = nlp("Firms in the region took 300 apprentices. Apprentices took the firms to court.")
    assert [(span.text, span.id_) for span in doc.spans[MENTIONS]] == [
        ("Firms in the region took 300 apprentices", "relation")
    ]


def test_relations_ask_for_a_parser() -> None:
    with pytest.raises(FrameworkError, match="need a parser; use the model 'en_policyloom'"):
        load_pipeline(with_patterns(relations=(TAKES_ON,)))


@pytest.mark.parametrize("key", ["patterns", "relations"])
def test_a_pattern_that_spacy_refuses_is_named(key: str) -> None:
    with pytest.raises(FrameworkError, match=f"element T2, {key}: spaCy refuses"):
        load_pipeline(with_patterns(**{key: (({"LOWR": "a"},),)}), model="en_policyloom")
