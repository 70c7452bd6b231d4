"""What Dagster has stored about a customer is erased: previews, samples, messages, configurations.

Dagster offers no call that changes what an event says, so its tables are gone through, whatever
their names: in each text that leads to the customer the words that do are replaced, and nothing
else. Runs, materializations and checks stay what they were.
"""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import dagster as dg
import sqlalchemy as db

from ecom_assets.pipeline.forget import ERASED, Names

ROW_LABELS = frozenset({"preview", "sample", "samples"})
"""Metadata of these names has rows of the data."""
_STRUCTURE = frozenset({"__class__", "__enum__", "path", "partition", "step_key"})
"""What stands behind these keys in Dagster's JSON is no text."""
_ROWS_AT_ONCE = 500
_PASSES = 3
"""What another process changes while it is looked through is looked through again."""


@dataclass
class Wanted:
    """What is looked for.

    Attributes:
        values: what leads to the customer, each a whole word.
        days: of these days no row of the data is kept, whosever it is: one that is cut short does
            not say.
    """

    values: Collection[str]
    days: Collection[date]

    def __post_init__(self) -> None:
        self._names = Names(self.values)
        self._days = [f'"{day}"' for day in self.days]

    def without(self, text: str) -> str:
        """A stored text without what leads to the customer; the same where nothing does."""
        try:
            stored = json.loads(text)
        except ValueError:
            return ERASED if self._names.are_in(text) else text
        if not isinstance(stored, dict | list):
            return ERASED if self._names.are_in(text) else text
        has_rows = any(day in text for day in self._days)
        cleaned = self._cleaned(stored, has_rows=has_rows)
        return text if cleaned == stored else json.dumps(cleaned)

    def _cleaned(self, value: Any, *, has_rows: bool) -> Any:
        if isinstance(value, str):
            return ERASED if self._names.are_in(value) else value
        if isinstance(value, list):
            return [self._cleaned(one, has_rows=has_rows) for one in value]
        if not isinstance(value, dict):
            return value
        if has_rows and value.get("label") in ROW_LABELS:
            return {**value, "entry_data": _without_rows(value["entry_data"])}
        return {
            key: one if key in _STRUCTURE else self._cleaned(one, has_rows=has_rows)
            for key, one in value.items()
        }


def _without_rows(shown: Any) -> Any:
    """Metadata without rows: a table that has none, a text that says so."""
    if not isinstance(shown, dict):
        return shown
    return {
        key: [] if key == "records" else ERASED if key in ("text", "md_str") else one
        for key, one in shown.items()
    }


def erase_stored_texts(instance: dg.DagsterInstance, wanted: Wanted) -> dict[str, int]:
    """Erase it from all that an instance has stored.

    Returns: of each table the rows that were changed, and of `printed logs` the runs whose printed
    output was deleted, for it is a text that says anything.
    """
    changed: dict[str, int] = {}
    for connect in _databases(instance):
        for table, rows in _erase(connect, wanted).items():
            changed[table] = changed.get(table, 0) + rows
    # not the one at work, that erases: beside its output lies what says that it is there
    runs = [r.run_id for r in instance.get_runs() if r.is_finished and _is_about(r, wanted)]
    for run_id in runs:
        instance.compute_log_manager.delete_logs(prefix=[run_id])
    return {**changed, "printed logs": len(runs)}


def _is_about(run: dg.DagsterRun, wanted: Wanted) -> bool:
    from ecom_assets.partitions import EventDays

    days = EventDays.of_tags(run.tags)
    return days is None or any(day in days.days for day in wanted.days)


Connect = Callable[[], AbstractContextManager[db.Connection]]


def _databases(instance: dg.DagsterInstance) -> Iterator[Connect]:
    """All databases of an instance: SQLite has one per run and three further ones."""
    events: Any = instance.event_log_storage
    runs: Any = instance.run_storage
    schedules: Any = instance.schedule_storage
    yield events.index_connection
    yield runs.connect
    yield schedules.connect
    if events.is_run_sharded:
        for run_id in events.get_all_run_ids():
            yield partial(events.run_connection, run_id)


def _erase(connect: Connect, wanted: Wanted) -> dict[str, int]:
    """Erase it from one database; returns, of each table, how many rows were changed."""
    changed: dict[str, int] = {}
    for _ in range(_PASSES):
        with connect() as connection:
            updates = [*_updates(connection, wanted)]
            engine = connection.engine
        if not updates:
            break
        # on its own: SQLite lets nobody write who has read what another has changed since
        with connect() as connection:
            for name, update in updates:
                changed[name] = changed.get(name, 0) + connection.execute(update).rowcount
    if changed:
        _overwrite(engine, changed)
    return changed


def _updates(connection: db.Connection, wanted: Wanted) -> Iterator[tuple[str, db.Update]]:
    schema = db.MetaData()
    schema.reflect(connection)
    for table in schema.tables.values():
        texts = [c for c in table.columns if isinstance(c.type, db.String)]
        for row in _rows(connection, table):
            new = _changes(row, texts, wanted)
            if new:
                keys = [*table.primary_key.columns, *(table.columns[name] for name in new)]
                there = [key == row[key.name] for key in keys]
                yield table.name, table.update().where(*there).values(new)


def _rows(connection: db.Connection, table: db.Table) -> Iterator[Any]:
    """The rows of a table, some at once: Dagster's connections to PostgreSQL open no cursor."""
    select = table.select()
    if len(table.primary_key.columns) != 1:  # these are small
        yield from connection.execute(select).mappings().all()
        return
    (key,) = table.primary_key.columns
    page = select.order_by(key).limit(_ROWS_AT_ONCE)
    rows = connection.execute(page).mappings().all()
    while rows:
        yield from rows
        rows = connection.execute(page.where(key > rows[-1][key.name])).mappings().all()


def _changes(row: Any, texts: Sequence[db.Column[Any]], wanted: Wanted) -> dict[str, str]:
    stored = {c.name: row[c.name] for c in texts if row[c.name]}
    cleaned = {name: wanted.without(text) for name, text in stored.items()}
    return {name: text for name, text in cleaned.items() if text != stored[name]}


def _overwrite(engine: db.Engine, tables: Collection[str]) -> None:
    """Leave no bytes of what was replaced: a database keeps them where it has room."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("vacuum")
            connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
        else:
            for name in tables:
                connection.exec_driver_sql(f"vacuum full {name}")
    engine.dispose()
