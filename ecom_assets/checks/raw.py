"""Checks on `raw_sales`: every line of every file is there, once."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from datetime import date

import dagster as dg

from ecom_assets.checks.columns import COLUMN_SCHEMA, column_schema
from ecom_assets.checks.per_day import ByDay, DayResult, Results, day_checks, results_on, table
from ecom_assets.checks.step import checks_step
from ecom_assets.landing.zone import LandedFile, LandingZone
from ecom_assets.model.tables import RAW_TABLE
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.load import vanished_files
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.expressions import days_table, literal
from ecom_assets.warehouse.rows import by_day, grouped_by

FILES_SHOWN = 20
FILES_NAMED = 3
"""In the sentence of a check; it is a line of an alert."""

CHECKS = {
    "row_balance": "Rows in RAW.RAW_SALES = lines in the files, as counted when they were read. "
    "A difference means that lines were lost or doubled.",
    "files_loaded": "Every file that lies in the landing zone is in RAW in its present version. "
    "A damaged .gz is not: it holds its day until it is replaced.",
    "files_present": "Every file whose rows count is in the landing zone still. The rows of one "
    "that has vanished count (ECOM_VANISHED_FILES=keep), which is right where old files are tidied "
    "away, and wrong where one was renamed or corrected under a new name.",
    "not_empty": "The day has lines. A day without is published as empty, with this warning; with "
    "ECOM_EMPTY_DAYS=hold only where it has a file: one without any is held.",
    **COLUMN_SCHEMA,
}


def build_raw_checks(partitions: dg.PartitionsDefinition) -> dg.AssetChecksDefinition:
    """The checks on `raw_sales`, in one step, for these event dates."""
    return checks_step("raw_sales_checks", day_checks(partitions, "raw_sales", CHECKS), _find)


def _find(session: Session, landing: LandingZone, days: EventDays, _run_id: str) -> Results:
    listed = landing.list_files(days.first, days.last)
    counts = count_rows(session, days)
    ledger = session.run("raw/ledger", **days.bounds)
    vanished = vanished_files(listed, ledger)
    shared = shared_ids(session, days, vanished, {file.day for file in listed})
    return results_on(
        "raw_sales",
        {
            "row_balance": {day: row_balance(row) for day, row in counts.items()},
            "not_empty": {day: has_lines(row) for day, row in counts.items()},
            "files_loaded": files_loaded(listed, ledger, vanished, days),
            "files_present": files_present(listed, vanished, shared, days),
            "column_schema": column_schema(session.columns(), days, RAW_TABLE),
        },
    )


def count_rows(session: Session, days: EventDays) -> Mapping[date, Row]:
    """Per day, files, lines in the ledger and rows in RAW, of current versions."""
    return by_day(session.run("raw/rows_by_day", **days.bounds, days=days_table(days.days)))


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
        description=f"{row['raw_rows']:,} lines in {row['files']:,} files"
        if row["files"]
        else "no file has come",
        metadata={"raw rows": row["raw_rows"], "files": row["files"]},
        warn_only=True,
    )


def files_loaded(
    listed: Sequence[LandedFile], ledger: Sequence[Row], vanished: Sequence[Row], days: EventDays
) -> ByDay:
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
    gone = Counter(row["batch_date"] for row in vanished)
    return {day: _files_loaded(files[day], missing[day], gone[day]) for day in days.days}


def shared_ids(
    session: Session, days: EventDays, vanished: Sequence[Row], days_with_files: Set[date]
) -> Sequence[Row]:
    """How many event ids a vanished file and one that is there have in common, per such pair."""
    # where old files are tidied away none is there, and nothing needs to be read
    names = [row["source_filename"] for row in vanished if row["batch_date"] in days_with_files]
    if not names:
        return []
    return session.run(
        "checks/ids_of_vanished_files",
        first_batch_day=days.first,
        last_batch_day=days.last,
        file_names=[literal(name) for name in names],
    )


def files_present(
    listed: Sequence[LandedFile], vanished: Sequence[Row], shared: Sequence[Row], days: EventDays
) -> ByDay:
    """Per day, whether every file whose rows count is there."""
    there = Counter(file.day for file in listed)
    gone, again = grouped_by("batch_date", vanished), grouped_by("batch_date", shared)
    return {
        day: _files_present(there[day], gone.get(day, []), again.get(day, [])) for day in days.days
    }


def _files_present(there: int, gone: Sequence[Row], shared: Sequence[Row]) -> DayResult:
    replaced_by: dict[str, list[str]] = {}
    for row in shared:
        replaced_by.setdefault(row["vanished_file"], []).append(
            f"{row['present_file']} ({row['event_ids']:,} of the same event ids)"
        )
    names = ", ".join(row["source_filename"] for row in gone[:FILES_NAMED])
    more = f" and {len(gone) - FILES_NAMED:,} more" if len(gone) > FILES_NAMED else ""
    description = f"all {there:,} files are there"
    if gone:
        lines = sum(row["row_count"] or 0 for row in gone)
        description = f"{names}{more} vanished, {lines:,} lines of theirs count"
    if replaced_by:
        description += (
            "; files that are there hold the same event ids, which are rejected as duplicates: to "
            "let these count, put an empty file in the place of each that was replaced, or set "
            "ECOM_VANISHED_FILES=drop, and materialize the day"
        )
    return DayResult(
        passed=not gone,
        description=description,
        metadata={
            "files vanished": len(gone),
            "files there": there,
            "sample": table(
                {"file": "string", "lines": "int", "replaced by": "string"},
                [
                    (
                        *(row["source_filename"], row["row_count"] or 0),
                        ", ".join(replaced_by.get(row["source_filename"], [])),
                    )
                    for row in gone[:FILES_SHOWN]
                ],
            ),
        },
        warn_only=True,
    )


def _files_loaded(files: int, missing: Sequence[tuple[str, str]], gone: int) -> DayResult:
    found = (
        f"{len(missing):,} of {files:,} files are not in RAW as they should be"
        if missing
        else f"{files:,} files in the landing zone, all in RAW"
    )
    return DayResult(
        passed=not missing,
        description=f"{found}; {gone:,} more in RAW are no longer there" if gone else found,
        metadata={
            "files": files,
            "files not in RAW": len(missing),
            "files no longer there": gone,
            "sample": table({"file": "string", "why": "string"}, missing[:FILES_SHOWN]),
        },
    )
