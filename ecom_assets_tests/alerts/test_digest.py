"""The daily digest: what it finds, what it says, and where it is sent."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import dagster as dg

from ecom_assets.alerts.digest import JOB, RUNS_SHOWN
from ecom_assets.alerts.digest_text import Digest, digest_message
from ecom_assets.alerts.heartbeats import Automation, automations, silent_daemons
from ecom_assets.alerts.messages import TEXT_LENGTH, FailedRun
from ecom_assets_tests.conftest import DAY, Pipeline, event
from ecom_assets_tests.support.receivers import UI, Receiver

NOW = datetime(2026, 1, 8, 7, tzinfo=UTC)
QUIET = Digest(NOW, {}, [], [], [], [], [], [])


def materialized(pipeline: Pipeline, job: str = JOB) -> tuple[str, str]:
    """The digest's text as its page shows it, and whether it was sent."""
    made = pipeline.definitions.resolve_job_def(job).execute_in_process(
        instance=pipeline.instance,
        asset_selection=[dg.AssetKey("operations_digest")],
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    (materialization,) = made.asset_materializations_for_node("operations_digest")
    text, sent = (materialization.metadata[name].value for name in ("digest", "sent"))
    return str(text), str(sent)


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
        "- 2026-01-06: 1 of 2 lines rejected, more than 30%",
        "days: 2026-01-01 to 2026-01-04, 2026-01-07 to ",
        "(a run of sales, 2026-01-07): raw_sales: ",
        "- check_alerts: off",
        "- daily_digest: off",
    ):
        assert part in text
        assert part in short


def test_by_hand_it_is_shown_and_not_sent(on_files: Pipeline, receiver: Receiver) -> None:
    on_files.configure(alert_urls=(receiver.url,))
    _, sent = materialized(on_files, "__ASSET_JOB")
    assert sent == "no: materialized by hand"
    assert receiver.attempts == 0


def test_without_a_channel_or_with_one_that_is_down_it_is_made_all_the_same(
    on_files: Pipeline, receiver: Receiver
) -> None:
    assert materialized(on_files)[1] == "no: ECOM_ALERT_URLS is not set"
    on_files.configure(alert_urls=(receiver.url,))
    receiver.status = 500
    assert materialized(on_files)[1] == "alert channel 1 (json): refused with HTTP status 500"


def test_the_days_graph_does_not_run_it(on_files: Pipeline) -> None:
    keys = on_files.definitions.resolve_job_def("sales").asset_layer.executable_asset_keys
    assert dg.AssetKey("fact_sales") in keys
    assert dg.AssetKey("operations_digest") not in keys


def test_all_is_well() -> None:
    message = digest_message(QUIET, UI)
    assert message.title == "Digest of 2026-01-08: all is well"
    assert message.kind == "info"


def test_everything_it_can_say() -> None:
    run = FailedRun("0123456789", "a materialization", "2026-01-05", "raw_sales: @all no disk")
    message = digest_message(
        Digest(
            now=NOW,
            held={DAY: "5 of 10 lines rejected, more than 30%"},
            missing=[date(2026, 1, 6), date(2026, 1, 7)],
            rates=[
                {"event_date": DAY, "reject_rows": 5, "raw_rows": 10, "reject_rate": Decimal("0.5")}
            ],
            failed=[run],
            long=[(run, NOW - timedelta(hours=7))],
            automations=[
                Automation("check_alerts", True, True, NOW - timedelta(hours=2), "failure"),
                Automation("new", True, True),
                Automation("daily_sales", False, True, NOW - timedelta(hours=5), "success"),
                Automation("daily_digest", False, False),
            ],
            silent=["SENSOR"],
            waiting={"canceled: materialize them": {DAY}},
        ),
        UI,
    )
    assert message.kind == "warning"
    assert message.title == (
        "Digest of 2026-01-08: 1 day held, 2 days missing, 1 day waiting, 1 run failed, "
        "1 run not ending, 1 daemon silent, 2 sensors overdue"
    )
    told = "01234567 (a materialization, 2026-01-05): raw_sales: \uff20all no disk "
    told += f"{UI}/runs/0123456789"
    assert [line for line in message.text.splitlines() if line] == [
        "Days held:",
        "- 2026-01-05: 5 of 10 lines rejected, more than 30%",
        "Days missing:",
        "- 2 days: 2026-01-06 to 2026-01-07",
        "Days that wait:",
        "- canceled: materialize them (1 day: 2026-01-05)",
        "Runs failed in the last day:",
        f"- {told}",
        "Runs going on for more than 6 hours:",
        f"- since 2026-01-08 00:00 UTC: {told}",
        "Daemons without a sign of life:",
        "- SENSOR",
        "Sensors and schedules:",
        "- check_alerts: on, last tick 2026-01-08 05:00 UTC, failure (OVERDUE)",
        "- new: on, no tick yet (OVERDUE)",
        "- daily_sales: on, last tick 2026-01-08 02:00 UTC, success",
        "- daily_digest: off",
        "Reject rate of the last 14 days:",
        "- all: 50.0% (5 of 10 lines)",
        "- 2026-01-05: 50.0% (5 of 10 lines)",
    ]


def test_more_failed_runs_than_are_shown_are_counted(on_files: Pipeline) -> None:
    job = on_files.definitions.resolve_job_def("sales")
    for _ in range(RUNS_SHOWN + 3):
        run = on_files.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
        on_files.instance.report_run_failed(run, "its process is gone")
    text, _ = materialized(on_files)
    assert f"{RUNS_SHOWN + 3} runs failed" in text
    assert text.count("its process is gone") == RUNS_SHOWN
    assert "- and 3 more, older ones: " in text


def test_many_held_days_fit_a_chat() -> None:
    held = {DAY + timedelta(days=n): "x" * 1_000 for n in range(400)}
    message = digest_message(Digest(NOW, held, [], [], [], [], [], []), UI)
    assert len(message.text) <= TEXT_LENGTH + 1
    assert "400 days held" in message.title


def test_a_daemon_that_never_ran_is_silent_and_what_was_never_on_is_off(on_files: Pipeline) -> None:
    assert "SENSOR" in silent_daemons(on_files.instance)
    assert automations(on_files.instance, ["check_alerts"], ["daily_digest"]) == [
        Automation("check_alerts", True, False),
        Automation("daily_digest", False, False),
    ]
