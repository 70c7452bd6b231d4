"""Tables that somebody has tampered with: the checks find it, and nothing of it is published."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.generator import generate_day
from ecom_assets.model import sales
from ecom_assets.model.sales import SALES
from ecom_assets.model.stream import Rule
from ecom_assets_tests.conftest import DAY, Pipeline, event

pytestmark = pytest.mark.xdist_group("tampered")  # they share what was run

# One way to break the clean table for each rule; the table is changed behind the split's back.
TAMPERED = {
    "json_object": "update raw.raw_sales set raw = '[1]' where source_row_number = 2",
    "event_id_present": "update staging.stg_sales_clean set event_id = ' \u00a0' "
    "where source_row_number = 2",
    "event_ts_valid": "alter table staging.stg_sales_clean alter event_ts drop not null; "
    "update staging.stg_sales_clean set event_ts = null where source_row_number = 2",
    "quantity_numeric": "alter table staging.stg_sales_clean alter quantity drop not null; "
    "update staging.stg_sales_clean set quantity = null where source_row_number = 2",
    "quantity_positive": "update staging.stg_sales_clean set quantity = 0 "
    "where source_row_number = 2",
    "total_amount_numeric": "alter table staging.stg_sales_clean alter total_amount "
    "drop not null; update staging.stg_sales_clean set total_amount = null "
    "where source_row_number = 2",
    "total_amount_not_negative": "update staging.stg_sales_clean set total_amount = -1 "
    "where source_row_number = 2",
    "event_date_in_window": "update staging.stg_sales_clean set event_ts = '2026-01-06' "
    "where source_row_number = 2",
    "event_id_unique": "update staging.stg_sales_clean set event_id = 'event-1' "
    "where source_row_number = 2",
}


@pytest.fixture(scope="module")
def behind(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[Callable[[Pipeline], None]], Pipeline]]:
    """The pipeline that a function has run, once; each test finds the warehouse as it was then."""
    made: dict[Callable[[Pipeline], None], tuple[Pipeline, Path]] = {}
    with ExitStack() as opened:

        def pipeline_behind(work: Callable[[Pipeline], None]) -> Pipeline:
            if work not in made:
                root = tmp_path_factory.mktemp("behind")
                instance = opened.enter_context(dg.DagsterInstance.ephemeral())
                pipeline = Pipeline(root, instance)
                work(pipeline)
                made[work] = pipeline, root / "kept"
                shutil.copy(pipeline.settings.duckdb_path, root / "kept")
            pipeline, kept = made[work]
            shutil.copy(kept, pipeline.settings.duckdb_path)
            return pipeline

        yield pipeline_behind


Behind = Callable[[Callable[[Pipeline], None]], Pipeline]


def three_good_lines(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), event(2), event(3)])
    pipeline.run()
    assert failed_checks(pipeline) == set()


def two_days_in_staging(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), event(2), event(3)])
    pipeline.land("dt=2026-01-06/a.jsonl", [event(4, event_ts="2026-01-06")])
    pipeline.run(DAY, date(2026, 1, 6), selection=["raw_sales"])
    pipeline.run(DAY, date(2026, 1, 6), selection=["stg_sales_clean", "stg_sales_rejects"])


def one_bad_line(pipeline: Pipeline) -> None:
    pipeline.configure(reject_rate_error=Decimal(1), reject_rate_warn=Decimal(1))
    pipeline.land("dt=2026-01-05/a.jsonl", ["broken", event(2), event(3)])
    pipeline.run()
    for key in pipeline.definitions.resolve_asset_graph().asset_check_keys:
        results = pipeline.evaluations(key.asset_key.to_user_string(), key.name)
        assert results["2026-01-05"].passed, key


@pytest.mark.parametrize("rule", list(TAMPERED))
def test_each_rule_is_tested_on_the_clean_table_itself(behind: Behind, rule: str) -> None:
    pipeline = behind(three_good_lines)
    with pipeline.connect() as connection:
        for statement in TAMPERED[rule].split("; "):
            connection.execute(statement)
    run_checks(pipeline, "stg_sales_clean")
    assert failed_checks(pipeline) - {"amount_adds_up"} == {rule}
    result = pipeline.evaluations("stg_sales_clean", rule)["2026-01-05"]
    assert result.metadata["rows that break it"].value == (2 if rule == "event_id_unique" else 1)
    line = 1 if rule == "event_id_unique" else 2
    assert f"dt=2026-01-05/a.jsonl line {line}: " in str(result.metadata["sample"].value)


@pytest.mark.parametrize("rule", list(TAMPERED))
def test_a_day_whose_clean_rows_break_a_rule_is_not_published(behind: Behind, rule: str) -> None:
    pipeline = behind(two_days_in_staging)
    with pipeline.connect() as connection:
        for statement in TAMPERED[rule].split("; "):
            connection.execute(statement)
    pipeline.run(DAY, date(2026, 1, 6), selection=["fact_sales"])
    assert pipeline.query("select event_id from analytics.fact_sales") == [("event-4",)]


@pytest.mark.parametrize(
    ("asset", "check", "tampered"),
    [
        ("raw_sales", "row_balance", "delete from raw.raw_sales where source_row_number = 2"),
        (
            "raw_sales",
            "row_balance",
            "insert into raw.raw_sales from raw.raw_sales where source_row_number = 2",
        ),
        ("raw_sales", "files_loaded", "update raw.raw_sales_files set etag = 'other'"),
        (
            "stg_sales_clean",
            "row_balance",
            "delete from staging.stg_sales_rejects where source_row_number = 1",
        ),
        (
            "stg_sales_rejects",
            "known_reasons",
            "update staging.stg_sales_rejects set reason = 'Bad mood'",
        ),
        (
            "stg_sales_rejects",
            "known_reasons",
            "update staging.stg_sales_rejects set rules_version = 'older'",
        ),
        (
            "stg_sales_rejects",
            "known_reasons",
            "update staging.sales_quality set rules_version = 'older'",
        ),
        (
            "stg_sales_rejects",
            "known_reasons",
            "update staging.sales_quality set earliest_event_date = event_date - 2",
        ),
        (
            "stg_sales_rejects",
            "known_reasons",
            "update staging.sales_quality set reject_rate_limit = 0.5",
        ),
        (
            "fact_sales",
            "matches_clean",
            "update analytics.fact_sales set total_amount = total_amount + 0.01 "
            "where source_row_number = 2",
        ),
        (
            "fact_sales",
            "matches_clean",
            "delete from analytics.fact_sales where source_row_number = 2",
        ),
    ],
)
def test_a_table_that_was_tampered_with_fails_its_check(
    behind: Behind, asset: str, check: str, tampered: str
) -> None:
    pipeline = behind(one_bad_line)
    with pipeline.connect() as connection:
        connection.execute(tampered)
    run_checks(pipeline, asset)
    assert not pipeline.evaluations(asset, check)["2026-01-05"].passed


def run_checks(pipeline: Pipeline, asset: str) -> None:
    """Run the checks of an asset for `DAY`, and nothing else."""
    keys = pipeline.definitions.resolve_asset_graph().asset_check_keys
    job = dg.define_asset_job(
        "only_checks",
        selection=dg.AssetSelection.checks(
            *(key for key in keys if key.asset_key == dg.AssetKey(asset))
        ),
    )
    dg.Definitions.merge(pipeline.definitions, dg.Definitions(jobs=[job])).resolve_job_def(
        "only_checks"
    ).execute_in_process(
        instance=pipeline.instance,
        tags={
            "dagster/asset_partition_range_start": DAY.isoformat(),
            "dagster/asset_partition_range_end": DAY.isoformat(),
        },
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )


def failed_checks(pipeline: Pipeline) -> set[str]:
    """The names of the checks on clean whose latest result for `DAY` is a failure."""
    keys = pipeline.definitions.resolve_asset_graph().asset_check_keys
    return {
        key.name
        for key in keys
        if key.asset_key == dg.AssetKey("stg_sales_clean")
        and not pipeline.evaluations("stg_sales_clean", key.name)[DAY.isoformat()].passed
    }


NOT_STAGED = (
    *("json_object", "event_id_present", "event_ts_valid", "event_id_unique"),
    *("items_present", "latest_version"),
)
"""Rules whose defects no clean row can have: its columns are not null, or it has no row; or a
mapping is needed for them, see `test_mappings.py`."""


@pytest.mark.parametrize(
    "rule", [r for r in SALES.rejecting if r.name not in NOT_STAGED and "numeric" not in r.name]
)
def test_a_rule_that_is_newer_than_the_clean_rows_fails_on_them(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, rule: Rule
) -> None:
    older = replace(SALES, rules=tuple(r for r in SALES.rules if r != rule))
    lines = generate_day(DAY, seed=1, rows=10, defect_share=0.1, rules=[rule])
    pipeline.land("dt=2026-01-05/a.jsonl", b"".join(lines))
    with monkeypatch.context() as before:
        before.setattr(sales, "SALES", older)
        assert pipeline.run().success
    run_checks(pipeline, "stg_sales_clean")
    assert failed_checks(pipeline) - {"amount_adds_up"} == {rule.name}
    result = pipeline.evaluations("stg_sales_clean", rule.name)["2026-01-05"]
    assert result.metadata["rows that break it"].value == 1
