"""Staging: the lines of RAW that belong to some days, each to clean or to rejects.

It is a function of these lines, the rules and the limits; no row of another day decides anything.
To which day a late line belongs was decided when its file's own day was judged.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ecom_assets.model.limits import MOST_LATE_DAYS, Limits
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.decisions import correct, decided_days_table, decisions_about, obey
from ecom_assets.pipeline.pieces import in_pieces, lines_of_days, no_log
from ecom_assets.warehouse.contract import Log, Row, Session
from ecom_assets.warehouse.expressions import days_table, literal
from ecom_assets.warehouse.rows import now


def stage_days(
    session: Session, days: EventDays, limits: Limits, *, run_id: str, progress: Log = no_log
) -> Sequence[date]:
    """Judge the lines that belong to these days and replace the days in staging, all or nothing, or
    of many lines piece by piece, of which `progress` is told.

    Files of these days may hold events of days before them, as late as the limits allow. Such days
    are staged along, so that no line of these files is left unjudged.

    Called outside a transaction.

    Returns: the days before these that were staged along, in order.
    """
    earlier: set[date] = set()
    lines = lines_of_days(session, days)
    for piece in in_pieces(days, lines, session.lines_at_once, "staged", progress):
        earlier |= {*_stage_piece(session, piece, limits, run_id)}
    return sorted(earlier - {*days.days})


def _stage_piece(session: Session, days: EventDays, limits: Limits, run_id: str) -> Sequence[date]:
    session.run("staging/temporary")
    # RAW is read in here as well, so that of two runs the later one goes by what is there by then
    with session.transaction("staging"):
        known = _before(session, days)
        late = timedelta(days=max(limits.late_days, known["late_days"]))
        by = {
            "own_first_day": days.first,
            "own_last_day": days.last,
            "late_days": limits.late_days,
            "first_partition": limits.first_partition,
        }
        around = EventDays(days.first - late, days.last)
        _parse(session, around.days, EventDays(days.first, days.last + late), by)
        earlier = _earlier_days(session, days, around.first) if late else []
        if earlier:
            before = EventDays(earlier[0], days.first - timedelta(days=1))
            _parse(session, earlier, before, by)
        first_day = earlier[0] if earlier else days.first
        decisions = decisions_about(session, EventDays(first_day, days.last + late))
        obey(session, decisions)
        if known["corrections"]:
            correct(session, decisions, EventDays(first_day, days.last + late))
        of_days = {
            "first_day": first_day,
            "last_day": days.last,
            "last_batch_day": days.last + late,
            "days": days_table([*earlier, *days.days]),
            "run_id": run_id,
        }
        session.run("staging/duplicates")
        was_staged = bool(earlier or known["rows_before"])
        if was_staged:
            session.run("staging/clear_days", **of_days)
        session.run("staging/split", **of_days)
        evaluated_at = now()
        session.run(
            "staging/quality",
            **of_days,
            first_batch_day=days.first,
            late_days=limits.late_days,
            first_partition=limits.first_partition,
            reject_rate_error=limits.reject_rate_error,
            hold_empty_days=limits.empty_days == "hold",
            decided_days=decided_days_table(decisions, [*earlier, *days.days]),
            evaluated_at=evaluated_at,
        )
        if was_staged:
            session.run("staging/replace_quality", **of_days, evaluated_at=evaluated_at)
    return earlier


def _parse(
    session: Session, belong_to: Sequence[date], files: EventDays, by: Mapping[str, Any]
) -> None:
    """Add lines of RAW, typed, to the temporary table `parsed_sales`: the current ones of the files
    of some days that belong to some days. To which day a line of a file of another day than those
    that are judged now belongs was decided when that day was judged."""
    session.run(
        "staging/parse_lines",
        event_dates=[literal(day) for day in belong_to],
        first_batch_day=files.first,
        last_batch_day=files.last,
        **by,
    )


def _before(session: Session, days: EventDays) -> Row:
    own = {"first_own_day": days.first, "last_own_day": days.last}
    (row,) = session.run("staging/before", **_around(days), **own)
    return row


def _around(days: EventDays) -> Mapping[str, date]:
    """These days and all whose files or events may reach them."""
    most = timedelta(days=MOST_LATE_DAYS)
    return {"first_day": days.first - most, "last_day": days.last + most}


def late_reach(session: Session, days: EventDays, limits: Limits) -> timedelta:
    """How late an event of a file around these days may be: by these limits, or by those that the
    file's own day was judged by."""
    (row,) = session.run("staging/late_reach", **_around(days))
    return timedelta(days=max(limits.late_days, row["late_days"]))


def _earlier_days(session: Session, days: EventDays, first_day: date) -> Sequence[date]:
    rows = session.run(
        "staging/earlier_days",
        first_day=first_day,
        first_batch_day=days.first,
        last_batch_day=days.last,
    )
    return [row["event_date"] for row in rows]
