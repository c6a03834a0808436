"""Coders compared: people by their labels, finished runs by what their coders found, and further machines.

Sentences of a run are read in their documents, those of a file of labels alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policyloom.errors import UnansweredError
from policyloom.export import AGREEMENT, DIFFERENCES, agreement_rows, difference_rows
from policyloom.files import open_table
from policyloom.framework import Framework
from policyloom.network.counting import named_in_sentences
from policyloom.records import Coder, Tagged
from policyloom.run.folder import claim, open_folder, seal
from policyloom.run.manifest import read_manifest, read_tagged
from policyloom.run.samples import match_labels

if TYPE_CHECKING:
    from policyloom.learn.agreement import Comparison
    from policyloom.learn.labels import Labelled
    from policyloom.run.coder import ChosenCoder

__all__ = ["ComparedCoders", "compare_sources", "write_compared_coders"]

OUTPUTS = ("agreement.csv", "differences.csv", "agreement.html")


@dataclass(frozen=True, slots=True)
class ComparedCoders:
    """Several coders' codings of the same sentences, compared.

    Attributes:
        codings: what each says, by its name.
        people: the names of those that are files of labels.
        described: what each machine is, in words, by its name.
        comparison: each two of them.
    """

    codings: Mapping[str, Sequence[Labelled]]
    people: tuple[str, ...]
    described: Mapping[str, str]
    comparison: Comparison


def compare_sources(
    sources: Sequence[str | Path], framework: Framework, *, coders: Mapping[str, ChosenCoder] | None = None
) -> ComparedCoders:
    """Coders compared with each other on the sentences of the first source.

    Args:
        sources: files of labels, of which a project holds one coder or several, and run folders.
        framework: whose elements are compared.
        coders: machines that code the sentences of the first source, by name.

    Raises:
        LabelsError: a file of labels is wrong, or two coders have no sentence in common.
        RunError: a folder holds no finished run.
        UnansweredError: a language model has no answer to some requests, and nobody to ask.
        ValueError: there are fewer than two coders.
    """
    from policyloom.learn.agreement import compare_coders

    coders = coders or {}
    labels: dict[str, Sequence[Labelled]] = {}
    for path in map(Path, sources):
        if not path.is_dir():
            labels |= _read_people(path, framework)
    first = Path(sources[0])
    base = None if first.is_dir() else next(iter(labels.values()))
    codings: dict[str, Sequence[Labelled]] = {}
    described = {name: chosen.description for name, chosen in coders.items()}
    for path in map(Path, sources):
        if path.is_dir():
            codings[str(path)] = _code_run(path, framework, base)
            coder = read_manifest(path).get("coder", {})
            described[str(path)] = f"a finished run, by {coder.get('kind')} {coder.get('name')}".rstrip()
        else:
            codings |= {name: rows for name, rows in labels.items() if _is_of(name, path)}
    if base is None:  # people's labels are joined with the sentences of the run
        run = codings[str(first)]
        codings |= {name: _join(rows, run) for name, rows in labels.items()}
    missing: list[UnansweredError] = []
    for name, chosen in coders.items():
        try:
            codings[name] = _code(first, base, framework, chosen.coder)
        except UnansweredError as error:
            missing.append(error)
    if missing:
        raise UnansweredError.together(missing)
    for name, chosen in coders.items():
        n_read, n_seen = getattr(chosen.coder, "n_read", None), getattr(chosen.coder, "n_seen", 0)
        if n_read is not None:
            described[name] += f"; the model read {n_read:,} of {n_seen:,} sentences"
    return ComparedCoders(codings, tuple(labels), described, compare_coders(codings, framework))


def write_compared_coders(
    compared: ComparedCoders, out: str | Path, framework: Framework, *, title: str = "Coders compared"
) -> None:
    """Writes coders compared as tables and a page: agreement.csv, differences.csv, agreement.html.

    Raises:
        RunError: `out` cannot be written without losing somebody's files.
    """
    from policyloom.report import write_agreement_report

    folder = open_folder(out, "agreement")
    with folder.held():
        claim(folder, OUTPUTS)
        for name, table, rows in (
            ("agreement.csv", AGREEMENT, agreement_rows(compared.comparison.pairs, framework)),
            ("differences.csv", DIFFERENCES, difference_rows(compared.comparison.pairs)),
        ):
            with open_table(folder.path / name, table.names) as add:
                add(rows)
        write_agreement_report(
            folder.path / "agreement.html",
            title=title,
            framework=framework,
            pairs=compared.comparison.pairs,
            alpha=compared.comparison.alpha,
            people=compared.people,
            described=compared.described,
        )
        seal(folder, OUTPUTS)


def _read_people(path: Path, framework: Framework) -> dict[str, Sequence[Labelled]]:
    """The labels in a file by who coded them: the file's name, and for a project of several coders theirs too."""
    from policyloom.learn.labels import PROJECTS, read_labels

    if path.suffix.lower() != PROJECTS:
        return {str(path): read_labels(path, framework)}
    from policyloom.learn.projects import read_project_coders

    by_coder = read_project_coders(path, framework)
    if len(by_coder) == 1:
        return {str(path): rows for rows in by_coder.values()}
    return {f"{path}: {coder}": rows for coder, rows in by_coder.items()}


