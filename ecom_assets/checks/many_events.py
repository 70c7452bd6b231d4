"""Storing the check results of many days in seconds in place of minutes.

For each event Dagster's SQLite storage has three transactions: some 20 ms as Dagster has it, 4 as
`instance.py` does. A run for a year of days has 9,000 results. Here Dagster's own code writes the
same rows, while its files are held open and committed once for some hundred events. Other storages
get the events one by one, as ever. The private methods that this takes over stand here and in
`instance.py` alone.
"""

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import dagster as dg

EVENTS_A_TRANSACTION = 250
"""Some tenths of a second: others who write to Dagster's storage wait for no longer than that."""


def store_events(
    instance: dg.DagsterInstance, run_id: str, events: Sequence[dg.EventLogEntry]
) -> None:
    """Store events of a run, none that changes its status, as `instance.handle_new_event` does one
    by one."""
    # brings SQLAlchemy and Alembic, a third of what loading the definitions would take
    from dagster._core.storage.event_log import SqliteEventLogStorage

    class HeldOpen(SqliteEventLogStorage):
        """The storage on connections that are open, each in a transaction."""

        def __init__(self, run: Any, index: Any) -> None:
            self._run = run
            self._index = index

        def run_connection(self, run_id: str | None = None) -> AbstractContextManager[Any]:
            return nullcontext(self._run)

        def index_connection(self) -> AbstractContextManager[Any]:
            return nullcontext(self._index)

        def has_table(self, table_name: str) -> bool:
            return True

    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        for event in events:
            instance.handle_new_event(event)
        return
    folder = os.path.dirname(storage.path_for_shard(run_id))
    # one for each file, for a storage lets one connection at a time be open
    of_run, of_index = SqliteEventLogStorage(folder), SqliteEventLogStorage(folder)
    for start in range(0, len(events), EVENTS_A_TRANSACTION):
        # committed in the order in which Dagster does: the run's file, then the index
        with of_index.index_connection() as index, of_run.run_connection(run_id) as run:
            held_open = HeldOpen(run, index)
            for event in events[start : start + EVENTS_A_TRANSACTION]:
                held_open.store_event(event)
