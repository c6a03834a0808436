"""The commands about frameworks: show, validate, test, from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policyloom.cli.console import printable, quote, say
from policyloom.cli.options import classifier_option, count, plain_errors
from policyloom.frameworks import BUILT_IN

if TYPE_CHECKING:
    from policyloom.framework import Framework

__all__ = ["framework_group"]


@click.group("framework")
def framework_group() -> None:
    """Look at a framework, check one of your own, or begin one from a codebook."""


@framework_group.command("show")
@click.argument("name", default=BUILT_IN)
@plain_errors
def framework_show(name: str) -> None:
    """Print what framework NAME looks for; a name or a TOML file."""
    from policyloom.framework import read_framework

    chosen = read_framework(name)
    say(f"{chosen.title}\n{chosen.id} {chosen.version}. {chosen.source}")
    for kind in ("outcome", "challenge", "mechanism", "case", "actor"):
        ids = chosen.ids(kind, top=True)
        if ids:
            click.echo(f"\n{kind.upper()}S")
        for id in ids:
            _show_element(chosen, id, 0)


def _show_element(framework: Framework, id: str, depth: int) -> None:
    element = framework[id]
    links = [f"{link.kind} {link.target}" for link in framework.links if link.source == id]
    click.echo(
        f"{'  ' * depth}{click.style(id, bold=True):6} {printable(element.label)}"
        + (f"  ({', '.join(links)})" if links else "")
    )
    for child in framework.children(id):
        _show_element(framework, child, depth + 1)


@framework_group.command("validate")
@click.argument("file")
@plain_errors
def framework_validate(file: str) -> None:
    """Check framework FILE: its form, its references, its terms."""
    from policyloom.run import validate_framework

    chosen, notes = validate_framework(file)
    for note in notes:
        say(f"note: {note}")
    n_terms = sum(len(element.terms) for element in chosen)
    say(
        f"{chosen.id} {chosen.version}: {len(chosen)} elements, {n_terms} terms, {len(chosen.links)} links; all well"
    )


@framework_group.command("test")
@click.argument("name", default=BUILT_IN)
@classifier_option
@plain_errors
def framework_test(name: str, classifier: str | None) -> None:
    """Look for each element in its own examples and counterexamples; exit status 1 where one goes wrong."""
    from policyloom.coders import load_coder
    from policyloom.framework import read_framework
    from policyloom.learn.evaluation import run_examples

    chosen = read_framework(name)
    examples = run_examples(chosen, coder=load_coder(chosen, classifier))
    wrong = [example for example in examples if example.found != example.wanted]
    for example in wrong:
        say(f"{example.element:8}{'not found' if example.wanted else 'found wrongly'}: {example.text}")
    click.echo(f"{len(examples) - len(wrong)} of {count(len(examples), 'example')} are right")
    sys.exit(1 if wrong else 0)


@framework_group.command("from")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", "-o", required=True, type=click.Path(path_type=Path), metavar="FILE.toml", help="The framework; a new file."
)  # fmt: skip
@plain_errors
def framework_from(file: Path, out: Path) -> None:
    """Begin a framework from the codebook in FILE: .qdc or .qdpx (REFI-QDA), .csv or .xlsx.

    A table needs a column "label"; "id", "kind", "definition", "parent", "terms", "examples", "counterexamples",
    "not when" and "section" are used where they are there. What the codebook does not say is noted.
    """
    from policyloom.framework.from_codebook import write_framework_from

    for note in write_framework_from(file, out):
        say(f"note: {note}")
    say(f"{out} is written. Go on with it, then: policyloom framework validate {quote(out)}")
