"""`stg_sales_clean` and `stg_sales_rejects`: one pass over RAW, every line to one of the two.

What the rules are is in `rules.py`; how they are tested on the result is in `checks/`.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import dagster as dg

from ecom_assets.assets.links import sql_links
from ecom_assets.assets.tables import (
    OWNERS,
    lineage_metadata,
    now,
    preview,
    queries_metadata,
    table_metadata,
)
from ecom_assets.events import CLEAN_TABLE, REJECTS_TABLE, STG_SALES_CLEAN, STG_SALES_REJECTS
from ecom_assets.partitions import BACKFILL_POLICY, EventDays
from ecom_assets.rules import UNIQUE_WITHIN_DAYS, rules_version
from ecom_assets.steps import RETRY_POLICY, mistakes_are_final
from ecom_assets.warehouse import expressions
from ecom_assets.warehouse.contract import Purpose, Row, Session, Warehouse
from ecom_assets.warehouse.rows import by_day


def split_days(
    session: Session, days: EventDays, *, late_days: int, reject_rate_error: Decimal, run_id: str
) -> Sequence[Row]:
    """Judge the lines of these days by the rules and replace the days in staging, all or nothing.

    An event that these days have now, or have no longer, decides whether a row of a later day is
    its repeat. Such rows move between clean and rejects in the same transaction.

    Args:
        session: to the warehouse, outside a transaction.
        days: which days to replace.
        late_days: how many days after its event date an event may lie in a file.
        reject_rate_error: the reject rate above which a day is not publishable.
        run_id: which run judged.

    Returns: of each later day of which rows have moved, how many: `event_date`, `to_rejects`,
        `to_clean`.
    """
    first_and_last = {"first_day": days.first, "last_day": days.last}
    judged_by = {"rules_version": rules_version(), "run_id": run_id}
    session.run("staging/temporary")
    # RAW and the days around are read in here as well, so that of two runs the later one goes by
    # what the earlier one has left
    with session.transaction("staging"):
        session.parse_lines(days.first, days.last, late_days=late_days)
        moved = _find_repeats(session, days, late_days=late_days)
        moved_days = [row["event_date"] for row in moved]
        moved_last = max(moved_days, default=days.last)
        last_batch_day = moved_last + timedelta(days=late_days)
        if moved:
            session.run("staging/take_out", moved_first=min(moved_days), moved_last=moved_last)
        session.run(
            "staging/split",
            **first_and_last,
            **judged_by,
            last_batch_day=last_batch_day,
            broken=expressions.any_broken(),
            first_reason=expressions.first_reason(),
            all_reasons=expressions.all_reasons(),
        )
        session.run(
            "staging/quality",
            **first_and_last,
            **judged_by,
            moved_last=moved_last,
            last_batch_day=last_batch_day,
            late_days=late_days,
            days=expressions.days_table([*days.days, *moved_days]),
            rules=expressions.rules_table(),
            reject_rate_error=reject_rate_error,
            evaluated_at=now(),
        )
    return moved


def _find_repeats(session: Session, days: EventDays, *, late_days: int) -> Sequence[Row]:
    """Find the repeats among the parsed lines, and add the rows of later days that move to them.

    Returns: as `split_days`.
    """
    window_start = days.first - timedelta(days=UNIQUE_WITHIN_DAYS)
    window_end = days.last + timedelta(days=UNIQUE_WITHIN_DAYS)
    broken_otherwise = expressions.broken_otherwise()
    session.find_rejected_repeats(window_start, window_end)
    later = session.run(
        "staging/repeats",
        first_day=days.first,
        last_day=days.last,
        window_start=window_start,
        window_end=window_end,
        within_days=UNIQUE_WITHIN_DAYS,
        broken_otherwise=broken_otherwise,
    )
    if not later:
        return []
    session.parse_again(later[0]["event_date"], later[-1]["event_date"], late_days=late_days)
    return session.run("staging/move", last_day=days.last, broken_otherwise=broken_otherwise)


def build_staging(
    partitions: dg.PartitionsDefinition,
    engine: str,
    *,
    late_days: int,
    reject_rate_error: Decimal,
    hide_values: bool,
) -> dg.AssetsDefinition:
    """The assets `stg_sales_clean` and `stg_sales_rejects`, made together.

    Args:
        partitions: the event dates.
        engine: the warehouse's kind, for people.
        late_days: how many days after its event date an event may lie in a file.
        reject_rate_error: the reject rate above which a day is held.
        hide_values: leave payload values out of previews.
    """
    raw_sales = dg.AssetDep(
        "raw_sales",
        partition_mapping=dg.TimeWindowPartitionMapping(
            end_offset=late_days, allow_nonexistent_upstream_partitions=True
        ),
    )
    shared: dict[str, Any] = {
        "deps": [raw_sales],
        "group_name": "staging",
        "kinds": {engine, "table"},
        "owners": OWNERS,
        "code_version": rules_version(),
        "partitions_def": partitions,
    }
    links = sql_links(f"{engine}/parse_lines", "staging/repeats", "staging/move", "staging/split")
    clean = dg.AssetSpec(
        "stg_sales_clean",
        description="The events that break no rule, with typed fields and UTC times.",
        metadata={
            **table_metadata(CLEAN_TABLE, STG_SALES_CLEAN, "one row per event that breaks no rule"),
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
            **table_metadata(
                REJECTS_TABLE,
                STG_SALES_REJECTS,
                "one row per line that breaks a rule",
            ),
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
            moved = split_days(
                session,
                days,
                late_days=late_days,
                reject_rate_error=reject_rate_error,
                run_id=context.run.run_id,
            )
            quality = by_day(
                session.run("staging/quality_by_day", first_day=days.first, last_day=days.last)
            )
            previews = {
                "stg_sales_clean": session.run("staging/preview_clean", day=days.last),
                "stg_sales_rejects": session.run(
                    "staging/preview_rejects",
                    day=days.last,
                    offending_value=expressions.offending_value(),
                ),
            }
            queries = queries_metadata(session.queries())
        held = [day.isoformat() for day, row in quality.items() if not row["publishable"]]
        if held:
            context.log.error(f"{len(held)} of {days.count} days are held: {', '.join(held)}")
        told_of_later = {"rows moved in later days": _told(moved)} if moved else {}
        if moved:
            context.log.warning(
                f"Events of these days decide what is a repeat later: {_told(moved)}. "
                "`fact_sales` of this run publishes such days anew where they are published."
            )
        seconds = round(time.monotonic() - start, 2)
        for asset, rows in previews.items():
            for day, row in quality.items():
                shown = (
                    {"preview": preview(rows, hide_values=hide_values)} if day == days.last else {}
                )
                judged = {"rules version": row["rules_version"], "seconds": seconds}
                context.add_asset_metadata(
                    {**_counts(asset, row), **shown, **judged},
                    asset_key=asset,
                    partition_key=day.isoformat(),
                )
            context.add_asset_metadata(
                {**told_of_later, **queries, **lineage_metadata(engine, f"staging.{asset}")},
                asset_key=asset,
                partition_key=days.last.isoformat(),
            )
            yield dg.MaterializeResult(asset_key=asset)

    return stg_sales


def _told(moved: Sequence[Row]) -> str:
    """Of which later days how many rows have moved."""
    return "; ".join(
        f"{row['event_date']}: {row['to_rejects']:,} to rejects, {row['to_clean']:,} to clean"
        for row in moved
    )


def _counts(asset: str, row: Row) -> dict[str, Any]:
    rows = row["clean_rows"] if asset == "stg_sales_clean" else row["reject_rows"]
    return {
        "dagster/partition_row_count": rows,
        "reject rate": round(float(row["reject_rate"]), 4),
        "publishable": row["publishable"],
        "raw rows": row["raw_rows"],
        "clean rows": row["clean_rows"],
        "reject rows": row["reject_rows"],
    }
