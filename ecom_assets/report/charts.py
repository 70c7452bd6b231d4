"""The report's charts as SVG, drawn with Altair and rendered without a browser.

A chart is as wide as a phone and grows with its place. Text and lines have the colour of the text
around them, so that one picture suits light, dark and paper. Importing Altair takes a while; it is
imported at the first chart.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from ecom_assets.questions import Question
from ecom_assets.report.contents import (
    BARS_OF_DAYS,
    Contents,
    bars,
    days_a_bar,
    days_between,
    rejects_by_reason,
)
from ecom_assets.warehouse.contract import Row

if TYPE_CHECKING:
    import altair as alt

WIDTH = 360
"""As wide as a phone, less its margins; in pixels before the page scales it."""
HEIGHT = 200
BAR_WIDTH = 40
REASONS_SHOWN = 7
"""Reasons with a colour of their own; the others share one."""

BLUE, GREY, ORANGE = "#3f87c8", "#8d96a0", "#e07a35"
PALETTE = [ORANGE, BLUE, "#5aa469", "#b07aa1", "#c9a227", "#d1605e", "#4fb0ae", GREY]
TEXT = "currentColor"
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"
"""The font that the renderer measures with; a wider one would make texts overlap."""


STYLE = {
    "background": "transparent",
    "aria": False,
    "font": FONT,
    "axis": {
        "labelColor": TEXT,
        "labelFontSize": 12,
        "labelOpacity": 0.8,
        "gridColor": TEXT,
        "gridOpacity": 0.12,
        "domainColor": TEXT,
        "domainOpacity": 0.4,
        "tickColor": TEXT,
        "tickOpacity": 0.4,
    },
    "legend": {"labelColor": TEXT, "labelFontSize": 12, "symbolType": "square"},
    "text": {"fontSize": 13},
    "view": {"stroke": None},
}
"""Vega-Lite's words for how all charts look."""


def answer_chart(question: Question, rows: Sequence[Row]) -> str:
    """The chart of an answer in one currency, with at least one row."""
    if question.chart == "line":
        return _svg(_days_chart({row["event_date"]: float(row["revenue"]) for row in rows}))
    return _svg(_ranking(question, rows))


def quality_chart(contents: Contents) -> str:
    """Lines by event date: clean, clean but held back with their day, rejected."""
    kinds = ("clean", "clean, on held days", "rejected")
    counts: dict[date, Mapping[str, int]] = {
        row["event_date"]: {
            kinds[0 if row["publishable"] else 1]: row["clean_rows"],
            kinds[2]: row["reject_rows"],
        }
        for row in contents.quality
    }
    shown = [kind for kind in kinds if kind != kinds[1] or contents.held]
    colours = dict(zip(kinds, (BLUE, GREY, ORANGE), strict=True))
    return _svg(_stacked(counts, {kind: colours[kind] for kind in shown}))


def rejects_chart(contents: Contents) -> str:
    """Rejects by event date and reason."""
    reasons = [row["reason"] for row in rejects_by_reason(contents.rejects) if row["rows"]]
    named = reasons if len(reasons) <= REASONS_SHOWN + 1 else reasons[:REASONS_SHOWN]
    others = "other reasons"
    kinds = [*named, *([others] if len(reasons) > len(named) else [])]
    counts: dict[date, dict[str, int]] = {}
    for row in contents.rejects:
        kind = row["reason"] if row["reason"] in named else others
        of_day = counts.setdefault(row["event_date"], {})
        of_day[kind] = of_day.get(kind, 0) + row["reject_rows"]
    return _svg(_stacked(counts, dict(zip(kinds, PALETTE, strict=False))))


def as_image(svg: str) -> str:
    """A chart as the address of an image, on white, for a page that gives it no colours."""
    on_white = svg.replace("<svg ", '<svg style="background:#fff;color:#24292f" ', 1)
    return f"data:image/svg+xml;base64,{base64.b64encode(on_white.encode()).decode()}"


def _days_chart(values: Mapping[date, float]) -> alt.Chart:
    import altair as alt

    days = days_between(list(values))
    data = alt.InlineData(values=[{"day": _moment(day), "value": values.get(day)} for day in days])
    chart = alt.Chart(data).encode(x=_day_axis(days), y=alt.Y("value:Q", axis=_count_axis()))
    # a day without a value is a gap: nothing was published, which is not the same as zero
    drawn: alt.Chart = (
        chart.mark_bar(color=BLUE, size=_bar_width(days))
        if len(days) <= BARS_OF_DAYS
        else chart.mark_line(color=BLUE, strokeWidth=1.5, invalid="break-paths-show-domains")
    )
    return drawn


