"""A bad Monday in the running `dagster dev`: held, told of, published by decision, corrected.

One story, told in order, by what a person has: the Launchpad, the pages, a shell and an editor.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ecom_assets.assets.answers import REPORT_FILE
from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.conftest import event, write_lines
from ecom_assets_tests.operations.shop import Shop
from ecom_assets_tests.support.dev_server import ASSETS, clean_environment, dev_server, until
from ecom_assets_tests.support.receivers import receiving

pytestmark = pytest.mark.xdist_group("dagster dev too")

TODAY = datetime.now(UTC).date()
MONDAY = TODAY - timedelta(days=TODAY.weekday() + 7)
SUNDAY, TUESDAY = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)
LINES, BAD = 25, 9
"""Of each day, and of these on Monday: 36 %."""
FROM_STAGING_ON = ASSETS[2:]


def test_a_bad_monday_is_held_published_by_decision_and_corrected(tmp_path: Path) -> None:
    settings = {
        "ECOM_LANDING": str(tmp_path / "landing"),
        "ECOM_SOURCE": "external",
        "ECOM_DUCKDB_PATH": str(tmp_path / "warehouse.duckdb"),
        "ECOM_START_DATE": str(SUNDAY),
    }
    with (
        receiving() as channel,
        dev_server(tmp_path / "home", None, **settings, ECOM_ALERT_URLS=channel.url) as dev,
    ):
        shop = Shop(dev, tmp_path)
        dev.switch_on("check_alerts")
        for day in (SUNDAY, MONDAY, TUESDAY):
            write_lines(shop.folder / f"dt={day}/a.jsonl", lines_of(day))

        # a run for the three days publishes two, and somebody is told of the other
        assert dev.ended(dev.launch(SUNDAY, TUESDAY)) == "FAILURE"
        assert shop.published() == {SUNDAY: LINES, TUESDAY: LINES}
        plan = dev.launch(job="plan", config={"first_day": str(SUNDAY), "last_day": str(TUESDAY)})
        about = {"first_day": str(MONDAY), "who": "Ann", "why": "shop 12 was offline"}
        publish = decide(shop, decision="publish", **about)
        alert = until(lambda: [*filter(is_of_monday, channel.messages)], "somebody is told")[0]
        assert f"{BAD} of {LINES} sales rejected" in alert[1]
        assert dev.ended(plan) == "SUCCESS"
        says = f"If {SUNDAY} to {TUESDAY} were replayed now, nothing would change."
        assert dev.output(plan)["plan"].startswith(says)

        # published by decision, which the report and the check say
        decided = decision(shop, publish)
        succeed(shop, *FROM_STAGING_ON)
        assert shop.published()[MONDAY] == LINES - BAD
        by = f"Ann: shop 12 was offline ({decided})"
        assert "Published by decision" in (page := report(tmp_path))
        assert by in page
        check = dev.latest_check("stg_sales_rejects", "reject_rate", MONDAY)
        assert check["description"].endswith(f"; published by decision of {by}")
        assert check["metadata"]["decision"] == by

        # the decision ends, the lines are corrected, and the day passes by itself
        end = decide(shop, decision="end", who="Ann", why="its till is online", ends=decided)
        done = subprocess.run(
            [sys.executable, "-m", "ecom_assets.commands.rejects", str(MONDAY)],
            env=clean_environment(**settings, PYTHONPATH=str(PROJECT_ROOT)),
            check=True,
            capture_output=True,
            text=True,
        )
        rejected = done.stdout.splitlines()
        assert len(rejected) == BAD, done.stderr
        corrected = [correct(json.loads(line)) for line in rejected]
        write_lines(shop.folder / f"dt={MONDAY}/fixed.corrections.jsonl", corrected)
        decision(shop, end)
        succeed(shop)
        assert shop.published() == {SUNDAY: LINES, MONDAY: LINES, TUESDAY: LINES}
        assert "Published by decision" not in report(tmp_path)
        check = dev.latest_check("stg_sales_rejects", "reject_rate", MONDAY)
        assert f": 0 of {LINES} sales rejected" in check["description"]
        assert changes_and_totals(shop) == {
            SUNDAY: (LINES, LINES, 1),
            MONDAY: (LINES, LINES, 2),
            TUESDAY: (LINES, LINES, 1),
        }


def lines_of(day: date) -> list[Mapping[str, Any] | str]:
    """A day's lines; some of Monday's have a decimal comma, and the last is cut short."""
    lines: list[Mapping[str, Any] | str] = [
        event(f"{day}-{n}", event_ts=str(day)) for n in range(LINES)
    ]
    if day == MONDAY:
        for n in range(LINES - BAD, LINES - 1):
            lines[n] = event(f"{day}-{n}", event_ts=str(day), total_amount="25,00")
        lines[-1] = f'{{"event_id": "event-{day}-{LINES - 1}", "event_ts": '
    return lines


def correct(line: Mapping[str, Any]) -> Mapping[str, Any]:
    """A rejected line, as somebody makes it right in an editor."""
    if "_line" in line:
        whole = event(f"{MONDAY}-{LINES - 1}", event_ts=str(MONDAY))
        return {"_corrects": line["_corrects"], **whole}
    return {**line, "total_amount": float(line["total_amount"].replace(",", "."))}


def is_of_monday(message: tuple[str, str]) -> bool:
    """Whether a message tells of Monday's rejects."""
    title, _ = message
    return "reject_rate" in title and str(MONDAY) in title


def decide(shop: Shop, **form: Any) -> str:
    """Launch `decide` with a form filled in; the run's id."""
    return shop.dev.launch(job="decide", config=form)


def decision(shop: Shop, run_id: str) -> str:
    """The name of the decision that a run has written down."""
    assert shop.dev.ended(run_id) == "SUCCESS", shop.dev.failures(run_id)
    return shop.dev.output(run_id)["decision"]


def succeed(shop: Shop, *assets: str) -> None:
    """Materialize Monday, all of it or some assets."""
    run_id = shop.dev.launch(MONDAY, assets=assets)
    assert shop.dev.ended(run_id) == "SUCCESS", shop.dev.failures(run_id)


def report(root: Path) -> str:
    """The report as it is now."""
    return (root / "reports" / REPORT_FILE).read_text()


def changes_and_totals(shop: Shop) -> Mapping[date, tuple[int, int, int]]:
    """Per day the sales that FACT_SALES_CHANGES adds up to, those of FACT_SALES_DAYS, and how often
    the figures were changed; the revenue adds up as well."""
    rows = shop.query(
        """
        select event_date, t.sales, c.sales, c.times, t.revenue = c.revenue
        from (
            select event_date, sum(sales) as sales, sum(revenue) as revenue
            from analytics.fact_sales_days
            group by event_date
        ) as t
        join (
            select event_date, count(*) as times, sum(sales_after - sales_before) as sales,
                sum(revenue_after - revenue_before) as revenue
            from analytics.fact_sales_changes
            group by event_date
        ) as c using (event_date)
        """
    )
    assert all(same for *_, same in rows)
    return {day: (total, changed, times) for day, total, changed, times, _ in rows}
