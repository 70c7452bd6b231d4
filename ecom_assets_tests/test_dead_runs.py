"""A run whose process was killed keeps nobody waiting."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.dead_runs import end_dead_runs
from ecom_assets.settings import PROJECT_ROOT

POOL = "duckdb"

KILLED = """
import os, signal, sys
import dagster as dg

@dg.op(pool="duckdb")
def step():
    if sys.argv[1] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    print("at work", flush=True)
    sys.stdin.read()

@dg.job
def work():
    step()

with dg.DagsterInstance.get() as instance:
    work.execute_in_process(instance=instance)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A Dagster home with the instance as shipped."""
    shutil.copy(PROJECT_ROOT / "dagster.yaml", tmp_path)
    return tmp_path


@pytest.fixture
def instance(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    monkeypatch.chdir(home)
    with dg.DagsterInstance.get() as instance:
        yield instance


def start(home: Path, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", KILLED, how],
        cwd=home,
        env={**os.environ, "DAGSTER_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def places_taken(instance: dg.DagsterInstance) -> int:
    return instance.event_log_storage.get_concurrency_info(POOL).active_slot_count


def test_a_killed_run_is_ended_and_gives_its_place_back(
    home: Path, instance: dg.DagsterInstance
) -> None:
    start(home, "killed").communicate()
    (run,) = instance.get_runs()
    assert (run.status, places_taken(instance)) == (dg.DagsterRunStatus.STARTED, 1)

    assert end_dead_runs(instance) == [run.run_id]

    (run,) = instance.get_runs()
    assert (run.status, places_taken(instance)) == (dg.DagsterRunStatus.FAILURE, 0)
    assert end_dead_runs(instance) == []


def test_a_run_at_work_is_left_alone(home: Path, instance: dg.DagsterInstance) -> None:
    process = start(home, "alive")
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    assert end_dead_runs(instance) == []
    (run,) = instance.get_runs()
    assert (run.status, places_taken(instance)) == (dg.DagsterRunStatus.STARTED, 1)
    process.communicate("")
    (run,) = instance.get_runs()
    assert run.status == dg.DagsterRunStatus.SUCCESS
