"""The sensor `arrivals`, tick by tick, with the runs it asks for executed in between."""

import gzip
import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ecom_assets.definitions import defs
from ecom_assets.landing.folder import FolderZone
from ecom_assets.landing.zone import LandingError, Scan
from ecom_assets.partitions import EventDays
from ecom_assets.triggers import runs
from ecom_assets.triggers.arrivals import Cursor
from ecom_assets.triggers.survey import DAYS_A_TICK
from ecom_assets.warehouse.contract import WarehouseError
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets_tests.alerts.test_digest import materialized
from ecom_assets_tests.conftest import Pipeline, event
from ecom_assets_tests.triggers.conftest import IN_S3_AT_LENGTH, Arrivals, days_of

FIFTH = "2026-01-05"
ONE_DAY = {"dagster/partition": FIFTH}
RANGE = {
    "dagster/asset_partition_range_start": "2026-01-03",
    "dagster/asset_partition_range_end": "2026-01-05",
}


def lines(*events: Mapping[str, Any]) -> bytes:
    return "".join(json.dumps(each) + "\n" for each in events).encode()


def facts(pipeline: Pipeline) -> list[str]:
    return [
        row[0] for row in pipeline.query("select event_id from analytics.fact_sales order by 1")
    ]


def yesterday(days_before: int = 0) -> date:
    return (datetime.now(UTC) - timedelta(days=1 + days_before)).date()


# ---- which files


def test_new_late_rewritten_and_vanished_files(anywhere: Arrivals) -> None:
    pipeline = anywhere.pipeline
    assert anywhere.tick() == []

    anywhere.put(f"dt={FIFTH}/a.jsonl", lines(event(1)))
    anywhere.put("dt=2026-01-06/a.jsonl", lines(event(6, event_ts="2026-01-06T01:00:00Z")))
    anywhere.put("dt=2026-01-09/a.jsonl", lines(event(9, event_ts="2026-01-09T01:00:00Z")))
    assert anywhere.tick_and_run() == ["2026-01-05 to 2026-01-06", "2026-01-09"]
    assert facts(pipeline) == ["event-1", "event-6", "event-9"]
    assert anywhere.tick() == [], "never twice for the same state"

    anywhere.put(f"dt={FIFTH}/late.jsonl", lines(event(2)))
    assert anywhere.tick_and_run() == [FIFTH]
    anywhere.put(f"dt={FIFTH}/a.jsonl", lines(event(3)))  # of the same size
    assert anywhere.tick_and_run() == [FIFTH]
    anywhere.put(f"dt={FIFTH}/a.jsonl", lines(event(1)))  # what it was before
    assert anywhere.tick_and_run() == [FIFTH]
    assert facts(pipeline) == ["event-1", "event-2", "event-6", "event-9"]

    # one of two files: its rows stay, and the day's version is recorded once
    anywhere.remove(f"dt={FIFTH}/late.jsonl")
    assert anywhere.tick_and_run() == [FIFTH]
    assert anywhere.tick() == []
    # the last one: a day without files is never asked for, and its rows stay, too
    anywhere.remove(f"dt={FIFTH}/a.jsonl")
    assert anywhere.tick() == []
    assert facts(pipeline) == ["event-1", "event-2", "event-6", "event-9"]


@IN_S3_AT_LENGTH
def test_back_to_the_bytes_of_before_is_asked_for_under_another_key(anywhere: Arrivals) -> None:
    keys = []
    for number in (1, 2, 1, 2):
        anywhere.put(f"dt={FIFTH}/a.jsonl", lines(event(number)))
        (request,) = anywhere.tick()
        keys.append(request.run_key)
        assert anywhere.run(request).success
    assert len(set(keys)) == 4
    assert facts(anywhere.pipeline) == ["event-2"]


def test_a_second_version_of_the_same_second_and_size(arrivals: Arrivals) -> None:
    path = arrivals.pipeline.land(f"dt={FIFTH}/a.jsonl", [event(1)])
    os.utime(path, ns=(0, 1_767_607_200_000_000_000))
    assert arrivals.tick_and_run() == [FIFTH]
    arrivals.pipeline.land(f"dt={FIFTH}/a.jsonl", [event(2)])
    os.utime(path, ns=(0, 1_767_607_200_000_000_001))
    assert arrivals.tick_and_run() == [FIFTH]
    assert facts(arrivals.pipeline) == ["event-2"]


