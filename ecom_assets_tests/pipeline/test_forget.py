"""A customer who is forgotten is in no table any more, does not come back, and is all that goes."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from ecom_assets.model.tables import tables
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.decide import Wanted, decide
from ecom_assets.pipeline.forget import (
    erase,
    find_customer,
    forget_customer,
    forgotten_customers,
    suppress_customers,
)
from ecom_assets.warehouse.contract import Session
from ecom_assets_tests.pipeline.conftest import ON_BOTH, Shop, day
from ecom_assets_tests.support.model_tables import breaches, found_in
from ecom_assets_tests.torture.report import some
from ecom_assets_tests.warehouse.conftest import good

CANARY = "canary-7f3a"


def theirs(name: str, number: int, /, **fields: Any) -> dict[str, Any]:
    """An event of the customer, whose event, order and visit can be told from all others."""
    own = {"order_id": f"o-{CANARY}", "session_id": f"s-{CANARY}", "customer_id": CANARY}
    return good(name, day(number), **{**own, "currency": "EUR", "total_amount": 5, **fields})


def forget(shop: Shop, customer: str = CANARY) -> None:
    found = find_customer(shop.session, customer)
    forget_customer(shop.session, found, shop.limits, run_id=None, log=_fail)


def places(session: Session, word: str = CANARY) -> Sequence[str]:
    """The columns of all tables that name it."""
    return sorted(
        {
            f"{table}.{column}"
            for table in tables()
            for row in session.read_table(table)
            for column, value in row.items()
            if word in str(value)
        }
    )


def of_others(session: Session) -> dict[str, list[Any]]:
    """What there is of all others: rows of events, without when and by whom they were made."""
    names = ("raw.raw_sales", "staging.stg_sales_clean", "staging.stg_sales_rejects")
    found = {}
    for name in (*names, "staging.stg_sales_repeats", "analytics.fact_sales"):
        rows = [row for row in session.read_table(name) if CANARY not in str(row)]
        kept = [{n: v for n, v in row.items() if n not in ("run_id",)} for row in rows]
        found[name] = sorted(map(str, kept))
    held = [row for row in found["raw.raw_sales"] if "'raw': None, 'raw_text': None" not in row]
    return {**found, "raw.raw_sales": held}


def shop_with_customer(shop: Shop) -> None:
    """Sales, rejects, lines that are no JSON, a replaced version, a repeat, and a day that is held
    with what it had."""
    shop.set(late_days=2)
    others = [good(f"5-{n}", day(5), customer_id="b", currency="EUR") for n in range(20)]
    cut = f'{{"event_id": "e9", "customer_id": "{CANARY}", "quan'
    shop.land(5, theirs("A", 5), *others, theirs("B", 5, quantity="two"), cut, "no JSON")
    shop.run(5)
    shop.land(5, theirs("A", 5), theirs("C", 5, currency="USD"), *others, cut, "no JSON")
    late = good("late", day(5), customer_id="b")
    shop.land(6, theirs("A", 6), late, *[good(f"6-{n}", day(6)) for n in range(9)])
    shop.land(7, theirs("D", 7), *[good(f"7-{n}", day(7)) for n in range(9)])
    shop.run(5, 7)
    shop.land(7, theirs("D", 7), *[theirs(f"E{n}", 7, quantity="two") for n in range(9)])
    assert shop.run(7).audit.held
    assert shop.repeats() == [(6, 5)]


@ON_BOTH
def test_a_customer_is_in_no_table_and_nothing_else_has_changed(shop: Shop) -> None:
    shop_with_customer(shop)
    others = of_others(shop.session)
    everywhere = ("RAW.RAW_SALES", "STG_SALES_CLEAN", "STG_SALES_REJECTS", "STG_SALES_REPEATS")
    for table in (*everywhere, "FACT_SALES"):
        assert any(table in place for place in places(shop.session)), "or nothing is shown"
    sales_before = _totals(shop)

    found = find_customer(shop.session, CANARY)
    assert sorted((row["source_filename"][3:13], row["line_rows"]) for row in found.files) == [
        (f"{day(5)}", 3),
        (f"{day(5)}", 3),
        (f"{day(6)}", 1),
        (f"{day(7)}", 1),
        (f"{day(7)}", 10),
    ]
    assert found.values >= {CANARY, f"o-{CANARY}", f"s-{CANARY}", "eA", "eC"}
    assert places(shop.session), "to look changes nothing"
    forget_customer(shop.session, found, shop.limits, run_id=None, log=_fail)

    assert not places(shop.session)
    assert of_others(shop.session) == others
    assert not breaches(found_in(shop.session))
    assert not shop.wrong(EventDays(day(5), day(7)))
    assert not shop.unbalanced(5, 7)
    gone = {
        key: {n: sales_before[key][n] - _totals(shop).get(key, (0, 0))[n] for n in (0, 1)}
        for key in sales_before
    }
    assert gone[day(5), "EUR"] == {0: 1, 1: 5}
    assert gone[day(5), "USD"] == {0: 1, 1: 5}
    assert gone[day(7), "EUR"] == {0: 1, 1: 5}, "the held day has what it had, less their sale"
    assert _recorded(shop) == _totals(shop), "the causes add up to what is published"
    assert not find_customer(shop.session, CANARY).files


@ON_BOTH
def test_they_do_not_come_back_with_a_file_or_a_replay(shop: Shop) -> None:
    shop_with_customer(shop)
    forget(shop)
    shop.land(5, theirs("A", 5), f'{{"customer_id": "{CANARY}"', good("new", day(5)))
    shop.land(8, *[good(n, day(8)) for n in range(9)], theirs("F", 8))
    shop.run(5, 8)
    assert not places(shop.session)
    assert shop.stands("new") == [5]
    assert not shop.stands("F")
    files = shop.session.read_table("raw.raw_sales_files")
    assert all(f["has_erased_lines"] for f in files)
    rows = shop.session.read_table("raw.raw_sales")
    assert (
        sum(row["raw"] is None and row["raw_text"] is None for row in rows)
        == 3 + 3 + 2 + 1 + 11 + 1
    )


def test_an_id_that_is_a_number_or_a_word_of_others_erases_no_more(shop: Shop) -> None:
    mine = [good(n, day(5), customer_id=42) for n in range(3)]
    others = [good(f"x{n}", day(5), customer_id=f"{n}42", session_id="42") for n in range(6)]
    shop.land(5, *mine, *others, '{"total": 42', '{"total": 420')
    shop.run(5)
    forget(shop, "42")
    left = shop.session.read_table("staging.stg_sales_clean")
    assert sorted(row["customer_id"] for row in left) == [f"{n}42" for n in range(6)]
    texts = [row["raw_text"] for row in shop.session.read_table("raw.raw_sales")]
    assert [text for text in texts if text] == ['{"total": 420'], "who it names is not known"


def test_a_reason_that_names_them_is_erased_from_the_decision(shop: Shop) -> None:
    shop.good(5)
    shop.run(5)
    days = EventDays(day(5), day(5))
    wanted = Wanted("hold", who="Ann", why=f"{CANARY} has complained", days=days)
    decide(shop.session, wanted, shop.limits, run_id=None)
    shop.run(5)
    assert len(places(shop.session)) == 2
    forget(shop)
    assert not places(shop.session)
    assert shop.run(5).audit.held, "the decision itself counts"


@pytest.mark.parametrize("at", some(3, 9, of=[*range(1, 40, 2)]))
def test_after_an_interruption_anywhere_it_is_done_by_doing_it_again(
    shop: Shop, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop_with_customer(shop)
    others = of_others(shop.session)
    found = find_customer(shop.session, CANARY)
    run = type(shop.session).run
    statements = count(1)

    def interrupted(session: Session, script: str, /, **values: Any) -> Any:
        if next(statements) == at:
            raise KeyboardInterrupt
        return run(session, script, **values)

    monkeypatch.setattr(type(shop.session), "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        forget_customer(shop.session, found, shop.limits, run_id=None, log=_fail)
    monkeypatch.undo()
    forget(shop)
    assert not places(shop.session)
    assert of_others(shop.session) == others
    assert not breaches(found_in(shop.session))


def test_who_was_forgotten_is_erased_again_from_a_warehouse_that_forgot_it(shop: Shop) -> None:
    shop_with_customer(shop)
    known = find_customer(shop.session, CANARY).forgotten
    assert not forgotten_customers(shop.session)
    suppress_customers(shop.session, [known, known], run_id="r")
    assert forgotten_customers(shop.session) == [known]
    erase(shop.session, shop.limits, run_id="r", log=_fail)
    assert not places(shop.session)


def _totals(shop: Shop) -> dict[Any, tuple[int, Decimal]]:
    return {
        (row["event_date"], row["currency"]): (row["sales"], row["revenue"])
        for row in shop.session.read_table("analytics.fact_sales_days")
        if row["currency"]
    }


def _recorded(shop: Shop) -> dict[Any, tuple[int, Decimal]]:
    found: dict[Any, tuple[int, Decimal]] = {}
    for row in shop.session.read_table("analytics.fact_sales_changes"):
        key = (row["event_date"], row["currency"])
        sales, revenue = found.get(key, (0, Decimal(0)))
        found[key] = (
            sales + row["sales_after"] - row["sales_before"],
            revenue + row["revenue_after"] - row["revenue_before"],
        )
    return {key: one for key, one in found.items() if one[0] and key[1]}


def _fail(text: str) -> None:
    raise AssertionError(text)


@ON_BOTH
def test_a_line_that_theirs_corrects_goes_with_it_and_does_not_come_back(shop: Shop) -> None:
    others = [good(n, day(5)) for n in range(9)]
    shop.land(5, good("A", day(5), customer_id="typo"), *others)
    place = {"file": f"dt={day(5)}/a.jsonl", "line": 1}
    shop.land(5, {**theirs("A", 5), "_corrects": place}, file="a.corrections.jsonl")
    shop.run(5)
    forget(shop)
    assert not places(shop.session)
    assert not shop.stands("A"), "the line that theirs stands for is theirs"
    shop.run(5)
    assert not shop.stands("A")
