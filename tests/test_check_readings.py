"""Which planned sentences commit somebody, and what a document sets against the challenges that it names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policyloom.check import check, find_promises
from policyloom.check.challenges import find_challenges
from policyloom.check.commitment import find_lead_in
from policyloom.framework import Element, Framework, Link
from policyloom.records import (
    Block,
    BlockKind,
    Claim,
    Document,
    Facet,
    Mention,
    Metadata,
    NearMiss,
    Sentence,
    Status,
    Tagged,
)


def element(id: str, kind: str) -> Element:
    return Element(id=id, kind=kind, label=f"label {id}", definition="d")  # type: ignore[arg-type]


FRAMEWORK = Framework(
    id="f", title="F", version="1",
    elements=(element("C1", "challenge"), element("T1", "mechanism"), element("T2", "mechanism")),
    links=(Link(kind="answers", source="T1", target="C1"),),
)  # fmt: skip

Named = tuple[int, str, Status]
"""A sentence's number, the element that it names, and how."""


def read(
    *lines: str | tuple[BlockKind, str],
    named: tuple[Named, ...] = (),
    claims: tuple[Claim, ...] = (),
    probability: float = 1.0,
    status_probability: float = 1.0,
    section: str = "",
) -> Tagged:
    """A document of one sentence a line, each a block: a paragraph where no kind is given."""
    rows = [("paragraph", line) if isinstance(line, str) else line for line in lines]
    text, blocks, at = "", [], []
    for kind, line in rows:
        at.append((len(text), len(text) + len(line)))
        blocks.append(Block(kind, *at[-1], section=(section,) if section else ()))  # type: ignore[arg-type]
        text += line + "\n"
    mentions = tuple(
        Mention(
            *at[n],
            FRAMEWORK[id].kind,
            id,
            n,
            status,
            probability=probability,
            status_probability=status_probability,
        )
        for n, id, status in named
    )
    document = Document("d", "d.txt", "", 0, "en", Metadata(), text, tuple(blocks))
    return Tagged(document, tuple(Sentence(a, b, n) for n, (a, b) in enumerate(at)), mentions, claims)


def is_vague(*lines: str | tuple[BlockKind, str], section: str = "", **sure: float) -> bool:
    """Whether the last line, which plans a mechanism and says nothing more of it, is a vague promise."""
    tagged = read(*lines, named=((len(lines) - 1, "T1", "planned"),), section=section, **sure)  # type: ignore[arg-type]
    (promise,) = find_promises(tagged, FRAMEWORK)
    return promise.is_vague


@pytest.mark.parametrize(
    "sentence",
    [
        "The Ministry will support technical schools.",
        "Article 6. The offices shall encourage closer ties.",
        "Employers and schools are to be brought closer to one another.",
        "The Inspectorate shall strive to improve the ability of instructors.",
        "Lecturers should be helped.",
        "The Federation aims to work with colleges.",
    ],
)
def test_words_of_duty_will_or_aim_commit(sentence: str) -> None:
    assert is_vague(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The Minister may give general directions to schools.",  # a permission
        "The Board is authorised to support schools.",
        "You must pay your apprentice.",  # a rule for whoever reads
        "If they are young, you should pay them well.",
        "The Summit will highlight progress in training.",  # only told
        "Officials will announce support for schools.",
        "Training in a company gives students more competence.",  # no word that binds
        "This will help firms to train.",  # a consequence of something else
        "Training will be delivered by your provider.",
        "The principal function of the Council shall be to advise the Board.",  # what somebody is for
        "The challenge is to identify measures which will help schools.",
        "That report shall identify the following:",  # introduces a list
        "4. The functions of the Institute shall be—",
    ],
)
def test_what_commits_nobody_is_no_vague_promise(sentence: str) -> None:
    assert not is_vague(sentence)


