"""What the commands share: options, plain errors, the note on exit statuses."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, ParamSpec, TypeVar, get_args

import click

from policyloom.cli.console import explain, say, stop_status
from policyloom.errors import DocumentError, PolicyloomError
from policyloom.frameworks import BUILT_IN
from policyloom.records import OcrUse

if TYPE_CHECKING:
    from policyloom.run import Limits

__all__ = [
    "EPILOG",
    "choose_limits",
    "classifier_option",
    "coder_option",
    "count",
    "fail",
    "framework_option",
    "memory_option",
    "min_probability_option",
    "model_option",
    "ocr_option",
    "password_option",
    "plain_errors",
    "timeout_option",
]

P = ParamSpec("P")
R = TypeVar("R")

EPILOG = "Exit status: 0 all well; 1 some document failed, or a check found an error; 2 wrong usage."

framework_option = click.option(
    "--framework", "-f", default=BUILT_IN, show_default=True, metavar="NAME|FILE.toml",
    help="What to look for: a built-in framework or your own file.",
)  # fmt: skip
model_option = click.option(
    "--model",
    default=None,
    metavar="NAME",
    help="A spaCy pipeline: en_policyloom, of the package policyloom-en, or any installed one; rules alone without.",
)
classifier_option = click.option(
    "--classifier", default=None, metavar="FILE|none",
    help="From `policyloom train`; by default the one that comes with a built-in framework, and none for your own.",
)  # fmt: skip


def _choose_coder(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Looks for a coder of one's own in the current folder too, as `python -m` does."""
    if value and ":" in value:
        sys.path.append(str(Path.cwd()))  # last, so that a file here hides no library
    return value


coder_option = click.option(
    "--coder", "--classifier", "coder", default=None, metavar="rules|classifier|llm|FILE|MODULE:NAME", callback=_choose_coder,
    help="Who decides what a sentence names: rules alone, the classifier of a built-in framework, a language model, a "
    "classifier from `policyloom train`, or a coder of your own in Python; by default the classifier, with an encoder "
    "where one is installed, and rules where there is none.",
)  # fmt: skip
min_probability_option = click.option(
    "--min-probability", type=click.FloatRange(0, 1), default=0.0, metavar="P",
    help="Only mentions that the classifier gives this probability or more: with 0.7 fewer are found, and more of them "
    "are right.",
)  # fmt: skip
password_option = click.option("--password", default=None, help="Opens encrypted PDFs.")
ocr_option = click.option(
    "--ocr", type=click.Choice(get_args(OcrUse)), default="auto", show_default=True,
    help="Which pages of PDFs are read by OCR: those without usable text, none, or all.",
)  # fmt: skip

timeout_option = click.option(
    "--timeout",
    type=float,
    default=None,
    metavar="SECONDS",
    help="The most time for one document, and for each page that OCR reads; 120 by default.",
)
memory_option = click.option(
    "--memory",
    type=int,
    default=None,
    metavar="MB",
    help="The most memory for one document; 3000 by default.",
)


def plain_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Our own errors and those of the system as one line on the error stream, and status 2.

    The status is 1 for a document that cannot be read. A pipe that is closed, as by `head`, ends a command silently.
    """

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except DocumentError as error:
            fail(str(error), 1)
        except PolicyloomError as error:
            fail(str(error), 2)
        except KeyboardInterrupt as stop:
            fail("stopped", stop_status(stop))
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # click ends the command
            _drop_output()
            fail(explain(error), 2)

    return wrapped


def choose_limits(timeout: float | None, memory: int | None, workers: int | None = None) -> Limits | None:
    """The limits that are asked for; None where the usual ones will do."""
    from policyloom.run import Limits

    if timeout is None and memory is None:
        return None
    if workers == 0:
        fail("--timeout and --memory need a worker process that can be ended; give -j 1 or more", 2)
    usual = Limits()
    try:
        return Limits(
            usual.seconds if timeout is None else timeout, usual.megabytes if memory is None else memory
        )
    except ValueError as error:
        fail(str(error), 2)


def fail(message: str, status: int) -> NoReturn:
    """Say what is wrong in one line, and leave."""
    with suppress(OSError):  # nobody is there to read it
        say(f"policyloom: {message}", err=True)
    sys.exit(status)


def _drop_output() -> None:
    """Forgets output that could not be written, at which Python would stumble once more when it ends."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def count(n: int, noun: str) -> str:
    """A number with its noun, which takes an s unless there is one of it."""
    return f"{n} {noun}{'s' if n != 1 else ''}"
