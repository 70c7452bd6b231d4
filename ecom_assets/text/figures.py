"""Numbers, money and days as a person writes them; for the terminal and for the report."""

from datetime import date
from decimal import Decimal

NOTHING = "(none)"
"""What stands for a missing value."""

_LARGE = (
    (Decimal(10) ** 12, "trillion"),
    (Decimal(10) ** 9, "billion"),
    (Decimal(10) ** 6, "million"),
)


def figure(column: str, value: object) -> str:
    """A value of a column: money with its cents, other numbers without needless zeros."""
    if isinstance(value, Decimal):
        return money(value) if column == "revenue" else _plain(value)
    if isinstance(value, float):
        return share(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return name(value)


def name(value: object) -> str:
    """A name or other text from the data, on one line; what does not print is shown as a dot."""
    text = NOTHING if value is None else str(value)
    return "".join(c if c.isprintable() else "·" for c in text) or NOTHING


def money(value: Decimal) -> str:
    """With its cents: `1,234.50`."""
    return f"{value:,.2f}"


def short_money(value: Decimal) -> str:
    """In as few digits as tell it: `1,234`, `1.23 million`."""
    for size, word in _LARGE:
        if abs(value) >= size:
            return f"{value / size:,.{2 if abs(value) < 10 * size else 1}f} {word}"
    return f"{value:,.0f}" if abs(value) >= 100 else money(value)


def share(value: float | Decimal) -> str:
    """A part of one in per cent: `12.3%`; what is little is not called nothing."""
    return "<0.1%" if 0 < value < Decimal("0.0005") else f"{value:.1%}"


def day(value: date) -> str:
    """`Mon 5 January 2026`."""
    return f"{value:%a} {value.day} {value:%B} {value.year}"


def period(first: date, last: date) -> str:
    """`5 January 2026`, `5 to 7 January 2026`, `30 January to 2 February 2026`."""
    end = f"{last.day} {last:%B} {last.year}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    if first.year == last.year:
        return f"{first.day} {first:%B} to {end}"
    return f"{first.day} {first:%B} {first.year} to {end}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 day`, `2 days`, `1,234 countries`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _plain(value: Decimal) -> str:
    whole = f"{value:,f}"
    return whole.rstrip("0").rstrip(".") if "." in whole else whole
