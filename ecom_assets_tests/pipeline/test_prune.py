"""Pruning: what nobody needs leaves RAW, and nothing else changes."""

from datetime import datetime, timedelta
from typing import Any

from ecom_assets.pipeline.prune import prunable, prune
from ecom_assets.warehouse.rows import now
from ecom_assets_tests.pipeline.conftest import ON_BOTH, Shop, day
from ecom_assets_tests.pipeline.test_decisions import decision
from ecom_assets_tests.warehouse.conftest import good

TABLES = (
    *("raw.raw_sales_files", "staging.stg_sales_clean", "staging.stg_sales_rejects"),
    *("staging.sales_quality", "analytics.fact_sales", "analytics.fact_sales_days"),
)


def later() -> datetime:
    return now() + timedelta(days=1)


def lines_of(shop: Shop) -> int:
    return len(shop.session.read_table("raw.raw_sales"))


def kept(shop: Shop) -> dict[str, list[Any]]:
    return {name: sorted(map(str, shop.session.read_table(name))) for name in TABLES}


@ON_BOTH
def test_lines_of_versions_that_count_no_more_go_and_nothing_else_changes(shop: Shop) -> None:
    for content in ("A", "B", "C"):
        shop.land(5, good(content, day(5)), "no JSON", file="a.jsonl")
        shop.land(5, *[good(f"{content}{n}", day(5)) for n in range(3)], file="b.jsonl")
        shop.run(5)
    shop.good(6)
    shop.run(6)
    before = kept(shop)
    assert lines_of(shop) == 3 * (2 + 3) + 5
    assert not prunable(shop.session, now() - timedelta(days=1)), "they were replaced just now"

    gone = prune(shop.session, later())
    assert sorted((row["source_filename"][-7:], row["raw_rows"]) for row in gone) == [
        ("a.jsonl", 2),
        ("a.jsonl", 2),
        ("b.jsonl", 3),
        ("b.jsonl", 3),
    ]
    assert lines_of(shop) == 2 + 3 + 5
    assert kept(shop) == before
    assert not prune(shop.session, later()), "they are gone"
    shop.run(5, 6)  # nothing is loaded again, and every line is accounted for
    assert lines_of(shop) == 2 + 3 + 5


def test_what_a_held_day_has_published_can_be_traced_to_its_lines(shop: Shop) -> None:
    shop.good(5, "A")
    shop.run(5)
    shop.bad(5)
    assert shop.run(5).audit.held
    assert not prunable(shop.session, later())
    assert shop.stands("A") == [5]
    shop.good(5, "B")
    shop.run(5)
    assert [row["raw_rows"] for row in prune(shop.session, later())] == [6, 5]


def test_a_version_that_a_decision_names_stays_until_that_ends(shop: Shop) -> None:
    shop.good(5, "A")
    shop.land(5, good("X", day(5)), file="x.jsonl")
    shop.run(5)
    made = decision(shop, "take_out", file=f"dt={day(5)}/x.jsonl")
    shop.run(5)
    shop.land(5, good("Y", day(5)), file="x.jsonl")
    shop.run(5)
    assert not prunable(shop.session, later())
    decision(shop, "end", ends=made.decision_id)
    assert [row["raw_rows"] for row in prunable(shop.session, later())] == [1]


def test_lines_of_a_file_that_is_gone_go_where_it_does_not_count_any_more(shop: Shop) -> None:
    shop.good(5, "A")
    shop.land(5, good("X", day(5)), file="x.jsonl")
    shop.run(5)
    shop.delete(5, "x.jsonl")
    shop.run(5)
    assert not prunable(shop.session, later()), "a file that vanished keeps its rows"
    shop.drops = True
    shop.run(5)
    assert [row["raw_rows"] for row in prune(shop.session, later())] == [1]
