"""A run's tables as Parquet, which R, Python, DuckDB and Spark read with the columns' types and descriptions."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from policyloom.errors import PolicyloomError
from policyloom.export.run_tables import RUN_TABLES, FieldType, read_fields, read_rows
from policyloom.files import open_atomic

__all__ = ["write_parquet"]

ROWS_AT_A_TIME = 20_000
"""Rows of a group; no more are held."""


def write_parquet(run: str | Path, out: str | Path) -> None:
    """Writes a file `NAME.parquet` for each table of a run into a folder, which is made if need be.

    Raises:
        PolicyloomError: the extra `parquet` is not installed.
        RunError: a table of the run is missing or wrong.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise PolicyloomError(
            'writing Parquet needs the extra parquet: pip install "policyloom[parquet]"; or write an Excel workbook with --to xlsx'
        ) from error
    types: dict[FieldType, pa.DataType] = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
    }
    schemas = {
        table.name: pa.schema(
            [
                pa.field(f.name, types[f.type], metadata={"description": f.description})
                for f in read_fields(run, table)
            ],
            metadata={"description": f"A row is {table.description}."},
        )
        for table in RUN_TABLES
    }
    folder = Path(out)
    folder.mkdir(exist_ok=True)
    for table in RUN_TABLES:
        schema = schemas[table.name]
        rows = read_rows(run, table)
        with (
            open_atomic(folder / f"{table.name}.parquet") as file,
            parquet.ParquetWriter(file, schema) as writer,
        ):
            while batch := list(islice(rows, ROWS_AT_A_TIME)):
                columns = zip(*batch, strict=True)
                arrays = [pa.array(column, one.type) for column, one in zip(columns, schema, strict=True)]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
