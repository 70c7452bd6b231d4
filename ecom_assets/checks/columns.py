"""The check `column_schema`: a table has the columns that the project says, with their types.

A table has one schema. Like all checks this one answers for the days of a run: it is what they were
written with. What the columns are is in `model/tables.py`.
"""

from collections.abc import Mapping, Sequence

from ecom_assets.checks.per_day import ByDay, DayResult
from ecom_assets.model.tables import Column, tables
from ecom_assets.partitions import EventDays

COLUMN_SCHEMA = {
    "column_schema": "The table has the columns that `ecom_assets/model/tables.py` describes, with "
    "these types. A missing or retyped one is an error: somebody changed the table by hand, or an "
    "upgrade was not followed by the set-up. A further one is a warning: nothing fills it."
}


def column_schema(there: Mapping[str, Mapping[str, str]], days: EventDays, table: str) -> ByDay:
    """For each of these days, whether the columns of a table, `SCHEMA.NAME`, are as they should be
    now. `there` is what `Session.columns` says."""
    return dict.fromkeys(days.days, compared(tables()[table], there.get(table, {})))


def compared(columns: Sequence[Column], found: Mapping[str, str]) -> DayResult:
    """Whether a table's columns are as they should be; `found` has the types of those it has."""
    wanted = {column.name: column.type for column in columns}
    wrong = {
        **{name: f"missing: {kind}" for name, kind in wanted.items() if name not in found},
        **{
            name: f"{found[name]} in place of {kind}"
            for name, kind in wanted.items()
            if found.get(name, kind) != kind
        },
    }
    further = {name: f"not ours: {kind}" for name, kind in found.items() if name not in wanted}
    differences = {**wrong, **further}
    return DayResult(
        passed=not differences,
        description="; ".join(f"{name} {what}" for name, what in differences.items())
        or f"all {len(wanted)} columns are there, with their types",
        metadata={"columns": str(len(found)), "columns that differ": str(len(differences))},
        warn_only=not wrong,
    )
