"""Decisions of people: obeyed by staging and publishing, said wherever a day is told of, and undone
by ending them."""

import gzip
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ecom_assets.model import sales
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.audit import quality_of
from ecom_assets.pipeline.decide import (
    TEXT_LENGTH,
    Decided,
    DecisionError,
    Kind,
    Wanted,
    all_decisions,
    decide,
)
from ecom_assets.warehouse.contract import Row
from ecom_assets_tests.pipeline.conftest import ON_BOTH, ON_BOTH_AT_LENGTH, Shop, day
from ecom_assets_tests.warehouse.conftest import good


def decision(shop: Shop, kind: Kind, number: int | None = None, **about: Any) -> Decided:
    """Somebody decides, about a day of January or what else is said."""
    days = EventDays(day(number), day(number)) if number else None
    wanted = Wanted(kind, who="Ann", why="the producer says so", days=days, **about)
    return decide(shop.session, wanted, shop.limits, run_id=None)


def quality(shop: Shop, number: int = 5) -> Row:
    return quality_of(shop.session, EventDays(day(number), day(number)))[day(number)]


@ON_BOTH
def test_a_held_day_is_published_as_it_is_until_it_gets_worse_or_the_decision_ends(
    shop: Shop,
) -> None:
    shop.bad(5, "E")
    assert shop.run(5).audit.held
    made = decision(shop, "publish", 5)
    assert not shop.run(5).audit.held
    assert shop.stands("E") == [5]
    assert quality(shop)["decided_by"] == f"Ann: the producer says so ({made.decision_id})"

    shop.land(5, "no JSON", file="worse.jsonl")
    held = shop.run(5).audit.held
    assert held == {day(5): "6 of 7 sales rejected, more than 30%"}

    shop.land(5, good("F", day(5)), good("G", day(5)), file="worse.jsonl")
    assert not shop.run(5).audit.held
    decision(shop, "end", ends=made.decision_id)
    assert list(shop.run(5).audit.held) == [day(5)]
    assert quality(shop)["decided_by"] is None
    assert shop.stands("E") == [5], "a held day keeps what it had"


@ON_BOTH_AT_LENGTH
def test_a_day_that_passes_is_held_by_decision(shop: Shop) -> None:
    shop.good(5, "E")
    shop.run(5)
    made = decision(shop, "hold", 5)
    shop.good(5, "E", "F")
    shop.good(6)
    held = shop.run(5, 6).audit.held
    assert held == {day(5): f"held by decision of Ann: the producer says so ({made.decision_id})"}
    assert shop.stands("F") == []
    decision(shop, "end", ends=made.decision_id)
    shop.run(5)
    assert shop.stands("F") == [5]


@ON_BOTH
def test_a_file_is_set_aside_and_back_and_a_new_version_of_it_counts(shop: Shop) -> None:
    shop.good(5, "E")
    shop.land(5, good("T", day(5)), good("U", day(5), quantity=0), "no JSON", file="test.jsonl")
    shop.run(5)
    made = decision(shop, "take_out", file=f"dt={day(5)}/test.jsonl")
    shop.run(5)
    row = quality(shop)
    assert (row["raw_rows"], row["other_rows"], row["set_aside_rows"]) == (9, 3, 3)
    assert (row["clean_rows"], row["reject_rows"]) == (6, 0)
    assert shop.stands("T") == []

    decision(shop, "end", ends=made.decision_id)
    shop.run(5)
    assert shop.stands("T") == [5]

    decision(shop, "take_out", file=f"dt={day(5)}/test.jsonl")
    shop.run(5)
    assert shop.stands("T") == []
    shop.land(5, good("V", day(5)), file="test.jsonl")
    shop.run(5)
    assert shop.stands("V") == [5]


@ON_BOTH_AT_LENGTH
def test_a_file_with_late_events_is_set_aside_of_all_its_days(shop: Shop) -> None:
    shop.set(late_days=3)
    shop.good(4)
    shop.good(6, "E")
    shop.land(6, good("L", day(4)), good("M", day(6)), file="late.jsonl")
    shop.run(4, 6)
    assert (shop.stands("L"), shop.stands("M")) == ([4], [6])
    decision(shop, "take_out", file=f"dt={day(6)}/late.jsonl")
    shop.run(6)
    assert (shop.stands("L"), shop.stands("M"), shop.stands("E")) == ([], [], [6])


