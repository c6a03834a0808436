"""The command line: words in, one library call, words out."""

from __future__ import annotations

import click

from policyloom.cli.agreement import agreement_command
from policyloom.cli.compare import compare_command
from policyloom.cli.console import Commands
from policyloom.cli.demo import demo_command
from policyloom.cli.estimates import estimate_command, sentences_command
from policyloom.cli.export import export_command
from policyloom.cli.figures import figure_command
from policyloom.cli.frameworks import framework_group
from policyloom.cli.language_model import coder_group
from policyloom.cli.learning import evaluate_command, label_command, train_command
from policyloom.cli.marks import mark_command
from policyloom.cli.options import EPILOG
from policyloom.cli.pmc import pmc_command
from policyloom.cli.review import review_command
from policyloom.cli.run import run_command
from policyloom.cli.single import check_command, extract_command, tag_command

__all__ = ["main"]


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="policyloom", prog_name="policyloom")
def main() -> None:
    """Find what policies, papers and case reports say: which mechanisms, in what status, towards which outcomes."""


for command in (
    run_command,
    check_command,
    extract_command,
    tag_command,
    demo_command,
    compare_command,
    label_command,
    train_command,
    evaluate_command,
    agreement_command,
    estimate_command,
    export_command,
    mark_command,
    figure_command,
    sentences_command,
    review_command,
    pmc_command,
    framework_group,
    coder_group,
):
    main.add_command(command)
