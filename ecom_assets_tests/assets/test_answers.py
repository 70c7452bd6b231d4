"""The answers and the report as assets: there after every run of days, and never in the way of
one."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ecom_assets.assets.answers import _first
from ecom_assets.landing.zone import LandingError
from ecom_assets.model.questions import questions
from ecom_assets.settings import S3Url, read_settings
from ecom_assets.setup.aws import pipeline_policy
from ecom_assets_tests.conftest import DAY, Pipeline, event

NEXT = date(2026, 1, 6)
ASSETS = [*(question.name for question in questions()), "sales_report"]


def page_of(pipeline: Pipeline) -> Path:
    return pipeline.folder.parent / "reports/sales_report.html"


def make_answers_alone(pipeline: Pipeline) -> dg.ExecuteInProcessResult:
    job = pipeline.definitions.resolve_job_def("answers")
    return job.execute_in_process(instance=pipeline.instance, raise_on_error=False)


def test_a_run_makes_the_answers_and_the_report(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), event(2, country="FR")])
    result = pipeline.run()
    assert result.success
    made = {str(event.asset_key) for event in result.get_asset_materialization_events()}
    assert made >= {str(dg.AssetKey(asset)) for asset in ASSETS}
    by_country = pipeline.latest_metadata("revenue_by_country")
    assert by_country["dagster/row_count"].value == 2
    assert [r.data["country"] for r in by_country["preview"].value.records] == ["DE", "FR"]
    columns = by_country["dagster/column_schema"].value.columns
    assert all(column.description for column in columns)
    report = pipeline.latest_metadata("sales_report")
    assert report["report"].value == str(page_of(pipeline))
    assert result.run_id in page_of(pipeline).read_text()


def test_a_preview_shows_the_latest_days() -> None:
    rows = [
        {"event_date": DAY + timedelta(days=n), "currency": currency}
        for n in range(20)
        for currency in ("EUR", "USD")
    ]
    shown = [(row["event_date"] - DAY, row["currency"]) for row in _first(rows)]
    assert [days.days for days, _ in shown] == [n for n in range(19, 14, -1) for _ in "EU"]
    assert [currency for _, currency in shown] == ["EUR", "USD"] * 5
    assert _first([{"country": "DE"}] * 11) == [{"country": "DE"}] * 10


def test_a_held_day_has_a_report_that_says_so(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    pipeline.land("dt=2026-01-06/a.jsonl", ["broken"])
    result = pipeline.run(DAY, NEXT)
    assert not result.success
    assert "Tue 6 January 2026" in page_of(pipeline).read_text()
    assert result.run_id in page_of(pipeline).read_text()
    for asset in ASSETS:
        record = pipeline.instance.get_latest_materialization_event(dg.AssetKey(asset))
        assert record is not None, asset
        assert record.run_id == result.run_id


def test_the_answers_can_be_made_alone(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    assert pipeline.run().success
    page_of(pipeline).unlink()
    assert make_answers_alone(pipeline).success
    assert page_of(pipeline).exists()


def test_an_empty_warehouse_has_a_report(pipeline: Pipeline) -> None:
    assert make_answers_alone(pipeline).success
    assert "No sales have been published yet." in page_of(pipeline).read_text()
    assert pipeline.latest_metadata("revenue_by_day")["dagster/row_count"].value == 0


def test_a_report_that_cannot_be_made_hides_nothing(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any) -> None:
        raise LandingError("no ink")

    monkeypatch.setattr("ecom_assets.report.page.make_report", broken)
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    pipeline.land("dt=2026-01-06/a.jsonl", ["broken"])
    held = pipeline.run(DAY, NEXT)
    (failure,) = held.get_step_failure_events()
    assert "1 of 2 days held, 1 published" in str(failure.step_failure_data.error)
    assert pipeline.materialized("fact_sales") == {"2026-01-05"}
    later = date(2026, 1, 7)
    pipeline.land(f"dt={later}/a.jsonl", [event(2, event_ts=str(later))])
    (failure,) = pipeline.run(later).get_step_failure_events()
    assert "The days are published. no ink" in str(failure.step_failure_data.error)
    assert pipeline.materialized("fact_sales") == {"2026-01-05", "2026-01-07"}
    assert pipeline.evaluations("fact_sales", "matches_clean")["2026-01-07"].passed


def test_a_folder_that_cannot_be_written_to_is_named_with_its_setting(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    (pipeline.folder.parent / "taken").write_text("a file")
    pipeline.configure(reports_place=pipeline.folder.parent / "taken")
    (failure,) = pipeline.run().get_step_failure_events()
    assert "check that ECOM_REPORTS names a folder you may write to" in str(
        failure.step_failure_data.error
    )


def test_a_report_is_no_file_of_the_landing_zone(pipeline: Pipeline) -> None:
    pipeline.configure(reports_place=pipeline.folder / "reports")
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    assert pipeline.run().success
    assert pipeline.run().success
    assert (pipeline.folder / "reports/sales_report.html").exists()
    assert pipeline.query("select source_filename from raw.raw_sales_files") == [
        ("dt=2026-01-05/a.jsonl",)
    ]


def test_the_credentials_that_dagster_runs_with_may_write_the_report() -> None:
    settings = read_settings({"ECOM_LANDING": "s3://bucket/sales"})
    assert isinstance(settings.landing, S3Url)
    assert isinstance(settings.reports, S3Url)
    policy = pipeline_policy(settings.landing, writes=False, reports=settings.reports)
    may_write = [s["Resource"] for s in policy["Statement"] if "s3:PutObject" in s["Action"]]
    assert may_write == ["arn:aws:s3:::bucket/sales/reports/*"]


@pytest.mark.slow
def test_what_a_run_tells_of_the_answers_stays_small(pipeline: Pipeline) -> None:
    # of twenty sales a day one reject may be a third of the revenue
    pipeline.configure(source="synthetic", reject_rate_error=Decimal(1))
    last = date(2026, 2, 28)
    assert pipeline.run(date(2026, 1, 1), last, config={"events_per_day": 20}).success
    told = {
        asset: {name: len(str(value)) for name, value in pipeline.latest_metadata(asset).items()}
        for asset in ASSETS
    }
    assert max(size for sizes in told.values() for size in sizes.values()) < 60_000
    assert sum(size for sizes in told.values() for size in sizes.values()) < 150_000
