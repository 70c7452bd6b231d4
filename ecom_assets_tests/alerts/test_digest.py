"""The daily digest: what it finds, what it says, and where it is sent."""

import uuid
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)

from ecom_assets.alerts import digest_sections as sections
from ecom_assets.alerts.digest import JOB
from ecom_assets.alerts.digest_sections import RUNS_SHOWN, Section, digest_message
from ecom_assets.alerts.messages import TEXT_LENGTH
from ecom_assets.alerts.ping import ping
from ecom_assets.doctor.__main__ import _instance
from ecom_assets.partitions import EventDays
from ecom_assets.triggers.runs import REQUESTED_BY_TAG
from ecom_assets_tests.conftest import DAY, Pipeline, event
from ecom_assets_tests.support.dev_server import free_port
from ecom_assets_tests.support.receivers import UI, Receiver

NOW = datetime(2026, 1, 8, 7, tzinfo=UTC)


def materialized(pipeline: Pipeline, *, send: bool = True) -> tuple[str, str]:
    """The digest's text as its page shows it, and whether it was sent."""
    pipeline.definitions.resolve_job_def(JOB).execute_in_process(
        instance=pipeline.instance,
        run_config={
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            "ops": {"make_digest": {"config": {"send": send}}},
        },
    )
    told = pipeline.latest_metadata("operations_digest")
    return str(told["digest"].value), str(told["sent"].value)


def test_it_says_what_is_wrong_and_goes_to_the_channels(
    on_files: Pipeline, receiver: Receiver
) -> None:
    on_files.configure(alert_urls=(receiver.url,), ui_url=UI)
    on_files.land("dt=2026-01-05/a.jsonl", [event(1)])
    on_files.land("dt=2026-01-06/a.jsonl", [event(2, event_ts="2026-01-06"), "broken"])
    on_files.run(DAY, date(2026, 1, 6))
    on_files.settings.duckdb_path.rename(moved := on_files.settings.duckdb_path.with_name("moved"))
    on_files.settings.duckdb_path.write_bytes(b"no database")
    on_files.run(date(2026, 1, 7))
    moved.replace(on_files.settings.duckdb_path)
    text, sent = materialized(on_files)
    assert sent == "alert channel 1 (json): taken"
    ((title, short),) = receiver.take()
    assert title.startswith(f"Digest of {datetime.now(UTC).date()}: 1 day held, ")
    assert "1 run failed" in title, "the one that held a day is told by that day"
    for part in (
        "- 2026-01-06: 1 of 2 sales rejected, more than 30%",
        "days: 2026-01-01 to 2026-01-04, 2026-01-07 to ",
        "(a run of sales for 2026-01-07): raw_sales: ",
        "- check_alerts: off",
        "- daily_digest: off",
    ):
        assert part in text
        assert part in short


def test_files_that_are_passed_over_are_counted_and_named(on_files: Pipeline) -> None:
    on_files.land("dt=2026-01-05/a.jsonl", [event(1)])
    text, _ = materialized(on_files)
    assert "Files passed over:\n\n- none\n" in text
    assert "passed over" not in text.splitlines()[0]
    odd = ("dt=2026-01-05/@all.csv", "date=2026-01-05/b.jsonl", "dt=2025-12-31/a.jsonl", "x.JSONL")
    for name in (*odd, "dt=9999-12-31/a.jsonl", "dt=2026-01-05/_SUCCESS"):
        on_files.land(name, [event(2)])
    text, _ = materialized(on_files)
    assert "5 files passed over" in text.splitlines()[0]
    for part in (
        "- 1 file (suffix): dt=2026-01-05/\uff20all.csv\n",
        "- 2 files (folder): date=2026-01-05/b.jsonl, x.JSONL\n",
        "- 1 file (before the first partition): dt=2025-12-31/a.jsonl\n",
        "- 1 file (in the future): dt=9999-12-31/a.jsonl\n",
    ):
        assert part in text


def test_by_hand_it_is_shown_and_not_sent(on_files: Pipeline, receiver: Receiver) -> None:
    place = f"http://127.0.0.1:{receiver.server.server_port}/"
    on_files.configure(alert_urls=(receiver.url,), ping_url=place)
    assert materialized(on_files, send=False)[1] == "no: only shown"
    on_files.land("dt=2026-01-05/a.jsonl", ["no JSON"])
    on_files.run(DAY)
    told = on_files.latest_metadata("operations_digest")
    assert told["sent"].value == "no: only shown"
    assert told["days held"].value == 1, "of the run that has just held it"
    assert told["days waiting"].value == 0, "for a run that is about to end"
    assert receiver.attempts == len(receiver.pings) == 0


