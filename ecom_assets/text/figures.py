"""Numbers, money and days as a person writes them, by Babel; for the terminal and the report.

Babel is heavy: this module is imported where something is written, not with the definitions.
"""

from datetime import date
from decimal import Decimal

from babel.dates import format_date, format_interval
from babel.numbers import (
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
)

LOCALE = "en_GB"
"""Days before months, as on the rest of the page."""
NOTHING = "(none)"
"""What stands for a missing value."""
LARGE = 10**6
"""From here on money is told in millions, billions, trillions."""


def figure(column: str, value: object, currency: str | None = None) -> str:
    """A value of a column: money with its cents, other numbers without needless zeros."""
    if isinstance(value, Decimal) and column.startswith("revenue"):
        return money(value, currency)
    if isinstance(value, float):
        return share(value)
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return format_decimal(value, decimal_quantization=False, locale=LOCALE)
    return name(value)


def name(value: object) -> str:
    """A name or other text from the data, on one line; what does not print is shown as a dot."""
    text = NOTHING if value is None else str(value)
    return "".join(c if c.isprintable() else "·" for c in text) or NOTHING


def money(value: Decimal, currency: str | None = None) -> str:
    """In full, with the currency's digits, two where they are not known: `1,234.50`."""
    return format_currency(value, currency or "", "#,##0.00", LOCALE)


def short_money(value: Decimal, currency: str | None = None) -> str:
    """In few digits: `1,234`, `1.23 million`."""
    if abs(value) >= LARGE:
        return format_compact_decimal(value, format_type="long", fraction_digits=2, locale=LOCALE)
    return format_decimal(value, "#,##0", LOCALE) if abs(value) >= 100 else money(value, currency)


def shortest(value: Decimal) -> str:
    """For little room: `0.005`, `1.2K`, `2B`."""
    return format_compact_decimal(value, format_type="short", fraction_digits=9, locale=LOCALE)


def share(value: float | Decimal) -> str:
    """A part of one in per cent: `12.3%`; small parts show as `<0.1%`."""
    return "<0.1%" if 0 < value < Decimal("0.0005") else format_percent(value, "#,##0.0%", LOCALE)


def day(value: date) -> str:
    """`Mon 5 January 2026`."""
    return format_date(value, "EEE d MMMM y", LOCALE)


def short_day(value: date) -> str:
    """`5 Jan`."""
    return format_date(value, "d MMM", LOCALE)


def period(first: date, last: date) -> str:
    """`5 Jan 2026`, or two days with a dash, in few words."""
    return format_interval(first, last, "yMMMd", locale=LOCALE)


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 day`, `2 days`, `1,234 countries`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
