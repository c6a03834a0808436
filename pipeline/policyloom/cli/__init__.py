"""The command line: words in, one library call, words out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from policyloom.cli.agreement import agreement_command
from policyloom.cli.compare import compare_command
from policyloom.cli.console import Commands, printable, say, stop_status
from policyloom.cli.demo import demo_command
from policyloom.cli.estimates import estimate_command, sentences_command
from policyloom.cli.export import export_command
from policyloom.cli.figures import figure_command
from policyloom.cli.frameworks import framework_group
from policyloom.cli.language_model import (
    LanguageModelOptions,
    choose_coder,
    coder_group,
    print_requests,
    reading_options,
    telling_requests,
)
from policyloom.cli.learning import evaluate_command, label_command, train_command
from policyloom.cli.marks import mark_command
from policyloom.cli.options import (
    EPILOG,
    choose_limits,
    count,
    fail,
    framework_option,
    memory_option,
    ocr_option,
    password_option,
    plain_errors,
    timeout_option,
)
from policyloom.cli.pmc import pmc_command
from policyloom.cli.review import review_command, tell_unfit
from policyloom.frameworks import BUILT_IN
from policyloom.records import OcrUse

if TYPE_CHECKING:
    from policyloom.network.counting import Unit
    from policyloom.records import Document, Finding, Tagged
    from policyloom.run import Preview, Progress, Run

__all__ = ["main"]

LINK_UNITS = ("sentence", "paragraph", "section", "document")
"""The units of `policyloom.network`, which would take NumPy's time to load here."""


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="policyloom", prog_name="policyloom")
def main() -> None:
    """Find what policies, papers and case reports say: which mechanisms, in what status, towards which outcomes."""


for command in (
    demo_command,
    compare_command,
    label_command,
    train_command,
    evaluate_command,
    agreement_command,
    estimate_command,
    export_command,
    mark_command,
    figure_command,
    sentences_command,
    review_command,
    pmc_command,
    framework_group,
    coder_group,
):
    main.add_command(command)


@main.command("run", epilog=EPILOG)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--out",
    "-o",
    required=True,
    type=click.Path(path_type=Path),
    help="The run folder, such as outputs/mine.",
)
@framework_option
@reading_options
@click.option("--recursive", "-r", is_flag=True, help="Look in the folder's folders too.")
@click.option(
    "--unit", type=click.Choice(LINK_UNITS), default=LINK_UNITS[0], show_default=True,
    help="Where a mechanism and an outcome must stand together for a link.",
)  # fmt: skip
@click.option(
    "--metadata", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None, metavar="FILE.csv",
    help="A table of the documents: a column “file”, and date, group, country or any others, which all tables then have.",
)  # fmt: skip
@click.option(
    "--workers",
    "-j",
    type=click.IntRange(min=0),
    default=None,
    help="Processes, as many as there are processors by default; 0 works in this one, without --timeout and --memory.",
)
@click.option(
    "--dask", default=None, metavar="ADDRESS|local",
    help="Let a Dask cluster read the documents: its scheduler's address, such as tcp://10.0.0.1:8786.",
)  # fmt: skip
@timeout_option
@memory_option
@click.option("--force", is_flag=True, help="Replace the results of a run with another framework.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary.")
@plain_errors
def run_command(
    folder: Path, out: Path, framework: str, coder: str | None, llm: LanguageModelOptions, min_probability: float,
    model: str | None, password: str | None, ocr: OcrUse, recursive: bool, unit: Unit,
    metadata: Path | None, workers: int | None, dask: str | None, timeout: float | None, memory: int | None, force: bool,
    quiet: bool,
) -> None:  # fmt: skip
    """Read, tag, link and check every document of FOLDER.

    The run folder then holds report.html, the tables documents.csv, mentions.csv, entities.csv, claims.csv,
    statements.csv, promises.csv, links.csv, findings.csv, coverage.csv and failures.csv, the network as
    network.graphml, the documents' text, and run.json.
    A second run into the same folder does only what changed.
    """
    from policyloom.run import find_files, find_skipped, read_metadata, run

    chosen = choose_coder(coder, llm, previews=True)
    if metadata is not None and not quiet:  # told before any work
        for note in read_metadata(metadata, folder, find_files(folder, recursive=recursive)).notes:
            say(f"policyloom: {note}", err=True)
    if llm.dry_run and (chosen is None or isinstance(chosen, str)):
        from policyloom.run import plan_run

        _print_preview(
            plan_run(
                folder, out, framework=framework, coder=chosen, min_probability=min_probability, model=model, ocr=ocr,
                recursive=recursive, force=force,
            )
        )  # fmt: skip
        return
    if llm.sends_nothing and chosen is not None and not isinstance(chosen, str):
        from policyloom.run import plan_requests

        with _ProgressBar(quiet) as tell:
            asked = plan_requests(
                folder, out, chosen, path=None if llm.dry_run else llm.llm_requests, framework=framework, model=model,
                password=password, ocr=ocr, recursive=recursive, workers=workers, dask=dask, limits=choose_limits(timeout, memory, workers),
                force=force, progress=tell,
            )  # fmt: skip
        print_requests(asked, llm.llm_price)
        return
    with _ProgressBar(quiet) as tell:
        try:
            done = run(
                folder, out, framework=framework, coder=chosen, min_probability=min_probability, model=model,
                password=password, ocr=ocr, recursive=recursive, unit=unit, metadata=metadata, workers=workers, dask=dask,
                limits=choose_limits(timeout, memory, workers), force=force, progress=tell,
            )  # fmt: skip
        except KeyboardInterrupt as stop:
            fail(f"stopped; what was read is kept, so run it again to go on (into {out})", stop_status(stop))
    if not quiet:
        _print_summary(done)
        for note in done.notes:
            if metadata is None or not note.startswith(str(metadata)):  # those were told before
                say(note)
        skipped = find_skipped(folder, recursive=recursive)
        if skipped:
            say("Not looked at: " + ", ".join(skipped))
    sys.exit(done.status)


