"""Numbers, money and days as a person writes them, by Babel; for the terminal and the report.

Babel is heavy: this module is imported where something is written, not with the definitions.
"""

from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_interval
from babel.numbers import (
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
)

LOCALE = Locale("en", "GB")
"""Days before months, as on the rest of the page."""
NOTHING, EMPTY = "(none)", "(empty)"
"""What stands for a missing value, and for a text of no length."""
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
    """A name or other text from the data, on one line; what does not print is shown as a dot. A
    text of blanks, or one that reads like what stands for no value, is in quotes."""
    if value is None or value == "":
        return NOTHING if value is None else EMPTY
    text = "".join(c if c.isprintable() else "·" for c in str(value))
    return f"“{text}”" if text.isspace() or text.strip() in (NOTHING, EMPTY) else text


def digits(currency: str | None) -> int:
    """Digits behind the point that a currency has; two where they are not known."""
    return get_currency_precision(currency or "")


def money(value: Decimal, currency: str | None = None) -> str:
    """In full, with the currency's digits, two where they are not known: `1,234.50`."""
    return format_currency(value, currency or "", "#,##0.00", LOCALE)


def short_money(value: Decimal, currency: str | None = None) -> str:
    """In full where it is short, `1,234.50`, else in words: `1.23 million`."""
    if abs(value) >= LARGE:
        return format_compact_decimal(value, format_type="long", fraction_digits=2, locale=LOCALE)
    return money(value, currency)


def shortest(value: Decimal) -> str:
    """For little room: `0.005`, `1.2K`, `2B`."""
    return format_compact_decimal(value, format_type="short", fraction_digits=9, locale=LOCALE)


def share(value: float | Decimal) -> str:
    """A part of one in per cent: `12.3%`; nearly nothing is `<0.1%`, nearly all `>99.9%`."""
    if 0 < value < Decimal("0.0005"):
        return "<0.1%"
    return ">99.9%" if Decimal("0.9995") <= value < 1 else format_percent(value, "#,##0.0%", LOCALE)


def day(value: date) -> str:
    """`Mon 5 January 2026`."""
    return format_date(value, "EEE d MMMM y", LOCALE)


def short_day(value: date) -> str:
    """`5 Jan`."""
    return format_date(value, "d MMM", LOCALE)


def period(first: date, last: date) -> str:
    """`5 Jan 2026`, or two days with a dash, in few words."""
    # a thin space would count as one that does not print
    return format_interval(first, last, "yMMMd", locale=LOCALE).replace("\u2009", " ")


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 day`, `2 days`, `1,234 countries`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
