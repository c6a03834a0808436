"""Writes the list of commands in docs/commands.md from the commands themselves: `python docs/commands.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from policyloom.cli import main

PAGE = Path(__file__).with_suffix(".md")
MARK = "<!-- From here on this page is written by docs/commands.py. -->\n"


def build(page: str) -> str:
    """The page with its list of commands as the program has them now."""
    return page.partition(MARK)[0] + MARK + "".join(_section(*found) for found in walk())


def walk(command: click.Command = main, name: str = "policyloom") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with its whole name, in order of the names."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    for word in sorted(command.commands):
        yield from walk(command.commands[word], f"{name} {word}")


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    usage = " ".join([name, *(each.make_metavar(context) for each in arguments), "[OPTIONS]"])
    lines = [f"\n## {name}\n", f"```text\n{usage}\n```\n", _paragraphs(command.help or "")]
    if options:
        lines.append("| option | what it does |\n|---|---|")
        lines += [_row(each, context) for each in options]
    return "\n".join(lines) + "\n"


def _row(option: click.Option, context: click.Context) -> str:
    told = option.get_help_record(context)
    names, does = told if told is not None else (", ".join(option.opts), "")
    return f"| `{_cell(names)}` | {_cell(does)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _paragraphs(text: str) -> str:
    """A help text without the line breaks of the source."""
    parts = (re.sub(r"\s+", " ", part).strip() for part in re.split(r"\n\s*\n", text))
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(build(PAGE.read_text("utf-8")), "utf-8")
