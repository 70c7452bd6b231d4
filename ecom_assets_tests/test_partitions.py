"""Days that cannot be are refused before anything is read or written, whoever asked for them."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from ecom_assets.partitions import event_dates, existing_days
from ecom_assets_tests.conftest import Pipeline

TODAY = datetime.now(UTC).date()
LATELY = TODAY - timedelta(days=3)
NEXT_CENTURY = "2126-01-01"


def one(day: str) -> dict[str, str]:
    return {"dagster/partition": day}


def these(first: str, last: str) -> dict[str, str]:
    return {
        "dagster/asset_partition_range_start": first,
        "dagster/asset_partition_range_end": last,
    }


IMPOSSIBLE = [
    (one(NEXT_CENTURY), f"{NEXT_CENTURY}, but the event dates are 2026-01-01 to "),
    (one(str(TODAY)), f"{TODAY}, but the event dates are 2026-01-01 to "),
    (one("2025-12-31"), "2025-12-31, but the event dates are 2026-01-01 to "),
    (these("2026-01-06", "2026-01-05"), "2026-01-06 to 2026-01-05, but the earlier day must come"),
    (these(str(LATELY), str(TODAY)), f"{LATELY} to {TODAY}, but the event dates are"),
]


@pytest.mark.parametrize(("tags", "said"), IMPOSSIBLE)
@pytest.mark.parametrize(
    "selection", [None, ["fact_sales"], ["stg_sales_clean", "stg_sales_rejects"], ["raw_sales"]]
)
def test_days_that_cannot_be_fail_their_run_with_one_sentence_and_touch_nothing(
    pipeline: Pipeline, tags: dict[str, str], said: str, selection: list[str] | None
) -> None:
    pipeline.configure(source="synthetic")
    run = pipeline.definitions.resolve_job_def("sales").execute_in_process(
        instance=pipeline.instance,
        tags=tags,
        asset_selection=[dg.AssetKey(name) for name in selection] if selection else None,
        raise_on_error=False,
    )
    assert not run.success
    (failure,) = run.filter_events(lambda e: e.event_type == dg.DagsterEventType.STEP_FAILURE)
    assert failure.step_failure_data.user_failure_data
    text = str(failure.step_failure_data.user_failure_data.description)
    assert text.startswith(f"This run was started for {said}")
    assert not pipeline.folder.exists()
    assert not pipeline.settings.duckdb_path.exists()


ZONES = (
    *("UTC", "America/New_York", "Australia/Sydney", "Pacific/Kiritimati", "Asia/Kathmandu"),
    *("America/Santiago", "Asia/Beirut"),  # where daylight saving begins at midnight
)


@pytest.mark.parametrize("zone", ZONES)
def test_a_partition_is_there_once_its_day_is_over_in_the_shop_s_time_zone(zone: str) -> None:
    start = date(2026, 1, 1)
    partitions = event_dates(start, zone)
    for n in range(1, 370):
        day = start + timedelta(days=n)
        midnight = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
        now = [existing_days(start, zone, midnight + timedelta(seconds=s)) for s in (-1, 0)]
        last = [days.last if days else start - timedelta(days=1) for days in now]
        assert last == [day - timedelta(days=2), day - timedelta(days=1)]
        keys = partitions.get_partition_keys(current_time=midnight)
        assert now[1]
        assert (len(keys), keys[-1]) == (now[1].count, str(now[1].last)), "as Dagster has it"


def test_a_shop_elsewhere_runs_through_the_graph_in_its_own_days(pipeline: Pipeline) -> None:
    pipeline.configure(source="synthetic", time_zone="Australia/Sydney")
    longest = date(2026, 4, 5)  # 25 hours
    days = (longest - timedelta(days=1), longest + timedelta(days=1))
    assert pipeline.run(*days, config={"defect_share": 0.0, "events_per_day": 500}).success
    assert pipeline.query("select count(*) from staging.stg_sales_rejects") == [(0,)]
    of_longest = pipeline.query(
        "select min(event_ts), max(event_ts) from analytics.fact_sales "
        f"where event_date = '{longest}'"
    )
    for found, midnight in zip(of_longest[0], ((4, 13), (5, 14)), strict=True):
        at = datetime(2026, 4, midnight[0], midnight[1])
        assert abs(found - at) < timedelta(minutes=20)
    report = (pipeline.folder.parent / "reports/sales_report.html").read_text()
    assert re.search(r"\d\d:\d\d:\d\d AE[DS]T", report)

    pipeline.configure(time_zone="UTC")
    files = sorted(pipeline.folder.rglob("*.jsonl"))
    refused = pipeline.run(date(2026, 4, 9))
    assert not refused.success
    assert "holds days of the time zone Australia/Sydney, but ECOM_TIMEZONE says UTC" in str(
        refused.all_events
    )
    assert len(sorted(pipeline.folder.rglob("*.jsonl"))) == len(files) + 1, "and no table is new"


def test_a_day_that_is_over_in_utc_alone_is_none_yet(pipeline: Pipeline) -> None:
    pipeline.configure(time_zone="Pacific/Kiritimati", start_date=date(2026, 1, 5))
    run = pipeline.run(date(2026, 1, 4))
    assert not run.success
    assert "up to yesterday (Pacific/Kiritimati)" in str(run.all_events)


def test_before_the_first_day_is_over_no_day_can_be_run(pipeline: Pipeline) -> None:
    pipeline.configure(start_date=TODAY + timedelta(days=1))
    run = pipeline.run(date(2026, 1, 5))
    assert not run.success
    assert "is not over yet" in str(run.all_events)
