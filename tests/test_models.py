"""The shipped pipeline is what its card says, and the way to it runs."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import spacy
from spacy.language import Language

MODELS = Path(__file__).parents[1] / "models"
SHIPPED = MODELS / "en_policyloom"
SAMPLE = MODELS / "sample"
BYTES_ALLOWED = 25_000_000


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.load(SHIPPED)


def test_shipped_pipeline_has_every_component(nlp: Language) -> None:
    assert {"tagger", "morphologizer", "parser", "trainable_lemmatizer", "ner"} <= set(nlp.pipe_names)


def test_shipped_pipeline_tags_a_sentence(nlp: Language) -> None:
    doc = nlp("Local governments support vocational colleges.")
    assert [token.tag_ for token in doc] == ["JJ", "NNS", "VBP", "JJ", "NNS", "."]
    assert [token.pos_ for token in doc] == ["ADJ", "NOUN", "VERB", "ADJ", "NOUN", "PUNCT"]


def test_shipped_pipeline_gives_lemmas(nlp: Language) -> None:
    doc = nlp("The enterprises have established two training bases.")
    assert " ".join(token.lemma_ for token in doc) == "the enterprise have establish two training base ."


def test_shipped_pipeline_parses_subject_and_object(nlp: Language) -> None:
    doc = nlp("The government supports young workers.")
    relations = {token.text: (token.dep_, token.head.text) for token in doc}
    assert relations["government"] == ("nsubj", "supports")
    assert relations["workers"] == ("obj", "supports")


def test_shipped_pipeline_finds_sentences(nlp: Language) -> None:
    doc = nlp("The plan was adopted in 2021. It names three tasks. Firms shall offer places under Art. 5.")
    assert [sentence.start_char for sentence in doc.sents] == [0, 30, 52]


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("The Ministry of Education published the plan.", ("Ministry of Education", "ORG")),
        ("She visited France in March.", ("France", "GPE")),
        ("The law was adopted on 8 June 2023.", ("8 June 2023", "DATE")),
    ],
)
def test_shipped_pipeline_finds_entities(nlp: Language, text: str, entity: tuple[str, str]) -> None:
    assert entity in [(e.text.removeprefix("the ").removeprefix("The "), e.label_) for e in nlp(text).ents]


def test_shipped_pipeline_reads_empty_text(nlp: Language) -> None:
    assert len(nlp("")) == 0


def test_shipped_pipeline_gives_the_same_twice(nlp: Language) -> None:
    text = "The State Council allocated RMB 2.5 billion to the programme, and provinces reported in 2024."
    assert nlp(text).to_json() == spacy.load(SHIPPED)(text).to_json()


def test_shipped_pipeline_stays_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*") if path.is_file()) < BYTES_ALLOWED


def test_shipped_config_names_no_folder() -> None:
    paths = spacy.util.load_config(SHIPPED / "config.cfg")["paths"]
    assert set(paths.values()) == {None}


def test_meta_names_licence_sources_and_scores() -> None:
    meta = json.loads((SHIPPED / "meta.json").read_text(encoding="utf8"))
    assert meta["license"] == "CC BY-SA 4.0"
    assert all({"name", "url", "license"} <= set(source) for source in meta["sources"])
    assert {"tag_acc", "dep_uas", "dep_las", "lemma_acc", "sents_f"} <= set(meta["performance"])


def test_card_prints_the_measured_scores() -> None:
    card = (SHIPPED / "README.md").read_text(encoding="utf8")
    scores = json.loads((SHIPPED / "scores.json").read_text(encoding="utf8"))
    for treebank in ("ewt", "gum"):
        for key in ("tag_acc", "dep_uas", "dep_las", "lemma_acc", "sents_f"):
            assert f"{scores[f'syntax/{treebank}'][key]:.1f}" in card, (treebank, key)


def test_every_source_has_a_licence_and_a_checksum() -> None:
    for corpus in tomllib.loads((MODELS / "sources.toml").read_text(encoding="utf8"))["corpus"]:
        assert corpus["licence"], corpus["name"]
        assert all(len(file["sha256"]) == 64 for file in corpus["file"]), corpus["name"]
        assert " NC" not in corpus["licence"], corpus["name"]


def run_training(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, MODELS / "train.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def test_training_makes_a_pipeline_from_the_sample(tmp_path: Path) -> None:
    output = tmp_path / "tiny"
    steps = ["check", "prepare", "pretrain", "train", "package", "evaluate"]
    sources = SAMPLE / "sources.toml"
    result = run_training(
        "--data", SAMPLE, "--sources", sources, "--build", tmp_path / "build", "--output", output,
        "--max-steps", "40", "--steps", *steps,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    scores = json.loads((output / "scores.json").read_text(encoding="utf8"))
    assert scores["syntax/sample"]["tag_acc"] > 80  # it has seen every word
    assert scores["syntax/sample"]["lemma_acc"] > 80
    assert scores["entities/sample"]["ALL"]["r"] > 5
    doc = spacy.load(output)("The ministry supports colleges.")
    assert doc[1].tag_ == "NN"


def run_check(data: Path, build: Path) -> subprocess.CompletedProcess[str]:
    return run_training(
        "--data", data, "--sources", SAMPLE / "sources.toml", "--build", build, "--steps", "check"
    )


def test_training_stops_at_a_file_that_was_changed(tmp_path: Path) -> None:
    for name in ("treebank.conllu", "entities.txt"):
        (tmp_path / name).write_bytes((SAMPLE / name).read_bytes() + b"\n")
    result = run_check(tmp_path, tmp_path / "build")
    assert result.returncode != 0
    assert "treebank.conllu: sha256 is" in result.stderr


def test_training_names_a_file_that_is_missing(tmp_path: Path) -> None:
    assert "no file 'treebank.conllu'" in run_check(tmp_path, tmp_path / "build").stderr