@main.command("check", epilog=EPILOG)
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


@main.command("extract", epilog=EPILOG)
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


@main.command("tag", epilog=EPILOG)
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


class _ProgressBar:
    """A progress bar with an estimate on a terminal; nothing where there is none."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet or sys.stderr is None or not sys.stderr.isatty()

    def __enter__(self) -> Callable[[Progress], None]:
        if self._quiet:
            return lambda _: None
        from rich import progress as bars
        from rich.console import Console
        from rich.markup import escape

        self._bar = bars.Progress(
            bars.TextColumn("{task.description}"), bars.BarColumn(), bars.MofNCompleteColumn(), bars.TimeRemainingColumn(),
            bars.TextColumn("[dim]{task.fields[source]}"), console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._bar.start()
        tasks: dict[str, bars.TaskID] = {}

        def tell(step: Progress) -> None:
            if step.stage not in tasks:
                tasks[step.stage] = self._bar.add_task(step.stage, total=step.total, source="")
            name = escape(printable(step.source)[:40])
            self._bar.update(tasks[step.stage], completed=step.done, source=name)

        return tell

    def __exit__(self, *_: object) -> None:
        if not self._quiet:
            self._bar.stop()


def _print_summary(done: Run) -> None:
    width = max(len(name) for name in done.counts)
    n_width = max(len(f"{n:,}") for n in done.counts.values())
    for name, n in done.counts.items():
        line = f"{name:{width}}  {n:<{n_width},}".rstrip()
        click.echo(click.style(line, bold=name == "failures" and n > 0))
    if done.no_links:
        say(f"  no links: {done.no_links}")
    for failure in done.failures[:20]:
        say(f"  {failure.source}: {failure.reason}")
    if len(done.failures) > 20:
        say(f"  and {len(done.failures) - 20} more; see {done.folder / 'failures.csv'}")
    for file, other, share in done.versions[:20]:
        say(
            f"  {file}: has {share:.0%} of its words in common with {other}, so they may be versions of one text; both count"
        )
    tell_unfit(done.unfit)
    reused = f", {done.n_reused} from the run before" if done.n_reused else ""
    say(f"{done.seconds:.1f} s{reused}. Open {done.folder / 'report.html'}")


def _print_preview(done: Preview) -> None:
    if done.replaces:
        say(f"Would replace the results of a run with framework {done.replaces}")
    say(f"Would read {len(done.unread):,} of {count(len(done.unread) + len(done.reused), 'document')}")
    reasons: dict[str, list[str]] = {}
    for one in done.unread:
        text = "; only tagged anew, as its text is there" if one.is_extracted else ""
        reasons.setdefault(one.why + text, []).append(one.source)
    for why, sources in reasons.items():
        say(f"  {_list_files(sources)}: {why}")
    if done.reused:
        say(f"Would reuse {count(len(done.reused), 'result')}")
    if done.removed:
        say(
            f"Would remove {count(len(done.removed), 'document')} whose file is gone: {_list_files(done.removed)}"
        )
    for failure in done.failures[:20]:
        say(f"  {failure.source}: {failure.reason}")


def _list_files(sources: Sequence[str]) -> str:
    more = f" and {len(sources) - 5:,} more" if len(sources) > 5 else ""
    return ", ".join(sources[:5]) + more


def _print_findings(findings: Iterable[Finding]) -> None:
    for finding in findings:
        say(f"{finding.severity:8}{finding.rule:27}{finding.message}")
        if finding.severity != "info" and finding.evidence:
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
