"""The commands of the learning loop: label, train, evaluate."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from policyloom.cli.console import quote, say
from policyloom.cli.language_model import (
    LanguageModelOptions,
    choose_coder,
    language_model_options,
    tell_given,
    tell_unanswered,
)
from policyloom.cli.options import (
    EPILOG,
    classifier_option,
    coder_option,
    count,
    fail,
    framework_option,
    min_probability_option,
    model_option,
    plain_errors,
)
from policyloom.errors import UnansweredError
from policyloom.records import MIN_MEASURED, Status

if TYPE_CHECKING:
    from policyloom.learn.evaluation import Mistake
    from policyloom.learn.scores import Scores

__all__ = ["evaluate_command", "label_command", "train_command"]

UNDEFINED = "not defined"

_labels = click.argument(
    "labels", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@click.command("label", epilog=EPILOG)
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out", "-o", required=True, type=click.Path(path_type=Path), metavar="FILE",
    help="A .csv sheet for a spreadsheet, or a .jsonl file; a new one.",
)  # fmt: skip
@click.option(
    "-n", default=100, show_default=True, type=click.IntRange(min=1), help="How many sentences at most."
)
@click.option(
    "--sample",
    is_flag=True,
    help="Draw sentences with known probabilities, for `policyloom estimate`; without it, those best to train from are picked.",
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(min=0),
    help="With --sample: another one draws other sentences.",
)
@click.option(
    "--coded", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="Labels that are there already; their sentences are not asked about again.",
)  # fmt: skip
@classifier_option
@model_option
@plain_errors
def label_command(
    run: Path, out: Path, n: int, sample: bool, seed: int, coded: tuple[Path, ...], classifier: str | None, model: str | None,
) -> None:  # fmt: skip
    """Write sentences of a finished RUN to be labelled: those most worth training from, or with --sample a sample.

    For training, the sentences that the coder is least sure of are picked. They are no fair picture of the run. With
    --sample each sentence of running text can be drawn, with a probability that stands in the column "inclusion";
    `policyloom estimate` corrects shares with them.

    In the sheet, write affirmed (or x), planned, lacking or negated under each element that the sentence names,
    pairs such as "T2 > S1" under links and answers, and x under "none" where it names nothing. Rows without any
    entry count as not coded. The sheet says nothing of what was found, so that it does not sway the coder.
    """
    from policyloom.learn.labels import check_labels_path, coded_ids
    from policyloom.run import read_run_framework, write_label_sheet

    if sample and coded:
        fail("--sample draws from all sentences of the run, and does not go with --coded", 2)
    if seed and not sample:
        fail("--seed goes with --sample", 2)
    if out.is_file():
        _refuse_sheet(run, out, coded, n)
    check_labels_path(out)
    if sample:
        _draw_sample(run, out, n, seed, classifier, model)
        return
    elements = coded_ids(read_run_framework(run))
    _tell_needs(len(elements))
    done = write_label_sheet(run, out, n, coded=coded, classifier=classifier, model=model)
    docs = len({sentence.doc for sentence in done.sentences})
    say(f"{count(len(done.sentences), 'sentence')} of {count(docs, 'document')} written to {out}")
    _tell_shortage(len(done.sentences), docs)
    words = ["policyloom", "train", quote(out)]
    if not done.is_built_in:
        words += ["-f", quote(done.framework_file or "FILE.toml")]
    say(f"Label them, then: {' '.join([*words, '-o', quote(out.with_suffix('.classifier'))])}")
    if not done.is_built_in and done.framework_file is None:
        say(f"FILE.toml stands for your file of framework {done.framework.id} {done.framework.version}")


def _draw_sample(run: Path, out: Path, n: int, seed: int, classifier: str | None, model: str | None) -> None:
    from policyloom.run import write_sample_sheet
    from policyloom.run.samples import TYPICAL_PRECISION, TYPICAL_RECALL

    done = write_sample_sheet(run, out, n, seed=seed, classifier=classifier, model=model)
    docs = len({sentence.doc for sentence in done.sentences})
    say(
        f"{count(len(done.sentences), 'sentence')} of {count(docs, 'document')} written to {out}, drawn from the "
        f"{count(done.n_sentences, 'sentence')} of running text in {count(done.n_documents, 'document')}; in {done.n_joint} of "
        "those drawn the coder finds a mechanism and an outcome"
    )
    pairs = [e for e in done.expected if not e.id]
    named = [e for e in done.expected if e.id]
    if named:
        say(
            f"To be expected of corrected shares (95 % interval), if {TYPICAL_PRECISION} of what the coder finds is right and it "
            f"finds {TYPICAL_RECALL} of what is there:"
        )
    shown = dict.fromkeys((*named[:1], *named[len(named) // 2 :][:1], *named[-1:], *pairs))
    for e in shown:
        name = f"{e.id} {done.framework[e.id].label}"[:50] if e.id else "any mechanism with any outcome"
        say(f"  {name:52}found in {100 * e.share:5.1f} %   ± {100 * e.half_width:.1f} points")
    say(f"Code every row, then: policyloom estimate {quote(run)} --labels {quote(out)}")


def _refuse_sheet(run: Path, out: Path, coded: tuple[Path, ...], n: int) -> None:
    """Says how to label more sentences without losing those in a sheet that is there."""
    other = next(
        path for i in range(2, 10_000) if not (path := out.with_stem(f"{out.stem}-{i}")).exists()
    )  # fmt: skip
    known = " ".join(f"--coded {quote(path)}" for path in dict.fromkeys((*coded, out)))
    fail(
        f"{out}: is there already, and labels in it would be lost. For further sentences, once it is filled in: "
        f"policyloom label {quote(run)} -o {quote(other)} -n {n} {known}",
        2,
    )


def _tell_needs(n_elements: int) -> None:
    from policyloom.learn.fit import FOLDS, MIN_LABELS

    say(
        f"To learn an element, `policyloom train` needs {MIN_LABELS} sentences that name it and {MIN_LABELS} that do not; "
        f"to learn at all, sentences of {FOLDS} documents. There are {count(n_elements, 'element')}. Elements with fewer "
        "are left to the rules."
    )


def _tell_shortage(n_sentences: int, n_documents: int) -> None:
    from policyloom.learn.fit import FOLDS, MIN_LABELS

    if n_sentences < 2 * MIN_LABELS:
        say(
            f"That is too few to learn from: at least {2 * MIN_LABELS} sentences are needed; ask for more with -n, or "
            "run over more documents."
        )
    elif n_documents < FOLDS:
        say(f"That is too few documents to learn from: at least {FOLDS} are needed.")


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
    """Learn a classifier from files of LABELS (.jsonl, .csv or .qdpx) and the framework's own examples.

    Use it with --coder FILE. The scores shown are of documents held out in turn.
    """
    from policyloom.coders.classifier import write_classifier
    from policyloom.framework import read_framework
    from policyloom.learn.training import train_classifier
    from policyloom.run import refuse_other_file

    refuse_other_file(out, b"PK\x03\x04", "a classifier")
    chosen = read_framework(framework)
    made = train_classifier(labels, chosen, sample=sample, model=model)
    write_classifier(made, out)
    card = made.card
    click.echo(f"{'element':44}labelled  threshold  F1 held out  of rules")
    for id, threshold in zip(made.labels, made.thresholds, strict=True):
        name = f"{id} {chosen[id].label}"
        f1s = [
            figures[id]["f1"] if card["named"][id] else None
            for figures in (card["held_out"]["0.0"], card["rules"])
        ]
        say(
            f"{name[:42]:44}{card['labelled'][id]:8}{threshold:11.2f}{_figure(f1s[0]):>13}{_figure(f1s[1]):>10}"
        )
    click.echo(f"\nHeld out, over {card['scored']} sentences:\n--min-probability  precision  recall    F1")
    for level, figures in card["held_out"].items():
        every = figures["all"]
        click.echo(
            f"{level if float(level) else '':17}{every['precision']:11.2f}{every['recall']:8.2f}{every['f1']:6.2f}"
        )
    of_rules, of_both = card["rules"]["all"], card["held_out"]["0.0"]["all"]
    click.echo(
        f"{'rules alone':17}{of_rules['precision']:11.2f}{of_rules['recall']:8.2f}{of_rules['f1']:6.2f}"
    )
    _print_ties(card["ties"])
    if of_both["f1"] <= of_rules["f1"]:
        say(
            "\nOn documents held out this classifier is no better than the framework's rules alone, so go on without it, and "
            "label more sentences"
        )
    say(
        f"\nLearned from {card['sentences']} sentences of {card['documents']} documents, where each example of the "
        f"framework counts as a document; written to {out}"
    )
    too_few = [id for kind in ("outcome", "challenge", "mechanism") for id in chosen.ids(kind, top=True) if id not in made.labels]  # fmt: skip
    if too_few:
        click.echo(f"too few labels to learn, so left to the rules: {', '.join(too_few)}")


TIES = {
    "pairs": "a mechanism and an outcome in one sentence (joint sentences)",
    "claims": "claims that a mechanism leads to an outcome",
    "answers": "claims that a mechanism answers a challenge",
}
"""What is measured of pairs and claims, in words."""


def _print_ties(ties: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Prints precision and recall of pairs and claims held out, by the least probability; of few labelled ones none."""
    for name, words in TIES.items():
        n = next(iter(ties.values()))[name]["n"]
        if n < MIN_MEASURED:
            say(f"\nToo few labelled to be measured ({n} of {MIN_MEASURED}): {words}")
            continue
        click.echo(f"\nHeld out, {n} {words}:\n--min-probability  precision  recall   found")
        for level, figures in ties.items():
            shares = f"{_figure(figures[name]['precision']):>11}{_figure(figures[name]['recall']):>8}"
            click.echo(f"{level if float(level) else '':17}{shares}{figures[name]['n_found']:8}")


