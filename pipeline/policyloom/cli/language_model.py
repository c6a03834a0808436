"""A language model on the command line: its options, what it would be asked, and what it is told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from policyloom.cli.console import say
from policyloom.cli.options import (
    EPILOG,
    coder_option,
    count,
    fail,
    framework_option,
    min_probability_option,
    model_option,
    ocr_option,
    password_option,
    plain_errors,
)
from policyloom.errors import UnansweredError

if TYPE_CHECKING:
    from policyloom.coders.language_model import LanguageModel
    from policyloom.framework import Framework
    from policyloom.run.conversation import RequestPlan

__all__ = [
    "LanguageModelOptions",
    "choose_coder",
    "coder_group",
    "language_model_options",
    "print_requests",
    "reading_options",
    "tell_given",
    "tell_unanswered",
    "telling_requests",
]


def language_model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a language model, which reach the command as one argument `llm`; see `choose_coder`."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        told = {name: kwargs.pop(name) for name in _LLM_NAMES}
        kwargs["llm"] = LanguageModelOptions(**told)
        return command(*args, **kwargs)

    found: Callable[..., Any] = wrapped
    for option in reversed(_LLM_OPTIONS):
        found = option(found)
    return found


@dataclass(frozen=True, slots=True)
class LanguageModelOptions:
    """What was said of a language model on the command line."""

    llm_model: str | None
    llm_url: str | None
    llm_votes: int
    llm_reads: Literal["likely", "all"]
    llm_concurrency: int
    llm_answers: Path | None
    llm_requests: Path | None
    llm_store: Path | None
    llm_timeout: float | None
    confirm: str | None
    dry_run: bool
    llm_price: tuple[float, float] | None

    @property
    def sends_nothing(self) -> bool:
        """Whether requests are only counted or written."""
        return self.dry_run or self.llm_requests is not None


_LLM_OPTIONS = (
    click.option("--llm-model", metavar="NAME", default=None, help="With --coder llm: the model, as its server calls it."),
    click.option(
        "--llm-url", metavar="URL", default=None,
        help="A server that speaks the OpenAI chat-completions protocol, such as http://localhost:11434/v1 of Ollama. Without "
        "it nothing is sent, and stored answers are used. A key is taken from the environment: POLICYLOOM_LLM_KEY.",
    ),
    click.option(
        "--llm-votes", type=click.IntRange(min=1), default=1, show_default=True,
        help="Answers to each request; what the majority names holds.",
    ),
    click.option(
        "--llm-reads", type=click.Choice(("likely", "all")), default="likely", show_default=True,
        help="The passages that rules and classifier cannot rule out, or all.",
    ),
    click.option(
        "--llm-concurrency", type=click.IntRange(1, 64), default=4, show_default=True, help="Requests on their way at once."
    ),
    click.option(
        "--llm-answers", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None, metavar="FILE.jsonl",
        help="Answers instead of a server: a batch's output, or answers.jsonl of a run.",
    ),
    click.option(
        "--llm-requests", type=click.Path(path_type=Path), default=None, metavar="FILE.jsonl",
        help="Write the requests that have no answer to a file for a batch service, and send nothing.",
    ),
    click.option(
        "--llm-store", type=click.Path(path_type=Path), default=None, metavar="FILE.sqlite",
        help="Where answers are kept by commands that write no run folder; a run keeps them in its folder.",
    ),
    click.option(
        "--llm-timeout", type=click.FloatRange(min=0, min_open=True), default=None, metavar="SECONDS",
        help="The most time for one answer; 300 by default. A server that has not answered once by then is given up.",
    ),
    click.option(
        "--confirm", type=click.Choice(("llm",)), default=None,
        help="Let a language model confirm what --coder names: it reads those passages alone, and what both name is kept.",
    ),
    click.option(
        "--dry-run", is_flag=True,
        help="With --coder llm: say what would be asked, and send nothing. Of a run, without: what would be read, and why.",
    ),
    click.option(
        "--llm-price", type=click.Tuple([click.FloatRange(min=0), click.FloatRange(min=0)]), default=None, metavar="IN OUT",
        help="With --dry-run or --llm-requests: the price of a million tokens read, and written.",
    ),
)  # fmt: skip
_LLM_NAMES = tuple(field.name for field in fields(LanguageModelOptions))


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options by which a command reads and tags documents: the coder, a language model, probability, pipeline, password, OCR."""
    options = (
        coder_option, language_model_options, min_probability_option, model_option, password_option, ocr_option,
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def choose_coder(
    coder: str | None, llm: LanguageModelOptions, *, previews: bool = False
) -> str | LanguageModel | None:
    """The coder that is meant by `--coder` and what was said of a language model.

    Args:
        coder: as named on the command line; None where none was.
        llm: what was said of a language model.
        previews: whether the command has a dry run of its own, which any coder may have.
    """
    confirms = None
    if llm.confirm:
        if coder == "llm":
            fail(
                "--coder llm --confirm llm: a language model cannot confirm itself; ask for several votes", 2
            )
        confirms, coder = coder or "classifier", "llm"
    if llm.llm_price is not None and not llm.sends_nothing:
        fail("--llm-price says what requests would cost, and goes with --dry-run or --llm-requests", 2)
    if coder != "llm":
        if llm.dry_run and not previews:
            fail("--dry-run says what a language model would be asked, and goes with --coder llm", 2)
        if llm.llm_model or llm.llm_url or llm.llm_answers or llm.llm_requests:
            fail(
                "--llm-model, --llm-url, --llm-answers and --llm-requests go with --coder llm or --confirm llm",
                2,
            )
        return coder
    if not llm.llm_model:
        fail("--coder llm needs the model's name: --llm-model NAME", 2)
    if llm.llm_requests and llm.llm_answers and llm.llm_requests.resolve() == llm.llm_answers.resolve():
        fail("--llm-requests and --llm-answers name the same file", 2)
    from policyloom.coders.language_model import TIMEOUT, LanguageModel

    url = "" if llm.sends_nothing else llm.llm_url or ""
    return LanguageModel(
        llm.llm_model,
        url=url,
        votes=llm.llm_votes,
        reads=llm.llm_reads,
        concurrency=llm.llm_concurrency,
        answers=llm.llm_answers,
        store=llm.llm_store,
        confirms=confirms,
        timeout=llm.llm_timeout or TIMEOUT,
    )


def print_requests(asked: RequestPlan, price: tuple[float, float] | None) -> None:
    """Say what would be asked, and what it would cost."""
    say(
        f"{count(asked.n_requests, 'request')} about {count(asked.n_sentences, 'sentence')} in "
        f"{count(asked.n_passages, 'passage')} of {count(asked.n_documents, 'document')} without an answer; about "
        f"{asked.n_tokens_in:,} tokens to read, {asked.n_tokens_out:,} to write"
    )
    if price is not None:
        cost = asked.cost(*price)
        say(f"at these prices {'less than 0.01' if 0 < cost < 0.01 else f'about {cost:,.2f}'}")
    if asked.path is not None and asked.n_requests:
        say(f"Written to {asked.path}; have them answered, then run again with --llm-answers FILE")
    elif not asked.n_requests:
        say("Run again without --dry-run and --llm-requests to make the results.")


def tell_unanswered(
    error: UnansweredError | None, framework: Framework, llm: LanguageModelOptions, *, n_documents: int = 1
) -> None:
    """Say what would be asked, and write it where that is asked for.

    Args:
        error: with the requests that have no answer; None where each has one.
        framework: whose elements are coded.
        llm: what was said of the language model.
        n_documents: which the requests are about.

    Raises:
        UnansweredError: neither is asked for.
    """
    if error is not None and not llm.sends_nothing:
        raise error
    from policyloom.coders.language_model import REQUESTS_START
    from policyloom.run import refuse_other_file
    from policyloom.run.conversation import plan_unanswered

    path = None if llm.dry_run or error is None else llm.llm_requests
    if path is not None:
        refuse_other_file(path, REQUESTS_START, "a file of requests")
    requests = error.requests if error is not None else ()
    asked = plan_unanswered(
        lambda: requests,
        framework,
        n_votes=llm.llm_votes,
        n_documents=n_documents if requests else 0,
        path=path,
    )
    print_requests(asked, llm.llm_price)


@contextmanager
def telling_requests(llm: LanguageModelOptions, framework: Callable[[], Framework]) -> Iterator[None]:
    """Says what a language model would be asked and ends the command, where it is to be asked nothing."""
    try:
        yield
    except UnansweredError as error:
        tell_unanswered(error, framework(), llm, n_documents=error.n_documents)
        sys.exit(0)
    if llm.sends_nothing:
        tell_unanswered(None, framework(), llm)
        sys.exit(0)


def tell_given(coder: object) -> None:
    """Say how far a file of answers went, where one was given."""
    explain = getattr(coder, "explain_given", None)
    told = explain() if callable(explain) else ""
    if told:
        say(f"policyloom: {told}", err=True)


@click.group("coder", epilog=EPILOG)
def coder_group() -> None:
    """Look at what a coder does."""


@coder_group.command("prompt")
@framework_option
@plain_errors
def prompt_command(framework: str) -> None:
    """Print what a language model is told before it is given sentences: how to code, and the framework's codebook."""
    from policyloom.coders.language_model import system_prompt
    from policyloom.framework import read_framework

    say(system_prompt(read_framework(framework)))
