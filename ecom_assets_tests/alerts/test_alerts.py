"""The alerts: what a channel is told, once, and again when it was not there to take it."""

import io
import json
import logging
import re
import socket
import time
import uuid
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as db
from dagster._core.storage.event_log import SqlEventLogStorage

from ecom_assets.alerts import channels, events
from ecom_assets.definitions import defs
from ecom_assets_tests.conftest import DAY, Pipeline, event
from ecom_assets_tests.support.receivers import UI, Alerts, Receiver, receiving

LAST = date(2026, 1, 7)
BROKEN = "\uff1cbroken\uff1e"
RATE = "reject_rate on stg_sales_rejects"


def land(pipeline: Pipeline, day: date, *, bad: int = 0, of: int = 10) -> None:
    """A day's file, of which some lines are no JSON."""
    start = day.toordinal() * 1000
    good = [event(start + n, event_ts=day.isoformat()) for n in range(of - bad)]
    pipeline.land(f"dt={day}/a.jsonl", [*good, *["<broken>"] * bad])


def started(pipeline: Pipeline, *urls: str, warn: tuple[str, ...] = ()) -> Alerts:
    """The alerts, switched on before anything happened."""
    alerts = Alerts(pipeline, *urls, warn=warn)
    assert alerts.tick() == "nothing new to tell"
    return alerts


def report(
    pipeline: Pipeline,
    *outcomes: tuple[date | None, str],
    check: str = "reject_rate",
    asset: str = "stg_sales_rejects",
) -> None:
    """Evaluations as a run would have stored them: `passed`, `warning` or `error` for days."""
    for day, outcome in outcomes:
        pipeline.instance.report_dagster_event(
            dg.DagsterEvent(
                event_type_value=dg.DagsterEventType.ASSET_CHECK_EVALUATION.value,
                job_name="sales",
                event_specific_data=dg.AssetCheckEvaluation(
                    asset_key=dg.AssetKey(asset),
                    check_name=check,
                    passed=outcome == "passed",
                    severity=dg.AssetCheckSeverity.WARN
                    if outcome == "warning"
                    else dg.AssetCheckSeverity.ERROR,
                    description=f"it {outcome}",
                    metadata={},
                    partition=day.isoformat() if day else None,
                ),
            ),
            run_id=str(uuid.uuid4()),
        )


def test_the_failing_days_of_a_run_are_one_message_of_a_check(
    on_files: Pipeline, receiver: Receiver
) -> None:
    alerts = started(on_files, receiver.url)
    for day, bad in ((DAY, 5), (date(2026, 1, 6), 0), (LAST, 4)):
        land(on_files, day, bad=bad)
    on_files.run(DAY, LAST)
    alerts.tick()
    assert sorted(receiver.titles) == [
        "ERROR: matches_clean on fact_sales failed for 2 days: 2026-01-05, 2026-01-07",
        f"ERROR: {RATE} failed for 2 days: 2026-01-05, 2026-01-07",
    ], "neither the summary of the run nor its failure is told beside them"
    (text,) = [text for title, text in receiver.take() if RATE in title]
    run_id = on_files.instance.get_runs()[0].run_id
    assert text.splitlines() == [
        "- 2026-01-05 ERROR: 5 of 10 sales rejected (50.0%); warns above 10%, holds the day above "
        "30%; all: Malformed JSON",
        "- 2026-01-07 ERROR: 4 of 10 sales rejected (40.0%); warns above 10%, holds the day above "
        "30%; all: Malformed JSON",
        f"Check: {UI}/assets/stg_sales_rejects?view=checks&checkDetail=reject_rate",
        f"Run: {UI}/runs/{run_id}",
        "Some failing rows:",
        *(
            f"- file dt={day}/a.jsonl · line {line} · reason Malformed JSON · value {BROKEN}"
            for day, line in ((DAY, 6), (DAY, 7), (LAST, 7), (LAST, 8))
        ),
    ]


