"""The command that compares two versions of a document."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from policyloom.cli.console import say
from policyloom.cli.language_model import (
    LanguageModelOptions,
    choose_coder,
    reading_options,
    telling_requests,
)
from policyloom.cli.options import (
    EPILOG,
    count,
    framework_option,
    plain_errors,
)
from policyloom.records import OcrUse

__all__ = ["compare_command"]

_VERSION = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("compare", epilog=EPILOG)
@click.argument("old", type=_VERSION)
@click.argument("new", type=_VERSION)
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), default=None,
    help="Where to write; outputs/compare-NAME by default, with the name of NEW.",
)  # fmt: skip
@framework_option
@reading_options
@plain_errors
def compare_command(
    old: Path, new: Path, out: Path | None, framework: str, coder: str | None, llm: LanguageModelOptions, min_probability: float,
    model: str | None, password: str | None, ocr: OcrUse,
) -> None:  # fmt: skip
    """Compare two versions of a document: what NEW promises less, more or otherwise than OLD.

    The folder then holds compare.html, the same in words as changes.md, and the table changes.csv.
    """
    from policyloom.framework import read_framework
    from policyloom.run import compare_files

    out = out or Path("outputs") / f"compare-{new.stem}"
    with telling_requests(llm, lambda: read_framework(framework)):
        done = compare_files(
            old, new, out=None if llm.sends_nothing else out, framework=framework, coder=choose_coder(coder, llm),
            min_probability=min_probability, model=model, password=password, ocr=ocr,
        )  # fmt: skip
    for tagged in (done.old, done.new):
        for warning in tagged.document.warnings:
            say(f"policyloom: {tagged.document.source}: {warning}", err=True)
    found = done.comparison
    if found.not_judged:
        say(f"policyloom: {found.not_judged}", err=True)
    if not found.are_versions:
        say("policyloom: the two have little in common; they may be no versions of one text", err=True)
    for change in found.changes:
        say(f"{change.kind:14}{change.part:12}{change.message}")
    say(f"\n{count(len(found.changes), 'change')}; see {out / 'compare.html'}")
    sys.exit(done.status)
