"""`stg_sales_clean` and `stg_sales_rejects`: one pass over RAW, every line to one of the two.

What becomes of a line is in `pipeline/stage.py`, what the rules are in `model/sales.py`; how they
are tested on the result is in `checks/`.
"""

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg

from ecom_assets.assets.links import sql_links
from ecom_assets.assets.tables import (
    OWNERS,
    lineage_metadata,
    preview,
    queries_metadata,
    table_metadata,
)
from ecom_assets.model import sales
from ecom_assets.model.limits import Limits
from ecom_assets.model.tables import CLEAN_TABLE, REJECTS_TABLE
from ecom_assets.partitions import BACKFILL_POLICY, EventDays
from ecom_assets.pipeline.audit import why_held
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.steps import RETRY_POLICY, mistakes_are_final
from ecom_assets.warehouse.contract import Purpose, Row, Warehouse
from ecom_assets.warehouse.rows import by_day


def build_staging(
    partitions: dg.PartitionsDefinition,
    engine: str,
    limits: Limits,
) -> dg.AssetsDefinition:
    """The assets `stg_sales_clean` and `stg_sales_rejects`, made together.

    Args:
        partitions: the event dates.
        engine: the warehouse's kind, for people.
        limits: what lines and days are held against.
    """
    raw_sales = dg.AssetDep(
        "raw_sales",
        partition_mapping=dg.TimeWindowPartitionMapping(
            end_offset=limits.late_days, allow_nonexistent_upstream_partitions=True
        ),
    )
    shared: dict[str, Any] = {
        "deps": [raw_sales],
        "group_name": "staging",
        "kinds": {engine, "table"},
        "owners": OWNERS,
        "code_version": f"{sales.SALES.version} {limits.version}",
        "partitions_def": partitions,
    }
    links = sql_links(
        f"{engine}/types", f"{engine}/parse_lines", "staging/duplicates", "staging/split"
    )
    clean = dg.AssetSpec(
        "stg_sales_clean",
        description="The events that break no rule, with typed fields and UTC times.",
        metadata={
            **table_metadata(CLEAN_TABLE, "one row per event that breaks no rule"),
            **links,
        },
        **shared,
    )
    rejects = dg.AssetSpec(
        "stg_sales_rejects",
        description="The lines that break a rule, with every reason, the line itself, its file "
        "and line number.\n\nMaterializing staging again replays all lines from RAW: after a "
        "rule has changed, rejects become clean and the other way round.",
        metadata={
            **table_metadata(REJECTS_TABLE, "one row per line that breaks a rule"),
            **links,
        },
        **shared,
    )

    @dg.multi_asset(
        name="stg_sales",
        specs=[clean, rejects],
        backfill_policy=BACKFILL_POLICY,
        can_subset=False,
        retry_policy=RETRY_POLICY,
    )
    def stg_sales(
        context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
    ) -> Iterator[dg.MaterializeResult[Any]]:
        days = EventDays.of(context)
        start = time.monotonic()
        purpose = Purpose("stg_sales", context.run.run_id, days.first, days.last)
        with mistakes_are_final(), warehouse.session(purpose, context.log.info) as session:
            earlier = stage_days(session, days, limits, run_id=context.run.run_id)
            quality = by_day(
                session.run(
                    "staging/quality_by_day",
                    first_day=min([*earlier, days.first]),
                    last_day=days.last,
                )
            )
            previews = {
                "stg_sales_clean": session.run("staging/preview_clean", day=days.last),
                "stg_sales_rejects": session.run("staging/preview_rejects", day=days.last),
            }
            queries = queries_metadata(session.queries())
        if limits.hide_values:
            rejects_shown = previews["stg_sales_rejects"]
            previews["stg_sales_rejects"] = [_without_keys(row) for row in rejects_shown]
        judged = [*earlier, *days.days]
        held = [day for day in judged if not quality[day]["publishable"]]
        if earlier:
            context.log.info(
                "Staged along, because events in these days' files belong to them: "
                f"{', '.join(map(str, earlier))}"
            )
        for day in held:
            context.log.error(f"{day} is held: {why_held(quality[day])}")
        seconds = {"seconds": round(time.monotonic() - start, 2)}
        for asset, rows in previews.items():
            counts = {day: {**_counts(asset, quality[day]), **seconds} for day in judged}
            for day in earlier:
                if day < limits.first_partition:
                    continue  # a later ECOM_START_DATE has left it behind
                context.log_event(
                    dg.AssetMaterialization(asset, partition=str(day), metadata=counts[day])
                )
            for day in days.days:
                context.add_asset_metadata(counts[day], asset_key=asset, partition_key=str(day))
            context.add_asset_metadata(
                {
                    "preview": preview(rows, hide_values=limits.hide_values),
                    **queries,
                    **lineage_metadata(engine, f"staging.{asset}"),
                },
                asset_key=asset,
                partition_key=str(days.last),
            )
            yield dg.MaterializeResult(asset_key=asset)

    return stg_sales


def _without_keys(row: Row) -> Row:
    """A reject without the keys that its reasons may name."""
    return {**row, "reasons": row["reasons"].partition(", found: ")[0]}


def _counts(asset: str, row: Row) -> dict[str, Any]:
    rows = row["clean_rows"] if asset == "stg_sales_clean" else row["reject_rows"]
    return {
        "dagster/partition_row_count": rows,
        "reject rate": round(float(row["reject_rate"]), 4),
        "publishable": row["publishable"],
        "raw rows": row["raw_rows"],
        "clean rows": row["clean_rows"],
        "reject rows": row["reject_rows"],
        "rows with rounded numbers": row["rounded_rows"],
        "rules version": row["rules_version"],
    }
