"""The PMC index of policies: read from files or a run, or worked out anew from a matrix that a person has edited."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from policyloom.check.pmc import (
    PmcEdit,
    PmcPolicy,
    PmcScore,
    edit_cells,
    find_cells,
    pmc_surface,
    score_policy,
)
from policyloom.errors import DocumentError, FrameworkError, RunError
from policyloom.export import FAILURES, failure_rows
from policyloom.export.figure_files import save_figure
from policyloom.export.pmc_surface import can_draw_surfaces, draw_surface
from policyloom.export.pmc_tables import PMC_MATRIX, matrix_rows, pmc_table, read_matrix, read_policies
from policyloom.extract import read_document
from policyloom.files import open_table, show_name
from policyloom.framework import Framework, read_framework
from policyloom.framework.variables import VariableList, make_framework, read_variables
from policyloom.frameworks import BUILT_IN_VARIABLES
from policyloom.records import Failure, OcrUse, Tagged
from policyloom.run.coder import CoderChoice, resolve_coder
from policyloom.run.folder import ResultFolder, claim, is_result_folder, open_folder, seal
from policyloom.run.manifest import read_run_framework, read_tagged
from policyloom.run.plan import find_files, name_documents

__all__ = ["PmcRun", "pmc_index"]

MATRIX_FILE = "pmc_matrix.csv"
PAGE = "pmc.html"
TABLES = ("pmc.csv", MATRIX_FILE, "failures.csv")
SURFACE_KINDS = ("svg", "png")
"""The first of them stands in the page."""

Surface = tuple[tuple[tuple[str, float], ...], ...]

NO_SURFACES = 'surfaces are not drawn without the extra figures: pip install "policyloom[figures]"'


@dataclass(frozen=True, slots=True)
class PmcRun:
    """The indices of some policies.

    Attributes:
        folder: where the results are.
        scores: one for each policy, by id.
        variables: the list that they were scored on.
        failures: the files that could not be read or judged.
        notes: what the user should know, a sentence each.
    """

    folder: Path
    scores: tuple[PmcScore, ...]
    variables: VariableList
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        """The exit status: 1 where a file could not be read or was not judged."""
        return 1 if self.failures else 0


def pmc_index(
    *sources: str | Path,
    out: str | Path,
    variables: VariableList | str | Path = BUILT_IN_VARIABLES,
    matrix: str | Path | None = None,
    coder: CoderChoice = None,
    password: str | None = None,
    ocr: OcrUse = "auto",
) -> PmcRun:
    """The PMC index of each policy, written with its matrix, its surfaces and a page.

    Args:
        sources: a run folder, a folder of documents, or documents. Without any, `matrix` is worked out anew.
        out: a folder for the results. A file that a person changed there is never replaced.
        variables: the list of variables.
        matrix: a pmc_matrix.csv that a person edited; the values and notes that are a person's are kept.
        coder: who decides which elements of the framework a sentence names, as in `run`; a run folder has its own.
        password, ocr: as in `run`.

    Raises:
        RunError: there is nothing to read, or `out` cannot be written without losing somebody's files.
        FrameworkError: the variable list is wrong, or names elements of another framework.
        PolicyloomError: the matrix is none, or is of another list.
    """
    chosen = variables if isinstance(variables, VariableList) else read_variables(variables)
    failures: list[Failure] = []
    edits: tuple[PmcEdit, ...] = ()
    if sources:
        edits = read_matrix(matrix, chosen) if matrix is not None else ()
        policies = [
            edit_cells(policy, edits) for policy in _read(sources, chosen, coder, password, ocr, failures)
        ]
    elif matrix is not None:
        policies = list(read_policies(matrix, chosen))
    else:
        raise RunError("there is nothing to score; give documents, a run folder, or a matrix")
    policies.sort(key=lambda policy: policy.document)
    known = {policy.document for policy in policies}
    lost = sorted({edit.document for edit in edits} - known)
    notes = [f"{matrix}: has values of {id}, which is not among the documents" for id in lost]
    return _write(Path(out), policies, chosen, failures, notes)


def _read(
    sources: Sequence[str | Path],
    variables: VariableList,
    coder: CoderChoice,
    password: str | None,
    ocr: OcrUse,
    failures: list[Failure],
) -> Iterator[PmcPolicy]:
    """The policies, one document at a time; files that cannot be read are added to the failures."""
    from policyloom.coders import load_coder
    from policyloom.tag import tag
    from policyloom.tag.pipeline import load_pipeline

    runs = [source for source in sources if is_result_folder(source)]
    if runs and len(sources) > 1:
        raise RunError(f"{runs[0]}: is a run folder; give it alone")
    framework = read_run_framework(runs[0]) if runs else _named_framework(variables)
    own = make_framework(variables, framework)
    nlp, rules = load_pipeline(own), load_coder(own, "none")
    if runs:
        for tagged in read_tagged(runs[0]):
            found = tag(tagged.document, nlp, rules)
            failures += _not_judged(found)
            yield find_cells(found, variables, own, tagged, framework)
        return
    field = load_pipeline(framework) if framework is not None else None
    chosen = resolve_coder(coder, framework, min_probability=0.0) if framework is not None else None
    for path, id in _name_files(sources).items():
        try:
            document = read_document(path, password=password, id=id, ocr=ocr)
        except DocumentError as error:
            failures.append(Failure(show_name(path.name), error.kind, error.reason))
            continue
        of_field: Tagged | None = tag(document, field, chosen.coder) if field and chosen else None
        found = tag(document, nlp, rules)
        failures += _not_judged(found)
        yield find_cells(found, variables, own, of_field, framework)


def _not_judged(tagged: Tagged) -> list[Failure]:
    if tagged.is_judged:
        return []
    return [Failure(tagged.document.source, "not-judged", f"was not judged: {tagged.explain_unread()}")]


def _named_framework(variables: VariableList) -> Framework | None:
    """The built-in framework that a list names; None where it names none."""
    if not variables.framework:
        return None
    try:
        return read_framework(variables.framework)
    except FrameworkError as error:
        raise FrameworkError(
            f"variable list {variables.id}: names elements of framework {variables.framework}, which is not built in; run "
            "with that framework first (`policyloom run … -f FILE.toml`), then give the run folder"
        ) from error


def _name_files(sources: Sequence[str | Path]) -> dict[Path, str]:
    """The files of all sources, each with the id of its document."""
    paths = list(dict.fromkeys(path for source in sources for path in find_files(source)))
    if len(sources) == 1 and Path(sources[0]).is_dir():
        return name_documents(paths, Path(sources[0]))
    root = Path(os.path.commonpath([path.resolve().parent for path in paths]))
    resolved = {path.resolve(): path for path in paths}
    return {resolved[path]: id for path, id in name_documents(list(resolved), root).items()}


def _write(
    out: Path,
    policies: Sequence[PmcPolicy],
    variables: VariableList,
    failures: Sequence[Failure],
    notes: list[str],
) -> PmcRun:
    scores = [score_policy(policy, variables) for policy in policies]
    surfaces = {score.document: pmc_surface(score, variables) for score in scores}
    drawn = [score.document for score in scores if surfaces[score.document]] if can_draw_surfaces() else []
    if not can_draw_surfaces():
        notes.append(NO_SURFACES)
    names = [*TABLES, PAGE, *(f"surfaces/{id}.{kind}" for id in drawn for kind in SURFACE_KINDS)]
    folder = open_folder(out, "pmc")
    with folder.held():
        _claim(folder, names)
        table = pmc_table(variables)
        with open_table(out / "pmc.csv", table.names) as add:
            add(table.rows(scores))
        with open_table(out / MATRIX_FILE, PMC_MATRIX.names) as add:
            for policy in policies:
                add(matrix_rows(policy, variables))
        with open_table(out / "failures.csv", FAILURES.names) as add:
            add(failure_rows(failures))
        pictures = {id: _draw(surfaces[id], out / "surfaces", id) for id in drawn}
        from policyloom.report import write_pmc_report  # Jinja2, which nobody who only reads needs

        write_pmc_report(
            out / PAGE,
            variables=variables,
            policies=policies,
            scores=scores,
            failures=failures,
            surfaces=pictures,
        )
        seal(folder, names)
    return PmcRun(out, tuple(scores), variables, tuple(failures), tuple(notes))


def _draw(surface: Surface, folder: Path, id: str) -> bytes:
    """Writes the figures of a surface, and gives that for the page."""
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{id}.{kind}" for kind in SURFACE_KINDS]
    for path in paths:
        save_figure(lambda: draw_surface(surface), path)
    return paths[0].read_bytes()


def _claim(folder: ResultFolder, names: Sequence[str]) -> None:
    """As `claim`, and says what to do with a matrix that was edited where it was written."""
    try:
        claim(folder, names)
    except RunError as error:
        if MATRIX_FILE in str(error):
            raise RunError(
                f"{error}. If you edited it, rename it, such as to my_{MATRIX_FILE}, and give that with --matrix"
            ) from error
        raise
