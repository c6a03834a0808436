"""The classifier: what it learns, says, and how it is kept."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from policyloom.coders import load_coder
from policyloom.coders.classifier import (
    SentenceClassifier,
    dump_classifier,
    load_classifier,
    read_classifier,
    write_classifier,
)
from policyloom.coders.classifier.answers import MIN_OVERRULING, MIN_QUESTIONS_OF_OWN
from policyloom.coders.classifier.features import Features
from policyloom.coders.classifier.questions import Answer, Question
from policyloom.coders.classifier.tfidf import Weighing, join
from policyloom.errors import LabelsError, PolicyloomError
from policyloom.framework import Element, Framework
from policyloom.learn.fit import train, train_answers
from policyloom.learn.labels import CODED, Label, Labelled
from policyloom.records import Candidate, Measured, SentenceDraft
from tests.conftest import ROOT

BUILT_IN_FILE = ROOT / "pipeline/policyloom/frameworks/production_education.classifier"

FRAMEWORK = Framework(
    id="small",
    title="Small",
    version="1",
    elements=(
        Element(id="T1", kind="mechanism", label="Money", definition="d"),
        Element(id="T1.1", kind="mechanism", label="Grants", definition="d", parent="T1"),
        Element(id="T4", kind="mechanism", label="Places", definition="d"),
        Element(id="S1", kind="outcome", label="Skill", definition="d"),
    ),
)
MONEY = ["The ministry pays a grant", "Firms get a subsidy", "A rebate is paid", "The state pays subsidies"]
PLACES = [
    "The college has a workshop",
    "A workshop was built",
    "New benches stand in the workshops",
    "Lathes came",
]
OTHER = ["The board met in May", "Minutes are kept", "The chair thanked the staff", "A report was read"]


def sentences() -> list[Labelled]:
    rows = []
    for doc in range(7):
        for id, texts in (("T1", MONEY), ("T4", PLACES), ("", OTHER)):
            for n, text in enumerate(texts):
                labels = (Label(id),) if id else ()
                rows.append(Labelled(f"{doc}{id}{n}", f"d{doc}", f"{text} in year {2000 + doc}.", labels))
    return rows


def drafts() -> list[SentenceDraft]:
    return [SentenceDraft(s.text) for s in sentences()]


def ruled(text: str, element: str, rule: str = "term: x") -> SentenceDraft:
    """A sentence in which a rule has found an element."""
    return SentenceDraft(text, candidates=(Candidate(0, 1, element, "mechanism", rule),))


@pytest.fixture(scope="module")
def trained() -> SentenceClassifier:
    return train(sentences(), drafts(), FRAMEWORK).classifier


def test_it_learns_what_it_is_told_and_says_why(trained: SentenceClassifier) -> None:
    text = "Small firms receive a subsidy at once."
    (judged,) = trained.judge([SentenceDraft(text)])
    assert judged["T1"].named
    assert not judged["T4"].named
    assert "subsidy" in judged["T1"].words
    assert "subsidy" in text[judged["T1"].start : judged["T1"].end]
    assert 0.5 < judged["T1"].probability < 1


def test_an_element_with_few_labels_is_left_to_the_rules(trained: SentenceClassifier) -> None:
    assert trained.labels == ("T1", "T4")
    assert trained.card["labelled"] == {"T1": 28, "T4": 28}


def test_it_weighs_what_the_rules_found() -> None:
    rows = sentences()
    # Rules that are right half the time, in sentences whose words say nothing.
    said = "Something was said."
    read = [ruled(said, "T1.1") if "T1" in s.statuses else SentenceDraft(said) for s in rows]
    learned = train(rows, read, FRAMEWORK).classifier
    without, with_rule = learned.probabilities([SentenceDraft("Else."), ruled("Else.", "T1.1")])
    assert with_rule[0] > 0.5 > without[0]


def test_half_the_threshold_is_enough_where_a_rule_has_found_the_element(trained: SentenceClassifier) -> None:
    sentence = "Lathes for small firms."
    (alone,) = trained.judge([SentenceDraft(sentence)])
    (by_rule,) = trained.judge([ruled(sentence, "T4")])
    at = trained.labels.index("T4")

    def with_threshold(threshold: float) -> SentenceClassifier:
        thresholds = tuple(threshold if i == at else t for i, t in enumerate(trained.thresholds))
        return replace(trained, thresholds=thresholds)

    just_too_high = with_threshold(by_rule["T4"].probability + 0.01)
    assert just_too_high.judge([ruled(sentence, "T4")])[0]["T4"].named
    assert (
        not with_threshold(2 * by_rule["T4"].probability + 0.01).judge([ruled(sentence, "T4")])[0]["T4"].named
    )
    assert not with_threshold(alone["T4"].probability + 0.01).judge([SentenceDraft(sentence)])[0]["T4"].named


def test_sentences_of_the_sample_count_three_times() -> None:
    # Half the documents say that benches are places, half that they are not; the sample has the last word.
    rows = sentences()
    benches = [
        Labelled(f"b{n}{doc}", f"d{doc}", f"Benches number {n}.", (Label("T4"),) if doc < 3 else ())
        for n in range(8)
        for doc in range(6)
    ]
    every = rows + benches
    read = [SentenceDraft(s.text) for s in every]

    def p_of_benches(sample: set[str]) -> float:
        fitted = train(every, read, FRAMEWORK, sample=sample).classifier
        column = fitted.labels.index("T4")
        return float(fitted.probabilities([SentenceDraft("Benches number 3.")])[0][column])

    assert p_of_benches({"d0", "d1", "d2"}) > p_of_benches(set()) + 0.02
    assert p_of_benches({"d3", "d4", "d5"}) < p_of_benches(set()) - 0.02


def test_only_the_sample_chooses_the_thresholds() -> None:
    # In the sample, half of what looks like money is none, so it must be likelier to be named.
    rows = sentences()
    doubtful = [replace(s, id=f"x{s.id}", elements=()) for s in rows if s.doc == "d0" and "T1" in s.statuses]
    every = rows + doubtful
    read = [SentenceDraft(s.text) for s in every]
    fitted = train(every, read, FRAMEWORK, sample={"d0"}).classifier
    assert fitted.card["scored"] == sum(s.doc == "d0" for s in every)
    assert fitted.card["named"]["T1"] == 4
    assert train(every, read, FRAMEWORK).classifier.card["scored"] == len(every)


def test_a_partly_coded_sentence_says_nothing_of_other_elements() -> None:
    rows = sentences()
    more = [
        Labelled(f"x{n}", f"x{n}", "A workshop subsidy.", (Label("T1"),), coded_for=("T1",)) for n in range(9)
    ]
    learned = train(rows + more, drafts() + [SentenceDraft(s.text) for s in more], FRAMEWORK).classifier
    p = dict(zip(learned.labels, learned.probabilities([SentenceDraft("A workshop.")])[0], strict=True))
    assert p["T4"] > 0.5


def test_it_is_kept_without_loss_and_the_same_each_time(trained: SentenceClassifier, tmp_path: Path) -> None:
    write_classifier(trained, tmp_path / "a.classifier")
    again = read_classifier(FRAMEWORK, tmp_path / "a.classifier")
    assert again is not None
    assert dump_classifier(again) == (tmp_path / "a.classifier").read_bytes() == dump_classifier(trained)
    np.testing.assert_allclose(again.probabilities(drafts()), trained.probabilities(drafts()), atol=5e-3)
    assert (again.labels, again.thresholds, again.card) == (trained.labels, trained.thresholds, trained.card)


def test_the_less_probable_is_left_out_on_demand(trained: SentenceClassifier, tmp_path: Path) -> None:
    write_classifier(trained, tmp_path / "a.classifier")
    lathes = ruled("Lathes for small firms.", "T4")
    sure = trained.judge([lathes])[0]["T4"].probability
    for lowest, named in ((0.0, True), (sure - 0.01, True), (min(1.0, sure + 0.01), False)):
        asked_for = read_classifier(FRAMEWORK, tmp_path / "a.classifier", min_probability=lowest)
        assert asked_for is not None
        assert load_classifier(dump_classifier(asked_for)).min_probability == lowest
        assert asked_for.judge([lathes])[0]["T4"].named == named, lowest  # a rule's mention too
    with pytest.raises(PolicyloomError, match="rules alone give no probabilities"):
        read_classifier(FRAMEWORK, "none", min_probability=0.7)
    with pytest.raises(ValueError, match="min_probability 7: use a probability"):
        read_classifier(FRAMEWORK, tmp_path / "a.classifier", min_probability=7)


def test_what_is_stated_was_measured_of_the_classifier_in_use(
    trained: SentenceClassifier,
) -> None:
    levels = trained.card["held_out"]
    recalls = [levels[str(level)]["all"]["recall"] for level in (0.0, 0.5, 0.7, 0.9)]
    assert recalls == sorted(recalls, reverse=True)
    assert all(0 <= recall <= 1 for recall in recalls)
    own = trained.measured()
    assert own.n == {"T1": 28, "T4": 28}
    assert own.recall["T1"] == levels["0.0"]["T1"]["recall"]
    between = replace(trained, min_probability=0.55).measured()
    assert between.recall["T1"] == levels["0.6"]["T1"]["recall"]
    assert "below 0.55" in between.source
    assert replace(trained, min_probability=0.95).measured() == Measured()


def test_the_built_in_classifier_states_what_was_measured_on_real_documents(framework: Framework) -> None:
    built_in, sure = read_classifier(framework), read_classifier(framework, min_probability=0.7)
    assert built_in is not None
    assert sure is not None
    assert "real documents" in built_in.measured().source
    assert "held out" in sure.measured().source
    assert load_coder(framework).measured == built_in.measured()
    assert load_coder(framework, "none").measured == Measured()


def asked(text: str, given: str = "affirmed") -> Question:
    words = tuple((word, (i, i + 1)) for i, word in enumerate(text.lower().split()))
    return Question(
        "status", ("affirmed", "planned", "lacking", "negated"), given, words, ((f"rule: {given}", None),)
    )


@pytest.fixture(scope="module")
def answering(trained: SentenceClassifier) -> SentenceClassifier:
    ends = {
        "was paid": "affirmed",
        "shall be paid": "planned",
        "fell short": "lacking",
        "had no effect": "negated",
    }
    known = [(asked(f"Grant {n} {end}"), answer, False) for n in range(300) for end, answer in ends.items()]
    assert len(known) == MIN_QUESTIONS_OF_OWN["status"]
    return train_answers(trained, known)


def answer(classifier: SentenceClassifier, *questions: Question) -> list[Answer]:
    return classifier.answerers[questions[0].about].answer(questions)


def test_it_learns_to_answer_and_says_what_spoke_for_it(answering: SentenceClassifier) -> None:
    same, other = answer(answering, asked("The levy was paid"), asked("The levy shall be paid"))
    assert (same.value, same.at) == ("affirmed", None)  # the rules' own answer, with their own reason
    assert other.value == "planned"
    assert other.at in {(2, 3), (3, 4)}  # shall, be
    assert 0.5 < other.probability < 1


def test_it_answers_only_what_is_possible(answering: SentenceClassifier) -> None:
    question = replace(asked("The levy fell short"), options=("affirmed", "planned", "negated"))
    assert answer(answering, question)[0].value != "lacking"


@pytest.mark.parametrize(("others", "value"), [(50, "planned"), (150, "affirmed")])
def test_another_answer_than_the_rules_must_be_eighty_percent_probable(
    trained: SentenceClassifier, others: int, value: str
) -> None:
    """Of those with the same words, 86 % or 67 % are planned: both likelier than not, and one sure enough."""
    known = [(asked("shall"), "planned", False)] * 300 + [(asked("shall"), "affirmed", False)] * others
    known += [(asked("was"), "affirmed", False)] * 900
    (found,) = answer(train_answers(trained, known), asked("shall"))
    assert (found.probability >= MIN_OVERRULING, found.value) == (value == "planned", value)
    # Where the rules' answer is none of those that were learned, the likeliest stands.
    (other,) = answer(train_answers(trained, known), asked("shall", "negated"))
    assert other.value in ("planned", "affirmed")


@pytest.mark.parametrize(("others", "value"), [(30, "negated"), (3, "planned")])
def test_that_a_mechanism_is_refused_is_overruled_by_what_is_nearly_certain_alone(
    trained: SentenceClassifier, others: int, value: str
) -> None:
    """Of those with the same words, 91 % or 99 % are planned."""
    known = [(asked("shall not", "negated"), "planned", False)] * 300
    known += [(asked("shall not", "negated"), "negated", False)] * others
    known += [(asked("was"), "affirmed", False)] * 900
    firm = replace(asked("shall not", "negated"), is_firm=True)
    (found,) = answer(train_answers(trained, known), firm)
    assert found.value == value


def test_it_learns_nothing_from_too_few(answering: SentenceClassifier, trained: SentenceClassifier) -> None:
    assert set(answering.answerers) == {"status"}
    # Statuses have been learned for the language already, so it takes more to do better.
    few = [(asked(f"{n} was paid"), "affirmed", False) for n in range(1_000)]
    more = [(asked(f"{n} shall be paid"), "planned", False) for n in range(200)]
    assert not train_answers(trained, [*few, *more[:-1]]).answerers
    assert set(train_answers(trained, [*few, *more]).answerers) == {"status"}
    for about, least in MIN_QUESTIONS_OF_OWN.items():
        if about != "status":
            one = Question(about, ("no", "yes"), "no", (), ())
            ties = [(one, word, False) for word in ("no", "yes") * (least // 2)]
            assert not train_answers(trained, ties[:-1]).answerers
            assert set(train_answers(trained, ties).answerers) == {about}


def test_statuses_of_another_language_are_learned_from_fewer(trained: SentenceClassifier) -> None:
    known = [(asked(f"{n} {end}"), end, False) for n in range(50) for end in ("affirmed", "planned")]
    elsewhere = replace(trained, language="xx")
    assert set(train_answers(elsewhere, known).answerers) == {"status"}
    assert not train_answers(elsewhere, known[:-1]).answerers


def test_a_tie_is_as_sure_as_its_ends(trained: SentenceClassifier) -> None:
    def tie(words: str, prior: float = 1.0) -> Question:
        at = tuple((word, (i, i + 1)) for i, word in enumerate(words.split()))
        return Question("leads_to", ("no", "yes"), "no", at, (), prior)

    known = [(tie(f"{n} so that"), "yes", False) for n in range(600)] + [
        (tie(f"{n} and"), "no", False) for n in range(600)
    ]
    learned = train_answers(trained, known)
    sure, half, unsure, no = answer(
        learned, tie("x so that"), tie("x so that", 0.4), tie("x so that", 0.2), tie("x and")
    )
    assert sure.probability > 0.9
    # One in four is enough for a tie: what gives the best F1.
    assert [sure.value, half.value, unsure.value, no.value] == ["yes", "yes", "no", "no"]
    assert sure.at is not None


def test_a_sign_weighs_more_than_a_word(trained: SentenceClassifier) -> None:
    def asked_with(word: str, sign: str) -> Question:
        return Question("status", ("affirmed", "planned"), "affirmed", ((word, (0, 1)),), ((sign, (1, 2)),))

    # Word and sign tell the same of each label; where they part, the sign decides.
    known = [
        *((asked_with("paid", "cue: paid"), "affirmed", False) for _ in range(600)),
        *((asked_with("shall", "cue: shall"), "planned", False) for _ in range(600)),
    ]
    (found,) = answer(train_answers(trained, known), asked_with("paid", "cue: shall"))
    assert found.value == "planned"
    assert found.probability > 0.7


def test_answers_are_kept_without_loss(answering: SentenceClassifier) -> None:
    again = load_classifier(dump_classifier(answering))
    assert dump_classifier(again) == dump_classifier(answering)
    questions = [asked(f"The levy {end}") for end in ("was paid", "shall be paid", "fell short")]
    for a, b in zip(answer(again, *questions), answer(answering, *questions), strict=True):
        assert (a.value, a.at) == (b.value, b.at)
        assert a.probability == pytest.approx(b.probability, abs=5e-3)
    assert (
        again.answerers["status"].version
        == load_classifier(dump_classifier(again)).answerers["status"].version
    )


def test_no_sentences_are_judged_as_none(trained: SentenceClassifier) -> None:
    assert trained.judge([]) == []
    assert trained.judge([SentenceDraft("…")])[0]["T1"].probability < 0.5


def test_too_few_labels_are_refused() -> None:
    with pytest.raises(LabelsError, match="at least 5 documents"):
        train(sentences()[:12], drafts()[:12], FRAMEWORK)
    bare = [Labelled(s.id, s.doc, s.text, ()) for s in sentences()]
    with pytest.raises(LabelsError, match="too few labels to learn from"):
        train(bare, drafts(), FRAMEWORK)


def test_a_file_of_another_kind_or_framework_is_refused(
    trained: SentenceClassifier, tmp_path: Path, framework: Framework
) -> None:
    path = tmp_path / "a.classifier"
    path.write_bytes(b"PK\x03\x04 no")
    with pytest.raises(PolicyloomError, match="is no classifier"):
        read_classifier(FRAMEWORK, path)
    path.write_bytes(dump_classifier(trained)[:-200])
    with pytest.raises(PolicyloomError, match="is no classifier"):
        read_classifier(FRAMEWORK, path)
    write_classifier(trained, path)
    with pytest.raises(PolicyloomError, match="trained for framework 'small'"):
        read_classifier(framework, path)
    with pytest.raises(PolicyloomError, match="cannot be opened"):
        read_classifier(FRAMEWORK, tmp_path / "none.classifier")
    assert read_classifier(FRAMEWORK) is None
    assert read_classifier(FRAMEWORK, "none") is None


def test_a_file_holds_no_code(trained: SentenceClassifier) -> None:
    data = dump_classifier(trained)
    assert load_classifier(data).labels == trained.labels
    with np.load(__import__("io").BytesIO(data), allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)


def test_the_built_in_one_was_made_for_the_framework_as_it_is(framework: Framework) -> None:
    built_in = read_classifier(framework)
    assert built_in is not None
    assert set(built_in.labels) == {e.id for e in framework if e.kind in CODED and not e.parent}
    assert built_in._features.lists == framework.words
    assert built_in._features.tops == {e.id: framework.top(e.id) for e in framework}


def forged(data: bytes, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> bytes:
    """A classifier's file with another head or other arrays."""
    with np.load(io.BytesIO(data)) as file:
        arrays = {name: file[name] for name in file.files}
    head = json.loads(arrays.pop("head").tobytes())
    change(head, arrays)
    out = io.BytesIO()
    np.savez_compressed(out, head=np.frombuffer(json.dumps(head).encode(), np.uint8), **arrays)
    return out.getvalue()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda head, arrays: arrays.update(weights=arrays["weights"][:-1]), "weights have the shape"),
        (lambda head, arrays: arrays.update(offsets=arrays["offsets"][None]), "offsets have the shape"),
        (lambda head, arrays: arrays.update(status_idf=arrays["status_idf"][1:]), "status_idf have the shape"),
        (lambda head, arrays: arrays["weights"].fill(np.nan), "weights are not all numbers"),
        (lambda head, arrays: arrays.update(offsets=np.array(["x"] * len(head["labels"]))), "offsets are not all numbers"),
        (lambda head, arrays: arrays.pop("weights"), "weights"),
        (lambda head, arrays: head["thresholds"].pop(), "thresholds for"),
        (lambda head, arrays: head["thresholds"].__setitem__(0, float("nan")), "threshold nan is no probability"),
        (lambda head, arrays: head.update(min_probability="0.5"), "min_probability '0.5' is no probability"),
        (lambda head, arrays: head.update(labels="T1"), "labels are no list of words"),
        (lambda head, arrays: head["vocabulary"]["words"].__setitem__(0, head["vocabulary"]["words"][1]), "hold a word twice"),
        (lambda head, arrays: head["vocabulary"].pop("rules"), "has not the blocks"),
        (lambda head, arrays: head["answerers"]["status"].update(options=["a", "b", "c", "d"]), "options for status are"),
        (lambda head, arrays: head.update(answerers={"weather": {}}), "answers 'weather', which nobody asks"),
        (lambda head, arrays: head.update(tops=[]), "damaged or another kind"),
        (lambda head, arrays: head.update(card=7), "damaged or another kind"),
        (lambda head, arrays: head.update(card={}), "damaged or another kind"),
    ],
)  # fmt: skip
def test_a_file_with_wrong_values_is_refused_and_named(
    framework: Framework, tmp_path: Path, change: Callable[[dict[str, Any], dict[str, Any]], None], said: str
) -> None:
    path = tmp_path / "mine.classifier"
    path.write_bytes(forged(BUILT_IN_FILE.read_bytes(), change))
    with pytest.raises(PolicyloomError, match=rf"mine\.classifier: is no classifier \(.*{said}"):
        read_classifier(framework, path)


