"""The report's tables: rows as figures of a page, the latest days first where they are cut.

Beside each chart stands one that says the same, for those who do not see it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ecom_assets.model.questions import Question
from ecom_assets.report.contents import BARS_OF_DAYS, measured
from ecom_assets.report.days import DayCounts, Marks
from ecom_assets.text.figures import counted, period
from ecom_assets.warehouse.contract import Row

ROWS_SHOWN = 12
ROWS_BESIDE_A_CHART = BARS_OF_DAYS
"""As many as a chart has bars, at most."""
NO_VALUE = "-"


@dataclass(frozen=True)
class Table:
    """A table of the page.

    Attributes:
        rows: those shown, each with the same columns; the first names what the row is about.
        more: a sentence about those that are not.
        title: what the table tells.
        note: a column of sentences, each of which stands below its row, where there is one.
        currency: of its money, where a row does not say it.
    """

    rows: Sequence[Row]
    more: str = ""
    title: str = ""
    note: str = ""
    currency: str | None = None


def cut(
    rows: Sequence[Any],
    one: str,
    many: str,
    *,
    most: int = ROWS_SHOWN,
    told: Callable[[Any], Row] = dict,
    **table: Any,
) -> Table:
    """A table of the first rows, which counts the others; `told` says how each is shown."""
    left = len(rows) - most
    more = f"And {counted(left, one, many)}." if left > 0 else ""
    return Table([*map(told, rows[:most])], more, **table)


def cut_days(rows: Sequence[Any], one: str, **table: Any) -> Table:
    """A table of the last days, the latest first, which counts the others; `rows` are in order."""
    return cut(rows[::-1], f"earlier {one}", f"earlier {one}s", **table)


def answer_table(
    question: Question, rows: Sequence[Row], days: Sequence[date], marks: Marks
) -> Table:
    """The table of an answer's chart; it takes what the chart takes."""
    currency = rows[0]["currency"]
    told = [{k: v for k, v in row.items() if k != "currency"} for row in rows]
    if question.chart != "line":
        ordered = sorted(told, key=lambda row: -row[measured(question)])
        return cut(ordered, "other", "others", most=ROWS_BESIDE_A_CHART, currency=currency)
    by_day = {row["event_date"]: row for row in told}
    empty = dict.fromkeys(told[0], NO_VALUE)

    def of_day(day: date) -> Row:
        shown = by_day.get(day, empty)
        return {**shown, "event_date": period(day, day), "remark": _remark([day], marks)}

    most = ROWS_BESIDE_A_CHART
    return cut_days(days, "day", most=most, told=of_day, currency=currency, note="remark")


def counts_table(counts: DayCounts, marks: Marks) -> Table:
    """The table of a chart of counts: a row a bar, the latest first."""
    rows = [
        {
            "days" if counts.bars.days > 1 else "day": period(days[0], days[-1]),
            **dict(zip(counts.kinds, stack, strict=True)),
            "remark": _remark(days, marks),
        }
        for days, stack in zip(counts.bars.periods, counts.stacks, strict=True)
    ]
    return Table(rows[::-1], note="remark")


def _remark(days: Sequence[date], marks: Marks) -> str:
    def told() -> Iterator[str]:
        for name, marked in marks.items():
            if found := sum(day in marked for day in days):
                yield name if len(days) == 1 else f"{counted(found, 'day')} {name}"

    return ", ".join(told())
