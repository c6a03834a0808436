"""Codebooks that others made, as entries: REFI-QDA codebooks, CSV tables and workbooks."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree as ET

from policyloom.errors import FrameworkError
from policyloom.files import decode, plain_cell
from policyloom.framework import ElementKind
from policyloom.framework.descriptions import split_description
from policyloom.packages import PACKAGE_ERRORS, local_name, parse_xml, read_members
from policyloom.refi.codebook import Codebook, read_codebook
from policyloom.refi.names import ENTITIES, STATUSES

__all__ = ["CodebookEntry", "read_entries"]

COLUMNS = {
    "id": ("id", "code id", "number", "no"),
    "name": ("label", "name", "code", "code name", "title", "theme"),
    "definition": ("definition", "description", "meaning", "memo"),
    "kind": ("kind", "type"),
    "parent": ("parent", "parent code", "part of"),
    "terms": ("terms", "keywords"),
    "examples": ("examples", "example"),
    "counterexamples": ("counterexamples", "counterexample", "negative examples"),
    "not_when": ("not when", "exclusion", "exclusions", "exclusion criteria"),
    "section": ("section",),
}
"""What a column of a table is for, by the names that it may have."""

LISTS = ("terms", "examples", "counterexamples", "not_when")
"""The columns whose cells hold several entries, a line each."""

MAX_CELL_SPAN = 16_384
"""Columns that a sheet may have."""


@dataclass(frozen=True, slots=True)
class CodebookEntry:
    """One code of a codebook.

    Attributes:
        key: by which others name it as their parent.
        name: what it is called.
        parent: the key of the code it stands in; empty for an outermost one.
        id: where the codebook has one apart from the name.
        kind: as the codebook says it; may be empty, or no kind that policyloom knows.
        definition, section: empty where there is none.
        lists: terms, examples, counterexamples and when it is not meant, by the names of an element's keys.
        is_group: whether it only holds others.
    """

    key: str
    name: str
    parent: str = ""
    id: str = ""
    kind: str = ""
    definition: str = ""
    section: str = ""
    lists: Mapping[str, tuple[str, ...]] | None = None
    is_group: bool = False


def read_entries(path: Path) -> tuple[list[CodebookEntry], list[str]]:
    """The codes of a `.qdc`, `.qdpx`, `.csv` or `.xlsx` codebook, and notes on what of it is not used.

    Raises:
        FrameworkError: the file cannot be read, or is no codebook.
    """
    suffix = path.suffix.lower()
    try:
        if suffix in (".qdc", ".qdpx"):
            return _refi_entries(read_codebook(path)), []
        if suffix == ".xlsx":
            return _table_entries(_read_workbook(path), path)
        if suffix in (".csv", ".tsv", ".txt"):
            return _table_entries(_read_csv(path), path)
    except OSError as error:
        raise FrameworkError(f"{path}: cannot be opened ({error.strerror or error})") from error
    except ValueError as error:
        raise FrameworkError(f"{path}: {error}") from error
    raise FrameworkError(f"{path}: give a codebook that ends in .qdc, .qdpx, .csv or .xlsx")


def _refi_entries(codebook: Codebook) -> list[CodebookEntry]:
    """Codes with the kind that a set of that name gives them; those for statuses and names are left out."""
    kinds = {guid: name for name, guids in codebook.sets if name in get_args(ElementKind) for guid in guids}
    parents = {code.guid: code.parent for code in codebook.codes}
    tops = {code.guid for code in codebook.codes if not code.parent and code.name in (STATUSES, ENTITIES)}
    found = []
    for code in codebook.codes:
        if code.guid in tops or parents[code.guid] in tops:
            continue
        definition, lists = split_description(code.description)
        found.append(
            CodebookEntry(
                code.guid, code.name, code.parent, kind=kinds.get(code.guid, ""), definition=definition, lists=lists,
                is_group=not code.is_codable,
            )
        )  # fmt: skip
    return found


def _table_entries(rows: Iterator[Sequence[str]], path: Path) -> tuple[list[CodebookEntry], list[str]]:
    header = next(rows, ())
    columns = _find_columns(header)
    if "name" not in columns:
        names = ", ".join(repr(name) for name in header if name) or "no names"
        raise FrameworkError(
            f"{path}: has no column for the codes' names (its first row has {names}); call one “label”, and others "
            "“id”, “kind”, “definition”, “parent”, “terms”, “examples”"
        )
    unused = [name for at, name in enumerate(header) if name and at not in columns.values()]
    notes = [f"not used: the columns {', '.join(map(repr, unused))}"] if unused else []
    found = []
    for row in rows:
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
        if not cells["name"]:
            continue
        lists = {name: _entries(cells.get(name, ""), name) for name in LISTS}
        found.append(
            CodebookEntry(
                cells.get("id") or cells["name"], " ".join(cells["name"].split()), cells.get("parent", ""),
                cells.get("id", ""), cells.get("kind", ""), cells.get("definition", ""), cells.get("section", ""), lists,
            )
        )  # fmt: skip
    return found, notes


def _find_columns(header: Sequence[str]) -> dict[str, int]:
    """The place of each column that is used; "code" is an id where another column has the names."""
    plain = [" ".join(re.split(r"[\s_]+", name.strip().casefold())) for name in header]
    found: dict[str, int] = {}
    for name, known in COLUMNS.items():
        at = next((plain.index(each) for each in known if each in plain), None)
        if at is not None:
            found[name] = at
    if "id" not in found and "code" in plain and found.get("name") != plain.index("code"):
        found["id"] = plain.index("code")
    return found


def _entries(cell: str, column: str) -> tuple[str, ...]:
    """The entries of a cell: a line each; terms may stand beside one another with semicolons or commas, which no term reads over."""
    parts = re.split(r"[\n;,]" if column == "terms" else r"\n", cell)
    return tuple(" ".join(part.split()) for part in parts if part.strip())


def _read_csv(path: Path) -> Iterator[Sequence[str]]:
    text = decode(path.read_bytes())
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield [plain_cell(cell) for cell in row]
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num} is no row of a table ({error})") from error


def _read_workbook(path: Path) -> Iterator[Sequence[str]]:
    """The rows of a workbook's sheet "codebook", or else of its first one, as text."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = {
                name: name
                for name in packed.namelist()
                if name.startswith("xl/") and name.endswith((".xml", ".rels"))
            }
            wanted = [
                n
                for n in parts
                if re.fullmatch(r"xl/(workbook\.xml|_rels/workbook\.xml\.rels|sharedStrings\.xml)", n)
            ]
            trees = {name: parse_xml(data) for name, data in read_members(packed, wanted).items()}
            sheet = _find_sheet(trees)
            tree = parse_xml(read_members(packed, [sheet])[sheet])
    except PACKAGE_ERRORS as error:
        raise ValueError(f"is no workbook (.xlsx), or is damaged ({error})") from error
    shared = [_words(item) for item in trees.get("xl/sharedStrings.xml", ET.Element("none"))]
    for row in tree.iter():
        if local_name(row) != "row":
            continue
        cells = _row_cells(row, shared)
        if any(cell.strip() for cell in cells):
            yield cells