@IN_S3_AT_LENGTH
def test_late_events_reach_the_days_that_they_belong_to(anywhere: Arrivals) -> None:
    anywhere.pipeline.configure(late_days=2)
    anywhere.put(f"dt={FIFTH}/a.jsonl", lines(event(1)))
    assert anywhere.tick_and_run() == ["2026-01-03 to 2026-01-05"]
    anywhere.put("dt=2026-01-07/a.jsonl", lines(event(2)))  # an event of the 5th
    assert anywhere.tick_and_run() == ["2026-01-05 to 2026-01-07"]
    assert facts(anywhere.pipeline) == ["event-1", "event-2"]
    assert anywhere.tick() == []


def test_a_run_for_fewer_days_than_a_file_touches_has_not_taken_it_in(arrivals: Arrivals) -> None:
    arrivals.pipeline.configure(late_days=2)
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(1)))
    arrivals.put("dt=2026-01-06/a.jsonl", lines(event(2)))
    assert arrivals.tick_and_run() == ["2026-01-03 to 2026-01-06"]
    # rewritten after the look, and then loaded by the run for the next day
    arrivals.put("dt=2026-01-06/b.jsonl", lines(event(3)))
    (request,) = arrivals.tick()
    arrivals.put(f"dt={FIFTH}/b.jsonl", lines(event(4, event_ts="2026-01-03T01:00:00Z")))
    assert days_of(request) == "2026-01-04 to 2026-01-06"
    assert arrivals.run(request).success
    assert "event-4" in facts(arrivals.pipeline), "its day was taken along"
    assert arrivals.tick_and_run() == ["2026-01-03 to 2026-01-05"]
    assert arrivals.tick() == []
    arrivals.put("dt=2026-01-06/c.jsonl", lines(event(5)))
    assert arrivals.pipeline.run(date(2026, 1, 6)).success  # somebody's, for the day alone
    assert "event-5" in facts(arrivals.pipeline)
    assert arrivals.tick_and_run() == ["2026-01-04 to 2026-01-06"]


def test_days_filled_with_generated_batches_start_no_more_runs(arrivals: Arrivals) -> None:
    arrivals.pipeline.configure(source="synthetic", late_days=1)
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(1)))
    assert arrivals.tick_and_run() == ["2026-01-04 to 2026-01-05"]
    assert (arrivals.pipeline.folder / "dt=2026-01-04/sales.jsonl").exists()
    assert arrivals.tick() == []


def test_files_outside_the_partitions_and_hidden_ones_start_nothing(anywhere: Arrivals) -> None:
    today = datetime.now(UTC).date()
    for folder in ("dt=2025-12-31", f"dt={today}", "dt=2999-01-01", "dt=2026-1-5", "dt=x", "other"):
        anywhere.put(f"{folder}/a.jsonl")
    for name in (".a.jsonl", "_a.jsonl", "a.jsonl.tmp", "_tmp/a.jsonl", "a.csv"):
        anywhere.put(f"dt={FIFTH}/{name}")
    assert anywhere.tick() == []
    assert anywhere.skipped.endswith("0 files: nothing to start")
    anywhere.put("dt=2026-01-01/a.jsonl")
    anywhere.put(f"dt={yesterday()}/a.jsonl")
    assert [days_of(request) for request in anywhere.tick()] == ["2026-01-01", str(yesterday())]


def test_before_the_first_day_is_over_there_is_nothing_to_do(arrivals: Arrivals) -> None:
    arrivals.pipeline.configure(start_date=datetime.now(UTC).date() + timedelta(days=1))
    assert arrivals.tick() == []
    assert "is not over yet" in arrivals.skipped


