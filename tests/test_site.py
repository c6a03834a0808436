"""The documentation site: complete, and its tutorial runs. `make docs` builds it, and takes a warning for an error."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import policyloom as pl
from policyloom.cli import main
from tests.conftest import ROOT, load_script

DOCS = ROOT / "docs"
MAX_CELLS = 24
MAX_SECONDS = 60


def all_commands(
    command: click.Command = main, name: str = "policyloom"
) -> Iterator[tuple[str, click.Command]]:
    """Every command with its whole name."""
    yield name, command
    if isinstance(command, click.Group):
        for word, inner in command.commands.items():
            yield from all_commands(inner, f"{name} {word}")


def test_the_page_of_commands_is_that_of_the_program() -> None:
    page = (DOCS / "commands.md").read_text("utf-8")
    assert page == load_script("docs/commands.py").build(page), "write it anew: python docs/commands.py"


@pytest.mark.parametrize(("name", "command"), list(all_commands()))
def test_the_page_of_commands_has_every_command_and_option(name: str, command: click.Command) -> None:
    page = (DOCS / "commands.md").read_text("utf-8")
    if isinstance(command, click.Group):
        assert f"\n## {name} " in page or name == "policyloom"
        return
    section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    assert section, f"{name} is missing"
    for each in command.params:
        if isinstance(each, click.Option):
            assert all(re.search(rf"(?<![\w-]){option}(?![\w-])", section) for option in each.opts), each.opts
        else:
            shown = each.make_metavar(click.Context(command))
            assert shown in section, each.name


def test_the_page_of_the_library_has_every_public_name() -> None:
    page = (DOCS / "api.md").read_text("utf-8")
    named = re.findall(
        r"^\.\. auto(?:function|class|exception):: (?:policyloom\.\w+\.)?(\w+)$", page, re.MULTILINE
    )
    assert set(pl.__all__) - set(named) == set()
    assert len(named) == len(set(named))


def listed_pages(page: Path) -> list[str]:
    """The pages in the tables of contents of a page."""
    blocks = re.findall(r"^```\{toctree\}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    lines = [
        line for block in blocks for line in block.split("\n") if line and not line.startswith((":", "("))
    ]
    return [re.sub(r".*<(.+)>", r"\1", line) for line in lines]


def test_every_page_is_in_a_table_of_contents_or_among_the_new_ones() -> None:
    pages = {path.stem for path in DOCS.iterdir() if path.suffix in (".md", ".ipynb")} - {"index"}
    conf = (DOCS / "conf.py").read_text("utf-8")
    listed = [name for path in DOCS.glob("*.md") for name in listed_pages(path)]
    assert sorted(listed) == sorted(set(listed)), "a page stands in two tables of contents"
    assert set(listed) <= pages
    mark = re.search(r'^NEW_PAGES = "(.*)"$', conf, re.MULTILINE)
    assert mark is not None
    assert mark[1] in (DOCS / "howto.md").read_text("utf-8").splitlines()


def test_every_how_to_is_named_in_words_where_a_reader_looks() -> None:
    """A page in a hidden table of contents alone is found by nobody."""
    for name in ("howto", "reference", "explanation"):
        text = (DOCS / f"{name}.md").read_text("utf-8")
        listed = listed_pages(DOCS / f"{name}.md")
        assert listed
        assert [page for page in listed if f"({page}.md" not in text] == []


def notebook() -> dict[str, Any]:
    import nbformat

    read: dict[str, Any] = nbformat.read(DOCS / "tutorial.ipynb", as_version=4)
    return read


def test_the_tutorial_is_short_and_is_kept_without_outputs() -> None:
    cells = notebook()["cells"]
    assert len(cells) <= MAX_CELLS
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert not re.search(r"/(?:home|root|tmp|Users)/", (DOCS / "tutorial.ipynb").read_text("utf-8"))


def test_the_tutorial_goes_from_documents_to_corrected_shares(tmp_path: Path) -> None:
    from nbclient import NotebookClient

    read = notebook()
    NotebookClient(read, timeout=5 * MAX_SECONDS, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [cell["outputs"] for cell in read["cells"] if cell["cell_type"] == "code"]
    texts = ["".join(str(one.get("data", one.get("text", ""))) for one in each) for each in outputs]
    assert "10 documents, 0 failures" in "".join(texts)
    assert "image/png" in "".join(texts)
    shares = texts[-1]
    assert "School-enterprise cooperation and joint education" in shares
    assert {"naive", "corrected", "low", "high"} <= set(re.findall(r"\w+", shares))
    assert (tmp_path / "outputs" / "tutorial" / "report.html").exists()


def test_release_notes_are_the_part_of_the_changelog() -> None:
    notes = load_script("docs/release_notes.py")
    page = "# Changelog\n\n## 0.2.0 (2027-01-02)\n\n- Two.\n\n## 0.1.0\n\n- One.\n"
    assert notes.find_notes(page, "0.2.0") == "- Two.\n"
    assert notes.find_notes(page, "0.1.0") == "- One.\n"
    with pytest.raises(ValueError, match=r"no version 0\.3\.0; there are 0\.2\.0, 0\.1\.0"):
        notes.find_notes(page, "0.3.0")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "- " in notes.find_notes((ROOT / "CHANGELOG.md").read_text("utf-8"), project["version"])