def _find_sheet(trees: Mapping[str, ET.Element]) -> str:
    sheets = [
        ((each.get("name") or "").casefold(), next((v for k, v in each.items() if k.endswith("}id")), ""))
        for each in trees["xl/workbook.xml"].iter()
        if local_name(each) == "sheet"
    ]
    targets = {each.get("Id"): each.get("Target") or "" for each in trees["xl/_rels/workbook.xml.rels"]}
    id = next((id for name, id in sheets if name == "codebook"), sheets[0][1] if sheets else "")
    target = targets[id]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _row_cells(row: ET.Element, shared: Sequence[str]) -> list[str]:
    cells: list[str] = []
    for cell in row:
        if local_name(cell) != "c":
            continue
        at = _column(cell.get("r") or "", len(cells))
        cells += [""] * (at - len(cells))
        value = next((each.text or "" for each in cell if local_name(each) == "v"), "")
        if cell.get("t") == "s":
            value = shared[int(value)] if value.isdecimal() and int(value) < len(shared) else ""
        elif cell.get("t") == "inlineStr":
            value = _words(cell)
        cells.append(value)
    return cells


def _column(reference: str, default: int) -> int:
    """The place of a cell by its reference: 27 for AB3."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    if not letters:
        return default
    place = 0
    for letter in letters[0]:
        place = 26 * place + ord(letter) - 64
    return max(default, min(place, MAX_CELL_SPAN) - 1)


def _words(element: ET.Element) -> str:
    return "".join(each.text or "" for each in element.iter() if local_name(each) == "t")
