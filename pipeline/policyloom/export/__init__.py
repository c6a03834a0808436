"""Records and networks as tables, and as files for other programs.

tables      each table's columns, declared once
statements  who says what, for discourse network analysis
graphs      a network for spreadsheets, Gephi, Cytoscape, VOSviewer and Pajek
"""

from policyloom.export.graphs import write_network
from policyloom.export.statements import STATEMENTS, statement_rows
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
    "FAILURES",
    "FINDINGS",
    "MENTIONS",
    "STATEMENTS",
    "Column",
    "Table",
    "TableRow",
    "block_rows",
    "claim_rows",
    "coverage_rows",
    "failure_rows",
    "finding_rows",
    "mention_rows",
    "statement_rows",
    "to_frame",
    "write_network",
]
