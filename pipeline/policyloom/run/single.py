"""One file checked or tagged, or a few extracted, without a run; a framework tried; sentences of a run to label."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policyloom.errors import FrameworkError, RunError
from policyloom.export import ENTITIES, MENTIONS, entity_rows, mention_rows
from policyloom.files import open_table, show_name, write_bytes
from policyloom.framework import Framework, read_framework
from policyloom.frameworks import BUILT_IN
from policyloom.records import Document, Failure, OcrUse, Severity, Tagged, from_json, to_json
from policyloom.run.coder import CoderChoice
from policyloom.run.folder import CACHE, MARK, claim, open_folder, seal
from policyloom.run.manifest import read_keys, read_manifest, read_run_framework, read_tagged
from policyloom.run.one_file import tag_one
from policyloom.run.plan import find_files, name_documents
from policyloom.run.results import SKETCH_SUFFIX, Result
from policyloom.run.settings import Job, Limits, Settings
from policyloom.run.workers import process_all

if TYPE_CHECKING:
    import pandas as pd

    from policyloom.check import Checked
    from policyloom.learn.labels import Labelled
    from policyloom.network import Network

__all__ = [
    "FileCheck",
    "LabelSheet",
    "check_file",
    "extract_files",
    "refuse_other_file",
    "tag_file",
    "validate_framework",
    "write_label_sheet",
]


_MENTIONS_START, _ENTITIES_START = (
    b"\xef\xbb\xbf" + ",".join(table.names[:5]).encode() for table in (MENTIONS, ENTITIES)
)


SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")
"""Least grave first."""


@dataclass(frozen=True, slots=True)
class FileCheck:
    """A document's check.

    Attributes:
        tagged: the document.
        checked: its findings, coverage and claims.
        framework: that it was held against.
        peers: a row for each outermost element, against the run's documents, with the columns of peers.csv; None without a run,
            and of a document of another field or not judged. `policyloom.network.tell_stress` says them in words.
        out: the folder that was written; None where none was asked for.
    """

    tagged: Tagged
    checked: Checked
    framework: Framework
    out: Path | None
    peers: pd.DataFrame | None = None

    @property
    def status(self) -> int:
        """The exit status: 1 where a finding is an error, or the document was not judged."""
        return self.fails_on("error")

    def fails_on(self, severity: Severity) -> int:
        """The exit status where findings of a severity and graver ones count as failure."""
        grave = SEVERITIES[SEVERITIES.index(severity) :]
        is_grave = any(finding.severity in grave for finding in self.checked.findings)
        return 1 if is_grave or not self.tagged.is_judged else 0


USED_AFTERWARDS = ("pandas", "scipy.stats")
"""What a document is held against its corpus with; it is loaded while a worker reads the document."""


def check_file(
    path: str | Path,
    *,
    against: str | Path | None = None,
    out: str | Path | None = None,
    framework: Framework | str | Path | None = None,
    coder: CoderChoice = None,
    min_probability: float = 0.0,
    model: str | None = None,
    password: str | None = None,
    ocr: OcrUse = "auto",
    workers: int | None = None,
    limits: Limits | None = None,
) -> FileCheck:
    """One document held against a framework and, where a run is given, against its network.

    Args:
        path: the document.
        against: a run folder; its framework is used unless another is given.
        out: a folder for the tables and the page of the check; nothing is written without.
        framework: what to look for; the built-in one without it and without a run.
        coder, min_probability, model, password, ocr: as in `run`.
        workers: 0 works in this process, without limits; any other number in a process of its own.
        limits: what the document may cost; `Limits()` unless given.

    Raises:
        DocumentError: the document cannot be read, or takes more than its limits.
        RunError: `against` is no run folder, or `out` cannot be written without losing somebody's files.
        FrameworkError: the framework is wrong.
    """
    from policyloom.check import check
    from policyloom.network import load_network
    from policyloom.run.check_outputs import write_check

    if framework is None and against is not None:
        chosen = read_run_framework(against)
    else:
        chosen = framework if isinstance(framework, Framework) else read_framework(framework or BUILT_IN)

    def load() -> Network | None:
        if against is None:
            return None
        network = load_network(against, chosen)
        for library in USED_AFTERWARDS:
            importlib.import_module(library)
        return network

    tagged, used, network = tag_one(
        path, chosen, coder, min_probability=min_probability, model=model, password=password, ocr=ocr, workers=workers,
        limits=limits, meanwhile=load,
    )  # fmt: skip
    same_text = _find_same_text(tagged, against) if against is not None else frozenset()
    checked = check(tagged, chosen, network, measured=used.measured, same_text=same_text)
    peers = _hold_against_peers(tagged, checked, network, same_text) if network is not None else None
    if out is not None:
        words = f"{against} ({len(network.documents)} documents)" if network else "the framework alone"
        write_check(Path(out), tagged, checked, chosen, against=words, measured=used.measured, peers=peers)
    return FileCheck(tagged, checked, chosen, Path(out) if out is not None else None, peers)


def _hold_against_peers(
    tagged: Tagged, checked: Checked, network: Network, same_text: Collection[str]
) -> pd.DataFrame | None:
    """What a document stresses against a run's documents; None where nothing can be said of it."""
    from policyloom.network import count, held_against_peers

    if not tagged.is_judged or any(finding.rule == "off-field" for finding in checked.findings):
        return None
    own = count(tagged, network.framework)
    return held_against_peers(own, network.counts, network.framework, same_text=same_text)


