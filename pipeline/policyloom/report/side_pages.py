"""The pages beside a report: all sentences behind a figure, so many a page, and each document with its mentions.

They are HTML files without scripts, so that a browser opens them from a disk, and none of them grows with the run.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from policyloom.files import PAGES_FOLDER, write_bytes
from policyloom.framework import Framework
from policyloom.network import SentenceEvidence
from policyloom.network.acts import NOBODY, OTHER, Act
from policyloom.network.counting import STATUSES
from policyloom.records import Evidence
from policyloom.records.spool import Picked
from policyloom.report.arrange import KIND_WORDS
from policyloom.report.inputs import LinkKey, LinkQuote, ReportedDocument
from policyloom.report.rendering import render

__all__ = [
    "Group",
    "Noted",
    "PlannedPage",
    "document_paths",
    "plan_acts",
    "plan_elements",
    "plan_links",
    "write_evidence_pages",
]

PAGE_SIZE = 200
"""Sentences on a page."""

ELSEWHERE = "elsewhere"
"""What stands for the headings and the like that name an element."""


class Noted(NamedTuple):
    """A sentence with a remark, such as its statuses, and the words in it that name what the page is about."""

    evidence: Evidence
    note: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Sentences under one heading, with the name of the place where they begin."""

    anchor: str
    heading: str
    rows: Sequence[Noted]