@click.command("evaluate", epilog=EPILOG)
@click.argument("labels", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@framework_option
@coder_option
@language_model_options
@min_probability_option
@model_option
@click.option("--errors", default=10, show_default=True, metavar="N", help="How many mistakes to show.")
@click.option("--json", "as_json", is_flag=True, help="All figures as one JSON object.")
@plain_errors
def evaluate_command(
    labels: Path,
    framework: str,
    coder: str | None,
    llm: LanguageModelOptions,
    min_probability: float,
    model: str | None,
    errors: int,
    as_json: bool,
) -> None:
    """Score tagging against LABELS (.jsonl, .csv or .qdpx), each sentence read alone.

    Do not score a classifier on labels that it was trained on: `policyloom train` shows its held-out scores.
    """
    from policyloom.framework import read_framework
    from policyloom.learn.evaluation import count_sentences, evaluate_labels
    from policyloom.learn.labels import read_labels
    from policyloom.run.coder import resolve_coder

    chosen = read_framework(framework)
    used = resolve_coder(choose_coder(coder, llm), chosen, min_probability=min_probability)
    try:
        scores, mistakes = evaluate_labels(labels, chosen, coder=used.coder, model=model)
    except UnansweredError as error:
        tell_unanswered(error, chosen, llm, n_documents=len({row.doc for row in read_labels(labels, chosen)}))
        return
    if llm.sends_nothing:
        tell_unanswered(None, chosen, llm)
        return
    tell_given(used.coder)
    n_left_out = count_sentences(labels, chosen) - scores.sentences
    if n_left_out:
        say(f"{count(n_left_out, 'sentence')} left out, as the coder could not judge them", err=True)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(scores)))
        return
    _print_scores(scores)
    for mistake in mistakes[:errors]:
        _print_mistake(mistake)
    if len(mistakes) > errors:
        click.echo(f"\nand {len(mistakes) - errors} more; show them with --errors {len(mistakes)}")


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
        value = _figure(getattr(scores, name), UNDEFINED)
        click.echo(f"{words:22}{value:>5}   {_range(scores.intervals[name], ' to ')}".rstrip())
    click.echo(f"\n{'':62}precision  recall  labelled  found")
    for name, words in TIES.items():
        s = getattr(scores, name)
        click.echo(f"{words:62}{_figure(s.precision):>9}{_figure(s.recall):>8}{s.n:10}{s.n_found:7}")
    click.echo("\nelement  precision  recall    F1             status  labelled  found  instead")
    for id, s in scores.by_element.items():
        others = ", ".join(f"{other} {n}" for other, n in list(scores.instead.get(id, {}).items())[:3])
        interval = f"({_range(s.f1_interval, '–')})"
        click.echo(
            f"{id:9}{_figure(s.precision):>9}{_figure(s.recall):>8}{_figure(s.f1):>6} {interval:11}"
            f"{_figure(s.status_accuracy):>9}{s.labelled:10}{s.found:7}  {others}".rstrip()
        )
    click.echo("\nstatus, labelled in rows and found in columns")
    statuses = get_args(Status)
    click.echo(f"{'':10}" + "".join(f"{status:>10}" for status in statuses))
    for row, cells in scores.status_table.items():
        click.echo(f"{row:10}" + "".join(f"{cells.get(column, 0):10}" for column in statuses))


def _print_mistake(mistake: Mistake) -> None:
    say(f"\n{mistake.kind:8}{mistake.element:6}{mistake.reason}")
    say(f"{'':14}{mistake.sentence.id}: {mistake.sentence.text}", dim=True)


def _figure(value: float | None, undefined: str = "–") -> str:
    return undefined if value is None else f"{value:.2f}"


def _range(interval: tuple[float, float] | None, between: str) -> str:
    return between.join(f"{end:.2f}" for end in interval) if interval else ""
