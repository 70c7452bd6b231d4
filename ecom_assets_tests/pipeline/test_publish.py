"""Exactly once: no sale vanishes, none stands twice, also where days are held, late or moved."""

import gzip
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ecom_assets.landing.folder import FolderZone
from ecom_assets.warehouse.duckdb import DuckDBSession
from ecom_assets_tests.pipeline.conftest import ON_BOTH, ON_BOTH_AT_LENGTH, Shop, day
from ecom_assets_tests.warehouse.conftest import good, jsonl

DAMAGED = b"\x1f\x8b\x08\x00"


# ---- over days


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        ([1, 2], [1]),
        ([1, 8], [1]),
        ([1, 9], [1, 9]),
        ([1, 6, 12], [1]),
        ([1, 8, 15], [1]),
        ([1, 9, 16, 17], [1, 9]),
        ([1, 9, 17, 26], [1, 9, 17, 26]),
        (list(range(1, 31)), [1]),
        ([3, 30], [3, 30]),
    ],
)
def test_an_event_is_kept_again_after_seven_days_without_it(
    shop: Shop, days: list[int], wanted: list[int]
) -> None:
    for number in days:
        shop.good(number, "E")
    shop.run(1, 30)
    assert shop.stands("E") == wanted
    assert len(shop.repeats()) == len(days) - len(wanted)


@pytest.mark.slow
def test_the_order_in_which_days_are_published_decides_nothing(shop: Shop) -> None:
    for order in ((1, 5, 12), (12, 5, 1), (5, 12, 1)):
        for number in order:
            shop.good(number, "E")
            shop.run(number)
        assert shop.stands("E") == [1]
        assert shop.repeats() == [(5, 1), (12, 5)]
        for number in order:
            shop.good(number)
            shop.run(number)
        assert shop.stands("E") == []
        assert shop.repeats() == []


@ON_BOTH
def test_a_repeat_comes_back_as_it_was_when_the_earlier_event_goes(shop: Shop) -> None:
    said = {"total_amount": "12345678901234.5678", "customer_id": 7, "category": 'ä "\n\u0000'}
    shop.land(6, good("E", day(6), **said))
    shop.run(6)
    (before,) = shop.session.read_table("analytics.fact_sales")
    shop.land(5, good("E", day(5)))
    assert shop.run(5).moved == [day(6)]
    assert shop.stands("E") == [5]
    shop.land(5, good("another", day(5)))
    assert shop.run(5).moved == [day(6)]
    after = {row["event_id"]: row for row in shop.session.read_table("analytics.fact_sales")}
    assert after["eE"] == before


@ON_BOTH_AT_LENGTH
def test_a_repeat_tells_the_present_place_of_the_earlier_event(shop: Shop) -> None:
    shop.land(5, good("E", day(5)))
    shop.land(6, good("E", day(6)))
    shop.run(5, 6)
    shop.land(5, good("other", day(5)), good("E", day(5)))
    assert shop.run(5).moved == [day(6)]
    (repeat,) = shop.session.read_table("staging.stg_sales_repeats")
    assert (repeat["earlier_event_date"], repeat["earlier_row_number"]) == (day(5), 2)


@ON_BOTH_AT_LENGTH
def test_totals_follow_the_rows_that_move(shop: Shop) -> None:
    shop.land(6, good("E", day(6), currency="EUR"), good("F", day(6), currency="EUR"))
    shop.run(6)
    shop.land(5, good("E", day(5), currency="EUR"), good("F", day(5), currency="EUR"))
    shop.run(5)
    days = shop.session.read_table("analytics.fact_sales_days")
    assert sorted((r["event_date"].day, r["currency"], r["sales"]) for r in days) == [
        (5, "EUR", 2),
        (6, None, 0),
    ]


# ---- beside days that are held (the numbers are those of the stories that failed once)


def test_1_a_held_day_takes_no_event_from_a_good_one_of_the_same_run(shop: Shop) -> None:
    shop.bad(1, "E")
    shop.good(5, "E")
    assert list(shop.run(1, 5).audit.held) == [day(1)]
    assert shop.stands("E") == [5]


def test_2_nor_from_one_that_is_published(shop: Shop) -> None:
    shop.good(5, "E")
    shop.run(5)
    shop.bad(1, "E")
    shop.run(1)
    assert shop.stands("E") == [5]
    shop.run(5)
    assert shop.stands("E") == [5]


def test_2_nor_when_it_is_held_for_a_damaged_file(shop: Shop) -> None:
    shop.good(5, "E")
    shop.run(5)
    shop.good(1, "E")
    shop.put(1, "b.jsonl.gz", DAMAGED)
    assert list(shop.run(1).audit.held) == [day(1)]
    shop.run(5)
    assert shop.stands("E") == [5]