def test_guidance_that_speaks_to_its_readers_promises_nothing() -> None:
    promise = "A statement must be in place from the beginning."
    told = ["You hire an apprentice.", "Your provider trains the apprentice.", "Firms differ."]
    named: tuple[Named, ...] = ((3, "T1", "planned"),)
    assert not find_promises(read(*told, promise, named=named), FRAMEWORK)[0].is_vague
    plan = read(*told[2:], "Firms train.", "Schools teach.", promise, named=named)
    assert find_promises(plan, FRAMEWORK)[0].is_vague


@pytest.mark.parametrize("label", ["MONEY", "PERCENT", "QUANTITY", "DATE"])
def test_a_sentence_with_a_sum_or_number_is_not_vague(label: str) -> None:
    line = "The Ministry will support schools with 40 million, as it did in 2020."
    tagged = read(line, named=((0, "T1", "planned"),))
    entity = Mention(40, 53, "entity", label, 0)
    tagged = replace(tagged, mentions=(*tagged.mentions, entity))
    assert find_promises(tagged, FRAMEWORK)[0].is_vague is (label == "DATE")


def test_the_words_nearest_to_the_mechanism_tell_how_firmly_it_binds() -> None:
    line = "The Board may change estimates, and shall submit accounts."
    for words, vague in (("change estimates", False), ("submit accounts", True)):
        at = line.index(words)
        mention = Mention(at, at + len(words), "mechanism", "T1", 0, status="planned")
        tagged = replace(read(line), mentions=(mention,))
        assert find_promises(tagged, FRAMEWORK)[0].is_vague is vague


def test_the_item_of_a_list_commits_by_itself_or_by_what_introduces_it() -> None:
    assert is_vague(("list_item", "• support for technical schools;"))
    assert not is_vague(("list_item", "(b) support for technical schools;"))  # of a list of what?
    assert is_vague("The Ministry shall:", ("list_item", "(a) support technical schools;"))
    assert not is_vague("The Ministry may:", ("list_item", "(a) support technical schools;"))


@pytest.mark.parametrize(
    "line", ["4. The functions of the Institute shall be—", "The Board shall have the power:", "Its terms of reference are:"]
)  # fmt: skip
def test_a_task_in_the_list_of_what_a_body_is_for_is_no_vague_promise(line: str) -> None:
    item: tuple[BlockKind, str] = ("list_item", "(b) to facilitate the training of instructors;")
    assert not is_vague(line, item)
    assert is_vague("The Board shall:", item)


def test_a_heading_may_say_that_a_list_is_of_powers() -> None:
    item: tuple[BlockKind, str] = ("list_item", "• to facilitate the training of instructors;")
    assert not is_vague(item, section="Powers of the Institute")
    assert is_vague(item, section="Measures")


def test_a_note_in_the_margin_ends_no_list() -> None:
    first: tuple[BlockKind, str] = ("list_item", "(a) to conduct courses;")
    second: tuple[BlockKind, str] = ("list_item", "(b) to train instructors;")
    note, prose = "Functions of the Institute.", "The Institute was founded in 1959 by two governments."
    lead = "The functions shall be:"
    assert find_lead_in(read(lead, first, note, second), 3) == 0
    assert find_lead_in(read(lead, first, prose, second), 3) is None
    assert find_lead_in(read(lead, first, note), 2) is None  # the note itself is no item


@pytest.mark.parametrize(
    ("section", "expected"), [("Recommendations", True), ("Background", False), ("", False)]
)
def test_an_instruction_in_running_text_commits_under_a_heading_of_plans(
    section: str, expected: bool
) -> None:
    assert is_vague("Expand technical schools.", section=section) is expected


@pytest.mark.parametrize(
    ("sure", "expected"),
    [({}, True), ({"probability": 0.3}, False), ({"status_probability": 0.8}, False),
     ({"probability": 0.4, "status_probability": 0.9}, True)],
)  # fmt: skip
def test_no_warning_rests_on_a_reading_that_is_in_doubt(sure: dict[str, float], expected: bool) -> None:
    assert is_vague("The Ministry will support technical schools.", **sure) is expected


