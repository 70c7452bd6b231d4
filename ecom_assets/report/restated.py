"""The days whose figures were changed after they were first published, in the report's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal

from ecom_assets.model.changes import cause_name
from ecom_assets.report.contents import Contents
from ecom_assets.text.figures import counted, money, short_day
from ecom_assets.warehouse.contract import Row

RESTATED_SHOWN = 5
"""Restated days that are told below a chart, the last ones."""


@dataclass(frozen=True)
class Restated:
    """A day whose figure in a currency was changed.

    Attributes:
        day: which.
        text: when, by how much, and why.
    """

    day: date
    text: str


def restated_days(contents: Contents, currency: str | None) -> Sequence[Restated]:
    """The days whose sales or revenue in a currency were changed, in order."""
    by_day: dict[date, list[Row]] = {}
    for row in contents.restated:
        if row["currency"] == currency:
            by_day.setdefault(row["event_date"], []).append(row)
    return [
        Restated(day, _text(contents, day, currency, rows))
        for day, rows in sorted(by_day.items())
        if sum(row["revenue"] for row in rows) or sum(row["sales"] for row in rows)
    ]


def notes(found: Sequence[Restated]) -> Sequence[str]:
    """What stands below a chart."""
    left = len(found) - RESTATED_SHOWN
    more = [f"And {counted(left, 'earlier day')} restated."] if left > 0 else []
    return [*(each.text for each in reversed(found[-RESTATED_SHOWN:])), *more]


def _text(contents: Contents, day: date, currency: str | None, rows: Sequence[Row]) -> str:
    published_at = max(row["published_at"] for row in rows)
    at = published_at.replace(tzinfo=UTC).astimezone(contents.made_at.tzinfo)
    change = _signed(sum((row["revenue"] for row in rows), Decimal(0)), currency)
    causes = [
        (cause_name(row["cause"]), row["revenue"])
        for row in sorted(rows, key=lambda row: -abs(row["revenue"]))
    ]
    why = causes[0][0]
    if len(causes) > 1:
        why = ", ".join(f"{name} {_signed(revenue, currency)}" for name, revenue in causes)
    unit = f" {currency}" if currency else ""
    return f"{short_day(day)}: restated {short_day(at)}: {change}{unit}, {why}"


def _signed(amount: Decimal, currency: str | None) -> str:
    return f"{'+' if amount >= 0 else '-'}{money(abs(amount), currency)}"