def test_a_run_for_one_day_is_told_once_then_it_recovers(
    pipeline: Pipeline, receiver: Receiver
) -> None:
    alerts = started(pipeline, receiver.url)
    land(pipeline, DAY, bad=2)
    assert pipeline.run().success
    alerts.tick()
    assert [title for title, _ in receiver.take()] == [
        f"WARNING: {RATE} failed for 1 day: 2026-01-05"
    ]
    assert pipeline.run().success
    assert alerts.tick() == "nothing new to tell"
    assert receiver.take() == [], "nothing has changed"
    pipeline.configure(reject_rate_warn=Decimal("0.2"))
    assert pipeline.run().success
    alerts.tick()
    assert [title for title, _ in receiver.take()] == [
        f"RECOVERED: {RATE} passes again for 1 day: 2026-01-05"
    ]
    assert json.loads(alerts.cursor or "") != {}
    assert "2026-01-05" not in (alerts.cursor or ""), "a check that fails nowhere is forgotten"


def test_new_days_worse_days_and_recovered_days_are_told(
    pipeline: Pipeline, receiver: Receiver
) -> None:
    alerts = started(pipeline, receiver.url)
    d1, d2, d3 = (DAY + timedelta(days=n) for n in range(3))

    def titles_after(*outcomes: tuple[date | None, str]) -> list[str]:
        report(pipeline, *outcomes)
        alerts.tick()
        return [title for title, _ in receiver.take()]

    assert titles_after((d1, "error"), (d2, "warning"), (d3, "passed")) == [
        f"ERROR: {RATE} failed for 2 days: 2026-01-05 to 2026-01-06"
    ]
    assert titles_after((d1, "error"), (d2, "warning")) == []
    assert titles_after((d3, "warning")) == [f"WARNING: {RATE} failed for 1 day: 2026-01-07"]
    assert titles_after((d2, "error")) == [f"ERROR: {RATE} failed for 1 day: 2026-01-06"]
    assert titles_after((d1, "warning")) == [f"WARNING NOW: {RATE} for 1 day: 2026-01-05"]
    assert titles_after((d1, "passed"), (d3, "passed")) == [
        f"RECOVERED: {RATE} passes again for 2 days: 2026-01-05, 2026-01-07"
    ]
    assert titles_after((d2, "passed")) == [f"RECOVERED: {RATE} passes again for 1 day: 2026-01-06"]
    assert titles_after((d1, "error"), (d1, "passed")) == [
        f"RECOVERED: {RATE} passes again for 1 day: 2026-01-05"
    ]


def test_what_still_fails_is_told_again_after_a_day(pipeline: Pipeline, receiver: Receiver) -> None:
    alerts = started(pipeline, receiver.url)
    report(pipeline, (DAY, "error"), (LAST, "error"))
    alerts.tick()
    receiver.take()
    alerts.later += timedelta(hours=23, minutes=59)
    assert alerts.tick() == "nothing new to tell"
    for _ in range(3):
        alerts.later += timedelta(hours=24, seconds=1)
        alerts.tick()
        assert alerts.tick() == "nothing new to tell"
        assert [title for title, _ in receiver.take()] == [
            f"STILL ERROR: {RATE} fails for 2 days: 2026-01-05, 2026-01-07"
        ]


def test_a_channel_that_is_down_gets_everything_once_it_is_up(
    pipeline: Pipeline, receiver: Receiver
) -> None:
    alerts = started(pipeline, receiver.url)
    receiver.status = 503
    report(pipeline, (DAY, "error"))
    summary = alerts.tick()
    assert summary == (
        "alert channel 1 (json) did not take 1 of 1 messages (refused with HTTP status 503); "
        "they will be sent again"
    )
    assert alerts.has_failed, "a tick that is grey is seen by nobody"
    report(pipeline, (DAY, "passed"), (LAST, "error"))
    report(pipeline, (DAY, "warning"), check="row_balance", asset="raw_sales")
    alerts.tick()
    assert receiver.take() == []
    receiver.status = 200
    assert alerts.tick() == "2 messages sent"
    assert not alerts.has_failed
    (title, text), (other, _) = receiver.take()
    assert title == f"ERROR: {RATE} failed for 1 day: 2026-01-07"
    assert "Failed and pass again:\n- 2026-01-05 ERROR: it error" in text
    assert other == "WARNING: row_balance on raw_sales failed for 1 day: 2026-01-05"
    assert alerts.tick() == "nothing new to tell"


