"""`fact_sales`: the days of clean staging that passed their audit.

Write, audit, publish: staging is written first and audited there; only days that passed are
replaced here, in one transaction. Held days keep what they had, and a run that held one fails after
it has published the others, so that nobody takes it for a good one.
"""

import time
from collections.abc import Iterator, Mapping
from datetime import date
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
from ecom_assets.checks.analytics import compare_days, matches_clean
from ecom_assets.checks.per_day import report_days, report_summary
from ecom_assets.checks.rules import broken_rules, test_days
from ecom_assets.events import FACT_SALES
from ecom_assets.landing.zone import LandingZone
from ecom_assets.partitions import BACKFILL_POLICY, EventDays
from ecom_assets.warehouse.contract import Purpose, Row, Session, Warehouse
from ecom_assets.warehouse.expressions import days_table
from ecom_assets.warehouse.rows import by_day


def audit_days(
    session: Session, days: EventDays, *, late_days: int, reject_rate_error: Decimal
) -> Mapping[date, str]:
    """Why days must not be published, by day; the others may.

    Held is a day that staging has not judged or calls not publishable, and one whose clean rows
    break a rule.
    """
    judged = by_day(session.run("staging/quality_by_day", first_day=days.first, last_day=days.last))
    tests = test_days(session, days, late_days=late_days)
    held = {}
    for day in days.days:
        row = judged.get(day)
        if row is None:
            held[day] = "staging has not judged it"
        elif not row["publishable"]:
            held[day] = _why_held(row, reject_rate_error)
        elif broken := broken_rules(tests.get(day)):
            held[day] = f"clean rows break {', '.join(rule.name for rule in broken)}"
    return held


def _why_held(row: Row, reject_rate_error: Decimal) -> str:
    if row["reject_rows"] > row["raw_rows"] * reject_rate_error:
        return (
            f"{row['reject_rows']:,} of {row['raw_rows']:,} lines rejected, "
            f"more than {reject_rate_error:.0%}"
        )
    return "files are damaged or not whole in RAW (see the checks on raw_sales)"


def publish_days(session: Session, days: EventDays, held: Mapping[date, str]) -> None:
    """Replace the days of FACT_SALES that are not held by clean staging, all or nothing."""
    free = [day for day in days.days if day not in held]
    if not free:
        return
    with session.transaction():
        session.run(
            "analytics/publish",
            first_day=days.first,
            last_day=days.last,
            publishable_days=days_table(free),
        )


def build_fact_sales(
    partitions: dg.PartitionsDefinition,
    engine: str,
    *,
    late_days: int,
    reject_rate_error: Decimal,
    check: dg.AssetCheckSpec,
) -> dg.AssetsDefinition:
    """The asset `fact_sales`.

    Args:
        partitions: the event dates.
        engine: the warehouse's kind, for people.
        late_days: how many days after its event date an event may lie in a file.
        reject_rate_error: the reject rate above which staging holds a day.
        check: the check on the table, whose step Dagster skips when days are held.
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
        description="One row per sale event, from clean staging only.\n\nA day is published whole, "
        "after its audit. A bad day is held: it keeps what it had here and shows as failed, "
        "while the other days of the run are published.",
        metadata={
            **table_metadata("ANALYTICS.FACT_SALES", FACT_SALES, "one row per sale event"),
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
        with warehouse.session(purpose, context.log.info) as session:
            held = audit_days(
                session, days, late_days=late_days, reject_rate_error=reject_rate_error
            )
            publish_days(session, days, held)
            facts = compare_days(session, days)
            last = max((day for day in days.days if day not in held), default=days.last)
            shown = preview(session.run("analytics/preview_fact", day=last))
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
        # one, and as Dagster then skips the steps of the check and of the answers, what they tell
        # is told here.
        for day, metadata in published.items():
            yield dg.AssetMaterialization(
                "fact_sales", partition=day.isoformat(), metadata=metadata
            )
        results = {day: matches_clean(row, held.get(day)) for day, row in facts.items()}
        report_days(context, [check], {check.key: results})
        if not context.has_partition_key:
            report_summary(context, check, results)
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
