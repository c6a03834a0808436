"""Who is to act, with what, how much, by when and how watched: in a sentence, before a list, in the next sentence."""

from __future__ import annotations

import pytest
from spacy.language import Language

from policyloom.coders.rules import RulesCoder
from policyloom.framework import Element, Framework
from policyloom.records import Block, Document, Mention, Metadata, Tagged
from policyloom.tag import load_pipeline, tag
from policyloom.tag.pipeline import framework_of

TERMS = {
    "T1": ("mechanism", ("mentoring",)),
    "T2": ("mechanism", ("tutoring",)),
    "A1": ("actor", ("employer", "ministry")),
}


@pytest.fixture(scope="module")
def pipeline() -> Language:
    elements = tuple(
        Element(id=id, kind=kind, label=id, definition=id, terms=terms)  # type: ignore[arg-type]
        for id, (kind, terms) in TERMS.items()
    )
    return load_pipeline(Framework(id="small", title="Small", version="1", elements=elements))


def read(nlp: Language, *lines: str) -> Tagged:
    """A document of paragraphs, and of list items where lines begin with a bullet."""
    blocks, at = [], 0
    for line in lines:
        blocks.append(Block("list_item" if line.startswith("•") else "paragraph", at, at + len(line)))
        at += len(line) + 1
    document = Document("d", "d.txt", "", 0, "en", Metadata(), "\n".join(lines), tuple(blocks))
    return tag(document, nlp, RulesCoder(framework_of(nlp)))


