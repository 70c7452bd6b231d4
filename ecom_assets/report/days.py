"""What is counted by event date, in bars of one day or of several, and the days that have a mark.

How it is drawn is in `charts.py`, how it is told in rows in `tables.py`.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from ecom_assets.report.contents import BARS_OF_DAYS, Contents, rejects_by_reason
from ecom_assets.text.figures import counted

CLEAN, CLEAN_HELD, REJECTED = "clean", "clean, on held days", "rejected"
REASONS_SHOWN = 7
"""Reasons with a colour of their own; the others share one."""
OTHERS = "other reasons"

Marks = Mapping[str, Collection[date]]
"""Days of which something is to be said, by what that is: a name of `charts.MARKS`."""


@dataclass(frozen=True)
class Bars:
    """Days as bars of so many each that all have room. They end with the last day, so that only the
    first may stand for fewer days: a last one that is lower for want of days looks like a collapse.

    Attributes:
        all_days: in order, with none between left out.
        most: how many bars have room.
    """

    all_days: Sequence[date]
    most: int = BARS_OF_DAYS

    @property
    def days(self) -> int:
        """How many days a bar stands for."""
        return max(1, -(-len(self.all_days) // self.most))

    @property
    def missing(self) -> int:
        """How many days the first bar lacks."""
        return -len(self.all_days) % self.days

    @cached_property
    def periods(self) -> Sequence[Sequence[date]]:
        """The days of each bar."""
        ends = range(self.days - self.missing, len(self.all_days) + 1, self.days)
        return [self.all_days[max(0, end - self.days) : end] for end in ends]

    @property
    def notes(self) -> Sequence[str]:
        """What is to be said of bars of several days."""
        if self.days == 1:
            return []
        first = len(self.periods[0])
        pale = f"; the first, pale one is {counted(first, 'day')}" if self.missing else ""
        return [f"A bar is {self.days} days{pale}."]


@dataclass(frozen=True)
class DayCounts:
    """Counts by event date and kind.

    Attributes:
        kinds: in the order in which they stand on each other.
        by_day: the counts of each day by kind; of what is left out there is none.
        bars: the days in bars.
    """

    kinds: Sequence[str]
    by_day: Mapping[date, Mapping[str, Any]]
    bars: Bars

    @cached_property
    def stacks(self) -> Sequence[Sequence[Any]]:
        """For each bar the count of each kind."""
        return [
            [sum(self.by_day.get(day, {}).get(kind, 0) for day in days) for kind in self.kinds]
            for days in self.bars.periods
        ]


def quality_counts(contents: Contents) -> DayCounts:
    """Lines: clean, clean but held back with their day, rejected."""
    counts = {
        row["event_date"]: {
            CLEAN if row["publishable"] else CLEAN_HELD: row["clean_rows"],
            REJECTED: row["reject_rows"],
        }
        for row in contents.quality
    }
    held = [CLEAN_HELD] if contents.held else []
    return DayCounts([CLEAN, *held, REJECTED], counts, Bars(contents.days))


def rejects_counts(contents: Contents) -> DayCounts:
    """Rejected lines by reason."""
    reasons = [row["reason"] for row in rejects_by_reason(contents.rejects) if row["rows"]]
    named = reasons if len(reasons) <= REASONS_SHOWN + 1 else reasons[:REASONS_SHOWN]
    counts: dict[date, Counter[str]] = defaultdict(Counter)
    for row in contents.rejects:
        kind = row["reason"] if row["reason"] in named else OTHERS
        counts[row["event_date"]][kind] += row["reject_rows"]
    others = [OTHERS] if len(reasons) > len(named) else []
    return DayCounts([*named, *others], counts, Bars(contents.days))


def quality_marks(contents: Contents) -> Marks:
    """The held days, and those of which no line has come."""
    with_lines = {
        row["event_date"] for row in contents.quality if row["clean_rows"] or row["reject_rows"]
    }
    held = {row["event_date"] for row in contents.held}
    return {"held": held, "no lines": {*contents.days} - with_lines - held}


def sales_marks(
    contents: Contents, with_sales: Collection[date], restated: Collection[date]
) -> Marks:
    """The held days, those whose figures were changed, and those without sales."""
    held = {row["event_date"] for row in contents.held}
    without = {*contents.days} - {*with_sales} - held
    return {"held": held, "restated": restated, "no sales": without}
