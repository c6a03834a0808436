"""A run from beginning to end over a folder of documents, and what it would do or ask."""

from __future__ import annotations

import hashlib
import json
import os
import time
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from policyloom.errors import RunError
from policyloom.files import PAGES_FOLDER
from policyloom.framework import Framework, read_framework
from policyloom.frameworks import BUILT_IN
from policyloom.network.counting import UNITS, Unit
from policyloom.records import Failure, OcrUse
from policyloom.records.show import cut, html_table
from policyloom.run.coder import ChosenCoder, CoderChoice, resolve_coder
from policyloom.run.decisions import DECISIONS_TABLE, read_decisions_of, unfit_in_words, write_decisions_table
from policyloom.run.folder import ResultFolder, claim, open_folder, read_ledger, seal
from policyloom.run.manifest import (
    MANIFEST,
    read_found,
    read_keys,
    read_manifest,
    refuse_other_framework,
    write_manifest,
)
from policyloom.run.metadata import NO_METADATA, MetadataTable, read_metadata
from policyloom.run.plan import Plan, find_files, make_plan
from policyloom.run.preview import Preview, preview
from policyloom.run.progress import Progress, Tell, tell_nobody
from policyloom.run.reading import UNANSWERED, ReadDocuments, read_documents, read_results, set_copies_aside
from policyloom.run.recount import (
    OutputsNote,
    describe_decisions,
    read_outputs_note,
    sign_outputs,
    write_outputs_note,
)
from policyloom.run.settings import DaskChoice, Limits, Settings, choose_limits
from policyloom.run.single import refuse_other_file

if TYPE_CHECKING:
    from policyloom.coders.language_model import GivenAnswers, LanguageModel
    from policyloom.run.conversation import Conversation, RequestPlan

__all__ = ["OUTPUTS", "Run", "plan_requests", "plan_run", "run"]

