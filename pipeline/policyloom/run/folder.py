"""A folder of results that policyloom made and marked, in which nothing that a person put is ever lost.

The mark is the folder `.policyloom` within. It keeps the results to be reused, and a ledger: the names of the files
that policyloom wrote, each with its hash. A file is replaced or removed only if its name stands in the ledger and its
content is still what was written. No link is followed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from policyloom.errors import RunError
from policyloom.files import cut_name, write_bytes
from policyloom.run.lock import hold

__all__ = ["FolderKind", "ResultFolder", "claim", "is_result_folder", "open_folder", "read_ledger", "seal"]

FolderKind = Literal["run", "check", "comparison", "documents", "marks", "pmc", "agreement"]
"""What a folder holds: a run over many documents, one document's check, a comparison of two versions, documents as JSON,
marked-up PDFs, a PMC index, or coders compared."""

MARK = ".policyloom"
LEDGER = "ledger.json"
CACHE = "cache"
LOCK = "lock.json"
ANSWERS = "answers.sqlite"

_TEMPORARY = re.compile(r"\.(.+)\.[a-z0-9_]{8}")
"""The name of a file that is being written: a point, the name that it will have, and eight letters of chance."""

SYSTEM_FILES = frozenset((".DS_Store", "Thumbs.db", "desktop.ini"))
"""Files that an operating system leaves in any folder; a folder with nothing else counts as empty."""


@dataclass(frozen=True, slots=True)
class ResultFolder:
    """A folder that is marked as ours."""

    path: Path
    kind: FolderKind

    @property
    def cache(self) -> Path:
        """Where results to be reused are kept."""
        return self.path / MARK / CACHE

    @property
    def answers(self) -> Path:
        """Where a language model's answers are kept."""
        return self.path / MARK / ANSWERS

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps other processes out while the folder is written, and removes what a killed one had begun.

        Raises:
            RunError: another process writes there.
        """
        with hold(self.path / MARK / LOCK):
            _remove_unfinished(self)
            yield


def is_result_folder(path: str | Path) -> bool:
    """Whether policyloom made and marked a folder."""
    return _is_file(Path(path) / MARK / LEDGER)


def open_folder(path: str | Path, kind: FolderKind) -> ResultFolder:
    """A folder for results of this kind: made or marked now, or marked as such before.

    Raises:
        RunError: the path is a file, holds files that are not policyloom's, holds results of another kind, or cannot
            be written.
    """
    path = Path(path)
    if path.exists() and not path.is_dir():
        raise RunError(f"{path}: is a file; give the results a folder")
    folder = ResultFolder(path, kind)
    mark = path / MARK
    if is_result_folder(path) and not mark.is_symlink():
        found = read_ledger(path)[0]
        if found != kind:
            raise RunError(
                f"{path}: already holds {_in_words(found)}; give {_in_words(kind)} a folder of its own"
            )
        if folder.cache.is_symlink():
            raise RunError(f"{folder.cache}: is a link, and results are not written through links; remove it")
    else:
        strangers = sorted(entry.name for entry in path.iterdir()) if path.exists() else []
        strangers = [
            name for name in strangers if name not in SYSTEM_FILES and not (name == MARK and _is_begun(mark))
        ]
        if strangers:
            raise RunError(
                f"{path}: is not empty, and policyloom did not make it (it holds {_shorten(strangers)}); "
                "give the results a new folder"
            )
    try:
        folder.cache.mkdir(parents=True, exist_ok=True)
        if not os.access(folder.cache, os.W_OK) or not os.access(path, os.W_OK):
            raise RunError(f"{path}: cannot be written")
        if not is_result_folder(path):
            _write_ledger(folder, {})
    except OSError as error:
        raise RunError(f"{path}: cannot be made or written ({error.strerror or error})") from error
    return folder


def claim(folder: ResultFolder, names: Iterable[str]) -> None:
    """Notes in the ledger that these files are about to be written, after making sure that none is a person's.

    Args:
        folder: where.
        names: paths within the folder, with `/`.

    Raises:
        RunError: a file of that name is not policyloom's, was changed since policyloom wrote it, or is a link.
    """
    ledger = read_ledger(folder.path)[1]
    claimed = sorted(set(names))
    for name in claimed:
        path = folder.path / name
        for parent in list(path.relative_to(folder.path).parents)[:-1]:
            _refuse_strange_folder(folder.path / parent)
        if not os.path.lexists(path):
            continue
        if name not in ledger:
            raise RunError(f"{path}: is not from policyloom; move it elsewhere, then run again")
        if not _is_file(path):
            raise RunError(f"{path}: is a link or a folder, where a file is to be written; move it elsewhere")
        if not _is_unchanged(path, ledger[name]):
            raise RunError(
                f"{path}: was changed after policyloom wrote it; rename it to keep it, or delete it, then run again"
            )
    _write_ledger(folder, ledger | dict.fromkeys(claimed))


def _remove_unfinished(folder: ResultFolder) -> None:
    """Removes what a run that was killed had begun to write under other names, as `policyloom.files.open_atomic` gives them."""
    in_work: dict[Path, set[str]] = {}
    for name, digest in read_ledger(folder.path)[1].items():
        if digest is None:
            path = folder.path / name
            in_work.setdefault(path.parent, set()).add(cut_name(path.name, 100))
    for parent, wanted in in_work.items():
        for path in parent.iterdir() if parent.is_dir() and not parent.is_symlink() else ():
            found = _TEMPORARY.fullmatch(path.name)
            if found and found[1] in wanted and _is_file(path):
                path.unlink()


def seal(folder: ResultFolder, names: Iterable[str], *, keep_others: bool = False) -> None:
    """Notes what the claimed files hold now, and removes the files of earlier runs that are not among them.

    Args:
        folder: where.
        names: the files that have been written.
        keep_others: leave what earlier runs wrote where it is.
    """
    before = read_ledger(folder.path)[1]
    sealed: dict[str, str | None] = {name: _sha256(folder.path / name) for name in sorted(set(names))}
    for name, digest in before.items():
        path = folder.path / name
        if name in sealed or not _is_file(path):
            continue
        if keep_others:
            sealed[name] = digest
        elif _is_unchanged(path, digest):
            path.unlink(missing_ok=True)
    _write_ledger(folder, sealed)


def read_ledger(path: str | Path) -> tuple[FolderKind, dict[str, str | None]]:
    """What a folder holds, and the SHA-256 of each file written to it; None while a file is in work.

    Raises:
        RunError: the ledger cannot be read.
    """
    at = Path(path) / MARK / LEDGER
    try:
        found = json.loads(at.read_bytes())
        kind, files = found["kind"], found["files"]
        if kind not in get_args(FolderKind):
            raise ValueError(kind)
        return kind, {str(name): digest for name, digest in files.items() if _stays_within(str(name))}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunError(f"{at}: cannot be read; give the results a new folder") from error


def _write_ledger(folder: ResultFolder, files: dict[str, str | None]) -> None:
    content = {"kind": folder.kind, "files": dict(sorted(files.items()))}
    text = json.dumps(content, ensure_ascii=False, indent=0) + "\n"
    write_bytes(text.encode("utf-8"), folder.path / MARK / LEDGER)


def _stays_within(name: str) -> bool:
    """Whether a name from a ledger stays inside its folder."""
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts


def _is_begun(mark: Path) -> bool:
    """Whether a mark is being made by another process, or was when that was stopped: it has no ledger and no result yet."""
    if mark.is_symlink() or not mark.is_dir():
        return False
    names = {entry.name for entry in mark.iterdir()}
    temporary = {name for name in names if name.startswith(f".{LEDGER}.")}
    cache = mark / CACHE
    return names - temporary <= {CACHE} and not (
        cache.is_dir() and not cache.is_symlink() and any(cache.iterdir())
    )


def _is_file(path: Path) -> bool:
    """Whether a path is a file itself, and not a link to one."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _refuse_strange_folder(path: Path) -> None:
    if os.path.lexists(path) and (path.is_symlink() or not path.is_dir()):
        raise RunError(f"{path}: is a link or a file, where a folder is to be written; move it elsewhere")


def _is_unchanged(path: Path, digest: str | None) -> bool:
    """Whether a file holds what was written; one that was in work when a run was stopped is taken to."""
    return digest is None or _sha256(path) == digest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _shorten(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _in_words(kind: FolderKind) -> str:
    words = {
        "run": "a run",
        "check": "a check",
        "comparison": "a comparison",
        "documents": "extracted documents",
        "marks": "marked-up PDFs",
        "pmc": "a PMC index",
        "agreement": "coders compared",
    }
    return words[kind]
