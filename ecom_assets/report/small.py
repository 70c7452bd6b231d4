"""Charts for the assets' pages: so small that Dagster shows them at once.

Its UI shows Markdown of 1,000 characters and more only after a click on “[Show Markdown]”. So a
chart has as many bars as fit; the report has all of them, with days that have a mark.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any

from ecom_assets.model.questions import Question
from ecom_assets.report.axes import fitted, value_ticks
from ecom_assets.report.charts import AXIS_SIZE, BLUE, WIDTH, kind_colours
from ecom_assets.report.contents import BARS_SHOWN, bars
from ecom_assets.report.days import Bars, DayCounts
from ecom_assets.report.template import template
from ecom_assets.text.figures import short_day
from ecom_assets.text.foreign_text import markdown
from ecom_assets.warehouse.contract import Row

SHOWN_AT_ONCE = 999
"""Characters of Markdown that Dagster's UI shows without a click, at most; as JavaScript counts."""
TOP, BOTTOM, HEIGHT = 18, 100, 118
ROW_HEIGHT = 30
DAYS = (62, 48, 40, 31, 24, 20, 16, 12, 8)
"""As many bars of days are tried, one after the other."""
_ENCODED = {ord(c): f"%{ord(c):02X}" for c in "%#<>&\\"}
"""What would end the address of a picture in Markdown, or be read as something else in it."""


@dataclass(frozen=True)
class _Stroke:
    colour: str
    width: float
    d: str
    opacity: float = 1


def small_answer(
    headline: str, question: Question, rows: Sequence[Row], days: Sequence[date]
) -> str:
    """The chart of an answer in one currency under its headline, as Markdown; takes what the
    report's chart takes."""
    if question.chart == "line":
        revenue = {row["event_date"]: {"revenue": row["revenue"]} for row in rows}
        return small_counts(headline, DayCounts(["revenue"], revenue, Bars(days)))
    most = range(min(BARS_SHOWN, len(rows)), 0, -1)
    return _fitting(headline, lambda number: _ranking(question, rows, number), most)


def small_counts(headline: str, counts: DayCounts) -> str:
    """Bars by day under their headline, as Markdown."""

    def chart(number: int) -> tuple[str, Sequence[str]]:
        narrow = DayCounts(counts.kinds, counts.by_day, Bars(counts.bars.all_days, number))
        return _days(narrow), narrow.bars.notes

    return _fitting(headline, chart, DAYS)


def _fitting(
    headline: str, chart: Callable[[int], tuple[str, Sequence[str]]], sizes: Iterable[int]
) -> str:
    """The largest chart that is shown at once; of several sizes, the largest first."""
    title = f"**{markdown(headline)}**"
    for size in sizes:
        svg, notes = chart(size)
        picture = f"![chart](<data:image/svg+xml,{svg.translate(_ENCODED)}>)"
        text = "\n\n".join([title, picture, *notes])
        if len(text.encode("utf-16-le")) // 2 <= SHOWN_AT_ONCE:
            return text
    return title


def _ranking(question: Question, rows: Sequence[Row], number: int) -> tuple[str, Sequence[str]]:
    found = bars(question, rows, most=number)
    longest = max(bar.length for bar in found) or 1
    texts, d = [], ""
    for place, bar in enumerate(found):
        top = place * ROW_HEIGHT
        said = f"{fitted(bar.name, AXIS_SIZE, WIDTH / 2)} · {bar.label}"
        texts.append({"y": top + 13, "x": 0, "said": said})
        d += f"M0 {top + 21}h{round(bar.length / longest * WIDTH)}" if bar.length else ""
    return _svg(ROW_HEIGHT * len(found), texts, [_Stroke(BLUE, 8, d)]), []


def _days(counts: DayCounts) -> str:
    days, stacks = counts.bars.all_days, counts.stacks
    *_, top = value_ticks(Decimal(max(map(sum, stacks))))
    room = WIDTH / len(stacks)
    paths = [""] * len(counts.kinds)
    first = paths.copy()
    for place, stack in enumerate(stacks):
        into = paths if place or not counts.bars.missing else first
        levels = [
            round(BOTTOM - (BOTTOM - TOP) * float(n) / top.at) for n in accumulate(stack, initial=0)
        ]
        for kind, (low, high) in enumerate(pairwise(levels)):
            # a bar that is there is seen
            into[kind] += (
                f"M{round((place + 0.5) * room)} {low}V{min(high, low - 1)}" if stack[kind] else ""
            )
    colours = kind_colours(counts.kinds).values()
    width = max(1, round(min(40, room * 0.8)))
    strokes = [
        *(_Stroke(colour, width, d) for colour, d in zip(colours, paths, strict=True)),
        *(_Stroke(colour, width, d, 0.45) for colour, d in zip(colours, first, strict=True)),
    ]
    texts = [
        {"y": 11, "x": 0, "said": top.label},
        {"y": HEIGHT - 4, "x": 0, "said": short_day(days[0])},
        *([{"y": HEIGHT - 4, "x": WIDTH, "said": short_day(days[-1])}] if len(days) > 1 else []),
    ]
    return _svg(HEIGHT, texts, strokes)


def _svg(height: int, texts: Sequence[Any], strokes: Sequence[_Stroke]) -> str:
    return template("small.svg").render(width=WIDTH, height=height, texts=texts, strokes=strokes)
