"""A long range of big days is done in pieces: each in a transaction of its own, none part of a day.

So the work of a piece fits into memory, others have their turn in between, and a run that is killed
has kept the pieces before.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from ecom_assets.partitions import EventDays
from ecom_assets.warehouse.contract import Log, Session

LINE_BYTES = 400
"""Of a line, about, as JSON."""


def no_log(_: str) -> None:
    """Where nobody waits."""


def lines_of_days(session: Session, days: EventDays) -> Mapping[date, int]:
    """The lines that RAW has of the files of these days, of each that has any."""
    rows = session.run("raw/own_files", **days.bounds)
    return {row["batch_date"]: row["lines"] or 0 for row in rows}


def in_pieces(
    days: EventDays, lines: Mapping[date, int], most: int, what: str, log: Log
) -> Iterator[EventDays]:
    """The days in pieces; of each that is done, but for a lone one, the log is told.

    Args:
        lines: of each day that has any.
        most: lines that a piece may have, where it is of several days.
        what: what is done to the days, such as `loaded`.
    """
    pieces = _pieces(days, lines, most)
    start, done, whole = time.monotonic(), 0, sum(lines.values())
    for piece in pieces:
        yield piece
        if len(pieces) == 1:
            return
        done += sum(lines.get(day, 0) for day in piece.days)
        seconds = time.monotonic() - start
        left = seconds * (whole - done) / done if done else 0
        log(
            f"{piece} {what}: day {(piece.last - days.first).days + 1:,} of {days.count:,}, "
            f"{done / whole:.0%} after {seconds:.0f} s, {done / seconds:,.0f} lines a second, some "
            f"{left:.0f} s left"
        )


def _pieces(days: EventDays, lines: Mapping[date, int], most: int) -> Sequence[EventDays]:
    found: list[EventDays] = []
    size = 0
    for day in days.days:
        size += lines.get(day, 0)
        if found and size <= most:
            found[-1] = EventDays(found[-1].first, day)
        else:
            found.append(EventDays(day, day))
            size = lines.get(day, 0)
    return found
