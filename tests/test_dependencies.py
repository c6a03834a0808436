"""What pyproject.toml declares is what the code imports and what CITATION.cff names, with the bounds that the code needs."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions
from typing import Any

import pytest

from tests.conftest import ROOT

INTERNALS_USED = ("pdfplumber", "pypdf", "pypdfium2", "spacy")
"""Libraries of which we call or configure what they do not promise to keep."""


@cache
def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def _specifiers() -> dict[str, str]:
    """The version bounds by name, of all dependencies and of all extras."""
    extras = _project()["optional-dependencies"].values()
    lines = [*_project()["dependencies"], *(line for extra in extras for line in extra)]
    return {_normal(re.match(r"[\w.-]+", line)[0]): re.sub(r"^[\w.-]+", "", line) for line in lines}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _imported() -> set[str]:
    """The top-level names of all third-party imports, those within functions and for type checking among them."""
    names = set()
    for path in (ROOT / "pipeline" / "policyloom").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - {"policyloom"}


@cache
def _installed() -> Mapping[str, list[str]]:
    return packages_distributions()


def _distributions(name: str) -> set[str]:
    """The packages that an import may come from; an extra that is not installed has the name of its module."""
    return {_normal(package) for package in _installed().get(name, [name])}


def test_every_third_party_import_is_declared() -> None:
    undeclared = {name for name in _imported() if not _distributions(name) & set(_specifiers())}
    assert undeclared == set()


def test_every_dependency_is_imported() -> None:
    imported = {package for name in _imported() for package in _distributions(name)}
    # Two are found by their names, and hold no code; of the other only its list of words is read.
    assert set(_specifiers()) - imported == {"policyloom-en", "policyloom-encoder", "symspellpy"}


def test_every_dependency_has_a_lower_bound() -> None:
    assert [name for name, bounds in _specifiers().items() if not bounds.startswith(">=")] == []


@pytest.mark.parametrize("name", INTERNALS_USED)
def test_a_library_with_internals_in_use_has_an_upper_bound(name: str) -> None:
    assert ",<" in _specifiers()[name]


def test_the_citation_file_names_this_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {_project()['version']}\n" in citation
    assert f"\nlicense: {_project()['license']}\n" in citation
