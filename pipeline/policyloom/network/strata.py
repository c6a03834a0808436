"""The stretches of text within which a link is tested: what stands in one of them has the same topic, more or less.

sentence    sentences of one section that follow each other, cut at a paragraph's end into stretches of six or more
paragraph   paragraphs of one section with the same number of sentences, as a longer one holds more of everything

A section is what stands under one path of headings in one document. Where all of a document stands under one heading
or none, nothing tells where its topic changes, and each of its paragraphs is a stretch. Headings, tables, captions and
titles are in no stretch: they count for a section or a document, for which there is no such test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from policyloom.network.counting import Unit
from policyloom.network.incidence import Boilerplate, CorpusArrays, Incidence, sentence_key

__all__ = ["MIN_STRETCH", "TESTED_UNITS", "Strata", "find_strata", "number_stretches"]

Array = np.ndarray[Any, np.dtype[Any]]

TESTED_UNITS: tuple[Unit, ...] = ("sentence", "paragraph")
"""The units that have a test within sections; a section or a document has nothing around it that is of one topic."""

MIN_STRETCH = 6
"""Sentences from which a stretch ends with the next end of a paragraph; fewer than half of it join the stretch before.

The shorter, the less a change of topic that no heading tells can make a link, and the less a real one shows. What
six costs and keeps out is measured by `benchmarks/null_links.py` (docs/network.md).
"""

ROWS_AT_ONCE = 50_000
"""Paragraphs that are looked at one by one before the next are taken up; about 10 MB."""


@dataclass(frozen=True, slots=True)
class Strata:
    """Stretches of text, and where each row of an incidence stands in them.

    Attributes:
        size: units of each stretch, named or not.
        document: the document of each stretch.
        stratum: the stretch of each row of `Incidence.cells`.
        place: its place in the stretch, from 0 in the order of the text.
    """

    size: Array
    document: Array
    stratum: Array
    place: Array


def find_strata(
    arrays: CorpusArrays, incidence: Incidence, *, unit: Unit, boilerplate: Boilerplate = "each"
) -> Strata:
    """The stretches of a corpus, for the units of an incidence that was made with the same choices.

    Raises:
        ValueError: the unit is not one of `TESTED_UNITS`.
    """
    if unit == "sentence":
        return _sentence_strata(arrays, incidence, boilerplate)
    if unit == "paragraph":
        return _paragraph_strata(arrays, incidence)
    raise ValueError(f"unit {unit!r}: use one of {', '.join(TESTED_UNITS)}")


def number_stretches(document: Array, section: Array, n_sentences: Array) -> Array:
    """For each paragraph, in the order of documents and their text, the number of its stretch, from 0."""
    order = np.lexsort((np.arange(len(document)), section, document))
    different = np.unique(sentence_key(document, section)) >> np.uint64(32)
    has_headings = np.bincount(different.astype(np.int64), minlength=int(document.max(initial=0)) + 1) > 1
    numbers = np.zeros(len(document), dtype=np.int64)
    follows: list[bool] = []  # for each stretch, whether it goes on with the section of the one before
    sizes: list[int] = []
    before: tuple[int, int] | None = None
    for at, own, of, n in _iterate(order, document, section, n_sentences):
        place = (own, of)
        if place != before or sizes[-1] >= MIN_STRETCH or not has_headings[own]:
            follows.append(place == before)
            sizes.append(0)
        sizes[-1] += n
        numbers[at] = len(sizes) - 1
        before = place
    joins = np.array(follows, dtype=bool) & (np.array(sizes) < MIN_STRETCH / 2)
    of_stretch = np.zeros(len(sizes), dtype=np.int64)
    of_stretch[numbers] = document
    kept = ~(joins & has_headings[of_stretch])
    return np.asarray((np.cumsum(kept) - 1)[numbers])


def _iterate(order: Array, *columns: Array) -> Iterator[list[int]]:
    """The rows of columns in an order, each led by its place; a part at a time, as Python's numbers are large."""
    for start in range(0, len(order), ROWS_AT_ONCE):
        at = order[start : start + ROWS_AT_ONCE]
        yield from np.column_stack([at, *(column[at] for column in columns)]).tolist()


def _sentence_strata(arrays: CorpusArrays, incidence: Incidence, boilerplate: Boilerplate) -> Strata:
    paragraphs, document = arrays.paragraphs, arrays.paragraph_document
    stretch = number_stretches(document, paragraphs["section"], paragraphs["n_sentences"])
    n_sentences = paragraphs["n_sentences"].astype(np.int64)
    n_strata = int(stretch.max(initial=-1)) + 1
    starts = np.empty(
        len(stretch), dtype=np.int64
    )  # sentences of the corpus before each paragraph, by stretch
    order = np.argsort(stretch, kind="stable")
    starts[order] = np.cumsum(n_sentences[order]) - n_sentences[order]
    size = np.bincount(stretch, weights=n_sentences, minlength=n_strata).astype(np.int64)
    start = np.cumsum(size) - size
    of_stretch = np.zeros(n_strata, dtype=np.int64)
    of_stretch[stretch] = document
    first = sentence_key(document, paragraphs["first"])

    def locate(keys: Array) -> tuple[Array, Array]:
        """The stretch of each sentence, and its place among the sentences of the corpus."""
        at = np.searchsorted(first, keys, side="right") - 1
        return stretch[at], starts[at] + (keys - first[at]).astype(np.int64)

    stratum, place = locate(sentence_key(incidence.unit_document, incidence.unit_number))
    place = place - start[stratum]
    if boilerplate == "once" and len(arrays.repeated_statements):
        # The sentences left out are in no stretch, so the others move up.
        left_out, gone = locate(arrays.repeated_statements)
        gone = np.sort(gone)
        place -= np.searchsorted(gone, place + start[stratum]) - np.searchsorted(gone, start[stratum])
        size = size - np.bincount(left_out, minlength=n_strata)
    return Strata(size, of_stretch, stratum, place)


def _paragraph_strata(arrays: CorpusArrays, incidence: Incidence) -> Strata:
    rows = arrays.paragraphs
    keys, first, inverse = np.unique(
        sentence_key(arrays.paragraph_document, rows["paragraph"]), return_index=True, return_inverse=True
    )
    n_sentences = np.bincount(inverse, weights=rows["n_sentences"], minlength=len(keys)).astype(np.int64)
    alike = np.column_stack((arrays.paragraph_document[first], rows["section"][first], n_sentences))
    different, stratum = np.unique(alike.astype(np.int64).reshape(-1, 3), axis=0, return_inverse=True)
    stratum = stratum.ravel()
    size = np.bincount(stratum, minlength=len(different))
    order = np.argsort(stratum, kind="stable")
    place = np.empty(len(keys), dtype=np.int64)
    place[order] = np.arange(len(keys)) - np.repeat(np.cumsum(size) - size, size)
    at = np.searchsorted(keys, sentence_key(incidence.unit_document, incidence.unit_number))
    return Strata(size, different[:, 0], stratum[at], place[at])
