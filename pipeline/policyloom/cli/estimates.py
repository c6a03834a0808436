"""The commands that correct shares for the coder's errors, and that write the table of sentences."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policyloom.cli.console import say
from policyloom.cli.options import EPILOG, count, fail, plain_errors

if TYPE_CHECKING:
    from policyloom.network.contrasts import Estimate
    from policyloom.network.estimate import Share
    from policyloom.run.estimates import Estimates

__all__ = ["estimate_command", "sentences_command"]

SHOWN_STATUSES = ("affirmed", "planned")
"""The statuses in the printed table; the others stand in --json and --out."""

WIDTH = 52
"""Characters of a row's name."""


@click.command("estimate", epilog=EPILOG)
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--labels", required=True, multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="A sheet of `policyloom label --sample`, with every row coded; again for its other parts, or for further samples.",
)  # fmt: skip
@click.option(
    "--by", multiple=True, metavar="COLUMN",
    help="Each group of documents too: by a column of the run's --metadata, or “year”; again for several at once.",
)  # fmt: skip
@click.option(
    "--between", nargs=2, default=None, metavar="A B",
    help="With --by: the two groups to be compared; of two in all, these are.",
)  # fmt: skip
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), default=None, metavar="FILE.csv",
    help="All figures as a table, a row a figure.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="All figures as one JSON object.")
