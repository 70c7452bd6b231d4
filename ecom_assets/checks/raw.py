"""Checks on `raw_sales`: every line of every file is there, once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import dagster as dg

from ecom_assets.checks.alone import NamedDays, days_to_check
from ecom_assets.checks.columns import column_schema_spec, column_schemas
from ecom_assets.checks.per_day import DayResult, Results, StepResult, check_results, day_check
from ecom_assets.events import RAW_SALES, RAW_TABLE
from ecom_assets.landing.zone import LandedFile, LandingZone
from ecom_assets.partitions import EventDays
from ecom_assets.steps import RETRY_POLICY, mistakes_are_final
from ecom_assets.warehouse.contract import Purpose, Row, Session, Warehouse
from ecom_assets.warehouse.expressions import days_table
from ecom_assets.warehouse.rows import by_day

FILES_SHOWN = 20


def build_raw_checks(partitions: dg.PartitionsDefinition, engine: str) -> dg.AssetChecksDefinition:
    """The checks on `raw_sales`, in one step.

    Args:
        partitions: the event dates.
        engine: the warehouse's kind.
    """
    balance = day_check(
        partitions,
        "raw_sales",
        "row_balance",
        "Rows in RAW.RAW_SALES = lines in the files, as counted when they were read. "
        "A difference means that lines were lost or doubled.",
    )
    loaded = day_check(
        partitions,
        "raw_sales",
        "files_loaded",
        "Every file that lies in the landing zone is in RAW in its present version. "
        "A damaged .gz is not: it holds its day until it is replaced.",
    )
    not_empty = day_check(
        partitions,
        "raw_sales",
        "not_empty",
        "The day has lines. A day without is published as empty, with this warning.",
    )
    columns = column_schema_spec(partitions, "raw_sales")
    specs = [balance, loaded, not_empty, columns]

    @dg.multi_asset_check(
        name="raw_sales_checks",
        specs=specs,
        can_subset=True,
        retry_policy=RETRY_POLICY,
    )
    def raw_sales_checks(
        context: dg.AssetCheckExecutionContext,
        config: NamedDays,
        landing: dg.ResourceParam[LandingZone],
        warehouse: dg.ResourceParam[Warehouse],
    ) -> Iterator[StepResult]:
        days = days_to_check(context, config)
        purpose = Purpose("raw_sales_checks", context.run.run_id, days.first, days.last)
        with mistakes_are_final():
            listed = landing.list_files(days.first, days.last)
            with warehouse.session(purpose, context.log.info) as session:
                counts = count_rows(session, days)
                ledger = session.run("raw/ledger", first_day=days.first, last_day=days.last)
                (schema,) = column_schemas(session, days, {RAW_TABLE: RAW_SALES})
        results: Results = {
            balance.key: {day: row_balance(row) for day, row in counts.items()},
            not_empty.key: {day: has_lines(row) for day, row in counts.items()},
            loaded.key: files_loaded(listed, ledger, days),
            columns.key: schema,
        }
        selected = [spec for spec in specs if spec.key in context.selected_asset_check_keys]
        yield from check_results(context, selected, results, days)

    return raw_sales_checks


def count_rows(session: Session, days: EventDays) -> Mapping[date, Row]:
    """Per day, files, lines in the ledger and rows in RAW, of current versions."""
    return by_day(
        session.run(
            "raw/rows_by_day",
            first_day=days.first,
            last_day=days.last,
            days=days_table(days.days),
        )
    )


def row_balance(row: Row) -> DayResult:
    """Whether RAW has as many rows as the files have lines."""
    lines, rows = row["ledger_rows"], row["raw_rows"]
    return DayResult(
        passed=lines == rows,
        description=f"{rows:,} rows in RAW, {lines:,} lines in {row['files']:,} files",
        metadata={"raw rows": rows, "lines in files": lines, "difference": rows - lines},
    )


def has_lines(row: Row) -> DayResult:
    """Whether the day has any line."""
    return DayResult(
        passed=row["raw_rows"] > 0,
        description=f"{row['raw_rows']:,} lines in {row['files']:,} files",
        metadata={"raw rows": row["raw_rows"], "files": row["files"]},
        warn_only=True,
    )


def files_loaded(
    listed: Sequence[LandedFile], ledger: Sequence[Row], days: EventDays
) -> Mapping[date, DayResult]:
    """Per day, whether every listed file is in the ledger, as it lies there, and was readable."""
    known = {row["source_filename"]: row for row in ledger}
    files: dict[date, int] = dict.fromkeys(days.days, 0)
    missing: dict[date, list[tuple[str, str]]] = {day: [] for day in days.days}
    for file in listed:
        files[file.day] += 1
        row = known.get(file.name)
        if row is None:
            missing[file.day].append((file.name, "not loaded yet"))
        elif (row["etag"], row["size_bytes"]) != (file.etag, file.size):
            missing[file.day].append((file.name, "rewritten since it was loaded"))
    for row in ledger:
        if row["row_count"] is None:
            missing[row["batch_date"]].append((row["source_filename"], "damaged: not readable"))
    return {day: _files_loaded(files[day], missing[day]) for day in days.days}


def _files_loaded(files: int, missing: Sequence[tuple[str, str]]) -> DayResult:
    return DayResult(
        passed=not missing,
        description=f"{len(missing):,} of {files:,} files are not in RAW as they should be"
        if missing
        else f"{files:,} files in the landing zone, all in RAW",
        metadata={
            "files": files,
            "files not in RAW": len(missing),
            "sample": dg.MetadataValue.table(
                [dg.TableRecord({"file": name, "why": why}) for name, why in missing[:FILES_SHOWN]],
                dg.TableSchema([dg.TableColumn("file"), dg.TableColumn("why")]),
            ),
        },
    )
