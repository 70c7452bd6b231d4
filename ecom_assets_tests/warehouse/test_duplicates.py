"""An event is kept once a day: in a file, over the files of the day, and among late events. What
becomes of it over several days is in `pipeline/test_publish.py`."""

import json
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

from ecom_assets_tests.support.stacks import FOLDER_DUCKDB, S3_SNOWFLAKE, folder_stack
from ecom_assets_tests.torture.report import Figures, some
from ecom_assets_tests.warehouse.conftest import (
    AT_LENGTH,
    DAY,
    Staging,
    good,
    jsonl,
    opened_staging,
)

DUPLICATE = "Duplicate event_id"


def day(number: int) -> date:
    """The days of January, so that day(5) is the fifth."""
    return date(2026, 1, 1) + timedelta(days=number - 1)


@pytest.fixture
def staging(staging_on_both: Staging) -> Staging:
    return staging_on_both


@pytest.fixture
def staging_on_duckdb(tmp_path: Path) -> Iterator[Staging]:
    with opened_staging(folder_stack(tmp_path)) as opened:
        yield opened


def name(number: int, file: str = "a") -> str:
    return f"dt={day(number)}/{file}.jsonl"


def copies(staging: Staging, *days: int) -> None:
    """One and the same event in a file of each of these days."""
    for number in days:
        staging.land(name(number), jsonl(good("same", day(number))))


def kept(staging: Staging) -> list[int]:
    """The days whose copy is in clean."""
    rows = staging.table("staging.stg_sales_clean")
    return sorted(row["event_date"].day for row in rows if row["event_id"] == "esame")


# ---- in a day


@AT_LENGTH
def test_the_first_line_of_a_file_is_kept(staging: Staging) -> None:
    staging.land(name(5), jsonl(good(1), good(2), good(1), good(1), good(3)))
    assert list(staging.run().values()) == ["", "", DUPLICATE, DUPLICATE, ""]


def test_the_first_line_by_file_name_is_kept_whatever_was_written_first(staging: Staging) -> None:
    staging.land(name(5, "b"), jsonl(good(1), good(2)))
    staging.land(name(5, "a10"), jsonl(good(3), good(1)))
    staging.land(name(5, "a9"), jsonl(good(2)))
    assert staging.run() == {
        (name(5, "a10"), 1): "",
        (name(5, "a10"), 2): "",
        (name(5, "a9"), 1): "",
        (name(5, "b"), 1): DUPLICATE,
        (name(5, "b"), 2): DUPLICATE,
    }


def test_lines_are_counted_as_numbers_and_not_as_texts(staging: Staging) -> None:
    fillers = [good(f"filler{n}") for n in range(20)]
    staging.land(name(5), jsonl(*fillers[:8], good("x"), *fillers[8:], good("x")))
    reasons = staging.run()
    assert [line for (_, line), said in reasons.items() if said] == [22]


def test_file_names_are_compared_by_character(staging: Staging) -> None:
    files = ["B", "a", "é", "z", "Z", "1", "😀", "\uffee", "a b", "a-b", "a.b", "A"]
    for file in files:
        staging.land(name(5, file), jsonl(good(1)))
    reasons = staging.run()
    assert [place for place, said in reasons.items() if not said] == [
        (min(name(5, file) for file in files), 1)
    ]


ALMOST_ALIKE = [
    "a", "A", "a ", " a", "á", "a\u0301", "à", "ﬀ", "ff", "ß", "ss", "é", "e", "İ", "i", "\u0131",
    "a\x00", "a\x00b", "a\x00c", "\x00", "\x00\x00", "1", "01", "1.0", "null", "NULL",
    "x" * 1000 + "a", "x" * 1000 + "b",
]  # fmt: skip


def test_ids_that_differ_at_all_are_as_many_events(staging: Staging) -> None:
    lines = [good(n, event_id=event_id) for n, event_id in enumerate(ALMOST_ALIKE)]
    staging.land(name(5), jsonl(*lines))
    assert set(staging.run().values()) == {""}


