"""A folder of results is written by one process at a time.

The lock is a file that names the process. A lock whose process has ended is taken over.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from policyloom.errors import RunError

__all__ = ["hold"]

GRACE = 5.0
"""Seconds that a process has to write its name into the lock that it has made."""

SAME_START = 2.0
"""Seconds by which two statements of the start of one process may differ."""


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Keeps other processes out of a folder of results.

    Args:
        path: of the lock file, in a folder that exists.

    Raises:
        RunError: another process works there.
    """
    _take(path)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def _take(path: Path) -> None:
    while True:
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError:
            _remove_stale(path)
        else:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(_own(), file)
            return


def _own() -> dict[str, Any]:
    import psutil

    return {"pid": os.getpid(), "started": psutil.Process().create_time(), "host": socket.gethostname()}


def _remove_stale(path: Path) -> None:
    """Removes the lock of a process that has ended.

    Raises:
        RunError: the process may be at work.
    """
    try:
        content = path.read_bytes()
        age = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return
    folder = path.parent.parent
    holder = _parse(content)
    if holder is None and age < GRACE:
        raise RunError(f"{folder}: another policyloom has just begun to write there; wait until it is done")
    if holder is not None and holder.get("host") != socket.gethostname():
        raise RunError(
            f"{folder}: policyloom writes there on the computer {holder.get('host')}; wait until it is done, or delete "
            f"{path} if it was stopped"
        )
    if holder is not None and _is_alive(holder):
        raise RunError(
            f"{folder}: another policyloom writes there (process {holder['pid']}); wait until it is done, or give "
            "another folder"
        )
    # Whoever moves it away has it alone, so that two that find it stale do not remove each other's.
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.rename(aside)
        if aside.read_bytes() != content:  # it was another's, made in between
            os.link(aside, path)
        aside.unlink()
    except FileNotFoundError:
        return


def _parse(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content)
        return found if isinstance(found["pid"], int) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _is_alive(holder: dict[str, Any]) -> bool:
    """Whether the process that made a lock still runs; a process id is given anew after a while."""
    import psutil

    try:
        started = psutil.Process(holder["pid"]).create_time()
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True
    return abs(started - float(holder.get("started", started))) <= SAME_START
