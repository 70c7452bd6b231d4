"""Whether a day's revenue has changed after people may have used it.

A change is not wrong, so this warns and never holds a day. Why it changed is in FACT_SALES_CHANGES.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from ecom_assets.checks.drift import NAME_LENGTH, NOT_PUBLISHED
from ecom_assets.checks.per_day import DayResult
from ecom_assets.model import sales
from ecom_assets.model.changes import FIRST_CAUSES, cause_name
from ecom_assets.model.limits import Limits
from ecom_assets.partitions import EventDays
from ecom_assets.text.foreign_text import harmless
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.rows import grouped_by, grouped_by_day


def changes_by_day(session: Session, days: EventDays) -> Mapping[date, list[Row]]:
    """What publications have changed of each of these days."""
    return grouped_by_day(session.run("checks/changes_by_day", **days.bounds))


def restated(changes: Sequence[Row], day: date, limits: Limits) -> DayResult:
    """Whether the revenue of a day is about what it was when it became old, in each currency; of a
    day that was first published later, what it was then. `changes` is of `changes_by_day`."""
    if not changes:
        return NOT_PUBLISHED
    old = day + timedelta(days=limits.restated_after_days + 1)
    zone = sales.read_by(limits.reading).reading.zone
    since = datetime.combine(old, time(), zone).astimezone(UTC).replace(tzinfo=None)
    told, shares = [], {}
    for currency, rows in grouped_by("currency", changes).items():
        later = [r for r in rows if r["published_at"] >= since and r["cause"] not in FIRST_CAUSES]
        change = sum((row["revenue"] for row in later), Decimal(0))
        now = sum((row["revenue"] for row in rows), Decimal(0))
        before = now - change
        if abs(change) <= limits.restated_limit * before:
            continue
        name = harmless(currency or "no currency", NAME_LENGTH)
        shares[name] = f"{change / before:+.1%}" if before else "from nothing"
        told.append(f"{name} {before:,.2f} is {now:,.2f} now ({shares[name]}: {_causes(later)})")
    limit = f"{limits.restated_limit:.1%}"
    found = "; ".join(told) or f"No revenue changed by more than {limit}"
    return DayResult(
        passed=not told,
        description=f"{found} since {old}",
        metadata={
            "restated": ", ".join(f"{name} {share}" for name, share in shares.items()) or "none",
            "limit": limit,
        },
        warn_only=True,
    )


def _causes(changes: Sequence[Row]) -> str:
    by_cause: dict[str, Decimal] = defaultdict(Decimal)
    for row in changes:
        by_cause[row["cause"]] += row["revenue"]
    ordered = sorted(by_cause.items(), key=lambda item: -abs(item[1]))
    return ", ".join(f"{cause_name(cause)} {revenue:+,.2f}" for cause, revenue in ordered)
