"""What starts runs, in the running daemon: the schedule at its hour, impossible days, and what the
ticks leave behind."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecom_assets_tests.operations.shop import QUICK, Shop, days
from ecom_assets_tests.support.dev_server import dev_server, until

pytestmark = [pytest.mark.torture, pytest.mark.xdist_group("dagster dev")]

TODAY = datetime.now(UTC).date()
FIRST = TODAY - timedelta(days=20)


def test_days_that_cannot_be_missed_days_and_quiet_ticks(tmp_path: Path) -> None:
    at = datetime.now(UTC) + timedelta(minutes=3)
    if at.date() != TODAY:
        pytest.skip("the day ends within three minutes")
    with dev_server(
        tmp_path / "home",
        module=QUICK,
        ECOM_LANDING=str(tmp_path / "landing"),
        ECOM_SOURCE="synthetic",
        ECOM_DUCKDB_PATH=str(tmp_path / "warehouse.duckdb"),
        ECOM_START_DATE=str(FIRST),
        ECOM_DAILY_AT=f"{at:%H:%M}",
    ) as dev:
        dev.switch_on_schedule("daily")
        dev.switch_on("arrivals")
        # started by tags, as GraphQL and the command line take them
        yesterday = TODAY - timedelta(days=1)
        runs = [
            dev.launch(TODAY + timedelta(days=30)),
            dev.launch(yesterday, FIRST),
            dev.launch(FIRST, TODAY),
            dev.launch(
                job="sales_checks", config={"first_day": str(TODAY), "last_day": "2126-01-01"}
            ),
        ]
        for run_id in runs:
            assert dev.ended(run_id) == "FAILURE"
            (problem, *_) = dev.failures(run_id)
            assert problem.startswith("This run was started for ")
            assert problem.count(": nothing was read or written.") == 1
        assert not (tmp_path / "landing").exists(), "no batch was generated"
        assert not (tmp_path / "warehouse.duckdb").exists()

        # nothing fired for a while: files of two days lie there, and yesterday is due
        shop = Shop(dev, tmp_path)
        until(lambda: len(dev.ticks("arrivals")) >= 2, "quiet ticks")
        assert not ticks_logged(tmp_path), "a tick that starts nothing leaves no file"
        dev.switch_off("arrivals")
        shop.land(FIRST, 2)
        wanted = days(FIRST, 2) | {yesterday}
        until(lambda: set(shop.published()) == wanted, "the firing at its hour publishes them", 400)
        ended = {"pipelineName": "sales", "statuses": ["SUCCESS"]}
        until(lambda: len(dev.runs(**ended)) > 1, "both runs end")
        tags = [run["tags"] for run in dev.runs(**ended)]
        assert [tag["ecom_assets/requested_by"] for tag in tags] == ["daily", "daily"]
        assert {tag["ecom_assets/asked_up_to"] for tag in tags} == {str(yesterday)}


def ticks_logged(root: Path) -> list[Path]:
    """The log files of sensors' and schedules' ticks; those of runs lie in folders of their ids."""
    return [
        path
        for path in root.rglob("*.err")
        if "arrivals" in str(path.parent) or "daily" in str(path.parent)
    ]
