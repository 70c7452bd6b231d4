"""A stage for runs to go wrong on: days that are published, and files rewritten since.

It can be set again and again; what the days are before and after is known. One is a folder and a
DuckDB file, the other S3 and the Snowflake double.
"""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from fakesnow.server import shared_fs

from ecom_assets.partitions import EventDays
from ecom_assets_tests.support.stacks import Production
from ecom_assets_tests.torture.runs import Place, batch, run_days
from ecom_assets_tests.torture.states import TABLES, State, read_state, see_balance


class Stage(ABC):
    """Attributes:
    days: which days there are.
    old, new: what the tables hold of them before a run, and after it.
    fresh: what they hold after a run that found the same files and empty tables.
    """

    def __init__(self, days: EventDays) -> None:
        self.days = days
        self.land(1)
        self.run()
        self.old = self.seen()
        self._save()
        self.land(2)
        self.set(published=False)
        self.run()
        self.fresh = self.seen()
        self.set()
        self.run()
        self.new = self.seen()
        for state in (self.old, self.fresh, self.new):
            see_balance(state)

    @property
    @abstractmethod
    def place(self) -> Place:
        """Where it is now."""

    @abstractmethod
    def put(self, name: str, content: bytes) -> None:
        """Put a file into the landing zone."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Take a file out of it."""

    @abstractmethod
    def read(self) -> State | None:
        """What a reader on the side sees now; None where it may not look."""

    @abstractmethod
    def _save(self) -> None:
        """Keep the tables as they are."""

    @abstractmethod
    def set(self, *, published: bool = True) -> Place:
        """Put files and tables back to where they were before a run; or tables that are empty."""

    def land(self, version: int, days: EventDays | None = None) -> None:
        """Put a version of the days' files into the landing zone."""
        for day in (days or self.days).days:
            for name, content in batch(day, version).items():
                self.put(name, content)

    def run(self, days: EventDays | None = None) -> None:
        """Run the days, undisturbed."""
        run_days(self.place.zone(), self.place.opened(), days or self.days)

    def seen(self) -> State:
        """What a reader sees when nobody is at work."""
        found = self.read()
        assert found is not None
        return found


class DuckDBStage(Stage):
    """In a folder; each time it is set, in a new one."""

    def __init__(self, root: Path, days: EventDays) -> None:
        self._root = root
        self._times = 0
        self._folder = root / "0"
        super().__init__(days)

    @property
    def place(self) -> Place:
        return Place(self._folder / "landing", self._folder / "warehouse.duckdb")

    def put(self, name: str, content: bytes) -> None:
        path = self._folder / "landing" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def remove(self, name: str) -> None:
        (self._folder / "landing" / name).unlink()

    def read(self) -> State | None:
        try:
            with duckdb.connect(self._folder / "warehouse.duckdb", read_only=True) as connection:
                return read_state(connection)
        except (duckdb.IOException, duckdb.CatalogException):  # a session has it; no tables yet
            return None

    def _save(self) -> None:
        shutil.copy(self._folder / "warehouse.duckdb", self._root / "saved.duckdb")

    def set(self, *, published: bool = True) -> Place:
        self._times += 1
        before, self._folder = self._folder, self._root / str(self._times)
        self.land(2)
        if published:
            shutil.copy(self._root / "saved.duckdb", self._folder / "warehouse.duckdb")
        shutil.rmtree(before, ignore_errors=True)
        return self.place


class S3Stage(DuckDBStage):
    """In S3 and a DuckDB file. Files are put there directly, whatever the AWS settings lead to."""

    def __init__(self, root: Path, servers: Production, days: EventDays) -> None:
        self._client = servers.s3.client()
        self._landing = servers.new_place()
        super().__init__(root, days)

    @property
    def place(self) -> Place:
        return Place(self._landing, self._folder / "warehouse.duckdb")

    def put(self, name: str, content: bytes) -> None:
        self._folder.mkdir(exist_ok=True)
        key = f"{self._landing.prefix}/{name}"
        self._client.put_object(Bucket=self._landing.bucket, Key=key, Body=content)

    def remove(self, name: str) -> None:
        self._client.delete_object(
            Bucket=self._landing.bucket, Key=f"{self._landing.prefix}/{name}"
        )


class SnowflakeStage(Stage):
    """In S3 and a database of the double; the tables are put back through what is below it."""

    def __init__(self, servers: Production, days: EventDays) -> None:
        self.servers = servers
        self._client = servers.s3.client()
        self._landing = servers.new_place()
        self._snowflake = servers.new_database(self._landing)
        self._saved: dict[str, Any] = {}
        super().__init__(days)

    @property
    def place(self) -> Place:
        return Place(self._landing, self._snowflake, self.servers.s3.environment())

    def put(self, name: str, content: bytes) -> None:
        key = f"{self._landing.prefix}/{name}"
        self._client.put_object(Bucket=self._landing.bucket, Key=key, Body=content)

    def remove(self, name: str) -> None:
        self._client.delete_object(
            Bucket=self._landing.bucket, Key=f"{self._landing.prefix}/{name}"
        )

    def read(self) -> State | None:
        with self._below() as connection:
            return read_state(connection, self._snowflake.database)

    def _save(self) -> None:
        with self._below() as connection:
            for table in TABLES:
                query = f"select * from {self._snowflake.database}.{table}"
                self._saved[table] = connection.execute(query).to_arrow_table()

    def set(self, *, published: bool = True) -> Place:
        self.land(2)
        with self._below() as connection:
            connection.execute("begin")
            for table, rows in self._saved.items():
                connection.execute(f"delete from {self._snowflake.database}.{table}")
                if published:
                    connection.register("saved", rows)
                    connection.execute(f"insert into {self._snowflake.database}.{table} from saved")
            connection.execute("commit")
        return self.place

    @contextmanager
    def _below(self) -> Iterator[Any]:
        cursor = shared_fs.duck_conn.cursor()
        try:
            yield cursor
        finally:
            cursor.close()
