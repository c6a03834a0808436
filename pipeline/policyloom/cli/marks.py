"""The command that marks up the PDFs of a run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policyloom.cli.console import say
from policyloom.cli.options import EPILOG, count, plain_errors

if TYPE_CHECKING:
    from policyloom.run.marks import MarkedRun

__all__ = ["mark_command"]


@click.command("mark", epilog=EPILOG)
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out", "-o", required=True, type=click.Path(path_type=Path), help="A folder for the marked-up PDFs."
)
@click.option(
    "--documents", type=click.Path(exists=True, file_okay=False, path_type=Path), default=None, metavar="FOLDER",
    help="Where the documents are now, if they have been moved since the run.",
)  # fmt: skip
@click.option("--entities", is_flag=True, help="Mark institutions, places, sums and so on too.")
@plain_errors
def mark_command(run: Path, out: Path, documents: Path | None, entities: bool) -> None:
    """Copy the PDFs of a finished RUN with every mention highlighted and a note on each.

    A note tells the element, its status, the probability, and who decided. The colours are those of the kinds of
    elements: blue for mechanisms, green for outcomes, orange for challenges, violet for cases, brown for actors. Acrobat,
    Zotero and browsers show them. Needs the extra pdf: pip install "policyloom[pdf]".
    """
    from policyloom.run import mark_run

    done = mark_run(run, out, documents=documents, entities=entities)
    _print_marks(done)
    sys.exit(done.status)


def _print_marks(done: MarkedRun) -> None:
    n = sum(each.n_mentions for each in done.marked)
    exact = sum(each.n_exact for each in done.marked)
    say(f"{count(len(done.marked), 'PDF')} with {count(n, 'mention')} in {done.folder}")
    if n:
        say(f"  {exact:,} of {n:,} ({exact / n:.1%}) marked to the letter")
    for number, words in (
        (sum(each.n_by_words for each in done.marked), "by their words as they were read, as by OCR"),
        (sum(each.n_by_block for each in done.marked), "by their whole paragraph, cell or field; the note says so"),
        (sum(each.n_unplaced for each in done.marked), "not marked, as they stand on no page"),
    ):  # fmt: skip
        if number:
            say(f"  {number:,} {words}")
    for failure in done.failures:
        say(f"  {failure.source}: {failure.reason}")
