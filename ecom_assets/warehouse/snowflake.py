"""The warehouse as a Snowflake database.

All work is pushed down: lines go from the bucket into RAW by COPY, and no row of them passes
through here. A session is one connection, through dagster-snowflake's resource; its statements
carry a tag that says which asset, days and run they are for.

The tables, views and the stage are made by the set-up, for the role that loads may not.

Longer than most modules: logging in, transactions and COPY with its corrections are one session's.
"""

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ecom_assets.landing.lines import empty_upload
from ecom_assets.landing.zone import FileChanged, LandedFile, LandingZone
from ecom_assets.model.reading import Reading
from ecom_assets.model.tables import VERSION_TABLE, Column
from ecom_assets.settings import SnowflakeSettings
from ecom_assets.text.redaction import cause, redacted, register_secrets
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
from ecom_assets.warehouse.migrations import VERSION, other_version, takes_time_zone
from ecom_assets.warehouse.rows import types_by_table
from ecom_assets.warehouse.sql import add_column, render, render_table

if TYPE_CHECKING:
    from dagster_snowflake import SnowflakeResource
    from snowflake.connector import SnowflakeConnection

FILES_PER_COPY = 400
"""A COPY statement takes 1,000 files by name (Snowflake's documentation of COPY INTO), and a
statement 1 MB: as many names as S3 allows to be longest, each character of them a quote."""

LOGIN_SECONDS = 60
"""How long a login is tried before it is an error; a wrong host would be tried for minutes."""

LOCK_SECONDS = 3_600
"""How long a statement waits for another transaction's lock; by default, 12 hours. A step of a
large backfill takes minutes, and Snowflake itself ends a transaction that keeps others waiting and
has been idle for 5 minutes, such as a killed run's."""

STATEMENT_SECONDS = 3 * 3_600
"""How long a statement may run, the wait for a lock included; by default, two days."""

NETWORK_SECONDS = 4 * 3_600
"""How long a request is tried again when the service does not answer; by default, for ever. The
connector cancels a statement that takes as long (`SnowflakeCursor.execute`), so it is more than a
statement may take."""

SESSION_PARAMETERS: dict[str, str | bool | int] = {
    # what a text becomes, and what becomes a text
    "DATE_INPUT_FORMAT": "YYYY-MM-DD",
    "TIME_INPUT_FORMAT": "AUTO",
    "TIMESTAMP_INPUT_FORMAT": "AUTO",
    "DATE_OUTPUT_FORMAT": "YYYY-MM-DD",
    "TIMESTAMP_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF6",
    "TIMESTAMP_NTZ_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF6",
    "BINARY_INPUT_FORMAT": "HEX",
    "BINARY_OUTPUT_FORMAT": "HEX",
    "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
    "TIMEZONE": "UTC",
    # what a name is, and where a null is sorted
    "QUOTED_IDENTIFIERS_IGNORE_CASE": False,
    "DEFAULT_NULL_ORDERING": "LAST",
    # what a transaction is, and when a statement ends
    "AUTOCOMMIT": True,
    "TRANSACTION_ABORT_ON_ERROR": False,
    "ABORT_DETACHED_QUERY": True,
    "LOCK_TIMEOUT": LOCK_SECONDS,
    "STATEMENT_TIMEOUT_IN_SECONDS": STATEMENT_SECONDS,
    "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS": 0,
    "ROWS_PER_RESULTSET": 0,
}
"""What an account or a user may have set otherwise, and what the SQL of this project gives depends
on ("Parameters" in Snowflake's documentation). A session of the pipeline logs in with them, the
set-up begins with them. DEFAULT_DDL_COLLATION, which no session can set, the set-up sets on the
database."""

NO_DETECTION = {"platform_detection_timeout_seconds": 0.0}
"""The connector's guess, for its telemetry, at the cloud it runs in: at each login it would ask AWS
who these AWS credentials are, and the metadata services of three clouds."""


