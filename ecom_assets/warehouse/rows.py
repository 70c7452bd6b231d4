"""Values of rows, and rows of results sorted by what they are about."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from ecom_assets.warehouse.contract import Row


def now() -> datetime:
    """This moment in UTC, as the tables hold it: without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def by_day(rows: Sequence[Row]) -> Mapping[date, Row]:
    """Rows of one a day, by their event date."""
    return {row["event_date"]: row for row in rows}


def grouped_by_day(rows: Sequence[Row]) -> Mapping[date, list[Row]]:
    """Rows of several a day, by their event date."""
    return grouped_by("event_date", rows)


def grouped_by(column: str, rows: Sequence[Row]) -> Mapping[Any, list[Row]]:
    """Rows by what they have in a column."""
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return groups


def types_by_table(rows: Sequence[Row]) -> Mapping[str, Mapping[str, str]]:
    """Rows of `table_name`, `column_name`, `data_type`: each table's types by column."""
    tables: dict[str, dict[str, str]] = {}
    for row in rows:
        tables.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
    return tables
