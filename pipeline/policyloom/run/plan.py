"""What a run has to do: the files of a folder, their names, and the keys of their results."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from policyloom.errors import RunError
from policyloom.extract import FOLDER_SUFFIXES
from policyloom.files import show_name
from policyloom.records import Failure
from policyloom.run.folder import is_result_folder
from policyloom.run.keys import ocr_version, result_key, settings_key
from policyloom.run.settings import Job, Settings

__all__ = ["Plan", "find_files", "find_skipped", "make_plan", "name_documents"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The work of a run.

    Attributes:
        jobs: the files to read, in order of their names.
        keys: the key of each job's result, by the document's id.
        failures: the files that cannot be opened, or are the same as another.
    """

    jobs: tuple[Job, ...]
    keys: dict[str, str]
    failures: tuple[Failure, ...]


def find_files(folder: str | Path, *, recursive: bool = False) -> list[Path]:
    """The files of a folder that a run takes up, in order of their names.

    Raises:
        RunError: there is no such folder, or nothing in it to read.
    """
    folder = Path(folder)
    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise RunError(f"{folder}: no such folder")
    found = sorted(
        (
            p
            for p in folder.glob("**/*" if recursive else "*")
            if p.suffix.lower() in FOLDER_SUFFIXES and p.is_file()
        ),
        key=lambda p: p.relative_to(folder).as_posix(),
    )
    found = [p for p in found if not any(part.startswith(".") for part in p.relative_to(folder).parts)]
    results = {parent for p in found for parent in p.parents if is_result_folder(parent)}
    found = [p for p in found if results.isdisjoint(p.parents)]
    if not found:
        hint = "" if recursive else "; add --recursive to look in its folders too"
        expected = f"{', '.join(FOLDER_SUFFIXES[:-1])} or {FOLDER_SUFFIXES[-1]}"
        raise RunError(f"{folder}: no {expected} file in it{hint}")
    return found


def find_skipped(folder: str | Path, *, recursive: bool = False) -> list[str]:
    """The files and folders that a run does not take up, in words such as "2 .xlsx"; nothing for a file."""
    folder = Path(folder)
    if not folder.is_dir():
        return []
    inside = [path for path in folder.iterdir() if not path.name.startswith(".")]
    other = Counter(
        p.suffix or p.name for p in inside if p.is_file() and p.suffix.lower() not in FOLDER_SUFFIXES
    )
    skipped = [f"{n} {suffix}" for suffix, n in sorted(other.items())]
    folders = [path for path in inside if path.is_dir()]
    n_results = sum(is_result_folder(path) for path in folders)
    n_folders = len(folders) - n_results
    if n_folders and not recursive:
        skipped.append(f"{n_folders} folder{'s' if n_folders > 1 else ''} (add --recursive to look inside)")
    if n_results:
        skipped.append(f"{n_results} folder{'s' if n_results > 1 else ''} of policyloom's own results")
    return skipped


def name_documents(paths: Sequence[Path], root: Path) -> dict[Path, str]:
    """An id for each file: its path below `root` without the suffix, or with it where two files differ in that alone."""
    stems = Counter(path.relative_to(root).with_suffix("").as_posix() for path in paths)
    ids = {}
    for path in paths:
        relative = path.relative_to(root)
        name = show_name(relative)
        unique = stems[relative.with_suffix("").as_posix()] == 1
        ids[path] = (name.removesuffix(relative.suffix) if unique else name).replace("/", "__")
    return ids


def make_plan(folder: Path, paths: Sequence[Path], settings: Settings) -> Plan:
    """The work on these files of a folder; a file that is the same as an earlier one is a failure, and no work."""
    root = folder if folder.is_dir() else folder.parent
    ids = name_documents(paths, root)
    decided, ocr = settings_key(settings), ocr_version(settings.ocr)
    jobs: list[Job] = []
    keys: dict[str, str] = {}
    failures: list[Failure] = []
    seen: dict[str, str] = {}
    for path in paths:
        source, id = show_name(path.relative_to(root)), ids[path]
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            failures.append(Failure(source, "missing", f"cannot be opened ({error.strerror or error})"))
            continue
        if digest in seen:
            failures.append(
                Failure(source, "duplicate", f"is the same file as {seen[digest]}, and is counted once")
            )
            continue
        seen[digest] = source
        jobs.append(Job(str(path), id, source))
        keys[id] = result_key(digest, id, path.suffix, decided=decided, ocr=ocr)
    return Plan(tuple(jobs), keys, tuple(failures))
