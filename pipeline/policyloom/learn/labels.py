"""Labelled sentences: what a coder says that a sentence names.

One form for everything that is learned from, scored or compared. A JSONL file has a sentence a line:
`{"id", "doc", "text", "elements": [{"id", "status"}], "links": [[mechanism, outcome]], "answers": [[mechanism,
challenge]]}`, and may have `heading`, `before`, `after`, `page`, `note`, `coded_for`, `framework`, `inclusion` and `draw`. A CSV
sheet, for coding in a spreadsheet, has a column for each outermost element (`policyloom.learn.sheets`). A project of a
program for qualitative analysis (`.qdpx`) is read too (`policyloom.learn.projects`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from policyloom.errors import LabelsError
from policyloom.files import write_bytes
from policyloom.framework import Framework
from policyloom.learn.rows import read_table_text
from policyloom.records import Block, Document, Metadata, Status, Tagged, from_json, to_json

__all__ = [
    "CODED",
    "PROJECTS",
    "Label",
    "Labelled",
    "as_document",
    "check_framework",
    "check_labels_path",
    "coded_ids",
    "from_tagged",
    "join_found",
    "read_labels",
    "read_sampled",
    "version_of",
    "write_labels",
]

CODED = ("outcome", "challenge", "mechanism")
"""The kinds of element that are labelled; cases and actors are names, which rules find."""

LINES = (".jsonl", ".ndjson", ".json")
PROJECTS = ".qdpx"
"""The ending of projects of programs for qualitative analysis."""


@dataclass(frozen=True, slots=True)
class Label:
    """An element that a sentence names, by its id, and its status there."""

    id: str
    status: Status = "affirmed"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence and what it names.

    Attributes:
        id: unique in its file.
        doc: the document it comes from; what is learned and scored is split by document.
        text: the sentence.
        elements: each outermost element once; None where nobody has coded the sentence yet.
        links: the pairs (mechanism, outcome) of which it says that one leads to the other.
        answers: the pairs (mechanism, challenge) of which it says that one addresses the other.
        heading: the innermost heading over it.
        before, after: the sentences around it, in its block.
        page: where it stands; 0 where that is not known.
        note: the coder's.
        coded_for: the elements that it was coded for, where that was not all of them.
        framework: id and version of the framework that it was coded with, such as "school_meals 0.1"; empty where that
            is not known.
        inclusion: the probability with which it was drawn from the sentences of a run, above 0 and at most 1; None
            where it was not drawn so. `policyloom estimate` needs it; learning and scores do not use it.
        draw: of how many sentences it is one, and of which draw, such as "200 of 391, seed 0"; empty where that is not
            known.
    """

    id: str
    doc: str
    text: str
    elements: tuple[Label, ...] | None = None
    links: tuple[tuple[str, str], ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    heading: str = ""
    before: str = ""
    after: str = ""
    page: int = 0
    note: str = ""
    coded_for: tuple[str, ...] | None = None
    framework: str = ""
    inclusion: float | None = None
    draw: str = ""

    @property
    def statuses(self) -> dict[str, Status]:
        """The status of each element, by its id."""
        return {label.id: label.status for label in self.elements or ()}

    def in_words(self) -> str:
        """What is said of it: "T1 planned, S1 affirmed; T1 > S1"."""
        named = ", ".join(f"{id} {status}" for id, status in self.statuses.items()) or "nothing"
        return named + "".join(f"; {a} > {b}" for a, b in (*self.links, *self.answers))


def version_of(framework: Framework) -> str:
    """Id and version of a framework, as labels carry them."""
    return f"{framework.id} {framework.version}"


def coded_ids(framework: Framework) -> list[str]:
    """The ids of the elements that are labelled: outermost outcomes, challenges and mechanisms."""
    return [id for kind in CODED for id in framework.ids(kind, top=True)]  # type: ignore[arg-type]


def as_document(sentence: Labelled) -> Document:
    """The sentence as a document of its own, to be read alone."""
    block = Block("paragraph", 0, len(sentence.text))
    return Document(sentence.id, sentence.doc, "", 0, "", Metadata(), sentence.text, (block,))


def from_tagged(tagged: Tagged, framework: Framework) -> tuple[Labelled, ...]:
    """What was found in each sentence of a document, as labels of outermost elements.

    Where an element stands in a sentence in two statuses, the first one counts; a denied claim is no link.
    """
    document = tagged.document
    statuses: list[dict[str, Status]] = [{} for _ in tagged.sentences]
    for mention in tagged.mentions:
        if mention.kind in CODED:
            statuses[mention.sentence].setdefault(framework.top(mention.label), mention.status)
    pairs: list[dict[str, set[tuple[str, str]]]] = [
        {"leads_to": set(), "answers": set()} for _ in tagged.sentences
    ]
    for claim in tagged.claims:
        if claim.polarity == "positive":
            ends = tagged.mentions[claim.mechanism].label, tagged.mentions[claim.target].label
            pairs[claim.sentence][claim.kind].add((framework.top(ends[0]), framework.top(ends[1])))
    found = []
    for number, at in enumerate(tagged.sentences):
        near = [
            document.quote(tagged.sentences[i]) if 0 <= i < len(tagged.sentences)
            and tagged.sentences[i].block == at.block else ""
            for i in (number - 1, number + 1)
        ]  # fmt: skip
        section = document.blocks[at.block].section
        found.append(
            Labelled(
                f"{document.id}:{at.start}", document.id, document.quote(at),
                tuple(Label(id, status) for id, status in sorted(statuses[number].items())),
                tuple(sorted(pairs[number]["leads_to"])), tuple(sorted(pairs[number]["answers"])),
                section[-1] if section else "", near[0], near[1], document.page(at),
            )
        )  # fmt: skip
    return tuple(found)


def join_found(sentence: Labelled, tagged: Tagged, framework: Framework) -> Labelled:
    """What was found in a labelled sentence, which the pipeline may have taken for several."""
    parts = from_tagged(tagged, framework)
    statuses: dict[str, Label] = {}
    for label in (label for part in parts for label in part.elements or ()):
        statuses.setdefault(label.id, label)
    return Labelled(
        sentence.id, sentence.doc, sentence.text, tuple(statuses.values()),
        tuple(sorted({pair for part in parts for pair in part.links})),
        tuple(sorted({pair for part in parts for pair in part.answers})),
    )  # fmt: skip


def read_labels(path: str | Path, framework: Framework) -> tuple[Labelled, ...]:
    """The sentences of a `.jsonl`, `.csv` or `.qdpx` file that have been coded, in the file's order.

    Parts of an element are taken as the outermost one. In a sheet, a row without any entry has not been coded and
    is left out; a row that names nothing has an entry in the column "none". A sheet that has no column for some
    elements was not coded for these.

    Raises:
        LabelsError: the file cannot be read, it was coded with another framework, or a line is wrong; the text names
            the line and what was expected.
    """
    found = tuple(row for row in read_sampled(path, framework) if row.elements is not None)
    if not found:
        raise LabelsError(
            f"{path}: has no coded sentence; code some rows, and write an entry in the column “none” where a sentence names nothing"
        )
    return found


def read_sampled(path: str | Path, framework: Framework) -> tuple[Labelled, ...]:
    """All sentences of a file that `read_labels` reads, also those that nobody has coded, in the file's order.

    Raises:
        LabelsError: as for `read_labels`.
    """
    from policyloom.learn.projects import read_project_labels
    from policyloom.learn.sheets import read_sheet

    path = Path(path)
    if path.suffix.lower() == PROJECTS:
        return read_project_labels(path, framework)
    try:
        text = read_table_text(path)
    except ValueError as error:
        raise LabelsError(f"{path}: {error}") from error
    is_sheet = path.suffix.lower() not in LINES and not text.lstrip().startswith("{")
    rows = read_sheet(text, path, framework) if is_sheet else _read_jsonl(text, path)
    found: list[Labelled] = []
    coded: set[str] = set()
    for line, row in rows:
        where = f"{path}, line {line}"
        check_framework(row.framework, framework, where)
        if row.elements is None:
            found.append(row)
            continue
        if row.id in coded:
            raise LabelsError(f"{where}: id {row.id!r} stands twice")
        coded.add(row.id)
        found.append(_checked(row, framework, where))
    return tuple(found)


def check_labels_path(path: str | Path) -> None:
    """Makes sure that labels can be written to a path.

    Raises:
        LabelsError: its name does not end in .csv or .jsonl, or there is a file of that name.
    """
    path = Path(path)
    if path.suffix.lower() not in (".csv", ".jsonl"):
        raise LabelsError(f"{path}: give the sheet a name that ends in .csv (for a spreadsheet) or .jsonl")
    if path.exists() or path.is_symlink():
        raise LabelsError(f"{path}: is there already, and labels in it would be lost; give another name")
    if not path.parent.is_dir():
        raise LabelsError(f"{path.parent}: no such folder; make it first")


def write_labels(sentences: Iterable[Labelled], path: str | Path, framework: Framework) -> None:
    """Writes a `.jsonl` file, or a `.csv` sheet for a spreadsheet, whichever the path ends in.

    The file says with which framework it is to be coded.
    """
    from policyloom.learn.sheets import format_sheet

    path = Path(path)
    version = version_of(framework)
    rows = [replace(sentence, framework=version) for sentence in sentences]
    if path.suffix.lower() == ".csv":
        write_bytes(format_sheet(rows, framework).encode("utf-8-sig"), path)
    else:
        write_bytes(b"".join(to_json(row) + b"\n" for row in rows), path)


def _read_jsonl(text: str, path: Path) -> Iterator[tuple[int, Labelled]]:
    # Not splitlines: JSON may hold U+2028 and the like as they are.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, from_json(Labelled, line)
            except ValueError as error:
                raise LabelsError(f"{path}, line {number}: {error}") from error


def check_framework(coded: str, framework: Framework, where: str) -> None:
    """Refuses labels of another framework, or of another version of it.

    Args:
        coded: id and version of the framework that they were coded with; empty where that is not known.
        framework: the one that is used.
        where: the place of the labels, in words.

    Raises:
        LabelsError: the two differ.
    """
    wanted = version_of(framework)
    coded = " ".join(coded.split())
    if coded in ("", wanted):
        return
    id, _, version = coded.partition(" ")
    if id != framework.id:
        raise LabelsError(
            f"{where}: was coded with framework {coded}, not {wanted}; name the file of {id} with -f"
        )
    raise LabelsError(
        f"{where}: was coded with version {version or '(none)'} of framework {id}, and the framework is now version "
        f"{framework.version}; where the labels still hold, write {wanted!r} under “framework” in every row"
    )


def _checked(row: Labelled, framework: Framework, where: str) -> Labelled:
    """The row with outermost elements, each once and each of the framework."""

    def top(id: str, *kinds: str) -> str:
        if id not in framework:
            raise LabelsError(f"{where}: no element {id!r} in framework {framework.id}")
        if framework[id].kind not in kinds:
            raise LabelsError(f"{where}: {id} is a {framework[id].kind}; expected a {' or '.join(kinds)}")
        return framework.top(id)

    if row.inclusion is not None and not 0 < row.inclusion <= 1:
        raise LabelsError(
            f"{where}: inclusion {row.inclusion:g} is no probability above 0 and at most 1; leave the column as it was written"
        )
    statuses: dict[str, Status] = {}
    for label in row.elements or ():
        statuses.setdefault(top(label.id, *CODED), label.status)
    coded_for = row.coded_for and tuple(dict.fromkeys(top(id, *CODED) for id in row.coded_for))
    if coded_for is not None and (beyond := sorted(set(statuses) - set(coded_for))):
        raise LabelsError(f"{where}: names {', '.join(beyond)}, for which it was not coded (coded_for)")
    return replace(
        row,
        framework="",  # it has been compared
        coded_for=coded_for,
        elements=tuple(Label(id, status) for id, status in statuses.items()),
        links=tuple(dict.fromkeys((top(a, "mechanism"), top(b, "outcome")) for a, b in row.links)),
        answers=tuple(dict.fromkeys((top(a, "mechanism"), top(b, "challenge")) for a, b in row.answers)),
    )
