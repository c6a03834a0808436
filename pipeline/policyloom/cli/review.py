"""The command for reviewing a run: the page on which people decide, and their decisions brought back."""

from __future__ import annotations

from pathlib import Path

import click

from policyloom.cli.console import quote, say
from policyloom.cli.options import EPILOG, count, fail, plain_errors

__all__ = ["review_command", "tell_unfit"]

MAX_SHOWN = 20
"""Lines of a list that are printed; a table of the run has all."""

LINK_WORDS = {
    "co_occurs": "with",
    "claims": "is claimed to lead to",
    "claims_negative": "is denied to lead to",
    "exemplifies": "is a case of",
}


@click.command("review", epilog=EPILOG)
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out", "-o", default=None, type=click.Path(path_type=Path), metavar="FILE.html",
    help="The page; RUN-review.html beside the run by default.",
)  # fmt: skip
@click.option(
    "--sheet", default=None, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="A sheet of `policyloom label`: only its sentences are to be coded, and their probabilities are kept.",
)  # fmt: skip
@click.option(
    "--blind",
    is_flag=True,
    help="With --sheet: show nothing of what was found until the person has finished the sheet.",
)
@click.option(
    "--apply", "file", default=None, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.jsonl",
    help="Bring the decisions of a page's file into RUN, instead of writing a page.",
)  # fmt: skip
@plain_errors
def review_command(run: Path, out: Path | None, sheet: Path | None, blind: bool, file: Path | None) -> None:
    """Write a page on which a person reviews what a finished RUN found, or with --apply bring the decisions back.

    The page opens in any browser and loads nothing from anywhere. Its file has a sentence a line: labels, which
    `policyloom agreement`, `estimate` and `train` read, and decisions, which --apply brings into the run. No document is
    read again for that, and a rerun keeps the decisions as long as the quoted words stand in the text.
    """
    if file is not None:
        if out is not None or sheet is not None or blind:
            fail("--apply brings decisions back, and does not go with --out, --sheet or --blind", 2)
        _apply(run, file)
        return
    if blind and sheet is None:
        fail("--blind goes with --sheet: a person codes the sentences of a sheet", 2)
    from policyloom.run import write_review

    out = out or run.resolve().parent / f"{run.resolve().name}-review.html"
    done = write_review(run, out, sheet=sheet, blind=blind)
    what = f"{count(done.n_sentences, 'sentence')} to code" if sheet else count(done.n_mentions, "mention")
    say(f"{count(done.n_documents, 'document')}, {what}: open {out} in a browser")
    tell_unfit(done.unfit)
    if blind:
        say(f"Each coder saves a file; then: policyloom agreement FIRST.jsonl SECOND.jsonl, and policyloom estimate {quote(run)} --labels FILE.jsonl")  # fmt: skip
    else:
        say(f"Save the file there, then: policyloom review {quote(run)} --apply FILE.jsonl")


def _apply(run: Path, file: Path) -> None:
    from policyloom.run import apply_review

    done = apply_review(run, file)
    say(f"{count(done.n_given, 'decision')} applied; the run keeps {done.n_held:,}")
    for name, n in done.counts.items():
        before = done.counts_before.get(name, 0)
        say(f"{name:10}  {n:,}" + (f" (before: {before:,})" if n != before else ""))
    _tell(
        "link is counted otherwise",
        "links are counted otherwise",
        tuple(
            f"{source} {LINK_WORDS.get(kind, kind)} {target}: {n:,} (before: {n_before:,})"
            for source, target, kind, n_before, n in done.links
        ),
        "links.csv",
    )
    _tell("decision of another person overruled", "decisions of other people overruled", done.overruled)
    tell_unfit(done.unfit)
    say(f"See {run / 'decisions.csv'} and {run / 'report.html'}")


def tell_unfit(lines: tuple[str, ...]) -> None:
    """Names the decisions of people that no longer fit."""
    _tell("decision of a person no longer fits", "decisions of people no longer fit", lines)


def _tell(one: str, many: str, lines: tuple[str, ...], table: str = "decisions.csv") -> None:
    if lines:
        say(f"{len(lines):,} {one if len(lines) == 1 else many}:")
    for line in lines[:MAX_SHOWN]:
        say(f"  {line}")
    if len(lines) > MAX_SHOWN:
        say(f"  and {len(lines) - MAX_SHOWN:,} more; {table} has all")
