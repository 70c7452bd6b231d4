"""The asset checks: each answers for every day, and fails when the data is wrong."""

from datetime import date
from decimal import Decimal

import dagster as dg

from ecom_assets.model.sales import SALES
from ecom_assets_tests.conftest import DAY, Pipeline, event

LAST = date(2026, 1, 7)


def land_three_days(pipeline: Pipeline) -> None:
    """Three days, of which the one in the middle is bad: half of its lines are rejects."""
    pipeline.land("dt=2026-01-05/a.jsonl", [event(n) for n in range(10)])
    good = [event(n, event_ts="2026-01-06") for n in range(10, 15)]
    pipeline.land("dt=2026-01-06/a.jsonl", [*good, *["<b>broken</b>"] * 5])
    pipeline.land("dt=2026-01-07/a.jsonl", [event(n, event_ts="2026-01-07") for n in range(20, 30)])


def failure(run: dg.ExecuteInProcessResult) -> str | None:
    """What the run that failed said of it."""
    (event,) = run.filter_events(lambda e: e.event_type == dg.DagsterEventType.STEP_FAILURE)
    data = event.step_failure_data.user_failure_data
    return data.description if data else None


def samples(evaluation: dg.AssetCheckEvaluation) -> list[dict[str, object]]:
    """The rows of a check's sample."""
    sample = evaluation.metadata["sample"]
    assert isinstance(sample, dg.TableMetadataValue)
    return [dict(record.data) for record in sample.records]


def test_a_range_run_publishes_the_good_days_and_holds_the_bad_one(pipeline: Pipeline) -> None:
    land_three_days(pipeline)
    run = pipeline.run(DAY, LAST)
    assert not run.success, "a run that held a day must not look good"
    assert failure(run) == (
        "1 of 3 days held, 2 published. 2026-01-06: 5 of 10 sales rejected, more than 30%. "
        "FACT_SALES keeps what it had of the held days. What to do: docs/runbook.md, "
        "“A day is held”."
    )
    published = pipeline.query(
        "select event_date, count(*) from analytics.fact_sales group by 1 order by 1"
    )
    assert published == [(DAY, 10), (LAST, 10)]
    assert pipeline.materialized("fact_sales") == {"2026-01-05", "2026-01-07"}
    assert pipeline.materialized("stg_sales_clean") == {"2026-01-05", "2026-01-06", "2026-01-07"}