def _stacked(counts: Mapping[date, Mapping[str, int]], colours: Mapping[str, str]) -> alt.Chart:
    import altair as alt

    days = days_between(list(counts))
    each = days_a_bar(days)
    bins = days[::each]
    data = alt.InlineData(
        values=[
            {
                "day": _moment(day),
                "kind": kind,
                "order": order,
                "value": sum(
                    counts.get(one, {}).get(kind, 0) for one in days[n * each : (n + 1) * each]
                ),
            }
            for n, day in enumerate(bins)
            for order, kind in enumerate(colours)
        ]
    )
    chart = alt.Chart(data).encode(
        x=_day_axis(bins, each),
        y=alt.Y("value:Q", axis=_count_axis()),
        color=alt.Color(
            "kind:N",
            scale=alt.Scale(domain=list(colours), range=list(colours.values())),
            legend=alt.Legend(
                title=None,
                orient="bottom",
                direction="horizontal",
                columns=1 if len(colours) > 3 else 2,
                labelLimit=WIDTH - 60,
            ),
        ),
        order=alt.Order("order:Q"),
    )
    drawn: alt.Chart = chart.mark_bar(size=_bar_width(bins))
    return drawn


def _ranking(question: Question, rows: Sequence[Row]) -> alt.LayerChart:
    import altair as alt

    found = bars(question, rows)
    data = alt.InlineData(
        values=[
            {"row": n, "name": bar.name, "length": bar.length, "said": bar.said}
            for n, bar in enumerate(found)
        ]
    )
    longest = max(bar.length for bar in found) or 1
    row = alt.Y("row:O", axis=None)
    base = alt.Chart(data)
    # the name stands above its bar, so that a long one needs no room beside it
    above: dict[str, Any] = {"baseline": "bottom", "dy": -6, "color": TEXT}
    return alt.LayerChart(
        height=alt.Step(36),
        layer=[
            base.mark_bar(height=9, color=BLUE, cornerRadiusEnd=2, yOffset=4).encode(
                y=row,
                x=alt.X("length:Q", axis=None, scale=alt.Scale(domain=[0, longest], nice=False)),
            ),
            base.mark_text(align="left", limit=WIDTH * 0.55, **above).encode(
                y=row, x=alt.value(0), text="name:N"
            ),
            base.mark_text(align="right", opacity=0.75, **above).encode(
                y=row, x=alt.value("width"), text="said:N"
            ),
        ],
    )


def _day_axis(days: Sequence[date], each: int = 1) -> alt.X:
    import altair as alt

    months = len(days) * each > 300
    step = max(1, -(-len(days) // (4 if months else 5)))
    return alt.X(
        "day:T",
        scale=alt.Scale(type="utc", domain=_around(days, each), nice=False),
        axis=alt.Axis(
            title=None,
            values=[_moment(day) for day in days[::step]],
            format="%b %Y" if months else "%-d %b",
            grid=False,
            labelFlush=True,
        ),
    )


def _around(days: Sequence[date], each: int) -> list[int]:
    """Half a bar more on both sides, for a bar stands over its first day."""
    half = each * 12 * 3600 * 1000
    return [_moment(days[0]) - half, _moment(days[-1]) + half]


def _bar_width(days: Sequence[date]) -> float:
    return min(BAR_WIDTH, (WIDTH - 50) / max(len(days), 1) * 0.85)


def _count_axis() -> alt.Axis:
    import altair as alt

    # people write 2B, not 2G, for two billion
    return alt.Axis(
        title=None,
        tickCount=4,
        domain=False,
        ticks=False,
        labelExpr="replace(format(datum.value, '~s'), 'G', 'B')",
    )


def _moment(day: date) -> int:
    """The start of a day in UTC, in milliseconds, as Vega counts time."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def _svg(chart: alt.Chart | alt.LayerChart) -> str:
    import altair as alt
    import vl_convert

    # As Altair's `save` does, without holding each part of the chart against Vega-Lite's schema
    # again and again.
    specification = {
        **chart.to_dict(validate=False),
        "width": WIDTH,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 4, "right": 4, "top": 4, "bottom": 2},
        "config": STYLE,
    }
    if not isinstance(chart, alt.LayerChart):
        specification["height"] = HEIGHT
    version = "_".join(alt.SCHEMA_VERSION.split(".")[:2])
    return vl_convert.vegalite_to_svg(specification, vl_version=version)
