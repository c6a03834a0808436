"""One file to its mentions, by a worker, while this process loads what else is needed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from policyloom.errors import DocumentError, UnansweredError
from policyloom.extract import read_document
from policyloom.files import show_name
from policyloom.framework import Framework
from policyloom.records import Document, Failure, OcrUse, Tagged, from_json
from policyloom.run.coder import ChosenCoder, CoderChoice, resolve_coder
from policyloom.run.settings import Job, Limits, Settings, choose_limits
from policyloom.run.workers import process_all

__all__ = ["tag_one"]

T = TypeVar("T")


def tag_one(
    path: str | Path,
    framework: Framework,
    coder: CoderChoice,
    *,
    min_probability: float,
    model: str | None,
    password: str | None,
    ocr: OcrUse,
    workers: int | None,
    limits: Limits | None,
    meanwhile: Callable[[], T],
) -> tuple[Tagged, ChosenCoder, T]:
    """A document, its coder, and what `meanwhile` gives, which is called while a worker reads the document.

    Args:
        path: the document.
        framework: what to look for.
        coder, min_probability, model, password, ocr: as in `run`.
        workers: 0 works in this process, without limits; any other number in a process of its own.
        limits: what the document may cost; `Limits()` unless given.
        meanwhile: loads something else.

    Raises:
        DocumentError: the document cannot be read, or takes more than its limits.
    """
    choose_limits(limits, workers=workers, executor=None)
    if model is not None:
        from policyloom.tag.pipeline import find_model

        find_model(model)
    chosen = resolve_coder(coder, framework, min_probability=min_probability)
    if workers == 0 or chosen.form.kind == "language_model":
        tagged = _tag_here(path, framework, chosen, model, password, ocr, workers, limits)
        return tagged, chosen, meanwhile()
    settings = Settings(framework.model_dump_json(), chosen.form, model, password, ocr)
    with ThreadPoolExecutor(1) as pool:
        others, loaded = pool.submit(meanwhile), pool.submit(lambda: chosen.coder)
        tagged = from_json(Tagged, _in_a_worker(Path(path), settings, limits))
        loaded.result()
        return tagged, chosen, others.result()


def _tag_here(
    path: str | Path,
    framework: Framework,
    chosen: ChosenCoder,
    model: str | None,
    password: str | None,
    ocr: OcrUse,
    workers: int | None,
    limits: Limits | None,
) -> Tagged:
    """A document that this process tags; with a language model, which this process asks, a worker reads it."""
    from policyloom.tag import tag
    from policyloom.tag.pipeline import load_pipeline

    if workers == 0:
        document = read_document(path, password=password, ocr=ocr)
    else:
        settings = Settings("", password=password, ocr=ocr)
        document = from_json(Document, _in_a_worker(Path(path), settings, limits))
    return tag(document, load_pipeline(framework, model=model), chosen.coder)


def _in_a_worker(path: Path, settings: Settings, limits: Limits | None) -> bytes:
    """What `process` gives for a file, from a process that keeps to the limits.

    Raises:
        DocumentError: the file cannot be read, or takes more than its limits.
    """
    job = Job(str(path), show_name(path.stem), show_name(path.name))
    ((_, outcome),) = process_all([job], settings, workers=1, limits=limits)
    if isinstance(outcome, Failure):
        raise DocumentError(path, outcome.kind, outcome.reason)
    if isinstance(outcome, UnansweredError):
        raise outcome
    return outcome.data
