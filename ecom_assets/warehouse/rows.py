"""Rows of results, sorted by the day they are about."""

from collections.abc import Mapping, Sequence
from datetime import date

from ecom_assets.warehouse.contract import Row


def by_day(rows: Sequence[Row]) -> Mapping[date, Row]:
    """Rows of one a day, by their event date."""
    return {row["event_date"]: row for row in rows}


def grouped_by_day(rows: Sequence[Row]) -> Mapping[date, list[Row]]:
    """Rows of several a day, by their event date."""
    groups: dict[date, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["event_date"], []).append(row)
    return groups
