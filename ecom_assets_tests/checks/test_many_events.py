"""Many check results stored at once are what they are when stored one by one."""

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from ecom_assets.checks.many_events import EVENTS_A_TRANSACTION, store_events
from ecom_assets_tests.conftest import Pipeline

RUN = "11111111-1111-1111-1111-111111111111"
KEY = dg.AssetCheckKey(dg.AssetKey("sales"), "balance")


@pytest.fixture(params=["SQLite", "another storage"])
def instance(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    if request.param == "SQLite":
        with dg.DagsterInstance.local_temp(str(tmp_path)) as sqlite:
            yield sqlite
    else:
        with dg.DagsterInstance.ephemeral() as memory:
            yield memory


def events(count: int, passed: bool = True) -> list[dg.EventLogEntry]:
    return [
        dg.EventLogEntry(  # type: ignore[no-untyped-call]
            error_info=None,
            level=20,
            user_message="",
            run_id=RUN,
            timestamp=time.time(),
            step_key="checks",
            job_name="sales",
            dagster_event=dg.DagsterEvent(
                event_type_value=dg.DagsterEventType.ASSET_CHECK_EVALUATION.value,
                job_name="sales",
                step_key="checks",
                event_specific_data=dg.AssetCheckEvaluation(
                    asset_key=KEY.asset_key,
                    check_name=KEY.name,
                    passed=passed,
                    metadata={"number": number},
                    partition=f"day {number}",
                ),
            ),
        )
        for number in range(count)
    ]


def stored(instance: dg.DagsterInstance) -> tuple[list[Any], list[Any]]:
    """What Dagster tells of the check, and of the run."""
    history = instance.event_log_storage.get_asset_check_execution_history(KEY, limit=10_000)
    checks = [
        (record.partition, record.status.value, record.event.dagster_event_type)
        for record in history
        if record.event
    ]
    return checks, [entry.dagster_event for entry in instance.all_logs(RUN)]


def test_many_are_stored_as_one_by_one(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    many = events(EVENTS_A_TRANSACTION + 5)
    store_events(instance, RUN, many)
    store_events(instance, RUN, events(3, passed=False))  # a retry says something new
    with dg.DagsterInstance.ephemeral() as expected:
        for event in [*many, *events(3, passed=False)]:
            expected.handle_new_event(event)
        assert sorted(map(str, stored(instance)[0])) == sorted(map(str, stored(expected)[0]))
        assert stored(instance)[1] == stored(expected)[1]


def test_many_are_stored_in_few_transactions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    connect = SqliteEventLogStorage._connect

    def counting(self: SqliteEventLogStorage, shard: str) -> Any:
        opened.append(shard)
        return connect(self, shard)

    many = 3 * EVENTS_A_TRANSACTION
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        instance.handle_new_event(events(1)[0])  # makes the files
        monkeypatch.setattr(SqliteEventLogStorage, "_connect", counting)
        store_events(instance, RUN, events(many))
    assert sorted(opened) == sorted(["index", RUN] * 3)


@pytest.mark.slow
def test_a_range_run_on_sqlite_answers_for_each_day(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        pipeline = Pipeline(tmp_path, instance)
        result = pipeline.run(date(2026, 1, 5), date(2026, 1, 7))
        assert result.success
        found = pipeline.evaluations("stg_sales_clean", "row_balance")
        assert set(found) == {None, "2026-01-05", "2026-01-06", "2026-01-07"}
        target = found["2026-01-06"].target_materialization_data
        assert target is not None
        assert target.run_id == result.run_id
