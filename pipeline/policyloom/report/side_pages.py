"""The pages beside a report: all sentences behind a figure, so many a page, and each document with its mentions.

They are HTML files without scripts, so that a browser opens them from a disk, and none of them grows with the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from policyloom.files import PAGES_FOLDER, write_bytes
from policyloom.framework import Framework
from policyloom.network import SentenceEvidence
from policyloom.network.acts import NOBODY, OTHER, Act
from policyloom.network.counting import STATUSES
from policyloom.records import Evidence
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
    groups: tuple[Group, ...]

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


def plan_elements(sentences: Iterable[SentenceEvidence], framework: Framework) -> dict[str, PlannedPage]:
    """For each element but actors, the sentences that name it or its parts, by status, and headings and the like.

    The sentences of running text are those of coverage.csv; one with two statuses stands under both.
    """
    found: dict[str, dict[str, list[Noted]]] = {}
    for sentence in sentences:
        statuses: dict[str, list[str]] = {}
        words: dict[str, list[str]] = {}
        for mention in sentence.mentions:
            at: str | None = mention.element
            while at is not None:
                if mention.status not in statuses.setdefault(at, []):
                    statuses[at].append(mention.status)
                words.setdefault(at, []).append(mention.words)
                at = framework[at].parent
        evidence = Evidence(sentence.document, sentence.page, sentence.start, sentence.end, sentence.quote)
        for id, own in statuses.items():
            groups = own if sentence.smallest_unit == "sentence" else [ELSEWHERE]
            for group in groups:
                also = [status for status in own if group not in (status, ELSEWHERE)]
                note = f"also {' and '.join(also)}" if also else ""
                found.setdefault(id, {}).setdefault(group, []).append(Noted(evidence, note, tuple(words[id])))
    return {
        element.id: PlannedPage(
            f"elements/{number:02}-{element.id}",
            f"{element.id} {element.label}",
            "All sentences that name it, its parts included, by status; a sentence with two statuses stands under both. "
            "Headings, tables, titles and abstracts state nothing, and are counted apart.",
            tuple(
                Group(anchor, heading, found.get(element.id, {}).get(anchor, ()))
                for anchor, heading in (
                    *((status, f"{status.capitalize()}") for status in STATUSES),
                    (ELSEWHERE, "Headings and the like"),
                )
            ),
        )
        for number, element in enumerate(framework)
        if element.kind != "actor"
    }


def plan_links(
    quotes: Mapping[LinkKey, Sequence[LinkQuote]], framework: Framework
) -> dict[LinkKey, PlannedPage]:
    """For each link, all its sentences, by document."""
    numbers = {element.id: number for number, element in enumerate(framework)}
    planned = {}
    for key, own in quotes.items():
        source, target, kind = key
        by_document: dict[str, list[Noted]] = {}
        for one in sorted(own, key=lambda q: (q.evidence.document, q.evidence.start)):
            by_document.setdefault(one.evidence.document, []).append(
                Noted(one.evidence, f"{source} {' and '.join(one.statuses)}" if one.statuses else "")
            )
        words = KIND_WORDS.get(kind, kind)  # type: ignore[call-overload]
        planned[key] = PlannedPage(
            f"links/{numbers.get(source, 0):02}-{numbers.get(target, 0):02}-{kind}",
            f"{source} {_label(framework, source)} {words} {target} {_label(framework, target)}",
            "All sentences behind the link.",
            tuple(
                Group(f"d{n}", document, rows)
                for n, (document, rows) in enumerate(sorted(by_document.items()))
            ),
        )
    return planned


def plan_acts(acts: Iterable[Act], framework: Framework) -> dict[str, PlannedPage]:
    """For each mechanism, the sentences that name it, by who acts in them."""
    found: dict[str, dict[str, list[Noted]]] = {}
    for act in acts:
        note = f"{act.status}{f': “{act.words}”' if act.words else ''}"
        found.setdefault(act.mechanism, {}).setdefault(act.actor, []).append(Noted(act.evidence, note))
    numbers = {element.id: number for number, element in enumerate(framework)}
    names = {id: f"{id} {framework[id].label}" for id in framework.ids("actor", top=True)}
    names |= {OTHER: "Another body", NOBODY: "Nobody is named"}
    return {
        id: PlannedPage(
            f"actors/{numbers[id]:02}-{id}",
            f"Who does {id} {framework[id].label}",
            "All sentences that name it, by who acts in them; a sentence with two actors or statuses stands under each.",
            tuple(Group(f"a-{actor}", name, found[id].get(actor, ())) for actor, name in names.items()),
        )
        for id in framework.ids("mechanism", top=True)
        if id in found
    }


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
        rows = [(group, row) for group in one.groups for row in group.rows]
        files, places = one.files, one.places
        for number, file in enumerate(files):
            part = rows[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
            grouped: list[tuple[Group, bool, list[Noted]]] = []
            for group, row in part:
                if not grouped or grouped[-1][0] is not group:
                    # A group that goes on from the page before has its name there.
                    grouped.append((group, row is group.rows[0], []))
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
