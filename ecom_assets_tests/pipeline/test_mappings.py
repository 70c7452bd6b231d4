"""The shipped mappings on samples of their producers' lines: `data/mappings/`.

Beside each `<mapping>.jsonl` stands what must come of it, put down by hand from the producer's
documents: every clean row with all its fields, how many rejects for which reason, how many lines
are no sales, and which orders have money that does not add up: here those without items, or with
an amount that is none.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecom_assets.checks.orders import order_totals
from ecom_assets.model import sales
from ecom_assets.model.limits import Limits
from ecom_assets.model.mapping import PLAIN, named_mapping, shipped
from ecom_assets.model.reading import Reading
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.load import load_new_files
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.warehouse.contract import Purpose
from ecom_assets_tests.support.stacks import FOLDER_DUCKDB, S3_SNOWFLAKE, Stack

DAY = date(2026, 1, 5)
FILE = f"dt={DAY}/a.jsonl"
SAMPLES = Path(__file__).parent.parent / "data" / "mappings"
NAMES = [PLAIN, *shipped()]


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.jsonl").read_bytes()


def expected(name: str) -> Mapping[str, Any]:
    said: Mapping[str, Any] = json.loads((SAMPLES / f"{name}.expected.json").read_text())
    return said


def as_said(value: Any) -> Any:
    """A value of a column as the expected rows write it; numbers without their last zeros."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return f"{value.isoformat()}Z" if isinstance(value, datetime) else value


def as_written(field: str, value: Any) -> Any:
    """The same of a value in a file of expected rows."""
    types = {one.name: one.type for one in sales.SALES.fields}
    if value is None or types[field] == "text":
        return value
    if types[field] == "number":
        return as_said(Decimal(str(value)))
    return as_said(datetime.fromisoformat(value).replace(tzinfo=None))


def test_there_is_a_sample_of_every_mapping_and_none_of_others() -> None:
    files = {path.name for path in SAMPLES.iterdir() if path.suffix != ".py"}
    assert files == {f"{name}{ending}" for name in NAMES for ending in (".jsonl", ".expected.json")}


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_has_a_sale_another_line_or_reject_and_every_field_is_told(name: str) -> None:
    said = expected(name)
    assert len(said["clean"]) >= 2
    assert said["rejects"]
    assert all(set(row) == {f.name for f in sales.SALES.fields} for row in said["clean"])


@pytest.mark.parametrize("stack", [FOLDER_DUCKDB, S3_SNOWFLAKE])
@pytest.mark.parametrize("name", NAMES)
def test_a_producers_lines_become_the_sales_that_were_put_down_by_hand(
    name: str, stack: str, stack_of: Callable[..., Stack]
) -> None:
    reading = Reading(mappings=(("*", named_mapping(name, Path(), sales.SALES)),))
    limits = Limits(DAY, 0, Decimal("0.1"), Decimal(1), hide_values=False, reading=reading)
    said = expected(name)
    opened = stack_of(stack, reading)
    opened.put(FILE, sample(name))
    days = EventDays(DAY, DAY)
    with opened.warehouse.session(Purpose("test", "test"), print) as session:
        load_new_files(session, opened.zone, days, run_id="test", log=print)
        stage_days(session, days, limits, run_id="test")
        clean = session.read_table("staging.stg_sales_clean")
        rejects = session.read_table("staging.stg_sales_rejects")
        (quality,) = session.read_table("staging.sales_quality")
        off = session.read_table("staging.sales_order_totals")
        (checked,) = order_totals(session, days, limits).values()

    fields = [field.name for field in sales.SALES.fields]
    rows = {row["event_id"]: {name: as_said(row[name]) for name in fields} for row in clean}
    assert rows == {
        row["event_id"]: {field: as_written(field, value) for field, value in row.items()}
        for row in said["clean"]
    }
    assert len(rows) == len(clean)
    assert Counter(row["reason"] for row in rejects) == said["rejects"]
    assert quality["other_rows"] == said["other_lines"]
    assert {row["source"] for row in [*clean, *rejects]} == {name}
    assert sorted(row["order_id"] for row in off) == said["orders_off"]
    assert checked.passed == (not off)
