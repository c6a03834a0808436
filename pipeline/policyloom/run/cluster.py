"""Documents read by the workers of a Dask cluster.

A Dask worker hands each document to a process of ours beside it, as a run on one machine does: limits hold, a document that hangs,
swells or crashes costs itself alone, and the Dask worker, which may be others' too, goes on. Settings and models reach it once.
A document whose Dask worker is lost is given to another one by Dask.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from itertools import islice
from typing import Any, cast

from distributed import Client, LocalCluster, WorkerPlugin, as_completed, get_worker
from distributed.scheduler import KilledWorker

from policyloom.errors import RunError
from policyloom.records import Failure
from policyloom.run.keys import ocr_version, settings_key
from policyloom.run.settings import LOCAL, Job, Limits, Settings
from policyloom.run.workers import Outcome, end_workers, failure_of, process_in_processes

__all__ = ["process_on_cluster"]

AHEAD = 3
"""Jobs for each thread of the cluster that are handed to it at once."""
CONNECT = 30
"""Seconds that a scheduler has to answer."""
LOOK = 5.0
"""Seconds between two looks at the number of a cluster's threads."""
ATTEMPTS = 2
"""Times that a document is handed to the cluster where its workers die, each time to as many workers as Dask allows."""


class Reader(WorkerPlugin):
    """What a Dask worker needs to read documents: it comes to each worker once, also to those that join later.

    Args:
        settings: what to do with a document.
        limits: what one document may cost.
    """

    def __init__(self, settings: Settings, limits: Limits) -> None:
        self.name = f"policyloom-{uuid.uuid4().hex}"
        self.settings, self.limits = settings, limits
        self.made_with = _fingerprint(settings)

    def setup(self, worker: Any) -> None:  # noqa: ARG002 -- Dask passes it
        """Makes ready to start processes, one for each thread that asks for a document; Dask calls it."""
        self._of_thread = threading.local()
        self._pools: list[ProcessPoolExecutor] = []
        self._is_alike = _fingerprint(self.settings) == self.made_with
        own = multiprocessing.current_process()
        if own.daemon:  # as a nanny starts it; such a process may start none
            own.daemon = False

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 -- Dask passes it
        """Ends the processes; Dask calls it."""
        for pool in list(self._pools):
            end_workers(pool)

    def sees(self, job: Job) -> bool:
        """Whether the file of a job is there."""
        return os.path.exists(job.path)

    def read(self, job: Job) -> Outcome:
        """The outcome of one document.

        Raises:
            RunError: the worker has another version of something, or does not see the file.
        """
        address = get_worker().address
        if not self._is_alike:
            raise RunError(
                f"the Dask worker {address} has another version of policyloom, of a library, a model or OCR than this computer; "
                "install the same on all, as results depend on them"
            )
        if not self.sees(job):
            raise FileNotFoundError(f"the Dask worker {address} does not see {job.path}")
        thread = self._of_thread
        for _ in range(2):
            if not hasattr(thread, "outcomes"):
                thread.jobs = deque[Job]()
                thread.outcomes = process_in_processes(
                    _take(thread.jobs), self.settings, 1, self.limits, ahead=0, pools=self._pools
                )
            thread.jobs.append(job)
            for outcome in thread.outcomes:
                return outcome  # type: ignore[no-any-return]
            del thread.outcomes  # it has ended, as no process could start
        raise RunError(f"the Dask worker {address} cannot start a process")


def _take(jobs: deque[Job]) -> Iterator[Job]:
    while jobs:
        yield jobs.popleft()


def _fingerprint(settings: Settings) -> tuple[str, str]:
    return settings_key(settings), ocr_version(settings.ocr)


def _read(reader: str, job: Job) -> Outcome:
    """What a Dask worker does with a job."""
    return cast(Reader, get_worker().plugins[reader]).read(job)


