"""Read and tag documents in worker processes that may hang, swell or die without harm to the run."""

from __future__ import annotations

import faulthandler
import gc
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import chain, islice
from multiprocessing import resource_tracker
from pathlib import Path
from typing import IO, TYPE_CHECKING

from policyloom.errors import DocumentError, RunError, UnansweredError
from policyloom.records import Document, Failure, to_json
from policyloom.run.coder import make_coder
from policyloom.run.results import Result, read_result
from policyloom.run.settings import DaskChoice, Job, Limits, Settings, choose_limits

if TYPE_CHECKING:
    from distributed import Client
    from spacy.language import Language

__all__ = ["Outcome", "end_workers", "failure_of", "process", "process_all", "process_in_processes"]

OUT_OF_TIME, OUT_OF_MEMORY = "time", "memory"
POLL = 0.1
"""Seconds between two looks at a worker's memory and time."""


AHEAD = 64
"""Jobs that an executor is given before the first of them is done: few enough that memory does not grow with their number."""


Outcome = tuple[Job, "Result | Failure | UnansweredError"]
"""A job with its result, or why there is none, or what a language model must be asked first."""


def process(job: Job, settings: Settings) -> Result:
    """The result of one file: its `Tagged`, or its `Document` where the settings have no framework.

    Raises:
        DocumentError: the file cannot be read.
    """
    from policyloom.extract import read_document

    document = _read_before(job) or read_document(
        job.path,
        password=settings.password,
        id=job.id,
        ocr=settings.ocr,
        before_ocr=lambda _page: _start_clock(),
    )
    if settings.draw and document.n_pages:
        from policyloom.extract.pdf.draw import draw_blocks

        draw_blocks(document, job.path, settings.draw, password=settings.password)
    if not settings.framework:
        return Result(to_json(document))
    from policyloom.run.copies import make_sketch
    from policyloom.tag import tag

    nlp = _pipeline(settings.framework, settings.model)
    tagged = tag(document, nlp, make_coder(settings.coder, settings.framework))
    return Result(to_json(tagged), make_sketch(document.text))


def _read_before(job: Job) -> Document | None:
    """The document as it was read for an earlier result; None where there is none, or it is damaged or out of reach."""
    if not job.earlier:
        return None
    try:
        return read_result(Path(job.earlier), job.id).document
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=2)
def _pipeline(framework: str, model: str | None) -> Language:
    from policyloom.framework import Framework
    from policyloom.tag.pipeline import load_pipeline

    return load_pipeline(Framework.model_validate_json(framework), model=model)


def process_all(
    jobs: Sequence[Job],
    settings: Settings,
    *,
    workers: int | None = None,
    limits: Limits | None = None,
    executor: Executor | None = None,
    dask: DaskChoice = None,
) -> Iterator[Outcome]:
    """The outcomes of all jobs, as they come.

    Args:
        jobs: the files.
        settings: what to do with them.
        workers: processes; as many as there are processors unless given; 0 works in this process.
        limits: what one document may cost; without a worker process of ours there are none.
        executor: runs the jobs instead; it minds its own workers.
        dask: a Dask cluster that runs them, as in `policyloom.run.run`.

    Raises:
        ValueError: limits are given where they cannot be kept.
    """
    kept = choose_limits(limits, workers=workers, executor=executor, dask=dask)
    if dask is not None and kept is not None:
        return _on_cluster(jobs, settings, dask, workers, kept)
    if executor is not None:
        return _on_executor(jobs, settings, executor)
    if kept is None:
        return _in_this_process(jobs, settings)
    n = min(workers or os.cpu_count() or 1, max(1, len(jobs)))
    return process_in_processes(jobs, settings, n, kept, ahead=n)


def _on_cluster(
    jobs: Iterable[Job], settings: Settings, dask: str | Client, workers: int | None, limits: Limits
) -> Iterator[Outcome]:
    try:
        from policyloom.run.cluster import process_on_cluster
    except ImportError as error:
        raise RunError(
            f'a Dask cluster needs a package that is not installed ({error.name}): pip install "policyloom[dask]"'
        ) from error
    return process_on_cluster(jobs, settings, dask, workers=workers, limits=limits)


def _on_executor(jobs: Iterable[Job], settings: Settings, executor: Executor) -> Iterator[Outcome]:
    coming = iter(jobs)
    running: dict[Future[Result], Job] = {}
    while True:
        for job in islice(coming, AHEAD - len(running)):
            running[executor.submit(process, job, settings)] = job
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            job = running.pop(future)
            try:
                yield job, future.result()
            except Exception as error:
                yield job, failure_of(job, settings, error)


