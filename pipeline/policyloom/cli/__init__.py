"""The command line: words in, one library call, words out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policyloom import __version__
from policyloom.cli.frameworks import framework_group
from policyloom.cli.learning import agreement_command, evaluate_command, label_command, train_command
from policyloom.cli.options import (
    EPILOG,
    classifier_option,
    count,
    fail,
    framework_option,
    least_option,
    model_option,
    ocr_option,
    password_option,
    plain_errors,
)
from policyloom.records import OcrUse

if TYPE_CHECKING:
    from policyloom.records import Document
    from policyloom.run import Progress, Run

__all__ = ["main"]

_limits = [
    click.option(
        "--timeout",
        default=120.0,
        show_default=True,
        metavar="SECONDS",
        help="The most time for one document, and for each page that OCR reads.",
    ),
    click.option(
        "--memory", default=3000, show_default=True, metavar="MB", help="The most memory for one document."
    ),
]


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="policyloom")
def main() -> None:
    """Find what policies, papers and case reports say: which mechanisms, in what status, towards which outcomes."""


for command in (label_command, train_command, evaluate_command, agreement_command, framework_group):
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
@classifier_option
@least_option
@model_option
@password_option
@ocr_option
@click.option("--recursive", "-r", is_flag=True, help="Look in the folder's folders too.")
@click.option(
    "--workers", "-j", type=click.IntRange(min=0), default=None, help="Processes; all processors by default."
)
@_limits[0]
@_limits[1]
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary.")
@plain_errors
def run_command(
    folder: Path, out: Path, framework: str, classifier: str | None, least: float, model: str | None,
    password: str | None, ocr: OcrUse, recursive: bool, workers: int | None, timeout: float, memory: int, quiet: bool,
) -> None:  # fmt: skip
    """Read, tag, link and check every PDF and text file of FOLDER.

    The run folder then holds report.html, the tables mentions.csv, claims.csv, links.csv, findings.csv,
    coverage.csv and failures.csv, the network as network.graphml, the documents' text, and run.json.
    A second run into the same folder does only what changed.
    """
    from policyloom.run import Limits, find_skipped, run

    try:
        limits = Limits(timeout, memory)
    except ValueError as error:
        fail(str(error), 2)
    with _ProgressBar(quiet) as tell:
        try:
            done = run(
                folder, out, framework=framework, classifier=classifier, least=least, model=model, password=password,
                ocr=ocr, recursive=recursive, workers=workers, limits=limits, progress=tell,
            )  # fmt: skip
        except KeyboardInterrupt:
            fail(f"stopped; what was read is kept, so run it again to go on (into {out})", 130)
    if not quiet:
        _print_summary(done)
        skipped = find_skipped(folder, recursive=recursive)
        if skipped:
            click.echo("Not looked at: " + ", ".join(skipped))
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
    help="What to look for; the framework of the run, or production_education without one.",
)
@classifier_option
@least_option
@model_option
@password_option
@ocr_option
@plain_errors
def check_command(
    document: Path,
    against: Path | None,
    out: Path | None,
    framework: str | None,
    classifier: str | None,
    least: float,
    model: str | None,
    password: str | None,
    ocr: OcrUse,
) -> None:
    """Hold one DOCUMENT against the framework and, with --against, a run's network."""
    from policyloom.check import check
    from policyloom.coders.classifier import as_measured, read_classifier
    from policyloom.extract import read_document
    from policyloom.framework import BUILT_IN, read_framework
    from policyloom.network import load_network
    from policyloom.run import read_run_framework
    from policyloom.run.outputs import write_check
    from policyloom.tag import tag
    from policyloom.tag.pipeline import load_pipeline

    if framework is None and against is not None:
        chosen = read_run_framework(against)
    else:
        chosen = read_framework(framework or BUILT_IN)
    network = load_network(against, chosen) if against else None
    read = _read(lambda: read_document(document, password=password, ocr=ocr))
    judge = read_classifier(chosen, classifier, least=least)
    tagged = tag(read, load_pipeline(chosen, model=model), judge)
    chosen = as_measured(chosen, judge)
    checked = check(tagged, chosen, network)
    out = out or Path("outputs") / f"check-{document.stem}"
    described = f"{against} ({len(network.documents)} documents)" if network else "the framework alone"
    write_check(out, tagged, checked, chosen, against=described)
    for finding in checked.findings:
        click.echo(f"{finding.severity:8}{finding.rule:24}{finding.message}")
        if finding.severity != "info" and finding.evidence:
            best = finding.evidence[0]
            click.echo(
                f"{'':32}p. {best.page}: “{_short(best.quote)}”"
                if best.page
                else f"{'':32}“{_short(best.quote)}”"
            )
    click.echo(f"\n{count(len(checked.findings), 'finding')}; see {out / 'check.html'}")
    sys.exit(1 if any(f.severity == "error" for f in checked.findings) else 0)


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
@plain_errors
def extract_command(
    source: Path, out: Path | None, outline: bool, draw: Path | None, password: str | None, ocr: OcrUse
) -> None:
    """Read SOURCE, a document or a folder of them, to clean text with headings, paragraphs and pages."""
    from policyloom.errors import DocumentError
    from policyloom.extract import read_document
    from policyloom.extract.pdf.draw import draw_blocks
    from policyloom.files import write_bytes
    from policyloom.records import to_json
    from policyloom.run import find_files, name_documents
    from policyloom.run.folder import claim, open_folder, seal

    failed = 0
    paths = find_files(source)
    ids = name_documents(paths, source if source.is_dir() else source.parent)
    folder = open_folder(out, "documents") if out else None
    if folder:
        claim(folder, (f"{id}.json" for id in ids.values()))
    written = []
    for path in paths:
        try:
            document = read_document(path, password=password, id=ids[path], ocr=ocr)
        except DocumentError as error:
            click.echo(f"policyloom: {error}", err=True)
            failed += 1
            continue
        _tell_warnings(document)
        if draw and document.n_pages:
            draw_blocks(document, path, draw, password=password)
        if folder:
            written.append(f"{document.id}.json")
            write_bytes(to_json(document), folder.path / written[-1])
        elif outline:
            click.echo(_outline(document))
        elif not draw:
            click.echo(document.text)
    if folder:
        seal(folder, written, keep_others=True)
    sys.exit(1 if failed else 0)


