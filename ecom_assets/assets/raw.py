"""`raw_sales`: every line of every file, loaded once per version of the file.

What is right or wrong with a line is decided in staging; nothing is dropped here.
"""

import time
from collections.abc import Mapping
from datetime import date
from typing import Any

import dagster as dg

from ecom_assets.assets.links import sql_links
from ecom_assets.assets.tables import OWNERS, preview_of_day, queries_metadata, table_metadata
from ecom_assets.checks.raw import count_rows
from ecom_assets.erasure import see_forgotten
from ecom_assets.landing.zone import LandingZone
from ecom_assets.model.limits import Limits, VanishedFiles
from ecom_assets.model.tables import RAW_TABLE
from ecom_assets.partitions import BACKFILL_POLICY, EventDays
from ecom_assets.pipeline.load import RawLoad, load_new_files
from ecom_assets.steps import RETRY_POLICY, step_session
from ecom_assets.warehouse.contract import LoadedFile, Row, Warehouse


def build_raw_sales(
    partitions: dg.PartitionsDefinition,
    engine: str,
    limits: Limits,
    *,
    keep_or_drop: VanishedFiles,
) -> dg.AssetsDefinition:
    """The asset `raw_sales`, in a warehouse of this engine.

    `keep_or_drop` says whether the rows of files that are no longer there count.
    """

    @dg.asset(
        name="raw_sales",
        deps=["sales_files"],
        partitions_def=partitions,
        backfill_policy=BACKFILL_POLICY,
        group_name="raw",
        kinds={engine, "table"},
        owners=OWNERS,
        retry_policy=RETRY_POLICY,
        description="Every line ever loaded, as it came: JSON where it is JSON, else its text. "
        "Append-only.\n\nThe ledger `RAW.RAW_SALES_FILES` says which version of a file is "
        "current, so a rewritten file replaces its rows and the old ones stay for audit.",
        metadata={
            **table_metadata(RAW_TABLE, "one row per line of a file version"),
            **sql_links(f"{engine}/load_lines", "raw/record_load"),
        },
    )
    def raw_sales(
        context: dg.AssetExecutionContext,
        landing: dg.ResourceParam[LandingZone],
        warehouse: dg.ResourceParam[Warehouse],
    ) -> dg.MaterializeResult[Any]:
        days = EventDays.of(context)
        start = time.monotonic()
        with step_session(context, warehouse, "raw_sales", days) as session:
            see_forgotten(context.instance, session, limits, log=context.log.warning)
            load = load_new_files(
                session,
                landing,
                days,
                run_id=context.run.run_id,
                log=context.log.warning,
                progress=context.log.info,
                keep_or_drop=keep_or_drop,
            )
            counts = count_rows(session, days)
            rows = session.run("raw/preview", day=days.last)
            queries = queries_metadata(session.queries())
        for file in load.loaded:
            if file.problem:
                context.log.error(f"{file.problem}: none of its lines were loaded")
        for row in load.dropped:
            context.log.warning(
                f"{row['source_filename']} is no longer there: its {row['row_count'] or 0:,} lines "
                "do not count any more (ECOM_VANISHED_FILES=drop)"
            )
        seconds = {"seconds": round(time.monotonic() - start, 2)}
        lines = sum(file.row_count or 0 for file in load.loaded)
        context.log.info(
            f"{days}: {len(load.loaded):,} files new or rewritten, {lines:,} lines loaded; RAW has "
            f"{sum(row['raw_rows'] for row in counts.values()):,} ({seconds['seconds']} s)"
        )
        for day, metadata in _metadata_by_day(load, counts).items():
            context.add_asset_metadata({**metadata, **seconds}, partition_key=day.isoformat())
        context.add_asset_metadata(
            {"preview": preview_of_day(rows, hide_values=limits.hide_values), **queries},
            partition_key=days.last.isoformat(),
        )
        return dg.MaterializeResult()

    return raw_sales


def _metadata_by_day(load: RawLoad, counts: Mapping[date, Row]) -> Mapping[date, Mapping[str, int]]:
    loaded: dict[date, list[LoadedFile]] = {day: [] for day in counts}
    for file in load.loaded:
        loaded[file.file.day].append(file)
    return {
        day: {
            "dagster/partition_row_count": row["raw_rows"],
            "files": row["files"],
            "files loaded": len(loaded[day]),
            "lines loaded": sum(file.row_count or 0 for file in loaded[day]),
            "files dropped": sum(row["batch_date"] == day for row in load.dropped),
            "files damaged": row["files"] - row["files_read"],
        }
        for day, row in counts.items()
    }