def _in_this_process(jobs: Sequence[Job], settings: Settings) -> Iterator[Outcome]:
    for job in jobs:
        try:
            yield job, process(job, settings)
        except Exception as error:
            yield job, failure_of(job, settings, error)


def failure_of(job: Job, settings: Settings, error: Exception) -> Failure | UnansweredError:
    """What becomes of a document whose reading ended in an error."""
    if isinstance(error, UnansweredError):
        return error
    if isinstance(error, DocumentError):
        return Failure(job.source, error.kind, error.reason)
    if isinstance(error, MemoryError):
        return Failure(job.source, "too-large", "took more memory than there is")
    if settings.coder.kind == "own":
        whose = f"a fault in the coder {settings.coder.name}, or in policyloom"
    else:
        whose = "a fault in policyloom; please report it"
    return Failure(job.source, "internal-error", f"{type(error).__name__}: {error} ({whose})")


def process_in_processes(
    jobs: Iterable[Job],
    settings: Settings,
    n: int,
    limits: Limits,
    *,
    ahead: int,
    pools: list[ProcessPoolExecutor] | None = None,
) -> Iterator[Outcome]:
    """The outcomes from a pool of processes, which is made anew whenever a document has killed a worker.

    Args:
        jobs: the files; they are taken one at a time, as there is room for them.
        settings: what to do with them.
        n: processes.
        limits: what one document may cost.
        ahead: jobs that are taken before a process is free for them.
        pools: a list in which each pool stands while it is in use, for somebody else to end.
    """
    coming = iter(jobs)
    left: list[Job] = []  # of a pool that broke
    while left := left or list(islice(coming, 1)):
        with tempfile.TemporaryDirectory(prefix="policyloom-") as notes:
            left = yield from _in_a_pool(chain(left, coming), settings, n, limits, notes, ahead, pools)
            dead, suspects = _read_notes(Path(notes), left, limits)
        yield from dead
        lost = {job.id for job, _ in dead}
        if left and not dead:
            # The worker died without a word: its document is one of those in work. Each goes alone.
            lost = {job.id for job in suspects}
            if len(suspects) == 1:
                yield (
                    suspects[0],
                    Failure(suspects[0].source, "crashed", "made the reader crash; it may be damaged"),
                )
            elif not suspects:
                # It died before any document was begun: nothing will work.
                for job in chain(left, coming):
                    yield job, Failure(job.source, "internal-error", "the worker process could not start")
                return
            for job in suspects if len(suspects) > 1 else ():
                yield from process_in_processes([job], settings, 1, limits, ahead=0)
        left = [job for job in left if job.id not in lost]


def _in_a_pool(
    jobs: Iterator[Job],
    settings: Settings,
    n: int,
    limits: Limits,
    notes: str,
    ahead: int,
    pools: list[ProcessPoolExecutor] | None,
) -> Generator[Outcome, None, list[Job]]:
    """The outcomes from one pool; where it breaks, the jobs that it had taken and not done are returned."""
    running: dict[Future[Result], Job] = {}
    is_over = False
    with _pool(n, settings, limits, notes) as pool:
        if pools is not None:
            pools.append(pool)
        try:
            while True:
                for job in () if is_over else islice(jobs, n + ahead - len(running)):
                    try:
                        with _hidden_main(), _undisturbed():
                            running[pool.submit(_watched, job)] = job
                    except BrokenProcessPool:
                        is_over = True
                        return [*running.values(), job]
                if not running or is_over:
                    is_over = True
                    return list(running.values())
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    try:
                        outcome: Result | Failure | UnansweredError = future.result()
                    except BrokenProcessPool:
                        is_over = True
                        continue
                    except Exception as error:
                        outcome = failure_of(running[future], settings, error)
                    yield running.pop(future), outcome
        finally:
            if not is_over:
                end_workers(pool)  # stopped, as with Ctrl-C
            pool.shutdown(wait=False, cancel_futures=True)
            if pools is not None:
                pools.remove(pool)


def _pool(n: int, settings: Settings, limits: Limits, notes: str) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(n, mp_context=context, initializer=_start, initargs=(settings, limits, notes))


def end_workers(pool: ProcessPoolExecutor) -> None:
    """Ends a pool's processes at once: results are written by this process, so nothing is lost but the documents in work."""
    for worker in list((pool._processes or {}).values()):
        worker.kill()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Start processes that do not hear Ctrl-C, which is their parent's to handle, and put off what stops this one meanwhile."""
    put_off: list[int] = []
    handlers = {}
    if threading.current_thread() is threading.main_thread():
        handlers = {
            n: handler for n in (signal.SIGINT, signal.SIGTERM) if callable(handler := signal.getsignal(n))
        }
    for number in handlers:
        signal.signal(number, lambda number, _frame: put_off.append(number))
    can_block = hasattr(signal, "pthread_sigmask")  # not on Windows
    if can_block:
        resource_tracker.ensure_running()  # it would end the block when it is started with the first process
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if can_block:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for waiting in put_off:
            signal.raise_signal(waiting)