def test_a_half_written_file_is_not_picked_up(arrivals: Arrivals) -> None:
    arrivals.later = timedelta()
    arrivals.put(f"dt={FIFTH}/whole.jsonl", age=timedelta(hours=1))
    arrivals.put(f"dt={FIFTH}/growing.jsonl")
    arrivals.put("dt=2026-01-07/a.jsonl", age=timedelta(seconds=11))
    assert [days_of(request) for request in arrivals.tick()] == ["2026-01-07"]
    arrivals.later = timedelta(seconds=11)
    assert [days_of(request) for request in arrivals.tick()] == [FIFTH]


def test_a_file_from_the_future_waits_for_nothing(arrivals: Arrivals) -> None:
    arrivals.put(f"dt={FIFTH}/a.jsonl", age=timedelta(days=-400))
    assert [days_of(request) for request in arrivals.tick()] == [FIFTH]


def test_a_writer_that_stalls_is_found_out_at_the_next_tick(arrivals: Arrivals) -> None:
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(1)))
    assert arrivals.tick_and_run() == [FIFTH]
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(1), event(2)))
    assert arrivals.tick_and_run() == [FIFTH]
    assert facts(arrivals.pipeline) == ["event-1", "event-2"]


def test_a_file_that_changes_while_its_run_is_at_work_is_asked_for_again(
    arrivals: Arrivals,
) -> None:
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(1)))
    (request,) = arrivals.tick()
    run_id = arrivals.have_run({**ONE_DAY, **request.tags}, dg.DagsterRunStatus.QUEUED)
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(1), event(2)))
    assert arrivals.tick() == []
    assert "1 in an unfinished run" in arrivals.skipped
    arrivals.instance.delete_run(run_id)
    assert arrivals.tick_and_run() == [FIFTH]
    assert arrivals.tick() == []


# ---- busy days


@pytest.mark.parametrize(
    "status", [status for status in dg.DagsterRunStatus if status not in runs.FINISHED]
)
@pytest.mark.parametrize("days", [ONE_DAY, RANGE])
@pytest.mark.parametrize("assets", [(), ("fact_sales",)])
def test_a_day_waits_for_any_unfinished_run(
    arrivals: Arrivals, status: dg.DagsterRunStatus, days: Mapping[str, str], assets: Sequence[str]
) -> None:
    arrivals.put(f"dt={FIFTH}/a.jsonl")
    arrivals.put("dt=2026-01-06/a.jsonl")
    arrivals.have_run(days, status, *assets)
    assert [days_of(request) for request in arrivals.tick()] == ["2026-01-06"]
    assert arrivals.tick() == [], "asked for already, or busy"
    assert "1 in an unfinished run" in arrivals.skipped


def test_runs_of_something_else_are_not_waited_for(arrivals: Arrivals) -> None:
    arrivals.put(f"dt={FIFTH}/a.jsonl")
    started = dg.DagsterRunStatus.STARTED
    arrivals.have_run(ONE_DAY, started, "another_asset")
    arrivals.have_run({"dagster/partition": "DE|shoes"}, started)
    arrivals.have_run({}, started)
    lost = arrivals.have_run(ONE_DAY, dg.DagsterRunStatus.NOT_STARTED)
    assert arrivals.tick() == []
    # created, and nobody launched it
    arrivals.later = timedelta(minutes=11)
    assert [days_of(request) for request in arrivals.tick()] == [FIFTH]
    assert arrivals.instance.get_run_by_id(lost)


def test_the_assets_that_a_day_waits_for_are_those_that_have_event_dates() -> None:
    graph = defs.resolve_asset_graph()
    assert {n.key for n in graph.asset_nodes if n.partitions_def} == runs.OF_DAYS


def test_files_materialized_alone_have_not_been_taken_in(arrivals: Arrivals) -> None:
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(1)))
    arrivals.pipeline.run(selection=["sales_files"])
    assert arrivals.tick_and_run() == [FIFTH]
    assert facts(arrivals.pipeline) == ["event-1"]
    arrivals.pipeline.run(selection=["sales_files"])
    assert arrivals.tick() == []


def test_what_somebody_materialized_is_not_asked_for(arrivals: Arrivals) -> None:
    for n in (5, 6, 8):
        of_day = event(n, event_ts=f"2026-01-0{n}T01:00:00Z")
        arrivals.put(f"dt=2026-01-0{n}/a.jsonl", lines(of_day))
    days = EventDays(date(2026, 1, 5), date(2026, 1, 8))
    assert arrivals.run(days.request(None, {})).success
    assert arrivals.tick() == []