def particulars(tagged: Tagged, element: str = "T1") -> dict[str, str]:
    """The words for each particular of the first mention of an element."""
    mention: Mention = next(m for m in tagged.mentions if m.label == element)
    found: dict[str, str] = {facet.kind: tagged.quote(facet) for facet in mention.facets}
    if mention.agent is not None:
        found["actor"] = tagged.document.text[slice(*mention.agent)]
    return found


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("The Director of Mines shall start mentoring.", "The Director of Mines"),
        ("The Director of Mines, in consultation with employers, shall start mentoring.", "The Director of Mines"),
        ("Within 90 days, the Secretary of Mines shall start mentoring.", "the Secretary of Mines"),
        ("The Secretary of Mines, the Secretary of Fisheries, and the Director shall start mentoring.",
         "The Secretary of Mines, the Secretary of Fisheries, and the Director"),
        # nothing but a determiner parts it from what opens the sentence
        ("By the end of 2030 the Ministry of the Sea shall start mentoring.", "the Ministry of the Sea"),
        ("In the towns of the coast mentoring shall start.", None),
        ("The Board intends to start mentoring.", "The Board"),
        ("The Board is to start mentoring.", "The Board"),
        ("The QZVT shall start mentoring.", "The QZVT"),  # initials stand for a body
        # in the passive the one after "by", wherever the mention stands
        ("Mentoring shall be offered by the Registrar.", "the Registrar"),
        ("Mentoring shall be offered in towns by the Registrar.", "the Registrar"),
        ("Mentoring shall be offered by lantern light.", None),
        # the one on whom a duty is laid, not the one that lays it
        ("The Board directs the Registrar to start mentoring.", "the Registrar"),
        # a state, a person with a title, a name, an institution whose full name holds "and"
        ("Norland is committing money to mentoring.", None),
        ("France is committing money to mentoring.", "France"),
        ("Today, Mayor Ada Brown will announce mentoring.", "Mayor Ada Brown"),
        ("In its first year, the Northern Craft Alliance Group will start mentoring.", "the Northern Craft Alliance Group"),
        ("Mentoring shall be offered by the Department of Science and Technology.", "the Department of Science and Technology"),
        # what the noun phrase is about, and not a word in it
        ("The title of the college shall mention mentoring.", None),
        ("The colleges selected will start mentoring.", "The colleges selected"),
        ("The colleges that signed the agreement shall start mentoring.", "The colleges that signed the agreement"),
        ("Mentoring is for the Minister, who shall report.", "the Minister"),
        ("The Department of Mines (DOM) and the guilds shall start mentoring.", "The Department of Mines (DOM) and the guilds"),
        ("The Council may not end mentoring.", "The Council"),
        ("The Council may end mentoring.", None),
        ("The number of teachers and the length of courses shall be told in mentoring.", None),
        ("The TVET curriculum shall hold mentoring.", None),
        # not somebody who can answer for it
        ("The reform shall bring mentoring.", None),
        ("The Minister's letter shall bring mentoring.", None),
        # a pronoun is nobody; the nearest before it acts
        ("It shall start mentoring.", None),
        ("We will start mentoring.", None),
        ("The ministry met, and it will start mentoring.", "ministry"),
        ("Employers met. They will start mentoring.", None),
    ],
)  # fmt: skip
def test_who_is_to_act_is_told_by_the_verb_of_duty(pipeline: Language, text: str, actor: str | None) -> None:
    assert particulars(read(pipeline, text)).get("actor") == actor


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Mentoring will take place at 60 lathes.", "60 lathes"),
        ("Mentoring will take place at three sites.", "three sites"),
        ("Mentoring will cost EUR 5 million for towns.", "EUR 5 million"),  # whole, not "million for"
        ("Mentoring will reach 5 per cent of towns.", "5 per cent"),
        ("Mentoring will start in 2027 everywhere.", None),  # a year
        ("Mentoring will be part of 2027 courses.", None),
        ("Mentoring will be part of 2025/26 courses.", None),
        ("Mentoring will start on 3 May everywhere.", None),  # a date
        ("Mentoring will start under Section 4 everywhere.", None),  # something numbered
        ("4.2.1 Mentoring will start everywhere.", None),
        ("4.2 Places for mentoring will start everywhere.", None),
        ("4. Mentoring will start everywhere.", None),
        ("Mentoring will follow part 4.2.1 here.", None),
        ("Mentoring will take place for the 3rd time.", None),
        ("Mentoring will begin anew every two years.", None),  # how often
        ("Mentoring will start within three years.", None),  # a time limit
        ("Mentoring will reach 80 000 learners.", "80 000 learners"),  # groups of three digits
        ("Mentoring will reach between 10 000 and 12 000 learners.", "10 000 and 12 000 learners"),
        ("Mentoring will start under Articles 3 and 14 here.", None),
        ("Mentoring will start under sections 106(c) and 108 of the Code.", None),
        ("Mentoring will serve the two colleges.", None),  # told of before
        ("Under section 4, 30 colleges will offer mentoring.", "30 colleges"),
        ("Mentoring will reach five thousand learners.", "five thousand learners"),
        ("Mentoring will be paid to half of the towns.", "half of the towns"),
        ("Mentoring will cost up to $22.9M here.", "$22.9M"),
    ],
)
def test_a_number_that_counts_something_is_an_amount(
    pipeline: Language, text: str, amount: str | None
) -> None:
    assert particulars(read(pipeline, text)).get("amount") == amount


@pytest.mark.parametrize(
    ("text", "deadline"),
    [
        ("Mentoring will start by June 2028.", "by June 2028"),
        ("Mentoring will start within three years.", "within three years"),
        ("Mentoring will start in June 2028.", "in June 2028"),
        ("Mentoring started in June 2019.", None),
        ("The town began mentoring in 2019 and will extend it.", None),
        ("In 2027 mentoring will start.", "In 2027"),
        ("Mentoring will start in early 2027.", "in early 2027"),
        ("Mentoring will be offered on 300 hectares.", None),
        ("Mentoring will start this autumn.", "this autumn"),
        ("Mentoring will start by the next financial year.", "by the next financial year"),
        ("Mentoring is for learners of less than fifteen years.", None),
    ],
)
def test_a_time_limit_is_quoted_whole(pipeline: Language, text: str, deadline: str | None) -> None:
    assert particulars(read(pipeline, text)).get("deadline") == deadline