def test_3_a_chain_begins_with_the_first_day_that_is_published(shop: Shop) -> None:
    shop.bad(1, "E")
    shop.good(6, "E")
    shop.good(12, "E")
    shop.run(1, 12)
    assert shop.stands("E") == [6]
    assert shop.repeats() == [(12, 6)]


@pytest.mark.parametrize("how", ["rewritten", "damaged"])
def test_4_a_held_day_keeps_the_events_that_its_new_file_lacks(shop: Shop, how: str) -> None:
    shop.good(1, "E")
    shop.good(5, "E")
    shop.run(1, 5)
    if how == "rewritten":
        shop.bad(1)
    else:
        shop.land(1, good("another", day(1)))
        shop.put(1, "b.jsonl.gz", DAMAGED)
    assert list(shop.run(1).audit.held) == [day(1)]
    shop.run(5)
    assert shop.stands("E") == [1]


@ON_BOTH_AT_LENGTH
def test_5_an_event_leaves_a_later_day_also_where_that_is_held(shop: Shop) -> None:
    shop.good(5, "E")
    shop.run(5)
    shop.bad(5, "E")
    shop.run(5)
    assert shop.stands("E") == [5]
    shop.good(1, "E")
    assert shop.run(1).moved == [day(5)]
    assert shop.stands("E") == [1]
    shop.good(1)
    shop.run(1)
    assert shop.stands("E") == [5], "a held day has what it had"


def test_5_repeats_never_hold_a_day(shop: Shop) -> None:
    shop.good(5, "E")
    for number in (1, 2):
        shop.land(number, *[good(e, day(number)) for e in "Eabcde"])
    assert not shop.run(5).audit.held
    assert not shop.run(1, 2).audit.held
    assert shop.stands("E") == [1]
    assert len(shop.repeats()) == 7


# ---- late events


@ON_BOTH_AT_LENGTH
def test_6_an_event_before_the_first_partition_is_a_reject_of_its_files_day(
    shop: Shop,
) -> None:
    shop.set(late_days=3, reject_rate_error=Decimal(1))
    shop.land(1, good(1, date(2025, 12, 31)), good(2, day(1)))
    assert not shop.run(1).audit.held
    assert shop.rejects() == [(1, "event_ts outside its event date")]


@ON_BOTH
def test_7_a_run_takes_along_the_days_that_its_files_touch(shop: Shop) -> None:
    shop.set(late_days=3)
    shop.good(5)
    shop.run(5)
    shop.land(6, good("late", day(5)), good("own", day(6)))
    assert shop.run(6).audit.days == [day(5), day(6)]
    assert shop.earlier == [day(5)]
    assert (shop.stands("late"), shop.stands("own")) == ([5], [6])
    shop.land(6, good("own", day(6)))
    shop.run(6)
    assert (shop.stands("late"), shop.stands("own")) == ([], [6])
    shop.land(6, good("own", day(5)))
    shop.run(6)
    assert shop.stands("own") == [5]


def test_7_a_day_that_was_never_run_is_held_until_its_own_files_are_asked_for(shop: Shop) -> None:
    shop.set(late_days=3)
    shop.good(5)
    shop.land(6, good("late", day(5)), good("own", day(6)))
    held = shop.run(6).audit.held
    assert list(held) == [day(5)]
    assert "materialize the day" in held[day(5)]
    assert shop.stands("late") == []
    assert not shop.run(5).audit.held
    assert shop.stands("late") == [5]


@ON_BOTH_AT_LENGTH
def test_7_a_day_that_is_held_by_a_late_file_is_told(shop: Shop) -> None:
    shop.set(late_days=1)
    shop.good(5)
    shop.run(5)
    shop.good(6)
    shop.put(6, "b.jsonl.gz", DAMAGED)
    assert list(shop.run(6).audit.held) == [day(5), day(6)]
    shop.put(6, "b.jsonl.gz", gzip.compress(jsonl(good("late", day(5)))))
    assert not shop.run(6).audit.held
    assert shop.stands("late") == [5]


@pytest.mark.slow
@pytest.mark.parametrize(("before", "after"), [(3, 0), (0, 3)])
def test_7_another_limit_leaves_no_line_twice_or_nowhere(
    shop: Shop, before: int, after: int
) -> None:
    """Each run sees that all lines of its files are judged once, whichever day is run first."""
    shop.set(late_days=before, reject_rate_error=Decimal(1))
    for number in range(4, 8):
        shop.land(number, good(f"late{number}", day(number - 2)), good(f"own{number}", day(number)))
    shop.run(1, 7)
    shop.set(late_days=after)
    for number in (5, 7, 4, 6):
        shop.run(number)
    assert [shop.stands(f"late{n}") for n in (5, 7)] == ([[3], [5]] if after else [[], []])
    shop.run(1, 7)
    staged = [
        *shop.session.read_table("staging.stg_sales_clean"),
        *shop.session.read_table("staging.stg_sales_rejects"),
    ]
    assert len(staged) == 8


