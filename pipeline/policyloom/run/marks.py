"""A run's PDFs as copies in which every mention is marked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policyloom.errors import DocumentError, RunError
from policyloom.export.marked_pdf import MarkedPdf, write_marked_pdf
from policyloom.records import Failure, Tagged
from policyloom.run.folder import claim, open_folder, seal
from policyloom.run.manifest import read_manifest, read_run_framework, read_tagged
from policyloom.run.progress import Progress, Tell, tell_nobody

__all__ = ["MarkedRun", "mark_run"]

NOT_PDF = "not-pdf"
"""The kind of failure of a document that is no PDF, for which nothing was expected."""

CODERS = {
    "rules": "rules",
    "classifier": "rules and a classifier",
    "own": "rules and the coder {name}",
    "language_model": "language model {name}",
}


@dataclass(frozen=True, slots=True)
class MarkedRun:
    """The marked-up PDFs of a run.

    Attributes:
        folder: where they are.
        marked: those written, by the document's id.
        failures: the documents left out, and why.
    """

    folder: Path
    marked: tuple[MarkedPdf, ...]
    failures: tuple[Failure, ...]

    @property
    def status(self) -> int:
        """The exit status: 1 where a PDF could not be marked up."""
        return 1 if any(failure.kind != NOT_PDF for failure in self.failures) else 0


def mark_run(
    run: str | Path,
    out: str | Path,
    *,
    documents: str | Path | None = None,
    entities: bool = False,
    progress: Tell | None = None,
) -> MarkedRun:
    """Writes a copy of each PDF of a run in which every mention is highlighted, with a note on it.

    Args:
        run: a run folder.
        out: a folder for the copies, ID.pdf each: a new or empty one, or that of an earlier call.
        documents: the folder of the documents, where they have been moved since the run.
        entities: mark institutions, places, sums and so on too.
        progress: called after every document.

    Raises:
        RunError: `run` is no run folder, its documents are not found, or `out` cannot be written without losing
            somebody's files.
        PolicyloomError: the extra `pdf` is not installed.
    """
    manifest = read_manifest(run)
    framework = read_run_framework(run)
    root = _find_documents(Path(run), manifest, documents)
    sources = {entry["id"]: entry["source"] for entry in manifest.get("documents", ())}
    marked: list[MarkedPdf] = []
    failures: list[Failure] = []
    tell = progress or tell_nobody
    folder = open_folder(out, "marks")
    with folder.held():
        claim(folder, (f"{id}.pdf" for id in sources))
        for n, tagged in enumerate(read_tagged(run), 1):
            source = sources[tagged.document.id]
            try:
                path = _find_pdf(root / source, tagged)
                marked.append(
                    write_marked_pdf(
                        path, folder.path / f"{tagged.document.id}.pdf", tagged, framework,
                        coder=_describe_coder(manifest), entities=entities,
                    )
                )  # fmt: skip
            except DocumentError as error:
                failures.append(Failure(source, error.kind, error.reason))
            tell(Progress("marking", n, len(sources), source))
        seal(folder, (f"{each.document}.pdf" for each in marked))
    return MarkedRun(folder.path, tuple(marked), tuple(failures))


def _find_documents(run: Path, manifest: Mapping[str, Any], given: str | Path | None) -> Path:
    """The folder of a run's documents."""
    root = given if given is not None else manifest.get("folder")
    if not isinstance(root, str | Path):
        raise RunError(f"{run}: does not say where its documents are; name their folder with --documents")
    if not Path(root).is_dir():
        raise RunError(f"{root}: no such folder; name that of the documents with --documents")
    return Path(root)


def _find_pdf(path: Path, tagged: Tagged) -> Path:
    """The file of a document, after making sure that it is the PDF that was read.

    Raises:
        DocumentError: it is not, or nothing was judged in it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(path, "missing", f"cannot be opened ({error.strerror or error})") from error
    if b"%PDF" not in data[:1024]:
        raise DocumentError(path, NOT_PDF, "is no PDF, so there is nothing to mark up")
    if hashlib.sha256(data).hexdigest() != tagged.document.sha256:
        raise DocumentError(path, "changed", "was changed since the run; run again, then mark it up")
    if not tagged.is_judged:
        raise DocumentError(path, "not-judged", f"was not judged: {tagged.explain_unread()}")
    return path


def _describe_coder(manifest: Mapping[str, Any]) -> str:
    """Who decided in a run, in a few words."""
    coder = manifest.get("coder", {})
    return CODERS.get(coder.get("kind", ""), "unknown").format(name=coder.get("name", ""))
