"""Prints the part of CHANGELOG.md on a version, for the notes of its release: `python docs/release_notes.py 0.1.0`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).parent.parent / "CHANGELOG.md"


def find_notes(page: str, version: str) -> str:
    """The lines of a changelog on a version.

    Raises:
        ValueError: there is no such version.
    """
    parts = re.split(r"^## (\S+).*\n", page, flags=re.MULTILINE)
    notes = dict(zip(parts[1::2], parts[2::2], strict=True))
    if version not in notes:
        raise ValueError(f"no version {version}; there are {', '.join(notes)}")
    return notes[version].strip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(find_notes(CHANGELOG.read_text("utf-8"), sys.argv[1]))