@pytest.mark.slow
def test_7_a_late_event_leaves_a_published_day_also_when_the_limit_is_gone(shop: Shop) -> None:
    """Whichever day is run first, and though each is run alone."""
    for order in ((4, 5, 6), (6, 5, 4)):
        shop.set(late_days=3)
        for number in (4, 5):
            shop.good(number)
        shop.land(6, good("late", day(5)), *[good(f"6-{n}", day(6)) for n in range(5)])
        shop.run(4, 6)
        assert shop.stands("late") == [5]
        shop.set(late_days=0)
        for number in order:
            shop.run(number)
        assert shop.stands("late") == []
        assert (6, "event_ts outside its event date") in shop.rejects()


def test_7_a_limit_that_goes_and_comes_and_goes_leaves_nothing_behind(shop: Shop) -> None:
    shop.good(5)
    shop.run(5)
    shop.land(6, good("late", day(5)), *[good(f"6-{n}", day(6)) for n in range(5)])
    for late_days, wanted in ((0, []), (3, [5]), (0, [])):
        shop.set(late_days=late_days)
        shop.run(6)
        assert shop.stands("late") == wanted


@ON_BOTH_AT_LENGTH
def test_another_first_partition_leaves_no_line_twice_or_nowhere(shop: Shop) -> None:
    shop.set(late_days=3)
    shop.good(8)
    shop.land(9, good("of 9", day(8)), *[good(f"9-{n}", day(9)) for n in range(5)])
    shop.land(10, good("of 10", day(8)), *[good(f"10-{n}", day(10)) for n in range(5)])
    shop.run(8, 10)
    assert (shop.stands("of 9"), shop.stands("of 10")) == ([8], [8])
    shop.set(first_partition=day(10))
    shop.run(10)
    assert (shop.stands("of 9"), shop.stands("of 10")) == ([8], [])
    shop.set(first_partition=day(1))
    shop.run(8)
    shop.run(9)
    assert (shop.stands("of 9"), shop.stands("of 10")) == ([8], [])
    shop.run(10)
    assert shop.stands("of 10") == [8]
    for number in (8, 9, 10):
        assert not shop.unbalanced(number)


def test_a_day_is_not_held_for_what_a_newer_version_of_its_file_says(shop: Shop) -> None:
    """RAW was loaded anew between staging and publishing."""
    tiny = '{"event_id": "e1", "event_ts": "2026-01-05", "quantity": 1e-5, "total_amount": 1}'
    shop.land(5, tiny, good(2, day(5)))
    shop.run(5)
    shop.land(5, tiny.replace("1e-5", "0"), "broken")
    shop.load(5)
    assert not shop.publish(5).audit.held


# ---- what a line says


def test_8_the_balance_counts_the_lines_of_raw_itself(shop: Shop) -> None:
    shop.good(5)
    shop.run(5)
    shop.land(5, good("more", day(5)), file="b.jsonl")
    shop.load(5)
    assert shop.unbalanced(5) == [
        "5 clean + 0 rejects = 5 of 5 sales; 5 of 6 lines in RAW of the day's files were judged"
    ]
    shop.good(5, "rewritten")
    shop.load(5)
    assert shop.unbalanced(5) == [
        "5 clean + 0 rejects = 5 of 5 sales; 0 of 7 lines in RAW of the day's files were judged; "
        "5 rows are of file versions that are not current"
    ]


def test_10_why_a_day_is_held_is_told_by_the_limit_of_then(shop: Shop) -> None:
    shop.land(5, *[good(n, day(5)) for n in range(5)], *["broken"] * 4)
    why = "4 of 9 sales rejected, more than 30%"
    assert shop.run(5).audit.held == {day(5): why}
    shop.set(reject_rate_error=Decimal("0.6"))
    assert shop.publish(5).audit.held == {day(5): why}
    assert not shop.run(5).audit.held


