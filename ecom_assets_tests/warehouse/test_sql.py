"""The SQL that ships: what each engine is sent, and only constructs that mean the same on both.

`golden/` holds every script as each engine gets it, for a small stream of its own, so that another
field or rule of the shop changes nothing there; those that depend on how lines are read once more,
in `unfolding/`, for two mappings that use all that one can say. After a change of SQL, look at
what `make docs` changes there, and commit it.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from ecom_assets.landing.zone import LandedFile
from ecom_assets.model import sales
from ecom_assets.model.mapping import EventMapping, Picked, Place
from ecom_assets.model.mapping_file import parsed_mapping
from ecom_assets.model.reading import Reading
from ecom_assets.model.stream import EventStream, Field, Rule, Scope
from ecom_assets.model.tables import DECISIONS_TABLE, tables
from ecom_assets.pipeline.decisions import decided_days_table
from ecom_assets.settings import read_settings
from ecom_assets.setup.snowflake import setup_script
from ecom_assets.warehouse import migrations
from ecom_assets.warehouse.contract import LoadedFile
from ecom_assets.warehouse.expressions import (
    days_table,
    files_table,
    literal,
    staged_days_table,
    table,
)
from ecom_assets.warehouse.mapping_sql import MappingSql
from ecom_assets.warehouse.names import QUERIES
from ecom_assets.warehouse.rule_sql import broken
from ecom_assets.warehouse.scripts import SQL_FOLDER
from ecom_assets.warehouse.sql import render
from ecom_assets_tests.setup.test_snowflake import ENVIRONMENT

GOLDEN = Path(__file__).parent / "golden"
ENGINES = ("duckdb", "snowflake")
SET_UP = "setup"  # has no values of its own kind here, and its own tests

DAY = date(2026, 1, 5)
FILE = LandedFile("dt=2026-01-05/it's.jsonl", DAY, "etag", 12, datetime(2026, 1, 5, 1, 2, 3))


def _rule(name: str, reason: str, broken: str, scope: Scope) -> Rule:
    field = name.rpartition("_")[0]
    return Rule(name, reason, broken, scope, field, "", "", lambda event, earlier, random: "")


STREAM = EventStream(
    name="golden",
    fields=(
        Field("event_id", "text", "", required=True),
        Field("event_ts", "moment", "", required=True),
        Field("order_id", "text", ""),
        Field("quantity", "number", "", required=True),
        Field("total_amount", "number", "", required=True),
        Field("currency", "text", ""),
        Field("points", "whole", ""),
        Field("country", "text", ""),
        Field("device", "text", ""),
    ),
    rules=(
        _rule("quantity_positive", "Non-positive quantity", "quantity_sign <= 0", "row"),
        replace(
            _rule("currency_known", "Unknown currency", "currency not in ('EUR')", "row"),
            severity="warn",
            limit=Decimal("0.10"),
        ),
        _rule("event_id_unique", "Duplicate event_id", "is_duplicate", "day"),
    ),
    breakdowns=("country", "device"),
    customer="order_id",
)
VALUES: dict[str, Callable[[], Any]] = {
    **dict.fromkeys(
        (
            *("day", "first_day", "window_start", "window_end"),
            *("first_batch_day", "last_batch_day", "own_first_day", "own_last_day"),
            *("first_own_day", "last_own_day"),
            *("first_partition", "first_staged_day"),
        ),
        lambda: DAY,
    ),
    "last_day": lambda: DAY + timedelta(days=1),
    **dict.fromkeys(
        ("loaded_at", "evaluated_at", "taken_at", "published_at", "as_of", "before", "erased_at"),
        lambda: datetime(2026, 1, 5, 1, 2, 3, 4),
    ),
    **dict.fromkeys(
        (
            *("load_id", "run_id", "source_filename"),
            *("taken_by", "etag", "source", "rule", "reason"),
            *("salt", "customer_hash", "why", "erased", "decision_id"),
        ),
        lambda: "it's",
    ),
    **dict.fromkeys(
        (
            "late_days",
            "within_days",
            "max_length",
            "per_reason",
            "per_day",
            "per_change",
            "name_start",
            "day_start",
        ),
        lambda: 7,
    ),
    **{
        name: partial(migrations.values().get, name)
        for name in ("version", "project_version", "declared")
    },
    "also_empty": lambda: True,
    "hold_empty_days": lambda: True,
    "copy_name": lambda: exp.to_table("plan_fact_sales"),
    "table_name": lambda: exp.to_table("raw.raw_sales"),
    "column_name": lambda: exp.column("load_id"),
    "reject_rate_error": lambda: Decimal("0.30"),
    "is_broken": lambda: broken(STREAM.rules[0]),
    "decision_values": lambda: [literal(None) for _ in tables()[DECISIONS_TABLE]],
    "decided_days": lambda: decided_days_table([], [DAY]),
    "lines_found": lambda: table(
        ["source_filename", "source_row_number", "batch_date", "load_id"], [["a", 1, DAY, "it's"]]
    ),
    "versions": lambda: table(["load_id", "source_filename"], [["it's", "a"]]),
    "files_taken_out": lambda: [literal("it's")],
    "event_dates": lambda: [literal(DAY)],
    "days": lambda: days_table([DAY]),
    "staged_days": lambda: staged_days_table({DAY: datetime(2026, 1, 5, 1, 2, 3, 4)}),
    "file_names": lambda: [literal(FILE.name), literal("dt=2026-01-05/b.jsonl")],
    "on_error": lambda: "ABORT_STATEMENT",
    "files": lambda: files_table([LoadedFile(FILE, 3)]),
}

SCRIPTS = sorted(
    path.relative_to(SQL_FOLDER).with_suffix("").as_posix()
    for path in SQL_FOLDER.rglob("*.sql")
    if path.stem != "types"  # seen in typed_lines, where each field is typed by it
)
SHARED = [name for name in SCRIPTS if name.split("/")[0] not in (*ENGINES, SET_UP)]


UNFOLDING = """
rows = ".order.items"
version = ".updated"
where = [{ path = ".type", is = ["order", "sale"] }, { path = ".test", is_not = "true" }]

