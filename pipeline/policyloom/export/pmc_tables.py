"""The tables of a PMC index: the matrix of policies and sub-variables, which people may edit, and the index a policy."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from policyloom.check.pmc import PASSAGES, Passage, PmcCell, PmcEdit, PmcPolicy, PmcScore
from policyloom.errors import PolicyloomError
from policyloom.export.tables import Column, Table, TableRow
from policyloom.files import decode, plain_cell
from policyloom.framework.variables import Variable, VariableList
from policyloom.records import Evidence

__all__ = ["PMC_MATRIX", "matrix_rows", "pmc_table", "read_matrix", "read_policies"]

PERSON, READING = "person", "reading"
"""Who decided a value."""

_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class _CellIn:
    cell: PmcCell
    policy: PmcPolicy
    main: Variable
    variable: Variable
    list_name: str

    @property
    def quote(self) -> Evidence | None:
        return self.cell.evidence


PMC_MATRIX: Table[_CellIn] = Table(
    (
        Column("document", "the document's id", lambda x: x.policy.document),
        Column("main", "the main variable's id", lambda x: x.main.id),
        Column("main_label", "its label", lambda x: x.main.label),
        Column("variable", "the sub-variable's id", lambda x: x.variable.id),
        Column("label", "its label", lambda x: x.variable.label),
        Column("value", "1 or 0; change it as you judge; empty while it is open", lambda x: x.cell.value, "Int64"),
        Column("note", "for your remarks, which are kept", lambda x: x.cell.note),
        Column("by", "who decided the value: reading or person", lambda x: PERSON if x.cell.is_edited else READING),
        Column("found", "the value as the text was read; do not change it", lambda x: x.cell.found, "Int64"),
        Column("n_sentences", "sentences, headings or cells that show it", lambda x: x.cell.n_sentences, "int64"),
        Column(
            "passage",
            "what the quote is: `shows` the variable, names it in an `other status`, or is only the `nearest` passage",
            lambda x: x.cell.passage,
        ),
        Column("page", "the quote's page", lambda x: x.quote.page or None if x.quote else None, "Int64"),
        Column("quote", "the sentence, verbatim", lambda x: x.quote.quote if x.quote else ""),
        Column("start", "its first character in the text", lambda x: x.quote.start if x.quote else None, "Int64"),
        Column("end", "the character after its last", lambda x: x.quote.end if x.quote else None, "Int64"),
        Column("definition", "when a policy has the sub-variable", lambda x: x.variable.definition),
        Column("not_judged", "share of the document that was not judged", lambda x: x.policy.not_judged, "float64"),
        Column("other_field", "share of the text of another field", lambda x: x.policy.other_field, "float64"),
        Column("list", "the variable list and its version", lambda x: x.list_name),
    )
)  # fmt: skip

_NEEDED = ("document", "variable", "value", "found", "by", "list")


def matrix_rows(policy: PmcPolicy, variables: VariableList) -> list[TableRow]:
    """The rows of a policy in the matrix, one a sub-variable, in the list's order."""
    cells = {cell.variable: cell for cell in policy.cells}
    return PMC_MATRIX.rows(
        _CellIn(cells[part.id], policy, main, part, variables.name)
        for main in variables.mains
        for part in variables.parts(main)
    )


def pmc_table(variables: VariableList) -> Table[PmcScore]:
    """The table of indices, with a column for each main variable of a list."""

    def column(main: Variable) -> Column[PmcScore]:
        return Column(
            main.id,
            f"{main.label}: share of its sub-variables that are 1",
            lambda s: s.mains[main.id],
            "float64",
        )

    return Table(
        (
            Column("document", "the document's id", lambda s: s.document),
            Column("pmc", "the index: the sum over main variables; empty while a cell is open", lambda s: s.index, "float64"),
            Column("out_of", "the highest index there can be", lambda s: len(s.mains), "int64"),
            Column("rating", "the band of the index", lambda s: s.rating),
            *map(column, variables.mains),
            Column("n_edited", "values that a person decided", lambda s: s.n_edited, "int64"),
            Column("n_open", "cells without a value", lambda s: s.n_open, "int64"),
            Column("remark", "what to beware of", lambda s: s.remark),
            Column("list", "the variable list and its version", lambda _: variables.name),
        )
    )  # fmt: skip


