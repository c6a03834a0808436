"""Lists too long for memory: the same records, and the same results of a run, wherever they lie."""

from __future__ import annotations

import hashlib
import pickle
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyloom import run
from policyloom.records import Evidence
from policyloom.records.spool import Picked, Spool
from tests.conftest import ROOT


def make(n: int) -> list[Evidence]:
    return [Evidence(f"d{i}", i, i, i + 1, "é" * i) for i in range(n)]


@given(st.integers(0, 8), st.integers(0, 8), st.integers(-9, 9), st.integers(-9, 9))
def test_a_spool_is_a_list(n: int, in_memory: int, first: int, last: int) -> None:
    records = make(n)
    spool = Spool(Evidence, records[: n // 2], in_memory=in_memory)
    list(spool)
    spool.extend(records[n // 2 :])
    assert (len(spool), list(spool), list(reversed(spool))) == (n, records, records[::-1])
    assert spool[first:last] == records[first:last]
    if -n <= first < n:
        assert spool[first] == records[first]
    else:
        with pytest.raises(IndexError):
            spool[first]


def test_it_may_grow_while_it_is_read() -> None:
    spool = Spool(Evidence, make(3), in_memory=1)
    seen = []
    for record in spool:
        seen.append(record)
        if len(spool) < 5:
            spool.append(Evidence("new", 0, 0, 1, "x"))
    assert seen == list(spool)
    assert len(seen) == 5


def test_a_copy_holds_its_records_itself() -> None:
    spool = Spool(Evidence, make(5), in_memory=2)
    assert list(pickle.loads(pickle.dumps(spool))) == list(spool)


def test_what_is_picked_is_made_when_it_is_asked_for() -> None:
    made = []

    def quote(record: Evidence) -> str:
        made.append(record.start)
        return record.document

    picked = Picked(Spool(Evidence, make(5), in_memory=2), [4, 1, 3], quote)
    assert (len(picked), made) == (3, [])
    assert (picked[0], picked[-1], picked[:2]) == ("d4", "d3", ["d4", "d1"])
    assert list(picked) == ["d4", "d1", "d3"]
    assert made == [4, 3, 4, 1, 4, 1, 3]


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("run.json", "ledger.json")
    }


@pytest.fixture
def everything_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in (
        ("records.spool", "IN_MEMORY"),
        ("network.network", "QUOTES_IN_MEMORY"),
        ("report.links", "IN_MEMORY"),
    ):
        monkeypatch.setattr(sys.modules[f"policyloom.{module}"], name, 0)


def test_a_run_writes_the_same_with_everything_on_disk(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    run(ROOT / "corpus", tmp_path / "memory", workers=0)
    request.getfixturevalue("everything_on_disk")
    run(ROOT / "corpus", tmp_path / "disk", workers=0)
    in_memory, on_disk = hashes(tmp_path / "memory"), hashes(tmp_path / "disk")
    assert {name for name in in_memory if in_memory[name] != on_disk.get(name)} == set()
    assert in_memory.keys() == on_disk.keys()
    assert sum(name.endswith(".html") for name in in_memory) > 20
