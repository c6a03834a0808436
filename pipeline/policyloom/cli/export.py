"""The command that writes a finished run as a file for another program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from policyloom.cli.console import say
from policyloom.cli.options import EPILOG, fail, plain_errors

__all__ = ["FORMATS", "Format", "export_command"]


@dataclass(frozen=True, slots=True)
class Format:
    """A form in which a run can be written.

    Attributes:
        description: in a few words, for the help.
        ending: of the file's name; without a full stop, what is written is a folder.
        write: writes a run folder to a path, and gives what the user should know of it, a line each.
        beside: the ending of a second file that is written beside it; empty where there is none.
    """

    description: str
    ending: str
    write: Callable[[Path, Path], Sequence[str]]
    beside: str = ""

    @property
    def is_folder(self) -> bool:
        """Whether a folder is written."""
        return not self.ending.startswith(".")


def _write_xlsx(run: Path, out: Path) -> Sequence[str]:
    from policyloom.export.workbook import write_workbook
    from policyloom.run import read_run_framework

    return write_workbook(run, out, read_run_framework(run))


def _write_parquet(run: Path, out: Path) -> Sequence[str]:
    from policyloom.export.parquet import write_parquet
    from policyloom.run import read_run_framework

    read_run_framework(run)  # makes sure that it is a run folder
    write_parquet(run, out)
    return ()


def _write_project(run: Path, out: Path, *, for_nvivo: bool = False) -> Sequence[str]:
    from policyloom.export.refi_project import write_project
    from policyloom.run import read_finished_run

    done = read_finished_run(run)
    write_project(done.tagged(), done.framework, out, name=done.name, coder=done.coder, for_nvivo=for_nvivo)
    return done.notes()


def _write_codebook(run: Path, out: Path) -> Sequence[str]:
    from policyloom.export.refi_codes import write_codebook
    from policyloom.run import read_run_framework

    write_codebook(read_run_framework(run), out)
    return ()


def _write_annotations(run: Path, out: Path) -> Sequence[str]:
    from policyloom.export.web_annotation import write_annotations
    from policyloom.run import read_finished_run

    done = read_finished_run(run)
    write_annotations(done.tagged(), done.framework, out, name=done.name, coder=done.coder)
    return done.notes()


def _write_tasks(run: Path, out: Path) -> Sequence[str]:
    from policyloom.export.label_studio import config_path, write_tasks
    from policyloom.run import read_finished_run

    done = read_finished_run(run)
    write_tasks(done.tagged(), done.framework, out, coder=done.coder)
    return (*done.notes(), f"the settings of the labelling page are in {config_path(out)}")


def _write_docbin(run: Path, out: Path) -> Sequence[str]:
    from policyloom.export.docbin import write_docbin
    from policyloom.run import read_finished_run

    done = read_finished_run(run)
    write_docbin(done.tagged(), done.framework, out)
    return done.notes()


FORMATS = {
    "xlsx": Format("one Excel workbook with all tables and a codebook", ".xlsx", _write_xlsx),
    "parquet": Format(
        "a folder with a Parquet file a table, for R, Python and DuckDB", "-parquet", _write_parquet
    ),
    "qdpx": Format("a REFI-QDA project, for NVivo, MAXQDA, ATLAS.ti, QualCoder", ".qdpx", _write_project),
    "qdc": Format("the framework as a REFI-QDA codebook", ".qdc", _write_codebook),
    "web-annotation": Format("W3C Web Annotations in JSON-LD", ".jsonld", _write_annotations),
    "label-studio": Format(
        "tasks for Label Studio, to be corrected there", ".json", _write_tasks, ".labels.xml"
    ),
    "docbin": Format("spaCy documents", ".spacy", _write_docbin),
}
"""The forms by name. A new one is one entry here, and a function in `policyloom.export`."""

FOR_PROGRAMS = {("qdpx", "nvivo"): partial(_write_project, for_nvivo=True)}
"""What is written otherwise for one program, by form and program."""


@click.command("export", epilog=EPILOG)
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--to", "name", required=True, type=click.Choice(list(FORMATS)),
    help="; ".join(f"{name}: {form.description}" for name, form in FORMATS.items()) + ".",
)  # fmt: skip
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), default=None,
    help="Where to write; beside the run folder, under its name, by default.",
)  # fmt: skip
@click.option(
    "--for", "program", type=click.Choice(sorted({program for _, program in FOR_PROGRAMS})), default=None,
    help="With --to qdpx: count positions in texts as this program does.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace what is there.")
@plain_errors
def export_command(run: Path, name: str, out: Path | None, program: str | None, force: bool) -> None:
    """Write the results of a finished RUN for another program."""
    form = FORMATS[name]
    if program and (name, program) not in FOR_PROGRAMS:
        fail(f"--for {program} does not go with --to {name}", 2)
    write = FOR_PROGRAMS[name, program] if program else form.write
    if out is None:
        whole = run.resolve()
        out = (
            run.parent / (whole.name + form.ending) if run.name else whole.with_name(whole.name + form.ending)
        )
    _refuse_path(out, form, force)
    notes = write(run, out)
    for note in notes:
        say(f"policyloom: {note}", err=True)
    say(f"{out} is written")


def _refuse_path(out: Path, form: Format, force: bool) -> None:
    """Leaves with status 2 where nothing can be written, or something of a person's would be replaced."""
    if not form.is_folder and out.suffix.lower() != form.ending:
        fail(f"{out}: give a name that ends in {form.ending}", 2)
    if out.exists() and out.is_dir() != form.is_folder:
        fail(f"{out}: is a {'file' if form.is_folder else 'folder'}; give another name", 2)
    if out.exists() and not force:
        fail(f"{out}: is there already; give another name with -o, or replace it with --force", 2)
    second = out.with_suffix(form.beside) if form.beside else None
    if second is not None and second.exists() and not force:
        fail(f"{second}: is there already; give another name with -o, or replace it with --force", 2)
    if not out.resolve().parent.is_dir():
        fail(f"{out.parent}: no such folder; make it first", 2)