_MAIN = threading.Lock()


@contextmanager
def _hidden_main() -> Iterator[None]:
    """Start processes without importing the caller's script in each of them.

    What they run lives in this package, so a script that calls `run` needs no `if __name__ == "__main__"`.
    """
    with _MAIN:
        main = sys.modules["__main__"]
        file, spec = getattr(main, "__file__", None), getattr(main, "__spec__", None)
        try:
            if file is not None:
                del main.__file__
            main.__spec__ = None
            yield
        finally:
            if file is not None:
                main.__file__ = file
            main.__spec__ = spec


def _read_notes(folder: Path, waiting: Sequence[Job], limits: Limits) -> tuple[list[Outcome], list[Job]]:
    """The jobs that broke a limit, with why, and those that were in work when a worker died."""
    by_id = {job.id: job for job in waiting}
    dead: list[Outcome] = []
    suspects: list[Job] = []
    for note in sorted(folder.iterdir()):
        id, _, why = note.read_text("utf-8").partition("\n")
        job = by_id.get(id)
        if job is None:
            continue
        if why == OUT_OF_TIME:
            reason = f"took longer than {limits.seconds:g} s; give it more with --timeout"
            dead.append((job, Failure(job.source, "too-slow", reason)))
        elif why == OUT_OF_MEMORY:
            reason = f"took more than {limits.megabytes:,} MB of memory; give it more with --memory"
            dead.append((job, Failure(job.source, "too-large", reason)))
        else:
            suspects.append(job)
    return dead, suspects


# In the worker


class _Watch:
    """What the worker is told once, and what its watchdog must know: its document, how long that may take, and until when."""

    settings = Settings("")
    limits = Limits()
    notes = Path()
    job: Job | None = None
    deadline: float | None = None
    sink: IO[str] | None = None


def _start(settings: Settings, limits: Limits, notes: str) -> None:
    """Makes a worker process ready: what it is told here does not travel with each document."""
    with suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    _Watch.settings, _Watch.limits, _Watch.notes = settings, limits, Path(notes)
    if settings.framework:
        _load(settings)
    threading.Thread(target=_guard, daemon=True).start()


def _load(settings: Settings) -> None:
    """Loads all that the first document would wait for; its time is not the document's."""
    from policyloom.run.copies import make_sketch

    _pipeline(settings.framework, settings.model)
    make_sketch("")
    with suppress(Exception):  # a coder that cannot be loaded is told with each document
        make_coder(settings.coder, settings.framework)
    # What is loaded stays to the end: the collector need not look through it with each document.
    gc.collect()
    gc.freeze()


def _guard() -> None:
    """End this process, saying why, when its document has taken too long or too much."""
    import psutil

    own, parent = psutil.Process(), multiprocessing.parent_process()
    while True:
        time.sleep(POLL)
        if parent is not None and not parent.is_alive():
            os._exit(70)  # the run was killed, and nobody waits for a result
        deadline, job = _Watch.deadline, _Watch.job
        if job is None or deadline is None:
            continue
        if time.monotonic() > deadline:
            _die(job, OUT_OF_TIME)
        if own.memory_info().rss > _Watch.limits.megabytes * 1_000_000:
            _die(job, OUT_OF_MEMORY)


def _die(job: Job, why: str) -> None:
    (_Watch.notes / f"{os.getpid()}").write_text(f"{job.id}\n{why}", "utf-8")
    os._exit(70)


def _watched(job: Job) -> Result:
    note = _Watch.notes / f"{os.getpid()}"
    note.write_text(job.id, "utf-8")
    with open(os.devnull, "w", encoding="utf-8") as sink:
        _Watch.sink, _Watch.job = sink, job
        _start_clock()
        try:
            return process(job, _Watch.settings)
        finally:
            faulthandler.cancel_dump_traceback_later()
            _Watch.deadline = _Watch.job = _Watch.sink = None
            note.unlink(missing_ok=True)


def _start_clock() -> None:
    """Give the document in work its time from now on; nothing where none is watched."""
    if _Watch.sink is None:
        return
    _Watch.deadline = time.monotonic() + _Watch.limits.seconds
    # Where a C library holds the interpreter, the thread above cannot run; this one needs no interpreter.
    faulthandler.dump_traceback_later(_Watch.limits.seconds + 10, exit=True, file=_Watch.sink)
