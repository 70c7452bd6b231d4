"""`fact_sales`: the days of clean staging that passed their audit.

Write, audit, publish: staging is written first and audited there; only days that passed are
replaced here, in one transaction. Held days keep what they had, and a run that held one fails after
it has published the others, so that nobody takes it for a good one.

Staging may have moved rows of days shortly after those of the run (`assets/staging.py`). Where such
a day is published, it is audited and published again in the same transaction.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import dagster as dg

from ecom_assets.assets.answers import make_answers
from ecom_assets.assets.links import sql_links
from ecom_assets.assets.tables import (
    OWNERS,
    lineage_metadata,
    preview,
    queries_metadata,
    table_metadata,
)
from ecom_assets.checks.analytics import FactChecks, compare_days
from ecom_assets.checks.audit import Audit, audit_days, staged_at
from ecom_assets.checks.per_day import report_days, report_summary
from ecom_assets.events import FACT_SALES, FACT_TABLE
from ecom_assets.landing.zone import LandingZone
from ecom_assets.partitions import BACKFILL_POLICY, FRESHNESS_POLICY, EventDays, ranges
from ecom_assets.rules import UNIQUE_WITHIN_DAYS
from ecom_assets.steps import RETRY_POLICY, mark_held, mistakes_are_final
from ecom_assets.warehouse.contract import Log, Purpose, Session, Warehouse
from ecom_assets.warehouse.expressions import days_table

TRIES = 3
"""Days that another run stages while they are audited are audited again this often."""


class StagingChanged(Exception):
    """Another run has staged days between their audit and their publication."""


def publish_audited_days(
    session: Session, days: EventDays, *, late_days: int, reject_rate_error: Decimal, log: Log
) -> Audit:
    """Publish the days that pass their audit; and anew, those shortly after them that are published
    but not as staging has them now.

    Args:
        session: to the warehouse, outside a transaction.
        days: which days.
        late_days: how many days after its event date an event may lie in a file.
        reject_rate_error: the reject rate above which staging holds a day.
        log: told when days have to be audited again.

    Returns: the audit of all these days; those that it does not hold are published.

    Raises:
        StagingChanged: other runs kept staging these days.
    """
    for attempt in range(1, TRIES + 1):
        try:
            # in staging's turn, so that no other run stages between audit and publication
            with session.transaction("staging"):
                audit = Audit([], {}, {})
                for some in (days, *ranges(_outdated_after(session, days))):
                    audit += audit_days(
                        session, some, late_days=late_days, reject_rate_error=reject_rate_error
                    )
                publish_days(session, audit)
        except StagingChanged as error:
            if attempt == TRIES:
                raise
            log(f"{error} Auditing them again.")
        else:
            return audit
    raise AssertionError("the loop above returns or raises")


def _outdated_after(session: Session, days: EventDays) -> Sequence[date]:
    rows = session.run(
        "analytics/outdated_days",
        first_day=days.last + timedelta(days=1),
        last_day=days.last + timedelta(days=UNIQUE_WITHIN_DAYS),
    )
    return [row["event_date"] for row in rows]


def publish_days(session: Session, audit: Audit) -> None:
    """Replace the audited days of FACT_SALES that are not held by clean staging, in a transaction.

    Raises:
        StagingChanged: what would be published is not what was audited; nothing must be kept.
    """
    free = [day for day in audit.days if day not in audit.held]
    if not free:
        return
    days = EventDays(min(free), max(free))
    session.run(
        "analytics/publish",
        first_day=days.first,
        last_day=days.last,
        publishable_days=days_table(free),
    )
    # A day's rows and its line in SALES_QUALITY are committed together. So when that line is still
    # the audited one after the rows were read, the rows are the audited ones, whoever may have
    # written without waiting for a turn.
    now = staged_at(session, days)
    changed = [day for day in free if now.get(day) != audit.staged_at.get(day)]
    if changed:
        raise StagingChanged(
            f"{len(changed)} days, {changed[0]} among them, were staged by another run while "
            "they were audited."
        )


def build_fact_sales(
    partitions: dg.PartitionsDefinition,
    engine: str,
    *,
    late_days: int,
    reject_rate_error: Decimal,
    hide_values: bool,
    checks: FactChecks,
) -> dg.AssetsDefinition:
    """The asset `fact_sales`.

    Args:
        partitions: the event dates.
        engine: the warehouse's kind, for people.
        late_days: how many days after its event date an event may lie in a file.
        reject_rate_error: the reject rate above which staging holds a day.
        hide_values: leave payload values out of previews.
        checks: the checks on the table, whose step Dagster skips when days are held.
    """

    @dg.asset(
        name="fact_sales",
        deps=["stg_sales_clean", "stg_sales_rejects"],
        partitions_def=partitions,
        backfill_policy=BACKFILL_POLICY,
        group_name="analytics",
        kinds={engine, "table"},
        owners=OWNERS,
        output_required=False,
        retry_policy=RETRY_POLICY,
        freshness_policy=FRESHNESS_POLICY,
        description="One row per sale event, from clean staging only.\n\nA day is published whole, "
        "after its audit. A bad day is held: it keeps what it had here and shows as failed, "
        "while the other days of the run are published.",
        metadata={
            **table_metadata(FACT_TABLE, FACT_SALES, "one row per sale event"),
            **sql_links("analytics/publish"),
        },
    )
    def fact_sales(
        context: dg.AssetExecutionContext,
        warehouse: dg.ResourceParam[Warehouse],
        reports: dg.ResourceParam[LandingZone],
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetMaterialization]:
        days = EventDays.of(context)
        start = time.monotonic()
        purpose = Purpose("fact_sales", context.run.run_id, days.first, days.last)
        with mistakes_are_final(), warehouse.session(purpose, context.log.info) as session:
            audit = publish_audited_days(
                session,
                days,
                late_days=late_days,
                reject_rate_error=reject_rate_error,
                log=context.log.warning,
            )
            held = {day: why for day, why in audit.held.items() if day <= days.last}
            _tell_later_days(context, session, days, audit, checks)
            facts = compare_days(session, days)
            last = max((day for day in days.days if day not in held), default=days.last)
            shown = preview(
                session.run("analytics/preview_fact", day=last), hide_values=hide_values
            )
            if held:
                results = checks.results(session, days, facts, held)
            queries = queries_metadata(session.queries())
        seconds = {"seconds": round(time.monotonic() - start, 2)}
        published: dict[date, dict[str, Any]] = {
            day: {"dagster/partition_row_count": row["fact_rows"], **seconds}
            for day, row in facts.items()
            if day not in held
        }
        if last in published:
            lineage = lineage_metadata(engine, "analytics.fact_sales")
            published[last].update({"preview": shown, **queries, **lineage})
        if not held:
            for day, metadata in published.items():
                context.add_asset_metadata(metadata, partition_key=day.isoformat())
            yield dg.MaterializeResult()
            return
        # An output would stand for all days of the run. So the published ones are reported one by
        # one, and as Dagster then skips the steps of the checks and of the answers, what they tell
        # is told here.
        for day, metadata in published.items():
            yield dg.AssetMaterialization(
                "fact_sales", partition=day.isoformat(), metadata=metadata
            )
        report_days(context, checks.specs, results)
        if not context.has_partition_key:
            for spec in checks.specs:
                report_summary(context, spec, results[spec.key])
        mark_held(context.instance, context.run.run_id, held)
        try:
            for asset, told in make_answers(context, warehouse, reports, engine).items():
                context.log_event(dg.AssetMaterialization(asset, metadata=told))
        except Exception:  # it must not hide that days are held
            context.log.exception("The answers and the report could not be made.")
        reasons = "; ".join(f"{day}: {why}" for day, why in held.items())
        raise dg.Failure(
            f"{len(held)} of {days.count} days held, {len(published)} published. FACT_SALES keeps "
            f"what it had of the held days. {reasons}",
            allow_retries=False,
        )

    return fact_sales


def _tell_later_days(
    context: dg.AssetExecutionContext,
    session: Session,
    days: EventDays,
    audit: Audit,
    checks: FactChecks,
) -> None:
    """Tell Dagster of days after those of the run that were to be published anew: of those that
    were, and of all what the checks find. A held one is no reason for this run to fail: it keeps
    what it had, and its own check says so."""
    later = [day for day in audit.days if day > days.last]
    if not later:
        return
    around = EventDays(later[0], later[-1])
    facts = compare_days(session, around)
    found = checks.results(session, around, facts, audit.held)
    for day in later:
        if day in audit.held:
            context.log.warning(f"{day} stays in FACT_SALES as it was: {audit.held[day]}")
            continue
        context.log.info(f"{day} is published anew: its rows in clean staging have changed.")
        rows = {"dagster/partition_row_count": facts[day]["fact_rows"]}
        context.log_event(
            dg.AssetMaterialization("fact_sales", partition=day.isoformat(), metadata=rows)
        )
    results = {key: {day: by_day[day] for day in later} for key, by_day in found.items()}
    report_days(context, checks.specs, results)
