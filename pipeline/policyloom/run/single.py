"""One file checked or tagged, or a few extracted, without a run; a framework tried; sentences of a run to label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policyloom.errors import DocumentError
from policyloom.export import MENTIONS, mention_rows
from policyloom.extract import read_document
from policyloom.extract.pdf.draw import draw_blocks
from policyloom.files import open_table, show_name, write_bytes
from policyloom.framework import BUILT_IN, Framework, read_framework
from policyloom.records import Document, Failure, OcrUse, Tagged, to_json
from policyloom.run.coder import ChosenCoder, resolve_coder
from policyloom.run.folder import claim, open_folder, seal
from policyloom.run.manifest import read_run_framework, read_tagged
from policyloom.run.plan import find_files, name_documents

if TYPE_CHECKING:
    from policyloom.check import Checked
    from policyloom.coders.classifier import SentenceClassifier
    from policyloom.learn.labels import Labelled

__all__ = [
    "FileCheck",
    "check_file",
    "extract_files",
    "tag_file",
    "validate_framework",
    "write_label_sheet",
]


@dataclass(frozen=True, slots=True)
class FileCheck:
    """A document's check.

    Attributes:
        tagged: the document.
        checked: its findings, coverage and claims.
        framework: that it was held against.
        out: the folder that was written; None where none was asked for.
    """

    tagged: Tagged
    checked: Checked
    framework: Framework
    out: Path | None

    @property
    def status(self) -> int:
        """The exit status: 1 where a finding is an error, or the document was not judged."""
        is_error = any(finding.severity == "error" for finding in self.checked.findings)
        return 1 if is_error or not self.tagged.is_judged else 0


def check_file(
    path: str | Path,
    *,
    against: str | Path | None = None,
    out: str | Path | None = None,
    framework: Framework | str | Path | None = None,
    coder: str | Path | SentenceClassifier | None = None,
    min_probability: float = 0.0,
    model: str | None = None,
    password: str | None = None,
    ocr: OcrUse = "auto",
) -> FileCheck:
    """One document held against a framework and, where a run is given, against its network.

    Args:
        path: the document.
        against: a run folder; its framework is used unless another is given.
        out: a folder for the tables and the page of the check; nothing is written without.
        framework: what to look for; the built-in one without it and without a run.
        coder, min_probability, model, password, ocr: as in `run`.

    Raises:
        DocumentError: the document cannot be read.
        RunError: `against` is no run folder, or `out` cannot be written without losing somebody's files.
        FrameworkError: the framework is wrong.
    """
    from policyloom.check import check
    from policyloom.network import load_network
    from policyloom.run.outputs import write_check

    if framework is None and against is not None:
        chosen = read_run_framework(against)
    else:
        chosen = framework if isinstance(framework, Framework) else read_framework(framework or BUILT_IN)
    network = load_network(against, chosen) if against is not None else None
    tagged, used = _tag(path, chosen, coder, min_probability, model, password, ocr)
    checked = check(tagged, chosen, network, measured=used.measured)
    if out is not None:
        words = f"{against} ({len(network.documents)} documents)" if network else "the framework alone"
        write_check(Path(out), tagged, checked, chosen, against=words)
    return FileCheck(tagged, checked, chosen, Path(out) if out is not None else None)


def tag_file(
    path: str | Path,
    *,
    out: str | Path | None = None,
    entities: bool = False,
    framework: Framework | str | Path = BUILT_IN,
    coder: str | Path | SentenceClassifier | None = None,
    min_probability: float = 0.0,
    model: str | None = None,
    password: str | None = None,
    ocr: OcrUse = "auto",
) -> Tagged:
    """One document with its sentences, mentions and claims.

    Args:
        path: the document.
        out: a CSV file for the mentions, in the form of a run's mentions.csv.
        entities: write entities to it too.
        framework: what to look for.
        coder, min_probability, model, password, ocr: as in `run`.

    Raises:
        DocumentError: the document cannot be read.
        FrameworkError: the framework is wrong.
    """
    chosen = framework if isinstance(framework, Framework) else read_framework(framework)
    tagged, _ = _tag(path, chosen, coder, min_probability, model, password, ocr)
    if out is not None:
        rows = mention_rows(tagged, chosen)
        with open_table(out, MENTIONS.names) as add:
            add(row for row in rows if entities or row["kind"] != "entity")
    return tagged


def extract_files(
    source: str | Path,
    *,
    out: str | Path | None = None,
    draw: str | Path | None = None,
    password: str | None = None,
    ocr: OcrUse = "auto",
) -> Iterator[Document | Failure]:
    """The documents in a file or a folder, one at a time, or why one cannot be read.

    Args:
        source: the file or folder.
        out: a folder for one JSON file a document; it is complete when all have been taken.
        draw: a folder for pictures of the pages with their blocks.
        password: opens the encrypted PDFs among them.
        ocr: which pages are read by OCR, as in `read_pdf`.

    Raises:
        RunError: there is nothing to read, or `out` cannot be written without losing somebody's files.
    """
    root = Path(source) if Path(source).is_dir() else Path(source).parent
    ids = name_documents(find_files(source), root)
    folder = open_folder(out, "documents") if out is not None else None
    if folder:
        claim(folder, (f"{id}.json" for id in ids.values()))
    written = []
    for path, id in ids.items():
        try:
            document = read_document(path, password=password, id=id, ocr=ocr)
        except DocumentError as error:
            yield Failure(show_name(path.relative_to(root)), error.kind, error.reason)
            continue
        if draw is not None and document.n_pages:
            draw_blocks(document, path, draw, password=password)
        if folder:
            written.append(f"{id}.json")
            write_bytes(to_json(document), folder.path / written[-1])
        yield document
    if folder:
        seal(folder, written, keep_others=True)


def validate_framework(source: str | Path) -> tuple[Framework, tuple[str, ...]]:
    """A framework of which a pipeline can be made, and notes on what in it will find nothing.

    Raises:
        FrameworkError: the framework is wrong; the text names the place.
    """
    from policyloom.tag.pipeline import load_pipeline

    framework = read_framework(source)
    load_pipeline(framework)
    notes = [
        f"element {element.id} has no terms, patterns or parts, so it is never found"
        for element in framework
        if not (element.terms or element.patterns or element.institutions or framework.children(element.id))
    ]
    return framework, tuple(notes)


def write_label_sheet(
    run: str | Path,
    out: str | Path,
    n: int,
    *,
    coded: Sequence[str | Path] = (),
    classifier: str | Path | None = None,
    model: str | None = None,
) -> list[Labelled]:
    """The sentences of a run that are most worth labelling, which are written to a sheet.

    Args:
        run: a run folder.
        out: a .csv sheet, or a .jsonl file.
        n: how many sentences at most.
        coded: files of labels; their sentences are not asked about again.
        classifier: whose doubts count, as in `load_coder`.
        model: an installed spaCy pipeline that reads the sentences.

    Raises:
        RunError: `run` is no run folder.
        LabelsError: a file of labels is wrong.
    """
    from policyloom.coders import load_coder
    from policyloom.learn.labels import read_labels, write_labels
    from policyloom.learn.sampling import choose_sentences
    from policyloom.tag.pipeline import load_pipeline

    framework = read_run_framework(run)
    chosen = choose_sentences(
        read_tagged(run),
        framework,
        n,
        coded=[sentence for path in coded for sentence in read_labels(path, framework)],
        coder=load_coder(framework, classifier),
        nlp=load_pipeline(framework, model=model),
    )
    write_labels(chosen, out, framework)
    return chosen


def _tag(
    path: str | Path,
    framework: Framework,
    coder: str | Path | SentenceClassifier | None,
    min_probability: float,
    model: str | None,
    password: str | None,
    ocr: OcrUse,
) -> tuple[Tagged, ChosenCoder]:
    from policyloom.tag import tag
    from policyloom.tag.pipeline import load_pipeline

    document = read_document(path, password=password, ocr=ocr)
    chosen = resolve_coder(coder, framework, min_probability=min_probability)
    return tag(document, load_pipeline(framework, model=model), chosen.coder), chosen