def test_a_promise_that_stands_twice_is_one_finding() -> None:
    line = "The Ministry will support technical schools."
    tagged = read(line, "Something else.", line, named=((0, "T1", "planned"), (2, "T1", "planned")))
    checked = check(tagged, FRAMEWORK)
    assert len(checked.promises) == 2
    assert [f.rule for f in checked.findings if "promise" in f.rule] == ["vague-promise"]


# Challenges

SCATTER = "Five ministries run training schemes, and none knows of the others."


def test_a_remedy_in_the_words_of_the_challenge_answers_it() -> None:
    remedy = "To end this scatter of training schemes over five ministries, we will set up a Commission."
    tagged = read(SCATTER, remedy, named=((0, "C1", "affirmed"), (1, "T2", "planned")))
    (found,) = find_challenges(tagged, FRAMEWORK)
    assert {id: [q.quote for q in quotes] for id, quotes in found.answers.items()} == {"T2": [remedy]}
    assert [q.quote for q in found.named] == [SCATTER]
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.subject == "C1")
    assert finding.rule == "challenge-answered"


@pytest.mark.parametrize(
    "sentence",
    [
        "To end the queues at our gates, we will set up a Commission.",  # of something else
        "This scatter of training schemes over five ministries is what we will keep.",  # no remedy
    ],
)
def test_other_words_or_no_remedy_answer_nothing(sentence: str) -> None:
    tagged = read(SCATTER, sentence, named=((0, "C1", "affirmed"), (1, "T1", "planned")))
    (found,) = find_challenges(tagged, FRAMEWORK)
    assert not found.answers
    assert list(found.elsewhere) == ["T1"]


def test_what_is_affirmed_in_the_complaint_itself_is_no_answer() -> None:
    complaint = "The workshop that the state opened is worn out."
    claims = (Claim("answers", 1, 0, (0, 3), 0),)
    tagged = read(complaint, named=((0, "C1", "affirmed"), (0, "T1", "affirmed")), claims=claims)
    (found,) = find_challenges(tagged, FRAMEWORK)
    assert (found.answers, found.elsewhere, found.is_unanswered) == ({}, {}, True)
    remedy = "To overcome the shortage, the state opened a workshop."
    tagged = read(remedy, named=((0, "C1", "affirmed"), (0, "T1", "affirmed")), claims=claims)
    assert list(find_challenges(tagged, FRAMEWORK)[0].answers) == ["T1"]


def test_the_answer_that_shares_most_words_with_the_challenge_is_quoted_first() -> None:
    far, near = "The state pays grants to firms.", "The state lists all training schemes of ministries."
    tagged = read(
        SCATTER, far, near, named=((0, "C1", "affirmed"), (1, "T1", "affirmed"), (2, "T1", "affirmed"))
    )
    (found,) = find_challenges(tagged, FRAMEWORK)
    assert [q.quote for q in found.elsewhere["T1"]] == [near, far]
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.subject == "C1")
    assert [q.quote for q in finding.evidence] == [SCATTER, near, far]


@pytest.mark.parametrize(
    ("line", "n"),
    [("Transfer of funds from one vote to another.", 0), (("list_item", "Lack of funds for training."), 1),
     ("There are no funds.", 1)],
)  # fmt: skip
def test_a_note_without_a_verb_names_no_challenge(line: str | tuple[BlockKind, str], n: int) -> None:
    assert len(find_challenges(read(line, named=((0, "C1", "affirmed"),)), FRAMEWORK)) == n


@pytest.mark.parametrize(("probability", "n"), [(0.49, 0), (0.5, 1)])
def test_a_challenge_that_is_hardly_probable_is_not_named(probability: float, n: int) -> None:
    tagged = read(SCATTER, named=((0, "C1", "affirmed"),), probability=probability)
    assert len(find_challenges(tagged, FRAMEWORK)) == n


