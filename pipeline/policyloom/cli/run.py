"""The command that runs over a folder: its options, its progress, what it says at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policyloom.cli.console import printable, say, stop_status
from policyloom.cli.language_model import (
    LanguageModelOptions,
    choose_coder,
    print_requests,
    reading_options,
)
from policyloom.cli.options import (
    EPILOG,
    choose_limits,
    count,
    fail,
    framework_option,
    memory_option,
    plain_errors,
    timeout_option,
)
from policyloom.cli.review import tell_unfit
from policyloom.records import OcrUse

if TYPE_CHECKING:
    from policyloom.network.counting import Unit
    from policyloom.run import Preview, Progress, Run

__all__ = ["LINK_UNITS", "run_command"]

LINK_UNITS = ("sentence", "paragraph", "section", "document")
"""The units of `policyloom.network`, which would take NumPy's time to load here."""


@click.command("run", epilog=EPILOG)
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