@ON_BOTH
def test_a_rule_is_let_pass_for_days_files_or_a_producer_alone(shop: Shop) -> None:
    refund = {"total_amount": -5}
    for number in (5, 6):
        shop.land(number, good(f"A{number}", day(number), **refund), file="a.jsonl")
        shop.land(number, good(f"B{number}", day(number), **refund), file="b.jsonl")
    shop.set(reject_rate_error=Decimal(1))
    shop.run(5, 6)
    about = {"rule": "total_amount_not_negative", "file": f"dt={day(5)}/a.jsonl"}
    first = decision(shop, "allow_rule", 5, **about)
    assert first.effect.startswith("Of today's rejects 1 are for “Negative total_amount” alone")
    assert not shop.run(5, 6).audit.held
    assert [shop.stands(name) for name in ("A5", "B5", "A6", "B6")] == [[5], [], [], []]
    (row,) = shop.session.read_table("analytics.fact_sales")
    assert row["allowed_rules"] == ";total_amount_not_negative;"
    assert quality(shop)["allowed_rows"] == 1

    decision(shop, "end", ends=first.decision_id)
    decision(shop, "allow_rule", 6, rule="total_amount_not_negative", source="sale_line")
    shop.run(5, 6)
    assert [shop.stands(name) for name in ("A5", "B5", "A6", "B6")] == [[], [], [6], [6]]


@ON_BOTH_AT_LENGTH
def test_a_row_without_what_a_sale_needs_is_never_let_pass(shop: Shop) -> None:
    shop.set(reject_rate_error=Decimal(1))
    shop.land(
        5,
        good("A", day(5), quantity=None),
        good("B", day(5), quantity=0),
        good("C", day(5), quantity=0, total_amount=None),
        good("D", day(5), quantity=0, event_ts="2025-12-31"),
    )
    decision(shop, "allow_rule", 5, rule="quantity_numeric")
    decision(shop, "allow_rule", 5, rule="quantity_positive")
    assert not shop.run(5).audit.held
    assert shop.stands("B") == [5]
    assert shop.rejects() == [
        (5, "Invalid quantity"),
        (5, "Non-positive quantity; Invalid total_amount"),
        (5, "event_ts outside its event date"),
    ]


@ON_BOTH_AT_LENGTH
def test_what_is_damaged_or_lost_is_published_by_no_decision(shop: Shop) -> None:
    shop.good(5, "E")
    shop.put(5, "cut.jsonl.gz", b"\x1f\x8b\x08\x00")
    shop.run(5)
    with pytest.raises(DecisionError, match=r"cannot be published by decision: .* damaged"):
        decision(shop, "publish", 5)
    shop.bad(5, "E")
    shop.put(5, "cut.jsonl.gz", gzip.compress(b""))
    shop.run(5)
    decision(shop, "publish", 5, up_to=Decimal(1))
    shop.put(5, "cut.jsonl.gz", b"\x1f\x8b\x08\x00")
    assert "damaged" in shop.run(5).audit.held[day(5)]


@pytest.mark.parametrize(
    ("kind", "number", "about", "sentence"),
    [
        ("publish", None, {}, "The decision publish needs the days it is about."),
        ("publish", 5, {}, "2026-01-05 is not held: there is nothing to decide."),
        ("publish", 5, {"up_to": Decimal(2)}, "`up_to` is 2: a share from 0 to 1 is needed."),
        ("publish", 5, {"file": "a"}, "`file` says nothing for the decision publish"),
        ("take_out", None, {"file": "no"}, "RAW has no file no: name it by its path"),
        ("take_out", None, {}, "RAW has no file (none)"),
        ("allow_rule", 5, {"rule": "event_id_unique"}, "The rule event_id_unique cannot be let"),
        ("allow_rule", 5, {"rule": "quantity_positive", "source": "no"}, "No mapping is named no"),
        ("end", None, {"ends": "1234"}, "No decision 1234 is in force: `make decide` lists"),
        ("hold", 5, {"who": " "}, "`who` is empty: a decision says who made it and why."),
        ("hold", 5, {"why": ""}, "`why` is empty"),
        ("hold", 5, {"why": "x" * (TEXT_LENGTH + 1)}, "`why` has 501 characters"),
    ],
)
def test_a_decision_that_cannot_be_is_one_sentence_and_not_written_down(
    shop: Shop, kind: Kind, number: int | None, about: dict[str, Any], sentence: str
) -> None:
    shop.good(5)
    shop.run(5)
    texts = {"who": "Ann", "why": "because"} | about
    days = EventDays(day(number), day(number)) if number else None
    with pytest.raises(DecisionError) as error:
        decide(shop.session, Wanted(kind, days=days, **texts), shop.limits, run_id=None)
    assert str(error.value).startswith(sentence)
    assert all_decisions(shop.session) == []


