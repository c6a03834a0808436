"""The command that scores policies on a list of variables: the PMC index."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policyloom.cli.console import say
from policyloom.cli.options import EPILOG, coder_option, count, ocr_option, password_option, plain_errors
from policyloom.frameworks import BUILT_IN_VARIABLES
from policyloom.records import OcrUse

if TYPE_CHECKING:
    from policyloom.run.pmc import PmcRun

__all__ = ["pmc_command"]

WIDTH = 40
"""Characters of a document's id."""


@click.command("pmc", epilog=EPILOG)
@click.argument("sources", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--out", "-o", required=True, type=click.Path(path_type=Path), help="A folder for the results.")
@click.option(
    "--variables", default=BUILT_IN_VARIABLES, show_default=True, metavar="NAME|FILE.toml",
    help="The list of variables: the built-in one or your own file.",
)  # fmt: skip
@click.option(
    "--matrix", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None, metavar="FILE.csv",
    help="A pmc_matrix.csv that you edited: your values and notes are kept. Without SOURCES nothing is read again.",
)  # fmt: skip
@coder_option
@password_option
@ocr_option
@plain_errors
def pmc_command(
    sources: tuple[Path, ...], out: Path, variables: str, matrix: Path | None, coder: str | None, password: str | None,
    ocr: OcrUse,
) -> None:  # fmt: skip
    """Score policies on a list of variables: the policy modelling consistency (PMC) index.

    SOURCES are a run folder, a folder of documents, or documents. The results are pmc.csv with the index of each policy,
    pmc_matrix.csv with a 0 or 1 for each sub-variable and the passage behind it, surfaces/ with figures, and pmc.html.
    Change the column `value` of the matrix, under another name, and give that with --matrix.
    """
    from policyloom.run import pmc_index

    done = pmc_index(
        *sources, out=out, variables=variables, matrix=matrix, coder=coder, password=password, ocr=ocr
    )
    _print_scores(done)
    for note in done.notes:
        say(f"policyloom: {note}", err=True)
    for failure in done.failures:
        say(f"policyloom: {failure.source}: {failure.reason}", err=True)
    say(f"{count(len(done.scores), 'document')}; see {out / 'pmc.html'}")
    sys.exit(done.status)


def _print_scores(done: PmcRun) -> None:
    mains = [main.id for main in done.variables.mains]
    say(f"{'':{WIDTH}}{'PMC':>6}  {'rating':12}" + "".join(f"{id:>6}" for id in mains))
    for score in done.scores:
        values = "".join(f"{_two(score.mains[id]):>6}" for id in mains)
        edited = f"  {count(score.n_edited, 'value')} by a person" if score.n_edited else ""
        remark = f"  {score.remark}" if score.remark else ""
        say(
            f"{score.document[: WIDTH - 2]:{WIDTH}}{_two(score.index):>6}  {score.rating or '–':12}{values}{edited}{remark}"
        )


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
