"""Where languages are: the folders that come along, and those that the user names.

`POLICYLOOM_LANGUAGES` may name further folders, parted as in `PATH`, each of which holds a folder a language. A variable
of the environment reaches worker processes too.
"""

from __future__ import annotations

import os
import re
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

__all__ = ["VARIABLE", "language_folders"]

VARIABLE = "POLICYLOOM_LANGUAGES"

_CODE = re.compile("[a-z]{2,3}")


def language_folders() -> dict[str, Path]:
    """The folder of each language by its code; a user's goes before the one that comes along."""
    named = [Path(root) for root in os.environ.get(VARIABLE, "").split(os.pathsep) if root]
    # A document is asked for its language a hundred times, so that a folder is listed anew only once something in it has changed.
    return dict(_list(tuple((root, _changed(root)) for root in (_own_root(), *named))))


@cache
def _own_root() -> Path:
    return Path(str(resources.files("policyloom"))) / "languages"


def _changed(root: Path) -> int | None:
    """When an entry of a folder was added or removed last, in nanoseconds; None where there is no folder."""
    return root.stat().st_mtime_ns if root.is_dir() else None


@lru_cache(maxsize=8)
def _list(roots: tuple[tuple[Path, int | None], ...]) -> dict[str, Path]:
    found = {}
    for root, changed in roots:
        for folder in sorted(root.iterdir()) if changed is not None else ():
            if _CODE.fullmatch(folder.name) and folder.is_dir():
                found[folder.name] = folder
    return dict(sorted(found.items()))
