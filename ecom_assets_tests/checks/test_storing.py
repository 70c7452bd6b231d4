"""Events stored together are in Dagster's storage as if it had stored each by itself."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from ecom_assets.checks.storing import AT_ONCE, store_events

CHECK = dg.AssetCheckKey(dg.AssetKey("table"), "check")
DAYS = [f"2026-01-{day:02}" for day in range(1, 31)]


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """An instance on SQLite files, as `make dev` has it."""
    with dg.DagsterInstance.local_temp(str(tmp_path)) as found:
        yield found


def evaluations(days: Sequence[str], *, passed: bool = True) -> list[dg.DagsterEvent]:
    return [
        dg.DagsterEvent(
            event_type_value=dg.DagsterEventType.ASSET_CHECK_EVALUATION.value,
            job_name="job",
            step_key="step",
            event_specific_data=dg.AssetCheckEvaluation(
                asset_key=CHECK.asset_key,
                check_name=CHECK.name,
                passed=passed,
                metadata={"rows": 7},
                partition=day,
            ),
            message=f"{day}",
        )
        for day in days
    ]


def run(instance: dg.DagsterInstance) -> str:
    """A run that has begun."""

    @dg.job
    def job() -> None: ...

    return instance.create_run_for_job(job).run_id


def stored(instance: dg.DagsterInstance, run_id: str) -> list[list[Any]]:
    """The tables of events of the index and of the run, without times."""
    storage = instance.event_log_storage
    assert isinstance(storage, SqliteEventLogStorage)
    tables = {
        "event_logs": "id, dagster_event_type, step_key, asset_key, partition",
        "asset_check_executions": "id, asset_key, check_name, partition, run_id, execution_status, "
        "evaluation_event_storage_id, materialization_event_storage_id",
    }
    found = []
    for shard in ("index", run_id):
        with sqlite3.connect(storage.path_for_shard(shard)) as connection:
            for table, columns in tables.items():
                rows = connection.execute(f"select {columns} from {table} order by id")
                found.append([tuple(run_id == v or v for v in row) for row in rows])
    return found


def test_it_is_stored_as_dagster_stores_it(
    instance: dg.DagsterInstance, tmp_path_factory: pytest.TempPathFactory
) -> None:
    events = [*evaluations(DAYS), *evaluations(DAYS[:3], passed=False)]
    together = run(instance)
    store_events(instance, together, events)
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("other"))) as other:
        alone = run(other)
        for event in events:
            other.report_dagster_event(event, run_id=alone)
        assert stored(instance, together) == stored(other, alone)
        logs = [found.all_logs(run_id) for found, run_id in ((instance, together), (other, alone))]
    ours, theirs = ([(log.dagster_event, log.level, log.message) for log in one] for one in logs)
    assert ours == theirs
    history = instance.event_log_storage.get_asset_check_execution_history(CHECK, limit=100)
    assert {record.partition for record in history} == set(DAYS)


def test_after_an_error_nothing_of_the_transaction_is_kept(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = run(instance)
    days = [f"day-{n}" for n in range(AT_ONCE + 5)]
    store, calls = SqliteEventLogStorage.store_event, list[str]()

    def fails(storage: SqliteEventLogStorage, event: dg.EventLogEntry) -> None:
        store(storage, event)
        calls.append(event.message)
        if len(calls) == AT_ONCE + 2:
            raise OSError("disk full")

    monkeypatch.setattr(SqliteEventLogStorage, "store_event", fails)
    with pytest.raises(OSError, match="disk full"):
        store_events(instance, run_id, evaluations(days))
    history = instance.event_log_storage.get_asset_check_execution_history(CHECK, limit=1000)
    assert {record.partition for record in history} == set(days[:AT_ONCE])
    assert len(instance.all_logs(run_id)) == AT_ONCE


def test_a_storage_that_is_no_sqlite_file_gets_them_too() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run_id = run(instance)
        store_events(instance, run_id, evaluations(DAYS))
        assert len(instance.all_logs(run_id)) == len(DAYS)
