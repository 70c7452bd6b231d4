"""The warehouse as a DuckDB file.

One process at a time can have the file open; a session waits for its turn. The file is opened for a
step and closed after it, so that another program can look into it between steps.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ecom_assets.landing.zone import LandedFile, LandingZone
from ecom_assets.model.reading import Reading
from ecom_assets.model.tables import VERSION_TABLE, Column
from ecom_assets.warehouse.contract import (
    Layer,
    LoadedFile,
    Log,
    Purpose,
    Row,
    WarehouseBusy,
    WarehouseError,
    goes_on,
)
from ecom_assets.warehouse.expressions import literal
from ecom_assets.warehouse.migrations import bring_up, copy_aside, pending, takes_time_zone
from ecom_assets.warehouse.rows import types_by_table
from ecom_assets.warehouse.sql import add_column, render, render_table

if TYPE_CHECKING:
    import duckdb

WAIT_FOR_LOCK_SECONDS = 900
"""How long a session waits for another process to let go of the file: a step of a large backfill
takes minutes; what holds the file longer is more likely a forgotten shell."""

ASK_SECONDS = (0.05, 0.25)
"""How long a session waits before it asks for the file again: a time by chance between these, the
same for all, so that of many that wait each has its turn; a step is often done within a second."""

Result = TypeVar("Result")


class DuckDBWarehouse:
    """A warehouse in one DuckDB file, which is made at the first use."""

    def __init__(
        self,
        path: Path,
        *,
        memory_limit: str | None = None,
        wait_seconds: float = WAIT_FOR_LOCK_SECONDS,
        brings_up: bool = True,
        see_wanted: Callable[[], None] = goes_on,
        reading: Reading | None = None,
    ) -> None:
        """A warehouse that is opened at the first session.

        Args:
            path: the file.
            memory_limit: how much memory DuckDB may take; None: as much as it deems right.
            wait_seconds: how long to wait for another process to let go of the file.
            brings_up: whether missing tables are made, and those of an earlier version of this
                project brought up.
            see_wanted: asked before work and before each commit; raises if it shall end.
            reading: how lines become events; None: as the stream declares it.
        """
        self._path = path
        self._brings_up = brings_up
        self._memory_limit = memory_limit
        self._wait_seconds = wait_seconds
        self._see_wanted = see_wanted
        self._reading = reading

    @property
    def url(self) -> str:
        return str(self._path)

    @contextmanager
    def session(self, purpose: Purpose, log: Log) -> Iterator["DuckDBSession"]:
        connection = self._connect(log, read_only=purpose.read_only)
        session = DuckDBSession(connection, self._see_wanted, self._reading)
        try:
            self._see_wanted()
            connection.execute("set timezone = 'UTC'")
            if self._memory_limit:
                connection.execute("set memory_limit = ?", [self._memory_limit])
            session.add_functions()
            if purpose.read_only:
                self._see_brought_up(session)
            elif self._brings_up:
                self._bring_up(session, log)
            yield session
        finally:
            session.end()
            connection.close()

    def rewrite(self, log: Log) -> str:
        from sqlglot import exp

        copy = self._path.with_name(f"{self._path.name}.rewritten")
        copy.unlink(missing_ok=True)
        connection = self._connect(log, read_only=False)
        try:
            connection.execute("checkpoint")
            (name,) = connection.execute("select current_database()").fetchone() or ("",)
            whole = exp.to_identifier(name, quoted=True).sql("duckdb")
            for statement in (
                f"attach {literal(str(copy)).sql('duckdb')} as rewritten",
                f"copy from database {whole} to rewritten",
                "detach rewritten",
            ):
                connection.execute(statement)
            copy.replace(self._path)  # before others may open the file that it takes the place of
        finally:
            connection.close()
        asides = sorted(self._path.parent.glob(f"{self._path.name}.before-v*"))
        return f"copies from before an upgrade: {', '.join(map(str, asides))}" if asides else ""

    def _see_brought_up(self, session: "DuckDBSession") -> None:
        if pending(session):
            raise WarehouseError(
                f"{self._path} has no tables of this version of the project yet, and a plan makes "
                "none: materialize a day first, which does."
            )
        takes_time_zone(session, self._reading)  # or is refused, as it is

    def _bring_up(self, session: "DuckDBSession", log: Log) -> None:
        lacks = pending(session)
        is_to_take_zone = takes_time_zone(session, self._reading)  # or is refused, as it is
        if lacks.files and not lacks.is_new:  # a column or a table more changes no row
            session.checkpoint()
            copy_aside(self._path, log)
        if lacks:
            with session.transaction("raw"):
                bring_up(session, lacks)
        if is_to_take_zone:
            session.run("take_time_zone")

    def _connect(self, log: Log, *, read_only: bool) -> "duckdb.DuckDBPyConnection":
        import duckdb

        if read_only and not self._path.exists():
            raise WarehouseError(f"{self._path} is not there yet: materialize a day first.")
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
                return duckdb.connect(self._path, read_only=read_only)
            except duckdb.Error as error:
                if not _is_locked(error):
                    raise WarehouseError(self._explained(error)) from error
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
                time.sleep(random.uniform(*ASK_SECONDS))  # noqa: S311 - no secret

    def _explained(self, error: Exception) -> str:
        """Why the file cannot be opened, and what to do, in a sentence."""
        import duckdb

        path, why = self._path, _first_line(error)
        said = why.replace(str(path), "")  # which may hold any words
        if "is not a valid DuckDB database file" in said:
            return (
                f"{path} is no DuckDB file: ECOM_DUCKDB_PATH must name one, or a file that is not "
                "there yet."
            )
        if "Trying to read a database file with" in said:
            return (
                f"{path} was written by another version of DuckDB than {duckdb.__version__}, which "
                f"is installed ({why}): run the version of the project that wrote this file, or a "
                "later one; docs/runbook.md says how its rows are taken to another file."
            )
        if "replaying WAL file" in said:
            return (
                f"{path}.wal, which holds what was committed last, is damaged ({why}): put both "
                "files back from a backup, or move this one away, which loses what was committed "
                "last, and materialize the latest days again."
            )
        if "Corrupt database file" in said:
            return (
                f"{path} is damaged ({why}): put it back from a backup, or move it away and "
                "materialize all days again."
            )
        return (
            f"{path} cannot be opened: {why}. ECOM_DUCKDB_PATH must name a DuckDB file that you "
            "may write to."
        )


class DuckDBSession:
    """One connection to the file."""

    lines_at_once = 3_000_000
    """2 GB while they are judged. Ten million take no longer, but several such days do not fit."""

    def __init__(
        self,
        connection: "duckdb.DuckDBPyConnection",
        see_wanted: Callable[[], None] = goes_on,
        reading: Reading | None = None,
    ) -> None:
        self._connection = connection
        self._see_wanted = see_wanted
        self._reading = reading
        self._rehearses = False
        self._thread = ThreadPoolExecutor(1, "duckdb")

    def add_functions(self) -> None:
        """Make the functions that `sql/duckdb/` needs and DuckDB lacks. They are called for the
        few lines that look like they need them."""
        from ecom_assets.warehouse.arrow import is_json, json_number, json_text, plain_number

        text = "VARCHAR"
        self._connection.create_function("is_json", is_json, [text], "BOOLEAN")
        for name, function in (("json_text", json_text), ("json_number", json_number)):
            self._connection.create_function(name, function, [text, text, "BIGINT"], text)
        self._connection.create_function("plain_number", plain_number, [text], text)

    def run(self, script: str, /, **values: Any) -> Sequence[Row]:
        return self._run(render(script, "duckdb", self._reading, self._rehearses, **values))

    def read_table(self, name: str) -> Sequence[Row]:
        return self._run([render_table(name, "duckdb")])

    def columns(self) -> Mapping[str, Mapping[str, str]]:
        return types_by_table(self.run("columns"))

    def history(self) -> Sequence[Row]:
        import duckdb

        try:
            return self.read_table(VERSION_TABLE)
        except duckdb.CatalogException:
            return []

    def add_column(self, table: str, column: Column) -> None:
        self._run([add_column(table, column, "duckdb")])

    def define_view(self, script: str) -> None:
        self.run(script)

    def queries(self) -> Sequence[Row]:
        return []

    def bytes_scanned(self) -> None:
        return None

    def checkpoint(self) -> None:
        """Put all that was committed into the file itself."""
        self._run(["checkpoint"])

    def end(self) -> None:
        """Let go of the thread; the connection is its maker's to close."""
        self._thread.shutdown()

    def _run(self, statements: Iterable[str]) -> Sequence[Row]:
        def run() -> Sequence[Row]:
            for statement in statements:
                self._connection.execute(statement)
            return self._rows()

        return self._interruptibly(run)

    def _interruptibly(self, work: Callable[[], Result]) -> Result:
        """Do work in a thread: in this one Python would see no signal while DuckDB is at it."""
        future = self._thread.submit(work)
        try:
            return future.result()
        except BaseException:
            while not future.done():
                self._connection.interrupt()  # again, for it may not have begun
                wait([future], timeout=0.05)
            raise

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
            self._see_wanted()
        except BaseException:
            # after an error DuckDB's COMMIT returns normally and keeps nothing, so it must not
            # be reached; a rollback that fails too must not hide why
            with suppress(Exception):
                self._connection.rollback()
            raise
        self._connection.commit()

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        self._rehearses = True
        try:
            yield
        finally:
            self._rehearses = False

    def load_lines(
        self, zone: LandingZone, files: Sequence[LandedFile], *, load_id: str, loaded_at: datetime
    ) -> Sequence[LoadedFile]:
        from ecom_assets.warehouse.arrow import LineStream

        stream = LineStream(zone, files)
        self._connection.register("lines", stream.reader())
        try:
            self.run("load_lines", load_id=load_id, loaded_at=loaded_at)
        except Exception:
            if stream.error is not None:
                raise stream.error from None
            raise
        self._connection.unregister("lines")
        for loaded in stream.loaded:
            if loaded.row_count is None:
                self.run("raw/unload_file", load_id=load_id, source_filename=loaded.file.name)
        return stream.loaded


def _is_locked(error: Exception) -> bool:
    """Whether another process has the file open. DuckDB numbers no errors: what comes before the
    file's name in the text is all there is to tell them by."""
    return str(error).startswith("IO Error: Could not set lock on file")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
