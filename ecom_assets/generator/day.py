"""The lines of one day of the invented shop, good and defective, and how many a day brings.

Pure functions of their arguments, to the byte. A good line is put together from pieces that are
made once, and drawn by look-ups in weighted tables, because a day may have millions of lines.
What the shop is belongs in `catalogue`, what a defect is in `model/sales.py`; files belong
elsewhere.
"""

import calendar
import json
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from random import Random
from struct import Struct
from zoneinfo import ZoneInfo

from ecom_assets.generator.catalogue import pieces, seed_of, weighted_table
from ecom_assets.model.sales import SALES
from ecom_assets.model.stream import Defect, Event, Rule

BY_HOUR = (10, 6, 4, 3, 3, 4, 8, 16, 26, 34, 40, 44, 48, 46, 44, 44, 48, 56, 68, 80, 82, 66, 42, 22)
"""How busy each hour of the shop's day is: quiet at night, busiest in the evening. A day of 23
or 25 hours has the same curve, drawn together or out."""
BY_WEEKDAY = (95, 92, 91, 93, 99, 116, 114)
"""How busy each weekday is, from Monday, in percent of the average day."""
BY_MONTH = (94, 86, 90, 92, 94, 93, 90, 91, 97, 104, 124, 145)
"""How busy the first of each month is, in percent of the average day; days between lie between."""

LINES_OF_ORDER = bytes(weighted_table((1, 2, 3, 4), (9, 4, 2, 1), 8))
"""Made of a random byte: how many lines an order has."""
ORDER_DRAW = Struct("<IHBBB")
"""An order's random bits: customer, moment, payment method, device, channel."""
LINE_DRAW = Struct("<HBH")
"""A line's random bits: product, quantity, pause before the next."""
ORDERS_PER_BLOCK = 512
"""Orders drawn at once. With 1.7 lines of 380 bytes each, a block is some 320 KiB: larger ones no
longer fit the processor's cache, and took up to a third longer."""
LAST_START_MS = 30_000
"""An order begins so long before the day's end, as its other lines come at most 3 times 9.2 seconds
later."""
CURVE_BITS = 12
ONE_DAY = timedelta(days=1)

_TS_AT = len('{"event_id":"22e30198c0498d34b0291ff2be515b07","event_ts":"')
_moment = itemgetter(slice(_TS_AT, _TS_AT + len("2026-01-05T13:45:12.345")))
"""The event_ts of a good line, by its place in the text: the key that puts lines in order."""


def expected_rows(day: date, *, average: int, seed: int) -> int:
    """How many rows the shop sends on `day`, where it sends `average` a day over a year."""
    if average < 0:
        raise ValueError(f"average is {average}; a day has no rows or more.")
    first, following = BY_MONTH[day.month - 1], BY_MONTH[day.month % 12]
    passed = (day.day - 1) / calendar.monthrange(day.year, day.month)[1]
    season = first + (following - first) * passed
    noise = _random("rows", seed, day).uniform(0.95, 1.05)
    return round(average * BY_WEEKDAY[day.weekday()] * season / 10_000 * noise)


def generate_day(
    day: date,
    *,
    seed: int,
    rows: int,
    defect_share: float = 0.05,
    rules: Sequence[Rule] = SALES.rules,
    time_zone: str = "UTC",
) -> Iterator[bytes]:
    """The lines of `day` in order of time: `rows` of them, in blocks of whole lines. The day is the
    one of `time_zone`; moments are in UTC.

    The share of defective lines is spread over the day and takes the rules in turn. The day's first
    line is always good, so that there is one to be sent again: of a share of 1.0 one line is
    missing. The other lines do not depend on the share or the rules.

    Raises:
        ValueError: at the call, where `rows` is negative or `defect_share` is not within 0 to 1.
    """
    if rows < 0:
        raise ValueError(f"rows is {rows}; a day has no rows or more.")
    if not 0 <= defect_share <= 1:
        raise ValueError(f"defect_share is {defect_share}; it must lie within 0 and 1.")
    defects_of = [rule.defect for rule in rules if rule.defect]
    defects = min(round(rows * defect_share), max(rows - 1, 0)) if defects_of else 0
    random = _random("defects", seed, day)
    places = _places(rows, defects, random)
    good = _good_lines(day, seed, rows, ZoneInfo(time_zone))
    blocks = _spoilt(good, places, defects_of, random)
    return ("".join(lines).encode() for lines in blocks)


def _random(what: str, seed: int, day: date) -> Random:
    return Random(seed_of(what, seed, day.isoformat()))  # noqa: S311 - nothing here is a secret


