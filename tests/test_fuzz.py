"""Files damaged and joined at random: whatever comes, a document or a named failure, and offsets that fit the text.

A longer search: `benchmarks/fuzz.py`.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.conftest import load_script

fuzz = load_script("benchmarks/fuzz.py")


@pytest.mark.parametrize("kind", sorted(fuzz.MAKERS))
def test_reading_ends_in_a_document_or_a_named_failure(tmp_path: Path, kind: str) -> None:
    chance = random.Random(kind)  # the same files each time
    ends = [
        fuzz.read_one(fuzz.MAKERS[kind](chance), tmp_path / f"a{kind}") for _ in range(fuzz.N_IN_TESTS[kind])
    ]
    assert {end for end in ends if end.startswith("fault")} == set()
    assert any(end == "document" for end in ends)
