"""`column_schema`: a table that was changed by hand is noticed, on every stack."""

from collections.abc import Callable, Iterator
from datetime import date

import dagster as dg
import pytest

from ecom_assets.checks.columns import compared
from ecom_assets.model.tables import FACT_TABLE, tables
from ecom_assets.warehouse.contract import Purpose, Session
from ecom_assets_tests.conftest import DAY, Pipeline, event
from ecom_assets_tests.support.stacks import FOLDER_DUCKDB, S3_SNOWFLAKE, Stack


@pytest.fixture(params=[FOLDER_DUCKDB, S3_SNOWFLAKE])
def session(request: pytest.FixtureRequest, stack_of: Callable[[str], Stack]) -> Iterator[Session]:
    with stack_of(request.param).warehouse.session(Purpose("test", "test"), print) as opened:
        yield opened


def test_the_tables_that_are_made_have_the_columns_that_are_described(session: Session) -> None:
    found = session.columns()
    for table, columns in tables().items():
        assert found[table] == {column.name: column.type for column in columns}


@pytest.mark.parametrize(
    ("change", "severity", "said"),
    [
        ("drop column device", dg.AssetCheckSeverity.ERROR, "device missing: VARCHAR"),
        (
            "alter column customer_id set data type bigint",
            dg.AssetCheckSeverity.ERROR,
            "customer_id BIGINT in place of VARCHAR",
        ),
        ("add column note varchar", dg.AssetCheckSeverity.WARN, "note not ours: VARCHAR"),
    ],
)
def test_a_table_changed_by_hand_fails_its_check(
    pipeline: Pipeline, change: str, severity: dg.AssetCheckSeverity, said: str
) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    assert pipeline.run().success
    assert pipeline.evaluations("fact_sales", "column_schema")["2026-01-05"].passed
    pipeline.query(f"alter table analytics.fact_sales {change}")
    pipeline.run_checks(DAY)
    result = pipeline.evaluations("fact_sales", "column_schema")["2026-01-05"]
    assert not result.passed
    assert (result.severity, result.description) == (severity, said)
    for asset in ("raw_sales", "stg_sales_clean", "stg_sales_rejects"):
        assert pipeline.evaluations(asset, "column_schema")["2026-01-05"].passed


def test_the_answer_is_each_days_in_a_range_run(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    pipeline.run(DAY, date(2026, 1, 7))
    results = pipeline.evaluations("stg_sales_clean", "column_schema")
    assert set(results) == {"2026-01-05", "2026-01-06", "2026-01-07", None}


def test_a_table_that_is_not_there_misses_every_column() -> None:
    result = compared(tables()[FACT_TABLE], {})
    assert result.metadata["columns that differ"] == str(len(tables()[FACT_TABLE]))
    assert result.severity == dg.AssetCheckSeverity.ERROR
