"""How much of a file is read at most, so that a small file cannot cost hours or gigabytes.

What is beyond these limits is refused in plain words; each lies far above what honest documents need. A run, and the commands
that read documents, also hold each document to seconds and megabytes (`policyloom.run.settings.Limits`).
"""

from __future__ import annotations

import stat
from pathlib import Path

from policyloom.errors import DocumentError

__all__ = ["MAX_BLOCKS", "MAX_CHARACTERS", "check_size", "find_size", "read_file", "too_large"]

MAX_BYTES = 200_000_000
"""Of a text, HTML or Word file; the largest seen, with pictures, has 60 MB."""

MAX_CHARACTERS = 10_000_000
"""Of a document's text: some 3,000 pages."""

MAX_BLOCKS = 200_000
"""Of a document: paragraphs, headings, list items, and cells of tables."""


def read_file(path: Path) -> bytes:
    """The bytes of a file that is not too large.

    Raises:
        DocumentError: it is missing, no file, or too large.
    """
    try:
        n_bytes = find_size(path)
        if n_bytes > MAX_BYTES:
            raise too_large(path, n_bytes, "bytes", MAX_BYTES)
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(path, "missing", f"cannot be opened ({error.strerror or error})") from error


def find_size(path: Path) -> int:
    """The bytes of a file.

    Raises:
        DocumentError: it is a pipe, a device or a folder, which could be read for ever or not at all.
        OSError: it cannot be found.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise DocumentError(path, "missing", "is no file that can be read as a whole")
    return found.st_size


def check_size(path: Path, *, n_characters: int, n_blocks: int = 0) -> None:
    """Refuses a document that has too many characters or blocks.

    Raises:
        DocumentError: it has.
    """
    if n_characters > MAX_CHARACTERS:
        raise too_large(path, n_characters, "characters", MAX_CHARACTERS)
    if n_blocks > MAX_BLOCKS:
        raise too_large(path, n_blocks, "paragraphs and cells", MAX_BLOCKS)


def too_large(path: Path, n: int, noun: str, most: int) -> DocumentError:
    """The error for a document that has more of something than is read."""
    return DocumentError(
        path,
        "too-large",
        f"has {n:,} {noun}, and the most that is read is {most:,}; divide it into several files",
    )