# ---- failed runs


class NoWarehouse(DuckDBWarehouse):
    """One that is down, when the files have been looked at already."""

    def session(self, *_: Any) -> Any:
        raise WarehouseError("It is down.")


class NoZone(FolderZone):
    """One that is down."""

    def scan(self, *_: Any) -> Any:
        raise LandingError("It is down.")


DOWN = {"warehouse": NoWarehouse(Path("w")), "landing": NoZone(Path("landing"))}


@pytest.mark.parametrize("broken", ["warehouse", "landing"])
def test_a_failed_runs_days_are_asked_for_again_three_times_in_all(
    arrivals: Arrivals, broken: str
) -> None:
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(1)))
    arrivals.put("dt=2026-01-06/a.jsonl", lines(event(2, event_ts="2026-01-06T01:00:00Z")))
    attempts = []
    for minutes in (1, 12, 60):
        arrivals.later = timedelta(minutes=minutes)
        (request,) = arrivals.tick()
        assert days_of(request) == "2026-01-05 to 2026-01-06"
        attempts.append((request.run_key, request.tags.get("ecom_assets/attempt")))
        assert not arrivals.run(request, {broken: DOWN[broken]}).success
        arrivals.later = timedelta()
        assert arrivals.tick() == [], "there is a pause"
    assert [attempt for _, attempt in attempts] == [None, "2", "3"]
    assert len({key for key, _ in attempts}) == 3
    arrivals.later = timedelta(days=1)
    assert arrivals.tick() == []
    assert "2 given up after failures" in arrivals.skipped
    # other files are another matter
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(3)))
    assert arrivals.tick_and_run() == [FIFTH]
    # and so is a person
    assert arrivals.pipeline.run(date(2026, 1, 6)).success
    assert arrivals.tick() == []
    assert facts(arrivals.pipeline) == ["event-2", "event-3"]


def test_a_run_that_works_the_second_time_is_not_asked_for_again(arrivals: Arrivals) -> None:
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(1)))
    (request,) = arrivals.tick()
    assert not arrivals.run(request, {"warehouse": DOWN["warehouse"]}).success
    arrivals.later = timedelta(minutes=2)
    assert arrivals.tick_and_run() == [FIFTH]
    arrivals.later = timedelta(hours=2)
    assert arrivals.tick() == []


@pytest.mark.parametrize("others", [0, 1])
def test_a_run_that_held_a_day_is_not_asked_for_again(arrivals: Arrivals, others: int) -> None:
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(1)) + b"broken\n" * 9)
    for _ in range(others):
        arrivals.put("dt=2026-01-06/a.jsonl", lines(event(2, event_ts="2026-01-06T01:00:00Z")))
    (request,) = arrivals.tick()
    assert not arrivals.run(request).success
    arrivals.later = timedelta(hours=2)
    assert arrivals.tick() == []
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(1)))
    assert arrivals.tick_and_run() == [FIFTH]
    assert facts(arrivals.pipeline) == ["event-1", "event-2"][: 1 + others]


def test_a_run_that_dagster_starts_again_is_left_to_it(arrivals: Arrivals) -> None:
    arrivals.put(f"dt={FIFTH}/a.jsonl")
    assert len(arrivals.tick()) == 1
    failure = dg.DagsterRunStatus.FAILURE
    arrivals.have_run({**ONE_DAY, "dagster/will_retry": "true"}, failure)
    arrivals.later = timedelta(hours=1)
    assert arrivals.tick() == []
    arrivals.have_run({**ONE_DAY, "dagster/will_retry": "false"}, failure)
    assert [days_of(request) for request in arrivals.tick()] == [FIFTH]


def test_a_canceled_run_is_not_asked_for_again(arrivals: Arrivals) -> None:
    arrivals.put(f"dt={FIFTH}/a.jsonl")
    (request,) = arrivals.tick()
    arrivals.have_run({**ONE_DAY, **request.tags}, dg.DagsterRunStatus.CANCELED)
    arrivals.later = timedelta(hours=2)
    assert arrivals.tick() == []


