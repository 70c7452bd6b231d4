"""Dagster's instance as `dagster.yaml` makes it: one place, made once, whoever comes first."""

import gc
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import pytest
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.utils import make_new_run_id
from dagster._grpc.types import CanCancelExecutionResult
from dagster._serdes import serialize_value

from ecom_assets import instance as instance_module
from ecom_assets.instance import RUNS_AT_HAND, EventLog, Launcher
from ecom_assets.settings import PROJECT_ROOT

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


def test_a_run_is_at_work_as_long_as_its_process_holds_its_lock(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever numbers processes have in the container that asks, and whatever its code server says
    that lost the database for a moment; but nobody ends it while that server is being replaced."""
    code = (
        "import dagster as dg\n"
        "from ecom_assets.stopping import stoppable\n"
        "@dg.op\n"
        "def step(context):\n"
        "    print(context.run_id, flush=True)\n"
        "    input()\n"
        "@dg.job(executor_def=stoppable(dg.in_process_executor))\n"
        "def work(): step()\n"
        "dg.execute_job(dg.reconstructable(work), dg.DagsterInstance.get())\n"
    )
    (home / "job.py").write_text(code)
    command = [sys.executable, str(home / "job.py")]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process,
        dg.DagsterInstance.get() as instance,
    ):
        assert process.stdout
        run = dg.DagsterRun("work", run_id=process.stdout.readline().decode().strip())
        launcher = instance.run_launcher
        assert launcher.check_run_worker_health(run).status.value == "RUNNING"
        process.kill()
        process.wait()
        assert launcher.check_run_worker_health(run).status.value == "FAILED"
        of_another_folder = dg.DagsterRun("work")
        assert launcher.check_run_worker_health(of_another_folder).status.value == "RUNNING"

        server = mock.Mock()
        monkeypatch.setattr(Launcher, "_get_grpc_client_for_termination", lambda *_: server)
        monkeypatch.setattr(instance_module, "KNOWN_AGAIN_SECONDS", 0)
        server.can_cancel_execution.side_effect = DagsterUserCodeUnreachableError
        assert launcher.check_run_worker_health(run).status.value == "RUNNING"
        known = serialize_value(CanCancelExecutionResult(can_cancel=True))
        server.can_cancel_execution = mock.Mock(return_value=known)
        assert launcher.check_run_worker_health(of_another_folder).status.value == "RUNNING"
        assert launcher.check_run_worker_health(run).status.value == "FAILED"


def open_files(folder: Path) -> set[str]:
    """The names of the files below a folder that this process has open."""
    found = set()
    for one in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            if folder in (path := one.readlink()).parents:
                found.add(path.name)
    return found


def test_the_logs_of_a_few_runs_are_kept_open_and_of_none_at_the_end(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        runs = [make_new_run_id() for _ in range(RUNS_AT_HAND + 4)]
        for run in runs:
            instance.report_engine_event("hello", dg.DagsterRun("sales", run_id=run))
        logs = {f"{run}.db" for run in runs}
        assert len(open_files(tmp_path) & {*logs, "index.db"}) <= RUNS_AT_HAND
        for run in runs:  # also of those that are not open any more
            assert [one.message for one in instance.all_logs(run)] == ["hello"]
    assert not open_files(tmp_path)


def test_a_log_that_was_deleted_is_not_written_to(tmp_path: Path) -> None:
    run = dg.DagsterRun("sales", run_id=make_new_run_id())
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        instance.report_engine_event("before", run)
        for file in tmp_path.rglob(f"{run.run_id}.db*"):
            file.unlink()
        instance.report_engine_event("after", run)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as again:
        assert [one.message for one in again.all_logs(run.run_id)] == ["after"]


def test_a_log_that_nobody_closes_is_closed_when_it_is_gone(tmp_path: Path) -> None:
    instance = dg.DagsterInstance.local_temp(str(tmp_path))
    instance.report_engine_event("hello", dg.DagsterRun("sales", run_id=make_new_run_id()))
    assert open_files(tmp_path)
    del instance
    gc.collect()
    assert not open_files(tmp_path)


def test_which_tables_there_are_is_asked_without_opening_the_log_again(tmp_path: Path) -> None:
    opening = "dagster._core.storage.event_log.sqlite.sqlite_event_log.create_engine"
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance, mock.patch(opening) as opened:
        log = instance.event_log_storage
        assert isinstance(log, EventLog)
        assert [log.has_table(name) for name in ("asset_event_tags", "nothing")] == [True, False]
        instance.report_runless_asset_event(dg.AssetMaterialization("a", tags={"b": "c"}))
        assert len(instance.fetch_materializations(dg.AssetKey("a"), 2).records) == 1
        assert not opened.called


def test_who_asks_which_tables_there_are_takes_turns_with_who_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance_module, "RUNS_AT_HAND", 1)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        log = instance.event_log_storage
        assert isinstance(log, EventLog)
        run = dg.DagsterRun("sales", run_id=make_new_run_id())
        writer = threading.Thread(target=instance.report_engine_event, args=("hello", run))
        waits = []

        class Engines(OrderedDict[Any, Any]):
            def move_to_end(self, key: Any, last: bool = True) -> None:
                if not writer.ident:  # now it would close what was found
                    writer.start()
                    writer.join(timeout=2)
                    waits.append(writer.is_alive())
                super().move_to_end(key, last)

        assert log.has_table("asset_event_tags")
        monkeypatch.setattr(log, "_engines", Engines(log._engines))
        assert log.has_table("asset_event_tags")
        assert waits == [True]
        writer.join()
        assert [one.message for one in instance.all_logs(run.run_id)] == ["hello"]
