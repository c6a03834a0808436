"""Records and networks as tables, and as files for other programs.

tables           each table's columns, declared once
graphs           a network for spreadsheets, Gephi, Cytoscape, VOSviewer and Pajek
marked_pdf       a document's PDF with its mentions highlighted
pdf_annotations  a copy of a PDF to which annotations are added
colours          of a framework's elements
figures          coverage, planned and done, trends
network_figures  a network, and its gaps
figure_parts     what figures have in common
figure_files     figures as PDF, SVG or PNG
"""

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
    "FAILURES",
    "FINDINGS",
    "MENTIONS",
    "Column",
    "Table",
    "TableRow",
    "block_rows",
    "claim_rows",
    "coverage_rows",
    "failure_rows",
    "finding_rows",
    "mention_rows",
    "to_frame",
    "write_network",
]
