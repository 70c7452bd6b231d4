"""The schedule `daily`: what it asks for, night by night."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.definitions import defs
from ecom_assets.sensors.daily import build_daily
from ecom_assets_tests.conftest import Pipeline
from ecom_assets_tests.sensors.conftest import Arrivals, days_of

NIGHT = datetime(2026, 1, 6, 1, tzinfo=UTC)


@pytest.fixture
def arrivals(tmp_path: Path) -> Iterator[Arrivals]:
    # a schedule's context takes an instance that lies on a disk alone
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
        yield Arrivals(Pipeline(tmp_path, instance))


def tick(
    arrivals: Arrivals, late_days: int = 0, night: datetime = NIGHT
) -> dg.RunRequest | dg.SkipReason:
    schedule = build_daily(date(2026, 1, 1), late_days)
    context = dg.build_schedule_context(instance=arrivals.instance, scheduled_execution_time=night)
    result = schedule(context)
    assert isinstance(result, dg.RunRequest | dg.SkipReason)
    return result


@pytest.mark.parametrize(
    ("late_days", "night", "days"),
    [
        (0, NIGHT, "2026-01-05"),
        (2, NIGHT, "2026-01-03 to 2026-01-05"),
        (31, NIGHT, "2026-01-01 to 2026-01-05"),
        (2, datetime(2026, 1, 2, 1, tzinfo=UTC), "2026-01-01"),
        (2, datetime(2026, 1, 1, 1, tzinfo=UTC), None),
    ],
)
def test_yesterday_and_the_days_that_may_still_get_late_events(
    arrivals: Arrivals, late_days: int, night: datetime, days: str | None
) -> None:
    request = tick(arrivals, late_days, night)
    assert (days_of(request) if isinstance(request, dg.RunRequest) else None) == days


def test_a_night_is_left_out_while_a_run_of_the_whole_graph_is_at_work(arrivals: Arrivals) -> None:
    fifth = {"dagster/partition": "2026-01-05"}
    arrivals.have_run(fifth, dg.DagsterRunStatus.STARTED, "fact_sales")
    assert isinstance(tick(arrivals), dg.RunRequest)
    arrivals.have_run(fifth, dg.DagsterRunStatus.STARTED)
    skipped = tick(arrivals)
    assert isinstance(skipped, dg.SkipReason)
    assert skipped.skip_message == "A run is at work on 2026-01-05."


def test_its_run_materializes_the_day(arrivals: Arrivals) -> None:
    arrivals.put("dt=2026-01-05/a.jsonl")
    request = tick(arrivals)
    assert isinstance(request, dg.RunRequest)
    assert request.tags["ecom_assets/requested_by"] == "daily"
    arrivals.run(request)
    assert arrivals.pipeline.materialized("raw_sales") == {"2026-01-05"}


def test_it_is_off_until_switched_on_and_says_what_that_does() -> None:
    schedule = defs.resolve_schedule_def("daily")
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    assert "Switched on, it" in (schedule.description or "")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 1 * * *", "UTC")
