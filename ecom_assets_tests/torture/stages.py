"""A stage for a run to go wrong on: days that are published, and files rewritten since.

It can be set again and again; what the days are before and after is known. One is a folder and a
DuckDB file, the other S3 and the Snowflake double.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import duckdb
from fakesnow.server import shared_fs

from ecom_assets.partitions import EventDays
from ecom_assets_tests.stacks import Production
from ecom_assets_tests.torture.runs import Place, batch, run_days
from ecom_assets_tests.torture.states import TABLES, State, read_state, see_balance


class Stage(Protocol):
    """Attributes:
    days: which days there are.
    old, new: what the tables hold of them before a run, and after it.
    """

    days: EventDays
    old: State
    new: State

    def set(self) -> Place:
        """Put everything back to where it was before the run."""
        ...

    def read(self) -> State | None:
        """What a reader on the side sees now; None where it may not look."""
        ...

    def put(self, name: str, content: bytes) -> None:
        """Put a file into the landing zone."""
        ...


class DuckDBStage:
    """In a folder; each time it is set, in a new copy of it."""

    def __init__(self, root: Path, days: EventDays) -> None:
        self.days = days
        self._root = root
        self._times = 0
        self._place = self._at(root / "old")
        self._prepare()

    def _at(self, folder: Path) -> Place:
        return Place(folder / "landing", folder / "warehouse.duckdb")

    def _prepare(self) -> None:
        self._land(1)
        run_days(self._place.zone(), self._place.opened(), self.days)
        self.old = self._read()
        self._land(2)
        shutil.copytree(self._root / "old", self._root / "new")
        self._place = self._at(self._root / "new")
        run_days(self._place.zone(), self._place.opened(), self.days)
        self.new = self._read()
        see_balance(self.old)
        see_balance(self.new)

    def _land(self, version: int) -> None:
        for day in self.days.days:
            for name, content in batch(day, version).items():
                self.put(name, content)

    def set(self) -> Place:
        self._times += 1
        folder = self._root / str(self._times)
        shutil.copytree(self._root / "old", folder)
        if self._times > 1:
            shutil.rmtree(self._root / str(self._times - 1), ignore_errors=True)
        self._place = self._at(folder)
        return self._place

    def _read(self) -> State:
        with duckdb.connect(self._place.warehouse, read_only=True) as connection:  # type: ignore[arg-type]
            return read_state(connection)

    def read(self) -> State | None:
        try:
            return self._read()
        except duckdb.IOException:  # a session has the file
            return None

    def put(self, name: str, content: bytes) -> None:
        assert isinstance(self._place.landing, Path)
        path = self._place.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


class SnowflakeStage:
    """In S3 and a database of the double; the tables are put back through what is below it."""

    def __init__(self, servers: Production, days: EventDays) -> None:
        self.days = days
        self._client = servers.s3.client()
        self._landing = servers.new_place()
        self._snowflake = servers.new_database(self._landing)
        self._place = Place(self._landing, self._snowflake, servers.s3.environment())
        self._land(1)
        run_days(self._place.zone(), self._place.opened(), days)
        self.old = self._read()
        self._saved: dict[str, Any] = {}
        with self._below() as connection:
            for table in TABLES:
                query = f"select * from {self._snowflake.database}.{table}"
                self._saved[table] = connection.execute(query).to_arrow_table()
        self._land(2)
        run_days(self._place.zone(), self._place.opened(), days)
        self.new = self._read()
        see_balance(self.old)
        see_balance(self.new)

    def _land(self, version: int) -> None:
        for day in self.days.days:
            for name, content in batch(day, version).items():
                self.put(name, content)

    @contextmanager
    def _below(self) -> Iterator[Any]:
        cursor = shared_fs.duck_conn.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def set(self) -> Place:
        with self._below() as connection:
            connection.execute("begin")
            for table, rows in self._saved.items():
                connection.register("saved", rows)
                connection.execute(f"delete from {self._snowflake.database}.{table}")
                connection.execute(f"insert into {self._snowflake.database}.{table} from saved")
            connection.execute("commit")
        return self._place

    def _read(self) -> State:
        with self._below() as connection:
            return read_state(connection, self._snowflake.database)

    def read(self) -> State | None:
        return self._read()

    def put(self, name: str, content: bytes) -> None:
        key = f"{self._landing.prefix}/{name}"
        self._client.put_object(Bucket=self._landing.bucket, Key=key, Body=content)


def day_names(days: EventDays) -> list[date]:
    """The days."""
    return list(days.days)
