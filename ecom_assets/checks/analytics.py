"""The checks on `fact_sales`: what is published is what clean staging holds, each event once, and
looks as usual."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import dagster as dg

from ecom_assets.checks.alone import NamedDays, days_to_check
from ecom_assets.checks.columns import column_schema_spec, column_schemas
from ecom_assets.checks.drift import (
    LEAST_WEEKS,
    WEEKS,
    published_totals,
    usual_revenue,
    usual_volume,
)
from ecom_assets.checks.per_day import DayResult, Results, StepResult, check_results, day_check
from ecom_assets.model.sales import UNIQUE_WITHIN_DAYS
from ecom_assets.model.tables import FACT_TABLE
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.audit import why_held
from ecom_assets.steps import RETRY_POLICY, mistakes_are_final
from ecom_assets.warehouse.contract import Purpose, Row, Session, Warehouse
from ecom_assets.warehouse.expressions import days_table
from ecom_assets.warehouse.rows import by_day, grouped_by_day

PAIRS_SHOWN = 2
"""Pairs of files named in a sentence; its table has more."""
FILES_SHOWN = 20


class FactChecks:
    """The checks on `fact_sales`.

    They are asked for at two places, because Dagster skips their step when the asset's step has
    held a day: see `assets/analytics.py`.

    Attributes:
        specs: which there are.
    """

    def __init__(self, partitions: dg.PartitionsDefinition) -> None:
        """Args:
        partitions: the event dates.
        """
        self._matches = day_check(
            partitions,
            "fact_sales",
            "matches_clean",
            "FACT_SALES and the repeats that it leaves out equal clean staging in rows, quantity "
            "and money, to the last cent. A day that is held keeps what it had, and fails here "
            "with the reason.",
        )
        self._once = day_check(
            partitions,
            "fact_sales",
            "unique_event_id",
            f"No event_id stands in FACT_SALES twice within {UNIQUE_WITHIN_DAYS} days, asked of "
            "the table itself. A failure means that revenue is counted twice.",
        )
        self._missing = day_check(
            partitions,
            "fact_sales",
            "no_event_missing",
            "Every clean event of a published day is in FACT_SALES, or in STG_SALES_REPEATS beside "
            f"an earlier one of the {UNIQUE_WITHIN_DAYS} days before. A failure means that a sale "
            "has vanished.",
        )
        self._repeats = day_check(
            partitions,
            "fact_sales",
            "repeats",
            "No event of the day was published on one of the "
            f"{UNIQUE_WITHIN_DAYS} days before. Repeats are left out of FACT_SALES and stand in "
            "STG_SALES_REPEATS; they never hold a day. Warns with the files: one that was "
            "delivered twice repeats another as a whole.",
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
        self.specs = (
            *(self._matches, self._once, self._missing, self._repeats),
            *(self._volume, self._revenue, self._columns),
        )

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
        (columns,) = column_schemas(session, days, FACT_TABLE)
        wrong = by_day(
            session.run(
                "checks/exactly_once",
                window_start=days.first - timedelta(days=UNIQUE_WITHIN_DAYS),
                first_day=days.first,
                last_day=days.last,
                within_days=UNIQUE_WITHIN_DAYS,
            )
        )
        repeats = grouped_by_day(
            session.run("checks/repeats_by_file", first_day=days.first, last_day=days.last)
        )
        return {
            self._matches.key: {
                day: matches_clean(row, held.get(day)) for day, row in facts.items()
            },
            self._once.key: {day: unique_event_id(wrong.get(day)) for day in days.days},
            self._missing.key: {day: no_event_missing(wrong.get(day)) for day in days.days},
            self._repeats.key: {
                day: repeats_of_files(row, repeats.get(day, [])) for day, row in facts.items()
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


def matches_clean(row: Row, held_for: str | None) -> DayResult:
    """Whether what is published of a day equals clean staging.

    Args:
        row: of `compare_days`.
        held_for: why the day was held, where that is known.
    """
    if held_for is None and row["publishable"] is False:
        held_for = why_held(row)
    differences = {
        "row difference": row["fact_rows"] + row["repeat_rows"] - row["clean_rows"],
        "quantity difference": row["published_quantity"] - row["clean_quantity"],
        "amount difference": row["published_amount"] - row["clean_amount"],
    }
    equal = not any(differences.values())
    if held_for:
        description = f"held: {held_for}; FACT_SALES keeps {row['fact_rows']:,} earlier rows"
    else:
        description = (
            f"{row['fact_rows']:,} rows in FACT_SALES + {row['repeat_rows']:,} repeats, "
            f"{row['clean_rows']:,} in clean staging; "
            f"amounts differ by {differences['amount difference']:,.4f}"
        )
    return DayResult(
        passed=equal and not held_for,
        description=description,
        metadata={
            "fact rows": row["fact_rows"],
            "repeats": str(row["repeat_rows"]),
            "clean rows": str(row["clean_rows"]),
            **{name: str(value) for name, value in differences.items()},
        },
    )


def unique_event_id(wrong: Row | None) -> DayResult:
    """Whether no event of a day stands in FACT_SALES on an earlier day as well.

    Args:
        wrong: of `checks/exactly_once`; None: nothing is wrong.
    """
    twice = wrong["twice"] if wrong else 0
    return DayResult(
        passed=not twice,
        description=f"{twice:,} events stand in FACT_SALES twice within {UNIQUE_WITHIN_DAYS} days, "
        f"first {wrong['first_twice']}"
        if wrong and twice
        else f"No event stands there twice within {UNIQUE_WITHIN_DAYS} days",
        metadata={"events that stand there twice": twice},
    )


def no_event_missing(wrong: Row | None) -> DayResult:
    """Whether every clean event of a published day is accounted for.

    Args:
        wrong: of `checks/exactly_once`; None: nothing is wrong.
    """
    missing = wrong["missing"] if wrong else 0
    return DayResult(
        passed=not missing,
        description=f"{missing:,} clean events are neither in FACT_SALES nor a repeat, "
        f"first {wrong['first_missing']}"
        if wrong and missing
        else "Every clean event is in FACT_SALES, or an earlier one with its event_id is",
        metadata={"events missing": missing},
    )


def repeats_of_files(row: Row, pairs: Sequence[Row]) -> DayResult:
    """Whether a day has no events that stand on an earlier day.

    Args:
        row: of `compare_days`.
        pairs: of `checks/repeats_by_file`, for the day.
    """
    published = row["fact_rows"] + row["repeat_rows"]
    told = [
        f"{pair['source_filename']} repeats {pair['repeat_rows']:,} events of "
        f"{pair['earlier_filename']}"
        for pair in pairs[:PAIRS_SHOWN]
    ]
    more = [f"{len(pairs) - PAIRS_SHOWN} more pairs of files"] if len(pairs) > PAIRS_SHOWN else []
    return DayResult(
        passed=not pairs,
        description=f"{row['repeat_rows']:,} of {published:,} events were published on an earlier "
        f"day and are left out: {'; '.join([*told, *more])}"
        if pairs
        else f"None of {published:,} events was published on an earlier day",
        metadata={
            "repeats": row["repeat_rows"],
            "files": dg.MetadataValue.table(
                [
                    dg.TableRecord(
                        {
                            "file": pair["source_filename"],
                            "repeats": pair["earlier_filename"],
                            "events": pair["repeat_rows"],
                            "first line": pair["first_row_number"],
                        }
                    )
                    for pair in pairs[:FILES_SHOWN]
                ],
                dg.TableSchema(
                    [
                        dg.TableColumn("file"),
                        dg.TableColumn("repeats"),
                        dg.TableColumn("events", "int"),
                        dg.TableColumn("first line", "int"),
                    ]
                ),
            ),
        },
        warn_only=True,
    )
