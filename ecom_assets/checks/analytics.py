"""The check on `fact_sales`: what is published is what clean staging holds."""

from collections.abc import Iterator, Mapping
from datetime import date

import dagster as dg

from ecom_assets.checks.per_day import DayResult, check_results, day_check
from ecom_assets.partitions import EventDays
from ecom_assets.warehouse.contract import Purpose, Row, Session, Warehouse
from ecom_assets.warehouse.expressions import days_table
from ecom_assets.warehouse.rows import by_day


def matches_clean_spec(partitions: dg.PartitionsDefinition) -> dg.AssetCheckSpec:
    """The check `matches_clean` on `fact_sales`."""
    return day_check(
        partitions,
        "fact_sales",
        "matches_clean",
        "FACT_SALES equals clean staging in rows, quantity and money, to the last "
        "cent. A day that is held keeps what it had, and fails here with the reason.",
    )


def build_fact_checks(spec: dg.AssetCheckSpec) -> dg.AssetChecksDefinition:
    """The check on `fact_sales` as a step of its own, so that it can be run alone."""

    @dg.multi_asset_check(name="fact_sales_checks", specs=[spec])
    def fact_sales_checks(
        context: dg.AssetCheckExecutionContext, warehouse: dg.ResourceParam[Warehouse]
    ) -> Iterator[dg.AssetCheckResult]:
        days = EventDays.of(context)
        purpose = Purpose("fact_sales_checks", context.run.run_id, days.first, days.last)
        with warehouse.session(purpose, context.log.info) as session:
            results = {day: matches_clean(row) for day, row in compare_days(session, days).items()}
        yield from check_results(context, [spec], {spec.key: results}, days)

    return fact_sales_checks


def compare_days(session: Session, days: EventDays) -> Mapping[date, Row]:
    """Per day, what FACT_SALES and clean staging hold, and what staging said of the day."""
    return by_day(
        session.run(
            "analytics/fact_by_day",
            first_day=days.first,
            last_day=days.last,
            days=days_table(days.days),
        )
    )


def matches_clean(row: Row, held_for: str | None = None) -> DayResult:
    """Whether a day of FACT_SALES equals clean staging.

    Args:
        row: of `compare_days`.
        held_for: why the day was held, where that is known.
    """
    if held_for is None and row["publishable"] is False:
        held_for = f"staging holds it (reject rate {row['reject_rate']:.1%})"
    differences = {
        "row difference": row["fact_rows"] - row["clean_rows"],
        "quantity difference": row["fact_quantity"] - row["clean_quantity"],
        "amount difference": row["fact_amount"] - row["clean_amount"],
    }
    equal = not any(differences.values())
    if held_for:
        description = f"held: {held_for}; FACT_SALES keeps {row['fact_rows']:,} earlier rows"
    else:
        description = (
            f"{row['fact_rows']:,} rows in FACT_SALES, {row['clean_rows']:,} in clean staging; "
            f"amounts differ by {differences['amount difference']:,.4f}"
        )
    return DayResult(
        passed=equal and not held_for,
        description=description,
        metadata={
            "fact rows": row["fact_rows"],
            "clean rows": str(row["clean_rows"]),
            **{name: str(value) for name, value in differences.items()},
        },
    )
