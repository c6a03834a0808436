"""A sample of a run's sentences to be coded by people, and the run's shares corrected with it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from policyloom.errors import LabelsError
from policyloom.framework import ElementKind, Framework
from policyloom.network.counting import STATUSES, joint_pairs, named_in_sentences
from policyloom.network.estimate import (
    MAX_RELATIVE_ERROR,
    MIN_DOCUMENTS,
    MIN_NAMED,
    Share,
    estimate_shares,
    expected_half_widths,
)
from policyloom.records import Status, Tagged
from policyloom.run.manifest import read_run_framework, read_tagged

if TYPE_CHECKING:
    from policyloom.learn.labels import Labelled

__all__ = [
    "MAX_RELATIVE_ERROR",
    "MIN_DOCUMENTS",
    "MIN_NAMED",
    "ElementEstimate",
    "Estimates",
    "Expected",
    "PairEstimate",
    "SampleSheet",
    "estimate",
    "write_sample_sheet",
]

TYPICAL_PRECISION, TYPICAL_RECALL = 0.56, 0.65
"""How good the default coder is on whole documents (docs/accuracy.md); of pairs, the squares, as both ends have to be right."""

Thing = tuple[str, ...]
"""What has a share: (element,), (element, status), (mechanism, ">", outcome), or any pair."""

ANY_PAIR: Thing = (">",)

Flags = npt.NDArray[np.bool_]


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
class ElementEstimate:
    """In what share of the sentences an element is named.

    Attributes:
        id, label, kind: the element's.
        share: in any status.
        statuses: in each status; a sentence in which the coder finds two counts under both.
    """

    id: str
    label: str
    kind: ElementKind
    share: Share
    statuses: Mapping[Status, Share]


@dataclass(frozen=True, slots=True)
class PairEstimate:
    """In what share of the sentences a mechanism and an outcome stand together, in statuses that count for a link."""

    mechanism: str
    outcome: str
    share: Share


@dataclass(frozen=True, slots=True)
class Estimates:
    """Shares of the sentences of a run, corrected with a coded sample.

    Attributes:
        n_sentences, n_documents: sentences of running text in the run, and documents that have any.
        n_labelled, n_labelled_documents: sentences of the sample, and the documents they come from.
        elements: outermost outcomes, challenges and mechanisms that the sample was coded for.
        any_pair: sentences that name any mechanism together with any outcome; None where not all of them were coded for.
        pairs: each mechanism with each outcome, where the coder or people see them together.
    """

    n_sentences: int
    n_documents: int
    n_labelled: int
    n_labelled_documents: int
    elements: tuple[ElementEstimate, ...]
    any_pair: Share | None
    pairs: tuple[PairEstimate, ...]


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
    for tagged, sentences in _read_sentences(run, framework):
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
    found = _flags(named, things, framework)
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


def estimate(run: str | Path, labels: str | Path) -> Estimates:
    """Shares of the sentences of a run that name each element, and each pair, corrected for the coder's errors.

    Args:
        run: a run folder.
        labels: a sheet of `write_sample_sheet`, with every row coded.

    Raises:
        RunError: `run` is no run folder.
        LabelsError: the file of labels is wrong, a row of it was not drawn with a known probability, is not coded, or is
            not a sentence of the run.

    Source: `policyloom.network.estimate`.
    """
    from policyloom.learn.labels import coded_ids

    framework = read_run_framework(run)
    sample = _read_sample(labels, framework)
    coded_for = set(coded_ids(framework)).intersection(
        *(s.coded_for for s in sample if s.coded_for is not None)
    )
    things = _things(framework, coded_for)
    waiting: dict[str, list[Labelled]] = {}
    for labelled in sample:
        waiting.setdefault(labelled.doc, []).append(labelled)
    sizes, totals, documents, matched = [], [], [], []
    found: list[Flags] = []
    for number, (tagged, sentences) in enumerate(_read_sentences(run, framework)):
        rows = _flags(sentences.values(), things, framework)
        sizes.append(len(sentences))
        totals.append(rows.sum(axis=0, dtype=float))
        places = {sentence: place for place, sentence in enumerate(sentences)}
        for labelled, sentence in _match(waiting.pop(tagged.document.id, []), tagged, sentences):
            documents.append(number)
            matched.append(labelled)
            found.append(rows[places[sentence]])
    if len(matched) < len(sample):
        known = {labelled.id for labelled in matched}
        lost = [labelled for labelled in sample if labelled.id not in known]
        raise LabelsError(
            f"{labels}: {len(lost)} of {len(sample)} sentences are not in {run}, such as {lost[0].id} "
            f"({lost[0].text[:60]!r}); give the run that the sheet was drawn from, and leave doc and text as they were written"
        )
    coded = _flags([tuple(labelled.statuses.items()) for labelled in matched], things, framework)
    shares = estimate_shares(
        np.array(sizes), np.array(totals), np.array(documents), np.array(found), coded,
        np.array([labelled.inclusion for labelled in matched], dtype=float),
    )  # fmt: skip
    return _arrange(dict(zip(things, shares, strict=True)), framework, sizes, documents)


def _read_sample(path: str | Path, framework: Framework) -> Sequence[Labelled]:
    """The labels of a sample, every one coded and with its probability."""
    from policyloom.learn.labels import read_sampled

    rows = read_sampled(path, framework)
    if not rows:
        raise LabelsError(f"{path}: has no sentence")
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
    return rows


def _read_sentences(
    run: str | Path, framework: Framework
) -> Iterator[tuple[Tagged, Mapping[int, frozenset[tuple[str, Status]]]]]:
    """Each document of a run that has sentences of running text, with what the coder found in each of these."""
    # As the coder left them: people's decisions would make it look better in the sample than it is elsewhere.
    for tagged in read_tagged(run, decided=False):
        if tagged.is_judged and (sentences := named_in_sentences(tagged, framework)):
            yield tagged, sentences


def _things(framework: Framework, ids: set[str]) -> list[Thing]:
    """Whatever has a share, for elements of these ids."""
    elements: list[Thing] = []
    for id in sorted(ids):
        elements += [(id,), *((id, status) for status in STATUSES)]
    mechanisms, outcomes = framework.ids("mechanism", top=True), framework.ids("outcome", top=True)
    pairs: list[Thing] = [(m, ">", o) for m in mechanisms for o in outcomes if {m, o} <= ids]
    return [*elements, *pairs, *([ANY_PAIR] if ids.issuperset([*mechanisms, *outcomes]) else [])]


def _flags(
    named: Iterable[Iterable[tuple[str, Status]]], things: Sequence[Thing], framework: Framework
) -> Flags:
    """Which things each sentence names, a row a sentence."""
    column = {thing: i for i, thing in enumerate(things)}
    rows = list(named)
    flags = np.zeros((len(rows), len(things)), dtype=bool)
    for i, row in enumerate(rows):
        pairs = joint_pairs(row, framework)
        hits: set[Thing] = {(id,) for id, _ in row} | set(row) | {(m, ">", o) for m, o in pairs}
        if pairs:
            hits.add(ANY_PAIR)
        flags[i, [column[hit] for hit in hits if hit in column]] = True
    return flags


def _match(
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


def _arrange(
    shares: Mapping[Thing, Share], framework: Framework, sizes: Sequence[int], documents: Sequence[int]
) -> Estimates:
    from policyloom.learn.labels import coded_ids

    elements = [
        ElementEstimate(
            id, framework[id].label, framework[id].kind, shares[(id,)],
            {status: shares[(id, status)] for status in STATUSES},
        )
        for id in coded_ids(framework)
        if (id,) in shares
    ]  # fmt: skip
    pairs = [
        PairEstimate(thing[0], thing[2], share)
        for thing, share in shares.items()
        if len(thing) == 3 and (share.naive or share.n_coded)
    ]
    return Estimates(
        sum(sizes), len(sizes), len(documents), len(set(documents)), tuple(elements), shares.get(ANY_PAIR), tuple(pairs)
    )  # fmt: skip
