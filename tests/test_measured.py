"""What the built-in classifier states of itself is what the command measures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from policyloom.coders import load_coder
from policyloom.framework import Framework

ROOT = Path(__file__).resolve().parent.parent


def test_the_recall_of_every_outcome_challenge_and_strategy_is_stated(framework: Framework) -> None:
    measured = load_coder(framework).measured
    for kind in ("outcome", "challenge", "mechanism"):
        for id in framework.ids(kind, top=True):  # type: ignore[arg-type]
            assert 0 <= measured.recall[id] <= 1
            assert measured.n[id] > 0
    assert measured.source


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
