"""Unusual days: a warning when a day does not look like its weekday before, never a held day."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecom_assets.checks.drift import (
    COUNTS_VARY,
    LEAST_SALES,
    LEAST_WEEKS,
    WEEKS,
    usual,
    usual_revenue,
    usual_volume,
)
from ecom_assets.generator.day import expected_rows
from ecom_assets.warehouse.contract import Row
from ecom_assets_tests.conftest import Pipeline, event

TODAY = date(2026, 3, 2)


def totals(*sales: int, today: int = 100, **revenue: str) -> dict[date, list[Row]]:
    """Published totals of `TODAY` and, newest first, of its weekday in the weeks before, in
    hundreds of sales; revenue is 10 a sale, or what is given for today's currencies."""
    weeks = {TODAY - timedelta(weeks=n): count for n, count in enumerate(sales, 1)}
    found: dict[date, list[Row]] = {
        day: [{"currency": "EUR", "sales": 100 * count, "revenue": Decimal(1000 * count)}]
        for day, count in weeks.items()
    }
    amounts: Mapping[str, str] = revenue or {"EUR": str(1000 * today)}
    found[TODAY] = [
        {"currency": currency, "sales": 100 * today, "revenue": Decimal(amount)}
        for currency, amount in amounts.items()
    ]
    return found


@pytest.mark.parametrize(
    ("today", "is_usual"), [(100, True), (61, True), (59, False), (139, True), (141, False)]
)
def test_a_day_far_from_its_weekday_warns(today: int, is_usual: bool) -> None:
    history = totals(*[100] * WEEKS, today=today)
    for result in (usual_volume(history, TODAY), usual_revenue(history, TODAY)):
        assert result.passed is is_usual
        assert result.severity == dg.AssetCheckSeverity.WARN


def test_what_is_usual_is_told() -> None:
    history = totals(90, 100, 110, 100, 95, today=5)
    assert usual_volume(history, TODAY).description == (
        "500 sales; usual on a Monday is 6,000 to 14,000 (median 10,000 of 5 weeks)"
    )
    assert usual_revenue(history, TODAY).description == (
        "5,000.00 EUR; usual on a Monday is 60,000.00 to 140,000.00 (median 100,000.00 of 5 weeks)"
    )


def test_one_odd_week_does_not_change_what_is_usual() -> None:
    assert usual_volume(totals(100, 0, 100, 100, 100, today=95), TODAY).passed
    assert not usual_volume(totals(100, 900, 100, 100, 100, today=500), TODAY).passed


def test_weeks_that_differ_widen_what_is_usual() -> None:
    assert usual_volume(totals(60, 100, 140, 80, 120, today=30), TODAY).passed


@pytest.mark.parametrize("weeks", range(LEAST_WEEKS))
def test_too_little_history_says_nothing(weeks: int) -> None:
    result = usual_volume(totals(*[100] * weeks, today=1), TODAY)
    assert result.passed
    assert "too few Mondays" in result.description


def test_only_the_weekday_and_the_last_weeks_count() -> None:
    history = totals(*[100] * LEAST_WEEKS, today=100)
    history |= {TODAY - timedelta(days=n): history[TODAY] for n in range(1, 7)}
    history[TODAY - timedelta(weeks=WEEKS + 1)] = history[TODAY]
    assert usual_volume(history, TODAY).metadata["weeks"] == str(LEAST_WEEKS)


def test_each_currency_is_compared_with_itself() -> None:
    history = totals(*[100] * WEEKS, EUR="100000.00", GBP="3.00")
    result = usual_revenue(history, TODAY)
    assert not result.passed, "a currency that was never there before is unusual"
    assert result.metadata["unusual"] == "GBP"
    history = totals(*[100] * WEEKS, GBP="100000.00")
    assert usual_revenue(history, TODAY).metadata["unusual"] == "EUR, GBP"


def test_an_empty_published_day_is_unusual_and_an_unpublished_one_is_not() -> None:
    history = totals(*[100] * WEEKS, today=0)
    history[TODAY] = [{"currency": None, "sales": 0, "revenue": Decimal(0)}]
    assert not usual_volume(history, TODAY).passed
    assert not usual_revenue(history, TODAY).passed
    del history[TODAY]
    assert usual_volume(history, TODAY).passed
    assert usual_revenue(history, TODAY).passed


def test_a_currency_with_few_sales_is_not_judged() -> None:
    history = totals(*[100] * WEEKS)
    history[TODAY].append({"currency": "CHF", "sales": LEAST_SALES - 1, "revenue": Decimal(9**9)})
    assert usual_revenue(history, TODAY).passed
    history[TODAY][-1] = {"currency": "CHF", "sales": LEAST_SALES, "revenue": Decimal(9**9)}
    assert not usual_revenue(history, TODAY).passed


def test_fewer_sales_vary_more_by_chance() -> None:
    day, weeks = TODAY, [TODAY - timedelta(weeks=n) for n in range(1, 6)]
    small: dict[date, list[Row]] = {
        week: [{"currency": "EUR", "sales": 9, "revenue": Decimal(1)}] for week in weeks
    }
    small[day] = [{"currency": "EUR", "sales": 20, "revenue": Decimal(1)}]
    assert usual_volume(small, day).passed, "9 become 20 by chance; 9,000 would not become 20,000"


@given(
    st.lists(st.decimals(0, 10**12, places=2), min_size=LEAST_WEEKS, max_size=WEEKS),
    st.integers(0, 10**9),
)
def test_what_is_usual_holds_its_middle_and_is_not_negative(
    history: list[Decimal], sales: int
) -> None:
    band = usual(history, Decimal(sales), COUNTS_VARY)
    assert band is not None
    assert 0 <= band.low <= band.middle <= band.high


def test_two_years_of_the_generators_shop_raise_no_alarm() -> None:
    start = date(2025, 1, 1)
    days = [start + timedelta(days=n) for n in range(730)]
    rows = {day: expected_rows(day, average=2_000, seed=1) for day in days}
    history: dict[date, list[Row]] = {
        day: [{"currency": "EUR", "sales": count, "revenue": Decimal(count)}]
        for day, count in rows.items()
    }
    assert [day for day in days if not usual_volume(history, day).passed] == []


@pytest.mark.slow
def test_an_unusual_day_is_published_with_a_warning(pipeline: Pipeline) -> None:
    """Through Dagster, in one range run: the history is of the same run."""
    first = date(2026, 1, 5)
    mondays = [first + timedelta(weeks=n) for n in range(6)]
    for monday in mondays:
        count = 1 if monday == mondays[-1] else 1_000
        events = [event(f"{monday}-{n}", event_ts=str(monday)) for n in range(count)]
        pipeline.land(f"dt={monday}/a.jsonl", events)
    assert pipeline.run(first, mondays[-1]).success
    for check in ("usual_volume", "usual_revenue"):
        results = pipeline.evaluations("fact_sales", check)
        days = {day for day, result in results.items() if day and not result.passed}
        # a Sunday without sales is as usual as all the other Sundays
        assert days == {str(mondays[-1])}
        assert results[str(mondays[-1])].severity == dg.AssetCheckSeverity.WARN
        assert "1 of 36 days failed" in (results[None].description or "")
    assert str(mondays[-1]) in pipeline.materialized("fact_sales")
    totals = pipeline.query("select count(*), sum(sales) from analytics.fact_sales_days")
    assert totals == [(36, 5_001)]
