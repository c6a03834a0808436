"""What the tests share: the research data, the built-in pipeline, and PDFs made on the spot."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from spacy.language import Language

from policyloom.coders.language_model import server as server_module
from policyloom.framework import Framework, read_framework
from policyloom.tag.pipeline import load_pipeline
from tests.chat_server import ChatServer

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests that need the research data where it is not, except in CI, which must have it."""
    if SHARED.is_dir() or os.environ.get("CI"):
        return
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason="needs the research data in ../shared"))


def load_script(path: str) -> ModuleType:
    """A script of the repository, such as `benchmarks/network.py`, as a module."""
    spec = importlib.util.spec_from_file_location(Path(path).stem + "_script", ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def shared() -> Path:
    assert SHARED.is_dir(), "../shared is missing; CI must have it"
    return SHARED


@pytest.fixture(scope="session")
def corpus() -> Path:
    return ROOT / "corpus"


@cache
def _framework() -> Framework:
    return read_framework()


@cache
def _pipeline() -> Language:
    return load_pipeline(_framework())


@pytest.fixture(scope="session")
def framework() -> Framework:
    return _framework()


@pytest.fixture(scope="session")
def nlp() -> Language:
    return _pipeline()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A chat-completions server, which is asked once."""
    monkeypatch.setattr(server_module, "MAX_RETRIES", 0)
    made = ChatServer()
    yield made
    made.close()


@pytest.fixture
def farm(tmp_path: Path) -> Path:
    """A framework's file, and two documents."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text(
        "Farm plan\n\nThe ministry pays grants to farms. It rained in May.\n"
    )
    (tmp_path / "docs" / "b.txt").write_text("Farm report\n\nGrants were paid to many farms in 2020.\n")
    (tmp_path / "farm.toml").write_text(
        '[framework]\nid = "farm"\ntitle = "Farms"\nversion = "1"\n'
        '[[element]]\nid = "M1"\nkind = "mechanism"\nlabel = "Grants"\ndefinition = "Money."\nterms = ["grant"]\n'
        '[[element]]\nid = "O1"\nkind = "outcome"\nlabel = "Harvest"\ndefinition = "Harvests."\nterms = ["harvest"]\n'
    )
    return tmp_path