# Strategies named only as lacking, and readings in doubt


def test_a_reading_in_doubt_makes_a_strategy_neither_stated_nor_surely_named() -> None:
    tagged = read("Grants may exist.", named=((0, "T1", "affirmed"),), probability=0.39)
    (finding,) = (f for f in check(tagged, FRAMEWORK).findings if f.subject == "T1")
    assert (finding.rule, finding.evidence[0].quote) == ("strategy-absent", "Grants may exist.")
    assert finding.message.startswith(
        "No sure mention of T1 label T1 was found; the sentences quoted may name it"
    )
    sure = read("Grants may exist.", named=((0, "T1", "affirmed"),), probability=0.4)
    assert not [f for f in check(sure, FRAMEWORK).findings if f.subject == "T1"]


@pytest.mark.parametrize(
    ("share", "severity", "quotes"), [(0.7, "info", ["Trainees get 400 a month."]), (0.69, "warning", [])]
)
def test_a_sentence_that_nearly_names_a_strategy_is_quoted_and_warns_of_nothing(
    share: float, severity: str, quotes: list[str]
) -> None:
    tagged = replace(read("Trainees get 400 a month.", "A hall."), near=(NearMiss("T1", 0, share),))
    found = {f.subject: f for f in check(tagged, FRAMEWORK).findings if f.rule == "strategy-absent"}
    assert found["T1"].severity == severity
    assert [quote.quote for quote in found["T1"].evidence] == quotes
    assert [quote.quote for quote in found["T1"].nearest][:1] == ["Trainees get 400 a month."]
    assert ("what is quoted may well name it" in found["T1"].message) == bool(quotes)
    assert found["T2"].severity == "warning"


@pytest.mark.parametrize(("share", "n"), [(0.7, 0), (0.69, 1)])
def test_an_outcome_that_is_nearly_named_is_not_told_to_be_missing(share: float, n: int) -> None:
    outcome = Framework(
        id="o", title="O", version="1", elements=(element("S1", "outcome"), element("T1", "mechanism"))
    )
    tagged = replace(read("They leave with a good trade."), near=(NearMiss("S1", 0, share),))
    assert len([f for f in check(tagged, outcome).findings if f.rule == "outcome-absent"]) == n


@pytest.mark.parametrize(("sums", "is_vague"), [("", True), ("They cost 2 million.", False)])
def test_no_promise_beside_a_sum_in_its_paragraph_is_vague(sums: str, is_vague: bool) -> None:
    lines = ["The council will support the firms.", sums or "They are glad."]
    tagged = read(*lines, named=((0, "T1", "planned"),))
    together = tuple(replace(sentence, block=0) for sentence in tagged.sentences)
    block = replace(tagged.document.blocks[0], end=len(tagged.document.text) - 1)
    money = Mention(len(lines[0]) + 11, len(lines[0]) + 20, "entity", "MONEY", 1)
    tagged = replace(
        tagged,
        document=replace(tagged.document, blocks=(block,)),
        sentences=together,
        mentions=(*tagged.mentions, *([money] if sums else [])),
    )
    (promise,) = find_promises(tagged, FRAMEWORK)
    assert promise.is_vague == is_vague


def test_a_strategy_in_a_complaint_that_it_answers_is_lacking() -> None:
    named: tuple[Named, ...] = ((0, "C1", "affirmed"), (0, "T1", "affirmed"), (0, "T2", "affirmed"))
    found = {
        f.subject: f.rule
        for f in check(
            read("The courses are not at all what the work of the firms needs.", named=named), FRAMEWORK
        ).findings
    }
    assert found["T1"] == "strategy-only-lacking"
    assert "T2" not in found  # T2 does not answer C1
    planned = read(
        "Courses will match.", "Courses do not.", named=((0, "T1", "planned"), (1, "T1", "lacking"))
    )
    assert not [
        f for f in check(planned, FRAMEWORK).findings if f.rule.startswith("strategy") and f.subject == "T1"
    ]


