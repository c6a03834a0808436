"""The commands of the learning loop: label, train, evaluate, agreement."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from policyloom.cli.options import (
    EPILOG,
    classifier_option,
    framework_option,
    min_probability_option,
    model_option,
    plain_errors,
)
from policyloom.records import Status

if TYPE_CHECKING:
    from policyloom.learn.evaluation import Mistake
    from policyloom.learn.scores import Scores

__all__ = ["agreement_command", "evaluate_command", "label_command", "train_command"]

_labels = click.argument(
    "labels", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@click.command("label", epilog=EPILOG)
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out", "-o", required=True, type=click.Path(path_type=Path), metavar="FILE",
    help="A .csv sheet for a spreadsheet, or a .jsonl file.",
)  # fmt: skip
@click.option(
    "-n", default=100, show_default=True, type=click.IntRange(min=1), help="How many sentences at most."
)
@click.option(
    "--coded", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="Labels that are there already; their sentences are not asked about again.",
)  # fmt: skip
@classifier_option
@model_option
@plain_errors
def label_command(
    run: Path, out: Path, n: int, coded: tuple[Path, ...], classifier: str | None, model: str | None
) -> None:
    """Write the sentences of a finished RUN that are most worth labelling.

    In the sheet, write affirmed (or x), planned, lacking or negated under each element that the sentence names,
    pairs such as "T2 > S1" under links and answers, and x under "none" where it names nothing. Rows without any
    entry count as not coded. The sheet says nothing of what was found, so that it does not sway the coder.
    """
    from policyloom.run import write_label_sheet

    chosen = write_label_sheet(run, out, n, coded=coded, classifier=classifier, model=model)
    docs = len({sentence.doc for sentence in chosen})
    click.echo(
        f"{len(chosen)} sentences of {docs} documents; label them in {out}, then: policyloom train {out}"
    )


@click.command("train", epilog=EPILOG)
@_labels
@click.option(
    "--out", "-o", required=True, type=click.Path(path_type=Path), metavar="FILE",
    help="The classifier, such as mine.classifier.",
)  # fmt: skip
@click.option(
    "--sample", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="Further labels, of sentences drawn fairly from what you will tag; they choose the thresholds.",
)  # fmt: skip
@framework_option
@model_option
@plain_errors
def train_command(
    labels: tuple[Path, ...], out: Path, sample: tuple[Path, ...], framework: str, model: str | None
) -> None:
    """Learn a classifier from files of LABELS (.jsonl or .csv) and the framework's own examples.

    Use it with --classifier FILE. The scores shown are of documents held out in turn.
    """
    from policyloom.coders.classifier import write_classifier
    from policyloom.framework import read_framework
    from policyloom.learn.training import train_classifier

    chosen = read_framework(framework)
    made = train_classifier(labels, chosen, sample=sample, model=model)
    write_classifier(made, out)
    card = made.card
    click.echo(f"{'element':44}labelled  threshold  F1 held out")
    for id, threshold in zip(made.labels, made.thresholds, strict=True):
        name, f1 = f"{id} {chosen[id].label}", card["held_out"]["0.0"][id]["f1"]
        click.echo(f"{name[:42]:44}{card['labelled'][id]:8}{threshold:11.2f}{f1:13.2f}")
    click.echo(f"\nHeld out, over {card['scored']} sentences:\n--min-probability  precision  recall    F1")
    for level, figures in card["held_out"].items():
        every = figures["all"]
        click.echo(
            f"{level if float(level) else '':17}{every['precision']:11.2f}{every['recall']:8.2f}{every['f1']:6.2f}"
        )
    click.echo(
        f"\nLearned from {card['sentences']} sentences of {card['documents']} documents; written to {out}"
    )
    too_few = [id for kind in ("outcome", "challenge", "mechanism") for id in chosen.ids(kind, top=True) if id not in made.labels]  # fmt: skip
    if too_few:
        click.echo(f"too few labels to learn, so left to the rules: {', '.join(too_few)}")


@click.command("evaluate", epilog=EPILOG)
@click.argument("labels", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@framework_option
@classifier_option
@min_probability_option
@model_option
@click.option("--errors", default=10, show_default=True, metavar="N", help="How many mistakes to show.")
@click.option("--json", "as_json", is_flag=True, help="All figures as one JSON object.")
@plain_errors
def evaluate_command(
    labels: Path,
    framework: str,
    classifier: str | None,
    min_probability: float,
    model: str | None,
    errors: int,
    as_json: bool,
) -> None:
    """Score tagging against LABELS (.jsonl or .csv), each sentence read alone.

    Do not score a classifier on labels that it was trained on: `policyloom train` shows its held-out scores.
    """
    from policyloom.coders import load_coder
    from policyloom.framework import read_framework
    from policyloom.learn.evaluation import evaluate_labels

    chosen = read_framework(framework)
    coder = load_coder(chosen, classifier, min_probability=min_probability)
    scores, mistakes = evaluate_labels(labels, chosen, coder=coder, model=model)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(scores)))
        return
    _print_scores(scores)
    for mistake in mistakes[:errors]:
        _print_mistake(mistake)
    if len(mistakes) > errors:
        click.echo(f"\nand {len(mistakes) - errors} more; show them with --errors {len(mistakes)}")


@click.command("agreement", epilog=EPILOG)
@click.argument("first", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("second", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@framework_option
@click.option("--json", "as_json", is_flag=True, help="All figures as one JSON object.")
@plain_errors
def agreement_command(first: Path, second: Path, framework: str, as_json: bool) -> None:
    """Say how far two coders agree: FIRST and SECOND hold their labels of the same sentences."""
    from policyloom.framework import read_framework
    from policyloom.learn.labels import read_labels
    from policyloom.learn.scores import agreement

    chosen = read_framework(framework)
    result = agreement(read_labels(first, chosen), read_labels(second, chosen), chosen)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(result)))
        return
    click.echo(f"sentences coded by both   {result.sentences}")
    click.echo(f"Cohen's kappa             {result.kappa:.2f}")
    click.echo(f"Krippendorff's alpha      {result.alpha:.2f}")
    click.echo(f"F1 of one by the other    {result.f1:.2f}")
    click.echo(f"kappa of the status       {result.status_kappa:.2f}")
    for id, kappa in result.by_element.items():
        click.echo(f"  {id:5}{chosen[id].label[:50]:52}{kappa:6.2f}")


def _print_scores(scores: Scores) -> None:
    names = {
        "element_micro_f1": "element F1, micro", "element_precision": "  precision", "element_recall": "  recall",
        "element_macro_f1": "element F1, macro", "status_accuracy": "status right", "link_f1": "link F1",
        "answer_f1": "answer F1",
    }  # fmt: skip
    click.echo(
        f"{scores.sentences} sentences of {scores.documents} documents; 95 % intervals over documents\n"
    )
    for name, words in names.items():
        low, high = scores.intervals[name]
        click.echo(f"{words:22}{getattr(scores, name):5.2f}   {low:.2f} to {high:.2f}")
    click.echo("\nelement  precision  recall    F1             status  labelled  found  instead")
    for id, s in scores.by_element.items():
        low, high = s.f1_interval
        others = ", ".join(f"{other} {n}" for other, n in list(scores.instead.get(id, {}).items())[:3])
        click.echo(
            f"{id:9}{s.precision:9.2f}{s.recall:8.2f}{s.f1:6.2f} ({low:.2f}–{high:.2f}){s.status_accuracy:9.2f}"
            f"{s.labelled:10}{s.found:7}  {others}"
        )
    click.echo("\nstatus, labelled in rows and found in columns")
    statuses = get_args(Status)
    click.echo(f"{'':10}" + "".join(f"{status:>10}" for status in statuses))
    for row, cells in scores.status_table.items():
        click.echo(f"{row:10}" + "".join(f"{cells.get(column, 0):10}" for column in statuses))


def _print_mistake(mistake: Mistake) -> None:
    click.echo(f"\n{mistake.kind:8}{mistake.element:6}{mistake.reason}")
    click.echo(click.style(f"{'':14}{mistake.sentence.id}: {mistake.sentence.text}", dim=True))
