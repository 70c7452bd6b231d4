"""States in which a production stood still while all looked well: each makes `make doctor` red,
with one sentence that says what to do."""

import shutil
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus

from ecom_assets.doctor.__main__ import main
from ecom_assets.settings import PROJECT_ROOT
from ecom_assets.stopping import _HELD, _be_seen_at_work
from ecom_assets_tests.doctor.conftest import Set
from ecom_assets_tests.support.dev_server import free_port

REPOSITORY = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("ecom_assets"), "__repository__")


def a_place_in_a_pool_held_by_an_ended_run(use: Set, root: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        instance.add_run(dg.DagsterRun("sales", "ended", status=dg.DagsterRunStatus.FAILURE))
        instance.event_log_storage.set_concurrency_slots("files", 1)
        assert instance.event_log_storage.claim_concurrency_slot("files", "ended", "s").is_claimed


def a_run_that_is_started_and_whose_process_is_gone(use: Set, root: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        for run_id in ("gone", "at work"):
            instance.add_run(dg.DagsterRun("sales", run_id, status=dg.DagsterRunStatus.STARTED))
            _be_seen_at_work(instance, run_id)
    _HELD.pop(-2).close()  # as the system does where a process is gone


def a_run_in_the_queue_without_a_daemon(use: Set, root: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        instance.add_run(
            dg.DagsterRun(
                "sales",
                "waits",
                status=dg.DagsterRunStatus.QUEUED,
                remote_job_origin=RemoteJobOrigin(REPOSITORY, "sales"),
            )
        )


def a_sensor_that_is_on_without_a_daemon(use: Set, root: Path) -> None:
    origin = RemoteInstigatorOrigin(REPOSITORY, "arrivals")
    on = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING)
    with dg.DagsterInstance.get() as instance:
        instance.add_instigator_state(on)


def a_database_of_dagster_s_that_is_gone(use: Set, root: Path) -> None:
    shutil.copy(PROJECT_ROOT / "deploy/dagster.yaml", root / "home" / "dagster.yaml")
    of = {"HOST": "127.0.0.1", "PORT": free_port(), "DB": "dagster", "USERNAME": "dagster"}
    use(**{f"DAGSTER_PG_{name}": value for name, value in of.items()})
    use(DAGSTER_PG_PASSWORD="pa55word", DAGSTER_COMPUTE_LOGS=root / "logs")


def a_file_that_leads_out_of_the_landing_folder(use: Set, root: Path) -> None:
    (root / "secret").write_text("nobody's to see")
    (root / "landing/dt=2026-01-02").mkdir(parents=True)
    (root / "landing/dt=2026-01-02/a.jsonl").symlink_to(root / "secret")


def a_day_that_leads_out_of_the_landing_folder(use: Set, root: Path) -> None:
    (root / "elsewhere").mkdir()
    (root / "landing").mkdir()
    (root / "landing/dt=2026-01-02").symlink_to(root / "elsewhere")


STATES: dict[Callable[[Set, Path], None], str] = {
    a_place_in_a_pool_held_by_an_ended_run: "hold places in the pool files, ended among them",
    a_run_that_is_started_and_whose_process_is_gone: "1 runs look as if they went on, gone among",
    a_run_in_the_queue_without_a_daemon: "but is waited for by 1 runs in the queue: start it",
    a_sensor_that_is_on_without_a_daemon: "but is waited for by arrivals: start it",
    a_database_of_dagster_s_that_is_gone: "the storage that its dagster.yaml names is there",
    a_file_that_leads_out_of_the_landing_folder: "a link that leads out",
    a_day_that_leads_out_of_the_landing_folder: "a link that leads out of the landing folder",
}


@pytest.mark.slow  # the database is asked again and again
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_each_is_one_line_to_fix_and_1_at_the_end(
    state: Callable[[Set, Path], None],
    use: Set,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    state(use, tmp_path)
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr().out
    fixes = [line for line in printed.splitlines() if line.startswith("fix")]
    assert len(fixes) == 1, printed
    assert STATES[state] in fixes[0]
    assert str(ended.value).strip() == "1 to fix."
    assert "pa55word" not in printed
    assert {line.split()[0] for line in printed.splitlines()} <= {"ok", "note", "fix"}
