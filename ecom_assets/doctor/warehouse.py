"""The warehouse: can it be opened, has it all tables, and may they be changed?

What is changed for a try is rolled back.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta

from ecom_assets.doctor.findings import Findings, fix, guarded, note, ok, unwritable
from ecom_assets.doctor.snowflake import SET_UP, check_account, check_stage
from ecom_assets.landing.zone import LandedFile, LandingZone
from ecom_assets.model.questions import questions
from ecom_assets.model.tables import tables
from ecom_assets.settings import Settings
from ecom_assets.warehouse.contract import LAYERS, Layer, Purpose, Session, Warehouse
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.migrations import VERSION, pending, takes_time_zone
from ecom_assets.warehouse.snowflake import SnowflakeSession

WAIT_SECONDS = 2
"""For another process to let go of the DuckDB file."""


def check_warehouse(
    warehouse: Warehouse, zone: LandingZone, sample: LandedFile | None, settings: Settings
) -> Findings[None]:
    """Try the warehouse; the sample is a file of the landing zone, to be loaded."""
    if settings.snowflake is None:
        path = settings.duckdb_path
        if why := unwritable(path.parent):
            yield fix(f"{path} cannot be written ({why}): set ECOM_DUCKDB_PATH to another path.")
            return
        if not path.exists():
            yield ok(f"{path} will be made by the first run.")
            return
        warehouse = DuckDBWarehouse(
            path, wait_seconds=WAIT_SECONDS, brings_up=False, reading=settings.reading
        )
    with warehouse.session(Purpose("doctor", "none"), lambda _: None) as session:
        yield ok(f"{warehouse.url} lets this process in.")
        usable = True
        if isinstance(session, SnowflakeSession) and settings.snowflake is not None:
            usable = yield from check_account(session, settings.snowflake)
        if not usable:
            return
        advice = SET_UP if settings.snowflake else ""
        if not (yield from guarded(_time_zone(session, settings), advice)):
            return
        complete = yield from guarded(_tables(session, settings), advice)
        if complete:
            yield from guarded(_days_before_the_first(session, settings), advice)
            yield from guarded(_judged_before(session, settings), advice)
            complete = yield from guarded(_rows(session), advice)
        if isinstance(session, SnowflakeSession):
            complete = (yield from check_stage(session, settings)) and complete
        if complete and sample is not None:
            yield from guarded(_load(session, zone, sample), advice)


def _time_zone(session: Session, settings: Settings) -> Findings[bool]:
    if takes_time_zone(session, settings.reading):
        yield note(f"The warehouse is empty: it takes the time zone {settings.time_zone}.")
    return True


def _tables(session: Session, settings: Settings) -> Findings[bool]:
    lacks, with_dropped = pending(session), pending(session, dropped=True)
    missing = [str(with_dropped)] if with_dropped and not lacks.is_new else []
    if settings.snowflake:  # on DuckDB the views are made with their rows
        there = session.columns()
        views = [f"ANALYTICS.{question.name.upper()}" for question in questions()]
        missing += [view for view in views if view not in there]
    if not lacks and not missing:
        yield ok(f"All {len(tables())} tables have their columns, and are of version {VERSION}.")
        return True
    if settings.snowflake:
        yield fix(f"Not there, or the role may not see it: {', '.join(missing)}. {SET_UP}")
    elif not lacks:
        yield fix(f"Somebody has dropped {with_dropped}: docs/runbook.md says how it comes back.")
    elif lacks.is_new:
        yield note("The file has no tables: the first run makes them.")
    else:
        yield note(
            f"The tables are from an earlier version of this project: the next run copies the file "
            f"and brings them up to version {VERSION}. Pending: {lacks}."
        )
    return False


def _days_before_the_first(session: Session, settings: Settings) -> Findings[None]:
    before = session.run(
        "checks/published_totals",
        first_day=date.min,
        last_day=settings.start_date - timedelta(days=1),
    )
    days = sorted({row["event_date"] for row in before})
    if days:
        yield note(
            f"{len(days):,} published days lie before ECOM_START_DATE, {days[0]} to {days[-1]}: "
            "they stay in FACT_SALES and in the answers, and no run reaches them."
        )


def _judged_before(session: Session, settings: Settings) -> Findings[None]:
    """Days that may be replayed: what earlier rules, or an earlier version, made of their lines.
    The latter did not count rounded numbers."""
    rows = session.run("staging/quality_by_day", first_day=date.min, last_day=date.max)
    days = [
        row["event_date"]
        for row in rows
        if row["rules_version"] != settings.limits.rules_version or row["rounded_rows"] is None
    ]
    if days:
        yield note(
            f"{len(days):,} days, {min(days)} to {max(days)}, were judged by earlier rules or an "
            "earlier version of this project: materialize them from `stg_sales_clean` on, which "
            "judges their lines anew, from RAW."
        )


def _rows(session: Session) -> Findings[bool]:
    from sqlglot import exp

    for layer in LAYERS:
        with _undone(session, layer):
            for table, columns in tables().items():
                session.run(
                    "doctor/change_rows",
                    table_name=exp.to_table(table),
                    column_name=exp.column(columns[-1].name),
                )
    yield ok("Rows can be read, inserted, updated and deleted in each table.")
    return True


def _load(session: Session, zone: LandingZone, sample: LandedFile) -> Findings[None]:
    now = datetime.now(UTC).replace(tzinfo=None)
    with _undone(session, "raw"):
        loaded = session.load_lines(zone, [sample], load_id="doctor", loaded_at=now)
    if loaded and loaded[0].row_count is not None:
        yield ok(f"{loaded[0].row_count:,} lines of {sample.name} were loaded, and rolled back.")
        return
    why = loaded[0].problem if loaded else f"{sample.name} was not there when it was loaded"
    yield note(f"{why}; loading a sound file has not been tried.")


class _Undo(Exception):
    pass


@contextmanager
def _undone(session: Session, layer: Layer) -> Iterator[None]:
    """A transaction that is rolled back at its end."""
    with suppress(_Undo), session.transaction(layer):
        yield
        raise _Undo
