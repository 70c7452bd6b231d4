"""The report's charts as SVG: where each bar, line and text stands. What they are drawn with are
the templates `ranking.svg` and `days.svg`, what is written on their axes is in `axes.py`.

A chart is as wide as a phone and grows with its place. Text and lines have the colour of the text
around them, so that one picture suits light, dark and paper.
"""

import base64
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any

from ecom_assets.model.questions import Question
from ecom_assets.report.axes import Tick, day_ticks, fitted, text_width, value_ticks
from ecom_assets.report.contents import (
    BARS_OF_DAYS,
    Contents,
    bars,
    days_a_bar,
    days_between,
    rejects_by_reason,
)
from ecom_assets.report.template import template
from ecom_assets.text.figures import name
from ecom_assets.warehouse.contract import Row

WIDTH = 352
"""As wide as a phone, less its margins and the chart's own; in pixels before the page scales it."""
TOP, BOTTOM = 6, 200
"""Where the largest value of an axis stands, and zero."""
BAR_WIDTH = 40
ROW_HEIGHT = 36
ROW_SIZE = 13
"""The size of a ranking's letters, which are read, not only looked up."""
AXIS_SIZE = 12
LINE_WIDTH = 1.5
LEGEND_HEIGHT = 17
POINTS_ACROSS = WIDTH
"""Of more days than pixels a line shows the least and the most of some days together."""
REASONS_SHOWN = 7
"""Reasons with a colour of their own; the others share one."""

BLUE, GREY, ORANGE = "#3f87c8", "#8d96a0", "#e07a35"
PALETTE = [ORANGE, BLUE, "#5aa469", "#b07aa1", "#c9a227", "#d1605e", "#4fb0ae", GREY]
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"


def answer_chart(question: Question, rows: Sequence[Row], restated: Set[date] = frozenset()) -> str:
    """The chart of an answer in one currency, with at least one row; days that were restated have a
    dot below them."""
    if question.chart == "line":
        return _revenue({row["event_date"]: row["revenue"] for row in rows}, restated)
    return _ranking(question, rows)


def quality_chart(contents: Contents) -> str:
    """Lines by event date: clean, clean but held back with their day, rejected."""
    clean, held, rejected = "clean", "clean, on held days", "rejected"
    counts = {
        row["event_date"]: {
            clean if row["publishable"] else held: row["clean_rows"],
            rejected: row["reject_rows"],
        }
        for row in contents.quality
    }
    grey = {held: GREY} if contents.held else {}
    return _stacked(counts, {clean: BLUE, **grey, rejected: ORANGE})


def rejects_chart(contents: Contents) -> str:
    """Rejects by event date and reason."""
    reasons = [row["reason"] for row in rejects_by_reason(contents.rejects) if row["rows"]]
    named = reasons if len(reasons) <= REASONS_SHOWN + 1 else reasons[:REASONS_SHOWN]
    others = "other reasons"
    kinds = [*named, *([others] if len(reasons) > len(named) else [])]
    counts: dict[date, Counter[str]] = defaultdict(Counter)
    for row in contents.rejects:
        kind = row["reason"] if row["reason"] in named else others
        counts[row["event_date"]][kind] += row["reject_rows"]
    return _stacked(counts, dict(zip(kinds, PALETTE, strict=False)))


def as_image(svg: str) -> str:
    """A chart as the address of an image, on white, for a page that gives it no colours."""
    on_white = svg.replace("<svg ", '<svg style="background:#fff;color:#24292f" ', 1)
    return f"data:image/svg+xml;base64,{base64.b64encode(on_white.encode()).decode()}"


def _ranking(question: Question, rows: Sequence[Row]) -> str:
    found = bars(question, rows)
    longest = max(bar.length for bar in found) or 1
    # the name stands above its bar, so that a long one needs no room beside it
    shown = [
        {
            "name": fitted(bar.name, ROW_SIZE, WIDTH - text_width(bar.label, ROW_SIZE) - 10),
            "label": bar.label,
            "length": round(float(bar.length / longest) * WIDTH, 2),
        }
        for bar in found
    ]
    height = ROW_HEIGHT * len(found) - (10 if found[-1].length else 20)
    return _svg("ranking.svg", height, ROW_SIZE, bars=shown, step=ROW_HEIGHT, colour=BLUE)


def _revenue(values: Mapping[date, Decimal], restated: Set[date]) -> str:
    days = days_between(list(values))
    ticks = value_ticks(max(values.values()))
    legend = {"restated": ORANGE} if restated & set(days) else {}
    if len(days) <= BARS_OF_DAYS:
        plot = _Plot(days[0], len(days), ticks, bar_days=1)
        paths = _bars(plot, [[values.get(day, 0)] for day in days], [BLUE])
    else:
        plot = _Plot(days[0], len(days), ticks)
        paths = {BLUE: "".join(_line(plot, days, values))}
    dots = [plot.x(n) for n, day in enumerate(days) if day in restated]
    return _days_svg(plot, paths, legend, dots)


