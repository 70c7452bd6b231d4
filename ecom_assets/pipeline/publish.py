"""Publishing: days of clean staging that passed their audit become FACT_SALES, each event once.

This alone looks across days. An event that stands on one of the seven days before is a repeat: it
is left out of FACT_SALES and stands in STG_SALES_REPEATS. What was published of a day is in one of
the two, until the day is published again; so which events are repeats follows from what was
published, and from nothing else: not from the order of days, and not from staging that is held.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ecom_assets.model.limits import MOST_LATE_DAYS, Limits
from ecom_assets.model.sales import UNIQUE_WITHIN_DAYS
from ecom_assets.partitions import EventDays, ranges
from ecom_assets.pipeline.audit import Audit, audit_days, quality_of
from ecom_assets.pipeline.pieces import in_pieces, lines_of_days, no_log
from ecom_assets.warehouse.contract import Log, Session
from ecom_assets.warehouse.expressions import days_table, staged_days_table
from ecom_assets.warehouse.migrations import days_without_totals
from ecom_assets.warehouse.rows import now

TRIES = 3
"""Days that another run stages while they are audited are audited again this often."""


class StagingChanged(Exception):
    """Another run has staged days between their audit and their publication."""


@dataclass(frozen=True)
class Published:
    """What publishing some days did.

    Attributes:
        audit: of these days, and of those before them that were staged along; those that it does
            not hold are published.
        moved: further days of which rows left FACT_SALES, came back, or repeat another place.
    """

    audit: Audit
    moved: Sequence[date]


def publish_audited_days(
    session: Session,
    days: EventDays,
    limits: Limits,
    *,
    log: Log,
    run_id: str,
    progress: Log = no_log,
) -> Published:
    """Publish the days that pass their audit; with them the days before that were staged along.
    What that changes, and why, is written to FACT_SALES_CHANGES. Days of many lines are published
    piece by piece, of which `progress` is told.

    Called outside a transaction. `log` is told when days have to be audited again.

    Raises:
        StagingChanged: other runs kept staging these days.
    """
    audit = Audit([], {}, {})
    moved: set[date] = set()
    lines = lines_of_days(session, days)
    for piece in in_pieces(days, lines, session.lines_at_once, "published", progress):
        published = _publish_piece(session, piece, limits, log, run_id)
        audit += published.audit
        moved |= {*published.moved}
    return Published(audit, sorted(moved - {*days.days}))


def _publish_piece(
    session: Session, days: EventDays, limits: Limits, log: Log, run_id: str
) -> Published:
    session.run("analytics/temporary")
    for attempt in range(1, TRIES + 1):
        try:
            # in staging's turn, so that no other run stages between audit and publication
            with session.transaction("staging"):
                audit = Audit([], {}, {})
                for some in (*ranges(staged_along(session, days)), days):
                    audit += audit_days(session, some, limits, run_id=run_id)
                return Published(audit, _publish(session, audit, run_id))
        except StagingChanged as error:
            if attempt == TRIES:
                raise
            log(f"{error} Auditing them again.")
    raise AssertionError("the loop above returns or raises")


def staged_along(session: Session, days: EventDays) -> Sequence[date]:
    """The days before these that staging has taken along with one of them."""
    rows = session.run(
        "analytics/staged_along",
        first_day=days.first - timedelta(days=MOST_LATE_DAYS),
        last_day=days.first - timedelta(days=1),
        first_own_day=days.first,
        last_own_day=days.last,
    )
    return [row["event_date"] for row in rows]


def _publish(session: Session, audit: Audit, run_id: str) -> Sequence[date]:
    """Replace the audited days that are not held, in a transaction.

    Returns: other days of which rows have changed sides.

    Raises:
        StagingChanged: what would be published is not what was audited; nothing must be kept.
    """
    free = [day for day in audit.days if day not in audit.held]
    if not free:
        return []
    days = EventDays(min(free), max(free))
    reach = timedelta(days=UNIQUE_WITHIN_DAYS)
    of_days = {**days.bounds, "days": days_table(free)}
    moved = [
        row["event_date"]
        for row in session.run(
            "analytics/repeats",
            **of_days,
            window_start=days.first - reach,
            window_end=days.last + reach,
            within_days=UNIQUE_WITHIN_DAYS,
        )
    ]
    of_all = {**of_days, "last_day": max([days.last, *moved])}
    (before,) = session.run("analytics/before", **days.bounds)
    was_published = bool(before["rows_before"] or moved)
    if was_published:
        session.run("analytics/changes", **of_all)
        session.run("analytics/clear_days", **of_days)
    session.run("analytics/publish", **of_days)
    if moved:
        session.run("analytics/move", first_day=moved[0], last_day=moved[-1])
    # so that a warehouse whose totals were lost answers for all its days again
    lacking = days_without_totals(session, also_empty=False)
    staged = {**lacking, **{day: audit.staged_at[day] for day in free}}
    reach_of_totals = {"first_day": min(staged), "last_day": max([*moved, *staged])}
    session.run(
        "analytics/published_days", **reach_of_totals, staged_days=staged_days_table(staged)
    )
    if was_published or lacking.keys() - {*free}:
        session.run("analytics/clear_totals", **reach_of_totals)
    session.run("analytics/totals", **reach_of_totals)
    session.run("analytics/record_changes", **of_all, published_at=now(), run_id=run_id)
    # A day's rows and its line in SALES_QUALITY are committed together. So when that line is still
    # the audited one after the rows were read, the rows are the audited ones, whoever may have
    # written without waiting for a turn.
    found = {day: row["evaluated_at"] for day, row in quality_of(session, days).items()}
    changed = [day for day in free if found.get(day) != audit.staged_at.get(day)]
    if changed:
        raise StagingChanged(
            f"{len(changed)} days, {changed[0]} among them, were staged by another run while "
            "they were audited."
        )
    return moved
