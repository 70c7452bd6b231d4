"""Warehouses and Dagster histories that earlier commits made: `data/warehouses/`."""

import gzip
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from ecom_assets.model import tables as declared

FOLDER = Path(__file__).parent.parent / "data" / "warehouses"
COMMITS = sorted(path.name.removesuffix(".duckdb.gz") for path in FOLDER.glob("*.duckdb.gz"))

Rows = list[tuple[Any, ...]]


def unpack_warehouse(commit: str, path: Path) -> Path:
    """The DuckDB file that a commit made, at a path."""
    path.write_bytes(gzip.decompress((FOLDER / f"{commit}.duckdb.gz").read_bytes()))
    return path


def unpack_history(commit: str, home: Path) -> Path:
    """What Dagster wrote of a commit's runs, as the storage below a DAGSTER_HOME."""
    text = gzip.decompress((FOLDER / f"{commit}.history.sql.gz").read_bytes()).decode()
    for part in text.split("-- file ")[1:]:
        name, _, sql = part.partition("\n")
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(path) as connection:
            connection.executescript(sql)
        connection.close()
    return home


def columns_of(path: Path) -> Mapping[str, list[str]]:
    """The columns of each table in a DuckDB file that the project has today."""
    with duckdb.connect(path, read_only=True) as connection:
        found = connection.execute(
            "select upper(table_schema || '.' || table_name), column_name "
            "from information_schema.columns order by all"
        ).fetchall()
    tables: dict[str, list[str]] = {}
    for table, column in found:
        if table in declared.tables():
            tables.setdefault(table, []).append(column)
    return tables


def rows_of(path: Path, columns: Mapping[str, list[str]]) -> dict[str, Rows]:
    """The rows of tables in a DuckDB file, in order; of these columns, ids as text."""

    def text(column: str) -> str:
        ids = ("customer_id", "product_id")
        return f"cast({column} as varchar)" if column in (*ids, "raw") else column

    with duckdb.connect(path, read_only=True) as connection:
        return {
            table: connection.execute(
                f"select {', '.join(map(text, names))} from {table} order by all"
            ).fetchall()
            for table, names in columns.items()
        }
