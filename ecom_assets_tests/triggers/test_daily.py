"""The schedule `daily`: what it asks for, night by night."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.definitions import build_definitions, defs
from ecom_assets.partitions import EventDays
from ecom_assets.settings import Settings
from ecom_assets.triggers.daily import build_daily, pieces_of
from ecom_assets.triggers.survey import DAYS_A_TICK, Pieces, look_at
from ecom_assets_tests.conftest import DAY, Pipeline, event
from ecom_assets_tests.triggers.conftest import Arrivals, days_of
from ecom_assets_tests.triggers.test_arrivals import lines

NIGHT = datetime(2026, 1, 6, 1, tzinfo=UTC)


@pytest.fixture
def arrivals(tmp_path: Path) -> Iterator[Arrivals]:
    # a schedule's context takes an instance that lies on a disk alone
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
        yield Arrivals(Pipeline(tmp_path, instance))


def tick(
    arrivals: Arrivals, late_days: int = 0, night: datetime = NIGHT
) -> list[dg.RunRequest] | str:
    """What a firing asks for, or why it asks for nothing."""
    schedule = build_daily(Settings(source="external", late_days=late_days))
    with dg.build_schedule_context(
        instance=arrivals.instance,
        scheduled_execution_time=night,
        resources={"landing": arrivals.landing},
    ) as context:
        result = schedule(context)
    if isinstance(result, dg.SkipReason):
        return str(result.skip_message)
    assert isinstance(result, list)
    assert len({request.run_key for request in result}) == len(result)
    return result


def fire(arrivals: Arrivals, night: int, late_days: int = 0) -> list[str]:
    """A firing in January, whose runs all end; the days they were for."""
    requests = tick(arrivals, late_days, NIGHT.replace(day=night))
    for request in [] if isinstance(requests, str) else requests:
        arrivals.run(request)
    return [] if isinstance(requests, str) else [days_of(request) for request in requests]


@pytest.mark.parametrize(
    ("late_days", "night", "days"),
    [
        (0, NIGHT, ["2026-01-05"]),
        (2, NIGHT, ["2026-01-03 to 2026-01-05"]),
        (31, NIGHT, ["2026-01-01 to 2026-01-05"]),
        (2, datetime(2026, 1, 2, 1, tzinfo=UTC), ["2026-01-01"]),
        (2, datetime(2026, 1, 1, 1, tzinfo=UTC), None),
    ],
)
def test_yesterday_and_the_days_that_may_still_get_late_events(
    arrivals: Arrivals, late_days: int, night: datetime, days: list[str] | None
) -> None:
    requests = tick(arrivals, late_days, night)
    assert (None if isinstance(requests, str) else list(map(days_of, requests))) == days


def test_its_hour_and_its_yesterday_are_the_shop_s(arrivals: Arrivals) -> None:
    settings = Settings(source="external", time_zone="Australia/Sydney", daily_at=time(2, 30))
    schedule = build_daily(settings)
    assert (schedule.cron_schedule, schedule.execution_timezone) == (
        "30 2 * * *",
        "Australia/Sydney",
    )
    assert "at 02:30 Australia/Sydney" in str(schedule.description)
    for utc, days in ((12, ["2026-01-04"]), (15, ["2026-01-05"])):  # it is the 6th from 13:00 on
        with dg.build_schedule_context(
            instance=arrivals.instance,
            scheduled_execution_time=datetime(2026, 1, 5, utc, 30, tzinfo=UTC),
            resources={"landing": arrivals.landing},
        ) as context:
            requests = schedule(context)
        assert isinstance(requests, list)
        assert list(map(days_of, requests)) == days


def test_the_graph_s_schedules_are_all_in_the_shop_s_time_zone(pipeline: Pipeline) -> None:
    pipeline.configure(time_zone="America/New_York")
    schedules = list(pipeline.definitions.schedules or ())
    assert len(schedules) == 2
    for schedule in schedules:
        assert isinstance(schedule, dg.ScheduleDefinition)
        assert schedule.execution_timezone == "America/New_York"
        assert "America/New_York" in str(schedule.description)


@pytest.mark.slow
def test_after_nine_nights_off_the_next_firing_asks_for_all_nine_in_one_run(
    arrivals: Arrivals,
) -> None:
    assert fire(arrivals, 6) == ["2026-01-05"]
    assert fire(arrivals, 15) == ["2026-01-06 to 2026-01-14"]
    assert fire(arrivals, 16) == ["2026-01-15"]
    assert len(arrivals.pipeline.materialized("fact_sales")) == 11


@pytest.mark.slow
def test_files_that_come_after_the_hour_are_taken_in_by_the_next_firing(
    arrivals: Arrivals,
) -> None:
    for n in (5, 6):
        fire(arrivals, n + 1)  # finds an empty day
        arrivals.put(
            f"dt=2026-01-0{n}/a.jsonl",
            lines(event(n, event_ts=f"2026-01-0{n}T01:00:00Z")),
        )
    assert published(arrivals) == ["event-5"], "with the next night's"
    assert fire(arrivals, 8) == ["2026-01-06 to 2026-01-07"]
    assert published(arrivals) == ["event-5", "event-6"]
    arrivals.put(f"dt={DAY}/a.jsonl", lines(event(50)))  # rewritten
    assert fire(arrivals, 9) == ["2026-01-05", "2026-01-08"]
    assert published(arrivals) == ["event-50", "event-6"]
    assert fire(arrivals, 10) == ["2026-01-09"]


def published(arrivals: Arrivals) -> list[str]:
    sql = "select event_id from analytics.fact_sales order by 1"
    return [row[0] for row in arrivals.pipeline.query(sql)]


def test_a_day_is_left_to_the_next_firing_while_a_run_of_the_whole_graph_is_at_work(
    arrivals: Arrivals,
) -> None:
    assert fire(arrivals, 5) == ["2026-01-04"]
    fifth = {"dagster/partition": "2026-01-05"}
    arrivals.have_run(fifth, dg.DagsterRunStatus.STARTED, "fact_sales")
    assert not isinstance(tick(arrivals), str)
    at_work = arrivals.have_run(fifth, dg.DagsterRunStatus.STARTED)
    skipped = tick(arrivals)
    assert isinstance(skipped, str)
    assert skipped.endswith("nothing to start, 1 in an unfinished run (2026-01-05)")
    assert fire(arrivals, 7) == ["2026-01-06"]
    arrivals.instance.delete_run(at_work)
    assert fire(arrivals, 8) == ["2026-01-05 to 2026-01-07"], "no firing has asked for the 5th"


def test_a_failed_night_is_asked_for_again_three_times_in_all(arrivals: Arrivals) -> None:
    arrivals.put(f"dt={DAY}/a.jsonl", lines(event(1)))
    arrivals.pipeline.settings.duckdb_path.write_bytes(b"no database")
    now = datetime.now(UTC)
    for night in range(1, 5):
        requests = tick(arrivals, night=now + timedelta(days=night))
        assert not isinstance(requests, str)
        asked = {days_of(request): request for request in requests}
        assert (str(DAY) in asked) == (night <= 3)
        if str(DAY) in asked:
            request = asked[str(DAY)]
            assert request.tags.get("ecom_assets/attempt", "1") == str(night)
            assert not arrivals.run(request).success


def test_all_older_days_are_looked_at_in_turn(arrivals: Arrivals) -> None:
    partitions = EventDays(date(2020, 1, 1), date(2026, 1, 5))
    seen: set[date] = set()
    for night in range(6):
        tonight = EventDays(partitions.first, partitions.last + timedelta(days=night))
        look = look_at(arrivals.landing, tonight, pieces_of(tonight))
        assert len(look.days) <= 2 * DAYS_A_TICK
        seen |= look.days
    assert seen >= set(partitions.days)
    short = EventDays(date(2026, 1, 1), date(2026, 1, 5))
    assert look_at(arrivals.landing, short, pieces_of(short)).days == set(short.days)


def test_a_look_tells_files_of_another_suffix_of_the_last_days_and_of_the_others(
    arrivals: Arrivals,
) -> None:
    others = ["dt=2026-01-01/a.csv", "dt=2026-01-05/a.csv"]
    for name in others:
        arrivals.put(name)
    look = look_at(
        arrivals.landing, EventDays(date(2026, 1, 1), date(2026, 1, 5)), Pieces(1, None, 10)
    )
    assert list(look.others) == others


def test_its_run_materializes_the_day(arrivals: Arrivals) -> None:
    arrivals.put("dt=2026-01-05/a.jsonl")
    requests = tick(arrivals)
    assert not isinstance(requests, str)
    (request,) = requests
    assert request.tags["ecom_assets/requested_by"] == "daily"
    arrivals.run(request)
    assert arrivals.pipeline.materialized("raw_sales") == {"2026-01-05"}


def test_it_is_off_until_switched_on_and_says_what_that_does() -> None:
    schedule = defs.resolve_schedule_def("daily")
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    assert "Switched on, it" in (schedule.description or "")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 1 * * *", "UTC")


def test_its_hour_is_a_setting(arrivals: Arrivals) -> None:
    arrivals.pipeline.configure(daily_at=time(6, 30))
    schedule = build_definitions(arrivals.pipeline.settings).resolve_schedule_def("daily")
    assert schedule.cron_schedule == "30 6 * * *"
    assert "at 06:30 UTC" in (schedule.description or "")
