"""The command that compares coders: people, by their files of labels, and machines."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policyloom.cli.console import quote, say
from policyloom.cli.language_model import (
    LanguageModelOptions,
    choose_coder,
    language_model_options,
    tell_given,
    tell_unanswered,
)
from policyloom.cli.options import EPILOG, count, fail, framework_option, plain_errors
from policyloom.errors import UnansweredError

if TYPE_CHECKING:
    from policyloom.framework import Framework
    from policyloom.learn.agreement import Agreement, Comparison
    from policyloom.learn.labels import Labelled

__all__ = ["agreement_command"]

UNDEFINED = "not defined"


@click.command("agreement", epilog=EPILOG)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--coder", "coders", multiple=True, metavar="rules|classifier|default|llm|FILE|MODULE:NAME",
    help="A machine that codes the sentences of the first file, to be compared too; may be given several times.",
)  # fmt: skip
@framework_option
@language_model_options
@click.option(
    "--differ",
    default=0,
    show_default=True,
    metavar="N",
    help="How many sentences to show on which the first two part ways.",
)
@click.option("--json", "as_json", is_flag=True, help="All figures as one JSON object.")
@plain_errors
def agreement_command(
    files: tuple[Path, ...],
    coders: tuple[str, ...],
    framework: str,
    llm: LanguageModelOptions,
    differ: int,
    as_json: bool,
) -> None:
    """Say how far coders agree about the same sentences.

    FILES hold labels of people, one coder each; in a project of a program for qualitative analysis (.qdpx), each of its
    users who has coded is one. With --coder, machines are compared with them and with each other.
    """
    from policyloom.framework import read_framework
    from policyloom.learn.agreement import compare_coders

    if "llm" not in coders:
        choose_coder(None, llm)  # which refuses what goes with a language model alone
    chosen = read_framework(framework)
    codings: dict[str, Sequence[Labelled]] = {}
    for path in files:
        codings |= _read_codings(path, chosen)
    coded = next(iter(codings.values()))
    try:
        for name in coders:
            codings[name] = _code(coded, name, chosen, llm)
    except UnansweredError as error:
        tell_unanswered(error, chosen, llm, n_documents=len({row.doc for row in coded}))
        return
    if llm.sends_nothing:
        tell_unanswered(None, chosen, llm)
        return
    if len(codings) < 2:
        fail("one coder alone agrees with itself; name another file, or a machine with --coder", 2)
    found = compare_coders(codings, chosen)
    if as_json:
        click.echo(json.dumps(_as_json(found)))
        return
    if len(codings) > 2:
        _print_pairs(found)
    else:
        (result,) = found.pairs.values()
        _print_agreement(result, chosen)
    first = next(iter(found.pairs.values()))
    for difference in first.differences[:differ]:
        _print_difference(difference.first, difference.second, difference.n_links)


def _read_codings(path: Path, framework: Framework) -> dict[str, Sequence[Labelled]]:
    """The labels in a file by who coded them: the file's name, and for a project of several coders theirs too."""
    from policyloom.learn.labels import PROJECTS, read_labels

    if path.suffix.lower() != PROJECTS:
        return {str(path): read_labels(path, framework)}
    from policyloom.learn.projects import read_project_coders

    by_coder = read_project_coders(path, framework)
    if len(by_coder) == 1:
        return {str(path): rows for rows in by_coder.values()}
    return {f"{path}: {coder}": rows for coder, rows in by_coder.items()}


def _code(
    rows: Sequence[Labelled], name: str, framework: Framework, llm: LanguageModelOptions
) -> list[Labelled]:
    from policyloom.learn.evaluation import code_labelled
    from policyloom.run.coder import resolve_coder

    told = choose_coder("llm", llm) if name == "llm" else None if name == "default" else name
    coder = resolve_coder(told, framework).coder
    found = code_labelled(rows, framework, coder)
    tell_given(coder)
    return found


def _as_json(found: Comparison) -> dict[str, object]:
    """The figures, without the sentences in which coders part ways."""
    pairs = []
    for (first, second), result in found.pairs.items():
        figures = dataclasses.asdict(dataclasses.replace(result, differences=()))
        del figures["differences"]
        pairs.append({"first": first, "second": second, **figures})
    return {"pairs": pairs, "alpha": dict(found.alpha)}


def _print_agreement(result: Agreement, framework: Framework) -> None:
    say(
        f"{count(result.sentences, 'sentence')} of {count(result.documents, 'document')} coded by both; 95 % intervals over documents\n"
    )
    names = {
        "mean_kappa": "Cohen's kappa, mean of the elements",
        "kappa": "  of all decisions together",
        "f1": "F1 of one by the other",
        "status_share": "same status where both name it",
        "link_f1": "F1 of the links",
    }  # fmt: skip
    for name, words in names.items():
        say(f"{words:38}{_figure(getattr(result, name)):>11}   {_range(result.intervals[name])}".rstrip())
    say(f"{'Krippendorff’s alpha, all decisions':38}{_figure(result.alpha):>11}")
    say(f"{'kappa of the status':38}{_figure(result.status_kappa):>11}")
    if not result.by_element:
        say("\nNeither names any element, so there is nothing to agree about.")
        return
    say(f"\n{'element':52}{'kappa':>11}{'':17}{'F1':>5}{'both':>7}{'first':>7}{'second':>8}")
    for id, e in result.by_element.items():
        name = f"{id} {framework[id].label}"[:50]
        say(
            f"{name:52}{_figure(e.kappa):>11}{_range(e.kappa_interval):>17}{_figure(e.f1, '–'):>5}"
            f"{e.n_both:>7}{e.n_first:>7}{e.n_second:>8}"
        )


def _print_pairs(found: Comparison) -> None:
    width = max(len(f"{a} and {b}") for a, b in found.pairs) + 2
    say(f"{'':{width}}{'mean kappa':>11}{'F1':>7}{'':16}{'status':>8}{'links':>8}{'sentences':>11}")
    for (first, second), r in found.pairs.items():
        say(
            f"{f'{first} and {second}':{width}}{_figure(r.mean_kappa, '–'):>11}{_figure(r.f1, '–'):>7}"
            f"{_range(r.intervals['f1']):>16}{_figure(r.status_share, '–'):>8}{_figure(r.link_f1, '–'):>8}{r.sentences:>11}"
        )
    say("\nKrippendorff’s alpha of all together, by element")
    for id, alpha in found.alpha.items():
        say(f"  {id:10}{_figure(alpha):>11}")


def _print_difference(first: Labelled, second: Labelled, n_links: int) -> None:
    say(f"\n{first.doc} {first.id}; {count(n_links, 'link')} on it\n  {quote(first.text)}")
    for who, coding in (("first", first), ("second", second)):
        named = ", ".join(f"{id} {status}" for id, status in coding.statuses.items()) or "nothing"
        ties = "".join(f"; {a} > {b}" for a, b in (*coding.links, *coding.answers))
        say(f"  {who:7}{named}{ties}")


def _figure(value: float | None, undefined: str = UNDEFINED) -> str:
    return undefined if value is None else f"{value:.2f}"


def _range(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.2f} to {interval[1]:.2f}"
