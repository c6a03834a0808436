"""Records and networks as tables, and as files for other programs.

tables           each table's columns, declared once
documents        the table of documents, and a user's columns of them in the other tables
changes          what differs between two versions of a document
statements       who says what, for discourse network analysis
run_tables       the tables of a run folder, with types and keys
data_package     a run's tables described for machines
workbook         a run's tables as an Excel workbook
parquet          a run's tables as Parquet
graphs           a network for spreadsheets, Gephi, Cytoscape, VOSviewer and Pajek
refi_codes       a framework as a REFI-QDA codebook
refi_project     a run as a REFI-QDA project, for programs for qualitative analysis
web_annotation   mentions as W3C Web Annotations
label_studio     a run as tasks for Label Studio
docbin           documents for spaCy
marked_pdf       a document's PDF with its mentions highlighted
pdf_annotations  a copy of a PDF to which annotations are added
figures          coverage, planned and done, trends
network_figures  a network, and its gaps
figure_parts     what figures have in common
figure_files     figures as PDF, SVG or PNG
"""

from policyloom.export.agreement import AGREEMENT, DIFFERENCES, agreement_rows, difference_rows
from policyloom.export.changes import CHANGES, change_rows
from policyloom.export.data_package import write_data_package
from policyloom.export.documents import DOCUMENTS, OTHERWISE, UserColumns, document_row
from policyloom.export.graphs import write_network
from policyloom.export.parquet import write_parquet
from policyloom.export.statements import STATEMENTS, statement_rows
from policyloom.export.tables import (
    BLOCKS,
    CLAIMS,
    COVERAGE,
    ENTITIES,
    FAILURES,
    FINDINGS,
    MENTIONS,
    PROMISES,
    Column,
    Table,
    TableRow,
    block_rows,
    claim_rows,
    coverage_rows,
    entity_rows,
    failure_rows,
    finding_rows,
    mention_rows,
    promise_rows,
    to_frame,
)
from policyloom.export.workbook import write_workbook

__all__ = [
    "AGREEMENT",
    "BLOCKS",
    "CHANGES",
    "CLAIMS",
    "COVERAGE",
    "DIFFERENCES",
    "DOCUMENTS",
    "ENTITIES",
    "FAILURES",
    "FINDINGS",
    "MENTIONS",
    "OTHERWISE",
    "PROMISES",
    "STATEMENTS",
    "Column",
    "Table",
    "TableRow",
    "UserColumns",
    "agreement_rows",
    "block_rows",
    "change_rows",
    "claim_rows",
    "coverage_rows",
    "difference_rows",
    "document_row",
    "entity_rows",
    "failure_rows",
    "finding_rows",
    "mention_rows",
    "promise_rows",
    "statement_rows",
    "to_frame",
    "write_data_package",
    "write_network",
    "write_parquet",
    "write_workbook",
]