def _find_same_text(tagged: Tagged, run: str | Path) -> frozenset[str]:
    """The ids of a run's copies and versions of a document."""
    from policyloom.run.copies import find_same_text

    cache = Path(run) / MARK / CACHE
    return find_same_text(tagged, {id: cache / f"{key}{SKETCH_SUFFIX}" for id, key in read_keys(run)})


def tag_file(
    path: str | Path,
    *,
    out: str | Path | None = None,
    entities: bool = False,
    framework: Framework | str | Path = BUILT_IN,
    coder: CoderChoice = None,
    min_probability: float = 0.0,
    model: str | None = None,
    password: str | None = None,
    ocr: OcrUse = "auto",
    workers: int | None = None,
    limits: Limits | None = None,
) -> Tagged:
    """One document with its sentences, mentions and claims.

    Args:
        path: the document.
        out: a CSV file for the mentions, in the form of a run's mentions.csv.
        entities: write the entities to it instead, in the form of a run's entities.csv.
        framework: what to look for.
        coder, min_probability, model, password, ocr: as in `run`.
        workers: 0 works in this process, without limits; any other number in a process of its own.
        limits: what the document may cost; `Limits()` unless given.

    Raises:
        DocumentError: the document cannot be read, or takes more than its limits.
        FrameworkError: the framework is wrong.
        RunError: `out` is a file that is no such table.
    """
    if out is not None and entities:
        refuse_other_file(out, _ENTITIES_START, "a table of entities")
    elif out is not None:
        refuse_other_file(out, _MENTIONS_START, "a table of mentions")
    chosen = framework if isinstance(framework, Framework) else read_framework(framework)
    tagged, _, _ = tag_one(
        path, chosen, coder, min_probability=min_probability, model=model, password=password, ocr=ocr, workers=workers,
        limits=limits, meanwhile=lambda: None,
    )  # fmt: skip
    if out is not None:
        with open_table(out, (ENTITIES if entities else MENTIONS).names) as add:
            add(entity_rows(tagged) if entities else mention_rows(tagged, chosen))
    return tagged


def extract_files(
    source: str | Path,
    *,
    out: str | Path | None = None,
    draw: str | Path | None = None,
    password: str | None = None,
    ocr: OcrUse = "auto",
    workers: int | None = None,
    limits: Limits | None = None,
) -> Iterator[Document | Failure]:
    """The documents in a file or a folder, one at a time, or why one cannot be read.

    Args:
        source: the file or folder.
        out: a folder for one JSON file a document; it is complete when all have been taken.
        draw: a folder for pictures of the pages with their blocks, within the limits of the document.
        password: opens the encrypted PDFs among them.
        ocr: which pages are read by OCR, as in `read_pdf`.
        workers: 0 works in this process, without limits; any other number in one other process.
        limits: what one document may cost; `Limits()` unless given.

    Raises:
        RunError: there is nothing to read, or `out` cannot be written without losing somebody's files.
    """
    root = Path(source) if Path(source).is_dir() else Path(source).parent
    ids = name_documents(find_files(source), root)
    if out is None:
        yield from _extract(ids, root, draw, password, ocr, workers, limits)
        return
    folder = open_folder(out, "documents")
    written = []
    with folder.held():
        claim(folder, (f"{id}.json" for id in ids.values()))
        for one in _extract(ids, root, draw, password, ocr, workers, limits):
            if isinstance(one, Document):
                written.append(f"{one.id}.json")
                write_bytes(to_json(one), folder.path / written[-1])
            yield one
        seal(folder, written, keep_others=True)


