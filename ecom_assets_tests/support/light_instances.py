"""Instances of Dagster's in less time.

Those in files have the log of events that the project ships. An ephemeral one makes two SQLite
databases in memory. Alembic would read all of Dagster's migrations to note which is the latest, and
each statement would open a connection of its own: here the former is read once, and connections are
kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from unittest import mock

import sqlalchemy as db
from alembic.config import Config
from alembic.script import ScriptDirectory
from dagster._core.storage import sqlite_storage
from dagster._core.storage.event_log import in_memory as events
from dagster._core.storage.runs import in_memory as runs
from sqlalchemy.pool import QueuePool

from ecom_assets.instance import EventLog


@contextmanager
def light_instances() -> Iterator[None]:
    """Instances that are made within are light."""
    with (
        mock.patch.object(sqlite_storage, "SqliteEventLogStorage", EventLog),
        mock.patch.object(events, "stamp_alembic_rev", _stamp),
        mock.patch.object(runs, "stamp_alembic_rev", _stamp),
        mock.patch.object(events, "create_engine", _engine),
        mock.patch.object(runs, "create_engine", _engine),
    ):
        yield


def _engine(url: str, poolclass: object) -> db.Engine:
    # a connection may be used by one thread after another, as the pool gives it
    return db.create_engine(url, poolclass=QueuePool, connect_args={"check_same_thread": False})


def _stamp(config: Config, connection: db.Connection) -> None:
    connection.execute(db.text("create table alembic_version (version_num varchar(32) not null)"))
    connection.execute(
        db.text("insert into alembic_version values (:head)"), {"head": _head(_place(config))}
    )


def _place(config: Config) -> Any:
    return config.get_main_option("script_location"), config.config_file_name


@lru_cache
def _head(place: tuple[str, str]) -> str:
    location, file = place
    config = Config(file)
    config.set_main_option("script_location", location)
    head = ScriptDirectory.from_config(config).get_current_head()
    assert head
    return head
