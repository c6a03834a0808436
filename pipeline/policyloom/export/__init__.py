"""Records and networks as tables, and as files for other programs.

tables     each table's columns, declared once
documents  the table of documents, and a user's columns of them in the other tables
graphs     a network for spreadsheets, Gephi, Cytoscape, VOSviewer and Pajek
"""

from policyloom.export.documents import DOCUMENTS, RESERVED, UserColumns, document_row
from policyloom.export.graphs import write_network
from policyloom.export.tables import (
    BLOCKS,
    CLAIMS,
    COVERAGE,
    FAILURES,
    FINDINGS,
    MENTIONS,
    Column,
    Table,
    TableRow,
    block_rows,
    claim_rows,
    coverage_rows,
    failure_rows,
    finding_rows,
    mention_rows,
    to_frame,
)

__all__ = [
    "BLOCKS",
    "CLAIMS",
    "COVERAGE",
    "DOCUMENTS",
    "FAILURES",
    "FINDINGS",
    "MENTIONS",
    "RESERVED",
    "Column",
    "Table",
    "TableRow",
    "UserColumns",
    "block_rows",
    "claim_rows",
    "coverage_rows",
    "document_row",
    "failure_rows",
    "finding_rows",
    "mention_rows",
    "to_frame",
    "write_network",
]
