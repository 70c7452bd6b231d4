"""The report's charts as SVG: Vega-Lite, rendered by vl-convert without a browser.

A chart is as wide as a phone and grows with its place. Text and lines have the colour of the text
around them, so that one picture suits light, dark and paper. Charts are said in Vega-Lite's own
words (https://vega.github.io/vega-lite/docs/): a library that builds them, Altair say, took longer
than rendering them.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

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

Spec = Mapping[str, Any]
"""A chart, or a part of one, in Vega-Lite's words."""

VEGA_LITE = "6.1"
"""The version whose words these are."""
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


def _days_chart(values: Mapping[date, float]) -> Spec:
    days = days_between(list(values))
    # a day without a value is a gap: nothing was published, which is not the same as zero
    line = {
        "type": "line",
        "color": BLUE,
        "strokeWidth": 1.5,
        "invalid": "break-paths-show-domains",
    }
    bar = {"type": "bar", "color": BLUE, "size": _bar_width(days)}
    return {
        "height": HEIGHT,
        "data": {"values": [{"day": _moment(day), "value": values.get(day)} for day in days]},
        "mark": bar if len(days) <= BARS_OF_DAYS else line,
        "encoding": {"x": _day_axis(days), "y": _COUNTS},
    }


def _stacked(counts: Mapping[date, Mapping[str, int]], colours: Mapping[str, str]) -> Spec:
    days = days_between(list(counts))
    each = days_a_bar(days)
    bins = days[::each]
    values = [
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
    legend = {
        "title": None,
        "orient": "bottom",
        "direction": "horizontal",
        "columns": 1 if len(colours) > 3 else 2,
        "labelLimit": WIDTH - 60,
    }
    return {
        "height": HEIGHT,
        "data": {"values": values},
        "mark": {"type": "bar", "size": _bar_width(bins)},
        "encoding": {
            "x": _day_axis(bins, each),
            "y": _COUNTS,
            "color": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": list(colours), "range": list(colours.values())},
                "legend": legend,
            },
            "order": {"field": "order", "type": "quantitative"},
        },
    }


def _ranking(question: Question, rows: Sequence[Row]) -> Spec:
    found = bars(question, rows)
    longest = max(bar.length for bar in found) or 1
    length = {
        "field": "length",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, longest], "nice": False},
    }
    # the name stands above its bar, so that a long one needs no room beside it
    above = {"type": "text", "baseline": "bottom", "dy": -6, "color": TEXT}

    def text(field: str, x: int | str, **mark: Any) -> Spec:
        of = {"field": field, "type": "nominal"}
        return {"mark": {**above, **mark}, "encoding": {"x": {"value": x}, "text": of}}

    return {
        "height": {"step": 36},
        "data": {
            "values": [
                {"row": n, "name": bar.name, "length": bar.length, "said": bar.said}
                for n, bar in enumerate(found)
            ]
        },
        "encoding": {"y": {"field": "row", "type": "ordinal", "axis": None}},
        "layer": [
            {
                "mark": {
                    "type": "bar",
                    "height": 9,
                    "color": BLUE,
                    "cornerRadiusEnd": 2,
                    "yOffset": 4,
                },
                "encoding": {"x": length},
            },
            text("name", 0, align="left", limit=WIDTH * 0.55),
            text("said", "width", align="right", opacity=0.75),
        ],
    }


def _day_axis(days: Sequence[date], each: int = 1) -> Spec:
    months = len(days) * each > 300
    step = max(1, -(-len(days) // (4 if months else 5)))
    return {
        "field": "day",
        "type": "temporal",
        "scale": {"type": "utc", "domain": _around(days, each), "nice": False},
        "axis": {
            "title": None,
            "values": [_moment(day) for day in days[::step]],
            "format": "%b %Y" if months else "%-d %b",
            "grid": False,
            "labelFlush": True,
        },
    }


_COUNTS: Spec = {
    "field": "value",
    "type": "quantitative",
    "axis": {
        "title": None,
        "tickCount": 4,
        "domain": False,
        "ticks": False,
        # people write 2B, not 2G, for two billion
        "labelExpr": "replace(format(datum.value, '~s'), 'G', 'B')",
    },
}


def _around(days: Sequence[date], each: int) -> list[int]:
    """Half a bar more on both sides, for a bar stands over its first day."""
    half = each * 12 * 3600 * 1000
    return [_moment(days[0]) - half, _moment(days[-1]) + half]


def _bar_width(days: Sequence[date]) -> float:
    return min(BAR_WIDTH, (WIDTH - 50) / max(len(days), 1) * 0.85)


def _moment(day: date) -> int:
    """The start of a day in UTC, in milliseconds, as Vega counts time."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def _svg(chart: Spec) -> str:
    import vl_convert

    specification = {
        **chart,
        "width": WIDTH,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 4, "right": 4, "top": 4, "bottom": 2},
        "config": STYLE,
    }
    return vl_convert.vegalite_to_svg(specification, vl_version=VEGA_LITE)
