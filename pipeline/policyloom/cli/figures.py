"""The command that draws a figure of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from policyloom.cli.console import say
from policyloom.cli.options import EPILOG, fail, plain_errors

if TYPE_CHECKING:
    from policyloom.run import FigureName

__all__ = ["figure_command"]

NAMES = ("coverage", "network", "planned-done", "trends", "gap-map")


@click.command("figure", epilog=EPILOG)
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("name", type=click.Choice(NAMES))
@click.option(
    "--out", "-o", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="The file; its ending, .pdf, .svg or .png, says what is written.",
)  # fmt: skip
@click.option(
    "--width-cm", type=float, default=16.0, show_default=True, metavar="CM", help="The figure's width."
)
@click.option(
    "--height-cm", type=float, default=None, metavar="CM", help="Its height; as high as needed by default."
)
@click.option("--force", is_flag=True, help="Replace what is there.")
@plain_errors
def figure_command(
    run: Path, name: FigureName, out: Path, width_cm: float, height_cm: float | None, force: bool
) -> None:
    """Draw a figure of a finished RUN for a paper, in shades that can be told apart in grey.

    coverage: documents by elements. network: mechanisms and outcomes. planned-done: sentences that plan each mechanism, and
    that say it is done. trends: shares of documents by year. gap-map: mechanisms by outcomes, with the number of documents.
    Needs the extra figures: pip install "policyloom[figures]".
    """
    from policyloom.run import write_figure

    if out.exists() and not force:
        fail(f"{out}: is there already; give another name with -o, or replace it with --force", 2)
    if not out.resolve().parent.is_dir():
        fail(f"{out.parent}: no such folder; make it first", 2)
    try:
        write_figure(run, name, out, width_cm=width_cm, height_cm=height_cm)
    except ValueError as error:
        fail(str(error), 2)
    say(f"{out} is written")
