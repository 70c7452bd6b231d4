"""The warehouse as a DuckDB file.

One process at a time can have the file open; a session waits for its turn. The file is opened for a
step and closed after it, so that another program can look into it between steps.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecom_assets.landing.zone import LandedFile, LandingZone
from ecom_assets.warehouse.contract import (
    Layer,
    LoadedFile,
    Log,
    Purpose,
    Query,
    Row,
    WarehouseBusy,
    WarehouseError,
)
from ecom_assets.warehouse.parsing import Parsing
from ecom_assets.warehouse.rows import types_by_table
from ecom_assets.warehouse.sql import render, render_table

if TYPE_CHECKING:
    import duckdb

WAIT_FOR_LOCK_SECONDS = 900
"""How long a session waits for another process to let go of the file: a step of a large backfill
takes minutes; what holds the file longer is more likely a forgotten shell."""


class DuckDBWarehouse:
    """A warehouse in one DuckDB file, which is made at the first use."""

    def __init__(
        self,
        path: Path,
        *,
        memory_limit: str | None = None,
        wait_seconds: float = WAIT_FOR_LOCK_SECONDS,
    ) -> None:
        """A warehouse that is opened at the first session.

        Args:
            path: the file.
            memory_limit: how much memory DuckDB may take; None: as much as it deems right.
            wait_seconds: how long to wait for another process to let go of the file.
        """
        self._path = path
        self._memory_limit = memory_limit
        self._wait_seconds = wait_seconds

    @property
    def url(self) -> str:
        return str(self._path)

    @contextmanager
    def session(self, purpose: Purpose, log: Log) -> Iterator["DuckDBSession"]:
        connection = self._connect(log)
        try:
            connection.execute("set timezone = 'UTC'")
            if self._memory_limit:
                connection.execute("set memory_limit = ?", [self._memory_limit])
            session = DuckDBSession(connection)
            session.add_functions()
            session.run("tables")
            yield session
        finally:
            connection.close()

    def _connect(self, log: Log) -> "duckdb.DuckDBPyConnection":
        import duckdb

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WarehouseError(
                f"{self._path.parent} cannot be made ({error.strerror}): ECOM_DUCKDB_PATH must "
                "name a file in a folder that you may write to."
            ) from error
        start = time.monotonic()
        told = 0.0
        while True:
            try:
                return duckdb.connect(self._path)
            except duckdb.IOException as error:
                if "lock" not in str(error):
                    raise WarehouseError(
                        f"{self._path} cannot be opened: {_first_line(error)}. ECOM_DUCKDB_PATH "
                        "must name a DuckDB file that you may write to."
                    ) from error
                waited = time.monotonic() - start
                if waited > self._wait_seconds:
                    raise WarehouseBusy(
                        f"{self._path} has been held by another process for "
                        f"{waited:.0f} seconds: {_first_line(error)}. Close that program, "
                        "then run this again."
                    ) from error
                if waited >= told:
                    log(f"waiting for {self._path}: another process has it open")
                    told = waited + 30
                time.sleep(min(0.05 + waited / 20, 1))


class DuckDBSession(Parsing):
    """One connection to the file."""

    engine = "duckdb"

    def __init__(self, connection: "duckdb.DuckDBPyConnection") -> None:
        self._connection = connection

    def add_functions(self) -> None:
        """Make the functions that `sql/duckdb/` needs and DuckDB lacks. They are called for the
        few lines that look like they need them."""
        from ecom_assets.warehouse.arrow import (
            is_json,
            json_text,
            names_a_key_twice,
            plain_number,
        )

        text = "VARCHAR"
        self._connection.create_function("is_json", is_json, [text], "BOOLEAN")
        self._connection.create_function("json_text", json_text, [text, text], text)
        self._connection.create_function("plain_number", plain_number, [text], text)
        self._connection.create_function("names_a_key_twice", names_a_key_twice, [text], "BOOLEAN")

    def run(self, script: str, /, **values: Any) -> Sequence[Row]:
        for statement in render(script, "duckdb", **values):
            self._connection.execute(statement)
        return self._rows()

    def read_table(self, name: str) -> Sequence[Row]:
        self._connection.execute(render_table(name, "duckdb"))
        return self._rows()

    def columns(self) -> Mapping[str, Mapping[str, str]]:
        return types_by_table(self.run("duckdb/columns"))

    def define_view(self, script: str) -> None:
        self.run(script)

    def queries(self) -> Sequence[Query]:
        return []

    def _rows(self) -> Sequence[Row]:
        if not self._connection.description:
            return []
        names = [column[0].lower() for column in self._connection.description]
        return [dict(zip(names, row, strict=True)) for row in self._connection.fetchall()]

    @contextmanager
    def transaction(self, layer: Layer) -> Iterator[None]:
        # the whole file is this session's: nobody else can be at work on the layer
        self._connection.begin()
        try:
            yield
        except BaseException:
            # after an error DuckDB's COMMIT returns normally and keeps nothing, so it must not
            # be reached; a rollback that fails too must not hide why
            with suppress(Exception):
                self._connection.rollback()
            raise
        self._connection.commit()

    def load_lines(
        self, zone: LandingZone, files: Sequence[LandedFile], *, load_id: str, loaded_at: datetime
    ) -> Sequence[LoadedFile]:
        from ecom_assets.warehouse.arrow import LineStream

        stream = LineStream(zone, files)
        self._connection.register("lines", stream.reader())
        try:
            self.run("duckdb/load_lines", load_id=load_id, loaded_at=loaded_at)
        except Exception:
            if stream.error is not None:
                raise stream.error from None
            raise
        self._connection.unregister("lines")
        for loaded in stream.loaded:
            if loaded.row_count is None:
                self.run("raw/unload_file", load_id=load_id, source_filename=loaded.file.name)
        return stream.loaded


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