def test_a_challenge_is_unanswered_where_all_that_answers_it_is_in_doubt() -> None:
    tagged = read(
        "There are no rules for firms.",
        "Grants are perhaps paid.",
        named=((0, "C1", "affirmed"), (1, "T1", "affirmed")),
    )
    doubted = replace(tagged, mentions=(tagged.mentions[0], replace(tagged.mentions[1], probability=0.3)))
    assert [c.is_unanswered for c in find_challenges(tagged, FRAMEWORK)] == [False]
    assert [c.is_unanswered for c in find_challenges(doubted, FRAMEWORK)] == [True]


@pytest.mark.parametrize(("id", "answers"), [("T1", ["T1"]), ("T2", [])])
def test_one_word_of_the_challenge_ties_the_plan_of_what_answers_it(id: str, answers: list[str]) -> None:
    tagged = read(
        "The lessons are settled without the hotels and are out of date now.",
        "To close the gap with the hotels, cooks will rewrite the courses.",
        named=((0, "C1", "affirmed"), (1, id, "planned")),  # type: ignore[arg-type]
    )
    (challenge,) = find_challenges(tagged, FRAMEWORK)
    assert list(challenge.answers) == answers


@pytest.mark.parametrize(
    ("sentence", "is_vague"),
    [
        ("Workshops will draw more learners.", False),
        ("Workshops will soon draw more learners.", False),
        ("Workshops shall be opened in towns, so that more learners come.", True),  # an order
        ("Workshops will be run.", True),  # no effect is told
    ],
)
def test_what_is_only_foretold_is_no_vague_promise(sentence: str, is_vague: bool) -> None:
    start, effect = len("Workshops"), sentence.find("draw" if "draw" in sentence else "learners")
    tagged = read(sentence)
    mechanism = Mention(0, start, "mechanism", "T1", 0, "planned", status_probability=1.0)
    mentions: tuple[Mention, ...] = (mechanism,)
    claims: tuple[Claim, ...] = ()
    if effect > 0:
        target = Mention(effect, len(sentence), "challenge", "C1", 0, "affirmed")
        mentions, claims = (mechanism, target), (Claim("leads_to", 0, 1, (effect, effect + 4), 0),)
    (promise,) = find_promises(replace(tagged, mentions=mentions, claims=claims), FRAMEWORK)
    assert promise.is_vague == is_vague


@pytest.mark.parametrize(
    ("lines", "actor"),
    [
        (("We will open workshops.",), "we"),
        (("We met, and they will open workshops.",), ""),
        (("By 2030 we shall:", ("list_item", "open workshops;")), "we"),
    ],
)
def test_whoever_writes_answers_for_what_they_promise(
    lines: tuple[str | tuple[BlockKind, str], ...], actor: str
) -> None:
    (promise,) = find_promises(read(*lines, named=((len(lines) - 1, "T1", "planned"),)), FRAMEWORK)
    assert promise.actor == actor


def test_what_is_only_needed_or_goes_on_commits_nobody() -> None:
    assert not is_vague("The workshops need to be reformed.")
    assert not is_vague("And it will run workshops.")
    assert not is_vague("Officials will urge firms to run workshops.")
    assert is_vague("And the ministry will run workshops.")


def test_a_date_over_the_list_makes_no_sentence_below_it_vague() -> None:
    lead_in, item = "Within 90 days the minister shall:", "run workshops."
    tagged = read(lead_in, ("list_item", item), named=((1, "T1", "planned"),))
    (promise,) = find_promises(tagged, FRAMEWORK)
    assert promise.is_vague
    date = Mention(len("Within "), len("Within 90 days"), "entity", "DATE", 0)
    (promise,) = find_promises(replace(tagged, mentions=(date, *tagged.mentions)), FRAMEWORK)
    assert not promise.is_vague


