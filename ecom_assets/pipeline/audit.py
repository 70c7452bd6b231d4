"""The audit between staging and FACT_SALES: which days must not be published, and why.

The checks tell people; this is what holds a day. Nothing is written here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ecom_assets.model import sales
from ecom_assets.model.limits import Limits
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.stage import late_reach
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.expressions import all_rows
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


@dataclass(frozen=True)
class _Tested:
    """What a day's rows were like when it was audited last, in this process.

    Attributes:
        run_id: in which run.
        staged_at: when staging had written what was tested.
        test: see `test_days`; None where the day has no clean rows.
    """

    run_id: str
    staged_at: datetime
    test: Row | None


_tested: dict[date, _Tested] = {}


def audit_days(session: Session, days: EventDays, limits: Limits, *, run_id: str) -> Audit:
    """Audit these days of staging.

    Held is a day that staging has not judged or calls not publishable, and one whose clean rows
    break a rule.
    """
    quality = quality_of(session, days)
    staged_at = {day: row["evaluated_at"] for day, row in quality.items()}
    tests = test_days(session, days, limits)
    _tested.update({day: _Tested(run_id, at, tests.get(day)) for day, at in staged_at.items()})
    held = {}
    for day in days.days:
        row = quality.get(day)
        if row is None:
            held[day] = "staging has not judged it"
        elif not row["publishable"]:
            held[day] = why_held(row)
        elif broken := [r.name for r in sales.SALES.rejecting if tests.get(day, {}).get(r.name)]:
            held[day] = f"clean rows break {', '.join(broken)}"
    return Audit(days.days, held, staged_at)


def test_days(session: Session, days: EventDays, limits: Limits) -> Mapping[date, Row]:
    """Per day that has clean rows, for each rule the rows that break it and the first of them."""
    return by_day(
        session.run(
            "checks/clean_rules",
            **days.bounds,
            first_batch_day=days.first,
            last_batch_day=days.last + late_reach(session, days, limits),
            lines=all_rows("lines_with_zeros"),  # those alone are typed once more
        )
    )


def tests_of_run(
    session: Session, days: EventDays, limits: Limits, *, run_id: str
) -> Mapping[date, Row]:
    """The same, asked once a run: of days that staging has not written since this run has audited
    them in this process, it is what the audit has found."""
    audited = {day: _tested[day] for day in days.days if day in _tested}
    if all(one.run_id == run_id for one in audited.values()):
        staged_at = {day: row["evaluated_at"] for day, row in quality_of(session, days).items()}
        if staged_at == {day: one.staged_at for day, one in audited.items()}:
            return {day: one.test for day, one in audited.items() if one.test}
    return test_days(session, days, limits)


def quality_of(session: Session, days: EventDays) -> Mapping[date, Row]:
    """What staging says of each of these days that it has judged."""
    return by_day(session.run("staging/quality_by_day", **days.bounds))


def counted_rows(row: Row) -> tuple[int, int]:
    """The rejects and the sales of a day that its reject rate counts: what a later version of its
    order replaced is in neither. `row` has what `STAGING.SALES_QUALITY` says of the day."""
    replaced = row["replaced_rows"]
    return row["reject_rows"] - replaced, row["sale_rows"] - replaced


def why_held(row: Row) -> str:
    """Why staging called a day not publishable, in the words and by the limit of then; `row` has
    what `STAGING.SALES_QUALITY` says of it."""
    match row["held_for"]:
        case "rejects":
            rejects, sold = counted_rows(row)
            return (
                f"{rejects:,} of {sold:,} sales rejected, more than {row['reject_rate_limit']:.0%}"
            )
        case "money":
            return (
                f"{row['reject_money_rate']:.1%} of the day's revenue is in its rejects, more than "
                f"{row['reject_rate_limit']:.0%}"
            )
        case "rule":
            return (
                f"{row['held_rule_rows']:,} of {row['sale_rows']:,} sales break the rule "
                f"{row['held_rule']}, more than its own limit"
            )
        case "empty":
            return "no file has come (ECOM_EMPTY_DAYS=hold)"
        case "decision":
            return f"held by decision of {row['decided_by']}"
        case "files":
            return "files are damaged or not whole in RAW (see the checks on raw_sales)"
        case "lines":
            return "clean rows and rejects are not as many as the sales in RAW's lines"
        case "not run":
            return (
                "only late events from later days' files are here, its own files were not asked "
                "for yet: materialize the day"
            )
    return "held by an earlier version of this project: materialize staging again to see why"