def test_an_id_is_what_it_says_however_it_is_escaped(staging: Staging) -> None:
    escaped = json.dumps(good("11")).replace("e11", "\\u0065\\u00311")
    staging.land(name(5), jsonl(good("11"), escaped, good("ä")))
    assert list(staging.run().values()) == ["", DUPLICATE, ""]


def test_lines_without_an_id_are_duplicates_of_nothing(staging: Staging) -> None:
    no_ids = [good(n, event_id=value) for n in range(3) for value in (None, "", "  ", "\u3000")]
    staging.land(name(5), jsonl(*no_ids))
    assert set(staging.run().values()) == {"Missing event_id"}


def test_malformed_lines_are_duplicates_of_nothing(staging: Staging) -> None:
    twice = json.dumps(good(1))[:-1] + ', "event_id": "e1"}'
    staging.land(name(5), jsonl(twice, good(1), twice, '{"event_id": "e1"', good(1)))
    malformed = "Malformed JSON"
    assert list(staging.run().values()) == [malformed, "", malformed, malformed, DUPLICATE]


def test_an_invalid_line_does_not_stand_in_the_way_of_a_valid_one(staging: Staging) -> None:
    staging.land(name(5), jsonl(good(1, quantity=0), good(1), good(1)))
    assert list(staging.run().values()) == ["Non-positive quantity", "", DUPLICATE]


def test_an_invalid_line_is_no_duplicate_as_well(staging: Staging) -> None:
    staging.land(name(5, "a"), jsonl(good(1, quantity=0), good(1)))
    staging.land(name(5, "b"), jsonl(good(1, quantity=0, event_ts="x"), good(1)))
    invalid = "Non-positive quantity"
    assert list(staging.run().values()) == [
        *(invalid, "", f"Invalid event_ts; {invalid}", DUPLICATE)
    ]


def test_invalid_lines_alone_are_duplicates_of_nothing(staging: Staging) -> None:
    staging.land(name(5), jsonl(good(1, quantity=0), good(1, quantity=0)))
    assert set(staging.run().values()) == {"Non-positive quantity"}


@AT_LENGTH
def test_the_same_run_again_keeps_the_same_lines(staging: Staging) -> None:
    copies(staging, 5, 6)
    staging.land(name(5, "b"), jsonl(good("same"), good(2)))
    first = staging.run(day(5), day(6))
    assert staging.run(day(5), day(6)) == first
    assert staging.run(day(6)) == {place: first[place] for place in [(name(6), 1)]}
    assert staging.run(day(5), day(6)) == first


@AT_LENGTH
def test_a_rewritten_file_frees_the_ids_it_no_longer_holds(staging: Staging) -> None:
    staging.land(name(5, "a"), jsonl(good(1)))
    staging.land(name(5, "b"), jsonl(good(1)))
    assert list(staging.run().values()) == ["", DUPLICATE]
    staging.land(name(5, "a"), jsonl(good(2), good(3)))
    assert list(staging.run().values()) == ["", "", ""]


# ---- other days


@AT_LENGTH
def test_staging_looks_at_one_day_alone(staging: Staging) -> None:
    """Whether an event stands on another day is found out where days are published."""
    copies(staging, 5, 6, 12)
    for number in (12, 5, 6):
        assert list(staging.run(day(number)).values()) == [""]
    staging.land(name(5), jsonl(good("another", day(5))))
    staging.run(day(5))
    assert kept(staging) == [6, 12]


@AT_LENGTH
def test_several_copies_a_day_are_kept_once_a_day(staging: Staging) -> None:
    for number in (5, 6):
        for file in "ab":
            staging.land(name(number, file), jsonl(*[good("same", day(number))] * 3))
    reasons = staging.run(day(1), day(20))
    clean = [place for place, said in reasons.items() if not said]
    assert sorted(clean) == [(name(5), 1), (name(6), 1)]


# ---- late events


