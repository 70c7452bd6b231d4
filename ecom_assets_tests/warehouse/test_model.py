"""Whatever is in the files, it ends up where the model says, with the values that it says.

A batch of lines or files is drawn, loaded at once and compared row by row: verdict, reasons, typed
values, the line itself, and the counts of each day. What operations do to the tables, one after
another, is in `test_operations.py`.
"""

import gzip
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from ecom_assets.model import sales
from ecom_assets.model.reading import Reading
from ecom_assets_tests.support import unfolding
from ecom_assets_tests.support.model import lines_of, unpacked
from ecom_assets_tests.support.stacks import (
    FOLDER_DUCKDB,
    S3_DUCKDB,
    S3_SNOWFLAKE,
    Stack,
    folder_stack,
)
from ecom_assets_tests.support.strategies import OFFSETS, OTHER_DATES, TIMES, files, lines, some
from ecom_assets_tests.torture import report
from ecom_assets_tests.torture.report import Figures
from ecom_assets_tests.warehouse.conftest import DAY, Staging, good, jsonl, opened_staging


@pytest.fixture
def staging(
    every_type: None, request: pytest.FixtureRequest, stack_of: Callable[[str], Stack]
) -> Iterator[Staging]:
    """An empty landing zone and an empty warehouse, on the stack that the test names."""
    with opened_staging(stack_of(request.param)) as opened:
        yield opened


def late_and_not(*stacks: tuple[str, int, int]) -> list[Any]:
    """Each stack where no event may be late, and where they may by two days: on Snowflake, the
    latter alone in the short form."""
    each = [(*stack, late_days) for late_days in (0, 2) for stack in stacks]
    short = [one for one in each if one[0] != S3_SNOWFLAKE or one[-1]]
    return report.some(*short, of=each)


@pytest.mark.parametrize("time_zone", ["America/New_York", "Australia/Sydney"])
@pytest.mark.parametrize("late_days", [0, 2])
def test_in_a_time_zone_as_well(
    time_zone: str, late_days: int, every_type: None, tmp_path: Path, torture: bool, seed: int
) -> None:
    reading = Reading(time_zone)
    with opened_staging(folder_stack(tmp_path, reading), reading) as staging:
        staging.late_days = late_days
        drawn = some(lines(DAY), 8_000 if torture else 150, chance=seed * 10 + late_days)
        hours = [good(f"h{n}", event_ts=f"{DAY}T{n:02d}:00:00Z") for n in range(24)]
        staging.land(f"dt={DAY}/a.jsonl", b"\n".join(drawn))
        staging.land(f"dt={DAY}/b.jsonl", jsonl(*hours))
        rows = staging.run(DAY - timedelta(days=late_days), DAY)
        assert len(set(rows.values())) > 10


@pytest.mark.parametrize(
    ("staging", "count", "many", "late_days"),
    late_and_not((FOLDER_DUCKDB, 300, 8_000), (S3_SNOWFLAKE, 150, 1_500)),
    indirect=["staging"],
)
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
    ("stack", "count", "many", "late_days"),
    late_and_not((FOLDER_DUCKDB, 120, 8_000), (S3_SNOWFLAKE, 60, 1_500)),
)
def test_any_line_becomes_the_sales_that_its_mapping_says(
    every_type: None,
    stack_of: Callable[..., Stack],
    stack: str,
    count: int,
    many: int,
    late_days: int,
    torture: bool,
    seed: int,
    figures: Figures,
) -> None:
    """Orders of no, one and several items, lists that are none, other lines, versions, amounts
    from lists, counts of milliseconds and local times, by three mappings at once and by none."""
    mappings = unfolding.mappings(sales.SALES)
    drawn = some(unfolding.lines(DAY), many if torture else count, chance=seed * 10 + late_days)
    reading = Reading(mappings=mappings)
    with opened_staging(stack_of(stack, reading), reading) as staging:
        staging.late_days = late_days
        for name in unfolding.LINES:
            of_name = [line for its_name, line in drawn if its_name == name]
            half = len(of_name) // 2
            for number, some_lines in enumerate((of_name[:half], of_name[half:])):
                staging.land(f"dt={DAY}/{name}/{number}.jsonl", b"\n".join(some_lines))
            # one level too deep or one character too many: read by no mapping
            staging.land(f"dt={DAY}/{name}.jsonl", b"\n".join(of_name[:20]))
        staging.land(f"dt={DAY}/flat/12.jsonl", b"\n".join(line for _, line in drawn[:20]))
        rows = staging.run(DAY - timedelta(days=late_days), DAY)
    assert len(set(rows.values())) > 10
    assert list(rows.values()).count("") > count // 20
    figures.count("inputs tried", len(drawn))
    figures.count("rows compared", len(rows))


