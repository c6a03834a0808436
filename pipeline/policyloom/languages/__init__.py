"""All that belongs to one language, a folder each; see `protocol` for what a language brings.

A folder holds `language.toml`, `cues.toml` and `layout.toml`, and, where data cannot say everything, `pack.py` with a
function `make_pack(folder) -> LanguagePack`.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from policyloom.errors import PolicyloomError
from policyloom.languages.folders import VARIABLE, language_folders
from policyloom.languages.protocol import LanguagePack

__all__ = ["installed_languages", "load_language"]

_NEEDED = ("language.toml", "cues.toml")
"""The files without which a language cannot be tagged."""


def installed_languages() -> tuple[str, ...]:
    """The codes of the languages that can be tagged, in order."""
    return tuple(
        code
        for code, folder in language_folders().items()
        if all((folder / name).is_file() for name in _NEEDED)
    )


def load_language(code: str) -> LanguagePack:
    """The language with this code, read once.

    Raises:
        PolicyloomError: there is no such language, or one of its files is wrong.

    Example:
        >>> sorted(load_language("en").inflections("life"))
        ['life', 'lives']
    """
    return _find(code, os.environ.get(VARIABLE, ""))


@cache  # listing the folders takes as long as reading a sentence, and every sentence asks
def _find(code: str, added: str) -> LanguagePack:  # noqa: ARG001 -- the folders depend on the variable
    there = installed_languages()
    if code not in there:
        raise PolicyloomError(f"no language {code!r}; there are: {', '.join(there)}")
    return _load(code, language_folders()[code])


@cache
def _load(code: str, folder: Path) -> LanguagePack:
    if not (folder / "pack.py").is_file():
        from policyloom.languages.data import DataPack

        return DataPack(folder)
    pack: LanguagePack = _import_code(code, folder).make_pack(folder)
    return pack


def _import_code(code: str, folder: Path) -> ModuleType:
    """The module `pack.py` of a language: from this package, or by its place for a user's folder."""
    if folder.parent == Path(__file__).parent:
        return importlib.import_module(f"policyloom.languages.{code}.pack")
    name = f"policyloom_language_{code}"
    spec = importlib.util.spec_from_file_location(name, folder / "pack.py")
    if spec is None or spec.loader is None:
        raise PolicyloomError(f"{folder / 'pack.py'}: cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    if not hasattr(module, "make_pack"):
        raise PolicyloomError(f"{folder / 'pack.py'}: a function make_pack(folder) is expected")
    return module
