"""Whatever is in the files, it ends up where the model says, with the values that it says.

A batch of lines or files is drawn, loaded at once and compared row by row: verdict, reasons, typed
values, the line itself, and the counts of each day. What operations do to the tables, one after
another, is in `test_operations.py`.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ecom_assets_tests.stacks import (
    FOLDER_DUCKDB,
    S3_DUCKDB,
    S3_SNOWFLAKE,
    Production,
    emptied_stack,
)
from ecom_assets_tests.strategies import files, lines, some
from ecom_assets_tests.torture.report import Figures
from ecom_assets_tests.warehouse.conftest import DAY, Staging, opened_staging


@pytest.fixture
def staging(
    request: pytest.FixtureRequest, tmp_path: Path, servers: Production
) -> Iterator[Staging]:
    """An empty landing zone and an empty warehouse, on the stack that the test names."""
    with opened_staging(emptied_stack(request.param, tmp_path, servers)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("staging", "count", "many"),
    [(FOLDER_DUCKDB, 600, 30_000), (S3_SNOWFLAKE, 150, 3_000)],
    indirect=["staging"],
)
@pytest.mark.parametrize("late_days", [0, 2])
def test_any_line_becomes_the_row_that_the_model_says(
    staging: Staging,
    count: int,
    many: int,
    late_days: int,
    torture: bool,
    seed: int,
    figures: Figures,
) -> None:
    staging.late_days = late_days
    drawn = some(lines(DAY), many if torture else count, chance=seed * 10 + late_days)
    of_a_file = -(-len(drawn) // 3)
    for start in range(0, len(drawn), of_a_file):
        content = b"\n".join(drawn[start : start + of_a_file])
        staging.land(f"dt={DAY}/{start}.jsonl", content)
    rows = staging.run(DAY - timedelta(days=late_days), DAY)
    assert len(set(rows.values())) > 10
    figures.count("inputs tried", len(drawn))
    figures.count("rows compared", len(rows))


@pytest.mark.parametrize(
    ("staging", "count", "many"),
    [(FOLDER_DUCKDB, 60, 3_000), (S3_DUCKDB, 20, 300), (S3_SNOWFLAKE, 20, 500)],
    indirect=["staging"],
)
def test_a_file_of_any_bytes_is_read_to_the_last_line_or_said_to_be_damaged(
    staging: Staging, count: int, many: int, torture: bool, seed: int, figures: Figures
) -> None:
    drawn = some(files(DAY), many if torture else count, chance=seed)
    for number, (suffix, content) in enumerate(drawn):
        day = DAY + timedelta(days=number % 3)
        staging.land(f"dt={day}/{number}{suffix}", content)
    last = DAY + timedelta(days=2)
    rows = staging.run(DAY, last)
    ledger = {row["source_filename"]: row for row in staging.table("raw.raw_sales_files")}
    assert len(ledger) == len(drawn)
    figures.count("inputs tried", len(drawn))
    figures.count("rows compared", len(rows))
    assert {row["row_count"] is None for row in ledger.values()} == {True, False}
