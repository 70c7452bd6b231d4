"""The version of a warehouse's tables, and how those of an earlier one are brought up.

What is added, a table or a column, follows from the declaration (`model/tables.py` and
`sql/tables.sql`); an added column is null in the rows that are there. What does not follow from it
is a numbered file in `sql/migrations/`, which may be run again. Days without totals get them.
Staging is not converted: its days may be judged anew from RAW, which holds every line.

When this is done is the adapters' and the set-up's to decide.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from importlib.metadata import version as version_of_package
from pathlib import Path
from typing import Any

from ecom_assets.model import sales
from ecom_assets.model.reading import Reading
from ecom_assets.model.tables import RAW_TABLE, VERSION_TABLE, Column, tables
from ecom_assets.warehouse.contract import Log, Session, WarehouseError
from ecom_assets.warehouse.expressions import staged_days_table
from ecom_assets.warehouse.scripts import SQL_FOLDER

FILES: Sequence[str] = sorted(path.stem for path in (SQL_FOLDER / "migrations").glob("*.sql"))
VERSION = max(int(file[:3]) for file in FILES)
"""Of the tables that this project reads and writes: the number of its last file."""


@dataclass(frozen=True)
class Pending:
    """What a warehouse lacks.

    Attributes:
        tables: those that are not there.
        columns: those that are not there, of tables that are.
        files: what is to be run of `sql/migrations/`.
    """

    tables: Sequence[str]
    columns: Sequence[tuple[str, Column]]
    files: Sequence[str]

    @property
    def is_new(self) -> bool:
        """Whether there is nothing yet that could be brought up."""
        return not {*tables()} - {VERSION_TABLE, *self.tables}

    def __bool__(self) -> bool:
        return bool(self.tables or self.columns or self.files)

    def __str__(self) -> str:
        names = [f"{table}.{column.name}" for table, column in self.columns]
        return ", ".join([*self.files, *self.tables, *names])


def values() -> dict[str, Any]:
    """What `tables` and `new_version` write down."""
    return {
        "version": VERSION,
        "project_version": version_of_package("ecom_assets"),
        "declared": declared(),
    }


def declared() -> str:
    """A fingerprint of the tables and columns that this project declares."""
    names = {table: [(c.name, c.type) for c in columns] for table, columns in tables().items()}
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()[:12]


def pending(session: Session, *, dropped: bool = False) -> Pending:
    """What the tables lack.

    Args:
        session: to the warehouse.
        dropped: whether what was there once, as this project declares it, counts: somebody has
            dropped it, and what it held is lost; steps had better fail than go on.

    Raises:
        WarehouseError: they are of a later version than this project's.
    """
    history = session.history()
    version = max((row["version"] for row in history), default=0)
    if version > VERSION:
        raise WarehouseError(other_version(version))
    files = [file for file in FILES if int(file[:3]) > version]
    if not files and not dropped and declared() in {row["declared"] for row in history}:
        return Pending([], [], [])  # without a look at the columns, for each step asks
    there = session.columns()
    lacks = Pending(
        [name for name in tables() if name not in there],
        [
            (name, column)
            for name, columns in tables().items()
            for column in columns
            if name in there and column.name not in there[name]
        ],
        [],
    )
    if not lacks.is_new and not files:
        _see_types(there)
    return lacks if lacks.is_new else replace(lacks, files=files)


def _see_types(there: Mapping[str, Mapping[str, str]]) -> None:
    """Raises:
    WarehouseError: a column that is there has another type than is declared now.
    """
    for name, columns in tables().items():
        for column in columns:
            kind = there.get(name, {}).get(column.name, column.type)
            if kind != column.type:
                raise WarehouseError(
                    f"{name}.{column.name} is {kind} in the warehouse, and {column.type} in "
                    "ecom_assets/model: a changed type needs a numbered file in "
                    "ecom_assets/sql/migrations (CONTRIBUTING.md, “Change a table”)."
                )


def other_version(version: int) -> str:
    """Why tables of that version are not for this project, and what to do, in a sentence."""
    said = f"The warehouse's tables are of version {version}, this project's of {VERSION}"
    if version > VERSION:
        return f"{said}: run the project that brought them up, or a later one."
    return f"{said}: an administrator runs `make snowflake-setup APPLY=1`, which brings them up."


def takes_time_zone(session: Session, reading: Reading | None) -> bool:
    """Whether a warehouse is to take the time zone of `reading`: it has another one and no days.

    Raises:
        WarehouseError: it has another one, and days of that.
    """
    history = session.history()
    ours = sales.read_by(reading).reading.time_zone
    theirs = max((zone for row in history if (zone := row.get("time_zone"))), default="UTC")
    is_empty = not history and RAW_TABLE not in session.columns()
    if theirs == ours or is_empty:
        return False
    if session.run("filled")[0]["row_count"]:
        raise WarehouseError(
            f"The warehouse holds days of the time zone {theirs}, but ECOM_TIMEZONE says {ours}: "
            f"set ECOM_TIMEZONE={theirs} again, or name a new warehouse (ECOM_DUCKDB_PATH, or "
            "SNOWFLAKE_DATABASE and the set-up) and materialize all days there."
        )
    return bool(history)


def bring_up(session: Session, lacks: Pending) -> None:
    """Make what is lacking, in a transaction where the engine has one for this.

    Stopped in the middle, it may be done again: the version is written down last.
    """
    for table, column in lacks.columns:
        session.add_column(table, column)
    session.run("tables", **values())
    if lacks.is_new:
        return
    session.run("analytics/temporary")
    if staged := days_without_totals(session, also_empty=True):
        reach = {"first_day": min(staged), "last_day": max(staged)}
        session.run("analytics/published_days", **reach, staged_days=staged_days_table(staged))
        session.run("analytics/clear_totals", **reach)
        session.run("analytics/totals", **reach)
    for file in lacks.files:  # 003 reads the totals
        session.run(f"migrations/{file}")
    session.run("new_version", **values())


def days_without_totals(session: Session, *, also_empty: bool) -> Mapping[date, datetime]:
    """The published days whose totals are lacking, or some of them, with the time of the staging
    that each was published from; on request with days that staging found empty."""
    rows = session.run("analytics/days_without_totals", also_empty=also_empty)
    return {row["event_date"]: row["staged_at"] for row in rows}


def copy_aside(path: Path, log: Log) -> None:
    """Copy a DuckDB file before its tables are changed, to `<file>.before-v<version>`. This process
    may have it open; nothing of it may be in its `.wal`.

    Raises:
        WarehouseError: there is no room for it, or it cannot be written.
    """
    copy = path.with_name(f"{path.name}.before-v{VERSION}")
    if copy.is_file():
        log(f"{path} is from an earlier version of this project: {copy} is kept as it is.")
        return
    part = path.with_name(f"{copy.name}.part")
    needed, free = 2 * path.stat().st_size, shutil.disk_usage(path.parent).free
    if free < needed:
        raise WarehouseError(
            f"{path} is from an earlier version of this project; to copy it and to bring it up "
            f"takes {needed:,} bytes, and {path.parent} has {free:,} free: make room, then run "
            "this again."
        )
    # by another process: to close a file gives up the locks that this process has on it
    code = "import shutil, sys; shutil.copy(*sys.argv[1:])"
    try:
        subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-c", code, path, part], capture_output=True, text=True, check=True
        )
        part.replace(copy)
    except (subprocess.CalledProcessError, OSError) as error:
        why = str(getattr(error, "stderr", None) or error).strip().rpartition("\n")[2]
        raise WarehouseError(
            f"{path} is from an earlier version of this project, and cannot be copied before it "
            f"is brought up: {why}."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    log(f"{path} is from an earlier version of this project: copied to {copy}, brought up now.")
