"""Mentions with status and actor, and claims, in sentences that a reader can judge."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from policyloom.coders.rules import RulesCoder
from policyloom.errors import PolicyloomError
from policyloom.framework import Element, Framework, Scope
from policyloom.records import Block, Coding, Document, Measured, Metadata, Passage, Tagged
from policyloom.tag import load_pipeline, tag
from policyloom.tag.field import find_field_blocks
from policyloom.tag.pipeline import framework_of

TERMS = {
    "T1": ("mechanism", ("grant", "apprenticeship law")),
    "T2": ("mechanism", ("apprenticeship", "joint course", "school-enterprise cooperation")),
    "T3": ("mechanism", ("skilled teacher", "qualified instructor")),
    "T4": ("mechanism", ("training centre", "workshop")),
    "S1": ("outcome", ("quality of training", "skill level", "{better} skill")),
    "S3": ("outcome", ("employment", "job prospect")),
    "C3": ("challenge", ("shortage of ... teacher", "outdated equipment")),
    "A1": ("actor", ("ministry", "employer")),
}


@pytest.fixture(scope="module")
def small() -> Language:
    elements = tuple(
        Element(id=id, kind=kind, label=id, definition=id, terms=terms)  # type: ignore[arg-type]
        for id, (kind, terms) in TERMS.items()
    )
    words = {"better": "improve|raise|lift"}
    facets = {"people": "apprentice|trainee", "things": "workshop"}
    return load_pipeline(
        Framework(id="small", title="Small", version="1", words=words, facets=facets, elements=elements)
    )


def read(nlp: Language, text: str, *, kind: str = "paragraph", section: tuple[str, ...] = ()) -> Tagged:
    block = Block(kind, 0, len(text), section=section)  # type: ignore[arg-type]
    return tag(
        Document("d", "d.txt", "", 0, "en", Metadata(), text, (block,)), nlp, RulesCoder(framework_of(nlp))
    )


def statuses(tagged: Tagged) -> dict[str, str]:
    return {m.label: m.status for m in tagged.mentions if m.kind != "entity"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # done, in force, or true in general
        ("The ministry paid grants to 40 firms.", {"T1": "affirmed"}),
        ("Apprenticeships lift skill levels.", {"T2": "affirmed", "S1": "affirmed"}),
        ("Apprenticeships helped to raise skills.", {"T2": "affirmed", "S1": "affirmed"}),
        # to be
        ("Every province shall open a training centre.", {"T4": "planned"}),
        ("Firms will receive grants.", {"T1": "planned"}),
        ("Training centres need to be built.", {"T4": "planned"}),
        ("The workshop is due to open in May.", {"T4": "planned"}),
        ("The ministry paid grants, so that employment rose.", {"T1": "affirmed", "S3": "affirmed"}),
        ("The ministry paid grants, so that employment would rise.", {"T1": "affirmed", "S3": "planned"}),
        ("The training centre is due to be built.", {"T4": "planned"}),
        ("Better employment is mainly due to grants.", {"T1": "affirmed", "S3": "affirmed"}),
        ("The rise in employment was due to the workshop.", {"S3": "affirmed", "T4": "affirmed"}),
        ("Double-decked workshops are in use.", {"T4": "affirmed"}),
        ("The plan recommends more joint courses.", {"T2": "planned"}),
        ("The law was passed to raise skills.", {"S1": "planned"}),
        ("(a) to establish training centres in each region;", {"T4": "planned"}),
        ("Establish training centres in each region.", {"T4": "planned"}),
        ("Grants were paid in order to improve job prospects.", {"T1": "affirmed", "S3": "planned"}),
        # missing, too little
        ("There is a lack of qualified instructors.", {"T3": "lacking"}),
        ("School-enterprise cooperation remains shallow.", {"T2": "lacking"}),
        ("The grants are not sufficient.", {"T1": "lacking"}),
        ("Workshops have insufficient qualified instructors.", {"T4": "affirmed", "T3": "lacking"}),
        # denied
        ("Apprenticeships had no measurable effect on employment.", {"T2": "affirmed", "S3": "negated"}),
        ("Grants did not improve job prospects.", {"S3": "negated"}),
        # what looks like a cue and is none
        ("Students can not only take part in joint courses.", {"T2": "affirmed"}),
        ("Under Law No. 19 of 1978 grants were paid.", {"T1": "affirmed"}),
        ("Not less than ten grants were paid.", {"T1": "affirmed"}),
        # a cue stops at the clause's end
        ("Equipment is lacking, but grants were paid.", {"T1": "affirmed"}),
        ("Although grants should follow, a training centre was opened.", {"T1": "planned"}),
        # a challenge carries its own lack
        ("The shortage of skilled teachers is acute.", {"C3": "affirmed", "T3": "lacking"}),
        ("Outdated equipment should be replaced.", {"C3": "affirmed"}),
        ("A shortage of skilled teachers is likely to last.", {"C3": "affirmed"}),
        ("By 2030 there will be a shortage of skilled teachers.", {"C3": "planned"}),
        ("The ministry will address the shortage of skilled teachers.", {"C3": "affirmed"}),
        ("There is no shortage of skilled teachers.", {"C3": "negated"}),
    ],
)
def test_status_is_that_of_the_sentence(small: Language, text: str, expected: dict[str, str]) -> None:
    got = statuses(read(small, text))
    assert {label: got.get(label) for label in expected} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # an auxiliary, "not" and any verb: the thing is not there
        ("The province does not sponsor grants.", {"T1": "lacking"}),
        ("The province doesn’t run workshops.", {"T4": "lacking"}),
        ("The ministry has not yet set up workshops.", {"T4": "lacking"}),
        ("The ministry never opened a workshop.", {"T4": "lacking"}),
        ("Workshops have never been built there.", {"T4": "lacking"}),
        ("The ministry is not paying grants.", {"T1": "lacking"}),
        ("Grants did not materialise.", {"T1": "lacking"}),
        ("Grants do not lead to employment.", {"S3": "negated"}),
        ("In towns where firms do not pay grants, workshops close.", {"T1": "lacking", "T4": "affirmed"}),
        # refused
        ("Grants won't be introduced.", {"T1": "negated"}),
        ("The ministry will not fund workshops.", {"T4": "negated"}),
        ("Grants must not be used for pay.", {"T1": "negated"}),
        ("Grants were firmly rejected.", {"T1": "negated"}),
        ("The grants have been ruled out.", {"T1": "negated"}),
        ("No workshops should be built.", {"T4": "negated"}),
        ("Workshops are costly and none should be built.", {"T4": "negated"}),
        ("Do not introduce grants.", {"T1": "negated"}),
        ("There will be no grants in our towns.", {"T1": "negated"}),
        ("There shall be no workshop there.", {"T4": "negated"}),
        # a condition refuses nothing
        ("The Secretary shall not pay grants unless the firm agrees.", {"T1": "planned"}),
        ("No workshops shall be opened until the office agrees.", {"T4": "planned"}),
        ("The Minister must not pay grants other than in the towns.", {"T1": "planned"}),
        # and these are refused all the same
        ("The ministry will not pay grants, because they cost more than they bring.", {"T1": "negated"}),
        ("We will not pay grants until 2030.", {"T1": "negated"}),
        ("No grants shall be paid to firms with more than 50 workers.", {"T1": "negated"}),
        ("The state shall not pay grants, as it refused to do unless asked.", {"T1": "negated"}),
        ("Workshops should not be taxed.", {"T4": "affirmed"}),
        # ended
        ("The grants were abolished in 2019.", {"T1": "lacking"}),
        ("The workshops have been phased out.", {"T4": "lacking"}),
        # a label and its value
        ("Grants: none.", {"T1": "lacking"}),
        ("Workshops – no.", {"T4": "lacking"}),
        ("Grants: n/a; workshops: 12", {"T1": "lacking", "T4": "affirmed"}),
        ("Workshops: not available", {"T4": "lacking"}),
        ("Grants: rejected in 2020", {"T1": "negated"}),
        ("Grants: under discussion", {"T1": "planned"}),
        ("Missing: grants and workshops.", {"T1": "lacking", "T4": "lacking"}),
        # inside a compound, and in phrases that deny another thing
        ("The workshop is not-for-profit.", {"T4": "affirmed"}),
        ("No-fee workshops are open to all.", {"T4": "affirmed"}),
        ("Low-income trainees got grants.", {"T1": "affirmed"}),
        ("At no extra cost to firms, grants were paid.", {"T1": "affirmed"}),
        # one denial takes back another
        ("The ministry has no plans to end grants.", {"T1": "affirmed"}),
        ("There is no reason to abolish grants.", {"T1": "affirmed"}),
        ("There were no cuts to grants.", {"T1": "affirmed"}),
        ("The college is never without a workshop.", {"T4": "affirmed"}),
        ("The court did not reject the grants.", {"T1": "affirmed"}),
        ("The grants will not be abolished.", {"T1": "affirmed"}),
        ("Nobody opposes grants.", {"T1": "affirmed"}),
        ("Workshops are not uncommon.", {"T4": "affirmed"}),
        ("The ministry has no plans to introduce grants.", {"T1": "negated"}),
        # a clause with a subject of its own
        ("There is no workshop, and it offers grants.", {"T4": "lacking", "T1": "affirmed"}),
        ("There is no workshop, and the state offers grants.", {"T4": "lacking", "T1": "affirmed"}),
        ("No grants, joint courses, and workshops were offered.", {"T1": "lacking", "T2": "lacking", "T4": "lacking"}),
    ],
)  # fmt: skip
def test_grammar_tells_what_is_denied(small: Language, text: str, expected: dict[str, str]) -> None:
    got = statuses(read(small, text))
    assert {label: got.get(label) for label in expected} == expected


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        ("Training centres raise wages.", "paragraph", "affirmed"),
        ("Training centres raise wages", "list_item", "affirmed"),
        ("Training centres closed in 2020.", "paragraph", "affirmed"),
        ("Training centres", "heading", "affirmed"),
        ("Funding bodies support training centres.", "paragraph", "affirmed"),
        ("Work placements help training centres.", "paragraph", "affirmed"),
        ("Building training centres raises wages.", "paragraph", "affirmed"),
        ("Building training centres in each town", "list_item", "planned"),
        ("Support training centres in each town.", "paragraph", "planned"),
        ("Help training centres find trainers.", "paragraph", "planned"),
    ],
)
def test_a_noun_that_opens_a_sentence_is_no_instruction(
    small: Language, text: str, kind: str, status: str
) -> None:
    assert statuses(read(small, text, kind=kind)) == {"T4": status}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Are there grants for employers?", {"A1"}),
        ("“What do grants cost the employer?”", {"A1"}),
        ("Grants?", set()),
        ("Many asked whether grants were paid to employers.", {"A1", "T1"}),
    ],
)
def test_a_question_states_nothing_but_names(small: Language, text: str, found: set[str]) -> None:
    assert set(statuses(read(small, text))) == found


def test_the_deciding_cue_is_recorded(small: Language) -> None:
    tagged = read(small, "Every province shall open a training centre.")
    (mention,) = (m for m in tagged.mentions if m.label == "T4")
    assert mention.cue is not None
    assert tagged.document.text[slice(*mention.cue)] == "shall"
    assert mention.source == "term: training centre"


def test_the_heading_decides_where_the_sentence_is_silent(small: Language) -> None:
    text = "Joint courses between colleges and firms."
    assert statuses(read(small, text, section=("4 Recommendations",)))["T2"] == "planned"
    assert statuses(read(small, text))["T2"] == "affirmed"
    done = "The college has run joint courses since 2019."
    assert statuses(read(small, done, section=("4 Recommendations",)))["T2"] == "affirmed"


def read_list(nlp: Language, *lines: str, section: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """The statuses in a paragraph and the items of a list after it."""
    blocks, at = [], 0
    for n, line in enumerate(lines):
        blocks.append(Block("list_item" if n else "paragraph", at, at + len(line), section=section))
        at += len(line) + 1
    text = "\n".join(lines)
    document = Document("d", "d.txt", "", 0, "en", Metadata(), text, tuple(blocks))
    tagged = tag(document, nlp, RulesCoder(framework_of(nlp)))
    return [(m.label, m.status) for m in tagged.mentions if m.kind != "entity"]


@pytest.mark.parametrize(
    ("lead_in", "item", "status"),
    [
        ("By 2030 the Ministry will:", "• grants to small firms;", "planned"),
        ("The former plan failed to provide:", "• grants to small firms;", "lacking"),
        ("In 2020 the council gave:", "• grants to small firms;", "affirmed"),
        # The item's own words say more than a lead-in that promises, and less than one that denies.
        ("By 2030 the Ministry will:", "• end the lack of grants;", "lacking"),
        ("The former plan failed to:", "• Provide grants to small firms;", "lacking"),
        ("By 2030 the Ministry will:", "• Grants were paid in 2019.", "affirmed"),
        # No colon, no list.
        ("By 2030 the Ministry will act.", "• grants to small firms;", "affirmed"),
    ],
)
def test_an_item_is_read_with_the_sentence_that_introduces_the_list(
    small: Language, lead_in: str, item: str, status: str
) -> None:
    assert read_list(small, lead_in, item)[-1] == ("T1", status)


def test_a_lead_in_says_more_than_the_heading_over_it(small: Language) -> None:
    lines = ("Since 2020 the council has paid:", "• grants to small firms;")
    assert read_list(small, *lines, section=("4 Recommendations",)) == [("T1", "affirmed")]


def test_every_item_of_a_list_has_its_lead_in_and_a_list_within_a_list_the_outer_one(small: Language) -> None:
    lines = ("By 2030 we will:", "• give grants for:", "• workshops;", "• training centres.")
    assert read_list(small, *lines) == [("T1", "planned"), ("T4", "planned"), ("T4", "planned")]


def test_items_within_a_paragraph_have_its_lead_in(small: Language) -> None:
    text = "The Ministry will: (a) grants to firms; (b) workshops for youth. Employment is stable."
    assert statuses(read(small, text)) == {
        "T1": "planned",
        "T4": "planned",
        "S3": "affirmed",
        "A1": "affirmed",
    }


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The Ministry will announce that 40 firms received grants.", "affirmed"),
        ("The Ministry will also announce it has paid grants.", "affirmed"),
        ("The Ministry will announce that it will pay grants.", "planned"),
        ("The Ministry will announce grants to firms.", "planned"),
    ],
)
def test_what_will_only_be_told_is_not_planned(small: Language, text: str, status: str) -> None:
    assert statuses(read(small, text))["T1"] == status


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("The ministry shall pay grants.", "The ministry"),
        ("Employers asked, and the ministry paid grants.", "ministry"),  # the nearest
        ("Ministry grants were paid.", "Ministry"),
        ("Grants were paid by the ministry.", None),
        # another institution in the sentence takes nothing from it
        ("The Ministry of Labour of Ruritania met, and employers paid grants.", "employers"),
        ("Employers paid grants to the Ministry of Labour of Ruritania.", "Employers"),
    ],
)
def test_the_agent_stands_before_the_deed(small: Language, text: str, actor: str | None) -> None:
    tagged = read(small, text)
    (mention,) = (m for m in tagged.mentions if m.label == "T1")
    assert (tagged.document.text[slice(*mention.agent)] if mention.agent else None) == actor


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("The Ministry of Labour of Ruritania paid grants.", "Ministry of Labour of Ruritania"),
        ("Grunau Machine Works Co., Ltd. opened a training centre.", "Grunau Machine Works Co., Ltd."),
    ],
)
def test_an_institution_acts_under_its_whole_name(small: Language, text: str, actor: str) -> None:
    tagged = read(small, text)
    (mention,) = (m for m in tagged.mentions if m.kind == "mechanism")
    assert mention.agent is not None
    assert tagged.document.text[slice(*mention.agent)] == actor


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Apprenticeships lead to employment.", [("T2", "S3", "positive")]),
        ("Grants were paid so that job prospects improve.", [("T1", "S3", "positive")]),
        (
            "By opening training centres, the state improves the quality of training.",
            [("T4", "S1", "positive")],
        ),
        ("The quality of training improved through joint courses.", [("T2", "S1", "positive")]),
        ("Apprenticeships raise skills.", [("T2", "S1", "positive")]),
        ("Apprenticeships had no measurable effect on employment.", [("T2", "S3", "negative")]),
        ("Apprenticeships did not lead to employment.", [("T2", "S3", "negative")]),
        ("Grants help firms, but employment fell.", []),
        ("There are grants. Employment is high.", []),
        ("A lack of qualified instructors harms the quality of training.", []),
        ("Grants will address the shortage of skilled teachers.", [("T1", "C3", "positive")]),
    ],
)
def test_a_claim_needs_the_texts_own_words(
    small: Language, text: str, expected: list[tuple[str, str, str]]
) -> None:
    tagged = read(small, text)
    got = [
        (tagged.mentions[c.mechanism].label, tagged.mentions[c.target].label, c.polarity)
        for c in tagged.claims
    ]
    assert got == expected


def test_a_claim_records_its_cue_and_hedge(small: Language) -> None:
    tagged = read(small, "Apprenticeships may lead to employment.")
    (claim,) = tagged.claims
    assert claim.hedged
    assert tagged.document.text[slice(*claim.cue)] == "lead to"


def test_a_claim_that_is_doubted_is_hedged(small: Language) -> None:
    tagged = read(small, "Critics doubt that apprenticeships lead to employment.")
    assert [claim.hedged for claim in tagged.claims] == [True]


@pytest.mark.parametrize("word", ["workshop12", "workshop.12", "workshop[3]", "workshop1,4–6"])
def test_a_reference_mark_hides_no_term(small: Language, word: str) -> None:
    assert set(statuses(read(small, f"The state ran a {word} in May."))) == {"T4"}


@pytest.mark.parametrize(("n", "found"), [(201, {"T1"}), (200, set())])
def test_front_matter_is_read_where_it_is_long_enough_for_an_abstract(
    small: Language, n: int, found: set[str]
) -> None:
    text = "The ministry paid grants. ".ljust(n - 1, "x") + "."
    assert set(statuses(read(small, text, kind="front_matter"))) - {"A1"} == found


def test_sentences_do_not_cross_blocks(small: Language) -> None:
    text = "Recommendations\n\nGrants for all"
    blocks = (
        Block("heading", 0, 15, 1, ("Recommendations",)),
        Block("paragraph", 17, 31, section=("Recommendations",)),
    )
    tagged = tag(
        Document("d", "d", "", 0, "en", Metadata(), text, blocks), small, RulesCoder(framework_of(small))
    )
    assert [tagged.quote(s) for s in tagged.sentences] == ["Recommendations", "Grants for all"]


@given(
    st.lists(
        st.sampled_from(
            "grants lift skills , but the lack of apprenticeships ; shall lead to employment . By".split()
        ),
        max_size=25,
    )
)
def test_every_offset_slices_to_words_of_its_sentence(small: Language, words: list[str]) -> None:
    text = " ".join(words) or "x"
    tagged = read(small, text)
    for mention in tagged.mentions:
        sentence = tagged.sentences[mention.sentence]
        assert sentence.start <= mention.start < mention.end <= sentence.end
        assert tagged.quote(mention) == tagged.quote(mention).strip()
    for claim in tagged.claims:
        sentence = tagged.sentences[claim.sentence]
        assert sentence.start <= claim.cue[0] < claim.cue[1] <= sentence.end


def test_a_text_of_another_field_stays_quiet() -> None:
    element = Element(id="T4", kind="mechanism", label="x", definition="x", terms=("training centre",))
    scope = Scope(terms=("vocational", "apprentic*"), exclude=("pilot",))
    nlp = load_pipeline(Framework(id="s", title="s", version="1", scope=scope, elements=(element,)))
    off = "The airline opened a training centre. " * 200
    assert statuses(read(nlp, off)) == {}
    assert statuses(read(nlp, off + "One vocational visitor saw the training centre.")) == {}
    assert statuses(read(nlp, off + "Vocational apprentices use the training centre.")) == {"T4": "affirmed"}
    mixed = "Pilots learn here. Vocational trainers watch the pilots. " * 50
    assert statuses(read(nlp, mixed + "The training centre is new.")) == {}
    assert statuses(read(nlp, "The vocational college opened a training centre.")) == {"T4": "affirmed"}
    assert statuses(read(nlp, "The vocational college opened a training centre for pilots.")) == {}


@pytest.mark.parametrize(
    ("n_words", "n_field", "n_other", "is_of_field"),
    [
        (149, 0, 0, True),  # too short to tell
        (150, 3, 0, True),  # 20 in 1,000
        (150, 2, 0, False),
        (151, 3, 0, False),
        (300, 7, 6, True),
        (300, 6, 6, False),  # as much of another field
    ],
)
def test_find_field_blocks_counts_the_words_of_the_field(
    n_words: int, n_field: int, n_other: int, is_of_field: bool
) -> None:
    element = Element(id="T4", kind="mechanism", label="x", definition="x", terms=("training centre",))
    scope = Scope(terms=("vocational",), exclude=("pilot",), per_1000_words=20)
    nlp = load_pipeline(Framework(id="s", title="s", version="1", scope=scope, elements=(element,)))
    words = ["vocational"] * n_field + ["pilot"] * n_other
    words += ["road"] * (n_words - len(words))
    docs = [nlp(" ".join(words[:100])), nlp(" ".join(words[100:]))]
    assert find_field_blocks(docs, scope) == [is_of_field, is_of_field]


FIELD, ROADS, A, B = "vocational " * 5 + "road " * 95, "road " * 100, ("A",), ("B",)
"""Two blocks of a hundred words, one with words of the field, and the headings that they may stand under."""


@pytest.mark.parametrize(
    ("texts", "sections", "expected"),
    [
        # 200 words without one of the field, where the rest would make one expect ten
        ([FIELD, FIELD, ROADS, ROADS], [A, A, B, B], [True, True, False, False]),
        ([FIELD, FIELD, ROADS, ROADS], [(), (), (), ()], [True] * 4),  # no headings, no parts
        ([FIELD, FIELD, ROADS], [A, A, B], [True] * 3),  # 100 words are too few to tell
        ([FIELD, FIELD, "vocational " * 2 + "road " * 98, ROADS], [A, A, B, B], [True] * 4),
        ([FIELD, FIELD, "vocational " * 1 + "road " * 99, ROADS], [A, A, B, B], [True, True, False, False]),
        # sections under one title are parts too; those within a part are not
        ([FIELD, FIELD, ROADS, ROADS], [("T", "A"), ("T", "A"), ("T", "B"), ("T", "B")], [True, True, False, False]),
        ([FIELD, FIELD, ROADS, ROADS], [A, A, ("B", "x"), ("B", "y")], [True, True, False, False]),
        # where the field is named seldom anyway, its absence from a part tells nothing
        (["vocational " * 4 + "road " * 96, ROADS, ROADS, ROADS], [A, A, B, B], [True] * 4),
    ],
)  # fmt: skip
def test_a_part_without_the_words_of_the_field_is_of_another(
    texts: list[str], sections: list[tuple[str, ...]], expected: list[bool]
) -> None:
    element = Element(id="T4", kind="mechanism", label="x", definition="x", terms=("training centre",))
    scope = Scope(terms=("vocational",), per_1000_words=10)
    nlp = load_pipeline(Framework(id="s", title="s", version="1", scope=scope, elements=(element,)))
    assert find_field_blocks([nlp(text.strip()) for text in texts], scope, sections) == expected


def test_a_chapter_on_the_field_is_read_in_a_plan_about_everything() -> None:
    element = Element(id="T4", kind="mechanism", label="x", definition="x", terms=("training centre",))
    scope = Scope(terms=("vocational", "apprentic*"), per_1000_words=20)
    nlp = load_pipeline(Framework(id="s", title="s", version="1", scope=scope, elements=(element,)))
    roads = ["The roads of the north will be mended and a training centre for drivers stays. " * 10] * 30
    skills = ["Vocational colleges and apprentices need a training centre in each region. " * 10] * 8
    parts = [*roads, *skills, *roads]
    text = "\n\n".join(parts)
    blocks, at = [], 0
    for part in parts:
        blocks.append(Block("paragraph", at, at + len(part)))
        at += len(part) + 2
    tagged = tag(
        Document("d", "d", "", 0, "en", Metadata(), text, tuple(blocks)), nlp, RulesCoder(framework_of(nlp))
    )
    found = {tagged.sentences[m.sentence].block for m in tagged.mentions if m.kind == "mechanism"}
    assert set(range(30, 38)) <= found
    assert not found & {*range(20), *range(48, 68)}


def spread(parts: list[str]) -> Document:
    """Paragraphs as a document."""
    blocks, at = [], 0
    for part in parts:
        blocks.append(Block("paragraph", at, at + len(part)))
        at += len(part) + 2
    return Document("d", "d", "", 0, "en", Metadata(), "\n\n".join(parts), tuple(blocks))


@pytest.mark.parametrize(
    ("field", "found"),
    [
        # In 600 words around the paragraph stand the field's words often enough, 2.5 times 20 in a thousand ...
        ("vocational " * 7 + "roads " * 13, True),
        # ... or only as often as would do for a whole document.
        ("vocational " * 2 + "roads " * 18, False),
    ],
)
def test_a_chapter_needs_the_fields_words_more_densely_than_a_document(field: str, found: bool) -> None:
    element = Element(id="T4", kind="mechanism", label="x", definition="x", terms=("training centre",))
    scope = Scope(terms=("vocational",), per_1000_words=20)
    nlp = load_pipeline(Framework(id="s", title="s", version="1", scope=scope, elements=(element,)))
    chapter = [field] * 5 + ["A training centre stays."] + [field] * 5
    roads = ["roads " * 100] * 60
    tagged = tag(spread([*roads, *chapter, *roads]), nlp, RulesCoder(framework_of(nlp)))
    assert bool(tagged.mentions) == found


def test_a_chapter_is_judged_by_six_hundred_words_around() -> None:
    element = Element(id="T4", kind="mechanism", label="x", definition="x", terms=("training centre",))
    scope = Scope(terms=("vocational",), per_1000_words=20)
    nlp = load_pipeline(Framework(id="s", title="s", version="1", scope=scope, elements=(element,)))
    # The sixty words next to it are all of the field, the six hundred around it are not.
    near = ["vocational " * 14 + "roads " * 14]
    roads = ["roads " * 100] * 60
    tagged = tag(
        spread([*roads, *near, "A training centre stays.", *near, *roads]), nlp, RulesCoder(framework_of(nlp))
    )
    assert not tagged.mentions


def named(text: str, **terms: tuple[str, ...]) -> set[str]:
    """The elements that are found; T… are mechanisms, S… outcomes, C… challenges."""
    kinds = {"T": "mechanism", "S": "outcome", "C": "challenge"}
    elements = tuple(
        Element(id=id, kind=kinds[id[0]], label=id, definition=id, terms=t)  # type: ignore[arg-type]
        for id, t in terms.items()
    )
    return set(
        statuses(read(load_pipeline(Framework(id="s", title="s", version="1", elements=elements)), text))
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The state pays a wage subsidy.", {"T1"}),
        ("The state pays a wage subsidy and wages rise.", {"T1", "S1"}),
        ("Wages rise by a subsidy.", {"S1", "T1"}),
        # a term with other words in its gap leaves them what they are
        ("There is a shortage of well paid teachers.", {"C1", "S2"}),
    ],
)
def test_a_mention_within_a_phrase_of_another_branch_says_nothing(text: str, found: set[str]) -> None:
    assert (
        named(
            text,
            T1=("subsidy", "wage subsidy"),
            S1=("wage",),
            C1=("shortage of ... teacher",),
            S2=("paid teacher",),
        )
        == found
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Office of Management and Budget met.", set()),
        ("The budget grew.", {"T1"}),
        ("The office met at the Orsa Training Centre.", {"T2"}),  # its head says what it is
        ("Firms asked the Department of Budget and Labour.", set()),
    ],
)
def test_words_in_the_name_of_an_institution_speak_of_it_alone(text: str, found: set[str]) -> None:
    assert named(text, T1=("budget", "firm & budget"), T2=("training centre",)) == found


def test_a_pipeline_without_our_components_is_refused() -> None:
    import spacy

    with pytest.raises(ValueError, match="load_pipeline"):
        read(spacy.blank("en"), "Grants.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "By 2030 the ministry will pay grants of EUR 40 million for young apprentices and publish the results.",
            {"instrument": "grants", "target": "for young apprentices", "amount": "EUR 40 million", "deadline": "By 2030",
             "monitoring": "publish the results"},
        ),
        ("The ministry paid grants in 2019.", {"instrument": "grants"}),  # a date that limits nothing
        ("Article 7 Schools shall hold joint courses.", {}),  # a number that counts nothing
        ("Schools shall run joint courses.", {"instrument": "run joint courses"}),  # a concrete thing that is set up
        ("Every trainee shall have a place in a training centre.", {"target": "Every trainee"}),
        ("Within thirty days firms shall open workshops.", {"instrument": "open workshops", "deadline": "Within thirty days"}),
        ("By the end of 2027 the ministry will pay grants.", {"instrument": "grants", "deadline": "By the end of 2027"}),
        ("By the last day of 2027 the ministry will pay grants.", {"instrument": "grants"}),  # "by" stands too far off
        # another clause's instrument, where its own has none
        ("Quotas were dropped; the ministry plans workshops.", {"instrument": "Quotas"}),
        ("Quotas were dropped; the ministry plans workshops by a decree.", {"instrument": "decree"}),
        # of two amounts the nearer, on either side
        ("EUR 5 million for workshops or at most EUR 9 million was paid.", {"amount": "EUR 5 million"}),
        ("EUR 5 million was paid in May for workshops of EUR 9 million.", {"amount": "EUR 9 million"}),
    ],
)  # fmt: skip
def test_what_makes_a_mechanism_operable(small: Language, text: str, expected: dict[str, str]) -> None:
    tagged = read(small, text)
    (mention,) = (m for m in tagged.mentions if m.kind == "mechanism")
    assert {facet.kind: tagged.quote(facet) for facet in mention.facets} == expected
    assert mention.concreteness == len(expected) + (mention.agent is not None)


def test_the_people_and_things_of_a_field_belong_to_its_framework() -> None:
    element = Element(id="M1", kind="mechanism", label="x", definition="x", terms=("drainage",))
    text = "The ministry will bring drainage to one hectare for all farmers."

    def facets(**words: str) -> dict[str, str]:
        farm = Framework(id="farm", title="Farm", version="1", facets=words, elements=(element,))
        tagged = read(load_pipeline(farm), text)
        (mention,) = (m for m in tagged.mentions if m.kind == "mechanism")
        return {facet.kind: tagged.quote(facet) for facet in mention.facets}

    assert facets() == {}
    assert facets(people="farmer", things="hectare") == {
        "target": "for all farmers",
        "amount": "one hectare",
    }
    with pytest.raises(
        PolicyloomError,
        match="'peeple': is no word list of language 'en'; it has people, means, tells, times, reviewing, things",
    ):
        facets(peeple="farmer")


class Silent:
    """A coder of one's own, which names nothing."""

    description = "silent"
    measured = Measured()

    def __init__(self, n: int | None = None) -> None:
        self.n = n

    def code(self, passages: Sequence[Passage]) -> list[Coding]:
        n = sum(len(passage.sentences) for passage in passages) if self.n is None else self.n
        return [Coding()] * n


def test_a_coder_of_ones_own_decides(small: Language) -> None:
    text = "The ministry paid grants."
    document = Document("d", "d.txt", "", 0, "en", Metadata(), text, (Block("paragraph", 0, len(text)),))
    assert not tag(document, small, Silent()).mentions
    with pytest.raises(ValueError, match="gave 3 codings for 1 sentences"):
        tag(document, small, Silent(3))