def test_without_a_channel_or_with_one_that_is_down_it_is_made_all_the_same(
    on_files: Pipeline, receiver: Receiver
) -> None:
    assert materialized(on_files)[1] == "no: ECOM_ALERT_URLS is not set"
    on_files.configure(alert_urls=(receiver.url,))
    receiver.status = 500
    assert materialized(on_files)[1] == "alert channel 1 (json): refused with HTTP status 500"


def test_a_run_that_a_sensor_asked_for_leaves_it_to_the_morning(on_files: Pipeline) -> None:
    on_files.land("dt=2026-01-05/a.jsonl", [event(1)])
    on_files.run(DAY, tags={REQUESTED_BY_TAG: "arrivals"})
    digest = dg.AssetKey("operations_digest")
    assert on_files.instance.get_latest_materialization_event(digest) is None


def test_its_title_counts_what_needs_a_look() -> None:
    held = Section("Days held", ["2026-01-05: so it is"], 1, "day", "held")
    missing = Section("Days missing", ["2 days: …"], 2, "day", "missing")
    rates = Section("Reject rates", [])
    message = digest_message([held, missing, rates], NOW)
    assert message.kind == "warning"
    assert message.title == "Digest of 2026-01-08: 1 day held, 2 days missing"
    assert [line for line in message.text.splitlines() if line] == [
        "Days held:",
        "- 2026-01-05: so it is",
        "Days missing:",
        "- 2 days: …",
        "Reject rates:",
        "- none",
    ]
    quiet = digest_message([rates], NOW)
    assert (quiet.title, quiet.kind) == ("Digest of 2026-01-08: all is well", "info")


def test_reject_rates_are_those_of_the_last_days() -> None:
    days = [DAY + timedelta(days=n) for n in range(sections.DAYS_OF_RATES + 1)]
    some = {"reject_rows": 7, "sale_rows": 12, "replaced_rows": 2}  # these count in no rate
    quality = [{"event_date": day, **some} for day in days]
    quality[-1] = {"event_date": days[-1], **dict.fromkeys(some, 0)}
    found = sections.reject_rates(EventDays(days[0], days[-1]), quality)
    assert found.entries[0] == "all: 50.0% (65 of 130 lines)"
    assert found.entries[1].startswith(f"{days[1]}: ")
    assert found.entries[-1] == f"{days[-1]}: 0.0% (0 of 0 lines)"


def test_runs_that_do_not_end_are_named_with_since_when(on_files: Pipeline) -> None:
    job = on_files.definitions.resolve_job_def("sales")
    tags = {"dagster/partition": "2026-01-05"}
    run = on_files.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTING, tags=tags)
    start = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, job_name="sales")
    on_files.instance.report_dagster_event(start, run.run_id)
    now = datetime.now(UTC)
    settings = on_files.settings
    assert sections.long_runs(on_files.instance, settings, now).count == 0
    found = sections.long_runs(on_files.instance, settings, now + timedelta(hours=7))
    assert found.count == 1
    assert f": {run.run_id[:8]} (a run of sales for 2026-01-05) " in found.entries[0]
    assert found.entries[0].startswith(f"since {now:%Y-%m-%d %H:}")


def test_its_moments_are_in_the_shop_s_time_zone(on_files: Pipeline) -> None:
    job = on_files.definitions.resolve_job_def("sales")
    run = on_files.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTING)
    start = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, job_name="sales")
    on_files.instance.report_dagster_event(start, run.run_id)
    started = datetime.now(ZoneInfo("Asia/Tokyo"))
    later = started + timedelta(hours=7)
    (entry,) = sections.long_runs(on_files.instance, on_files.settings, later).entries
    assert entry.startswith(f"since {started:%Y-%m-%d %H:}")
    assert entry[22:].startswith(" JST: ")


def test_it_is_of_the_shop_s_day(on_files: Pipeline) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # of which one is never today in UTC
        on_files.configure(time_zone=zone)
        today = datetime.now(ZoneInfo(zone)).date()
        assert materialized(on_files)[0].startswith(f"**Digest of {today}: ")


def test_sensors_that_do_not_tick_are_overdue_and_schedules_are_not(on_files: Pipeline) -> None:
    sensor, schedule = SensorInstigatorData(), ScheduleInstigatorData("0 1 * * *", 0.0)
    for name, data, ticked in (
        ("check_alerts", sensor, True),
        ("new", sensor, False),
        ("daily", schedule, True),
    ):
        of = InstigatorType.SENSOR if data is sensor else InstigatorType.SCHEDULE
        repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("ecom_assets"), "all")
        state = InstigatorState(
            RemoteInstigatorOrigin(repository, name), of, InstigatorStatus.RUNNING, data
        )
        on_files.instance.add_instigator_state(state)
        if ticked:
            at = (NOW - timedelta(hours=2)).timestamp()
            on_files.instance.create_tick(
                TickData(state.instigator_origin_id, name, of, TickStatus.SKIPPED, at)
            )
    found = sections.automations(
        on_files.instance, ["check_alerts", "new"], ["daily", "daily_digest"], NOW
    )
    assert found.entries == [
        "check_alerts: on, last tick 2026-01-08 05:00 UTC, skipped (OVERDUE)",
        "new: on, no tick yet (OVERDUE)",
        "daily: on, last tick 2026-01-08 05:00 UTC, skipped",
        "daily_digest: off",
    ]
    assert found.count == 2


