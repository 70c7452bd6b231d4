"""Runs that are ended in the UI, and runs that were killed, where a daemon has a queue."""

import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import dagster as dg
import pytest

from ecom_assets_tests.conftest import DAY
from ecom_assets_tests.stopping.shop import ENDLESS, SECONDS, Shop, alive
from ecom_assets_tests.support.dev_server import DevServer, dev_server, until
from ecom_assets_tests.torture.report import Figures, some

pytestmark = pytest.mark.xdist_group("dagster dev")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop with three sales of a day."""
    with closing(Shop(tmp_path_factory.mktemp("shop"))) as found:
        found.land(3)
        yield found


@pytest.fixture(scope="module")
def server(shop: Shop) -> Iterator[DevServer]:
    """Webserver and daemon, whose runs publish without an end."""
    environment = {**shop.settings, "ECOM_TEST_STEP": "fact_sales"}
    with dev_server(shop.home, None, ENDLESS, **environment) as started:
        yield started


@pytest.fixture(autouse=True)
def nobody_was_at_work(shop: Shop) -> None:
    (shop.home / "at_work").unlink(missing_ok=True)


def see_canceled(server: DevServer, shop: Shop, run_id: str, *, force: bool) -> None:
    """Terminate a run, and see that it is CANCELED, stays so, and has kept nothing."""
    start = time.monotonic()
    assert server.terminate(run_id, force=force) == "TerminateRunSuccess"
    assert server.ended(run_id, SECONDS) == "CANCELED"
    until(lambda: "Process for run exited" in str(server.messages(run_id)), "its process ends", 20)
    assert time.monotonic() - start < SECONDS
    assert server.ended(run_id) == "CANCELED"
    assert (shop.times_at_work(), shop.facts()) == (1, {})


@pytest.mark.parametrize("force", some(False, of=[False, True]))
def test_a_run_terminated_in_the_ui_is_canceled_and_keeps_nothing(
    force: bool, server: DevServer, shop: Shop, figures: Figures
) -> None:
    figures.count("faults injected")
    run_id = server.launch(DAY)
    shop.until_at_work()
    see_canceled(server, shop, run_id, force=force)


@pytest.mark.parametrize("force", some(True, of=[False, True]))
def test_a_run_of_the_command_line_finds_out_that_the_ui_has_terminated_it(
    force: bool, server: DevServer, shop: Shop, figures: Figures
) -> None:
    figures.count("faults injected")
    process = shop.start(ENDLESS, ECOM_TEST_STEP="fact_sales")
    shop.until_at_work()
    (run,) = server.runs(statuses=["STARTED"])
    start = time.monotonic()
    assert server.terminate(run["runId"], force=force) == "TerminateRunSuccess"
    process.wait(SECONDS)
    assert time.monotonic() - start < SECONDS
    assert server.ended(run["runId"], SECONDS) == "CANCELED"
    assert (shop.times_at_work(), shop.facts()) == (1, {})


def test_killed_runs_of_the_command_line_keep_no_place_in_the_queue(
    server: DevServer, shop: Shop
) -> None:
    """As many as may run at once, and one of the same day."""
    killed = []
    for number in range(2):
        shop.land(3, DAY + timedelta(days=number))
        process = shop.start(ENDLESS, DAY + timedelta(days=number), ECOM_TEST_STEP="fact_sales")
        shop.until_at_work()
        process.kill()
        process.wait()
        assert not alive(process)
        (shop.home / "at_work").unlink()
        killed += [run["runId"] for run in server.runs(statuses=["STARTED"])]
    run_id = server.launch(DAY)
    shop.until_at_work()  # it has begun, behind nobody
    for dead in killed:
        assert server.ended(dead, 1) == "FAILURE"
    see_canceled(server, shop, run_id, force=False)


def test_a_dead_run_that_is_terminated_has_ended(server: DevServer, shop: Shop) -> None:
    process = shop.start(ENDLESS, ECOM_TEST_STEP="fact_sales")
    shop.until_at_work()
    (run,) = server.runs(statuses=["STARTED"])
    process.kill()
    process.wait()
    server.terminate(run["runId"])
    assert server.ended(run["runId"], SECONDS) in ("CANCELED", "FAILURE")


def test_a_run_on_another_machine_is_there_as_long_as_its_code_server_knows_it(
    server: DevServer, shop: Shop
) -> None:
    """As where logs go to S3, so that the daemon sees no lock of another machine's."""
    run_id, lost = server.launch(DAY), str(uuid.uuid4())
    shop.until_at_work()
    with shop.instance() as instance:
        (lock,) = shop.home.rglob(f"{run_id}/at_work.lock")
        lock.unlink()
        run = instance.get_run_by_id(run_id)
        assert run is not None
        instance.add_run(
            dg.DagsterRun("sales", run_id=lost, status=dg.DagsterRunStatus.STARTED, tags=run.tags)
        )
    assert server.ended(lost, 60) == "FAILURE"
    (run_there,) = server.runs(runIds=[run_id])
    assert run_there["status"] == "STARTED"
    see_canceled(server, shop, run_id, force=False)
