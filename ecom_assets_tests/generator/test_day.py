"""What a generated day promises: the same bytes, believable sales, the defects asked for."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ecom_assets
from ecom_assets.generator import expected_rows, generate_day
from ecom_assets.generator.catalogue import COUNTRIES
from ecom_assets.model.sales import SALES
from ecom_assets.model.stream import FieldType, Rule
from ecom_assets_tests.support.model import REASONS

DAY = date(2026, 1, 5)
SEED = 7

KNOWN = [rule for rule in SALES.rules if rule.defect and rule.name in REASONS]
"""The rules that are told from one another here, in Python. Others: see `test_defects.py`."""


def day_bytes(day: date = DAY, *, seed: int = SEED, rows: int = 1000, share: float = 0.05) -> bytes:
    return b"".join(generate_day(day, seed=seed, rows=rows, defect_share=share, rules=KNOWN))


@cache
def good_events() -> list[dict[str, Any]]:
    lines = day_bytes(rows=20_000, share=0).decode().splitlines()
    return [json.loads(line, parse_float=Decimal) for line in lines]


@cache
def orders() -> dict[str, list[dict[str, Any]]]:
    by_order = defaultdict(list)
    for event in good_events():
        by_order[event["order_id"]].append(event)
    return by_order


def number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        read = Decimal(value)
    except InvalidOperation:
        return None
    return read if read.is_finite() and abs(read) < 10**14 else None


def first_broken(line: str, day: date, kept: set[str]) -> str | None:
    """The name of the first rule that a line breaks, read in Python from design.md."""
    try:
        event = json.loads(line, parse_float=Decimal)
    except ValueError:
        return "json_object"
    if not isinstance(event, dict):
        return "json_object"
    if not str(event.get("event_id") or "").strip():
        return "event_id_present"
    try:
        moment = datetime.fromisoformat(event["event_ts"])
    except (KeyError, TypeError, ValueError):
        return "event_ts_valid"
    quantity, total = number(event.get("quantity")), number(event.get("total_amount"))
    answers = {
        "quantity_numeric": quantity is None,
        "quantity_positive": quantity is not None and quantity <= 0,
        "total_amount_numeric": total is None,
        "total_amount_not_negative": total is not None and total < 0,
        "event_date_in_window": moment.date() != day,
        "event_id_unique": event["event_id"] in kept,
    }
    broken = next((name for name, is_broken in answers.items() if is_broken), None)
    if broken is None:
        kept.add(event["event_id"])
    return broken


def all_broken(content: bytes, day: date = DAY) -> list[str | None]:
    kept: set[str] = set()
    return [first_broken(line, day, kept) for line in content.decode().splitlines()]


def test_the_stream_of_a_day_is_the_one_that_was_released() -> None:
    # Fails where a change of code, or another version of Faker, gives other lines: then say so in
    # the changelog, and pin the new sum. Good lines only: a new rule changes only the defects.
    assert hashlib.sha256(day_bytes(share=0)).hexdigest() == (
        "4acf974417697573f5ca11250ebd4bfa444405e952f201ed49fa55b3366ad34d"
    )


def local_moments(day: date, zone: str, rows: int) -> list[datetime]:
    lines = b"".join(generate_day(day, seed=1, rows=rows, defect_share=0, time_zone=zone))
    assert lines.count(b"\n") == rows
    events = map(json.loads, lines.splitlines())
    moments = [datetime.fromisoformat(event["event_ts"]) for event in events]
    assert moments == sorted(moments)
    assert {moment.utcoffset() for moment in moments} == {timedelta()}, "in UTC"
    return [moment.astimezone(ZoneInfo(zone)) for moment in moments]


@given(
    st.dates(date(2026, 1, 1), date(2030, 12, 31)),
    st.sampled_from(sorted(available_timezones() - {"localtime"})),
)
def test_all_events_are_of_the_shop_s_day_wherever_the_shop_is(day: date, zone: str) -> None:
    assert {moment.date() for moment in local_moments(day, zone, 40)} == {day}


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("America/New_York", date(2026, 11, 2), 24),
        ("Australia/Sydney", date(2026, 10, 4), 23),
        ("Australia/Sydney", date(2026, 4, 5), 25),
        ("America/Santiago", date(2026, 9, 6), 23),  # there is no midnight
        ("America/Santiago", date(2026, 4, 4), 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Asia/Kathmandu", date(2026, 1, 5), 24),
    ],
)
def test_a_day_of_the_shop_is_filled_from_end_to_end(zone: str, day: date, hours: float) -> None:
    moments = local_moments(day, zone, 5_000)
    assert {moment.date() for moment in moments} == {day}
    elapsed = (moments[-1].astimezone(UTC) - moments[0].astimezone(UTC)) / timedelta(hours=1)
    assert hours - 0.2 < elapsed < hours
    gaps = [later.timestamp() - earlier.timestamp() for earlier, later in pairwise(moments)]
    assert max(gaps) < 1_200, "quiet at night, and never silent"


def test_the_same_arguments_give_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys; from datetime import date; from ecom_assets.generator import generate_day\n"
        f"for block in generate_day(date.fromisoformat('{DAY}'), seed={SEED}, rows=1000):\n"
        "    sys.stdout.buffer.write(block)"
    )
    root = Path(ecom_assets.__file__).parents[1]
    for hash_seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Pacific/Apia", "LC_ALL": "C"}
        found = subprocess.run(
            [sys.executable, "-c", code], cwd=root, env=env, check=True, capture_output=True
        )
        assert found.stdout == b"".join(generate_day(DAY, seed=SEED, rows=1000))


def test_the_same_arguments_give_the_same_bytes_again() -> None:
    assert day_bytes() == day_bytes()


def test_another_day_or_seed_gives_other_lines() -> None:
    assert len({day_bytes(), day_bytes(DAY + timedelta(days=1)), day_bytes(seed=SEED + 1)}) == 3


def test_good_lines_do_not_depend_on_the_share_of_defects() -> None:
    good = day_bytes(share=0).splitlines()
    spoilt = day_bytes(share=0.05).splitlines()
    assert sum(one != other for one, other in zip(good, spoilt, strict=True)) == 50


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 9, 100, 867, 20_000])
@pytest.mark.parametrize("share", [0, 0.05, 1.0])
def test_a_day_has_exactly_the_rows_asked_for_in_blocks_of_whole_lines(
    rows: int, share: float
) -> None:
    blocks = list(generate_day(DAY, seed=SEED, rows=rows, defect_share=share))
    assert sum(block.count(b"\n") for block in blocks) == rows
    assert all(block.endswith(b"\n") for block in blocks)
    assert max(map(len, blocks), default=0) < 2**20


def test_a_good_line_has_the_fields_of_an_event_in_their_order_and_of_their_types() -> None:
    python_types: dict[FieldType, tuple[type, ...]] = {
        "text": (str, int),  # an id may be a number
        "moment": (str,),
        "whole": (int,),
        "number": (int, Decimal),
    }
    for event in good_events():
        # a field may be declared that is not generated
        fields = [f for f in SALES.fields if f.name in event or f.required]
        assert list(event) == [field.name for field in fields]
        for field in fields:
            assert isinstance(event[field.name], python_types[field.type])


def test_good_lines_break_no_rule() -> None:
    assert set(all_broken(day_bytes(rows=20_000, share=0))) == {None}


@pytest.mark.parametrize("rows", [180, 1000, 20_000])
def test_as_many_lines_are_defective_as_the_share_says_and_take_the_rules_in_turn(
    rows: int,
) -> None:
    broken = [name for name in all_broken(day_bytes(rows=rows)) if name]
    names = [rule.name for rule in KNOWN]
    begin = names.index(broken[0])
    assert broken == [names[(begin + n) % len(names)] for n in range(round(rows * 0.05))]


@pytest.mark.parametrize("rule", KNOWN, ids=lambda rule: rule.name)
@pytest.mark.parametrize("share", [0.1, 0.9, 1.0])
def test_a_defect_breaks_its_rule_and_none_before_it(rule: Rule, share: float) -> None:
    content = b"".join(generate_day(DAY, seed=1, rows=400, defect_share=share, rules=[rule]))
    count = min(round(400 * share), 399)
    assert Counter(all_broken(content)) == {rule.name: count, None: 400 - count}


def test_defects_are_spread_over_the_day() -> None:
    broken = all_broken(day_bytes(rows=20_000))
    for quarter in range(4):
        part = broken[quarter * 5000 : (quarter + 1) * 5000]
        assert sum(map(bool, part)) == pytest.approx(250, abs=2)


def test_the_first_line_is_good_even_where_all_are_to_be_defective() -> None:
    broken = all_broken(day_bytes(share=1.0))
    assert broken[0] is None
    assert all(broken[1:])


def test_without_rules_there_are_no_defects() -> None:
    lines = b"".join(generate_day(DAY, seed=SEED, rows=100, defect_share=1.0, rules=[]))
    assert lines == day_bytes(rows=100, share=0)


def test_money_is_exact_to_the_cent() -> None:
    money = re.compile(rb'"unit_price":(\d+\.\d\d),"total_amount":(\d+\.\d\d),')
    assert len(money.findall(day_bytes(share=0))) == 1000
    for event in good_events():
        assert event["total_amount"] == event["quantity"] * event["unit_price"]


def test_events_lie_within_their_day_and_in_order_of_time() -> None:
    moments = [event["event_ts"] for event in good_events()]
    assert moments == sorted(moments)
    assert all(re.fullmatch(r"2026-01-05T\d\d:\d\d:\d\d\.\d{3}Z", moment) for moment in moments)
    assert all(datetime.fromisoformat(moment).date() == DAY for moment in moments)


def test_lines_of_an_order_share_what_belongs_to_the_order() -> None:
    shared = ("session_id", "customer_id", "country", "currency", "device", "payment_method")
    for lines in orders().values():
        assert len({tuple(line[f] for f in (*shared, "marketing_channel")) for line in lines}) == 1
        assert len({line["product_id"] for line in lines}) == len(lines)


def test_an_order_has_one_to_four_lines_that_lie_seconds_apart() -> None:
    assert set(map(len, orders().values())) == {1, 2, 3, 4}
    for lines in orders().values():
        moments = [datetime.fromisoformat(line["event_ts"]) for line in lines]
        for before, after in pairwise(moments):
            assert timedelta(seconds=1) <= after - before < timedelta(seconds=10)


def test_ids_are_unique_across_days_and_seeds() -> None:
    contents = (
        day_bytes(day, seed=seed, rows=5000, share=0)
        for day in (DAY, DAY + timedelta(days=1))
        for seed in (1, 2)
    )
    events = [json.loads(line) for content in contents for line in content.splitlines()]
    assert len({event["event_id"] for event in events}) == 20_000
    assert all(re.fullmatch("[0-9a-f]{32}", event["event_id"]) for event in events)
    sessions = {event["session_id"] for event in events}
    assert len(sessions) == len({(event["session_id"], event["order_id"]) for event in events})


def test_customers_come_back_with_their_country_and_products_keep_their_price() -> None:
    days = [day_bytes(DAY + timedelta(days=n), rows=10_000, share=0) for n in range(2)]
    homes, prices = defaultdict(set), defaultdict(set)
    seen: list[set[int]] = []
    for content in days:
        events = [json.loads(line) for line in content.splitlines()]
        seen.append({event["customer_id"] for event in events})
        for event in events:
            homes[event["customer_id"]].add((event["country"], event["currency"]))
            prices[event["product_id"], event["currency"]].add(event["unit_price"])
    assert len(seen[0] & seen[1]) > 300
    assert {len(home) for home in homes.values()} == {1}
    assert {len(price) for price in prices.values()} == {1}


def test_some_customers_and_products_are_far_more_popular_than_others() -> None:
    by_customer = Counter(lines[0]["customer_id"] for lines in orders().values())
    by_product = Counter(event["product_id"] for event in good_events())
    assert max(by_customer.values()) >= 4 > 1 == min(by_customer.values())
    assert sum(count for _, count in by_product.most_common(60)) > 0.3 * len(good_events())


def test_countries_channels_and_hours_have_different_weights() -> None:
    countries, channels, hours = (
        Counter(value)
        for value in (
            (event["country"] for event in good_events()),
            (event["marketing_channel"] for event in good_events()),
            (event["event_ts"][11:13] for event in good_events()),
        )
    )
    assert countries["DE"] > countries["FR"] > countries["ES"] > countries["SE"] > 0
    assert channels["organic_search"] > channels["email"] > channels["referral"] > 0
    assert len(hours) == 24
    assert hours["19"] > 1.5 * hours["11"] > 6 * hours["03"]


def test_currency_and_payment_methods_are_those_of_the_country() -> None:
    for event in good_events():
        country = COUNTRIES[event["country"]]
        assert event["currency"] == country.currency
        assert event["payment_method"] in country.payment_methods


def test_most_orders_of_a_customer_come_from_one_device() -> None:
    devices = defaultdict(list)
    for lines in orders().values():
        devices[lines[0]["customer_id"]].append(lines[0]["device"])
    again = [used for used in devices.values() if len(used) > 1]
    usual = sum(Counter(used).most_common(1)[0][1] for used in again)
    assert 0.8 < usual / sum(map(len, again)) < 1


@pytest.mark.parametrize(
    ("rows", "share", "sentence"),
    [
        (-1, 0.05, "rows is -1"),
        (1, -0.1, "defect_share is -0.1"),
        (1, 1.5, "defect_share is 1.5"),
        (1, float("nan"), "defect_share is nan"),
    ],
)
def test_a_wrong_argument_is_refused_at_the_call(rows: int, share: float, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        generate_day(DAY, seed=SEED, rows=rows, defect_share=share)


def year_of_rows(seed: int = SEED) -> dict[date, int]:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    return {day: expected_rows(day, average=10_000, seed=seed) for day in days}


def mean(counts: list[int]) -> float:
    return sum(counts) / len(counts)


def test_a_year_of_days_has_the_average_asked_for() -> None:
    assert mean(list(year_of_rows().values())) == pytest.approx(10_000, rel=0.02)


def test_weekends_and_the_months_before_christmas_are_busier() -> None:
    year = year_of_rows()
    weekend = mean([rows for day, rows in year.items() if day.weekday() >= 5])
    assert weekend > 1.1 * mean([rows for day, rows in year.items() if day.weekday() < 5])
    peak = mean([rows for day, rows in year.items() if day.month in (11, 12)])
    assert peak > 1.2 * mean([rows for day, rows in year.items() if day.month < 11])


def test_the_number_of_rows_is_the_same_again_and_differs_by_seed() -> None:
    assert year_of_rows() == year_of_rows()
    assert year_of_rows() != year_of_rows(seed=SEED + 1)


def test_a_shop_without_sales_has_no_rows_and_never_fewer() -> None:
    assert expected_rows(DAY, average=0, seed=SEED) == 0
    with pytest.raises(ValueError, match="average is -1"):
        expected_rows(DAY, average=-1, seed=SEED)
