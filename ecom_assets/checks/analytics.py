"""The checks on `fact_sales`: what is published is what clean staging holds, each event once, and
looks as usual."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import dagster as dg

from ecom_assets.checks.columns import COLUMN_SCHEMA, column_schema
from ecom_assets.checks.drift import (
    LEAST_WEEKS,
    WEEKS,
    published_totals,
    usual_revenue,
    usual_volume,
)
from ecom_assets.checks.per_day import DayResult, Results, day_checks, results_on, table
from ecom_assets.checks.restated import changes_by_day, restated
from ecom_assets.checks.step import checks_step
from ecom_assets.landing.zone import LandingZone
from ecom_assets.model.limits import Limits
from ecom_assets.model.sales import UNIQUE_WITHIN_DAYS
from ecom_assets.model.tables import FACT_TABLE
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.audit import why_held
from ecom_assets.text.foreign_text import harmless
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.expressions import days_table
from ecom_assets.warehouse.rows import by_day, grouped_by_day

PAIRS_SHOWN = 2
"""Pairs of files named in a sentence; its table has more."""
PAIR = ("source_filename", "earlier_filename", "repeat_rows", "first_row_number")
FILES_SHOWN = 20


CHECKS = {
    "matches_clean": "FACT_SALES and the repeats that it leaves out equal clean staging in rows, "
    "quantity and money, to the last cent. A day that is held keeps what it had, and fails here "
    "with the reason.",
    "unique_event_id": f"No event_id stands in FACT_SALES twice within {UNIQUE_WITHIN_DAYS} days, "
    "asked of the table itself. A failure means that revenue is counted twice.",
    "no_event_missing": "Every clean event of a published day is in FACT_SALES, or in "
    f"STG_SALES_REPEATS beside an earlier one of the {UNIQUE_WITHIN_DAYS} days before. A failure "
    "means that a sale has vanished.",
    "repeats": f"No event of the day was published on one of the {UNIQUE_WITHIN_DAYS} days before. "
    "Repeats are left out of FACT_SALES and stand in STG_SALES_REPEATS; they never hold a day. "
    "Warns with the files: one that was delivered twice repeats another as a whole.",
    "usual_volume": "The day has about as many sales as its weekday had in the "
    f"{WEEKS} weeks before. Warns, never holds a day; silent until there are {LEAST_WEEKS} such "
    "weeks. See whether files are missing, or were sent twice under new ids.",
    "usual_revenue": "The day's revenue in each currency is about what it was on its weekday in "
    f"the {WEEKS} weeks before. Warns, never holds a day; silent until there are {LEAST_WEEKS} "
    "such weeks. See whether amounts come in another unit or currency.",
    "restated": "The day's revenue in each currency is about what it was when the day became "
    "ECOM_RESTATED_AFTER_DAYS days old, within ECOM_RESTATED_LIMIT of it. Warns with the causes, "
    "never holds a day: figures that people may have used are others now.",
    **COLUMN_SCHEMA,
}


def fact_checks(partitions: dg.PartitionsDefinition) -> list[dg.AssetCheckSpec]:
    """The checks on `fact_sales`, for these event dates.

    They are answered at two places, because Dagster skips their step when the asset's step has held
    a day: see `assets/analytics.py`.
    """
    return day_checks(partitions, "fact_sales", CHECKS)


def build_fact_checks(
    partitions: dg.PartitionsDefinition, limits: Limits
) -> dg.AssetChecksDefinition:
    """The checks on `fact_sales` as a step of their own, so that they can be run alone."""

    def find(session: Session, _: LandingZone, days: EventDays, _run_id: str) -> Results:
        return fact_results(session, days, limits, compare_days(session, days), {})

    return checks_step("fact_sales_checks", fact_checks(partitions), find)


def fact_results(
    session: Session,
    days: EventDays,
    limits: Limits,
    facts: Mapping[date, Row],
    held: Mapping[date, str],
) -> Results:
    """What the checks on `fact_sales` find, with the `facts` of `compare_days`, and why days are
    held, where the caller knows."""
    totals = published_totals(session, days)
    wrong = by_day(
        session.run(
            "checks/exactly_once",
            window_start=days.first - timedelta(days=UNIQUE_WITHIN_DAYS),
            within_days=UNIQUE_WITHIN_DAYS,
            **days.bounds,
        )
    )
    changes = changes_by_day(session, days)
    repeats = grouped_by_day(session.run("checks/repeats_by_file", **days.bounds))
    return results_on(
        "fact_sales",
        {
            "matches_clean": {day: matches_clean(row, held.get(day)) for day, row in facts.items()},
            "unique_event_id": {day: unique_event_id(wrong.get(day)) for day in days.days},
            "no_event_missing": {day: no_event_missing(wrong.get(day)) for day in days.days},
            "repeats": {
                day: repeats_of_files(row, repeats.get(day, [])) for day, row in facts.items()
            },
            "usual_volume": {day: usual_volume(totals, day) for day in days.days},
            "usual_revenue": {day: usual_revenue(totals, day) for day in days.days},
            "restated": {day: restated(changes.get(day, []), day, limits) for day in days.days},
            "column_schema": column_schema(session.columns(), days, FACT_TABLE),
        },
    )


def compare_days(session: Session, days: EventDays) -> Mapping[date, Row]:
    """Per day, what FACT_SALES and clean staging hold, and what staging said of the day."""
    return by_day(
        session.run(
            "analytics/fact_by_day",
            window_start=days.first,
            **days.bounds,
            days=days_table(days.days),
        )
    )


def matches_clean(row: Row, held_for: str | None) -> DayResult:
    """Whether what is published of a day, by `compare_days`, equals clean staging; `held_for` says
    why the day was held, where that is known."""
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
        if row["decided_by"]:
            description += f"; published by decision of {harmless(row['decided_by'])}"
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
    """Whether no event of a day stands in FACT_SALES on an earlier day as well; `wrong` is of
    `checks/exactly_once`, None where nothing is."""
    return _none_wrong(
        wrong,
        "twice",
        f"events stand in FACT_SALES twice within {UNIQUE_WITHIN_DAYS} days",
        f"No event stands there twice within {UNIQUE_WITHIN_DAYS} days",
        "events that stand there twice",
    )


def no_event_missing(wrong: Row | None) -> DayResult:
    """Whether every clean event of a published day is accounted for; `wrong` as above."""
    return _none_wrong(
        wrong,
        "missing",
        "clean events are neither in FACT_SALES nor a repeat",
        "Every clean event is in FACT_SALES, or an earlier one with its event_id is",
        "events missing",
    )


def _none_wrong(wrong: Row | None, what: str, some: str, none: str, label: str) -> DayResult:
    count = wrong[what] if wrong else 0
    found = f"{count:,} {some}, first {wrong[f'first_{what}']}" if wrong and count else none
    return DayResult(passed=not count, description=found, metadata={label: count})


def repeats_of_files(row: Row, pairs: Sequence[Row]) -> DayResult:
    """Whether a day has no events that stand on an earlier day, by its row of `compare_days` and
    its pairs of files of `checks/repeats_by_file`."""
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
            "files": table(
                {"file": "string", "repeats": "string", "events": "int", "first line": "int"},
                [[pair[name] for name in PAIR] for pair in pairs[:FILES_SHOWN]],
            ),
        },
        warn_only=True,
    )