def test_the_later_of_two_decisions_counts_and_an_ended_one_is_listed_with_who_ended_it(
    shop: Shop,
) -> None:
    shop.bad(5, "E")
    shop.run(5)
    published, held = decision(shop, "publish", 5), decision(shop, "hold", 5)
    assert "by decision" in shop.run(5).audit.held[day(5)]
    decision(shop, "end", ends=held.decision_id)
    assert not shop.run(5).audit.held
    found = [(row["decision_id"], row["ended_by"]) for row in all_decisions(shop.session)]
    assert found == [(held.decision_id, "Ann"), (published.decision_id, None)]
    with pytest.raises(DecisionError, match="in force"):
        decision(shop, "end", ends=held.decision_id)


# ---- severity and limits of rules


def with_rule(monkeypatch: pytest.MonkeyPatch, rule: str, **changed: Any) -> None:
    """The stream with one rule changed."""
    rules = tuple(
        replace(each, **changed) if each.name == rule else each for each in sales.SALES.rules
    )
    monkeypatch.setattr(sales, "SALES", replace(sales.SALES, rules=rules))


@ON_BOTH_AT_LENGTH
def test_what_breaks_a_rule_that_warns_is_clean_and_counted(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        good(0, day(5), currency="EUR", country="DE", quantity=3, unit_price=2.5, total_amount=7.5),
        good(1, day(5), currency="EURO", country="Germany"),
        good(2, day(5), currency="eur", quantity=3, unit_price=2.5, total_amount=7.49),
        good(3, day(5), currency="EUROPE", quantity=0),
    ]
    shop.land(5, *lines)
    assert not shop.run(5).audit.held
    rows = shop.session.read_table("staging.sales_quality_rules")
    warned = {r["rule"]: r["broken_rows"] for r in rows if r["severity"] == "warn"}
    assert warned == {"currency_exists": 2, "country_exists": 1, "amount_adds_up": 1}
    assert sum(r["reject_rows"] for r in rows) == quality(shop)["reject_rows"] == 1

    with_rule(monkeypatch, "currency_exists", limit=Decimal("0.5"))
    assert not shop.run(5).audit.held
    with_rule(monkeypatch, "currency_exists", limit=Decimal("0.49"))
    why = "2 of 4 sales break the rule currency_exists, more than its own limit"
    assert shop.run(5).audit.held == {day(5): why}
    decision(shop, "publish", 5)
    assert not shop.run(5).audit.held


@ON_BOTH_AT_LENGTH
def test_a_rule_that_rejects_has_a_limit_of_its_own_below_that_of_all(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_rule(monkeypatch, "quantity_positive", limit=Decimal("0.1"))
    lines = [good(n, day(5)) for n in range(9)]
    shop.land(5, *lines, good(9, day(5), quantity=0))
    assert not shop.run(5).audit.held
    shop.land(5, *lines[:8], good(9, day(5), quantity=0))
    why = "1 of 9 sales break the rule quantity_positive, more than its own limit"
    assert shop.run(5).audit.held == {day(5): why}


@ON_BOTH_AT_LENGTH
def test_a_day_is_held_for_the_money_in_its_rejects_each_currency_by_its_sales(shop: Shop) -> None:
    euros = [good(n, day(5), currency="EUR", total_amount=10) for n in range(9)]
    yen = good("Y", day(5), currency="JPY", total_amount=900, quantity=0)
    shop.land(5, *euros, yen)
    assert not shop.run(5).audit.held, "one sale in a currency of its own is a tenth of the day"
    assert quality(shop)["reject_money_rate"] == Decimal("0.1")

    big = good("B", day(5), currency="EUR", total_amount=45, quantity=0)
    shop.land(5, *euros, big)
    assert shop.run(5).audit.held == {
        day(5): "33.3% of the day's revenue is in its rejects, more than 30%"
    }
    assert quality(shop)["reject_money_rate"] == Decimal("0.333333")
