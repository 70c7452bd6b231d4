"""The query of the cost page, on rows as Snowflake's view has them."""

import re
from datetime import date

import duckdb
import sqlglot
from sqlglot import exp

from ecom_assets.settings import PROJECT_ROOT
from ecom_assets.warehouse.contract import Purpose
from ecom_assets.warehouse.snowflake import query_tag

VIEW = "query_attribution_history"
DAY = date(2026, 1, 5)


def test_the_query_sums_credits_by_day_and_asset_and_takes_nobody_else_s() -> None:
    page = (PROJECT_ROOT / "docs/scaling.md").read_text(encoding="utf-8")
    (query,) = [sql for sql in re.findall(r"```sql\n(.*?)```", page, re.DOTALL) if VIEW in sql]
    parsed = sqlglot.parse_one(query, read="snowflake")
    for table in list(parsed.find_all(exp.Table)):
        table.replace(exp.to_table(VIEW))
    raw, staging = (query_tag(Purpose(step, "r", DAY, DAY)) for step in ("raw_sales", "stg_sales"))
    rows = [
        ("2026-01-06 01:00", raw, 0.25),
        ("2026-01-06 01:01", staging, 0.5),
        ("2026-01-06 01:02", raw, 0.125),
        ("2026-01-07 01:00", raw, 1.0),
        ("2026-01-07 01:00", "", 9.0),
        ("2026-01-07 01:00", '{"app": "dbt"}', 9.0),
    ]
    with duckdb.connect() as connection:
        connection.execute(
            f"create table {VIEW} (start_time timestamp, query_tag varchar, "
            "credits_attributed_compute double)"
        )
        connection.executemany(f"insert into {VIEW} values (?, ?, ?)", rows)
        found = connection.execute(parsed.sql(dialect="duckdb")).fetchall()
    assert [(str(day), asset.strip('"'), *rest) for day, asset, *rest in found] == [
        ("2026-01-06", "stg_sales", 1, 0.5),
        ("2026-01-06", "raw_sales", 2, 0.375),
        ("2026-01-07", "raw_sales", 1, 1.0),
    ]