def test_a_held_day_keeps_what_it_had_until_it_is_fixed(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    pipeline.run()
    pipeline.land("dt=2026-01-05/a.jsonl", [event(2), "broken"])
    pipeline.land("dt=2026-01-06/a.jsonl", [event(3, event_ts="2026-01-06")])
    pipeline.run(DAY, date(2026, 1, 6))
    fact = "select event_id from analytics.fact_sales order by event_id"
    assert pipeline.query(fact) == [("event-1",), ("event-3",)]
    held = pipeline.evaluations("fact_sales", "matches_clean")["2026-01-05"]
    assert not held.passed
    assert (held.description or "").startswith("held: 1 of 2 sales rejected, more than 30%")
    pipeline.configure(reject_rate_error=Decimal("0.6"))
    assert pipeline.run().success
    assert pipeline.query(fact) == [("event-2",), ("event-3",)]
    assert pipeline.evaluations("fact_sales", "matches_clean")["2026-01-05"].passed


def test_a_run_that_can_publish_none_of_its_days_fails(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", ["broken"])
    assert not pipeline.run().success
    assert pipeline.materialized("fact_sales") == set()
    result = pipeline.evaluations("stg_sales_rejects", "reject_rate")["2026-01-05"]
    assert not result.passed
    assert result.severity == dg.AssetCheckSeverity.ERROR


def test_every_check_answers_for_each_day_of_a_range_run(pipeline: Pipeline) -> None:
    land_three_days(pipeline)
    pipeline.run(DAY, LAST)
    days = {"2026-01-05", "2026-01-06", "2026-01-07"}
    keys = pipeline.definitions.resolve_asset_graph().asset_check_keys
    assert len(keys) == len(SALES.rules) + 20
    for key in keys:
        results = pipeline.evaluations(key.asset_key.to_user_string(), key.name)
        assert set(results) == days | {None}, key
        for day in days - {"2026-01-06"}:
            assert results[day].passed, key
            assert results[day].target_materialization_data is not None, key
    failed = {
        key.name
        for key in keys
        if not pipeline.evaluations(key.asset_key.to_user_string(), key.name)["2026-01-06"].passed
    }
    assert failed == {"reject_rate", "matches_clean"}
    summary = pipeline.evaluations("stg_sales_rejects", "reject_rate")[None]
    assert summary.description == "1 of 3 days failed: 2026-01-06"
    assert summary.severity == dg.AssetCheckSeverity.ERROR, "a day is held"


def test_a_day_alone_and_in_a_range_get_the_same_answer(pipeline: Pipeline) -> None:
    land_three_days(pipeline)
    pipeline.run(DAY, LAST)
    keys = pipeline.definitions.resolve_asset_graph().asset_check_keys

    def answers() -> dict[str, tuple[bool, str | None]]:
        found = {}
        for key in keys:
            if key.asset_key != dg.AssetKey("fact_sales"):  # its step is not reached alone
                name = key.to_user_string()
                result = pipeline.evaluations(key.asset_key.to_user_string(), key.name)
                found[name] = (
                    result["2026-01-06"].passed,
                    result["2026-01-06"].description,
                )
        return found

    in_range = answers()
    pipeline.run(date(2026, 1, 6))
    assert answers() == in_range


def test_a_failed_reject_rate_shows_counts_limit_reasons_and_a_sample(pipeline: Pipeline) -> None:
    pipeline.land(
        "dt=2026-01-05/a.jsonl",
        [event(1), event(2, quantity="x" * 500), '{"no": '],
    )
    pipeline.run()
    result = pipeline.evaluations("stg_sales_rejects", "reject_rate")["2026-01-05"]
    assert result.metadata["rejects"].value == 2
    assert result.metadata["sales"].value == 3
    assert result.metadata["holds the day above"].value == "30%"
    name = "dt=2026-01-05/a.jsonl"
    place = {"file": name}
    assert samples(result) == [
        {"reason": "Invalid quantity", **place, "line": "2", "value": "x" * 80 + "…"},
        {"reason": "Malformed JSON", **place, "line": "3", "value": '{"no": '},
    ]


def test_the_most_frequent_reason_is_told_first(pipeline: Pipeline) -> None:
    broken = [event(n, total_amount="free") for n in range(3)]
    pipeline.land("dt=2026-01-05/a.jsonl", ['{"no": ', *broken, event(9, quantity=0)])
    pipeline.run()
    result = pipeline.evaluations("stg_sales_rejects", "reject_rate")["2026-01-05"]
    assert "; most: Invalid total_amount, 3 of 5" in str(result.description)
    assert [row["reason"] for row in samples(result)] == [
        *["Invalid total_amount"] * 2,
        *("Malformed JSON", "Non-positive quantity"),
    ]


def test_of_several_days_the_worst_gives_the_check_its_colour(pipeline: Pipeline) -> None:
    good = [event(f"{n}", event_ts="2026-01-05T10:00:00Z") for n in range(8)]
    pipeline.land("dt=2026-01-05/a.jsonl", [*good, "x"])  # warns
    pipeline.land("dt=2026-01-06/a.jsonl", ["x"])  # is held
    pipeline.run(date(2026, 1, 5), date(2026, 1, 6))
    found = pipeline.evaluations("stg_sales_rejects", "reject_rate")
    warn, error = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR
    assert [found[day].severity for day in ("2026-01-05", "2026-01-06", None)] == [
        warn,
        error,
        error,
    ]


def test_each_step_says_in_one_line_what_it_did(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), event(2), "x", event(3), event(4)])
    result = pipeline.run()
    logs = pipeline.instance.all_logs(result.run_id)
    said = [entry.user_message for entry in logs if not entry.is_dagster_event]
    for line in (
        "2026-01-05: 1 files new or rewritten, 5 lines loaded; RAW has 5 (",
        "5 lines judged: 4 clean, 1 rejects (",
        "2026-01-05: 1 of 1 days published, with 4 sales (",
    ):
        assert len([text for text in said if text.startswith(line) and text.endswith(" s)")]) == 1


def test_one_setting_hides_payload_values(pipeline: Pipeline) -> None:
    pipeline.configure(hide_values=True)
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), event(2, quantity="secret"), "secret"])
    pipeline.run()
    for check in ("reject_rate", "known_reasons"):
        result = pipeline.evaluations("stg_sales_rejects", check)["2026-01-05"]
        assert "secret" not in str(result)
    result = pipeline.evaluations("stg_sales_rejects", "reject_rate")["2026-01-05"]
    assert {row["value"] for row in samples(result)} == {"(hidden: ECOM_HIDE_VALUES)"}


