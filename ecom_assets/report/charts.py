"""The report's charts as SVG: where each bar, line and text stands. What they are drawn with are
the templates `ranking.svg` and `days.svg`, what is written on their axes is in `axes.py`.

A chart is as wide as a phone and grows with its place. Text and lines have the colour of the text
around them, so that one picture suits light, dark and paper.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

from ecom_assets.model.questions import Question
from ecom_assets.report.axes import Tick, day_ticks, fitted, text_width, value_ticks
from ecom_assets.report.contents import BARS_OF_DAYS, bars
from ecom_assets.report.days import CLEAN, CLEAN_HELD, REJECTED, DayCounts, Marks
from ecom_assets.report.template import template
from ecom_assets.text.figures import digits, name
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
LONE_WIDTH = 4
"""Of a day with a value between days without: a dot, as there is no line to it."""
MARK_AT = BOTTOM + 5
LEGEND_HEIGHT = 17
POINTS_ACROSS = WIDTH
"""Of more days than pixels a line shows the least and the most of some days together."""
BLUE, GREY, ORANGE = "#3f87c8", "#8d96a0", "#e07a35"
PALETTE = [ORANGE, BLUE, "#5aa469", "#b07aa1", "#c9a227", "#d1605e", "#4fb0ae", GREY]
COLOURS = {"revenue": BLUE, CLEAN: BLUE, CLEAN_HELD: GREY, REJECTED: ORANGE}
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"


@dataclass(frozen=True)
class Stroke:
    """A path and what it is drawn with.

    Attributes:
        colour: of the line.
        width: of the line, in pixels.
        d: the path, as SVG writes it.
        cap: how the line ends: `butt`, `round` or `square`.
    """

    colour: str
    width: float
    d: str = ""
    cap: str = "butt"


MARKS = {
    "held": Stroke(GREY, 6, cap="square"),
    "restated": Stroke(ORANGE, 5, cap="round"),
    "no sales": Stroke("currentColor", 2.5, cap="round"),
    "no lines": Stroke("currentColor", 2.5, cap="round"),
}
"""What stands below a day, by what is to be said of it; of two that fall together both are seen."""


def answer_chart(
    question: Question, rows: Sequence[Row], days: Sequence[date], marks: Marks
) -> str:
    """The chart of an answer in one currency, with at least one row.

    Args:
        question: which.
        rows: its answer.
        days: that a chart by day is about, in order, all between the first and the last.
        marks: which of them have a mark.
    """
    if question.chart == "line":
        values = {row["event_date"]: row["revenue"] for row in rows}
        smallest = Decimal(1).scaleb(-digits(rows[0]["currency"]))
        return _revenue(values, days, marks, smallest)
    return _ranking(question, rows)


def counts_chart(counts: DayCounts, marks: Marks) -> str:
    """Bars of counts that stand on each other, each of a day or of several; pale, where it is of
    fewer days than the others."""
    legend = kind_colours(counts.kinds)
    stacks = dict(enumerate(counts.stacks))
    ticks = value_ticks(Decimal(max(map(sum, stacks.values()))), smallest_step=1)
    bars = counts.bars
    plot = _Plot(len(stacks) * bars.days, ticks, bar_days=bars.days, before=bars.missing)
    pale = {0: stacks.pop(0)} if bars.missing else {}
    strokes = _bars(plot, stacks, [*legend.values()])
    unfinished = _bars(plot, pale, [*legend.values()])
    return _days_svg(plot, bars.all_days, strokes, marks, legend, unfinished)


def kind_colours(kinds: Sequence[str]) -> Mapping[str, str]:
    """The colour of each kind of what is counted."""
    palette = dict(zip(kinds, PALETTE, strict=False))
    return {kind: COLOURS.get(kind, palette[kind]) for kind in kinds}


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


def _revenue(
    values: Mapping[date, Decimal], days: Sequence[date], marks: Marks, smallest_step: Decimal
) -> str:
    ticks = value_ticks(max(values.values()), smallest_step)
    if len(days) <= BARS_OF_DAYS:
        plot = _Plot(len(days), ticks, bar_days=1)
        strokes = _bars(plot, {n: [values.get(day, 0)] for n, day in enumerate(days)}, [BLUE])
    else:
        plot = _Plot(len(days), ticks)
        pieces = list(_pieces(plot, days, values))
        lines = "".join(f"M{'L'.join(piece)}" for piece in pieces if len(piece) > 1)
        lone = "".join(f"M{point}h0" for (point, *more) in pieces if not more)
        drawn = {lines: plot.stroke, lone: LONE_WIDTH}
        strokes = [Stroke(BLUE, width, d, "round") for d, width in drawn.items() if d]
    return _days_svg(plot, days, strokes, marks)


@dataclass(frozen=True)
class _Plot:
    """Where days and values stand, in pixels from the left and the top.

    Attributes:
        days: how many have room.
        ticks: of the values' axis.
        bar_days: how many days a bar stands for; 0 where a line is drawn.
        before: how many have room before the first, whose bar is as wide as the others.
    """

    days: int
    ticks: Sequence[Tick]
    bar_days: int = 0
    before: int = 0

    @cached_property
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
        place = day + self.before + 0.5
        return round(self.left + place * (WIDTH - self.left) / self.days, 2)

    def y(self, value: float | Decimal) -> float:
        return round(BOTTOM - float(value) / self.ticks[-1].at * (BOTTOM - TOP), 1)


def _bars(
    plot: _Plot, stacks: Mapping[int, Sequence[Decimal | int]], colours: Sequence[str]
) -> Sequence[Stroke]:
    """Bars as thick strokes, each from the top of those below it: a path for each colour. `stacks`
    has what stands on each other by the bar's place."""
    paths = [""] * len(colours)
    for n, stack in stacks.items():
        x = plot.x(n * plot.bar_days - plot.before + (plot.bar_days - 1) / 2)
        edges = map(plot.y, accumulate(stack, initial=0))
        for kind, (low, high) in enumerate(pairwise(edges)):
            paths[kind] += f"M{x} {low}V{high}" if stack[kind] else ""
    return [Stroke(c, plot.stroke, d) for c, d in zip(colours, paths, strict=True) if d]


