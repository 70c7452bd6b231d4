"""The parts of Dagster's instance that `dagster.yaml` names: Dagster's own, with what they lack on
one machine.

Storage and logs lie below DAGSTER_HOME whatever the folder of the process is; the storage is made
by one process at a time; and a run whose process is gone is found by the daemon. Dagster offers no
public base for these classes.
"""

import fcntl
import os
import sqlite3
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

import dagster as dg
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
from dagster._serdes import deserialize_value
from sqlalchemy import Connection, Engine, create_engine

from ecom_assets.stopping import PROCESS_TAG, is_at_work

MADE_ONCE = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
"""Dagster's databases but for those of single runs, which one process makes."""

RUNS_AT_HAND = 16
"""The logs of so many runs are kept open."""

KNOWN_AGAIN_SECONDS = 15
"""After so long the daemon knows a code server that is back: it looks each ten seconds
(`ERROR_RECOVERY_INTERVAL` of Dagster's server_watcher.py), and loads what it finds."""


def below_home(folder: str) -> Path:
    """A folder as `dagster.yaml` names it: relative to DAGSTER_HOME, where Dagster has read it, or
    without one to the folder of the process, where it has read it then."""
    return Path(os.environ.get("DAGSTER_HOME", ""), folder).absolute()


class StorageBroken(Exception):
    """Dagster's storage cannot be used; the text says what is wrong, where, and what to do."""


class EventLog(SqliteEventLogStorage):
    """Dagster's log of events in SQLite, which keeps its connections, and what SQLAlchemy has made
    of a statement. A small day writes 150 events in 400 transactions; opening the files and making
    the statements anew for each takes longer than all else that the project does in such a run."""

    def __init__(self, base_dir: str) -> None:
        self._engines: OrderedDict[tuple[str, int], Engine] = OrderedDict()
        weakref.finalize(self, _dispose, self._engines)  # not everybody disposes of an instance
        super().__init__(base_dir)
        # `has_table` is asked while an event is written, by the thread that has the lock
        self._db_lock = threading.RLock()  # type: ignore[assignment]

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        """The one of this file: another in its place (`dagster run wipe`) has one of its own."""
        path = self.path_for_shard(shard)
        at_hand = shard, _inode(path)
        if engine := self._engines.get(at_hand):
            self._engines.move_to_end(at_hand)
            return engine
        engine = create_engine(
            self.conn_string_for_shard(shard),
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS},
        )
        self._initdb(engine)
        self._engines[shard, _inode(path)] = engine  # which is there now
        if len(self._engines) > RUNS_AT_HAND:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    def has_table(self, table_name: str) -> bool:
        with self._connect(INDEX_SHARD_NAME) as connection:
            return bool(connection.dialect.has_table(connection, table_name))

    def dispose(self) -> None:
        super().dispose()
        _dispose(self._engines)


def _dispose(engines: OrderedDict[tuple[str, int], Engine]) -> None:
    while engines:
        engines.popitem()[1].dispose()


def _inode(path: str) -> int:
    try:
        return os.stat(path).st_ino
    except FileNotFoundError:
        return 0


class HomeStorage(DagsterSqliteStorage):
    """Dagster's SQLite storage; `base_dir` is relative to DAGSTER_HOME."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = EventLog(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Self:
        """Open the storage, or make it.

        Raises:
            StorageBroken: two processes have made it at once, before they waited for each other.
        """
        base = below_home(config_value["base_dir"])
        base.mkdir(parents=True, exist_ok=True)
        # Of two processes that make it at once each may write down another version of its schema,
        # and none can open it from then on. The lock goes with the process that holds it.
        with (base / "making.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if any(_heads(base / database) > 1 for database in MADE_ONCE):
                raise StorageBroken(
                    f"Dagster's storage in {base} is broken: two processes have made it at the "
                    "same time (“more than one head present”). Stop everything of Dagster's, move "
                    "that folder away, and start again: the tables are not touched, and only "
                    "Dagster's history of runs is lost."
                )
            return cls(str(base), inst_data=inst_data)


def _heads(database: Path) -> int:
    """How many versions of its schema a database names."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            (found,) = connection.execute("select count(*) from alembic_version").fetchone()
            return int(found)
    except sqlite3.Error:  # which is for Dagster to say
        return 0


class HomeLogs(LocalComputeLogManager):
    """What runs print, in files; `base_dir` is relative to DAGSTER_HOME."""

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Self:
        return cls(str(below_home(config_value["base_dir"])), inst_data=inst_data)


class Launcher(dg.DefaultRunLauncher):
    """Dagster's launcher of processes on this machine, which also finds runs whose process is gone,
    whoever has started them: a killed run looks as if it went on, and keeps its place among the
    runs at once, and its day from other runs. The daemon asks (`run_monitoring` in `dagster.yaml`),
    reports such a run as failed, and tries it again if it had launched it.
    """

    def __init__(self, *of_dagster: Any, **more: Any) -> None:
        super().__init__(*of_dagster, **more)
        self._gone_since: dict[str, float] = {}

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether the process that executes a run is there. Where its lock cannot be seen, the code
        server knows that has started it; where nobody knows, it counts as there.

        A run is not called gone while its code server is not there, as during a deploy, nor at once
        after: the daemon has to know the server again before it can start the next try, and it does
        not try that twice.
        """
        there = is_at_work(self._instance, run)
        client = self._get_grpc_client_for_termination(run.run_id)  # type: ignore[no-untyped-call]
        if client is None:  # of the command line
            is_gone = there is False
        elif there or self._may_be_at(client, run.run_id, is_dead=there is False):
            is_gone = False
            self._gone_since.pop(run.run_id, None)
        else:
            now = time.monotonic()
            is_gone = now - self._gone_since.setdefault(run.run_id, now) >= KNOWN_AGAIN_SECONDS
        if not is_gone:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        why = "The process of this run is gone: it was killed, or its terminal or container ended."
        return CheckRunHealthResult(WorkerStatus.FAILED, why)

    def _may_be_at(self, client: Any, run_id: str, *, is_dead: bool) -> bool:
        """Whether a run may be at work for a code server, or will be clear when that is back."""
        try:
            answer = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run_id))
        except DagsterUserCodeUnreachableError:
            return True
        known = deserialize_value(answer, CanCancelExecutionResult).can_cancel
        return bool(known) and not is_dead

    def terminate(self, run_id: str) -> bool:
        """Ask a run to end. One that this launcher has not launched finds out by itself; one whose
        process is gone has ended.

        Returns: whether it has ended, or will.
        """
        is_asked = bool(super().terminate(run_id))  # type: ignore[no-untyped-call]
        run = self._instance.get_run_by_id(run_id)
        if is_asked or run is None or run.is_finished or PROCESS_TAG not in run.tags:
            return is_asked
        if is_at_work(self._instance, run) is False:
            self._instance.report_run_canceled(run, "The process of this run is gone.")
        return True
