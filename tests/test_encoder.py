"""The fine-tuned encoder beside the classifier: read from its files, found when installed, and mixed with the words."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from spacy.language import Language

from policyloom import load_coder, read_document, read_tagged, run, tag
from policyloom.coders import classifier as classifier_package
from policyloom.coders.classifier import (
    ClassifierCoder,
    SentenceEncoder,
    find_encoder,
    read_classifier,
    read_encoder,
)
from policyloom.errors import PolicyloomError, RunError
from policyloom.framework import Framework
from policyloom.learn.labels import coded_ids
from policyloom.records import Candidate, SentenceDraft
from policyloom.run.coder import make_coder, resolve_coder
from tests.conftest import ROOT

pytest.importorskip("onnxruntime")
pytest.importorskip("tokenizers")

FOLDER = ROOT / "models" / "encoder" / "policyloom_encoder"
CLASSIFIER = ROOT / "pipeline" / "policyloom" / "frameworks" / "production_education.classifier"
SUBSIDY = "The state pays firms a subsidy for every apprentice whom they train."
WEATHER = "It rained on the harbour for most of the week."


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return read_encoder(FOLDER)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, encoder: SentenceEncoder) -> SentenceEncoder:
    """As if its package were installed."""
    monkeypatch.setattr(classifier_package, "find_encoder", lambda _: encoder)
    monkeypatch.setattr(sys.modules["policyloom.run.coder"], "_shipped_form", lambda *_: None)
    return encoder


def test_an_encoder_judges_each_sentence_by_itself(encoder: SentenceEncoder, framework: Framework) -> None:
    assert encoder.labels == tuple(coded_ids(framework))
    together = encoder.probabilities([SUBSIDY, WEATHER, "Short."])
    assert together.shape == (3, 12)
    assert np.array_equal(together[:1], encoder.probabilities([SUBSIDY]))
    t1 = encoder.labels.index("T1")
    assert together[0, t1] > 0.8
    assert together[1].max() < 0.1
    assert encoder.probabilities([]).shape == (0, 12)


def test_a_long_sentence_is_read_to_its_limit(encoder: SentenceEncoder) -> None:
    long = " ".join(["apprentice"] * 5_000)
    assert np.array_equal(encoder.probabilities([long]), encoder.probabilities([long + " rain"]))


def test_its_thresholds_were_chosen_beside_the_classifier_that_is_shipped(encoder: SentenceEncoder) -> None:
    # Trained anew, the classifier gives other probabilities: choose the thresholds again (models/encoder/README.md).
    assert encoder.classifier_sha256 == hashlib.sha256(CLASSIFIER.read_bytes()).hexdigest()


def test_the_mean_of_both_decides(encoder: SentenceEncoder, framework: Framework) -> None:
    plain = read_classifier(framework, None)
    assert plain is not None
    words = plain.probabilities([SentenceDraft(SUBSIDY)])[0]
    both = replace(plain, encoder=encoder)
    (judged,) = both.judge([SentenceDraft(SUBSIDY)])
    encoded = encoder.probabilities([SUBSIDY])[0]
    for place, label in enumerate(encoder.labels):
        expected = encoder.weight * encoded[place] + (1 - encoder.weight) * words[place]
        assert judged[label].probability == pytest.approx(expected)
        assert judged[label].named == (expected >= encoder.thresholds[place])


def test_a_rule_that_has_found_an_element_lowers_its_threshold(
    encoder: SentenceEncoder, framework: Framework
) -> None:
    plain = read_classifier(framework, None)
    assert plain is not None
    t5 = encoder.labels.index("T5")
    text = "Talks about allowances went on."
    found = SentenceDraft(text, ((0, 5),), ("talks",), (Candidate(0, 1, "T5", "mechanism", "term"),))
    (judged,) = replace(plain, encoder=encoder).judge([found])
    p = judged["T5"].probability
    for factor, is_named in ((0.99, True), (1.01, False)):
        thresholds = list(encoder.thresholds)
        thresholds[t5] = p * factor / encoder.ruled_share
        changed = replace(encoder, thresholds=tuple(thresholds))
        (again,) = replace(plain, encoder=changed).judge([found])
        assert again["T5"].named is is_named


def test_an_installed_encoder_is_the_default_and_can_be_left_out(
    installed: SentenceEncoder, framework: Framework
) -> None:
    coder = load_coder(framework)
    assert isinstance(coder, ClassifierCoder)
    assert coder.classifier.encoder is installed
    assert coder.description.endswith("sentences, with a fine-tuned encoder")
    assert coder.measured == installed.measured
    without = load_coder(framework, "classifier")
    assert isinstance(without, ClassifierCoder)
    assert without.classifier.encoder is None
    assert load_coder(framework, "none").description == "rules alone"


def test_none_is_found_where_none_is_installed(framework: Framework) -> None:
    assert find_encoder(framework.model_copy(update={"id": "other"})) is None


def test_a_package_names_its_encoder_by_an_entry_point(
    framework: Framework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FOLDER, tmp_path / "some_encoder")
    (tmp_path / "some_encoder" / "__init__.py").write_text("raise RuntimeError('no code is run')")
    info = tmp_path / "some_encoder-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: some-encoder\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[policyloom.encoders]\n{framework.id} = some_encoder\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert importlib.metadata.version("some-encoder") == "1"
    found = find_encoder(framework)
    assert found is not None
    assert found.framework == framework.id


@pytest.mark.parametrize("damage", ["missing", "cut", "format", "lengths", "json"])
def test_a_damaged_encoder_is_refused_in_plain_words(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(FOLDER, folder)
    settings = json.loads((folder / "settings.json").read_text("utf-8"))
    if damage == "missing":
        (folder / "tokenizer.json").unlink()
    elif damage == "cut":
        data = (folder / "encoder.int8.onnx").read_bytes()
        (folder / "encoder.int8.onnx").write_bytes(data[: len(data) // 2])
    elif damage == "json":
        (folder / "settings.json").write_text("{")
    else:
        change = {"format": {"format": "x"}, "lengths": {"thresholds": [0.5]}}[damage]
        (folder / "settings.json").write_text(json.dumps(settings | change))
    with pytest.raises(PolicyloomError, match=r"is no encoder, or damaged .*install it anew"):
        read_encoder(folder)


def test_a_run_uses_the_encoder_in_its_workers_form(
    installed: SentenceEncoder, framework: Framework, nlp: Language, tmp_path: Path
) -> None:
    form = resolve_coder(None, framework).form
    assert (form.kind, form.name, form.version) == ("classifier", "encoder", installed.version)
    assert form.sha256 != resolve_coder("classifier", framework).form.sha256
    (tmp_path / "a.txt").write_text(f"Apprenticeship policy\n\n{SUBSIDY}\n")
    found = {}
    for name in (None, "classifier"):
        run(tmp_path / "a.txt", tmp_path / f"{name}", coder=name, workers=0)
        (tagged,) = read_tagged(tmp_path / f"{name}")
        found[name] = {m.label: m.probability for m in tagged.mentions if m.kind == "mechanism"}
    alone = tag(read_document(tmp_path / "a.txt"), nlp, load_coder(framework))
    assert found[None] == {m.label: m.probability for m in alone.mentions if m.kind == "mechanism"}
    assert found[None] != found["classifier"]


def test_a_worker_with_another_encoder_is_refused(
    installed: SentenceEncoder, framework: Framework, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = resolve_coder(None, framework).form
    other = replace(form, version="another")
    with pytest.raises(RunError, match="not installed here in the same version"):
        make_coder(other, framework.model_dump_json())
    monkeypatch.setattr(classifier_package, "find_encoder", lambda _: None)
    with pytest.raises(RunError, match="not installed here"):
        make_coder(replace(form, version=f"{installed.version} "), framework.model_dump_json())
