"""Contents for reports: from nothing to more days, countries and currencies than fit on a page."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from ecom_assets.model.questions import Question, questions
from ecom_assets.model.sales import SALES
from ecom_assets.report.contents import Contents
from ecom_assets.report.page import Report, make_report

FIRST = date(2026, 1, 5)
SCRIPT = "<script>alert(1)</script>"
LONG = "A name of a country that goes on and on, as nobody would have thought it could " * 3


def sample(
    days: int, names: int, currencies: Sequence[str | None], held: Collection[int] = ()
) -> Contents:
    """A report's contents.

    Args:
        days: how many event dates; each 29th has no sales.
        names: how many countries, categories and channels, some with names that need care.
        currencies: in the order of their sales.
        held: which of the days are held.
    """
    answers = {q: _answer(q, days, names, currencies) if days else [] for q in questions()}
    quality: list[Mapping[str, Any]] = []
    rejects: list[Mapping[str, Any]] = []
    for n in range(days):
        of_rules = [(n * 7 + place * 13) % 23 for place in range(len(SALES.rejecting))]
        day = FIRST + timedelta(days=n)
        raw = 2000 + sum(of_rules)
        quality.append(
            {
                "event_date": day,
                "raw_rows": raw,
                "sale_rows": raw,
                "replaced_rows": 0,
                "clean_rows": 2000,
                "reject_rows": sum(of_rules),
                "reject_rate": Decimal(sum(of_rules)) / raw,
                "publishable": n not in held,
                "held_for": "rejects" if n in held else None,
                "reject_rate_limit": Decimal("0.3"),
                "decided_by": f"Ann: {SCRIPT} (1a2b3c4d)" if n == 1 else None,
                "rules_version": SALES.version if n else "older",
            }
        )
        for rule, rows in zip(SALES.rejecting, of_rules, strict=True):
            rejects.append({"event_date": day, "reason": rule.reason, "reject_rows": rows})
    made_at = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    return Contents(
        answers, quality, rejects, made_at, "/data/warehouse.duckdb", "some-run", SALES.version
    )


def _answer(
    question: Question, days: int, names: int, currencies: Sequence[str | None]
) -> Sequence[Mapping[str, Any]]:
    column, about = "about", list[Any]()
    if question.chart == "line":
        column = "event_date"
        about = [FIRST + timedelta(days=n) for n in range(days) if n % 29 != 28]
    elif question.chart == "share":
        about = ["card", "paypal", None]
    else:
        odd = {1: SCRIPT, 2: LONG, 3: "", 4: "شركة", 5: "a\u202eb\n<b>c</b> & 'd' \"e\""}
        odd |= {6: "شركة ذات اسم طويل " * 9, 7: "W" * 99, 8: "株式会社" * 30, 9: "i" * 200}
        about = [odd.get(n, f"Country {n}") for n in range(names)]
    return [
        {
            column: name,
            "currency": currency,
            "orders": sales,
            "sales": sales,
            "revenue": sales * Decimal("1234.5678"),
        }
        for place, currency in enumerate(currencies)
        for n, name in enumerate(about)
        for sales in [(1 + (n * 37) % 97) * 3 * (len(currencies) - place)]
    ]


SAMPLES = {
    "nothing": sample(0, 0, []),
    "one day": sample(1, 1, ["EUR"]),
    "a week": sample(7, 8, ["EUR", "USD"], held={3}),
    "63 days": sample(63, 11, ["EUR"]),
    "400 days, 200 countries": sample(
        400, 200, ["EUR", None, SCRIPT, *(f"C{n}" for n in range(28))], held=range(0, 400, 20)
    ),
}


@cache
def report_of(name: str) -> Report:
    """The report of one of `SAMPLES`, drawn once a process."""
    return make_report(SAMPLES[name])