class SnowflakeWarehouse:
    """A warehouse in a Snowflake database."""

    def __init__(
        self,
        settings: SnowflakeSettings,
        *,
        network_seconds: int = NETWORK_SECONDS,
        see_wanted: Callable[[], None] = goes_on,
        reading: Reading | None = None,
    ) -> None:
        """A warehouse that is connected to at the first session.

        Args:
            settings: the connection.
            network_seconds: how long a request is tried again when the service does not answer.
            see_wanted: asked before work and before each commit; raises if it shall end.
            reading: how lines become events; None: as the stream declares it.
        """
        self._settings = settings
        self._network_seconds = network_seconds
        self._see_wanted = see_wanted
        self._reading = reading

    @property
    def url(self) -> str:
        return f"snowflake://{self._settings.account}/{self._settings.database}"

    @contextmanager
    def session(self, purpose: Purpose, log: Log) -> Iterator["SnowflakeSession"]:
        # the resource's context does not close the connection when what is inside fails, so we do
        self._see_wanted()
        context = self._resource(purpose).get_connection()
        with self._explained():
            connection = context.__enter__()
        try:
            with _sigterm_as_sigint():
                yield SnowflakeSession(
                    connection, query_tag(purpose), self._see_wanted, self._reading
                )
        finally:
            with suppress(Exception):  # the work is done or has failed; neither must be hidden
                connection.close()

    def rewrite(self, log: Log) -> str:
        return "Snowflake's Time Travel, and the seven days of Fail-safe after it"

    def _resource(self, purpose: Purpose) -> "SnowflakeResource":
        from dagster_snowflake import SnowflakeResource

        settings = self._settings
        key = settings.private_key_path
        without_key = login_without_key(settings)
        place = {"host": settings.host, "port": settings.port, "protocol": settings.protocol}
        return SnowflakeResource(
            account=settings.account,
            user=settings.user,
            role=settings.role,
            warehouse=settings.warehouse,
            database=settings.database,
            schema="STAGING",
            login_timeout=LOGIN_SECONDS,
            network_timeout=self._network_seconds,
            additional_snowflake_connection_args={
                **{name: value for name, value in place.items() if value is not None},
                **{name: without_key[name] for name in _OF_TOKENS if name in without_key},
                "session_parameters": {**SESSION_PARAMETERS, "QUERY_TAG": query_tag(purpose)},
                **NO_DETECTION,
            },
            private_key_path=str(key) if key else None,
            private_key_password=settings.private_key_passphrase if key else None,
            password=without_key.get("password"),
            authenticator=without_key.get("authenticator"),
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        from snowflake.connector import errors

        settings = self._settings
        try:
            yield
        except (errors.OperationalError, errors.InterfaceError) as error:
            raise WarehouseBusy(
                f"Snowflake account {settings.account} cannot be reached: {said(error)}. Check "
                "the network, SNOWFLAKE_ACCOUNT, and SNOWFLAKE_HOST if it is set."
            ) from cause(error)
        except errors.Error as error:
            raise WarehouseError(
                f"Snowflake account {settings.account} does not let {settings.user} in with role "
                f"{settings.role}: {said(error)}. Check the SNOWFLAKE_ settings."
            ) from cause(error)
        except (TypeError, ValueError) as error:
            raise WarehouseError(
                f"SNOWFLAKE_PRIVATE_KEY_PATH names {settings.private_key_path}, which cannot be "
                f"read as a private key ({said(error)}): it must be PKCS#8 in PEM, and "
                "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE what it is encrypted with."
            ) from cause(error)


_OF_TOKENS = ("token", "workload_identity_provider")


def login_without_key(settings: SnowflakeSettings) -> dict[str, Any]:
    """How the connector logs in where no private key is named: its arguments by their names.

    Raises:
        WarehouseError: the file of the token cannot be read.
    """
    if settings.private_key_path:
        return {}
    how: dict[str, Any] = {}
    if settings.token_path:
        try:  # the connector would take the line's end for a part of it
            how["token"] = settings.token_path.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise WarehouseError(
                f"SNOWFLAKE_TOKEN_PATH names {settings.token_path}, which cannot be read "
                f"({getattr(error, 'strerror', None) or 'it is no text'}): see that it holds the "
                "token, and that this user may read it."
            ) from None
        register_secrets([how["token"]])
    if provider := settings.workload_identity:
        return {**how, "authenticator": "WORKLOAD_IDENTITY", "workload_identity_provider": provider}
    return {**how, "authenticator": "OAUTH"} if how else {"password": settings.password}


@contextmanager
def _sigterm_as_sigint() -> Iterator[None]:
    """The connector cancels its statement at SIGINT, whose handler it replaces for so long; at
    SIGTERM it would leave it running."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def query_tag(purpose: Purpose) -> str:
    """The tag of a session's statements in Snowflake's history, as JSON."""
    said = {
        "app": "ecom_assets",
        "asset": purpose.step,
        "first_day": purpose.first_day and purpose.first_day.isoformat(),
        "last_day": purpose.last_day and purpose.last_day.isoformat(),
        "run_id": purpose.run_id,
    }
    return json.dumps({name: value for name, value in said.items() if value is not None})


class SnowflakeSession:
    """One connection to the account."""

    lines_at_once = 300_000_000
    """Some 100 GB, minutes of a middling warehouse: a statement for fewer would cost more than to
    do again what a run has lost that was killed."""

    def __init__(
        self,
        connection: "SnowflakeConnection",
        tag: str,
        see_wanted: Callable[[], None] = goes_on,
        reading: Reading | None = None,
    ) -> None:
        self._connection = connection
        self._see_wanted = see_wanted
        self._reading = reading
        self._rehearses = False
        self._tag = tag  # of its statements, which says who takes a turn as well
        self._queries: list[Row] = []

    def run(self, script: str, /, **values: Any) -> Sequence[Row]:
        rows: Sequence[Row] = []
        for statement in render(script, "snowflake", self._reading, self._rehearses, **values):
            rows = self._execute(statement, script)
        return rows

    def read_table(self, name: str) -> Sequence[Row]:
        return self._execute(render_table(name, "snowflake"), name)

    def columns(self) -> Mapping[str, Mapping[str, str]]:
        return types_by_table(self.run("columns"))

    def history(self) -> Sequence[Row]:
        there = VERSION_TABLE in self.columns()
        return self.read_table(VERSION_TABLE) if there else []

    def add_column(self, table: str, column: Column) -> None:
        self._execute(add_column(table, column, "snowflake"), "add_column")

    def ask(self, statement: str) -> Sequence[Row]:
        """The answer to a statement that concerns no rows: DESC, LIST, SHOW."""
        return self._execute(statement, statement)

    def define_view(self, script: str) -> None:
        """Nothing: views belong to the role that owns them, and the set-up makes them."""

    def queries(self) -> Sequence[Row]:
        return self._queries

    def bytes_scanned(self) -> int | None:
        with suppress(Exception):  # the work is done; a role may be kept from the history
            (row,) = self.run("query_history")
            return int(row["bytes_scanned"])
        return None

    def _execute(self, statement: str, script: str) -> Sequence[Row]:
        from snowflake.connector import errors

        begun = time.monotonic()
        with self._connection.cursor() as cursor:
            try:
                cursor.execute(statement)
            except errors.Error as error:
                if error.errno == _LOCKED:
                    raise WarehouseBusy(
                        f"{script}: {said(error)}. Other runs are writing the same tables; see who "
                        "with SHOW LOCKS as the user of SNOWFLAKE_USER, then run this again."
                    ) from cause(error)
                if error.errno in _NO_SUCH_OBJECT:
                    raise WarehouseError(
                        f"{script}: {said(error)}. The tables are not those that this project "
                        "knows, or the role may not use them: an administrator runs `make "
                        "snowflake-setup APPLY=1`, which makes them, brings those of an earlier "
                        "version up, and grants the role what it needs; see "
                        "docs/setup-s3-snowflake.md."
                    ) from cause(error)
                if cause(error) is None:
                    raise WarehouseError(f"{script}: {said(error)}.") from None
                raise
            self._queries.append(
                {
                    "query_id": str(cursor.sfqid),
                    "script": script,
                    "rows": cursor.rowcount or 0,
                    "milliseconds": round((time.monotonic() - begun) * 1_000),
                }
            )
            names = [column.name.lower() for column in cursor.description or ()]
            found = cursor.fetchall()
        return [dict(zip(names, row, strict=True)) for row in found]

    @contextmanager
    def transaction(self, layer: Layer) -> Iterator[None]:
        self._execute("begin", "begin")
        try:
            if not self._rehearses:
                self._take_turn(layer)
            yield
            self._see_wanted()
        except BaseException:
            with suppress(Exception):  # a rollback that fails too must not hide why
                self._execute("rollback", "rollback")
            raise
        self._execute("commit", "commit")

    def _take_turn(self, layer: Layer) -> None:
        """Keep other transactions on the layer out until this one ends.

        Snowflake isolates no more than READ COMMITTED, and an INSERT keeps nobody out: of two runs
        that replace the same day, both may find nothing to delete, and both insert. So each changes
        the same row first. An UPDATE waits for the lock of another, and the statements behind it
        begin later, so they see what the other has committed.

        It changes the row only where the tables are of this project's version and time zone, so
        that to look takes no statement of its own.
        """
        if self._has_turn(layer):
            return
        if self._takes_time_zone():
            self.run("take_time_zone")
            if self._has_turn(layer):
                return
        raise WarehouseError(
            f"{layer.upper()}.TURNS has no row, so runs cannot wait for each other: run the "
            "set-up again; see docs/setup-s3-snowflake.md."
        )

    def _takes_time_zone(self) -> bool:
        """See that the tables are of this project's version.

        Returns: whether they are to take its time zone.
        """
        version = max((row["version"] for row in self.history()), default=0)
        if version != VERSION:
            raise WarehouseError(other_version(version))
        return takes_time_zone(self, self._reading)

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        self._takes_time_zone()  # as taking a turn would
        self._rehearses = True
        try:
            yield
        finally:
            self._rehearses = False

    def _has_turn(self, layer: Layer) -> bool:
        from sqlglot import exp

        told = self.run(
            "turn",
            table_name=exp.to_table(f"{layer}.turns"),
            taken_by=self._tag,
            taken_at=datetime.now(UTC).replace(tzinfo=None),
            version=VERSION,
        )
        return bool(int(told[0]["number of rows updated"]))

    def load_lines(
        self, zone: LandingZone, files: Sequence[LandedFile], *, load_id: str, loaded_at: datetime
    ) -> Sequence[LoadedFile]:
        days = [file.day for file in files]
        loaded: dict[str, LoadedFile] = {}
        for start in range(0, len(files), FILES_PER_COPY):
            some = files[start : start + FILES_PER_COPY]
            loaded |= self._copy(zone, some, load_id=load_id, loaded_at=loaded_at)
        for name in self._vanished(zone, files):
            # of a file that is not there any more COPY may say that it failed
            if name in loaded and loaded[name].row_count is None:
                del loaded[name]
        load = {"load_id": load_id, "first_day": min(days), "last_day": max(days)}
        return self._corrected(loaded, load)

    def _copy(
        self, zone: LandingZone, files: Sequence[LandedFile], *, load_id: str, loaded_at: datetime
    ) -> dict[str, LoadedFile]:
        from snowflake.connector import errors

        prefix = zone.url.removeprefix("s3://").partition("/")[2]  # what is before a file's name
        before = len(f"{prefix}/") if prefix else 0
        values = {
            "file_names": [literal(file.name) for file in files],
            "name_start": before + 1,
            "day_start": before + 1 + len("dt="),
            "load_id": load_id,
            "loaded_at": loaded_at,
        }
        try:
            answer = self.run("load_lines", on_error="ABORT_STATEMENT", **values)
        except errors.ProgrammingError as error:
            if error.errno in _ENDED:
                raise
            # one of the files cannot be read: which, and the others
            answer = self.run("load_lines", on_error="SKIP_FILE", **values)
        # one row per file, or one without files at all
        told = {_name_below(zone.url, row["file"]): row for row in answer if "file" in row}
        if unknown := told.keys() - {file.name for file in files}:
            raise WarehouseError(
                f"Snowflake says that it loaded {min(unknown)}, which is none of the files asked "
                f"for: see that the stage RAW.SALES_LANDING points to {zone.url}/."
            )
        return {file.name: _loaded(file, told[file.name]) for file in files if file.name in told}

    def _vanished(self, zone: LandingZone, files: Sequence[LandedFile]) -> Sequence[str]:
        """The names of those files that are there no more.

        COPY reads whatever has a file's name at that moment. What is the same version before and
        after it is the version that was read.

        Raises:
            FileChanged: a file was rewritten.
        """
        days = [file.day for file in files]
        now = {file.name: file for file in zone.list_files(min(days), max(days))}
        for file in files:
            there = now.get(file.name)
            if there is not None and (there.etag, there.size) != (file.etag, file.size):
                raise FileChanged(f"{file.name} was rewritten while it was loaded.")
        return [file.name for file in files if file.name not in now]

    def _corrected(
        self, loaded: dict[str, LoadedFile], load: dict[str, Any]
    ) -> Sequence[LoadedFile]:
        odd = {
            row["source_filename"]: row["blank_rows"]
            for row in self.run("odd_lines", **load)
            if row["blank_rows"] or row["rows_with_cr"]
        }
        if odd:
            self.run("correct_lines", **load)
        return [
            LoadedFile(
                one.file,
                None if one.row_count is None else one.row_count - odd.get(one.file.name, 0),
                one.problem,
            )
            for one in loaded.values()
        ]


def _name_below(zone_url: str, told: str) -> str:
    """A file's name below the landing zone, from what COPY says of it: its URL, whose scheme is
    `s3china` or `s3gov` in some regions, or what follows the bucket's or the stage's name."""
    prefix = zone_url.removeprefix("s3://").partition("/")[2]
    below_bucket = told.partition("://")[2].partition("/")[2] or told
    return below_bucket.removeprefix(f"{prefix}/")


def _loaded(file: LandedFile, row: Row) -> LoadedFile:
    if problem := empty_upload(file):
        return LoadedFile(file, None, problem)
    if str(row["status"]).upper() == "LOADED":
        return LoadedFile(file, int(row["rows_loaded"]))
    return LoadedFile(
        file,
        None,
        f"{file.name} was not loaded (line {row['first_error_line']}: {row['first_error']})",
    )


_ENDED = (604, 625, 630)
"""Snowflake's numbers for a statement that was canceled (604), waited in vain (625) or took too
long (630), as users report them."""
_LOCKED = 625
"""Snowflake's number for a lock that was waited for in vain, too long or behind too many others. As
users report it ("waiting for this lock is limited to", "the number of waiters for this lock exceeds
the 20 statements limit"); the documentation names no number."""
_NO_SUCH_OBJECT = (904, 2003, 2043, 3001)
"""Snowflake's numbers for a column (904) or an object that is not there or that the role may not
use."""


def said(error: Exception) -> str:
    """What Snowflake, or its connector, said of an error; on one line, without a full stop and
    without secrets."""
    return " ".join(redacted(str(getattr(error, "msg", None) or error)).split()).rstrip(".")
