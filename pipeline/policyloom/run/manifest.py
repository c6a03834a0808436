"""`run.json`, the one file of a run that holds clocks, versions and paths; and what is read back with its help."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policyloom.errors import RunError
from policyloom.export import UserColumns
from policyloom.files import write_bytes
from policyloom.framework import Framework
from policyloom.records import Failure, Tagged
from policyloom.run.decisions import Decisions, read_decisions_of
from policyloom.run.folder import CACHE, MARK
from policyloom.run.keys import code_version, library_versions, model_version, ocr_version
from policyloom.run.metadata import MetadataTable, describe
from policyloom.run.plan import Plan
from policyloom.run.results import read_result
from policyloom.run.settings import Limits, Settings

if TYPE_CHECKING:
    from policyloom.run import Run

__all__ = [
    "MANIFEST",
    "hash_framework",
    "read_found",
    "read_groups",
    "read_kept",
    "read_keys",
    "read_manifest",
    "read_run_framework",
    "read_tagged",
    "read_user_columns",
    "refuse_other_framework",
    "write_manifest",
]

MANIFEST = "run.json"


def read_manifest(out: str | Path) -> dict[str, Any]:
    """The manifest of the run before; empty where there is none."""
    try:
        found = json.loads((Path(out) / MANIFEST).read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def read_found(manifest: Mapping[str, Any]) -> tuple[dict[str, int], int, list[Failure], str] | None:
    """What the run before found: counts, errors, documents not judged, why there are no links; None where that is damaged."""
    try:
        counts = {str(name): int(n) for name, n in manifest["outputs"].items()}
        not_judged = [Failure(source, "not-judged", reason) for source, reason in manifest["not_judged"]]
        return counts, int(manifest["errors"]), not_judged, str(manifest["no_links"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def write_manifest(
    done: Run,
    plan: Plan,
    settings: Settings,
    *,
    framework: Framework,
    framework_file: str | None,
    limits: Limits | None,
    outputs: Mapping[str, int],
    signature: str,
    unit: str,
    metadata: MetadataTable,
) -> None:
    """Writes how a run was made.

    Args:
        done: the run.
        plan: its work.
        settings: with which it was done.
        framework: the same as in `settings`.
        framework_file: where it was read from; None where that is not known.
        limits: that held; None where there were none.
        outputs: how many sentences, mentions, claims, links and findings there are.
        signature: a hash of all that decides the outputs.
        unit: in which two elements must stand together for a link.
        metadata: the user's table of the documents.
    """
    read = set(done.documents)
    manifest = {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(done.seconds, 2),
        "status": done.status,
        "counts": done.counts,
        "outputs": dict(outputs),
        "errors": done.errors,
        "not_judged": [[f.source, f.reason] for f in done.failures if f.kind == "not-judged"],
        "failed": sorted({f.source for f in done.failures if f.kind not in ("duplicate", "not-judged")}),
        "no_links": done.no_links,
        "folder": str(plan.folder),
        "unit": unit,
        "signature": signature,
        "reused": done.n_reused,
        "framework": {
            "id": framework.id,
            "version": framework.version,
            "file": framework_file,
            "sha256": hash_framework(settings.framework),
        },
        "model": settings.model or "rules",
        "model_version": model_version(settings.model),
        "code": code_version(),
        "coder": {
            "kind": settings.coder.kind,
            "name": settings.coder.name,
            "sha256": settings.coder.sha256,
        },
        "ocr": ocr_version(settings.ocr),
        "limits": {"seconds": limits.seconds, "megabytes": limits.megabytes} if limits else None,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": {"policyloom": importlib.metadata.version("policyloom"), **library_versions()},
        "metadata": list(metadata.columns),
        "notes": list(done.notes),
        "documents": [
            {
                "id": job.id,
                "source": job.source,
                "key": plan.keys[job.id],
                "sha256": plan.sha256.get(job.id, ""),
                "metadata": metadata.of(job.source),
            }
            for job in plan.jobs
            if job.id in read
        ],
    }
    write_bytes(
        (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode("utf-8"), done.folder / MANIFEST
    )


def hash_framework(framework: str) -> str:
    """A hash of a framework, given as JSON."""
    return hashlib.sha256(framework.encode("utf-8")).hexdigest()


def refuse_other_framework(out: str | Path, framework: Framework) -> None:
    """Makes sure that a folder holds no run with another framework.

    Raises:
        RunError: it does.
    """
    before = read_manifest(out).get("framework")
    found = before.get("id") if isinstance(before, dict) else None
    if found is not None and found != framework.id:
        raise RunError(
            f"{out}: holds a run with framework {found}, and this one is with {framework.id}; give the run a new folder, "
            "name that framework with -f, or replace the results with --force"
        )


def read_tagged(folder: str | Path, *, decided: bool = True) -> Iterator[Tagged]:
    """The tagged documents of a run folder, one at a time, by id, with the dates and titles of the user's table.

    Args:
        folder: the run folder.
        decided: with the decisions of people that the run keeps; without them, as the coder left the documents.

    Raises:
        RunError: the folder holds no finished run.
    """
    entries = _finished(Path(folder))["documents"]
    decisions = read_decisions_of(folder, read_run_framework(folder)) if decided else Decisions()
    for tagged, entry in zip(read_kept(folder), entries, strict=True):
        yield decisions.decide(describe(tagged, entry.get("metadata", {})))


def read_kept(folder: str | Path) -> Iterator[Tagged]:
    """The documents of a run folder as they were kept: without the user's table, and without the decisions of people.

    Raises:
        RunError: the folder holds no finished run.
    """
    folder = Path(folder)
    for id, key in read_keys(folder):
        path = folder / MARK / CACHE / f"{key}.json"
        try:
            yield read_result(path, id)
        except OSError as error:
            raise RunError(f"{path}: is missing; run again to make it") from error
        except ValueError as error:
            raise RunError(f"{path}: cannot be used, as {error}; run again to make it anew") from error


def read_keys(folder: str | Path) -> list[tuple[str, str]]:
    """The id of each document of a run, and the key of its result.

    Raises:
        RunError: the folder holds no finished run, or its manifest is damaged.
    """
    folder = Path(folder)
    try:
        found = [(str(entry["id"]), str(entry["key"])) for entry in _finished(folder)["documents"]]
    except (KeyError, TypeError) as error:
        raise RunError(f"{folder / MANIFEST}: is damaged; run again to make it anew") from error
    if strange := next((key for _, key in found if not re.fullmatch("[0-9a-f]+", key)), None):
        raise RunError(f"{folder / MANIFEST}: {strange!r} is no key of a result; run again to make it anew")
    return found


def read_groups(folder: str | Path, column: str) -> dict[str, str]:
    """What a column of the user's table of documents says of each document of a run, by the document's id.

    Documents of which it says nothing are left out.

    Raises:
        RunError: the folder holds no finished run, or its table of documents has no such column.

    Example:
        `network.slices(read_groups("outputs/mine", "country"))` are the networks of the countries.
    """
    user = read_user_columns(folder)
    if column not in user.names:
        there = f"there are {', '.join(user.names)}" if user.names else "it was made without --metadata"
        raise RunError(f"{folder}: has no column {column!r} of its documents; {there}")
    return {id: cells[column] for id, cells in user.cells.items() if cells[column]}


def read_user_columns(folder: str | Path) -> UserColumns:
    """The user's table of documents that a run was made with.

    Raises:
        RunError: the folder holds no finished run.
    """
    manifest = _finished(Path(folder))
    cells = {entry["id"]: entry.get("metadata", {}) for entry in manifest["documents"]}
    return UserColumns(tuple(manifest.get("metadata", ())), cells)


def _finished(folder: Path) -> dict[str, Any]:
    """The manifest of a run that has come to its end."""
    manifest = read_manifest(folder)
    if "documents" not in manifest:
        raise RunError(f"{folder}: holds no finished run ({MANIFEST} cannot be read)")
    return manifest


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
