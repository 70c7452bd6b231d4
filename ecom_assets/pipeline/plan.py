"""The plan: what would be different if days were replayed from RAW as code and settings are now.

It is no second judgement: staging and publishing themselves are run, on temporary copies of their
tables (`Session.rehearsal`), and the copies are compared with the tables. So it says to the row and
the cent what the replay then does, and writes nothing that stays.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ecom_assets.model.limits import MOST_LATE_DAYS, Limits
from ecom_assets.model.sales import UNIQUE_WITHIN_DAYS
from ecom_assets.model.tables import (
    CLEAN_TABLE,
    FACT_TABLE,
    REJECTS_TABLE,
    REPEATS_TABLE,
    compared_columns,
    copies,
)
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.audit import Audit, quality_of, why_held
from ecom_assets.pipeline.planned import Plan
from ecom_assets.pipeline.publish import publish_audited_days, staged_along
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.warehouse.contract import Log, Row, Session, WarehouseBusy, WarehouseError
from ecom_assets.warehouse.expressions import days_table

TRIES = 3
"""A plan whose days another run writes meanwhile is made anew this often."""
SAMPLED = 3
"""Sales shown of each kind of change and reason."""
VALUE_LENGTH = 80
"""Characters shown of a value."""

REACH = timedelta(days=2 * MOST_LATE_DAYS + UNIQUE_WITHIN_DAYS)
"""How far around the days of a run its steps look, at most: for late events of days that were
staged along for late events, and for repeats."""
STAGED = (CLEAN_TABLE, REJECTS_TABLE)
"""Replaced by staging, whatever they hold of its days."""
PUBLISHED = (FACT_TABLE, REPEATS_TABLE)
"""Read and written by publishing alone."""


def days_to_plan(session: Session, named: EventDays | None, limits: Limits) -> EventDays:
    """The days that somebody has named, or else all that staging has judged.

    Raises:
        WarehouseError: it has judged none of them.
    """
    asked = named or EventDays(limits.first_partition, date.max)
    (row,) = session.run("plan/staged_days", **asked.bounds)
    if row["first_day"] is None:
        which = named or f"from {limits.first_partition} on"
        raise WarehouseError(
            f"Staging has judged no day yet ({which}), so there is nothing to compare with: "
            "materialize the days first."
        )
    return named or EventDays(row["first_day"], row["last_day"])


def plan_days(session: Session, days: EventDays, limits: Limits, *, log: Log) -> Plan:
    """What would be different if these days were staged and published again.

    Called outside a transaction; nothing but temporary tables is written, and no turn taken. `log`
    is told when another run has written meanwhile, so that the plan is made anew.

    Raises:
        WarehouseBusy: other runs kept writing.
    """
    around = EventDays(days.first - REACH, days.last + REACH)
    before = session.run("plan/state", **around.bounds)
    for _ in range(TRIES):
        plan = _plan(session, days, around, limits, log)
        after = session.run("plan/state", **around.bounds)
        if after == before:
            return plan
        before = after
        log("Another run has written while the plan was made. Making it anew.")
    raise WarehouseBusy(
        f"Other runs kept writing days around {days} while the plan was made: make it again when "
        "they are done."
    )


def _plan(session: Session, days: EventDays, around: EventDays, limits: Limits, log: Log) -> Plan:
    one_day = timedelta(days=1)
    session.run("plan/temporary")
    _copy(session, copies().keys() - {*STAGED, *PUBLISHED}, around)
    # of its own days staging replaces whatever is there
    first = min([days.first, *staged_along(session, days)])
    _copy(session, STAGED, EventDays(first, days.first - one_day))
    start = time.monotonic()
    with session.rehearsal():
        earlier = stage_days(session, days, limits, run_id="plan")
        staged = time.monotonic()
        first = min([days.first, *earlier, *staged_along(session, days)])
    reach = timedelta(days=UNIQUE_WITHIN_DAYS)
    window = EventDays(first - reach, days.last + reach)
    _copy(session, PUBLISHED, window)
    start_again = time.monotonic()
    with session.rehearsal():
        audit = publish_audited_days(session, days, limits, log=log, run_id="plan").audit
    published = time.monotonic()
    anew = [*earlier, *days.days]
    of_days = {"first_day": anew[0], "last_day": anew[-1]}
    session.run("plan/changes", **of_days, days=days_table(anew))
    return Plan(
        days,
        lines=session.run("plan/lines"),
        sales=session.run(
            "plan/sales", **days.bounds, window_start=window.first, window_end=window.last
        ),
        held=_held(session, audit, EventDays(first, days.last)),
        warnings=session.run("plan/warnings", **of_days),
        samples=_samples(session, of_days, hide_values=limits.hide_values),
        stage_seconds=round(staged - start, 2),
        publish_seconds=round(published - start_again, 2),
        bytes_scanned=session.bytes_scanned(),
    )


def _copy(session: Session, tables: Iterable[str], days: EventDays) -> None:
    from sqlglot import exp

    for name in sorted(tables):
        session.run(
            "plan/copy",
            copy_name=exp.to_table(copies()[name]),
            table_name=exp.to_table(name),
            **days.bounds,
        )


def _held(session: Session, audit: Audit, days: EventDays) -> Sequence[Row]:
    """Of each audited day that is held or would be, why. Before is what staging said of it."""
    quality = quality_of(session, days)
    rows = []
    for day in sorted(audit.days):
        row = quality.get(day)
        before = None if row is None or row["publishable"] else why_held(row)
        after = audit.held.get(day)
        if before or after:
            rows.append({"event_date": day, "why_before": before, "why_after": after})
    return rows


def _samples(session: Session, of_days: Mapping[str, date], *, hide_values: bool) -> Sequence[Row]:
    """The sampled sales, each with its values before and after as text."""
    asked = {**of_days, "per_change": SAMPLED}
    samples = session.run("plan/samples", **asked, max_length=VALUE_LENGTH)
    if hide_values:
        return [{**row, "value_before": None, "value_after": None} for row in samples]
    events: dict[Any, list[Row]] = {}
    for row in session.run("plan/sampled_events", **asked):
        events.setdefault(_place(row), []).append(row)
    return [
        {**row, **_differences(*events[_place(row)])} if row["change"] == "other_values" else row
        for row in samples
    ]


def _place(row: Row) -> tuple[Any, ...]:
    names = ("event_date", "source_filename", "source_row_number", "source_item_number")
    return tuple(row[name] for name in names)


def _differences(before: Row, after: Row) -> Mapping[str, str]:
    names = [c.name for c in compared_columns() if before[c.name] != after[c.name]]
    return {
        f"value_{when}": ", ".join(f"{name} {row[name]}"[:VALUE_LENGTH] for name in names)
        for when, row in (("before", before), ("after", after))
    }
