"""Column lineage: derived from the SQL, the same on both engines, back to RAW for every column."""

from datetime import date

import pytest

from ecom_assets.model.questions import questions
from ecom_assets.model.sales import SALES
from ecom_assets.model.tables import event_columns, tables
from ecom_assets.warehouse.lineage import column_origins, column_sources
from ecom_assets_tests.conftest import DAY, Pipeline, event

RAW, CLEAN, REJECTS = "raw.raw_sales", "staging.stg_sales_clean", "staging.stg_sales_rejects"
FACT = "analytics.fact_sales"
ENGINES = ("duckdb", "snowflake")
AS_IT_CAME = ("source_filename", "source_row_number", "ingestion_ts")
OF_THE_MAPPING = ("source_item_number", "source", "source_version")
"""Of a plain one: the same for all lines."""
OF_DECISIONS = ("allowed_rules",)
"""Of no line: what people have decided."""


def raw(*columns: str) -> frozenset[tuple[str, str]]:
    return frozenset((RAW, column) for column in columns)


@pytest.mark.parametrize("engine", ENGINES)
def test_clean_is_made_of_raw_through_the_temporary_tables(engine: str) -> None:
    assert column_sources(engine)[CLEAN] == {
        **{field.name: raw("raw", "raw_text") for field in SALES.fields},
        "event_date": raw("raw", "raw_text", "batch_date"),
        **{column: raw(column) for column in AS_IT_CAME},
        **dict.fromkeys((*OF_THE_MAPPING, *OF_DECISIONS), frozenset()),
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_rejects_keep_the_line_and_what_the_rules_looked_at(engine: str) -> None:
    # of the line's number, because a duplicate is one by its place
    judged = raw("raw", "raw_text", "batch_date", "source_row_number")
    assert column_sources(engine)[REJECTS] == {
        "reason": judged,
        "reasons": judged,
        "raw": raw("raw"),
        "raw_text": raw("raw_text"),
        "event_date": raw("raw", "raw_text", "batch_date"),
        **{column: raw(column) for column in AS_IT_CAME},
        **dict.fromkeys(("source_item_number", "source"), frozenset()),
        "rules_version": frozenset(),
        "run_id": frozenset(),
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_the_fact_is_clean_column_by_column(engine: str) -> None:
    expected = {column.name: frozenset([(CLEAN, column.name)]) for column in event_columns()}
    assert column_sources(engine)[FACT] == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_every_field_of_the_fact_goes_back_to_the_line_in_raw(engine: str) -> None:
    origins = column_origins(engine, FACT)
    for field in SALES.fields:
        assert origins[field.name] == raw("raw", "raw_text"), field.name
    without = {column for column, made_of in origins.items() if not made_of}
    assert without == {*OF_THE_MAPPING, *OF_DECISIONS}, "every other column has a path to RAW"
    assert origins["total_amount"] == raw("raw", "raw_text")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_answers_are_made_of_the_fact(engine: str) -> None:
    for question in questions():
        made_of = column_sources(engine)[f"analytics.{question.name}"]
        about = next(iter(made_of))
        assert made_of[about] == {(FACT, about)}
        assert made_of["currency"] == {(FACT, "currency")}
        assert made_of["revenue"] == {(FACT, "total_amount")}
        assert made_of["sales"] == {(FACT, "event_id")}, "each is counted"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_share_is_made_of_what_is_counted_and_of_what_it_is_a_share_of(engine: str) -> None:
    table = "analytics.payment_method_usage"
    share = column_sources(engine)[table]["share_of_sales"]
    assert share == {(FACT, "event_id"), (FACT, "currency")}
    assert column_origins(engine, table)["share_of_sales"] == raw("raw", "raw_text")


@pytest.mark.parametrize("engine", ENGINES)
def test_no_column_is_left_out(engine: str) -> None:
    made = column_sources(engine)
    for table in (CLEAN, REJECTS):
        assert list(made[table]) == [column.name for column in tables()[table.upper()]]
    assert set(made) == {CLEAN, REJECTS, FACT} | {f"analytics.{q.name}" for q in questions()}


def test_the_pages_show_it(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    pipeline.land("dt=2026-01-06/a.jsonl", ["broken"])
    pipeline.run(DAY, date(2026, 1, 6))
    steps = [("fact_sales", "total_amount"), ("stg_sales_clean", "total_amount")]
    path = []
    for asset, column in steps:
        found = pipeline.latest_metadata(asset)["dagster/column_lineage"].value
        deps = found.deps_by_column[column]
        path += sorted((dep.asset_key.to_user_string(), dep.column_name) for dep in deps)
    assert path == [
        ("stg_sales_clean", "total_amount"),
        *(("raw_sales", "raw"), ("raw_sales", "raw_text")),
    ]
    shown = str(pipeline.latest_metadata("fact_sales")["column lineage"].value)
    row = "| total_amount | stg_sales_clean: `total_amount` | raw_sales: `raw`, `raw_text` |"
    assert row in shown.splitlines()
