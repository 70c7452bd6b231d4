"""The sensors in the running daemon: files arrive, a day is held, somebody is told, it recovers.

One story, told in order: each step waits for what the daemon does by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ecom_assets_tests.conftest import write_lines
from ecom_assets_tests.operations.shop import QUICK, ROWS, Shop, days
from ecom_assets_tests.support.dev_server import dev_server, until
from ecom_assets_tests.support.receivers import receiving

pytestmark = [pytest.mark.torture, pytest.mark.xdist_group("dagster dev")]

TODAY = datetime.now(UTC).date()
FIRST = TODAY - timedelta(days=20)


def test_files_arrive_and_a_held_day_is_told_of_and_recovers(tmp_path: Path) -> None:
    with (
        receiving() as channel,
        receiving() as down,
        dev_server(
            tmp_path / "home",
            module=QUICK,
            ECOM_LANDING=str(tmp_path / "landing"),
            ECOM_SOURCE="external",
            ECOM_DUCKDB_PATH=str(tmp_path / "warehouse.duckdb"),
            ECOM_START_DATE=str(FIRST),
            ECOM_ALERT_URLS=f"{channel.url} {down.url}",
        ) as dev,
    ):
        shop = Shop(dev, tmp_path)
        down.status = 503
        dev.switch_on("check_alerts")
        until(lambda: dev.ticks("check_alerts"), "the alerts have begun")

        # three days in a row and one apart: a run for each range, asked for by the sensor
        shop.land(FIRST, 3)
        shop.land(FIRST + timedelta(days=9), 1)
        dev.switch_on("arrivals")
        until(lambda: len(_sales(shop)) == 2, "the sensor has asked for both ranges")
        wanted = days(FIRST, 3) | days(FIRST + timedelta(days=9), 1)
        until(lambda: set(shop.published()) == wanted, "the days are published")

        # a rewritten file, half of which is no JSON: its day is held, and keeps what it had
        bad = FIRST + timedelta(days=1)
        write_lines(tmp_path / f"landing/dt={bad}/a.jsonl", ["@everyone <b>broken</b>"] * ROWS)
        title = until(lambda: _title(channel.titles, "reject_rate"), "somebody is told", 300)
        (message,) = [text for heading, text in channel.messages if heading == title]
        assert str(bad) in title + message
        assert f"{ROWS} of {ROWS} sales rejected" in message
        assert f"dt={bad}/a.jsonl" in message
        assert "@everyone" not in message
        assert shop.published()[bad] == ROWS
        assert not down.messages
        assert down.attempts > 0

        # the channel that was down is told when it is up again; the other one is not told twice
        down.status = 200
        until(lambda: _title(down.titles, "reject_rate"), "the channel that was down is told")
        assert len([title for title in channel.titles if "reject_rate" in title]) == 1

        # the file is put right: the day is published, and both hear that it has recovered
        shop.land(bad, 1)
        for each in (channel, down):
            until(lambda each=each: _title(each.titles, "RECOVERED"), "the recovery is told", 300)  # type: ignore[misc]
        assert set(shop.published()) == wanted

        # nothing was asked for twice: two first runs, the bad file's, the good one's
        assert len(_sales(shop)) == 4
        assert len({tick["status"] for tick in dev.ticks("arrivals")} & {"FAILURE"}) == 0


def _sales(shop: Shop) -> Sequence[Mapping[str, Any]]:
    return shop.dev.runs(pipelineName="sales")


def _title(titles: list[str], what: str) -> str:
    return next((title for title in titles if what in title), "")
