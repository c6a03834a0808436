"""A run's coder: a classifier, rules alone, or one's own, which reaches the workers by its name."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest

from policyloom import read_tagged, run
from policyloom.coders.classifier import ClassifierCoder, LearnedRulesCoder, read_classifier
from policyloom.coders.rules import RulesCoder
from policyloom.errors import PolicyloomError, RunError
from policyloom.framework import Framework
from policyloom.run.coder import RULES, CoderForm, _make_coder, make_coder, resolve_coder

OWN = """
from dataclasses import replace
from policyloom.records import Candidate, Coding

class Spotter:
    def code(self, passages):
        return [self.look(sentence) for passage in passages for sentence in passage.sentences]

    def look(self, sentence):
        at = sentence.text.find("master")
        if at < 0:
            return Coding()
        span = sentence.tokens_at(at, at + 6)
        return Coding((Candidate(*span, "T2", "mechanism", "spotter: master", 0.9),))

spotter = Spotter()
half = object()
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module with a coder of somebody's own: it names T2 wherever it reads "master"."""
    path = tmp_path / "modules" / "my_coders.py"
    path.parent.mkdir()
    path.write_text(OWN)
    monkeypatch.syspath_prepend(str(path.parent))
    monkeypatch.delitem(sys.modules, "my_coders", raising=False)
    _make_coder.cache_clear()
    return path


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "plan.txt").write_text("Every trainee gets a master from the firm.")
    return folder


def spotted(out: Path) -> list[tuple[str, str, float]]:
    return [
        (m.label, m.source, m.probability)
        for t in read_tagged(out)
        for m in t.mentions
        if m.kind == "mechanism"
    ]


@pytest.mark.parametrize("workers", [0, 1])
def test_a_coder_of_ones_own_reaches_the_workers(
    own: Path, texts: Path, tmp_path: Path, workers: int
) -> None:
    out = tmp_path / "out"
    assert run(texts, out, coder="my_coders:spotter", workers=workers).status == 0
    assert spotted(out) == [("T2", "spotter: master", 0.9)]
    assert "the coder my_coders:spotter" in (out / "report.html").read_text("utf-8")


def test_results_are_made_anew_when_a_coder_of_ones_own_changes(
    own: Path, texts: Path, tmp_path: Path
) -> None:
    run(texts, tmp_path / "out", coder="my_coders:spotter", workers=0)
    assert run(texts, tmp_path / "out", coder="my_coders:spotter", workers=0).n_reused == 1
    own.write_text(OWN.replace('"T2"', '"T3"') + "# changed")
    assert run(texts, tmp_path / "out", coder="my_coders:spotter", workers=0).n_reused == 0
    assert [label for label, *_ in spotted(tmp_path / "out")] == ["T3"]


def test_a_coder_may_state_a_version_of_its_own(own: Path, framework: Framework) -> None:
    first = resolve_coder("my_coders:spotter", framework)
    first.coder.version = "model of May"  # type: ignore[attr-defined]
    assert resolve_coder("my_coders:spotter", framework).form != first.form


def test_a_fault_in_a_coder_of_ones_own_names_it(own: Path, texts: Path, tmp_path: Path) -> None:
    own.write_text(OWN.replace("at + 6", "1 / 0"))
    (failure,) = run(texts, tmp_path / "out", coder="my_coders:spotter", workers=0).failures
    assert failure.reason == (
        "ZeroDivisionError: division by zero (a fault in the coder my_coders:spotter, or in policyloom)"
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("my_coderz:spotter", r"coder my_coderz:spotter: cannot be imported \(No module named 'my_coderz'\)"),
        ("my_coders:spoter", "cannot be imported .*has no attribute 'spoter'"),
        ("my_coders:Spotter", "is a class; name an instance of it"),
        ("my_coders:half", r"has no code\(\); a coder has code\(\)"),
    ],
)
def test_a_name_that_is_no_coder_is_refused(own: Path, framework: Framework, name: str, words: str) -> None:
    with pytest.raises(RunError, match=words):
        resolve_coder(name, framework)


def test_a_minimum_probability_is_refused_for_a_coder_of_ones_own(own: Path, framework: Framework) -> None:
    with pytest.raises(
        RunError, match=r"minimum probability of 0\.7 holds for a classifier of policyloom only"
    ):
        resolve_coder("my_coders:spotter", framework, min_probability=0.7)


