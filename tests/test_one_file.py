"""One file tagged by a worker while this process loads the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from policyloom.errors import DocumentError
from policyloom.framework import read_framework
from policyloom.run.one_file import tag_one

FRAMEWORK = read_framework()


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