def _extract(
    ids: Mapping[Path, str],
    root: Path,
    draw: str | Path | None,
    password: str | None,
    ocr: OcrUse,
    workers: int | None,
    limits: Limits | None,
) -> Iterator[Document | Failure]:
    """The documents in the order of `ids`, whichever is ready first."""
    jobs = [Job(str(path), id, show_name(path.relative_to(root))) for path, id in ids.items()]
    settings = Settings("", password=password, ocr=ocr, draw="" if draw is None else str(draw))
    done: dict[str, object] = {}
    waiting = iter(jobs)
    job = next(waiting, None)
    for ready, result in process_all(jobs, settings, workers=0 if workers == 0 else 1, limits=limits):
        done[ready.id] = result
        while job is not None and job.id in done:
            outcome = done.pop(job.id)
            if isinstance(outcome, Result):
                yield from_json(Document, outcome.data)
            elif isinstance(outcome, Failure):
                yield outcome
            job = next(waiting, None)


def validate_framework(source: str | Path) -> tuple[Framework, tuple[str, ...]]:
    """A framework of which a pipeline can be made, and notes on what in it will find nothing.

    Raises:
        FrameworkError: the framework is wrong; the text names the place.
    """
    from policyloom.tag.pipeline import load_pipeline

    framework = read_framework(source)
    load_pipeline(framework)
    notes = [
        f"element {element.id} has no terms, patterns or parts, so it is never found"
        for element in framework
        if not (element.terms or element.patterns or element.institutions or framework.children(element.id))
    ]
    return framework, tuple(notes)


def refuse_other_file(path: str | Path, start: bytes, words: str) -> None:
    """Makes sure that writing a file replaces at most one of its own kind.

    Args:
        path: where it is to be written.
        start: the first bytes of such a file.
        words: what such a file is, in words.

    Raises:
        RunError: there is a file that begins otherwise, or a folder.
    """
    path = Path(path)
    if path.is_dir():
        raise RunError(f"{path}: is a folder; give the name of a file")
    if not path.parent.is_dir():
        raise RunError(f"{path.parent}: no such folder; make it first")
    if not path.exists():
        return
    try:
        with path.open("rb") as file:
            found = file.read(len(start))
    except OSError as error:
        raise RunError(f"{path}: cannot be opened ({error.strerror or error})") from error
    if found not in (start, b""):
        raise RunError(f"{path}: is there already, and is not {words}; give another name")


@dataclass(frozen=True, slots=True)
class LabelSheet:
    """Sentences to be labelled, which have been written to a file.

    Attributes:
        path: the file.
        sentences: the sentences, uncoded.
        framework: with which they are to be coded.
        framework_file: the file of the framework; None where it is built in, or not found any more.
        n_documents: how many documents the run has.
    """

    path: Path
    sentences: tuple[Labelled, ...]
    framework: Framework
    framework_file: str | None
    n_documents: int

    @property
    def is_built_in(self) -> bool:
        """Whether the framework is the one that comes with policyloom."""
        return self.framework == read_framework(BUILT_IN)


def write_label_sheet(
    run: str | Path,
    out: str | Path,
    n: int,
    *,
    coded: Sequence[str | Path] = (),
    classifier: str | Path | None = None,
    model: str | None = None,
) -> LabelSheet:
    """The sentences of a run that are most worth labelling, which are written to a new sheet.

    Args:
        run: a run folder.
        out: a .csv sheet, or a .jsonl file; no file of that name may be there.
        n: how many sentences at most.
        coded: files of labels; their sentences are not asked about again.
        classifier: whose doubts count, as in `load_coder`.
        model: an installed spaCy pipeline that reads the sentences.

    Raises:
        RunError: `run` is no run folder.
        LabelsError: a file of labels is wrong, or `out` is there already.
    """
    from policyloom.coders import load_coder
    from policyloom.learn.labels import check_labels_path, read_labels, write_labels
    from policyloom.learn.sampling import choose_sentences
    from policyloom.tag.pipeline import load_pipeline

    framework = read_run_framework(run)
    check_labels_path(out)
    manifest = read_manifest(run)
    chosen = choose_sentences(
        read_tagged(run),
        framework,
        n,
        coded=[sentence for path in coded for sentence in read_labels(path, framework)],
        coder=load_coder(framework, classifier),
        nlp=load_pipeline(framework, model=model),
    )
    check_labels_path(out)  # once more: choosing takes a while
    write_labels(chosen, out, framework)
    file = _find_framework_file(manifest, framework)
    return LabelSheet(Path(out), tuple(chosen), framework, file, len(manifest.get("documents", ())))


def _find_framework_file(manifest: Mapping[str, Any], framework: Framework) -> str | None:
    """The file of a run's framework, if it is there and still holds the same id and version."""
    told = manifest.get("framework")
    told = told.get("file") if isinstance(told, dict) else None
    try:
        found = read_framework(told) if isinstance(told, str) else None
    except FrameworkError:
        return None
    return told if found and (found.id, found.version) == (framework.id, framework.version) else None