@ON_BOTH_AT_LENGTH
def test_11_a_number_is_judged_as_written_and_kept_rounded(shop: Shop) -> None:
    shop.set(reject_rate_error=Decimal(1))
    shop.land(
        5,
        '{"event_id": "e1", "event_ts": "2026-01-05", "quantity": 0.00004, "total_amount": 1}',
        '{"event_id": "e2", "event_ts": "2026-01-05", "quantity": 1, "total_amount": -0.00004}',
        '{"event_id": "e3", "event_ts": "2026-01-05", "quantity": "1e-30", "total_amount": 0}',
        '{"event_id": "e4", "event_ts": "2026-01-05", "quantity": -1e-30, "total_amount": -0.0}',
        '{"event_id": "e5", "event_ts": "2026-01-05", "quantity": 2.00005, "total_amount": "1.5"}',
    )
    assert not shop.run(5).audit.held
    assert shop.rejects() == [(5, "Negative total_amount"), (5, "Non-positive quantity")]
    kept = {r["event_id"]: r["quantity"] for r in shop.session.read_table("analytics.fact_sales")}
    assert kept == {"e1": 0, "e3": 0, "e5": Decimal("2.0001")}
    (quality,) = shop.session.read_table("staging.sales_quality")
    assert quality["rounded_rows"] == 5


@ON_BOTH_AT_LENGTH
def test_12_only_a_string_or_a_number_is_a_text(shop: Shop) -> None:
    shop.set(reject_rate_error=Decimal(1))
    odd = ({"code": "DE"}, ["DE"], True, None)
    shop.land(
        5,
        *[good(n, day(5), country=value) for n, value in enumerate(odd)],
        *[good(n, day(5), event_id=value) for n, value in enumerate((False, {}, []))],
        *[good(n, day(5), country=value) for n, value in (("text", "true"), ("brace", "{}"))],
        good("number", day(5), country=12),
    )
    shop.run(5)
    assert shop.rejects() == [(5, "Missing event_id")] * 3
    countries = {
        r["event_id"]: r["country"] for r in shop.session.read_table("analytics.fact_sales")
    }
    assert countries == {
        **{f"e{n}": None for n in range(4)},
        **{"etext": "true", "ebrace": "{}", "enumber": "12"},
    }


@ON_BOTH
def test_13_half_an_emoji_costs_a_line_nothing_but_itself(shop: Shop) -> None:
    line = '{{"event_id": "e{0}", "event_ts": "2026-01-05", "quantity": 1, "total_amount": 1, '
    texts = {
        "1": r'"country": "a\ud83d"',
        "2": r'"country": "\uDE00b"',
        "3": r'"country": "\ud83d\ud83d\ude00"',
        "4": r'"country": "\\ud83d\ud83d"',
    }
    shop.land(5, *[line.format(n) + text + "}" for n, text in texts.items()])
    shop.run(5)
    assert shop.rejects() == []
    countries = {
        r["event_id"]: r["country"] for r in shop.session.read_table("analytics.fact_sales")
    }
    assert countries == {
        **{"e1": "a\ufffd", "e2": "\ufffdb", "e3": "\ufffd\U0001f600"},
        **{"e4": "\\ud83d\ufffd"},
    }


@ON_BOTH
def test_14_a_byte_order_mark_before_any_line_is_passed_over(shop: Shop) -> None:
    marked = b"".join(
        b"\xef\xbb\xbf"
        + f'{{"event_id":"e{n}","event_ts":"2026-01-05","quantity":1,'.encode()
        + b'"total_amount":1}\n'
        for n in range(3)
    )
    shop.put(5, "a.jsonl", marked)
    shop.run(5)
    assert shop.rejects() == []
    assert [shop.stands(str(n)) for n in range(3)] == [[5]] * 3


def test_9_a_rewritten_file_of_equal_size_and_time_is_noticed(tmp_path: Path) -> None:
    zone = FolderZone(tmp_path / "landing")
    zone.write(f"dt={day(5)}/a.jsonl", [b'{"a": 1}\n'])
    path = tmp_path / "landing" / f"dt={day(5)}" / "a.jsonl"
    (before,) = zone.list_files(day(5), day(5))
    other = tmp_path / "other"
    other.write_bytes(b'{"a": 2}\n')
    shutil.copystat(path, other)
    shutil.copy2(other, path)  # as cp -p
    (after,) = zone.list_files(day(5), day(5))
    assert (after.size, after.last_modified) == (before.size, before.last_modified)
    assert after.etag != before.etag


def test_migration_002_counts_a_rewritten_file_once(shop: Shop) -> None:
    for more in ("a", "b", "c"):
        shop.good(5, more)
        shop.run(5)
    for table in ("staging.stg_sales_clean", "staging.stg_sales_rejects", "analytics.fact_sales"):
        _change(shop, f"update {table} set source_item_number = null, source = null")
    _change(shop, "delete from staging.sales_quality_files")
    _change(shop, "update staging.sales_quality set sale_rows = null")
    assert shop.unbalanced(5)
    for _ in ("once", "again"):
        shop.session.run("migrations/002_sales_have_items")
        assert not shop.unbalanced(5)


def _change(shop: Shop, statement: str) -> None:
    """What nothing of the project does; on DuckDB."""
    session = shop.session
    assert isinstance(session, DuckDBSession)
    session._run([statement])