def test_a_file_is_as_good_as_before_when_nothing_was_changed(framework: Framework) -> None:
    load_classifier(forged(BUILT_IN_FILE.read_bytes(), lambda head, arrays: None))


@pytest.mark.parametrize("shape", [(250_000_000,), (10**15,)])
def test_a_bomb_is_refused(framework: Framework, tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = tmp_path / "mine.classifier"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("head.npy", header.getvalue() + bytes(min(shape[0], 250_000_000)))
    with pytest.raises(PolicyloomError, match=r"mine\.classifier: is no classifier \(.*unpacks to 250,"):
        read_classifier(framework, path)


def test_a_head_nested_without_end_is_refused(framework: Framework, tmp_path: Path) -> None:
    path = tmp_path / "mine.classifier"
    with path.open("wb") as file:
        np.savez(file, head=np.frombuffer(b"[" * 100_000, np.uint8))
    with pytest.raises(PolicyloomError, match=r"mine\.classifier: is no classifier"):
        read_classifier(framework, path)


WORDS = st.lists(st.sampled_from(["grant", "firms", "lathe", "pays", "the"]), max_size=8)


@given(st.lists(WORDS, min_size=1, max_size=6), st.booleans(), st.booleans())
def test_features_are_weighed_as_scikit_learn_weighs_them(
    texts: list[list[str]], is_binary: bool, is_scaled: bool
) -> None:
    learned = TfidfVectorizer(
        analyzer=lambda words: words, lowercase=False, binary=is_binary, sublinear_tf=not is_binary,
        norm="l2" if is_scaled else None,
    ).fit([["grant", "firms", "lathe"], ["grant", "pays"], ["firms", "grant"]])  # fmt: skip
    wanted = learned.transform(texts)
    columns = {name: int(column) for name, column in learned.vocabulary_.items()}
    weighing = Weighing(columns, learned.idf_, is_binary=is_binary, is_scaled=is_scaled)
    rows = weighing.weigh(texts)
    made = np.zeros(wanted.shape)
    for number in range(len(rows)):
        made[number, rows[number].columns] = rows[number].values
    assert np.array_equal(made, wanted.toarray())
    weights = np.arange(made.shape[1] * 2, dtype=np.float32).reshape(-1, 2)
    assert np.allclose(rows @ weights, wanted @ weights, rtol=1e-12)


def test_blocks_of_features_stand_side_by_side() -> None:
    one = Weighing({"a": 0, "b": 1}, np.array([1.0, 2.0]), is_scaled=False)
    other = Weighing({"c": 0}, np.array([3.0]), is_scaled=False)
    both = join([one.weigh([["b"], [], ["a", "b"]]), other.weigh([["c"], ["c"], []])], [2, 1])
    assert [(row.columns.tolist(), row.values.tolist()) for row in both] == [
        ([1, 2], [2.0, 3.0]), ([2], [3.0]), ([0, 1], [1.0, 2.0]),
    ]  # fmt: skip


def test_a_worker_codes_without_scikit_learn_and_scipy(tmp_path: Path) -> None:
    """They would take a hundred megabytes and two seconds of each."""
    (tmp_path / "plan.txt").write_text(
        "The ministry pays grants to firms that train apprentices. " * 5, "utf-8"
    )
    code = f"""
import sys
from policyloom import load_coder, load_pipeline, read_document, read_framework, tag
from policyloom.run.copies import make_sketch
framework = read_framework()
tagged = tag(read_document({str(tmp_path / "plan.txt")!r}), load_pipeline(framework), load_coder(framework, "classifier"))
assert tagged.mentions and make_sketch(tagged.document.text)
print([name for name in ("sklearn", "scipy", "pandas", "datasketch") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_vocabulary_weighs_the_sentences_that_it_was_learned_from_as_they_were_then() -> None:
    texts = [
        "The ministry pays grants",
        "The firms pay 400 crowns and grants",
        "Grants, grants for workshops",
        "The firms pay",
    ]
    drafts = [
        SentenceDraft(text, candidates=(Candidate(0, 1, "T1.1", "mechanism", "term"),) * (n % 2))
        for n, text in enumerate(texts * 2)
    ]
    features = Features(
        {"T1": "T1", "T1.1": "T1", "T4": "T4"},
        {"payer": "ministry|firm"},
        lambda word: frozenset({word, f"{word}s"}),
    )
    parts = [features.take_apart(draft) for draft in drafts]
    wanted = features.fit(parts)
    rows = features.transform(parts)
    for number in range(len(rows)):
        row = np.zeros(wanted.shape[1])
        row[rows[number].columns] = rows[number].values
        assert np.allclose(row, wanted[[number]].toarray()[0], rtol=1e-14)
