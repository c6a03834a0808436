"""The documentation says what is so: its code runs, its commands and links exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from policyloom.cli import main
from policyloom.framework import read_framework
from policyloom.tag.pipeline import load_pipeline
from tests.conftest import ROOT

PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
)


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_notebook_lines_of_the_readme_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = blocks(ROOT / "README.md", "python")
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    exec(code.replace('"outputs/demo"', repr(str(tmp_path / "out"))), names)
    assert (tmp_path / "out" / "report.html").exists()
    assert "<table" in names["network"]._repr_html_()  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_named_in_the_docs_exist(page: Path) -> None:
    for command in set(re.findall(r"`policyloom ([a-z]+)(?: ([a-z]+))?", page.read_text("utf-8"))):
        if command[0] != "framework" or command[1] in ("show", "validate"):
            words = [
                word for word in command if word in {"framework", "show", "validate"} or word == command[0]
            ]
            assert CliRunner().invoke(main, [*words, "--help"]).exit_code == 0, command


def test_the_worked_framework_of_the_docs_is_valid(tmp_path: Path) -> None:
    examples = [block for block in blocks(ROOT / "docs" / "frameworks.md", "toml") if "[framework]" in block]
    assert examples
    for text in examples:
        path = tmp_path / "example.toml"
        path.write_text(text, "utf-8")
        load_pipeline(read_framework(path))
