"""Decisions of people about bad data, and how staging obeys them.

They stand in STAGING.DECISIONS, where nothing is changed: a decision is ended by another. Staging
reads them in its transaction, so one counts from the next time that its days are staged, and no
longer once it was ended and they are staged again. How one is made is in `decide.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from ecom_assets.model import sales
from ecom_assets.partitions import EventDays
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.expressions import literal, table
from ecom_assets.warehouse.rule_sql import broken

if TYPE_CHECKING:
    from sqlglot import exp


def decisions_about(session: Session, days: EventDays) -> Sequence[Row]:
    """The decisions about any of these days that were not ended, in the order they were made."""
    return [
        row
        for row in session.run("staging/decisions_in_force")
        if row["first_day"] <= days.last and row["last_day"] >= days.first
    ]


def decisions_of_day(decisions: Sequence[Row], day: date) -> str:
    """The names of those of these decisions that are about a day, as SALES_QUALITY keeps them."""
    return " ".join(row["decision_id"] for row in _about(decisions, day))


def obey(session: Session, decisions: Sequence[Row]) -> None:
    """Take files out of the temporary table `parsed_sales`, and let rows in it pass rules."""
    rules = {rule.name: rule for rule in sales.SALES.allowable}
    for row in decisions:
        if row["decision"] == "take_out":
            session.run(
                "staging/take_out", source_filename=row["source_filename"], etag=row["etag"]
            )
        elif row["decision"] == "allow_rule" and row["rule"] in rules:
            session.run(
                "staging/allow",
                first_day=row["first_day"],
                last_day=row["last_day"],
                source_filename=row["source_filename"],
                source=row["source"],
                rule=row["rule"],
                is_broken=broken(rules[row["rule"]]),
            )


def correct(session: Session, decisions: Sequence[Row], files: EventDays) -> None:
    """Set lines in the temporary table `parsed_sales` aside, of files of these days, in whose place
    a corrected one stands."""
    taken_out = [r["source_filename"] for r in decisions if r["decision"] == "take_out"]
    session.run(
        "staging/correct",
        files_taken_out=[*map(literal, ["", *taken_out])],
        first_batch_day=files.first,
        last_batch_day=files.last,
    )


def decided_days_table(decisions: Sequence[Row], days: Sequence[date]) -> exp.Expr:
    """One row a day: `event_date`; `decisions`, those about it; and of the last one that publishes
    or holds the day `decided_by`, who and why, `is_held`, and `up_to`, the reject rate up to which
    it may be published."""
    rows = []
    for day in days:
        names = decisions_of_day(decisions, day) or None
        of_day = [r for r in _about(decisions, day) if r["decision"] in ("publish", "hold")]
        if of_day:
            last = of_day[-1]
            by = f"{last['decided_by']}: {last['why']} ({last['decision_id']})"
            rows.append([day, names, by, last["decision"] == "hold", last["up_to"]])
        else:
            rows.append([day, names, None, False, None])
    return table(["event_date", "decisions", "decided_by", "is_held", "up_to"], rows)


def _about(decisions: Sequence[Row], day: date) -> Sequence[Row]:
    return [row for row in decisions if row["first_day"] <= day <= row["last_day"]]
