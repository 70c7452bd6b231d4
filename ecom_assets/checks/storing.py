"""Events stored many to a transaction.

Dagster stores one event at a time. On SQLite that is three transactions, each of which opens a file
and closes it again, and a year of days with 22 checks has 8,030 events. So a copy of Dagster's own
SQLite storage is lent connections that stay open, and what it wrote is committed for many events
at once. The private names that this takes stand here alone. Other storages get the events one by
one, as Dagster would have it.
"""

import copy
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from dagster._core.storage.event_log import SqliteEventLogStorage
    from sqlalchemy import Connection

AT_ONCE = 100
"""Events to a transaction. Others who write to Dagster's index wait for it, some tenths of a
second; they would give up after 30 seconds."""
WAIT_SECONDS = 30.0
"""How long a transaction waits for another process's, as Dagster's own do."""


def store_events(
    instance: dg.DagsterInstance, run_id: str, events: Sequence[dg.DagsterEvent]
) -> None:
    """Store events of a run, in their order.

    Args:
        instance: where.
        run_id: of the run, which Dagster has begun.
        events: not about the run's own status, which Dagster follows up.
    """
    # Not at the top: loading the definitions would bring SQLAlchemy.
    from dagster._core.storage.event_log import SqliteEventLogStorage

    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        for event in events:
            instance.report_dagster_event(event, run_id=run_id)
        return
    for start in range(0, len(events), AT_ONCE):
        with _one_transaction(storage, run_id) as together:
            for event in events[start : start + AT_ONCE]:
                together.store_event(_entry(run_id, event))


def _entry(run_id: str, event: dg.DagsterEvent) -> dg.EventLogEntry:
    return dg.EventLogEntry(  # type: ignore[no-untyped-call]
        error_info=None,
        level=logging.INFO,
        user_message="",
        run_id=run_id,
        timestamp=time.time(),
        step_key=event.step_key,
        job_name=event.job_name,
        dagster_event=event,
    )


@contextmanager
def _one_transaction(
    storage: "SqliteEventLogStorage", run_id: str
) -> Iterator["SqliteEventLogStorage"]:
    """A storage like this one that commits at the end: the run's own file, then the index. After an
    error it keeps nothing."""
    import sqlalchemy

    with storage.run_connection(run_id):  # it makes the run's file where there is none yet
        pass
    connections: dict[str, Connection] = {}
    with ExitStack() as opened:

        @contextmanager
        def connect(shard: str) -> "Iterator[Connection]":
            if shard not in connections:
                engine = sqlalchemy.create_engine(
                    storage.conn_string_for_shard(shard),
                    poolclass=sqlalchemy.NullPool,
                    connect_args={"timeout": WAIT_SECONDS},
                )
                opened.callback(engine.dispose)
                connections[shard] = opened.enter_context(engine.connect())
            yield connections[shard]

        together = copy.copy(storage)
        together._connect = connect  # type: ignore[method-assign]
        yield together
        for connection in connections.values():
            connection.commit()
