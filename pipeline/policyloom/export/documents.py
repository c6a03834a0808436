"""The table of a run's documents, and a user's columns of them at the end of each table that names documents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from policyloom.export.tables import Column, Table, TableRow
from policyloom.network.counting import count_units
from policyloom.network.structure import find_year
from policyloom.records import Tagged

__all__ = ["DOCUMENTS", "OTHERWISE", "UserColumns", "document_row", "year_of"]


def year_of(tagged: Tagged) -> int | None:
    """The first year in a document's date; None without one."""
    found = find_year(tagged.document.metadata.date)
    return int(found) if found else None


@dataclass(frozen=True, slots=True)
class _DocumentIn:
    tagged: Tagged
    file: str
    date_in_text: str

    def if_judged(self, n: int) -> int | None:
        """A count; None where the document was not judged, as it is then no 0."""
        return n if self.tagged.is_judged else None


DOCUMENTS: Table[_DocumentIn] = Table(
    (
        Column("document", "its id, as in every other table", lambda x: x.tagged.document.id),
        Column("file", "the file, from the folder of the run", lambda x: x.file),
        Column(
            "title", "from your table, or as the text states it", lambda x: x.tagged.document.metadata.title
        ),
        Column(
            "date", "from your table, or as the text states it", lambda x: x.tagged.document.metadata.date
        ),
        Column("year", "of the date", lambda x: year_of(x.tagged), "Int64"),
        Column("date_in_text", "as the text states it", lambda x: x.date_in_text),
        Column("n_pages", "0 without pages", lambda x: x.tagged.document.n_pages, "int64"),
        Column("n_words", "words of its text", lambda x: len(x.tagged.document.text.split()), "int64"),
        Column(
            "n_sentences",
            "sentences of running text, the units of the network; empty where it was not judged",
            lambda x: x.if_judged(count_units(x.tagged.document, x.tagged.sentences).n_sentences),
            "Int64",
        ),
        Column(
            "n_mentions",
            "mentions of elements; empty where it was not judged",
            lambda x: x.if_judged(sum(m.kind not in ("entity", "actor") for m in x.tagged.mentions)),
            "Int64",
        ),
        Column("n_claims", "claims", lambda x: x.if_judged(len(x.tagged.claims)), "Int64"),
        Column(
            "not_judged", "share of it that could not be read", lambda x: x.tagged.unreadable_share, "float64"
        ),
        Column(
            "other_field",
            "share of it that was read and is of another field than the framework, so that nothing is looked for there",
            lambda x: x.tagged.other_field_share,
            "float64",
        ),
    )
)

OTHERWISE = "document_"
"""How a user's column begins in a table that has a column of its name itself."""

SHARED = ("date", "title")
"""The user's columns that say the same as those of this name in a run's own tables."""


@dataclass(frozen=True, slots=True)
class UserColumns:
    """A user's columns of documents, which stand at the end of every table that names documents.

    Attributes:
        names: the columns.
        cells: of each document, by its id; it grows while the documents go by.
    """

    names: tuple[str, ...] = ()
    cells: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def after(self, names: Sequence[str]) -> list[str]:
        """The columns of a table with these at its end; one whose name the table has itself is called `document_NAME`."""
        return [*names, *(name for own in self.names if (name := _name_beside(own, names)))]

    def add(self, rows: Iterable[TableRow]) -> Iterator[TableRow]:
        """The rows of a table with the cells of their document."""
        return (row | self.beside(row["document"], row) for row in rows)

    def beside(self, document: str, names: Collection[str]) -> TableRow:
        """The cells of a document under the names that they have beside columns of these names."""
        cells = self.cells.get(document, {})
        return {name: cells.get(own, "") for own in self.names if (name := _name_beside(own, names))}


def _name_beside(own: str, names: Collection[str]) -> str:
    """The name of a user's column in a table with columns of these names; empty where the table says the same itself."""
    if own not in names:
        return own
    return "" if own in SHARED else f"{OTHERWISE}{own}"


def document_row(described: Tagged, file: str, date_in_text: str) -> TableRow:
    """A document's row: what the run knows of it.

    Args:
        described: the document, with the date and title that the user's table gives it.
        file: as the run lists it.
        date_in_text: as the text states it.
    """
    return DOCUMENTS.rows([_DocumentIn(described, file, date_in_text)])[0]
