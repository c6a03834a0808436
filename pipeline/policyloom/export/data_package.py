"""A run's tables described for machines: `datapackage.json`, as a tabular data package.

Source: Frictionless Data, Tabular Data Package and Table Schema, version 1 (specs.frictionlessdata.io), which R, Python,
OpenRefine and data repositories read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from policyloom.export.run_tables import RUN_TABLES, Field, RunTable, read_fields
from policyloom.files import write_bytes

__all__ = ["DATA_PACKAGE", "write_data_package"]

DATA_PACKAGE = "datapackage.json"

_DESCRIPTION = (
    "Tables of a run of policyloom. Characters are counted from 0 in the text of documents/ID.json; `end` is the character "
    "after the last. An apostrophe stands before a text that a spreadsheet would take for a formula."
)


def write_data_package(folder: str | Path, title: str) -> None:
    """Writes `datapackage.json` beside the tables of a run, which must be there.

    Args:
        folder: the run folder.
        title: what the run is called.

    Raises:
        RunError: a table is missing.
    """
    package = {
        "profile": "tabular-data-package",
        "name": "policyloom-run",
        "title": title,
        "description": _DESCRIPTION,
        "resources": [_resource(table, read_fields(folder, table)) for table in RUN_TABLES],
    }
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    write_bytes(text.encode("utf-8"), Path(folder) / DATA_PACKAGE)


def _resource(table: RunTable, fields: tuple[Field, ...]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [{"name": f.name, "type": f.type, "description": f.description} for f in fields],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    if table.refers:
        schema["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": other, "fields": [key]}}
            for column, (other, key) in table.refers.items()
        ]
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "description": f"A row is {table.description}.",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }
