"""What a run would do, and why, without doing any of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policyloom.framework import Framework
from policyloom.records import Failure
from policyloom.run.folder import CACHE, MARK
from policyloom.run.keys import code_version, library_versions, model_version, ocr_version
from policyloom.run.manifest import hash_framework, read_manifest
from policyloom.run.plan import Plan
from policyloom.run.reading import find_unread
from policyloom.run.settings import Settings

__all__ = ["Preview", "Unread", "preview"]


@dataclass(frozen=True, slots=True)
class Unread:
    """A document that a run would read.

    Attributes:
        source: its file.
        why: in words, such as "is new".
        is_extracted: whether its text is there from the run before, so that it is only tagged anew.
    """

    source: str
    why: str
    is_extracted: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do.

    Attributes:
        unread: the documents that it would read.
        reused: the files of those whose results are there.
        removed: the files of the run before that are gone; they would leave all tables.
        failures: the files that cannot be opened, or are the same as another.
        replaces: the framework of the run before, where it is another one.
    """

    unread: tuple[Unread, ...]
    reused: tuple[str, ...]
    removed: tuple[str, ...]
    failures: tuple[Failure, ...]
    replaces: str = ""


def preview(plan: Plan, settings: Settings, framework: Framework, out: Path) -> Preview:
    """What a run with this plan would do in a run folder; nothing is written."""
    before = read_manifest(out)
    unread = find_unread(plan, out / MARK / CACHE)
    known = {entry["source"]: entry for entry in before.get("documents", ())}
    failed = set(before.get("failed", ()))
    changes = "; ".join(_find_changes(before, settings)) if before else ""
    ids = {job.id for job in unread}
    found = before.get("framework", {}).get("id", framework.id)
    return Preview(
        tuple(
            Unread(
                job.source,
                _explain(job.source, plan.sha256[job.id], known, failed, changes),
                bool(job.earlier),
            )
            for job in unread
        ),
        tuple(job.source for job in plan.jobs if job.id not in ids),
        tuple(sorted(known.keys() - {job.source for job in plan.jobs})),
        plan.failures,
        found if found != framework.id else "",
    )


def _explain(source: str, sha256: str, known: Mapping[str, Any], failed: set[str], changes: str) -> str:
    if source in failed:
        return "could not be read before"
    if source not in known:
        return "is new"
    if known[source].get("sha256") != sha256:
        return "has changed"
    return changes or "has no whole result"


def _find_changes(before: Mapping[str, Any], settings: Settings) -> list[str]:
    """What decides all results and is not as it was in the run before, in words."""
    versions = library_versions()
    was = before.get("versions", {})
    libraries = [
        f"{name} {version} (was {was.get(name, 'not there')})"
        for name, version in versions.items()
        if was.get(name) != version
    ]
    changes = {
        "the framework has changed": before.get("framework", {}).get("sha256")
        == hash_framework(settings.framework),
        "the coder has changed": before.get("coder", {}).get("sha256") == settings.coder.sha256,
        "the model has changed": before.get("model_version") == model_version(settings.model),
        "how scans are read has changed": before.get("ocr") == ocr_version(settings.ocr),
        f"other versions are installed: {', '.join(libraries)}": not libraries,
        "policyloom has changed": before.get("code") == code_version(),
    }
    return [words for words, is_same in changes.items() if not is_same]
