"""Backfills in the running UI, with its daemon and the `dagster.yaml` that is shipped.

What is asked here is what a person sees: statuses of partitions and checks, and the rows.
"""

import os
import signal
from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest

from ecom_assets.model.questions import questions
from ecom_assets_tests.operations.shop import ROWS, Shop, days
from ecom_assets_tests.support.dev_server import ASSETS, DevServer, dev_server, until

FIRST = date(2026, 1, 5)

pytestmark = pytest.mark.xdist_group("dagster dev too")
"""One server, mostly waited for: in one of the processes, while others go on with their tests."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    root = tmp_path_factory.mktemp("backfills")
    with dev_server(
        root / "home",
        ECOM_LANDING=str(root / "landing"),
        ECOM_SOURCE="external",
        ECOM_DUCKDB_PATH=str(root / "warehouse.duckdb"),
    ) as dev:
        yield Shop(dev, root)


def test_a_backfill_of_all_is_one_run_and_shows_red_where_a_day_is_held_alone(shop: Shop) -> None:
    assert shop.dev.materializable() == set(ASSETS), "what “Materialize all” takes"
    bad = FIRST + timedelta(days=12)
    shop.land(FIRST, 30)
    shop.land(bad, 1, rejects=ROWS, name="b")
    backfill = shop.dev.backfill(FIRST, FIRST + timedelta(days=29))
    assert shop.backfilled(backfill) == ["COMPLETED_FAILED"]

    (run,) = shop.dev.runs()
    assert run["tags"]["dagster/backfill"] == backfill
    assert run["tags"]["ecom_assets/held_days"] == str(bad)
    assert set(shop.published()) == days(FIRST, 30) - {bad}
    for asset in ASSETS:
        stats = shop.dev.partitions(asset)
        held = 1 if asset == "fact_sales" else 0
        assert (stats["numMaterialized"], stats["numFailed"]) == (30 - held, held), asset
    (failure,) = shop.dev.failures(run["runId"])
    assert failure.startswith(f"1 of 30 days held, 29 published. {bad}: 5 of 15 sales rejected")
    assert failure.endswith("What to do: docs/runbook.md, “A day is held”.")
    for asset in (*(question.name for question in questions()), "sales_report"):
        assert shop.dev.latest(asset)[0] == run["runId"], asset
    digest_of, digest = shop.dev.latest("operations_digest")
    assert (digest_of, digest["days held"], digest["days waiting"]) == (run["runId"], 1, 0)
    for asset, check in (("stg_sales_rejects", "reject_rate"), ("fact_sales", "matches_clean")):
        statuses = shop.dev.check_statuses(asset, check)
        assert {day for day, status in statuses.items() if status == "FAILED"} == {str(bad)}
        assert sum(status == "SUCCEEDED" for status in statuses.values()) == 29

    shop.land(bad, 1, name="b")
    assert shop.dev.ended(shop.dev.launch(bad)) == "SUCCESS"
    assert set(shop.published()) == days(FIRST, 30)
    assert shop.dev.partitions("fact_sales")["numFailed"] == 0
    assert set(shop.dev.check_statuses("fact_sales", "matches_clean").values()) == {"SUCCEEDED"}


@pytest.mark.torture
def test_four_overlapping_backfills_at_once_finish_right(shop: Shop) -> None:
    first = date(2026, 3, 1)
    shop.land(first, 14)
    backfills = [
        shop.dev.backfill(first + timedelta(days=2 * n), first + timedelta(days=2 * n + 7))
        for n in range(4)
    ]
    assert shop.backfilled(*backfills) == ["COMPLETED_SUCCESS"] * 4
    found = {day: count for day, count in shop.published().items() if day.month == 3}
    assert found == dict.fromkeys(days(first, 14), ROWS)


@pytest.mark.torture
def test_a_cancelled_backfill_leaves_whole_days_and_can_be_run_again(shop: Shop) -> None:
    first = date(2026, 4, 1)
    shop.land(first, 20)
    backfill = shop.dev.backfill(first, first + timedelta(days=19))
    until(lambda: "raw_sales" in _started(shop.dev, backfill), "the run is at work")
    shop.dev.cancel_backfill(backfill)
    assert shop.backfilled(backfill) == ["CANCELED"]
    assert {count for day, count in shop.published().items() if day.month == 4} <= {ROWS}

    again = shop.dev.backfill(first, first + timedelta(days=19))
    assert shop.backfilled(again) == ["COMPLETED_SUCCESS"]
    found = {day: count for day, count in shop.published().items() if day.month == 4}
    assert found == dict.fromkeys(days(first, 20), ROWS)


def test_a_run_that_is_killed_is_started_again_and_leaves_whole_days(shop: Shop) -> None:
    first = date(2026, 5, 1)
    shop.land(first, 20)
    backfill = shop.dev.backfill(first, first + timedelta(days=19))
    until(lambda: "stg_sales" in _started(shop.dev, backfill), "the run is at work", pause=0.1)
    for process in shop.processes():
        os.kill(process.pid, signal.SIGKILL)
    assert {count for day, count in shop.published().items() if day.month == 5} <= {ROWS}

    assert shop.backfilled(backfill) == ["COMPLETED_SUCCESS"], "Dagster starts it again by itself"
    found = {day: count for day, count in shop.published().items() if day.month == 5}
    assert found == dict.fromkeys(days(first, 20), ROWS)


def test_checks_alone_answer_for_days_named_in_the_launchpad(shop: Shop) -> None:
    first = date(2026, 6, 1)
    shop.land(first, 3)
    assert shop.dev.ended(shop.dev.launch(first, first + timedelta(days=2))) == "SUCCESS"
    with duckdb.connect(shop.warehouse) as connection:
        connection.execute("delete from analytics.fact_sales where event_date = '2026-06-02'")
    config = {"first_day": "2026-06-01", "last_day": "2026-06-03"}
    assert shop.dev.ended(shop.dev.launch(job="sales_checks", config=config)) == "SUCCESS"
    found = shop.dev.check_statuses("fact_sales", "matches_clean")
    assert [found[f"2026-06-0{n}"] for n in (1, 2, 3)] == ["SUCCEEDED", "FAILED", "SUCCEEDED"]


def _started(dev: DevServer, backfill: str) -> set[str]:
    """The steps that a backfill's runs have begun."""
    runs = dev.runs(tags=[{"key": "dagster/backfill", "value": backfill}])
    return {step for run in runs for step in dev.steps(str(run["runId"]))}
