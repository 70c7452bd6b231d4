"""Days of made-up events with made-up defects end up where the model says, whatever they are."""

import json
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecom_assets_tests.stacks import (
    FOLDER_DUCKDB,
    S3_DUCKDB,
    S3_SNOWFLAKE,
    Production,
    new_stack,
)
from ecom_assets_tests.warehouse.conftest import opened_staging

FIRST = date(2026, 1, 5)
DAYS = 11

days = st.integers(0, DAYS - 1).map(lambda n: FIRST + timedelta(days=n))

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
digits = st.integers(0, 22).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n))
decimals = st.builds(
    lambda sign, whole, fraction: f"{sign}{int(whole or 0)}.{fraction or 0}",
    st.sampled_from(["", "-"]),
    st.text("0123456789", max_size=15),
    digits,
)
exponents = st.builds(
    lambda digit, fraction, exponent: f"{digit}.{fraction or 0}e{exponent}",
    st.integers(0, 9),
    st.text("0123456789", max_size=6),
    st.integers(-8, 8),
)
number_texts = st.one_of(decimals, exponents, st.integers(-5, 10**16).map(str))
odd_texts = st.sampled_from(
    ["", " ", "two", "NaN", "1,000", "1_0", "0x1", " 1.5 ", "+2", ".5", "5.", "1e400", "\u00a01"]
)
json_numbers = st.one_of(
    st.sampled_from(["1", "2", "12.50"]),
    number_texts,
    st.one_of(number_texts, odd_texts, texts).map(json.dumps),
    st.sampled_from(["null", "true", "{}", "[]", '{"a": [1, 2, 3, 4, 5, 6, 7]}', "1e400"]),
)
json_ids = st.one_of(
    st.sampled_from(["a", "b", "c", "d", "e"]).map(json.dumps),
    st.sampled_from(['"A"', '" "', '""', '"\\u3000"', "null", "7", '"7"', "true", '"a\\u0000"']),
)
json_texts = st.one_of(texts.map(json.dumps), st.sampled_from(["null", "true", "12"]))
json_integers = st.one_of(
    st.integers(-(10**20), 10**20).flatmap(
        lambda n: st.sampled_from([str(n), f'"{n}"', f'"{n}.0"'])
    ),
    st.sampled_from(["null", "1.5", '"x"', "{}", '" 1"']),
)


@st.composite
def moments(draw: st.DrawFn, near: date) -> str:
    """An event_ts of that day, mostly."""
    day = near - timedelta(days=draw(st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, 4, -1])))
    if draw(st.integers(0, 9)) == 0:
        odd = ["null", '""', '"yesterday"', '"2026-02-30"', '"2026-1-5"', "20260105", "[]"]
        return draw(st.sampled_from(odd))
    time = draw(st.sampled_from(["", "T00:00", " 12:30:15", "T23:59:59.9999999", "t01:00:00,5"]))
    offset = draw(st.sampled_from(["", "Z", "+00", "+01:00", "-0230", "+14:00"])) if time else ""
    return f'"{day}{time}{offset}"'


@st.composite
def objects(draw: st.DrawFn, near: date) -> str:
    """An event as a JSON object, good with luck."""
    wild = draw(st.booleans())
    fields = {
        "event_id": draw(json_ids),
        "event_ts": draw(moments(near)) if wild else f'"{near}"',
        "quantity": draw(json_numbers) if wild else "1",
        "total_amount": draw(json_numbers) if wild else "1.10",
    }
    if wild:
        fields["unit_price"] = draw(json_numbers)
        fields["customer_id"] = draw(json_integers)
        fields["category"] = draw(json_texts)
        for name in draw(st.sets(st.sampled_from(sorted(fields)), max_size=1)):
            del fields[name]
        if draw(st.booleans()):
            fields[draw(texts.filter(lambda name: name not in fields))] = draw(json_texts)
    names = draw(st.permutations(sorted(fields)))
    blank = draw(st.sampled_from(["", " ", "\t"]))
    pairs = [f"{json.dumps(name)}{blank}:{blank}{fields[name]}" for name in names]
    return "{" + f",{blank}".join(pairs) + "}"


@st.composite
def lines(draw: st.DrawFn, near: date) -> bytes:
    """A line: an event as a rule, else what is left of one."""
    line = draw(objects(near))
    match draw(st.sampled_from(["", "", "", "", "", "", "cut", "blank", "any", "twice"])):
        case "cut":
            line = line[: draw(st.integers(0, len(line) - 1))]
        case "blank":
            line = draw(st.sampled_from(["", "  ", "\t"]))
        case "any":
            line = draw(st.sampled_from(["[]", "null", "x", "{}", "NaN", line + line, line + ","]))
        case "twice":
            line = line[:-1] + ',"x":1,"x":2}'
    return line.encode() + draw(st.sampled_from([b"", b"", b"\r"]))


@st.composite
def landings(draw: st.DrawFn) -> dict[str, bytes]:
    """Files of some days."""
    files: dict[str, bytes] = {}
    for day in sorted(draw(st.sets(days, min_size=1, max_size=5))):
        for name in draw(st.sets(st.sampled_from(["a", "b"]), min_size=1)):
            content = b"\n".join(draw(st.lists(lines(day), max_size=7)))
            mark = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"]))
            files[f"dt={day}/{name}.jsonl"] = mark + content
    return files


@st.composite
def runs(draw: st.DrawFn) -> list[tuple[date, date]]:
    """Ranges of days, in the order in which they are materialized: before and after others."""
    ranges = [sorted(draw(st.tuples(days, days))) for _ in range(draw(st.integers(1, 2)))]
    return [(first, last) for first, last in ranges]


@pytest.mark.parametrize(
    ("stack", "examples"), [(FOLDER_DUCKDB, 40), (S3_DUCKDB, 5), (S3_SNOWFLAKE, 10)]
)
def test_any_days_in_any_order_end_up_where_the_model_says(
    servers: Production, stack: str, examples: int
) -> None:
    @given(files=landings(), order=runs(), late_days=st.sampled_from([0, 0, 1, 3]))
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    def check(files: dict[str, bytes], order: list[tuple[Any, Any]], late_days: int) -> None:
        with (
            TemporaryDirectory() as root,
            opened_staging(new_stack(stack, Path(root), servers)) as staging,
        ):
            staging.late_days = late_days
            for name, content in files.items():
                staging.land(name, content)
            for first, last in order:
                staging.run(first, last)

    check()