def test_days_that_wait_for_a_person_are_told_in_the_tick_on_their_page_and_in_the_digest(
    arrivals: Arrivals,
) -> None:
    """A canceled run of rewritten files leaves the figures of the old ones."""
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(1)))
    arrivals.put("dt=2026-01-07/a.jsonl", lines(event(7, event_ts="2026-01-07")) + b"broken\n" * 9)
    first, second = arrivals.tick()
    assert arrivals.run(first).success
    assert not arrivals.run(second).success
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(2)))
    (again,) = arrivals.tick()
    arrivals.have_run({**ONE_DAY, **again.tags}, dg.DagsterRunStatus.CANCELED)
    assert arrivals.tick() == []
    canceled = "canceled: FACT_SALES has what it had; materialize them"
    held = "held: see their checks, and materialize them"
    for day, why in ((FIFTH, canceled), ("2026-01-07", held)):
        assert f"1 {why} ({day})" in arrivals.skipped
        assert [each["waits"] for each in arrivals.observed(day)] == [why]
    assert arrivals.tick() == []
    assert len(arrivals.observed(FIFTH)) == 1, "once"
    text, _ = materialized(arrivals.pipeline)
    assert f"- {canceled} (1 day: {FIFTH})" in text
    assert "1 day held" in text
    assert "waiting" in text.splitlines()[0]

    # from the UI: a cleared cursor asks for the files again, and so does a person for the day
    kept, arrivals.cursor = arrivals.cursor, None
    (request,) = arrivals.tick()
    assert days_of(request) == FIFTH
    assert request.run_key != again.run_key, "Dagster would drop a second run of the same key"
    arrivals.cursor = kept
    assert arrivals.pipeline.run(date(2026, 1, 5)).success
    assert arrivals.tick() == []
    assert "canceled" not in arrivals.skipped
    assert facts(arrivals.pipeline) == ["event-2"]


def test_a_run_that_was_canceled_half_way_has_taken_nothing_in(arrivals: Arrivals) -> None:
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(1)))
    (request,) = arrivals.tick()
    run = arrivals.instance.get_run_by_id(arrivals.run(request).run_id)
    assert run
    arrivals.instance.report_run_canceling(run)  # as if after sales_files
    assert arrivals.tick() == []
    arrivals.instance.report_run_canceled(run)
    assert arrivals.tick() == []
    assert "1 canceled" in arrivals.skipped
    arrivals.cursor = None
    assert arrivals.tick_and_run() == [FIFTH]


def test_a_run_that_held_many_days_is_told_with_all_of_them(arrivals: Arrivals) -> None:
    for n in range(1, 29):
        arrivals.put(f"dt=2026-01-{n:02}/a.jsonl", b"broken\n")
    arrivals.put("dt=2026-01-15/a.jsonl", lines(event(1, event_ts="2026-01-15")))
    (request,) = arrivals.tick()
    assert not arrivals.run(request).success
    assert arrivals.tick() == []
    assert "27 held" in arrivals.skipped
    assert "(2026-01-01 to 2026-01-14, 2026-01-16 to 2026-01-28)" in arrivals.skipped


@IN_S3_AT_LENGTH
def test_every_suffix_arrives_and_what_is_passed_over_starts_nothing(anywhere: Arrivals) -> None:
    anywhere.put(f"dt={FIFTH}/a.csv", lines(event(1)))
    anywhere.put("date=2026-01-05/a.jsonl", lines(event(1)))
    assert anywhere.tick() == []
    anywhere.put(f"dt={FIFTH}/a.ndjson", lines(event(1)))
    anywhere.put("dt=2026-01-07/a.JSONL", lines(event(7, event_ts="2026-01-07")))
    assert anywhere.tick_and_run() == [FIFTH, "2026-01-07"]
    assert facts(anywhere.pipeline) == ["event-1", "event-7"]
    anywhere.put(f"dt={FIFTH}/a.json", lines(event(2)))
    assert anywhere.tick() == []
    line = lines(event(2))  # which a folder's is packed of on its way
    anywhere.put(f"dt={FIFTH}/b.NDJSON.GZ", gzip.compress(line) if anywhere.s3 else line)
    assert anywhere.tick_and_run() == [FIFTH]
    assert facts(anywhere.pipeline) == ["event-1", "event-2", "event-7"]


