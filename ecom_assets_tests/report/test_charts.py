"""The charts: as long as the values they stand for, at their days, and pictures on their own."""

import base64
import dataclasses
import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecom_assets.model.questions import questions
from ecom_assets.report.axes import day_ticks, fitted, text_width, value_ticks
from ecom_assets.report.charts import answer_chart, as_image, quality_chart, rejects_chart
from ecom_assets.report.contents import BARS_OF_DAYS
from ecom_assets_tests.report.samples import FIRST, SAMPLES, SCRIPT, report_of, sample

BY_DAY, *_ = (question for question in questions() if question.chart == "line")
RANKED, *_ = (question for question in questions() if question.chart == "bar")
SVG = "{http://www.w3.org/2000/svg}"


def revenue(values: Sequence[Decimal | int | None]) -> str:
    """The chart of revenue per day; None is a day without sales."""
    return answer_chart(
        BY_DAY,
        [
            {"event_date": FIRST + timedelta(n), "currency": "EUR", "revenue": Decimal(value)}
            for n, value in enumerate(values)
            if value is not None
        ],
    )


def axis(svg: str) -> dict[str, float]:
    """What is written on the axis of values, and where, from the top."""
    labels = Xml.fromstring(svg).findall(f"{SVG}g")[0].findall(f"{SVG}text")
    return {label.text or "": float(label.get("y", "")) - 4 for label in labels}


def days(svg: str) -> dict[str, float]:
    """What is written at the days, and where, from the left."""
    labels = Xml.fromstring(svg).findall(f"{SVG}g")[1].findall(f"{SVG}text")
    return {label.text or "": float(label.get("x", "")) for label in labels}


def bars(svg: str) -> list[list[tuple[float, float, float]]]:
    """For each colour the bars over days: from the left, and both ends from the top."""
    return [
        [
            (float(x), float(low), float(high))
            for x, low, high in re.findall(r"M([\d.]+) ([\d.]+)V([\d.]+)", path.get("d", ""))
        ]
        for path in Xml.fromstring(svg).findall(f"{SVG}path[@stroke-width]")
    ]


