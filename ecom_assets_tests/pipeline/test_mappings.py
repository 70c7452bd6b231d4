"""The shipped mappings on samples of their producers' lines: `data/mappings/`.

Beside each `<mapping>.jsonl` stands what must come of it, put down by hand from the producer's
documents: every clean row with all its fields, how many rejects for which reason, how many lines
are no sales, and which orders have money that does not add up: here none.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ecom_assets.checks.orders import order_totals
from ecom_assets.checks.samples import HIDDEN
from ecom_assets.model import sales
from ecom_assets.model.limits import Limits
from ecom_assets.model.mapping import PLAIN
from ecom_assets.model.mapping_file import named_mapping, parsed_mapping, shipped
from ecom_assets.model.reading import Reading
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.audit import test_days as days_tested
from ecom_assets.pipeline.load import load_new_files
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.warehouse.contract import Purpose
from ecom_assets_tests.support.stacks import FOLDER_DUCKDB, S3_SNOWFLAKE, Stack, folder_stack
from ecom_assets_tests.torture.report import some

DAY = date(2026, 1, 5)
FILE = f"dt={DAY}/a.jsonl"
SAMPLES = Path(__file__).parent.parent / "data" / "mappings"
NAMES = [PLAIN, *shipped()]
ENGINES = [FOLDER_DUCKDB, S3_SNOWFLAKE]
ON_SNOWFLAKE = ("shopify_order", "snowplow_ecommerce_transaction", "stripe_charge")
"""Those that the short form has on Snowflake: what any shipped mapping does, one of these does."""
IN_SHORT = [*product(NAMES, ENGINES[:1]), *product(ON_SNOWFLAKE, ENGINES[1:])]


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


@pytest.mark.parametrize(("name", "stack"), some(*IN_SHORT, of=product(NAMES, ENGINES)))
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


ORDERS = """
rows = ".items"
version = ".v"

[fields]
event_id = { join = [".id", "@.id"], with = "-" }
event_ts = ".at"
order_id = ".id"
quantity = { constant = 1 }
total_amount = "@.price"
currency = { constant = "EUR" }

