"""The audit between staging and FACT_SALES: which days must not be published, and why.

The checks tell people; this is what holds a day. Nothing is written here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ecom_assets.checks.rules import broken_rules, test_days
from ecom_assets.partitions import EventDays
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.rows import by_day


@dataclass(frozen=True)
class Audit:
    """What the audit of some days found.

    Attributes:
        days: which days.
        held: why a day must not be published; the other days may.
        staged_at: when staging wrote what was audited, of each day that it ever wrote.
    """

    days: Sequence[date]
    held: Mapping[date, str]
    staged_at: Mapping[date, datetime]

    def __add__(self, other: "Audit") -> "Audit":
        """The audit of the days of both."""
        return Audit(
            [*self.days, *other.days],
            {**self.held, **other.held},
            {**self.staged_at, **other.staged_at},
        )


def audit_days(
    session: Session, days: EventDays, *, late_days: int, reject_rate_error: Decimal
) -> Audit:
    """Audit these days of staging.

    Held is a day that staging has not judged or calls not publishable, and one whose clean rows
    break a rule.

    Args:
        session: to the warehouse.
        days: which days.
        late_days: how many days after its event date an event may lie in a file.
        reject_rate_error: the reject rate above which staging holds a day, for the reason.
    """
    quality = by_day(
        session.run("staging/quality_by_day", first_day=days.first, last_day=days.last)
    )
    tests = test_days(session, days, late_days=late_days)
    held = {}
    for day in days.days:
        row = quality.get(day)
        if row is None:
            held[day] = "staging has not judged it"
        elif not row["publishable"]:
            held[day] = why_held(row, reject_rate_error)
        elif broken := broken_rules(tests.get(day)):
            held[day] = f"clean rows break {', '.join(rule.name for rule in broken)}"
    return Audit(days.days, held, _staged_at(quality))


def staged_at(session: Session, days: EventDays) -> Mapping[date, datetime]:
    """When staging last wrote each of these days."""
    rows = session.run("staging/quality_by_day", first_day=days.first, last_day=days.last)
    return _staged_at(by_day(rows))


def why_held(row: Row, reject_rate_error: Decimal) -> str:
    """Why staging calls a day not publishable.

    Args:
        row: with the day's `raw_rows` and `reject_rows`.
        reject_rate_error: the reject rate above which it is held.
    """
    if row["reject_rows"] > row["raw_rows"] * reject_rate_error:
        return (
            f"{row['reject_rows']:,} of {row['raw_rows']:,} lines rejected, "
            f"more than {reject_rate_error:.0%}"
        )
    return "files are damaged or not whole in RAW (see the checks on raw_sales)"


def _staged_at(quality: Mapping[date, Row]) -> Mapping[date, datetime]:
    return {day: row["evaluated_at"] for day, row in quality.items()}
