"""A reader who goes through a page of the documentation and tries every block of code on it.

A block that nobody knows how to try is a failure, so that none is passed over in silence.
"""

from __future__ import annotations

import ast
import csv
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result
from markdown_it import MarkdownIt

from policyloom.cli import main
from tests.conftest import ROOT

COMMANDS = ("", "sh", "bat")
"""The languages of blocks whose lines are typed."""

DIRECTIVES = ("{toctree}", "{include}", "{eval-rst}")
"""What Sphinx makes of; `make docs` fails where it cannot."""

FORMULAS = ("pseudo-outcome = ", "PMC = ", "file --extract--> ", "files, packages <- ")
"""How blocks begin that are no code."""

OTHERS = (
    "py -m venv ", "python3 -m venv ", "source policyloom-env/", "policyloom-env\\Scripts\\", "ollama pull ", "ollama serve", ".venv/bin/python -m pytest ",
)  # fmt: skip
"""How lines begin that are typed to programs that are not ours."""


@dataclass
class Read:
    """What came of a page: what each command printed, and the names that its Python lines made."""

    outputs: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """All lines that commands have printed."""
        return [line.rstrip() for output in self.outputs for line in output.splitlines()]


def find_blocks(page: Path) -> Iterator[tuple[str, str]]:
    """The language and the text of each block of code, those that are only indented too."""
    for token in MarkdownIt().parse(page.read_text("utf-8")):
        if token.type in ("fence", "code_block"):
            yield token.info.strip().partition(" ")[0], token.content


def read_page(
    page: Path,
    *,
    after: Mapping[str, Callable[[], object]] | None = None,
    parsed: Sequence[str] = (),
    save: Mapping[str, str] | None = None,
) -> Read:
    """Tries every block of a page, from top to bottom, in the current folder.

    Args:
        page: the page.
        after: what a person or another program does after a command that begins so.
        parsed: how commands, and blocks of Python, begin that are only parsed: they need a server, a browser, or data and
            packages that are not here.
        save: the names under which a reader saves the blocks of a language, such as csv, before all else.
    """
    read = Read()
    blocks = list(find_blocks(page))
    for language, name in (save or {}).items():
        (text,) = (text for found, text in blocks if found == language)
        Path(name).write_text(text, "utf-8")
    for language, text in blocks:
        read.kinds.append(language)
        if language in COMMANDS:
            _type(text, read, after or {}, parsed)
        elif language == "python" and text.startswith(tuple(parsed)):
            ast.parse(text)
        elif language == "python":
            _run_lines(text, read.names)
        elif language == "text":
            unlike = [line for line in text.splitlines() if line.rstrip() not in (*read.lines, "", "…")]
            assert unlike == [], f"{page.name} shows what no command prints"
        elif language == "r":
            _try_r(text)
        elif language == "toml":
            tomllib.loads(text)
        elif language == "csv":
            assert len({len(row) for row in csv.reader(text.splitlines())}) == 1
        elif language == "json":
            json.loads(text)
        else:
            assert language in DIRECTIVES, f"{page.name}: nobody knows how to try a block of {language!r}"
    return read


def call(words: Sequence[str]) -> Result:
    """A command's result; it must not be refused as wrong usage."""
    done = CliRunner().invoke(main, list(words), catch_exceptions=False)
    assert done.exit_code in (0, 1), f"{' '.join(words)}: {done.output}"
    return done


def _type(text: str, read: Read, after: Mapping[str, Callable[[], object]], parsed: Sequence[str]) -> None:
    """Types the lines of a block; of one with prompts, the others are what the command printed."""
    if text.startswith(FORMULAS):
        return
    shown = [] if "$ " not in text else [line for line in text.splitlines() if not line.startswith("$ ")]
    typed = re.sub(r"\\\n *", " ", text).splitlines()
    for line in typed:
        line = line.removeprefix("$ ").strip()  # noqa: PLW2901
        if line in map(str.strip, shown):
            continue
        if not line.startswith("policyloom "):
            assert _is_known(line), f"nobody knows how to try {line!r}"
            continue
        words = shlex.split(line, comments=True)[1:]
        given = " ".join(words)
        if given.startswith(tuple(parsed)):
            parse(words)
            continue
        read.outputs.append(call(words).output)
        for beginning, do in after.items():
            if given.startswith(beginning):
                do()
    for finding in re.findall(r"^(?:info|warning|error) +[a-z-]+", "\n".join(shown), re.MULTILINE):
        assert re.search(rf"^{finding} ", "\n".join(read.outputs), re.MULTILINE), finding


