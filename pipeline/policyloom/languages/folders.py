"""Where languages are: the folders that come along, and those that the user names.

`POLICYLOOM_LANGUAGES` may name further folders, parted as in `PATH`, each of which holds a folder a language. A variable
of the environment reaches worker processes too.
"""

from __future__ import annotations

import os
import re
from importlib import resources
from pathlib import Path

__all__ = ["VARIABLE", "language_folders"]

VARIABLE = "POLICYLOOM_LANGUAGES"

_CODE = re.compile("[a-z]{2,3}")


def language_folders() -> dict[str, Path]:
    """The folder of each language by its code; a user's goes before the one that comes along."""
    roots = [Path(str(resources.files("policyloom"))) / "languages"]
    roots += [Path(root) for root in os.environ.get(VARIABLE, "").split(os.pathsep) if root]
    found = {}
    for root in roots:
        for folder in sorted(root.iterdir()) if root.is_dir() else ():
            if _CODE.fullmatch(folder.name) and folder.is_dir():
                found[folder.name] = folder
    return dict(sorted(found.items()))
