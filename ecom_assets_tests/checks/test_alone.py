"""Checks run alone: for the days that a person names, with the answers of a run of assets."""

from datetime import date

import dagster as dg
import pytest

from ecom_assets_tests.checks.test_checks import LAST, land_three_days
from ecom_assets_tests.conftest import DAY, Pipeline

Answers = dict[tuple[str, str, str | None], tuple[bool, str | None, dg.AssetCheckSeverity, object]]


def answers(pipeline: Pipeline) -> Answers:
    """What each check has said last of each day, without what names its run."""
    found: Answers = {}
    for key in pipeline.definitions.resolve_asset_graph().asset_check_keys:
        asset = key.asset_key.to_user_string()
        for day, result in pipeline.evaluations(asset, key.name).items():
            said = (result.passed, result.description, result.severity, dict(result.metadata))
            found[asset, key.name, day] = said
    return found


def runs_of_checks(pipeline: Pipeline) -> int:
    records = pipeline.instance.get_run_records(dg.RunsFilter(job_name="sales_checks"))
    return len(records)


def test_checks_alone_give_the_answers_of_the_run_for_each_day(pipeline: Pipeline) -> None:
    land_three_days(pipeline)
    pipeline.run(DAY, LAST)
    in_the_run = answers(pipeline)
    assert pipeline.run_checks(DAY, LAST).success
    assert runs_of_checks(pipeline) == 1
    assert answers(pipeline) == in_the_run
    assert not in_the_run["fact_sales", "matches_clean", "2026-01-06"][0]


def test_a_single_day_can_be_checked_alone(pipeline: Pipeline) -> None:
    land_three_days(pipeline)
    pipeline.run(DAY, LAST)
    pipeline.query("delete from analytics.fact_sales where event_date = '2026-01-07'")
    pipeline.run_checks(LAST)
    matches = pipeline.evaluations("fact_sales", "matches_clean")
    assert not matches["2026-01-07"].passed
    assert matches["2026-01-05"].passed


def test_a_checks_answer_belongs_to_the_materialization_it_looked_at(pipeline: Pipeline) -> None:
    """Without that the day's status stays empty in the UI."""
    land_three_days(pipeline)
    pipeline.run(DAY, LAST)
    pipeline.run_checks(DAY)
    target = pipeline.evaluations("fact_sales", "matches_clean")["2026-01-05"]
    records = pipeline.instance.fetch_materializations(
        dg.AssetRecordsFilter(dg.AssetKey("fact_sales"), asset_partitions=["2026-01-05"]), limit=1
    ).records
    assert target.target_materialization_data is not None
    assert target.target_materialization_data.storage_id == records[0].storage_id


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("yesterday", "2026-01-06", "these must be dates such as 2026-01-05"),
        ("2026-01-06", "2026-13-01", "these must be dates such as 2026-01-05"),
        ("2026-01-06", "2026-01-05", "the earlier day must come first"),
        ("2026-01-06", "2126-01-05", "the event dates are 2026-01-01 to "),
        ("2025-12-31", "2026-01-05", "the event dates are 2026-01-01 to "),
    ],
)
def test_days_that_cannot_be_are_refused_with_one_sentence(
    pipeline: Pipeline, first: str, last: str, why: str
) -> None:
    job = pipeline.definitions.resolve_job_def("sales_checks")
    config = {"first_day": first, "last_day": last}
    run = job.execute_in_process(
        instance=pipeline.instance, run_config=config, raise_on_error=False
    )
    events = run.filter_events(lambda e: e.event_type == dg.DagsterEventType.STEP_FAILURE)
    failures = [e.step_failure_data.user_failure_data for e in events]
    (said,) = {str(f.description) for f in failures if f}
    assert said.startswith(f"This run was started for {first} to {last}, but {why}")
    assert said.endswith(": nothing was read or written. Start it again for other days.")
    assert not pipeline.settings.duckdb_path.exists()


def test_a_day_without_rows_can_be_checked(pipeline: Pipeline) -> None:
    assert pipeline.run_checks(date(2026, 1, 20)).success
    assert not pipeline.evaluations("raw_sales", "not_empty")["2026-01-20"].passed