def test_an_hour_that_the_clock_skips_makes_no_sensor_overdue(on_files: Pipeline) -> None:
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("ecom_assets"), "all")
    origin = RemoteInstigatorOrigin(repository, "check_alerts")
    of, data = InstigatorType.SENSOR, SensorInstigatorData()
    state = InstigatorState(origin, of, InstigatorStatus.RUNNING, data)
    on_files.instance.add_instigator_state(state)
    now = datetime(2026, 3, 8, 7, 30, tzinfo=UTC)  # daylight saving has begun at 07:00
    at = (now - timedelta(minutes=40)).timestamp()
    tick = TickData(state.instigator_origin_id, "check_alerts", of, TickStatus.SKIPPED, at)
    on_files.instance.create_tick(tick)
    there = now.astimezone(ZoneInfo("America/New_York"))
    found = sections.automations(on_files.instance, ["check_alerts"], [], there)
    assert found.entries == ["check_alerts: on, last tick 2026-03-08 01:50 EST, skipped"]


@pytest.mark.slow
def test_more_failed_runs_than_are_shown_are_counted(on_files: Pipeline) -> None:
    # not planned step by step, which takes half a second each and is not told of
    started = dg.DagsterRunStatus.STARTED
    for _ in range(RUNS_SHOWN + 3):
        run = dg.DagsterRun("sales", run_id=str(uuid.uuid4()), status=started)
        on_files.instance.report_run_failed(on_files.instance.add_run(run), "its process is gone")
    text, _ = materialized(on_files)
    assert f"{RUNS_SHOWN + 3} runs failed" in text
    assert text.count("its process is gone") == RUNS_SHOWN
    assert "- and 3 more, older ones: " in text


def test_many_held_days_fit_a_chat() -> None:
    held = Section("Days held", ["x" * 1_000] * 400, 400, "day", "held")
    message = digest_message([held], NOW)
    assert len(message.text) <= TEXT_LENGTH + 1
    assert "400 days held" in message.title


def test_each_digest_of_the_schedule_gives_a_sign_of_life(
    on_files: Pipeline, receiver: Receiver
) -> None:
    place = f"http://127.0.0.1:{receiver.server.server_port}"
    on_files.configure(ping_url=f"{place}/a-s3cret-place")
    materialized(on_files)
    assert receiver.pings == ["/a-s3cret-place"]


@pytest.mark.parametrize(
    ("status", "said"), [(200, None), (404, "the answer was 404"), (500, "the answer was 500")]
)
def test_what_comes_of_a_ping_is_told_without_its_address(
    receiver: Receiver, status: int, said: str | None
) -> None:
    receiver.status = status
    place = f"http://127.0.0.1:{receiver.server.server_port}/a-s3cret-place"
    assert ping(place) == said


def test_a_ping_that_nobody_answers_does_no_harm() -> None:
    told = ping(f"http://127.0.0.1:{free_port()}/a-s3cret-place")
    assert told == "no answer (ConnectionRefusedError)"


def test_a_place_that_a_run_holds_beyond_its_end_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        storage = instance.event_log_storage
        storage.set_concurrency_slots("files", 2)
        storage.set_concurrency_slots("nobody's", 1)
        for run_id, status in (("ended", "FAILURE"), ("at work", "STARTED")):
            instance.add_run(dg.DagsterRun("sales", run_id, status=dg.DagsterRunStatus[status]))
            assert storage.claim_concurrency_slot("files", run_id, "step").is_claimed
        section = sections.places(instance)
        assert (section.count, section.entries) == (1, ["files: ended"])
        monkeypatch.setattr(dg.DagsterInstance, "get", lambda: nullcontext(instance))
        (told,) = [finding.text for finding in _instance() if finding.verdict == "fix"]
        assert "1 runs that have ended hold places in the pool files, ended among them" in told
        storage.free_concurrency_slots_for_run("ended")
        assert sections.places(instance).entries == []


def test_a_daemon_that_never_ran_is_silent(on_files: Pipeline) -> None:
    assert "SENSOR" in sections.daemons(on_files.instance).entries
