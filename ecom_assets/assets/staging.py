"""`stg_sales_clean` and `stg_sales_rejects`: one pass over RAW, every line to one of the two.

What becomes of a line is in `pipeline/stage.py`, what the rules are in `model/sales.py`; how they
are tested on the result is in `checks/`.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg

from ecom_assets.assets.links import sql_links
from ecom_assets.assets.tables import (
    OWNERS,
    lineage_metadata,
    preview_of_day,
    queries_metadata,
    sales_of_day,
    table_metadata,
)
from ecom_assets.model.limits import Limits
from ecom_assets.model.tables import CLEAN_TABLE, REJECTS_TABLE
from ecom_assets.partitions import BACKFILL_POLICY, EventDays
from ecom_assets.pipeline.audit import why_held
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.steps import RETRY_POLICY, step_session
from ecom_assets.warehouse.contract import Row, Warehouse
from ecom_assets.warehouse.rows import by_day


def build_staging(
    partitions: dg.PartitionsDefinition, engine: str, limits: Limits
) -> dg.AssetsDefinition:
    """The assets `stg_sales_clean` and `stg_sales_rejects`, made together, in a warehouse of this
    engine."""
    specs = _specs(partitions, engine, limits)

    @dg.multi_asset(
        name="stg_sales",
        specs=specs,
        backfill_policy=BACKFILL_POLICY,
        can_subset=False,
        retry_policy=RETRY_POLICY,
    )
    def stg_sales(
        context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
    ) -> Iterator[dg.MaterializeResult[Any]]:
        days = EventDays.of(context)
        start = time.monotonic()
        with step_session(context, warehouse, "stg_sales", days) as session:
            earlier = stage_days(
                session, days, limits, run_id=context.run.run_id, progress=context.log.info
            )
            first = min([*earlier, days.first])
            quality = by_day(
                session.run("staging/quality_by_day", first_day=first, last_day=days.last)
            )
            previews = {
                "stg_sales_clean": sales_of_day(session, CLEAN_TABLE, days.last),
                "stg_sales_rejects": session.run("staging/preview_rejects", day=days.last),
            }
            queries = queries_metadata(session.queries())
        seconds = {"seconds": round(time.monotonic() - start, 2)}
        _log(context, earlier, quality, seconds["seconds"])
        for asset, rows in previews.items():
            counts = {day: {**_counts(asset, quality[day]), **seconds} for day in quality}
            for day in earlier:
                if day >= limits.first_partition:  # else a later ECOM_START_DATE has left it behind
                    context.log_event(
                        dg.AssetMaterialization(asset, partition=str(day), metadata=counts[day])
                    )
            for day in days.days:
                context.add_asset_metadata(counts[day], asset_key=asset, partition_key=str(day))
            of_last_day = {
                "preview": _preview(rows, hide_values=limits.hide_values),
                **queries,
                **lineage_metadata(engine, f"staging.{asset}"),
            }
            context.add_asset_metadata(of_last_day, asset_key=asset, partition_key=str(days.last))
            yield dg.MaterializeResult(asset_key=asset)

    return stg_sales


def _specs(partitions: dg.PartitionsDefinition, engine: str, limits: Limits) -> list[dg.AssetSpec]:
    raw_sales = dg.AssetDep(
        "raw_sales",
        partition_mapping=dg.TimeWindowPartitionMapping(
            end_offset=limits.late_days, allow_nonexistent_upstream_partitions=True
        ),
    )
    links = sql_links(
        *(f"{engine}/types", f"{engine}/events", f"{engine}/items_of_lines"),
        *("staging/typed_lines", "staging/parse_lines", "staging/duplicates", "staging/split"),
    )
    clean = dg.AssetSpec(
        "stg_sales_clean",
        description="The events that break no rule, with typed fields and UTC times.",
        metadata=table_metadata(CLEAN_TABLE, "one row per event that breaks no rule"),
    )
    rejects = dg.AssetSpec(
        "stg_sales_rejects",
        description="The lines that break a rule, with every reason, the line itself, its file "
        "and line number.\n\nMaterializing staging again replays all lines from RAW: after a "
        "rule has changed, rejects become clean and the other way round.",
        metadata=table_metadata(REJECTS_TABLE, "one row per line that breaks a rule"),
    )
    return [
        spec.replace_attributes(
            deps=[raw_sales],
            group_name="staging",
            kinds={engine, "table"},
            owners=OWNERS,
            code_version=f"{limits.rules_version} {limits.version}",
            partitions_def=partitions,
            metadata={**spec.metadata, **links},
        )
        for spec in (clean, rejects)
    ]


def _log(
    context: dg.AssetExecutionContext,
    earlier: Sequence[date],
    quality: Mapping[date, Row],
    seconds: float,
) -> None:
    lines, other, clean, rejects = (
        sum(row[name] or 0 for row in quality.values())
        for name in ("raw_rows", "other_rows", "clean_rows", "reject_rows")
    )
    context.log.info(
        f"{lines:,} lines judged: {clean:,} clean, {rejects:,} rejects"
        + (f", {other:,} lines are no sales" if other else "")
        + f" ({seconds} s)"
    )
    if earlier:
        context.log.info(
            "Staged along, because events in these days' files belong to them: "
            f"{', '.join(map(str, earlier))}"
        )
    for day, row in quality.items():
        if not row["publishable"]:
            context.log.warning(f"{day} is held: {why_held(row)}")


def _preview(rows: Sequence[Row], *, hide_values: bool) -> dg.MetadataValue:
    if hide_values and "reasons" in (rows[0] if rows else {}):
        # the keys of a line, which a reject's reasons may name, are of its payload
        rows = [{**row, "reasons": row["reasons"].partition(", found: ")[0]} for row in rows]
    return preview_of_day(rows, hide_values=hide_values)


def _counts(asset: str, row: Row) -> dict[str, Any]:
    rows = row["clean_rows"] if asset == "stg_sales_clean" else row["reject_rows"]
    return {
        "dagster/partition_row_count": rows,
        "reject rate": round(float(row["reject_rate"]), 4),
        "publishable": row["publishable"],
        "raw rows": row["raw_rows"],
        "clean rows": row["clean_rows"],
        "reject rows": row["reject_rows"],
        "other lines": row["other_rows"],
        "replaced rows": row["replaced_rows"],
        "rows with rounded numbers": row["rounded_rows"],
        "rules version": row["rules_version"],
    }
