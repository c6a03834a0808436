"""Rules and a classifier as coders, on sentences made by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pytest
from spacy.language import Language

from policyloom.coders import load_coder
from policyloom.coders.classifier import ClassifierCoder, LearnedRulesCoder, read_shared_answerers
from policyloom.coders.classifier.coder import apply_judgements
from policyloom.coders.classifier.judge import Judgement
from policyloom.coders.classifier.questions import (
    RULE_PRECISION,
    Answer,
    Question,
    ask_about_claims,
    ask_about_statuses,
)
from policyloom.coders.rules import RulesCoder, context_of, set_rule_statuses
from policyloom.coders.rules.claims import CUE_TO_TARGET, denies_effect, pair_candidates
from policyloom.framework import Element, Framework
from policyloom.languages.context import PURPOSE_REACH
from policyloom.learn.answers import known_answers
from policyloom.learn.labels import Label, Labelled
from policyloom.records import (
    Block,
    Candidate,
    Document,
    Metadata,
    NearMiss,
    Passage,
    SentenceDraft,
    Tagged,
    from_json,
    to_json,
)
from policyloom.tag import load_pipeline, read_sentences, tag

TERMS = {
    "T1": ("mechanism", ("grant",)),
    "T4": ("mechanism", ("workshop",)),
    "S1": ("outcome", ("skill level",)),
    "S3": ("outcome", ("employment", "job prospect")),
    "C3": ("challenge", ("shortage of ... teacher",)),
    "K1": ("case", ("Grunau college",)),
    "A1": ("actor", ("ministry",)),
}
FRAMEWORK = Framework(
    id="small",
    title="Small",
    version="1",
    elements=tuple(
        Element(id=id, kind=kind, label=id, definition=id, terms=terms)  # type: ignore[arg-type]
        for id, (kind, terms) in TERMS.items()
    ),
)
RULES = RulesCoder(FRAMEWORK)

DIFFERENT, RULED, LEARNED = "Grants reach almost nobody.", "affirmed", "lacking"
"""A sentence in which the learned status of the grants is another than that of the rules."""


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load_pipeline(FRAMEWORK)


def document(text: str, *, kind: str = "paragraph", section: tuple[str, ...] = ()) -> Document:
    block = Block(kind, 0, len(text), section=section)  # type: ignore[arg-type]
    return Document("d", "d.txt", "", 0, "en", Metadata(), text, (block,))


def statuses(
    nlp: Language, text: str, *, kind: str = "paragraph", section: tuple[str, ...] = ()
) -> dict[str, str]:
    tagged = tag(document(text, kind=kind, section=section), nlp, RULES)
    return {m.label: m.status for m in tagged.mentions if m.kind in ("mechanism", "outcome", "challenge")}


def draft(nlp: Language, text: str) -> SentenceDraft:
    (sentence,) = read_sentences(document(text), nlp)
    return sentence


# Rules


@pytest.mark.parametrize(
    ("n_words", "status"), [(PURPOSE_REACH - 3, "planned"), (PURPOSE_REACH + 1, "affirmed")]
)
def test_an_infinitive_of_purpose_reaches_eighteen_words(nlp: Language, n_words: int, status: str) -> None:
    assert PURPOSE_REACH == 18
    between = " ".join(["very"] * n_words)
    assert statuses(nlp, f"The law was passed to raise {between} skill levels.")["S1"] == status


@pytest.mark.parametrize(("n_words", "n_claims"), [(CUE_TO_TARGET - 2, 1), (CUE_TO_TARGET + 1, 0)])
def test_a_claim_cue_reaches_fourteen_words(nlp: Language, n_words: int, n_claims: int) -> None:
    assert CUE_TO_TARGET == 14
    between = " ".join(["very"] * n_words)
    text = f"Grants lead to {between} employment."
    assert len(tag(document(text), nlp, RULES).claims) == n_claims


def test_a_list_item_under_recommendations_is_planned_unless_it_tells_what_was(nlp: Language) -> None:
    heading = ("4 Recommendations",)
    assert statuses(nlp, "Grants for small firms;", kind="list_item", section=heading) == {"T1": "planned"}
    assert statuses(nlp, "Grants were paid to small firms;", kind="list_item", section=heading) == {
        "T1": "affirmed"
    }


def test_an_ing_form_that_opens_a_past_sentence_is_no_instruction(nlp: Language) -> None:
    assert statuses(nlp, "Building workshops in each town.") == {"T4": "planned"}
    assert statuses(nlp, "Building workshops had been a mistake.") == {"T4": "affirmed"}


def test_a_case_tells_what_was_done_whatever_the_section_proposes(nlp: Language) -> None:
    heading = ("4 Recommendations",)
    assert statuses(nlp, "Workshops for all.", section=heading) == {"T4": "planned"}
    assert statuses(nlp, "Workshops at Grunau college.", section=heading) == {"T4": "affirmed"}


def mention(element: str, at: int, *, status: str = "affirmed", probability: float = 1.0) -> Candidate:
    kind = FRAMEWORK[element].kind
    return Candidate(at, at + 1, element, kind, "x", probability, status)  # type: ignore[arg-type]


def test_what_is_lacking_is_paired_with_nothing() -> None:
    ends = [mention("T1", 0), mention("S1", 3)]
    assert pair_candidates(ends) == [("leads_to", 0, 1)]
    assert pair_candidates([replace(ends[0], status="lacking"), ends[1]]) == []
    assert pair_candidates([ends[0], replace(ends[1], status="lacking")]) == []


def test_of_two_mentions_of_an_element_the_nearest_is_paired() -> None:
    assert pair_candidates([mention("T1", 0), mention("T1", 8), mention("S1", 10)]) == [("leads_to", 1, 2)]


# The classifier as a coder


class FakeClassifier:
    """Judges and answers as it is told, and remembers what it was asked."""

    description = "fake"

    def __init__(
        self,
        judgements: Mapping[str, Judgement] | None = None,
        answers: Mapping[str, str] | None = None,
    ) -> None:
        self.judgements, self.answers = judgements or {}, answers or {}
        self.judged: list[SentenceDraft] = []
        self.asked: list[Question] = []

    def judge(self, sentences: Sequence[SentenceDraft]) -> list[Mapping[str, Judgement]]:
        self.judged += sentences
        return [self.judgements for _ in sentences]

    @property
    def answerers(self) -> dict[str, FakeAnswerer]:
        return {about: FakeAnswerer(self) for about in ("status", "leads_to", "answers")}


class FakeAnswerer:
    def __init__(self, fake: FakeClassifier) -> None:
        self.fake = fake

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        self.fake.asked += questions
        told = self.fake.answers
        return [
            Answer(told.get(q.about, q.given), 0.8, (0, 1) if q.about in told else None) for q in questions
        ]


def code(nlp: Language, text: str, fake: FakeClassifier, **where: object) -> Tagged:
    coder = ClassifierCoder(FRAMEWORK, fake)  # type: ignore[arg-type]
    return tag(document(text, **where), nlp, coder)  # type: ignore[arg-type]


def test_a_classifier_keeps_drops_and_adds(nlp: Language) -> None:
    text = "The ministry paid grants to firms with workshops."
    at = text.index("firms")
    fake = FakeClassifier(
        {
            "T1": Judgement(0.9, True),
            "T4": Judgement(0.1, False),
            "S3": Judgement(0.7, True, at, at + 5, ("firms",)),
        }
    )
    tagged = code(nlp, text, fake)
    found = {
        m.label: (tagged.quote(m), m.probability, m.source) for m in tagged.mentions if m.kind != "entity"
    }
    assert found == {
        "A1": ("ministry", 1.0, "term: ministry"),  # of an element that it does not know it says nothing
        "T1": ("grants", 0.9, "term: grant"),
        "S3": ("firms", 0.7, "classifier: firms"),
    }
    assert [c.element for c in fake.judged[0].candidates] == ["A1", "T1", "T4"]


def test_what_was_nearly_named_is_kept_the_nearest_first(nlp: Language) -> None:
    fake = FakeClassifier(
        {
            "T1": Judgement(0.9, True, share=1.5),
            "T4": Judgement(0.2, False, share=0.8),
            "S3": Judgement(0.1, False, share=0.2),
        }
    )
    texts = ["Grants come.", "A hall was built.", "Lathes stand there.", "Benches came.", "Saws came."]
    tagged = code(nlp, " ".join(texts), fake)
    assert tagged.near == tuple(NearMiss("T4", n, 0.8) for n in range(3))
    assert from_json(Tagged, to_json(tagged)) == tagged


def test_an_element_that_a_rule_names_beside_the_classifier_was_not_nearly_named(nlp: Language) -> None:
    fake = FakeClassifier({"T4": Judgement(0.2, False, share=0.8)})
    assert code(nlp, "Workshops", fake, kind="heading").near == ()


def test_headings_are_left_to_the_rules(nlp: Language) -> None:
    fake = FakeClassifier({"T1": Judgement(0.1, False)})
    assert [m.label for m in code(nlp, "Grants for firms", fake, kind="heading").mentions] == ["T1"]
    assert fake.judged == []


def test_a_classifier_has_the_last_word_on_status(nlp: Language) -> None:
    fake = FakeClassifier(answers={"status": "planned"})
    tagged = code(nlp, "Grants were paid.", fake)
    (grant,) = tagged.mentions
    assert (grant.status, tagged.document.text[slice(*grant.cue or ())]) == ("planned", "Grants")
    assert grant.status_probability == 0.8
    (question,) = fake.asked
    assert (question.about, question.given) == ("status", "affirmed")
    assert question.options == ("affirmed", "planned", "lacking", "negated")


def test_a_challenge_is_never_asked_to_be_lacking(nlp: Language) -> None:
    fake = FakeClassifier()
    code(nlp, "The shortage of skilled teachers is acute.", fake)
    assert [question.options for question in fake.asked] == [("affirmed", "planned", "negated")]


def test_a_status_that_the_heading_decides_is_not_asked_about(nlp: Language) -> None:
    fake = FakeClassifier(answers={"status": "negated"})
    tagged = code(nlp, "Workshops for all.", fake, section=("4 Recommendations",))
    assert [m.status for m in tagged.mentions] == ["planned"]
    assert fake.asked == []


def test_a_classifier_finds_and_drops_claims(nlp: Language) -> None:
    silent, told = (
        "Grants were paid and job prospects are good.",
        "Grants were paid so that job prospects improve.",
    )
    assert not tag(document(silent), nlp, RULES).claims
    tagged = code(nlp, silent, FakeClassifier(answers={"leads_to": "yes"}))
    (claim,) = tagged.claims
    assert tagged.document.text[slice(*claim.cue)] == "Grants"
    assert tag(document(told), nlp, RULES).claims
    dropping = FakeClassifier(answers={"leads_to": "no"})
    assert not code(nlp, told, dropping).claims
    assert [question.given for question in dropping.asked if question.about == "leads_to"] == ["yes"]


def test_a_classifier_drops_no_denied_effect(nlp: Language) -> None:
    fake = FakeClassifier(answers={"leads_to": "no"})
    (claim,) = code(nlp, "Grants had no effect on employment.", fake).claims
    assert claim.polarity == "negative"


def test_a_classifier_without_answers_of_its_own_answers_as_was_learned_for_the_language(
    nlp: Language,
) -> None:
    class Bare(FakeClassifier):
        answerers: Mapping[str, FakeAnswerer] = {}  # type: ignore[assignment]

    assert set(read_shared_answerers("en")) == {"status", "leads_to", "answers"}
    tagged = code(nlp, DIFFERENT, Bare())
    assert [m.status for m in tagged.mentions if m.kind == "mechanism"] == [LEARNED]
    assert all(m.status_probability < 1 for m in tagged.mentions if m.kind == "mechanism")
    assert len(code(nlp, "Grants were paid so that job prospects improve.", Bare()).claims) == 1
    assert not code(nlp, "Grants were paid. Job prospects are good.", Bare()).claims


# Rules with learned statuses and claims


def test_a_framework_without_a_classifier_gets_learned_statuses(nlp: Language) -> None:
    coder = load_coder(FRAMEWORK)
    assert coder.description == "rules, with learned statuses and claims"
    (ruled,) = tag(document(DIFFERENT), nlp, RULES).mentions
    (learned,) = tag(document(DIFFERENT), nlp, coder).mentions
    assert (ruled.status, learned.status) == (RULED, LEARNED)
    assert (learned.source, learned.probability) == (ruled.source, ruled.probability)
    assert ruled.status_probability == 1 > learned.status_probability > 0.5
    alone = load_coder(FRAMEWORK, "none")
    assert not isinstance(alone, LearnedRulesCoder)
    assert tag(document(DIFFERENT), nlp, alone).mentions == (ruled,)


def test_a_framework_of_another_language_has_no_learned_answers() -> None:
    assert read_shared_answerers("en")
    assert read_shared_answerers("zh") == {}


def test_a_framework_without_a_classifier_gets_learned_claims(nlp: Language) -> None:
    told = "The Act provides for grants, with the objective that employment grows."
    assert not tag(document(told), nlp, RULES).claims
    (claim,) = tag(document(told), nlp, load_coder(FRAMEWORK)).claims
    assert (claim.kind, claim.polarity) == ("leads_to", "positive")


def test_questions_hold_nothing_of_the_elements(nlp: Language) -> None:
    """Else what was learned with one framework could not answer for another."""

    def ask(mechanism: str, outcome: str) -> list[Question]:
        elements = (
            Element(
                id=mechanism, kind="mechanism", label=f"label {mechanism}", definition="d", terms=("grant",)
            ),
            Element(
                id=outcome, kind="outcome", label=f"label {outcome}", definition="d", terms=("employment",)
            ),
        )
        framework = Framework(id=f"of-{mechanism}", title="F", version="1", elements=elements)
        text = "Firms will receive grants to raise employment."
        (sentence,) = read_sentences(document(text), load_pipeline(framework))
        context = context_of(sentence, RULES.cues)
        return [
            question
            for asking in (ask_about_statuses, ask_about_claims)
            for _, question in asking(sentence, context)
        ]

    assert ask("T1", "S1") == ask("M99", "O99")
    assert [question.about for question in ask("T1", "S1")] == ["status", "status", "leads_to"]
    clues = [clue for q in ask("M99", "O99") for clue, _ in (*q.words, *q.signs)]
    assert not [clue for clue in clues if "99" in clue]


def test_learned_statuses_decide_which_claims_there_are(nlp: Language) -> None:
    class Lacking:
        version = "1"

        def answer(self, questions: Sequence[Question]) -> list[Answer]:
            return [Answer("lacking", 0.9) for _ in questions]

    told = "Grants were paid so that job prospects improve."
    assert len(tag(document(told), nlp, RULES).claims) == 1
    coder = LearnedRulesCoder(FRAMEWORK, {"status": Lacking()})  # type: ignore[dict-item]
    assert not tag(document(told), nlp, coder).claims


# Denied effects


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("Grants had no effect on employment.", [("T1", "S3", "negative")]),
        ("Grants did not raise employment.", [("T1", "S3", "negative")]),
        ("Workshops and grants had no effect on employment.", [("T1", "S3", "negative"), ("T4", "S3", "negative")]),
        ("Grants were paid; there was no effect on employment.", [("T1", "S3", "negative")]),
        ("Employment did not rise after grants were paid.", [("T1", "S3", "negative")]),
        ("There is no evidence that grants raise employment.", [("T1", "S3", "negative")]),
        # what is forbidden, supposed or denied twice, a mechanism that is not there, and another thing that is denied
        ("Grants should not be used to raise employment.", []),
        ("If grants do not raise employment, they end.", []),
        ("Grants did not fail to raise employment.", [("T1", "S3", "positive")]),
        ("Firms without grants did not raise employment.", []),
        ("Grants raise employment without any effect on budgets.", [("T1", "S3", "positive")]),
        ("Grants were paid.", []),
    ],
)  # fmt: skip
def test_a_denied_effect_is_a_negative_claim(
    nlp: Language, text: str, claims: list[tuple[str, str, str]]
) -> None:
    tagged = tag(document(text), nlp, RULES)
    found = [
        (tagged.mentions[c.mechanism].label, tagged.mentions[c.target].label, c.polarity)
        for c in tagged.claims
    ]
    assert sorted(found) == claims


def test_an_effect_of_what_is_denied_itself_is_not_denied(nlp: Language) -> None:
    sentence = draft(nlp, "Grants had no effect on employment.")
    context = context_of(sentence, RULES.cues)
    assert context is not None
    grants, employment = set_rule_statuses(sentence, context).candidates
    assert employment.status == "negated"
    assert denies_effect(grants, employment, context)
    assert denies_effect(replace(grants, status="planned"), employment, context)
    assert not denies_effect(replace(grants, status="negated"), employment, context)
    assert not denies_effect(replace(grants, status="lacking"), employment, context)
    assert not denies_effect(grants, replace(employment, status="affirmed"), context)


def test_a_claim_is_as_probable_as_both_its_ends(nlp: Language) -> None:
    sentence = draft(nlp, "Grants raise employment.")
    context = context_of(sentence, RULES.cues)
    likely = tuple(
        replace(candidate, probability=p)
        for candidate, p in zip(sentence.candidates, (0.5, 0.4), strict=True)
    )
    ((_, question),) = ask_about_claims(replace(sentence, candidates=likely), context)
    assert question.prior == pytest.approx(0.2)
    # Rules alone give no probability; their mentions are taken to be right as often as measured.
    ((_, question),) = ask_about_claims(sentence, context)
    assert question.prior == pytest.approx(RULE_PRECISION**2)


def test_judgements_cover_the_parts_of_an_element() -> None:
    parts = Framework(
        id="f",
        title="F",
        version="1",
        elements=(
            Element(id="T1", kind="mechanism", label="l", definition="d"),
            Element(id="T1.1", kind="mechanism", label="l", definition="d", parent="T1"),
        ),
    )
    sentence = SentenceDraft("Grants.", ((0, 6),), ("grants",), (Candidate(0, 1, "T1.1", "mechanism", "x"),))
    kept = apply_judgements(sentence, {"T1": Judgement(0.6, True)}, parts)
    assert [(c.element, c.probability) for c in kept.candidates] == [("T1.1", 0.6)]
    assert apply_judgements(sentence, {"T1": Judgement(0.2, False)}, parts).candidates == ()


def test_a_sentence_draft_finds_the_tokens_of_some_characters() -> None:
    sentence = SentenceDraft("Firms get grants.", ((0, 5), (6, 9), (10, 16), (16, 17)))
    assert sentence.tokens_at(10, 16) == (2, 3)
    assert sentence.tokens_at(7, 11) == (1, 3)  # a token that is touched counts whole
    assert sentence.tokens_at(5, 6) is None
    assert sentence.words((1, 3)) == "get grants"


# Labels as answers


def locate(sentences: Sequence[SentenceDraft], _: Sequence[Collection[str]]) -> list[dict[str, Judgement]]:
    return [{} for _ in sentences]


def test_labels_answer_what_a_classifier_would_be_asked(nlp: Language) -> None:
    labels = (Label("T1"), Label("S3", "planned"))
    sentence = Labelled("1", "d", "Grants were paid so that employment rises.", labels, (("T1", "S3"),))
    (known,) = known_answers([sentence], nlp, locate)
    assert [(q.about, answer) for q, answer in known] == [
        ("status", "affirmed"),
        ("status", "planned"),
        ("leads_to", "yes"),
    ]
    example = replace(sentence, coded_for=("T1",))
    assert known_answers([example], nlp, locate) == [[]]


def test_claims_are_learned_of_statuses_as_labelled(nlp: Language) -> None:
    # The rules take the grants for planned; the coder says that they are lacking, so no claim is asked about.
    sentence = Labelled("1", "d", "Grants shall lead to employment.", (Label("T1", "lacking"), Label("S3")))
    (known,) = known_answers([sentence], nlp, locate)
    assert [q.about for q, _ in known] == ["status", "status"]


# The protocol


def test_every_coder_gives_a_coding_for_each_sentence(nlp: Language, framework: Framework) -> None:
    passages = [Passage((draft(nlp, "Grants were paid."), draft(nlp, "It rained."))), Passage(())]
    assert [len(coding.candidates) for coding in RULES.code(passages)] == [1, 0]
    built_in = load_coder(framework)
    assert len(built_in.code([Passage((SentenceDraft("It rained."),))])) == 1
    assert built_in.description.startswith("learned from")
    for name in ("rules", "none"):
        assert load_coder(framework, name).description == "rules alone"


def test_rules_set_statuses_without_changing_what_they_were_given(nlp: Language) -> None:
    sentence = draft(nlp, "Firms will receive grants.")
    context = context_of(sentence, RULES.cues)
    assert context is not None
    assert [c.status for c in set_rule_statuses(sentence, context).candidates] == ["planned"]
    assert [c.status for c in sentence.candidates] == ["affirmed"]
    assert [place for place, _ in ask_about_statuses(sentence, context)] == [0]
