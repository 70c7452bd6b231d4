"""A backfill of a year, launched as from the UI: one run, an answer for every day and check."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from ecom_assets_tests.operations.shop import ROWS, Shop, days
from ecom_assets_tests.support.dev_server import dev_server
from ecom_assets_tests.torture.report import Figures

pytestmark = pytest.mark.xdist_group("dagster dev")

FIRST = date(2025, 1, 1)
BAD = date(2025, 7, 1)


@pytest.mark.torture  # test_backfills.py has a month of it in the short form
def test_a_year_in_one_run_holds_its_bad_day_and_publishes_the_others(
    tmp_path: Path, figures: Figures
) -> None:
    with dev_server(
        tmp_path / "home",
        ECOM_LANDING=str(tmp_path / "landing"),
        ECOM_SOURCE="external",
        ECOM_DUCKDB_PATH=str(tmp_path / "warehouse.duckdb"),
        ECOM_START_DATE=str(FIRST),
    ) as dev:
        shop = Shop(dev, tmp_path)
        shop.land(FIRST, 365)
        shop.land(BAD, 1, rejects=2 * ROWS, name="b")
        backfill = dev.backfill(FIRST, FIRST + timedelta(days=364))
        assert shop.backfilled(backfill, seconds=900) == ["COMPLETED_FAILED"]
        (run,) = dev.runs(tags=[{"key": "dagster/backfill", "value": backfill}])
        assert run["tags"]["ecom_assets/held_days"] == str(BAD)
        assert shop.published() == dict.fromkeys(days(FIRST, 365) - {BAD}, ROWS)
        for asset, check in (("stg_sales_rejects", "reject_rate"), ("fact_sales", "matches_clean")):
            statuses = dev.check_statuses(asset, check)
            assert len(statuses) == 365
            figures.count("days checked", 365)
            assert {day for day, status in statuses.items() if status == "FAILED"} == {str(BAD)}