@pytest.mark.parametrize(
    ("text", "monitoring"),
    [
        ("Mentoring will start, and its use is to be reported on to the House each March.", "reported on to the House each March"),
        ("Mentoring will start; the guild will account for it to the assembly of its members every six months.",
         "account for it to the assembly of its members every six months"),
        ("Mentoring will start, and the guild will publish a guide to it for each town.", None),
    ],
)  # fmt: skip
def test_telling_at_set_times_is_monitoring_however_much_stands_between(
    pipeline: Language, text: str, monitoring: str | None
) -> None:
    assert particulars(read(pipeline, text)).get("monitoring") == monitoring


def test_items_of_somebodys_tasks_are_that_bodys(pipeline: Language) -> None:
    tagged = read(
        pipeline, "The functions of the Registrar shall be:", "• to provide mentoring;", "• tutoring."
    )
    assert particulars(tagged)["actor"] == particulars(tagged, "T2")["actor"] == "the Registrar"


def test_the_line_before_a_list_lends_its_items_what_they_lack(pipeline: Language) -> None:
    lead_in = "By 2030 the Registrar will provide at 60 lathes:"
    tagged = read(pipeline, lead_in, "• mentoring;", "• tutoring in 9 towns.")
    lent = {"actor": "the Registrar", "deadline": "By 2030"}
    assert particulars(tagged) == {**lent, "amount": "60 lathes"}
    assert particulars(tagged, "T2") == {**lent, "amount": "9 towns"}  # its own comes first


def test_a_list_within_a_list_has_what_the_outer_lead_in_says(pipeline: Language) -> None:
    tagged = read(pipeline, "By 2030 the Registrar will:", "• in 9 towns, offer:", "• mentoring.")
    assert particulars(tagged) == {"actor": "the Registrar", "deadline": "By 2030", "amount": "9 towns"}


def test_a_paragraph_before_that_opens_no_list_lends_nothing(pipeline: Language) -> None:
    assert particulars(read(pipeline, "By 2030 the Registrar will move.", "Mentoring will start.")) == {}


@pytest.mark.parametrize(
    ("following", "expected"),
    [
        ("EUR 5 million is set aside by June 2028.", {"amount": "EUR 5 million", "deadline": "by June 2028"}),
        ("Accountants will audit this.", {"monitoring": "audit"}),
        # who acts, for whom and with what is a matter of the sentence itself
        ("The Registrar shall write to all people by law.", {}),
        # a sentence about another mechanism speaks of that one, unless it says that it goes on
        ("Tutoring gets EUR 5 million.", {}),
        ("It gets EUR 5 million with tutoring.", {"amount": "EUR 5 million"}),
        # two sentences off is too far
        ("Towns are glad. EUR 5 million is set aside.", {}),
    ],
)
def test_the_next_sentence_lends_amount_deadline_and_monitoring(
    pipeline: Language, following: str, expected: dict[str, str]
) -> None:
    assert particulars(read(pipeline, f"Mentoring will start. {following}")) == expected


def test_the_next_sentence_lends_nothing_that_the_sentence_has(pipeline: Language) -> None:
    tagged = read(pipeline, "Mentoring will start in 9 towns. EUR 5 million is set aside.")
    assert particulars(tagged) == {"amount": "9 towns"}


def test_the_next_block_lends_nothing(pipeline: Language) -> None:
    assert particulars(read(pipeline, "Mentoring will start.", "EUR 5 million is set aside.")) == {}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("The Inspectorate will improve mentoring.", set()),
        ("The auditor will check progress in mentoring every six months.", {"monitoring"}),
        ("Members will develop their own workshops for mentoring.", set()),
        ("Members will open a workshop for mentoring.", {"instrument"}),
        ("Colleges will run development programmes beside mentoring.", {"instrument"}),
        ("The development programmes and mentoring will be discussed.", set()),
    ],
)
def test_names_and_things_that_are_there_are_no_particulars(
    pipeline: Language, text: str, kinds: set[str]
) -> None:
    found = particulars(read(pipeline, text))
    assert {kind for kind in found if kind in ("instrument", "monitoring")} == kinds
