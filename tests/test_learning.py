"""The learning loop over a run: what is asked, learned and scored."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from spacy.language import Language

from policyloom.cli import main
from policyloom.coders import load_coder
from policyloom.coders.classifier import (
    ClassifierCoder,
    SentenceClassifier,
    read_classifier,
    write_classifier,
)
from policyloom.coders.classifier.questions import Question
from policyloom.framework import Element, Framework, read_framework
from policyloom.learn.evaluation import evaluate_labels, run_examples
from policyloom.learn.fit import train
from policyloom.learn.held_out import at_least, measure_ties
from policyloom.learn.labels import read_labels, write_labels
from policyloom.learn.sampling import choose_sentences
from policyloom.learn.scores import evaluate
from policyloom.learn.training import read_labelled, train_classifier
from policyloom.records import Block, Claim, Document, Mention, Metadata, Sentence, Tagged
from policyloom.run import read_tagged, run


def cli(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Path:
    folder = tmp_path_factory.mktemp("learning")
    (folder / "in").mkdir()
    for name in ("c-industrial-college-case.pdf", "g-audit-report.pdf"):
        shutil.copy(corpus / name, folder / "in")
    run(folder / "in", folder / "out", workers=0)
    return folder / "out"


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Path:
    path = tmp_path_factory.mktemp("classifier") / "mine.classifier"
    write_classifier(train_classifier([corpus / "gold.jsonl"], read_framework()), path)
    return path


def test_sentences_are_asked_of_every_document_and_element_without_telling(
    finished: Path, framework: Framework
) -> None:
    chosen = choose_sentences(read_tagged(finished), framework, 60)
    assert len(chosen) == 60
    assert all(s.elements is None and not s.links for s in chosen)
    assert {s.doc for s in chosen} == {"c-industrial-college-case", "g-audit-report"}
    assert len({s.text for s in chosen}) == 60
    found = {m.sentence: t for t in read_tagged(finished) for m in t.mentions if m.kind == "mechanism"}
    assert found


def test_what_is_coded_is_not_asked_again(finished: Path, framework: Framework) -> None:
    first = choose_sentences(read_tagged(finished), framework, 20)
    second = choose_sentences(read_tagged(finished), framework, 20, coded=first)
    assert not {s.text for s in first} & {s.text for s in second}


def test_doubts_are_asked_first(finished: Path, framework: Framework, nlp: Language, learned: Path) -> None:
    coder = load_coder(framework, learned)
    assert isinstance(coder, ClassifierCoder)
    classifier = coder.classifier
    chosen = choose_sentences(read_tagged(finished), framework, 13, coder=coder, nlp=nlp)
    every = choose_sentences(read_tagged(finished), framework, 10_000)
    p = classifier.probabilities(read_labelled(every, nlp))
    doubts = np.abs(p - np.array(classifier.thresholds))
    # Of each element that it knows, the sentence that it is least sure of is among those asked.
    texts = {sentence.text for sentence in chosen}
    assert {every[int(row)].text for row in doubts.argmin(axis=0)} <= texts


def test_the_loop_from_a_run_to_a_better_run(
    finished: Path, learned: Path, corpus: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.csv"
    done = cli("label", finished, "-o", sheet, "-n", 30)
    assert done.exit_code == 0
    assert "30 sentences of 2 documents" in done.output
    scored = cli("evaluate", corpus / "gold.jsonl", "--classifier", learned, "--json")
    figures = json.loads(scored.output)
    for name in ("element_micro_f1", "element_macro_f1", "status_accuracy", "link_f1"):
        assert 0 < figures[name] <= 1
    assert set(figures["by_element"]) == {
        "S1",
        "S2",
        "S3",
        "C1",
        "C2",
        "C3",
        "C4",
        "T1",
        "T2",
        "T3",
        "T4",
        "T5",
    }
    # Learned from these very labels, so it must do better on them than the rules.
    rules = json.loads(cli("evaluate", corpus / "gold.jsonl", "--classifier", "none", "--json").output)
    assert figures["element_micro_f1"] > rules["element_micro_f1"] + 0.1
    again = run(corpus / "c-industrial-college-case.pdf", tmp_path / "out", coder=learned, workers=0)
    mentions = [m for t in read_tagged(again.folder) for m in t.mentions if m.kind == "mechanism"]
    assert any(m.source.startswith("classifier: ") for m in mentions)
    assert any(0 < m.probability < 1 and m.source.startswith("term: ") for m in mentions)


def test_evaluate_shows_scores_and_the_worst_mistakes(corpus: Path) -> None:
    done = cli("evaluate", corpus / "gold.jsonl", "--classifier", "none", "--errors", "3")
    assert "element F1, micro" in done.output
    assert "95 % intervals over documents" in done.output
    assert done.output.count("\nmissed  ") + done.output.count("\nfalse   ") == 3
    assert "more; show them with --errors" in done.output


def test_every_mistake_has_a_reason(corpus: Path, framework: Framework) -> None:
    _, mistakes = evaluate_labels(corpus / "gold.jsonl", framework)
    assert {m.kind for m in mistakes} == {"missed", "false", "status"}
    assert all(m.reason for m in mistakes)
    assert [m.weight for m in mistakes] == sorted((m.weight for m in mistakes), reverse=True)


def test_training_is_the_same_each_time(
    learned: Path, corpus: Path, framework: Framework, tmp_path: Path
) -> None:
    done = cli("train", corpus / "gold.jsonl", "-o", tmp_path / "again.classifier")
    assert "--min-probability  precision  recall" in done.output
    n = sum(len(row.links) for row in read_labels(corpus / "gold.jsonl", framework))
    assert f"Held out, {n} claims that a mechanism leads to an outcome:\n" in done.output
    assert (tmp_path / "again.classifier").read_bytes() == learned.read_bytes()


def test_training_measures_pairs_and_claims_held_out(
    learned: Path, corpus: Path, framework: Framework
) -> None:
    rows = read_labels(corpus / "gold.jsonl", framework)
    n = sum(len(row.links) for row in rows)
    classifier = read_classifier(framework, learned)
    assert classifier is not None
    measured = classifier.measured()
    assert (measured.claims.n, measured.answers.n) == (n, sum(len(row.answers) for row in rows))
    assert measured.pairs.n == evaluate(rows, rows, framework).pairs.n
    assert measured.pairs.source == measured.source
    found = [figures["claims"]["n_found"] for figures in classifier.card["ties"].values()]
    assert found == sorted(found, reverse=True)
    sure = replace(classifier, min_probability=0.9).measured()
    assert sure.claims.n_found == found[-1] < measured.claims.n_found


def test_nothing_is_learned_of_what_it_is_measured_on(
    corpus: Path, framework: Framework, nlp: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = list(read_labels(corpus / "gold.jsonl", framework))
    trained = train(rows, read_labelled(rows, nlp), framework)
    assert sorted(i for fold in trained.folds for i in fold.held_out) == list(range(len(rows)))
    docs = [{rows[i].doc for i in fold.held_out} for fold in trained.folds]
    assert sum(map(len, docs)) == len(set.union(*docs))
    # For each sentence one question, of which it is seen by whom it is learned.
    asked = [[(Question("status", (), row.id, (), ()), "affirmed", False)] for row in rows]
    learned_of: list[set[str]] = []

    def keep(classifier: SentenceClassifier, known: list[tuple[Question, str, bool]]) -> SentenceClassifier:
        learned_of.append({question.given for question, *_ in known})
        return classifier

    monkeypatch.setattr("policyloom.learn.held_out.train_answers", keep)
    measure_ties(rows, trained, asked, framework, nlp)
    every = {row.id for row in rows}
    assert learned_of == [every - {rows[i].id for i in fold.held_out} for fold in trained.folds]


def test_the_less_probable_takes_its_claims_along(framework: Framework) -> None:
    text = "Grants and workshops raise skills."
    mentions = tuple(
        Mention(start, end, kind, label, 0, probability=p)
        for start, end, kind, label, p in (
            (0, 6, "mechanism", "T1", 0.4), (11, 20, "mechanism", "T4", 0.8), (27, 33, "outcome", "S1", 0.9),
        )
    )  # fmt: skip
    claims = (Claim("leads_to", 0, 2, (21, 26), 0), Claim("leads_to", 1, 2, (21, 26), 0))
    document = Document("a", "a", "", 0, "en", Metadata(), text, (Block("paragraph", 0, len(text)),))
    tagged = Tagged(document, (Sentence(0, len(text), 0),), mentions, claims)
    assert at_least(tagged, 0.0) == tagged
    kept = at_least(tagged, 0.5)
    assert [m.label for m in kept.mentions] == ["T4", "S1"]
    assert [(kept.mentions[c.mechanism].label, kept.mentions[c.target].label) for c in kept.claims] == [
        ("T4", "S1")
    ]
    assert at_least(tagged, 0.85).claims == ()


def test_two_coders_are_compared(corpus: Path, framework: Framework, tmp_path: Path) -> None:
    rows = read_labels(corpus / "gold.jsonl", framework)
    write_labels(rows[:50], tmp_path / "a.jsonl", framework)
    write_labels(rows[:50], tmp_path / "b.csv", framework)
    done = cli("agreement", tmp_path / "a.jsonl", tmp_path / "b.csv", "--differ", 3)
    assert done.output.startswith("50 sentences of 2 documents coded by both")
    assert "Cohen's kappa, mean of the elements          1.00\n" in done.output
    assert "first" not in done.output.split("second", 1)[1]  # they part ways nowhere


def test_machines_are_compared_with_people_and_each_other(
    corpus: Path, framework: Framework, tmp_path: Path
) -> None:
    rows = read_labels(corpus / "gold.jsonl", framework)
    write_labels(rows[:60], tmp_path / "people.jsonl", framework)
    done = cli(
        "agreement", tmp_path / "people.jsonl", "--coder", "rules", "--coder", "classifier", "--differ", 1
    )
    assert "rules and classifier" in done.output
    assert "Krippendorff’s alpha of all together" in done.output
    assert "on it" in done.output
    told = json.loads(cli("agreement", tmp_path / "people.jsonl", "--coder", "rules", "--json").output)
    (pair,) = told["pairs"]
    assert pair["second"] == "rules"
    assert 0 < pair["by_element"]["T2"]["n_both"] <= pair["by_element"]["T2"]["n_first"]


def test_one_coder_alone_is_no_comparison(corpus: Path) -> None:
    done = CliRunner().invoke(main, ["agreement", str(corpus / "gold.jsonl")])
    assert done.exit_code == 2
    assert "name another source" in done.output


def test_a_framework_is_tested_on_its_own_examples() -> None:
    element = Element(
        id="T1", kind="mechanism", label="Grant", definition="d", terms=("grant",),
        examples=("A grant is paid.", "Money is paid."), counterexamples=("Grant them time.", "Time is given."),
    )  # fmt: skip
    results = run_examples(Framework(id="f", title="F", version="1", elements=(element,)))
    assert [(e.wanted, e.found) for e in results] == [
        (True, True),
        (True, False),
        (False, True),
        (False, False),
    ]


def test_the_framework_command_says_which_examples_fail(tmp_path: Path) -> None:
    file = tmp_path / "f.toml"
    file.write_text(
        '[framework]\nid = "f"\ntitle = "F"\nversion = "1"\n[[element]]\nid = "T1"\nkind = "mechanism"\nlabel = "Grant"\n'
        'definition = "d"\nterms = ["grant"]\nexamples = ["Money is paid."]\ncounterexamples = ["Time is given."]\n'
    )
    done = cli("framework", "test", file)
    assert done.exit_code == 1
    assert "T1      not found: Money is paid." in done.output
    assert "1 of 2 examples are right" in done.output