@AT_LENGTH
@pytest.mark.parametrize(
    ("late_days", "reasons"),
    [
        (0, ["", *["outside"] * 5]),
        (1, ["", "", *["outside"] * 4]),
        (3, ["", "", "", "", *["outside"] * 2]),
    ],
)
def test_an_event_may_be_late_by_so_many_days_and_belongs_to_its_own(
    staging: Staging, late_days: int, reasons: list[str]
) -> None:
    staging.late_days = late_days
    ages = [0, 1, 2, 3, 4, -1]
    staging.land(name(15), jsonl(*[good(age, day(15 - age)) for age in ages]))
    outside = "event_ts outside its event date"
    wanted = [said.replace("outside", outside) for said in reasons]
    found = staging.run(day(10), day(20))
    assert [found[name(15), line] for line in range(1, 7)] == wanted
    in_clean = {
        row["event_id"]: row["event_date"] for row in staging.table("staging.stg_sales_clean")
    }
    assert in_clean == {
        f"e{age}": day(15 - age) for age, said in zip(ages, wanted, strict=True) if not said
    }


IN_SHORT = product([FOLDER_DUCKDB], [0, 1, 3])
EACH = product([FOLDER_DUCKDB, S3_SNOWFLAKE], [0, 1, 3])


@pytest.mark.parametrize(
    ("staging_on_both", "late_days"), some(*IN_SHORT, of=EACH), indirect=["staging_on_both"]
)
def test_every_line_belongs_to_one_day_whatever_is_staged_first(
    staging: Staging, late_days: int, figures: Figures
) -> None:
    staging.late_days = late_days
    for number in range(10, 16):
        events = [good(f"{number}-{age}", day(number - age)) for age in (0, 1, 2, 3, 5, -1)]
        staging.land(name(number), jsonl(*events, "broken", good(f"{number}", event_ts="x")))
    for number in (12, 10, 15, 11, 14, 13):
        staging.run(day(number))
    before = [staging.table(f"staging.stg_sales_{kind}") for kind in ("clean", "rejects")]
    assert sum(map(len, before)) == 6 * 8
    staging.run(day(5), day(20))
    after = [staging.table(f"staging.stg_sales_{kind}") for kind in ("clean", "rejects")]
    assert list(map(len, after)) == list(map(len, before))
    figures.count("rows compared", sum(map(len, before)))


def test_a_late_copy_is_a_duplicate_of_its_own_day(staging: Staging) -> None:
    staging.late_days = 3
    staging.land(name(5), jsonl(good(1, day(5))))
    staging.land(name(7), jsonl(good(1, day(5)), good(2, day(5)), good(2, day(7))))
    assert staging.run(day(5), day(7)) == {
        (name(5), 1): "",
        (name(7), 1): DUPLICATE,
        (name(7), 2): "",
        (name(7), 3): "",
    }


@AT_LENGTH
def test_an_offset_may_make_an_event_late(staging: Staging) -> None:
    staging.late_days = 1
    at = "2026-01-06T00:30:00+01:00"
    staging.land(
        name(6), jsonl(good(1, event_ts=at), good(2, event_ts="2026-01-06T23:30:00-01:00"))
    )
    found = staging.run(day(5), day(6))
    assert found == {(name(6), 1): "", (name(6), 2): "event_ts outside its event date"}


@AT_LENGTH
def test_a_malformed_line_belongs_to_the_day_of_its_file(staging: Staging) -> None:
    staging.late_days = 3
    twice = json.dumps(good(1, day(5)))[:-1] + ', "event_ts": "2026-01-04"}'
    staging.land(name(6), jsonl(json.dumps(good(1, day(5)))[:-1], twice))
    assert set(staging.run(day(3), day(6)).values()) == {"Malformed JSON"}


# ---- many


def test_a_hundred_thousand_copies_of_one_event_take_seconds(staging_on_duckdb: Staging) -> None:
    staging_on_duckdb.land(name(5), jsonl(good("same")) * 100_000)
    start = time.process_time()
    staging_on_duckdb.load_and_split(DAY, DAY)
    assert time.process_time() - start < 10
    (clean,) = staging_on_duckdb.table("staging.stg_sales_clean")
    assert clean["source_row_number"] == 1
    (quality,) = staging_on_duckdb.table("staging.sales_quality")
    assert (quality["raw_rows"], quality["clean_rows"]) == (100_000, 1)
    assert {row["reasons"] for row in staging_on_duckdb.table("staging.stg_sales_rejects")} == {
        DUPLICATE
    }
