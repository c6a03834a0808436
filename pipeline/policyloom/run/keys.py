"""The key under which a document's result is kept: a hash of all that decides it.

A part left out here would give a user results of an older version, so every part has a test.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
import unicodedata
from functools import cache
from importlib import resources
from pathlib import Path

from policyloom.records import OcrUse
from policyloom.run.settings import Settings

__all__ = [
    "code_version",
    "extraction_part",
    "library_versions",
    "model_version",
    "ocr_version",
    "reader_key",
    "result_key",
    "settings_key",
]

PART_LENGTH = 24
"""Characters of each of the two parts of a key, of the 64 of a SHA-256."""


def result_key(sha256: str, id: str, suffix: str, *, reader: str, decided: str, ocr: str) -> str:
    """The key of one document's result. It begins with what decides how the document is read, whatever is then looked for in it.

    Args:
        sha256: of its file.
        id: its name, which stands in the result.
        suffix: of its file; OCR reads nothing but PDFs.
        reader: from `reader_key`.
        decided: from `settings_key`.
        ocr: from `ocr_version`.
    """
    read = _hash(sha256, id, reader, ocr if suffix.lower() == ".pdf" else "")[:PART_LENGTH]
    return read + _hash(read, decided)[:PART_LENGTH]


def extraction_part(key: str) -> str:
    """The part of a result's key that is the same as long as its document is read in the same way."""
    return key[:PART_LENGTH]


def reader_key() -> str:
    """A hash of what decides how any document is read: this code, its libraries, and Python's tables of characters."""
    libraries = (f"{name} {version}" for name, version in library_versions().items())
    return _hash(code_version(), unicodedata.unidata_version, *libraries)


def settings_key(settings: Settings) -> str:
    """A hash of what decides the results of all documents: framework, coder, model, and what decides how any is read."""
    return _hash(settings.framework, settings.coder.sha256, model_version(settings.model), reader_key())


@cache
def code_version() -> str:
    """A hash of this package's code and data; models have versions of their own."""
    digest = hashlib.sha256()
    root = Path(str(resources.files("policyloom")))
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if parts[0] != "models" and "__pycache__" not in parts and path.is_file():
            digest.update("/".join(parts).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def library_versions() -> dict[str, str]:
    """The version of each library that this package declares to need, by name; extras are left out."""
    versions = {}
    for requirement in importlib.metadata.requires("policyloom") or ():
        name = re.match(r"[\w.-]+", requirement)
        if name and not re.search(r";.*\bextra\b", requirement):
            versions[name[0]] = _version_of(name[0])
    return dict(sorted(versions.items()))


def model_version(model: str | None) -> str:
    """A model's name, its package's version and a hash of its files; empty for rules."""
    if model is None:
        return ""
    from policyloom.tag.pipeline import find_model

    return f"{model} {_version_of(model)} {_hash_files(Path(find_model(model)))}"


def _hash_files(folder: Path) -> str:
    """A hash of all files of a folder, with their names."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def ocr_version(use: OcrUse) -> str:
    """How scanned pages are read, so that they are read anew once OCR has been installed."""
    if use == "never":
        return use
    from policyloom import extract

    return f"{use} {extract.ocr_version()}"


def _version_of(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except (importlib.metadata.PackageNotFoundError, ValueError):  # ValueError: a path is no name
        return "not installed"


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()
