"""The checks on `fact_sales`: what is published is what clean staging holds, and looks as usual."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

import dagster as dg

from ecom_assets.checks.alone import NamedDays, days_to_check
from ecom_assets.checks.audit import why_held
from ecom_assets.checks.columns import column_schema_spec, column_schemas
from ecom_assets.checks.drift import (
    LEAST_WEEKS,
    WEEKS,
    published_totals,
    usual_revenue,
    usual_volume,
)
from ecom_assets.checks.per_day import DayResult, Results, StepResult, check_results, day_check
from ecom_assets.events import FACT_SALES, FACT_TABLE
from ecom_assets.partitions import EventDays
from ecom_assets.steps import RETRY_POLICY, mistakes_are_final
from ecom_assets.warehouse.contract import Purpose, Row, Session, Warehouse
from ecom_assets.warehouse.expressions import days_table
from ecom_assets.warehouse.rows import by_day


class FactChecks:
    """The checks on `fact_sales`.

    They are asked for at two places, because Dagster skips their step when the asset's step has
    held a day: see `assets/analytics.py`.

    Attributes:
        specs: which there are.
    """

    def __init__(self, partitions: dg.PartitionsDefinition, reject_rate_error: Decimal) -> None:
        """Args:
        partitions: the event dates.
        reject_rate_error: the reject rate above which a day is held, for the reason.
        """
        self._reject_rate_error = reject_rate_error
        self._matches = day_check(
            partitions,
            "fact_sales",
            "matches_clean",
            "FACT_SALES equals clean staging in rows, quantity and money, to the last "
            "cent. A day that is held keeps what it had, and fails here with the reason.",
        )
        self._volume = day_check(
            partitions,
            "fact_sales",
            "usual_volume",
            f"The day has about as many sales as its weekday had in the {WEEKS} weeks before. "
            f"Warns, never holds a day; silent until there are {LEAST_WEEKS} such weeks. See "
            "whether files are missing, or were sent twice under new ids.",
        )
        self._revenue = day_check(
            partitions,
            "fact_sales",
            "usual_revenue",
            "The day's revenue in each currency is about what it was on its weekday in the "
            f"{WEEKS} weeks before. Warns, never holds a day; silent until there are "
            f"{LEAST_WEEKS} such weeks. See whether amounts come in another unit or currency.",
        )
        self._columns = column_schema_spec(partitions, "fact_sales")
        self.specs = (self._matches, self._volume, self._revenue, self._columns)

    def results(
        self,
        session: Session,
        days: EventDays,
        facts: Mapping[date, Row],
        held: Mapping[date, str],
    ) -> Results:
        """What they find.

        Args:
            session: to the warehouse.
            days: which days.
            facts: of `compare_days`, for these days.
            held: why days are held, where the caller knows.
        """
        totals = published_totals(session, days)
        (columns,) = column_schemas(session, days, {FACT_TABLE: FACT_SALES})
        return {
            self._matches.key: {
                day: matches_clean(row, held.get(day), self._reject_rate_error)
                for day, row in facts.items()
            },
            self._volume.key: {day: usual_volume(totals, day) for day in days.days},
            self._revenue.key: {day: usual_revenue(totals, day) for day in days.days},
            self._columns.key: columns,
        }


def build_fact_checks(checks: FactChecks, engine: str) -> dg.AssetChecksDefinition:
    """The checks on `fact_sales` as a step of their own, so that they can be run alone.

    Args:
        checks: which.
        engine: the warehouse's kind.
    """

    @dg.multi_asset_check(
        name="fact_sales_checks",
        specs=checks.specs,
        can_subset=True,
        retry_policy=RETRY_POLICY,
    )
    def fact_sales_checks(
        context: dg.AssetCheckExecutionContext,
        config: NamedDays,
        warehouse: dg.ResourceParam[Warehouse],
    ) -> Iterator[StepResult]:
        days = days_to_check(context, config)
        purpose = Purpose("fact_sales_checks", context.run.run_id, days.first, days.last)
        with mistakes_are_final(), warehouse.session(purpose, context.log.info) as session:
            results = checks.results(session, days, compare_days(session, days), {})
        selected = [s for s in checks.specs if s.key in context.selected_asset_check_keys]
        yield from check_results(context, selected, results, days)

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


def matches_clean(row: Row, held_for: str | None, reject_rate_error: Decimal) -> DayResult:
    """Whether a day of FACT_SALES equals clean staging.

    Args:
        row: of `compare_days`.
        held_for: why the day was held, where that is known.
        reject_rate_error: the reject rate above which a day is held, for the reason.
    """
    if held_for is None and row["publishable"] is False:
        held_for = why_held(row, reject_rate_error)
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
