"""The warehouse: can it be opened, has it all tables, and may they be changed?

What is changed for a try is rolled back.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta

from ecom_assets.doctor.findings import Finding, Findings, guarded, unwritable
from ecom_assets.doctor.snowflake import SET_UP, check_account, check_stage
from ecom_assets.landing.zone import LandedFile, LandingZone
from ecom_assets.model.questions import questions
from ecom_assets.model.tables import tables
from ecom_assets.settings import Settings
from ecom_assets.warehouse.contract import LAYERS, Layer, Purpose, Session, Warehouse
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.snowflake import SnowflakeSession

PART = "warehouse"

WAIT_SECONDS = 2
"""For another process to let go of the DuckDB file."""


def check_warehouse(
    warehouse: Warehouse, zone: LandingZone, sample: LandedFile | None, settings: Settings
) -> Findings[None]:
    """Try the warehouse.

    Args:
        warehouse: the warehouse that the settings choose.
        zone: the landing zone.
        sample: a file in it to load.
        settings: all settings.
    """
    if settings.snowflake is None:
        path = settings.duckdb_path
        if why := unwritable(path.parent):
            said = f"{path} cannot be written ({why}): set ECOM_DUCKDB_PATH to another path."
            yield Finding("fix", PART, said)
            return
        if not path.exists():
            yield Finding("ok", PART, f"{path} will be made by the first run.")
            return
        warehouse = DuckDBWarehouse(path, wait_seconds=WAIT_SECONDS)
    with warehouse.session(Purpose("doctor", "none"), lambda _: None) as session:
        yield Finding("ok", PART, f"{warehouse.url} lets this process in.")
        usable = True
        if isinstance(session, SnowflakeSession) and settings.snowflake is not None:
            usable = yield from check_account(session, settings.snowflake)
        if not usable:
            return
        advice = SET_UP if settings.snowflake else ""
        complete = yield from guarded(PART, _tables(session, settings), advice)
        if complete:
            yield from guarded(PART, _days_before_the_first(session, settings), advice)
            complete = yield from guarded(PART, _rows(session), advice)
        if isinstance(session, SnowflakeSession):
            complete = (yield from check_stage(session, settings)) and complete
        if complete and sample is not None:
            yield from guarded(PART, _load(session, zone, sample), advice)


def _tables(session: Session, settings: Settings) -> Findings[bool]:
    there = {
        (table.lower(), column) for table, types in session.columns().items() for column in types
    }
    wanted = {
        (name.lower(), column.name) for name, columns in tables().items() for column in columns
    }
    missing = sorted({f"{table}.{column}" for table, column in wanted - there})
    if settings.snowflake:  # on DuckDB the views are made with their rows
        seen = {table for table, _ in there}
        missing += sorted({f"analytics.{question.name}" for question in questions()} - seen)
    if not missing:
        yield Finding("ok", PART, f"All {len(tables())} tables have their columns.")
        return True
    what = f"{', '.join(missing[:3])}{f' and {len(missing) - 3} more' if missing[3:] else ''}"
    if settings.snowflake:
        said = f"{what}: not there, or the role may not see it. {SET_UP}"
    else:
        said = f"{what}: not in the file, which another version made; name a new ECOM_DUCKDB_PATH."
    yield Finding("fix", PART, said)
    return False


def _days_before_the_first(session: Session, settings: Settings) -> Findings[None]:
    before = session.run(
        "checks/published_totals",
        first_day=date.min,
        last_day=settings.start_date - timedelta(days=1),
    )
    days = sorted({row["event_date"] for row in before})
    if days:
        said = (
            f"{len(days):,} published days lie before ECOM_START_DATE, {days[0]} to {days[-1]}: "
            "they stay in FACT_SALES and in the answers, and no run reaches them."
        )
        yield Finding("note", PART, said)


def _rows(session: Session) -> Findings[bool]:
    for layer in LAYERS:
        with _undone(session, layer):
            session.run("doctor/change_rows")
    yield Finding("ok", PART, "Rows can be read, inserted, updated and deleted in each table.")
    return True


def _load(session: Session, zone: LandingZone, sample: LandedFile) -> Findings[None]:
    now = datetime.now(UTC).replace(tzinfo=None)
    with _undone(session, "raw"):
        loaded = session.load_lines(zone, [sample], load_id="doctor", loaded_at=now)
    if loaded and loaded[0].row_count is not None:
        said = f"{loaded[0].row_count:,} lines of {sample.name} were loaded, and rolled back."
        yield Finding("ok", PART, said)
        return
    why = loaded[0].problem if loaded else f"{sample.name} was not there when it was loaded"
    yield Finding("note", PART, f"{why}; loading a sound file has not been tried.")


class _Undo(Exception):
    pass


@contextmanager
def _undone(session: Session, layer: Layer) -> Iterator[None]:
    """A transaction that is rolled back at its end."""
    with suppress(_Undo), session.transaction(layer):
        yield
        raise _Undo
