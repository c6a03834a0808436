"""Who may import whom: the stages meet in the records, and only `run` puts them together."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import policyloom

PACKAGE = Path(policyloom.__file__).parent

LEVELS = [
    {"errors", "records", "files"},
    {"framework", "languages"},
    {"extract"},
    {"tag", "coders"},
    {"learn", "network"},
    {"check"},
    {"export", "report"},
    {"run"},
    {"cli"},
]
"""Lowest first. A module imports from lower levels only, `tag` from `languages` among them."""

ONLY_IMPORTERS = {
    "pydantic": {"framework"},
    "pdfplumber": {"extract"},
    "pypdfium2": {"extract"},
    "docx": {"extract"},
    "tesserocr": {"extract"},
    "spellchecker": {"extract"},
    "spacy": {"languages", "tag", "learn"},
    "sklearn": {"coders", "learn"},
    "networkx": {"export", "network"},
    "scipy": {"coders", "learn", "network"},
    "jinja2": {"report"},
    "click": {"cli"},
    "rich": {"cli"},
    "msgspec": {"records"},
}
"""`tag` takes spaCy's types, and hands none on."""

LEVEL_OF = {module: number for number, level in enumerate(LEVELS) for module in level}


def _imports() -> list[tuple[str, str, str]]:
    """(file, its module, what it imports) for every import in the package, type checking's left out."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        module = relative.parts[0].removesuffix(".py")
        if module in ("__init__", "__main__"):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        typing_only = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.If)
            and isinstance(node.test, ast.Name)
            and node.test.id == "TYPE_CHECKING"
            for inner in ast.walk(node)
        }
        for node in ast.walk(tree):
            if id(node) in typing_only:
                continue
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            found += [(relative.as_posix(), module, name) for name in names]
    return found


def test_every_module_has_a_level() -> None:
    modules = {module for _, module, _ in _imports()}
    assert modules <= set(LEVEL_OF)
    assert len(modules) > 10


def test_imports_point_downwards() -> None:
    wrong = []
    for file, module, name in _imports():
        parts = name.split(".")
        if parts[0] != "policyloom" or len(parts) < 2 or parts[1] == module:
            continue
        if LEVEL_OF[parts[1]] >= LEVEL_OF[module]:
            wrong.append(f"{file} imports {name}")
    assert not wrong


@pytest.mark.parametrize("library", ONLY_IMPORTERS)
def test_a_library_has_one_importer(library: str) -> None:
    importers = {module for _, module, name in _imports() if name.split(".")[0] == library}
    assert importers <= ONLY_IMPORTERS[library]


def test_importing_the_package_loads_no_heavy_library() -> None:
    code = "import sys, policyloom, policyloom.cli; print([m for m in ('spacy', 'sklearn', 'pandas', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_functions_are_not_hidden_by_the_modules_of_their_name() -> None:
    code = "import policyloom as pl, policyloom.check, policyloom.tag, policyloom.run; print(all(map(callable, (pl.check, pl.tag, pl.run))))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
