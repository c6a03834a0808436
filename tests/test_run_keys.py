"""What makes a document's result another one stands in its key, so that no stale result is used."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from policyloom.run import keys
from policyloom.run.coder import CoderForm
from policyloom.run.keys import (
    code_version,
    extraction_part,
    library_versions,
    model_version,
    result_key,
    settings_key,
)
from policyloom.run.settings import Settings
from tests.conftest import ROOT

DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
LIBRARIES = sorted(re.match(r"[\w.-]+", requirement)[0] for requirement in DECLARED)  # type: ignore[index]

SETTINGS = Settings("{}")


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The versions that the installed packages seem to have; a test may change them."""
    seeming: dict[str, str] = {}
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: seeming.get(name) or real(name))
    return seeming


def test_the_key_names_every_declared_library() -> None:
    assert list(library_versions()) == LIBRARIES


@pytest.mark.parametrize("library", LIBRARIES)
def test_another_version_of_a_library_gives_another_key(library: str, versions: dict[str, str]) -> None:
    before = settings_key(SETTINGS)
    versions[library] = "999"
    assert settings_key(SETTINGS) != before


def test_extras_are_not_among_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = ["rich>=14", 'tesserocr>=2 ; extra == "ocr"', 'nowhere ; python_version < "3"']
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: declared)
    assert list(library_versions()) == ["nowhere", "rich"]
    assert library_versions()["nowhere"] == "not installed"


@pytest.mark.parametrize(
    "changed",
    [
        replace(SETTINGS, framework='{"id": "other"}'),
        replace(SETTINGS, coder=CoderForm("classifier", b"numbers")),
        replace(SETTINGS, coder=CoderForm("own", name="mine:coder")),
        replace(SETTINGS, model="en_policyloom"),
    ],
    ids=["framework", "classifier", "own coder", "model"],
)
def test_other_settings_give_another_key(changed: Settings) -> None:
    assert settings_key(changed) != settings_key(SETTINGS)


def test_another_version_of_this_code_gives_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = settings_key(SETTINGS)
    monkeypatch.setattr(keys, "code_version", lambda: "changed")
    assert settings_key(SETTINGS) != before


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (CoderForm("classifier", b"a"), CoderForm("classifier", b"b")),
        (CoderForm("own", name="mine:a"), CoderForm("own", name="mine:b")),
        (CoderForm("own", name="mine:a", version="1"), CoderForm("own", name="mine:a", version="2")),
    ],
    ids=["bytes", "name", "version"],
)
def test_coders_that_may_differ_have_another_hash(first: CoderForm, second: CoderForm) -> None:
    assert first.sha256 != second.sha256


def test_a_model_that_was_trained_anew_gives_another_key(tmp_path: Path) -> None:
    (tmp_path / "config.cfg").write_text("")
    (tmp_path / "meta.json").write_text('{"version": "1"}')
    before = model_version(str(tmp_path))
    (tmp_path / "meta.json").write_text('{"version": "2"}')
    assert model_version(str(tmp_path)) != before


def test_a_model_with_the_same_description_and_other_weights_gives_another_key(tmp_path: Path) -> None:
    (tmp_path / "config.cfg").write_text("")
    (tmp_path / "meta.json").write_text('{"version": "1"}')
    (tmp_path / "ner").mkdir()
    (tmp_path / "ner" / "model").write_bytes(b"weights")
    before = model_version(str(tmp_path))
    (tmp_path / "ner" / "model").write_bytes(b"others!")
    assert model_version(str(tmp_path)) != before


def key(**changed: str) -> str:
    given = {
        "sha256": "f",
        "id": "a",
        "suffix": ".pdf",
        "reader": "r",
        "decided": "d",
        "ocr": "auto",
    } | changed
    return result_key(
        given["sha256"],
        given["id"],
        given["suffix"],
        reader=given["reader"],
        decided=given["decided"],
        ocr=given["ocr"],
    )


@pytest.mark.parametrize("part", ["sha256", "id", "reader", "decided", "ocr"])
def test_each_part_of_a_result_gives_another_key(part: str) -> None:
    assert key(**{part: "other"}) != key()


@pytest.mark.parametrize("part", ["sha256", "id", "reader", "ocr"])
def test_what_decides_how_a_document_is_read_gives_another_extraction(part: str) -> None:
    assert extraction_part(key(**{part: "other"})) != extraction_part(key())


def test_what_is_looked_for_is_no_part_of_the_extraction() -> None:
    assert extraction_part(key(decided="other")) == extraction_part(key())


def test_ocr_is_no_part_of_the_key_of_a_text() -> None:
    assert key(suffix=".txt", ocr="auto") == key(suffix=".txt", ocr="auto tesserocr 2.13")


@pytest.mark.parametrize("name", ["tag/status.py", "languages/en/cues.toml", "languages/en/forms.tsv"])
def test_changed_code_or_data_gives_another_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text("a")
    monkeypatch.setattr(keys.resources, "files", lambda _: tmp_path)
    before = code_version.__wrapped__()
    (tmp_path / name).write_text("b")
    assert code_version.__wrapped__() != before


def test_compiled_code_and_models_are_no_part_of_the_code_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys.resources, "files", lambda _: tmp_path)
    before = code_version.__wrapped__()
    for name in ("__pycache__/a.pyc", "models/en/weights"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("a")
    assert code_version.__wrapped__() == before
