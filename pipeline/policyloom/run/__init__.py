"""A folder of documents to a folder of results.

    workers   each document read and tagged in a process that may die
    outputs   the run folder's tables, network, report and manifest

A document's result is kept under the hash of its file, the settings and this code, so that a run that was
interrupted goes on where it stopped, and a run over a changed folder does only what changed.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from policyloom.errors import RunError
from policyloom.files import write_bytes
from policyloom.framework import BUILT_IN, Framework, read_framework
from policyloom.records import Failure, OcrUse, Tagged, from_json
from policyloom.run.folder import (
    CACHE,
    MARK,
    claim,
    is_result_folder,
    open_folder,
    seal,
)
from policyloom.run.workers import Job, Limits, Settings, process_all

__all__ = [
    "Limits",
    "Progress",
    "Run",
    "find_files",
    "find_skipped",
    "name_documents",
    "read_run_framework",
    "read_tagged",
    "run",
]

# Not .md: sources and notes about documents lie beside them.
SUFFIXES = (".pdf", ".txt", ".docx", ".html", ".htm")
"""The files of a folder that a run takes up."""

OUTPUTS = (
    "mentions.csv", "claims.csv", "coverage.csv", "findings.csv", "failures.csv", "links.csv", "links_evidence.csv",
    "elements.csv", "network.graphml", "network.gexf", "network.json", "network.net", "vosviewer.json", "counts.json",
    "options.json", "evidence.jsonl", "framework.json", "report.html",
)  # fmt: skip
"""What a run writes besides documents/ and run.json."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: `done` of `total` documents; `source` is the file just done; `stage` in words."""

    stage: str
    done: int
    total: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run.

    Attributes:
        folder: where the results are.
        documents: the ids of the documents read.
        failures: the files that could not be read.
        n_reused: documents whose result was there from an earlier run.
        counts: how many sentences, mentions, claims, links and findings there are.
        errors: how many findings are errors.
        seconds: how long it took.
    """

    folder: Path
    documents: tuple[str, ...]
    failures: tuple[Failure, ...]
    n_reused: int
    counts: dict[str, int]
    errors: int
    seconds: float

    @property
    def status(self) -> int:
        """The exit status: 0 all well, 1 some document failed or a check found an error."""
        return 1 if self.errors or any(f.kind != "duplicate" for f in self.failures) else 0

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(f"<tr><td>{escape(k)}</td><td>{v:,}</td></tr>" for k, v in self.counts.items())
        report = escape(str(self.folder / "report.html"))
        return f"<table>{rows}</table><p>Report: <code>{report}</code></p>"


def find_files(folder: str | Path, *, recursive: bool = False) -> list[Path]:
    """The files of a folder that a run takes up, in order of their names.

    Raises:
        RunError: there is no such folder, or nothing in it to read.
    """
    folder = Path(folder)
    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise RunError(f"{folder}: no such folder")
    found = sorted(
        (
            p
            for p in folder.glob("**/*" if recursive else "*")
            if p.suffix.lower() in SUFFIXES and p.is_file()
        ),
        key=lambda p: p.relative_to(folder).as_posix(),
    )
    found = [p for p in found if not any(part.startswith(".") for part in p.relative_to(folder).parts)]
    results = {parent for p in found for parent in p.parents if is_result_folder(parent)}
    found = [p for p in found if results.isdisjoint(p.parents)]
    if not found:
        hint = "" if recursive else "; add --recursive to look in its folders too"
        raise RunError(f"{folder}: no {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} file in it{hint}")
    return found


def find_skipped(folder: str | Path, *, recursive: bool = False) -> list[str]:
    """What else lies in a folder that a run does not take up, in words such as "2 .xlsx"; nothing for a file."""
    folder = Path(folder)
    if not folder.is_dir():
        return []
    inside = [path for path in folder.iterdir() if not path.name.startswith(".")]
    other = Counter(p.suffix or p.name for p in inside if p.is_file() and p.suffix.lower() not in SUFFIXES)
    skipped = [f"{n} {suffix}" for suffix, n in sorted(other.items())]
    folders = [path for path in inside if path.is_dir()]
    n_results = sum(is_result_folder(path) for path in folders)
    n_folders = len(folders) - n_results
    if n_folders and not recursive:
        skipped.append(f"{n_folders} folder{'s' if n_folders > 1 else ''} (add --recursive to look inside)")
    if n_results:
        skipped.append(f"{n_results} folder{'s' if n_results > 1 else ''} of policyloom's own results")
    return skipped


def name_documents(paths: Sequence[Path], root: Path) -> dict[Path, str]:
    """An id for each file: its path below `root` without the suffix, or with it where two files differ in that alone."""
    stems = Counter(path.relative_to(root).with_suffix("").as_posix() for path in paths)
    ids = {}
    for path in paths:
        relative = path.relative_to(root)
        name = _show_name(relative)
        unique = stems[relative.with_suffix("").as_posix()] == 1
        ids[path] = (name.removesuffix(relative.suffix) if unique else name).replace("/", "__")
    return ids


def run(
    folder: str | Path,
    out: str | Path,
    *,
    framework: Framework | str | Path = BUILT_IN,
    classifier: str | Path | None = None,
    least: float = 0.0,
    model: str | None = None,
    password: str | None = None,
    ocr: OcrUse = "auto",
    recursive: bool = False,
    workers: int | None = None,
    limits: Limits | None = None,
    executor: Executor | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Run:
    """Read, tag, link and check every document of a folder, and write the results.

    Args:
        folder: the documents, or one file.
        out: the run folder: a new or empty one, or that of an earlier run, whose results are replaced. A file that a
            person put or changed there is never touched.
        framework: what to look for.
        classifier: a file from `write_classifier`; by default the one that comes with a built-in framework; "none"
            for rules alone.
        least: the probability, 0 to 1, that the classifier must give a mention.
        model: an installed spaCy pipeline; rules alone without one.
        password: opens the encrypted PDFs among them.
        ocr: which pages are read by OCR, as in `read_pdf`.
        recursive: look in the folder's folders too.
        workers: processes; as many as there are processors unless given; 0 works in this process.
        limits: what one document may cost.
        executor: runs the documents instead of local processes, for example a Dask cluster's.
        progress: called after every document.

    Raises:
        RunError: there is nothing to read, or `out` cannot be written without losing somebody's files.
        FrameworkError: the framework is wrong.
        ValueError: `ocr` is none of its values.

    Example:
        `run("corpus", "outputs/demo").status` is 0 when all went well.
    """
    started = time.monotonic()
    if not isinstance(framework, Framework):
        framework = read_framework(framework)
    out = Path(out)
    if out.resolve() in (Path(folder).resolve(), *Path(folder).resolve().parents):
        raise RunError(f"{out}: holds the documents; give the results a folder of their own")
    if model is not None:
        from policyloom.tag.pipeline import find_model

        find_model(model)
    from policyloom.coders.classifier import dump_classifier, read_classifier

    judge = read_classifier(framework, classifier, least=least)
    learned = dump_classifier(judge) if judge else None
    settings = Settings(framework.model_dump_json(), learned, model, password, ocr)
    paths = find_files(folder, recursive=recursive)
    results = open_folder(out, "run")
    jobs, keys, failures = _jobs(Path(folder), paths, settings)
    cache_folder = results.cache
    todo = [job for job in jobs if not (cache_folder / f"{keys[job.id]}.json").exists()]
    tell = progress or (lambda _: None)
    tell(Progress("reading", len(jobs) - len(todo), len(jobs)))
    for n, (job, result) in enumerate(
        process_all(todo, settings, workers=workers, limits=limits, executor=executor), 1
    ):
        if isinstance(result, Failure):
            failures.append(result)
        else:
            write_bytes(result, cache_folder / f"{keys[job.id]}.json")
        tell(Progress("reading", len(jobs) - len(todo) + n, len(jobs), job.source))
    failed = {failure.source for failure in failures}
    read = [job for job in jobs if job.source not in failed]
    _forget(cache_folder, {keys[job.id] for job in read})

    def tagged() -> Iterator[Tagged]:
        return (from_json(Tagged, (cache_folder / f"{keys[job.id]}.json").read_bytes()) for job in read)

    failures.sort(key=lambda f: f.source)
    signature = _sha256(
        "\n".join([*(keys[job.id] for job in read), *(f"{f.source} {f.reason}" for f in failures)])
    )
    before = _read_manifest(out)
    written = ["run.json", *OUTPUTS, *(f"documents/{job.id}.json" for job in read)]
    is_done = before.get("signature") == signature and all((out / name).exists() for name in written)
    claim(results, ["run.json"] if is_done else written)
    if is_done:
        counts, errors = dict(before["outputs"]), int(before["errors"])
    else:
        from policyloom.run.outputs import write_outputs  # pandas and scipy, once reading has begun

        counts, errors = write_outputs(
            out,
            tagged,
            framework,
            failures,
            model=model,
            classifier=judge,
            name=Path(folder).resolve().name,
            tell=lambda stage, n: tell(Progress(stage, n, len(read))),
        )
    done = Run(
        out, tuple(job.id for job in read), tuple(failures), len(jobs) - len(todo),
        {"documents": len(read), "failures": len(failures), **counts}, errors, time.monotonic() - started,
    )  # fmt: skip
    _write_manifest(done, signature, counts, jobs, keys, framework, settings, limits or Limits())
    if is_done:
        seal(results, ["run.json"], keep_others=True)
    else:
        seal(results, written)
    return done


def read_tagged(folder: str | Path) -> Iterator[Tagged]:
    """The tagged documents of a run folder, one at a time, by id.

    Raises:
        RunError: the folder holds no finished run.
    """
    folder = Path(folder)
    manifest = _read_manifest(folder)
    if "documents" not in manifest:
        raise RunError(f"{folder}: holds no finished run (run.json cannot be read)")
    for entry in manifest["documents"]:
        path = folder / MARK / CACHE / f"{entry['key']}.json"
        try:
            yield from_json(Tagged, path.read_bytes())
        except OSError as error:
            raise RunError(f"{path}: is missing; run again to make it") from error


def read_run_framework(folder: str | Path) -> Framework:
    """The framework that a run was made with.

    Raises:
        RunError: the folder holds no finished run.
    """
    path = Path(folder) / "framework.json"
    try:
        return Framework.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RunError(
            f"{folder}: is no run folder (framework.json cannot be read); give one that a run has written"
        ) from error


def _jobs(
    folder: Path, paths: Sequence[Path], settings: Settings
) -> tuple[list[Job], dict[str, str], list[Failure]]:
    """The work, the key of each result, and the files that are the same as another."""
    root = folder if folder.is_dir() else folder.parent
    ids = name_documents(paths, root)
    code, eyes = _code_version(), _ocr_version(settings.ocr)
    learned = hashlib.sha256(settings.classifier or b"").hexdigest()
    jobs: list[Job] = []
    keys: dict[str, str] = {}
    failures: list[Failure] = []
    seen: dict[str, str] = {}
    for path in paths:
        source, id = _show_name(path.relative_to(root)), ids[path]
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            failures.append(Failure(source, "missing", f"cannot be opened ({error.strerror or error})"))
            continue
        if digest in seen:
            failures.append(
                Failure(source, "duplicate", f"is the same file as {seen[digest]}, and is counted once")
            )
            continue
        seen[digest] = source
        jobs.append(Job(str(path), id, source))
        seen_by = eyes if path.suffix.lower() == ".pdf" else ""
        parts = "\n".join((digest, id, settings.framework, learned, settings.model or "", code, seen_by))
        keys[id] = hashlib.sha256(parts.encode("utf-8")).hexdigest()[:32]
    return jobs, keys, failures


def _show_name(path: Path) -> str:
    """A path in Unicode: a name that is not is shown as well as can be."""
    return path.as_posix().encode("utf-8", "replace").decode("utf-8")


@cache
def _code_version() -> str:
    """A hash of this package's code and data, and of the libraries that decide a document's result."""
    digest = hashlib.sha256()
    root = Path(str(resources.files("policyloom")))
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".toml", ".txt"):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    for name in ("spacy", "pypdfium2", "pdfplumber", "pyspellchecker"):
        digest.update(f"{name} {importlib.metadata.version(name)}".encode())
    return digest.hexdigest()


def _ocr_version(use: OcrUse) -> str:
    """What decides how scanned pages are read, so that they are read anew once OCR has been installed."""
    if use == "never":
        return use
    from policyloom.extract import ocr_version

    return f"{use} {ocr_version()}"


def _forget(cache_folder: Path, keep: set[str]) -> None:
    """Remove results that no document of the run has any more."""
    for path in cache_folder.iterdir():
        if path.stem not in keep and not path.is_dir():
            path.unlink(missing_ok=True)


def _read_manifest(out: Path) -> dict[str, Any]:
    """The manifest of the run before; empty where there is none."""
    import json

    try:
        found = json.loads((out / "run.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_manifest(
    done: Run,
    signature: str,
    outputs: dict[str, int],
    jobs: Sequence[Job],
    keys: dict[str, str],
    framework: Framework,
    settings: Settings,
    limits: Limits,
) -> None:
    """`run.json`: the one file of a run that holds clocks, versions and paths."""
    import json
    import platform
    from datetime import UTC, datetime

    names = (
        "policyloom",
        "spacy",
        "pypdfium2",
        "pdfplumber",
        "networkx",
        "scikit-learn",
        "pandas",
        "scipy",
        "numpy",
    )
    read = set(done.documents)
    manifest = {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(done.seconds, 2),
        "status": done.status,
        "counts": done.counts,
        "outputs": outputs,
        "errors": done.errors,
        "signature": signature,
        "reused": done.n_reused,
        "framework": {
            "id": framework.id,
            "version": framework.version,
            "sha256": _sha256(settings.framework),
        },
        "model": settings.model or "rules",
        "classifier": hashlib.sha256(settings.classifier).hexdigest() if settings.classifier else "none",
        "ocr": _ocr_version(settings.ocr),
        "limits": {"seconds": limits.seconds, "megabytes": limits.megabytes},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": {name: importlib.metadata.version(name) for name in names},
        "documents": [
            {"id": job.id, "source": job.source, "key": keys[job.id]} for job in jobs if job.id in read
        ],
    }
    write_bytes(
        (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode("utf-8"), done.folder / "run.json"
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
