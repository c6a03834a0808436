"""The command that compares coders: people, by their files of labels, and machines."""

from __future__ import annotations

import dataclasses
import json
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
    from policyloom.run.coder import ChosenCoder

__all__ = ["agreement_command"]

UNDEFINED = "not defined"

CONFIRMED = "+llm"
"""After the name of a coder whose mentions a language model confirms."""


@click.command("agreement", epilog=EPILOG)
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--coder", "coders", multiple=True, metavar="rules|classifier|default|llm|FILE|MODULE:NAME",
    help="A machine that codes the sentences of the first source, to be compared too; may be given several times. "
    "CODER+llm is a coder whose mentions a language model confirms, as with --confirm llm.",
)  # fmt: skip
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), default=None, metavar="FOLDER",
    help="A folder for all figures and differences: agreement.html, agreement.csv and differences.csv.",
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
    sources: tuple[Path, ...],
    coders: tuple[str, ...],
    out: Path | None,
    framework: str,
    llm: LanguageModelOptions,
    differ: int,
    as_json: bool,
) -> None:
    """Say how far coders agree about the same sentences.

    SOURCES hold labels of people, one coder each; in a project of a program for qualitative analysis (.qdpx), each of its
    users who has coded is one. A folder of a finished run stands for its coder. With --coder, machines are compared with them and with each other.
    """
    from policyloom.framework import read_framework
    from policyloom.run import compare_sources, write_compared_coders

    if not any(_is_llm(name) for name in coders):
        choose_coder(None, llm)  # which refuses what goes with a language model alone
    chosen = read_framework(framework)
    machines = {name: _choose(name, chosen, llm) for name in coders}
    try:
        if len(sources) + len(machines) < 2 and sources[0].suffix.lower() != ".qdpx":
            fail("one coder alone agrees with itself; name another source, or a machine with --coder", 2)
        compared = compare_sources(sources, chosen, coders=machines)
    except UnansweredError as error:
        tell_unanswered(error, chosen, llm, n_documents=error.n_documents)
        return
    if llm.sends_nothing:
        tell_unanswered(None, chosen, llm)
        return
    for name, machine in machines.items():
        _tell_read(name, machine.coder)
        tell_given(machine.coder)
    found = compared.comparison
    if out is not None:
        write_compared_coders(compared, out, chosen)
    if as_json:
        click.echo(json.dumps(_as_json(found)))
        return
    if len(compared.codings) > 2:
        _print_pairs(found)
    else:
        (result,) = found.pairs.values()
        _print_agreement(result, chosen)
    first = next(iter(found.pairs.values()))
    for difference in first.differences[:differ]:
        _print_difference(difference.first, difference.second, difference.n_links)
    if out is not None:
        say(f"\nAll figures and differences: {out / 'agreement.html'}")


def _is_llm(name: str) -> bool:
    return name == "llm" or name.endswith(CONFIRMED)


def _choose(name: str, framework: Framework, llm: LanguageModelOptions) -> ChosenCoder:
    """The machine of a name, ready to code."""
    from policyloom.run.coder import resolve_coder

    if name.endswith(CONFIRMED):
        confirmed = name.removesuffix(CONFIRMED)
        told = choose_coder(confirmed, dataclasses.replace(llm, confirm="llm"))
    elif name == "llm":
        told = choose_coder("llm", llm)
    else:
        told = None if name == "default" else name
    return resolve_coder(told, framework)


def _tell_read(name: str, coder: object) -> None:
    """Say how much of the text a language model has read."""
    n_read, n_seen = getattr(coder, "n_read", None), getattr(coder, "n_seen", 0)
    if n_read is not None:
        say(f"policyloom: {name}: the model read {n_read:,} of {count(n_seen, 'sentence')}", err=True)


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
        say(f"  {who:7}{coding.in_words()}")


def _figure(value: float | None, undefined: str = UNDEFINED) -> str:
    return undefined if value is None else f"{value:.2f}"


def _range(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.2f} to {interval[1]:.2f}"
