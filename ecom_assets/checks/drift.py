"""Whether a day looks like the same weekday in the weeks before it: sales and revenue.

Unusual is not wrong: these checks warn and never hold a day. They are silent until there is
history enough. Robust statistics: one odd week does not move what is usual.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

import dagster as dg

from ecom_assets.checks.per_day import DayResult
from ecom_assets.partitions import EventDays
from ecom_assets.text.foreign_text import harmless
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.rows import grouped_by_day

WEEKS = 8
"""The weeks looked back on: long enough for a median, short enough to follow a season."""
LEAST_WEEKS = 4
"""With fewer of them the checks have nothing to say."""
DEVIATIONS = 5
"""How many standard deviations from the median are usual. Days of sales have heavier tails than a
normal distribution, and somebody is woken by this."""
OF_NORMAL = Decimal("1.4826")
"""A normal distribution's standard deviation in median absolute deviations (Rousseeuw and Croux,
"Alternatives to the Median Absolute Deviation", JASA 88, 1993)."""
LEAST_BAND = Decimal("0.4")
"""What is usual reaches at least this share of the median to both sides: weeks that happen to be
alike must not make the next one unusual, and from December to January a shop loses a third."""
COUNTS_VARY = Decimal(1)
AMOUNTS_VARY = Decimal("2.5")
"""How much a total of n sales varies by chance alone, in 1/√n of it: a count by 1 (Poisson),
amounts by √(1 + c²) where their standard deviation is c times their mean; a shop with some dear
goods has a c of about 2.3."""
NAME_LENGTH = 20
"""Characters shown of a currency; a code has three, but the data may hold any text."""
LEAST_SALES = 100
"""A currency with fewer sales is not judged: a single dear order would be unusual every time."""


NOT_PUBLISHED = DayResult(True, "The day is not published.", warn_only=True)


@dataclass(frozen=True)
class Band:
    """What is usual of a number, from `low` to `high`, by its median in the weeks before."""

    middle: Decimal
    low: Decimal
    high: Decimal
    weeks: int


def usual(history: Sequence[Decimal], sales: Decimal, vary: Decimal) -> Band | None:
    """What is usual after these numbers, or None where they are too few.

    Args:
        history: the number in each of the weeks before.
        sales: of about how many sales each of them is the total.
        vary: how much such totals vary by chance, `COUNTS_VARY` or `AMOUNTS_VARY`.
    """
    if len(history) < LEAST_WEEKS:
        return None
    middle = _median(history)
    deviation = _median([abs(number - middle) for number in history]) * OF_NORMAL
    chance = vary / max(sales, Decimal(1)).sqrt()
    band = max(DEVIATIONS * deviation, max(DEVIATIONS * chance, LEAST_BAND) * abs(middle))
    return Band(middle, max(middle - band, Decimal(0)), middle + band, len(history))


def published_totals(session: Session, days: EventDays) -> Mapping[date, list[Row]]:
    """Of these days and the weeks before them, the published sales and revenue per currency; a day
    without rows is not published."""
    first_day = days.first - timedelta(weeks=WEEKS)
    return grouped_by_day(
        session.run("checks/published_totals", first_day=first_day, last_day=days.last)
    )


def usual_volume(totals: Mapping[date, list[Row]], day: date) -> DayResult:
    """Whether a day has about as many sales, by `published_totals`, as its weekday had before."""
    if day not in totals:
        return NOT_PUBLISHED
    found, *sales = _series(totals, day, "sales")
    band = usual(sales, _median(sales), COUNTS_VARY)
    return _compared(found, band, day, "sales", "sales", 0)


def usual_revenue(totals: Mapping[date, list[Row]], day: date) -> DayResult:
    """Whether a day's revenue, by `published_totals`, is about what it was on its weekday before,
    in each currency that has sales enough to say."""
    if day not in totals:
        return NOT_PUBLISHED
    judged = {}
    currencies = {row["currency"] or "" for rows in _weeks(totals, day) for row in rows}
    for currency in sorted(currencies):
        found_sales, *sales = _series(totals, day, "sales", currency)
        if currency and max(found_sales, _median(sales)) >= LEAST_SALES:
            found, *revenue = _series(totals, day, "revenue", currency)
            band = usual(revenue, _median(sales), AMOUNTS_VARY)
            unit = harmless(currency, NAME_LENGTH)
            judged[currency] = _compared(found, band, day, "revenue", unit, 2)
    if not judged:
        return DayResult(
            True, f"No currency has {LEAST_SALES} sales, too few to judge.", warn_only=True
        )
    odd = {currency: result for currency, result in judged.items() if not result.passed}
    return DayResult(
        passed=not odd,
        description="; ".join(result.description for result in (odd or judged).values()),
        metadata={
            "unusual": ", ".join(harmless(currency, NAME_LENGTH) for currency in odd) or "none",
            "currencies": dg.MetadataValue.table(
                [
                    dg.TableRecord(
                        {"currency": currency, **{k: str(v) for k, v in result.metadata.items()}}
                    )
                    for currency, result in judged.items()
                ]
            ),
        },
        warn_only=True,
    )


def _weeks(totals: Mapping[date, list[Row]], day: date) -> Iterator[list[Row]]:
    """The rows of a day, and of its weekday in the weeks before where published, newest first."""
    for n in range(WEEKS + 1):
        week = day - timedelta(weeks=n)
        if week in totals:
            yield totals[week]


def _series(
    totals: Mapping[date, list[Row]], day: date, name: str, currency: str | None = None
) -> list[Decimal]:
    """A total, in a currency or over all of them, of each of `_weeks`."""
    return [
        sum((Decimal(r[name]) for r in rows if currency in (None, r["currency"])), Decimal(0))
        for rows in _weeks(totals, day)
    ]


def _median(numbers: Sequence[Decimal]) -> Decimal:
    return Decimal(median(numbers or [Decimal(0)]))


def _compared(
    found: Decimal, band: Band | None, day: date, name: str, unit: str, digits: int
) -> DayResult:
    here = f"{found:,.{digits}f} {unit}"
    number = float(round(found, digits)) if digits else int(found)
    if band is None:
        return DayResult(
            True,
            f"{here}; too few {day:%A}s before it to say what is usual",
            {name: number},
            warn_only=True,
        )
    usually = f"{band.low:,.{digits}f} to {band.high:,.{digits}f}"
    return DayResult(
        passed=band.low <= found <= band.high,
        description=f"{here}; usual on a {day:%A} is {usually} (median "
        f"{band.middle:,.{digits}f} of {band.weeks} weeks)",
        metadata={
            name: number,
            "usual": usually,
            "median": f"{band.middle:,.{digits}f}",
            "weeks": str(band.weeks),
        },
        warn_only=True,
    )
