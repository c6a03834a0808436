"""What the built-in classifier states of itself is what the command measures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from policyloom.coders import load_coder
from policyloom.framework import Framework
from policyloom.learn.evaluation import code_labelled
from policyloom.learn.labels import read_labels
from policyloom.learn.scores import evaluate

ROOT = Path(__file__).resolve().parent.parent


def test_the_recall_of_every_outcome_challenge_and_strategy_is_stated(framework: Framework) -> None:
    measured = load_coder(framework).measured
    for kind in ("outcome", "challenge", "mechanism"):
        for id in framework.ids(kind, top=True):  # type: ignore[arg-type]
            assert 0 <= measured.recall[id] <= 1
            assert measured.n[id] > 0
    assert measured.source


def test_pairs_and_claims_are_stated_on_enough_labels(framework: Framework) -> None:
    measured = load_coder(framework).measured
    for stated in (measured.pairs, measured.claims):
        assert stated.is_measured
        assert "real documents" in stated.source
    assert not measured.answers.is_measured  # six labelled: too few
    assert "has not been measured" in measured.answers.in_words("answers")


@pytest.mark.shared
def test_the_stated_figures_of_pairs_and_claims_are_what_is_measured(
    framework: Framework, shared: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "benchmarks/real_sentences.py", "--shared", str(shared), "-o", str(tmp_path)]
    subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
    files = (shared / "gold" / "gold_dev.jsonl", tmp_path / "official.jsonl")
    labelled = [sentence for path in files for sentence in read_labels(path, framework)]
    coder = load_coder(framework, "classifier")
    scores = evaluate(labelled, code_labelled(labelled, framework, coder), framework)
    for name in ("pairs", "claims", "answers"):
        stated, found = getattr(coder.measured, name), getattr(scores, name)
        assert (stated.n, stated.n_found) == (found.n, found.n_found), name
        assert stated.precision == pytest.approx(found.precision, abs=0.005), name
        assert stated.recall == pytest.approx(found.recall, abs=0.005), name


@pytest.mark.shared
def test_the_stated_recall_and_precision_are_what_the_command_measures(
    framework: Framework, shared: Path
) -> None:
    command = [sys.executable, "benchmarks/tagging.py", str(shared / "gold" / "gold_dev.jsonl"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    rows = json.loads(done.stdout)["joined"]["by_element"]
    measured = load_coder(framework).measured
    assert {id: round(row["recall"], 2) for id, row in rows.items()} == measured.recall
    found = {id: round(row["precision"], 2) for id, row in rows.items() if row["found"]}
    assert found == measured.precision
    assert {id: row["labelled"] for id, row in rows.items()} == measured.n
