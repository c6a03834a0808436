"""One file tagged by a worker while this process loads the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from policyloom.errors import DocumentError
from policyloom.framework import read_framework
from policyloom.run.coder import resolve_coder
from policyloom.run.one_file import shipped_form, tag_one

FRAMEWORK = read_framework()


def test_the_shipped_form_is_that_of_the_coder_that_is_chosen() -> None:
    form = shipped_form(None, FRAMEWORK)
    chosen = resolve_coder(None, FRAMEWORK).form
    if chosen.name:  # with an encoder installed, the coder has to be loaded
        assert form is None
    else:
        assert form == chosen


def test_of_other_coders_and_frameworks_the_form_is_not_known_before() -> None:
    assert shipped_form("rules", FRAMEWORK) is None
    assert shipped_form(None, FRAMEWORK, min_probability=0.7) is None
    assert shipped_form(None, FRAMEWORK.model_copy(update={"id": "other"})) is None
    assert shipped_form(None, FRAMEWORK.model_copy(update={"title": "Changed"})) is None


@pytest.mark.parametrize("workers", [0, 1])
def test_what_is_loaded_meanwhile_comes_with_the_document(tmp_path: Path, workers: int) -> None:
    path = tmp_path / "a.txt"
    path.write_text("The state pays grants to firms that train apprentices in workshops.", "utf-8")
    tagged, used, other = tag_one(
        path, FRAMEWORK, None, min_probability=0.0, model=None, password=None, ocr="never", workers=workers, limits=None,
        meanwhile=lambda: "loaded",
    )  # fmt: skip
    assert any(m.kind == "mechanism" for m in tagged.mentions)
    assert (other, used.form.kind) == ("loaded", "classifier")
    assert used.measured.recall


def test_an_error_of_either_is_raised(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"no PDF")
    how = {
        "min_probability": 0.0,
        "model": None,
        "password": None,
        "ocr": "never",
        "workers": 1,
        "limits": None,
    }
    with pytest.raises(DocumentError):
        tag_one(path, FRAMEWORK, "rules", meanwhile=lambda: None, **how)  # type: ignore[arg-type]
    path = tmp_path / "a.txt"
    path.write_text("The state pays grants.", "utf-8")

    def fail() -> None:
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError, match="lost"):
        tag_one(path, FRAMEWORK, "rules", meanwhile=fail, **how)  # type: ignore[arg-type]
