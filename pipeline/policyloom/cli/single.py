"""The commands for one file, or a few: check, extract, tag."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

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
    choose_limits,
    count,
    framework_option,
    memory_option,
    ocr_option,
    password_option,
    plain_errors,
    timeout_option,
)
from policyloom.frameworks import BUILT_IN
from policyloom.records import OcrUse

if TYPE_CHECKING:
    from policyloom.records import Document, Finding, Tagged

__all__ = ["check_command", "extract_command", "tag_command"]


@click.command("check", epilog=EPILOG)
@click.argument("document", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    default=None,
    metavar="RUN",
    help="A run folder to hold claims against.",
)
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    default=None,
    help="Where to write; outputs/check-NAME by default.",
)
@click.option(
    "--framework",
    "-f",
    default=None,
    metavar="NAME|FILE.toml",
    help=f"What to look for; the framework of the run, or {BUILT_IN} without one.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["warning", "error"]),
    default="error",
    show_default=True,
    help="The gravity of a finding from which the exit status is 1.",
)
@reading_options
@timeout_option
@memory_option
@plain_errors
def check_command(
    document: Path,
    against: Path | None,
    out: Path | None,
    framework: str | None,
    fail_on: Literal["warning", "error"],
    coder: str | None,
    llm: LanguageModelOptions,
    min_probability: float,
    model: str | None,
    password: str | None,
    ocr: OcrUse,
    timeout: float | None,
    memory: int | None,
) -> None:
    """Hold one DOCUMENT against the framework and, with --against, a run's network.

    The folder then holds check.html, a brief for a reader in a hurry (brief.md and, with policyloom[word], brief.docx),
    and the tables findings.csv, promises.csv, coverage.csv, mentions.csv, entities.csv and claims.csv;
    with --against, peers.csv too.
    """
    from policyloom.framework import read_framework
    from policyloom.run import check_file, read_run_framework

    out = out or Path("outputs") / f"check-{document.stem[:60]}"  # of names that fill 255 bytes
    with telling_requests(
        llm, lambda: read_run_framework(against) if against and not framework else read_framework(framework or BUILT_IN)
    ):  # fmt: skip
        done = check_file(
            document, against=against, out=None if llm.sends_nothing else out, framework=framework, coder=choose_coder(coder, llm),
            min_probability=min_probability, model=model, password=password, ocr=ocr, limits=choose_limits(timeout, memory),
        )  # fmt: skip
    _tell_warnings(done.tagged.document)
    _print_findings(done.checked.findings)
    say(f"\n{count(len(done.checked.findings), 'finding')}; see {out / 'check.html'}")
    sys.exit(done.fails_on(fail_on))


@click.command("extract", epilog=EPILOG)
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    default=None,
    help="A folder for one JSON file a document.",
)
@click.option("--outline", is_flag=True, help="Print the headings instead of the text.")
@click.option(
    "--draw",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FOLDER",
    help="Pictures of the pages with their blocks.",
)
@password_option
@ocr_option
@timeout_option
@memory_option
@plain_errors
def extract_command(
    source: Path, out: Path | None, outline: bool, draw: Path | None, password: str | None, ocr: OcrUse,
    timeout: float | None, memory: int | None,
) -> None:  # fmt: skip
    """Read SOURCE, a document or a folder of them, to clean text with headings, paragraphs and pages."""
    from policyloom.records import Failure
    from policyloom.run import extract_files

    failed = False
    limits = choose_limits(timeout, memory)
    for one in extract_files(source, out=out, draw=draw, password=password, ocr=ocr, limits=limits):
        if isinstance(one, Failure):
            say(f"policyloom: {one.source}: {one.reason}", err=True)
            failed = True
            continue
        _tell_warnings(one)
        if not out and outline:
            say(_outline(one))
        elif not out and not draw:
            say(one.text)
    sys.exit(1 if failed else 0)


@click.command("tag", epilog=EPILOG)
@click.argument("document", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", "-o", type=click.Path(path_type=Path), default=None, help="A CSV file for them.")
@click.option("--entities", is_flag=True, help="Institutions, places, sums and so on instead.")
@framework_option
@reading_options
@timeout_option
@memory_option
@plain_errors
def tag_command(
    document: Path, out: Path | None, entities: bool, framework: str, coder: str | None, llm: LanguageModelOptions,
    min_probability: float, model: str | None, password: str | None, ocr: OcrUse, timeout: float | None, memory: int | None,
) -> None:  # fmt: skip
    """Show what DOCUMENT mentions of the framework, with status and page."""
    from policyloom.framework import read_framework
    from policyloom.run import tag_file

    with telling_requests(llm, lambda: read_framework(framework)):
        tagged = tag_file(
            document, out=None if llm.sends_nothing else out, entities=entities, framework=framework, coder=choose_coder(coder, llm),
            min_probability=min_probability, model=model, password=password, ocr=ocr, limits=choose_limits(timeout, memory),
        )  # fmt: skip
    _tell_warnings(tagged.document)
    if not out:
        _print_mentions(tagged, entities=entities)


def _tell_warnings(document: Document) -> None:
    for warning in document.warnings:
        say(f"policyloom: {document.source}: {warning}", err=True)


def _print_findings(findings: Iterable[Finding]) -> None:
    for finding in findings:
        say(f"{finding.severity:8}{finding.rule:27}{finding.message}")
        if finding.evidence and (finding.severity != "info" or finding.rule == "strategy-absent"):
            best = finding.evidence[0]
            page = f"p. {best.page}: " if best.page else ""
            say(f"{'':32}{page}“{_short(best.quote)}”")


def _print_mentions(tagged: Tagged, *, entities: bool) -> None:
    for mention in tagged.mentions:
        if (mention.kind == "entity") != entities:
            continue
        page = tagged.page(mention)
        place = f"p. {page}" if page else ""
        status = mention.status if mention.kind != "entity" else ""
        say(f"{place:6}{mention.label:12}{status:10}{tagged.quote(mention)}")
        say(f"{'':28}{_short(tagged.sentence(mention))}", dim=True)


def _outline(document: Document) -> str:
    title = document.metadata.title or document.id
    lines = [title]
    for block in document.blocks:
        if block.kind == "heading":
            page = f"  p. {block.pages[0]}" if block.pages else ""
            lines.append(f"{'  ' * block.level}{document.quote(block)}{page}")
    return "\n".join(lines)


def _short(text: str, n: int = 160) -> str:
    return text if len(text) <= n else text[: n - 1].rsplit(" ", 1)[0] + " …"
