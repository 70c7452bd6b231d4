"""What docs/operations.md says of backups, done: back up, lose the machine, restore into an empty
one; then all is as it was, and what comes next loads only what is new.

The commands are those of the page. A failure means that it promises a restore that does not work.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ecom_assets.model.questions import questions
from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.commands.test_prune import told
from ecom_assets_tests.conftest import DAY, Pipeline, event
from ecom_assets_tests.docs.markdown import Page
from ecom_assets_tests.support.deployment import DEPLOY, Storage, postgres, postgres_programs
from ecom_assets_tests.support.dev_server import BIN, until
from ecom_assets_tests.triggers.conftest import Arrivals

pytestmark = pytest.mark.slow

OPERATIONS = Page(PROJECT_ROOT / "docs/operations.md")
DAYS = [DAY + timedelta(days=n) for n in range(4)]
BEFORE_THE_LAST = "6b7fb194ff9c"
"""A version of Dagster's schema of 1.9: the one before `concurrency_limits` got its last column."""


def do(containing: str, machine: Path, **variables: str) -> str:
    """Run the block of the page that has these words, in a machine's folder; what it prints."""
    (block,) = [block for block in OPERATIONS.blocks("bash") if containing in block]
    here = {
        "PATH": f"{postgres_programs()}:{BIN}:{os.environ['PATH']}",
        "DAGSTER_HOME": str(machine),
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.replace(".venv/bin/", f"{BIN}/")],
        cwd=machine,
        env={**os.environ, **here, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def new_machine(root: Path, name: str, dagster_yaml: Path = PROJECT_ROOT / "dagster.yaml") -> Path:
    """An empty checkout, as far as Dagster looks at one."""
    machine = root / name
    (machine / "data").mkdir(parents=True)
    shutil.copy(dagster_yaml, machine / "dagster.yaml")
    return machine


@pytest.fixture
def on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The pipeline on a machine; the files are on neither."""

    @contextmanager
    def use(machine: Path) -> Iterator[Pipeline]:
        monkeypatch.setenv("DAGSTER_HOME", str(machine))
        with dg.DagsterInstance.get() as instance:
            pipeline = Pipeline(tmp_path, instance)
            pipeline.configure(duckdb_path=machine / "data" / "warehouse.duckdb")
            yield pipeline

    return use


def fill(pipeline: Pipeline) -> None:
    """Three days, one of them held, and one of them with a file that was replaced."""
    for day in DAYS[:2]:
        pipeline.land(f"dt={day}/a.jsonl", [event(f"{day}", event_ts=f"{day}T10:00:00Z")])
    pipeline.land(f"dt={DAYS[2]}/a.jsonl", ["no", "JSON"])
    assert not pipeline.run(DAYS[0], DAYS[2]).success
    pipeline.land(f"dt={DAYS[1]}/a.jsonl", [event("again", event_ts=f"{DAYS[1]}T10:00:00Z")])
    assert pipeline.run(DAYS[1]).success


def tables(pipeline: Pipeline) -> Mapping[str, Any]:
    """Tables and answers, and what RAW loaded when."""
    whole = [f"analytics.{question.name}" for question in questions()]
    whole += ["raw.raw_sales_files", "raw.raw_sales", "staging.sales_quality"]
    rows = {name: pipeline.query(f"from {name} order by all") for name in whole}
    return {**pipeline.tables(), **rows}


def state(pipeline: Pipeline) -> Mapping[str, Any]:
    """The same, and what Dagster knows of runs, days and checks."""
    runs = {run.run_id: run.status for run in pipeline.instance.get_runs()}
    return {**tables(pipeline), "told": told(pipeline), "runs": runs}


def goes_on(pipeline: Pipeline) -> None:
    """A new day is the only one that is asked for and loaded."""
    loads = pipeline.query("from raw.raw_sales_files order by all")
    arrivals = Arrivals(pipeline)
    assert arrivals.tick() == [], arrivals.skipped
    pipeline.land(f"dt={DAYS[3]}/a.jsonl", [event("new", event_ts=f"{DAYS[3]}T10:00:00Z")])
    assert arrivals.tick_and_run() == [str(DAYS[3])]
    after = pipeline.query("from raw.raw_sales_files order by all")
    assert [row for row in after if row not in loads] == [after[-1]]
    assert len(after) == len(loads) + 1
    assert {day for (day,) in pipeline.query("select event_date from analytics.fact_sales")} == {
        *(DAYS[0], DAYS[1], DAYS[3])
    }


def test_one_machine_with_duckdb_and_sqlite(tmp_path: Path, on: Callable[..., Any]) -> None:
    first, second = (new_machine(tmp_path, name) for name in ("first", "second"))
    with on(first) as pipeline:
        fill(pipeline)
        before = state(pipeline)
    do("tar --create", first)
    do("copy from database", first)
    (first / "backup.tar.gz").rename(second / "backup.tar.gz")
    (first / "data/copy.duckdb").rename(tmp_path / "copy.duckdb")
    shutil.rmtree(first)
    do("tar --extract", second)
    with on(second) as pipeline:
        assert state(pipeline) == before
        goes_on(pipeline)
        pipeline.configure(duckdb_path=tmp_path / "copy.duckdb")
        copied = tables(pipeline)
        assert copied == {name: before[name] for name in copied}


@contextmanager
def started() -> Iterator[Storage]:
    """A PostgreSQL that answers."""
    with postgres() as storage:
        storage.start()
        try:
            until(storage.is_up, "PostgreSQL listens", pause=0.1)
            yield storage
        finally:
            storage.end()


@pytest.mark.torture  # two databases and eight runs: half a minute
def test_dagster_s_storage_in_postgresql(
    tmp_path: Path, on: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def machine(name: str, storage: Storage) -> tuple[Path, dict[str, str]]:
        for variable, value in storage.names.items():
            monkeypatch.setenv(variable, value)
        monkeypatch.setenv("DAGSTER_COMPUTE_LOGS", str(tmp_path / name / "logs"))
        e = storage.names
        libpq = {"PGHOST": e["DAGSTER_PG_HOST"], "PGPORT": e["DAGSTER_PG_PORT"]}
        libpq |= {"PGUSER": e["DAGSTER_PG_USERNAME"], "PGPASSWORD": e["DAGSTER_PG_PASSWORD"]}
        libpq["DAGSTER_PG_DB"] = e["DAGSTER_PG_DB"]
        return new_machine(tmp_path, name, DEPLOY / "dagster.yaml"), libpq

    with started() as storage:
        first, libpq = machine("first", storage)
        with on(first) as pipeline:
            fill(pipeline)
            before = state(pipeline)
        do("pg_dump", first, **libpq)
    with started() as storage:  # the one before is gone with all its files
        second, libpq = machine("second", storage)
        for name in ("dagster.dump", "data/warehouse.duckdb"):
            (first / name).rename(second / name)
        shutil.rmtree(first)
        do("pg_restore", second, **libpq)
        with on(second) as pipeline:
            assert state(pipeline) == before
            goes_on(pipeline)


def test_a_storage_of_an_earlier_dagster_is_brought_up(
    tmp_path: Path, on: Callable[..., Any]
) -> None:
    machine = new_machine(tmp_path, "first")
    key = dg.AssetKey("sales_files")
    with on(machine) as pipeline:
        told = dg.AssetMaterialization(key, partition=str(DAY))
        pipeline.instance.report_runless_asset_event(told)
    index = machine / "data/dagster/history/runs/index.db"

    def version() -> str:
        with closing(sqlite3.connect(index)) as database:
            (found,) = database.execute("select version_num from alembic_version").fetchone()
            return str(found)

    latest = version()
    with closing(sqlite3.connect(index)) as database:
        database.execute("alter table concurrency_limits drop column using_default_limit")
        database.execute("update alembic_version set version_num = ?", [BEFORE_THE_LAST])
        database.commit()
    for _ in range(2):  # where there is nothing to do it ends well, too
        do("dagster instance migrate", machine)
        assert version() == latest
    with closing(sqlite3.connect(index)) as database:
        database.execute("select using_default_limit from concurrency_limits")
    with on(machine) as pipeline:
        assert pipeline.materialized("sales_files") == {str(DAY)}
