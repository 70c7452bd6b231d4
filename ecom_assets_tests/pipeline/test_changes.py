"""Why a number changed: each publication tells what it changed and why, and the causes add up.

That they add up after any operation, and that what was known then can be asked for, is in
`warehouse/test_operations.py`. Here, one small story a cause.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ecom_assets.commands import answers
from ecom_assets.model import sales
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.decide import Kind, Wanted, decide
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.settings import PROJECT_ROOT
from ecom_assets.warehouse.contract import Purpose
from ecom_assets.warehouse.duckdb import DuckDBSession
from ecom_assets.warehouse.rows import now
from ecom_assets.warehouse.snowflake import SnowflakeSession
from ecom_assets_tests.docs.markdown import Page
from ecom_assets_tests.pipeline.conftest import ON_BOTH, Shop, day
from ecom_assets_tests.pipeline.test_mappings import READING
from ecom_assets_tests.support.stacks import FOLDER_DUCKDB, Stack, folder_stack
from ecom_assets_tests.warehouse.conftest import good
from ecom_assets_tests.warehouse.test_operations import ONE_MORE_RULE

CONTRACT = Page(PROJECT_ROOT / "docs/data-contract.md")

Changes = dict[tuple[int, str], tuple[int, int]]
"""By day of January and cause: the revenue that left and that which came."""


def changes(shop: Shop) -> Changes:
    """What the last publication wrote down; nothing where it is that which was asked for before."""
    rows = shop.session.read_table("analytics.fact_sales_changes")
    last = max(row["published_at"] for row in rows)
    if last == getattr(shop, "last", None):
        return {}
    shop.last = last  # type: ignore[attr-defined]
    found = [row for row in rows if row["published_at"] == last]
    assert all(row["run_id"] == "test" for row in found)
    told: Changes = {}
    for row in found:
        key = (row["event_date"].day, row["cause"])
        before, after = told.get(key, (0, 0))
        told[key] = (before + int(row["revenue_before"]), after + int(row["revenue_after"]))
    return told


def published(shop: Shop, first: int, last: int | None = None) -> Changes:
    """What publishing some days changes."""
    shop.materialize(first, last)
    return changes(shop)


def sold(event_id: str, number: int, amount: int, **fields: object) -> dict[str, object]:
    return good(event_id, day(number), total_amount=amount, **fields)


def test_a_day_is_first_published_and_nothing_is_written_where_nothing_changes(shop: Shop) -> None:
    shop.land(5, sold("a", 5, 10, currency="EUR"), sold("b", 5, 20, currency="EUR"))
    shop.land(6, {"event_id": "x"})
    shop.set(reject_rate_error=Decimal(1))
    assert published(shop, 5, 7) == {
        (5, "first published"): (0, 30),
        (6, "first published"): (0, 0),
        (7, "first published"): (0, 0),
    }
    rows = shop.session.read_table("analytics.fact_sales_changes")
    (row,) = [row for row in rows if row["event_date"] == day(5)]
    assert (row["currency"], row["orders"], row["sales_after"]) == ("EUR", 0, 2)
    assert row["rules_version_before"] is None
    assert row["rules_version_after"] == sales.SALES.version
    assert published(shop, 5, 7) == {}


def test_lines_that_come_later_are_new_or_late(shop: Shop) -> None:
    shop.set(late_days=3)
    shop.land(5, sold("a", 5, 10))
    published(shop, 5)
    shop.land(5, sold("b", 5, 20), file="b.jsonl")
    assert published(shop, 5) == {(5, "new or late lines"): (0, 20)}
    shop.land(6, sold("late", 5, 30), sold("own", 6, 1))
    assert published(shop, 6) == {
        (5, "new or late lines"): (0, 30),
        (6, "first published"): (0, 1),
    }


def test_so_are_lines_that_a_setting_lets_be_late(shop: Shop) -> None:
    shop.set(reject_rate_error=Decimal(1))
    shop.land(5, sold("a", 5, 10))
    shop.land(6, sold("late", 5, 30))
    published(shop, 5, 6)
    shop.set(late_days=1)
    assert published(shop, 5, 6) == {(5, "new or late lines"): (0, 30)}
    shop.set(late_days=0)
    assert published(shop, 5, 6) == {(5, "rules or mapping"): (30, 0)}


@ON_BOTH
def test_what_decisions_and_corrections_change_is_told(shop: Shop) -> None:
    shop.set(reject_rate_error=Decimal(1))
    shop.land(5, sold("a", 5, 10), sold("b", 5, 20))
    shop.land(5, sold("test", 5, 40), file="test.jsonl")
    shop.land(5, sold("refund", 5, -5), file="refunds.jsonl")
    published(shop, 5)

    def decided(kind: Kind, **about: Any) -> str:
        days = EventDays(day(5), day(5)) if kind == "allow_rule" else None
        wanted = Wanted(kind, "Ann", "why", days=days, **about)
        return decide(shop.session, wanted, shop.limits, run_id=None).decision_id

    out = decided("take_out", file=f"dt={day(5)}/test.jsonl")
    assert published(shop, 5) == {(5, "decision"): (40, 0)}
    allowed = decided("allow_rule", rule="total_amount_not_negative")
    assert published(shop, 5) == {(5, "decision"): (0, -5)}
    decided("end", ends=out)
    decided("end", ends=allowed)
    assert published(shop, 5) == {(5, "decision"): (-5, 40)}

    place = {"file": f"dt={day(5)}/a.jsonl", "line": 2}
    line = {**sold("b", 5, 25), "_corrects": place}
    shop.land(5, line, file="fixed.corrections.jsonl")
    assert published(shop, 5) == {(5, "corrected"): (20, 0), (5, "new or late lines"): (0, 25)}


def test_of_a_file_that_is_rewritten_the_rows_that_differ_are_told(shop: Shop) -> None:
    shop.land(5, sold("same", 5, 10), sold("dearer", 5, 20), sold("leaves", 5, 40))
    published(shop, 5)
    shop.land(5, sold("same", 5, 10), sold("dearer", 5, 25))
    assert published(shop, 5) == {(5, "file rewritten"): (60, 25)}


def test_a_file_that_is_gone_takes_its_rows_along(shop: Shop) -> None:
    shop.drops = True
    shop.land(5, sold("a", 5, 10))
    shop.land(5, sold("b", 5, 20), file="b.jsonl")
    published(shop, 5)
    shop.delete(5, "b.jsonl")
    assert published(shop, 5) == {(5, "file gone"): (20, 0)}
    shop.land(5, sold("b", 5, 20), file="b.jsonl")
    assert published(shop, 5) == {(5, "new or late lines"): (0, 20)}


def test_other_rules_take_rows_away_and_bring_them_back(shop: Shop) -> None:
    shop.set(reject_rate_error=Decimal(1))
    shop.land(5, sold("a", 5, 10), sold("b", 5, 20, currency="EUR"))
    published(shop, 5)
    rules = (ONE_MORE_RULE, *sales.SALES.rules)
    with mock.patch.object(sales, "SALES", replace(sales.SALES, rules=rules)):
        stage_days(shop.session, EventDays(day(5), day(5)), shop.limits, run_id="test")
        shop.land(5, sold("another", 5, 1))
        shop.load(5)  # and staged by nobody yet: the file's version of then counts
        shop.publish(5)
        assert changes(shop) == {(5, "rules or mapping"): (10, 0)}
        rows = shop.session.read_table("analytics.fact_sales_changes")
        last = max(rows, key=lambda row: row["published_at"])
        other = sales.SALES.version
    assert (last["rules_version_before"], last["rules_version_after"]) == (
        sales.SALES.version,
        other,
    )
    shop.land(5, sold("a", 5, 10), sold("b", 5, 20, currency="EUR"))
    assert published(shop, 5) == {(5, "file rewritten"): (0, 10)}
    with mock.patch.object(sales, "SALES", replace(sales.SALES, rules=rules)):
        assert published(shop, 5) == {(5, "rules or mapping"): (10, 0)}
    assert published(shop, 5) == {(5, "rules or mapping"): (0, 10)}


def test_an_event_that_now_stands_on_an_earlier_day_is_a_repeat_and_comes_back_as_one(
    shop: Shop,
) -> None:
    shop.land(6, sold("E", 6, 10))
    published(shop, 6)
    shop.land(5, sold("E", 5, 10))
    assert published(shop, 5) == {(5, "first published"): (0, 10), (6, "repeats"): (10, 0)}
    shop.land(5, sold("F", 5, 1))
    assert published(shop, 5) == {(5, "file rewritten"): (10, 1), (6, "repeats"): (0, 10)}


def test_a_held_day_that_loses_a_row_to_an_earlier_day_tells_so(shop: Shop) -> None:
    shop.good(6, "E")
    published(shop, 6)
    shop.bad(6)
    assert published(shop, 6) == {}
    shop.good(5, "E")
    assert published(shop, 5)[6, "repeats"] == (1, 0)


def test_a_row_that_repeats_another_of_its_day_leaves_and_returns_as_a_repeat(shop: Shop) -> None:
    shop.set(reject_rate_error=Decimal(1))
    shop.land(5, sold("E", 5, 10), file="b.jsonl")
    published(shop, 5)
    shop.land(5, sold("E", 5, 10), sold("F", 5, 1))
    assert published(shop, 5) == {(5, "new or late lines"): (0, 11), (5, "repeats"): (10, 0)}
    shop.land(5, sold("G", 5, 3), sold("F", 5, 1))
    assert published(shop, 5) == {(5, "file rewritten"): (10, 3), (5, "repeats"): (0, 10)}


@pytest.fixture
def orders(stack_of: Callable[..., Stack]) -> Iterator[Shop]:
    """A shop whose lines are orders of several versions."""
    stack = stack_of(FOLDER_DUCKDB, READING)
    with stack.warehouse.session(Purpose("test", "test"), print) as session:
        shop = Shop(stack, session)
        shop.set(reading=READING, reject_rate_error=Decimal(1))
        yield shop


def test_so_does_an_order_of_which_a_later_version_comes_and_goes(orders: Shop) -> None:
    orders.drops = True

    def order(price: int, version: int) -> dict[str, object]:
        items = [{"id": 1, "price": price}]
        return {"id": "o", "at": f"{day(5)}T10:00:00Z", "items": items, "v": version}

    orders.land(5, order(10, 1))
    published(orders, 5)
    orders.land(5, order(25, 2), file="b.jsonl")
    assert published(orders, 5) == {(5, "new or late lines"): (0, 25), (5, "repeats"): (10, 0)}
    orders.delete(5, "b.jsonl")
    assert published(orders, 5) == {(5, "file gone"): (25, 0), (5, "repeats"): (0, 10)}


@ON_BOTH
def test_causes_are_told_apart_and_what_was_known_then_as_well_by_the_query_of_the_documentation(
    shop: Shop,
) -> None:
    shop.drops = True
    shop.land(5, sold("a", 5, 10, currency="EUR"))
    shop.land(5, sold("b", 5, 20, currency="EUR"), file="b.jsonl")
    shop.land(6, sold("E", 6, 40, currency="EUR"))
    assert published(shop, 5, 6) == {
        (5, "first published"): (0, 30),
        (6, "first published"): (0, 40),
    }
    then = now()
    shop.land(5, sold("a", 5, 12, currency="USD"))
    shop.delete(5, "b.jsonl")
    shop.land(5, sold("E", 5, 40, currency="EUR"), file="c.jsonl")
    assert published(shop, 5) == {
        (5, "file rewritten"): (10, 12),
        (5, "file gone"): (20, 0),
        (5, "new or late lines"): (0, 40),
        (6, "repeats"): (40, 0),
    }
    (query,) = [sql for sql in CONTRACT.blocks("sql") if "where published_at" in sql]

    def known(moment: datetime) -> list[tuple[str, int]]:
        asked = query.replace("2026-01-10 09:00:00", str(moment)).rstrip(";\n")
        session = shop.session
        if isinstance(session, SnowflakeSession):
            rows = session.ask(asked)
        else:
            assert isinstance(session, DuckDBSession)
            rows = session._run([asked])
        found = [(row["currency"], int(row["revenue"])) for row in rows]
        assert found == [
            (row["currency"], int(row["revenue"]))
            for row in session.run("analytics/revenue_by_day_as_of", as_of=moment)
        ]
        return found

    assert known(datetime(2026, 1, 1)) == []
    assert known(then) == [("EUR", 30), ("EUR", 40)]
    assert known(now()) == [("EUR", 40), ("USD", 12)]


def test_make_answers_tells_the_revenue_as_it_was_known_in_the_shops_time_zone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = folder_stack(tmp_path)
    moments = []
    with stack.warehouse.session(Purpose("test", "test"), print) as session:
        shop = Shop(stack, session)
        for amount in (10, 12):
            shop.land(5, sold("a", 5, amount))
            shop.materialize(5)
            moments.append(now())
    monkeypatch.setenv("ECOM_DUCKDB_PATH", str(tmp_path / "w.duckdb"))
    asked = ["--question", "revenue_by_day", "--format", "json", "--as-of"]
    for moment, revenue in zip(moments, (10, 12), strict=True):
        answers.main([*asked, str(moment)])
        (row,) = json.loads(capsys.readouterr().out)
        assert row["revenue"] == revenue
    an_hour_east = str(moments[0]) + "+01:00"
    with pytest.raises(SystemExit, match="nothing is known of"):
        answers.main([*asked, an_hour_east])
    with pytest.raises(SystemExit):
        answers.main(["--as-of", str(moments[0])])
    assert "needs --question revenue_by_day" in capsys.readouterr().err