@main.command("tag", epilog=EPILOG)
@click.argument("document", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), default=None, help="A CSV file for the mentions."
)
@click.option("--entities", is_flag=True, help="Institutions, places, sums and so on too.")
@framework_option
@classifier_option
@least_option
@model_option
@password_option
@ocr_option
@plain_errors
def tag_command(
    document: Path, out: Path | None, entities: bool, framework: str, classifier: str | None, least: float,
    model: str | None, password: str | None, ocr: OcrUse,
) -> None:  # fmt: skip
    """Show what DOCUMENT mentions of the framework, with status and page."""
    from policyloom.coders.classifier import read_classifier
    from policyloom.export import to_frame
    from policyloom.extract import read_document
    from policyloom.files import write_csv
    from policyloom.framework import read_framework
    from policyloom.tag import tag
    from policyloom.tag.pipeline import load_pipeline

    chosen = read_framework(framework)
    read = _read(lambda: read_document(document, password=password, ocr=ocr))
    judge = read_classifier(chosen, classifier, least=least)
    tagged = tag(read, load_pipeline(chosen, model=model), judge)
    if out:
        frame = to_frame(tagged, chosen)
        write_csv(frame if entities else frame[frame["kind"] != "entity"], out)
        return
    for mention in tagged.mentions:
        if mention.kind == "entity" and not entities:
            continue
        page = tagged.page(mention)
        place = f"p. {page}" if page else ""
        status = mention.status if mention.kind != "entity" else ""
        click.echo(f"{place:6}{mention.label:12}{status:10}{tagged.quote(mention)}")
        click.echo(click.style(f"{'':28}{_short(tagged.sentence(mention))}", dim=True))


def _read(read: Callable[[], Document]) -> Document:
    """A document, with its warnings told, or exit with status 1 and its reason."""
    from policyloom.errors import DocumentError

    try:
        document = read()
    except DocumentError as error:
        fail(str(error), 1)
    _tell_warnings(document)
    return document


def _tell_warnings(document: Document) -> None:
    for warning in document.warnings:
        click.echo(f"policyloom: {document.source}: {warning}", err=True)


class _ProgressBar:
    """A progress bar with an estimate on a terminal; nothing where there is none."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet or not sys.stderr.isatty()

    def __enter__(self) -> Callable[[Progress], None]:
        if self._quiet:
            return lambda _: None
        from rich import progress as bars
        from rich.console import Console

        self._bar = bars.Progress(
            bars.TextColumn("{task.description}"), bars.BarColumn(), bars.MofNCompleteColumn(), bars.TimeRemainingColumn(),
            bars.TextColumn("[dim]{task.fields[source]}"), console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._bar.start()
        tasks: dict[str, bars.TaskID] = {}

        def tell(step: Progress) -> None:
            if step.stage not in tasks:
                tasks[step.stage] = self._bar.add_task(step.stage, total=step.total, source="")
            self._bar.update(tasks[step.stage], completed=step.done, source=step.source[:40])

        return tell

    def __exit__(self, *_: object) -> None:
        if not self._quiet:
            self._bar.stop()


def _print_summary(done: Run) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, n in done.counts.items():
        table.add_row(name, f"{n:,}", style="bold" if name == "failures" and n else "")
    console.print(table)
    for failure in done.failures[:20]:
        console.print(f"  {escape(failure.source)}: {escape(failure.reason)}")
    if len(done.failures) > 20:
        console.print(
            f"  and {len(done.failures) - 20} more; see {escape(str(done.folder / 'failures.csv'))}"
        )
    reused = f", {done.n_reused} from the run before" if done.n_reused else ""
    console.print(f"{done.seconds:.1f} s{reused}. Open {escape(str(done.folder / 'report.html'))}")


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
