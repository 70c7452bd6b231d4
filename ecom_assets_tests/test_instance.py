"""Dagster's instance as `dagster.yaml` makes it: one place, made once, whoever comes first."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.instance import Launcher
from ecom_assets.settings import PROJECT_ROOT
from ecom_assets.stopping import PROCESS_TAG, process_name
from ecom_assets_tests.support.dev_server import until

OPEN = """
import sys, dagster as dg
sys.stdin.readline()
with dg.DagsterInstance.get() as instance:
    print(instance.get_runs_count())
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Dagster home with the `dagster.yaml` that is shipped."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(PROJECT_ROOT / "dagster.yaml", home)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    return home


def opened(folder: Path) -> "subprocess.Popen[str]":
    """A process that opens the instance as soon as it is told to, in some folder."""
    return subprocess.Popen(
        [sys.executable, "-c", OPEN],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("_attempt", range(2))
def test_processes_that_come_first_at_once_make_one_storage(
    _attempt: int, home: Path, tmp_path: Path
) -> None:
    processes = [opened(tmp_path) for _ in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        out, errors = process.communicate(timeout=60)
        assert (out, process.returncode) == ("0\n", 0), errors
    history = home / "data" / "dagster" / "history"
    for database in (history / "runs.db", history / "runs" / "index.db"):
        with sqlite3.connect(database) as connection:
            heads = connection.execute("select version_num from alembic_version").fetchall()
        connection.close()
        assert len(heads) == 1, database


def test_what_dagster_writes_lies_below_its_home_whatever_the_folder_of_the_process(
    home: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    code = (
        "import dagster as dg\n"
        "@dg.op\n"
        "def step(): print('hello')\n"
        "@dg.job\n"
        "def work(): step()\n"
        "with dg.DagsterInstance.get() as instance: work.execute_in_process(instance=instance)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=elsewhere, check=True, capture_output=True)
    assert list(elsewhere.iterdir()) == []
    assert {path.name for path in home.iterdir()} == {"dagster.yaml", "data"}
    assert list((home / "data" / "dagster" / "logs").rglob("*.out"))


def test_a_process_is_told_from_a_later_one_of_its_number() -> None:
    mine = process_name(os.getpid())
    assert mine == process_name(os.getpid())
    machine, number, began = mine.split()
    others = [f"{machine} {number} {int(began) - 1}", f"{machine} {number}"]
    runs = {name: dg.DagsterRun("sales", tags={PROCESS_TAG: name}) for name in [mine, *others]}
    launcher = Launcher()
    told = {name: launcher.check_run_worker_health(run) for name, run in runs.items()}
    assert [told[name].status.value for name in runs] == ["RUNNING", "FAILED", "FAILED"]


def test_a_killed_process_that_nobody_has_waited_for_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        name = process_name(process.pid)
        run = dg.DagsterRun("sales", tags={PROCESS_TAG: name})
        assert Launcher().check_run_worker_health(run).status.value == "RUNNING"
        process.kill()
        until(lambda: process_name(process.pid) != name, "it has ended", 10)
        assert Launcher().check_run_worker_health(run).status.value == "FAILED"