@dataclass(frozen=True, slots=True)
class PlannedPage:
    """What one figure rests on: a page, or as many as its sentences need.

    Attributes:
        stem: of its files, within `PAGES_FOLDER`.
        title: what it is about.
        about: what is counted, in words.
        groups: its sentences; a sentence may stand in several.
    """

    stem: str
    title: str
    about: str
    groups: Sequence[Group]

    @property
    def n(self) -> int:
        """How many sentences it lists."""
        return sum(len(group.rows) for group in self.groups)

    def file(self, page: int) -> str:
        """The file of a page, counted from 0, within the run folder."""
        return f"{PAGES_FOLDER}/{self.stem}{f'.{page + 1}' if page else ''}.html"

    @property
    def files(self) -> list[str]:
        """The files of all pages; one even without sentences."""
        return [self.file(page) for page in range(max(1, -(-self.n // PAGE_SIZE)))]

    @property
    def places(self) -> dict[str, str]:
        """By anchor, where its group begins: the file as a link from the report, and the place in it."""
        places, before = {}, 0
        for group in self.groups:
            if group.rows:
                places[group.anchor] = f"{quote(self.file(before // PAGE_SIZE))}#{group.anchor}"
            before += len(group.rows)
        return places


def document_paths(ids: Iterable[str]) -> dict[str, str]:
    """The file of each document's page, within the run folder."""
    return {id: f"{PAGES_FOLDER}/documents/{id}.html" for id in ids}


def plan_elements(sentences: Sequence[SentenceEvidence], framework: Framework) -> dict[str, PlannedPage]:
    """For each element but actors, the sentences that name it or its parts, by status, and headings and the like.

    The sentences of running text are those of coverage.csv; one with two statuses stands under both.
    """
    found: dict[tuple[str, str], array[int]] = {}
    for place, sentence in enumerate(sentences):
        for id, own in _statuses(sentence, framework).items():
            for group in own if sentence.smallest_unit == "sentence" else (ELSEWHERE,):
                found.setdefault((id, group), array("Q")).append(place)

    def pick(id: str, group: str) -> Sequence[Noted]:
        return Picked(sentences, found.get((id, group), ()), lambda s: _note(s, id, group, framework))

    return {
        element.id: PlannedPage(
            f"elements/{number:02}-{element.id}",
            f"{element.id} {element.label}",
            "All sentences that name it, its parts included, by status; a sentence with two statuses stands under both. "
            "Headings, tables, titles and abstracts state nothing, and are counted apart.",
            tuple(
                Group(anchor, heading, pick(element.id, anchor))
                for anchor, heading in (
                    *((status, f"{status.capitalize()}") for status in STATUSES),
                    (ELSEWHERE, "Headings and the like"),
                )
            ),
        )
        for number, element in enumerate(framework)
        if element.kind != "actor"
    }


def _statuses(sentence: SentenceEvidence, framework: Framework) -> dict[str, dict[str, list[str]]]:
    """By element that a sentence names, itself or a part of it, the statuses in which it does, each with the words."""
    found: dict[str, dict[str, list[str]]] = {}
    for mention in sentence.mentions:
        at: str | None = mention.element
        while at is not None:
            found.setdefault(at, {}).setdefault(mention.status, []).append(mention.words)
            at = framework[at].parent
    return found


def _note(sentence: SentenceEvidence, id: str, group: str, framework: Framework) -> Noted:
    """A sentence as the page of an element lists it under a status, or among the headings."""
    statuses = _statuses(sentence, framework)[id]
    also = [status for status in statuses if group not in (status, ELSEWHERE)]
    words = [mention.words for mention in sentence.mentions if id in _upwards(mention.element, framework)]
    evidence = Evidence(sentence.document, sentence.page, sentence.start, sentence.end, sentence.quote)
    return Noted(evidence, f"also {' and '.join(also)}" if also else "", tuple(words))


def _upwards(id: str, framework: Framework) -> Iterator[str]:
    """An element, what it is a part of, and so on."""
    at: str | None = id
    while at is not None:
        yield at
        at = framework[at].parent


def plan_links(
    quotes: Mapping[LinkKey, Sequence[LinkQuote]], framework: Framework
) -> dict[LinkKey, PlannedPage]:
    """For each link, all its sentences, by document."""
    numbers = {element.id: number for number, element in enumerate(framework)}
    planned = {}
    for key, own in quotes.items():
        source, target, kind = key
        words = KIND_WORDS.get(kind, kind)  # type: ignore[call-overload]
        planned[key] = PlannedPage(
            f"links/{numbers.get(source, 0):02}-{numbers.get(target, 0):02}-{kind}",
            f"{source} {_label(framework, source)} {words} {target} {_label(framework, target)}",
            "All sentences behind the link.",
            _by_document(own, source),
        )
    return planned


def _by_document(quotes: Sequence[LinkQuote], source: str) -> Sequence[Group]:
    """The sentences behind a link, a group a document, in the order of documents and their text."""
    order = sorted((one.evidence.document, one.evidence.start, place) for place, one in enumerate(quotes))
    places = array("Q", (place for *_, place in order))
    begins = [n for n, (document, *_) in enumerate(order) if not n or order[n - 1][0] != document]
    ends = [*begins[1:], len(order)]

    def make(group: int) -> Group:
        rows = Picked(quotes, places[begins[group] : ends[group]], note)
        return Group(f"d{group}", rows[0].evidence.document, rows)

    def note(one: LinkQuote) -> Noted:
        return Noted(one.evidence, f"{source} {' and '.join(one.statuses)}" if one.statuses else "")

    return Picked(range(len(begins)), range(len(begins)), make)


def plan_acts(acts: Sequence[Act], framework: Framework) -> dict[str, PlannedPage]:
    """For each mechanism, the sentences that name it, by who acts in them."""
    found: dict[str, dict[str, array[int]]] = {}
    for place, act in enumerate(acts):
        found.setdefault(act.mechanism, {}).setdefault(act.actor, array("Q")).append(place)
    numbers = {element.id: number for number, element in enumerate(framework)}
    names = {id: f"{id} {framework[id].label}" for id in framework.ids("actor", top=True)}
    names |= {OTHER: "Another body", NOBODY: "Nobody is named"}
    return {
        id: PlannedPage(
            f"actors/{numbers[id]:02}-{id}",
            f"Who does {id} {framework[id].label}",
            "All sentences that name it, by who acts in them; a sentence with two actors or statuses stands under each.",
            tuple(
                Group(f"a-{actor}", name, Picked(acts, found[id].get(actor, ()), _note_act))
                for actor, name in names.items()
            ),
        )
        for id in framework.ids("mechanism", top=True)
        if id in found
    }


def _note_act(act: Act) -> Noted:
    return Noted(act.evidence, f"{act.status}{f': “{act.words}”' if act.words else ''}")


def write_evidence_pages(
    out: Path,
    planned: Iterable[PlannedPage],
    *,
    title: str,
    documents: Mapping[str, ReportedDocument],
    pages: Mapping[str, str],
    write: Callable[[bytes, Path], None] = write_bytes,
) -> None:
    """Writes the pages of evidence into a run folder, in whose folder `PAGES_FOLDER` there must be one for each kind.

    Args:
        out: the run folder.
        planned: the pages.
        title: of the run.
        documents: by id.
        pages: of documents, as links from the report.
        write: what writes a file.
    """
    for one in planned:
        files, places = one.files, one.places
        rows = ((group, n, row) for group in one.groups for n, row in enumerate(group.rows))
        for number, file in enumerate(files):
            grouped: list[tuple[Group, bool, list[Noted]]] = []
            for group, n, row in islice(rows, PAGE_SIZE):
                if not grouped or grouped[-1][0] is not group:
                    # A group that goes on from the page before has its name there.
                    grouped.append((group, n == 0, []))
                grouped[-1][2].append(row)
            data = {
                "run": title,
                "page": one,
                "groups": grouped,
                "places": places,
                "files": [quote(Path(each).name) for each in files],
                "number": number,
                "documents": documents,
                "pages": pages,
                "back": "../../report.html",
            }
            write(render("evidence.html.j2", data), out / file)


def _label(framework: Framework, id: str) -> str:
    return framework[id].label if id in framework else ""
