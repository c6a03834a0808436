"""What a run has to do: the files of a folder, their names, and the keys of their results."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from policyloom.errors import RunError
from policyloom.extract import FOLDER_SUFFIXES, LOCK_START
from policyloom.files import MAX_NAME, cut_name, show_name
from policyloom.records import Failure
from policyloom.run.folder import SYSTEM_FILES, is_result_folder
from policyloom.run.keys import ocr_version, reader_key, result_key, settings_key
from policyloom.run.settings import Job, Settings

__all__ = ["Plan", "find_files", "find_skipped", "make_plan", "name_documents"]

HIDDEN_STARTS = (".", LOCK_START)
"""How hidden files begin, and those by which Word and Excel mark a file as open."""

HASH_LENGTH = 10
"""Hexadecimal digits of a path's hash in an id."""

NOT_ON_WINDOWS = str.maketrans(dict.fromkeys('<>:"|?*\\', "_"))
"""Characters that no name has on Windows, to which a run folder may be taken."""

WINDOWS_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)))
)
"""Names that on Windows are devices and not files, whatever their ending."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The work of a run.

    Attributes:
        jobs: the files to read, in order of their names.
        keys: the key of each job's result, by the document's id.
        failures: the files that cannot be opened, or are the same as another.
        folder: in which the files are.
        sha256: of each job's file, by the document's id.
    """

    jobs: tuple[Job, ...]
    keys: dict[str, str]
    failures: tuple[Failure, ...]
    folder: Path
    sha256: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Found:
    """The files of a folder that are taken up, and what is not looked at."""

    files: list[Path] = field(default_factory=list)
    suffixes: Counter[str] = field(default_factory=Counter)
    n_folders: int = 0
    n_linked: int = 0
    n_closed: int = 0
    n_broken: int = 0
    n_results: int = 0
    n_hidden: int = 0
    n_special: int = 0


def find_files(folder: str | Path, *, recursive: bool = False) -> list[Path]:
    """The files of a folder that a run takes up, in order of their names; no linked folder is looked into.

    Raises:
        RunError: there is no such folder, it cannot be opened, or nothing in it is to be read.
    """
    folder = Path(folder)
    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise RunError(f"{folder}: no such folder")
    found = _scan(folder, recursive=recursive).files
    if not found:
        hint = "" if recursive else "; add --recursive to look in its folders too"
        expected = f"{', '.join(FOLDER_SUFFIXES[:-1])} or {FOLDER_SUFFIXES[-1]}"
        raise RunError(f"{folder}: no {expected} file in it{hint}")
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def find_skipped(folder: str | Path, *, recursive: bool = False) -> list[str]:
    """The files and folders that a run does not take up, in words such as "2 .xlsx"; nothing for a file.

    With `recursive`, those in folders within too. Of hidden files, only those that could be read are told; lock files and a
    system's own are not.

    Raises:
        RunError: the folder cannot be opened.
    """
    folder = Path(folder)
    if not folder.is_dir():
        return []
    found = _scan(folder, recursive=recursive)
    skipped = [f"{n} {suffix}" for suffix, n in sorted(found.suffixes.items())]
    for n, words in (
        (found.n_folders, "folder{s} (add --recursive to look inside)"),
        (found.n_linked, "linked folder{s}"),
        (found.n_closed, "folder{s} that cannot be opened"),
        (found.n_broken, "broken link{s}"),
        (found.n_results, "folder{s} of policyloom's own results"),
        (found.n_hidden, "hidden file{s}"),
        (found.n_special, "pipe{s} or device{s}"),
    ):
        if n:
            skipped.append(f"{n} {words.format(s='s' if n > 1 else '')}")
    return skipped


