"""Two versions of a file compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policyloom.errors import UnansweredError
from policyloom.export import CHANGES, change_rows
from policyloom.extract import read_document
from policyloom.files import open_table, write_bytes
from policyloom.framework import Framework, read_framework
from policyloom.frameworks import BUILT_IN
from policyloom.records import OcrUse, Tagged
from policyloom.run.coder import CoderChoice, resolve_coder
from policyloom.run.folder import claim, open_folder, seal

if TYPE_CHECKING:
    from policyloom.check import Comparison

__all__ = ["FileComparison", "compare_files"]

OUTPUTS = ("changes.csv", "changes.md", "compare.html")


@dataclass(frozen=True, slots=True)
class FileComparison:
    """Two versions of a document, compared.

    Attributes:
        old, new: the earlier and the later version.
        comparison: what differs.
        framework: with which they were tagged.
        out: the folder that was written; None where none was asked for.
    """

    old: Tagged
    new: Tagged
    comparison: Comparison
    framework: Framework
    out: Path | None

    @property
    def status(self) -> int:
        """The exit status: 1 where a version was not judged, and 0 otherwise, whatever has changed."""
        return 0 if self.old.is_judged and self.new.is_judged else 1


def compare_files(
    old: str | Path,
    new: str | Path,
    *,
    out: str | Path | None = None,
    framework: Framework | str | Path = BUILT_IN,
    coder: CoderChoice = None,
    min_probability: float = 0.0,
    model: str | None = None,
    password: str | None = None,
    ocr: OcrUse = "auto",
) -> FileComparison:
    """What a later version of a document promises less, more or otherwise than an earlier one.

    Args:
        old: the earlier version.
        new: the later one.
        out: a folder for the table and the page; nothing is written without.
        framework: what to look for.
        coder, min_probability, model, password, ocr: as in `run`.

    Raises:
        DocumentError: a version cannot be read.
        RunError: `out` cannot be written without losing somebody's files.
        FrameworkError: the framework is wrong.
        UnansweredError: a language model has no answer to some requests, and nobody to ask.
    """
    from policyloom.check import compare
    from policyloom.tag import tag
    from policyloom.tag.pipeline import load_pipeline

    chosen = framework if isinstance(framework, Framework) else read_framework(framework)
    documents = [read_document(path, password=password, ocr=ocr) for path in (old, new)]
    nlp = load_pipeline(chosen, model=model)
    used = resolve_coder(coder, chosen, min_probability=min_probability)
    tagged, missing = [], []
    for document in documents:
        try:
            tagged.append(tag(document, nlp, used.coder))
        except UnansweredError as error:
            missing.append(error)
    if missing:
        raise UnansweredError.together(missing)
    before, after = tagged
    comparison = compare(before, after, chosen)
    if out is not None:
        _write(Path(out), before, after, comparison, chosen)
    return FileComparison(before, after, comparison, chosen, Path(out) if out is not None else None)


def _write(out: Path, old: Tagged, new: Tagged, comparison: Comparison, framework: Framework) -> None:
    from policyloom.report import make_comparison_brief, write_comparison_report
    from policyloom.run.outputs import reported_document

    folder = open_folder(out, "comparison")
    claim(folder, OUTPUTS)
    rows = reported_document(old, framework), reported_document(new, framework)
    with open_table(out / "changes.csv", CHANGES.names) as add:
        add(change_rows(comparison.changes))
    brief = make_comparison_brief(comparison, framework, old_name=rows[0].source, new_name=rows[1].source)
    write_bytes(brief.encode("utf-8"), out / "changes.md")
    write_comparison_report(out / "compare.html", comparison, framework=framework, old=rows[0], new=rows[1])
    seal(folder, OUTPUTS)
