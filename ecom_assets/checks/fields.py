"""The check `fields_fit`: no value becomes null in silence, and no field dries up unseen.

Staging counts per day and field what is absent, of another type, or rounded; this tells of it. That
a required field is absent is for the rules to say.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import dagster as dg

from ecom_assets.checks.per_day import DayResult, day_check
from ecom_assets.checks.samples import HIDDEN, VALUE_LENGTH, cut
from ecom_assets.model import sales
from ecom_assets.model.limits import Limits
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.stage import late_reach
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.rows import grouped_by_day

DAYS_BEFORE = 28
"""The days looked back on to say that a field was always filled."""
LEAST_DAYS = 3
"""With fewer of them nothing was always so."""


def fields_spec(partitions: dg.PartitionsDefinition) -> dg.AssetCheckSpec:
    """The check on `stg_sales_clean`."""
    return day_check(
        partitions,
        "stg_sales_clean",
        "fields_fit",
        "The values of the day's lines are of the types that the contract gives to their fields. "
        "One that is not becomes null. Warns where that happens in more of the lines than a "
        "field's limit (1 % by default), and where a field is empty on this day that was filled "
        f"on each of the {DAYS_BEFORE} days before. Never holds a day.",
    )


def fields_fit(session: Session, days: EventDays, limits: Limits) -> Mapping[date, DayResult]:
    """Per day, whether its values fit, with the counts of each field and a value that does not.

    Args:
        session: to the warehouse.
        days: which days.
        limits: how late the lines may lie, and whether values may be shown.
    """
    found = grouped_by_day(
        session.run(
            "checks/fields_by_day",
            first_day=days.first - timedelta(days=DAYS_BEFORE),
            last_day=days.last,
        )
    )
    values = {}
    if any(row["unfit_rows"] for day in days.days for row in found.get(day, [])):
        rows = session.run(
            "checks/unfit_values",
            first_day=days.first,
            last_day=days.last,
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
                row["field"]: HIDDEN if limits.hide_values else cut(values.get((day, row["field"])))
                for row in found.get(day, [])
                if row["unfit_rows"]
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
        values: of each field with values that do not fit, one of them.
    """
    of_field = {row["field"]: row for row in rows}
    fields = [field for field in sales.SALES.fields if field.name in of_field]
    wrong = []
    for field in fields:
        row = of_field[field.name]
        lines = row["filled_rows"] + row["absent_rows"] + row["unfit_rows"]
        if row["unfit_rows"] > lines * field.unfit_warn:
            wrong.append(
                f"{field.name} is no {field.type} in {row['unfit_rows']:,} of {lines:,} lines, "
                f"first {row['first_unfit']}: {values[field.name]}"
            )
        elif (
            lines
            and not row["filled_rows"]
            and len(before) >= LEAST_DAYS
            and all(day.get(field.name) for day in before)
        ):
            wrong.append(
                f"{field.name} is empty; it was filled on each of {len(before)} days before"
            )
    unfit = sum(row["unfit_rows"] for row in rows)
    return DayResult(
        passed=not wrong,
        description="; ".join(wrong)
        or f"{unfit:,} values of {len(fields)} fields are of another type, within the limits",
        metadata={
            "values that do not fit": unfit,
            "fields": dg.MetadataValue.table(
                [
                    dg.TableRecord(
                        {
                            "field": field.name,
                            "filled": of_field[field.name]["filled_rows"],
                            "absent": of_field[field.name]["absent_rows"],
                            "unfit": of_field[field.name]["unfit_rows"],
                            "rounded": of_field[field.name]["rounded_rows"],
                            "first unfit": of_field[field.name]["first_unfit"] or "",
                            "its value": values.get(field.name, ""),
                        }
                    )
                    for field in fields
                ],
                dg.TableSchema(
                    [
                        dg.TableColumn("field"),
                        *(
                            dg.TableColumn(name, "int")
                            for name in ("filled", "absent", "unfit", "rounded")
                        ),
                        dg.TableColumn("first unfit"),
                        dg.TableColumn("its value"),
                    ]
                ),
            ),
        },
        warn_only=True,
    )