[fields]
event_id = { join = ["shop", ".order.id", "#item"], with = "-" }
event_ts = { path = ".order.at", time_zone = "Europe/Berlin" }
order_id = ".order.id"
quantity = { path = "@.qty", default = 1 }
total_amount = { product = ["@.price", "@.qty"], minus = ["@.discounts[].amount"] }
currency = '.params[key=currency].value'
points = "@.points"
country = { first = ["@.country", '.order."the country"'] }
device = { constant = "web" }

[total]
stated = ".order.total"
further = [".order.tax"]
tolerance = "0.01"
"""
CHARGES = """
where = [{ path = ".refunded_at", exists = false }]

[fields]
event_id = ".id"
event_ts = { path = ".created", unit = "seconds" }
quantity = { constant = 1 }
total_amount = { path = ".cents", divide_by = 100 }
currency = { constant = "EUR" }
"""
BY_MAPPING = (
    *("staging/parse_lines", "staging/duplicates"),
    *("checks/clean_rules", "checks/reject_samples", "checks/unfit_values"),
)


def unfolding() -> Reading:
    orders = parsed_mapping(UNFOLDING, "orders", STREAM, "orders.toml")
    charges = parsed_mapping(CHARGES, "charges", STREAM, "charges.toml")
    return Reading(mappings=(("shop/*", orders), ("pay?/100%_*", charges)))


def rendered(script: str, engine: str, reading: Reading | None = None) -> str:
    values = {name: make() for name, make in VALUES.items()}
    own = script.removeprefix(f"{engine}/")
    return ";\n\n".join(render(own, engine, reading, **values)) + ";\n"


def test_in_another_time_zone_the_moment_is_converted_before_its_date_is_taken() -> None:
    values = {name: make() for name, make in VALUES.items()}
    of_utc, of_new_york = (
        render("staging/parse_lines", "snowflake", Reading(zone), **values)[0]
        for zone in ("UTC", "America/New_York")
    )
    assert of_new_york == of_utc.replace(
        "CAST(event_ts AS DATE)",
        "CAST(CONVERT_TIMEZONE('UTC', 'America/New_York', event_ts) AS DATE)",
    )
    assert of_new_york != of_utc


SENT = [
    (engine, script)
    for engine in ENGINES
    for script in SCRIPTS
    if (script in SHARED or script.startswith(f"{engine}/"))
    # a query that stands in others is seen there
    and script.removeprefix(f"{engine}/") not in QUERIES.values()
    # and this where there are items, in `unfolding`
    and script != f"{engine}/items_of_lines"
]


@pytest.mark.parametrize(("engine", "script"), SENT)
def test_an_engine_is_sent_what_was_looked_at(
    engine: str, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sales, "SALES", STREAM)
    see_golden(f"{engine}/{script}", rendered(script, engine))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("script", BY_MAPPING)
def test_an_engine_is_sent_what_was_looked_at_of_two_mappings(
    engine: str, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sales, "SALES", STREAM)
    see_golden(f"{engine}/unfolding/{script}", rendered(script, engine, unfolding()))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("text", ["«oui»", "«run_id»", ":days"])
def test_a_text_of_a_rule_is_no_place_for_a_value(
    engine: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = (replace(STREAM.rules[0], reason=text), *STREAM.rules[1:])
    monkeypatch.setattr(sales, "SALES", replace(STREAM, rules=rules))
    values = {name: make() for name, make in VALUES.items()}
    assert f"'{text}'" in render("staging/split", engine, **values)[1]


@pytest.mark.parametrize("value", ["«run_id»", "\ue000run_id\ue001", "it's \\ two"])
def test_a_value_is_a_value_whatever_it_holds(value: str) -> None:
    values = {**{name: make() for name, make in VALUES.items()}, "run_id": value}
    (said,) = sqlglot.parse(render("staging/split", "duckdb", **values)[1], read="duckdb")
    assert said is not None
    assert value in {one.this for one in said.find_all(exp.Literal)}


def test_rows_of_one_day_are_not_sorted_by_their_day() -> None:
    values = {name: make() for name, make in VALUES.items()}
    for days, is_sorted in ((2, True), (1, False)):
        values["last_day"] = DAY + timedelta(days=days - 1)
        said = render("staging/split", "snowflake", None, **values)
        assert [sql.rstrip(";").endswith("event_date") for sql in said] == [is_sorted] * 2


def test_the_set_up_sends_what_was_looked_at() -> None:
    """Its own statements; those that make tables and answers stand in the files of these."""
    script = setup_script(read_settings({**ENVIRONMENT, "SNOWFLAKE_CREDIT_QUOTA": "50"}))
    before, _, after = script.partition("-- The tables and the answers.\n")
    see_golden("snowflake/set-up", f"{before}{after[after.index(AFTER_TABLES) :]}")


AFTER_TABLES = "-- A row for loads and one"
"""What setup/turns.sql, the first script behind the tables, begins with."""


def see_golden(name: str, said: str) -> None:
    golden = GOLDEN / f"{name}.sql"
    if os.environ.get("ECOM_UPDATE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(said.encode())
    assert said == golden.read_bytes().decode()


def test_no_golden_file_is_left_over() -> None:
    left = {path.relative_to(GOLDEN).with_suffix("").as_posix() for path in GOLDEN.rglob("*.sql")}
    twice = {f"{engine}/unfolding/{script}" for engine in ENGINES for script in BY_MAPPING}
    assert left == {f"{engine}/{script}" for engine, script in SENT} | twice | {"snowflake/set-up"}


def test_a_query_that_stands_in_others_is_seen_in_one_of_them() -> None:
    standing = {f"{folder}{script}" for script in QUERIES.values() for folder in ("", "duckdb/")}
    seen = {script for _, script in SENT} | standing & {*SCRIPTS}  # a query may stand in another
    texts = [(SQL_FOLDER / f"{script}.sql").read_text() for script in seen]
    for name in QUERIES:
        assert any(f"(:{name})" in text for text in texts), name


def correlated(node: exp.Expr) -> bool:
    """A subquery that looks at a row outside of it: Snowflake takes only some of these."""
    if not isinstance(node, exp.Exists):
        return False
    own = {table.alias_or_name for table in node.find_all(exp.Table)}
    return any(column.table and column.table not in own for column in node.find_all(exp.Column))


REFUSED_FUNCTIONS = {
    "ARRAY_CONSTRUCT_COMPACT": "not in DuckDB",
    "CONCAT_WS": "null in Snowflake where a part is null",
    "OBJECT_CONSTRUCT": "drops nulls in Snowflake only",
    "PARSE_JSON": "an error of one row fails the statement",
    "TO_DECIMAL": "an error of one row fails the statement",
    "TO_NUMBER": "an error of one row fails the statement, and without a scale cents are cut off",
    "TRY_TO_NUMBER": "without a scale cents are cut off; use try_cast(… as number(18, 4))",
    "TRY_TO_TIMESTAMP_NTZ": "not in DuckDB",
}

REFUSED: dict[str, Callable[[exp.Expr], bool]] = {
    "path with a colon: DuckDB keeps the quotes; use json_extract_path_text": lambda node: (
        isinstance(node, exp.JSONExtract)
    ),
    "division of decimals: DuckDB makes it a binary float; cast to double first": lambda node: (
        isinstance(node, exp.Div)
        and not any(cast.to.is_type("double") for cast in node.find_all(exp.Cast))
    ),
    "a function that differs: see REFUSED_FUNCTIONS": lambda node: (
        isinstance(node, exp.Func)
        and node.sql(dialect="snowflake").partition("(")[0] in REFUSED_FUNCTIONS
    ),
    "correlated exists: Snowflake takes only some": correlated,
    "lateral": lambda node: isinstance(node, exp.Lateral),
    "semi or anti join: not Snowflake's": lambda node: (
        isinstance(node, exp.Join) and node.kind in ("SEMI", "ANTI")
    ),
    "random order: say how rows are ordered before a limit": lambda node: (
        isinstance(node, exp.Select) and bool(node.args.get("limit")) and not node.args.get("order")
    ),
}


@pytest.mark.parametrize("script", SHARED)
def test_shared_sql_means_the_same_on_both_engines(script: str) -> None:
    text = (SQL_FOLDER / f"{script}.sql").read_text()
    for statement in sqlglot.parse(text, read="snowflake"):
        assert statement is not None
        for node in statement.walk():
            assert not [why for why, is_refused in REFUSED.items() if is_refused(node)], node.sql()


@pytest.mark.parametrize(
    "sql",
    [
        "select raw:quantity from t",
        "select a / b from t",
        "select concat_ws(',', a, b) from t",
        "select object_construct('a', a) from t",
        "select a from t where exists (select 1 from u where u.a > t.a)",
        "select a from t, lateral flatten(input => t.a)",
        "select a from t limit 5",
        "select to_number(a) from t",
        "select try_to_number(a) from t",
    ],
)
def test_the_guard_refuses(sql: str) -> None:
    nodes = list(sqlglot.parse_one(sql, read="snowflake").walk())
    assert any(is_refused(node) for node in nodes for is_refused in REFUSED.values())


@pytest.mark.parametrize("key", ["my key", "utm-key", "größe", "Key"])
def test_a_key_of_any_letters_stands_in_quotes(key: str) -> None:
    mapping = EventMapping("mine", {})
    picked = Place(("p", Picked(key, "x"), "v"))
    assert f'e."{key}" = ' in MappingSql(mapping, "duckdb").value(picked).sql("duckdb")
    for place in (picked, Place((key,))):
        said = MappingSql(mapping, "snowflake").value(place).sql("snowflake")
        assert f'["{key}"]' in said or key == "Key"
