"""A sample of a run's sentences, to be coded by people, and read back from the sheets that they have coded."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from policyloom.errors import LabelsError
from policyloom.framework import Framework
from policyloom.network.estimate import expected_half_widths
from policyloom.records import Status, Tagged
from policyloom.run.manifest import read_run_framework
from policyloom.run.things import ANY_PAIR, Thing, flag_things, read_sentences

if TYPE_CHECKING:
    from policyloom.learn.labels import Labelled

__all__ = [
    "TYPICAL_PRECISION",
    "TYPICAL_RECALL",
    "Expected",
    "Sample",
    "SampleSheet",
    "match_labels",
    "read_samples",
    "write_sample_sheet",
]

TYPICAL_PRECISION, TYPICAL_RECALL = 0.56, 0.65
"""How good the default coder is on whole documents (docs/accuracy.md); of pairs, the squares, as both ends have to be right."""


@dataclass(frozen=True, slots=True)
class Expected:
    """How precise the corrected share of an element, or of any pair, will be.

    Attributes:
        id: of the element; empty for any pair.
        share: of the sentences in which the coder found it.
        half_width: of the 95 % interval to be expected.
    """

    id: str
    share: float
    half_width: float


@dataclass(frozen=True, slots=True)
class SampleSheet:
    """A sample of a run's sentences, which has been written to a file.

    Attributes:
        path: the file.
        sentences: those drawn, uncoded, each with its inclusion probability.
        framework: with which they are to be coded.
        n_sentences, n_documents: of which they were drawn.
        n_joint: how many of those drawn have a mechanism and an outcome, as far as the coder sees.
        expected: for any pair, and each element that was found, those first that are named most.
    """

    path: Path
    sentences: tuple[Labelled, ...]
    framework: Framework
    n_sentences: int
    n_documents: int
    n_joint: int
    expected: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """The coded sentences of one or several draws.

    Attributes:
        rows: the sentences, with their labels.
        draws: the number of each one's draw.
        names: the sheets, in words.
    """

    rows: tuple[Labelled, ...]
    draws: tuple[int, ...]
    names: str


def write_sample_sheet(
    run: str | Path,
    out: str | Path,
    n: int,
    *,
    seed: int = 0,
    classifier: str | Path | None = None,
    model: str | None = None,
) -> SampleSheet:
    """Sentences of a run drawn with known probabilities, which are written to a new sheet.

    Drawn are sentences of running text, those that count as units of the network. Each can be drawn: more likely where
    the coder names an element or a classifier is doubtful, and most likely where it names a mechanism and an outcome.

    Args:
        run: a run folder.
        out: a .csv sheet, or a .jsonl file; no file of that name may be there.
        n: how many sentences.
        seed: another one draws other sentences.
        classifier: whose doubts count, as in `load_coder`.
        model: an installed spaCy pipeline that reads the sentences.

    Raises:
        RunError: `run` is no run folder.
        LabelsError: `out` is there already, or the run has no sentence.
    """
    from policyloom.coders import load_coder
    from policyloom.learn.drawing import draw_sentences, find_doubtful, sentence_weights
    from policyloom.learn.labels import check_labels_path, coded_ids, from_tagged, write_labels
    from policyloom.tag.pipeline import load_pipeline

    framework = read_run_framework(run)
    check_labels_path(out)
    pool: list[Labelled] = []
    named: list[Iterable[tuple[str, Status]]] = []
    sizes: list[int] = []
    for tagged, sentences in read_sentences(run, framework):
        rows = from_tagged(tagged, framework)
        pool += [rows[i] for i in sentences]
        named += sentences.values()
        sizes.append(len(sentences))
    if not pool:
        raise LabelsError(f"{run}: has no sentence of running text to draw from")
    doubtful = find_doubtful(pool, load_coder(framework, classifier), load_pipeline(framework, model=model))
    chosen, inclusion = draw_sentences(pool, sentence_weights(pool, framework, doubtful), n, seed=seed)
    check_labels_path(out)  # once more: choosing takes a while
    write_labels(chosen, out, framework)

    things: list[Thing] = [*((id,) for id in coded_ids(framework)), ANY_PAIR]
    found = flag_things(named, things, framework)
    totals = np.add.reduceat(found.astype(float), np.cumsum([0, *sizes[:-1]]), axis=0)
    is_pair = np.array([thing == ANY_PAIR for thing in things])
    widths = expected_half_widths(
        np.array(sizes), totals, found, inclusion,
        precision=np.where(is_pair, TYPICAL_PRECISION**2, TYPICAL_PRECISION),
        recall=np.where(is_pair, TYPICAL_RECALL**2, TYPICAL_RECALL),
    )  # fmt: skip
    expected = [
        Expected("" if thing == ANY_PAIR else thing[0], float(share), float(width))
        for thing, share, width in zip(things, found.mean(axis=0), widths, strict=True)
        if share
    ]
    drawn = {sentence.id for sentence in chosen}
    n_joint = sum(
        bool(flag) for sentence, flag in zip(pool, found[:, -1], strict=True) if sentence.id in drawn
    )
    return SampleSheet(
        Path(out), tuple(chosen), framework, len(pool), len(sizes), n_joint,
        tuple(sorted(expected, key=lambda e: (bool(e.id), -e.share, e.id))),
    )  # fmt: skip


def read_samples(paths: Sequence[str | Path], framework: Framework) -> Sample:
    """The coded sentences of sheets of `write_sample_sheet`: of one draw, its parts, or several draws.

    Raises:
        LabelsError: a sheet is wrong, a row of it was not drawn with a known probability or is not coded, a sentence of a draw
            stands in two sheets, or rows of a draw are missing.
    """
    from policyloom.learn.labels import read_sampled

    rows: list[Labelled] = []
    draws: list[int] = []
    numbers: dict[str, int] = {}
    sheet_of: dict[tuple[int, str], str | Path] = {}
    for path in paths:
        found = read_sampled(path, framework)
        if not found:
            raise LabelsError(f"{path}: has no sentence")
        _check_coded(path, found)
        for row in found:
            # Without its name, each sheet counts as a draw of its own.
            draw = numbers.setdefault(row.draw or f"sheet {path}", len(numbers))
            if (draw, row.id) in sheet_of:
                raise LabelsError(
                    f"{path}: sentence {row.id} stands in {sheet_of[draw, row.id]} too; settle which of the two holds, and "
                    "give each sentence of a sample once"
                )
            sheet_of[draw, row.id] = path
            rows.append(row)
            draws.append(draw)
    names = " and ".join(str(path) for path in paths)
    n_rows = Counter(draws)
    for name, draw in numbers.items():
        told = re.match(r"(\d+) of ", name)
        if told and n_rows[draw] != int(told[1]):
            raise LabelsError(
                f"{names}: {'has' if len(paths) == 1 else 'have'} {n_rows[draw]} of the {told[1]} sentences of the sample “{name}”; give all its "
                "parts, with every row, for a sample with gaps no longer tells of the whole run"
            )
    return Sample(tuple(rows), tuple(draws), names)


def _check_coded(path: str | Path, rows: Sequence[Labelled]) -> None:
    """Makes sure that all rows of a sheet were drawn and are coded."""
    unknown = [row for row in rows if row.inclusion is None]
    if unknown:
        raise LabelsError(
            f"{path}: {len(unknown)} of {len(rows)} sentences have no inclusion probability, such as {unknown[0].id}; only "
            "a sheet of `policyloom label --sample` tells of the whole run"
        )
    empty = [row for row in rows if row.elements is None]
    if empty:
        raise LabelsError(
            f"{path}: {len(empty)} of {len(rows)} sentences are not coded, such as {empty[0].id}; code every row, with x "
            "under “none” where the sentence names nothing, for a sample with gaps no longer tells of the whole run"
        )


def match_labels(
    labels: Sequence[Labelled], tagged: Tagged, sentences: Iterable[int]
) -> Iterator[tuple[Labelled, int]]:
    """The labels of a document with their sentences: by place where the text there is the same, else by text alone."""
    if not labels:
        return
    document = tagged.document
    by_text: dict[str, dict[str, int]] = {}
    for i in sentences:
        at = tagged.sentences[i]
        by_text.setdefault(_plain(document.quote(at)), {})[f"{document.id}:{at.start}"] = i
    # Those first that are still at their place, so that no other label of the same text takes it.
    for labelled in sorted(labels, key=lambda one: one.id not in by_text.get(_plain(one.text), ())):
        places = by_text.get(_plain(labelled.text))
        if places:
            yield labelled, places.pop(labelled.id if labelled.id in places else next(iter(places)))


def _plain(text: str) -> str:
    """The text without what programs change: space, and the composition of letters."""
    return " ".join(unicodedata.normalize("NFC", text).split())
