"""The command that shows the main job on the sample documents."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from policyloom.cli.console import say
from policyloom.cli.options import EPILOG, count, plain_errors

__all__ = ["demo_command"]


@click.command("demo", epilog=EPILOG)
@click.option(
    "--documents", default="corpus", show_default=True, type=click.Path(path_type=Path), metavar="FOLDER",
    help="Where the sample documents go.",
)  # fmt: skip
@click.option(
    "--out", "-o", default="outputs/demo", show_default=True, type=click.Path(path_type=Path), help="The run folder."
)  # fmt: skip
@click.pass_context
@plain_errors
def demo_command(context: click.Context, documents: Path, out: Path) -> None:
    """Write ten sample documents and run over them, as `policyloom run` does.

    The documents are invented. A file or folder of yours is never replaced.
    """
    from policyloom.run.demo import write_demo_documents

    written = write_demo_documents(documents)
    say(f"{count(len(written), 'sample document')} in {documents}; now: policyloom run {documents} -o {out}")
    program = cast(click.Group, context.find_root().command)
    context.invoke(program.commands["run"], folder=documents, out=out)