def process_on_cluster(
    jobs: Iterable[Job], settings: Settings, dask: str | Client, *, workers: int | None, limits: Limits
) -> Iterator[Outcome]:
    """The outcomes of all jobs, as they come.

    Args:
        jobs: the files, which the workers must see under the same paths.
        settings: what to do with them.
        dask: a scheduler's address, "local" for a cluster on this computer, or a client.
        workers: of a local cluster; as many as there are processors unless given.
        limits: what one document may cost.

    Raises:
        RunError: the scheduler does not answer or is gone, it has no worker, or a worker cannot do what this computer can.
    """
    with _connect(dask, workers) as client:
        reader = Reader(settings, limits)
        client.register_plugin(reader)
        try:
            yield from _process(jobs, settings, client, reader.name)
        finally:
            with suppress(Exception):  # a scheduler that is gone has no plugins
                client.unregister_worker_plugin(reader.name)


def _process(jobs: Iterable[Job], settings: Settings, client: Client, reader: str) -> Iterator[Outcome]:
    coming = iter(jobs)
    running: dict[Any, tuple[Job, int]] = {}
    done = as_completed()
    room = _Room(client)

    def submit(job: Job, attempt: int) -> None:
        earlier = job.earlier and os.path.abspath(job.earlier)
        there = replace(job, path=os.path.abspath(job.path), earlier=earlier)
        future = client.submit(_read, reader, there, key=f"{reader}-{job.id}-{attempt}", pure=False)
        running[future] = job, attempt
        done.add(future)

    try:
        for job in islice(coming, room.size()):
            submit(job, 1)
        for future in done:
            job, attempt = running.pop(future)
            try:
                outcome = future.result()[1]
            except KilledWorker:
                if attempt < ATTEMPTS:
                    submit(job, attempt + 1)
                    continue
                outcome = Failure(
                    job.source, "crashed", "was lost each time, as the Dask workers that read it died"
                )
            except FileNotFoundError as error:
                if os.path.exists(job.path):
                    raise RunError(f"{error}; all must see the documents under the same path") from error
                outcome = Failure(job.source, "missing", "cannot be opened (it was removed)")
            except CancelledError as error:
                raise RunError(
                    "the Dask scheduler is gone; what was read is kept, so run again to go on"
                ) from error
            except RunError:
                raise
            except Exception as error:
                outcome = failure_of(job, settings, error)
            future.release()
            yield job, outcome
            for job in islice(coming, max(0, room.size() - len(running))):
                submit(job, 1)
    finally:
        with suppress(Exception):  # a scheduler that is gone has nothing to cancel
            client.cancel(list(running))


class _Room:
    """How many jobs a cluster is given at once, by its threads, which may come and go."""

    def __init__(self, client: Client) -> None:
        self._client, self._size, self._looked = client, 0, 0.0

    def size(self) -> int:
        """The number of jobs."""
        if not self._size or time.monotonic() - self._looked > LOOK:
            self._size = AHEAD * max(1, sum(self._client.nthreads().values()))
            self._looked = time.monotonic()
        return self._size


@contextmanager
def _connect(dask: str | Client, workers: int | None) -> Iterator[Client]:
    """A client whose cluster has a worker.

    Raises:
        RunError: the scheduler does not answer, or no worker comes.
    """
    with ExitStack() as opened:
        if isinstance(dask, Client):
            client = dask
        elif dask == LOCAL:
            # Its workers are threads that start processes of ours, so that no other process is needed.
            cluster = LocalCluster(
                n_workers=1,
                threads_per_worker=workers or os.cpu_count() or 1,
                processes=False,
                dashboard_address=None,
            )
            client = opened.enter_context(Client(opened.enter_context(cluster)))
        else:
            try:
                client = opened.enter_context(Client(dask, timeout=CONNECT))
            except (OSError, ValueError) as error:
                raise RunError(
                    f"{dask}: no Dask scheduler answers there ({error}); give the address that `dask scheduler` prints, "
                    "such as tcp://10.0.0.1:8786"
                ) from error
        try:
            client.wait_for_workers(1, timeout=CONNECT)
        except TimeoutError as error:
            raise RunError(
                f"the Dask cluster has no worker after {CONNECT} s; start some with `dask worker`"
            ) from error
        yield client