def _is_of(name: str, path: Path) -> bool:
    return name == str(path) or name.startswith(f"{path}: ")


def _code_run(run: Path, framework: Framework, base: Sequence[Labelled] | None) -> list[Labelled]:
    """What a run's coder found: in the sentences of a file of labels, or in all its sentences of running text."""
    found: list[Labelled] = []
    # As the coder left them: people's decisions are other coders.
    for tagged in read_tagged(run, decided=False):
        found += _sentences_of(tagged, framework, base)
    return found


def _sentences_of(tagged: Tagged, framework: Framework, base: Sequence[Labelled] | None) -> list[Labelled]:
    """The codings of a document's sentences; none where a part of it has no usable answer, and which one is not known."""
    from policyloom.learn.labels import from_tagged

    if not tagged.is_judged or any(part.reason == "answer" for part in tagged.unread):
        return []
    rows = from_tagged(tagged, framework)
    sentences = named_in_sentences(tagged, framework)
    if base is None:
        return [rows[i] for i in sentences]
    wanted = [row for row in base if row.doc == tagged.document.id]
    return [_renamed(rows[i], row) for row, i in match_labels(wanted, tagged, range(len(tagged.sentences)))]


def _renamed(found: Labelled, like: Labelled) -> Labelled:
    """What was found, under the id and text of a labelled sentence."""
    from policyloom.learn.labels import Labelled

    return Labelled(like.id, like.doc, like.text, found.elements, found.links, found.answers)


def _join(labels: Sequence[Labelled], run: Sequence[Labelled]) -> list[Labelled]:
    """Labels under the ids of a run's sentences, by document and text; others stay as they are."""
    from policyloom.learn.labels import Labelled

    by_text = {(row.doc, " ".join(row.text.split())): row for row in run}
    joined = []
    for row in labels:
        same = by_text.get((row.doc, " ".join(row.text.split())))
        joined.append(
            row
            if same is None
            else Labelled(
                same.id, row.doc, same.text, row.elements, row.links, row.answers, coded_for=row.coded_for
            )
        )
    return joined


def _code(first: Path, base: Sequence[Labelled] | None, framework: Framework, coder: Coder) -> list[Labelled]:
    """What a machine says of the sentences of the first source."""
    from policyloom.learn.evaluation import code_labelled
    from policyloom.tag import tag
    from policyloom.tag.pipeline import load_pipeline

    if base is not None:
        try:
            return code_labelled(base, framework, coder)
        except UnansweredError as error:
            error.n_documents = len({row.doc for row in base})
            raise
    nlp = load_pipeline(framework)
    found: list[Labelled] = []
    missing: list[UnansweredError] = []
    for tagged in read_tagged(first, decided=False):
        try:
            found += _sentences_of(tag(tagged.document, nlp, coder), framework, None)
        except UnansweredError as error:
            missing.append(error)
    if missing:
        raise UnansweredError.together(missing)
    return found