def test_between_the_limits_the_rate_warns_and_the_day_is_published(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [*(event(n) for n in range(8)), "x", "y"])
    assert pipeline.run().success
    result = pipeline.evaluations("stg_sales_rejects", "reject_rate")["2026-01-05"]
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert pipeline.materialized("fact_sales") == {"2026-01-05"}


def test_a_range_run_again_gives_each_day_a_new_answer(pipeline: Pipeline) -> None:
    land_three_days(pipeline)
    pipeline.run(DAY, LAST)
    pipeline.land("dt=2026-01-06/b.jsonl", [event(n, event_ts="2026-01-06") for n in range(50, 90)])
    assert pipeline.run(DAY, LAST).success
    for asset, check in (("stg_sales_rejects", "reject_rate"), ("fact_sales", "matches_clean")):
        results = pipeline.evaluations(asset, check)
        assert results["2026-01-06"].passed or check == "reject_rate"
        assert results["2026-01-05"].passed
    assert "50 sales" in (
        pipeline.evaluations("stg_sales_rejects", "reject_rate")["2026-01-06"].description or ""
    )
    assert pipeline.materialized("fact_sales") == {"2026-01-05", "2026-01-06", "2026-01-07"}


def test_a_range_of_one_day_answers_for_that_day(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    pipeline.run(DAY, DAY)
    for key in pipeline.definitions.resolve_asset_graph().asset_check_keys:
        results = pipeline.evaluations(key.asset_key.to_user_string(), key.name)
        assert results["2026-01-05"].passed, key


def test_checks_that_are_run_without_days_say_what_to_do(pipeline: Pipeline) -> None:
    run = pipeline.definitions.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=pipeline.instance,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        asset_selection=[dg.AssetKey("raw_sales")],
        raise_on_error=False,
    )
    assert (failure(run) or "").startswith("This run was started without event dates. Choose a day")


def test_files_that_vanished_are_named_and_what_replaces_them(pipeline: Pipeline) -> None:
    old = pipeline.land("dt=2026-01-05/v1.jsonl", [event(n) for n in (1, 2, 3)])
    tidied = pipeline.land("dt=2026-01-06/a.jsonl", [event(60, event_ts="2026-01-06")])
    pipeline.run(DAY, date(2026, 1, 6))
    for day in ("2026-01-05", "2026-01-06"):
        present = pipeline.evaluations("raw_sales", "files_present")[day]
        assert (present.passed, present.description) == (True, "all 1 files are there")
    old.unlink()
    tidied.unlink()
    pipeline.land("dt=2026-01-05/v2.jsonl", ["broken", *map(event, range(2, 12))])
    assert pipeline.run(DAY, date(2026, 1, 6)).success
    found = pipeline.evaluations("raw_sales", "files_present")
    fifth, sixth = found["2026-01-05"], found["2026-01-06"]
    assert not fifth.passed
    assert fifth.severity == dg.AssetCheckSeverity.WARN
    assert fifth.description == (
        "dt=2026-01-05/v1.jsonl vanished, 3 lines of theirs count; files that are there hold the "
        "same event ids, which are rejected as duplicates: to let these count, put an empty file "
        "in the place of each that was replaced, or set ECOM_VANISHED_FILES=drop, and materialize "
        "the day"
    )
    (row,) = samples(fifth)
    assert row["replaced by"] == "dt=2026-01-05/v2.jsonl (2 of the same event ids)"
    assert sixth.description == "dt=2026-01-06/a.jsonl vanished, 1 lines of theirs count"
    loaded = pipeline.evaluations("raw_sales", "files_loaded")["2026-01-05"]
    assert loaded.description == (
        "1 files in the landing zone, all in RAW; 1 more in RAW are no longer there"
    )
    # what the sentence says to do does it
    pipeline.land("dt=2026-01-05/v1.jsonl", b"")
    assert pipeline.run().success
    assert pipeline.evaluations("raw_sales", "files_present")["2026-01-05"].passed
    facts = pipeline.query("select distinct source_filename from staging.stg_sales_clean")
    assert sorted(facts) == [("dt=2026-01-05/v2.jsonl",), ("dt=2026-01-06/a.jsonl",)]
