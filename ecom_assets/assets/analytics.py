"""`fact_sales`: the days of clean staging that passed their audit.

Write, audit, publish: staging is written first and audited there; only days that passed are
replaced here, in one transaction (`pipeline/publish.py`). Held days keep what they had, and a run
that held one fails after it has published the others, so that nobody takes it for a good one.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg

from ecom_assets.assets.answers import make_answers
from ecom_assets.assets.links import sql_links
from ecom_assets.assets.tables import (
    OWNERS,
    lineage_metadata,
    preview_of_day,
    queries_metadata,
    sales_of_day,
    table_metadata,
)
from ecom_assets.checks.analytics import compare_days, fact_checks, fact_results
from ecom_assets.checks.per_day import Results, report_days, summaries
from ecom_assets.landing.zone import LandingZone
from ecom_assets.model.limits import Limits
from ecom_assets.model.tables import FACT_TABLE
from ecom_assets.partitions import BACKFILL_POLICY, FRESHNESS_POLICY, EventDays, ranges
from ecom_assets.pipeline.publish import Published, publish_audited_days
from ecom_assets.steps import (
    RETRY_POLICY,
    fail_permanent_errors_at_once,
    mark_held,
    step_session,
)
from ecom_assets.warehouse.contract import Row, Session, Warehouse


def build_fact_sales(
    partitions: dg.PartitionsDefinition,
    engine: str,
    limits: Limits,
    show_digest: Callable[[dg.AssetExecutionContext, LandingZone, Warehouse], None],
) -> dg.AssetsDefinition:
    """The asset `fact_sales`, in a warehouse of this engine. Its step ends with the answers, the
    report and, by `show_digest`, the digest, whether days were held or not."""
    specs = fact_checks(partitions)

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
            **table_metadata(FACT_TABLE, "one row per sale event"),
            **sql_links("analytics/repeats", "analytics/publish"),
        },
    )
    def fact_sales(
        context: dg.AssetExecutionContext,
        landing: dg.ResourceParam[LandingZone],
        warehouse: dg.ResourceParam[Warehouse],
        reports: dg.ResourceParam[LandingZone],
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetMaterialization]:
        def make_what_follows() -> None:
            make_answers(context, warehouse, reports, engine, limits)
            show_digest(context, landing, warehouse)

        days = EventDays.of(context)
        start = time.monotonic()
        with step_session(context, warehouse, "fact_sales", days) as session:
            published = publish_audited_days(
                session,
                days,
                limits,
                log=context.log.warning,
                run_id=context.run.run_id,
                progress=context.log.info,
            )
            held = {day: why for day, why in published.audit.held.items() if day >= days.first}
            _tell_other_days(context, session, days, published, limits, specs)
            facts = compare_days(session, days)
            last = max((day for day in days.days if day not in held), default=days.last)
            rows = sales_of_day(session, FACT_TABLE, last)
            shown = preview_of_day(rows, hide_values=limits.hide_values)
            if held:
                results = fact_results(session, days, limits, facts, held)
            queries = queries_metadata(session.queries())
        seconds = {"seconds": round(time.monotonic() - start, 2)}
        sold = sum(row["fact_rows"] for day, row in facts.items() if day not in held)
        context.log.info(
            f"{days}: {days.count - len(held)} of {days.count} days published, with {sold:,} sales "
            f"({seconds['seconds']} s)"
        )
        told: dict[date, dict[str, Any]] = {
            day: {**_counts(row), **seconds} for day, row in facts.items() if day not in held
        }
        if last in told:
            lineage = lineage_metadata(engine, "analytics.fact_sales")
            told[last].update({"preview": shown, **queries, **lineage})
        if not held:
            for day, metadata in told.items():
                context.add_asset_metadata(metadata, partition_key=day.isoformat())
            yield dg.MaterializeResult()
            with fail_permanent_errors_at_once("The days are published. "):
                try:
                    make_what_follows()
                except Exception:
                    with step_session(context, warehouse, "fact_sales", days) as session:
                        results = fact_results(session, days, limits, facts, {})
                    _tell_checks(context, specs, results)
                    raise
            return
        # An output would stand for all days of the run. So the published ones are reported one by
        # one.
        for day, metadata in told.items():
            yield dg.AssetMaterialization("fact_sales", partition=str(day), metadata=metadata)
        _tell_checks(context, specs, results)
        mark_held(context.instance, context.run.run_id, held)
        try:
            make_what_follows()
        except Exception:  # it must not hide that days are held
            context.log.exception("The answers and the report could not be made.")
        raise dg.Failure(_held_days(held, days, len(told)), allow_retries=False)

    return fact_sales


def _tell_checks(
    context: dg.AssetExecutionContext, specs: Sequence[dg.AssetCheckSpec], results: Results
) -> None:
    """Tell what the checks find, for Dagster skips their step after one that fails."""
    report_days(context, specs, results)
    if not context.has_partition_key:
        for evaluation in summaries(specs, results):
            context.log_event(evaluation)


def _held_days(held: Mapping[date, str], days: EventDays, published: int) -> str:
    """What the run's error says of the days that it held: which, why, and what to do."""
    reasons = "; ".join(f"{day}: {why}" for day, why in held.items())
    return (
        f"{len(held)} of {days.count} days held, {published} published. {reasons}. FACT_SALES "
        "keeps what it had of the held days. What to do: docs/runbook.md, “A day is held”."
    )


def _tell_other_days(
    context: dg.AssetExecutionContext,
    session: Session,
    days: EventDays,
    published: Published,
    limits: Limits,
    specs: Sequence[dg.AssetCheckSpec],
) -> None:
    """Tell Dagster of days outside of the run: those before it that were published along or held,
    and those of which rows have changed sides; and of all what the checks find. A held one is no
    reason for this run to fail: it keeps what it had, and its own check says so."""
    held = published.audit.held
    along = [day for day in published.audit.days if day < days.first]
    for day in published.moved:
        if day in held:
            context.log.warning(f"{day} is held; events of it now stand on an earlier day.")
    own = set(days.days)
    other = [d for d in sorted({*along, *published.moved} - own) if d >= limits.first_partition]
    for around in ranges(other):
        facts = compare_days(session, around)
        for day in around.days:
            if day in held:
                context.log.warning(f"{day} stays in FACT_SALES as it was: {held[day]}")
                continue
            why = (
                "events in this run's files belong to it"
                if day in along
                else "events repeat those of other days, or no longer do"
            )
            context.log.info(f"{day} is published anew: {why}.")
            told = _counts(facts[day])
            context.log_event(
                dg.AssetMaterialization("fact_sales", partition=str(day), metadata=told)
            )
        report_days(context, specs, fact_results(session, around, limits, facts, held))


def _counts(row: Row) -> dict[str, Any]:
    return {"dagster/partition_row_count": row["fact_rows"], "repeats": row["repeat_rows"]}