def parse(words: Sequence[str]) -> None:
    """Parses a command without running it; files that it names need not be there."""
    command: click.Command = main
    rest = list(words)
    while isinstance(command, click.Group):
        command = command.commands[rest.pop(0)]
    options = {option: each for each in command.params for option in (*each.opts, *each.secondary_opts)}
    for word in rest:
        if word.startswith("-"):
            assert word in options, f"{' '.join(words)}: there is no option {word}"
    command.make_parser(click.Context(command)).parse_args(rest)


def _is_known(line: str) -> bool:
    """Whether a line is one that can be typed: a target of make, a package, a script of ours with such options."""
    words = [word for word in shlex.split(line, comments=True, posix=True) if not re.match(r"[A-Z_]+=", word)]
    if not words or line.startswith(OTHERS) or " ".join(words).startswith(OTHERS):
        return True
    program, *rest = words
    if program == "export":
        return _names_variable(line)
    if program == "make":
        return f"\n{rest[0]}:" in (ROOT / "Makefile").read_text("utf-8")
    if program == "pip":
        return rest[0] == "install" and all(map(_is_package, rest[1:]))
    if program == "python":
        return _is_script(rest)
    return False


def _is_package(word: str) -> bool:
    name, _, extras = word.rstrip("]").partition("[")
    project = _project()
    known = set(project["optional-dependencies"])
    if not set(filter(None, extras.split(","))) <= known:
        return False
    wheel = f"policyloom-{project['version']}-py3-none-any.whl"
    return name in ("policyloom", wheel) or (
        name.startswith(".") and (ROOT / name / "pyproject.toml").is_file()
    )


@cache
def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def _is_script(words: Sequence[str]) -> bool:
    """Whether a script is in the repository and has the options that it is given; research data are not, nor what reads them."""
    path = words[0]
    if path.startswith("../shared/"):
        return True
    code = (ROOT / path).read_text("utf-8")
    return all(f'"{word}"' in code for word in words[1:] if word.startswith("--"))


def _names_variable(line: str) -> bool:
    name = re.match(r"export (\w+)=", line)
    files = (ROOT / "pipeline" / "policyloom").rglob("*.py")
    return name is not None and any(name[1] in path.read_text("utf-8") for path in files)


def _run_lines(code: str, names: dict[str, Any]) -> None:
    """Runs lines of Python as a notebook does; the value of the last one is `_`."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "page", "exec"), names)
    if isinstance(last, ast.Expr):
        names["_"] = eval(compile(ast.Expression(last.value), "page", "eval"), names)


def _try_r(code: str) -> None:
    """Runs lines of R where R and the packages they name are installed; the columns they name are always looked for."""
    files = [Path(name) for name in re.findall(r'read\.csv\("([^"]+)"', code)]
    assert all(path.is_file() for path in files), "R reads a table that is not there"
    columns = {
        name for path in files for name in next(csv.reader(path.open(encoding="utf-8-sig", newline="")))
    }
    made = set(re.findall(r"\$(\w+) <-", code))
    used = set(re.findall(r"\w\$(\w+)", code)) | set(re.findall(r"\b([TSC]\d\w*)\b", code))
    assert not files or used - made <= columns, used - made - columns
    if shutil.which("Rscript") is None:
        return
    packages = re.findall(r"library\((\w+)\)", code)
    wanted = "".join(
        f'if (!requireNamespace("{name}", quietly = TRUE)) quit(status = 0)\n' for name in packages
    )
    done = subprocess.run(
        ["Rscript", "-e", "grDevices::pdf(NULL)", "-e", wanted + code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
