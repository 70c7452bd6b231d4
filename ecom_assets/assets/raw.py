"""`raw_sales`: every line of every file, loaded once per version of the file.

What is right or wrong with a line is decided in staging; nothing is dropped here.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import dagster as dg

from ecom_assets.assets.links import sql_links
from ecom_assets.assets.tables import OWNERS, preview, queries_metadata, table_metadata
from ecom_assets.checks.raw import vanished_files
from ecom_assets.events import RAW_SALES, RAW_TABLE
from ecom_assets.landing.zone import FileChanged, LandedFile, LandingZone
from ecom_assets.partitions import BACKFILL_POLICY, EventDays
from ecom_assets.settings import VanishedFiles
from ecom_assets.steps import RETRY_POLICY, mistakes_are_final
from ecom_assets.warehouse.contract import LoadedFile, Log, Purpose, Row, Session, Warehouse
from ecom_assets.warehouse.expressions import days_table, files_table
from ecom_assets.warehouse.rows import by_day, now
from ecom_assets.warehouse.sql import literal

TRIES = 3
"""A file that is rewritten while it is loaded is listed and loaded again this often."""
FILES_PER_STATEMENT = 1_000
"""Files entered into the ledger by one statement."""


@dataclass(frozen=True)
class RawLoad:
    """What a load did.

    Attributes:
        loaded: the new and rewritten files, damaged ones among them.
        unchanged: how many files were in RAW already.
        dropped: the ledger's entries of files that have vanished, and count no more.
    """

    loaded: Sequence[LoadedFile]
    unchanged: int
    dropped: Sequence[Row] = ()


def load_new_files(
    session: Session,
    landing: LandingZone,
    days: EventDays,
    *,
    run_id: str,
    log: Log,
    keep_or_drop: VanishedFiles = "keep",
) -> RawLoad:
    """Load the files of these days that RAW does not have in their present version.

    Lines and ledger are written in one transaction. A file that vanished keeps its rows, or with
    `keep_or_drop="drop"` loses them in that transaction.

    Raises:
        LandingError: the landing zone cannot be read.
        WarehouseError: the warehouse cannot be used.
    """
    for attempt in range(1, TRIES + 1):
        # before the files are listed: what another run enters meanwhile has not vanished
        before = _ledger(session, days)
        listed = landing.list_files(days.first, days.last)
        vanished = _vanished(landing, before, listed) if keep_or_drop == "drop" else []
        if not vanished and not _not_loaded(before, listed):
            return RawLoad([], len(listed))
        try:
            with session.transaction("raw"):
                # asked again, for another run may have loaded them while this one waited
                ledger = _ledger(session, days)
                wanted = _not_loaded(ledger, listed)
                dropped = [row for row in vanished if ledger.get(row["source_filename"]) == row]
                _drop(session, days, dropped)
                # an id of its own for each load: a retried run must not mix two versions of a file
                load_id = f"{run_id}:{uuid4().hex[:8]}"
                loaded = _load(session, landing, wanted, load_id=load_id) if wanted else []
        except FileChanged as error:
            if attempt == TRIES:
                raise
            log(f"{error} Trying again.")
        else:
            return RawLoad(loaded, len(listed) - len(wanted), dropped)
    raise AssertionError("the loop above returns or raises")


def _ledger(session: Session, days: EventDays) -> Mapping[str, Row]:
    rows = session.run("raw/ledger", first_day=days.first, last_day=days.last)
    return {row["source_filename"]: row for row in rows}


def _vanished(
    landing: LandingZone, ledger: Mapping[str, Row], listed: Sequence[LandedFile]
) -> Sequence[Row]:
    """The ledger's entries of files that are not listed; none where the whole zone is empty."""
    gone = vanished_files(listed, list(ledger.values()))
    # a disk that is not mounted lists as no files, and is no reason to forget all that ever came
    if gone and not listed and not landing.scan(date.min, date.max, 1).files:
        return []
    return gone


def _drop(session: Session, days: EventDays, dropped: Sequence[Row]) -> None:
    for start in range(0, len(dropped), FILES_PER_STATEMENT):
        names = [row["source_filename"] for row in dropped[start : start + FILES_PER_STATEMENT]]
        session.run(
            "raw/drop_vanished",
            first_day=days.first,
            last_day=days.last,
            file_names=[literal(name) for name in names],
            loaded_at=now(),
        )


def _not_loaded(ledger: Mapping[str, Row], listed: Sequence[LandedFile]) -> Sequence[LandedFile]:
    return [file for file in listed if not _is_loaded(file, ledger.get(file.name))]


def _is_loaded(file: LandedFile, row: Row | None) -> bool:
    return (
        row is not None
        and row["row_count"] is not None
        and (row["etag"], row["size_bytes"]) == (file.etag, file.size)
    )


def _load(
    session: Session, landing: LandingZone, files: Sequence[LandedFile], *, load_id: str
) -> Sequence[LoadedFile]:
    loaded_at = now()
    loaded = session.load_lines(landing, files, load_id=load_id, loaded_at=loaded_at)
    for start in range(0, len(loaded), FILES_PER_STATEMENT):
        session.run(
            "raw/record_load",
            files=files_table(loaded[start : start + FILES_PER_STATEMENT]),
            load_id=load_id,
            loaded_at=loaded_at,
        )
    return loaded


def build_raw_sales(
    partitions: dg.PartitionsDefinition,
    engine: str,
    *,
    hide_values: bool,
    keep_or_drop: VanishedFiles,
) -> dg.AssetsDefinition:
    """The asset `raw_sales`.

    Args:
        partitions: the event dates.
        engine: the warehouse's kind, for people.
        hide_values: leave payload values out of previews.
        keep_or_drop: whether the rows of files that are no longer there count.
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
            **table_metadata(RAW_TABLE, RAW_SALES, "one row per line of a file version"),
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
        purpose = Purpose("raw_sales", context.run.run_id, days.first, days.last)
        with mistakes_are_final(), warehouse.session(purpose, context.log.info) as session:
            load = load_new_files(
                session,
                landing,
                days,
                run_id=context.run.run_id,
                log=context.log.warning,
                keep_or_drop=keep_or_drop,
            )
            counts = by_day(
                session.run(
                    "raw/rows_by_day",
                    first_day=days.first,
                    last_day=days.last,
                    days=days_table(days.days),
                )
            )
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
        for day, metadata in _metadata_by_day(load, counts).items():
            context.add_asset_metadata({**metadata, **seconds}, partition_key=day.isoformat())
        context.add_asset_metadata(
            {"preview": preview(rows, hide_values=hide_values), **queries},
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
