"""Samples of failing rows in check metadata: file, line, reason and the offending value."""

from collections.abc import Sequence

import dagster as dg

from ecom_assets.checks.per_day import table
from ecom_assets.warehouse.contract import Row

VALUE_LENGTH = 80
"""Characters shown of an offending value: enough to recognize it, too few to leak a document."""
HIDDEN = "(hidden: ECOM_HIDE_VALUES)"


def sample_table(rows: Sequence[Row], *, hide_values: bool) -> dg.MetadataValue:
    """Rows of `checks/reject_samples` as a table for people, perhaps without payload values."""
    return table(
        {"reason": "string", "file": "string", "line": "string", "value": "string"},
        [
            (
                *(row["reason"], row["source_filename"], _line(row)),
                _shown(row["offending_value"], hide_values),
            )
            for row in rows
        ],
    )


def _line(row: Row) -> str:
    """The number of a row's line, with its item's where that is not the first."""
    item = row["source_item_number"]
    return f"{row['source_row_number']}, item {item}" if item > 1 else f"{row['source_row_number']}"


def _shown(value: str | None, hide_values: bool) -> str:
    # a blank after a field: the page cannot break a line of JSON elsewhere
    return HIDDEN if hide_values else cut(value).replace(',"', ', "')


def cut(value: str | None) -> str:
    """A value for people to recognize."""
    if value is None:
        return "(none)"
    return value if len(value) <= VALUE_LENGTH else f"{value[:VALUE_LENGTH]}…"