def line(svg: str) -> list[list[tuple[float, float]]]:
    """The pieces of a line, each its points."""
    (path,) = Xml.fromstring(svg).findall(f"{SVG}path[@stroke-width]")
    return [
        [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", piece)]
        for piece in path.get("d", "").split("M")[1:]
    ]


def test_the_bars_of_a_ranking_are_as_long_as_their_values() -> None:
    values = {"most": 400, "half": 200, "little": 4, "nothing": 0}
    rows: list[dict[str, Any]] = [
        {"country": about, "currency": "EUR", "sales": 1, "revenue": Decimal(value)}
        for about, value in values.items()
    ]
    chart = Xml.fromstring(answer_chart(RANKED, rows))
    lengths = {}
    for row in chart.findall(f"{SVG}g"):
        bar, said = row.find(f"{SVG}rect"), row.findall(f"{SVG}text")
        lengths[said[0].text] = 0 if bar is None else float(bar.get("width", ""))
    width = float(chart.get("width", "")) - 8
    assert lengths == pytest.approx(
        {about: width * value / 400 for about, value in values.items()}, abs=0.01
    )


def test_bars_of_days_are_as_high_as_their_values() -> None:
    values = [120, 30, 119, 60, 0]
    svg = revenue(values)
    at = axis(svg)
    (drawn,) = bars(svg)
    a_hundred = at["0"] - at["100"]
    assert all(low == at["0"] for _, low, _ in drawn)
    assert [low - high for _, low, high in drawn] == pytest.approx(
        [value * a_hundred / 100 for value in values if value], abs=0.1
    )


def test_a_stack_is_as_high_as_its_sum() -> None:
    contents = sample(3, 1, ["EUR"], held={1})
    svg = quality_chart(contents)
    at = axis(svg)
    clean, held, rejected = bars(svg)
    assert [len(clean), len(held), len(rejected)] == [2, 1, 3]
    for row, below, above in zip(
        contents.quality, [clean[0], held[0], clean[1]], rejected, strict=True
    ):
        assert below[:2] == (above[0], at["0"])
        assert below[2] == above[1], "one stands on the other"
        a_thousand = at["0"] - at["1K"]
        assert at["0"] - above[2] == pytest.approx(row["raw_rows"] * a_thousand / 1000, abs=0.1)


@pytest.mark.parametrize("count", [7, 100])
def test_a_day_without_a_value_is_a_gap(count: int) -> None:
    svg = revenue([5] * 3 + [None] + [5] + [None] + [5] * (count - 6))
    if count > BARS_OF_DAYS:
        pieces = line(svg)
        # a day alone is a dot: a line of no length with round ends
        assert [len(piece) for piece in pieces] == [3, 1, count - 6]
        assert "h0" in svg
        assert 'stroke-linecap="round"' in svg
        places = [x for piece in pieces for x, _ in piece]
    else:
        places = [x for x, _, _ in bars(svg)[0]]
    each = places[1] - places[0]
    steps = [round((b - a) / each, 1) for a, b in pairwise(places)]
    assert steps == [1, 1, 2, 2] + [1] * (count - 7)


@pytest.mark.parametrize(("count", "number"), [(1, 1), (20, 20), (62, 62), (63, 32), (124, 62)])
def test_bars_have_the_same_room_each(count: int, number: int) -> None:
    svg = quality_chart(sample(count, 1, ["EUR"]))
    clean, _ = bars(svg)
    places = [x for x, _, _ in clean]
    right = float(Xml.fromstring(svg).get("width", "")) - 8
    left = float(re.findall(r"M(\d+) 200H", svg)[0])
    room = (right - left) / number
    assert places == pytest.approx([left + (n + 0.5) * room for n in range(number)], abs=0.01)


@pytest.mark.parametrize("count", [7, 100])
def test_a_restated_day_has_a_dot_below_it(count: int) -> None:
    rows = [
        {"event_date": FIRST + timedelta(days=n), "revenue": Decimal(n + 1)} for n in range(count)
    ]
    restated = {FIRST + timedelta(days=5), FIRST - timedelta(days=9)}
    svg = answer_chart(BY_DAY, rows, restated)
    unmarked = answer_chart(BY_DAY, rows)
    drawn = bars(unmarked)[0] if count == 7 else line(unmarked)[0]
    (dots,) = re.findall(r'stroke-width="5" stroke-linecap="round" d="([^"]*)"', svg)
    assert [float(x) for x in re.findall(r"M([\d.]+) ", dots)] == [drawn[5][0]]
    assert "restated" not in unmarked


def test_a_day_s_name_stands_under_its_bar() -> None:
    svg = revenue([1] * 20)
    (drawn,) = bars(svg)
    assert days(svg) == {"5 Jan": drawn[0][0], "12 Jan": drawn[7][0], "19 Jan": drawn[14][0]}


def test_a_long_line_keeps_its_peaks() -> None:
    values = [50 + n % 7 for n in range(3650)]
    values[1234], values[2345] = 100, 0
    svg = revenue(values)
    at = axis(svg)
    (points,) = line(svg)
    heights = [y for _, y in points]
    assert (min(heights), max(heights)) == (at["100"], at["0"])
    assert [x for x, _ in points] == sorted(x for x, _ in points)


@given(st.decimals("0.0001", "1e24", places=4), st.sampled_from([0, 1]))
def test_an_axis_covers_the_largest_value_in_few_round_steps(
    largest: Decimal, smallest: int
) -> None:
    ticks = value_ticks(largest, smallest)
    step = ticks[1].at
    assert re.fullmatch(r"[125]0*", f"{Decimal(str(step)):e}".split("e")[0].replace(".", ""))
    assert [tick.at for tick in ticks] == pytest.approx([n * step for n in range(len(ticks))])
    assert ticks[-2].at <= float(largest) <= ticks[-1].at
    assert len(ticks) <= 7
    assert len({tick.label for tick in ticks}) == len(ticks)
    assert not smallest or step >= 1


@pytest.mark.parametrize(
    ("largest", "said"),
    [
        (0, ["0", "1"]),
        ("0.03", ["0", "0.005", "0.01", "0.015", "0.02", "0.025", "0.03"]),
        (1100, ["0", "200", "400", "600", "800", "1K", "1.2K"]),
        (2_000_000_000, ["0", "500M", "1B", "1.5B", "2B"]),
    ],
)
def test_values_are_written_as_people_do(largest: Any, said: list[str]) -> None:
    assert [tick.label for tick in value_ticks(Decimal(largest))] == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, ["5 Jan"]),
        (8, ["5 Jan", "7 Jan", "9 Jan", "11 Jan"]),
        (30, ["5 Jan", "12 Jan", "19 Jan", "26 Jan", "2 Feb"]),
        (90, ["5 Jan", "2 Feb", "2 Mar", "30 Mar"]),
        (365, ["Apr 2026", "Jul 2026", "Oct 2026"]),
        (3650, ["Jan 2028", "Jan 2030", "Jan 2032", "Jan 2034"]),
    ],
)
def test_few_days_are_named(count: int, said: list[str]) -> None:
    assert [tick.label for tick in day_ticks(FIRST, count)] == said


def test_days_are_named_at_any_time() -> None:
    for first in (date(1, 1, 1), date(2024, 2, 29), date.max - timedelta(698)):
        for count in range(1, 700):
            places = [tick.at for tick in day_ticks(first, count)]
            assert 1 <= len(places) <= 6
            assert all(0 <= place < count for place in places)


def test_a_name_is_cut_to_its_room() -> None:
    assert fitted("Germany", 13, 100) == "Germany"
    for name in ("Germany " * 20, "W" * 99, "株式会社" * 30):
        cut = fitted(name, 13, 100)
        assert cut.endswith("…")
        assert name.startswith(cut[:-1])
        assert 70 < text_width(cut, 13) <= 100


@pytest.mark.parametrize("text", [SCRIPT, "a&b]]>", "\x00\x0b\ud800\ufffe\x1b"])
def test_a_chart_is_a_picture_whatever_a_name_holds(text: str) -> None:
    rows = [{"country": text, "currency": "EUR", "sales": 1, "revenue": Decimal(1)}]
    contents = sample(2, 1, ["EUR"])
    foreign = [{**row, "reason": text} for row in contents.rejects]
    shown = "".join(c if c.isprintable() else "·" for c in text)
    for svg in (
        answer_chart(RANKED, rows),
        rejects_chart(dataclasses.replace(contents, rejects=foreign)),
    ):
        image = base64.b64decode(as_image(svg).partition(",")[2])
        assert shown in [element.text for element in Xml.fromstring(image).iter()]


def test_charts_are_the_same_for_the_same_data_and_small() -> None:
    # each run keeps two of them in Dagster's event log
    for name, contents in SAMPLES.items():
        again = sample(0, 0, []) if name == "nothing" else contents
        if contents.quality:
            assert quality_chart(again) == report_of(name).quality[0].svg
    for count in (62, 400, 3650):
        assert len(revenue([n * 1001 % 977 for n in range(count)])) < 15_000
        assert len(quality_chart(sample(count, 1, ["EUR"], held=range(0, count, 3)))) < 15_000