@plain_errors
def estimate_command(
    run: Path, labels: tuple[Path, ...], by: tuple[str, ...], between: tuple[str, str] | None, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Correct the shares of a finished RUN for the coder's errors, with a coded sample of its sentences.

    Shown are the share of sentences that name each element, and that name a mechanism and an outcome together; how
    strongly these go together; the shares of groups, and the difference of two; and the trend, where documents have dates.
    Each is given as the coder has it (naive), and corrected, with 95 % intervals: one for documents such as these, and
    one for the sentences of this run alone. Where the labels are too few for an interval, that is said instead.
    """
    from policyloom.run import estimate, write_estimates
    from policyloom.run.estimate_table import refuse_other_table

    if between and not by:
        fail("--between names two groups of a column, and goes with --by", 2)
    if out is not None:
        refuse_other_table(out)
    found = estimate(run, labels, by=by, between=between)
    if out is not None:
        write_estimates(found, out)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found)))
        return
    _print_shares(found)
    _print_pairs(found)
    _print_groups(found)
    _print_trends(found)
    _print_legend()
    if out is not None:
        say(f"All figures: {out}")


@click.command("sentences", epilog=EPILOG)
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out", "-o", required=True, type=click.Path(path_type=Path), metavar="FILE.csv", help="The table, such as sentences.csv.",
)  # fmt: skip
@click.option(
    "--labels", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="A sheet of `policyloom label --sample`, with every row coded; again for its other parts.",
)  # fmt: skip
@plain_errors
def sentences_command(run: Path, out: Path, labels: tuple[Path, ...]) -> None:
    """Write the sentences of a finished RUN as a table for R, Stata, SPSS or pandas, a row a sentence.

    For each outermost outcome, challenge and mechanism there are columns: whether the coder finds it (0 or 1), in what status, and
    with what probability; with --labels also what people say, and the coder's answer corrected with it. The columns of the run's
    --metadata stand in each row.
    """
    from policyloom.run import write_sentences

    done = write_sentences(run, out, labels)
    told = f", {done.n_labelled} of them coded by people" if labels else ""
    say(
        f"{count(done.n_sentences, 'sentence')} of {count(done.n_documents, 'document')}{told}, written to {done.path}"
    )


def _print_shares(found: Estimates) -> None:
    say(
        f"{count(found.n_sentences, 'sentence')} of {count(found.n_documents, 'document')}; {count(found.n_labelled, 'label')} "
        f"in {count(found.n_labelled_documents, 'document')}. Shares of sentences in percent, with 95 % intervals\n"
    )
    _print_head("", "found", "coded", "both")
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


def _print_pairs(found: Estimates) -> None:
    told = [pair for pair in found.pairs if pair.npmi.interval_in_run or pair.log_odds.interval_in_run]
    if not told:
        return
    say("")
    _print_head("How strongly they go together", "named")
    for pair in told:
        _print_figure(f"  {pair.mechanism} and {pair.outcome}, log odds", pair.log_odds, 1, 2)
        _print_figure("    NPMI", pair.npmi, 1, 2)
    if len(told) < len(found.pairs):
        say(f"  too few labels for the other {count(len(found.pairs) - len(told), 'pair')}")


def _print_groups(found: Estimates) -> None:
    if not found.groups:
        return
    say(f"\nBy {' and '.join(found.by)}, in percent; differences in percentage points")
    for name, group in found.groups.items():
        say(
            f"  {name}: {count(group.n_sentences, 'sentence')} of {count(group.n_documents, 'document')}, {count(group.n_labelled, 'label')}"
        )
    left = found.n_documents - sum(group.n_documents for group in found.groups.values())
    if left:
        say(f"  in no group: {count(left, 'document')}")
    _print_head("", "found", "coded", "both")
    differences = {(d.element, d.outcome, d.status): d.figure for d in found.differences}
    for place, element in enumerate(found.elements):
        shares = {name: group.elements[place].share for name, group in found.groups.items()}
        _print_group(f"{element.id} {element.label}", shares, found, differences.get((element.id, "", "")))
    pairs = {name: group.any_pair for name, group in found.groups.items() if group.any_pair is not None}
    if pairs:
        _print_group("any mechanism with any outcome", pairs, found, differences.get(("", "", "")))


def _print_group(name: str, shares: dict[str, Share], found: Estimates, difference: Estimate | None) -> None:
    if not any(share.naive or share.n_coded for share in shares.values()):
        return
    say(name[:WIDTH])
    for group, share in shares.items():
        _print_share(f"  {group}", share)
    if difference is not None and found.between:
        _print_figure(f"  {found.between[0]} less {found.between[1]}", difference, 100, 1)


def _print_trends(found: Estimates) -> None:
    from policyloom.run.estimates import MIN_YEARS

    if not found.trends or found.years is None:
        if found.years is not None:
            say(
                f"\nNo trend: the {found.n_dated} of {count(found.n_documents, 'document')} that have a date are of fewer than "
                f"{MIN_YEARS} years"
            )
        return
    say("")
    _print_head(f"Change in a year, {found.years[0]} to {found.years[1]}, in percentage points", "named")
    say(f"  {found.n_dated} of {count(found.n_documents, 'document')} have a date")
    labels = {element.id: element.label for element in found.elements}
    for trend in found.trends:
        if trend.figure.n_named and not trend.outcome and not trend.status:
            name = (
                f"{trend.element} {labels[trend.element]}"
                if trend.element
                else "any mechanism with any outcome"
            )
            _print_figure(name, trend.figure, 100, 2)


def _print_legend() -> None:
    from policyloom.run.estimates import MAX_RELATIVE_ERROR, MIN_CHANGED, MIN_DOCUMENTS, MIN_NAMED

    say(
        "\nsuch documents: the documents count as drawn from many like them. this run: these sentences, and no others.\n"
        "found, coded and both: sentences of the sample in which the coder finds it, people see it, both do; named: either.\n"
        f"“too few”: fewer than {MIN_NAMED} sentences of the sample name it, the run or a group has fewer than {MIN_DOCUMENTS} documents, people "
        f"changed fewer than {MIN_CHANGED} of the coder's answers (for this run), or the standard error is above {MAX_RELATIVE_ERROR} of the "
        "corrected share. Do not report that figure; code a larger sample."
    )


def _print_head(name: str, *counts: str) -> None:
    widths = (7, 7, 6)
    told = "".join(f"{word:>{width}}" for word, width in zip(counts, widths, strict=False))
    say(f"{name[:WIDTH]:{WIDTH}}{'naive':>7}{'corrected':>11}{'such documents':>16}{'this run':>15}{told}")


def _print_share(name: str, share: Share) -> None:
    say(
        f"{name[: WIDTH - 2]:{WIDTH}}{100 * share.naive:7.1f}{100 * share.corrected:11.1f}"
        f"{_range(share.interval):>16}{_range(share.interval_in_run):>15}{share.n_found:7}{share.n_coded:7}{share.n_both:6}"
    )


def _print_figure(name: str, figure: Estimate, times: float, digits: int) -> None:
    naive, corrected = (
        "–" if value is None else f"{times * value:.{digits}f}" for value in (figure.naive, figure.corrected)
    )
    intervals = (_range(interval, times, digits) for interval in (figure.interval, figure.interval_in_run))
    such, in_run = intervals
    say(f"{name[: WIDTH - 2]:{WIDTH}}{naive:>7}{corrected:>11}{such:>16}{in_run:>15}{figure.n_named:7}")


def _range(interval: tuple[float, float] | None, times: float = 100, digits: int = 1) -> str:
    return "too few" if interval is None else " to ".join(f"{times * end:.{digits}f}" for end in interval)
