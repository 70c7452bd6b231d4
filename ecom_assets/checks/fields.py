"""The check `fields_fit`: no value becomes null in silence, and no field dries up unseen.

Staging counts per day and field what is absent, of another type, or rounded; this tells of it. That
a required field is absent is for the rules to say.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from ecom_assets.checks.per_day import ByDay, DayResult, table
from ecom_assets.checks.samples import HIDDEN, VALUE_LENGTH, cut
from ecom_assets.model import sales
from ecom_assets.model.limits import Limits
from ecom_assets.model.stream import Field
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.stage import late_reach
from ecom_assets.text.foreign_text import harmless
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.rows import grouped_by_day

DAYS_BEFORE = 28
"""The days looked back on to say that a field was always filled."""
LEAST_DAYS = 3
"""With fewer of them nothing was always so."""


FIELDS_FIT = {
    "fields_fit": "The values of the day's lines are of the types that the contract gives to their "
    "fields. One that is not becomes null. Warns where that happens in more of the lines than a "
    "field's limit (1 % by default) and no rule rejects them for it, and where a field is empty on "
    f"this day that each day with lines of the {DAYS_BEFORE} days before has. Never holds a day."
}


def fields_fit(session: Session, days: EventDays, limits: Limits) -> ByDay:
    """Per day, whether its values fit, with the counts of each field and a value that does not."""
    first_day = days.first - timedelta(days=DAYS_BEFORE)
    found = grouped_by_day(
        session.run("checks/fields_by_day", first_day=first_day, last_day=days.last)
    )
    values = {}
    optional = {field.name for field in sales.SALES.fields if not field.required}
    unfit = {  # of a required field the rules tell, with samples
        day: [r["field"] for r in found.get(day, []) if r["unfit_rows"] and r["field"] in optional]
        for day in days.days
    }
    if any(unfit.values()):
        rows = session.run(
            "checks/unfit_values",
            **days.bounds,
            first_batch_day=days.first,
            last_batch_day=days.last + late_reach(session, days, limits),
            max_length=VALUE_LENGTH + 1,
        )
        values = {(row["event_date"], row["field"]): row["unfit_value"] for row in rows}
    return {
        day: _of_day(
            found.get(day, []),
            [
                {row["field"]: row["filled_rows"] for row in found[before]}
                for before in (day - timedelta(days=n) for n in range(1, DAYS_BEFORE + 1))
                if any(row["filled_rows"] for row in found.get(before, []))
            ],
            {
                name: HIDDEN if limits.hide_values else cut(values.get((day, name)))
                for name in unfit[day]
            },
        )
        for day in days.days
    }


def _of_day(
    rows: Sequence[Row], before: Sequence[Mapping[str, int]], values: Mapping[str, str]
) -> DayResult:
    """What is to be said of a day.

    Args:
        rows: of its fields.
        before: how many lines had each field, on each of the days before that had lines.
        values: of each optional field with values that do not fit, one of them.
    """
    of_field = {row["field"]: row for row in rows}
    fields = [
        (field, of_field[field.name]) for field in sales.SALES.fields if field.name in of_field
    ]
    wrong = [text for field, row in fields if (text := _wrong(field, row, before, values))]
    unfit = sum(row["unfit_rows"] for row in rows)
    counts = ("filled", "absent", "unfit", "rounded")
    return DayResult(
        passed=not wrong,
        description="; ".join(wrong)
        or f"{unfit:,} values of {len(fields)} fields are of another type, within the limits"
        if rows
        else "Not counted: the day is not staged, or was by an earlier version of this project.",
        metadata={
            "values that do not fit": unfit,
            "fields": table(
                dict.fromkeys(("field", *counts, "one that is unfit", "its value"), "string")
                | dict.fromkeys(counts, "int"),
                [
                    (
                        field.name,
                        *(row[f"{count}_rows"] for count in counts),
                        *(row["first_unfit"] or "", values.get(field.name, "")),
                    )
                    for field, row in fields
                ],
            ),
        },
        warn_only=True,
    )


def _wrong(
    field: Field, row: Row, before: Sequence[Mapping[str, int]], values: Mapping[str, str]
) -> str:
    """What is wrong with a field on a day, if anything is."""
    if field.required:
        return ""  # the rules tell of it
    unfit, filled = row["unfit_rows"], row["filled_rows"]
    lines = filled + row["absent_rows"] + unfit
    if unfit > lines * field.unfit_warn:
        return (
            f"{field.name} is no {field.type} in {unfit:,} of {lines:,} lines, one of them "
            f"{row['first_unfit']}: {harmless(values[field.name], VALUE_LENGTH)}"
        )
    was_filled = len(before) >= LEAST_DAYS and all(day.get(field.name) for day in before)
    if lines and not filled and was_filled:
        return f"{field.name} is empty; the {len(before)} days before that have lines have it"
    return ""
