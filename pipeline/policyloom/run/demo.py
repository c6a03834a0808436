"""The sample documents, to try policyloom on where there is no clone of its repository."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from policyloom.errors import RunError
from policyloom.extract import FOLDER_SUFFIXES
from policyloom.files import write_bytes

__all__ = ["write_demo_documents"]

PACKED = "demo"
"""The folder of the installed package into which pyproject.toml copies `corpus/`."""

LABELS = "gold.jsonl"


def write_demo_documents(folder: str | Path = "corpus") -> list[Path]:
    """The paths of the ten invented sample documents, which are written into a folder, with gold.jsonl, their labels.

    Files that are there already and hold the same are left as they are.

    Args:
        folder: it is made where there is none.

    Raises:
        RunError: the folder holds other documents, or a file of that name with another content; nothing is written then.
        OSError: the folder cannot be written.
    """
    folder = Path(folder)
    samples = {sample.name: sample.read_bytes() for sample in _find_samples()}
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{folder}: is a file; give the sample documents a folder")
    there = {path.name: path for path in folder.iterdir()} if folder.exists() else {}
    for name, path in sorted(there.items()):
        is_other = name not in samples and path.suffix.lower() in FOLDER_SUFFIXES
        if is_other or (name in samples and (not path.is_file() or path.read_bytes() != samples[name])):
            raise RunError(
                f"{folder}: holds documents that are not the samples ({name}); give another folder with --documents"
            )
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(samples.keys() - there.keys()):
        write_bytes(samples[name], folder / name)
    return [folder / name for name in sorted(samples) if name != LABELS]


def _find_samples() -> list[Traversable]:
    """The samples in the installed package, or in the clone from which the package is imported."""
    packed = resources.files("policyloom") / PACKED
    home = packed if packed.is_dir() else Path(__file__).resolve().parents[3] / "corpus"
    if not home.is_dir():
        raise RunError("the sample documents are not in this installation; install policyloom from its wheel")
    return [file for file in home.iterdir() if file.name.endswith(".pdf") or file.name == LABELS]
