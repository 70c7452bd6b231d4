"""Numbers, money and days are written as a person writes them."""

from datetime import date
from decimal import Decimal

import pytest

from ecom_assets.text.figures import (
    LARGE,
    counted,
    day,
    figure,
    name,
    period,
    share,
    short_money,
)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("revenue", Decimal("1234567.5000"), "1,234,567.50"),
        ("revenue", Decimal("0.0000"), "0.00"),
        ("units", Decimal("1200.0000"), "1,200"),
        ("units", Decimal("0.5000"), "0.5"),
        ("sales", 1234, "1,234"),
        ("share_of_sales", 0.1234, "12.3%"),
        ("share_of_sales", 0.0004, "<0.1%"),
        ("share_of_sales", 0.9996, ">99.9%"),
        ("share_of_sales", 1.0, "100.0%"),
        ("country", None, "(none)"),
        ("country", "", "(empty)"),
        ("country", " ", "“ ”"),
        ("country", "(none)", "“(none)”"),
        ("country", "(empty)", "“(empty)”"),
        ("country", "a\tb\u202ec", "a·b·c"),
        ("event_date", date(2026, 1, 5), "2026-01-05"),
    ],
)
def test_a_value_of_a_column(column: str, value: object, said: str) -> None:
    assert figure(column, value) == said


@pytest.mark.parametrize(
    ("currency", "value", "said"),
    [
        ("EUR", "1234.5000", "1,234.50"),
        ("JPY", "1234.0000", "1,234"),
        ("JPY", "1235.5000", "1,236"),
        ("KWD", "1234.5000", "1,234.500"),
        ("<b>", "1234.5000", "1,234.50"),
        (None, "0.0050", "0.00"),
        ("EUR", "99999999999999.9800", "99,999,999,999,999.98"),
    ],
)
def test_money_has_the_digits_of_its_currency(currency: str | None, value: str, said: str) -> None:
    assert figure("revenue", Decimal(value), currency) == said
    if Decimal(value) < LARGE:
        assert short_money(Decimal(value), currency) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("12345678901234.5678", "12.35 trillion"),
        ("2000000000", "2 billion"),
        ("45678901", "45.68 million"),
        ("1234567.89", "1.23 million"),
        ("12345.67", "12,345.67"),
        ("99.5", "99.50"),
        ("0", "0.00"),
    ],
)
def test_money_in_few_digits(value: str, said: str) -> None:
    assert short_money(Decimal(value)) == said


def test_little_is_not_nothing() -> None:
    assert share(0.0001) == "<0.1%"
    assert share(0.0) == "0.0%"
    assert share(Decimal("0.5")) == "50.0%"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-01-05", "2026-01-05", "5 Jan 2026"),
        ("2026-01-05", "2026-01-07", "5\u20137 Jan 2026"),
        ("2026-01-30", "2026-02-02", "30 Jan \u2013 2 Feb 2026"),
        ("2025-12-31", "2026-01-01", "31 Dec 2025 \u2013 1 Jan 2026"),
    ],
)
def test_a_period(first: str, last: str, said: str) -> None:
    assert period(date.fromisoformat(first), date.fromisoformat(last)) == said


def test_words() -> None:
    assert day(date(2026, 1, 5)) == "Mon 5 January 2026"
    assert counted(1, "day") == "1 day"
    assert counted(1200, "currency", "currencies") == "1,200 currencies"
    assert name("Côte d'Ivoire") == "Côte d'Ivoire"
