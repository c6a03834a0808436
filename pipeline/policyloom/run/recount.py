"""A run's outputs written anew from its results, without its files and without its coder.

A run notes what its outputs are made of, besides the results; with that note they are counted again when people have
decided about mentions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from policyloom.errors import RunError
from policyloom.files import PAGES_FOLDER, write_bytes
from policyloom.learn.decided import DecisionResult
from policyloom.network.counting import Unit
from policyloom.records import Coding, Failure, Measured, Passage, from_json, to_json
from policyloom.run.coder import ChosenCoder, CoderForm, CoderKind
from policyloom.run.decisions import (
    DECISIONS_TABLE,
    Decisions,
    read_decisions_of,
    write_decisions_of,
    write_decisions_table,
)
from policyloom.run.folder import MARK, ResultFolder, claim, open_folder, read_ledger, seal
from policyloom.run.manifest import MANIFEST, read_kept, read_manifest, read_run_framework, read_tagged
from policyloom.run.metadata import MetadataTable
from policyloom.run.progress import Progress, Tell

__all__ = [
    "OutputsNote",
    "describe_decisions",
    "kept_decisions",
    "read_outputs_note",
    "recount",
    "sign_outputs",
    "write_outputs_note",
]

NOTE = "outputs.json"


@dataclass(frozen=True, slots=True)
class OutputsNote:
    """What a run's outputs are made of, besides its results and the decisions of people.

    Attributes:
        signature: a hash of all that decides the outputs but the decisions.
        failures: the files that could not be read.
        model: the spaCy pipeline, or None for rules.
        coder: the kind of coder, and its name.
        description: of the coder, in words.
        measured: how well it finds each element.
        name: what the run is called.
        unit: the unit in which two elements must stand together for a link.
        versions: pairs of files that hold versions of one text.
    """

    signature: str
    failures: tuple[Failure, ...]
    model: str | None
    coder: tuple[CoderKind, str]
    description: str
    measured: Measured
    name: str
    unit: Unit
    versions: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class _NotedCoder:
    """What is known of the coder of a finished run; it codes nothing."""

    description: str
    measured: Measured

    def code(self, passages: Sequence[Passage]) -> Sequence[Coding]:
        """Raises `TypeError`: only results that are there are counted."""
        raise TypeError(f"{len(passages)} passages: a coder that is only noted cannot code")


def write_outputs_note(folder: ResultFolder, note: OutputsNote) -> None:
    """Notes what a run's outputs are made of."""
    write_bytes(to_json(note), folder.path / MARK / NOTE)


def sign_outputs(signature: str, decisions: Decisions) -> str:
    """The signature of outputs: that of everything else, and of the decisions where there are some."""
    return " ".join(filter(None, (signature, decisions.sign())))


def recount(run: str | Path, decisions: Decisions, tell: Tell) -> list[DecisionResult]:
    """Keeps decisions with a run and writes its outputs anew with them; says what became of each decision.

    Raises:
        RunError: the folder holds no finished run, was made by another version, or cannot be written without losing
            somebody's files.
    """
    from policyloom.run.outputs import write_outputs  # pandas and scipy

    framework = read_run_framework(run)
    note = read_outputs_note(run)
    results = open_folder(run, "run")
    with results.held():
        manifest = read_manifest(run)
        before = read_ledger(results.path)[1]
        table = [DECISIONS_TABLE] if decisions.n_decisions else []
        # The pages beside the report are others where links are others.
        written = [
            name for name in before if name != DECISIONS_TABLE and not name.startswith(f"{PAGES_FOLDER}/")
        ] + table
        claim(results, written)
        write_decisions_of(run, decisions)
        outcome = decisions.results(read_tagged(run, decided=False))
        n_documents = len(manifest["documents"])
        counts, errors, not_judged, no_links, pages = write_outputs(
            results.path,
            lambda: (decisions.decide(one) for one in read_kept(run)),
            framework,
            note.failures,
            model=note.model,
            coder=ChosenCoder(
                lambda: _NotedCoder(note.description, note.measured),
                CoderForm(note.coder[0], name=note.coder[1]),
            ),
            name=note.name,
            unit=note.unit,
            files={entry["id"]: entry["source"] for entry in manifest["documents"]},
            versions=note.versions,
            metadata=MetadataTable(
                tuple(manifest.get("metadata", ())),
                {entry["source"]: entry.get("metadata", {}) for entry in manifest["documents"]},
            ),
            decided=describe_decisions(decisions),
            tell=lambda stage, n: tell(Progress(stage, n, n_documents)),
            take=lambda files: claim(results, files),
        )
        written += pages
        if table:
            write_decisions_table(outcome, results.path / DECISIONS_TABLE)
        failed = [*note.failures, *not_judged]
        manifest |= {
            "status": 1 if errors or any(f.kind != "duplicate" for f in failed) else 0,
            "counts": {name: n for name, n in manifest["counts"].items() if name not in manifest["outputs"]} | counts,
            "outputs": counts,
            "errors": errors,
            "not_judged": [[f.source, f.reason] for f in not_judged],
            "no_links": no_links,
            "signature": sign_outputs(note.signature, decisions),
        }  # fmt: skip
        text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        write_bytes(text.encode("utf-8"), results.path / MANIFEST)
        seal(results, written)
    return outcome


def describe_decisions(decisions: Decisions) -> str:
    """Who decided how much, in words; empty where nobody did."""
    n = decisions.n_decisions
    if not n:
        return ""
    return (
        f"{n:,} decision{'s' if n > 1 else ''} of {', '.join(decisions.people)} hold{'s' if n == 1 else ''}"
    )


def read_outputs_note(run: str | Path) -> OutputsNote:
    """What the outputs of a finished run are made of.

    Raises:
        RunError: it cannot be read.
    """
    path = Path(run) / MARK / NOTE
    try:
        return from_json(OutputsNote, path.read_bytes())
    except (OSError, ValueError) as error:
        raise RunError(
            f"{run}: holds no finished run of this version; run again into it, then apply the decisions"
        ) from error


def kept_decisions(run: str | Path) -> Decisions:
    """The decisions that a finished run keeps.

    Raises:
        RunError: the folder holds no finished run, or they cannot be read.
    """
    return read_decisions_of(run, read_run_framework(run))
