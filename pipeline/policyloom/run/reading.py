"""Read the documents of a run: those whose result is not there yet, by workers, and what a language model must be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from policyloom.errors import RunError, UnansweredError
from policyloom.records import Failure, Tagged
from policyloom.run.keys import extraction_part
from policyloom.run.plan import Plan
from policyloom.run.progress import Progress, Tell
from policyloom.run.results import SKETCH_SUFFIX, is_whole, read_result, write_result
from policyloom.run.settings import DaskChoice, Job, Limits, Settings
from policyloom.run.workers import process_all

if TYPE_CHECKING:
    from policyloom.coders.language_model import Asked
    from policyloom.run.conversation import Conversation
    from policyloom.run.decisions import Decisions

__all__ = ["UNANSWERED", "ReadDocuments", "find_unread", "read_documents", "read_results", "set_copies_aside"]

MAX_ROUNDS = 2
"""Times that a document's requests are asked: once, and once more about what failed the check."""

UNANSWERED = "unanswered"
NO_ANSWER = "name its server with --llm-url, or give a file of answers with --llm-answers"


@dataclass(frozen=True, slots=True)
class ReadDocuments:
    """The documents of a run after reading: their results lie in the cache under their keys."""

    jobs: tuple[Job, ...]
    failures: tuple[Failure, ...]
    n_reused: int
    versions: tuple[tuple[str, str, float], ...] = ()


def read_documents(
    plan: Plan,
    settings: Settings,
    cache: Path,
    workers: int | None,
    limits: Limits | None,
    executor: Executor | None,
    tell: Tell,
    talk: Conversation | None,
    *,
    dask: DaskChoice = None,
    forget: bool = True,
    meanwhile: Callable[[], object] = lambda: None,
) -> ReadDocuments:
    """Reads and tags the documents whose result is not whole in the cache, and forgets results of no document.

    Of a document with a result that was made with other settings, the text is taken from there. A document for which a language model must be asked is read once more when the answers are there.
    `meanwhile` is called in a thread of its own while other processes read, if there is something to read.
    """
    todo = find_unread(plan, cache)
    if todo and workers != 0:
        Thread(target=meanwhile, daemon=True).start()
    n_jobs, n_reused = len(plan.jobs), len(plan.jobs) - len(todo)
    failures = list(plan.failures)
    tell(Progress("reading", n_reused, n_jobs))
    n_done, n_rounds, reason = n_reused, 0, ""
    while todo:
        waiting: list[tuple[Job, UnansweredError]] = []
        outcomes = process_all(todo, settings, workers=workers, limits=limits, executor=executor, dask=dask)
        for job, result in outcomes:
            if isinstance(result, UnansweredError):
                waiting.append((job, result))
                if talk:
                    talk.want(result.requests)
                continue
            if isinstance(result, Failure):
                failures.append(result)
            else:
                write_result(result, result_path(cache, plan, job))
            n_done += 1
            tell(Progress("reading", n_done, n_jobs, job.source))
        todo = []
        if talk and talk.can_ask and waiting and n_rounds < MAX_ROUNDS:
            reason = talk.ask(lambda asked: tell(_asking(asked))) or reason
            todo, n_rounds = [job for job, _ in waiting], n_rounds + 1
        else:
            failures += [
                Failure(job.source, UNANSWERED, reason or _explain(error, talk)) for job, error in waiting
            ]
    failed = {failure.source for failure in failures}
    read = tuple(job for job in plan.jobs if job.source not in failed)
    if forget:
        _forget(cache, {plan.keys[job.id] for job in read})
    return ReadDocuments(read, tuple(sorted(failures, key=lambda f: f.source)), n_reused)


def find_unread(plan: Plan, cache: Path) -> list[Job]:
    """The jobs without a whole result, each with an earlier result of the same document, if there is one."""
    unread = [job for job in plan.jobs if not is_whole(result_path(cache, plan, job))]
    if not unread or not cache.is_dir():
        return unread
    earlier = {extraction_part(path.stem): str(path) for path in sorted(cache.glob("*.json"))}
    return [replace(job, earlier=earlier.get(extraction_part(plan.keys[job.id]), "")) for job in unread]


def set_copies_aside(read: ReadDocuments, plan: Plan, cache: Path) -> ReadDocuments:
    """The documents without those that hold the text of another, which become failures of the kind "duplicate"."""
    from policyloom.run.copies import find_copies

    jobs = {job.id: job for job in read.jobs}
    paths = {id: result_path(cache, plan, job) for id, job in jobs.items()}
    # Of a text in several formats, the one with pages counts.
    order = sorted(jobs, key=lambda id: (Path(jobs[id].path).suffix.lower() != ".pdf", id))
    found = find_copies(
        order,
        lambda id: _read(paths[id], id),
        lambda id: paths[id].with_suffix(SKETCH_SUFFIX),
    )
    copies = {copy.id: copy for copy in found if not copy.is_version}
    failures = [
        Failure(
            jobs[copy.id].source,
            "duplicate",
            f"has the same text as {jobs[copy.of].source}, in another layout or format, and is counted once",
        )
        for copy in copies.values()
    ]
    versions = tuple(
        (jobs[copy.id].source, jobs[copy.of].source, copy.share) for copy in found if copy.is_version
    )
    kept = tuple(job for job in read.jobs if job.id not in copies)
    all_failures = tuple(sorted((*read.failures, *failures), key=lambda failure: failure.source))
    return ReadDocuments(kept, all_failures, read.n_reused, versions)


def _explain(error: UnansweredError, talk: Conversation | None) -> str:
    """How many answers a document waits for, and, where a file was given of which none fits, why that may be."""
    n, n_all = len(error.requests), error.n_all
    waits = f"waits for {n:,} of {n_all:,} answers" if n_all > 1 else "waits for an answer"
    given = talk.given if talk else None
    hint = ""
    if given is not None and n == n_all:
        hint = (
            f"; none of the answers in {given.path} is to a request about it: requests differ where the model's name, the "
            "framework, the text, --llm-votes, --llm-reads, --confirm or the version of policyloom does"
        )
    return f"{waits} of the language model; {NO_ANSWER}{hint}"


def _asking(asked: Asked) -> Progress:
    tokens = f"{asked.n_in:,} tokens read, {asked.n_out:,} written"
    return Progress("asking", asked.n_done, asked.n_total, tokens)


def read_results(
    cache: Path, plan: Plan, read: ReadDocuments, decisions: Decisions | None = None
) -> Iterator[Tagged]:
    """The tagged documents, one at a time, as people decided them where decisions are given."""
    for job in read.jobs:
        tagged = _read(result_path(cache, plan, job), job.id)
        yield decisions.decide(tagged) if decisions else tagged


def _read(path: Path, id: str) -> Tagged:
    try:
        return read_result(path, id)
    except ValueError as error:
        path.unlink(missing_ok=True)
        raise RunError(
            f"{path}: cannot be used, as {error}; it is removed now, so run again to read its document anew"
        ) from error


def result_path(cache: Path, plan: Plan, job: Job) -> Path:
    return cache / f"{plan.keys[job.id]}.json"


def _forget(cache: Path, keep: set[str]) -> None:
    """Removes results that no document of the run has any more."""
    for path in cache.iterdir():
        if path.stem not in keep and not path.is_dir():
            path.unlink(missing_ok=True)