def _pieces(
    plot: _Plot, days: Sequence[date], values: Mapping[date, Decimal]
) -> Iterator[Sequence[str]]:
    """The points of a line, broken at a day without a value: nothing was published, which is not
    the same as zero."""
    together = -(-len(days) // POINTS_ACROSS)
    piece: list[str] = []
    for start in range(0, len(days), together):
        some = enumerate(days[start : start + together], start)
        known = {n: values[day] for n, day in some if day in values}
        if known:
            chosen = sorted({choose(known, key=known.__getitem__) for choose in (min, max)})
            piece += [f"{plot.x(n)} {plot.y(known[n])}" for n in chosen]
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _days_svg(
    plot: _Plot,
    days: Sequence[date],
    strokes: Sequence[Stroke],
    marks: Marks,
    legend: Mapping[str, str] | None = None,
    unfinished: Sequence[Stroke] = (),
) -> str:
    marked = {}
    for about, mark in MARKS.items():
        # of many days those that fall on one pixel are one
        precision = 0 if len(days) > POINTS_ACROSS else 2
        on_them = [plot.x(n) for n, day in enumerate(days) if day in marks.get(about, ())]
        if places := dict.fromkeys(round(x, precision) for x in on_them):
            marked[about] = replace(mark, d="".join(f"M{x:g} {MARK_AT}h0" for x in places))
    kinds = {kind: Stroke(colour, 11) for kind, colour in (legend or {}).items()}
    items = _legend({**kinds, **marked})
    return _svg(
        "days.svg",
        max([BOTTOM + 22, *(item["y"] + 6 for item in items)]),
        AXIS_SIZE,
        plot=plot,
        right=WIDTH,
        bottom=BOTTOM,
        values=[Tick(plot.y(tick.at), tick.label) for tick in plot.ticks],
        days=[Tick(plot.x(tick.at), tick.label) for tick in day_ticks(days[0], len(days))],
        # from where on a label is moved to the left, at the picture's edge
        last=lambda label: round(WIDTH - text_width(label, AXIS_SIZE) / 2, 2),
        strokes=strokes,
        unfinished=unfinished,
        marks=marked.values(),
        legend=items,
    )


def _legend(strokes: Mapping[str, Stroke]) -> Sequence[Mapping[str, Any]]:
    """One after the other, in as many lines as it takes."""
    x, y, items = 0.0, BOTTOM + 44, []
    for kind, stroke in strokes.items():
        label = fitted(name(kind), AXIS_SIZE, WIDTH - 16)
        width = 16 + text_width(label, AXIS_SIZE)
        if x + width > WIDTH:
            x, y = 0, y + LEGEND_HEIGHT
        at = f"M{round(x)} {y - 4.5}h11" if stroke.cap == "butt" else f"M{round(x) + 5} {y - 4.5}h0"
        items.append({"x": round(x), "y": y, "label": label, "stroke": replace(stroke, d=at)})
        x += width + 10
    return items


def _svg(file: str, height: float, size: int, **values: Any) -> str:
    return template(file).render(width=WIDTH, height=height, size=size, font=FONT, **values)