def read_matrix(path: str | Path, variables: VariableList) -> tuple[PmcEdit, ...]:
    """What people decided in a matrix: the values that differ from what was read, or are marked as theirs, and notes.

    Raises:
        PolicyloomError: the file is no such matrix, or is of another list; the text names the place.
    """
    return tuple(
        PmcEdit(policy.document, cell.variable, cell.value, cell.note, cell.is_edited)
        for policy in read_policies(path, variables)
        for cell in policy.cells
        if cell.is_edited or cell.note
    )


def read_policies(path: str | Path, variables: VariableList) -> tuple[PmcPolicy, ...]:
    """The policies of a matrix as it stands, in its order.

    Raises:
        PolicyloomError: the file is no such matrix, or is of another list; the text names the place.
    """
    path = Path(path)
    try:
        text = decode(path.read_bytes()).removeprefix("\ufeff")
    except OSError as error:
        raise PolicyloomError(f"{path}: cannot be opened ({error.strerror or error})") from error
    except ValueError as error:
        raise PolicyloomError(f"{path}: {error}") from error
    found: dict[str, dict[str, PmcCell]] = {}
    shares: dict[str, tuple[float, float]] = {}
    known = {variable.id for variable in variables.scored}
    for line, row in _rows(text, path):
        where = f"{path}, line {line}"
        if row["list"] != variables.name:
            raise PolicyloomError(
                f"{where}: is of the variable list {row['list']!r}, and this is {variables.name!r}; name its file with "
                "--variables"
            )
        document, variable = row["document"], row["variable"]
        if not document or variable not in known:
            raise PolicyloomError(f"{where}: document {document!r} or variable {variable!r} is not known")
        if document in (".", "..") or re.search(r"[/\\\x00-\x1f]", document):
            raise PolicyloomError(
                f"{where}: document {document!r} is not fit to be a file's name; leave the names as policyloom wrote them"
            )
        cells = found.setdefault(document, {})
        if variable in cells:
            raise PolicyloomError(f"{where}: {document} has {variable} twice; remove one of the rows")
        cells[variable] = _cell(row, where)
        shares[document] = _number(row, "not_judged", where), _number(row, "other_field", where)
    if not found:
        raise PolicyloomError(f"{path}: has no rows")
    for document, cells in found.items():
        if missing := [variable.id for variable in variables.scored if variable.id not in cells]:
            raise PolicyloomError(
                f"{path}: {document} has no row for {', '.join(missing[:5])}; leave every row where it is"
            )
    return tuple(
        PmcPolicy(document, tuple(cells[variable.id] for variable in variables.scored), *shares[document])
        for document, cells in found.items()
    )


def _rows(text: str, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows that are not empty, by column, with the numbers of their lines; a spreadsheet may have changed the comma."""
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip() for name in next(reader, [])]
        if missing := [name for name in _NEEDED if name not in names]:
            raise PolicyloomError(
                f"{path}: has no column {', '.join(missing)}; begin from a pmc_matrix.csv of `policyloom pmc`"
            )
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row = {name: plain_cell(cell.strip()) for name, cell in zip(names, cells, strict=False)}
                yield reader.line_num, dict.fromkeys(PMC_MATRIX.names, "") | row
    except csv.Error as error:
        raise PolicyloomError(f"{path}, line {reader.line_num}: is no row of a table ({error})") from error


def _cell(row: dict[str, str], where: str) -> PmcCell:
    value, found = _binary(row, "value", where), _binary(row, "found", where)
    passage: Passage = next((p for p in PASSAGES if p == row["passage"]), "")
    page, start, end = (int(_number(row, name, where)) for name in ("page", "start", "end"))
    evidence = Evidence(row["document"], page, start, end, row["quote"]) if row["quote"] else None
    return PmcCell(
        row["variable"], found, value,
        is_edited=value != found or row["by"].lower() == PERSON,
        passage=passage, evidence=evidence, n_sentences=int(_number(row, "n_sentences", where)), note=row["note"],
    )  # fmt: skip


def _binary(row: dict[str, str], name: str, where: str) -> int | None:
    if not row[name]:
        return None
    if not re.fullmatch(r"[01](?:[.,]0+)?", row[name]):
        raise PolicyloomError(
            f"{where}, column {name!r}: {row[name][:40]!r} is neither 1 nor 0; write one of them, or leave it empty where "
            "you cannot say"
        )
    return int(row[name][0])


def _number(row: dict[str, str], name: str, where: str) -> float:
    """The number in a cell, 0 where it is empty; spreadsheets of many countries write a decimal comma."""
    try:
        return float(row[name].replace(",", ".") or 0)
    except ValueError as error:
        raise PolicyloomError(f"{where}, column {name!r}: {row[name][:40]!r} is no number") from error
