"""A day without any file is told from one whose files are empty."""

from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.decide import Wanted, decide
from ecom_assets_tests.pipeline.conftest import ON_BOTH, ON_BOTH_AT_LENGTH, Shop, day
from ecom_assets_tests.warehouse.conftest import good


def totals(shop: Shop) -> list[tuple[int, int, int, int]]:
    """Of each published day its sales, files and lines."""
    rows = shop.session.read_table("analytics.fact_sales_days")
    return sorted((r["event_date"].day, r["sales"], r["files"], r["lines"]) for r in rows)


@ON_BOTH
def test_a_day_without_a_file_is_held_and_one_with_an_empty_file_is_published(shop: Shop) -> None:
    shop.set(empty_days="hold")
    shop.put(5, "empty.jsonl", b"")
    shop.good(7)
    held = shop.run(5, 7).audit.held
    assert held == {day(6): "no file has come (ECOM_EMPTY_DAYS=hold)"}
    assert totals(shop) == [(5, 0, 1, 0), (7, 5, 1, 5)]

    shop.put(6, "empty.jsonl", b"")
    assert not shop.run(6).audit.held
    assert totals(shop) == [(5, 0, 1, 0), (6, 0, 1, 0), (7, 5, 1, 5)]


def test_a_day_without_a_file_is_published_as_empty_where_nothing_else_is_set(shop: Shop) -> None:
    assert not shop.run(6).audit.held
    assert totals(shop) == [(6, 0, 0, 0)]


def test_a_day_without_a_file_is_published_by_decision_and_counts_what_comes_later(
    shop: Shop,
) -> None:
    shop.set(empty_days="hold")
    shop.run(6)
    days = EventDays(day(6), day(6))
    wanted = Wanted("publish", "Ann", "the shop was closed", days=days)
    decide(shop.session, wanted, shop.limits, run_id=None)
    assert not shop.run(6).audit.held
    shop.good(6)
    shop.run(6)
    assert totals(shop) == [(6, 5, 1, 5)]


@ON_BOTH_AT_LENGTH
def test_files_with_late_events_are_files_of_their_days(shop: Shop) -> None:
    shop.set(late_days=2)
    shop.good(5)
    shop.land(6, good("L", day(5)), good("M", day(6)))
    shop.run(5, 6)
    assert totals(shop) == [(5, 6, 2, 6), (6, 1, 1, 1)]
