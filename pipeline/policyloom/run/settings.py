"""What a run is told: its limits, what decides a document's result, and the files to work on."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, get_args

from policyloom.records import OcrUse
from policyloom.run.coder import RULES, CoderForm

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["LOCAL", "DaskChoice", "Job", "Limits", "Settings", "choose_limits"]

LOCAL = "local"
"""The Dask cluster that is made on this computer for one run."""

DaskChoice: TypeAlias = "str | Client | None"
"""A scheduler's address, "local", a client, or none."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost: seconds from opening to tagged, and megabytes of its worker's memory.

    The seconds begin anew with each page that is read by OCR, as a scan of 50 pages takes as many times longer.
    """

    seconds: float = 120.0
    megabytes: int = 3_000

    def __post_init__(self) -> None:
        if self.seconds <= 0 or self.megabytes < 500:
            raise ValueError(
                f"limits of {self.seconds} s and {self.megabytes} MB: give more than 0 s, and at least 500 MB, "
                "as the language pipeline alone takes 300"
            )


def choose_limits(
    limits: Limits | None, *, workers: int | None, executor: Executor | None, dask: DaskChoice = None
) -> Limits | None:
    """The limits that hold: those given, the usual ones, or None where no worker can be ended.

    A limit is kept by ending the worker process. Work in this process, or on somebody else's workers, cannot be ended
    so.

    Raises:
        ValueError: limits are given where they cannot be kept, or a Dask cluster together with another place to work in.
    """
    if dask is not None and (executor is not None or workers == 0 or (workers and dask != LOCAL)):
        raise ValueError(
            "a Dask cluster reads the documents with the workers that it has: give no executor, and a number of workers (-j) "
            f"for dask={LOCAL!r} alone"
        )
    if workers != 0 and executor is None:
        return limits or Limits()
    if limits is None:
        return None
    where = "by an executor" if executor is not None else "in this process (workers=0, or -j 0)"
    raise ValueError(
        f"limits of {limits.seconds:g} s and {limits.megabytes} MB cannot be kept for work done {where}, as only a "
        "worker process of policyloom can be ended; give 1 worker or more, or no limits"
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides a document's result, besides the file.

    Attributes:
        framework: as JSON; empty where documents are read and not tagged.
        coder: who decides what a sentence names.
        model: an installed spaCy pipeline, or None for our rules.
        password: opens encrypted PDFs.
        ocr: which pages are read by OCR.
        draw: a folder for pictures of the pages with their blocks; empty for none.
    """

    framework: str
    coder: CoderForm = RULES
    model: str | None = None
    password: str | None = None
    ocr: OcrUse = "auto"
    draw: str = ""

    def __post_init__(self) -> None:
        if self.ocr not in get_args(OcrUse):
            raise ValueError(f"ocr {self.ocr!r}: use one of {', '.join(get_args(OcrUse))}")


@dataclass(frozen=True, slots=True)
class Job:
    """One file to read and tag under a name.

    Attributes:
        path: of the file.
        id: the document's.
        source: the file as the run lists it.
        earlier: a result, made with other settings, whose document was read in the same way; empty where there is none.
    """

    path: str
    id: str
    source: str
    earlier: str = ""
