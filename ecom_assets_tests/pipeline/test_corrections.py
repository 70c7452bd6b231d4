"""A corrected line in a file of its own stands in place of the one that it names."""

import json

import pytest

from ecom_assets.commands.rejects import to_correct
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.audit import quality_of
from ecom_assets.pipeline.decide import Wanted, decide
from ecom_assets_tests.pipeline.conftest import ON_BOTH, ON_BOTH_AT_LENGTH, Shop, day
from ecom_assets_tests.warehouse.conftest import good

FIXED = "fixed.corrections.jsonl"


def to_edit(shop: Shop, number: int = 5) -> list[str]:
    """What `make rejects` writes."""
    return [*map(to_correct, shop.session.run("staging/rejected_lines", day=day(number)))]


def counts(shop: Shop, number: int = 5) -> tuple[int, int, int, int, int]:
    """Lines, other lines, those set aside, clean rows, rejects."""
    row = quality_of(shop.session, EventDays(day(number), day(number)))[day(number)]
    names = ("raw_rows", "other_rows", "set_aside_rows", "clean_rows", "reject_rows")
    return tuple(row[name] for name in names)


@ON_BOTH
def test_rejects_are_written_corrected_and_counted_once(shop: Shop) -> None:
    long = "12345678901234.5678"
    shop.land(
        5,
        *[good(n, day(5)) for n in range(4)],
        f'{{"event_id": "eA", "event_ts": "{day(5)}", "quantity": "two", "total_amount": {long}}}',
        '{"event_id": "eB", "event_ts": ',
        good(0, day(5)),
    )
    shop.run(5)
    assert counts(shop) == (7, 0, 0, 4, 3)

    bad, cut = to_edit(shop)
    assert long in bad, "with all its digits"
    assert json.loads(bad)["_corrects"] == {
        "file": f"dt={day(5)}/a.jsonl",
        "line": 5,
        "reasons": "Invalid quantity",
    }
    assert json.loads(cut)["_line"] == '{"event_id": "eB", "event_ts": '
    shop.land(5, bad, cut, file=FIXED)
    shop.run(5)
    assert counts(shop) == (9, 2, 2, 4, 3), "put back as they are, they are the rejects"

    whole = {"_corrects": json.loads(cut)["_corrects"], **good("B", day(5))}
    shop.land(5, bad.replace('"two"', "2"), whole, file=FIXED)
    shop.run(5)
    assert counts(shop) == (9, 2, 2, 6, 1)
    assert (shop.stands("A"), shop.stands("B")) == ([5], [5])
    assert len(shop.session.read_table("raw.raw_sales")) >= 9, "RAW has both"
    assert to_edit(shop) == [], "a duplicate is not to be corrected"


@ON_BOTH_AT_LENGTH
def test_a_correction_of_a_correction_stands_and_one_that_goes_gives_the_line_back(
    shop: Shop,
) -> None:
    place = {"file": f"dt={day(5)}/a.jsonl", "line": 1}
    shop.land(5, good("A", day(5), quantity=0), *[good(n, day(5)) for n in range(4)])
    shop.land(5, {**good("A", day(5), quantity=-1), "_corrects": place}, file=FIXED)
    again = {
        **good("A", day(5), quantity=7),
        "_corrects": {**place, "file": f"dt={day(5)}/{FIXED}"},
    }
    shop.land(5, again, file="again.corrections.jsonl")
    shop.run(5)
    assert counts(shop) == (7, 2, 2, 5, 0)
    wanted = Wanted("take_out", "Ann", "wrong", file=f"dt={day(5)}/again.corrections.jsonl")
    decide(shop.session, wanted, shop.limits, run_id=None)
    shop.run(5)
    assert counts(shop) == (7, 2, 2, 4, 1)
    shop.put(5, FIXED, b"")
    shop.run(5)
    assert counts(shop) == (6, 1, 1, 4, 1)
    assert shop.rejects() == [(5, "Non-positive quantity")]


@pytest.mark.parametrize(
    "corrects",
    [
        None,
        "dt=2026-01-05/a.jsonl:1",
        {"file": "dt=2026-01-05/none.jsonl", "line": 1},
        {"file": "dt=2026-01-05/a.jsonl", "line": "first"},
        {"file": "dt=2026-01-06/a.jsonl", "line": 1},
        {"line": 1},
    ],
)
def test_a_line_that_names_no_line_of_its_day_is_a_sale_like_any_other(
    shop: Shop, corrects: object
) -> None:
    for number in (5, 6):
        shop.good(number)
    shop.land(5, {**good("X", day(5)), "_corrects": corrects}, file=FIXED)
    shop.run(5, 6)
    assert counts(shop) == (6, 0, 0, 6, 0)
    assert counts(shop, 6) == (5, 0, 0, 5, 0)


def test_only_files_that_are_named_so_correct_others(shop: Shop) -> None:
    shop.good(5)
    place = {"file": f"dt={day(5)}/a.jsonl", "line": 1}
    shop.land(5, {**good("X", day(5)), "_corrects": place}, file="b.jsonl")
    shop.put(5, FIXED, b"")
    shop.run(5)
    assert counts(shop) == (6, 0, 0, 6, 0)