def test_an_object_that_no_worker_can_import_is_refused(framework: Framework) -> None:
    with pytest.raises(ValueError, match="put it into a module and give its name"):
        resolve_coder(3, framework)  # type: ignore[arg-type]


@pytest.mark.parametrize("word", ["rules", "none"])
def test_rules_alone_need_no_coder(framework: Framework, word: str) -> None:
    chosen = resolve_coder(word, framework)
    assert isinstance(chosen.coder, RulesCoder)
    assert chosen.form == RULES
    assert isinstance(make_coder(RULES, framework.model_dump_json()), RulesCoder)


def test_what_was_learned_reaches_a_framework_without_a_classifier(framework: Framework) -> None:
    mine = framework.model_copy(update={"id": "mine"})
    chosen = resolve_coder(None, mine)
    assert isinstance(chosen.coder, LearnedRulesCoder)
    assert chosen.form == CoderForm("learned_rules", version=chosen.coder.version)
    loaded = make_coder(pickle.loads(pickle.dumps(chosen.form)), mine.model_dump_json())
    assert isinstance(loaded, LearnedRulesCoder)
    assert loaded.version == chosen.coder.version


@pytest.mark.parametrize("workers", [0, 1])
def test_learned_statuses_reach_the_workers(texts: Path, tmp_path: Path, workers: int) -> None:
    (texts / "plan.txt").write_text("Grants reach almost nobody.")
    mine = tmp_path / "mine.toml"
    mine.write_text(
        '[framework]\nid = "mine"\ntitle = "Mine"\nversion = "1"\n'
        '[[element]]\nid = "T1"\nkind = "mechanism"\nlabel = "l"\ndefinition = "d"\nterms = ["grant"]\n'
    )

    def statuses(coder: str | None) -> list[str]:
        out = tmp_path / f"out-{coder}"
        run(texts, out, framework=mine, coder=coder, workers=workers)
        return [m.status for t in read_tagged(out) for m in t.mentions if m.kind == "mechanism"]

    assert statuses(None) == ["lacking"]
    assert "Mentions are found by rules, with learned statuses and claims." in (
        tmp_path / "out-None" / "report.html"
    ).read_text("utf-8")
    assert statuses("rules") == ["affirmed"]


def test_a_classifier_in_memory_is_taken(framework: Framework) -> None:
    classifier = read_classifier(framework)
    assert classifier is not None
    chosen = resolve_coder(classifier, framework)
    assert isinstance(chosen.coder, ClassifierCoder)
    assert chosen.form == resolve_coder(None, framework).form
    loaded = make_coder(pickle.loads(pickle.dumps(chosen.form)), framework.model_dump_json())
    assert isinstance(loaded, ClassifierCoder)
    assert loaded.classifier.labels == classifier.labels


def test_a_classifier_for_another_framework_is_refused(framework: Framework) -> None:
    classifier = read_classifier(framework)
    with pytest.raises(
        PolicyloomError, match="was trained for framework 'production_education', and this is 'mine'"
    ):
        resolve_coder(classifier, framework.model_copy(update={"id": "mine"}))


def test_a_file_with_a_colon_in_its_name_is_a_file(
    framework: Framework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a:b").write_bytes(b"no classifier")
    with pytest.raises(PolicyloomError, match="a:b: is no classifier"):
        resolve_coder("a:b", framework)


def test_the_form_of_what_is_shipped_is_told_without_loading_it(framework: Framework) -> None:
    shipped, loaded = resolve_coder(None, framework), resolve_coder("classifier", framework)
    if not shipped.form.name:  # with an encoder installed, the coder has to be loaded
        assert "coder" not in vars(shipped)
        assert shipped.form == loaded.form
    assert shipped.measured.recall
    assert "learned from" in shipped.description


def test_another_coder_than_the_shipped_one_is_loaded_at_once(framework: Framework) -> None:
    changed = framework.model_copy(update={"title": "Changed"})
    for coder, of, least in (("rules", framework, 0.0), (None, framework, 0.7), (None, changed, 0.0)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("policyloom.coders.load_coder", lambda *_, **__: RulesCoder(framework))
            assert resolve_coder(coder, of, min_probability=least).form == RULES