def _scan(folder: Path, *, recursive: bool) -> _Found:
    """What a folder holds; lock files, a system's own, and hidden files of other kinds are left out without a word."""
    found = _Found()
    if any(map(is_result_folder, (folder, *folder.parents))):
        return found
    waiting = [folder]
    while waiting:
        at = waiting.pop()
        try:
            entries = sorted(at.iterdir())
        except OSError as error:
            if at == folder:
                raise RunError(f"{folder}: cannot be opened ({error.strerror or error})") from error
            found.n_closed += 1
            continue
        for entry in entries:
            if entry.name.startswith(HIDDEN_STARTS) or entry.name in SYSTEM_FILES:
                is_lock = entry.name.startswith((LOCK_START, f".{LOCK_START}", "._"))
                found.n_hidden += (
                    not is_lock and entry.suffix.lower() in FOLDER_SUFFIXES and _is(entry.is_file)
                )
                continue
            if _is(entry.is_dir):
                if _is(entry.is_symlink):
                    found.n_linked += 1
                elif is_result_folder(entry):
                    found.n_results += 1
                elif recursive:
                    waiting.append(entry)
                else:
                    found.n_folders += 1
            elif _is(entry.is_file):
                if entry.suffix.lower() in FOLDER_SUFFIXES:
                    found.files.append(entry)
                else:
                    found.suffixes[show_name(entry.suffix.lower() or entry.name)] += 1
            elif _is(entry.is_symlink):
                found.n_broken += 1
            else:
                found.n_special += 1
    return found


def _is(question: Callable[[], bool]) -> bool:
    """The answer to a question about a path; no where the system refuses one, as for a link that leads to itself."""
    try:
        return question()
    except OSError:
        return False


def name_documents(paths: Sequence[Path], root: Path) -> dict[Path, str]:
    """An id for each file, fit to be a file's name: its path below `root`, with `__` for `/`.

    It goes without the suffix, unless two files differ in that alone, and has an underscore for what Windows takes in no
    name. An id that is too long, or the same as another
    but for capitals or the spelling of accents, ends in a hash of the path, so that it does not depend on what else is
    there; of equal ids, that of a file in `root` itself stays as it is.
    """
    relative = {path: path.relative_to(root) for path in paths}
    stems = Counter(_fold(each.with_suffix("").as_posix()) for each in relative.values())
    plain = {}
    for path, each in relative.items():
        name = unicodedata.normalize("NFC", show_name(each))
        is_unique = stems[_fold(each.with_suffix("").as_posix())] == 1
        plain[path] = _portable((name.removesuffix(each.suffix) if is_unique else name).replace("/", "__"))
    same: dict[str, list[Path]] = {}
    for path, id in plain.items():
        same.setdefault(_fold(id), []).append(path)
    ids = {}
    for path, id in plain.items():
        rivals = same[_fold(id)]
        in_root = [rival for rival in rivals if len(relative[rival].parts) == 1]
        stays = len(rivals) == 1 or in_root == [path]
        ids[path] = id if stays and len(id.encode("utf-8")) <= MAX_NAME else _shorten(id, relative[path])
    return ids


def _portable(name: str) -> str:
    """A name that Windows takes as well."""
    is_device = name.partition(".")[0].casefold() in WINDOWS_DEVICES
    return ("_" if is_device else "") + name.translate(NOT_ON_WINDOWS)


def _fold(name: str) -> str:
    """A name in the form that is the same for all names that some file system takes for one."""
    return unicodedata.normalize("NFC", show_name(name)).casefold()


def _shorten(id: str, path: Path) -> str:
    """The beginning of an id with a hash of the file's path."""
    digest = hashlib.sha256(os.fsencode(path.as_posix())).hexdigest()[:HASH_LENGTH]
    return f"{cut_name(id, MAX_NAME - HASH_LENGTH - 1)}-{digest}"


def make_plan(folder: Path, paths: Sequence[Path], settings: Settings) -> Plan:
    """The work on these files of a folder; a file that is the same as an earlier one is a failure, and no work."""
    root = folder if folder.is_dir() else folder.parent
    ids = name_documents(paths, root)
    reader, decided, ocr = reader_key(), settings_key(settings), ocr_version(settings.ocr)
    jobs: list[Job] = []
    keys: dict[str, str] = {}
    sha256: dict[str, str] = {}
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
        sha256[id] = digest
        keys[id] = result_key(digest, id, path.suffix, reader=reader, decided=decided, ocr=ocr)
    return Plan(tuple(jobs), keys, tuple(failures), root.resolve(), sha256)
