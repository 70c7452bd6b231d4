"""What the report is made of: the answers and the counts of the quality rules, and sentences about
them. How they are drawn is in `charts.py`, how they stand on the page in `page.py`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from ecom_assets.model.questions import Question
from ecom_assets.pipeline.answer import read_answers
from ecom_assets.pipeline.audit import counted_rows
from ecom_assets.text.figures import counted, day, money, name, share, short_money
from ecom_assets.warehouse.contract import Row, Session

CURRENCIES_SHOWN = 3
"""Currencies with charts of their own, those most sold in; the others are in the totals."""
BARS_OF_DAYS = 62
"""Bars over event dates, at most; a thinner one would not be seen. Of more days, each is several.
"""
MEASURES = {"share": "sales", "bar": "revenue"}
"""What the bars of each kind of ranking show."""
BARS_SHOWN = 10
"""Bars of a chart; the others are one more line, “and 188 others”."""


@dataclass(frozen=True)
class Contents:
    """What the warehouse holds, as far as the report tells of it.

    Attributes:
        answers: the rows of each answer.
        quality: a row an event date, in order: lines, clean, rejects, whether it may be published.
        rejects: rejects a date and rule.
        made_at: when they were read, in the time zone that people are told it in.
        warehouse: where they were read, for people.
        run_id: the Dagster run that made the report.
        rules_version: of the fields and rules as they are now.
        restated: what was changed of published days, a row a day, currency and cause.
    """

    answers: Mapping[Question, Sequence[Row]]
    quality: Sequence[Row]
    rejects: Sequence[Row]
    made_at: datetime
    warehouse: str
    run_id: str
    rules_version: str
    restated: Sequence[Row] = ()

    @cached_property
    def days(self) -> Sequence[date]:
        """From the first day to the last of those that were judged or have sales; all between."""
        judged = [row["event_date"] for row in self.quality]
        sold = [
            row["event_date"] for of in self.answers.values() for row in of if "event_date" in row
        ]
        return days_between([*judged, *sold]) if judged or sold else []

    @property
    def currencies(self) -> Sequence[Row]:
        """A row a currency, the one most sold in first: `currency`, `sales`, `revenue`."""
        totals: dict[str | None, dict[str, Any]] = {}
        for row in next(iter(self.answers.values()), ()):
            empty = {"currency": row["currency"], "sales": 0, "revenue": Decimal(0)}
            total = totals.setdefault(row["currency"], empty)
            total["sales"] += row["sales"]
            total["revenue"] += row["revenue"]
        return sorted(totals.values(), key=lambda row: (-row["sales"], str(row["currency"])))

    @property
    def held(self) -> Sequence[Row]:
        """The days that must not be published, in order."""
        return [row for row in self.quality if not row["publishable"]]

    @property
    def published_by_decision(self) -> Sequence[Row]:
        """The days that would be held, had nobody decided otherwise, in order."""
        return [row for row in self.quality if row["publishable"] and row["decided_by"]]


def read_contents(
    session: Session, *, made_at: datetime, warehouse: str, run_id: str, rules_version: str
) -> Contents:
    """Read what the report tells of: the answers and the counts by day, never the sales."""
    return Contents(
        answers=read_answers(session),
        quality=sorted(
            session.read_table("staging.sales_quality"), key=lambda row: row["event_date"]
        ),
        rejects=session.read_table("staging.sales_quality_rules"),
        made_at=made_at,
        warehouse=warehouse,
        run_id=run_id,
        rules_version=rules_version,
        restated=session.run("analytics/restated"),
    )


def rejects_by_reason(rejects: Sequence[Row]) -> Sequence[Row]:
    """A row a reason, the most frequent first: `reason`, `rows`."""
    totals: Counter[str] = Counter()
    for row in rejects:
        totals[row["reason"]] += row["reject_rows"]
    ordered = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return [{"reason": reason, "rows": rows} for reason, rows in ordered]


@dataclass(frozen=True)
class Bar:
    """A bar of a ranking: what it is about, how long it is, and what is written beside it."""

    name: str
    length: Decimal
    label: str


def measured(question: Question) -> str:
    """The column that the bars of a ranking show."""
    return MEASURES[question.chart]


def bars(question: Question, rows: Sequence[Row], most: int = BARS_SHOWN) -> Sequence[Bar]:
    """The bars of an answer in one currency, the longest first. What is beyond the first ones is
    said in one line without a bar, which would dwarf the others."""
    measure = measured(question)
    currency = rows[0]["currency"]

    def label(value: Decimal) -> str:
        text = f"{value:,}" if measure == "sales" else short_money(value, currency)
        return f"{text} · {_share(value, rows, measure)}"

    ordered = sorted(rows, key=lambda row: -row[measure])
    shown = len(ordered) if len(ordered) <= most + 1 else most
    found = [Bar(name(_about(row)), row[measure], label(row[measure])) for row in ordered[:shown]]
    if others := ordered[shown:]:
        rest = label(sum(row[measure] for row in others))
        found.append(Bar(f"and {len(others):,} others", Decimal(0), rest))
    return found


def _about(row: Row) -> Any:
    return next(iter(row.values()))


def _share(value: Decimal, rows: Sequence[Row], measure: str) -> str:
    total = sum(row[measure] for row in rows)
    return share(Decimal(value) / total if total else Decimal(0))


def headline(question: Question, currency: str, rows: Sequence[Row]) -> str:
    """What a chart of an answer shows, in a sentence."""
    revenue = sum((row["revenue"] for row in rows), Decimal(0))
    if question.chart == "line":
        best = max(rows, key=lambda row: row["revenue"])
        if len(rows) == 1:
            return f"{currency} {money(revenue, currency)} on {day(_about(best))}"
        return (
            f"{currency} {short_money(revenue, currency)} on {counted(len(rows), 'day')}, "
            f"most on {day(_about(best))}: {short_money(best['revenue'], currency)}"
        )
    measure = measured(question)
    first = max(rows, key=lambda row: row[measure])
    about = name(_about(first))
    if len(rows) == 1:
        return f"All {currency} {measure}: {about}"
    part = _share(first[measure], rows, measure)
    return f"{about[:40]} leads with {part} of {currency} {measure}"


def quality_headline(contents: Contents) -> str:
    """What the days' quality is, in a sentence."""
    counted_of_days = [counted_rows(row) for row in contents.quality]
    rejected, lines = (sum(one[n] for one in counted_of_days) for n in (0, 1))
    text = f"{counted(lines, 'line')} on {counted(len(contents.quality), 'day')}"
    if lines:
        text += f", {share(rejected / lines)} of them rejected"
    text += f"; {counted(len(contents.held), 'day')} held" if contents.held else "; no day held"
    return text


def days_between(days: Sequence[date]) -> Sequence[date]:
    """Each day from the first of some to the last, those between as well."""
    first = min(days)
    return [first + timedelta(days=n) for n in range((max(days) - first).days + 1)]