def test_a_message_that_a_channel_refuses_keeps_no_other_one_back_and_repeats_none(
    pipeline: Pipeline, receiver: Receiver
) -> None:
    alerts = started(pipeline, receiver.url)
    receiver.refused = "row_balance"
    report(pipeline, (DAY, "error"), check="row_balance", asset="raw_sales")
    report(pipeline, (DAY, "warning"), (LAST, "error"), (LAST, "passed"))
    for _ in range(3):
        alerts.tick()
    assert receiver.titles == [f"WARNING: {RATE} failed for 1 day: 2026-01-05"]
    receiver.take()
    receiver.refused = None
    alerts.tick()
    assert receiver.titles == ["ERROR: row_balance on raw_sales failed for 1 day: 2026-01-05"]


def test_one_bad_channel_does_not_stop_the_other(pipeline: Pipeline, receiver: Receiver) -> None:
    with receiving() as gone:
        nowhere = gone.url
    alerts = started(pipeline, nowhere, receiver.url)
    report(pipeline, (DAY, "error"))
    summary = alerts.tick()
    assert summary.startswith("alert channel 1 (json) did not take 1 of 1 messages (not reached")
    assert summary.endswith("1 messages sent")
    assert len(receiver.take()) == 1
    alerts.tick()
    assert receiver.take() == [], "the one that took it is not told again"