def test_a_landing_zone_that_is_down_fails_the_tick_in_one_sentence(arrivals: Arrivals) -> None:
    arrivals.put(f"dt={FIFTH}/a.jsonl")
    arrivals.pipeline.folder.rename(arrivals.pipeline.folder.with_name("away"))
    arrivals.pipeline.folder.write_text("no folder")
    with pytest.raises(LandingError, match="check that ECOM_LANDING names a folder"):
        arrivals.tick()


# ---- bounded work


class Counting(FolderZone):
    """A folder that counts the files it has listed."""

    listed = 0

    def scan(self, first_day: date, last_day: date, at_most_files: float) -> Scan:
        scan = super().scan(first_day, last_day, at_most_files)
        self.listed += len(scan.files)
        return scan


def test_a_tick_looks_at_the_last_days_and_a_piece_of_the_others_and_at_all_in_turn(
    arrivals: Arrivals,
) -> None:
    old = [date(2026, 1, 1) + timedelta(days=n) for n in range(0, 60, 2)]
    new = [yesterday(n) for n in range(3)]
    for day in (*old, *new):
        for name in "abc":
            arrivals.put(f"dt={day}/{name}.jsonl")
    arrivals.options["files_a_tick"] = 20
    seen: list[str] = []
    for _ in range(5):
        zone = Counting(arrivals.pipeline.folder)
        seen += [days_of(request) for request in arrivals.tick(zone)]
        assert zone.listed <= 9 + 20 + 2
    hot = f"{new[-1]} to {new[0]}"
    assert sorted(seen) == sorted([*map(str, old), hot]), "each day once"
    # round again: a change in an old day is found within as many ticks
    arrivals.put(f"dt={old[-1]}/d.jsonl")
    assert [days_of(r) for _ in range(5) for r in arrivals.tick()] == [str(old[-1])]


def test_a_run_is_never_for_more_older_days_than_a_tick_looks_at(arrivals: Arrivals) -> None:
    start = yesterday(DAYS_A_TICK + 20)
    arrivals.pipeline.configure(start_date=start)
    for n in range(DAYS_A_TICK + 21):
        arrivals.put(f"dt={start + timedelta(days=n)}/a.jsonl")
    cut = start + timedelta(days=DAYS_A_TICK)
    assert [days_of(request) for request in arrivals.tick()] == [
        f"{start} to {cut - timedelta(days=1)}",
        f"{yesterday(2)} to {yesterday()}",
    ]
    assert [days_of(request) for request in arrivals.tick()] == [f"{cut} to {yesterday(3)}"]


def test_a_cursor_reads_as_it_was_written() -> None:
    cursor = Cursor(date(2026, 1, 5), {date(2026, 1, 6): "version"})
    assert Cursor.read(cursor.write()) == cursor
    assert Cursor.read(None) == Cursor.read("") == Cursor(None, {})
    assert Cursor.read(Cursor(None, {}).write()) == Cursor(None, {})


def test_the_cursor_does_not_grow(arrivals: Arrivals) -> None:
    arrivals.put(f"dt={FIFTH}/a.jsonl", lines(event(1)))
    arrivals.tick()
    empty = arrivals.cursor
    arrivals.cursor = None
    arrivals.tick_and_run()
    arrivals.tick()
    assert empty
    assert arrivals.cursor
    assert len(arrivals.cursor) < len(empty)
    assert json.loads(arrivals.cursor) == {"next_day": None, "asked": {}}


def test_it_is_off_until_switched_on_and_says_what_that_does() -> None:
    sensor = defs.resolve_sensor_def("arrivals")
    assert sensor.default_status == dg.DefaultSensorStatus.STOPPED
    assert sensor.minimum_interval_seconds == 60
    assert "Switched on, it" in (sensor.description or "")
    assert sensor.required_resource_keys == {"landing"}, "the warehouse is not woken"
