"""The charts: as long as the values they stand for, at their days, and pictures on their own."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
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
from ecom_assets.report.charts import MARKS, answer_chart, counts_chart
from ecom_assets.report.contents import BARS_OF_DAYS, Contents, days_between
from ecom_assets.report.days import (
    Bars,
    Marks,
    quality_counts,
    quality_marks,
    rejects_counts,
)
from ecom_assets_tests.report.samples import FIRST, SAMPLES, SCRIPT, report_of, sample

BY_DAY, *_ = (question for question in questions() if question.chart == "line")
RANKED, *_ = (question for question in questions() if question.chart == "bar")
SVG = "{http://www.w3.org/2000/svg}"


def revenue(
    values: Sequence[Decimal | int | None], marks: Marks | None = None, currency: str = "EUR"
) -> str:
    """The chart of revenue per day; None is a day without sales."""
    rows = [
        {"event_date": FIRST + timedelta(n), "currency": currency, "revenue": Decimal(value)}
        for n, value in enumerate(values)
        if value is not None
    ]
    days = [FIRST + timedelta(n) for n in range(len(values))]
    return answer_chart(BY_DAY, rows, days, marks or {})


def ranking(rows: Sequence[Mapping[str, Any]]) -> str:
    return answer_chart(RANKED, rows, [], {})


def quality(contents: Contents) -> str:
    return counts_chart(quality_counts(contents), quality_marks(contents))


def marks(svg: str) -> dict[str, list[float]]:
    """Of each kind the places of its marks, from the left; in a legend each has its name."""
    found = [
        group
        for group in Xml.fromstring(svg).findall(f"{SVG}g")
        if "currentColor" not in group.attrib.values() and not group.get("opacity")
    ]
    legend = {
        (path.get("stroke"), path.get("stroke-width"), path.get("stroke-linecap")): text.text or ""
        for group in found
        for path, text in [(group.find(f"{SVG}path"), group.find(f"{SVG}text"))]
        if path is not None and text is not None
    }
    return {
        legend[path.get("stroke"), path.get("stroke-width"), path.get("stroke-linecap")]: [
            float(x) for x in re.findall(r"M([\d.]+) ", path.get("d", ""))
        ]
        for group in found
        if group.find(f"{SVG}text") is None
        for path in group
    }


def pale(svg: str) -> list[float]:
    """The places of the bars that are paler than the others."""
    (*found,) = Xml.fromstring(svg).findall(f"{SVG}g[@opacity='.45']/{SVG}path")
    return [float(x) for path in found for x in re.findall(r"M([\d.]+) ", path.get("d", ""))]


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
    """The pieces of a line, each its points, those of one point last."""
    return [
        [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", piece)]
        for path in Xml.fromstring(svg).findall(f"{SVG}path[@stroke-width]")
        for piece in path.get("d", "").split("M")[1:]
    ]


def test_the_bars_of_a_ranking_are_as_long_as_their_values() -> None:
    values = {"most": 400, "half": 200, "little": 4, "nothing": 0}
    rows: list[dict[str, Any]] = [
        {"country": about, "currency": "EUR", "sales": 1, "revenue": Decimal(value)}
        for about, value in values.items()
    ]
    chart = Xml.fromstring(ranking(rows))
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
    svg = quality(contents)
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
        assert [len(piece) for piece in pieces] == [3, count - 6, 1]
        # a day alone has a dot: a line of no length with round ends, wider than the line is
        lone = Xml.fromstring(svg).findall(f"{SVG}path[@stroke-linecap='round']")[-1]
        assert re.fullmatch(r"M[\d.]+ [\d.]+h0", lone.get("d", ""))
        assert float(lone.get("stroke-width", "")) >= 4
        places = sorted(x for piece in pieces for x, _ in piece)
    else:
        places = [x for x, _, _ in bars(svg)[0]]
    each = places[1] - places[0]
    steps = [round((b - a) / each, 1) for a, b in pairwise(places)]
    assert steps == [1, 1, 2, 2] + [1] * (count - 7)


@pytest.mark.parametrize(("count", "number"), [(1, 1), (20, 20), (62, 62), (63, 32), (124, 62)])
def test_bars_have_the_same_room_each(count: int, number: int) -> None:
    svg = quality(sample(count, 1, ["EUR"]))
    clean, _ = bars(svg)
    places = [*pale(svg)[:1], *(x for x, _, _ in clean)]
    right = float(Xml.fromstring(svg).get("width", "")) - 8
    left = float(re.findall(r"M(\d+) 200H", svg)[0])
    room = (right - left) / number
    assert places == pytest.approx([left + (n + 0.5) * room for n in range(number)], abs=0.01)


@pytest.mark.parametrize(
    ("count", "each", "first"), [(1, 1, 1), (62, 1, 1), (63, 2, 1), (124, 2, 2), (400, 7, 1)]
)
def test_bars_end_with_the_last_day_and_a_first_one_of_fewer_days_is_pale_and_said_to_be(
    count: int, each: int, first: int
) -> None:
    of = Bars([FIRST + timedelta(n) for n in range(count)])
    lengths = [len(days) for days in of.periods]
    assert lengths == [first, *[each] * (len(lengths) - 1)]
    assert [day for days in of.periods for day in days] == of.all_days
    contents = sample(count, 1, ["EUR"])
    assert len(set(pale(quality(contents)))) == (first < each)
    rejects = counts_chart(rejects_counts(contents), {})
    assert len(set(pale(rejects))) == (first < each)
    said = f"A bar is {each} days"
    rest = "; the first, pale one is 1 day." if first < each else "."
    assert of.notes == ([f"{said}{rest}"] if each > 1 else [])


@pytest.mark.parametrize("count", [20, 100, 400])
def test_what_is_to_be_said_of_a_day_is_seen_below_it(count: int) -> None:
    values: list[int | None] = [n + 1 for n in range(count)]
    values[9] = None
    said = {name: {FIRST + timedelta(n)} for n, name in zip((5, 7, 9), MARKS, strict=False)}
    foreign = FIRST - timedelta(days=9)
    svg = revenue(values, {**said, "restated": {*said["restated"], foreign}})
    drawn = [x for x, _, _ in bars(svg)[0]] if count == 20 else [x for x, _ in line(svg)[0]]
    step = drawn[1] - drawn[0]
    expected = {name: [drawn[0] + n * step] for n, name in zip((5, 7, 9), MARKS, strict=False)}
    found = marks(svg)
    assert found.keys() == expected.keys()
    for name in found:
        assert found[name] == pytest.approx(expected[name], abs=0.6), name
    assert not marks(revenue(values))
    for name in said:
        assert name not in revenue(values)


def test_a_chart_reaches_from_the_first_day_to_the_last_also_where_nothing_was_sold() -> None:
    svg = revenue([None, None, *[1] * 10, None])
    left = float(re.findall(r"M(\d+) 200H", svg)[0])
    right = float(Xml.fromstring(svg).get("width", "")) - 8
    (drawn,) = bars(svg)
    room = (right - left) / 13
    assert drawn[0][0] == pytest.approx(left + 2.5 * room, abs=0.01)
    assert drawn[-1][0] == pytest.approx(left + 11.5 * room, abs=0.01)


def test_a_held_day_is_seen_below_the_charts_of_quality_also_where_all_was_rejected() -> None:
    contents = sample(5, 1, ["EUR"], held={1})
    none_came = {**contents.quality[3], "clean_rows": 0, "reject_rows": 0}
    changed = dataclasses.replace(
        contents, quality=[*contents.quality[:3], none_came, contents.quality[4]]
    )
    places = [x for x, _, _ in bars(quality(contents))[-1]]
    assert marks(quality(changed)) == {"held": [places[1]], "no lines": [places[3]]}


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
    ("currency", "said"),
    [
        ("JPY", ["0", "1", "2"]),
        ("KWD", ["0", "0.5", "1", "1.5", "2"]),
        ("EUR", ["0", "0.5", "1", "1.5", "2"]),
    ],
)
def test_no_value_on_an_axis_is_less_than_the_least_coin(currency: str, said: list[str]) -> None:
    assert list(axis(revenue([2], currency=currency))) == said
    assert ("0.001" in axis(revenue([Decimal("0.004")], currency=currency))) == (currency == "KWD")


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
        ranking(rows),
        counts_chart(rejects_counts(dataclasses.replace(contents, rejects=foreign)), {}),
    ):
        assert shown in [element.text for element in Xml.fromstring(svg).iter()]


def test_charts_are_the_same_for_the_same_data_and_small() -> None:
    for name, contents in SAMPLES.items():
        again = sample(0, 0, []) if name == "nothing" else contents
        if contents.quality:
            assert quality(again) == report_of(name).quality[0].svg
    for count in (62, 400, 3650):
        some = {"held": days_between([FIRST, FIRST + timedelta(count)])}
        assert len(revenue([n * 1001 % 977 for n in range(count)], some)) < 20_000
        assert len(quality(sample(count, 1, ["EUR"], held=range(0, count, 3)))) < 20_000
