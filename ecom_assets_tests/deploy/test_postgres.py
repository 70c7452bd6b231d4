"""The graph on PostgreSQL as Dagster's storage, put together as `deploy/compose.yaml` does it: a
code location, a webserver and a daemon, each a process, with `deploy/dagster.yaml` as it is.

A failure means that what `deploy/` says does not run. Images and the chart are not run here.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml  # type: ignore[import-untyped]

from ecom_assets.definitions import build_definitions
from ecom_assets.settings import read_settings
from ecom_assets_tests.conftest import event, write_lines
from ecom_assets_tests.support.deployment import (
    DEPLOY,
    Deployment,
    Storage,
    postgres,
    postgres_programs,
)
from ecom_assets_tests.support.dev_server import until

FIRST_DAY = date(2026, 1, 5)
RUNS = [(0, 0), (1, 2), (3, 3)]
"""The runs launched together, as the first and last of `DAYS`: a day, a range, a day."""
DAYS = [FIRST_DAY + timedelta(days=n) for n in range(4)]
MEANWHILE = [FIRST_DAY + timedelta(days=n) for n in range(4, 7)]
"""The days of a run that is in a step while a new version is deployed, of one that waits in the
queue, and of a backfill."""
GOOD_LINES, BAD_LINES = 40, 2


@pytest.fixture
def shop(tmp_path: Path) -> Iterator["Shop"]:
    """The deployment while it runs."""
    with postgres() as storage:
        shop = Shop(tmp_path, storage)
        with shop.started():
            yield shop


def test_postgresql_starts_on_a_machine_that_has_none() -> None:
    """Its programs come with the packages of the tests."""
    for name in ("initdb", "postgres", "pg_dump", "pg_restore"):
        assert (postgres_programs() / name).exists(), name
    with postgres() as storage:
        storage.start()
        try:
            until(storage.is_up, "it listens", 30, pause=0.1)
            assert storage.ask("select 1") == [(1,)]
        finally:
            storage.end()


@pytest.mark.torture  # torture/test_deployment.py is longer still
def test_several_runs_at_once_on_postgresql_and_a_deploy_during_one(shop: "Shop") -> None:
    for day in DAYS:
        shop.land(day)
    runs = [shop.launch(DAYS[first], DAYS[last]) for first, last in RUNS]
    times = [shop.times_of(run) for run in runs]
    overlaps = [
        one
        for n, one in enumerate(times)
        for other in times[:n]
        if max(one[0], other[0]) < min(one[1], other[1])
    ]
    assert overlaps, f"no two runs were at work at the same time: {times}"

    # The range again: what a run reports of a day must not stand in the way of the next run.
    again = shop.launch(DAYS[1], DAYS[2])
    shop.times_of(again)

    with duckdb.connect(shop.duckdb_path, read_only=True) as connection:
        counts = connection.execute(
            "select event_date, raw_rows, clean_rows, reject_rows, publishable "
            "from staging.sales_quality order by all"
        ).fetchall()
        facts = connection.execute(
            "select event_date, count(*) from analytics.fact_sales group by all order by all"
        ).fetchall()
    assert counts == [(day, GOOD_LINES + BAD_LINES, GOOD_LINES, BAD_LINES, True) for day in DAYS]
    assert facts == [(day, GOOD_LINES) for day in DAYS]

    assert dict(shop.storage.ask("select run_id, status from runs")) == dict.fromkeys(
        [*runs, again], "SUCCESS"
    )
    logged = shop.storage.ask("select run_id, count(*) from event_logs group by run_id")
    assert {run for run, count in logged if count > 50} >= {*runs, again}

    # Each check has its answer for each day, and each answer the materialization it looked at;
    # without that the day's status stays empty in the UI.
    answers = shop.storage.ask(
        "select asset_key, check_name, partition, count(*), "
        "count(materialization_event_storage_id) from asset_check_executions "
        "where partition is not null and execution_status = 'SUCCEEDED' group by 1, 2, 3"
    )
    asked = {day.isoformat(): 2 if day in DAYS[1:3] else 1 for day in DAYS}
    assert {row[:4] for row in answers} == {
        (key.asset_key.to_string(), key.name, day, count)
        for key in shop.checks_by_day()
        for day, count in asked.items()
    }
    assert [row for row in answers if row[4] != row[3]] == []
    # a container's own file system is read-only, but for these
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    written = [path.partition("/home/")[2] for path in compose["services"]["code"]["tmpfs"]]
    assert {path.name for path in shop.home.iterdir()} <= {
        *("dagster.yaml", "workspace.yaml", *written)
    }

    # a deploy ends the container of the code location, and with it the run that was in a step
    for day in MEANWHILE:
        shop.land(day)
    with duckdb.connect(shop.duckdb_path):  # so the step waits for the file
        interrupted = shop.launch(MEANWHILE[0], MEANWHILE[0])
        until(lambda: "raw_sales" in shop.ui.steps(interrupted), "it is in a step", pause=0.1)
        shop.daemon.end()
        waiting = shop.launch(MEANWHILE[1], MEANWHILE[1])
        backfill = shop.ui.backfill(MEANWHILE[2], MEANWHILE[2])
        shop.code.end(seconds=1)
    # what is to begin meanwhile, waits
    shop.daemon.start()
    until(lambda: "into the queue" in str(shop.ui.messages(waiting)), "the run waits")
    until(lambda: "backfill will resume" in shop.daemon.text(10**7), "the backfill waits")
    shop.code.host = "code-2"
    shop.code.start()
    assert shop.ui.ended(interrupted) == "FAILURE", shop.daemon.text()

    def tries() -> list[str]:
        parents = {run["runId"]: run["tags"].get("dagster/parent_run_id") for run in shop.ui.runs()}
        return [run for run, parent in parents.items() if parent == interrupted]

    (second,) = until(tries, "the daemon starts it again")
    shop.times_of(second)
    shop.times_of(waiting)
    done = ("COMPLETED_SUCCESS", "COMPLETED_FAILED", "FAILED")
    until(lambda: shop.ui.backfill_status(backfill) in done, "the backfill ends")
    assert shop.ui.backfill_status(backfill) == done[0], shop.daemon.text()
    with duckdb.connect(shop.duckdb_path, read_only=True) as connection:
        facts = connection.execute(
            "select event_date, count(*) from analytics.fact_sales group by all order by all"
        ).fetchall()
    assert facts == [(day, GOOD_LINES) for day in [*DAYS, *MEANWHILE]]

    # the webserver goes on answering without its database; its health check says what that is worth
    check = compose["services"]["webserver"]["healthcheck"]["test"]
    assert shop.is_healthy(check)
    shop.storage.end()
    assert not shop.is_healthy(check)


class Shop(Deployment):
    """The deployment on a folder and a DuckDB file."""

    def __init__(self, root: Path, storage: Storage) -> None:
        self._landing = root / "landing"
        self.duckdb_path = root / "warehouse.duckdb"
        settings = {
            "ECOM_LANDING": str(self._landing),
            "ECOM_SOURCE": "external",
            "ECOM_WAREHOUSE": "duckdb",
            "ECOM_DUCKDB_PATH": str(self.duckdb_path),
        }
        super().__init__(root, storage, settings)

    def land(self, day: date) -> None:
        """A day's file: good lines, and a few that are no JSON."""
        lines = [
            event(n, event_id=f"{day}-{n}", event_ts=f"{day}T12:00:00Z") for n in range(GOOD_LINES)
        ]
        write_lines(self._landing / f"dt={day}" / "sales.jsonl", [*lines, *["no JSON"] * BAD_LINES])

    def launch(self, first: date, last: date) -> str:
        """Put a run for these days into the queue, as the UI does; its id."""
        return self.ui.launch(first, None if first == last else last)

    def times_of(self, run_id: str) -> tuple[float, float]:
        """When a run began and ended, once it has; it must have succeeded."""
        assert self.ui.ended(run_id) == "SUCCESS", self.code.text()
        (run,) = self.ui.runs(runIds=[run_id])
        return run["startTime"], run["endTime"]

    def checks_by_day(self) -> Sequence[Any]:
        """The keys of all checks that answer for each day."""
        definitions = build_definitions(read_settings(self.settings))
        graph = definitions.resolve_asset_graph()
        return [key for key in graph.asset_check_keys if graph.get(key).partitions_def is not None]

    def is_healthy(self, check: Sequence[str]) -> bool:
        """What a health check of compose says of the webserver here."""
        verb, program, *rest = check
        assert (verb, program) == ("CMD", "python")
        here = [part.replace(":3000/", f":{self.ui.port}/") for part in rest]
        done = subprocess.run([sys.executable, *here], capture_output=True, check=False)
        return done.returncode == 0
