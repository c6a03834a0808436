"""The command that corrects shares for the coder's errors with a coded sample."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policyloom.cli.console import say
from policyloom.cli.options import EPILOG, count, plain_errors

if TYPE_CHECKING:
    from policyloom.network.estimate import Share
    from policyloom.run.estimates import Estimates

__all__ = ["estimate_command"]

SHOWN_STATUSES = ("affirmed", "planned")
"""The statuses in the printed table; the others stand in --json."""

WIDTH = 52
"""Characters of a row's name."""


@click.command("estimate", epilog=EPILOG)
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--labels", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="A sheet of `policyloom label --sample`, with every row coded.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="All figures as one JSON object.")
@plain_errors
def estimate_command(run: Path, labels: Path, as_json: bool) -> None:
    """Correct the shares of a finished RUN for the coder's errors, with a coded sample of its sentences.

    Shown are the share of sentences that name each element, and that name a mechanism and an outcome together: as the
    coder has it (naive), and corrected, with 95 % intervals: one for documents such as these, and one for the sentences
    of this run alone. Where the labels are too few for an interval, that is said instead.
    """
    from policyloom.run import estimate

    found = estimate(run, labels)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found)))
        return
    _print_estimates(found)


def _print_estimates(found: Estimates) -> None:
    say(
        f"{count(found.n_sentences, 'sentence')} of {count(found.n_documents, 'document')}; {count(found.n_labelled, 'label')} "
        f"in {count(found.n_labelled_documents, 'document')}. Shares of sentences in percent, with 95 % intervals\n"
    )
    say(
        f"{'':{WIDTH}}{'naive':>7}{'corrected':>11}{'such documents':>16}{'this run':>15}{'found':>7}{'coded':>7}{'both':>6}"
    )
    for element in found.elements:
        _print_share(f"{element.id} {element.label}", element.share)
        for status, share in element.statuses.items():
            if status in SHOWN_STATUSES and (share.naive or share.n_coded):
                _print_share(f"  {status}", share)
    if found.any_pair is not None:
        say("\nA mechanism and an outcome in one sentence, in statuses that count for a link")
        _print_share("any pair", found.any_pair)
    for pair in found.pairs:
        _print_share(f"  {pair.mechanism} and {pair.outcome}", pair.share)
    from policyloom.run.estimates import MAX_RELATIVE_ERROR, MIN_DOCUMENTS, MIN_NAMED

    say(
        "\nsuch documents: the documents count as drawn from many like them. this run: these sentences, and no others.\n"
        "found, coded and both: sentences of the sample in which the coder finds it, people see it, both do.\n"
        f"“too few”: fewer than {MIN_NAMED} sentences of the sample name it, the run has fewer than {MIN_DOCUMENTS} documents, or "
        f"the standard error is above {MAX_RELATIVE_ERROR} of the corrected share. Do not report that figure; code a larger sample."
    )


def _print_share(name: str, share: Share) -> None:
    say(
        f"{name[: WIDTH - 2]:{WIDTH}}{100 * share.naive:7.1f}{100 * share.corrected:11.1f}"
        f"{_range(share.interval):>16}{_range(share.interval_in_run):>15}{share.n_found:7}{share.n_coded:7}{share.n_both:6}"
    )


def _range(interval: tuple[float, float] | None) -> str:
    return "too few" if interval is None else " to ".join(f"{100 * end:.1f}" for end in interval)