@pytest.mark.parametrize(
    ("staging", "count", "many"),
    [(FOLDER_DUCKDB, 60, 2_000), (S3_DUCKDB, 20, 200), (S3_SNOWFLAKE, 20, 300)],
    indirect=["staging"],
)
def test_a_file_of_any_bytes_is_read_to_the_last_line_or_said_to_be_damaged(
    staging: Staging, count: int, many: int, torture: bool, seed: int, figures: Figures
) -> None:
    counted: dict[str, int | None] = {}

    def land(day: date, file: str, content: bytes) -> None:
        name = f"dt={day}/{file}"
        staging.land(name, content)
        found = unpacked(name, content)
        counted[name] = None if found is None else len(lines_of(found))

    packed = gzip.compress(jsonl(good(1), "broken"), mtime=0)
    for_certain = [packed, packed[:-1], packed[:-8], packed[:20], packed[:5], packed + b"x", b""]
    for number, content in enumerate(for_certain):
        land(DAY, f"certain {number}.jsonl.gz", content)
    drawn = some(files(DAY), many if torture else count, chance=seed)
    for number, (suffix, content) in enumerate(drawn):
        land(DAY + timedelta(days=number % 3), f"{number}{suffix}", content)
    last = DAY + timedelta(days=2)
    rows = staging.run(DAY, last)
    ledger = {r["source_filename"]: r["row_count"] for r in staging.table("raw.raw_sales_files")}
    assert ledger == counted
    assert list(counted.values()).count(None) > 5
    figures.count("inputs tried", len(drawn))
    figures.count("rows compared", len(rows))


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's clock is on Newfoundland's time, with a half hour and a gap in March."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "America/St_Johns")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_from_utc")
@pytest.mark.parametrize(
    ("staging", "count"), [(FOLDER_DUCKDB, 2), (S3_SNOWFLAKE, 1)], indirect=["staging"]
)
def test_a_moment_at_any_edge_is_in_utc_or_refused(
    staging: Staging, count: int, torture: bool, figures: Figures
) -> None:
    """Leap days and seconds, the gap of a daylight saving, offsets to their limits, 24:00: each
    date with each time of day and each offset."""
    staging.late_days = 1
    edges = [date(2026, 3, 8), date(2024, 2, 29)][: 2 if torture else count]
    if torture:
        edges += [date(2, 1, 10), date(1900, 3, 1), date(1970, 1, 1), date(2016, 12, 31)]
        edges += [date(2000, 2, 29), date(2026, 3, 29), date(2038, 1, 19), date(9999, 12, 20)]
    for day in edges:
        near = [str(day + timedelta(days=n)) for n in (-2, -1, 0, 1)]
        said = [
            *(f"{on}{clock}{offset}" for on, clock, offset in product(near, TIMES, OFFSETS)),
            *OTHER_DATES,
        ]
        events = [good(f"{day} {n}", event_ts=text) for n, text in enumerate(said)]
        staging.land(f"dt={day}/a.jsonl", jsonl(*events))
        rows = staging.run(day - timedelta(days=1), day)
        assert list(rows.values()).count("") > 100
        figures.count("inputs tried", len(said))
        figures.count("rows compared", len(rows))
