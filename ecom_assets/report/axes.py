"""What is written on a chart: ticks of values and of days, and text that fits its room.

Where it stands, is in `charts.py`. No font is at hand to measure with, so that text counts as wide
as it is in the wider ones.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from ecom_assets.text.figures import shortest

STEPS = 6
"""Steps of an axis of values, at most."""
DAYS_NAMED, MONTHS_NAMED = 6, 5.5
"""As many as have room beside each other, at most."""
BY_MONTH = 300
"""Of more days than these the months are named."""


@dataclass(frozen=True)
class Tick:
    """A place on an axis, and what is written there."""

    at: float
    label: str


def value_ticks(largest: Decimal, smallest_step: Decimal | int = 0) -> Sequence[Tick]:
    """From zero to the largest value or just above, in steps of 1, 2 or 5 by a power of ten.

    Args:
        largest: not negative.
        smallest_step: 1 for what is counted, as there are no half lines, and the least
            coin of a currency.
    """
    if largest <= 0:
        return [Tick(0, "0"), Tick(1, "1")]
    power = Decimal(10) ** (largest.adjusted() - 1)
    step = max(
        next(step for step in (power * n for n in (2, 5, 10, 20)) if largest <= STEPS * step),
        Decimal(smallest_step),
    )
    count = ceil(largest / step)
    return [Tick(float(n * step), shortest(n * step)) for n in range(count + 1)]


def day_ticks(first: date, days: int) -> Sequence[Tick]:
    """Some of the days from the first, at the day's place among them: `5 Jan`, or `Jan 2026`."""
    if days > BY_MONTH:
        return list(_months(first, days))
    # whole weeks, so that weekdays are the same
    step = next(step for step in (1, 2, 7, 14, 28, 56) if days <= step * DAYS_NAMED)
    return [
        Tick(n, f"{day.day} {day:%b}")
        for n in range(0, days, step)
        for day in [first + timedelta(n)]
    ]


def _months(first: date, days: int) -> Iterator[Tick]:
    start, end = (day.year * 12 + day.month - 1 for day in (first, first + timedelta(days - 1)))
    steps = (2, 3, 4, 6, 12, 24, 60, 120, 1200)
    step = next(step for step in steps if end - start <= step * MONTHS_NAMED)
    for month in range(-(-start // step) * step, end + 1, step):
        day = date(month // 12, month % 12 + 1, 1)
        at = (day - first).days
        # one at the end would have no room for its name
        if 0 <= at <= days * 0.92:
            yield Tick(at, f"{day:%b %Y}")


def text_width(text: str, size: float) -> float:
    """How wide a text is at most, or nearly so, in pixels."""
    return size * sum(map(_width, text))


def fitted(text: str, size: float, room: float) -> str:
    """A text, cut where it would be wider than its room."""
    if text_width(text, size) <= room:
        return text
    room -= text_width("…", size)
    cut = 0
    while (room := room - size * _width(text[cut])) >= 0:
        cut += 1
    return text[:cut].rstrip() + "…"


def _width(character: str) -> float:
    """Of a letter, in parts of the font's size."""
    if unicodedata.east_asian_width(character) in "WF":
        return 1.1
    if character in "mMW@%—…":
        return 1
    if character in "fijlrtI .,:;'|!()[]-·":
        return 0.36
    return 0.8 if character.isupper() or character in "w&" else 0.6