def test_a_channel_that_hangs_is_left_behind(
    pipeline: Pipeline, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "MESSAGE_SECONDS", 1.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"json://127.0.0.1:{silent.getsockname()[1]}/?rto=30"
        alerts = started(pipeline, url, receiver.url)
        report(pipeline, (DAY, "error"))
        began = time.monotonic()
        summary = alerts.tick()
        assert time.monotonic() - began < 5
    assert "alert channel 1 (json) did not take 1 of 1" in summary
    assert len(receiver.take()) == 1


def test_a_channel_that_takes_a_message_and_says_so_after_six_seconds_gets_it_once(
    pipeline: Pipeline, receiver: Receiver
) -> None:
    """Apprise by itself waits for an answer for four."""
    alerts = started(pipeline, receiver.url)
    receiver.answers_after = 6
    report(pipeline, (DAY, "error"))
    assert alerts.tick() == "1 messages sent"
    for _ in range(3):
        assert alerts.tick() == "nothing new to tell"
    assert len(receiver.take()) == 1


def test_a_channel_that_never_says_whether_it_took_a_message_is_asked_ever_more_rarely(
    pipeline: Pipeline, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "MESSAGE_SECONDS", 0.3)
    pipeline.configure(time_zone="Asia/Tokyo")
    alerts = started(pipeline, receiver.url)
    receiver.answers_after = 0.6
    report(pipeline, (DAY, "error"))
    began = alerts.later
    sent = []
    while alerts.later < began + timedelta(hours=12):
        summary = alerts.tick()
        if receiver.take():
            assert "did not take 1 of 1 messages (no answer within 0.3 seconds)" in summary
            sent.append(round((alerts.later - began) / timedelta(minutes=1)))
        else:
            assert f"gave no answer {len(sent)} times and may have taken" in summary
            assert re.search(r"written to again from [\d-]+ \d\d:\d\d JST on$", summary)
        alerts.later += timedelta(minutes=1)
    assert sent == [0, 2, 10, 42, 170, 410, 650], "not each of 1,440 ticks in half a day"
    # it answers again: it is told once more, and of what came meanwhile, without a pause after it
    receiver.answers_after = 0
    report(pipeline, (LAST, "error"))
    alerts.later += timedelta(hours=4)
    alerts.tick()
    report(pipeline, (LAST, "passed"))
    alerts.tick()
    assert [title.split(":")[0] for title in receiver.titles] == ["ERROR", "RECOVERED"]


def test_warnings_go_elsewhere_if_there_is_such_a_place(
    pipeline: Pipeline, receiver: Receiver
) -> None:
    with receiving() as warnings:
        alerts = started(pipeline, receiver.url, warn=(warnings.url,))

        def titles_after(*outcomes: tuple[date | None, str]) -> tuple[list[str], list[str]]:
            report(pipeline, *outcomes)
            alerts.tick()
            return [t for t, _ in receiver.take()], [t for t, _ in warnings.take()]

        failed = f"{RATE} failed for 1 day: 2026-01-0"
        assert titles_after((DAY, "warning"), (LAST, "error")) == (
            [f"ERROR: {failed}7"],
            [f"WARNING: {failed}5"],
        )
        assert titles_after((DAY, "error"), (LAST, "warning")) == (
            [f"ERROR: {failed}5"],
            [f"WARNING: {failed}7"],
        )
        assert titles_after((DAY, "passed"), (LAST, "passed")) == (
            [f"RECOVERED: {RATE} passes again for 1 day: 2026-01-05"],
            [f"RECOVERED: {RATE} passes again for 1 day: 2026-01-07"],
        )


def test_a_run_that_crashed_is_told_with_what_crashed(
    on_files: Pipeline, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts = started(on_files, receiver.url)
    land(on_files, DAY)
    on_files.settings.duckdb_path.write_bytes(b"no database")
    assert not on_files.run().success
    alerts.tick()
    ((title, text),) = receiver.take()
    assert title == "ERROR: a run of sales for 2026-01-05 failed"
    assert "raw_sales: " in text
    assert "warehouse.duckdb" in text
    assert f"{UI}/runs/{on_files.instance.get_runs()[0].run_id}" in text
    assert alerts.tick() == "nothing new to tell"


@pytest.mark.parametrize(("retried", "again"), [(True, "tries"), (False, "does not try")])
def test_an_alert_of_a_failed_run_says_whether_dagster_tries_it_again(
    tmp_path: Path, receiver: Receiver, retried: bool, again: str
) -> None:
    (tmp_path / "dagster").mkdir()
    retries = {"enabled": True, "max_retries": 2, "retry_on_asset_or_op_failure": False}
    overrides = {"run_retries": retries}
    with dg.instance_for_test(overrides, temp_dir=str(tmp_path / "dagster")) as instance:
        pipeline = Pipeline(tmp_path, instance)
        alerts = started(pipeline, receiver.url)
        if retried:
            fail_run(pipeline)
        else:  # a step that has had its tries
            land(pipeline, DAY)
            pipeline.settings.duckdb_path.write_bytes(b"no database")
            assert not pipeline.run().success
        alerts.tick()
        ((_, text),) = receiver.take()
        assert f"(Dagster {again} it again)" in text


def test_a_run_that_a_blocking_check_stopped_is_told_by_the_check_alone(
    on_files: Pipeline, receiver: Receiver
) -> None:
    alerts = started(on_files, receiver.url)
    land(on_files, DAY, bad=5)
    assert not on_files.run().success
    alerts.tick()
    assert not [title for title in receiver.titles if "a run of" in title]
    assert f"ERROR: {RATE} failed for 1 day: 2026-01-05" in receiver.titles


def fail_run(pipeline: Pipeline) -> str:
    """A killed run, as the daemon reports it; its id."""
    job = pipeline.definitions.resolve_job_def("sales")
    run = pipeline.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    pipeline.instance.report_run_failed(run, "its process is gone")
    return run.run_id


def test_more_failures_than_a_tick_reads_are_each_sent_once_and_no_check_is_passed_over(
    on_files: Pipeline, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = {dg.DagsterEventType.ASSET_CHECK_EVALUATION: 3, dg.DagsterEventType.RUN_FAILURE: 2}
    monkeypatch.setattr(events, "EVENTS_A_BATCH", small)
    alerts = started(on_files, receiver.url)
    days = [DAY + timedelta(days=n) for n in range(5)]
    run_ids = []
    report(on_files, *((day, "error") for day in days[:4]))
    for day in days[4:]:
        run_ids += [fail_run(on_files), fail_run(on_files), fail_run(on_files)]
        report(on_files, (day, "error"))
    ticks = [alerts.tick() for _ in range(5)]
    assert ticks[-1] == "nothing new to tell"
    texts = [text for _, text in receiver.take()]
    for run_id in run_ids:
        assert [run_id in text for text in texts].count(True) == 1
    for day in days:
        assert [f"- {day} ERROR" in text for text in texts].count(True) == 1


@pytest.mark.parametrize("refused", ["a run of sales failed", RATE])
def test_failed_runs_and_checks_do_not_hold_each_other_up(
    on_files: Pipeline, receiver: Receiver, refused: str
) -> None:
    alerts = started(on_files, receiver.url)
    receiver.refused = refused
    report(on_files, (DAY, "error"), (LAST, "error"), (LAST, "passed"))
    fail_run(on_files)
    alerts.tick()
    fail_run(on_files)
    alerts.tick()
    receiver.refused = None
    alerts.tick()
    assert alerts.tick() == "nothing new to tell"
    kinds = ["a check" if RATE in title else "runs" for title in receiver.titles]
    wanted = ["a check", "runs"] if RATE not in refused else ["runs", "runs", "a check"]
    assert kinds == wanted


def test_an_error_may_hold_payload_values_and_is_hidden_with_them(
    on_files: Pipeline, receiver: Receiver
) -> None:
    alerts = Alerts(on_files, receiver.url, hide=True)
    alerts.tick()
    land(on_files, DAY)
    on_files.settings.duckdb_path.write_bytes(b"no database")
    assert not on_files.run().success
    alerts.tick()
    ((_, text),) = receiver.take()
    assert "raw_sales: " in text
    assert "warehouse.duckdb" not in text


def test_what_failed_before_it_was_switched_on_is_not_told_until_it_is_evaluated_again(
    pipeline: Pipeline, receiver: Receiver
) -> None:
    report(pipeline, (DAY, "error"))
    alerts = started(pipeline, receiver.url)
    report(pipeline, (DAY, "error"))
    alerts.tick()
    assert receiver.titles == [f"ERROR: {RATE} failed for 1 day: 2026-01-05"]


def test_a_channel_that_is_added_starts_at_the_end_and_the_others_go_on(
    pipeline: Pipeline, receiver: Receiver
) -> None:
    alerts = started(pipeline, receiver.url)
    report(pipeline, (DAY, "error"))
    with receiving() as added:
        both = Alerts(pipeline, added.url, receiver.url)
        both.cursor = alerts.cursor
        both.tick()
        assert (len(receiver.take()), len(added.take())) == (1, 0)
        report(pipeline, (DAY, "passed"), (LAST, "error"))
        both.tick()
        assert (len(receiver.take()), len(added.take())) == (1, 1)


def test_young_events_wait_for_earlier_ones_to_appear(
    on_files: Pipeline, receiver: Receiver
) -> None:
    alerts = started(on_files, receiver.url)
    report(on_files, (DAY, "error"))
    alerts.later = timedelta(seconds=1)
    assert alerts.tick() == "nothing new to tell"
    alerts.later = timedelta(seconds=6)
    assert alerts.tick() == "1 messages sent"


def test_checks_that_are_not_of_this_project_are_not_told(
    pipeline: Pipeline, receiver: Receiver
) -> None:
    alerts = started(pipeline, receiver.url)
    report(pipeline, (DAY, "error"), check="other", asset="other")
    report(pipeline, (None, "error"))
    assert alerts.tick() == "nothing new to tell"
    assert receiver.attempts == 0


def test_without_a_channel_it_says_what_to_set(pipeline: Pipeline) -> None:
    assert Alerts(pipeline).tick() == ("There is nowhere to send alerts to: set ECOM_ALERT_URLS.")


def test_a_cursor_that_is_none_of_its_own_is_started_anew(
    pipeline: Pipeline, receiver: Receiver
) -> None:
    for wrong in ("", "12", "[]", "{", '{"a": 1}', '{"a": {"position": "x"}}'):
        alerts = Alerts(pipeline, receiver.url)
        alerts.cursor = wrong
        assert alerts.tick() == "nothing new to tell"
        assert len(json.loads(alerts.cursor or "")) == 1


def test_two_ticks_at_once_tell_at_least_once_and_do_not_fail(
    pipeline: Pipeline, receiver: Receiver
) -> None:
    alerts = started(pipeline, receiver.url)
    report(pipeline, (DAY, "error"))
    cursor = alerts.cursor
    alerts.tick()
    alerts.cursor = cursor
    alerts.tick()
    assert receiver.titles == [f"ERROR: {RATE} failed for 1 day: 2026-01-05"] * 2
    assert alerts.tick() == "nothing new to tell"


def test_secrets_are_in_no_log_no_cursor_and_no_word_of_a_tick(
    pipeline: Pipeline, receiver: Receiver, capfd: pytest.CaptureFixture[str]
) -> None:
    logged = io.StringIO()
    handler = logging.StreamHandler(logged)  # not caplog, which listens to private loggers, too
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with receiving() as gone:
            nowhere = gone.url
        alerts = started(pipeline, receiver.url, nowhere)
        receiver.status = 401
        report(pipeline, (DAY, "error"))
        summary = alerts.tick()
        receiver.status = 200
        summary += alerts.tick()
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    printed = "".join(capfd.readouterr())
    assert "refused with HTTP status 401" in summary
    kept = summary + (alerts.cursor or "") + repr(alerts.sensor) + logged.getvalue() + printed
    for secret in ("s3cret", "t0ken", str(receiver.server.server_port)):
        assert secret not in kept


def test_a_backlog_drains_in_bounded_ticks(on_files: Pipeline, receiver: Receiver) -> None:
    alerts = started(on_files, receiver.url)
    fill(on_files, 10_000)
    seconds = []
    positions = [position(alerts)]
    while len(positions) < 2 or positions[-1] > positions[-2]:
        began = time.monotonic()
        alerts.tick()
        seconds.append(time.monotonic() - began)
        positions.append(position(alerts))
    print(f"\nten ticks of a backlog: at most {max(seconds):.2f} s")
    assert len(seconds) == 11, "ten, and one that finds nothing"
    assert max(seconds) < 10, "Dagster gives up a tick after 60"
    assert receiver.titles == [f"ERROR: {RATE} failed for 500 days: 2026-01-05 to 2027-05-19"]
    assert len(alerts.cursor or "") < 300


def position(alerts: Alerts) -> int:
    """Where the only channel stands."""
    (state,) = json.loads(alerts.cursor or "").values()
    return int(state["position"])


def fill(pipeline: Pipeline, count: int) -> None:
    """Many evaluations, stored at once: 500 days that fail, over and over."""
    report(pipeline, (DAY, "error"))
    storage = pipeline.instance.event_log_storage
    assert isinstance(storage, SqlEventLogStorage)
    with storage.index_connection() as connection:
        stored = "select * from event_logs where dagster_event_type = 'ASSET_CHECK_EVALUATION'"
        row = dict(connection.execute(db.text(stored)).mappings().one())
        del row["id"]
        connection.execute(
            db.text(
                f"insert into event_logs ({', '.join(row)}) "
                f"values ({', '.join(':' + name for name in row)})"
            ),
            [
                {
                    **row,
                    "event": row["event"].replace(
                        DAY.isoformat(), (DAY + timedelta(days=n % 500)).isoformat()
                    ),
                }
                for n in range(1, count)
            ],
        )


def test_it_is_off_until_switched_on_and_looks_every_half_a_minute() -> None:
    sensor = defs.resolve_sensor_def("check_alerts")
    assert sensor.default_status == dg.DefaultSensorStatus.STOPPED
    assert sensor.minimum_interval_seconds == 30
