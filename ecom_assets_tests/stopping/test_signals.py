"""A run told to stop by a signal: CANCELED at once, not tried again, and nothing is kept."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import duckdb
import pytest

from ecom_assets_tests.conftest import DAY
from ecom_assets_tests.stopping.shop import ENDLESS, SECONDS, Shop, alive, send
from ecom_assets_tests.support.dev_server import until
from ecom_assets_tests.torture.report import Figures, some

INTERRUPTS = [signal.SIGINT, signal.SIGTERM]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop with three sales of a day."""
    with closing(Shop(tmp_path)) as found:
        found.land(3)
        yield found


def see_canceled(shop: Shop, process: object, number: signal.Signals) -> None:
    """Send the signal, and see the run CANCELED."""
    start = time.monotonic()
    send(process, number)  # type: ignore[arg-type]
    process.wait(SECONDS)  # type: ignore[attr-defined]
    assert time.monotonic() - start < SECONDS
    assert shop.status() == "CANCELED", shop.log()


IN_SHORT = (
    ("raw_sales", "in_process", signal.SIGINT),
    ("fact_sales", "in_process", signal.SIGTERM),
)
EACH = product(["raw_sales", "fact_sales"], ["in_process", "multiprocess"], INTERRUPTS)


@pytest.mark.parametrize(("step", "executor", "number"), some(*IN_SHORT, of=EACH))
def test_an_interrupt_ends_the_statement_and_the_run_and_keeps_nothing(
    step: str, executor: str, number: signal.Signals, shop: Shop, figures: Figures
) -> None:
    figures.count("faults injected")
    process = shop.start(ENDLESS, ECOM_TEST_STEP=step, ECOM_TEST_EXECUTOR=executor)
    shop.until_at_work()
    see_canceled(shop, process, number)
    assert (shop.times_at_work(), shop.facts()) == (1, {})
    shop.run_here()
    assert shop.facts() == {DAY: 3}


def test_a_run_that_waits_for_the_file_says_so_and_can_be_interrupted(shop: Shop) -> None:
    with duckdb.connect(shop.database):
        process = shop.start()
        until(lambda: "waiting for" in shop.log(), "the run waits", 60)
        see_canceled(shop, process, signal.SIGINT)


def test_make_demo_says_that_it_waits_and_can_be_interrupted(shop: Shop) -> None:
    with duckdb.connect(shop.database), (shop.home / "run.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ecom_assets.commands.demo"],
            cwd=shop.home.parent,
            env={**shop.environment, "ECOM_SOURCE": "synthetic"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        until(lambda: "waiting for" in shop.log(), "the demo waits", 60)
        see_canceled(shop, process, signal.SIGINT)
    assert process.returncode == 1
    assert "The run was canceled" in shop.log()


def test_a_run_in_a_home_without_the_dagster_yaml_of_the_project_warns_once(shop: Shop) -> None:
    (shop.home / "dagster.yaml").unlink()
    shop.run()
    warnings = [line for line in shop.text().splitlines() if " WARNING " in line]
    assert len([line for line in warnings if "dagster.yaml of this project" in line]) == 1


def test_a_run_that_waits_for_its_next_try_can_be_interrupted(shop: Shop) -> None:
    process = shop.start(ENDLESS, ECOM_TEST_STEP="raw_sales", ECOM_TEST_FAULT="busy")
    shop.until_at_work()
    time.sleep(1)
    assert alive(process)
    see_canceled(shop, process, signal.SIGTERM)
    assert shop.times_at_work() == 1


def test_a_run_killed_in_a_step_blocks_no_later_one(shop: Shop) -> None:
    process = shop.start(ENDLESS, ECOM_TEST_STEP="fact_sales")
    shop.until_at_work()
    process.kill()
    process.wait()
    shop.run(seconds=60)
    assert shop.facts() == {DAY: 3}
