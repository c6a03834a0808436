"""Labelled sentences: what a coder says that a sentence names.

One form for everything that is learned from, scored or compared. A JSONL file has a sentence a line:
`{"id", "doc", "text", "elements": [{"id", "status"}], "links": [[mechanism, outcome]], "answers": [[mechanism,
challenge]]}`, and may have `heading`, `before`, `after`, `page` and `note`. A CSV sheet, for coding in a spreadsheet,
has a column for each outermost element.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from policyloom.errors import LabelsError
from policyloom.files import safe_cell, write_bytes
from policyloom.framework import Framework
from policyloom.records import Block, Document, Metadata, Status, Tagged, from_json, to_json

__all__ = ["CODED", "Label", "Labelled", "as_document", "from_tagged", "read_labels", "write_labels"]

CODED = ("outcome", "challenge", "mechanism")
"""The kinds of element that are labelled; cases and actors are names, which rules find."""

_STATUSES: dict[str, Status] = {
    "a": "affirmed", "x": "affirmed", "p": "planned", "l": "lacking", "n": "negated",
}  # fmt: skip
"""What a coder may write in a cell: the first letter is enough, and a cross means affirmed."""

_NONE = "none"
_FIXED = ("id", "doc", "page", "heading", "before", "text", "after")
_LAST = ("links", "answers", _NONE, "note")


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

    @property
    def statuses(self) -> dict[str, Status]:
        """The status of each element, by its id."""
        return {label.id: label.status for label in self.elements or ()}


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


def read_labels(path: str | Path, framework: Framework) -> tuple[Labelled, ...]:
    """The sentences of a `.jsonl` or `.csv` file that have been coded, in the file's order.

    Parts of an element are taken as the outermost one. In a sheet, a row without any entry has not been coded and
    is left out; a row that names nothing has an entry in the column "none".

    Raises:
        LabelsError: the file cannot be read, or a line is wrong; the text names the line and what was expected.
    """
    path = Path(path)
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise LabelsError(f"{path}: cannot be opened ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise LabelsError(f"{path}: is not UTF-8 text; save the sheet as “CSV UTF-8”") from error
    rows = _read_csv(text, path) if path.suffix.lower() == ".csv" else _read_jsonl(text, path)
    found: dict[str, Labelled] = {}
    for line, row in rows:
        if row.elements is None:
            continue
        if row.id in found:
            raise LabelsError(f"{path}, line {line}: id {row.id!r} stands twice")
        found[row.id] = _checked(row, framework, f"{path}, line {line}")
    if not found:
        raise LabelsError(f"{path}: has no coded sentence")
    return tuple(found.values())


def write_labels(sentences: Iterable[Labelled], path: str | Path, framework: Framework) -> None:
    """Writes a `.jsonl` file, or a `.csv` sheet for a spreadsheet, whichever the path ends in."""
    path = Path(path)
    if path.suffix.lower() != ".csv":
        write_bytes(b"".join(to_json(s) + b"\n" for s in sentences), path)
        return
    tops = [framework[id] for kind in CODED for id in framework.ids(kind, top=True)]  # type: ignore[arg-type]
    file = io.StringIO()
    sheet = csv.writer(file, lineterminator="\n")
    sheet.writerow([*_FIXED, *(f"{e.id} {e.label}" for e in tops), *_LAST])
    for s in sentences:
        statuses = s.statuses
        cells = [
            *(str(getattr(s, name)) for name in _FIXED),
            *(statuses.get(e.id, "") for e in tops),
            *("; ".join(f"{a} > {b}" for a, b in pairs) for pairs in (s.links, s.answers)),
            "x" if s.elements == () else "",
            s.note,
        ]
        sheet.writerow([safe_cell(cell) for cell in cells])
    write_bytes(file.getvalue().encode("utf-8-sig"), path)


def _read_jsonl(text: str, path: Path) -> Iterator[tuple[int, Labelled]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield number, from_json(Labelled, line)
            except ValueError as error:
                raise LabelsError(f"{path}, line {number}: {error}") from error


def _read_csv(text: str, path: Path) -> Iterator[tuple[int, Labelled]]:
    # Spreadsheets of many countries write semicolons for commas.
    first = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    columns = rows.fieldnames or []
    missing = [name for name in ("id", "doc", "text") if name not in columns]
    if missing:
        raise LabelsError(
            f"{path}: has no column {', '.join(missing)}; begin from a sheet of `policyloom label`"
        )
    ids = {name: name.split()[0] for name in columns if name not in (*_FIXED, *_LAST)}
    for raw in rows:
        where = f"{path}, line {rows.line_num}"
        row = {name: (cell or "").strip() for name, cell in raw.items() if isinstance(name, str)}
        labels = [Label(id, _status(row[name], where, name)) for name, id in ids.items() if row[name]]
        coded = bool(labels or row.get(_NONE))
        if labels and row.get(_NONE):
            raise LabelsError(f"{where}: has both elements and an entry under {_NONE!r}")
        page = row.get("page", "")
        yield rows.line_num, Labelled(
            row["id"], row["doc"], row["text"].removeprefix("'"),
            tuple(labels) if coded else None,
            _pairs(row.get("links", ""), where), _pairs(row.get("answers", ""), where),
            row.get("heading", ""), row.get("before", ""), row.get("after", ""),
            int(page) if page.isdigit() else 0, row.get("note", ""),
        )  # fmt: skip


def _status(cell: str, where: str, column: str) -> Status:
    status = _STATUSES.get(cell[0].lower())
    if status is None:
        raise LabelsError(
            f"{where}, column {column!r}: {cell!r} is no status; write affirmed (or x), planned, lacking, negated"
        )
    return status


def _pairs(cell: str, where: str) -> tuple[tuple[str, str], ...]:
    found = []
    for pair in filter(None, (part.strip() for part in cell.replace(",", ";").split(";"))):
        ends = [end.strip() for end in pair.replace("->", ">").replace("→", ">").split(">")]
        if len(ends) != 2 or not all(ends):
            raise LabelsError(f"{where}: {pair!r} is no pair; write it as T2 > S1")
        found.append((ends[0], ends[1]))
    return tuple(found)


def _checked(row: Labelled, framework: Framework, where: str) -> Labelled:
    """The row with outermost elements, each once and each of the framework."""

    def top(id: str, *kinds: str) -> str:
        if id not in framework:
            raise LabelsError(f"{where}: no element {id!r} in framework {framework.id}")
        if framework[id].kind not in kinds:
            raise LabelsError(f"{where}: {id} is a {framework[id].kind}; expected a {' or '.join(kinds)}")
        return framework.top(id)

    statuses: dict[str, Status] = {}
    for label in row.elements or ():
        statuses.setdefault(top(label.id, *CODED), label.status)
    return replace(
        row,
        elements=tuple(Label(id, status) for id, status in statuses.items()),
        links=tuple(dict.fromkeys((top(a, "mechanism"), top(b, "outcome")) for a, b in row.links)),
        answers=tuple(dict.fromkeys((top(a, "mechanism"), top(b, "challenge")) for a, b in row.answers)),
    )