def _places(rows: int, defects: int, random: Random) -> Iterator[int]:
    """Rising line numbers from 1, one at random in each of `defects` equal stretches of the day."""
    for n in range(defects):
        yield random.randrange(1 + n * (rows - 1) // defects, 1 + (n + 1) * (rows - 1) // defects)


def _spoilt(
    blocks: Iterator[list[str]], places: Iterator[int], defects: Sequence[Defect], random: Random
) -> Iterator[list[str]]:
    """The blocks with a defect at each of the places."""
    place = next(places, None)
    # Where the turn begins differs by day, so that small days do not always show the same rules.
    turn = random.randrange(len(defects)) if defects else 0
    earlier: deque[Event] = deque(maxlen=64)  # good events that may be sent again
    begin, spoilt = 0, -1
    last = ""
    for lines in blocks:
        while place is not None and place < begin + len(lines):
            at = place - begin
            if spoilt != place - 1 and (turn % len(defects) == 0 or not earlier):
                earlier.append(json.loads(lines[at - 1] if at else last))
            defect = defects[turn % len(defects)]
            lines[at] = defect(json.loads(lines[at]), random.choice(earlier), random) + "\n"
            spoilt, place, turn = place, next(places, None), turn + 1
        begin, last = begin + len(lines), lines[-1]
        yield lines


def _good_lines(day: date, seed: int, rows: int, zone: ZoneInfo) -> Iterator[list[str]]:
    """The good lines in order of time. An order begins in its own stretch of the day's curve; the
    next may begin before its last line, so what is not yet certain to be next waits a block."""
    if not rows:
        return
    minutes = [minute.isoformat()[: len("2026-01-05T13:45:")] for minute in _minutes(day, zone)]
    (customers, channels), curve, seconds = pieces(seed), _curve(len(minutes)), _seconds()
    order_prefix = f"ORD-{day.isoformat().replace('-', '')}-"
    random = _random("day", seed, day)
    lines: list[str] = []
    done, order = 0, 1_000_000  # seven digits from the first: padding would cost more than drawing
    while done < rows:
        counts = random.randbytes(ORDERS_PER_BLOCK).translate(LINES_OF_ORDER)
        most = sum(counts)
        draws = ORDER_DRAW.iter_unpack(random.randbytes(ORDERS_PER_BLOCK * ORDER_DRAW.size))
        picks = LINE_DRAW.iter_unpack(random.randbytes(most * LINE_DRAW.size))
        ids = random.randbytes(most * 16).hex("-", 16).split("-")
        sessions = random.randbytes(ORDERS_PER_BLOCK * 8).hex("-", 8).split("-")
        drawn_lines = zip(ids, picks, strict=True)
        drawn_orders = zip(counts, sessions, draws, strict=True)
        for count, session, (who, late, payment, device, channel) in drawn_orders:
            if count > rows - done:
                count = rows - done
            customer_id, shelf, payments, devices = customers[who >> 14]
            # The order's place on the day's curve, in 1/2**16 of its steps; late is 16 random bits.
            reached = ((done << 16) + count * late << CURVE_BITS) // rows
            step = reached >> 16
            begun = ms = curve[step] + ((curve[step + 1] - curve[step]) * (reached & 0xFFFF) >> 16)
            done += count
            order += 1
            head = (
                f'Z","order_id":"{order_prefix}{order}","customer_id":{customer_id},'
                f'"session_id":"{session}",'
            )
            tail = f"{payments[payment]}{devices[device]}{channels[channel]}"
            taken: list[Sequence[str]] = []
            for event_id, (product, quantity, gap) in islice(drawn_lines, count):
                by_quantity = shelf[product >> 3]
                while by_quantity in taken:  # one product is one line of an order
                    product = product + 1000 & 0xFFFF
                    by_quantity = shelf[product >> 3]
                taken.append(by_quantity)
                lines.append(
                    f'{{"event_id":"{event_id}",'
                    f'"event_ts":"{minutes[ms // 60_000]}{seconds[ms % 60_000]}{head}'
                    f"{by_quantity[quantity >> 3]}{tail}"
                )
                ms += 1000 + (gap >> 3)
            if done == rows:
                break
        lines.sort(key=_moment)
        latest = minutes[begun // 60_000] + seconds[begun % 60_000]
        certain = bisect_right(lines, latest, key=_moment) if done < rows else len(lines)
        yield lines[:certain]
        del lines[:certain]


def _minutes(day: date, zone: ZoneInfo) -> Sequence[datetime]:
    """Each minute of a day, in UTC: 1,440 of them, but where daylight saving begins or ends."""
    begins, ends = (
        datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + ONE_DAY)
    )
    return [begins + timedelta(minutes=n) for n in range((ends - begins) // timedelta(minutes=1))]


@lru_cache(maxsize=4)
def _curve(minutes: int) -> Sequence[int]:
    """The moments (ms of the day) by which each 1/2**CURVE_BITS of a day's lines have come."""
    latest = minutes * 60_000 - LAST_START_MS
    steps, total = 1 << CURVE_BITS, sum(BY_HOUR)
    curve, hour, before = [], 0, 0
    for step in range(steps + 1):
        while step * total > (before + BY_HOUR[hour]) * steps:
            before += BY_HOUR[hour]
            hour += 1
        width = BY_HOUR[hour] * steps
        passed = hour * width + step * total - before * steps
        curve.append(passed * latest // (24 * width))
    return curve


@lru_cache(maxsize=1)
def _seconds() -> Sequence[str]:
    return [f"{ms // 1000:02d}.{ms % 1000:03d}" for ms in range(60_000)]
