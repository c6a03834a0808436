"""The terminal: output in UTF-8, text that cannot steer it, and faults of the system in plain words."""

from __future__ import annotations

import errno
import io
import os
import re
import shlex
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import click

__all__ = ["Commands", "explain", "printable", "quote", "say", "stop_status"]

_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line feed, with which a text could move the cursor, recolour or overwrite what stands
there, and the marks that turn the direction of writing.
"""

IS_WINDOWS = os.name == "nt"

MAX_WINDOWS_PATH = 259
"""Characters of a path that Windows takes, unless long paths are switched on."""

_REASONS = {
    errno.ENOSPC: "there is no space left on the disk; make room, then run again",
    errno.EDQUOT: "your quota of disk space is used up; make room, then run again",
    errno.EROFS: "the disk can only be read; write elsewhere",
    errno.ENOENT: "no such file or folder",
    errno.EISDIR: "is a folder, where a file is expected",
    errno.ENOTDIR: "a part of the path is a file, where a folder is expected",
    errno.ENAMETOOLONG: "the name is too long; give a shorter one",
    errno.EMFILE: "too many files are open at once; use fewer workers with -j",
    errno.EIO: "the disk cannot be read or written",
}
"""What is the matter and what to do, for the faults that a system reports most."""


def printable(text: object) -> str:
    """The text with each character that would steer a terminal shown as its code.

    Example:
        >>> printable("plan\\x1b[2J.pdf")
        'plan\\\\x1b[2J.pdf'
    """
    return _STEERING.sub(lambda found: ascii(found[0])[1:-1], str(text))


def say(text: object = "", *, err: bool = False, dim: bool = False) -> None:
    """Prints text that may come from a document or a file's name."""
    shown = printable(text)
    click.echo(click.style(shown, dim=True) if dim else shown, err=err)


def quote(word: object) -> str:
    """A word as it is typed in a command, in quotation marks where it needs them.

    Example:
        >>> quote("plans 2024/sheet.csv"), quote("sheet.csv")
        ("'plans 2024/sheet.csv'", 'sheet.csv')
    """
    text = str(word)
    if IS_WINDOWS:  # cmd.exe knows double quotation marks alone
        return f'"{text}"' if re.search(r"[\s&()^;,']", text) else text
    return shlex.quote(text)


def explain(error: OSError) -> str:
    """A fault of the system in one line: which file, what is the matter, what to do."""
    # Where a file is replaced, the second name is the one that a person knows.
    name = error.filename2 or error.filename
    place = f"{os.fsdecode(name)}: " if isinstance(name, str | bytes) else ""
    if IS_WINDOWS and name and len(str(Path(os.fsdecode(name)).absolute())) > MAX_WINDOWS_PATH:
        reason = (
            f"the path has more than the {MAX_WINDOWS_PATH} characters that Windows takes; write to a folder nearer to the "
            "top of the drive, or switch long paths on"
        )
    elif isinstance(error, PermissionError):
        if error.filename2 or (IS_WINDOWS and name and Path(os.fsdecode(name)).exists()):
            reason = "cannot be replaced; if it is open in Excel or another program, close it there, then run again"
        else:
            reason = "you have no right to read or write there"
            place = f"{Path(os.fsdecode(name)).parent}: " if _is_temporary(name) else place
    else:
        reason = _REASONS.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__
        place = f"{Path(os.fsdecode(name)).parent}: " if _is_temporary(name) else place
    return place + reason


def _is_temporary(name: object) -> bool:
    """Whether a name is that of a file in work, which a person has not given."""
    return isinstance(name, str) and bool(re.match(r"\.\S.*\.\w{8}\Z", Path(name).name))


class Commands(click.Group):
    """A group of commands whose output is UTF-8, and whose complaints cannot steer the terminal."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Runs a command as `click.Group.main` does."""
        for stream in (sys.stdout, sys.stderr):
            # Redirected output has the encoding of the system, on Windows one that lacks most letters.
            if isinstance(stream, io.TextIOWrapper):
                with suppress(ValueError, OSError):  # a stream that is closed
                    stream.reconfigure(encoding="utf-8", errors="replace")
        return super().main(*args, **kwargs)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """The context of a command line, as `click.Group.make_context` makes it."""
        with _printable_complaints():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Calls a command, as `click.Group.invoke` does."""
        with _printable_complaints(), _stoppable():
            return super().invoke(ctx)


class Stopped(KeyboardInterrupt):
    """A signal has asked the command to stop; `number` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def stop_status(stop: KeyboardInterrupt) -> int:
    """The exit status of a command that was stopped, as shells count it: 130 for Ctrl-C."""
    return 128 + (stop.number if isinstance(stop, Stopped) else signal.SIGINT)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Lets a first signal stop a command in good order, its workers and temporary files with it, and a second at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP
    before = {number: signal.getsignal(number) for name in names if (number := getattr(signal, name, None))}
    before = {number: handler for number, handler in before.items() if handler not in (signal.SIG_IGN, None)}

    def leave(number: int, _frame: FrameType | None) -> None:
        os._exit(128 + number)  # the workers end with their parent

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, leave)
        raise Stopped(number)

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        if (
            signal.getsignal(signal.SIGINT) is not leave
        ):  # once stopped, signals that come while Python ends are no news
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def _printable_complaints() -> Iterator[None]:
    try:
        yield
    except click.ClickException as error:
        error.message = printable(error.message)  # type: ignore[misc]
        raise