[total]
stated = ".total"
further = [{ path = ".shipping", default = 0 }]
tolerance = "0.01"
"""
READING = Reading(mappings=(("*", parsed_mapping(ORDERS, "orders", sales.SALES, "orders.toml")),))


def order(number: int, *prices: str, **fields: Any) -> bytes:
    items = [{"id": place, "price": price} for place, price in enumerate(prices)]
    line = {"id": f"o{number}", "at": f"{DAY}T10:00:00Z", "items": items, **fields}
    return json.dumps(line).encode() + b"\n"


class Orders:
    """A day of orders on DuckDB, staged."""

    def __init__(self, root: Path, *lines: bytes, hide_values: bool = False) -> None:
        self._root = root
        self._stack = folder_stack(root, READING)
        self._limits = Limits(DAY, 0, Decimal("0.1"), Decimal(1), hide_values, READING)
        self._days = EventDays(DAY, DAY)
        self._stack.put(FILE, b"".join(lines))
        with self._stack.warehouse.session(Purpose("test", "test"), print) as session:
            load_new_files(session, self._stack.zone, self._days, run_id="test", log=print)
            stage_days(session, self._days, self._limits, run_id="test")
            (self.totals,) = order_totals(session, self._days, self._limits).values()
            self.reasons = Counter(
                row["reason"] for row in session.read_table("staging.stg_sales_rejects")
            )

    def broken_after(self, statement: str) -> set[str]:
        """The rules that clean rows break after somebody has changed a table by hand."""
        with duckdb.connect(self._root / "w.duckdb") as connection:
            connection.execute(statement)
        with self._stack.warehouse.session(Purpose("test", "test"), print) as session:
            found = days_tested(session, self._days, self._limits)[DAY]
        return {rule.name for rule in sales.SALES.rules if found[rule.name]}


def test_the_checks_see_clean_rows_of_lines_without_items_and_of_versions_that_are_not_the_last(
    tmp_path: Path,
) -> None:
    orders = Orders(tmp_path, order(1, "1", "2", v=1), order(2, "3", v=2))
    assert orders.broken_after("select 1") == set()
    older = "update staging.stg_sales_clean set source_version = null where event_id = 'o1-0'"
    assert orders.broken_after(older) == {"latest_version"}
    raw = "update raw.raw_sales set raw = json_merge_patch(raw, '{\"items\": []}')"
    assert orders.broken_after(f"{raw} where source_row_number = 2") == {
        "items_present",
        "latest_version",
    }


@pytest.mark.parametrize("hide_values", [False, True])
def test_orders_whose_money_does_not_add_up_are_named(tmp_path: Path, hide_values: bool) -> None:
    orders = Orders(
        tmp_path,
        order(1, "1.10", "2.20", v=1, total="3.31"),  # within the tolerance
        order(2, "5", v=1, total="8.00", shipping="2.98"),
        order(3, "5", "free", v=1, total="5"),  # has a reject, which tells of it
        order(4, "1", v=1, total="9"),
        order(4, "9", v=2, total="9"),
        order(5, "4", v=1),  # states nothing
        order(6, "4", v=1, total="4", shipping=[]),
        hide_values=hide_values,
    )
    assert orders.totals.description == "2 of 4 orders do not add up"
    assert not orders.totals.passed
    assert not orders.totals.warn_only
    rows = [list(record.data.values()) for record in orders.totals.metadata["sample"].records]
    shown = [
        ["o2", FILE, "2", "EUR", "8.0000", "7.9800"],
        ["o6", FILE, "7", "EUR", "4.0000", "no amount"],
    ]
    if hide_values:
        shown = [[HIDDEN, FILE, line, *[HIDDEN] * 3] for line in ("2", "7")]
    assert rows == shown


def test_a_total_that_no_order_states_is_told(tmp_path: Path) -> None:
    orders = Orders(tmp_path, order(1, "1", v=1), order(2, "2", "3", v=1))
    assert orders.totals.description == (
        "None of 3 sales is of an order that has no reject and states its total: see [total] in "
        "the mapping"
    )
    assert not orders.totals.passed
    assert orders.totals.warn_only


@pytest.mark.parametrize(
    ("versions", "stays"),
    [
        (["1.5", "2.5"], "2"),
        ([1767607200.1, 1767607200.3], "2"),
        (["2026-01-05T10:00:00Z", "2026-01-05T09:00:00Z"], "1"),
        ([None, 0], "2"),
        (["v2", 1], "2"),
        ([7, 7], "1"),
    ],
)
def test_of_an_order_that_is_sent_again_the_latest_version_stays(
    tmp_path: Path, versions: Sequence[Any], stays: str
) -> None:
    lines = [order(1, str(n), "5", v=version) for n, version in enumerate(versions, 1)]
    orders = Orders(tmp_path, *lines)
    again = "Duplicate event_id" if len(set(versions)) == 1 else "Replaced by a later version"
    assert orders.reasons == {again: 2}
    with duckdb.connect(tmp_path / "w.duckdb") as connection:
        rows = connection.execute("select total_amount from staging.stg_sales_clean order by 1")
        assert rows.fetchall() == [(Decimal(stays),), (Decimal(5),)]


def test_a_line_without_items_has_that_reason_alone(tmp_path: Path) -> None:
    Orders(tmp_path, order(1, v=1), order(2, "1", v=1))
    with duckdb.connect(tmp_path / "w.duckdb") as connection:
        rows = connection.execute("select reasons from staging.stg_sales_rejects").fetchall()
    assert rows == [("No items",)]


def test_small_units_may_be_many_before_they_are_divided(tmp_path: Path) -> None:
    text = ORDERS.replace('"@.price"', '{ path = "@.price", divide_by = 1000000 }')
    mapping = parsed_mapping(text, "micros", sales.SALES, "micros.toml")
    stack = folder_stack(tmp_path, Reading(mappings=(("*", mapping),)))
    limits = Limits(DAY, 0, Decimal("0.1"), Decimal(1), hide_values=False)
    stack.put(FILE, order(1, "1500000000000", "2500001", v=1))
    with stack.warehouse.session(Purpose("test", "test"), print) as session:
        load_new_files(session, stack.zone, EventDays(DAY, DAY), run_id="test", log=print)
        stage_days(session, EventDays(DAY, DAY), limits, run_id="test")
        clean = session.read_table("staging.stg_sales_clean")
    assert sorted(row["total_amount"] for row in clean) == [Decimal("2.5000"), Decimal(1_500_000)]