def _stacked(counts: Mapping[date, Mapping[str, int]], colours: Mapping[str, str]) -> str:
    days = days_between(list(counts))
    each = days_a_bar(days)
    bins = [days[n : n + each] for n in range(0, len(days), each)]
    stacks = [
        [sum(counts.get(day, {}).get(kind, 0) for day in of_bar) for kind in colours]
        for of_bar in bins
    ]
    ticks = value_ticks(Decimal(max(map(sum, stacks))), smallest_step=1)
    plot = _Plot(days[0], len(bins) * each, ticks, bar_days=each)
    return _days_svg(plot, _bars(plot, stacks, list(colours.values())), legend=colours)


@dataclass(frozen=True)
class _Plot:
    """Where days and values stand, in pixels from the left and the top.

    Attributes:
        first: the day that comes first.
        days: how many there are.
        ticks: of the values' axis.
        bar_days: how many days a bar stands for; 0 where a line is drawn.
    """

    first: date
    days: int
    ticks: Sequence[Tick]
    bar_days: int = 0

    @property
    def left(self) -> int:
        """Where the days begin, right of what is written at the values."""
        return round(max(text_width(tick.label, AXIS_SIZE) for tick in self.ticks)) + 8

    @property
    def stroke(self) -> float:
        """How wide a bar is, or how thick the line."""
        bar = (WIDTH - self.left) / self.days * self.bar_days
        return round(min(BAR_WIDTH, bar * 0.85), 2) or LINE_WIDTH

    def x(self, day: float) -> float:
        """Of a day's middle, the first being 0."""
        return round(self.left + (day + 0.5) * (WIDTH - self.left) / self.days, 2)

    def y(self, value: float | Decimal) -> float:
        return round(BOTTOM - float(value) / self.ticks[-1].at * (BOTTOM - TOP), 1)


def _bars(
    plot: _Plot, stacks: Sequence[Sequence[Decimal | int]], colours: Sequence[str]
) -> Mapping[str, str]:
    """Bars as thick strokes, each from the top of those below it: an SVG path for each colour."""
    paths = [""] * len(colours)
    for n, stack in enumerate(stacks):
        x = plot.x(n * plot.bar_days + (plot.bar_days - 1) / 2)
        edges = map(plot.y, accumulate(stack, initial=0))
        for kind, (low, high) in enumerate(pairwise(edges)):
            paths[kind] += f"M{x} {low}V{high}" if stack[kind] else ""
    return dict(zip(colours, paths, strict=True))


def _line(plot: _Plot, days: Sequence[date], values: Mapping[date, Decimal]) -> Iterator[str]:
    """Broken at a day without a value: nothing was published, which is not the same as zero."""
    together = -(-len(days) // POINTS_ACROSS)
    command = "M"
    for start in range(0, len(days), together):
        some = enumerate(days[start : start + together], start)
        known = {n: values[day] for n, day in some if day in values}
        if not known:
            command = "M"
            continue
        for n in sorted({choose(known, key=known.__getitem__) for choose in (min, max)}):
            # a day alone is a dot: a line of no length has round ends
            yield f"{command}{plot.x(n)} {plot.y(known[n])}{'h0' if command == 'M' else ''}"
            command = "L"


def _days_svg(
    plot: _Plot,
    paths: Mapping[str, str],
    legend: Mapping[str, str] | None = None,
    dots: Sequence[float] = (),
) -> str:
    items = _legend(legend or {})
    return _svg(
        "days.svg",
        max([BOTTOM + 22, *(item["y"] + 6 for item in items)]),
        AXIS_SIZE,
        plot=plot,
        right=WIDTH,
        bottom=BOTTOM,
        values=[Tick(plot.y(tick.at), tick.label) for tick in plot.ticks],
        days=[Tick(plot.x(tick.at), tick.label) for tick in day_ticks(plot.first, plot.days)],
        # from where on a label is moved to the left, at the picture's edge
        last=lambda label: round(WIDTH - text_width(label, AXIS_SIZE) / 2, 2),
        paths=paths,
        dots=dots,
        dot_colour=ORANGE,
        legend=items,
    )


def _legend(colours: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
    """One after the other, in as many lines as it takes."""
    x, y, items = 0.0, BOTTOM + 44, []
    for kind, colour in colours.items():
        label = fitted(name(kind), AXIS_SIZE, WIDTH - 16)
        width = 16 + text_width(label, AXIS_SIZE)
        if x + width > WIDTH:
            x, y = 0, y + LEGEND_HEIGHT
        items.append({"x": round(x), "y": y, "label": label, "colour": colour})
        x += width + 10
    return items


def _svg(file: str, height: float, size: int, **values: Any) -> str:
    return template(file).render(width=WIDTH, height=height, size=size, font=FONT, **values)
