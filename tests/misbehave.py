"""Stands in for a worker's work in test_run.py: documents that hang, swell or kill their worker, by their names.

A module of its own, as workers are processes of their own and import it; it imports no more than it needs.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from policyloom.run import workers
from policyloom.run.results import Result
from policyloom.run.settings import Job, Limits, Settings


def misbehave(job: Job, settings: Settings) -> Result:
    """Stands in for `process`, by the name of the file."""
    name = Path(job.path).name
    if name.startswith("hang"):
        time.sleep(60)
    if name.startswith("swell"):
        kept = [bytes(1) * 100_000_000 for _ in range(8)]
        time.sleep(60)
        return Result(kept[0])
    if name.startswith("scan"):
        for _ in range(2):
            workers._start_clock()  # as before each page that OCR reads
            time.sleep(1.3)
    if name.startswith("die"):
        os._exit(9)
    if name.startswith("raise"):
        raise RuntimeError("oops")
    return Result(b"ok")


def start(settings: Settings, limits: Limits, notes: str) -> None:
    """Stands in for the worker's start: no language pipeline, but the watchdog and the bad behaviour."""
    workers.process = misbehave
    workers._Watch.limits, workers._Watch.notes = limits, Path(notes)
    threading.Thread(target=workers._guard, daemon=True).start()