def test_the_date_of_an_act_over_the_list_limits_nothing() -> None:
    lead_in = "Under the Act of 2015 the minister shall:"
    tagged = read(lead_in, ("list_item", "run workshops."), named=((1, "T1", "planned"),))
    at = lead_in.index("2015")
    date = Mention(at, at + 4, "entity", "DATE", 0)
    (promise,) = find_promises(replace(tagged, mentions=(date, *tagged.mentions)), FRAMEWORK)
    assert promise.is_vague


def test_definitions_and_titles_answer_no_challenge_where_others_do() -> None:
    lines = (
        "Pay is unfair.",
        "In this Act “levy” means a sum paid by firms, and pay means pay.",
        "AN ACT ON FAIR PAY.",
        "Firms will pay a levy.",
    )
    named: tuple[Named, ...] = ((0, "C1", "affirmed"), *((n, "T1", "planned") for n in (1, 2, 3)))  # type: ignore[assignment]
    (challenge,) = find_challenges(read(*lines, named=named), FRAMEWORK)
    assert [quote.quote for quote in challenge.elsewhere["T1"]] == [lines[3]]


def test_how_a_promise_is_watched_is_not_what_it_promises() -> None:
    line = "The ministry will run workshops and report to parliament each year."
    start, end = line.index("report"), len(line) - 1
    facet = Facet("monitoring", start, end)
    tagged = read(line)
    workshops = Mention(22, 31, "mechanism", "T1", 0, "planned", probability=0.6, facets=(facet,))
    watching = Mention(start, end, "mechanism", "T2", 0, "planned", probability=0.9, facets=(facet,))
    (promise,) = find_promises(replace(tagged, mentions=(workshops, watching)), FRAMEWORK)
    assert promise.element == "T1"
    (alone,) = find_promises(replace(tagged, mentions=(watching,)), FRAMEWORK)
    assert alone.element == "T2"


def test_it_is_intended_that_is_a_sentence_of_its_own() -> None:
    assert is_vague("It is intended that workshops shall be run.")
    assert not is_vague("It shall run workshops.")
    assert not is_vague("This is intended that workshops shall be run.")


def test_what_an_item_seeks_under_a_duty_is_a_promise() -> None:
    assert is_vague("The Board will:", ("list_item", "seek workshops."))
    assert not is_vague("The Board may:", ("list_item", "seek workshops."))
    assert not is_vague("The Board will:", ("list_item", "and may run workshops."))


def test_what_writers_promise_counts_in_a_speech_to_an_audience() -> None:
    lines = ("You know this.", "You told me.", "We will run workshops.")
    assert is_vague(*lines)
    assert not is_vague(*lines[:2], "Firms will run workshops.")


def test_a_sum_promised_beside_says_nothing_of_a_promise() -> None:
    tagged = read("The state will pay 5 million for halls.", "Firms will run workshops.")
    document = replace(
        tagged.document, blocks=(replace(tagged.document.blocks[0], end=len(tagged.document.text) - 1),)
    )
    first, second = (replace(sentence, block=0) for sentence in tagged.sentences)
    money = Mention(19, 28, "entity", "MONEY", 0)
    own = Mention(first.start, first.end, "mechanism", "T2", 0, "planned", status_probability=1.0)
    other = Mention(second.start, second.end, "mechanism", "T1", 1, "planned", status_probability=1.0)
    both = replace(tagged, document=document, sentences=(first, second), mentions=(own, money, other))
    assert {p.element: p.is_vague for p in find_promises(both, FRAMEWORK)} == {"T1": True, "T2": False}
    alone = replace(both, mentions=(money, other))
    assert [p.is_vague for p in find_promises(alone, FRAMEWORK)] == [False]
