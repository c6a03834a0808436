"""A finished run as exports take it: its framework, its coder's name, its documents one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from policyloom.framework import Framework
from policyloom.records import Tagged
from policyloom.run.manifest import read_manifest, read_run_framework, read_tagged

__all__ = ["FinishedRun", "read_finished_run"]

_CODERS = {"rules": "rules", "classifier": "classifier"}


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A finished run.

    Attributes:
        folder: of the run.
        framework: with which it was made.
        coder: who coded it, as other programs are told: "policyloom (classifier)".
    """

    folder: Path
    framework: Framework
    coder: str

    @property
    def name(self) -> str:
        """What the run is called: the name of its folder."""
        return self.folder.resolve().name

    def tagged(self) -> Iterator[Tagged]:
        """The documents that were judged, one at a time, by id."""
        return (one for one in read_tagged(self.folder) if one.is_judged)

    def notes(self) -> tuple[str, ...]:
        """What is not in an export: the files that were not read or not judged."""
        manifest = read_manifest(self.folder)
        n = manifest.get("counts", {}).get("failures", 0) + len(manifest.get("not_judged", ()))
        if not n:
            return ()
        return (
            f"{n} of the run's files are not in it (unread, not judged, or copies); failures.csv says why",
        )


def read_finished_run(folder: str | Path) -> FinishedRun:
    """A finished run.

    Raises:
        RunError: the folder holds none.
    """
    framework = read_run_framework(folder)
    coder = read_manifest(folder).get("coder")
    told = coder if isinstance(coder, dict) else {}
    name = _CODERS.get(str(told.get("kind")), str(told.get("name") or told.get("kind") or "unknown"))
    return FinishedRun(Path(folder), framework, f"policyloom ({name})")