OUTPUTS = (
    "documents.csv", "mentions.csv", "entities.csv", "claims.csv", "statements.csv", "coverage.csv", "promises.csv",
    "peers.csv", "findings.csv", "failures.csv", "links.csv", "links_evidence.csv", "elements.csv", "network.graphml", "network.gexf",
    "network.json", "network.net", "vosviewer.json", "counts.json", "options.json", "evidence.jsonl", "framework.json",
    "datapackage.json", "report.html", "gap_map.html", "gap_map.csv",
)  # fmt: skip
"""What a run writes besides documents/ and run.json."""
ANSWERS_FILE = "answers.jsonl"
"""What a run with a language model writes besides."""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run.

    Attributes:
        folder: where the results are.
        documents: the ids of the documents read.
        failures: the files that could not be read, or of which too little could be read to be judged.
        n_reused: documents whose result was there from an earlier run.
        counts: how many sentences, mentions, claims, links and findings there are.
        errors: how many findings are errors.
        seconds: how long it took.
        no_links: why there are no links, in words; empty where there are some.
        versions: pairs of files that hold versions of one text, with the share of it that they have in common; both count.
        notes: what in the table of documents does not fit the files, and what a file of answers holds, in words.
        unfit: decisions of people that no longer fit, each with its reason, in words.
    """

    folder: Path
    documents: tuple[str, ...]
    failures: tuple[Failure, ...]
    n_reused: int
    counts: dict[str, int]
    errors: int
    seconds: float
    no_links: str = ""
    versions: tuple[tuple[str, str, float], ...] = ()
    notes: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        """The exit status: 0 all well, 1 some document failed or was not judged, or a check found an error."""
        return 1 if self.errors or any(f.kind != "duplicate" for f in self.failures) else 0

    def __repr__(self) -> str:
        counts = ", ".join(f"{n:,} {name}" for name, n in self.counts.items())
        return f"<Run {cut(str(self.folder), 120)}: {counts}>"

    def _repr_html_(self) -> str:
        rows = [(name, f"{n:,}") for name, n in self.counts.items()]
        return html_table(f"Report: {self.folder / 'report.html'}", ("", ""), rows, len(rows))


def run(
    folder: str | Path,
    out: str | Path,
    *,
    framework: Framework | str | Path = BUILT_IN,
    coder: CoderChoice = None,
    min_probability: float = 0.0,
    model: str | None = None,
    password: str | None = None,
    ocr: OcrUse = "auto",
    recursive: bool = False,
    unit: Unit = "sentence",
    metadata: str | Path | None = None,
    workers: int | None = None,
    limits: Limits | None = None,
    executor: Executor | None = None,
    dask: DaskChoice = None,
    force: bool = False,
    progress: Tell | None = None,
) -> Run:
    """Read, tag, link and check every document of a folder, and write the results.

    Args:
        folder: the documents, or one file.
        out: the run folder: a new or empty one, or that of an earlier run, whose results are replaced. A file that a
            person put or changed there is never touched.
        framework: what to look for.
        coder: who decides what a sentence names: a classifier, or a file from `write_classifier`; "rules" for rules
            alone; "module:attribute" for a coder of your own, which the workers import; a `LanguageModel`, whose answers
            are kept in `out`; by default the classifier that comes with a built-in framework. Results are made anew when the module's file or the coder's `version`
            changes; what the module imports is not looked at.
        min_probability: the probability, 0 to 1, that the classifier must give a mention.
        model: an installed spaCy pipeline; rules alone without one.
        password: opens the encrypted PDFs among them.
        ocr: which pages are read by OCR, as in `read_pdf`.
        recursive: look in the folder's folders too.
        unit: the unit in which two elements must stand together for a link, as in `find_links`.
        metadata: a CSV table of the documents, with a column `file` and any others, such as `date`, `group` or `country`,
            as in `read_metadata`; they stand in each table that names documents. Another table does not make documents
            be read anew.
        workers: processes; as many as there are processors unless given; 0 works in this process.
        limits: what one document may cost; `Limits()` unless given. There are none with 0 workers or an executor.
        executor: runs the documents instead of local processes.
        dask: runs them on a Dask cluster, with the extra `dask`: a scheduler's address such as "tcp://10.0.0.1:8786", a
            `distributed.Client`, or "local" for a cluster made here for this run. Its workers must see the documents under
            the same paths.
        force: replace the results of a run with another framework.
        progress: called after every document.

    Raises:
        RunError: there is nothing to read, `out` cannot be written without losing somebody's files, it holds a run with
            another framework, another process writes there, or the table of documents is wrong.
        PolicyloomError: the language model's server cannot be reached, or its answers cannot be read.
        FrameworkError: the framework is wrong.
        ValueError: `ocr` or `unit` is none of its values, `coder` is no coder, or limits are given where they cannot be kept.

    Example:
        `run("corpus", "outputs/demo").status` is 0 when all went well.
    """
    started = time.monotonic()
    folder, out, tell = Path(folder), Path(out), progress or tell_nobody
    if unit not in UNITS:
        raise ValueError(f"unit {unit!r}: use one of {', '.join(UNITS)}")
    kept_limits = choose_limits(limits, workers=workers, executor=executor, dask=dask)
    framework_file = None if isinstance(framework, Framework) else str(framework)
    if not isinstance(framework, Framework):
        framework = read_framework(framework)
    coder, given = _take_given(coder)
    chosen, paths = _look_before(folder, out, framework, coder, min_probability, model, recursive, force)
    described = read_metadata(metadata, folder, paths) if metadata is not None else NO_METADATA
    results = open_folder(out, "run")
    with results.held():
        talk = _talk(results, framework, coder, given) if chosen.form.kind == "language_model" else None
        form = replace(chosen.form, store=str(results.answers)) if talk else chosen.form
        settings = Settings(framework.model_dump_json(), form, model, password, ocr)
        plan = make_plan(folder, paths, settings)
        read = read_documents(
            plan, settings, results.cache, workers, limits, executor, tell, talk, dask=dask,
            meanwhile=lambda: _load_for_outputs(chosen),
        )  # fmt: skip
        if not read.jobs and read_manifest(out) and all(f.kind == UNANSWERED for f in read.failures):
            raise RunError(f"{out}: {read.failures[0].reason}; the results of before are left as they are")
        return _write_results(
            results, plan, read, framework, settings, chosen, kept_limits, folder.resolve().name, tell, started,
            framework_file=framework_file, talk=talk, unit=unit, metadata=described,
        )  # fmt: skip


def plan_run(
    folder: str | Path,
    out: str | Path,
    *,
    framework: Framework | str | Path = BUILT_IN,
    coder: CoderChoice = None,
    min_probability: float = 0.0,
    model: str | None = None,
    ocr: OcrUse = "auto",
    recursive: bool = False,
    force: bool = False,
) -> Preview:
    """What a run would do, and why; nothing is read but hashes, and nothing is written.

    Args:
        folder, out, framework, coder, min_probability, model, ocr, recursive, force: as for `run`.

    Raises:
        RunError, FrameworkError, PolicyloomError, ValueError: as for `run`.

    Example:
        `[(one.source, one.why) for one in plan_run("corpus", "outputs/demo").unread]`
    """
    folder, out = Path(folder), Path(out)
    if not isinstance(framework, Framework):
        framework = read_framework(framework)
    chosen, paths = _look_before(folder, out, framework, coder, min_probability, model, recursive, force)
    settings = Settings(framework.model_dump_json(), chosen.form, model, None, ocr)
    return preview(make_plan(folder, paths, settings), settings, framework, out)


def plan_requests(
    folder: str | Path,
    out: str | Path,
    coder: LanguageModel,
    *,
    path: str | Path | None = None,
    framework: Framework | str | Path = BUILT_IN,
    model: str | None = None,
    password: str | None = None,
    ocr: OcrUse = "auto",
    recursive: bool = False,
    workers: int | None = None,
    limits: Limits | None = None,
    executor: Executor | None = None,
    dask: DaskChoice = None,
    force: bool = False,
    progress: Tell | None = None,
) -> RequestPlan:
    """What a run with a language model would ask; nothing is sent anywhere.

    Documents whose answers are there already are read on the way, and their results kept.

    Args:
        coder: the language model.
        path: a .jsonl file for the requests, in the batch form of the chat-completions protocol; it is replaced if it
            holds such requests.
        folder, out, framework, model, password, ocr, recursive, workers, limits, executor, dask, force, progress: as for
            `run`.

    Raises:
        RunError, FrameworkError, PolicyloomError, ValueError: as for `run`, or `path` is a file that holds no requests.
    """
    folder, out, tell = Path(folder), Path(out), progress or tell_nobody
    choose_limits(limits, workers=workers, executor=executor, dask=dask)
    if path is not None:
        from policyloom.coders.language_model import REQUESTS_START

        refuse_other_file(path, REQUESTS_START, "a file of requests")
    if not isinstance(framework, Framework):
        framework = read_framework(framework)
    asked, given = _take_given(coder)
    chosen, paths = _look_before(folder, out, framework, asked, 0.0, model, recursive, force)
    results = open_folder(out, "run")
    with results.held():
        talk = _talk(results, framework, asked, given)
        form = replace(chosen.form, store=str(results.answers))
        settings = Settings(framework.model_dump_json(), form, model, password, ocr)
        plan = make_plan(folder, paths, settings)
        talk = replace(talk, model=replace(talk.model, url=""))
        read = read_documents(
            plan, settings, results.cache, workers, limits, executor, tell, talk, dask=dask, forget=False
        )
        n_waiting = sum(failure.kind == UNANSWERED for failure in read.failures)
        return talk.plan(n_waiting, path)


def _look_before(
    folder: Path,
    out: Path,
    framework: Framework,
    coder: CoderChoice,
    min_probability: float,
    model: str | None,
    recursive: bool,
    force: bool,
) -> tuple[ChosenCoder, list[Path]]:
    """The coder and the files, after making sure of all that can be wrong before anything is written."""
    if out.resolve() in (folder.resolve(), *folder.resolve().parents):
        raise RunError(f"{out}: holds the documents; give the results a folder of their own")
    if model is not None:
        from policyloom.tag.pipeline import find_model

        find_model(model)
    chosen = resolve_coder(coder, framework, min_probability=min_probability, store=":memory:")
    paths = find_files(folder, recursive=recursive)
    if not force:
        refuse_other_framework(out, framework)
    return chosen, paths


def _take_given(coder: CoderChoice) -> tuple[CoderChoice, GivenAnswers | None]:
    """A coder, and the answers that a language model was given in a file, which is read once."""
    if getattr(coder, "answers", None) is None:
        return coder, None
    from policyloom.run.conversation import take_given

    return take_given(coder)


def _talk(
    results: ResultFolder, framework: Framework, coder: CoderChoice, given: GivenAnswers | None
) -> Conversation:
    from policyloom.coders.language_model import LanguageModel
    from policyloom.run.conversation import open_conversation

    if not isinstance(coder, LanguageModel):
        raise TypeError(f"coder {coder!r} is no language model")
    return open_conversation(results, framework, coder, told=results.path / ANSWERS_FILE, given=given)


def _load_for_outputs(chosen: ChosenCoder) -> None:
    """Loads what outputs are written with, which takes two seconds."""
    with suppress(Exception):  # whoever needs it says what is wrong
        from policyloom.run.outputs import load_libraries

        load_libraries()
        _ = chosen.coder


def _write_results(
    results: ResultFolder,
    plan: Plan,
    read: ReadDocuments,
    framework: Framework,
    settings: Settings,
    chosen: ChosenCoder,
    limits: Limits | None,
    name: str,
    tell: Tell,
    started: float,
    *,
    framework_file: str | None,
    talk: Conversation | None,
    unit: Unit,
    metadata: MetadataTable,
) -> Run:
    """Writes the outputs, unless they are those of the run before, and the manifest."""
    out = results.path
    base = _sign(plan, read, unit, talk, metadata)
    decisions = read_decisions_of(out, framework)
    signature = sign_outputs(base, decisions)
    before = read_manifest(out)
    as_before = _as_before(out, read) if before.get("signature") == signature else None
    read = as_before or set_copies_aside(read, plan, results.cache)
    about = replace(read, jobs=tuple(job for job in read.jobs if job.id in decisions.by_document))
    decided = decisions.results(read_results(results.cache, plan, about))
    told = [*([ANSWERS_FILE] if talk else []), *([DECISIONS_TABLE] if decided else [])]
    written = [MANIFEST, *OUTPUTS, *told, *(f"documents/{job.id}.json" for job in read.jobs)]
    there = [*written, *(file for file in read_ledger(out)[1] if file.startswith(f"{PAGES_FOLDER}/"))]
    is_done = as_before is not None and all(os.path.exists(out / file) for file in there)
    found = read_found(before) if is_done else None
    is_done = found is not None
    claim(results, [MANIFEST] if is_done else written)
    if found is not None:
        counts, errors, not_judged, no_links = found
    else:
        from policyloom.run.outputs import write_outputs  # pandas and scipy, once reading has begun

        counts, errors, not_judged, no_links, pages = write_outputs(
            out,
            lambda: read_results(results.cache, plan, read, decisions),
            framework,
            read.failures,
            model=settings.model,
            coder=chosen,
            name=name,
            unit=unit,
            files={job.id: job.source for job in read.jobs},
            versions=read.versions,
            metadata=metadata,
            decided=describe_decisions(decisions),
            tell=lambda stage, n: tell(Progress(stage, n, len(read.jobs))),
            take=lambda files: claim(results, files),
        )
        written += pages
        if decided:
            write_decisions_table(decided, out / DECISIONS_TABLE)
        if talk:
            talk.write(out / ANSWERS_FILE)
    failures = tuple(sorted((*read.failures, *not_judged), key=lambda failure: failure.source))
    totals = {
        "documents": len(read.jobs) - len(not_judged), **({"not judged": len(not_judged)} if not_judged else {}),
        "failures": len(read.failures), **counts,
    }  # fmt: skip
    n_waiting = sum(failure.kind == UNANSWERED for failure in read.failures)
    notes = talk.notes(len(read.jobs), n_waiting) if talk else ()
    done = Run(
        out, tuple(job.id for job in read.jobs), failures, read.n_reused, totals, errors, time.monotonic() - started,
        no_links, read.versions, (*metadata.notes, *notes), tuple(unfit_in_words(decided)),
    )  # fmt: skip
    if not is_done:
        coder = chosen.form.kind, chosen.form.name
        write_outputs_note(
            results,
            OutputsNote(
                base, read.failures, settings.model, coder, chosen.description, chosen.measured, name, unit, read.versions
            ),
        )  # fmt: skip
    write_manifest(
        done, plan, settings, framework=framework, framework_file=framework_file, limits=limits, outputs=counts,
        signature=signature, unit=unit, metadata=metadata,
    )  # fmt: skip
    seal(results, [MANIFEST] if is_done else written, keep_others=is_done)
    return done


def _as_before(out: Path, read: ReadDocuments) -> ReadDocuments | None:
    """The documents without the copies that the run before found among the same ones; None where its notes are damaged."""
    try:
        kept, note = dict(read_keys(out)), read_outputs_note(out)
    except RunError:
        return None
    jobs = tuple(job for job in read.jobs if job.id in kept)
    return replace(read, jobs=jobs, failures=note.failures, versions=note.versions)


def _sign(
    plan: Plan, read: ReadDocuments, unit: Unit, talk: Conversation | None, metadata: MetadataTable
) -> str:
    """A hash of all that decides the outputs: the unit of links, answers, the documents' keys and rows, the failures.

    Which documents are copies of others follows from them, and need not be found to tell it.
    """
    lines = [
        unit,
        talk.sign() if talk else "",
        *(f"{plan.keys[job.id]} {json.dumps(metadata.of(job.source))}" for job in read.jobs),
        *(f"{failure.source} {failure.reason}" for failure in read.failures),
    ]
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()
