"""A run's sentences as a table for R, Stata, SPSS or pandas: a row a sentence, columns for each element."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policyloom.errors import LabelsError
from policyloom.export import TableRow
from policyloom.files import open_table
from policyloom.framework import Framework
from policyloom.network.counting import counted_mentions
from policyloom.network.structure import find_year
from policyloom.records import Status, Tagged
from policyloom.run.manifest import read_run_framework, read_user_columns
from policyloom.run.samples import Sample, match_labels, read_samples
from policyloom.run.single import refuse_other_file
from policyloom.run.things import read_sentences

if TYPE_CHECKING:
    from policyloom.learn.labels import Labelled

__all__ = ["SentenceTable", "refuse_other_sentences", "sentence_columns", "write_sentences"]

PLACE = ("document", "section", "page", "sentence", "start", "date", "year")
_START = b"\xef\xbb\xbf" + ",".join(PLACE).encode()


@dataclass(frozen=True, slots=True)
class SentenceTable:
    """A table of a run's sentences, which has been written.

    Attributes:
        path: the file.
        n_sentences, n_documents: sentences of running text, and documents that have any.
        n_labelled: sentences with labels.
    """

    path: Path
    n_sentences: int
    n_documents: int
    n_labelled: int


def sentence_columns(elements: Sequence[str], *, labelled: bool) -> dict[str, str]:
    """The columns of the table in order, each with what it says; a user's columns of documents stand behind them.

    Args:
        elements: the ids of outermost elements.
        labelled: whether there is a coded sample.
    """
    columns = {
        "document": "the document's id",
        "section": "the headings over it",
        "page": "counted from 1; empty without pages",
        "sentence": "its number in the document, from 0, as in links_evidence.csv",
        "start": "first character in the document's text; document:start is its id in a sheet",
        "date": "of the document",
        "year": "of the date",
    }
    for id in elements:
        columns[id] = "1 where the coder finds it in the sentence, whatever the status, else 0"
        columns[f"{id}_status"] = "in what status; with a space between them where there are several"
        columns[f"{id}_probability"] = "that the sentence names it; empty where it was not found"
        if labelled:
            columns[f"{id}_coded"] = "1 where people see it, 0 where not; empty where nobody has coded"
            columns[f"{id}_coded_status"] = "in what status people see it"
            columns[f"{id}_corrected"] = "the coder's answer, corrected: the outcome of a regression"
    if labelled:
        columns["inclusion"] = "the probability with which it was drawn; empty where it was not drawn"
    return columns


def write_sentences(
    run: str | Path, out: str | Path, labels: str | Path | Sequence[str | Path] = ()
) -> SentenceTable:
    """Writes a run's sentences of running text, as they go by; a table of sentences of that name is replaced.

    Args:
        run: a run folder.
        out: a .csv file.
        labels: a sheet of `write_sample_sheet`, or its parts, with every row coded; the table then has people's answers,
            and the coder's corrected with them.

    Raises:
        RunError: `run` is no run folder, or `out` is another file.
        LabelsError: a sheet is wrong, is of several samples, or has sentences that are not in the run.
    """
    from policyloom.learn.labels import coded_ids

    refuse_other_sentences(out)
    framework = read_run_framework(run)
    user = read_user_columns(run)
    paths = [labels] if isinstance(labels, (str, Path)) else list(labels)
    sample = read_samples(paths, framework) if paths else Sample((), (), "")
    if len(set(sample.draws)) > 1:
        raise LabelsError(
            f"{sample.names}: are of {len(set(sample.draws))} samples, and the table takes one, with all its parts"
        )
    elements = coded_ids(framework)
    own = sentence_columns(elements, labelled=bool(paths))
    waiting: dict[str, list[Labelled]] = {}
    for labelled in sample.rows:
        waiting.setdefault(labelled.doc, []).append(labelled)
    n_sentences = n_documents = n_labelled = 0
    with open_table(out, user.after(list(own))) as add:
        for tagged, sentences in read_sentences(run, framework):
            coded = {
                sentence: labelled
                for labelled, sentence in match_labels(waiting.pop(tagged.document.id, []), tagged, sentences)
            }
            found = _find(tagged, framework)
            about = user.beside(tagged.document.id, own)
            add(
                about | _place(tagged, i) | _told(elements, found.get(i, {}))
                | (_labels(elements, found.get(i, {}), coded.get(i)) if paths else {})
                for i in sentences
            )  # fmt: skip
            n_sentences, n_documents = n_sentences + len(sentences), n_documents + 1
            n_labelled += len(coded)
        if n_labelled < len(sample.rows):
            raise LabelsError(
                f"{sample.names}: {len(sample.rows) - n_labelled} of {len(sample.rows)} sentences are not in {run}; give the "
                "run that the sheet was drawn from, and leave doc and text as they were written"
            )
    return SentenceTable(Path(out), n_sentences, n_documents, n_labelled)


def refuse_other_sentences(path: str | Path) -> None:
    """Makes sure that writing the table replaces at most a table of sentences.

    Raises:
        RunError: there is another file of that name.
    """
    refuse_other_file(path, _START, "a table of sentences")


@dataclass(slots=True)
class _Found:
    """What the coder finds of an element in a sentence."""

    statuses: set[Status]
    probability: float


def _find(tagged: Tagged, framework: Framework) -> dict[int, dict[str, _Found]]:
    """Of each sentence, the outermost elements that are found in it; their parts count for them."""
    found: dict[int, dict[str, _Found]] = {}
    for mention, smallest in counted_mentions(tagged, framework):
        if smallest != "sentence":
            continue
        one = found.setdefault(mention.sentence, {}).setdefault(
            framework.top(mention.label), _Found(set(), 0.0)
        )
        one.statuses.add(mention.status)
        one.probability = max(one.probability, mention.probability)
    return found


def _place(tagged: Tagged, sentence: int) -> TableRow:
    document, at = tagged.document, tagged.sentences[sentence]
    return {
        "document": document.id,
        "section": " > ".join(document.blocks[at.block].section),
        "page": document.page(at) or None,
        "sentence": sentence,
        "start": at.start,
        "date": document.metadata.date,
        "year": find_year(document.metadata.date),
    }


def _told(elements: Sequence[str], found: Mapping[str, _Found]) -> TableRow:
    row: TableRow = {}
    for id in elements:
        one = found.get(id)
        row[id] = int(one is not None)
        row[f"{id}_status"] = " ".join(sorted(one.statuses)) if one else ""
        row[f"{id}_probability"] = one.probability if one else None
    return row


def _labels(elements: Sequence[str], found: Mapping[str, _Found], labelled: Labelled | None) -> TableRow:
    """People's answers, and the pseudo-outcome of each element (`policyloom.network.estimate`)."""
    row: TableRow = {"inclusion": labelled.inclusion if labelled else None}
    for id in elements:
        answer: int | None = None
        if labelled is not None and (labelled.coded_for is None or id in labelled.coded_for):
            answer = int(id in labelled.statuses)
        coder = float(id in found)
        weight = 1 / labelled.inclusion if labelled is not None and labelled.inclusion else 0.0
        row[f"{id}_coded"] = answer
        row[f"{id}_coded_status"] = labelled.statuses.get(id, "") if labelled is not None else ""
        row[f"{id}_corrected"] = coder + (0.0 if answer is None else (answer - coder) * weight)
    return row
